"""What has happened to a protocol, and when its next review is due: for feeds, calendars and the list of changes.

Ids in feeds and calendars stay the same from build to build, and when a protocol or an organisation changes its id:
they are made from the oldest id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from undersigned.records.fields import KEBAB, When, has_happened
from undersigned.register import ProtocolFolder, Register
from undersigned.status import Signing, agreed_versions, review_state


@dataclass(frozen=True)
class Act:
    """One act of signing, by the organisation that did it. A signature withdrawn later was still made."""

    organisation: str
    name: str
    version: str
    sent_on: When | None
    signed_on: When


@dataclass(frozen=True)
class Agreeing:
    """How many days a version took: from the day it was first sent out to its last signature so far."""

    version: str
    sent_on: date
    last_signed_on: date
    signatures: int
    days: int


@dataclass(frozen=True)
class NewsItem:
    """Something that happened to a protocol on a known day.

    `key`: the same for ever. `by`: (id, name) of the organisation that signed. `text`: what the version or the review
    says about itself; empty for a signature.
    """

    on: date
    kind: Literal["version", "review", "signature"]
    key: str
    protocol: str
    title: str
    version: str
    text: str = ""
    by: tuple[str, str] | None = None


@dataclass(frozen=True)
class ReviewDate:
    """The day or month in which a protocol's review is due. `first_id`: its oldest id. `completed`: how often it was reviewed."""

    protocol: str
    first_id: str
    title: str
    due_on: When
    completed: int


def acts_of(signing: Signing, register: Register) -> tuple[Act, ...]:
    """Every signature made by the day, oldest first; on one day by organisation."""
    entries = {(str(entry.signed_on), entry.signer, entry.version): entry for entry in signing.signatures()}
    return tuple(
        Act(entry.signer, register.organisation_name(entry.signer), entry.version, entry.sent_on, entry.signed_on)
        for _key, entry in sorted(entries.items())
        if entry.signed_on is not None
    )


def agreeing_of(versions: Iterable[str], acts: tuple[Act, ...]) -> tuple[Agreeing, ...]:
    """Each of `versions` of which the days of sending and signing are known."""
    found = []
    for version in versions:
        of_it = [act for act in acts if act.version == version]
        sent = [act.sent_on for act in of_it if isinstance(act.sent_on, date)]
        signed = [act.signed_on for act in of_it if isinstance(act.signed_on, date)]
        if sent and signed and min(sent) <= max(signed):
            days = (max(signed) - min(sent)).days
            found.append(Agreeing(version, min(sent), max(signed), len(signed), days))
    return tuple(found)


def news_of(folder: ProtocolFolder, register: Register, acts: Iterable[Act], *, as_of: date) -> Iterator[NewsItem]:
    """New versions, reviews and signatures by the day. Leaves out what is known only by its month."""
    id_, title = folder.id, folder.value.title
    key = f"protocols/{_first_protocol_id(folder, register)}/"
    for number, version in agreed_versions(folder, as_of=as_of):
        if isinstance(version.agreed_on, date):
            yield NewsItem(version.agreed_on, "version", f"{key}versions/{number}", id_, title, number, version.summary)
    for day, record in folder.reviews.items():
        if isinstance(day, date) and day <= as_of and record.value is not None:
            review = record.value
            yield NewsItem(day, "review", f"{key}reviews/{day.isoformat()}", id_, title, review.version, review.note)
    for act in acts:
        if isinstance(act.signed_on, date):
            signer = first_organisation_id(act.organisation, register)
            signature = f"{key}signatures/{signer}/{act.version}/{act.signed_on}"
            by = (act.organisation, act.name)
            yield NewsItem(act.signed_on, "signature", signature, id_, title, act.version, by=by)


def newest_first(items: Iterable[NewsItem]) -> list[NewsItem]:
    return sorted(sorted(items, key=lambda item: item.key), key=lambda item: item.on, reverse=True)


def review_date(folder: ProtocolFolder, register: Register, *, as_of: date) -> ReviewDate | None:
    """The protocol's next review; None where none is due."""
    due = review_state(folder, as_of=as_of).due_on
    if due is None:
        return None
    completed = sum(1 for day in folder.reviews if has_happened(day, as_of))
    return ReviewDate(folder.id, _first_protocol_id(folder, register), folder.value.title, due, completed)


def _first_protocol_id(folder: ProtocolFolder, register: Register) -> str:
    return _oldest(folder.id, folder.value.formerly, register.present_protocol)


def first_organisation_id(id_: str, register: Register) -> str:
    """The oldest id of an organisation, for ids that stay the same."""
    record = register.organisation(id_)
    formerly = record.value.formerly if record is not None and record.value is not None else ()
    return _oldest(id_, formerly, register.present_organisation)


def _oldest(id_: str, formerly: Iterable[str], present: Callable[[str], str]) -> str:
    """`formerly` names the ids oldest first. An entry that is not an id, or is another's id by mistake, does not count."""
    return next((old for old in formerly if KEBAB.match(old) and present(old) == id_), id_)
