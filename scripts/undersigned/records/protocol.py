"""The working text of a protocol and the facts about it (`protocol.yaml`), and the operative text that is signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from undersigned.records.fields import (
    Authored,
    DayOrMonth,
    Jurisdiction,
    Prose,
    Published,
    VersionNumber,
    When,
    Whole,
    YesNo,
    one_or_list,
    surely_before,
)
from undersigned.records.form import Form

ProtocolKind = Literal[
    "framework",
    "information-sharing-protocol",
    "joint-working-protocol",
    "data-sharing-agreement",
    "disclosure-agreement",
    "memorandum-of-understanding",
    "joint-controller-arrangement",
    "processing-agreement",
]
ProtocolStatus = Literal["draft", "consultation", "signing", "in-force", "superseded", "withdrawn", "expired"]
#: The statuses of a protocol that has ended.
ENDED: tuple[ProtocolStatus, ...] = ("superseded", "withdrawn", "expired")
Publication = Literal["public", "restricted"]
Role = Literal["controller", "joint-controller", "processor", "recipient"]
MappaRole = Literal["responsible", "duty", "associate"]
Sensitivity = Literal["personal", "special-category", "criminal-offence", "depersonalised"]
About = Literal["subject", "victim", "witness", "child", "household", "third-party"]
Occasion = Literal["routine", "on-request", "meeting", "emergency"]
Regime = Literal["uk-gdpr", "law-enforcement", "crossing", "none", "foreign"]
ReceivingRegime = Literal["uk-gdpr", "law-enforcement", "none", "foreign"]
ConsentRole = Literal["none", "basis", "statutory", "confidence", "courtesy"]
DpiaStatus = Literal["completed", "in-progress", "not-needed"]
MilestoneStage = Literal["proposed", "drafting", "consultation", "approval", "signing", "in-force"]
Stage = Literal["pre-sentence", "sentence", "custody", "release", "community", "end"]


class Owner(Authored):
    organisation: str
    post: str | None = None


class Group(Authored):
    id: str
    title: str | None = None


class Party(Authored):
    """One body's part in the protocol. `signs` absent means yes."""

    organisation: str
    role: Role | None = None
    capacity: str | None = None
    group: str | None = None
    signs: YesNo = True
    mappa_role: MappaRole | None = None
    joined_on: DayOrMonth | None = None
    left_on: DayOrMonth | None = None


class Purpose(Authored):
    aims: tuple[str, ...] = ()
    benefits: tuple[str, ...] = ()
    necessity: Prose | None = None
    if_not_shared: Prose | None = None


class Considerations(Authored):
    """The four that every protocol answers (LGiU briefing of 13 November 2009)."""

    proportionality: Prose | None = None
    consent: Prose | None = None
    transparency: Prose | None = None
    vital_interests: Prose | None = None


class Item(Authored):
    """What is shared. `sensitivity` may be one value or a list; `about` absent means the subject."""

    name: str
    sensitivity: Annotated[tuple[Sensitivity, ...], BeforeValidator(one_or_list)] = ()
    about: About = "subject"
    why: str | None = None


class DataItem(Item):
    """An item named once, used by flows through its id."""

    id: str


class Law(Authored):
    """The law a flow rests on, by the ids of the vocabularies."""

    lawful_bases: tuple[str, ...] = ()
    recognised_interests: tuple[str, ...] = ()
    special_category_conditions: tuple[str, ...] = ()
    schedule_1_conditions: tuple[str, ...] = ()
    official_authority: str | None = None
    law_enforcement_conditions: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()


class LawDiffers(Law):
    """For these ends it replaces the whole of the flow's law except the regime. What it leaves out does not apply."""

    for_: tuple[str, ...] = Field(alias="for")


def _spelled_out(value: object) -> str:
    return "item" if isinstance(value, dict | Item) else "id"


FlowItem = Annotated[Annotated[str, Tag("id")] | Annotated[Item, Tag("item")], Discriminator(_spelled_out)]


class Flow(Law):
    """One way that information takes. `from_` and `to` name organisations or groups."""

    id: str
    title: str | None = None
    from_: tuple[str, ...] = Field(default=(), alias="from")
    to: tuple[str, ...] = ()
    when: Occasion | None = None
    regime: Regime | None = None
    receives_under: ReceivingRegime | None = None
    law_differs: tuple[LawDiffers, ...] = ()
    consent: tuple[ConsentRole, ...] = ()
    statutory_consents: tuple[str, ...] = ()
    items: tuple[FlowItem, ...] = ()
    not_shared: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    stage: tuple[Stage, ...] = ()
    method: str | None = None
    timing: str | None = None
    retention: str | None = None

    @property
    def receiving_regime(self) -> str | None:
        """The regime at the receiver's end: `receives_under`, else UK GDPR for a crossing, else the sender's."""
        if self.receives_under:
            return self.receives_under
        return "uk-gdpr" if self.regime == "crossing" else self.regime


class Adoption(Authored):
    protocol: str
    version: VersionNumber | None = None
    clauses: tuple[str, ...] = ()


class Clause(Authored):
    """`in_short`: one line for the first page of a copy. It is a reading aid and is not signed."""

    id: str
    title: str | None = None
    covers: tuple[str, ...] = ()
    in_short: str | None = None
    text: Prose | None = None
    adopts: Adoption | None = None


class Dpia(Authored):
    """Data protection impact assessment (UK GDPR Article 35; Data Protection Act 2018 section 64)."""

    status: DpiaStatus
    reference: str | None = None
    completed_on: DayOrMonth | None = None
    reason: str | None = None


class PolicyDocument(Authored):
    """Appropriate policy document (Data Protection Act 2018, Schedule 1 Part 4 and section 42)."""

    reference: str | None = None


class Funding(Authored):
    source: str
    pays_for: str | None = None
    ends_on: DayOrMonth | None = None


class Milestone(Authored):
    stage: MilestoneStage
    on: DayOrMonth


class Monitoring(Authored):
    point: str
    measures: tuple[str, ...] = ()
    by: str | None = None
    every: str | None = None


class ReviewTerms(Authored):
    """`next_due`: a review day or month that the text states. It comes before the arithmetic until a review answers it."""

    interval_months: Whole | None = None
    next_due: DayOrMonth | None = None
    triggers: tuple[str, ...] = ()


class Operative(Authored):
    """The fields that are signed: those of the fingerprint, forms aside."""

    title: str | None = None
    kind: ProtocolKind | None = None
    jurisdictions: Published[tuple[Jurisdiction, ...]] = ()
    effective_to: DayOrMonth | None = None
    required_by: str | None = None
    part_of: str | None = None
    groups: tuple[Group, ...] = ()
    parties: tuple[Party, ...] = ()
    purpose: Purpose | None = None
    people: tuple[str, ...] = ()
    considerations: Considerations | None = None
    flows: tuple[Flow, ...] = ()
    clauses: tuple[Clause, ...] = ()
    review: ReviewTerms | None = None


class StampedText(Operative):
    """The operative text of a version, with its forms, exactly as stamped."""

    forms: dict[str, Form] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProtocolLine:
    """What a list of protocols shows of one. `lead`, `parties`: ids as the record writes them."""

    title: str
    status: ProtocolStatus
    ended_on: When | None
    lead: str | None
    parties: tuple[str, ...]
    areas: tuple[str, ...]

    def status_on(self, as_of: date) -> ProtocolStatus:
        """As `Protocol.status_on`."""
        return status_on(self.status, self.ended_on, as_of)


def status_on(status: ProtocolStatus, ended_on: When | None, as_of: date) -> ProtocolStatus:
    """The status on a day: until `ended_on` has passed, a protocol that has ended since was in force."""
    return "in-force" if status in ENDED and ended_on is not None and not surely_before(ended_on, as_of) else status


class Protocol(Operative):
    """`protocols/<id>/protocol.yaml`. `ended_on`: the last day in force of a protocol that has ended."""

    title: str
    summary: Published[str | None] = None
    kind: Published[ProtocolKind]
    status: Published[ProtocolStatus]
    publication: Publication
    areas: Published[tuple[str, ...]] = ()
    lead: str | None = None
    owner: Annotated[tuple[Owner, ...], BeforeValidator(one_or_list)] = ()
    references: Published[tuple[str, ...]] = ()
    effective_from: DayOrMonth | None = None
    ended_on: DayOrMonth | None = None
    supersedes: Published[tuple[str, ...]] = ()
    formerly: Published[tuple[str, ...]] = ()
    data_items: tuple[DataItem, ...] = ()
    dpia: Dpia | None = None
    appropriate_policy_document: PolicyDocument | None = None
    funding: tuple[Funding, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    monitoring: tuple[Monitoring, ...] = ()

    @property
    def line(self) -> ProtocolLine:
        """What a list of protocols shows."""
        parties = tuple(party.organisation for party in self.parties)
        return ProtocolLine(self.title, self.status, self.ended_on, self.lead, parties, self.areas)

    def status_on(self, as_of: date) -> ProtocolStatus:
        """Returns the status on a day: until `ended_on` has passed, a protocol that has ended since was in force."""
        return status_on(self.status, self.ended_on, as_of)

    def on(self, as_of: date) -> Protocol:
        """Returns the protocol as it was on a day: its status may have been another one."""
        status = self.status_on(as_of)
        return self if status == self.status else self.model_copy(update={"status": status})

    def spelled_out(self, item: str | Item) -> Item | None:
        """A flow's item in full; None for an id that no data item has."""
        if isinstance(item, Item):
            return item
        return next((data_item for data_item in self.data_items if data_item.id == item), None)


#: The order in which `fmt` writes the fields.
KEY_ORDER: tuple[str, ...] = (
    "title",
    "summary",
    "kind",
    "status",
    "publication",
    "jurisdictions",
    "areas",
    "lead",
    "owner",
    "references",
    "effective_from",
    "effective_to",
    "ended_on",
    "required_by",
    "supersedes",
    "part_of",
    "formerly",
    "groups",
    "parties",
    "purpose",
    "people",
    "considerations",
    "data_items",
    "flows",
    "clauses",
    "dpia",
    "appropriate_policy_document",
    "funding",
    "milestones",
    "monitoring",
    "review",
)
OPERATIVE_FIELDS: tuple[str, ...] = (*Operative.model_fields, "forms")
