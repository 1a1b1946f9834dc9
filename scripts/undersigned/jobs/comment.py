"""One comment of ours on an issue or a pull request, found again by its mark and kept up to date."""

from __future__ import annotations

from dataclasses import replace

from undersigned.github.issues import LONGEST_BODY, Comment, Issue, Issues
from undersigned.jobs.marks import Mark, marked, marks_of


def keep_comment(issues: Issues, issue: Issue, mark: Mark, text: str, *, account: str) -> bool:
    """Says `text` in our comment with this mark: a new one, or the one that is there. Whether anything was written.

    A comment of anybody else is never touched, whatever mark it begins with. `text` is Markdown, inert where it must be.
    """
    body = fitting(marked(text.strip(), mark))
    ours = _ours(issues, issue, mark, account)
    if ours is None:
        issues.comment(issue.number, body)
        return True
    if ours.body.rstrip() == body.rstrip():
        return False
    issues.edit_comment(ours.id, body)
    return True


def _ours(issues: Issues, issue: Issue, mark: Mark, account: str) -> Comment | None:
    """The oldest comment of our account that begins with the mark."""
    if not issue.comments:  # how many there are may have changed since the issue was read
        issue = issues.with_comments(replace(issue, comment_count=max(1, issue.comment_count)))
    found = [one for one in issue.comments if one.author == account and marks_of(one.body)[:1] == (mark,)]
    return min(found, key=lambda one: one.id, default=None)


def fitting(text: str) -> str:
    """No longer than GitHub takes."""
    return text if len(text) <= LONGEST_BODY else text[: LONGEST_BODY - 2].rstrip() + " …"
