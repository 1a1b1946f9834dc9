"""Calendars (iCalendar, RFC 5545) and the news feed (Atom, RFC 4287): register and day in, bytes out.

Ids stay the same from build to build, and through a change of a protocol's or organisation's id: they hold the oldest one.
Every stamp of time comes from `as_of` or a record: never from a clock.
A restricted protocol is in the calendars by its title and date, and not in the news.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from urllib.parse import urlsplit
from xml.etree import ElementTree

from icalendar import Alarm, Calendar, Event, vText

from undersigned.records.fields import KEBAB
from undersigned.register import ProtocolFolder, Register
from undersigned.status import agreed_versions, has_happened, review_state

#: Days before a review is due on which a calendar reminds.
ALARM_DAYS = (60, 30, 7)
MOST_NEWS = 100
_ATOM = "http://www.w3.org/2005/Atom"
#: The host in ids where the site has no address of its own (RFC 2606 keeps `.invalid` free).
_NO_HOST = "undersigned.invalid"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Control characters that are no white space.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_REVIEW_DUE = "Review due: {title}"
_REMINDER = "Review of {title} is due on {due_on}"
_VERSION_NEWS = "{title}: version {version} agreed"
_REVIEW_NEWS = "{title}: reviewed"
_SIGNATURE_NEWS = "{title}: signed by {organisation}"


@dataclass(frozen=True)
class ReviewDate:
    """One entry of a calendar: the day on which a protocol's review is due. `completed`: how often it was reviewed.

    `first_id`: the oldest id of the protocol, by which calendars know the entry again.
    """

    protocol: str
    first_id: str
    title: str
    due_on: date
    completed: int


def review_date(folder: ProtocolFolder, register: Register, *, as_of: date) -> ReviewDate | None:
    """The protocol's next review; None where none is due."""
    due = review_state(folder, as_of=as_of).due_on
    if due is None:
        return None
    completed = sum(1 for day in folder.reviews if day <= as_of)
    return ReviewDate(folder.id, _first_protocol_id(folder, register), folder.value.title, due, completed)


def render_reviews_ics(
    register: Register, *, as_of: date, name: str = "Reviews due", address: str = "", within: int | None = None
) -> bytes:
    """The review dates of the whole register. `address`: where its site stands, or empty. `within`: days from `as_of`."""
    found = (review_date(folder, register, as_of=as_of) for folder in register.protocols() if folder.readable)
    dates = [day for day in found if day is not None and (within is None or (day.due_on - as_of).days <= within)]
    return render_calendar(dates, as_of=as_of, name=name, address=address)


def render_calendar(dates: Iterable[ReviewDate], *, as_of: date, name: str, address: str = "") -> bytes:
    """All-day events with reminders, most urgent first. `address`: where the site stands, or empty."""
    calendar = Calendar()
    calendar.add("prodid", "-//Undersigned//Review calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # As text, which the library would otherwise not take these two for and leave unescaped.
    calendar.add("name", vText(_in_a_line(name)))
    calendar.add("x-wr-calname", vText(_in_a_line(name)))
    calendar.add("refresh-interval", timedelta(days=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "P1D")
    head, end, _ = calendar.to_ical().partition(b"END:VCALENDAR")
    entries = sorted(dates, key=lambda entry: (entry.due_on, entry.protocol))
    return b"".join([head, *(_event_text(day, as_of, address) for day in entries), end, b"\r\n"])


@lru_cache(maxsize=4096)
def _event_text(day: ReviewDate, as_of: date, address: str) -> bytes:
    """One event as it stands in a calendar; kept, because the same event stands in many."""
    return bytes(_event(day, datetime.combine(as_of, time(), UTC), address).to_ical())


def _event(day: ReviewDate, stamp: datetime, address: str) -> Event:
    event = Event()
    event.add("uid", f"{day.first_id}-review@{_host(address)}")
    event.add("dtstamp", stamp)
    event.add("sequence", day.completed)
    title = _in_a_line(day.title)
    event.add("summary", _REVIEW_DUE.format(title=title))
    event.add("dtstart", day.due_on)
    if day.due_on < date.max:
        event.add("dtend", day.due_on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    if address:
        event.add("url", f"{_with_slash(address)}protocols/{day.protocol}/")
    for days in ALARM_DAYS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", timedelta(days=-days))
        alarm.add("description", _REMINDER.format(title=title, due_on=day.due_on.isoformat()))
        event.add_component(alarm)
    return event


@dataclass(frozen=True)
class News:
    """Something that happened. `key` is its lasting id within the register, `path` the page it is told on."""

    on: date
    key: str
    title: str
    summary: str
    path: str


def news(register: Register, *, as_of: date) -> list[News]:
    """New versions, reviews and signatures by that day, newest first. What is known only by its month is left out."""
    found: list[News] = []
    for folder in register.protocols():
        if folder.readable and folder.value.publication == "public":
            found.extend(news_of(folder, register, as_of))
    return in_order(found)


def _first_protocol_id(folder: ProtocolFolder, register: Register) -> str:
    return _oldest(folder.id, folder.value.formerly, register.present_protocol)


def _first_organisation_id(id_: str, register: Register) -> str:
    record = register.organisation(id_)
    formerly = record.value.formerly if record is not None and record.value is not None else ()
    return _oldest(id_, formerly, register.present_organisation)


def _oldest(id_: str, formerly: Iterable[str], present: Callable[[str], str]) -> str:
    """`formerly` names the ids oldest first. What is no id, or by mistake another's too, does not count."""
    return next((old for old in formerly if KEBAB.match(old) and present(old) == id_), id_)


def in_order(found: Iterable[News]) -> list[News]:
    """Newest first."""
    return sorted(sorted(found, key=lambda item: item.key), key=lambda item: item.on, reverse=True)


def news_of(folder: ProtocolFolder, register: Register, as_of: date) -> Iterator[News]:
    """What happened to one public protocol by that day."""
    title, path = folder.value.title, f"protocols/{folder.id}/"
    key = f"protocols/{_first_protocol_id(folder, register)}/"
    for number, version in agreed_versions(folder, as_of=as_of):
        if isinstance(version.agreed_on, date):
            yield News(
                version.agreed_on,
                f"{key}versions/{number}",
                _VERSION_NEWS.format(title=title, version=number),
                version.summary,
                path,
            )
    for day, record in folder.reviews.items():
        if day <= as_of and record.value is not None:
            yield News(
                day, f"{key}reviews/{day.isoformat()}", _REVIEW_NEWS.format(title=title), record.value.note, path
            )
    for id_, signing in folder.signing.items():
        signatures = signing.value.signatures if signing.value else ()
        # A body that signs for itself and for others on one day is told of once.
        acts = dict.fromkeys((signature.version, signature.signed_on) for signature in signatures)
        for number, signed_on in acts:
            if isinstance(signed_on, date) and has_happened(signed_on, as_of):
                yield News(
                    signed_on,
                    f"{key}signatures/{_first_organisation_id(id_, register)}/{number}/{signed_on}",
                    _SIGNATURE_NEWS.format(title=title, organisation=register.organisation_name(id_)),
                    "",
                    path,
                )


def render_atom(register: Register, *, as_of: date, name: str, address: str = "") -> bytes:
    """The newest hundred items. Links lead from the feed's own place where the site has no address."""
    return render_news(news(register, as_of=as_of), as_of=as_of, name=name, address=address)


def render_news(found: Sequence[News], *, as_of: date, name: str, address: str = "") -> bytes:
    """The first hundred of these items as a feed."""
    items = found[:MOST_NEWS]
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    base = _with_slash(address) if address else ""
    _text(feed, "id", f"tag:{_host(address)},2026:feed")
    _text(feed, "title", name)
    _text(feed, "updated", _moment(items[0].on if items else as_of))
    _text(_child(feed, "author"), "name", name)
    _link(feed, "self", f"{base}feed.xml", "application/atom+xml")
    _link(feed, "alternate", base or "./", "text/html")
    for item in items:
        entry = _child(feed, "entry")
        _text(entry, "id", f"tag:{_host(address)},2026:{item.key}")
        _text(entry, "title", item.title)
        _text(entry, "updated", _moment(item.on))
        _link(entry, "alternate", f"{base}{item.path}", "text/html")
        if item.summary:
            _text(entry, "summary", " ".join(item.summary.split()))
    ElementTree.indent(feed)
    body: bytes = ElementTree.tostring(feed, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body + b"\n"


def _in_a_line(text: str) -> str:
    """White space folded, with the ends of lines that only some programs take for such; control characters gone."""
    return " ".join(_CONTROL.sub("", text).split())


def _child(parent: ElementTree.Element, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}")


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    _child(parent, name).text = _NOT_XML.sub("", text)


def _link(parent: ElementTree.Element, rel: str, href: str, kind: str) -> None:
    _child(parent, "link").attrib.update({"rel": rel, "type": kind, "href": href})


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _host(address: str) -> str:
    return urlsplit(address).hostname or _NO_HOST


def _with_slash(address: str) -> str:
    return address if address.endswith("/") else f"{address}/"
