"""Versions, signatures and reviews: who must sign again, what was recorded, and whether the kind of change is right."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from repositories import REVIEW, Repository, codes, odd, only, point, report_data, says

from undersigned.changes.compare import report_between
from undersigned.changes.git import History
from undersigned.changes.report import Body, Label
from undersigned.changes.revisions import read_revisions
from undersigned.register import load_register
from undersigned.status import protocol_status

PROTOCOL = "protocols/housing/protocol.yaml"
COUNCIL, POLICE, PROBATION = (
    Body("council", "Example Council"),
    Body("police", "Example Police"),
    Body("probation", "Example Probation"),
)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "r")


def kept_for_less(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("retention: 6 years", "retention: 2 years"))


# -- stamps -------------------------------------------------------------------------------------------------------------


def test_a_material_stamp_makes_signatures_stale(repository: Repository) -> None:
    kept_for_less(repository)
    repository.stamp("material", "Less is kept")
    repository.commit("2.0")
    report = repository.report()
    change = only(report)
    assert point(change, "must-sign-again").values == {"count": 3, "of": 3, "who": (COUNCIL, POLICE, PROBATION)}
    assert "3 of 3 must sign again: Example Council, Example Police and Example Probation" in says(report)
    assert point(change, "kind-fits").values["version"] == "2.0"
    assert point(change, "value-changed").values["after"] == "2 years"
    assert report.counts()["must_sign_again"] == 3


def test_only_those_who_had_signed_sign_again(repository: Repository) -> None:
    (repository.root / "signatories/police/housing.yaml").unlink()
    repository.commit("police never signed")
    kept_for_less(repository)
    repository.stamp("material", "Less is kept")
    repository.commit("2.0")
    lines = says(repository.report())
    assert "2 of 3 must sign again: Example Council and Example Probation" in lines
    assert "1 more had not signed before, and must sign version 2.0: Example Police" in lines


def test_the_first_version_is_for_all_to_sign(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "r", signed=False)
    repository.stamp("material", "First agreed text", agreed_on=date(2025, 2, 1))
    repository.commit("1.0")
    assert "3 of 3 must sign version 1.0: Example Council, Example Police and Example Probation" in says(
        repository.report()
    )


def test_an_editorial_stamp_lets_signatures_stand(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("It then tells all others", "It then tells all of the others"))
    repository.stamp("editorial", "Plainer words")
    repository.commit("1.1")
    change = only(repository.report())
    assert "must-sign-again" not in codes(change)
    assert point(change, "person-must-judge").values["terms"] == ("clause accuracy: text",)
    assert not {"kind-fits", "obligation-changed", "duty-weakened"} & set(codes(change))


def test_an_editorial_stamp_that_touches_what_is_owed(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("within five working days", "within six working days"))
    repository.stamp("editorial", "A small fix", judged_by="Information Governance Manager")
    repository.commit("1.1")
    found = point(only(repository.report()), "obligation-changed")
    assert (found.weight, found.values["before"], found.values["after"]) == ("care", "five", "six")


def test_a_stamp_of_the_wrong_kind(repository: Repository) -> None:
    kept_for_less(repository)
    repository.stamp("material", "Less is kept")
    (repository.root / "protocols/housing/versions/2.0.yaml").rename(
        repository.root / "protocols/housing/versions/1.1.yaml"
    )
    repository.edit("protocols/housing/versions/1.1.yaml", ("change: material", "change: editorial"))
    repository.commit("1.1")
    found = point(only(repository.report()), "kind-exceeded")
    assert (found.weight, found.values["terms"]) == ("care", ("flow risk-summary: retention",))
    assert (
        "The kind is wrong: version 1.1 says editorial, and changes more than that from version 1.0: flow risk-summary: retention"
        in says(repository.report())
    )


def test_a_stamp_that_asks_for_more_than_it_needs(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("It then tells all others", "It then tells all of the others"))
    repository.stamp("material", "Plainer words")
    repository.commit("2.0")
    assert (
        str(point(only(repository.report()), "kind-more-than-needed").values["lesser"])
        == "Label(table='change', id='editorial')"
    )


def test_an_extension_that_names_no_clause(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("lead: probation", "lead: probation\neffective_to: 2027-03-31"))
    repository.stamp("material", "An end", agreed_on=date(2026, 1, 1))
    repository.commit("2.0")
    repository.edit(PROTOCOL, ("2027-03-31", "2028-03-31"))
    repository.stamp("extension", "Under the clause extension")
    repository.edit("protocols/housing/versions/2.1.yaml", ("Under the clause extension", "One more year"))
    repository.commit("2.1")
    assert "extension-no-clause" in codes(only(repository.report()))


def test_a_version_and_the_day_on_which_it_takes_effect(repository: Repository) -> None:
    kept_for_less(repository)
    repository.stamp("material", "Less is kept", agreed_on=date(2026, 12, 1))
    repository.commit("2.0, agreed next month")
    assert "3 of 3 must sign again: Example Council, Example Police and Example Probation" in says(
        repository.report(as_of=date(2026, 11, 1))
    )


# -- the working text alone -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "code", "count"),
    [
        ("retention: 6 years", "retention: 2 years", "would-be-material", 3),
        ("It then tells all others", "It then tells all of the others", "would-be-editorial", 3),
        (
            "  - {organisation: police, role: controller, capacity: Keeps the peace}\n",
            "",
            "would-be-membership-nobody",
            2,
        ),
    ],
)
def test_what_stamping_the_working_text_would_mean(
    repository: Repository, old: str, new: str, code: str, count: int
) -> None:
    repository.edit(PROTOCOL, (old, new))
    repository.commit("working text")
    found = point(only(repository.report()), code)
    assert found.values["count"] == count
    assert "must-sign-again" not in codes(only(repository.report()))


def test_what_a_newcomer_would_be_asked(repository: Repository) -> None:
    repository.write("signatories/prison/organisation.yaml", "name: Example Prison\nkind: prison\n")
    repository.edit(
        PROTOCOL,
        (
            "  - {organisation: probation,",
            "  - {organisation: prison, role: controller, capacity: Prepares people}\n  - {organisation: probation,",
        ),
    )
    repository.commit("newcomer")
    assert "The working text is not stamped. It can be stamped as membership: only Example Prison must sign" in says(
        repository.report()
    )


def test_a_newcomer_that_is_stamped_must_sign(repository: Repository) -> None:
    repository.write("signatories/prison/organisation.yaml", "name: Example Prison\nkind: prison\n")
    repository.edit(
        PROTOCOL,
        (
            "  - {organisation: probation,",
            "  - {organisation: prison, role: controller, capacity: Prepares people}\n  - {organisation: probation,",
        ),
    )
    repository.stamp("membership", "The prison joins")
    repository.commit("1.1")
    change = only(repository.report())
    assert point(change, "newcomers-sign").values["who"] == (Body("prison", "Example Prison"),)
    assert "must-sign-again" not in codes(change)


def test_the_working_text_beyond_the_stamp_of_the_same_change(repository: Repository) -> None:
    kept_for_less(repository)
    repository.stamp("material", "Less is kept")
    repository.edit(PROTOCOL, ("retention: 1 year", "retention: 3 years"))
    repository.commit("stamp and more")
    lines = says(repository.report())
    assert "Retention for “Risk summary” (flow risk-summary): 6 years becomes 2 years" in lines
    assert (
        "Retention for “Referral for housing” (flow referral): 1 year becomes 3 years (in the working text, beyond version 2.0)"
        in lines
    )


# -- what is never edited -------------------------------------------------------------------------------------------------


def test_an_edited_stamp_comes_first_among_what_needs_care(repository: Repository) -> None:
    repository.edit("protocols/housing/versions/1.0.yaml", ("6 years", "9 years"))
    repository.commit("tampered")
    report = repository.report()
    lines = says(report)
    assert lines[lines.index("What needs care") + 1].startswith(
        "Stop: the text of version 1.0 was edited after it was agreed."
    )
    assert "Retention for “Risk summary” (flow risk-summary): 6 years becomes 9 years" in lines
    assert (
        "The fingerprint in the file of version 1.0 does not match its text: no signature can be bound to it" in lines
    )
    assert odd(report) == ["stamp-changed"]


def test_a_stamp_without_text_and_with_no_fingerprint_at_all_is_named(repository: Repository) -> None:
    path = "protocols/housing/versions/2.0.yaml"
    repository.write(path, "agreed_on: 2026-10-01\nchange: material\nsummary: Second\nfingerprint: nonsense\n")
    repository.commit("stamped by hand")
    assert "stamp-broken" in codes(only(repository.report()))


def test_days_are_dates_in_json(repository: Repository) -> None:
    kept_for_less(repository)
    repository.stamp("material", "Second", agreed_on=date(2026, 10, 1))
    repository.commit("stamped")
    report = repository.report()
    at = codes(only(report)).index("version-stamped")
    points: Any = report_data(report)["protocols"]
    assert points[0]["points"][at]["values"]["agreed_on"] == "2026-10-01"


def test_edited_facts_of_a_stamp_are_named_and_no_others(repository: Repository) -> None:
    repository.edit("protocols/housing/versions/1.0.yaml", ("summary: First agreed text", "summary: Another text"))
    repository.commit("tampered")
    edited = point(only(repository.report()), "stamp-facts-edited")
    assert edited.values["names"] == (Label("field", "summary"),)


def test_a_stamp_forged_whole_loses_its_signatures(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "r", signed=False)
    repository.stamp("material", "First", agreed_on=date(2025, 2, 1))
    fingerprint = load_register(repository.root).protocol("housing").versions["1.0"].value.fingerprint  # type: ignore[union-attr]
    for organisation in ("council", "police", "probation"):
        repository.sign(organisation, "1.0", "2025-02-14", more=f'    fingerprint: "{fingerprint}"\n')
    repository.commit("signed")
    kept_for_less(repository)
    (repository.root / "protocols/housing/versions/1.0.yaml").unlink()
    repository.stamp("material", "First", agreed_on=date(2025, 2, 1))
    repository.commit("forged")
    change = only(repository.report())
    assert "stamp-text-edited" in codes(change)
    assert point(change, "signature-lost").values["who"] == (COUNCIL, POLICE, PROBATION)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("protocols/housing/versions/1.0.yaml", "version-removed"),
        ("signatories/police/housing.yaml", "signing-record-removed"),
        (PROTOCOL, ""),
    ],
)
def test_removed_records(repository: Repository, path: str, code: str) -> None:
    (repository.root / path).unlink()
    repository.commit("gone")
    report = repository.report()
    if code:
        assert odd(report) == [code]
    else:
        assert [unread.path for unread in report.unread] == [PROTOCOL]


def test_a_removed_protocol(repository: Repository) -> None:
    repository.git(
        "rm",
        "-rq",
        "protocols/housing",
        *(f"signatories/{id_}/housing.yaml" for id_ in ("council", "police", "probation")),
    )
    repository.commit("gone")
    report = repository.report()
    assert odd(report) == ["protocol-removed"]
    assert only(report).sort == "removed"
    assert codes(only(report)) == ["protocol-was-in-force", "protocol-removed"]
    lines = says(report)
    assert "It was in force between Example Council, Example Police and Example Probation" in lines
    assert lines[-1] == "1 protocol, 1 thing that needs care."
    back = only(repository.report("HEAD", "HEAD~1"))
    assert (back.sort, codes(back).count("flow-added")) == ("added", 2)


def test_an_ended_protocol_asks_nobody_to_sign(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("status: in-force", "status: superseded"), ("retention: 6 years", "retention: 2 years"))
    repository.commit("working text")
    assert "would-be-material" not in codes(only(repository.report()))
    repository.stamp("material", "Less is kept")
    repository.commit("2.0")
    assert not {"must-sign", "must-sign-again", "would-be-material"} & set(codes(only(repository.report())))


# -- signatures -----------------------------------------------------------------------------------------------------------


def test_every_step_of_signing(repository: Repository) -> None:
    path = "signatories/council/housing.yaml"
    kept_for_less(repository)
    repository.stamp("material", "Less is kept")
    repository.commit("2.0")
    first = repository.git("rev-parse", "HEAD")
    repository.write(path, repository.read(path) + '  - version: "2.0"\n    sent_on: 2026-10-02\n')
    repository.commit("sent")
    assert "Version 2.0 sent for signature to Example Council on 2 October 2026" in says(repository.report())
    repository.write(
        path,
        repository.read(path)
        + "    approved_on: 2026-10-05\n    signed_on: 2026-10-06\n    method: wet-ink\n    evidence: {reference: PF/1}\n",
    )
    repository.commit("signed")
    lines = says(repository.report())
    assert "Version 2.0 approved by Example Council on 5 October 2026" in lines
    assert "Signature of version 2.0 recorded: Example Council, 6 October 2026" in lines
    repository.write(path, repository.read(path) + "    returned_on: 2026-10-09\n")
    repository.commit("returned")
    assert "Copy of version 2.0 returned by Example Council on 9 October 2026" in says(repository.report())
    repository.write(path, repository.read(path) + "    withdrawn: {on: 2026-11-01, reason: Left the county}\n")
    repository.commit("withdrawn")
    assert "Example Council withdraws its signature of version 2.0 (1 November 2026): Left the county" in says(
        repository.report()
    )
    repository.write(
        "signatories/police/housing.yaml",
        repository.read("signatories/police/housing.yaml")
        + '  - version: "2.0"\n    declined: {on: 2026-11-02, reason: Too long}\n',
    )
    repository.commit("declined")
    assert "Example Police declines to sign version 2.0 (2 November 2026): Too long" in says(repository.report())
    all_codes = codes(only(repository.report(first)))
    assert [code for code in all_codes if code.startswith("signature-")] == [
        "signature-sent",
        "signature-approved",
        "signature-signed",
        "signature-returned",
        "signature-withdrawn",
        "signature-declined",
    ]


def test_signatures_of_several_parties_are_one_point(repository: Repository) -> None:
    kept_for_less(repository)
    repository.stamp("material", "Less is kept")
    repository.commit("2.0")
    repository.sign("council", "2.0", "2026-10-05")
    repository.sign("police", "2.0", "2026-10-06")
    repository.commit("signed")
    report = repository.report()
    assert "Signatures of version 2.0 recorded: Example Council and Example Police" in says(report)
    assert report.counts()["signatures"] == 2
    assert odd(report) == []


def test_a_day_that_is_rewritten(repository: Repository) -> None:
    repository.edit(
        "signatories/council/housing.yaml", ("2025-02-14", "2025-01-14"), ("method: electronic", "method: wet-ink")
    )
    repository.commit("rewritten")
    lines = says(repository.report())
    assert "Example Council, version 1.0, signed on: 14 February 2025 becomes 14 January 2025" in lines
    assert "Signatures of version 1.0, changed: way of signing (Example Council)" in lines


def test_officers_and_contacts(repository: Repository) -> None:
    path = "signatories/council/housing.yaml"
    repository.write(
        path,
        "nominated_officer: {post: Housing Manager, mailbox: a@example.org, confirmed_on: 2026-01-01}\n"
        + repository.read(path),
    )
    repository.commit("nominated")
    assert "Example Council nominates Housing Manager (a@example.org)" in says(repository.report())
    repository.edit(path, ("a@example.org", "b@example.org"))
    repository.edit("signatories/council/organisation.yaml", ("2026-09-01", "2026-11-01"))
    repository.commit("changed")
    lines = says(repository.report())
    assert "Example Council, nominated officer, mailbox: “a@example.org” becomes “b@example.org”" in lines
    assert "Contact confirmed on 1 November 2026" in lines


# -- reviews --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "due", "line"),
    [
        ("2026-02-20", "2026-03-01", "It answers the review due on 1 March 2026, in time"),
        ("2026-04-01", "2026-03-01", "It answers the review due on 1 March 2026, 31 days late"),
        (
            "2025-12-01",
            "2026-03-01",
            "It answers the review due on 1 March 2026 90 days early, which is too early: the next counts from it",
        ),
        ("2026-02-20", "2026-04-01", "It says that it was due on 1 April 2026, but no review was due then"),
    ],
)
def test_a_review_and_the_clock(repository: Repository, day: str, due: str, line: str) -> None:
    repository.write(f"protocols/housing/reviews/{day}.yaml", REVIEW.format(due=due, note="We read it."))
    repository.commit("review")
    lines = says(repository.report())
    assert line in lines
    assert any(
        line.startswith("Review completed on")
        and "version 1.0 was read (the whole protocol). Outcome: no change needed. “We read it.”" in line
        for line in lines
    )
    assert "Looked at: contacts and law" in lines


def test_the_next_review(repository: Repository) -> None:
    repository.write("protocols/housing/reviews/2026-02-20.yaml", REVIEW.format(due="2026-03-01", note="We read it."))
    repository.commit("review")
    found = point(only(repository.report()), "review-next").values["due_on"]
    folder = load_register(repository.root).protocol("housing")
    assert folder is not None
    assert found == date(2027, 3, 1)


def test_a_second_review_moves_the_next_one_on(repository: Repository) -> None:
    for day, due in (("2026-02-20", "2026-03-01"), ("2026-11-10", "2027-03-01")):
        repository.write(f"protocols/housing/reviews/{day}.yaml", REVIEW.format(due=due, note="We read it."))
        repository.commit(f"review of {day}")
    report = report_between(repository.root, "HEAD~1", "HEAD", as_of=date(2026, 3, 1))
    assert point(only(report), "review-next").values["due_on"] == date(
        2027, 11, 10
    )  # twelve months from an early review


# -- the same answers as `status` -------------------------------------------------------------------------------------------


def test_the_limited_register_gives_the_same_status_as_the_whole(repository: Repository) -> None:
    kept_for_less(repository)
    repository.stamp("material", "Less is kept")
    repository.sign("council", "2.0", "2026-10-05")
    repository.write(
        "protocols/other/protocol.yaml", "title: Other\nkind: framework\nstatus: draft\npublication: public\n"
    )
    repository.write("signatories/heir/organisation.yaml", "name: Heir\nkind: police\n")
    repository.write("signatories/heir/housing.yaml", "inherits: {from: [police], on: 2026-01-01}\n")
    repository.commit("all at once")
    whole = load_register(repository.root)
    with History(repository.root) as history:
        revisions = read_revisions(history, history.compare("HEAD~1", "HEAD"), repository.root)
        for pair in revisions.pairs:
            folder = whole.protocol(pair.id)
            assert folder is not None
            assert pair.after is not None
            assert protocol_status(pair.after, revisions.after.register, as_of=date(2026, 11, 22)) == protocol_status(
                folder, whole, as_of=date(2026, 11, 22)
            )
        assert [pair.id for pair in revisions.pairs] == ["housing", "other"]


def test_evidence_that_is_a_link(repository: Repository) -> None:
    repository.edit(
        "signatories/council/housing.yaml", ("reference: PF/1.0", "reference: https://example.org/signed.pdf")
    )
    repository.commit("a link")
    found = point(only(repository.report()), "evidence-link")
    assert (found.weight, found.values["link"]) == ("care", "https://example.org/signed.pdf")
    repository.edit("signatories/council/housing.yaml", ("method: electronic", "method: wet-ink"))
    repository.commit("another edit")
    assert "evidence-link" not in codes(only(repository.report()))


def test_a_link_in_a_later_entry_is_found(repository: Repository) -> None:
    kept_for_less(repository)
    repository.stamp("material", "Second")
    repository.sign("council", "2.0", "2026-10-10")
    repository.edit("signatories/council/housing.yaml", ("PF/2.0", "https://example.org/signed.pdf"))
    repository.commit("signed again")
    found = point(only(repository.report()), "evidence-link")
    assert (found.values["version"], found.values["link"]) == ("2.0", "https://example.org/signed.pdf")


# -- bodies that take another's place --------------------------------------------------------------------------------------


def merge(repository: Repository, on: str = "2026-10-01") -> None:
    repository.write("signatories/heir/organisation.yaml", "name: Heir\nkind: other\n")
    repository.write(
        "signatories/heir/housing.yaml", f"inherits: {{from: [council, police], on: {on}, by: statute}}\nsignatures:\n"
    )


def test_a_body_that_takes_the_place_of_bodies_that_stood_unlike(repository: Repository) -> None:
    repository.write(
        "signatories/police/housing.yaml",
        'signatures:\n  - {version: "1.0", sent_on: 2025-02-02, declined: {on: 2025-03-01, reason: Too wide}}\n',
    )
    repository.commit("police declined")
    merge(repository)
    repository.commit("merged")
    report = repository.report()
    told = "Heir has taken the place of bodies in different positions: Example Council (version 1.0: signed) and Example Police (version 1.0: declined). It counts as “signed” until it signs itself"
    assert told in says(report)
    assert point(only(report), "unlike-predecessors").weight == "care"
    assert "Heir takes the place of Example Council and Example Police from 1 October 2026" in says(report)
    repository.sign("heir", "1.0", "2026-10-20")
    repository.commit("the heir signs")
    assert "unlike-predecessors" not in codes(only(repository.report()))


def test_an_heir_is_no_newcomer(repository: Repository) -> None:
    repository.git("rm", "-q", "signatories/council/housing.yaml", "signatories/police/housing.yaml")
    repository.commit("neither signed")
    merge(repository)
    repository.commit("merged")
    assert {"unlike-predecessors", "newcomers-sign", "must-sign"}.isdisjoint(codes(only(repository.report())))


# -- bodies under other names ---------------------------------------------------------------------------------------------


def renamed(repository: Repository) -> None:
    repository.git("mv", "signatories/police", "signatories/constabulary")
    repository.edit(
        "signatories/constabulary/organisation.yaml",
        ("Example Police", "Example Constabulary"),
        ("kind: police", "kind: police\nformerly: [police]"),
    )


def test_a_body_renamed_long_ago_is_known_by_its_present_name(repository: Repository) -> None:
    repository.git("rm", "-q", "signatories/police/housing.yaml")
    renamed(repository)
    repository.commit("renamed")
    kept_for_less(repository)
    repository.stamp("material", "Less is kept")
    repository.commit("2.0")
    assert "1 more had not signed before, and must sign version 2.0: Example Constabulary" in says(repository.report())


def test_a_body_renamed_by_the_same_change(repository: Repository) -> None:
    renamed(repository)
    kept_for_less(repository)
    repository.stamp("material", "Less is kept")
    repository.commit("both")
    change = only(repository.report())
    assert "3 of 3 must sign again: Example Constabulary, Example Council and Example Probation" in says(
        repository.report()
    )
    assert not {"party-added", "party-removed", "signing-record-removed", "newcomers-sign"} & set(codes(change))


def test_the_kind_of_a_stamp_is_judged_under_present_names(repository: Repository) -> None:
    renamed(repository)
    repository.edit(
        PROTOCOL,
        ("organisation: police", "organisation: constabulary"),
        ("to: [council, police]", "to: [council, constabulary]"),
        ("It then tells all others", "It then tells all of the others"),
    )
    repository.stamp("editorial", "Plainer words")
    repository.commit("1.1")
    change = only(repository.report())
    assert "person-must-judge" in codes(change)
    assert not {"party-added", "party-removed", "kind-exceeded"} & set(codes(change))


def test_who_was_behind_already_does_not_sign_again(repository: Repository) -> None:
    kept_for_less(repository)
    repository.stamp("material", "Less is kept")
    repository.sign("council", "2.0", "2026-10-05")
    repository.commit("2.0")
    repository.edit(PROTOCOL, ("retention: 2 years", "retention: 1 year"))
    repository.stamp("material", "Still less is kept", agreed_on=date(2026, 11, 1))
    repository.commit("3.0")
    lines = says(repository.report())
    assert "1 of 3 must sign again: Example Council" in lines
    assert "2 more had not signed before, and must sign version 3.0: Example Police and Example Probation" in lines


def test_the_same_edit_of_two_stamps_is_reported_once(repository: Repository) -> None:
    repository.edit(PROTOCOL, ("It then tells all others", "It then tells all of the others"))
    repository.stamp("editorial", "Plainer words")
    repository.commit("1.1")
    for version in ("1.0", "1.1"):
        repository.edit(f"protocols/housing/versions/{version}.yaml", ("6 years", "9 years"))
    repository.commit("tampered")
    assert codes(only(repository.report())).count("value-changed") == 1
    assert codes(only(repository.report())).count("stamp-text-edited") == 2


def test_what_changes_of_an_organisation(repository: Repository) -> None:
    path = "signatories/council/organisation.yaml"
    repository.edit(
        path,
        (
            "kind: local-authority",
            "kind: housing-provider\nareas: [county]\naccounts: ['@example-council']\nwebsite: https://example.org\n"
            "legal: {public_authority: yes}\ndissolved_on: 2027-01-01\nsuccessors: [probation]",
        ),
    )
    repository.commit("council")
    report = repository.report()
    lines = says(report)
    for line in (
        "Kind: local authority becomes housing provider",
        "Areas: added county",
        "Accounts that act for it: added @example-council",
        "Website: https://example.org (not stated before)",
        "Its legal status changes",
        "Dissolved on: 1 January 2027 (not stated before)",
        "Successors: added probation",
    ):
        assert line in lines, line
    assert (
        lines.index("What needs care")
        < lines.index("Accounts that act for it: added @example-council")
        < lines.index("Areas: added county")
    )
