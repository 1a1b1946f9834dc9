"""Who an organisation is (`signatories/<id>/organisation.yaml`)."""

from __future__ import annotations

from typing import Literal

from undersigned.records.fields import Authored, Day, DayOrMonth, Jurisdiction, YesNo

OrganisationKind = Literal[
    "probation", "prison", "police", "local-authority", "housing-provider", "health", "treatment-provider", "jobcentre",
    "employer", "education", "voluntary", "youth-justice", "court", "government", "partnership-board", "other",
]


class Legal(Authored):
    """What the body is in law, only where it differs from what its kind implies (vocabulary of organisation kinds)."""

    public_authority: YesNo | None = None
    competent_authority: YesNo | None = None
    section_14_side: YesNo | None = None
    duty_to_refer: YesNo | None = None
    section_115_recipient: YesNo | None = None
    serious_violence: YesNo | None = None
    specified_objective: YesNo | None = None


class DataProtectionOfficer(Authored):
    post: str | None = None
    mailbox: str | None = None


class Contact(Authored):
    post: str | None = None
    mailbox: str | None = None
    confirmed_on: Day | None = None


class Organisation(Authored):
    name: str
    kind: OrganisationKind
    jurisdiction: Jurisdiction | None = None
    areas: tuple[str, ...] = ()
    also_known_as: tuple[str, ...] = ()
    formerly: tuple[str, ...] = ()
    website: str | None = None
    ico_registration: str | None = None
    legal: Legal | None = None
    parent: str | None = None
    hosted_by: str | None = None
    data_protection_officer: DataProtectionOfficer | None = None
    contact: Contact | None = None
    postal_address: str | None = None
    dissolved_on: DayOrMonth | None = None
    successors: tuple[str, ...] = ()
