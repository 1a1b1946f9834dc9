"""Compares what legislation.gov.uk answers with what was last confirmed, and says what a person must look at."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from undersigned.law.client import (
    AwayError,
    Contents,
    Effect,
    Legislation,
    Listed,
    RefusedError,
    page_of,
    read_contents,
)
from undersigned.records.law import LawChange, LawState, Provision, WatchedProvision, provision
from undersigned.records.vocabulary import item_titles

#: Days before a coming change at which it is news again.
SOON_DAYS = 28
#: The path of an item that is cited as a whole.
WHOLE = "whole"
#: What is too long to be read whole: only effects on it are compared. Its sections are cited one by one.
_WITHOUT_WORDS = frozenset({"part", "chapter"})
Kind = Literal["amended", "repealed", "gone", "coming", "changed", "commenced", "soon", "enacted"]


@dataclass(frozen=True)
class News:
    """One change of one provision. `by`: the item that makes it, or "" if only the text is known. `kind` `enacted` has no
    day yet, so that it is a line in the report and no more."""

    kind: Kind
    provision: Provision
    on: date | None
    by: str = ""
    by_title: str = ""
    what: str = ""

    @property
    def group(self) -> tuple[str, str]:
        """What one issue is about: the affected item, and the affecting one or the day."""
        return self.provision.item, self.by or (self.on.isoformat() if self.on else self.kind)


@dataclass
class Look:
    """What one look found. `states`: what to record of each item that was taken whole; `away`: why an item was not."""

    states: dict[str, LawState] = field(default_factory=dict)
    news: list[News] = field(default_factory=list)
    missing: list[Provision] = field(default_factory=list)
    away: dict[str, str] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)

    @property
    def alarms(self) -> list[News]:
        """The news that a person must look at."""
        return [one for one in self.news if one.kind != "enacted"]

    @property
    def looked(self) -> list[str]:
        """The items of which there was an answer."""
        return [*self.states, *self.unchanged]


def first_state(item: str, provisions: Iterable[Provision]) -> LawState:
    """What is known of an item before anybody has looked: which provisions are cited."""
    watched = tuple(WatchedProvision.model_construct(path=_path(one)) for one in provisions)
    return LawState.model_construct(item=item, title=item_titles()[item][0], provisions=watched)


def look(
    service: Legislation, states: Mapping[str, LawState], wanted: Mapping[str, Iterable[Provision]], *, as_of: date
) -> Look:
    """Asks for each item that is wanted, with its provisions as `vocabulary().cited` gives them, and compares the answers with `states`.

    An item is taken whole or not at all. After 403 or 429 nothing more is asked.
    """
    found = Look()
    refused = ""
    for item, provisions in wanted.items():
        if refused:
            found.away[item] = refused
            continue
        old = states.get(item) or first_state(item, provisions)
        try:
            _look_at(service, old, list(provisions), found, as_of)
        except RefusedError as error:
            refused = found.away[item] = str(error)
        except AwayError as error:
            found.away[item] = str(error)
    found.news += [one for item in found.looked if (state := states.get(item)) for one in _soon(state, as_of)]
    return found


def _look_at(service: Legislation, old: LawState, provisions: list[Provision], found: Look, as_of: date) -> None:
    answer = service.get(f"{old.item}/contents/data.xml", since=old.modified or "")
    known = {one.path for one in old.provisions}
    if answer.status == 304 and all(_path(one) in known for one in provisions):
        found.unchanged.append(old.item)
        return
    if answer.status == 304:
        answer = service.get(f"{old.item}/contents/data.xml")
    if answer.body is None:
        if any(one.words for one in old.provisions):
            found.news.append(News("gone", Provision(old.item), None))
        raise AwayError(f"legislation.gov.uk has no contents of {old.item}")
    contents = read_contents(answer.body, old.item)
    before = {one.path: one for one in old.provisions}
    pages = _Pages(service)
    news: list[News] = []
    missing: list[Provision] = []
    watched: list[WatchedProvision] = []
    for one in provisions:
        last = before.get(_path(one)) or WatchedProvision.model_construct(path=_path(one))
        if not one.path or one.path[0] in _WITHOUT_WORDS:
            news += _news_of_effects(one, _bearing(contents, one), last, as_of)
            watched.append(_with_effects(last, _bearing(contents, one)))
            continue
        now = _seen(pages, contents, one, last)
        if now is None:
            if last.words is None:
                missing.append(one)
                watched.append(last)
            else:
                news.append(_gone(one, last, _bearing(contents, one)))
            continue
        news += _news(one, last, now, _bearing(contents, one), as_of)
        watched.append(now)
    title = item_titles()[old.item][0]
    found.states[old.item] = LawState.model_construct(
        item=old.item,
        title=title,
        modified=answer.modified or None,
        provisions=tuple(watched),
        looked=old.looked,
        confirmed=old.confirmed,
    )
    found.news += news
    found.missing += missing


class _Pages:
    """The pages of one item, each asked for once."""

    def __init__(self, service: Legislation) -> None:
        self._service = service
        self._bodies: dict[str, bytes | None] = {}

    def body(self, path: str) -> bytes | None:
        """The page; None if it does not exist."""
        if path not in self._bodies:
            self._bodies[path] = self._service.get(path).body
        return self._bodies[path]


def _bearing(contents: Contents, one: Provision) -> list[Effect]:
    return [effect for effect in contents.effects if effect.outstanding and effect.is_textual and effect.bears_on(one)]


def _seen(pages: _Pages, contents: Contents, one: Provision, last: WatchedProvision) -> WatchedProvision | None:
    """The provision as it is now; None if it is not there. Its words are asked for only if it may have changed."""
    lines = contents.lines_of(one)
    since = max((line.since for line in lines if line.since), default=None)
    status = next((line.status for line in lines if line.status), "")
    words = last.words
    if not lines:  # the contents do not list everything that has a page
        body = pages.body("/".join((one.item, *one.page, "data.xml")))
        if body is None:
            return None
        words, since, status = page_of(body, one)
    elif words is None or since != last.since:
        words = _words(pages, one, lines)
        if words is None:
            return None
    seen = WatchedProvision.model_construct(path=_path(one), since=since, words=words, status=status or None)
    return _with_effects(seen, _bearing(contents, one))


def _with_effects(one: WatchedProvision, effects: Sequence[Effect]) -> WatchedProvision:
    changes = tuple(
        LawChange.model_construct(effect=effect.id, on=effect.on, by=effect.by, what=effect.what)
        for effect in effects
        if effect.on
    )
    return one.model_copy(update={"effects": tuple(effect.id for effect in effects), "changes": changes})


def _gone(one: Provision, last: WatchedProvision, effects: Sequence[Effect]) -> News:
    """A provision that is there no more, with what took it away if that is known: repealed, or renumbered."""
    if effects:
        return News("gone", one, effects[0].on, *_of(effects[0]))
    change = last.changes[-1] if last.changes else None
    return News("gone", one, change.on, change.by, "", change.what or "") if change else News("gone", one, None)


def _words(pages: _Pages, one: Provision, lines: Sequence[Listed]) -> str | None:
    """The digest of the words of a provision, or of all pages of a range; None if a page is not there."""
    paths = [line.path for line in lines] if one.until and len(lines) > 1 else [one.page]
    digests: list[str] = []
    for path in paths:
        body = pages.body("/".join((one.item, *path, "data.xml")))
        if body is None:
            return None
        digests.append(page_of(body, Provision(one.item, path if len(paths) > 1 else one.path)).words)
    if len(digests) == 1:
        return digests[0]
    return "sha256:" + hashlib.sha256(" ".join(digests).encode()).hexdigest()


def _news(
    one: Provision, last: WatchedProvision, now: WatchedProvision, effects: Sequence[Effect], as_of: date
) -> list[News]:
    news: list[News] = []
    was, is_ = (last.status or "").lower(), (now.status or "").lower()
    if last.words is not None:
        if is_ == "repealed" and was != "repealed":
            news.append(News("repealed", one, now.since, *_known_cause(last, now)))
        elif was == "prospective" and is_ != "prospective":
            news.append(News("commenced", one, now.since, *_known_cause(last, now)))
        elif now.since != last.since and now.words != last.words:
            news.append(News("amended", one, now.since, *_known_cause(last, now)))
    return news + _news_of_effects(one, effects, last, as_of)


def _news_of_effects(one: Provision, effects: Sequence[Effect], last: WatchedProvision, as_of: date) -> list[News]:
    """Effects that were not known, or had no day when they were."""
    known, dated = set(last.effects), {(change.effect, change.on) for change in last.changes}
    news: list[News] = []
    for effect in effects:
        if effect.on is None:
            if effect.id not in known:
                news.append(News("enacted", one, None, *_of(effect)))
        elif (effect.id, effect.on) not in dated:
            kind: Kind = "commenced" if effect.commences else "coming" if effect.on > as_of else "changed"
            news.append(News(kind, one, effect.on, *_of(effect)))
    return news


def _of(effect: Effect) -> tuple[str, str, str]:
    return effect.by, effect.by_title, effect.what


def _known_cause(last: WatchedProvision, now: WatchedProvision) -> tuple[str, str, str]:
    """What makes a change of the text, if it was news before: a change of the same day that is not outstanding any more."""
    change = next((one for one in last.changes if one.on == now.since and one.effect not in now.effects), None)
    return (change.by, "", change.what or "") if change else ("", "", "")


def _soon(state: LawState, as_of: date) -> list[News]:
    """Changes that were confirmed when they lay ahead and come within four weeks."""
    news: list[News] = []
    for one in state.provisions:
        for change in one.changes:
            if as_of < change.on <= as_of + timedelta(days=SOON_DAYS) and state.is_confirmed:
                at = Provision(state.item) if one.path == WHOLE else provision(f"{state.item}/{one.path}")
                news.append(News("soon", at, change.on, change.by, "", change.what or ""))
    return news


def _path(one: Provision) -> str:
    return str(one).removeprefix(f"{one.item}/") if one.path else WHOLE
