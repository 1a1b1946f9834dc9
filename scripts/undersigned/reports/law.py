"""What a look at the law found, and which protocols rest on it, as text or JSON. Words of the service are data: one line each, cut."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

from undersigned.facts.flows import legal_references
from undersigned.law.watch import Look, News
from undersigned.records.law import Provision
from undersigned.records.vocabulary import item_titles, vocabulary
from undersigned.register import Register
from undersigned.words.dates import date_in_words
from undersigned.words.labels import label

_LIVE = ("draft", "consultation", "signing", "in-force")


def law_of_provision(one: Provision) -> str:
    """A provision in words: `Data Protection Act 2018, section 45`."""
    title = item_titles().get(one.item, (one.item,))[0]
    words = [
        f"{kind} {number}" if kind.isalpha() else f"({kind})"
        for kind, number in zip(one.path[::2], one.path[1::2], strict=False)
    ]
    if one.path[:1] in (("section",), ("article",), ("regulation",)):
        words = [
            f"{one.path[0]} {one.path[1] if len(one.path) > 1 else ''}" + "".join(f"({part})" for part in one.path[2:])
        ]
    until = f" to {one.until}" if one.until else ""
    return ", ".join([title, *reversed(words)]) + until if words else title


def protocols_by_provision(register: Register) -> dict[Provision, list[str]]:
    """For each provision that a flow of a living protocol rests on, the ids of these protocols in order."""
    found: dict[Provision, list[str]] = {}
    for id_ in register.protocol_ids:
        folder = register.protocol(id_)
        if folder is None or not folder.readable or folder.value.status not in _LIVE:
            continue
        laws = (law for flow in folder.value.flows for law in (flow, *flow.law_differs))
        entries = [named.entry for law in laws for named in legal_references(law)]
        for one in sorted({one for entry in entries if entry is not None for one in entry.legislation}):
            found.setdefault(one, []).append(id_)
    return found


def render_law_json(look: Look, register: Register, as_of: date) -> str:
    """`news`: what a person must look at. `enacted`: changes without a day. `missing`: addresses that are not there."""
    resting = protocols_by_provision(register)
    answer = {
        "schema_version": 1,
        "as_of": as_of.isoformat(),
        "looked": sorted(look.looked),
        "away": dict(sorted(look.away.items())),
        "news": [_json(one, resting) for one in look.alarms],
        "enacted": [_json(one, resting) for one in look.news if one.kind == "enacted"],
        "missing": [str(one) for one in look.missing],
    }
    return json.dumps(answer, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _json(one: News, resting: Mapping[Provision, list[str]]) -> Mapping[str, object]:
    return {
        "kind": one.kind,
        "provision": str(one.provision),
        "on": one.on.isoformat() if one.on else None,
        "by": one.by or None,
        "by_title": one.by_title,
        "what": one.what,
        "entries": [entry.id for entry in vocabulary().cited.get(one.provision.item, {}).get(one.provision, [])],
        "protocols": resting.get(one.provision, []),
    }


def render_law_text(look: Look, register: Register) -> str:
    """One line for each change, and what could not be asked."""
    lines: list[str] = []
    resting = protocols_by_provision(register)
    for one in look.news:
        lines.append(sentence(one))
        protocols = resting.get(one.provision, [])
        if protocols:
            lines.append(f"    relied on by: {', '.join(protocols)}")
    lines += [f"{one.url}: not found; the list of laws may name it wrongly" for one in look.missing]
    lines += [f"{item}: not looked at: {reason}" for item, reason in sorted(look.away.items())]
    lines.append(
        f"{len(look.looked)} of {len(look.looked) + len(look.away)} Acts looked at: "
        f"{len(look.alarms)} changes to look at, {len(look.news) - len(look.alarms)} without a day yet"
    )
    return "\n".join(lines) + "\n"


def sentence(one: News) -> str:
    """What happened to a provision, in one line of plain text."""
    on = f" {date_in_words(one.on)}" if one.on else ""
    by = f", by {one.by_title or one.by}" if one.by else ""
    what = f' ("{one.what}")' if one.what else ""
    return f"{law_of_provision(one.provision)}: {label('law_news', one.kind)}{on}{what}{by}"


def in_groups(news: Sequence[News]) -> dict[tuple[str, str], list[News]]:
    """The news by what makes one issue: the affected item with the affecting one, or with the day."""
    groups: dict[tuple[str, str], list[News]] = {}
    for one in news:
        groups.setdefault(one.group, []).append(one)
    return groups
