"""Words of records in issues: shown as they are, and nothing else. Read back with another Markdown program."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from ci_register import FINGERPRINT, protocol, register
from scheduled import LINKS

from attacks import ATTACKS, Shown, shown_by_github
from support import one_in
from undersigned.changes.owners import NamedOwners, Owners, named_owners
from undersigned.jobs.chase import chase_issues
from undersigned.jobs.issue_sync import Mark, WantedIssue, marks_of
from undersigned.jobs.messages import LONGEST_LINK, RepositoryLinks
from undersigned.jobs.reviews import review_issues
from undersigned.words.markdown import mail_link
from undersigned.words.text import one_line


def wanted_with(text: str) -> list[WantedIssue]:
    """The review issue and the chase issue of a protocol that has these words wherever it can."""
    said = json.dumps(text)
    hostile = (
        protocol(
            title=said,
            more=f"funding: [{{source: {said}, ends_on: 2026-01-01}}]\nmonitoring: [{{point: {said}, every: month}}]",
        )
        + f"""
=== signatories/landlord/housing.yaml
nominated_officer: {{post: {said}, mailbox: {said}}}
signatures: [{{version: "1.0", fingerprint: "{FINGERPRINT}", sent_on: 2026-01-10}}]
=== signatories/landlord/organisation.yaml
name: {said}
kind: housing-provider
dissolved_on: 2030-01-01
=== signatories/probation/housing.yaml
nominated_officer: {{post: {said}, mailbox: {said}, confirmed_on: 2026-01-01}}
"""
    )
    day = date(2027, 1, 20)
    nowhere = Path("/nonexistent")
    made = register(hostile)
    return [
        *review_issues(made, as_of=day, links=LINKS, root=nowhere).wanted.values(),
        *chase_issues(made, as_of=day, links=LINKS, root=nowhere).wanted.values(),
    ]


OUR_LINK = re.compile(
    r"https://github\.com/example/register/(?:new/main\?|blob/main/|issues/new\?template=1-record-a-signature\.yml&[\w%+.&=~-]*\Z)"
    r"|mailto:[\w.+-]+@example\.org|mailto:a@evil\.example"
)
#: The reader refuses control characters, so no record can hold the others.
READABLE = [text for text in ATTACKS if not re.search(r"[\x00-\x08\x0b-\x1f\u2028]", text)]


def pages_of(text: str) -> str:
    """Both issues with all that is ever said on them."""
    issues = wanted_with(text)
    assert len(issues) == 2
    return "\n\n".join(
        page for issue in issues for page in (issue.text, *issue.notes.values(), issue.closed_early[1], issue.reopened)
    )


@cache
def harmless() -> Shown:
    return shown_by_github(pages_of("plain words"))


@pytest.mark.parametrize("text", one_in(3, READABLE))
def test_words_of_records_are_shown_and_do_nothing(text: str) -> None:
    ours = shown_by_github(pages_of(text))
    assert ours.structure == harmless().structure
    assert all(OUR_LINK.match(address) for address in ours.links)
    assert ours.live_words() == []
    assert one_line(text, 300).replace("\u200b", "") in " ".join(ours.words.split()).replace("\u200b", "")


@pytest.mark.parametrize("text", READABLE)
def test_a_title_is_one_line_of_printable_words(text: str) -> None:
    for issue in wanted_with(text + "\n" + text * 30):
        assert issue.title.isprintable()
        assert len(issue.title) <= 256


def test_an_email_stays_one_email() -> None:
    link = mail_link("x@example.org", "write", subject="A & B\r\nBcc: z@example.org", body="one\ntwo (three) ?&=#%0A")
    (address,) = shown_by_github(link).links
    split = urlsplit(address)
    assert (split.scheme, unquote(split.path)) == ("mailto", "x@example.org")
    assert parse_qs(split.query) == {"subject": ["A & B\r\nBcc: z@example.org"], "body": ["one\r\ntwo (three) ?&=#%0A"]}
    assert "\n" not in address


@pytest.mark.parametrize("word", ["", "Big", "a b", "a--b", "-->", "a:b", "é", "-a"])
def test_no_other_word_comes_into_a_mark(word: str) -> None:
    with pytest.raises(ValueError, match="cannot be part of a mark"):
        Mark("review", word)


def test_marks_are_read_from_the_head_alone() -> None:
    first, second = Mark("review", "a", ("2026-01-01",)), Mark("review-late", "a", ("30",))
    assert marks_of(f"{first}\r\n{second}\nwords\n{first}") == (first, second)
    assert marks_of(f" {first}") == ()
    assert marks_of(f"{first} and more") == ()


def test_a_link_that_would_be_too_long_leaves_the_text_out() -> None:
    place = RepositoryLinks("https://github.com", "example/register", "main")
    assert len(place.new_file("a.yaml", "x" * 9000)) < 200
    assert len(place.new_file("a.yaml", "é" * 900)) < LONGEST_LINK


def test_only_an_https_site_is_linked() -> None:
    assert LINKS.page("https://register.example/base", "protocols/a/") == "https://register.example/base/protocols/a/"
    assert LINKS.page("https://register.example/) [x](", "a/") == "https://register.example/%29%20%5Bx%5D%28/a/"
    for site in ("", "javascript:alert(1)//", "http://register.example/"):
        assert LINKS.page(site, "protocols/a/") is None


def test_the_last_line_that_fits_decides_and_what_is_no_owner_is_left_out() -> None:
    owners = Owners("* @first\n/protocols/a/ @second a@example.org\n/protocols/a/x.yaml\n/protocols/b/ @-x @a.b a@b\n")
    assert named_owners("protocols/a/y.yaml", owners) == NamedOwners(("@second",), (), ("a@example.org",))
    assert named_owners("protocols/a/x.yaml", owners) == NamedOwners()
    assert named_owners("protocols/b/y.yaml", owners) == NamedOwners()
    assert named_owners("other", owners).mentions == ("@first",)
