"""CODEOWNERS from the records: each agency owns its folder, the lead organisation its protocols, the keeper all else.

GitHub takes accounts, teams and mailboxes; of several lines that fit a file, the last one decides. Source: GitHub Docs,
"About code owners" (checked 2026-11-22).
"""

from __future__ import annotations

from pathlib import Path

from undersigned.github.inert import is_mailbox
from undersigned.jobs import CiError
from undersigned.jobs.wording import render_plain
from undersigned.records.fields import KEBAB
from undersigned.records.files import read_bytes
from undersigned.records.organisation import ACCOUNT
from undersigned.records.source import Source
from undersigned.register import Register

PATH = ".github/CODEOWNERS"


def keeper_of(root: Path) -> tuple[str, ...]:
    """Who keeps the register: `extra: {register: {keeper: …}}` of mkdocs.yml, one or several. CiError where it is none."""
    settings = Source("mkdocs.yml", read_bytes(root / "mkdocs.yml") or b"").data
    extra = settings.get("extra")
    register = extra.get("register") if isinstance(extra, dict) else None
    given = register.get("keeper") if isinstance(register, dict) else None
    owners = given if isinstance(given, list) else [given] if given else []
    for owner in owners:
        if not isinstance(owner, str) or not (ACCOUNT.match(owner) or is_mailbox(owner)):
            raise CiError(
                "the keeper in mkdocs.yml is neither an account nor a mailbox",
                "Write '@account', '@organisation/team' or a mailbox.",
            )
    if not owners:
        raise CiError(
            "mkdocs.yml names no keeper of the register",
            "Write it under extra, register, keeper: an '@account' or a mailbox.",
        )
    return tuple(owners)


def owners_of_organisation(register: Register, id_: str) -> tuple[str, ...]:
    """Its accounts; else the mailbox of its contact; of a dissolved body, those of its successors; else nobody."""
    return tuple(dict.fromkeys(_owners(register, id_, frozenset())))


def _owners(register: Register, id_: str, seen: frozenset[str]) -> list[str]:
    record = register.organisation(id_)
    if record is None or record.value is None or id_ in seen:
        return []
    value = record.value
    if value.dissolved_on is not None and value.successors:
        return [
            owner
            for heir in value.successors
            for owner in _owners(register, register.present_organisation(heir), seen | {id_})
        ]
    accounts = [account for account in value.accounts if ACCOUNT.match(account)]
    if accounts:
        return accounts
    mailbox = value.contact.mailbox if value.contact is not None else None
    return [mailbox] if mailbox is not None and is_mailbox(mailbox) else []


def render_owners(register: Register) -> str:
    """The text of CODEOWNERS. Folders whose name is no id are the keeper's: no name of a folder becomes a pattern otherwise."""
    keeper = keeper_of(register.root)
    protocols, agencies = [], []
    for id_ in register.protocol_ids:
        record = register.protocol_record(id_)
        lead = record.value.lead if record is not None and record.value is not None else None
        owners = owners_of_organisation(register, register.present_organisation(lead)) if lead else ()
        if owners and KEBAB.match(id_):
            protocols.append((f"/protocols/{id_}/", owners))
    for id_ in register.organisation_ids:
        owners = owners_of_organisation(register, id_)
        if owners and KEBAB.match(id_):
            agencies.append((f"/signatories/{id_}/", owners))
    return render_plain("codeowners.txt", keeper=keeper, protocols=protocols, agencies=agencies) + "\n"


def stale_lines(register: Register) -> list[str]:
    """The lines that CODEOWNERS lacks (`+`) or has too many (`-`); none where it is as the records would have it."""
    file = register.root / PATH
    there = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    wanted = render_owners(register).splitlines()
    if there == wanted:
        return []
    told = [f"+ {line}" for line in wanted if line not in there] + [f"- {line}" for line in there if line not in wanted]
    return told or ["the same lines in another order"]
