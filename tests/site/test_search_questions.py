"""What people type leads to the page that they mean: the queries of `search_queries.yaml`, asked of the worked example."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import yaml

from undersigned.site.search import can_search

HERE = Path(__file__).parent
QUERIES: list[dict[str, str]] = yaml.safe_load((HERE / "search_queries.yaml").read_text(encoding="utf-8"))
NOTHING = "nothing"

pytestmark = pytest.mark.skipif(not can_search(), reason="Pagefind has no program for this platform")
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="the search runs in JavaScript")


def asked(site: Path, queries: Sequence[str]) -> dict[str, Mapping[str, list[list[object]]]]:
    """What the search of a site answers to each query."""
    done = subprocess.run(
        ["node", str(HERE / "search_questions.mjs"), str(site)],
        input=json.dumps(queries),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(queries, json.loads(done.stdout), strict=True))


def leads_to(url: str, first: str) -> bool:
    """Whether an address is the one wanted. A wanted protocol is its own page, unless a place on it is wanted."""
    folder, _, place = first.partition("#")
    here, _, name = url.partition("#")
    same = re.match("[^/]+".join(map(re.escape, folder.split("*"))), here) is not None
    if not place and folder.startswith("protocols/"):
        return same and not name
    return same and name.startswith(place)


@needs_node
def test_what_people_type_leads_to_the_page_that_they_mean(shipped_site: Path) -> None:
    answers = asked(shipped_site, [query["asks"] for query in QUERIES])
    wrong: dict[str, object] = {}
    for query in QUERIES:
        found = answers[query["asks"]]["found"]
        if query["first"] == NOTHING:
            if found:
                wrong[query["asks"]] = found[0]
        elif not found or not leads_to(str(found[0][0]), query["first"]):
            wrong[query["asks"]] = found[0] if found else NOTHING
    assert not wrong, f"{len(QUERIES) - len(wrong)} of {len(QUERIES)}: {json.dumps(wrong, indent=1)}"


@needs_node
def test_rules_are_found_on_request_only(shipped_site: Path) -> None:
    answers = asked(shipped_site, ["retention", "rule missing topic"])
    found, rules = answers["retention"]["found"], answers["retention"]["rules"]
    assert found
    assert not [url for url, *_ in found if str(url).startswith("rules/") and url != "rules/"]
    assert rules
    assert all(str(url).startswith("rules/") for url in rules)
    assert str(answers["rule missing topic"]["found"][0][0]).startswith("rules/")


def test_every_page_is_found_by_its_title(shipped_site: Path) -> None:
    """Lists, calendars and every kind of page are in the index, and every place in it can be opened."""
    index = json.loads((shipped_site / "search/places.json").read_text(encoding="utf-8"))
    urls = {url for url, *_ in index["pages"]}
    for folder in (
        "",
        "reviews/",
        "status/",
        "feeds/",
        "matrix/",
        "outcomes/",
        "lists/area/",
        "protocols/",
        "organisations/",
    ):
        assert folder in urls
    for query in QUERIES:
        folder = query["first"].partition("#")[0]
        if folder != NOTHING and "*" not in folder:
            assert [url for url in urls if url.startswith(folder)], query
    for title, where, numbers in index["places"]:
        assert title
        folder, _, name = where.partition("#")
        for number in numbers:
            page = (shipped_site / index["pages"][number][0] / folder / "index.html").read_text(encoding="utf-8")
            assert not name or f'id="{name}"' in page, (title, where)
