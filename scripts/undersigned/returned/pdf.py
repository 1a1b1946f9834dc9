"""A returned PDF: what it is, compared with what was issued, and what its blocks hold."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pikepdf
from pikepdf import Name

from undersigned.documents.model import plain
from undersigned.documents.words import word
from undersigned.records.fields import MONTHS
from undersigned.returned.pdf_compare import Comparer, Comparison
from undersigned.returned.pdf_objects import STAMPED, FormField, annotations_of, appearance_of, fields_of, properties_of
from undersigned.returned.pdf_text import (
    Box,
    TooMuchError,
    box_of,
    holds,
    is_within,
    shown_by_form,
    shown_by_page,
    text_of,
    touches,
)
from undersigned.returned.pdf_words import Judgement, judged_anew, judgement_of
from undersigned.returned.signatures import END, Certificate, Place, blocks_of, certificates_of
from undersigned.returned.trust import TrustedList
from undersigned.returned.verdict import (
    Claim,
    ComparedWith,
    Difference,
    How,
    Issued,
    ReturnedCopy,
    UnreadableError,
    listed,
)
from undersigned.returned.words import BLOCK_FIELDS, Value, block_of, date_value, is_placeholder, organisation_of

_MOST_PAGES: Final = 500
_MOST_REVISIONS: Final = 150
_DAMAGED = (
    "The PDF is damaged and cannot be read safely. Ask for it once more, or for a copy saved again from a PDF reader."
)
_LOCKED = "The PDF is locked with a password. Ask for it without one."
_TOO_LARGE = "The PDF is larger than any copy of an agreement."
_NO_COPY = (
    "Only the document for reading was recorded, and the copy cannot be made again, so its first lines are not known."
)
_CHAIN = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_FOOT = re.compile(
    r"([a-z0-9]+(?:-[a-z0-9]+)*),\s*version\s+([0-9]+(?:\.[0-9]+)*)(?:;\s*text\s+((?:[0-9a-f]{4}\s?){4}))?"
)
_COPY_FOR = re.compile(r"Copy ([12]) of 2, for ")
#: The declaration of a copy's only block. When a page is printed, what its fields hold comes after the words of its foot,
#: the name of the organisation first.
_OWN_BLOCK = "I have authority to sign for this organisation"
_AFTER_FOOT = re.compile(r"is current(?::\s*https://\S+(?:\s+\S*/)?)?\s+(\S.*)\Z", re.DOTALL)
_DAY_IN_WORDS = re.compile(rf"[0-9]{{1,2}}\s+(?:{'|'.join(MONTHS)})\s+[0-9]{{4}}")
_LONGEST_NAME: Final = 300
_NOT_COMPARED = "Fonts, pictures, lines and colours could not be compared. Look at the pages before you rely on them."


def read_pdf(content: bytes, issued: Issued | None, trusted: TrustedList | None = None) -> ReturnedCopy:
    """UnreadableError if the file cannot be judged."""
    with opened(content) as file:
        return _Reader(content, file, issued, trusted).read()


def claim_of_pdf(content: bytes) -> Claim:
    with opened(content) as file:
        return _claim(file)


def opened(content: bytes) -> pikepdf.Pdf:
    """The file. It is never repaired: what one program repairs in one way, another shows in another."""
    if len(re.findall(rb"startxref", content)) > _MOST_REVISIONS:
        raise UnreadableError(_TOO_LARGE)
    try:
        file = pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise UnreadableError(_LOCKED) from error
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError, RuntimeError) as error:
        raise UnreadableError(_DAMAGED) from error
    if file.is_encrypted:
        raise UnreadableError(_LOCKED)
    if len(file.pages) > _MOST_PAGES:
        raise UnreadableError(_TOO_LARGE)
    return file


# -- what it says it is -----------------------------------------------------------------------------------------


def _claim(file: pikepdf.Pdf) -> Claim:
    """From the file's properties; else from the foot of a page, which printing keeps."""
    properties = properties_of(file)
    if properties.get("ProtocolId"):
        number = properties.get("CopyNumber", "")[:1]
        return Claim(
            properties["ProtocolId"],
            properties.get("ProtocolVersion") or None,
            properties.get("Fingerprint") or None,
            properties.get("Organisation") or None,
            int(number) if number.isdigit() else None,
            properties.get("IssuedOn") or None,
            properties.get("FormId") or None,
            properties.get("TextDigest") or None,
        )
    found = Claim()
    signers: list[str] = []
    blocks: set[str | None] = set()
    for page in list(file.pages)[:20]:
        blocks |= {organisation_of(str(one.get("/T", ""))) for one in annotations_of(page.obj)}
        try:
            words = text_of(shown_by_page(page.obj).letters)
        except TooMuchError:
            continue
        foot = _FOOT.search(words)
        if foot and found.protocol is None:
            short = "".join((foot[3] or "").split()) or None
            found = replace(found, protocol=foot[1], version=foot[2], fingerprint=short)
        band = _COPY_FOR.search(words)
        if band and found.copy is None:
            found = replace(found, copy=int(band[1]), addressee=words[band.end() : band.end() + _LONGEST_NAME])
        if found.protocol and found.copy:
            break
        if _OWN_BLOCK in words:
            after = _AFTER_FOOT.search(words)
            signers.append(after[1][:_LONGEST_NAME] if after else "")
    # The page with the block alone: a copy has the block of its own organisation, and the text with all blocks has more.
    own = blocks - {None}
    if found.protocol and found.copy is None and len(own) == 1:
        return replace(found, organisation=own.pop())
    if found.protocol and found.copy is None and not own and len(signers) == 1:
        return replace(found, addressee=signers[0])
    return found


# -- judging ----------------------------------------------------------------------------------------------------


class _Reader:
    def __init__(self, content: bytes, file: pikepdf.Pdf, issued: Issued | None, trusted: TrustedList | None) -> None:
        self.content, self.file, self.issued, self.trusted = content, file, issued, trusted
        self.claim = _claim(file)
        self.fields = fields_of(file)

    def read(self) -> ReturnedCopy:
        certificates = certificates_of(self.content, self.file, self.fields, self.trusted)
        result = self._judge()
        blocks, foreign = blocks_of(*places_of(self.file, self.fields, certificates, result), self.issued)
        if foreign and result.verdict == "ours":
            result.verdict = "ours-with-additions"
        result.differences += foreign
        differences, more = listed(result.differences)
        claim = self.claim
        if claim.organisation is None and self.issued is not None and result.verdict not in ("not-ours", "cannot-tell"):
            claim = replace(claim, organisation=self.issued.organisation)
        return ReturnedCopy(
            "pdf",
            hashlib.sha256(self.content).hexdigest(),
            result.verdict,
            claim,
            result.compared_with,
            differences,
            tuple(blocks),
            {name: value for name, value in self._values().items() if value is not None},
            (*result.notes, *more),
        )

    def _values(self) -> dict[str, Value]:
        return {
            name: one.value()
            for name, one in self.fields.items()
            if block_of(name) is None and name not in STAMPED and one.kind != "/Sig"
        }

    def _judge(self) -> Judgement:
        if _is_picture(self.file):
            note = "Every page is a picture, as a scan or a photograph is. Its words were not read: look at it."
            return Judgement("image", notes=[note])
        if self.issued is None:
            return self._without_reference()
        prefix = issued_prefix(self.content, self.issued)
        if prefix is not None:
            return self._by_revisions(*prefix)
        if self.issued.pdf is None:
            return Judgement(
                "cannot-tell",
                notes=[
                    "The file is not byte for byte what was sent, and the text is not here to compare it with. Compare it by eye with what you sent."
                ],
            )
        return judged_anew(self.file, self.fields, self.issued, self.claim)

    def _without_reference(self) -> Judgement:
        if self.claim.protocol is None:
            return Judgement(
                "not-ours",
                notes=[
                    "Nothing in the file says that it is a copy of an agreement in this register. Ask the sender which file was meant."
                ],
            )
        return Judgement(
            "cannot-tell",
            notes=[
                "The text that the file says it is a copy of is not known here, so nothing was compared. Take it to the register that sent it."
            ],
        )

    # what was issued, with revisions after it

    def _by_revisions(self, end: int, compared_with: ComparedWith, is_copy: bool) -> Judgement:
        assert self.issued is not None  # noqa: S101 - it has a prefix
        if not self.content[end:].strip():
            return self._whole(compared_with, is_copy)
        if not _is_chain(self.content, end):
            return Judgement(
                "cannot-tell",
                compared_with,
                notes=[
                    "What was added after the issued file is not put together as PDF programs do it, so different readers may show different things."
                ],
            )
        start = end
        if not is_copy:
            # The digest is that of the master: the revision after it is the one that says whose copy it is.
            if self.issued.pdf is None:
                return Judgement("cannot-tell", compared_with, notes=[_NO_COPY])
            stamped = END.search(self.content, end)
            if stamped is None:
                return Judgement("cannot-tell", compared_with, notes=[_DAMAGED])
            start = stamped.end()
        with opened(self.content[:start]) as before:
            if not is_copy:
                with opened(self.content[:end]) as master:
                    faults = self._faults_of_stamp(Comparer(master, before).compare(), before)
                if faults:
                    return Judgement("altered", compared_with, faults)
            comparer = Comparer(before, self.file)
            found = comparer.compare()
            return judgement_of(found, compared_with)

    def _whole(self, compared_with: ComparedWith, is_copy: bool) -> Judgement:
        if is_copy:
            return Judgement("ours", compared_with)
        return Judgement(
            "ours",
            compared_with,
            notes=["This is the copy from the register, made for reading, not one of the copies that were sent."],
        )

    def _faults_of_stamp(self, found: Comparison, copy: pikepdf.Pdf) -> list[Difference]:
        """What the revision that makes a copy of a master holds beside the words that say whose it is."""
        assert self.issued is not None  # noqa: S101
        fields = fields_of(copy)
        expected = word(
            "copy.for", number=str(self.claim.copy or ""), organisation=self.issued.name(self.issued.organisation or "")
        )
        faults = [
            change for change in found.changes if change.what != _BAND and not change.what.startswith("property ")
        ] + found.additions
        wanted = {"copy__for": plain(expected), "copy__do": self._what_to_do()}
        for name, words in wanted.items():
            shown = fields[name].shown_words if name in fields else ""
            if words is not None and _without_days(shown) != _without_days(words):
                faults.append(Difference(_BAND, shown, 1))
        return faults

    def _what_to_do(self) -> str | None:
        """What the copy that the register makes today tells its reader to do; None if it is not here."""
        assert self.issued is not None  # noqa: S101
        if self.issued.pdf is None:
            return None
        with opened(self.issued.pdf) as made:
            fields = fields_of(made)
            return fields["copy__do"].shown_words if "copy__do" in fields else None


def _without_days(words: str) -> str:
    """The day by which a copy is to be returned depends on the day on which it is made."""
    return "".join(_DAY_IN_WORDS.sub("", words).split())


_BAND = "the words that say whose copy it is"


def _is_picture(file: pikepdf.Pdf) -> bool:
    """Whether every page is a picture, with no words or with words that a scanner put behind it."""
    pages = list(file.pages)
    if not pages or ("/AcroForm" in file.Root and fields_of(file)):
        return False
    for page in pages:
        try:
            shown = shown_by_page(page.obj)
        except TooMuchError:
            return False
        area = box_of(page.obj.get("/MediaBox")) or (0.0, 0.0, 595.0, 842.0)
        whole = (area[2] - area[0]) * (area[3] - area[1])
        covered = sum((box[2] - box[0]) * (box[3] - box[1]) for box in shown.pictures)
        if not shown.pictures or (shown.letters and covered < 0.8 * whole):
            return False
    return True


# -- what was issued --------------------------------------------------------------------------------------------


def issued_digest(content: bytes) -> str:
    """What `issued.pdf` of a signing record holds: the SHA-256 (hex) of the copy as it was sent."""
    return hashlib.sha256(content).hexdigest()


def _ends(content: bytes) -> Iterator[int]:
    for found in END.finditer(content):
        yield found.end()


def issued_prefix(content: bytes, issued: Issued) -> tuple[int, ComparedWith, bool] | None:
    """How many of a file's first bytes are what was issued, what that was compared with, and whether it is the copy itself
    (and not the master that copies are made from)."""
    master = _master_of(issued.pdf) if issued.pdf is not None else None
    digest = hashlib.sha256()
    at, found = 0, None
    for end in list(_ends(content))[:_MOST_REVISIONS]:
        digest.update(content[at:end])
        at = end
        here = digest.hexdigest()
        if here in issued.digests:
            is_copy = not _is_master(content[:end])
            found = (end, "issued", is_copy)
            if is_copy:
                return end, "issued", True
    if found is not None:
        return found[0], "issued", False
    if issued.pdf is not None and content.startswith(issued.pdf):
        return len(issued.pdf), "master", issued.organisation is not None or master is None
    return None


def _master_of(copy: bytes) -> bytes | None:
    """The master that a copy was made from: all before the revision that says whose it is."""
    first = END.search(copy)
    return copy[: first.end()] if first is not None and copy[first.end() :].strip() else None


def _is_master(content: bytes) -> bool:
    with opened(content) as file:
        return not properties_of(file).get("Organisation")


def _is_chain(content: bytes, end: int) -> bool:
    """Whether every revision after `end` points to the one before it, and the first of them to what was issued: then every
    reader sees the same revisions (ISO 32000-1, 7.5.6)."""
    base = _CHAIN.search(content[:end])
    if base is None:
        return False
    ends = [found.end() for found in END.finditer(content, end)]
    if not ends or content[ends[-1] :].strip():
        return False
    expected, before = int(base[1]), end
    for stop in ends:
        piece = _CHAIN.search(content[before:stop])
        if piece is None:
            # A marker inside a stream ends nothing.
            continue
        start = int(piece[1])
        if not before <= start < stop:
            return False
        previous = _previous(content[start:stop])
        if previous != expected:
            return False
        expected, before = start, stop
    return before == ends[-1]


def _previous(section: bytes) -> int | None:
    """Where the cross-reference section before this one starts. None if there is none, or more than one."""
    head = section.split(b"startxref")[0]
    head = head[head.find(b"trailer") :] if section.startswith(b"xref") else head.split(b"stream")[0]
    if b"/XRefStm" in head:
        return None
    found = re.findall(rb"/Prev\s+(\d+)", head)
    return int(found[0]) if len(found) == 1 else None


# -- blocks -------------------------------------------------------------------------------------------------------


def places_of(
    file: pikepdf.Pdf, fields: dict[str, FormField], certificates: dict[str, Certificate], result: Judgement
) -> tuple[list[Place], list[Place]]:
    """The places of the blocks, and the signatures outside every block."""
    return _Places(file, fields, certificates, result).found()


class _Places:
    def __init__(
        self, file: pikepdf.Pdf, fields: dict[str, FormField], certificates: dict[str, Certificate], result: Judgement
    ) -> None:
        self.file, self.fields, self.certificates, self.result = file, fields, certificates, result

    def found(self) -> tuple[list[Place], list[Place]]:
        result, certificates = self.result, self.certificates
        fields = result.fields or self.fields
        places = [
            self._place(name, one, certificates, result, fields)
            for name, one in fields.items()
            if one.kind == "/Sig" and organisation_of(name) is not None
        ]
        used = {place.certificate_field for place in places}
        loose = [
            self._loose(name, certificates[name])
            for name in self.fields
            if name in certificates and name not in used and not certificates[name].timestamp
        ]
        return places, loose

    def _place(
        self,
        name: str,
        one: FormField,
        certificates: dict[str, Certificate],
        result: Judgement,
        fields: dict[str, FormField],
    ) -> Place:
        organisation = organisation_of(name) or ""
        notes: list[str] = []
        signed_by = name if name in certificates else self._field_over(one, certificates)
        if signed_by and signed_by != name:
            notes.append(f"The certificate signature is in a field of its own over this block, {signed_by}.")
        how = None if signed_by else self._mark(one, result)
        held: dict[str, Value] = {}
        for kind in BLOCK_FIELDS:
            each = fields.get(f"{organisation}__{kind}")
            held[kind] = (
                each.value() if each is not None and result.fields is None else self._placed(organisation, kind, result)
            )
            if each is not None and each.repeated:
                notes.append(
                    f"The field {each.name} is there more than once, so its value is not taken. Look at the page."
                )
        if result.fields is not None:
            words, picture, drawn = result.placed.get(name, ("", False, False))
            how = how or (
                "image" if picture else "typed" if words and not is_placeholder(words) else "drawn" if drawn else None
            )
            if any(value for value in held.values()):
                notes.append("What the block holds was read from its place on the page. Compare it with the page.")
        signature = self.fields.get(signed_by or name)
        if signed_by and signature is not None and signature.shown_words:
            notes.append(f"On the page the signature says: {Difference('', signature.shown_words).short().words}")
        page = one.page + 1 if one.page is not None else None
        return Place(organisation, held, how, certificates.get(signed_by or ""), signed_by, tuple(notes), page)

    def _placed(self, organisation: str, kind: str, result: Judgement) -> Value:
        words, picture, drawn = result.placed.get(f"{organisation}__{kind}", ("", False, False))
        if kind == "authority":
            return bool(picture or drawn or words.strip("\u2610\u25a1 "))
        return None if is_placeholder(words) else (date_value(words) if kind == "date" else words) or None

    def _field_over(self, place: FormField, certificates: dict[str, Certificate]) -> str | None:
        """A signature in a field of its own at this block's place."""
        for name in certificates:
            one = self.fields[name]
            if (
                organisation_of(name) is None
                and one.page == place.page
                and one.box
                and place.box
                and touches(one.box, place.box, 2)
            ):
                return name
        return None

    def _mark(self, place: FormField, result: Judgement) -> How | None:
        """What somebody put on the place for a signature: with the tools for comments, or drawn on the page."""
        if place.page is None or place.box is None or place.page >= len(self.file.pages):
            return None
        for annotation in annotations_of(self.file.pages[place.page].obj):
            kind, box = annotation.get("/Subtype"), box_of(annotation.get("/Rect"))
            if box is None or not holds(place.box, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)):
                continue
            if kind == Name.FreeText:
                return "typed"
            if kind == Name.Ink:
                return "drawn"
            if kind == Name.Stamp:
                form = appearance_of(annotation)
                return "image" if form is None or shown_by_form(form).pictures else "drawn"
        drawn = [
            box
            for box in result.drawn.get(place.page, ())
            if is_within(box, place.box, 12) or _middle_in(box, place.box)
        ]
        return "image" if drawn else None

    def _loose(self, name: str, certificate: Certificate) -> Place:
        one = self.fields[name]
        where = f" on page {one.page + 1}" if one.page is not None else ""
        note = f"The certificate signature is{where} in a field of its own, {name}, not in a block. It does not say for which organisation."
        page = one.page + 1 if one.page is not None else None
        return Place(None, {}, None, certificate, name, (note,), page)


def _middle_in(box: Box, place: Box) -> bool:
    return holds(place, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))
