"""`new protocol --on-paper`: an agreement that was signed on paper takes its facts, and nothing that nobody knows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from support import write_register
from undersigned.checks.engine import check_register
from undersigned.editing import EditingError
from undersigned.editing.new import new_record
from undersigned.editing.new_protocol import ON_PAPER
from undersigned.register import load_register
from undersigned.status import protocol_status

DAY = date(2026, 11, 30)
BODIES = "".join(
    f"=== signatories/{id_}/organisation.yaml\nname: Body {id_.upper()}\nkind: local-authority\njurisdiction: england\n"
    for id_ in ("a", "b")
)
KNOWN = {"parties": "a, b", "lead": "a", "agreed_on": "2016-03", "reference": "PF/2016/17", "pages": "23"}


def made(root: Path, answers: dict[str, str]) -> None:
    new_record("protocol", load_register(root), ["old"], answers=answers, standard=ON_PAPER, as_of=DAY)


def test_the_record_takes_what_is_known_and_its_signatures_bind(tmp_path: Path) -> None:
    root = write_register(tmp_path, BODIES)
    made(root, KNOWN)
    written = (root / "protocols/old/versions/1.0.yaml").read_text(encoding="utf-8")
    assert written.startswith("agreed_on: 2016-03\nchange: material\n")
    assert "fingerprint" not in written
    for body in ("a", "b"):
        answers = {"signed_on": "2016-03"}
        new_record("signature", load_register(root), [body, "old"], answers=answers, as_of=DAY)
    register = load_register(root)
    folder = register.protocol("old")
    assert folder is not None
    status = protocol_status(folder, register, as_of=DAY)
    assert [(party.state, party.bound_to) for party in status.parties] == [("signed", "document")] * 2
    findings, _ = check_register(register, as_of=DAY)
    assert not [finding for finding in findings if finding.severity == "error"]
    assert "text-not-entered" in {finding.code for finding in findings}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parties": ""}, "needs the answer to 'parties'"),
        ({"agreed_on": ""}, "needs the answer to 'agreed_on'"),
        ({"agreed_on": "spring 2016"}, "neither a day nor a month"),
        ({"parties": "a, nobody"}, "no organisation 'nobody'"),
        ({"lead": ""}, "somebody keeps the paper"),
        ({"sha256": "0" * 64}, "made up"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(tmp_path: Path, change: dict[str, str], message: str) -> None:
    root = write_register(tmp_path, BODIES)
    with pytest.raises(EditingError, match=message):
        made(root, {**KNOWN, **change})
    assert not (root / "protocols").exists()
