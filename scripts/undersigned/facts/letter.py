"""What the letter to a party says when a text is sent out: what it has done, what binds it, what is new, and what to do.

A letter is made of statements. Each is one piece of the letter's words with the facts in it, all of them from `status`,
`changes` and the agreement, so that a test can compare every sentence with them. Whether a party has to sign is what
`Signing.owes` answers, here and everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from undersigned.changes.report import Point
from undersigned.changes.versions import Texts
from undersigned.facts.agreement import Agreement, Recipient, Sender, recipient_of
from undersigned.facts.text import VersionFacts
from undersigned.records.fields import When, latest, version_key
from undersigned.records.signature import Reservation
from undersigned.register import ProtocolFolder, Register
from undersigned.status import Entry, PartyStatus, Signing, has_happened, takes_effect
from undersigned.words.text import in_reading_order

Value = str | int | date | When | tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """One thing that is said. `code` names its words; `values` are the facts in them."""

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """A party of the newest text: the state of its signature, and why it has nothing to sign (None: it has to sign).

    `notice`: whether it hears of the newest text although it has nothing to sign.
    """

    organisation: str
    name: str
    status: PartyStatus
    why_not: Statement | None
    notice: bool

    @property
    def owes(self) -> bool:
        return self.why_not is None


@dataclass(frozen=True)
class Place:
    """Where a party's block is in the PDF: its page, and how many pages there are."""

    page: int
    pages: int


@dataclass(frozen=True)
class LaterVersion:
    """A version after the one that a party signed. `points`: what it changes in the text before it; None if a text is not kept."""

    said: Statement
    points: tuple[Point, ...] | None


@dataclass(frozen=True)
class Letter:
    """A letter to one party: with two copies to sign, or a notice with nothing to sign.

    `since`: the version whose signature still counts for the party, or that it signed last, if any. `later`: the versions after it, oldest first.
    """

    to: Recipient
    kind: Literal["signature", "notice"]
    opening: tuple[Statement, ...]
    standing: tuple[Statement, ...]
    new: tuple[Statement, ...]
    flows: tuple[Statement, ...]
    steps: tuple[tuple[Statement, ...], ...]
    since: str | None
    later: tuple[LaterVersion, ...]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Everything that the letter states, in the order of reading."""
        steps = tuple(statement for step in self.steps for statement in step)
        return (
            *self.opening,
            *self.standing,
            *self.new,
            *self.flows,
            *steps,
            *(version.said for version in self.later),
        )


class Letters:
    """The letters that go out with one text, for one day."""

    def __init__(
        self, agreement: Agreement, folder: ProtocolFolder, register: Register, sender: Sender | None, *, as_of: date
    ) -> None:
        self.agreement, self.folder, self.register, self.sender, self.as_of = agreement, folder, register, sender, as_of
        self.signing = Signing(folder, register, as_of=as_of)

    # who has to sign

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """Every party of the newest text by present id."""
        found = {}
        for id_, text in sorted(self.signing.parties.items()):
            status = self.signing.state(id_, text)
            why = None if self.signing.owes(status) else self._why_not(status)
            notice = why is not None and why.code in ("carried", "bound-otherwise") and not self._leads(id_)
            found[id_] = Standing(id_, self._name(id_), status, why, notice and self._only_carried)
        return found

    @property
    def _only_carried(self) -> bool:
        """Whether the newest version is one to which signatures carry."""
        newest = self._version(self.agreement.version)
        return newest is not None and newest.change != "material" and len(self.signing.versions) > 1

    def _why_not(self, status: PartyStatus) -> Statement:
        party, name = status.organisation, self._name(status.organisation)
        reserved = self.signing.reserved(party)
        match status.state:
            case "not-required":
                return Statement("bound-otherwise", {"organisation": name})
            case "ended":
                return Statement("ended", {"organisation": name})
            case "declined" | "withdrawn" as state if status.entry is not None:
                return self._ending(status.entry, state)
            case "signed" if status.signed_entry is not None and status.signed_on is not None:
                signed = status.signed_entry
                values: dict[str, Value] = {
                    "signer": self._name(signed.signer),
                    "version": signed.version,
                    "on": status.signed_on,
                }
                if signed.version == self.agreement.version:
                    return Statement("signed", values)
                return Statement("carried", {**values, "newest": self.agreement.version or ""})
        if reserved is not None and reserved.signed_on is not None:
            return Statement(
                "reserved-open", {"organisation": name, "version": reserved.version, "on": reserved.signed_on}
            )
        return Statement("left", {"organisation": name})

    # letters

    def to(self, party: str) -> Recipient:
        """The party as the addressee."""
        return recipient_of(party, self.agreement, self.signing)

    def for_signature(self, to: Recipient, place: Place | None) -> Letter:
        """The letter with the two copies. `place`: where the party's block is in them."""
        party = to.contact.organisation
        since = self._signed(party)
        return Letter(
            to,
            "signature",
            (self._opening(party),),
            (*self._history(party), *self._bound(party)),
            self._new(since),
            tuple(self._flows(party)),
            tuple(self._steps(to, place)),
            since,
            self._later(since) if since is not None else (),
        )

    def notice(self, to: Recipient) -> Letter:
        """The notice of the newest text to a party that has nothing to sign."""
        party = to.contact.organisation
        why = self.standings[party].why_not
        since = self._signed(party) or self._before(self.agreement.version)
        return Letter(
            to,
            "notice",
            (self._statement("notice", title=self.agreement.title, version=self.agreement.version or ""),),
            (why,) if why is not None else (),
            self._new(since),
            (),
            (),
            since,
            self._later(since) if since is not None else (),
        )

    def _statement(self, code: str, **values: Value) -> Statement:
        return Statement(code, values)

    def _opening(self, party: str) -> Statement:
        values: dict[str, Value] = {"title": self.agreement.title, "version": self.agreement.version or ""}
        if self._leads(party):
            return Statement("open-lead", {**values, "organisation": self._name(party)})
        if self.sender is None:
            return Statement("open-nobody", values)
        return Statement("open", {**values, "sender": self.sender.contact.name})

    def _leads(self, party: str) -> bool:
        return self.sender is not None and self.sender.contact.organisation == party

    def _name(self, id_: str) -> str:
        return self.register.organisation_name(id_)

    # what it has done

    def _history(self, party: str) -> Iterator[Statement]:
        """What the party, those whose place it took and those who act for it have done, oldest first."""
        yield from self._successions(party)
        acts = [act for entry in self.signing.entries(party) for act in self._acts(entry, party)]
        if not any(act.code in ("did-sign", "did-sign-for", "declined", "declined-silent") for act in acts):
            yield Statement("none-signed", {"organisation": self._name(party)})
        yield from acts

    def _successions(self, party: str) -> Iterator[Statement]:
        bodies = set(self.signing.identities.predecessors(party))
        for heir, record in self.folder.signing.items():
            inherits = record.value.inherits if record.value is not None else None
            if inherits is None or not has_happened(inherits.on, self.as_of):
                continue
            present = self.register.present_organisation(heir)
            old = tuple(self._name(id_) for id_ in inherits.from_ if self.register.present_organisation(id_) in bodies)
            if present in bodies and old:
                yield Statement("took-place", {"organisation": self._name(present), "old": old, "on": inherits.on})

    def _acts(self, entry: Entry, party: str) -> Iterator[Statement]:
        signer = self._name(entry.signer)
        signature = entry.signature
        values: dict[str, Value] = {"signer": signer, "version": entry.version}
        for_another = entry.signer not in self.signing.identities.predecessors(party)
        if entry.signed_on is not None:
            if for_another:
                yield Statement("did-sign-for", {**values, "on": entry.signed_on, "organisation": self._name(party)})
            else:
                yield Statement("did-sign", {**values, "on": entry.signed_on})
            for reservation in signature.reservations:
                yield self._reservation(reservation, entry)
        elif not entry.declined and entry.sent_on is not None:
            approved = signature.approved_on
            yield Statement("was-sent", {**values, "on": entry.sent_on})
            if approved is not None and has_happened(approved, self.as_of):
                yield Statement("approved", {**values, "on": approved})
        if entry.declined:
            yield self._ending(entry, "declined")
        if entry.withdrawn:
            yield self._ending(entry, "withdrawn")

    def _reservation(self, reservation: Reservation, entry: Entry) -> Statement:
        text = self.folder.text_of(entry.version)
        titles = {flow.id: flow.title for flow in text.flows if flow.title} if text is not None else {}
        about = tuple(titles.get(flow, flow) for flow in reservation.flows)
        values: dict[str, Value] = {"words": _unstopped(reservation.text) or ""}
        code = "reserved" if reservation.text else "reserved-silent"
        if about:
            code, values = f"{code}-flows", {**values, "flows": about}
        if has_happened(reservation.accepted_on, self.as_of) and reservation.accepted_on is not None:
            return Statement(f"{code}-accepted", {**values, "on": reservation.accepted_on})
        return Statement(f"{code}-not-accepted", values)

    def _ending(self, entry: Entry, state: Literal["declined", "withdrawn"]) -> Statement:
        ended = entry.signature.declined if state == "declined" else entry.signature.withdrawn
        values: dict[str, Value] = {"signer": self._name(entry.signer), "version": entry.version}
        if ended is None:
            return Statement(f"{state}-silent", values)
        reason = _unstopped(ended.reason)
        if not reason:
            return Statement(f"{state}-silent", {**values, "on": ended.on})
        return Statement(state, {**values, "on": ended.on, "reason": reason})

    def _signed(self, party: str) -> str | None:
        """The version whose signature still counts for the party; or the newest that it ever signed or that was signed for it.

        For an heir, an older signature may still count although another predecessor withdrew a newer one.
        """
        stands = self.standings[party].status.signed_version if party in self.standings else None
        if stands is not None:
            return stands
        signed = [entry.version for entry in self.signing.entries(party) if entry.signed_on is not None]
        return max(signed, key=version_key, default=None)

    # what binds it

    def _bound(self, party: str) -> Iterator[Statement]:
        """Which text is in force today between the party and whom; or that none is."""
        name = self._name(party)
        between: dict[str, list[str]] = {}
        others = {id_ for text in self.signing.in_force() for id_ in text.between} - {party}
        for other in sorted(others, key=lambda id_: (in_reading_order(self._name(id_)), id_)):
            version = self.signing.version_between(party, other)
            if version is not None:
                between.setdefault(version, []).append(self._name(other))
        for version in sorted(between, key=version_key, reverse=True):
            yield Statement("bound", {"organisation": name, "version": version, "others": tuple(between[version])})
        if between:
            yield from self._until(party)
        elif any(entry.counts for entry in self.signing.standing(party)):
            yield Statement("bound-to-none", {"organisation": name})
        else:
            yield Statement("unbound", {"organisation": name})

    def _until(self, party: str) -> Iterator[Statement]:
        """How long that lasts if the party does not sign: until a day that the register knows already changes it, if any."""
        name = self._name(party)
        now = self._pairs(self.signing, party)
        for day in self._days_ahead():
            then = self._pairs(Signing(self.folder, self.register, as_of=day), party)
            if then != now:
                yield Statement("bound-changes" if then else "bound-ends", {"organisation": name, "on": day})
                return
        yield Statement("bound-until", {"organisation": name})

    def _pairs(self, signing: Signing, party: str) -> set[tuple[str, str]]:
        """Each version in force between the party, or those who take its place, and another, with that other's id."""
        own = set(signing.identities.present(party))
        found = {(text.version, other) for text in signing.in_force() for other in text.between}
        return {
            (version, other)
            for version, other in found
            if other not in own and any(signing.version_between(one, other) == version for one in own)
        }

    def _days_ahead(self) -> list[date]:
        """The days to come on which what binds may change although nobody does anything, in order."""
        protocol, versions = self.folder.value, [version for _number, version in self.signing.versions]
        begins = [version.replaces_earlier_on for version in versions]
        begins += [takes_effect(self.folder, version) for version in versions]
        ends = [self.signing.effective_to(version) for version in versions]
        ends += [protocol.ended_on, *(party.left_on for party in protocol.parties)]
        for id_ in self.signing.parties:
            body = self.register.organisation(id_)
            begins.append(body.value.dissolved_on if body is not None and body.value is not None else None)
        days = {latest(day) for day in begins if day is not None}
        days |= {latest(day) + timedelta(days=1) for day in ends if day is not None and latest(day) < date.max}
        return sorted(day for day in days if day > self.as_of)

    # what is new

    def _version(self, number: str | None) -> VersionFacts | None:
        return next((version for version in self.agreement.history if version.number == number), None)

    def _before(self, number: str | None) -> str | None:
        numbers = [number for number, _version in self.signing.versions]
        at = numbers.index(number) if number in numbers else 0
        return numbers[at - 1] if at else None

    def _new(self, since: str | None) -> tuple[Statement, ...]:
        """The newest version, or each version after the one that the party signed."""
        if since is None:
            newest = self._version(self.agreement.version)
            return (self._said(newest),) if newest is not None else ()
        later = self._versions_after(since)
        if not later:
            return (Statement("unchanged", {"version": since}),)
        return tuple(self._said(version) for version in later)

    def _versions_after(self, since: str) -> list[VersionFacts]:
        return [
            version for version in reversed(self.agreement.history) if version_key(version.number) > version_key(since)
        ]

    def _said(self, version: VersionFacts) -> Statement:
        past = latest(version.takes_effect) <= self.as_of
        first = version.number == self.signing.versions[0][0] if self.signing.versions else True
        kind = "first" if first else version.change
        return Statement(
            f"version-{kind}-{'took' if past else 'takes'}-effect",
            {
                "version": version.number,
                "agreed_on": version.agreed_on,
                "effect": version.takes_effect,
                "summary": _unstopped(version.summary) or "",
            },
        )

    def _later(self, since: str) -> tuple[LaterVersion, ...]:
        texts = Texts(None, self.folder, self.register, as_of=self.as_of)
        found, before = [], since
        for version in self._versions_after(since):
            was, now = self.folder.stamped_text(before), self.folder.stamped_text(version.number)
            points = tuple(texts.points(was, now)) if was is not None and now is not None else None
            found.append(LaterVersion(self._said(version), points))
            before = version.number
        return tuple(found)

    # what it sends and receives

    def _flows(self, party: str) -> Iterator[Statement]:
        for end, code in (("from", "sends"), ("to", "receives")):
            titles = tuple(
                f"{facts.number}, {facts.title}"
                for facts in self.agreement.terms.flows
                if self._is_end(party, facts.flow.from_ if end == "from" else facts.flow.to)
            )
            values: dict[str, Value] = {"organisation": self._name(party)}
            yield Statement(code, {**values, "flows": titles}) if titles else Statement(f"{code}-nothing", values)

    def _is_end(self, party: str, ends: tuple[str, ...]) -> bool:
        groups = {group.id for group in self.agreement.text.groups}
        own = next((one.groups for one in self.agreement.parties if one.organisation == party), ())
        return any(end in own if end in groups else party in self.signing.identities.present(end) for end in ends)

    # what to do

    def _steps(self, to: Recipient, place: Place | None) -> Iterator[tuple[Statement, ...]]:
        party, name = to.contact.organisation, to.contact.name
        yield (Statement("step-read"),)
        if place is None:
            yield (Statement("step-sign", {"organisation": name}),)
        else:
            yield (Statement("step-sign-on-page", {"organisation": name, "page": place.page, "pages": place.pages}),)
        yield (Statement("step-keep"),)
        if self._leads(party):
            yield (Statement("step-file"),)
        elif self.sender is None:
            yield (Statement("step-return-anywhere"),)
        else:
            yield (Statement("step-return", {"sender": self.sender.contact.name}),)
        if to.contact.nominated and to.contact.address_line:
            yield (Statement("step-confirm", {"officer": to.contact.address_line}),)
        else:
            yield (Statement("step-nominate-lead" if self._leads(party) else "step-nominate"),)


def _unstopped(text: str | None) -> str | None:
    return text.strip().rstrip(".") if text else None
