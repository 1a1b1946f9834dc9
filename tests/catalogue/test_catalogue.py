"""Forty-three registers on this computer, of which some fail or attack: nothing is lost, nothing is live, each is named."""

from __future__ import annotations

import json
import re
import shlex
import threading
from collections.abc import Iterator
from datetime import date
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from support import ROOT, register_from
from undersigned.catalogue.joined import Catalogue
from undersigned.catalogue.published import (
    CatalogueError,
    Listed,
    NotReadError,
    kept_answer,
    published,
    read_list,
    refresh,
)
from undersigned.cli.main import undersigned
from undersigned.facts.register import RegisterFacts
from undersigned.site.api import register_data, render_json

DAY = date(2026, 11, 30)
ATTACK = '<script>alert(1)</script>"><img src=x onerror=alert(2)>\u202e'


def data_of(number: int) -> dict[str, Any]:
    """What a small register publishes: a council of its own, and a prison that all registers share by its code.

    Three registers in four ask for a month of notice, the others for two.
    """
    register = register_from(f"""
=== signatories/council-{number}/organisation.yaml
name: Council {number}
kind: local-authority
jurisdiction: england
areas: [area-{number}]
codes: {{ons: E070000{number:02}}}
=== signatories/prison/organisation.yaml
name: HMP Northgate{" " + "(North)" if number == 2 else ""}
kind: prison
jurisdiction: england
codes: {{ods: HMP1}}
=== signatories/charity/organisation.yaml
name: Fresh Start
kind: voluntary
jurisdiction: england
=== protocols/release/protocol.yaml
title: Release protocol {number}
summary: A summary.
kind: information-sharing-protocol
status: draft
publication: public
jurisdictions: [england]
areas: [area-{number}]
lead: council-{number}
parties:
  - {{organisation: council-{number}, role: controller, capacity: Receives}}
  - {{organisation: prison, role: controller, capacity: Sends}}
flows:
  - {{id: release-plan, from: [prison], to: [council-{number}], stage: [custody, release], items: [{{name: Day of release}}]}}
clauses:
  - {{id: leaving, title: Leaving, text: A party leaves with {"2 months" if number % 4 == 0 else "1 month"} of notice.}}
""")
    data = json.loads(render_json(register_data(RegisterFacts(register, as_of=DAY))))
    assert isinstance(data, dict)
    return data


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The published data of forty-three registers under one server, and its address."""
    root = tmp_path_factory.mktemp("registers")
    for number in range(1, 44):
        put(root, number, data_of(number))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield root, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


def put(root: Path, number: int, data: object) -> None:
    file = root / f"r{number}" / "api" / "v1" / "register.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(data) if not isinstance(data, str) else data, encoding="utf-8")


@pytest.mark.slow
def test_a_country_of_registers(sites: tuple[Path, str], tmp_path: Path) -> None:
    root, address = sites
    listing = tmp_path / "registers.yaml"
    lines = [f"  - {{id: r{n}, title: Register {n}, from: '{address}/r{n}/'}}" for n in range(1, 44)]
    listing.write_text("title: All registers\nregisters:\n" + "\n".join(lines) + "\n")
    arguments = ["catalogue", str(listing), "--output", str(tmp_path / "site"), "--kept", str(tmp_path / "kept")]

    def run(*more: str) -> str:
        done = CliRunner().invoke(undersigned, ["--as-of", "2026-11-30", *arguments, *more])
        assert done.exception is None or done.exit_code == 0, done.output
        return done.output

    first = run()
    assert "43 registers" in first
    assert "not read" not in first
    shared = json.loads((tmp_path / "site" / "catalogue.json").read_text())["bodies"]
    assert [(body["id"], len(body["in"])) for body in shared] == [("ods-hmp1", 43)], "joined by code, never by name"

    good = (root / "r3" / "api" / "v1" / "register.json").read_text()
    put(root, 3, good[: len(good) // 2])  # cut in the middle
    (root / "r4" / "api" / "v1" / "register.json").unlink()  # unreachable
    put(root, 5, {**data_of(5), "schema_version": 0})  # an older version
    broken = data_of(6)
    broken["protocols"].append({"id": "no title", "publication": "public"})
    put(root, 6, broken)
    hostile = data_of(7)
    hostile["protocols"][0] |= {"title": ATTACK, "page": "javascript:alert(1)", "supersedes": ["release"]}
    hostile["organisations"][0] |= {"name": ATTACK, "page": "//evil.example/"}
    put(root, 7, hostile)
    hostile["protocols"].append({**data_of(7)["protocols"][0], "id": "climbs", "kind": "../../../climbed"})
    hostile["protocols"].append({**data_of(7)["protocols"][0], "id": "stages", "stages": ["../../climbed"]})
    hostile["protocols"].append(
        {
            **data_of(7)["protocols"][0],
            "id": "terms",
            "terms": [{"clause": "leaving", "title": ATTACK, "lengths": [ATTACK]}],
        }
    )
    put(root, 7, hostile)
    put(root, 8, "[" * 200_000)  # deep
    put(root, 9, {**data_of(9), "protocols": [{"id": f"p{n}"} for n in range(20_001)]})  # huge
    put(root, 10, {**data_of(10), "as_of": "2026-10-01"})  # nobody makes its site any more

    second = run()
    for number, why in (
        (3, "not JSON"),
        (4, "answered 404"),
        (5, "version 0"),
        (8, "not JSON"),
        (9, "20,001 protocols"),
    ):
        assert re.search(rf"r{number} was not read: .*{why}.*; its answer of 2026-11-30 is kept", second), why
    assert "r6: 1 entries are left out" in second
    assert "r7: 2 entries are left out" in second
    assert not list(tmp_path.rglob("climbed*"))
    site = tmp_path / "site"
    state = {one["id"]: one for one in json.loads((site / "catalogue.json").read_text())["registers"]}
    assert {id_ for id_, one in state.items() if one["fault"]} == {"r3", "r4", "r5", "r8", "r9"}
    assert [id_ for id_, one in state.items() if one["is_old"]] == ["r10"]
    assert state["r4"]["fails_since"] == "2026-11-30"
    for number in (3, 4, 5, 8, 9):
        page = words(site / "registers" / f"r{number}" / "index.html")
        assert f"Release protocol {number}" in page, "yesterday's answer stays"
        assert "Shown as it was read on 30 November 2026" in page
    assert "Protocol 2 is left out: id cannot be read" in words(site / "registers" / "r6" / "index.html")
    for file in site.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "javascript:alert" not in text
        assert "evil.example" not in text
        assert "\u202e" not in text
    assert "alert(1)" in words(site / "registers" / "r7" / "index.html"), "shown as text"
    prison = words(site / "bodies" / "ods-hmp1" / "index.html")
    assert "HMP Northgate (North)" in prison
    assert "Protocols of 43 areas name it as a party." in prison
    assert "Information sharing protocol 44 0 43" in prison, "the hostile register has two that can be read"
    told = prison[prison.index("The same thing on other terms") :]
    assert re.search(r"Leaving 1 month Release protocol 1 .*and 23 more Leaving 2 months Release protocol 4 ", told)


def test_lists_are_narrowed_without_a_script(sites: tuple[Path, str], tmp_path: Path) -> None:
    root, _ = sites
    put(root, 1, data_of(1))
    put(root, 2, data_of(2))
    listing = tmp_path / "registers.yaml"
    listing.write_text(
        f"title: Two\nregisters:\n  - {{id: one, title: One, from: {root}/r1}}\n  - {{id: two, title: Two, from: {root}/r2}}\n"
    )
    arguments = ["catalogue", str(listing), "--output", str(tmp_path / "site"), "--kept", str(tmp_path / "kept")]
    assert CliRunner().invoke(undersigned, arguments).exit_code == 0
    site = tmp_path / "site"
    for folder, key in (("kinds", "information-sharing-protocol"), ("stages", "custody"), ("areas", "area-1")):
        start = site / folder / key / "index.html"
        links = re.findall(r'href="([^"]+)">([^<]+)</a> \(1\)', start.read_text())
        assert links, folder
        for href, _ in links:
            page = (start.parent / href).resolve()
            assert page.relative_to(site).parts[0] == "areas"
            assert len(page.relative_to(site).parts) == 5, "an area and a kind or stage, from wherever one comes"
            assert "1 protocol." in words(page)
            assert ("Release protocol 1" in words(page)) != ("Release protocol 2" in words(page))
    assert "Search all registers" in words(site / "search" / "index.html")
    assert "choose the two bodies" not in words(site / "search" / "index.html")


def words(page: Path) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))).split())


def test_each_register_can_have_a_job_of_its_own(sites: tuple[Path, str], tmp_path: Path) -> None:
    root, _ = sites
    listing = tmp_path / "registers.yaml"
    listing.write_text(
        f"title: Two\nregisters:\n  - {{id: one, title: One, from: {root}/r1}}\n  - {{id: two, title: Two, from: {root}/r2}}\n"
    )
    arguments = ["catalogue", str(listing), "--output", str(tmp_path / "site"), "--kept", str(tmp_path / "kept")]
    for more in (["--read", "one"], ["--read", "two"], ["--join"]):
        assert CliRunner().invoke(undersigned, [*arguments, *more]).exit_code == 0
    assert "Release protocol 2" in words(tmp_path / "site" / "kinds" / "information-sharing-protocol" / "index.html")


def test_codes_that_contradict_each_other_join_nothing() -> None:
    def answer(id_: str, bodies: list[dict[str, object]]) -> Any:
        data = {"schema_version": 1, "as_of": "2026-11-30", "protocols": [], "organisations": bodies}
        listed = Listed.model_validate({"id": id_, "title": id_, "from": id_})
        return refresh(listed, beside=Path(), kept=_SCRATCH, as_of=DAY, get=lambda *_: json.dumps(data).encode())

    def body(id_: str, **codes: str) -> dict[str, object]:
        return {"id": id_, "name": "A body", "kind": "other", "codes": codes}

    one = answer("one", [body("a", ons="E1", ods="X1"), body("b", charity="1"), body("g", gss="9", ons="E9")])
    two = answer(
        "two", [body("c", ons="E1", ods="X2"), body("d", ods="x1"), body("e", charity="1"), body("f", charity="1")]
    )
    three = answer("three", [body("h", ons="e9", charity="7")])
    four = answer("four", [body("i", charity="7")])
    found = Catalogue("", (one, two, three, four))
    assert [[here.body.id for here in body_.here] for body_ in found.shared] == [["g", "h", "i"]]
    assert found.contradictions == (
        "one/a, two/c, two/d: different codes (ods)",
        "one/b, two/e, two/f: two bodies in one register (two)",
    )


_SCRATCH = Path()


@pytest.fixture(autouse=True)
def _scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "_SCRATCH", tmp_path)


def test_the_answer_of_yesterday_survives_a_day_that_fails(tmp_path: Path) -> None:
    listed = Listed.model_validate({"id": "one", "title": "One", "from": "one"})
    good = json.dumps(data_of(1)).encode()

    def fails(*_: object) -> bytes:
        raise NotReadError("its site answered 500")

    refresh(listed, beside=Path(), kept=tmp_path, as_of=date(2026, 11, 28), get=lambda *_: good)
    refresh(listed, beside=Path(), kept=tmp_path, as_of=date(2026, 11, 29), get=fails)
    last = refresh(listed, beside=Path(), kept=tmp_path, as_of=DAY, get=fails)
    assert (last.read_on, last.fails_since) == (date(2026, 11, 28), date(2026, 11, 29))
    assert last == kept_answer(listed, tmp_path)
    assert refresh(listed, beside=Path(), kept=tmp_path, as_of=DAY, get=lambda *_: good).fault == ""


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("title: T\nregisters:\n  - {id: A b, title: T, from: x}\n", ["'A b' cannot be the id of a register"]),
        (
            "title: T\nregisters:\n  - {id: a, title: T, from: ftp://x}\n",
            ["'ftp://x' is neither an https address nor a folder"],
        ),
        (
            "title: T\nregisters:\n  - {id: a, title: T, from: x}\n  - {id: a, title: T, from: y}\n",
            ["the register 'a' is listed twice"],
        ),
    ],
)
def test_faults_of_the_list_are_named(tmp_path: Path, text: str, messages: list[str]) -> None:
    (tmp_path / "list.yaml").write_text(text)
    with pytest.raises(CatalogueError) as raised:
        read_list(tmp_path / "list.yaml")
    assert [finding.message for finding in raised.value.findings] == messages


@pytest.mark.parametrize(
    "raw", [b"", b"null", b"{}", b'{"schema_version": true}', b'{"schema_version": 1, "as_of": 7}']
)
def test_what_is_no_register_is_not_read(raw: bytes) -> None:
    with pytest.raises(NotReadError):
        published(raw)


def test_a_folder_with_other_files_is_not_replaced(sites: tuple[Path, str], tmp_path: Path) -> None:
    root, _ = sites
    (tmp_path / "list.yaml").write_text(f"title: T\nregisters:\n  - {{id: one, title: One, from: {root}/r1}}\n")
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "work.txt").write_text("x")
    arguments = ["catalogue", str(tmp_path / "list.yaml"), "--kept", str(tmp_path / "kept")]
    done = CliRunner().invoke(undersigned, [*arguments, "--output", str(tmp_path / "precious")])
    assert done.exit_code != 0
    assert (tmp_path / "precious" / "work.txt").exists()


def test_the_workflow_of_the_guide_uses_the_verb_as_it_is() -> None:
    guide = (ROOT / "scripts/undersigned/handbook/guides/maintaining/catalogue.md").read_text(encoding="utf-8")
    workflow = yaml.safe_load(guide.split("```yaml")[2].split("```")[0])
    runs = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    asked = [shlex.split(run)[2:] for run in runs if "catalogue" in run]
    assert asked == [["registers.yaml", "--read", "$REGISTER"], ["registers.yaml", "--join", "--output", "catalogue"]]
