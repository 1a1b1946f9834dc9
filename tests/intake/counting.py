"""Counts what was read of an agreement: right, missed and wrong, for each sort of fact."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

from intake.agreements import BODIES, Agreement, content_of
from undersigned.intake.document_draft import Proposal, all_of, make_draft, propose
from undersigned.intake.document_reader import Document, read_document
from undersigned.register import Register, load_register

TODAY = date(2026, 11, 30)


def register_of_bodies(root: Path) -> Register:
    """A register with the invented bodies and no protocol."""
    (root / "mkdocs.yml").write_text("site_name: x\n")
    for id_, name, kind in BODIES:
        folder = root / "signatories" / id_
        folder.mkdir(parents=True)
        (folder / "organisation.yaml").write_text(f"name: {name}\nkind: {kind}\n")
    return load_register(root)


def proposal_of(agreement: Agreement, register: Register) -> Proposal:
    return propose(_document(agreement), f"x.{agreement.suffix}", register, as_of=TODAY)


@cache
def _document(agreement: Agreement) -> Document:
    return read_document(content_of(agreement), f"x.{agreement.suffix}")


def counted(agreement: Agreement, register: Register) -> tuple[Counter[tuple[str, str]], list[str]]:
    """(fact, right | missed | wrong) to how often, and what was missed or wrong, in words."""
    proposal, truth = proposal_of(agreement, register), agreement.truth
    counts: Counter[tuple[str, str]] = Counter()
    said: list[str] = []

    def count(fact: str, found: object, true: object) -> None:
        verdict = "right" if found == true else "missed" if not found else "wrong"
        if found or true:
            counts[fact, verdict] += 1
        if verdict != "right":
            said.append(f"{agreement.name}: {fact} {verdict}: {found!r}, not {true!r}")

    text = proposal.text
    count("title", proposal.title, truth.title)
    count("version", text.version.words if text.version else "", truth.version)
    count("reference", text.reference.words if text.reference else "", truth.reference)
    for fact, found, true in (
        ("day", text.start, truth.start),
        ("day", text.end, truth.end),
        ("review day", text.next_review, truth.review),
        ("period", text.interval, truth.interval),
    ):
        count(fact, (str(found[0]) if isinstance(true, str) else found[0]) if found else type(true)(), true)
    parties = {party.body.key if party.body is not None else party.named.name for party in proposal.parties}
    taken = {party.body.key for party in proposal.parties if party.body is not None}
    for name in parties | truth.parties:
        verdict = "right" if name in parties & truth.parties else "missed" if name in truth.parties else "wrong" if name in taken else "asked in vain"  # fmt: skip
        counts["party", verdict] += 1
        if verdict != "right":
            said.append(f"{agreement.name}: party {verdict}: {name}")
    headings = {clause.heading: frozenset(clause.covers) for clause in proposal.clauses}
    for heading in headings.keys() | truth.topics.keys():
        count("clause", heading if heading in headings else "", heading if heading in truth.topics else "")
        if heading in headings and heading in truth.topics:
            for topic in headings[heading] | truth.topics[heading]:
                count(
                    "topic",
                    f"{heading}: {topic}" if topic in headings[heading] else "",
                    f"{heading}: {topic}" if topic in truth.topics[heading] else "",
                )
    choices = all_of(proposal)
    choices.title = choices.title or "No title was read"
    made = make_draft(proposal, choices, register, "draft-read", as_of=TODAY)
    written = "".join(made.files.values())
    for words in truth.people:
        counts["person", "wrong" if words.casefold() in written.casefold() else "right"] += 1
        if words.casefold() in written.casefold():
            said.append(f"{agreement.name}: person left in: {words}")
    for words in truth.mailboxes:
        count("mailbox", words if words in written else "", words)
    for words in truth.left_out:
        count("annex", words if words in {one.heading for one in proposal.left_out} else "", words)
    said += [f"{agreement.name}: refused {clause.heading}: {finding.message}" for clause, finding in made.refused]
    return counts, said


if __name__ == "__main__":
    import sys
    import tempfile

    from intake.agreements_in_view import IN_VIEW
    from intake.agreements_second import SECOND
    from intake.agreements_third import THIRD
    from intake.agreements_unseen import UNSEEN

    sets = {"in-view": IN_VIEW, "unseen": UNSEEN, "second": SECOND, "third": THIRD}
    agreements = sets[sys.argv[1]] if sys.argv[1:] else IN_VIEW
    with tempfile.TemporaryDirectory() as folder:
        register = register_of_bodies(Path(folder))
        total: Counter[tuple[str, str]] = Counter()
        for agreement in agreements:
            counts, said = counted(agreement, register)
            total += counts
            sys.stdout.write("\n".join(said) + "\n")
        for (fact, verdict), number in sorted(total.items()):
            sys.stdout.write(f"{fact:12} {verdict:14} {number}\n")
