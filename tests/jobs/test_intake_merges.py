"""Changes that meet: two agencies sign one protocol, or one signs while it is reviewed, and Git merges them either way."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from jobs.intake_issues import NOMINATED, SIGNED, issue_body, register_on_disk
from undersigned.checks.engine import check_register
from undersigned.editing.new import new_record
from undersigned.jobs.issue_forms import checked_change
from undersigned.register import Register, load_register

TODAY = date(2026, 11, 22)
Change = Callable[[Register], None]


def asked(form: str, answers: dict[str, str]) -> Change:
    def change(register: Register) -> None:
        for path, raw in checked_change(issue_body(form, answers), register, as_of=TODAY).change.files.items():
            (register.root / path).parent.mkdir(parents=True, exist_ok=True)
            (register.root / path).write_bytes(raw)

    return change


def reviewed(register: Register) -> None:
    new_record(
        "review",
        register,
        ["housing"],
        answers={
            "outcome": "no-change",
            "note": "We read the text with both councils and it still holds",
            "post": "Partnerships Officer",
        },
        as_of=TODAY,
    )


COUNCIL, LANDLORD, LEAD = (
    asked("signature", {**SIGNED, "organisation": id_}) for id_ in ("council", "landlord", "probation")
)
OFFICER = asked("nomination", {**NOMINATED, "organisation": "landlord"})

MEETING: dict[str, tuple[Change, Change]] = {
    "two-agencies-sign": (COUNCIL, LANDLORD),
    "an-agency-and-the-lead-sign": (COUNCIL, LEAD),
    "one-signs-while-it-is-reviewed": (COUNCIL, reviewed),
    "one-names-its-officer-while-another-signs": (OFFICER, COUNCIL),
    "a-first-signature-while-it-is-reviewed": (LANDLORD, reviewed),
}


class Repository:
    def __init__(self, root: Path) -> None:
        self.root = root
        register_on_disk(root)
        self.git("init", "-q", "-b", "main")
        self.commit("Register")

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(self.root), *words],
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def propose(self, branch: str, change: Change) -> None:
        """A change made on what the main branch was when both began."""
        self.git("checkout", "-q", "-b", branch, "main")
        change(load_register(self.root))
        self.commit(branch)
        assert self.git("diff", "--name-only", "main", branch)
        self.git("checkout", "-q", "main")


@pytest.mark.parametrize("changes", MEETING.values(), ids=MEETING)
def test_two_pull_requests_merge_in_either_order(tmp_path: Path, changes: tuple[Change, Change]) -> None:
    repository = Repository(tmp_path)
    for branch, change in zip("ab", changes, strict=True):
        repository.propose(branch, change)
    trees = set()
    for order in permutations("ab"):
        repository.git("checkout", "-q", "-B", "merged", "main")
        for branch in order:
            repository.git(
                "merge", "-q", "--no-ff", "-m", f"Merge {branch}", branch
            )  # a conflict would be an error here
        trees.add(repository.git("rev-parse", "merged^{tree}"))
        findings, _ = check_register(load_register(tmp_path), as_of=TODAY)
        assert [finding for finding in findings if finding.severity == "error"] == errors_before(repository)
        repository.git("checkout", "-q", "merged")
    assert len(trees) == 1


def errors_before(repository: Repository) -> list[object]:
    repository.git("checkout", "-q", "main")
    findings, _ = check_register(load_register(repository.root), as_of=TODAY)
    return [finding for finding in findings if finding.severity == "error"]


def test_two_changes_of_one_record_are_told_by_git(tmp_path: Path) -> None:
    """So that the test above can fail."""
    repository = Repository(tmp_path)
    repository.propose("a", COUNCIL)
    repository.propose("b", asked("signature", {**SIGNED, "signed_on": "19 November 2026"}))
    repository.git("merge", "-q", "--no-ff", "-m", "Merge a", "a")
    with pytest.raises(subprocess.CalledProcessError):
        repository.git("merge", "-q", "--no-ff", "-m", "Merge b", "b")
