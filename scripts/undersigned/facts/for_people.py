"""What the page for the people whom the sharing is about says: its own words, and those that the law gives every page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from undersigned.records.fields import KEBAB
from undersigned.records.for_people import EasyRead, ForPeople
from undersigned.records.organisation import Organisation
from undersigned.records.protocol import ENDED
from undersigned.records.vocabulary import vocabulary
from undersigned.register import ProtocolFolder, Register
from undersigned.status import agreed_versions
from undersigned.status.for_people import newer_version
from undersigned.words.messages import translated as _
from undersigned.words.messages import when_message

#: The folder of protocols that name no area.
NO_AREA = "no-area"
#: The picture of each section of the page, if the record names none.
_PICTURES = {
    "what": "paper", "never": "stop", "who": "people", "why": "question", "how_long": "clock", "choice": "talk",
}  # fmt: skip
_RIGHTS = ("ask", "wrong", "complain")


@dataclass(frozen=True)
class Section:
    """A heading with its sentences and the name of a picture."""

    name: str
    heading: str
    picture: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """Whom a person writes to: the data protection officer of the lead, whose record this is. Empty: the record does not say."""

    record: Organisation

    @property
    def organisation(self) -> str:
        return self.record.name

    @property
    def post(self) -> str:
        officer = self.record.data_protection_officer
        return (officer.post if officer is not None else None) or ""

    @property
    def mailbox(self) -> str:
        officer = self.record.data_protection_officer
        return (officer.mailbox if officer is not None else None) or ""


@dataclass(frozen=True)
class PeoplePage:
    """The page of one protocol. `version`: the text that it speaks of; None for a draft. `newer`: a material version that it
    does not speak of yet. `begun`: whether anything is passed on under the protocol today."""

    title: str
    version: str | None
    areas: tuple[str, ...]
    sections: tuple[Section, ...]
    rights: tuple[Section, ...]
    asked: Asked | None
    newer: str | None
    begun: bool
    read_on: date | None
    confirmed_on: date | None
    easy_read: EasyRead | None

    @property
    def notices(self) -> tuple[tuple[str, str], ...]:
        """What the reader must know first: each a short statement, and what follows from it."""
        found = []
        if self.newer:
            found.append(
                (
                    _("This page is about an older text."),
                    _("A newer one is agreed (version %(newer)s). Ask your officer what is different.")
                    % {"newer": self.newer},
                )
            )
        if not self.begun:
            found.append(
                (_("Nothing is passed on under this yet."), _("The bodies that would do so have not all agreed to it."))
            )
        return tuple(found)

    @property
    def looked_at(self) -> str:
        """Who read and who confirmed the words, as far as the record says."""
        said = []
        if self.read_on is not None:
            said.append(
                _("Read by somebody with experience of probation %(when)s.") % {"when": when_message(self.read_on)}
            )
        if self.confirmed_on is not None:
            said.append(_("Confirmed %(when)s.") % {"when": when_message(self.confirmed_on)})
        else:
            said.append(_("Nobody has confirmed this page yet."))
        return " ".join(said)


def people_page(folder: ProtocolFolder, register: Register, *, in_force: bool, as_of: date) -> PeoplePage | None:
    """Returns the page of a public protocol that has not ended; None without one that has no faults and no blank to fill in."""
    record, protocol = folder.for_people, folder.value.on(as_of)
    if record is None or not record.clean or record.value is None:
        return None
    page = record.value
    known = page.version is None or page.version in [number for number, _ in agreed_versions(folder, as_of=as_of)]
    if page.unfinished or protocol.publication != "public" or protocol.status in ENDED or not known:
        return None
    return PeoplePage(
        title=page.title,
        version=page.version,
        areas=tuple(filter(KEBAB.match, protocol.areas)) or (NO_AREA,),  # an area becomes an address
        sections=tuple(_sections(page)),
        rights=rights(),
        asked=_asked(protocol.lead, register),
        newer=newer_version(folder, page, as_of=as_of),
        begun=in_force,
        read_on=page.read_by.on if page.read_by is not None else None,
        confirmed_on=page.confirmed.on if page.confirmed is not None else None,
        easy_read=page.easy_read,
    )


def _sections(page: ForPeople) -> Iterator[Section]:
    named = page.pictures.named()
    headings = {
        "what": _("What we pass on"),
        "never": _("What we do not pass on"),
        "who": _("Who gets it"),
        "why": _("Why"),
        "how_long": _("How long they keep it"),
        "choice": _("What you can decide"),
    }
    for field, heading in headings.items():
        sentences = tuple(entry if isinstance(entry, str) else entry.say for entry in getattr(page, field))
        if field == "choice":
            sentences += vocabulary().people_sentences["danger"].say
        if sentences:
            yield Section(field.replace("_", "-"), heading, named.get(field, _PICTURES[field]), sentences)


def rights() -> tuple[Section, ...]:
    """Returns what a person can do, whatever is shared: the same on every page."""
    pictures = {"ask": "letter", "wrong": "paper", "complain": "talk"}
    entries = vocabulary().people_sentences
    return tuple(Section(id_, entries[id_].title, pictures[id_], entries[id_].say) for id_ in _RIGHTS)


def _asked(lead: str | None, register: Register) -> Asked | None:
    record = register.organisation(register.present_organisation(lead)) if lead else None
    return Asked(record.value) if record is not None and record.value is not None else None
