"""The files of a running program: at every moment what a fresh walk would find."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from undersigned.records.files import LiveFiles, load_files


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path in ("protocols/p/protocol.yaml", "signatories/a/organisation.yaml", "signatories/a/p.yaml", "areas.yaml"):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"name: {path}\n")
    (tmp_path / "law").mkdir()
    (tmp_path / "imports" / "one").mkdir(parents=True)
    return tmp_path


def change(root: Path, what: str) -> None:
    record = root / "signatories" / "a" / "organisation.yaml"
    match what:
        case "other words of the same length, at the same time":
            was = record.stat()
            record.write_text("name: signatories/b/organisation.yaml\n")
            os.utime(record, ns=(was.st_atime_ns, was.st_mtime_ns))
        case "a file more":
            (root / "protocols" / "p" / "for-people.yaml").write_text("title: x\n")
        case "a file less":
            record.unlink()
        case "a folder more":
            (root / "protocols" / "q").mkdir()
        case "another in its place":
            (root / "new").write_text("name: Another\n")
            (root / "new").replace(record)
        case "a link in its place":
            record.unlink()
            record.symlink_to(root / "areas.yaml")
        case "a record beside the folders less":
            (root / "areas.yaml").unlink()
        case "a stray file":
            (root / "imports" / "one" / "register.xlsx").write_text("")
        case "a whole kind of record more":
            (root / "provision" / "north").mkdir(parents=True)
            (root / "provision" / "north" / "x.yaml").write_text("title: x\n")


CHANGES = (
    "nothing",
    "other words of the same length, at the same time",
    "a file more",
    "a file less",
    "a folder more",
    "another in its place",
    "a link in its place",
    "a record beside the folders less",
    "a stray file",
    "a whole kind of record more",
)


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_has_changed_is_seen(root: Path, what: str) -> None:
    live = LiveFiles(root)
    before = dict(live.load().contents)
    change(root, what)
    now, fresh = live.load(), load_files(root)
    assert (dict(now.contents), now.findings, now.folders) == (fresh.contents, fresh.findings, fresh.folders)
    assert list(now.contents) == list(fresh.contents)
    assert (dict(now.contents) == before) == (what in ("nothing", "a folder more", "a stray file"))


def test_a_page_sees_one_state(root: Path) -> None:
    """What was read once in a request stays as it is for that request."""
    live = LiveFiles(root)
    first, path = live.load(), "signatories/a/organisation.yaml"
    read = first.contents[path]
    (root / path).write_text("name: Another name\n")
    assert first.contents[path] == read
    assert live.load().contents[path] == b"name: Another name\n"
    assert live.load().folders is first.folders
