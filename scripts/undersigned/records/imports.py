"""How a spreadsheet was understood (`imports/<name>.yaml`): written by `import`, and a person may correct it."""

from __future__ import annotations

from pydantic import Field

from undersigned.records.fields import Authored, Whole


class TakenRow(Authored):
    """Which protocol a row of the spreadsheet became, and a hash of the row as it was then."""

    protocol: str
    mark: str


class ImportRecord(Authored):
    """`columns`: heading to what it is about. `names`: name of a body to what it means. `rows`: hash to protocol."""

    sheet: str | None = None
    header_row: Whole | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    names: dict[str, str] = Field(default_factory=dict)
    rows: dict[str, TakenRow] = Field(default_factory=dict)
