"""The verb `serve`: the site with live reload."""

from __future__ import annotations

import click

from undersigned.cli.options import Common, verb
from undersigned.cli.output import EXIT_FINE, stop_on


@verb("serve", example="undersigned serve --address 127.0.0.1:8080")
@click.option(
    "--address", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT", help="The address to listen on."
)
def serve_command(common: Common, address: str) -> int:
    """Show the site on this computer, and reload it when a record changes. Ctrl-C ends it."""
    from undersigned.site.build import SiteError, serve

    with stop_on(SiteError):
        serve(common.root, as_of=common.as_of, address=address)
    return EXIT_FINE
