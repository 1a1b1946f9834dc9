"""Stamps and the working text: what was stamped, whether its kind covers it, and what stamping the rest would mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from undersigned.changes.diff import Difference, differences
from undersigned.changes.judgement import ChangedWording, changed_wordings
from undersigned.changes.kinds import Unmet, excess, least_change
from undersigned.changes.report import Body, Label, Point
from undersigned.changes.terms import Titles, term_points
from undersigned.records.fields import FINGERPRINT, surely_before
from undersigned.records.protocol import ENDED
from undersigned.records.source import PlainData, mappings, strings
from undersigned.records.version import CHANGES, Version
from undersigned.register import ProtocolFolder, Register
from undersigned.status import Identities

_MOST_TERMS = 8
#: So many changed words of one text are named. The others are counted.
_MOST_MARKS = 100


class Texts:
    """The texts of one protocol on both sides, every organisation under its id in the later revision."""

    def __init__(
        self, before: ProtocolFolder | None, after: ProtocolFolder | None, register: Register, *, as_of: date
    ) -> None:
        self.before, self.after, self.register, self.as_of = before, after, register, as_of
        self._identities = Identities(after, register, as_of=as_of) if after is not None else None

    def named(self, text: Mapping[str, PlainData]) -> dict[str, PlainData]:
        """The text with present ids."""
        return dict(text) if self._identities is None else self._identities.rename(text)

    def body(self, id_: str) -> Body:
        return body_of(self.register, id_)

    def points(self, before: Mapping[str, PlainData], after: Mapping[str, PlainData]) -> list[Point]:
        old, new = self.named(before), self.named(after)
        return term_points(differences(old, new), Titles(old, new, self.body))

    def present(self, id_: str) -> tuple[str, ...]:
        return self._identities.present(id_) if self._identities is not None else (id_,)


def body_of(register: Register, id_: str) -> Body:
    present = register.present_organisation(id_)
    return Body(present, register.organisation_name(present))


@dataclass(frozen=True)
class WordingToJudge:
    """A text whose wording changed, and the points that a person needs in order to judge it."""

    wording: ChangedWording
    points: tuple[Point, ...]


def wordings_to_judge(
    before: Mapping[str, PlainData], after: Mapping[str, PlainData], register: Register
) -> list[WordingToJudge]:
    """The texts whose wording differs between two operative texts with present ids, in the order of the text."""
    names = _names_of_parties(register, before, after)
    people = tuple(strings(after.get("people")))
    return [
        WordingToJudge(wording, tuple(_wording_points(wording, register, people, len(mappings(after.get("parties"))))))
        for wording in changed_wordings(before, after, names)
    ]


def _names_of_parties(register: Register, *texts: Mapping[str, PlainData]) -> dict[str, tuple[str, ...]]:
    """The names by which the texts may call their parties, by present id."""
    names: dict[str, tuple[str, ...]] = {}
    for party in (party for text in texts for party in mappings(text.get("parties"))):
        id_ = party.get("organisation")
        record = register.organisation(id_) if isinstance(id_, str) else None
        if isinstance(id_, str) and record is not None and record.value is not None:
            names[id_] = (record.value.name, *record.value.also_known_as)
    return names


def _wording_points(
    wording: ChangedWording, register: Register, people: tuple[str, ...], parties: int
) -> Iterator[Point]:
    """What in changed words may alter what is owed, and who would lose by it."""
    if wording.too_long:
        yield Point("wording-too-long", {"term": wording.label}, "care")
    for mark in wording.marks[:_MOST_MARKS]:
        yield Point(
            "obligation-changed",
            {"term": wording.label, "sort": mark.sort, "before": mark.before or "", "after": mark.after or ""},
            "care",
            variant="" if mark.before and mark.after else "new" if mark.after else "gone",
        )
    if len(wording.marks) > _MOST_MARKS:
        yield Point("obligations-more", {"term": wording.label, "count": len(wording.marks) - _MOST_MARKS}, "care")
    if wording.weaker:
        who = tuple(body_of(register, id_) for id_ in wording.losers)
        values = {"term": wording.label, "people": people, "who": who}
        variant = [*([] if people else ["parties"]), *(["everybody"] if len(who) == parties else [])]
        yield Point("duty-weakened", values, "care", variant="-".join(variant))


# -- stamps -------------------------------------------------------------------------------------------------------------


def stamp_points(texts: Texts) -> Iterator[Point]:
    """Versions that were added, removed, or edited after they were made."""
    before, after = texts.before, texts.after
    old = before.versions if before is not None else {}
    new = after.versions if after is not None else {}
    for number, record in old.items():
        if number not in new:
            yield Point("version-removed", {"version": number}, "care")
        elif record.source.data != new[number].source.data:
            yield from _edited(texts, number)
    for number, record in new.items():
        if number not in old and record.value is not None and after is not None:
            yield from _stamped(texts, after, number, record.value)


def _edited(texts: Texts, number: str) -> Iterator[Point]:
    """What was edited in a stamp, which is never right, and whether its text still is what was signed."""
    if texts.before is None or texts.after is None:
        return
    old, new = texts.before.stamped_text(number), texts.after.stamped_text(number)
    same_text = texts.before.fingerprint_of_text(number) == texts.after.fingerprint_of_text(number)
    yield Point("stamp-text-edited" if not same_text else "stamp-edited", {"version": number}, "care")
    if old is not None and new is not None and not same_text:
        for point in texts.points(old, new):
            yield replace(point, weight="care")
    record = texts.after.versions[number].value
    if record is not None and new is not None and texts.after.fingerprint_of_text(number) != record.fingerprint:
        yield Point("stamp-broken", {"version": number}, "care")
    before, after = texts.before.versions[number].source.data, texts.after.versions[number].source.data
    names = [
        name for name in dict.fromkeys((*before, *after)) if name != "text" and before.get(name) != after.get(name)
    ]
    if names:
        yield Point(
            "stamp-facts-edited", {"version": number, "names": tuple(Label("field", name) for name in names)}, "care"
        )


def _stamped(texts: Texts, folder: ProtocolFolder, number: str, version: Version) -> Iterator[Point]:
    yield Point(
        "version-stamped",
        {
            "version": number,
            "kind": Label("change", version.change),
            "summary": version.summary,
            "agreed_on": version.agreed_on,
            "effective_from": version.takes_effect,
        },
        "signing",
    )
    own = folder.fingerprint_of_text(number)
    given = version.fingerprint
    if (given is not None and not FINGERPRINT.match(given)) or (own is not None and own != given):
        yield Point("stamp-broken", {"version": number}, "care")
    numbers = list(folder.versions)
    at = numbers.index(number)
    if at == 0:
        if version.change != "material":
            yield Point("first-not-material", {"version": number}, "care")
        return
    earlier = numbers[at - 1]
    was, now = folder.stamped_text(earlier), folder.stamped_text(number)
    if was is None or now is None:
        yield Point("kind-not-known", {"version": number, "other": earlier, "kind": Label("change", version.change)})
        return
    yield from _kind(texts, number, version, texts.named(was), texts.named(now), earlier)


def _kind(
    texts: Texts, number: str, version: Version, was: dict[str, PlainData], now: dict[str, PlainData], earlier: str
) -> Iterator[Point]:
    """Whether the kind that the stamp states covers what it changes."""
    values: dict[str, object] = {"version": number, "other": earlier, "kind": Label("change", version.change)}
    if was == now:
        yield Point("stamp-unchanged", values, "care")
        return
    beyond = excess(
        version.change,
        was,
        now,
        summary=version.summary,
        agreed_on=version.agreed_on,
        succeeded=_succeeded(texts, number, earlier),
    )
    exceeding = list(dict.fromkeys(term.label for term in beyond if isinstance(term, Difference)))
    if exceeding:
        yield Point(
            "kind-exceeded", {**values, "terms": tuple(exceeding[:_MOST_TERMS]), "count": len(exceeding)}, "care"
        )
    for unmet in (term for term in beyond if isinstance(term, Unmet)):
        yield Point(f"extension-{unmet.name.lower().replace('_', '-')}", values, "care")
    wordings = wordings_to_judge(was, now, texts.register)
    if version.change == "editorial":
        if not beyond and not wordings:
            yield Point("kind-fits", values, variant="spaced")
        elif not beyond:
            labels = tuple(one.wording.label for one in wordings)
            terms = {"terms": labels[:_MOST_TERMS], "count": len(labels)}
            yield Point("person-must-judge", {**values, **terms}, "care")
            judge = {"version": number, "post": version.judged_by or ""}
            yield Point("words-judged-by" if version.judged_by else "words-judged-by-nobody", judge)
        for wording in wordings:
            yield from wording.points
    elif not beyond:
        yield from _kind_fits(version, was, now, wordings, values)


def _kind_fits(
    version: Version,
    was: Mapping[str, PlainData],
    now: Mapping[str, PlainData],
    wordings: Sequence[WordingToJudge],
    values: Mapping[str, object],
) -> Iterator[Point]:
    """That the kind covers the change, as far as that shows without judging words."""
    lesser = [kind for kind in CHANGES if kind in least_change(was, now) and kind not in ("material", "extension")]
    capacities = [
        difference.label
        for difference in differences(was, now)
        if difference.path[0] == "parties" and difference.path[-1] == "capacity" and difference.before
    ]
    if version.change == "extension":
        yield Point("person-must-judge", values, "care", variant="extension")
    elif version.change == "membership" and capacities:
        yield Point("person-must-judge", {**values, "terms": tuple(capacities)}, "care", variant="membership")
    elif version.change == "material" and lesser and not any(one.points for one in wordings):
        variant = "editorial" if lesser[0] == "editorial" else ""
        yield Point("kind-more-than-needed", {**values, "lesser": Label("change", lesser[0])}, variant=variant)
    else:
        yield Point("kind-fits", values)


def _succeeded(texts: Texts, *numbers: str) -> frozenset[str]:
    """The parties, by present id, that took another body's place."""
    succeeded: set[str] = set()
    for number in numbers:
        text = texts.after.text_of(number) if texts.after is not None else None
        for party in text.parties if text else ():
            own = texts.register.present_organisation(party.organisation)
            succeeded.update(id_ for id_ in texts.present(party.organisation) if id_ != own)
    return frozenset(succeeded)


# -- terms --------------------------------------------------------------------------------------------------------------


def changed_terms(texts: Texts) -> list[Point]:
    """What differs in the terms.

    Each new stamp is compared with the one before it. The working text is compared with the newest new stamp, or, if
    there is none, with the working text before.
    """
    before, after = texts.before, texts.after
    if after is None:
        return []
    if before is None:
        return [point for point in texts.points({}, after.working_text) if point.code == "flow-added"]
    points: list[Point] = []
    new = [number for number in after.versions if number not in before.versions]
    numbers = list(after.versions)
    for number in new:
        at = numbers.index(number)
        was, now = after.stamped_text(numbers[at - 1]) if at else None, after.stamped_text(number)
        if was is not None and now is not None:
            points += texts.points(was, now)
    stamped = after.stamped_text(numbers[-1]) if new else None
    if stamped is None:
        points += texts.points(before.working_text, after.working_text)
    elif stamped != after.working_text:
        beside = {"beside": numbers[-1]}
        points += [
            replace(point, values={**point.values, **beside}) for point in texts.points(stamped, after.working_text)
        ]
    return points


def unstamped_points(texts: Texts) -> Iterator[Point]:
    """What stamping the working text would ask, if this change makes it differ from the newest stamp."""
    before, after = texts.before, texts.after
    if before is None or after is None or not after.readable or not after.versions or not after.text_is_clean:
        return
    if after.value.status_on(texts.as_of) in ENDED:
        return
    if texts.named(before.working_text) == texts.named(after.working_text):
        return
    newest = list(after.versions)[-1]
    stamped = after.stamped_text(newest)
    if stamped is None:
        return
    was, now = texts.named(stamped), texts.named(after.working_text)
    if was == now:
        if newest in before.versions:
            yield Point("working-as-stamped", {"version": newest})
        return
    kinds = least_change(was, now)
    signing = _who_signs(texts, after)
    values: dict[str, object] = {"version": newest, "count": len(signing)}
    if "editorial" in kinds:
        wordings = wordings_to_judge(was, now, texts.register)
        yield Point("would-be-editorial", values, "signing", variant="" if wordings else "spaced")
        for wording in wordings:
            yield from wording.points
    elif "membership" in kinds:
        known = {
            id_ for party in mappings(was.get("parties")) for id_ in texts.present(str(party.get("organisation", "")))
        }
        newcomers = tuple(body for body in signing if body.id not in known)
        yield Point(
            "would-be-membership" if newcomers else "would-be-membership-nobody",
            {**values, "who": newcomers},
            "signing",
        )
    elif "extension" in kinds:
        yield Point("would-be-extension", values, "signing")
    else:
        yield Point("would-be-material", {**values, "who": signing}, "signing")


def _who_signs(texts: Texts, folder: ProtocolFolder) -> tuple[Body, ...]:
    """The parties of the working text that sign and have not left."""
    return tuple(
        body_of(texts.register, id_)
        for party in folder.value.parties
        for id_ in texts.present(party.organisation)
        if party.signs and (party.left_on is None or not surely_before(party.left_on, texts.as_of))
    )
