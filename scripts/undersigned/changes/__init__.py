"""What changed between two operative texts, and which kinds of change may cover it. Pure: two texts in, values out.

Texts are as `records.fingerprint.operative_text` gives them, with every id under its present name (`Identities.rename`).
"""

from undersigned.changes.diff import Difference, differences, key_of
from undersigned.changes.kinds import Unmet, excess, is_wording, least_change
from undersigned.changes.obligations import Obligation, changed_obligation, obligations

__all__ = [
    "Difference",
    "Obligation",
    "Unmet",
    "changed_obligation",
    "differences",
    "excess",
    "is_wording",
    "key_of",
    "least_change",
    "obligations",
]
