"""What all workflows have in common, and the expressions that they use. `test_workflow_runs` runs them."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema.schema_loader import BuiltinSchemaLoader
from jsonschema import Draft7Validator

from jobs.expressions import Expression
from support import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def loaded(path: Path) -> dict[Any, Any]:
    data: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data


# -- what all have in common ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_is_as_github_describes_workflows(path: Path) -> None:
    schema = BuiltinSchemaLoader("vendor.github-workflows").get_schema()
    text = path.read_text(encoding="utf-8").replace("\non:", '\n"on":')
    assert [error.message for error in Draft7Validator(schema).iter_errors(yaml.safe_load(text))] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_do_no_more_than_it_says(path: Path) -> None:
    data, text = loaded(path), path.read_text(encoding="utf-8")
    assert data["permissions"] == {}
    assert "group" in data["concurrency"]
    assert not {"pull_request_target", "workflow_run"} & set(data[True])
    for job in data["jobs"].values():
        assert job["timeout-minutes"] <= 60
        assert job["permissions"]
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            assert step.get("with", {}).get("persist-credentials", False) is False
            if "uses" in step:
                assert re.fullmatch(r"(?:actions|pypa)/[a-z-]+@[0-9a-f]{40}", step["uses"])
                assert re.search(re.escape(step["uses"]) + r" # v\d+\.\d+\.\d+\n", text)
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_one_version_of_each_action_is_used_everywhere() -> None:
    used = {
        step["uses"]
        for path in WORKFLOWS
        for job in loaded(path)["jobs"].values()
        for step in job["steps"]
        if "uses" in step
    }
    assert len({use.partition("@")[0] for use in used}) == len(used)


def test_only_what_comes_from_this_repository_is_written_about_by_a_job_that_may_write() -> None:
    """A fork's pull request gets no job with the right to write: its own condition says so."""
    for name, job in loaded(ROOT / ".github/workflows/check.yml")["jobs"].items():
        if "write" in job["permissions"].values():
            assert name == "comment"
            assert "github.event.pull_request.head.repo.full_name == github.repository" in job["if"]
            assert job["steps"][0]["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"


def test_zizmor_finds_nothing() -> None:
    zizmor = Path(sys.executable).with_name("zizmor")
    if not zizmor.exists():
        pytest.skip("zizmor is not installed here; .ci/run runs it")
    done = subprocess.run(
        [str(zizmor), "--offline", "--pedantic", "--no-progress", str(ROOT / ".github")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'a' == 'A'", True),
        ("github.x != 'a'", True),
        ("!github.x", True),
        ("github.y && github.z", ""),
        ("github.z || 'b'", "b"),
        ("contains(github.labels.*.name, 'Intake')", True),
        ("contains(github.y, 'ELL')", True),
        ("contains(github.none, 'x')", False),
        ("(github.x || true) && cancelled()", False),
        ("'it''s'", "it's"),
    ],
)
def test_expressions(text: str, value: object) -> None:
    known = {"github": {"y": "hello", "z": "", "labels": [{"name": "intake"}, {"name": "x"}]}}
    assert Expression(text, known, {"cancelled": False}).value() == value


@pytest.mark.parametrize("text", ["other.x", "fromJSON('1')", "a b", "('x'", "github.x ? 1"])
def test_an_expression_that_is_not_understood_is_told(text: str) -> None:
    with pytest.raises((ValueError, KeyError, IndexError)):
        Expression(text, {"github": {}}, {}).value()


def test_every_kind_of_dependency_is_kept_up_to_date() -> None:
    settings = loaded(ROOT / ".github/dependabot.yml")
    schema = BuiltinSchemaLoader("vendor.dependabot").get_schema()
    assert [error.message for error in Draft7Validator(schema).iter_errors(settings)] == []
    kept = {(update["package-ecosystem"], update["directory"]) for update in settings["updates"]}
    assert kept == {("github-actions", "/"), ("pip", "/"), ("npm", "/tests/browser")}
    assert (ROOT / "requirements.txt").is_file()
    assert (ROOT / "tests/browser/package-lock.json").is_file()


def test_every_python_that_the_package_takes_is_tried() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    matrix = loaded(ROOT / ".github/workflows/check.yml")["jobs"]["systems"]["strategy"]["matrix"]
    assert project["requires-python"] == f">={matrix['python'][0]}"
    assert [system.rpartition("-")[0] for system in matrix["system"]] == ["ubuntu", "windows", "macos"]


def test_every_job_of_every_workflow_is_run() -> None:
    text = Path(__file__).with_name("test_workflow_runs.py").read_text(encoding="utf-8")
    for path in WORKFLOWS:
        for name in loaded(path)["jobs"]:
            assert f'.job("{name}"' in text, (path.stem, name)
