"""What the certificates of a signed PDF vouch for: pyHanko judges each, and what its block showed when it was signed
is compared with what it shows now.
"""

from __future__ import annotations

import io
import logging
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from undersigned.documents.words import word
from undersigned.returned.limits import MOST_COMPARISONS, MOST_SIGNATURES
from undersigned.returned.parts import Certificate, ReturnedError, Seen, block_of, organisation_of, property_value

# pyHanko is loaded only where a file is signed: it takes as long to load as all else here.
if TYPE_CHECKING:
    from pyhanko.sign.diff_analysis import StandardDiffPolicy
    from pyhanko.sign.validation import EmbeddedPdfSignature
    from pyhanko_certvalidator import ValidationContext

SeenAt = Callable[[bytes], Seen]
#: For a signature that tells no time: no certificate of today was valid then.
_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)


def certificates_of(
    content: bytes, signed: tuple[str, ...], trust_roots: tuple[bytes, ...], *, seen_at: SeenAt
) -> dict[str, Certificate]:
    """For each field that holds a signature, what it vouches for. A signature that cannot be read vouches for nothing."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    # pyHanko logs what it finds wrong; what counts is in the notes. Whoever wants the log can still ask for it.
    for room in ("pyhanko", "pyhanko_certvalidator"):
        logger = logging.getLogger(room)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    if len(signed) > MOST_SIGNATURES:
        raise ReturnedError("too_large")
    unread = Certificate(False, notes=(word("returned.unreadable"),))
    try:
        file = PdfFileReader(io.BytesIO(content))
        embedded = list(file.embedded_signatures)
        if sum(file.total_revisions - signature.signed_revision for signature in embedded) > MOST_COMPARISONS:
            raise ReturnedError("too_large")
        now = seen_at(content)
    except ReturnedError:
        raise
    except Exception:  # noqa: BLE001 - whatever goes wrong in a file that a stranger made, nothing vouches for it then
        return dict.fromkeys(signed, unread)
    names = Counter(signature.field_name for signature in embedded)
    # One signature in two fields would let one body sign for another.
    objects = Counter(_range(signature) for signature in embedded)
    found = dict.fromkeys(signed, unread)
    for signature in embedded:
        name = signature.field_name
        if name in found and names[name] == 1 and objects[_range(signature)] == 1:
            found[name] = _judged(signature, content, now, trust_roots, seen_at)
    return found


def _range(signature: EmbeddedPdfSignature) -> tuple[int, ...]:
    return tuple(int(number) for number in signature.byte_range)


def _judged(
    signature: EmbeddedPdfSignature, content: bytes, now: Seen, trust_roots: tuple[bytes, ...], seen_at: SeenAt
) -> Certificate:
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    try:
        claimed = signature.self_reported_timestamp
        status = validate_pdf_signature(signature, _context(trust_roots, claimed), diff_policy=_policy())
        whole = status.intact and status.valid and status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
        unchanged = bool(
            status.docmdp_ok
            and status.modification_level is not None
            and status.modification_level <= ModificationLevel.FORM_FILLING
        )
        _, _, start, length = _range(signature)
        then = seen_at(content[: start + length])
        changes = () if not whole else _changes(signature.field_name, then, now)
        notes = (
            *(() if whole else (word("returned.not_as_signed"),)),
            *(() if unchanged or not whole else (word("returned.changed_after"),)),
            *changes,
        )
        certificate = status.signing_cert
        return Certificate(
            intact=bool(whole) and unchanged and not changes,
            digest=then.digest,
            subject=property_value(str(certificate.subject.human_friendly)),
            fingerprint=certificate.sha256.hex(),
            claimed_at=claimed,
            trusted=bool(trust_roots) and bool(status.trusted),
            notes=notes,
        )
    except Exception:  # noqa: BLE001 - as above: any fault of a signature is the signature's fault
        return Certificate(False, notes=(word("returned.unreadable"),))


def _changes(place: str, then: Seen, now: Seen) -> tuple[str, ...]:
    """What is no longer as the signature found it, in sentences.

    Programs that sign do not all lock the block as its field asks (ISO 32000-1, 12.7.4.5), and the rules of pyHanko
    allow changes of flags and metadata: so all that the signature stands for is compared once more.
    """
    own = (
        block_of(place)
        if organisation_of(place) is not None
        else tuple(name for name in then.fields if name == place or name not in then.places)
    )
    fields = [name for name in own if then.fields.get(name) != now.fields.get(name)]
    return (
        *(word("returned.field_changed", field=name) for name in fields),
        *((word("returned.properties_changed"),) if then.properties != now.properties else ()),
        *((word("returned.text_changed"),) if then.digest != now.digest else ()),
    )


def _context(trust_roots: tuple[bytes, ...], moment: datetime | None) -> ValidationContext:
    """Nothing is fetched; a certificate is looked at as of the time that the signer's computer gave."""
    from pyhanko.keys import load_certs_from_pemder_data
    from pyhanko_certvalidator import ValidationContext

    roots = [certificate for data in trust_roots for certificate in load_certs_from_pemder_data(data)]
    return ValidationContext(trust_roots=roots, allow_fetching=False, moment=moment or _NO_TIME)


def _policy() -> StandardDiffPolicy:
    """The default rules, but appearances may not be changed in place: with that allowed, pyHanko 0.38 takes a locked
    field that was filled in an earlier revision for changed.
    """
    from pyhanko.sign.diff_analysis import (
        CatalogModificationRule,
        DocInfoRule,
        DSSCompareRule,
        FormUpdatingRule,
        GenericFieldModificationRule,
        MetadataUpdateRule,
        ModificationLevel,
        ObjectStreamRule,
        SigFieldCreationRule,
        SigFieldModificationRule,
        StandardDiffPolicy,
        XrefStreamRule,
    )

    rules = (
        DocInfoRule(),
        XrefStreamRule(),
        ObjectStreamRule(),
        DSSCompareRule(),
        MetadataUpdateRule(),  # type: ignore[no-untyped-call]
    )
    return StandardDiffPolicy(
        global_rules=[
            CatalogModificationRule(),  # type: ignore[no-untyped-call]
            *(rule.as_qualified(ModificationLevel.LTA_UPDATES) for rule in rules),
        ],
        form_rule=FormUpdatingRule(
            field_rules=[
                SigFieldCreationRule(),  # type: ignore[no-untyped-call]
                SigFieldModificationRule(allow_in_place_appearance_stream_changes=False),
                GenericFieldModificationRule(allow_in_place_appearance_stream_changes=False),
            ]
        ),
    )
