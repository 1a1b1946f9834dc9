"""What could not be read on either side of a change, file by file with the first fault: nothing else is lost by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from undersigned.changes.git import Entry, FileChange, is_record
from undersigned.changes.report.points import Unread
from undersigned.changes.report.revisions import Side, Sides
from undersigned.findings import Finding
from undersigned.records.files import printable


def unread_records(sides: Sides, files: Iterable[FileChange]) -> list[Unread]:
    """The faulty records of the protocols and organisations touched, the later side first; a fault on both sides once."""
    changed = list(files)
    found: dict[tuple[str, str], Unread] = {}
    for sort, side in (("after", sides.after), ("before", sides.before)):
        faults = {finding.path: finding for finding in reversed(list(_faults(sides, side)))}
        for path, fault in sorted(faults.items()):
            found.setdefault((path, fault.message), Unread(_side(sort), path, fault.line, fault.message))
        for file in changed:
            place, entry = (file.new_path, file.new) if sort == "after" else (file.old_path, file.old)
            code = _not_read(place, entry)
            if place is not None and code is not None:
                found.setdefault((printable(place), code), Unread(_side(sort), printable(place), code=code))
    return list(found.values())


def _not_read(path: str | None, entry: Entry | None) -> Literal["kind", "place"] | None:
    """Why a file of the change was not read at all; None for one that was, and for what never is."""
    if path is None or entry is None or (entry.readable and not path.endswith(".yaml")):
        return None
    if not is_record(path, entry):
        return "kind"
    return "place" if path.count("/") == 1 else None


def _side(sort: str) -> Literal["before", "after"]:
    return "after" if sort == "after" else "before"


def _faults(sides: Sides, side: Side) -> Iterator[Finding]:
    """The faults of what was read, in the order of reading; what is wrong with names only where something was read."""
    touched = set()
    for pair in sides.pairs:
        folder = pair.after if side is sides.after else pair.before
        if folder is None:
            continue
        touched.add(folder.id)
        yield from folder.findings
        for record in folder.records():
            yield from record.findings
    for id_ in sides.organisations:
        organisation = side.register.organisation(id_)
        yield from organisation.findings if organisation is not None else ()
    for finding in side.register.findings:
        top, name, *_ = [*finding.path.split("/"), ""]
        # An organisation's record is read after the register is made: one that is there is not missing.
        late = finding.code == "missing-file" and side.register.organisation(name) is not None
        if name in (touched if top == "protocols" else sides.organisations) and not late:
            yield finding
