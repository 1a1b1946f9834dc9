"""What a file itself carries about the revocation of the signer's certificate (its document security store), in plain words.
Nobody is asked, and "valid" is never said."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore
from returned_kit import COUNCIL, issued, typed
from signing_kit import signed
from test_trusted_list import authority, issued_by_the_authority, the_list

from undersigned.returned.reading import read_here

NOT_REVOKED = "The file carries an answer that it was not revoked when it was signed."
REVOKED = "The file carries an answer that the certificate was revoked before the time of signing that the signer's computer gives."
BEFORE = "The file carries an answer, given before the signing, that it was not revoked."
LATER = "The file carries an answer that the certificate was revoked after the time of signing that the signer's computer gives."
NOTHING = "Whether it was revoked was not checked: the file carries no answer that fits."
HOUR = timedelta(hours=1)


@cache
def content() -> bytes:
    return signed(typed(), f"{COUNCIL}__signature", issued_by_the_authority())


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def by_list(revoked: datetime | None, at: datetime, *, of_another: bool = False) -> bytes:
    """A list of revoked certificates (RFC 5280, 5) made `at` a time."""
    issuer, key = authority()
    own = x509.load_pem_x509_certificate(issued_by_the_authority().certificate).serial_number
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(at)
        .next_update(at + timedelta(days=7))
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False)
        .add_extension(x509.CRLNumber(7), False)
    )
    if revoked is not None:
        serial = own + 1 if of_another else own
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(revoked).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def by_answer(revoked: datetime | None, at: datetime) -> bytes:
    """The answer of a service about one certificate (RFC 6960), signed by its issuer."""
    issuer, key = authority()
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=x509.load_pem_x509_certificate(issued_by_the_authority().certificate),
        issuer=issuer,
        algorithm=hashes.SHA1(),  # noqa: S303 - only the name of the issuer in an answer (RFC 6960, 4.1.1)
        cert_status=ocsp.OCSPCertStatus.GOOD if revoked is None else ocsp.OCSPCertStatus.REVOKED,
        this_update=at,
        next_update=at + timedelta(days=7),
        revocation_time=revoked,
        revocation_reason=None if revoked is None else x509.ReasonFlags.key_compromise,
    )
    made = (
        builder.responder_id(ocsp.OCSPResponderEncoding.HASH, issuer).certificates([issuer]).sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.DER)


def carrying(*, crl: bytes | None = None, answer: bytes | None = None) -> str:
    """What is said of the signature when the file carries this beside it."""
    out = io.BytesIO(content())
    signature = PdfFileReader(out).embedded_signatures[0]
    DocumentSecurityStore.add_dss(
        out,
        signature.pkcs7_content,
        certs=[signature.signer_cert],
        crls=[asn1_crl.CertificateList.load(crl)] if crl is not None else (),
        ocsps=[asn1_ocsp.OCSPResponse.load(answer)] if answer is not None else (),
    )
    copy = read_here(out.getvalue(), issued(), the_list())
    block = copy.block(COUNCIL)
    assert (copy.verdict, block.state) == ("ours", "signed"), copy
    words = " ".join(block.notes)
    assert "valid" not in words.lower()
    return words


@pytest.mark.parametrize("make", [by_list, by_answer])
def test_what_the_file_carries_is_said(make: object) -> None:
    assert callable(make)
    key = "crl" if make is by_list else "answer"
    at = now() + HOUR
    assert NOT_REVOKED in carrying(**{key: make(None, at)})
    assert REVOKED in carrying(**{key: make(now() - timedelta(days=3), at)})
    assert LATER in carrying(**{key: make(now() + HOUR / 2, at)})
    assert BEFORE in carrying(**{key: make(None, now() - HOUR)})


def test_what_fits_nothing_says_nothing() -> None:
    """Another's entry on the list, a list that was tampered with, and no list at all."""
    assert NOT_REVOKED in carrying(crl=by_list(now() - timedelta(days=3), now() + HOUR, of_another=True))
    broken = bytearray(by_list(None, now() + HOUR))
    broken[-3] ^= 1
    assert NOTHING in carrying(crl=bytes(broken))
    assert NOTHING in carrying()
