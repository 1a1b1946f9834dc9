"""Between two bodies another version may be in force than the one shown: the card says so, and that text has a page."""

from __future__ import annotations

from lxml import html
from lxml.html import HtmlElement

from support import TODAY, register_from
from undersigned.facts.register import RegisterFacts
from undersigned.site.pages import GeneratedPage, PageSet, generated_pages
from undersigned.site.search import kind_of

ONE, TWO = "v1:sha256:" + "ab" * 32, "v1:sha256:" + "cd" * 32
TEXT = """
  title: Housing protocol
  kind: joint-working-protocol
  groups: [{id: homes, title: Those who let homes}]
  parties:
    - {organisation: probation, role: controller}
    - {organisation: council, role: controller, group: homes}
    - {organisation: landlord, role: controller, group: homes}
    - {organisation: charity, role: recipient, signs: no}
  flows:
    - {id: referral, title: Referral, from: [probation], to: [homes], items: [{name: WHAT}]}
"""
RECORDS = (
    f"""
=== protocols/housing/protocol.yaml
status: in-force
publication: public
effective_from: 2025-02-01
{TEXT.replace("WHAT", "New item").replace(chr(10) + "  ", chr(10))}
=== protocols/housing/versions/1.0.yaml
agreed_on: 2025-01-10
change: material
summary: First
fingerprint: "{ONE}"
text:{TEXT.replace("WHAT", "Old item <b>")}
=== protocols/housing/versions/2.0.yaml
agreed_on: 2026-01-10
change: material
summary: Second
fingerprint: "{TWO}"
text:{TEXT.replace("WHAT", "New item")}
"""
    + "".join(
        f"=== signatories/{id_}/organisation.yaml\nname: {id_.title()}\nkind: other\n"
        for id_ in ("probation", "council", "landlord", "charity")
    )
    + "".join(
        f"=== signatories/{id_}/housing.yaml\nsignatures:\n"
        + "".join(
            f'  - {{version: "{version}", fingerprint: "{fingerprint}", signed_on: {year}-02-01, method: electronic}}\n'
            for version, fingerprint, year in signed
        )
        for id_, signed in (
            ("probation", (("1.0", ONE, 2025), ("2.0", TWO, 2026))),
            ("landlord", (("2.0", TWO, 2026),)),
            ("council", (("1.0", ONE, 2025),)),
        )
    )
)


def pages_of(records: str) -> dict[str, GeneratedPage]:
    site = RegisterFacts(register_from(records), as_of=TODAY, sizes={})
    return {page.url: page for page in generated_pages(PageSet(site, "Test"))}


def body(page: GeneratedPage) -> HtmlElement:
    return html.fragment_fromstring(page.body, create_parent="div")


def words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_the_card_says_whom_the_text_does_not_bind() -> None:
    pages = pages_of(RECORDS)
    page, cards = body(pages["protocols/housing/"]), body(pages["protocols/housing/cards/"])
    assert words(page.cssselect(".app-standing")[0]).startswith(
        "In force Version 2.0 is in force between 2 of 3 parties."
    )
    for shown in (
        page.cssselect(".app-standing + .app-notice")[0],
        cards.cssselect(".app-first-side > .app-notice")[0],
    ):
        assert words(shown) == "Version 2.0 does not bind everybody. Council: version 1.0 only."
    receivers = cards.cssselect("#flow-referral tr")[1][1]
    assert words(receivers) == "Those who let homes (Council (version 1.0 only) and Landlord)"
    rows = {words(row[0]): row[1] for row in page.cssselect("table.app-contacts tbody tr")}
    assert words(rows["Council"]) == "Version 1.0"
    assert rows["Council"].cssselect("a")[0].get("href") == "versions/1.0/"
    assert rows["Landlord"].cssselect("a") == []


def test_the_older_text_has_a_page() -> None:
    pages = pages_of(RECORDS)
    older = pages["protocols/housing/versions/1.0/"]
    page = body(older)
    assert older.title == "Version 1.0"
    assert words(page.cssselect("h1")[0]) == "Housing protocol: Version 1.0"
    assert [words(item) for item in page.cssselect("#in-force-between ~ ul")[0]] == [
        "Council (this text only)",
        "Probation",
    ]
    card = words(page.cssselect("#flow-referral")[0])
    assert "Old item <b>" in card
    assert "New item" not in card
    assert "Landlord (version 2.0 only)" in card
    assert 'href="../../../../organisations/council/"' in older.body
    assert pages["protocols/housing/versions/2.0/"].moved_to == "protocols/housing/"  # until another text is shown
    assert kind_of(older.source) == ""  # a search leads to the text of today


def test_a_text_that_binds_all_needs_no_notice_and_the_older_one_stays_readable() -> None:
    all_signed = RECORDS.replace(
        f'  - {{version: "1.0", fingerprint: "{ONE}", signed_on: 2025-02-01, method: electronic}}\n',
        f'  - {{version: "2.0", fingerprint: "{TWO}", signed_on: 2026-02-01, method: electronic}}\n',
    )
    pages = pages_of(all_signed)
    page = body(pages["protocols/housing/cards/"])
    assert page.cssselect(".app-notice") == []
    assert "only)" not in words(page.cssselect("#flow-referral")[0])
    older = body(pages["protocols/housing/versions/1.0/"])
    assert "It is in force between nobody, and is kept as a record." in words(older)
    assert older.cssselect("#in-force-between") == []
    assert "Old item <b>" in words(older.cssselect("#flow-referral")[0])


def test_a_text_that_is_over_is_no_card_to_keep() -> None:
    ended = body(pages_of(RECORDS.replace("status: in-force", "status: superseded"))["protocols/housing/"])
    standing = words(ended.cssselect(".app-standing")[0])
    assert standing == "Superseded Version 2.0. It is in force between no two organisations."
    assert ended.cssselect("table.app-contacts") == []
