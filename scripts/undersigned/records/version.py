"""One agreed text, stamped (`protocols/<id>/versions/<version>.yaml`): written by `release`, never edited."""

from __future__ import annotations

from typing import Literal

from undersigned.records.fields import Authored, DayOrMonth, Fingerprint, When
from undersigned.records.protocol import StampedText

Change = Literal["material", "membership", "extension", "editorial"]
CHANGES: tuple[Change, ...] = ("material", "membership", "extension", "editorial")


class Version(Authored):
    """`effective_from` absent means `agreed_on`. `text` is absent for restricted or lost texts.

    `judged_by`: the post that read both wordings of an editorial change and judged that nobody owes more or less by it.
    """

    agreed_on: DayOrMonth
    change: Change
    summary: str
    judged_by: str | None = None
    effective_from: DayOrMonth | None = None
    replaces_earlier_on: DayOrMonth | None = None
    fingerprint: Fingerprint
    text: StampedText | None = None

    @property
    def takes_effect(self) -> When:
        """The day from which it can be in force, the protocol's own first day aside."""
        return self.effective_from or self.agreed_on
