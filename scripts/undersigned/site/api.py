"""The register as data for other programs: JSON under `api/v1/`, with its schema.

It holds no mailbox and no post of a signatory; of a restricted protocol only the title, the parties and the dates.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel

from undersigned.facts.flows import Card, Condition, FlowEnd, FlowFacts
from undersigned.facts.organisation import OrganisationFacts
from undersigned.facts.outcomes import FEW, HELD_BACK, Amount, Figure, Return
from undersigned.facts.parties import PartyFacts
from undersigned.facts.partnerships import Binding, Dealing
from undersigned.facts.protocol import ProtocolFacts
from undersigned.facts.register import RegisterFacts
from undersigned.records.fields import When, published_fields
from undersigned.records.organisation import Organisation
from undersigned.records.protocol import Item, Operative, Protocol
from undersigned.records.schema import help_of

SCHEMA_VERSION = 1
#: The schema of everything that is worked out. `register_schema` adds the fields that are published as they are written.
_SCHEMA_FILE = Path(__file__).parent / "register.schema.json"

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def render_json(value: Json) -> str:
    """Sorted keys, no blank space (a third of the data at national size), a line end at the end."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False) + "\n"


def register_schema() -> str:
    """The JSON Schema of the data. A field that is published as it is written has the type and the meaning of the record."""
    schema = json.loads(_SCHEMA_FILE.read_bytes())
    pieces = schema["$defs"]
    pieces["public_protocol"]["properties"] |= _properties(Protocol)
    pieces["organisation"]["properties"] |= _properties(Organisation)
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _properties(model: type[BaseModel]) -> dict[str, Json]:
    found = model.model_json_schema()["properties"]
    return {
        name: {
            **{key: value for key, value in found[name].items() if key not in ("title", "default", "x-prose")},
            "description": help_of(model, name),
        }
        for name in published_fields(model)
    }


def register_data(site: RegisterFacts) -> dict[str, Json]:
    """The whole public register: every protocol and organisation, without their full texts."""
    return {
        "$schema": "register.schema.json",
        "schema_version": SCHEMA_VERSION,
        "as_of": site.as_of.isoformat(),
        "example": site.register.example,
        **({"commit": site.register.commit} if site.register.commit else {}),
        "protocols": [_protocol(protocol) for protocol in sorted(site.protocols, key=lambda p: p.id)],
        "organisations": [
            _organisation(organisation) for organisation in sorted(site.organisations, key=lambda o: o.id)
        ],
    }


def protocol_data(protocol: ProtocolFacts) -> dict[str, Json]:
    """One protocol with the text that its page shows."""
    data = {
        "schema_version": SCHEMA_VERSION,
        "as_of": protocol.as_of.isoformat(),
        "example": protocol.register.example,
        **_protocol(protocol),
    }
    if protocol.restricted:
        return data
    text = {name: value for name, value in _record(protocol.text).items() if name in Operative.model_fields}
    if protocol.terms.flows:
        text["flows"] = [_flow(facts, protocol) for facts in protocol.terms.flows]
    if protocol.text.parties:
        text["parties"] = [{**_record(party), "organisation": id_} for id_, _, party in protocol.parties_of_text]
    forms: Json = {id_: _record(form) for id_, form in protocol.forms.items()}
    data["text"] = {**text, **({"forms": forms} if forms else {})}
    data["text_is"] = protocol.shown_as
    data["text_version"] = protocol.shown_version
    return data


def organisation_data(site: RegisterFacts, organisation: OrganisationFacts) -> dict[str, Json]:
    """One organisation, and what it and each other body may tell each other."""
    return {
        "schema_version": SCHEMA_VERSION,
        "as_of": site.as_of.isoformat(),
        "example": site.register.example,
        **_organisation(organisation),
        "between": [_dealing(dealing) for dealing in site.dealings(organisation.id)],
    }


def _dealing(dealing: Dealing) -> Json:
    pair = dealing.pair
    return {
        "with": [other.id for other in dealing.others],
        "kind": dealing.kind,
        "tells": [_card(card) for card in dealing.tells],
        "told": [_card(card) for card in dealing.told],
        "reserved": [{**_card(one.card), "by": one.by[0], "text": one.words} for one in dealing.reserved],
        "in_force": [_binding(binding) for binding in pair.in_force],
        "frameworks": [_binding(binding) for binding in pair.frameworks],
        "not_in_force": [binding.protocol.id for binding in pair.not_in_force],
        "restricted": [binding.protocol.id for binding in pair.restricted],
    }


def _binding(binding: Binding) -> Json:
    return {"protocol": binding.protocol.id, "version": binding.version}


def _card(card: Card) -> dict[str, Json]:
    """Where the card is, and what must be true first; the rest is in the protocol's own file, or in its version."""
    return {
        "protocol": card.source.protocol,
        "version": card.source.version,
        "flow": card.flow,
        "conditions": _conditions(card.conditions),
    }


def _protocol(protocol: ProtocolFacts) -> dict[str, Json]:
    review = protocol.status.review
    dates: dict[str, Json] = {
        "effective_from": _day(protocol.record.effective_from),
        "effective_to": _day(protocol.effective_to),
        "ended_on": _day(protocol.record.ended_on),
        "review_due_on": _day(review.due_on),
        "last_reviewed_on": _day(review.last_completed_on),
    }
    common: dict[str, Json] = {
        "id": protocol.id,
        "title": protocol.title,
        "publication": protocol.record.publication,
        "page": f"protocols/{protocol.id}/",
        **dates,
    }
    if protocol.restricted:
        return {**common, "parties": [{"organisation": id_, "name": name} for id_, name in protocol.parties_by_name]}
    record, status = protocol.record, protocol.status
    return {
        **common,
        **{name: _plain(getattr(record, name)) for name in published_fields(Protocol)},
        "stages": list(protocol.stages),
        "terms": [
            {"clause": clause.id, "title": clause.title, "lengths": list(clause.numbers)}
            for clause in (protocol.seen.clauses if protocol.seen is not None else ())
            if clause.numbers
        ],
        "lead": protocol.lead_id,
        "owners": [id_ for id_, _name in protocol.bodies(*(owner.organisation for owner in record.owner))],
        "version": status.version,
        "fingerprint": status.fingerprint,
        "unreleased_changes": status.unreleased_changes,
        "review": {
            "state": review.state,
            "due_on": _day(review.due_on),
            "days": review.days,
            "last_completed_on": _day(review.last_completed_on),
        },
        "parties": [
            {
                "organisation": party.id,
                "name": party.name,
                "role": party.status.role,
                "state": party.status.state,
                "signed_version": party.status.signed_version,
                "signed_on": _day(party.status.signed_on),
                "copy_returned": party.status.copy_returned,
                "bound_to": party.status.bound_to,
                "days_waiting": party.status.days_waiting,
                **_inherited(party),
            }
            for party in sorted(protocol.parties, key=lambda party: party.id)
        ],
        "in_force": [{"version": text.version, "between": list(text.between)} for text in status.in_force],
        "in_force_between": list(status.in_force_between),
        "versions": [
            {
                "version": version.number,
                "agreed_on": _day(version.agreed_on),
                "change": version.change,
                "effective_from": _day(version.takes_effect),
                "fingerprint": version.fingerprint,
                **({"document": _record(version.document)} if version.document else {}),
                "summary": version.summary,
            }
            for version in protocol.versions
        ],
        "reviews": [
            {
                "completed_on": str(entry.completed_on),
                "due_on": _day(entry.review.due_on),
                "version": entry.review.version,
                "outcome": entry.review.outcome,
                "scope": entry.review.scope,
            }
            for entry in protocol.reviews
        ],
        "outcomes": [_return(found) for found in protocol.outcomes],
        "downloads": [
            {"path": file.path, "type": file.extension, "size": file.size}
            for _, files in protocol.version_downloads
            for file in files
        ],
    }


def _inherited(party: PartyFacts) -> dict[str, Json]:
    """How the bodies stood whose place a party has taken, if their positions differed; otherwise nothing."""
    found = party.status.inherited
    histories: list[Json] = [
        {"organisation": old.organisation, "state": old.state, "signed_version": old.signed_version} for old in found
    ]
    return {"inherited": histories} if histories else {}


def _organisation(organisation: OrganisationFacts) -> dict[str, Json]:
    record = organisation.record
    return {
        "id": organisation.id,
        **{name: _plain(getattr(record, name)) for name in published_fields(Organisation)},
        "codes": _record(record.codes) if record.codes else {},
        "dissolved_on": _day(record.dissolved_on),
        "successors": [id_ for id_, _ in organisation.successors],
        "page": f"organisations/{organisation.id}/",
        "protocols": [
            {"protocol": membership.protocol.id, "state": membership.party.status.state if membership.party else None}
            for membership in sorted(organisation.memberships, key=lambda m: m.protocol.id)
        ],
    }


def _return(found: Return) -> Json:
    outcome = found.outcome
    return {
        "period": {"from": outcome.period.from_.isoformat(), "to": outcome.period.to.isoformat()},
        "area": outcome.area,
        "source": outcome.source,
        "extracted_on": _day(outcome.extracted_on),
        "notes": outcome.notes,
        "results": [_figure(figure) for figure in found.figures],
    }


def _figure(figure: Figure) -> Json:
    """What is given, under the names of the record format, and the measure's title."""
    result = figure.result
    given: dict[str, Json] = {
        "measure": result.measure,
        "title": figure.measure,
        "series": result.series,
        "point": result.point,
        "follow_up_months": result.follow_up_months,
        "group": result.group,
        "count": _amount(figure.count),
        "share_of_caseload": result.share_of_caseload,
        "numerator": _amount(figure.part),
        "denominator": _amount(figure.whole),
        "per_cent": figure.per_cent,
        "unknown": _amount(figure.unknown),
        "lost": _amount(figure.lost),
        "out_of_scope": _amount(figure.out_of_scope),
        "rounded_to": result.rounded_to,
        "offered": list(result.offered) or None,
        "list": result.list,
    }
    return {name: value for name, value in given.items() if value is not None}


def _amount(amount: Amount | None) -> Json:
    return HELD_BACK if amount == FEW else amount


def _flow(facts: FlowFacts, protocol: ProtocolFacts) -> Json:
    """A flow as it was written, with its bodies under the ids of the day, what must be true first, and who reserved it."""
    flow = _record(facts.flow)
    flow |= {"from": _ends(facts.senders), "to": _ends(facts.receivers)}
    law = next((law for law in protocol.terms.laws if law.number == facts.law), None)
    if law is not None and facts.flow.law_differs:
        flow["law_differs"] = [{**_record(different), "for": _ends(ends)} for ends, different in law.differs]
    if facts.items:
        flow["items"] = [_item(item) for item in facts.items]
    flow["conditions"] = _conditions(facts.conditions)
    reserved = protocol.reservations.get(facts.flow.id, ())
    if reserved:
        flow["reserved_by"] = [{"organisation": one.id, "text": one.text} for one in reserved]
    return flow


def _conditions(conditions: Iterable[Condition]) -> list[Json]:
    return [{"kind": condition.kind, "words": condition.words} for condition in conditions]


def _ends(ends: Iterable[FlowEnd]) -> list[Json]:
    return [end.id or end.group for end in ends]


def _item(item: Item) -> Json:
    return {"name": item.name, "sensitivity": list(item.sensitivity), "about": item.about, "why": item.why}


def _day(when: When | None) -> str | None:
    return None if when is None else str(when)


def _record(record: BaseModel) -> dict[str, Json]:
    """What was written in a record, under the names of the record format."""
    fields = type(record).model_fields
    return {
        (fields[name].alias or name): _plain(getattr(record, name))
        for name in fields
        if name in record.model_fields_set and getattr(record, name) not in (None, (), {})
    }


def _plain(value: object) -> Json:
    if isinstance(value, BaseModel):
        return _record(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
