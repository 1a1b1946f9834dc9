"""The DOCX files, read back with other programs than the one that wrote them."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from itertools import pairwise

import docx
import pytest
from document_sample import ADDRESS, ATTACKS, DRAFT, sample_agreement
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from lxml import etree

from undersigned.documents import render_docx, render_form_docx
from undersigned.documents.digest import docx_text_digest
from undersigned.documents.docx import docx as writer
from undersigned.documents.docx import pandoc
from undersigned.documents.docx.controls import control_tag
from undersigned.documents.model import (
    Blocks,
    Break,
    Bullets,
    Code,
    Document,
    DocumentError,
    Fact,
    Field,
    Heading,
    Link,
    Marked,
    Numbered,
    Paragraph,
    Preformatted,
    Quote,
    Styled,
    Table,
    Text,
)
from undersigned.documents.words import word

W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"


@cache
def master() -> bytes:
    return render_docx(sample_agreement())


@cache
def form() -> bytes:
    agreement = sample_agreement()
    return render_form_docx("pro-forma", agreement.forms["pro-forma"], agreement)


def opened(content: bytes) -> WordDocument:
    return docx.Document(io.BytesIO(content))


def words(content: bytes) -> str:
    """All letters of the main part, in order."""
    root = opened(content).element
    return "".join(
        (node.text or "") if node.tag == qn("w:t") else "\n" for node in root.iter(qn("w:t"), qn("w:p"), qn("w:br"))
    )


def part(content: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(content)).read(name).decode()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def controls(content: bytes) -> dict[str, tuple[str, str]]:
    """Kind and title of each content control by its tag."""
    found: dict[str, tuple[str, str]] = {}
    for control in opened(content).element.iter(qn("w:sdt")):
        properties = control.find(qn("w:sdtPr"))
        tag = properties.find(qn("w:tag"))
        if tag is None:
            continue
        kinds = [etree.QName(child).localname for child in properties]
        kind = next((kind for kind in ("text", "date", "dropDownList", "checkbox") if kind in kinds), "rich")
        found[tag.get(qn("w:val"))] = (kind, properties.find(qn("w:alias")).get(qn("w:val")))
    return found


def test_what_an_agreement_must_hold_is_there_in_order() -> None:
    shown = words(master())
    at = 0
    for piece in (
        "Joint working protocol",
        "County Housing Protocol",
        "First paragraph of the summary.",
        "In force",
        "1.0, agreed on 15 March 2026",
        "Cymdeithas Dai Tŷ Ŵyn",
        "Contents",
        "MAPPA: responsible authority",
        "House people sooner",
        "Flow 1: Referral for housing",
        "Level of risk of serious harm",
        "Disclosure for offender management purposes (Offender Management Act 2007 s.14)",
        "Clause 1: Keeping information accurate",
        "Second step.",
        "Partnerships Officer",
        "Version history",
        "Signatures",
        "I have authority to sign for Town Council",
    ):
        start = shown.index("House people") if piece.startswith(("Flow", "Clause", "Version", "Signatures")) else at
        assert piece in shown[max(at, start) :], piece
        at = shown.index(piece, max(at, start))


def test_pdf_and_docx_say_the_same() -> None:
    """Letters only: line ends, the contents' dots and page numbers, header, footer and placeholders aside."""
    import pypdf

    from undersigned.documents import render_pdf

    agreement = sample_agreement()
    pdf = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(render_pdf(agreement))).pages)
    squeezed = "".join(pdf.split())
    stamped = {word("copy.master"), word("copy.master_do")}
    for line in words(master()).splitlines():
        if line in stamped:  # in the PDF that is the value of a field
            continue
        for placeholder in ("Enter text here", "DD/MM/YYYY", "Sign here", "☐"):
            line = line.replace(placeholder, "") if line.startswith(placeholder) else line
        assert "".join(line.split()) in squeezed or len(line) > 300, line


def test_title_language_and_properties() -> None:
    agreement = sample_agreement()
    core = opened(master()).core_properties
    assert (core.title, core.language, core.author) == ("County Housing Protocol", "en-GB", "Probation Service, County")
    assert core.subject == "county-housing version 1.0"
    custom = part(master(), "docProps/custom.xml")
    root = etree.fromstring(custom.encode())
    found = {
        child.get("name"): child[0].text or "" for child in root if not str(child.get("name")).startswith("FieldNames")
    }
    assert found == {
        "ProtocolId": "county-housing",
        "ProtocolVersion": "1.0",
        "Fingerprint": agreement.fingerprint,
        "Status": "in-force",
        "TextDate": "2026-03-15",
        "TextDigest": docx_text_digest(parts_of(master())),
    }
    assert 'w:val="en-GB"' in part(master(), "word/styles.xml")


def test_headings_lists_and_table_heads_are_real() -> None:
    document = opened(master())
    styles = [paragraph.style.name for paragraph in document.paragraphs if paragraph.style is not None]
    levels = [style for style in styles if style is not None and style.startswith("Heading")]
    assert levels.count("Heading 1") >= 10
    steps = [int(name[-1]) for name in levels]
    assert all(after - before <= 1 for before, after in pairwise(steps))
    headed = [table for table in document.tables if table._tbl.find(f".//{qn('w:tblHeader')}") is not None]
    assert len(headed) >= 5
    assert any(paragraph._p.find(f".//{qn('w:numPr')}") is not None for paragraph in document.paragraphs)


def test_the_footer_says_which_text_it_is_and_where_to_check() -> None:
    footer = next(
        part(master(), name)
        for name in zipfile.ZipFile(io.BytesIO(master())).namelist()
        if "footer" in name and "rels" not in name and "footnotes" not in name
    )
    assert "county-housing, version 1.0; text " in footer
    assert f"{ADDRESS}/protocols/county-housing/" in footer
    assert "NUMPAGES" in footer
    assert "@@" not in footer


def test_a_draft_says_so_on_each_page_and_has_nothing_to_sign() -> None:
    content = render_docx(sample_agreement(DRAFT))
    header = "".join(
        part(content, name)
        for name in zipfile.ZipFile(io.BytesIO(content)).namelist()
        if name.startswith("word/header")
    )
    assert "Draft: a working text, not agreed and not for signature" in header
    assert 'string="DRAFT"' in header
    assert 'alt=""' in header  # decoration: the words above say it
    assert "textpath" not in "".join(
        part(master(), name)
        for name in zipfile.ZipFile(io.BytesIO(master())).namelist()
        if name.startswith("word/header")
    )
    assert controls(content) == {}
    assert "Draft" not in "".join(
        part(master(), name)
        for name in zipfile.ZipFile(io.BytesIO(master())).namelist()
        if name.startswith("word/header")
    )


BLOCK = ("authority", "name", "post", "basis", "date", "reservation", "signature")


def test_each_signing_party_has_labelled_controls() -> None:
    found = controls(master())
    assert len(found) == 21 + 2
    assert {kind: found[f"town-council__{kind}"][0] for kind in BLOCK} == {
        "authority": "checkbox",
        "name": "text",
        "post": "text",
        "basis": "text",
        "date": "date",
        "reservation": "text",
        "signature": "rich",
    }
    assert found["town-council__name"][1] == "Full name for Town Council"
    assert len({title for _, title in found.values()}) == 21 + 2


def test_titles_and_tags_fit_word_and_stay_different() -> None:
    long = "A very long name of a body that shares its first sixty letters and more with another body, number "
    ends = "".join(
        f"  - {{organisation: an-organisation-with-quite-a-long-id-that-goes-on-and-on-and-on-{number}, role: recipient}}\n"
        for number in (1, 2)
    )
    folders = "".join(
        f"=== signatories/an-organisation-with-quite-a-long-id-that-goes-on-and-on-and-on-{number}/organisation.yaml\nname: {long}{number}\nkind: other\n"
        for number in (1, 2)
    )
    content = render_docx(
        sample_agreement(
            ("  - {organisation: watcher,", f"{ends}  - {{organisation: watcher,"),
            ("=== signatories/watcher/", f"{folders}=== signatories/watcher/"),
        )
    )
    found = controls(content)
    assert len(found) == 35 + 2
    assert all(len(tag) <= 64 and len(title) <= 64 for tag, (_, title) in found.items())
    assert len({title for _, title in found.values()}) == 35 + 2
    assert control_tag("an-organisation-with-quite-a-long-id-that-goes-on-and-on-and-on-1__name") in found


def test_the_kinds_of_question_of_a_form() -> None:
    assert {tag.removeprefix("answer__"): kind for tag, (kind, _) in controls(form()).items()} == {
        "full_name": "text",
        "needs": "rich",
        "born_on": "date",
        "people": "text",
        "area": "dropDownList",
        "told": "checkbox",
        "signed__sign": "rich",
    }
    items = [item.get(qn("w:value")) for item in opened(form()).element.iter(qn("w:listItem"))]
    assert items == ["North", "South"]
    assert controls(form())["answer__told"][1] == "The person was told (required)"


def test_that_an_answer_is_required_is_said_even_where_the_title_is_full() -> None:
    agreement = sample_agreement(
        ("label: Full name,", "label: The full name of the person as it stands on the licence or on the order,")
    )
    content = render_form_docx("pro-forma", agreement.forms["pro-forma"], agreement)
    assert controls(content)["answer__full_name"][1].endswith("…")
    assert "Enter text here (required)" in words(content)
    assert "(required)" in controls(form())["answer__full_name"][1]
    assert "Enter text here (required)" not in words(form())


def test_a_paragraph_after_a_table_or_a_list_has_room_above_it() -> None:
    root = opened(master()).element
    after = [p for p in root.iter(qn("w:p")) if p.getprevious() is not None and p.getprevious().tag == qn("w:tbl")]
    plain = [p for p in after if not (p.style or "").startswith("Heading")]
    assert plain
    assert all(int(p.find(f"{qn('w:pPr')}/{qn('w:spacing')}").get(qn("w:before"))) > 100 for p in plain)


def test_a_signature_block_stays_on_one_page() -> None:
    for table in opened(master()).tables[-3:]:
        rows = table._tbl.findall(qn("w:tr"))
        assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
        for row in rows[:-1]:
            assert all(p.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None for p in row.iter(qn("w:p")))


def test_the_contents_lead_to_the_headings() -> None:
    root = opened(master()).element
    anchors = [link.get(qn("w:anchor")) for link in root.iter(qn("w:hyperlink")) if link.get(qn("w:anchor"))]
    bookmarks = {mark.get(qn("w:name")): mark for mark in root.iter(qn("w:bookmarkStart"))}
    titles = [
        "".join(t.text for t in link.iter(qn("w:t")))
        for link in root.iter(qn("w:hyperlink"))
        if link.get(qn("w:anchor"))
    ]
    assert titles == [
        "A. The parties",
        "B. Purpose",
        "C. Four considerations",
        "E. The flows",
        "F. The law of each flow",
        "G. The terms",
        "H. Forms and letters",
        "Nominated officers",
        "Version history",
        "Signatures",
    ]
    assert set(anchors) <= set(bookmarks)
    for link in root.iter(qn("w:hyperlink")):
        anchor = link.get(qn("w:anchor"))
        if anchor:
            following = next(bookmarks[anchor].itersiblings(qn("w:p")))
            assert "".join(t.text for t in following.iter(qn("w:t"))) == "".join(t.text for t in link.iter(qn("w:t")))


@pytest.mark.parametrize(("attack", "shown"), ATTACKS)
def test_an_attack_is_letters_wherever_it_stands(attack: str, shown: str) -> None:
    quoted = "'" + attack.replace("'", "''") + "'"
    agreement = sample_agreement(
        ("title: County Housing Protocol", f"title: {quoted}"),
        ("name: Town Council", f"name: {quoted}"),
        ("method: Secure e-mail", f"method: {quoted}"),
        ("label: Needs,", f"label: {quoted},"),
        ("options: [North, South]", f"options: [North, {quoted}]"),
        ("proportionality: Only a summary is sent.", f"proportionality: {quoted}"),
    )
    for content in (render_docx(agreement), render_form_docx("pro-forma", agreement.forms["pro-forma"], agreement)):
        assert "".join(shown.split()) in "".join(words(content).split())
        assert "<w:t>RAWXML</w:t>" not in part(content, "word/document.xml")
        for name in zipfile.ZipFile(io.BytesIO(content)).namelist():
            assert b"root:x:0" not in zipfile.ZipFile(io.BytesIO(content)).read(name)


def test_no_link_but_https_and_mailto_and_nothing_embedded() -> None:
    content = render_docx(
        sample_agreement(
            (
                "proportionality: Only a summary is sent.",
                "proportionality: '[a](javascript:alert(1)) [b](file:///etc/passwd) ![c](/etc/hostname)'",
            )
        )
    )
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert not [name for name in names if "media" in name]
    relations = etree.fromstring(part(content, "word/_rels/document.xml.rels").encode())
    external = {relation.get("Target") for relation in relations if relation.get("TargetMode") == "External"}
    assert external == {"https://example.org/notice", "mailto:partnerships@example.org", "mailto:duty@example.org"}


def test_the_file_is_whole_and_of_one_date() -> None:
    archive = zipfile.ZipFile(io.BytesIO(master()))
    assert archive.testzip() is None
    assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert archive.namelist()[0] == "[Content_Types].xml"
    for name in archive.namelist():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(archive.read(name))


def test_a_runaway_text_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pandoc, "TIME_LIMIT", 0.001)
    with pytest.raises(DocumentError, match=r"my-protocol.*more than"):
        pandoc.run_pandoc(["-f", "json", "-t", "docx"], "{}", record="my-protocol")


def test_a_failing_pandoc_names_the_record() -> None:
    with pytest.raises(DocumentError, match="my-protocol: pandoc failed"):
        pandoc.run_pandoc(["-f", "no-such-format"], "x", record="my-protocol")


def test_pandoc_sees_no_files() -> None:
    text = ".. include:: /etc/hostname\n\n.. csv-table:: x\n   :file: /etc/hostname\n"
    with pytest.raises(DocumentError):
        pandoc.run_pandoc(["-f", "rst", "-t", "json"], text, record="p")
    assert pandoc.api_version()


def test_a_choice_has_boxes_to_tick_where_the_form_is_printed() -> None:
    lines = words(form()).split("\n")
    assert [line for line in lines if line.startswith("\u2610 ") and len(line) < 10] == ["\u2610 North", "\u2610 South"]


# -- documents of one shape -------------------------------------------------------------------------------------

#: What pandoc might not write as it is.
HARD = (
    "two words",
    "  spaces  between   and at the ends ",
    "",
    " ",
    "one",
    "<w:t> & \"quoted\" 'twice' ]]>",
    "a\u00adsoft hyphen, a\u2011hard one, a\u00a0space, an en\u2013dash \u2026",
    "\u6771\u4eac and \u0627\u0644 and \u0939\u093f and \U0001f600",
    "1. not a list * nor _this_ \\ $x$ @you #head",
    "\u2610 box",
)


def letter_of(words: str, other: str) -> Document:
    """A short document that has words in every kind of place."""
    inline = (
        Text(words),
        Text(other),
        Styled("strong", (Text(words), Break(), Text(other))),
        Link("https://example.org/a", (Text(words),)),
        Text(words),
        Code(other),
        Styled("inserted", (Text(words),)),
        Field("text", "place", "Place"),
        Text(other),
    )
    cell: Blocks = (Paragraph((Text(words),)),)
    body: Blocks = (
        Heading(1, (Text(words),)),
        Paragraph(inline),
        Bullets((cell, (Paragraph((Text(other),)), Bullets((cell,))))),
        Numbered((cell, cell)),
        Quote(cell),
        Preformatted(other),
        Table(other, (1, 2), (words, other), ((cell, cell), (cell, (*cell, *cell))), row_heads=True, captioned=True),
        Marked("deleted", cell),
    )
    return Document(
        record="p",
        title=words,
        kicker=other,
        notice=words,
        watermark="",
        author="",
        subject="s",
        facts=(Fact(words, (Text(other),)),),
        lead=(),
        contents=False,
        body=body,
        footer=("f", ""),
        properties=(),
    )


@pytest.mark.parametrize("words", HARD)
def test_words_put_in_after_pandoc_are_as_pandoc_writes_them(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = letter_of(words, "Other words")
    shared = writer.docx_parts(document, epoch=0)
    monkeypatch.setattr(writer, "_LONGEST_KEPT", 0)
    assert shared == writer.docx_parts(document, epoch=0)


def test_documents_that_differ_in_words_only_share_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []
    run = writer.run_pandoc

    def counted(arguments: list[str], text: str, *, record: str, epoch: int) -> bytes:
        runs.append(record)
        return run(arguments, text, record=record, epoch=epoch)

    monkeypatch.setattr(writer, "run_pandoc", counted)
    monkeypatch.setattr(writer, "_KEPT", {})
    one, two = (writer.docx_parts(letter_of(name, "Other"), epoch=0) for name in ("Town Council", "T\u0177 Cymru"))
    assert runs == ["p"]
    assert "Town Council" in one["word/document.xml"].decode()
    assert "T\u0177 Cymru" in two["word/document.xml"].decode()
    assert "Town Council" not in two["word/document.xml"].decode()
