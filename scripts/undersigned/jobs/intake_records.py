"""The change to the register that the answers of a form ask for, made in an empty folder beside the real one.

Nothing of an answer becomes a path, save an id that the register has or that a new protocol may have.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from undersigned.editing import EditingError, standard_texts
from undersigned.editing.amend import Append, Put, amended, render_entry
from undersigned.editing.atomic import write_bytes
from undersigned.editing.formatting import format_record
from undersigned.editing.new import new_record
from undersigned.jobs.form_answers import Answers, Problem, UnusableError
from undersigned.jobs.intake_words import Reading
from undersigned.records.fields import KEBAB, Authored
from undersigned.records.files import load_files
from undersigned.records.organisation import Organisation
from undersigned.records.protocol import Protocol
from undersigned.records.signature import Signature, SigningRecord
from undersigned.records.source import Data
from undersigned.register import ProtocolFolder, Register
from undersigned.status import Identities, party_text


@dataclass(frozen=True)
class Recorded:
    """What was made of the answers. `subject`: ids and numbers that say what it is about. `notes`: short codes with what
    they name, for a person to look at."""

    files: dict[str, bytes]
    subject: dict[str, str]
    notes: tuple[tuple[str, str], ...] = ()


def record(answers: Answers, register: Register, scratch: Path, *, as_of: date) -> Recorded:
    """The files that the answers change, written below `scratch`, which is empty. UnusableError where they cannot be used."""
    aside = Register(scratch, register.files, repository_private=register.repository_private, address=register.address)
    try:
        made = _MAKERS[answers.form.id](Reading(answers, aside), aside, as_of)
    except EditingError as error:
        raise UnusableError(Problem("cannot", detail=f"{error}. {error.hint}")) from None
    files = dict(load_files(scratch).contents)
    if all(register.files.contents.get(path) == raw for path, raw in files.items()):
        raise UnusableError(Problem("recorded-already"))
    return replace(made, files=files)


def _amend(register: Register, path: str, model: type[Authored], changes: list[Put | Append]) -> None:
    write_bytes(register.root, path, amended(register, path, register.files.contents[path], model, changes))


def _write_new(register: Register, path: str, model: type[Authored], lines: list[str]) -> None:
    raw = format_record(register, path, "\n".join([*lines, ""]).encode(), model)
    if raw is None:
        raise EditingError("the answers make no record that reads", "Look at them again.")
    write_bytes(register.root, path, raw, new=True)


def _party(reading: Reading, register: Register, as_of: date) -> tuple[str, ProtocolFolder]:
    """The organisation and the protocol that it is party to."""
    organisation, folder = reading.organisation("organisation"), reading.protocol("protocol")
    if organisation and folder is not None and organisation not in folder.signing:
        identities = Identities(folder, register, as_of=as_of)
        named = {
            **identities.present_parties(folder.value.parties),
            **identities.present_parties(party_text(folder, as_of=as_of)),
        }
        if organisation not in named:
            reading.wrong("no-party", "organisation", detail=", ".join(sorted(named)))
    if folder is None:
        reading.stop_if_wrong()
        raise UnusableError(Problem("no-protocol", "protocol"))
    return organisation, folder


# -- a signature ----------------------------------------------------------------------------------------------------


def _signature(reading: Reading, register: Register, as_of: date) -> Recorded:
    organisation, folder = _party(reading, register, as_of)
    version = reading.version("version", folder)
    days = {name: reading.day(name) for name in ("sent_on", "approved_on", "signed_on", "returned_on")}
    reading.stop_if_wrong()
    by = {
        "post": reading.text("post"),
        "authority": reading.text("authority"),
        "reference": reading.text("authority_reference"),
    }
    entry: dict[str, Data] = {
        "version": version,
        **days,
        "signed_by": {name: word for name, word in by.items() if word},
        "method": reading.text("method"),
        "evidence": {"reference": reading.text("evidence")} if reading.text("evidence") else None,
    }
    entry = {name: value for name, value in entry.items() if value}
    record = folder.signing.get(organisation)
    path = record.path if record is not None else f"signatories/{organisation}/{folder.id}.yaml"
    subject = {"organisation": organisation, "protocol": folder.id, "version": version}
    if record is None:
        lines = render_entry(entry, SigningRecord, ("signatures", 0))
        _write_new(
            register,
            path,
            SigningRecord,
            ["signatures:", *(("  - " if at == 0 else "    ") + line for at, line in enumerate(lines))],
        )
        return Recorded({}, subject)
    signatures = record.value.signatures if record.value is not None else ()
    same = [at for at, one in enumerate(signatures) if one.version == version]
    open_ = same[-1] if same and not (signatures[same[-1]].declined or signatures[same[-1]].withdrawn) else None
    if open_ is None:
        _amend(register, path, SigningRecord, [Append("signatures", entry)])
    else:
        _amend(register, path, SigningRecord, _missing(reading, signatures[open_], open_, entry))
    return Recorded({}, subject)


def _missing(reading: Reading, there: Signature, at: int, entry: dict[str, Data]) -> list[Put | Append]:
    """What an entry lacks of what was answered. What it has otherwise is never written over."""
    changes: list[Put | Append] = []
    fields = {
        "signed_by": {"post": "post", "authority": "authority", "reference": "authority_reference"},
        "evidence": {"reference": "evidence"},
    }
    for name, value in entry.items():
        if name == "version":
            continue
        inner = value if isinstance(value, dict) else {"": value}
        for part, wanted in inner.items():
            field = fields[name][part] if part else name
            holder = getattr(there, name) if part else there
            has = getattr(holder, part or name, None) if holder is not None else None
            if has is None:
                changes.append(Put(("signatures", at, name, part) if part else ("signatures", at, name), wanted))
            elif str(has) != str(wanted):
                reading.wrong("recorded-otherwise", field, detail=str(has))
    reading.stop_if_wrong()
    if not changes:
        raise UnusableError(Problem("recorded-already"))
    return changes


# -- an officer, a contact ------------------------------------------------------------------------------------------


def _nomination(reading: Reading, register: Register, as_of: date) -> Recorded:
    organisation, folder = _party(reading, register, as_of)
    officer: dict[str, Data] = {
        "post": reading.text("post"),
        "mailbox": reading.mailbox("mailbox"),
        "deputy_post": reading.text("deputy_post"),
        "confirmed_on": as_of,
    }
    reading.stop_if_wrong()
    officer = {name: value for name, value in officer.items() if value}
    record = folder.signing.get(organisation)
    path = record.path if record is not None else f"signatories/{organisation}/{folder.id}.yaml"
    if record is None:
        lines = render_entry({"nominated_officer": officer}, SigningRecord, ())
        _write_new(register, path, SigningRecord, lines)
    else:
        _amend(
            register, path, SigningRecord, [Put(("nominated_officer", name), value) for name, value in officer.items()]
        )
    return Recorded({}, {"organisation": organisation, "protocol": folder.id})


def _contact(reading: Reading, register: Register, as_of: date) -> Recorded:
    organisation = reading.organisation("organisation")
    told = {
        ("contact", "post"): reading.text("post"),
        ("contact", "mailbox"): reading.mailbox("mailbox"),
        ("website",): reading.website("website"),
        ("data_protection_officer", "post"): reading.text("dpo_post"),
        ("data_protection_officer", "mailbox"): reading.mailbox("dpo_mailbox"),
    }
    reading.stop_if_wrong()
    there = register.organisation(organisation)
    if there is None or there.value is None:
        raise EditingError(f"the record of {organisation} cannot be read", "Somebody has to mend it first.")
    contact = there.value.contact
    if contact is None and not told["contact", "post"]:
        reading.wrong("no-contact", "post")
        reading.stop_if_wrong()
    changes: list[Put | Append] = [Put(path, value) for path, value in told.items() if value]
    changes.append(Put(("contact", "confirmed_on"), as_of))
    _amend(register, there.path, Organisation, changes)
    old = contact.mailbox if contact is not None else None
    notes: tuple[tuple[str, str], ...] = ()
    if old and told["contact", "mailbox"] and told["contact", "mailbox"] != old:
        notes = tuple(("old-mailbox", path) for path in _naming(register, organisation, old))
    return Recorded({}, {"organisation": organisation}, notes)


def _naming(register: Register, organisation: str, mailbox: str) -> list[str]:
    """The organisation's own signing records that still name a mailbox."""
    own = f"signatories/{organisation}/"
    return [
        path
        for path, raw in sorted(register.files.contents.items())
        if path.startswith(own) and not path.endswith("/organisation.yaml") and mailbox.encode() in raw
    ]


# -- a protocol -----------------------------------------------------------------------------------------------------


def _proposal(reading: Reading, register: Register, as_of: date) -> Recorded:
    title, standard = reading.text("title"), reading.text("standard") or None
    id_ = reading.text("id") or _id_from(title)
    if not KEBAB.match(id_) or id_ == "organisation" or not 3 <= len(id_) <= 60:
        reading.wrong("bad-id", "id", answer=id_)
    elif register.has_protocol(id_):
        reading.wrong("taken-id", "id", answer=id_)
    lead, parties = reading.organisation("lead"), reading.organisations("parties")
    reading.stop_if_wrong()
    everybody = list(dict.fromkeys([*([lead] if lead else []), *parties]))
    answers = {"title": title, "kind": reading.text("kind"), "lead": lead}
    placed, left = _placed(register, everybody, standard)
    answers |= {end: ",".join(ids) for end, ids in placed.items()}
    new_record(
        "protocol",
        register,
        [id_],
        answers={name: word for name, word in answers.items() if word},
        standard=standard,
        as_of=as_of,
    )
    path = f"protocols/{id_}/protocol.yaml"
    now = Register(register.root, load_files(register.root), repository_private=register.repository_private)
    there = now.protocol_record(id_)
    summary = "\n".join(line.strip() for line in reading.text("summary").split("\n")).strip() + "\n"
    changes: list[Put | Append] = [Put(("summary",), summary)]
    listed = there is not None and there.value is not None and bool(there.value.parties)
    changes += [Append("parties", {"organisation": one, "role": "controller"}) for one in left]
    raw = amended(now, path, now.files.contents[path], Protocol, changes)
    write_bytes(register.root, path, raw)
    return Recorded({}, {"protocol": id_}, tuple(("no-place", one) for one in left) if listed or standard else ())


def _placed(
    register: Register, organisations: list[str], standard: str | None
) -> tuple[dict[str, list[str]], list[str]]:
    """Which group of the standard each organisation comes into, by its kind; and those that fit into none."""
    ends = standard_texts.ends_of(standard_texts.flows_of(standard)) if standard else []
    placed: dict[str, list[str]] = {}
    left: list[str] = []
    for id_ in organisations:
        record = register.organisation(id_)
        kind = record.value.kind if record is not None and record.value is not None else ""
        end = next((end.id for end in ends if kind in end.kinds), None)
        (placed.setdefault(end, []) if end is not None else left).append(id_)
    return placed, left


def _id_from(title: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", title.casefold().replace("'", "").replace("’", "")))[:60].strip("-")


_MAKERS: dict[str, Callable[[Reading, Register, date], Recorded]] = {
    "signature": _signature,
    "nomination": _nomination,
    "contact": _contact,
    "proposal": _proposal,
}
