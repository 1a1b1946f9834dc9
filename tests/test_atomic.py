"""A file is written whole or not at all; a record only inside the register."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from undersigned.atomic import write_atomically
from undersigned.editing import EditingError
from undersigned.editing.atomic import write_text


def test_writes_and_replaces(tmp_path: Path) -> None:
    assert write_text(tmp_path, "protocols/a/protocol.yaml", "one\n") == tmp_path / "protocols/a/protocol.yaml"
    write_text(tmp_path, "protocols/a/protocol.yaml", "tŷ\n")
    assert (tmp_path / "protocols/a/protocol.yaml").read_bytes() == "tŷ\n".encode()
    assert [path.name for path in (tmp_path / "protocols/a").iterdir()] == ["protocol.yaml"]


def test_new_refuses_what_exists(tmp_path: Path) -> None:
    write_text(tmp_path, "a.yaml", "one\n", new=True)
    with pytest.raises(EditingError, match=r"a\.yaml exists already"):
        write_text(tmp_path, "a.yaml", "two\n", new=True)
    assert (tmp_path / "a.yaml").read_text() == "one\n"


@pytest.mark.parametrize("links", [True, False])
def test_new_never_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    (tmp_path / "a.yaml").write_text("theirs\n")
    if not links:  # as on some file systems

        def refuse(*_: object) -> None:
            raise PermissionError("no hard links here")

        monkeypatch.setattr("os.link", refuse)
        assert write_text(tmp_path, "b.yaml", "mine\n", new=True).read_text() == "mine\n"
        (tmp_path / "b.yaml").unlink()
    with pytest.raises(EditingError, match="exists already"):
        write_text(tmp_path, "a.yaml", "mine\n", new=True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]
    assert (tmp_path / "a.yaml").read_text() == "theirs\n"


@pytest.mark.parametrize("path", ["../a.yaml", "protocols/../../a.yaml", "/etc/a.yaml", "", "a\\..\\b.yaml"])
def test_never_leaves_the_register(tmp_path: Path, path: str) -> None:
    root = tmp_path / "register"
    root.mkdir()
    with pytest.raises(EditingError, match="outside the register"):
        write_text(root, path, "x\n")
    assert [*tmp_path.iterdir()] == [root]


@pytest.mark.parametrize("link", ["protocols", "protocols/a", "protocols/a/protocol.yaml"])
def test_writes_through_no_symbolic_link(tmp_path: Path, link: str) -> None:
    root, elsewhere = tmp_path / "register", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (root / link).parent.mkdir(parents=True)
    (root / link).symlink_to(elsewhere / "file" if link.endswith("yaml") else elsewhere)
    with pytest.raises(EditingError, match=f"{link} is a symbolic link"):
        write_text(root, "protocols/a/protocol.yaml", "x\n")
    assert not list(elsewhere.iterdir())


def test_a_folder_that_is_a_file_is_not_taken_for_the_record(tmp_path: Path) -> None:
    (tmp_path / "protocols").write_text("a file\n")
    with pytest.raises(FileExistsError, match="protocols"):
        write_text(tmp_path, "protocols/a.yaml", "x\n", new=True)


def test_keeps_the_permissions_unless_told_others(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("one\n")
    path.chmod(0o640)
    write_text(tmp_path, "a.yaml", "two\n")
    assert path.stat().st_mode & 0o777 == 0o640
    write_atomically(path, b"three\n", mode=0o604)
    assert path.stat().st_mode & 0o777 == 0o604


@pytest.mark.parametrize("durable", [False, True])
@pytest.mark.parametrize("call", ["os.open", "os.fdopen", "os.fsync", "os.chmod", "os.replace", "os.unlink"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_any_moment_leaves_the_old_or_the_new(tmp_path: Path, call: str, moment: str, durable: bool) -> None:
    """The process dies, without any clean-up, just before or just after each thing it asks of the system."""
    (tmp_path / "a.yaml").write_text("old\n" * 1000)
    script = f"""
import os
from pathlib import Path
from undersigned.atomic import write_atomically
true = {call}
def die(*args, **kwargs):
    if {moment == "after"}:
        true(*args, **kwargs)
    os._exit(9)
{call} = die
write_atomically(Path({str(tmp_path / "a.yaml")!r}), b"new\\n" * 1000, durable={durable})
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
    assert done.returncode in (0, 9)
    assert (tmp_path / "a.yaml").read_text() in ("old\n" * 1000, "new\n" * 1000)
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".yaml")] == ["a.yaml"]
