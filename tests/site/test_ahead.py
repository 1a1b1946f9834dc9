"""Working protocols out ahead, in one process or several, kept or not, gives the pages and files of the plain way."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from site_registers import HOSTILE, SOUND

from support import TODAY, example_register, write_register
from undersigned.cache import AnswerCache, DocumentCache
from undersigned.checks.engine import rules
from undersigned.facts.register import SiteFacts
from undersigned.register import load_register
from undersigned.site import ahead
from undersigned.site.ahead import Ahead
from undersigned.site.kept import ReadySite, values
from undersigned.site.output import generated_files
from undersigned.site.pages import PageSet, generated_pages
from undersigned.site.whole import whole_site

SIZES = {"housing/housing-v1.0.pdf": 123_456}
ADDRESS = "https://register.example.org/"


def plain(root: Path) -> dict[str, object]:
    pages = PageSet(SiteFacts(load_register(root), as_of=TODAY, sizes=SIZES), "Test", rules())
    return {
        **{page.source: page for page in generated_pages(pages)},
        **dict(generated_files(pages.site, name="Test", address=ADDRESS)),
    }


def worked_out(root: Path, *, kept: DocumentCache | None = None, processes: int = 1) -> dict[str, object]:
    register = load_register(root)
    work = Ahead(register, as_of=TODAY, name="Test", address=ADDRESS, sizes=SIZES, kept=kept, processes=processes)
    ready = work.work()
    pages = PageSet(ReadySite(register, ready, as_of=TODAY, sizes=SIZES), "Test", rules())
    whole = whole_site(
        pages, ready, address=ADDRESS, key=work.key, kept=kept or DocumentCache(None), processes=processes
    )
    return {**{page.source: page for page in whole.pages}, **dict(whole.files)}


@pytest.mark.parametrize("register", [SOUND, HOSTILE])
def test_it_is_as_the_plain_way(tmp_path: Path, register: str) -> None:
    root = write_register(tmp_path, register)
    assert worked_out(root) == plain(root)


def test_the_shipped_register_in_two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("undersigned.parallel._WORTH_SPLITTING", 1)
    monkeypatch.setattr("undersigned.site.ahead._WORTH_SPLITTING", 1)
    monkeypatch.setattr("undersigned.site.whole._WORTH_SPLITTING", 1)
    root = example_register()
    assert worked_out(root, processes=2) == plain(root)


EDITS = [
    ("protocols/housing/protocol.yaml", "title:", "title: Another title #"),
    ("signatories/landlord/organisation.yaml", "name:", "name: Another name #"),
    ("signatories/landlord/housing.yaml", "sent_on: 2026-10-01", "sent_on: 2026-09-01"),
]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit[0])
def test_what_is_kept_never_outlives_a_change(tmp_path: Path, edit: tuple[str, str, str]) -> None:
    root = write_register(tmp_path / "register", SOUND)
    kept = AnswerCache(tmp_path / "cache").pages()
    first = worked_out(root, kept=kept)
    assert worked_out(root, kept=kept) == first
    path, old, new = edit
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert worked_out(root, kept=kept) == plain(root) != first


def test_a_change_of_the_protocol_that_it_refers_to_counts(tmp_path: Path) -> None:
    frame = "kind: framework\nstatus: draft\npublication: public\n"
    root = write_register(
        tmp_path / "register",
        f"""=== protocols/old/protocol.yaml
title: First title
{frame}=== protocols/new/protocol.yaml
title: New
{frame}part_of: old
=== signatories/a/organisation.yaml
name: A
kind: other
""",
    )
    kept = AnswerCache(tmp_path / "cache").pages()
    worked_out(root, kept=kept)
    (root / "protocols/old/protocol.yaml").write_text(f"title: Second title\n{frame}", encoding="utf-8")
    found = worked_out(root, kept=kept)
    assert "Second title" in str(found["protocols/new/index.md"])
    assert found == plain(root)
    frame = frame.replace("draft", "superseded")
    (root / "protocols/old/protocol.yaml").write_text(f"title: Second title\n{frame}", encoding="utf-8")
    frame = frame.replace("superseded", "in-force")
    (root / "protocols/new/protocol.yaml").write_text(f"title: New\n{frame}supersedes: [old]\n", encoding="utf-8")
    found = worked_out(root, kept=kept)
    assert "It was replaced by" in str(found["protocols/old/index.md"])
    assert found == plain(root)


def test_nothing_is_made_again_where_nothing_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_register(tmp_path / "register", SOUND)
    kept = AnswerCache(tmp_path / "cache").pages()
    first = worked_out(root, kept=kept)
    monkeypatch.setattr(ahead, "protocol_page", None)
    monkeypatch.setattr("undersigned.site.whole.page_jobs", None)
    assert worked_out(root, kept=kept) == first


def test_a_broken_cache_is_no_answer(tmp_path: Path) -> None:
    root = write_register(tmp_path / "register", SOUND)
    kept = AnswerCache(tmp_path / "cache").pages()
    first = worked_out(root, kept=kept)
    for number, path in enumerate(sorted((tmp_path / "cache/pages").glob("??/*"))):
        path.unlink()
        kept.put(path.name, (b"", b"nonsense", pickle.dumps({"page": 1}), pickle.dumps(print))[number % 4])
    assert worked_out(root, kept=kept) == first


@pytest.mark.parametrize("thing", [print, Path("x"), DocumentCache(None), write_register])
def test_only_values_are_read_from_the_cache(thing: object) -> None:
    with pytest.raises(pickle.UnpicklingError):
        values(pickle.dumps(thing))
