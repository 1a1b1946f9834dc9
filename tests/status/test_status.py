"""Reviews, signature states and what is in force between whom, against the words of the record format."""

from __future__ import annotations

import calendar
import re
from datetime import date
from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import TODAY, register_from, status_of
from undersigned.records.fields import version_key
from undersigned.status import PartyStatus, Signing, add_months, late_returns, review_steps

P = "=== protocols/p/protocol.yaml\n"
BASE = """title: P
kind: framework
status: {status}
publication: public
effective_from: 2025-01-01
parties:
  - {{organisation: a, role: controller}}
  - {{organisation: b, role: controller}}
  - {{organisation: c, role: controller}}
  - {{organisation: o, role: recipient, signs: no}}
"""
ORGS = "".join(f"=== signatories/{id_}/organisation.yaml\nname: {id_.upper()}\nkind: other\n" for id_ in "abco")


def protocol(status: str = "in-force", more: str = "") -> str:
    return P + BASE.format(status=status) + more


def version(number: str, change: str, agreed: str, parties: str = "abc", more: str = "", text: str = "") -> str:
    listed = "".join(f"    - {{organisation: {id_}, role: controller}}\n" for id_ in parties)
    return (
        f"=== protocols/p/versions/{number}.yaml\nagreed_on: {agreed}\nchange: {change}\nsummary: s\n{more}"
        f"fingerprint: 'v1:sha256:{number.replace('.', '').rjust(64, '0')}'\ntext:\n  title: P\n  parties:\n{listed}"
        f"    - {{organisation: o, role: recipient, signs: no}}\n{text}"
    )


def signing(organisation: str, *entries: str, more: str = "") -> str:
    body = "".join(f"  - {{{entry}}}\n" for entry in entries)
    return f"=== signatories/{organisation}/p.yaml\n{more}" + (f"signatures:\n{body}" if entries else "")


def states(text: str, as_of: date = TODAY) -> dict[str, str]:
    return {party.organisation: party.state for party in status_of(text, as_of=as_of).parties}


V1 = version("1.0", "material", "2025-01-01")
ALL_SIGNED = "".join(
    signing(id_, f"version: '1.0', sent_on: 2025-01-02, signed_on: 2025-02-0{n}") for n, id_ in enumerate("abc", 1)
)


# -- signature states -----------------------------------------------------------------------------------------------


def test_states_of_a_new_text() -> None:
    text = protocol() + ORGS + V1 + signing("a", "version: '1.0', sent_on: 2025-01-02, signed_on: 2025-01-05")
    text += signing("b", "version: '1.0', sent_on: 2025-01-02")
    assert states(text) == {"a": "signed", "b": "awaiting", "c": "not-sent", "o": "not-required"}
    counts = {state: count for state, count in status_of(text).counts.items() if count}
    assert counts == {"signed": 1, "awaiting": 1, "not-sent": 1, "not-required": 1}


def test_a_day_in_the_past_ignores_what_came_later() -> None:
    text = (
        protocol()
        + ORGS
        + V1
        + signing("a", "version: '1.0', sent_on: 2025-01-02, signed_on: 2025-01-05, returned_on: 2025-01-09")
    )
    assert [states(text, date(2025, 1, day))["a"] for day in (1, 2, 4, 5)] == [
        "not-sent",
        "awaiting",
        "awaiting",
        "signed",
    ]
    party = {p.organisation: p for p in status_of(text, as_of=date(2025, 1, 8)).parties}["a"]
    assert (party.copy_returned, party.signed_version) == (False, "1.0")
    assert {p.organisation: p for p in status_of(text, as_of=date(2025, 1, 9)).parties}["a"].copy_returned


def test_stale_even_if_a_newer_text_was_sent() -> None:
    text = (
        protocol()
        + ORGS
        + V1
        + version("2.0", "material", "2026-01-01")
        + ALL_SIGNED.replace(
            "signed_on: 2025-02-01}", "signed_on: 2025-02-01}\n  - {version: '2.0', sent_on: 2026-01-03}"
        )
    )
    status = status_of(text)
    party = {p.organisation: p for p in status.parties}["a"]
    assert (party.state, party.signed_version, party.days_waiting) == ("stale", "1.0", (TODAY - date(2026, 1, 1)).days)


def test_an_editorial_version_asks_nobody_again() -> None:
    text = protocol() + ORGS + V1 + version("1.1", "editorial", "2025-06-01") + ALL_SIGNED
    assert set(states(text).values()) == {"signed", "not-required"}
    assert [(item.version, item.between) for item in status_of(text).in_force] == [("1.1", ("a", "b", "c"))]


def test_declined_withdrawn_and_signed_again() -> None:
    text = protocol() + ORGS + V1
    text += signing("a", "version: '1.0', sent_on: 2025-01-02, declined: {on: 2025-01-10}")
    text += signing("b", "version: '1.0', signed_on: 2025-01-05, withdrawn: {on: 2025-03-01}")
    text += signing(
        "c",
        "version: '1.0', signed_on: 2025-01-05, withdrawn: {on: 2025-03-01}",
        "version: '1.0', signed_on: 2025-04-01",
    )
    assert states(text) == {"a": "declined", "b": "withdrawn", "c": "signed", "o": "not-required"}
    assert states(text, date(2025, 2, 1))["b"] == "signed"
    assert states(text, date(2025, 3, 1))["c"] == "withdrawn"


def test_a_withdrawal_ends_the_earlier_signatures_too() -> None:
    text = protocol() + ORGS + V1 + version("2.0", "material", "2025-06-01")
    text += signing(
        "a",
        "version: '1.0', signed_on: 2025-01-05",
        "version: '2.0', signed_on: 2025-07-01, withdrawn: {on: 2025-08-01}",
    )
    text += signing("b", "version: '1.0', signed_on: 2025-01-05") + signing(
        "c", "version: '1.0', signed_on: 2025-01-05"
    )
    assert states(text)["a"] == "withdrawn"
    assert [item.between for item in status_of(text).in_force] == [("b", "c")]


def test_refusing_an_old_text_is_no_refusal_of_the_new_one() -> None:
    text = protocol() + ORGS + V1 + version("2.0", "material", "2025-06-01")
    text += signing("a", "version: '1.0', declined: {on: 2025-01-05}")
    text += signing("b", "version: '2.0', declined: {on: 2025-07-05}")
    assert (states(text)["a"], states(text)["b"]) == ("not-sent", "declined")


def test_a_reservation_counts_when_it_is_accepted() -> None:
    text = (
        protocol()
        + ORGS
        + V1
        + signing(
            "a",
            "version: '1.0', sent_on: 2025-01-02, signed_on: 2025-01-05, reservations: [{text: x, accepted_on: 2025-02-01}]",
        )
    )
    assert states(text, date(2025, 1, 31))["a"] == "awaiting"
    assert states(text, date(2025, 2, 1))["a"] == "signed"


def test_a_wrong_fingerprint_is_no_signature() -> None:
    text = (
        protocol()
        + ORGS
        + V1
        + signing("a", f"version: '1.0', signed_on: 2025-01-05, fingerprint: 'v1:sha256:{'f' * 64}'")
    )
    assert states(text)["a"] == "not-sent"


def test_a_newcomer_signs_the_version_it_joined_by_or_later() -> None:
    text = (
        protocol()
        + ORGS
        + version("1.0", "material", "2025-01-01", "ab")
        + version("1.1", "membership", "2025-06-01", "abc")
    )
    text += signing("a", "version: '1.0', signed_on: 2025-01-05") + signing(
        "b", "version: '1.0', signed_on: 2025-01-05"
    )
    assert states(text)["c"] == "not-sent"
    assert states(text + signing("c", "version: '1.0', sent_on: 2025-07-01, signed_on: 2025-07-02"))["c"] == "not-sent"
    joined = text + signing("c", "version: '1.1', signed_on: 2025-07-02")
    assert states(joined)["c"] == "signed"
    assert [(i.version, i.between) for i in status_of(joined).in_force] == [("1.1", ("a", "b", "c"))]


def test_a_dissolved_body_is_ended_unless_inherited() -> None:
    orgs = ORGS.replace("name: C\nkind: other\n", "name: C\nkind: other\ndissolved_on: 2026-01-01\n")
    text = protocol() + orgs + V1 + ALL_SIGNED
    assert states(text)["c"] == "ended"
    assert states(text, date(2025, 12, 31))["c"] == "signed"
    heir = "=== signatories/h/organisation.yaml\nname: H\nkind: other\n" + signing(
        "h", more="inherits: {from: [c], on: 2026-01-01, by: statute, instrument: An Order}\n"
    )
    assert states(text + heir) == {"a": "signed", "b": "signed", "h": "signed", "o": "not-required"}
    assert states(text + heir, date(2025, 12, 31))["c"] == "signed"
    assert status_of(text + heir).in_force[0].between == ("a", "b", "h")


def test_there_is_no_hole_between_the_last_day_and_the_first() -> None:
    orgs = ORGS.replace("name: C\nkind: other\n", "name: C\nkind: other\ndissolved_on: 2025-12-31\n")
    heir = "=== signatories/h/organisation.yaml\nname: H\nkind: other\n" + signing(
        "h", more="inherits: {from: [c], on: 2026-01-01, by: statute, instrument: An Order}\n"
    )
    text = protocol() + orgs + V1 + ALL_SIGNED + heir
    assert states(text, date(2025, 12, 31))["c"] == "signed"
    assert states(text, date(2026, 1, 1))["h"] == "signed"


# -- one body, several histories ------------------------------------------------------------------------------------

SIGNED = "version: '2.0', sent_on: 2025-06-02, signed_on: 2025-07-01"
STALE = "version: '1.0', signed_on: 2025-02-01"
AWAITING = "version: '2.0', sent_on: 2025-06-02"
DECLINED = "version: '2.0', sent_on: 2025-06-02, declined: {on: 2025-12-31}"
WITHDRAWN = "version: '2.0', signed_on: 2025-06-10, withdrawn: {on: 2025-12-31}"
#: What a body's record says, by the state in which it leaves the body.
RECORDS = {
    "signed": SIGNED,
    "stale": STALE,
    "awaiting": AWAITING,
    "not-sent": "",
    "declined": DECLINED,
    "withdrawn": WITHDRAWN,
}


def merged(a: str, b: str, *own: str, on: str = "2026-01-01") -> str:
    """Bodies `a` and `b` with one entry each, whose place `h` takes; `c` has signed the newest text."""
    text = protocol() + ORGS + V1 + version("2.0", "material", "2025-06-01")
    text += "".join(signing(id_, entry) for id_, entry in (("a", a), ("b", b), ("c", SIGNED)) if entry)
    text += "=== signatories/h/organisation.yaml\nname: H\nkind: other\n"
    return text + signing("h", *own, more=f"inherits: {{from: [a, b], on: {on}, by: statute}}\n")


def of_heir(text: str, as_of: date = TODAY) -> PartyStatus:
    return next(one for one in status_of(text, as_of=as_of).parties if one.organisation == "h")


@pytest.mark.parametrize(("one", "other"), list(combinations_with_replacement(RECORDS, 2)))
def test_an_heir_stands_as_the_predecessor_that_stands_best(one: str, other: str) -> None:
    for first, second in ((one, other), (other, one)):
        heir = of_heir(merged(RECORDS[first], RECORDS[second]))
        assert heir.state == one
        told = [(old.organisation, old.state) for old in heir.inherited]
        assert told == ([] if one == other else [("a", first), ("b", second)])


@pytest.mark.parametrize("associate", ["a", "b"])
def test_who_takes_the_place_of_a_body_that_signs_signs(associate: str) -> None:
    """Whichever is named first in the text, an associate that was bound otherwise does not free the heir."""
    line = f"{{organisation: {associate}, role: controller"
    text = merged(SIGNED, SIGNED)
    assert line in text
    assert of_heir(text.replace(line, line + ", signs: no")).state == "signed"


def test_an_heir_carries_every_text_that_one_of_them_carried() -> None:
    text = merged(SIGNED, STALE) + signing("d", STALE)
    text = text.replace("  - {organisation: c,", "  - {organisation: d, role: controller}\n  - {organisation: c,", 1)
    text = text.replace("    - {organisation: c,", "    - {organisation: d, role: controller}\n    - {organisation: c,")
    text += "=== signatories/d/organisation.yaml\nname: D\nkind: other\n"
    assert [(one.version, one.between) for one in status_of(text).in_force] == [
        ("2.0", ("c", "h")),
        ("1.0", ("d", "h")),
    ]
    assert [(old.state, old.signed_version) for old in of_heir(text).inherited] == [("signed", "2.0"), ("stale", "1.0")]


@pytest.mark.parametrize(
    ("own", "state"),
    [
        ("version: '2.0', sent_on: 2026-02-01, signed_on: 2026-02-03", "signed"),
        ("version: '2.0', sent_on: 2026-02-01, declined: {on: 2026-02-03}", "declined"),
        ("version: '2.0', signed_on: 2026-02-01, withdrawn: {on: 2026-02-03}", "withdrawn"),
    ],
)
def test_what_an_heir_does_itself_comes_before_all(own: str, state: str) -> None:
    for one, other in ((SIGNED, DECLINED), (STALE, AWAITING), (DECLINED, WITHDRAWN)):
        heir = of_heir(merged(one, other, own))
        assert (heir.state, heir.inherited) == (state, ())


def test_a_text_sent_to_an_heir_ends_no_signature_and_follows_a_refusal() -> None:
    sent = "version: '2.0', sent_on: 2026-02-01"
    assert of_heir(merged(STALE, DECLINED, sent)).state == "stale"
    assert of_heir(merged(SIGNED, DECLINED, sent)).state == "signed"
    heir = of_heir(merged(DECLINED, WITHDRAWN, sent))
    assert (heir.state, [old.state for old in heir.inherited]) == ("awaiting", ["declined", "withdrawn"])


def test_a_continuing_body_has_its_own_history_beside_those_it_took_over() -> None:
    text = protocol() + ORGS + V1 + version("2.0", "material", "2025-06-01")
    text += signing("a", SIGNED) + signing("b", DECLINED, more="inherits: {from: [a], on: 2026-01-01, by: statute}\n")
    (heir,) = (one for one in status_of(text).parties if one.organisation == "b")
    assert (heir.state, heir.signed_version) == ("signed", "2.0")
    assert [(old.organisation, old.state) for old in heir.inherited] == [("a", "signed"), ("b", "declined")]
    assert states(text, date(2025, 12, 31)) == {"a": "signed", "b": "declined", "c": "not-sent", "o": "not-required"}


def test_a_body_named_in_place_of_its_predecessors_has_no_history_of_its_own() -> None:
    text = merged(SIGNED, SIGNED.replace("07-01", "08-01"))
    text += version("2.1", "membership", "2025-12-01", "hc", more="effective_from: 2026-01-01\n")
    assert (of_heir(text).state, of_heir(text).inherited) == ("signed", ())


def test_bodies_that_were_no_parties_or_had_left_bring_no_history() -> None:
    stranger = re.sub(r" +- \{organisation: b, .*\n", "", merged(SIGNED, ""))
    assert (of_heir(stranger).state, of_heir(stranger).inherited) == ("signed", ())
    left = merged(SIGNED, DECLINED).replace(
        "organisation: a, role: controller", "organisation: a, role: controller, left_on: 2025-10-01", 1
    )
    assert of_heir(left).state == "declined"
    eve = left.replace("left_on: 2025-10-01", "left_on: 2025-12-31")
    assert of_heir(eve).state == "signed"
    assert status_of(eve).in_force[0].between == ("c", "h")


def test_a_succession_of_successions() -> None:
    text = merged(SIGNED, DECLINED) + "=== signatories/k/organisation.yaml\nname: K\nkind: other\n"
    text += signing("k", more="inherits: {from: [h, c], on: 2026-02-01, by: statute}\n")
    (heir,) = (one for one in status_of(text).parties if one.organisation == "k")
    assert (heir.state, heir.inherited) == ("signed", ())
    assert [old.state for old in of_heir(text, date(2026, 1, 31)).inherited] == ["signed", "declined"]


def test_a_succession_on_the_first_day_of_the_calendar() -> None:
    assert of_heir(merged(SIGNED, STALE, on="0001-01-01")).state == "signed"


def test_a_renamed_body_answers_under_its_present_id() -> None:
    orgs = ORGS.replace(
        "=== signatories/c/organisation.yaml\nname: C\nkind: other\n",
        "=== signatories/new-c/organisation.yaml\nname: C\nkind: other\nformerly: [c]\n",
    )
    text = protocol() + orgs + V1 + ALL_SIGNED.replace("signatories/c/p.yaml", "signatories/new-c/p.yaml")
    assert states(text) == {"a": "signed", "b": "signed", "new-c": "signed", "o": "not-required"}
    assert status_of(text).in_force_between == ("a", "b", "new-c")


def test_signing_for_another_needs_a_parent_or_a_mandate() -> None:
    text = protocol() + ORGS + V1 + signing("a", "version: '1.0', signed_on: 2025-01-05, signs_for: [b]")
    assert states(text)["b"] == "not-sent"
    assert states(text.replace("signs_for: [b]", "signs_for: [b], mandate: {reference: Minute 4}"))["b"] == "signed"
    assert states(text.replace("name: B\nkind: other\n", "name: B\nkind: other\nparent: a\n"))["b"] == "signed"


def test_a_copy_outstanding_is_counted_from_the_signature() -> None:
    text = protocol() + ORGS + V1 + signing("a", "version: '1.0', signed_on: 2026-11-01, method: wet-ink")
    party = status_of(text).parties[0]
    assert (party.state, party.copy_returned, party.copy_outstanding_days) == ("signed", False, 21)


# -- in force -------------------------------------------------------------------------------------------------------


def test_in_force_pair_by_pair() -> None:
    text = (
        protocol()
        + ORGS
        + V1
        + version("2.0", "material", "2026-01-01")
        + ALL_SIGNED.replace(
            "signed_on: 2025-02-01}", "signed_on: 2025-02-01}\n  - {version: '2.0', signed_on: 2026-01-03}"
        ).replace("signed_on: 2025-02-02}", "signed_on: 2025-02-02}\n  - {version: '2.0', signed_on: 2026-01-04}")
    )
    status = status_of(text)
    assert [(i.version, i.between) for i in status.in_force] == [("2.0", ("a", "b")), ("1.0", ("a", "b", "c"))]
    assert status.in_force_between == ("a", "b")
    replaced = text.replace("agreed_on: 2026-01-01\n", "agreed_on: 2026-01-01\nreplaces_earlier_on: 2026-06-01\n")
    assert [(i.version, i.between) for i in status_of(replaced).in_force] == [("2.0", ("a", "b"))]
    assert len(status_of(replaced, as_of=date(2026, 5, 31)).in_force) == 2


def test_nothing_binds_before_its_day_after_its_last_or_when_superseded() -> None:
    text = protocol() + ORGS + V1 + ALL_SIGNED
    assert status_of(text, as_of=date(2024, 12, 31)).in_force == ()
    late = text.replace("summary: s\n", "summary: s\neffective_from: 2025-06-01\n")
    assert status_of(late, as_of=date(2025, 5, 31)).in_force_between == ()
    assert status_of(late, as_of=date(2025, 6, 1)).in_force_between == ("a", "b", "c")
    ended = (
        protocol() + ORGS + version("1.0", "material", "2025-01-01", text="  effective_to: 2026-01-31\n") + ALL_SIGNED
    )
    assert len(status_of(ended, as_of=date(2026, 1, 31)).in_force) == 1
    assert status_of(ended, as_of=date(2026, 2, 1)).in_force == ()
    for status in ("superseded", "withdrawn"):
        assert status_of(protocol(status) + ORGS + V1 + ALL_SIGNED).in_force == ()


def test_one_signature_alone_is_in_force_between_but_binds_nobody() -> None:
    text = protocol() + ORGS + V1 + signing("a", "version: '1.0', signed_on: 2025-01-05")
    assert (status_of(text).in_force, status_of(text).in_force_between) == ((), ("a",))


def test_a_dropped_party_is_bound_by_none() -> None:
    text = protocol() + ORGS + V1 + version("1.1", "membership", "2025-06-01", "ab") + ALL_SIGNED
    assert [(i.version, i.between) for i in status_of(text).in_force] == [("1.1", ("a", "b"))]
    left = protocol().replace(
        "{organisation: c, role: controller}", "{organisation: c, role: controller, left_on: 2026-01-31}"
    )
    assert status_of(left + ORGS + V1 + ALL_SIGNED).in_force[0].between == ("a", "b")


def test_a_party_has_left_when_its_last_day_has_passed() -> None:
    left = protocol().replace(
        "{organisation: c, role: controller}", "{organisation: c, role: controller, left_on: 2026-01-31}"
    )
    text = left + ORGS + V1 + ALL_SIGNED
    assert status_of(text, as_of=date(2026, 1, 31)).in_force[0].between == ("a", "b", "c")
    assert status_of(text, as_of=date(2026, 2, 1)).in_force[0].between == ("a", "b")


def test_an_older_text_does_not_come_back_when_the_newer_one_ends() -> None:
    text = protocol() + ORGS + V1 + version("2.0", "material", "2026-01-01", text="  effective_to: 2026-06-30\n")
    text += "".join(
        signing(id_, "version: '1.0', signed_on: 2025-02-01", "version: '2.0', signed_on: 2026-01-03") for id_ in "ab"
    )
    text += signing("c", "version: '1.0', signed_on: 2025-02-01")
    assert [(i.version, i.between) for i in status_of(text, as_of=date(2026, 6, 30)).in_force] == [
        ("2.0", ("a", "b")),
        ("1.0", ("a", "b", "c")),
    ]
    late = status_of(text, as_of=date(2026, 7, 1))
    assert [(i.version, i.between) for i in late.in_force] == [("1.0", ("a", "b", "c"))]
    register = register_from(text)
    folder = register.protocol("p")
    assert folder is not None
    signed = Signing(folder, register, as_of=date(2026, 7, 1))
    assert (signed.version_between("a", "b"), signed.version_between("a", "c")) == (None, "1.0")


def test_what_the_newest_stamp_is() -> None:
    text = (
        protocol() + ORGS + version("1.10", "editorial", "2025-03-01") + version("1.9", "editorial", "2025-02-01") + V1
    )
    assert status_of(text).version == "1.10"
    assert status_of(text, as_of=date(2025, 2, 28)).version == "1.9"
    assert status_of(text, as_of=date(2024, 12, 31)).version is None


def test_without_a_stamp_those_of_the_working_text_that_had_joined_and_not_left() -> None:
    text = protocol("draft").replace(
        "{organisation: a, role: controller}", "{organisation: a, role: controller, left_on: 2026-01-01}"
    )
    text = text.replace(
        "{organisation: b, role: controller}", "{organisation: b, role: controller, joined_on: 2027-01-01}"
    )
    assert states(text + ORGS) == {"c": "not-sent", "o": "not-required"}


# -- reviews --------------------------------------------------------------------------------------------------------

R = "=== protocols/p/reviews/{day}.yaml\nversion: '1.0'\noutcome: no-change\nreviewed_by: [{{organisation: a}}]\nnote: We read all of it.\n{more}"


def due(
    *reviews: tuple[str, str], as_of: date = TODAY, start: str = "2025-01-01", interval: str = "12"
) -> tuple[object, ...]:
    text = (
        P
        + f"title: P\nkind: framework\nstatus: in-force\npublication: public\neffective_from: {start}\nreview: {{interval_months: {interval}}}\n"
    )
    review = status_of(text + "".join(R.format(day=day, more=more) for day, more in reviews), as_of=as_of).review
    return review.state, str(review.due_on), review.days


def test_first_due_and_states_at_their_edges() -> None:
    assert due(as_of=date(2024, 12, 31)) == ("none", "None", None)
    assert due(as_of=date(2025, 1, 1)) == ("current", "2026-01-01", 365)
    assert due(as_of=date(2025, 11, 1))[0] == "current"
    assert due(as_of=date(2025, 11, 2)) == ("due-soon", "2026-01-01", 60)
    assert due(as_of=date(2026, 1, 1)) == ("due-soon", "2026-01-01", 0)
    assert due(as_of=date(2026, 1, 2)) == ("overdue", "2026-01-01", -1)
    assert due(as_of=date(2026, 3, 31)) == ("overdue", "2026-01-01", -89)
    assert due(as_of=date(2026, 4, 1)) == ("lapsed", "2026-01-01", -90)


@pytest.mark.parametrize(
    ("completed", "more", "next_due"),
    [
        ("2026-01-01", "due_on: 2026-01-01\n", "2027-01-01"),  # on the day
        ("2025-11-02", "due_on: 2026-01-01\n", "2027-01-01"),  # 60 days early
        ("2025-11-01", "due_on: 2026-01-01\n", "2026-11-01"),  # 61 days early: out of cycle
        ("2026-10-20", "due_on: 2026-01-01\n", "2027-01-01"),  # however late
        ("2026-10-20", "", "2027-10-20"),  # out of cycle
        ("2026-10-20", "due_on: 2026-02-01\n", "2027-10-20"),  # never due
        ("2026-01-01", "due_on: 2026-01-01\nreview_again_by: 2026-12-01\n", "2026-12-01"),
        ("2026-01-01", "due_on: 2026-01-01\nreview_again_by: 2028-12-01\n", "2027-01-01"),
        ("2026-01-01", "due_on: 2026-01-01\nscope: partner\n", "2026-01-01"),
        ("2027-03-01", "due_on: 2026-01-01\n", "2026-01-01"),  # not yet completed on the day asked for
    ],
)
def test_what_a_review_does_to_the_clock(completed: str, more: str, next_due: str) -> None:
    assert due((completed, more))[1] == next_due


def test_a_review_a_year_late_counts_from_completion() -> None:
    assert due(("2026-01-01", "due_on: 2024-01-01\n"), start="2023-01-01")[1] == "2027-01-01"
    assert due(("2026-06-01", "due_on: 2024-01-01\n"), start="2023-01-01")[1] == "2027-06-01"


def test_the_last_day_of_a_month() -> None:
    assert due(start="2025-08-31", interval="6", as_of=date(2025, 9, 1))[1] == "2026-02-28"


def test_no_review_is_due_of_what_is_not_in_force() -> None:
    for status in ("draft", "consultation", "signing", "superseded", "withdrawn"):
        text = P + f"title: P\nkind: framework\nstatus: {status}\npublication: public\neffective_from: 2020-01-01\n"
        assert status_of(text).review.state == "none"


def test_steps_say_which_due_dates_there_were() -> None:
    text = (
        P
        + BASE.format(status="in-force")
        + R.format(day="2026-01-05", more="due_on: 2026-01-01\n")
        + R.format(day="2026-05-05", more="due_on: 2026-03-01\n")
    )
    folder = register_from(text).protocol("p")
    assert folder is not None
    first, steps = review_steps(folder, as_of=TODAY)
    assert (first, [step.was_due for step in steps], steps[-1].next_due) == (
        date(2026, 1, 1),
        [True, False],
        date(2027, 5, 5),
    )


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 240))
def test_months_are_added_as_a_calendar_does(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == min(day.day, calendar.monthrange(later.year, later.month)[1])


@given(st.tuples(st.integers(0, 99), st.integers(0, 99)), st.tuples(st.integers(0, 99), st.integers(0, 99)))
def test_versions_are_ordered_as_numbers(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert (version_key(f"{one[0]}.{one[1]}") < version_key(f"{other[0]}.{other[1]}")) == (one < other)


# -- returns --------------------------------------------------------------------------------------------------------


def test_a_return_is_late_two_months_after_its_period() -> None:
    text = protocol(more="monitoring:\n  - {point: release, measures: [mi014], by: a, every: year}\n")
    folder = register_from(text).protocol("p")
    assert folder is not None
    assert late_returns(folder, as_of=date(2026, 2, 28)) == []
    assert [late.expected_to for late in late_returns(folder, as_of=date(2026, 3, 2))] == [date(2025, 12, 31)]


def test_unreleased_changes() -> None:
    unchanged = (
        protocol()
        + ORGS
        + V1.replace(
            "    - {organisation: o, role: recipient, signs: no}\n",
            "    - {organisation: o, role: recipient, signs: no}\n  kind: framework\n",
        )
    )
    assert not status_of(unchanged).unreleased_changes
    assert status_of(unchanged.replace("title: P\nkind", "title: Q\nkind")).unreleased_changes
    assert not status_of(protocol() + ORGS).unreleased_changes
