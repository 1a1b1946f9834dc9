"""What had happened by a day, and which stamp was the newest or in force on it."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from undersigned.records.fields import When, earliest
from undersigned.records.version import Version
from undersigned.register import ProtocolFolder


def add_months(day: date, months: int) -> date:
    """Returns the same day of the month, `months` later, or that month's last day if it is shorter.

    Beyond the calendar: the calendar's last day.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def has_happened(when: When | None, as_of: date) -> bool:
    """Returns whether something dated `when` had happened on `as_of`; a month counts from its first day."""
    return when is not None and earliest(when) <= as_of


def agreed_versions(folder: ProtocolFolder, *, as_of: date) -> list[tuple[str, Version]]:
    """Returns the versions agreed by that day, oldest first."""
    return [(number, version) for number, version in folder.read_versions() if has_happened(version.agreed_on, as_of)]


def newest_version(folder: ProtocolFolder, *, as_of: date) -> tuple[str, Version] | None:
    """Returns the newest stamp agreed by that day."""
    versions = agreed_versions(folder, as_of=as_of)
    return versions[-1] if versions else None


def takes_effect(folder: ProtocolFolder, version: Version) -> date:
    """Returns the day from which a version is in effect: its own, never before the protocol's."""
    own = earliest(version.takes_effect)
    start = folder.value.effective_from
    return own if start is None else max(own, earliest(start))


def version_in_force(folder: ProtocolFolder, *, as_of: date) -> tuple[str, Version] | None:
    """Returns the newest version whose `effective_from` has come."""
    effective = [(n, v) for n, v in agreed_versions(folder, as_of=as_of) if takes_effect(folder, v) <= as_of]
    return effective[-1] if effective else None
