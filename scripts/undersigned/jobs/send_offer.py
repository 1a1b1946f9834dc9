"""What should be sent out, offered by a scheduled job: packs and e-mail drafts to download, and one pull request a text whose
merge records that they were sent. The job sends nothing. A person sends the drafts, and then merges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from undersigned.cache import DocumentCache
from undersigned.documents.model import DocumentError
from undersigned.editing import EditingError
from undersigned.github import GitHub
from undersigned.github.client import repeat_if_unanswered, text_in
from undersigned.github.pulls import Outcome, PullRequestDraft, propose
from undersigned.jobs.issue_sync import Mark, marks_of, with_marks
from undersigned.jobs.messages import message, render, render_plain
from undersigned.jobs.sending import Addressee, Round, SendingError, Sent
from undersigned.records.form import Form
from undersigned.register import ProtocolFolder, Register

KIND: Final = "send"
#: Texts for which one run makes packs. The next run takes up the others.
MOST_TEXTS: Final = 20


@dataclass(frozen=True)
class Offer:
    """One text that has to be sent to somebody. `branch`: where its pull request is."""

    round: Round
    addressees: list[Addressee]

    @property
    def branch(self) -> str:
        return f"send/{self.round.folder.id}-{self.round.version}"


def offers(register: Register, *, as_of: date) -> Iterator[Offer]:
    """Yields each text that some body has to sign and was not sent, in the order of the protocols. Those with faults in their
    records are left out: `check` reports them."""
    for folder in register.protocols():
        offer = _offer(folder, register, on=as_of, as_of=as_of)
        if offer is not None:
            yield offer


def _offer(folder: ProtocolFolder, register: Register, *, on: date, as_of: date) -> Offer | None:
    if not folder.readable:
        return None
    try:
        round_ = Round(folder, register, on=on, as_of=as_of)
        addressees = round_.addressees()
    except SendingError:
        return None
    return Offer(round_, addressees) if addressees else None


@dataclass(frozen=True)
class Desk:
    """Where packs are made, and how they are told. `packs_at`: the address of the run that keeps them; "" if there is none."""

    output: Path
    nomination: Form
    cache: DocumentCache
    packs_at: str = ""


def offer_all(
    github: GitHub, register: Register, desk: Desk, log: Callable[[str], None], *, base: str, into: str, as_of: date
) -> bool:
    """Keeps one pull request for each text that has to be sent, with its packs under the desk's `output`. Returns whether all
    could be done. May be run again. GitHubError if GitHub refuses."""
    fine = True
    found = list(offers(register, as_of=as_of))
    for offer in found[:MOST_TEXTS]:
        id_ = offer.round.folder.id
        current = _as_begun(github, offer, register, as_of=as_of)
        try:
            sent = current.round.send(
                current.addressees, None, desk.output, nomination=desk.nomination, cache=desk.cache
            )
        except (DocumentError, EditingError) as error:
            log(message("words", "send", "failed", id=id_, error=error))
            fine = False
            continue
        outcome = _proposed(github, draft_of(current, sent, base=base, into=into, packs_at=desk.packs_at))
        log(message("words", "send", outcome.code, id=id_, address=outcome.address, branch=offer.branch))
    if len(found) > MOST_TEXTS:
        log(message("words", "send", "waiting", number=len(found) - MOST_TEXTS))
    if not found:
        log(message("words", "send", "current"))
    return fine


def _proposed(github: GitHub, draft: PullRequestDraft) -> Outcome:
    return repeat_if_unanswered(lambda: propose(github, draft))


def _as_begun(github: GitHub, offer: Offer, register: Register, *, as_of: date) -> Offer:
    """The offer with the day that its open pull request gives, so that packs that somebody has downloaded stay the ones that
    it records. Once the day to return them has passed, they are made for today."""
    owner = github.repository.split("/")[0]
    for pull in github.pages("pulls", state="open", head=f"{owner}:{offer.branch}"):
        for mark in marks_of(text_in(pull, "body").replace("\r\n", "\n")):
            begun = _day_of(mark, offer)
            if begun is None or begun >= as_of:
                continue
            earlier = _offer(offer.round.folder, register, on=begun, as_of=as_of)
            if earlier is None or earlier.round.version != offer.round.version:
                continue
            letters = earlier.round.letters
            if min(letters.to(one.organisation).return_by for one in earlier.addressees) >= as_of:
                return earlier
    return offer


def _day_of(mark: Mark, offer: Offer) -> date | None:
    if mark.kind != KIND or mark.protocol != offer.round.folder.id or len(mark.parts) != 1:
        return None
    try:
        return date.fromisoformat(mark.parts[0])
    except ValueError:
        return None


def draft_of(offer: Offer, sent: list[Sent], *, base: str, into: str, packs_at: str = "") -> PullRequestDraft:
    """The pull request that records the sending, with what a person has to do before it is merged."""
    round_ = offer.round
    rows = [(one, next(made for made in sent if made.organisation == one.organisation)) for one in offer.addressees]
    body = render(
        "send-pull.md",
        title=round_.agreement.title,
        id=round_.folder.id,
        version=round_.version,
        on=round_.on,
        rows=rows,
        packs_at=packs_at,
        paths=[made.record for made in sent],
    )
    body = with_marks(body, Mark(KIND, round_.folder.id, (round_.on.isoformat(),)))
    title = render_plain("titles.txt", title=KIND, number=round_.version, id=round_.folder.id, bodies=len(sent))
    files = {made.record: made.content for made in sent}
    return PullRequestDraft(offer.branch, base, into, title, body, files, again=True)
