"""All that a change between two revisions means, put together out of the rooms beside this one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from undersigned.changes.git import Between, History
from undersigned.changes.owners import Owners
from undersigned.changes.report.oddities import Judged, oddities
from undersigned.changes.report.other_facts import fact_points, organisation_changes, outcome_points
from undersigned.changes.report.points import Point, Proposal, ProtocolChange, Word
from undersigned.changes.report.reviews import review_points
from undersigned.changes.report.revisions import Pair, Sides, read_sides
from undersigned.changes.report.signing import consequences, signature_points, signing_changes
from undersigned.changes.report.unread import unread_records
from undersigned.changes.report.versions import Texts, body_of, changed_terms, stamp_points, would_be
from undersigned.records.fields import earliest
from undersigned.records.version import Version
from undersigned.register import ProtocolFolder
from undersigned.status import protocol_status


def proposal_between(root: Path, base: str, head: str, *, as_of: date, author_login: str | None = None) -> Proposal:
    """What the change from `base` to `head` means for the register in `root`.

    `as_of`: the day for which signatures and reviews are judged. `author_login`: the account that asks for the change;
    then only it is judged as the recorder of signatures, not what commits say of their authors. HistoryError where
    history cannot answer.
    """
    with History(root) as history:
        between = history.between(base, head)
        proposal = Proposal(
            between.base,
            between.head,
            between.compared_from,
            between.relation,
            as_of,
            files=len(between.files),
            other_files=between.other_files,
        )
        if between.files:
            owners = history.owners(between.base)
            _fill(
                proposal,
                read_sides(history, between, root),
                between,
                Judged(
                    Owners(owners) if owners is not None else None,
                    between.commits,
                    author_login,
                    history.from_top(""),
                    as_of,
                    between.relation != "behind",
                ),
            )
        return proposal


def _fill(proposal: Proposal, sides: Sides, between: Between, judged: Judged) -> None:
    proposal.unread = unread_records(sides, between.files)
    for pair in sides.pairs:
        change = protocol_change(pair, sides, as_of=proposal.as_of)
        if change is not None:
            proposal.protocols.append(change)
    proposal.organisations = list(organisation_changes(sides.organisations, sides.before, sides.after))
    proposal.odd, proposal.not_judged = oddities(sides, judged)


def protocol_change(pair: Pair, sides: Sides, *, as_of: date) -> ProtocolChange | None:
    """What the change does to one protocol; None where nothing of it differs that is told."""
    before, after = pair.before, pair.after
    if after is None:
        return _removed(before, sides, as_of=as_of) if before is not None else None
    register = sides.after.register
    change = ProtocolChange(pair.id, _title(after), "added" if before is None else "changed")
    if before is None:
        change.add("facts", [_added(after, sides)])
    elif before.id != pair.id:
        change.sort, change.former_id = "renamed", before.id
        change.add("facts", [Point("protocol-renamed", {"former": before.id})])
    day = max([as_of, *(earliest(version.agreed_on) for version in _new_versions(before, after))])
    texts = Texts(before, after, register, as_of=day)
    change.add("versions", stamp_points(texts))
    change.add("signing", consequences(before, after, sides.before.register, register, as_of=day))
    change.add("signing", would_be(texts))
    change.add("terms", changed_terms(texts))
    change.add("reviews", review_points(before, after, register, as_of=as_of))
    change.add("signatures", signature_points(signing_changes(before, after, sides.before.register, register)))
    change.add("facts", fact_points(before, after, register) if before is not None else ())
    change.add("facts", outcome_points(before, after))
    return change if any(True for _ in change.points()) else None


def _removed(folder: ProtocolFolder, sides: Sides, *, as_of: date) -> ProtocolChange:
    """A protocol that is taken away with all its records, and between whom it was in force."""
    change = ProtocolChange(folder.id, _title(folder), "removed")
    change.add("facts", [Point("protocol-removed", {}, "care")])
    if folder.readable:
        register = sides.before.register
        bound = protocol_status(folder, register, as_of=as_of).in_force_between
        if bound:
            change.add(
                "signing",
                [Point("protocol-was-in-force", {"who": tuple(body_of(register, id_) for id_ in bound)}, "signing")],
            )
    return change


def _new_versions(before: ProtocolFolder | None, after: ProtocolFolder) -> list[Version]:
    old = before.versions if before is not None else {}
    return [version for number, version in after.read_versions() if number not in old]


def _title(folder: ProtocolFolder) -> str:
    title = folder.record.source.data.get("title")
    return title if isinstance(title, str) else folder.id


def _added(folder: ProtocolFolder, sides: Sides) -> Point:
    value = folder.record.value
    if value is None:
        return Point("protocol-added-unread", {}, "care")
    return Point(
        "protocol-added",
        {
            "status": Word("status", value.status),
            "kind": Word("kind", value.kind),
            "count": len(value.parties),
            "flows": len(value.flows),
            "who": tuple(body_of(sides.after.register, party.organisation) for party in value.parties),
            "people": value.people,
        },
        "information",
    )
