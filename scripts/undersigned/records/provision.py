"""What is provided in an area (`provision/<area>/<id>.yaml`), and what nobody provides there (`provision/<area>/area.yaml`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from undersigned.records.fields import Authored, Day, DayOrMonth, Prose, Whole, one_or_list
from undersigned.records.protocol import Owner

FundingStatus = Literal["confirmed", "indicative"]


class ProvisionFunding(Authored):
    """Who pays and until when. `indicative`: the money is planned and not yet confirmed."""

    source: str
    status: FundingStatus | None = None
    ends_on: DayOrMonth | None = None


class Contract(Authored):
    """The contract with the provider. `may_extend_to`: how far it can be extended without a new one. `notice_by`: the last
    day on which notice can be given or an extension agreed."""

    reference: str | None = None
    ends_on: DayOrMonth | None = None
    may_extend_to: DayOrMonth | None = None
    notice_by: DayOrMonth | None = None


class Provision(Authored):
    """A service that people can be sent to. What is absent is not known; without `for`, the service is for anybody.

    `places` are places of the service and not people, so they are never hidden.
    """

    title: str
    kind: str
    area: str | None = None
    covers: tuple[str, ...] = ()
    provider: Annotated[tuple[str, ...], BeforeValidator(one_or_list)] = ()
    commissioned_by: Annotated[tuple[str, ...], BeforeValidator(one_or_list)] = ()
    owner: Owner | None = None
    funding: tuple[ProvisionFunding, ...] = ()
    contract: Contract | None = None
    for_: tuple[str, ...] = Field(default=(), alias="for")
    entry: tuple[str, ...] = ()
    places: Whole | None = None
    starts_on: DayOrMonth | None = None
    ends_on: DayOrMonth | None = None
    confirmed_on: Day | None = None
    protocols: tuple[str, ...] = ()
    notes: Prose | None = None


class AreaProvision(Authored):
    """The kinds of service that nobody provides in an area, as its keeper knows, and the day on which that was so."""

    none: tuple[str, ...] = ()
    confirmed_on: Day | None = None
    notes: Prose | None = None
