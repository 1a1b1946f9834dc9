"""A pretend GitHub with a state, for tests. Each request and each answer is checked against GitHub's description.

    hub = PretendGitHub()
    github = hub.client()  # answers in this process, without a network

    with PretendGitHub() as hub:  # a real server on this machine
        GitHub("example/register", "secret", api=hub.address, pause=hub.waits.append)

`hub.violations` lists what did not match the description: a test that ends with any has failed. `hub.fault` breaks requests.
"""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from github import description, git_endpoints, issue_endpoints  # noqa: F401 - they register their operations
from github.operations import Paged, run
from github.state import Refusal, State
from undersigned.github import GitHub


@dataclass
class Fault:
    """What happens to the next `times` requests that fit: `kind` is a number to answer with, or `cut`.

    `after`: the work is done first. `headers` and `message` go with a number. `skip`: so many fitting requests pass first.
    """

    method: str
    path: re.Pattern[str]
    kind: int | str
    after: bool
    times: int
    skip: int
    headers: dict[str, str]
    message: str


class PretendGitHub(State):
    """The state, and the record of what was asked. Entering it starts a server at `address`."""

    def __init__(self, repository: str = "example/register", *, git: Path | None = None) -> None:
        super().__init__(repository, git)
        self.token = "secret"  # noqa: S105 - pretended
        self.largest_page = 100
        self.requests: list[str] = []
        self.violations: list[str] = []
        self.waits: list[float] = []
        self._faults: list[Fault] = []
        self.before: list[tuple[re.Pattern[str], Callable[[], None]]] = []
        self._lock = threading.RLock()
        self.address = "https://api.github.invalid"

    def client(self, token: str | None = None, *, patience: float = 1200.0) -> GitHub:
        """A client that this pretend GitHub answers in the same process."""
        return GitHub(
            self.repository,
            self.token if token is None else token,
            api=self.address,
            pause=self.waits.append,
            patience=patience,
            transport=_Transport(self),
        )

    def __enter__(self) -> PretendGitHub:
        hub = self

        class Handler(_Handler):
            github = hub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        serve = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        serve.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def fault(
        self,
        method: str,
        path: str,
        kind: int | str,
        *,
        after: bool = False,
        times: int = 1,
        skip: int = 0,
        headers: dict[str, str] | None = None,
        message: str = "",
    ) -> None:
        """Asks for a fault. `method` and `path` are patterns; the path is searched in `/issues?page=1` and the like, below the repository."""
        self._faults.append(Fault(method, re.compile(path), kind, after, times, skip, headers or {}, message))

    def mend(self) -> None:
        """Nothing breaks any more."""
        self._faults.clear()

    def meanwhile(self, request: str, does: Callable[[], None]) -> None:
        """Just before the next request that fits (`POST /issues`), something else happens."""
        self.before.append((re.compile(request), does))

    @property
    def writes(self) -> list[str]:
        return [request for request in self.requests if not request.startswith("GET ")]

    def in_seconds(self, seconds: int) -> str:
        """A moment so many seconds from the server's now, as a count of seconds."""
        return str(int((self.now + timedelta(seconds=seconds)).timestamp()))

    # -- one request ------------------------------------------------------------------------------------------------

    def handle(self, method: str, target: str, token: str, body: Any) -> tuple[int | str, dict[str, str], Any]:
        """Status (or `cut`), headers and body of the answer."""
        with self._lock:
            split = urlsplit(target)
            below = split.path.removeprefix(f"/repos/{self.repository}") or "/"
            asked = f"{method} {below}" + (f"?{split.query}" if split.query else "")
            self.requests.append(asked)
            for item in [one for one in self.before if one[0].search(asked)]:
                self.before.remove(item)
                item[1]()
            fault = self._next_fault(method, asked.split(" ", 1)[1])
            if fault is not None and not fault.after:
                return fault.kind, fault.headers, {"message": fault.message}
            status, headers, answer = self._work(
                method, split.path, dict(parse_qsl(split.query, keep_blank_values=True)), token, body
            )
            if fault is not None:
                return fault.kind, fault.headers, {"message": fault.message}
            return status, headers, answer

    def _next_fault(self, method: str, path: str) -> Fault | None:
        for fault in self._faults:
            if re.fullmatch(fault.method, method) and fault.path.search(path) and fault.times:
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None

    def _work(
        self, method: str, path: str, query: dict[str, str], token: str, body: Any
    ) -> tuple[int, dict[str, str], Any]:
        if token != f"Bearer {self.token}":
            return 401, {}, {"message": "Bad credentials"}
        for template, found in description.operations(path):
            if description.operation(template, method) is None:
                continue
            if "owner" in found and f"{unquote(found['owner'])}/{unquote(found['repo'])}" != self.repository:
                return 404, {}, {"message": "Not Found"}
            faults = description.faults_of_request(template, method, query, body)
            if faults:
                self.violations += [f"{method} {path}: {fault}" for fault in faults]
                return 422, {}, {"message": "; ".join(faults)}
            names = {name: unquote(value) for name, value in found.items()}
            try:
                status, answer = run(self, method, template, names, query, body)
            except Refusal as refusal:
                return (
                    refusal.status,
                    {},
                    {"message": refusal.message, "documentation_url": "https://docs.github.com/rest"},
                )
            headers: dict[str, str] = {}
            if isinstance(answer, Paged):
                answer, headers = self._page(answer, path, query)
            faults = description.faults_of_answer(template, method, status, answer)
            self.violations += [f"answer of {method} {path}: {fault}" for fault in faults]
            return status, headers, answer
        self.violations.append(f"{method} {path} is not among the operations that are described")
        return 404, {}, {"message": "Not Found"}

    def _page(self, paged: Paged, path: str, query: dict[str, str]) -> tuple[Any, dict[str, str]]:
        size = max(1, min(int(query.get("per_page", 30)), self.largest_page))
        page = int(query.get("page", 1))
        shown = paged.items[(page - 1) * size : page * size]
        headers = {}
        if page * size < len(paged.items):
            following = urlencode({**query, "page": str(page + 1)})
            headers["Link"] = f'<{self.address}{path}?{following}>; rel="next"'
        return (shown if paged.within is None else {"total_count": len(paged.items), paged.within: shown}), headers


class _Transport(requests.adapters.BaseAdapter):
    """Takes a request to the pretend GitHub by a function call, and its answer back as if from the network."""

    def __init__(self, hub: PretendGitHub) -> None:
        super().__init__()
        self._hub = hub

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        body = json.loads(request.body) if isinstance(request.body, str | bytes) else None
        token = str(request.headers.get("Authorization", ""))
        status, headers, content = self._hub.handle(request.method or "", request.path_url, token, body)
        if status == "cut":
            raise requests.ConnectionError("cut")
        if status == "cut-short":
            raise requests.exceptions.ChunkedEncodingError("cut short")
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = int(status), request, request.url or ""
        date = format_datetime(self._hub.now.astimezone(UTC), usegmt=True)
        answer.headers = CaseInsensitiveDict({"Date": date, **headers})
        answer._content = b"" if content is None else json.dumps(content).encode()
        return answer

    def close(self) -> None:
        pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one packet: in two, each would wait for the other end
    github: PretendGitHub

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length) if length else b""
        body = json.loads(raw) if raw else None
        status, headers, answer = self.github.handle(
            self.command, self.path, self.headers.get("Authorization", ""), body
        )
        if status == "cut":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if status == "cut-short":
            self.send_response(200)
            self.send_header("Content-Length", "5000")
            self.end_headers()
            self.wfile.write(b"[")
            self.close_connection = True
            return
        said = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(int(status))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        if int(status) != 204:
            self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        if int(status) != 204:
            self.wfile.write(said)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _answer  # noqa: N815

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.github.now.astimezone(UTC), usegmt=True)

    def log_message(self, *_: object) -> None:
        pass


def a_day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 6, 0, tzinfo=UTC)
