"""The files at the root of a register: what areas consist of, and what people decided about overlaps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import ConfigDict, Field

from undersigned.records.fields import Authored, Day, Prose

JudgedAnswer = Literal["keep-apart", "merge", "join"]


class Areas(Authored):
    """`areas.yaml`: for the id of an area, the ids of the areas that it consists of, all of them."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, tuple[str, ...]] = Field(init=False)

    @property
    def parts(self) -> Mapping[str, tuple[str, ...]]:
        """The parts of each area that has any."""
        return self.__pydantic_extra__


class Judged(Authored):
    """What people decided about two protocols that have much in common."""

    protocols: tuple[str, ...]
    answer: JudgedAnswer
    by: str | None = None
    minute: str | None = None
    on: Day
    note: Prose | None = None


class Landscape(Authored):
    """`landscape.yaml`: decisions, so that a question is not asked again until one of the protocols changes."""

    judged: tuple[Judged, ...] = ()
