"""Calendars (iCalendar, RFC 5545) and the news feed (Atom, RFC 4287): facts and day in, bytes out.

Every time stamp comes from `as_of` or a record, never from a clock.
A restricted protocol is in the calendars by its title and date, and not in the feed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

from icalendar import Alarm, Calendar, Event, vText

from undersigned.facts.news import NewsItem, ReviewDate, review_date
from undersigned.figures.landscape import Event as Happening
from undersigned.records.fields import When, earliest, in_time, latest
from undersigned.register import Register
from undersigned.reports.tables import EXAMPLES
from undersigned.words.labels import heading

#: Days before a review is due on which a calendar reminds.
ALARM_DAYS = (60, 30, 7)
MOST_ITEMS = 100
_ATOM = "http://www.w3.org/2005/Atom"
#: The host in ids if the site has no address (RFC 2606 reserves `.invalid`).
_NO_HOST = "undersigned.invalid"
#: An authority (a domain, or a mailbox), a day on which it was its holder's, and a name (RFC 4151, section 2.1).
_TAG = re.compile(r"(?:[a-z0-9._-]+@)?[a-z0-9-]+(?:\.[a-z0-9-]+)+,\d{4}(?:-\d\d){0,2}:[A-Za-z0-9._~-]+", re.ASCII)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Control characters other than white space.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_REVIEW_DUE = "Review due: {title}"
_REMINDER = "Review of {title} is due {on} {due_on}"
_TITLES = {
    "version": "{title}: version {version} agreed",
    "review": "{title}: reviewed",
    "signature": "{title}: signed by {organisation}",
}


@dataclass(frozen=True)
class Source:
    """The register that a feed or calendar comes from. `address`: of its site, or empty. `example`: its records are examples.

    `tag`: an authority, a day and a name, as in `example.org,2026-11-30:north` (RFC 4151, without `tag:`). `init` writes
    it once. Ids made from it stay the same when the address changes, and differ between two registers on one host. A
    register without one has ids made from its address.
    """

    address: str = ""
    tag: str = ""
    example: bool = False

    @classmethod
    def of(cls, register: Register, address: str | None = None) -> Source:
        return cls(register.address if address is None else address, register.tag, register.example)

    def id(self, key: str) -> str:
        """The id of an entry of the feed."""
        if self.tag:
            return f"tag:{self.tag}/{key}"
        host, before = _namespace(self.address)
        return f"tag:{host},2026:{before}{key}"

    def uid(self, key: str) -> str:
        """The id of an event."""
        if self.tag:
            return f"{self.tag}/{key}"
        host, before = _namespace(self.address)
        return f"{before}{key}@{host}"


def is_tag(text: str) -> bool:
    """Whether a text can be the `tag` of a `Source`."""
    return _TAG.fullmatch(text) is not None


def render_reviews_ics(
    register: Register,
    *,
    as_of: date,
    name: str = "Reviews due",
    source: Source | None = None,
    within: int | None = None,
) -> bytes:
    """The reviews of the whole register. `within`: days from `as_of`, or None for all."""
    found = (review_date(folder, register, as_of=as_of) for folder in register.protocols() if folder.readable)
    dates = [
        day for day in found if day is not None and (within is None or (earliest(day.due_on) - as_of).days <= within)
    ]
    return render_calendar(dates, as_of=as_of, name=name, source=source or Source.of(register))


def render_calendar(
    dates: Iterable[ReviewDate],
    *,
    as_of: date,
    name: str,
    source: Source | None = None,
    events: Iterable[Happening] = (),
) -> bytes:
    """All-day events with reminders, most urgent first. `source`: without one, the register has no address and no tag.

    `events`: what else falls due, after the reviews.
    """
    source = source or Source()
    name = f"{name} (examples)" if source.example else name
    calendar = Calendar()
    calendar.add("prodid", "-//Undersigned//Review calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # As text: the library does not know that these two are text, and would not escape them.
    calendar.add("name", vText(_in_a_line(name)))
    calendar.add("x-wr-calname", vText(_in_a_line(name)))
    calendar.add("refresh-interval", timedelta(days=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "P1D")
    head, end, _ = calendar.to_ical().partition(b"END:VCALENDAR")
    entries = sorted(dates, key=lambda entry: (in_time(entry.due_on), entry.protocol))
    others = [bytes(_other(one, datetime.combine(as_of, time(), UTC), source).to_ical()) for one in events]
    return b"".join([head, *(_event_text(day, as_of, source) for day in entries), *others, end, b"\r\n"])


@lru_cache(maxsize=4096)
def _event_text(day: ReviewDate, as_of: date, source: Source) -> bytes:
    """One event as text. Cached, because several calendars hold the same event."""
    return bytes(_event(day, datetime.combine(as_of, time(), UTC), source).to_ical())


def _event(day: ReviewDate, stamp: datetime, source: Source) -> Event:
    title = _in_a_line(day.title)
    on = "on" if isinstance(day.due_on, date) else "in"
    event = _all_day(
        day.due_on,
        f"{day.first_id}-review",
        _REVIEW_DUE.format(title=title),
        f"protocols/{day.protocol}/",
        _REMINDER.format(title=title, on=on, due_on=day.due_on),
        stamp,
        source,
    )
    event.add("sequence", day.completed)
    return event


def _other(one: Happening, stamp: datetime, source: Source) -> Event:
    """An end of money, of a text or of a service, or a last day for notice. Its id stays the same when its day moves."""
    area, _, service = one.id.partition("/")
    what = f" ({one.what})" if one.what else ""
    summary = _in_a_line(f"{heading('year', one.kind)}: {one.of}{what}")
    part = sha256(one.what.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    page = f"provision/{area}/" if service else f"protocols/{one.id}/"
    return _all_day(one.on, f"{one.id}-{one.kind}-{part}", summary, page, summary, stamp, source)


def _all_day(on: When, key: str, summary: str, page: str, reminder: str, stamp: datetime, source: Source) -> Event:
    event = Event()
    event.add("uid", source.uid(key))
    event.add("dtstamp", stamp)
    event.add("summary", summary)
    event.add("dtstart", earliest(on))  # a month: from its first day to its last
    if latest(on) < date.max:
        event.add("dtend", latest(on) + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    if source.example:
        event.add("description", EXAMPLES)
    if source.address:
        event.add("url", f"{_with_slash(source.address)}{page}")
    for days in ALARM_DAYS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", timedelta(days=-days))
        alarm.add("description", reminder)
        event.add_component(alarm)
    return event


def render_atom(
    news: Sequence[NewsItem],
    *,
    as_of: date,
    name: str,
    source: Source | None = None,
    path: str = "feed.xml",
    page: str = "",
    key: str = "feed",
    most: int = MOST_ITEMS,
) -> bytes:
    """The first items as a feed. Links are relative to the feed if the site has no address.

    `path`: of the feed in the site. `page`: the folder of the page that it is about. `key`: what its id is made of, the same
    for ever. An entry has the same id in every feed.
    """
    source = source or Source()
    shown = news[:most]
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    base = _with_slash(source.address) if source.address else "../" * path.count("/")
    _text(feed, "id", source.id(key))
    _text(feed, "title", name)
    if source.example:
        _text(feed, "subtitle", EXAMPLES)
    _text(feed, "updated", _moment(shown[0].on if shown else as_of))
    _text(_child(feed, "author"), "name", name)
    _link(feed, "self", f"{base}{path}", "application/atom+xml")
    _link(feed, "alternate", f"{base}{page}" or "./", "text/html")
    for item in shown:
        entry = _child(feed, "entry")
        by = item.by[1] if item.by else ""
        title = _TITLES[item.kind].format(title=item.title, version=item.version, organisation=by)
        _text(entry, "id", source.id(item.key))
        _text(entry, "title", f"Example: {title}" if source.example else title)
        _text(entry, "updated", _moment(item.on))
        _link(entry, "alternate", f"{base}protocols/{item.protocol}/", "text/html")
        if item.text:
            _text(entry, "summary", " ".join(item.text.split()))
    ElementTree.indent(feed)
    body: bytes = ElementTree.tostring(feed, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body + b"\n"


def _in_a_line(text: str) -> str:
    """One line with single spaces and without control characters. Any character that ends a line for any program counts."""
    return " ".join(_CONTROL.sub("", text).split())


def _child(parent: ElementTree.Element, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}")


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    _child(parent, name).text = _NOT_XML.sub("", text)


def _link(parent: ElementTree.Element, rel: str, href: str, kind: str) -> None:
    _child(parent, "link").attrib.update({"rel": rel, "type": kind, "href": href})


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


@lru_cache(maxsize=64)
def _namespace(address: str) -> tuple[str, str]:
    """The host for ids, and what comes before an id of the register: the rest of its address.

    Two registers may share a host (`https://example.org/north/`, `https://example.org/south/`).
    """
    parts = urlsplit(address)
    path = quote(parts.path.strip("/"), safe="/")
    before = [str(parts.port)] if parts.port else []
    return parts.hostname or _NO_HOST, "".join(f"{part}/" for part in [*before, path] if part)


def _with_slash(address: str) -> str:
    return address if address.endswith("/") else f"{address}/"
