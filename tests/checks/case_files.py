"""Wrong-on-purpose registers in one file each: `=== path` lines part the records, the expected findings come last.

Before the first path a line `as of 2027-02-01` may give the day. `=== path -> target` is a symbolic link, and
`=== path (utf-16-le)` a file in another encoding. `=== expected` starts the findings, each with its hint below it.
"""

from __future__ import annotations

import re
import tempfile
from datetime import date
from pathlib import Path
from typing import NamedTuple

from support import TODAY, files_from, register_from
from undersigned.checks.engine import check_register
from undersigned.register import Register, load_register

CASES = Path(__file__).parent / "cases"
_HEADER = re.compile(r"(?P<path>.+?)(?: -> (?P<target>.+)| \((?P<encoding>[a-z0-9-]+)\))?\Z")
#: What is read the same from memory as from a disk.
_RECORD = re.compile(r"(?:protocols/[^/]+/(?:protocol|[a-z]+/[^/]+)|signatories/[^/]+/[^/]+)\.yaml\Z")
_DAY = re.compile(r"as of (\d{4}-\d{2}-\d{2})\n")


class Case(NamedTuple):
    """A case as it is written."""

    as_of: date
    files: dict[str, str]
    expected: str


def read_case(path: Path) -> Case:
    """The case in a file."""
    text = path.read_bytes().decode("utf-8")
    day = _DAY.match(text)
    files = files_from(text)
    expected = files.pop("expected", "")
    return Case(date.fromisoformat(day[1]) if day else TODAY, files, expected)


def findings_of(case: Case) -> str:
    """What the checks find in this register. It is written to a disk only if it is more than plain records."""
    plain = all(_RECORD.match(path) for path in case.files)
    register = register_from(case.files) if plain else _on_disk(case)
    findings, _ = check_register(register, as_of=case.as_of)
    return "".join(
        f"{f.path}:{f.line}:{f.column}: {f.severity}[{f.code}]: {f.message}\n" + (f"    {f.hint}\n" if f.hint else "")
        for f in findings
    )


def _on_disk(case: Case) -> Register:
    with tempfile.TemporaryDirectory() as root:
        for header, content in case.files.items():
            match = _HEADER.match(header)
            assert match is not None
            file = Path(root, match["path"])
            file.parent.mkdir(parents=True, exist_ok=True)
            if match["target"]:
                file.symlink_to(match["target"])
            else:
                file.write_bytes(content.encode(match["encoding"] or "utf-8"))
        return load_register(Path(root))
