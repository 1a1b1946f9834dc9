"""The words of issues, comments and logs: templates and short messages, filled with facts. Facts are made inert here."""

from __future__ import annotations

import json
import re
import textwrap
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from undersigned.changes.owners import NamedOwners
from undersigned.records.fields import Month
from undersigned.register import Register
from undersigned.words.dates import date_in_words, days_in_words, on_in_words
from undersigned.words.form_links import FormLinks, form_links
from undersigned.words.labels import label
from undersigned.words.markdown import fenced, inert, mail_link
from undersigned.words.text import one_line

TEMPLATES = Path(__file__).parent / "templates"
#: Browsers and servers cut or refuse longer addresses.
LONGEST_LINK = 6000
_LONGEST_FACT = 300
_OWNER = re.compile(r"@[A-Za-z0-9-]+(?:/[\w.-]+)?\Z")


def render(template: str, **facts: object) -> str:
    """A Markdown template. Facts come out inert, whatever they hold."""
    return _markdown_environment().get_template(template).render(facts).strip()


def render_plain(template: str, **facts: object) -> str:
    """A template that is not Markdown: a title, a log line, an e-mail or a YAML file."""
    return _plain_environment().get_template(template).render(facts).strip()


def messages(source: str) -> dict[str, dict[str, str]]:
    """The short messages in `<source>.toml`, by table and key."""
    return _toml(source)


def message(source: str, table: str, key: str, /, **facts: object) -> str:
    """One short message as plain text. A date is written in words; other facts must be inert where that matters."""
    values = {name: date_in_words(fact) if isinstance(fact, date | Month) else fact for name, fact in facts.items()}
    return _toml(source)[table][key].format(**values).strip()


@cache
def _toml(source: str) -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = tomllib.loads((TEMPLATES / f"{source}.toml").read_text(encoding="utf-8"))
    return tables


@cache
def _markdown_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=_made_inert,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters |= {
        "fenced": _safe(fenced),
        "mail": _safe(mail_link),
        "date": _safe(date_in_words),
        "when": _safe(on_in_words),
        "days": _safe(days_in_words),
        "mentions": _safe(_mentions),
        "owners": _safe(_owners),
        "code": _safe(_code),
        "label": lambda value, name: label(name, value),
        "letter": _safe(_letter),
    }
    return environment


@cache
def _plain_environment() -> Environment:
    environment = Environment(  # noqa: S701 - what it renders is never read as HTML
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "date": date_in_words,
        "when": on_in_words,
        "days": days_in_words,
        "json": partial(json.dumps, ensure_ascii=False),
    }
    return environment


def _made_inert(value: object) -> object:
    """What a Markdown template writes for a fact: its own markup unchanged, anything else inert."""
    if hasattr(value, "__html__"):
        return value
    if isinstance(value, date | Month):
        return Markup(date_in_words(value))  # noqa: S704 - a date in words
    return Markup(inert(str(value), _LONGEST_FACT))  # noqa: S704 - made inert here


def _safe(make: Callable[..., str]) -> Callable[..., Markup]:
    return lambda *values, **named: Markup(make(*values, **named))  # noqa: S704 - each `make` returns inert Markdown


def _mentions(owners: Sequence[str]) -> str:
    """Owners that GitHub is meant to notify. They come from CODEOWNERS and are checked again here."""
    return " ".join(owner if _OWNER.match(owner) else inert(owner) for owner in owners)


def _owners(owners: NamedOwners) -> str:
    parts = [_mentions(owners.mentions), *(mail_link(mailbox, mailbox) for mailbox in owners.mailboxes)]
    return " ".join(filter(None, parts))


def _letter(letter: tuple[str, str]) -> str:
    """Subject and body of an e-mail as a block of code inside a list item, wrapped so that nobody has to scroll."""
    subject, body = letter
    lines = [textwrap.fill(line, 88, break_long_words=False, break_on_hyphens=False) for line in body.split("\n")]
    return textwrap.indent(fenced("\n".join([subject, "", *lines]), "text"), "  ")


def _code(text: str) -> str:
    """Text for between two backticks of a template."""
    return one_line(text).replace("`", "'")


# -- labels and links -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Label:
    """A label of an issue. `colour` is six hexadecimal digits; `about` has 100 characters at most (GitHub's limit)."""

    name: str
    colour: str
    about: str


@cache
def labels() -> dict[str, Label]:
    """The labels that the jobs set, by the key that code uses."""
    return {key: Label(**label) for key, label in _toml("labels").items()}


@dataclass(frozen=True)
class RepositoryLinks:
    """Addresses in the register's repository. `server` has no slash at its end; `branch` is the published one."""

    server: str
    repository: str
    branch: str

    def page(self, site: str, path: str) -> Markup | None:
        """A page of the published site; None if the register names no site with an https address."""
        site = site.strip()
        if not site.startswith("https://"):
            return None
        return Markup(quote(f"{site.rstrip('/')}/{path}", safe="/:"))  # noqa: S704 - quoted

    def file(self, path: str) -> Markup:
        """GitHub's page for a file."""
        return self._link(f"blob/{quote(self.branch)}/{quote(path)}")

    def compare(self, branch: str) -> Markup:
        """GitHub's page that opens a pull request from `branch` to the published branch."""
        return self._link(f"compare/{quote(self.branch)}...{quote(branch)}?expand=1")

    def new_file(self, path: str, text: str) -> Markup:
        """GitHub's page for a new file with its name and text filled in; without the text if the link gets too long."""
        link = self._link(f"new/{quote(self.branch)}?" + urlencode({"filename": path, "value": text}))
        if len(link) <= LONGEST_LINK:
            return link
        return self._link(f"new/{quote(self.branch)}?" + urlencode({"filename": path}))

    def forms(self, register: Register, *, public: bool = False) -> FormLinks:
        """Where forms can be opened: as the register's settings say, else in this repository.

        `public`: only forms that somebody outside the repository can open.
        """
        known = register.forms
        if known.repository or (public and register.repository_private):
            return known
        return form_links(f"{self.server}/{self.repository}", known.edit)

    def run(self, number: str) -> Markup:
        """GitHub's page for a run of a workflow, where its artefacts are."""
        return self._link(f"actions/runs/{quote(number)}")

    def _link(self, rest: str) -> Markup:
        return Markup(f"{self.server}/{self.repository}/{rest}")  # noqa: S704 - quoted by the callers
