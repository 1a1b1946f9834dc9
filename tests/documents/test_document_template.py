"""The files that the documents are made with: complete, in the package, and under a licence that goes with them."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch

from support import ROOT
from undersigned.documents.words import TEMPLATE, term, word


def test_every_file_of_the_template_is_in_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["undersigned"]
    files = [path for path in TEMPLATE.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")]
    assert [
        path.name for path in files if not any(fnmatch(path.name, pattern.removeprefix("**/")) for pattern in patterns)
    ] == []


def test_the_fonts_come_with_their_licence_and_are_small() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (TEMPLATE / "fonts" / "OFL.txt").read_text(encoding="utf-8")
    sizes = {path.name: path.stat().st_size for path in TEMPLATE.rglob("*.ttf")}
    assert sorted(sizes) == ["Inter-Bold.ttf", "Inter-Form.ttf", "Inter-Italic.ttf", "Inter-Regular.ttf"]
    assert max(sizes.values()) < 400_000


def test_the_words_the_program_asks_for_are_there() -> None:
    tables = tomllib.loads((TEMPLATE / "words.toml").read_text(encoding="utf-8"))
    code = "".join(path.read_text(encoding="utf-8") for path in TEMPLATE.parent.rglob("*.py"))
    asked = set(re.findall(r"\"([a-z_]+\.[a-z_]+)\"", code))
    missing = [
        key for key in asked if key.split(".")[0] in tables and key.split(".")[1] not in tables[key.split(".")[0]]
    ]
    assert missing == []
    assert len(asked) > 60


def test_a_fact_in_braces_stays_as_it_is() -> None:
    assert word("flows.title", number="1", title="{number} {0} {x.__class__}") == "Flow 1: {number} {0} {x.__class__}"


def test_an_id_without_words_is_shown_without_its_hyphens() -> None:
    assert term("role", "some-new-role") == "some new role"
