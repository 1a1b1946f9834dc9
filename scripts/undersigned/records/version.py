"""One agreed text, stamped (`protocols/<id>/versions/<version>.yaml`): written by `release`, never edited."""

from __future__ import annotations

from typing import Literal

from undersigned.records.fields import Authored, DayOrMonth, Fingerprint, When, Whole
from undersigned.records.protocol import StampedText

Change = Literal["material", "membership", "extension", "editorial"]
CHANGES: tuple[Change, ...] = ("material", "membership", "extension", "editorial")


class Document(Authored):
    """What was signed on paper: the SHA-256 of its file and its pages, if there is a scan, and who holds the paper where."""

    sha256: str | None = None
    pages: Whole | None = None
    held_by: str | None = None
    reference: str | None = None


class Version(Authored):
    """`effective_from` absent means `agreed_on`. `text` is absent for restricted or lost texts, and for those signed on paper
    whose words are not entered: these have a `document`. Without a text the fingerprint may be unknown.

    `judged_by`: the post that read both wordings of an editorial change and judged that nobody owes more or less by it.
    """

    agreed_on: DayOrMonth
    change: Change
    summary: str
    judged_by: str | None = None
    effective_from: DayOrMonth | None = None
    replaces_earlier_on: DayOrMonth | None = None
    fingerprint: Fingerprint | None = None
    document: Document | None = None
    text: StampedText | None = None

    @property
    def takes_effect(self) -> When:
        """The day from which it can be in force, the protocol's own first day aside."""
        return self.effective_from or self.agreed_on
