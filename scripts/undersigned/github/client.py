"""Requests to one repository, and what to do when GitHub does not answer. Reads are asked again; writes never blindly.

The token is in one header and in no message.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlsplit

import requests

from undersigned.github.errors import GitHubError, UnansweredError, UnexpectedAnswerError
from undersigned.github.json import Json, JsonObject, as_object
from undersigned.github.waiting import BROKEN, fault_wait, limit_wait

API = "https://api.github.com"
API_VERSION = "2022-11-28"
#: Seconds to connect, and between two bytes of an answer.
TIME_LIMITS = (10.0, 60.0)
MOST_TRIES = 6
PAGE_SIZE = 100
MOST_PAGES = 1000
#: GitHub asks for a second between writes ("Best practices for using the REST API").
WRITE_SECONDS = 1.0

Query = str | int | bool


class _Bearer(requests.auth.AuthBase):
    """As an `auth` and not as a header, so that no file of passwords on the machine takes its place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def segment(text: str) -> str:
    """One part of a path, whatever it holds: no part of it is read as a path, a query or a fragment."""
    quoted = quote(text, safe="")
    return quoted.replace(".", "%2E") if quoted in (".", "..") else quoted


class GitHub:
    """One repository (`owner/name`) on GitHub.

    A path is below the repository (`issues`, `git/refs`); one that begins with `/` is below the API itself. Parts that come
    from elsewhere go through `segment`. `pause` waits so many seconds; `patience` is the longest that all waiting for one
    client may last together, the second between writes aside.
    """

    def __init__(
        self,
        repository: str,
        token: str,
        *,
        api: str = API,
        pause: Callable[[float], None] = time.sleep,
        patience: float = 1200.0,
    ) -> None:
        owner, slash, name = repository.partition("/")
        if not (owner and slash and name) or "/" in name:
            raise GitHubError(f"'{repository}' is no repository", "Write it as owner/name.")
        self.repository = repository
        self._root = f"/repos/{segment(owner)}/{segment(name)}"
        self._api = api.rstrip("/")
        self._token = token
        self._pause = pause
        self._patience = patience
        self._has_written = False
        self._session = requests.Session()
        self._session.auth = _Bearer(token)
        self._session.headers.update(
            {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": API_VERSION, "User-Agent": "undersigned"}
        )

    # -- reads ------------------------------------------------------------------------------------------------------

    def get(self, path: str, **query: Query) -> Json:
        """One answer. GitHubError where GitHub refuses (`status` 404: there is none), or stays broken."""
        return _json(self._read(self._address(path), query))

    def has(self, path: str) -> bool:
        """Whether there is such a thing: a 404 is no."""
        try:
            self._read(self._address(path), {})
        except GitHubError as error:
            if error.status == 404:
                return False
            raise
        return True

    def pages(self, path: str, **query: Query) -> Iterator[JsonObject]:
        """Every object of a list, page after page as the Link header leads."""
        address = self._address(path)
        asked: dict[str, Query] = {"per_page": PAGE_SIZE, **query}
        for _page in range(MOST_PAGES):
            answer = self._read(address, asked)
            yield from _items(_json(answer))
            following = answer.links.get("next", {}).get("url")
            if following is None:
                return
            if urlsplit(following)[:2] != urlsplit(self._api)[:2]:
                raise GitHubError("the next page of an answer lies on another server", "Nothing was sent there.")
            address, asked = following, {}
        raise GitHubError(f"an answer has more than {MOST_PAGES} pages")

    # -- writes -----------------------------------------------------------------------------------------------------

    def post(self, path: str, body: JsonObject) -> Json:
        """GitHubError where GitHub refuses; UnansweredError where it is not known whether it was done."""
        return self._write("POST", path, body)

    def patch(self, path: str, body: JsonObject) -> Json:
        return self._write("PATCH", path, body)

    def put(self, path: str, body: JsonObject | None = None) -> Json:
        return self._write("PUT", path, body)

    def delete(self, path: str, body: JsonObject | None = None) -> Json:
        return self._write("DELETE", path, body)

    # -- asking -----------------------------------------------------------------------------------------------------

    def _address(self, path: str) -> str:
        return self._api + (path if path.startswith("/") else f"{self._root}/{path}".rstrip("/"))

    def _read(self, address: str, query: dict[str, Query]) -> requests.Response:
        asked = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in query.items()}
        for attempt in range(MOST_TRIES):
            try:
                answer = self._session.request("GET", address, params=asked, timeout=TIME_LIMITS, allow_redirects=False)
            except requests.RequestException as fault:
                self._wait(fault_wait(attempt), f"{self._named('GET', address)}: {_fault(fault)}")
                continue
            if answer.status_code in BROKEN:
                self._wait(fault_wait(attempt), f"{self._named('GET', address)}: answered {answer.status_code}")
                continue
            if self._waited_for_limit(answer, attempt, self._named("GET", address)):
                continue
            self._refuse_refusal(answer, self._named("GET", address))
            return answer
        raise GitHubError(
            f"{self._named('GET', address)}: no answer after {MOST_TRIES} tries",
            "Look at githubstatus.com, and run this again later.",
        )

    def _write(self, method: str, path: str, body: JsonObject | None) -> Json:
        address = self._address(path)
        named = self._named(method, address)
        if self._has_written:
            self._pause(WRITE_SECONDS)
        self._has_written = True
        for attempt in range(MOST_TRIES):
            try:
                answer = self._session.request(method, address, json=body, timeout=TIME_LIMITS, allow_redirects=False)
            except requests.RequestException as fault:
                raise UnansweredError(
                    f"{named}: {_fault(fault)}", "Look whether it was done before asking again."
                ) from None
            if answer.status_code in BROKEN:
                raise UnansweredError(
                    f"{named}: answered {answer.status_code}",
                    "Look whether it was done before asking again.",
                    status=answer.status_code,
                )
            if self._waited_for_limit(answer, attempt, named):  # a limit is refused before anything is done
                continue
            self._refuse_refusal(answer, named)
            return _json(answer)
        raise GitHubError(f"{named}: still limited after {MOST_TRIES} tries", "Run this again in an hour.")

    def _waited_for_limit(self, answer: requests.Response, attempt: int, named: str) -> bool:
        wait = limit_wait(answer.status_code, answer.headers, _message(answer), attempt=attempt)
        if wait is None:
            return False
        self._wait(wait, f"{named}: GitHub asks for a rest of {wait:.0f} seconds")
        return True

    def _wait(self, seconds: float, why: str) -> None:
        if seconds > self._patience:
            raise GitHubError(
                why, "That is longer than this run may wait. Run it again later; what was done stays done."
            )
        self._patience -= seconds
        self._pause(seconds)

    def _named(self, method: str, address: str) -> str:
        return f"{method} {urlsplit(address).path}"

    def _refuse_refusal(self, answer: requests.Response, named: str) -> None:
        status = answer.status_code
        if 200 <= status < 300:
            return
        if 300 <= status < 400:
            raise GitHubError(f"{named}: moved elsewhere", "Name the repository as it is called now.", status=status)
        hint = {
            401: "The token is missing, wrong or has run out.",
            403: "The token may not do this: look at 'permissions' of the job.",
            404: "There is none, or the token may not see it.",
            410: "Issues are turned off in this repository.",
        }.get(status, "")
        said = _message(answer)
        if self._token:
            said = said.replace(self._token, "…")
        raise GitHubError(f"{named}: refused with {status}" + (f" ({said})" if said else ""), hint, status=status)


def _fault(fault: requests.RequestException) -> str:
    return "no answer in time" if isinstance(fault, requests.Timeout) else "the connection was cut"


def _json(answer: requests.Response) -> Json:
    if not answer.content:
        return None
    try:
        value: Json = answer.json()
    except ValueError:
        raise GitHubError(
            "GitHub's answer is not JSON", "Is the API's address right?", status=answer.status_code
        ) from None
    return value


def _items(value: Json) -> Iterator[JsonObject]:
    """The objects of a page: the list itself, or the one list beside `total_count`."""
    if isinstance(value, dict):
        lists = [one for one in value.values() if isinstance(one, list)]
        value = lists[0] if len(lists) == 1 else None
    if not isinstance(value, list):
        raise GitHubError("GitHub's answer is not a list")
    for one in value:
        try:
            yield as_object(one)
        except UnexpectedAnswerError:
            raise GitHubError("GitHub's answer is not a list of objects") from None


def _message(answer: requests.Response) -> str:
    """GitHub's own words for a refusal, on one line and printable."""
    try:
        value: Json = answer.json()
    except ValueError:
        return ""
    said = value.get("message") if isinstance(value, dict) else None
    return "".join(c if c.isprintable() else " " for c in said)[:300] if isinstance(said, str) else ""
