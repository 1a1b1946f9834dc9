"""Rules on law, asked for each flow and each end of it: which room holds which, and that ends are found only once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from undersigned.checks import law_conditions, law_gateways, law_regimes
from undersigned.checks.law_ends import FlowView, flow_views
from undersigned.checks.rule import ProtocolSubject, RuleSet
from undersigned.findings import Finding

LawRule = Callable[[ProtocolSubject, tuple[FlowView, ...]], Iterator[Finding]]

#: Asked of records that are live or on the way there: all their words are `by-status`.
_LIVE: tuple[LawRule, ...] = (
    law_conditions.check_law_not_in_force,
    law_conditions.check_no_lawful_basis,
    law_conditions.check_not_for_public_tasks,
    law_conditions.check_public_task_elsewhere,
    law_conditions.check_consent_alone,
    law_conditions.check_vital_interests_alone,
    law_conditions.check_recognised_interest,
    law_conditions.check_request_only_interest,
    law_conditions.check_legal_obligation,
    law_conditions.check_article_9,
    law_conditions.check_extension_alone,
    law_conditions.check_article_10,
    law_conditions.check_official_authority,
    law_conditions.check_never_between_agencies,
    law_conditions.check_no_policy_document,
    law_conditions.check_law_enforcement_condition,
    law_conditions.check_sensitive_condition,
    law_conditions.check_identifies_people,
    law_gateways.check_no_gateway,
    law_gateways.check_limit_as_power,
    law_gateways.check_weak_power_alone,
    law_gateways.check_reach,
    law_gateways.check_gateway_elsewhere,
    law_gateways.check_mappa_role,
    law_gateways.check_mappa_regime,
    law_gateways.check_duty_to_refer_consents,
    law_gateways.check_duty_to_refer_items,
    law_gateways.check_serious_violence_exclusions,
    law_gateways.check_statutory_bar,
    law_gateways.check_health_confidence,
    law_regimes.check_not_competent,
    law_regimes.check_crossing_regime,
    law_regimes.check_foreign_regime,
    law_regimes.check_processor_terms,
    law_regimes.check_joint_controller_terms,
    law_regimes.check_victim_details,
)


def check_law(subject: ProtocolSubject) -> Iterator[Finding]:
    """Every rule on law, with the ends of each flow worked out once for all of them."""
    views = flow_views(subject)
    yield from law_conditions.check_unknown_legal_id(subject, views)
    if subject.status_severity() is not None:
        for rule in _LIVE:
            yield from rule(subject, views)


RULES = RuleSet(protocol=(check_law,))
