"""The verb `documents`, as an officer uses it."""

from __future__ import annotations

import hashlib
import os
import shlex
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pikepdf
import pytest
from document_sample import sample_text

from support import example_register, write_register

COMMAND = [sys.executable, "-m", "undersigned", "--no-cache", "--as-of", "2026-11-22"]
RESTRICTED = (
    "publication: public\njurisdictions: [england, wales]",
    "publication: restricted\njurisdictions: [england, wales]",
)
WITHOUT_TEXT = """
=== protocols/kept-elsewhere/protocol.yaml
title: Kept elsewhere
kind: information-sharing-protocol
status: in-force
publication: restricted
lead: county-probation
effective_from: 2026-04-01
"""


def run(root: Path, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "--root", str(root), "documents", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environment or {})},
        timeout=300,
    )


def files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_copies_of_one_organisation(tmp_path: Path) -> None:
    root = write_register(tmp_path / "register", sample_text())
    done = run(root, "--for", "town-council", "--output", str(tmp_path / "out"))
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.splitlines()) == sorted(str(tmp_path / "out" / name) for name in files(tmp_path / "out"))
    assert "county-housing/county-housing-v1.0-town-council.zip" in files(tmp_path / "out")
    assert not any("ty-cymru" in name for name in files(tmp_path / "out"))


def test_everything_goes_to_the_build_folder_unless_told(tmp_path: Path) -> None:
    root = write_register(tmp_path, sample_text())
    assert run(root, "county-housing").returncode == 0
    assert sorted(files(root / "build")) == [
        "documents/county-housing/county-housing-v1.0-annex.docx",
        "documents/county-housing/county-housing-v1.0-annex.pdf",
        "documents/county-housing/county-housing-v1.0.docx",
        "documents/county-housing/county-housing-v1.0.pdf",
    ]
    assert run(root, "county-housing", "--forms").returncode == 0
    assert "documents/county-housing/pro-forma.pdf" in files(root / "build")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--for", "town-counsil"], "there is no organisation 'town-counsil'\n  Did you mean 'town-council'?"),
        (["--for", "town-council", "--for-all"], "--for and --for-all were both given"),
        (["nowhere"], "there is no protocol 'nowhere'"),
    ],
)
def test_wrong_words_are_told(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = run(write_register(tmp_path, sample_text()), *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_an_organisation_that_signs_nothing_is_told_of(tmp_path: Path) -> None:
    done = run(write_register(tmp_path, sample_text()), "--for", "watcher")
    assert (done.returncode, done.stdout) == (0, "")
    assert "watcher has none of these protocols to sign" in done.stderr


@pytest.mark.slow
def test_restricted_documents_are_made_only_by_name(tmp_path: Path) -> None:
    root = write_register(tmp_path, sample_text(RESTRICTED) + WITHOUT_TEXT)
    done = run(root, "--for-all")
    assert done.returncode == 0
    assert "county-housing is restricted; its documents are made only when it is named" in done.stderr
    assert "county-housing" not in done.stdout
    done = run(root, "county-housing")
    assert (done.returncode, done.stderr) == (0, "")
    words = subprocess.run(
        ["pdftotext", str(root / "build/documents/county-housing/county-housing-v1.0.pdf"), "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    pages = words.stdout.split("\f")[:-1]
    assert all("Restricted: not for publication" in page for page in pages)
    done = run(root, "kept-elsewhere")
    assert done.returncode == 2
    assert "kept-elsewhere: it is restricted and its text is not kept here" in done.stderr


@pytest.mark.slow
def test_nobody_signs_a_draft(tmp_path: Path) -> None:
    root = write_register(
        tmp_path,
        sample_text(
            (
                "status: in-force\npublication: public\njurisdictions",
                "status: draft\npublication: public\njurisdictions",
            )
        ),
    )
    done = run(root, "county-housing", "--for-all")
    assert done.returncode == 0
    assert [Path(line).name for line in done.stdout.splitlines()] == [
        "county-housing-draft.pdf",
        "county-housing-draft.docx",
        "county-housing-draft-annex.pdf",
        "county-housing-draft-annex.docx",
    ]
    assert "nobody is asked to sign county-housing at present" in done.stderr


@pytest.mark.slow
def test_one_that_fails_is_named_and_the_others_are_made(tmp_path: Path) -> None:
    root = write_register(
        tmp_path, sample_text(("name: needs,", "name: full.name,"), ("name: born_on,", "name: full:name,"))
    )
    done = run(root, "--forms")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "undersigned: county-housing/pro-forma: two of its fields have one name" in done.stderr
    assert "framework" in done.stdout
    assert not (root / "build" / "documents" / "county-housing").exists()


@pytest.mark.slow
def test_a_runaway_text_is_refused_by_name(tmp_path: Path) -> None:
    rows = "".join(f"      | {number} | x |\n" for number in range(13_000))
    body = f"    text: |\n      | a | b |\n      |---|---|\n{rows}"
    root = write_register(
        tmp_path,
        sample_text(
            (
                "status: in-force\npublication: public\njurisdictions",
                "status: draft\npublication: public\njurisdictions",
            ),
            ("    text: |\n", f"{body}  - id: more\n    text: |\n"),
        ),
    )
    done = run(root, "county-housing")
    assert done.returncode == 2
    assert "county-housing: it has " in done.stderr
    assert "the limit is 50,000" in done.stderr
    assert done.stdout == ""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_a_full_disk_is_told_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    root = write_register(tmp_path, sample_text())
    command = shlex.join([*COMMAND, "--root", str(root), "documents", "--for-all"])
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 40; {command}"], capture_output=True, text=True, check=False
    )  # blocks of 1,024 bytes
    assert done.returncode == 2
    assert "it cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    sound(root / "build")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_a_kill_leaves_no_half_written_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(
        [*COMMAND, "--root", str(example_register()), "documents", "--for-all", "--output", str(out)],
        stdout=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while time.monotonic() < until and len(list(out.rglob("*.zip"))) < 3:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(3)  # its workers notice at once and have two seconds to clear up
    before = files(out)
    time.sleep(0.5)
    assert files(out) == before
    assert before
    assert not list(out.rglob(".*"))
    sound(out)


def sound(folder: Path) -> None:
    """Every file under a final name opens."""
    for path in folder.rglob("*"):
        if path.suffix in (".docx", ".zip"):
            with zipfile.ZipFile(path) as archive:
                assert archive.testzip() is None
        elif path.suffix == ".pdf":
            pikepdf.open(path).close()


@pytest.mark.slow
def test_copies_are_the_same_bytes_in_another_time_zone(tmp_path: Path) -> None:
    root = write_register(tmp_path / "register", sample_text())
    made = []
    for zone, seed in (("Pacific/Auckland", "1"), ("America/Anchorage", "2")):
        out = tmp_path / seed
        environment = {"TZ": zone, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": f"17{seed}0000000"}
        assert run(root, "--for-all", "--forms", "--output", str(out), environment=environment).returncode == 0
        made.append(files(out))
    assert len(made[0]) > 30
    assert made[0] == made[1]
