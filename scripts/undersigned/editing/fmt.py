"""Records put in canonical order and style, with the fingerprints that their signatures and reviews lack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from undersigned.editing.arrange import arrange
from undersigned.editing.atomic import write_bytes
from undersigned.records.fields import FINGERPRINT, Authored
from undersigned.records.form import Form
from undersigned.records.organisation import Organisation
from undersigned.records.outcome import Outcome
from undersigned.records.protocol import Protocol
from undersigned.records.review import Review
from undersigned.records.signature import SigningRecord
from undersigned.records.source import Data, Path, Source
from undersigned.register import Register

_IN_PROTOCOL: dict[str, type[Authored]] = {"forms": Form, "reviews": Review, "outcomes": Outcome}


@dataclass(frozen=True)
class FmtResult:
    """Paths relative to the root: what was changed (or would be), and what was left because it does not read wholly."""

    changed: tuple[str, ...]
    unreadable: tuple[str, ...]


def fmt(register: Register, paths: Sequence[str] | None = None, *, check: bool = False) -> FmtResult:
    """Formats every record, or those at or under `paths` (relative to the root, with `/`). `check`: writes nothing.

    Comments and the order of lists are kept, and no fingerprint changes. Versions are never touched.
    """
    changed: list[str] = []
    unreadable: list[str] = []
    for path in sorted(register.files.contents):
        model = model_of(path)
        if model is None or (paths is not None and not any(path == p or path.startswith(p + "/") for p in paths)):
            continue
        raw = register.files.contents[path]
        formatted = format_record(register, path, raw, model)
        if formatted is None:
            unreadable.append(path)
        elif formatted != raw:
            changed.append(path)
            if not check:
                write_bytes(register.root, path, formatted)
    return FmtResult(tuple(changed), tuple(unreadable))


def format_record(register: Register, path: str, raw: bytes, model: type[Authored]) -> bytes | None:
    """One record formatted; None if it does not read wholly and is left as it is."""
    return arrange(path, raw, model, dict(_missing_fingerprints(register, path, raw, model)))


def model_of(path: str) -> type[Authored] | None:
    """What kind of record stands at a path; None for versions, which nobody edits, and for what is no record."""
    match path.split("/"):
        case ["protocols", _, "protocol.yaml"]:
            return Protocol
        case ["protocols", _, folder, _]:
            return _IN_PROTOCOL.get(folder)
        case ["signatories", _, "organisation.yaml"]:
            return Organisation
        case ["signatories", _, _]:
            return SigningRecord
        case _:
            return None


def _missing_fingerprints(
    register: Register, path: str, raw: bytes, model: type[Authored]
) -> Iterator[tuple[Path, str]]:
    """The path, in the file, of each signature or review without a fingerprint, and the one that its version has."""
    if model not in (SigningRecord, Review) or b"version" not in raw:
        return
    data = Source(path, raw).data
    protocol = path.split("/")[1] if model is Review else path.rsplit("/", 1)[1].removesuffix(".yaml")
    entries: list[tuple[Path, Data]] = [((), data)]
    if model is SigningRecord:
        signatures = data.get("signatures")
        entries = (
            [(("signatures", index), one) for index, one in enumerate(signatures)]
            if isinstance(signatures, list)
            else []
        )
    for place, entry in entries:
        if isinstance(entry, dict) and "fingerprint" not in entry and isinstance(entry.get("version"), str):
            fingerprint = _fingerprint(register, protocol, entry["version"])
            if fingerprint is not None:
                yield place, fingerprint


def _fingerprint(register: Register, protocol: str, version: str) -> str | None:
    """A version's fingerprint; None where it is unknown or is not that of its text."""
    folder = register.protocol(protocol)
    record = folder.versions.get(version) if folder is not None else None
    if folder is None or record is None or not record.clean or record.value is None:
        return None
    given = record.value.fingerprint
    return given if FINGERPRINT.match(given) and folder.fingerprint_of_text(version) in (None, given) else None
