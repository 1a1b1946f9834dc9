"""What is said of a certificate's issuer by a trusted list: never more than the list and the file show, and never "valid"."""

from __future__ import annotations

import base64
import io
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore
from returned_kit import COUNCIL, issued, typed
from signing_kit import Signer, signed, signer

from undersigned.cli.main import main
from undersigned.returned.reading import read_here
from undersigned.returned.trust import TrustedList, TrustError, trusted_list

NAMESPACE = "http://uri.etsi.org/02231/v2#"
SERVICES = "http://uri.etsi.org/TrstSvc/Svctype"
STATUS = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus"
#: QcCompliance and the purpose of a signature, as DER.
QUALIFIED = bytes.fromhex("301d3008060604008e4601013011060604008e4601063007060704008e46010601")


def name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


@cache
def authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    return certificate("Example Trust CA", "Example Trust CA", key.public_key(), key, ca=True), key


def certificate(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    by: ec.EllipticCurvePrivateKey,
    *,
    ca: bool = False,
    statements: bytes = b"",
    for_time: bool = False,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), True)
        .add_extension(x509.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), False)
    )
    if statements:
        number = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
        builder = builder.add_extension(x509.UnrecognizedExtension(number, statements), False)
    if not ca:  # as real ones do: without an address, no answer of a service is looked for in the file
        service = x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.example.org")
        )
        builder = builder.add_extension(x509.AuthorityInformationAccess([service]), False)
    if for_time:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
    return builder.sign(by, hashes.SHA256())


@cache
def issued_by_the_authority(statements: bytes = QUALIFIED) -> Signer:
    _, by = authority()
    key = ec.generate_private_key(ec.SECP256R1())
    made = certificate("A. Example", "Example Trust CA", key.public_key(), by, statements=statements)
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Signer(
        pem,
        signers.SimpleSigner(
            signing_cert=next(iter(load_certs_from_pemder_data(pem))),
            signing_key=load_private_key_from_pemder_data(private, None),
            cert_registry=SimpleCertificateStore(),
        ),
    )


def service(kind: str, der: bytes, states: tuple[tuple[str, str], ...]) -> str:
    def said(status: str, since: str) -> str:
        return f"<ServiceStatus>{STATUS}/{status}</ServiceStatus><StatusStartingTime>{since}</StatusStartingTime>"

    (status, since), *older = states
    history = "".join(f"<ServiceHistoryInstance>{said(*one)}</ServiceHistoryInstance>" for one in older)
    return (
        f"<TSPService><ServiceInformation><ServiceTypeIdentifier>{SERVICES}/{kind}</ServiceTypeIdentifier>"
        f"<ServiceName><Name>Example signatures</Name></ServiceName><ServiceDigitalIdentity><DigitalId><X509Certificate>"
        f"{base64.b64encode(der).decode()}</X509Certificate></DigitalId></ServiceDigitalIdentity>{said(status, since)}"
        f"</ServiceInformation><ServiceHistory>{history}</ServiceHistory></TSPService>"
    )


GRANTED = (("granted", "2025-06-01T00:00:00Z"),)


def listing(*services: str) -> bytes:
    return (
        f'<TrustServiceStatusList xmlns="{NAMESPACE}"><SchemeInformation><SchemeTerritory>UK</SchemeTerritory>'
        "<ListIssueDateTime>2026-11-20T00:00:00Z</ListIssueDateTime></SchemeInformation><TrustServiceProviderList>"
        f"<TrustServiceProvider><TSPServices>{''.join(services)}</TSPServices></TrustServiceProvider>"
        "</TrustServiceProviderList></TrustServiceStatusList>"
    ).encode()


def the_list(states: tuple[tuple[str, str], ...] = GRANTED, kind: str = "CA/QC") -> TrustedList:
    der = authority()[0].public_bytes(serialization.Encoding.DER)
    return trusted_list(listing(service(kind, der, states)))


def said(by: Signer, listed: TrustedList | None) -> str:
    block = read_here(signed(typed(), f"{COUNCIL}__signature", by), issued(), listed).block(COUNCIL)
    assert block.state == "signed"
    words = " ".join(block.notes)
    assert "valid" not in words.lower()
    return words


def test_a_qualified_certificate_is_one_on_the_day_of_signing() -> None:
    words = said(issued_by_the_authority(), the_list())
    assert "It was a qualified certificate for a signature on " in words
    assert "by the trusted list of UK of 20 November 2026" in words
    assert "Whether it was revoked was not checked" in words


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ((("granted", "2999-01-01T00:00:00Z"),), "had no granted status on"),
        ((("withdrawn", "2026-01-01T00:00:00Z"), ("granted", "2025-06-01T00:00:00Z")), "had no granted status on"),
        (
            (("granted", "2026-01-01T00:00:00Z"), ("withdrawn", "2025-06-01T00:00:00Z")),
            "It was a qualified certificate",
        ),
        (
            (("withdrawn", "2999-01-01T00:00:00Z"), ("granted", "2025-06-01T00:00:00Z")),
            "It was a qualified certificate",
        ),
    ],
)
def test_the_status_of_the_day_counts(states: tuple[tuple[str, str], ...], words: str) -> None:
    assert words in said(issued_by_the_authority(), the_list(states))


@pytest.mark.slow
def test_less_than_qualified_is_said_so() -> None:
    assert "It is not a qualified certificate" in said(issued_by_the_authority(b"\x30\x00"), the_list())
    other = said(issued_by_the_authority(), the_list(kind="TSA/QTST"))
    assert "not as one that issues qualified certificates" in other
    own = said(signer("Council"), the_list())
    assert "made by the signer. The issuer is not on the trusted list of UK" in own
    assert "no trusted list was put in" in said(issued_by_the_authority(), None)
    foreign = QUALIFIED[2:] + bytes.fromhex("3010060604008e46010730061304") + b"FRDE"
    statements = bytes([0x30, len(foreign)]) + foreign
    assert "by the law of another country" in said(issued_by_the_authority(statements), the_list())


@pytest.mark.slow
def test_a_time_stamp_says_whose_it_is() -> None:
    _, by = authority()
    key = rsa.generate_private_key(65537, 2048)
    made = certificate("Example Clock", "Example Trust CA", key.public_key(), by, for_time=True)
    der = made.public_bytes(serialization.Encoding.DER)
    clock = DummyTimeStamper(
        tsa_cert=next(iter(load_certs_from_pemder_data(der))),
        tsa_key=load_private_key_from_pemder_data(
            key.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
            None,
        ),
        fixed_dt=datetime.now(UTC) - timedelta(hours=1),
    )
    meta = signers.PdfSignatureMetadata(field_name=f"{COUNCIL}__signature", md_algorithm="sha256")
    out = signers.PdfSigner(meta, issued_by_the_authority().pdf_signer, timestamper=clock).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(typed())), existing_fields_only=True
    )
    content = bytes(out.getvalue())
    issuing = service("CA/QC", authority()[0].public_bytes(serialization.Encoding.DER), GRANTED)
    stamping = service("TSA/QTST", der, GRANTED)
    for services, expected in (
        ((issuing, stamping), "It is a qualified time stamp by the trusted list of UK"),
        ((issuing,), "is not on the trusted list of UK of 20 November 2026 as one for qualified time stamps"),
    ):
        words = " ".join(read_here(content, issued(), trusted_list(listing(*services))).block(COUNCIL).notes)
        assert "A time stamp of Common Name: Example Clock says" in words
        assert expected in words
    assert "No trusted list was put in" in " ".join(read_here(content, issued()).block(COUNCIL).notes)


@pytest.mark.parametrize(
    "content",
    [b"", b"<x/>", b"hello", listing().replace(b"2026-11-20T00:00:00Z", b"soon"), b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + listing()],
    ids=["empty", "other XML", "no XML", "no day", "entities"],
)  # fmt: skip
def test_what_is_no_trusted_list_is_refused(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(TrustError):
        trusted_list(content)
    (tmp_path / "mkdocs.yml").write_text("site_name: x\n")
    (tmp_path / "list.xml").write_bytes(content)
    arguments = [
        "verify",
        "--root",
        str(tmp_path),
        "--trusted-list",
        str(tmp_path / "list.xml"),
        str(tmp_path / "list.xml"),
    ]
    assert main(arguments) == 2
    assert "is not read as a trusted list" in capsys.readouterr().err
