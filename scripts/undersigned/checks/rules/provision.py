"""What is provided in an area: bodies and protocols that exist, money and contracts that end, an owner, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from undersigned.checks.engine import ProtocolSubject, RegisterSubject, RuleSet, Subject
from undersigned.checks.rules.references import bodies_of
from undersigned.figures.provision import SOON, area_map, kinds_reached, missing_for, money_ends, service
from undersigned.records.fields import has_happened, latest, surely_before
from undersigned.records.findings import Finding
from undersigned.records.provision import Provision
from undersigned.records.reading import Record, did_you_mean
from undersigned.records.source import KeyPath
from undersigned.records.vocabulary import vocabulary


def check_provisions(subject: RegisterSubject) -> Iterator[Finding]:
    """Each record of a service says where it is, what it is, who is behind it and until when."""
    for (area, id_), record in subject.register.provisions.items():
        value = record.value
        if value is None:
            continue
        if value.area is not None and value.area != area:
            yield from subject.find("provision-area", record, ("area",), area=value.area, folder=area)
        yield from _kind(subject, record, ("kind",), value.kind)
        yield from _days(subject, record, value)
        yield from _bodies(subject, record, value)
        yield from _protocols(subject, record, value)
        if service(area, id_, value, as_of=subject.as_of).state != "ended":
            yield from _money(subject, record, value)
            yield from _upkeep(subject, record, value)


def _kind(subject: Subject, record: Record[Provision], path: KeyPath, kind: str) -> Iterator[Finding]:
    kinds = vocabulary().provision_kinds
    if kind not in kinds:
        yield from subject.find("provision-kind", record, path, id=kind, near=did_you_mean(kind, kinds))


def _days(subject: Subject, record: Record[Provision], value: Provision) -> Iterator[Finding]:
    if value.confirmed_on is not None and value.confirmed_on > subject.as_of:
        yield from subject.find("provision-days", record, ("confirmed_on",), day=value.confirmed_on)
    if value.starts_on is not None and value.ends_on is not None and surely_before(value.ends_on, value.starts_on):
        yield from subject.find("provision-days", record, ("ends_on",), words="order", starts=value.starts_on)
    contract = value.contract
    ends, extended = (None, None) if contract is None else (contract.ends_on, contract.may_extend_to)
    if ends is not None and extended is not None and surely_before(extended, ends):
        yield from subject.find("provision-days", record, ("contract", "may_extend_to"), words="extension", ends=ends)
    notice = None if contract is None else contract.notice_by
    if ends is not None and notice is not None and surely_before(ends, notice):
        yield from subject.find("provision-days", record, ("contract", "notice_by"), words="notice", ends=ends)


def _bodies(subject: Subject, record: Record[Provision], value: Provision) -> Iterator[Finding]:
    for path, id_ in bodies_of(value):
        body = subject.register.organisation(id_)
        if body is not None and body.value is not None and has_happened(body.value.dissolved_on, subject.as_of):
            name, day = body.value.name, body.value.dissolved_on
            yield from subject.find("provision-body-ended", record, path, name=name, day=day)


def _protocols(subject: Subject, record: Record[Provision], value: Provision) -> Iterator[Finding]:
    register = subject.register
    providers = {register.present_organisation(id_) for id_ in value.provider}
    for index, id_ in enumerate(value.protocols):
        protocol = register.protocol_record(id_)
        if protocol is not None and protocol.value is not None and protocol.clean and providers:
            parties = {register.present_organisation(party.organisation) for party in protocol.value.parties}
            if not parties & providers:
                yield from subject.find("provider-not-party", record, ("protocols", index), protocol=id_)


def _money(subject: Subject, record: Record[Provision], value: Provision) -> Iterator[Finding]:
    end = money_ends(value)
    today = subject.as_of
    if end is not None and latest(end) <= today + timedelta(days=SOON):
        yield from subject.find("provision-money", record, ("funding",), on_key=True, day=end)
    contract = value.contract.ends_on if value.contract is not None else None
    if contract is None:
        return
    if has_happened(contract, today - timedelta(days=1)):
        path: KeyPath = ("contract", "ends_on")
        yield from subject.find("provision-contract", record, path, words="over", day=contract)
    elif end is not None and (surely_before(contract, end) or surely_before(end, contract)):
        words = "first" if surely_before(contract, end) else "last"
        place: KeyPath = ("contract", "ends_on")
        yield from subject.find("provision-contract", record, place, words=words, contract=contract, money=end)


def _upkeep(subject: Subject, record: Record[Provision], value: Provision) -> Iterator[Finding]:
    if value.owner is None:
        yield from subject.find("provision-owner", record, missing="owner")
    if value.confirmed_on is None:
        yield from subject.find("provision-unconfirmed", record, words="never", missing="confirmed_on")
        return
    due = service("", "", value, as_of=subject.as_of).confirmation_due
    if due is not None and due < subject.as_of:
        yield from subject.find("provision-unconfirmed", record, ("confirmed_on",), day=value.confirmed_on)


def check_areas(subject: RegisterSubject) -> Iterator[Finding]:
    """What nobody provides is a kind of service, has its day, and is not provided after all."""
    for area, record in subject.register.provision_areas.items():
        if record.value is None:
            continue
        if record.value.confirmed_on is None and record.value.none:
            yield from subject.find("provision-unconfirmed", record, words="none", missing="confirmed_on")
        elif record.value.confirmed_on is not None and record.value.confirmed_on > subject.as_of:
            yield from subject.find("provision-days", record, ("confirmed_on",), day=record.value.confirmed_on)
        kinds = vocabulary().provision_kinds
        running = {one.value.kind: one for one in area_map(subject.register, area, as_of=subject.as_of).live}
        for index, kind in enumerate(record.value.none):
            path: KeyPath = ("none", index)
            if kind not in kinds:
                yield from subject.find("provision-kind", record, path, id=kind, near=did_you_mean(kind, kinds))
            elif kind in running:
                file = f"provision/{area}/{running[kind].id}.yaml"
                yield from subject.find("provision-contradicted", record, path, kind=kinds[kind].title, file=file)


def check_sent_to_nobody(subject: ProtocolSubject) -> Iterator[Finding]:
    """No live protocol sends people to a kind of service that nobody provides in one of its areas."""
    if not subject.is_live or not subject.register.provisions:
        return
    for kind in sorted(kinds_reached(subject.register).get(subject.folder.id, ())):
        if kind not in vocabulary().provision_kinds:
            continue
        found = missing_for(subject.register, subject.protocol.areas, kind, as_of=subject.as_of)
        if found is not None:
            area, why = found
            index = subject.protocol.areas.index(area)
            title = vocabulary().provision_kinds[kind].title
            yield from subject.find(
                "nobody-provides", subject.record, ("areas", index), words=why, kind=title, area=area
            )


def check_returns(subject: ProtocolSubject) -> Iterator[Finding]:
    """A return that lists what is on offer agrees with the services that the records of that period show."""
    kinds = vocabulary().provision_kinds
    for record in subject.folder.outcomes.values():
        if record.value is None or record.value.area is None:
            continue
        period = record.value.period
        services = [
            one
            for (area, id_), found in subject.register.provisions.items()
            if area == record.value.area and found.value is not None and found.value.kind in kinds
            for one in (service(area, id_, found.value, as_of=period.to),)
        ]
        given = {name for one in services if one.state == "running" for name in kinds[one.value.kind].eleven}
        for index, result in enumerate(record.value.results):
            if result.measure != "alcohol-provision":
                continue
            for name in sorted(given - set(result.offered)):
                title = vocabulary().alcohol_interventions[name].title
                path: KeyPath = ("results", index, "offered")
                area, day = record.value.area, period.to
                yield from subject.find("return-unlike-provision", record, path, title=title, area=area, day=day)


RULES = RuleSet(protocol=(check_sent_to_nobody, check_returns), register=(check_provisions, check_areas))
