"""What came back, for the command line and for the page of `edit`: files judged, and what is proposed as a record's content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from undersigned.cache import DocumentCache
from undersigned.changes.git import History
from undersigned.documents.model import DocumentError
from undersigned.editing import EditingError
from undersigned.editing.received import with_officer, with_signature
from undersigned.editing.standard_texts import standard_form_record
from undersigned.github.pulls import PullRequestDraft
from undersigned.jobs.messages import render, render_plain
from undersigned.register import Register
from undersigned.returned.judging import Judge, Judged, unread
from undersigned.returned.proposal import Outcome
from undersigned.returned.reading import Incoming, files_in
from undersigned.returned.trust import TrustedList

#: Nothing of a larger file is read into memory.
MOST_READ = 64 << 20


def judged_files(
    register: Register,
    files: Iterable[tuple[str, bytes]],
    *,
    as_of: date,
    cache: DocumentCache,
    trusted: TrustedList | None = None,
    of: str | None = None,
) -> Iterator[tuple[Incoming, Judged]]:
    """Yields every file, those in e-mails and ZIPs too, with what it is. `of`: whose copies they are, where a person has seen
    it. Raises nothing for any content."""
    form = standard_form_record("officer-nomination")
    judge = Judge(register, as_of=as_of, cache=cache, nomination=form, trusted=trusted, of=of)
    for name, content in files:
        for incoming in files_in(name, content):
            if incoming.content is None:
                yield incoming, unread(incoming.notes, incoming.sha256)
                continue
            try:
                yield incoming, judge.judge(incoming.content)
            except DocumentError as error:
                why = f"What it is compared with cannot be made: {error}."
                yield incoming, unread((why,), hashlib.sha256(incoming.content).hexdigest())


def as_record(register: Register, outcome: Outcome) -> tuple[Outcome, str, bytes | None]:
    """Returns the path and content of the record as it would be; or, where that cannot be, the reason instead."""
    proposal = outcome.proposal
    if proposal is None:
        return outcome, "", None
    try:
        if proposal.officer:
            path, content = with_officer(register, proposal.organisation, proposal.protocol, proposal.officer)
        else:
            path, content = with_signature(
                register, proposal.organisation, proposal.protocol, proposal.entry, proposal.index
            )
    except EditingError as error:
        reason = f"{str(error)[:1].upper()}{str(error)[1:]}. {error.hint}".strip()
        return replace(outcome, proposal=None, reasons=(*outcome.reasons, reason)), "", None
    return outcome, path, content


def draft_of(register: Register, path: str, content: bytes, *, on: date, base: str, into: str) -> PullRequestDraft:
    """The proposal of one record, on a branch of its own. `into`: the branch to merge into; "" if only a branch is made."""
    organisation, protocol = path.removesuffix(".yaml").split("/")[-2:]
    folder = register.protocol(protocol)
    title = render_plain("titles.txt", title="receive", body=organisation, id=protocol, on=on)
    body = render(
        "receive-pull.md",
        name=register.organisation_name(organisation),
        title=folder.value.title if folder is not None and folder.readable else protocol,
        on=on,
        path=path,
    )
    branch = f"receive/{organisation}-{protocol}-{on.isoformat()}"
    return PullRequestDraft(branch, base, into, title, body, {path: content})


def uncommitted(history: History, root: Path, paths: Iterable[str]) -> list[str]:
    """Returns the records among `paths` whose file in the working tree is not what HEAD holds."""
    tree = history.names(history.resolve("HEAD"))
    files = {path: root / path for path in paths}
    return [
        path
        for path, file in files.items()
        if file.is_file() and (path not in tree or history.read(tree[path].id) != file.read_bytes())
    ]
