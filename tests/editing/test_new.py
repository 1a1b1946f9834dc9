"""`new` writes commented records that add no error to `check`, whatever is answered or left unanswered."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import copy_of_the_example, one_in
from undersigned.checks.engine import check_register
from undersigned.editing import EditingError, standard_texts
from undersigned.editing.formatting import fmt
from undersigned.editing.new import new_record, questions
from undersigned.editing.new_records import days_of
from undersigned.editing.release import release
from undersigned.facts.protocol import ProtocolFacts
from undersigned.records.findings import Finding
from undersigned.records.form import Form
from undersigned.records.protocol import Protocol
from undersigned.records.reading import read_record
from undersigned.records.source import mappings, strings, text_of
from undersigned.register import load_register
from undersigned.status import review_state

DAY = date(2026, 11, 22)
KINDS = {
    "some-probation": "probation",
    "some-prison": "prison",
    "some-police": "police",
    "some-council": "local-authority",
    "other-council": "local-authority",
    "some-landlord": "housing-provider",
    "some-charity": "voluntary",
    "some-trust": "health",
    "some-treatment": "treatment-provider",
    "some-jobcentre": "jobcentre",
    "some-employer": "employer",
    "some-college": "education",
    "some-youth-team": "youth-justice",
    "some-commissioner": "other",
    "councils": "local-authority",
}
STANDARDS = (*standard_texts.standard_ids("protocols"), *standard_texts.standard_ids("flows"))


def register(root: Path, *, private: bool = False) -> Path:
    for id_, kind in KINDS.items():
        folder = root / "signatories" / id_
        folder.mkdir(parents=True)
        (folder / "organisation.yaml").write_text(f"name: {id_}\nkind: {kind}\njurisdiction: england\n")
    (root / "mkdocs.yml").write_text("extra: {register: {repository: private}}\n" if private else "site_name: x\n")
    return root


def new(root: Path, what: str, /, *ids: str, standard: str | None = None, as_of: date = DAY, **answers: str) -> Path:
    return new_record(what, load_register(root), ids, answers=answers, standard=standard, as_of=as_of)


def findings(root: Path, as_of: date = DAY) -> list[Finding]:
    return check_register(load_register(root), as_of=as_of)[0]


def errors(root: Path, as_of: date = DAY) -> list[str]:
    return [f"{f.path}:{f.line}: {f.code}: {f.message}" for f in findings(root, as_of) if f.severity == "error"]


def members(root: Path, standard: str | None) -> dict[str, str]:
    """An answer to every question about who takes part."""
    ends = standard_texts.ends()
    return {
        question.name: ",".join(id_ for id_, kind in KINDS.items() if kind in ends[question.name].kinds)
        for question in questions("protocol", load_register(root), ["x"], standard=standard, as_of=DAY)
        if question.name in ends
    }


def write(root: Path, kind: str, *ids: str, standard: str | None = None, answers: dict[str, str]) -> Path:
    return new_record(kind, load_register(root), ids, answers=answers, standard=standard, as_of=DAY)


@pytest.mark.parametrize("standard", one_in(4, [None, *STANDARDS]))
def test_a_protocol_without_answers(tmp_path: Path, standard: str | None) -> None:
    root = register(tmp_path)
    path = new(root, "protocol", "county-housing", standard=standard)
    assert path == root / "protocols/county-housing/protocol.yaml"
    assert errors(root) == []
    assert fmt(load_register(root), check=True).changed == ()
    assert fmt(load_register(root), check=True).unreadable == ()


@pytest.mark.parametrize("private", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("standard", one_in(4, STANDARDS))
def test_a_protocol_with_its_parties(tmp_path: Path, standard: str, private: bool) -> None:
    root = register(tmp_path, private=private)
    path = write(
        root, "protocol", "x", standard=standard, answers={**members(root, standard), "lead": "some-probation"}
    )
    assert errors(root) == []
    assert fmt(load_register(root), check=True).changed == ()
    folder = load_register(root).protocol("x")
    assert folder is not None
    assert folder.clean
    parties = [party.organisation for party in folder.value.parties]
    assert parties
    assert len(parties) == len(set(parties))
    if standard == "mappa" and not private:
        assert not folder.value.flows
        assert not folder.value.clauses
        assert "purpose" not in path.read_text()
    else:
        assert folder.value.flows
        assert {form for flow in folder.value.flows for form in flow.forms} == set(folder.forms)
        # The law is written out at both ends: nothing in the flows is advice that would become an error on signing.
        law = [
            f
            for f in findings(root)
            if f.path.endswith("x/protocol.yaml")
            and f.code.startswith(("unknown-", "empty-", "missing-law", "no-lawful"))
        ]
        assert law == []


@pytest.mark.parametrize("standard", standard_texts.standard_ids("protocols"))
def test_a_standard_protocol_answers_every_topic_but_two(tmp_path: Path, standard: str) -> None:
    root = register(tmp_path, private=True)
    write(root, "protocol", "x", standard=standard, answers={**members(root, standard), "publication": "public"})
    gaps = {f.message.split("'")[1] for f in findings(root) if f.code in ("missing-topic", "expected-topic")}
    assert gaps <= {"dpia", "policy-document"}


#: What bodies say of themselves, without which no standard could know that the law reaches them.
_SAID = {
    "housing-provider": "section_115_recipient: yes",
    "voluntary": "section_14_side: yes",
    "health": "duty_to_refer: yes",
    "education": "public_authority: yes",
}


@pytest.mark.parametrize("standard", standard_texts.standard_ids("protocols"))
def test_a_standard_is_clean_once_its_bodies_say_what_they_are(tmp_path: Path, standard: str) -> None:
    root = register(tmp_path, private=True)
    nation = "wales" if standard.endswith("-wales") else "england"
    for path in root.glob("signatories/*/organisation.yaml"):
        text = path.read_text().replace("jurisdiction: england", f"jurisdiction: {nation}")
        said = next((said for kind, said in _SAID.items() if f"kind: {kind}\n" in text), "")
        path.write_text(text + (f"legal: {{{said}}}\n" if said and "legal:" not in text else ""))
    answers = {**members(root, standard), "publication": "public"}
    if "contracted-providers" in answers:
        answers["contracted-providers"] = "some-charity"
    write(root, "protocol", "x", standard=standard, answers=answers)
    found = [
        f"{f.code}: {f.message}"
        for f in findings(root)
        if f.path.startswith("protocols/") and f.code != "no-policy-document" and "'dpia'" not in f.message
    ]
    assert found == []


def test_a_group_is_never_called_as_an_organisation_and_nobody_is_in_two(tmp_path: Path) -> None:
    root = register(tmp_path)
    text = write(
        root,
        "protocol",
        "x",
        standard="contracted-provider-referral",
        answers={"supervisors": "some-probation", "contracted-providers": "some-probation, some-charity"},
    ).read_text()
    assert "from: [supervisors]" in text
    assert "to: [some-probation, some-charity]" in text
    text = write(root, "protocol", "y", standard="council-reply", answers={"councils": "some-council"}).read_text()
    assert "from: [councils-group]" in text
    assert "group: councils-group" in text
    assert errors(root) == []


def test_every_field_of_an_empty_draft_is_explained_and_can_be_uncommented(tmp_path: Path) -> None:
    root = register(tmp_path)
    path = new(root, "protocol", "x")
    text = path.read_text()
    head, rest = text.split("\n\n", 1)
    assert head.startswith("# A draft.")
    blocks = rest.split("\n\n")
    for block in blocks:
        assert re.match(r"# [A-Z].*", block)
        field = re.search(r"^(?:# )?([a-z_]+):", block, re.MULTILINE)
        assert field is not None
        # The commented lines, with the comment sign taken away, are YAML that reads.
        lines = block.split("\n")
        start = next(index for index, line in enumerate(lines) if re.match(rf"(# )?{field[1]}:", line))
        example = "\n".join(line.removeprefix("# ") for line in lines[start:])
        for word in re.findall(r"\(([^()]*)\)", example):
            example = example.replace(f"({word})", "some-council")
        base = (
            ""
            if field[1] in ("title", "kind", "status", "publication")
            else "title: T\nkind: framework\nstatus: draft\npublication: public\n"
        )
        record = read_record("x.yaml", (base + example + "\n").encode(), Protocol)
        assert [f.message for f in record.findings if f.code != "missing-key"] == [], example
    assert len(blocks) > 25


def test_organisations(tmp_path: Path) -> None:
    root = register(tmp_path)
    text = new(root, "organisation", "bank-of-stoke-upon-trent").read_text()
    assert "name: Bank of Stoke upon Trent\n" in text
    assert "kind: other\n" in text
    new(
        root,
        "organisation",
        "the-force",
        kind="police",
        jurisdiction="wales",
        name="Y: heddlu # 1",
        website="https://heddlu.example",
    )
    record = load_register(root).organisation("the-force")
    assert record is not None
    assert record.value is not None
    assert (record.value.name, record.value.kind, record.value.jurisdiction) == ("Y: heddlu # 1", "police", "wales")
    assert errors(root) == []
    assert fmt(load_register(root), check=True).changed == ()
    with pytest.raises(EditingError, match="'polise' is not an answer to 'kind'") as caught:
        new(root, "organisation", "b", kind="polise")
    assert "police" in caught.value.hint
    with pytest.raises(EditingError, match="the id 'some-trust' is or was that of an organisation"):
        new(root, "organisation", "some-trust")
    for bad in ("Some", "a_b", "a--b", "", "organisation", "ä", "../x"):
        with pytest.raises(EditingError, match="cannot be the id"):
            new(root, "organisation", bad)


def in_force(root: Path) -> Path:
    register(root)
    write(
        root,
        "protocol",
        "x",
        standard="housing-referral",
        answers={**members(root, "housing-referral"), "lead": "some-probation"},
    )
    path = root / "protocols/x/protocol.yaml"
    text = (
        path.read_text()
        .replace("status: draft", "status: in-force")
        .replace("# effective_from: 2027-04-01", "effective_from: 2025-12-01")
    )
    path.write_text(text)
    release(load_register(root), "x", change="material", summary="First agreed text", agreed_on=date(2025, 11, 3))
    return root


def test_signing_records(tmp_path: Path) -> None:
    root = in_force(tmp_path)
    before = set(errors(root))
    text = new(root, "signature", "some-council", "x", post="Housing Options Manager", sent_on="2026-02-02").read_text()
    folder = load_register(root).protocol("x")
    assert folder is not None
    entry = folder.signing["some-council"].value
    assert entry is not None
    assert entry.signatures[0].fingerprint == folder.working_fingerprint
    assert entry.signatures[0].version == "1.0"
    assert "# signed_on: 2026-05-20" in text
    new(root, "signature", "some-landlord", "x")
    assert set(errors(root)) <= before
    assert fmt(load_register(root), check=True).changed == ()
    with pytest.raises(EditingError, match="exists already"):
        new(root, "signature", "some-landlord", "x")
    with pytest.raises(EditingError, match="some-college is not a party to x"):
        new(root, "signature", "some-college", "x")
    with pytest.raises(EditingError, match="no organisation 'some-councl'") as caught:
        new(root, "signature", "some-councl", "x")
    assert "some-council" in caught.value.hint
    with pytest.raises(EditingError, match="no protocol 'z'"):
        new(root, "signature", "some-council", "z")
    with pytest.raises(EditingError, match="would be an error"):
        write(root, "signature", "some-police", "x", answers={"sent_on": "2 May"})


def test_a_signing_record_before_any_version(tmp_path: Path) -> None:
    root = register(tmp_path)
    write(
        root,
        "protocol",
        "x",
        standard="council-reply",
        answers={"councils": "some-council", "supervisors": "some-prison"},
    )
    new(root, "signature", "some-council", "x")
    assert errors(root) == []
    assert "post: Nominated officer (to be confirmed)" in (root / "signatories/some-council/x.yaml").read_text()


@pytest.mark.slow
def test_a_review_that_is_only_begun_moves_no_due_date(tmp_path: Path) -> None:
    root = in_force(tmp_path)
    before = errors(root)
    new(root, "review", "x")
    assert errors(root) == before
    folder = load_register(root).protocol("x")
    assert folder is not None
    review = folder.reviews[DAY].value
    assert review is not None
    assert (review.scope, review.due_on, review_state(folder, as_of=DAY).last_completed_on) == ("partner", None, None)


def test_reviews(tmp_path: Path) -> None:
    root = in_force(tmp_path)
    before = set(errors(root))
    with pytest.raises(EditingError, match="needs the answer to 'note'"):
        new(root, "review", "x", outcome="no-change")
    note = "We read each flow again, and rang every contact."
    path = new(root, "review", "x", outcome="no-change", note=note)
    assert path.name == "2026-11-22.yaml"
    folder = load_register(root).protocol("x")
    assert folder is not None
    review = folder.reviews[DAY].value
    assert review is not None
    assert (review.due_on, review.version, review.fingerprint) == (date(2026, 12, 1), "1.0", folder.working_fingerprint)
    assert set(errors(root)) <= before
    assert fmt(load_register(root), check=True).changed == ()
    with pytest.raises(EditingError, match="exists already"):
        new(root, "review", "x", outcome="no-change", note=note)
    # More than sixty days before the due date it is out of cycle, and answers none.
    new(root, "review", "x", as_of=date(2026, 3, 2), outcome="no-change", note=note + " Twice.")
    assert load_register(root).protocol("x").reviews[date(2026, 3, 2)].value.due_on is None  # type: ignore[union-attr]
    with pytest.raises(EditingError, match="had been agreed by 2025-01-01"):
        new(root, "review", "x", as_of=date(2025, 1, 1), outcome="no-change", note=note)


@pytest.mark.parametrize("standard", standard_texts.standard_ids("forms"))
def test_standard_forms_read(standard: str) -> None:
    record = read_record("x.yaml", standard_texts.standard_form(standard).encode(), Form)
    assert record.findings == []


def test_forms(tmp_path: Path) -> None:
    root = in_force(tmp_path)
    before = set(errors(root))
    new(root, "form", "x", "my-form")
    new(root, "form", "x", "my-letter", kind="letter", purpose="Says: yes")
    new(root, "form", "x", "application", standard="housing-application")
    assert set(errors(root)) <= before
    assert fmt(load_register(root), check=True).unreadable == ()
    with pytest.raises(EditingError, match="exists already"):
        new(root, "form", "x", "my-form")
    with pytest.raises(EditingError, match="no standard form 'risk-sumary'") as caught:
        new(root, "form", "x", "y", standard="risk-sumary")
    assert "risk-summary" in caught.value.hint
    with pytest.raises(EditingError, match="cannot be the id of a form"):
        new(root, "form", "x", "My_form")


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2025-26", "2025-04-01", "2026-03-31"),
        ("1999-00", "1999-04-01", "2000-03-31"),
        ("2026-27-q1", "2026-04-01", "2026-06-30"),
        ("2026-27-q4", "2027-01-01", "2027-03-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-27", None, None),
        ("2011-12", "2011-04-01", "2012-03-31"),
        ("2012-12", "2012-12-01", "2012-12-31"),
        ("2025-26-q2", "2025-07-01", "2025-09-30"),
        ("spring", None, None),
        ("2025-26-q5", None, None),
    ],
)
def test_the_days_of_a_period(period: str, first: str | None, last: str | None) -> None:
    days = days_of(period)
    assert (days and tuple(map(str, days))) == (first and (first, last))


@pytest.mark.slow
def test_returns(tmp_path: Path) -> None:
    root = in_force(tmp_path)
    before = set(errors(root))
    text = new(root, "outcome", "x", "2025-26", measures="referrals, mi014").read_text()
    assert 'measure: referrals, count: "[x]"' in text
    assert 'numerator: "[x]", denominator: "[x]"' in text
    write(root, "outcome", "x", "winter", answers={"from": "2026-09-01", "to": "2026-10-31", "area": "here"})
    assert set(errors(root)) <= before
    assert fmt(load_register(root), check=True).changed == ()
    with pytest.raises(EditingError, match="which days it covers"):
        new(root, "outcome", "x", "spring")
    with pytest.raises(EditingError, match="has not come yet"):
        new(root, "outcome", "x", "2026-11")
    with pytest.raises(EditingError, match="overlaps"):
        new(root, "outcome", "x", "2025", measures="referrals")
    with pytest.raises(EditingError, match="no measure 'luck'"):
        new(root, "outcome", "x", "2026-05", measures="luck")


def test_wrong_requests(tmp_path: Path) -> None:
    root = register(tmp_path)
    with pytest.raises(EditingError, match="no kind of record 'version'"):
        new(root, "version", "x")
    with pytest.raises(EditingError, match="takes ORG and PROTOCOL"):
        new(root, "signature", "x")
    with pytest.raises(EditingError, match="no standard review"):
        new(root, "review", "x", standard="mappa")
    with pytest.raises(EditingError, match="no standard protocol or flow 'mapa'") as caught:
        new(root, "protocol", "x", standard="mapa")
    assert "mappa" in caught.value.hint
    with pytest.raises(EditingError, match="no question 'titel'") as caught:
        new(root, "protocol", "x", titel="T")
    assert "title" in caught.value.hint
    with pytest.raises(EditingError, match="no organisation 'nobody'"):
        new(root, "protocol", "x", standard="council-reply", councils="nobody")
    assert not (root / "protocols").exists()
    (root / "protocols/old").mkdir(parents=True)
    (root / "protocols/old/protocol.yaml").write_text(
        "title: T\nkind: framework\nstatus: draft\npublication: public\nformerly: [older]\n"
    )
    for taken in ("old", "older"):
        with pytest.raises(EditingError, match="is or was that of"):
            new(root, "protocol", taken)


_hostile = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30) | st.sampled_from(
    [
        "a: b",
        "# x",
        "- x",
        "{x",
        "[x]",
        "'",
        '"',
        "yes",
        "1.10",
        "2026-05-01",
        "null",
        "&a",
        "*a",
        "!t",
        "%x",
        "@x",
        "`x",
        "| x",
        "> x",
        "? x",
    ]
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(title=_hostile)
def test_any_title_is_written_as_it_was_typed_or_refused(tmp_path_factory: Any, title: str) -> None:
    root = register(tmp_path_factory.mktemp("register"))
    try:
        new(root, "protocol", "x", title=title)
    except EditingError:
        return
    folder = load_register(root).protocol("x")
    assert folder is not None
    assert folder.value.title == (title.strip() or "X")
    assert errors(root) == []


def test_standards_name_what_there_is() -> None:
    forms = set(standard_texts.standard_ids("forms"))
    used: set[str] = set()
    for id_ in standard_texts.standard_ids("flows"):
        flow = standard_texts.standard_flow(id_)
        assert flow.data["id"] == id_
        ends = {*strings(flow.data["from"]), *strings(flow.data["to"])}
        assert ends <= set(standard_texts.ends())
        assert all(set(strings(law["for"])) <= ends for law in mappings(flow.data.get("law_differs")))
        assert set(strings(flow.data.get("forms"))) <= forms
    for id_ in standard_texts.standard_ids("protocols"):
        used |= {text_of(flow.data["id"]) for flow in standard_texts.flows_of(id_)}
        clauses = mappings(standard_texts.standard_protocol(id_)["clauses"])
        lines = {text_of(clause["id"]): text_of(clause.get("in_short")) for clause in clauses}
        assert len(clauses) == len(lines), id_
        assert all(10 < len(line) <= 160 for line in lines.values()), (id_, lines)
        words = str(standard_texts.standard_protocol(id_))
        assert set(re.findall(r"`([a-z-]+)`", words)) <= {flow.data["id"] for flow in standard_texts.flows_of(id_)}
    assert not set(standard_texts.standard_ids("flows")) & set(standard_texts.standard_ids("protocols"))
    assert used == set(standard_texts.standard_ids("flows"))


def test_standards_name_no_place_and_no_body() -> None:
    folder = Path(standard_texts.__file__).parent / "standards"
    for path in folder.rglob("*.yaml"):
        assert not re.search(
            r"(?i)stafford|stoke|lichfield|cannock|nacro|longstile|brackenford|\barch\b|example (?:nhs|county)|worked example|\bEX-",
            path.read_text(),
        ), path


# -- a page for the person --------------------------------------------------------------------------------------


def test_a_page_for_people_names_all_that_the_text_shares_and_says_none_of_it_yet(tmp_path: Path) -> None:
    root = copy_of_the_example(tmp_path)
    id_ = "staffordshire-housing-protocol"
    (root / "protocols" / id_ / "for-people.yaml").unlink()
    path = new(root, "for-people", id_)
    assert path == root / "protocols" / id_ / "for-people.yaml"
    loaded = load_register(root)
    folder = loaded.protocol(id_)
    assert folder is not None
    assert folder.for_people is not None
    page = folder.for_people.value
    assert page is not None
    assert page.version == "2.1"
    assert page.never
    assert page.unfinished
    found = {one.code for one in check_register(loaded, as_of=DAY)[0] if one.path.endswith("for-people.yaml")}
    assert found == {"placeholder"}
    assert ProtocolFacts(folder, loaded, as_of=DAY).for_people is None
    with pytest.raises(EditingError, match="exists already"):
        new(root, "for-people", id_)


def test_a_page_for_people_is_refused_where_it_would_not_be_shown(tmp_path: Path) -> None:
    root = copy_of_the_example(tmp_path)
    with pytest.raises(EditingError, match="is restricted"):
        new(root, "for-people", "mappa-information-sharing-protocol")
