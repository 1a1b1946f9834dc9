"""What a signature or a review says of the version that it is about. Shared by their rooms; holds no rule itself."""

from __future__ import annotations

from collections.abc import Iterator

from undersigned.checks.engine import ProtocolSubject, RecordLike
from undersigned.findings import Finding
from undersigned.records.fields import FINGERPRINT
from undersigned.records.reading import did_you_mean
from undersigned.records.source import Path
from undersigned.records.version import Version


def check_version_named(subject: ProtocolSubject, record: RecordLike, path: Path, number: str) -> Iterator[Finding]:
    """A signature or review names a version that there is. `path`: the mapping with `version`."""
    if number not in subject.folder.versions:
        yield from subject.find(
            "no-such-version",
            record,
            (*path, "version"),
            words="some" if subject.folder.versions else "none",
            version=number,
            near=did_you_mean(number, subject.folder.versions),
        )


def check_fingerprint(
    subject: ProtocolSubject, record: RecordLike, path: Path, number: str, given: str | None, *, required: bool
) -> Iterator[Finding]:
    """The fingerprint beside a version number is there, well formed, and that version's."""
    version = stamp_of(subject, number)
    if given is None:
        if required and version is not None:
            yield from subject.find(
                "fingerprint-missing",
                record,
                path,
                missing="fingerprint",
                version=number,
                fingerprint=version.fingerprint,
            )
        return
    if not FINGERPRINT.match(given):
        yield from subject.find("bad-fingerprint", record, (*path, "fingerprint"), fingerprint=given)
        return
    if version is None or fits(subject, number, given):
        return
    other = next((n for n in subject.folder.versions if n != number and fits(subject, n, given)), None)
    yield from subject.find(
        "wrong-fingerprint",
        record,
        (*path, "fingerprint"),
        words="of-other" if other else "default",
        version=number,
        other=other,
        fingerprint=version.fingerprint,
    )


def stamp_of(subject: ProtocolSubject, number: str) -> Version | None:
    """The version if there is one and it reads."""
    record = subject.folder.versions.get(number)
    return None if record is None else record.value


def fits(subject: ProtocolSubject, number: str, fingerprint: str) -> bool:
    """Whether the fingerprint is the version's, as stamped or as worked out from its text."""
    version = stamp_of(subject, number)
    return version is not None and fingerprint in (version.fingerprint, subject.folder.fingerprint_of_text(number))
