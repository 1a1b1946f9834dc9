"""The verb `serve`: the site with live reload."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import click

from undersigned.cli.check import LineReader, checked
from undersigned.cli.options import Common, host_and_port, verb
from undersigned.cli.output import EXIT_FINE, ended_by_signals, remark, stop_on
from undersigned.records.findings import Finding


@verb("serve", example="undersigned serve --address 127.0.0.1:8080")
@click.option(
    "--address",
    type=host_and_port,
    default="127.0.0.1:8000",
    show_default=True,
    metavar="HOST:PORT",
    help="The address to listen on.",
)
def serve_command(common: Common, address: str) -> int:
    """Show the site on this computer, and reload it when a record changes. Ctrl-C ends it."""
    from undersigned.site.build import SiteError
    from undersigned.site.serve import serve

    def say(text: str) -> None:
        remark(f"undersigned: {text}")

    with stop_on(SiteError), ended_by_signals():
        serve(common.root, as_of=common.as_of, address=address, check=_Errors(common, say), say=say)
    return EXIT_FINE


class _Errors:
    """Checks the register as it now is, and shows its errors in the terminal if they are others than before."""

    def __init__(self, common: Common, say: Callable[[str], None]) -> None:
        self._common = common
        self._say = say
        self._shown: list[Finding] = []

    def __call__(self) -> list[Finding]:
        from undersigned.reports.findings import render_check_text

        common = replace(self._common)  # reads the files again
        report = checked(common, workers=1)
        errors = [finding for finding in report.findings if finding.severity == "error"]
        if errors != self._shown:
            if errors:
                remark(render_check_text(replace(report, findings=errors), LineReader(common.files)).rstrip())
            else:
                self._say("the register has no errors now")
        self._shown = errors
        return errors
