"""What is odd about a change: things that are each allowed and yet worth a second look. Advice, never an error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from undersigned.changes.git import Commit
from undersigned.changes.owners import Owners, judge
from undersigned.changes.report.points import Body, Oddity
from undersigned.changes.report.reviews import added_reviews
from undersigned.changes.report.revisions import Pair, Sides
from undersigned.changes.report.signing import SigningChange, Step, signing_changes, steps
from undersigned.records.fields import latest
from undersigned.records.review import Review

#: So many protocols reviewed by one change, and not by one board on one day, are many.
MANY_REVIEWS = 4
#: A signature recorded so many days after it was made is recorded late.
LATE_DAYS = 180
#: What says nothing of whether anything was read.
_DATES = frozenset({"due_on", "review_again_by", "fingerprint", "version"})


@dataclass(frozen=True)
class Judged:
    """What recorded signatures are judged by: the owners at the base, the commits in between, and whom GitHub says asks.

    Going back (not `forward`) records nothing.
    """

    owners: Owners | None
    commits: Sequence[Commit]
    author_login: str | None
    prefix: str
    as_of: date
    forward: bool


def oddities(sides: Sides, judged: Judged) -> tuple[list[Oddity], list[Oddity]]:
    """What is odd, and what could not be judged."""
    odd = list(_many_reviews(sides.pairs))
    not_judged: list[Oddity] = []
    for pair in sides.pairs:
        changes = signing_changes(pair.before, pair.after, sides.before.register, sides.after.register)
        odd += _of_reviews(pair)
        odd += _of_signatures(pair, changes, judged) if judged.forward else ()
        odd += _removed(pair, changes)
        if pair.moved and pair.before is not None:
            odd.append(Oddity("moved-without-formerly", {"former": pair.before.id}, pair.id))
        strangers, unclear = _recorded_by(pair, changes if judged.forward else (), judged)
        odd += strangers
        not_judged += unclear
    return odd, _once(not_judged)


def _once(found: Sequence[Oddity]) -> list[Oddity]:
    """Each reason once, with all whom it is about."""
    who: dict[str, dict[str, Body]] = {}
    for oddity in found:
        bodies = oddity.values.get("who")
        for body in bodies if isinstance(bodies, tuple) else ():
            who.setdefault(oddity.code, {})[body.id] = body
        who.setdefault(oddity.code, {})
    return [Oddity(code, {"who": tuple(bodies.values())}) for code, bodies in who.items()]


# -- reviews --------------------------------------------------------------------------------------------------------------


def _many_reviews(pairs: Sequence[Pair]) -> Iterator[Oddity]:
    added = [(pair.id, day, review) for pair in pairs for day, review in added_reviews(pair.before, pair.after).items()]
    protocols = {id_ for id_, _day, _review in added}
    boards = {(day, review.board.organisation if review.board else None) for _id, day, review in added}
    one_board = len(boards) == 1 and next(iter(boards))[1] is not None
    if len(protocols) >= MANY_REVIEWS and not one_board:
        yield Oddity("many-reviews", {"count": len(protocols)})
    notes = Counter((_plain_note(review), id_) for id_, _day, review in added)
    by_note: dict[str, set[str]] = {}
    for note, id_ in notes:
        by_note.setdefault(note, set()).add(id_)
    for ids in by_note.values():
        if len(ids) > 1:
            yield Oddity("same-note", {"count": len(ids), "protocols": tuple(sorted(ids))})


def _plain_note(review: Review) -> str:
    return " ".join(review.note.casefold().split())


def _of_reviews(pair: Pair) -> Iterator[Oddity]:
    """Reviews that say nothing new, and that read what this same change stamps."""
    old = pair.before.reviews if pair.before is not None else {}
    stamped = _stamped(pair)
    for day, review in added_reviews(pair.before, pair.after).items():
        if review.version in stamped:
            yield Oddity("review-and-text", {"on": day, "version": review.version}, pair.id)
        for other in old.values():
            if other.value is None:
                continue
            if _without_dates(other.source.data) == _without_dates(
                pair.after.reviews[day].source.data if pair.after else {}
            ):
                yield Oddity("review-dates-only", {"on": day}, pair.id)
                break
            if _plain_note(other.value) == _plain_note(review):
                yield Oddity("note-again", {"on": day}, pair.id)
                break
    for day, record in old.items():
        now = pair.after.reviews.get(day) if pair.after is not None else None
        if now is None:
            continue
        written, rewritten = record.source.data, now.source.data
        changed = {name for name in (*written, *rewritten) if written.get(name) != rewritten.get(name)}
        if changed and changed <= {"due_on", "review_again_by"}:
            yield Oddity("review-dates-only", {"on": day}, pair.id)


def _without_dates(data: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in data.items() if name not in _DATES}


def _stamped(pair: Pair) -> set[str]:
    """The versions that this change makes or edits."""
    old = pair.before.versions if pair.before is not None else {}
    new = pair.after.versions if pair.after is not None else {}
    return {
        number for number, record in new.items() if number not in old or old[number].source.data != record.source.data
    }


# -- signatures -----------------------------------------------------------------------------------------------------------


def _of_signatures(pair: Pair, changes: Sequence[SigningChange], judged: Judged) -> Iterator[Oddity]:
    signed = [step for change in changes for step in steps(change) if step.kind == "signed"]
    stamped = _stamped(pair)
    together = [step for step in signed if step.signature.version in stamped]
    if together:
        yield Oddity("text-and-signature", {"who": _who(together), "version": together[0].signature.version}, pair.id)
    bare = [
        step
        for step in signed
        if step.signature.evidence is None or not (step.signature.evidence.sha256 or step.signature.evidence.reference)
    ]
    if bare:
        yield Oddity("no-evidence", {"who": _who(bare)}, pair.id)
    late = [step for step in signed if (_recorded_on(step.path, judged) - latest(step.came_on)).days > LATE_DAYS]
    if late:
        yield Oddity("recorded-late", {"who": _who(late), "count": LATE_DAYS}, pair.id)


def _who(found: Sequence[Step]) -> tuple[Body, ...]:
    return tuple({step.who.id: step.who for step in found}.values())


def _recorded_on(path: str, judged: Judged) -> date:
    """The day of the first commit that wrote the record; without one, the day asked for."""
    days = [commit.made_on for commit in judged.commits if path in commit.paths and commit.made_on is not None]
    return min(days, default=judged.as_of)


def _recorded_by(pair: Pair, changes: Sequence[SigningChange], judged: Judged) -> tuple[list[Oddity], list[Oddity]]:
    """Signatures whose recorder is not among the owners of that agency's folder, and those of whom it cannot be said."""
    strangers: list[Body] = []
    unclear: list[Oddity] = []
    for change in changes:
        if not any(step.kind == "signed" for step in steps(change)):
            continue
        if judged.owners is None:
            unclear.append(Oddity("no-codeowners", {"who": (change.who,)}))
            continue
        owners = judged.owners.of(f"{judged.prefix}{change.path}")
        answers = {
            judge(owners, email=email, login=judged.author_login)
            for email in ({commit.author_email for commit in judged.commits if change.path in commit.paths} or {""})
        }
        if "stranger" in answers:
            strangers.append(change.who)
        for answer in answers & {"team", "unknown", "nobody"}:
            unclear.append(Oddity(f"owner-{answer}", {"who": (change.who,)}))
    odd = [Oddity("recorded-by-stranger", {"who": tuple(strangers)}, pair.id)] if strangers else []
    return odd, unclear


def _removed(pair: Pair, changes: Sequence[SigningChange]) -> Iterator[Oddity]:
    """What a register keeps for good and this change takes away or edits."""
    if pair.after is None:
        yield Oddity("protocol-removed", {}, pair.id)
        return
    if pair.before is None:
        return
    gone = tuple(number for number in pair.before.versions if number not in pair.after.versions)
    if gone:
        yield Oddity("version-removed", {"versions": gone}, pair.id)
    edited = tuple(number for number in sorted(_stamped(pair)) if number in pair.before.versions)
    if edited:
        yield Oddity("stamp-changed", {"versions": edited}, pair.id)
    days = tuple(day for day in pair.before.reviews if day not in pair.after.reviews)
    if days:
        yield Oddity("review-removed", {"days": days}, pair.id)
    records = tuple(change.who for change in changes if change.gone)
    if records:
        yield Oddity("signing-record-removed", {"who": records}, pair.id)
    shorter = tuple(
        change.who
        for change in changes
        if change.after is not None
        and change.before is not None
        and change.after.value is not None
        and change.before.value is not None
        and len(change.after.value.signatures) < len(change.before.value.signatures)
    )
    if shorter:
        yield Oddity("signature-removed", {"who": shorter}, pair.id)
