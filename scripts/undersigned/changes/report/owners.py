"""Who owns a path, by CODEOWNERS as GitHub reads it, and whether an author is among the owners. Pure: text in, answers out.

Source: GitHub Docs, "About code owners", section "CODEOWNERS syntax" (checked 2026-11-22): patterns as in .gitignore, the last
match wins, case counts, a line with a wrong pattern is skipped; `!`, `[ ]` and an escaped `#` do not work.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

_NO_REPLY = re.compile(
    r"(?:\d+\+)?([A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\[bot\])?)@users\.noreply\.github\.com\Z", re.IGNORECASE
)
_TOKEN = re.compile(r"(?:\\.|[^\s\\])+")
_OWNER = re.compile(r"@[\w.-]+(?:/[\w.-]+)?\Z|[^@\s]+@[^@\s]+\Z")
_MOST_PATTERN, _MOST_STARS = 500, 12

Judgement = Literal["owner", "stranger", "unknown", "team", "nobody"]


class Owners:
    """The rules of one CODEOWNERS file."""

    def __init__(self, text: str) -> None:
        self._rules: list[tuple[re.Pattern[str], tuple[str, ...]]] = []
        for line in text.splitlines():
            words = _words(line)
            if not words:
                continue
            pattern, owners = _compiled(words[0]), tuple(words[1:])
            if pattern is not None and all(_OWNER.match(owner) for owner in owners):
                self._rules.append((pattern, owners))

    def of(self, path: str) -> tuple[str, ...]:
        """The owners of a path from the top of the repository; none where no rule matches or the last one names nobody."""
        return next((owners for pattern, owners in reversed(self._rules) if pattern.match(path)), ())


def judge(owners: Iterable[str], *, email: str | None = None, login: str | None = None) -> Judgement:
    """Whether an author is among the owners. `unknown`: a mailbox and an account cannot be told to be the same; `team`:
    a team is among the owners, and who is in it is not known here; `nobody`: the path has no owner."""
    named = [owner.casefold() for owner in owners]
    if not named:
        return "nobody"
    account = (login or login_of(email or "")).casefold().lstrip("@")
    mailbox = "" if login else (email or "").casefold()
    if (account and f"@{account}" in named) or (mailbox and mailbox in named):
        return "owner"
    if any(owner.startswith("@") and "/" in owner for owner in named):
        return "team"
    # An account is no mailbox's: each can only be told from its like.
    comparable = (
        all(owner.startswith("@") for owner in named) if account else all(not owner.startswith("@") for owner in named)
    )
    return "stranger" if comparable else "unknown"


def login_of(email: str) -> str:
    """The account behind a mailbox of GitHub's own (`id+login@users.noreply.github.com`); empty for any other mailbox."""
    found = _NO_REPLY.match(email)
    return found[1] if found else ""


def _words(line: str) -> list[str]:
    """A line's pattern and owners; what follows a `#` that begins a word is a comment."""
    words: list[str] = []
    for token in _TOKEN.findall(line):
        if token.startswith("#"):
            break
        words.append(re.sub(r"\\(.)", r"\1", token) if not words else token)
    return words


def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern as a regular expression over whole paths; None for what GitHub does not take."""
    if pattern.startswith(("!", "#")) or re.search(r"[\[\]]", pattern) or pattern == "/":
        return None
    if len(pattern) > _MOST_PATTERN or pattern.count("*") > _MOST_STARS:
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
    # A folder's pattern takes all below it. One star after a folder takes its files alone.
    if pattern.endswith("/"):
        out += "/.+"
    elif not pattern.endswith("**") and not (anchored and pattern.endswith("/*")):
        out += "(?:/.*)?"
    return re.compile(out + r"\Z", re.DOTALL)
