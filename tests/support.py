"""Small registers out of one text, for tests: `=== path` lines part the files."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import html
from lxml.html import HtmlElement

from undersigned.checks.engine import check_register
from undersigned.facts.protocol import ProtocolFacts
from undersigned.facts.register import RegisterFacts
from undersigned.records.files import Files, load_files
from undersigned.register import Register, register_of
from undersigned.site.pages import PageSet, part_pages, protocol_page
from undersigned.status import ProtocolStatus, protocol_status

TODAY = date(2026, 11, 22)
ROOT = Path(__file__).parents[1]


def seeds(few: int, many: int) -> list[Any]:
    """Seeds for a test that draws its input: few for every run of the tests, and many where the slow ones run too."""
    return [*range(few), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(few, many))]


def one_in(count: int, cases: Iterable[Any]) -> list[Any]:
    """Cases of a test: one in so many for every run of the tests, and all where the slow ones run too."""
    return [
        case
        if place % count == 0
        else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.slow)
        for place, case in enumerate(cases)
    ]


def example_register() -> Path:
    """This repository's worked example. Skips where a register of one's own has taken its place."""
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    if settings.get("extra", {}).get("register", {}).get("example") is not True:
        pytest.skip("needs the worked example; this register has records of its own")
    return ROOT


@cache
def example_facts(as_of: date = date(2026, 11, 30)) -> RegisterFacts:
    """What the site's pages read of the worked example, once for all tests of a process."""
    example_register()
    return RegisterFacts(register_of(ROOT, load_files(ROOT)), as_of=as_of)


def words_of(markup: str) -> str:
    """What a reader sees of a page: its text, with single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def copy_of_the_example(folder: Path) -> Path:
    """The worked example's records and settings in `folder`, to change as a test likes."""
    for name in ("protocols", "signatories"):
        shutil.copytree(example_register() / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    return folder


def files_from(text: str) -> dict[str, str]:
    """Path to content, as written between `=== path` lines."""
    out: dict[str, str] = {}
    path = ""
    for line in text.splitlines(keepends=True):
        if line.startswith("=== "):
            path = line[4:].strip()
            out[path] = ""
        elif path:
            out[path] += line
    return out


def register_from(text: str | dict[str, str], *, private: bool = False) -> Register:
    """A register in memory, from a text or from its files."""
    files = files_from(text) if isinstance(text, str) else text
    contents = {path: content.encode() for path, content in files.items()}
    folders = tuple(sorted({"/".join(path.split("/")[:2]) for path in contents}))
    return Register(Path(), Files(contents, (), folders), repository_private=private)


def status_of(text: str, protocol: str = "p", as_of: date = TODAY) -> ProtocolStatus:
    register = register_from(text)
    folder = register.protocol(protocol)
    assert folder is not None
    return protocol_status(folder, register, as_of=as_of)


def findings_in(text: str, as_of: date = TODAY, *, private: bool = False) -> list[str]:
    """`path:line:column severity[code]` of every finding."""
    findings, _ = check_register(register_from(text, private=private), as_of=as_of)
    return [f"{f.path}:{f.line}:{f.column} {f.severity}[{f.code}]" for f in findings]


def write_register(root: Path, text: str) -> Path:
    """The same on disk, with an mkdocs.yml if the text has none."""
    for path, content in {"mkdocs.yml": "site_name: Test\n", **files_from(text)}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    return root


def site_of_protocol(site: Path, id_: str) -> HtmlElement:
    """What a built site says of a protocol now: the main parts of its front page and of the pages directly below it, in one."""
    folder = site / "protocols" / id_
    whole = html.Element("div")
    for path in (folder / "index.html", *sorted(folder.glob("*/index.html"))):
        whole.extend(html.document_fromstring(path.read_bytes()).cssselect("main"))
    return whole


def pages_of_protocol(pages: PageSet, facts: ProtocolFacts) -> str:
    """The same of a site that is not written: the bodies of these pages, one after the other."""
    return "\n".join(page.body for page in (protocol_page(pages, facts), *part_pages(pages, facts)))
