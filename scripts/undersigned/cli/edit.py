"""The verb `edit`: forms in a browser instead of YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from undersigned.cli.options import Common, host_and_port, verb
from undersigned.cli.output import EXIT_FINE, CommandError, ended_by_signals, remark, stop_on

if TYPE_CHECKING:
    from undersigned.edit.outlets import Outlet


@verb("edit", example="undersigned edit")
@click.option(
    "--address",
    type=host_and_port,
    default="127.0.0.1:8300",
    show_default=True,
    metavar="HOST:PORT",
    help="The address of this computer to listen on.",
)
@click.option(
    "--outlet",
    type=click.Choice(("branch", "github")),
    default="branch",
    show_default=True,
    help="Where a change is proposed: a branch of this copy, or a pull request on GitHub with the token in GITHUB_TOKEN.",
)
@click.option(
    "--repository",
    metavar="OWNER/NAME",
    envvar="GITHUB_REPOSITORY",
    default="",
    help="The repository on GitHub. Default: GITHUB_REPOSITORY.",
)
def edit_command(common: Common, address: str, outlet: str, repository: str) -> int:
    """Change the register with forms in a browser. Each change becomes a branch to propose. Ctrl-C ends it."""
    import secrets

    from waitress.server import create_server

    from undersigned.edit.app import first_address, make_app

    host, _, port = address.rpartition(":")
    if host not in ("127.0.0.1", "localhost", "[::1]"):
        raise CommandError(f"{host} is not an address of this computer alone", "Use 127.0.0.1:8300.")
    key = secrets.token_urlsafe(24)
    app = make_app(common.root, as_of=lambda: common.as_of, key=key, outlet=_outlet(common, outlet, repository))
    with ended_by_signals():
        server = create_server(app, listen=address, threads=4)
        remark(f"undersigned: open {first_address(host, int(port), key)}")
        remark("undersigned: Ctrl-C ends it")
        server.run()
    return EXIT_FINE


def _outlet(common: Common, outlet: str, repository: str) -> Outlet:
    from undersigned.changes.git import History, HistoryError
    from undersigned.edit.outlets import BranchOutlet, GitHubOutlet, words_of

    if outlet == "branch":
        return BranchOutlet(common.root)
    from undersigned.cli.ci import github_of

    with stop_on(HistoryError), History(common.root) as history:
        into = history.main_branch()
    return GitHubOutlet(
        github_of(repository, dry_run=False), into=into, body=lambda one: words_of(one, common.root, as_of=common.as_of)
    )
