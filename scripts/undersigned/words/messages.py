"""The interface's words in one catalogue (GNU gettext), `messages.pot`: `_()` marks a message, in templates `{% trans %}` too.

English is written where it is shown, so a site in English needs no catalogue.
"""

from __future__ import annotations

from gettext import NullTranslations
from pathlib import Path

from jinja2 import Environment

#: What a translator starts from. `python tests/words/message_catalogue.py` writes it anew.
CATALOGUE = Path(__file__).parent / "messages.pot"
#: The language of the site. Only English is there: no Welsh has been confirmed.
TRANSLATIONS = NullTranslations()


def install(environment: Environment) -> None:
    """Makes `_()` and `{% trans %}` known to templates. Values in a message are escaped; its own markup is not."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_translations(TRANSLATIONS, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it


def translated(text: str) -> str:
    """A text that the catalogue has in the language of the site; any other as it is. Code calls it `_` to mark a message."""
    return TRANSLATIONS.gettext(text)
