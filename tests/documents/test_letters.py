"""Letters and packs say what `status` says: who has to sign, what each party has done, what binds it, and what has changed.

Every sentence of every letter of the shipped register, and of a register with every kind of history, is compared with
`protocol_status` and with the signing records as they are written. No document is set here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import pytest
from document_sample import stamped

from support import ROOT, register_from
from undersigned.changes.versions import Texts
from undersigned.documents.content.agreement import agreement_document
from undersigned.documents.content.letter import change_in_words, in_words, letter_document
from undersigned.documents.model import Break, Document, Text, every
from undersigned.documents.words import word
from undersigned.facts.agreement import agreement_of, sender_of
from undersigned.facts.letter import Letter, Letters, Place, Statement
from undersigned.records.fields import When, latest, version_key
from undersigned.records.signature import Signature
from undersigned.register import Register, load_register
from undersigned.status import protocol_status

SHIPPED_DAY, DAY = date(2026, 11, 30), date(2026, 11, 22)
OWING = {"stale", "awaiting", "not-sent"}

TERMS = """\
=== protocols/sharing/protocol.yaml
title: Sharing
kind: joint-working-protocol
status: in-force
publication: public
lead: lead
effective_from: 2026-01-01
parties:
  - {organisation: lead, role: controller}
  - {organisation: refused, role: controller}
  - {organisation: returned, role: controller}
  - {organisation: reserved, role: controller, group: both}
  - {organisation: heir, role: controller, group: both}
  - {organisation: old, role: controller, group: both}
  - {organisation: parent, role: controller}
  - {organisation: child, role: controller}
  - {organisation: bound, role: controller, signs: no}
groups: [{id: both, title: Both of them}]
flows:
  - {id: one, title: The first, from: [lead], to: [both], items: [x], method: Post, timing: Daily, retention: RETENTION}
  - {id: two, title: The second, from: [both], to: [both], items: [x], method: Post, timing: Daily, retention: 1 year}
data_items: [{id: x, name: X, sensitivity: personal}]
"""
RECORDS = """\
=== signatories/lead/sharing.yaml
nominated_officer: {post: Head, mailbox: lead@example.org}
=== signatories/refused/sharing.yaml
signatures:
  - {version: "1.0", sent_on: 2026-02-02, declined: {on: 2026-02-20, reason: The terms are too long.}}
=== signatories/returned/sharing.yaml
signatures:
  - {version: "1.0", sent_on: 2026-02-02, signed_on: 2026-02-03, method: minute, withdrawn: {on: 2026-04-01}}
  - {version: "2.0", sent_on: 2026-10-30, approved_on: 2026-11-01}
=== signatories/reserved/sharing.yaml
signatures:
  - version: "1.0"
    signed_on: 2026-02-04
    reservations: [{flows: [two], text: Nothing by post., accepted_on: 2026-02-10}, {text: No calls}]
  - {version: "2.0", signed_on: 2026-10-20, reservations: [{flows: [two]}]}
=== signatories/old/sharing.yaml
signatures: [{version: "1.0", signed_on: 2026-02-05}]
=== signatories/heir/sharing.yaml
inherits: {from: [old], on: 2026-06-01}
=== signatories/parent/sharing.yaml
signatures:
  - {version: "1.0", signed_on: 2026-02-06, signs_for: [child]}
  - {version: "2.0", signed_on: 2026-10-25}
"""
ORGANISATIONS = ("lead", "refused", "returned", "reserved", "heir", "old", "parent", "child", "bound")


@cache
def shipped() -> Register:
    return load_register(ROOT)


def made_text() -> str:
    """Two material versions; the second takes effect next year."""
    text = "".join(
        f"=== signatories/{id_}/organisation.yaml\nname: The {id_}\nkind: voluntary\njurisdiction: england\n"
        f"{'parent: parent' if id_ == 'child' else ''}\n"
        for id_ in ORGANISATIONS
    )
    first = stamped(text + TERMS.replace("RETENTION", "1 year"), "sharing", ("1.0", "2026-02-01"))
    stamp = first[first.index("=== protocols/sharing/versions/") :]
    second = stamped(text + TERMS.replace("RETENTION", "2 years"), "sharing", ("2.0", "2026-10-01"))
    later = second.replace('"change": "material"', '"effective_from": "2027-01-01", "change": "material"')
    return later + stamp + RECORDS


@cache
def made() -> Register:
    return register_from(made_text())


def letters_of(register: Register, id_: str, as_of: date) -> Letters | None:
    folder = register.protocol(id_)
    assert folder is not None
    agreement = agreement_of(folder, register, as_of=as_of)
    if not agreement.signable:
        return None
    return Letters(agreement, folder, register, sender_of(folder, register, as_of=as_of), as_of=as_of)


def every_letter() -> Iterator[tuple[Letters, Letter]]:
    """All letters and notices that `documents --for-all` writes."""
    for register, as_of in ((shipped(), SHIPPED_DAY), (made(), DAY)):
        for id_ in register.protocol_ids:
            letters = letters_of(register, id_, as_of)
            for one in letters.standings.values() if letters is not None else ():
                assert letters is not None
                if one.owes:
                    yield letters, letters.for_signature(letters.to(one.organisation), Place(4, 9))
                if one.notice:
                    yield letters, letters.notice(letters.to(one.organisation))


CASES = [
    pytest.param(letters, letter, id=f"{letters.folder.id}-{letter.to.contact.organisation}")
    for letters, letter in every_letter()
]


# -- who has to sign --------------------------------------------------------------------------------------------


def test_exactly_those_that_status_says_owe_a_signature_are_sent_copies() -> None:
    found, expected = set(), set()
    for id_ in shipped().protocol_ids:
        folder = shipped().protocol(id_)
        assert folder is not None
        letters = letters_of(shipped(), id_, SHIPPED_DAY)
        if letters is None:
            continue
        status = protocol_status(folder, shipped(), as_of=SHIPPED_DAY)
        expected |= {(id_, party.organisation) for party in status.parties if party.state in OWING}
        found |= {(id_, one.organisation) for one in letters.standings.values() if one.owes}
        assert all(in_words(one.why_not) for one in letters.standings.values() if one.why_not is not None)
    assert found == expected
    assert len(found) == 8


def test_a_change_of_parties_goes_to_the_rest_as_a_notice() -> None:
    letters = letters_of(shipped(), "duty-to-refer-protocol", SHIPPED_DAY)
    assert letters is not None
    told = {one.organisation for one in letters.standings.values() if one.notice}
    assert told == letters.standings.keys() - {"example-nhs-trust", "staffordshire-probation"}  # the newcomer, the lead


def test_a_reservation_that_is_open_is_settled_and_not_signed_again() -> None:
    letters = letters_of(made(), "sharing", DAY)
    assert letters is not None
    assert {id_ for id_, one in letters.standings.items() if one.owes} == {
        "lead",
        "refused",
        "returned",
        "heir",
        "child",
    }
    why = letters.standings["reserved"].why_not
    assert why is not None
    assert in_words(why) == (
        "The reserved signed version 2.0 on 20 October 2026 with a reservation that has not been accepted. Settle that first."
    )


# -- every sentence ---------------------------------------------------------------------------------------------


def paragraphs(document: Document) -> list[str]:
    """The text of each block of the body, line breaks as spaces."""
    found: list[str] = []
    for node in every(document.body):
        if type(node).__name__ in ("Paragraph", "Heading"):
            found.append("")
        elif isinstance(node, Text):
            found[-1] += node.text
        elif isinstance(node, Break):
            found[-1] += " "
    return found


@pytest.mark.parametrize(("letters", "letter"), CASES)
def test_a_letter_has_no_sentence_but_its_statements(letters: Letters, letter: Letter) -> None:
    said = [in_words(statement) for statement in letter.statements]
    said += [change_in_words(point) for version in letter.later for point in version.points or ()]
    fixed = [word(f"covering.{name}") for name in ("do_heading", "cannot", "standing", "new", "flows", "question")]
    fixed += [word("covering.changes_heading", version=letter.since or "")]
    fixed += [word("covering.changes_version", version=str(version.said.values["version"])) for version in letter.later]
    sender = letters.sender
    if sender is not None:
        fixed += [sender.contact.post or "", *sender.address, sender.contact.mailbox or ""]
    for paragraph in paragraphs(letter_document(letter, letters.agreement, sender)):
        rest = paragraph
        for known in sorted(filter(None, [*said, *fixed]), key=len, reverse=True):
            rest = rest.replace(known, "")
        assert rest.strip() == "", paragraph


@pytest.mark.parametrize(("letters", "letter"), CASES)
def test_every_statement_is_what_status_says(letters: Letters, letter: Letter) -> None:
    expected = set(map(in_words, expected_statements(letters, letter)))
    assert set(map(in_words, letter.statements)) == expected


def expected_statements(letters: Letters, letter: Letter) -> Iterator[Statement]:
    """What the letter has to say, from `status` and the records as they are written, not from the letter."""
    folder, register, as_of = letters.folder, letters.register, letters.as_of
    party, name = letter.to.contact.organisation, letter.to.contact.name
    status = protocol_status(folder, register, as_of=as_of)
    state = next(one for one in status.parties if one.organisation == party)
    version = status.version or ""
    lead = register.present_organisation(folder.value.lead or "")
    title = letters.agreement.title
    history = list(written_acts(letters, party))
    signed = [number for _signer, number, act in history if act.signed_on is not None and act.signed_on <= as_of]
    if letter.kind == "notice":
        yield Statement("notice", {"title": title, "version": version})
        if state.state == "not-required":
            yield Statement("bound-otherwise", {"organisation": name})
        else:
            signer = next(who for who, _number, act in reversed(history) if act.signed_on == state.signed_on)
            values = {"signer": signer, "version": state.signed_version, "on": state.signed_on, "newest": version}
            yield Statement("carried", values)  # type: ignore[arg-type]
        yield from versions(letters, state.signed_version or (signed[-1] if signed else list(folder.versions)[-2]))
        return
    if party == lead:
        yield Statement("open-lead", {"organisation": name, "title": title, "version": version})
    else:
        yield Statement("open", {"sender": register.organisation_name(lead), "title": title, "version": version})
    for heir, old, on in successions(letters, party):
        names = tuple(map(register.organisation_name, old))
        yield Statement("took-place", {"organisation": register.organisation_name(heir), "old": names, "on": on})
    yield from history_of(letters, party, history)
    in_force = {text.version: set(text.between) - {party} for text in status.in_force if party in text.between}
    for number, others in in_force.items():
        names = tuple(register.organisation_name(id_) for id_ in sorted(others))
        yield Statement("bound", {"organisation": name, "version": number, "others": names})
    stands = state.state == "stale"
    if in_force:
        yield until(letters, party)
    else:
        yield Statement("bound-to-none" if stands else "unbound", {"organisation": name})
    yield from versions(letters, state.signed_version or max(signed, key=version_key, default=None))
    yield from flows(letters, party)
    yield Statement("step-read")
    yield Statement("step-sign-on-page", {"organisation": name, "page": 4, "pages": 9})
    yield Statement("step-keep")
    yield (
        Statement("step-file")
        if party == lead
        else Statement("step-return", {"sender": register.organisation_name(lead)})
    )
    officer = folder.signing[party].value.nominated_officer if party in folder.signing else None  # type: ignore[union-attr]
    if officer is not None:
        yield Statement("step-confirm", {"officer": f"{officer.post}, {officer.mailbox}"})
    else:
        yield Statement("step-nominate-lead" if party == lead else "step-nominate")


def until(letters: Letters, party: str) -> Statement:
    """How long what binds a party today binds it, if nobody does anything: asked of `status` for each of the next 900 days."""

    def pairs(day: date) -> set[tuple[str, str]]:
        heirs = {heir for heir, old, on in every_succession(letters) if party in old and latest(on) <= day}
        own = heirs or {party}
        in_force = protocol_status(letters.folder, letters.register, as_of=day).in_force
        return {
            (text.version, other) for text in in_force if own & set(text.between) for other in {*text.between} - own
        }

    name = letters.register.organisation_name(party)
    now = pairs(letters.as_of)
    for day in (letters.as_of + timedelta(days=number) for number in range(1, 900)):
        if (then := pairs(day)) != now:
            return Statement("bound-changes" if then else "bound-ends", {"organisation": name, "on": day})
    return Statement("bound-until", {"organisation": name})


def every_succession(letters: Letters) -> Iterator[tuple[str, tuple[str, ...], When]]:
    """(heir, the bodies whose place it takes, from when), as the records say it."""
    for heir, record in letters.folder.signing.items():
        inherits = record.value.inherits if record.value else None
        if inherits is not None:
            yield heir, inherits.from_, inherits.on


def successions(letters: Letters, party: str) -> list[tuple[str, tuple[str, ...], When]]:
    """Those that made the party what it is, directly or through others, by the day."""
    come = [one for one in every_succession(letters) if latest(one[2]) <= letters.as_of]
    bodies, before = {party}, set[str]()
    while bodies != before:
        before = set(bodies)
        bodies |= {body for heir, old, _on in come if heir in bodies for body in old}
    return [one for one in come if one[0] in bodies]


def written_acts(letters: Letters, party: str) -> Iterator[tuple[str, str, Signature]]:
    """(who, version, entry) of each entry of the party's record, of those that it inherits, and of those that sign for it."""
    folder, register = letters.folder, letters.register
    bodies = {party, *(body for _heir, old, _on in successions(letters, party) for body in old)}
    found = [
        (id_, signature)
        for id_, record in folder.signing.items()
        for signature in (record.value.signatures if record.value is not None else ())
        if id_ in bodies or party in signature.signs_for
    ]
    for id_, signature in sorted(found, key=lambda one: str(one[1].signed_on or one[1].sent_on)):
        yield register.organisation_name(id_), signature.version, signature


def history_of(letters: Letters, party: str, history: list[tuple[str, str, Signature]]) -> Iterator[Statement]:
    name = letters.register.organisation_name(party)
    if not any(act.signed_on or act.declined for _who, _version, act in history):
        yield Statement("none-signed", {"organisation": name})
    for who, version, act in history:
        values = {"signer": who, "version": version}
        if act.signed_on is not None and party in act.signs_for:
            yield Statement("did-sign-for", {**values, "on": act.signed_on, "organisation": name})
        elif act.signed_on is not None:
            yield Statement("did-sign", {**values, "on": act.signed_on})
        elif act.declined is None and act.sent_on is not None:
            yield Statement("was-sent", {**values, "on": act.sent_on})
            if act.approved_on is not None:
                yield Statement("approved", {**values, "on": act.approved_on})
        for ended, code in ((act.declined, "declined"), (act.withdrawn, "withdrawn")):
            if ended is not None and ended.reason:
                yield Statement(code, {**values, "on": ended.on, "reason": ended.reason.rstrip(".")})
            elif ended is not None:
                yield Statement(f"{code}-silent", {**values, "on": ended.on})


def versions(letters: Letters, since: str | None) -> Iterator[Statement]:
    numbers = list(letters.folder.versions)
    after = numbers[-1:] if since is None else numbers[numbers.index(since) + 1 :]
    if not after:
        yield Statement("unchanged", {"version": since or ""})
    for number in after:
        version = letters.folder.versions[number].value
        assert version is not None
        kind = "first" if number == numbers[0] else version.change
        effect = version.effective_from or version.agreed_on
        yield Statement(
            f"version-{kind}-{'took' if latest(effect) <= letters.as_of else 'takes'}-effect",
            {
                "version": number,
                "agreed_on": version.agreed_on,
                "effect": effect,
                "summary": version.summary.rstrip("."),
            },
        )


def flows(letters: Letters, party: str) -> Iterator[Statement]:
    text = letters.agreement.text
    bodies = {party, *(body for _heir, old, _on in successions(letters, party) for body in old)}
    own = {one.group for one in text.parties if one.organisation in bodies} | bodies
    for code, end in (("sends", "from_"), ("receives", "to")):
        values: dict[str, str | tuple[str, ...]] = {"organisation": letters.register.organisation_name(party)}
        titles = tuple(
            f"{number}, {flow.title}" for number, flow in enumerate(text.flows, 1) if own & set(getattr(flow, end))
        )
        yield Statement(code, {**values, "flows": titles}) if titles else Statement(f"{code}-nothing", values)


@pytest.mark.parametrize(("letters", "letter"), CASES)
def test_every_change_since_the_signed_text_is_told_in_order(letters: Letters, letter: Letter) -> None:
    numbers = list(letters.folder.versions)
    later = numbers[numbers.index(letter.since) + 1 :] if letter.since else []
    assert [version.said.values["version"] for version in letter.later] == later
    texts = Texts(None, letters.folder, letters.register, as_of=letters.as_of)
    for version, (was, now) in zip(letter.later, zip(numbers[-len(later) - 1 :], later, strict=False), strict=True):
        before, after = letters.folder.stamped_text(was), letters.folder.stamped_text(now)
        assert before is not None
        assert after is not None
        assert version.points == tuple(texts.points(before, after))


# -- words ------------------------------------------------------------------------------------------------------


def letter_to(party: str) -> str:
    letters = letters_of(made(), "sharing", DAY)
    assert letters is not None
    letter = letters.for_signature(letters.to(party), None)
    return " ".join(paragraphs(letter_document(letter, letters.agreement, letters.sender)))


def test_a_refusal_of_an_older_text_is_told_with_its_reason() -> None:
    assert "The refused declined version 1.0 on 20 February 2026. Its reason: The terms are too long." in letter_to(
        "refused"
    )


def agreement_words(id_: str) -> str:
    folder = shipped().protocol(id_)
    assert folder is not None
    return " ".join(paragraphs(agreement_document(agreement_of(folder, shipped(), as_of=SHIPPED_DAY))))


def test_only_a_version_that_every_party_signs_says_so() -> None:
    carried = "A party that has signed version 2.0 or a later one need not sign this version: its signature carries."
    newcomer_only = agreement_words("duty-to-refer-protocol")
    assert newcomer_only.count(carried) == 1  # beside the parties, and nowhere again
    assert "Every party signs" not in newcomer_only
    assert carried not in agreement_words("alcohol-treatment-requirement-protocol")
    assert "Every party signs." in agreement_words("alcohol-treatment-requirement-protocol")


def test_a_copy_for_reading_does_not_say_that_each_party_is_sent_copies() -> None:
    assert "Each party is sent" not in agreement_words("duty-to-refer-protocol")


def test_an_older_signature_that_binds_nobody_is_not_told_as_none() -> None:
    alone = "".join(
        part for part in re.split("(?==== )", made_text()) if "signatories/" not in part or "organisation" in part
    )
    record = "=== signatories/child/sharing.yaml\nsignatures: [{version: '1.0', signed_on: 2026-02-06}]\n"
    letters = letters_of(register_from(alone + record), "sharing", DAY)
    assert letters is not None
    said = [in_words(one) for one in letters.for_signature(letters.to("child"), None).standing]
    assert said == [
        "The child signed version 1.0 on 6 February 2026.",
        "No version is in force between The child and another party today.",
    ]


def test_a_withdrawal_is_told_and_what_has_changed_since() -> None:
    said = letter_to("returned")
    assert "The returned signed version 1.0 on 3 February 2026. The returned withdrew its signature" in said
    assert "What has changed since version 1.0 Version 2.0 Retention for “The first”: 1 year becomes 2 years." in said
    assert "This protocol does not bind The returned until it has signed." in said


def test_a_successor_is_told_what_its_predecessor_signed() -> None:
    said = letter_to("heir")
    assert "The heir took the place of The old on 1 June 2026. The old signed version 1.0 on 5 February 2026." in said
    assert "The heir signed" not in said


def test_a_reservation_is_told_and_whether_it_was_accepted() -> None:
    said = letter_to("reserved")
    assert "with this reservation about The second, which was accepted on 10 February 2026: Nothing by post." in said
    assert "with this reservation, which has not been accepted: No calls." in said


def test_the_lead_returns_nothing_to_itself() -> None:
    said = letter_to("lead")
    assert "Put copy 2 with the signed copies that you hold as the lead organisation." in said
    assert "Return copy 2" not in said


def test_what_is_ahead_is_not_told_as_past() -> None:
    assert "It was agreed on 1 October 2026 and takes effect on 1 January 2027." in letter_to("child")
    assert "took effect on 15 August 2026" in " ".join(
        in_words(statement)
        for letters, letter in every_letter()
        if letters.folder.id == "staffordshire-housing-protocol"
        for statement in letter.new
    )


def test_no_letter_has_a_gap_or_a_doubled_stop() -> None:
    for _letters, letter in every_letter():
        for statement in letter.statements:
            assert not re.search(r"\.\.|[{}]|\bNone\b|  ", in_words(statement)), in_words(statement)


# -- heirs, and days to come ------------------------------------------------------------------------------------


def sharing_with(*changes: tuple[str, str]) -> Letters:
    """The made-up register as these changes leave it."""
    text = made_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    letters = letters_of(register_from(text), "sharing", DAY)
    assert letters is not None
    return letters


def said_to(letters: Letters, party: str) -> str:
    letter = letters.for_signature(letters.to(party), None)
    assert set(map(in_words, letter.statements)) >= {
        in_words(one) for one in expected_statements(letters, letter) if not one.code.startswith("step-sign")
    }
    return " ".join(paragraphs(letter_document(letter, letters.agreement, letters.sender)))


def test_an_heir_of_bodies_of_several_groups_takes_part_in_the_flows_of_each() -> None:
    letters = sharing_with(
        ("  - {organisation: heir, role: controller, group: both}\n", ""),
        ("from: [old], on:", "from: [bound, old], on:"),
        ('{"organisation": "heir", "role": "controller", "group": "both"}, ', ""),
    )
    said = said_to(letters, "heir")
    assert "The heir sends under these flows: 2, The second." in said
    (heir,) = (one for one in letters.agreement.parties if one.organisation == "heir")
    assert heir.groups == ("both",)


def test_each_step_of_a_succession_is_told() -> None:
    """Also through a body that was never named as a party."""
    letters = sharing_with(
        (
            "=== signatories/heir/sharing.yaml\ninherits: {from: [old], on: 2026-06-01}",
            "=== signatories/middle/organisation.yaml\nname: The middle\nkind: voluntary\n"
            "=== signatories/middle/sharing.yaml\ninherits: {from: [old], on: 2026-05-01}\n"
            "=== signatories/heir/sharing.yaml\ninherits: {from: [middle], on: 2026-06-01}",
        )
    )
    said = said_to(letters, "heir")
    assert "The middle took the place of The old on 1 May 2026." in said
    assert "The heir took the place of The middle on 1 June 2026." in said


def test_an_heir_hears_of_every_change_since_the_text_by_which_it_stands() -> None:
    """One predecessor withdrew a newer signature; the heir stands by the older one of the other."""
    withdrew = "signed_on: 2026-10-31, withdrawn: {on: 2026-11-10}"
    letters = sharing_with(
        ("from: [old], on: 2026-06-01", "from: [old, returned], on: 2026-11-15"),
        ("sent_on: 2026-10-30, approved_on: 2026-11-01", f"sent_on: 2026-10-30, {withdrew}"),
    )
    assert letters.for_signature(letters.to("heir"), None).since == "1.0"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            ('"effective_from": "2027-01-01"', '"effective_from": "2027-01-01", "replaces_earlier_on": "2027-03-01"'),
            "If The lead has not signed by then, that ends on 1 March 2027",
        ),
        (("status: in-force", "status: withdrawn\nended_on: 2026-12-31"), "that ends on 1 January 2027"),
        (
            ("{organisation: old, role: controller", "{organisation: old, left_on: 2026-12-31, role: controller"),
            "until",
        ),
    ],
)
def test_a_day_that_changes_what_binds_without_a_signature_is_told(change: tuple[str, str], expected: str) -> None:
    signed = "=== signatories/lead/sharing.yaml\nsignatures: [{version: '1.0', signed_on: 2026-02-03}]\n"
    letters = sharing_with(("=== signatories/lead/sharing.yaml\n", signed), change)
    assert expected in said_to(letters, "lead")
