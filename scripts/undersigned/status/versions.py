"""What had happened by a day, and which stamp was the newest or in force on it."""

from __future__ import annotations

from datetime import date

from undersigned.records.fields import When, has_happened, in_time
from undersigned.records.version import Version
from undersigned.register import ProtocolFolder


def agreed_versions(folder: ProtocolFolder, *, as_of: date) -> list[tuple[str, Version]]:
    """Returns the versions agreed by that day, oldest first."""
    return [(number, version) for number, version in folder.read_versions() if has_happened(version.agreed_on, as_of)]


def newest_version(folder: ProtocolFolder, *, as_of: date) -> tuple[str, Version] | None:
    """Returns the newest stamp agreed by that day."""
    versions = agreed_versions(folder, as_of=as_of)
    return versions[-1] if versions else None


def takes_effect(folder: ProtocolFolder, version: Version) -> When:
    """Returns when a version takes effect: its own day or month, never before the protocol's."""
    start = folder.value.effective_from
    return version.takes_effect if start is None else max(version.takes_effect, start, key=in_time)


def signed_on_paper(folder: ProtocolFolder, *, as_of: date) -> tuple[str, Version] | None:
    """Returns the newest stamp if it is a document whose words are not entered here, in the working text either."""
    newest = newest_version(folder, as_of=as_of)
    if newest is None or newest[1].document is None or newest[1].text is not None:
        return None
    return None if folder.value.flows or folder.value.clauses else newest


def version_in_force(folder: ProtocolFolder, *, as_of: date) -> tuple[str, Version] | None:
    """Returns the newest version whose `effective_from` has come."""
    effective = [
        (n, v) for n, v in agreed_versions(folder, as_of=as_of) if has_happened(takes_effect(folder, v), as_of)
    ]
    return effective[-1] if effective else None
