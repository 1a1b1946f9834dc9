"""A file that came back, judged with what the register holds: the copy that it claims to be is made again from the
stamped text and compared, and the text is current or not."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final

from undersigned.cache import DocumentCache
from undersigned.documents.bases import NOMINATION, agreement_sheet, base_of, nomination_sheet
from undersigned.documents.content.letter import RETURN, stamp_of_copy, stamp_of_nomination
from undersigned.documents.stamping import Stamp
from undersigned.documents.words import word
from undersigned.facts.agreement import SIGNABLE, Agreement, agreement_of, recipients_of, sender_of
from undersigned.facts.parties import point_of_contact
from undersigned.facts.text import Standing, issued_digests, standing_of
from undersigned.records.fields import Month
from undersigned.records.form import Form
from undersigned.register import ProtocolFolder, Register
from undersigned.returned import docx, pdf
from undersigned.returned.reading import can_read_codes, claim_of, kind_of, read_copy
from undersigned.returned.scans import Candidate, can_lay_over, differences_of, laid_over
from undersigned.returned.trust import TrustedList
from undersigned.returned.verdict import MOST_LISTED, Claim, Issued, Json, ReturnedCopy, as_json, listed
from undersigned.returned.words import bare
from undersigned.status import Signing, agreed_versions
from undersigned.words.dates import date_in_words
from undersigned.words.labels import labels

_NO_PROTOCOL = "The file names the protocol {protocol}, which this register does not have. Ask the sender which register it is from."
_NO_VERSION = "The register has no version {version} of {protocol} that had been agreed by {day}. Ask the sender where it is from."
_NO_TEXT = "The register does not hold the words of version {version}, so nothing was compared. Compare it by eye with what you sent."
_OTHER_FINGERPRINT = (
    "The file gives another fingerprint than version {version} has in this register. Ask the sender where it is from, and compare it by "
    "eye with what you sent."
)
_OTHER_TEXT = (
    "The file gives another fingerprint than version {version} has in this register, and its words are others. It is a "
    "document of another text: ask for a copy of the text that you sent."
)
_OTHER_WORDS = (
    "The words around the text are not those that this program prints today: facts such as posts have changed since, or another "
    "release made the file. So nobody can tell from the file which of the differences were made on the way. Compare them with what you sent."
)
_NOT_WHOSE = (
    "It does not say whose copy it is of, so it could not be compared with the right one. Ask for the whole copy."
)
_BY_CODE = (
    "The codes in the feet name {protocol} {version} and the pages {pages}. They do not show what else is on the paper."
)
_LAID = (
    "Laid over the issued pages: {pages}. What is listed was written there or is missing from the print, and is for you to look at. "
    "Thin, pale or short marks can be missed where they lie on printed words."
)
_NOT_LAID = "Not laid over the issued pages: {pages}. Look at them yourself."
_NOT_PLACED = "No code was read on these sheets of the file: {sheets}. Look at them yourself."
_NOT_THERE = "Printed pages that no sheet of the file names: {pages}. Look whether they are there, and ask for those that are not."
_WHOSE = "Page {page} is most like that of the copy of {name}."
_NOT_KNOWN_WHOSE = (
    "Nobody can tell from it whose copy it is. Say with --seen whose it is, and it is laid over that one."
)
_NOTHING_LAID = "It could not be laid over the issued pages: look at every page yourself."
_NO_DRAWER = "To lay it over the issued pages, install poppler (poppler-utils)."
_TOO_MANY = "Say with --seen whose copy it is, and it is laid over the issued pages."
_OTHER_CODE = "The codes in the feet name {protocol} {version}, a text that this register does not have. Ask the sender where it is from."
_NO_READER = (
    "To read the codes in its feet, install the program with its extra for scans: pip install 'undersigned[scans]'."
)
_A_FORM = "The file is {form} of {protocol}. Only agreements, and the form that nominates an officer, are compared."


@dataclass(frozen=True)
class Judged:
    """`pictures`: pages of a scan, upright and with what is to be looked at framed, as (printed page, PNG)."""

    copy: ReturnedCopy
    standing: Standing
    pictures: tuple[tuple[int, bytes], ...] = ()

    def json(self, path: str) -> dict[str, Json]:
        """The file's entry in `receive` and `verify --format json`."""
        entry = {**as_json(self.copy, path), "standing": self.standing.state}
        if self.standing.state == "superseded":
            entry |= {"by": self.standing.by, "change": self.standing.change}
        return entry


class Judge:
    """Judges files against one register, for one day. `nomination`: the form on which a party names its officer. `trusted`: the
    list by which issuers of certificates are looked up. `of`: whose copies the files are, where a person has seen it."""

    def __init__(
        self,
        register: Register,
        *,
        as_of: date,
        cache: DocumentCache,
        nomination: Form | None = None,
        trusted: TrustedList | None = None,
        of: str | None = None,
    ) -> None:
        self.register, self.as_of, self.cache, self.nomination = register, as_of, cache, nomination
        self.trusted, self.of = trusted, of

    def judge(self, content: bytes) -> Judged:
        """Raises nothing for any content; DocumentError if the document to compare with cannot be made."""
        claim = claim_of(content)
        folder = self._folder(claim)
        if claim.pages:
            return self._by_codes(content, claim, folder)
        if folder is None or claim.version is None:
            copy = read_copy(content, trusted=self.trusted)
            if copy.verdict == "image" and not can_read_codes():
                copy = _said(copy, _NO_READER)
            if claim.protocol is not None and self._id(claim) not in self.register.protocol_ids:
                copy = _said(replace(copy, verdict="not-ours"), _NO_PROTOCOL.format(protocol=claim.protocol))
            return Judged(copy, Standing("unknown"))
        copy = self._compared(content, claim, folder)
        return Judged(
            copy,
            standing_of(folder, self.register, claim.version, as_of=self.as_of)
            if copy.verdict != "not-ours"
            else Standing("unknown"),
        )

    def _by_codes(self, content: bytes, claim: Claim, folder: ProtocolFolder | None) -> Judged:
        """A scan or photograph: which text the codes in its feet name. What else is on the paper, nobody can tell here."""
        copy = read_copy(content, trusted=self.trusted)
        versions = dict(agreed_versions(folder, as_of=self.as_of)) if folder is not None else {}
        stamped = versions.get(claim.version or "")
        if (
            folder is None
            or stamped is None
            or not _same_fingerprint(claim.fingerprint or "", stamped.fingerprint or "")
        ):
            note = _OTHER_CODE.format(protocol=claim.protocol, version=claim.version)
            return Judged(_said(replace(copy, claim=Claim()), note), Standing("unknown"))
        pages = ", ".join(_runs(claim.pages))
        note = _BY_CODE.format(protocol=folder.id, version=claim.version, pages=pages)
        known = replace(claim, protocol=folder.id)
        standing = standing_of(folder, self.register, claim.version or "", as_of=self.as_of)
        copy = _said(replace(copy, claim=known), note)
        return self._laid_over(content, Judged(copy, standing), folder)

    def _laid_over(self, content: bytes, judged: Judged, folder: ProtocolFolder) -> Judged:
        """The same with what was written on the pages that was not printed."""
        copy, claim = judged.copy, judged.copy.claim
        if not can_lay_over():
            return replace(judged, copy=_noted(copy, _NO_DRAWER))
        candidates = self._candidates(claim, folder)
        if not candidates:
            return replace(judged, copy=_noted(copy, _TOO_MANY))
        text = (claim.protocol or "", claim.version or "", claim.fingerprint or "")
        found = laid_over(content, copy.kind, candidates, text)
        if found is None:
            return replace(judged, copy=_noted(copy, _NOTHING_LAID))
        whose = found.candidate.organisation
        is_known = found.told_by is not None or self.of is not None or len(candidates) == 1
        names = {
            one.organisation: self.register.organisation_name(one.organisation)
            for one in candidates
            if one.organisation and is_known
        }
        differences, notes = listed(differences_of(found, names))
        laid = tuple(one.page for one in found.overlays if one.marks is not None)
        not_laid = tuple(one.page for one in found.overlays if one.marks is None)
        said = [_LAID.format(pages=", ".join(_runs(laid)))] if laid else []
        if not_laid:
            said.append(_NOT_LAID.format(pages=", ".join(_runs(not_laid))))
        if found.unplaced:
            said.append(_NOT_PLACED.format(sheets=", ".join(_runs(found.unplaced))))
        there = {one.page for one in found.overlays}
        not_there = tuple(page for page in range(1, found.pages + 1) if page not in there)
        if not_there and copy.kind == "pdf":
            said.append(_NOT_THERE.format(pages=", ".join(_runs(not_there))))
        if self.of is None and found.told_by is not None and whose is not None:
            said.append(_WHOSE.format(page=found.told_by, name=names[whose]))
        if not is_known:
            said.append(_NOT_KNOWN_WHOSE)
        copy = replace(copy, differences=differences, compared_with="master", notes=(*copy.notes, *said, *notes))
        pictures = tuple((one.page, one.picture) for one in found.overlays if one.marks is None or one.marks)
        return replace(judged, copy=copy, pictures=pictures)

    def _candidates(self, claim: Claim, folder: ProtocolFolder) -> list[Candidate]:
        """The copies that a scan may be of, as they were on the day on which they were sent; none if they are too many."""
        signing = Signing(folder, self.register, as_of=self.as_of)
        parties = [id_ for id_ in signing.parties if self.of in (None, id_)]
        if len(parties) > _MOST_PARTIES:
            return []
        found: dict[bytes, Candidate] = {}
        for party in (*parties, None):
            entries = signing.entries(party) if party is not None else ()
            sent = [
                day
                for one in entries
                if one.version == claim.version
                for day in (one.signature.sent_again_on or one.sent_on,)
            ]
            day = next((one.isoformat() for one in reversed(sent) if isinstance(one, date)), None)
            wanted = replace(claim, organisation=party, copy=RETURN if party is not None else None, issued_on=day)
            made = issued_copy(
                wanted, self.register, as_of=self.as_of, cache=self.cache, register_address=self.register.address
            )
            if made is not None and made.pdf is not None and made.organisation == party:
                found.setdefault(made.pdf, Candidate(party, made.pdf))
        return list(found.values())

    def _id(self, claim: Claim) -> str:
        return self.register.present_protocol(claim.protocol or "")

    def _folder(self, claim: Claim) -> ProtocolFolder | None:
        folder = self.register.protocol(self._id(claim)) if claim.protocol else None
        return folder if folder is not None and folder.readable else None

    # -- comparing ----------------------------------------------------------------------------------------------

    def _compared(self, content: bytes, claim: Claim, folder: ProtocolFolder) -> ReturnedCopy:
        digests = frozenset(issued_digests(folder, claim.version or ""))
        make = partial(
            issued_copy,
            claim=claim,
            register=self.register,
            as_of=self.as_of,
            cache=self.cache,
            digests=digests,
            register_address=self.register.address,
            nomination=self.nomination,
        )
        if digests and claim.form is None and kind_of(content) == "pdf":
            known = make(with_text=False)
            copy = read_copy(content, known, trusted=self.trusted)
            if known is not None and copy.compared_with == "issued" and copy.verdict != "cannot-tell":
                return self._named(copy, known)
        known = make()
        copy = read_copy(content, known, trusted=self.trusted)
        if known is None:
            # The reason is better than the one of a reader that has nothing to compare with.
            return replace(copy, notes=(self._why_not_compared(claim, folder),))
        if copy.verdict == "altered" and claim.issued_on is None and known.organisation is not None:
            # A printed file gives no day: it may be of the copy that was sent first.
            for day in days_sent(folder, known.organisation, known.version, as_of=self.as_of)[1:]:
                earlier = make(claim=replace(claim, issued_on=day.isoformat()))
                found = read_copy(content, earlier, trusted=self.trusted)
                if earlier is not None and found.verdict != "altered":
                    copy, known = found, earlier
        is_other = bool(claim.fingerprint) and not _same_fingerprint(claim.fingerprint or "", known.fingerprint)
        made_otherwise = (
            copy.verdict == "altered"
            and copy.compared_with == "master"
            and (_carries_another_digest(content, claim, known) or _differs_on_most_pages(copy, known))
        )
        if is_other and made_otherwise:
            # Its fields and pages are those of another document, so what was found by their places says nothing.
            copy = replace(read_copy(content, trusted=self.trusted), verdict="not-ours")
            return _said(copy, _OTHER_TEXT.format(version=known.version))
        if claim.addressee is not None and known.organisation is None and copy.verdict == "altered":
            copy = _said(replace(copy, verdict="cannot-tell", differences=()), _NOT_WHOSE)
        if is_other:
            copy = _said(copy, _OTHER_FINGERPRINT.format(version=known.version))
        elif made_otherwise:
            copy = _said(replace(copy, verdict="cannot-tell"), _OTHER_WORDS)
        return self._named(copy, known)

    def _named(self, copy: ReturnedCopy, known: Issued) -> ReturnedCopy:
        """The same, with the organisation by its present id."""
        organisation = copy.claim.organisation
        if organisation is None and known.organisation is not None and copy.verdict not in ("not-ours", "image"):
            organisation = known.organisation
        if organisation is not None:
            organisation = self.register.present_organisation(organisation)
        return replace(copy, claim=replace(copy.claim, protocol=known.protocol, organisation=organisation))

    def _why_not_compared(self, claim: Claim, folder: ProtocolFolder) -> str:
        if claim.form is not None:
            return _A_FORM.format(form=name_of_form(claim.form), protocol=folder.id)
        if (claim.version or "") not in dict(agreed_versions(folder, as_of=self.as_of)):
            return _NO_VERSION.format(version=claim.version, protocol=folder.id, day=date_in_words(self.as_of))
        return _NO_TEXT.format(version=claim.version)


#: What goes out with an agreement and is not signed.
_OF_THE_PACK: Final = {"annex": "the annex", "signing-letter": "the covering letter"}


def name_of_form(form: str) -> str:
    return _OF_THE_PACK.get(form, f"the form {form}")


#: A scan is laid over the copies of as many parties as this, unless it is known whose it is.
_MOST_PARTIES: Final = 16
_LENGTH_OF_SHORT: Final = 16
#: On fewer pages than this, differences are taken for changes of the file.
_FEWEST_PAGES: Final = 6


def _runs(pages: tuple[int, ...]) -> Iterator[str]:
    """Numbers in order, with consecutive ones as a run: `1 to 4`, `6`."""
    left = sorted(set(pages))
    while left:
        length = next((at for at in range(1, len(left)) if left[at] != left[0] + at), len(left))
        yield str(left[0]) if length == 1 else f"{left[0]} to {left[length - 1]}"
        left = left[length:]


def _same_fingerprint(claimed: str, known: str) -> bool:
    """The foot of a page prints the first 16 digits."""
    if len(claimed) == _LENGTH_OF_SHORT:
        return known.rpartition(":")[2].startswith(claimed)
    return claimed == known


def _carries_another_digest(content: bytes, claim: Claim, known: Issued) -> bool:
    """Whether the file carries another digest of its words than the document has that is made today: another release of the
    program, or other facts around the same text."""
    made = known.pdf if kind_of(content) == "pdf" else known.docx
    if made is None or claim.digest is None:
        return False
    today = pdf.claim_of_pdf(made) if kind_of(content) == "pdf" else docx.claim_of_docx(made)
    return today.digest != claim.digest


def _differs_on_most_pages(copy: ReturnedCopy, known: Issued) -> bool:
    """Whether words differ on at least half of the pages, as they do in a file of another release that was printed and so
    carries no digest."""
    pages = {one.page for one in copy.differences if one.page is not None and one.what.startswith(("words ", "page "))}
    if len(pages) < _FEWEST_PAGES or known.pdf is None:
        return False
    with pdf.opened(known.pdf) as made:
        return len(pages) * 2 >= len(made.pages) or len(copy.differences) >= MOST_LISTED


def _noted(copy: ReturnedCopy, note: str) -> ReturnedCopy:
    return replace(copy, notes=(*copy.notes, note))


def _said(copy: ReturnedCopy, note: str) -> ReturnedCopy:
    return replace(copy, notes=(note, *copy.notes))


def unread(notes: tuple[str, ...], sha256: str = "") -> Judged:
    """A file that was not read at all, with the reasons."""
    return Judged(ReturnedCopy("other", sha256, "cannot-tell", notes=notes), Standing("unknown"))


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
    if claim.issued_on is None and organisation is not None:
        # Printing keeps the words of a copy and not its properties: it is of a day on which the body was sent one.
        for sent in days_sent(folder, organisation, claim.version, as_of=as_of)[:1]:
            return issued_copy(
                replace(claim, issued_on=sent.isoformat(), organisation=organisation),
                register,
                as_of=as_of,
                cache=cache,
                digests=digests,
                register_address=register_address,
                nomination=nomination,
                with_text=with_text,
            )
    sender = sender_of(folder, register, as_of=day)
    to = recipients_of(agreement, folder, register, as_of=day, wanted=[organisation] if organisation else [])
    sheet, stamp = None, None
    if claim.form is not None:
        if nomination is None or claim.form != NOMINATION or not claim.organisation:
            return None
        sheet, stamp = nomination_sheet(agreement, nomination), stamp_of_nomination(to[0], sender) if to else None
    elif to and (claim.copy in (1, 2) or (organisation is not None and claim.copy is None)):
        # Both copies have the same pages after the first, so a lone page is compared with those of the copy that comes back.
        sheet = agreement_sheet(agreement, to[0].contact.organisation)
        stamp = stamp_of_copy(claim.copy or RETURN, to[0], sender)
    base = base_of(sheet or agreement_sheet(agreement), cache) if with_text else None
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


def days_sent(folder: ProtocolFolder, organisation: str, version: str, *, as_of: date) -> list[date]:
    """The days by `as_of` on which a body was sent a version, the last first; none where only a month is known."""
    record = folder.signing.get(organisation)
    return sorted(
        {
            day
            for signature in (record.value.signatures if record is not None and record.value is not None else ())
            if signature.version == version
            for day in (signature.sent_on, signature.sent_again_on)
            if isinstance(day, date) and day <= as_of
        },
        reverse=True,
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
