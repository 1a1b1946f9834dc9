"""The page that checks a copy: its script never contradicts what `verify` says, and its data says no more than the records."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from document_sample import TODAY, sample_text
from pdf_manipulations import MANIPULATIONS
from returned_kit import (
    COUNCIL,
    PROBATION,
    TY_CYMRU,
    appended,
    certified,
    copy,
    docx,
    issued,
    pdf,
    read,
    rewritten,
    typed,
)
from signing_kit import block, filled

import undersigned.site
from support import register_from
from undersigned.facts.register import RegisterFacts
from undersigned.returned import issued_digest
from undersigned.site.pages import PageSet, generated_pages

SCRIPT = Path(undersigned.site.__file__).parent / "theme/assets/verify.js"
#: What the page says for each verdict of `verify`. It may also say that it cannot tell.
SAID = {"ours": "ours", "altered": "altered", "ours-with-additions": "altered", "not-ours": "not-ours"}
HONEST = {
    "as sent": pdf(),
    "typed": typed(),
    "certificate": certified(),
    "lead too": filled(typed(), block(PROBATION, "B")),
}
RUN = """\
import { readFileSync } from 'fs'
import { judged } from './verify.mjs'
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
    (folder / "verify.mjs").write_bytes(SCRIPT.read_bytes())
    (folder / "run.mjs").write_text(RUN)
    names = {f"file-{number}": name for number, name in enumerate(files)}
    for path, name in names.items():
        (folder / path).write_bytes(files[name])
    version = {
        "protocol": "county-housing", "number": "1.0", "fingerprint": issued().fingerprint, "lead": PROBATION,
        "pdf": [issued_digest(pdf())],
    }  # fmt: skip
    (folder / "work.json").write_text(json.dumps({"issued": [version], "files": list(names)}))
    out = subprocess.run(["node", "run.mjs"], cwd=folder, check=True, capture_output=True, text=True, timeout=120)
    return {names[path]: said for path, said in json.loads(out.stdout).items()}


def test_honest_copies_are_ours_and_other_files_are_not(tmp_path: Path) -> None:
    others = {
        "saved anew": rewritten(typed()),
        "another copy": copy(TY_CYMRU)[".pdf"],
        "a byte changed": pdf().replace(b"/Type", b"/Tyqe", 1),
        "cut short": typed()[:-400],
        "joined": typed() + pdf(),
        "word": docx(),
        "empty": b"",
        "text": b"hello",
        "head alone": b"%PDF-1.7\n%%EOF\n",
    }
    said = by_script({**HONEST, **others}, tmp_path)
    assert {name: said[name]["verdict"] for name in HONEST} == dict.fromkeys(HONEST, "ours")
    assert {name for name in others if said[name]["verdict"] == "ours"} == set()
    assert {name for name in others if said[name]["verdict"] == "not-ours"} == {"empty", "text"}


@pytest.mark.slow
def test_the_script_never_contradicts_the_program(tmp_path: Path) -> None:
    """Every manipulation, as a revision after a copy that is empty, filled in, or signed with a certificate."""
    files = {
        f"{change.__name__} of {name}": appended(content, change)
        for change in MANIPULATIONS
        for name, content in HONEST.items()
        if name != "lead too"
    }
    said = by_script(files, tmp_path)
    other, cannot = [], []
    for name, content in files.items():
        here, there = said[name]["verdict"], read(content).verdict
        if here == "cannot-tell" != SAID.get(there, "cannot-tell"):
            cannot.append(name.split(" ")[0])
        elif here != SAID.get(there, "cannot-tell"):
            other.append((name, here, there))
    assert other == []
    assert set(cannot) == {"shows_other_words", "new_signature_field_over_words"}


def verify_page(text: str) -> str:
    site = RegisterFacts(register_from(text), as_of=TODAY)
    return next(page.body for page in generated_pages(PageSet(site, "A register")) if page.url == "verify/")


def test_the_page_holds_the_digests_of_sent_copies_and_nothing_of_restricted_protocols() -> None:
    digest = "ab" * 32
    sent = f"=== signatories/{COUNCIL}/county-housing.yaml\nsignatures:\n  - version: '1.0'\n    sent_on: 2026-11-20\n"
    sent += f"    issued: {{pdf: 'sha256:{digest}', docx: 'v1:sha256:{'cd' * 32}'}}\n"
    versions = (("1.0", "2026-03-15"), ("2.0", "2026-11-01"))
    page = verify_page(sample_text(versions=versions) + sent)
    rows = dict(re.findall(r'data-number="([0-9.]+)" .*?data-standing="([a-z]+)"', page))
    assert rows["2.0"] == "current"
    assert f'data-pdf="{digest}"' in page
    assert "cdcd" not in page
    assert COUNCIL not in page
    short = issued().fingerprint.rpartition(":")[2][:16]
    assert " ".join(re.findall("....", short)) in page
    hidden = sample_text(
        (
            "publication: public\njurisdictions: [england, wales]",
            "publication: restricted\njurisdictions: [england, wales]",
        )
    )
    assert "County Housing Protocol" not in verify_page(hidden + sent)
    assert digest not in verify_page(hidden + sent)


def test_the_page_has_a_sentence_for_every_reason_of_its_script() -> None:
    script = SCRIPT.read_text()
    page = verify_page(sample_text())
    reasons = set(re.findall(r"(?:unsure|altered)\('([a-z]+)'\)|why: '([a-z]+)'", script))
    told = set(re.findall(r'data-say="why-([a-z]+)"', page))
    of_broken_files = {"packed", "deep", "dictionary", "syntax", "string", "end", "chain", "locked", "table", "hybrid", "object", "filter", "predictor"}  # fmt: skip
    assert {one or other for one, other in reasons} - of_broken_files == told - {"anew", "unknown"}
    for name in set(re.findall(r"text\('([a-z-]+)'\)", script)):
        assert f'data-say="{name}"' in page
    assert len(script) < 24_000
    assert "fetch" not in script.replace("nothing is fetched", "")
