"""CODEOWNERS: how GitHub reads it, who is among the owners, and the file that the records ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import TODAY, example_register, write_register
from undersigned.changes.owners import (
    PATH,
    Owners,
    OwnersError,
    judge,
    keeper_of,
    login_of,
    owners_of_organisation,
    render_owners,
    stale_lines,
)
from undersigned.cli import main
from undersigned.records.findings import Finding
from undersigned.register import Register, load_register

FILE = """# Everyone
*       @global
*.js    @js  # said after
/build/logs/ @logs
docs/*  docs@example.com
apps/   @apps
/apps/github
**/deep @deep
tree/** @tree
/a/**/z @between
sp\\ ace/ @space
!no     @no
x[ab]   @range
\\#hash @hash
/bad    not-an-owner
/signatories/council/ @council @org/team
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("README", ("@global",)),
        ("x/y.js", ("@js",)),
        ("build/logs/x", ("@logs",)),
        ("x/build/logs/x", ("@global",)),
        ("docs/a.md", ("docs@example.com",)),
        ("docs/b/c.md", ("@global",)),
        ("x/docs/a.md", ("@global",)),
        ("apps/x", ("@apps",)),
        ("x/apps/y/z", ("@apps",)),
        ("apps/github/x", ()),
        ("x/apps", ("@global",)),
        ("one/two/deep/file", ("@deep",)),
        ("tree/x/y", ("@tree",)),
        ("tree", ("@global",)),
        ("a/z", ("@between",)),
        ("a/b/c/z", ("@between",)),
        ("sp ace/x", ("@space",)),
        ("no", ("@global",)),
        ("xa", ("@global",)),
        ("#hash", ("@global",)),
        ("bad", ("@global",)),
        ("signatories/council/p.yaml", ("@council", "@org/team")),
        ("signatories/council-two/p.yaml", ("@global",)),
        ("signatories/Council/p.yaml", ("@global",)),
    ],
)
def test_the_last_match_wins(path: str, owners: tuple[str, ...]) -> None:
    assert Owners(FILE).of(path) == owners


def test_nothing_matches() -> None:
    assert Owners("/a @a\n").of("b") == ()
    assert Owners("").of("b") == ()


def test_a_pattern_that_would_take_for_ever_is_skipped() -> None:
    assert Owners("/" + "**/a/" * 30 + " @a\n").of("a/" * 60 + "b") == ()


@pytest.mark.parametrize(
    ("owners", "email", "login", "answer"),
    [
        (["@council"], "12+Council@users.noreply.github.com", None, "owner"),
        (["@council"], "council@users.noreply.github.com", None, "owner"),
        (["@council"], "12+other@users.noreply.github.com", None, "stranger"),
        (["@council"], "officer@council.example.org", None, "unknown"),
        (["officer@example.org"], "Officer@Example.org", None, "owner"),
        (["officer@example.org"], "other@example.org", None, "stranger"),
        (["officer@example.org"], "1+x@users.noreply.github.com", None, "unknown"),
        (["@org/team"], "1+x@users.noreply.github.com", None, "team"),
        (["@org/team", "@x"], "1+x@users.noreply.github.com", None, "owner"),
        (["@council"], "1+council@users.noreply.github.com", "mallory", "stranger"),
        (["@council"], "x@example.org", "@Council", "owner"),
        ([], "x@example.org", None, "nobody"),
    ],
)
def test_who_is_an_owner(owners: list[str], email: str, login: str | None, answer: str) -> None:
    assert judge(owners, email=email, login=login) == answer


@pytest.mark.parametrize(
    ("email", "login"),
    [
        ("1+a-b@users.noreply.github.com", "a-b"),
        ("41898282+github-actions[bot]@users.noreply.github.com", "github-actions[bot]"),
        ("a@users.noreply.github.com.evil.example", ""),
        ("a@example.org", ""),
        ("@users.noreply.github.com", ""),
    ],
)
def test_accounts_behind_mailboxes(email: str, login: str) -> None:
    assert login_of(email) == login


# -- the file that the records ask for ----------------------------------------------------------------------------------

RECORDS = """
=== mkdocs.yml
site_name: Test
extra:
  register:
    keeper: ["@example/keepers", keeper@example.org]
=== protocols/housing/protocol.yaml
title: Housing
kind: framework
status: draft
publication: public
lead: council
=== protocols/employment/protocol.yaml
title: Employment
kind: framework
status: draft
publication: public
=== protocols/health/protocol.yaml
title: Health
kind: framework
status: draft
publication: public
lead: old-trust
=== protocols/prisons/protocol.yaml
title: Prisons
kind: framework
status: draft
publication: public
lead: landlord
=== signatories/council/organisation.yaml
name: Council
kind: local-authority
accounts: ["@example/council", "@council-bot"]
contact: {post: Manager, mailbox: council@example.org}
=== signatories/landlord/organisation.yaml
name: Landlord
kind: housing-provider
=== signatories/old-trust/organisation.yaml
name: Old Trust
kind: probation
contact: {post: Manager, mailbox: gone@example.org}
dissolved_on: 2014-05-31
successors: [newer-trust]
=== signatories/newer-trust/organisation.yaml
name: Newer Trust
kind: probation
contact: {post: Manager, mailbox: gone-too@example.org}
dissolved_on: 2021-05-31
successors: [service, council]
=== signatories/service/organisation.yaml
name: Service
kind: probation
contact: {post: Manager, mailbox: service@example.org}
"""


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return load_register(write_register(tmp_path, RECORDS))


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("README.md", ("@example/keepers", "keeper@example.org")),
        (".github/workflows/check.yml", ("@example/keepers", "keeper@example.org")),
        ("mkdocs.yml", ("@example/keepers", "keeper@example.org")),
        ("protocols/housing/protocol.yaml", ("@example/council", "@council-bot")),
        ("protocols/housing/versions/1.0.yaml", ("@example/council", "@council-bot")),
        ("protocols/employment/protocol.yaml", ("@example/keepers", "keeper@example.org")),
        ("protocols/health/reviews/2026-01-01.yaml", ("service@example.org", "@example/council", "@council-bot")),
        ("protocols/prisons/protocol.yaml", ("@example/keepers", "keeper@example.org")),
        ("signatories/council/organisation.yaml", ("@example/council", "@council-bot")),
        ("signatories/council/health.yaml", ("@example/council", "@council-bot")),
        ("signatories/landlord/housing.yaml", ("@example/keepers", "keeper@example.org")),
        ("signatories/old-trust/health.yaml", ("service@example.org", "@example/council", "@council-bot")),
        ("docs/signatories/council/x.md", ("@example/keepers", "keeper@example.org")),
    ],
)
def test_who_owns_what(register: Register, path: str, owners: tuple[str, ...]) -> None:
    assert Owners(render_owners(register, as_of=TODAY)).of(path) == owners


def test_bodies_that_succeed_each_other_in_a_circle_own_nothing(tmp_path: Path) -> None:
    circle = """
=== signatories/a/organisation.yaml
name: A
kind: other
dissolved_on: 2014-05-31
successors: [b]
=== signatories/b/organisation.yaml
name: B
kind: other
dissolved_on: 2014-05-31
successors: [a]
"""
    assert owners_of_organisation(load_register(write_register(tmp_path, circle)), "a", as_of=TODAY) == ()


@pytest.mark.parametrize("account", ["example/council", "@a b", "@*", "@x/../y", "@-x", "@x\\n* @evil", "@x #", "[a]"])
def test_a_wrong_account_is_a_finding_at_its_place(tmp_path: Path, account: str) -> None:
    text = f'=== signatories/a/organisation.yaml\nname: A\nkind: other\naccounts: ["{account}"]\ncontact: {{post: P, mailbox: a@example.org}}\n'
    register = load_register(write_register(tmp_path, '=== mkdocs.yml\nextra: {register: {keeper: "@k"}}\n' + text))
    record = register.organisation("a")
    assert record is not None
    assert [(finding.code, finding.line) for finding in record.findings] == [("wrong-type", 3)]
    assert isinstance(record.findings[0], Finding)
    assert all(
        line.startswith(("#", "* @k", "/signatories/a/ ")) or not line
        for line in render_owners(register, as_of=TODAY).split("\n")
    )


@pytest.mark.parametrize(
    "settings",
    ["site_name: x", "extra: {register: {keeper: nobody}}", 'extra: {register: {keeper: ["@a", "* b"]}}', "extra: x"],
)
def test_a_register_without_a_keeper_says_what_to_write(tmp_path: Path, settings: str) -> None:
    (tmp_path / "mkdocs.yml").write_text(settings, encoding="utf-8")
    with pytest.raises(OwnersError) as told:
        keeper_of(tmp_path)
    assert told.value.hint.startswith("Write ")


def test_the_command_writes_and_judges(register: Register, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["ci", "owners", "--root", str(register.root)]
    assert main([*asked, "--check"]) == 1
    assert "+ * @example/keepers keeper@example.org\n" in capsys.readouterr().out
    assert not (register.root / PATH).exists()
    assert main(asked) == 0
    assert main([*asked, "--check"]) == 0
    file = register.root / PATH
    file.write_text(file.read_text(encoding="utf-8").replace("@council-bot", "@somebody"), encoding="utf-8")
    capsys.readouterr()
    assert main([*asked, "--check"]) == 1
    assert "- /signatories/council/ @example/council @somebody\n" in capsys.readouterr().out


def test_the_owners_of_the_example_are_up_to_date() -> None:
    assert stale_lines(load_register(example_register()), as_of=TODAY) == []
