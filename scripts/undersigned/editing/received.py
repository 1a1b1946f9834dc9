"""Puts what was sent out, and what a returned copy or form says, into the signing record. Writes nothing to disk."""

from __future__ import annotations

from collections.abc import Mapping

from undersigned.checks.people import is_mailbox_of_a_person, name_in
from undersigned.editing import EditingError
from undersigned.editing.amend import Append, Put, amended, render_entry
from undersigned.editing.formatting import format_record
from undersigned.records.signature import SigningRecord
from undersigned.records.source import PlainData
from undersigned.register import Register


def with_signature(
    register: Register, organisation: str, protocol: str, entry: Mapping[str, PlainData], index: int | None
) -> tuple[str, bytes]:
    """The path of the signing record and its new content: `entry` is added, or completes the entry `index`.

    Raises EditingError if the post reads like a person's name, or if the record cannot be changed safely.
    """
    by = entry.get("signed_by")
    _refuse_names(by if isinstance(by, dict) else {})
    if index is None:
        return _changed(register, organisation, protocol, [Append("signatures", entry)])
    changes: list[Put | Append] = []
    record = register.protocol(protocol)
    held = record.signing[organisation].value if record is not None else None
    present = held.signatures[index] if held is not None else None
    for name, value in entry.items():
        if name == "version":
            continue
        if isinstance(value, dict) and getattr(present, name, None) is not None:
            changes += [Put(("signatures", index, name, part), one) for part, one in value.items()]
        else:
            changes.append(Put(("signatures", index, name), value))
    return _changed(register, organisation, protocol, changes)


def with_officer(
    register: Register, organisation: str, protocol: str, officer: Mapping[str, PlainData]
) -> tuple[str, bytes]:
    """As `with_signature`, for the nominated officer."""
    _refuse_names(officer)
    return _changed(
        register, organisation, protocol, [Put(("nominated_officer", name), value) for name, value in officer.items()]
    )


def _refuse_names(said: Mapping[str, PlainData]) -> None:
    for name in ("post", "deputy_post"):
        post = said.get(name)
        if isinstance(post, str) and name_in(post) is not None:
            raise EditingError(
                f"the post {post!r} reads like a person's name",
                "A record names posts. Ask for the post, and record it.",
            )
    mailbox = said.get("mailbox")
    if isinstance(mailbox, str) and is_mailbox_of_a_person(*(mailbox.partition("@")[::2])):
        raise EditingError(
            f"the mailbox {mailbox!r} reads like one person's",
            "A record names shared mailboxes. Ask for that of the post.",
        )


def _changed(register: Register, organisation: str, protocol: str, changes: list[Put | Append]) -> tuple[str, bytes]:
    folder = register.protocol(protocol)
    record = folder.signing.get(organisation) if folder is not None else None
    if record is not None:
        given = register.files.contents[record.path]
        return record.path, _with_ends_of(given, amended(register, record.path, given, SigningRecord, changes))
    path = f"signatories/{organisation}/{protocol}.yaml"
    lines: list[str] = []
    officer = {str(change.path[-1]): change.value for change in changes if isinstance(change, Put)}
    if officer:
        lines += render_entry({"nominated_officer": officer}, SigningRecord, ())
    for change in changes:
        if isinstance(change, Append):
            entry = render_entry(change.value, SigningRecord, ("signatures", 0))
            lines += ["signatures:", *(("    " if at else "  - ") + line for at, line in enumerate(entry))]
    raw = format_record(register, path, "\n".join([*lines, ""]).encode(), SigningRecord)
    if raw is None:
        raise EditingError("what the file says does not make a valid record", "Record it by hand.")
    return path, raw


def _with_ends_of(given: bytes, changed: bytes) -> bytes:
    """The changed record with the line ends, and the mark of the byte order, of the one that was given."""
    if b"\r\n" in given and given.count(b"\r\n") == given.count(b"\n"):
        changed = changed.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    mark = b"\xef\xbb\xbf"
    return mark + changed if given.startswith(mark) and not changed.startswith(mark) else changed
