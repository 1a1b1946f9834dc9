"""What is written of protocols and organisations beside the text: status, owner, money, contacts, outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from undersigned.changes import differences
from undersigned.changes.report.points import Body, OrganisationChange, Point, Weight, Word
from undersigned.changes.report.revisions import Side
from undersigned.changes.report.signing import known_as, parts_changed
from undersigned.changes.report.terms import Titles, day_or_text, said, term_points
from undersigned.changes.report.versions import body_of
from undersigned.records.organisation import Contact, DataProtectionOfficer, Organisation
from undersigned.records.source import Data, mappings
from undersigned.register import ProtocolFolder, Register

_FIELDS = (
    "summary",
    "areas",
    "effective_from",
    "supersedes",
    "formerly",
    "dpia",
    "appropriate_policy_document",
    "funding",
    "milestones",
    "monitoring",
)
#: Parts of an organisation's record that are told field by field.
_PARTS_OF_ORGANISATION = ("legal", "contact", "data_protection_officer")
#: `accounts`: who may act for it in the place where the register is kept.
_ORGANISATION_WEIGHTS: Mapping[str, Weight] = {"dissolved_on": "signing", "accounts": "care", "kind": "information"}
_SIGNING_WEIGHT = ("status", "publication")


def fact_points(before: ProtocolFolder, after: ProtocolFolder, register: Register) -> Iterator[Point]:
    """What differs in `protocol.yaml` outside the operative text, and in the outcomes reported."""
    old, new = before.record.source.data, after.record.source.data
    titles = Titles(old, new, lambda id_: body_of(register, id_))
    for name in _SIGNING_WEIGHT:
        if old.get(name) != new.get(name):
            weight: Weight = "care" if name == "publication" else "signing"
            values = {"before": said(name, old.get(name), titles), "after": said(name, new.get(name), titles)}
            yield Point(f"{name}-changed", values, weight)
    for name in ("lead", "owner"):
        if old.get(name) != new.get(name):
            one, other = _whose(old.get(name), register), _whose(new.get(name), register)
            code = "stated" if one is None else "dropped" if other is None else "changed"
            yield Point(f"value-{code}", {"label": Word("label", name), "before": one, "after": other})
    chosen = [{name: data[name] for name in _FIELDS if name in data} for data in (old, new)]
    yield from term_points(differences(chosen[0], chosen[1]), titles)
    yield from _membership(old, new, register)


def _whose(value: Data, register: Register) -> object:
    if isinstance(value, dict):
        id_, post = value.get("organisation"), value.get("post")
        if not isinstance(id_, str):
            return None
        body = body_of(register, id_)
        return Point("post-at", {"post": post, "who": (body,)}) if isinstance(post, str) else body
    return body_of(register, value) if isinstance(value, str) else None


def _membership(old: Mapping[str, Data], new: Mapping[str, Data], register: Register) -> Iterator[Point]:
    """Days on which parties joined or left, where the change writes them."""
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


def outcome_points(before: ProtocolFolder | None, after: ProtocolFolder | None) -> Iterator[Point]:
    """Returns that came, went or changed."""
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


# -- organisations --------------------------------------------------------------------------------------------------------


def organisation_changes(ids: tuple[str, ...], before: Side, after: Side) -> Iterator[OrganisationChange]:
    """What differs in the organisations' own records, under their present ids."""
    for id_ in ids:
        new = after.register.organisation(id_)
        former = new.value.formerly if new is not None and new.value is not None else ()
        old = next(
            (record for name in (id_, *former) if (record := before.register.organisation(name)) is not None), None
        )
        if new is None and known_as(id_, before.register, after.register) != id_:
            continue  # a rename is taken back, and the other of the two ids tells it
        name = after.register.organisation_name(id_) if new is not None else before.register.organisation_name(id_)
        points = list(_organisation_points(Body(id_, name), old.value if old else None, new.value if new else None))
        held = len(set(after.tree.protocols_of(id_)) | set(before.tree.protocols_of(id_)))
        if points and held:
            points.append(Point("organisation-protocols", {"count": held}))
        if points:
            yield OrganisationChange(id_, name, points)


def _organisation_points(body: Body, old: Organisation | None, new: Organisation | None) -> Iterator[Point]:
    if new is None or old is None:
        if new is not None:
            yield Point("organisation-added", {"kind": Word("organisation_kind", new.kind)})
        elif old is not None:
            yield Point("organisation-removed", {}, "care")
        return
    who = (body,)
    for name in Organisation.model_fields:
        was, is_ = getattr(old, name), getattr(new, name)
        if was == is_ or name in _PARTS_OF_ORGANISATION:
            continue
        weight = _ORGANISATION_WEIGHTS.get(name, "plain")
        if isinstance(was, tuple) and isinstance(is_, tuple):
            added, taken = (
                tuple(entry for entry in is_ if entry not in was),
                tuple(entry for entry in was if entry not in is_),
            )
            code = (
                "list-changed"
                if added and taken
                else "list-added"
                if added
                else "list-taken"
                if taken
                else "order-changed"
            )
            yield Point(code, {"label": Word("label", name), "added": added, "taken": taken}, weight)
        else:
            code = "stated" if was is None else "dropped" if is_ is None else "changed"
            table = {"kind": "organisation_kind", "jurisdiction": "jurisdiction"}.get(name)
            before, after = (Word(table, value) if table and isinstance(value, str) else value for value in (was, is_))
            yield Point(f"value-{code}", {"label": Word("label", name), "before": before, "after": after}, weight)
    if old.legal != new.legal:
        yield Point("legal-changed", {}, "information")
    yield from parts_changed("contact", who, old.contact or Contact(), new.contact or Contact(), ("post", "mailbox"))
    yield from parts_changed(
        "dpo",
        who,
        old.data_protection_officer or DataProtectionOfficer(),
        new.data_protection_officer or DataProtectionOfficer(),
        ("post", "mailbox"),
    )
