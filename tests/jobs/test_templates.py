"""What officers and keepers meet on GitHub before any program runs: forms, templates, the editor in the browser, hooks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from check_jsonschema.schema_loader import BuiltinSchemaLoader
from jsonschema import Draft7Validator

from jobs.intake_issues import SIGNED, issue_body, register_on_disk
from support import ROOT, TODAY, example_register, write_register
from undersigned.cli import main
from undersigned.editing.standard_texts import standard_ids
from undersigned.jobs.form_answers import read_answers
from undersigned.jobs.form_definitions import MOST_OPTIONS, forms, render_forms, stale_forms
from undersigned.records.protocol import Protocol
from undersigned.records.schema import values_of
from undersigned.records.signature import Signature, SignedBy
from undersigned.register import load_register

FORMS = sorted(path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")


def described(name: str) -> Draft7Validator:
    """The schema of SchemaStore that check-jsonschema brings."""
    loaded = BuiltinSchemaLoader(name).get_schema()
    assert isinstance(loaded, dict)
    return Draft7Validator(loaded)


# -- forms ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_is_as_github_describes_forms(path: Path) -> None:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert [error.message for error in described("vendor.github-issue-forms").iter_errors(data)] == []
    labels = [part["attributes"]["label"] for part in data["body"] if part["type"] != "markdown"]
    assert len(set(labels)) == len(labels)
    assert all(
        part["type"] == "markdown" or part["attributes"].get("description") or part["id"] == "promise"
        for part in data["body"]
    )
    warning = data["body"][0]["attributes"]["value"]
    assert "Do not write anything here about a person on probation" in warning
    assert "Name posts and shared mailboxes" in warning
    for part in data["body"]:
        options = part.get("attributes", {}).get("options", [])
        if part["type"] == "dropdown":
            assert len(set(options)) == len(options) > 0
            assert all(isinstance(option, str) and option != "None" for option in options)


def test_there_is_a_form_for_each_of_the_four_jobs() -> None:
    assert [yaml.safe_load(path.read_text(encoding="utf-8"))["name"] for path in FORMS] == [
        "Record a signature",
        "Nominate an officer",
        "Tell us a contact has changed",
        "Propose a protocol",
    ]


def test_the_other_settings_are_as_github_describes_them() -> None:
    data = yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE/config.yml").read_text(encoding="utf-8"))
    assert [error.message for error in described("vendor.github-issue-config").iter_errors(data)] == []


def test_the_forms_of_the_example_list_what_its_register_has() -> None:
    assert stale_forms(load_register(example_register()), as_of=TODAY) == []


def test_choices_are_values_that_records_take() -> None:
    signature, proposal = forms().forms["signature"], forms().forms["proposal"]
    assert [value for _, value in signature.field("authority").options] == list(values_of(SignedBy, "authority"))
    assert [value for _, value in signature.field("method").options] == list(values_of(Signature, "method"))
    assert {value for _, value in proposal.field("kind").options} == set(values_of(Protocol, "kind"))
    assert {value for _, value in proposal.field("standard").options} == {"", *standard_ids("protocols")}


def test_a_long_list_becomes_a_line_to_write_in(tmp_path: Path) -> None:
    many = "".join(
        f"=== signatories/o{n}/organisation.yaml\nname: Body {n}\nkind: other\n" for n in range(MOST_OPTIONS + 1)
    )
    text = render_forms(load_register(write_register(tmp_path, many)), as_of=TODAY)[
        ".github/ISSUE_TEMPLATE/3-a-contact-has-changed.yml"
    ]
    first = yaml.safe_load(text)["body"][1]
    assert (first["type"], "options" in first["attributes"]) == ("input", False)


def test_hostile_names_stay_names_in_a_form(tmp_path: Path) -> None:
    name = 'A "quoted": {{ 7*7 }} - #b\\n @c é'
    records = f"=== signatories/o/organisation.yaml\nname: '{name}'\nkind: other\n"
    text = render_forms(load_register(write_register(tmp_path, records)), as_of=TODAY)[
        ".github/ISSUE_TEMPLATE/3-a-contact-has-changed.yml"
    ]
    assert yaml.safe_load(text)["body"][1]["attributes"]["options"] == [f"{name} (o)"]


def test_dissolved_bodies_and_ended_protocols_are_not_listed(tmp_path: Path) -> None:
    more = """
=== signatories/gone/organisation.yaml
name: Gone
kind: other
dissolved_on: 2014-05-31
=== signatories/going/organisation.yaml
name: Going
kind: other
dissolved_on: 2026-11-23
"""
    text = render_forms(register_on_disk(tmp_path, more), as_of=TODAY)[
        ".github/ISSUE_TEMPLATE/1-record-a-signature.yml"
    ]
    assert "Gone (gone)" not in text
    assert "Going (going)" in text
    assert "County Council (council)" in text


def test_the_command_writes_and_judges_the_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = str(register_on_disk(tmp_path).root)
    assert main(["ci", "forms", "--check", "--root", root]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert main(["ci", "forms", "--root", root]) == 0
    assert main(["ci", "forms", "--check", "--root", root]) == 0


def test_what_a_form_asks_is_what_is_read() -> None:
    for path in FORMS:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        form = next(form for form in forms().forms.values() if form.file == path.name)
        asked = [(part["id"], part["attributes"]["label"]) for part in data["body"] if part["type"] != "markdown"]
        assert asked == [*((field.id, field.label) for field in form.fields), ("promise", forms().promise_label)]
    assert read_answers(issue_body("signature", SIGNED)).form.id == "signature"


def test_the_intake_workflow_knows_a_form_by_the_words_that_it_has() -> None:
    text = (ROOT / ".github/workflows/intake.yml").read_text(encoding="utf-8")
    assert f"contains(github.event.issue.body, '{forms().promise}')" in text
    assert "contains(github.event.issue.labels.*.name, 'intake')" in text
    assert all(yaml.safe_load(path.read_text(encoding="utf-8"))["labels"] == ["intake"] for path in FORMS)


# -- templates of pull requests, the editor, hooks --------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github/PULL_REQUEST_TEMPLATE").glob("*.md")), ids=lambda path: path.stem
)
def test_a_template_says_how_it_is_chosen(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert f"?template={path.name}" in text
    assert text.count("- [ ] ") >= 3


def test_there_is_a_template_for_each_kind_of_change() -> None:
    assert {path.stem for path in (ROOT / ".github/PULL_REQUEST_TEMPLATE").glob("*.md")} == {
        "signature",
        "review",
        "text",
        "organisation",
        "program",
    }
    assert (ROOT / ".github/pull_request_template.md").is_file()


def test_the_editor_in_the_browser_installs_checks_and_shows() -> None:
    raw = (ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8")
    data = json.loads("\n".join(line for line in raw.split("\n") if not line.lstrip().startswith("//")))
    assert re.fullmatch(r"mcr\.microsoft\.com/devcontainers/python@sha256:[0-9a-f]{64}", data["image"])
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert data["postCreateCommand"] == "make .venv/development"
    assert "$(VENV)/development:" in makefile
    assert data["postAttachCommand"] == {"preview": "make serve"}
    assert re.search(r"^serve:", makefile, re.MULTILINE)
    assert data["forwardPorts"] == [8000]
    wanted = json.loads((ROOT / ".vscode/extensions.json").read_text(encoding="utf-8"))["recommendations"]
    assert set(wanted) <= set(data["customizations"]["vscode"]["extensions"])
    schemas = json.loads((ROOT / ".vscode/settings.json").read_text(encoding="utf-8"))["yaml.schemas"]
    assert all((ROOT / path).is_file() for path in [*schemas, *data["customizations"]["codespaces"]["openFiles"]])


def test_hooks_call_verbs_that_exist() -> None:
    local = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    offered = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    entries = {hook["id"]: hook["entry"].removeprefix(".venv/bin/") for hook in local}
    assert {hook["id"]: hook["entry"] for hook in offered}.items() <= entries.items()
    for hook in local:
        assert re.search(hook.get("files", ""), "protocols/x/versions/1.0.yaml")
        assert not hook.get("files") or not re.search(hook["files"], "docs/index.md")
