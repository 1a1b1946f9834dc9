"""What a returned file is compared with: the copy that it claims to be, made again from the stamped text."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Final

from undersigned.cache import DocumentCache
from undersigned.documents.bases import base_of
from undersigned.documents.content.letter import stamp_of_copy, stamp_of_nomination
from undersigned.documents.packs import NOMINATION, nomination_sheet
from undersigned.documents.stamping import Stamp
from undersigned.documents.words import word
from undersigned.documents.write import agreement_sheet
from undersigned.facts.agreement import SIGNABLE, Agreement, agreement_of, recipients_of, sender_of
from undersigned.facts.parties import point_of_contact
from undersigned.records.fields import Month
from undersigned.records.form import Form
from undersigned.register import ProtocolFolder, Register
from undersigned.returned.verdict import Claim, Issued
from undersigned.returned.words import bare
from undersigned.words.dates import date_in_words
from undersigned.words.labels import labels

#: What of an agreement is its text, which no day changes, or a plain flag.
_TEXT: Final = frozenset({"id", "text", "terms", "clauses", "forms", "version", "fingerprint", "publication", "title"})


def issued_copy(
    claim: Claim,
    register: Register,
    *,
    as_of: date,
    cache: DocumentCache,
    digests: Collection[str] = (),
    register_address: str = "",
    nomination: Form | None = None,
    with_text: bool = True,
) -> Issued | None:
    """The copy that a file says it is, or the master if it names no party of the text. None if the register has no text of
    that version.

    It is made as of the day on which the file says it was issued, so that records made later change nothing. `digests`:
    what the signing record keeps of what was sent. `nomination`: the form on which a party names its officer. `with_text`:
    False if the digests will do, because making a document takes a second. DocumentError if it cannot be made.
    """
    folder = register.protocol(register.present_protocol(claim.protocol)) if claim.protocol else None
    if folder is None or not folder.readable or claim.version is None:
        return None
    day = _day(claim.issued_on, as_of)
    try:
        agreement = agreement_of(folder, register, as_of=day, version=claim.version, register_address=register_address)
    except ValueError:
        return None
    if agreement.version is None or agreement.fingerprint is None or not agreement.text_available:
        return None
    version, fingerprint = agreement.version, agreement.fingerprint
    if not agreement.signable:
        agreement = _as_sent(agreement, folder, register, day)
    organisation = register.present_organisation(claim.organisation) if claim.organisation else None
    if organisation is None and claim.addressee:
        organisation = _addressee(claim.addressee, agreement)
    sender = sender_of(folder, register, as_of=day)
    to = recipients_of(agreement, folder, register, as_of=day, wanted=[organisation] if organisation else [])
    sheet, stamp = agreement_sheet(agreement), None
    if claim.form is not None:
        if nomination is None or claim.form != NOMINATION or not claim.organisation:
            return None
        sheet, stamp = nomination_sheet(agreement, nomination), stamp_of_nomination(to[0], sender) if to else None
    elif to and claim.copy in (1, 2):
        stamp = stamp_of_copy(claim.copy, to[0], sender)
    base = base_of(sheet, cache) if with_text else None
    copy: Mapping[str, bytes] = {}
    if base is not None:
        copy = base.copy(stamp) if stamp is not None else {".pdf": base.pdf, ".docx": base.docx}
    return Issued(
        protocol=folder.id,
        version=version,
        fingerprint=fingerprint,
        organisation=organisation if stamp is not None else None,
        copy=claim.copy if stamp is not None else None,
        lead=sender.contact.organisation if sender is not None else None,
        digests=frozenset(digests),
        pdf=copy.get(".pdf"),
        docx=copy.get(".docx"),
        changing=tuple(_changing(agreement, stamp)),
        names={party.organisation: party.name for party in agreement.parties},
    )


def _addressee(words: str, agreement: Agreement) -> str | None:
    """The party whose name the words begin with; the longest, because one name may begin another."""
    start = bare(words).casefold()
    named = [party for party in agreement.parties if start.startswith(bare(party.name).casefold())]
    return max(named, key=lambda party: len(party.name)).organisation if named else None


def _as_sent(agreement: Agreement, folder: ProtocolFolder, register: Register, day: date) -> Agreement:
    """It went out for signature, whatever became of the protocol since."""
    contacts = tuple(
        point_of_contact(party.organisation, folder, register, as_of=day)
        for party in agreement.parties
        if party.left_on is None
    )
    status = agreement.status if agreement.status in SIGNABLE else "in-force"
    return dataclasses.replace(agreement, signable=True, status=status, contacts=contacts)


def _day(issued_on: str | None, as_of: date) -> date:
    """The day that a file gives, unless it is none, or still to come."""
    try:
        return min(date.fromisoformat(issued_on or ""), as_of)
    except ValueError:
        return as_of


def _changing(agreement: Agreement, stamp: Stamp | None) -> Iterator[str]:
    """The printed facts around a text: posts, mailboxes, days, names, the state of the protocol and of its review."""
    for field in dataclasses.fields(agreement):
        if field.name not in _TEXT:
            yield from _phrases(getattr(agreement, field.name))
    yield from labels("status").values()
    yield word("cover.not_set")
    yield word("cover.review_none")
    if stamp is not None:
        yield from stamp.fields.values() if "copy__do" not in stamp.fields else (stamp.fields["copy__do"],)


def _phrases(value: object) -> Iterator[str]:
    if isinstance(value, date | Month):
        yield date_in_words(value)
    elif isinstance(value, str) and value.strip():
        yield value
    elif isinstance(value, Mapping):
        yield from _phrases(tuple(value.values()))
    elif isinstance(value, tuple | list | frozenset):
        for one in value:
            yield from _phrases(one)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from _phrases(tuple(getattr(value, field.name) for field in dataclasses.fields(value)))
