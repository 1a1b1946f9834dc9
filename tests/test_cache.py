"""What is stored is found again only while everything that it depends on is the same."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from undersigned import cache
from undersigned.cache import LIBRARIES, AnswerCache, DocumentCache, answer_key, program_digest
from undersigned.records.files import Files
from undersigned.records.findings import Finding

FILES = Files({"protocols/p/protocol.yaml": b"title: P\n"}, (), ("protocols/p",))
FINDING = Finding("protocols/q", 1, 1, "unreadable", "error", "this file cannot be read", "")


def test_each_thing_that_an_answer_depends_on_is_in_its_key() -> None:
    others = [
        replace(FILES, contents={"protocols/p/protocol.yaml": b"title: Q\n"}),
        replace(FILES, contents={"protocols/q/protocol.yaml": b"title: P\n"}),
        replace(FILES, folders=("protocols/p", "protocols/q")),
        replace(FILES, findings=(FINDING,)),
    ]
    keys = {
        answer_key(FILES, "check", "2026-11-22"),
        answer_key(FILES, "check", "2026-11-23"),
        answer_key(FILES, "status", "2026-11-22"),
        *(answer_key(other, "check", "2026-11-22") for other in others),
    }
    assert len(keys) == 3 + len(others)
    assert answer_key(replace(FILES), "check", "2026-11-22") in keys


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("copy") / "undersigned"
    shutil.copytree(Path(cache.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.mark.parametrize(
    "name",
    [
        "checks/engine.py",
        "checks/rules/dates.yaml",
        "facts/protocol.py",
        "register.py",
        "words/labels.yaml",
        "records/vocabulary/gateways.yaml",
        "documents/template/doc.typ",
        "documents/template/reference.docx",
    ],
)
def test_a_change_of_the_program_changes_its_digest(package: Path, name: str) -> None:
    before = program_digest(package)
    assert before == program_digest()
    path = package / name
    content = path.read_bytes()
    try:
        path.write_bytes(content + b"\n")
        assert program_digest(package) != before
    finally:
        path.write_bytes(content)


def test_what_python_compiled_does_not_change_it(package: Path) -> None:
    before = program_digest(package)
    (package / "__pycache__").mkdir(exist_ok=True)
    (package / "__pycache__" / "cache.cpython-312.pyc").write_bytes(b"compiled")
    assert program_digest(package) == before


@pytest.mark.parametrize("library", LIBRARIES)
def test_another_version_of_a_library_changes_it(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = program_digest()
    installed = cache.version
    monkeypatch.setattr(cache, "version", lambda name: "0.0" if name == library else installed(name))
    assert program_digest() != before


def test_answers_are_found_by_verb_and_whole_key(tmp_path: Path) -> None:
    answers = AnswerCache(tmp_path)
    answers.put("check", "a" * 64, {"findings": []})
    assert answers.get("check", "a" * 64) == {"findings": []}
    assert answers.get("status", "a" * 64) is None
    assert answers.get("check", "a" * 63 + "b") is None  # the same name of a file
    for path in tmp_path.iterdir():
        path.write_bytes(b"rubbish")
    assert answers.get("check", "a" * 64) is None


def test_no_folder_keeps_nothing_and_an_unwritable_one_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (None, tmp_path / "file"):
        answers, documents = AnswerCache(folder), AnswerCache(folder).documents()
        answers.put("check", "a" * 64, 1)
        documents.put("a", b"x")
        documents.forget_old()
        assert (answers.get("check", "a" * 64), documents.get("a")) == (None, None)


def test_a_document_is_of_the_program_that_made_it(tmp_path: Path) -> None:
    DocumentCache(tmp_path, program="one").put("agreement", b"%PDF")
    assert DocumentCache(tmp_path, program="one").get("agreement") == b"%PDF"
    assert DocumentCache(tmp_path, program="two").get("agreement") is None
    assert DocumentCache(tmp_path, program="one").get("letter") is None
    assert DocumentCache(tmp_path).get("agreement") is None


def test_a_broken_document_is_none(tmp_path: Path) -> None:
    documents = DocumentCache(tmp_path)
    documents.put("a", b"x" * 100)
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    path.write_bytes(path.read_bytes()[:-3])
    assert documents.get("a") is None


def test_the_document_used_longest_ago_is_deleted_first(tmp_path: Path) -> None:
    documents = DocumentCache(tmp_path)
    for number, name in enumerate("abc"):
        documents.put(name, name.encode() * 1000)
        for path in tmp_path.rglob("*"):
            if path.is_file() and path.read_bytes().endswith(name.encode()):
                os.utime(path, (number, number))
    assert documents.get("a") == b"a" * 1000  # used just now
    documents.forget_old(most=2100)
    assert [name for name in "abc" if documents.get(name)] == ["a", "c"]
