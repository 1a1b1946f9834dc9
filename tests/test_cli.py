"""The console command as programs use it: exit statuses, streams, formats; and that it never writes where it should not."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import openpyxl
import pytest

from attacks import ATTACKS, shown_by_github
from support import write_register
from undersigned.cli.main import VERBS, main, undersigned
from undersigned.editing.standard_texts import standard_ids

P = "title: T\nkind: framework\nstatus: withdrawn\npublication: public\n"
SOUND = f"=== protocols/p/protocol.yaml\n{P}=== signatories/a/organisation.yaml\nname: A\nkind: other\n"
BROKEN = SOUND.replace("title: T", "titel: T")
SIGNED = """=== protocols/p/protocol.yaml
title: "=cmd()"
kind: framework
status: in-force
publication: public
effective_from: 2025-01-01
parties: [{organisation: a, role: controller}, {organisation: b, role: controller}]
=== protocols/p/versions/1.0.yaml
agreed_on: 2025-01-01
change: material
summary: First
fingerprint: "v1:sha256:0000000000000000000000000000000000000000000000000000000000000000"
text: {title: "=cmd()", parties: [{organisation: a}, {organisation: b}]}
=== signatories/a/organisation.yaml
name: A
kind: other
=== signatories/b/organisation.yaml
name: B
kind: other
=== signatories/a/p.yaml
signatures: [{version: "1.0", sent_on: 2025-01-02, signed_on: 2025-01-05, method: wet-ink}]
=== signatories/b/p.yaml
signatures: [{version: "1.0", sent_on: 2026-10-13}]
"""


def run(
    root: Path, *arguments: str, cwd: Path | None = None, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "undersigned", "--root", str(root), "--as-of", "2026-11-22", "--no-cache", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        check=False,
        timeout=120,
    )


def snapshot(root: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(root.rglob("*")) if path.is_file()
    }


def test_exit_statuses_of_check(tmp_path: Path) -> None:
    assert run(write_register(tmp_path / "sound", SOUND), "check").returncode == 0
    broken = run(write_register(tmp_path / "broken", BROKEN), "check")
    assert (broken.returncode, broken.stderr) == (1, "")
    assert run(tmp_path / "nowhere", "check").returncode == 2
    assert run(tmp_path / "sound", "check", "no/such/file.yaml").returncode == 2
    assert run(tmp_path / "sound", "chek").returncode == 2
    assert run(tmp_path / "sound", "check", "--as-of", "2026-02-30").returncode == 2


def test_check_never_writes_in_the_register(tmp_path: Path) -> None:
    root = write_register(tmp_path, BROKEN)
    before = snapshot(root)
    run(root, "check")
    run(root, "status")
    assert snapshot(root) == before


@pytest.mark.slow
def test_check_json_is_the_contract(tmp_path: Path) -> None:
    answer = json.loads(run(write_register(tmp_path, BROKEN), "check", "--format", "json").stdout)
    assert list(answer) == sorted(answer)
    assert (answer["schema_version"], answer["as_of"]) == (1, "2026-11-22")
    assert answer["counts"] == {
        "files": 2,
        "protocols": 1,
        "organisations": 1,
        "signatures": 0,
        "errors": 1,
        "warnings": 0,
        "advice": 0,
    }
    finding = answer["findings"][0]
    assert (finding["code"], finding["path"], finding["line"], finding["column"]) == (
        "unknown-key",
        "protocols/p/protocol.yaml",
        1,
        1,
    )
    assert "title" in finding["hint"]


def test_check_text_marks_the_place(tmp_path: Path) -> None:
    out = run(write_register(tmp_path, BROKEN), "check").stdout.splitlines()
    assert out[:4] == [
        "protocols/p/protocol.yaml:1:1: error[unknown-key]: 'titel' is not a field of a protocol",
        "    1 | titel: T",
        "        ^",
        "    hint: Did you mean 'title'?",
    ]


@pytest.mark.slow
def test_check_shows_only_the_paths_asked_for(tmp_path: Path) -> None:
    root = write_register(tmp_path, BROKEN)
    assert run(root, "check", "signatories", cwd=root).returncode == 0
    assert run(root, "check", "protocols/p", cwd=root).returncode == 1
    assert run(root, "check", "protocol.yaml", cwd=root / "protocols" / "p").returncode == 1


def test_a_path_in_other_capitals_is_not_taken_for_one_without_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On Windows and macOS, `Protocols` is the folder `protocols`."""
    root = write_register(tmp_path, BROKEN)
    monkeypatch.chdir(root)
    monkeypatch.setattr(Path, "exists", lambda path: True)
    assert main(["--root", str(root), "--as-of", "2026-11-22", "--no-cache", "check", "PROTOCOLS/P"]) == 1
    assert "protocols/p/protocol.yaml:1:1: error[unknown-key]" in capsys.readouterr().out


def test_annotations_cannot_be_forged_by_a_record(tmp_path: Path) -> None:
    text = SOUND + 'nonsense: "x\\n::error file=a::forged"\n"a\\n::error::forged": y\n'
    out = run(write_register(tmp_path, text), "check", "--format", "github").stdout
    assert sum(line.startswith("::") for line in out.splitlines()) == 2
    assert all("%0A::error" in line or "forged" not in line for line in out.splitlines())


def test_control_characters_never_reach_the_terminal(tmp_path: Path) -> None:
    out = run(write_register(tmp_path, SOUND.replace("title: T", 'title: T\n"\\e[31mred": x')), "check").stdout
    assert "\x1b" not in out


def test_sarif_names_rules_and_places(tmp_path: Path) -> None:
    answer = json.loads(run(write_register(tmp_path, BROKEN), "check", "--format", "sarif").stdout)
    result = answer["runs"][0]["results"][0]
    assert (answer["version"], result["ruleId"], result["level"]) == ("2.1.0", "unknown-key", "error")
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1, "startColumn": 1}


def test_status_json_is_the_contract(tmp_path: Path) -> None:
    answer = json.loads(run(write_register(tmp_path, SIGNED), "status", "--format", "json").stdout)
    protocol = answer["protocols"][0]
    assert {
        "id",
        "title",
        "status",
        "version",
        "fingerprint",
        "unreleased_changes",
        "review",
        "parties",
        "in_force",
        "in_force_between",
        "counts",
    } <= set(protocol)
    assert protocol["review"] == {"state": "lapsed", "due_on": "2026-01-01", "days": -325, "last_completed_on": None}
    assert protocol["parties"][1] == {
        "organisation": "b",
        "state": "awaiting",
        "signed_version": None,
        "signed_on": None,
        "copy_returned": False,
        "copy_outstanding_days": None,
        "days_waiting": 40,
        "bound_to": None,
    }
    assert protocol["counts"] == {
        "signed": 1,
        "stale": 0,
        "awaiting": 1,
        "not-sent": 0,
        "declined": 0,
        "withdrawn": 0,
        "ended": 0,
        "not-required": 0,
    }


def test_status_names_on_standard_error_what_it_left_out(tmp_path: Path) -> None:
    answer = run(
        write_register(tmp_path, SIGNED + "=== protocols/q/protocol.yaml\ntitle: [\n"), "status", "--format", "json"
    )
    assert (answer.returncode, [p["id"] for p in json.loads(answer.stdout)["protocols"]]) == (0, ["p"])
    assert "protocols/q/protocol.yaml" in answer.stderr


def test_status_of_an_unknown_protocol(tmp_path: Path) -> None:
    answer = run(write_register(tmp_path, SIGNED), "status", "nope")
    assert (answer.returncode, answer.stdout) == (2, "")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["status", "the p protocol"], "Did you mean 'p'? Records are called by their ids."),
        (["documents", "--for", "Body a"], "Did you mean 'a'? Records are called by their ids."),
        (["documents", "--for", "c"], "Use one of: a, b."),
    ],
)
def test_a_name_in_place_of_an_id_is_answered_with_the_id(tmp_path: Path, words: list[str], hint: str) -> None:
    text = SIGNED.replace('title: "=cmd()"\nkind', "title: The P protocol\nkind", 1).replace("name: A", "name: Body A")
    done = run(write_register(tmp_path, text), *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert hint in done.stderr


def test_the_spreadsheet_is_a_real_one(tmp_path: Path) -> None:
    root = write_register(tmp_path, SIGNED)
    assert run(root, "status", "--format", "xlsx", "--output", str(root / "a.xlsx")).returncode == 0
    assert (
        run(
            root, "status", "--format", "xlsx", "--output", str(root / "b.xlsx"), environment={"TZ": "Pacific/Auckland"}
        ).returncode
        == 0
    )
    assert (root / "a.xlsx").read_bytes() == (root / "b.xlsx").read_bytes()
    workbook = openpyxl.load_workbook(root / "a.xlsx")
    protocols, signatures = workbook.worksheets
    assert (protocols.freeze_panes, protocols.auto_filter.ref) == ("A2", "A1:I2")
    assert protocols["B2"].value == "'=cmd()"
    assert protocols["B2"].data_type == "s"
    assert protocols["H2"].is_date
    assert protocols["H2"].value.date() == date(2026, 1, 1)
    assert signatures["F2"].value.date() == date(2025, 1, 5)
    assert not [path for path in root.iterdir() if path.name.startswith(".")]


def test_no_title_is_alive_in_the_review_table(tmp_path: Path) -> None:
    """The table goes to the job summary of every pull request, those of strangers too."""
    titles = [text for text in ATTACKS if text.isprintable()]
    register = "".join(
        f"=== protocols/p{number}/protocol.yaml\ntitle: {json.dumps(title)}\nkind: framework\nstatus: in-force\n"
        "publication: public\neffective_from: 2025-01-01\n"
        for number, title in enumerate(titles)
    )
    root = write_register(tmp_path, register)
    page = run(root, "reviews", "--format", "markdown").stdout
    shown = shown_by_github(page)
    assert page.count("| p") == len(titles) + 1  # the heading "protocol"
    assert (shown.links, shown.live_words(), shown.active) == ([], [], [])
    assert set(shown.tags) <= {"<span>", "</span>"}
    assert set(shown.blocks) == {"Para", "Table", "Plain"}


def test_no_cell_of_the_csv_is_a_formula_even_if_a_folder_is_named_like_one(tmp_path: Path) -> None:
    formula = "=HYPERLINK(1)"
    text = SIGNED + f"=== protocols/{formula}/protocol.yaml\n{P}parties: [{{organisation: a, role: controller}}]\n"
    rows = list(csv.reader(io.StringIO(run(write_register(tmp_path, text), "status", "--format", "csv").stdout)))
    assert [row[:6] for row in rows[1:]] == [
        ["'" + formula, "", "a", "not-sent", "", ""],
        ["p", "1.0", "a", "signed", "1.0", "2025-01-05"],
        ["p", "1.0", "b", "awaiting", "", ""],
    ]


@pytest.mark.slow
def test_reviews_fail_on_what_is_named(tmp_path: Path) -> None:
    root = write_register(tmp_path, SIGNED)
    assert run(root, "reviews").returncode == 0
    assert run(root, "reviews", "--fail-on", "lapsed").returncode == 1
    assert run(root, "reviews", "--fail-on", "overdue").returncode == 1
    assert run(root, "--as-of", "2026-01-02", "reviews", "--fail-on", "lapsed").returncode == 0
    assert run(root, "--as-of", "2026-01-02", "reviews", "--fail-on", "overdue").returncode == 1
    assert run(root, "--as-of", "2025-12-30", "reviews", "--fail-on", "due-soon").returncode == 1
    assert json.loads(run(root, "reviews", "--format", "json").stdout)["reviews"][0]["state"] == "lapsed"
    assert (
        json.loads(run(root, "--as-of", "2025-06-01", "reviews", "--within", "60", "--format", "json").stdout)[
            "reviews"
        ]
        == []
    )
    assert "| 2026-01-01 | -325 | lapsed | p |" in run(root, "reviews", "--format", "markdown").stdout


def test_the_cache_never_changes_an_answer(tmp_path: Path) -> None:
    root = write_register(tmp_path / "r", BROKEN)

    def check() -> str:
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "undersigned",
                "--root",
                str(root),
                "--as-of",
                "2026-11-22",
                "--cache",
                str(tmp_path / "c"),
                "check",
                "--format",
                "json",
            ],
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    first = check()
    assert check() == first
    record = root / "protocols" / "p" / "protocol.yaml"
    times = record.stat()
    record.write_text(record.read_text().replace("titel: T", "title: T"))  # the same size, and below the same time
    os.utime(record, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert json.loads(check())["counts"]["errors"] == 0
    for kept in (tmp_path / "c").iterdir():
        kept.write_bytes(b"rubbish")
    assert json.loads(check())["counts"]["errors"] == 0


@pytest.mark.slow
def test_since_holds_a_change_only_to_what_it_brought(tmp_path: Path) -> None:
    root = write_register(tmp_path, BROKEN)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(root)]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *arguments], check=True)
    answer = run(root, "check", "--since", "HEAD", "--format", "json")
    assert (answer.returncode, json.loads(answer.stdout)["older"]) == (0, {"advice": 0, "errors": 1, "warnings": 0})
    (root / "signatories" / "a" / "organisation.yaml").write_text("name: A\nkind: othr\n")
    answer = run(root, "check", "--since", "HEAD", "--format", "json")
    assert (answer.returncode, [f["code"] for f in json.loads(answer.stdout)["findings"]]) == (1, ["unknown-value"])
    assert run(root, "check", "--since", "no-such-revision").returncode == 2
    assert (
        run(write_register(tmp_path.parent / f"{tmp_path.name}-bare", SOUND), "check", "--since", "HEAD").returncode
        == 2
    )


@pytest.mark.slow
def test_since_knows_older_faults_beside_protocols_and_organisations(tmp_path: Path) -> None:
    root = write_register(tmp_path, SOUND)
    (root / "provision" / "shire").mkdir(parents=True)
    (root / "provision" / "shire" / "advice.yaml").write_text("titel: T\n")
    (root / "provision" / "shire" / "people.csv").write_text("a,b\n")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(root)]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *arguments], check=True)
    before = json.loads(run(root, "check", "--format", "json").stdout)
    assert before["counts"]["errors"] >= 2
    since = json.loads(run(root, "check", "--since", "HEAD", "--format", "json").stdout)
    assert (since["findings"], since["older"]["errors"]) == ([], before["counts"]["errors"])


@pytest.mark.slow
def test_since_counts_equal_findings(tmp_path: Path) -> None:
    """A fault that was there once and is there twice is a new fault, although path, code and message are the same."""
    root = write_register(tmp_path, BROKEN)
    signing = root / "signatories" / "a" / "p.yaml"
    signing.write_text('signatures:\n  - version: "1.0"\n    sant_on: 2026-01-01\n')
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(root)]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *arguments], check=True)
    before = json.loads(run(root, "check", "--since", "HEAD", "--format", "json").stdout)
    signing.write_text(signing.read_text() + '  - version: "1.0"\n    sant_on: 2026-01-02\n')
    answer = run(root, "check", "--since", "HEAD", "--format", "json")
    new = json.loads(answer.stdout)
    assert answer.returncode == 1
    assert [(f["code"], f["line"]) for f in new["findings"] if f["code"] == "unknown-key"] == [("unknown-key", 5)]
    assert new["older"]["errors"] == before["older"]["errors"]


@pytest.mark.parametrize(
    "arguments",
    [["explain"], ["explain", "unknown-key"], ["schema"], ["schema", "protocol"], ["--help"], ["--version"]],
)
def test_verbs_that_need_no_register(arguments: list[str]) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "undersigned", *arguments], capture_output=True, text=True, check=False, cwd="/"
    )
    assert (answer.returncode, bool(answer.stdout)) == (0, True), answer.stderr


def test_explain_of_an_unknown_rule_names_the_nearest() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "undersigned", "explain", "unknown-kee"], capture_output=True, text=True, check=False
    )
    assert (answer.returncode, "unknown-key" in answer.stderr) == (2, True)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    ("arguments", "redirected", "status"),
    [("status", ">&-", 2), ("status", "2>&-", 0), ("new protocol q", "<&-", 0), ("status", ">/dev/full", 2)],
)
def test_a_stream_that_is_closed_or_full_is_no_traceback(
    tmp_path: Path, arguments: str, redirected: str, status: int
) -> None:
    root = write_register(tmp_path, SOUND)
    command = (
        f"'{sys.executable}' -m undersigned --root '{root}' --as-of 2026-11-22 --no-cache {arguments} {redirected}"
    )
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize("arguments", ["explain", "--help", "schema", "explain zzz 2>&1"])
def test_a_reader_that_leaves_early_ends_it_quietly(arguments: str) -> None:
    command = f"('{sys.executable}' -m undersigned {arguments}; echo $? >&2) | true"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, timeout=120)
    said = done.stderr.split()
    assert len(said) <= 1, done.stderr


def test_a_calendar_within_days_holds_no_later_review(tmp_path: Path) -> None:
    root = write_register(tmp_path, SIGNED)
    far = run(root, "reviews", "--as-of", "2025-02-01", "--format", "ics")
    near = run(root, "reviews", "--as-of", "2025-02-01", "--format", "ics", "--within", "30")
    assert far.stdout.count("BEGIN:VEVENT") == 1
    assert near.stdout.count("BEGIN:VEVENT") == 0


@pytest.mark.parametrize(
    ("words", "message", "advice"),
    [
        ("chek", "there is no verb 'chek'", "Did you mean 'check'? 'undersigned --help' lists the verbs."),
        ("ci stam", "there is no job 'stam'", "Did you mean 'stamp'? 'undersigned ci --help' lists the jobs."),
        (
            "check --formt json",
            "'undersigned check' has no option '--formt'",
            "Did you mean '--format'? 'undersigned check --help' lists its options.",
        ),
        (
            "check --format yaml",
            "--format: 'yaml' is not one of 'text', 'json', 'github', 'sarif'",
            "Write: undersigned check [OPTIONS] [PATH]...",
        ),
        ("check --format", "option '--format' requires an argument", "says what to write after --format."),
        ("check --as-of 2026-02-30", "--as-of: '2026-02-30' is not a day; write it as 2026-05-01", ""),
        ("check --as-of ٢٠٢٦-٠٥-٠١", "--as-of: '٢٠٢٦-٠٥-٠١' is not a day; write it as 2026-05-01", ""),
        ("new", "'undersigned new' needs KIND", "Write: undersigned new [OPTIONS] KIND ID..."),
        ("new minutes x", "KIND: 'minutes' is not one of 'protocol', 'organisation'", ""),
        ("new protocol", "'undersigned new' needs ID", "'undersigned new --help' shows an example."),
        ("new protocol x --from mappa --from employment", "--from was given twice", "so leave the other out."),
        ("release p --change material", "'undersigned release' needs --summary", ""),
        ("explain a b", "got unexpected extra argument (b)", "Write: undersigned explain [OPTIONS] [CODE]"),
        ("serve --address 8000", "--address: '8000' is not an address to listen on; write it as 127.0.0.1:8000", ""),
        ("reviews --within -1", "--within: '-1' is not a whole number", ""),
    ],
)
def test_wrong_words_are_answered_with_what_to_write(
    words: str, message: str, advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"undersigned: {message}")
    assert advice in err


def commands(group: click.Group, path: str = "undersigned") -> Iterator[tuple[str, click.Command]]:
    """Every verb and job, with the words that call it."""
    context = click.Context(group, info_name=path)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


@pytest.mark.parametrize(("path", "command"), list(commands(undersigned)), ids=str)
def test_help_of_a_verb_shows_an_example_that_can_be_typed(
    path: str, command: click.Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*path.split()[1:], "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"Usage: {path} ")
    example = next(line.strip() for line in shown.partition("Example:")[2].splitlines() if line.strip())
    assert f"{example} ".startswith(f"{path} ")
    words = shlex.split(example)[len(path.split()) :]
    if isinstance(command, click.Group):
        inner = command.get_command(click.Context(command), words.pop(0))
        assert inner is not None
        command = inner
    command.make_context("", words)  # UsageError if the words are wrong
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_the_list_of_verbs_says_what_each_verb_says_of_itself() -> None:
    top = dict(commands(undersigned))
    for name, line in VERBS.items():
        assert (top[f"undersigned {name}"].help or "").replace("\n", " ").startswith(line.rstrip(".")), name


def test_help_of_new_names_the_standards(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "--help"]) == 0
    shown = capsys.readouterr().out
    for kind in ("protocols", "flows", "forms"):
        assert all(re.search(rf"(?<![\w-]){id_}(?![\w-])", shown) for id_ in standard_ids(kind)), kind


def test_no_verb_is_imported_before_it_is_asked_for() -> None:
    """What starts slowly is not started for `--help`; each verb pays only for itself."""
    code = (
        "import sys; from undersigned.cli import main; main(['--help']); main(['explain', '--help']); "
        "print(*sorted(name for name in sys.modules if name.startswith('undersigned.')), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.split() == [
        "undersigned.atomic",
        "undersigned.cli",
        "undersigned.cli.explain",
        "undersigned.cli.main",
        "undersigned.cli.options",
        "undersigned.cli.output",
    ]


def test_common_options_may_stand_before_and_after_the_verb(tmp_path: Path) -> None:
    root = write_register(tmp_path, SOUND)
    done = run(tmp_path / "nowhere", "check", "--root", str(root), "--as-of", "2025-01-01")
    assert (done.returncode, done.stdout.splitlines()[-1][-16:]) == (0, "as of 2025-01-01")


def test_a_missing_folder_for_the_output_is_named(tmp_path: Path) -> None:
    root = write_register(tmp_path, SOUND)
    done = run(root, "status", "--format", "csv", "--output", str(tmp_path / "nowhere" / "x.csv"))
    assert done.returncode == 2
    assert f"there is no folder {tmp_path / 'nowhere'}" in done.stderr


@pytest.mark.parametrize("arguments", [["check", ""], ["reviews", "--within", "\u00b2"]])
def test_wrong_arguments_are_told_in_words(tmp_path: Path, arguments: list[str]) -> None:
    done = run(write_register(tmp_path, SOUND), *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no file or folder ''" in done.stderr or "is not a whole number" in done.stderr
