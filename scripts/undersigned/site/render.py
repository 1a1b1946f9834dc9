"""Turns facts and a template into HTML. Free of MkDocs.

Templates escape every value. Only `render_prose` gives them HTML made from a record's text.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache, partial
from pathlib import Path
from weakref import WeakKeyDictionary

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from undersigned.facts.flows import Card, LegalReference, group_name, legal_references
from undersigned.facts.outcomes import measure_title
from undersigned.facts.partnerships import numbered
from undersigned.facts.register import RegisterFacts
from undersigned.records.fields import MAILBOX
from undersigned.records.vocabulary import Entry
from undersigned.site.charts import chart
from undersigned.site.html import first_words, render_prose
from undersigned.site.wording import checked_in_words, runs, size_words
from undersigned.words.labels import headings, label
from undersigned.words.messages import after_item, date_message, days_message, install, translated, when_message
from undersigned.words.pictures import PICTURES
from undersigned.words.text import name_of_id, with_capital

TEMPLATES = Path(__file__).parent / "templates"
_WEB_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?(?:/[^\s\"'<>\\]*)?\Z")
#: How many letters of two bodies' cards one side of A4 holds, measured in Chromium on every pair of the example: in type
#: of 10.5 points, and in type of 8.8 points. What does not fit even then is printed in 10.5 points on two sides.
_LETTERS_OF_A_SIDE, _MOST_LETTERS_OF_A_SIDE = 3500, 4700
#: Dates that are kept in words. A national register has a few thousand.
_MOST_DATES = 8192
_NOT_ANCHOR = re.compile(r"[^a-z0-9-]+")


class PageError(Exception):
    """A page could not be made. The message names it."""


def render(site: RegisterFacts, template: str, url: str, values: Mapping[str, object]) -> str:
    """Returns the HTML of the page at `url`, relative to the site's root. PageError, naming the page, if it fails."""
    try:
        return (
            _environment()
            .get_template(template)
            .render(
                site=site,
                as_of=site.as_of,
                link_to=partial(relative, url),
                has_organisation=site.organisation_ids.__contains__,
                present=site.register.present_organisation,
                name_of=site.register.organisation_name,
                protocol_named=lambda id_: site.by_id.get(site.register.present_protocol(id_)),
                **values,
            )
        )
    except Exception as error:
        raise PageError(f"the page {url or 'home'} could not be made: {error}") from error


def compile_templates() -> None:
    """Compiles every template, so that forked processes need not."""
    for name in _environment().list_templates():
        _environment().get_template(name)


@lru_cache(maxsize=8192)
def relative(here: str, there: str) -> str:
    """Returns the relative link from one folder or file of the site to another; both are relative to the site's root."""
    way = posixpath.relpath(there or ".", here or ".")
    return f"{way}/" if there.endswith("/") or not there else way


def followed(address: str, path: str) -> str:
    """The address with which a calendar program follows a file of the site at `address`; "" where the site has none.

    `webcal` is in no standard; Outlook, Apple's and most other programs open it and read over https (IANA, URI schemes).
    """
    whole = f"{address.rstrip('/')}/{path}"
    return f"webcal{whole.removeprefix('https')}" if address and _WEB_ADDRESS.match(whole) else ""


def _law(found: LegalReference) -> str:
    """Returns a provision's title with its reference linked to the text; its id if no vocabulary has it."""
    entry = found.entry
    if entry is None:
        return found.id
    return law_name(entry) + (f" ({entry.confirmation})" if entry.confirmation else "")


#: The HTML of each card on the pages between two bodies. It is the same for every pair and on each of these pages, and a
#: national register has it tens of times.
_CARDS: WeakKeyDictionary[Card, object] = WeakKeyDictionary()


def _made_once(card: Card, make: Callable[[Card], object]) -> object:
    """What a macro makes of a card. `make`: always the same macro."""
    found = _CARDS.get(card)
    if found is None:
        found = _CARDS[card] = make(card)
    return found


def _prose(text: str, level: int = 4, label: str = "") -> Markup:
    """`label`: plain, or a message with values, which is markup already."""
    return render_prose(text, level, label.unescape() if isinstance(label, Markup) else label)


def _listed(items: Iterable[str]) -> Markup:
    """`a, b and c`."""
    found = list(items)
    return Markup("").join(
        Markup("{}{}").format(item, after_item(left))
        for left, item in zip(reversed(range(len(found))), found, strict=True)
    )


def law_name(entry: Entry) -> Markup:
    """Returns the title of a law with its reference, which links to the text at legislation.gov.uk if an Act holds it."""
    if not entry.legislation:
        return escape(entry.title_with_reference)
    link = Markup('<a class="govuk-link" href="{}">{}</a>').format(entry.legislation[0].url, entry.reference)
    return link if entry.title_with_reference == entry.title else Markup("{} ({})").format(entry.title, link)


def word(name: str, key: str) -> str:
    """Returns an entry of one of the lists in `words.html`."""
    words: Mapping[str, str] = vars(_environment().get_template("words.html").module)[name]
    return words[key]


def word_list(name: str) -> tuple[str, ...]:
    """Returns one of the lists in `words.html`."""
    words: tuple[str, ...] = tuple(vars(_environment().get_template("words.html").module)[name])
    return words


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    filters: dict[str, Callable[..., object]] = {
        "date": lru_cache(maxsize=_MOST_DATES)(date_message),
        "when": lru_cache(maxsize=_MOST_DATES)(when_message),
        "days": days_message,
        "size": size_words,
        "followed": followed,
        "prose": _prose,
        "listed": _listed,
        "first_words": first_words,
        "area": name_of_id,
        "runs": runs,
        "group_name": group_name,
        "law": _law,
        "law_name": law_name,
        "legal_references": legal_references,
        "numbered": numbered,
        "made_once": _made_once,
        "checked_in_words": checked_in_words,
        "label": lambda id_, name: translated(label(name, id_)),
        "heading": lambda id_, name: with_capital(translated(label(name, id_))),
        "with_capital": with_capital,
        "anchor": lambda id_: _NOT_ANCHOR.sub("-", id_.lower()),
    }
    install(environment)
    environment.filters.update(filters)
    environment.tests["mailbox"] = lambda text: bool(MAILBOX.match(text))
    environment.tests["long"] = lambda dealing: _LETTERS_OF_A_SIDE < dealing.letters <= _MOST_LETTERS_OF_A_SIDE
    environment.tests["member"] = lambda facts, ids: facts.id in ids
    environment.tests["web_address"] = lambda text: bool(_WEB_ADDRESS.match(text))
    environment.globals.update(
        picture=lambda name: Markup(PICTURES[name]),  # noqa: S704 - our own drawings
        chart=chart,
        measure_title=measure_title,
        headings=headings,
        comma=lambda loop: after_item(loop.revindex0),
    )
    return environment
