"""A version's file: its facts and the operative text, as readable YAML that reads back to the same fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from undersigned.editing.emit import Quoted, render_yaml
from undersigned.records.source import Data
from undersigned.records.version import Version


def render_version(facts: Mapping[str, str | date], text: Mapping[str, Data], *, quoted: bool = False) -> str:
    """The YAML of a version file. `facts` without the text; `text` as `operative_text` returns it.

    `quoted`: every text in double quotes, for what a block of text cannot carry exactly.
    """
    whole: dict[str, Data] = {name: Quoted(value) if name == "fingerprint" else value for name, value in facts.items()}
    return render_yaml({**whole, "text": text}, Version, quoted=quoted)
