"""A file that came back, judged with what the register holds: what it is, and whether its text is still the current one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final, Literal

from undersigned.cache import DocumentCache
from undersigned.records.form import Form
from undersigned.records.protocol import ENDED
from undersigned.register import ProtocolFolder, Register
from undersigned.returned import docx, pdf
from undersigned.returned.reading import claim_of, kind_of, read_copy
from undersigned.returned.reference import issued_copy
from undersigned.returned.verdict import MOST_LISTED, Claim, Issued, Json, ReturnedCopy, as_json
from undersigned.status import agreed_versions, takes_effect
from undersigned.words.dates import date_in_words

_NO_PROTOCOL = "The file names the protocol {protocol}, which this register does not have."
_NO_VERSION = "The register has no version {version} of {protocol} that had been agreed by {day}."
_NO_TEXT = "The register does not hold the words of version {version}, so nothing was compared."
_OTHER_FINGERPRINT = "The file gives another fingerprint than version {version} has in this register."
_OTHER_TEXT = (
    "The file gives another fingerprint than version {version} has in this register, and its words are others. It is a "
    "document of another text."
)
_OTHER_WORDS = (
    "The file was made with other words around the text than this program prints today, as another release does. What was "
    "sent is not recorded, so nobody can tell from the file which of the differences were made on the way."
)
_A_FORM = (
    "The file is the form {form} of {protocol}. Only agreements, and the form that nominates an officer, are read."
)


@dataclass(frozen=True)
class Standing:
    """Whether a text is the current one. `by` and `change`: of a superseded text, the newest version and its kind of change."""

    state: Literal["current", "superseded", "unknown"]
    by: str | None = None
    change: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Judged:
    copy: ReturnedCopy
    standing: Standing

    def json(self, path: str) -> dict[str, Json]:
        """The file's entry in `receive` and `verify --format json`."""
        entry = {**as_json(self.copy, path), "standing": self.standing.state}
        if self.standing.state == "superseded":
            entry |= {"by": self.standing.by, "change": self.standing.change}
        return entry


class Judge:
    """Judges files against one register, for one day. `nomination`: the form on which a party names its officer."""

    def __init__(
        self, register: Register, *, as_of: date, cache: DocumentCache, nomination: Form | None = None
    ) -> None:
        self.register, self.as_of, self.cache, self.nomination = register, as_of, cache, nomination

    def judge(self, content: bytes) -> Judged:
        """Raises nothing for any content; DocumentError if the document to compare with cannot be made."""
        claim = claim_of(content)
        folder = self._folder(claim)
        if folder is None or claim.version is None:
            copy = read_copy(content)
            if claim.protocol is not None and self._id(claim) not in self.register.protocol_ids:
                copy = _said(replace(copy, verdict="not-ours"), _NO_PROTOCOL.format(protocol=claim.protocol))
            return Judged(copy, Standing("unknown"))
        copy = self._compared(content, claim, folder)
        return Judged(
            copy, self._standing(folder, claim.version) if copy.verdict != "not-ours" else Standing("unknown")
        )

    def _id(self, claim: Claim) -> str:
        return self.register.present_protocol(claim.protocol or "")

    def _folder(self, claim: Claim) -> ProtocolFolder | None:
        folder = self.register.protocol(self._id(claim)) if claim.protocol else None
        return folder if folder is not None and folder.readable else None

    # -- standing -----------------------------------------------------------------------------------------------

    def _standing(self, folder: ProtocolFolder, number: str) -> Standing:
        versions = agreed_versions(folder, as_of=self.as_of)
        if number not in dict(versions):
            return Standing("unknown")
        newest, stamped = versions[-1]
        status = folder.value.status_on(self.as_of)
        if status in ENDED:
            by = next(iter(self.register.superseding.get(folder.id, ())), None)
            ended = "superseded" if status == "superseded" else "ended"
            note = f"The protocol has {'been ' if ended == 'superseded' else ''}{ended}" + (f" by {by}." if by else ".")
            return Standing("superseded", by, status, note)
        if number == newest:
            return Standing("current")
        effect = takes_effect(folder, stamped)
        if effect > self.as_of:
            note = f"Version {newest} takes its place on {date_in_words(effect)}."
        else:
            note = f"Version {newest} has taken its place ({stamped.change})."
        return Standing("superseded", newest, stamped.change, note)

    # -- comparing ----------------------------------------------------------------------------------------------

    def _compared(self, content: bytes, claim: Claim, folder: ProtocolFolder) -> ReturnedCopy:
        digests = frozenset(issued_digests(folder, claim.version or ""))
        make = partial(
            issued_copy,
            claim,
            self.register,
            as_of=self.as_of,
            cache=self.cache,
            digests=digests,
            register_address=self.register.address,
            nomination=self.nomination,
        )
        if digests and claim.form is None and kind_of(content) == "pdf":
            known = make(with_text=False)
            copy = read_copy(content, known)
            if known is not None and copy.compared_with == "issued" and copy.verdict != "cannot-tell":
                return self._named(copy, known)
        known = make()
        copy = read_copy(content, known)
        if known is None:
            return _said(copy, self._why_not_compared(claim, folder))
        is_other = bool(claim.fingerprint) and not _same_fingerprint(claim.fingerprint or "", known.fingerprint)
        made_otherwise = (
            copy.verdict == "altered"
            and copy.compared_with == "master"
            and (_carries_another_digest(content, claim, known) or _differs_on_most_pages(copy, known))
        )
        if is_other and made_otherwise:
            # Its fields and pages are those of another document, so what was found by their places says nothing.
            copy = replace(read_copy(content), verdict="not-ours")
            return _said(copy, _OTHER_TEXT.format(version=known.version))
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
            return _A_FORM.format(form=claim.form, protocol=folder.id)
        if (claim.version or "") not in dict(agreed_versions(folder, as_of=self.as_of)):
            return _NO_VERSION.format(version=claim.version, protocol=folder.id, day=date_in_words(self.as_of))
        return _NO_TEXT.format(version=claim.version)


_LENGTH_OF_SHORT: Final = 16
#: On fewer pages than this, differences are taken for changes of the file.
_FEWEST_PAGES: Final = 6


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


def _said(copy: ReturnedCopy, note: str) -> ReturnedCopy:
    return replace(copy, notes=(note, *copy.notes))


def issued_digests(folder: ProtocolFolder, version: str) -> Iterator[str]:
    """What the signing records keep of the copies of a version that were sent: SHA-256 (hex) of a PDF, `v1:` of a DOCX."""
    for record in folder.signing.values():
        for signature in record.value.signatures if record.value is not None else ():
            if signature.version == version and signature.issued is not None:
                pdf_digest, docx_digest = signature.issued.pdf, signature.issued.docx
                yield from (pdf_digest.strip().lower().removeprefix("sha256:"),) if pdf_digest else ()
                yield from (docx_digest.strip(),) if docx_digest else ()


def unread(notes: tuple[str, ...], sha256: str = "") -> Judged:
    """A file that was not read at all, with the reasons."""
    return Judged(ReturnedCopy("other", sha256, "cannot-tell", notes=notes), Standing("unknown"))
