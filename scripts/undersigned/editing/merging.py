"""A draft that joins two protocols: everything that either says, once, and both wordings wherever they differ.

Nobody but the parties can say which wording is to hold. So the draft holds both, each below a blank that `check` names
until a person has chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass

from undersigned.editing import EditingError
from undersigned.editing.yaml_write import render_yaml
from undersigned.records.form import Form
from undersigned.records.reading import did_you_mean
from undersigned.records.source import PlainData, list_of, mapping_of, mappings, strings, text_of
from undersigned.register import ProtocolFolder, Register

#: A record, or a part of it, as plain data.
Entry = dict[str, PlainData]
_PROSE = {
    "purpose": ("necessity", "if_not_shared"),
    "considerations": ("proportionality", "consent", "transparency", "vital_interests"),
}
_LISTS = ("jurisdictions", "areas", "people", "funding", "monitoring")


@dataclass(frozen=True)
class Merged:
    """`data`: of the new protocol, without title, status and publication. `forms`: text by id. `choices`: what is left to choose."""

    data: Entry
    forms: dict[str, str]
    choices: tuple[str, ...]


def merged(register: Register, ids: Sequence[str]) -> Merged:
    """Joins the working texts of two protocols. Raises EditingError if one cannot be used."""
    if len(dict.fromkeys(register.present_protocol(id_) for id_ in ids)) != 2:
        raise EditingError("two different protocols can be joined", "Name both: --merge ONE --merge OTHER.")
    one, other = (_usable(register, id_) for id_ in ids)
    return _Merger(register, one, other).merge()


def _usable(register: Register, id_: str) -> ProtocolFolder:
    folder = register.protocol(id_)
    if folder is None:
        raise EditingError(f"there is no protocol '{id_}'", did_you_mean(id_, register.protocol_ids))
    if not folder.text_is_clean:
        raise EditingError(f"the record of {folder.id} has faults", "Correct what 'undersigned check' reports first.")
    if folder.value.publication == "restricted":
        raise EditingError(f"{folder.id} is restricted", "Its text is not joined with another one here.")
    return folder


class _Merger:
    def __init__(self, register: Register, one: ProtocolFolder, other: ProtocolFolder) -> None:
        self.register = register
        self.one, self.other = one, other
        self.first, self.second = (deepcopy(dict(folder.record.source.data)) for folder in (one, other))
        self.choices: list[str] = []
        for data in (self.first, self.second):
            for party in _entries(data, "parties"):
                party["organisation"] = register.present_organisation(str(party.get("organisation")))

    def merge(self) -> Merged:
        forms = self._forms()
        self._data_items()
        self._groups()
        data: Entry = {"supersedes": [self.one.id, self.other.id]}
        for name in ("kind", "lead", "part_of", "required_by", "owner", "appropriate_policy_document"):
            if name in self.first and self.first.get(name) == self.second.get(name):
                data[name] = self.first[name]
            elif name in self.first or name in self.second:
                self.choices.append(f"{name}: the two differ, so it is left out")
        for name in _LISTS:
            if joined := _union(self.first.get(name), self.second.get(name)):
                data[name] = joined
        for name in ("groups", "parties", "data_items"):
            key = "organisation" if name == "parties" else "id"
            if both := [*_entries(self.first, name), *_new(self.first, self.second, name, key)]:
                data[name] = [*both]
        for party in _entries(data, "parties"):
            party.pop("joined_on", None)
        for name, fields in _PROSE.items():
            data[name] = self._prose(name, fields)
        data["flows"] = [*_entries(self.first, "flows"), *self._other_flows()]
        data["clauses"] = [*self._clauses()]
        data["review"] = {"interval_months": min(_months(self.first), _months(self.second))}
        return Merged({name: value for name, value in data.items() if value}, forms, tuple(self.choices))

    # -- names that both use for different things -------------------------------------------------------------------

    def _forms(self) -> dict[str, str]:
        """The forms of both; one of the same name and another content gets a new name, also in its flows."""
        found = {id_: self._form_text(self.one, id_) for id_ in self.one.forms}
        names: dict[str, str] = {}
        for id_ in self.other.forms:
            text = self._form_text(self.other, id_)
            if found.get(id_, text) != text:
                names[id_] = _free(id_, [*found, *self.other.forms])
                self.choices.append(f"form {id_}: both protocols have one; the second is {names[id_]}")
            found[names.get(id_, id_)] = text
        for flow in _entries(self.second, "flows"):
            if forms := list_of(flow.get("forms")):
                flow["forms"] = [names.get(str(form), form) for form in forms]
        return found

    def _form_text(self, folder: ProtocolFolder, id_: str) -> str:
        return render_yaml(folder.forms[id_].source.data, Form)

    def _data_items(self) -> None:
        mine = {str(item.get("id")): item for item in _entries(self.first, "data_items")}
        names: dict[str, str] = {}
        for item in _entries(self.second, "data_items"):
            id_ = str(item.get("id"))
            if id_ in mine and mine[id_] != item:
                names[id_] = _free(id_, [*mine, *(str(one.get("id")) for one in _entries(self.second, "data_items"))])
                item["id"] = names[id_]
                self.choices.append(f"item {id_}: both describe one; the second is {names[id_]}")
        for flow in _entries(self.second, "flows"):
            if items := list_of(flow.get("items")):
                flow["items"] = [names.get(item, item) if isinstance(item, str) else item for item in items]

    def _groups(self) -> None:
        """A party has one group. Where it has another one in the second protocol, the flows there name its members."""
        mine = {str(party["organisation"]): party for party in _entries(self.first, "parties")}
        taken = {str(group.get("id")) for group in _entries(self.first, "groups")}
        ends: dict[str, list[str]] = {}
        kept: list[PlainData] = []
        for group in _entries(self.second, "groups"):
            id_ = str(group.get("id"))
            members = [one for one in _entries(self.second, "parties") if one.get("group") == id_]
            ids = [str(one["organisation"]) for one in members]
            in_mine = {str(one["organisation"]) for one in mine.values() if one.get("group") == id_}
            moved = any(mine[member].get("group") != id_ for member in ids if member in mine)
            if moved or (id_ in taken and set(ids) != in_mine):
                ends[id_] = ids
                for one in members:
                    one.pop("group", None)
            else:
                kept.append(group)
        self.second["groups"] = kept
        for flow in _entries(self.second, "flows"):
            for side in (flow, *_entries(flow, "law_differs")):
                for name in ("from", "to", "for"):
                    if named := strings(side.get(name)):
                        side[name] = list(dict.fromkeys(member for end in named for member in ends.get(end, [end])))

    # -- words ------------------------------------------------------------------------------------------------------

    def _other_flows(self) -> list[Entry]:
        mine = _entries(self.first, "flows")
        taken = {str(flow.get("id")) for flow in mine}
        found = []
        for flow in _entries(self.second, "flows"):
            if flow in mine:
                continue
            id_ = str(flow.get("id"))
            if id_ in taken:
                flow["id"] = _free(id_, taken)
                self.choices.append(f"flow {id_}: both have one; the second is {flow['id']}")
            taken.add(str(flow["id"]))
            found.append(flow)
        return found

    def _clauses(self) -> list[Entry]:
        """Clauses of the first, then those that only the second has. Of a clause with two wordings, both are there."""
        theirs = {str(clause.get("id")): clause for clause in _entries(self.second, "clauses")}
        found = []
        for clause in _entries(self.first, "clauses"):
            id_ = str(clause.get("id"))
            twin = theirs.pop(id_, None)
            found.append(clause)
            if twin is None or twin == clause:
                continue
            if twin.get("text") and clause.get("text"):
                if twin["text"] != clause["text"]:
                    clause["text"] = self._both(f"clause {id_}", str(clause["text"]), str(twin["text"]))
                    clause.pop("in_short", None)
                clause["covers"] = _union(clause.get("covers"), twin.get("covers"))
                if not clause["covers"]:
                    del clause["covers"]
            elif not self._adopts_both(clause, twin):
                self.choices.append(f"clause {id_}: the two are made in other ways; the second is beside the first")
                found.append({**twin, "id": _free(id_, theirs)})
        return [*found, *theirs.values()]

    def _adopts_both(self, clause: Entry, twin: Entry) -> bool:
        """Lets a clause adopt what both adopt, if that is of one version of one protocol."""
        mine, theirs = clause.get("adopts"), twin.get("adopts")
        if not isinstance(mine, dict) or not isinstance(theirs, dict):
            return False
        if any(mine.get(name) != theirs.get(name) for name in ("protocol", "version")):
            return False
        mine["clauses"] = _union(mine.get("clauses"), theirs.get("clauses"))
        return True

    def _prose(self, name: str, fields: Iterable[str]) -> Entry:
        mine, theirs = mapping_of(self.first.get(name)), mapping_of(self.second.get(name))
        found: Entry = {}
        for list_name in ("aims", "benefits") if name == "purpose" else ():
            if joined := _union(mine.get(list_name), theirs.get(list_name)):
                found[list_name] = joined
        for field in fields:
            said = [text for text in (mine.get(field), theirs.get(field)) if isinstance(text, str) and text.strip()]
            if len(said) == 2 and said[0] != said[1]:
                found[field] = self._both(f"{name}.{field}", said[0], said[1])
            elif said:
                found[field] = said[0]
        return found

    def _both(self, what: str, mine: str, theirs: str) -> str:
        self.choices.append(f"{what}: both wordings are there")
        return (
            f"[choose: the words of {self.one.id}]\n\n{mine.strip()}\n\n"
            f"[choose: the words of {self.other.id}]\n\n{theirs.strip()}\n"
        )


def _entries(data: Entry, name: str) -> list[Entry]:
    return mappings(data.get(name))


def _new(first: Entry, second: Entry, name: str, key: str) -> list[Entry]:
    taken = {str(one.get(key)) for one in _entries(first, name)}
    return [one for one in _entries(second, name) if str(one.get(key)) not in taken]


def _union(one: PlainData, other: PlainData) -> list[PlainData]:
    found: list[PlainData] = []
    for part in (one, other):
        for entry in list_of(part):
            if entry not in found:
                found.append(entry)
    return found


def _free(id_: str, taken: Iterable[str]) -> str:
    used = set(taken)
    number = 2
    while f"{id_}-{number}" in used:
        number += 1
    return f"{id_}-{number}"


def _months(data: Entry) -> int:
    months = text_of(mapping_of(data.get("review")).get("interval_months"))
    return int(months) if months.isdigit() else 12
