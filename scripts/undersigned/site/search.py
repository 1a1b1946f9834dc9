"""Makes the search index of a finished site. Only this module runs Pagefind."""

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

#: Lists, and pages for people who change the program.
_LISTS = frozenset({"lists", "matrix", "between", "reviews", "status", "decisions"})


class SearchError(Exception):
    """The index could not be made."""


def kind_of(source: str) -> str:
    """Returns the kind of a page by its name in MkDocs; empty for the search page, lists and older texts, which are not searched."""
    folder, *below = source.split("/")
    is_list = below == ["index.md"] and folder in ("protocols", "organisations", "rules")
    is_older = folder == "protocols" and "versions" in below
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
