"""What the pages say: which text, what is never said of a restricted protocol, and where old addresses lead."""

from __future__ import annotations

from pathlib import Path

from lxml import html
from lxml.html import HtmlElement
from site_registers import SOUND, WITHHELD

from support import TODAY, register_from, site_of_protocol
from undersigned.facts.register import RegisterFacts
from undersigned.site.pages import PageSet, generated_pages
from undersigned.site.render import relative


def page(site: Path, name: str) -> HtmlElement:
    return html.document_fromstring((site / name / "index.html").read_bytes())


def headings(element: HtmlElement, level: int) -> list[str]:
    return [" ".join(heading.text_content().split()) for heading in element.cssselect(f"main h{level}")]


def test_the_front_page_is_an_overview_of_the_others(sound_site: Path) -> None:
    front = page(sound_site, "protocols/housing")
    assert headings(front, 2) == [
        "What may be shared",
        "In force between whom, and whom to contact",
        "What is due",
        "What changed last",
        "About this protocol",
        "The text",
        "Forms and letters",
        "Downloads",
    ]
    parts = ["cards", "text", "forms", "signatures", "versions", "reviews"]
    assert front.xpath("//nav[@aria-label='Pages of this protocol']//a/@href") == [
        f"{part}/index.html" for part in parts
    ]
    for part in parts:
        below = page(sound_site, f"protocols/housing/{part}")
        assert below.cssselect("h1")[0].text_content().startswith("Housing protocol: ")
        assert len(below.xpath("//nav[@aria-label='Pages of this protocol']//a")) == len(parts)


def test_the_front_page_of_a_long_protocol_is_short(shipped_site: Path) -> None:
    words = page(shipped_site, "protocols/staffordshire-housing-protocol").cssselect("main")[0].text_content().split()
    assert len(words) < 1500


def test_cards_are_listed_by_sender(sound_site: Path) -> None:
    front = page(sound_site, "protocols/alcohol")
    found = [
        (" ".join(group.text_content().split()), [" ".join(item.text_content().split()) for item in group.getnext()])
        for group in front.cssselect(".app-glance__from")
    ]
    assert found == [
        ("From Probation", ["1. Attendance To County Council"]),
        ("From County Council", ["2. Outcome To Probation", "3. Alarm To Probation, in an emergency only"]),
    ]


#: What stood on the long page of the housing protocol, by the page where it is now; empty for the front page.
PLACES = {
    "cards": ["flow-referral", "group-homes"],
    "text": [
        "text",
        "clause-accuracy",
        "law-1",
        "amendment",
        "prepared-flow-referral",
        "prepared-law-1",
        "prepared-group-homes",
    ],
    "forms": ["form-referral-form"],
    "signatures": ["signatures"],
    "versions": ["versions"],
    "reviews": ["reviews"],
    "": ["what-may-be-shared", "in-force-between", "about", "outcomes", "downloads"],
}


def test_an_old_place_leads_to_where_it_is_now(sound_site: Path) -> None:
    """The front page has a target of every old name: what is there still, or a link, which `moved.js` follows."""
    front = page(sound_site, "protocols/housing")
    for part, names in PLACES.items():
        below = page(sound_site, f"protocols/housing/{part}") if part else front
        for name in names:
            (there,) = front.xpath(f"//*[@id='{name}']")
            if not part:
                assert there.tag != "a", name
                continue
            address, _, place = there.get("href").partition("#")
            assert (there.tag, address) == ("a", f"{part}/index.html"), name
            assert place in (name, ""), name
            assert not place or below.get_element_by_id(place) is not None
            assert place or name == part


def test_the_card_says_what_with_whom_how_and_by_when(sound_site: Path) -> None:
    card = page(sound_site, "protocols/housing/cards").cssselect("#flow-referral")[0]
    rows = {row[0].text_content().strip(): " ".join(row[1].text_content().split()) for row in card.cssselect("tr")}
    assert rows["From"] == "Probation"
    assert rows["To"] == "Those who let homes (County Council and Landlord (not bound))"
    assert rows["May be shared"] == "Risk level"
    assert rows["By when"] == "Within 5 working days"


def test_the_text_in_force_is_shown_and_the_prepared_one_only_beside_it(sound_site: Path) -> None:
    main = page(sound_site, "protocols/housing/text").cssselect("main")[0].text_content()
    agreed, prepared = (main.index("The agreed wording of accuracy."), main.index("The prepared wording of accuracy."))
    assert main.index("This is version 1.0.") < agreed < main.rindex("Amendment being prepared") < prepared
    assert "Support needs" not in main[: main.rindex("Amendment being prepared")]
    front = page(sound_site, "protocols/housing").cssselect("main")[0].text_content()
    assert "An amendment is being prepared." in front
    assert "Support needs" not in front


def test_it_names_those_between_whom_it_is_in_force(sound_site: Path) -> None:
    table = page(sound_site, "protocols/housing").xpath("//table[caption[contains(., 'Who is bound')]]")[0]
    bound = [[" ".join(cell.text_content().split()) for cell in row[:2]] for row in table.cssselect("tbody tr")]
    assert bound == [["County Council", "Version 1.0"], ["Landlord", "Not bound"], ["Probation", "Version 1.0"]]
    assert [link.text for link in table.cssselect("th a")] == ["County Council", "Landlord", "Probation"]


def test_contacts_are_posts_and_mailboxes(sound_site: Path) -> None:
    links = page(sound_site, "protocols/housing").xpath("//a[starts-with(@href, 'mailto:')]/@href")
    assert links == ["mailto:housing@example.org", "mailto:duty@example.org", "mailto:probation@example.org"]


def test_signatures_with_copy_outstanding_reservation_and_waiting(sound_site: Path) -> None:
    table = page(sound_site, "protocols/housing/signatures").xpath(
        "//table[caption[contains(., 'each signature stands')]]"
    )[0]
    rows = [" ".join(row.text_content().split()) for row in table.cssselect("tbody tr")]
    assert "Paper copy not back, 659 days after signing" in rows[0]
    assert "Reserves “Referral for housing”: Not at weekends (accepted on 3 February 2025)" in rows[0]
    assert "Sent, not yet signed" in rows[1]
    assert "Copies sent 52 days ago" in rows[1]


def test_a_draft_says_so(sound_site: Path) -> None:
    main = page(sound_site, "protocols/alcohol").cssselect("main")[0].text_content()
    assert "This is a draft." in main
    assert "Full text: working draft" in main
    assert "no text is in force between any two organisations" in main


def test_a_superseded_one_says_what_replaced_it(sound_site: Path) -> None:
    main = page(sound_site, "protocols/old-housing")
    assert main.xpath("//main//p[contains(., 'replaced by')]/a/@href") == ["../housing/index.html"]
    assert "From May 2004" in " ".join(main.cssselect("dl")[0].text_content().split())


def test_downloads_tell_type_and_size(sound_site: Path) -> None:
    links = [link.text for link in site_of_protocol(sound_site, "housing").xpath(".//a[@download]")]
    assert links == [
        "Housing protocol, version 1.0 (PDF, 123 kB)",
        "Housing protocol, version 1.0 (Word (DOCX), 64 kB)",
        "Referral form (PDF, 1 kB)",
    ]


def test_a_restricted_protocol_is_title_parties_and_dates(sound_site: Path) -> None:
    main = page(sound_site, "protocols/danger").cssselect("main")[0]
    text = " ".join(main.text_content().split())
    assert "Danger protocol" in text
    assert "County Council" in text
    assert "1 March 2025" in text
    for path in sound_site.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert WITHHELD.encode() not in content, path
            assert b"5e5e5e5e" not in content, path


def test_examples_are_marked(sound_site: Path, hostile_site: Path) -> None:
    assert "Examples only." in page(sound_site, "protocols/housing").text_content()
    assert "Examples only." not in page(hostile_site, "protocols/p").text_content()


def test_an_old_address_leads_on(sound_site: Path) -> None:
    for old, new in (
        ("protocols/homes", "../housing/index.html"),
        ("organisations/probation-area", "../probation/index.html"),
    ):
        moved = page(sound_site, old)
        assert moved.xpath("//meta[@http-equiv='refresh']/@content") == [f"0; url={new}"]
        assert moved.xpath("//link[@rel='canonical']/@href") == [new]
        assert moved.xpath("//meta[@name='robots']/@content") == ["noindex"]
        assert moved.xpath("//main//a/@href") == [new]
    assert (sound_site / "calendars/protocols/homes.ics").is_file()
    assert (sound_site / "api/v1/protocols/homes.json").is_file()


def test_the_organisation_page_says_what_it_owes(sound_site: Path) -> None:
    council = " ".join(page(sound_site, "organisations/county-council").text_content().split())
    assert "A signed paper copy to the lead: Housing protocol (659 days after signing)" in council
    landlord = " ".join(page(sound_site, "organisations/landlord").text_content().split())
    assert "A signature: Housing protocol (sent, not yet signed: copies sent 52 days ago)" in landlord
    assert "This body ended in May 2014." in page(sound_site, "organisations/old-trust").text_content()


def test_the_list_of_organisations_says_what_is_in_force_for_each(sound_site: Path) -> None:
    found = {
        row.cssselect("th a")[0].text_content(): [" ".join(cell.text_content().split()) for cell in row]
        for row in page(sound_site, "organisations").cssselect("table.app-list tbody tr")
    }
    assert found["County Council"][1:] == ["Stoke on Trent", "1 of 3 protocols"]
    assert found["Landlord"][2] == "0 of 1 protocol Signature owed"
    assert found["Old Trust"] == ["Old Trust Ended in May 2014", "None stated", "None"]


def test_every_rule_has_a_page(sound_site: Path) -> None:
    from undersigned.checks.engine import rules

    lists = [page(sound_site, "rules"), *(page(sound_site, f"lists/rules/page-{number}") for number in (2, 3))]
    listed = [href.rpartition("rules/")[2] for one in lists for href in one.xpath("//main//li/p/a/@href")]
    assert listed == [f"{code}/index.html" for code in sorted(rules())]
    for code in rules():
        assert (sound_site / "rules" / code / "index.html").is_file()


def test_pages_speak_of_the_day_asked_for() -> None:
    site = RegisterFacts(
        register_from("=== signatories/" + SOUND.partition("=== signatories/")[2]),
        as_of=TODAY.replace(year=2025, month=1, day=15),
    )
    body = {made.source: made.body for made in generated_pages(PageSet(site, "Test"))}["protocols/housing/index.md"]
    assert "Agreed, not yet in force." in body
    assert "Reviewed on" not in body


def test_ways_between_pages_are_relative() -> None:
    assert relative("protocols/x/", "organisations/y/") == "../../organisations/y/"
    assert relative("protocols/", "protocols/x/") == "x/"
    assert relative("", "feed.xml") == "feed.xml"
    assert relative("protocols/x/", "") == "../../"
