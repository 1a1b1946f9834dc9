"""One protocol's signatures on one day: the state of each party, and which text binds whom to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import combinations
from typing import Literal

from undersigned.records.fields import When, earliest, latest, version_key
from undersigned.records.protocol import Party
from undersigned.records.signature import Signature
from undersigned.records.version import Version
from undersigned.register import ProtocolFolder, Register
from undersigned.status.identities import Identities, party_text
from undersigned.status.versions import agreed_versions, has_happened, takes_effect, version_in_force

SignatureState = Literal["signed", "stale", "awaiting", "not-sent", "declined", "withdrawn", "ended", "not-required"]
SIGNATURE_STATES: tuple[SignatureState, ...] = (
    "signed",
    "stale",
    "awaiting",
    "not-sent",
    "declined",
    "withdrawn",
    "ended",
    "not-required",
)
#: After this many days without a wet-ink copy back, the check warns.
COPY_DAYS = 28


@dataclass(frozen=True)
class PartyStatus:
    """The state of one party. `days_waiting` counts from `sent_on` (awaiting) or the newest material text's day (stale)."""

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
    """A version that still binds, and the bodies that it binds (at least two, sorted)."""

    version: str
    between: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A signing entry with only what had happened by a day. `signer` made it, perhaps for another body."""

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
        """Returns whether it is a signature: made, not refused, with no open reservation."""
        return self.signed_on is not None and not self.declined and not self.withdrawn and not self.reserved


class Signing:
    """One protocol's signatures on one day. Works each answer out once."""

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
    def _materials(self) -> dict[str, int]:
        """Counts the material versions up to each version. A signature carries while that count stays the same."""
        count, found = 0, {}
        for number, version in self.versions:
            count += version.change == "material"
            found[number] = count
        return found

    @cached_property
    def parties(self) -> dict[str, Party]:
        """Returns the parties by present id, in the order of the text."""
        return self.identities.present_parties(party_text(self.folder, as_of=self.as_of))

    # entries

    def _visible(self, signer: str, signature: Signature) -> Entry | None:
        """Returns the entry as of the day; None if nothing had happened or its version had not been agreed."""
        if signature.version not in self.by_number:
            return None
        signed_on = signature.signed_on if has_happened(signature.signed_on, self.as_of) else None
        if signed_on is not None and not self._fingerprint_fits(signature):
            signed_on = None
        sent_on = signature.sent_on if has_happened(signature.sent_on, self.as_of) else None
        declined = signature.declined is not None and has_happened(signature.declined.on, self.as_of)
        withdrawn = (
            signed_on is not None
            and signature.withdrawn is not None
            and has_happened(signature.withdrawn.on, self.as_of)
        )
        if sent_on is None and signed_on is None and not declined:
            return None
        reserved = any(not has_happened(reservation.accepted_on, self.as_of) for reservation in signature.reservations)
        return Entry(signer, signature, signature.version, sent_on, signed_on, declined, withdrawn, reserved)

    def _fingerprint_fits(self, signature: Signature) -> bool:
        given = signature.fingerprint
        if given is None:
            return True
        return given in (
            self.by_number[signature.version].fingerprint,
            self.folder.fingerprint_of_text(signature.version),
        )

    @cached_property
    def _entries(self) -> dict[str, list[Entry]]:
        """Entries by the record's own organisation id, oldest first, including what others signed for it."""
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
        """Returns the party's entries and those of the bodies whose place it took, oldest first."""
        bodies = self.identities.predecessors(party)
        if len(bodies) == 1 and party not in self._signed_for_by_others:
            return self._entries.get(party, [])
        lists = [self._entries.get(body, []) for body in bodies]
        merged = [entry for entries in lists for entry in entries]
        if sum(1 for entries in lists if entries) > 1 or any(entry.signer != party for entry in merged):
            merged.sort(key=_first_day)
        return merged

    def signatures(self) -> Iterator[Entry]:
        """Yields every signature made by the day, including those of former parties and ones withdrawn later. May repeat."""
        return (entry for entries in self._entries.values() for entry in entries if entry.signed_on is not None)

    @cached_property
    def _signed_for_by_others(self) -> frozenset[str]:
        return frozenset(
            party for party, entries in self._entries.items() if any(entry.signer != party for entry in entries)
        )

    def standing(self, party: str) -> list[Entry]:
        """Returns the entries after the last withdrawal."""
        entries = self.entries(party)
        last = max((index for index, entry in enumerate(entries) if entry.withdrawn), default=-1)
        return entries[last + 1 :]

    # what must be signed

    def present_in(self, number: str) -> frozenset[str] | None:
        """Returns the parties of a version's text under present ids; None if it has no text."""
        return self._present_in[number]

    @cached_property
    def _present_in(self) -> dict[str, frozenset[str] | None]:
        return {
            number: None if version.text is None else frozenset(self.identities.present_parties(version.text.parties))
            for number, version in self.versions
        }

    def joined_by(self, party: str) -> str | None:
        """Returns the version that a party must have signed: the newest material one, or the later one by which it joined."""
        if self.material is None:
            return None
        joined = self.material
        for number in self._since_material:
            members = self.present_in(number)
            if members is not None and party not in members:
                joined = ""
            elif not joined:
                joined = number
        return joined or self.material

    def expected_versions(self, party: str) -> frozenset[str]:
        """Returns the versions whose signature makes the party `signed`."""
        joined = self.joined_by(party)
        if joined is None:
            return frozenset()
        return frozenset(self._since_material[self._since_material.index(joined) :])

    @cached_property
    def _since_material(self) -> list[str]:
        """Returns the newest material version and all later ones."""
        numbers = [number for number, _version in self.versions]
        return numbers[numbers.index(self.material) :] if self.material is not None else []

    # states

    def dissolved(self, party: str) -> bool:
        """Returns whether the body no longer exists and no other body takes its place, then or later.

        Before the day on which another body takes over, the old id still answers.
        """
        if party in self._inherited_some_day:
            return False
        record = self.register.organisation(party)
        return record is not None and record.value is not None and has_happened(record.value.dissolved_on, self.as_of)

    @cached_property
    def _inherited_some_day(self) -> frozenset[str]:
        return frozenset(
            self.register.present_organisation(old)
            for record in self.folder.signing.values()
            if record.value is not None and record.value.inherits is not None
            for old in record.value.inherits.from_
        )

    def has_left(self, party: str) -> bool:
        """Returns whether the party's `left_on` in the working text has passed."""
        return self._left.get(party, False)

    @cached_property
    def _left(self) -> dict[str, bool]:
        found: dict[str, bool] = {}
        for listed in self.folder.value.parties:
            if listed.left_on is not None:
                for id_ in self.identities.present(listed.organisation):
                    found.setdefault(id_, latest(listed.left_on) < self.as_of)
        return found

    def state(self, party: str, text: Party) -> PartyStatus:
        """Returns the first state that holds, in the order of the record format."""
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
            pending = [
                e
                for e in standing
                if e.version in expected
                and not e.declined
                and not e.counts
                and (e.sent_on is not None or e.signed_on is not None)
            ]
            if pending:
                state = "awaiting"
                sent = next((e.sent_on for e in reversed(pending) if e.sent_on is not None), None)
                waiting = (self.as_of - sent).days if isinstance(sent, date) else None
            else:
                state = "not-sent"
        returned = chosen is not None and has_happened(chosen.signature.returned_on, self.as_of)
        return PartyStatus(
            organisation=party,
            state=state,
            signed_version=chosen.version if chosen else None,
            signed_on=chosen.signed_on if chosen else None,
            copy_returned=returned,
            days_waiting=waiting,
            copy_outstanding_days=self._outstanding(chosen, returned),
            role=text.role,
        )

    def _refuses(self, entry: Entry) -> bool:
        return self.material is not None and version_key(entry.version) >= version_key(self.material)

    def _outstanding(self, entry: Entry | None, returned: bool) -> int | None:
        """Returns the days since a wet-ink signature whose copy has not come back."""
        if entry is None or returned or entry.signature.method != "wet-ink" or not isinstance(entry.signed_on, date):
            return None
        return (self.as_of - entry.signed_on).days

    # what binds

    @cached_property
    def _dropped(self) -> frozenset[str]:
        """Returns parties that a membership version in effect has dropped and no later one has readmitted."""
        dropped: set[str] = set()
        before: frozenset[str] | None = None
        for number, version in self.versions:
            members = self.present_in(number)
            if members is None:
                continue
            if (
                before is not None
                and version.change == "membership"
                and takes_effect(self.folder, version) <= self.as_of
            ):
                dropped |= before - members
            dropped -= members
            before = members
        return frozenset(dropped)

    def bound_by(self, number: str) -> set[str]:
        """Returns those who signed a version or whose signature carries to it, whenever it takes effect."""
        members = self.present_in(number)
        candidates = members if members is not None else frozenset(self.parties)
        bound: set[str] = set()
        for party in candidates:
            if party in self._dropped or self.dissolved(party) or self.has_left(party):
                continue
            text = self.parties.get(party)
            if text is not None and not text.signs:
                continue
            if any(
                self._carries(entry.version, number) and self._was_party(party, entry.version)
                for entry in self.standing(party)
                if entry.counts
            ):
                bound.add(party)
        return bound

    def _was_party(self, party: str, number: str) -> bool:
        members = self.present_in(number)
        return members is None or party in members

    def _carries(self, signed: str, number: str) -> bool:
        """A signature carries to each later version before the next material one."""
        return version_key(signed) <= version_key(number) and self._materials[signed] == self._materials[number]

    def effective_to(self, version: Version) -> date | None:
        """Returns the last day of a version: from its text, or without text from the working text."""
        last = version.text.effective_to if version.text is not None else self.folder.value.effective_to
        return None if last is None else earliest(last)

    @cached_property
    def _begun_versions(self) -> list[str]:
        """Returns versions that have taken effect and that none has replaced, newest first; some may have ended."""
        if self.folder.value.status in ("superseded", "withdrawn"):
            return []
        replacing = [
            version_key(number)
            for number, version in self.versions
            if has_happened(version.replaces_earlier_on, self.as_of)
        ]
        oldest = max(replacing, default=(0, 0))
        return [
            number
            for number, version in reversed(self.versions)
            if takes_effect(self.folder, version) <= self.as_of and version_key(number) >= oldest
        ]

    def _has_ended(self, number: str) -> bool:
        last = self.effective_to(self.by_number[number])
        return last is not None and self.as_of > last

    @cached_property
    def _bound_by_version(self) -> dict[str, set[str]]:
        return {number: self.bound_by(number) for number in self._begun_versions}

    def in_force(self) -> tuple[InForce, ...]:
        """Returns, newest first, each version that still binds at least two bodies, and those bodies.

        Once a newer text has replaced an older one between two bodies, the older does not return when the newer ends.
        """
        covered: set[tuple[str, str]] = set()
        out: list[InForce] = []
        for number in self._begun_versions:
            pairs = {pair for pair in combinations(sorted(self._bound_by_version[number]), 2) if pair not in covered}
            covered |= pairs
            if pairs and not self._has_ended(number):
                out.append(InForce(number, tuple(sorted({party for pair in pairs for party in pair}))))
        return tuple(out)

    def version_between(self, one: str, other: str) -> str | None:
        """Returns the version in force between two bodies; None if nothing binds them."""
        newest = next(
            (number for number in self._begun_versions if {one, other} <= self._bound_by_version[number]), None
        )
        return None if newest is None or self._has_ended(newest) else newest

    def in_force_between(self, parties: Iterable[PartyStatus]) -> tuple[str, ...]:
        """Returns every party whose state is `signed`, once the newest material version is in effect."""
        if self.material is None or self.folder.value.status in ("superseded", "withdrawn"):
            return ()
        if takes_effect(self.folder, self.by_number[self.material]) > self.as_of:
            return ()
        in_effect = version_in_force(self.folder, as_of=self.as_of)
        last = self.effective_to(in_effect[1]) if in_effect else None
        if last is not None and self.as_of > last:
            return ()
        return tuple(
            sorted(
                party.organisation
                for party in parties
                if party.state == "signed" and not self.has_left(party.organisation)
            )
        )


def may_sign_for(register: Register, signer: str, other: str, signature: Signature) -> bool:
    """Returns whether a body may sign for another: it is the parent, or it has a mandate."""
    if signature.mandate is not None and signature.mandate.reference:
        return True
    record = register.organisation(other)
    parent = record.value.parent if record is not None and record.value is not None else None
    return parent is not None and register.present_organisation(parent) == signer


def _first_day(entry: Entry) -> date:
    signature = entry.signature
    days = [signature.signed_on, signature.sent_on, signature.declined.on if signature.declined else None]
    return next(earliest(day) for day in days if day is not None)
