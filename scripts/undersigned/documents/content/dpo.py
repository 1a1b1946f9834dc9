"""Working papers for a data protection officer, filled in as far as the records of a protocol know the answer.

The parts of an impact assessment are those of UK GDPR Article 35(7) and Data Protection Act 2018 section 64(3): the
processing, its need, the risks, the measures. Those of a policy document are in Schedule 1, paragraph 39, and section 42. What
only people can judge is left open: a question without an answer keeps its place to fill in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from undersigned.documents.content.first_page import footer_of, notice_of, properties_of
from undersigned.documents.content.forms import form_document, with_gaps
from undersigned.documents.content.in_full import flows_in_full
from undersigned.documents.content.terms import law_name
from undersigned.documents.model import Block, Blocks, Document, Fact, Table, plain
from undersigned.documents.words import bullets, heading, listed, one_or_bullets, paragraph, strong, term, text, word
from undersigned.facts.agreement import Agreement
from undersigned.facts.flows import FlowFacts, legal_references
from undersigned.records.form import Form
from undersigned.records.protocol import Law
from undersigned.words.prose import read
from undersigned.words.text import in_a_list

FORM = "dpia-draft"
NOTICE = "privacy-notice"
#: The standard forms that are filled in from a protocol, besides the impact assessment and the privacy notice.
FORMS = (
    "legitimate-interests-assessment",
    "appropriate-policy-document",
    "information-disclosure-record",
    "record-of-refusal",
    "subject-access-request",
)
#: What the text says about a question, and what it leaves to choose from; each by the name of the form's field.
_Known = tuple[Mapping[str, Blocks], Mapping[str, Blocks]]
#: The risks that every assessment looks at, in this order.
_RISKS = ("too-much", "wrong-place", "wrong-fact", "victim", "refusal", "reuse", "silence")


def dpia_document(agreement: Agreement) -> Document:
    """The draft for one text. It is nobody's assessment until a controller has completed it."""
    return Document(
        record=f"{agreement.id}/{FORM}",
        title=word("dpia.title", title=agreement.title),
        kicker=word("dpia.kicker"),
        notice=listed([part for part in (word("dpia.notice"), notice_of(agreement)) if part], ". "),
        watermark=word("dpia.watermark"),
        author=plain(agreement.lead or ""),
        subject=word("dpia.subject", protocol=agreement.id),
        facts=tuple(_facts(agreement)),
        lead=(),
        contents=False,
        body=tuple(_body(agreement)),
        footer=footer_of(agreement, FORM),
        properties=properties_of(agreement, FORM),
    )


def _facts(agreement: Agreement) -> Iterable[Fact]:
    yield Fact(word("dpia.text"), text(word("dpia.text_value", version=agreement.version or word("dpia.working"))))
    yield Fact(word("dpia.between"), text(listed((party.name for party in agreement.parties), ", ")))


def _body(agreement: Agreement) -> Iterable[Block]:
    flows = agreement.terms.flows
    yield heading(1, word("dpia.parties"))
    yield _table(
        word("dpia.parties"),
        ("party", "role", "part"),
        [(one.name, term("role", one.role) if one.role else "", one.capacity or "") for one in agreement.parties],
    )
    yield heading(1, word("dpia.people"))
    people = list(agreement.text.people)
    yield from (one_or_bullets(people) if people else (_open(),))
    yield paragraph(word("dpia.how_many"))
    yield heading(1, word("dpia.need"))
    purpose = agreement.text.purpose
    yield from _said("necessity", purpose.necessity if purpose else None)
    yield from _said("if_not_shared", purpose.if_not_shared if purpose else None)
    yield from flows_in_full(agreement)
    considerations = agreement.text.considerations
    yield heading(1, word("dpia.fair"))
    for name in ("proportionality", "consent", "transparency"):
        yield from _said(name, getattr(considerations, name) if considerations else None)
    yield heading(1, word("dpia.look"))
    points = [point for facts in flows for point in _points(facts)]
    yield bullets(points) if points else paragraph(word("dpia.nothing"))
    yield heading(1, word("dpia.risks"))
    yield paragraph(word("dpia.risks_intro"))
    for number, risk in enumerate(_RISKS, 1):
        yield heading(2, word("dpia.risk", number=str(number), risk=word(f"dpia.{risk}")))
        yield _table(
            word(f"dpia.{risk}"),
            (),
            [(word(f"dpia.{name}"), word("dpia.open")) for name in ("likely", "harm", "measure", "left")],
        )
    yield heading(1, word("dpia.views"))
    yield _table(
        word("dpia.views"),
        (),
        [(word(f"dpia.{name}"), word("dpia.open")) for name in ("asked", "advice", "decision", "again")],
    )


def _points(facts: FlowFacts) -> Iterable[str]:
    """What in a flow an assessor looks at, as its record shows it."""
    flow, number = facts.flow, str(facts.number)
    for kind in ("special-category", "criminal-offence"):
        names = [item.name for item in facts.items if kind in item.sensitivity]
        if names:
            yield word(f"dpia.point-{kind}", number=number, items=listed(names))
    others = [item.name for item in facts.items if item.about not in ("subject", None)]
    if others:
        yield word("dpia.point-others", number=number, items=listed(others))
    if flow.regime != "none" and not flow.retention:
        yield word("dpia.point-retention", number=number)
    if flow.method and "telephone" in flow.method.lower():
        yield word("dpia.point-telephone", number=number)
    if flow.when == "emergency":
        yield word("dpia.point-emergency", number=number)
    laws = (law for one in (flow, *flow.law_differs) for law in legal_references(one))
    unsure = dict.fromkeys(law_name(law.entry, law.id) for law in laws if law.entry is None or law.entry.confirmation)
    if unsure:
        yield word("dpia.point-law", number=number, laws=listed(unsure))


def _said(name: str, words: str | None) -> Iterable[Block]:
    yield heading(2, word(f"dpia.{name}"))
    yield from (read(words, 2) if words else (_open(),))


def _open() -> Block:
    return paragraph(word("dpia.open"))


# -- the privacy notice -----------------------------------------------------------------------------------------


def privacy_notice(agreement: Agreement) -> Document:
    """The wording of a notice to the person: what each flow shares, with whom, under which law and for how long."""
    return Document(
        record=f"{agreement.id}/{NOTICE}-draft",
        title=word("dpo.notice_title", title=agreement.title),
        kicker=word("dpia.kicker"),
        notice=word("dpo.notice"),
        watermark=word("dpia.watermark"),
        author=plain(agreement.lead or ""),
        subject=word("dpo.subject", paper=NOTICE, protocol=agreement.id),
        facts=tuple(_facts(agreement)),
        lead=(),
        contents=False,
        body=with_gaps(tuple(_notice(agreement))),
        footer=footer_of(agreement, f"{NOTICE}-draft"),
        properties=properties_of(agreement, f"{NOTICE}-draft"),
    )


def _notice(agreement: Agreement) -> Iterable[Block]:
    yield paragraph(word("dpo.notice_intro"))
    purpose = agreement.text.purpose
    yield heading(1, word("dpo.notice_why"))
    yield bullets(purpose.aims) if purpose and purpose.aims else paragraph(word("dpo.gap_purpose"))
    yield heading(1, word("dpo.notice_what"))
    about_people = [facts for facts in agreement.terms.flows if facts.flow.regime != "none"]
    if not about_people:
        yield paragraph(word("dpo.notice_nothing"))
    for facts in about_people:
        yield heading(2, facts.title)
        yield paragraph(
            word(
                "dpo.notice_ends",
                senders=in_a_list([end.name for end in facts.senders]) or word("dpia.open"),
                receivers=in_a_list([end.name for end in facts.receivers]) or word("dpia.open"),
            )
        )
        yield bullets(item.name for item in facts.items)
        if facts.flow.not_shared:
            yield paragraph(word("dpo.notice_never", items=listed(facts.flow.not_shared)))
        for words in (condition.words for condition in facts.conditions if condition.kind != "mappa"):
            yield paragraph(f"{words}.")
        yield paragraph(word("dpo.notice_law", law=listed(_law_words(facts)) or word("dpia.open")))
        yield paragraph(word("dpo.notice_kept", retention=facts.flow.retention or word("dpia.open")))
    for name in ("rights", "complaints"):
        yield heading(1, word(f"dpo.notice_{name}"))
        yield paragraph(word(f"dpo.notice_{name}_text"))
    yield paragraph(word("dpo.notice_formats"))


def _law_words(facts: FlowFacts) -> list[str]:
    """The lawful bases and the powers of a flow, each once. Conditions are for the policy document."""
    shown = [
        law_name(found.entry, found.id)
        for law in (facts.flow, *facts.flow.law_differs)
        for found in legal_references(law)
        if found.field in ("lawful_bases", "gateways", "law_enforcement_conditions")
    ]
    return list(dict.fromkeys(shown))


# -- the forms --------------------------------------------------------------------------------------------------


def filled_form(form_id: str, form: Form, agreement: Agreement) -> Document:
    """A standard form: each question has what the text says about it above its place, or the choices that the text leaves."""
    drawn, offered = _KNOWN[form_id](agreement)
    known = {name: (paragraph(word("dpo.drawn")), *blocks) for name, blocks in drawn.items() if blocks}
    known |= {name: (paragraph(word("dpo.offered")), *blocks) for name, blocks in offered.items() if blocks}
    return form_document(f"{form_id}-draft", form, agreement, known)


def _text_name(agreement: Agreement) -> Blocks:
    version = word("dpia.text_value", version=agreement.version or word("dpia.working"))
    return (paragraph(f"{agreement.title}. {version}."),)


def _lines(lines: Iterable[str]) -> Blocks:
    found = list(dict.fromkeys(line for line in lines if line))
    return tuple(one_or_bullets(found)) if found else ()


def _prose(words: str | None) -> Blocks:
    return read(words, 2) if words else ()


def _clause(agreement: Agreement, topic: str) -> Blocks:
    """The clause that covers a topic, by its number and title, with its words."""
    for entry in agreement.clauses:
        if topic in (entry.clause.id, *entry.clause.covers):
            name = word("dpo.clause", number=str(entry.number), title=entry.title)
            return (paragraph(name), *_prose(entry.clause.text))
    return ()


def _relied_on(agreement: Agreement, ids: set[str]) -> Iterable[tuple[FlowFacts, str, Law]]:
    """Each flow with the ends that rest on one of the laws with these ids. Ends without a law of their own have the flow's."""
    for facts in agreement.terms.flows:
        differs = agreement.terms.laws[facts.law - 1].differs
        for ends, law in differs:
            if ids & {found.id for found in legal_references(law)}:
                yield facts, in_a_list([end.name for end in ends]), law
        apart = {(end.id, end.group) for ends, _ in differs for end in ends}
        rest = [end for end in (*facts.senders, *facts.receivers) if (end.id, end.group) not in apart]
        if rest and ids & {found.id for found in legal_references(facts.flow)}:
            yield facts, in_a_list([end.name for end in rest]), facts.flow


def _interests(agreement: Agreement) -> _Known:
    own = list(_relied_on(agreement, {"a6f-legitimate-interests"}))
    recognised = list(_relied_on(agreement, {"a6ea-recognised-li"}))
    purpose, considerations = agreement.text.purpose, agreement.text.considerations
    none = (paragraph(word("dpo.no_interests")),)
    drawn = {
        "protocol": _text_name(agreement),
        "flow": _lines(_flow_name(facts) for facts, _, _ in own) or none,
        "body": _lines(ends for _, ends, _ in own),
        "recognised": _lines(
            word(
                "dpo.recognised",
                number=str(facts.number),
                ends=ends,
                interests=listed(_names(law, "recognised_interests")),
            )
            for facts, ends, law in recognised
        ),
        "need": _prose(purpose.necessity if purpose else None),
        "less": _prose(considerations.proportionality if considerations else None),
        "special": _lines(
            name
            for _, _, law in own
            for field in ("special_category_conditions", "schedule_1_conditions")
            for name in _names(law, field)
        ),
    }
    return drawn, {}


def _policy(agreement: Agreement) -> _Known:
    kinds = {"special-category", "criminal-offence"}
    flows = [facts for facts in agreement.terms.flows if any(kinds & set(item.sensitivity) for item in facts.items)]
    purpose, considerations = agreement.text.purpose, agreement.text.considerations
    fields = (
        "special_category_conditions",
        "schedule_1_conditions",
        "law_enforcement_conditions",
        "official_authority",
    )
    drawn = {
        "protocol": (*_text_name(agreement), *_lines(_flow_name(facts) for facts in flows)),
        "kinds": _lines(
            word(
                "dpo.kind", item=item.name, kinds=listed((term("sensitivity", kind) for kind in item.sensitivity), ", ")
            )
            for facts in flows
            for item in facts.items
            if kinds & set(item.sensitivity)
        ),
        "conditions": _lines(
            word("dpo.conditions", number=str(facts.number), conditions=listed(names))
            for facts in flows
            if (
                names := [
                    name for law in (facts.flow, *facts.flow.law_differs) for f in fields for name in _names(law, f)
                ]
            )
        ),
        "fair": _prose(considerations.transparency if considerations else None),
        "purpose": (*_lines(purpose.aims if purpose else ()), *_clause(agreement, "onward-disclosure")),
        "minimum": _prose(considerations.proportionality if considerations else None),
        "accurate": _clause(agreement, "accuracy"),
        "storage": _clause(agreement, "retention"),
        "secure": _clause(agreement, "security"),
        "retention": _lines(
            word("dpo.retention", number=str(facts.number), retention=facts.flow.retention)
            for facts in flows
            if facts.flow.retention
        ),
    }
    return drawn, {}


def _disclosure(agreement: Agreement) -> _Known:
    gateways = (name for law in _laws(agreement) for name in _names(law, "gateways"))
    aims = agreement.text.purpose.aims if agreement.text.purpose else ()
    return {}, {"power": _lines(gateways), "purpose": _lines(aims)}


def _refusal(agreement: Agreement) -> _Known:
    return {}, {"offered": _lines(_flow_name(facts) for facts in agreement.terms.flows)}


def _request(agreement: Agreement) -> _Known:
    present = _lines(party.name for party in agreement.parties if party.left_on is None)
    return {}, {"others_asked": present, "passed_on": present}


_KNOWN: Mapping[str, Callable[[Agreement], _Known]] = {
    "legitimate-interests-assessment": _interests,
    "appropriate-policy-document": _policy,
    "information-disclosure-record": _disclosure,
    "record-of-refusal": _refusal,
    "subject-access-request": _request,
}


def _flow_name(facts: FlowFacts) -> str:
    return word("dpo.flow", number=str(facts.number), title=facts.title)


def _laws(agreement: Agreement) -> Iterable[Law]:
    for facts in agreement.terms.flows:
        yield from (facts.flow, *facts.flow.law_differs)


def _names(law: Law, field: str) -> list[str]:
    return [law_name(found.entry, found.id) for found in legal_references(law) if found.field == field]


def _table(caption: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    cells: list[tuple[Blocks, ...]] = [
        ((strong(row[0]),), *((paragraph(cell),) if cell else () for cell in row[1:])) for row in rows
    ]
    return Table(
        caption=caption,
        widths=(3.2, 2.2, 6) if head else (3.2, 8.2),
        head=tuple(word(f"dpia.{name}") for name in head),
        rows=tuple(cells),
        row_heads=True,
        captioned=False,
    )
