"""The pages of areas: what an area has, and what is double, missing, waiting and ending in it. Free of MkDocs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from string import ascii_uppercase

from undersigned.facts.area import AreaFacts, area_facts, clock_in_words
from undersigned.facts.register import RegisterFacts, in_bands
from undersigned.figures.combined import areas_in
from undersigned.figures.landscape import areas_of
from undersigned.records.fields import KEBAB, add_months, latest
from undersigned.records.vocabulary import vocabulary
from undersigned.words.dates import date_in_words
from undersigned.words.labels import heading
from undersigned.words.text import in_reading_order

#: Rows of a list on one page.
MOST_ROWS = 100
#: So many protocols have a letter in the table of what they share. With more, the table could not be read.
_MOST_LETTERS = len(ascii_uppercase)


def areas_shown(site: RegisterFacts) -> tuple[AreaFacts, ...]:
    """Every area that a published protocol names, and each that holds such areas, by name.

    What cannot be the id of an area is left out, because the id becomes an address.
    """
    # A restricted protocol publishes no area, and is in none here. Whether it covers a link cannot be said.
    known = [
        (replace(facts.seen, areas=()) if facts.restricted else facts.seen, facts.status)
        for facts in site.protocols
        if facts.seen is not None
    ]
    register = site.register
    named = set(areas_of([seen for seen, _ in known]))
    whole = {area for area in register.parts_of_areas if named & areas_in(area, register.parts_of_areas)}
    shown = sorted(filter(KEBAB.match, named | whole), key=in_reading_order)
    return tuple(area_facts(register, known, area=area, as_of=site.as_of) for area in shown)


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
    words = {
        frozenset((pair.overlap.a.id, pair.overlap.b.id)): heading("pair_short", pair.words)
        for pair in told
        if pair.words
    }
    compared = [one for one in found.protocols if one.terms is not None]
    by_link: dict[str, dict[str, list[object]]] = {}
    for link in found.links:
        by_link.setdefault(link.link, defaultdict(list))[link.state].append(link)
    expected = vocabulary().expected_links
    starts = [add_months(area.as_of, 3 * quarter) for quarter in range(5)]
    quarters = {str(number): _from_to(starts[number], starts[number + 1]) for number in range(4)}
    return {
        "area": area,
        "told": told,
        "counts": {
            name: sum(1 for pair in told if pair.words == id_)
            for name, id_ in (("merge", "merge"), ("join", "join"), ("same", "same-bodies"))
        },
        "lettered": list(zip(ascii_uppercase, compared, strict=False)) if len(compared) <= _MOST_LETTERS else [],
        "words_of": lambda one, other: words.get(frozenset((one, other)), "–"),
        "links": [(expected[id_].title, expected[id_].strength, states) for id_, states in by_link.items()],
        "signing": clock_in_words("Half of the copies come back signed within", found.signing),
        "stages": [(stage, clock_in_words("Half end within", clock)) for stage, clock in found.by_stage.items()],
        "waiting_bands": in_bands(party.days_waiting for _, party in area.waiting if party.state != "not-sent"),
        "quarters": quarters,
        "quarter_counts": {
            id_: sum(1 for one in area.ending if starts[int(id_)] <= latest(one.on) < starts[int(id_) + 1])
            for id_ in quarters
        },
        "unsaid": sorted({one.protocol for one in found.funding if one.state == "not-said"}),
    }


def _from_to(start: date, end: date) -> str:
    return f"{date_in_words(start)} to {date_in_words(end)}"
