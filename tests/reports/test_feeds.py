"""Calendars and news: lasting ids, days that come from the register, and texts that other programs read back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest
from icalendar import Calendar

from support import TODAY, register_from
from undersigned.facts.news import NewsItem, ReviewDate
from undersigned.facts.register import RegisterFacts
from undersigned.register import Register
from undersigned.reports.feeds import Source, is_tag, render_atom, render_calendar, render_reviews_ics

ATOM = "{http://www.w3.org/2005/Atom}"
REGISTER = f"""
=== signatories/a/organisation.yaml
name: Body A
kind: other
=== signatories/a/p.yaml
signatures:
  - {{version: "1.0", signed_on: 2025-01-15}}
  - {{version: "2.0", signed_on: 2027-01-15}}
=== protocols/p/protocol.yaml
title: P, and "so on"; £
kind: framework
status: in-force
publication: public
effective_from: 2025-02-01
parties: [{{organisation: a}}]
=== protocols/p/versions/1.0.yaml
agreed_on: 2025-01-10
change: material
summary: First text
fingerprint: "v1:sha256:{"0" * 64}"
=== protocols/p/reviews/2026-01-20.yaml
due_on: 2026-02-01
version: "1.0"
outcome: no-change
reviewed_by: [{{organisation: a}}]
note: Read.
=== protocols/q/protocol.yaml
title: Q
kind: framework
status: in-force
publication: restricted
effective_from: 2025-03-01
parties: [{{organisation: a}}]
=== protocols/q/versions/1.0.yaml
agreed_on: 2025-01-10
change: material
summary: Kept back
fingerprint: "v1:sha256:{"0" * 64}"
=== protocols/d/protocol.yaml
title: D
kind: framework
status: draft
publication: public
"""


def happened(register: Register) -> list[NewsItem]:
    return RegisterFacts(register, as_of=TODAY).news


def events(text: bytes) -> list[dict[str, object]]:
    return [dict(event) for event in Calendar.from_ical(text).walk("VEVENT")]


def test_each_review_due_is_a_day_long_event_with_a_lasting_id() -> None:
    text = render_reviews_ics(register_from(REGISTER), as_of=TODAY)
    found = Calendar.from_ical(text).walk("VEVENT")
    assert [str(event["uid"]) for event in found] == ["q-review@undersigned.invalid", "p-review@undersigned.invalid"]
    assert found[1].decoded("dtstart") == date(2027, 2, 1)
    assert found[1].decoded("dtend") == date(2027, 2, 2)
    assert found[1].decoded("dtstamp") == datetime(2026, 11, 22, tzinfo=UTC)
    assert found[1]["summary"] == 'Review due: P, and "so on"; £'
    assert found[1]["sequence"] == 1
    assert [alarm.decoded("trigger") for alarm in found[1].walk("VALARM")] == [timedelta(days=-d) for d in (60, 30, 7)]


def test_the_id_stays_when_the_date_moves() -> None:
    earlier = events(render_reviews_ics(register_from(REGISTER), as_of=date(2025, 6, 1)))
    later = events(render_reviews_ics(register_from(REGISTER), as_of=TODAY))
    assert {str(event["UID"]) for event in earlier} == {str(event["UID"]) for event in later}


def test_lines_are_folded_and_ended_as_the_standard_asks() -> None:
    text = render_calendar(
        [ReviewDate("x", "x", "ŷ" * 200, TODAY, 0)], as_of=TODAY, name="N", source=Source("https://r.example.org/b")
    )
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert [line.decode() for line in text.split(b"\r\n")], "each line is whole characters"
    assert text.endswith(b"END:VCALENDAR\r\n")
    assert b"URL:https://r.example.org/b/protocols/x/" in text
    assert b"UID:b/x-review@r.example.org" in text


def test_a_calendar_without_reviews_can_be_read() -> None:
    calendar = Calendar.from_ical(render_calendar([], as_of=TODAY, name="N"))
    assert calendar["x-wr-calname"] == "N"


def test_a_date_at_the_end_of_time_is_no_fault() -> None:
    assert b"99991231" in render_calendar([ReviewDate("x", "x", "X", date.max, 0)], as_of=TODAY, name="N")


def test_the_feed_is_what_had_happened_newest_first_and_nothing_restricted() -> None:
    found = [(item.on.isoformat(), item.key) for item in happened(register_from(REGISTER))]
    assert found == [
        ("2026-01-20", "protocols/p/reviews/2026-01-20"),
        ("2025-01-15", "protocols/p/signatures/a/1.0/2025-01-15"),
        ("2025-01-10", "protocols/p/versions/1.0"),
    ]


def test_atom_has_what_the_standard_asks() -> None:
    text = render_atom(
        happened(register_from(REGISTER)), as_of=TODAY, name="N", source=Source("https://r.example.org/b/")
    )
    feed = ElementTree.fromstring(text)  # noqa: S314 - our own
    assert feed.findtext(f"{ATOM}id") == "tag:r.example.org,2026:b/feed"
    assert feed.findtext(f"{ATOM}updated") == "2026-01-20T00:00:00Z"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "N"
    entry = feed.find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == 'P, and "so on"; £: reviewed'
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == "https://r.example.org/b/protocols/p/"
    ids = [item.text for item in feed.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids)) == 4


def renamed(text: str, *, protocol: tuple[str, ...] = ("p",), organisation: tuple[str, ...] = ("a",)) -> str:
    """The register after changes of an id, each given as all ids of the same thing, oldest first."""
    for folder, key, ids in (("protocols", "kind: framework", protocol), ("signatories", "kind: other", organisation)):
        first, now = ids[0], ids[-1]
        head, name, rest = text.partition(
            f"=== {folder}/{first}/{'protocol' if folder == 'protocols' else 'organisation'}.yaml\n"
        )
        rest = rest.replace(key, f"{key}\nformerly: [{', '.join(ids[:-1])}]", 1)
        text = (head + name + rest).replace(f"=== {folder}/{first}/", f"=== {folder}/{now}/")
    return text


RENAMED = [("p", "r"), ("p", "r", "s")], [("a", "b"), ("a", "b", "c")]


@pytest.mark.parametrize("protocol", RENAMED[0])
@pytest.mark.parametrize("organisation", RENAMED[1])
def test_a_change_of_id_makes_nothing_new(protocol: tuple[str, ...], organisation: tuple[str, ...]) -> None:
    before, after = (
        register_from(text) for text in (REGISTER, renamed(REGISTER, protocol=protocol, organisation=organisation))
    )
    now = protocol[-1]
    address = "https://r.example.org/"
    was, is_ = (
        events(render_reviews_ics(register, as_of=TODAY, source=Source(address))) for register in (before, after)
    )
    assert [event["UID"] for event in is_] == [event["UID"] for event in was]
    assert str(is_[1]["URL"]) == f"{address}protocols/{now}/"
    told, tell = (happened(register) for register in (before, after))
    assert [item.key for item in tell] == [item.key for item in told]
    assert {item.protocol for item in tell} == {now}
    assert "protocols/p/signatures/a/1.0/2025-01-15" in {item.key for item in tell}


@pytest.mark.parametrize("former", ["q", "d", "../x", "P", "x\\r\\nUID:y"])
def test_a_former_id_that_is_anothers_or_none_gives_no_id(former: str) -> None:
    text = REGISTER.replace("kind: framework\n", f'kind: framework\nformerly: ["{former}"]\n', 1).replace(
        "kind: other\n",
        f'kind: other\nformerly: ["{former}"]\n=== signatories/d/organisation.yaml\nname: D\nkind: other\n'
        "=== signatories/q/organisation.yaml\nname: Q\nkind: other\n",
        1,
    )
    register = register_from(text)
    assert [str(event["UID"]).partition("-")[0] for event in events(render_reviews_ics(register, as_of=TODAY))] == [
        "q",
        "p",
    ]
    assert {item.key for item in happened(register)} == {item.key for item in happened(register_from(REGISTER))}


def test_signing_for_oneself_and_others_on_one_day_is_one_piece_of_news() -> None:
    twice = REGISTER.replace(
        "signed_on: 2025-01-15}", 'signed_on: 2025-01-15}\n  - {version: "1.0", signed_on: 2025-01-15, signs_for: [b]}'
    )
    assert twice != REGISTER
    assert happened(register_from(twice)) == happened(register_from(REGISTER))


def test_a_signature_under_another_text_is_not_in_the_feed() -> None:
    """The page does not count it either: its fingerprint is not that of the version."""
    other = REGISTER.replace("signed_on: 2025-01-15}", f'fingerprint: "v1:sha256:{"1" * 64}", signed_on: 2025-01-15}}')
    assert other != REGISTER
    assert [event.kind for event in happened(register_from(other))] == ["review", "version"]


def test_a_body_that_is_no_longer_a_party_has_signed_all_the_same() -> None:
    left = REGISTER.replace("parties: [{organisation: a}]", "parties: [{organisation: a, left_on: 2026-01-01}]", 1)
    assert left != REGISTER
    assert [event.by for event in happened(register_from(left)) if event.kind == "signature"] == [("a", "Body A")]


def ids_at(address: str, tag: str = "") -> list[str]:
    """Every id of the feed and of the calendar of the same register, published at this address."""
    register, source = register_from(REGISTER), Source(address, tag)
    feed = ElementTree.fromstring(render_atom(happened(register), as_of=TODAY, name="N", source=source))  # noqa: S314 - our own
    calendar = events(render_reviews_ics(register, as_of=TODAY, source=source))
    return [*(str(item.text) for item in feed.iter(f"{ATOM}id")), *(str(event["UID"]) for event in calendar)]


def test_registers_on_one_host_share_no_id() -> None:
    addresses = ["https://county.example/", "https://county.example/north/", "https://county.example/north/b c/"]
    ids = [id_ for address in [*addresses, "https://county.example:8443/"] for id_ in ids_at(address)]
    assert len(ids) == len(set(ids)) == 4 * len(ids_at(""))
    assert all(" " not in id_ for id_ in ids)


def test_a_register_with_a_tag_keeps_its_ids_when_it_moves() -> None:
    north, south = "example.org,2026-11-30:north", "example.org,2026-11-30:south"
    before, after = ids_at("https://old.example/a/", north), ids_at("https://new.example/", north)
    assert before == after
    assert not {*after} & {*ids_at("https://new.example/", south)}
    assert all(north in id_ for id_ in before)


@pytest.mark.parametrize(
    ("tag", "good"),
    [
        ("example.org,2026-11-30:north", True),
        ("keeper@example.org,2026:north-2", True),
        ("example.org:north", False),
        ("example.org,2026-11-30:north/../x y", False),
        ("localhost,2026-11-30:north", False),
    ],
)
def test_a_tag_is_that_of_its_standard(tag: str, good: bool) -> None:
    assert is_tag(tag) is good


def test_a_feed_and_a_calendar_of_examples_say_so() -> None:
    register, source = register_from(REGISTER), Source(example=True)
    feed = ElementTree.fromstring(render_atom(happened(register), as_of=TODAY, name="N", source=source))  # noqa: S314 - our own
    assert feed.findtext(f"{ATOM}subtitle") == "Examples only: these are not real agreements."
    titles = [entry.findtext(f"{ATOM}title") or "" for entry in feed.iter(f"{ATOM}entry")]
    assert titles
    assert all(title.startswith("Example: ") for title in titles)
    calendar = render_reviews_ics(register, as_of=TODAY, source=source)
    assert b"X-WR-CALNAME:Reviews due (examples)" in calendar
    assert all("Examples only" in str(event["DESCRIPTION"]) for event in events(calendar))


def test_an_empty_register_has_a_feed() -> None:
    feed = ElementTree.fromstring(render_atom([], as_of=TODAY, name="N"))  # noqa: S314 - our own
    assert feed.findtext(f"{ATOM}updated") == "2026-11-22T00:00:00Z"
    assert feed.findall(f"{ATOM}entry") == []


@pytest.mark.parametrize("hostile", ["a\nb", "a\rb", "a\x01b", "a\x85b", "a\u2028b", "a;b,c\\nd"])
def test_no_title_or_name_breaks_a_calendar(hostile: str) -> None:
    entry = ReviewDate("p", "p", hostile, date(2026, 12, 1), 0)
    raw = render_calendar([entry], as_of=TODAY, name=hostile)
    assert all(ord(character) >= 32 for character in raw.decode().replace("\r\n", ""))
    read = Calendar.from_ical(raw)
    shown = " ".join(hostile.replace("\x01", "").split())
    assert [str(event["summary"]) for event in read.walk("VEVENT")] == [f"Review due: {shown}"]
    unfolded = raw.decode().replace("\r\n ", "")
    escaped = shown.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    assert f"\r\nNAME:{escaped}\r\n" in unfolded
    assert f"\r\nX-WR-CALNAME:{escaped}\r\n" in unfolded
