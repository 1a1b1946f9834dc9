"""The law watch against a server on this computer: for each thing that can happen, the exact news and no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from law_server import LawServer, Served, ServedEffect

from undersigned.law import AwayError, Legislation, RefusedError
from undersigned.law.watch import Look, News, first_state, look
from undersigned.records.law import LawConfirmation, LawState, Provision, provision

DPA, WALES = "ukpga/2018/12", "anaw/2014/7"
TODAY = date(2026, 11, 30)
SI = "uksi/2026/386"


@pytest.fixture
def server() -> Iterator[LawServer]:
    server = LawServer()
    paths = ["section/44", "section/45", "section/45A", "section/46", "section/47", "section/48", "section/94"]
    server.acts[DPA] = Served(DPA, [*paths, "schedule/1/paragraph/6"])
    server.acts[WALES] = Served(
        WALES, ["section/66", "section/94A", "section/95"], status={"section/94A": "Prospective"}
    )
    yield server
    server.stop()


class Watcher:
    """Looks at a few provisions, and confirms what was seen as a person would by merging the pull request."""

    def __init__(self, server: LawServer, *cited: str) -> None:
        self.service = Legislation(base=server.base)
        self.wanted: dict[str, list[Provision]] = {}
        for text in cited or (f"{DPA}/section/45",):
            one = provision(text)
            self.wanted.setdefault(one.item, []).append(one)
        self.states: dict[str, LawState] = {}
        self.confirm(self.look())

    def look(self, day: date = TODAY) -> Look:
        return look(self.service, self.states, self.wanted, as_of=day)

    def confirm(self, found: Look) -> None:
        said = LawConfirmation.model_construct(on=TODAY, by="Register keeper", note="Nothing changes here")
        # Without `modified` each look reads the contents again.
        self.states |= {
            item: state.model_copy(update={"confirmed": said, "modified": None}) for item, state in found.states.items()
        }


def told(found: Look) -> list[tuple[str, str, str, str]]:
    """The news as kind, path, day and cause."""
    return [(one.kind, "/".join(one.provision.path), str(one.on or ""), one.by) for one in found.news]


# -- the seven cases of the design ------------------------------------------------------------------------------------


def test_a_page_that_an_editor_saved_again_is_no_news(server: LawServer) -> None:
    server.acts[DPA].effects = [ServedEffect("key-1", ("section/45",), SI, on="2026-01-01")]
    watcher = Watcher(server)
    server.acts[DPA].saved = "2026-11-29T00:00:00Z"
    assert told(watcher.look()) == []


def test_many_changes_by_one_instrument_are_one_group(server: LawServer) -> None:
    server.acts[DPA].paths += [f"section/{number}" for number in range(100, 155)]
    watcher = Watcher(server, *(f"{DPA}/section/{number}" for number in range(100, 155)))
    places = [f"section/{number}" for number in range(100, 155)]
    server.acts[DPA].effects = [ServedEffect(f"key-{place[8:]}", (place,), SI, on="2026-09-30") for place in places]
    found = watcher.look()
    assert len(found.news) == 55
    assert {one.group for one in found.news} == {(DPA, SI)}
    assert {one.kind for one in found.news} == {"changed"}
    watcher.confirm(found)
    assert told(watcher.look()) == []


def test_their_text_brought_up_to_date_belongs_to_the_instrument_that_was_confirmed(server: LawServer) -> None:
    act = server.acts[DPA]
    act.effects = [ServedEffect("key-1", ("section/45",), SI, on="2026-09-30")]
    watcher = Watcher(server)
    act.effects, act.since["section/45"], act.words["section/45"] = [], "2026-09-30", "New words."
    found = watcher.look()
    assert told(found) == [("amended", "section/45", "2026-09-30", SI)]
    watcher.confirm(found)
    assert told(watcher.look()) == []


def test_a_text_published_again_with_the_same_words_is_no_news(server: LawServer) -> None:
    watcher = Watcher(server)
    server.acts[DPA].since["section/45"] = "2026-11-01"
    server.acts[DPA].words["section/45"] = "Words  of\n section/45."
    assert told(watcher.look()) == []


def test_new_words_of_which_no_effect_told(server: LawServer) -> None:
    watcher = Watcher(server)
    server.acts[DPA].since["section/45"] = "2026-11-01"
    server.acts[DPA].words["section/45"] = "Other words."
    assert told(watcher.look()) == [("amended", "section/45", "2026-11-01", "")]


def test_a_provision_that_is_gone_is_told_once(server: LawServer) -> None:
    watcher = Watcher(server)
    server.acts[DPA].paths.remove("section/45")
    found = watcher.look()
    assert told(found) == [("gone", "section/45", "", "")]
    watcher.confirm(found)
    assert told(watcher.look()) == []


def test_a_change_without_a_day_is_told_and_is_no_alarm(server: LawServer) -> None:
    watcher = Watcher(server)
    server.acts[DPA].effects = [ServedEffect("key-1", ("section/45",), "ukpga/2026/21")]
    found = watcher.look()
    assert told(found) == [("enacted", "section/45", "", "ukpga/2026/21")]
    assert found.alarms == []


# -- ten more -----------------------------------------------------------------------------------------------------------


def test_a_welsh_act_is_commenced(server: LawServer) -> None:
    watcher = Watcher(server, f"{WALES}/section/94A", f"{WALES}/section/66")
    server.acts[WALES].status.clear()
    server.acts[WALES].since["section/94A"] = "2027-04-01"
    assert told(watcher.look()) == [("commenced", "section/94A", "2027-04-01", "")]


def test_a_range_is_touched_within_and_by_a_range(server: LawServer) -> None:
    watcher = Watcher(server, f"{DPA}/section/44..48", f"{DPA}/section/94")
    server.acts[DPA].effects = [
        ServedEffect("key-1", ("section/47/2",), SI, on="2026-09-30"),
        ServedEffect("key-2", ("section/46",), "uksi/2026/9", until="section/60", on="2026-09-30"),
        ServedEffect("key-3", ("section/49",), "uksi/2026/10", until="section/60", on="2026-09-30"),
    ]
    wanted = [("changed", "section/44", "2026-09-30", SI), ("changed", "section/44", "2026-09-30", "uksi/2026/9")]
    assert told(watcher.look()) == wanted


def test_the_words_of_a_whole_range_are_compared(server: LawServer) -> None:
    watcher = Watcher(server, f"{DPA}/section/44..48")
    server.acts[DPA].since["section/45A"] = "2026-11-02"
    server.acts[DPA].words["section/45A"] = "Other words."
    assert told(watcher.look()) == [("amended", "section/44", "2026-11-02", "")]


def test_a_suffix_letter_is_another_section(server: LawServer) -> None:
    watcher = Watcher(server, f"{DPA}/section/45", f"{DPA}/section/45A")
    server.acts[DPA].effects = [ServedEffect("key-1", ("section/45A/3",), SI, on="2026-09-30")]
    assert told(watcher.look()) == [("changed", "section/45A", "2026-09-30", SI)]


def test_a_subsection_is_not_touched_by_its_neighbour(server: LawServer) -> None:
    watcher = Watcher(server, f"{DPA}/section/45/2")
    server.acts[DPA].effects = [ServedEffect("key-1", ("section/45/5",), SI, on="2026-09-30")]
    server.acts[DPA].since["section/45"] = "2026-11-01"
    server.acts[DPA].words["section/45/5"] = "Other words."
    assert told(watcher.look()) == []
    server.acts[DPA].since["section/45"] = "2026-11-02"
    server.acts[DPA].words["section/45/2"] = "Other words."
    assert told(watcher.look()) == [("amended", "section/45/2", "2026-11-02", "")]


def test_two_instruments_on_one_day_are_two_groups(server: LawServer) -> None:
    watcher = Watcher(server)
    server.acts[DPA].effects = [
        ServedEffect("key-1", ("section/45",), SI, on="2026-09-30"),
        ServedEffect("key-2", ("section/45",), "uksi/2026/999", on="2026-09-30"),
    ]
    assert [one.group for one in watcher.look().news] == [(DPA, SI), (DPA, "uksi/2026/999")]


def test_a_body_that_breaks_off_changes_nothing(server: LawServer) -> None:
    watcher = Watcher(server)
    server.cut = True
    found = watcher.look()
    assert (found.states, told(found)) == ({}, [])
    assert list(found.away) == [DPA]
    server.cut, server.answer = False, server.acts[DPA].contents().encode()[:-40]
    assert watcher.look().away == {DPA: "legislation.gov.uk sent an answer that breaks off or is not XML"}


def test_what_has_not_changed_is_asked_for_once(server: LawServer) -> None:
    watcher = Watcher(server)
    found = watcher.look()
    watcher.states |= found.states
    server.asked.clear()
    found = watcher.look()
    assert (found.unchanged, told(found), found.away) == ([DPA], [], {})
    assert server.asked == [f"/{DPA}/contents/data.xml"]


@pytest.mark.parametrize("status", [403, 429])
def test_a_refusal_stops_the_whole_look(server: LawServer, status: int) -> None:
    watcher = Watcher(server, f"{WALES}/section/66", f"{DPA}/section/45")
    server.asked.clear()
    server.answer = status
    found = watcher.look()
    reason = f"www.legislation.gov.uk answered {status}"
    assert (found.states, told(found), found.away) == ({}, [], {WALES: reason, DPA: reason})
    assert len(server.asked) == 1


def test_another_error_leaves_out_one_act(server: LawServer) -> None:
    watcher = Watcher(server, f"{WALES}/section/66", f"{DPA}/section/45")
    del server.acts[WALES]
    found = watcher.look()
    assert list(found.states) == [DPA]
    assert found.away == {WALES: f"legislation.gov.uk has no contents of {WALES}"}
    assert told(found) == [("gone", "", "", "")]


def test_an_effect_moves_from_no_day_to_a_day_to_the_text(server: LawServer) -> None:
    act, watcher = server.acts[DPA], Watcher(server)
    groups = set()
    act.effects = [ServedEffect("key-1", ("section/45",), SI)]
    found = watcher.look()
    assert told(found) == [("enacted", "section/45", "", SI)]
    watcher.confirm(found)
    assert told(watcher.look()) == []
    act.effects = [ServedEffect("key-1", ("section/45",), SI, on="2027-03-01", prospective=True)]
    found = watcher.look()
    assert told(found) == [("coming", "section/45", "2027-03-01", SI)]
    groups |= {one.group for one in found.news}
    watcher.confirm(found)
    assert told(watcher.look()) == []
    found = watcher.look(date(2027, 2, 15))
    assert told(found) == [("soon", "section/45", "2027-03-01", SI)]
    groups |= {one.group for one in found.news}
    act.effects, act.since["section/45"], act.words["section/45"] = [], "2027-03-01", "New words."
    found = watcher.look(date(2027, 3, 10))
    assert told(found) == [("amended", "section/45", "2027-03-01", SI)]
    groups |= {one.group for one in found.news}
    assert groups == {(DPA, SI)}


def test_a_provision_that_is_renumbered(server: LawServer) -> None:
    act = server.acts[DPA]
    act.effects = [ServedEffect("key-1", ("section/94",), SI, what="renumbered as s. 94A", on="2026-11-01")]
    watcher = Watcher(server, f"{DPA}/section/94")
    act.effects, act.paths = [], [path for path in act.paths if path != "section/94"] + ["section/94A"]
    assert told(watcher.look()) == [("gone", "section/94", "2026-11-01", SI)]


def test_a_repeal_is_told(server: LawServer) -> None:
    watcher = Watcher(server)
    server.acts[DPA].status["section/45"], server.acts[DPA].since["section/45"] = "Repealed", "2026-11-01"
    server.acts[DPA].words["section/45"] = ". . ."
    assert told(watcher.look()) == [("repealed", "section/45", "2026-11-01", "")]


@pytest.mark.parametrize("what", ["applied (with modifications)", "modified", "power to amend", "extended", "saved"])
def test_what_changes_no_words_is_no_news(server: LawServer, what: str) -> None:
    watcher = Watcher(server)
    server.acts[DPA].effects = [
        ServedEffect("key-1", ("section/45",), SI, what=what, on="2026-09-30"),
        ServedEffect("key-2", ("section/45",), SI, requires="false", on="2026-09-30"),
    ]
    assert told(watcher.look()) == []


def test_a_provision_that_the_contents_do_not_list_is_read_on_its_own_page(server: LawServer) -> None:
    act = server.acts[DPA]
    act.unlisted = {"section/45"}
    watcher = Watcher(server)
    assert watcher.states[DPA].provisions[0].words
    assert told(watcher.look()) == []
    act.since["section/45"], act.words["section/45"] = "2026-11-01", "Other words."
    assert told(watcher.look()) == [("amended", "section/45", "2026-11-01", "")]


def test_an_address_that_was_never_there_is_said_and_is_no_alarm(server: LawServer) -> None:
    watcher = Watcher(server, f"{DPA}/section/45", f"{DPA}/section/999")
    found = watcher.look()
    assert (told(found), [str(one) for one in found.missing]) == ([], [f"{DPA}/section/999"])


# -- safety -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b"\xff\xfe<\x00!\x00D\x00O\x00C\x00T\x00Y\x00P\x00E\x00 \x00x\x00>\x00<\x00x\x00/\x00>\x00",
        b"not XML",
        b"",
        b"<x>" * 100_000,
        b"<a/>",
    ],
)
def test_hostile_answers_are_refused(server: LawServer, body: bytes) -> None:
    watcher = Watcher(server)
    server.answer = body
    found = watcher.look()
    assert (found.states, told(found), list(found.away)) == ({}, [], [DPA])


def test_an_answer_that_is_too_large_is_refused(server: LawServer) -> None:
    server.answer = b"<x>" + b" " * (4 * 1024 * 1024) + b"</x>"
    with pytest.raises(AwayError, match="more than 4 MB"):
        Legislation(base=server.base).get("x")


def test_a_redirect_to_another_place_is_refused(server: LawServer) -> None:
    server.answer = 302
    with pytest.raises(AwayError, match="redirects to another place"):
        Legislation(base=server.base).get("x")


@pytest.mark.parametrize(
    "base", ["https://example.org/", "http://www.legislation.gov.uk/", "http://10.0.0.1/", "file:///"]
)
def test_only_the_service_and_this_computer_are_asked(base: str) -> None:
    with pytest.raises(AwayError, match="neither"):
        Legislation(base=base)


def test_it_names_itself_and_says_where_to_write(server: LawServer) -> None:
    server.answer = 403
    with pytest.raises(RefusedError):
        Legislation(base=server.base, contact="https://example.org/register/").get("x")
    assert server.agents == {"undersigned-law-watch/1 (+https://example.org/register/)"}


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(AwayError, match="cannot be reached: "):
        Legislation(base="http://127.0.0.1:9/").get("x")


def test_a_first_state_says_that_nobody_has_looked() -> None:
    state = first_state(DPA, [provision(f"{DPA}/section/45")])
    assert (state.provisions[0].words, state.confirmed, state.is_confirmed) == (None, None, False)


def test_news_without_a_cause_is_grouped_by_day() -> None:
    one = News("amended", provision(f"{DPA}/section/45"), date(2026, 11, 1))
    assert one.group == (DPA, "2026-11-01")
