"""What each body had signed, refused or withdrawn by a day: its own entries, and those of the bodies whose place it took."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from undersigned.records.fields import When, earliest, has_happened, in_time, latest, surely_before
from undersigned.records.signature import Signature
from undersigned.register import ProtocolFolder, Register
from undersigned.status.identities import Identities
from undersigned.status.versions import agreed_versions, takes_effect


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


@dataclass(frozen=True)
class SigningHistory:
    """One line of entries that can decide a party's position, oldest first.

    It begins with the entries of `organisation`, a body whose place the party has taken or the party itself, and goes on
    with what those who took its place did later.
    """

    organisation: str
    entries: tuple[Entry, ...]

    @property
    def standing(self) -> tuple[Entry, ...]:
        """The entries after the last withdrawal."""
        last = max((index for index, entry in enumerate(self.entries) if entry.withdrawn), default=-1)
        return self.entries[last + 1 :]


class SigningHistories:
    """The signing entries of one protocol as they were on one day."""

    def __init__(self, folder: ProtocolFolder, register: Register, *, as_of: date) -> None:
        self.folder = folder
        self.register = register
        self.as_of = as_of
        self.identities = Identities(folder, register, as_of=as_of)
        self.versions = agreed_versions(folder, as_of=as_of)
        self.by_number = dict(self.versions)
        self._histories: dict[str, tuple[SigningHistory, ...]] = {}

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

    def histories(self, party: str) -> tuple[SigningHistory, ...]:
        """Returns the lines of entries that can decide a party's position: its own, or one for each body whose place it took.

        Each predecessor is judged by its own entries alone, followed by what the party itself did since it took over.
        """
        if party not in self._histories:
            self._histories[party] = self._histories_of(party, frozenset())
        return self._histories[party]

    def _histories_of(self, party: str, seen: frozenset[str]) -> tuple[SigningHistory, ...]:
        own = self._own_entries(party)
        if not self.identities.direct_predecessors(party):  # the usual case
            return (SigningHistory(party, own),)
        before, later = self._split_at_succession(party, own)
        found = [
            SigningHistory(history.organisation, (*history.entries, *later))
            for old in self._with_history(party, seen)
            for history in self._histories_of(old, seen | {party})
        ]
        if not found or before or self._was_party_beside_predecessors(party):
            found.append(SigningHistory(party, own))
        return tuple(found)

    def _own_entries(self, party: str) -> tuple[Entry, ...]:
        """Returns the entries of the body's own record and those that others made for it, oldest first."""
        entries = self._entries.get(party, [])
        return tuple(sorted(entries, key=_order) if any(e.signer != party for e in entries) else entries)

    def _with_history(self, party: str, seen: frozenset[str] = frozenset()) -> list[str]:
        """Returns the bodies whose place the party took and that were parties themselves or have entries."""
        return [
            old
            for old in self.identities.direct_predecessors(party)
            if old not in seen
            and old != party
            and not self._was_gone(old, party)
            and (old in self._ever_parties or old in self._entries or self._with_history(old, seen | {party}))
        ]

    def _succession_day(self, party: str) -> When | None:
        record = self.folder.signing.get(party)
        inherits = record.value.inherits if record is not None and record.value is not None else None
        return None if inherits is None else inherits.on

    def _split_at_succession(self, party: str, own: tuple[Entry, ...]) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
        """Returns the party's own entries from before it took another's place, and those of which a step came later."""
        day = self._succession_day(party)
        if day is None or not self.identities.direct_predecessors(party):
            return own, ()
        split = next((at for at, entry in enumerate(own) if latest(last_step(entry)) >= earliest(day)), len(own))
        return own[:split], own[split:]

    def _was_gone(self, old: str, heir: str) -> bool:
        """Returns whether a body was not a party any more when another took its place, so that nothing passed with it.

        A `left_on` on the eve of the succession is the succession itself, and so is a text that names the heir instead.
        """
        day = self._succession_day(heir)
        if day is None:
            return False
        present = self.register.present_organisation
        first = earliest(day)
        eve = first - timedelta(days=1) if first > date.min else first
        left = [
            p.left_on for p in self.folder.value.parties if present(p.organisation) == old and p.left_on is not None
        ]
        if any(surely_before(last, eve) for last in left):
            return True
        texts = [
            v.text for _n, v in self.versions if v.text is not None and has_happened(takes_effect(self.folder, v), eve)
        ]
        named = {present(party.organisation) for party in texts[-1].parties} if texts else {old}
        return named.isdisjoint({heir, *self.identities.predecessors(old)})

    def _was_party_beside_predecessors(self, party: str) -> bool:
        """Returns whether one text names both the party and a body whose place it took."""
        old = set(self.identities.predecessors(party)) - {party}
        return any(party in named and named & old for named in self._parties_as_named)

    @cached_property
    def _parties_as_named(self) -> tuple[frozenset[str], ...]:
        """The signing parties of each agreed text and of the working text, before any succession."""
        texts = [version.text.parties for _number, version in self.versions if version.text is not None]
        present = self.register.present_organisation
        return tuple(
            frozenset(present(party.organisation) for party in parties if party.signs)
            for parties in (*texts, self.folder.value.parties)
        )

    @cached_property
    def _ever_parties(self) -> frozenset[str]:
        return frozenset().union(*self._parties_as_named)

    def signatures(self) -> Iterator[Entry]:
        """Yields every signature made by the day, including those of former parties and ones withdrawn later. May repeat."""
        return (entry for entries in self._entries.values() for entry in entries if entry.signed_on is not None)

    def entries(self, party: str) -> list[Entry]:
        """Returns every entry of every line of its history, each once, oldest first."""
        found = {id(entry): entry for history in self.histories(party) for entry in history.entries}
        return sorted(found.values(), key=_order)

    def standing(self, party: str) -> list[Entry]:
        """Returns every entry that no later withdrawal has ended, in any line of its history, each once."""
        histories = self.histories(party)
        if len(histories) == 1 and len(histories[0].entries) < 2:  # the usual case
            return list(histories[0].standing)
        found: dict[int, Entry] = {}
        for history in histories:
            found.update((id(entry), entry) for entry in history.standing)
        return sorted(found.values(), key=lambda entry: latest(last_step(entry)))


def may_sign_for(register: Register, signer: str, other: str, signature: Signature) -> bool:
    """Returns whether a body may sign for another: it is the parent, or it has a mandate."""
    if signature.mandate is not None and signature.mandate.reference:
        return True
    record = register.organisation(other)
    parent = record.value.parent if record is not None and record.value is not None else None
    return parent is not None and register.present_organisation(parent) == signer


def _order(entry: Entry) -> tuple[date, date]:
    signature = entry.signature
    days = [signature.signed_on, signature.sent_on, signature.declined.on if signature.declined else None]
    return next(in_time(day) for day in days if day is not None)


def last_step(entry: Entry) -> When:
    """Returns the day of the last thing that happened in an entry."""
    signature = entry.signature
    days = [entry.sent_on, entry.signed_on]
    if entry.declined and signature.declined is not None:
        days.append(signature.declined.on)
    if entry.withdrawn and signature.withdrawn is not None:
        days.append(signature.withdrawn.on)
    return max((day for day in days if day is not None), key=in_time)
