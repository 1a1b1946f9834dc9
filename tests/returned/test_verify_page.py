"""The page that checks a copy: its script never contradicts what `verify` says, and its data says no more than the records."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from document_sample import TODAY, sample_text
from docx_manipulations import ADDED, ALTERED, LOOKS, signature_in_another_block
from pdf_manipulations import MANIPULATIONS, other_title
from returned_kit import (
    COUNCIL,
    PROBATION,
    TY_CYMRU,
    appended,
    base,
    certified,
    copy,
    docx,
    issued,
    pdf,
    read,
    rewritten,
    typed,
)
from signing_kit import block, filled, packed, parts, through_libreoffice
from test_honest_returns import (
    COMMANDS,
    as_word_saves,
    by_pypdf,
    by_pypdf_as_a_revision,
    converted,
    joined_by_pypdf,
    picture_laid_on_by_pypdf,
    run,
    signed_docx,
)

import undersigned.site
from support import register_from, write_register
from undersigned.documents.words import word
from undersigned.facts.register import RegisterFacts
from undersigned.register import load_register
from undersigned.returned import issued_digest
from undersigned.site.build import build_site
from undersigned.site.pages import PageSet, generated_pages, issued_module

ASSETS = Path(undersigned.site.__file__).parent / "theme/assets"
SCRIPTS = (ASSETS / "verify.js", ASSETS / "verify-word.js")
HONEST = {
    "as sent": pdf(),
    "typed": typed(),
    "certificate": certified(),
    "lead too": filled(typed(), block(PROBATION, "B")),
    "by pypdf": by_pypdf_as_a_revision(),
    "from the site": base().pdf,
    "from the site, in word": base().docx,
}
#: The answers that say that the agreed words are there, whole and seen. Only these may stand for each other.
INTACT = frozenset({"ours", "same-words"})
RUN = """\
import { readFileSync } from 'fs'
import { judged } from './verify.js'
const { issued, files } = JSON.parse(readFileSync('work.json'))
const found = {}
for (const name of files) found[name] = await judged(new Uint8Array(readFileSync(name)), issued)
console.log(JSON.stringify(found))
"""


def by_script(files: dict[str, bytes], folder: Path) -> dict[str, dict[str, object]]:
    """What the page's script says of each file, run by Node."""
    if shutil.which("node") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Node is missing")
        pytest.skip("Node is not installed")
    for script in SCRIPTS:
        (folder / script.name).write_bytes(script.read_bytes())
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "run.js").write_text(RUN)
    names = {f"file-{number}": name for number, name in enumerate(files)}
    for path, name in names.items():
        (folder / path).write_bytes(files[name])
    words = issued_digest(docx()).removeprefix("v1:")
    version = {
        "protocol": "county-housing", "number": "1.0", "fingerprint": issued().fingerprint, "lead": PROBATION,
        "pdf": [issued_digest(pdf())],
        "own": [hashlib.sha256(one).hexdigest() for one in (base().pdf, base().docx)],
        "docx": [f"{words}:{hashlib.sha256(f'{words} {COUNCIL}'.encode()).hexdigest()[:16]}"],
    }  # fmt: skip
    (folder / "work.json").write_text(json.dumps({"issued": [version], "files": list(names)}))
    out = subprocess.run(["node", "run.js"], cwd=folder, check=True, capture_output=True, text=True, timeout=240)
    return {names[path]: said for path, said in json.loads(out.stdout).items()}


@pytest.mark.slow
def test_honest_copies_are_ours_and_other_files_are_not(tmp_path: Path) -> None:
    word = {"word": docx(), "word, filled in": signed_docx(), "word, saved by Word": as_word_saves()}
    others = {
        "saved anew": rewritten(typed()),
        "another copy": copy(TY_CYMRU)[".pdf"],
        "another copy in word": copy(TY_CYMRU)[".docx"],
        "a byte changed": pdf().replace(b"/Type", b"/Tyqe", 1),
        "cut short": typed()[:-400],
        "joined": typed() + pdf(),
        "two files in one": docx() + docx(),
        "empty": b"",
        "text": b"hello",
        "head alone": b"%PDF-1.7\n%%EOF\n",
    }
    said = by_script({**HONEST, **word, **others}, tmp_path)
    assert {name: said[name]["verdict"] for name in HONEST} == dict.fromkeys(HONEST, "ours")
    assert {name: said[name]["verdict"] for name in word} == dict.fromkeys(word, "same-words")
    assert {name for name in others if said[name]["verdict"] in INTACT} == set()
    assert {name for name in others if said[name]["verdict"] == "not-ours"} == {"empty", "text"}


def test_a_block_of_another_organisation_is_found_whoever_the_file_says_it_is_for(tmp_path: Path) -> None:
    """What a file says of itself is believed only if it fits what was recorded."""
    content = parts(docx())
    signature_in_another_block(content)
    honest = packed(content)
    content["docProps/custom.xml"] = content["docProps/custom.xml"].replace(
        f">{COUNCIL}<".encode(), f">{TY_CYMRU}<".encode()
    )
    said = by_script({"honest": honest, "forged": packed(content)}, tmp_path)
    assert {name: (one["verdict"], one["why"]) for name, one in said.items()} == {
        "honest": ("ours-with-additions", "block"),
        "forged": ("cannot-tell", "fields"),
    }


@pytest.mark.slow
def test_files_made_to_do_harm_get_an_answer(tmp_path: Path) -> None:
    """Bombs, circles, depths and halves: never an error, and never a copy that is called ours."""
    sent = parts(docx())
    document = sent["word/document.xml"]
    wrong = {
        "bomb": b"<a>" + b" " * (70 << 20) + b"</a>",
        "deep": b"<a>" * 100_000,
        "entities": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "comments": b"<a>" + b"<!--" * 200_000,
        "half": document[: len(document) // 2],
    }
    files = {name: packed({**sent, "word/document.xml": content}) for name, content in wrong.items()}
    files["two in one"], files["cut"], files["archive"] = docx() + docx(), docx()[:-30], packed({"a.pdf": pdf()})
    at = len(pdf())
    files["circle"] = pdf() + b"\nxref\n0 0\ntrailer\n<< /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (at + 1, at + 1)
    files["long table"] = pdf() + b"\nxref\n0 999999999\nstartxref\n%d\n%%%%EOF\n" % (at + 1)
    files["many ends"], files["brackets"] = pdf() + b"%%EOF\n" * 100_000, b"%PDF-1.7\n" + b"[" * 1_000_000
    said = by_script(files, tmp_path)
    assert {name: one["verdict"] for name, one in said.items()} == dict.fromkeys(files, "cannot-tell")


def agreement(files: dict[str, bytes], folder: Path) -> list[tuple[str, str, str, str]]:
    """Of each file: what the script and the program say, and whether that is the same, less, or a contradiction."""
    said = by_script(files, folder)
    rows = []
    for name, content in files.items():
        here, there = str(said[name]["verdict"]), read(content).verdict
        if here == there:
            kind = "same"
        elif {here, there} <= INTACT:
            kind = "script says less" if there == "ours" else "program says less"
        else:
            kind = "script cannot tell" if here == "cannot-tell" else "CONTRADICTION"
            if there in ("cannot-tell", "image") and here not in INTACT:
                kind = "same"  # neither says that it is intact
        rows.append((kind, name, f"{here} ({said[name].get('why', '')})", there))
    return rows


def show(rows: list[tuple[str, str, str, str]], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print()
        for kind, name, here, there in rows:
            if kind != "same":
                print(f"  {kind:20}{name:60}{here:30}{there}")
        print("  " + ", ".join(f"{kind}: {count}" for kind, count in sorted(Counter(row[0] for row in rows).items())))


#: Manipulations of Word copies of which the script cannot say more than that the words are not those recorded.
OTHER_WORDS = frozenset(
    {
        "word_changed", "word_added", "paragraph_removed", "tracked_move", "words_in_a_control_of_their_own", "band_changed", "formula",
        "list_renumbered", "list_started_elsewhere", "header_reservation", "footer_changed", "footnote", "rows_changed_about",
        "link_elsewhere", "words_after_a_comment",
    }
)  # fmt: skip


@pytest.mark.slow
def test_the_script_and_the_program_agree_on_every_manipulation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of PDF copies as a revision after a copy that is empty, filled in, or signed; of Word copies before and after filling in."""
    files = {
        f"{change.__name__} of {name}": appended(HONEST[name], change)
        for change in (*MANIPULATIONS, other_title)
        for name in ("as sent", "typed", "certificate")
    }
    for change in (*ALTERED, *ADDED, *LOOKS):
        for name, sent in (("word", docx()), ("word, filled in", signed_docx())):
            content = parts(sent)
            change(content)
            files[f"{change.__name__} of {name}"] = packed(content)
    rows = agreement(files, tmp_path)
    show(rows, capsys)
    assert [row for row in rows if row[0] == "CONTRADICTION"] == []
    assert {row[1].split(" ")[0] for row in rows if row[0] == "script cannot tell"} == OTHER_WORDS
    assert {row[2] for row in rows if row[0] == "script says less"} <= {
        "same-words (look)"
    }  # the page says what was not compared
    assert "program says less" not in {row[0] for row in rows}


@pytest.mark.slow
def test_the_script_and_the_program_agree_on_what_other_programs_saved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """PDFs that were saved anew are for the program: to compare them takes the letters of every font."""
    files = {f"{made.__name__}": made() for made in (by_pypdf, joined_by_pypdf, picture_laid_on_by_pypdf)}
    (tmp_path / "in.pdf").write_bytes(typed())
    for program, arguments in COMMANDS.items():
        if shutil.which(arguments[0]):
            files[program] = run(tmp_path, *arguments)
    if shutil.which("soffice"):
        files["LibreOffice, Word"] = through_libreoffice(signed_docx(), tmp_path)
        for steps in (("pdf",), ("odt", "docx"), ("doc", "docx")):
            folder = tmp_path / "-".join(steps)
            folder.mkdir()
            files[f"LibreOffice, {' to '.join(steps)}"] = converted(signed_docx(), folder, *steps)
    rows = agreement(files, tmp_path)
    show(rows, capsys)
    assert [row for row in rows if row[0] == "CONTRADICTION"] == []
    assert [row[2] for row in rows if row[1] == "LibreOffice, Word"] in ([], ["same-words (look)"])


def verify_page(text: str) -> str:
    site = RegisterFacts(register_from(text), as_of=TODAY)
    return next(page.body for page in generated_pages(PageSet(site, "A register")) if page.url == "verify/")


def as_data(module: bytes) -> list[dict[str, object]]:
    """The list in the module that the page's script loads."""
    found: list[dict[str, object]] = json.loads(module.removeprefix(b"export default "))
    return found


def listed(text: str) -> list[dict[str, object]]:
    return as_data(issued_module(PageSet(RegisterFacts(register_from(text), as_of=TODAY), "A register")))


def test_the_list_holds_the_digests_of_sent_copies_and_nothing_of_restricted_protocols() -> None:
    digest = "ab" * 32
    sent = f"=== signatories/{COUNCIL}/county-housing.yaml\nsignatures:\n  - version: '1.0'\n    sent_on: 2026-11-20\n"
    sent += f"    issued: {{pdf: 'sha256:{digest}', docx: 'v1:{'cd' * 32}'}}\n"
    versions = (("1.0", "2026-03-15"), ("2.0", "2026-11-01"))
    page = verify_page(sample_text(versions=versions) + sent)
    rows = {row["number"]: row for row in listed(sample_text(versions=versions) + sent)}
    assert rows["2.0"]["standing"] == "current"
    assert rows["1.0"]["pdf"] == [digest]
    words = "cd" * 32
    assert rows["1.0"]["docx"] == [f"{words}:{hashlib.sha256(f'{words} {COUNCIL}'.encode()).hexdigest()[:16]}"]
    assert COUNCIL not in page
    assert COUNCIL not in str(rows)
    short = issued().fingerprint.rpartition(":")[2][:16]
    assert " ".join(re.findall("....", short)) in page
    hidden = sample_text(
        (
            "publication: public\njurisdictions: [england, wales]",
            "publication: restricted\njurisdictions: [england, wales]",
        )
    )
    assert "County Housing Protocol" not in verify_page(hidden + sent)
    assert "county-housing" not in [row["protocol"] for row in listed(hidden + sent)]
    assert "cdcd" not in str(listed(hidden + sent))


@pytest.mark.slow
def test_the_page_knows_the_documents_that_the_site_publishes(tmp_path: Path) -> None:
    root = write_register(tmp_path / "register", sample_text(versions=(("1.0", "2026-03-15"),)))
    documents = tmp_path / "downloads"
    (documents / "county-housing").mkdir(parents=True)
    for name, content in (("v1.0.pdf", b"1"), ("v1.0.docx", b"2"), ("draft.pdf", b"3")):
        (documents / "county-housing" / f"county-housing-{name}").write_bytes(content)
    build_site(load_register(root), tmp_path / "site", as_of=TODAY, downloads=documents)
    found = as_data((tmp_path / "site/verify/issued.js").read_bytes())
    (version,) = (row for row in found if row["protocol"] == "county-housing")
    assert version["own"] == [hashlib.sha256(content).hexdigest() for content in (b"1", b"2")]


def test_the_page_has_a_sentence_for_every_reason_of_its_script() -> None:
    script = "".join(one.read_text() for one in SCRIPTS)
    page = verify_page(sample_text())
    reasons = {
        next(filter(None, found))
        for found in re.findall(
            r"unsure\('([a-z]+)'\)|why: '([a-z]+)'|found\.\w+\.push\('([a-z]+)'\)|answer\('[a-z-]+', '([a-z]+)'", script
        )
    }
    told = set(re.findall(r'data-say="why-([a-z]+)"', page))
    of_broken_files = {"packed", "deep", "dictionary", "syntax", "string", "end", "chain", "table", "hybrid", "object", "filter", "predictor"}  # fmt: skip
    assert reasons - of_broken_files <= told
    for name in ("text_placeholder", "date_placeholder", "signature_placeholder", "choose_short"):
        assert f"'{word(f'form.{name}')}'" in script
    assert f"bare('{word('cover.contents')}')" in script
    assert {one for one in told if f"'{one}'" not in script} == set()
    for name in set(re.findall(r"text\('([a-z-]+)'\)", script)):
        assert f'data-say="{name}"' in page
    assert not {"fetch(", "innerHTML", "XMLHttpRequest", "eval("} & set(
        re.findall(r"[A-Za-z]+\(|innerHTML|XMLHttpRequest", script)
    )
    assert [
        len(gzip.compress(one.read_bytes())) < most for one, most in zip(SCRIPTS, (12_000, 13_500), strict=True)
    ] == [True, True]
