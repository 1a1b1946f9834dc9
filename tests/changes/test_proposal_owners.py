"""CODEOWNERS as GitHub reads it, and who is among the owners."""

from __future__ import annotations

import pytest

from undersigned.changes.report.owners import Owners, judge, login_of

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


def test_a_pattern_that_would_take_for_ever_is_left_out() -> None:
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
