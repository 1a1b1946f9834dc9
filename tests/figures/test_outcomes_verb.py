"""The verb `outcomes`: figures side by side, sums only where figures may be added, and how a return becomes safe."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from math import sqrt
from pathlib import Path

import openpyxl
import pytest

from support import example_register, register_from
from undersigned.cli.main import main
from undersigned.figures.cohorts import rate_of, wilson
from undersigned.figures.combined import Combined, combined
from undersigned.register import Register

AS_OF = date(2026, 11, 30)
YEAR = "2025-04-01, to: 2026-03-31"


def a_protocol(publication: str = "public") -> str:
    return f"title: P\nkind: information-sharing-protocol\nstatus: in-force\npublication: {publication}\n"


def a_return(*rows: str, area: str = "county", period: str = YEAR) -> str:
    lines = "".join(f"  - {{{row}}}\n" for row in rows)
    return f"period: {{from: {period}}}\narea: {area}\nextracted_on: 2026-08-01\nresults:\n{lines}"


def register(returns: Mapping[str, str], areas: str = "", **protocols: str) -> Register:
    files = {f"protocols/{path.partition('/')[0]}/protocol.yaml": a_protocol() for path in returns}
    files |= {f"protocols/{id_}/protocol.yaml": text for id_, text in protocols.items()}
    for path, text in returns.items():
        protocol, _, name = path.partition("/")
        files[f"protocols/{protocol}/outcomes/{name}.yaml"] = text
    return register_from(files | ({"areas.yaml": areas} if areas else {}))


def sums(found: Combined) -> list[tuple[str, int, dict[str, int | str]]]:
    return [(row.measure, row.parts, dict(row.figures)) for row in found.rows if row.parts > 1]


@pytest.mark.parametrize(("part", "whole"), [(18, 20), (0, 10), (10, 10), (410, 625), (1, 1000), (7, 13)])
def test_wilson_interval_holds_the_shares_that_a_score_test_does_not_reject(part: int, whole: int) -> None:
    def score(share: float) -> float:
        return abs(part / whole - share) / sqrt(share * (1 - share) / whole)

    low, high = wilson(part, whole)
    assert low <= part / whole <= high
    for bound in (low, high):
        assert (0 < bound < 1 and score(bound) == pytest.approx(1.959964, abs=1e-5)) or bound == part / whole


def test_no_rate_of_few_or_hidden() -> None:
    assert rate_of(5, 9) is None
    assert rate_of("[c]", 50) is None
    rate = rate_of(18, 20)
    assert rate is not None
    assert (rate.per_cent, rate.low, rate.high) == (90, 70, 97)


def test_people_are_added_over_areas_and_referrals_over_protocols() -> None:
    housed = "measure: mi014, numerator: 40, denominator: 50, unknown: 5, rounded_to: 5"
    referred = "measure: referrals, count: 100, rounded_to: 5"
    found = combined(
        register(
            {
                "p/a": a_return(housed, referred, area="north"),
                "p/b": a_return(housed, referred, area="south"),
                "q/a": a_return(housed, referred, area="south"),
            }
        ),
        as_of=AS_OF,
    )
    assert sums(found) == [
        ("referrals", 3, {"count": 300}),
        ("mi014", 2, {"numerator": 80, "denominator": 100, "unknown": 10}),
    ]
    assert [(one.path, one.measure) for one in found.left_out] == [("protocols/q/outcomes/a.yaml", "mi014")]


def test_what_is_never_added() -> None:
    old = "measure: mi015a, series: MI015a, numerator: 40, denominator: 50"
    new = "measure: mi015a, series: MI015Sa, numerator: 40, denominator: 50"
    housed = "measure: mi014, numerator: 40, denominator: 50"
    found = combined(
        register(
            {
                "p/series": a_return(old, new),
                "p/whole": a_return(housed),
                "p/part": a_return(housed, area="north"),
                "p/earlier": a_return(housed, area="south", period="2024-04-01, to: 2025-03-31"),
            },
            areas="county: [north, south]\n",
        ),
        as_of=AS_OF,
    )
    assert sums(found) == []
    assert [(one.earlier, one.later) for one in found.breaks] == [("MI015a", "MI015Sa")]


def test_a_hidden_part_hides_the_sum() -> None:
    rows = {
        "p/a": a_return('measure: referrals, count: "[c]"', area="north"),
        "p/b": a_return("measure: referrals, count: 40"),
    }
    assert sums(combined(register(rows), as_of=AS_OF)) == [("referrals", 2, {"count": "[c]"})]


def test_restricted_protocols_and_later_returns_are_left_out() -> None:
    row = "measure: referrals, count: 40"
    found = combined(register({"p/a": a_return(row)}, p=a_protocol("restricted")), as_of=AS_OF)
    assert (found.rows, found.left_out[0].reason) == ((), "its protocol is restricted")
    assert combined(register({"p/a": a_return(row)}), as_of=date(2026, 7, 31)).rows == ()


@dataclass(frozen=True)
class Answer:
    status: int
    stdout: str
    stderr: str


Ask = Callable[..., Answer]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Ask:
    def ask(*arguments: str) -> Answer:
        status = main(arguments)
        return Answer(status, *capfd.readouterr())

    return ask


def test_the_example_in_every_format(tmp_path: Path, run: Ask) -> None:
    asked = (
        "outcomes",
        "--root",
        str(example_register()),
        "--as-of",
        "2026-11-30",
        "--measure",
        "mi014",
        "--period",
        "2025-26",
    )
    answer = json.loads(run(*asked, "--format", "json").stdout)
    (row,) = answer["rows"]
    assert (row["unknown"], row["numerator"], row["denominator"]) == (20, 395, 465)
    assert (row["per_cent"], row["between"], answer["schema_version"]) == (85, [81, 88], 1)
    assert run(*asked, "--format", "csv").stdout.splitlines()[1].startswith("Housed on release,MI014,")
    target = tmp_path / "outcomes.xlsx"
    assert run(*asked, "--format", "xlsx", "--output", str(target)).status == 0
    sheet = openpyxl.load_workbook(io.BytesIO(target.read_bytes()))["Outcomes"]
    assert [cell.value for cell in sheet[2]][9:15] == [20, None, None, None, 395, 465]
    assert "85, between 81 and 88" in run(*asked).stdout
    wrong = run("outcomes", "--root", str(example_register()), "--measure", "mi14")
    assert (wrong.status, "Did you mean 'mi014'?" in wrong.stderr) == (2, True)


def test_a_return_becomes_safe(tmp_path: Path, run: Ask) -> None:
    women = "measure: mi014, group: women, group_set: sex, numerator: {}, denominator: 21"
    men = "measure: mi014, group: men, group_set: sex, numerator: 37, denominator: 42"
    for name, text in {
        "mkdocs.yml": "site_name: R\n",
        "protocols/p/protocol.yaml": a_protocol(),
        "protocols/p/outcomes/2025-26.yaml": a_return(
            "measure: mi014, numerator: 40, denominator: 63", women.format('"[c]"'), men
        ),
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    path = "protocols/p/outcomes/2025-26.yaml"
    asked = ("outcomes", "--root", str(tmp_path), "--no-cache", "--safe", "p/2025-26")
    answer = json.loads(run(*asked, "--format", "json").stdout)
    assert (answer["safe"], answer["written"], answer["left"]) == (True, False, [])
    assert {(change["result"], change["field"], change["write"]) for change in answer["changes"]} == {
        (0, "denominator", 65),
        (0, "rounded_to", 5),
        (1, "denominator", 20),
        (1, "rounded_to", 5),
        (2, "numerator", 35),
        (2, "denominator", 40),
        (2, "rounded_to", 5),
    }
    done = run(*asked, "--write")
    assert done.status == 0
    assert "numerator: 35, denominator: 40, rounded_to: 5" in (tmp_path / path).read_text(encoding="utf-8")
    assert "worked-out-count" not in run("check", "--root", str(tmp_path), "--no-cache").stdout
    assert "is safe" in run(*asked).stdout


def test_a_cohort_becomes_safe(tmp_path: Path, run: Ask) -> None:
    cohort = "cohort: {began: {from: 2025-04-01, to: 2025-06-30}, of: releases, size: 121}\npoints:\n"
    point = '  - {after_months: 3, measure: mi014, numerator: 60, denominator: 98, unknown: 20, ended: "[c]"}\n'
    for name, text in {
        "mkdocs.yml": "site_name: R\n",
        "protocols/p/protocol.yaml": a_protocol(),
        "protocols/p/outcomes/2025-26.yaml": a_return("measure: referrals, count: 50") + cohort + point,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    asked = ("outcomes", "--root", str(tmp_path), "--no-cache", "--safe", "p/2025-26")
    assert "worked-out-count" in run("check", "--root", str(tmp_path), "--no-cache").stdout
    assert run(*asked, "--write").status == 0
    text = (tmp_path / "protocols/p/outcomes/2025-26.yaml").read_text(encoding="utf-8")
    assert "size: 120" in text
    assert 'numerator: 60, denominator: 100, unknown: 20, ended: "[c]"' in text
    assert "worked-out-count" not in run("check", "--root", str(tmp_path), "--no-cache").stdout


def test_other_returns_are_rounded_where_this_one_alone_does_not_suffice(tmp_path: Path, run: Ask) -> None:
    periods = {"q1": "2025-04-01, to: 2025-09-30", "q2": "2025-10-01, to: 2026-03-31", "year": YEAR}
    counts = {"q1": '"[c]"', "q2": "47", "year": "49"}
    files = {"mkdocs.yml": "site_name: R\n", "protocols/p/protocol.yaml": a_protocol()}
    for name, period in periods.items():
        files[f"protocols/p/outcomes/{name}.yaml"] = a_return(
            f"measure: referrals, count: {counts[name]}", period=period
        )
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    answer = json.loads(run("outcomes", "--root", str(tmp_path), "--safe", "p/q1", "--format", "json").stdout)
    assert answer["safe"] is True
    assert {change["path"].rpartition("/")[2] for change in answer["changes"]} == {"year.yaml"}
    assert "47" not in json.dumps(answer["changes"])
