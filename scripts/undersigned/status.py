"""What can be worked out for a day: reviews, signatures, which text is in force between whom.

Pure functions of register and date. What is dated after `as_of` has not happened. No fact here is ever written down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import combinations
from typing import Literal

from undersigned.records.fields import When, earliest, version_key
from undersigned.records.protocol import Operative, Party
from undersigned.records.review import Review
from undersigned.records.signature import Signature
from undersigned.records.source import Data
from undersigned.records.version import Version
from undersigned.register import ProtocolFolder, Register

SignatureState = Literal["signed", "stale", "awaiting", "not-sent", "declined", "withdrawn", "ended", "not-required"]
SIGNATURE_STATES: tuple[SignatureState, ...] = (
    "signed", "stale", "awaiting", "not-sent", "declined", "withdrawn", "ended", "not-required",
)
ReviewState = Literal["none", "current", "due-soon", "overdue", "lapsed"]
DUE_SOON_DAYS = 60
LAPSED_DAYS = 90
COPY_DAYS = 28
DEFAULT_INTERVAL = 12
MOST_MONTHS = 1200
RETURN_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
RETURN_GRACE_MONTHS = 2
_UNREVIEWED = frozenset({"draft", "consultation", "signing", "superseded", "withdrawn"})


# -- days -----------------------------------------------------------------------------------------------------------


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` later; a day that the month lacks becomes its last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year > 9999:
        return date.max
    after = date(year + (month == 11), (month + 1) % 12 + 1, 1) if year < 9999 or month < 11 else date.max
    last = (after - timedelta(days=1)).day if after != date.max else 31
    return date(year, month + 1, min(day.day, last))


def has_happened(when: When | None, as_of: date) -> bool:
    """Whether something dated `when` counts on `as_of`; a month counts from its first day."""
    return when is not None and earliest(when) <= as_of


# -- reviews --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReviewStatus:
    """`days` until the review is due, negative when past; None with `due_on` where none is due."""

    state: ReviewState
    due_on: date | None
    days: int | None
    last_completed_on: date | None


@dataclass(frozen=True)
class ReviewStep:
    """One completed review and what it did to the clock. `was_due`: its `due_on` had been a due date at some time."""

    completed_on: date
    review: Review
    due_before: date | None
    was_due: bool
    next_due: date | None


def review_interval(folder: ProtocolFolder, *, as_of: date) -> int:
    """Months between reviews: the newest stamp's, where it has text, else the working text's, else 12."""
    newest = newest_version(folder, as_of=as_of)
    text: Operative = folder.value
    if newest is not None and newest[1].text is not None:
        text = newest[1].text
    interval = text.review.interval_months if text.review else None
    return interval if interval and interval <= MOST_MONTHS else DEFAULT_INTERVAL


def review_steps(folder: ProtocolFolder, *, as_of: date) -> tuple[date | None, list[ReviewStep]]:
    """The first due date, and each whole review completed by `as_of` in order with the due date that follows from it."""
    start = folder.value.effective_from
    if not isinstance(start, date):
        return None, []
    interval = review_interval(folder, as_of=as_of)
    first = due = add_months(start, interval)
    ever_due = {due}
    steps: list[ReviewStep] = []
    for completed_on, record in folder.reviews.items():
        review = record.value
        if review is None or review.scope != "whole" or completed_on > as_of:
            continue
        before = due
        answers = review.due_on == due and completed_on >= due - timedelta(days=DUE_SOON_DAYS)
        following = add_months(due, interval) if answers else add_months(completed_on, interval)
        if following <= completed_on:
            following = add_months(completed_on, interval)
        if review.review_again_by is not None and review.review_again_by < following:
            following = review.review_again_by
        due = following
        steps.append(ReviewStep(completed_on, review, before, review.due_on in ever_due, due))
        ever_due.add(due)
    return first, steps


def review_state(folder: ProtocolFolder, *, as_of: date) -> ReviewStatus:
    """Where the review stands on `as_of`."""
    first, steps = review_steps(folder, as_of=as_of)
    last = steps[-1].completed_on if steps else None
    if last is None:
        done = [day for day, record in folder.reviews.items()
                if record.value is not None and record.value.scope == "whole" and day <= as_of]
        last = max(done, default=None)
    protocol = folder.value
    start = protocol.effective_from
    if first is None or protocol.status in _UNREVIEWED or not isinstance(start, date) or as_of < start:
        return ReviewStatus("none", None, None, last)
    due = steps[-1].next_due if steps else first
    if due is None:
        return ReviewStatus("none", None, None, last)
    days = (due - as_of).days
    if days > DUE_SOON_DAYS:
        state: ReviewState = "current"
    elif days >= 0:
        state = "due-soon"
    elif days > -LAPSED_DAYS:
        state = "overdue"
    else:
        state = "lapsed"
    return ReviewStatus(state, due, days, last)


# -- versions -------------------------------------------------------------------------------------------------------


def agreed_versions(folder: ProtocolFolder, *, as_of: date) -> list[tuple[str, Version]]:
    """The versions agreed by that day, oldest first."""
    return [(number, version) for number, version in folder.read_versions() if has_happened(version.agreed_on, as_of)]


def newest_version(folder: ProtocolFolder, *, as_of: date) -> tuple[str, Version] | None:
    """The newest stamp agreed by that day."""
    versions = agreed_versions(folder, as_of=as_of)
    return versions[-1] if versions else None


def takes_effect(folder: ProtocolFolder, version: Version) -> date:
    """The day from which a version is in effect: its own, never before the protocol's."""
    own = earliest(version.takes_effect)
    start = folder.value.effective_from
    return own if start is None else max(own, earliest(start))


def version_in_force(folder: ProtocolFolder, *, as_of: date) -> tuple[str, Version] | None:
    """The newest version whose `effective_from` has come."""
    effective = [(n, v) for n, v in agreed_versions(folder, as_of=as_of) if takes_effect(folder, v) <= as_of]
    return effective[-1] if effective else None


# -- who is party, and under which id -------------------------------------------------------------------------------


def heirs(folder: ProtocolFolder, register: Register, *, as_of: date) -> dict[str, list[str]]:
    """For each body whose place another has taken by that day: those that took it (present ids, sorted)."""
    found: dict[str, list[str]] = {}
    for organisation, record in folder.signing.items():
        inherits = record.value.inherits if record.value else None
        if inherits is None or not has_happened(inherits.on, as_of):
            continue
        heir = register.present_organisation(organisation)
        for old in inherits.from_:
            old_id = register.present_organisation(old)
            if old_id != heir and heir not in found.setdefault(old_id, []):
                found[old_id].append(heir)
    return {old: sorted(new) for old, new in found.items() if new}


class Identities:
    """Organisation ids read through `formerly` and, from its day, `inherits`."""

    def __init__(self, folder: ProtocolFolder, register: Register, *, as_of: date) -> None:
        self._register = register
        self._heirs = heirs(folder, register, as_of=as_of)
        self._known: dict[str, tuple[str, ...]] = {}

    def present(self, id_: str) -> tuple[str, ...]:
        """The bodies that answer for `id_` now: itself under its present id, or its heirs."""
        if id_ not in self._known:
            self._known[id_] = tuple(self._answering(self._register.present_organisation(id_), frozenset()))
        return self._known[id_]

    def _answering(self, id_: str, seen: frozenset[str]) -> Iterator[str]:
        following = [heir for heir in self._heirs.get(id_, ()) if heir not in seen and heir != id_]
        if not following:
            yield id_
            return
        for heir in following:
            yield from self._answering(heir, seen | {id_})

    def predecessors(self, id_: str) -> list[str]:
        """Bodies whose place `id_` has taken, directly or through others, and itself last."""
        found = [id_]
        for body in found:
            found.extend(old for old, new in self._heirs.items() if body in new and old not in found)
        return found[::-1]

    def present_parties(self, parties: Iterable[Party]) -> dict[str, Party]:
        """Parties by the id that answers now; a body that already was party keeps its own entry."""
        out: dict[str, Party] = {}
        inherited: dict[str, Party] = {}
        for party in parties:
            for id_ in self.present(party.organisation):
                if id_ == self._register.present_organisation(party.organisation):
                    out.setdefault(id_, party)
                else:
                    inherited.setdefault(id_, party)
        return {**inherited, **out}

    def rename(self, text: Data) -> Data:
        """A canonical operative text with every organisation under its present id."""
        renamed = dict(text)
        parties: dict[str, Data] = {}
        for own in (False, True):
            for party in text.get("parties", ()):
                old = party.get("organisation", "")
                for id_ in self.present(old) if isinstance(old, str) else ():
                    if (id_ == self._register.present_organisation(old)) is own:
                        parties[id_] = {**party, "organisation": id_}
        if parties:
            renamed["parties"] = [parties[id_] for id_ in sorted(parties)]
        if "flows" in text:
            renamed["flows"] = [self._rename_flow(flow) for flow in text["flows"]]
        if isinstance(text.get("part_of"), str):
            renamed["part_of"] = self._register.present_protocol(text["part_of"])
        if "clauses" in text:
            renamed["clauses"] = [self._rename_clause(clause) for clause in text["clauses"]]
        return renamed

    def _rename_clause(self, clause: Data) -> Data:
        adopts = clause.get("adopts")
        if not isinstance(adopts, dict) or not isinstance(adopts.get("protocol"), str):
            return clause
        return {**clause, "adopts": {**adopts, "protocol": self._register.present_protocol(adopts["protocol"])}}

    def _rename_flow(self, flow: Data) -> Data:
        out = {**flow, **{end: self._rename_ends(flow[end]) for end in ("from", "to") if end in flow}}
        if isinstance(flow.get("law_differs"), list):
            out["law_differs"] = [
                {**law, "for": self._rename_ends(law["for"])} if isinstance(law, dict) and "for" in law else law
                for law in flow["law_differs"]
            ]
        return out

    def _rename_ends(self, ends: Data) -> Data:
        if not isinstance(ends, list):
            return ends
        return list(dict.fromkeys(id_ for end in ends if isinstance(end, str) for id_ in self.present(end)))


def party_text(folder: ProtocolFolder, *, as_of: date) -> tuple[Party, ...]:
    """The signatories of the newest stamp agreed by that day; without one, or without text, those of the working text
    that had joined and not left."""
    newest = newest_version(folder, as_of=as_of)
    if newest is not None and newest[1].text is not None:
        return newest[1].text.parties
    return tuple(
        party for party in folder.value.parties
        if (party.joined_on is None or has_happened(party.joined_on, as_of)) and not has_happened(party.left_on, as_of)
    )


# -- signatures -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PartyStatus:
    """Where one party stands. `days_waiting` from `sent_on` (awaiting) or the newest material text's day (stale)."""

    organisation: str
    state: SignatureState
    signed_version: str | None
    signed_on: When | None
    copy_returned: bool
    days_waiting: int | None
    copy_outstanding_days: int | None = None
    role: str | None = None


@dataclass(frozen=True)
class InForce:
    """A version that still binds, and whom (two at least, sorted)."""

    version: str
    between: tuple[str, ...]


@dataclass(frozen=True)
class ProtocolStatus:
    """All that `status` tells of one protocol for one day."""

    id: str
    title: str
    status: str
    version: str | None
    fingerprint: str | None
    unreleased_changes: bool
    review: ReviewStatus
    parties: tuple[PartyStatus, ...]
    in_force: tuple[InForce, ...]
    in_force_between: tuple[str, ...]
    counts: Mapping[SignatureState, int]


@dataclass(frozen=True)
class Entry:
    """A signing entry as it stood on a day: what had happened by then. `signer` made it, perhaps for another."""

    signer: str
    signature: Signature
    version: str
    sent_on: When | None
    signed_on: When | None
    declined: bool
    withdrawn: bool
    reserved: bool

    @property
    def counts(self) -> bool:
        """Whether it is a signature: made, not refused, no reservation open."""
        return self.signed_on is not None and not self.declined and not self.withdrawn and not self.reserved


class Signing:
    """One protocol's signatures on one day, worked out once and asked many things."""

    def __init__(self, folder: ProtocolFolder, register: Register, *, as_of: date) -> None:
        self.folder = folder
        self.register = register
        self.as_of = as_of
        self.identities = Identities(folder, register, as_of=as_of)
        self.versions = agreed_versions(folder, as_of=as_of)
        self.by_number = dict(self.versions)
        self.material: str | None = next(
            (number for number, version in reversed(self.versions) if version.change == "material"),
            self.versions[0][0] if self.versions else None,
        )

    @cached_property
    def parties(self) -> dict[str, Party]:
        """The parties by present id, in the order of the text."""
        return self.identities.present_parties(party_text(self.folder, as_of=self.as_of))

    # entries

    def _visible(self, signer: str, signature: Signature) -> Entry | None:
        """The entry as it stood; None if nothing of it had happened or its version had not been agreed."""
        if signature.version not in self.by_number:
            return None
        signed_on = signature.signed_on if has_happened(signature.signed_on, self.as_of) else None
        if signed_on is not None and not self._fingerprint_fits(signature):
            signed_on = None
        sent_on = signature.sent_on if has_happened(signature.sent_on, self.as_of) else None
        declined = signature.declined is not None and has_happened(signature.declined.on, self.as_of)
        withdrawn = (
            signed_on is not None and signature.withdrawn is not None and has_happened(signature.withdrawn.on, self.as_of)
        )
        if sent_on is None and signed_on is None and not declined:
            return None
        reserved = any(
            not has_happened(reservation.accepted_on, self.as_of) for reservation in signature.reservations
        )
        return Entry(signer, signature, signature.version, sent_on, signed_on, declined, withdrawn, reserved)

    def _fingerprint_fits(self, signature: Signature) -> bool:
        given = signature.fingerprint
        if given is None:
            return True
        return given in (self.by_number[signature.version].fingerprint, self.folder.fingerprint_of_text(signature.version))

    @cached_property
    def _entries(self) -> dict[str, list[Entry]]:
        """By the record's own organisation id, oldest first, with what others signed for it."""
        found: dict[str, list[Entry]] = {}
        for organisation, record in self.folder.signing.items():
            for signature in record.value.signatures if record.value else ():
                entry = self._visible(organisation, signature)
                if entry is None:
                    continue
                found.setdefault(organisation, []).append(entry)
                for other in signature.signs_for:
                    other_id = self.register.present_organisation(other)
                    if other_id != organisation and may_sign_for(self.register, organisation, other_id, signature):
                        found.setdefault(other_id, []).append(entry)
        return found

    def entries(self, party: str) -> list[Entry]:
        """The party's entries with those of the bodies whose place it took, oldest first."""
        lists = [self._entries.get(body, []) for body in self.identities.predecessors(party)]
        merged = [entry for entries in lists for entry in entries]
        if sum(1 for entries in lists if entries) > 1 or any(entry.signer != party for entry in merged):
            merged.sort(key=_first_day)
        return merged

    def standing(self, party: str) -> list[Entry]:
        """The entries that a withdrawal has not ended: those after the last withdrawn one."""
        entries = self.entries(party)
        last = max((index for index, entry in enumerate(entries) if entry.withdrawn), default=-1)
        return entries[last + 1 :]

    # what must be signed

    def present_in(self, number: str) -> frozenset[str] | None:
        """The parties of a version's text under present ids; None where it has no text."""
        if number not in self._present_in:
            text = self.by_number[number].text
            self._present_in[number] = (
                None if text is None else frozenset(self.identities.present_parties(text.parties))
            )
        return self._present_in[number]

    @cached_property
    def _present_in(self) -> dict[str, frozenset[str] | None]:
        return {}

    def joined_by(self, party: str) -> str | None:
        """The version from which a party's signature is asked: the newest material one, or for a newcomer the later
        version it joined by."""
        if self.material is None:
            return None
        joined = self.material
        for number, _version in self.versions:
            if version_key(number) < version_key(self.material):
                continue
            members = self.present_in(number)
            if members is not None and party not in members:
                joined = ""
            elif not joined:
                joined = number
        return joined or self.material

    def expected_versions(self, party: str) -> frozenset[str]:
        """The versions of which a signature makes the party `signed`."""
        joined = self.joined_by(party)
        if joined is None:
            return frozenset()
        return frozenset(number for number, _ in self.versions if version_key(number) >= version_key(joined))

    # states

    def dissolved(self, party: str) -> bool:
        record = self.register.organisation(party)
        return record is not None and record.value is not None and has_happened(record.value.dissolved_on, self.as_of)

    def has_left(self, party: str) -> bool:
        """Whether the working text says that the party's `left_on` has passed."""
        for listed in self.folder.value.parties:
            if listed.left_on is not None and party in self.identities.present(listed.organisation):
                return has_happened(listed.left_on, self.as_of)
        return False

    def state(self, party: str, text: Party) -> PartyStatus:
        """The first state that holds, in the order of the record format."""
        if not text.signs:
            return PartyStatus(party, "not-required", None, None, False, None, role=text.role)
        if self.dissolved(party):
            return PartyStatus(party, "ended", None, None, False, None, role=text.role)
        entries = self.entries(party)
        standing = self.standing(party)
        expected = self.expected_versions(party)
        newest = entries[-1] if entries else None
        signed = [entry for entry in standing if entry.counts]
        current = [entry for entry in signed if entry.version in expected]
        chosen = (current or signed)[-1] if signed else None
        state: SignatureState
        waiting: int | None = None
        if newest is not None and newest.withdrawn:
            state, chosen = "withdrawn", None
        elif newest is not None and newest.declined and self._refuses(newest):
            state = "declined"
        elif current:
            state = "signed"
        elif self.material is not None and any(version_key(e.version) < version_key(self.material) for e in signed):
            state = "stale"
            agreed = self.by_number[self.material].agreed_on
            waiting = (self.as_of - agreed).days if isinstance(agreed, date) else None
        else:
            chosen = None
            pending = [e for e in standing if e.version in expected and not e.declined and not e.counts
                       and (e.sent_on is not None or e.signed_on is not None)]
            if pending:
                state = "awaiting"
                sent = next((e.sent_on for e in reversed(pending) if e.sent_on is not None), None)
                waiting = (self.as_of - sent).days if isinstance(sent, date) else None
            else:
                state = "not-sent"
        returned = chosen is not None and has_happened(chosen.signature.returned_on, self.as_of)
        return PartyStatus(
            organisation=party, state=state,
            signed_version=chosen.version if chosen else None,
            signed_on=chosen.signed_on if chosen else None,
            copy_returned=returned, days_waiting=waiting,
            copy_outstanding_days=self._outstanding(chosen, returned), role=text.role,
        )

    def _refuses(self, entry: Entry) -> bool:
        return self.material is not None and version_key(entry.version) >= version_key(self.material)

    def _outstanding(self, entry: Entry | None, returned: bool) -> int | None:
        """Days since a wet-ink signature whose copy is not back."""
        if entry is None or returned or entry.signature.method != "wet-ink" or not isinstance(entry.signed_on, date):
            return None
        return (self.as_of - entry.signed_on).days

    # what binds

    @cached_property
    def _dropped(self) -> frozenset[str]:
        """Parties that a membership version in effect has dropped and none has taken in again."""
        dropped: set[str] = set()
        before: frozenset[str] | None = None
        for number, version in self.versions:
            members = self.present_in(number)
            if members is None:
                continue
            if before is not None and version.change == "membership" and takes_effect(self.folder, version) <= self.as_of:
                dropped |= before - members
            dropped -= members
            before = members
        return frozenset(dropped)

    def bound_by(self, number: str) -> set[str]:
        """Those who signed a version or whose signature carries to it, whatever the day it takes effect."""
        members = self.present_in(number)
        candidates = members if members is not None else frozenset(self.parties)
        bound: set[str] = set()
        for party in candidates:
            if party in self._dropped or self.dissolved(party) or self.has_left(party):
                continue
            text = self.parties.get(party)
            if text is not None and not text.signs:
                continue
            if any(self._carries(entry.version, number) and self._was_party(party, entry.version)
                   for entry in self.standing(party) if entry.counts):
                bound.add(party)
        return bound

    def _was_party(self, party: str, number: str) -> bool:
        members = self.present_in(number)
        return members is None or party in members

    def _carries(self, signed: str, number: str) -> bool:
        """A signature carries to each later version before the next material one."""
        low, high = version_key(signed), version_key(number)
        if low > high:
            return False
        return not any(
            version.change == "material" and low < version_key(n) <= high for n, version in self.versions
        )

    def effective_to(self, version: Version) -> date | None:
        """The last day of a version: its text's, or without text the working text's."""
        last = version.text.effective_to if version.text is not None else self.folder.value.effective_to
        return None if last is None else earliest(last)

    @cached_property
    def _binding_versions(self) -> list[str]:
        """The versions in effect that none has replaced, newest first."""
        if self.folder.value.status in ("superseded", "withdrawn"):
            return []
        replacing = [
            version_key(number) for number, version in self.versions
            if has_happened(version.replaces_earlier_on, self.as_of)
        ]
        oldest = max(replacing, default=(0, 0))
        found = []
        for number, version in reversed(self.versions):
            last = self.effective_to(version)
            in_effect = takes_effect(self.folder, version) <= self.as_of and (last is None or self.as_of <= last)
            if in_effect and version_key(number) >= oldest:
                found.append(number)
        return found

    @cached_property
    def _bound_by_version(self) -> dict[str, set[str]]:
        return {number: self.bound_by(number) for number in self._binding_versions}

    def in_force(self) -> tuple[InForce, ...]:
        """For each version that still binds anyone to anyone, those it binds, newest first."""
        covered: set[tuple[str, str]] = set()
        out: list[InForce] = []
        for number in self._binding_versions:
            pairs = {pair for pair in combinations(sorted(self._bound_by_version[number]), 2) if pair not in covered}
            covered |= pairs
            if pairs:
                out.append(InForce(number, tuple(sorted({party for pair in pairs for party in pair}))))
        return tuple(out)

    def version_between(self, one: str, other: str) -> str | None:
        """The text in force between two bodies; None where nothing binds them."""
        return next(
            (number for number in self._binding_versions if {one, other} <= self._bound_by_version[number]), None
        )

    def in_force_between(self, parties: Iterable[PartyStatus]) -> tuple[str, ...]:
        """Every party whose state is `signed`, once the newest material version is in effect."""
        if self.material is None or self.folder.value.status in ("superseded", "withdrawn"):
            return ()
        if takes_effect(self.folder, self.by_number[self.material]) > self.as_of:
            return ()
        in_effect = version_in_force(self.folder, as_of=self.as_of)
        last = self.effective_to(in_effect[1]) if in_effect else None
        if last is not None and self.as_of > last:
            return ()
        return tuple(sorted(
            party.organisation for party in parties
            if party.state == "signed" and not self.has_left(party.organisation)
        ))


def may_sign_for(register: Register, signer: str, other: str, signature: Signature) -> bool:
    """A body may sign for one whose parent it is, or with a mandate."""
    if signature.mandate is not None and signature.mandate.reference:
        return True
    record = register.organisation(other)
    parent = record.value.parent if record is not None and record.value is not None else None
    return parent is not None and register.present_organisation(parent) == signer


def _first_day(entry: Entry) -> date:
    signature = entry.signature
    days = [signature.signed_on, signature.sent_on, signature.declined.on if signature.declined else None]
    return next(earliest(day) for day in days if day is not None)


def has_unreleased_changes(folder: ProtocolFolder, register: Register, *, as_of: date) -> bool:
    """Whether the working text differs from the newest stamp of any day, a rename or a succession aside.

    False where that cannot be said, because a record that holds one of the two was not wholly read.
    """
    if not folder.versions or not folder.text_is_clean:
        return False
    newest = next(reversed(folder.versions))
    if folder.fingerprint_of_text(newest) in (None, folder.working_fingerprint):
        return False
    stamped = folder.stamped_text(newest)
    if stamped is None:
        return False
    identities = Identities(folder, register, as_of=as_of)
    return bool(identities.rename(stamped) != identities.rename(folder.working_text))


def protocol_status(folder: ProtocolFolder, register: Register, *, as_of: date) -> ProtocolStatus:
    """Where a protocol and every signature of it stand on `as_of`. The protocol must read."""
    signing = Signing(folder, register, as_of=as_of)
    parties = tuple(signing.state(id_, text) for id_, text in sorted(signing.parties.items()))
    newest = newest_version(folder, as_of=as_of)
    counts = {state: sum(1 for party in parties if party.state == state) for state in SIGNATURE_STATES}
    return ProtocolStatus(
        id=folder.id, title=folder.value.title, status=folder.value.status,
        version=newest[0] if newest else None, fingerprint=newest[1].fingerprint if newest else None,
        unreleased_changes=has_unreleased_changes(folder, register, as_of=as_of),
        review=review_state(folder, as_of=as_of), parties=parties,
        in_force=signing.in_force(), in_force_between=signing.in_force_between(parties), counts=counts,
    )


# -- returns --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LateReturn:
    """A return that the protocol's monitoring asks for and that has not come. `index` is its place in `monitoring`."""

    index: int
    point: str
    by: str | None
    expected_to: date
    days: int


def late_returns(folder: ProtocolFolder, *, as_of: date) -> list[LateReturn]:
    """Returns that are late: two months after the end of a period, counted on from the last return or the start."""
    protocol = folder.value
    if protocol.status != "in-force" or not isinstance(protocol.effective_from, date):
        return []
    late: list[LateReturn] = []
    for index, monitoring in enumerate(protocol.monitoring):
        months = RETURN_MONTHS.get(monitoring.every or "")
        if months is None:
            continue
        covered = [
            record.value.period.to for record in folder.outcomes.values()
            if record.value is not None and record.value.period.to <= as_of
            and (not monitoring.measures or any(r.measure in monitoring.measures for r in record.value.results))
        ]
        start = max([*covered, protocol.effective_from - timedelta(days=1)])
        expected = add_months(start, months)
        owed = add_months(expected, RETURN_GRACE_MONTHS)
        if as_of > owed:
            late.append(LateReturn(index, monitoring.point, monitoring.by, expected, (as_of - owed).days))
    return late
