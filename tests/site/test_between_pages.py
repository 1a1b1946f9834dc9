"""The pages for two bodies: one for each body, and a place in it for each other."""

from __future__ import annotations

import json
from pathlib import Path

from lxml import html


def page(site: Path, address: str) -> html.HtmlElement:
    return html.document_fromstring((site / address / "index.html").read_bytes())


def test_three_clicks_lead_from_the_front_page_to_the_answer(shipped_site: Path) -> None:
    mine = "between/staffordshire-probation/"
    assert any(link.get("href", "").startswith(mine) for link in page(shipped_site, "").iterfind(".//main//a"))
    found = page(shipped_site, mine)
    (chosen,) = (link for link in found.iterfind(".//nav//a") if link.text == "Brackenford Borough Council")
    (place,) = found.xpath(f"//*[@id={chosen.get('href')[1:]!r}]")
    words = " ".join(place.getparent().text_content().split())
    for needed in (
        "brackenford-housing@example.org",
        "Out of hours: Emergency duty officer, 01632 960002",
        "until the practitioner has asked the MAPPA co-ordinator",
        "Level of risk: by Fuller referral from probation and the prison",
        "Ask the person first",
        "Only in an emergency",
        "They may tell you",
    ):
        assert needed in words


def test_both_ways_are_listed_with_what_forbids_a_card_before_any_card(shipped_site: Path) -> None:
    found = page(shipped_site, "between/kilnbrook-housing-association/")
    dealing = found.get_element_by_id("with-staffordshire-probation").getparent()
    (ways,) = dealing.xpath("./dl")
    assert [" ".join(item.text_content().split()) for item in ways.iterfind(".//li")] == [
        "A landlord's reply and the outcome",
        "Early warning to probation that a tenancy is in trouble",
        "Quarterly figures",
        "Referral to a registered landlord. The person must consent: consent is a lawful basis",
        "Emergency warning to a council or landlord. Only in an emergency",
    ]
    assert dealing.index(ways) < dealing.index(dealing.find_class("app-ways")[0])


def test_where_nothing_binds_the_page_says_what_to_do(shipped_site: Path) -> None:
    found = page(shipped_site, "between/staffordshire-probation/")
    words = " ".join(found.get_element_by_id("with-thornbeck-north").getparent().text_content().split())
    assert "No text in force lets you share with this body." in words
    assert "Not in force between you: Staffordshire Housing Protocol" in words
    rest = " ".join(found.find_class("app-without")[0].text_content().split())
    assert "do not wait for a protocol" in rest
    assert (shipped_site / "guidance/sharing/can-i-share/no-protocol/index.html").exists()


def test_there_is_a_page_for_each_body_and_none_for_each_pair(shipped_site: Path) -> None:
    bodies = [path for path in (shipped_site / "between").iterdir() if path.is_dir()]
    assert 20 < len(bodies) < 30
    assert not [path for body in bodies for path in body.iterdir() if path.is_dir()]


def test_organisations_lead_to_it(shipped_site: Path) -> None:
    links = [
        link.get("href", "") for link in page(shipped_site, "organisations/longstile-resettlement").iterfind(".//a")
    ]
    assert any(
        "between/longstile-resettlement/" in link and link.endswith("#with-staffordshire-probation") for link in links
    )


def test_the_data_says_the_same(shipped_site: Path) -> None:
    data = json.loads((shipped_site / "api/v1/organisations/longstile-resettlement.json").read_text())
    (entry,) = (entry for entry in data["between"] if "staffordshire-probation" in entry["with"])
    assert [card["flow"] for card in entry["told"]] == ["contracted-referral"]
    assert {condition["kind"] for condition in entry["told"][0]["conditions"]} == {"mappa", "consent"}
    assert [(one["flow"], one["by"]) for one in entry["reserved"]] == [("tenancy-warning", "longstile-resettlement")]


def test_data_of_examples_says_so(shipped_site: Path) -> None:
    for path in (
        "register.json",
        "protocols/duty-to-refer-protocol.json",
        "organisations/staffordshire-probation.json",
    ):
        assert json.loads((shipped_site / "api/v1" / path).read_text())["example"] is True
