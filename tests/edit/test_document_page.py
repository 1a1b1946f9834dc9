"""The page of `edit` that begins a protocol with a document: nothing is taken that is not ticked, and no person is shown."""

from __future__ import annotations

import html
import io
import re
import subprocess
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from intake.agreements import Agreement, content_of
from intake.agreements_in_view import BOLD_HEADINGS, CONTRACT
from intake.counting import TODAY, register_of_bodies
from support import one_in
from undersigned.edit.app import make_app
from undersigned.edit.document_page import LARGEST_FORM

KEY, ADDRESS = "k" * 24, "http://127.0.0.1:8300"


def git(root: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=Registrar", "-c", "user.email=registrar@example.org")
    return subprocess.run(["git", *settings, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    register_of_bodies(tmp_path)
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "The register")):
        git(tmp_path, *arguments)
    return tmp_path


class Browser:
    def __init__(self, root: Path) -> None:
        self.client: FlaskClient = make_app(root, as_of=lambda: TODAY, key=KEY).test_client()
        self.client.get(f"/?key={KEY}", base_url=ADDRESS)
        self.token = self.hidden(self.client.get("/document", base_url=ADDRESS).text, "token")
        self.page = ""
        self.status = 0

    @staticmethod
    def hidden(page: str, name: str) -> str:
        match = re.search(rf'name="{name}" value="([^"]+)"', page)
        assert match
        return match[1]

    def send(self, **data: object) -> str:
        answer = self.client.post(
            "/document",
            data={"token": self.token, **data},
            base_url=ADDRESS,
            headers={"Origin": ADDRESS},
            content_type="multipart/form-data",
        )
        self.page, self.status = answer.text, answer.status_code
        return answer.headers.get("Location", "")

    def upload(self, content: bytes, name: str) -> None:
        self.send(file=(io.BytesIO(content), name), do="read")

    def read(self, agreement: Agreement) -> None:
        self.upload(content_of(agreement), f"x.{agreement.suffix}")

    def answer(self, do: str = "make", **data: object) -> str:
        text = re.search(r'<textarea hidden name="text">\n(.*?)</textarea>', self.page, re.DOTALL)
        assert text, self.page
        carried = {"text": html.unescape(text[1]), "seal": self.hidden(self.page, "seal")}
        return self.send(**{**carried, "do": do, **data})

    def ticked(self) -> list[str]:
        return re.findall(r'id="([^"]+)"[^>]* type="checkbox"[^>]* checked', self.page)


GIVEN = {"title": "Homelessness prevention", "kind": "data-sharing-agreement"}


def draft_of(root: Path, address: str) -> str:
    id_ = address.removeprefix("/protocol/")
    return git(root, "show", f"draft/{id_}:protocols/{id_}/protocol.yaml")


def lines_of(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


@pytest.mark.slow
def test_nothing_is_taken_that_is_not_ticked(root: Path) -> None:
    browser = Browser(root)
    browser.read(CONTRACT)
    assert browser.status == 200
    assert browser.ticked() == []
    text = lines_of(draft_of(root, browser.answer(**GIVEN)))
    assert "title: Homelessness prevention" in text
    assert not re.search("^(parties|clauses|effective_from|effective_to|references|review):", text, re.MULTILINE)


def test_what_is_ticked_is_in_the_draft_and_nothing_else(root: Path) -> None:
    browser = Browser(root)
    browser.read(CONTRACT)
    address = browser.answer(
        **GIVEN,
        take=["clause-2", "clause-4"],
        **{"covers-clause-4": "accuracy", "covers-clause-2": "gateway", "covers-clause-5": "individual-rights"},
        **{"party-1": "yes", "party-3": "new:voluntary", "party-9": "yes"},
        fact="start",
    )
    text = lines_of(draft_of(root, address))
    assert text.count("- id:") == 2
    assert "- id: accuracy" in text
    assert "gateway" not in text
    assert "effective_from: 2025-06-01" in text
    assert "effective_to" not in text
    assert "brackenshire-county-council" in text
    assert "brackenford-borough-council" not in text
    assert "marlock-foyer-limited" in text
    assert git(root, "status", "--porcelain") == ""


@pytest.mark.slow
def test_one_button_ticks_all_but_what_a_person_must_have_read(root: Path) -> None:
    browser = Browser(root)
    browser.read(CONTRACT)
    browser.answer("all", **GIVEN)
    ticked = browser.ticked()
    assert {"clause-1", "clause-13", "party-1", "party-2", "fact-start", "fact-end"} <= set(ticked)
    assert "party-3" not in ticked
    assert not any(one.startswith("clause-") and one.count("-") > 1 for one in ticked)


@pytest.mark.slow
def test_no_person_is_on_the_page_or_in_the_draft(root: Path) -> None:
    browser = Browser(root)
    browser.read(BOLD_HEADINGS)
    assert not any(words in browser.page for words in BOLD_HEADINGS.truth.people)
    assert "names of people" in browser.page
    clauses = [f"clause-{number}" for number in range(1, 12)]
    text = draft_of(root, browser.answer(title="Leavers", kind="information-sharing-protocol", take=clauses))
    assert not any(words in text for words in BOLD_HEADINGS.truth.people)
    assert text.count("- id:") >= len(clauses)


@pytest.mark.parametrize(
    "content", one_in(3, [b"%PDF-1.7 broken", b"", b"PK\x03\x04 broken", b"MZ\x90\0", content_of(CONTRACT)[:2000]])
)
def test_a_broken_file_is_refused_in_a_sentence(root: Path, content: bytes) -> None:
    browser = Browser(root)
    browser.upload(content, "../../<b>x</b>.docx")
    assert browser.status == 200
    assert "There is a problem" in browser.page
    assert "<b>x</b>" not in browser.page


@pytest.mark.slow
def test_only_a_page_that_was_shown_is_answered(root: Path) -> None:
    browser = Browser(root)
    browser.read(CONTRACT)
    shown = browser.page
    browser.answer(**GIVEN, seal="0" * 64)
    assert "too old" in browser.page
    browser.page = shown.replace("prevention of homelessness", "prevention of everything")
    browser.answer(**GIVEN)
    assert "too old" in browser.page
    browser.page = shown
    browser.answer(title=" ", kind="nothing")
    assert "Write a title" in browser.page
    assert "Choose one" in browser.page
    assert git(root, "branch", "--list", "draft/*") == ""


def test_what_is_too_large_is_refused(root: Path) -> None:
    browser = Browser(root)
    browser.upload(b"%PDF-" + b"x" * LARGEST_FORM, "x.pdf")
    assert browser.status == 413
