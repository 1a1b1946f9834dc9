"""Issues that ask after services: one for each area in which a service ends soon, is unconfirmed or has no owner. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from undersigned.figures.landscape import Event, in_the_year, services_due
from undersigned.figures.provision import SOON, AreaMap, Service, area_ids, area_map
from undersigned.jobs.issue_sync import Ending, IssueSync, Mark, WantedIssue
from undersigned.jobs.messages import RepositoryLinks, labels, messages, render, render_plain
from undersigned.records.fields import KEBAB, latest
from undersigned.register import Register
from undersigned.words.text import name_of_id

KIND = "provision"
#: Days before a confirmation is due at which the owner is asked for it.
ASK_BEFORE = 14


@dataclass(frozen=True)
class Question:
    """A service of which somebody has to say something. `owner`: the post and body in charge; "" if none is named.

    `events`: what ends, and the last day for notice, within six months. `confirm`: the day on which its confirmation
    runs out; None if none is due. `never`: nobody has confirmed it.
    """

    service: Service
    title: str
    owner: str
    events: tuple[Event, ...]
    confirm: date | None
    never: bool


def provision_issues(register: Register, *, as_of: date, links: RepositoryLinks, root: Path) -> IssueSync:
    """The issue of every area in which something has to be asked on that day. `root` is not used: areas have no owners."""
    wanted: dict[Mark, WantedIssue] = {}
    judged: set[str] = set()
    unreadable: list[str] = []
    for area in area_ids(register):
        records = [record for (where, _), record in register.provisions.items() if where == area]
        if not all(record.clean for record in records):
            unreadable.append(area)
            continue
        judged.add(area)
        asked = questions(area_map(register, area, as_of=as_of), register)
        if asked:
            mark = Mark(KIND, area)
            wanted[mark] = _issue(mark, asked, register, links)

    def ending(mark: Mark) -> Ending | None:
        if mark.protocol in unreadable:
            return None
        if mark.protocol not in judged:
            return Ending(False, ("gone",), render("provision-notes.md", note="gone", area=mark.protocol))
        return Ending(True, (as_of.isoformat(),), render("provision-notes.md", note="done", as_of=as_of))

    return IssueSync(
        KIND,
        wanted,
        ending,
        lambda mark: mark,
        frozenset({labels()[KIND].name}),
        messages("words")["notes"]["duplicate"],
        tuple(unreadable),
    )


def questions(found: AreaMap, register: Register) -> tuple[Question, ...]:
    """What has to be asked of one area's services, in the order of their ids."""
    limit = found.as_of + timedelta(days=SOON)
    due = [
        event
        for event in in_the_year(services_due(register, found.area, as_of=found.as_of), as_of=found.as_of)
        if latest(event.on) <= limit
    ]
    asked = []
    for service in found.services:
        if service.state == "ended" or not KEBAB.match(service.id):
            continue
        events = tuple(event for event in due if event.id == f"{found.area}/{service.id}")
        runs_out = service.confirmation_due
        confirm = runs_out if runs_out is not None and runs_out <= found.as_of + timedelta(days=ASK_BEFORE) else None
        never = runs_out is None and service.state == "running"
        owner = service.value.owner
        if events or confirm or never or owner is None:
            named = (
                ""
                if owner is None
                else ", ".join(filter(None, (owner.post, register.organisation_name(owner.organisation))))
            )
            asked.append(Question(service, service.value.title, named, events, confirm, never))
    return tuple(asked)


def _issue(mark: Mark, asked: tuple[Question, ...], register: Register, links: RepositoryLinks) -> WantedIssue:
    area = mark.protocol
    notes = {
        Mark(f"{KIND}-due", area, (one.service.id, event.kind, str(event.on))): render(
            "provision-notes.md", note="due", title=one.title, event=event
        )
        for one in asked
        for event in one.events
    } | {
        Mark(f"{KIND}-confirm", area, (one.service.id, one.confirm.isoformat())): render(
            "provision-notes.md", note="confirm", title=one.title, day=one.confirm
        )
        for one in asked
        if one.confirm is not None
    }
    return WantedIssue(
        mark=mark,
        title=render_plain("titles.txt", title=KIND, name=name_of_id(area)),
        text=render(
            "provision.md",
            area=name_of_id(area),
            asked=[(one, links.file(f"provision/{area}/{one.service.id}.yaml")) for one in asked],
            page=links.page(register.address, f"provision/{area}/"),
        ),
        line=messages("words")["notes"]["line"],
        labels=frozenset({labels()[KIND].name}),
        notes=notes,
        closed_early=(Mark(f"{KIND}-still", area), render("provision-notes.md", note="still")),
        reopened=render("provision-notes.md", note="reopened"),
    )
