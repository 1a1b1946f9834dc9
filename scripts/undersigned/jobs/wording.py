"""The words of issues, comments and logs: templates and a data file, filled with facts. All facts are made inert here."""

from __future__ import annotations

import json
import re
import textwrap
import tomllib
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from undersigned.records.fields import Month
from undersigned.words.dates import date_in_words, days_in_words
from undersigned.words.markdown import fenced, inert, mail_link
from undersigned.words.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from undersigned.changes.owners import NamedOwners

_OWNER = re.compile(r"@[A-Za-z0-9-]+(?:/[\w.-]+)?\Z")
_LONGEST = 300
TEMPLATES = Path(__file__).parent / "templates"


def shown(value: object) -> object:
    """What a template puts into its text: its own words as they are, all else inert."""
    if hasattr(value, "__html__"):
        return value
    if isinstance(value, date | Month):
        return Markup(date_in_words(value))  # noqa: S704 - a day in words
    return Markup(inert(str(value), _LONGEST))  # noqa: S704 - this is where words are made inert


def _safe(maker: Callable[..., str]) -> Callable[..., Markup]:
    return lambda *values, **named: Markup(maker(*values, **named))  # noqa: S704 - its makers give inert Markdown


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters |= {
        "fenced": _safe(fenced),
        "mail": _safe(mail_link),
        "date": _safe(date_in_words),
        "days": _safe(days_in_words),
        "mentions": _safe(_mentions),
        "owners": _safe(_owners),
        "code": _safe(_code),
        "letter": _safe(_letter),
    }
    return environment


def _mentions(mentions: Sequence[str]) -> str:
    """Owners whom we mean to call. CODEOWNERS names them, and their form was judged where it was read."""
    return " ".join(mention if _OWNER.match(mention) else inert(mention) for mention in mentions)


def _owners(owners: NamedOwners) -> str:
    return " ".join(
        filter(None, [_mentions(owners.mentions), *(mail_link(mailbox, mailbox) for mailbox in owners.mailboxes)])
    )


def _letter(letter: tuple[str, str]) -> str:
    """An e-mail's subject and words as a block of text inside an item of a list, in lines that need no scrolling."""
    lines = [textwrap.fill(line, 88, break_long_words=False, break_on_hyphens=False) for line in letter[1].split("\n")]
    return textwrap.indent(fenced("\n".join([letter[0], "", *lines]), "text"), "  ")


def _code(text: str) -> str:
    """What stands between two backticks of the template."""
    return one_line(text).replace("`", "'")


@cache
def _plain_environment() -> Environment:
    """For what is no Markdown: titles, and the words of an e-mail."""
    environment = Environment(  # noqa: S701 - its text is shown as text
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "date": date_in_words,
        "days": days_in_words,
        "json": partial(json.dumps, ensure_ascii=False),
    }
    return environment


def render(template: str, **facts: object) -> str:
    """A template of Markdown. Facts come out inert, whatever they hold."""
    return _environment().get_template(template).render(facts).strip()


def render_plain(template: str, **facts: object) -> str:
    return _plain_environment().get_template(template).render(facts).strip()


@cache
def words() -> dict[str, dict[str, str]]:
    """The short words: titles, labels, lines of the log."""
    found: dict[str, dict[str, str]] = tomllib.loads((TEMPLATES / "words.toml").read_text(encoding="utf-8"))
    return found


def say(part: str, key: str, /, **facts: object) -> str:
    """One short sentence of `words.toml`, as plain text."""
    return words()[part][key].format(
        **{name: date_in_words(v) if isinstance(v, date) else v for name, v in facts.items()}
    )
