"""The rules on law: how severe each is in a live record, what stays silent, and where several ends are judged apart."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from undersigned.checks.engine import ProtocolSubject, rules_by_module
from undersigned.checks.law import bases, conditions, gateways, regimes, statutes
from undersigned.records.files import Files
from undersigned.records.findings import Finding
from undersigned.register import Register

AS_OF = date(2026, 11, 22)
Data = dict[str, object]
KINDS = {
    "probation": "probation",
    "prison": "prison",
    "police": "police",
    "council": "local-authority",
    "county": "local-authority",
    "landlord": "housing-provider",
    "trust": "health",
    "clinic": "treatment-provider",
    "jobcentre": "jobcentre",
    "charity": "voluntary",
    "employer": "employer",
    "team": "youth-justice",
    "court": "court",
    "department": "government",
    "board": "partnership-board",
    "college": "education",
    "hmrc": "government",
    "fire": "other",
}
MODULES = (bases, conditions, gateways, regimes, statutes)
PLAIN = {"name": "Name and how to reach the person", "sensitivity": "personal"}
OFFENCE = {"name": "Level of risk of serious harm", "sensitivity": "criminal-offence"}
HEALTH = {"name": "Health needs that affect a home", "sensitivity": "special-category"}
COUNTS = {"name": "Counts of referrals", "sensitivity": "depersonalised"}
BOTH_SPI: Data = {
    "special_category_conditions": ["a9g-substantial-public-interest"],
    "schedule_1_conditions": ["s1p06"],
}


def flow(sender: str, receiver: str, *items: Mapping[str, object], **law: object) -> Data:
    return {
        "id": "f",
        "from": sender.split(),
        "to": receiver.split(),
        "when": "routine",
        "items": list(items or [PLAIN]),
        **law,
    }


def gdpr(sender: str = "council", receiver: str = "police", *items: Mapping[str, object], **law: object) -> Data:
    return flow(
        sender,
        receiver,
        *items,
        **{"regime": "uk-gdpr", "lawful_bases": ["a6e-public-task"], "gateways": ["cda98-s115"], **law},
    )


def crossing(receiver: str = "council", *items: Mapping[str, object], **law: object) -> Data:
    return flow(
        "probation",
        receiver,
        *(items or [OFFENCE]),
        **{
            "regime": "crossing",
            "lawful_bases": ["a6e-public-task"],
            "schedule_1_conditions": ["s1p06"],
            "gateways": ["oma07-s14"],
            **law,
        },
    )


def part3(sender: str = "probation", receiver: str = "police", *items: Mapping[str, object], **law: object) -> Data:
    return flow(
        sender,
        receiver,
        *(items or [OFFENCE]),
        **{
            "regime": "law-enforcement",
            "law_enforcement_conditions": ["le-necessary-task"],
            "gateways": ["oma07-s14"],
            **law,
        },
    )


def differs(who: str, **law: object) -> list[Data]:
    return [{"for": who.split(), **law}]


def law_findings(
    *flows: Data,
    legal: Mapping[str, Data] | None = None,
    parties: Mapping[str, Data] | None = None,
    where: Mapping[str, str] | None = None,
    apd: bool = True,
    as_of: date = AS_OF,
    **top: object,
) -> list[Finding]:
    """What the rules on law say of an in-force protocol with these flows."""
    named = [str(name) for one in flows for end in ("from", "to") for name in list(one[end])]  # type: ignore[call-overload]
    groups = {str(group["id"]) for group in copy.copy(top.get("groups", []))}  # type: ignore[attr-defined]
    ids = [name for name in dict.fromkeys([*(parties or {}), *named]) if name not in groups]
    protocol: Data = {
        "title": "T",
        "kind": "information-sharing-protocol",
        "status": "in-force",
        "publication": "public",
        "jurisdictions": ["england"],
        "parties": [{"organisation": id_, "role": "controller", **(parties or {}).get(id_, {})} for id_ in ids],
        "flows": list(flows),
        "clauses": [{"id": "terms", "text": "Terms."}],
        **top,
    }
    if apd:
        protocol["appropriate_policy_document"] = {"reference": "APD-1"}
    contents = {"protocols/p/protocol.yaml": _yaml(protocol)}
    for id_ in ids:
        if id_ not in KINDS:
            continue
        body: Data = {"name": id_.title(), "kind": KINDS[id_], "jurisdiction": (where or {}).get(id_, "england")}
        if legal and id_ in legal:
            body["legal"] = legal[id_]
        contents[f"signatories/{id_}/organisation.yaml"] = _yaml(body)
    folders = tuple(sorted({path.rsplit("/", 1)[0] for path in contents}))
    register = Register(Path("/nowhere"), Files(contents, (), folders))
    folder = register.protocol("p")
    assert folder is not None
    assert not folder.record.findings, folder.record.findings
    subject = ProtocolSubject(register, folder, as_of=as_of)
    return [finding for module in MODULES for rule in module.RULES.protocol for finding in rule(subject)]


def _yaml(data: Data) -> bytes:
    """JSON is YAML; yes and no are given as words."""
    return json.dumps(data, indent=1).encode()


def said(findings: Sequence[Finding]) -> list[str]:
    return [f"{finding.severity} {finding.code}" for finding in findings]


#: A clause that holds the terms of a processor.
CONTRACTED: dict[str, object] = {"clauses": [{"id": "processor-terms", "text": "Contract C-1."}]}

WRONG: list[tuple[str, list[Data], dict[str, object], list[str]]] = [
    ("unknown id", [gdpr(gateways=["cda98-s151"])], {}, ["error unknown-legal-id"]),
    ("prospective", [gdpr("council", "trust", gateways=["vpa24-s13"])], {}, ["error law-not-in-force"]),
    (
        "prospective and unconfirmed",
        [gdpr("prison", "council", gateways=["hsa87-s36a"])],
        {"where": {"prison": "scotland", "council": "scotland"}, "jurisdictions": ["scotland"]},
        ["error law-not-in-force"],
    ),
    (
        "basis before its day",
        [
            gdpr(
                "landlord",
                "charity",
                lawful_bases=["a6ea-recognised-li"],
                recognised_interests=["rli-crime"],
                gateways=[],
            )
        ],
        {"as_of": date(2026, 2, 4)},
        ["error law-not-in-force"],
    ),
    ("no basis", [gdpr(lawful_bases=[])], {}, ["error no-lawful-basis"]),
    (
        "no basis at the ends that differ",
        [gdpr("council", "police landlord", law_differs=differs("landlord"))],
        {"legal": {"landlord": {"section_115_recipient": "yes"}}},
        ["error no-lawful-basis"],
    ),
    ("no basis at the receiver of a crossing", [crossing(lawful_bases=[])], {}, ["error no-lawful-basis"]),
    ("legitimate interests", [gdpr(lawful_bases=["a6f-legitimate-interests"])], {}, ["error not-for-public-tasks"]),
    (
        "legitimate interests beside the task",
        [gdpr(lawful_bases=["a6e-public-task", "a6f-legitimate-interests"])],
        {},
        ["warning not-for-public-tasks"],
    ),
    (
        "legitimate interests beside consent",
        [gdpr(lawful_bases=["a6a-consent", "a6f-legitimate-interests"])],
        {},
        ["error not-for-public-tasks"],
    ),
    (
        "recognised interest",
        [gdpr(lawful_bases=["a6ea-recognised-li"], recognised_interests=["rli-crime"])],
        {},
        ["error not-for-public-tasks"],
    ),
    (
        "a Scottish landlord is a public authority, to be confirmed",
        [
            gdpr(
                "landlord",
                "police",
                lawful_bases=["a6f-legitimate-interests"],
                law_differs=differs("police", lawful_bases=["a6e-public-task"]),
            )
        ],
        {"where": {"landlord": "scotland", "police": "scotland"}, "jurisdictions": ["scotland"]},
        ["warning not-for-public-tasks"],
    ),
    ("public task of a private body", [gdpr("charity", "police", gateways=[])], {}, ["advice public-task-elsewhere"]),
    ("consent alone", [gdpr(lawful_bases=["a6a-consent"])], {}, ["warning consent-alone"]),
    ("vital interests every day", [gdpr(lawful_bases=["a6d-vital-interests"])], {}, ["error vital-interests-alone"]),
    (
        "vital interests for offences",
        [gdpr("council", "police", OFFENCE, schedule_1_conditions=["s1p30"])],
        {},
        ["warning vital-interests-alone"],
    ),
    (
        "vital interests beside what cannot carry offences",
        [gdpr("council", "police", OFFENCE, schedule_1_conditions=["s1p08", "s1p30"])],
        {},
        ["warning vital-interests-alone"],
    ),
    (
        "vital interests under Part 3",
        [
            part3(
                "probation",
                "police",
                HEALTH,
                law_enforcement_conditions=["le-necessary-task", "le-sensitive-strict", "s8p3"],
            )
        ],
        {},
        ["warning vital-interests-alone"],
    ),
    (
        "no Annex 1 condition",
        [gdpr("landlord", "charity", lawful_bases=["a6ea-recognised-li"], gateways=[])],
        {},
        ["error recognised-interest"],
    ),
    (
        "an unasked reply",
        [
            gdpr(
                "landlord",
                "charity",
                lawful_bases=["a6ea-recognised-li"],
                gateways=[],
                recognised_interests=["rli-public-task-request"],
            )
        ],
        {},
        ["error request-only-interest"],
    ),
    ("a power for an obligation", [gdpr(lawful_bases=["a6c-legal-obligation"])], {}, ["warning legal-obligation"]),
    ("no Article 9", [gdpr("council", "police", HEALTH)], {}, ["error no-article-9"]),
    (
        "no Schedule 1",
        [gdpr("council", "police", HEALTH, special_category_conditions=["a9g-substantial-public-interest"])],
        {},
        ["error no-schedule-1"],
    ),
    (
        "a Part 3 paragraph for Article 9",
        [gdpr("council", "police", HEALTH, **{**BOTH_SPI, "schedule_1_conditions": ["s1p29"]})],
        {},
        ["error no-schedule-1"],
    ),
    (
        "one condition whole, one not",
        [
            gdpr(
                "council",
                "police",
                HEALTH,
                special_category_conditions=["a9a-explicit-consent", "a9h-health-social-care"],
            )
        ],
        {},
        ["warning no-schedule-1"],
    ),
    (
        "Article 9 for offence data",
        [gdpr("council", "police", OFFENCE, special_category_conditions=["a9a-explicit-consent"])],
        {},
        ["error no-article-10"],
    ),
    *(
        (
            f"{id_} cannot carry offence data",
            [gdpr("council", "police", OFFENCE, schedule_1_conditions=[id_])],
            {},
            ["error no-article-10"],
        )
        for id_ in ("s1p08", "s1p09", "s1p16", "s1p19", "s1p20", "s1p21", "s1p22")
    ),
    ("an extension alone", [crossing(schedule_1_conditions=["s1p36"])], {}, ["error extension-alone"]),
    (
        "an extension for Article 9",
        [gdpr("council", "police", HEALTH, **{**BOTH_SPI, "schedule_1_conditions": ["s1p36"]})],
        {},
        ["error extension-alone"],
    ),
    (
        "an extension for another Article 9 condition",
        [
            gdpr(
                "council",
                "police",
                HEALTH,
                special_category_conditions=["a9h-health-social-care"],
                schedule_1_conditions=["s1p36"],
            )
        ],
        {},
        ["error no-schedule-1", "error extension-alone"],
    ),
    ("insurance extended alone", [crossing(schedule_1_conditions=["s1p37"])], {}, ["warning extension-alone"]),
    (
        "the body's own members",
        [
            gdpr(
                "landlord",
                "charity",
                OFFENCE,
                lawful_bases=["a6f-legitimate-interests"],
                gateways=[],
                schedule_1_conditions=["s1p31"],
            )
        ],
        {},
        ["warning never-between-agencies"],
    ),
    (
        "the same under Article 9, to be confirmed",
        [
            gdpr(
                "landlord",
                "charity",
                HEALTH,
                lawful_bases=["a6f-legitimate-interests"],
                gateways=[],
                special_category_conditions=["a9d-not-for-profit"],
            )
        ],
        {},
        ["warning never-between-agencies"],
    ),
    (
        "authority out of a limit",
        [crossing(schedule_1_conditions=[], official_authority="roa74-s9")],
        {},
        ["error official-authority"],
    ),
    ("no policy document", [crossing()], {"apd": False}, ["error no-policy-document"]),
    (
        "no policy document for offence data received",
        [
            gdpr(
                "council",
                "landlord",
                OFFENCE,
                schedule_1_conditions=["s1p06"],
                law_differs=differs(
                    "landlord", lawful_bases=["a6f-legitimate-interests"], schedule_1_conditions=["s1p10"]
                ),
            )
        ],
        {"apd": False, "legal": {"landlord": {"section_115_recipient": "yes"}}},
        ["error no-policy-document"],
    ),
    (
        "no section 42 document",
        [
            part3(
                "probation", "police", HEALTH, law_enforcement_conditions=["le-necessary-task", "le-sensitive-consent"]
            )
        ],
        {"apd": False},
        ["error no-policy-document"],
    ),
    ("Part 3 without a condition", [part3(law_enforcement_conditions=[])], {}, ["error no-law-enforcement-condition"]),
    ("sensitive", [part3("probation", "police", HEALTH)], {}, ["error no-sensitive-condition"]),
    ("personal without a regime", [flow("council", "police", PLAIN, regime="none")], {}, ["error identifies-people"]),
    (
        "pseudonyms",
        [flow("council", "police", {**COUNTS, "sensitivity": ["depersonalised", "personal"]}, regime="none")],
        {},
        ["error identifies-people", "error identifies-people"],
    ),
    ("no gateway", [gdpr(gateways=[])], {}, ["error no-gateway"]),
    (
        "each sender needs its own",
        [gdpr("council trust", "police", law_differs=differs("trust", lawful_bases=["a6e-public-task"]))],
        {},
        ["error no-gateway"],
    ),
    (
        "a crossing of a private body",
        [flow("charity", "council", regime="crossing", lawful_bases=["a6e-public-task"])],
        {"legal": {"charity": {"competent_authority": "yes"}}},
        ["error no-gateway"],
    ),
    *(
        (f"{id_} is a limit", [gdpr(gateways=[id_])], {}, ["error limit-as-power"])
        for id_ in ("hra98-a8", "common-law-confidence", "roa74-s9", "ssaa92-s123", "crca05-s18", "cda98-s17")
    ),
    ("a general power", [gdpr(gateways=["la11-s1", "hra98-a8"])], {}, ["warning weak-power-alone"]),
    ("a power of others, to be confirmed", [gdpr(gateways=["common-law-police"])], {}, ["warning gateway-not-open"]),
    (
        "a duty to co-operate of others, in a crossing",
        [crossing(gateways=["ha96-s213"])],
        {},
        ["error gateway-not-open"],
    ),
    (
        "the same, of others and no crossing",
        [gdpr("probation", "council", gateways=["ha96-s213"])],
        {},
        ["warning gateway-not-open"],
    ),
    ("a duty of others", [gdpr("trust", "council", gateways=["cda98-s39a"])], {}, ["error gateway-not-open"]),
    ("Scots law in England", [gdpr(gateways=["mo-sc05-s10"])], {}, ["error gateway-elsewhere"]),
    (
        "MAPPA in Scotland",
        [part3(gateways=["cja03-s325"])],
        {
            "where": {"police": "scotland"},
            "parties": {"probation": {"mappa_role": "responsible"}, "police": {"mappa_role": "responsible"}},
        },
        ["error gateway-elsewhere"],
    ),
    (
        "English law in Wales, its text seen",
        [gdpr("council", "trust", gateways=["ca14-s6"])],
        {"where": {"council": "wales", "trust": "wales"}, "jurisdictions": ["wales"]},
        ["error gateway-elsewhere"],
    ),
    (
        "English law in Wales, where it reaches nobody either",
        [
            gdpr(
                "council",
                "landlord",
                gateways=["ca14-s6"],
                law_differs=differs("landlord", lawful_bases=["a6f-legitimate-interests"]),
            )
        ],
        {"where": {"council": "wales", "landlord": "wales"}, "jurisdictions": ["wales"]},
        ["error gateway-elsewhere"],
    ),
    (
        "a pair that two powers miss, the nearer named",
        [gdpr("probation", "council trust", gateways=["oma07-s14", "cda98-s115"])],
        {},
        ["warning section-115-recipient"],
    ),
    (
        "a power that fits no pair, beside one that does",
        [gdpr("probation", "jobcentre", gateways=["oma07-s14", "cda98-s115"])],
        {},
        ["error section-115-recipient"],
    ),
    ("two listed persons", [gdpr("police", "council", gateways=["oma07-s14"])], {}, ["error section-14-sides"]),
    (
        "a body not named",
        [
            crossing(
                "landlord",
                law_differs=differs(
                    "landlord", lawful_bases=["a6f-legitimate-interests"], schedule_1_conditions=["s1p10"]
                ),
            )
        ],
        {},
        ["warning section-14-sides"],
    ),
    (
        "a contracted prison is listed",
        [gdpr("prison", "council", gateways=["oma07-s14"])],
        {"legal": {"prison": {"section_14_side": "no"}}},
        ["error section-14-sides"],
    ),
    ("no relevant authority", [gdpr("council", "prison")], {}, ["error section-115-recipient"]),
    (
        "a landlord, until marked",
        [gdpr("council", "landlord", law_differs=differs("landlord", lawful_bases=["a6f-legitimate-interests"]))],
        {},
        ["warning section-115-recipient"],
    ),
    (
        "no part in MAPPA",
        [part3("probation", "charity", gateways=["cja03-s325"])],
        {"parties": {"probation": {"mappa_role": "responsible"}}},
        ["error mappa-ends"],
    ),
    (
        "a duty that the Act does not give",
        [part3("probation", "charity", gateways=["cja03-s325"])],
        {"parties": {"probation": {"mappa_role": "responsible"}, "charity": {"mappa_role": "duty"}}},
        ["error mappa-role"],
    ),
    ("a court as associate", [gdpr()], {"parties": {"court": {"mappa_role": "associate"}}}, ["warning mappa-role"]),
    ("a court with the duty", [gdpr()], {"parties": {"court": {"mappa_role": "duty"}}}, ["error mappa-role"]),
    (
        "MAPPA under the UK GDPR",
        [gdpr(gateways=["cja03-s325"])],
        {"parties": {"council": {"mappa_role": "duty"}, "police": {"mappa_role": "responsible"}}},
        ["error mappa-regime"],
    ),
    (
        "MAPPA received under the UK GDPR",
        [
            part3(
                "probation",
                "council",
                gateways=["cja03-s325"],
                receives_under="uk-gdpr",
                lawful_bases=["a6e-public-task"],
                schedule_1_conditions=["s1p06"],
            )
        ],
        {"parties": {"council": {"mappa_role": "duty"}, "probation": {"mappa_role": "responsible"}}},
        ["error mappa-regime"],
    ),
    (
        "no English council",
        [
            gdpr(
                "jobcentre",
                "council",
                gateways=["ha96-s213b"],
                consent=["statutory"],
                statutory_consents=["refer", "choice-of-authority"],
            )
        ],
        {"where": {"council": "wales"}},
        ["error duty-to-refer"],
    ),
    (
        "not under the duty",
        [
            gdpr(
                "police",
                "council",
                gateways=["ha96-s213b"],
                consent=["statutory"],
                statutory_consents=["refer", "choice-of-authority"],
            )
        ],
        {},
        ["error duty-to-refer"],
    ),
    ("not asked", [gdpr("jobcentre", "council", gateways=["ha96-s213b"])], {}, ["error duty-to-refer-consents"]),
    (
        "more than the duty carries",
        [
            gdpr(
                "jobcentre",
                "council",
                PLAIN,
                OFFENCE,
                gateways=["ha96-s213b"],
                consent=["statutory"],
                schedule_1_conditions=["s1p06"],
                statutory_consents=["refer", "choice-of-authority"],
            )
        ],
        {},
        ["warning duty-to-refer-items"],
    ),
    (
        "risk under the duty, marked personal",
        [
            gdpr(
                "jobcentre",
                "council",
                PLAIN,
                {**OFFENCE, "sensitivity": "personal"},
                gateways=["ha96-s213b"],
                consent=["statutory"],
                statutory_consents=["refer", "choice-of-authority"],
            )
        ],
        {},
        ["warning duty-to-refer-items"],
    ),
    (
        "patients",
        [gdpr("police", "council", HEALTH, gateways=["pcsca22-s16"], **BOTH_SPI)],
        {},
        ["error serious-violence"],
    ),
    ("from a trust", [gdpr("trust", "police", gateways=["pcsca22-s16"])], {}, ["error serious-violence"]),
    (
        "a landlord in it",
        [
            gdpr(
                "police",
                "landlord",
                gateways=["pcsca22-s16"],
                law_differs=differs("landlord", lawful_bases=["a6f-legitimate-interests"]),
            )
        ],
        {},
        ["error serious-violence"],
    ),
    (
        "not specified, to be confirmed",
        [gdpr("council", "trust", gateways=["dea17-s35"])],
        {},
        ["warning specified-person"],
    ),
    ("Jobcentre staff", [gdpr("jobcentre", "council")], {}, ["warning statutory-bar"]),
    ("tax officials", [gdpr("hmrc", "council")], {}, ["warning statutory-bar"]),
    ("a fire authority, until marked", [gdpr("council", "fire")], {}, ["warning section-115-recipient"]),
    (
        "a department that may be the Secretary of State",
        [gdpr("department", "council", gateways=["oma07-s14"])],
        {},
        ["warning section-14-sides"],
    ),
    (
        "a Jobcentre and the police",
        [gdpr("police", "jobcentre", gateways=["oma07-s14"])],
        {},
        ["error section-14-sides"],
    ),
    ("repealed, to be confirmed", [gdpr(gateways=["cda98-s115", "cja03-s212"])], {}, ["warning law-not-in-force"]),
    ("required by what is not yet law", [gdpr()], {"required_by": "hwa14-s94a"}, ["error law-not-in-force"]),
    (
        "a duty to co-operate alone",
        [gdpr("trust", "council", HEALTH, gateways=["ca04-s10"], **BOTH_SPI)],
        {},
        ["warning weak-power-alone", "warning health-confidence"],
    ),
    ("a council under Part 3", [part3("council", "police", gateways=["cda98-s115"])], {}, ["error not-competent"]),
    (
        "a trust receives under Part 3",
        [
            gdpr(
                "council",
                "trust",
                gateways=["hsca12-s251b"],
                receives_under="law-enforcement",
                law_enforcement_conditions=["le-necessary-task"],
            )
        ],
        {},
        ["error not-competent"],
    ),
    (
        "a Jobcentre receives under Part 3, to be confirmed",
        [part3("probation", "jobcentre")],
        {},
        ["warning not-competent"],
    ),
    (
        "a Jobcentre that is not competent",
        [part3("probation", "jobcentre")],
        {"legal": {"jobcentre": {"competent_authority": "no"}}},
        ["error not-competent"],
    ),
    (
        "a department may be",
        [part3("police", "department", gateways=["common-law-police"])],
        {},
        ["warning not-competent"],
    ),
    (
        "a council crosses",
        [{**crossing(), "from": ["council"], "to": ["police"], "gateways": ["cda98-s115"]}],
        {},
        ["error not-competent"],
    ),
    ("foreign at home", [gdpr(receives_under="foreign")], {}, ["error foreign-regime"]),
    ("a processor", [gdpr()], {"parties": {"council": {"role": "processor"}}}, ["error processor-terms"]),
    (
        "a processor, and a clause that says no more of it",
        [gdpr()],
        {
            "parties": {"charity": {"role": "processor"}},
            "clauses": [{"id": "c", "text": "The charity is a processor."}],
        },
        ["warning processor-terms"],
    ),
    (
        "a processor beside another recipient",
        [gdpr("council", "employer trust", gateways=[])],
        {**CONTRACTED, "parties": {"employer": {"role": "processor"}}},
        ["error no-gateway"],
    ),
    ("a Jobcentre and no processor", [gdpr("jobcentre", "council")], CONTRACTED, ["warning statutory-bar"]),
    (
        "joint controllers",
        [gdpr()],
        {
            "parties": {"council": {"role": "joint-controller"}},
            "clauses": [{"id": "c", "text": "There is no joint control here."}],
        },
        ["error joint-controller-terms"],
    ),
    *(
        (f"somebody else: {name}", [gdpr("council", "police", {**PLAIN, "name": name})], {}, ["warning victim-details"])
        for name in (
            "Victim's name and address",
            "Name and address of the victim",
            "Details of witnesses",
            "Victim contact details",
            "Views of the victim",
            "Witness statements",
            "Whereabouts of any victim",
            "Statement from the victim",
            "Who the victim is",
            "Names and ages of the children",
            "Child's school",
            "The child's views",
        )
    ),
]


@pytest.mark.parametrize(("flows", "more", "expected"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_wrong(flows: list[Data], more: dict[str, object], expected: list[str]) -> None:
    assert said(law_findings(*flows, **more)) == expected  # type: ignore[arg-type]


MAPPA_PARTIES: dict[str, Data] = {
    "probation": {"mappa_role": "responsible", "group": "agencies"},
    "police": {"mappa_role": "responsible", "group": "agencies"},
    "prison": {"mappa_role": "responsible", "group": "agencies"},
    "council": {"mappa_role": "duty", "group": "agencies"},
    "jobcentre": {"mappa_role": "duty", "group": "agencies"},
    "landlord": {"mappa_role": "duty", "group": "agencies"},
    "trust": {"mappa_role": "duty", "group": "agencies"},
    "team": {"mappa_role": "duty", "group": "agencies"},
    "clinic": {"mappa_role": "associate", "group": "agencies"},
    "charity": {"mappa_role": "associate", "group": "agencies"},
}
AGENCIES: list[Data] = [{"id": "agencies", "title": "All"}]
#: An employer that works for whoever is at the other end.
PROCESSOR: dict[str, object] = {**CONTRACTED, "parties": {"employer": {"role": "processor"}}}


def with_terms(role: str, **clause: object) -> dict[str, object]:
    """A council in this role, and one clause."""
    return {"parties": {"council": {"role": role}}, "clauses": [clause]}


SOUND: list[tuple[str, list[Data], dict[str, object]]] = [
    ("a crossing to a council", [crossing("council", OFFENCE, HEALTH, **BOTH_SPI)], {}),
    (
        "a crossing to a marked landlord, with its own law",
        [
            crossing(
                "landlord",
                gateways=["cda98-s115"],
                law_differs=differs(
                    "landlord", lawful_bases=["a6f-legitimate-interests"], schedule_1_conditions=["s1p10", "s1p36"]
                ),
            )
        ],
        {"legal": {"landlord": {"section_115_recipient": "yes"}}},
    ),
    (
        "a crossing by the police under common law",
        [
            {
                **crossing(
                    "landlord",
                    gateways=["common-law-police"],
                    law_differs=differs(
                        "landlord",
                        lawful_bases=["a6ea-recognised-li"],
                        recognised_interests=["rli-crime"],
                        schedule_1_conditions=["s1p10"],
                    ),
                ),
                "from": ["police"],
            }
        ],
        {},
    ),
    (
        "a crossing whose receiver alone names its basis",
        [
            crossing(
                lawful_bases=[],
                law_differs=differs("council", lawful_bases=["a6e-public-task"], schedule_1_conditions=["s1p06"]),
            )
        ],
        {},
    ),
    *(
        (
            f"{basis} for the receiver of a crossing",
            [{**crossing("charity", lawful_bases=[basis], gateways=["common-law-police"], **more), "from": ["police"]}],
            {},
        )
        for basis, more in (
            ("a6f-legitimate-interests", {}),
            ("a6ea-recognised-li", {"recognised_interests": ["rli-crime"]}),
            ("a6a-consent", {}),
        )
    ),
    (
        "consent at the sender of a crossing",
        [
            crossing(
                "council",
                lawful_bases=["a6a-consent"],
                law_differs=differs("council", lawful_bases=["a6e-public-task"], schedule_1_conditions=["s1p06"]),
            )
        ],
        {},
    ),
    (
        "MAPPA, each to the others",
        [
            flow(
                "agencies",
                "agencies",
                OFFENCE,
                HEALTH,
                regime="law-enforcement",
                gateways=["cja03-s325"],
                law_enforcement_conditions=["le-necessary-task", "le-sensitive-strict", "s8p1"],
            )
        ],
        {"parties": MAPPA_PARTIES, "groups": AGENCIES, "required_by": "cja03-s325"},
    ),
    (
        "UK GDPR out and Part 3 in",
        [
            gdpr(
                "landlord",
                "police",
                OFFENCE,
                lawful_bases=["a6ea-recognised-li"],
                gateways=[],
                recognised_interests=["rli-crime"],
                schedule_1_conditions=["s1p10"],
                receives_under="law-enforcement",
                law_enforcement_conditions=["le-necessary-task"],
            )
        ],
        {"apd": False},
    ),
    ("competent, and under the UK GDPR all the same", [gdpr("council", "police")], {}),
    (
        "one gateway for each sender",
        [gdpr("probation police", "council", gateways=["oma07-s14", "common-law-police"])],
        {},
    ),
    (
        "official authority needs no policy document",
        [crossing(schedule_1_conditions=[], official_authority="oma07-s1")],
        {"apd": False},
    ),
    (
        "a clause on the policy document",
        [crossing()],
        {"apd": False, "clauses": [{"id": "policy-document", "text": "It is kept as APD-3."}]},
    ),
    (
        "conditions that ask for no policy document",
        [
            gdpr(
                "trust",
                "council",
                HEALTH,
                gateways=["hsca12-s251b"],
                consent=["confidence"],
                special_category_conditions=["a9h-health-social-care"],
                schedule_1_conditions=["s1p02"],
            )
        ],
        {"apd": False},
    ),
    ("offence data is not sensitive under Part 3", [part3()], {"apd": False}),
    ("figures", [flow("trust", "police", COUNTS, regime="none")], {"apd": False}),
    ("figures under a regime", [flow("trust", "police", COUNTS, regime="uk-gdpr")], {"apd": False}),
    ("an emergency", [{**gdpr(lawful_bases=["a6d-vital-interests"]), "when": "emergency"}], {}),
    (
        "an emergency with offences",
        [{**gdpr("council", "police", OFFENCE, schedule_1_conditions=["s1p30"]), "when": "emergency"}],
        {},
    ),
    (
        "vital interests beside another condition",
        [gdpr("council", "police", OFFENCE, schedule_1_conditions=["s1p30", "s1p06"])],
        {},
    ),
    (
        "vital interests beside another condition of Schedule 8",
        [
            part3(
                "probation",
                "police",
                HEALTH,
                law_enforcement_conditions=["le-necessary-task", "le-sensitive-strict", "s8p3", "s8p1"],
            )
        ],
        {},
    ),
    ("insurance extended with its condition", [crossing(schedule_1_conditions=["s1p20", "s1p37"])], {}),
    ("vital interests beside another basis", [gdpr(lawful_bases=["a6d-vital-interests", "a6e-public-task"])], {}),
    ("a limit beside a power", [gdpr(gateways=["cda98-s115", "hra98-a8", "common-law-confidence"])], {}),
    ("a general power beside another", [gdpr(gateways=["la11-s1", "cda98-s115"])], {}),
    (
        "no gateway asked of private senders",
        [gdpr("charity", "clinic", lawful_bases=["a6f-legitimate-interests"], gateways=[])],
        {},
    ),
    (
        "each recipient under its own power",
        [gdpr("probation", "council trust", gateways=["oma07-s14", "cda98-s115"])],
        {"legal": {"trust": {"section_115_recipient": "yes"}}},
    ),
    (
        "a landlord acting for a council",
        [gdpr("council", "charity", law_differs=differs("charity", lawful_bases=["a6f-legitimate-interests"]))],
        {"parties": {"council": {}, "charity": {"capacity": "Acts on behalf of the council, a relevant authority"}}},
    ),
    (
        "a contractor on side A",
        [
            crossing(
                "charity",
                law_differs=differs(
                    "charity", lawful_bases=["a6f-legitimate-interests"], schedule_1_conditions=["s1p06"]
                ),
            )
        ],
        {"legal": {"charity": {"section_14_side": "yes"}}},
    ),
    (
        "the duty to refer",
        [
            gdpr(
                "probation prison jobcentre team",
                "council",
                gateways=["ha96-s213b"],
                consent=["statutory"],
                lawful_bases=["a6c-legal-obligation"],
                statutory_consents=["refer", "choice-of-authority"],
                law_differs=differs("council", lawful_bases=["a6e-public-task"]),
            )
        ],
        {},
    ),
    (
        "social services under the duty",
        [
            gdpr(
                "county",
                "council",
                gateways=["ha96-s213b"],
                consent=["statutory"],
                statutory_consents=["refer", "choice-of-authority"],
            )
        ],
        {"legal": {"county": {"duty_to_refer": "yes"}}},
    ),
    (
        "more than the duty, under another gateway",
        [
            crossing(
                "council",
                gateways=["ha96-s213b", "oma07-s14"],
                consent=["statutory"],
                statutory_consents=["refer", "choice-of-authority"],
            )
        ],
        {},
    ),
    (
        "health beside section 16",
        [gdpr("police", "council", HEALTH, gateways=["pcsca22-s16", "cda98-s115"], **BOTH_SPI)],
        {},
    ),
    (
        "treatment with consent",
        [
            gdpr(
                "clinic",
                "probation",
                HEALTH,
                gateways=[],
                consent=["confidence"],
                receives_under="law-enforcement",
                lawful_bases=["a6f-legitimate-interests"],
                law_enforcement_conditions=["le-necessary-task", "le-sensitive-strict", "s8p2"],
                **BOTH_SPI,
            )
        ],
        {},
    ),
    ("a Jobcentre with consent", [gdpr("jobcentre", "council", consent=["confidence"])], {}),
    (
        "Scotland",
        [gdpr("council", "prison", gateways=["mo-sc05-s1"])],
        {"where": {"council": "scotland", "prison": "scotland"}, "jurisdictions": ["scotland"]},
    ),
    (
        "received abroad",
        [gdpr("police", "charity", gateways=["common-law-police"], receives_under="foreign")],
        {"where": {"charity": "ireland"}},
    ),
    (
        "a processor with terms",
        [gdpr()],
        {
            "parties": {"council": {"role": "processor"}},
            "clauses": [
                {
                    "id": "controllership",
                    "text": "The processor acts on the controller's written instructions, under contract C-1.",
                }
            ],
        },
    ),
    *(
        (f"a processor: {words}", [gdpr()], with_terms("processor", id="supplier", title=title, text=words))
        for title, words in (
            ("Processor terms (Article 28)", "It does only what the council asks in writing."),
            ("The supplier", "It handles the information only on its documented instruction."),
            ("The supplier", "It acts only as the council instructs it in writing."),
            ("The supplier", "It acts on the written instructions of the council alone."),
            ("The supplier", "Contract C-12 binds the supplier as processor."),
        )
    ),
    (
        "a processor's duties under a plain id",
        [gdpr()],
        with_terms("processor", id="processor-obligations", text="It helps with requests and breaches."),
    ),
    (
        "a processing agreement",
        [gdpr()],
        {"parties": {"council": {"role": "processor"}}, "kind": "processing-agreement"},
    ),
    (
        "a processor gets what its controller holds, without a power or law of its own",
        [
            gdpr(
                "council",
                "employer",
                OFFENCE,
                HEALTH,
                gateways=[],
                law_differs=differs("employer"),
                **{**BOTH_SPI, "schedule_1_conditions": ["s1p06"]},
            )
        ],
        PROCESSOR,
    ),
    (
        "a power that does not reach a processor",
        [gdpr("council", "employer", gateways=["ca14-s6", "oma07-s14"])],
        PROCESSOR,
    ),
    ("a processor sends for its controller", [gdpr("employer", "council", gateways=["ca14-s6"])], PROCESSOR),
    ("a processor under Part 3", [part3("police", "employer", OFFENCE, gateways=["common-law-police"])], PROCESSOR),
    ("a processor sends under Part 3", [part3("employer", "police", OFFENCE, gateways=[])], PROCESSOR),
    (
        "a processor of a competent authority, under the UK GDPR",
        [part3("police", "employer", OFFENCE, receives_under="uk-gdpr")],
        PROCESSOR,
    ),
    ("a Jobcentre and its processor", [gdpr("jobcentre", "employer", lawful_bases=["a6e-public-task"])], PROCESSOR),
    ("a trust and its processor", [gdpr("trust", "employer", HEALTH, gateways=["pcsca22-s16"], **BOTH_SPI)], PROCESSOR),
    *(
        (f"an arrangement: {words}", [gdpr()], with_terms("joint-controller", id=id_, title=title, text=words))
        for id_, title, words in (
            ("arrangement", "Joint controller arrangement", "The council answers requests."),
            ("arrangement", "Who does what", "The parties decide the purposes and means together."),
            ("arrangement", "Who does what", "The parties jointly determine purposes and means."),
            ("joint-control", "Who does what", "The council answers requests."),
        )
    ),
    (
        "a public interest that overrides confidence, in a clause",
        [
            gdpr(
                "clinic",
                "probation",
                HEALTH,
                gateways=[],
                lawful_bases=["a6f-legitimate-interests"],
                law_differs=differs("probation", lawful_bases=["a6e-public-task"], **BOTH_SPI),
                **BOTH_SPI,
            )
        ],
        {
            "clauses": [
                {"id": "confidence", "text": "An overriding public interest may outweigh the duty of confidence."}
            ]
        },
    ),
    (
        "a public interest, in the reason for the item",
        [
            gdpr(
                "clinic",
                "probation",
                {**HEALTH, "why": "The overriding public interest in safety"},
                gateways=[],
                lawful_bases=["a6f-legitimate-interests"],
                law_differs=differs("probation", lawful_bases=["a6e-public-task"], **BOTH_SPI),
                **BOTH_SPI,
            )
        ],
        {},
    ),
    (
        "a name under law_differs that nobody has is another rule's",
        [
            gdpr(
                "charity",
                "police",
                gateways=[],
                law_differs=differs("nobody", lawful_bases=["a6f-legitimate-interests"]),
            )
        ],
        {},
    ),
    *(
        (f"the subject: {name}", [gdpr("council", "police", {**PLAIN, "name": name})], {})
        for name in (
            "Wish to make amends to victims",
            "Victim surcharge owed",
            "Needs as a victim of domestic abuse",
            "Victim contact officer",
            "Past experience as a victim or witness",
            "Restorative justice - willing to meet the victim",
            "Jehovah's Witness",
            "Victim of domestic abuse (yes or no)",
            "Child benefit",
            "Looked after as a child",
            "Number of children",
            "Name of the victim liaison unit",
        )
    ),
    (
        "joint controllers with an arrangement",
        [gdpr()],
        {
            "parties": {"council": {"role": "joint-controller"}},
            "clauses": [
                {"id": "controllership", "text": "The joint controllers agree that the council answers requests."}
            ],
        },
    ),
    ("a victim, said so", [gdpr("council", "police", {**PLAIN, "name": "Victim's name", "about": "victim"})], {}),
    (
        "a victim, not named",
        [gdpr("council", "police", {**PLAIN, "name": "Where to go, drawn so that no victim can be identified"})],
        {},
    ),
    ("an unknown end is another rule's", [gdpr("council", "nobody", lawful_bases=["a6e-public-task"])], {}),
    ("a board at an end is another rule's", [part3("probation", "board")], {}),
]


@pytest.mark.parametrize(("flows", "more"), [row[1:] for row in SOUND], ids=[row[0] for row in SOUND])
def test_sound(flows: list[Data], more: dict[str, object]) -> None:
    assert law_findings(*flows, **more) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("signing", "error"),
        ("in-force", "error"),
        ("draft", "advice"),
        ("consultation", "advice"),
        ("superseded", None),
        ("withdrawn", None),
    ],
)
def test_severity_follows_the_life_of_the_record(status: str, expected: str | None) -> None:
    assert [f.severity for f in law_findings(gdpr(gateways=[]), status=status)] == ([expected] if expected else [])


def test_nothing_is_asked_of_a_restricted_record_without_text() -> None:
    assert law_findings(publication="restricted", clauses=[], parties={"council": {"role": "processor"}}) == []


def test_an_unknown_id_is_an_error_whatever_the_status() -> None:
    assert said(law_findings(gdpr(lawful_bases=["a6e"]), status="superseded")) == ["error unknown-legal-id"]


def test_law_is_read_on_the_day_a_later_record_starts() -> None:
    later = gdpr(
        "landlord", "charity", lawful_bases=["a6ea-recognised-li"], recognised_interests=["rli-crime"], gateways=[]
    )
    assert law_findings(later, as_of=date(2026, 1, 10), effective_from="2026-03-01") == []


def test_one_finding_names_every_end_at_fault() -> None:
    found = law_findings(gdpr("council trust team", "police", gateways=[]))
    assert [f.code for f in found] == ["no-gateway"]
    assert "Council, Trust and Team" in found[0].message


def test_law_that_differs_for_a_body_comes_before_that_of_its_group() -> None:
    one = gdpr(
        "council",
        "landlords",
        lawful_bases=["a6e-public-task"],
        law_differs=[
            {"for": ["landlords"], "lawful_bases": ["a6f-legitimate-interests"]},
            {"for": ["landlord"], "special_category_conditions": ["a9a-explicit-consent"]},
        ],
    )
    found = law_findings(
        one,
        groups=[{"id": "landlords"}],
        legal={"landlord": {"section_115_recipient": "yes"}},
        parties={"council": {}, "landlord": {"group": "landlords"}},
    )
    assert said(found) == ["error no-lawful-basis"]
    assert "Landlord" in found[0].message


def test_places_are_those_of_the_value_at_fault() -> None:
    found = law_findings(gdpr(gateways=["hra98-a8"]))[0]
    assert (found.path, found.code) == ("protocols/p/protocol.yaml", "limit-as-power")
    lines = _written(gdpr(gateways=["hra98-a8"]))
    assert '"hra98-a8"' in lines[found.line - 1]
    assert lines[found.line - 1].index('"hra98-a8"') + 1 == found.column


def _written(one: Data) -> list[str]:
    """The protocol that `law_findings` writes for this flow."""
    ids = [str(name) for end in ("from", "to") for name in list(one[end])]  # type: ignore[call-overload]
    protocol: Data = {
        "title": "T",
        "kind": "information-sharing-protocol",
        "status": "in-force",
        "publication": "public",
        "jurisdictions": ["england"],
        "parties": [{"organisation": id_, "role": "controller"} for id_ in ids],
        "flows": [one],
    }
    return _yaml(protocol).decode().splitlines()


def test_a_joined_victim_is_placed_at_the_name_of_the_item() -> None:
    one = gdpr("council", "police", {**PLAIN, "name": "Name and address of the victim"})
    found = law_findings(one)[0]
    lines = _written(one)
    assert lines[found.line - 1][found.column - 1 :].startswith('"Name and address')


def test_a_schedule_8_condition_without_strict_necessity_is_the_value_at_fault() -> None:
    one = part3("probation", "police", HEALTH, law_enforcement_conditions=["le-necessary-task", "s8p1"])
    found = law_findings(one)
    assert said(found) == ["error no-sensitive-condition"]
    assert '"s8p1"' in _written(one)[found[0].line - 1]


def test_a_foi_clause_is_no_reason_to_override_confidence() -> None:
    one = gdpr(
        "clinic",
        "probation",
        HEALTH,
        gateways=[],
        lawful_bases=["a6f-legitimate-interests"],
        law_differs=differs("probation", lawful_bases=["a6e-public-task"], **BOTH_SPI),
        **BOTH_SPI,
    )
    found = law_findings(one, clauses=[{"id": "foi", "text": "The public interest test is applied to each request."}])
    assert said(found) == ["warning health-confidence"]


def test_hints_name_the_nearest_or_the_allowed() -> None:
    nearest = law_findings(gdpr(lawful_bases=["a6e-public-tasks"]))[0].hint
    assert nearest == "Did you mean 'a6e-public-task' (UK GDPR Art 6(1)(e); Data Protection Act 2018 s.8, Public task)?"
    allowed = law_findings(gdpr(lawful_bases=["something"]))[0].hint
    assert allowed.startswith("Write one of: a6a-consent, a6b-contract")


def test_every_rule_but_one_follows_the_life_of_the_record() -> None:
    by_module = rules_by_module()
    law = {
        code: rule
        for name in ("bases", "conditions", "gateways", "regimes", "statutes")
        for code, rule in by_module[name].items()
    }
    assert {code for code, rule in law.items() if rule.severity != "by-status"} == {"unknown-legal-id"}
