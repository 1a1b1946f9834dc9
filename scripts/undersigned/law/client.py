"""Requests to legislation.gov.uk: the only place, besides `github`, that uses the network.

Its rules (The National Archives, "Developer zone" and "Fair use", read in January 2024 and September 2026): name yourself
with a contact, wait five seconds between two requests (robots.txt), stay under 1,500 requests in five minutes. A block may
come as 403.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests

from undersigned.records.legislation import SITE

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
