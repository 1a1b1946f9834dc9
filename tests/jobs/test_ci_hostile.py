"""Words of records in issues: shown as they are, and nothing else. Read back with another Markdown program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from ci_register import FINGERPRINT, protocol, register
from markdown_it import MarkdownIt
from markdown_it.token import Token
from scheduled import PLACE

from undersigned.changes.owners import NamedOwners, Owners, named_owners
from undersigned.jobs.chase import standing_chases
from undersigned.jobs.marks import Mark, marks_of
from undersigned.jobs.place import LONGEST_LINK, Place
from undersigned.jobs.reviews import standing_reviews
from undersigned.jobs.standing import Wanted
from undersigned.words.markdown import mail_link

HOSTILE = [
    "@keeper and @example/team",
    "see #1 and GH-1 and example/register#2",
    "https://evil.example/ www.evil.example",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) ![x](https://evil.example/x.png)",
    "<!-- undersigned:review:other:2026-12-15 -->",
    "`code` **bold** ~~gone~~ | cell | cell |",
    "&lt;b&gt; &#64;keeper",
    "$\\href{https://evil.example}{x}$ :tada:",
    "- [x] ticked",
    "# heading",
    "\u202egnp.exe",
    "</details></table>",
    "{{ 7 * 7 }} {% raw %} ${HOME}",
    "a@evil.example mailto:a@evil.example",
    "<https://evil.example> <a@evil.example>",
    "---",
    "```",
    "keeper\\@x",
]
#: What GitHub would make of words after Markdown is done.
LIVE = re.compile(r"@\w|#\d|\w://|\bwww\.|\bGH-\d|:\w+:", re.IGNORECASE)
OURS = re.compile(r"</?(details|summary|span)>|<summary>[\w ,]+</summary>|<!-- undersigned: keep this line -->")


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def wanted_with(text: str) -> list[Wanted]:
    """The review issue and the chase issue of a protocol that has these words wherever it can."""
    said = quoted(text)
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
        *standing_reviews(made, as_of=day, place=PLACE, root=nowhere).wanted.values(),
        *standing_chases(made, as_of=day, place=PLACE, root=nowhere).wanted.values(),
    ]


def tokens(text: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text):
        yield token
        yield from token.children or ()


@pytest.mark.parametrize("text", HOSTILE)
def test_words_of_records_are_shown_and_do_nothing(text: str) -> None:
    issues = wanted_with(text)
    assert len(issues) == 2
    shown = ""
    for issue in issues:
        for said in (issue.text, *issue.notes.values(), issue.closed_early[1], issue.reopened):
            inside = 0
            assert (
                "$" not in said.replace("<span>$</span>", "") or said == issue.text
            )  # in the words of an e-mail, in a fence
            for token in tokens(said):
                if token.type in ("html_block", "html_inline"):
                    for tag in re.findall(r"<[^>]*>?", token.content.strip()):
                        assert OURS.fullmatch(tag), tag
                if token.type == "link_open":
                    inside += 1
                    address = str(token.attrs["href"])
                    assert address.startswith(("https://github.com/example/register/", "mailto:")), address
                    assert re.match(
                        r"https://github\.com/example/register/(new/main\?|blob/main/)|mailto:[\w.+-]+@example\.org",
                        address,
                    ), address
                inside -= token.type == "link_close"
                assert token.type not in ("image", "s_open"), token
                if token.type == "text":
                    assert inside or not LIVE.search(token.content), token.content
                    shown += token.content
    words = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()
    assert words in shown.replace("\u200b", ""), "what was written is not shown"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_title_is_one_line_of_printable_words(text: str) -> None:
    for issue in wanted_with(text + "\n" + text * 30):
        assert issue.title.isprintable()
        assert len(issue.title) <= 256


def test_an_email_stays_one_email() -> None:
    link = mail_link("x@example.org", "write", subject="A & B\r\nBcc: z@example.org", body="one\ntwo (three) ?&=#%0A")
    address = next(str(token.attrs["href"]) for token in tokens(link) if token.type == "link_open")
    split = urlsplit(address)
    assert (split.scheme, unquote(split.path)) == ("mailto", "x@example.org")
    assert parse_qs(split.query) == {"subject": ["A & B\r\nBcc: z@example.org"], "body": ["one\r\ntwo (three) ?&=#%0A"]}
    assert "\n" not in address


@pytest.mark.parametrize("word", ["", "Big", "a b", "a--b", "-->", "a:b", "é", "-a"])
def test_no_other_word_comes_into_a_mark(word: str) -> None:
    with pytest.raises(ValueError, match="cannot stand in a mark"):
        Mark("review", word)


def test_marks_are_read_from_the_head_alone() -> None:
    first, second = Mark("review", "a", ("2026-01-01",)), Mark("review-late", "a", ("30",))
    assert marks_of(f"{first}\r\n{second}\nwords\n{first}") == (first, second)
    assert marks_of(f" {first}") == ()
    assert marks_of(f"{first} and more") == ()


def test_a_link_that_would_be_too_long_leaves_the_text_out() -> None:
    place = Place("https://github.com", "example/register", "main")
    assert len(place.new_file("a.yaml", "x" * 9000)) < 200
    assert len(place.new_file("a.yaml", "é" * 900)) < LONGEST_LINK


def test_only_an_https_site_is_linked() -> None:
    assert PLACE.page("https://register.example/base", "protocols/a/") == "https://register.example/base/protocols/a/"
    assert PLACE.page("https://register.example/) [x](", "a/") == "https://register.example/%29%20%5Bx%5D%28/a/"
    for site in ("", "javascript:alert(1)//", "http://register.example/"):
        assert PLACE.page(site, "protocols/a/") is None


def test_the_last_line_that_fits_decides_and_what_is_no_owner_is_left_out() -> None:
    owners = Owners("* @first\n/protocols/a/ @second a@example.org\n/protocols/a/x.yaml\n/protocols/b/ @-x @a.b a@b\n")
    assert named_owners("protocols/a/y.yaml", owners) == NamedOwners(("@second",), (), ("a@example.org",))
    assert named_owners("protocols/a/x.yaml", owners) == NamedOwners()
    assert named_owners("protocols/b/y.yaml", owners) == NamedOwners()
    assert named_owners("other", owners).mentions == ("@first",)
