"""Comparisons: accepting all changes gives exactly the later text, and rejecting all exactly the earlier one."""

from __future__ import annotations

import copy
import dataclasses
import io
import random
import zipfile
from datetime import date
from functools import cache
from itertools import combinations, pairwise
from typing import Any

import page as page_validation
import pytest
from lxml import etree, html
from pypdf import PdfReader

from support import ROOT
from undersigned.changes.redline import compare, differences, in_words
from undersigned.cli import main
from undersigned.documents.content.agreement import agreed_blocks
from undersigned.documents.docx.docx import docx_of
from undersigned.documents.docx.word_xml import Element, w
from undersigned.documents.model import Document, Fact, Text
from undersigned.documents.redline import NoTextError, redline
from undersigned.facts.agreement import Agreement, agreement_of
from undersigned.records.files import load_files
from undersigned.register import Register, register_of
from undersigned.words.blocks import Blocks, Bullets, Numbered, Paragraph, Quote, Styled, Table, lines_of
from undersigned.words.prose import read, words_of

DAY = date(2026, 11, 30)


@cache
def shipped() -> Register:
    return register_of(ROOT, load_files(ROOT))


@cache
def text_of(id_: str, version: str) -> Agreement:
    folder = shipped().protocol(id_)
    assert folder is not None
    return agreement_of(folder, shipped(), as_of=DAY, version=version)


def pairs() -> list[tuple[str, str, str]]:
    return [
        (folder.id, earlier, later)
        for folder in shipped().protocols()
        for earlier, later in combinations(
            [number for number, version in folder.versions.items() if version.value and version.value.text], 2
        )
    ]


# -- Word's two buttons, on the XML (ECMA-376 part 1, 17.13.5) ---------------------------------------------------------


def resolved(root: Element, *, accept: bool) -> Element:
    """The document after accepting or rejecting all its changes."""
    root = copy.deepcopy(root)
    keep, drop = ("ins", "del") if accept else ("del", "ins")
    for row in list(root.iter(w("tr"))):
        if row.find(f"{w('trPr')}/{w(drop)}") is not None:
            parent = row.getparent()
            assert parent is not None
            parent.remove(row)
            if parent.find(w("tr")) is None:
                grand = parent.getparent()
                assert grand is not None
                grand.remove(parent)
    for change in list(root.iter(w(drop))):
        parent = change.getparent()
        if parent is not None and parent.tag not in (w("rPr"), w("trPr")):
            parent.remove(change)
    for paragraph in list(root.iter(w("p"))):
        if paragraph.find(f"{w('pPr')}/{w('rPr')}/{w(drop)}") is None:
            continue
        # Without its end, what is left of a paragraph joins the next one. Every mark here goes with all the words.
        assert not [
            words for words in paragraph.iter(w("t"), w("delText"), w("br")) if words.tag != w("t") or words.text
        ]
        parent = paragraph.getparent()
        assert parent is not None
        assert parent.tag != w("tc") or paragraph is not parent.findall(w("p"))[-1], (
            "no cell can lose its last paragraph"
        )
        parent.remove(paragraph)
    assert not [change for change in root.iter(w(keep)) if change.getparent() is None]
    return root


def shown(root: Element) -> list[str]:
    """The paragraphs of a part in order: style, list and level, words."""
    found = []
    for paragraph in root.iter(w("p")):
        style = paragraph.find(f"{w('pPr')}/{w('pStyle')}")
        level = paragraph.find(f"{w('pPr')}/{w('numPr')}/{w('ilvl')}")
        parts = paragraph.iter(w("t"), w("br"), w("delText"))
        words = "".join("\n" if part.tag == w("br") else part.text or "" for part in parts)
        # How much room is around a paragraph is not what it says.
        style_name = "" if style is None else style.get(w("val"), "").replace("Compact", "")
        found.append(
            f"{style_name.replace('FirstParagraph', 'BodyText')} {'' if level is None else level.get(w('val'))} {words}"
        )
    return found


def body_of(blocks: Blocks) -> Element:
    document = Document(
        "p",
        "T",
        "k",
        "n",
        "",
        "a",
        "s",
        (Fact("f", (Text("v"),)),),
        (),
        False,
        (*blocks, Paragraph((Text("End"),))),
        ("f", ""),
        (),
    )
    content = docx_of(document, epoch=1_700_000_000)
    return etree.fromstring(zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml"))


def assert_exact(earlier: Blocks, later: Blocks) -> None:
    marked = body_of(compare(earlier, later))
    assert shown(resolved(marked, accept=True)) == shown(body_of(compare(later, later)))
    assert shown(resolved(marked, accept=False)) == shown(body_of(compare(earlier, earlier)))


QUICK = [("duty-to-refer-protocol", "2.0", "2.1"), ("mappa-information-sharing-protocol", "1.0", "2.0")]


@pytest.mark.parametrize(
    ("id_", "earlier", "later"),
    [pytest.param(*pair, marks=() if pair in QUICK else pytest.mark.slow) for pair in pairs()],
)
def test_every_pair_of_texts_of_the_register_can_be_accepted_and_rejected(id_: str, earlier: str, later: str) -> None:
    assert_exact(agreed_blocks(text_of(id_, earlier)), agreed_blocks(text_of(id_, later)))


SAMPLE = """\
The parties will *check* the facts, **tell** each other of errors and [ask](https://example.org) for more.

(a) check the facts;
(b) tell each other of errors; and
(c) keep nothing longer than
    (i) two years, or
    (ii) the order.

- one thing
- another thing

  with a second paragraph
- a third

| Body | Period |
|---|---|
| Council | 6 years |
| Police | 7 years |
| NHS | 8 years |

> A quotation of several words that stands alone.

### A heading of its own

The last paragraph says when `code` is kept. It has two sentences.
"""
_WORDS = ["may", "must", "not", "council", "police", "7", "years", "within", "and", "the,", "of"]


def edited(text: str, chance: random.Random) -> str:
    """A text with some lines taken out, doubled, moved or put in, and some words changed."""
    lines = text.split("\n")
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(lines))
        match chance.randrange(6):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[at])
            case 2:
                lines.insert(
                    at, chance.choice(["", "- put in", "(a) put in", "| a | b |", "New words.", "> quoted", "1. x"])
                )
            case 3:
                lines.insert(chance.randrange(len(lines)), lines.pop(at))
            case _:
                words = lines[at].split(" ")
                words[chance.randrange(len(words))] = chance.choice(_WORDS)
                lines[at] = " ".join(words)
        lines = lines or [""]
    return "\n".join(lines)


def accepted(blocks: Blocks, *, take: str) -> Blocks:
    """A comparison with one mark's words taken and the other's left out."""
    leave = "deleted" if take == "inserted" else "inserted"
    out = []
    for block in in_words(blocks):
        match block:
            case Bullets(items) | Numbered(items):
                left = tuple(accepted(item, take=take) for item in items)
                out += [part for item in left for part in item]
            case Quote(inner):
                out += accepted(inner, take=take)
            case Table(head=head, rows=rows):
                out += [Paragraph((Text(cell),)) for cell in head]
                out += [part for row in rows for cell in row for part in accepted(cell, take=take)]
            case _:
                changed: Any = block
                out.append(dataclasses.replace(changed, content=_words(changed.content, leave)))
    return tuple(out)


def _words(inlines: tuple[Any, ...], leave: str) -> tuple[Any, ...]:
    return tuple(
        dataclasses.replace(inline, content=_words(inline.content, leave)) if hasattr(inline, "content") else inline
        for inline in inlines
        if not (isinstance(inline, Styled) and inline.style == leave)
    )


@pytest.mark.parametrize("count", [60, pytest.param(500, marks=pytest.mark.slow)])
def test_random_edits_are_exact_in_words(count: int) -> None:
    chance = random.Random(count)  # noqa: S311
    for _ in range(count):
        earlier, later = edited(SAMPLE, chance), edited(SAMPLE, chance)
        compared = compare(read(earlier), read(later))
        for take, text in (("inserted", later), ("deleted", earlier)):
            wanted = [
                word for word in words_of(accepted(compare(read(text), read(text)), take=take)).split() if word != "|"
            ]
            found = [word for word in words_of(accepted(compared, take=take)).split() if word != "|"]
            assert found == wanted, (earlier, later)


@pytest.mark.parametrize("seed", [3, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 60))])
def test_random_edits_are_exact_in_word_processing_files(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    assert_exact(read(edited(SAMPLE, chance)), read(edited(SAMPLE, chance)))


@pytest.mark.parametrize(
    ("earlier", "later", "lines"),
    [
        ("The body must tell.", "The body may tell.", ["The body [-must-]{+may+} tell."]),
        ("One.\n\nTwo.", "One.\n\nTwo.\n\nSomething else.", ["One.", "Two.", "{+Something else.+}"]),
        (
            "(a) first thing\n(b) second thing\n(c) third thing",
            "(a) first thing\n(b) third thing",
            ["(a) first thing", "(b) [-second thing-]", "(b) third thing"],
        ),
        ("| a | b |\n|-|-|\n| x | 1 |", "| a | b |\n|-|-|\n| x | 2 |", ["a | b", "x | [-1-]{+2+}"]),
        ("Same.", "Same.", ["Same."]),
    ],
)
def test_words_items_and_cells_are_marked_where_they_differ(earlier: str, later: str, lines: list[str]) -> None:
    compared = compare(read(earlier), read(later))
    assert list(lines_of(in_words(compared))) == lines
    assert differences(compared) == sum(line.count("[-") + line.count("{+") for line in lines)


def test_the_page_says_in_hidden_words_what_came_and_went_and_loads_nothing() -> None:
    content = redline(
        text_of("staffordshire-housing-protocol", "1.0"), text_of("staffordshire-housing-protocol", "2.1"), "html"
    )
    root = html.document_fromstring(content)
    assert "Not for signature" in root.text_content()
    for tag, words in (("ins", "[added: "), ("del", "[removed: ")):
        found = root.cssselect(tag)
        assert found
        assert all(mark[0].get("class") == "govuk-visually-hidden" and mark[0].text == words for mark in found)
    assert not root.cssselect("script, img, link, form, input")
    levels = [int(heading.tag[1]) for heading in root.cssselect("h1, h2, h3, h4, h5, h6")]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.slow
def test_the_pdf_is_tagged_says_the_marks_in_words_and_has_no_place_to_sign() -> None:
    content = redline(text_of("duty-to-refer-protocol", "1.0"), text_of("duty-to-refer-protocol", "2.1"), "pdf")
    for profile in ("ua1", "2a"):
        result = page_validation.validate_pdf_bytes(content, profile=profile)
        assert result.is_compliant, [failure.rule_id for failure in result.failures]
    reader = PdfReader(io.BytesIO(content))
    words = " ".join(page.extract_text() for page in reader.pages)
    assert "[added: " in words
    assert words.count("Not for signature") >= len(reader.pages)
    assert not reader.get_fields()


def test_a_text_that_is_not_kept_cannot_be_compared() -> None:
    kept = text_of("staffordshire-housing-protocol", "2.1")
    with pytest.raises(NoTextError, match=r"the text of version 2.1 of .* is not in this register"):
        redline(kept, dataclasses.replace(kept, text_available=False), "text")


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["--for", "elmstow-district-council", "--to", "working"], "Earlier text: Version 1.0"),
        (["--from", "2.1"], "Passages that differ: None: the two texts say the same"),
        ([], "which text is the earlier one?"),
        (["--from", "9.9"], "has no version '9.9' by 2026-11-30\n  Its versions are: 1.0, 1.1, 2.0, 2.1."),
        (["--for", "nobody-at-all"], "there is no organisation 'nobody-at-all'"),
        (["--for", "example-employer"], "example-employer has signed no version of staffordshire-housing-protocol"),
    ],
)
def test_the_verb_answers(arguments: list[str], answer: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    common = ["--root", str(ROOT), "--as-of", "2026-11-30"]
    status = main([*common, "redline", "staffordshire-housing-protocol", *arguments])
    out, err = capsysbinary.readouterr()
    assert answer in (out or err).decode()
    assert status == (0 if out else 2)
