"""The findings of reading: a code of `shape.yaml`, a place in a file, and the message with its facts filled in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from undersigned.findings import FILE_START, Finding, Place

_LONGEST_IN_MESSAGE, _LONGEST_IN_HINT = 160, 800


class Words(BaseModel):
    """A message and its hint, with `{facts}` to be filled in.

    `form_message` and `form` say the same to somebody who sees a form and no record, where the message or the hint speaks of
    fields or files. An empty `form`: the question says all that there is to say.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    message: str
    hint: str = ""
    form_message: str | None = None
    form: str | None = None

    def filled(self, facts: Mapping[str, object]) -> tuple[str, str]:
        """Message and hint with these facts. Braces inside a fact are never read as part of the message."""
        message = {name: _shown(value, _LONGEST_IN_MESSAGE) for name, value in facts.items()}
        hint = {name: _shown(value, _LONGEST_IN_HINT) for name, value in facts.items()}
        return self.message.format_map(message), self.hint.format_map(hint).strip()


def _shown(value: object, longest: int) -> str:
    """A fact as it is shown in a sentence: a list as `a, b and c`, a long text shortened."""
    if isinstance(value, list | tuple | set | frozenset):
        words = sorted(map(str, value)) if isinstance(value, set | frozenset) else [str(word) for word in value]
        return ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1] if words else ""
    text = str(value)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


class _Rule(BaseModel):
    """The part of a rule that is needed here. The engine of the checks reads the whole of it."""

    model_config = ConfigDict(frozen=True)
    words: Mapping[str, Words]


@cache
def _rules() -> Mapping[str, _Rule]:
    text = (resources.files("undersigned.records") / "shape.yaml").read_bytes()
    return TypeAdapter(dict[str, _Rule]).validate_python(yaml.load(text, Loader=yaml.CSafeLoader))


def shape_finding(path: str, place: Place, code: str, words: str = "default", **facts: object) -> Finding:
    """The error `code` at this place of a file. `words` picks among its messages, and `facts` fill the message in."""
    message, hint = _rules()[code].words[words].filled(facts)
    return Finding(path, place.line, place.column, code, "error", message, hint)


def file_finding(path: str, code: str, words: str = "default", **facts: object) -> Finding:
    """The same for a fault of a whole file or folder, or of its name."""
    return shape_finding(path, FILE_START, code, words, **facts)
