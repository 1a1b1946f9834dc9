"""Where proposals go: a branch, or a pull request on a pretended GitHub that is checked against GitHub's own description."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from edit.test_edit import ADDRESS, KEY, RECORDS, commit, faults, git, propose
from github.server import PretendGitHub
from undersigned.changes.git import History
from undersigned.edit.app import make_app
from undersigned.edit.outlets import BranchOutlet, GitHubOutlet, Outlet, OutletError, Proposal, words_of

TODAY = date(2026, 11, 30)
PATH = "signatories/lichfield/organisation.yaml"
POST = ("Housing Options Manager, Lichfield District Council", "housing@lichfield.example")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "register"
    for path, text in RECORDS.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git(root, "init", "-q", "-b", "main")
    commit(root)
    return root


@pytest.fixture
def hub(root: Path, tmp_path: Path) -> Iterator[PretendGitHub]:
    git(root, "clone", "-q", "--bare", str(root), str(tmp_path / "hub.git"))
    hub = PretendGitHub(git=tmp_path / "hub.git")
    yield hub
    assert hub.violations == []


def github_outlet(hub: PretendGitHub, root: Path) -> GitHubOutlet:
    return GitHubOutlet(hub.client(), into="main", body=lambda one: words_of(one, root, as_of=TODAY))


def proposal(root: Path, words: str = "Lichfield Council") -> Proposal:
    files = {PATH: RECORDS[PATH].replace("Lichfield District Council", words).encode()}
    with History(root) as history:
        base = history.resolve("HEAD")
        return Proposal(base, history.commit(base, files, "A new name\n", POST), "A new name", files, POST)


def test_a_page_proposes_a_pull_request_in_the_name_of_a_post(root: Path, hub: PretendGitHub) -> None:
    browser = make_app(root, as_of=lambda: TODAY, key=KEY, outlet=github_outlet(hub, root)).test_client()
    browser.get(f"/?key={KEY}", base_url=ADDRESS)
    page = propose(browser, "/wording/p/clauses.complaints.text", text="Each party answers.")
    assert "pull request on GitHub" in page
    (pull,) = hub.issues.values()
    assert pull.title == "p: Complaints, Words"
    assert "Complaints" in pull.body
    branch = hub.git("for-each-ref", "--format=%(refname:short)", "refs/heads/edit/")
    assert hub.git("log", "-1", "--format=%ae %s", branch) == "edit@register.invalid p: Complaints, Words"
    assert "Each party answers." in hub.git("show", f"{branch}:protocols/p/protocol.yaml")
    assert git(root, "branch", "--list", "edit/*") == ""


def test_the_same_proposal_twice_is_there_once(root: Path, hub: PretendGitHub) -> None:
    for outlet in (github_outlet(hub, root), BranchOutlet(root)):
        first, second = (outlet.propose(proposal(root)) for _ in range(2))
        assert first.branch == second.branch
        assert outlet.propose(proposal(root, "Another")).branch != first.branch
    assert len(hub.issues) == 2
    assert len(git(root, "branch", "--list", "edit/*").split()) == 2


def test_an_answer_that_is_lost_is_asked_for_again(root: Path, hub: PretendGitHub) -> None:
    hub.fault("POST", "git/refs", "cut", after=True)
    hub.fault("POST", "pulls$", "cut", after=True)
    assert github_outlet(hub, root).propose(proposal(root)).address
    assert len(hub.issues) == 1


def test_a_text_that_github_does_not_have_is_not_proposed(root: Path, hub: PretendGitHub) -> None:
    (root / PATH).write_text(RECORDS[PATH] + "website: https://www.example.org\n")
    commit(root)
    with pytest.raises(OutletError, match="does not have the text"):
        github_outlet(hub, root).propose(proposal(root))
    assert hub.writes == []


def test_what_github_refuses_is_said_on_the_page_and_the_answers_stay(root: Path, hub: PretendGitHub) -> None:
    outlet = GitHubOutlet(hub.client("wrong"), into="main", body=lambda _: "")
    browser = make_app(root, as_of=lambda: TODAY, key=KEY, outlet=outlet).test_client()
    browser.get(f"/?key={KEY}", base_url=ADDRESS)
    page = propose(browser, "/wording/p/clauses.complaints.text", text="Each party answers.")
    assert "The token is missing, wrong or has run out." in faults(page)[0][1]
    assert "Each party answers." in page
    assert git(root, "branch", "--list", "edit/*") == ""


def test_both_are_outlets(root: Path, hub: PretendGitHub) -> None:
    outlets: list[Outlet] = [BranchOutlet(root), github_outlet(hub, root)]
    assert [outlet.propose(proposal(root)).how for outlet in outlets] == ["branch", "pull-request"]
