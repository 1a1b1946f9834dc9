"""News of the law: one issue for each instrument that changes an Act, and one pull request whose merge confirms the news.

Words of legislation.gov.uk reach issues only through the templates, which make every fact harmless.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from undersigned.editing.law_state import render_law_state, same_law
from undersigned.github.pulls import PullRequestDraft
from undersigned.jobs.issue_sync import Ending, IssueSync, Mark, WantedIssue
from undersigned.jobs.messages import labels, message, messages, render, render_plain
from undersigned.law.watch import Look, News
from undersigned.records.law import SITE, LawState, Provision, file_of
from undersigned.records.vocabulary import item_titles, vocabulary
from undersigned.register import Register
from undersigned.reports.law import in_groups, law_of_provision, protocols_by_provision
from undersigned.status.law import long_unseen

KIND = "law"
BRANCH = "upkeep/law"
#: The issue that says that nobody has looked.
_UNSEEN = Mark(KIND, "not-looked-at")
#: Days after which a look that found nothing new is recorded, so that everybody can see that somebody looks.
RECORD_DAYS = 21
#: Most provisions that an issue lists. The pull request holds them all.
MOST_SHOWN = 60


@dataclass(frozen=True)
class NewsLine:
    """One provision in an issue: `kind` picks the words, `what` is the service's own word for it."""

    law: str
    url: str
    kind: str
    what: str
    on: date | None


@dataclass(frozen=True)
class LawNews:
    """What one issue is about. `by`: what makes the change, in words; "" if only the new text is known."""

    item: str
    title: str
    by: str
    by_url: str
    on: date | None
    lines: tuple[NewsLine, ...]
    more: int
    entries: tuple[str, ...]
    protocols: tuple[tuple[str, str], ...]
    is_urgent: bool


def law_issues(found: Look, register: Register, *, as_of: date) -> IssueSync:
    """One issue for each affected Act and what affects it. An Act that could not be looked at keeps its issues as they are."""
    resting = protocols_by_provision(register)
    wanted: dict[Mark, WantedIssue] = {}
    for (item, cause), news in in_groups(found.alarms).items():
        mark = _mark(item, cause)
        facts = _facts(item, news, resting, register)
        notes = {
            _note(mark, one): render("law-notes.md", note=one.kind, on=one.on) for one in news if one.kind == "soon"
        }
        wanted[mark] = WantedIssue(
            mark=mark,
            title=render_plain("titles.txt", title=KIND, news=facts),
            text=render("law.md", news=facts),
            line=messages("words")["notes"]["line"],
            labels=frozenset({labels()[KIND].name}),
            notes=notes,
            closed_early=(
                Mark(f"{KIND}-still", mark.protocol, mark.parts),
                render("law-notes.md", note="still", on=None),
            ),
            reopened=render("law-notes.md", note="reopened", on=None),
        )
    looked = {_word(item) for item in found.looked}
    long = long_unseen(register.law_states, as_of=as_of)
    if found.looked:
        looked.add(_UNSEEN.protocol)
    elif long is not None:
        wanted[_UNSEEN] = WantedIssue(
            mark=_UNSEEN,
            title=render_plain("titles.txt", title="law-unseen", since=long.since),
            text=render("law-unseen.md", unseen=long, reasons=sorted(set(found.away.values()))),
            line=messages("words")["notes"]["line"],
            labels=frozenset({labels()[KIND].name}),
            notes={},
            closed_early=(Mark(f"{KIND}-still", _UNSEEN.protocol), render("law-notes.md", note="unseen", on=None)),
            reopened=render("law-notes.md", note="unseen", on=None),
        )
    return IssueSync(
        KIND,
        wanted,
        _endings(looked, as_of),
        lambda mark: mark,
        frozenset({labels()[KIND].name}),
        messages("words")["notes"]["duplicate"],
    )


def law_files(found: Look, states: Mapping[str, LawState], *, as_of: date) -> dict[str, bytes]:
    """The records that hold what was seen, where it differs from what was confirmed: path to content.

    Once in `RECORD_DAYS` the others are among them too, with the day of this look and nothing to confirm.
    """
    files: dict[str, bytes] = {}
    for item in found.looked:
        old = states.get(item)
        state = found.states.get(item) or states[item]
        if old is None or not same_law(old, state):
            files[file_of(item)] = render_law_state(state, to_confirm_on=as_of).encode()
        elif old.looked is None or (as_of - old.looked).days >= RECORD_DAYS:
            files[file_of(item)] = render_law_state(old.model_copy(update={"looked": as_of})).encode()
    return files


def law_draft(found: Look, files: Mapping[str, bytes], register: Register, *, base: str, into: str) -> PullRequestDraft:
    """The pull request with these files. It does not merge before somebody has written what the news means."""
    resting = protocols_by_provision(register)
    groups = [_facts(item, news, resting, register) for (item, _), news in in_groups(found.alarms).items()]
    quiet = [_line(one) for one in found.news if one.kind == "enacted"]
    missing = [(law_of_provision(one), one.url) for one in found.missing]
    body = render("law-pull.md", groups=groups, quiet=quiet, missing=missing, paths=sorted(files), away=found.away)
    return PullRequestDraft(BRANCH, base, into, message("words", "law", "title"), body, dict(files), again=True)


def _facts(item: str, news: Sequence[News], resting: Mapping[Provision, Sequence[str]], register: Register) -> LawNews:
    known = vocabulary().cited.get(item, {})
    entries = dict.fromkeys(entry.title for one in news for entry in known.get(one.provision, []))
    protocols = dict.fromkeys(id_ for one in news for id_ in resting.get(one.provision, []))
    lines = list(dict.fromkeys(_line(one) for one in news))
    days = [one.on for one in news if one.on]
    by = next((one.by for one in news if one.by), "")
    by_title = next((one.by_title for one in news if one.by_title), "")
    return LawNews(
        item=item,
        title=item_titles().get(item, (item,))[0],
        by=by_title or by,
        by_url=f"{SITE}{by}" if by else "",
        on=min(days, default=None),
        lines=tuple(lines[:MOST_SHOWN]),
        more=max(0, len(lines) - MOST_SHOWN),
        entries=tuple(entries),
        protocols=tuple((id_, _title(register, id_)) for id_ in protocols),
        is_urgent=any(one.kind in ("gone", "repealed") for one in news),
    )


def _line(one: News) -> NewsLine:
    return NewsLine(law_of_provision(one.provision), one.provision.url, one.kind, one.what, one.on)


def _title(register: Register, id_: str) -> str:
    folder = register.protocol(id_)
    return folder.value.title if folder is not None and folder.readable else id_


def _word(text: str) -> str:
    """A word that can be part of a mark."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unknown"


def _mark(item: str, cause: str) -> Mark:
    return Mark(KIND, _word(item), (_word(cause),))


def _note(mark: Mark, one: News) -> Mark:
    return Mark(f"{KIND}-soon", mark.protocol, (*mark.parts, _word(str(one.on))))


def _endings(looked: set[str], as_of: date) -> Callable[[Mark], Ending | None]:
    def ending(mark: Mark) -> Ending | None:
        if mark.protocol not in looked:
            return None
        return Ending(True, (as_of.isoformat(),), render("law-notes.md", note="done", on=as_of))

    return ending
