"""`ci stamp` against a pretend GitHub over a real repository: one file, on a branch of its own, refused as `release` refuses."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ci_register import ORGANISATIONS
from markdown_it import MarkdownIt

from attacks import ATTACKS, shown_by_github
from github.server import PretendGitHub
from support import TODAY, write_register
from undersigned.changes.judgement import ChangedWording
from undersigned.changes.render_markdown import side_by_side
from undersigned.changes.report import Point
from undersigned.changes.versions import WordingToJudge
from undersigned.github import UnansweredError
from undersigned.jobs import JobError
from undersigned.jobs.stamp import StampRequest, stamp
from undersigned.register import Register, load_register

PROTOCOL = """
=== protocols/housing/protocol.yaml
title: Housing protocol
kind: joint-working-protocol
status: signing
publication: public
lead: probation
effective_from: 2026-12-01
parties:
  - {organisation: probation, role: controller}
  - {organisation: council, role: controller}
clauses:
  - {id: complaints, title: Complaints, covers: [complaints], text: Complaints are answered within 20 days.}
"""
BRANCH = "upkeep/stamp-housing-1.0"
PATH = "protocols/housing/versions/1.0.yaml"
ASKED = StampRequest("housing", "material", "First agreed text")


@dataclass
class Desk:
    """A repository, the GitHub that has it, and the program run over it."""

    hub: PretendGitHub
    root: Path

    def git(self, *words: str) -> str:
        command = [
            "git",
            "-c",
            "user.name=officer",
            "-c",
            "user.email=officer@example.org",
            "-C",
            str(self.root),
            *words,
        ]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    @property
    def register(self) -> Register:
        return load_register(self.root)

    def stamp(self, asked: StampRequest = ASKED) -> str:
        self.hub.requests.clear()
        github = self.hub.client()
        return stamp(github, self.register, asked, base=self.git("rev-parse", "HEAD"), into="main", as_of=TODAY)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_register(tmp_path_factory.mktemp("repository"), ORGANISATIONS + PROTOCOL)
    desk = Desk(PretendGitHub(git=root), root)
    desk.git("init", "--quiet", "--initial-branch=main", "--template=")  # without the samples of hooks
    desk.git("add", ".")
    desk.git("commit", "--quiet", "--message=Start")
    return root


@pytest.fixture
def desk(repository: Path, tmp_path: Path) -> Iterator[Desk]:
    shutil.copytree(repository, tmp_path, dirs_exist_ok=True)
    hub = PretendGitHub(git=tmp_path)
    yield Desk(hub, tmp_path)
    assert hub.violations == []


def test_one_file_on_a_branch_of_its_own(desk: Desk) -> None:
    start = desk.git("rev-parse", "main")
    assert "opened" in desk.stamp()
    assert desk.git("diff", "--name-status", f"main..{BRANCH}") == f"A\t{PATH}"
    assert desk.git("rev-parse", "main") == start
    assert desk.git("status", "--porcelain") == ""
    pull = desk.hub.issues[1]
    assert pull.title == "Stamp version 1.0 of housing"
    assert "2 of 2: County Council; Probation Service" in pull.body
    desk.git("checkout", "--quiet", BRANCH)
    assert [str(number) for number in desk.register.protocol("housing").versions] == ["1.0"]  # type: ignore[union-attr]


def test_asked_again_it_changes_nothing(desk: Desk) -> None:
    desk.stamp()
    head = desk.git("rev-parse", BRANCH)
    assert "there already" in desk.stamp()
    assert desk.git("rev-parse", BRANCH) == head
    assert len(desk.hub.issues) == 1


def test_another_summary_brings_it_up_to_date(desk: Desk) -> None:
    desk.stamp()
    assert "updated “Stamp version 1.0 of housing”" in desk.stamp(StampRequest("housing", "material", "Agreed by all"))
    assert "summary: Agreed by all" in desk.git("show", f"{BRANCH}:{PATH}")
    assert len(desk.hub.issues) == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (StampRequest("housing", "editorial", "x"), "the first version of housing must be material"),
        (StampRequest("housing", "material", " "), "a version needs a summary"),
        (StampRequest("hosing", "material", "x"), "there is no protocol 'hosing'"),
        (StampRequest("../../etc", "material", "x"), "there is no protocol"),
    ],
)
def test_what_release_refuses_is_refused_in_its_words(desk: Desk, asked: StampRequest, said: str) -> None:
    with pytest.raises(JobError, match=said):
        desk.stamp(asked)
    assert desk.hub.requests == []


def test_a_summary_is_text_and_nothing_else(desk: Desk) -> None:
    desk.stamp(StampRequest("housing", "material", "See @everyone, #1 and <img src=x> [here](https://example.com)"))
    body = desk.hub.issues[1].body
    assert not re.search(r"@everyone|#1|https://", body)
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(body)
    assert "<img" not in shown
    assert "<a " not in shown
    assert "&lt;img src=x&gt;" in shown


def test_a_cut_answer_makes_no_second_pull_request(desk: Desk) -> None:
    desk.hub.fault("POST", "/pulls", "cut", after=True)
    assert desk.stamp()
    assert len(desk.hub.issues) == 1


def test_it_gives_up_after_some_tries(desk: Desk) -> None:
    desk.hub.fault("POST", "/git/trees", 502, times=9)
    with pytest.raises(UnansweredError):
        desk.stamp()
    assert desk.hub.issues == {}


JUDGED = StampRequest("housing", "editorial", "Plainer words", judged_by="Information Governance Manager")


def reworded(desk: Desk, words: str) -> None:
    """Version 1.0 is merged, and the working text has other words in its clause."""
    desk.stamp()
    desk.git("merge", "--quiet", "--ff-only", BRANCH)
    file = desk.root / "protocols/housing/protocol.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("Complaints are answered within 20 days.", words))
    desk.git("commit", "--quiet", "--all", "--message=Words")


def test_an_editorial_stamp_shows_both_wordings_and_who_judged_them(desk: Desk) -> None:
    reworded(desk, "Complaints should be answered within 30 days.")
    desk.stamp(JUDGED)
    body = desk.hub.issues[2].body
    assert "| Wording judged by | Information Governance Manager |" in body
    assert "| Complaints <del>are</del> answered within <del>20</del> days. |" in body
    assert "| Complaints <ins>should be</ins> answered within <ins>30</ins> days. |" in body
    assert "“20” becomes “30”. Does anybody now owe more or less?" in body
    assert "looks weaker than before. If it is, every party loses by it" in body
    assert "The kind of change is right" not in body


def test_an_editorial_stamp_that_nobody_judged_is_refused(desk: Desk) -> None:
    reworded(desk, "Complaints should be answered within 30 days.")
    with pytest.raises(JobError, match="a person must judge"):
        desk.stamp(StampRequest("housing", "editorial", "Plainer words"))
    assert desk.hub.requests == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_wordings_in_a_pull_request_are_text_and_nothing_else(attack: str) -> None:
    wording = ChangedWording(("title",), attack, attack, f"x {attack} must", ())
    point = Point("obligation-changed", {"term": attack, "sort": "must", "before": attack, "after": attack}, "care")
    shown = shown_by_github(side_by_side([WordingToJudge(wording, (point,))]))
    assert shown.links == []
    assert set(shown.tags) <= {"<del>", "</del>", "<ins>", "</ins>", "<span>", "</span>"}
    assert shown.live_words() == []
