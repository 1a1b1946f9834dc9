"""The client against a pretend GitHub: pages, limits, broken answers, cut connections; the token stays where it belongs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from github.server import PretendGitHub
from undersigned.github import GitHub, GitHubError, UnansweredError, segment


@pytest.fixture
def hub() -> Iterator[PretendGitHub]:
    with PretendGitHub() as server:
        yield server
        assert server.violations == []


@pytest.fixture
def client(hub: PretendGitHub) -> GitHub:
    return GitHub(hub.repository, "secret", api=hub.address, pause=hub.waits.append)


def test_pages_are_followed_to_the_last(hub: PretendGitHub, client: GitHub) -> None:
    hub.largest_page = 3
    for number in range(1, 8):
        hub.open_issue(f"Number {number}")
    found = [issue["number"] for issue in client.pages("issues", state="all", sort="created", direction="asc")]
    assert found == [1, 2, 3, 4, 5, 6, 7]
    assert len(hub.requests) == 3


def test_a_list_beside_its_count_is_read_the_same(hub: PretendGitHub, client: GitHub) -> None:
    hub.largest_page = 1
    hub.workflows = {"a.yml": "active", "b.yml": "active"}
    assert [workflow["path"] for workflow in client.pages("actions/workflows")] == ["a.yml", "b.yml"]


@pytest.mark.parametrize("kind", [500, 502, 503, 504, "cut", "cut-short"])
def test_a_read_that_fails_is_asked_again_with_growing_waits(
    hub: PretendGitHub, client: GitHub, kind: int | str
) -> None:
    hub.open_issue("One")
    hub.fault("GET", "^/issues", kind, times=3)
    assert [issue["title"] for issue in client.pages("issues")] == ["One"]
    assert hub.waits == [1.0, 2.0, 4.0]


def test_a_read_that_goes_on_failing_is_given_up(hub: PretendGitHub, client: GitHub) -> None:
    hub.fault("GET", "^/issues", 502, times=99)
    with pytest.raises(GitHubError, match=r"GET /repos/example/register/issues: no answer after 6 tries"):
        list(client.pages("issues"))


@pytest.mark.parametrize(
    ("kind", "after"), [(500, False), (500, True), (502, True), (503, False), ("cut", False), ("cut", True)]
)
def test_a_write_that_was_cut_is_never_repeated(
    hub: PretendGitHub, client: GitHub, kind: int | str, after: bool
) -> None:
    hub.fault("POST", "^/issues$", kind, after=after)
    with pytest.raises(UnansweredError, match="POST /repos/example/register/issues"):
        client.post("issues", {"title": "One"})
    assert hub.writes == ["POST /issues"]
    assert len(hub.issues) == int(after)


def test_a_limit_that_names_its_seconds_is_waited_for(hub: PretendGitHub, client: GitHub) -> None:
    hub.fault(
        "POST", "^/issues$", 429, headers={"Retry-After": "30"}, message="You have exceeded a secondary rate limit"
    )
    client.post("issues", {"title": "One"})
    assert [issue.title for issue in hub.issues.values()] == ["One"]
    assert hub.waits == [31.0]


def test_between_writes_there_is_a_second(hub: PretendGitHub, client: GitHub) -> None:
    for title in ("One", "Two", "Three"):
        client.post("issues", {"title": title})
    assert hub.waits == [1.0, 1.0]


def test_the_primary_limit_is_measured_by_the_answers_own_clock(hub: PretendGitHub, client: GitHub) -> None:
    hub.fault("GET", "^/issues", 403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": hub.in_seconds(90)})
    assert list(client.pages("issues")) == []
    assert hub.waits == [91.0]


def test_a_limit_without_a_time_gets_a_minute_and_then_more(hub: PretendGitHub, client: GitHub) -> None:
    hub.fault("GET", "^/issues", 403, times=2, message="You have exceeded a secondary rate limit. Please wait.")
    assert list(client.pages("issues")) == []
    assert hub.waits == [60.0, 120.0]


def test_retry_after_may_be_a_day_and_hour(hub: PretendGitHub, client: GitHub) -> None:
    hub.fault("GET", "^/issues", 503, times=0)
    hub.fault("GET", "^/issues", 429, headers={"Retry-After": "Sun, 22 Nov 2026 06:00:40 GMT"})
    assert list(client.pages("issues")) == []
    assert hub.waits == [41.0]


def test_patience_ends(hub: PretendGitHub) -> None:
    client = GitHub(hub.repository, "secret", api=hub.address, pause=hub.waits.append, patience=100)
    hub.fault("GET", "^/issues", 429, headers={"Retry-After": "70"}, times=2)
    with pytest.raises(GitHubError, match="wait 71 seconds") as raised:
        list(client.pages("issues"))
    assert "Run it again later" in raised.value.hint
    assert hub.waits == [71.0]


def test_a_refusal_that_is_no_limit_is_told_with_what_to_do(hub: PretendGitHub, client: GitHub) -> None:
    hub.fault("POST", "^/issues$", 403, message="Resource not accessible by integration")
    with pytest.raises(GitHubError, match="Resource not accessible by integration") as raised:
        client.post("issues", {"title": "One"})
    assert raised.value.status == 403
    assert "permissions" in raised.value.hint
    assert hub.waits == []


def test_no_message_holds_the_token(hub: PretendGitHub) -> None:
    client = GitHub(hub.repository, "wrong-token-x", api=hub.address, pause=hub.waits.append)
    hub.fault("GET", "^/issues", 403, message="the token wrong-token-x may not do this")
    for _ in range(2):
        with pytest.raises(GitHubError) as raised:
            list(client.pages("issues"))
        assert "wrong-token-x" not in f"{raised.value} {raised.value.hint} {raised.value!r}"
    assert raised.value.status == 401


def test_a_file_of_passwords_takes_no_part(
    hub: PretendGitHub, client: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert list(client.pages("issues")) == []


def test_the_next_page_is_asked_of_the_same_server_only(
    hub: PretendGitHub, client: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = hub._page
    monkeypatch.setattr(
        hub, "_page", lambda *a: (page(*a)[0], {"Link": '<http://other.example/issues?page=2>; rel="next"'})
    )
    hub.open_issue("One")
    with pytest.raises(GitHubError, match="another server"):
        list(client.pages("issues"))


def test_a_repository_that_moved_is_told(hub: PretendGitHub, client: GitHub) -> None:
    hub.fault("GET", "^/issues", 301, headers={"Location": "http://other.example/"})
    with pytest.raises(GitHubError, match="the repository has moved"):
        list(client.pages("issues"))


def test_parts_of_a_path_stay_parts() -> None:
    assert segment("../../user?x=1#y") == "..%2F..%2Fuser%3Fx%3D1%23y"
    assert segment("..") == "%2E%2E"


def test_what_is_there_and_what_is_not(hub: PretendGitHub, client: GitHub) -> None:
    assert client.has("assignees/keeper")
    assert not client.has("assignees/stranger")


@pytest.mark.parametrize("name", ["", "register", "a/b/c", "/x", "x/"])
def test_a_repository_is_owner_and_name(name: str) -> None:
    with pytest.raises(GitHubError, match="does not name a repository"):
        GitHub(name, "")
