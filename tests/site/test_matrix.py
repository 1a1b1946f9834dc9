"""Who has an agreement with whom: what is in force between two bodies, what is not, and what is never told."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html
from lxml.html import HtmlElement
from site_registers import SOUND

from support import TODAY, register_from
from undersigned.facts.partnerships import Binding, Numbered, Pair, numbered
from undersigned.facts.register import RegisterFacts
from undersigned.site.pages import GeneratedPage, PageSet, generated_pages

RECORDS = "=== signatories/" + SOUND.partition("=== signatories/")[2]


def site_of(text: str) -> RegisterFacts:
    return RegisterFacts(register_from(text), as_of=TODAY)


def pages_of(site: RegisterFacts) -> dict[str, GeneratedPage]:
    return {page.url: page for page in generated_pages(PageSet(site, "Test"))}


def ids(pair: Pair | None) -> tuple[list[str], list[str], list[str], list[str]]:
    assert pair is not None
    lists = (pair.in_force, pair.frameworks, pair.not_in_force, pair.restricted)
    in_force, frameworks, not_in_force, restricted = ([b.protocol.id for b in found] for found in lists)
    return in_force, frameworks, not_in_force, restricted


def words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def large(bodies: int, *, area: str = "north", parties: int | None = None) -> str:
    """A register of so many bodies, all party to one protocol, or only the first `parties` of them."""
    text = "".join(
        f"=== signatories/b{n:03}/organisation.yaml\nname: Body {n:03}\nkind: other\n" for n in range(bodies)
    )
    listed = ", ".join(f"{{organisation: b{n:03}}}" for n in range(bodies if parties is None else parties))
    return text + (
        f"=== protocols/p/protocol.yaml\ntitle: P\nkind: disclosure-agreement\nstatus: draft\n"
        f"publication: public\nareas: [{area}, Not An Id]\nparties: [{listed}]\n"
    )


def test_a_pair_has_what_is_in_force_what_is_not_and_what_is_restricted() -> None:
    partnerships = site_of(RECORDS).partnerships
    pair = partnerships.pair("probation", "county-council")
    assert ids(pair) == (["housing"], [], ["alcohol"], ["danger"])
    assert pair is partnerships.pair("county-council", "probation")
    assert pair is not None
    assert pair.in_force[0].version == "1.0"
    # The landlord was sent the text and has not signed it.
    assert ids(partnerships.pair("landlord", "probation")) == ([], [], ["housing"], [])


def test_ended_protocols_and_bodies_without_a_partner_are_left_out() -> None:
    partnerships = site_of(RECORDS).partnerships
    assert partnerships.of("old-trust") == ()
    assert "probation" in dict(partnerships.bodies)
    assert "old-trust" not in dict(partnerships.bodies)
    ended = RECORDS.replace("status: in-force", "status: withdrawn", 1)
    pair = site_of(ended).partnerships.pair("probation", "county-council")
    assert ids(pair) == ([], [], ["alcohol"], ["danger"])


TAKEN_OVER = """=== signatories/landlord-two/organisation.yaml
name: Landlord Two
kind: housing-provider
=== signatories/landlord-two/housing.yaml
inherits: {from: [county-council], on: %s, by: statute}
"""


def test_a_body_that_has_ended_is_left_out_unless_a_text_still_binds_it() -> None:
    dissolved = RECORDS.replace("name: County Council\n", "name: County Council\ndissolved_on: 2026-11-01\n", 1)
    partnerships = site_of(dissolved).partnerships
    assert partnerships.of("county-council") == ()
    assert partnerships.pair("probation", "county-council") is None
    assert [partner.id for partner in partnerships.of("probation")] == ["landlord"]
    assert [body for area in partnerships.areas for body, _name in area.bodies] == ["landlord", "probation"]
    # Until the day on which another takes its place, the old body answers.
    awaited = site_of(dissolved + TAKEN_OVER % "2026-12-01").partnerships
    assert ids(awaited.pair("probation", "county-council"))[0] == ["housing"]
    taken = site_of(dissolved + TAKEN_OVER % "2026-11-02").partnerships
    assert taken.pair("probation", "county-council") is None
    assert ids(taken.pair("probation", "landlord-two"))[0] == ["housing"]


def test_the_page_of_a_body_that_has_ended_says_so() -> None:
    for day, told in (
        ("2026-11-22", "It has ended: no protocol is in force"),
        ("2026-11-23", "This body ends on 23 November 2026."),
    ):
        dissolved = RECORDS.replace("name: County Council\n", f"name: County Council\ndissolved_on: {day}\n", 1)
        assert told in pages_of(site_of(dissolved))["organisations/county-council/"].body


def test_a_framework_in_force_is_kept_apart() -> None:
    as_framework = RECORDS.replace("kind: joint-working-protocol", "kind: framework")
    assert ids(site_of(as_framework).partnerships.pair("probation", "county-council"))[:2] == ([], ["housing"])


def test_of_an_older_text_those_whom_the_newest_drops_are_still_partners() -> None:
    dropped = (
        RECORDS
        + """
=== protocols/housing/versions/2.0.yaml
agreed_on: 2026-11-01
effective_from: 2027-06-01
change: material
summary: Without the council
fingerprint: "v1:sha256:%s"
text:
  title: Housing protocol
  kind: joint-working-protocol
  parties: [{organisation: probation}, {organisation: landlord}]
"""
        % ("cd" * 32)
    )
    site = site_of(dropped)
    assert "county-council" not in dict(site.by_id["housing"].parties_by_name)
    assert ids(site.partnerships.pair("probation", "county-council"))[0] == ["housing"]


def test_the_table_counts_and_leads_to_the_protocols(sound_site: Path) -> None:
    page = html.document_fromstring((sound_site / "matrix/index.html").read_bytes())
    table = page.cssselect("table.app-matrix")[0]
    assert [words(head) for head in table.cssselect("thead th")][1:] == ["County Council", "Landlord", "Probation"]
    cells = {words(row[0]): [words(cell) for cell in row.cssselect("td")] for row in table.cssselect("tbody tr")}
    assert cells["Probation"] == ["1 in force (1 not in force) Restricted: 1", "(1 not in force)", "itself"]
    link = table.cssselect("tbody tr")[0].cssselect("td a")[1]
    assert link.get("href") == "../organisations/county-council/index.html#with-probation"


def test_a_cell_with_nothing_says_none() -> None:
    apart = large(4, parties=2) + (
        "=== protocols/q/protocol.yaml\ntitle: Q\nkind: disclosure-agreement\nstatus: draft\npublication: public\n"
        "parties: [{organisation: b002}, {organisation: b003}]\n"
    )
    body = html.fragment_fromstring(pages_of(site_of(apart))["matrix/"].body, create_parent="div")
    first = [words(cell) for cell in body.cssselect("table.app-matrix tbody tr")[0].cssselect("td")]
    assert first == ["itself", "(1 not in force)", "none", "none"]


def test_the_organisation_page_names_each_partner_with_its_protocols(sound_site: Path) -> None:
    page = html.document_fromstring((sound_site / "organisations/county-council/index.html").read_bytes())
    # Partners with whom the same stands are together, and the protocols are named by their number in the table above.
    partner = page.get_element_by_id("with-probation")
    between, partners = next(partner.iterancestors("tr"))
    assert [words(item) for item in between.cssselect("li")] == [
        "In force: 3",
        "Not in force: 1",
        "Restricted, not published whether in force: 2",
    ]
    assert [words(item) for item in partners.cssselect("li")] == ["Probation"]
    listed = [words(row[0]) for row in page.xpath("//table[caption[contains(., 'Protocols of')]]/tbody/tr")]
    assert listed == ["1. Alcohol protocol Draft", "2. Danger protocol Restricted", "3. Housing protocol Owns it"]


def test_each_number_leads_to_its_row(sound_site: Path) -> None:
    page = html.document_fromstring((sound_site / "organisations/county-council/index.html").read_bytes())
    links = page.cssselect("table.app-partners td:first-child a")
    assert [link.text for link in links] == ["3", "3", "1", "2"]
    for link in links:
        row = page.get_element_by_id(link.get("href").removeprefix("#"))
        assert words(row).startswith(f"{link.text}. ")


def test_a_version_that_the_page_does_not_show_is_named_beside_its_number() -> None:
    protocols = site_of(RECORDS).protocols
    numbers = {protocol.id: place for place, protocol in enumerate(protocols, start=1)}
    shown = [Binding(protocol, protocol.shown_version) for protocol in protocols]
    assert numbered(shown, numbers).numbers == tuple(numbers.values())
    older = Binding(protocols[1], "0.9")
    assert numbered([*shown[2:], older, shown[0]], numbers) == Numbered((1, *range(3, len(protocols) + 1)), (older,))
    assert numbered(shown[:1], {}) == Numbered((), (shown[0],))


@pytest.mark.parametrize("more", [0, 1])
def test_one_table_up_to_forty_bodies_and_areas_beyond(more: int) -> None:
    pages = pages_of(site_of(large(40 + more)))
    body = pages["matrix/"].body
    assert ("app-matrix" in body) is (more == 0)
    assert ("matrix/north/" in pages) is (more == 1)
    assert ("Not An Id" in body) is False
    if more:
        assert 'href="north/"' in body
        assert 'id="letter-b"' in body
        assert "too many organisations for one table" in pages["matrix/north/"].body


@pytest.mark.slow
def test_an_area_of_few_bodies_has_its_own_table() -> None:
    few = large(60, parties=60) + (
        "=== protocols/q/protocol.yaml\ntitle: Q\nkind: disclosure-agreement\nstatus: draft\npublication: public\n"
        "areas: [south]\nparties: [{organisation: b001}, {organisation: b002}]\n"
    )
    body = html.fragment_fromstring(pages_of(site_of(few))["matrix/south/"].body, create_parent="div")
    rows = [[words(cell) for cell in row] for row in body.cssselect("table.app-matrix tbody tr")]
    assert rows == [["Body 001", "itself", "(2 not in force)"], ["Body 002", "(2 not in force)", "itself"]]


def test_the_area_of_a_restricted_protocol_is_not_told() -> None:
    hidden = large(60).replace("publication: public", "publication: restricted")
    pages = pages_of(site_of(hidden))
    assert "matrix/north/" not in pages
    assert "Restricted: 1" not in pages["matrix/"].body
    assert ids(site_of(hidden).partnerships.pair("b001", "b002")) == ([], [], [], ["p"])


@pytest.mark.slow
def test_a_body_with_very_many_partners_links_each_and_each_protocol_once() -> None:
    page = pages_of(site_of(large(60)))["organisations/b000/"].body
    assert page.count('href="../../protocols/p/"') == 1
    assert page.count('Not in force: <a href="#p1">1</a><') == 1
    assert [f'href="../../between/b000/#with-b{n:03}" id="with-b{n:03}"' in page for n in range(1, 60)] == [True] * 59
    assert "The numbers are those of the table" in page


def test_bodies_without_an_area_can_be_chosen_too() -> None:
    pages = pages_of(site_of(large(41).replace("areas: [north, Not An Id]\n", "")))
    index = html.fragment_fromstring(pages["between/"].body, "div")
    assert [(link.get("href"), words(link)) for link in index.cssselect("li a")] == [
        ("../lists/between/", "No area stated")
    ]
    listed = html.fragment_fromstring(pages["lists/between/"].body, "div")
    assert len(listed.cssselect("tbody tr")) == 41
