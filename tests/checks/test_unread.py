"""A record that cannot be read brings no finding on any other record."""

from __future__ import annotations

from datetime import date

import pytest

from support import example_register, one_in
from undersigned.checks.engine import check_register
from undersigned.records.files import Files, load_files
from undersigned.register import register_of

AS_OF = date(2026, 11, 30)
RECORDS = [
    "protocols/staffordshire-housing-protocol/protocol.yaml",
    "protocols/staffordshire-housing-protocol/reviews/2025-03-19.yaml",
    "protocols/staffordshire-information-sharing-framework/protocol.yaml",
    "protocols/staffordshire-information-sharing-framework/versions/1.0.yaml",
    "signatories/thornbeck-north/staffordshire-information-sharing-framework.yaml",
    "signatories/staffordshire-probation/organisation.yaml",
    "signatories/brackenford-borough-council/staffordshire-housing-protocol.yaml",
]


def findings_of(contents: dict[str, bytes], files: Files) -> set[tuple[str, str, str]]:
    register = register_of(example_register(), Files(contents, files.findings, files.folders))
    return {(f.path, f.code, f.message) for f in check_register(register, as_of=AS_OF)[0]}


@pytest.fixture(scope="module")
def files() -> Files:
    return load_files(example_register())


@pytest.fixture(scope="module")
def before(files: Files) -> set[tuple[str, str, str]]:
    return findings_of(dict(files.contents), files)


@pytest.mark.parametrize("path", one_in(3, RECORDS))
def test_what_cannot_be_read_is_blamed_on_no_other_record(
    path: str, files: Files, before: set[tuple[str, str, str]]
) -> None:
    now = findings_of({**files.contents, path: files.contents[path] + b"\nx: [\n"}, files)
    assert {finding for finding in now - before if finding[0] != path} == set()
    assert {finding[1] for finding in now - before} == {"yaml-syntax"}


@pytest.mark.slow
def test_a_review_without_its_due_date_moves_no_other(files: Files, before: set[tuple[str, str, str]]) -> None:
    path = "protocols/mappa-information-sharing-protocol/reviews/2024-06-03.yaml"
    assert b"due_on: 20" in files.contents[path]
    now = findings_of({**files.contents, path: files.contents[path].replace(b"due_on: 20", b"due_on: soon 20")}, files)
    assert {finding[1] for finding in now - before} == {"bad-date"}
