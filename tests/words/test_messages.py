"""The catalogue of messages has every word of the templates that are marked, and a translation reaches the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from gettext import NullTranslations
from pathlib import Path

import pytest
from jinja2 import Environment
from lxml import html
from message_catalogue import SITE, catalogue, marked

from support import TODAY, register_from
from undersigned.facts.register import RegisterFacts
from undersigned.records.fields import Month
from undersigned.records.vocabulary import vocabulary
from undersigned.site import render
from undersigned.site.pages import PageSet, generated_pages
from undersigned.words import messages
from undersigned.words.dates import date_in_words, on_in_words

#: Every template of the site: none may show words that no message holds.
MARKED = tuple(sorted(SITE.rglob("*.html")))
_MARKED = re.compile(r"{% trans.*?{% endtrans %}|(?<!\w)_\((?:\"[^\"]*\"|'[^']*')(?=[,)])", re.DOTALL)
_READ_ATTRIBUTE = re.compile(
    r"\b(?:aria-label|title|alt|placeholder|data-(?:one|none|many|part|failed|waiting|shown))=\"([^\"]*)\""
)


def unmarked(template: str) -> Iterator[str]:
    """The words that a reader sees and that no message holds: in the text, and in attributes that are read out."""
    text = _MARKED.sub("", template)
    text = re.sub(r"{#.*?#}", "", text, flags=re.DOTALL)
    for inside in re.findall(r"{[{%](.*?)[%}]}", text, re.DOTALL):
        for _quote, string in re.findall(r"([\"'])(.*?)\1", inside):
            is_piece = re.search(r"^\s.*\w|\w.*\s$", string)
            if (re.match(r"[A-Z]\w+|\w+ \w+", string) or is_piece) and not string.strip().startswith(
                ("govuk-", "app-")
            ):
                yield string
    text = re.sub(r"{{.*?}}|{%.*?%}", "", text, flags=re.DOTALL)
    for attribute in _READ_ATTRIBUTE.findall(text):
        yield from re.findall(r"[A-Za-z]{2,}[^\"]*", attribute)
    yield from (words.strip() for words in re.findall(r"[^<>]*[A-Za-z]{2,}[^<>]*", re.sub(r"<[^<>]*>", "<>", text)))


def test_the_catalogue_is_what_templates_and_code_mark() -> None:
    assert messages.CATALOGUE.read_text(encoding="utf-8") == catalogue(), "run: python tests/words/message_catalogue.py"


@pytest.mark.parametrize("template", MARKED, ids=lambda path: path.name)
def test_a_marked_template_has_no_words_outside_messages(template: Path) -> None:
    assert list(unmarked(template.read_text(encoding="utf-8"))) == []


def test_what_no_message_holds_is_found() -> None:
    for line, found in (
        ("<p>Hello {{ name }}</p>", "Hello"),
        ('<p aria-label="Main">{{ _("Yes") }}</p>', "Main"),
        ("{{ 'No such page' if x }}", "No such page"),
        ('{{ _("Or") }} write to {{ whom }}', "write to"),
        ("{{ first ~ ' of ' ~ last }}", " of "),
    ):
        assert list(unmarked(line)) == [found]
    assert (
        list(unmarked('<a href="{{ url }}" class="govuk-link">{% trans a=a %}Write to {{ a }}.{% endtrans %}</a>'))
        == []
    )


def test_a_message_is_whole() -> None:
    """Welsh changes the first letters of words after others, so a message neither begins nor ends inside a sentence."""
    for file, message in marked():
        for text in message:
            assert text == text.strip(), f"{file}: {text!r}"
            assert not text.startswith((",", ".", ";", ")")), f"{file}: {text!r}"


class _MadeUp(NullTranslations):
    """No language: every message between brackets."""

    def gettext(self, message: str) -> str:
        return f"[[{message}]]"

    def ngettext(self, one: str, several: str, n: int) -> str:
        return f"[[{one if n == 1 else several}]]"


def test_a_translation_reaches_the_pages_for_the_people_concerned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "TRANSLATIONS", _MadeUp())
    render._environment.cache_clear()
    try:
        site = RegisterFacts(register_from("=== signatories/a/organisation.yaml\nname: A\nkind: other\n"), as_of=TODAY)
        (page,) = (page for page in generated_pages(PageSet(site, "Test")) if page.url == "you/")
    finally:
        render._environment.cache_clear()
    text = html.fragment_fromstring(page.body, "div").text_content()
    assert "[[Where do you live?]]" in text
    ours = {sentence for entry in vocabulary().people_sentences.values() for sentence in (entry.title, *entry.say)}
    left = [line.strip() for line in re.sub(r"\[\[.*?\]\]", "", text).splitlines() if line.strip()]
    assert set(left) <= ours


@pytest.mark.parametrize("when", [date(2026, 5, 1), date(2004, 12, 31), Month(2004, 5), None])
def test_a_date_is_one_message_with_its_preposition(when: date | Month | None) -> None:
    assert messages.date_message(when) == date_in_words(when)
    assert messages.when_message(when) == on_in_words(when)
    assert {"on %(day)s May %(year)s", "in May %(year)s"} <= {*messages.date_messages()}


def test_days_have_a_form_for_one_and_for_several() -> None:
    assert [messages.days_message(days) for days in (1, -1, 0, 1100)] == ["1 day", "1 day", "0 days", "1,100 days"]


def test_a_value_in_a_message_is_escaped_and_the_message_is_not() -> None:
    environment = Environment(autoescape=True)
    messages.install(environment)
    template = environment.from_string("{% trans name=name %}<b>With</b> {{ name }}{% endtrans %}")
    assert template.render(name="<i>%(x)s") == "<b>With</b> &lt;i&gt;%(x)s"
