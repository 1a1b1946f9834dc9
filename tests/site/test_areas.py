"""The pages of areas: what belongs to an area and nothing else, and what nobody recorded is never called a gap."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache
from io import BytesIO

import openpyxl
import pytest
from icalendar import Calendar
from lxml import html

from support import example_facts, words_of
from undersigned.figures.landscape import Event, by_month, in_the_year
from undersigned.records.fields import Month
from undersigned.site.generate import generated_files
from undersigned.site.pages import PageSet, generated_pages
from undersigned.words.labels import heading, label
from undersigned.words.text import in_a_list


@cache
def pages() -> dict[str, str]:
    return {
        page.url: page.body for page in generated_pages(PageSet(example_facts(), "A register")) if "areas/" in page.url
    }


def test_each_area_that_a_published_protocol_names_has_its_pages() -> None:
    named = {area for facts in example_facts().open_protocols for area in facts.record.areas}
    returned = {one.outcome.area for facts in example_facts().open_protocols for one in facts.outcomes}
    assert set(pages()) == {"areas/"} | {f"areas/{area}/{page}" for area in named for page in ("", "landscape/")} | {
        f"areas/{area}/outcomes/" for area in named & returned
    }


def test_an_area_lists_its_protocols_and_every_signature_that_status_waits_for() -> None:
    body = words_of(pages()["areas/staffordshire/"])
    (area,) = (one for one in example_facts().areas if one.area == "staffordshire")
    for facts in example_facts().open_protocols:
        live = facts.record.status in ("draft", "consultation", "signing", "in-force")
        listed = "staffordshire" in facts.record.areas and live
        assert (facts.title in body) >= listed
        if listed and facts.record.status in ("signing", "in-force"):
            owed = [party for party in facts.status.parties if party.state in ("awaiting", "stale", "not-sent")]
            assert len([one for one, _ in area.waiting if one.id == facts.id]) == len(owed)


def test_a_restricted_protocol_is_in_no_area_and_covers_no_link_for_sure() -> None:
    restricted = [facts for facts in example_facts().protocols if facts.restricted]
    assert restricted
    for facts in restricted:
        for body in pages().values():
            assert facts.title not in words_of(body).replace("(" + facts.title + ")", "")
    (area,) = (one for one in example_facts().areas if one.area == "staffordshire")
    (link,) = (one for one in area.landscape.links if one.link == "mappa")
    assert link.state == "cannot-say"


def test_the_landscape_answers_in_its_order() -> None:
    body = pages()["areas/staffordshire/landscape/"]
    questions = ["What do we have twice?", "What is missing?", "What waits?", "What ends?"]
    places = [body.index(f">{question}</h2>") for question in questions]
    assert places == sorted(places)
    assert "Police and crime commissioner" in body[places[3] :]


def test_each_area_has_its_files() -> None:
    files = {
        path
        for path, _ in generated_files(example_facts(), name="A register")
        if path.startswith("areas/staffordshire/")
    }
    assert {path.rsplit(".", 1)[1] for path in files} == {"json", "csv", "xlsx", "ics", "xml"}


# -- the same figures in picture, table and spreadsheet ---------------------------------------------------------------


@cache
def drawings() -> dict[str, html.HtmlElement]:
    """The figures of the example's landscape, by the id of their drawing."""
    page = html.document_fromstring(pages()["areas/staffordshire/landscape/"])
    found = {}
    for figure in page.cssselect("figure"):
        (title,) = figure.cssselect("svg > title")
        found[title.get("id").removesuffix("-title")] = figure
    return found


@cache
def sheets() -> dict[str, list[tuple[object, ...]]]:
    files = dict(generated_files(example_facts(), name="A register"))
    book = openpyxl.load_workbook(BytesIO(files["areas/staffordshire/landscape.xlsx"]))
    return {sheet.title: [row for row in sheet.iter_rows(min_row=2, values_only=True) if row[0]] for sheet in book}


def rows_of(figure: html.HtmlElement) -> list[list[str]]:
    return [[" ".join(cell.text_content().split()) for cell in row] for row in figure.cssselect("details tbody tr")]


def drawn(figure: html.HtmlElement) -> list[str]:
    return [" ".join(text.text_content().split()) for text in figure.cssselect("svg text")]


def test_the_picture_of_what_is_alike_is_its_table_and_its_spreadsheet() -> None:
    figure = drawings()["chart-overlap"]
    rows = rows_of(figure)
    names = {row[0].partition(". ")[2]: number for number, row in enumerate(rows, 1)}
    titles = {facts.id: names[facts.title] for facts in example_facts().open_protocols if facts.title in names}
    letters = sorted(text for text in drawn(figure) if text.isalpha())
    table = {(row, column): cell for row, line in enumerate(rows, 1) for column, cell in enumerate(line[1:], 1)}
    said = {pair: cell for pair, cell in table.items() if pair[0] < pair[1]}
    assert all(table[b, a] == cell for (a, b), cell in said.items())
    sheet = {}
    for one, other, meaning, _, _, _, data, *_ in sheets()["Twice"]:
        a, b = sorted((titles[str(one)], titles[str(other)]))
        sheet[a, b] = (meaning, data)
    short = {label("pair", id_): heading("pair_short", id_) for id_ in ("merge", "join", "same-bodies")}
    assert said == {
        pair: short[str(meaning)] if meaning else f"{data} per cent of data" if data else "–"
        for pair, (meaning, data) in sheet.items()
    }
    assert letters == sorted(cell[0] for cell in said.values() if cell in short.values())
    assert len(letters) >= 3
    assert len(figure.cssselect("svg circle")) == sum(cell.endswith("of data") for cell in said.values())


def test_the_picture_of_the_stages_is_its_table_and_its_spreadsheet() -> None:
    figure = drawings()["chart-stages"]
    rows = rows_of(figure)
    assert len(rows) > 10
    titles = {facts.id: facts.title for facts in example_facts().open_protocols}
    assert sorted((row[0].partition(". ")[2], row[1].lower(), row[2]) for row in rows) == sorted(
        (titles[str(id_)], str(stage), f"{int(str(days)):,}" + ("" if ended == "yes" else " so far"))
        for id_, stage, days, ended in sheets()["Stages"]
    )
    by_protocol: dict[str, list[str]] = {}
    for row in rows:
        by_protocol.setdefault(row[0], []).append(row[2])
    lines = [text.removeprefix("Days: ") for text in drawn(figure) if text.startswith("Days: ")]
    assert lines == [in_a_list(days) for days in by_protocol.values()]


def test_the_picture_of_the_year_is_its_table_and_its_spreadsheet() -> None:
    figure = drawings()["chart-year"]
    kinds = Counter(row[1].partition(":")[0] for row in rows_of(figure))
    assert kinds == Counter(str(row[1]).capitalize() for row in sheets()["Year"])
    assert [row[2] for row in rows_of(figure)] == [str(row[3]) for row in sheets()["Year"]]
    shown: Counter[str] = Counter()
    kind = ""
    for text in drawn(figure):
        if text.isdigit():
            shown[kind] += int(text)
        elif len(text) > 1:
            kind = text
    assert shown == kinds
    assert {"Review due", "Last day for notice", "End of a service"} <= kinds.keys()


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 11, 30), date(2027, 3, 1), date(2028, 2, 29)])
def test_every_event_of_the_year_has_its_month(day: date) -> None:
    events = [Event("review", day + timedelta(days=number), "", "P", "p") for number in range(-3, 369)]
    inside = in_the_year([*events, Event("money", Month(day.year, day.month), "", "P", "p")], as_of=day)
    assert len(inside) == 367
    assert {kind: sum(numbers) for kind, numbers in by_month(inside, as_of=day).items() if sum(numbers)} == {
        "review": 366,
        "money": 1,
    }


def test_the_calendar_of_an_area_holds_what_ends_there_beside_its_reviews() -> None:
    files = dict(generated_files(example_facts(), name="A register"))
    events = Calendar.from_ical(files["areas/staffordshire/reviews.ics"]).walk("VEVENT")
    said = [str(event["summary"]) for event in events]
    assert "End of a service: Structured alcohol treatment (Police and crime commissioner)" in said
    assert "Last day for notice: Structured alcohol treatment" in said
    assert any(one.startswith("Review due: ") for one in said)
    assert len({str(event["uid"]) for event in events}) == len(events)


def test_the_parts_of_every_figure_of_an_area_add_up() -> None:
    (area,) = (one for one in example_facts().areas if one.area == "staffordshire")
    found = area.landscape
    for field in ("n", "ended"):
        assert sum(getattr(clock, field) for clock in found.signing_by_kind.values()) == getattr(found.signing, field)
        assert sum(getattr(clock, field) for clock in found.by_stage.values()) == getattr(found.stage, field)
    assert sum(map(sum, by_month(found.year, as_of=area.as_of).values())) == len(found.year)
    for row in area.outcomes.rows:
        part, whole = row.figures.get("numerator"), row.figures.get("denominator")
        assert not (isinstance(part, int) and isinstance(whole, int)) or part <= whole
    for cohort in area.outcomes.cohorts:
        for point in cohort.points:
            assert point.parts is None or sum(point.parts.values()) == cohort.size
    for pair in found.pairs:
        overlap = pair.overlap
        assert len(overlap.shared["pairs"]) == round(overlap.inside * min(len(overlap.a.edges), len(overlap.b.edges)))
