"""Works out what holds on a day: reviews, signatures, and which text is in force between whom.

Pure functions of a register and a date. An event dated after `as_of` has not happened. Nothing here is ever recorded.
"""

from undersigned.records.fields import add_months, has_happened
from undersigned.status.identities import Identities, heirs, party_text
from undersigned.status.protocol import ProtocolStatus, has_unreleased_changes, protocol_status
from undersigned.status.reviews import (
    DEFAULT_INTERVAL,
    DUE_SOON_DAYS,
    LAPSED_DAYS,
    LateReturn,
    ReviewState,
    ReviewStatus,
    ReviewStep,
    due_soon,
    late_returns,
    names_due_date,
    review_interval,
    review_state,
    review_steps,
)
from undersigned.status.signing import (
    COPY_DAYS,
    OWING,
    SIGNATURE_STATES,
    Entry,
    History,
    InForce,
    Inherited,
    PartyStatus,
    SignatureState,
    Signing,
    may_sign_for,
)
from undersigned.status.versions import agreed_versions, newest_version, signed_on_paper, takes_effect, version_in_force

__all__ = [
    "COPY_DAYS",
    "DEFAULT_INTERVAL",
    "DUE_SOON_DAYS",
    "LAPSED_DAYS",
    "OWING",
    "SIGNATURE_STATES",
    "Entry",
    "History",
    "Identities",
    "InForce",
    "Inherited",
    "LateReturn",
    "PartyStatus",
    "ProtocolStatus",
    "ReviewState",
    "ReviewStatus",
    "ReviewStep",
    "SignatureState",
    "Signing",
    "add_months",
    "agreed_versions",
    "due_soon",
    "has_happened",
    "has_unreleased_changes",
    "heirs",
    "late_returns",
    "may_sign_for",
    "names_due_date",
    "newest_version",
    "party_text",
    "protocol_status",
    "review_interval",
    "review_state",
    "review_steps",
    "signed_on_paper",
    "takes_effect",
    "version_in_force",
]
