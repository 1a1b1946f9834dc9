"""What a returned copy or form lets the register record, or the sentences that say why it lets it record nothing; and
all of it in plain words for a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, get_args

from undersigned.documents.bases import NOMINATION
from undersigned.documents.model import ANSWER, plain
from undersigned.facts.text import Standing
from undersigned.records.fields import When, earliest, latest
from undersigned.records.signature import Authority, Signature, SigningMethod
from undersigned.records.source import PlainData
from undersigned.register import ProtocolFolder, Register
from undersigned.returned.judging import Judged, name_of_form
from undersigned.returned.verdict import Block, Claim, Json, ReturnedCopy
from undersigned.status import Signing, agreed_versions
from undersigned.words.dates import date_in_words

_KEEP, _RETURN = 1, 2
_NOTHING: Final = {
    "altered": "The copy came back changed on {day}, so no record is proposed. Settle the differences with the organisation.",
    "ours-with-additions": "Something was put on the copy that we did not send, so no record is proposed. Look at each "
    "difference: if the organisation means it as a reservation, record it by hand in its words.",
    "image": "A picture is not read. If it is a signed copy, look at it, and say what it shows: add --seen PROTOCOL ORG --signed-on DATE --post POST.",
    "not-ours": "The file is not a copy of an agreement in this register. Ask the sender which file was meant.",
    "cannot-tell": "Nobody can tell from this file whether the text is the one that was sent, so no record is proposed. Compare it by eye, or ask for "
    "the file that was sent, filled in.",
}
#: What people write where they have no reservation.
_NO_RESERVATION: Final = frozenset({"", "no", "none", "nil", "n/a", "na", "not applicable", "no reservation"})
_AUTHORITIES: Final = get_args(Authority)


def authority_of(basis: str | None) -> dict[str, PlainData]:
    """What a block says of the authority, as `signed_by` holds it: the kind, if its words name exactly one, and the rest
    as the reference."""
    if basis is None:
        return {}
    kinds = [kind for kind in _AUTHORITIES if re.search(rf"\b{kind}\b", basis, re.IGNORECASE)]
    if len(kinds) != 1:
        return {"reference": basis}
    rest = re.sub(rf"^(?:by |under )?(?:an? |the )?{kinds[0]}\b[\s:;,.–-]*", "", basis, flags=re.IGNORECASE).strip()
    return {"authority": kinds[0], **({"reference": rest} if rest else {})}


@dataclass(frozen=True)
class Proposal:
    """A change of one signing record. Exactly one of `entry` (of the list `signatures`) and `officer` is not empty.

    `index`: of the entry to complete; None for a new one. `notes`: what a person still has to look at or to add.
    """

    organisation: str
    protocol: str
    entry: dict[str, PlainData] = field(default_factory=dict)
    officer: dict[str, PlainData] = field(default_factory=dict)
    index: int | None = None
    notes: tuple[str, ...] = ()

    def json(self) -> dict[str, Json]:
        return {
            "organisation": self.organisation,
            "protocol": self.protocol,
            **({"signature": _plain(self.entry)} if self.entry else {"nominated_officer": _plain(self.officer)}),
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Seen:
    """What a person read with their own eyes in a file that this program cannot read: a scan, a photograph, the words of an
    e-mail, a minute. `authority`: as on a block, the kind and its reference."""

    protocol: str
    organisation: str
    signed_on: date
    post: str
    authority: str | None = None
    method: SigningMethod | None = None


@dataclass(frozen=True)
class Outcome:
    """`proposal` is None where `reasons` say why. A file that asks for no record at all (a letter) has neither."""

    proposal: Proposal | None = None
    reasons: tuple[str, ...] = ()


def _plain(value: PlainData) -> Json:
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


class Proposer:
    """Proposes records from files that came back on a day. `held_by`: who keeps the files; the lead if None."""

    def __init__(
        self,
        register: Register,
        *,
        as_of: date,
        came_on: date,
        held_by: str | None = None,
        reference: str | None = None,
    ) -> None:
        self.register, self.as_of, self.came_on = register, as_of, came_on
        self.held_by, self.reference = held_by, reference

    def propose(self, judged: Judged) -> Outcome:
        copy = judged.copy
        if copy.claim.form == NOMINATION and copy.claim.organisation:
            return self._nominated(copy)
        if copy.claim.form is not None:
            return Outcome()
        words = _NOTHING.get(copy.verdict, "").format(day=date_in_words(self.came_on))
        folder = self.register.protocol(copy.claim.protocol) if copy.claim.protocol else None
        if folder is None or not folder.readable or copy.verdict in ("image", "not-ours"):
            return Outcome(reasons=(words or _NOTHING["cannot-tell"],))
        found = _Signed(self, judged, folder).outcome()
        return Outcome(reasons=(words, *found.reasons)) if words else found

    def propose_seen(self, judged: Judged, seen: Seen) -> Outcome:
        """The record of what a person has seen. A file that contradicts it, was changed, or has marks proposes nothing."""
        copy, folder = judged.copy, self.register.protocol(seen.protocol)
        claim = copy.claim
        if folder is None or not folder.readable:
            return Outcome(reasons=(f"The record of {seen.protocol} has faults. Correct them first.",))
        versions = agreed_versions(folder, as_of=self.as_of)
        if not versions:
            return Outcome(reasons=(f"No version of {seen.protocol} has been agreed, so nobody can have signed it.",))
        if copy.verdict in ("altered", "ours-with-additions"):
            return Outcome(reasons=(_NOTHING[copy.verdict].format(day=date_in_words(self.came_on)),))
        said = (
            ("protocol", claim.protocol and self.register.present_protocol(claim.protocol), folder.id),
            ("organisation", claim.organisation and self.register.present_organisation(claim.organisation), seen.organisation),
        )  # fmt: skip
        reasons = tuple(
            f"You say that the {what} is {yours}, and the file says that it is {its}."
            for what, its, yours in said
            if its and its != yours
        )
        if reasons:
            return Outcome(reasons=reasons)
        version = claim.version or versions[-1][0]
        read = replace(
            copy,
            claim=Claim(folder.id, version, organisation=seen.organisation, copy=claim.copy),
            blocks=(
                Block(
                    seen.organisation,
                    "signed",
                    post=seen.post,
                    date=seen.signed_on.isoformat(),
                    authority=True,
                    basis=seen.authority,
                ),
            ),
        )
        standing = judged.standing if claim.version is not None else Standing("current")
        return _Signed(self, Judged(read, standing), folder, seen).outcome()

    # -- the officer ----------------------------------------------------------------------------------------------

    def _nominated(self, copy: ReturnedCopy) -> Outcome:
        organisation = self.register.present_organisation(copy.claim.organisation or "")
        folder = self.register.protocol(self.register.present_protocol(copy.claim.protocol or ""))
        if (
            folder is None
            or not folder.readable
            or organisation not in Signing(folder, self.register, as_of=self.as_of).parties
        ):
            return Outcome(reasons=(f"{organisation} is not a party to {copy.claim.protocol}.",))
        answers = {
            name.removeprefix(ANSWER): value.strip() for name, value in copy.values.items() if isinstance(value, str)
        }
        officer: dict[str, PlainData] = {
            name: answers[name] for name in ("post", "mailbox", "deputy_post") if answers.get(name)
        }
        if not answers.get("post"):
            return Outcome(reasons=("The form names no post, so it nominates nobody.",))
        reasons = [] if copy.verdict not in ("altered", "not-ours") else [_NOTHING["altered"].format(day=self.came_on)]
        confirmed, wrong = self.day_of(answers.get("signed_on"), "The form")
        reasons += wrong
        officer["confirmed_on"] = confirmed or self.came_on
        notes = []
        if confirmed is None:
            notes.append("The form is not dated. The day on which it came back is taken.")
        if answers.get("emergency_post") or answers.get("emergency_mailbox"):
            notes.append("The form also names a post for emergencies. Add it to other_officers by hand.")
        if reasons:
            return Outcome(reasons=tuple(reasons))
        return Outcome(Proposal(organisation, folder.id, officer=officer, notes=tuple(notes)))

    def day_of(self, written: str | None, what: str) -> tuple[date | None, list[str]]:
        """The day that a file gives, and why it cannot be right."""
        if not written:
            return None, []
        try:
            day = date.fromisoformat(written)
        except ValueError:
            return None, [f"{what} is dated {written!r}, which is not a day. Ask on which day it was signed."]
        if day > self.as_of:
            return None, [f"{what} is dated {date_in_words(day)}, which has not come yet."]
        if day > self.came_on:
            return None, [f"{what} is dated {date_in_words(day)}, after the day on which it came back."]
        return day, []


class _Signed:
    """One copy of an agreement whose text is the one that was sent, or that a person has `seen` to be."""

    def __init__(self, proposer: Proposer, judged: Judged, folder: ProtocolFolder, seen: Seen | None = None) -> None:
        self.proposer, self.judged, self.folder, self.seen = proposer, judged, folder, seen
        self.copy, self.register = judged.copy, proposer.register
        self.signing = Signing(folder, self.register, as_of=proposer.as_of)
        self.reasons: list[str] = []
        self.notes: list[str] = []

    def outcome(self) -> Outcome:
        self.reasons += self._recorded_already()
        block = self._block()
        if block is None:
            return Outcome(reasons=tuple(self.reasons))
        organisation = self.register.present_organisation(block.organisation or "")
        party = self.signing.parties.get(organisation)
        if party is None or not party.signs:
            self.reasons.append(f"{organisation} does not sign {self.folder.id}.")
        self._check_version(organisation)
        index, entry = self._unfinished(organisation)
        signed_on = self._signed_on(block, entry)
        proposed: dict[str, PlainData] = {"version": self.copy.claim.version or ""}
        number = dict(agreed_versions(self.folder, as_of=self.proposer.as_of)).get(self.copy.claim.version or "")
        if number is not None and number.fingerprint is not None:
            proposed["fingerprint"] = number.fingerprint
        proposed |= {"signed_on": signed_on} if signed_on else {}
        if block.post and block.name and block.post.casefold() == block.name.casefold():
            self.reasons.append("The post is the same as the name. A record names posts. Ask for the post.")
        elif block.post:
            proposed["signed_by"] = {"post": block.post, **authority_of(block.basis)}
        else:
            self.notes.append("The block gives no post. Ask which post signed, and add signed_by.")
        if not block.authority:
            self.notes.append("The declaration of authority is not ticked.")
        if "authority" not in authority_of(block.basis):
            self.notes.append(
                f"The block says {plain(block.basis)!r}, which is taken as a reference: it does not say which kind of authority it is. "
                "Add signed_by.authority: office, delegation, resolution or deed."
                if block.basis
                else "The copy does not say by what authority the post signs. Add signed_by.authority if you know it."
            )
        if block.reservation is not None and block.reservation.strip(" .-").casefold() not in _NO_RESERVATION:
            proposed["reservations"] = [{"text": block.reservation}]
            self.notes.append(
                "It is signed with a reservation. The signature counts once the others have accepted it: then add accepted_on."
            )
        proposed |= {"method": self._method(block), "returned_on": self.proposer.came_on, "evidence": self._evidence()}
        if self.seen is not None:
            self.notes.append(
                "You looked at the file yourself. This program did not compare its words with those that were sent."
            )
        elif self.copy.verdict == "same-words":
            self.notes.append(
                "The words are the same; the pages could not be compared. Look at them before you record it."
            )
        if entry is not None:
            proposed = self._missing(proposed, entry)
        elif not any(one.sent_on for one in self._entries(organisation)):
            self.notes.append("The register does not say that a copy of this version was sent to it.")
        if self.reasons:
            return Outcome(reasons=tuple(self.reasons))
        return Outcome(Proposal(organisation, self.folder.id, proposed, index=index, notes=tuple(self.notes)))

    def _method(self, block: Block) -> SigningMethod:
        if self.seen is not None:
            return self.seen.method or ("wet-ink" if self.copy.kind != "other" else "electronic")
        return "digital-certificate" if block.how == "certificate" else "electronic"

    def _block(self) -> Block | None:
        """The block that signs; None, with a reason, if there is no such block or more than one may be meant."""
        claim, lead = self.copy.claim, self.folder.value.lead
        signed = [block for block in self.copy.blocks if block.state != "empty"]
        if claim.copy == _KEEP:
            self.reasons.append("This is copy 1, which the organisation keeps. Ask for copy 2.")
        others = [block for block in signed if block.organisation is not None and block.organisation != lead]
        if claim.organisation is not None:
            found = [block for block in signed if block.organisation == claim.organisation]
            name = self.register.organisation_name(claim.organisation)
            wrong = [block for block in others if block.organisation != claim.organisation]
            self.reasons += [
                f"The copy is for {name}, and the block of {self.register.organisation_name(one.organisation or '')} is "
                "filled in."
                for one in wrong
            ]
        else:
            found, name = others or [one for one in signed if one.organisation is not None], "any organisation"
            if len(found) > 1:
                self.reasons.append(
                    "More than one organisation signed this copy, and it does not say whose copy it is."
                )
        if not found:
            loose = any(block.organisation is None for block in signed)
            self.reasons.append(
                "A certificate signature is outside the blocks, and does not say for which organisation."
                if loose
                else f"The block of {name} is empty, so nothing is signed."
            )
            return None
        block = found[0]
        if block.state == "begun":
            self.reasons.append(f"The block of {name} is filled in, but not signed.")
        elif block.state != "signed":
            self.reasons.append(f"The signature of {name} does not count: {' '.join(block.notes)}")
        if len(others) > len(found) or any(one.organisation == lead for one in signed if one is not block):
            self.notes.append("The block of the lead is filled in as well.")
        return block

    def _check_version(self, organisation: str) -> None:
        version, standing = self.copy.claim.version or "", self.judged.standing
        if standing.state == "current":
            return
        still_counts = version in self.signing.expected_versions(organisation) and any(
            one.version == version and one.sent_on is not None and one.signed_on is None
            for one in self._entries(organisation, of_any=True)
        )
        if standing.by and still_counts and self.folder.value.status_on(self.proposer.as_of) == "in-force":
            self.notes.append(f"{standing.note} A signature of version {version} still counts for it.")
            return
        self.reasons.append(
            f"The copy is of version {version}, which is not the current text. {standing.note} "
            "Send the organisation the current text."
        )

    def _entries(self, organisation: str, *, of_any: bool = False) -> tuple[Signature, ...]:
        record = self.folder.signing.get(organisation)
        signatures = record.value.signatures if record is not None and record.value is not None else ()
        return signatures if of_any else tuple(one for one in signatures if one.version == self.copy.claim.version)

    def _unfinished(self, organisation: str) -> tuple[int | None, Signature | None]:
        """The entry of this version to complete: the last one, unless it was refused or withdrawn."""
        found = [
            (index, one)
            for index, one in enumerate(self._entries(organisation, of_any=True))
            if one.version == self.copy.claim.version
        ]
        if not found:
            return None, None
        if found[-1][1].declined is not None or found[-1][1].withdrawn is not None:
            what = "refused" if found[-1][1].declined is not None else "withdrew from"
            self.notes.append(f"The organisation {what} this version before. A new entry is proposed.")
            return None, None
        return found[-1]

    def _signed_on(self, block: Block, entry: Signature | None) -> date | None:
        day, wrong = self.proposer.day_of(block.date or block.signed_at, "The signature")
        self.reasons += wrong
        if day is None:
            if not wrong and (entry is None or entry.signed_on is None):
                self.reasons.append("The copy does not say when it was signed. Ask, and record the signature by hand.")
            return None
        sent = entry.sent_on if entry is not None else None
        if sent is not None and day < earliest(sent):
            self.reasons.append(
                f"The signature is dated {date_in_words(day)}, before the copy was sent on {date_in_words(sent)}."
            )
        stamped = dict(agreed_versions(self.folder, as_of=self.proposer.as_of)).get(self.copy.claim.version or "")
        if stamped is not None and day < earliest(stamped.agreed_on):
            self.reasons.append(f"The signature is dated {date_in_words(day)}, before the version was agreed.")
        return day

    def _evidence(self) -> dict[str, PlainData]:
        lead = self.folder.value.lead
        held_by = self.proposer.held_by or (self.register.present_organisation(lead) if lead else None)
        evidence: dict[str, PlainData] = {"sha256": self.copy.sha256}
        if held_by is not None:
            evidence["held_by"] = held_by
        if self.proposer.reference:
            evidence["reference"] = self.proposer.reference
        return evidence

    def _recorded_already(self) -> Iterator[str]:
        for id_ in self.register.protocol_ids:
            folder = self.register.protocol(id_)
            for record in folder.signing.values() if folder is not None else ():
                for one in record.value.signatures if record.value is not None else ():
                    if one.evidence is not None and (one.evidence.sha256 or "").lower() == self.copy.sha256:
                        yield f"This very file is recorded already, in {record.path} for version {one.version}."

    def _missing(self, proposed: dict[str, PlainData], entry: Signature) -> dict[str, PlainData]:
        """What the recorded entry lacks. What it holds is never overwritten: a different day is a reason to stop."""
        recorded: When | None = entry.signed_on
        signed_on = proposed.get("signed_on")
        if recorded is not None:
            if isinstance(signed_on, date) and not earliest(recorded) <= signed_on <= latest(recorded):
                self.reasons.append(
                    f"The register says that it was signed on {date_in_words(recorded)}; the copy says "
                    f"{date_in_words(signed_on)}."
                )
            if entry.returned_on is not None and entry.evidence is not None:
                self.reasons.append("The register has this signature already, with its evidence.")
        left: dict[str, PlainData] = {}
        for name, value in proposed.items():
            held = getattr(entry, name)
            if name == "version" or held is None:
                left[name] = value
            elif isinstance(value, dict):
                more = {part: one for part, one in value.items() if getattr(held, part) is None}
                differs = [part for part, one in value.items() if getattr(held, part) not in (None, one)]
                self.notes += [
                    f"The register keeps {name}.{part} as it is; the copy says {value[part]!r}." for part in differs
                ]
                if more:
                    left[name] = more
        if set(left) == {"version"} and not self.reasons:
            self.reasons.append("The register has all that this copy says already.")
        return left


_KINDS = {"pdf": "a PDF", "docx": "a Word document", "image": "a picture", "other": "a file of another kind"}
_VERDICTS = {
    "ours": "the text is the one that was issued, and nothing else was changed",
    "ours-with-additions": "the pages are those that were issued, with things on them that we did not put there",
    "altered": "a page or a word is not what was issued",
    "same-words": "the words are those that were issued; what could not be compared is said below",
    "image": "a scan or a photograph; its words were not read",
    "not-ours": "not a copy of an agreement in this register",
    "cannot-tell": "nobody can tell from this file whether it is what was issued",
}
_COMPARED = {
    "issued": "compared with what was recorded when it was sent",
    "master": "compared with the copy made again today from the stamped text",
    "nothing": "it was not compared with any copy of ours",
}
_STATES = {
    "signed": "signed",
    "begun": "filled in, not signed",
    "empty": "empty",
    "broken": "signed by certificate; later changes have spoilt the signature",
    "cannot-check": "signed by certificate; the signature cannot be checked",
}
_HOW = {"typed": "typed", "drawn": "drawn", "certificate": "by certificate", "image": "by a picture"}
_MOST_BLOCKS_LISTED = 3


def in_words(path: str, judged: Judged, register: Register, outcome: Outcome | None = None) -> str:
    """Lines that end in a line feed. `outcome`: what is proposed, or why nothing is."""
    return "".join(f"{line}\n" for line in _lines(path, judged, register, outcome))


def _lines(path: str, judged: Judged, register: Register, outcome: Outcome | None) -> Iterator[str]:
    copy = judged.copy
    yield plain(path)
    yield f"  {_what(copy, register)}"
    yield f"  {copy.verdict}: {_VERDICTS[copy.verdict]} ({_COMPARED[copy.compared_with]})"
    if copy.claim.version is not None and judged.standing.state != "unknown":
        yield f"  {judged.standing.state}" + (f": {judged.standing.note}" if judged.standing.note else "")
    for difference in copy.differences:
        where = f"page {difference.page}: " if difference.page is not None else ""
        yield f"  - {where}{difference.what}" + (f": {difference.words}" if difference.words else "")
    empty = [block for block in copy.blocks if block.state == "empty"]
    for block in copy.blocks:
        if block.state != "empty":
            yield from _block(block, register)
    if empty and len(empty) <= _MOST_BLOCKS_LISTED:
        yield f"  empty: the block of {', '.join(_name(block.organisation, register) for block in empty)}"
    elif empty:
        yield f"  empty: the blocks of {len(empty)} organisations"
    for note in copy.notes:
        yield f"  note: {plain(note)}"
    if outcome is not None:
        yield from _outcome(outcome)


def _what(copy: ReturnedCopy, register: Register) -> str:
    claim = copy.claim
    if claim.protocol is None:
        return _KINDS[copy.kind]
    text = plain(claim.protocol) + (f" {plain(claim.version)}" if claim.version else "")
    if claim.form is not None:
        what = f"{name_of_form(plain(claim.form))} of {text}"
    elif claim.copy is not None:
        what = f"copy {claim.copy} of 2 of {text}"
    else:
        what = f"a copy of {text}"
    whose = f", for {_name(claim.organisation, register)}" if claim.organisation else ""
    return f"{_KINDS[copy.kind]}: {what}{whose}"


def _name(organisation: str | None, register: Register) -> str:
    if organisation is None:
        return "no organisation"
    present = register.present_organisation(organisation)
    return plain(register.organisation_name(present) if present in register.organisation_ids else organisation)


def _block(block: Block, register: Register) -> Iterator[str]:
    whose = _name(block.organisation, register) if block.organisation else "a signature outside the blocks"
    yield f"  {whose}: {_STATES[block.state]}" + (
        f" ({_HOW[block.how]})" if block.how and block.state == "signed" else ""
    )
    held = [
        f"{label} {plain(value)}"
        for label, value in (
            ("name", block.name),
            ("post", block.post),
            ("dated", block.date),
            ("by authority of", block.basis),
            ("with the reservation", block.reservation),
        )
        if value
    ]
    if block.organisation is not None:
        held.append("authority declared" if block.authority else "authority not declared")
    if block.page is not None:
        held.append(f"page {block.page}")
    if held:
        yield f"    {'; '.join(held)}"
    for note in block.notes:
        yield f"    {plain(note)}"


def _outcome(outcome: Outcome) -> Iterator[str]:
    for reason in outcome.reasons:
        yield f"  not recorded: {plain(reason)}"
    proposal = outcome.proposal
    if proposal is None:
        return
    yield f"  proposed: signatories/{proposal.organisation}/{proposal.protocol}.yaml"
    for name, value in (proposal.entry or proposal.officer).items():
        if isinstance(value, dict):
            for part, one in value.items():
                yield f"    {name}.{part}: {plain(str(one))}"
        else:
            yield f"    {name}: {plain(str(value))}"
    for note in proposal.notes:
        yield f"  please look: {plain(note)}"
