"""What a returned copy is read into, whichever kind of file it is: the values as typed, and what stands where people sign."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from undersigned.documents.model import ANSWER, literal, plain
from undersigned.documents.words import word

Kind = Literal["pdf", "docx"]
Value = str | bool | None
#: What stands at a place to sign besides a certificate.
Mark = Literal["typed", "picture"]

SIGNATURE: Final = "__signature"
#: The other fields of a block of signature, by the end of their names.
BLOCK_FIELDS: Final = ("authority", "name", "post", "date")

#: No person types more than this into a field.
_MOST_LETTERS = 20_000
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BRITISH_DATE = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


class ReturnedError(Exception):
    """A returned file that cannot be read. Its text is a sentence for whoever sent it."""

    def __init__(self, reason: str, **facts: str) -> None:
        super().__init__(word(f"returned.{reason}", **facts))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a digital signature vouches for. `intact`: nothing of its block, and of the text, has changed since.

    `digest` is that of the text when it was signed, `fingerprint` the SHA-256 of the certificate, `claimed_at` the time the signer's computer gave.
    """

    intact: bool
    digest: str | None = None
    subject: str | None = None
    fingerprint: str | None = None
    claimed_at: datetime | None = None
    trusted: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A file as it was read: `places` are the fields for a signature, in the order of the file.

    `marks` and `certificates` tell what stands in them. `unexpected` are fields that the document never had.
    """

    kind: Kind
    properties: Mapping[str, str]
    values: Mapping[str, Value]
    places: tuple[str, ...]
    marks: Mapping[str, Mark]
    certificates: Mapping[str, Certificate]
    digest: str
    unexpected: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file is at one time: a digest of all that shows of each field, the places to sign, the properties, the text."""

    fields: Mapping[str, str]
    places: frozenset[str]
    properties: Mapping[str, str]
    digest: str


def text_value(written: str) -> str | None:
    """Text as typed, in NFC, with line feeds for line ends and what is no text shown as U+FFFD; None where there is nothing."""
    return literal(_LINE_ENDS.sub("\n", written))[:_MOST_LETTERS].strip() or None


def date_value(written: str) -> str | None:
    """A day as ISO 8601 where it was given as DD/MM/YYYY or as ISO; else the text as typed."""
    typed = text_value(written)
    if typed is None:
        return None
    british = _BRITISH_DATE.fullmatch(typed)
    try:
        if british:
            return date(int(british[3]), int(british[2]), int(british[1])).isoformat()
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        return typed


def is_date(name: str, label: str) -> bool:
    """Whether a field asks for a day: its label says in which form, and one of a block of signature is known by its name."""
    return name.endswith("__date") or word("form.date_placeholder") in label


def property_value(written: str) -> str:
    return plain(written)[:_MOST_LETTERS]


def organisation_of(place: str) -> str | None:
    """Whose block a signature's field belongs to; None for a signature elsewhere, as on a form."""
    body, _, kind = place.rpartition("__")
    return body if body and f"__{kind}" == SIGNATURE and not place.startswith(ANSWER) else None


def block_of(place: str) -> tuple[str, ...]:
    """The names of the fields that a signature of an organisation stands for, its own first."""
    body = organisation_of(place)
    return (place,) if body is None else (place, *(f"{body}__{kind}" for kind in BLOCK_FIELDS))
