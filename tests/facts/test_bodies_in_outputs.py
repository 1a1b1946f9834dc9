"""One reading of ids: after a merger, a split or a rename every output names the same bodies, and a day ahead has not come."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import html

from support import one_in, register_from, write_register
from undersigned.changes.owners import Owners, render_owners
from undersigned.checks.engine import check_register
from undersigned.cli.main import main
from undersigned.documents.content.agreement import agreement_document
from undersigned.documents.content.letter import in_words
from undersigned.documents.model import Text, every
from undersigned.editing.new_protocol import ask_protocol
from undersigned.editing.new_records import ask_review
from undersigned.editing.new_request import Request
from undersigned.facts.agreement import agreement_of, recipients_of, sender_of
from undersigned.facts.letter import Letters
from undersigned.facts.register import RegisterFacts
from undersigned.jobs.form_definitions import organisation_options
from undersigned.jobs.messages import RepositoryLinks
from undersigned.jobs.reviews import review_issues
from undersigned.register import Register, load_register
from undersigned.reports.status import (
    render_reviews_json,
    render_reviews_markdown,
    render_reviews_table,
    render_status_csv,
    render_status_json,
    review_rows,
    status_report,
)
from undersigned.site.api import protocol_data, render_json
from undersigned.site.pages import GeneratedPage, PageSet, generated_pages

DAY = date(2026, 12, 20)
#: Each body by the word that stands for it in its id, its name, its post and its account.
NAMES = ("Ash", "Birch", "Cedar", "Elm", "Fir", "Gorse")
FINGERPRINT = "v1:sha256:" + "ab" * 32
TEXT = """parties:
  - {organisation: ash, role: controller, group: districts}
  - {organisation: birch, role: controller, group: districts}
  - {organisation: cedar, role: controller}
groups: [{id: districts, title: Districts}]
flows:
  - {id: one, title: One, from: [ash], to: [birch, cedar], law_differs: [{for: [birch], gateways: [cda98-s115]}]}
  - {id: two, title: Two, from: [cedar], to: [ash]}
  - {id: all, title: Three, from: [cedar], to: [districts]}
"""
PROTOCOL = f"""=== protocols/homes/protocol.yaml
title: Homes
kind: joint-working-protocol
status: in-force
publication: public
areas: [shire]
lead: ash
owner: {{organisation: ash, post: Chair}}
effective_from: 2025-01-01
monitoring: [{{point: release, measures: [mi014], by: ash, every: quarter}}]
{TEXT}=== protocols/homes/versions/1.0.yaml
agreed_on: 2025-01-01
change: material
summary: First agreed text
fingerprint: {FINGERPRINT}
text:
  title: Homes
  kind: joint-working-protocol
""" + re.sub("^(?=.)", "  ", TEXT, flags=re.MULTILINE)


def body(id_: str, more: str = "") -> str:
    contact = f"contact: {{post: Officer {id_.title()}, mailbox: {id_}@example.org}}\naccounts: ['@ex/{id_}']\n"
    return (
        f"=== signatories/{id_}/organisation.yaml\nname: {id_.title()} Council\nkind: local-authority\n{contact}{more}"
    )


def signing(id_: str, more: str = "", signed: str = "2025-02-03") -> str:
    entry = f"signatures: [{{version: '1.0', signed_on: {signed}}}]\n" if signed else ""
    officer = f"nominated_officer: {{post: Officer {id_.title()}, mailbox: {id_}@example.org}}\n"
    return f"=== signatories/{id_}/homes.yaml\n{officer}{more}{entry}"


class Event(NamedTuple):
    """What becomes of Ash and Birch: the records, who there is on the day, and who there is no longer."""

    records: str
    present: frozenset[str]
    gone: frozenset[str]


def _ended(id_: str, successors: str, on: str = "2026-09-30") -> str:
    return body(id_, f"dissolved_on: {on}\nsuccessors: [{successors}]\n")


def _inherits(old: str, on: str = "2026-10-01") -> str:
    return f"inherits: {{from: [{old}], on: {on}, by: statute}}\n"


def event(name: str) -> Event:
    cedar = body("cedar") + signing("cedar")
    match name:
        case "merger":
            records = _ended("ash", "elm") + signing("ash") + _ended("birch", "elm") + signing("birch")
            records += body("elm") + signing("elm", _inherits("ash, birch"), signed="")
            return Event(cedar + records, frozenset({"Elm", "Cedar"}), frozenset({"Ash", "Birch"}))
        case "split":
            records = _ended("ash", "elm, fir") + signing("ash") + body("birch") + signing("birch")
            records += body("elm") + signing("elm", _inherits("ash"), signed="")
            records += body("fir") + signing("fir", _inherits("ash"), signed="")
            return Event(cedar + records, frozenset({"Elm", "Fir", "Birch", "Cedar"}), frozenset({"Ash"}))
        case "continuing":
            records = body("birch") + signing("birch", _inherits("ash")) + _ended("ash", "birch") + signing("ash")
            return Event(cedar + records, frozenset({"Birch", "Cedar"}), frozenset({"Ash"}))
        case "rename":
            records = body("gorse", "formerly: [ash]\n") + signing("gorse") + body("birch") + signing("birch")
            return Event(cedar + records, frozenset({"Gorse", "Birch", "Cedar"}), frozenset({"Ash"}))
        case "planned":
            records = _ended("ash", "elm", "2028-03-31") + signing("ash")
            records += _ended("birch", "elm", "2028-03-31") + signing("birch")
            records += body("elm") + signing("elm", _inherits("ash, birch", "2028-04-01"), signed="")
            return Event(cedar + records, frozenset({"Ash", "Birch", "Cedar"}), frozenset({"Elm"}))
    raise ValueError(name)


EVENTS = ("merger", "split", "continuing", "rename", "planned")


@cache
def register_of(name: str) -> Register:
    return register_from(PROTOCOL + event(name).records)


@cache
def pages_of(name: str) -> dict[str, GeneratedPage]:
    pages = PageSet(RegisterFacts(register_of(name), as_of=DAY), "Test", {})
    return {page.url: page for page in generated_pages(pages)}


def words_of(page: GeneratedPage) -> str:
    return str(html.fragment_fromstring(page.body, "div").text_content())


def outputs(name: str) -> Iterator[tuple[str, str]]:
    """Each output that says who is party now, and its words; not those that tell what was."""
    register = register_of(name)
    folder = register.protocol("homes")
    assert folder is not None
    for url in ("protocols/homes/", "protocols/homes/cards/", "protocols/homes/text/", "matrix/"):
        yield url, words_of(pages_of(name)[url])
    site = RegisterFacts(register, as_of=DAY)
    yield "protocol.json", render_json(protocol_data(site.by_id["homes"]))
    agreement = agreement_of(folder, register, as_of=DAY)
    document = agreement_document(agreement)
    yield "agreement", " ".join(one.text for one in every((document.facts, document.body)) if isinstance(one, Text))
    yield "recipients", " ".join(to.contact.name for to in recipients_of(agreement, folder, register, as_of=DAY))
    report = status_report(register, as_of=DAY)
    yield "status.json", render_status_json(report, DAY)
    yield "status.csv", render_status_csv(report)


def leads(name: str) -> Iterator[tuple[str, str]]:
    """Each output that names the lead or the owner and no other party."""
    register = register_of(name)
    folder = register.protocol("homes")
    assert folder is not None
    report = status_report(register, as_of=DAY)
    rows = review_rows(report.protocols, as_of=DAY)
    yield "reviews.json", render_reviews_json(rows, DAY)
    yield "reviews", render_reviews_table(rows, DAY)
    yield "reviews.md", render_reviews_markdown(rows, DAY)
    yield "reviews/", words_of(pages_of(name)["reviews/"])
    sender = sender_of(folder, register, as_of=DAY)
    assert sender is not None
    yield "sender", sender.where
    request = Request(register, ("homes",), "homes", {}, None, DAY)
    yield "new review", next(one.default or "" for one in ask_review(request) if one.name == "organisation")


def named(words: str) -> set[str]:
    return {name for name in NAMES if re.search(rf"\b{name}\b", words, re.IGNORECASE)}


@pytest.mark.parametrize("name", one_in(2, EVENTS))
def test_every_output_names_those_who_are_there_on_the_day(name: str) -> None:
    present = event(name).present
    for output, words in outputs(name):
        assert (output, named(words)) == (output, set(present))


@pytest.mark.parametrize(
    ("name", "lead"), [("merger", "Elm"), ("continuing", "Birch"), ("rename", "Gorse"), ("planned", "Ash")]
)
def test_the_lead_is_the_same_in_every_output(name: str, lead: str) -> None:
    for output, words in leads(name):
        assert (output, named(words)) == (output, {lead})


def test_nobody_leads_if_several_have_divided_the_place_of_the_lead() -> None:
    register = register_of("split")
    assert json.loads(render_status_json(status_report(register, as_of=DAY), DAY))["protocols"][0]["lead"] is None
    folder = register.protocol("homes")
    assert folder is not None
    assert sender_of(folder, register, as_of=DAY) is None
    told = [found.message for found in check_register(register, as_of=DAY)[0] if found.code == "lead-not-party"]
    assert told == ["elm and fir have taken the place of the lead, ash, so no single body leads"]


def test_pages_of_bodies_and_the_rank_of_a_search() -> None:
    for name in EVENTS:
        pages, there = pages_of(name), event(name).present
        for id_ in (organisation.split("/")[1] for organisation in pages if organisation.startswith("organisations/")):
            page = pages.get(f"organisations/{id_}/")
            if page is None or not id_ or page.moved_to:
                continue
            is_party = "Homes" in words_of(page)
            assert (name, id_, is_party) == (name, id_, id_.title() in there)
            assert (name, id_, page.over) == (name, id_, id_.title() in event(name).gone and name != "planned")
    assert "Will take over from" in words_of(pages_of("planned")["organisations/elm/"])
    assert "Took over from" not in words_of(pages_of("planned")["organisations/elm/"])
    assert "Took over from" in words_of(pages_of("merger")["organisations/elm/"])
    assert pages_of("rename")["organisations/ash/"].moved_to == "organisations/gorse/"


@pytest.mark.parametrize("name", EVENTS)
def test_lists_to_choose_from_offer_those_who_are_there(name: str) -> None:
    register, there = register_of(name), set(event(name).present)
    planned = {"Elm"} if name == "planned" else set()  # it is there already, though not yet a party
    assert named(" ".join(organisation_options(register, as_of=DAY))) == there | planned
    standard = Request(register, ("new-one",), "", {}, "duty-to-refer", DAY)
    asked = " ".join(question.prompt for question in ask_protocol(standard))
    assert named(asked) <= there | planned


@pytest.mark.parametrize(
    ("name", "owner"), [("merger", "elm"), ("continuing", "birch"), ("rename", "gorse"), ("planned", "ash")]
)
def test_owners_of_files_are_those_who_are_there(tmp_path: Path, name: str, owner: str) -> None:
    keeper = '=== mkdocs.yml\nextra: {register: {keeper: "@k"}}\n'
    register = load_register(write_register(tmp_path, keeper + PROTOCOL + event(name).records))
    owners = Owners(render_owners(register, as_of=DAY))
    assert owners.of("protocols/homes/protocol.yaml") == (f"@ex/{owner}",)
    folder = "gorse" if name == "rename" else "ash"
    assert owners.of(f"signatories/{folder}/homes.yaml") == (f"@ex/{owner}",)


def test_letters_tell_of_those_who_are_there() -> None:
    for name in EVENTS:
        register, (_records, present, gone) = register_of(name), event(name)
        folder = register.protocol("homes")
        assert folder is not None
        agreement = agreement_of(folder, register, as_of=DAY)
        letters = Letters(agreement, folder, register, sender_of(folder, register, as_of=DAY), as_of=DAY)
        assert {standing.organisation.title() for standing in letters.standings.values()} == present
        for to in recipients_of(agreement, folder, register, as_of=DAY):
            letter = letters.for_signature(to, None)
            told = " ".join(
                in_words(one) for one in (*letter.opening, *letter.flows, *(s for step in letter.steps for s in step))
            )
            assert named(told).isdisjoint(gone)


@pytest.mark.parametrize("name", EVENTS)
def test_reminders_name_those_who_are_there(tmp_path: Path, name: str) -> None:
    links = RepositoryLinks("https://example.org", "ex/register", "main")
    (issue,) = review_issues(register_of(name), as_of=DAY, links=links, root=tmp_path).wanted.values()
    assert named(issue.text).isdisjoint(event(name).gone)


@pytest.mark.parametrize("name", EVENTS)
def test_a_restricted_protocol_names_those_who_are_there(tmp_path: Path, name: str) -> None:
    register = register_from(PROTOCOL.replace("publication: public", "publication: restricted") + event(name).records)
    site = RegisterFacts(register, as_of=DAY)
    page = next(one for one in generated_pages(PageSet(site, "Test", {})) if one.url == "protocols/homes/")
    assert named(words_of(page)) == event(name).present
    assert named(render_json(protocol_data(site.by_id["homes"]))) == event(name).present
    links = RepositoryLinks("https://example.org", "ex/register", "main")
    (issue,) = review_issues(register, as_of=DAY, links=links, root=tmp_path).wanted.values()
    assert named(issue.text) <= event(name).present


def test_a_name_with_an_accent_is_listed_with_its_letter() -> None:
    """In the index of letters, in a letter to a party and in the words of a change."""
    register = register_from((PROTOCOL + event("planned").records).replace("name: Ash Council", "name: Ŵash Council"))
    site = RegisterFacts(register, as_of=DAY)
    letters = {letter: [name for _id, name in bodies] for letter, bodies in site.partnerships.letters}
    assert letters == {"B": ["Birch Council"], "C": ["Cedar Council"], "W": ["Ŵash Council"]}
    folder = register.protocol("homes")
    assert folder is not None
    agreement = agreement_of(folder, register, as_of=DAY)
    told = Letters(agreement, folder, register, None, as_of=DAY)
    bound = next(one for one in told.for_signature(told.to("ash"), None).standing if one.code == "bound")
    assert bound.values["others"] == ("Birch Council", "Cedar Council")
    bound = next(one for one in told.for_signature(told.to("birch"), None).standing if one.code == "bound")
    assert bound.values["others"] == ("Cedar Council", "Ŵash Council")


@pytest.mark.filterwarnings("error")
def test_a_kept_answer_is_the_same_and_holds_no_signing_entry(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    declined = "signatures: [{version: '1.0', sent_on: 2025-01-05, declined: {on: 2025-02-01, reason: Too wide}}]\n"
    records = event("merger").records.replace(signing("birch"), signing("birch", declined, signed=""))
    write_register(tmp_path / "r", PROTOCOL + records)
    asked = ["status", "--root", str(tmp_path / "r"), "--as-of", str(DAY), "--format", "json"]
    answers = set()
    for more in (["--cache", str(tmp_path / "c")], ["--cache", str(tmp_path / "c")], ["--no-cache"]):
        assert main([*asked, *more]) == 0
        answers.add(capsysbinary.readouterr().out)
    (answer,) = answers
    elm = next(one for one in json.loads(answer)["protocols"][0]["parties"] if one["organisation"] == "elm")
    assert (elm["state"], elm["inherited"]) == (
        "signed",
        [
            {"organisation": "ash", "signed_version": "1.0", "state": "signed"},
            {"organisation": "birch", "signed_version": None, "state": "declined"},
        ],
    )
    assert not [path for path in (tmp_path / "c").rglob("*") if path.is_file() and b"Too wide" in path.read_bytes()]


def test_pages_and_data_tell_how_the_predecessors_stood() -> None:
    declined = "signatures: [{version: '1.0', sent_on: 2025-01-05, declined: {on: 2025-02-01}}]\n"
    records = event("merger").records.replace(signing("birch"), signing("birch", declined, signed=""))
    site = RegisterFacts(register_from(PROTOCOL + records), as_of=DAY)
    pages = {page.url: " ".join(words_of(page).split()) for page in generated_pages(PageSet(site, "Test", {}))}
    told = "bodies in different positions: Ash Council (version 1.0: signed); Birch Council (version 1.0: declined)"
    assert told in pages["protocols/homes/signatures/"]
    assert told in pages["organisations/elm/"]
    elm = next(
        one
        for one in json.loads(render_json(protocol_data(site.by_id["homes"])))["parties"]
        if one["name"] == "Elm Council"
    )
    assert [old["state"] for old in elm["inherited"]] == ["signed", "declined"]
