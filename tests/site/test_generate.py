"""Pages and files made from summaries, in one process or several, are those made from the whole register at once."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import pytest
from site_registers import HOSTILE, SOUND

from support import TODAY, example_register, write_register
from undersigned import parallel
from undersigned.checks.engine import rules
from undersigned.facts.register import RegisterFacts
from undersigned.register import load_register
from undersigned.site.generate import generate_site, generated_files
from undersigned.site.html import with_page_links
from undersigned.site.pages import PageSet, generated_pages
from undersigned.site.summaries import ProtocolSummary, packed, unpacked

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

    monkeypatch.setattr(ProtocolSummary, "folder", property(refuse))
    assert len(in_parts(large_register)) > 100


def test_a_summary_has_no_long_text_to_mistake_for_all_of_it(tmp_path: Path) -> None:
    site = RegisterFacts(load_register(write_register(tmp_path, SOUND)), as_of=TODAY)
    summary = ProtocolSummary(site.by_id["housing"])
    assert summary.text.title == site.by_id["housing"].text.title
    with pytest.raises(AttributeError, match="clauses"):
        _ = summary.text.clauses
    assert site.by_id["housing"].parties[0].signature is not None
    with pytest.raises(AttributeError, match="signature"):
        _ = summary.parties[0].signature
    party = summary.participants[0].party
    assert party is summary.parties[0]
    with pytest.raises(AttributeError, match="entry"):
        _ = summary.status.parties[0].entry


def test_what_several_protocols_say_is_kept_once(tmp_path: Path) -> None:
    site = RegisterFacts(load_register(write_register(tmp_path, SOUND)), as_of=TODAY)
    content = packed(ProtocolSummary(site.by_id["housing"]))
    known: dict[Hashable, Hashable] = {}
    one, two = (cast("ProtocolSummary", unpacked(content, known)) for _ in range(2))
    assert one is not two
    assert one.parties_by_name == two.parties_by_name == site.by_id["housing"].parties_by_name
    assert one.parties_by_name is two.parties_by_name
    assert one.participants[0].contact is two.participants[0].contact
