"""A generated page as MkDocs has pages: its body is finished, so that no Markdown, front matter or macro is looked for.

MkDocs makes a new Markdown converter for each page that it reads; at national size that is most of its time.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from undersigned.site.pages import GeneratedPage
from undersigned.site.search import kind_of

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import File, Files
    from mkdocs.structure.toc import _TocToken

_MOVED = "This page has moved"


class MadePage(Page):
    """Stands for its file from the moment that it is made."""

    def __init__(self, made: GeneratedPage, file: File, config: MkDocsConfig) -> None:
        super().__init__(_MOVED if made.moved_to else made.title, file, config)
        self._made = made

    def read_source(self, config: MkDocsConfig) -> None:
        made = self._made
        self.markdown = ""
        self.meta = {
            "render_macros": False,
            "generated": True,
            "description": made.description,
            "section": made.section,
            "section_title": made.breadcrumbs[-1].label if len(made.breadcrumbs) > 1 else "",
            "wide": made.wide,
            "over": made.over,
            "breadcrumbs": [{"label": crumb.label, "url": crumb.url or "."} for crumb in made.breadcrumbs],
        }
        if made.moved_to:
            self.meta |= {"template": "redirect.html", "moved_to": made.moved_to, "moved_title": made.title}
        else:
            self.meta["kind"] = kind_of(self.file.src_uri)

    def render(self, config: MkDocsConfig, files: Files) -> None:
        made = self._made
        self.content = made.body
        self.present_anchor_ids = set()
        self.toc = get_toc([_token(1, "", made.title, [_token(2, id_, text) for id_, text in made.contents])])


def _token(level: int, id_: str, name: str, children: list[_TocToken] | None = None) -> _TocToken:
    # MkDocs takes a heading's `name` for HTML, as Python-Markdown gives it.
    return {"level": level, "id": id_, "name": escape(name), "children": children or []}
