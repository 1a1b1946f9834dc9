"""CODEOWNERS: how GitHub reads the file, whether an author is among the owners, and the file that the records ask for.

Each agency owns its folder, the lead organisation its protocols, the keeper of the register everything else. Source: GitHub
Docs, "About code owners", section "CODEOWNERS syntax" (checked 2026-11-22): owners are accounts, teams and mailboxes;
patterns are those of .gitignore; the last match wins; case counts; a line with a wrong pattern is skipped; `!`, `[ ]` and an
escaped `#` do not work.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from undersigned.records.fields import KEBAB, MAILBOX
from undersigned.records.files import read_bytes
from undersigned.records.organisation import ACCOUNT
from undersigned.records.source import Source
from undersigned.register import Register
from undersigned.status import Identities, has_happened

#: The file that this program writes.
PATH = ".github/CODEOWNERS"
#: Where GitHub looks for the file. The first one counts.
PLACES = (PATH, "CODEOWNERS", "docs/CODEOWNERS")
#: GitHub does not read a larger file.
MAX_BYTES = 3 * 1024 * 1024

_TOKEN = re.compile(r"(?:\\.|[^\s\\])+")
_OWNER = re.compile(r"@[\w.-]+(?:/[\w.-]+)?\Z|[^@\s]+@[^@\s]+\Z")
_LOGIN = re.compile(r"@[A-Za-z0-9][A-Za-z0-9-]{0,38}\Z")
_TEAM = re.compile(r"@[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9][\w.-]{0,99}\Z")
_NO_REPLY = re.compile(
    r"(?:\d+\+)?([A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\[bot\])?)@users\.noreply\.github\.com\Z", re.IGNORECASE
)
#: A pattern beyond these limits could take exponential time to match, so it is skipped.
_LONGEST_PATTERN, _MOST_STARS = 500, 12
_HEADER = (
    "# Who is asked to look at a change. Written by 'undersigned ci owners' from the records; do not edit.",
    "# Of several lines that fit a file, the last one decides.",
)

Judgement = Literal["owner", "stranger", "unknown", "team", "nobody"]


class OwnersError(Exception):
    """CODEOWNERS cannot be written. `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class NamedOwners:
    """The owners of a file: accounts and teams with their @, mailboxes without."""

    accounts: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()

    @property
    def mentions(self) -> tuple[str, ...]:
        return (*self.accounts, *self.teams)


# -- reading ------------------------------------------------------------------------------------------------------------


class Owners:
    """The rules of one CODEOWNERS file."""

    def __init__(self, text: str) -> None:
        self._rules: list[tuple[re.Pattern[str], tuple[str, ...]]] = []
        for line in text.splitlines():
            tokens = _tokens(line)
            if not tokens:
                continue
            pattern, owners = _compiled(tokens[0]), tuple(tokens[1:])
            if pattern is not None and all(_OWNER.match(owner) for owner in owners):
                self._rules.append((pattern, owners))

    def of(self, path: str) -> tuple[str, ...]:
        """The owners of a path from the top of the repository; empty if no rule matches or the last match names nobody."""
        return next((owners for pattern, owners in reversed(self._rules) if pattern.match(path)), ())


def read_owners(root: Path) -> Owners:
    """The rules of the first CODEOWNERS in the working tree; no rules if there is none."""
    file = next((root / place for place in PLACES if (root / place).is_file()), None)
    return Owners(file.read_text(encoding="utf-8", errors="replace") if file is not None else "")


def named_owners(path: str, owners: Owners) -> NamedOwners:
    """The owners of a path, sorted by how they can be reached. Anything that is not a valid account, team or mailbox is dropped."""
    named = owners.of(path)
    return NamedOwners(
        tuple(owner for owner in named if _LOGIN.match(owner)),
        tuple(owner for owner in named if _TEAM.match(owner)),
        tuple(owner for owner in named if MAILBOX.match(owner)),
    )


def judge(owners: Iterable[str], *, email: str | None = None, login: str | None = None) -> Judgement:
    """Whether an author is among the owners. If a login is given, the email is ignored.

    `unknown`: the owners are accounts and the author is a mailbox, or the other way round. `team`: a team is among the
    owners, and its members are not known here. `nobody`: the path has no owner.
    """
    named = [owner.casefold() for owner in owners]
    if not named:
        return "nobody"
    account = (login or login_of(email or "")).casefold().lstrip("@")
    mailbox = "" if login else (email or "").casefold()
    if (account and f"@{account}" in named) or (mailbox and mailbox in named):
        return "owner"
    if any(owner.startswith("@") and "/" in owner for owner in named):
        return "team"
    comparable = (
        all(owner.startswith("@") for owner in named) if account else all(not owner.startswith("@") for owner in named)
    )
    return "stranger" if comparable else "unknown"


def login_of(email: str) -> str:
    """The account behind one of GitHub's own mailboxes (`id+login@users.noreply.github.com`); empty for any other mailbox."""
    match = _NO_REPLY.match(email)
    return match[1] if match else ""


def _tokens(line: str) -> list[str]:
    """The pattern and the owners of a line, without its comment."""
    tokens: list[str] = []
    for token in _TOKEN.findall(line):
        if token.startswith("#"):
            break
        tokens.append(re.sub(r"\\(.)", r"\1", token) if not tokens else token)
    return tokens


def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern as a regular expression over whole paths; None if GitHub would skip it."""
    if pattern.startswith(("!", "#")) or re.search(r"[\[\]]", pattern) or pattern == "/":
        return None
    if len(pattern) > _LONGEST_PATTERN or pattern.count("*") > _MOST_STARS:
        return None
    anchored = "/" in pattern.rstrip("/")
    parts = re.split(r"(/\*\*/|\*\*/|/\*\*|\*+|\?)", pattern.strip("/") if anchored else pattern.rstrip("/"))
    out = "" if anchored else "(?:.*/)?"
    for part in parts:
        if part in ("/**/", "**/"):
            out += part[:-3] + "(?:[^/]+/)*"
        elif part == "/**":
            out += "/.+"
        elif part.startswith("*"):
            out += "[^/]*"
        elif part == "?":
            out += "[^/]"
        else:
            out += re.escape(part)
    # A folder's pattern covers everything below it. One star after a folder covers only the files in it.
    if pattern.endswith("/"):
        out += "/.+"
    elif not pattern.endswith("**") and not (anchored and pattern.endswith("/*")):
        out += "(?:/.*)?"
    return re.compile(out + r"\Z", re.DOTALL)


# -- writing ------------------------------------------------------------------------------------------------------------


def render_owners(register: Register, *, as_of: date) -> str:
    """The text of CODEOWNERS that the records ask for on a day. OwnersError without a valid keeper.

    A folder whose name is not an id belongs to the keeper, so that no folder name can become an unexpected pattern.
    """
    keeper = keeper_of(register.root)
    protocols, agencies = [], []
    for id_ in register.protocol_ids:
        record = register.protocol_record(id_)
        lead = record.value.lead if record is not None and record.value is not None else None
        leads = _present_leads(register, id_, lead, as_of=as_of) if lead else ()
        owners = dict.fromkeys(owner for lead in leads for owner in owners_of_organisation(register, lead, as_of=as_of))
        if owners and KEBAB.match(id_):
            protocols.append(_line(f"/protocols/{id_}/", tuple(owners)))
    for id_ in register.organisation_ids:
        own = owners_of_organisation(register, id_, as_of=as_of)
        if own and KEBAB.match(id_):
            agencies.append(_line(f"/signatories/{id_}/", own))
    lines = [*_HEADER, "", "# The keeper of the register", _line("*", keeper)]
    if protocols:
        lines += ["", "# Protocols: the lead organisation", *protocols]
    if agencies:
        lines += ["", "# Each organisation's own folder", *agencies]
    return "\n".join(lines) + "\n"


def _present_leads(register: Register, protocol: str, lead: str, *, as_of: date) -> tuple[str, ...]:
    """The bodies that answer for the lead of a protocol on a day."""
    folder = register.protocol(protocol) if register.may_tell_of_succession(protocol) else None
    if folder is None:
        return (register.present_organisation(lead),)
    return Identities(folder, register, as_of=as_of).present(lead)


def _line(pattern: str, owners: Sequence[str]) -> str:
    return " ".join((pattern, *owners))


def stale_lines(register: Register, *, as_of: date) -> list[str]:
    """The lines that CODEOWNERS lacks (`+ …`) or has too many (`- …`); empty if the file is up to date."""
    file = register.root / PATH
    present = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    wanted = render_owners(register, as_of=as_of).splitlines()
    if present == wanted:
        return []
    stale = [f"+ {line}" for line in wanted if line not in present]
    stale += [f"- {line}" for line in present if line not in wanted]
    return stale or ["the same lines in another order"]


def keeper_of(root: Path) -> tuple[str, ...]:
    """Who keeps the register: `extra: {register: {keeper: …}}` in mkdocs.yml, one or several. OwnersError without a valid one."""
    return keepers_in(read_bytes(root / "mkdocs.yml") or b"")


def keepers_in(settings: bytes) -> tuple[str, ...]:
    """The same from the text of mkdocs.yml."""
    extra = Source("mkdocs.yml", settings).data.get("extra")
    register = extra.get("register") if isinstance(extra, dict) else None
    given = register.get("keeper") if isinstance(register, dict) else None
    owners = given if isinstance(given, list) else [given] if given else []
    for owner in owners:
        if not isinstance(owner, str) or not (ACCOUNT.match(owner) or MAILBOX.match(owner)):
            raise OwnersError(
                "the keeper in mkdocs.yml is neither an account nor a mailbox",
                "Write '@account', '@organisation/team' or a mailbox.",
            )
    if not owners:
        raise OwnersError(
            "mkdocs.yml names no keeper of the register",
            "Write it under extra, register, keeper: an '@account' or a mailbox.",
        )
    return tuple(owner for owner in owners if isinstance(owner, str))


def owners_of_organisation(register: Register, id_: str, *, as_of: date) -> tuple[str, ...]:
    """Its accounts, or else its contact's mailbox. The folder of a body that has ended belongs to its successors' owners."""
    return tuple(dict.fromkeys(_owners(register, id_, as_of, frozenset())))


def _owners(register: Register, id_: str, as_of: date, seen: frozenset[str]) -> list[str]:
    record = register.organisation(id_)
    if record is None or record.value is None or id_ in seen:
        return []
    value = record.value
    if has_happened(value.dissolved_on, as_of) and value.successors:
        return [
            owner
            for successor in value.successors
            for owner in _owners(register, register.present_organisation(successor), as_of, seen | {id_})
        ]
    accounts = [account for account in value.accounts if ACCOUNT.match(account)]
    if accounts:
        return accounts
    mailbox = value.contact.mailbox if value.contact is not None else None
    return [mailbox] if mailbox is not None and MAILBOX.match(mailbox) else []
