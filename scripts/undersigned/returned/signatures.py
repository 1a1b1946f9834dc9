"""Who signed where and how: the blocks of a copy, and what the certificates of a signed PDF vouch for. pyHanko judges
each certificate signature; what was changed afterwards is compared with what the signature covered."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

import pikepdf
from pikepdf import Array, Dictionary, Name

from undersigned.documents.model import plain
from undersigned.returned.pdf_compare import Comparer, Comparison
from undersigned.returned.pdf_objects import STAMPED, FormField
from undersigned.returned.trust import TrustedList, about_issuer, about_time
from undersigned.returned.verdict import Block, Difference, How, Issued, State, UnreadableError
from undersigned.returned.words import Value, block_fields, organisation_of

# pyHanko is loaded only for signed files: it takes as long to load as everything else here.
if TYPE_CHECKING:
    from asn1crypto.x509 import Certificate as Issuer
    from pyhanko.sign.validation import EmbeddedPdfSignature
    from pyhanko.sign.validation.dss import DocumentSecurityStore
    from pyhanko.sign.validation.status import SignatureStatus
    from pyhanko_certvalidator import ValidationContext

#: As many as sixty bodies that sign one copy.
_MOST: Final = 60
#: Of revisions after the first signature; each takes about a fifth of a second.
_MOST_COMPARED: Final = 24
#: Where a state of a PDF ends (ISO 32000-1, 7.5.5).
END: Final = re.compile(rb"%%EOF(?:\r\n|\n|\r)?")
#: Signatures that do not name a time are checked as of a day when no present certificate was valid.
_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HOLE: Final = re.compile(rb"<[0-9A-Fa-f\s\0]*>")
_WEAK: Final = frozenset({"md2", "md4", "md5", "sha1"})


@dataclass(frozen=True)
class Certificate:
    """A digital signature, judged. `fingerprint`: SHA-256 (hex) of the certificate; `claimed_at`: the signer's own clock."""

    state: Literal["signed", "broken", "cannot-check"]
    notes: tuple[str, ...] = ()
    fingerprint: str | None = None
    claimed_at: datetime | None = None
    timestamp: bool = False


def certificates_of(
    content: bytes, file: pikepdf.Pdf, fields: dict[str, FormField], listed: TrustedList | None = None
) -> dict[str, Certificate]:
    """For each field that holds a signature, what it vouches for."""
    signed = {name: one for name, one in fields.items() if one.signature is not None}
    if not signed:
        return {}
    if len(signed) > _MOST:
        raise UnreadableError("The file holds more signatures than any copy of an agreement.")
    found = {name: _cannot_check("it cannot be read") for name in signed}
    embedded, reason = _embedded(content)
    if reason:
        return {name: _cannot_check(reason) for name in signed}
    # One signature in two fields would let one body sign for another.
    times = Counter(_range(one.signature) for one in signed.values())
    by_range = {_numbers(one): one for one in embedded}
    states = _Later(content, file)
    for name, one in signed.items():
        here = _range(one.signature)
        if times[here] > 1 or one.repeated:
            found[name] = Certificate("broken", ("One signature is in several fields, so it counts for none of them.",))
        elif here in by_range:
            found[name] = _judged(by_range[here], one, listed, states)
        else:
            found[name] = _unusual(one)
    return found


def _cannot_check(reason: str) -> Certificate:
    return Certificate("cannot-check", (f"The certificate signature cannot be checked here: {reason}.",))


def _embedded(content: bytes) -> tuple[list[EmbeddedPdfSignature], str]:
    from pyhanko.pdf_utils.reader import PdfFileReader

    # pyHanko logs what it finds wrong. What matters is in the notes; a caller who wants the log can still ask for it.
    for room in ("pyhanko", "pyhanko_certvalidator"):
        logger = logging.getLogger(room)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    for strict in (True, False):
        try:
            return list(PdfFileReader(io.BytesIO(content), strict=strict).embedded_signatures), ""
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - a stranger's file may make any library fail in any way
            reason = f"the program that checks signatures cannot read the file ({type(error).__name__})"
    return [], reason


def _range(signature: pikepdf.Object | None) -> tuple[int, ...]:
    given = signature.get("/ByteRange") if isinstance(signature, Dictionary) else None
    try:
        return tuple(int(number) for number in given) if isinstance(given, Array) else ()
    except (TypeError, ValueError):
        return ()


def _numbers(embedded: EmbeddedPdfSignature) -> tuple[int, ...]:
    try:
        return tuple(int(number) for number in embedded.byte_range)
    except (TypeError, ValueError):
        return ()


def _unusual(one: FormField) -> Certificate:
    kind = str(one.signature.get("/SubFilter", "")) if one.signature is not None else ""
    return _cannot_check(f"it is of a kind that this program does not know ({kind[1:] or 'not named'})")


def _judged(embedded: EmbeddedPdfSignature, place: FormField, listed: TrustedList | None, later: _Later) -> Certificate:
    is_timestamp = place.signature is not None and place.signature.get("/Type") == Name.DocTimeStamp
    weak = _weak_algorithm(embedded)
    try:
        claimed = None if is_timestamp else embedded.self_reported_timestamp
    except Exception:  # noqa: BLE001 - as above
        claimed = None
    status, reason = _status(embedded, listed, claimed, is_timestamp=is_timestamp)
    if status is None:
        return _cannot_check(reason)
    certificate = status.signing_cert
    known = Certificate("signed", fingerprint=certificate.sha256.hex(), claimed_at=claimed, timestamp=is_timestamp)
    if not status.intact:
        return replace(known, state="broken", notes=("The bytes that the certificate signature covers were changed.",))
    if not status.valid:
        return replace(known, state="broken", notes=("The certificate signature does not fit its own certificate.",))
    if weak:
        return replace(
            known,
            state="cannot-check",
            notes=(f"The certificate signature uses {weak.upper()}, which can be forged, so it shows nothing.",),
        )
    end = later.end_of(_numbers(embedded))
    if end is None:
        return replace(
            known, state="broken", notes=("The certificate signature leaves out bytes that it should cover.",)
        )
    spoilt, remarks, filled = later.since(end, place)
    spoilt += _against_its_own_rules(embedded, filled)
    if spoilt:
        return replace(known, state="broken", notes=tuple(spoilt))
    return replace(
        known, notes=(*remarks, *_who(status, claimed, listed), *_revoked(embedded, status, claimed, listed))
    )


def _against_its_own_rules(embedded: EmbeddedPdfSignature, filled: set[str]) -> list[str]:
    """What a signature itself forbids (ISO 32000-1, 12.8.2.2 and 12.8.2.4): any change, or a change of certain fields."""
    from pyhanko.sign.fields import MDPPerm

    try:
        if filled and embedded.docmdp_level == MDPPerm.NO_CHANGES:
            return ["The signature allows no more changes, and fields were filled in after it."]
        locked = embedded.fieldmdp
        names = sorted(name for name in filled if locked is not None and locked.is_locked(name))
    except Exception:  # noqa: BLE001 - a stranger's file may make any library fail in any way
        return ["The rules that the signature gives for later changes cannot be read."] if filled else []
    return [f"The signature locks the field {name}, and it was changed after signing." for name in names]


def _weak_algorithm(embedded: EmbeddedPdfSignature) -> str:
    try:
        names = [str(embedded.md_algorithm), str(embedded.signer_info["digest_algorithm"]["algorithm"].native)]
        names.append(str(embedded.signer_info["signature_algorithm"]["algorithm"].native))
    except Exception:  # noqa: BLE001 - as above
        return ""
    return next(
        (weak for name in names for weak in sorted(_WEAK) if name.lower().replace("-", "").startswith(weak)), ""
    )


def _status(
    embedded: EmbeddedPdfSignature, listed: TrustedList | None, claimed: datetime | None, *, is_timestamp: bool
) -> tuple[SignatureStatus | None, str]:
    from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp

    try:
        context = _context(listed, claimed)
        if is_timestamp:
            return validate_pdf_timestamp(embedded, context, skip_diff=True), ""
        # Later changes are compared here, by what a reader sees.
        return validate_pdf_signature(embedded, context, skip_diff=True), ""
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        return None, f"the program that checks signatures gives up on it ({type(error).__name__})"


def _context(listed: TrustedList | None, moment: datetime | None) -> ValidationContext:
    """Nothing is fetched; a certificate is looked at as of the time that the signer's computer gave."""
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(trust_roots=_roots(listed), allow_fetching=False, moment=moment or _NO_TIME)


def _who(status: SignatureStatus, claimed: datetime | None, listed: TrustedList | None) -> tuple[str, ...]:
    certificate = status.signing_cert
    subject, issuer = plain(certificate.subject.human_friendly), plain(certificate.issuer.human_friendly)
    own = certificate.self_signed in ("yes", "maybe") or certificate.subject == certificate.issuer
    source = "made by the signer" if own else f"issued by {issuer}"
    stamp = getattr(status, "timestamp_validity", None)
    moment = stamp.timestamp if stamp is not None and stamp.intact and stamp.valid else claimed
    return (
        f"Certificate of {subject}, {source}. {about_issuer(status, moment, listed)} "
        f"{about_time(status, claimed, listed)}",
    )


def _revoked(
    embedded: EmbeddedPdfSignature, status: SignatureStatus, claimed: datetime | None, listed: TrustedList | None
) -> tuple[str, ...]:
    """What the file itself carries about revocation (its document security store). Nobody is asked."""
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.dss import DocumentSecurityStore

    if listed is None or not status.trusted:
        return ()
    nothing = ("Whether it was revoked was not checked: the file carries no answer that fits.",)
    signed_at = claimed or _NO_TIME
    try:
        store = DocumentSecurityStore.read_dss(embedded.reader)
        # The answers are usually fetched after signing, so they are read as of the day on which the newest was given.
        answered = max(_answered(store), default=signed_at)
        moment = max(signed_at, answered)
        context = store.as_validation_context(
            {
                "trust_roots": _roots(listed),
                "allow_fetching": False,
                "moment": moment,
                "best_signature_time": signed_at,
                "revocation_mode": "require",
            }
        )
        found = validate_pdf_signature(embedded, context, skip_diff=True)
        details = found.revocation_details if found.revoked else None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a stranger's file may make any library fail in any way
        return nothing
    if found.revoked:
        when = details.revocation_date if details is not None and not details.ca_revoked else None
        if when is None:
            return ("The file carries an answer that the certificate, or its issuer's, was revoked.",)
        order = "before" if when <= signed_at else "after"
        return (
            f"The file carries an answer that the certificate was revoked {order} the time of signing that the signer's computer gives.",
        )
    if not found.trusted:
        return nothing
    if answered < signed_at:
        return ("The file carries an answer, given before the signing, that it was not revoked.",)
    return ("The file carries an answer that it was not revoked when it was signed.",)


def _answered(store: DocumentSecurityStore) -> Iterator[datetime]:
    """When each answer about revocation that a file carries was given."""
    from asn1crypto.crl import CertificateList
    from asn1crypto.ocsp import OCSPResponse

    for one in store.crls:
        yield CertificateList.load(one.get_object().data)["tbs_cert_list"]["this_update"].native
    for one in store.ocsps:
        for answer in OCSPResponse.load(one.get_object().data).response_data["responses"]:
            yield answer["this_update"].native


def _roots(listed: TrustedList | None) -> list[Issuer]:
    from asn1crypto.x509 import Certificate as Issuer

    return [Issuer.load(data) for data in listed.certificates] if listed is not None else []


class _Later:
    """What was changed from one state of a file to the next. Each pair of states is compared once."""

    def __init__(self, content: bytes, file: pikepdf.Pdf) -> None:
        self._content, self._file = content, file
        self._compared: dict[tuple[int, int], Comparison | None] = {}

    def is_later(self, end: int) -> bool:
        return bool(self._content[end:].strip())

    def end_of(self, numbers: tuple[int, ...]) -> int | None:
        """Where the state ends that a signature covers; None if it leaves out more than its own digits (12.8.1)."""
        if len(numbers) != 4 or numbers[0] != 0 or not 0 < numbers[1] < numbers[2] or numbers[3] <= 0:
            return None
        hole = self._content[numbers[1] : numbers[2]]
        return numbers[2] + numbers[3] if _HOLE.fullmatch(hole) else None

    def since(self, end: int, place: FormField) -> tuple[list[str], list[str], set[str]]:
        """Sentences about what spoils a signature that covers all up to a byte, about what does not, and the fields that
        were filled in since."""
        spoilt: list[str] = []
        remarks: list[str] = []
        filled: set[str] = set()
        states = [end, *(found.end() for found in END.finditer(self._content, end) if self.is_later(found.end()))]
        for before, after in zip(states, [*states[1:], len(self._content)], strict=True):
            if not self.is_later(before):
                break
            changes = self._between(before, after)
            if changes is None:
                spoilt.append("The file as it was signed cannot be read, so later changes cannot be ruled out.")
                continue
            more, others = _spoilt(changes, place)
            spoilt += more
            remarks += others
            filled |= changes.filled
        return list(dict.fromkeys(spoilt)), list(dict.fromkeys(remarks)), filled

    def _between(self, before: int, after: int) -> Comparison | None:
        if (before, after) not in self._compared:
            if len(self._compared) >= _MOST_COMPARED:
                raise UnreadableError("The file was changed and signed more often than any copy of an agreement.")
            self._compared[before, after] = self._compare(before, after)
        return self._compared[before, after]

    def _compare(self, before: int, after: int) -> Comparison | None:
        try:
            with self._state(before) as one:
                if after == len(self._content):
                    return Comparer(one, self._file).compare()
                with self._state(after) as other:
                    return Comparer(one, other).compare()
        except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError):
            return None

    def _state(self, end: int) -> pikepdf.Pdf:
        return pikepdf.open(io.BytesIO(self._content[:end]), attempt_recovery=False, suppress_warnings=True)


def _spoilt(later: Comparison, place: FormField) -> tuple[list[str], list[str]]:
    spoilt: list[str] = []
    organisation = organisation_of(place.name)
    own = set(block_fields(organisation)) if organisation else {place.name}
    if organisation is None:
        # A signature outside the blocks stands for all that was filled in when it was given.
        own |= {name for name in later.filled if organisation_of(name) is None and "__" not in name}
        own |= {name for name in later.filled if name.startswith("answer__")}
    for name in sorted(later.filled & own | (later.filled & STAMPED)):
        spoilt.append(f"The field {name} was changed after signing.")
    spoilt += [_sentence(change) for change in later.changes]
    remarks: list[str] = []
    for addition in later.additions:
        if addition in later.clear_signatures:
            remarks.append(f"After this signature another was added{_where(addition)}, in a field of its own.")
        elif addition not in later.in_fields:
            # A field of another block does not concern this one. A field of its own was reported above.
            spoilt.append(_sentence(addition))
    return spoilt, remarks


def _where(difference: Difference) -> str:
    return f" on page {difference.page}" if difference.page else ""


def _sentence(difference: Difference) -> str:
    short = difference.short()
    words = f": {short.words}" if short.words else ""
    return f"Changed after signing{_where(difference)}, {short.what}{words}"


_TYPED = "It is signed by typing. Nothing in the file shows who typed it."
_PICTURE = "There is a picture or drawing where the signature goes. Nothing in the file shows whose it is."
_NOT_TICKED = "The box for the declaration of authority is not ticked."
_BEGUN = "The block is filled in, or begun, but not signed."


@dataclass(frozen=True)
class Place:
    """What one block holds. `how`: what is at the place of the signature, apart from a certificate."""

    organisation: str | None
    held: Mapping[str, Value]
    how: How | None
    certificate: Certificate | None = None
    certificate_field: str | None = None
    notes: tuple[str, ...] = ()
    page: int | None = None


def blocks_of(
    places: Sequence[Place], loose: Sequence[Place], issued: Issued | None, *, typing_shows: bool = True
) -> tuple[list[Block], list[Difference]]:
    """The blocks, and the differences made by signatures in another organisation's block.

    `typing_shows`: a name under a ticked declaration is a signature, because nothing can be typed at its place.
    """
    blocks = [_block(place, typing_shows) for place in (*places, *loose)]
    if issued is None or issued.organisation is None:
        return blocks, []
    mine = {issued.organisation, issued.lead}
    found, foreign = [], []
    for block in blocks:
        if block.organisation is None or block.organisation in mine or block.state == "empty":
            found.append(block)
            continue
        name = issued.name(block.organisation)
        note = f"The copy was sent for {issued.name(issued.organisation)}, and this is the block of {name}."
        found.append(replace(block, notes=(*block.notes, note)))
        what = (
            "block of another organisation filled in"
            if block.state == "begun"
            else "signature in the block of another organisation"
        )
        foreign.append(Difference(what, name))
    return found, foreign


def _block(place: Place, typing_shows: bool) -> Block:
    certificate, authority = place.certificate, place.held.get("authority") is True
    name = _text(place.held.get("name"))
    how: How | None = place.how
    if certificate is not None:
        how = "certificate"
    elif how is None and typing_shows and authority and name:
        how = "typed"
    notes = [*place.notes, *(certificate.notes if certificate else ())]
    state: State = "empty"
    if certificate is not None:
        state = certificate.state
    elif how is not None:
        state = "signed"
        notes.append(_TYPED if how == "typed" else _PICTURE)
    elif any(place.held.values()):
        state = "begun"
        notes.append(_BEGUN)
    if how is not None and not authority and place.organisation is not None:
        notes.append(_NOT_TICKED)
    return Block(
        organisation=place.organisation,
        state=state,
        how=how,
        name=name,
        post=_text(place.held.get("post")),
        date=_text(place.held.get("date")),
        authority=authority,
        basis=_text(place.held.get("basis")),
        reservation=_text(place.held.get("reservation")),
        certificate=certificate.fingerprint if certificate else None,
        notes=tuple(notes),
        page=place.page,
        signed_at=_day_in_london(certificate.claimed_at) if certificate and certificate.claimed_at else None,
    )


def _day_in_london(moment: datetime) -> str:
    return (moment.astimezone(ZoneInfo("Europe/London")) if moment.tzinfo else moment).date().isoformat()


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None
