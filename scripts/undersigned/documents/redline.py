"""What changed between two texts of a protocol, word by word, as DOCX with tracked changes, PDF, HTML or plain text."""

from __future__ import annotations

import io
import zipfile
from typing import Literal

from markupsafe import escape

from undersigned.cache import DocumentCache
from undersigned.changes.redline import compare, differences, in_words
from undersigned.documents.content.agreement import agreed_blocks
from undersigned.documents.content.first_page import epoch_of
from undersigned.documents.docx.docx import docx_of
from undersigned.documents.model import Blocks, Document, Fact, Heading, plain
from undersigned.documents.pdf.setting import pdf_of
from undersigned.documents.stamping import Member, packed
from undersigned.documents.words import paragraph, text, word
from undersigned.facts.agreement import Agreement
from undersigned.words.blocks import inline_words, lines_of
from undersigned.words.dates import date_in_words
from undersigned.words.html import html_of

RedlineFormat = Literal["text", "html", "docx", "pdf"]


class NoTextError(Exception):
    """A text cannot be compared, because it is not in the register."""


def redline(earlier: Agreement, later: Agreement, format_: RedlineFormat) -> bytes:
    """Returns the comparison. It has no place to sign. NoTextError if one of the texts is not kept in the register.

    In DOCX, accepting all changes gives the later text and rejecting all the earlier one.
    """
    for agreement in (earlier, later):
        if not agreement.text_available:
            raise NoTextError(f"the text of version {agreement.version} of {agreement.id} is not in this register")
    blocks = compare(agreed_blocks(earlier), agreed_blocks(later))
    epoch = epoch_of(max(earlier.dated, later.dated))
    match format_:
        case "docx":
            return docx_of(_document(earlier, later, blocks, word("redline.how_docx")), epoch=epoch)
        case "pdf":
            return pdf_of(_document(earlier, later, blocks), epoch=epoch)
        case "html":
            return _page(_document(earlier, later, blocks)).encode()
        case "text":
            return _lines(_document(earlier, later, blocks)).encode()


def redline_files(earlier: Agreement, later: Agreement, cache: DocumentCache) -> dict[str, bytes]:
    """The comparison as `.pdf` and `.docx`, from the cache if possible. Errors as `redline`."""
    made_of = "\0".join(["redline", repr(earlier), repr(later)])
    whole = cache.get(made_of)
    if whole is None:
        made = {".pdf": redline(earlier, later, "pdf"), ".docx": redline(earlier, later, "docx")}
        cache.put(made_of, packed([Member.of(ending, [content]) for ending, content in made.items()]))
        return made
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _document(earlier: Agreement, later: Agreement, blocks: Blocks, how: str = "") -> Document:
    """Without `how`, every mark is around words; with it, whole paragraphs and rows are marked for Word."""
    count = differences(blocks)
    title = word("redline.title", title=later.title)
    names = {"protocol": later.id, "earlier": _name(earlier), "later": _name(later)}
    return Document(
        record=later.id,
        title=title,
        kicker=word("redline.kicker"),
        notice=word("redline.notice"),
        watermark="",
        author=plain(later.lead or ""),
        subject=word("redline.subject", **names),
        facts=(
            Fact(word("redline.protocol"), text(later.title)),
            Fact(word("redline.earlier"), text(_line(earlier))),
            Fact(word("redline.later"), text(_line(later))),
            Fact(word("redline.changes"), text(f"{count:,}" if count else word("redline.none"))),
        ),
        lead=(paragraph(how or word("redline.how")),),
        contents=False,
        body=(*(blocks if how else in_words(blocks)), paragraph(word("redline.end"))),
        footer=(word("redline.footer", **names), ""),
        properties=(("Comparison", word("redline.subject", **names)),),
    )


def _name(agreement: Agreement) -> str:
    return word("redline.version", version=agreement.version) if agreement.version else word("redline.working")


def _line(agreement: Agreement) -> str:
    if not agreement.version:
        return word("redline.working")
    agreed = date_in_words(agreement.agreed_on) if agreement.agreed_on else word("cover.not_set")
    line = word("redline.agreed", version=agreement.version, agreed_on=agreed)
    if not agreement.short_fingerprint:
        return line
    return word("redline.fingerprint", text=line, fingerprint=agreement.short_fingerprint)


def _lines(document: Document) -> str:
    facts = (f"{fact.name}: {inline_words(fact.value)}" for fact in document.facts)
    return "\n".join((document.title, document.notice, "", *facts, "", *lines_of(document.body), ""))


_STYLE = """
body { font: 1.1rem/1.5 arial, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #0b0c0c; background: #fff; }
ins { background: #dff0e3; color: #00482a; text-decoration: underline; }
del { background: #fbe3e0; color: #8f2318; }
table { border-collapse: collapse; width: 100%; } td, th { border: 1px solid #9aa3aa; padding: .4rem; text-align: left; vertical-align: top; }
.app-scroll { overflow-x: auto; } .app-notice { border-left: 6px solid #12506b; padding-left: .75rem; font-weight: bold; }
.govuk-visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
"""


def _lowered(blocks: Blocks) -> Blocks:
    """The same with its headings below the page's own."""
    return tuple(
        Heading(min(6, block.level + 1), block.content) if isinstance(block, Heading) else block for block in blocks
    )


def _page(document: Document) -> str:
    """A page of its own: nothing from elsewhere, no script."""
    facts = "".join(
        f"<dt>{escape(fact.name)}</dt><dd>{escape(inline_words(fact.value))}</dd>\n" for fact in document.facts
    )
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(document.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{escape(document.title)}</h1>\n<p class="app-notice">{escape(document.notice)}</p>\n'
        f"<dl>\n{facts}</dl>\n{html_of((*document.lead, *_lowered(document.body)), document.title)}</main>\n</body>\n</html>\n"
    )
