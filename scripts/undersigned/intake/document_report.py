"""What was read of an agreement, in words: what is proposed and where it was found, what is left out, and what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from undersigned.intake.document_draft import Choices, MadeDraft, Proposal, ProposedParty
from undersigned.intake.rows import described
from undersigned.records.vocabulary import vocabulary
from undersigned.words.dates import date_in_words
from undersigned.words.labels import headings
from undersigned.words.text import in_a_list, plain

_TAKEN_OUT = {
    "name": ("name of a person", "names of people"),
    "mailbox": ("e-mail address", "e-mail addresses"),
    "number": ("telephone number", "telephone numbers"),
}
_MOST_PLACES = 12


def party_in_words(party: ProposedParty) -> str:
    """`'Stafford BC' (list of parties, paragraph 12): near names: Stafford Borough Council (…)`."""
    named = party.named
    where = f"'{plain(named.name)}' ({in_a_list(named.sources)}, {paragraphs(named.numbers)})"
    if party.body is not None:
        new = "" if party.body.id else ", not in the register yet: its record is made with the draft"
        return f"{where} is {described(party.body)}{new}" if party.body.name != named.name or new else where
    near = "; ".join(described(body) for body in party.match.bodies)
    reason = party.match.reason or "nobody knows this name"
    return f"{where}: {reason}" + (f": {near}?" if near else "")


def paragraphs(numbers: Sequence[int]) -> str:
    """`paragraph 3`, or `paragraphs 3, 7 and 9`."""
    listed = in_a_list([str(number) for number in numbers], most=_MOST_PLACES)
    return f"paragraph{'s' if len(numbers) > 1 else ''} {listed}"


def facts_in_words(proposal: Proposal) -> list[tuple[str, str, str]]:
    """The id, the words and the place of each fact that was read."""
    text = proposal.text
    found: list[tuple[str, str, str]] = []
    if text.reference is not None:
        found.append(
            ("reference", f"Its own reference: {plain(text.reference.words)}", paragraphs([text.reference.number]))
        )
    for id_, words, fact in (
        ("start", "In force from", text.start),
        ("end", "In force until", text.end),
        ("review", "Next review", text.next_review),
    ):
        if fact is not None:
            found.append((id_, f"{words}: {date_in_words(fact[0])}", paragraphs([fact[1]])))
    if text.interval is not None:
        found.append(("interval", f"Reviewed every {text.interval[0]} months", paragraphs([text.interval[1]])))
    return found


def open_in_words(proposal: Proposal) -> list[str]:
    """What the document speaks of and nobody can conclude from it."""
    text = proposal.text
    lines = []
    if text.version is not None:
        place = paragraphs([text.version.number])
        lines.append(
            f"It calls itself version {text.version.words} ({place}). The register gives version numbers itself."
        )
    for fact in text.unsure:
        lines.append(
            f"'{plain(fact.words)}' ({paragraphs([fact.number])}) is not a single day or period, so nothing was taken from it."
        )
    hinted: dict[str, list[int]] = {}
    for clause in proposal.clauses:
        for topic in clause.hints:
            hinted.setdefault(topic, []).append(clause.number)
    for topic, numbers in hinted.items():
        lines.append(
            f"{topic_title(topic)} ({paragraphs(numbers)}): its words are in the clause, and what holds must be entered."
        )
    if text.acts:
        acts = [f"{plain(act.words)} ({paragraphs([act.number])})" for act in text.acts[:40]]
        lines.append("Acts that the text names, from which nothing is concluded: " + "; ".join(acts) + ".")
    return lines


def taken_out_in_words(proposal: Proposal) -> list[str]:
    """What was taken out of the text before anything was made of it. A name itself is never shown."""
    lines = []
    for what, (single, several) in _TAKEN_OUT.items():
        numbers = [one.number for one in proposal.text.taken_out if one.what == what]
        if numbers:
            lines.append(
                f"{len(numbers)} {single if len(numbers) == 1 else several} ({paragraphs(sorted(set(numbers)))})"
            )
    return lines


def render_document_text(proposal: Proposal, choices: Choices, made: MadeDraft) -> str:
    """The whole report, as `new protocol --document` prints it."""
    text = proposal.text
    title = f" ({paragraphs([text.title.number])})" if text.title is not None else ""
    lines = [f"{plain(proposal.file)}: {counted_blocks(proposal)}", *text.notes, ""]
    lines += [f"Title: {plain(choices.title)}{title}", f"Kind: {headings('kind')[choices.kind]}"]
    lines += [f"{words} ({place})" for _, words, place in facts_in_words(proposal)]
    taken = [one for one in proposal.parties if choices.parties.get(one.key)]
    lines += _part("Parties", [party_in_words(one) for one in taken] or ["None was recognised with certainty."])
    refused = {clause.key for clause, _ in made.refused}
    kept = [one for one in proposal.clauses if one.key in choices.clauses and one.key not in refused]
    if choices.publication != "public":
        lines += _part("Clauses", ["None: the text of a restricted protocol is kept in a private register."])
    else:
        lines += _part("Clauses (what each covers is proposed from its heading alone: read it)", (
            f"{paragraphs([one.number])}, {plain(one.heading)}: "
            + (f"covers {in_a_list([topic_title(topic) for topic in one.covers])}" if one.covers else "covers no topic by its heading")
            for one in kept
        ))  # fmt: skip
    left = [f"{paragraphs([one.number])}, {plain(one.heading)}: {one.reason}" for one in proposal.left_out]
    left += [
        f"{paragraphs([clause.number])}, {plain(clause.heading)}: {plain(finding.message)}. {plain(finding.hint)}"
        for clause, finding in made.refused
    ]
    left += taken_out_in_words(proposal)
    if proposal.text.taken_out:
        left.append(
            "A blank in square brackets marks where each was. Read the rest: the program does not recognise every name."
        )
    lines += _part("Left out", left)
    asked = [
        f"{party_in_words(one).rstrip('.?')}. Answer with --set {one.key}=ID, or {one.key}=new:KIND."
        for one in proposal.parties
        if not choices.parties.get(one.key)
    ]
    lines += _part("Open", [*asked, *open_in_words(proposal)])
    lines += _part("Missing before anybody signs", made.missing)
    counts = Counter(bool(one.covers) for one in kept)
    lines += [
        "",
        f"{len(taken)} parties, {len(kept)} clauses ({counts[True]} with a topic), {len(made.missing)} topics open.",
    ]
    return "\n".join(lines) + "\n"


def topic_title(topic: str) -> str:
    """The title of a content topic."""
    return vocabulary().content_topics[topic].title


def counted_blocks(proposal: Proposal) -> str:
    """`62 paragraphs and tables`."""
    blocks = sum(len(section.blocks) + (1 if section.heading else 0) for section in proposal.text.sections)
    return f"{blocks:,} paragraphs and tables"


def _part(title: str, lines: Iterable[str]) -> list[str]:
    found = [f"  {line}" for line in lines]
    return ["", title, *found] if found else []
