"""The landscape of an area as a table, JSON, CSV or a spreadsheet: what we have twice, what is missing, what waits, what ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from undersigned.facts.area import clock_in_words
from undersigned.figures.landscape import LONG_OUT, Clause, Funding, Landscape, Link, Pair
from undersigned.figures.profile import Seen, seen
from undersigned.figures.survival import FEWEST, Clock, Spell
from undersigned.parallel import Watch, map_protocols
from undersigned.records.fields import When
from undersigned.records.vocabulary import vocabulary
from undersigned.register import Register
from undersigned.reports.status import iso, when_cell
from undersigned.reports.tables import Cell, Sheet, counted, csv_text, json_text, text_table, workbook
from undersigned.words.labels import heading, label

_MOST_LINES = 12


def all_seen(
    register: Register, *, as_of: date, processes: int = 1, watch: Watch | None = None
) -> tuple[list[Seen], list[str]]:
    """Reads every protocol. Returns what was seen, and the paths of records with faults, which are left out."""
    found: list[Seen] = []
    left_out: list[str] = []
    for id_ in register.organisation_ids:
        register.organisation(id_)  # before the work is divided, so that each is read once
    for part, unread in map_protocols(_seen_of, register, as_of=as_of, processes=processes, watch=watch):
        found.extend(part)
        left_out.extend(unread)
    return found, sorted(left_out)


def _seen_of(register: Register, ids: Iterable[str], as_of: date) -> tuple[list[Seen], list[str]]:
    found: list[Seen] = []
    left_out: list[str] = []
    for id_ in ids:
        folder = register.protocol(id_)
        if folder is None:
            continue
        left_out.extend(record.path for record in folder.records() if not record.clean)
        if folder.record.clean and all(record.clean for record in folder.versions.values()):
            found.append(seen(register, folder.clean_part(), as_of=as_of))
        register.forget(id_)
    return found, left_out


# -- JSON -----------------------------------------------------------------------------------------------------------


def render_landscape_json(found: Landscape) -> str:
    return json_text(
        {
            "area": found.area,
            "as_of": found.as_of.isoformat(),
            "protocols": [
                {
                    "id": one.id,
                    "title": one.title,
                    "status": one.status,
                    "restricted": one.restricted,
                    "coming": one.coming,
                    "parties": list(one.parties),
                }
                for one in found.protocols
            ],
            "pairs": [_pair_json(pair, whole=found.area is not None) for pair in found.pairs],
            "links": [
                {
                    "link": one.link,
                    "from": one.from_,
                    "to": one.to,
                    "state": one.state,
                    "protocol": one.protocol,
                    "waits": list(one.waits),
                }
                for one in found.links
            ],
            "clauses": [
                {
                    "id": one.id,
                    "title": one.title,
                    "numbers": {protocol: list(numbers) for protocol, numbers in one.numbers.items()},
                    "own": list(one.own),
                    "adopted": dict(one.adopted),
                }
                for one in found.clauses
            ],
            "conflicts": [
                {"what": one.what, "bodies": list(one.bodies), "about": one.about, "terms": dict(one.terms)}
                for one in found.conflicts
            ],
            "times": {
                "stage": {
                    **_clock_json(found.stage),
                    "by_stage": {stage: _clock_json(clock) for stage, clock in found.by_stage.items()},
                },
                "signing": {
                    **_clock_json(found.signing),
                    "by_kind": {kind: _clock_json(clock) for kind, clock in found.signing_by_kind.items()},
                },
                "agreeing": _clock_json(found.agreeing),
            },
            "funding": [
                {
                    "protocol": one.protocol,
                    "source": one.source,
                    "ends_on": iso(one.ends_on),
                    "review_due": iso(one.review_due),
                    "effective_to": iso(one.effective_to),
                    "state": one.state,
                }
                for one in found.funding
            ],
            "year": [
                {"kind": one.kind, "on": iso(one.on), "what": one.what or None, "of": one.of, "id": one.id}
                for one in found.year
            ],
        }
    )


def _pair_json(pair: Pair, *, whole: bool) -> dict[str, object]:
    """`whole`: says what every two protocols share. Otherwise only of those of which something follows."""
    overlap, judged = pair.overlap, pair.judged
    return {
        "a": overlap.a.id,
        "b": overlap.b.id,
        "pairs": round(overlap.pairs, 3),
        "inside": round(overlap.inside, 3),
        "data": round(overlap.data, 3),
        "power": round(overlap.power, 3),
        "purpose": round(overlap.purpose, 3),
        "words": pair.words,
        "shared": overlap.shared if whole or pair.words else {},
        "judged": None
        if judged is None
        else {"answer": judged.answer, "by": judged.by, "minute": judged.minute, "on": judged.on.isoformat()},
    }


def _clock_json(clock: Clock) -> dict[str, object]:
    return {
        "n": clock.n,
        "ended": clock.ended,
        "median": clock.median,
        "low": clock.low,
        "high": clock.high,
        "method": clock.method,
        "by_month": clock.by_month,
        "quarter": clock.quarter,
        "three_quarters": clock.three_quarters,
    }


# -- in words -------------------------------------------------------------------------------------------------------


def render_landscape_table(found: Landscape, register: Register) -> str:
    """The four answers in their order, each a sentence and what it rests on."""
    lines = [*_opening(found), ""]
    lines += ["What do we have twice?", "", *_twice(found), ""]
    lines += ["What is missing?", "", *_missing(found, register), ""]
    lines += ["What waits?", "", *_waits(found, register), ""]
    lines += ["What ends?", "", *_ends(found), ""]
    lines.append(f"{counted(len(found.protocols), 'protocol')}, as of {found.as_of}")
    return "\n".join(lines) + "\n"


def _opening(found: Landscape) -> list[str]:
    live = [one for one in found.protocols if one.live]
    coming = [one for one in found.protocols if one.coming]
    bodies = {body for one in live for body in one.parties}
    restricted = sum(1 for one in found.protocols if one.restricted)
    where = found.area or "the register"
    lines = [f"{where}: {counted(len(live), 'live protocol')} between {len(bodies)} bodies, {len(coming)} coming."]
    if restricted:
        lines.append(f"{counted(restricted, 'protocol')} of them restricted, and compared with nothing.")
    return lines


def _twice(found: Landscape) -> list[str]:
    worded = [pair for pair in found.pairs if pair.words]
    lines = []
    for words in ("merge", "join", "same-bodies"):
        pairs = [pair for pair in worded if pair.words == words]
        lines.append(f"{counted(len(pairs), 'pair')}: {label('pair', words)}.")
    if worded:
        lines.append("")
        lines += text_table(
            ("protocol", "and", "what it may mean", "pairs of bodies", "data", "powers", "purpose", "decided"),
            [
                (
                    pair.overlap.a.id,
                    pair.overlap.b.id,
                    label("pair", pair.words or ""),
                    f"{_per_cent(pair.overlap.pairs)} ({_per_cent(pair.overlap.inside)} of the smaller)",
                    _per_cent(pair.overlap.data),
                    _per_cent(pair.overlap.power),
                    _per_cent(pair.overlap.purpose),
                    pair.judged.answer if pair.judged else "not yet",
                )
                for pair in worded[:_MOST_LINES]
            ],
            widest={0: 40, 1: 40},
        )
        lines += _more(len(worded), "pairs")
    kept = sum(1 for pair in found.pairs if pair.judged and pair.judged.answer == "keep-apart")
    if kept:
        lines.append(f"{counted(kept, 'pair')} are kept apart by decision (landscape.yaml).")
    lines += ["", "The limits behind these words were tried on made-up protocols. People decide."]
    for conflict in found.conflicts[:_MOST_LINES]:
        terms = ", ".join(f"{protocol}: {term}" for protocol, term in conflict.terms.items())
        about = f"keeping '{conflict.about}'" if conflict.what == "retention" else "telling of a breach"
        lines.append(
            f"Two terms bind {counted(len(conflict.bodies), 'body').replace('bodys', 'bodies')} at once on {about}: {terms}."
        )
    for clause in [one for one in found.clauses if one.differs][:_MOST_LINES]:
        lines.append(f"{clause.title or clause.id}: {_numbers(clause)}")
    for clause in found.clauses:
        source = ", ".join(sorted(set(clause.adopted.values())))
        own = [protocol for protocol in clause.own if protocol not in clause.adopted.values()]
        if not own or not clause.adopted:
            continue
        lines.append(
            f"{clause.title or clause.id}: own words in {len(own)}, adopted in {len(clause.adopted)}; could adopt from {source}."
        )
    return lines


def _numbers(clause: Clause) -> str:
    by_numbers: dict[str, list[str]] = {}
    for protocol, numbers in clause.numbers.items():
        if numbers:
            by_numbers.setdefault(", ".join(numbers), []).append(protocol)
    return " · ".join(f"{numbers} ({', '.join(protocols)})" for numbers, protocols in by_numbers.items())


def _missing(found: Landscape, register: Register) -> list[str]:
    lines: list[str] = []
    for id_, expected in vocabulary().expected_links.items():
        links = [link for link in found.links if link.link == id_]
        if not links:
            continue
        covered = sum(1 for link in links if link.state == "in-force")
        unknown = sum(1 for link in links if link.state == "cannot-say")
        tail = f", {unknown} cannot be said" if unknown else ""
        usual = "" if expected.strength == "duty" else " (usual, not asked for by law)"
        lines.append(f"{expected.title}{usual}: {covered} of {len(links)} in force{tail}.")
        gaps = [link for link in links if link.state not in ("in-force", "cannot-say")]
        lines += [f"  {_link_in_words(link, register)}" for link in gaps[:_MOST_LINES]]
        lines += _more(len(gaps), "links")
    return lines or ["No expected link can be looked for: no two bodies of the kinds that it asks for are known here."]


def _link_in_words(link: Link, register: Register) -> str:
    ends = f"{register.organisation_name(link.from_)} to {register.organisation_name(link.to)}"
    waits = f", waits for {' and '.join(map(register.organisation_name, link.waits))}" if link.waits else ""
    return f"{ends}: {label('link_state', link.state)}" + (f" ({link.protocol})" if link.protocol else "") + waits


def _waits(found: Landscape, register: Register) -> list[str]:
    lines = [clock_in_words("Half of the copies come back signed within", found.signing)]
    for kind, clock in found.signing_by_kind.items():
        lines.append(f"  {heading('organisation_kind', kind)}: {clock_in_words('half come back signed within', clock)}")
    lines.append(f"From the first step to in force: {clock_in_words('half within', found.agreeing)}")
    out = sorted(
        (
            (one.days or 0, one.organisation, seen_.id)
            for seen_ in found.protocols
            if seen_.live
            for one in seen_.waiting
        ),
        reverse=True,
    )
    if out:
        days, body, protocol = out[0]
        lines.append(
            f"{counted(len(out), 'signature')} wait; the longest for {days} days: {register.organisation_name(body)} ({protocol})."
        )
    lines += [
        f"  {register.organisation_name(body)}: {days} days ({protocol})"
        for days, body, protocol in out
        if days > LONG_OUT
    ][:_MOST_LINES]
    for stage, clock in found.by_stage.items():
        lines.append(f"{heading('milestone', stage)}: {clock_in_words('half end within', clock)}")
        lines += [f"  {_case(case)}" for case in clock.cases if clock.ended < FEWEST][:_MOST_LINES]
    if found.signing.by_month or found.stage.by_month:
        number = found.signing.by_month + found.stage.by_month
        lines.append(f"{counted(number, 'case')} known by month only, counted in none of these.")
    lines.append("Only what was recorded is seen: protocols that were given up leave no trace.")
    return lines


def _case(spell: Spell) -> str:
    return f"{spell.cluster}: {spell.days} days" + ("" if spell.ending else ", and still open")


def _ends(found: Landscape) -> list[str]:
    lines: list[str] = []
    for state in ("ended", "before-review", "within-six-months"):
        for one in (funding for funding in found.funding if funding.state == state):
            lines.append(f"{one.protocol}: {one.source} {label('money', state)} ({one.ends_on}).")
    if not lines:
        lines.append("No money that is known ends before a review or within six months.")
    for state in ("no-end", "not-said"):
        protocols = sorted({one.protocol for one in found.funding if one.state == state})
        if protocols:
            lines.append(f"{heading('money', state)}: {', '.join(protocols)}.")
    ends: list[tuple[str, When]] = [
        (one.id, one.effective_to) for one in found.protocols if one.live and one.effective_to is not None
    ]
    lines += [f"{id_} runs until {when}." for id_, when in ends]
    return lines


def _more(number: int, what: str) -> list[str]:
    return [f"  … and {number - _MOST_LINES} more {what} (--format xlsx has all)"] if number > _MOST_LINES else []


def _per_cent(share: float) -> str:
    return f"{round(100 * share)}%"


# -- spreadsheets -----------------------------------------------------------------------------------------------------

_PAIR_COLUMNS = (
    "a",
    "b",
    "what it may mean",
    "decided",
    "pairs of bodies in both (%)",
    "of the smaller (%)",
    "data (%)",
    "powers (%)",
    "purpose (%)",
    "data in both",
    "powers in both",
)


def render_landscape_csv(found: Landscape) -> str:
    """The pairs. The other sheets are in the spreadsheet and in JSON."""
    return csv_text(_PAIR_COLUMNS, _pair_rows(found))


def _pair_rows(found: Landscape) -> Iterator[Sequence[Cell]]:
    for pair in found.pairs:
        overlap = pair.overlap
        yield (
            overlap.a.id,
            overlap.b.id,
            label("pair", pair.words) if pair.words else "",
            pair.judged.answer if pair.judged else None,
            *(
                round(100 * figure)
                for figure in (overlap.pairs, overlap.inside, overlap.data, overlap.power, overlap.purpose)
            ),
            "; ".join(one for one, _ in overlap.same_items),
            "; ".join(sorted(overlap.a.gateways & overlap.b.gateways)),
        )


def render_landscape_xlsx(found: Landscape) -> bytes:
    """A workbook with a sheet for each answer, and the protocols."""
    return workbook(
        (
            Sheet(
                "Protocols",
                ("protocol", "title", "status", "restricted", "parties"),
                [
                    (one.id, one.title, one.status, "yes" if one.restricted else "no", len(one.parties))
                    for one in found.protocols
                ],
            ),
            Sheet("Twice", _PAIR_COLUMNS, list(_pair_rows(found))),
            Sheet("Terms", ("clause", "protocol", "lengths of time", "adopted from"), list(_clause_rows(found))),
            Sheet(
                "Conflicts",
                ("what", "about", "bodies", "terms"),
                [
                    (
                        one.what,
                        one.about,
                        ", ".join(one.bodies),
                        "; ".join(f"{protocol}: {term}" for protocol, term in one.terms.items()),
                    )
                    for one in found.conflicts
                ],
            ),
            Sheet(
                "Missing",
                ("link", "from", "to", "state", "protocol", "waits for"),
                [
                    (
                        vocabulary().expected_links[one.link].title,
                        one.from_,
                        one.to,
                        label("link_state", one.state),
                        one.protocol,
                        ", ".join(one.waits),
                    )
                    for one in found.links
                ],
            ),
            Sheet(
                "Waits",
                ("what", "cases", "ended", "half within (days)", "from", "to", "method", "by month only"),
                [
                    (name, clock.n, clock.ended, clock.median, clock.low, clock.high, clock.method, clock.by_month)
                    for name, clock in (
                        ("signing", found.signing),
                        *(
                            (f"signing: {label('organisation_kind', kind)}", one)
                            for kind, one in found.signing_by_kind.items()
                        ),
                        ("from the first step to in force", found.agreeing),
                        *found.by_stage.items(),
                    )
                ],
            ),
            Sheet(
                "Stages",
                ("protocol", "stage", "days", "has ended"),
                [
                    (one.id, label("milestone", stage), spell.days, "yes" if spell.ending else "no")
                    for one in found.protocols
                    for stage, spell in one.stages
                ],
            ),
            Sheet(
                "Year",
                ("on", "what", "part", "of", "id"),
                [(when_cell(one.on), label("year", one.kind), one.what, one.of, one.id) for one in found.year],
            ),
            Sheet(
                "Ends",
                ("protocol", "source", "ends on", "review due", "runs until", "state"),
                [_funding_row(one) for one in found.funding],
            ),
        ),
        title=f"Landscape of {found.area or 'the register'} as of {found.as_of}",
        as_of=found.as_of,
    )


def _clause_rows(found: Landscape) -> Iterator[Sequence[Cell]]:
    for clause in found.clauses:
        for protocol, numbers in clause.numbers.items():
            yield clause.title or clause.id, protocol, ", ".join(numbers), None
        for protocol, source in clause.adopted.items():
            yield clause.title or clause.id, protocol, None, source


def _funding_row(one: Funding) -> Sequence[Cell]:
    return (
        one.protocol,
        one.source,
        when_cell(one.ends_on),
        when_cell(one.review_due),
        when_cell(one.effective_to),
        label("money", one.state),
    )
