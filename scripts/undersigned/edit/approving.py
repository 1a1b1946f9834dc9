"""Proposals that wait on a host, and what a second person does with them: approve, or send back. Git holds all of it.

A proposal is a branch `edit/<who>-<key>`. `who` is a keyed digest of the proposer's mailbox, so that nobody can approve a
proposal of their own and history still names no person. The branch goes when the proposal is approved or sent back.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from undersigned.changes.compare import report_between
from undersigned.changes.git import History, HistoryError
from undersigned.changes.render_html import render_html
from undersigned.edit.drafts import AUTHOR, is_id
from undersigned.edit.main_text import main_register
from undersigned.edit.outlets import FOLDER, Proposal
from undersigned.edit.reach import new_in_change
from undersigned.records.findings import Finding

#: The folder of branches of what was sent back. Nothing is lost: the branch keeps the change and the reason.
SENT_BACK = "sent-back"
_NAME = re.compile(r"[0-9a-f]{6}-[0-9a-f]{12}-[0-9a-f]{16}")
_LONGEST_REASON = 2000


class ApprovalError(Exception):
    """It was not approved or sent back, and nothing changed. `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Names:
    """The names of branches on a host. `key`: the host's secret, which stays the same over restarts."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def _digest(self, text: str, length: int) -> str:
        return hmac.new(self._key, text.encode(), "sha256").hexdigest()[:length]

    def of(self, proposal: Proposal, mailbox: str) -> str:
        return f"{self._digest('key', 6)}-{self._digest('who ' + mailbox, 12)}-{proposal.key}"

    def is_by(self, name: str, mailbox: str) -> bool | None:
        """Whether this person proposed it; None if that is not known, because the host had another key then."""
        key, who, _ = name.split("-")
        return who == self._digest("who " + mailbox, 12) if key == self._digest("key", 6) else None


@dataclass(frozen=True)
class Waiting:
    """A proposal that waits. `tip`: its commit; `by`: the post that proposed it; `reason`: why it was sent back, or ""."""

    name: str
    tip: str
    title: str
    by: str
    reason: str = ""


@dataclass(frozen=True)
class Merged:
    """A proposal put on the main text as it is now. `commit` is None if both change the same lines.

    `paths`: what it changes. `odd`: those that no form writes, so that a person must merge them by hand.
    """

    root: Path
    main: str
    commit: str | None
    paths: tuple[str, ...]
    odd: tuple[str, ...]

    def words(self, *, as_of: date) -> str:
        """What it means, as HTML; "" if it cannot be put on the main text."""
        return render_html(report_between(self.root, self.main, self.commit, as_of=as_of)) if self.commit else ""

    def errors(self, *, as_of: date) -> list[Finding]:
        """The errors of the check that the main text does not have yet."""
        if self.commit is None:
            return []
        before, after = (main_register(self.root, one) for one in (self.main, self.commit))
        new = new_in_change(before, after, self.paths, as_of=as_of)
        return [finding for finding in new if finding.severity == "error"]


class Approvals:
    """The proposals of a repository. `names` tells one proposer from another."""

    def __init__(self, root: Path, names: Names) -> None:
        self._root, self._names = root, names

    @cached_property
    def _main(self) -> str:
        with History(self._root) as history:
            return history.main_branch()

    def waiting(self) -> list[Waiting]:
        """Every proposal that waits, in the order of their names."""
        return self._in(FOLDER)

    def sent_back(self) -> list[Waiting]:
        """Every proposal that was sent back, with the reason."""
        return self._in(SENT_BACK)

    def _in(self, folder: str) -> list[Waiting]:
        found = []
        with History(self._root) as history:
            main = history.resolve("HEAD")
            for branch, tip in sorted(history.branches(folder).items()):
                name = branch.removeprefix(f"{folder}/")
                if not _NAME.fullmatch(name) or history.common_ancestor(main, tip) == tip:
                    continue  # no form made it, or a run that was killed had put it on the main text already
                title, by, reason = history.described(tip)
                if folder == SENT_BACK:
                    base = history.resolve(f"{tip}^")
                    found.append(Waiting(name, tip, *history.described(base)[:2], reason=reason))
                else:
                    found.append(Waiting(name, tip, title, by))
        return found

    def find(self, name: str) -> Waiting | None:
        """The proposal of this name that waits; None if there is none."""
        return next((one for one in self.waiting() if one.name == name), None)

    def is_by(self, one: Waiting, mailbox: str) -> bool | None:
        """Whether this person proposed it; None if that is not known."""
        return self._names.is_by(one.name, mailbox)

    def on_main(self, one: Waiting) -> Merged:
        """The proposal put on the main text as it is now. No branch moves."""
        with History(self._root) as history:
            main = history.resolve("HEAD")
            begun = history.common_ancestor(main, one.tip)
            changed = history.changed_paths(begun, one.tip)
            odd = [path for path, plain in changed.items() if not plain or not _is_record(path)]
            message = f"{one.title}\n\nProposed by: {one.by}\nApproved by: {AUTHOR.get()[0]}\n"
            commit = history.merge(main, one.tip, message, AUTHOR.get()) if not odd else None
        return Merged(self._root, main, commit, tuple(changed), tuple(odd))

    def approve(self, one: Waiting, seen_main: str, *, as_of: date) -> None:
        """Puts the proposal on the main branch. ApprovalError if the main text is not the one that was seen."""
        merged = self.on_main(one)
        if merged.main != seen_main:
            raise ApprovalError("the register has changed since you looked at this page", "Look at it again.")
        if merged.commit is None:
            raise ApprovalError("the register has changed in the same lines", "Send it back: nothing of it is lost.")
        if merged.errors(as_of=as_of):
            raise ApprovalError("the check finds errors in it", "Send it back.")
        with History(self._root) as history:
            try:
                history.move_branch(self._main, merged.commit, before=seen_main)
            except HistoryError:
                raise ApprovalError("the register changed just now", "Look at it again.") from None
            history.delete_branch(f"{FOLDER}/{one.name}", before=one.tip)

    def send_back(self, one: Waiting, reason: str) -> None:
        """Takes the proposal off the list. Its change stays, with the reason; of a protocol, as a draft again too.

        ApprovalError without a reason.
        """
        reason = " ".join(reason.split())[:_LONGEST_REASON]
        if not reason:
            raise ApprovalError("a proposal goes back with a reason", "Write in one sentence what should be different.")
        with History(self._root) as history:
            begun = history.common_ancestor(history.resolve("HEAD"), one.tip)
            protocols = {
                path.split("/")[1] for path in history.changed_paths(begun, one.tip) if path.startswith("protocols/")
            }
            noted = history.commit(one.tip, {}, f"Sent back\n\n{reason}\n", AUTHOR.get())
            if f"{SENT_BACK}/{one.name}" not in history.branches(SENT_BACK):
                history.make_branch(f"{SENT_BACK}/{one.name}", noted)
            for protocol in protocols:
                draft = f"draft/{protocol}"
                if len(protocols) == 1 and is_id(protocol) and draft not in history.branches("draft"):
                    history.make_branch(draft, one.tip)
            history.delete_branch(f"{FOLDER}/{one.name}", before=one.tip)

    def forget(self, name: str) -> None:
        """Deletes what was sent back."""
        for one in self.sent_back():
            if one.name == name:
                with History(self._root) as history:
                    history.delete_branch(f"{SENT_BACK}/{name}", before=one.tip)


def _is_record(path: str) -> bool:
    return path.startswith(("protocols/", "signatories/", "provision/")) and path.endswith(".yaml")
