"""How each member of a closed list is written for people (`labels.yaml`): the same words in every output."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import get_args

import yaml

from undersigned.records import for_people, form, protocol, provision, review, signature, version
from undersigned.records.fields import Jurisdiction
from undersigned.records.findings import SEVERITIES
from undersigned.records.vocabulary import vocabulary
from undersigned.words.text import with_capital

_FILE = Path(__file__).parent / "labels.yaml"
#: The members of each list, as the records declare them.
_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "status": get_args(protocol.ProtocolStatus),
    "kind": get_args(protocol.ProtocolKind),
    "publication": get_args(protocol.Publication),
    "jurisdiction": get_args(Jurisdiction),
    "role": get_args(protocol.Role),
    "mappa_role": get_args(protocol.MappaRole),
    "when": get_args(protocol.Occasion),
    "stage": get_args(protocol.Stage),
    "regime": (*get_args(protocol.Regime), *get_args(protocol.ReceivingRegime)),
    "regime_short": (*get_args(protocol.Regime), *get_args(protocol.ReceivingRegime)),
    "consent": get_args(protocol.ConsentRole),
    "consent_condition": get_args(protocol.ConsentRole),
    "sensitivity": get_args(protocol.Sensitivity),
    "about": get_args(protocol.About),
    "dpia_status": get_args(protocol.DpiaStatus),
    "milestone": get_args(protocol.MilestoneStage),
    "field_type": get_args(form.FieldType),
    "change": get_args(version.Change),
    "change_meaning": get_args(version.Change),
    "outcome": get_args(review.ReviewOutcome),
    "scope": get_args(review.Scope),
    "checked": get_args(review.CheckedPart),
    "authority": get_args(signature.Authority),
    "method": get_args(signature.SigningMethod),
    "deed_by": get_args(signature.DeedForm),
    "succession": get_args(signature.Succession),
    "funding_status": get_args(provision.FundingStatus),
    "severity": SEVERITIES,
    "picture": for_people.PICTURES,
}
#: Lists whose members other rooms declare, or that records may add to. A test compares the first sort with their room.
_OTHER_LISTS = frozenset(
    {
        "field",
        "statutory_consent",
        "review_state",
        "signature_state",
        "figure_mark",
        "period",
        "law_news",
        "provision_group",
        "provision_for",
        "provision_entry",
        "pair",
        "pair_short",
        "link_state",
        "money",
        "year",
        "followed",
    }
)


@cache
def _labels() -> Mapping[str, Mapping[str, str]]:
    """All lists. ValueError if the file has a list or a member too many or too few, or a label that is not text."""
    labels: dict[str, dict[str, str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    if labels.keys() != _MEMBERS.keys() | _OTHER_LISTS:
        raise ValueError(f"labels.yaml: {sorted(labels.keys() ^ (_MEMBERS.keys() | _OTHER_LISTS))} do not match")
    for name, entries in labels.items():
        strange = entries.keys() ^ set(_MEMBERS.get(name, entries))
        strange |= {id_ for id_, label in entries.items() if not isinstance(label, str) or not label.strip()}
        if strange:
            raise ValueError(f"labels.yaml, {name}: {sorted(map(str, strange))} do not match")
    labels["organisation_kind"] = {
        id_: kind.title[:1].lower() + kind.title[1:] for id_, kind in vocabulary().organisation_kinds.items()
    }
    return MappingProxyType({name: MappingProxyType(entries) for name, entries in labels.items()})


def all_labels() -> Mapping[str, Mapping[str, str]]:
    """The labels of every list of `labels.yaml`, by list and id."""
    return {name: entries for name, entries in _labels().items() if name != "organisation_kind"}


def labels(name: str) -> Mapping[str, str]:
    """The labels of one list by id, in the list's order. KeyError if there is no such list."""
    return _labels()[name]


def label(name: str, id_: str) -> str:
    """A member in the middle of a sentence: `in consultation`. An id that is not in the list is shown with spaces."""
    return labels(name).get(id_) or id_.replace("-", " ").replace("_", " ")


def heading(name: str, id_: str) -> str:
    """A member where a line begins: `In consultation`."""
    return with_capital(label(name, id_))


def headings(name: str) -> Mapping[str, str]:
    """The labels of one list by id, each with a capital."""
    return {id_: with_capital(text) for id_, text in labels(name).items()}
