"""Calendars (iCalendar, RFC 5545) and the news feed (Atom, RFC 4287): facts and day in, bytes out.

Every time stamp comes from `as_of` or a record, never from a clock.
A restricted protocol is in the calendars by its title and date, and not in the feed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from urllib.parse import urlsplit
from xml.etree import ElementTree

from icalendar import Alarm, Calendar, Event, vText

from undersigned.facts.news import NewsItem, ReviewDate, review_date
from undersigned.register import Register

#: Days before a review is due on which a calendar reminds.
ALARM_DAYS = (60, 30, 7)
MOST_ITEMS = 100
_ATOM = "http://www.w3.org/2005/Atom"
#: The host in ids where the site has no address of its own (RFC 2606 keeps `.invalid` free).
_NO_HOST = "undersigned.invalid"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Control characters that are no white space.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_REVIEW_DUE = "Review due: {title}"
_REMINDER = "Review of {title} is due on {due_on}"
_TITLES = {
    "version": "{title}: version {version} agreed",
    "review": "{title}: reviewed",
    "signature": "{title}: signed by {organisation}",
}


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


def render_atom(news: Sequence[NewsItem], *, as_of: date, name: str, address: str = "") -> bytes:
    """The first hundred items as a feed. Links are relative to the feed if the site has no `address`."""
    shown = news[:MOST_ITEMS]
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    base = _with_slash(address) if address else ""
    _text(feed, "id", f"tag:{_host(address)},2026:feed")
    _text(feed, "title", name)
    _text(feed, "updated", _moment(shown[0].on if shown else as_of))
    _text(_child(feed, "author"), "name", name)
    _link(feed, "self", f"{base}feed.xml", "application/atom+xml")
    _link(feed, "alternate", base or "./", "text/html")
    for item in shown:
        entry = _child(feed, "entry")
        by = item.by[1] if item.by else ""
        _text(entry, "id", f"tag:{_host(address)},2026:{item.key}")
        _text(entry, "title", _TITLES[item.kind].format(title=item.title, version=item.version, organisation=by))
        _text(entry, "updated", _moment(item.on))
        _link(entry, "alternate", f"{base}protocols/{item.protocol}/", "text/html")
        if item.text:
            _text(entry, "summary", " ".join(item.text.split()))
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
