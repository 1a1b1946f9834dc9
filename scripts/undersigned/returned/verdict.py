"""What is said of a returned copy, and what it is compared with. Plain data: reads nothing and judges nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from undersigned.documents.model import plain

Kind = Literal["pdf", "docx", "image", "other"]
Verdict = Literal["ours", "ours-with-additions", "altered", "same-words", "image", "not-ours", "cannot-tell"]
ComparedWith = Literal["issued", "master", "nothing"]
State = Literal["signed", "begun", "empty", "broken", "cannot-check"]
How = Literal["typed", "drawn", "certificate", "image"]
Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

#: Longer words of a difference are cut: an officer looks at the page for the rest.
_MOST_WORDS: Final = 300
#: More differences than this are counted, not listed.
MOST_LISTED: Final = 200


@dataclass(frozen=True, slots=True)
class Claim:
    """What a file says of itself: which text, whose copy and which. Nothing of it is established by being said.

    `form`: the id of a form, or of the covering letter; None for an agreement. `digest`: of the words that it was made with.
    `addressee`: the words of the first page that begin with the name of the organisation, where no property gives its id.
    `pages`: of a picture, the printed numbers of the pages whose codes were read, in order.
    """

    protocol: str | None = None
    version: str | None = None
    fingerprint: str | None = None
    organisation: str | None = None
    copy: int | None = None
    issued_on: str | None = None
    form: str | None = None
    digest: str | None = None
    addressee: str | None = None
    pages: tuple[int, ...] = ()


@dataclass(frozen=True)
class Issued:
    """What the register knows of the copy that a file claims to be.

    `digests`: what was recorded when copies were sent (`issued_digest`). `pdf` and `docx`: the copy, or the master where
    a file names no organisation, made again today from the stamped text. `changing`: printed words that are not part of
    the agreed text, such as posts and dates, and so may differ from day to day. `lead`: the organisation that signs every
    copy. `names`: organisations by id.
    """

    protocol: str
    version: str
    fingerprint: str
    organisation: str | None = None
    copy: int | None = None
    lead: str | None = None
    digests: frozenset[str] = frozenset()
    pdf: bytes | None = None
    docx: bytes | None = None
    changing: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, organisation: str) -> str:
        return self.names.get(organisation, organisation)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was issued, or that is to be looked at. `page` counts from 1; None where the file has no pages
    or it has no place. `box`, on a scan: left, top, width and height on the printed page in millimetres."""

    what: str
    words: str = ""
    page: int | None = None
    box: tuple[int, int, int, int] | None = None

    def short(self) -> Difference:
        words = plain(self.words)
        return replace(self, words=words if len(words) <= _MOST_WORDS else words[: _MOST_WORDS - 1].rstrip() + "…")


@dataclass(frozen=True, slots=True)
class Block:
    """A place where an organisation signs. `organisation` is None for a signature outside every block.

    `name` is a person's name: it is for the screen and is left out of the JSON form. `certificate`: SHA-256 (hex).
    `basis`: by what authority, and its reference, as written. `signed_at`: the day in London at the time that a certificate
    signature claims, as ISO 8601. `page` counts from 1.
    """

    organisation: str | None
    state: State
    how: How | None = None
    name: str | None = None
    post: str | None = None
    date: str | None = None
    authority: bool = False
    certificate: str | None = None
    notes: tuple[str, ...] = ()
    signed_at: str | None = None
    page: int | None = None
    basis: str | None = None
    reservation: str | None = None


@dataclass(frozen=True)
class ReturnedCopy:
    """What one file is. `organisation` is whose copy it was; `values` are those of fields outside blocks, by name."""

    kind: Kind
    sha256: str
    verdict: Verdict
    claim: Claim = field(default_factory=Claim)
    compared_with: ComparedWith = "nothing"
    differences: tuple[Difference, ...] = ()
    blocks: tuple[Block, ...] = ()
    values: Mapping[str, str | bool] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def block(self, organisation: str | None) -> Block:
        """The block of an organisation. KeyError if the copy has none."""
        for block in self.blocks:
            if block.organisation == organisation:
                return block
        raise KeyError(organisation)


def as_json(copy: ReturnedCopy, path: str) -> dict[str, Json]:
    """A file's entry in `receive` and `verify --format json`; the caller adds `standing`."""
    return {
        "path": path,
        "sha256": copy.sha256,
        "kind": copy.kind,
        "verdict": copy.verdict,
        "protocol": copy.claim.protocol,
        "version": copy.claim.version,
        "copy": copy.claim.copy,
        "for": copy.claim.organisation,
        "compared_with": copy.compared_with,
        "differences": [
            {"page": difference.page, "what": difference.what, "words": difference.words}
            | ({"box": list(difference.box)} if difference.box is not None else {})
            for difference in copy.differences
        ],
        "blocks": [
            {
                "organisation": block.organisation,
                "state": block.state,
                "how": block.how,
                "post": block.post,
                "date": block.date,
                "authority": block.authority,
                **{name: said for name in ("basis", "reservation") if (said := getattr(block, name)) is not None},
                "notes": list(block.notes),
            }
            for block in copy.blocks
        ],
        "notes": list(copy.notes),
    }


def listed(differences: list[Difference]) -> tuple[tuple[Difference, ...], tuple[str, ...]]:
    """The differences in order, each once and cut to a length that can be read, and a note if there are too many to list."""
    once = list(dict.fromkeys(difference.short() for difference in differences))
    once.sort(key=lambda difference: (difference.page is None, difference.page or 0))
    left_out = len(once) - MOST_LISTED
    notes = (f"{left_out:,} more differences are not listed.",) if left_out > 0 else ()
    return tuple(once[:MOST_LISTED]), notes


class UnreadableError(Exception):
    """A file that cannot be judged. Its text is the reason, a sentence for an officer; `verdict` is what it comes to."""

    def __init__(self, reason: str, verdict: Verdict = "cannot-tell") -> None:
        super().__init__(reason)
        self.reason, self.verdict = reason, verdict
