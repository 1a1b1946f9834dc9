"""Conditions for sensitive data: UK GDPR Articles 9 and 10, Schedule 1, and Part 3 of the Data Protection Act 2018."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from undersigned.checks.engine import ProtocolSubject, RuleSet
from undersigned.checks.law.capacity import FlowEnd, FlowView, PathTo, all_known, by_law, law_rules, names
from undersigned.checks.rules.content import topics_claimed
from undersigned.records.findings import Finding
from undersigned.records.vocabulary import Schedule1Condition, vocabulary

Views = Sequence[FlowView]
_EXTENSION = "s1p36"


# -- Articles 9 and 10, Schedule 1 ----------------------------------------------------------------------------------


def check_article_9(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Special category data has an Article 9 condition at every end under the UK GDPR, with its Schedule 1 paragraph."""
    conditions = vocabulary().special_category_conditions
    for view in views:
        if not view.special:
            continue
        for path, ends in by_law(view.under_uk_gdpr).items():
            law = ends[0].law
            if not law.special_category_conditions:
                yield from subject.find(
                    "no-article-9",
                    subject.record,
                    path,
                    missing="special_category_conditions",
                    flow=view.flow.id,
                    ends=names(ends),
                    items=_items(view, "special-category"),
                )
                continue
            if not all_known(law.schedule_1_conditions, vocabulary().schedule_1_conditions):
                continue
            whole = any(
                id_ not in conditions
                or conditions[id_].schedule_1 == "none"
                or set(conditions[id_].schedule_1_ids) & set(law.schedule_1_conditions)
                for id_ in law.special_category_conditions
            )
            extended = {law.schedule_1_conditions[index] for index in _extensions_alone(law.schedule_1_conditions)}
            for index, id_ in enumerate(law.special_category_conditions):
                condition = conditions.get(id_)
                if condition is None or condition.schedule_1 == "none":
                    continue
                if condition.schedule_1 == "part-2" and _EXTENSION in extended:
                    continue  # the Part 2 paragraph that paragraph 36 lacks is the one wanted here: one fault
                if set(condition.schedule_1_ids) & set(law.schedule_1_conditions):
                    continue
                wrong = bool(law.schedule_1_conditions)
                yield from subject.find(
                    "no-schedule-1",
                    subject.record,
                    (*path, "special_category_conditions", index) if wrong else path,
                    missing=None if wrong else "schedule_1_conditions",
                    words="wrong" if wrong else "default",
                    cap="warning" if whole else None,
                    flow=view.flow.id,
                    id=id_,
                    article=condition.reference,
                    ends=names(ends),
                    part=condition.schedule_1.replace("part-", "Part "),
                    wanted=_range(condition.schedule_1_ids),
                    named=list(law.schedule_1_conditions),
                )
                if not wrong:
                    break


def _range(ids: Sequence[str]) -> str:
    return ids[0] if len(ids) == 1 else f"one of {ids[0]} to {ids[-1]}"


def _items(view: FlowView, sensitivity: str) -> list[str]:
    found = [f"'{_short(item.name)}'" for item in view.items if sensitivity in item.sensitivity]
    return found if len(found) <= 3 else [*found[:2], f"{len(found) - 2} more"]


def _short(name: str) -> str:
    return name if len(name) <= 60 else name[:57].rstrip() + "…"


def article_10_capable(ids: Sequence[str]) -> bool:
    """Whether one of these Schedule 1 conditions can authorise criminal-offence data alone (DPA 2018 s.10(5))."""
    conditions = vocabulary().schedule_1_conditions
    for condition in (conditions[id_] for id_ in ids if id_ in conditions):
        with_its_own = any(other in ids for other in condition.needs_with)
        if condition.article_10 == "yes" and (with_its_own or not condition.needs_with):
            return True
        if condition.article_10 == "with-extended" and with_its_own:
            return True
    return False


def _extensions_alone(ids: Sequence[str]) -> list[int]:
    """Where paragraph 36 or 37 is named without a condition that it could extend."""
    conditions = vocabulary().schedule_1_conditions
    named = [conditions[id_] for id_ in ids if id_ in conditions]
    found: list[int] = []
    for index, id_ in enumerate(ids):
        condition = conditions.get(id_)
        if condition is None or not condition.needs_with:
            continue
        # Paragraph 36 extends any Part 2 paragraph in form, though only some of them in practice.
        any_part_2 = condition.article_10 == "with-extended" and any(other.part == 2 for other in named)
        if not any_part_2 and not set(condition.needs_with) & set(ids):
            found.append(index)
    return found


def check_extension_alone(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Schedule 1 paragraphs 36 and 37 are named with the condition they extend."""
    conditions = vocabulary().schedule_1_conditions
    for view in views:
        for path, law in view.laws():
            if not all_known(law.schedule_1_conditions, conditions):
                continue
            for index in _extensions_alone(law.schedule_1_conditions):
                id_ = law.schedule_1_conditions[index]
                # The regulator's list has paragraph 37 among those that carry offence data, and paragraph 36 not.
                yield from subject.find(
                    "extension-alone",
                    subject.record,
                    (*path, "schedule_1_conditions", index),
                    cap=None if id_ == _EXTENSION else "warning",
                    flow=view.flow.id,
                    id=id_,
                    law=conditions[id_].reference,
                    wanted=list(conditions[id_].needs_with),
                )


def check_article_10(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Criminal-offence data has official authority, or a Schedule 1 condition capable of Article 10, at every UK GDPR end."""
    known = vocabulary()
    for view in views:
        if not view.offence:
            continue
        for path, ends in by_law(view.under_uk_gdpr).items():
            law = ends[0].law
            ids = law.schedule_1_conditions
            if law.official_authority is not None or article_10_capable(ids):
                continue
            if not all_known(ids, known.schedule_1_conditions) or _extensions_alone(ids):
                continue
            if not subject.record.lacks(*path, "official_authority"):
                continue
            yield from subject.find(
                "no-article-10",
                subject.record,
                (*path, "schedule_1_conditions", 0) if ids else path,
                missing=None if ids else "schedule_1_conditions",
                words="incapable" if ids else "default",
                flow=view.flow.id,
                ends=names(ends),
                named=list(ids),
                items=_items(view, "criminal-offence"),
            )


def check_official_authority(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Official authority names a law that gives authority, not one that limits disclosure."""
    for view in views:
        for path, law in view.laws():
            entry = vocabulary().gateways.get(law.official_authority or "")
            if entry is not None and entry.kind == "limit":
                yield from subject.find(
                    "official-authority",
                    subject.record,
                    (*path, "official_authority"),
                    cap=None if entry.confirmed else "warning",
                    flow=view.flow.id,
                    id=entry.id,
                    law=entry.reference,
                )


def check_never_between_agencies(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """The not-for-profit conditions end at the body's own door; with consent they may reach further, so no error."""
    known = vocabulary()
    for view in views:
        for path, law in view.laws():
            for field, ids, entries in (
                ("special_category_conditions", law.special_category_conditions, known.special_category_conditions),
                ("schedule_1_conditions", law.schedule_1_conditions, known.schedule_1_conditions),
            ):
                for index, id_ in enumerate(ids):
                    entry = entries.get(id_)
                    if entry is not None and entry.never_between_agencies:
                        yield from subject.find(
                            "never-between-agencies",
                            subject.record,
                            (*path, field, index),
                            cap="warning",
                            flow=view.flow.id,
                            id=id_,
                            law=entry.reference,
                        )


# -- the policy document --------------------------------------------------------------------------------------------


def policy_document_needs(views: Views) -> dict[str, set[str]]:
    """The conditions that ask for an appropriate policy document, each with the flows that rest on it.

    Schedule 1 Part 4 at ends under the UK GDPR, section 42 at ends under Part 3.
    """
    conditions = vocabulary().schedule_1_conditions
    sensitive = vocabulary().law_enforcement_conditions
    needs: dict[str, set[str]] = {}
    for view in views:
        for end in view.under_uk_gdpr:
            for id_ in end.law.schedule_1_conditions:
                condition = conditions.get(id_)
                if condition is not None and _is_used(condition, view) and _asks(condition, end, view):
                    needs.setdefault(id_, set()).add(view.flow.id)
        if view.special:
            for end in view.under_part_3:
                for id_ in end.law.law_enforcement_conditions:
                    if id_ in sensitive and sensitive[id_].policy_document:
                        needs.setdefault(id_, set()).add(view.flow.id)
    return needs


def _is_used(condition: Schedule1Condition, view: FlowView) -> bool:
    return (view.special and bool(condition.article_9)) or (view.offence and condition.article_10 != "no")


def _asks(condition: Schedule1Condition, end: FlowEnd, view: FlowView) -> bool:
    if condition.policy_document == "yes":
        return True
    if condition.policy_document != "except-to-competent-authority":
        return False  # paragraph 36 asks what the paragraph beside it asks; paragraph 27(3) turns on who the body is
    receives = view.flow.receiving_regime == "uk-gdpr" and end.id in view.receiver_ids
    return receives or not view.not_surely_competent <= {end.id}


def check_no_policy_document(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Where a condition asks for an appropriate policy document, the protocol names it."""
    if subject.protocol.appropriate_policy_document is not None:
        return
    needs = policy_document_needs(views)
    if needs and "policy-document" not in topics_claimed(subject):
        flows = sorted(set[str]().union(*needs.values()))
        yield from subject.find(
            "no-policy-document",
            subject.record,
            missing="appropriate_policy_document",
            conditions=sorted(needs),
            flows=flows if len(flows) <= 4 else [*flows[:3], f"{len(flows) - 3} more"],
        )


# -- Part 3 ---------------------------------------------------------------------------------------------------------


def check_law_enforcement_condition(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Every end under Part 3 names consent or a necessary task under section 35(2)."""
    entries = vocabulary().law_enforcement_conditions
    for view in views:
        for path, ends in by_law(view.under_part_3).items():
            ids = ends[0].law.law_enforcement_conditions
            if not ids:
                yield from subject.find(
                    "no-law-enforcement-condition",
                    subject.record,
                    path,
                    missing="law_enforcement_conditions",
                    flow=view.flow.id,
                    ends=names(ends),
                )
            elif all_known(ids, entries) and not any(entries[id_].role == "basis" for id_ in ids):
                yield from subject.find(
                    "no-law-enforcement-condition",
                    subject.record,
                    (*path, "law_enforcement_conditions", 0),
                    words="no-basis",
                    flow=view.flow.id,
                    ends=names(ends),
                    named=list(ids),
                )


def check_sensitive_condition(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Sensitive processing under Part 3 names its condition, and one of Schedule 8 where strict necessity asks for it."""
    entries = vocabulary().law_enforcement_conditions
    for view in views:
        if not view.special:
            continue
        for path, ends in by_law(view.under_part_3).items():
            ids = ends[0].law.law_enforcement_conditions
            if not ids or not all_known(ids, entries):
                continue
            roles = {entries[id_].role for id_ in ids}
            if "sensitive" not in roles:
                # A condition of Schedule 8 without the strict necessity that it serves is the value at fault.
                words, index = "default", next((i for i, id_ in enumerate(ids) if entries[id_].role == "schedule-8"), 0)
            elif "schedule-8" not in roles and "le-sensitive-consent" not in ids:
                words, index = "schedule-8", next(i for i, id_ in enumerate(ids) if entries[id_].needs_schedule_8)
            else:
                continue
            yield from subject.find(
                "no-sensitive-condition",
                subject.record,
                (*path, "law_enforcement_conditions", index),
                words=words,
                flow=view.flow.id,
                ends=names(ends),
                named=list(ids),
                items=_items(view, "special-category"),
            )


# -- what is shared -------------------------------------------------------------------------------------------------


def check_identifies_people(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Only depersonalised information goes without a regime, and nothing is depersonalised and personal at once."""
    for view in views:
        flow = view.flow
        named = [item for item in view.items if item.sensitivity and item.sensitivity != ("depersonalised",)]
        if named and "none" in (flow.regime, flow.receives_under):
            field = "regime" if flow.regime == "none" else "receives_under"
            yield from subject.find(
                "identifies-people",
                subject.record,
                (*view.path, field),
                flow=flow.id,
                field=field,
                items=[f"'{_short(item.name)}'" for item in named][:4],
            )
    reported: set[PathTo] = set()
    for view in views:
        for shared in view.shared:
            kinds = shared.item.sensitivity
            if "depersonalised" in kinds and len(kinds) > 1 and shared.origin not in reported:
                reported.add(shared.origin)
                yield from subject.find(
                    "identifies-people",
                    subject.record,
                    (*shared.origin, "sensitivity"),
                    words="both",
                    item=shared.item.name,
                    kinds=[kind for kind in kinds if kind != "depersonalised"],
                )


RULES = RuleSet(
    protocol=(
        law_rules(
            check_article_9,
            check_extension_alone,
            check_article_10,
            check_official_authority,
            check_never_between_agencies,
            check_no_policy_document,
            check_law_enforcement_condition,
            check_sensitive_condition,
            check_identifies_people,
        ),
    )
)
