"""Who an organisation is (`signatories/<id>/organisation.yaml`)."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from undersigned.records.fields import Authored, Day, DayOrMonth, Jurisdiction, Published, YesNo

#: An account or a team of the place where the register is kept (GitHub Docs, "About code owners").
ACCOUNT = re.compile(r"@[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}(?:/[A-Za-z0-9_](?:[.-]?[A-Za-z0-9_]){0,99})?\Z")


def _account(value: object) -> object:
    if isinstance(value, str) and ACCOUNT.match(value):
        return value
    raise PydanticCustomError("account", "not an account")


Account = Annotated[
    str,
    PlainValidator(_account),
    WithJsonSchema({"type": "string", "pattern": "^@[A-Za-z0-9/_.-]+$", "examples": ["@example-council/housing"]}),
]

OrganisationKind = Literal[
    "probation",
    "prison",
    "police",
    "local-authority",
    "housing-provider",
    "health",
    "treatment-provider",
    "jobcentre",
    "employer",
    "education",
    "voluntary",
    "youth-justice",
    "court",
    "government",
    "partnership-board",
    "other",
]


class Legal(Authored):
    """What the body is in law, only where it differs from what its kind implies (vocabulary of organisation kinds)."""

    public_authority: YesNo | None = None
    competent_authority: YesNo | None = None
    section_14_side: YesNo | None = None
    #: The work for which `section_14_side` holds: protocols, or single flows as `protocol/flow`. Empty: all of its work.
    section_14_work: tuple[str, ...] = ()
    duty_to_refer: YesNo | None = None
    housing_authority: YesNo | None = None
    section_115_recipient: YesNo | None = None
    serious_violence: YesNo | None = None
    specified_objective: YesNo | None = None


class Codes(Authored):
    """What other registers call the body. Each code has one body.

    `ons` and `gss`: Office for National Statistics, Code History Database. `ods`: NHS Organisation Data Service.
    """

    ons: str | None = None
    gss: str | None = None
    ods: str | None = None
    companies_house: str | None = None
    charity: str | None = None


class DataProtectionOfficer(Authored):
    post: str | None = None
    mailbox: str | None = None


class Contact(Authored):
    post: str | None = None
    mailbox: str | None = None
    phone: str | None = None
    confirmed_on: Day | None = None


class Organisation(Authored):
    name: Published[str]
    name_cy: Published[str | None] = None
    kind: Published[OrganisationKind]
    jurisdiction: Published[Jurisdiction | None] = None
    areas: Published[tuple[str, ...]] = ()
    also_known_as: Published[tuple[str, ...]] = ()
    formerly: Published[tuple[str, ...]] = ()
    website: str | None = None
    ico_registration: str | None = None
    codes: Codes | None = None
    legal: Legal | None = None
    parent: str | None = None
    hosted_by: str | None = None
    data_protection_officer: DataProtectionOfficer | None = None
    contact: Contact | None = None
    accounts: tuple[Account, ...] = ()
    postal_address: str | None = None
    dissolved_on: DayOrMonth | None = None
    successors: tuple[str, ...] = ()
