"""What the law watch last confirmed of one Act (`law/<item>.yaml`): its provisions as they were, and who looked at the news."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from undersigned.records.fields import Authored, Day
from undersigned.records.legislation import Provision, provision


def _path(value: object) -> object:
    try:
        provision(f"ukpga/2000/1/{value}")
    except ValueError:
        raise PydanticCustomError("provision_path", "not the path of a provision, such as section/45") from None
    return value


ProvisionPath = Annotated[str, PlainValidator(_path), WithJsonSchema({"type": "string", "examples": ["section/45"]})]


class LawChange(Authored):
    """A change of a provision that is known with its day. `effect`: its id at legislation.gov.uk; `by`: what makes it."""

    effect: str
    on: Day
    by: str
    what: str | None = None


class WatchedProvision(Authored):
    """One provision as it was last seen. `words` is `sha256:` with the digest of its words, white space folded.

    Without `words` nobody has looked at it yet. `since`: from when that text applies. `effects`: the changes that were
    known and not yet in the text.
    """

    path: ProvisionPath
    since: Day | None = None
    words: str | None = None
    status: str | None = None
    effects: tuple[str, ...] = ()
    changes: tuple[LawChange, ...] = ()


class LawConfirmation(Authored):
    """Who looked at the news, when, and what it means here."""

    on: Day | None = None
    by: str | None = None
    note: str | None = None


class LawState(Authored):
    """`item` is the address of the Act or instrument, and names the file with hyphens for slashes.

    `looked`: a day on which the law watch saw it. It is not renewed at every look, which would be a commit a week.
    """

    item: str
    title: str | None = None
    modified: str | None = None
    looked: Day | None = None
    provisions: tuple[WatchedProvision, ...] = ()
    confirmed: LawConfirmation | None = None

    @property
    def is_confirmed(self) -> bool:
        """Whether a person has looked at it and said what it means."""
        return self.confirmed is not None and bool(self.confirmed.on and self.confirmed.by and self.confirmed.note)

    def place_of(self, index: int) -> Provision:
        """The provision of an entry, with its item."""
        return provision(f"{self.item}/{self.provisions[index].path}")


def file_of(item: str) -> str:
    """The path of the record of an item: `law/ukpga-2018-12.yaml`."""
    return f"law/{item.replace('/', '-')}.yaml"
