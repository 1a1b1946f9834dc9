"""What every kind of new record needs: the ids, the answers, the day, and the look-ups they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from undersigned.editing import EditingError
from undersigned.editing.yaml_write import comment
from undersigned.records.fields import KEBAB, RESERVED
from undersigned.records.reading import did_you_mean
from undersigned.register import ProtocolFolder, Register


@dataclass(frozen=True)
class Question:
    """One question. Without an answer, `default` applies; None means that the field is left out, or required."""

    name: str
    prompt: str
    default: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """A request for a new record: the ids of the command, the answers, the standard to copy, and the day.

    `protocol_id`: the id that names a protocol, or "". `merge`: the two protocols that a new one joins, or none.
    """

    register: Register
    ids: tuple[str, ...]
    protocol_id: str
    answers: Mapping[str, str]
    standard: str | None
    as_of: date
    merge: tuple[str, ...] = ()

    def answer(self, name: str) -> str | None:
        return self.answers.get(name) or None

    def protocol(self) -> ProtocolFolder:
        """Returns the protocol that the new record is for. Raises EditingError if there is none, or if it has faults."""
        folder = self.register.protocol(self.protocol_id)
        if folder is None:
            raise EditingError(
                f"there is no protocol '{self.protocol_id}'", did_you_mean(self.protocol_id, self.register.protocol_ids)
            )
        if not folder.readable:
            raise EditingError(
                f"the record of {folder.id} cannot be read", "Correct what 'undersigned check' reports first."
            )
        return folder


def check_new_id(id_: str, what: str) -> str:
    """Returns the id. Raises EditingError if it cannot be the id of `what`."""
    if not KEBAB.match(id_) or id_ == "organisation":
        raise EditingError(
            f"'{id_}' cannot be the id of {what}",
            "Use small letters, digits and single hyphens, for example county-housing.",
        )
    if RESERVED.match(id_):
        raise EditingError(
            f"'{id_}' cannot be the id of {what}: Windows keeps this name for a device",
            "Choose another id, such as the full name in small letters and hyphens.",
        )
    return id_


def find_organisation(register: Register, id_: str) -> str:
    """Returns the present id of an organisation. Raises EditingError if it does not exist."""
    if not register.has_organisation(id_):
        raise EditingError(
            f"there is no organisation '{id_}'",
            did_you_mean(id_, register.organisation_ids) or "Make it with 'undersigned new organisation'.",
        )
    return register.present_organisation(id_)


def in_words(id_: str) -> str:
    """Returns an id as the beginning of a title."""
    words = id_.replace("-", " ")
    return words[0].upper() + words[1:]


def as_name(id_: str) -> str:
    """Returns an id as a name, with capitals."""
    small = {"of", "and", "the", "on", "in", "for", "upon"}
    return " ".join(word if word in small and index else word.capitalize() for index, word in enumerate(id_.split("-")))


def head_comment(text: str) -> str:
    """Returns comment lines for the head of a file, with an empty line below them."""
    return "\n".join(comment(text)) + "\n\n"
