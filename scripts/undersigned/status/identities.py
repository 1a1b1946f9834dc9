"""Which body is a party, and under which id, after renames (`formerly`) and successions (`inherits`, from its day)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from undersigned.records.fields import has_happened, surely_before
from undersigned.records.protocol import Party
from undersigned.records.source import PlainData, mappings, strings
from undersigned.register import ProtocolFolder, Register
from undersigned.status.versions import newest_version


def heirs(folder: ProtocolFolder, register: Register, *, as_of: date) -> dict[str, list[str]]:
    """For each body whose place another has taken by that day: those that took it (present ids, sorted)."""
    found: dict[str, list[str]] = {}
    for organisation, record in folder.signing.items():
        inherits = record.value.inherits if record.value else None
        if inherits is None or not has_happened(inherits.on, as_of):
            continue
        heir = register.present_organisation(organisation)
        for old in inherits.from_:
            old_id = register.present_organisation(old)
            if old_id != heir and heir not in found.setdefault(old_id, []):
                found[old_id].append(heir)
    return {old: sorted(new) for old, new in found.items() if new}


class Identities:
    """Follows organisation ids through renames and, from its day, each succession."""

    def __init__(self, folder: ProtocolFolder, register: Register, *, as_of: date) -> None:
        self._register = register
        self._heirs = heirs(folder, register, as_of=as_of)
        self._known: dict[str, tuple[str, ...]] = {}

    def present(self, id_: str) -> tuple[str, ...]:
        """Returns the bodies that now answer for `id_`: the body under its present id, or its heirs."""
        if id_ not in self._known:
            self._known[id_] = tuple(self._answering(self._register.present_organisation(id_), frozenset()))
        return self._known[id_]

    def all_present(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Returns the bodies that now answer for these ids, each once, in the order of the ids."""
        return tuple(dict.fromkeys(body for id_ in ids for body in self.present(id_)))

    def one(self, id_: str | None) -> str | None:
        """Returns the one body that now answers for `id_`; None if several have divided its place, or for None."""
        found = self.present(id_) if id_ else ()
        return found[0] if len(found) == 1 else None

    def _answering(self, id_: str, seen: frozenset[str]) -> Iterator[str]:
        following = [heir for heir in self._heirs.get(id_, ()) if heir not in seen and heir != id_]
        if not following:
            yield id_
            return
        for heir in following:
            yield from self._answering(heir, seen | {id_})

    def direct_predecessors(self, id_: str) -> list[str]:
        """Returns the bodies whose place `id_` itself has taken, by id."""
        return sorted(old for old, new in self._heirs.items() if id_ in new)

    def predecessors(self, id_: str) -> list[str]:
        """Returns the bodies whose place `id_` has taken, directly or through others, and itself last."""
        found = [id_]
        if not self._heirs:
            return found
        for body in found:
            found.extend(old for old, new in self._heirs.items() if body in new and old not in found)
        return found[::-1]

    def present_parties(self, parties: Iterable[Party]) -> dict[str, Party]:
        """Returns parties by present id. A body that was already a party keeps its own entry.

        Who takes the place of a body that signs, signs, whatever other places it takes as well.
        """
        out: dict[str, Party] = {}
        inherited: dict[str, Party] = {}
        for party in parties:
            for id_ in self.present(party.organisation):
                if id_ == self._register.present_organisation(party.organisation):
                    out.setdefault(id_, party)
                elif id_ not in inherited or (party.signs and not inherited[id_].signs):
                    inherited[id_] = party
        return {**inherited, **out}

    def groups(self, parties: Iterable[Party]) -> dict[str, tuple[str, ...]]:
        """Returns the groups that each present body is in: its own, and those of every body whose place it took."""
        found: dict[str, dict[str, None]] = {}
        for party in parties:
            for id_ in self.present(party.organisation):
                found.setdefault(id_, {}).update({party.group: None} if party.group else {})
        return {id_: tuple(groups) for id_, groups in found.items()}

    def rename(self, text: Mapping[str, PlainData]) -> dict[str, PlainData]:
        """Returns a canonical operative text with every organisation under its present id."""
        renamed = dict(text)
        parties: dict[str, PlainData] = {}
        for own in (False, True):
            for party in mappings(text.get("parties")):
                old = party.get("organisation", "")
                if not isinstance(old, str):
                    continue
                for id_ in self.present(old):
                    if (id_ == self._register.present_organisation(old)) is own:
                        parties[id_] = {**party, "organisation": id_}
        if parties:
            renamed["parties"] = [parties[id_] for id_ in sorted(parties)]
        if "flows" in text:
            renamed["flows"] = [self._rename_flow(flow) for flow in mappings(text["flows"])]
        if isinstance(whole := text.get("part_of"), str):
            renamed["part_of"] = self._register.present_protocol(whole)
        if "clauses" in text:
            renamed["clauses"] = [self._rename_clause(clause) for clause in mappings(text["clauses"])]
        return renamed

    def _rename_clause(self, clause: dict[str, PlainData]) -> dict[str, PlainData]:
        adopts = clause.get("adopts")
        if not isinstance(adopts, dict) or not isinstance(source := adopts.get("protocol"), str):
            return clause
        return {**clause, "adopts": {**adopts, "protocol": self._register.present_protocol(source)}}

    def _rename_flow(self, flow: dict[str, PlainData]) -> dict[str, PlainData]:
        out: dict[str, PlainData] = dict(flow)
        for end in ("from", "to"):
            if end in flow:
                out[end] = self._rename_ends(flow[end])
        if isinstance(differs := flow.get("law_differs"), list):
            out["law_differs"] = [
                {**law, "for": self._rename_ends(law["for"])} if isinstance(law, dict) and "for" in law else law
                for law in differs
            ]
        return out

    def _rename_ends(self, ends: PlainData) -> PlainData:
        return [*self.all_present(strings(ends))] if isinstance(ends, list) else ends


def party_text(folder: ProtocolFolder, *, as_of: date) -> tuple[Party, ...]:
    """Returns the signatories of the newest stamp agreed by that day.

    Without a stamp, or if it has no text, returns the parties of the working text that had joined and not left.
    """
    newest = newest_version(folder, as_of=as_of)
    if newest is not None and newest[1].text is not None:
        return newest[1].text.parties
    return tuple(
        party
        for party in folder.value.parties
        if (party.joined_on is None or has_happened(party.joined_on, as_of))
        and (party.left_on is None or not surely_before(party.left_on, as_of))
    )
