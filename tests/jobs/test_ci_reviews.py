"""`ci reviews` against a pretend GitHub: opened once, kept up to date, closed by the review, never twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ci_register import protocol, register
from scheduled import Jobs

from github.server import PretendGitHub
from undersigned.jobs.issue_sync import marks_of

SOON, DUE = date(2026, 11, 22), date(2026, 12, 15)


def comments(hub: PretendGitHub, number: int = 1) -> list[str]:
    return [comment.body for comment in hub.issues[number].comments]


# -- opening, and leaving alone ---------------------------------------------------------------------------------------


def test_the_first_run_opens_and_the_second_changes_nothing(hub: PretendGitHub, jobs: Jobs) -> None:
    assert jobs.reviews(register(), SOON)
    issue = hub.issues[1]
    assert issue.title == "Review due on 15 December 2026: Housing protocol"
    assert issue.body.split("\n")[0] == "<!-- undersigned:review:housing:2026-12-15 -->"
    assert issue.labels == ["review", "review due soon"]
    assert issue.comments == []
    assert jobs.reviews(register(), SOON)
    assert hub.writes == []
    assert jobs.log == ["2026-11-22: reviews to announce: 1; our issues: 1; changes: 0"]


def test_a_day_going_by_changes_nothing(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.reviews(register(), SOON)
    for day in (date(2026, 11, 23), date(2026, 12, 7), date(2026, 12, 14)):
        assert jobs.reviews(register(), day)
        assert hub.writes == [], day


def test_nothing_is_opened_before_sixty_days_nor_for_what_is_over(hub: PretendGitHub, jobs: Jobs) -> None:
    assert jobs.reviews(register(), date(2026, 10, 15))
    for status in ("draft", "consultation", "signing", "superseded", "withdrawn"):
        assert jobs.reviews(register(protocol(status=status)), date(2027, 6, 1))
    assert hub.issues == {}
    assert jobs.reviews(register(), date(2026, 10, 16))
    assert len(hub.issues) == 1


def test_a_copied_mark_of_a_stranger_never_counts(hub: PretendGitHub, jobs: Jobs) -> None:
    hub.open_issue("Mine", "<!-- undersigned:review:housing:2026-12-15 -->\nhello", author="stranger")
    assert jobs.reviews(register(), SOON)
    assert [issue.author for issue in hub.issues.values()] == ["stranger", "github-actions[bot]"]
    hub.comment(2, "<!-- undersigned:review-late:housing:2026-12-15:due -->\nsaid already", author="stranger")
    jobs.reviews(register(), DUE)
    assert hub.issues[1].body.endswith("hello")
    assert len(comments(hub, 2)) == 2, "the stranger's comment was taken for ours"


def test_a_mark_further_down_in_a_body_is_none(hub: PretendGitHub, jobs: Jobs) -> None:
    hub.open_issue("Ours about something else", "Look:\n<!-- undersigned:review:housing:2026-12-15 -->")
    assert jobs.reviews(register(), SOON)
    assert len(hub.issues) == 2


def test_pages_of_issues_hide_none(hub: PretendGitHub, jobs: Jobs) -> None:
    hub.largest_page = 2
    jobs.reviews(register(), SOON)
    for number in range(7):
        hub.open_issue(f"Something else {number}", author="stranger")
    assert jobs.reviews(register(), SOON)
    assert hub.writes == []
    assert len(hub.requests) == 4


def test_a_run_for_an_earlier_day_takes_nothing_back(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.reviews(register(), SOON)
    assert jobs.reviews(register(), date(2026, 10, 1))
    assert hub.writes == []


def test_white_space_at_the_end_is_no_change(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.reviews(register(), SOON)
    hub.issues[1].body = hub.issues[1].body.rstrip()
    assert jobs.reviews(register(), SOON)
    assert hub.writes == []


def test_a_pull_request_is_no_issue(hub: PretendGitHub, jobs: Jobs) -> None:
    hub.open_issue("Ours", "<!-- undersigned:review:housing:2026-12-15 -->\nproposed").head = "intake/7"
    assert jobs.reviews(register(), SOON)
    assert hub.issues[2].title.startswith("Review due")
    assert hub.issues[1].title == "Ours"


def test_a_closed_one_far_back_is_found(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.reviews(register(), SOON)
    hub.issues[1].open = False
    hub.largest_page = 2
    for number in range(5):
        hub.open_issue(f"Something else {number}", author="stranger")
    jobs.reviews(register(), SOON)
    assert len(hub.issues) == 6
    assert len(comments(hub)) == 1


def test_a_protocol_under_a_new_id_keeps_its_issue(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.reviews(register(), SOON)
    jobs.reviews(register(), DUE)
    renamed = register(protocol("homes", more="formerly: [housing]"))
    assert jobs.reviews(renamed, DUE)
    assert len(hub.issues) == 1
    assert marks_of(hub.issues[1].body)[0].protocol == "homes"
    assert len(comments(hub)) == 1, "what was said under the old id is not said again"
    jobs.reviews(renamed, DUE)
    assert hub.writes == []


# -- what a person does -----------------------------------------------------------------------------------------------


def test_ticks_and_a_persons_own_words_are_kept(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.reviews(register(), SOON)
    issue = hub.issues[1]
    ticked = "- [ ] **What is shared.** Is each data item still needed, and are the forms still right?"
    assert ticked in issue.body
    issue.body = (
        issue.body.replace(ticked, ticked.replace("[ ]", "[x]")).replace("\n", "\r\n")
        + "\r\nAsked the council on Monday.\r\n- [x] done"
    )
    assert jobs.reviews(register(), SOON)
    assert hub.writes == []
    assert jobs.reviews(register(), DUE)  # the facts change: its day has come, so title and body are written anew
    changed = register(protocol(more="funding: [{source: Lottery, ends_on: 2026-12-20}]"))
    assert jobs.reviews(changed, DUE)
    assert "PATCH /issues/1" in hub.writes
    assert "**Funding.** Lottery ends on 20 December 2026." in issue.body
    assert ticked.replace("[ ]", "[x]") in issue.body
    assert issue.body.endswith("Asked the council on Monday.\n- [x] done")


def test_a_persons_own_words_are_kept_below_the_line_of_an_earlier_release(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.reviews(register(), SOON)
    issue = hub.issues[1]
    above, _, _ = issue.body.rpartition("\n")
    issue.body = above.rpartition("\n")[0] + "\n*Words of an earlier release.*\nAsked the council on Monday."
    assert jobs.reviews(register(), SOON)
    assert "earlier release" not in issue.body
    assert issue.body.endswith("boxes that you tick.*\nAsked the council on Monday.")
    assert issue.body.count("undersigned: keep this line") == 1


def test_a_tick_belongs_to_the_words_that_were_ticked(hub: PretendGitHub, jobs: Jobs) -> None:
    first = register(protocol(more="funding: [{source: Lottery, ends_on: 2027-01-20}]"))
    jobs.reviews(first, SOON)
    issue = hub.issues[1]
    issue.body = issue.body.replace("- [ ] **Funding.**", "- [x] **Funding.**")
    jobs.reviews(register(protocol(more="funding: [{source: Lottery, ends_on: 2027-02-20}]")), SOON)
    assert "- [ ] **Funding.** Lottery ends on 20 February 2027." in issue.body


def test_labels_of_others_stay(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.reviews(register(), SOON)
    hub.issues[1].labels.append("bug")
    jobs.reviews(register(), DUE)
    assert sorted(hub.issues[1].labels) == ["bug", "review", "review due"]


def test_closed_by_a_person_it_gets_a_quiet_word_and_comes_back_at_the_next_step(
    hub: PretendGitHub, jobs: Jobs
) -> None:
    jobs.reviews(register(), SOON)
    issue = hub.issues[1]
    issue.open = False
    assert jobs.reviews(register(), date(2026, 11, 29))
    assert not issue.open
    assert "Closing" not in comments(hub)[0]
    assert "the register has no review that answers 15 December 2026" in comments(hub)[0]
    assert jobs.reviews(register(), date(2026, 12, 6))
    assert hub.writes == []
    assert jobs.reviews(register(), DUE)
    assert issue.open
    assert len(comments(hub)) == 2
    assert "was due on 15 December 2026" in comments(hub)[1]


def test_an_owner_with_an_account_is_assigned_and_a_team_is_named(hub: PretendGitHub, tmp_path: Path) -> None:
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "CODEOWNERS").write_text(
        "* @somebody\n/protocols/housing/ @keeper @gone @example/housing-team housing-office@example.org\n"
    )
    assert Jobs(hub, tmp_path).reviews(register(), SOON)
    assert hub.issues[1].assignees == ["keeper"]  # the other has no access, and GitHub would refuse the whole issue
    row = "| Owner of the record | @keeper @gone @example/housing-team [housing-office@example.org](mailto:housing-office@example.org) |"
    assert row in hub.issues[1].body


# -- late -------------------------------------------------------------------------------------------------------------


def test_it_is_said_once_at_its_day_and_at_30_and_90_days(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.reviews(register(), SOON)
    days = [date.fromordinal(DUE.toordinal() + past) for past in range(-3, 101)]
    said = {}
    for day in days:
        before = len(comments(hub))
        jobs.reviews(register(), day)
        if len(comments(hub)) > before:
            said[(day - DUE).days] = (marks_of(comments(hub)[-1])[0].parts[-1], sorted(hub.issues[1].labels)[-1])
    assert said == {0: ("due", "review due"), 30: ("30", "review 30 days overdue"), 90: ("90", "review lapsed")}
    assert len(hub.issues) == 1


def test_an_issue_that_is_opened_late_says_so_itself(hub: PretendGitHub, jobs: Jobs) -> None:
    day = date(2027, 4, 1)
    assert jobs.reviews(register(), day)
    assert hub.issues[1].labels == ["review", "review lapsed"]
    assert jobs.reviews(register(), day)
    assert hub.writes == []
    assert hub.issues[1].comments == []


def test_steps_that_were_missed_are_not_said_afterwards(hub: PretendGitHub, jobs: Jobs) -> None:
    jobs.reviews(register(), SOON)
    jobs.reviews(register(), date(2027, 3, 20))
    assert [marks_of(body)[0].parts[-1] for body in comments(hub)] == ["90"]
