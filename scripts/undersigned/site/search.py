"""The search index of a site that is built. The one room that runs Pagefind; it says what went wrong, and prints nothing."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

SEARCH_PAGE = "search/index.md"
#: Where the index stands in the site.
INDEX_FOLDER = "pagefind"
#: What the reader's browser asks for. Pagefind's own forms and styles come with it and are not published.
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
#: Lists lead to pages that are found by themselves; signatures and partners would bring up everybody who works with a body.
_NOT_SEARCHED = (".app-records", ".app-contents", ".app-not-searched", ".app-partners")
_TIME_LIMIT = 600.0
#: The first byte of a text in CBOR, to which its length is added where that is below 24.
_SHORT_TEXT = 0x60
#: The kinds by which results are chosen, by the folder of their pages; the rest tells of the register itself.
_KINDS = {
    "protocols": "protocol",
    "organisations": "organisation",
    "guidance": "guidance",
    "guides": "guidance",
    "rules": "rule",
}

#: Lists, and what is written for those who change the program.
_LISTS = frozenset({"lists", "matrix", "reviews", "status", "decisions"})


class SearchError(Exception):
    """The index could not be made."""


def kind_of(source: str) -> str:
    """The kind of the page that MkDocs knows as `source`; empty for the search page, lists and older texts, which are not searched."""
    folder, *below = source.split("/")
    is_list = below == ["index.md"] and folder in ("protocols", "organisations", "rules")
    is_older = folder == "protocols" and "versions" in below
    if source == SEARCH_PAGE or is_list or is_older or (below and folder in _LISTS):
        return ""
    return _KINDS.get(folder, "register") if below else "register"


@cache
def _program() -> Path | None:
    """Pagefind's program, from its wheel. None where it has none for the platform."""
    try:
        from pagefind_bin import get_executable

        found: Path = get_executable()
    except (ImportError, FileNotFoundError):
        return None
    return found.absolute()


def can_search() -> bool:
    """Whether an index can be made here."""
    return _program() is not None


def write_search_index(site: Path) -> None:
    """Writes the index of the pages in `site` below it. The same pages give the same bytes. Raises `SearchError`."""
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
        target = site / INDEX_FOLDER
        for path in sorted({path for pattern in _PUBLISHED for path in made.glob(pattern)}):
            place = target / path.relative_to(made)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, place)


def _put_in_order(made: Path) -> None:
    """Names the filters in the index's head by the alphabet: Pagefind writes them in an order that chance gives.

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
    """How the index's head names a filter: by the name at the beginning of its file, and the file's own."""
    content = gzip.decompress(filter_file.read_bytes()).removeprefix(b"pagefind_dcd")
    length = content[1] - _SHORT_TEXT  # an array of two, of which the first is a text of at most 23 bytes
    file_name = filter_file.stem.encode()
    return content[: 2 + length] + bytes([_SHORT_TEXT + len(file_name)]) + file_name


def _run(command: list[str], *, folder: str) -> None:
    """In a folder and an environment of its own: Pagefind takes settings from both."""
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
