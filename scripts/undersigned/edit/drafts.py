"""Drafts: a protocol that is being written, on a branch `draft/<id>` of its own. Nothing else is stored.

Each saved answer is a commit on that branch. Proposing puts the whole draft, as one commit, on the newest main text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from undersigned.changes.git import History, HistoryError, TreeEntry, is_record
from undersigned.edit.main_text import main_register
from undersigned.edit.outlets import Outlet, Proposal, Proposed
from undersigned.editing.amend import Append, Put, Remove, amended
from undersigned.records.for_people import ForPeople
from undersigned.records.protocol import Protocol
from undersigned.records.reading import read_record
from undersigned.records.source import PlainData
from undersigned.register import ProtocolFolder, Register

_FOLDER = "draft"
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
#: A commit is the work of a post. Who it was is known to whoever runs the program, not to the public history.
EDITOR = ("Form editor of the register", "edit@register.invalid")
AUTHOR: ContextVar[tuple[str, str]] = ContextVar("AUTHOR", default=EDITOR)


@dataclass(frozen=True)
class Draft:
    """A draft as it is now. `tip`: the newest commit, or None before anything was saved. `files`: what it changes.

    `moved`: files that the main text has changed since the draft began, and that the draft changes too.
    """

    root: Path
    protocol: str
    tip: str | None
    base: str
    files: Mapping[str, bytes]
    moved: tuple[str, ...]

    @property
    def path(self) -> str:
        return f"protocols/{self.protocol}/protocol.yaml"

    @property
    def people_path(self) -> str:
        return f"protocols/{self.protocol}/for-people.yaml"

    @property
    def people(self) -> Mapping[str, PlainData]:
        """The page for the people whom the sharing is about, as plain data; empty without one, or if it cannot be read."""
        raw = self.register.files.contents.get(self.people_path)
        if raw is None:
            return {}
        record = read_record(self.people_path, raw, ForPeople)
        return record.source.data if record.value is not None else {}

    @property
    def branch(self) -> str:
        return f"{_FOLDER}/{self.protocol}"

    @cached_property
    def register(self) -> Register:
        """The register with the draft in it."""
        return main_register(self.root).with_files(self.files)

    @property
    def folder(self) -> ProtocolFolder:
        """The protocol. KeyError if there is none, or if it cannot be read."""
        found = self.register.protocol(self.protocol)
        if found is None or not found.readable:
            raise KeyError(self.protocol)
        return found

    @property
    def data(self) -> Mapping[str, PlainData]:
        """The working text as plain data."""
        return self.folder.record.source.data

    def saved(self, files: Mapping[str, bytes], message: str) -> Draft:
        """The draft with these files, committed. HistoryError if somebody else saved it meanwhile."""
        with History(self.root) as history:
            commit = history.commit(self.tip or self.base, files, message + "\n", AUTHOR.get())
            if self.tip is None:
                history.make_branch(self.branch, commit)
            else:
                history.move_branch(self.branch, commit, before=self.tip)
        return open_draft(self.root, self.protocol)

    def amended(self, changes: Sequence[Put | Append | Remove], message: str) -> Draft:
        """The draft with these changes of the protocol's record. EditingError if the layout does not allow them."""
        raw = self.register.files.contents[self.path]
        after = amended(self.register, self.path, raw, Protocol, changes)
        return self if after == raw else self.saved({self.path: after}, message)

    def proposed(self, title: str, outlet: Outlet) -> Proposed:
        """Puts the draft on the main text, proposes it, and deletes it. OutletError if it cannot be proposed."""
        with History(self.root) as history:
            head = history.resolve("HEAD")
            commit = history.commit(head, self.files, title + "\n", AUTHOR.get())
            proposed = outlet.propose(Proposal(head, commit, title, self.files, AUTHOR.get()))
            if self.tip is not None:
                with suppress(HistoryError):  # somebody saved more just now: it stays as a draft
                    history.delete_branch(self.branch, before=self.tip)
        return proposed

    def commit_to_compare(self) -> tuple[str, str]:
        """The main text's commit and a commit of the draft on top of it, which no branch names."""
        with History(self.root) as history:
            head = history.resolve("HEAD")
            return head, history.commit(head, self.files, "draft\n", AUTHOR.get())

    def given_up(self) -> None:
        """Deletes the draft."""
        if self.tip is not None:
            with History(self.root) as history:
                history.delete_branch(self.branch, before=self.tip)


def is_id(text: str) -> bool:
    """Returns whether a text can be the id of a protocol."""
    return len(text) <= 80 and _ID.fullmatch(text) is not None


def drafts(root: Path) -> list[str]:
    """The protocols of which there is a draft."""
    with History(root) as history:
        return sorted(name.removeprefix(f"{_FOLDER}/") for name in history.branches(_FOLDER))


@lru_cache(maxsize=6)
def _names_at(root: Path, commit: str) -> Mapping[str, TreeEntry]:
    """The files of a commit, by path. What a commit holds never changes."""
    with History(root) as history:
        return history.names(commit)


def open_draft(root: Path, protocol: str) -> Draft:
    """The draft of a protocol; without one, an empty draft of the main text.

    What the main text changed meanwhile is merged in where it touches other lines, so that nobody's work is lost.
    """
    with History(root) as history:
        head = history.resolve("HEAD")
        tip = history.branches(_FOLDER).get(f"{_FOLDER}/{protocol}") if is_id(protocol) else None
        if tip is None:
            return Draft(root, protocol, None, head, {}, ())
        base = history.common_ancestor(head, tip)
        begun, mine, theirs = (_names_at(root, commit) for commit in (base, tip, head))
        files: dict[str, bytes] = {}
        moved = []
        for path, entry in mine.items():
            before, now = begun.get(path), theirs.get(path)
            if (before is not None and before.id == entry.id) or not is_record(path, entry):
                continue
            raw = history.read(entry.id)
            if now is not None and now != before and now.id != entry.id:
                merged = None
                if before is not None:
                    merged = history.merged(history.read(before.id), raw, history.read(now.id))
                if merged is None:
                    moved.append(path)
                else:
                    raw = merged
            files[path] = raw
        return Draft(root, protocol, tip, base, files, tuple(moved))
