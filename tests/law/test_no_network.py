"""Only three rooms use the network: the client of GitHub, the law watch and the catalogue."""

from __future__ import annotations

import ast
import socket
from pathlib import Path

import pytest

from support import ROOT
from undersigned.cli.main import main

PACKAGE = ROOT / "scripts" / "undersigned"
NETWORK = {"requests", "urllib.request", "http.client", "ftplib", "smtplib", "aiohttp", "httpx", "urllib3"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_three_rooms_import_a_client_of_the_network() -> None:
    users = {path.relative_to(PACKAGE).parts[0] for path in PACKAGE.rglob("*.py") if imported(path) & NETWORK}
    assert users == {"catalogue", "github", "law"}


@pytest.mark.parametrize("verb", [["check"], ["status"], ["reviews"], ["schema", "law"], ["law", "--help"]])
def test_no_other_verb_connects_to_anything(verb: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert main(["--root", str(ROOT), "--as-of", "2026-11-30", "--no-cache", *verb]) == 0
