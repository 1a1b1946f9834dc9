"""The kinds of value that records are made of, and the frozen base of every record. No record is described here."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import total_ordering
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
#: Names that Windows keeps for devices, so that no file or folder can have them (Microsoft, "Naming Files, Paths, and Namespaces").
RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\Z", re.IGNORECASE)
#: An address that can be written to: the part before the @ in plain characters, as RFC 5322 section 3.2.3 and mail programs take it.
MAILBOX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+'-]{0,63}@[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9][A-Za-z0-9-]*)+\Z")
VERSION_NUMBER = re.compile(r"(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})\Z", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,12}\Z")
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?\Z")

#: In English whatever the locale of the machine, unlike `calendar.month_name`.
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

#: Marks for a figure that is not shown (Analysis Function, "Using symbols in tables"; checked 2026-11-22).
MARKS = ("[c]", "[x]", "[z]", "[low]", "[u]", "[b]", "[r]", "[p]")


def is_example_mailbox(mailbox: str) -> bool:
    """Returns whether a mailbox reaches nobody, because RFC 2606 sets its domain aside for examples and tests."""
    domain = mailbox.rpartition("@")[2].lower().rstrip(".")
    return domain.endswith((".example", ".invalid", ".test")) or any(
        domain == name or domain.endswith(f".{name}") for name in ("example.org", "example.com", "example.net")
    )


class Authored(BaseModel):
    """The base of every record and its parts: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class _Published:
    """The mark of a field that the public JSON carries as the record writes it."""


_T = TypeVar("_T")
#: A field that the public JSON carries as the record writes it: text, or a list of texts. Never a post or a mailbox.
Published = Annotated[_T, _Published()]


def published_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """The names of the fields that the public JSON carries as the record writes them."""
    return tuple(
        name for name, info in model.model_fields.items() if any(isinstance(mark, _Published) for mark in info.metadata)
    )


@total_ordering
@dataclass(frozen=True, slots=True)
class Month:
    """A month, if the day is not known. It is shown as a month, and nothing is counted in days from it."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Month):
            return NotImplemented
        return (self.year, self.month) < (other.year, other.month)

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])


#: When something happened: a day, or a month if the day is not known.
When = date | Month


def earliest(when: When) -> date:
    """The first day that `when` can mean."""
    return when if isinstance(when, date) else when.first_day


def latest(when: When) -> date:
    """The last day that `when` can mean."""
    return when if isinstance(when, date) else when.last_day


def surely_before(one: When, other: When) -> bool:
    """Whether `one` lies before `other`, whichever day of a month is meant. Only this is a fault of order."""
    return latest(one) < earliest(other)


def has_happened(when: When | None, as_of: date) -> bool:
    """Returns whether something dated `when` had happened on `as_of`: a month has, once its last day has come."""
    return when is not None and latest(when) <= as_of


def in_time(when: When) -> tuple[date, date]:
    """The key by which events are sorted: the day on which each has surely happened, then the first day it can mean."""
    return latest(when), earliest(when)


def add_months(when: date, months: int) -> date:
    """Returns the same day of the month, `months` later, or that month's last day if it is shorter.

    Beyond the calendar: the calendar's last day.
    """
    index = when.year * 12 + when.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(when.day, calendar.monthrange(year, month)[1]))


def months_later(when: When, months: int) -> When:
    """Returns `add_months` of a day, and of a month the month so many months later."""
    if isinstance(when, date):
        return add_months(when, months)
    later = add_months(when.first_day, months)
    return Month(later.year, later.month)


def when_of(text: str) -> When:
    """Reads `2026-05-01` or `2026-05`. Raises ValueError for anything else."""
    if month := _MONTH.match(text):
        year, number = int(month[1]), int(month[2])
        if not 1 <= number <= 12 or year == 0:
            raise ValueError("no such month")
        return Month(year, number)
    if not _DAY.match(text):
        raise ValueError("neither a day nor a month")
    return date.fromisoformat(text)


def _day(value: object) -> object:
    if not isinstance(value, str):
        raise PydanticCustomError("date", "not a date")
    if not _DAY.match(value):
        raise PydanticCustomError("date", "not a date")
    try:
        return date(int(value[:4]), int(value[5:7]), int(value[8:]))
    except ValueError:
        raise PydanticCustomError("no_such_day", "no such day") from None


def _day_or_month(value: object) -> object:
    if isinstance(value, str) and _MONTH.match(value):
        try:
            return when_of(value)
        except ValueError:
            raise PydanticCustomError("no_such_day", "no such month") from None
    if not isinstance(value, str) or not _DAY.match(value):
        raise PydanticCustomError("date_or_month", "neither a date nor a month")
    return _day(value)


def _yes_no(value: object) -> object:
    if value in ("yes", "true"):
        return True
    if value in ("no", "false"):
        return False
    raise PydanticCustomError("yes_no", "neither yes nor no")


def _whole(value: object) -> object:
    if isinstance(value, str) and _WHOLE.match(value):
        return int(value)
    raise PydanticCustomError("whole_number", "not a whole number")


def _number(value: object) -> object:
    if isinstance(value, str) and _NUMBER.match(value):
        return float(value)
    raise PydanticCustomError("number", "not a number")


def _count(value: object) -> object:
    return value if value in MARKS else _whole(value)


def _version(value: object) -> object:
    if isinstance(value, str) and VERSION_NUMBER.match(value):
        return value
    raise PydanticCustomError("version_number", "not a version number")


def one_or_list(value: object) -> object:
    """One text, or one group of fields, as a list of one. Anything else is returned as it is."""
    return (value,) if isinstance(value, str | dict | Authored) else value


def _text_of(pattern: str, examples: list[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": examples})


#: As it is typed in a record, so that an answer of the last run reads back.
_AS_TYPED = PlainSerializer(str, return_type=str, when_used="json-unless-none")
Day = Annotated[date, PlainValidator(_day), _AS_TYPED, WithJsonSchema({"type": "string", "format": "date"})]
DayOrMonth = Annotated[
    date | Month,
    PlainValidator(_day_or_month),
    _AS_TYPED,
    _text_of(r"^\d{4}-\d{2}(-\d{2})?$", ["2026-05-01", "2004-05"]),
]
YesNo = Annotated[bool, PlainValidator(_yes_no), WithJsonSchema({"enum": ["yes", "no", "true", "false", True, False]})]
Whole = Annotated[
    int, PlainValidator(_whole), WithJsonSchema({"type": ["integer", "string"], "pattern": "^[0-9]+$", "minimum": 0})
]
Number = Annotated[float, PlainValidator(_number), WithJsonSchema({"type": ["number", "string"], "minimum": 0})]
Count = Annotated[
    int | str,
    PlainValidator(_count),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"enum": list(MARKS)}]}),
]
VersionNumber = Annotated[
    str, PlainValidator(_version), WithJsonSchema({"type": ["string", "number"], "pattern": r"^\d+\.\d+$"})
]
Fingerprint = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^(v1|d1):sha256:[0-9a-f]{64}$"})]
#: `v1`: of a text that is entered here. `d1`: of the file of a document that was signed on paper.
FINGERPRINT = re.compile(r"(?:v1|d1):sha256:[0-9a-f]{64}\Z")

#: Text written in Markdown: hostile until proven otherwise.
Prose = Annotated[str, Field(json_schema_extra={"x-prose": True})]


def version_key(version: str) -> tuple[int, int]:
    """Versions are ordered as numbers: 1.10 comes after 1.9. The argument is a `VersionNumber`."""
    major, minor = version.split(".")
    return int(major), int(minor)


Jurisdiction = Literal["england", "wales", "scotland", "northern-ireland", "ireland", "crown-dependency"]
