"""Macros for hand-written pages: pieces of the register as safe HTML. Generated pages never pass through here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from undersigned.site.pages import PageSet, fragment

if TYPE_CHECKING:
    from mkdocs_macros.plugin import MacrosPlugin


def define_env(env: MacrosPlugin) -> None:
    """Called by mkdocs-macros. A page asks for its macros with `render_macros: true`."""

    def pages() -> PageSet:
        plugin = env.conf["plugins"]["undersigned"]
        made: PageSet | None = plugin.pages
        if made is None:
            raise RuntimeError("list the plugin 'undersigned' before 'macros' in mkdocs.yml")
        return made

    def url() -> str:
        here: str = env.page.file.url
        return "" if here in (".", "./") else here

    @env.macro  # type: ignore[untyped-decorator]
    def register_figures() -> str:
        """How many protocols and organisations there are, and what is waited for."""
        return str(fragment(pages(), "figures.html", url()))

    @env.macro  # type: ignore[untyped-decorator]
    def protocols_in_force(most: int = 12) -> str:
        """Protocols in force, by title."""
        return str(fragment(pages(), "in_force.html", url(), most=most))
