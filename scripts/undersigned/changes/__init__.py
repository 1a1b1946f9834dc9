"""What differs between two texts or two revisions of a register, and what the change means.

Loading this package loads only what compares two texts: no Git, and nothing that reads a register.
"""

from undersigned.changes.diff import Difference, Span, differences, key_of, word_changes
from undersigned.changes.kinds import Unmet, excess, is_wording, least_change
from undersigned.changes.obligations import changed_obligation

__all__ = [
    "Difference",
    "Span",
    "Unmet",
    "changed_obligation",
    "differences",
    "excess",
    "is_wording",
    "key_of",
    "least_change",
    "word_changes",
]
