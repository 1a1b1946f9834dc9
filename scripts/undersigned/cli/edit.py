"""The verb `edit`: forms in a browser instead of YAML."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from undersigned.cli.options import Common, host_and_port, verb, web_address
from undersigned.cli.output import EXIT_FINE, CommandError, ended_by_signals, remark, stop_on

if TYPE_CHECKING:
    from flask import Flask

    from undersigned.edit.outlets import Outlet

#: Of one request, in bytes, before the application sees any of it: a form with files, and what is around them.
_MOST_SENT = 65 << 20


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
@click.option(
    "--hosted",
    is_flag=True,
    help="Serve many people from a bare repository (--root), behind a sign-in proxy. The guide for hosts says how.",
)
@click.option(
    "--proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="With --hosted: an address from which the proxy connects, such as 127.0.0.1. May be given more than once.",
)
@click.option(
    "--header",
    default="X-Forwarded-Email",
    show_default=True,
    metavar="NAME",
    help="With --hosted: the header in which the proxy names the mailbox of who signed in.",
)
@click.option(
    "--site-url",
    type=web_address,
    metavar="URL",
    help="With --hosted: the address that browsers use, such as https://edit.example.org/.",
)
@click.option(
    "--table",
    type=Path,
    metavar="FILE",
    help="With --hosted: a private table of mailboxes that the records cannot place.",
)
def edit_command(
    common: Common,
    address: str,
    outlet: str,
    repository: str,
    hosted: bool,
    proxies: tuple[str, ...],
    header: str,
    site_url: str | None,
    table: Path | None,
) -> int:
    """Change the register with forms in a browser. Each change becomes a branch to propose. Ctrl-C ends it."""
    import secrets

    from undersigned.edit.app import first_address, make_app
    from undersigned.edit.main_text import read_ahead

    if hosted:
        app = _hosted_app(common, outlet, repository, proxies, header, site_url, table)
        return _serve(app, address, [f"listening on {address} for {site_url}"])
    if proxies or site_url or table:
        raise CommandError("--proxy, --site-url and --table go with --hosted", "Add --hosted, or leave them out.")
    host, _, port = address.rpartition(":")
    if host not in ("127.0.0.1", "localhost", "[::1]"):
        raise CommandError(f"{host} is not an address of this computer alone", "Use 127.0.0.1:8300.")
    key = secrets.token_urlsafe(24)
    app = make_app(common.root, as_of=lambda: common.as_of, key=key, outlet=_outlet(common, outlet, repository))
    read_ahead(common.root)
    return _serve(app, address, [f"open {first_address(host, int(port), key)}", "Ctrl-C ends it"])


def _serve(app: Flask, address: str, words: Sequence[str]) -> int:
    from waitress.server import create_server

    with ended_by_signals():
        try:
            server = create_server(
                app, listen=address, threads=4, ident=None, channel_timeout=60, max_request_body_size=_MOST_SENT
            )
        except OSError as error:
            raise CommandError(f"cannot listen on {address}: {error.strerror}", "Give another --address.") from None
        for line in words:
            remark(f"undersigned: {line}")
        server.run()
    return EXIT_FINE


def _hosted_app(
    common: Common,
    outlet: str,
    repository: str,
    proxies: tuple[str, ...],
    header: str,
    site_url: str | None,
    table: Path | None,
) -> Flask:
    import ipaddress
    import re
    import time

    from undersigned.changes.git import HistoryError, is_bare
    from undersigned.edit.hosted import Hosting, clear_locks, make_hosted_app, read_key
    from undersigned.edit.main_text import read_ahead
    from undersigned.edit.officers import TableError, read_table

    root = common.root.resolve()
    if not is_bare(root):
        raise CommandError(f"{root} is not a bare repository", "Make one: git clone --bare ADDRESS register.git")
    if not proxies or not site_url:
        raise CommandError("--hosted needs --proxy and --site-url", "The guide for hosts shows a whole command.")
    for proxy in proxies:
        try:
            ipaddress.ip_address(proxy)
        except ValueError:
            raise CommandError(f"'{proxy}' is not an address of a machine", "Write it as 127.0.0.1.") from None
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,60}", header):
        raise CommandError(f"'{header}' is not the name of a header", "Write it as X-Forwarded-Email.")
    try:
        with stop_on(TableError):
            entries = read_table(str(table), table.read_bytes()) if table is not None else {}
        key = read_key(root)
        for lock in clear_locks(root):
            remark(f"undersigned: removed {lock}, which an earlier run left")
    except OSError as error:
        raise CommandError(str(error)) from None
    with stop_on(HistoryError):
        read_ahead(root)
    hosting = Hosting(frozenset(proxies), header, site_url, entries, time.monotonic)
    elsewhere = _outlet(common, outlet, repository) if outlet != "branch" else None
    return make_hosted_app(root, hosting, key, as_of=lambda: common.as_of, outlet=elsewhere)


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
