"""The vocabularies: complete, consistent with each other, dated, and honest about what is not confirmed."""

import re
import subprocess
import sys
from datetime import date

import pytest

from undersigned.records import vocabulary as module
from undersigned.records.law import provision, provisions_in, touches
from undersigned.records.vocabulary import Entry, Gateway, item_titles, vocabulary

VOCABULARIES = (
    "lawful_bases",
    "recognised_interests",
    "special_category_conditions",
    "schedule_1_conditions",
    "law_enforcement_conditions",
    "duties",
    "gateways",
    "organisation_kinds",
    "law_changes",
    "content_topics",
    "outcome_measures",
    "alcohol_tiers",
    "alcohol_interventions",
)


def words(text: str) -> list[str]:
    return text.split()


# Every row of the two checked law pages, in their order.
GATEWAY_IDS = words("""
oma07-s1 oma07-s14 cda98-s5 cda98-s6 cda98-s17 cda98-s17a cda98-s38 cda98-s39 cda98-s39a cda98-s115
cja03-s325 cja03-s327 cja03-s327a pcsca22-s8 pcsca22-s10 pcsca22-s15 pcsca22-s16 pcsca22-s17
pcsca22-s44a vpa24-s13 dvcva04-s35 abcpa14-sch4 pa97-s113b common-law-police daa21-s77 sa20-sch9-p9 sa20-sch9-p11
sa20-sch9-p12 cja03-s212 sa26-s1 sa26-s38 roa74-s4 roa74-s9 roa74-s9a roni78-a10 dpa18-s184 ha96-s170
ha96-s182 ha96-s213 ha96-s213a ha96-s213aa ha96-s213b hact02-s1 hact02-s2 hact02-s3 pno02 daa21-s78 daa21-s57
hwa14-s95 hwa14-s66 hwa14-s70 hwa14-s75 rhwa16-s1 sswa14-s128 sswa14-s130 hwa14-s94a hsa87-s36a
ca14-s6 ca14-s7 ca14-s42 ca14-s43 ca14-s45 ca04-s10 ca04-s11 ca04-s25 ca04-s16la
cha89-s17 cha89-s27 cha89-s47 nhsa06-s82 nhsa06-s251 hsca12-s251b esa08-s14 esa08-s15 wra12-s131
wra12-s132 ssaa92-s123 wrpa99-s72 ssa98-s3 dea17-s35 dea17-s48 dea17-s56 crca05-s18 crca05-s19
lga72-s111 la11-s1 hra98-a8 common-law-confidence mo-sc05-s1 mo-sc05-s10 cjnio08-a50
""")

CONDITION_IDS = words("""
a6a-consent a6b-contract a6c-legal-obligation a6d-vital-interests a6e-public-task a6ea-recognised-li
a6f-legitimate-interests rli-public-task-request rli-security rli-emergency rli-crime rli-safeguarding
a9a-explicit-consent a9b-employment-social-protection a9c-vital-interests a9d-not-for-profit
a9e-made-public a9f-legal-claims a9g-substantial-public-interest a9h-health-social-care
a9i-public-health a9j-archive-research-stats s1p01 s1p02 s1p03 s1p04 s1p06 s1p07 s1p08 s1p09 s1p10 s1p11
s1p12 s1p13 s1p14 s1p15 s1p16 s1p17 s1p18 s1p19 s1p20 s1p21 s1p22 s1p23 s1p24 s1p25 s1p26 s1p27 s1p28
s1p29 s1p30 s1p31 s1p32 s1p33 s1p34 s1p35 s1p36 s1p37 le-purpose le-competent-authority
le-deemed-competent le-consent le-necessary-task le-sensitive-consent le-sensitive-strict le-onward-le
le-onward-nonle le-categories le-logging s8p1 s8p2 s8p3 s8p4 s8p5 s8p6 s8p7 s8p8 s8p9
""")

MANDATORY_TOPICS = words("""
title summary purpose parties controllership people data-items regime lawful-basis gateway
necessity-and-proportionality consent transparency procedure accuracy retention security onward-disclosure
individual-rights breach dpia policy-document freedom-of-information complaints start-and-review amendment
joining-and-leaving signatures
""")

EXPECTED_TOPICS = words("""
disputes automated-decisions international-transfers equality training outcomes liability funding
""")

KINDS = words("""
probation prison police local-authority housing-provider health treatment-provider jobcentre employer
education voluntary youth-justice court government partnership-board other
""")

# Paragraphs that can carry offence data alone (they agree with the Information Commission's list).
ARTICLE_10_CAPABLE = {*range(1, 5), 6, 7, *range(10, 16), 17, 18, *range(23, 36), 37}


def entries(name: str) -> dict[str, Entry]:
    return dict(getattr(vocabulary(), name))


def every_entry() -> list[Entry]:
    return [entry for name in VOCABULARIES for entry in entries(name).values()]


@pytest.mark.parametrize("name", VOCABULARIES)
def test_every_entry_says_what_it_is_and_where_it_comes_from(name: str) -> None:
    for identifier, entry in entries(name).items():
        assert identifier == entry.id
        assert entry.title
        assert entry.reference
        assert entry.meaning
        assert entry.source
        assert entry.checked in (date(2026, 11, 22), date(2026, 11, 30), date(2026, 12, 1))


def test_ids_are_unique_over_all_vocabularies_that_a_flow_can_name() -> None:
    ids = [i for name in VOCABULARIES[:7] for i in entries(name)]
    assert len(ids) == len(set(ids))


def test_a_repeated_id_is_refused() -> None:
    basis = vocabulary().lawful_bases["a6a-consent"]
    with pytest.raises(ValueError, match="repeats an id"):
        module._by_id("lawful-bases", [basis, basis])


def test_every_gateway_of_the_law_page_is_there() -> None:
    assert len(GATEWAY_IDS) == 91
    assert list(vocabulary().gateways) == GATEWAY_IDS


def test_every_condition_of_the_law_page_is_there() -> None:
    have = [i for name in VOCABULARIES[:6] for i in entries(name)]
    assert len(CONDITION_IDS) == len(set(CONDITION_IDS)) == 78
    assert [i for i in CONDITION_IDS if i not in have] == []


def test_unconfirmed_entries_say_what_to_confirm() -> None:
    unconfirmed = [entry for entry in every_entry() if not entry.confirmed]
    assert len(unconfirmed) > 30
    assert [entry.id for entry in unconfirmed if not entry.to_confirm] == []
    assert {entry.confirmation for entry in unconfirmed} == {"to be confirmed"}
    assert vocabulary().gateways["oma07-s14"].confirmation == ""


def test_every_law_has_its_provisions_and_they_are_those_of_its_reference() -> None:
    for name in (*VOCABULARIES[:7], "law_changes"):
        for entry in entries(name).values():
            read = provisions_in(entry.reference, item_titles())
            if read is None:
                assert "common law" in entry.reference.lower(), entry.id
                assert entry.legislation == (), entry.id
            else:
                assert list(entry.legislation) == read, entry.id
    for entry in every_entry():
        assert list(entry.legislation) == (provisions_in(entry.reference, item_titles()) or []), entry.id


def test_what_names_an_act_has_its_provisions() -> None:
    for entry in every_entry():
        if re.search(r"\b(Act|Order|Regulations) \d{4}|\bSI \d{4}/", entry.reference):
            assert entry.legislation, entry.id


def test_common_law_says_that_no_act_holds_it() -> None:
    said = {entry["id"] for entry in module._raw("gateways") if entry["legislation"] == {"none": "common law"}}
    assert said == {"common-law-police", "common-law-confidence"}


@pytest.mark.parametrize(
    ("reference", "wanted"),
    [
        ("Data Protection Act 2018 Sch 1 para 6", ["ukpga/2018/12/schedule/1/paragraph/6"]),
        ("UK GDPR Art 6(1)(ea), 6(5), Annex 1", ["article/6/1/ea", "article/6/5", "annex/1"]),
        ("Data Protection Act 2018 s.35(3), (5), s.42", ["section/35/3", "section/35/5", "section/42"]),
        (
            "Anti-social Behaviour, Crime and Policing Act 2014 s.104, Sch.4 para 7",
            ["section/104", "schedule/4/paragraph/7"],
        ),
        ("Sentencing Act 2026 (c.2) ss.34, 38, 39", ["section/34", "section/38", "section/39"]),
        ("Housing (Wales) Act 2014 ss.94A-94B", ["anaw/2014/7/section/94A..94B"]),
        ("Data Protection Act 2018 Part 3 Chapter 5", ["part/3/chapter/5"]),
    ],
)
def test_references_in_words(reference: str, wanted: list[str]) -> None:
    read = provisions_in(reference, item_titles())
    assert read is not None
    assert [str(one)[-len(end) :] for one, end in zip(read, wanted, strict=True)] == wanted


@pytest.mark.parametrize("reference", ["", "Good practice", "An Act 2018 s.3", "Data Protection Act 2018 about here"])
def test_a_reference_that_cannot_be_read_is_not_guessed(reference: str) -> None:
    assert provisions_in(reference, item_titles()) is None


@pytest.mark.parametrize(
    ("path", "start", "end", "wanted"),
    [
        ("section/45", "section/45/2/f", None, True),
        ("section/45", "section/45A", None, False),
        ("section/45/2", "section/45", None, True),
        ("section/65/3", "section/65/2", "section/65/4", True),
        ("section/65/5", "section/65/2", "section/65/4", False),
        ("section/650", "section/65", None, False),
        ("section/186B", "section/186A", "section/186C", True),
        ("section/187", "section/186A", "section/186C", False),
        ("section/65", "section/65/2", "section/65/4", True),
        ("schedule/1/paragraph/6", "schedule/1", None, True),
        ("section/1", "schedule/1", None, False),
        ("section/45ZA", "section/45", "section/45A", True),
        ("section/45A", "section/45", "section/45ZA", False),
        ("section/45", "section/44", "section/48", True),
    ],
)
def test_what_an_effect_touches(path: str, start: str, end: str | None, wanted: bool) -> None:
    parts = [tuple(one.split("/")) if one else None for one in (path, start, end)]
    assert parts[0] is not None
    assert parts[1] is not None
    assert touches(parts[0], parts[1], parts[2]) is wanted


@pytest.mark.parametrize("text", ["ukpga/2018/12/../../x", "https://x", "ukpga/2018", "", "ukpga/2018/12/section/45?x"])
def test_what_is_not_an_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        provision(text)


def test_nothing_refers_to_working_notes() -> None:
    for entry in every_entry():
        text = str(entry.model_dump())
        assert not [w for w in ("domain.md", "NOT VERIFIED", "(mem)", "[bg]", "shared/", "[S") if w in text], entry.id


def test_title_with_reference() -> None:
    entry = vocabulary().gateways["oma07-s14"]
    assert entry.title_with_reference == (
        "Disclosure for offender management purposes (Offender Management Act 2007 s.14)"
    )


def test_article_10_capable_paragraphs() -> None:
    conditions = vocabulary().schedule_1_conditions
    capable = {int(i[3:]) for i, c in conditions.items() if c.article_10 == "yes"}
    assert capable == ARTICLE_10_CAPABLE
    assert [i for i, c in conditions.items() if c.article_10 == "with-extended"] == ["s1p36"]


def test_policy_document_has_exactly_three_exceptions_in_part_2() -> None:
    part_2 = [c for c in vocabulary().schedule_1_conditions.values() if c.part == 2]
    assert {c.id: c.policy_document for c in part_2 if c.policy_document != "yes"} == {
        "s1p10": "except-to-competent-authority",
        "s1p13": "no",
        "s1p27": "except-to-that-body",
    }
    others = {c.id for c in vocabulary().schedule_1_conditions.values() if c.part != 2 and c.policy_document == "yes"}
    assert others == {"s1p01", "s1p35", "s1p37"}


def test_schedule_1_and_article_9_agree_in_both_directions() -> None:
    nine, one = vocabulary().special_category_conditions, vocabulary().schedule_1_conditions
    assert {(i, s) for i, c in nine.items() for s in c.schedule_1_ids} == {
        (a, i) for i, c in one.items() for a in c.article_9
    }
    for condition in nine.values():
        assert (condition.schedule_1 == "none") == (not condition.schedule_1_ids)
    assert not [c.id for c in one.values() if c.part == 3 and c.article_9]
    assert len(nine["a9g-substantial-public-interest"].schedule_1_ids) == 23


def test_extensions_name_what_they_extend() -> None:
    one = vocabulary().schedule_1_conditions
    assert {i for c in one.values() for i in c.needs_with} <= set(one)
    assert one["s1p37"].needs_with == ("s1p20",)
    # Paragraph 36 drops the substantial public interest test, so what it extends must have one.
    assert all(one[i].substantial_public_interest and one[i].article_10 == "yes" for i in one["s1p36"].needs_with)
    assert len(one["s1p36"].needs_with) == 8


def test_never_between_agencies() -> None:
    assert vocabulary().special_category_conditions["a9d-not-for-profit"].never_between_agencies
    assert [c.id for c in vocabulary().schedule_1_conditions.values() if c.never_between_agencies] == ["s1p31"]


def test_not_for_public_tasks() -> None:
    assert [b.id for b in vocabulary().lawful_bases.values() if b.not_for_public_tasks] == [
        "a6ea-recognised-li",
        "a6f-legitimate-interests",
    ]


def test_law_enforcement_roles() -> None:
    conditions = vocabulary().law_enforcement_conditions
    assert [c.id for c in conditions.values() if c.needs_schedule_8] == ["le-sensitive-strict"]
    assert [c.id for c in conditions.values() if c.needs_substantial_public_interest] == ["s8p1", "s8p4"]
    assert {c.id for c in conditions.values() if c.role == "schedule-8"} == {f"s8p{n}" for n in range(1, 10)}


def test_gateways_refer_to_what_exists() -> None:
    gateways = vocabulary().gateways
    kinds = {*vocabulary().organisation_kinds, "any"}
    for gateway in gateways.values():
        assert gateway.from_kinds, gateway.id
        assert gateway.to_kinds, gateway.id
        assert set(gateway.from_kinds) | set(gateway.to_kinds) <= kinds, gateway.id
        assert gateway.extent, gateway.id
        assert gateway.replaced_by is None or gateway.replaced_by in gateways


def test_no_gateway_is_open_to_a_board() -> None:
    named = [g.id for g in vocabulary().gateways.values() if "partnership-board" in (*g.from_kinds, *g.to_kinds)]
    assert named == []


def test_what_lifts_confidence_and_what_is_weak() -> None:
    gateways = vocabulary().gateways.values()
    assert {g.id for g in gateways if g.lifts_confidence} == {
        *("cja03-s325", "pcsca22-s16", "pcsca22-s17"),
        *("dea17-s35", "dea17-s48", "dea17-s56"),
    }
    assert {g.id for g in gateways if g.weak} == {"lga72-s111", "la11-s1"}
    assert {g.id for g in gateways if g.prospective} == {"vpa24-s13", "hwa14-s94a", "hsa87-s36a", "ca04-s16la"}


@pytest.mark.parametrize(
    "identifier",
    ["oma07-s1", "cda98-s17", "hra98-a8", "common-law-confidence", "roa74-s4", "ssaa92-s123", "crca05-s18"],
)
def test_limits_and_context_are_no_power(identifier: str) -> None:
    assert not vocabulary().gateways[identifier].is_power


def test_who_may_use_a_gateway_towards_whom() -> None:
    gateways = vocabulary().gateways
    assert gateways["cda98-s115"].open_to_sender("voluntary")
    assert not gateways["cda98-s115"].open_to_receiver("prison")
    assert gateways["ha96-s213b"].open_to_sender("prison")
    assert not gateways["ha96-s213b"].open_to_sender("police")
    assert not gateways["oma07-s14"].open_to_receiver("housing-provider")
    assert not gateways["common-law-police"].open_to_sender("probation")
    assert not gateways["cja03-s325"].open_to_receiver("court")


@pytest.mark.parametrize(
    ("identifier", "extent"),
    [
        ("ha96-s213b", {"england"}),
        ("cja03-s325", {"england", "wales"}),
        ("cda98-s115", {"england", "wales", "scotland"}),
        ("hra98-a8", {"england", "wales", "scotland", "northern-ireland"}),
        ("roni78-a10", {"northern-ireland"}),
        ("mo-sc05-s1", {"scotland"}),
    ],
)
def test_extent(identifier: str, extent: set[str]) -> None:
    assert set(vocabulary().gateways[identifier].extent) == extent


def gateway(**facts: object) -> Gateway:
    return vocabulary().gateways["oma07-s14"].model_copy(update={"in_force_from": None, **facts})


@pytest.mark.parametrize(
    ("facts", "day", "expected"),
    [
        ({}, date(1990, 1, 1), True),
        ({"in_force_from": date(2018, 10, 1)}, date(2018, 9, 30), False),
        ({"in_force_from": date(2018, 10, 1)}, date(2018, 10, 1), True),
        ({"repealed_on": date(2020, 12, 1)}, date(2020, 11, 30), True),
        ({"repealed_on": date(2020, 12, 1)}, date(2020, 12, 1), False),
        ({"prospective": True}, date(2030, 1, 1), False),
    ],
)
def test_in_force_on(facts: dict[str, object], day: date, expected: bool) -> None:
    assert gateway(**facts).in_force_on(day) is expected


def test_in_force_on_of_real_law() -> None:
    law = vocabulary()
    assert not law.lawful_bases["a6ea-recognised-li"].in_force_on(date(2026, 2, 4))
    assert law.lawful_bases["a6ea-recognised-li"].in_force_on(date(2026, 2, 5))
    assert all(i.in_force_from == date(2026, 2, 5) for i in law.recognised_interests.values())
    assert not law.gateways["cja03-s212"].in_force_on(date(2026, 11, 22))
    assert law.gateways["cja03-s212"].replaced_by == "sa20-sch9-p11"
    assert law.lawful_bases["a6e-public-task"].in_force_on(date(2019, 1, 1))


def test_kinds_of_organisation() -> None:
    kinds = vocabulary().organisation_kinds
    assert list(kinds) == KINDS
    housing = kinds["housing-provider"]
    assert (housing.public_authority_within("england"), housing.public_authority_within("scotland")) == ("no", "yes")
    probation = kinds["probation"]
    assert probation.competent_authority_within("england") == "yes"
    assert probation.competent_authority_within("scotland") == "depends"
    assert [k.id for k in kinds.values() if not k.controls_data] == ["partnership-board"]
    assert [k.id for k in kinds.values() if not k.mappa_roles] == ["court", "partnership-board"]
    assert {k.id for k in kinds.values() if "responsible" in k.mappa_roles} == {"probation", "prison", "police"}
    assert {k.id for k in kinds.values() if k.competent_authority == "yes"} == {
        "probation",
        "prison",
        "police",
        "youth-justice",
        "court",
    }
    assert {k.id for k in kinds.values() if k.section_14 == "side-a"} == {"probation", "prison"}


def test_unconfirmed_facts_of_a_kind_are_its_fields() -> None:
    for kind in vocabulary().organisation_kinds.values():
        assert set(kind.unconfirmed) <= set(type(kind).model_fields)
        assert kind.confirmed == (not kind.unconfirmed), kind.id
    assert not vocabulary().organisation_kinds["housing-provider"].is_confirmed("public_authority")
    assert vocabulary().organisation_kinds["housing-provider"].is_confirmed("competent_authority")


def test_kinds_and_gateways_tell_the_same_story() -> None:
    kinds, gateways = vocabulary().organisation_kinds, vocabulary().gateways
    assert {k for k, e in kinds.items() if e.section_115_recipient != "no"} == set(gateways["cda98-s115"].to_kinds)
    assert {k for k, e in kinds.items() if e.mappa_roles} == set(gateways["cja03-s325"].from_kinds)
    assert {k for k, e in kinds.items() if e.section_14 != "not-named"} == set(gateways["oma07-s14"].from_kinds)
    assert {k for k, e in kinds.items() if e.serious_violence != "no"} == set(gateways["pcsca22-s16"].from_kinds)
    named = {k for k, e in kinds.items() if e.duty_to_refer != "no"} - {"other"}
    assert named == set(gateways["ha96-s213b"].from_kinds)


def test_content_topics() -> None:
    topics = vocabulary().content_topics
    assert [t.id for t in topics.values() if t.level == "mandatory"] == MANDATORY_TOPICS
    assert [t.id for t in topics.values() if t.level == "expected"] == EXPECTED_TOPICS
    assert [t.id for t in topics.values() if t.asked_when != "always"] == ["policy-document"]
    assert topics["security"].answered_by == ()
    assert all(t.why for t in topics.values())


def test_outcome_measures_of_the_record_format() -> None:
    measures = vocabulary().outcome_measures
    wanted = "referrals homeless-at-referral mi014 mi015a mi015b mi016 mi017a mi017b ni143 ni144 alcohol-provision"
    assert [m for m in wanted.split() if m not in measures] == []
    assert measures["referrals"].kind == "count"
    assert measures["mi015a"].follow_up_months == 3
    assert measures["alcohol-provision"].of == "services"


def test_series_stand_in_order_and_break() -> None:
    for measure in vocabulary().outcome_measures.values():
        days = [d for s in measure.series for d in (s.from_, s.to) if d is not None]
        assert days == sorted(days), measure.id
    settled = vocabulary().outcome_measures["mi015a"]
    assert [s.id for s in settled.series] == ["MI015a", "MI015Ra", "MI015Sa"]
    assert settled.comparable_between("MI015Sa", "MI015Sa")
    assert not settled.comparable_between("MI015a", "MI015Sa")
    assert not settled.comparable_between("MI015Sa", "MI015Ra")
    with pytest.raises(KeyError, match="MI099"):
        settled.comparable_between("MI015a", "MI099")


def test_every_known_break_is_marked() -> None:
    broken = {
        m.id: [s.id for s in m.series if not s.comparable]
        for m in vocabulary().outcome_measures.values()
        if len(m.series) > 1
    }
    assert broken == {
        "mi015a": ["MI015Ra", "MI015Sa"],
        "mi015b": ["MI015Rb", "MI015Sb"],
        "mi016": ["MI016R"],
        "mi017a": ["MI017Ra"],
        "mi017b": ["MI017Rb"],
    }


def test_alcohol() -> None:
    assert [t.tier for t in vocabulary().alcohol_tiers.values()] == [1, 2, 3, 4]
    eleven = list(vocabulary().alcohol_interventions.values())
    assert [i.order for i in eleven] == list(range(1, 12))
    assert {i.list_id for i in eleven} == {"eleven-2009"}
    assert [i.commonness for i in eleven].count("most") == 5
    assert all(i.historic for i in eleven)
    assert {"atr", "brief-interventions"} <= set(vocabulary().alcohol_interventions)


@pytest.mark.parametrize("name", sorted(module._FILES_OF_IDS))
def test_ids_without_models(name: str) -> None:
    attribute = module._FILES_OF_IDS[name].replace("-", "_")
    assert getattr(module, name) == tuple(getattr(vocabulary(), attribute))


def test_an_unknown_constant_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="GATEWAY_IDENTIFIERS"):
        module.GATEWAY_IDENTIFIERS  # noqa: B018


def test_importing_reads_no_file() -> None:
    program = (
        "import undersigned.records.vocabulary as v; assert v._raw.cache_info().currsize == 0; "
        "v.vocabulary().lawful_bases; assert v._raw.cache_info().currsize == 1"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_entries_are_frozen_and_refuse_unknown_keys() -> None:
    basis = vocabulary().lawful_bases["a6a-consent"]
    with pytest.raises(ValueError, match="frozen"):
        basis.title = "Other"
    with pytest.raises(ValueError, match="titel"):
        type(basis).model_validate({**basis.model_dump(), "titel": "x"})
