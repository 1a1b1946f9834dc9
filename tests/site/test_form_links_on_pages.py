"""The page of an organisation leads to forms that have the body, the protocol and the version filled in."""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from support import TODAY, copy_of_the_example
from undersigned.facts.register import RegisterFacts
from undersigned.register import load_register
from undersigned.site.pages import PageSet, organisation_page

GITHUB = "https://github.com/example-council/register"


def addresses(folder: Path, settings: str) -> list[str]:
    """Every address of a form on the pages of the organisations."""
    file = copy_of_the_example(folder) / "mkdocs.yml"
    file.write_text(settings + re.sub(r"(?m)^repo_url:.*\n", "", file.read_text()))
    site = RegisterFacts(load_register(folder), as_of=TODAY)
    pages = PageSet(site, "A register")
    bodies = "".join(organisation_page(pages, one).body for one in site.organisations)
    assert "{{" not in bodies
    found = re.findall(r'href="(https://(?:github\.com|edit\.example)[^"]*)"', bodies)
    return [html.unescape(one) for one in found]


def test_each_signature_that_is_owed_has_its_form_on_github(tmp_path: Path) -> None:
    found = [parse_qs(urlsplit(one).query) for one in addresses(tmp_path, f"repo_url: {GITHUB}\n")]
    signatures = [one for one in found if one["template"] == ["1-record-a-signature.yml"]]
    assert signatures
    assert all(one["version"] and one["protocol"] and one["organisation"] for one in signatures)
    assert any(one["template"] == ["3-a-contact-has-changed.yml"] for one in found)


def test_a_host_of_edit_comes_before_github(tmp_path: Path) -> None:
    settings = f"repo_url: {GITHUB}\n"
    file = copy_of_the_example(tmp_path) / "mkdocs.yml"
    file.write_text(
        settings
        + file.read_text().replace("  register:\n", "  register:\n    edit_url: https://edit.example.org/\n", 1)
    )
    site = RegisterFacts(load_register(tmp_path), as_of=TODAY)
    bodies = "".join(organisation_page(PageSet(site, "A register"), one).body for one in site.organisations)
    assert "https://edit.example.org/confirm/" in bodies
    assert "https://edit.example.org/task/signature?organisation=" in bodies
    assert "issues/new" not in bodies


@pytest.mark.parametrize("settings", ["", "repo_url: javascript:alert(1)\n"])
def test_without_a_place_for_forms_a_page_has_no_such_link(tmp_path: Path, settings: str) -> None:
    assert addresses(tmp_path, settings) == []
