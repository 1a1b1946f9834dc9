"""A protocol's agreement as a document: which facts go where. Words come from `words.toml`, facts from `Agreement`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from undersigned.documents.content.first_page import (
    code_of,
    facts_of,
    footer_of,
    names_of,
    notice_of,
    properties_of,
    standing_of,
    watermark_of,
)
from undersigned.documents.content.in_full import flows_in_full
from undersigned.documents.content.letter import BLOCK, block_place, copy_line
from undersigned.documents.content.terms import (
    Once,
    adopted_section,
    clause_section,
    flow_section,
    form_section,
    forms_in_full,
    in_lines,
    law_section,
    sentence,
    shared_section,
)
from undersigned.documents.model import Document
from undersigned.documents.stamping import PARTY
from undersigned.documents.words import (
    bullets,
    heading,
    listed,
    mail,
    one_or_bullets,
    paragraph,
    strong,
    term,
    text,
    word,
)
from undersigned.facts.agreement import Agreement, AgreementParty
from undersigned.facts.flows import FlowEnd, FlowFacts, group_name
from undersigned.facts.parties import PointOfContact
from undersigned.words.blocks import Block, Blocks, Field, Inlines, Paragraph, Styled, Table, Text, Together, plain
from undersigned.words.dates import date_in_words
from undersigned.words.prose import read
from undersigned.words.text import in_a_list, with_capital

Section = Iterable[Block]


# -- the sections -----------------------------------------------------------------------------------------------


def _not_kept(agreement: Agreement) -> Section:
    """In the place of a text that was agreed and is not in this register."""
    yield heading(1, word("missing.heading"))
    version = agreement.version or ""
    yield paragraph(word("missing.text", version=version))
    if agreement.lead:
        yield paragraph(word("missing.ask", ask=agreement.lead))


def _purpose(agreement: Agreement) -> Section:
    yield heading(1, word("purpose.heading"))
    purpose = agreement.text.purpose
    if purpose is None and not agreement.text.people:
        yield paragraph(word("purpose.none"))
        return
    for name, lines in (("aims", purpose.aims if purpose else ()), ("benefits", purpose.benefits if purpose else ())):
        if lines:
            yield heading(2, with_capital(term("field", name)), listed=False)
            yield bullets(lines)
    for name, written in (
        ("necessity", purpose.necessity if purpose else None),
        ("if_not_shared", purpose.if_not_shared if purpose else None),
    ):
        if written:
            yield heading(2, with_capital(term("field", name)), listed=False)
            yield from read(written, 2)
    if agreement.text.people:
        yield heading(2, with_capital(term("field", "people")), listed=False)
        yield bullets(agreement.text.people)


def _considerations(agreement: Agreement) -> Section:
    yield heading(1, word("considerations.heading"))
    answers = agreement.text.considerations
    for name, written in (
        ("proportionality", answers.proportionality if answers else None),
        ("consent", answers.consent if answers else None),
        ("transparency", answers.transparency if answers else None),
        ("vital_interests", answers.vital_interests if answers else None),
    ):
        yield heading(2, with_capital(term("field", name)), listed=False)
        yield from read(written, 2) if written else (paragraph(word("considerations.none")),)


def review_section(agreement: Agreement) -> Section:
    terms = agreement.text.review
    if terms is None:
        return
    yield heading(2, word("review.heading"), listed=False)
    if terms.interval_months:
        yield paragraph(word("review.interval", months=str(terms.interval_months)))
    if terms.triggers:
        yield paragraph(word("review.triggers"))
        yield bullets(terms.triggers)


def _history(agreement: Agreement) -> Section:
    yield heading(1, word("history.heading"))
    if not agreement.history:
        yield paragraph(word("history.none"))
        return
    yield Table(
        caption=word("history.caption"),
        widths=(1.3, 4.7, 6),
        head=tuple(word(f"history.{name}") for name in ("version", "when", "summary")),
        rows=tuple(
            tuple(
                (paragraph(cell),)
                for cell in (
                    entry.number,
                    word(
                        "history.when_line",
                        agreed=date_in_words(entry.agreed_on),
                        effective=date_in_words(entry.takes_effect),
                    ),
                    word(
                        "history.summary_line", change=with_capital(term("change", entry.change)), summary=entry.summary
                    ),
                )
            )
            for entry in agreement.history
        ),
        row_heads=True,
        captioned=False,
    )


# -- the parties ----------------------------------------------------------------------------------------------


#: Shares of the width, of those columns that are shown; the first is worked out from the names.
_PARTY_WIDTHS = {"organisation": 3.6, "role": 2.4, "capacity": 4.6, "signs": 2.0}


def party_section(agreement: Agreement) -> Iterable[Block]:
    """The parties, by their groups where the text has groups: a part or role that several have is said once."""
    yield heading(1, word("parties.heading"))
    if not agreement.parties:
        yield paragraph(word("parties.none"))
        return
    alike = _alike(agreement)
    if said := _in_common(agreement, alike):
        yield paragraph(" ".join(said))
    if agreement.text.groups:
        yield _by_group(agreement, alike)
    else:
        yield party_table(agreement)


def _alike(agreement: Agreement) -> dict[str, str]:
    """The columns that say the same of each party, with the sentence that says it once."""
    alike = dict(_said_of_all(agreement.parties))
    if _carried(agreement) and "signs" in alike:
        alike["signs"] = ""  # not every party signs a version to which signatures carry
    return alike


def _in_common(agreement: Agreement, alike: Mapping[str, str]) -> list[str]:
    carried = _carried(agreement)
    return [*filter(None, alike.values()), *([carried] if carried else [])]


def _by_group(agreement: Agreement, alike: Mapping[str, str]) -> Table:
    """A row for each group, and one for the parties in none."""
    rows: list[tuple[Blocks, ...]] = []
    for group in (*agreement.text.groups, None):
        lines: dict[tuple[str, ...], list[str]] = {}
        for party in agreement.parties:
            if group.id in party.groups if group else not party.groups:
                cells = dict(_party_words(party))
                said = tuple(
                    words for name, words in cells.items() if words and name != "organisation" and name not in alike
                )
                lines.setdefault(said, []).append(party.name)
        if lines or group:
            title = group_name(group) if group else word("parties.no_group")
            cell = tuple(
                Paragraph((Styled("strong", text(in_a_list(names))), *text_after(said)))
                for said, names in lines.items()
            )
            rows.append(((strong(title),), cell))
    return Table(
        caption=word("parties.groups_caption"),
        widths=(3.6, 8.4),
        head=(word("parties.group"), word("parties.members")),
        rows=tuple(rows),
        row_heads=True,
        captioned=False,
    )


def text_after(said: tuple[str, ...]) -> Inlines:
    """What is said of the parties before it; nothing if nothing is."""
    return (Text(f": {' '.join(map(sentence, said))}"),) if said else ()


def party_table(agreement: Agreement) -> Table:
    """A row for each party. A column that would say the same of all is left out."""
    alike = _alike(agreement)
    found = [dict(_party_words(party)) for party in agreement.parties]
    shown = [name for name in _PARTY_WIDTHS if name not in alike and any(cells[name] for cells in found)]
    return Table(
        caption=word("parties.caption"),
        widths=(
            _name_share(_PARTY_WIDTHS["organisation"], (party.name for party in agreement.parties)),
            *(_PARTY_WIDTHS[name] for name in shown[1:]),
        ),
        head=tuple(word(f"parties.{name}") for name in shown),
        rows=tuple(tuple((paragraph(cells[name]),) if cells[name] else () for name in shown) for cells in found),
        row_heads=True,
        captioned=False,
    )


def groups_table(agreement: Agreement) -> Table:
    """The members of each group, those that have left aside."""
    return Table(
        caption=word("parties.groups_caption"),
        widths=(4, 6),
        head=(word("parties.group"), word("parties.members")),
        rows=tuple(
            (
                (paragraph(group_name(group)),),
                one_or_bullets([p.name for p in agreement.parties if group.id in p.groups and p.left_on is None]),
            )
            for group in agreement.text.groups
        ),
        row_heads=True,
        captioned=False,
    )


def _carried(agreement: Agreement) -> str:
    """Who need not sign a version that changes no terms; "" for any other text."""
    versions = list(reversed(agreement.history))
    numbers = [version.number for version in versions]
    if agreement.version not in numbers[1:]:
        return ""
    until = versions[: numbers.index(agreement.version) + 1]
    if until[-1].change == "material":
        return ""
    material = next((version for version in reversed(until) if version.change == "material"), until[0])
    return word("parties.carried", material=material.number)


def _said_of_all(parties: tuple[AgreementParty, ...]) -> Iterable[tuple[str, str]]:
    """What one sentence says in the place of a column that says the same of each party."""
    roles = {(party.role, party.mappa_role) for party in parties}
    role, mappa_role = next(iter(roles))
    if len(roles) == 1 and role and not mappa_role:
        yield "role", word("parties.all_role", role=term("role", role))
    if all(party.left_on is None and not party.bound_otherwise for party in parties):
        yield "signs", word("parties.all_sign")


def _party_words(party: AgreementParty) -> Iterable[tuple[str, str]]:
    """Every column, also those that say nothing or the same of all: whoever sets the table leaves them out."""
    yield "organisation", party.name
    role = [term("role", party.role)] if party.role else []
    if party.mappa_role:
        role.append(word("parties.mappa", role=term("mappa_role", party.mappa_role)))
    yield "role", listed(role) if role else ""
    yield "capacity", party.capacity or ""
    yield "signs", standing_of(party) or word("parties.signs_no" if party.bound_otherwise else "parties.signs_yes")


def contact_section(agreement: Agreement) -> Iterable[Block]:
    """Whom to ask at each party; nothing if the register names nobody at any of them."""
    named = [contact for contact in agreement.contacts if contact.is_named or contact.others]
    if not named:
        return
    yield heading(1, word("officers.heading"))
    yield paragraph(word("officers.intro"))
    yield Table(
        caption=word("officers.caption"),
        widths=(_name_share(4, (contact.name for contact in named)), 8),
        head=(word("officers.organisation"), word("officers.post")),
        rows=tuple(((paragraph(contact.name),), tuple(_contact_lines(contact))) for contact in named),
        row_heads=True,
        captioned=False,
    )
    unnamed = [contact.name for contact in agreement.contacts if contact not in named]
    if unnamed:
        yield paragraph(word("officers.none_for", organisations=listed(unnamed)))


def _contact_lines(contact: PointOfContact) -> Iterable[Paragraph]:
    """The point of contact, and each officer who answers for single flows or out of hours."""
    if contact.is_named:
        post = contact.post or word("officers.not_named")
        if not contact.nominated:
            post = word("officers.general", post=post)
        yield _contact_line(post, contact.deputy_post, contact.mailbox, contact.phone)
    for other in contact.others:
        post = other.post or word("officers.not_named")
        if other.hours:
            post = word("officers.other", post=post, hours=other.hours.replace("-", " "))
        yield _contact_line(post, None, other.mailbox, other.phone)


def _contact_line(post: str, deputy: str | None, mailbox: str | None, phone: str | None) -> Paragraph:
    parts: list[Inlines] = [text(post)]
    if deputy:
        parts.append(text(word("officers.deputy", deputy=deputy)))
    parts += [mail(mailbox)] if mailbox else []
    parts += [text(phone)] if phone else []
    return Paragraph(
        tuple(node for place, part in enumerate(parts) for node in ((Text("; "), *part) if place else part))
    )


def _name_share(usual: float, names: Iterable[str]) -> float:
    """The share of the width for names of organisations: more where one is very long."""
    return usual * (1.5 if max(map(len, names), default=0) > 60 else 1)


# -- signatures -------------------------------------------------------------------------------------------------


def _signatures(agreement: Agreement) -> Section:
    if not agreement.signable or agreement.version is None:
        return
    yield heading(1, word("signatures.heading"))
    signing = [party for party in agreement.parties if party.signs]
    if not signing:
        yield paragraph(word("signatures.none"))
        return
    yield paragraph(word("signatures.intro", version=agreement.version, fingerprint=agreement.short_fingerprint))
    for party in signing:
        yield Together(_short_block(party, agreement.version))


def _own_rows(agreement: Agreement) -> Iterable[tuple[Blocks, ...]]:
    """The rows of the block of a copy, as large as a hand needs them. Its name and those of its fields are put in later."""
    body, any_body = PARTY.removesuffix("__"), word("signatures.any")
    lines = 2 if max(len(party.name) for party in agreement.parties) > _ONE_LINE else 1
    name = Field("stamped", "copy__name", word("signatures.organisation"), value=any_body, lines=lines)
    yield (strong(word("signatures.organisation")),), (Paragraph((name,)),)
    for kind in BLOCK:
        place = block_place(body, any_body, kind)
        more: Inlines = ()
        if kind == "authority":
            more = (Text(" "), *text(word("signatures.own_declaration", version=agreement.version or "")))
        yield (strong(word(f"signatures.{kind}")),), (Paragraph((place, *more)),)


#: Longer names than this need two lines beside their heading.
_ONE_LINE: Final = 50


def _short_block(party: AgreementParty, version: str) -> Blocks:
    """The same for a file that several bodies sign: two places side by side."""
    pairs = (("name", "post"), ("basis", "date"), ("reservation", "signature"))
    return (
        heading(2, party.name, listed=False),
        Paragraph(
            (
                block_place(party.organisation, party.name, "authority"),
                Text(" "),
                *text(word("signatures.declaration", organisation=party.name, version=version)),
            )
        ),
        Table(
            caption=word("signatures.caption", organisation=party.name),
            widths=(2, 3.9, 1.7, 4.4),
            head=(),
            rows=tuple(
                tuple(
                    cell
                    for kind in pair
                    for cell in (
                        (strong(word(f"signatures.{kind}_short")),),
                        (Paragraph((block_place(party.organisation, party.name, kind),)),),
                    )
                )
                for pair in pairs
            ),
            row_heads=True,
            captioned=False,
        ),
    )


# -- the page for one body --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class View:
    """What a copy tells its body of its own part: the numbers of the flows that it sends and receives."""

    sends: tuple[int, ...]
    receives: tuple[int, ...]


def view_of(agreement: Agreement, organisation: str) -> View:
    """The part of one party, by present id. ValueError if it does not sign this text."""
    party = next((one for one in agreement.parties if one.organisation == organisation and one.signs), None)
    if party is None or not agreement.signable:
        raise ValueError(f"{organisation} does not sign {agreement.id}")

    def takes_part(ends: Iterable[FlowEnd]) -> bool:
        return any(end.id == organisation or end.group in party.groups for end in ends)

    flows = agreement.terms.flows
    return View(
        tuple(facts.number for facts in flows if takes_part(facts.senders)),
        tuple(facts.number for facts in flows if takes_part(facts.receivers)),
    )


def _for_body(agreement: Agreement, view: View) -> Section:
    """What the text asks of one body: what it sends, what it receives, and the terms that it accepts."""
    yield heading(1, word("for_body.heading"), listed=False)
    yield paragraph(word("for_body.intro"))
    for name, numbers in (("sends", view.sends), ("receives", view.receives)):
        yield heading(2, word(f"for_body.{name}"), listed=False)
        found = [facts for facts in agreement.terms.flows if facts.number in numbers]
        if found:
            yield _short_flows(name, found)
        else:
            yield paragraph(word(f"for_body.{name}_nothing"))
    yield heading(2, word("for_body.commits"), listed=False)
    yield from _commits(agreement)


def _short_flows(name: str, flows: Iterable[FlowFacts]) -> Table:
    rows = []
    for facts in flows:
        ends = facts.receivers if name == "sends" else facts.senders
        other = word(f"for_body.{name}_line", ends=in_a_list([end.name for end in ends]))
        timing = sentence(facts.flow.timing) if facts.flow.timing and name == "sends" else ""
        rows.append(
            (
                (strong(str(facts.number)),),
                (Paragraph((Styled("strong", text(facts.title)), Text(f" {sentence(other)} {timing}".rstrip()))),),
            )
        )
    return Table(
        caption=word(f"for_body.{name}"), widths=(0.7, 11.3), head=(), rows=tuple(rows), row_heads=True, captioned=False
    )


def _commits(agreement: Agreement) -> Section:
    """One line for each term that has one, and the other terms by their titles."""
    own = [entry for entry in agreement.clauses if entry.clause.in_short]
    rest = [entry for entry in agreement.clauses if not entry.clause.in_short]
    if own:
        yield bullets(
            word("for_body.term", number=str(entry.number), line=sentence(entry.clause.in_short or "")) for entry in own
        )
    titles = [word("for_body.titled", number=str(entry.number), title=entry.title) for entry in rest]
    if titles:
        yield paragraph(word("for_body.terms", titles="; ".join(titles)))
    for entry in agreement.clauses:
        if entry.adopted:
            yield paragraph(
                word(
                    "for_body.adopted",
                    count=str(len(entry.adopted.clauses)),
                    title=entry.adopted.title,
                    number=str(entry.number),
                )
            )


def _own_block(agreement: Agreement) -> Section:
    """Where one body signs: its block on one page, what the signature covers, and who else signs."""
    yield Together(
        (
            heading(1, word("signatures.own_heading"), listed=False),
            paragraph(word("signatures.own_intro", version=agreement.version or "")),
            Table(
                caption=word("signatures.own_heading"),
                widths=(3.6, 8.4),
                head=(),
                rows=tuple(_own_rows(agreement)),
                row_heads=True,
                captioned=False,
            ),
        )
    )
    yield heading(2, word("signatures.covers"), listed=False)
    yield paragraph(word("signatures.covers_text"))
    yield Paragraph(in_lines(plain(agreement.fingerprint or "")))
    if has_annex(agreement):
        yield paragraph(word("signatures.covers_annex", file=f"{agreement.file_stem}{ANNEX}"))
    if carried := _carried(agreement):
        yield paragraph(carried)
    others = [entry.name for entry in agreement.parties if entry.signs and entry.is_between]
    if others:
        yield heading(2, word("signatures.others"), listed=False)
        yield paragraph(f"{'; '.join(others)}.")
    yield heading(1, word("cover.heading"), listed=False)


# -- the whole --------------------------------------------------------------------------------------------------

#: How the name of the annex's file ends.
ANNEX: Final = "-annex"


def agreement_document(agreement: Agreement, view: View | None = None) -> Document:
    """The whole agreement, ready to be set. `view`: for copies of bodies with that part in it: then one block comes first,
    and the others are only named."""
    return Document(
        record=agreement.id,
        title=plain(agreement.title),
        kicker=with_capital(term("kind", agreement.text.kind)) if agreement.text.kind else "",
        notice=notice_of(agreement),
        watermark=watermark_of(agreement),
        author=plain(agreement.lead or ""),
        subject=_subject(agreement),
        facts=tuple(facts_of(agreement)),
        lead=(
            *((heading(1, word("summary.heading"), listed=False),) if view is None else ()),
            *(read(agreement.record.summary) if agreement.record.summary else (paragraph(word("summary.none")),)),
            *(() if view is None else (*_for_body(agreement, view), *_own_block(agreement))),
            *(_in_short(agreement) if view is None else ()),
        ),
        contents=True,
        body=(
            *party_section(agreement),
            *(_terms(agreement) if agreement.text_available else _not_kept(agreement)),
            *contact_section(agreement),
            *_history(agreement),
            *(_signatures(agreement) if view is None else ()),
        ),
        footer=footer_of(agreement),
        properties=properties_of(agreement),
        copy=copy_line() if agreement.signable else (),
        names=names_of(agreement),
        code=code_of(agreement),
    )


def annex_document(agreement: Agreement) -> Document:
    """What the agreement names and does not repeat: adopted terms, forms and letters, word for word."""
    said = {word("cover.version"), word("cover.fingerprint")}
    return Document(
        record=f"{agreement.id}/annex",
        title=word("annex.title", title=agreement.title),
        kicker=word("annex.kicker"),
        notice=notice_of(agreement),
        watermark=watermark_of(agreement),
        author=plain(agreement.lead or ""),
        subject=_subject(agreement),
        facts=tuple(fact for fact in facts_of(agreement) if fact.name in said),
        lead=(paragraph(word("annex.intro")),),
        contents=True,
        body=annex_blocks(agreement),
        footer=footer_of(agreement, "annex"),
        properties=properties_of(agreement, "annex"),
    )


def has_annex(agreement: Agreement) -> bool:
    """Whether the agreement has forms, or adopts clauses whose text is kept here."""
    adopts = any(entry.adopted and not entry.adopted.missing for entry in agreement.clauses)
    return agreement.text_available and (adopts or bool(agreement.forms))


def annex_blocks(agreement: Agreement) -> Blocks:
    """Empty if the agreement adopts nothing that is kept here, and has no forms."""
    return (*adopted_section(agreement), *forms_in_full(agreement))


def _subject(agreement: Agreement) -> str:
    if agreement.version:
        return word("metadata.subject", protocol=agreement.id, version=agreement.version)
    return word("metadata.subject_draft", protocol=agreement.id, status=term("status", agreement.status))


def _in_short(agreement: Agreement) -> Section:
    """One line for each clause that has one, to find one's way. What is signed is the clause."""
    lines = [(entry.title, entry.clause.in_short) for entry in agreement.clauses if entry.clause.in_short]
    if not agreement.text_available or not lines:
        return
    yield heading(1, word("in_short.heading"), listed=False)
    yield paragraph(word("in_short.intro"))
    yield bullets(word("in_short.line", title=title, line=line) for title, line in lines)


def _terms(agreement: Agreement) -> Section:
    """What is agreed, from the purpose to the forms."""
    once = Once(agreement)
    yield from _purpose(agreement)
    yield from _considerations(agreement)
    yield from shared_section(agreement, once)
    yield from flow_section(agreement, once)
    yield from law_section(agreement)
    yield from clause_section(agreement)
    yield from review_section(agreement)
    yield from form_section(agreement)


def agreed_blocks(agreement: Agreement) -> Blocks:
    """Everything that is agreed and nothing else, with each flow in full: what two texts are compared by."""
    return (
        heading(1, word("redline.text_title")),
        paragraph(agreement.title),
        heading(1, word("parties.heading")),
        *((paragraph(" ".join(said)),) if (said := _in_common(agreement, _alike(agreement))) else ()),
        *((party_table(agreement),) if agreement.parties else (paragraph(word("parties.none")),)),
        *((groups_table(agreement),) if agreement.text.groups else ()),
        *_purpose(agreement),
        *_considerations(agreement),
        *flows_in_full(agreement),
        *clause_section(agreement),
        *review_section(agreement),
        *annex_blocks(agreement),
    )
