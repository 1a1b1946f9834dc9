"""The pages on which cards are made, copied, changed and taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask import Flask, abort, render_template, request
from werkzeug.wrappers import Response

from undersigned.edit.card_steps import STEPS, TITLES, Builder, form_of_card
from undersigned.edit.cards import Card, standard_cards, standard_flow_for
from undersigned.edit.draft_pages import DraftPages, redirect_to
from undersigned.edit.drafts import Draft
from undersigned.edit.flow_law import CardLaw
from undersigned.edit.form_words import in_form_words
from undersigned.edit.questions import Fault, Question, faults_of, read_answers, sections
from undersigned.editing.amend import Append, Put, Remove
from undersigned.editing.yaml_write import render_yaml
from undersigned.facts.flows import legal_references
from undersigned.records.findings import Finding
from undersigned.records.protocol import Flow, Protocol
from undersigned.records.source import PlainData, mappings, strings
from undersigned.words.labels import label


class CardPages(DraftPages):
    """The flow builder, and the standard cards."""

    def add_to(self, app: Flask) -> None:
        """Adds the pages to the application."""
        self.add_rules(
            app,
            ("/protocol/<id_>/card", self.card),
            ("/protocol/<id_>/card/<flow>/remove", self.remove_card),
            ("/protocol/<id_>/standard-cards", self.standard_cards),
            ("/protocol/<id_>/standard-cards/<card>", self.standard_card),
        )

    def card(self, id_: str) -> str | Response:
        """The flow builder: each request holds all answers so far, and asks the next open question."""
        draft = self.draft(id_)
        if not draft.folder.value.parties:
            return redirect_to(f"/protocol/{id_}/part/parties")
        as_of = self.as_of()
        if request.method == "GET":
            form: dict[str, list[str]] = {}
            if request.args.get("copy") or request.args.get("change"):
                name = request.args.get("copy") or request.args.get("change") or ""
                try:
                    form = form_of_card(draft, name)
                except KeyError:
                    abort(404)
                if request.args.get("change"):
                    form["replaces"] = [name]
                if request.args.get("way") == "back":
                    form["senders"], form["receivers"] = form["receivers"], form["senders"]
            return self._step(Builder(draft, form, as_of=as_of), "who")
        form = self.form()
        builder = Builder(draft, form, as_of=as_of)
        step, do = (form.get("step") or [""])[0], request.form.get("do", "")
        if step not in (*STEPS, "card"):
            abort(404)
        if do == "back":
            return self._step(builder, builder.step_before(step).id)
        if do.startswith("to-") and do[3:] in STEPS:
            return self._step(builder, do[3:])
        if step == "card":
            return self._add_card(draft, builder, form)
        faults = builder.faults(builder.step(step))
        if faults:
            return self._step(builder, step, faults)
        if step == "what" and (item := builder.new_item()) is not None:
            faults = self.save(draft, [Append("data_items", item)], "Draft: information", sections()["items"])
            if faults:
                named = {"name": "new_name", "sensitivity": "new_sensitivity", "why": "new_why"}
                return self._step(builder, step, [Fault(named.get(one.field, "new_name"), one.words) for one in faults])
            form["items"] = [*form.get("items", []), str(item["id"])]
            for name in ("new_name", "new_sensitivity", "new_why"):
                form.pop(name, None)
            builder = Builder(self.draft(id_), form, as_of=as_of)
            if do == "another":
                return self._step(builder, "what")
        following = builder.next_step(step)
        return self._card_page(builder) if following is None else self._step(builder, following.id)

    def _step(self, builder: Builder, id_: str, faults: Sequence[Fault] = ()) -> str:
        step = builder.step(id_)
        shown = {question.id for question in step.questions}
        return self.page(
            TITLES[id_],
            step.questions,
            {**{one: [] for one in shown}, **builder.answers(id_)},
            back="" if id_ != "who" else f"/protocol/{builder.draft.protocol}",
            faults=faults,
            notes=step.notes,
            hidden=[*((name, value) for name, value in builder.hidden if name not in shown), ("step", id_)],
            button="Continue",
            second=("another", "Add it and name another") if id_ == "what" else None,
            draft=builder.draft,
        )

    def _card_page(self, builder: Builder, faults: Sequence[Fault] = ()) -> str:
        law = builder.law()
        flows = law.flows()
        judged = law.judged(flows)
        register = builder.draft.register.with_files(
            {
                builder.draft.path: render_yaml(
                    {**builder.draft.data, "flows": [*flows], "status": "draft"}, Protocol
                ).encode("utf-8", "surrogatepass")
            }
        )
        folder = register.protocol(builder.draft.protocol)
        shown = folder.value.flows if folder is not None and folder.readable else ()
        return render_template(
            "card.html",
            draft=builder.draft,
            cards=[_shown(flow, builder.draft) for flow in shown],
            hidden=[*builder.hidden, ("step", "card")],
            faults=faults,
            errors=[in_form_words(finding, register) for _, finding in judged if finding.severity == "error"],
            warnings=[in_form_words(finding, register) for _, finding in judged if finding.severity == "warning"],
            steps=[(id_, TITLES[id_]) for id_ in STEPS if builder.step(id_).questions],
            token=self.token,
        )

    def _add_card(self, draft: Draft, builder: Builder, form: Mapping[str, list[str]]) -> str | Response:
        for step in STEPS:
            asked = builder.step(step)
            if asked.questions and (faults := builder.faults(asked)):
                return self._step(builder, step, faults)
        law = builder.law()
        flows = law.flows()
        refused = refused_law(law, flows)
        if refused:
            return self._card_page(builder, [Fault("", in_form_words(one, draft.register)) for one in refused])
        replaces = (form.get("replaces") or [""])[0]
        ids = [str(flow.get("id")) for flow in mappings(draft.data.get("flows"))]
        changes: list[Put | Append | Remove] = []
        left = list(flows)
        if replaces in ids:
            changes.append(Put(("flows", ids.index(replaces)), {**left.pop(0), "id": replaces}))
        changes += [Append("flows", flow) for flow in left]
        faults = self.save(draft, changes, f"Draft: card '{law.card.title}'")
        if faults:
            return self._card_page(builder, faults)
        here = f"/protocol/{draft.protocol}"
        return redirect_to(f"{here}/card" if request.form.get("do") == "another" else f"{here}#cards")

    def remove_card(self, id_: str, flow: str) -> str | Response:
        """Takes a card out of the draft."""
        draft = self.draft(id_)
        ids = [one.id for one in draft.folder.value.flows]
        if flow not in ids:
            abort(404)
        if request.method == "POST":
            faults = self.save(draft, [Remove(("flows", ids.index(flow)))], f"Draft: card '{flow}' out")
            if not faults:
                return redirect_to(f"/protocol/{id_}")
        return self.page(
            "Take this card out?",
            (),
            {},
            back=f"/protocol/{id_}",
            about=f"{draft.folder.value.flows[ids.index(flow)].title or flow}. You can make it again.",
            button="Take it out",
            draft=draft,
        )

    def standard_cards(self, id_: str) -> str:
        """The standard cards; those for which the draft has parties come first."""
        draft = self.draft(id_)
        return render_template("standard_cards.html", draft=draft, cards=standard_cards(draft))

    def standard_card(self, id_: str, card: str) -> str | Response:
        """Adds a standard card for the parties that are chosen."""
        draft = self.draft(id_)
        found = next((one for one in standard_cards(draft) if one.id == card), None)
        if found is None or not found.fits:
            abort(404)
        questions = [
            Question(end.id, "some", f"Which of the parties are meant by: {end.title}?", "", options, True)
            for end, options in found.ends
        ]
        back = f"/protocol/{id_}/standard-cards"
        if request.method == "GET":
            only = {end.id: [options[0].value] if len(options) == 1 else [] for end, options in found.ends}
            return self.page(found.title, questions, only, back=back, about=found.note, button="Add", draft=draft)
        answers = read_answers(questions, self.form())
        faults = faults_of(questions, answers)
        if not faults:
            flow = standard_flow_for(draft, card, answers)
            probe = Card(found.title, tuple(strings(flow["from"])), tuple(strings(flow["to"])), "other", "routine", ())
            refused = refused_law(CardLaw(draft.register, id_, probe, as_of=self.as_of()), [flow])
            faults = [Fault("", in_form_words(finding, draft.register)) for finding in refused]
            faults = faults or self.save(draft, [Append("flows", flow)], f"Draft: standard card '{card}'")
        if faults:
            return self.page(
                found.title, questions, answers, back=back, faults=faults, about=found.note, button="Add", draft=draft
            )
        return redirect_to(f"/protocol/{id_}#cards")


def refused_law(law: CardLaw, flows: Sequence[Mapping[str, PlainData]]) -> list[Finding]:
    """The errors that the checks find in law that these flows name. Law that is still open is not an error."""
    return [finding for field, finding in law.judged(flows) if finding.severity == "error" and field in _NAMED_LAW]


_NAMED_LAW = frozenset(
    {
        "gateways",
        "lawful_bases",
        "recognised_interests",
        "special_category_conditions",
        "schedule_1_conditions",
        "law_enforcement_conditions",
        "official_authority",
        "regime",
        "receives_under",
        "consent",
        "statutory_consents",
    }
)


def _shown(flow: Flow, draft: Draft) -> dict[str, object]:
    """A card as a practitioner sees it, beside its law."""
    protocol, register = draft.folder.value, draft.register
    groups = {group.id: group.title or group.id for group in protocol.groups}

    def named(ids: Iterable[str]) -> list[str]:
        return [groups.get(id_) or register.organisation_name(id_) for id_ in ids]

    items = [protocol.spelled_out(item) for item in flow.items]
    laws = [((), flow), *((differs.for_, differs) for differs in flow.law_differs)]
    return {
        "title": flow.title or flow.id,
        "senders": named(flow.from_),
        "receivers": named(flow.to),
        "when": label("when", flow.when) if flow.when else "",
        "first": [label("consent_condition", one) for one in flow.consent],
        "items": [item.name for item in items if item is not None],
        "not_shared": flow.not_shared,
        "method": flow.method,
        "timing": flow.timing,
        "retention": flow.retention,
        "regime": label("regime", flow.regime) if flow.regime else "",
        "receives": label("regime", flow.receives_under) if flow.receives_under else "",
        "laws": [
            (
                named(ends),
                [
                    (label("field", ref.field), ref.entry.title_with_reference if ref.entry else ref.id)
                    for ref in legal_references(law)
                ],
            )
            for ends, law in laws
        ],
    }
