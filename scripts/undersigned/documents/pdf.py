"""Documents to PDF: Typst sets the pages (PDF/UA-1 and PDF/A-2a), then places to fill in become form fields.

One compiler for the process, with our fonts only, so that the bytes are the same everywhere.
"""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Final, Literal

import typst

from undersigned.documents.blocks import Document, DocumentError, as_data
from undersigned.documents.fields import with_fields
from undersigned.documents.words import TEMPLATE, word

STANDARDS: Final[tuple[Literal["ua-1"], Literal["a-2a"]]] = ("ua-1", "a-2a")


class _Setter:
    """The compiler in a private folder that holds the template and the data of the document at hand, nothing else."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="undersigned-")
        self.root = Path(self._folder.name)
        (self.root / "doc.typ").write_bytes((TEMPLATE / "doc.typ").read_bytes())
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(TEMPLATE / "fonts")]
        )
        self._compiler = typst.Compiler(str(self.root / "doc.typ"), root=str(self.root), font_paths=fonts)

    def set_pages(self, document: Document, epoch: int) -> bytes:
        data = as_data(document)
        assert isinstance(data, dict)  # noqa: S101
        data |= {"page": word("footer.page"), "of": word("footer.of"), "contents_title": word("cover.contents")}
        (self.root / "doc.json").write_text(json.dumps(data), encoding="utf-8")
        try:
            pdf = self._compiler.compile(format="pdf", pdf_standards=list(STANDARDS), timestamp=epoch)
        except typst.TypstError as error:
            raise DocumentError(document.record, f"its PDF cannot be set: {error.message}") from error
        if not isinstance(pdf, bytes):
            raise DocumentError(document.record, "its PDF cannot be set")
        return pdf


@cache
def _setter() -> _Setter:
    return _Setter()


def pdf_of(document: Document, *, epoch: int) -> bytes:
    """The PDF of a document. `epoch`: the time it carries, in seconds since 1970. DocumentError where it cannot be set."""
    return with_fields(_setter().set_pages(document, epoch), document)
