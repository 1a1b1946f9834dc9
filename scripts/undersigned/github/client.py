"""Requests to one repository. A read that fails is sent again; a write is sent again only when it cannot have been done.

The token is sent in one header and appears in no message. How long to wait before a request is sent again follows from the
answer alone, its clock included (GitHub Docs, "Rate limits for the REST API" and "Best practices for using the REST API").
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias, TypeVar
from urllib.parse import quote, urlsplit

import requests

#: For a limit that names no time: at least a minute, doubled at each attempt.
UNNAMED_SECONDS = 60.0
#: The clock that stamps an answer and the one that counts a limit can differ by a second.
MARGIN_SECONDS = 1.0
SERVER_ERRORS = frozenset({500, 502, 503, 504})


def limit_wait(status: int, headers: Mapping[str, str], message: str, *, attempt: int) -> float | None:
    """Seconds to wait for a primary or secondary rate limit; None if the answer is not about a rate limit.

    `headers` must ignore case. `attempt` counts from 0.
    """
    if status not in (403, 429):
        return None
    seconds = _seconds(headers.get("retry-after"), _moment(headers.get("date")))
    if seconds is not None:
        return seconds + MARGIN_SECONDS
    if headers.get("x-ratelimit-remaining", "").strip() == "0":
        return _until_reset(headers) + MARGIN_SECONDS
    if status == 429 or "rate limit" in message.lower() or "abuse" in message.lower():
        return UNNAMED_SECONDS * float(2**attempt)
    return None


def fault_wait(attempt: int) -> float:
    """Seconds to wait before a failed read is sent again: 1, 2, 4, 8 and so on. `attempt` counts from 0."""
    return float(2**attempt)


def _until_reset(headers: Mapping[str, str]) -> float:
    reset, now = headers.get("x-ratelimit-reset", ""), _moment(headers.get("date"))
    if now is None or not (reset.isascii() and reset.isdigit()):
        return UNNAMED_SECONDS
    return max(0.0, int(reset) - now.timestamp())


def _seconds(text: str | None, now: datetime | None) -> float | None:
    """`Retry-After` (RFC 9110 section 10.2.3): a number of seconds, or a date and time."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:6])
    then = _moment(text)
    return None if then is None or now is None else max(0.0, (then - now).total_seconds())


def _moment(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


API = "https://api.github.com"
API_VERSION = "2022-11-28"
#: Seconds to connect, and between two bytes of an answer.
TIME_LIMITS = (10.0, 60.0)
MOST_TRIES = 6
PAGE_SIZE = 100
MOST_PAGES = 1000
#: GitHub asks for a second between writes ("Best practices for using the REST API").
WRITE_SECONDS = 1.0
#: How often an idempotent task is done again after GitHub did not answer one of its writes.
TASK_TRIES = 3

Query = str | int | bool
Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
JsonObject: TypeAlias = dict[str, Json]
T = TypeVar("T")


class GitHubError(Exception):
    """GitHub refused a request, or could not be reached. `hint` says what to do; `status` is the answer's HTTP status."""

    def __init__(self, message: str, hint: str = "", *, status: int | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        self.status = status


class UnansweredError(GitHubError):
    """A write got no answer, so it may or may not have been done. Look before sending it again."""


class UnexpectedAnswerError(GitHubError):
    """An answer does not have the shape that GitHub's description promises."""


class GitHub:
    """One repository (`owner/name`) on GitHub.

    Paths are relative to the repository (`issues`, `git/refs`), or to the API if they begin with `/`. Pass any part of a
    path that comes from elsewhere through `segment`. `pause` waits for that many seconds. `patience` is the number of
    seconds that this client may wait in all, the second between writes not counted. `transport` replaces the network.
    """

    def __init__(
        self,
        repository: str,
        token: str,
        *,
        api: str = API,
        pause: Callable[[float], None] = time.sleep,
        patience: float = 1200.0,
        transport: requests.adapters.BaseAdapter | None = None,
    ) -> None:
        owner, slash, name = repository.partition("/")
        if not (owner and slash and name) or "/" in name:
            raise GitHubError(f"'{repository}' does not name a repository", "Write it as owner/name.")
        self.repository = repository
        self._root = f"/repos/{segment(owner)}/{segment(name)}"
        self._api = api.rstrip("/")
        self._token = token
        self._pause = pause
        self._patience = patience
        self._has_written = False
        self._session = requests.Session()
        self._session.auth = _Bearer(token)
        if transport is not None:
            self._session.mount(self._api, transport)
        self._session.headers.update(
            {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": API_VERSION, "User-Agent": "undersigned"}
        )

    # -- reads ------------------------------------------------------------------------------------------------------

    def get(self, path: str, **query: Query) -> Json:
        """One answer. GitHubError if GitHub refuses (`status` 404: no such thing) or stays broken."""
        return _json(self._read(self._address(path), query))

    def has(self, path: str) -> bool:
        """Whether GitHub knows this path: False for a 404."""
        try:
            self._read(self._address(path), {})
        except GitHubError as error:
            if error.status == 404:
                return False
            raise
        return True

    def pages(self, path: str, **query: Query) -> Iterator[JsonObject]:
        """Every object of a list, following the Link header from page to page."""
        address = self._address(path)
        parameters: dict[str, Query] = {"per_page": PAGE_SIZE, **query}
        for _page in range(MOST_PAGES):
            answer = self._read(address, parameters)
            yield from _items(_json(answer))
            following = answer.links.get("next", {}).get("url")
            if following is None:
                return
            if urlsplit(following)[:2] != urlsplit(self._api)[:2]:
                raise GitHubError("the next page of an answer is on another server", "Nothing was sent there.")
            address, parameters = following, {}
        raise GitHubError(f"an answer has more than {MOST_PAGES} pages")

    # -- writes -----------------------------------------------------------------------------------------------------

    def post(self, path: str, body: JsonObject) -> Json:
        """GitHubError if GitHub refuses; UnansweredError if nobody knows whether it was done."""
        return self._write("POST", path, body)

    def patch(self, path: str, body: JsonObject) -> Json:
        return self._write("PATCH", path, body)

    def put(self, path: str, body: JsonObject | None = None) -> Json:
        return self._write("PUT", path, body)

    def delete(self, path: str, body: JsonObject | None = None) -> Json:
        return self._write("DELETE", path, body)

    # -- requests ---------------------------------------------------------------------------------------------------

    def _address(self, path: str) -> str:
        return self._api + (path if path.startswith("/") else f"{self._root}/{path}".rstrip("/"))

    def _read(self, address: str, query: dict[str, Query]) -> requests.Response:
        parameters = {
            key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in query.items()
        }
        label = _label("GET", address)
        for attempt in range(MOST_TRIES):
            try:
                answer = self._session.request(
                    "GET", address, params=parameters, timeout=TIME_LIMITS, allow_redirects=False
                )
            except requests.RequestException as fault:
                self._wait(fault_wait(attempt), f"{label}: {_reason(fault)}")
                continue
            if answer.status_code in SERVER_ERRORS:
                self._wait(fault_wait(attempt), f"{label}: answered {answer.status_code}")
                continue
            if self._waited_for_limit(answer, attempt, label):
                continue
            self._raise_if_refused(answer, label)
            return answer
        raise GitHubError(
            f"{label}: no answer after {MOST_TRIES} tries", "Look at githubstatus.com, and run this again later."
        )

    def _write(self, method: str, path: str, body: JsonObject | None) -> Json:
        address = self._address(path)
        label = _label(method, address)
        if self._has_written:
            self._pause(WRITE_SECONDS)
        self._has_written = True
        for attempt in range(MOST_TRIES):
            try:
                answer = self._session.request(method, address, json=body, timeout=TIME_LIMITS, allow_redirects=False)
            except requests.RequestException as fault:
                raise UnansweredError(
                    f"{label}: {_reason(fault)}", "Check whether it was done before you run this again."
                ) from None
            if answer.status_code in SERVER_ERRORS:
                raise UnansweredError(
                    f"{label}: answered {answer.status_code}",
                    "Check whether it was done before you run this again.",
                    status=answer.status_code,
                )
            if self._waited_for_limit(answer, attempt, label):  # GitHub applies a limit before it does anything
                continue
            self._raise_if_refused(answer, label)
            return _json(answer)
        raise GitHubError(f"{label}: still limited after {MOST_TRIES} tries", "Run this again in an hour.")

    def _waited_for_limit(self, answer: requests.Response, attempt: int, label: str) -> bool:
        seconds = limit_wait(answer.status_code, answer.headers, _message(answer), attempt=attempt)
        if seconds is None:
            return False
        self._wait(seconds, f"{label}: GitHub asks us to wait {seconds:.0f} seconds")
        return True

    def _wait(self, seconds: float, reason: str) -> None:
        if seconds > self._patience:
            raise GitHubError(
                reason, "This run may not wait that long. Run it again later; what it has done already stays done."
            )
        self._patience -= seconds
        self._pause(seconds)

    def _raise_if_refused(self, answer: requests.Response, label: str) -> None:
        status = answer.status_code
        if 200 <= status < 300:
            return
        if 300 <= status < 400:
            raise GitHubError(
                f"{label}: the repository has moved", "Use the name that the repository has now.", status=status
            )
        hint = {
            401: "The token is missing, wrong or has run out.",
            403: "The token may not do this: look at 'permissions' of the job.",
            404: "It does not exist, or the token may not see it.",
            410: "Issues are turned off in this repository.",
        }.get(status, "")
        message = _message(answer)
        if self._token:
            message = message.replace(self._token, "…")
        raise GitHubError(f"{label}: refused with {status}" + (f" ({message})" if message else ""), hint, status=status)


def segment(text: str) -> str:
    """One segment of a path, quoted so that no part of `text` is read as a path, a query or a fragment."""
    quoted = quote(text, safe="")
    return quoted.replace(".", "%2E") if quoted in (".", "..") else quoted


def repeat_if_unanswered(task: Callable[[], T]) -> T:
    """Do `task`, and do it again if a write got no answer. Only for a task that looks before it writes."""
    for _try in range(TASK_TRIES - 1):
        try:
            return task()
        except UnansweredError:
            continue
    return task()


class _Bearer(requests.auth.AuthBase):
    """The token, as an `auth` and not as a header: a header would lose to a `.netrc` file on the machine."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _label(method: str, address: str) -> str:
    return f"{method} {urlsplit(address).path}"


def _reason(fault: requests.RequestException) -> str:
    return "no answer in time" if isinstance(fault, requests.Timeout) else "the connection was cut"


# -- answers ----------------------------------------------------------------------------------------------------------


def as_object(value: Json) -> JsonObject:
    """UnexpectedAnswerError, here and below, if the answer has another shape."""
    if isinstance(value, dict):
        return value
    raise UnexpectedAnswerError("GitHub's answer is not an object")


def as_list(value: Json) -> list[Json]:
    if isinstance(value, list):
        return value
    raise UnexpectedAnswerError("GitHub's answer is not a list")


def text_in(answer: JsonObject, key: str) -> str:
    """The text under a key. GitHub sends null for an empty body: that is "" here."""
    value = answer.get(key)
    if value is None or isinstance(value, str):
        return value or ""
    raise UnexpectedAnswerError(f"'{key}' is not text")


def number_in(answer: JsonObject, key: str) -> int:
    value = answer.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise UnexpectedAnswerError(f"'{key}' is not a number")


def object_in(answer: JsonObject, key: str) -> JsonObject:
    """The object under a key. GitHub sends null for a deleted account: that is an empty object here."""
    value = answer.get(key)
    return {} if value is None else as_object(value)


def objects_in(answer: JsonObject, key: str) -> list[JsonObject]:
    value = answer.get(key)
    return [] if value is None else [as_object(one) for one in as_list(value) if isinstance(one, dict)]


def _json(answer: requests.Response) -> Json:
    if not answer.content:
        return None
    try:
        value: Json = answer.json()
    except ValueError:
        raise GitHubError(
            "GitHub's answer is not JSON", "Is the address of the API right?", status=answer.status_code
        ) from None
    return value


def _items(value: Json) -> Iterator[JsonObject]:
    """The objects of a page: the list itself, or the one list beside `total_count`."""
    if isinstance(value, dict):
        lists = [one for one in value.values() if isinstance(one, list)]
        value = lists[0] if len(lists) == 1 else None
    for one in as_list(value):
        yield as_object(one)


def _message(answer: requests.Response) -> str:
    """GitHub's own words for a refusal, printable and on one line."""
    try:
        value: Json = answer.json()
    except ValueError:
        return ""
    message = value.get("message") if isinstance(value, dict) else None
    return "".join(c if c.isprintable() else " " for c in message)[:300] if isinstance(message, str) else ""
