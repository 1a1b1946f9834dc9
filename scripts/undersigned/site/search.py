"""Makes the search index of a finished site. Only this module runs Pagefind.

There are two indexes. Pagefind holds the words of every page, in small files. `search/places.json` holds what a reader may
want to open: each page, card, form, clause and list by its title, with the words that people type for it. `finding.js`
reads both.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path

from undersigned.words.search import search_words

SEARCH_PAGE = "search/index.md"
#: The index's folder in the site.
INDEX_FOLDER = "pagefind"
#: What a reader's browser asks for. Pagefind's own forms and styles are not published.
_PUBLISHED = (
    "pagefind.js",
    "pagefind-worker.js",
    "pagefind-entry.json",
    "wasm.*.pagefind",
    "*.pf_meta",
    "index/*.pf_index",
    "fragment/*.pf_fragment",
    "filter/*.pf_filter",
)
#: Lists only link to pages that are searched themselves. Signatures and partners would find everyone who works with a body.
_NOT_SEARCHED = (".app-records", ".app-contents", ".app-not-searched", ".app-partners")
_TIME_LIMIT = 600.0
#: The first byte of a text in CBOR, to which its length is added if that is below 24.
_SHORT_TEXT = 0x60
#: The kinds of results by the folder of their pages. Other pages are about the register itself.
_KINDS = {
    "protocols": "protocol",
    "organisations": "organisation",
    "guidance": "guidance",
    "guides": "guidance",
    "rules": "rule",
}

#: Lists, and pages for people who change the program: their words are not searched.
_LISTS = frozenset({"lists", "matrix", "between", "reviews", "status", "decisions", "fields"})
PLACES_FILE = "search/places.json"


class SearchError(Exception):
    """The index could not be made."""


def kind_of(source: str) -> str:
    """Returns the kind of a page by its name in MkDocs; empty for the search page, lists and older texts, which are not searched."""
    folder, *below = source.split("/")
    is_list = below == ["index.md"] and folder in ("protocols", "organisations", "rules")
    is_older = folder == "protocols" and "versions" in below[:-2]
    if source == SEARCH_PAGE or is_list or is_older or (below and folder in _LISTS):
        return ""
    return _KINDS.get(folder, "register") if below else "register"


@cache
def _program() -> Path | None:
    """Returns Pagefind's program from its wheel; None if it has none for this platform."""
    try:
        from pagefind_bin import get_executable

        found: Path = get_executable()
    except (ImportError, FileNotFoundError):
        return None
    return found.absolute()


def can_search() -> bool:
    """Whether an index can be made on this platform."""
    return _program() is not None


def write_search_index(site: Path) -> None:
    """Writes the index of the pages in `site` into it. The same pages give the same bytes. Raises SearchError."""
    program = _program()
    if program is None:
        raise SearchError("Pagefind has no program for this platform")
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / INDEX_FOLDER
        _run(
            [
                str(program),
                "--site",
                str(site.resolve()),
                "--output-path",
                str(made),
                "--glob",
                "**/*.html",
                "--exclude-selectors",
                ", ".join(_NOT_SEARCHED),
                "--quiet",
            ],
            folder=scratch,
        )
        if not (made / "pagefind-entry.json").is_file():
            raise SearchError("the search index could not be made: Pagefind wrote none")
        _put_in_order(made)
        write_places(site)
        target = site / INDEX_FOLDER
        for path in sorted({path for pattern in _PUBLISHED for path in made.glob(pattern)}):
            place = target / path.relative_to(made)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, place)


def _put_in_order(made: Path) -> None:
    """Sorts the filters in the index's head by name, because Pagefind writes them in random order.

    The head is CBOR (RFC 8949): an entry is an array of two short texts, a filter's name and the name of its file. Its
    file is named by its content, and `pagefind-entry.json` names the file.
    """
    entries = sorted(_entry(path) for path in made.glob("filter/*.pf_filter"))
    head_file = made / "pagefind-entry.json"
    head = json.loads(head_file.read_bytes())
    for language in head["languages"].values():
        meta = made / f"pagefind.{language['hash']}.pf_meta"
        content = gzip.decompress(meta.read_bytes())
        of_language = [entry for entry in entries if entry in content]
        if len(of_language) > 1:
            run = re.compile(b"(?:%s){%d}" % (b"|".join(map(re.escape, of_language)), len(of_language)), re.DOTALL)
            content, found = run.subn(lambda _: b"".join(of_language), content)  # noqa: B023 - called at once
            if found != 1:
                raise SearchError("the search index could not be put in order: Pagefind's format has changed")
        language["hash"] = f"{language['hash'].split('_')[0]}_{hashlib.sha256(content).hexdigest()[:13]}"
        meta.unlink()
        (made / f"pagefind.{language['hash']}.pf_meta").write_bytes(gzip.compress(content, mtime=0))
    head["languages"] = dict(sorted(head["languages"].items()))
    head_file.write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")


def _entry(filter_file: Path) -> bytes:
    """Returns the entry of a filter in the index's head: the name at the beginning of its file, and the file's name."""
    content = gzip.decompress(filter_file.read_bytes()).removeprefix(b"pagefind_dcd")
    length = content[1] - _SHORT_TEXT  # an array of two, of which the first is a text of at most 23 bytes
    file_name = filter_file.stem.encode()
    return content[: 2 + length] + bytes([_SHORT_TEXT + len(file_name)]) + file_name


def _run(command: list[str], *, folder: str) -> None:
    """Runs it in a folder and an environment of its own, because Pagefind takes settings from both."""
    environment = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": folder}
    if root := os.environ.get("SYSTEMROOT"):
        environment["SYSTEMROOT"] = root
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, timeout=_TIME_LIMIT, cwd=folder, env=environment
        )
    except subprocess.TimeoutExpired:
        raise SearchError(f"the search index takes more than {_TIME_LIMIT:.0f} seconds") from None
    except OSError as error:
        raise SearchError(f"the search index could not be made: {error.strerror}") from error
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        told = lines[-1] if lines else f"exit status {done.returncode}"
        raise SearchError(f"the search index could not be made: {told}")


# -- places ---------------------------------------------------------------------------------------------------------

#: Pages below these folders are only found by name, or not at all. So is the page of fields, whose rows have common words.
_BY_TITLE_ONLY = frozenset({"between", "decisions", "contributing"})
_TAG = re.compile(r"<[^>]*>")
#: A heading, and the opening tags directly before it: if it has no id, the nearest of these gives the place.
_HEADING = re.compile(r"((?:<[a-z][^<>]*>\s*){0,3})<h([2-4])([^>]*)>(.*?)</h\2>", re.DOTALL)
#: A row of a table that has a name to link to.
_ROW = re.compile(r'<tr\b[^>]* id="([^"]+)"[^>]*>\s*<th\b[^>]*>(.*?)</th>', re.DOTALL)
_TITLE = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL)
_CAPTION = re.compile(r'<span class="govuk-caption-l">(.*?)</span>', re.DOTALL)
_ID = re.compile(r' id="([^"]+)"')
_NUMBER = re.compile(r"^\d+\. ")
_COUNT = re.compile(r" \(\d+\)$")


@dataclass(frozen=True)
class _Page:
    """A page that can be opened. `places`: (title, its name in the page) of what is on it."""

    url: str
    title: str
    kind: str
    last: bool
    words: str
    places: tuple[tuple[str, str], ...]

    @property
    def front(self) -> str:
        """The page as a part of which it is found: a protocol's front page, or the page itself."""
        folder, *below = self.url.split("/")
        return f"{folder}/{below[0]}/" if folder == "protocols" and len(below) > 2 else self.url


def place_kinds() -> tuple[str, ...]:
    """Returns the kinds of what is found, in the order in which `places.json` numbers them."""
    return ("protocol", "organisation", "guidance", "guide", "list", "person", "register", "rule")


def write_places(site: Path) -> None:
    """Writes `search/places.json` from the finished pages in `site`. The same pages give the same bytes."""
    every = [page for path in sorted(site.rglob("*.html")) if (page := _page_of(path, site)) is not None]
    urls = {page.url for page in every}
    pages = [page for page in every if page.front == page.url or page.front not in urls]
    numbers = {page.url: number for number, page in enumerate(pages)}
    spoken = search_words()
    kinds = place_kinds()
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for page in every:
        front = page.url if page.url in numbers else page.front
        number, below = numbers[front], page.url.removeprefix(front)
        on_front = {title for title, _name in pages[number].places} if below else ()
        if below and page.title not in on_front:
            places[page.title, below].append(number)
        for title, name in dict.fromkeys(page.places):
            if title not in on_front:
                places[title, f"{below}#{name}"].append(number)
    content = {
        "kinds": kinds,
        "means": spoken.means,
        "misspelt": spoken.misspelt,
        "welsh": spoken.welsh,
        "pages": [
            [page.url, page.title, kinds.index(page.kind), int(page.last), page.words, spoken.pages.get(page.url, [])]
            for page in pages
        ],
        "places": [[title, where, found] for (title, where), found in sorted(places.items())],
    }
    target = site / PLACES_FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def _page_of(path: Path, site: Path) -> _Page | None:
    """Returns what a page offers to be found; None if it only redirects, or is the search, an older text or a list's further page."""
    name = path.relative_to(site).as_posix()
    folder, *below = name.split("/")
    is_older = folder == "protocols" and "versions" in below[:-2]
    goes_on = folder == "lists" and len(below) > 2  # a further page of a list
    if path.name != "index.html" or name == "search/index.html" or is_older or goes_on:
        return None
    whole = path.read_text(encoding="utf-8")
    head, _, body = whole.partition("<main")
    body = body.partition("</main>")[0]
    title = _TITLE.search(body)
    if title is None or 'http-equiv="refresh"' in head:
        return None
    caption = _CAPTION.search(body)
    return _Page(
        url=name.removesuffix("index.html"),
        title=_plain(title[1].rpartition("</span>")[2] or title[1]),
        kind=_place_kind(folder, below),
        last='data-pagefind-filter="last:yes"' in head,
        words=_plain(caption[1]) if caption else "",
        places=() if folder == "fields" or (folder in _BY_TITLE_ONLY and below[1:]) else tuple(_places_of(body)),
    )


def _place_kind(folder: str, below: list[str]) -> str:
    if not below:
        return "register"
    if folder == "rules" and len(below) > 1:
        return "rule"
    if folder == "you":
        return "person"
    if folder in ("guidance", "guides"):
        return "guidance" if folder == "guidance" else "guide"
    if folder in ("protocols", "organisations") and len(below) > 1:
        return "protocol" if folder == "protocols" else "organisation"
    return (
        "list"
        if folder in _LISTS | {"protocols", "organisations", "rules", "outcomes", "feeds", "areas"}
        else "register"
    )


def _places_of(body: str) -> Iterator[tuple[str, str]]:
    for before, _level, attributes, words in _HEADING.findall(body):
        own = _ID.search(attributes)
        names = [own[1]] if own else _ID.findall(before)
        if names:
            yield _COUNT.sub("", _NUMBER.sub("", _plain(words))), names[-1]
    for name, words in _ROW.findall(body):
        yield _plain(words), name


def _plain(html: str) -> str:
    return " ".join(unescape(_TAG.sub("", html)).split())
