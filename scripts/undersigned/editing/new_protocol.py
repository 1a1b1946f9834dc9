"""A new draft protocol: what to ask, and its files."""

from __future__ import annotations

from undersigned.editing import EditingError, library
from undersigned.editing.draft import Draft, render_draft
from undersigned.editing.request import Question, Request, check_new_id, find_organisation, head_comment, in_words
from undersigned.records.protocol import Protocol
from undersigned.records.reading import did_you_mean
from undersigned.records.schema import values_of
from undersigned.register import Register

_FEW = 8


def _draft(request: Request) -> Draft:
    """What the standard says, before anybody is asked."""
    standard = request.standard
    if standard is None:
        return Draft({})
    if standard in library.standard_ids("protocols"):
        return Draft(library.standard_protocol(standard), library.flows_of(standard))
    if standard in library.standard_ids("flows"):
        flow = library.standard_flow(standard)
        return Draft({"title": flow.data["title"]}, [flow])
    known = (*library.standard_ids("protocols"), *library.standard_ids("flows"))
    raise EditingError(f"there is no standard protocol or flow '{standard}'", did_you_mean(standard, known))


def ask_protocol(request: Request) -> list[Question]:
    """What to ask; EditingError where the protocol could not be made whatever is answered."""
    id_ = check_new_id(request.ids[0], "a protocol")
    if request.register.has_protocol(id_):
        raise EditingError(f"there is or was a protocol '{id_}' already", "An id is never used again; choose another.")
    draft = _draft(request)
    data = draft.data
    asked = [
        Question("title", "Its title", data.get("title") or in_words(id_)),
        Question(
            "kind",
            "What sort of agreement",
            data.get("kind") or "information-sharing-protocol",
            values_of(Protocol, "kind"),
        ),
        Question(
            "publication",
            "May the public read it",
            data.get("publication") or "public",
            values_of(Protocol, "publication"),
        ),
    ]
    for end in draft.ends:
        fitting = _organisations_of(request.register, end.kinds)
        shown = f" (such as {', '.join(fitting[:_FEW])})" if fitting else ""
        asked.append(Question(end.id, f"{end.asks}: ids, with commas between{shown}"))
    return [*asked, Question("lead", "The id of the organisation that leads, if it is known")]


def _organisations_of(register: Register, kinds: tuple[str, ...]) -> list[str]:
    found = []
    for id_ in register.organisation_ids:
        record = register.organisation(id_)
        if (
            record is not None
            and record.value is not None
            and record.value.kind in kinds
            and record.value.dissolved_on is None
        ):
            found.append(id_)
    return found


def write_protocol(request: Request) -> dict[str, str]:
    """Path to text, the protocol itself last."""
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
        # The text of a restricted protocol must not stand in a public repository at all.
        draft.data = {
            name: draft.data[name]
            for name in ("title", "kind", "publication", "status", "jurisdictions", "lead")
            if name in draft.data
        }
        return {
            f"protocols/{id_}/protocol.yaml": head_comment(_RESTRICTED) + render_draft(draft, taken=(), facts_only=True)
        }
    texts = {f"protocols/{id_}/forms/{form}.yaml": library.standard_form(form) for form in draft.forms()}
    source = _SOURCE.format(standard=request.standard, day=library.LAW_CHECKED) if request.standard else ""
    text = head_comment(_DRAFT + source) + render_draft(draft, taken=request.register.organisation_ids)
    return {**texts, f"protocols/{id_}/protocol.yaml": text}


_DRAFT = (
    "A draft. What is not settled may be left out: 'undersigned check' lists the gaps as advice, and they become errors only "
    "when the status moves on to signing. To use a line that begins with #, take the # away."
)
_SOURCE = (
    " It was begun from the standard '{standard}', whose law was last read on {day}: have it read again, and every word made "
    "your own, before anybody signs."
)
_RESTRICTED = (
    "A restricted protocol is published by title, parties and dates alone. Its text stands in a private register and must not "
    "be written here."
)
