"""An agreement says each thing once and leaves nothing out: every operative word of the record is on paper."""

from __future__ import annotations

import io
import re
import subprocess
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from lxml import etree

from support import ROOT
from undersigned.documents.content.agreement import (
    agreed_blocks,
    agreement_document,
    annex_document,
    has_annex,
    view_of,
)
from undersigned.documents.content.first_page import epoch_of
from undersigned.documents.content.terms import numbers_in_words
from undersigned.documents.docx.docx import docx_of
from undersigned.documents.model import Document
from undersigned.documents.pdf.setting import pdf_of
from undersigned.documents.stamping import PARTY
from undersigned.documents.words import word
from undersigned.documents.write import Copies, write_documents
from undersigned.editing.standard_texts import standard_form_record
from undersigned.facts.agreement import Agreement, agreement_of
from undersigned.facts.flows import legal_references
from undersigned.register import Register, load_register
from undersigned.words.blocks import Heading, Paragraph, Table, every, inline_words, lines_of
from undersigned.words.labels import label
from undersigned.words.prose import read

DAY = date(2026, 11, 30)
HOUSING, COUNCIL = "staffordshire-housing-protocol", "caldwick-city-council"
#: A4 in points, without the foot of each page.
PAGE = ("-x", "0", "-y", "0", "-W", "595", "-H", "775")
TEXT_HEIGHT, TOP = 720, 51


@cache
def shipped() -> Register:
    return load_register(ROOT)


@cache
def agreement(id_: str) -> Agreement:
    folder = shipped().protocol(id_)
    assert folder is not None
    return agreement_of(folder, shipped(), as_of=DAY)


def set_pdf(document: Document, id_: str) -> bytes:
    return pdf_of(document, epoch=epoch_of(agreement(id_).dated))


@cache
def pack(id_: str, organisation: str) -> tuple[bytes, ...]:
    """One party's copy and the annex, as PDF."""
    return tuple(set_pdf(document, id_) for document in documents(id_, organisation))


def documents(id_: str, organisation: str) -> tuple[Document, ...]:
    text = agreement(id_)
    annex = (annex_document(text),) if has_annex(text) else ()
    return (agreement_document(text, view_of(text, organisation)), *annex)


def folded(text: str) -> str:
    """Letters and figures only: how lines are broken, and hyphens that show where they are, say nothing."""
    return re.sub(r"[^\w]|_", "", unicodedata.normalize("NFKC", text)).casefold()


def words_of_pdf(pdf: bytes) -> str:
    done = subprocess.run(["pdftotext", "-raw", *PAGE, "-", "-"], input=pdf, capture_output=True, check=True)
    return folded(done.stdout.decode())


def words_of_docx(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    return folded("".join(node.text or "" for node in root.iter("{*}t")))


def prose(text: str | None) -> Iterator[str]:
    """The paragraphs, items and cells of a text, each as its words."""
    for node in every(read(text)) if text else ():
        if isinstance(node, Paragraph | Heading):
            yield inline_words(node.content)


def statements(text: Agreement) -> Iterator[str]:
    """What is agreed, in the order of first mention."""
    record = text.text
    yield record.title or ""
    for party in text.parties:
        role = label("role", party.role) if party.role else None
        yield from (said for said in (party.name, party.capacity, role) if said)
    yield from (group.title or "" for group in record.groups)
    if record.purpose:
        yield from (*record.purpose.aims, *record.purpose.benefits)
        yield from (*prose(record.purpose.necessity), *prose(record.purpose.if_not_shared))
    yield from record.people
    if record.considerations:
        answers = record.considerations
        for answer in (answers.proportionality, answers.consent, answers.transparency, answers.vital_interests):
            yield from prose(answer)
    for facts in text.terms.flows:
        flow = facts.flow
        yield facts.title
        yield from (end.name for end in (*facts.senders, *facts.receivers))
        for item in facts.items:
            yield from (item.name, item.why or "", *(label("sensitivity", kind) for kind in item.sensitivity))
            if item.about != "subject":
                yield label("about", item.about)
        yield from (*flow.not_shared, flow.method or "", flow.timing or "", flow.retention or "")
        yield from (label("stage", stage) for stage in flow.stage)
        yield from (label("consent", role) for role in flow.consent)
        yield from (label("statutory_consent", id_) for id_ in flow.statutory_consents)
        yield label("when", flow.when) if flow.when else ""
        yield from (label("regime", regime) for regime in (flow.regime, flow.receiving_regime) if regime)
        for law in (flow, *(differs for _ends, differs in text.terms.laws[facts.law - 1].differs)):
            yield from (
                found.entry.title_with_reference if found.entry else found.id for found in legal_references(law)
            )
    for entry in text.clauses:
        yield entry.title
        yield from prose(entry.clause.text)
        for adopted in entry.adopted.clauses if entry.adopted else ():
            yield from (adopted.title, *prose(adopted.text))
    if record.review:
        yield from record.review.triggers
    for form in text.forms.values():
        yield from (form.title, form.purpose or "", *prose(form.body))
        for section in form.sections:
            yield section.title or ""
            for field in section.fields:
                yield from (field.label, field.hint or "", *field.options)


def missing(text: Agreement, shown: str) -> list[str]:
    return [said for said in dict.fromkeys(statements(text)) if folded(said) not in shown]


def copies() -> list[tuple[str, str]]:
    """One copy of each protocol that can be signed, of a party that both sends and receives where there is one."""
    found = [(HOUSING, COUNCIL)]
    for folder in shipped().protocols():
        if folder.id != HOUSING and folder.readable:
            text = agreement(folder.id)
            found += [(text.id, party.organisation) for party in text.parties if party.signs and text.signable][:1]
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("id_", "organisation"), copies())
def test_every_operative_word_is_in_the_pdf_and_in_the_docx(id_: str, organisation: str) -> None:
    text = agreement(id_)
    assert len(set(statements(text))) > 50
    assert missing(text, "".join(map(words_of_pdf, pack(id_, organisation)))) == []
    made = (docx_of(document, epoch=0) for document in documents(id_, organisation))
    assert missing(text, "".join(map(words_of_docx, made))) == []


@pytest.mark.slow
def test_a_word_that_is_altered_is_missed() -> None:
    shown = "".join(map(words_of_pdf, pack(HOUSING, COUNCIL)))
    retention = folded(agreement(HOUSING).terms.flows[4].flow.retention or "")
    assert retention in shown
    assert any(folded(said) == retention for said in missing(agreement(HOUSING), shown.replace(retention, "")))


def test_what_flows_share_stands_once_with_their_numbers() -> None:
    text = agreement(HOUSING)
    shown = words_of_pdf(pack(HOUSING, COUNCIL)[0])
    for number, shared in enumerate((one for one in text.terms.items if len(one.flows) > 1), 1):
        assert folded(f"{number} {shared.item.name}") in shown
        assert folded(f"{shared.item.why} {numbers_in_words(shared.flows)}") in shown
        assert shown.count(folded(shared.item.name)) == 1
        for facts in (one for one in text.terms.flows if one.number in shared.flows):
            assert number in _named_in(facts.number, text), (facts.title, shared.item.name)


def _named_in(flow: int, text: Agreement) -> set[int]:
    """The numbers of part D that a flow's table names."""
    table = next(
        node
        for node in every(agreement_document(text).body)
        if isinstance(node, Table) and node.caption == word("flows.caption", number=str(flow))
    )
    heads = [row[0][0] for row in table.rows]
    cell = next(
        row[1]
        for row, head in zip(table.rows, heads, strict=True)
        if isinstance(head, Paragraph) and inline_words(head.content) == word("flows.what")
    )
    said = inline_words(cell[0].content) if isinstance(cell[0], Paragraph) else ""
    numbers: set[int] = set()
    for first, last in re.findall(r"(\d+)(?: to (\d+))?", said.split(" of part D")[0] if "part D" in said else ""):
        numbers |= set(range(int(first), int(last or first) + 1))
    return numbers


def test_the_housing_protocol_has_at_most_20_pages_of_12_points() -> None:
    copy, master = pack(HOUSING, COUNCIL)[0], set_pdf(agreement_document(agreement(HOUSING)), HOUSING)
    for pdf in (copy, master):
        with pikepdf.open(io.BytesIO(pdf)) as file:
            assert len(file.pages) <= 20
    out = subprocess.run(["pdftohtml", "-xml", "-stdout", "-i", "-", "-"], input=copy, capture_output=True, check=True)
    sizes = {int(size) for size in re.findall(rb'<fontspec[^>]* size="(\d+)"', out.stdout)}
    assert min(sizes) >= 18, "pdftohtml gives sizes in pixels at 108 dpi: 18 are 12 points"


def test_a_copy_begins_with_its_own_body_and_has_one_block() -> None:
    text = agreement(HOUSING)
    with pikepdf.open(io.BytesIO(pack(HOUSING, COUNCIL)[0])) as file:
        names = [
            (number, str(field.T).partition("__")[0])
            for number, page in enumerate(file.pages, 1)
            for field in page.obj.get("/Annots", ())
            if "/T" in field and not str(field.T).startswith("copy__")
        ]
    assert {organisation for _page, organisation in names} == {PARTY.removesuffix("__")}
    assert {page for page, _organisation in names} == {2}
    first = subprocess.run(
        ["pdftotext", "-raw", "-l", "1", "-", "-"], input=pack(HOUSING, COUNCIL)[0], capture_output=True, check=True
    ).stdout.decode()
    party = next(party for party in text.parties if party.organisation == COUNCIL)
    own = {party.organisation, *party.groups}
    for facts in text.terms.flows:
        takes_part = {*facts.flow.from_, *facts.flow.to} & own
        assert (folded(facts.title) in folded(first)) == bool(takes_part), facts.title


def test_who_is_not_bound_is_named_with_its_standing() -> None:
    facts = {fact.name: inline_words(fact.value) for fact in agreement_document(agreement(HOUSING)).facts}
    gone = next(party for party in agreement(HOUSING).parties if party.standing == "withdrawn")
    assert gone.name not in facts[word("cover.between")]
    assert facts[word("cover.between_not")] == f"{gone.name}: withdrew its signature on 30 September 2026"


@pytest.mark.slow
def test_no_pdf_of_the_register_ends_on_a_nearly_empty_page_and_no_letter_has_three(tmp_path: Path) -> None:
    register = shipped()
    copies = Copies(standard_form_record("officer-nomination"))
    written = write_documents(
        register, register.protocol_ids, tmp_path, as_of=DAY, public_only=True, copies=copies, processes=0
    )
    made = [path for path in written.files if path.suffix == ".pdf"]
    assert len(made) > 50
    assert [path.name for path in made if _ends_empty(path.read_bytes())] == []
    assert all(_pages(path) <= 2 for path in made if path.name == "signing-letter.pdf")


def _pages(path: Path) -> int:
    with pikepdf.open(path) as file:
        return len(file.pages)


def _ends_empty(pdf: bytes) -> bool:
    out = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    pages = out.split("<page ")[1:]
    ends = [float(end) for end in re.findall(r'yMax="([\d.]+)"', pages[-1]) if float(end) < 768]
    with pikepdf.open(io.BytesIO(pdf)) as file:
        ends += [842 - float(place.Rect[1]) for place in file.pages[-1].obj.get("/Annots", ())]
    return len(pages) > 1 and max(ends, default=0) < TOP + TEXT_HEIGHT / 5


def test_the_text_that_is_compared_has_each_flow_in_full() -> None:
    blocks = agreed_blocks(agreement(HOUSING))
    assert missing(agreement(HOUSING), folded(" ".join(lines_of(blocks)))) == []
