"""The page of `edit` that reads what came back: nothing is written but a branch, and only after a second look."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path

import pytest
from document_sample import TODAY, sample_text
from flask.testing import FlaskClient
from pdf_manipulations import strike_out
from returned_kit import COUNCIL, appended, docx, pdf, typed

from support import write_register
from undersigned.edit.app import make_app
from undersigned.returned import issued_digest

KEY, ADDRESS = "k" * 24, "http://127.0.0.1:8300"
PATH = f"signatories/{COUNCIL}/county-housing.yaml"


def git(root: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=Registrar", "-c", "user.email=registrar@example.org")
    return subprocess.run(["git", *settings, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    digest = issued_digest(pdf())
    sent = f"signatures:\n  - {{version: '1.0', sent_on: 2026-11-20, issued: {{pdf: 'sha256:{digest}'}}}}\n"
    root = write_register(tmp_path, f"{sample_text()}=== {PATH}\n{sent}")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "The register")
    return root


class Browser:
    def __init__(self, root: Path) -> None:
        self.client: FlaskClient = make_app(root, as_of=lambda: TODAY, key=KEY).test_client()
        self.client.get(f"/?key={KEY}", base_url=ADDRESS)

    def post(self, files: dict[str, bytes] | None = None, **data: str) -> str:
        page = self.client.get("/receive", base_url=ADDRESS).text
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token
        given: dict[str, object] = {"token": token[1], **data}
        given["files"] = [(io.BytesIO(content), name) for name, content in (files or {}).items()]
        return self.client.post("/receive", data=given, base_url=ADDRESS, headers={"Origin": ADDRESS}).text


def test_a_signed_copy_becomes_a_branch_after_a_second_look(root: Path) -> None:
    browser = Browser(root)
    page = browser.post({"copy.pdf": typed(), "letter.txt": b"Dear colleague"})
    assert "copy 2 of 2 of county-housing 1.0, for Town Council" in page
    assert "proposed: " in page
    assert "not recorded: " in page
    assert git(root, "branch", "--list", "edit/*") == ""
    change = re.search(r'name="change" value="([^"]+)"', page)
    assert change
    assert "Your change is proposed" in browser.post(do="propose", change=change[1])
    [branch] = git(root, "branch", "--list", "edit/*", "--format=%(refname:short)").split()
    assert git(root, "diff", "--name-only", "main", branch).split() == [PATH]
    assert "signed_on: 2026-11-22" in git(root, "show", f"{branch}:{PATH}")
    assert "A. Example" not in git(root, "show", f"{branch}:{PATH}")
    assert git(root, "status", "--porcelain") == ""
    assert "Your change is proposed" in browser.post(do="propose", change=change[1]), "pressed twice, it is there once"
    assert git(root, "branch", "--list", "edit/*", "--format=%(refname:short)").split() == [branch]


@pytest.mark.slow
def test_a_changed_copy_and_hostile_names_propose_nothing(root: Path) -> None:
    browser = Browser(root)
    page = browser.post({"<script>evil()</script>.pdf": appended(typed(), strike_out), "b.docx": docx()})
    assert 'name="change"' not in page
    assert "<script>evil" not in page
    assert "Nothing is proposed" in page
    assert "Choose a file" in browser.post()
    (root / PATH).write_text(f"# Not committed yet\n{(root / PATH).read_text()}")
    assert "not committed" in browser.post({"copy.pdf": typed()})


def test_only_this_page_takes_large_files(root: Path) -> None:
    browser = Browser(root)
    large = {"scan.bin": bytes(3 << 20)}
    assert "not recorded: " in browser.post(large)
    page = browser.client.get("/task/contact", base_url=ADDRESS).text
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    answer = browser.client.post(
        "/task/contact",
        data={"token": token[1], "post": "x" * (3 << 20)},
        base_url=ADDRESS,
        headers={"Origin": ADDRESS},
    )
    assert answer.status_code == 413
    assert browser.client.post("/receive", data={"do": "propose"}, base_url=ADDRESS).status_code == 403
