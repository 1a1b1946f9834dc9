"""The legal and domain vocabularies: data files beside this module, each read once, when first asked for.

Every entry says where it comes from, when it was checked and what is still to confirm. No rule lives here.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, TypeAdapter

from undersigned.records.law import Provision, provision

FOLDER = Path(__file__).parent

Jurisdiction = Literal["england", "wales", "scotland", "northern-ireland"]


def _word(value: object) -> object:
    """YAML reads a bare yes as true; where a third answer is possible the word is what is wanted."""
    return ("yes" if value else "no") if isinstance(value, bool) else value


YesNo = Annotated[Literal["yes", "no"], BeforeValidator(_word)]
YesNoDepends = Annotated[Literal["yes", "no", "depends"], BeforeValidator(_word)]
PolicyDocument = Annotated[
    Literal["yes", "no", "except-to-competent-authority", "except-to-that-body", "with-extended"],
    BeforeValidator(_word),
]
Article10 = Annotated[Literal["yes", "no", "with-extended"], BeforeValidator(_word)]


def _provisions(value: object) -> object:
    """Reads addresses, such as `[ukpga/2018/12/section/45]`, or `{none: common law}` for what no Act holds."""
    if isinstance(value, Mapping) and list(value) == ["none"]:
        return ()
    if isinstance(value, list):
        return tuple(provision(str(one)) for one in value)
    return value


def _addresses(value: tuple[Provision, ...]) -> list[str]:
    return [str(one) for one in value]


class Entry(BaseModel):
    """What every vocabulary entry says. `confirmed` is False where a lawyer has yet to confirm the entry: it
    is shown as "to be confirmed" everywhere, and a rule resting on it is a warning at most.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)

    id: str
    title: str
    reference: str
    #: The provisions that `reference` names, as legislation.gov.uk numbers them. Empty for guidance and common law.
    legislation: Annotated[tuple[Provision, ...], BeforeValidator(_provisions), PlainSerializer(_addresses)] = ()
    meaning: str
    conditions: str = ""
    source: str
    checked: date
    confirmed: bool
    to_confirm: str = ""

    @property
    def title_with_reference(self) -> str:
        """The title with the provision in brackets; the title alone where both are the same words."""
        if self.reference.casefold() == self.title.casefold():
            return self.title
        return f"{self.title} ({self.reference})"

    @property
    def confirmation(self) -> str:
        """`to be confirmed`, or the empty string."""
        return "" if self.confirmed else "to be confirmed"


class Dated(Entry):
    """An entry with a life. `in_force_from` None: begun, on a day that is not known."""

    in_force_from: date | None = None
    prospective: bool = False
    repealed_on: date | None = None
    replaced_by: str | None = None

    def in_force_on(self, day: date) -> bool:
        """Whether it was law on `day`; never while prospective, and no longer on the day of repeal."""
        if self.prospective:
            return False
        if self.in_force_from is not None and day < self.in_force_from:
            return False
        return self.repealed_on is None or day < self.repealed_on


class LawfulBasis(Dated):
    """UK GDPR Article 6(1). `not_for_public_tasks`: not for a public authority performing its tasks."""

    not_for_public_tasks: bool = False


class RecognisedInterest(Dated):
    """UK GDPR Annex 1, the conditions of Article 6(1)(ea)."""

    disclosure_on_request_only: bool = False


class SpecialCategoryCondition(Entry):
    """UK GDPR Article 9(2), with the Schedule 1 paragraphs that DPA 2018 s.10 asks for beside it."""

    schedule_1: Literal["none", "part-1", "part-2"]
    schedule_1_ids: tuple[str, ...] = ()
    never_between_agencies: bool = False


class Schedule1Condition(Entry):
    """DPA 2018 Schedule 1, Parts 1 to 3. `with-extended` (paragraph 36): as the paragraph named with it."""

    part: Literal[1, 2, 3]
    article_9: tuple[str, ...]
    policy_document: PolicyDocument
    article_10: Article10
    substantial_public_interest: bool
    needs_with: tuple[str, ...] = ()
    limited_to: str = ""
    never_between_agencies: bool = False


class LawEnforcementCondition(Entry):
    """DPA 2018 Part 3 and Schedule 8: what a flow may name under `law_enforcement_conditions`."""

    role: Literal["basis", "sensitive", "onward", "schedule-8"]
    policy_document: bool
    needs_schedule_8: bool
    needs_substantial_public_interest: bool


class Duty(Entry):
    """A rule, duty or definition that no flow names, for guidance and messages."""

    sort: Literal["rule", "duty", "definition"]


class Gateway(Dated):
    """A provision or common law rule about disclosure. Kinds `limit` and `context` empower nobody."""

    kind: Literal["power", "duty", "limit", "context"]
    also: tuple[Literal["power", "duty", "limit", "context"], ...] = ()
    extent: tuple[Jurisdiction, ...]
    commencement: str = ""
    from_: str = Field(default="", alias="from")
    to: str = ""
    from_kinds: tuple[str, ...]
    to_kinds: tuple[str, ...]
    kinds_note: str = ""
    lifts_confidence: bool = False
    weak: bool = False
    by_regulations: bool = False
    states_no_power: bool = False
    #: Beginnings of words that name what a power of one purpose is for. Empty: its purpose is not limited in this way.
    serves: tuple[str, ...] = ()
    effects: str

    @property
    def is_power(self) -> bool:
        """Whether a flow may rest on it: a power or a duty."""
        return self.kind in ("power", "duty")

    def open_to_sender(self, kind: str) -> bool:
        """Whether an organisation of this kind may disclose under it, as far as the kind decides."""
        return "any" in self.from_kinds or kind in self.from_kinds

    def open_to_receiver(self, kind: str) -> bool:
        """Whether an organisation of this kind may receive under it, as far as the kind decides."""
        return "any" in self.to_kinds or kind in self.to_kinds


def _within(places: Mapping[Jurisdiction, YesNoDepends], jurisdiction: str, otherwise: YesNoDepends) -> YesNoDepends:
    return next((answer for place, answer in places.items() if place == jurisdiction), otherwise)


class OrganisationKind(Entry):
    """What organisations of a kind are in law by default. `unconfirmed` names fields still to be confirmed:
    the other facts of the entry apply.
    """

    public_authority: YesNoDepends
    public_authority_in: dict[Jurisdiction, YesNoDepends] = {}
    competent_authority: YesNoDepends
    competent_authority_in: dict[Jurisdiction, YesNoDepends] = {}
    competent_authority_note: str = ""
    section_14: Literal["side-a", "listed", "not-named", "depends"]
    section_115_recipient: YesNoDepends
    mappa_roles: tuple[Literal["responsible", "duty", "associate"], ...]
    duty_to_refer: YesNoDepends
    serious_violence: YesNoDepends
    controls_data: bool
    housing_authority_possible: bool = False
    unconfirmed: tuple[str, ...] = ()
    notes: str

    def public_authority_within(self, jurisdiction: str) -> YesNoDepends:
        """Whether the kind is a public authority (DPA 2018 s.7) in this jurisdiction."""
        return _within(self.public_authority_in, jurisdiction, self.public_authority)

    def competent_authority_within(self, jurisdiction: str) -> YesNoDepends:
        """Whether the kind is a competent authority (DPA 2018 s.30) in this jurisdiction."""
        return _within(self.competent_authority_in, jurisdiction, self.competent_authority)

    def is_confirmed(self, fact: str) -> bool:
        """Whether one field of the entry, named as in the file, needs no more confirming."""
        return fact not in self.unconfirmed


class ContentTopic(Entry):
    """A topic every protocol answers: in one of the places of `answered_by` (in all where `all_needed`), or
    by a clause that covers it. No place: only a clause can answer. `asked_when` limits when it is asked.
    """

    level: Literal["mandatory", "expected"]
    why: str
    answered_by: tuple[str, ...]
    all_needed: bool = False
    asked_when: Literal["always", "policy-document-needed"] = "always"


class NationalFigure(BaseModel):
    """What was published for all of England and Wales for some days, in per cent."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_: date = Field(alias="from")
    to: date
    per_cent: float


class Series(BaseModel):
    """One run of a measure counted in one way. `comparable`: with the series before it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: str
    from_: date | None = Field(default=None, alias="from")
    to: date | None = None
    note: str = ""
    comparable: bool = True
    national: tuple[NationalFigure, ...] = ()


class OutcomeMeasure(Entry):
    """What a return may report. `of` says whether small counts point at people."""

    kind: Literal["count", "rate", "list", "days"]
    of: Literal["people", "events", "services"]
    points: tuple[Literal["referral", "release", "disposal", "end"], ...] = ()
    follow_up_months: int | None = None
    follow_up_weeks: int | None = None
    series: tuple[Series, ...] = ()
    definition: str
    status: str

    def comparable_between(self, earlier: str, later: str) -> bool:
        """Whether figures of two series may be set side by side; KeyError for a series it does not have."""
        ids = [series.id for series in self.series]
        if earlier not in ids or later not in ids:
            raise KeyError(earlier if earlier not in ids else later)
        first, last = sorted((ids.index(earlier), ids.index(later)))
        return all(series.comparable for series in self.series[first + 1 : last + 1])


class PeopleSentence(Entry):
    """What every page for people says, because the law gives it to everybody. `say`: its sentences."""

    say: tuple[str, ...]


class LinkEnd(BaseModel):
    """Which bodies are at one end of an expected link. None: nothing more is asked of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: tuple[str, ...]
    duty_to_refer: bool | None = None
    housing_authority: bool | None = None


class ExpectedLink(Entry):
    """A flow that an area would usually have. `gateways_any`: a flow counts if it names one of them; if empty, any does."""

    from_: LinkEnd = Field(alias="from")
    to: LinkEnd
    gateways_any: tuple[str, ...]
    jurisdictions: tuple[Jurisdiction, ...]
    strength: Literal["duty", "usual"]
    per: Literal["pair", "area"]


class ProvisionKind(Entry):
    """A kind of service that people can be sent to. `eleven`: the interventions of 2009 that such a service gives."""

    group: Literal["alcohol", "housing", "work-and-support"]
    eleven: tuple[str, ...] = ()


class AlcoholTier(Entry):
    """One of the four tiers of the Models of Care for Alcohol Misusers (2006)."""

    sort: Literal["tier"]
    tier: Literal[1, 2, 3, 4]
    justice_mapping: str


class AlcoholIntervention(Entry):
    """One of the eleven interventions of 2009: historic names, not current provision."""

    sort: Literal["intervention"]
    list_id: str = Field(alias="list")
    order: int
    commonness: Literal["most", "least"]
    historic: bool


class LawChange(Dated):
    """A provision of the Data (Use and Access) Act 2025 and what it changed."""


AlcoholEntry = Annotated[AlcoholTier | AlcoholIntervention, Field(discriminator="sort")]
E = TypeVar("E", bound=Entry)


@cache
def _raw(name: str) -> list[dict[str, object]]:
    """The entries of one file as plain data. Ours, so read without positions."""
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    entries: list[dict[str, object]] = yaml.load(text, Loader=yaml.CSafeLoader)["entries"]
    return entries


def _load(name: str, model: type[E]) -> Mapping[str, E]:
    """Entries by id, in file order. ValueError where an id comes twice or an entry is wrong."""
    entries = TypeAdapter(list[model]).validate_python(_raw(name))  # type: ignore[valid-type]
    return _by_id(name, entries)


def _by_id(name: str, entries: list[E]) -> Mapping[str, E]:
    found = {entry.id: entry for entry in entries}
    if len(found) != len(entries):
        raise ValueError(f"{name}.yaml repeats an id")
    return MappingProxyType(found)


@cache
def item_titles() -> Mapping[str, tuple[str, ...]]:
    """Every Act or instrument that the vocabularies cite, by its address, with its titles: the first is the one to show."""
    text = (FOLDER / "items.yaml").read_text(encoding="utf-8")
    items: dict[str, list[str]] = yaml.load(text, Loader=yaml.CSafeLoader)["items"]
    return MappingProxyType({item: tuple(titles) for item, titles in items.items()})


#: The vocabularies whose entries rest on an Act or instrument.
_OF_LAW = (
    "lawful_bases",
    "recognised_interests",
    "special_category_conditions",
    "schedule_1_conditions",
    "law_enforcement_conditions",
    "duties",
    "gateways",
    "law_changes",
    "content_topics",
    "organisation_kinds",
    "expected_links",
    "provision_kinds",
)


class Vocabulary:
    """All vocabularies, each a read-only mapping from id to entry in file order, loaded when first used."""

    @cached_property
    def lawful_bases(self) -> Mapping[str, LawfulBasis]:
        return _load("lawful-bases", LawfulBasis)

    @cached_property
    def recognised_interests(self) -> Mapping[str, RecognisedInterest]:
        return _load("recognised-interests", RecognisedInterest)

    @cached_property
    def special_category_conditions(self) -> Mapping[str, SpecialCategoryCondition]:
        return _load("special-category-conditions", SpecialCategoryCondition)

    @cached_property
    def schedule_1_conditions(self) -> Mapping[str, Schedule1Condition]:
        return _load("schedule-1-conditions", Schedule1Condition)

    @cached_property
    def law_enforcement_conditions(self) -> Mapping[str, LawEnforcementCondition]:
        return _load("law-enforcement-conditions", LawEnforcementCondition)

    @cached_property
    def duties(self) -> Mapping[str, Duty]:
        return _load("duties", Duty)

    @cached_property
    def gateways(self) -> Mapping[str, Gateway]:
        return _load("gateways", Gateway)

    @cached_property
    def organisation_kinds(self) -> Mapping[str, OrganisationKind]:
        return _load("organisation-kinds", OrganisationKind)

    @cached_property
    def law_changes(self) -> Mapping[str, LawChange]:
        return _load("law-changes", LawChange)

    @cached_property
    def content_topics(self) -> Mapping[str, ContentTopic]:
        return _load("content-topics", ContentTopic)

    @cached_property
    def outcome_measures(self) -> Mapping[str, OutcomeMeasure]:
        return _load("outcome-measures", OutcomeMeasure)

    @cached_property
    def people_sentences(self) -> Mapping[str, PeopleSentence]:
        return _load("people-sentences", PeopleSentence)

    @cached_property
    def expected_links(self) -> Mapping[str, ExpectedLink]:
        return _load("expected-links", ExpectedLink)

    @cached_property
    def provision_kinds(self) -> Mapping[str, ProvisionKind]:
        return _load("provision-kinds", ProvisionKind)

    @cached_property
    def cited(self) -> Mapping[str, Mapping[Provision, list[Entry]]]:
        """Every provision that an entry of law cites, by item, with these entries. Items and provisions in order."""
        found: dict[str, dict[Provision, list[Entry]]] = {}
        for name in _OF_LAW:
            entries: Mapping[str, Entry] = getattr(self, name)
            for entry in entries.values():
                for one in entry.legislation:
                    found.setdefault(one.item, {}).setdefault(one, []).append(entry)
        return {item: dict(sorted(of_item.items())) for item, of_item in sorted(found.items())}

    @cached_property
    def _alcohol(self) -> list[AlcoholTier | AlcoholIntervention]:
        return TypeAdapter(list[AlcoholEntry]).validate_python(_raw("alcohol"))

    @cached_property
    def alcohol_tiers(self) -> Mapping[str, AlcoholTier]:
        return _by_id("alcohol", [entry for entry in self._alcohol if isinstance(entry, AlcoholTier)])

    @cached_property
    def alcohol_interventions(self) -> Mapping[str, AlcoholIntervention]:
        return _by_id("alcohol", [entry for entry in self._alcohol if isinstance(entry, AlcoholIntervention)])


@cache
def vocabulary() -> Vocabulary:
    """The one vocabulary of the process."""
    return Vocabulary()


@cache
def ids(name: str) -> tuple[str, ...]:
    """The ids of one data file (`gateways`, `lawful-bases`, ...) in file order, without building its models.
    FileNotFoundError if the file does not exist.
    """
    return tuple(str(entry["id"]) for entry in _raw(name))


# Tuples of ids for the record models, each read when first asked for (see `__getattr__`).
LAWFUL_BASIS_IDS: tuple[str, ...]
RECOGNISED_INTEREST_IDS: tuple[str, ...]
SPECIAL_CATEGORY_CONDITION_IDS: tuple[str, ...]
SCHEDULE_1_CONDITION_IDS: tuple[str, ...]
LAW_ENFORCEMENT_CONDITION_IDS: tuple[str, ...]
GATEWAY_IDS: tuple[str, ...]
ORGANISATION_KIND_IDS: tuple[str, ...]
CONTENT_TOPIC_IDS: tuple[str, ...]
OUTCOME_MEASURE_IDS: tuple[str, ...]
PROVISION_KIND_IDS: tuple[str, ...]

_FILES_OF_IDS = {
    "LAWFUL_BASIS_IDS": "lawful-bases",
    "RECOGNISED_INTEREST_IDS": "recognised-interests",
    "SPECIAL_CATEGORY_CONDITION_IDS": "special-category-conditions",
    "SCHEDULE_1_CONDITION_IDS": "schedule-1-conditions",
    "LAW_ENFORCEMENT_CONDITION_IDS": "law-enforcement-conditions",
    "GATEWAY_IDS": "gateways",
    "ORGANISATION_KIND_IDS": "organisation-kinds",
    "CONTENT_TOPIC_IDS": "content-topics",
    "OUTCOME_MEASURE_IDS": "outcome-measures",
    "PROVISION_KIND_IDS": "provision-kinds",
}


def __getattr__(name: str) -> tuple[str, ...]:
    """The `..._IDS` tuples, lazily: importing this module reads no file."""
    if name in _FILES_OF_IDS:
        return ids(_FILES_OF_IDS[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
