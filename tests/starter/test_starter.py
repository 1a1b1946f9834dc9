"""A new register builds, keeps to the template, and moves to a new version without losing what people changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from shared_files import TEMPLATE, shared

from support import TODAY, write_register
from undersigned import __version__, starter
from undersigned.records.files import load_files
from undersigned.register import load_register, register_of
from undersigned.reports.feeds import is_tag
from undersigned.site.build import SiteError, build_site
from undersigned.starter import StarterError

ANSWERS = {
    "publisher": "Riverside <Partnership>",
    "site_name": 'The "Riverside" register: agreements',
    "keeper": "@riverside/register",
    "contact_mailbox": "register@riverside.gov.uk",
    "privacy_mailbox": "privacy@riverside.gov.uk",
    "accessibility_mailbox": "access@riverside.gov.uk",
}


@pytest.fixture
def register(tmp_path: Path) -> Path:
    root = tmp_path / "register"
    starter.init(root, ANSWERS, as_of=TODAY)
    return root


def test_the_template_holds_what_this_repository_uses() -> None:
    """`python tests/starter/shared_files.py` writes the template's copies anew."""
    for name, text in shared().items():
        assert (TEMPLATE / name).read_text(encoding="utf-8") == text, name


def test_a_new_register_has_no_findings_and_its_own_names(register: Path) -> None:
    files = load_files(register)
    assert files.findings == ()
    assert register_of(register, files).protocol_ids == ()
    assert (register / "requirements.txt").read_text(encoding="utf-8").startswith("undersigned==")
    assert "* @riverside/register" in (register / ".github/CODEOWNERS").read_text(encoding="utf-8")
    written = "".join(path.read_text(encoding="utf-8") for path in register.rglob("*") if path.is_file())
    assert "@@" not in written
    assert "example: yes" not in (register / "mkdocs.yml").read_text(encoding="utf-8")
    tag = load_register(register).tag
    assert tag == f"riverside.gov.uk,{TODAY}:the-riverside-register-agreements"
    assert is_tag(tag)


@pytest.mark.slow
def test_a_new_register_builds_with_its_guidance(register: Path, tmp_path: Path) -> None:
    build_site(load_register(register), tmp_path / "site", as_of=TODAY)
    page = (tmp_path / "site/about/contact/index.html").read_text(encoding="utf-8")
    assert "mailto:register@riverside.gov.uk" in page
    assert "Riverside &lt;Partnership&gt; publishes" in (tmp_path / "site/about/privacy/index.html").read_text(
        encoding="utf-8"
    )
    assert (tmp_path / "site/guidance/sharing/consent/index.html").is_file()
    assert "The &#34;Riverside&#34; register" in page or "The &quot;Riverside&quot; register" in page


@pytest.mark.parametrize("left", ["[[which body]]", "Write to <privacy@example.org>."])
def test_the_build_stops_at_a_gap_and_names_its_page(register: Path, tmp_path: Path, left: str) -> None:
    page = register / "docs/about/privacy.md"
    page.write_text(page.read_text(encoding="utf-8") + f"\n{left}\n", encoding="utf-8")
    with pytest.raises(SiteError, match=r"about/privacy\.md"):
        build_site(load_register(register), tmp_path / "site", as_of=TODAY)


def test_every_fault_of_the_answers_is_said_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    wrong = ANSWERS | {
        "privacy_mailbox": "privacy at riverside",
        "contact_mailbox": "a@example.org",
        "publisher": "A\nB",
    }
    with pytest.raises(StarterError) as stopped:
        starter.init(tmp_path / "register", wrong, as_of=TODAY)
    assert all(name in str(stopped.value) for name in ("privacy_mailbox", "contact_mailbox", "publisher"))
    with pytest.raises(StarterError, match="keeper and contact_mailbox"):
        starter.init(
            tmp_path / "register",
            {"publisher": "A", "privacy_mailbox": "a@b.uk", "accessibility_mailbox": "a@b.uk"},
            as_of=TODAY,
        )
    assert not (tmp_path / "register").exists()


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    write_register(tmp_path, "=== protocols/p/protocol.yaml\ntitle: P\n")
    with pytest.raises(StarterError, match=r"mkdocs\.yml and protocols"):
        starter.init(tmp_path, ANSWERS, as_of=TODAY)
    assert (tmp_path / "mkdocs.yml").read_text(encoding="utf-8") == "site_name: Test\n"


def test_a_register_at_this_version_needs_no_upgrade(register: Path) -> None:
    result = starter.upgrade(register, check=True)
    assert not result.changes
    assert set(result.files.values()) == {"current"}


def test_an_upgrade_renews_its_own_files_and_leaves_changed_ones(
    register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = register / ".github/workflows/publish.yml"
    changed.write_text(changed.read_text(encoding="utf-8") + "# ours\n", encoding="utf-8")
    deleted = register / ".vscode/extensions.json"
    deleted.unlink()
    windows = register / ".gitignore"
    windows.write_bytes(windows.read_bytes().replace(b"\n", b"\r\n"))
    newer = {path: text + "# newer\n" for path, text in starter.managed_files().items() if path != ".gitattributes"}
    newer["added.txt"] = "new\n"
    monkeypatch.setattr(starter, "managed_files", lambda: newer)
    monkeypatch.setattr(starter, "__version__", "0.3.0")
    mine = {path: path.read_bytes() for path in (register / "docs").rglob("*") if path.is_file()}

    planned = starter.upgrade(register, check=True)
    assert "# newer" not in (register / ".github/workflows/check.yml").read_text(encoding="utf-8")
    done = starter.upgrade(register)
    assert planned == done
    assert done.before == __version__
    assert done.files[".github/workflows/publish.yml"] == "yours"
    assert done.files[".vscode/extensions.json"] == "yours"
    assert done.files[".gitattributes"] == "gone"
    assert done.files[".gitignore"] == done.files[".github/workflows/check.yml"] == "updated"
    assert done.files["added.txt"] == "new"
    assert changed.read_text(encoding="utf-8").endswith("# ours\n")
    assert not deleted.exists()
    assert {path: path.read_bytes() for path in mine} == mine
    assert json.loads((register / ".undersigned.json").read_text(encoding="utf-8"))["version"] == "0.3.0"
    assert starter.upgrade(register).files[".github/workflows/publish.yml"] == "yours"


@pytest.mark.parametrize("text", ["", "[]", '{"version": "1", "files": {}}', '{"version": "0.1.0"}'])
def test_a_broken_manifest_is_said(register: Path, text: str) -> None:
    (register / ".undersigned.json").write_text(text, encoding="utf-8")
    with pytest.raises(StarterError, match=r"\.undersigned\.json has been changed"):
        starter.upgrade(register)


def test_only_a_register_that_init_made_is_upgraded_and_never_backwards(register: Path, tmp_path: Path) -> None:
    with pytest.raises(StarterError, match="did not make this register"):
        starter.upgrade(tmp_path)
    data = json.loads((register / ".undersigned.json").read_text(encoding="utf-8"))
    (register / ".undersigned.json").write_text(json.dumps(data | {"version": "9.0.0"}), encoding="utf-8")
    with pytest.raises(StarterError, match=r"version 9\.0\.0 made this register"):
        starter.upgrade(register)


def test_a_link_is_never_followed(register: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    shutil.copy(register / ".gitignore", outside)
    (register / ".gitignore").unlink()
    (register / ".gitignore").symlink_to(outside)
    assert starter.upgrade(register).files[".gitignore"] == "yours"
