"""A small register in a bare repository, for the tests of a host: three bodies, of which two share an agreement."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from undersigned.edit.hosted import Hosting, make_hosted_app
from undersigned.edit.officers import TableEntry
from undersigned.edit.outlets import Outlet

TODAY = date(2026, 11, 30)
SITE = "https://edit.example.org/"
HEADER = "X-Forwarded-Email"
PROXY = "127.0.0.1"
KEY = b"k" * 32
#: Officers: of the lead by the records' own mailbox, of the council by its domain and by its own mailbox, the keeper.
LEAD, COUNCIL, COUNCIL_TOO, OTHER, KEEPER = (
    "isa@probation.example",
    "sam.smith@lichfield.example",
    "housing@lichfield.example",
    "office@newcomer.example",
    "keeper@register.example",
)
STRANGER = "sam.smith@lichfield.example.com"
RECORDS = {
    "mkdocs.yml": f"site_name: x\nextra:\n  register:\n    keeper: {KEEPER}\n",
    "signatories/lichfield/organisation.yaml": f"""# first
name: Lichfield District Council
kind: local-authority
jurisdiction: england
website: https://www.lichfield.example/
contact:
  post: Housing Options Manager
  mailbox: {COUNCIL_TOO}
""",
    "signatories/probation/organisation.yaml": f"""name: Probation Service
kind: probation
jurisdiction: england
contact:
  post: Partnerships Manager
  mailbox: {LEAD}
""",
    "signatories/newcomer/organisation.yaml": f"""name: Newcomer Council
kind: local-authority
jurisdiction: england
contact:
  post: Clerk
  mailbox: {OTHER}
""",
    "protocols/p/protocol.yaml": """# A comment that must stay.
title: Sharing
summary: What it is for.
kind: information-sharing-protocol
status: draft
publication: public
lead: probation
parties:
  - {organisation: probation, role: controller}   # the lead
  - organisation: lichfield
    role: controller
clauses:
  - id: accuracy
    title: Keeping it right
    text: |
      Each party keeps what it holds right.

      It tells the others of a mistake.
  - id: complaints
    title: Complaints
    text: Each party answers complaints about itself.
""",
}


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def make_repository(folder: Path, records: dict[str, str] | None = None) -> Path:
    """The bare repository `register.git` in a folder, with the records as its only commit."""
    work = folder / "work"
    for path, text in (records or RECORDS).items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text(text)
    git(folder, "init", "-q", "-b", "main", str(work))
    push(work)
    git(folder, "clone", "-q", "--bare", str(work), str(folder / "register.git"))
    git(work, "remote", "add", "origin", str(folder / "register.git"))
    return folder / "register.git"


def push(work: Path, branch: str = "") -> None:
    git(work, "add", "-A")
    git(work, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "By hand")
    if branch:
        git(work, "push", "-q", "origin", f"HEAD:{branch}")


class Clock:
    """Seconds that stand still until a test moves them."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def make_app(
    root: Path, *, table: dict[str, TableEntry] | None = None, clock: Clock | None = None, outlet: Outlet | None = None
) -> Flask:
    hosting = Hosting(frozenset({PROXY}), HEADER, SITE, table or {}, clock or Clock())
    return make_hosted_app(root, hosting, KEY, as_of=lambda: TODAY, outlet=outlet)


class Person:
    """Somebody at a browser behind the proxy."""

    def __init__(self, app: Flask, mailbox: str, *, address: str = PROXY) -> None:
        self.client: FlaskClient = app.test_client()
        self.headers = {HEADER: mailbox}
        self.address = address

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(
            path, base_url=SITE, headers={**self.headers, **headers}, environ_base={"REMOTE_ADDR": self.address}
        )

    def post(self, path: str, data: dict[str, str], *, origin: str | None = SITE.rstrip("/")) -> TestResponse:
        return self.client.post(
            path,
            data=data,
            base_url=SITE,
            headers={**self.headers, **({"Origin": origin} if origin else {})},
            environ_base={"REMOTE_ADDR": self.address},
        )

    def token(self, path: str) -> str:
        found = re.search(r'name="token" value="([^"]+)"', self.get(path).text)
        assert found
        return found[1]

    def send(self, path: str, **answers: str) -> TestResponse:
        return self.post(path, {"token": self.token(path), "do": "check", **answers})

    def propose(self, path: str, **answers: str) -> str:
        """Fills in a form and proposes it. Returns the name of the proposal, or the page if it was refused."""
        page = self.send(path, **answers).text
        base = re.search(r'name="commit_base" value="([^"]+)"', page)
        if base is None:
            return page
        return self.send(path, **answers, do="propose", commit_base=base[1]).text

    def decide(self, name: str, do: str, **more: str) -> TestResponse:
        """Approves a proposal as its page shows it, or sends it back."""
        path = f"/proposals/{name}"
        page = self.get(path).text
        seen = {
            field: found[1]
            for field in ("main", "tip")
            if (found := re.search(rf'name="{field}" value="([^"]+)"', page))
        }
        return self.post(path, {"token": self.token(path), "do": do, **seen, **more})


def waiting(root: Path) -> list[str]:
    """The names of the proposals that wait."""
    return git(root, "for-each-ref", "--format=%(refname:lstrip=3)", "refs/heads/edit/").split()
