"""The steps of the flow builder: one matter a page, and only what is open. The answers travel in the form itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from undersigned.checks.law.capacity import FlowEnd
from undersigned.edit.cards import Card, purposes
from undersigned.edit.drafts import Draft
from undersigned.edit.flow_law import CardLaw, Power
from undersigned.edit.questions import Fault, Option, Question, faults_of, free_id, read_answers
from undersigned.records.protocol import Item, Protocol
from undersigned.records.source import PlainData, mapping_of, strings, text_of
from undersigned.records.vocabulary import LawEnforcementCondition, Schedule1Condition, vocabulary
from undersigned.words.labels import headings, label
from undersigned.words.text import in_a_list

STEPS = ("who", "what", "holds", "law", "how")
TITLES = {
    "who": "Who tells whom, and what for?",
    "what": "What may go?",
    "holds": "What do they hold it for?",
    "law": "Which law lets them tell it?",
    "how": "How, by when and for how long?",
}
_OPEN = "leave-open"
_SHOWN_POWERS = 3
#: What she says, and what the record says for it.
_ASKING: Mapping[str, tuple[str, ...]] = {
    "none": ("none",),
    "courtesy": ("courtesy",),
    "stops": ("courtesy", "confidence"),
    "statutory": ("statutory",),
}


@dataclass(frozen=True)
class Step:
    """One page of the builder: what it asks, and what it says beside the questions."""

    id: str
    questions: tuple[Question, ...]
    notes: tuple[str, ...] = ()


class Builder:
    """The builder for one card of a draft, with the answers so far."""

    def __init__(self, draft: Draft, form: Mapping[str, list[str]], *, as_of: date) -> None:
        self.draft, self._form, self._as_of = draft, form, as_of
        self.protocol: Protocol = draft.folder.value
        self.copied = (form.get("copied") or [""])[0]

    # -- the answers -------------------------------------------------------------------------------------------------

    def answers(self, step: str) -> dict[str, list[str]]:
        """The answers to the questions of a step."""
        return read_answers(self.step(step).questions, self._form)

    def _one(self, name: str) -> str:
        return " ".join((self._form.get(name) or [""])[0].split())

    def _some(self, name: str) -> list[str]:
        return [value for value in self._form.get(name, []) if value]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Every answer so far, to be carried in the page."""
        skipped = {"token", "do", "step", "new_name", "new_sensitivity", "new_why"}
        return [(name, value) for name, values in self._form.items() if name not in skipped for value in values]

    def card(self) -> Card:
        """The answers as a card. Unknown names are left out: the step that asks for them says so."""
        names = {option.value for option in self._ends()}
        items = self._item_choices()
        ends = [name for name in (*self._some("senders"), *self._some("receivers")) if name in names]
        kinds = self._kinds(ends)
        open_ = {name: value for name, values in self._form.items() for value in values[:1]}
        chosen = self._one("asking")
        purpose = self._one("purpose")
        return Card(
            title=self._one("title"),
            senders=tuple(name for name in self._some("senders") if name in names),
            receivers=tuple(name for name in self._some("receivers") if name in names),
            purpose=purpose if purpose in purposes() else "other",
            when=self._one("when") if self._one("when") in headings("when") else "routine",
            items=tuple(items[id_] for id_ in self._some("items") if id_ in items),
            not_shared=tuple(
                line.strip() for text in self._form.get("not_shared", []) for line in text.splitlines() if line.strip()
            ),
            stage=tuple(stage for stage in self._some("stage") if stage in headings("stage")),
            uses={
                id_: str(open_[f"use-{kind}"])
                for id_, kind in kinds.items()
                if open_.get(f"use-{kind}") in ("law-enforcement", "uk-gdpr")
            },
            tasks={id_: open_[f"task-{kind}"] == "yes" for id_, kind in kinds.items() if open_.get(f"task-{kind}")},
            powers=tuple(id_ for id_ in self._some("powers") if id_ in vocabulary().gateways),
            ground=self._known("ground", vocabulary().schedule_1_conditions),
            strict=self._known("strict", vocabulary().law_enforcement_conditions),
            consent=_ASKING.get(chosen, ()),
            method=self._one("method"),
            timing=self._one("timing"),
            retention=self._one("retention"),
        )

    def _known(self, name: str, entries: Mapping[str, object]) -> str | None:
        return self._one(name) if self._one(name) in entries else None

    def _kinds(self, names: Iterable[str]) -> dict[str, str]:
        """Each body behind these names, with its kind."""
        register = self.draft.register
        members: dict[str, list[str]] = {}
        for party in self.protocol.parties:
            if party.group:
                members.setdefault(party.group, []).append(register.present_organisation(party.organisation))
        found: dict[str, str] = {}
        for name in names:
            for id_ in members.get(name, [register.present_organisation(name)]):
                record = register.organisation(id_)
                if record is not None and record.value is not None:
                    found[id_] = record.value.kind
        return found

    def law(self) -> CardLaw:
        """What the law says of the card so far."""
        return CardLaw(self.draft.register, self.draft.protocol, self.card(), as_of=self._as_of)

    # -- the steps -----------------------------------------------------------------------------------------------------

    def step(self, id_: str) -> Step:
        """A step with its questions; none where nothing is open."""
        made = {"who": self._who, "what": self._what, "holds": self._holds, "law": self._law, "how": self._how}[id_]
        return made()

    def next_step(self, after: str | None) -> Step | None:
        """The next step that asks something; None after the last."""
        start = 0 if after is None else STEPS.index(after) + 1
        return next((step for id_ in STEPS[start:] if (step := self.step(id_)).questions), None)

    def step_before(self, id_: str) -> Step:
        """The step before that asks something; the first one has none before it."""
        place = STEPS.index(id_) if id_ in STEPS else len(STEPS)
        return next((step for name in reversed(STEPS[:place]) if (step := self.step(name)).questions), self.step("who"))

    def faults(self, step: Step) -> list[Fault]:
        """What is wrong with the answers to a step."""
        answers = read_answers(step.questions, self._form)
        found = faults_of(step.questions, answers)
        if step.id == "who" and not found:
            senders, receivers = self._kinds(answers["senders"]), self._kinds(answers["receivers"])
            if len(senders) < 2 and senders.keys() == receivers.keys():
                found.append(Fault("receivers", "Nobody tells only itself. Choose somebody else."))
        if step.id == "what":
            new = answers["new_name"] or answers["new_sensitivity"] or answers["new_why"]
            if new and not answers["new_name"]:
                found.append(Fault("new_name", "Say what the information is."))
            if new and not answers["new_sensitivity"]:
                found.append(Fault("new_sensitivity", "Say how sensitive it is: tick one at least."))
            if not new and not answers["items"]:
                found = [*found, Fault("items", "Choose what may go, or name it below.")]
        if step.id == "law" and not found and _OPEN not in answers["powers"]:
            gaps = self.law().unreached()
            if gaps:
                pairs = list(dict.fromkeys(f"{a.name} tell {b.name}" for a, b in gaps))
                words = f"Nothing that you chose lets {in_a_list(pairs[:3])}. Choose a power for that too, or leave it open."
                found.append(Fault("powers", words))
        return found

    def new_item(self) -> dict[str, PlainData] | None:
        """The piece of information that the page of items was asked to add; None without one."""
        answers = self.answers("what")
        if not answers["new_name"]:
            return None
        taken = {item.id for item in self.protocol.data_items}
        kinds = answers["new_sensitivity"]
        item: dict[str, PlainData] = {
            "id": free_id(answers["new_name"][0], taken),
            "name": answers["new_name"][0],
            "sensitivity": kinds[0] if len(kinds) == 1 else [*kinds],
            "why": (answers["new_why"] or [""])[0],
        }
        return {name: value for name, value in item.items() if value}

    # -- who, why, what ------------------------------------------------------------------------------------------------

    def _ends(self) -> list[Option]:
        register = self.draft.register
        names: dict[str, list[str]] = {}
        for party in self.protocol.parties:
            if party.group:
                names.setdefault(party.group, []).append(register.organisation_name(party.organisation))
        groups = [
            Option(group.id, group.title or group.id, f"All of these: {in_a_list(names[group.id], most=6)}")
            for group in self.protocol.groups
            if names.get(group.id)
        ]
        parties = [
            Option(party.organisation, register.organisation_name(party.organisation), party.capacity or "")
            for party in self.protocol.parties
            if party.left_on is None
        ]
        return [*groups, *parties]

    def _who(self) -> Step:
        ends = tuple(self._ends())
        return Step(
            "who",
            (
                Question("senders", "some", "Who tells?", "Tick all that tell the same things.", ends, True),
                Question("receivers", "some", "Who is told?", "Tick all that are told the same things.", ends, True),
                *self._purpose(),
            ),
        )

    def _purpose(self) -> list[Question]:
        asked = [
            Question(
                "title", "text", "What would a colleague call this card?", "Such as: Referral, or Minutes.", (), True
            ),
            Question(
                "when",
                "one",
                "When does it happen?",
                "",
                tuple(Option(v, w) for v, w in headings("when").items()),
                True,
            ),
            Question(
                "purpose",
                "one",
                "What is it for, above all?",
                "The powers that are offered next depend on it.",
                tuple(Option(one.id, one.words) for one in purposes().values()),
                True,
            ),
        ]
        if {"probation", "prison"} & set(self._kinds(party.organisation for party in self.protocol.parties).values()):
            stages = tuple(Option(value, words) for value, words in headings("stage").items())
            asked.append(
                Question(
                    "stage",
                    "some",
                    "At which stage with prison or probation is the person?",
                    "Leave it empty for all.",
                    stages,
                )
            )
        return asked

    def _item_choices(self) -> dict[str, PlainData]:
        """What can be ticked, by the value of the box: the id of an item, or an item that a copied card spells out."""
        found: dict[str, PlainData] = {item.id: item.id for item in self.protocol.data_items}
        for flow in self.protocol.flows:
            if flow.id == self.copied:
                for index, item in enumerate(flow.items):
                    if isinstance(item, Item):
                        found[f"of-card-{index}"] = item.model_dump(exclude_defaults=True, mode="json")
        return found

    def _what(self) -> Step:
        known = {item.id: item for item in self.protocol.data_items}
        options = []
        for value, item in self._item_choices().items():
            if value in known:
                name, kinds = known[value].name, list[str](known[value].sensitivity)
            else:
                spelled_out = mapping_of(item)
                name, kinds = text_of(spelled_out["name"]), strings(spelled_out.get("sensitivity"))
            options.append(Option(value, name, in_a_list([label("sensitivity", kind) for kind in kinds])))
        asked = [Question("items", "some", "Which information may go?", "", tuple(options))] if options else []
        sensitivities = tuple(Option(value, words) for value, words in headings("sensitivity").items())
        return Step(
            "what",
            (
                *(
                    asked
                    or [Question("items", "some", "Which information may go?", "Nothing is named yet. Name it below.")]
                ),
                Question("new_name", "text", "Something that is not named above", "Exactly as much as is needed."),
                Question(
                    "new_sensitivity",
                    "some",
                    "Could it show any of these?",
                    "Special category: health, race, religion, sex life and the like. Criminal offence: also an allegation, "
                    "a sentence or a licence. Depersonalised: nobody can be known from it.",
                    sensitivities,
                ),
                Question("new_why", "text", "Why is it needed?", "In one sentence."),
                Question("not_shared", "lines", "What must never go?", "One a line, such as: The whole case file."),
            ),
        )

    # -- what is open in law -------------------------------------------------------------------------------------------

    def _holds(self) -> Step:
        law = self.law()
        asked = []
        for kind, ends in _by_kind(law.open_uses()):
            told = [end for end in ends if end in law.receivers]
            sends = [end for end in ends if end in law.senders]
            verb = (
                "hold it, and use what they are told, for"
                if told and sends
                else "use it for"
                if told
                else "hold it for"
            )
            asked.append(
                Question(
                    f"use-{kind}",
                    "one",
                    f"What does {_named(ends)} {verb}?".replace("they are", "it is"),
                    "It can work under either of two sets of rules. Which one depends on the work.",
                    (
                        Option(
                            "law-enforcement",
                            "Crime, sentences and public safety",
                            "To prevent, investigate or prosecute crime, to carry out a sentence, or to guard against threats "
                            "to the public (Part 3 of the Data Protection Act 2018).",
                        ),
                        Option(
                            "uk-gdpr",
                            "Something else",
                            "Such as a person's welfare or home, or its own staff (the UK GDPR).",
                        ),
                    ),
                    True,
                )
            )
        for kind, ends in _by_kind(law.open_tasks()):
            asked.append(
                Question(
                    f"task-{kind}",
                    "one",
                    f"Does {_named(ends)} do this as a task that the law gives it?",
                    "Some bodies of this kind are public authorities for some of their work.",
                    (
                        Option("yes", "Yes", "It then relies on its public task."),
                        Option("no", "No", "It then relies on a legitimate interest."),
                    ),
                    True,
                )
            )
        return Step("holds", tuple(asked))

    def _law(self) -> Step:
        law = self.law()
        if not law.identifies:
            return Step("law", ())
        offered = law.powers()
        options = [_power_option(power, index) for index, power in enumerate(offered)]
        options.append(Option(_OPEN, "Leave it open", "The data protection officer is asked, and the draft says so."))
        note = (
            "These powers reach from a sender to a receiver. Those that reach all, and are made for this, come first. Nothing "
            "is ticked for you."
        )
        if not law.needs_power:
            note += " None is required here: no public authority tells anything. Naming one is still good practice."
        powers = Question("powers", "some", "Which power do they use?", "", tuple(options), law.needs_power)
        return Step("law", (powers, *self._conditions(law)), (note,))

    def _asking(self, law: CardLaw) -> Step:
        if not law.identifies:
            return Step("how", ())
        notes: tuple[str, ...] = ()
        if "ha96-s213b" in law.card.powers:
            options = [
                Option(
                    "statutory",
                    "Yes: the person must agree, and chooses the council",
                    "Section 213B of the Housing Act 1996 asks for both.",
                )
            ]
            notes = (
                "A referral under section 213B goes only with the person's agreement. The other answers are left out.",
            )
        else:
            options = [
                Option("none", "No: neither asked nor relied on", "The person may still be told."),
                Option("courtesy", "Asked as a courtesy", "It goes ahead even if the person says no."),
                Option(
                    "stops", "Asked, and a no stops what is confidential", "The duty of confidence is lifted by a yes."
                ),
            ]
            notes = (
                "Consent as the lawful basis is left out: an agency that would share anyway, or that has power over the "
                "person, cannot rely on it.",
            )
        return Step("how", (Question("asking", "one", "Is the person asked first?", "", tuple(options), True),), notes)

    def _conditions(self, law: CardLaw) -> list[Question]:
        asked = []
        if law.needs_ground:
            options = _options_of(vocabulary().schedule_1_conditions, law.grounds())
            sensitive = [*(["special categories"] * law.special), *(["offences"] * law.offence)]
            asked.append(
                Question(
                    "ground",
                    "one",
                    f"The card carries information about {in_a_list(sensitive)}. On which condition does it rest?",
                    "The usual one for this purpose comes first. Choose one whose conditions are all true.",
                    options,
                    True,
                )
            )
        if law.needs_strict:
            options = _options_of(vocabulary().law_enforcement_conditions, purposes()[law.card.purpose].strict)
            asked.append(
                Question(
                    "strict",
                    "one",
                    "Where it is held for law enforcement, it must be strictly necessary. Which condition is met?",
                    "Schedule 8 of the Data Protection Act 2018 asks for one beside strict necessity.",
                    options,
                    True,
                )
            )
        return asked

    def _how(self) -> Step:
        asking = self._asking(self.law())
        return Step(
            "how",
            (
                *asking.questions,
                Question(
                    "method", "text", "How is it sent?", "Such as: Secure e-mail to the shared mailbox.", (), True
                ),
                Question("timing", "text", "By when?", "Such as: Within 5 working days.", (), True),
                Question("retention", "text", "How long do those who are told keep it?", "Such as: 2 years.", (), True),
            ),
            asking.notes,
        )


def _options_of(
    entries: Mapping[str, Schedule1Condition] | Mapping[str, LawEnforcementCondition], ids: Iterable[str]
) -> tuple[Option, ...]:
    """Entries of a vocabulary as choices: each with what it means and what must be true."""
    return tuple(
        Option(id_, entry.title, f"{entry.meaning} {entry.conditions} ({entry.reference})")
        for id_, entry in ((id_, entries[id_]) for id_ in ids)
    )


def _by_kind(ends: Sequence[FlowEnd]) -> Iterator[tuple[str, list[FlowEnd]]]:
    for kind in dict.fromkeys(end.capacity.kind for end in ends):
        yield kind, [end for end in ends if end.capacity.kind == kind]


def _named(ends: Sequence[FlowEnd]) -> str:
    return in_a_list([end.name for end in ends], most=4)


def _power_option(power: Power, index: int) -> Option:
    said = [power.gateway.meaning]
    if power.gaps:
        said.append(f"It does not reach: {_pairs(power.gaps)}.")
    elif not power.unsure:
        said.append("It reaches from each sender to each receiver.")
    if power.unsure:
        said.append(f"It is open whether it reaches: {_pairs(power.unsure)}. The record of a body can settle that.")
    if power.made_for:
        said.append("Used for this purpose.")
    if power.weakness:
        said.append(f"Weakness: {power.weakness}")
    return Option(power.gateway.id, power.gateway.title_with_reference, " ".join(said), index >= _SHOWN_POWERS)


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    return in_a_list([f"{one} to {other}" for one, other in pairs], most=4)


# -- a card that exists ------------------------------------------------------------------------------


def form_of_card(draft: Draft, id_: str) -> dict[str, list[str]]:
    """The answers that a card of the draft stands for, to copy or change it. The law is asked again. KeyError without it."""
    flow = next((one for one in draft.folder.value.flows if one.id == id_), None)
    if flow is None:
        raise KeyError(id_)
    asking = next((name for name, stored in _ASKING.items() if set(stored) == set(flow.consent)), "")
    form: dict[str, list[str]] = {
        "copied": [id_],
        "senders": list(flow.from_),
        "receivers": list(flow.to),
        "title": [flow.title or ""],
        "when": [flow.when or ""],
        "stage": list(flow.stage),
        "items": [item if isinstance(item, str) else f"of-card-{index}" for index, item in enumerate(flow.items)],
        "not_shared": ["\n".join(flow.not_shared)],
        "asking": [asking],
        "method": [flow.method or ""],
        "timing": [flow.timing or ""],
        "retention": [flow.retention or ""],
    }
    return {name: [value for value in values if value] for name, values in form.items()}
