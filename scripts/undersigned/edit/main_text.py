"""The register as its main text is now, read again only where it has changed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from undersigned.changes.git import is_bare, register_at
from undersigned.records.files import LiveFiles
from undersigned.register import Known, Register, register_of

#: So many parsed records stay: all those of the protocols that a few people work on at once.
_MOST_RECORDS = 600


def main_register(root: Path, commit: str = "HEAD") -> Register:
    """The files in the folder as they are at this moment, or those of the newest commit of a bare repository, or of another `commit` there.

    A record whose bytes are as before is not parsed again for a list. HistoryError if Git cannot answer.
    """
    kept = _kept(root)
    if is_bare(root):
        register = register_at(root, commit, known=kept.known)
    else:
        register = register_of(root, kept.files.load(), known=kept.known)
    kept.known.names = register.names
    return register


def read_ahead(root: Path) -> None:
    """Reads what every list shows before the first page asks for it: of a national register, this takes seconds."""
    for _line in main_register(root).protocol_lines():
        pass


class _Kept:
    """What stays between two requests about one register."""

    def __init__(self, root: Path) -> None:
        self.files, self.known = LiveFiles(root), Known(most=_MOST_RECORDS)


@lru_cache(maxsize=8)
def _kept(root: Path) -> _Kept:
    return _Kept(root)
