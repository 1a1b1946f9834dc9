"""What a look at the law found, as text or JSON. Words of the service are data: one line each, cut."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

from undersigned.facts.law import law_of_provision, protocols_by_provision
from undersigned.law.watch import Look, News, cited
from undersigned.records.legislation import Provision
from undersigned.register import Register
from undersigned.words.dates import date_in_words
from undersigned.words.labels import label


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
        "entries": [entry.id for entry in cited().get(one.provision.item, {}).get(one.provision, [])],
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
