"""New organisations, signing records, reviews, forms and outcome returns: what to ask, and their text."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from undersigned.editing import EditingError, standard_texts
from undersigned.editing.new_request import (
    Question,
    Request,
    as_name,
    check_new_id,
    find_organisation,
    head_comment,
    in_words,
)
from undersigned.editing.yaml_write import render_commented
from undersigned.records.fields import latest
from undersigned.records.form import Form
from undersigned.records.organisation import Organisation
from undersigned.records.outcome import Outcome
from undersigned.records.provision import Provision
from undersigned.records.reading import did_you_mean
from undersigned.records.review import UNFINISHED, Review
from undersigned.records.schema import values_of
from undersigned.records.signature import SigningRecord
from undersigned.records.source import PlainData
from undersigned.records.vocabulary import vocabulary
from undersigned.register import ProtocolFolder
from undersigned.status import Identities, due_soon, newest_version, party_text, review_state, version_in_force


def ask_organisation(request: Request) -> list[Question]:
    """Returns what to ask. Raises EditingError if no answer could make the organisation valid."""
    id_ = check_new_id(request.ids[0], "an organisation")
    if request.register.has_organisation(id_):
        raise EditingError(
            f"the id '{id_}' is or was that of an organisation", "An id is never used again; choose another."
        )
    return [
        Question("name", "Its full name", as_name(id_)),
        Question("kind", "What kind of body", "other", tuple(vocabulary().organisation_kinds)),
        Question(
            "jurisdiction",
            "Where it acts",
            None,
            ("england", "wales", "scotland", "northern-ireland", "ireland", "crown-dependency"),
        ),
        Question("website", "Its address on the web, beginning with https"),
    ]


def write_organisation(request: Request) -> dict[str, str]:
    """Returns path to text, the organisation last."""
    data: dict[str, PlainData] = {name: value for name, value in request.answers.items() if value}
    text = render_commented(
        Organisation,
        data,
        examples={
            "kind": "other",
            "jurisdiction": "england",
            "areas": "[staffordshire]",
            "name_cy": "Enw Cymraeg",
            "also_known_as": "[A shorter name]",
            "codes": "{ons: E07000197}",
            "website": "https://www.example.org",
            "ico_registration": "Z0000000",
            "legal": "{duty_to_refer: yes}",
            "parent": "(the id of the parent)",
            "hosted_by": "(the id of the host)",
            "data_protection_officer": "{post: Data Protection Officer, mailbox: dpo@example.org}",
            "contact": f"{{post: Partnerships Manager, mailbox: partnerships@example.org, phone: 01632 960000, confirmed_on: {request.as_of}}}",
            "accounts": '["@example-council/partnerships"]',
            "postal_address": "Partnerships Office, Example Street, Example Town",
        },
        leave_out=frozenset({"formerly", "dissolved_on", "successors"}),
    )
    return {f"signatories/{request.ids[0]}/organisation.yaml": text}


def ask_provision(request: Request) -> list[Question]:
    """Returns what to ask of a service in an area. Raises EditingError if its ids cannot be used."""
    area, id_ = check_new_id(request.ids[0], "an area"), check_new_id(request.ids[1], "a service")
    if (area, id_) in request.register.provisions or id_ == "area":
        raise EditingError(f"there is a record provision/{area}/{id_}.yaml already", "Edit it, or choose another id.")
    return [
        Question("title", "What the service is called", in_words(id_)),
        Question("kind", "What kind of service", None, tuple(vocabulary().provision_kinds)),
        Question("provider", "The id of the organisation that provides it"),
        Question("owner", "The id of the organisation that is in charge of it"),
        Question("post", "The post there that is in charge of it"),
    ]


def write_provision(request: Request) -> dict[str, str]:
    """Returns path to text. Raises EditingError if the kind is not answered, or if a body does not exist."""
    kind = request.answer("kind")
    if kind is None:
        raise EditingError(
            "what kind of service is it?", f"Add --set kind=KIND, one of: {', '.join(vocabulary().provision_kinds)}."
        )
    data: dict[str, PlainData] = {"title": request.answer("title") or in_words(request.ids[1]), "kind": kind}
    data["area"] = request.ids[0]
    if provider := request.answer("provider"):
        data["provider"] = find_organisation(request.register, provider)
    if owner := request.answer("owner"):
        post = request.answer("post")
        of: dict[str, PlainData] = {"organisation": find_organisation(request.register, owner)}
        data["owner"] = {**of, "post": post} if post else of
    text = render_commented(
        Provision,
        data,
        examples={
            "covers": "[brackenford]",
            "provider": "(the id of the provider)",
            "commissioned_by": "[example-county-council]",
            "owner": "{organisation: example-county-council, post: Commissioning Manager}",
            "funding": "[{source: Public health grant, status: confirmed, ends_on: 2028-03-31}]",
            "contract": "{reference: EX-1, ends_on: 2028-03-31}",
            "for": "[people-on-probation]",
            "entry": "[probation, prison, self, court]",
            "places": "40",
            "starts_on": "2025-04-01",
            "confirmed_on": str(request.as_of),
            "protocols": "[alcohol-treatment-requirement-protocol]",
        },
        leave_out=frozenset({"ends_on"}),
    )
    return {f"provision/{request.ids[0]}/{request.ids[1]}.yaml": text}


def ask_signature(request: Request) -> list[Question]:
    """Returns what to ask. Raises EditingError if no answer could make the signing record valid."""
    organisation, folder = find_organisation(request.register, request.ids[0]), request.protocol()
    if organisation in folder.signing:
        raise EditingError(f"{folder.signing[organisation].path} exists already", "Add an entry to it.")
    identities = Identities(folder, request.register, as_of=request.as_of)
    named = {
        **identities.present_parties(folder.value.parties),
        **identities.present_parties(party_text(folder, as_of=request.as_of)),
    }
    if organisation not in named:
        raise EditingError(
            f"{organisation} is not a party to {folder.id}", f"Add it to the parties of {folder.record.path} first."
        )
    newest = newest_version(folder, as_of=request.as_of)
    default = "Nominated officer (to be confirmed)" if newest is None or not named[organisation].signs else None
    return [
        Question("post", "The post of its nominated officer, never a name", default),
        Question("mailbox", "The shared mailbox of that post"),
        Question("deputy_post", "The post that stands in"),
        Question("sent_on", "The day two copies went out to it, if they have (as 2026-05-01)"),
        Question(
            "signed_on", "When it signed, if it has: a day, or a month (2016-03) if nobody knows the day any more"
        ),
    ]


def write_signature(request: Request) -> dict[str, str]:
    """Returns path to text, the signing record last."""
    organisation, folder = find_organisation(request.register, request.ids[0]), request.protocol()
    asked = ("post", "mailbox", "deputy_post")
    officer: PlainData = {name: request.answers[name] for name in asked if request.answers[name]}
    data: dict[str, PlainData] = {"nominated_officer": officer} if officer else {}
    newest = newest_version(folder, as_of=request.as_of)
    done: list[str] = []
    if newest is not None:
        number, version = newest
        entry: dict[str, PlainData] = {
            "version": number,
            **({"fingerprint": version.fingerprint} if version.fingerprint else {}),
        }
        done = [step for step in ("sent_on", "signed_on") if request.answer(step)]
        entry.update((step, request.answers[step]) for step in done)
        data["signatures"] = [entry]
    lines = [
        "# sent_on: 2026-05-04",
        "# approved_on: 2026-05-14",
        "# signed_on: 2026-05-20",
        "# signed_by: {post: Chief Executive, authority: office}   # or delegation, resolution, deed, with a reference",
        "# method: wet-ink   # or electronic, digital-certificate, minute; or deed, with deed_by: seal, witness or two-signatories",
        "# returned_on: 2026-05-28",
    ]
    text = render_commented(
        SigningRecord,
        data,
        examples={
            "nominated_officer": f"{{post: Housing Options Manager, mailbox: housing@example.org, deputy_post: Team Leader, confirmed_on: {request.as_of}}}",
            "other_officers": "[{post: Duty officer, mailbox: duty@example.org, hours: out-of-hours}]",
            "signatures": '\n  - version: "1.0"\n    sent_on: 2026-05-04\n    signed_on: 2026-05-20',
        },
        leave_out=frozenset({"inherits"}),
    )
    if newest is not None:
        text += "".join(f"    {line}\n" for line in lines if line.removeprefix("# ").partition(":")[0] not in done)
    return {f"signatories/{organisation}/{folder.id}.yaml": text}


#: An unfinished review. Its scope is one party's part, so that it does not move the due date.
_BEGUN = {
    "outcome": "no-change",
    "scope": "partner",
    "checked": "",
    "note": (
        f"{UNFINISHED} Write here, in a sentence or two, what was looked at and what was "
        "found; then set the outcome, list what was checked, and make the scope whole."
    ),
}
_CHECKED = "contacts, law, forms, data-items, outcomes, funding"


def ask_review(request: Request) -> list[Question]:
    """Returns what to ask. Raises EditingError if no answer could make the review valid."""
    folder = request.protocol()
    if request.as_of in folder.reviews:
        raise EditingError(f"{folder.reviews[request.as_of].path} exists already", "One review is one file; edit it.")
    if _reviewed_version(folder, request.as_of) is None:
        raise EditingError(
            f"no version of {folder.id} had been agreed by {request.as_of}",
            "A review reads a stamped version; 'undersigned release' writes one.",
        )
    identities = Identities(folder, request.register, as_of=request.as_of)
    parties = identities.present_parties(party_text(folder, as_of=request.as_of))
    return [
        Question("outcome", "What came of it", None, values_of(Review, "outcome")),
        Question("note", "What was looked at and found, in a sentence at least"),
        Question(
            "organisation",
            "The id of the organisation that reviewed it",
            identities.one(folder.value.lead) or next(iter(parties), None),
        ),
        Question("post", "The post that reviewed it, never a name"),
        Question("checked", "What was looked at, with commas between", _CHECKED),
        Question("scope", "The whole protocol, or one party's own part", "whole", values_of(Review, "scope")),
    ]


def _reviewed_version(folder: ProtocolFolder, as_of: date) -> tuple[str, str | None] | None:
    """Returns the version in force and its fingerprint, if it has one, or the newest stamp's if none is in force yet."""
    found = version_in_force(folder, as_of=as_of) or newest_version(folder, as_of=as_of)
    return None if found is None else (found[0], found[1].fingerprint)


def write_review(request: Request) -> dict[str, str]:
    """Returns path to text, the review last. Without an outcome and a note, writes an unfinished review."""
    folder = request.protocol()
    if not request.answer("outcome") and not request.answer("note"):
        request = replace(request, answers={**request.answers, **_BEGUN})
    for name in ("outcome", "note", "organisation"):
        if not request.answer(name):
            raise EditingError(f"a review needs the answer to '{name}'", f"Give it with --set {name}=…")
    version = _reviewed_version(folder, request.as_of)
    assert version is not None  # noqa: S101 - asked before
    due = review_state(folder, as_of=request.as_of).due_on
    data: dict[str, PlainData] = {}
    if request.answers["scope"] == "whole" and due is not None and due_soon(due, request.as_of):
        data["due_on"] = latest(due)  # any day of a month names it
    by: dict[str, PlainData] = {"organisation": find_organisation(request.register, request.answers["organisation"])}
    if request.answer("post"):
        by["post"] = request.answers["post"]
    data |= {
        "version": version[0],
        **({"fingerprint": version[1]} if version[1] else {}),
        "scope": request.answers["scope"],
        "outcome": request.answers["outcome"],
        "reviewed_by": [by],
        "checked": [word.strip() for word in request.answers["checked"].split(",") if word.strip()],
        "note": request.answers["note"],
    }
    text = render_commented(
        Review,
        data,
        examples={
            "due_on": str(latest(due) if due else "2027-05-01"),
            "board": "{organisation: (the id of the board), minute: 2026/14}",
            "review_again_by": "2027-02-01",
        },
    )
    return {f"protocols/{folder.id}/reviews/{request.as_of}.yaml": text}


def ask_form(request: Request) -> list[Question]:
    """Returns what to ask. Raises EditingError if no answer could make the form valid."""
    check_new_id(request.ids[1], "a form")
    request.protocol()
    if request.standard is not None:
        if request.standard not in standard_texts.standard_ids("forms"):
            raise EditingError(
                f"there is no standard form '{request.standard}'",
                did_you_mean(request.standard, standard_texts.standard_ids("forms")),
            )
        return []
    return [
        Question("title", "Its heading", in_words(request.ids[1])),
        Question("kind", "A form to fill in, or a letter", "form", values_of(Form, "kind")),
        Question("purpose", "What it is used for"),
    ]


def write_form(request: Request) -> dict[str, str]:
    """Returns path to text, the form last."""
    path = f"protocols/{request.protocol().id}/forms/{request.ids[1]}.yaml"
    if request.standard is not None:
        return {path: standard_texts.standard_form(request.standard)}
    data: dict[str, PlainData] = {name: value for name, value in request.answers.items() if value}
    data |= {"from": ["any"], "to": ["any"]}
    if data["kind"] == "letter":
        data["body"] = (
            "Date: [day, month, year]. Reference: [reference number].\n\n[what the letter says]\n\n[post], for [organisation]"
        )
    else:
        first: PlainData = {"name": "reference", "label": "Reference", "type": "text", "required": "yes"}
        data["sections"] = [{"title": "The case", "fields": [first]}]
    text = render_commented(
        Form, data, examples={"purpose": "What it is used for"}, leave_out=frozenset({"sections", "body"})
    )
    if data["kind"] == "form":
        text += "      # type is text, multiline, date, number, choice, checkbox or signature; a choice has options: [one, other]\n"
    return {path: text}


_PERIODS = re.compile(r"(\d{4})(?:-(\d{2})(?:-q([1-4]))?)?\Z")


def ask_outcome(request: Request) -> list[Question]:
    """Returns what to ask. Raises EditingError if no answer could make the return valid."""
    folder = request.protocol()
    check_new_id(request.ids[1], "a return")
    days = days_of(request.ids[1])
    monitored = [measure for monitoring in folder.value.monitoring for measure in monitoring.measures]
    known = [
        m
        for m in dict.fromkeys(monitored)
        if m in vocabulary().outcome_measures and vocabulary().outcome_measures[m].kind != "list"
    ]
    return [
        Question("from", "The first day it covers (as 2026-04-01)", str(days[0]) if days else None),
        Question("to", "The last day it covers", str(days[1]) if days else None),
        Question("area", "The place it covers", next(iter(folder.value.areas), None)),
        Question("source", "Where the figures come from"),
        Question("measures", "What is counted, with commas between", ", ".join(known) or "referrals"),
    ]


def days_of(period: str) -> tuple[date, date] | None:
    """Returns the first and last day of 2026, 2026-27 (a year from April), 2026-27-q1 or 2026-05 (a month); else None.

    Early in the century a name can mean two things: 2003-04 is read as the year from April 2003, as returns are named.
    """
    match = _PERIODS.match(period)
    if match is None or not 1 <= int(match[1]) <= 9998:
        return None
    year, second, quarter = int(match[1]), match[2], match[3]
    if second is None:
        return date(year, 1, 1), date(year, 12, 31)
    if int(second) == (year + 1) % 100:
        if quarter is None:
            return date(year, 4, 1), date(year + 1, 3, 31)
        month = 3 * int(quarter) + 1
        start = date(year, month, 1) if month <= 12 else date(year + 1, 1, 1)
        return start, _last_day(start.year, start.month + 2)
    if quarter is None and 1 <= int(second) <= 12:
        return date(year, int(second), 1), _last_day(year, int(second))
    return None


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def write_outcome(request: Request) -> dict[str, str]:
    """Returns path to text, the return last."""
    for name in ("from", "to"):
        if not request.answer(name):
            raise EditingError(
                "a return says which days it covers",
                "Name it after them (2026-27, 2026-27-q1, 2026-05), or give --set from=… and --set to=…",
            )
    results: list[PlainData] = []
    for id_ in (word.strip() for word in request.answers["measures"].split(",")):
        measure = vocabulary().outcome_measures.get(id_)
        if measure is None or measure.kind == "list":
            numbers = [one for one, entry in vocabulary().outcome_measures.items() if entry.kind != "list"]
            raise EditingError(f"there is no measure '{id_}' that is counted", did_you_mean(id_, numbers))
        figures = ("numerator", "denominator") if measure.kind == "rate" else ("count",)
        # [x]: not available (Analysis Function, "Using symbols in tables"), which is true of a figure that nobody has entered.
        result: dict[str, PlainData] = {"measure": id_, **dict.fromkeys(figures, "[x]")}
        if measure.series:
            result["series"] = series_on(measure.id, date.fromisoformat(request.answers["from"]))
        if measure.of == "people":
            result["rounded_to"] = 5
        results.append(result)
    data: dict[str, PlainData] = {
        "period": {"from": request.answers["from"], "to": request.answers["to"]},
        **{name: request.answers[name] for name in ("area", "source") if request.answer(name)},
        "results": results,
    }
    path = f"protocols/{request.protocol().id}/outcomes/{request.ids[1]}.yaml"
    return {path: outcome_text(data, as_of=request.as_of)}


def outcome_text(data: Mapping[str, PlainData], *, as_of: date) -> str:
    """A new return with these values, and comments that say what else it may hold."""
    text = render_commented(
        Outcome,
        data,
        examples={
            "area": "staffordshire",
            "source": "Where the figures come from",
            "extracted_on": str(as_of),
            "notes": "|\n  What a reader must know.",
        },
    )
    head = '"[x]" means that a figure is not available: write the figure in its place. A count from 1 to 4 of people is written "[c]".'
    return head_comment(head) + text


def series_on(measure: str, day: date) -> str:
    """Returns the newest series of a measure that had begun by a day."""
    series = vocabulary().outcome_measures[measure].series
    begun = [one for one in series if one.from_ is None or one.from_ <= day]
    return (begun or list(series))[-1].id
