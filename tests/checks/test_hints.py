"""Every command that the program's words name exists, and what a hint says to run does not refuse."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click
import pytest
from case_files import CASES, Case, read_case

from undersigned.cli.main import VERBS, main, undersigned
from undersigned.editing.new import _KINDS

PROGRAM = Path(undersigned.callback.__code__.co_filename).parents[1] if undersigned.callback else Path()
#: A command in quotation marks of any sort.
_COMMAND = re.compile(r"['`“‘]undersigned ([a-z][^'`”’\n]*)['`”’]")
_WORDS = {".yaml", ".toml", ".md", ".txt", ".html", ".py"}


def commands() -> Iterator[tuple[str, str]]:
    """(file, command) for each command that the program's words name. The handbook's are tested with it."""
    for path in sorted(PROGRAM.rglob("*")):
        if path.suffix in _WORDS and "handbook" not in path.parts:
            for command in _COMMAND.findall(path.read_text(encoding="utf-8")):
                yield path.relative_to(PROGRAM).as_posix(), command


def fault_of(command: str) -> str | None:
    """Why the command could not be typed: no such verb, option or number of arguments; None if it could be.

    A verb alone is a mention of it. In gaps like `{protocol}` stands any word.
    """
    words = shlex.split(re.sub(r"\{\{?[^}]*\}?\}", "x", command.split(" | ")[0]))
    verb = words[0]
    if verb not in VERBS:
        return f"there is no verb {verb}"
    with click.Context(undersigned, info_name="undersigned") as above:
        found = undersigned.get_command(above, verb)
        assert found is not None
        if verb == "new" and len(words) > 1 and words[1] != "x" and words[1] not in _KINDS:
            return f"there is no kind {words[1]}"
        if len(words) == 1 or (verb in ("new", "ci", "law") and len(words) == 2):
            if isinstance(found, click.Group) and len(words) == 2 and words[1] not in found.list_commands(above):
                return f"there is no job {words[1]}"
            return None
        try:
            context = found.make_context(verb, words[1:], parent=above)
            if isinstance(found, click.Group):
                _name, job, rest = found.resolve_command(context, words[1:])
                assert job is not None
                job.make_context(words[1], rest, parent=context)
        except click.ClickException as error:
            return error.format_message()
        if verb == "new" and len(words[2:]) - words.count("--on-paper") - 2 * words.count("--set") - 2 * words.count(
            "--from"
        ) != len(_KINDS[words[1]].ids):
            return f"new {words[1]} takes {_KINDS[words[1]].ids}"
    return None


def test_every_command_that_is_named_can_be_typed() -> None:
    found = list(commands())
    assert len(found) > 60
    assert [(path, command, fault) for path, command in found if (fault := fault_of(command))] == []


def _to_run(case: Case) -> list[str]:
    """The commands that a case's hints say to run: those with what they need, and that stay on this computer."""
    named = dict.fromkeys(re.findall(r"'undersigned ([^']*)'", case.expected))
    asks_or_goes_out = ("new signature", "new review", "law watch --write")  # the last asks legislation.gov.uk
    return [command for command in named if " " in command and command not in asks_or_goes_out]


CASES_TO_RUN = [(path, command) for path in sorted(CASES.glob("*.txt")) for command in _to_run(read_case(path))]


@pytest.mark.parametrize(("path", "command"), CASES_TO_RUN, ids=lambda one: one.stem if isinstance(one, Path) else one)
def test_what_a_hint_says_to_run_does_not_refuse(path: Path, command: str, tmp_path: Path) -> None:
    case = read_case(path)
    for name, content in {"mkdocs.yml": "site_name: Test\n", **case.files}.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    tomorrow = case.as_of + timedelta(days=1)  # one of the cases has its review on the day itself
    today = [] if command.startswith("fmt") else ["--as-of", tomorrow.isoformat()]
    assert main([*shlex.split(command), "--root", str(tmp_path), *today]) == 0
