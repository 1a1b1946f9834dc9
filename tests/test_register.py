"""The register as a whole: what is on disk, names and renames, and that nothing outside it is ever read."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from support import TODAY, findings_in, register_from, write_register
from undersigned.checks.engine import check_register
from undersigned.records.files import MAX_BYTES
from undersigned.register import load_register

P = "title: T\nkind: framework\nstatus: withdrawn\npublication: public\n"
REGISTER = f"=== protocols/p/protocol.yaml\n{P}=== signatories/a/organisation.yaml\nname: A\nkind: other\n"


def codes(root: Path) -> list[tuple[str, str]]:
    findings, _ = check_register(load_register(root), as_of=TODAY)
    return [(f.path, f.code) for f in findings if f.severity == "error"]


def test_a_sound_register_on_disk(tmp_path: Path) -> None:
    root = write_register(tmp_path, REGISTER)
    assert codes(root) == []
    assert load_register(root).protocol_ids == ("p",)


def test_nothing_outside_the_root_is_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "protocol.yaml").write_text("secret: yes\n", encoding="utf-8")
    root = write_register(tmp_path / "register", REGISTER)
    (root / "protocols" / "linked").symlink_to(outside)
    (root / "protocols" / "p" / "forms").mkdir()
    (root / "protocols" / "p" / "forms" / "x.yaml").symlink_to(outside / "protocol.yaml")
    assert codes(root) == [("protocols/linked", "symbolic-link"), ("protocols/p/forms/x.yaml", "symbolic-link")]
    assert not any(b"secret" in raw for raw in load_register(root).files.contents.values())


@pytest.mark.parametrize("top", ["protocols", "signatories"])
def test_a_file_where_a_folder_belongs_is_said(tmp_path: Path, top: str) -> None:
    (tmp_path / top).write_text("title: T\n", encoding="utf-8")
    assert codes(tmp_path) == [(top, "stray-file")]


def test_a_root_reached_through_a_link_is_fine(tmp_path: Path) -> None:
    root = write_register(tmp_path / "register", REGISTER)
    (tmp_path / "link").symlink_to(root)
    assert codes(tmp_path / "link") == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_plain_file_is_unreadable_and_never_waited_for(tmp_path: Path) -> None:
    root = write_register(tmp_path, REGISTER)
    os.mkfifo(root / "protocols" / "p" / "pipe.yaml")
    assert ("protocols/p/pipe.yaml", "unreadable") in codes(root)


def test_a_file_over_a_mebibyte_is_too_large_and_not_read_whole(tmp_path: Path) -> None:
    root = write_register(tmp_path, REGISTER)
    (root / "protocols" / "p" / "protocol.yaml").write_bytes(P.encode() + b"# " + b"x" * 3_000_000)
    assert codes(root) == [("protocols/p/protocol.yaml", "too-large")]
    assert len(load_register(root).files.contents["protocols/p/protocol.yaml"]) == MAX_BYTES + 1


def test_names_that_are_no_utf8_are_shown_and_not_fatal(tmp_path: Path) -> None:
    root = write_register(tmp_path, REGISTER)
    name = os.fsdecode(b"bad\xff.yaml")
    (root / "signatories" / "a" / name).write_text("a: b\n", encoding="utf-8")
    assert all(path.isprintable() for path, _ in codes(root))


def test_every_file_is_read_however_many_are_broken() -> None:
    broken = "".join(f"=== signatories/x{n}/organisation.yaml\nname: [\n" for n in range(30))
    assert sum("yaml-syntax" in finding for finding in findings_in(REGISTER + broken)) == 30


def test_a_record_that_does_not_read_still_exists() -> None:
    text = f"=== protocols/p/protocol.yaml\n{P}supersedes: [q]\nlead: a\n=== protocols/q/protocol.yaml\ntitle: [\n"
    text += "=== signatories/a/organisation.yaml\nname: {\n"
    assert not any("unknown" in finding for finding in findings_in(text))


def test_renames_are_followed() -> None:
    register = register_from(
        f"=== protocols/new/protocol.yaml\n{P}formerly: [old]\n=== signatories/b/organisation.yaml\nname: B\nkind: other\nformerly: [a]\n"
        "=== signatories/b/old.yaml\nsignatures: []\n"
    )
    folder = register.protocol("old")
    assert folder is not None
    assert (folder.id, list(folder.signing), register.present_organisation("a")) == ("new", ["b"], "b")


@pytest.mark.slow
def test_the_answer_is_the_same_in_any_number_of_processes() -> None:
    text = "".join(
        f"=== protocols/p{n:03d}/protocol.yaml\n{P}" + ("nonsense: x\n" if n % 7 == 0 else "") for n in range(90)
    )
    register = register_from(text)
    assert check_register(register, as_of=TODAY) == check_register(register_from(text), as_of=TODAY, processes=3)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("provision/westshire/advice.yaml", []),
        ("imports/county.yaml", []),
        ("provision/.gitkeep", []),
        ("provision/westshire/signed.pdf", ["stray-file"]),
        ("provision/westshire/people.csv", ["stray-file"]),
        ("imports/register.xlsx", ["stray-file"]),
        ("imports/mail.msg", ["stray-file"]),
        ("imports/notes.txt", ["stray-file"]),
        ("imports/deep/county.yaml", ["stray-file"]),
        ("law/page.pdf", ["stray-file"]),
    ],
)
def test_the_other_folders_hold_nothing_but_records(tmp_path: Path, path: str, found: list[str]) -> None:
    content = "title: Advice\nkind: alcohol-brief-advice\n" if path.startswith("provision") else "x: y\n"
    root = write_register(tmp_path, REGISTER + f"=== {path}\n{content}")
    upkeep = {"provision-owner", "provision-unconfirmed"}
    assert [code for place, code in codes(root) if place == path and code not in upkeep] == found


@pytest.mark.parametrize("id_", ["con", "aux", "nul", "prn", "com1", "lpt9"])
def test_a_name_that_windows_keeps_for_a_device_is_no_id(tmp_path: Path, id_: str) -> None:
    text = (
        f"=== signatories/{id_}/organisation.yaml\nname: A\nkind: other\n=== protocols/{id_}/protocol.yaml\ntitle: T\n"
    )
    told = [path for path, code in codes(write_register(tmp_path / "r", text)) if code == "bad-id"]
    assert told == [f"protocols/{id_}/protocol.yaml", f"signatories/{id_}/organisation.yaml"]
    sound = write_register(tmp_path / "sound", text.replace(f"/{id_}/", f"/{id_}-council/"))
    assert "bad-id" not in {code for _, code in codes(sound)}


def test_only_the_figures_that_everybody_writes_make_a_date(tmp_path: Path) -> None:
    text = REGISTER.replace("title: ", "effective_from: ٢٠٢٦-٠٥-٠١\ntitle: ", 1)
    findings, _ = check_register(load_register(write_register(tmp_path, text)), as_of=date(2026, 11, 30))
    (finding,) = [finding for finding in findings if finding.code == "bad-date"]
    assert "2026-05-01" in finding.hint
