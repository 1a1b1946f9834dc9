"""The drawings of the status page: measures, words beside every bar, and the same numbers in a table."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from lxml.html import HtmlElement
from site_registers import SOUND

from support import TODAY, register_from
from undersigned.facts.register import RegisterFacts, in_bands
from undersigned.site.charts import LONGEST_BAR, ROW_HEIGHT, chart
from undersigned.site.pages import PageSet, fragment, generated_pages


def status_page(site: Path) -> HtmlElement:
    return html.document_fromstring((site / "status/index.html").read_bytes())


def test_the_longest_bar_is_the_greatest_number() -> None:
    drawn = chart({"a": 10, "b": 5, "c": 0})
    assert [(bar.key, bar.top, bar.length) for bar in drawn.bars] == [
        ("a", 0, LONGEST_BAR),
        ("b", ROW_HEIGHT, LONGEST_BAR / 2),
        ("c", 2 * ROW_HEIGHT, 0),
    ]
    assert drawn.height == 3 * ROW_HEIGHT


def test_a_small_number_is_seen_and_nought_is_not() -> None:
    lengths = [bar.length for bar in chart({"a": 100_000, "b": 1, "c": 0}).bars]
    assert lengths[1] > 0
    assert lengths[2] == 0
    assert [bar.length for bar in chart({"a": 0}).bars] == [0]
    assert chart({}).height > 0


def test_a_number_below_nought_is_refused() -> None:
    with pytest.raises(ValueError, match="nought"):
        chart({"a": -1})


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10**9), max_size=8))
def test_bars_stay_within_the_drawing_and_in_order(numbers: dict[str, int]) -> None:
    drawn = chart(numbers)
    assert [bar.key for bar in drawn.bars] == list(numbers)
    assert all(0 <= bar.length <= LONGEST_BAR < drawn.width for bar in drawn.bars)
    by_number = sorted(drawn.bars, key=lambda bar: bar.number)
    assert [bar.length for bar in by_number] == sorted(bar.length for bar in drawn.bars)


def test_bands_have_no_gap() -> None:
    assert in_bands([0, 28, 29, 60, 61, 90, 91, 180, 181]) == {
        "to-28": 2,
        "to-60": 2,
        "to-90": 2,
        "to-180": 2,
        "over-180": 1,
    }
    assert in_bands([None])["unknown"] == 1


def test_each_drawing_is_named_and_told_in_words_and_as_a_table(sound_site: Path) -> None:
    figures = status_page(sound_site).cssselect("figure.app-bars")
    assert len(figures) == 4
    for figure in figures:
        drawing = figure.cssselect("svg")[0]
        assert drawing.get("role") == "img"
        named = [figure.get_element_by_id(id_).text_content() for id_ in drawing.get("aria-labelledby").split()]
        assert named[0] == figure.cssselect("figcaption")[0].text_content()
        rows = [
            (row.cssselect("th")[0].text_content(), row.cssselect("td")[0].text_content())
            for row in figure.cssselect("details tbody tr")
        ]
        assert rows
        beside = [text.text_content() for text in drawing.cssselect("text")]
        assert beside == [part for row in rows for part in row]
        assert named[1].split() == " ".join(f"{label}: {number}." for label, number in rows).split()


def test_the_numbers_are_those_of_the_register(sound_site: Path) -> None:
    def numbers(id_: str) -> dict[str, str]:
        title = status_page(sound_site).get_element_by_id(f"{id_}-title")
        rows = title.xpath("ancestor::figure//tbody/tr")
        return {row[0].text_content(): row[1].text_content() for row in rows}

    assert numbers("chart-signatures")["Signed"] == "2"
    assert numbers("chart-signatures")["Sent, not yet signed"] == "1"
    assert numbers("chart-waiting")["29 to 60 days"] == "1"  # the landlord, for 52 days
    # Both are due next year: the housing protocol in February, the restricted one in March.
    assert numbers("chart-reviews") == {"Up to date": "2", "Due soon": "0", "Overdue": "0", "Lapsed": "0"}


def test_what_is_still_to_come_is_one_number_everywhere() -> None:
    records = "=== signatories/" + SOUND.partition("=== signatories/")[2]
    unsent = records.replace(", sent_on: 2026-10-01}", ", signed_on: 2027-01-01}")
    assert unsent != records
    for text, band in ((records, "to-60"), (unsent, "not-sent")):
        site = RegisterFacts(register_from(text), as_of=TODAY)
        assert {key: number for key, number in site.waiting_bands.items() if number} == {band: 1}
        assert len(site.waiting) == sum(site.waiting_bands.values())
        assert len(site.waiting) == sum(site.signature_counts[state] for state in ("stale", "awaiting", "not-sent"))
        figures = fragment(PageSet(site, "Test"), "figures.html", "")
        assert (
            '<span class="app-figures__number">1</span> <a class="govuk-link" href="status/#waiting">signature still to come</a>'
            in figures
        )
        status = next(page for page in generated_pages(PageSet(site, "Test")) if page.url == "status/")
        drawing = html.document_fromstring(status.body).get_element_by_id("chart-waiting-desc").text_content()
        assert ("Not sent: 1." in drawing) is (band == "not-sent")


def test_late_reviews_are_those_overdue_and_those_lapsed_restricted_ones_too() -> None:
    records = "=== signatories/" + SOUND.partition("=== signatories/")[2]
    site = RegisterFacts(register_from(records), as_of=date(2027, 5, 20))
    # The housing protocol was due in February, the restricted one in March.
    assert (site.review_counts["overdue"], site.review_counts["lapsed"], site.reviews_late) == (1, 1, 2)
    told = fragment(PageSet(site, "Test"), "figures.html", "")
    assert '<span class="app-figures__number">2</span> <a class="govuk-link" href="reviews/">reviews late</a>' in told
    listed = fragment(PageSet(site, "Test"), "in_force.html", "", most=9)
    assert '<a class="govuk-link" href="protocols/#restricted">1 restricted protocol</a> is not in this list.' in listed
    assert "Danger" not in listed


SENT = 'fingerprint: "v1:sha256:' + "ab" * 32 + '", signed_on: 2025-01-20'


def test_time_to_agree_runs_from_the_first_copy_sent_to_the_last_signature() -> None:
    records = "=== signatories/" + SOUND.partition("=== signatories/")[2]
    assert records.count(SENT) == 1
    site = RegisterFacts(register_from(records.replace(SENT, f"sent_on: 2025-01-12, {SENT}")), as_of=TODAY)
    assert site.signing_days == (8,)
    assert site.median_signing_days == 8
    assert site.signing_bands["to-28"] == 1
    (protocol, version) = site.agreeing[0]
    # The council told no day of sending; its signature of 1 February is the last.
    assert (protocol.id, version.version, version.days, version.signatures) == ("housing", "1.0", 20, 2)
    assert RegisterFacts(register_from(records), as_of=TODAY).agreeing == ()
    assert RegisterFacts(register_from(records), as_of=TODAY).median_signing_days is None


def signed_after(*days: int) -> RegisterFacts:
    """A register in which each signature was made so many days after its copy was sent."""
    bodies = "".join(
        f"""=== signatories/b{number}/organisation.yaml
name: Body {number}
kind: other
=== signatories/b{number}/p.yaml
signatures: [{{version: "1.0", sent_on: 2026-01-01, signed_on: {date(2026, 1, 1) + timedelta(days=day)}}}]
"""
        for number, day in enumerate(days)
    )
    return RegisterFacts(
        register_from(f"""=== protocols/p/protocol.yaml
title: P
kind: framework
status: in-force
publication: public
effective_from: 2026-01-01
parties: [{", ".join(f"{{organisation: b{number}}}" for number in range(len(days)))}]
=== protocols/p/versions/1.0.yaml
agreed_on: 2026-01-01
change: material
summary: First
fingerprint: "v1:sha256:{"ab" * 32}"
{bodies}"""),
        as_of=TODAY,
    )


@pytest.mark.parametrize(("days", "median"), [((3, 200, 10), 10), ((3, 200, 10, 12), 10), ((7,), 7), ((0, 90), 0)])
def test_half_of_the_signatures_took_the_median_or_less(days: tuple[int, ...], median: int) -> None:
    site = signed_after(*days)
    assert site.signing_days == tuple(sorted(days))
    assert site.median_signing_days == median
    status = next(page for page in generated_pages(PageSet(site, "Test")) if page.url == "status/")
    words = " ".join(html.document_fromstring(status.body).text_content().split())
    assert f"Half of all signatures came within {median} days of sending the copies." in words
