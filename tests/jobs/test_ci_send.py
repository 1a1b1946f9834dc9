"""`ci send` against a pretend GitHub over a real repository: packs to download, one pull request a text, and nothing sent."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from sending_sample import stamped_register

from github.server import PretendGitHub
from support import one_in
from undersigned.cli.main import main
from undersigned.github import client

BRANCH = "send/housing-2.0"


@dataclass
class Desk:
    """A repository, the GitHub that has it, and the program run over it."""

    hub: PretendGitHub
    root: Path
    packs: Path
    capsys: pytest.CaptureFixture[str]

    def git(self, *words: str) -> str:
        settings = ("-c", "user.name=officer", "-c", "user.email=officer@example.org", "-C", str(self.root))
        return subprocess.run(["git", *settings, *words], check=True, capture_output=True, text=True).stdout.strip()

    def run(self, day: str, *words: str, status: int = 0) -> str:
        cache = str(self.packs.parent / "cache")
        got = main([*words, "--root", str(self.root), "--as-of", day, "--cache", cache])
        said = self.capsys.readouterr()
        assert got == status, said
        return said.out + said.err

    def offer(self, day: str) -> str:
        return self.run(day, "ci", "send", "--output", str(self.packs))

    def entry(self, body: str, branch: str = BRANCH) -> dict[str, object]:
        """The body's newest entry on a branch."""
        found = yaml.safe_load(self.git("show", f"{branch}:signatories/{body}/housing.yaml"))["signatures"][-1]
        assert isinstance(found, dict)
        return found


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = stamped_register(tmp_path_factory.mktemp("repository"))
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "Start"]):
        settings = ["-c", "user.name=officer", "-c", "user.email=officer@example.org", "-C", str(root)]
        subprocess.run(["git", *settings, *words], check=True, capture_output=True)
    return root


@pytest.fixture
def desk(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    root = Path(shutil.copytree(repository, tmp_path / "register"))
    with PretendGitHub(git=root) as hub:
        monkeypatch.setenv("GITHUB_API_URL", hub.address)
        monkeypatch.setenv("GITHUB_REPOSITORY", hub.repository)
        monkeypatch.setenv("GITHUB_TOKEN", hub.token)
        monkeypatch.setenv("GITHUB_RUN_ID", "77")
        monkeypatch.setattr(client, "WRITE_SECONDS", 0.0)
        yield Desk(hub, root, tmp_path / "packs", capsys)
        assert hub.violations == []


@pytest.mark.slow
def test_the_packs_wait_and_one_pull_request_records_the_sending(desk: Desk) -> None:
    start = desk.git("rev-parse", "main")
    assert "housing: opened" in desk.offer("2026-11-20")
    assert desk.git("diff", "--name-only", f"main..{BRANCH}").split() == [
        "signatories/new/housing.yaml", "signatories/stale/housing.yaml",
    ]  # fmt: skip
    assert desk.git("rev-parse", "main") == start
    assert desk.git("status", "--porcelain") == ""
    for body in ("new", "stale"):
        entry = desk.entry(body)
        assert (entry["version"], str(entry["sent_on"])) == ("2.0", "2026-11-20")
        assert set(entry["issued"]) == {"pdf", "docx"}  # type: ignore[call-overload]
        draft = desk.packs / f"housing/housing-v2.0-{body}.eml"
        assert draft.read_bytes().startswith(b"X-Unsent: 1")
        assert zipfile.ZipFile(draft.with_suffix(".zip")).namelist()
    [pull] = desk.hub.issues.values()
    assert pull.title == "Send version 2.0 of housing to 2 organisations"
    for words in ("It has sent nothing.", "The stale body", "/actions/runs/77", "the draft has no address"):
        assert words in pull.body


@pytest.mark.slow
def test_the_next_run_changes_nothing_and_keeps_the_day(desk: Desk) -> None:
    desk.offer("2026-11-20")
    head, draft = desk.git("rev-parse", BRANCH), (desk.packs / "housing/housing-v2.0-stale.eml").read_bytes()
    shutil.rmtree(desk.packs)
    assert "is up to date" in desk.offer("2026-11-27")
    assert desk.git("rev-parse", BRANCH) == head
    assert (desk.packs / "housing/housing-v2.0-stale.eml").read_bytes() == draft
    assert len(desk.hub.issues) == 1


def test_once_the_day_of_return_has_passed_they_are_made_anew(desk: Desk) -> None:
    desk.offer("2026-11-20")
    assert "updated" in desk.offer("2027-01-11")
    assert str(desk.entry("stale")["sent_on"]) == "2027-01-11"
    assert "11 January 2027" in desk.hub.issues[1].body
    assert len(desk.hub.issues) == 1


@pytest.mark.slow
def test_it_follows_what_the_main_branch_records_meanwhile(desk: Desk) -> None:
    desk.offer("2026-11-20")
    desk.run("2026-11-23", "send", "housing", "--for", "new")
    desk.git("add", "signatories")
    desk.git("commit", "-q", "-m", "Sent to the new body by hand")
    assert "updated" in desk.offer("2026-11-27")
    assert desk.git("diff", "--name-only", f"main..{BRANCH}") == "signatories/stale/housing.yaml"
    assert desk.hub.issues[1].title == "Send version 2.0 of housing to 1 organisation"


@pytest.mark.slow
def test_once_it_is_merged_nothing_is_left_to_send(desk: Desk) -> None:
    desk.offer("2026-11-20")
    desk.git("merge", "-q", "--ff-only", BRANCH)
    desk.hub.issues[1].open = False
    desk.hub.requests.clear()
    assert desk.offer("2026-11-27") == "there is no text to send\n"
    assert desk.hub.writes == []


@pytest.mark.slow
def test_what_a_person_did_is_left_alone(desk: Desk) -> None:
    desk.offer("2026-11-20")
    desk.git("checkout", "-q", BRANCH)
    desk.git("commit", "-q", "--allow-empty", "-m", "Sent on another day")
    desk.git("checkout", "-q", "main")
    head = desk.git("rev-parse", BRANCH)
    assert "somebody has committed to the branch" in desk.offer("2026-11-27")
    assert desk.git("rev-parse", BRANCH) == head
    desk.hub.issues[1].open = False
    assert "somebody closed" in desk.offer("2026-11-27")
    assert len(desk.hub.issues) == 1


def test_a_dry_run_makes_nothing(desk: Desk) -> None:
    assert desk.run("2026-11-20", "ci", "send", "--dry-run") == "housing 2.0: new stale\n"
    assert desk.hub.requests == []
    assert not desk.packs.exists()


@pytest.mark.parametrize("option", one_in(2, ["--pull", "--branch"]))
def test_send_puts_the_records_on_a_branch(desk: Desk, option: str) -> None:
    said = desk.run("2026-11-20", "send", "housing", option, "--output", str(desk.packs))
    assert "send/housing-2.0" in said or "opened" in said
    assert str(desk.entry("stale")["sent_on"]) == "2026-11-20"
    assert desk.git("status", "--porcelain") == ""
    assert (desk.packs / "housing/housing-v2.0-new.eml").exists()
    assert len(desk.hub.issues) == (option == "--pull")


def test_a_record_with_changes_that_are_not_committed_goes_on_no_branch(desk: Desk) -> None:
    record = desk.root / "signatories/stale/housing.yaml"
    record.write_text(record.read_text() + "# a note\n")
    assert "not committed" in desk.run(
        "2026-11-20", "send", "housing", "--branch", "--output", str(desk.packs), status=2
    )
    assert not desk.packs.exists()
