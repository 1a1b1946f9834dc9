"""One protocol's signatures on one day: the state of each party, and which text binds whom to whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import combinations
from typing import Literal, TypeAlias

from undersigned.records.fields import When, has_happened, latest, surely_before, version_key
from undersigned.records.protocol import ENDED, Party
from undersigned.records.version import Version
from undersigned.register import ProtocolFolder, Register
from undersigned.status.histories import Entry, SigningHistories, SigningHistory, last_step
from undersigned.status.identities import party_text
from undersigned.status.versions import takes_effect, version_in_force

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
#: The states of a party that still has to sign. A refusal and a withdrawal are answers: nothing is owed until it is asked again.
OWING: frozenset[SignatureState] = frozenset({"stale", "awaiting", "not-sent"})
#: What ties a signature to what was signed: the fingerprint of a text, a document on paper, or its record alone.
BoundTo = Literal["text", "document", "record"]
#: After this many days without a wet-ink copy back, the check warns.
COPY_DAYS = 28


#: From best to worst. A body that has taken the place of several has the best of their positions.
_BEST_FIRST: tuple[SignatureState, ...] = ("signed", "stale", "awaiting", "not-sent", "declined", "withdrawn")


@dataclass(frozen=True)
class Inherited:
    """The position of one of the bodies whose place a party has taken, by its own entries.

    `version`: of the entry that decides, such as the one that it was sent or refused; None without an entry.
    """

    organisation: str
    state: SignatureState
    signed_version: str | None
    version: str | None = None


@dataclass(frozen=True)
class PartyStatus:
    """The state of one party. `days_waiting` counts from `sent_on` (awaiting) or the newest material text's day (stale).

    `counterpart_days` since its copy came back, while the lead's own signed copy has not gone back; None if none is owed.
    `entry`: the signature, the refusal, the withdrawal or the open entry that gives the party its state; None if there is
    none. `signed_entry`: the signature of `signed_version`. `inherited`: the bodies whose place it has taken, if their positions differed and it has not signed, refused or
    withdrawn itself since.

    Nothing is counted in days from a month: then `days_waiting` and `copy_outstanding_days` are None.
    """

    organisation: str
    state: SignatureState
    signed_version: str | None
    signed_on: When | None
    copy_returned: bool
    days_waiting: int | None
    entry: Entry | None
    signed_entry: Entry | None
    copy_outstanding_days: int | None = None
    copy_outstanding: bool = False
    role: str | None = None
    counterpart_days: int | None = None
    bound_to: BoundTo | None = None
    inherited: tuple[Inherited, ...] = ()


@dataclass(frozen=True)
class InForce:
    """A version that still binds, and the bodies that it binds (at least two, sorted)."""

    version: str
    between: tuple[str, ...]


#: The versions that have begun, newest first: the number, None once it has ended, and the bodies that it binds.
Bindings: TypeAlias = tuple[tuple[str | None, frozenset[str]], ...]


class Signing(SigningHistories):
    """One protocol's signatures on one day. Works each answer out once."""

    def __init__(self, folder: ProtocolFolder, register: Register, *, as_of: date) -> None:
        super().__init__(folder, register, as_of=as_of)
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
        """A body listed more than once, through those whose place it took, has left when all of them have."""
        found: dict[str, bool] = {}
        for listed in self.folder.value.parties:
            left = listed.left_on is not None and surely_before(listed.left_on, self.as_of)
            for id_ in self.identities.present(listed.organisation):
                found[id_] = left and found.get(id_, True)
        return found

    def state(self, party: str, text: Party) -> PartyStatus:
        """Returns the first state that holds, in the order of the record format."""
        if not text.signs:
            return PartyStatus(party, "not-required", None, None, False, None, None, None, role=text.role)
        if self.dissolved(party):
            return PartyStatus(party, "ended", None, None, False, None, None, None, role=text.role)
        expected = self.expected_versions(party)
        best = self._best(party, text, self.histories(party), expected)
        return replace(
            best,
            inherited=self._unlike_predecessors(party, text, expected),
            counterpart_days=self._counterpart_days(party, best),
        )

    def _counterpart_days(self, party: str, status: PartyStatus) -> int | None:
        """Returns the days since a party's copy came back, while the lead's own signed copy has not gone back to it.

        None if none is owed, or if the register does not know the day.
        """
        entry, lead = status.signed_entry, self._lead
        if status.state != "signed" or entry is None or lead in (None, party):
            return None
        signature = entry.signature
        returned = signature.returned_on
        if not isinstance(returned, date) or returned > self.as_of:
            return None
        if has_happened(signature.counterpart_on, self.as_of) or not self._lead_has_signed(entry.version):
            return None
        return (self.as_of - returned).days

    @cached_property
    def _lead(self) -> str | None:
        lead = self.folder.value.lead
        return None if lead is None else self.register.present_organisation(lead)

    def _lead_has_signed(self, version: str) -> bool:
        return self._lead is not None and any(
            entry.counts and entry.version == version for entry in self.standing(self._lead)
        )

    def _best(
        self, party: str, text: Party, histories: Iterable[SigningHistory], expected: frozenset[str]
    ) -> PartyStatus:
        """Returns the party's position by its best history; of equal ones, by the one with the newest text and day."""

        def rank(status: PartyStatus) -> tuple[int, tuple[int, int], date]:
            signed = version_key(status.signed_version) if status.signed_version else (0, 0)
            day = latest(last_step(status.entry)) if status.entry else date.min
            return -_BEST_FIRST.index(status.state), signed, day

        return max((self._judge(party, text, history, expected) for history in histories), key=rank)

    def _unlike_predecessors(self, party: str, text: Party, expected: frozenset[str]) -> tuple[Inherited, ...]:
        """Returns the position of each body whose place the party took, and the party before; () if they were all the same.

        Also () if the party has signed the newest text itself, or has signed, refused or withdrawn since it took over: then
        its predecessors decide nothing.
        """
        old = self._with_history(party)
        if not old:
            return ()
        own = SigningHistory(party, self._own_entries(party))
        before, later = self._split_at_succession(party, own.entries)
        if any(entry.counts or entry.declined or entry.withdrawn for entry in later):
            return ()
        if self._judge(party, text, own, expected).state == "signed":
            return ()
        lines = [(body, self._histories_of(body, frozenset({party}))) for body in old]
        if before or self._was_party_beside_predecessors(party):
            lines.append((party, (SigningHistory(party, before),)))
        found = []
        for body, histories in lines:
            status = self._best(party, text, histories, expected)
            version = status.entry.version if status.entry is not None else None
            found.append(Inherited(body, status.state, status.signed_version, version))
        alike = len({(one.state, self._materials.get(one.signed_version or "")) for one in found}) == 1
        return () if alike else tuple(found)

    def _judge(self, party: str, text: Party, history: SigningHistory, expected: frozenset[str]) -> PartyStatus:
        """Returns the state of a party that signs, by one line of entries."""
        entries, standing = history.entries, history.standing
        newest = entries[-1] if entries else None
        signed = [entry for entry in standing if entry.counts]
        current = [entry for entry in signed if entry.version in expected]
        chosen = (current or signed)[-1] if signed else None
        decides = chosen
        state: SignatureState
        waiting: int | None = None
        if newest is not None and newest.withdrawn:
            state, chosen, decides = "withdrawn", None, newest
        elif newest is not None and newest.declined and self._refuses(newest):
            state, decides = "declined", newest
        elif current:
            state = "signed"
        elif self.material is not None and any(version_key(e.version) < version_key(self.material) for e in signed):
            state = "stale"
            waiting = _days_since(self.by_number[self.material].agreed_on, self.as_of)
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
            decides = pending[-1] if pending else None
            if pending:
                state = "awaiting"
                sent = next((e.sent_on for e in reversed(pending) if e.sent_on is not None), None)
                waiting = _days_since(sent, self.as_of)
            else:
                state = "not-sent"
        returned = chosen is not None and has_happened(chosen.signature.returned_on, self.as_of)
        outstanding = chosen is not None and not returned and chosen.signature.method == "wet-ink"
        return PartyStatus(
            organisation=party,
            state=state,
            signed_version=chosen.version if chosen else None,
            signed_on=chosen.signed_on if chosen else None,
            copy_returned=returned,
            days_waiting=waiting,
            copy_outstanding_days=_days_since(chosen.signed_on, self.as_of) if outstanding and chosen else None,
            copy_outstanding=outstanding,
            role=text.role,
            entry=decides,
            signed_entry=chosen,
            bound_to=_bound_to(self.by_number[chosen.version]) if chosen else None,
        )

    def owes(self, status: PartyStatus) -> bool:
        """Returns whether a party has to sign the newest text.

        One that has signed it with a reservation owes an answer about that, and no second signature.
        """
        party = status.organisation
        return status.state in OWING and not self.has_left(party) and self.reserved(party) is None

    def reserved(self, party: str) -> Entry | None:
        """Returns the party's signature of the newest terms that does not count yet, because a reservation is open."""
        expected = self.expected_versions(party)
        found = (
            entry
            for entry in reversed(self.standing(party))
            if entry.version in expected and entry.signed_on is not None and entry.reserved and not entry.declined
        )
        return next(found, None)

    def _refuses(self, entry: Entry) -> bool:
        return self.material is not None and version_key(entry.version) >= version_key(self.material)

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
                and has_happened(takes_effect(self.folder, version), self.as_of)
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

    def effective_to(self, version: Version) -> When | None:
        """Returns the last day or month of a version: from its text, or without text from the working text."""
        return version.text.effective_to if version.text is not None else self.folder.value.effective_to

    @cached_property
    def _begun_versions(self) -> list[str]:
        """Returns versions that have taken effect and that none has replaced, newest first; some may have ended."""
        if self.folder.value.status_on(self.as_of) in ENDED:
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
            if has_happened(takes_effect(self.folder, version), self.as_of) and version_key(number) >= oldest
        ]

    def _has_ended(self, number: str) -> bool:
        last = self.effective_to(self.by_number[number])
        return last is not None and surely_before(last, self.as_of)

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
        return version_between(self.bindings, one, other)

    @cached_property
    def bindings(self) -> Bindings:
        """Returns what decides which version is in force between two bodies."""
        return tuple(
            (None if self._has_ended(number) else number, frozenset(self._bound_by_version[number]))
            for number in self._begun_versions
        )

    def in_force_between(self, parties: Iterable[PartyStatus]) -> tuple[str, ...]:
        """Returns every party whose state is `signed`, once the newest material version is in effect."""
        if self.material is None or self.folder.value.status_on(self.as_of) in ENDED:
            return ()
        if not has_happened(takes_effect(self.folder, self.by_number[self.material]), self.as_of):
            return ()
        in_effect = version_in_force(self.folder, as_of=self.as_of)
        last = self.effective_to(in_effect[1]) if in_effect else None
        if last is not None and surely_before(last, self.as_of):
            return ()
        return tuple(
            sorted(
                party.organisation
                for party in parties
                if party.state == "signed" and not self.has_left(party.organisation)
            )
        )


def version_between(bindings: Bindings, one: str, other: str) -> str | None:
    """Returns the version in force between two bodies; None if nothing binds them."""
    return next((number for number, bound in bindings if one in bound and other in bound), None)


def _bound_to(version: Version) -> BoundTo:
    if version.document is not None and version.text is None:
        return "document"
    return "record" if version.text is None and version.fingerprint is None else "text"


def _days_since(when: When | None, as_of: date) -> int | None:
    """Returns the days since `when`; None if it is a month or unknown."""
    return (as_of - when).days if isinstance(when, date) else None
