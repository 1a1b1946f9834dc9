"""One text, one reading: page, PDF, DOCX and JSON have the same words of the same prose in the same order."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import docx
import pytest
from lxml import html
from pypdf import PdfReader

from support import ROOT, pages_of_protocol, register_from
from undersigned.documents import render_docx, render_pdf
from undersigned.documents.content.agreement import agreement_document
from undersigned.facts.agreement import agreement_of
from undersigned.facts.protocol import ProtocolFacts
from undersigned.facts.register import RegisterFacts
from undersigned.records.files import load_files
from undersigned.records.protocol import Operative
from undersigned.register import Register, register_of
from undersigned.site.api import protocol_data
from undersigned.site.pages import PageSet
from undersigned.words.blocks import lines_of
from undersigned.words.prose import read, words_of

DAY = date(2026, 11, 30)
HOSTILE = """\
The parties will:
(a) check the facts;
(b) tell each other of errors; and
(d) keep nothing longer than
    (i) two years, or
    (ii) the order.
    - dash
• first from Word
• second, “quoted” -- and 'single' ... don't
1. one
1. again
3. three
A. Smith is nobody's list
a) bracket
b) other

(iv) fourth

(v) fifth
| Body | Period |
|---|---|
| Landlord | 1 month | excess |
| short |

<b>bold</b> <!-- comment --> <script>alert(1)</script> [dead](javascript:x) ![picture](x.png) [1]: note

> quoted
> - item

```sh
rm -rf
```

    indented by hand

[ref]: https://example.org

# Heading *one*

text[^1] ~~struck~~ : definition &amp; entity \\*escaped\\* $x$ {{ y }} #read("z") `code`
"""


def texts_of(text: Operative) -> Iterator[str]:
    """The prose that a protocol's page shows in full."""
    purpose, considerations = text.purpose, text.considerations
    if purpose:
        yield from filter(None, (purpose.necessity, purpose.if_not_shared))
    if considerations:
        fields = (considerations.proportionality, considerations.consent, considerations.transparency)
        yield from filter(None, (*fields, considerations.vital_interests))
    yield from (clause.text for clause in text.clauses if clause.text)


@cache
def shipped() -> Register:
    return register_of(ROOT, load_files(ROOT))


def page_words(site: RegisterFacts, facts: ProtocolFacts) -> list[str]:
    body = html.fragment_fromstring(pages_of_protocol(PageSet(site, "Test"), facts), "div")
    for caption in body.iter("caption"):
        caption.text = None
    for element in body.iter():
        if element.tag in ("p", "li", "td", "th", "pre", "br", "dd", "dt", "div") or str(element.tag).startswith("h"):
            element.tail = f" {element.tail or ''}"
    return re.findall(r"\w+", body.text_content())


def holds(words: list[str], wanted: list[str]) -> bool:
    """Whether words follow one another without another between them."""
    return f" {' '.join(wanted)} " in f" {' '.join(words)} "


@pytest.mark.parametrize("id_", list(shipped().protocol_ids))
def test_every_prose_of_the_register_is_the_same_on_page_and_paper_and_in_json(id_: str) -> None:
    site = RegisterFacts(shipped(), as_of=DAY)
    facts = site.by_id[id_]
    if facts.restricted:
        pytest.skip("its text is published nowhere")
    page = page_words(site, facts)
    agreement = agreement_of(facts.folder, shipped(), as_of=DAY)
    document = agreement_document(agreement)
    paper = re.findall(r"\w+", words_of((*document.lead, *document.body)))
    for text in texts_of(agreement.text):
        wanted = re.findall(r"\w+", words_of(read(text)))
        assert holds(page, wanted), text
        assert holds(paper, wanted), text
    data: Any = protocol_data(facts)
    for clause in data["text"]["clauses"]:
        if text := clause.get("text"):
            raw = re.sub(r"\]\([^)]*\)", "", text)  # the address of a link is not shown
            assert re.findall(r"\w+", raw) == re.findall(r"\w+", "\n".join(lines_of(read(text))))


RECORDS = f"""
=== signatories/probation/organisation.yaml
name: Probation
kind: probation
=== protocols/housing/protocol.yaml
title: Housing protocol
summary: |
  A summary:

  (a) with a list; and
  (b) two items.
kind: joint-working-protocol
status: draft
publication: public
parties: [{{organisation: probation}}]
clauses:
  - id: hostile
    title: Begin
    text: |
{"".join(f"      {line}" for line in HOSTILE.splitlines(keepends=True))}
  - {{id: end, title: Finish, text: Nothing.}}
"""


def between(words: list[str]) -> list[str]:
    """The words of the hostile clause. Its title is the last Begin: the contents come before it."""
    begin = len(words) - 1 - words[::-1].index("Begin")
    end = next(at for at in range(begin, len(words)) if words[at] == "Finish")
    return words[begin + 1 : end]


def test_hostile_prose_is_the_same_on_page_and_paper() -> None:
    register = register_from(RECORDS)
    site = RegisterFacts(register, as_of=DAY)
    facts = site.by_id["housing"]
    agreement = agreement_of(facts.folder, register, as_of=DAY)
    blocks = read(HOSTILE)
    wanted = re.findall(r"\w+", words_of(blocks))

    assert holds(page_words(site, facts), wanted)
    word = docx.Document(io.BytesIO(render_docx(agreement)))
    letters = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    text = "".join(
        (node.text or "") if node.tag == f"{letters}t" else " "
        for node in word.element.iter(f"{letters}t", f"{letters}p", f"{letters}br")
    )
    found = between(re.findall(r"\w+", text))
    assert found[:-2] == wanted  # the last are "Clause 2"
    lines = [
        line
        for page in PdfReader(io.BytesIO(render_pdf(agreement))).pages
        for line in page.extract_text().splitlines()
        if not re.search(r"Page \d+ of|housing, draft|not agreed|fingerprint|DRAFT|Draft", line)
    ]
    paper = between(re.findall(r"\w+", "\n".join(lines)))
    assert paper[:-2] == re.findall(r"\w+", "\n".join(lines_of(blocks)))
    data: Any = protocol_data(facts)
    assert data["text"]["clauses"][0]["text"] == HOSTILE
