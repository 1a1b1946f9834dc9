"""Signatures: the steps that the change records, what it alters in earlier entries, and who must sign because of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from undersigned.changes.report import Body, Label, Point
from undersigned.changes.versions import body_of
from undersigned.records.fields import Authored, When, version_key
from undersigned.records.protocol import ENDED
from undersigned.records.reading import Record
from undersigned.records.signature import NominatedOfficer, Signature, SigningRecord
from undersigned.register import ProtocolFolder, Register
from undersigned.status import PartyStatus, Signing
from undersigned.words.text import in_reading_order

#: The steps of a signature in the order in which they happen, and the field with the day of each.
_STEPS: Mapping[str, str] = {
    "sent": "sent_on",
    "sent-again": "sent_again_on",
    "approved": "approved_on",
    "signed": "signed_on",
    "returned": "returned_on",
    "counterpart": "counterpart_on",
}
#: Fields whose name means something else in other records, and their key among the labels.
_LABELS = {"method": "method_of_signing"}
_FIXED = ("fingerprint", "issued", "signed_by", "method", "signs_for", "mandate", "reservations", "evidence")


@dataclass(frozen=True)
class Step:
    """One step of one party's signature that the change records, and the signing record that has it."""

    kind: str
    who: Body
    signature: Signature
    day: When
    path: str


@dataclass(frozen=True)
class SigningChange:
    """One party's signing record on both sides, by its present id. `removed`: its file no longer exists."""

    who: Body
    before: Record[SigningRecord] | None
    after: Record[SigningRecord] | None
    removed: bool = False

    @property
    def path(self) -> str:
        record = self.after or self.before
        return record.path if record is not None else ""


def signing_changes(
    before: ProtocolFolder | None, after: ProtocolFolder | None, earlier: Register, register: Register
) -> list[SigningChange]:
    """The signing records that differ, paired by the organisations' ids in the later revision."""
    old = {later_id(id_, earlier, register): record for id_, record in (before.signing if before else {}).items()}
    new = {register.present_organisation(id_): record for id_, record in (after.signing if after else {}).items()}
    changes = [
        SigningChange(
            body_of(register, id_),
            old.get(id_),
            new.get(id_),
            removed=id_ not in new and old[id_].path not in register.files.contents,
        )
        for id_ in {*old, *new}
        if (old[id_].source.data if id_ in old else None) != (new[id_].source.data if id_ in new else None)
    ]
    return sorted(changes, key=lambda change: _by_name(change.who))


def _by_name(body: Body) -> tuple[tuple[str, str], str]:
    return in_reading_order(body.name), body.id


def later_id(id_: str, earlier: Register, later: Register) -> str:
    """An earlier organisation's id in the later revision, also if the change takes a rename back."""
    present = later.present_organisation(id_)
    if present in later.organisation_ids:
        return present
    record = earlier.organisation(id_)
    former = record.value.formerly if record is not None and record.value is not None else ()
    return next((name for name in former if name in later.organisation_ids), present)


def steps(change: SigningChange) -> Iterator[Step]:
    """The steps that only the later side has."""
    for old, new in _matched(change):
        if new is None:
            continue
        for kind, name in _STEPS.items():
            day = getattr(new, name)
            if day is not None and (old is None or getattr(old, name) is None):
                yield Step(kind, change.who, new, day, change.path)
        if new.declined is not None and (old is None or old.declined is None):
            yield Step("declined", change.who, new, new.declined.on, change.path)
        if new.withdrawn is not None and (old is None or old.withdrawn is None):
            yield Step("withdrawn", change.who, new, new.withdrawn.on, change.path)


def _matched(change: SigningChange) -> Iterator[tuple[Signature | None, Signature | None]]:
    """The entries of both sides in pairs: by version, and within a version in their order."""
    old, new = _by_version(change.before), _by_version(change.after)
    for version in sorted({*old, *new}, key=version_key):
        yield from zip_longest(old.get(version, []), new.get(version, []))


def _by_version(record: Record[SigningRecord] | None) -> dict[str, list[Signature]]:
    by_version: dict[str, list[Signature]] = {}
    for signature in record.value.signatures if record is not None and record.value is not None else ():
        by_version.setdefault(signature.version, []).append(signature)
    return by_version


def signature_points(changes: Sequence[SigningChange], register: Register) -> Iterator[Point]:
    """What the signing records newly say: steps of the same kind and version together, then what was altered."""
    together: dict[tuple[str, str], list[Step]] = {}
    for change in changes:
        for step in steps(change):
            together.setdefault((step.kind, step.signature.version), []).append(step)
    for (kind, version), taken in together.items():
        yield from _step_points(kind, version, taken)
    for change in changes:
        yield from _linked_evidence(change)
    altered = [point for change in changes for point in _altered(change)]
    yield from (point for point in altered if not point.code.startswith("signature-part-"))
    yield from _by_part([point for point in altered if point.code.startswith("signature-part-")])
    for change in changes:
        yield from _officers(change, register)


def _linked_evidence(change: SigningChange) -> Iterator[Point]:
    """Evidence that newly is a link or a file name: a signed copy names people, and a link can show it to everybody."""
    for old, new in _matched(change):
        if new is None or new.evidence is None or (old is not None and old.evidence == new.evidence):
            continue
        if link := new.evidence.link:
            yield Point("evidence-link", {"who": (change.who,), "version": new.version, "link": link[0]}, "care")


def _by_part(points: Sequence[Point]) -> Iterator[Point]:
    """One point for the same part changed in several parties' entries of one version."""
    together: dict[tuple[str, object, object], list[Body]] = {}
    for point in points:
        who = point.values["who"]
        together.setdefault((point.code, point.values["version"], point.values["label"]), []).extend(
            who if isinstance(who, tuple) else ()
        )
    for (code, version, label), bodies in together.items():
        yield Point(
            code,
            {"who": tuple(bodies), "version": version, "label": label},
            "plain" if code.endswith("stated") else "care",
        )


def _step_points(kind: str, version: str, taken: Sequence[Step]) -> Iterator[Point]:
    if kind in ("declined", "withdrawn"):
        for step in taken:
            ended = step.signature.declined if kind == "declined" else step.signature.withdrawn
            yield Point(
                f"signature-{kind}",
                {
                    "who": (step.who,),
                    "version": version,
                    "on": step.day,
                    "reason": (ended.reason if ended else None) or "",
                },
                "signing",
            )
        return
    days = {step.day for step in taken}
    values: dict[str, object] = {"who": tuple(step.who for step in taken), "version": version, "count": len(taken)}
    if len(days) == 1:
        values["on"] = days.pop()
        yield Point(f"signature-{kind}", values)
    else:
        yield Point(f"signature-{kind}", values, variant="days")


def _altered(change: SigningChange) -> Iterator[Point]:
    """Entries that were removed, and parts of earlier entries that were changed."""
    if change.removed:
        yield Point("signing-record-removed", {"who": (change.who,)}, "care")
    for old, new in _matched(change):
        if old is None:
            continue
        if new is None:
            if change.after is not None:
                yield Point("signature-removed", {"who": (change.who,), "version": old.version}, "care")
            continue
        for name in _STEPS.values():
            was, now = getattr(old, name), getattr(new, name)
            if was is not None and was != now:
                yield Point(
                    "signature-day-changed" if now is not None else "signature-day-removed",
                    {
                        "who": (change.who,),
                        "version": old.version,
                        "label": Label("field", name),
                        "before": was,
                        "after": now,
                    },
                    "care",
                )
        for name in _FIXED:
            was, now = getattr(old, name), getattr(new, name)
            if was != now:
                code = "stated" if not was else "removed" if not now else "changed"
                yield Point(
                    f"signature-part-{code}",
                    {"who": (change.who,), "version": old.version, "label": Label("field", _LABELS.get(name, name))},
                )


def _officers(change: SigningChange, register: Register) -> Iterator[Point]:
    old = change.before.value if change.before is not None else None
    new = change.after.value if change.after is not None else None
    if new is None:
        return
    was, now = old.nominated_officer if old else None, new.nominated_officer
    who = (change.who,)
    if now != was and now is not None:
        yield from _officer(who, was, now)
    elif was is not None and now is None:
        yield Point("officer-removed", {"who": who, "post": was.post or ""})
    if (old.other_officers if old else ()) != new.other_officers:
        posts = tuple(officer.post for officer in new.other_officers if officer.post)
        yield Point("other-officers" if posts else "other-officers-none", {"who": who, "posts": posts})
    if (old.inherits if old else None) != new.inherits:
        values = {
            "who": who,
            "from": tuple(body_of(register, old) for old in new.inherits.from_) if new.inherits else (),
            "on": new.inherits.on if new.inherits else None,
        }
        yield Point("inherits" if new.inherits else "inherits-removed", values, "signing")


def _officer(who: tuple[Body, ...], was: NominatedOfficer | None, now: NominatedOfficer) -> Iterator[Point]:
    if was is None:
        yield Point("officer-nominated", {"who": who, "post": now.post or "", "mailbox": now.mailbox or ""})
        return
    yield from changed_parts("officer", who, was, now, ("post", "mailbox", "phone", "deputy_post"))


def changed_parts(
    subject: str, who: tuple[Body, ...], was: Authored, now: Authored, names: Sequence[str]
) -> Iterator[Point]:
    """Which of these parts of a contact changed; if none did, whether it was newly confirmed."""
    changed = [name for name in names if getattr(was, name) != getattr(now, name)]
    for name in changed:
        yield Point(
            f"{subject}-changed",
            {
                "who": who,
                "label": Label("field", name),
                "before": getattr(was, name) or "",
                "after": getattr(now, name) or "",
            },
        )
    day = getattr(now, "confirmed_on", None)
    if not changed and day is not None and day != getattr(was, "confirmed_on", None):
        yield Point(f"{subject}-confirmed", {"who": who, "on": day})


# -- who must sign ------------------------------------------------------------------------------------------------


def consequences(
    before: ProtocolFolder | None, after: ProtocolFolder | None, old: Register, new: Register, *, as_of: date
) -> Iterator[Point]:
    """Who must sign again or for the first time, whose signature no longer counts, who no longer exists, and who took the
    place of several bodies in different positions."""
    if after is None or not after.readable or after.value.status_on(as_of) in ENDED:
        return
    signing = Signing(after, new, as_of=as_of)
    now = _states(signing)
    earlier = _states(Signing(before, old, as_of=as_of)) if before is not None and before.readable else {}
    was = {later_id(id_, old, new): status for id_, status in earlier.items()}
    asked = [id_ for id_, status in now.items() if status.state not in ("not-required", "ended")]

    def bodies(ids: Sequence[str]) -> tuple[Body, ...]:
        return tuple(sorted((body_of(new, id_) for id_ in ids), key=_by_name))

    again = [id_ for id_ in asked if now[id_].state == "stale" and id_ in was and was[id_].state == "signed"]
    if again:
        yield Point("must-sign-again", {"count": len(again), "of": len(asked), "who": bodies(again)}, "signing")
    material = signing.material
    if material is not None and (before is None or material not in before.versions):
        never = [id_ for id_ in asked if now[id_].state != "signed" and id_ not in again]
        if never:
            yield Point(
                "must-sign-too" if again else "must-sign",
                {"count": len(never), "of": len(asked), "who": bodies(never), "version": material},
                "signing",
            )
    # A body that has taken a party's place is not a newcomer.
    newcomers = [
        id_
        for id_ in asked
        if now[id_].state != "signed" and was.keys().isdisjoint(signing.identities.predecessors(id_))
    ]
    if before is not None and was and newcomers and (material in before.versions):
        yield Point("newcomers-sign", {"count": len(newcomers), "who": bodies(newcomers)}, "signing")
    lost = [
        id_
        for id_ in asked
        if id_ in was
        and was[id_].state == "signed"
        and now[id_].state not in ("signed", "stale", "withdrawn", "declined")
    ]
    if lost:
        yield Point("signature-lost", {"count": len(lost), "who": bodies(lost)}, "care")
    ended = [id_ for id_, status in now.items() if status.state == "ended" and id_ in was and was[id_].state != "ended"]
    if ended:
        yield Point("party-ended", {"count": len(ended), "who": bodies(ended)}, "signing")
    for id_ in asked:
        if now[id_].inherited and (id_ not in was or _stood(was[id_], new) != _stood(now[id_], new)):
            values = {
                "who": bodies([id_]),
                "histories": _stood(now[id_], new),
                "state": Label("signature_state", now[id_].state),
            }
            yield Point("unlike-predecessors", values, "care")


def _stood(status: PartyStatus, register: Register) -> tuple[Point, ...]:
    """The position of each body whose place a party has taken."""
    found = []
    for old in status.inherited:
        values = {"who": (body_of(register, old.organisation),), "state": Label("signature_state", old.state)}
        if old.version is None:
            found.append(Point("stood-without-version", values))
        else:
            found.append(Point("stood", {**values, "version": old.version}))
    return tuple(found)


def _states(signing: Signing) -> dict[str, PartyStatus]:
    return {id_: signing.state(id_, text) for id_, text in sorted(signing.parties.items())}
