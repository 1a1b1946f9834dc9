"""Works out what holds on a day: reviews, signatures, and which text is in force between whom.

Pure functions of a register and a date. An event dated after `as_of` has not happened. Nothing here is ever recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from undersigned.records.fields import add_months, has_happened
from undersigned.register import ProtocolFolder, Register
from undersigned.status.histories import Entry, may_sign_for
from undersigned.status.identities import Identities, heirs, party_text
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
    Bindings,
    InForce,
    Inherited,
    PartyStatus,
    SignatureState,
    Signing,
    version_between,
)
from undersigned.status.versions import agreed_versions, newest_version, signed_on_paper, takes_effect, version_in_force

__all__ = [
    "COPY_DAYS",
    "DEFAULT_INTERVAL",
    "DUE_SOON_DAYS",
    "LAPSED_DAYS",
    "OWING",
    "SIGNATURE_STATES",
    "Bindings",
    "Entry",
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
    "version_between",
    "version_in_force",
]


@dataclass(frozen=True)
class ProtocolStatus:
    """One protocol on one day, as `status` reports it."""

    id: str
    title: str
    status: str
    version: str | None
    fingerprint: str | None
    unreleased_changes: bool
    review: ReviewStatus
    parties: tuple[PartyStatus, ...]
    in_force: tuple[InForce, ...]
    in_force_between: tuple[str, ...]
    counts: Mapping[SignatureState, int]


def has_unreleased_changes(folder: ProtocolFolder, register: Register, *, as_of: date) -> bool:
    """Returns whether the working text differs from the newest stamp of any day, ignoring renames and successions.

    Returns False if this is unknown, because a record that holds one of the two has faults.
    """
    if not folder.versions or not folder.text_is_clean:
        return False
    newest = next(reversed(folder.versions))
    if folder.fingerprint_of_text(newest) in (None, folder.working_fingerprint):
        return False
    stamped = folder.stamped_text(newest)
    if stamped is None:
        return False
    identities = Identities(folder, register, as_of=as_of)
    return bool(identities.rename(stamped) != identities.rename(folder.working_text))


def protocol_status(
    folder: ProtocolFolder, register: Register, *, as_of: date, signing: Signing | None = None
) -> ProtocolStatus:
    """Returns the state of a protocol and of each signature on `as_of`. The protocol must have been read without faults.

    `signing`: its signatures on that day, if the caller has them already.
    """
    if signing is None:
        signing = Signing(folder, register, as_of=as_of)
    parties = tuple(signing.state(id_, text) for id_, text in sorted(signing.parties.items()))
    newest = newest_version(folder, as_of=as_of)
    counts = {state: sum(1 for party in parties if party.state == state) for state in SIGNATURE_STATES}
    return ProtocolStatus(
        id=folder.id,
        title=folder.value.title,
        status=folder.value.status_on(as_of),
        version=newest[0] if newest else None,
        fingerprint=newest[1].fingerprint if newest else None,
        unreleased_changes=has_unreleased_changes(folder, register, as_of=as_of),
        review=review_state(folder, as_of=as_of),
        parties=parties,
        in_force=signing.in_force(),
        in_force_between=signing.in_force_between(parties),
        counts=counts,
    )
