"""Terms that differ, as points with a weight: what is shared, with whom, by what law and for how long weighs most."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from undersigned.changes.diff import Difference, shown_words, word_changes
from undersigned.changes.report import Body, Label, Point, Weight
from undersigned.records.source import PlainData, mappings
from undersigned.records.vocabulary import Entry, vocabulary

#: A text that is longer, has several lines or ends like a sentence is shown word by word.
_SHORT = 60
#: Fields of a flow that concern people's information. The others are its name, forms and stage.
_INFORMATION = frozenset(
    {
        "from",
        "to",
        "when",
        "regime",
        "receives_under",
        "lawful_bases",
        "recognised_interests",
        "special_category_conditions",
        "schedule_1_conditions",
        "official_authority",
        "law_enforcement_conditions",
        "gateways",
        "law_differs",
        "consent",
        "statutory_consents",
        "items",
        "not_shared",
        "method",
        "timing",
        "retention",
    }
)
_DATES = frozenset({"effective_from", "effective_to", "completed_on", "ends_on", "on", "joined_on", "left_on"})
_LISTS_OF_BODIES = frozenset({"from", "to", "for"})
#: Fields with a closed list, and the table of its labels.
_TABLES = {
    "kind": "kind",
    "status": "status",
    "publication": "publication",
    "role": "role",
    "mappa_role": "mappa_role",
    "when": "when",
    "regime": "regime",
    "receives_under": "regime",
    "sensitivity": "sensitivity",
    "about": "about",
    "consent": "consent",
    "statutory_consents": "statutory_consent",
    "stage": "stage",
    "jurisdictions": "jurisdiction",
}
_VOCABULARIES: Mapping[str, Callable[[], Mapping[str, Entry]]] = {
    "lawful_bases": lambda: vocabulary().lawful_bases,
    "recognised_interests": lambda: vocabulary().recognised_interests,
    "special_category_conditions": lambda: vocabulary().special_category_conditions,
    "schedule_1_conditions": lambda: vocabulary().schedule_1_conditions,
    "official_authority": lambda: vocabulary().gateways,
    "law_enforcement_conditions": lambda: vocabulary().law_enforcement_conditions,
    "gateways": lambda: vocabulary().gateways,
    "required_by": lambda: vocabulary().gateways,
}


class Titles:
    """The titles of flows, clauses, groups and forms, and the names of organisations. The later text counts first."""

    def __init__(
        self, before: Mapping[str, PlainData], after: Mapping[str, PlainData], body: Callable[[str], Body]
    ) -> None:
        self._titles: dict[tuple[str, str], str] = {}
        for text in (before, after):
            for part in ("flows", "clauses", "groups"):
                for entry in mappings(text.get(part)):
                    if isinstance(id_ := entry.get("id"), str) and isinstance(title := entry.get("title"), str):
                        self._titles[part, id_] = title
            forms = text.get("forms")
            for id_, form in (forms if isinstance(forms, dict) else {}).items():
                if isinstance(form, dict) and isinstance(title := form.get("title"), str):
                    self._titles["forms", id_] = title
        self._body = body

    def place(self, part: str, id_: str) -> Point:
        """A part of the text, by its title and id, or by its id alone."""
        title = self._titles.get((part, id_))
        return (
            Point(f"place-{part}", {"title": title, "id": id_})
            if title
            else Point(f"place-{part}-untitled", {"id": id_})
        )

    def end(self, id_: str) -> Body:
        """An end of a flow: an organisation, or a group of them."""
        title = self._titles.get(("groups", id_))
        return Body(id_, title) if title else self._body(id_)


def term_points(found: Iterable[Difference], titles: Titles) -> list[Point]:
    """Every difference as a point, in the order of the text."""
    return [point for difference in found for point in _points(difference, titles)]


def _points(difference: Difference, titles: Titles) -> Iterator[Point]:
    match difference.path:
        case ("flows", flow):
            yield _whole(
                difference, "flow", titles.place("flows", flow), "information", _flow_values(difference, titles)
            )
        case ("flows", flow, "items", item):
            yield _whole(
                difference,
                "item",
                titles.place("flows", flow),
                "information",
                {"item": item, **_item_values(difference)},
            )
        case ("flows", flow, "items", item, name):
            yield from _term(
                difference,
                name,
                Point("place-item", {"item": item, "flow": titles.place("flows", flow)}),
                "information",
                titles,
            )
        case ("flows", flow, "law_differs", ends, *rest):
            bodies = tuple(titles.end(end) for end in ends.split(", "))
            place = Point("place-law", {"who": bodies, "flow": titles.place("flows", flow)})
            if rest:
                yield from _term(difference, rest[-1], place, "information", titles)
            else:
                yield _whole(difference, "law", place, "information", {"law": _law(difference)})
        case ("flows", flow, *rest) if rest:
            weight: Weight = "information" if rest[0] in _INFORMATION else "plain"
            yield from _term(difference, rest[-1], titles.place("flows", flow), weight, titles)
        case ("parties", party):
            side = difference.after if isinstance(difference.after, dict) else difference.before
            role = side.get("role") if isinstance(side, dict) else None
            yield _whole(
                difference, "party", None, "information", {"who": (titles.end(party),), "role": _label("role", role)}
            )
        case ("parties", party, name):
            yield from _term(difference, name, Point("place-party", {"who": (titles.end(party),)}), "plain", titles)
        case ("clauses" | "forms" | "groups" as part, id_):
            yield _whole(difference, part.removesuffix("s"), titles.place(part, id_), "plain", {})
        case ("clauses" | "forms" | "groups" as part, id_, *rest) if rest:
            yield from _term(difference, rest[-1], _inner(titles.place(part, id_), rest), "plain", titles)
        case ("people",):
            yield from _term(difference, "people", None, "information", titles)
        case (*_above, name):
            yield from _term(difference, name, None, "plain", titles)


def _inner(place: Point, rest: list[str]) -> Point:
    """The place of a form's field within the form; for anything else, the form itself."""
    if "fields" in rest and rest[-1] != "fields":
        return Point("place-field", {"field": rest[rest.index("fields") + 1], "form": place})
    return place


def _whole(
    difference: Difference, sort: str, place: Point | None, weight: Weight, values: Mapping[str, object]
) -> Point:
    """A part that was added or removed, or that is compared as a whole."""
    added, removed = difference.before is None, difference.after is None
    code = (
        f"{sort}-added"
        if added
        else f"{sort}-removed"
        if removed
        else "order-changed"
        if _is_order(difference)
        else f"{sort}-changed"
    )
    return Point(code, {**values, **({"place": place} if place else {}), "label": difference.label}, weight)


def _is_order(difference: Difference) -> bool:
    old, new = difference.before, difference.after
    return isinstance(old, list) and isinstance(new, list) and sorted(map(str, old)) == sorted(map(str, new))


def _term(difference: Difference, name: str, place: Point | None, weight: Weight, titles: Titles) -> Iterator[Point]:
    """One term, a value, list or prose: stated, dropped or changed."""
    before, after = difference.before, difference.after
    values: dict[str, object] = {"label": Label("field", name)}
    if place is not None:
        values["place"] = place
    variant = "in" if place is not None else ""
    if _is_order(difference):
        yield Point("order-changed", values, weight, variant=variant)
    elif name in ("from", "to") and place is not None:
        yield from _ends(name, difference, place, weight, titles)
    elif isinstance(before, list) or isinstance(after, list):
        old, new = _entries(before), _entries(after)
        added = tuple(value_in_report(name, entry, titles) for entry in new if entry not in old)
        taken = tuple(value_in_report(name, entry, titles) for entry in old if entry not in new)
        code = (
            "list-changed" if added and taken else "list-added" if added else "list-taken" if taken else "term-changed"
        )
        yield Point(code, {**values, "added": added, "taken": taken}, weight, variant=variant)
    elif isinstance(before, dict) or isinstance(after, dict):
        code = "part-stated" if before is None else "part-dropped" if after is None else "term-changed"
        yield Point(code, values, weight, variant=variant)
    elif _is_prose(before) or _is_prose(after):
        code = "prose-added" if before is None else "prose-removed" if after is None else "prose-changed"
        spans = word_changes(str(before or ""), str(after or ""))
        if code == "prose-changed" and not any(span.kind in ("in", "out") for span in spans):
            if str(before).split() == str(after).split():
                code, spans = "prose-spaced", ()
            elif shown_words(str(before)) == shown_words(str(after)):
                code, spans = "prose-set-out", ()
        yield Point(
            code, {**values, "words_before": _length(before), "words_after": _length(after)}, weight, spans, variant
        )
    else:
        code = "value-stated" if before is None else "value-dropped" if after is None else "value-changed"
        yield Point(
            code,
            {**values, "before": value_in_report(name, before, titles), "after": value_in_report(name, after, titles)},
            weight,
            variant=variant,
        )


def _ends(name: str, difference: Difference, place: Point, weight: Weight, titles: Titles) -> Iterator[Point]:
    """Who newly sends or receives a flow or form, and who no longer does."""
    old, new = _entries(difference.before), _entries(difference.after)
    end = "sender" if name == "from" else "receiver"
    for code, ids in (
        ("added", [id_ for id_ in new if id_ not in old]),
        ("removed", [id_ for id_ in old if id_ not in new]),
    ):
        if ids:
            yield Point(f"{end}-{code}", {"who": tuple(titles.end(str(id_)) for id_ in ids), "place": place}, weight)


def _length(text: PlainData) -> int:
    return len(str(text).split()) if text is not None else 0


def _entries(value: PlainData) -> list[PlainData]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _is_prose(value: PlainData) -> bool:
    return isinstance(value, str) and ("\n" in value or len(value) > _SHORT or value.endswith((".", "?", "!")))


def value_in_report(name: str, value: PlainData, titles: Titles) -> object:
    """A value as readers know it: law by its title, closed lists and yes or no by their label, bodies by name."""
    if name in _LISTS_OF_BODIES and isinstance(value, str):
        return titles.end(value)
    if name in _VOCABULARIES and isinstance(value, str):
        entry = _VOCABULARIES[name]().get(value)
        return entry.title_with_reference if entry is not None else value
    if isinstance(value, bool):
        return Label("yes_no", "yes" if value else "no")
    if isinstance(value, int):
        return value
    if isinstance(value, dict):
        first = next(
            (
                value[key]
                for key in ("name", "title", "source", "point", "stage", "organisation", "id")
                if isinstance(value.get(key), str)
            ),
            None,
        )
        return first if first is not None else Label("field", "entry")
    if isinstance(value, list):
        return tuple(value_in_report(name, entry, titles) for entry in value)
    if name in _DATES and isinstance(value, str):
        return day_or_text(value)
    return _label(_TABLES[name], value) if name in _TABLES else value


def day_or_text(value: str) -> date | str:
    """The day that a record writes; the text unchanged if it is not a day."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return value


def _label(table: str, value: PlainData) -> object:
    return Label(table, value) if isinstance(value, str) else value


def _flow_values(difference: Difference, titles: Titles) -> dict[str, object]:
    flow = difference.after if isinstance(difference.after, dict) else difference.before
    if not isinstance(flow, dict):
        return {}
    items = [
        item["name"] if isinstance(item, dict) and isinstance(item.get("name"), str) else str(item)
        for item in _entries(flow.get("items"))
    ]
    return {
        "from": tuple(titles.end(end) for end in _entries(flow.get("from")) if isinstance(end, str)),
        "to": tuple(titles.end(end) for end in _entries(flow.get("to")) if isinstance(end, str)),
        "items": tuple(items),
    }


def _item_values(difference: Difference) -> dict[str, object]:
    item = difference.after if difference.after is not None else difference.before
    sensitivity = _entries(item.get("sensitivity")) if isinstance(item, dict) else []
    return {"sensitivity": tuple(_label("sensitivity", value) for value in sensitivity)}


def _law(difference: Difference) -> tuple[object, ...]:
    law = difference.after if isinstance(difference.after, dict) else difference.before
    if not isinstance(law, dict):
        return ()
    return tuple(
        entry.title_with_reference if (entry := _VOCABULARIES[name]().get(id_)) else id_
        for name in law
        if name in _VOCABULARIES
        for id_ in _entries(law[name])
        if isinstance(id_, str)
    )
