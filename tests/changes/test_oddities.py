"""What is odd about a change, what cannot be judged, and what cannot be read."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from repositories import REGISTER, REVIEW, Repository, codes, odd, only, render_markdown, render_text, report_data, says

from undersigned.changes.report import Body

PROTOCOL = "protocols/housing/protocol.yaml"
OWNERS = "* @lead\n/signatories/council/ @council-officer\n/signatories/police/ @org/police-team\n/signatories/probation/ probation@example.org\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "r")


def who(found: object) -> list[str]:
    return [body.id for body in found if isinstance(body, Body)] if isinstance(found, tuple) else []


# -- reviews --------------------------------------------------------------------------------------------------------------


def several_protocols(repository: Repository, count: int = 5) -> list[str]:
    names = [f"p{number}" for number in range(count)]
    for name in names:
        repository.write(
            f"protocols/{name}/protocol.yaml", repository.read(PROTOCOL).replace("Housing Protocol", name.upper())
        )
        repository.stamp("material", "First", protocol=name)
    repository.commit("more protocols")
    return names


def test_many_reviews_at_once(repository: Repository) -> None:
    for number, name in enumerate(several_protocols(repository)):
        repository.write(
            f"protocols/{name}/reviews/2026-11-1{number}.yaml",
            REVIEW.format(due="2026-03-01", note=f"We read {name} aloud."),
        )
    repository.commit("bulk")
    report = repository.report()
    assert odd(report) == ["many-reviews"]
    assert report.oddities[0].values["count"] == 5


def test_one_board_on_one_day_is_normal(repository: Repository) -> None:
    for name in several_protocols(repository):
        repository.write(
            f"protocols/{name}/reviews/2026-11-10.yaml",
            REVIEW.format(due="2026-03-01", note=f"We read {name} aloud.")
            + "board: {organisation: council, minute: 1/26}\n",
        )
    repository.commit("board")
    assert odd(repository.report()) == []


def test_the_same_note_on_many(repository: Repository) -> None:
    for name in several_protocols(repository, 2):
        repository.write(
            f"protocols/{name}/reviews/2026-11-10.yaml", REVIEW.format(due="2026-03-01", note="All  Fine.")
        )
    repository.commit("same")
    report = repository.report()
    assert odd(report) == ["same-note"]
    assert report.oddities[0].values["protocols"] == ("p0", "p1")


def test_a_review_that_is_only_a_date(repository: Repository) -> None:
    repository.write("protocols/housing/reviews/2026-02-20.yaml", REVIEW.format(due="2026-03-01", note="We read it."))
    repository.commit("first")
    repository.write("protocols/housing/reviews/2026-11-20.yaml", REVIEW.format(due="2027-03-01", note="We read it."))
    repository.commit("again")
    assert odd(repository.report()) == ["review-dates-only"]
    repository.edit("protocols/housing/reviews/2026-11-20.yaml", ("2027-03-01", "2027-04-01"))
    repository.commit("bump")
    assert odd(repository.report()) == ["review-dates-only"]
    repository.edit("protocols/housing/reviews/2026-11-20.yaml", ("outcome: no-change", "outcome: material"))
    repository.commit("outcome")
    assert odd(repository.report()) == []


def test_a_note_of_last_year(repository: Repository) -> None:
    repository.write("protocols/housing/reviews/2026-02-20.yaml", REVIEW.format(due="2026-03-01", note="We read it."))
    repository.commit("first")
    repository.write(
        "protocols/housing/reviews/2026-11-20.yaml",
        REVIEW.format(due="2027-03-01", note="We  READ it.").replace("no-change", "editorial"),
    )
    repository.commit("again")
    assert odd(repository.report()) == ["note-again"]


def test_a_review_of_a_text_stamped_by_the_same_change(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("retention: 6 years", "retention: 2 years"))
    repository.stamp("material", "Less is kept")
    repository.write(
        "protocols/housing/reviews/2026-11-20.yaml",
        REVIEW.format(due="2026-03-01", note="New.").replace('"1.0"', '"2.0"'),
    )
    repository.commit("both")
    assert odd(repository.report()) == ["review-and-text"]


# -- signatures -----------------------------------------------------------------------------------------------------------


def test_text_and_signature_in_one_change(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("retention: 6 years", "retention: 2 years"))
    repository.stamp("material", "Less is kept")
    repository.sign("council", "2.0", "2026-10-05")
    repository.commit("both")
    assert odd(repository.report()) == ["text-and-signature"]


def test_no_evidence_and_recorded_late(repository: Repository) -> None:
    (repository.root / "signatories/council/housing.yaml").unlink()
    repository.commit("not yet signed")
    repository.write(
        "signatories/council/housing.yaml",
        'signatures:\n  - version: "1.0"\n    signed_on: 2025-02-14\n    evidence: {held_by: probation}\n',
    )
    repository.commit("late", day="2026-11-20")
    assert sorted(odd(repository.report())) == ["no-evidence", "recorded-late"]


@pytest.mark.parametrize(("signed_on", "late"), [("2026-05-24", False), ("2026-05-23", True)])
def test_a_signature_is_recorded_late_after_180_days(repository: Repository, signed_on: str, late: bool) -> None:
    (repository.root / "signatories/council/housing.yaml").unlink()
    repository.commit("not yet signed")
    repository.sign("council", "1.0", signed_on)
    repository.commit("recorded", day="2026-11-20")
    assert ("recorded-late" in odd(repository.report())) is late


def test_a_signature_is_late_by_the_day_of_its_commit(repository: Repository) -> None:
    assert "recorded-late" not in odd(repository.report("HEAD~1", "HEAD"))


@pytest.mark.parametrize(
    ("organisation", "email", "login", "odd_codes", "not_judged"),
    [
        ("council", "1+council-officer@users.noreply.github.com", None, [], []),
        ("council", "1+mallory@users.noreply.github.com", None, ["recorded-by-stranger"], []),
        ("council", "officer@example.org", None, [], ["owner-unknown"]),
        ("council", "1+council-officer@users.noreply.github.com", "mallory", ["recorded-by-stranger"], []),
        ("council", "1+mallory@users.noreply.github.com", "council-officer", [], []),
        ("police", "1+mallory@users.noreply.github.com", None, [], ["owner-team"]),
        ("probation", "probation@example.org", None, [], []),
        ("probation", "mallory@example.org", None, ["recorded-by-stranger"], []),
    ],
)
def test_who_recorded_a_signature(
    repository: Repository,
    organisation: str,
    email: str,
    login: str | None,
    odd_codes: list[str],
    not_judged: list[str],
) -> None:
    (repository.root / f"signatories/{organisation}/housing.yaml").unlink()
    repository.write(".github/CODEOWNERS", OWNERS)
    repository.commit("owners")
    repository.sign(organisation, "1.0", "2026-11-01")
    repository.write(".github/CODEOWNERS", "* @mallory\n")  # the change cannot make its author an owner
    repository.commit("signed", email=email)
    report = repository.report(author=login)
    assert (odd(report), [one.code for one in report.not_judged]) == (odd_codes, not_judged)
    assert all(who(one.values["who"]) == [organisation] for one in (*report.oddities, *report.not_judged))
    for text in (render_text(report), render_markdown(report), str(report_data(report))):
        assert email not in text


def test_any_author_of_the_record_is_judged(repository: Repository) -> None:
    (repository.root / "signatories/council/housing.yaml").unlink()
    repository.write("CODEOWNERS", OWNERS)
    base = repository.commit("owners")
    repository.sign("council", "1.0", "2026-11-01")
    repository.commit("signed", email="1+council-officer@users.noreply.github.com")
    repository.edit("signatories/council/housing.yaml", ("2026-11-01", "2026-11-02"))
    repository.commit("and then changed", email="1+mallory@users.noreply.github.com")
    assert odd(repository.report(base)) == ["recorded-by-stranger"]


def test_going_back_records_nothing(repository: Repository) -> None:
    repository.write("CODEOWNERS", OWNERS)
    repository.git("rm", "-q", "signatories/council/housing.yaml")
    repository.commit("taken away")
    report = repository.report("HEAD", "HEAD~1")
    assert (odd(report), report.not_judged) == ([], [])


# -- names ----------------------------------------------------------------------------------------------------------------


def test_a_protocol_under_a_new_id(repository: Repository) -> None:
    repository.git("mv", "protocols/housing", "protocols/homes")
    repository.commit("moved")
    report = repository.report()
    assert odd(report) == ["moved-without-formerly"]
    assert "signature-lost" in codes(only(report))
    repository.edit("protocols/homes/protocol.yaml", ("lead:", "formerly: [housing]\nlead:"))
    repository.commit("said")
    report = repository.report("HEAD~2")
    assert odd(report) == []
    assert (only(report).id, only(report).former_id, only(report).sort) == ("homes", "housing", "renamed")
    back = repository.report("HEAD", "HEAD~2")
    assert (only(back).id, only(back).former_id, odd(back)) == ("housing", "homes", [])


def test_a_signing_record_under_a_former_id_of_its_protocol(repository: Repository) -> None:
    repository.git("mv", "protocols/housing", "protocols/homes")
    repository.edit("protocols/homes/protocol.yaml", ("lead:", "formerly: [housing]\nlead:"))
    repository.commit("renamed, its signing records not")
    repository.edit(
        "signatories/council/housing.yaml", ("method: electronic", "method: wet-ink\n    returned_on: 2025-03-01")
    )
    repository.commit("returned")
    assert only(repository.report()).id == "homes"
    assert "Copy of version 1.0 returned by Example Council on 1 March 2025" in says(repository.report())


def test_a_dissolved_body_touches_what_it_signed(repository: Repository) -> None:
    repository.edit("signatories/police/organisation.yaml", ("kind: police", "kind: police\ndissolved_on: 2026-01-01"))
    repository.commit("dissolved")
    report = repository.report()
    assert "Example Police has ended, and nobody has taken its place in this protocol" in says(report)
    repository.edit("signatories/police/organisation.yaml", ("Example Police", "Example Constabulary"))
    repository.commit("only a name")
    assert repository.report().protocols == []
    assert "It has a signing record for one protocol" in says(repository.report())


def test_a_framework_renamed_long_ago_is_the_same_framework(tmp_path: Path) -> None:
    register = REGISTER.replace("lead: probation\n", "lead: probation\npart_of: old-framework\n", 1)
    repository = Repository(
        tmp_path / "r",
        register=register + "=== protocols/framework/protocol.yaml\ntitle: F\nkind: framework\nstatus: draft\n"
        "publication: public\nformerly: [old-framework]\n",
    )
    repository.edit(PROTOCOL, ("part_of: old-framework", "part_of: framework"))
    repository.commit("present id")
    assert repository.report().protocols == []


# -- what does not read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (PROTOCOL, "title: [\n"),
        (PROTOCOL, "\x00"),
        (PROTOCOL, "- a list\n"),
        (PROTOCOL, "title: {a: b}\nflows: text\nparties: [1, {organisation: [x]}]\n"),
        (PROTOCOL, "flows: [{id: [a], items: {b: c}}]\nclauses: [[]]\n"),
        ("protocols/housing/versions/1.0.yaml", "text: [a]\n"),
        (
            "protocols/housing/versions/1.0.yaml",
            "agreed_on: 2025-02-01\nchange: material\nsummary: s\nfingerprint: f\ntext: {parties: [{organisation: {a: b}}], flows: x, clauses: [1], forms: [2]}\n",
        ),
        ("protocols/housing/forms/pro-forma.yaml", "sections: 7\n"),
        ("protocols/housing/reviews/2026-02-20.yaml", "note: [\n"),
        ("protocols/housing/reviews/someday.yaml", "note: x\n"),
        ("signatories/council/housing.yaml", "signatures: {a: b}\n"),
        ("signatories/council/housing.yaml", "signatures: [{version: x}, 7]\n"),
        ("signatories/council/organisation.yaml", "name: [x]\n"),
        ("protocols/housing/outcomes/x.yaml", "period: never\n"),
        ("protocols/stray.yaml", "a: b\n"),
        ("protocols/new/deeper/x.yaml", "a: b\n"),
        ("protocols/Bad Id/protocol.yaml", "title: T\n"),
    ],
)
def test_a_faulty_record_is_reported_and_hides_nothing_else(repository: Repository, path: str, content: str) -> None:
    repository.write("signatories/police/organisation.yaml", "name: Example Constabulary\nkind: police\n")
    repository.write(path, content)
    repository.commit("broken")
    for base, head in (("HEAD~1", "HEAD"), ("HEAD", "HEAD~1")):
        report = repository.report(base, head)
        render_markdown(report)
        report_data(report)
        lines = says(report)
        assert any("Example Constabulary" in line for line in lines)
        told = {(unread.side, unread.path) for unread in report.unread}
        assert (("after" if head == "HEAD" else "before"), path) in told, told


def test_links_are_reported(repository: Repository) -> None:
    (repository.root / "protocols/linked").mkdir()
    (repository.root / "protocols/linked/protocol.yaml").symlink_to("/etc/passwd")
    repository.commit("link")
    report = repository.report()
    assert ("protocols/linked/protocol.yaml", "") in {(unread.path, unread.message) for unread in report.unread}
    assert "protocols/linked/protocol.yaml is not a plain file with a printable name, so it is not read" in says(report)


def spoilt(content: str, random_: random.Random) -> str:
    """A record with one value replaced by one of another shape."""
    data = yaml.safe_load(content)
    places: list[tuple[Any, Any]] = []

    def walk(value: Any) -> None:
        for key, inner in (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        ):
            places.append((value, key))
            walk(inner)

    walk(data)
    holder, key = random_.choice(places)
    holder[key] = random_.choice(
        ["text", "", [], {}, ["a", "b"], {"a": "b"}, [{"id": "x"}], [["x"]], "2026-02-30", "1.10", None, "@a <b>"]
    )
    return str(yaml.safe_dump(json.loads(json.dumps(data, default=str)), allow_unicode=True))


@pytest.mark.parametrize("seed", range(30))
def test_no_shape_of_a_record_is_a_traceback(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    random_ = random.Random(seed)  # noqa: S311
    repository = _shared(tmp_path_factory)
    repository.git("checkout", "-q", "-B", "spoilt", "main")
    for path in random_.sample(
        sorted(p.relative_to(repository.root).as_posix() for p in repository.root.glob("[ps]*/**/*.yaml")), 3
    ):
        content = repository.read(path)
        for _ in range(3):
            content = spoilt(content, random_)
        repository.write(path, content)
    repository.commit("spoilt")
    for base, head in (("main", "spoilt"), ("spoilt", "main")):
        report = repository.report(base, head)
        render_text(report)
        render_markdown(report)
        json.dumps(report_data(report))


_REPOSITORY: list[Repository] = []


def _shared(factory: pytest.TempPathFactory) -> Repository:
    """One repository for all shapes: making it is most of the time."""
    if not _REPOSITORY:
        repository = Repository(factory.mktemp("shapes") / "r")
        repository.edit(PROTOCOL, ("retention: 6 years", "retention: 2 years"))
        repository.stamp("material", "Less is kept")
        repository.write(
            "protocols/housing/reviews/2026-02-20.yaml", REVIEW.format(due="2026-03-01", note="We read it.")
        )
        repository.commit("more to spoil")
        _REPOSITORY.append(repository)
    return _REPOSITORY[0]
