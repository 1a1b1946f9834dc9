"""Asks legislation.gov.uk, and reads what it answers: the contents of an Act with its effects, and the words of a provision.

Its rules (The National Archives, "Developer zone" and "Fair use", read in January 2024 and September 2026): name yourself
with a contact, wait five seconds between two requests (robots.txt), stay under 1,500 requests in five minutes. A block may
come as 403. The shapes of its answers: Crown Legislation Markup Language and `ukm:Effect`, as the repositories
legislation/clml-schema and legislation/data-documentation describe them.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import requests
from lxml import etree

from undersigned.records.law import SITE, Provision, touches

HOST = "www.legislation.gov.uk"
#: Seconds between two requests, as its robots.txt asks.
PAUSE = 5.0
TIME_LIMIT = 20.0
#: Bytes of one answer. The largest contents seen are 1.4 MB.
MOST_BYTES = 4 * 1024 * 1024
_MOST_REDIRECTS = 3


class AwayError(Exception):
    """legislation.gov.uk cannot be asked, or its answer cannot be used."""

    hint = "Nothing was changed. Try again another day."


class RefusedError(AwayError):
    """It asks us to stop (403 or 429): no further request today."""


@dataclass(frozen=True)
class Answer:
    """`body` is None if the page does not exist (404), or has not changed since `modified` (304)."""

    status: int
    body: bytes | None
    modified: str = ""


class Legislation:
    """The service. `base` may name a server on this computer, for tests; then nothing waits. `contact`: an address to write to."""

    def __init__(self, *, base: str = SITE, contact: str = "", pause: Callable[[float], None] = time.sleep) -> None:
        self._base = base if base.endswith("/") else f"{base}/"
        parts = urlsplit(self._base)
        self._is_real = parts.scheme == "https" and parts.netloc == HOST
        if not self._is_real and not _is_this_computer(self._base):
            raise AwayError(f"'{base}' is neither {SITE} nor on this computer")
        self._pause = pause
        self._session = requests.Session()
        self._session.trust_env = self._is_real  # no proxy in front of this computer
        about = f" (+{contact})" if contact else ""
        self._session.headers.update({"User-Agent": f"undersigned-law-watch/1{about}", "Accept": "application/xml"})
        self.requests = 0

    def get(self, path: str, *, since: str = "") -> Answer:
        """One page, such as `ukpga/2018/12/contents/data.xml`. `since`: the `modified` of an earlier answer, or "".

        RefusedError for 403 and 429; AwayError if it cannot be reached, answers another error, redirects elsewhere, sends
        too much or breaks off.
        """
        address = urljoin(self._base, path)
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._ask(address, since)
            if not isinstance(answer, str):
                return answer
            address = urljoin(address, answer)
            if urlsplit(address)[:2] != urlsplit(self._base)[:2]:
                raise AwayError(f"{HOST} redirects to another place")
        raise AwayError(f"{HOST} redirects in a circle")

    def _ask(self, address: str, since: str) -> Answer | str:
        """The answer, or where it redirects to."""
        if self.requests and self._is_real:
            self._pause(PAUSE)
        self.requests += 1
        headers = {"If-Modified-Since": since} if since else {}
        try:
            with self._session.get(
                address, headers=headers, timeout=TIME_LIMIT, stream=True, allow_redirects=False
            ) as answer:
                code = answer.status_code
                if code in (403, 429):
                    raise RefusedError(f"{HOST} answered {code}")
                if code in (304, 404):
                    return Answer(code, None)
                if code in (301, 302, 303, 307, 308) and "Location" in answer.headers:
                    return answer.headers["Location"]
                if code != 200:
                    raise AwayError(f"{HOST} answered {code}")
                return Answer(code, _body(answer), answer.headers.get("Last-Modified", ""))
        except requests.exceptions.RequestException as error:
            raise AwayError(f"{HOST} cannot be reached: {_reason(error)}") from None


def _body(answer: requests.Response) -> bytes:
    """The whole body. AwayError if it is too large or shorter than was announced."""
    chunks: list[bytes] = []
    size = 0
    for chunk in answer.iter_content(65536):
        size += len(chunk)
        if size > MOST_BYTES:
            raise AwayError(f"{HOST} sends more than {MOST_BYTES // 1024 // 1024} MB")
        chunks.append(chunk)
    return b"".join(chunks)


def _reason(error: Exception) -> str:
    """The first words of the innermost reason."""
    inner: BaseException = error
    while inner.__cause__ or inner.__context__:
        inner = inner.__cause__ or inner.__context__ or inner
    return str(getattr(inner, "strerror", None) or type(inner).__name__)[:100]


def _is_this_computer(base: str) -> bool:
    parts = urlsplit(base)
    if parts.scheme != "http" or parts.hostname is None:
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


_L = "{http://www.legislation.gov.uk/namespaces/legislation}"
_M = "{http://www.legislation.gov.uk/namespaces/metadata}"
_ID = re.compile(r"https?://www\.legislation\.gov\.uk/id/([a-z]{3,5}/[0-9]{4}/[0-9]+)((?:/[A-Za-z0-9-]+)*)\Z")
_LONGEST = 200
#: Effects that leave the text as it is: how a provision is applied elsewhere, or powers to change it (data-documentation,
#: "model/effects"). Compared in lower case with the beginning of a type.
_NON_TEXTUAL = ("applied", "modified", "power to", "restricted", "excluded", "extended", "saved", "disapplied")
_COMMENCING = ("coming into force", "comm", "in force")

Path = tuple[str, ...]


@dataclass(frozen=True)
class Effect:
    """A change that an editor recorded and that is not yet in the text.

    `spans`: what it affects, each from a start to an end; none means the whole item. `on`: None if no day is known.
    """

    id: str
    what: str
    by: str
    by_title: str
    affected: str
    spans: tuple[tuple[Path, Path | None], ...]
    on: date | None
    outstanding: bool

    @property
    def is_textual(self) -> bool:
        """Whether it changes words, or brings them into force."""
        return not self.what.lower().startswith(_NON_TEXTUAL)

    @property
    def commences(self) -> bool:
        return self.what.lower().startswith(_COMMENCING)

    def bears_on(self, cited: Provision) -> bool:
        """Whether it touches a provision or a range that is cited. One without a place touches the whole item."""
        if not self.spans:
            return True
        if not cited.path:
            return False  # a whole Act is cited for what it is about, and not for each of its sections
        end = (*cited.path[:-1], cited.until) if cited.until else None
        return any(
            touches(cited.path, start, stop)
            or (end is not None and (touches(start, cited.path, end) or touches(end, start, stop)))
            for start, stop in self.spans
        )


@dataclass(frozen=True)
class Listed:
    """One line of the contents. `since`: None if the text is that of the beginning."""

    path: Path
    since: date | None
    status: str


@dataclass(frozen=True)
class Contents:
    """The contents of one item with all its outstanding effects."""

    item: str
    title: str
    lines: tuple[Listed, ...]
    effects: tuple[Effect, ...]

    def lines_of(self, cited: Provision) -> list[Listed]:
        """The lines that a cited provision or range consists of, or lies in."""
        if not cited.path:
            return [line for line in self.lines if not line.path]
        page = cited.page
        if cited.until and len(cited.path) == len(page):
            end = (*page[:-1], cited.until)
            return [line for line in self.lines if len(line.path) == len(page) and touches(line.path, page, end)]
        return [line for line in self.lines if line.path == page]


def read_contents(body: bytes, item: str) -> Contents:
    """Reads `…/contents/data.xml`. AwayError if it is not the contents of this item."""
    root = _parse(body)
    title = next((_text(node) for node in root.iter("{http://purl.org/dc/elements/1.1/}title")), "")
    lines = [Listed((), _day(root.get("RestrictStartDate")), root.get("Status", ""))]
    for node in root.iter():
        found = _segments(node.get("IdURI")) if isinstance(node.tag, str) and node is not root else None
        if found is not None and found[0] == item and found[1]:
            lines.append(Listed(found[1], _day(_inherited(node, "RestrictStartDate")), node.get("Status", "")))
    named = _segments(root.get("IdURI")) or _segments(root.get("DocumentURI"))
    if len(lines) == 1 or (named is not None and named[0] != item):
        raise AwayError(f"legislation.gov.uk sent no contents of {item}")
    return Contents(item, title, tuple(lines), tuple(_effects(root)))


class Page(NamedTuple):
    """A provision on its own page. `words`: `sha256:` with the digest of its words, white space folded."""

    words: str
    since: date | None
    status: str


def page_of(body: bytes, cited: Provision) -> Page:
    """The words of a provision. AwayError if it is not in the answer."""
    root = _parse(body)
    for node in root.iter():
        if isinstance(node.tag, str) and node.tag.startswith(_L):
            found = _segments(node.get("IdURI"))
            if found is not None and found[0] == cited.item and found[1] in (cited.path, cited.page):
                if found[1] == cited.page and cited.path != cited.page and not cited.until:
                    inner = _inside(node, cited)
                    node = node if inner is None else inner
                words = "sha256:" + hashlib.sha256(" ".join(_words(node)).encode()).hexdigest()
                return Page(words, _day(_inherited(node, "RestrictStartDate")), node.get("Status", ""))
    raise AwayError(f"legislation.gov.uk sent no text of {cited}")


def _inside(node: etree._Element, cited: Provision) -> etree._Element | None:
    return next((one for one in node.iter() if _segments(one.get("IdURI")) == (cited.item, cited.path)), None)


def _words(node: etree._Element) -> list[str]:
    """Every word of the text. Editors' commentary is elsewhere in the answer."""
    return " ".join(str(part) for part in node.itertext()).split()


def _effects(root: etree._Element) -> Iterator[Effect]:
    for node in root.iter(f"{_M}UnappliedEffect", f"{_M}Effect"):
        by = _segments(node.get("AffectingURI"))
        identifier = re.sub(r"[^A-Za-z0-9-]", "", node.get("EffectId", ""))[:80]
        if not identifier:
            continue
        yield Effect(
            id=identifier,
            what=_short(node.get("Type", "")),
            by=by[0] if by else "",
            by_title=_short(node.findtext(f"{_M}AffectingTitle") or ""),
            affected=_short(node.get("AffectedProvisions", "")),
            spans=tuple(_spans(node.find(f"{_M}AffectedProvisions"))),
            on=_in_force(node),
            outstanding=node.get("RequiresApplied") != "false" and node.get("Applied") != "true",
        )


def _spans(affected: etree._Element | None) -> Iterator[tuple[Path, Path | None]]:
    for node in affected if affected is not None else ():
        start = _segments(node.get("URI"))
        if start is None:
            continue
        end = _segments(node.get("UpTo")) if node.tag == f"{_M}SectionRange" else None
        yield start[1], end[1] if end else None


def _in_force(node: etree._Element) -> date | None:
    """The first day that is known. One without a day may be beside it, for what is still prospective."""
    days = [day for one in node.iter(f"{_M}InForce") if (day := _day(one.get("Date"))) is not None]
    return min(days, default=None)


def _parse(body: bytes) -> etree._Element:
    """AwayError for anything but complete XML without a document type: no entity is ever resolved."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise AwayError("legislation.gov.uk sent XML with a document type, which is not read")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        raise AwayError("legislation.gov.uk sent an answer that breaks off or is not XML") from None
    if getattr(root.getroottree().docinfo, "doctype", ""):  # written in another encoding
        raise AwayError("legislation.gov.uk sent XML with a document type, which is not read")
    return root


def _segments(address: str | None) -> tuple[str, Path] | None:
    """The item and the path of an identifier; None for anything else."""
    found = _ID.match(address or "")
    return (found[1], tuple(part for part in found[2].split("/") if part)) if found else None


def _inherited(node: etree._Element, name: str) -> str | None:
    """An attribute of a node, or of the nearest one around it that has it."""
    at: etree._Element | None = node
    while at is not None:
        value = at.get(name)
        if value:
            return value
        at = at.getparent()
    return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _text(node: etree._Element) -> str:
    return _short("".join(str(part) for part in node.itertext()))


def _short(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]
