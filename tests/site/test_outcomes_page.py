"""The page of all outcomes: unknowns first, ranges, sums and what is never shown."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from lxml import html

from support import example_register, register_from
from undersigned.facts.register import RegisterFacts
from undersigned.figures.combined import combined
from undersigned.register import load_register
from undersigned.reports.outcomes import COHORT_COLUMNS, COLUMNS, render_outcomes_xlsx
from undersigned.site.pages import GeneratedPage, PageSet, generated_pages
from undersigned.words.text import in_a_list

AS_OF = date(2026, 11, 30)


def page(site: RegisterFacts) -> GeneratedPage:
    return next(page for page in generated_pages(PageSet(site, "Test")) if page.url == "outcomes/")


@pytest.fixture(scope="module")
def example() -> GeneratedPage:
    return page(RegisterFacts(load_register(example_register()), as_of=AS_OF, sizes={}))


def test_figures_of_the_example(example: GeneratedPage) -> None:
    text = " ".join(example.body.split())
    assert "395 of 465" in text
    assert "81 and 88" in text
    assert "Withheld, out of 20" in text
    assert example.contents[:2] == (("followed", "Followed over time"), ("referrals", "Referrals"))
    head = example.body[example.body.index('id="referrals"') :]
    assert head.index("Not known") < head.index("Figure") < head.index("Per cent")


def test_a_restricted_protocol_shows_nothing() -> None:
    text = """\
=== protocols/p/protocol.yaml
title: P
kind: information-sharing-protocol
status: in-force
publication: restricted
=== protocols/p/outcomes/2025.yaml
period: {from: 2025-01-01, to: 2025-12-31}
area: county
results: [{measure: referrals, count: 635}]
"""
    for private in (False, True):
        found = page(RegisterFacts(register_from(text, private=private), as_of=AS_OF, sizes={}))
        assert "635" not in found.body
        assert "No figures have been returned yet." in found.body


# -- the same figures in picture, table and spreadsheet; nothing hidden comes out ------------------------------------

COHORTS = """\
=== protocols/p/protocol.yaml
title: P
kind: information-sharing-protocol
status: in-force
publication: public
areas: [county]
=== protocols/p/outcomes/2025.yaml
period: {from: 2025-04-01, to: 2026-03-31}
area: county
results:
  - {measure: mi014, numerator: 300, denominator: 400, unknown: 20, rounded_to: 5}
  - {measure: mi014, group: women, numerator: "[c]", denominator: 40, unknown: 5, rounded_to: 5}
  - {measure: mi015a, series: MI015Sa, numerator: 777, denominator: 780, unknown: 6}
cohort: {began: {from: 2025-04-01, to: 2025-06-30}, of: releases, size: 200}
points:
  - {after_weeks: 0, measure: mi014, numerator: 150, denominator: 190, unknown: 10, ended: 0}
  - {after_months: 3, measure: mi015a, series: MI015Sa, numerator: "[c]", denominator: 183, unknown: 14, ended: 3}
  - {after_months: 6, measure: employed-at-12-months, numerator: 30, denominator: 60, unknown: 120, ended: 20}
  - {after_months: 12, measure: settled-at-12-months, numerator: 76, denominator: 79, unknown: 100, ended: 21}
=== protocols/p/outcomes/2024.yaml
period: {from: 2024-04-01, to: 2025-03-31}
area: county
results: [{measure: mi014, numerator: 320, denominator: 400, unknown: 20, rounded_to: 5}]
=== protocols/p/outcomes/2023.yaml
period: {from: 2023-04-01, to: 2024-03-31}
area: county
results: [{measure: mi015a, series: MI015a, numerator: 200, denominator: 400, unknown: 20, rounded_to: 5}]
"""


@pytest.fixture(scope="module")
def drawn() -> html.HtmlElement:
    return html.document_fromstring(page(RegisterFacts(register_from(COHORTS), as_of=AS_OF, sizes={})).body)


def rows_of(figure: html.HtmlElement) -> list[list[str]]:
    return [[" ".join(cell.text_content().split()) for cell in row] for row in figure.cssselect("details tbody tr")]


def texts(figure: html.HtmlElement) -> list[str]:
    return [" ".join(text.text_content().split()) for text in figure.cssselect("svg text")]


def figure_of(page_: html.HtmlElement, id_: str) -> html.HtmlElement:
    return next(page_.get_element_by_id(f"{id_}-title").iterancestors("figure"))


def test_pictures_have_the_figures_of_their_tables_and_of_the_spreadsheet(drawn: html.HtmlElement) -> None:
    found = combined(register_from(COHORTS), as_of=AS_OF)
    book = openpyxl.load_workbook(BytesIO(render_outcomes_xlsx(found, AS_OF)))
    sheet = {title: list(book[title].iter_rows(min_row=2, values_only=True)) for title in ("Outcomes", "Cohorts")}
    for id_, title in (("mi014", "Housed on release"), ("mi015a", "Settled 3 months after release")):
        figure = figure_of(drawn, f"chart-{id_}")
        place = COLUMNS.index("per cent")
        rates = [
            f"{row[place]} ({row[place + 1]} to {row[place + 2]})" if row[place] is not None else "No rate is shown"
            for row in sheet["Outcomes"]
            if row[0] == title
        ]
        assert [row[1] for row in rows_of(figure)] == rates
        assert [text for text in texts(figure) if text in rates] == rates
        assert len(figure.cssselect("circle")) == sum("(" in rate for rate in rates)
    cohort = figure_of(drawn, "chart-cohort-1")
    first = COHORT_COLUMNS.index("reached")
    said = [[str(cell) for cell in row[first : first + 4]] for row in sheet["Cohorts"] if row[0] == "releases"]
    hidden = "[c]"
    table = [[cell.replace("Hidden", hidden) for cell in (row[2], row[3], row[1], row[4])] for row in rows_of(cohort)]
    assert table == said == [["150", "40", "10", "0"], [hidden] * 4, ["30", "30", "120", "20"], [hidden] * 4]
    assert [in_a_list(row) for row in said if hidden not in row] == [t for t in texts(cohort) if t[0].isdigit()]


def test_what_is_hidden_is_in_no_picture_table_or_word(drawn: html.HtmlElement) -> None:
    words = " ".join(drawn.text_content().split())
    assert "777" not in words, "the three that were not settled would follow from it"
    assert "183" not in words
    assert "we know of 80 of 200" in words


def test_a_break_is_drawn_and_a_national_figure_stands_beside_the_same_series_and_days_only(
    drawn: html.HtmlElement,
) -> None:
    assert "Counted in a new way from here" in texts(figure_of(drawn, "chart-mi015a"))
    assert "Counted in a new way from here" not in texts(figure_of(drawn, "chart-mi014"))
    words = " ".join(drawn.text_content().split())
    assert words.count("was published for the same series") == 2
    assert "84.0 per cent was published for the same series from 1 April 2024 to 31 March 2025. Here it was 80" in words
    assert "73.5 per cent was published for the same series from 1 April 2023 to 31 March 2024. Here it was 50" in words
