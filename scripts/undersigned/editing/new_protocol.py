"""A new protocol: a standard one, one around a standard flow, or an empty one with every field explained."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from undersigned.editing import EditingError, standard_texts
from undersigned.editing.merging import merged
from undersigned.editing.new_request import Question, Request, check_new_id, find_organisation, head_comment, in_words
from undersigned.editing.standard_texts import End, StandardFlow, ends_of
from undersigned.editing.yaml_write import Quoted, comment, render_commented, render_yaml
from undersigned.records.fields import latest, when_of
from undersigned.records.fingerprint import fingerprint_of_document
from undersigned.records.protocol import Protocol
from undersigned.records.reading import did_you_mean
from undersigned.records.schema import values_of
from undersigned.records.source import PlainData, mappings, strings, text_of
from undersigned.records.version import Version
from undersigned.register import Register
from undersigned.status import has_happened

_FEW = 8
#: What `standard` says of an agreement that was signed on paper: its facts are recorded, and its words are not entered.
ON_PAPER = "on-paper"


def _draft(request: Request) -> Draft:
    """Returns what the standard provides before any question is asked."""
    standard = request.standard
    if standard is None:
        return Draft({})
    if standard in standard_texts.standard_ids("protocols"):
        return Draft(standard_texts.standard_protocol(standard), standard_texts.flows_of(standard))
    if standard in standard_texts.standard_ids("flows"):
        flow = standard_texts.standard_flow(standard)
        return Draft({"title": flow.data["title"]}, [flow])
    known = (*standard_texts.standard_ids("protocols"), *standard_texts.standard_ids("flows"))
    raise EditingError(f"there is no standard protocol or flow '{standard}'", did_you_mean(standard, known))


def ask_protocol(request: Request) -> list[Question]:
    """Returns what to ask. Raises EditingError if no answer could make the protocol valid."""
    id_ = check_new_id(request.ids[0], "a protocol")
    if request.register.has_protocol(id_):
        raise EditingError(f"the id '{id_}' is or was that of a protocol", "An id is never used again; choose another.")
    if request.standard == ON_PAPER:
        return _ask_on_paper(id_)
    if request.merge:
        return _ask_merged(request)
    draft = _draft(request)
    data = draft.data
    asked = [
        Question("title", "Its title", text_of(data.get("title")) or in_words(id_)),
        Question(
            "kind",
            "What sort of agreement",
            text_of(data.get("kind")) or "information-sharing-protocol",
            values_of(Protocol, "kind"),
        ),
        Question(
            "publication",
            "May the public read it",
            text_of(data.get("publication")) or "public",
            values_of(Protocol, "publication"),
        ),
    ]
    for end in draft.ends:
        fitting = _organisations_of(request.register, end.kinds, request.as_of)
        shown = f" (such as {', '.join(fitting[:_FEW])})" if fitting else ""
        asked.append(Question(end.id, f"{end.asks}: ids, with commas between{shown}"))
    return [*asked, Question("lead", "The id of the organisation that leads, if it is known")]


def _ask_merged(request: Request) -> list[Question]:
    merged(request.register, request.merge)
    return [
        Question("title", "Its title", in_words(request.ids[0])),
        Question("lead", "The id of the organisation that leads, if the two protocols have different ones"),
    ]


def _write_merged(request: Request) -> dict[str, str]:
    """Returns the forms and the draft that joins two protocols, with both wordings wherever they differ."""
    found = merged(request.register, request.merge)
    lead = request.answer("lead")
    data: dict[str, PlainData] = {
        "kind": "information-sharing-protocol",
        **found.data,
        **({"lead": find_organisation(request.register, lead)} if lead else {}),
        "title": request.answers["title"],
        "summary": f"[choose: one paragraph that says what {' and '.join(request.merge)} are to do together]",
        "status": "draft",
        "publication": "public",
    }
    id_ = request.ids[0]
    head = [_MERGED.format(protocols=" and ".join(request.merge)), *(f"- {choice}" for choice in found.choices)]
    texts = {f"protocols/{id_}/forms/{form}.yaml": text for form, text in found.forms.items()}
    comments = "".join("\n".join(comment(line)) + "\n" for line in head) + "\n"
    return {**texts, f"protocols/{id_}/protocol.yaml": comments + render_yaml(data, Protocol)}


def _ask_on_paper(id_: str) -> list[Question]:
    return [
        Question("title", "Its title", in_words(id_)),
        Question("kind", "What sort of agreement", "information-sharing-protocol", values_of(Protocol, "kind")),
        Question("publication", "May the public read it", "public", values_of(Protocol, "publication")),
        Question("parties", "Those who agreed it: ids, with commas between"),
        Question("lead", "The id of the organisation that leads, if it is known"),
        Question("agreed_on", "When it was agreed: a day (2016-03-31), or a month (2016-03) if nobody knows the day"),
        Question("effective_from", "The first day on which it surely applied, if not that day"),
        Question("effective_to", "Its last day, if it has one"),
        Question("held_by", "The id of the organisation that keeps the paper, if not the lead"),
        Question("reference", "Where it is kept (as PF/2016/17)"),
        Question("pages", "How many pages it has"),
        Question("sha256", "The SHA-256 of its scan, if there is one. The scan itself never belongs here"),
    ]


def _write_on_paper(request: Request) -> dict[str, str]:
    """Returns the version that stands for the paper, and the protocol with its facts and without words."""
    id_, register = request.ids[0], request.register
    for name in ("parties", "agreed_on"):
        if not request.answer(name):
            raise EditingError(f"an agreement on paper needs the answer to '{name}'", f"Give it with --set {name}=…")
    parties = [
        find_organisation(register, name.strip()) for name in request.answers["parties"].split(",") if name.strip()
    ]
    lead = find_organisation(register, request.answers["lead"]) if request.answer("lead") else None
    held_by = find_organisation(register, request.answers["held_by"]) if request.answer("held_by") else lead
    if held_by is None:
        raise EditingError("somebody keeps the paper", "Give the organisation with --set held_by=… or --set lead=…")
    try:
        agreed_on = when_of(request.answers["agreed_on"])
        start = when_of(request.answers["effective_from"] or request.answers["agreed_on"])
    except ValueError:
        raise EditingError(
            "this is neither a day nor a month", "Write year-month-day, or year-month if nobody knows the day."
        ) from None
    facts: dict[str, PlainData] = {name: request.answers[name] for name in ("title", "kind", "publication")}
    facts |= {
        "status": "in-force",
        "lead": lead,
        "effective_from": latest(start),
        "effective_to": request.answer("effective_to"),
        "parties": [{"organisation": party} for party in dict.fromkeys(parties)],
    }
    digest = (request.answer("sha256") or "").lower()
    pages = request.answer("pages")
    document: dict[str, PlainData] = {
        "sha256": digest,
        "pages": int(pages) if pages and pages.isascii() and pages.isdigit() else pages,
        "held_by": held_by,
        "reference": request.answer("reference"),
    }
    version: dict[str, PlainData] = {
        "agreed_on": agreed_on if isinstance(agreed_on, date) else str(agreed_on),
        "change": "material",
        "summary": "First agreed text, signed on paper",
        "fingerprint": Quoted(fingerprint_of_document(digest)) if digest else None,
        "document": _said(document),
    }
    return {
        f"protocols/{id_}/versions/1.0.yaml": render_yaml(_said(version), Version),
        f"protocols/{id_}/protocol.yaml": head_comment(_ON_PAPER) + render_yaml(_said(facts), Protocol),
    }


def _said(data: dict[str, PlainData]) -> dict[str, PlainData]:
    return {name: value for name, value in data.items() if value not in (None, "")}


def _organisations_of(register: Register, kinds: tuple[str, ...], as_of: date) -> list[str]:
    found = []
    for id_ in register.organisation_ids:
        record = register.organisation(id_)
        if (
            record is not None
            and record.value is not None
            and record.value.kind in kinds
            and not has_happened(record.value.dissolved_on, as_of)
        ):
            found.append(id_)
    return found


def write_protocol(request: Request) -> dict[str, str]:
    """Returns path to text, the protocol last."""
    if request.standard == ON_PAPER:
        return _write_on_paper(request)
    if request.merge:
        return _write_merged(request)
    draft = _draft(request)
    id_ = request.ids[0]
    draft.members = {
        end.id: [
            find_organisation(request.register, name.strip())
            for name in (request.answer(end.id) or "").split(",")
            if name.strip()
        ]
        for end in draft.ends
    }
    draft.members = {end: list(dict.fromkeys(names)) for end, names in draft.members.items()}
    draft.data |= {name: request.answers[name] for name in ("title", "kind", "publication")} | {"status": "draft"}
    lead = request.answer("lead")
    if lead is not None:
        draft.data["lead"] = find_organisation(request.register, lead)
    if draft.data["publication"] == "restricted" and not request.register.repository_private:
        # A public repository must not hold the text of a restricted protocol.
        draft.data = {
            name: draft.data[name]
            for name in ("title", "kind", "publication", "status", "jurisdictions", "lead")
            if name in draft.data
        }
        return {
            f"protocols/{id_}/protocol.yaml": head_comment(_RESTRICTED) + render_draft(draft, taken=(), facts_only=True)
        }
    texts = {f"protocols/{id_}/forms/{form}.yaml": standard_texts.standard_form(form) for form in draft.forms()}
    source = _SOURCE.format(standard=request.standard, day=standard_texts.LAW_CHECKED) if request.standard else ""
    text = head_comment(_DRAFT + source) + render_draft(draft, taken=request.register.organisation_ids)
    return {**texts, f"protocols/{id_}/protocol.yaml": text}


_DRAFT = (
    "A draft. What is not settled may be left out: 'undersigned check' lists the gaps as advice, and they become errors only "
    "when the status moves on to signing. To use a line that begins with #, take the # away."
)
_MERGED = (
    "A draft that joins {protocols} and supersedes both once it is in force. Everything that either says is here. Where the "
    "two differ, both wordings are here, each below a blank that 'undersigned check' names until a person has chosen. To choose:"
)
_ON_PAPER = (
    "An agreement on paper whose words are not entered here. 'undersigned new signature' records who signed it and when. One "
    "warning takes the place of all others until somebody enters what is shared (flows) and the terms (clauses)."
)
_SOURCE = (
    " It began as the standard '{standard}', whose law was last read on {day}. Before anybody signs, have somebody read the "
    "law again, and make every word your own."
)
_RESTRICTED = (
    "A restricted protocol is published by title, parties and dates only. Its text is in a private register and must not "
    "be written here."
)


_EXAMPLES: dict[str, str] = {
    "summary": "|\n  One paragraph in plain English.",
    "jurisdictions": "[england]",
    "areas": "[staffordshire]",
    "lead": "(an id of a folder under signatories)",
    "owner": "{organisation: (the id of the board), post: Chair}",
    "references": "[ISA-0014]",
    "effective_from": "2027-04-01",
    "effective_to": "2030-03-31",
    "required_by": "cja03-s325",
    "supersedes": "[(the id of the older protocol)]",
    "part_of": "(the id of the framework)",
    "groups": "\n  - {id: landlords, title: Registered providers in the county}",
    "parties": "\n  - organisation: (an id of a folder under signatories)\n    role: controller\n    capacity: What it does here",
    "purpose": "\n  aims:\n    - What the sharing is to bring about\n  benefits:\n    - Who is better off\n"
    "  necessity: |\n    Why nothing less would do.\n  if_not_shared: |\n    What happens otherwise.",
    "people": "[people on probation]",
    "considerations": "\n  proportionality: |\n    Why this much and no more.\n  consent: |\n    Where the person is asked.\n"
    "  transparency: |\n    What people are told.\n  vital_interests: |\n    What happens in an emergency.",
    "data_items": "\n  - {id: risk-level, name: Level of risk of serious harm, sensitivity: criminal-offence, why: To plan}",
    "flows": "\n  - id: referral\n    title: Referral\n    from: [(who sends)]\n    to: [(who receives)]\n    when: routine\n"
    "    regime: crossing\n    lawful_bases: [a6e-public-task]\n    gateways: [oma07-s14]\n    consent: [courtesy]\n"
    "    items: [risk-level]\n    method: Secure e-mail\n    timing: Within 5 working days\n    retention: 2 years",
    "clauses": "\n  - id: accuracy\n    title: Keeping information accurate\n    text: |\n      The words that are signed.",
    "dpia": "{status: in-progress, reference: DPIA-1}",
    "appropriate_policy_document": "{reference: APD-1}",
    "funding": "\n  - {source: Where the money comes from, pays_for: What it pays for, ends_on: 2029-03-31}",
    "milestones": "\n  - {stage: drafting, on: 2026-11-02}",
    "monitoring": "\n  - {point: release, measures: [mi014], by: (an id), every: quarter}",
    "review": "{interval_months: 12, triggers: [a change in the law it relies on]}",
}


#: The fields of a restricted protocol that are published.
_FACTS = frozenset(
    {
        "title",
        "kind",
        "status",
        "publication",
        "jurisdictions",
        "areas",
        "lead",
        "effective_from",
        "effective_to",
        "parties",
    }
)


@dataclass
class Draft:
    """The parts of a draft. `members`: for each group that the flows name, its organisations (perhaps none)."""

    data: dict[str, PlainData]
    flows: list[StandardFlow] = field(default_factory=list)
    members: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def ends(self) -> list[End]:
        return ends_of(self.flows)

    def forms(self) -> list[str]:
        """Returns the ids of the forms that the flows use, each once."""
        return list(dict.fromkeys(form for flow in self.flows for form in strings(flow.data.get("forms"))))


def render_draft(draft: Draft, *, taken: Iterable[str], facts_only: bool = False) -> str:
    """Returns the text of `protocol.yaml`. `taken`: ids of organisations, which a group may not use.

    `facts_only`: writes only title, parties and dates, for a restricted protocol whose text is kept elsewhere.
    """
    names = _group_names(draft, frozenset(taken))
    data = dict(draft.data)
    if facts_only:
        return render_commented(
            Protocol,
            data,
            examples=_EXAMPLES,
            leave_out=frozenset(Protocol.model_fields) - _FACTS,
            written={"parties": lambda: _parties(draft, names, facts_only=True)} if draft.flows else None,
        )
    groups: list[PlainData] = [
        {"id": names[end.id][0], "title": end.title} for end in draft.ends if _is_group(draft, end)
    ]
    if groups:
        data["groups"] = groups
    written = {}
    if draft.flows:
        written = {"parties": lambda: _parties(draft, names), "flows": lambda: _flows(draft, names)}
    return render_commented(
        Protocol, data, examples=_EXAMPLES, leave_out=frozenset({"formerly", "ended_on"}), written=written
    )


def render_read(data: Mapping[str, PlainData], head: str) -> str:
    """Returns the text of `protocol.yaml` for a draft that was read from a document. `head`: what its reader must know."""
    return head_comment(head) + render_commented(
        Protocol, data, examples=_EXAMPLES, leave_out=frozenset({"formerly", "ended_on"})
    )


def _is_group(draft: Draft, end: End) -> bool:
    """Returns False if a member is already in an earlier group: a party has one group, so flows then name the members."""
    earlier = {member for other in draft.ends[: draft.ends.index(end)] for member in draft.members.get(other.id, ())}
    return not earlier.intersection(draft.members.get(end.id, ()))


def _group_names(draft: Draft, taken: frozenset[str]) -> dict[str, list[str]]:
    """Returns what a flow names for each group."""
    return {
        end.id: [f"{end.id}-group" if end.id in taken else end.id]
        if _is_group(draft, end)
        else [*draft.members[end.id]]
        for end in draft.ends
    }


def _parties(draft: Draft, names: Mapping[str, list[str]], *, facts_only: bool = False) -> list[str]:
    known: set[str] = set()
    lines: list[str] = []
    for end in draft.ends:
        for member in draft.members.get(end.id, ()) or [""]:
            if member in known:
                continue
            party = {"role": "controller", "capacity": end.capacity, "mappa_role": end.mappa_role}
            if facts_only:
                del party["capacity"]
            elif _is_group(draft, end):
                party["group"] = names[end.id][0]
            shown = (
                render_yaml(
                    {"organisation": member or "x", **{key: value for key, value in party.items() if value}},
                    Protocol,
                    ("parties", 0),
                )
                .rstrip("\n")
                .split("\n")
            )
            if member:
                known.add(member)
                lines += [f"  - {shown[0]}", *(f"    {line}" for line in shown[1:])]
            else:
                lines += [
                    f"  # - organisation: ({end.asks}: an id of a folder under signatories)",
                    *(f"  #   {line}" for line in shown[1:]),
                ]
    return ["parties:" if known else "# parties:", *lines]


def _flows(draft: Draft, names: Mapping[str, list[str]]) -> list[str]:
    lines = ["flows:"]
    for flow in draft.flows:
        lines += comment(" ".join(flow.note.split()), 2) if flow.note else []
        data = dict(flow.data)
        for side in ("from", "to"):
            data[side] = _named(strings(data[side]), names)
        if "law_differs" in data:
            laws = mappings(data["law_differs"])
            data["law_differs"] = [{**law, "for": _named(strings(law["for"]), names)} for law in laws]
        shown = render_yaml(data, Protocol, ("flows", 0)).rstrip("\n")
        lines += ("  - " + textwrap.indent(shown, "    ").lstrip()).split("\n")
    return lines


def _named(ends: list[str], names: Mapping[str, list[str]]) -> list[PlainData]:
    return list(dict.fromkeys(name for end in ends for name in names[end]))
