"""Rules on the conditions a flow names: UK GDPR Articles 6, 9 and 10, Schedule 1, and Part 3 of the 2018 Act."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from undersigned.checks.engine import ProtocolSubject
from undersigned.checks.law.capacity import End, FlowView, PathTo, all_known, by_law, day_of_law, names
from undersigned.checks.rules.content import topics_claimed
from undersigned.findings import Finding, Severity
from undersigned.records.protocol import Law
from undersigned.records.reading import did_you_mean
from undersigned.records.vocabulary import Dated, Entry, Schedule1Condition, Vocabulary, vocabulary

_CONSENT, _VITAL, _RECOGNISED = "a6a-consent", "a6d-vital-interests", "a6ea-recognised-li"
_VITAL_OFFENCE, _VITAL_SENSITIVE = "s1p30", "s8p3"
_EXTENSION = "s1p36"
_ON_REQUEST = "rli-public-task-request"
Views = Sequence[FlowView]


def _lists(law: Law) -> Iterator[tuple[str, tuple[str, ...], Mapping[str, Entry]]]:
    """Each list of legal ids with its name and vocabulary."""
    known = vocabulary()
    yield "lawful_bases", law.lawful_bases, known.lawful_bases
    yield "recognised_interests", law.recognised_interests, known.recognised_interests
    yield "special_category_conditions", law.special_category_conditions, known.special_category_conditions
    yield "schedule_1_conditions", law.schedule_1_conditions, known.schedule_1_conditions
    yield "law_enforcement_conditions", law.law_enforcement_conditions, known.law_enforcement_conditions
    yield "gateways", law.gateways, known.gateways
    if law.official_authority is not None:
        yield "official_authority", (law.official_authority,), known.gateways


def check_unknown_legal_id(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Every legal id that is named stands in the vocabulary of its field."""
    required_by = subject.protocol.required_by
    gateways = vocabulary().gateways
    if required_by is not None and required_by not in gateways:
        yield from subject.find(
            "unknown-legal-id",
            subject.record,
            ("required_by",),
            words="required-by",
            severity="error",
            id=required_by,
            near=_near(required_by, gateways),
            allowed=list(gateways),
        )
    for view in views:
        for law_path, law in view.laws():
            for field, ids, entries in _lists(law):
                for index, id_ in enumerate(ids):
                    if id_ in entries:
                        continue
                    path = (*law_path, field) if field == "official_authority" else (*law_path, field, index)
                    home = _home_of(id_)
                    yield from subject.find(
                        "unknown-legal-id",
                        subject.record,
                        path,
                        words=home[0],
                        severity="error",
                        flow=view.flow.id,
                        id=id_,
                        field=field,
                        home=home[1],
                        near=_near(id_, entries),
                        allowed=list(entries) or ["none"],
                    )


def _near(id_: str, entries: Mapping[str, Entry]) -> str:
    hint = did_you_mean(id_, entries)
    return f"{hint} " if hint.startswith("Did you mean") else ""


def _home_of(id_: str) -> tuple[str, str]:
    """Which words to use for an id that is not of this field: known elsewhere, a definition, or nowhere."""
    known: Vocabulary = vocabulary()
    homes: tuple[tuple[str, Mapping[str, Entry]], ...] = (
        ("lawful_bases", known.lawful_bases),
        ("recognised_interests", known.recognised_interests),
        ("special_category_conditions", known.special_category_conditions),
        ("schedule_1_conditions", known.schedule_1_conditions),
        ("law_enforcement_conditions", known.law_enforcement_conditions),
        ("gateways", known.gateways),
    )
    for field, entries in homes:
        if id_ in entries:
            return "elsewhere", field
    return ("definition", known.duties[id_].title) if id_ in known.duties else ("default", "")


def check_law_not_in_force(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """No flow rests on law that has not begun, or has been repealed, on the day at which the record is read."""
    day = day_of_law(subject.protocol, subject.as_of)
    required_by = vocabulary().gateways.get(subject.protocol.required_by or "")
    if required_by is not None and not required_by.in_force_on(day):
        yield from _not_in_force(subject, ("required_by",), required_by, "this protocol")
    for view in views:
        said: set[str] = set()
        for law_path, law in view.laws():
            for field, ids, entries in _lists(law):
                if field == "recognised_interests" and _RECOGNISED in law.lawful_bases:
                    continue  # Annex 1 began with Article 6(1)(ea): one fault
                for index, id_ in enumerate(ids):
                    entry = entries.get(id_)
                    if isinstance(entry, Dated) and not entry.in_force_on(day) and id_ not in said:
                        said.add(id_)
                        path = (*law_path, field) if field == "official_authority" else (*law_path, field, index)
                        yield from _not_in_force(subject, path, entry, f"flow '{view.flow.id}'")


def _not_in_force(subject: ProtocolSubject, path: PathTo, entry: Dated, where: str) -> Iterator[Finding]:
    yield from subject.find(
        "law-not-in-force",
        subject.record,
        path,
        words=_lifetime(entry),
        cap=_cap(entry),
        where=where,
        id=entry.id,
        law=entry.reference,
        starts=entry.in_force_from or "",
        ended=entry.repealed_on or "",
        instead=entry.replaced_by or "",
    )


def _cap(entry: Dated) -> Severity | None:
    """That a row is prospective was seen, whatever else of it is still to be confirmed."""
    return None if entry.confirmed or entry.prospective else "warning"


def _lifetime(entry: Dated) -> str:
    if entry.prospective:
        return "prospective"
    if entry.repealed_on is not None:
        return "replaced" if entry.replaced_by else "repealed"
    return "default"


# -- Article 6 ------------------------------------------------------------------------------------------------------


def check_no_lawful_basis(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Every end under the UK GDPR names a lawful basis of Article 6(1); of a crossing that is the receiving end."""
    for view in views:
        for path, ends in by_law(end for end in view.under_uk_gdpr if not end.law.lawful_bases).items():
            yield from subject.find(
                "no-lawful-basis", subject.record, path, missing="lawful_bases", flow=view.flow.id, ends=names(ends)
            )


def check_not_for_public_tasks(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """A public authority doing its tasks relies neither on legitimate interests nor on a recognised legitimate interest."""
    bases = vocabulary().lawful_bases
    for view in views:
        for path, ends in by_law(end for end in view.under_uk_gdpr if end.standing.public_authority == "yes").items():
            named = ends[0].law.lawful_bases
            # Beside a basis for its own task, it may stand for what is not its task, or for another end.
            sure = not _fits_public_task(named, view) and any(end.standing.sure("public_authority") for end in ends)
            for index, id_ in enumerate(named):
                if id_ in bases and bases[id_].not_for_public_tasks:
                    yield from subject.find(
                        "not-for-public-tasks",
                        subject.record,
                        (*path, "lawful_bases", index),
                        cap=None if sure else "warning",
                        flow=view.flow.id,
                        id=id_,
                        basis=bases[id_].title_with_reference,
                        ends=names(ends),
                    )


def _fits_public_task(bases: Sequence[str], view: FlowView) -> bool:
    """Whether one of these bases can carry what a public authority does as its task."""
    fitting = {"a6b-contract", "a6c-legal-obligation", "a6e-public-task"}
    return bool(fitting & set(bases)) or (view.flow.when == "emergency" and _VITAL in bases)


def check_public_task_elsewhere(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Public task at an end that is no public authority asks for a second look."""
    for view in views:
        if not view.law_is_known:
            continue
        ends = [
            end
            for end in view.under_uk_gdpr
            if "a6e-public-task" in end.law.lawful_bases
            and end.standing.public_authority == "no"
            and end.standing.section_14 != "side-a"
            and end.law.official_authority is None
        ]
        for path, some in by_law(ends).items():
            index = some[0].law.lawful_bases.index("a6e-public-task")
            yield from subject.find(
                "public-task-elsewhere",
                subject.record,
                (*path, "lawful_bases", index),
                cap="advice",
                flow=view.flow.id,
                ends=names(some),
            )


def check_consent_alone(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Consent is not the only basis at the end of a public authority."""
    for view in views:
        ends = [
            end
            for end in view.under_uk_gdpr
            if set(end.law.lawful_bases) == {_CONSENT} and end.standing.public_authority == "yes"
        ]
        for path, some in by_law(ends).items():
            yield from subject.find(
                "consent-alone",
                subject.record,
                (*path, "lawful_bases", 0),
                cap="warning",
                flow=view.flow.id,
                ends=names(some),
            )


def check_vital_interests_alone(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Vital interests stand alone only where the flow is for emergencies."""
    for view in views:
        if view.flow.when == "emergency" or (view.flow.when is None and not subject.record.lacks(*view.path, "when")):
            continue
        for words, where in _vital_interests_alone(view):
            yield from subject.find(
                "vital-interests-alone",
                subject.record,
                where,
                words=words,
                cap=None if words == "default" else "warning",
                flow=view.flow.id,
                when=view.flow.when or "not said",
            )


def _vital_interests_alone(view: FlowView) -> Iterator[tuple[str, PathTo]]:
    """Where vital interests are the only basis or the only condition: the words for it, and its place. One for each law."""
    for path, ends in by_law(view.under_uk_gdpr).items():
        law = ends[0].law
        if set(law.lawful_bases) == {_VITAL}:
            yield "default", (*path, "lawful_bases", 0)
        elif view.special and set(law.special_category_conditions) == {"a9c-vital-interests"}:
            yield "article-9", (*path, "special_category_conditions", 0)
        elif view.offence and _VITAL_OFFENCE in law.schedule_1_conditions and law.official_authority is None:
            others = [id_ for id_ in law.schedule_1_conditions if id_ != _VITAL_OFFENCE]
            if all_known(others, vocabulary().schedule_1_conditions) and not article_10_capable(others):
                yield "article-10", (*path, "schedule_1_conditions", law.schedule_1_conditions.index(_VITAL_OFFENCE))
    entries = vocabulary().law_enforcement_conditions
    for path, ends in by_law(view.under_part_3 if view.special else ()).items():
        ids = ends[0].law.law_enforcement_conditions
        schedule_8 = {id_ for id_ in ids if id_ not in entries or entries[id_].role == "schedule-8"}
        if schedule_8 == {_VITAL_SENSITIVE} and "le-sensitive-consent" not in ids:
            yield "schedule-8", (*path, "law_enforcement_conditions", ids.index(_VITAL_SENSITIVE))


def check_recognised_interest(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """Article 6(1)(ea) and an Annex 1 condition come together or not at all."""
    for view in views:
        for path, law in view.laws():
            named = _RECOGNISED in law.lawful_bases
            if named and not law.recognised_interests:
                yield from subject.find(
                    "recognised-interest", subject.record, path, missing="recognised_interests", flow=view.flow.id
                )
            elif law.recognised_interests and not named and all_known(law.lawful_bases, vocabulary().lawful_bases):
                yield from subject.find(
                    "recognised-interest",
                    subject.record,
                    (*path, "recognised_interests", 0),
                    words="no-basis",
                    flow=view.flow.id,
                    id=law.recognised_interests[0],
                )


def check_request_only_interest(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """The reply to a public-task request serves only flows that answer a request."""
    for view in views:
        if view.flow.when in (None, "on-request"):
            continue
        for path, law in view.laws():
            if _ON_REQUEST in law.recognised_interests:
                index = law.recognised_interests.index(_ON_REQUEST)
                yield from subject.find(
                    "request-only-interest",
                    subject.record,
                    (*path, "recognised_interests", index),
                    flow=view.flow.id,
                    when=view.flow.when,
                )
                break


def check_legal_obligation(subject: ProtocolSubject, views: Views) -> Iterator[Finding]:
    """A sender that relies on a legal obligation names the duty that binds it."""
    gateways = vocabulary().gateways
    for view in views:
        if view.flow.regime != "uk-gdpr":
            continue
        ends = []
        for end in view.senders:
            if end.standing.processor:
                continue
            known = [
                gateways[id_] for id_ in (*end.law.gateways, subject.protocol.required_by or "") if id_ in gateways
            ]
            if (
                "a6c-legal-obligation" in end.law.lawful_bases
                and all_known(end.law.gateways, gateways)
                and not any(gateway.kind == "duty" or "duty" in gateway.also for gateway in known)
            ):
                ends.append(end)
        for path, some in by_law(ends).items():
            index = some[0].law.lawful_bases.index("a6c-legal-obligation")
            yield from subject.find(
                "legal-obligation",
                subject.record,
                (*path, "lawful_bases", index),
                cap="warning",
                flow=view.flow.id,
                ends=names(some),
            )


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
    """Where paragraph 36 or 37 stands without a condition that it could extend."""
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


def _asks(condition: Schedule1Condition, end: End, view: FlowView) -> bool:
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
    said: set[PathTo] = set()
    for view in views:
        for shared in view.shared:
            kinds = shared.item.sensitivity
            if "depersonalised" in kinds and len(kinds) > 1 and shared.origin not in said:
                said.add(shared.origin)
                yield from subject.find(
                    "identifies-people",
                    subject.record,
                    (*shared.origin, "sensitivity"),
                    words="both",
                    item=shared.item.name,
                    kinds=[kind for kind in kinds if kind != "depersonalised"],
                )
