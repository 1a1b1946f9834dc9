"""The lists that the site shows as CSV: protocols, organisations, reviews, signatures, contacts, outcomes and services.

They hold no mailbox, because mailboxes in them would be harvested, and of a restricted protocol only its title, its parties'
number and its dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from undersigned.facts.protocol import ProtocolFacts
from undersigned.facts.register import RegisterFacts
from undersigned.figures.provision import Service, area_ids, money_ends, services
from undersigned.reports.outcomes import render_outcomes_csv
from undersigned.reports.status import (
    REVIEW_COLUMNS,
    ProtocolRow,
    StatusReport,
    render_status_csv,
    review_rows,
    when_cell,
)
from undersigned.reports.tables import Cell, csv_text

#: Each list by the name of its file, with what a reader reads of it.
LISTS = {
    "protocols": "Protocols: status, version, lead, areas, signatures, next review",
    "organisations": "Organisations: kind, areas, codes, how many protocols bind each",
    "reviews": "Reviews due",
    "signatures": "Signatures: where each party of each protocol stands",
    "contacts": "Contacts: which post answers for which protocol, and when; the mailboxes are on the pages",
    "outcomes": "Outcome figures that protocols returned",
    "services": "Who provides what, who pays for it and until when",
}

_PROTOCOLS = (
    "protocol", "title", "publication", "status", "kind", "areas", "version", "lead", "in effect from", "ends on",
    "review", "review due on", "parties", "signed", "page",
)  # fmt: skip
_ORGANISATIONS = (
    "organisation", "name", "name in Welsh", "kind", "jurisdiction", "areas", "ended on", "protocols", "bound by",
    "to sign", "ons", "gss", "ods", "companies house", "charity", "website", "page",
)  # fmt: skip
_CONTACTS = ("protocol", "organisation", "name", "post", "deputy", "answers", "flows", "page")
_SERVICES = (
    "area", "service", "title", "kind", "state", "provider", "paid for by", "owner", "owner's post", "covers", "for",
    "entry", "places", "money", "money ends on", "contract ends on", "starts on", "ends on", "confirmed on", "protocols", "page",
)  # fmt: skip


def render_lists(site: RegisterFacts) -> Iterator[tuple[str, str]]:
    """Yields the name of each list and its CSV. A cell never begins a formula (`csv_text`)."""
    example = site.register.example
    opened = [ProtocolRow(facts.status, facts.lead_id) for facts in site.open_protocols]
    closed = [ProtocolRow(facts.status, None) for facts in site.protocols if facts.restricted]
    reviews = review_rows([*opened, *closed], as_of=site.as_of)
    shown = {facts.id for facts in site.open_protocols}
    figures = replace(site.combined, rows=tuple(row for row in site.combined.rows if set(row.protocols) <= shown))
    yield "protocols", csv_text(_PROTOCOLS, map(_protocol, site.protocols), example=example)
    yield "organisations", csv_text(_ORGANISATIONS, _organisations(site), example=example)
    yield "reviews", csv_text(REVIEW_COLUMNS, (row.cells for row in reviews), example=example)
    yield "signatures", render_status_csv(StatusReport(tuple(opened), ()), example=example)
    yield "contacts", csv_text(_CONTACTS, _contacts(site.open_protocols), example=example)
    yield "outcomes", render_outcomes_csv(figures, example=example)
    yield "services", csv_text(_SERVICES, _services(site), example=example)


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(parts)


def _protocol(facts: ProtocolFacts) -> Sequence[Cell]:
    record, review = facts.record, facts.status.review
    page = f"protocols/{facts.id}/"
    dates = when_cell(record.effective_from), when_cell(facts.effective_to)
    due = review.state, when_cell(review.due_on)
    if facts.restricted:
        parties = len(facts.parties_by_name)
        return (facts.id, facts.title, "restricted", None, None, None, None, None, *dates, *due, parties, None, page)
    states = facts.status.counts
    asked = sum(states.values()) - states.get("not-required", 0) - states.get("ended", 0)
    return (
        facts.id, facts.title, "public", record.status, record.kind, _joined(record.areas), facts.shown_version,
        facts.lead_id, *dates, *due, asked, states.get("signed", 0), page,
    )  # fmt: skip


def _organisations(site: RegisterFacts) -> Iterator[Sequence[Cell]]:
    for one in site.organisations:
        record = one.record
        codes = [getattr(record.codes, name, None) for name in ("ons", "gss", "ods", "companies_house", "charity")]
        yield (
            one.id, record.name, record.name_cy, record.kind, record.jurisdiction, _joined(record.areas),
            when_cell(record.dissolved_on) if one.has_ended else None, len(one.memberships), one.binding,
            len(one.to_sign), *codes, record.website, f"organisations/{one.id}/",
        )  # fmt: skip


def _contacts(protocols: Iterable[ProtocolFacts]) -> Iterator[Sequence[Cell]]:
    for facts in protocols:
        page = f"protocols/{facts.id}/"
        for body in facts.participants:
            contact = body.contact
            if contact.is_named:
                yield facts.id, body.id, body.name, contact.post, contact.deputy_post, None, None, page
            for other in contact.others:
                yield facts.id, body.id, body.name, other.post, None, other.hours, _joined(other.flows), page


def _services(site: RegisterFacts) -> Iterator[Sequence[Cell]]:
    for area in area_ids(site.register):
        for service in services(site.register, area, as_of=site.as_of):
            yield _service(service)


def _service(service: Service) -> Sequence[Cell]:
    value = service.value
    return (
        service.area, service.id, value.title, value.kind, service.state, _joined(value.provider),
        _joined(value.commissioned_by), value.owner.organisation if value.owner else None,
        value.owner.post if value.owner else None, _joined(value.covers), _joined(value.for_), _joined(value.entry),
        value.places, _joined(one.source for one in value.funding), when_cell(money_ends(value)),
        when_cell(value.contract.ends_on) if value.contract else None, when_cell(value.starts_on),
        when_cell(value.ends_on), value.confirmed_on, _joined(value.protocols), f"provision/{service.area}/",
    )  # fmt: skip
