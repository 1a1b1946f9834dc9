"""What people fill in: text and dates as typed, and the names that the fields of a block go by."""

from __future__ import annotations

import re
from datetime import date

from undersigned.documents.model import ANSWER, literal
from undersigned.documents.words import word

Value = str | bool | None

SIGNATURE = "__signature"
#: The other fields of a block, by the end of their names.
BLOCK_FIELDS = ("authority", "name", "post", "basis", "date", "reservation")
#: No person types more than this into a field.
_MOST_LETTERS = 20_000
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BRITISH_DATE = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


def text_value(written: str) -> str | None:
    """Text as typed, in NFC, with line feeds for line ends; what is not text becomes U+FFFD. None if nothing is left."""
    return literal(_LINE_ENDS.sub("\n", written))[:_MOST_LETTERS].strip() or None


def date_value(written: str) -> str | None:
    """A day as ISO 8601 if it was given as DD/MM/YYYY or as ISO; otherwise the text as typed."""
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
    """Whether a field asks for a day: by the end of its name in a block, or by its label."""
    return name.endswith("__date") or word("form.date_placeholder") in label


def organisation_of(place: str) -> str | None:
    """The organisation whose block a signature field belongs to; None for a signature elsewhere, as on a form."""
    body, _, kind = place.rpartition("__")
    return body if body and f"__{kind}" == SIGNATURE and not place.startswith(ANSWER) else None


def block_fields(organisation: str) -> tuple[str, ...]:
    """The names of all fields of an organisation's block, its signature first."""
    return (f"{organisation}{SIGNATURE}", *(f"{organisation}__{kind}" for kind in BLOCK_FIELDS))


def block_of(field: str) -> str | None:
    """The organisation whose block a field belongs to; None for other fields."""
    body, _, kind = field.rpartition("__")
    return body if body and kind in ("signature", *BLOCK_FIELDS) and not field.startswith(ANSWER) else None


def is_placeholder(words: str) -> bool:
    """Whether words only ask for others."""
    return words == "SIGN" or words in {  # MuPDF prints this into places that are not signed
        word(f"form.{name}")
        for name in ("text_placeholder", "date_placeholder", "signature_placeholder", "choose_short")
    }
