"""What other registers publish (`api/v1/register.json`): asked for, checked, and kept for a day on which it cannot be read.

Everything here comes from elsewhere and is hostile: it is limited in size and depth, each entry is checked by itself, and
only plain text, ids, days and addresses within the register's own site are taken from it.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from undersigned.atomic import write_atomically
from undersigned.records.fields import KEBAB, Authored
from undersigned.records.findings import Finding
from undersigned.records.reading import Record, read_record

#: Where a register's data lies below its address.
DATA = "api/v1/register.json"
SCHEMA_VERSION = 1
TIME_LIMIT = 30.0
#: Bytes of one register's data. A national register of 1,134 protocols has 8 MB.
MOST_BYTES = 32 * 1024 * 1024
#: Days after which the data of a register is old.
STALE_AFTER = 14
_MOST_ENTRIES = 20_000
_MOST_FAULTS_SHOWN = 5
_PAGE = re.compile(r"(?:[a-z0-9-]+/)+\Z")


class NotReadError(Exception):
    """A register's data could not be read. The message says why, in a sentence without the register's name."""


class CatalogueError(Exception):
    """The list of registers cannot be used. `findings`: what is wrong with it."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        super().__init__("the list of registers has faults")
        self.findings = tuple(findings)


# -- the list of registers --------------------------------------------------------------------------------------------


class Listed(Authored):
    """One register. `from`: the address of its site (https), or a folder that holds the site, beside the list."""

    id: str
    title: str
    from_: str = Field(alias="from")


class RegisterList(Authored):
    """The list that the keeper of a catalogue writes."""

    title: str
    registers: tuple[Listed, ...]


def read_list(path: Path) -> RegisterList:
    """Raises CatalogueError with every fault, and OSError if the file cannot be read."""
    record: Record[RegisterList] = read_record(path.name, path.read_bytes(), RegisterList)
    findings = list(record.findings)
    seen: set[str] = set()
    for index, one in enumerate(record.value.registers if record.value else ()):
        place = record.place("registers", index)
        if not KEBAB.match(one.id):
            message = f"'{one.id}' cannot be the id of a register"
            findings.append(_fault(path, place, message, "Use small letters, digits and single hyphens."))
        elif one.id in seen:
            findings.append(_fault(path, place, f"the register '{one.id}' is listed twice", "Take one of them out."))
        seen.add(one.id)
        if urlsplit(one.from_).scheme not in ("", "https") and not is_this_computer(one.from_):
            message = f"'{one.from_}' is neither an https address nor a folder"
            findings.append(_fault(path, place, message, "Write the address of the register's site."))
    if findings or record.value is None:
        raise CatalogueError(findings)
    return record.value


def _fault(path: Path, place: object, message: str, hint: str) -> Finding:
    line, column = getattr(place, "line", 1), getattr(place, "column", 1)
    return Finding(path.name, line, column, "register-list", "error", message, hint)


def is_this_computer(address: str) -> bool:
    """Whether it is an http address of this computer, which only tests use."""
    parts = urlsplit(address)
    if parts.scheme != "http" or parts.hostname is None:
        return False
    try:
        return parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


# -- what is taken of a register's data -------------------------------------------------------------------------------


def _clean(value: object) -> object:
    """Text in one line without characters that cannot be shown; anything else as it is."""
    if not isinstance(value, str):
        return value
    line = " ".join(value.split())
    return "".join(character if character.isprintable() else "\ufffd" for character in line)


Text = Annotated[str, BeforeValidator(_clean), StringConstraints(min_length=1, max_length=600)]
#: A day or a month as records write it.
DayText = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}(-\d{2})?$")]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=120)]


class _Published(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class PublishedParty(_Published):
    organisation: Id
    name: Text
    state: Text | None = None


class PublishedTerm(_Published):
    """The lengths of time in one clause, such as `3 months`. A register of an earlier version publishes none."""

    clause: Id
    title: Text | None = None
    lengths: tuple[Text, ...] = Field(max_length=50)


class PublishedProtocol(_Published):
    """A protocol as its register publishes it; of a restricted one only the title and the parties are known."""

    id: Id
    title: Text
    publication: Literal["public", "restricted"]
    status: Text | None = None
    kind: Id | None = None
    areas: tuple[Id, ...] = Field(default=(), max_length=200)
    stages: tuple[Id, ...] = Field(default=(), max_length=50)
    terms: tuple[PublishedTerm, ...] = Field(default=(), max_length=200)
    version: Text | None = None
    review_due_on: DayText | None = None
    parties: tuple[PublishedParty, ...] = Field(default=(), max_length=2000)
    page: Text = ""


class PublishedBody(_Published):
    id: Id
    name: Text
    kind: Text
    jurisdiction: Text | None = None
    areas: tuple[Id, ...] = Field(default=(), max_length=200)
    codes: dict[Id | Literal["companies_house"], Text] = Field(default={}, max_length=20)
    dissolved_on: DayText | None = None
    page: Text = ""


@dataclass(frozen=True)
class Published:
    """A register's data. `faults`: entries that were left out, each in a sentence."""

    as_of: date
    example: bool
    protocols: tuple[PublishedProtocol, ...]
    bodies: tuple[PublishedBody, ...]
    faults: tuple[str, ...]


P = TypeVar("P", PublishedProtocol, PublishedBody)


def published(raw: bytes) -> Published:
    """Reads the bytes of `register.json`. NotReadError if they are not a register's data, or of an unknown version."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        raise NotReadError("what it publishes is not JSON") from None
    if not isinstance(data, dict):
        raise NotReadError("what it publishes is not the data of a register")
    version = data.get("schema_version")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        known = isinstance(version, int) and not isinstance(version, bool)
        given = f"version {version}" if known and abs(int(str(version))) < 10_000 else "no version"
        raise NotReadError(f"its data has {given}, and this program reads version {SCHEMA_VERSION}")
    try:
        as_of = date.fromisoformat(str(data.get("as_of"))[:10])
    except ValueError:
        raise NotReadError("its data does not say for which day it is") from None
    faults: list[str] = []
    protocols = tuple(_entries(data.get("protocols"), PublishedProtocol, "protocol", faults))
    bodies = tuple(_entries(data.get("organisations"), PublishedBody, "organisation", faults))
    return Published(as_of, data.get("example") is True, protocols, bodies, tuple(faults))


def _entries(found: object, model: type[P], what: str, faults: list[str]) -> Iterator[P]:
    """The entries that can be read, each id once."""
    if not isinstance(found, list):
        raise NotReadError(f"its data has no list of {what}s")
    if len(found) > _MOST_ENTRIES:
        raise NotReadError(f"it has {len(found):,} {what}s; the limit is {_MOST_ENTRIES:,}")
    seen: set[str] = set()
    for number, entry in enumerate(found, 1):
        try:
            read = model.model_validate(entry)
        except (ValidationError, RecursionError) as error:
            first = (
                error.errors(include_url=False, include_input=False)[0] if isinstance(error, ValidationError) else None
            )
            where = ".".join(str(part) for part in first["loc"])[:60] if first else ""
            faults.append(f"{what} {number} is left out: {where or 'it'} cannot be read")
            continue
        if read.id in seen:
            faults.append(f"{what} {number} is left out: its id comes twice")
            continue
        seen.add(read.id)
        yield read if _PAGE.match(read.page) else read.model_copy(update={"page": ""})


# -- asking -----------------------------------------------------------------------------------------------------------


def ask(listed: Listed, beside: Path) -> bytes:
    """The bytes of a register's data, from its address or from a folder beside the list. NotReadError if there are none."""
    if urlsplit(listed.from_).scheme:
        return _from_address(urljoin(listed.from_.rstrip("/") + "/", DATA))
    path = beside / listed.from_ / DATA
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise NotReadError(f"{listed.from_}/{DATA} cannot be read: {error.strerror}") from error
    if len(raw) > MOST_BYTES:
        raise NotReadError(f"its data has more than {MOST_BYTES // 1024 // 1024} MB")
    return raw


def _from_address(address: str) -> bytes:
    """Follows no redirect: a register that has moved gets its new address in the list."""
    session = requests.Session()
    session.trust_env = not is_this_computer(address)
    try:
        with session.get(
            address,
            headers={"User-Agent": "undersigned-catalogue/1", "Accept": "application/json"},
            timeout=TIME_LIMIT,
            stream=True,
            allow_redirects=False,
        ) as answer:
            if 300 <= answer.status_code < 400:
                raise NotReadError("its address leads to another one")
            if answer.status_code != 200:
                raise NotReadError(f"its site answered {answer.status_code}")
            chunks: list[bytes] = []
            for chunk in answer.iter_content(65536):
                chunks.append(chunk)
                if sum(map(len, chunks)) > MOST_BYTES:
                    raise NotReadError(f"its data has more than {MOST_BYTES // 1024 // 1024} MB")
            return b"".join(chunks)
    except requests.exceptions.RequestException as error:
        raise NotReadError(f"its site cannot be reached ({type(error).__name__})") from None


# -- keeping ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """A register as the catalogue knows it.

    `data`: its last good answer, or None if there was none yet; `read_on`: the day of that answer. `fault`: why today's
    could not be read, or ""; `fails_since`: the first day of that.
    """

    listed: Listed
    data: Published | None
    read_on: date | None
    fault: str = ""
    fails_since: date | None = None

    def is_old(self, as_of: date) -> bool:
        """Whether the register itself has not been made anew for two weeks."""
        return self.data is not None and (as_of - self.data.as_of).days > STALE_AFTER

    def address(self, page: str = "") -> str:
        """The address of a page in the register's own site; "" if the site is only a folder."""
        if urlsplit(self.listed.from_).scheme != "https":
            return ""
        return urljoin(self.listed.from_.rstrip("/") + "/", page)


def refresh(
    listed: Listed, *, beside: Path, kept: Path, as_of: date, get: Callable[[Listed, Path], bytes] = ask
) -> Answer:
    """Reads one register now. If that fails, its last good answer stays. Writes only the files of this register in `kept`."""
    before = kept_answer(listed, kept)
    try:
        raw = get(listed, beside)
        data = published(raw)
    except NotReadError as error:
        answer = replace(before, fault=str(error), fails_since=before.fails_since or as_of)
    else:
        write_atomically(kept / f"{listed.id}.json", raw)
        answer = Answer(listed, data, as_of)
    note = {
        "read_on": None if answer.read_on is None else answer.read_on.isoformat(),
        "fault": answer.fault,
        "fails_since": None if answer.fails_since is None else answer.fails_since.isoformat(),
    }
    write_atomically(kept / f"{listed.id}.note.json", (json.dumps(note, sort_keys=True) + "\n").encode())
    return answer


def kept_answer(listed: Listed, kept: Path) -> Answer:
    """The last answer of a register, as its job left it."""
    note = _note(kept / f"{listed.id}.note.json")
    fault, since = str(note.get("fault") or ""), _day(note.get("fails_since"))
    try:
        data = published((kept / f"{listed.id}.json").read_bytes())
    except (OSError, NotReadError):
        return Answer(listed, None, None, fault, since)
    return Answer(listed, data, _day(note.get("read_on")), fault, since)


def _note(path: Path) -> Mapping[str, object]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def faults_shown(data: Published) -> tuple[str, ...]:
    """The first faults of a register's entries, and how many more there are."""
    more = len(data.faults) - _MOST_FAULTS_SHOWN
    return (*data.faults[:_MOST_FAULTS_SHOWN], *((f"and {more:,} more",) if more > 0 else ()))
