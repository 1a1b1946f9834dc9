"""An agreement as a Word file or PDF becomes an honest draft: no wrong party, no wrong day, no person, no law."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from docx import Document as Word
from docx.document import Document as WordDocument

from intake.agreements import Agreement, content_of
from intake.agreements_in_view import CONFERENCE, CONTRACT, FRONT_SHEET, IN_VIEW
from intake.agreements_second import SECOND
from intake.agreements_unseen import UNSEEN
from intake.counting import TODAY, counted, proposal_of, register_of_bodies
from support import one_in
from undersigned.cli import main
from undersigned.intake.cells import UnreadableError
from undersigned.intake.document_draft import Proposal, all_of, make_draft, propose
from undersigned.intake.document_reader import read_document
from undersigned.intake.headings import topics_of
from undersigned.intake.people import clean_text
from undersigned.records.vocabulary import vocabulary
from undersigned.register import Register


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Register:
    return register_of_bodies(tmp_path_factory.mktemp("register"))


@pytest.mark.parametrize("agreement", one_in(2, IN_VIEW), ids=lambda one: one.name)
def test_what_was_in_view_is_read_without_a_fault(agreement: Agreement, register: Register) -> None:
    counts, said = counted(agreement, register)
    assert said == []
    assert counts["topic", "right"] > 5


@pytest.mark.parametrize("agreement", one_in(4, [*UNSEEN, *SECOND]), ids=lambda one: one.name)
def test_nothing_is_read_wrongly_of_other_styles(agreement: Agreement, register: Register) -> None:
    """Written when the rules were done. At first reading, of the five: topics 17 right, 16 missed, 0 wrong; parties 5
    right, 10 missed, 0 wrong; days and periods 5 right, 7 missed, 0 wrong; 7 of 17 details of people were left in. Then
    the rules were mended, so what this test asserts is an upper bound. The second set, of six, was written by somebody who
    had not read the rules; at first reading: topics 38 right, 9 missed, 2 wrong; parties 14 right, 6 missed, 0 wrong; days
    and periods 8 right, 6 missed, 0 wrong; all 27 details of people were taken out. Then the rules were mended again.

    The third set was written with the second and is counted by `counting.py third` only, so that nothing is mended for it:
    topics 21 right, 8 missed, 0 wrong; parties 8 right, 1 missed, 4 asked in vain, 0 wrong; days and periods 5 right, 1
    missed, 0 wrong; all 12 details of people taken out.
    """
    counts, said = counted(agreement, register)
    wrong = {fact: number for (fact, verdict), number in counts.items() if verdict == "wrong"}
    assert wrong == {}, said
    assert counts["topic", "missed"] <= 2
    assert counts["party", "missed"] == counts["clause", "wrong"] == 0
    assert counts["topic", "right"] >= 7


def test_no_law_is_concluded(register: Register) -> None:
    """Headings such as "Legal basis for sharing" and "Consent" answer nothing: flows, powers and roles stay open."""
    for agreement in IN_VIEW:
        proposal = proposal_of(agreement, register)
        made = make_draft(proposal, all_of(proposal), register, "read", as_of=TODAY)
        text = made.files["protocols/read/protocol.yaml"]
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        assert not any(line.startswith(("flows:", "data_items:", "dpia:", "considerations:")) for line in lines)
        assert not any("role:" in line for line in lines)
    topics = vocabulary().content_topics
    law = {"regime", "lawful-basis", "gateway", "consent", "controllership", "data-items", "parties", "dpia", "policy-document", "signatures"}  # fmt: skip
    for heading in (
        *("Legal basis", "Consent", "Data controllers", "Signatures", "Impact assessment", "Information to be shared"),
        *(topic.title for topic in topics.values()),
    ):
        assert not law & set(topics_of(heading)), heading


def test_a_clause_never_answers_a_topic_by_its_id_alone(register: Register, tmp_path: Path) -> None:
    word = Word()
    word.add_heading("Information sharing agreement on tests", 1)
    for heading in ("Consent", "Regime", "Gateway", "Summary", "Parties", "Dpia", "Controllership"):
        word.add_heading(heading, 2)
        word.add_paragraph("This is what it says about the matter, in a sentence that is long enough. " * 3)
    proposal = proposal_of_bytes(word, register)
    made = make_draft(proposal, all_of(proposal), register, "read", as_of=TODAY)
    titles = {topic.title for topic in vocabulary().content_topics.values()}
    assert set(made.missing) >= titles & {"Consent", "Regime", "Legal power", "Summary", "Impact assessment", "Parties"}


def proposal_of_bytes(word: WordDocument, register: Register) -> Proposal:
    out = io.BytesIO()
    word.save(out)
    return propose(read_document(out.getvalue(), "x.docx"), "x.docx", register, as_of=TODAY)


# -- people ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("Contact: Oluwaseun Adeyemi, 01632 960 000, o.adeyemi@council.example", ("Adeyemi", "960", "@")),
        ("The lead officer is Grace Wood of Housing Options.", ("Grace", "Wood")),
        ("Signed: Wanda Kowalczyk\nHead of Housing", ("Wanda", "Kowalczyk")),
        ("Ring Joost van der Berg on +44 (0)1632 960 111 ext 12", ("Joost", "Berg", "960")),
        ("PC 4412 Nowak will call", ("Nowak",)),
        ("wanda.kowalczyk@x.example knows. Wanda Kowalczyk said so.", ("owalczyk",)),
        ("info.jane@x.example", ("jane",)),
    ],
)
def test_people_are_taken_out(text: str, gone: tuple[str, ...]) -> None:
    cleaned = clean_text(text)
    assert not any(words in cleaned for words in gone), cleaned


@pytest.mark.parametrize(
    "text",
    [
        "between Brackenford Borough Council and Brackenshire Police",
        "Section 115 of the Crime and Disorder Act 1998, reference 2019/0412 3345",
        "Data Protection Officer: Information Governance Team",
        "Write to housing.options@brackenford.gov.example or foi@brackenford.gov.example",
        "Call 999 or 101.",
        "St Helens Council, Martin Street",
    ],
)
def test_what_is_no_person_stays(text: str) -> None:
    assert clean_text(text) == text


# -- files -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\1\2",
        b"PK\x03\x04 not a zip",
        b"%PDF-1.7\n%%EOF",
        b"{\\rtf1 x}",
        bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600,
        content_of(FRONT_SHEET)[:5000],
        content_of(CONTRACT)[:3000],
    ],
)
def test_what_is_no_agreement_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_document(content, "x.docx")
    assert caught.value.hint


def _package(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content_of(CONFERENCE))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, parts.get(name.replace("word/document.xml", "document"), old.read(name)))
    return out.getvalue()


_WORD = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'


@pytest.mark.parametrize(
    "document",
    [
        _WORD + b"<w:p><w:r><w:t>" + b"x" * 250_000_000 + b"</w:t></w:r></w:p></w:body></w:document>",
        b'<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "' + b"&x;" * 1000 + b'"><!ENTITY z "' + b"&y;" * 1000 + b'">]>' + _WORD + b"<w:p><w:r><w:t>&z;</w:t></w:r></w:p></w:body></w:document>",
        _WORD + b"<w:tbl><w:tr><w:tc>" * 300 + b"<w:p/>" + b"</w:tc></w:tr></w:tbl>" * 300 + b"</w:body></w:document>",
        _WORD + b"<w:p><w:r><w:t>word </w:t></w:r></w:p>" * 20_000 + b"</w:body></w:document>",
    ],
    ids=["bomb", "entities", "nested", "endless"],
)  # fmt: skip
def test_a_hostile_file_ends_in_a_sentence(document: bytes, register: Register) -> None:
    try:
        read = read_document(_package(document=document), "x.docx")
    except UnreadableError as error:
        assert error.hint  # noqa: PT017 - either answer is right, and no crash is
    else:
        assert len(read.blocks) <= 6000


def test_tracked_changes_are_named() -> None:
    document = (
        _WORD + b'<w:p><w:ins w:id="1" w:author="x"><w:r><w:t>Agreement</w:t></w:r></w:ins></w:p></w:body></w:document>'
    )
    assert read_document(_package(document=document), "x.docx").notes


@pytest.mark.slow
def test_markup_in_the_text_stays_text(register: Register) -> None:
    word = Word()
    word.add_heading("Agreement on tests", 1)
    word.add_heading("Security", 2)
    word.add_paragraph(
        "<script>alert(1)</script> {{ 1/0 }} [x](javascript:alert(1)) # no heading *no* emphasis, and more words"
    )
    proposal = proposal_of_bytes(word, register)
    made = make_draft(proposal, all_of(proposal), register, "read", as_of=TODAY)
    assert set(made.files) == {"protocols/read/protocol.yaml"}
    text = made.files["protocols/read/protocol.yaml"]
    assert "<script>" not in text.replace("\\<", "")


# -- the command -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_writes_a_draft_that_check_accepts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "register"
    root.mkdir()
    register_of_bodies(root)
    file = tmp_path / "agreement.pdf"
    file.write_bytes(content_of(CONTRACT))
    arguments = ["--root", str(root), "--as-of", "2026-11-30"]
    assert main(["new", "protocol", "homes", "--document", str(file), *arguments]) == 0
    said = capsys.readouterr().out
    assert "party-3=new:KIND" in said
    assert "Missing before anybody signs" in said
    assert said.endswith("protocols/homes/protocol.yaml\n")
    assert main(["check", *arguments]) == 0, capsys.readouterr()
    again = ["new", "protocol", "homes-2", "--document", str(file), "--set", "party-3=new:voluntary"]
    assert main([*again, "--set", "lead=brackenford-borough-council", *arguments]) == 0, capsys.readouterr()
    assert (root / "signatories/marlock-foyer-limited/organisation.yaml").is_file()
    assert "lead: brackenford-borough-council" in (root / "protocols/homes-2/protocol.yaml").read_text()
    assert main(["check", *arguments]) == 0, capsys.readouterr()
    for wrong in (
        ["new", "protocol", "homes", "--document", str(file)],
        ["new", "protocol", "../x", "--document", str(file)],
        ["new", "protocol", "homes-3", "--document", str(file), "--set", "party-3=nobody"],
        ["new", "protocol", "homes-3", "--document", str(file), "--set", "colour=red"],
        ["new", "review", "homes", "--document", str(file)],
        ["new", "protocol", "homes-3", "--document", str(tmp_path / "none.docx")],
    ):
        assert main([*wrong, *arguments]) != 0
        assert "Traceback" not in capsys.readouterr().err
    assert not (root / "protocols/homes-3").exists()


def test_the_text_of_a_restricted_protocol_is_not_written(tmp_path: Path) -> None:
    register_of_bodies(tmp_path)
    file = tmp_path / "agreement.docx"
    file.write_bytes(content_of(FRONT_SHEET))
    arguments = ["--set", "publication=restricted", "--root", str(tmp_path), "--as-of", "2026-11-30"]
    assert main(["new", "protocol", "asb", "--document", str(file), *arguments]) == 0
    text = (tmp_path / "protocols/asb/protocol.yaml").read_text()
    assert "deleted after two years" not in text
    assert Counter(line.strip() for line in text.splitlines())["clauses:"] == 0
