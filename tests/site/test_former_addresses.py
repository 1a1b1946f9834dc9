"""An address under a former id never dies: pages, data, calendars and documents, of protocols and of organisations."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import html

from support import write_register

REGISTER = """
=== signatories/a/organisation.yaml
name: A
kind: other
formerly: [older-a, old-a]
=== protocols/p/protocol.yaml
title: A protocol
kind: framework
status: draft
publication: public
formerly: [older-p, old-p]
parties: [{organisation: a, role: controller}]
=== protocols/p/forms/slip.yaml
title: Slip
from: [any]
to: [any]
sections: [{title: S, fields: [{name: n, label: L, type: text}]}]
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_register(tmp_path_factory.mktemp("renamed"), REGISTER)
    command = [sys.executable, "-m", "undersigned", "--root", str(root), "--as-of", "2026-11-22", "--no-cache", "build"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return root / "site"


@pytest.mark.slow
@pytest.mark.parametrize(("folder", "present"), [("protocols", "p"), ("organisations", "a")])
@pytest.mark.parametrize("former", ["old", "older"])
def test_pages_data_and_calendars_answer(site: Path, folder: str, present: str, former: str) -> None:
    old = f"{former}-{present}"
    page = html.document_fromstring((site / folder / old / "index.html").read_bytes())
    assert page.xpath("//meta[@http-equiv='refresh']/@content") == [f"0; url=../{present}/index.html"]
    assert page.xpath("//main//a/@href") == [f"../{present}/index.html"]
    data = [json.loads((site / "api/v1" / folder / f"{id_}.json").read_bytes()) for id_ in (old, present)]
    assert data[0] == data[1]
    assert data[0]["id"] == present
    calendars = [(site / "calendars" / folder / f"{id_}.ics").read_bytes() for id_ in (old, present)]
    assert calendars[0] == calendars[1]


@pytest.mark.slow
@pytest.mark.parametrize("old", ["old-p", "older-p"])
def test_documents_answer(site: Path, old: str) -> None:
    now = {path.name: path.read_bytes() for path in (site / "downloads/p").iterdir()}
    then = {path.name: path.read_bytes() for path in (site / "downloads" / old).iterdir()}
    assert {"p-draft.pdf", "p-draft.docx", "slip.pdf", "slip.docx"} <= now.keys()
    assert then == {name.replace("p-draft", f"{old}-draft"): content for name, content in now.items()}


@pytest.mark.slow
def test_former_ids_are_in_no_list(site: Path) -> None:
    for path in ("protocols/index.html", "organisations/index.html", "api/v1/register.json"):
        page = (site / path).read_text(encoding="utf-8")
        assert 'href="older-' not in page, path
        assert '"page": "protocols/old' not in page, path
