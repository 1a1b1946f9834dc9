"""What may be said of whoever issued a certificate: by a trusted list that the keeper of the register put in, and offline.

A trusted list (ETSI TS 119 612) names the services that a country's supervisor has granted a status, and since when. In the
United Kingdom the Information Commission publishes it. The list itself is not judged here: the keeper puts it in, and its day
is always said.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from lxml import etree

from undersigned.documents.model import plain
from undersigned.words.dates import date_in_words

if TYPE_CHECKING:
    from asn1crypto.x509 import Certificate as Issuer
    from pyhanko.sign.validation.status import SignatureStatus

_NAMESPACE: Final = "{http://uri.etsi.org/02231/v2#}"
_LARGEST: Final = 30 << 20
#: Kinds of service: those that issue qualified certificates, and those that give qualified time stamps.
_ISSUES, _STAMPS = "CA/QC", "TSA/QTST"
#: A status under which a service may do so; the two last are those of before July 2016.
_GRANTED: Final = frozenset({"granted", "undersupervision", "accredited"})
#: Statements in a qualified certificate (ETSI EN 319 412-5): that it is one, for a signature, for a seal, by which countries' law.
_STATEMENTS: Final = "1.3.6.1.5.5.7.1.3"
_QUALIFIED, _FOR_SIGNATURE, _FOR_SEAL, _COUNTRIES = (
    "0.4.0.1862.1.1", "0.4.0.1862.1.6.1", "0.4.0.1862.1.6.2", "0.4.0.1862.1.7",
)  # fmt: skip


class TrustError(Exception):
    """The file is not a trusted list. The text says why."""


@dataclass(frozen=True)
class Service:
    """One service. `granted`: (since when, whether it had the status then), oldest first."""

    kind: str
    name: str
    certificates: frozenset[bytes]
    granted: tuple[tuple[datetime, bool], ...]

    def had_status(self, moment: datetime) -> bool:
        before = [is_granted for since, is_granted in self.granted if since <= moment]
        return bool(before) and before[-1]


@dataclass(frozen=True)
class TrustedList:
    """`issued_on`: when its publisher made it. `territory`: a country code, such as UK."""

    issued_on: datetime
    territory: str
    services: tuple[Service, ...]

    @cached_property
    def certificates(self) -> tuple[bytes, ...]:
        """The certificates (DER) of all services on it, whatever their status."""
        return tuple(sorted(set().union(*(service.certificates for service in self.services))))

    @property
    def words(self) -> str:
        return f"the trusted list of {self.territory} of {date_in_words(self.issued_on.date())}"

    def services_of(self, certificates: set[bytes], kind: str) -> list[Service]:
        return [one for one in self.services if one.kind == kind and one.certificates & certificates]


def trusted_list(content: bytes) -> TrustedList:
    """Reads the XML of a trusted list. TrustError if it is none. Its signature is not checked."""
    if len(content) > _LARGEST:
        raise TrustError("it is larger than any trusted list")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise TrustError("it is not well-formed XML") from error
    if root.tag != f"{_NAMESPACE}TrustServiceStatusList" or b"<!DOCTYPE" in content:
        raise TrustError("it is not a trusted list in the form of ETSI TS 119 612")
    issued = _moment(root.findtext(f".//{_NAMESPACE}ListIssueDateTime"))
    if issued is None:
        raise TrustError("it does not say when it was issued")
    services = [_service(one) for one in root.iter(f"{_NAMESPACE}TSPService")]
    return TrustedList(
        issued,
        plain(root.findtext(f".//{_NAMESPACE}SchemeTerritory") or "an unnamed country")[:40],
        tuple(one for one in services if one is not None),
    )


def _service(element: etree._Element) -> Service | None:
    now = element.find(f"{_NAMESPACE}ServiceInformation")
    if now is None:
        return None
    kind = (now.findtext(f"{_NAMESPACE}ServiceTypeIdentifier") or "").strip()
    kind = next((one for one in (_ISSUES, _STAMPS) if kind.endswith(f"/{one}")), kind)
    states = []
    for one in (now, *element.iter(f"{_NAMESPACE}ServiceHistoryInstance")):
        since = _moment(one.findtext(f"{_NAMESPACE}StatusStartingTime"))
        status = (one.findtext(f"{_NAMESPACE}ServiceStatus") or "").rstrip("/").rpartition("/")[2].lower()
        if since is not None:
            states.append((since, status in _GRANTED))
    certificates = set()
    for given in now.iter(f"{_NAMESPACE}X509Certificate"):
        try:
            certificates.add(base64.b64decode("".join((given.text or "").split()), validate=True))
        except (binascii.Error, ValueError):
            continue
    name = now.findtext(f"{_NAMESPACE}ServiceName/{_NAMESPACE}Name") or "a service without a name"
    return Service(kind, plain(name)[:200], frozenset(certificates), tuple(sorted(states)))


def _moment(words: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat((words or "").strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


# -- sentences ------------------------------------------------------------------------------------------------------------


def about_issuer(status: SignatureStatus, moment: datetime | None, listed: TrustedList | None) -> str:
    """What the list says of the issuer of a certificate, as of the time of signing. Never that a signature is valid."""
    if listed is None:
        return "Who the holder is was not established: no trusted list was put in."
    certificates = _of_path(status)
    if not status.trusted or not certificates:
        return f"The issuer is not on {listed.words}, so who the holder is was not established."
    services = listed.services_of(certificates, _ISSUES)
    if not services:
        return f"The issuer is on {listed.words}, but not as one that issues qualified certificates."
    if moment is None:
        return f"The issuer is on {listed.words}. Without a time of signing nobody can say what its status was."
    day = date_in_words(moment.date())
    granted = next((one for one in services if one.had_status(moment)), None)
    if granted is None:
        return f"By {listed.words} the service {services[0].name} had no granted status on {day}."
    statements = _statements(status.signing_cert)
    if _QUALIFIED not in statements:
        return f"It was issued by {granted.name}, which is on {listed.words}. It is not a qualified certificate."
    if _COUNTRIES in statements and not statements & {"GB", "UK"}:
        return f"It was issued by {granted.name}, on {listed.words}, as qualified by the law of another country."
    purpose = " for a seal" if _FOR_SEAL in statements else " for a signature" if _FOR_SIGNATURE in statements else ""
    return f"It was a qualified certificate{purpose} on {day}: {granted.name}, by {listed.words}."


def about_time(status: SignatureStatus, claimed: datetime | None, listed: TrustedList | None) -> str:
    """Who says at what time it was signed."""
    stamp = getattr(status, "timestamp_validity", None)
    if stamp is not None and stamp.intact and stamp.valid:
        service = plain(stamp.signing_cert.subject.human_friendly)
        when = f"A time stamp of {service} says {stamp.timestamp.isoformat()}."
        certificates = _of_path(stamp) | {stamp.signing_cert.dump()}
        services = listed.services_of(certificates, _STAMPS) if listed is not None else []
        if listed is None:
            return f"{when} No trusted list was put in to look that service up."
        if any(one.had_status(stamp.timestamp) for one in services):
            return f"{when} It is a qualified time stamp by {listed.words}."
        return f"{when} That service is not on {listed.words} as one for qualified time stamps."
    return f"The signer's computer gave the time {claimed.isoformat()}." if claimed else "The signature gives no time."


def _of_path(status: SignatureStatus) -> set[bytes]:
    """The certificates (DER) of those that issued a certificate, up to the one that is on the list."""
    path = status.validation_path
    if path is None:
        return set()
    found = {one.dump() for one in path.iter_certs(include_root=True)}
    found.discard(status.signing_cert.dump())
    return found


def _statements(certificate: Issuer) -> set[str]:
    """The statements of a qualified certificate: their numbers, those of its purposes, and country codes."""
    from asn1crypto.core import ObjectIdentifier, PrintableString

    found: set[str] = set()
    for extension in certificate["tbs_certificate"]["extensions"]:
        if extension["extn_id"].dotted != _STATEMENTS:
            continue
        raw = extension["extn_value"].contents
        for number in (_QUALIFIED, _FOR_SIGNATURE, _FOR_SEAL, _COUNTRIES):
            if ObjectIdentifier(number).dump() in raw:
                found.add(number)
        found |= {code for code in ("GB", "UK") if PrintableString(code).dump() in raw}
    return found
