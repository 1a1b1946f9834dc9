"""What goes out: packs for signature and the lead's signed copy back, each with an e-mail draft and the change of its record.

Nothing is sent here. A person opens the draft, looks at it and sends it. A scheduled job offers packs and drafts to
download, and one pull request for each text. Merging it records that they were sent.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Final

from undersigned.cache import DocumentCache
from undersigned.documents.bases import NOMINATION
from undersigned.documents.content.letter import RETURN, in_words
from undersigned.documents.model import DocumentError
from undersigned.documents.packs import Pack, packs_of
from undersigned.editing import EditingError
from undersigned.editing.atomic import write_all
from undersigned.editing.received import with_signature
from undersigned.facts.agreement import agreement_of, sender_of
from undersigned.facts.letter import Letters
from undersigned.facts.parties import PointOfContact, contact_of_lead, point_of_contact
from undersigned.github import GitHub
from undersigned.github.client import repeat_if_unanswered, text_in
from undersigned.github.pulls import Outcome, PullRequestDraft, propose
from undersigned.jobs.issue_sync import Mark, marks_of, with_marks
from undersigned.jobs.messages import message, render, render_plain
from undersigned.records.fields import MAILBOX, When, earliest
from undersigned.records.form import Form
from undersigned.records.signature import Signature
from undersigned.records.source import PlainData
from undersigned.register import ProtocolFolder, Register
from undersigned.returned.reading import issued_digest
from undersigned.status import Entry, Signing
from undersigned.words.dates import date_in_words
from undersigned.words.form_links import Named
from undersigned.words.text import one_line

#: The boundary between the parts of every draft, so that the same draft has the same bytes. Base64 cannot contain it.
_BOUNDARY = "=_undersigned_draft_"


class SendingError(Exception):
    """It cannot be sent, and nothing was written. `hint` says what to do instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Addressee:
    """A body that is sent the newest text. `before`: the day on which it was sent that text already, if it was."""

    organisation: str
    name: str
    contact: PointOfContact
    before: When | None


@dataclass(frozen=True)
class Mail:
    """An e-mail as plain text. `to` is None if the register names no mailbox."""

    to: str | None
    subject: str
    body: str

    def text(self) -> str:
        """The e-mail to copy into a mail program."""
        return f"To: {self.to or ''}\nSubject: {self.subject}\n\n{self.body}\n"

    def draft(self, attachments: Mapping[str, bytes]) -> bytes:
        """The e-mail as a file that a mail program opens as a draft (`X-Unsent`), with attachments by name.

        It has no sender and no day: the mail program fills them in.
        """
        message = EmailMessage(policy=SMTP)
        message["X-Unsent"] = "1"
        if self.to is not None:
            message["To"] = self.to
        message["Subject"] = self.subject
        message.set_content(self.body + "\n", cte="quoted-printable")
        for name, content in attachments.items():
            kind = {"zip": "zip", "pdf": "pdf"}.get(name.rpartition(".")[2].lower(), "octet-stream")
            message.add_attachment(content, maintype="application", subtype=kind, filename=name)
        if attachments:
            message.set_boundary(_BOUNDARY)
        return message.as_bytes()


@dataclass(frozen=True)
class Sent:
    """What was made for one body: its files, relative to the output folder, and its changed record."""

    organisation: str
    files: tuple[str, ...]
    record: str
    content: bytes
    mail: Mail
    again: bool


class Round:
    """The newest text of one protocol, for one day of sending. SendingError if nobody can be asked to sign it."""

    def __init__(self, folder: ProtocolFolder, register: Register, *, on: date, as_of: date) -> None:
        self.folder, self.register, self.on = folder, register, on
        faulty = next((record.path for record in folder.records() if not record.clean), None)
        if faulty is not None:
            raise SendingError(
                f"{faulty} has faults, so nothing is sent", "Correct what 'undersigned check' reports first."
            )
        agreement = agreement_of(folder, register, as_of=on, register_address=register.address)
        today = agreement_of(folder, register, as_of=as_of)
        if not agreement.signable or agreement.version is None:
            raise SendingError(
                f"nobody is asked to sign {folder.id} at present",
                "A text goes out once it is stamped ('undersigned release') and its status is signing or in-force.",
            )
        if today.version != agreement.version:
            raise SendingError(
                f"version {agreement.version} was the newest on {on.isoformat()}, and now it is {today.version}",
                "Send the newest text: leave out --on, or give a later day.",
            )
        self.agreement, self.version = agreement, agreement.version
        sender = sender_of(folder, register, as_of=on)
        self.letters = Letters(agreement, folder, register, sender, as_of=on)
        self._today = Letters(today, folder, register, sender, as_of=as_of)

    def addressees(self, wanted: Collection[str] = ()) -> list[Addressee]:
        """Those `wanted`, by present id, or all who have to sign and were not sent this text, in the order of the text.

        SendingError if one of those wanted has nothing to sign: it says why.
        """
        standings = self._today.standings
        for id_ in wanted:
            if id_ not in standings:
                name = self.register.organisation_name(id_)
                raise SendingError(f"{name} is not a party to version {self.version} of {self.folder.id}")
        refused = [standings[id_] for id_ in wanted if not standings[id_].owes]
        if refused:
            whys = " ".join(in_words(one.why_not) for one in refused if one.why_not is not None)
            raise SendingError(
                f"{' and '.join(one.organisation for one in refused)} {'has' if len(refused) == 1 else 'have'} "
                f"nothing to sign: {whys}",
                "Leave it out. To ask a body again that refused or withdrew, add an entry with sent_on to its signing record.",
            )
        found = []
        for party in self.agreement.parties:
            standing = standings.get(party.organisation)
            if standing is None or not standing.owes:
                continue
            before = self.sent_before(party.organisation)
            if party.organisation in wanted or (not wanted and before is None):
                contact = point_of_contact(party.organisation, self.folder, self.register, as_of=self.on)
                found.append(Addressee(party.organisation, party.name, contact, before))
        late = next((one for one in found if one.before is not None and earliest(one.before) > self.on), None)
        if late is not None and late.before is not None:
            raise SendingError(
                f"{late.organisation} was sent version {self.version} on {late.before}, after {self.on.isoformat()}",
                "Give a later day with --on.",
            )
        return found

    def already_sent(self) -> list[tuple[str, When]]:
        """(id, day) of each party that has to sign and was sent this text."""
        return [
            (id_, before)
            for id_, standing in self._today.standings.items()
            if standing.owes and (before := self.sent_before(id_)) is not None
        ]

    def sent_before(self, party: str) -> When | None:
        """The last day on which the party was sent this text."""
        entry = self._open_entry(party)
        return None if entry is None else entry[1].sent_again_on or entry[1].sent_on

    def _open_entry(self, party: str) -> tuple[int, Signature] | None:
        """The party's own newest entry for this version that nobody has answered, with its place in the record."""
        record = self.folder.signing.get(party)
        signatures = record.value.signatures if record is not None and record.value is not None else ()
        for index, signature in reversed(list(enumerate(signatures))):
            if signature.version == self.version and signature.signed_on is None and signature.declined is None:
                return index, signature
        return None

    # e-mails

    def mail(self, to: Addressee) -> Mail:
        """The e-mail that goes with the pack."""
        letter = self.letters.for_signature(self.letters.to(to.organisation), None)
        sender = self.letters.sender
        facts: dict[str, object] = {
            "title": one_line(self.agreement.title),
            "version": self.version,
            "contact": to.contact,
            "counterpart": False,
            "opening": in_words(letter.opening[0]),
            "sent_on": to.before,
            "changes": self._changes(to.organisation),
            "leads": sender is not None and sender.contact.organisation == to.organisation,
            "mailbox": sender.contact.mailbox if sender is not None else None,
            "return_by": letter.to.return_by,
        }
        return _mail(self.folder, self.register, facts, to.contact, on=self.on)

    def _changes(self, party: str) -> list[str]:
        """In three lines what has changed since the text that the party signed; none if it signed none, or this one."""
        letter = self.letters.for_signature(self.letters.to(party), None)
        if letter.since is None or not letter.later:
            return []
        signed = next(
            e for e in reversed(self.letters.signing.entries(party)) if e.version == letter.since and e.signed_on
        )
        signer = self.register.organisation_name(signed.signer)
        when = date_in_words(signed.signed_on)
        day = f"on {when}" if isinstance(signed.signed_on, date) else f"in {when}"
        points = [point for version in letter.later for point in version.points or ()]
        information = sum(point.weight == "information" for point in points)
        lost = any(version.points is None for version in letter.later)
        count = f"{len(points):,} change{'' if len(points) == 1 else 's'} of the text, {information:,} about who shares what"
        return [
            f"{signer} signed version {signed.version} {day}. Version {self.version} is the newest.",
            "Since then: "
            + "; ".join(
                f"version {version.said.values['version']}: {version.said.values['summary']}"
                for version in letter.later
            )
            + ".",
            "The register does not have every text in between, and cannot list all that changed."
            if lost
            else f"{count}: the letter lists each.",
        ]

    # records

    def record(self, to: Addressee, pack: Pack) -> tuple[str, bytes]:
        """The path of the body's signing record, and its content with the sending in it. EditingError if it cannot be."""
        copies = {
            ending: next(
                content for name, content in pack.files.items() if name.endswith(f"-copy-{RETURN}-return.{ending}")
            )
            for ending in ("pdf", "docx")
        }
        issued: dict[str, PlainData] = {
            "pdf": f"sha256:{issued_digest(copies['pdf'])}",
            "docx": issued_digest(copies["docx"]),
        }
        found = self._open_entry(to.organisation)
        if found is not None:
            day = "sent_again_on" if found[1].sent_on is not None else "sent_on"
            entry: dict[str, PlainData] = {"version": self.version, day: self.on, "issued": issued}
            return with_signature(self.register, to.organisation, self.folder.id, entry, found[0])
        entry = {"version": self.version, "sent_on": self.on, "issued": issued}
        if self.agreement.fingerprint:
            entry["fingerprint"] = self.agreement.fingerprint
        return with_signature(self.register, to.organisation, self.folder.id, entry, None)

    # carrying it out

    def send(
        self, addressees: list[Addressee], root: Path | None, output: Path, *, nomination: Form, cache: DocumentCache
    ) -> list[Sent]:
        """Makes the packs and drafts under `output`, and changes the records under `root`: all of it or nothing. Without
        `root`, the changed records are only returned.

        DocumentError, EditingError or OSError if it cannot be done.
        """
        place = output / self.folder.id
        made: list[Sent] = []
        records: dict[str, bytes] = {}
        with _staged(place) as staging:
            to = {one.organisation: one for one in addressees}
            form = self.agreement.forms.get(NOMINATION) or nomination
            recipients = [self.letters.to(id_) for id_ in to]
            for recipient, pack in zip(recipients, packs_of(self.letters, recipients, form, cache), strict=True):
                one = to[recipient.contact.organisation]
                mail, archive = self.mail(one), pack.archive()
                files = {f"{pack.name}/{name}": content for name, content in pack.files.items()}
                files[f"{pack.name}.zip"] = archive
                files[f"{pack.name}.eml"] = mail.draft({f"{pack.name}.zip": archive})
                files[f"{pack.name}.txt"] = mail.text().encode()
                for name, content in files.items():
                    _write(staging / name, content)
                path, content = self.record(one, pack)
                records[path] = content
                names = tuple(f"{self.folder.id}/{name}" for name in files)
                made.append(Sent(one.organisation, names, path, content, mail, one.before is not None))
            _put_in_place(staging, place, root, records)
        return made


# -- the lead's signed copy ---------------------------------------------------------------------------------------------


def counterpart(
    folder: ProtocolFolder, register: Register, organisation: str, *, on: date, attachment: tuple[str, bytes] | None
) -> tuple[Mail, str, bytes]:
    """The e-mail that returns the lead's signed copy to a body; the path and content of the body's record with that day.

    SendingError if it is not owed: it says why. EditingError if the record cannot be changed.
    """
    signing = Signing(folder, register, as_of=on)
    name = register.organisation_name(organisation)
    lead = register.present_organisation(folder.value.lead) if folder.value.lead else None
    if organisation not in signing.parties:
        raise SendingError(f"{name} is not a party to {folder.id}")
    if lead is None:
        raise SendingError(f"{folder.id} names no lead, so nobody has a copy to send back")
    if organisation == lead:
        raise SendingError(f"{name} is the lead, and keeps the copy that it signs itself")
    status = signing.state(organisation, signing.parties[organisation])
    entry = status.signed_entry
    if entry is None:
        raise SendingError(f"{name} has signed no version of {folder.id} that counts", "Its own copy comes back first.")
    if entry.signature.counterpart_on is not None:
        raise SendingError(
            f"the lead's copy of version {entry.version} went back to {name} on {entry.signature.counterpart_on}"
        )
    if not lead_has_signed(signing, lead, entry):
        raise SendingError(
            f"{register.organisation_name(lead)} has not signed version {entry.version}, so it has no signed copy to send",
            "Record the signature of the lead first.",
        )
    returned = entry.signature.returned_on
    if returned is None or earliest(returned) > on:
        raise SendingError(
            f"the copy that {name} signed has not come back",
            "When it does, record it with 'undersigned receive', or write returned_on into its signing record.",
        )
    contact = point_of_contact(organisation, folder, register, as_of=on)
    facts: dict[str, object] = {
        "title": one_line(folder.value.title),
        "version": entry.version,
        "contact": contact,
        "counterpart": True,
        "returned_on": returned,
        "attached": attachment is not None,
    }
    record = folder.signing[entry.signer]
    signatures = record.value.signatures if record.value is not None else ()
    index = next(at for at, signature in enumerate(signatures) if signature is entry.signature)
    path, content = with_signature(register, entry.signer, folder.id, {"counterpart_on": on}, index)
    return _mail(folder, register, facts, contact, on=on), path, content


def lead_has_signed(signing: Signing, lead: str, entry: Entry) -> bool:
    """Whether the lead has signed the version that a body signed."""
    return any(own.counts and own.version == entry.version for own in signing.standing(lead))


def write_counterpart(
    mail: Mail, path: str, content: bytes, root: Path, place: Path, name: str, attachment: tuple[str, bytes] | None
) -> list[Path]:
    """Writes the draft and the record, both or neither, and returns the draft's files."""
    files = {f"{name}.eml": mail.draft(dict([attachment] if attachment else [])), f"{name}.txt": mail.text().encode()}
    with _staged(place) as staging:
        for file, written in files.items():
            _write(staging / file, written)
        _put_in_place(staging, place, root, {path: content})
    return [place / file for file in files]


# -- together -----------------------------------------------------------------------------------------------------------


def _mail(
    folder: ProtocolFolder, register: Register, facts: Mapping[str, object], contact: PointOfContact, *, on: date
) -> Mail:
    lead = contact_of_lead(folder, register, as_of=on)
    address = register.address.rstrip("/")
    is_public = folder.value.publication == "public" and address.startswith("https://")
    everything: dict[str, object] = {
        **facts,
        "lead": ", ".join(part for part in (lead.name, lead.post) if part) if lead is not None else "",
        "page": f"{address}/protocols/{folder.id}/" if is_public else "",
        "form": register.forms.address(
            "nomination",
            {
                "organisation": Named(contact.organisation, contact.name),
                "protocol": Named(folder.id, folder.value.title),
            },
        )
        if is_public and "counterpart" not in facts
        else "",
    }
    to = contact.mailbox if contact.mailbox is not None and MAILBOX.match(contact.mailbox) else None
    subject = one_line(render_plain("send-mail.txt", part="subject", **everything))
    return Mail(to, subject, render_plain("send-mail.txt", part="body", **everything))


@contextmanager
def _staged(place: Path) -> Iterator[Path]:
    """A folder in which files are made before they are moved to `place`; it disappears at the end."""
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".sending-", dir=place, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _put_in_place(staging: Path, place: Path, root: Path | None, records: Mapping[str, bytes]) -> None:
    """Moves what is staged to its place, and then writes the records; if anything fails, all is as it was before. Without
    `root`, no record is written."""
    kept = staging / ".before"
    kept.mkdir()
    moved: list[Path] = []
    try:
        for new in sorted(path for path in staging.iterdir() if path != kept):
            target = place / new.name
            if target.exists():
                target.rename(kept / new.name)
            moved.append(target)
            new.rename(target)
        if root is not None:
            write_all(root, records)
    except BaseException:
        for target in moved:
            _remove(target)
            if (kept / target.name).exists():
                (kept / target.name).rename(target)
        raise


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def written_files(sent: list[Sent]) -> Iterator[str]:
    """The files that a person needs: each draft, its text and its archive."""
    for one in sent:
        yield from (name for name in one.files if name.count("/") == 1)


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
    """Where packs are made, and how messages name them. `packs_at`: the address of the run that keeps them; "" if there is none."""

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
