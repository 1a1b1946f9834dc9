"""Addresses that open a form with its first answers filled in: a form of `edit` on its host, or an issue form on GitHub.

GitHub fills in the field of an issue form whose id is a parameter of the address (GitHub Docs, "Creating an issue from a URL
query"). Nothing of the address is read by this program: what somebody sends is judged like any other answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from undersigned.words.text import one_line

#: The file of each issue form, as `jobs/templates/forms.toml` names it.
ISSUE_FORMS: Mapping[str, str] = {
    "signature": "1-record-a-signature.yml",
    "nomination": "2-nominate-an-officer.yml",
    "contact": "3-a-contact-has-changed.yml",
}
#: The forms that only `edit` has, and the field that is part of their address.
_ONLY_EDIT = {"return": "protocol", "confirm": "organisation", "stamp": "protocol"}
_TASKS = (*ISSUE_FORMS, "review")
#: Longest name in an option of a form, in characters.
LONGEST_NAME = 120
#: GitHub answers a longer address with an error (github/docs#5136).
_LONGEST_ADDRESS = 8000


@dataclass(frozen=True)
class Named:
    """A body or a protocol: its id, and the name that lists show."""

    id: str
    name: str

    @property
    def option(self) -> str:
        """How the lists of the issue forms show it."""
        return f"{one_line(self.name, LONGEST_NAME)} ({self.id})"


@dataclass(frozen=True)
class FormLinks:
    """Where forms can be opened. `repository`: its address on GitHub, or "". `edit`: where `edit` is hosted, or ""."""

    repository: str = ""
    edit: str = ""

    def address(self, form: str, answers: Mapping[str, Named | str]) -> str:
        """The address of a form with these answers, by the id of the field; "" where the form cannot be opened.

        A form of `edit` comes first: whoever opens it needs no account at GitHub.
        """
        if self.edit:
            plain = {name: one.id if isinstance(one, Named) else one for name, one in answers.items()}
            if form in _ONLY_EDIT:
                return f"{self.edit}/{form}/{quote(plain[_ONLY_EDIT[form]], safe='')}"
            if form in _TASKS:
                return f"{self.edit}/task/{form}?{urlencode(plain)}"
        if self.repository and form in ISSUE_FORMS:
            shown = {name: one.option if isinstance(one, Named) else one for name, one in answers.items()}
            address = f"{self.repository}/issues/new?{urlencode({'template': ISSUE_FORMS[form], **shown})}"
            return address if len(address) < _LONGEST_ADDRESS else ""
        return ""


def form_links(repository: object, edit: object) -> FormLinks:
    """The same from two settings, of which anything may be wrong: only https addresses count, GitHub's for the repository."""
    github = str(repository or "").strip().rstrip("/")
    hosted = str(edit or "").strip().rstrip("/")
    return FormLinks(
        github if github.startswith("https://github.com/") and github.count("/") == 4 and _is_plain(github) else "",
        hosted if hosted.startswith("https://") and _is_plain(hosted) else "",
    )


def _is_plain(address: str) -> bool:
    return address.isascii() and not set(address) & set(" \"'<>\\?#&")
