from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
import zoneinfo
from dataclasses import replace
from pathlib import Path

import page
import pytest
from document_sample import TODAY, sample_register, sample_text

from support import example_register, write_register
from undersigned.documents import DocumentError, write, write_documents
from undersigned.documents.write import Written
from undersigned.register import Register, load_register

NAMES = [
    "county-housing-v1.0-annex.docx",
    "county-housing-v1.0-annex.pdf",
    "county-housing-v1.0.docx",
    "county-housing-v1.0.pdf",
    "letter.docx",
    "letter.pdf",
    "pro-forma.docx",
    "pro-forma.pdf",
]


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.slow
def test_each_protocol_leaves_its_masters_and_its_forms(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    written = write_documents(
        sample_register(),
        ["county-housing", "framework"],
        tmp_path,
        as_of=TODAY,
        public_only=True,
        watch=lambda done, total: heard.append((done, total)),
    )
    assert listing(tmp_path / "county-housing") == NAMES
    assert listing(tmp_path / "framework") == ["framework-v1.0.docx", "framework-v1.0.pdf"]
    assert sorted(written.files) == sorted(tmp_path.rglob("*.*"))
    assert written.failures == ()
    assert heard == [(1, 2), (2, 2)]


@pytest.mark.slow
def test_a_restricted_protocol_never_enters_a_public_folder(tmp_path: Path) -> None:
    register = sample_register(
        (
            "publication: public\njurisdictions: [england, wales]",
            "publication: restricted\njurisdictions: [england, wales]",
        )
    )
    assert write_documents(register, ["county-housing"], tmp_path, as_of=TODAY, public_only=True) == Written(
        restricted=("county-housing",)
    )
    assert list(tmp_path.iterdir()) == []
    assert write_documents(register, ["county-housing"], tmp_path, as_of=TODAY, public_only=False).files


def test_an_unknown_protocol_is_named(tmp_path: Path) -> None:
    written = write_documents(sample_register(), ["nowhere", "framework"], tmp_path, as_of=TODAY, public_only=True)
    assert [str(failure) for failure in written.failures] == ["nowhere: there is no such protocol"]
    assert listing(tmp_path) == ["framework"]  # the others are written


def test_a_record_that_does_not_read_wholly_leaves_its_protocol_out(tmp_path: Path) -> None:
    register = sample_register()
    contents = {**register.files.contents, "protocols/county-housing/reviews/2026-09-01.yaml": b"outcome: [nonsense"}
    broken = Register(Path(), replace(register.files, contents=contents))
    written = write_documents(broken, ["county-housing", "framework"], tmp_path, as_of=TODAY, public_only=True)
    assert written.unread == ("protocols/county-housing/reviews/2026-09-01.yaml",)
    assert listing(tmp_path) == ["framework"]


def test_when_one_document_fails_nothing_of_its_protocol_is_left(tmp_path: Path) -> None:
    register = sample_register(("name: needs,", "name: full.name,"), ("name: born_on,", "name: full:name,"))
    written = write_documents(register, ["county-housing"], tmp_path, as_of=TODAY, public_only=True)
    assert [failure.record for failure in written.failures] == ["county-housing/pro-forma"]
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "x.pdf"
    target.write_bytes(b"old")

    hard, soft = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, soft))
    try:
        with pytest.raises(DocumentError, match=r"x\.pdf: it cannot be written: File too large"):
            write.write_whole(target, b"new" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, soft))
    assert listing(tmp_path) == ["x.pdf"]
    assert target.read_bytes() == b"old"


PROGRAM = """
import hashlib, json, sys, tempfile
from datetime import date
from pathlib import Path
from undersigned.documents.write import write_documents
from undersigned.register import load_register
with tempfile.TemporaryDirectory() as folder:
    register = load_register(Path(sys.argv[1]))
    written = write_documents(register, ["county-housing"], Path(folder), as_of=date(2026, 11, 22), public_only=False)
    print(json.dumps({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in written.files}))
"""


@pytest.mark.slow
def test_two_processes_in_two_time_zones_make_the_same_bytes(tmp_path: Path) -> None:
    assert zoneinfo.ZoneInfo("Pacific/Auckland")
    root = write_register(tmp_path / "register", sample_text())
    answers = []
    for zone, seed, epoch in (("Pacific/Auckland", "1", "0"), ("America/Anchorage", "2", "1700000000")):
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": epoch, "LC_ALL": "C"}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(root)],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
            cwd=tmp_path,
        )
        answers.append(json.loads(done.stdout))
    assert sorted(answers[0]) == NAMES
    assert answers[0] == answers[1]


@pytest.mark.slow
def test_another_text_makes_another_file(tmp_path: Path) -> None:
    def digest(*changes: tuple[str, str]) -> dict[str, str]:
        written = write_documents(
            sample_register(*changes), ["county-housing"], tmp_path, as_of=TODAY, public_only=False, forms=False
        )
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in written.files}

    first, second = digest(), digest(("method: Secure e-mail", "method: By hand"))
    assert first.keys() == second.keys()
    assert all(first[name] != second[name] for name in first)


@pytest.mark.slow
def test_every_document_of_the_shipped_register_meets_both_standards(tmp_path: Path) -> None:
    register = load_register(example_register())
    written = write_documents(register, register.protocol_ids, tmp_path, as_of=TODAY, public_only=True, processes=2)
    assert written.failures == ()
    faults = [
        f"{path.name} {profile} {fault.rule_id}"
        for path in written.files
        if path.suffix == ".pdf"
        for profile in ("ua1", "2a")
        for fault in page.validate_pdf(path, profile=profile).failures
    ]
    assert faults == []
    assert {path.parent.name for path in written.files} == {
        folder.id for folder in register.protocols() if folder.value.publication == "public"
    }
