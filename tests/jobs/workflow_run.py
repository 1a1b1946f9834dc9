"""Runs a job of a workflow as GitHub does: its steps in order, in a fresh clone, with the event of a run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from jobs.expressions import Expression, filled_in, truth
from support import ROOT

EVENTS = Path(__file__).parent / "events"
BOT = ("-c", "user.name=Tests", "-c", "user.email=tests@example.org", "-c", "commit.gpgsign=false")


def git(folder: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *BOT, "-C", str(folder), *words], check=True, capture_output=True, text=True
    ).stdout.strip()


def event(name: str) -> dict[str, Any]:
    """The payload of an event, in the shape of GitHub's published example."""
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def snapshot(into: Path) -> Path:
    """A bare repository whose main branch holds this project's files as they are now."""
    work = into / "snapshot"
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
    ).stdout.decode()
    for name in listed.split("\0"):
        if name and (ROOT / name).is_file():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, work / name)
    git(work, "init", "-q", "-b", "main")
    git(work, "add", "-A", "-f")
    git(work, "commit", "-q", "-m", "The project")
    bare = into / "origin.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(work), str(bare)], check=True)
    return bare


@dataclass
class StepDone:
    """A step and what came of it: `skipped`, `success` or `failure`, with what it printed."""

    name: str
    outcome: str
    said: str = ""


@dataclass
class Run:
    """A run of one workflow. `steps` are those of the jobs that ran, in order; `summary` is what they put into it."""

    workflow: str
    event_name: str
    event: dict[str, Any]
    origin: Path
    folder: Path
    sha: str
    api: str = "http://127.0.0.1:1"
    ref: str = "refs/heads/main"
    cache: Path | None = None
    steps: list[StepDone] = field(default_factory=list)
    artifacts: dict[str, Path] = field(default_factory=dict)
    summary: str = ""
    skipped_jobs: list[str] = field(default_factory=list)
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    published: set[str] = field(default_factory=set)

    @property
    def data(self) -> dict[str, Any]:
        loaded: dict[str, Any] = yaml.safe_load(
            (ROOT / f".github/workflows/{self.workflow}.yml").read_text(encoding="utf-8")
        )
        return loaded

    def job(self, name: str, **matrix: str) -> bool:
        """Runs one job if its condition holds, with one combination of its matrix. Returns False if it failed."""
        job = self.data["jobs"][name]
        needed = job.get("needs", [])
        assert ({needed} if isinstance(needed, str) else set(needed)) <= self.done.keys()
        allowed = job.get("strategy", {}).get("matrix", {})
        assert matrix.keys() == allowed.keys()
        assert all(value in allowed[key] for key, value in matrix.items())
        known: dict[str, Any] = {
            "github": {
                "event": self.event,
                "event_name": self.event_name,
                "repository": "example/register",
                "token": "secret",
                "ref": self.ref,
                "ref_name": self.ref.rpartition("/")[2],
                "sha": self.sha,
            },
            "inputs": self.event.get("inputs") or {},
            "matrix": matrix,
            "needs": self.done,
            "steps": {},
            "runner": {"temp": str(self.folder / "temp")},
        }
        status = {"success": True, "failure": False, "cancelled": False, "always": True}
        if "if" in job and not truth(_condition(job["if"], known, status)):
            self.skipped_jobs.append(name)
            return True
        return _Job(self, name, job, known).run()


def _condition(text: Any, known: Mapping[str, Any], status: Mapping[str, bool]) -> Any:
    inner = re.fullmatch(r"\$\{\{(.*)\}\}", str(text).strip(), re.DOTALL)
    return Expression(inner[1] if inner else str(text), known, status).value()


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Job:
    def __init__(self, run: Run, name: str, job: dict[str, Any], known: dict[str, Any]) -> None:
        self._run, self._name, self._job, self._known = run, name, job, known
        self.work = run.folder / "work" / f"{name}-{len(run.steps)}"
        self._temp = run.folder / "temp"
        self._temp.mkdir(parents=True, exist_ok=True)
        self._added: dict[str, str] = {}
        self._failed = False

    def run(self) -> bool:
        for step in self._job["steps"]:
            status = {"success": not self._failed, "failure": self._failed, "cancelled": False, "always": True}
            asked = str(step.get("if", "success()"))
            if not re.search(r"\b(?:success|failure|cancelled|always)\(\)", asked):
                asked = f"success() && ({asked})" if "${{" not in asked else asked
            if not truth(_condition(asked, self._known, status)):
                self._run.steps.append(StepDone(step["name"], "skipped"))
                continue
            done = self._used(step) if "uses" in step else self._ran(step)
            self._run.steps.append(done)
            self._failed = self._failed or done.outcome == "failure"
        outputs = {name: filled_in(value, self._known) for name, value in self._job.get("outputs", {}).items()}
        self._run.done[self._name] = {"outputs": outputs}
        return not self._failed

    # -- run ------------------------------------------------------------------------------------------------------------

    def _ran(self, step: dict[str, Any]) -> StepDone:
        assert "${{" not in step["run"], f"{step['name']}: a value of the event comes near the shell"
        shell = step.get("shell") or self._run.data.get("defaults", {}).get("run", {}).get("shell", "")
        words = ["--noprofile", "--norc", "-eo", "pipefail"] if shell == "bash" else ["-e"]
        script = self._temp / "step.sh"
        script.write_text(self._stood_in_for(step["run"]), encoding="utf-8")
        files = {
            name: self._temp / name.lower()
            for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH")
        }
        for file in files.values():
            file.write_text("", encoding="utf-8")
        payload = self._temp / "event.json"
        payload.write_text(json.dumps(self._run.event), encoding="utf-8")
        given = {
            name: filled_in(_text(value), self._known)
            for name, value in {**self._job.get("env", {}), **step.get("env", {})}.items()
        }
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._temp),
            "LANG": "C.UTF-8",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "XDG_CACHE_HOME": str(self._run.cache or self._temp / "cache"),
            "PYTHONPATH": str(self.work / "scripts"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "GITHUB_WORKSPACE": str(self.work),
            "GITHUB_REPOSITORY": "example/register",
            "GITHUB_SHA": self._run.sha,
            "GITHUB_REF": self._run.ref,
            "GITHUB_EVENT_NAME": self._run.event_name,
            "GITHUB_EVENT_PATH": str(payload),
            "GITHUB_API_URL": self._run.api,
            "GITHUB_SERVER_URL": "https://github.com",
            "RUNNER_TEMP": str(self._temp),
            "LAW_BASE": "http://127.0.0.1:9/",  # nobody answers there
            **{name: str(file) for name, file in files.items()},
            **self._added,
            **given,
        }
        done = subprocess.run(
            ["bash", *words, str(script)],
            cwd=self.work,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        self._run.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        for line in files["GITHUB_ENV"].read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            self._added[name] = value
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines())
        if "id" in step:
            self._known["steps"][step["id"]] = {"outputs": outputs}
        return StepDone(step["name"], "success" if done.returncode == 0 else "failure", done.stdout + done.stderr)

    def _stood_in_for(self, text: str) -> str:
        """Every gate of the program would run these tests again: of that script only its grammar is looked at."""
        return "bash -n .ci/run\n" if text.strip() == "bash .ci/run" else text

    # -- uses -----------------------------------------------------------------------------------------------------------

    def _used(self, step: dict[str, Any]) -> StepDone:
        action, _, pin = step["uses"].partition("@")
        assert re.fullmatch(r"[0-9a-f]{40}", pin), f"{step['uses']} is not pinned"
        stands_in = _ACTIONS.get(action)
        assert stands_in is not None, f"nothing stands in for {action}"
        given = {name: filled_in(_text(value), self._known) for name, value in step.get("with", {}).items()}
        outputs = stands_in(self, given)
        if "id" in step:
            self._known["steps"][step["id"]] = {"outputs": outputs}
        return StepDone(step["name"], "success")

    def checkout(self, given: Mapping[str, str]) -> dict[str, str]:
        assert given["persist-credentials"] == "false"
        depth = [] if given.get("fetch-depth") == "0" else ["--depth", "1"]
        wanted = given.get("ref") or self._run.sha
        self.work.mkdir(parents=True)
        git(self.work, "init", "-q")
        git(self.work, "remote", "add", "origin", self._run.origin.as_uri())
        if not depth:
            git(self.work, "fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*", "--tags")
        git(self.work, "fetch", "-q", *depth, "origin", wanted)
        git(self.work, "checkout", "-q", "--detach", "FETCH_HEAD")
        self._environment()
        return {}

    def _environment(self) -> None:
        """The present environment in the place of the one that `make` would install, with the clone's own program."""
        bin_ = self.work / ".venv" / "bin"
        bin_.mkdir(parents=True)
        program = bin_ / "undersigned"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m undersigned "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        python = bin_ / "python"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
        python.chmod(0o755)
        for name in ("runtime", "development"):
            (self.work / ".venv" / name).touch()
            os.utime(self.work / ".venv" / name, (time.time() + 9999,) * 2)

    def python(self, given: Mapping[str, str]) -> dict[str, str]:
        """This machine's Python stands in for the one asked for. It installs nothing and collects tests without running them."""
        assert given["python-version"] == self._known["matrix"].get("python", "3.12")
        folder = self._temp / "python"
        folder.mkdir(exist_ok=True)
        program = folder / "python"
        program.write_text(_PYTHON.format(python=sys.executable), encoding="utf-8")
        program.chmod(0o755)
        self._added["PATH"] = f"{folder}:{os.environ['PATH']}"
        return {}

    def upload(self, given: Mapping[str, str]) -> dict[str, str]:
        path = self.work / given["path"]
        assert path.is_dir() or path.stat().st_size
        assert 1 <= int(given["retention-days"]) <= 30
        self._run.artifacts[given["name"]] = path
        return {}

    def download(self, given: Mapping[str, str]) -> dict[str, str]:
        self.work.mkdir(parents=True)
        shutil.copytree(self._run.artifacts[given["name"]], self.work / given["path"])
        return {}

    def publish(self, _given: Mapping[str, str]) -> dict[str, str]:
        """The package index knows the workflow by its identity; no password is given."""
        assert self._job["permissions"] == {"id-token": "write"}
        assert self._job["environment"] == "release"
        self._run.published = {path.name for path in (self.work / "dist").iterdir()}
        return {}

    def pages(self, given: Mapping[str, str]) -> dict[str, str]:
        assert (self.work / given["path"] / "index.html").is_file()
        self._run.artifacts["github-pages"] = self.work / given["path"]
        return {}

    def configure(self, _given: Mapping[str, str]) -> dict[str, str]:
        assert self._job["permissions"]["pages"] == "read"
        return {"base_url": "https://example.github.io/register"}

    def deploy(self, _given: Mapping[str, str]) -> dict[str, str]:
        assert "github-pages" in self._run.artifacts
        assert self._job["permissions"] == {"pages": "write", "id-token": "write"}
        return {"page_url": "https://example.github.io/register/"}


_PYTHON = """#!/bin/sh
case "$2" in
  pip) for word; do case "$word" in *.txt) test -f "$word" || exit 1 ;; esac; done ;;
  pytest) shift 2; exec "{python}" -m pytest --collect-only "$@" tests/test_register.py ;;
  *) exec "{python}" "$@" ;;
esac
"""
_ACTIONS: dict[str, Callable[[_Job, Mapping[str, str]], dict[str, str]]] = {
    "actions/checkout": _Job.checkout,
    "actions/setup-python": _Job.python,
    "actions/upload-artifact": _Job.upload,
    "actions/download-artifact": _Job.download,
    "pypa/gh-action-pypi-publish": _Job.publish,
    "actions/configure-pages": _Job.configure,
    "actions/upload-pages-artifact": _Job.pages,
    "actions/deploy-pages": _Job.deploy,
}
