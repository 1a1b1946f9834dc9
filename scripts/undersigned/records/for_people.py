"""The page for the people whom the sharing is about (`protocols/<id>/for-people.yaml`).

It says in plain words what a text shares. It is not operative: no fingerprint covers it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from undersigned.records.fields import Authored, Day, Fingerprint, VersionNumber

#: The pictures that there are. `papers` and `people` are the paper and the person.
PICTURES = (
    "person",
    "people",
    "home",
    "paper",
    "papers",
    "talk",
    "clock",
    "lock",
    "question",
    "stop",
    "letter",
    "danger",
    "health",
    "council",
)


class Said(Authored):
    """What is passed on. `items`: the data items that it covers, by id, or by name if a flow spells them out.

    `if_`: it is only passed on if the person agrees.
    """

    say: str
    items: tuple[str, ...] = ()
    if_: Literal["you-agree"] | None = Field(default=None, alias="if")


class Told(Authored):
    """Who is told. `ends`: the organisations and groups that it means."""

    say: str
    ends: tuple[str, ...] = ()


class Pictures(Authored):
    """The picture beside each section of the page, one of `PICTURES`."""

    what: str | None = None
    never: str | None = None
    why: str | None = None
    who: str | None = None
    how_long: str | None = None
    choice: str | None = None

    def named(self) -> dict[str, str]:
        """The pictures that are named, by section."""
        return {name: picture for name in Pictures.model_fields if (picture := getattr(self, name)) is not None}


class Confirmed(Authored):
    """Who read or confirmed the words, by post, and when."""

    post: str
    on: Day


class EasyRead(Authored):
    """An easy-read version that an agency had made, and who tested it."""

    document: str
    tested_with: str
    on: Day


class ForPeople(Authored):
    """The whole page. `version`: the text that it was written from; a draft has none."""

    version: VersionNumber | None = None
    fingerprint: Fingerprint | None = None
    title: str
    what: tuple[Said, ...] = ()
    never: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    who: tuple[Told, ...] = ()
    how_long: tuple[str, ...] = ()
    choice: tuple[str, ...] = ()
    pictures: Pictures = Pictures()
    easy_read: EasyRead | None = None
    read_by: Confirmed | None = None
    confirmed: Confirmed | None = None

    def sentences(self) -> tuple[tuple[tuple[str | int, ...], str], ...]:
        """Every text that the person reads, with its path in the record, in the order of the page."""
        found: list[tuple[tuple[str | int, ...], str]] = [(("title",), self.title)]
        found += [(("what", index, "say"), sentence.say) for index, sentence in enumerate(self.what)]
        for name in ("never", "why"):
            found += [((name, index), text) for index, text in enumerate(getattr(self, name))]
        found += [(("who", index, "say"), reader.say) for index, reader in enumerate(self.who)]
        for name in ("how_long", "choice"):
            found += [((name, index), text) for index, text in enumerate(getattr(self, name))]
        return tuple(found)

    @property
    def unfinished(self) -> bool:
        """Whether a sentence is still a blank to fill in. Sentences for people have no square brackets otherwise."""
        return any(is_blank(text) for _path, text in self.sentences())


def is_blank(sentence: str) -> bool:
    return "[" in sentence
