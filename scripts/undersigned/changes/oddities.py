"""What is odd about a change: things that are allowed and yet worth a second look. Advice, never an error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from undersigned.changes.git import Commit
from undersigned.changes.owners import Owners, judge
from undersigned.changes.report import Body, Oddity
from undersigned.changes.revisions import ProtocolPair, Revisions, added_reviews
from undersigned.changes.signing import SigningChange, Step, signing_changes, steps
from undersigned.records.fields import latest
from undersigned.records.review import Review

#: Reviews of so many protocols in one change are odd, unless one board held them on one day.
MANY_REVIEWS = 4
#: A signature is recorded late if it was made more than so many days before.
LATE_DAYS = 180
#: Fields of a review that do not show that anything was read.
_DATES = frozenset({"due_on", "review_again_by", "fingerprint", "version"})


@dataclass(frozen=True)
class Provenance:
    """Who proposes the change and may record signatures: the owners at the base, the commits, the account that asks.

    `prefix`: the register's folder, from the top of the repository. `forward`: false if the change goes back in history,
    which records no signature.
    """

    owners: Owners | None
    commits: Sequence[Commit]
    author_login: str | None
    prefix: str
    as_of: date
    forward: bool


def oddities(revisions: Revisions, provenance: Provenance) -> tuple[list[Oddity], list[Oddity]]:
    """The oddities, and the signatures whose recorder could not be judged."""
    odd = list(_many_reviews(revisions.pairs))
    not_judged: list[Oddity] = []
    for pair in revisions.pairs:
        changes = signing_changes(pair.before, pair.after, revisions.before.register, revisions.after.register)
        odd += _of_reviews(pair)
        odd += _of_signatures(pair, changes, provenance) if provenance.forward else ()
        odd += _removed(pair, changes)
        if pair.moved and pair.before is not None:
            odd.append(Oddity("moved-without-formerly", {"former": pair.before.id}, pair.id))
        strangers, unclear = _recorded_by(pair, changes if provenance.forward else (), provenance)
        odd += strangers
        not_judged += unclear
    return odd, _merged(not_judged)


def _merged(not_judged: Sequence[Oddity]) -> list[Oddity]:
    """Each reason once, with all the bodies that it is about."""
    who: dict[str, dict[str, Body]] = {}
    for oddity in not_judged:
        bodies = oddity.values.get("who")
        for body in bodies if isinstance(bodies, tuple) else ():
            who.setdefault(oddity.code, {})[body.id] = body
        who.setdefault(oddity.code, {})
    return [Oddity(code, {"who": tuple(bodies.values())}) for code, bodies in who.items()]


# -- reviews --------------------------------------------------------------------------------------------------------------


def _many_reviews(pairs: Sequence[ProtocolPair]) -> Iterator[Oddity]:
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


def _of_reviews(pair: ProtocolPair) -> Iterator[Oddity]:
    """Reviews that say nothing new, or that read a text which the same change stamps."""
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
    for written, record in old.items():
        rewritten = pair.after.reviews.get(written) if pair.after is not None else None
        if rewritten is None:
            continue
        was, now = record.source.data, rewritten.source.data
        changed = {name for name in (*was, *now) if was.get(name) != now.get(name)}
        if changed and changed <= {"due_on", "review_again_by"}:
            yield Oddity("review-dates-only", {"on": written}, pair.id)


def _without_dates(data: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in data.items() if name not in _DATES}


def _stamped(pair: ProtocolPair) -> set[str]:
    """The versions that this change makes or edits."""
    old = pair.before.versions if pair.before is not None else {}
    new = pair.after.versions if pair.after is not None else {}
    return {
        number for number, record in new.items() if number not in old or old[number].source.data != record.source.data
    }


# -- signatures -----------------------------------------------------------------------------------------------------------


def _of_signatures(pair: ProtocolPair, changes: Sequence[SigningChange], provenance: Provenance) -> Iterator[Oddity]:
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
    late = [step for step in signed if (_recorded_on(step.path, provenance) - latest(step.day)).days > LATE_DAYS]
    if late:
        yield Oddity("recorded-late", {"who": _who(late), "count": LATE_DAYS}, pair.id)


def _who(signed: Sequence[Step]) -> tuple[Body, ...]:
    return tuple({step.who.id: step.who for step in signed}.values())


def _recorded_on(path: str, provenance: Provenance) -> date:
    """The day of the first commit that wrote the record; the day of the report if no commit says."""
    days = [commit.made_on for commit in provenance.commits if path in commit.paths and commit.made_on is not None]
    return min(days, default=provenance.as_of)


def _recorded_by(
    pair: ProtocolPair, changes: Sequence[SigningChange], provenance: Provenance
) -> tuple[list[Oddity], list[Oddity]]:
    """Signatures recorded by somebody who does not own the agency's folder, and those where that cannot be judged."""
    strangers: list[Body] = []
    unclear: list[Oddity] = []
    for change in changes:
        if not any(step.kind == "signed" for step in steps(change)):
            continue
        if provenance.owners is None:
            unclear.append(Oddity("no-codeowners", {"who": (change.who,)}))
            continue
        owners = provenance.owners.of(f"{provenance.prefix}{change.path}")
        answers = {
            judge(owners, email=email, login=provenance.author_login)
            for email in ({commit.author_email for commit in provenance.commits if change.path in commit.paths} or {""})
        }
        if "stranger" in answers:
            strangers.append(change.who)
        for answer in answers & {"team", "unknown", "nobody"}:
            unclear.append(Oddity(f"owner-{answer}", {"who": (change.who,)}))
    odd = [Oddity("recorded-by-stranger", {"who": tuple(strangers)}, pair.id)] if strangers else []
    return odd, unclear


def _removed(pair: ProtocolPair, changes: Sequence[SigningChange]) -> Iterator[Oddity]:
    """What a register keeps for ever and this change removes or edits."""
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
    records = tuple(change.who for change in changes if change.removed)
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
