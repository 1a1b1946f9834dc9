"""The record in an issue, as an officer gets it: refused until the sentences are written, then sound."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from ci_register import protocol, register
from scheduled import LINKS

from support import copy_of_the_example
from undersigned.checks.engine import check_protocols
from undersigned.jobs.reviews import prefilled_review, review_issues
from undersigned.records.findings import Finding
from undersigned.register import Register, load_register
from undersigned.status import review_state

DAY = date(2026, 11, 22)
NOTE = "  The legal bases, the contacts and the forms were read against the practice of the year; two mailboxes were corrected."


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_example(tmp_path_factory.mktemp("shipped"))


def findings(register: Register, id_: str, path: str) -> list[Finding]:
    return [
        finding
        for finding in check_protocols(register, [id_], as_of=DAY)[0]
        if finding.path == path and finding.severity in ("error", "warning")
    ]


def issues(root: Path) -> dict[str, str]:
    wanted = review_issues(load_register(root), as_of=DAY, links=LINKS, root=root).wanted
    return {mark.protocol: one.text for mark, one in wanted.items()}


def test_the_record_passes_check_once_the_sentences_are_filled_in(shipped: Path) -> None:
    texts = issues(shipped)
    assert len(texts) == 3
    for id_, text in texts.items():
        block = re.search(r"```yaml\n(.*?)\n```", text, re.DOTALL)
        assert block is not None
        path = shipped / "protocols" / id_ / "reviews" / f"{DAY}.yaml"
        path.parent.mkdir(exist_ok=True)
        relative = path.relative_to(shipped).as_posix()
        path.write_text(block[1] + "\n", encoding="utf-8")
        unwritten = findings(load_register(shipped), id_, relative)
        assert any(finding.severity == "error" and "note" in finding.message for finding in unwritten), id_
        written = (
            block[1]
            .replace("note:", f"note: |\n{NOTE}")
            .replace(
                "reviewed_by:\n\n",
                "reviewed_by: [{organisation: example-county-police}]\n\n",  # restricted: nobody is proposed
            )
        )
        path.write_text(written + "\n", encoding="utf-8")
        after = load_register(shipped)
        assert findings(after, id_, relative) == [], id_
        folder = after.protocol(id_)
        assert folder is not None
        assert review_state(folder, as_of=DAY).last_completed_on == DAY, "it answers the due date"
        assert review_state(folder, as_of=DAY).state == "current"
        path.unlink()


def test_the_link_opens_the_same_record_under_its_name(shipped: Path) -> None:
    for id_, text in issues(shipped).items():
        address = re.search(r"\((https://github\.com/example/register/new/main\?\S+)\)", text)
        assert address is not None
        asked = parse_qs(urlsplit(address[1]).query)
        assert asked["filename"] == [f"protocols/{id_}/reviews/YYYY-MM-DD.yaml"]
        assert asked["value"][0].rstrip() in text


def test_what_cannot_be_known_is_left_out() -> None:
    made = register(protocol(more="owner: {organisation: nobody-known, post: Chair}"))
    folder = made.protocol("housing")
    assert folder is not None
    text = prefilled_review(folder, made, "nobody-known", "Chair", as_of=DAY)
    assert text is not None
    assert "reviewed_by:\n\n" in text
    assert "nobody-known" not in text
    assert prefilled_review(folder, made, "probation", None, as_of=date(2025, 1, 1)) is None
