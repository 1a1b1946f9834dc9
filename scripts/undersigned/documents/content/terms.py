"""The agreed text as blocks, each thing once: what is shared under which law, the clauses, and the annexed forms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from undersigned.documents.words import bullets, heading, kinds_in_words, listed, paragraph, strong, term, text, word
from undersigned.facts.agreement import Agreement
from undersigned.facts.flows import FlowFacts, LegalReference, legal_references
from undersigned.facts.text import AdoptedClauses
from undersigned.records.form import Form, FormField, Section
from undersigned.records.protocol import Flow, Item, Law
from undersigned.records.vocabulary import Entry
from undersigned.words.blocks import (
    Block,
    Blocks,
    Break,
    Bullets,
    Code,
    Inline,
    Inlines,
    Paragraph,
    Quote,
    Styled,
    Table,
    Text,
    plain,
)
from undersigned.words.labels import labels
from undersigned.words.prose import read
from undersigned.words.text import in_a_list, with_capital

# -- what is shared ---------------------------------------------------------------------------------------------


def law_name(entry: Entry | None, id_: str) -> str:
    """An entry's full name with its reference; the id if no vocabulary has the entry."""
    if entry is None:
        return plain(id_)
    title = entry.title_with_reference
    return f"{title}, {word('flows.to_be_confirmed')}" if entry.confirmation else title


def law_rows(law: Law) -> list[tuple[str, list[str]]]:
    """Each kind of law with the full names of what is relied on; leaves out kinds that are not relied on."""
    rows: dict[str, list[str]] = {}
    for found in legal_references(law):
        rows.setdefault(with_capital(term("field", found.field)), []).append(law_name(found.entry, found.id))
    return list(rows.items())


def occasion_of(flow: Flow) -> str:
    """On what occasion, and at which stages of a sentence."""
    stages = ", ".join(term("stage", stage) for stage in flow.stage)
    occasion = term("when", flow.when) if flow.when else ""
    both = occasion and stages
    return with_capital(word("flows.when_stages", occasion=occasion, stages=stages) if both else occasion or stages)


def regime_of(flow: Flow) -> str | None:
    if flow.regime is None:
        return None
    sender = with_capital(term("regime", flow.regime))
    if flow.receiving_regime in (None, flow.regime):
        return sender
    receiver = term("regime", str(flow.receiving_regime))
    return word("flows.regime_receiver", sender=sender, receiver=receiver)


# -- said once --------------------------------------------------------------------------------------------------


def item_key(item: Item) -> tuple[object, ...]:
    """What makes two items of two flows the same piece of information, shared for the same reason."""
    return (item.name, item.sensitivity, item.about, item.why)


class Once:
    """What several flows of a text have in common, each with the number under which the flows name it."""

    def __init__(self, agreement: Agreement) -> None:
        terms = agreement.terms
        self.items = [shared for shared in terms.items if len(shared.flows) > 1]
        self.number_of_item = {item_key(shared.item): number for number, shared in enumerate(self.items, 1)}
        where: dict[str, list[int]] = {}
        for facts in terms.flows:
            for line in dict.fromkeys(facts.flow.not_shared):
                where.setdefault(line, []).append(facts.number)
        self.never = {line: tuple(numbers) for line, numbers in where.items() if len(numbers) > 1}
        self.number_of_never = {line: number for number, line in enumerate(self.never, 1)}


def numbers_in_words(numbers: Iterable[int], sign: str = "") -> str:
    """`1 to 4, 6 and 9`. `sign` comes before each number."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = []
    for run in runs:
        if len(run) > 2:
            said.append(word("flows.range", first=f"{sign}{run[0]}", last=f"{sign}{run[-1]}"))
        else:
            said += [f"{sign}{number}" for number in run]
    return in_a_list(said)


def sentence(words: str) -> str:
    """The words with a full stop, unless they end with a mark already."""
    shown = plain(words)
    return shown if shown.endswith((".", "?", "!", ":", ";")) else f"{shown}."


def _item_line(item: Item, name: Literal["strong", "plain"] = "strong") -> Paragraph:
    """What it is, of what kind, about whom, and why it is shared."""
    kinds = listed((term("sensitivity", kind) for kind in item.sensitivity), ", ")
    if item.about != "subject":
        about = term("about", item.about)
        kinds = word("flows.kind_about", kind=kinds, about=about) if kinds else with_capital(about)
    shown = text(sentence(item.name))
    content: list[Inline] = [Styled("strong", shown)] if name == "strong" else [*shown]
    if kinds:
        content += [Text(" "), Styled("emphasis", text(sentence(kinds)))]
    if item.why:
        content.append(Text(f" {sentence(with_capital(item.why))}"))
    return Paragraph(tuple(content))


def shared_section(agreement: Agreement, once: Once) -> Iterable[Block]:
    """Each item that several flows share, and what several flows leave out, with the numbers of those flows."""
    if not once.items and not once.never:
        return
    yield heading(1, word("shared.heading"))
    yield paragraph(word("shared.intro"))
    if once.items:
        yield Table(
            caption=word("shared.caption"),
            widths=(0.9, 8.4, 2.1),
            head=tuple(word(f"shared.{name}") for name in ("number", "item", "flows")),
            rows=tuple(
                ((strong(str(number)),), (_item_line(shared.item),), (paragraph(numbers_in_words(shared.flows)),))
                for number, shared in enumerate(once.items, 1)
            ),
            row_heads=True,
            captioned=False,
        )
    if once.never:
        yield Table(
            caption=word("shared.never_caption"),
            widths=(0.9, 8.4, 2.1),
            head=tuple(word(f"shared.{name}") for name in ("number", "never", "never_flows")),
            rows=tuple(
                ((strong(f"N{number}"),), (paragraph(sentence(line)),), (paragraph(numbers_in_words(flows)),))
                for number, (line, flows) in enumerate(once.never.items(), 1)
            ),
            row_heads=True,
            captioned=False,
        )


# -- the flows --------------------------------------------------------------------------------------------------


def flow_section(agreement: Agreement, once: Once) -> Iterable[Block]:
    """Each flow with what it alone has; what it has in common with others by number."""
    yield heading(1, word("flows.heading"))
    if not agreement.terms.flows:
        yield paragraph(word("flows.none"))
    for facts in agreement.terms.flows:
        number = str(facts.number)
        rows = tuple(((strong(name),), cell) for name, cell in _flow_rows(facts, agreement, once) if cell)
        yield heading(2, word("flows.title", number=number, title=facts.title), listed=False)
        yield Table(
            caption=word("flows.caption", number=number),
            widths=(1.9, 10.1),
            head=(),
            rows=rows,
            row_heads=True,
            captioned=False,
        )


def _flow_rows(facts: FlowFacts, agreement: Agreement, once: Once) -> Iterable[tuple[str, Blocks]]:
    flow = facts.flow
    yield word("flows.who"), (_from_to(facts),)
    yield word("flows.what"), _what(facts, once)
    never = [once.number_of_never[line] for line in flow.not_shared if line in once.number_of_never]
    own = [line for line in flow.not_shared if line not in once.number_of_never]
    if flow.not_shared:
        lines = [*([word("flows.by_number", numbers=numbers_in_words(never, "N"))] if never else []), *own]
        yield _said("not_shared", " ".join(map(sentence, lines)))
    consent = [with_capital(term("consent", role)) for role in flow.consent]
    consent += [with_capital(term("statutory_consent", id_)) for id_ in flow.statutory_consents]
    occasion = [occasion_of(flow)] if occasion_of(flow) else []
    if consent:
        occasion.append(word("flows.consent", consent=" ".join(map(sentence, consent))))
    if occasion:
        yield _said("when", " ".join(map(sentence, occasion)))
    forms = listed((agreement.forms[id_].title if id_ in agreement.forms else id_ for id_ in flow.forms), ", ")
    method = sentence(flow.method or word("flows.not_written"))
    yield _said("method", f"{method} {word('flows.with_forms', forms=forms)}" if forms else method)
    yield _said("timing", flow.timing or word("flows.not_written"))
    yield _said("retention", flow.retention or word("flows.not_written"))


def _from_to(facts: FlowFacts) -> Paragraph:
    ends = [
        Styled("strong", text(listed((end.name for end in side), ", ") or word("flows.not_written")))
        for side in (facts.senders, facts.receivers)
    ]
    more = f" {word('flows.each_to_others')}" if facts.each_to_others else ""
    return Paragraph(
        (*text_with_space(word("flows.from")), ends[0], Text(f" {word('flows.to')} "), ends[1], Text(f".{more}"))
    )


def text_with_space(words: str) -> tuple[Inline, ...]:
    return (Text(f"{plain(words)} "),)


def _said(name: str, words: str) -> tuple[str, Blocks]:
    return word(f"flows.{name}"), (paragraph(sentence(words)),)


def _what(facts: FlowFacts, once: Once) -> Blocks:
    if not facts.items:
        return (paragraph(word("flows.no_items")),)
    shared = [once.number_of_item[item_key(item)] for item in facts.items if item_key(item) in once.number_of_item]
    own = [(_item_line(item, "plain"),) for item in facts.items if item_key(item) not in once.number_of_item]
    named = word("flows.items" if len(shared) > 1 else "flows.one_item", numbers=numbers_in_words(shared))
    items = own[0] if len(own) == 1 and not shared else (Bullets(tuple(own)),) if own else ()
    return (*((paragraph(named),) if shared else ()), *items)


# -- the law ----------------------------------------------------------------------------------------------------

_ACT = re.compile(r"^([A-Z][\w’' ]*? Act) (\d{4})")


def _code(reference: str) -> str:
    """`UK GDPR Art 6(1)(e); Data Protection Act 2018 s.8` becomes `Art 6(1)(e)`; another Act goes by its capitals and year."""
    first = reference.split(";")[0].split(",")[0].strip()
    first = first.removeprefix("UK GDPR ")
    first = first.replace("Data Protection Act 2018 Sch", "Sch", 1).replace("Data Protection Act 2018 ", "DPA ", 1)
    return _ACT.sub(
        lambda match: "".join(name[0] for name in match[1].split() if name[0].isupper()) + " " + match[2], first
    ).replace("s.", "s ")


class _Codes:
    """A short code for each provision that a text names, different for each, in the order of first mention."""

    def __init__(self, references: Iterable[LegalReference]) -> None:
        self.of: dict[str, str] = {}
        self.kinds: dict[str, dict[str, LegalReference]] = {}
        for found in references:
            # Official authority is named in a field of its own, with the gateways' entries.
            self.kinds.setdefault(found.field, {})[found.id] = found
            if found.id not in self.of:
                code = plain(_code(found.entry.reference) if found.entry else found.id) or plain(found.id)
                taken = set(self.of.values())
                count = 2
                shown = code
                while shown in taken:
                    shown, count = f"{code} [{count}]", count + 1
                self.of[found.id] = shown

    def line(self, law: Law) -> str:
        codes = dict.fromkeys(self.of[found.id] for found in legal_references(law))
        return ", ".join(code.replace(" ", "\u00a0") for code in codes)


def _regime_code(flow: Flow) -> str:
    """The regime under which the sender holds it and, if that is another, the recipient's."""
    if flow.regime is None:
        return ""
    sender = with_capital(term("regime_short", flow.regime))
    if flow.receiving_regime in (None, flow.regime):
        return sender
    return word(
        "law.sender_recipient", sender=sender, recipient=with_capital(term("regime_short", flow.receiving_regime))
    )


def law_section(agreement: Agreement) -> Iterable[Block]:
    """The law of each flow by short codes, and each code in full once. Nothing if no flow names any."""
    laws = agreement.terms.laws
    references = [
        found
        for law in laws
        for part in (law.flow, *(differs for _ends, differs in law.differs))
        for found in legal_references(part)
    ]
    if not references and not any(law.flow.regime for law in laws):
        return
    codes = _Codes(references)
    rows: dict[tuple[str, str, tuple[str, ...]], list[int]] = {}
    for law in laws:
        differs = tuple(
            word(
                "law.differs_line",
                ends=listed((end.name for end in ends), ", "),
                law=codes.line(part) or word("flows.law_differs_none"),
            )
            for ends, part in law.differs
        )
        rows.setdefault((_regime_code(law.flow), codes.line(law.flow), differs), []).extend(law.flows)
    yield heading(1, word("law.heading"))
    yield paragraph(word("law.intro"))
    rows_shown = [
        (
            (strong(numbers_in_words(flows)),),
            *(((paragraph(regime),) if regime else (),) if any(key[0] for key in rows) else ()),
            tuple(map(paragraph, (sentence(line or word("flows.law_differs_none")), *differs))),
        )
        for (regime, line, differs), flows in rows.items()
    ]
    has_regime = any(key[0] for key in rows)
    yield Table(
        caption=word("law.caption"),
        widths=(1.4, 3.6, 7) if has_regime else (1.4, 10.6),
        head=tuple(word(f"law.{name}") for name in ("flows", *(("regime",) if has_regime else ()), "law")),
        rows=tuple(rows_shown),
        row_heads=True,
        captioned=False,
    )
    used = {part for law in laws for part in (law.flow.regime, law.flow.receiving_regime) if part}
    legend = [
        (with_capital(term("regime_short", regime)), word("law.regime"), with_capital(term("regime", regime)))
        for regime in labels("regime")
        if regime in used
    ]
    legend += [
        (codes.of[found.id], with_capital(term("field", kind)), law_name(found.entry, found.id))
        for kind, entries in codes.kinds.items()
        for found in entries.values()
    ]
    yield heading(2, word("law.legend"), listed=False)
    yield Table(
        caption=word("law.legend"),
        widths=(2.6, 9.4),
        head=(),
        rows=tuple(
            ((strong(code),), (Paragraph((Styled("emphasis", text(f"{kind}:")), Text(f" {plain(name)}"))),))
            for code, kind, name in legend
        ),
        row_heads=True,
        captioned=False,
    )


# -- clauses ----------------------------------------------------------------------------------------------------


def clause_section(agreement: Agreement) -> Iterable[Block]:
    """The agreed terms: each clause under its number. Those that it adopts are named; the annex prints them."""
    yield heading(1, word("clauses.heading"))
    if not agreement.clauses:
        yield paragraph(word("clauses.none"))
    for entry in agreement.clauses:
        yield heading(2, word("clauses.title", number=str(entry.number), title=entry.title), listed=False)
        if entry.clause.text:
            yield from read(entry.clause.text, 2)
        if entry.adopted:
            yield from _named(entry.adopted, str(entry.number))
        if not entry.clause.text and not entry.adopted:
            yield paragraph(word("clauses.not_written"))


def _named(adopted: AdoptedClauses, number: str) -> Iterable[Block]:
    """The titles of adopted clauses, with the text that they are from, and where they are printed."""
    yield _origin(adopted)
    titles = (
        word("clauses.adopted_title", number=f"{number}.{place}", title=clause.title)
        for place, clause in enumerate(adopted.clauses, 1)
    )
    yield paragraph(sentence("; ".join(titles)))
    if adopted.missing:
        yield _why_missing(adopted)
    else:
        printed = word("clauses.annexed_fingerprint" if adopted.fingerprint else "clauses.annexed")
        yield Paragraph(
            (*text(printed), *((Break(), *in_lines(plain(adopted.fingerprint))) if adopted.fingerprint else ()))
        )


def _origin(adopted: AdoptedClauses) -> Paragraph:
    if adopted.version:
        return paragraph(word("clauses.adopts", title=adopted.title, version=adopted.version))
    return paragraph(word("clauses.adopts_unversioned", title=adopted.title))


def in_lines(fingerprint: str) -> Inlines:
    """In two lines: no page is wide enough for all the digits."""
    scheme, _, digits = fingerprint.rpartition(":")
    half = len(digits) // 2
    return (Code(f"{scheme}:{digits[:half]}"), Break(), Code(digits[half:]))


def _why_missing(adopted: AdoptedClauses) -> Paragraph:
    name = f"clauses.{(adopted.missing or '').replace('-', '_')}"
    return paragraph(word(f"{name}_ask", ask=adopted.ask) if adopted.ask else word(name))


def adopted_section(agreement: Agreement) -> Iterable[Block]:
    """The clauses that a text adopts, word for word, with the numbers of its own terms."""
    for entry in agreement.clauses:
        if entry.adopted and not entry.adopted.missing:
            yield heading(1, word("clauses.annex_title", number=str(entry.number), title=entry.title))
            yield from _adopted(entry.adopted, str(entry.number), 2)


def _adopted(adopted: AdoptedClauses, number: str, level: int) -> Iterable[Block]:
    """The adopted clauses, each with its text under its own heading; only their titles if the text is missing."""
    yield _origin(adopted)
    if adopted.missing:
        yield bullets(clause.title for clause in adopted.clauses)
        yield _why_missing(adopted)
        return
    for place, clause in enumerate(adopted.clauses, 1):
        here = f"{number}.{place}"
        yield heading(level, word("clauses.adopted_title", number=here, title=clause.title), listed=False)
        if clause.text:
            yield from read(clause.text, level)
        if clause.adopted:
            yield from _adopted(clause.adopted, here, level + 1)
        if not clause.text and not clause.adopted:
            yield paragraph(word("clauses.not_written"))


# -- annexed forms and letters ----------------------------------------------------------------------------------


def form_section(agreement: Agreement) -> Iterable[Block]:
    """The forms and letters that are part of the text, each with the digest by which its own file is known."""
    yield heading(1, word("forms.heading"))
    if not agreement.forms:
        yield paragraph(word("forms.none"))
        return
    yield paragraph(word("forms.intro"))

    def about(id_: str, form: Form) -> Blocks:
        said = [form.purpose] if form.purpose else []
        flows = [facts.number for facts in agreement.terms.flows if id_ in facts.flow.forms]
        if flows:
            said.append(word("forms.flows" if len(flows) > 1 else "forms.flow", numbers=numbers_in_words(flows)))
        if id_ in agreement.form_digests:
            said.append(word("forms.digest_line", digest=short_digest(agreement.form_digests[id_])))
        return (paragraph(" ".join(map(sentence, said))),)

    yield Table(
        caption=word("forms.caption"),
        widths=(3.4, 8.6),
        head=(word("forms.form"), word("forms.purpose")),
        rows=tuple(((strong(form.title),), about(id_, form)) for id_, form in agreement.forms.items()),
        row_heads=True,
        captioned=False,
    )


def short_digest(digest: str) -> str:
    """The first 16 hexadecimal digits, in fours."""
    return " ".join(digest[start : start + 4] for start in range(0, min(len(digest), 16), 4))


def forms_in_full(agreement: Agreement) -> Iterable[Block]:
    """What each form asks and each letter says."""
    for number, (id_, form) in enumerate(agreement.forms.items(), 1):
        yield heading(1, word("forms.title", number=str(number), title=form.title))
        about = [
            *([form.purpose] if form.purpose else []),
            word("forms.from_to_value", from_kinds=kinds_in_words(form.from_), to_kinds=kinds_in_words(form.to)),
        ]
        if id_ in agreement.form_digests:
            about.append(word("forms.digest_line", digest=short_digest(agreement.form_digests[id_])))
        yield paragraph(" ".join(map(sentence, about)))
        for section in form.sections:
            yield from _questions(section)
        if form.body:
            yield Quote(read(form.body, 1))


def _questions(section: Section) -> Iterable[Block]:
    if not section.fields:
        return
    yield Table(
        caption=section.title or word("forms.questions"),
        widths=(6, 4, 1.9),
        head=tuple(word(f"forms.{name}") for name in ("question", "answer", "required")),
        rows=tuple(
            (
                _question(field),
                (paragraph(_answer(field)),),
                (paragraph(word("forms.yes" if field.required else "forms.no")),),
            )
            for field in section.fields
        ),
        row_heads=True,
    )


def _question(field: FormField) -> Blocks:
    return (paragraph(field.label), paragraph(field.hint)) if field.hint else (paragraph(field.label),)


def _answer(field: FormField) -> str:
    if field.type == "choice" and field.options:
        return word("forms.answer_choice", options=listed(field.options))
    return word(f"forms.answer_{'text' if field.type == 'choice' else field.type}")
