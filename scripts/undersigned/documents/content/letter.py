"""What a party is sent: two copies that say whose they are, a letter or a notice, and the form on which it names its officer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from undersigned.changes.report import Point
from undersigned.changes.sections import Phrases, spans_in_words
from undersigned.documents.content.first_page import footer_of, notice_of, properties_of
from undersigned.documents.content.forms import form_document
from undersigned.documents.model import (
    Block,
    Blocks,
    Break,
    Bullets,
    Document,
    Fact,
    Field,
    FieldKind,
    Inline,
    Numbered,
    Paragraph,
    Text,
    plain,
)
from undersigned.documents.stamping import PARTY, Stamp
from undersigned.documents.words import heading, mail, paragraph, text, word
from undersigned.facts.agreement import Agreement, Recipient, Sender
from undersigned.facts.letter import LaterVersion, Letter, Statement, Value
from undersigned.records.fields import Month
from undersigned.records.form import Form
from undersigned.words.dates import date_in_words
from undersigned.words.text import in_a_list

#: Properties that only a copy has.
COPY_PROPERTIES: Final = ("Organisation", "OrganisationName", "CopyNumber", "IssuedOn")
KEEP, RETURN = 1, 2
LETTER, NOTICE = "signing-letter", "notice"
#: So many changes of one version are listed in a notice, which has one page.
_MOST_IN_NOTICE = 8
#: So many changes of all versions are listed in a letter if its pack marks them all in another file.
_MOST_IN_LETTER = 12
_PHRASES = Phrases(plain, ids=False)


def letter_document(letter: Letter, agreement: Agreement, sender: Sender | None, *, marked: str = "") -> Document:
    """The letter or notice to one party. `marked`: the name of the file in which what has changed is marked, if there is one."""
    version, notice = agreement.version or "", letter.kind == "notice"
    ending = "_notice" if notice else ""
    name = NOTICE if notice else LETTER
    title = word(f"covering.title{ending}", title=agreement.title, **({"version": version} if notice else {}))
    return Document(
        record=f"{agreement.id}/{name}",
        title=title,
        kicker=word(f"covering.kicker{ending}"),
        notice=notice_of(agreement),
        watermark="",
        author=plain(agreement.lead or ""),
        subject=word(f"covering.subject{ending}", protocol=agreement.id, version=version),
        facts=tuple(_facts(letter, sender)),
        lead=(),
        contents=False,
        body=tuple(_notice(letter) if notice else _covering_letter(letter, sender, marked)),
        footer=footer_of(agreement, name),
        properties=(*properties_of(agreement, name), *properties_of_copy(letter.to).items()),
    )


def in_words(statement: Statement) -> str:
    """The words of one statement."""
    return word(f"letter.{statement.code}", **{name: _value(value) for name, value in statement.values.items()})


def _value(value: Value) -> str:
    if isinstance(value, tuple):
        return in_a_list(value)
    if isinstance(value, Month):
        return f"in {date_in_words(value)}"
    return f"on {date_in_words(value)}" if isinstance(value, date) else str(value)


def _facts(letter: Letter, sender: Sender | None) -> Iterable[Fact]:
    to = letter.to
    yield Fact(
        word("covering.to"), text(", ".join(part for part in (to.contact.name, to.contact.address_line) if part))
    )
    if sender:
        yield Fact(
            word("covering.from"), text(", ".join(part for part in (sender.contact.name, sender.contact.post) if part))
        )
    yield Fact(word("covering.date"), text(date_in_words(to.issued_on)))
    if letter.kind == "signature" and not _is_to_lead(to, sender):
        yield Fact(word("covering.return_by"), text(date_in_words(to.return_by)))


def _is_to_lead(to: Recipient, sender: Sender | None) -> bool:
    return sender is not None and sender.contact.organisation == to.contact.organisation


def _together(statements: Iterable[Statement]) -> Paragraph:
    return paragraph(" ".join(map(in_words, statements)))


def _covering_letter(letter: Letter, sender: Sender | None, marked: str) -> Iterable[Block]:
    """What to do comes first, so that it is on the first page; details of history and text follow."""
    yield _together(letter.opening)
    yield heading(1, word("covering.do_heading"))
    yield Numbered(tuple(tuple(_step(step, sender)) for step in letter.steps))
    yield paragraph(word("covering.cannot"))
    for name, statements in (("standing", letter.standing), ("new", letter.new), ("flows", letter.flows)):
        yield heading(1, word(f"covering.{name}"))
        if name == "standing":
            yield _together(statements)
        else:
            yield from (paragraph(in_words(statement)) for statement in statements)
    if letter.later and letter.since is not None:
        yield heading(1, word("covering.changes_heading", version=letter.since))
        if marked:
            yield paragraph(word("covering.changes_marked", file=marked))
        for version in letter.later:
            yield heading(2, word("covering.changes_version", version=str(version.said.values["version"])))
            if marked:  # the words of each passage are in that file
                yield from _changes(version, most=_share(version, letter), passages=False)
            else:
                yield from _changes(version)


def _notice(letter: Letter) -> Iterable[Block]:
    yield _together(letter.opening)
    yield _together(letter.standing)
    yield heading(1, word("covering.new"))
    for statement in letter.new:
        yield paragraph(in_words(statement))
    for version in letter.later[-1:]:
        yield from _changes(version, most=_MOST_IN_NOTICE)
    yield paragraph(word("covering.question"))


def _share(version: LaterVersion, letter: Letter) -> int:
    """How many of its changes a letter lists: what the other versions, with two each, leave of all that it lists."""
    others = (one for one in letter.later if one is not version)
    return max(2, _MOST_IN_LETTER - sum(min(2, len(one.points or ())) for one in others))


def _changes(version: LaterVersion, *, most: int | None = None, passages: bool = True) -> Iterable[Block]:
    """`passages`: with what was taken out of a passage and put into it."""
    if version.points is None:
        yield paragraph(word("covering.changes_not_kept"))
    elif not version.points:
        yield paragraph(word("covering.changes_none"))
    else:
        yield Bullets(tuple((paragraph(change_in_words(point, passages=passages)),) for point in version.points[:most]))
        if most is not None and len(version.points) > most:
            yield paragraph(word("covering.changes_more", count=str(len(version.points) - most)))


def change_in_words(point: Point, *, passages: bool = True) -> str:
    """One change of the text. With `passages`, what was taken out of a passage and put into it is marked in words."""
    said = _PHRASES.point(point)
    return f"{said}. {spans_in_words(point.spans)}" if passages and point.spans else f"{said}."


def _step(step: tuple[Statement, ...], sender: Sender | None) -> Iterable[Block]:
    if step[0].code == "step-return" and sender is not None:
        yield Paragraph(tuple(_where_to_return(step[0], sender)))
    else:
        yield _together(step)


def _where_to_return(step: Statement, sender: Sender) -> Iterable[Inline]:
    yield Text(in_words(step))
    for line in filter(None, (sender.contact.post, *sender.address)):
        yield Break()
        yield Text(plain(line))
    if sender.contact.mailbox:
        yield Break()
        yield from mail(sender.contact.mailbox)


def nomination_form(form_id: str, form: Form, agreement: Agreement) -> Document:
    """The form on which a party names its officer, with a line for whose it is."""
    return replace(
        form_document(form_id, form, agreement), copy=copy_line(word("copy.nomination"), word("copy.nomination_do"))
    )


def nomination_defaults() -> Stamp:
    return Stamp({"copy__for": word("copy.nomination"), "copy__do": word("copy.nomination_do")})


def stamp_of_nomination(to: Recipient, sender: Sender | None) -> Stamp:
    """The form for one party."""
    if sender is None:
        what = word("copy.return_anywhere", by=date_in_words(to.return_by))
    elif _is_to_lead(to, sender):
        what = word("copy.nomination_lead")
    else:
        what = word("copy.nomination_return", sender=sender.where, by=date_in_words(to.return_by))
    return Stamp(
        {"copy__for": word("copy.nomination_for", organisation=to.contact.name), "copy__do": what},
        properties_of_copy(to),
    )


# -- copies -----------------------------------------------------------------------------------------------------


def copy_line(whose: str = "", what: str = "") -> Blocks:
    """The band on the first page that says whose copy this is and what to do with it."""
    return (
        Paragraph(
            (Field("stamped", "copy__for", word("copy.for_label"), value=whose or word("copy.master"), lines=2),)
        ),
        Paragraph(
            (Field("stamped", "copy__do", word("copy.do_label"), value=what or word("copy.master_do"), lines=3),)
        ),
    )


def master_stamp(*, in_common: bool = False) -> Stamp:
    """What the band says before a copy is made. `in_common`: the document has one block, for the bodies that share it."""
    fields = {"copy__for": word("copy.master"), "copy__do": word("copy.master_do")}
    if not in_common:
        return Stamp(fields)
    name = word("signatures.any")
    return Stamp({**fields, "copy__name": name}, {}, _places(PARTY.removesuffix("__"), name))


#: The places of a block, in the order of reading.
BLOCK: Final[Mapping[str, FieldKind]] = {
    "authority": "checkbox",
    "name": "text",
    "post": "text",
    "basis": "text",
    "date": "date",
    "reservation": "text",
    "signature": "signature",
}


def block_place(organisation: str, name: str, kind: str) -> Field:
    """A place of the block of one body: its id, its name, and which place."""
    return Field(BLOCK[kind], f"{organisation}__{kind}", word(f"signatures.{kind}_label", organisation=name))


def _places(organisation: str, name: str) -> dict[str, tuple[str, str]]:
    places = (block_place(organisation, name, kind) for kind in BLOCK)
    return {f"{PARTY}{kind}": (place.name, place.label) for kind, place in zip(BLOCK, places, strict=True)}


def stamp_of_copy(number: int, to: Recipient, sender: Sender | None) -> Stamp:
    """Copy 1, which the party keeps, or copy 2, which it returns."""
    if number == KEEP:
        what = word("copy.keep_lead" if _is_to_lead(to, sender) else "copy.keep")
    elif sender is None:
        what = word("copy.return_anywhere", by=date_in_words(to.return_by))
    elif _is_to_lead(to, sender):
        what = word("copy.lead")
    else:
        what = word("copy.return", sender=sender.where, by=date_in_words(to.return_by))
    return Stamp(
        {
            "copy__for": word("copy.for", number=str(number), organisation=to.contact.name),
            "copy__do": what,
            "copy__name": to.contact.name,
        },
        properties_of_copy(to, number=f"{number} of 2"),
        _places(to.contact.organisation, to.contact.name),
    )


def properties_of_copy(to: Recipient, *, number: str = "") -> dict[str, str]:
    """What the file's metadata says of a party's copy, letter or form."""
    return {
        "Organisation": to.contact.organisation,
        "OrganisationName": to.contact.name,
        "CopyNumber": number,
        "IssuedOn": to.issued_on.isoformat(),
    }
