"""A new page for the people whom the sharing is about: what a protocol knows of it, and a blank for each sentence to write."""

from __future__ import annotations

from collections.abc import Iterable

from undersigned.editing import EditingError
from undersigned.editing.new_request import Question, Request, head_comment
from undersigned.editing.yaml_write import Quoted, render_commented
from undersigned.records.for_people import ForPeople
from undersigned.records.names import FOR_PEOPLE
from undersigned.records.protocol import Operative
from undersigned.records.source import PlainData
from undersigned.register import ProtocolFolder
from undersigned.status import newest_version
from undersigned.status.for_people import page_text, receivers, shared_items

#: A blank shows this many letters of a fact: the check on blanks reads no more.
_LONGEST = 80
_HEAD = (
    "This page is not shown to anybody while a sentence in it is a blank in square brackets. Write each blank in words that the person "
    "would use, of 15 words at most. One sentence may stand for several: put their names together under items or ends. Then have somebody "
    "with experience of probation read it."
)


def ask_for_people(request: Request) -> list[Question]:
    """Returns what to ask. Raises EditingError if the protocol has such a page, or says nothing that it could be about."""
    folder = request.protocol()
    if folder.for_people is not None:
        raise EditingError(f"{folder.for_people.path} exists already", "Edit that file.")
    if folder.value.publication != "public":
        raise EditingError(
            f"{folder.id} is restricted, and its page for people would not be published",
            "The page of its area says that some sharing is not listed.",
        )
    if not _text(folder, request)[1].flows:
        raise EditingError(
            f"{folder.id} has no flow, so nothing is known that the page could say", "Describe its flows first."
        )
    return [Question("title", 'When a person would read this, in their words (as "When you need a home")')]


def write_for_people(request: Request) -> dict[str, str]:
    """Returns path to text. Every item about the person, every receiver, limit and time of the text is in it, none in plain words."""
    folder = request.protocol()
    version, text = _text(folder, request)
    items = shared_items(folder, text)
    data: dict[str, PlainData] = {}
    if version is not None:
        data["version"] = Quoted(version[0])
        if version[1]:
            data["fingerprint"] = Quoted(version[1])
    data["title"] = request.answer("title") or "[describe in a few words when a person needs this]"
    data["what"] = [
        {
            "say": _blank(item.name),
            "items": [item.id or item.name],
            **({"if": "you-agree"} if item.needs_agreement else {}),
        }
        for item in items.values()
    ]
    flows = [flow for flow in text.flows if any(flow in item.flows for item in items.values())]
    data["never"] = _blanks(words for flow in flows for words in flow.not_shared)
    purpose = () if text.purpose is None else (*text.purpose.aims, *text.purpose.benefits)
    data["why"] = _blanks(purpose or ["why it is passed on"])
    data["who"] = [{"say": _blank(_name(end, text, request)), "ends": [end]} for end in receivers(folder, text, items)]
    data["how_long"] = _blanks(flow.retention for flow in flows if flow.retention) or _blanks(["how long it is kept"])
    asks = any(item.needs_agreement or item.may_need_agreement for item in items.values())
    data["choice"] = _blanks(
        [
            "what they can say no to, and what happens then"
            if asks
            else "that nobody asks them first, and whom they can ask"
        ]
    )
    text_of_page = render_commented(
        ForPeople,
        {name: value for name, value in data.items() if value},
        examples={
            "never": '["Your full file."]',
            "pictures": "{what: paper, never: stop, who: people, why: question, how_long: clock, choice: talk}",
            "easy_read": f"{{document: https://www.example.org/easy-read.pdf, tested_with: A self-advocacy group, on: {request.as_of}}}",
            "read_by": f"{{post: Peer mentor, on: {request.as_of}}}",
            "confirmed": f"{{post: Data Protection Officer, on: {request.as_of}}}",
        },
    )
    return {f"protocols/{folder.id}/{FOR_PEOPLE}": head_comment(_HEAD) + text_of_page}


def _text(folder: ProtocolFolder, request: Request) -> tuple[tuple[str, str | None] | None, Operative]:
    """Returns the newest agreed version with its fingerprint, and its words; the working text if there is none with words."""
    newest = newest_version(folder, as_of=request.as_of)
    text = None if newest is None else page_text(folder, ForPeople(version=newest[0], title=""))
    if newest is None or text is None:
        return None, folder.value
    return (newest[0], newest[1].fingerprint), text


def _name(end: str, text: Operative, request: Request) -> str:
    group = next((group for group in text.groups if group.id == end), None)
    if group is not None:
        return group.title or group.id
    record = request.register.organisation(request.register.present_organisation(end))
    return record.value.name if record is not None and record.value is not None else end


def _blanks(facts: Iterable[str]) -> list[PlainData]:
    return [_blank(fact) for fact in dict.fromkeys(facts)]


def _blank(fact: str) -> str:
    """A blank to be written, holding what the protocol says in the words of its text."""
    words = " ".join(fact.replace("[", "(").replace("]", ")").split())
    if len(words) > _LONGEST:
        words = f"{words[:_LONGEST].rsplit(' ', 1)[0]} …"
    return f"[describe in plain words: {words}]"
