"""What a returned file is, in plain words for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from undersigned.documents.model import plain
from undersigned.register import Register
from undersigned.returned.judging import Judged
from undersigned.returned.proposal import Outcome
from undersigned.returned.verdict import Block, ReturnedCopy

_KINDS = {"pdf": "a PDF", "docx": "a Word document", "image": "a picture", "other": "a file of another kind"}
_VERDICTS = {
    "ours": "the text is the one that was issued, and nothing else was changed",
    "ours-with-additions": "the pages are those that were issued, with things on them that we did not put there",
    "altered": "a page or a word is not what was issued",
    "same-words": "the words are those that were issued; the file was written anew by another program",
    "image": "a scan or a photograph; its words were not read",
    "not-ours": "not a copy of an agreement of this register",
    "cannot-tell": "nobody can tell from this file whether it is what was issued",
}
_COMPARED = {
    "issued": "compared with what was recorded when it was sent",
    "master": "compared with the copy made again today from the stamped text",
    "nothing": "compared with nothing",
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
        what = f"the form {plain(claim.form)} of {text}"
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
