"""The interface's words in one catalogue (GNU gettext), `messages.pot`: `_()` marks a message, in templates `{% trans %}` too.

Dates are messages as well, each with the name of its month and with its preposition: a preposition changes the first letter
of what follows it in Welsh, and the months differ in it.

English is written where it is shown, so a site in English needs no catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from gettext import NullTranslations
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from undersigned.records.fields import MONTHS, Month

#: What a translator starts from. `python tests/words/message_catalogue.py` writes it anew.
CATALOGUE = Path(__file__).parent / "messages.pot"
#: The language of the site. Only English is there: no Welsh has been confirmed.
TRANSLATIONS = NullTranslations()
_DAY, _ON_DAY, _MONTH, _IN_MONTH = "%(day)s {} %(year)s", "on %(day)s {} %(year)s", "{} %(year)s", "in {} %(year)s"


def install(environment: Environment) -> None:
    """Makes `_()` and `{% trans %}` known to templates. Values in a message are escaped; its own markup is not.

    Jinja's own functions ask for the translation and make markup of it each time, which a large site does a million times.
    """
    environment.add_extension("jinja2.ext.i18n")
    environment.newstyle_gettext = True  # type: ignore[attr-defined]  # the extension adds it: values are given with the message
    made = Markup if environment.autoescape else str
    known: dict[str, str] = {}

    def gettext(text: str, /, **values: object) -> str:
        if values:
            return made(TRANSLATIONS.gettext(text)) % values
        return known.get(text) or known.setdefault(text, made(TRANSLATIONS.gettext(text) % values))

    def ngettext(one: str, several: str, number: int, /, **values: object) -> str:
        return made(TRANSLATIONS.ngettext(one, several, number)) % values

    environment.globals.update(_=gettext, gettext=gettext, ngettext=ngettext)


def translated(text: str) -> str:
    """A text that the catalogue has in the language of the site; any other as it is. Code calls it `_` to mark a message."""
    return TRANSLATIONS.gettext(text)


def message(text: str) -> str:
    """Marks a message that is translated where it is shown, by `translated`. Returns it as it is."""
    return text


def counted(one: str, several: str, number: int) -> str:
    """The message for `number` things, in which `%(number)s` is the number."""
    return TRANSLATIONS.ngettext(one, several, number) % {"number": f"{number:,}"}


def days_message(days: int) -> str:
    """`1 day`, `40 days` or `1,100 days`. Drops the sign."""
    return counted("%(number)s day", "%(number)s days", abs(days))


def date_message(when: date | Month | None) -> str:
    """`1 April 2024`, or `May 2004` where only the month is known. Empty for None."""
    return "" if when is None else _dated(_MONTH if isinstance(when, Month) else _DAY, when)


def when_message(when: date | Month | None) -> str:
    """`on 1 April 2024`, or `in May 2004` if only the month is known. Empty for None."""
    return "" if when is None else _dated(_IN_MONTH if isinstance(when, Month) else _ON_DAY, when)


def _dated(form: str, when: date | Month) -> str:
    day = "" if isinstance(when, Month) else when.day
    return translated(form.format(MONTHS[when.month - 1])) % {"day": day, "year": when.year}


def date_messages() -> Iterator[str]:
    """The messages of dates."""
    for form in (_DAY, _ON_DAY, _MONTH, _IN_MONTH):
        yield from (form.format(month) for month in MONTHS)


def after_item(left: int) -> str:
    """What follows an item of a list when `left` more items follow it: a comma, or what stands between the last two."""
    if left > 1:
        return ", "
    return "" if not left else translated("%(first)s and %(last)s").split("%(first)s")[-1].split("%(last)s")[0]
