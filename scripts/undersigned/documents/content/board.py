"""The yearly report of an area, or of one protocol, to its board: one page that asks for decisions, and its annex.

It says what the records of the day show. What nobody recorded is said to be not known, and never to be missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import get_args

from undersigned.documents.model import Block, Blocks, Document, Fact, NewPage, Numbered, Table, plain
from undersigned.documents.words import heading, listed, paragraph, strong, term, text, word
from undersigned.facts.area import AreaFacts, clock_in_words
from undersigned.figures.combined import Row
from undersigned.figures.landscape import LONG_OUT
from undersigned.figures.overlap import Words
from undersigned.records.vocabulary import vocabulary
from undersigned.words.dates import date_in_words, days_in_words
from undersigned.words.labels import heading as label_heading
from undersigned.words.text import in_a_list, name_of_id

#: So many decisions, and so many names in one, fit the first page.
_MOST_DECISIONS, _MOST_NAMES = 6, 3
#: What only a report of an area answers, by name.
_OF_AREAS = frozenset({"twice", "gaps", "provision"})


def board_document(facts: AreaFacts) -> Document:
    """The report. Its decisions follow from the records alone; the board decides."""
    area, day = _subject(facts), date_in_words(facts.as_of)
    return Document(
        record=f"report-{facts.protocol or facts.area}",
        title=word("board.title", area=area) if facts.protocol is None else area,
        kicker=word("board.kicker"),
        notice=word("board.example") if facts.register.example else "",
        watermark="",
        author="",
        subject=word("board.subject", area=area, day=day),
        facts=(
            Fact(word("board.as_of"), text(day)),
            Fact(word("board.made_from"), text(word("board.made_from_value"))),
        ),
        lead=(),
        contents=False,
        body=(*_first_page(facts), NewPage(), *_annex(facts)),
        footer=(word("board.footer", area=area, day=day),),
        properties=(
            ("Area", facts.area) if facts.protocol is None else ("ProtocolId", facts.protocol),
            ("AsOf", facts.as_of.isoformat()),
        ),
    )


def _subject(facts: AreaFacts) -> str:
    return name_of_id(facts.area) if facts.protocol is None else facts.title(facts.protocol)


def _name(facts: AreaFacts, organisation: str) -> str:
    return plain(facts.name(organisation))


# -- the first page ---------------------------------------------------------------------------------------------------


def _first_page(facts: AreaFacts) -> Iterator[Block]:
    yield heading(1, word("board.summary"))
    rows = [
        ("have", _have(facts)),
        ("bound", _bound(facts)),
        ("reviews", _reviews(facts)),
        ("waits", clock_in_words(word("board.waits_start"), facts.landscape.signing)),
        ("twice", _twice(facts)),
        ("gaps", _gaps(facts)),
        ("provision", _provision(facts)),
        ("ends", _ends(facts)),
    ]
    if facts.protocol is not None:
        rows = [row for row in rows if row[0] not in _OF_AREAS]
    yield _table(
        word("board.summary"),
        ("question", "answer"),
        [(word(f"board.{name}"), answer) for name, answer in rows],
        (3.2, 8.2),
    )
    yield heading(1, word("board.decisions"))
    decisions = list(_decisions(facts))
    shown = decisions[:_MOST_DECISIONS]
    if not shown:
        yield paragraph(word("board.decide_none"))
        return
    yield Numbered(tuple((paragraph(one),) for one in shown))
    if len(decisions) > len(shown):
        yield paragraph(word("board.decide_more", count=str(len(decisions) - len(shown))))


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _have(facts: AreaFacts) -> str:
    bodies = {party.organisation for one in facts.live for party in one.parties}
    return word(
        "board.have_value",
        live=_counted(len(facts.live), "protocol"),
        coming=str(len(facts.statuses) - len(facts.live)),
        bodies=_counted(len(bodies), "body", "bodies"),
    )


def _bound(facts: AreaFacts) -> str:
    if not facts.live:
        return word("board.bound_no_protocols")
    if not facts.waiting:
        return word("board.bound_none")
    longest = facts.waiting[0][1].days_waiting
    said = {
        "waiting": _counted(len(facts.waiting), "signature is", "signatures are"),
        "protocols": _counted(len({one.id for one, _ in facts.waiting}), "protocol"),
    }
    if longest is None:
        return word("board.bound_value_unknown", **said)
    return word("board.bound_value", **said, days=days_in_words(longest))


def _reviews(facts: AreaFacts) -> str:
    soon = _counted(sum(1 for one in facts.statuses if one.review.state == "due-soon"), "review is", "reviews are")
    if not facts.late:
        return word("board.reviews_none", soon=soon)
    due = sum(1 for one in facts.statuses if one.review.due_on is not None)
    return word("board.reviews_value", late=str(len(facts.late)), all=str(due), soon=soon)


def _twice(facts: AreaFacts) -> str:
    counts = {words: sum(1 for pair in facts.landscape.pairs if pair.words == words) for words in get_args(Words)}
    if not any(counts.values()):
        return word("board.twice_none")
    return word(
        "board.twice_value",
        merge=_counted(counts["merge"], "pair"),
        join=str(counts["join"]),
        same=str(counts["same-bodies"]),
    )


def _gaps(facts: AreaFacts) -> str:
    links = facts.landscape.links
    unknown = str(sum(1 for link in links if link.state == "cannot-say"))
    if not links:
        return word("board.gaps_no_links")
    if not facts.gaps:
        return word("board.gaps_none", unknown=unknown)
    return word("board.gaps_value", gaps=f"{len(facts.gaps)} of {len(links)} links", unknown=unknown)


def _provision(facts: AreaFacts) -> str:
    if not facts.maps:
        return word("board.provision_nothing")
    kinds = vocabulary().provision_kinds
    cells = {
        id_: [cell.state for map_ in facts.maps for kind, row in map_.rows if kind.id == id_ for cell in row]
        for id_ in kinds
    }
    provided = sum(1 for states in cells.values() if "provided" in states)
    none = sum(1 for states in cells.values() if set(states) == {"none"})
    return word(
        "board.provision_value",
        provided=str(provided),
        all=str(len(kinds)),
        none=str(none),
        unknown=str(len(kinds) - provided - none),
    )


def _ends(facts: AreaFacts) -> str:
    services = sum(1 for one in facts.ending if one.kind == "service")
    if facts.ending:
        money = _counted(len(facts.ending) - services, "source of money", "sources of money")
        things = _counted(services, "source of money or contract", "sources of money or contracts")
        return word("board.ends_value", money=money, services=things)
    unsaid = len({one.protocol for one in facts.landscape.funding if one.state == "not-said"})
    return word("board.ends_none", unsaid=_counted(unsaid, "protocol"))


def _decisions(facts: AreaFacts) -> Iterator[str]:
    """What the records ask of a board, one sentence a kind: conflicts, what is late, what waits, what ends, what is double."""
    if conflicts := len(facts.landscape.conflicts):
        yield word("board.decide_conflict", count=_counted(conflicts, "term that binds", "terms that bind"))
    if late := [f"{one.title} (due {date_in_words(one.review.due_on)})" for one in facts.late]:
        yield word("board.decide_review", count=_counted(len(late), "review is", "reviews are"), those=_some(late))
    declined = [
        f"{_name(facts, party.organisation)} ({one.title})"
        for one in facts.live
        for party in one.parties
        if party.state == "declined"
    ]
    if declined:
        count = _counted(len(declined), "body that has", "bodies that have")
        yield word("board.decide_refusal", count=count, those=_some(declined))
    out = [
        f"{_name(facts, party.organisation)} ({days_in_words(party.days_waiting)})"
        for _, party in facts.waiting
        if party.days_waiting is not None and party.days_waiting > LONG_OUT
    ]
    if out:
        count = _counted(len(out), "signature whose copy has been", "signatures whose copies have been")
        yield word("board.decide_signature", count=count, those=_some(out))
    for ending in facts.ending:
        yield word(f"board.decide_{ending.kind}", title=ending.of, source=ending.what, on=date_in_words(ending.on))
    if unowned := [service.value.title for map_ in facts.maps for service in map_.without_owner]:
        yield word("board.decide_owner", those=_some(unowned))
    for pair in facts.landscape.pairs:
        if pair.words == "merge" and pair.judged is None:
            yield word("board.decide_merge", one=facts.title(pair.overlap.a.id), other=facts.title(pair.overlap.b.id))


def _some(names: list[str]) -> str:
    return in_a_list(names, most=_MOST_NAMES)


# -- the annex --------------------------------------------------------------------------------------------------------


def _annex(facts: AreaFacts) -> Iterator[Block]:
    numbers = count(1)
    yield from _part(
        next(numbers),
        "annex_protocols",
        ("protocol", "status", "signed", "review"),
        [
            (
                one.title,
                label_heading("status", one.status) + (f", version {one.version}" if one.version else ""),
                f"{one.counts['signed']} of {sum(one.counts[state] for state in one.counts if state != 'not-required')}",
                date_in_words(one.review.due_on) or word("board.none"),
            )
            for one in facts.statuses
        ],
        (4.4, 3, 1.6, 2.4),
    )
    yield from _part(
        next(numbers),
        "annex_unsigned",
        ("body", "protocol", "state", "wait"),
        [
            (
                _name(facts, party.organisation),
                one.title,
                label_heading("signature_state", party.state),
                word("board.not_known") if party.days_waiting is None else str(party.days_waiting),
            )
            for one, party in facts.waiting
        ],
        (3.6, 4.4, 2.2, 1.2),
    )
    if facts.protocol is None:
        yield from _annex_of_area(facts, numbers)
    yield from _part(
        next(numbers),
        "annex_ends",
        ("what", "of", "on"),
        [(one.what, one.of, date_in_words(one.on)) for one in facts.ending],
        (4, 4.8, 2.6),
    )
    if facts.protocol is None:
        yield from _part(
            next(numbers),
            "annex_services",
            ("service", "provider", "until", "owner"),
            list(_services(facts)),
            (4, 3, 2, 2.4),
        )
    yield from _part(
        next(numbers),
        "annex_outcomes",
        ("measure", "unknown", "figure", "rate"),
        list(_outcomes(facts)),
        (5, 1.6, 2.6, 2.2),
    )
    if facts.outcomes.rows:
        yield paragraph(word("board.outcomes_note"))


def _annex_of_area(facts: AreaFacts, numbers: Iterator[int]) -> Iterator[Block]:
    yield from _part(next(numbers), "annex_conflicts", ("about", "wordings"), list(_conflicts(facts)), (3.2, 8.2))
    yield from _part(
        next(numbers), "annex_twice", ("pair", "meaning", "share", "decided"), list(_pairs(facts)), (5, 2.4, 2.6, 1.4)
    )
    if facts.landscape.pairs:
        yield paragraph(word("board.twice_note"))
    links = vocabulary().expected_links
    yield from _part(
        next(numbers),
        "annex_gaps",
        ("link", "between", "state"),
        [
            (
                links[link.link].title if link.link in links else link.link,
                f"{_name(facts, link.from_)} to {_name(facts, link.to)}",
                label_heading("link_state", link.state),
            )
            for link in facts.gaps
        ],
        (4, 4.8, 2.6),
    )


def _conflicts(facts: AreaFacts) -> Iterator[tuple[str, ...]]:
    for conflict in facts.landscape.conflicts:
        about = conflict.about if conflict.what == "retention" else word("board.breach")
        yield about, " ".join(f"{facts.title(id_)}: {term_.rstrip('.')}." for id_, term_ in conflict.terms.items())


def _pairs(facts: AreaFacts) -> Iterator[tuple[str, ...]]:
    for pair in facts.landscape.pairs:
        if pair.words is None:
            continue
        overlap = pair.overlap
        shares = (overlap.pairs, overlap.data, overlap.power, overlap.purpose)
        yield (
            f"{facts.title(overlap.a.id)}; {facts.title(overlap.b.id)}",
            label_heading("pair", pair.words),
            ", ".join(f"{round(100 * share)}%" for share in shares),
            date_in_words(pair.judged.on) if pair.judged else word("board.none"),
        )


def _services(facts: AreaFacts) -> Iterator[tuple[str, ...]]:
    for map_ in facts.maps:
        for one in map_.live:
            owner = one.value.owner
            named = "" if owner is None else ", ".join(filter(None, (owner.post, _name(facts, owner.organisation))))
            yield (
                one.value.title,
                listed((_name(facts, id_) for id_ in one.value.provider), ", ") or word("board.not_known"),
                date_in_words(one.until) or word("board.not_known"),
                named or word("board.nobody"),
            )


def _outcomes(facts: AreaFacts) -> Iterator[tuple[str, ...]]:
    measures = vocabulary().outcome_measures
    for row in facts.outcomes.rows:
        title = measures[row.measure].title if row.measure in measures else row.measure
        who = f", {row.group.replace('-', ' ')}" if row.group else ""
        series = f" ({row.series})" if row.series else ""
        period = f"{date_in_words(row.start)} to {date_in_words(row.end)}"
        rate = row.rate
        yield (
            f"{title}{series}{who}: {period}",
            _amount(row.figures.get("unknown")),
            _figure(row),
            word("board.none") if rate is None else f"{rate.per_cent}, between {rate.low} and {rate.high}",
        )


def _figure(row: Row) -> str:
    if row.offered:
        return listed(row.offered, ", ")
    if "denominator" in row.figures or "numerator" in row.figures:
        return f"{_amount(row.figures.get('numerator'))} of {_amount(row.figures.get('denominator'))}"
    return _amount(row.figures.get("count"))


def _amount(value: int | str | None) -> str:
    if value is None:
        return word("board.none")
    return f"{value:,}" if isinstance(value, int) else term("figure_mark", value)


def _part(
    number: int, name: str, head: tuple[str, ...], rows: list[tuple[str, ...]], widths: tuple[float, ...]
) -> Iterator[Block]:
    title = word(f"board.{name}", number=str(number))
    yield heading(1, title)
    yield _table(title, head, rows, widths) if rows else paragraph(word("board.nothing"))


def _table(caption: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]], widths: tuple[float, ...]) -> Table:
    cells: list[tuple[Blocks, ...]] = [((strong(row[0]),), *((paragraph(cell),) for cell in row[1:])) for row in rows]
    return Table(
        caption=caption,
        widths=widths,
        head=tuple(word(f"board.{one}") for one in head),
        rows=tuple(cells),
        row_heads=True,
        captioned=False,
    )
