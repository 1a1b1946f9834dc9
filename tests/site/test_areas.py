"""The pages of areas: what belongs to an area and nothing else, and what nobody recorded is never called a gap."""

from __future__ import annotations

from functools import cache

from support import example_facts, words_of
from undersigned.site.areas import areas_shown
from undersigned.site.generate import generated_files
from undersigned.site.pages import PageSet, generated_pages


@cache
def pages() -> dict[str, str]:
    return {
        page.url: page.body for page in generated_pages(PageSet(example_facts(), "A register")) if "areas/" in page.url
    }


def test_each_area_that_a_published_protocol_names_has_two_pages() -> None:
    named = {area for facts in example_facts().open_protocols for area in facts.record.areas}
    assert set(pages()) == {"areas/"} | {f"areas/{area}/{page}" for area in named for page in ("", "landscape/")}


def test_an_area_lists_its_protocols_and_every_signature_that_status_waits_for() -> None:
    body = words_of(pages()["areas/staffordshire/"])
    (area,) = (one for one in areas_shown(example_facts()) if one.area == "staffordshire")
    for facts in example_facts().open_protocols:
        live = facts.record.status in ("draft", "consultation", "signing", "in-force")
        listed = "staffordshire" in facts.record.areas and live
        assert (facts.title in body) >= listed
        if listed and facts.record.status in ("signing", "in-force"):
            owed = [party for party in facts.status.parties if party.state in ("awaiting", "stale", "not-sent")]
            assert len([one for one, _ in area.waiting if one.id == facts.id]) == len(owed)


def test_a_restricted_protocol_is_in_no_area_and_covers_no_link_for_sure() -> None:
    restricted = [facts for facts in example_facts().protocols if facts.restricted]
    assert restricted
    for facts in restricted:
        for body in pages().values():
            assert facts.title not in words_of(body).replace("(" + facts.title + ")", "")
    (area,) = (one for one in areas_shown(example_facts()) if one.area == "staffordshire")
    (link,) = (one for one in area.landscape.links if one.link == "mappa")
    assert link.state == "cannot-say"


def test_the_landscape_answers_in_its_order() -> None:
    body = pages()["areas/staffordshire/landscape/"]
    questions = ["What do we have twice?", "What is missing?", "What waits?", "What ends?"]
    places = [body.index(f">{question}</h2>") for question in questions]
    assert places == sorted(places)
    assert "Police and crime commissioner" in body[places[3] :]


def test_each_area_has_its_files() -> None:
    files = {
        path
        for path, _ in generated_files(example_facts(), name="A register")
        if path.startswith("areas/staffordshire/")
    }
    assert {path.rsplit(".", 1)[1] for path in files} == {"json", "csv", "xlsx", "ics"}
