"""Addresses that open forms with their first answers filled in."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from undersigned.edit.tasks import tasks
from undersigned.jobs.form_definitions import forms
from undersigned.words.form_links import ISSUE_FORMS, FormLinks, Named, form_links

ANSWERS: dict[str, Named | str] = {
    "organisation": Named("brackenford", "Brackenford & District <Council>"),
    "protocol": Named("housing", "Housing: 50% of us?"),
    "version": "2.0",
}
GITHUB = "https://github.com/example-council/register"


def test_an_issue_form_is_opened_with_the_words_that_its_lists_show() -> None:
    address = FormLinks(GITHUB).address("signature", ANSWERS)
    assert address.startswith(f"{GITHUB}/issues/new?")
    assert not set(address) & set(" <>\"'")
    assert {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()} == {
        "template": "1-record-a-signature.yml",
        "organisation": "Brackenford & District <Council> (brackenford)",
        "protocol": "Housing: 50% of us? (housing)",
        "version": "2.0",
    }


def test_a_hosted_form_comes_first_and_is_opened_with_ids() -> None:
    links = FormLinks(GITHUB, "https://edit.example.org")
    assert links.address("signature", ANSWERS) == (
        "https://edit.example.org/task/signature?organisation=brackenford&protocol=housing&version=2.0"
    )
    assert links.address("return", ANSWERS) == "https://edit.example.org/return/housing"
    assert links.address("confirm", ANSWERS) == "https://edit.example.org/confirm/brackenford"


def test_without_a_place_there_is_no_address() -> None:
    assert FormLinks().address("signature", ANSWERS) == ""
    assert FormLinks(GITHUB).address("return", ANSWERS) == ""


@pytest.mark.parametrize("form", sorted(ISSUE_FORMS))
def test_the_forms_are_those_that_there_are(form: str) -> None:
    assert ISSUE_FORMS[form] == forms().forms[form].file
    fields = {field.id for field in tasks()[form].fields}
    assert {"organisation"} <= fields
    if form != "contact":
        assert "protocol" in fields


@pytest.mark.parametrize(
    ("repository", "edit"),
    [
        ("https://gitlab.com/a/b", "http://edit.example.org"),
        ("https://github.com/a", "javascript:alert(1)"),
        ('https://github.com/a/b"onclick="x', "https://edit.example.org/?next=x"),
        (None, None),
        (["https://github.com/a/b"], {"a": 1}),
    ],
)
def test_only_plain_https_addresses_count(repository: object, edit: object) -> None:
    assert form_links(repository, edit) == FormLinks()
