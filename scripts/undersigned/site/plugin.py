"""The MkDocs plugin: gives generated pages and files to MkDocs, and decides nothing else.

Text from records never becomes Markdown, front matter or a template: MkDocs gets an empty page and its finished body.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from jinja2 import pass_context
from mkdocs.config import config_options as option
from mkdocs.config.base import Config
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from undersigned.records.fields import MAILBOX
from undersigned.register import Register, load_register
from undersigned.reports.feeds import is_tag
from undersigned.site.generate import BODIES, generate_site, site_map
from undersigned.site.handbook import add_handbook, unfinished
from undersigned.site.html import page_link, reading_grade_of, with_accessible_tables, with_page_links
from undersigned.site.pages import GeneratedPage, PageSet, start_page
from undersigned.site.render import PageError
from undersigned.site.search import SEARCH_PAGE, SearchError, can_search, kind_of, write_search_index
from undersigned.words.messages import date_message, install, message
from undersigned.words.messages import translated as _

if TYPE_CHECKING:
    from jinja2 import Environment
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.toc import _TocToken
    from mkdocs.utils.templates import TemplateContext

AS_OF_VARIABLE = "UNDERSIGNED_AS_OF"
#: No script, no other host, no inline style. A page cannot set `frame-ancestors` itself.
SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'"
)
#: For pages with a script of their own, which fetches nothing.
SCRIPT_POLICY = f"{SECURITY_POLICY}; script-src 'self'"
#: For the search page: its script fetches parts of the index, which Pagefind reads with WebAssembly.
SEARCH_POLICY = f"{SECURITY_POLICY}; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
#: For `serve`, because MkDocs adds a script to each page that reloads it.
_SERVING_POLICY = f"{SECURITY_POLICY}; script-src 'self' 'unsafe-inline'; connect-src 'self'"
_SITE_MAP = "sitemap.xml"
_PLACES_OF_LINKS = ("navigation", "footer", "guides", "lists")
_SEARCH_PAGE = "---\nrender_macros: false\ntemplate: search.html\ntitle: Search\n---\n"


class UndersignedConfig(Config):  # type: ignore[no-untyped-call]
    """`as_of`: the day that the site describes. `root`: the register's folder, by default that of the configuration.

    `handbook`: whether the site has the guidance and guides that come with the program.
    """

    as_of = option.Optional(option.Type(str))
    root = option.Optional(option.Type(str))
    handbook = option.Type(bool, default=False)


class UndersignedPlugin(BasePlugin[UndersignedConfig]):  # type: ignore[no-untyped-call]
    """`pages`: what the macros of hand-written pages read."""

    def __init__(self) -> None:
        self.pages: PageSet | None = None
        self.current_page = ""
        self._serving = False
        self._given: Register | None = None
        self._as_of: date | None = None
        self._sizes: Mapping[str, int] = {}
        self._digests: Mapping[str, str] = {}
        self._generated: dict[str, GeneratedPage] = {}
        self._files: Files | None = None
        self._processes = 1
        self._register: Register | None = None

    def use(
        self,
        register: Register,
        *,
        as_of: date,
        sizes: Mapping[str, int],
        digests: Mapping[str, str],
        processes: int = 1,
    ) -> None:
        """Takes what `build` has read already. Without it, the register is read before each build."""
        self._given, self._as_of, self._sizes, self._digests = register, as_of, sizes, digests
        self._processes = processes

    # -- events, in the order MkDocs sends them -----------------------------------------------------------------

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        # A plugin that handles this event keeps its state from one build of `serve` to the next.
        self._serving = command == "serve"

    def on_shutdown(self) -> None:
        # MkDocs keeps one plugin for the whole process, so the next build must not find this state.
        self._given, self._as_of, self._sizes, self._digests = None, None, {}, {}
        self._register, self._processes = None, 1

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        root = self._root(config)
        as_of = self._day()
        register = self._given if self._given is not None else load_register(root)
        if register.tag and not is_tag(register.tag):
            raise PluginError(
                f"mkdocs.yml: extra.register.tag: '{register.tag}' cannot begin the ids of feeds and calendars. Write a domain "
                f"of yours, a day on which you had it, and a name: example.org,{as_of.isoformat()}:north"
            )
        self._register = register
        extra = config.extra
        if not isinstance(extra.get("register"), dict):
            extra["register"] = {}
        extra["frame"] = {
            "security_policy": _SERVING_POLICY if self._serving else SECURITY_POLICY,
            "search_policy": SEARCH_POLICY,
            "script_policy": _SERVING_POLICY if self._serving else SCRIPT_POLICY,
            "searchable": not self._serving and can_search(),
            "as_of_words": date_message(as_of),
            **_where_to_tell(config),
            **{place: [] for place in _PLACES_OF_LINKS},
        }
        config.theme.static_templates.discard(_SITE_MAP)
        return config

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        register, self._register = self._register, None
        assert register is not None  # noqa: S101 - on_config comes first
        try:
            # Now, because MkDocs has emptied the folder of the site.
            site = generate_site(
                register,
                Path(config.site_dir),
                as_of=self._day(),
                name=config.site_name,
                address=self._address(config),
                sizes=self._sizes,
                digests=self._digests,
                processes=self._processes,
                guidance=self.config.handbook,
            )
        except PageError as error:
            raise PluginError(str(error)) from error
        self.pages = site.pages
        self._generated, self._files = {}, files
        # MkDocs dates its own site map, and the compressed copy of it, with the day of the build.
        if (stamped := files.get_file_from_path(_SITE_MAP)) is not None:
            files.remove(stamped)
        if self.config.handbook:
            add_handbook(files, config)
        made = list(site.made)
        if files.get_file_from_path("index.md") is None:
            try:
                start = start_page(site.pages)
                made.append(replace(start, body=with_page_links(start.body)))
            except PageError as error:
                raise PluginError(str(error)) from error
        for page in made:
            if files.get_file_from_path(page.source) is not None:
                raise PluginError(f"{page.source} is in the docs folder and is also a generated page; rename it")
            self._generated[page.source] = page
            file = File.generated(config, page.source, content="")
            files.append(file)
            MadePage(page, file, config)  # becomes the file's page
        if files.get_file_from_path(SEARCH_PAGE) is not None:
            raise PluginError(f"{SEARCH_PAGE} is in the docs folder and is also a generated page; rename it")
        files.append(File.generated(config, SEARCH_PAGE, content=_SEARCH_PAGE))
        address = self._address(config)
        for path in site.files:
            files.append(File.generated(config, path, abs_src_path=str(Path(config.site_dir) / path)))
        if address:
            urls = [file.url for file in files.documentation_pages() if not self._moved(file)]
            urls = ["" if url in (".", "./") else url for url in urls]
            files.append(File.generated(config, _SITE_MAP, content=site_map(address, urls)))
        config.extra["frame"].update(_navigation(config, files))
        return files

    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        self.current_page = page.file.src_uri
        if page.file.generated_by is None:
            example = config.extra["register"].get("example") is True
            left = list(unfinished(markdown, example=example))
            if left:
                raise PluginError(f"docs/{page.file.src_uri} is not finished: {'; '.join(left)}")
        grade = reading_grade_of(markdown) if page.meta.get("checked") else None
        if grade is not None:
            page.meta["grade"] = max(1, round(grade))
        return markdown

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        if isinstance(page, MadePage):
            return html
        page.meta["kind"] = kind_of(page.file.src_uri)
        folder, _, below = page.file.src_uri.partition("/")
        if below:
            page.meta.setdefault("section", f"{folder}/index.md")
        return with_page_links(with_accessible_tables(html))

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        # Off in MkDocs. Our theme relies on it, and marks only a page's body as safe.
        env.autoescape = True
        env.trim_blocks = env.lstrip_blocks = True  # lines with nothing but a tag would be empty on each page
        install(env)  # MkDocs has old-fashioned messages of its own, which do not escape values
        env.filters["date_words"] = date_message
        relative = env.filters["url"]
        env.filters["url"] = pass_context(lambda context, value: page_link(relative(context, value)))
        return env

    def on_page_context(self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation) -> None:
        self.current_page = page.file.src_uri
        if page.file.src_uri not in self._generated and self._files is not None:
            page.meta.setdefault("breadcrumbs", _breadcrumbs(page, self._files))  # now every page has its title

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        self.current_page = ""
        shutil.rmtree(Path(config.site_dir) / BODIES)
        if config.extra["frame"]["searchable"]:
            try:
                write_search_index(Path(config.site_dir))
            except SearchError as error:
                raise PluginError(str(error)) from error

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: object) -> LiveReloadServer:
        for folder in ("protocols", "signatories"):
            if (self._root(config) / folder).is_dir():
                server.watch(str(self._root(config) / folder))
        return server

    # -- where and when -----------------------------------------------------------------------------------------

    def _address(self, config: MkDocsConfig) -> str:
        return "" if self._serving else config.site_url or ""

    def _root(self, config: MkDocsConfig) -> Path:
        beside = Path(config.config_file_path).parent if config.config_file_path else Path()
        return beside / self.config.root if self.config.root else beside

    def _day(self) -> date:
        """The day from `build`, the configuration or the environment; never from the clock."""
        if self._as_of is not None:
            return self._as_of
        text = self.config.as_of or os.environ.get(AS_OF_VARIABLE, "")
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise PluginError(
                f"the site speaks of one day: set {AS_OF_VARIABLE} to it, for example {AS_OF_VARIABLE}=2026-11-22"
            ) from None

    def _moved(self, file: File) -> bool:
        made = self._generated.get(file.src_uri)
        return made is not None and bool(made.moved_to)


def _where_to_tell(config: MkDocsConfig) -> dict[str, str]:
    """Where a reader says that something is wrong: the keeper's mailbox, or the issues of a register that everybody may read."""
    register = config.extra["register"]
    keeper, issues = str(register.get("keeper") or ""), str(config.repo_url or "").rstrip("/")
    open_to_all = register.get("repository") != "private" and issues.startswith("https://github.com/")
    return {
        "keeper_mailbox": keeper if MAILBOX.match(keeper) else "",
        "issues": f"{issues}/issues/new/choose" if open_to_all else "",
    }


def _breadcrumbs(page: Page, files: Files) -> list[dict[str, str]]:
    """Returns the breadcrumbs of a hand-written page: home, then each folder above it that has a page."""
    if page.is_homepage:
        return []
    found = [{"label": _("Home"), "url": "."}]
    folders = page.file.src_uri.removesuffix("index.md").split("/")[:-1]
    for depth in range(1, len(folders) + 1):
        above = files.get_file_from_path("/".join([*folders[:depth], "index.md"]))
        if above is not None and above.page is not None and above is not page.file:
            title = above.page.meta.get("title") or above.page.title
            found.append({"label": str(title), "url": above.url})
    return found


def _navigation(config: MkDocsConfig, files: Files) -> dict[str, list[dict[str, str]]]:
    """Returns the theme's lists of links, without those whose pages do not exist."""
    found: dict[str, list[dict[str, str]]] = {}
    for place in _PLACES_OF_LINKS:
        found[place] = []
        for item in config.theme.get(place) or []:
            file = files.get_file_from_path(item["source"])
            if file is not None:
                found[place].append(
                    {
                        "label": _(item["label"]),
                        "source": item["source"],
                        "url": file.url,
                        "rules": item.get("rules", ""),
                    }
                )
    return found


# -- generated pages -----------------------------------------------------------------------------------------------

_MOVED = message("This page has moved")


class MadePage(Page):
    """A generated page. MkDocs would make a Markdown converter for each page that it reads, which takes most of its time."""

    def __init__(self, made: GeneratedPage, file: File, config: MkDocsConfig) -> None:
        self._made = made
        self._changed: str | None = None
        super().__init__(_(_MOVED) if made.moved_to else made.title, file, config)

    @property
    def content(self) -> str | None:
        """The body. MkDocs reads every page before it writes the first, so it is read each time that it is asked for."""
        return self._changed if self._changed is not None else self._made.taken_out().body

    @content.setter
    def content(self, value: str | None) -> None:
        self._changed = value if value is not None and value != self._made.taken_out().body else None

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
            self.meta["script"] = made.script

    def render(self, config: MkDocsConfig, files: Files) -> None:
        made = self._made
        self.present_anchor_ids = set()
        self.toc = get_toc([_token(1, "", made.title, [_token(2, id_, text) for id_, text in made.contents])])


def _token(level: int, id_: str, name: str, children: list[_TocToken] | None = None) -> _TocToken:
    # MkDocs expects a heading's `name` as HTML.
    return {"level": level, "id": id_, "name": escape(name), "children": children or []}
