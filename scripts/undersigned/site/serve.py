"""Serves the site while its records are edited, and says on every page what is wrong with the register."""

from __future__ import annotations

import html
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.livereload import LiveReloadServer, _timestamp

from undersigned.records.findings import Finding
from undersigned.site.build import SiteError, failure_in_words, quiet, settled

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

_MOST_SHOWN = 20


def serve(
    root: Path, *, as_of: date, address: str, check: Callable[[], Sequence[Finding]], say: Callable[[str], None]
) -> None:
    """Serve the site of the register in `root` until interrupted, and rebuild it when a record or page changes.

    `check` gives the errors of the register; it runs after each build, in a thread. Pages name these errors, because
    what a record with an error says may be missing from them. `say` is told the address, and why a build failed; then
    the pages from before that change stay. Raises `SiteError` if the first build fails.
    """
    with quiet() as complaints, tempfile.TemporaryDirectory(prefix="undersigned-") as folder:

        @contextmanager
        def configured() -> Iterator[MkDocsConfig]:
            complaints.clear()
            with settled(root, as_of=as_of.isoformat()) as (config_file, settings):
                yield load_config(config_file, site_dir=folder, dev_addr=address, **settings)  # type: ignore[arg-type]

        say("building the site")
        try:
            with configured() as config:
                config.plugins.on_startup(command="serve", dirty=False)
                server = _Preview(config, check, say)
                server.build(config)
        except (Exception, SystemExit) as error:
            raise SiteError(failure_in_words(error, complaints)) from error

        def rebuild() -> None:
            try:
                with configured() as config:
                    server.build(config)
                server.failure = ""
            except (Exception, SystemExit) as error:  # noqa: BLE001 - any fault of a page, a plugin or mkdocs.yml
                server.failure = failure_in_words(error, complaints)
                complaints[:] = [server.failure]
            for complaint in complaints:
                say(complaint)
            server.check_again()

        server.builder = rebuild
        try:
            server.watch_and_serve(config)
        finally:
            server.shutdown()
            config.plugins.on_shutdown()


class _Preview(LiveReloadServer):
    """A server that puts what is wrong at the top of every page. `failure`: why the last build failed, or empty."""

    def __init__(
        self, config: MkDocsConfig, check: Callable[[], Sequence[Finding]], say: Callable[[str], None]
    ) -> None:
        host, port = config.dev_addr
        mount_path = urlsplit(config.site_url or "/").path
        super().__init__(lambda: None, host, port, root=config.site_dir, mount_path=mount_path)
        self.error_handler = self._error_page
        self.failure = ""
        self._check = check
        self._say = say
        self._errors: Sequence[Finding] = ()
        self._checks_begun = 0
        self._checking = threading.Lock()

    def build(self, config: MkDocsConfig) -> None:
        """Build the site with its address on this machine."""
        config.site_url = self.url
        build(config, serve_url=self.url)

    def watch_and_serve(self, config: MkDocsConfig) -> None:
        """Serve until Ctrl-C. Raises `SiteError` if the address is taken or not of this machine."""
        for path in (config.docs_dir, config.config_file_path):
            if Path(path).exists():
                self.watch(path)
        config.plugins.on_serve(self, config=config, builder=self.builder)
        self.check_again()
        try:
            self.serve()  # type: ignore[no-untyped-call]
        except KeyboardInterrupt:
            return
        except OSError as error:
            raise SiteError(f"cannot serve on {self.url}: {error.strerror}") from error

    def server_activate(self) -> None:
        super().server_activate()
        self._say(f"the site is at {self.url} and follows your changes; Ctrl-C ends it")

    def check_again(self) -> None:
        """Check the register in a thread, then reload the pages if its errors are others than before."""
        self._checks_begun += 1
        threading.Thread(target=self._check_and_reload, args=(self._checks_begun,), daemon=True).start()

    def _check_and_reload(self, number: int) -> None:
        with self._checking:
            if number != self._checks_begun:  # a later check will know better
                return
            errors = self._check()
        if list(errors) == list(self._errors):
            return
        self._errors = errors
        with self._epoch_cond:
            if self._visible_epoch == self._wanted_epoch:  # else a build is under way, and reloads the pages itself
                self._visible_epoch = self._wanted_epoch = _timestamp()
                self._epoch_cond.notify_all()

    def _inject_js_into_html(self, content: bytes, epoch: int) -> bytes:
        head, end, rest = content.partition(b"</header>")
        banner = self._banner().encode()
        page = head + end + banner + rest if end else banner + content
        return cast(bytes, super()._inject_js_into_html(page, epoch))  # type: ignore[no-untyped-call]

    def _banner(self) -> str:
        parts = []
        if self.failure:
            parts.append(_summary("The last change is not shown", [self.failure], "These pages are from before it."))
        if self._errors:
            lines = [
                f"{error.path}:{error.line}:{error.column}: {error.message}. {error.hint}" for error in self._errors
            ]
            count = "1 error" if len(lines) == 1 else f"{len(lines):,} errors"
            if len(lines) > _MOST_SHOWN:
                lines[_MOST_SHOWN:] = ["and more: 'undersigned check' lists them all"]
            parts.append(
                _summary(
                    f"The register has {count}",
                    lines,
                    "Records with errors may be missing from these pages. 'undersigned build' refuses to build the site.",
                )
            )
        return "".join(parts)

    def _error_page(self, code: int) -> bytes | None:
        try:
            return (Path(self.root) / f"{code}.html").read_bytes()
        except OSError:
            return None


def _summary(title: str, lines: Sequence[str], text: str) -> str:
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    return (
        '<div class="govuk-width-container"><div class="govuk-error-summary" role="alert">'
        f'<h2 class="govuk-error-summary__title">{html.escape(title)}</h2>'
        f'<div class="govuk-error-summary__body"><p>{html.escape(text)}</p>'
        f'<ul class="govuk-list govuk-list--bullet">{items}</ul></div></div></div>'
    )
