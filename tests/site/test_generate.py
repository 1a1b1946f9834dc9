"""Pages and files made from summaries, in one process or several, are those made from the whole register at once."""

from __future__ import annotations

import multiprocessing
import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from site_registers import HOSTILE, SOUND

from support import TODAY, example_register, write_register
from undersigned import parallel
from undersigned.checks.engine import rules
from undersigned.facts.register import RegisterFacts
from undersigned.register import load_register
from undersigned.site import generate
from undersigned.site.generate import ProtocolSummary, generate_site, generated_files
from undersigned.site.html import with_page_links
from undersigned.site.pages import PageSet, generated_pages

SIZES = {"housing/housing-v1.0.pdf": 123_456}
ADDRESS = "https://register.example.org/"


def plain(root: Path) -> dict[str, object]:
    pages = PageSet(RegisterFacts(load_register(root), as_of=TODAY, sizes=SIZES), "Test", rules())
    return {
        **{page.source: replace(page, body=with_page_links(page.body)) for page in generated_pages(pages)},
        **dict(generated_files(pages.site, name="Test", address=ADDRESS)),
    }


def in_parts(root: Path, *, processes: int = 1) -> dict[str, object]:
    register = load_register(root)
    with TemporaryDirectory() as folder:
        made = Path(folder)
        site = generate_site(
            register, made, as_of=TODAY, name="Test", address=ADDRESS, sizes=SIZES, processes=processes
        )
        pages = {page.source: page.taken_out() for page in site.made}
        return {**pages, **{path: (made / path).read_bytes() for path in site.files}}


@pytest.mark.parametrize("register", [SOUND, HOSTILE])
def test_parts_give_the_whole_site(tmp_path: Path, register: str) -> None:
    root = write_register(tmp_path, register)
    assert in_parts(root) == plain(root)


@pytest.fixture(scope="session")
def large_register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped register with as many drafts as several processes are used for."""
    root = tmp_path_factory.mktemp("large")
    for folder in ("protocols", "signatories"):
        shutil.copytree(example_register() / folder, root / folder)
    for number in range(40):
        write_register(
            root,
            f"""=== protocols/draft-{number:02d}/protocol.yaml
title: Draft number {number}
kind: framework
status: draft
publication: {"restricted" if number % 10 == 9 else "public"}
formerly: [old-draft-{number:02d}]
{"supersedes: [draft-00]" if number == 7 else ""}
""",
        )
    return root


@pytest.mark.parametrize("start_method", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_several_processes_give_the_whole_site(
    large_register: Path, start_method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if start_method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system cannot {start_method}")
    monkeypatch.setattr(parallel, "START_METHOD", start_method)
    assert in_parts(large_register, processes=2) == plain(large_register)


@pytest.mark.slow
def test_no_page_reads_a_protocol_again(large_register: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A summary holds all that pages about several protocols ask for; otherwise each would be parsed twice."""

    def refuse(self: ProtocolSummary) -> None:
        raise AssertionError(f"{self.id} is parsed again")

    monkeypatch.setattr(generate.ProtocolSummary, "folder", property(refuse))
    assert len(in_parts(large_register)) > 100


def test_a_summary_has_no_long_text_to_mistake_for_all_of_it(tmp_path: Path) -> None:
    site = RegisterFacts(load_register(write_register(tmp_path, SOUND)), as_of=TODAY)
    summary = ProtocolSummary(site.by_id["housing"])
    assert summary.text.title == site.by_id["housing"].text.title
    with pytest.raises(AttributeError, match="clauses"):
        _ = summary.text.clauses
