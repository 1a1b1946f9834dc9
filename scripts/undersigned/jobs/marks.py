"""Hidden marks: how an issue or a comment of ours is found again. Only what our own account wrote is ever read for one."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_MARK = re.compile(rf"<!-- undersigned:({_WORD}):({_WORD})((?::{_WORD})*) -->\Z")
_WORD_ALONE = re.compile(_WORD + r"\Z")


@dataclass(frozen=True, order=True)
class Mark:
    """`<!-- undersigned:<kind>:<protocol>:<part>:… -->`, every word in small letters, digits and single hyphens.

    ValueError where a word is none: no text of a record comes into a mark.
    """

    kind: str
    protocol: str
    parts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for word in (self.kind, self.protocol, *self.parts):
            if not _WORD_ALONE.match(word):
                raise ValueError(f"'{word}' cannot stand in a mark")

    def __str__(self) -> str:
        return f"<!-- undersigned:{':'.join((self.kind, self.protocol, *self.parts))} -->"


def marks_of(text: str) -> tuple[Mark, ...]:
    """The marks at the head of a text: its first lines, as long as each is one."""
    found: list[Mark] = []
    for line in text.split("\n"):
        match = _MARK.match(line.rstrip())
        if match is None:
            break
        found.append(Mark(match[1], match[2], tuple(match[3].split(":")[1:])))
    return tuple(found)


def marked(text: str, *marks: Mark) -> str:
    """The text with these marks at its head."""
    return "\n".join([*map(str, marks), text])
