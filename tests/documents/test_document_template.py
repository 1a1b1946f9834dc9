"""The files that the documents are made with: complete, in the package, and under a licence that goes with them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from fnmatch import fnmatch

from fontTools.ttLib import TTFont

from support import ROOT
from undersigned.documents.pdf.form_font import NAMES, measures
from undersigned.documents.words import TEMPLATE, term, word
from undersigned.words.letters import Place, letters_lacking


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
    assert sorted(sizes) == [
        "Inter-Bold.ttf",
        "Inter-Form.ttf",
        "Inter-Italic.ttf",
        "Inter-Names.ttf",
        "Inter-Regular.ttf",
        "NotoSansArabic-Regular.ttf",
        "NotoSansBengali-Regular.ttf",
        "NotoSansGujarati-Regular.ttf",
        "NotoSansGurmukhi-Regular.ttf",
    ]
    assert sum(sizes.values()) < 1_600_000
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


def lacking(place: Place, codes: Iterable[int]) -> set[int]:
    """The letters and signs among some codes that a check would say cannot be shown."""
    text = " ".join(chr(code) for code in codes if unicodedata.category(chr(code))[0] in "LNPS")
    return {ord(letter) for _, letter in letters_lacking(text, place)}


def test_the_check_knows_the_letters_of_the_fonts() -> None:
    for path in (TEMPLATE / "fonts").glob("*-Regular.ttf"):
        assert not lacking("text", TTFont(path).getBestCmap()), path.name
    everything = [code for code in range(0x80, 0x3000) if unicodedata.category(chr(code))[0] in "LNPS"]
    assert lacking("box", everything) == {code for code in everything if code not in measures(NAMES).glyphs}
    assert lacking("text", [0x4E09, 0x1F468]) == {0x4E09, 0x1F468}
