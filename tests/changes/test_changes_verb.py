"""The verb `changes`, as people and programs call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from repositories import Repository

from undersigned.cli import main

PROTOCOL = "protocols/housing/protocol.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "r")


def run(repository: Repository, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(["--root", str(repository.root), "--as-of", "2026-11-22", "changes", *words])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_nothing_changes(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    head = repository.git("rev-parse", "HEAD")[:10]
    assert run(repository, capsys, "HEAD") == (0, f"No record of the register changes between {head} and {head}.\n", "")
    repository.write("README.md", "Read me\n")
    other = repository.commit("no record")[:10]
    assert run(repository, capsys, "HEAD~1", "HEAD") == (
        0,
        f"No record of the register changes between {head} and {other}; one other file does.\n",
        "",
    )
    assert run(repository, capsys, "HEAD~1", "--format", "markdown")[1].count("\n") == 1


def test_the_text_ends_with_a_line_of_summary(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.edit(PROTOCOL, ("retention: 6 years", "retention: 2 years"))
    repository.stamp("material", "Less is kept")
    repository.commit("2.0")
    status, said, complaint = run(repository, capsys, "HEAD~1")
    assert (status, complaint) == (0, "")
    assert said.splitlines()[-1] == "1 protocol, 1 term changed, 1 version stamped, 3 must sign again."
    assert said.splitlines()[2:4] == [
        "What it does to people's information",
        "  - Retention for “Risk summary” (flow risk-summary): 6 years becomes 2 years",
    ]


def test_json_is_for_programs(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    base = repository.git("rev-parse", "HEAD")
    repository.edit(PROTOCOL, ("within five", "within ten"))
    head = repository.commit("words")
    status, said, _ = run(repository, capsys, base[:8], "--format", "json")
    answer = json.loads(said)
    assert status == 0
    assert said == json.dumps(answer, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert (
        answer["schema_version"],
        answer["as_of"],
        answer["base"],
        answer["head"],
        answer["compared_from"],
        answer["relation"],
    ) == (1, "2026-11-22", base, head, base, "ahead")
    assert answer["counts"]["files"] == 1
    (protocol,) = answer["protocols"]
    assert {key: protocol[key] for key in ("id", "title", "sort", "former_id")} == {
        "id": "housing",
        "title": "Housing Protocol",
        "sort": "changed",
        "former_id": None,
    }
    assert [(point["part"], point["code"], point["weight"]) for point in protocol["points"]] == [
        ("signing", "would-be-editorial", "signing"),
        ("signing", "obligation-changed", "care"),
        ("signing", "duty-weakened", "care"),
        ("terms", "prose-changed", "plain"),
    ]
    assert protocol["points"][1]["values"] == {
        "term": "clause accuracy: text",
        "sort": "number",
        "before": "five",
        "after": "ten",
    }
    assert protocol["points"][3]["words"][2] == {"kind": "out", "text": "five"}
    assert protocol["points"][3]["values"]["place"]["id"] == "accuracy"


def test_uncommitted_files_are_remarked_on_and_not_counted(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.edit(PROTOCOL, ("retention: 6 years", "retention: 2 years"))
    status, said, complaint = run(repository, capsys, "HEAD")
    assert status == 0
    assert said.startswith("No record of the register changes")
    assert complaint == "undersigned: changes to 1 record file are not committed, and are not counted here\n"
    assert run(repository, capsys, "HEAD", "HEAD")[2] == ""
    repository.edit("signatories/police/organisation.yaml", ("Police", "Constabulary"))
    assert "2 record files" in run(repository, capsys, "HEAD")[2]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("nosuch",), "'nosuch' is not a revision of this repository"),
        (("HEAD", "nosuch"), "'nosuch' is not a revision"),
        (("HEAD:protocols",), "'HEAD:protocols' is not a revision"),
    ],
)
def test_a_wrong_revision(
    repository: Repository, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], complaint: str
) -> None:
    status, said, told = run(repository, capsys, *words)
    assert (status, said) == (2, "")
    assert complaint in told
    assert "Name a commit, a branch or a tag." in told


def test_no_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mkdocs.yml").write_text("site_name: T\n", encoding="utf-8")
    assert main(["--root", str(tmp_path), "changes", "HEAD"]) == 2
    assert "not in a Git repository" in capsys.readouterr().err


def test_the_author_given_is_the_one_judged(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    (repository.root / "signatories/council/housing.yaml").unlink()
    repository.write("CODEOWNERS", "* @council-officer\n")
    repository.commit("owners")
    repository.sign("council", "1.0", "2026-11-01")
    repository.commit("signed")

    def odd(*words: str) -> list[str]:
        return [
            one["code"]
            for one in json.loads(run(repository, capsys, "HEAD~1", "HEAD", "--format", "json", *words)[1])["odd"]
        ]

    assert odd("--author", "council-officer") == []
    assert odd("--author", "Mallory") == ["recorded-by-stranger"]


def test_diverged_branches_and_going_back_are_reported(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    start = repository.git("rev-parse", "HEAD")
    repository.git("checkout", "-q", "-b", "side")
    repository.edit(PROTOCOL, ("retention: 6 years", "retention: 2 years"))
    repository.commit("side")
    repository.git("checkout", "-q", "main")
    repository.edit(PROTOCOL, ("retention: 1 year", "retention: 3 years"))
    repository.commit("main")
    said = run(repository, capsys, "main", "side")[1]
    assert f"is compared with their common ancestor, {start[:10]}" in said
    assert "6 years becomes 2 years" in said
    assert "3 years" not in said
    assert "this says what going back would mean" in run(repository, capsys, "main", "HEAD~1")[1]
