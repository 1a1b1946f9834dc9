"""Whom CODEOWNERS names for a record, by what can be done with each: accounts are assigned, teams called, mailboxes shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from undersigned.changes.report.owners import Owners
from undersigned.github.inert import is_mailbox

#: Where GitHub looks, in its order.
PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_LOGIN = re.compile(r"@[A-Za-z0-9][A-Za-z0-9-]{0,38}\Z")
_TEAM = re.compile(r"@[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9][\w.-]{0,99}\Z")


@dataclass(frozen=True)
class NamedOwners:
    """The owners of a file: accounts and teams with their @, mailboxes without. What is none of these is left out."""

    accounts: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()

    @property
    def mentions(self) -> tuple[str, ...]:
        return (*self.accounts, *self.teams)


def read_owners(root: Path) -> Owners:
    """The first CODEOWNERS there is; an empty one where there is none."""
    found = next((root / place for place in PLACES if (root / place).is_file()), None)
    return Owners(found.read_text(encoding="utf-8", errors="replace") if found is not None else "")


def named_owners(path: str, owners: Owners) -> NamedOwners:
    """Those whom the last line that fits a path names."""
    words = owners.of(path)
    return NamedOwners(
        tuple(word for word in words if _LOGIN.match(word)),
        tuple(word for word in words if _TEAM.match(word)),
        tuple(word for word in words if is_mailbox(word)),
    )
