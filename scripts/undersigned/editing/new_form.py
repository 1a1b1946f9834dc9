"""A new form or letter: what to ask, and its file."""

from __future__ import annotations

from undersigned.editing import EditingError, library
from undersigned.editing.commented import render_commented
from undersigned.editing.request import Question, Request, check_new_id, in_words
from undersigned.records.form import Form
from undersigned.records.reading import did_you_mean
from undersigned.records.schema import values_of
from undersigned.records.source import Data


def ask_form(request: Request) -> list[Question]:
    """What to ask; EditingError where the form could not be made whatever is answered."""
    check_new_id(request.ids[1], "a form")
    request.protocol()
    if request.standard is not None:
        if request.standard not in library.standard_ids("forms"):
            raise EditingError(
                f"there is no standard form '{request.standard}'",
                did_you_mean(request.standard, library.standard_ids("forms")),
            )
        return []
    return [
        Question("title", "Its heading", in_words(request.ids[1])),
        Question("kind", "A form to fill in, or a letter", "form", values_of(Form, "kind")),
        Question("purpose", "What it is used for"),
    ]


def write_form(request: Request) -> dict[str, str]:
    """Path to text, the form itself last."""
    path = f"protocols/{request.protocol().id}/forms/{request.ids[1]}.yaml"
    if request.standard is not None:
        return {path: library.standard_form(request.standard)}
    data: dict[str, Data] = {name: value for name, value in request.answers.items() if value}
    data |= {"from": ["any"], "to": ["any"]}
    if data["kind"] == "letter":
        data["body"] = (
            "Date: [day, month, year]. Reference: [reference number].\n\n[what the letter says]\n\n[post], for [organisation]"
        )
    else:
        first = {"name": "reference", "label": "Reference", "type": "text", "required": "yes"}
        data["sections"] = [{"title": "The case", "fields": [first]}]
    text = render_commented(
        Form, data, examples={"purpose": "What it is used for"}, leave_out=frozenset({"sections", "body"})
    )
    if data["kind"] == "form":
        text += "      # type is text, multiline, date, number, choice, checkbox or signature; a choice has options: [one, other]\n"
    return {path: text}
