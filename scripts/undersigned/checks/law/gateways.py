"""Gateways: the power to share, and who may use it towards whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from undersigned.checks.engine import ProtocolSubject, RuleSet
from undersigned.checks.law.capacity import (
    FlowEnd,
    FlowView,
    LegalCapacity,
    PathTo,
    all_known,
    by_law,
    law_rules,
    names,
)
from undersigned.records.findings import Finding, Severity
from undersigned.records.vocabulary import Gateway, vocabulary
from undersigned.words.labels import label

Views = Sequence[FlowView]
_MAPPA, _SECTION_14, _SECTION_115 = "cja03-s325", "oma07-s14", "cda98-s115"
_REFER = "ha96-s213b"
_SERIOUS_VIOLENCE = frozenset({"pcsca22-s16", "pcsca22-s17"})
_SPECIFIED = "dea17-s35"
HEALTH = re.compile(
    r"\b(?:health|medical|medicines?|medication|clinical|patients?|treat(?:ment|ed)|diagnos\w+|psychiatr\w+|hospitals?|GP|disabilit\w+"
    r"|injur\w+|wounds?|mental|illness\w*|addiction|dependen\w+)\b",
    re.IGNORECASE,
)
_SOCIAL_CARE = re.compile(r"\b(?:social care|social services|care needs|care plan|care and support)\b", re.IGNORECASE)
#: Misfits that end when a record says what a body is: the gateway may well reach it.
_OPEN_QUESTIONS = frozenset(
    {
        ("section-115-recipient", "housing-provider"),
        ("section-115-recipient", "probation"),
        ("section-115-recipient", "health"),
        ("section-115-recipient", "unsure"),
        ("section-115-recipient", "behalf"),
        ("section-14-sides", "unsure"),
        ("section-14-sides", "youth"),
        ("duty-to-refer", "unsure"),
    }
)


class Misfit(NamedTuple):
    """Why a gateway does not reach from one capacity to another."""

    code: str
    words: str
    cap: Severity | None = None

    @property
    def distance(self) -> int:
        """How far it is from reaching: 0 where only a record has to say so, 1 where it is not sure, 2 where it is."""
        return 0 if (self.code, self.words) in _OPEN_QUESTIONS else 2 if self.cap is None else 1


def powers_of(end: FlowEnd) -> list[Gateway]:
    """The powers and duties that an end names."""
    known = vocabulary().gateways
    return [known[id_] for id_ in end.law.gateways if id_ in known and known[id_].is_power]


def _asked(end: FlowEnd, view: FlowView) -> bool:
    """Whether a power is asked of this sender: a public authority, or one that lets go what it holds under Part 3."""
    return (
        view.identifies
        and not end.capacity.foreign
        and view.discloses(end)
        and (end.capacity.public_authority == "yes" or view.leaves_law_enforcement)
    )


def _cap_of_authority(ends: Iterable[FlowEnd], view: FlowView) -> Severity | None:
    """A warning at most where that all these are public authorities is still to be confirmed."""
    return None if view.leaves_law_enforcement or any(e.capacity.sure("public_authority") for e in ends) else "warning"


def check_no_gateway(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Each public authority that sends names the power it sends under; a crossing needs one whoever sends."""
    for view in views:
        for path, ends in by_law(e for e in view.senders if _asked(e, view) and not e.law.gateways).items():
            yield from subject.find(
                "no-gateway",
                subject.record,
                path,
                missing="gateways",
                cap=_cap_of_authority(ends, view),
                words="crossing" if view.leaves_law_enforcement else "default",
                flow=view.flow.id,
                ends=names(ends),
            )


def check_limit_as_power(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """A law that limits disclosure, or only frames the work, is not a power to disclose."""
    known = vocabulary().gateways
    for view in views:
        for path, ends in by_law(e for e in view.senders if _asked(e, view) and e.law.gateways).items():
            ids = ends[0].law.gateways
            if not all_known(ids, known) or any(known[id_].is_power for id_ in ids):
                continue
            limits = [id_ for id_ in ids if known[id_].kind == "limit"]
            id_ = (limits or ids)[0]
            yield from subject.find(
                "limit-as-power",
                subject.record,
                (*path, "gateways", ids.index(id_)),
                cap=_cap_of_authority(ends, view),
                words="limit" if limits else "default",
                flow=view.flow.id,
                ends=names(ends),
                named=list(ids),
                id=id_,
                law=known[id_].reference,
            )


def check_weak_power_alone(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """A general power, one that waits for regulations, or a duty that states no power does not carry a flow alone."""
    for view in views:
        elsewhere: set[str] | None = None
        for path, ends in by_law(e for e in view.senders if _asked(e, view)).items():
            powers = powers_of(ends[0])
            if not powers or not all_known(ends[0].law.gateways, vocabulary().gateways):
                continue
            if all(p.states_no_power for p in powers):
                elsewhere = elsewhere or {outside.id for outside in _elsewhere(subject, view)}
                if {p.id for p in powers} & elsewhere:
                    continue  # that it is not law there is said instead
            for words, alone in (
                ("default", all(p.weak for p in powers)),
                ("regulations", all(p.by_regulations for p in powers)),
                ("no-power", all(p.states_no_power for p in powers) and _reach_somebody(powers, ends, view)),
            ):
                if alone:
                    index = ends[0].law.gateways.index(powers[0].id)
                    yield from subject.find(
                        "weak-power-alone",
                        subject.record,
                        (*path, "gateways", index),
                        words=words,
                        cap="warning",
                        flow=view.flow.id,
                        ends=names(ends),
                        id=powers[0].id,
                        law=powers[0].reference,
                    )


def _reach_somebody(powers: Iterable[Gateway], ends: Iterable[FlowEnd], view: FlowView) -> bool:
    """Whether one of the powers is open to one of these senders and a receiver; where none is, that is said instead."""
    return any(
        misfit(power.id, end.capacity, other.capacity, authorises=view.leaves_law_enforcement) is None
        for power in powers
        for end in ends
        for other in view.receivers_of(end)
    )


def _words_of(subject: ProtocolSubject, view: FlowView) -> str:
    """What a flow says of its purpose: its title, its items with their reasons, and the title of the protocol."""
    items = (f"{item.name} {item.why or ''}" for item in view.items)
    return " ".join((subject.protocol.title, view.flow.title or "", *items))


def check_gateway_purpose(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Of the powers that a sender names, one at least serves what the flow is for, as far as its words show."""
    for view in views:
        if not view.flow.items:
            continue
        words = _words_of(subject, view)
        for path, ends in by_law(e for e in view.senders if _asked(e, view)).items():
            powers = powers_of(ends[0])
            if not powers or not all_known(ends[0].law.gateways, vocabulary().gateways):
                continue
            if any(not power.serves or power.states_no_power or _serves(power, words) for power in powers):
                continue  # a duty that states no power is named by weak-power-alone
            yield from subject.find(
                "gateway-purpose",
                subject.record,
                (*path, "gateways", ends[0].law.gateways.index(powers[0].id)),
                cap="warning",
                flow=view.flow.id,
                ends=names(ends),
                id=powers[0].id,
                law=powers[0].reference,
                serves=list(powers[0].serves),
            )


def _serves(power: Gateway, words: str) -> bool:
    return any(re.search(rf"\b{re.escape(stem)}", words, re.IGNORECASE) for stem in power.serves)


# -- whom a gateway reaches -----------------------------------------------------------------------------------------


@cache
def misfit(id_: str, sender: LegalCapacity, receiver: LegalCapacity, *, authorises: bool = False) -> Misfit | None:
    """Why the power `id_` does not let `sender` tell `receiver`; None where it does, as far as the record shows.

    `authorises`: the flow leaves law enforcement, so that whoever sends needs a law that authorises it (DPA 2018 s.36(4)).
    """
    gateway = vocabulary().gateways[id_]
    if id_ == _SECTION_14:
        return _section_14(sender, receiver)
    if id_ == _SECTION_115:
        return _section_115(receiver)
    if id_ == _MAPPA:
        return None if sender.mappa_role and receiver.mappa_role else Misfit("mappa-ends", "default")
    if id_ == _REFER:
        return _duty_to_refer(sender, receiver)
    if id_ in _SERIOUS_VIOLENCE:
        return _serious_violence(id_, sender, receiver)
    if id_ == _SPECIFIED:
        if all(_is_specified(gateway, end) for end in (sender, receiver)):
            return None
        return Misfit("specified-person", "default", None if gateway.confirmed else "warning")
    cap: Severity | None = None
    thin = gateway.states_no_power or sender.public_authority != "yes"
    if not gateway.confirmed or (thin and not authorises):
        cap = "warning"
    if not gateway.open_to_sender(_named_as(sender)):
        return Misfit("gateway-not-open", "default", cap)
    return None if gateway.open_to_receiver(_named_as(receiver)) else Misfit("gateway-not-open", "receiver", cap)


def _named_as(capacity: LegalCapacity) -> str:
    """In Scotland probation work is justice social work, which the Acts place with councils."""
    return "local-authority" if capacity.kind == "probation" and capacity.places == {"scotland"} else capacity.kind


def _section_14(sender: LegalCapacity, receiver: LegalCapacity) -> Misfit | None:
    ends = (sender, receiver)
    on_side_a = [end for end in ends if end.section_14 == "side-a"]
    if len(on_side_a) == 2:
        return None
    if any(end.section_14_work and end.section_14 != "side-a" for end in ends):
        return Misfit("section-14-sides", "work")
    if on_side_a:
        other = receiver if sender.section_14 == "side-a" else sender
        if other.section_14 == "not-named":
            return Misfit("section-14-sides", "not-named", "warning")
        return Misfit("section-14-sides", "youth", "advice") if other.kind == "youth-justice" else None
    if any(end.kind == "government" and end.section_14 == "depends" for end in ends):
        return Misfit("section-14-sides", "unsure", "warning")
    return Misfit("section-14-sides", "default", None if all(end.sure("section_14") for end in ends) else "warning")


def _section_115(receiver: LegalCapacity) -> Misfit | None:
    if receiver.section_115 == "yes" or receiver.behalf == "authority":
        return None
    if receiver.section_115 == "depends":
        words = receiver.kind if receiver.kind in ("housing-provider", "probation", "health") else "unsure"
        return Misfit("section-115-recipient", words, "warning")
    return (
        Misfit("section-115-recipient", "behalf", "warning")
        if receiver.behalf == "someone"
        else Misfit("section-115-recipient", "default")
    )


def _duty_to_refer(sender: LegalCapacity, receiver: LegalCapacity) -> Misfit | None:
    if receiver.kind != "local-authority" or (receiver.places and "england" not in receiver.places):
        return Misfit("duty-to-refer", "receiver")
    if sender.duty_to_refer == "no":
        return Misfit("duty-to-refer", "default")
    return Misfit("duty-to-refer", "unsure", "warning") if sender.duty_to_refer == "depends" else None


def _serious_violence(id_: str, sender: LegalCapacity, receiver: LegalCapacity) -> Misfit | None:
    if sender.serious_violence == "no" or receiver.serious_violence == "no":
        return Misfit("serious-violence", "default")
    if id_ == "pcsca22-s17" and not vocabulary().gateways[id_].open_to_receiver(receiver.kind):
        return Misfit("serious-violence", "policing-body")
    return None


def _is_specified(gateway: Gateway, end: LegalCapacity) -> bool:
    return end.specified == "yes" or (end.specified == "depends" and gateway.open_to_sender(end.kind))


def check_reach(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """A gateway that is named reaches from its sender to its recipient, or another one named there does."""
    for view in views:
        if not view.identifies:
            continue
        named: dict[str, dict[int, Misfit | None]] = {}
        for number, (senders, receivers) in enumerate(view.pairs):
            ends = (senders[0].capacity, receivers[0].capacity)
            if any(end.foreign or end.processor for end in ends):
                continue
            for gateway in powers_of(senders[0]):
                named.setdefault(gateway.id, {})[number] = misfit(
                    gateway.id, *ends, authorises=view.leaves_law_enforcement
                )
        if not any(found for pairs in named.values() for found in pairs.values()):
            continue
        elsewhere = {outside.id for outside in _elsewhere(subject, view)}
        of_no_use = {id_ for id_, pairs in named.items() if all(pairs.values())}
        nearest = _nearest({id_: pairs for id_, pairs in named.items() if id_ not in of_no_use | {_MAPPA}})
        for id_, pairs in named.items():
            if id_ in elsewhere:
                continue  # that it is not law there has been said
            by_reason: dict[Misfit, list[int]] = {}
            for number, found in pairs.items():
                # Every end of section 325 must be within it; other powers may leave a pair to another one.
                if found is not None and (id_ in of_no_use or id_ == _MAPPA or nearest.get(number) == id_):
                    by_reason.setdefault(found, []).append(number)
            for reason, numbers in by_reason.items():
                yield from _unreached(subject, view, id_, reason, numbers)


def _nearest(named: Mapping[str, Mapping[int, Misfit | None]]) -> dict[int, str]:
    """For each pair that no power reaches, the one that comes nearest to it: the pair is one fault, said once.

    A pair that some power does reach is left out.
    """
    best: dict[int, tuple[int, str]] = {}
    for id_, pairs in named.items():
        for number, found in pairs.items():
            distance = -1 if found is None else found.distance
            if number not in best or distance < best[number][0]:
                best[number] = distance, id_
    return {number: id_ for number, (distance, id_) in best.items() if distance >= 0}


def _unreached(
    subject: ProtocolSubject, view: FlowView, id_: str, reason: Misfit, numbers: Sequence[int]
) -> Iterator[Finding]:
    senders = [end for number in numbers for end in view.pairs[number][0]]
    receivers = [end for number in numbers for end in view.pairs[number][1]]
    both = [*senders, *receivers]
    path: PathTo = (*senders[0].law_path, "gateways", senders[0].law.gateways.index(id_))
    if reason.code == "mappa-ends":
        ends = [end for end in both if not end.capacity.mappa_role]
        # A role that could not be read has been named already.
        lacking = {end.id for end in ends}
        roles = [
            index
            for index, party in enumerate(subject.protocol.parties)
            if subject.register.present_organisation(party.organisation) in lacking
        ]
        if any(not subject.record.lacks("parties", index, "mappa_role") for index in roles):
            return
    elif reason.code == "section-14-sides" and reason.words in ("not-named", "youth"):
        ends = [end for end in both if end.capacity.section_14 != "side-a"]
    elif reason.code == "section-14-sides" and reason.words == "work":
        ends = [end for end in both if end.capacity.section_14_work and end.capacity.section_14 != "side-a"]
    elif reason.code == "serious-violence" and reason.words == "default":
        ends = [end for end in both if end.capacity.serious_violence == "no"]
    elif reason.code == "specified-person":
        gateway = vocabulary().gateways[id_]
        ends = [end for end in both if not _is_specified(gateway, end.capacity)]
    elif (reason.code, reason.words) in (
        ("duty-to-refer", "default"),
        ("duty-to-refer", "unsure"),
        ("gateway-not-open", "default"),
    ):
        ends = senders
    else:
        ends = receivers
    yield from subject.find(
        reason.code,
        subject.record,
        path,
        words=reason.words,
        cap=reason.cap,
        flow=view.flow.id,
        id=id_,
        law=vocabulary().gateways[id_].reference,
        ends=names(ends),
        senders=names(senders),
        receivers=names(receivers),
        protocol=subject.folder.id,
        work=sorted({work for end in ends for work in end.capacity.section_14_work}),
        may_use=vocabulary().gateways[id_].from_ or "see the gateway's page",
        may_hear=vocabulary().gateways[id_].to or "see the gateway's page",
    )


class Elsewhere(NamedTuple):
    """A gateway that is not law where these ends are."""

    id: str
    path: PathTo
    ends: list[FlowEnd]
    cap: Severity | None


def check_gateway_elsewhere(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """A gateway is law where its sender is, and where its recipient is if it says who may receive."""
    for view in views:
        for found in _elsewhere(subject, view):
            gateway = vocabulary().gateways[found.id]
            yield from subject.find(
                "gateway-elsewhere",
                subject.record,
                found.path,
                cap=found.cap,
                flow=view.flow.id,
                id=found.id,
                law=gateway.reference,
                extent=[label("jurisdiction", place) for place in gateway.extent],
                ends=names(found.ends),
            )


def _elsewhere(subject: ProtocolSubject, view: FlowView) -> Iterator[Elsewhere]:
    """The gateways of a flow that are not law where they are used, each once."""
    whole = frozenset(subject.protocol.jurisdictions)
    known = vocabulary().gateways
    reported: set[str] = set()
    at_home = [end for end in view.senders if view.identifies and not end.capacity.foreign]
    for law_path, senders in by_law(at_home).items():
        for index, id_ in enumerate(senders[0].law.gateways):
            if id_ in reported or id_ not in known:
                continue
            reported.add(id_)
            gateway = known[id_]
            extent = frozenset[str](gateway.extent)
            outside = [end for end in at_home if id_ in end.law.gateways and _outside(end, extent, whole)]
            cap: Severity | None = None
            if not outside and gateway.is_power and gateway.to_kinds != ("any",) and id_ != _REFER:
                outside = [end for end in view.receivers if _outside(end, extent, frozenset())]
                cap = None if id_ == _MAPPA else "warning"
            if outside:
                yield Elsewhere(id_, (*law_path, "gateways", index), outside, cap if gateway.confirmed else "warning")


def _outside(end: FlowEnd, extent: frozenset[str], whole: frozenset[str]) -> bool:
    # A processor may sit anywhere: the power is its controller's.
    places = frozenset[str]() if end.capacity.processor else end.capacity.places
    if end.capacity.foreign:
        return False
    return bool(places and not places & extent) or bool(whole and not whole & extent)


def check_serious_violence_exclusions(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """What rests on section 16 or 17 alone is not patient information, nor personal data from health or social care."""
    for view in views:
        if not view.identifies:
            continue
        resting = [
            end
            for end in view.senders
            if view.discloses(end) and (powers := powers_of(end)) and {p.id for p in powers} <= _SERIOUS_VIOLENCE
        ]
        from_health = [end for end in resting if end.capacity.kind in ("health", "treatment-provider")]
        for words, ends in (("health-sender", from_health), ("patient", [e for e in resting if e not in from_health])):
            if not ends:
                continue
            id_ = powers_of(ends[0])[0].id
            path = (*ends[0].law_path, "gateways", ends[0].law.gateways.index(id_))
            patient = next(
                (i for i in view.items if "special-category" in i.sensitivity and HEALTH.search(i.name)), None
            )
            care = next((item for item in view.items if _SOCIAL_CARE.search(item.name)), None)
            councils = [end for end in ends if end.capacity.kind == "local-authority"]
            cap: Severity | None = None
            if words == "patient" and patient is None:
                if care is None or not councils:
                    continue
                words, ends, cap = "social-care", councils, "warning"
            item = patient if words == "patient" else care
            yield from subject.find(
                "serious-violence",
                subject.record,
                path,
                words=words,
                cap=cap,
                flow=view.flow.id,
                id=id_,
                ends=names(ends),
                item=item.name if item else "",
            )


RULES = RuleSet(
    protocol=(
        law_rules(
            check_no_gateway,
            check_limit_as_power,
            check_weak_power_alone,
            check_gateway_purpose,
            check_reach,
            check_gateway_elsewhere,
            check_serious_violence_exclusions,
        ),
    )
)
