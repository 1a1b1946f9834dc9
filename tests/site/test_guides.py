"""The guides: each page says whom it is for and can be read, its examples pass the checks, and what it quotes is what is said."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import click
import pytest
import yaml
from guide_examples import do_example, examples_of
from guide_mistakes import ALL, DOUBTFUL, MISTAKES, REFUSALS
from guide_register import make_register

from support import one_in
from undersigned.checks.engine import check_register
from undersigned.cli.main import undersigned
from undersigned.editing import EditingError
from undersigned.editing.release import refuse_unjudged, release
from undersigned.records.files import load_files
from undersigned.records.findings import Finding
from undersigned.register import Register, register_of
from undersigned.site.html import reading_grade_of

ROOT = Path(__file__).parents[2]
HANDBOOK = ROOT / "scripts/undersigned/handbook"
GUIDES = HANDBOOK / "guides"
PAGES = sorted(GUIDES.rglob("*.md"))
JOBS = [
    "new-protocol",
    "change-a-term",
    "editorial-fix",
    "record-a-signature",
    "nominate-an-officer",
    "annual-review",
    "add-a-party",
    "leave-or-end",
    "successor-body",
    "report-outcomes",
]
#: The sections that each job has, in this order; more may stand between the second and the third.
SECTIONS = [
    "Before you start",
    "What happens next",
    "How to know that it worked",
    "What can go wrong",
    "What not to write",
]
TODAY = date(2026, 11, 22)
_TOLD = re.compile(r"^\| `(.+?)` \|", re.MULTILINE)
_FENCED = re.compile(r"^ *```(?:text|sh|console)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


def name(path: Path) -> str:
    return path.relative_to(HANDBOOK).as_posix()


def text_of(job: str) -> str:
    return (GUIDES / f"{job}.md").read_text(encoding="utf-8")


def told_in(job: str) -> list[str]:
    """The messages that the page quotes."""
    _, _, rest = text_of(job).partition("## What can go wrong\n")
    return _TOLD.findall(rest.partition("\n## ")[0])


def loaded(root: Path) -> Register:
    return register_of(root, load_files(root))


def findings_of(root: Path) -> list[Finding]:
    return list(check_register(loaded(root), as_of=TODAY)[0])


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_register(tmp_path_factory.mktemp("guide"))


def done(job: str, base: Path, root: Path) -> Path:
    """A copy of the register with the page's examples done in their order, the newcomer's version stamped between."""
    shutil.copytree(base, root)
    for number, example in enumerate(examples_of(text_of(job)), 1):
        do_example(root, example)
        if job == "add-a-party" and number == 1:
            release(loaded(root), "county-housing", change="membership", summary="Elm Homes joins", agreed_on=TODAY)
    return root


def edit(root: Path, edits: tuple[str, ...]) -> None:
    for file, before, after in zip(edits[::3], edits[1::3], edits[2::3], strict=True):
        path = root / file
        if before == ALL:
            path.unlink()
        elif not before:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(after, encoding="utf-8")
        else:
            text = path.read_text(encoding="utf-8")
            assert before in text, (file, before)
            path.write_text(text.replace(before, after, 1), encoding="utf-8")


def says(told: str, message: str) -> bool:
    return message.startswith(told.removesuffix("…")) if told.endswith("…") else message == told


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_says_whom_it_is_for_and_can_be_read(path: Path) -> None:
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    facts = yaml.safe_load(head)
    assert facts.keys() == {"title", "for", "checked", "sources", "to_confirm"}
    assert facts["title"]
    assert facts["for"]
    assert isinstance(facts["checked"], date)
    assert all(source["title"] and source.get("url", "https://").startswith("https://") for source in facts["sources"])
    assert body.lstrip().startswith(f"# {facts['title']}\n")
    grade = reading_grade_of(body)
    assert grade is not None
    assert grade <= (10 if "maintaining" in path.parts else 8)


@pytest.mark.parametrize("job", JOBS)
def test_a_job_says_what_to_have_in_hand_and_how_to_know_that_it_worked(job: str) -> None:
    text = text_of(job)
    found = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert [section for section in found if section in SECTIONS] == SECTIONS
    assert "**Who does it:**" in text
    assert f"({job}.md)" in (GUIDES / "index.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("job", JOBS)
def test_examples_pass_and_what_they_bring_up_is_told(job: str, base: Path, tmp_path: Path) -> None:
    assert examples_of(text_of(job))
    before = {(finding.code, finding.message) for finding in findings_of(base)}
    brought = [f for f in findings_of(done(job, base, tmp_path / "r")) if (f.code, f.message) not in before]
    assert [f"{f.path}:{f.line}: {f.message}" for f in brought if f.severity == "error"] == []
    told = told_in(job)
    assert [f.message for f in brought if f.severity == "warning" and not any(says(t, f.message) for t in told)] == []


@pytest.mark.parametrize("job", one_in(4, JOBS))
def test_what_a_page_quotes_is_what_is_said(job: str, base: Path, tmp_path: Path) -> None:
    ours = {*REFUSALS, *DOUBTFUL}
    assert sorted(told for told in told_in(job) if told not in ours) == sorted(
        {mistake[0] for mistake in MISTAKES[job]}
    )
    for number, (told, *edits) in enumerate(MISTAKES[job]):
        root = done(job, base, tmp_path / str(number))
        edit(root, tuple(edits))
        messages = [finding.message for finding in findings_of(root)]
        assert any(says(told, message) for message in messages), (told, messages)


def stamp_as_on_github(register: Register, protocol: str, change: str, day: date) -> None:
    """*Stamp a version* first asks who judged an editorial change; the command says that nobody did, and stamps."""
    if change == "editorial":
        refuse_unjudged(register, protocol, agreed_on=day)
    release(register, protocol, change=change, summary="x", agreed_on=day)  # type: ignore[arg-type]


def test_what_is_said_of_stamps(base: Path, tmp_path: Path) -> None:
    assert set(told_in("stamp-a-version")) == set(REFUSALS)
    for number, (told, (protocol, change, day, *edits)) in enumerate(REFUSALS.items()):
        root = shutil.copytree(base, tmp_path / str(number))
        edit(root, tuple(edits))
        with pytest.raises(EditingError) as refused:
            stamp_as_on_github(loaded(root), protocol, change, date.fromisoformat(day))
        assert str(refused.value) == told
    for told, (protocol, change, day, *edits) in DOUBTFUL.items():
        root = shutil.copytree(base, tmp_path / "doubtful")
        edit(root, tuple(edits))
        release(
            loaded(root),
            protocol,
            change=change,
            summary="x",
            agreed_on=date.fromisoformat(day),
            judged_by="Information Governance Manager",
        )
        assert told in [finding.message for finding in findings_of(root)]


def parse(words: list[str]) -> None:
    """Parse without running. Raises UsageError if the command or an option does not exist."""
    command: click.Command | None = undersigned
    while isinstance(command, click.Group):
        command = command.get_command(click.Context(command), words.pop(0))
    assert command is not None
    command.make_context("", words)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_commands_exist_with_their_options(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = [
        line.strip().removeprefix("$ ")
        for block in _FENCED.findall(text)
        for line in re.sub(r"\\\n\s*", "", block).splitlines()
    ]
    commands = [line for line in lines if line.startswith("undersigned ")]
    for command in commands:
        parse(shlex.split(command.partition(" > ")[0])[1:])  # where its output goes is for the shell
    targets = {
        target
        for line in (*lines, *re.findall(r"`(make [a-z-]+)`", text))
        if line.startswith("make ")
        for target in line.split()[1:2]
    }
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(VENV)", ".venv")
    known = set(re.findall(r"^([a-z./-]+):", makefile, re.MULTILINE))
    assert targets <= known


def test_each_workflow_is_told_with_the_rights_that_it_has() -> None:
    rows = re.findall(
        r"^\| `([a-z]+\.yml)` \| [^|]+ \| ([^|]+) \|",
        (GUIDES / "maintaining/workflows.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    told = {file: set(re.findall(r"`([a-z-]+: [a-z]+)`", rights)) for file, rights in rows}
    real = {}
    for path in sorted((ROOT / "scripts/undersigned/starter/template/dot_github/workflows").glob("*.yml")):
        workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {}
        real[path.name] = {
            f"{right}: {level}" for job in workflow["jobs"].values() for right, level in job["permissions"].items()
        }
    assert told == real


def test_forms_and_jobs_that_are_named_exist() -> None:
    forms = {
        yaml.safe_load(path.read_text(encoding="utf-8"))["name"]
        for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("[0-9]*.yml")
    }
    jobs = {
        yaml.safe_load(path.read_text(encoding="utf-8"))["name"] for path in (ROOT / ".github/workflows").glob("*.yml")
    }
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    named = {
        *re.findall(r"Beside \*\*([^*]+)\*\*", text),
        *re.findall(r"you may use \*\*([^*]+)\*\*", text),
        *re.findall(r"fill in \*\*([^*]+)\*\*", text),
    }
    assert named == forms
    started = {
        *re.findall(r"choose \*\*([A-Z][^*]+)\*\*\.\n3\. Choose \*\*Run workflow", text),
        *re.findall(r"Choose \*\*Actions\*\*, then \*\*([^*]+)\*\*", text),
    }
    assert started
    assert started <= jobs


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_files_and_folders_that_are_named_exist(path: Path) -> None:
    """Those of this repository; what stands in the examples' own register is tested with the examples."""
    ours = (
        "scripts",
        "schemas",
        "tests",
        "docs",
        ".",
        "Makefile",
        "requirements",
        "pyproject",
        "mkdocs.yml",
        "CHANGELOG",
    )
    text = path.read_text(encoding="utf-8")
    words_ = [*re.findall(r"`([^`\s]+)`", text), *" ".join(_FENCED.findall(text)).split()]
    named = {word for word in words_ if word.startswith(ours) and not word.startswith((".yaml", ".venv"))}
    assert {word for word in named if not (ROOT / word).exists()} == set()


@pytest.mark.slow
def test_a_new_register_is_made_with_the_commands_of_the_guide(tmp_path: Path) -> None:
    root = tmp_path / "register"
    root.mkdir()
    guide = (GUIDES / "maintaining/new-register.md").read_text(encoding="utf-8")
    commands = "".join(re.findall(r"^```sh\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {
        **os.environ,
        "PATH": path,
        "PYTHONPATH": str(ROOT / "scripts"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    done_ = subprocess.run(
        [
            "bash",
            "-e",
            "-c",
            f"git init --quiet\n{commands}undersigned build\nundersigned ci owners --check\nundersigned ci forms --check",
        ],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )
    assert done_.returncode == 0, done_.stdout + done_.stderr
    assert "2 organisations" in done_.stdout
    assert " 0 errors" in done_.stdout
    assert "Worked example" not in (root / "site/index.html").read_text(encoding="utf-8")
    assert "* @our-county/register" in (root / ".github/CODEOWNERS").read_text(encoding="utf-8")


def test_pictures_are_small_and_told_in_words() -> None:
    pictures = {path.name for path in (GUIDES / "pictures").glob("*.png")}
    shown = re.findall(
        r"!\[([^\]]+)\]\(pictures/([^)]+)\)", "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    )
    assert {picture for _, picture in shown} == pictures
    assert all(len(words_) > 60 for words_, _ in shown)
    assert all((GUIDES / "pictures" / picture).stat().st_size < 80_000 for picture in pictures)
    taken = (ROOT / "tests/browser/pictures.mjs").read_text(encoding="utf-8")
    assert {f"{picture}.png" for picture in re.findall(r"name: '([a-z]+)'", taken)} == pictures
