"""The edges of status: succession, order of entries, what binds, months and the end of the calendar, clocks of returns."""

from __future__ import annotations

from datetime import date

import pytest
from test_status import ALL_SIGNED, ORGS, V1, P, R, due, protocol, signing, states, version

from support import TODAY, register_from, status_of
from undersigned.records.fields import Month
from undersigned.records.source import PlainData, mappings
from undersigned.register import ProtocolFolder, Register
from undersigned.status import (
    Identities,
    PartyStatus,
    Signing,
    add_months,
    has_happened,
    heirs,
    late_returns,
    newest_version,
    review_steps,
    takes_effect,
    version_in_force,
)


def opened(text: str) -> tuple[ProtocolFolder, Register]:
    register = register_from(text)
    folder = register.protocol("p")
    assert folder is not None
    return folder, register


def party(text: str, id_: str, as_of: date = TODAY) -> PartyStatus:
    return next(party for party in status_of(text, as_of=as_of).parties if party.organisation == id_)


def in_force(text: str, as_of: date = TODAY) -> list[tuple[str, str]]:
    return [(item.version, "".join(item.between)) for item in status_of(text, as_of=as_of).in_force]


def heir(id_: str, old: str, on: str = "2026-01-01", *entries: str) -> str:
    organisation = f"=== signatories/{id_}/organisation.yaml\nname: {id_.upper()}\nkind: other\n"
    return organisation + signing(
        id_, *entries, more=f"inherits: {{from: [{old}], on: {on}, by: statute, instrument: An Order}}\n"
    )


# -- days -----------------------------------------------------------------------------------------------------------


def test_months_end_with_the_calendar() -> None:
    assert add_months(date(9999, 11, 30), 1) == date(9999, 12, 30)
    assert add_months(date(9999, 12, 1), 1) == date.max
    assert add_months(date(2000, 1, 1), 12 * 9000) == date.max


def test_a_month_has_happened_once_its_last_day_has_come() -> None:
    assert has_happened(Month(2025, 5), date(2025, 5, 31))
    assert not has_happened(Month(2025, 5), date(2025, 5, 30))
    assert not has_happened(None, date.max)


def test_a_version_takes_effect_on_its_day_and_never_before_the_protocol() -> None:
    folder, _ = opened(
        protocol()
        + ORGS
        + version("1.0", "material", "2024-06-01")
        + version("2.0", "material", "2025-06-01", more="effective_from: 2027-01-01\n")
    )
    first, second = (number_and_version[1] for number_and_version in folder.read_versions())
    assert (takes_effect(folder, first), takes_effect(folder, second)) == (date(2025, 1, 1), date(2027, 1, 1))
    in_effect, newest = version_in_force(folder, as_of=TODAY), newest_version(folder, as_of=TODAY)
    assert (in_effect is not None and in_effect[0], newest is not None and newest[0]) == ("1.0", "2.0")


# -- who answers for whom -------------------------------------------------------------------------------------------


def test_nobody_is_heir_to_itself() -> None:
    folder, register = opened(protocol() + ORGS + V1 + heir("h", "h"))
    assert heirs(folder, register, as_of=TODAY) == {}


def test_predecessors_come_oldest_first() -> None:
    folder, register = opened(protocol() + ORGS + V1 + heir("h", "c") + heir("k", "h", "2026-02-01"))
    identities = Identities(folder, register, as_of=TODAY)
    assert identities.predecessors("k") == ["c", "h", "k"]
    assert (identities.present("c"), identities.present("h")) == (("k",), ("k",))
    assert Identities(folder, register, as_of=date(2026, 1, 31)).present("c") == ("h",)


def test_bodies_that_inherit_from_each_other_end_somewhere() -> None:
    folder, register = opened(protocol() + ORGS + V1 + heir("h", "k") + heir("k", "h"))
    assert Identities(folder, register, as_of=TODAY).present("h") == ("k",)


def test_an_heir_that_was_party_keeps_its_own_entry() -> None:
    listed = "  - {organisation: h, role: recipient}\n"
    text = protocol().replace("  - {organisation: o,", listed + "  - {organisation: o,") + ORGS + heir("h", "c")
    assert party(text, "h").role == "recipient"
    folder, register = opened(text)
    renamed = Identities(folder, register, as_of=TODAY).rename(folder.working_text)
    assert [(entry["organisation"], entry["role"]) for entry in mappings(renamed["parties"])][2:] == [
        ("h", "recipient"),
        ("o", "recipient"),
    ]


@pytest.mark.parametrize(("left_on", "state"), [("2025-12-30", "not-sent"), ("2025-12-31", "signed")])
def test_a_signature_passes_to_an_heir_if_the_body_was_a_party_until_the_eve(left_on: str, state: str) -> None:
    text = protocol().replace(
        "{organisation: b, role: controller}", f"{{organisation: b, role: controller, left_on: {left_on}}}"
    )
    assert party(text + ORGS + V1 + ALL_SIGNED + heir("h", "b", on="2026-01-01"), "h").state == state


def test_the_entries_of_every_predecessor_count_for_an_heir() -> None:
    folder, register = opened(protocol() + ORGS + V1 + ALL_SIGNED + heir("h", "a, b"))
    standing = Signing(folder, register, as_of=TODAY).standing("h")
    assert [(entry.signer, entry.version) for entry in standing] == [("a", "1.0"), ("b", "1.0")]


def test_predecessors_that_signed_different_texts_are_not_alike() -> None:
    versions = V1 + version("2.0", "material", "2025-03-01") + version("3.0", "material", "2025-06-01")
    first = signing("a", "version: '1.0', signed_on: 2025-02-01")
    second = signing("b", "version: '2.0', signed_on: 2025-04-01")
    merged = party(protocol() + ORGS + versions + first + second + heir("h", "a, b"), "h")
    assert merged.state == "stale"
    assert [(old.organisation, old.signed_version) for old in merged.inherited] == [("a", "1.0"), ("b", "2.0")]


def test_the_text_names_an_heir_in_place_of_the_party_that_it_follows() -> None:
    folder, register = opened(protocol() + ORGS + heir("h", "c"))
    renamed = Identities(folder, register, as_of=TODAY).rename(folder.working_text)
    assert [entry["organisation"] for entry in mappings(renamed["parties"])] == ["a", "b", "h", "o"]


def test_the_ends_of_a_flow_name_an_heir_once() -> None:
    folder, register = opened(protocol() + ORGS + heir("h", "c"))
    flow: PlainData = {"id": "f", "from": ["a"], "to": ["c", "h", "b"], "law_differs": [{"for": ["c", "h"]}]}
    (renamed,) = mappings(Identities(folder, register, as_of=TODAY).rename({"flows": [flow]})["flows"])
    assert renamed == {"id": "f", "from": ["a"], "to": ["h", "b"], "law_differs": [{"for": ["h"]}]}


def test_a_renamed_framework_is_no_change_of_the_text() -> None:
    refers = "part_of: {0}\nclauses:\n  - {{id: common, adopts: {{protocol: {0}, clauses: [x]}}}}\n"
    framework = "=== protocols/f/protocol.yaml\ntitle: F\nkind: framework\nstatus: draft\npublication: public\nformerly: [old-f]\n"
    stamped = "  kind: framework\n" + "".join(f"  {line}\n" for line in refers.format("old-f").splitlines())
    text = protocol(more=refers.format("f")) + ORGS + version("1.0", "material", "2025-01-01", text=stamped)
    assert not status_of(text + framework).unreleased_changes
    assert status_of(text + framework.replace("[old-f]", "[older-f]")).unreleased_changes


def test_changes_are_not_told_of_a_text_that_was_not_wholly_read() -> None:
    form = "=== protocols/p/forms/letter.yaml\ntitle: T\nfrom: [any]\nto: [any]\n"
    text = protocol() + ORGS + V1
    assert status_of(text + form).unreleased_changes
    assert not status_of(text + form + "colour: red\n").unreleased_changes


# -- entries --------------------------------------------------------------------------------------------------------


def test_an_entry_is_seen_once_its_version_was_agreed() -> None:
    text = protocol() + ORGS + V1 + version("2.0", "material", "2027-01-01")
    text += signing(
        "a", f"version: '2.0', sent_on: 2025-02-01, signed_on: 2025-02-02, fingerprint: 'v1:sha256:{'0' * 64}'"
    )
    assert states(text)["a"] == "not-sent"


def test_a_signature_fits_by_the_stamp_or_by_the_text() -> None:
    text = protocol() + ORGS + V1
    stamp, of_text = f"v1:sha256:{'10'.rjust(64, '0')}", opened(text)[0].fingerprint_of_text("1.0")
    for given, state in ((stamp, "signed"), (of_text, "signed"), (f"v1:sha256:{'f' * 64}", "not-sent")):
        assert (
            states(text + signing("a", f"version: '1.0', signed_on: 2025-01-05, fingerprint: '{given}'"))["a"] == state
        )


def test_what_has_not_happened_yet_does_not_count() -> None:
    text = protocol() + ORGS + V1
    text += signing("a", "version: '1.0', sent_on: 2025-02-01, declined: {on: 2027-01-01}")
    text += signing("b", "version: '1.0', sent_on: 2025-02-01, withdrawn: {on: 2025-03-01}")
    text += signing("c", "version: '1.0', sent_on: 2025-02-01, signed_on: 2025-02-02, withdrawn: {on: 2027-01-01}")
    assert states(text) == {"a": "awaiting", "b": "awaiting", "c": "signed", "o": "not-required"}


def test_an_entry_for_itself_stands_once() -> None:
    folder, register = opened(
        protocol()
        + ORGS
        + V1
        + signing("a", "version: '1.0', signed_on: 2025-01-05, signs_for: [a], mandate: {reference: M}")
    )
    (history,) = Signing(folder, register, as_of=TODAY).histories("a")
    assert len(history.entries) == 1


def test_entries_that_others_made_are_put_in_order_too() -> None:
    text = protocol() + ORGS + V1
    text += signing("a", "version: '1.0', signed_on: 2025-06-01, signs_for: [b], mandate: {reference: Minute 4}")
    text += signing("b", "version: '1.0', signed_on: 2025-01-05, withdrawn: {on: 2025-02-01}")
    assert states(text)["b"] == "signed"


def test_a_mandate_needs_a_reference_and_a_parent_may_have_been_renamed() -> None:
    text = protocol() + ORGS + V1 + signing("a", "version: '1.0', signed_on: 2025-01-05, signs_for: [b], mandate: {}")
    assert states(text)["b"] == "not-sent"
    renamed = text.replace("name: A\nkind: other\n", "name: A\nkind: other\nformerly: [old-a]\n")
    assert states(renamed.replace("name: B\nkind: other\n", "name: B\nkind: other\nparent: old-a\n"))["b"] == "signed"


# -- states ---------------------------------------------------------------------------------------------------------


def test_a_first_version_that_is_not_material_is_asked_for_all_the_same() -> None:
    text = protocol() + ORGS + version("1.0", "editorial", "2025-01-01") + ALL_SIGNED
    assert set(states(text).values()) == {"signed", "not-required"}
    assert status_of(text).in_force_between == ("a", "b", "c")


def test_a_version_without_text_makes_nobody_a_newcomer() -> None:
    text = (
        protocol()
        + ORGS
        + V1
        + "=== protocols/p/versions/1.1.yaml\nagreed_on: 2025-06-01\nchange: editorial\nsummary: s\nfingerprint: x\n"
        + ALL_SIGNED
    )
    text += version("1.2", "editorial", "2025-09-01")
    assert set(states(text).values()) == {"signed", "not-required"}


def test_a_newcomer_signs_again_when_a_material_version_follows() -> None:
    text = (
        protocol()
        + ORGS
        + version("1.0", "material", "2025-01-01", "ab")
        + version("1.1", "membership", "2025-06-01", "abc")
    )
    text += version("2.0", "material", "2026-01-01") + signing("c", "version: '1.1', signed_on: 2025-07-01")
    assert (states(text, date(2025, 12, 31))["c"], states(text)["c"]) == ("signed", "stale")


def test_signing_a_later_version_of_the_same_text_is_signing() -> None:
    text = (
        protocol()
        + ORGS
        + V1
        + version("1.1", "editorial", "2025-06-01")
        + signing("a", "version: '1.1', signed_on: 2025-07-01")
    )
    assert (party(text, "a").state, party(text, "a").signed_version) == ("signed", "1.1")


def test_the_signature_shown_is_one_of_the_text_that_is_asked_for() -> None:
    text = protocol() + ORGS + V1 + version("2.0", "material", "2026-01-01")
    text += signing("a", "version: '2.0', signed_on: 2026-01-03", "version: '1.0', signed_on: 2026-02-01")
    assert (party(text, "a").state, party(text, "a").signed_version) == ("signed", "2.0")


def test_a_body_answers_until_the_day_on_which_another_takes_its_place() -> None:
    orgs = ORGS.replace("name: C\nkind: other\n", "name: C\nkind: other\ndissolved_on: 2025-12-31\n")
    text = protocol() + orgs + V1 + ALL_SIGNED + heir("h", "c", "2026-02-01")
    assert states(text, date(2026, 1, 15))["c"] == "signed"


def test_only_the_text_that_is_asked_for_is_awaited() -> None:
    text = (
        protocol()
        + ORGS
        + V1
        + version("2.0", "material", "2026-01-01")
        + signing("a", "version: '1.0', sent_on: 2025-02-01")
    )
    assert states(text)["a"] == "not-sent"


def test_waiting_is_counted_from_the_last_sending() -> None:
    text = protocol() + ORGS + V1 + version("1.1", "editorial", "2025-06-01")
    text += signing("a", "version: '1.0', sent_on: 2026-11-01", "version: '1.1', sent_on: 2026-11-20")
    assert (party(text, "a").state, party(text, "a").days_waiting) == ("awaiting", 2)


@pytest.mark.parametrize(
    "more",
    [
        "method: electronic",
        "method: wet-ink, returned_on: 2026-11-10",
        "method: wet-ink, sent_on: 2026-10-01, declined: {on: 2026-11-10}",
    ],
)
def test_no_copy_is_outstanding(more: str) -> None:
    assert (
        party(
            protocol() + ORGS + V1 + signing("a", f"version: '1.0', signed_on: 2026-11-01, {more}"), "a"
        ).copy_outstanding_days
        is None
    )


# -- what binds -----------------------------------------------------------------------------------------------------


def test_a_party_is_dropped_on_the_day_its_dropping_takes_effect() -> None:
    dropping = version("1.1", "membership", "2025-06-01", "ab", more="effective_from: 2025-09-01\n")
    text = protocol() + ORGS + V1 + dropping + ALL_SIGNED
    assert in_force(text, date(2025, 8, 31)) == [("1.0", "abc")]
    assert in_force(text, date(2025, 9, 1)) == [("1.1", "ab")]


def test_only_a_change_of_membership_drops() -> None:
    text = protocol() + ORGS + V1 + version("1.1", "editorial", "2025-06-01", "ab") + ALL_SIGNED
    assert in_force(text) == [("1.1", "ab"), ("1.0", "abc")]


def test_a_party_taken_in_again_is_bound_again() -> None:
    text = (
        protocol()
        + ORGS
        + V1
        + version("1.1", "membership", "2025-06-01", "ab")
        + version("1.2", "membership", "2025-09-01", "abc")
    )
    text += ALL_SIGNED.replace(
        "signed_on: 2025-02-03}", "signed_on: 2025-02-03}\n  - {version: '1.2', signed_on: 2025-09-05}"
    )
    assert in_force(text) == [("1.2", "abc")]


def test_nobody_is_bound_who_has_ended_or_does_not_sign_or_was_no_party() -> None:
    ended = ORGS.replace("name: C\nkind: other\n", "name: C\nkind: other\ndissolved_on: 2026-01-01\n")
    assert in_force(protocol() + ended + V1 + ALL_SIGNED) == [("1.0", "ab")]
    assert in_force(protocol() + ORGS + V1 + ALL_SIGNED + signing("o", "version: '1.0', signed_on: 2025-01-05")) == [
        ("1.0", "abc")
    ]
    joined = (
        protocol()
        + ORGS
        + version("1.0", "material", "2025-01-01", "ab")
        + version("1.1", "membership", "2025-06-01", "abc")
    )
    assert in_force(joined + ALL_SIGNED) == [("1.1", "ab")]


def test_a_signature_carries_forward_only() -> None:
    later = version("1.1", "editorial", "2025-06-01", more="effective_from: 2027-01-01\n")
    text = (
        protocol()
        + ORGS
        + V1
        + later
        + ALL_SIGNED.replace(
            "version: '1.0', sent_on: 2025-01-02, signed_on: 2025-02-03", "version: '1.1', signed_on: 2025-07-01"
        )
    )
    assert in_force(text) == [("1.0", "ab")]
    assert in_force(text, date(2027, 1, 1)) == [("1.1", "abc")]


def test_in_force_between_ends_with_the_text_the_protocol_and_the_party() -> None:
    ended = (
        protocol() + ORGS + version("1.0", "material", "2025-01-01", text="  effective_to: 2026-01-31\n") + ALL_SIGNED
    )
    assert status_of(ended, as_of=date(2026, 1, 31)).in_force_between == ("a", "b", "c")
    assert status_of(ended, as_of=date(2026, 2, 1)).in_force_between == ()
    assert status_of(protocol("superseded") + ORGS + V1 + ALL_SIGNED).in_force_between == ()
    left = protocol().replace(
        "{organisation: c, role: controller}", "{organisation: c, role: controller, left_on: 2026-01-31}"
    )
    assert status_of(left + ORGS + V1 + ALL_SIGNED).in_force_between == ("a", "b")


def test_the_text_between_two_is_the_newest_that_binds_both() -> None:
    folder, register = opened(
        protocol()
        + ORGS
        + V1
        + version("2.0", "material", "2026-01-01")
        + ALL_SIGNED.replace(
            "signed_on: 2025-02-01}", "signed_on: 2025-02-01}\n  - {version: '2.0', signed_on: 2026-01-03}"
        ).replace("signed_on: 2025-02-02}", "signed_on: 2025-02-02}\n  - {version: '2.0', signed_on: 2026-01-04}")
    )
    between = Signing(folder, register, as_of=TODAY).version_between
    assert [between("a", "b"), between("a", "c"), between("a", "o")] == ["2.0", "1.0", None]


# -- reviews and returns --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("interval", "day"), [("0", "2026-01-01"), ("1200", "2125-01-01"), ("1201", "2026-01-01")])
def test_an_interval_that_means_nothing_is_a_year(interval: str, day: str) -> None:
    assert due(interval=interval)[1] == day


def test_the_interval_is_that_of_the_newest_stamp() -> None:
    agreed = version("1.0", "material", "2025-01-01", text="  review: {interval_months: 6}\n")
    text = protocol(more="review: {interval_months: 24}\n") + ORGS
    assert status_of(text + agreed).review.due_on == date(2025, 7, 1)
    assert status_of(text).review.due_on == date(2027, 1, 1)


def test_each_due_date_that_followed_was_due() -> None:
    folder, _ = opened(
        protocol()
        + R.format(day="2026-01-05", more="due_on: 2026-01-01\n")
        + R.format(day="2026-11-10", more="due_on: 2027-01-01\n")
    )
    _first, steps = review_steps(folder, as_of=TODAY)
    assert [step.was_due for step in steps] == [True, True]


def test_the_last_review_is_told_of_a_protocol_without_a_start() -> None:
    text = (
        P
        + "title: P\nkind: framework\nstatus: draft\npublication: public\n"
        + R.format(day="2026-01-05", more="")
        + R.format(day="2027-01-05", more="")
    )
    assert status_of(text).review.last_completed_on == date(2026, 1, 5)


def test_a_return_counts_if_its_period_is_over_and_it_measures_what_was_asked() -> None:
    asked = "monitoring:\n  - {point: release, measures: [mi014], by: a, every: year}\n"
    came = (
        "=== protocols/p/outcomes/2025.yaml\nperiod: {from: 2025-01-01, to: 2025-12-31}\nresults: [{measure: mi014}]\n"
    )
    day = date(2026, 3, 2)

    def late(text: str, as_of: date = day) -> list[date]:
        return [late.expected_to for late in late_returns(opened(text)[0], as_of=as_of)]

    assert late(protocol(more=asked)) == [date(2025, 12, 31)]
    (found,) = late_returns(opened(protocol(more=asked))[0], as_of=day)
    assert (found.index, found.point, found.by, found.days) == (0, "release", "a", 2)
    assert late(protocol("superseded", asked)) == []
    assert late(protocol(more=asked) + came) == []
    assert late(protocol(more=asked) + came, date(2027, 3, 2)) == [date(2026, 12, 31)]
    assert late(protocol(more=asked) + came.replace("measure: mi014", "measure: other")) == [date(2025, 12, 31)]
    assert late(protocol(more=asked) + came.replace("to: 2025-12-31", "to: 2026-12-31")) == [date(2025, 12, 31)]
    assert late(protocol(more=asked.replace("measures: [mi014], ", "")) + came.replace("mi014", "other")) == []
