"""What particular Acts ask of a flow besides a power to share: roles, consents, and the confidences that they keep."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from undersigned.checks.engine import ProtocolSubject, RuleSet
from undersigned.checks.law.capacity import FlowView, all_known, by_law, law_rules, names
from undersigned.checks.law.gateways import HEALTH, powers_of
from undersigned.records.findings import Finding, Severity
from undersigned.records.vocabulary import vocabulary

Views = Sequence[FlowView]
_MAPPA, _SECTION_14, _SECTION_115 = "cja03-s325", "oma07-s14", "cda98-s115"
_REFER = "ha96-s213b"
#: Powers open to anyone, which do not lift the bars on benefit and tax officials (law-gateways: ssaa92-s123, crca05-s18).
_GENERAL = frozenset({_SECTION_14, _SECTION_115, "lga72-s111", "la11-s1"})
_REFERRAL_CONSENTS = ("refer", "choice-of-authority")
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
        alone = any({power.id for power in powers_of(end)} == {_MAPPA} for end in senders)
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
        alone = any({power.id for power in powers_of(end)} == {_REFER} for end in senders)
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
        if not any({power.id for power in powers_of(end)} == {_REFER} for end in view.senders):
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


def check_statutory_bar(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Benefit and tax officials rest on a power that names them, not on a general one."""
    for view in views:
        if not view.identifies or {"basis", "confidence"} & set(view.flow.consent):
            continue
        for words, ends in (
            ("default", [end for end in view.senders if end.capacity.kind == "jobcentre" and view.discloses(end)]),
            (
                "revenue",
                [
                    end
                    for end in view.senders
                    if end.capacity.kind == "government" and _REVENUE.search(end.name) and view.discloses(end)
                ],
            ),
        ):
            for path, some in by_law(ends).items():
                powers = powers_of(some[0])
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
    words = "" if reasons is None else f"{reasons.consent} {reasons.vital_interests} {reasons.proportionality}"
    if "public interest" in words.lower():
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
            powers = powers_of(ends[0])
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
                if end.capacity.kind == "treatment-provider"
                and any(other.capacity.kind == "probation" for other in view.receivers_of(end))
            ]
            about_health = any(
                "special-category" in item.sensitivity and HEALTH.search(item.name) for item in view.items
            )
            thin = [end for end in ends if about_health or end.capacity.kind in ("treatment-provider", "health")]
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


RULES = RuleSet(
    protocol=(
        law_rules(
            check_mappa_role,
            check_mappa_regime,
            check_duty_to_refer_consents,
            check_duty_to_refer_items,
            check_statutory_bar,
            check_health_confidence,
        ),
    )
)
