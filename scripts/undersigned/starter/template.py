"""The template of a register: which files it has, and which of them the program keeps up to date.

In the template folder `dot_` stands for the full stop of a hidden name, because packages leave hidden files out, and
`@@name@@` is a gap that the answer of that name fills.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from undersigned import __version__
from undersigned.changes.owners import PATH as OWNERS_PATH
from undersigned.changes.owners import render_owners
from undersigned.jobs.form_definitions import render_forms
from undersigned.records.schema import KINDS, schema
from undersigned.register import Register
from undersigned.words.markdown import inert

_GAP = re.compile(r"@@(\w+)@@")
#: These files belong to the register from the start. `upgrade` never touches them.
_OWN = ("README.md", "mkdocs.yml", "docs/")


def own_files(answers: Mapping[str, str]) -> dict[str, str]:
    """Path to text of the files that belong to the register, with its answers filled in."""
    return {path: _filled(path, text, answers) for path, text in _template().items() if path.startswith(_OWN)}


def managed_files() -> dict[str, str]:
    """Path to text of the files that the program keeps up to date. They are the same in every register of one version."""
    files = {
        path: text.replace("@@version@@", __version__)
        for path, text in _template().items()
        if not path.startswith(_OWN)
    }
    for kind in KINDS:
        text = json.dumps(schema(kind), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        files[f"schemas/{kind}.schema.json"] = text
    return files


def derived_files(register: Register, *, as_of: date) -> dict[str, str]:
    """Path to text of the files that follow from the records: CODEOWNERS and the issue forms."""
    return {OWNERS_PATH: render_owners(register, as_of=as_of), **render_forms(register, as_of=as_of)}


@cache
def _template() -> Mapping[str, str]:
    found: dict[str, str] = {}

    def read(folder: Traversable, above: str) -> None:
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            path = above + re.sub("^dot_", ".", entry.name)
            if entry.is_dir():
                read(entry, path + "/")
            else:
                found[path] = entry.read_text(encoding="utf-8")

    read(resources.files("undersigned.starter") / "template", "")
    return found


def _filled(path: str, text: str, answers: Mapping[str, str]) -> str:
    """Fills the gaps so that an answer stays text: quoted in YAML, made harmless in Markdown unless it is a mailbox."""

    def fill(gap: re.Match[str]) -> str:
        answer = answers[gap[1]]
        if path.endswith(".yml"):
            return json.dumps(answer, ensure_ascii=False)
        return answer if gap[1].endswith("_mailbox") else inert(answer)

    return _GAP.sub(fill, text)
