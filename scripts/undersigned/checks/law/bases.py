"""Lawful bases: what a flow names must be law in force, and a basis of UK GDPR Article 6 that fits its ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from undersigned.checks.engine import ProtocolSubject, RuleSet
from undersigned.checks.law.capacity import (
    FlowView,
    PathTo,
    all_known,
    by_law,
    day_of_law,
    flow_views,
    law_rules,
    names,
)
from undersigned.checks.law.conditions import article_10_capable
from undersigned.checks.suggestions import suggest_law
from undersigned.records.findings import Finding, Severity
from undersigned.records.protocol import Law
from undersigned.records.vocabulary import Dated, Entry, Vocabulary, vocabulary

_CONSENT, _VITAL, _RECOGNISED = "a6a-consent", "a6d-vital-interests", "a6ea-recognised-li"
_VITAL_OFFENCE, _VITAL_SENSITIVE = "s1p30", "s8p3"
#: So many legal ids a hint lists.
_MOST_LISTED = 45
_EXAMPLE = (
    "Write the id of a provision, for example cda98-s115 for section 115 of the Crime and Disorder Act 1998. The page "
    "'Every gateway' of the guidance lists them."
)
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


def check_unknown_legal_id(subject: ProtocolSubject) -> Iterator[Finding]:
    """Every legal id that is named is in the vocabulary of its field."""
    required_by = subject.protocol.required_by
    gateways = vocabulary().gateways
    if required_by is not None and required_by not in gateways:
        near = suggest_law(required_by, gateways)
        yield from subject.find(
            "unknown-legal-id",
            subject.record,
            ("required_by",),
            words="required-by",
            severity="error",
            id=required_by,
            near=near,
            allowed="" if near else _allowed(gateways),
        )
    for view in flow_views(subject):
        for law_path, law in view.laws():
            for field, ids, entries in _lists(law):
                for index, id_ in enumerate(ids):
                    if id_ in entries:
                        continue
                    path = (*law_path, field) if field == "official_authority" else (*law_path, field, index)
                    home, near = _home_of(id_), suggest_law(id_, entries)
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
                        near=near,
                        allowed="" if near else _allowed(entries),
                    )


def _allowed(entries: Mapping[str, Entry]) -> str:
    """The ids that a field can have, if they are few enough to be read."""
    if not entries:
        return "No id can be written here."
    return f"Write one of: {', '.join(entries)}." if len(entries) <= _MOST_LISTED else _EXAMPLE


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
        reported: set[str] = set()
        for law_path, law in view.laws():
            for field, ids, entries in _lists(law):
                if field == "recognised_interests" and _RECOGNISED in law.lawful_bases:
                    continue  # Annex 1 began with Article 6(1)(ea): one fault
                for index, id_ in enumerate(ids):
                    entry = entries.get(id_)
                    if isinstance(entry, Dated) and not entry.in_force_on(day) and id_ not in reported:
                        reported.add(id_)
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
        for path, ends in by_law(end for end in view.under_uk_gdpr if end.capacity.public_authority == "yes").items():
            named = ends[0].law.lawful_bases
            # Beside a basis for its own task, it may cover what is not its task, or another end.
            sure = not _fits_public_task(named, view) and any(end.capacity.sure("public_authority") for end in ends)
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
    """Public task at an end that is not a public authority needs a second look."""
    for view in views:
        if not view.law_is_known:
            continue
        ends = [
            end
            for end in view.under_uk_gdpr
            if "a6e-public-task" in end.law.lawful_bases
            and end.capacity.public_authority == "no"
            and end.capacity.section_14 != "side-a"
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
            if set(end.law.lawful_bases) == {_CONSENT} and end.capacity.public_authority == "yes"
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
    """Vital interests are the only basis only where the flow is for emergencies."""
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
            if end.capacity.processor:
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


RULES = RuleSet(
    protocol=(
        check_unknown_legal_id,
        law_rules(
            check_law_not_in_force,
            check_no_lawful_basis,
            check_not_for_public_tasks,
            check_public_task_elsewhere,
            check_consent_alone,
            check_vital_interests_alone,
            check_recognised_interest,
            check_request_only_interest,
            check_legal_obligation,
        ),
    )
)
