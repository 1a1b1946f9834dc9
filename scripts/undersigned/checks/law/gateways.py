"""Rules on gateways: the power to disclose, who may use it towards whom, and what it does not lift."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from undersigned.checks.engine import ProtocolSubject
from undersigned.checks.law.capacity import End, FlowView, PathTo, Standing, all_known, by_law, names
from undersigned.findings import Finding, Severity
from undersigned.records.vocabulary import Gateway, vocabulary

Views = Sequence[FlowView]
_MAPPA, _SECTION_14, _SECTION_115 = "cja03-s325", "oma07-s14", "cda98-s115"
_REFER = "ha96-s213b"
_SERIOUS_VIOLENCE = frozenset({"pcsca22-s16", "pcsca22-s17"})
_SPECIFIED = "dea17-s35"
#: Powers open to anyone, which do not lift the bars on benefit and tax officials (law-gateways: ssaa92-s123, crca05-s18).
_GENERAL = frozenset({_SECTION_14, _SECTION_115, "lga72-s111", "la11-s1"})
_REFERRAL_CONSENTS = ("refer", "choice-of-authority")
_HEALTH = re.compile(
    r"\b(?:health|medical|medicines?|medication|clinical|patients?|treat(?:ment|ed)|diagnos\w+|psychiatr\w+|hospitals?|GP|disabilit\w+"
    r"|injur\w+|wounds?|mental|illness\w*|addiction|dependen\w+)\b",
    re.IGNORECASE,
)
_SOCIAL_CARE = re.compile(r"\b(?:social care|social services|care needs|care plan|care and support)\b", re.IGNORECASE)
_REFERRAL_FACTS = re.compile(
    r"\b(?:opinion|homeless\w*|contact\w*|names?|telephone|phone|e-?mail|address|reach|identity|agree\w*|consent\w*|choice|authority"
    r"|reference|date of (?:the )?referral|referrer)\b",
    re.IGNORECASE,
)
#: What the duty plainly does not carry, however the item is marked.
_BEYOND_REFERRAL = re.compile(
    r"\b(?:risks?|harm|offen[cs]es?|offending|convictions?|sentence|licence|health|medical)\b", re.IGNORECASE
)
_REVENUE = re.compile(r"\b(?:HMRC|Revenue (?:and|&) Customs)\b", re.IGNORECASE)


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
    """Why a gateway does not reach from one standing to another."""

    code: str
    words: str
    cap: Severity | None = None

    @property
    def distance(self) -> int:
        """How far it is from reaching: 0 where only a record has to say so, 1 where it is not sure, 2 where it is."""
        return 0 if (self.code, self.words) in _OPEN_QUESTIONS else 2 if self.cap is None else 1


def _powers(end: End) -> list[Gateway]:
    """The powers and duties that an end names."""
    known = vocabulary().gateways
    return [known[id_] for id_ in end.law.gateways if id_ in known and known[id_].is_power]


def _asked(end: End, view: FlowView) -> bool:
    """Whether a power is asked of this sender: a public authority, or one that lets go what it holds under Part 3."""
    return (
        view.identifies
        and not end.standing.foreign
        and view.discloses(end)
        and (end.standing.public_authority == "yes" or view.leaves_law_enforcement)
    )


def _cap_of_authority(ends: Iterable[End], view: FlowView) -> Severity | None:
    """A warning at most where that all these are public authorities is still to be confirmed."""
    return None if view.leaves_law_enforcement or any(e.standing.sure("public_authority") for e in ends) else "warning"


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
    """A law that limits disclosure, or only frames the work, is no power to disclose."""
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
    """A general power, or one that waits for regulations, does not carry a flow alone."""
    for view in views:
        for path, ends in by_law(e for e in view.senders if _asked(e, view)).items():
            powers = _powers(ends[0])
            if not powers or not all_known(ends[0].law.gateways, vocabulary().gateways):
                continue
            for words, alone in (
                ("default", all(p.weak for p in powers)),
                ("regulations", all(p.by_regulations for p in powers)),
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


# -- whom a gateway reaches -----------------------------------------------------------------------------------------


@cache
def misfit(id_: str, sender: Standing, receiver: Standing, *, authorises: bool = False) -> Misfit | None:
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


def _named_as(standing: Standing) -> str:
    """In Scotland probation work is justice social work, which the Acts place with councils."""
    return "local-authority" if standing.kind == "probation" and standing.places == {"scotland"} else standing.kind


def _section_14(sender: Standing, receiver: Standing) -> Misfit | None:
    ends = (sender, receiver)
    on_side_a = [end for end in ends if end.section_14 == "side-a"]
    if len(on_side_a) == 2:
        return None
    if on_side_a:
        other = receiver if sender.section_14 == "side-a" else sender
        if other.section_14 == "not-named":
            return Misfit("section-14-sides", "not-named", "warning")
        return Misfit("section-14-sides", "youth", "advice") if other.kind == "youth-justice" else None
    if any(end.kind == "government" and end.section_14 == "depends" for end in ends):
        return Misfit("section-14-sides", "unsure", "warning")
    return Misfit("section-14-sides", "default", None if all(end.sure("section_14") for end in ends) else "warning")


def _section_115(receiver: Standing) -> Misfit | None:
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


def _duty_to_refer(sender: Standing, receiver: Standing) -> Misfit | None:
    if receiver.kind != "local-authority" or (receiver.places and "england" not in receiver.places):
        return Misfit("duty-to-refer", "receiver")
    if sender.duty_to_refer == "no":
        return Misfit("duty-to-refer", "default")
    return Misfit("duty-to-refer", "unsure", "warning") if sender.duty_to_refer == "depends" else None


def _serious_violence(id_: str, sender: Standing, receiver: Standing) -> Misfit | None:
    if sender.serious_violence == "no" or receiver.serious_violence == "no":
        return Misfit("serious-violence", "default")
    if id_ == "pcsca22-s17" and not vocabulary().gateways[id_].open_to_receiver(receiver.kind):
        return Misfit("serious-violence", "policing-body")
    return None


def _is_specified(gateway: Gateway, end: Standing) -> bool:
    return end.specified == "yes" or (end.specified == "depends" and gateway.open_to_sender(end.kind))


def check_reach(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """A gateway that is named reaches from its sender to its recipient, or another one named there does."""
    for view in views:
        if not view.identifies:
            continue
        named: dict[str, dict[int, Misfit | None]] = {}
        for number, (senders, receivers) in enumerate(view.pairs):
            ends = (senders[0].standing, receivers[0].standing)
            if any(end.foreign or end.processor for end in ends):
                continue
            for gateway in _powers(senders[0]):
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
        ends = [end for end in both if not end.standing.mappa_role]
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
        ends = [end for end in both if end.standing.section_14 != "side-a"]
    elif reason.code == "serious-violence" and reason.words == "default":
        ends = [end for end in both if end.standing.serious_violence == "no"]
    elif reason.code == "specified-person":
        gateway = vocabulary().gateways[id_]
        ends = [end for end in both if not _is_specified(gateway, end.standing)]
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
        may_use=vocabulary().gateways[id_].from_ or "see the gateway's page",
        may_hear=vocabulary().gateways[id_].to or "see the gateway's page",
    )


class Elsewhere(NamedTuple):
    """A gateway that is no law where these ends are."""

    id: str
    path: PathTo
    ends: list[End]
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
                extent=[_NATIONS[place] for place in gateway.extent],
                ends=names(found.ends),
            )


def _elsewhere(subject: ProtocolSubject, view: FlowView) -> Iterator[Elsewhere]:
    """The gateways of a flow that are not law where they are used, each once."""
    whole = frozenset(subject.protocol.jurisdictions)
    known = vocabulary().gateways
    said: set[str] = set()
    at_home = [end for end in view.senders if view.identifies and not end.standing.foreign]
    for law_path, senders in by_law(at_home).items():
        for index, id_ in enumerate(senders[0].law.gateways):
            if id_ in said or id_ not in known:
                continue
            said.add(id_)
            gateway = known[id_]
            extent = frozenset[str](gateway.extent)
            outside = [end for end in at_home if id_ in end.law.gateways and _outside(end, extent, whole)]
            cap: Severity | None = None
            if not outside and gateway.is_power and gateway.to_kinds != ("any",) and id_ != _REFER:
                outside = [end for end in view.receivers if _outside(end, extent, frozenset())]
                cap = None if id_ == _MAPPA else "warning"
            if outside:
                yield Elsewhere(id_, (*law_path, "gateways", index), outside, cap if gateway.confirmed else "warning")


_NATIONS = {"england": "England", "wales": "Wales", "scotland": "Scotland", "northern-ireland": "Northern Ireland"}


def _outside(end: End, extent: frozenset[str], whole: frozenset[str]) -> bool:
    # A processor may sit anywhere: the power is its controller's.
    places = frozenset[str]() if end.standing.processor else end.standing.places
    if end.standing.foreign:
        return False
    return bool(places and not places & extent) or bool(whole and not whole & extent)


# -- single gateways ------------------------------------------------------------------------------------------------


def check_mappa_role(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """A party's MAPPA role is one that section 325 gives to bodies of its kind."""
    for index, party in enumerate(subject.protocol.parties):
        if party.mappa_role is None:
            continue
        organisation = subject.organisation(party.organisation)
        if organisation is None:
            continue
        kind = vocabulary().organisation_kinds[organisation.kind]
        if kind.controls_data and party.mappa_role not in kind.mappa_roles:
            # Section 325(4A)(c) leaves it to the responsible authority who may contribute.
            associate = party.mappa_role == "associate"
            yield from subject.find(
                "mappa-role",
                subject.record,
                ("parties", index, "mappa_role"),
                cap="warning" if associate or not kind.is_confirmed("mappa_roles") else None,
                words="associate" if associate else "default" if kind.mappa_roles else "none",
                organisation=organisation.name,
                kind=kind.title.lower(),
                role=party.mappa_role,
                roles=list(kind.mappa_roles),
            )


def check_mappa_regime(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """What is shared under section 325 is under the law enforcement regime at both ends."""
    for view in views:
        flow = view.flow
        senders = [end for end in view.senders if _MAPPA in end.law.gateways]
        if not senders or not view.identifies or flow.regime is None:
            continue
        if flow.regime != "law-enforcement":
            field, found = "regime", str(flow.regime)
        elif flow.receiving_regime not in ("law-enforcement", "none", "foreign"):
            field, found = "receives_under", str(flow.receiving_regime)
        else:
            continue
        alone = any({power.id for power in _powers(end)} == {_MAPPA} for end in senders)
        yield from subject.find(
            "mappa-regime",
            subject.record,
            (*view.path, field),
            cap=None if alone else "warning",
            flow=flow.id,
            field=field,
            regime=found,
        )


def check_duty_to_refer_consents(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """A referral under section 213B rests on the person's agreement and on the authority the person chose."""
    for view in views:
        senders = [end for end in view.senders if _REFER in end.law.gateways]
        if not senders or not view.identifies:
            continue
        flow = view.flow
        alone = any({power.id for power in _powers(end)} == {_REFER} for end in senders)
        cap: Severity | None = None if alone else "warning"
        lacking = [consent for consent in _REFERRAL_CONSENTS if consent not in flow.statutory_consents]
        if not flow.statutory_consents:
            yield from subject.find(
                "duty-to-refer-consents",
                subject.record,
                view.path,
                missing="statutory_consents",
                cap=cap,
                flow=flow.id,
                lacking=lacking,
            )
        elif lacking:
            yield from subject.find(
                "duty-to-refer-consents",
                subject.record,
                (*view.path, "statutory_consents"),
                cap=cap,
                flow=flow.id,
                lacking=lacking,
            )
        elif flow.consent and "statutory" not in flow.consent:
            yield from subject.find(
                "duty-to-refer-consents",
                subject.record,
                (*view.path, "consent"),
                words="role",
                cap="warning",
                flow=flow.id,
            )


def check_duty_to_refer_items(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Section 213B carries the opinion and how to reach the person; anything more needs another gateway."""
    for view in views:
        if not any({power.id for power in _powers(end)} == {_REFER} for end in view.senders):
            continue
        for shared in view.shared:
            item = shared.item
            sensitive = {"special-category", "criminal-offence"} & set(item.sensitivity) or _BEYOND_REFERRAL.search(
                item.name
            )
            if sensitive or not _REFERRAL_FACTS.search(item.name):
                yield from subject.find(
                    "duty-to-refer-items",
                    subject.record,
                    shared.path,
                    cap="warning" if sensitive else "advice",
                    flow=view.flow.id,
                    item=item.name,
                )


def check_serious_violence_exclusions(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """What rests on section 16 or 17 alone is no patient information, nor personal data from health or social care."""
    for view in views:
        if not view.identifies:
            continue
        resting = [
            end
            for end in view.senders
            if view.discloses(end) and (powers := _powers(end)) and {p.id for p in powers} <= _SERIOUS_VIOLENCE
        ]
        from_health = [end for end in resting if end.standing.kind in ("health", "treatment-provider")]
        for words, ends in (("health-sender", from_health), ("patient", [e for e in resting if e not in from_health])):
            if not ends:
                continue
            id_ = _powers(ends[0])[0].id
            path = (*ends[0].law_path, "gateways", ends[0].law.gateways.index(id_))
            patient = next(
                (i for i in view.items if "special-category" in i.sensitivity and _HEALTH.search(i.name)), None
            )
            care = next((item for item in view.items if _SOCIAL_CARE.search(item.name)), None)
            councils = [end for end in ends if end.standing.kind == "local-authority"]
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


def check_statutory_bar(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Benefit and tax officials rest on a power that names them, not on a general one."""
    for view in views:
        if not view.identifies or {"basis", "confidence"} & set(view.flow.consent):
            continue
        for words, ends in (
            ("default", [end for end in view.senders if end.standing.kind == "jobcentre" and view.discloses(end)]),
            (
                "revenue",
                [
                    end
                    for end in view.senders
                    if end.standing.kind == "government" and _REVENUE.search(end.name) and view.discloses(end)
                ],
            ),
        ):
            for path, some in by_law(ends).items():
                powers = _powers(some[0])
                if (
                    powers
                    and {power.id for power in powers} <= _GENERAL
                    and "a6a-consent" not in some[0].law.lawful_bases
                ):
                    yield from subject.find(
                        "statutory-bar",
                        subject.record,
                        (*path, "gateways", some[0].law.gateways.index(powers[0].id)),
                        words=words,
                        cap="warning",
                        flow=view.flow.id,
                        ends=names(some),
                        named=[power.id for power in powers],
                    )


def _public_interest_weighed(subject: ProtocolSubject) -> bool:
    """Whether the protocol says in writing when the public interest overrides confidence."""
    reasons = subject.protocol.considerations
    said = "" if reasons is None else f"{reasons.consent} {reasons.vital_interests} {reasons.proportionality}"
    if "public interest" in said.lower():
        return True
    # A clause on freedom of information weighs another public interest.
    texts = (clause.text.lower() for clause in subject.protocol.clauses if clause.text)
    return any("public interest" in text and "confiden" in text for text in texts)


def check_health_confidence(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Confidential health information goes with consent, a power that lifts confidence, or a written reason."""
    weighed: bool | None = None
    for view in views:
        flow = view.flow
        if not view.special or flow.when == "emergency" or {"basis", "confidence"} & set(flow.consent):
            continue
        if weighed is None:
            weighed = _public_interest_weighed(subject)
        if weighed or any("public interest" in (item.why or "").lower() for item in view.items):
            continue
        for path, ends in by_law(end for end in view.senders if view.discloses(end)).items():
            powers = _powers(ends[0])
            if (
                any(power.lifts_confidence for power in powers)
                or "a9a-explicit-consent" in ends[0].law.special_category_conditions
            ):
                continue
            if not all_known(ends[0].law.gateways, vocabulary().gateways):
                continue
            treating = [
                end
                for end in ends
                if end.standing.kind == "treatment-provider"
                and any(other.standing.kind == "probation" for other in view.receivers_of(end))
            ]
            about_health = any(
                "special-category" in item.sensitivity and _HEALTH.search(item.name) for item in view.items
            )
            thin = [end for end in ends if about_health or end.standing.kind in ("treatment-provider", "health")]
            if treating:
                yield from subject.find(
                    "health-confidence", subject.record, path, cap="warning", flow=flow.id, ends=names(treating)
                )
            elif thin and powers and all(power.states_no_power for power in powers):
                index = ends[0].law.gateways.index(powers[0].id)
                yield from subject.find(
                    "health-confidence",
                    subject.record,
                    (*path, "gateways", index),
                    words="duty-alone",
                    cap="warning",
                    flow=flow.id,
                    ends=names(thin),
                    law=powers[0].reference,
                )
