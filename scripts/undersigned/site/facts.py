"""What the page of a protocol says, gathered from the register for one day. Pure: no words, no HTML, no MkDocs.

A restricted protocol has no text, state or signature here: title, parties and dates are all that leaves this room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from undersigned.feeds import News, ReviewDate, news_of, review_date
from undersigned.records.fields import When
from undersigned.records.form import Form
from undersigned.records.protocol import Clause, Flow, Item, Operative, Party, Protocol, StampedText
from undersigned.records.review import Review
from undersigned.records.signature import NominatedOfficer, OtherOfficer, Signature, SigningRecord
from undersigned.records.version import Version
from undersigned.register import ProtocolFolder, Register
from undersigned.status import (
    InForce,
    PartyStatus,
    ProtocolStatus,
    Signing,
    agreed_versions,
    protocol_status,
    takes_effect,
    version_in_force,
)

#: Which text a page shows: the one in force, one agreed for later, one that has ended, or the working text.
Shown = Literal["in-force", "agreed", "ended", "working"]
#: A protocol of these statuses binds nobody.
ENDED = ("superseded", "withdrawn")
CardSize = Literal["short", "medium", "long", "two-sides"]
#: The characters that a card of each size of type holds on one side, measured on paper.
_CARD_SIZES: Mapping[CardSize, int] = {"short": 3800, "medium": 5600, "long": 7700}
#: An organisation's name with a post, a deputy and a mailbox; a flow's own lines.
_CONTACT_LENGTH, _FLOW_LENGTH = 110, 150


@dataclass(frozen=True)
class Download:
    """A file to take away. `path` is relative to the site; `size` in bytes."""

    path: str
    extension: str
    size: int


@dataclass(frozen=True)
class PartyFacts:
    """One party of a protocol: what the text says of it, where its signature stands, whom to ask."""

    id: str
    name: str
    text: Party
    standing: PartyStatus
    signature: Signature | None
    officer: NominatedOfficer | None
    others: tuple[OtherOfficer, ...]


@dataclass(frozen=True)
class Act:
    """One act of signing, by the body that did it, whatever came of it later."""

    organisation: str
    name: str
    version: str
    sent_on: When | None
    signed_on: When


@dataclass(frozen=True)
class Agreeing:
    """How long a version took, from the day it was first sent out to the last signature of it so far, in days."""

    version: str
    sent_on: date
    last_signed_on: date
    signatures: int
    days: int


@dataclass(frozen=True)
class VersionFacts:
    number: str
    version: Version
    takes_effect: date


@dataclass(frozen=True)
class ReviewFacts:
    completed_on: date
    review: Review


@dataclass(frozen=True)
class End:
    """One end of a flow: an organisation, or a group with its members. `id` is None for a group."""

    id: str | None
    name: str
    members: tuple[tuple[str, str], ...] = ()


class ProtocolFacts:
    """One protocol for one day. Everything but `id`, `title`, `parties_by_name` and the dates needs `not restricted`."""

    def __init__(
        self, folder: ProtocolFolder, register: Register, *, as_of: date, sizes: Mapping[str, int]
    ) -> None:
        self.folder = folder
        self.register = register
        self.as_of = as_of
        self.id = folder.id
        self._sizes = sizes
        self.standing: ProtocolStatus = protocol_status(folder, register, as_of=as_of)
        self._signing = Signing(folder, register, as_of=as_of)
        #: Protocols that say they supersede this one; set once all are known.
        self.replaced_by: tuple[ProtocolFacts, ...] = ()

    @property
    def record(self) -> Protocol:
        return self.folder.value

    @property
    def restricted(self) -> bool:
        return self.record.publication == "restricted"

    @cached_property
    def title(self) -> str:
        return self.text.title or self.record.title

    @cached_property
    def _chosen(self) -> tuple[str | None, Version | None, Shown]:
        if self.restricted:
            return None, None, "working"
        ended = self.record.status in ENDED
        in_force = version_in_force(self.folder, as_of=self.as_of)
        if in_force is not None and in_force[1].text is not None and not ended:
            return in_force[0], in_force[1], "in-force"
        for number, version in reversed(agreed_versions(self.folder, as_of=self.as_of)):
            if version.text is not None:
                return number, version, "ended" if ended else "agreed"
        return None, None, "working"

    @property
    def shown_version(self) -> str | None:
        """The version whose text is shown; None where it is the working text."""
        return self._chosen[0]

    @property
    def shown_stamp(self) -> Version | None:
        return self._chosen[1]

    @property
    def shown_as(self) -> Shown:
        return self._chosen[2]

    @property
    def text(self) -> Operative:
        """The text the page shows."""
        stamp = self._chosen[1]
        return self.record if stamp is None or stamp.text is None else stamp.text

    @property
    def forms(self) -> Mapping[str, Form]:
        """The forms of the text shown, by id."""
        if isinstance(self.text, StampedText):
            return dict(sorted(self.text.forms.items()))
        return {id_: form.value for id_, form in sorted(self.folder.forms.items()) if form.value is not None}

    @cached_property
    def later_version(self) -> VersionFacts | None:
        """A version agreed but not yet in effect, where an earlier one is shown."""
        newest = self.versions[0] if self.versions else None
        later = newest is not None and self.shown_version is not None and newest.number != self.shown_version
        return newest if later else None

    @property
    def is_draft(self) -> bool:
        return self.shown_as == "working" and self.record.status in ("draft", "consultation", "signing")

    @property
    def effective_to(self) -> When | None:
        return self.text.effective_to or self.record.effective_to

    def item(self, item: str | Item) -> Item:
        """A flow's item in full; one that nothing names is shown by its id."""
        return self.record.spelled_out(item) or Item(name=str(item))

    def flow_title(self, id_: str) -> str:
        """A flow's title in the text shown; its id where it has none."""
        return next((flow.title for flow in self.text.flows if flow.id == id_ and flow.title), id_)

    # parties and contacts

    @cached_property
    def parties_by_name(self) -> tuple[tuple[str, str], ...]:
        """(id, name) of every party under its present id, by name."""
        ids = (
            self._signing.parties
            if self.restricted
            else {party.organisation: None for party in self.standing.parties}
        )
        return tuple(
            sorted(
                ((id_, self.register.organisation_name(id_)) for id_ in ids),
                key=lambda pair: pair[1].casefold(),
            )
        )

    @cached_property
    def parties(self) -> tuple[PartyFacts, ...]:
        """By name."""
        found = [self._party(standing) for standing in self.standing.parties]
        return tuple(sorted(found, key=lambda party: (party.name.casefold(), party.id)))

    def _party(self, standing: PartyStatus) -> PartyFacts:
        id_ = standing.organisation
        record = self.folder.signing.get(id_)
        signing = record.value if record is not None and record.value is not None else SigningRecord()
        signature = None
        if standing.signed_version is not None:
            signature = next(
                (
                    entry.signature
                    for entry in reversed(self._signing.standing(id_))
                    if entry.counts and entry.version == standing.signed_version
                ),
                None,
            )
        return PartyFacts(
            id=id_,
            name=self.register.organisation_name(id_),
            text=self._signing.parties[id_],
            standing=standing,
            signature=signature,
            officer=signing.nominated_officer,
            others=signing.other_officers,
        )

    @cached_property
    def in_force(self) -> tuple[tuple[InForce, tuple[tuple[str, str], ...]], ...]:
        """Each version that binds, with (id, name) of those it binds."""
        return tuple((text, self._named(text.between)) for text in self.standing.in_force)

    @property
    def bound(self) -> frozenset[str]:
        """The ids of those whom any text in force binds."""
        return frozenset(id_ for text in self.standing.in_force for id_ in text.between)

    def version_between(self, one: str, other: str) -> str | None:
        """The version in force between two bodies; None where none is."""
        return self._signing.version_between(one, other)

    @cached_property
    def acts(self) -> tuple[Act, ...]:
        """Every signature made by the day, oldest first where the days are known; one later withdrawn was still made."""
        entries = {
            (entry.signer, entry.version, str(entry.signed_on)): entry
            for id_ in self._signing.parties
            for entry in self._signing.entries(id_)
            if entry.signed_on is not None
        }
        return tuple(
            Act(signer, self.register.organisation_name(signer), version, entry.sent_on, entry.signed_on)
            for (signer, version, _on), entry in sorted(entries.items(), key=lambda pair: (pair[0][2], pair[0]))
            if entry.signed_on is not None
        )

    @cached_property
    def agreeing(self) -> tuple[Agreeing, ...]:
        """Each version that was sent out and signed on known days, newest first."""
        found = []
        for version in self.versions:
            acts = [act for act in self.acts if act.version == version.number]
            sent = [act.sent_on for act in acts if isinstance(act.sent_on, date)]
            signed = [act.signed_on for act in acts if isinstance(act.signed_on, date)]
            if sent and signed and min(sent) <= max(signed):
                days = (max(signed) - min(sent)).days
                found.append(Agreeing(version.number, min(sent), max(signed), len(signed), days))
        return tuple(found)

    def _named(self, ids: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        return tuple(
            sorted(
                ((id_, self.register.organisation_name(id_)) for id_ in ids),
                key=lambda pair: pair[1].casefold(),
            )
        )

    def ends(self, ends: tuple[str, ...]) -> tuple[End, ...]:
        """The organisations and groups at one end of a flow, as the text names them."""
        groups = {group.id: group for group in self.text.groups}
        return tuple(
            self._end(end, groups[end].title if end in groups else None, end in groups) for end in ends
        )

    def _end(self, end: str, title: str | None, is_group: bool) -> End:
        if is_group:
            members = tuple(
                (
                    self.register.present_organisation(party.organisation),
                    self.register.organisation_name(party.organisation),
                )
                for party in self.text.parties
                if party.group == end
            )
            return End(None, title or end, members)
        present = self.register.present_organisation(end)
        return End(present, self.register.organisation_name(end))

    @cached_property
    def card_size(self) -> CardSize:
        """How small the practitioner's card must be set to fit one side of A4; where it cannot, it takes a sheet."""
        length = sum(_length_on_card(flow, self) for flow in self.text.flows)
        length += _CONTACT_LENGTH * len(self.parties) + sum(len(name) for _, named in self.in_force for _, name in named)
        return next((size for size, most in _CARD_SIZES.items() if length <= most), "two-sides")

    # history

    @cached_property
    def versions(self) -> tuple[VersionFacts, ...]:
        """Newest first."""
        agreed = agreed_versions(self.folder, as_of=self.as_of)
        return tuple(VersionFacts(n, v, takes_effect(self.folder, v)) for n, v in reversed(agreed))

    @cached_property
    def reviews(self) -> tuple[ReviewFacts, ...]:
        """Newest first."""
        return tuple(
            ReviewFacts(day, record.value)
            for day, record in reversed(self.folder.reviews.items())
            if day <= self.as_of and record.value is not None
        )

    @cached_property
    def changed_terms(self) -> tuple[str, ...]:
        """The operative fields in which an amendment being prepared differs from the newest stamp."""
        if not self.standing.unreleased_changes or not self.folder.versions:
            return ()
        stamped = self.folder.stamped_text(next(reversed(self.folder.versions))) or {}
        working = self.folder.working_text
        return tuple(key for key in sorted({*stamped, *working}) if stamped.get(key) != working.get(key))

    @cached_property
    def prepared_flows(self) -> tuple[Flow, ...]:
        """Flows of the working text that are new or changed against the text shown."""
        if not self.changed_terms:
            return ()
        shown = {flow.id: _spelled(flow, self) for flow in self.text.flows}
        return tuple(flow for flow in self.record.flows if shown.get(flow.id) != _spelled(flow, self))

    @cached_property
    def prepared_clauses(self) -> tuple[Clause, ...]:
        """Clauses of the working text that are new or changed against the text shown."""
        if not self.changed_terms:
            return ()
        shown = {clause.id: clause for clause in self.text.clauses}
        return tuple(clause for clause in self.record.clauses if shown.get(clause.id) != clause)

    # feeds

    @cached_property
    def review_date(self) -> ReviewDate | None:
        return review_date(self.folder, as_of=self.as_of)

    @cached_property
    def news(self) -> tuple[News, ...]:
        """What the news tells of it; of a restricted one, nothing."""
        return () if self.restricted else tuple(news_of(self.folder, self.register, self.as_of))

    # downloads

    def downloads(self, name: str) -> tuple[Download, ...]:
        """The PDF and the Word file called `name`, as far as they were made."""
        found = []
        for extension in ("pdf", "docx"):
            size = self._sizes.get(f"{self.id}/{name}.{extension}")
            if size is not None:
                found.append(Download(f"downloads/{self.id}/{name}.{extension}", extension, size))
        return tuple(found)

    @cached_property
    def version_downloads(self) -> tuple[tuple[str, tuple[Download, ...]], ...]:
        """For each version, newest first, or for the draft (an empty number): its files."""
        numbers = [version.number for version in self.versions]
        named = [(number, self.downloads(f"{self.id}-v{number}")) for number in numbers]
        named.append(("", self.downloads(f"{self.id}-draft")))
        return tuple((number, files) for number, files in named if files)


def _spelled(flow: Flow, facts: ProtocolFacts) -> tuple[Flow, tuple[Item, ...]]:
    items = tuple(
        Item.model_validate(facts.item(item).model_dump(include=set(Item.model_fields)))
        for item in flow.items
    )
    return flow.model_copy(update={"items": ()}), items


def _length_on_card(flow: Flow, facts: ProtocolFacts) -> int:
    texts = [flow.title or flow.id, flow.method or "", flow.timing or "", *flow.not_shared]
    texts += [facts.item(item).name for item in flow.items]
    texts += [end.name for end in (*facts.ends(flow.from_), *facts.ends(flow.to))]
    return _FLOW_LENGTH + sum(len(text) for text in texts)
