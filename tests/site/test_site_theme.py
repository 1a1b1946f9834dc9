"""The vendored style sheet is what was recorded, and bears nothing that is licensed for gov.uk alone."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import undersigned.site.theme as theme
from undersigned.site.vendor import neutralised

ASSETS = Path(theme.__file__).parent / "assets"


def test_the_style_sheet_is_the_recorded_one() -> None:
    record = json.loads((ASSETS / "govuk/VENDOR.json").read_text(encoding="utf-8"))
    assert hashlib.sha256((ASSETS / "govuk/govuk.css").read_bytes()).hexdigest() == record["sha256"]
    assert record["version"] == "6.6.0"
    assert record["integrity"].startswith("sha512-")
    assert "Copyright (c) 2017 Crown Copyright" in (ASSETS / "govuk/LICENSE-govuk-frontend.txt").read_text(
        encoding="utf-8"
    )


def test_no_typeface_or_crest_of_theirs_and_no_other_address() -> None:
    for path in ASSETS.rglob("*.css"):
        css = path.read_text(encoding="utf-8")
        assert "Transport" not in css, path
        assert not re.search(r"@import|sourceMappingURL", css), path
        addresses = re.findall(r"url\(([^)]*)\)", css)
        assert all(re.fullmatch(r"fonts/[a-z-]+\.woff2", address) for address in addresses), path
        assert all((path.parent / address).read_bytes().startswith(b"wOF2") for address in addresses), path
    assert "SIL Open Font License" in (ASSETS / "fonts/LICENSE-atkinson-hyperlegible-next.txt").read_text(
        encoding="utf-8"
    )


def test_neutralising_takes_out_what_is_theirs() -> None:
    css = (
        "a{color:red}/*! Copyright (c) 2011 by Margaret Calvert & Henrik Kubel. */@font-face{font-family:GDS Transport;src:url(/x)}"
        ".b{font-family:GDS Transport,arial,sans-serif;background:url(/assets/images/govuk-crest.svg)}/*# sourceMappingURL=x */\n"
    )
    assert neutralised(css) == "a{color:red}.b{font-family:arial,sans-serif;background:none}"


def test_templates_hold_no_script_and_no_inline_style() -> None:
    folders = (Path(theme.__file__).parent, Path(theme.__file__).parents[1] / "templates")
    found = [path for folder in folders for path in folder.rglob("*.html")]
    assert len(found) > 15
    for path in found:
        text = path.read_text(encoding="utf-8")
        if path.name in ("search.html", "base.html") and path.parent.name == "theme":
            own = "'assets/search.js'" if path.stem == "search" else "('assets/' ~ page.meta.script)"
            text = text.replace(f"""<script type="module" src="{{{{ {own}|url }}}}"></script>""", "")
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", text), path
        if path.parent.name == "templates":
            assert "|safe" not in text, path


def test_a_table_that_cannot_be_scrolled_breaks_long_words_on_a_phone() -> None:
    """Seen in Chromium at 320 pixels: without this a word of 27 letters makes the page of a protocol 356 pixels wide."""
    css = (ASSETS / "site.css").read_text(encoding="utf-8")
    assert (
        "(max-width: 40em) { .govuk-table:not(.app-scroll .govuk-table) :is(th, td) { overflow-wrap: anywhere; }" in css
    )
