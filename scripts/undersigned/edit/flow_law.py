"""The law of a new card: which regime applies at each end, which powers reach, and the flows that say so.

A card is what a person answers: who tells whom what, and why. One card becomes one flow, or several where its ends differ in
law. What is open is asked; nothing is chosen that the checks would refuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from typing import Literal

from undersigned.checks.engine import ProtocolSubject, check_protocols
from undersigned.checks.law.capacity import FlowEnd, flow_views
from undersigned.checks.law.conditions import article_10_capable
from undersigned.checks.law.gateways import misfit
from undersigned.edit.cards import Card, purposes
from undersigned.editing import standard_texts
from undersigned.editing.yaml_write import render_yaml
from undersigned.records.findings import Finding, new_findings
from undersigned.records.protocol import Protocol
from undersigned.records.source import PlainData, Source, list_of, mappings, strings
from undersigned.records.vocabulary import Gateway, vocabulary
from undersigned.register import Register
from undersigned.words.text import id_from, in_a_list

_MAPPA, _REFER = "cja03-s325", "ha96-s213b"
_PART_3, _UK_GDPR = "law-enforcement", "uk-gdpr"
#: Where the checks warn only, because it is open whether a power reaches a body.
_OPEN_IN_LAW = frozenset({"section-14-sides", "section-115-recipient", "duty-to-refer", "specified-person"})
_PROBE = "the-card-that-is-asked-about"


@dataclass(frozen=True)
class Power:
    """A power that reaches from at least one sender to at least one receiver.

    `gaps`: the senders and receivers, by name, that it does not reach. `unsure`: those of which it is open. `weakness`: why it does not carry a flow alone.
    `made_for`: it serves the purpose of the card, or the standard flows use it for that.
    """

    gateway: Gateway
    gaps: tuple[tuple[str, str], ...]
    unsure: tuple[tuple[str, str], ...]
    weakness: str
    made_for: bool


class CardLaw:
    """What the law says of one card in one protocol on a day."""

    def __init__(self, register: Register, protocol: str, card: Card, *, as_of: date) -> None:
        folder = register.protocol(protocol)
        if folder is None or not folder.readable:
            raise KeyError(protocol)
        self._register, self._id, self.card, self._as_of = register, protocol, card, as_of
        self._data: dict[str, PlainData] = dict(folder.record.source.data)
        self._groups = {
            group.id: tuple(
                register.present_organisation(party.organisation)
                for party in folder.value.parties
                if party.group == group.id
            )
            for group in folder.value.groups
        }
        self._titles = {group.id: group.title or group.id for group in folder.value.groups}
        self._whole = frozenset(folder.value.jurisdictions)
        probe: dict[str, PlainData] = {
            "id": _PROBE,
            "from": list(card.senders),
            "to": list(card.receivers),
            "when": card.when or None,
            "regime": _UK_GDPR,
            "items": list(card.items),
        }
        asked = self._with_flows([{name: value for name, value in probe.items() if value}], "draft")
        whole = asked.protocol(protocol)
        if whole is None or not whole.readable:
            raise KeyError(protocol)
        view = flow_views(ProtocolSubject(asked, whole, as_of=as_of))[-1]
        self.senders, self.receivers = view.senders, view.receivers
        self.special, self.offence, self.identifies = view.special, view.offence, view.identifies
        self._words = " ".join((whole.value.title, card.title, *(f"{i.name} {i.why or ''}" for i in view.items)))

    def _with_flows(self, flows: Sequence[Mapping[str, PlainData]], status: str) -> Register:
        data = {**self._data, "flows": [*list_of(self._data.get("flows")), *map(dict, flows)], "status": status}
        path = f"protocols/{self._id}/protocol.yaml"
        return self._register.with_files({path: render_yaml(data, Protocol).encode("utf-8", "surrogatepass")})

    # -- what is open ------------------------------------------------------------------------------------------------

    @property
    def ends(self) -> list[FlowEnd]:
        """Every body of the card, each once."""
        return list({end.id: end for end in (*self.senders, *self.receivers)}.values())

    def open_uses(self) -> list[FlowEnd]:
        """The bodies that may hold it for law enforcement or for something else."""
        return [end for end in self.ends if self.identifies and self._may_enforce(end)]

    def open_tasks(self) -> list[FlowEnd]:
        """The bodies under the UK GDPR of which it is open whether they do a public task."""
        return [
            end
            for end in self.ends
            if self.identifies and end.capacity.public_authority == "depends" and _UK_GDPR in self._regimes_of(end)
        ]

    @staticmethod
    def _may_enforce(end: FlowEnd) -> bool:
        return end.capacity.competent != "no" and not end.capacity.foreign and not end.capacity.processor

    def regime_of(self, end: FlowEnd) -> str:
        """The regime under which a body holds it."""
        if not self.identifies:
            return "none"
        if end.capacity.foreign:
            return "foreign"
        if set(self.card.powers) == {_MAPPA}:
            return _PART_3  # section 325(4) deems every body within it to be a competent authority
        return self.card.uses.get(end.id, _PART_3) if self._may_enforce(end) else _UK_GDPR

    def _regimes_of(self, end: FlowEnd) -> set[str]:
        return {self.regime_of(end)}

    @property
    def needs_ground(self) -> bool:
        """Whether a condition of Schedule 1 is needed at some end (UK GDPR Articles 9 and 10)."""
        return (self.special or self.offence) and any(self.regime_of(end) == _UK_GDPR for end in self.ends)

    @property
    def needs_strict(self) -> bool:
        """Whether a condition of Schedule 8 is needed at some end (Data Protection Act 2018 section 35)."""
        return self.special and any(self._under_part_3(end) for end in self.ends)

    def _under_part_3(self, end: FlowEnd) -> bool:
        """Whether one flow has this end under Part 3 other than to let it go for another use."""
        if self.regime_of(end) != _PART_3:
            return False
        others = self.receivers if end in self.senders else ()
        return end in self.receivers or any(self.regime_of(other) == _PART_3 for other in others)

    def grounds(self) -> list[str]:
        """The conditions of Schedule 1 that could carry the items, the usual one first."""
        conditions = vocabulary().schedule_1_conditions
        wanted = purposes()[self.card.purpose].grounds
        return [
            id_
            for id_ in wanted
            if (not self.offence or article_10_capable([id_])) and (not self.special or conditions[id_].article_9)
        ]

    # -- powers ------------------------------------------------------------------------------------------------------

    @cached_property
    def pairs(self) -> list[tuple[FlowEnd, FlowEnd]]:
        """Each sender with each receiver that is asked for a power."""
        return [
            (sender, receiver)
            for sender in self.senders
            for receiver in self.receivers
            if sender.id != receiver.id
            and not any(e.capacity.foreign or e.capacity.processor for e in (sender, receiver))
        ]

    def _reaches(self, id_: str, sender: FlowEnd, receiver: FlowEnd) -> bool:
        return self._reach(id_, sender, receiver) != "no"

    def _reach(self, id_: str, sender: FlowEnd, receiver: FlowEnd) -> Literal["yes", "perhaps", "no"]:
        """Whether a power lets the one tell the other; `perhaps` where a record would have to say what a body is in law."""
        leaves = self.regime_of(sender) == _PART_3 and self.regime_of(receiver) == _UK_GDPR
        gateway = vocabulary().gateways[id_]
        extent = frozenset(gateway.extent)
        far = (sender, receiver) if gateway.to_kinds != ("any",) else (sender,)
        if any(end.capacity.places and not end.capacity.places & extent for end in far):
            return "no"
        if self._whole and not self._whole & extent:
            return "no"
        found = misfit(id_, sender.capacity, receiver.capacity, authorises=leaves)
        if found is None:
            return "yes"
        return "perhaps" if found.cap is not None and found.code in _OPEN_IN_LAW else "no"

    @property
    def needs_power(self) -> bool:
        """Whether a power is asked of some sender."""
        return self.identifies and any(self._asked(sender, receiver) for sender, receiver in self.pairs)

    def _asked(self, sender: FlowEnd, receiver: FlowEnd) -> bool:
        leaves = self.regime_of(sender) == _PART_3 and self.regime_of(receiver) == _UK_GDPR
        return leaves or sender.capacity.public_authority == "yes"

    def powers(self) -> list[Power]:
        """The powers that reach from a sender to a receiver, best first."""
        wanted = purposes()[self.card.purpose].powers
        reaching: dict[str, list[tuple[str, str]]] = {}
        for gateway in vocabulary().gateways.values():
            if gateway.is_power and gateway.in_force_on(self._as_of) and self._serves(gateway):
                gaps = [(a.name, b.name) for a, b in self.pairs if not self._reaches(gateway.id, a, b)]
                if len(gaps) < len(self.pairs):
                    reaching[gateway.id] = gaps
        found = []
        for id_ in self._not_refused(reaching):
            gateway, gaps = vocabulary().gateways[id_], reaching[id_]
            unsure = [(a.name, b.name) for a, b in self.pairs if self._reach(id_, a, b) == "perhaps"]
            power = Power(gateway, tuple(gaps), tuple(unsure), _weakness(gateway), id_ in wanted)
            place = wanted.index(id_) if power.made_for else len(wanted)
            alone = not (gateway.weak or gateway.states_no_power or gateway.by_regulations)
            rank = (len(gaps) > 0, not alone, len(unsure) > 0, place, -_uses_in_standards().get(id_, 0), len(gaps))
            found.append((rank, power))
        return [power for _, power in sorted(found, key=lambda one: one[0])]

    def _not_refused(self, ids: Iterable[str]) -> list[str]:
        """The powers in which the checks find no error when each is named alone. Some do not cover every item."""
        flows: list[dict[str, PlainData]] = []
        power_of: list[str] = []
        for id_ in ids:
            card = replace(self.card, powers=(id_,), consent=("statutory",) if id_ == _REFER else ("none",))
            alone = copy(self)
            alone.card = card
            for flow in alone.flows():
                flows.append({**flow, "id": f"probe-{len(flows)}"})
                power_of.append(id_)
        refused = {
            power_of[place]
            for place, name, finding in self._judged(flows)
            if name == "gateways" and finding.severity == "error"
        }
        return [id_ for id_ in dict.fromkeys(power_of) if id_ not in refused]

    def _serves(self, gateway: Gateway) -> bool:
        said = self._words.lower()
        return not gateway.serves or any(stem in said for stem in gateway.serves)

    def unreached(self) -> list[tuple[FlowEnd, FlowEnd]]:
        """The pairs that ask for a power and that none of the chosen powers reaches."""
        return [
            (a, b)
            for a, b in self.pairs
            if self._asked(a, b) and not any(self._reaches(id_, a, b) for id_ in self.card.powers)
        ]

    # -- the flows -----------------------------------------------------------------------------------------------------

    def flows(self) -> list[dict[str, PlainData]]:
        """The flows that this card becomes, in the shape of the record."""
        taken = {str(flow.get("id")) for flow in mappings(self._data.get("flows"))}
        parts = list(self._parts())
        found: list[dict[str, PlainData]] = []
        for senders, receivers in parts:
            law = _FlowLaw(self, senders, receivers)
            title = self.card.title
            if len(parts) > 1:
                title += f" ({self._which(parts, senders, receivers)})"
            id_ = _free(id_from(title) or "card", taken)
            taken.add(id_)
            flow: dict[str, PlainData] = {
                "id": id_,
                "title": title,
                "from": [*self._named(senders, self.card.senders)],
                "to": [*self._named(receivers, self.card.receivers)],
                "when": self.card.when,
                "regime": law.regime,
                "receives_under": law.receives_under if law.receives_under != law.regime else None,
                **law.fields(),
                "consent": list(self.card.consent),
                "items": list(self.card.items),
                "not_shared": list(self.card.not_shared),
                "stage": list(self.card.stage),
                "method": self.card.method,
                "timing": self.card.timing,
                "retention": self.card.retention,
            }
            if _REFER in law.gateways and "statutory" in self.card.consent:
                flow["statutory_consents"] = ["refer", "choice-of-authority"]
            found.append({name: value for name, value in flow.items() if value not in (None, "", [])})
        return found

    def _parts(self) -> Iterator[tuple[tuple[FlowEnd, ...], tuple[FlowEnd, ...]]]:
        """Senders and receivers that one flow can hold: one regime at each end."""
        for sending in dict.fromkeys(self.regime_of(end) for end in self.senders):
            senders = tuple(end for end in self.senders if self.regime_of(end) == sending)
            for receiving in dict.fromkeys(self.regime_of(end) for end in self.receivers):
                receivers = tuple(end for end in self.receivers if self.regime_of(end) == receiving)
                reached = tuple(end for end in receivers if all(self._covered(sender, end) for sender in senders))
                for some in (reached, tuple(end for end in receivers if end not in reached)):
                    telling = tuple(end for end in senders if any(other.id != end.id for other in some))
                    if telling:
                        yield telling, some

    def _covered(self, sender: FlowEnd, receiver: FlowEnd) -> bool:
        """Whether a chosen power reaches from the one to the other, or none is asked between them."""
        if not self.card.powers or (sender, receiver) not in self.pairs:
            return True
        return any(self._reaches(id_, sender, receiver) for id_ in self.card.powers)

    def _which(
        self, parts: Sequence[tuple[tuple[FlowEnd, ...], tuple[FlowEnd, ...]]], *ends: tuple[FlowEnd, ...]
    ) -> str:
        """How one of several parts of a card differs from the others, as in `from the council`."""
        said = []
        for index, (word, chosen) in enumerate((("from", self.card.senders), ("to", self.card.receivers))):
            if len({part[index] for part in parts}) > 1:
                known = {end.id: end.name for end in ends[index]}
                names = [known.get(name) or self._titles.get(name, name) for name in self._named(ends[index], chosen)]
                said.append(f"{word} {in_a_list(names)}")
        return " ".join(said)

    def _named(self, ends: Iterable[FlowEnd], chosen: Iterable[str]) -> list[str]:
        """The ends as the card named them: a group where all its members are here."""
        ids = [end.id for end in ends]
        left, names = set(ids), []
        for name in chosen:
            members = self._groups.get(name, ())
            if members and set(members) <= set(ids):
                names.append(name)
                left -= set(members)
        return [*names, *(id_ for id_ in ids if id_ in left)]

    # -- what the checks say -------------------------------------------------------------------------------------------

    def judged(self, flows: Sequence[Mapping[str, PlainData]]) -> list[tuple[str, Finding]]:
        """What the checks say of these flows as if the protocol were out for signature: the field, or "", and the finding."""
        return [(name, finding) for _, name, finding in self._judged(flows)]

    def _judged(self, flows: Sequence[Mapping[str, PlainData]]) -> list[tuple[int, str, Finding]]:
        """For each finding the place of its flow among `flows`, the field of the flow, and the finding."""
        first = len(list_of(self._data.get("flows")))
        before, after = self._with_flows([], "signing"), self._with_flows(flows, "signing")
        path = f"protocols/{self._id}/protocol.yaml"
        old, new = (check_protocols(each, [self._id], as_of=self._as_of)[0] for each in (before, after))
        source = Source(path, after.files.contents[path])
        found = []
        for finding in new_findings(old, new)[0]:
            if finding.path != path:
                continue
            place = source.path_at(finding.place)
            if place[:1] == ("flows",) and len(place) > 1 and isinstance(place[1], int) and place[1] >= first:
                names = [part for part in place[2:] if isinstance(part, str)]
                found.append((place[1] - first, names[-1] if names else "", finding))
        return found


class _FlowLaw:
    """The law of one flow: one regime at each end, and what each body relies on."""

    def __init__(self, law: CardLaw, senders: tuple[FlowEnd, ...], receivers: tuple[FlowEnd, ...]) -> None:
        self._law, self._senders, self._receivers = law, senders, receivers
        sending, receiving = law.regime_of(senders[0]), law.regime_of(receivers[0])
        self._leaves = sending == _PART_3 and receiving == _UK_GDPR
        self.regime = "crossing" if self._leaves else sending
        self.receives_under = receiving
        self.gateways: tuple[str, ...] = ()

    def fields(self) -> dict[str, PlainData]:
        """The fields of law of the flow, with `law_differs` for the bodies that rely on something else."""
        if not self._law.identifies:
            return {}
        bodies = {end.id: end for end in (*self._senders, *self._receivers)}
        laws = {id_: self._of(end) for id_, end in bodies.items()}
        main = dict(laws[self._senders[0].id])
        self.gateways = tuple(main.get("gateways", ()))
        if not main.get("lawful_bases"):
            main |= next((_bases(law) for law in laws.values() if law.get("lawful_bases")), {})
        differing: dict[str, tuple[dict[str, tuple[str, ...]], list[FlowEnd]]] = {}
        sending = {end.id for end in self._senders}
        for id_, law in laws.items():
            same_basis = not law.get("lawful_bases") or _bases(law) == _bases(main)
            if same_basis and (id_ not in sending or law.get("gateways", ()) == self.gateways):
                for name, ids in law.items():
                    main[name] = tuple(dict.fromkeys((*main.get(name, ()), *ids)))
            else:
                differing.setdefault(repr(law), (law, []))[1].append(bodies[id_])
        fields: dict[str, PlainData] = {name: list(ids) for name, ids in main.items() if ids}
        chosen = (*self._law.card.senders, *self._law.card.receivers)
        if differing:
            fields["law_differs"] = [
                {"for": [*self._law._named(ends, chosen)], **{name: list(ids) for name, ids in law.items() if ids}}
                for law, ends in differing.values()
            ]
        return fields

    def _of(self, end: FlowEnd) -> dict[str, tuple[str, ...]]:
        """What one body relies on."""
        law, card = self._law, self._law.card
        sends = end in self._senders
        receives = end in self._receivers
        found: dict[str, tuple[str, ...]] = {}
        if end.capacity.foreign or end.capacity.processor:
            return found
        if (sends and self.regime == _UK_GDPR) or (receives and self.receives_under == _UK_GDPR):
            found |= self._article_6(end)
            if law.special and card.ground:
                found["special_category_conditions"] = vocabulary().schedule_1_conditions[card.ground].article_9[:1]
            if (law.special or law.offence) and card.ground:
                found["schedule_1_conditions"] = (card.ground,)
        conditions: tuple[str, ...] = ()
        if (sends and self.regime == _PART_3) or (receives and self.receives_under == _PART_3):
            conditions = ("le-necessary-task",)
            if law.special and card.strict:
                conditions += ("le-sensitive-strict", card.strict)
        if sends and self._leaves:
            conditions += ("le-onward-nonle",)
        if conditions:
            found["law_enforcement_conditions"] = conditions
        if sends:
            others = [other for other in self._receivers if other.id != end.id]
            if all(law._covered(end, other) for other in others):  # a power that leaves somebody out would be refused
                found["gateways"] = tuple(
                    id_ for id_ in card.powers if any(law._reaches(id_, end, other) for other in others)
                )
        return found

    def _article_6(self, end: FlowEnd) -> dict[str, tuple[str, ...]]:
        """The basis of Article 6: the public task of a public authority, otherwise the interest that the purpose gives."""
        public = end.capacity.public_authority
        if public == "yes" or (public == "depends" and self._law.card.tasks.get(end.id, False)):
            return {"lawful_bases": ("a6e-public-task",)}
        interest = purposes()[self._law.card.purpose].interest
        if interest is not None:
            return {"lawful_bases": ("a6ea-recognised-li",), "recognised_interests": (interest,)}
        return {"lawful_bases": ("a6f-legitimate-interests",)}


def _bases(law: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: law[name] for name in ("lawful_bases", "recognised_interests") if law.get(name)}


def _free(id_: str, taken: set[str]) -> str:
    found, number = id_, 2
    while found in taken:
        found, number = f"{id_}-{number}", number + 1
    return found


def _weakness(gateway: Gateway) -> str:
    """Why a power does not carry a flow alone; "" if it can."""
    if gateway.states_no_power:
        return "It is a duty that does not say that information may be shared. Name another power beside it."
    if gateway.by_regulations:
        return "It works only where regulations say so. Name the regulations, or another power."
    if gateway.weak:
        return "It is a general power, and weak alone. Name a power for this purpose beside it."
    return "" if gateway.confirmed else f"A lawyer has still to confirm it. {gateway.to_confirm}".strip()


@cache
def _uses_in_standards() -> Mapping[str, int]:
    """How many standard flows name each power."""
    counts: dict[str, int] = {}
    for id_ in standard_texts.standard_ids("flows"):
        flow = standard_texts.standard_flow(id_).data
        for law in (flow, *mappings(flow.get("law_differs"))):
            for gateway in strings(law.get("gateways")):
                counts[gateway] = counts.get(gateway, 0) + 1
    return counts
