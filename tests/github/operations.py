"""Which function does which operation of the pretend GitHub. An operation that nobody took on is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from github.state import Refusal

if TYPE_CHECKING:
    from github.server import PretendGitHub

REPO = "/repos/{owner}/{repo}"


@dataclass
class Paged:
    """A list that is given a page at a time; `within`: under this name, beside `total_count`."""

    items: list[Any]
    within: str | None = None


#: Takes the server, the names in the path, the query and the body; gives status and answer.
Endpoint = Callable[["PretendGitHub", dict[str, str], dict[str, str], Any], tuple[int, Any]]
_ALL: dict[tuple[str, str], Endpoint] = {}


def at(method: str, template: str) -> Callable[[Endpoint], Endpoint]:
    def keep(endpoint: Endpoint) -> Endpoint:
        _ALL[(method, template)] = endpoint
        return endpoint

    return keep


def run(
    hub: PretendGitHub, method: str, template: str, names: dict[str, str], query: dict[str, str], body: Any
) -> tuple[int, Any]:
    endpoint = _ALL.get((method, template))
    if endpoint is None:
        hub.violations.append(f"{method} {template} is not pretended yet")
        raise Refusal(404, "Not Found")
    return endpoint(hub, names, query, body or {})
