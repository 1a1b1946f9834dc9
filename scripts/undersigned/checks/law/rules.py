"""Rules on law, asked for each flow and each end of it: which room holds which, and that ends are found only once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from undersigned.checks.engine import ProtocolSubject, RuleSet
from undersigned.checks.law import conditions, gateways, regimes
from undersigned.checks.law.capacity import FlowView, flow_views
from undersigned.findings import Finding

LawRule = Callable[[ProtocolSubject, tuple[FlowView, ...]], Iterator[Finding]]

#: Asked of records that are live or on the way there: all their words are `by-status`.
_LIVE: tuple[LawRule, ...] = (
    conditions.check_law_not_in_force,
    conditions.check_no_lawful_basis,
    conditions.check_not_for_public_tasks,
    conditions.check_public_task_elsewhere,
    conditions.check_consent_alone,
    conditions.check_vital_interests_alone,
    conditions.check_recognised_interest,
    conditions.check_request_only_interest,
    conditions.check_legal_obligation,
    conditions.check_article_9,
    conditions.check_extension_alone,
    conditions.check_article_10,
    conditions.check_official_authority,
    conditions.check_never_between_agencies,
    conditions.check_no_policy_document,
    conditions.check_law_enforcement_condition,
    conditions.check_sensitive_condition,
    conditions.check_identifies_people,
    gateways.check_no_gateway,
    gateways.check_limit_as_power,
    gateways.check_weak_power_alone,
    gateways.check_reach,
    gateways.check_gateway_elsewhere,
    gateways.check_mappa_role,
    gateways.check_mappa_regime,
    gateways.check_duty_to_refer_consents,
    gateways.check_duty_to_refer_items,
    gateways.check_serious_violence_exclusions,
    gateways.check_statutory_bar,
    gateways.check_health_confidence,
    regimes.check_not_competent,
    regimes.check_crossing_regime,
    regimes.check_foreign_regime,
    regimes.check_processor_terms,
    regimes.check_joint_controller_terms,
    regimes.check_victim_details,
)


def check_law(subject: ProtocolSubject) -> Iterator[Finding]:
    """Every rule on law, with the ends of each flow worked out once for all of them."""
    views = flow_views(subject)
    yield from conditions.check_unknown_legal_id(subject, views)
    if subject.status_severity() is not None:
        for rule in _LIVE:
            yield from rule(subject, views)


RULES = RuleSet(protocol=(check_law,))
