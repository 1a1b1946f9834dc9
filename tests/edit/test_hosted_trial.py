"""A host as it runs: a proxy that names who signed in, officers of two bodies, a stranger, an approval, and a killed server."""

from __future__ import annotations

import base64
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest

from edit.hosted_register import COUNCIL, COUNCIL_TOO, HEADER, KEEPER, LEAD, STRANGER, git, make_repository, waiting
from support import ROOT, one_in
from undersigned.changes.git import register_at

WORDING = "/wording/p/clauses.complaints.text"
#: Stops before one command of Git while the file that names it is there, and says so.
_SLOW_GIT = """#!/bin/sh
for word in "$@"; do
  if [ -e "$STOPS/$word" ]; then
    rm "$STOPS/$word"
    touch "$STOPS/reached"
    sleep 600
  fi
done
exec {git} "$@"
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Proxy(BaseHTTPRequestHandler):
    """Knows people by their passwords. Takes off the header that a browser sends, and sets its own."""

    upstream = 0

    def _pass_on(self) -> None:
        scheme, _, given = self.headers.get("Authorization", "").partition(" ")
        mailbox = base64.b64decode(given).decode().partition(":")[0] if scheme == "Basic" else ""
        if not mailbox:
            self.send_error(401)
            return
        headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in (HEADER.lower(), "authorization", "connection")
        }
        length = int(self.headers.get("Content-Length", "0"))
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=120)
        try:
            connection.request(self.command, self.path, self.rfile.read(length), {**headers, HEADER: mailbox})
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            self.send_error(502)
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _pass_on  # noqa: N815 - the names that the library calls

    def log_message(self, *_: object) -> None:
        pass


class Host:
    """The server in a process of its own, behind the proxy, over the bare repository `root`."""

    def __init__(self, folder: Path) -> None:
        self.root = make_repository(folder)
        self.stops = folder / "stops"
        self.stops.mkdir()
        self.port = free_port()
        handler = type("Handler", (Proxy,), {"upstream": self.port})
        self.proxy = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.site = f"http://127.0.0.1:{self.proxy.server_address[1]}"
        threading.Thread(target=self.proxy.serve_forever, daemon=True).start()
        programs = folder / "programs"
        programs.mkdir()
        git_program = programs / "git"
        git_program.write_text(_SLOW_GIT.format(git=shutil.which("git")))
        git_program.chmod(0o755)
        self._environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "STOPS": str(self.stops)}
        self.start()

    def start(self) -> None:
        command = [
            *(sys.executable, "-m", "undersigned", "edit", "--root", str(self.root), "--hosted"),
            *("--proxy", "127.0.0.1", "--site-url", self.site, "--address", f"127.0.0.1:{self.port}"),
        ]
        self.process = subprocess.Popen(
            command, env=self._environment, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self.process.stderr is not None
        self.said: list[str] = []
        for line in self.process.stderr:
            self.said.append(line)
            if "listening" in line:
                return
        raise AssertionError(self.said)

    def kill(self) -> None:
        """Kills the server and every Git that it runs, at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ask(self, mailbox: str, path: str, data: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.server_address[1], timeout=120)
        sign_in = base64.b64encode(f"{mailbox}:x".encode()).decode()
        sent = {"Authorization": f"Basic {sign_in}", **headers}
        if data is None:
            connection.request("GET", path, headers=sent)
        else:
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.site}
            connection.request("POST", path, urlencode(data), headers=sent)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def token(self, mailbox: str, path: str) -> str:
        _, page = self.ask(mailbox, path)
        found = re.search(r'name="token" value="([^"]+)"', page)
        assert found, page
        return found[1]

    def send(self, mailbox: str, path: str, **answers: str) -> str:
        return self.ask(mailbox, path, {"token": self.token(mailbox, path), **answers})[1]

    def answers(self, text: str) -> dict[str, str]:
        return {"text": text, "do": "propose", "commit_base": git(self.root, "rev-parse", "main").strip()}

    def approve(self, mailbox: str, name: str) -> str:
        _, page = self.ask(mailbox, f"/proposals/{name}")
        seen = {
            field: found[1]
            for field in ("main", "tip")
            if (found := re.search(rf'name="{field}" value="([^"]+)"', page))
        }
        return self.send(mailbox, f"/proposals/{name}", do="approve", **seen)

    def killed_at(self, command: str, mailbox: str, path: str, data: dict[str, str]) -> None:
        """Sends a form, and kills the server when it is about to run a command of Git."""
        (self.stops / command).touch()
        sending = threading.Thread(target=self.ask, args=(mailbox, path, data), daemon=True)
        sending.start()
        while not (self.stops / "reached").exists():
            assert sending.is_alive(), f"the form was answered before {command}"
            time.sleep(0.02)
        self.kill()
        (self.stops / "reached").unlink()
        sending.join()

    def is_whole(self) -> None:
        """Git finds no fault, and every record can be read."""
        assert "error" not in git(self.root, "fsck", "--full", "--strict")
        folder = register_at(self.root, "main").protocol("p")
        assert folder is not None
        assert folder.readable


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    host = Host(tmp_path_factory.mktemp("host"))
    yield host
    host.kill()
    host.proxy.shutdown()


@pytest.mark.slow
def test_two_bodies_a_stranger_and_a_second_person(host: Host) -> None:
    for mailbox, words in ((LEAD, "Partnerships Manager"), (COUNCIL, "Lichfield"), (COUNCIL_TOO, "Housing Options")):
        status, page = host.ask(mailbox, "/")
        assert (status, words in page) == (200, True)
    status, page = host.ask(STRANGER, "/", None, **{HEADER: LEAD})
    assert status == 403
    assert "You are not known here" in page
    page = host.send(COUNCIL, WORDING, **host.answers("Each party answers by itself."))
    assert "Your change is proposed" in page
    (name,) = waiting(host.root)
    assert 'value="approve"' not in host.ask(COUNCIL, f"/proposals/{name}")[1]
    assert "Approved" in host.approve(LEAD, name)
    assert "Each party answers by itself." in git(host.root, "show", "main:protocols/p/protocol.yaml")
    host.is_whole()


def test_the_header_of_somebody_who_does_not_come_through_the_proxy(host: Host) -> None:
    names = (HEADER, HEADER.replace("-", "_"), HEADER.lower())
    for source, name, expected in (
        ("127.0.0.2", HEADER, 403),
        ("127.0.0.1", names[1], 403),
        ("127.0.0.1", names[2], 200),  # the proxy's own address
    ):
        connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=60, source_address=(source, 0))
        connection.request("GET", "/", headers={name: KEEPER, "Host": host.site.removeprefix("http://")})
        assert connection.getresponse().status == expected, (source, name)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["hash-object", "commit-tree", "update-ref"])
def test_a_server_that_is_killed_before_the_proposal_is_there_leaves_nothing_half_made(
    host: Host, command: str
) -> None:
    text = f"Each party answers, {command}."
    data = {**host.answers(text), "token": host.token(COUNCIL, WORDING)}
    before = git(host.root, "for-each-ref")
    host.killed_at(command, COUNCIL, WORDING, data)
    assert git(host.root, "for-each-ref") == before
    host.is_whole()
    host.start()
    # The page in the browser is as good as before: the same form is taken, and its change is there once.
    assert "Your change is proposed" in host.ask(COUNCIL, WORDING, data)[1]
    assert "Your change is proposed" in host.ask(COUNCIL, WORDING, data)[1]
    (name,) = waiting(host.root)
    assert text in git(host.root, "show", f"edit/{name}:protocols/p/protocol.yaml")
    assert "same lines" not in host.ask(LEAD, f"/proposals/{name}")[1]
    host.send(LEAD, f"/proposals/{name}", do="send-back", reason="Only a trial.")
    git(host.root, "branch", "-D", "draft/p")


@pytest.mark.parametrize("command", one_in(3, ["merge-tree", "update-ref", "-d"]))
def test_a_server_that_is_killed_while_somebody_approves_has_done_it_or_has_not(host: Host, command: str) -> None:
    text = f"Each party answers, approved {command}."
    assert "Your change is proposed" in host.send(COUNCIL, WORDING, **host.answers(text))
    (name,) = waiting(host.root)
    _, page = host.ask(LEAD, f"/proposals/{name}")
    data = {
        field: found[1]
        for field in ("main", "tip", "token")
        if (found := re.search(rf'name="{field}" value="([^"]+)"', page))
    }
    host.killed_at(command, LEAD, f"/proposals/{name}", {**data, "do": "approve"})
    host.is_whole()
    done = text in git(host.root, "show", "main:protocols/p/protocol.yaml")
    assert done is (command == "-d")
    host.start()
    if not done:
        assert "Approved" in host.approve(LEAD, name)
    assert text in git(host.root, "show", "main:protocols/p/protocol.yaml")
    assert "Nothing waits." in host.ask(LEAD, "/proposals")[1]
    for left in waiting(host.root):
        git(host.root, "branch", "-D", f"edit/{left}")


@pytest.mark.slow
def test_a_lock_that_a_killed_git_left_is_cleared_at_the_start(host: Host) -> None:
    host.kill()
    lock = host.root / "refs/heads/main.lock"
    lock.touch()
    host.start()
    assert not lock.exists()
    assert "removed refs/heads/main.lock" in "".join(host.said)


def test_slow_bodies_and_half_requests_keep_nobody_waiting(host: Host) -> None:
    slow = []
    for number in range(20):
        one = socket.create_connection(("127.0.0.1", host.port), timeout=60)
        one.sendall(
            b"POST /receive HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n" + (b"\r\nx" if number % 2 else b"")
        )
        slow.append(one)
    assert host.ask(LEAD, "/")[0] == 200
    for one in slow:
        one.close()


def test_a_body_that_says_it_is_huge_is_refused_unread(host: Host) -> None:
    with socket.create_connection(("127.0.0.1", host.port), timeout=60) as one:
        one.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
        assert b" 413 " in one.recv(200)


def test_a_backup_in_one_file_gives_the_same_host_again(host: Host, tmp_path: Path) -> None:
    assert "Your change is proposed" in host.send(
        COUNCIL, WORDING, **host.answers("Each party answers, and says when.")
    )
    git(host.root, "bundle", "create", str(tmp_path / "register.bundle"), "--all")
    git(host.root, "bundle", "verify", str(tmp_path / "register.bundle"))
    subprocess.run(
        ["git", "clone", "-q", "--mirror", str(tmp_path / "register.bundle"), str(tmp_path / "restored.git")],
        check=True,
    )
    restored = tmp_path / "restored.git"
    assert git(restored, "for-each-ref") == git(host.root, "for-each-ref")
    assert git(restored, "symbolic-ref", "HEAD") == git(host.root, "symbolic-ref", "HEAD")
    assert dict(register_at(restored, "main").files.contents) == dict(register_at(host.root, "main").files.contents)


@pytest.mark.slow
def test_the_pages_of_proposals_are_accessible(host: Host) -> None:
    browser, chromium = ROOT / "tests" / "browser", shutil.which("chromium") or shutil.which("google-chrome")
    missing = chromium is None or shutil.which("node") is None or not (browser / "node_modules" / "axe-core").is_dir()
    if missing and not os.environ.get("CI"):
        pytest.skip("needs Chromium, Node and the packages of tests/browser")
    for text in ("Each party answers, and looks.", "Each party answers, and looks again."):
        assert "Your change is proposed" in host.send(COUNCIL, WORDING, **host.answers(text))
    first, *_, last = waiting(host.root)
    host.send(LEAD, f"/proposals/{first}", do="send-back", reason="Say who answers first.")
    places = [
        *(f"{LEAD}/", f"{LEAD}/proposals", f"{LEAD}/proposals/{last}", f"{COUNCIL}/proposals/{last}"),
        *(f"{COUNCIL}/proposals", f"{STRANGER}/", f"{LEAD}/nowhere"),
    ]
    command = ["node", "hosted.mjs", str(chromium), host.site, *places]
    done = subprocess.run(command, cwd=browser, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
