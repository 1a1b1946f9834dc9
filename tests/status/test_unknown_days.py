"""Days that nobody knows: months in every place that allows them, the last day of a protocol, and stated review days."""

from __future__ import annotations

import json
from datetime import date

import pytest
from pydantic import TypeAdapter
from test_status import ALL_SIGNED, ORGS, V1, protocol, signing, version

from support import TODAY, findings_in, register_from, status_of
from undersigned.records.fields import Month, When, in_time, months_later
from undersigned.reports.feeds import render_reviews_ics
from undersigned.reports.status import StatusReport, render_reviews_json, render_status_json, review_rows, status_report
from undersigned.status import ReviewStatus


def party(text: str, id_: str, as_of: date = TODAY) -> tuple[str, int | None]:
    found = next(party for party in status_of(text, as_of=as_of).parties if party.organisation == id_)
    return found.state, found.days_waiting


def in_force(text: str, as_of: date) -> list[tuple[str, str]]:
    return [(item.version, "".join(item.between)) for item in status_of(text, as_of=as_of).in_force]


def review(text: str, as_of: date = TODAY) -> ReviewStatus:
    return status_of(text, as_of=as_of).review


def reviewed(name: str, due_on: str = "", more: str = "") -> str:
    due = f"due_on: {due_on}\n" if due_on else ""
    return (
        f"=== protocols/p/reviews/{name}.yaml\n{due}version: '1.0'\noutcome: no-change\n"
        f"reviewed_by: [{{organisation: a}}]\nnote: We rang every party and compared the forms with the law.\n{more}"
    )


def messages(text: str, code: str, as_of: date = TODAY) -> list[str]:
    return [line for line in findings_in(text, as_of) if code in line]


# -- months -----------------------------------------------------------------------------------------------------------


def test_what_a_month_dates_has_happened_on_its_last_day() -> None:
    stamped = version("1.0", "material", "2025-01")
    signed = "".join(signing(id_, "version: '1.0', sent_on: 2025-02, signed_on: 2025-04") for id_ in "ab")
    text = protocol() + ORGS + stamped + signed
    assert status_of(text, as_of=date(2025, 1, 30)).version is None
    assert status_of(text, as_of=date(2025, 1, 31)).version == "1.0"
    assert party(text, "a", date(2025, 2, 27))[0] == "not-sent"
    assert party(text, "a", date(2025, 2, 28)) == ("awaiting", None)
    assert party(text, "a", date(2025, 4, 29))[0] == "awaiting"
    assert party(text, "a", date(2025, 4, 30)) == ("signed", None)
    assert (in_force(text, date(2025, 4, 29)), in_force(text, date(2025, 4, 30))) == ([], [("1.0", "ab")])


def test_nothing_is_counted_in_days_from_a_month() -> None:
    text = protocol() + ORGS + V1 + version("2.0", "material", "2026-01") + ALL_SIGNED
    assert party(text, "a") == ("stale", None)
    paper = protocol() + ORGS + V1 + signing("a", "version: '1.0', signed_on: 2025-04, method: wet-ink")
    status = next(p for p in status_of(paper).parties if p.organisation == "a")
    assert (status.copy_outstanding, status.copy_outstanding_days) == (True, None)
    assert messages(paper, "copy-outstanding") == ["signatories/a/p.yaml:2:5 warning[copy-outstanding]"]


def test_a_month_of_the_end_ends_with_its_last_day() -> None:
    leaving = protocol().replace(
        "{organisation: b, role: controller}", "{organisation: b, role: controller, left_on: 2025-06}"
    )
    text = leaving + ORGS + V1 + ALL_SIGNED
    assert in_force(text, date(2025, 6, 30)) == [("1.0", "abc")]
    assert in_force(text, date(2025, 7, 1)) == [("1.0", "ac")]
    withdrawn = (
        protocol()
        + ORGS
        + V1
        + ALL_SIGNED.replace("signed_on: 2025-02-01}", "signed_on: 2025-02-01, withdrawn: {on: 2025-06}}")
    )
    assert (party(withdrawn, "a", date(2025, 6, 29))[0], party(withdrawn, "a", date(2025, 6, 30))[0]) == (
        "signed",
        "withdrawn",
    )


def test_only_a_certain_disorder_is_a_fault() -> None:
    def orders(sent: str, signed: str) -> list[str]:
        text = protocol() + ORGS + V1 + signing("a", f"version: '1.0', sent_on: {sent}, signed_on: {signed}")
        return messages(text, "order") + messages(text, "future")

    assert orders("2025-03", "2025-03-01") == []
    assert orders("2025-03-31", "2025-03") == []
    assert len(orders("2025-03", "2025-02-28")) == 1
    assert orders("2026-11", "2026-11") == []
    assert len(orders("2026-10", "2026-12")) == 1


def test_a_month_is_a_warning_while_the_day_can_be_found_and_an_error_where_a_day_is_asked() -> None:
    def told(signed: str, more: str = "") -> list[str]:
        return messages(
            protocol(more=more) + ORGS + V1 + signing("a", f"version: '1.0', signed_on: {signed}"), "month-only"
        )

    assert told("2025-10") == []
    assert told("2025-11") == ["signatories/a/p.yaml:2:33 warning[month-only]"]
    assert told("2026-10") == ["signatories/a/p.yaml:2:33 warning[month-only]"]
    assert told("2025-03", "effective_to: 2029-03\n") == ["protocols/p/protocol.yaml:11:15 error[month-only]"]
    dissolved = ORGS.replace("name: A\nkind: other\n", "name: A\nkind: other\ndissolved_on: 2026-06\n")
    assert messages(protocol() + dissolved, "month-only") == [
        "signatories/a/organisation.yaml:3:15 warning[month-only]"
    ]


def test_what_can_only_be_known_to_the_day_stays_a_day() -> None:
    text = protocol() + ORGS + V1 + reviewed("2026-01-05", "2026-01")
    assert messages(text, "bad-date") == ["protocols/p/reviews/2026-01-05.yaml:1:9 error[bad-date]"]


def test_a_review_of_a_month_answers_its_due_date_and_is_shown_as_a_month() -> None:
    text = protocol() + ORGS + V1 + reviewed("2026-01", "2026-01-01")
    assert review(text) == ReviewStatus("due-soon", date(2027, 1, 1), 40, Month(2026, 1))
    assert messages(text, "bad-file-name") == []
    assert messages(text, "month-only") == ["protocols/p/reviews/2026-01.yaml:1:1 warning[month-only]"]
    outside = protocol() + ORGS + V1 + reviewed("2025-11")
    assert review(outside) == ReviewStatus("due-soon", Month(2026, 11), None, Month(2025, 11))
    assert review(outside, date(2026, 12, 1)).state == "overdue"
    assert review(outside, date(2027, 3, 1)).state == "lapsed"
    assert review(outside, date(2026, 8, 1)).state == "current"


def test_a_due_month_is_a_month_in_every_report() -> None:
    text = protocol() + ORGS + V1 + reviewed("2025-11")
    register = register_from(text)
    report = status_report(register, as_of=TODAY)
    found = json.loads(render_status_json(report, TODAY))["protocols"][0]["review"]
    assert found == {"state": "due-soon", "due_on": "2026-11", "days": None, "last_completed_on": "2025-11"}
    rows = review_rows(report.protocols, as_of=TODAY, within=10)
    assert json.loads(render_reviews_json(rows, TODAY))["reviews"][0]["due_on"] == "2026-11"
    calendar = render_reviews_ics(register, as_of=TODAY).decode().replace("\r\n ", "")
    assert "DTSTART;VALUE=DATE:20261101" in calendar
    assert "DTEND;VALUE=DATE:20261201" in calendar
    assert "Review of P is due in 2026-11" in calendar


def test_months_and_days_are_sorted_by_when_they_have_surely_happened() -> None:
    days: list[When] = [Month(2025, 5), date(2025, 5, 31), date(2025, 5, 30), date(2025, 6, 1), Month(2025, 4)]
    assert sorted(days, key=in_time) == [
        Month(2025, 4),
        date(2025, 5, 30),
        Month(2025, 5),
        date(2025, 5, 31),
        date(2025, 6, 1),
    ]
    assert months_later(Month(2025, 11), 3) == Month(2026, 2)
    assert months_later(date(2024, 2, 29), 12) == date(2025, 2, 28)


# -- a review day that the text states ----------------------------------------------------------------------------------


def test_a_stated_review_day_comes_before_the_arithmetic_until_a_review_answers_it() -> None:
    stated = V1 + "  review: {interval_months: 12, next_due: 2025-05}\n"
    text = protocol() + ORGS + stated
    assert review(text, date(2025, 4, 1)) == ReviewStatus("due-soon", Month(2025, 5), None, None)
    assert review(text + reviewed("2025-05-20", "2025-05-31"), date(2025, 6, 1)).due_on == Month(2026, 5)
    assert review(text + reviewed("2025-05-20"), date(2025, 6, 1)).due_on == date(2026, 5, 20)
    early = text + reviewed("2025-02-01")
    assert review(early, date(2025, 3, 1)).due_on == Month(2025, 5)
    assert messages(text + reviewed("2025-05-20", "2025-05-02"), "never-due", date(2025, 6, 1)) == []


# -- the end --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["superseded", "withdrawn", "expired"])
def test_until_its_last_day_is_over_an_ended_protocol_was_in_force(status: str) -> None:
    text = protocol(status, "ended_on: 2026-03-31\n") + ORGS + V1 + ALL_SIGNED
    during, after = status_of(text, as_of=date(2026, 3, 31)), status_of(text, as_of=date(2026, 4, 1))
    assert (during.status, during.review.state, in_force(text, date(2026, 3, 31))) == (
        "in-force",
        "overdue",
        [("1.0", "abc")],
    )
    assert (after.status, after.review.state, after.in_force, after.in_force_between) == (status, "none", (), ())
    without = protocol(status) + ORGS + V1 + ALL_SIGNED
    assert (status_of(without, as_of=date(2026, 3, 31)).status, in_force(without, date(2026, 3, 31))) == (status, [])


def test_an_end_is_checked_against_the_other_dates() -> None:
    def told(more: str, status: str = "expired") -> list[str]:
        text = protocol(status, more) + ORGS + V1 + ALL_SIGNED
        return messages(text, "date-order") + messages(text, "status-contradicted")

    assert told("ended_on: 2026-03-31\neffective_to: 2026-03-31\n") == []
    assert told("ended_on: 2026-03\neffective_to: 2026-03-31\n") == []
    assert told("ended_on: 2024-12-31\n") == ["protocols/p/protocol.yaml:11:11 error[date-order]"]
    assert told("effective_to: 2026-03-31\nended_on: 2026-04-01\n") == [
        "protocols/p/protocol.yaml:12:11 error[date-order]"
    ]
    assert told("effective_to: 2026-03-31\n") == ["protocols/p/protocol.yaml:3:9 advice[status-contradicted]"]
    assert told("ended_on: 2026-03-31\n", "in-force") == ["protocols/p/protocol.yaml:11:11 error[status-contradicted]"]


def test_what_was_superseded_did_not_expire() -> None:
    other = protocol().replace("protocols/p/", "protocols/q/") + "supersedes: [p]\n"
    text = protocol("expired", "ended_on: 2026-03-31\n") + ORGS + V1 + ALL_SIGNED + other
    assert "protocols/p/protocol.yaml:3:9 error[status-contradicted]" in findings_in(text)


# -- answers of the last run ----------------------------------------------------------------------------------------------


def test_a_status_reads_back_from_the_cache_as_it_was() -> None:
    months = protocol(more="review: {next_due: 2027-05}\n") + ORGS + version("1.0", "material", "2025-01")
    months += signing(
        "a", "version: '1.0', sent_on: 2025-02, approved_on: 2025-03-01, signed_on: 2025-04, method: wet-ink"
    )
    months += signing("b", "version: '1.0', sent_on: 2025-02-01, declined: {on: 2025-05, reason: No}")
    months += signing(
        "c",
        "version: '1.0', signed_on: 2025-04-01, reservations: [{text: R, accepted_on: 2025-04-02}]",
        "version: '1.0', sent_on: 2026-01-01",
    )
    report = status_report(register_from(months), as_of=TODAY)
    stored = TypeAdapter(StatusReport)
    written = json.dumps(stored.dump_python(report, mode="json"))
    assert stored.validate_python(json.loads(written)) == report
