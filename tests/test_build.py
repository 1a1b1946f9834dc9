"""`build` as an officer and a scheduled job run it: what it leaves, and what it leaves alone when it is stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support import one_in, write_register

DRAFT = "kind: framework\nstatus: draft\npublication: public\n"
SOUND = f"""=== protocols/p/protocol.yaml
title: A protocol
{DRAFT}=== signatories/a/organisation.yaml
name: A
kind: other
"""
COMMAND = [sys.executable, "-m", "undersigned", "--as-of", "2026-11-22", "--no-cache", "--root"]


def build(
    root: Path, *options: str, umask: int = -1, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, str(root), "build", *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
        umask=umask,
        env={**os.environ, **(environment or {})},
    )


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def hidden(root: Path) -> list[str]:
    return [path.name for path in root.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("register", one_in(2, ["", "=== signatories/a/organisation.yaml\nname: A\nkind: other\n"]))
def test_a_register_without_a_protocol_is_built(tmp_path: Path, register: str) -> None:
    done = build(write_register(tmp_path, register))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "api" / "v1" / "register.json").is_file()


@pytest.mark.slow
def test_the_address_given_counts_where_the_configuration_names_none(tmp_path: Path) -> None:
    root = write_register(tmp_path, SOUND)
    assert build(root, "--site-url", "https://example.github.io/register").returncode == 0
    assert 'href="/register/assets/site.css"' in (root / "site/404.html").read_text(encoding="utf-8")
    assert "https://example.github.io/register/feed.xml" in (root / "site/feed.xml").read_text(encoding="utf-8")
    write_register(root, "=== mkdocs.yml\nsite_name: Ours\nsite_url: https://register.example.org/\n")
    assert build(root, "--site-url", "https://example.github.io/register").returncode == 0
    assert 'href="/assets/site.css"' in (root / "site/404.html").read_text(encoding="utf-8")
    assert "github.io" not in (root / "site/feed.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "address", ["", "register", "ftp://example.org/", "https://example.org/?a=b", "https://a b/", "javascript:alert(1)"]
)
def test_what_is_no_address_of_a_site_is_refused(tmp_path: Path, address: str) -> None:
    done = build(write_register(tmp_path, SOUND), "--site-url", address)
    assert done.returncode == 2
    assert "is not the address of a site, such as https://" in done.stderr


@pytest.mark.slow
def test_the_modes_of_files_do_not_depend_on_who_builds(tmp_path: Path) -> None:
    assert build(write_register(tmp_path, SOUND), umask=0o077).returncode == 0
    site = tmp_path / "site"
    assert {oct(path.stat().st_mode & 0o777) for path in site.rglob("*") if path.is_file()} == {"0o644"}
    assert {oct(path.stat().st_mode & 0o777) for path in (site, *site.rglob("*")) if path.is_dir()} == {"0o755"}


@pytest.mark.slow
@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stopped_build_leaves_the_old_site_and_nothing_else(tmp_path: Path, which: signal.Signals) -> None:
    root = write_register(tmp_path, SOUND)
    write_register(root / "site", "=== index.html\nold\n")
    process = start_until_working(root)
    process.send_signal(which)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said == "undersigned: stopped\n"
    assert hidden(root) == []
    assert (root / "site" / "index.html").read_text() == "old\n"


def listen() -> None:
    """A process in the background or under nohup ignores some signals, and so would all that it begins."""
    for which in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(which, signal.SIG_DFL)


def start_until_working(root: Path) -> subprocess.Popen[str]:
    """A build that has begun to write beside the site."""
    process = subprocess.Popen(
        [*COMMAND, str(root), "build"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=listen
    )
    until = time.monotonic() + 60
    while not hidden(root) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.05)
    assert process.poll() is None
    return process


@pytest.mark.slow
def test_what_a_killed_build_left_goes_with_the_next_one(tmp_path: Path) -> None:
    root = write_register(tmp_path, SOUND)
    process = start_until_working(root)
    process.kill()
    process.communicate(timeout=60)
    assert hidden(root) != []
    assert build(root).returncode == 0
    assert hidden(root) == []


def test_a_site_that_a_kill_had_moved_aside_comes_back(tmp_path: Path) -> None:
    root = write_register(tmp_path, SOUND.replace("title:", "titel:"))
    write_register(root / ".site-killed" / "old", "=== index.html\nold\n")
    assert build(root).returncode == 1
    assert (root / "site" / "index.html").read_text() == "old\n"


@pytest.mark.slow
def test_two_builds_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    root = write_register(tmp_path, SOUND)
    first = start_until_working(root)
    second = build(root)
    first.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (0, 0), second.stderr
    assert hidden(root) == []
    assert (root / "site" / "index.html").is_file()


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_no_folder_of_pages_is_not_replaced(tmp_path: Path, kind: str) -> None:
    root = write_register(tmp_path / "register", SOUND)
    if kind == "file":
        (root / "site").write_text("mine")
    else:
        (tmp_path / "elsewhere").mkdir()
        (root / "site").symlink_to(tmp_path / "elsewhere")
    done = build(root)
    assert (done.returncode, done.stdout) == (2, "")
    assert "site" in done.stderr
    assert (root / "site").is_symlink() == (kind == "link")
    assert hidden(root) == []


@pytest.mark.slow
def test_a_folder_of_the_officers_own_downloads_is_named(tmp_path: Path) -> None:
    done = build(write_register(tmp_path, SOUND + "=== docs/downloads/p/p-draft.pdf\nmine\n"))
    assert done.returncode == 2
    assert "docs/downloads" in done.stderr
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    "settings",
    one_in(3, ["site_name: [", "\tx: 1\n", "\0", "INHERIT: ../nowhere.yml\n", "plugins:\n", "plugins: []\n"]),
)
def test_a_broken_configuration_is_named_in_a_line(tmp_path: Path, settings: str) -> None:
    done = build(write_register(tmp_path, f"{SOUND}=== mkdocs.yml\n{settings}"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "mkdocs.yml" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_configuration_in_another_encoding_is_named(tmp_path: Path) -> None:
    root = write_register(tmp_path, SOUND)
    (root / "mkdocs.yml").write_bytes(b'site_name: "caf\xe9"\n')
    done = build(root)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("page", ["{{ nope() }}", "{{ 1/0 }}", "{% if %}"])
def test_a_fault_in_a_macro_is_told_without_the_programs_insides(tmp_path: Path, page: str) -> None:
    done = build(write_register(tmp_path, f"{SOUND}=== docs/page.md\n---\nrender_macros: true\n---\n# A\n\n{page}\n"))
    assert done.returncode == 2
    assert "page.md" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_writing_that_no_font_of_ours_has_does_not_stop_the_build(tmp_path: Path) -> None:
    done = build(
        write_register(
            tmp_path, SOUND.replace("A protocol", "Home \U0001f3e0 \u6f22\u5b57 \u0645\u0631\u062d\u0628\u0627")
        )
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "downloads" / "p" / "p-draft.pdf").is_file()


@pytest.mark.slow
def test_an_id_as_long_as_its_documents_names_allow(tmp_path: Path) -> None:
    id_ = "a" * 240
    done = build(write_register(tmp_path, SOUND.replace("protocols/p/", f"protocols/{id_}/")))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "downloads" / id_ / f"{id_}-draft.docx").is_file()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_a_pandoc_that_hangs_up_is_an_error_in_words(tmp_path: Path) -> None:
    text = "      Long words that fill the pipe.\n" * 20_000
    root = write_register(tmp_path, SOUND.replace(DRAFT, f"{DRAFT}clauses:\n  - id: accuracy\n    text: |\n{text}"))
    pandoc = tmp_path / "pandoc"
    pandoc.write_text("#!/bin/sh\nexec <&-\nsleep 0.2\nexit 3\n")
    pandoc.chmod(0o755)
    program = (
        "import sys; from undersigned.documents.docx import pandoc; pandoc.pandoc_path = lambda: sys.argv[1]; "
        "from undersigned.cli import main; sys.exit(main(sys.argv[2:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(pandoc), *COMMAND[3:], str(root), "build"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2, done.stderr
    assert "pandoc failed: exit status 3" in done.stderr
    assert hidden(root) == []


@pytest.mark.slow
def test_serving_outlives_a_reader_who_leaves(tmp_path: Path) -> None:
    root = write_register(tmp_path, SOUND)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*COMMAND, str(root), "serve", "--address", f"127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for attempt in range(40):
            until = time.monotonic() + 60
            while attempt == 0 and process.poll() is None and time.monotonic() < until:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            with socket.create_connection(("127.0.0.1", port), timeout=10) as reader:
                reader.sendall(b"GET /assets/govuk/govuk.css HTTP/1.0\r\n\r\n")
            time.sleep(0.02)
        time.sleep(0.5)
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(timeout=30)
