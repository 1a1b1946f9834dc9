"""The pages of areas: what an area has, and what is double, missing, waiting and ending in it. Free of MkDocs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from undersigned.facts.area import AreaFacts, clock_in_words
from undersigned.facts.register import RegisterFacts, in_bands
from undersigned.figures.landscape import Pair, by_month, months_of
from undersigned.figures.profile import STAGES
from undersigned.records.fields import MONTHS, Month
from undersigned.records.vocabulary import vocabulary
from undersigned.site.charts import MOST_IN_MATRIX, matrix, strips
from undersigned.words.labels import heading
from undersigned.words.messages import date_message
from undersigned.words.messages import translated as _
from undersigned.words.text import in_reading_order

#: Rows of a list on one page.
MOST_ROWS = 100


def area_values(site: RegisterFacts, area: AreaFacts) -> Iterator[dict[str, object]]:
    """What each page of an area shows: the protocols in parts, and on the first one everything else."""
    here = {one.id: one for one in area.landscape.protocols}
    bodies = {party.organisation for one in area.live for party in one.parties}
    parts = [area.statuses[start : start + MOST_ROWS] for start in range(0, len(area.statuses), MOST_ROWS)] or [()]
    for number, part in enumerate(parts, 1):
        yield {
            "area": area,
            "shown": part,
            "number": number,
            "numbers": len(parts),
            "parts": site.register.parts_of_areas.get(area.area, ()),
            "bodies": sorted(bodies, key=lambda id_: in_reading_order(area.name(id_))),
            "areas_of_protocol": {one.id: here[one.id].areas for one in part},
            "changes": [change for change in site.changes if change.protocol.id in here],
        }


def landscape_values(area: AreaFacts) -> dict[str, object]:
    """What the page of an area's landscape shows."""
    found = area.landscape
    told = [pair for pair in found.pairs if pair.words]
    numbers = {one.id: place for place, one in enumerate((one for one in found.protocols if one.terms is not None), 1)}
    pictured = numbers if len(numbers) <= MOST_IN_MATRIX else {}
    by_link: dict[str, dict[str, list[object]]] = {}
    for link in found.links:
        by_link.setdefault(link.link, defaultdict(list))[link.state].append(link)
    expected = vocabulary().expected_links
    return {
        "area": area,
        "told": told,
        "counts": {
            name: sum(1 for pair in told if pair.words == id_)
            for name, id_ in (("merge", "merge"), ("join", "join"), ("same", "same-bodies"))
        },
        "names": {place: area.title(id_) for id_, place in pictured.items()},
        "names_of_rows": {str(place): area.title(id_) for id_, place in pictured.items()},
        "numbers": {place: id_ for id_, place in pictured.items()},
        "matrix": matrix(_marks(found.pairs, pictured), len(pictured)),
        "cells": _cells(found.pairs, pictured),
        "links": [(expected[id_].title, expected[id_].strength, states) for id_, states in by_link.items()],
        "signing": clock_in_words("Half of the copies come back signed within", found.signing),
        "agreeing": clock_in_words("Half of the protocols are in force within", found.agreeing),
        "by_kind": [
            (kind, clock_in_words("Half of the copies come back signed within", clock), clock)
            for kind, clock in found.signing_by_kind.items()
        ],
        "stages": [(stage, clock_in_words("Half end within", clock)) for stage, clock in found.by_stage.items()],
        "stage_rows": strips(
            {
                str(pictured[one.id]): [(stage, spell.days, spell.ending is None) for stage, spell in one.stages]
                for one in found.protocols
                if one.id in pictured and one.stages
            }
        ),
        "stage_patterns": dict(zip(STAGES, ("none", "lines", "dots", "solid", "cross"), strict=False)),
        "waiting_bands": in_bands(party.days_waiting for _, party in area.waiting if party.state != "not-sent"),
        "year": by_month(found.year, as_of=area.as_of),
        "months": [(MONTHS[month][0], date_message(Month(year, month + 1))) for year, month in months_of(area.as_of)],
        "money": [one for one in found.funding if one.source is not None],
        "unsaid": sorted({one.protocol for one in found.funding if one.state == "not-said"}),
    }


def _marks(pairs: Iterable[Pair], numbers: Mapping[str, int]) -> dict[tuple[int, int], tuple[str, int]]:
    """By the numbers of two protocols, the letter of what they may be to each other, and the per cent of data in both."""
    return {
        key: (heading("pair_short", pair.words)[0] if pair.words else "", round(100 * pair.overlap.data))
        for key, pair in _numbered(pairs, numbers)
    }


def _cells(pairs: Iterable[Pair], numbers: Mapping[str, int]) -> dict[tuple[int, int], str]:
    """The same in words, for the table. Data in both are told where nothing follows from them."""
    return {
        key: heading("pair_short", pair.words)
        if pair.words
        else _("%(number)s per cent of data") % {"number": share}
        if (share := round(100 * pair.overlap.data))
        else "–"
        for key, pair in _numbered(pairs, numbers)
    }


def _numbered(pairs: Iterable[Pair], numbers: Mapping[str, int]) -> Iterator[tuple[tuple[int, int], Pair]]:
    for pair in pairs:
        one, other = numbers.get(pair.overlap.a.id), numbers.get(pair.overlap.b.id)
        if one is not None and other is not None:
            yield (min(one, other), max(one, other)), pair
