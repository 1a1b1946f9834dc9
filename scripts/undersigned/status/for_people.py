"""What the page for people must cover: the text that it was written from, and what that text shares about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from undersigned.records.for_people import ForPeople
from undersigned.records.protocol import Flow, Item, Operative
from undersigned.register import ProtocolFolder, Register
from undersigned.status.versions import agreed_versions

#: Whose information the page speaks of: the person's own, and that of those who live with them.
_THEIRS = ("subject", "household")
#: Consents without which an item is not passed on: it is then the person's choice.
_DECIDES = ("basis", "confidence")
#: Consents that leave the person a choice, but about which the page need not speak item by item.
_MAY_DECIDE = (*_DECIDES, "statutory")


@dataclass
class SharedItem:
    """An item about the person, and the flows that carry it.

    `names`: how the page may name it, normalised: its id and its name.
    """

    name: str
    id: str = ""
    names: set[str] = field(default_factory=set)
    flows: list[Flow] = field(default_factory=list)
    special: bool = False

    @property
    def _judged(self) -> list[Flow]:
        """Where there is a choice is asked of ordinary flows. In an emergency nobody is asked, and the page says so once."""
        ordinary = [flow for flow in self.flows if flow.when != "emergency"]
        return ordinary or self.flows

    @property
    def needs_agreement(self) -> bool:
        """Whether no ordinary flow carries it unless the person agrees.

        A flow that also has another sort of consent asks for agreement to some of its items only: which, nobody can tell.
        """
        return all(set(flow.consent) & set(_DECIDES) and set(flow.consent) <= set(_MAY_DECIDE) for flow in self._judged)

    @property
    def confided(self) -> bool:
        """Whether agreement only lifts a duty of confidence, and it is not of a special category: then a flow may ask for
        agreement to what it was told in confidence, and pass on this without."""
        return not self.special and all("basis" not in flow.consent for flow in self._judged)

    @property
    def may_need_agreement(self) -> bool:
        """Whether every ordinary flow that carries it leaves the person a choice."""
        return all(set(flow.consent) & set(_MAY_DECIDE) for flow in self._judged)


def newer_version(folder: ProtocolFolder, page: ForPeople, *, as_of: date) -> str | None:
    """Returns the newest material version agreed after the one that a page was written from: the page is then stale."""
    versions = agreed_versions(folder, as_of=as_of)
    numbers = [number for number, _version in versions]
    if page.version not in numbers:
        return None
    later = versions[numbers.index(page.version) + 1 :]
    return next((number for number, version in reversed(later) if version.change == "material"), None)


def page_text(folder: ProtocolFolder, page: ForPeople) -> Operative | None:
    """Returns the text that a page was written from; None if its version has no words here or is unknown."""
    if page.version is None or folder.stamped_text(page.version) == folder.working_text:
        return folder.value  # it names the ids of data items, which a stamp leaves out
    return folder.text_of(page.version)


def normalised(name: str) -> str:
    return " ".join(name.casefold().split())


def shared_items(folder: ProtocolFolder, text: Operative) -> Mapping[str, SharedItem]:
    """Returns the items about the person or their household that a text shares, by normalised name, in its order.

    Numbers in which nobody can be recognised are not about a person.
    """
    ids = {normalised(item.name): item.id for item in folder.value.data_items}
    found: dict[str, SharedItem] = {}
    for flow in text.flows:
        for named in flow.items:
            item = named if isinstance(named, Item) else folder.value.spelled_out(named)
            if item is None or item.about not in _THEIRS or set(item.sensitivity) == {"depersonalised"}:
                continue
            name = normalised(item.name)
            shared = found.setdefault(name, SharedItem(item.name, ids.get(name, ""), {name}))
            shared.names |= {normalised(shared.id)} if shared.id else set()
            shared.flows.append(flow)
            shared.special |= "special-category" in item.sensitivity
    return found


def known_items(folder: ProtocolFolder, text: Operative) -> frozenset[str]:
    """Returns every name of an item that a page may give: of whomever it is."""
    names = [item.name for item in folder.value.data_items] + [item.id for item in folder.value.data_items]
    names += [item.name for flow in text.flows for item in flow.items if isinstance(item, Item)]
    return frozenset(map(normalised, names))


def receivers(folder: ProtocolFolder, text: Operative, items: Mapping[str, SharedItem]) -> Iterator[str]:
    """Yields each receiving end, as the text names it, of flows that carry something about the person."""
    carrying = {flow.id for item in items.values() for flow in item.flows}
    yield from dict.fromkeys(end for flow in text.flows if flow.id in carrying for end in flow.to)


def covers(end: str, told: frozenset[str], text: Operative, register: Register) -> bool:
    """Whether the ends that a page names include a receiving end: itself, the group it is in, or all members of it."""
    present = register.present_organisation
    if end in told or present(end) in {present(one) for one in told}:
        return True
    group = next((party.group for party in text.parties if present(party.organisation) == present(end)), None)
    if group is not None and group in told:
        return True
    members = {present(party.organisation) for party in text.parties if party.group == end}
    return bool(members) and members <= {present(one) for one in told}


def known_ends(text: Operative, register: Register) -> frozenset[str]:
    """Returns every group and party that a page may name."""
    groups = {group.id for group in text.groups}
    flows = {end for flow in text.flows for end in (*flow.from_, *flow.to)}
    return frozenset(groups | flows | {party.organisation for party in text.parties})
