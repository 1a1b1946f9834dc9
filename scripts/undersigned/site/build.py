"""Builds and serves the site. Only this module runs MkDocs."""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from undersigned.register import Register

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

    from undersigned.site.plugin import UndersignedPlugin

_NAME = "undersigned"
#: Settings that a register's mkdocs.yml may leave out.
_DEFAULTS: dict[str, object] = {
    "site_name": "Information-sharing register",
    "theme": {"name": "undersigned"},
    "plugins": [
        "undersigned",
        {
            "macros": {
                "modules": ["undersigned.site.macros"],
                "render_by_default": False,
                "on_error_fail": True,
                "on_undefined": "strict",
            }
        },
    ],
    # A mapping: MkDocs empties the entries of a list as it reads them, and `serve` reads them again.
    "markdown_extensions": {"admonition": {}, "tables": {}, "def_list": {}, "toc": {"permalink": False}},
    "use_directory_urls": True,
    "nav": [{"Home": "index.md"}],
    "validation": {
        "nav": {"omitted_files": "ignore", "not_found": "warn"},
        "links": {"not_found": "warn", "anchors": "warn", "absolute_links": "warn", "unrecognized_links": "warn"},
    },
}


class SiteError(Exception):
    """The site could not be built. The message names the page if one is at fault."""


def build_site(
    register: Register,
    output_dir: Path,
    *,
    as_of: date,
    downloads: Path | Mapping[str, int] | None = None,
    processes: int = 1,
) -> None:
    """Builds the site of `register` into `output_dir`, which is emptied first.

    `downloads`: the folder of documents that the caller will put at `downloads/` in the site, or the size in bytes of
    each by its path in that folder, `<protocol-id>/<file>`. Raises `SiteError`. The same arguments give the same bytes.
    """
    sizes = _sizes(downloads) if isinstance(downloads, Path) else downloads or {}
    digests = _digests(downloads) if isinstance(downloads, Path) else {}
    with quiet() as complaints, _uncollected(), settled(register.root) as (config_file, settings):
        from mkdocs.commands.build import build
        from mkdocs.config import load_config

        plugin: UndersignedPlugin | None = None
        if register.address:
            settings["site_url"] = register.address
        try:
            config = load_config(config_file, site_dir=str(output_dir.resolve()), strict=True, **settings)  # type: ignore[arg-type]
            plugin = _plugin(config)
            plugin.use(register, as_of=as_of, sizes=sizes, digests=digests, processes=processes)
            config.plugins.on_startup(command="build", dirty=False)
            try:
                build(config)
            finally:
                config.plugins.on_shutdown()
        except SiteError:
            raise
        except (Exception, SystemExit) as error:
            raise SiteError(failure_in_words(error, complaints, plugin)) from error


def _sizes(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@contextmanager
def settled(root: Path, **options: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Yields the configuration file, and the settings that it lacks or that the caller adds. `options`: of our plugin.

    A register without mkdocs.yml, or without a folder of pages, gets empty ones for as long as the build takes.
    """
    from mkdocs.utils.yaml import yaml_load

    with tempfile.TemporaryDirectory() as empty:
        own = root / "mkdocs.yml"
        written: dict[str, object] = {}
        if own.is_file():
            try:
                with own.open("rb") as file:
                    written = yaml_load(file) or {}
            except (Exception, SystemExit) as error:  # whatever YAML, MkDocs or the disk has to say
                raise SiteError(f"mkdocs.yml cannot be read: {' '.join(str(error).split())}") from error
            if not isinstance(written, dict):
                raise SiteError("mkdocs.yml holds no settings: each line should be NAME: VALUE")
        else:
            own = Path(empty) / "mkdocs.yml"
            own.write_text("{}\n", encoding="utf-8")
        settings = {key: deepcopy(value) for key, value in _DEFAULTS.items() if key not in written}
        if "docs_dir" not in written:
            pages = root / "docs"
            if not pages.is_dir():
                pages = Path(empty) / "docs"
                pages.mkdir()
            settings["docs_dir"] = str(pages.resolve())
        settings["plugins"] = _with_options(
            settings.get("plugins") or written["plugins"] or [], {"root": str(root.resolve()), **options}
        )
        yield str(own), settings


def _with_options(plugins: object, options: Mapping[str, str]) -> dict[str, object]:
    """Returns the plugins with `options` added to ours. A mapping, because MkDocs empties a list's entries as it reads them."""
    named: dict[str, object] = {}
    for entry in plugins if isinstance(plugins, list) else [plugins]:
        named.update(entry if isinstance(entry, dict) else {str(entry): {}})
    if _NAME in named:
        own = named[_NAME]
        named[_NAME] = {**(own if isinstance(own, dict) else {}), **options}
    return {name: own or {} for name, own in named.items()}


def _plugin(config: MkDocsConfig) -> UndersignedPlugin:
    found = config.plugins.get(_NAME)
    if found is None:
        raise SiteError("mkdocs.yml lists plugins, but not 'undersigned': add it, before 'macros'")
    plugin: UndersignedPlugin = found
    return plugin


class _Complaints(logging.Handler):
    """Collects the warnings of MkDocs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name != "mkdocs.livereload":  # requests, which browsers make by themselves
            self.kept.append(record.getMessage())


@contextmanager
def _uncollected() -> Iterator[None]:
    """Turns off the search for reference cycles, which costs a third of the time and finds few."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.freeze()  # what is left counts as old, or turning the search on would go through all of it at once
            gc.unfreeze()
            gc.enable()


@contextmanager
def quiet() -> Iterator[list[str]]:
    """Collects MkDocs' log in a list and shows it nowhere."""
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    logger = logging.getLogger("mkdocs")
    handler = _Complaints()
    propagated, level = logger.propagate, logger.level
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    try:
        yield handler.kept
    finally:
        logger.removeHandler(handler)
        logger.propagate, logger.level = propagated, level


def failure_in_words(error: BaseException, complaints: Sequence[str], plugin: UndersignedPlugin | None = None) -> str:
    """Returns why a build failed, in one line."""
    told = list(dict.fromkeys(map(_in_a_line, complaints))) or [_in_a_line(str(error)) or type(error).__name__]
    page = plugin.current_page if plugin is not None else ""
    where = f" (at {page})" if page and not any(page in line for line in told) else ""
    return "the site could not be built: " + "; ".join(told) + where


def _in_a_line(complaint: str) -> str:
    """Leaves out the page's source and the traceback, which the macros plugin adds in fences below its message."""
    words = " ".join(complaint.partition("\n```")[0].split())
    return words.replace("[macros] - ERROR # ", "").replace("_", "") if words.startswith("[macros]") else words
