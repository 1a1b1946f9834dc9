"""Works out what a change between two revisions means: each protocol, the records beside its text, each organisation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from undersigned.changes import owners
from undersigned.changes.diff import differences
from undersigned.changes.git import Comparison, History
from undersigned.changes.oddities import Provenance, oddities
from undersigned.changes.report import Body, ChangeReport, Label, OrganisationChange, Point, ProtocolChange, Weight
from undersigned.changes.revisions import (
    ProtocolPair,
    Revision,
    Revisions,
    added_reviews,
    read_revisions,
    records_beside,
    submodules_of_records,
    unread_records,
)
from undersigned.changes.signing import changed_parts, consequences, later_id, signature_points, signing_changes
from undersigned.changes.terms import Titles, day_or_text, term_points, value_in_report
from undersigned.changes.versions import Texts, body_of, changed_terms, stamp_points, unstamped_points
from undersigned.records.fields import When, latest
from undersigned.records.organisation import Codes, Contact, DataProtectionOfficer, Organisation
from undersigned.records.review import Review
from undersigned.records.source import PlainData, mappings
from undersigned.records.version import Version
from undersigned.register import ProtocolFolder, Register
from undersigned.status import DUE_SOON_DAYS, ReviewStep, names_due_date, protocol_status, review_steps

#: Fields of `protocol.yaml` outside the operative text that are compared as terms are.
_FIELDS = (
    "summary",
    "areas",
    "references",
    "effective_from",
    "ended_on",
    "supersedes",
    "formerly",
    "dpia",
    "appropriate_policy_document",
    "funding",
    "milestones",
    "monitoring",
)
#: Parts of an organisation's record that are compared field by field.
_PARTS_OF_ORGANISATION = ("legal", "codes", "contact", "data_protection_officer")
#: `accounts` can act for the organisation on the platform that hosts the register.
_ORGANISATION_WEIGHTS: Mapping[str, Weight] = {"dissolved_on": "signing", "accounts": "care", "kind": "information"}


def report_between(root: Path, base: str, head: str, *, as_of: date, author_login: str | None = None) -> ChangeReport:
    """What the change from `base` to `head` means for the register in `root`.

    `as_of`: the day for which signatures and reviews are judged. `author_login`: the account that proposes the change. If
    it is given, signatures count as recorded by it, whatever the commits say of their authors. HistoryError if history
    cannot answer.
    """
    with History(root) as history:
        comparison = history.compare(base, head)
        report = ChangeReport(
            comparison.base,
            comparison.head,
            comparison.compared_from,
            comparison.relation,
            as_of,
            files=len(comparison.files),
            other_files=comparison.other_files,
        )
        if comparison.files:
            codeowners = history.text_at(comparison.base, owners.PLACES, most=owners.MAX_BYTES)
            provenance = Provenance(
                owners.Owners(codeowners) if codeowners is not None else None,
                comparison.commits,
                author_login,
                history.path_from_top(""),
                as_of,
                comparison.relation != "behind",
            )
            _fill(report, read_revisions(history, comparison, root), comparison, provenance)
        else:
            report.unread = submodules_of_records(history, comparison)
        report.unread += records_beside(comparison.beside)
        return report


def _fill(report: ChangeReport, revisions: Revisions, comparison: Comparison, provenance: Provenance) -> None:
    report.unread = unread_records(revisions, comparison.files)
    for pair in revisions.pairs:
        change = protocol_change(pair, revisions, as_of=report.as_of)
        if change is not None:
            report.protocols.append(change)
    report.organisations = list(organisation_changes(revisions.organisations, revisions.before, revisions.after))
    report.oddities, report.not_judged = oddities(revisions, provenance)


# -- protocols ----------------------------------------------------------------------------------------------------------


def protocol_change(pair: ProtocolPair, revisions: Revisions, *, as_of: date) -> ProtocolChange | None:
    """What the change does to one protocol; None if there is nothing to report."""
    before, after = pair.before, pair.after
    if after is None:
        return _removed(before, revisions, as_of=as_of) if before is not None else None
    earlier, register = revisions.before.register, revisions.after.register
    change = ProtocolChange(pair.id, _title(after), "added" if before is None else "changed")
    if before is None:
        change.add("facts", [_added(after, register)])
    elif before.id != pair.id:
        change.sort, change.former_id = "renamed", before.id
        change.add("facts", [Point("protocol-renamed", {"former": before.id})])
    day = max([as_of, *(latest(version.agreed_on) for version in _new_versions(before, after))])
    texts = Texts(before, after, register, as_of=day)
    change.add("versions", stamp_points(texts))
    change.add("signing", consequences(before, after, earlier, register, as_of=day))
    change.add("signing", unstamped_points(texts))
    change.add("terms", changed_terms(texts))
    change.add("reviews", review_points(before, after, register, as_of=as_of))
    change.add("signatures", signature_points(signing_changes(before, after, earlier, register), register))
    change.add("facts", fact_points(before, after, register) if before is not None else ())
    change.add("facts", outcome_points(before, after))
    return change if any(True for _ in change.points()) else None


def _removed(folder: ProtocolFolder, revisions: Revisions, *, as_of: date) -> ProtocolChange:
    """A protocol that is removed with all its records, and the bodies between which it was in force."""
    change = ProtocolChange(folder.id, _title(folder), "removed")
    change.add("facts", [Point("protocol-removed", {}, "care")])
    if folder.readable:
        register = revisions.before.register
        bound = protocol_status(folder, register, as_of=as_of).in_force_between
        if bound:
            who = tuple(body_of(register, id_) for id_ in bound)
            change.add("signing", [Point("protocol-was-in-force", {"who": who}, "signing")])
    return change


def _new_versions(before: ProtocolFolder | None, after: ProtocolFolder) -> list[Version]:
    old = before.versions if before is not None else {}
    return [version for number, version in after.read_versions() if number not in old]


def _title(folder: ProtocolFolder) -> str:
    title = folder.record.source.data.get("title")
    return title if isinstance(title, str) else folder.id


def _added(folder: ProtocolFolder, register: Register) -> Point:
    value = folder.record.value
    if value is None:
        return Point("protocol-added-unread", {}, "care")
    return Point(
        "protocol-added",
        {
            "status": Label("status", value.status),
            "kind": Label("kind", value.kind),
            "count": len(value.parties),
            "flows": len(value.flows),
            "who": tuple(body_of(register, party.organisation) for party in value.parties),
            "people": value.people,
        },
        "information",
    )


def fact_points(before: ProtocolFolder, after: ProtocolFolder, register: Register) -> Iterator[Point]:
    """What differs in `protocol.yaml` outside the operative text."""
    old, new = before.record.source.data, after.record.source.data
    titles = Titles(old, new, lambda id_: body_of(register, id_))
    for name in ("status", "publication"):
        if old.get(name) != new.get(name):
            weight: Weight = "care" if name == "publication" else "signing"
            values = {
                "before": value_in_report(name, old.get(name), titles),
                "after": value_in_report(name, new.get(name), titles),
            }
            yield Point(f"{name}-changed", values, weight)
    for name in ("lead", "owner"):
        if old.get(name) != new.get(name):
            was, now = _body_or_post(old.get(name), register), _body_or_post(new.get(name), register)
            code = "stated" if was is None else "dropped" if now is None else "changed"
            yield Point(f"value-{code}", {"label": Label("field", name), "before": was, "after": now})
    fields_before, fields_after = ({name: data[name] for name in _FIELDS if name in data} for data in (old, new))
    yield from term_points(differences(fields_before, fields_after), titles)
    yield from _membership(old, new, register)


def _body_or_post(value: PlainData, register: Register) -> object:
    if isinstance(value, list):
        return tuple(found for entry in value if (found := _body_or_post(entry, register)) is not None) or None
    if isinstance(value, dict):
        id_, post = value.get("organisation"), value.get("post")
        if not isinstance(id_, str):
            return None
        body = body_of(register, id_)
        return Point("post-at", {"post": post, "who": (body,)}) if isinstance(post, str) else body
    return body_of(register, value) if isinstance(value, str) else None


def _membership(old: Mapping[str, PlainData], new: Mapping[str, PlainData], register: Register) -> Iterator[Point]:
    """The days on which parties joined or left, if the change writes them."""
    was = {id_: party for party in mappings(old.get("parties")) if isinstance(id_ := party.get("organisation"), str)}
    for party in mappings(new.get("parties")):
        id_ = party.get("organisation")
        for name in ("joined_on", "left_on"):
            if isinstance(id_, str) and party.get(name) and party.get(name) != was.get(id_, {}).get(name):
                yield Point(
                    f"party-{name.replace('_', '-')}",
                    {"who": (body_of(register, id_),), "on": day_or_text(str(party[name]))},
                    "signing",
                )


# -- reviews and returns ------------------------------------------------------------------------------------------------


def review_points(
    before: ProtocolFolder | None, after: ProtocolFolder | None, register: Register, *, as_of: date
) -> Iterator[Point]:
    """Reviews completed, changed and removed."""
    old = before.reviews if before is not None else {}
    new = after.reviews if after is not None else {}
    steps: dict[When, ReviewStep] = {}
    if after is not None and after.readable:
        last = max([as_of, *map(latest, new)])
        steps = {step.completed_on: step for step in review_steps(after, as_of=last)[1]}
    for day, review in added_reviews(before, after).items():
        yield from _completed(day, review, steps.get(day), register)
    for day, record in old.items():
        if day not in new:
            yield Point("review-removed", {"on": day}, "care")
        elif record.source.data != new[day].source.data:
            was, now = record.source.data, new[day].source.data
            names = tuple(
                Label("field", name) for name in dict.fromkeys((*was, *now)) if was.get(name) != now.get(name)
            )
            yield Point("review-changed", {"on": day, "names": names}, "care")


def _completed(day: When, review: Review, step: ReviewStep | None, register: Register) -> Iterator[Point]:
    readers = tuple(body_of(register, by.organisation) for by in review.reviewed_by)
    values: dict[str, object] = {
        "on": day,
        "version": review.version,
        "scope": Label("scope", review.scope),
        "outcome": Label("outcome", review.outcome),
        "readers": readers,
        "note": review.note,
    }
    yield Point("review-completed" if readers else "review-completed-by-nobody", values)
    if review.board is not None:
        board = (body_of(register, review.board.organisation),)
        yield Point("review-board", {"who": board, "minute": review.board.minute or ""})
    if review.checked:
        yield Point("review-checked", {"checked": tuple(Label("checked", part) for part in review.checked)})
    if review.scope == "partner":
        yield Point("review-partner", {})
        return
    yield _answer_to_due_date(day, review, step)
    if step is not None and step.next_due is not None:
        yield Point("review-next", {"due_on": step.next_due}, "plain")


def _answer_to_due_date(day: When, review: Review, step: ReviewStep | None) -> Point:
    """Which due date the review answers, and whether in time."""
    if review.due_on is None:
        return Point("review-out-of-cycle", {})
    values: dict[str, object] = {"due_on": review.due_on}
    if step is None or step.due_before is None or not step.was_due:
        return Point("review-answers-none", values, "care")
    if not names_due_date(review.due_on, step.due_before):
        return Point("review-answers-another", {**values, "due": step.due_before}, "care")
    if not isinstance(day, date) or not isinstance(step.due_before, date):
        return Point("review-answers-month", {"due_on": step.due_before})
    late = (day - review.due_on).days
    if day < review.due_on - timedelta(days=DUE_SOON_DAYS):
        return Point("review-too-early", {**values, "count": -late}, "care")
    return Point("review-late", {**values, "count": late}) if late > 0 else Point("review-in-time", values)


def outcome_points(before: ProtocolFolder | None, after: ProtocolFolder | None) -> Iterator[Point]:
    """Returns that were reported, changed or removed."""
    old = before.outcomes if before is not None else {}
    new = after.outcomes if after is not None else {}
    for name, record in new.items():
        if name not in old:
            period = record.value.period if record.value is not None else None
            if period is not None:
                yield Point("outcome-reported", {"period": name, "from": period.from_, "to": period.to})
        elif old[name].source.data != record.source.data:
            yield Point("outcome-changed", {"period": name})
    for name in old.keys() - new.keys():
        yield Point("outcome-removed", {"period": name}, "care")


# -- organisations ------------------------------------------------------------------------------------------------------


def organisation_changes(ids: tuple[str, ...], before: Revision, after: Revision) -> Iterator[OrganisationChange]:
    """What differs in the organisations' own records, by their present ids."""
    for id_ in ids:
        new = after.register.organisation(id_)
        former = new.value.formerly if new is not None and new.value is not None else ()
        old = next(
            (record for name in (id_, *former) if (record := before.register.organisation(name)) is not None), None
        )
        if new is None and later_id(id_, before.register, after.register) != id_:
            continue  # A rename is taken back: it is reported under the other of the two ids.
        name = after.register.organisation_name(id_) if new is not None else before.register.organisation_name(id_)
        points = list(_organisation_points(Body(id_, name), old.value if old else None, new.value if new else None))
        protocols = len(set(after.tree.protocols_of(id_)) | set(before.tree.protocols_of(id_)))
        if points and protocols:
            points.append(Point("organisation-protocols", {"count": protocols}))
        if points:
            yield OrganisationChange(id_, name, points)


def _organisation_points(body: Body, old: Organisation | None, new: Organisation | None) -> Iterator[Point]:
    if new is None or old is None:
        if new is not None:
            yield Point("organisation-added", {"kind": Label("organisation_kind", new.kind)})
        elif old is not None:
            yield Point("organisation-removed", {}, "care")
        return
    for name in Organisation.model_fields:
        was, now = getattr(old, name), getattr(new, name)
        if was == now or name in _PARTS_OF_ORGANISATION:
            continue
        weight = _ORGANISATION_WEIGHTS.get(name, "plain")
        values: dict[str, object] = {"label": Label("field", name)}
        if isinstance(was, tuple) and isinstance(now, tuple):
            added = tuple(entry for entry in now if entry not in was)
            taken = tuple(entry for entry in was if entry not in now)
            code = "list-changed" if added and taken else "list-added" if added else "list-taken"
            code = code if added or taken else "order-changed"
            yield Point(code, {**values, "added": added, "taken": taken}, weight)
        else:
            code = "stated" if was is None else "dropped" if now is None else "changed"
            table = {"kind": "organisation_kind", "jurisdiction": "jurisdiction"}.get(name)
            before, after = (Label(table, value) if table and isinstance(value, str) else value for value in (was, now))
            yield Point(f"value-{code}", {**values, "before": before, "after": after}, weight)
    was_called, is_called = old.codes or Codes(), new.codes or Codes()
    for name in Codes.model_fields:
        was, now = getattr(was_called, name), getattr(is_called, name)
        if was != now:
            code = "stated" if was is None else "dropped" if now is None else "changed"
            yield Point(f"value-{code}", {"label": Label("field", name), "before": was, "after": now})
    if old.legal != new.legal:
        yield Point("legal-changed", {}, "information")
    who = (body,)
    yield from changed_parts(
        "contact", who, old.contact or Contact(), new.contact or Contact(), ("post", "mailbox", "phone")
    )
    yield from changed_parts(
        "dpo",
        who,
        old.data_protection_officer or DataProtectionOfficer(),
        new.data_protection_officer or DataProtectionOfficer(),
        ("post", "mailbox"),
    )
