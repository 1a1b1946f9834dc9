"""Writes a register of national size: deterministic, every text different, sound. For measuring, not for reading.

Run: python tests/benchmark/national.py FOLDER [--scale N] [--brief]
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

from undersigned.records.fingerprint import fingerprint_of, operative_text
from undersigned.records.source import Source

PROTOCOLS = 1134
PARTIES = 20
KINDS = ("probation", "local-authority", "local-authority", "prison", "police", "local-authority")
TOPICS = (
    "controllership",
    "necessity-and-proportionality",
    "procedure",
    "accuracy",
    "retention",
    "security",
    "onward-disclosure",
    "individual-rights",
    "breach",
    "freedom-of-information",
    "complaints",
    "amendment",
    "joining-and-leaving",
    "signatures",
    "disputes",
    "automated-decisions",
    "international-transfers",
    "equality",
    "training",
    "outcomes",
    "liability",
    "consent",
    "transparency",
    "start-and-review",
    "dpia",
    "policy-document",
    "funding",
)


@dataclass(frozen=True)
class Size:
    """How long a text is. `sentences`: fewest and most of a paragraph of a clause."""

    organisations: int
    paragraphs: int
    sentences: tuple[int, int]


#: As long as the protocols of the worked example, of which the longest three have 2,800 to 4,400 words.
FULL = Size(organisations=1500, paragraphs=2, sentences=(2, 4))
#: As the budgets of the site were set: 400 organisations (360, as they are written by sixties), and 1,500 words to a protocol.
BRIEF = Size(organisations=400, paragraphs=1, sentences=(1, 2))
WORDS = [
    "agency",
    "officer",
    "referral",
    "housing",
    "release",
    "tenancy",
    "support",
    "plan",
    "record",
    "panel",
    "meeting",
    "reply",
    "request",
    "notice",
    "purpose",
    "council",
    "service",
    "address",
    "contact",
    "region",
    "period",
    "secure",
    "mailbox",
    "decision",
    "reason",
    "summary",
    "form",
    "review",
    "manager",
    "team",
    "copy",
    "named",
    "agreed",
    "written",
    "working",
    "safe",
    "person",
    "probation",
    "landlord",
    "risk",
    "need",
    "home",
    "move",
    "keep",
    "send",
    "ask",
    "tell",
    "hold",
    "check",
    "correct",
    "delete",
    "share",
    "receive",
    "confirm",
    "protect",
    "explain",
    "answer",
    "agree",
    "decide",
    "read",
    "sign",
    "return",
    "nominate",
]


def sentence(random_: random.Random) -> str:
    """About a dozen words; no two alike in practice."""
    words = [random_.choice(WORDS) for _ in range(random_.randint(8, 16))]
    return " ".join(words).capitalize() + f" in case {random_.randint(1000, 9999)}."


def paragraphs(random_: random.Random, count: int, indent: str, sentences: tuple[int, int] = (2, 4)) -> str:
    """Prose as a block scalar's lines."""
    lines: list[str] = []
    for number in range(count):
        if number:
            lines.append("")
        lines.extend(indent + sentence(random_) for _ in range(random_.randint(*sentences)))
    return "\n".join(lines)


def organisation_id(number: int) -> str:
    return f"body-{number:05d}"


def kind_of(number: int) -> str:
    return KINDS[number % len(KINDS)]


def write_organisation(root: Path, number: int) -> None:
    folder = root / "signatories" / organisation_id(number)
    folder.mkdir(parents=True)
    (folder / "organisation.yaml").write_text(
        f"name: Example body number {number}\nkind: {kind_of(number)}\njurisdiction: england\n"
        f"areas: [area-{number % 43:02d}]\n"
        f"data_protection_officer: {{post: Data Protection Officer, mailbox: dpo-{number}@example.org}}\n"
        f"contact: {{post: Partnerships Officer, mailbox: partnerships-{number}@example.org, "
        f"confirmed_on: 2026-0{7 + number % 4 if number % 4 < 3 else 9}-0{1 + number % 9}}}\n",
        encoding="utf-8",
    )


def parties_of(protocol: int, organisations: int) -> list[int]:
    """Twenty bodies, one probation body first and one council second."""
    base = protocol * 6 % organisations
    base -= base % len(KINDS)
    return [(base + offset) % organisations for offset in range(PARTIES)]


def operative_block(random_: random.Random, protocol: int, parties: list[int], size: Size) -> str:
    lead = organisation_id(parties[0])
    lines = [
        f"title: Example joint working protocol number {protocol}",
        "kind: joint-working-protocol",
        "jurisdictions: [england]",
        "groups:",
        "  - {id: councils, title: Housing authorities}",
        "parties:",
    ]
    for number in parties:
        group = ", group: councils" if kind_of(number) == "local-authority" else ""
        lines.append(
            f"  - {{organisation: {organisation_id(number)}, role: controller, "
            f"capacity: Works with people on probation in area {number}{group}}}"
        )
    lines += [
        "purpose:",
        f"  aims: [Find a home for each person in area {protocol}, Keep people safe]",
        "  benefits: [Fewer people leave prison homeless]",
        f"  necessity: {sentence(random_)}",
        f"  if_not_shared: {sentence(random_)}",
        "people: [people on probation]",
        "considerations:",
    ]
    for name in ("proportionality", "consent", "transparency", "vital_interests"):
        lines += [f"  {name}: |", paragraphs(random_, 1, "    ")]
    lines.append("flows:")
    for number in range(6):
        lines += [
            f"  - id: referral-{number}",
            f"    title: Referral number {number}",
            f"    from: [{lead}]",
            "    to: [councils]",
            "    when: routine",
            "    regime: crossing",
            "    lawful_bases: [a6e-public-task]",
            "    special_category_conditions: [a9g-substantial-public-interest]",
            "    schedule_1_conditions: [s1p06]",
            "    gateways: [oma07-s14]",
            "    consent: [courtesy]",
            "    items:",
            "      - {name: Name and contact details, sensitivity: personal, why: To know whom the referral is about}",
            "      - {name: Level of risk of serious harm, sensitivity: criminal-offence, why: To keep people safe}",
            "      - {name: Support needs that affect a tenancy, sensitivity: special-category, why: To plan support}",
            "    not_shared: [The full assessment]",
            "    method: Secure e-mail to the nominated officer",
            f"    timing: Within {3 + number} working days",
            f"    retention: {1 + number} years after the referral is closed",
        ]
    lines.append("clauses:")
    for topic in TOPICS:
        lines += [
            f"  - id: {topic}",
            f"    title: {topic.replace('-', ' ').capitalize()}",
            "    text: |",
            paragraphs(random_, size.paragraphs, "      ", size.sentences),
        ]
    lines += ["review:", "  interval_months: 12", "  triggers: [a change in the law it relies on]"]
    return "\n".join(lines) + "\n"


FORM = """title: Referral form {number}
from: [probation]
to: [local-authority]
sections:
  - title: About the person
    fields:
      - {{name: full_name, label: Full name, type: text, required: yes}}
      - {{name: release_date, label: Date of release, type: date}}
"""


def write_protocol(root: Path, protocol: int, organisations: int, size: Size) -> None:
    random_ = random.Random(protocol)  # noqa: S311
    parties = parties_of(protocol, organisations)
    id_ = f"protocol-{protocol:05d}"
    folder = root / "protocols" / id_
    for name in ("versions", "forms", "reviews"):
        (folder / name).mkdir(parents=True)
    block = operative_block(random_, protocol, parties, size)
    form = FORM.format(number=protocol)
    (folder / "protocol.yaml").write_text(
        block
        + f"summary: This example shows how agencies share what is needed to find a home. It is number {protocol}.\n"
        f"status: in-force\npublication: public\nareas: [area-{protocol % 43:02d}]\nlead: {organisation_id(parties[0])}\n"
        "effective_from: 2025-03-01\n"
        f"dpia: {{status: completed, reference: DPIA-{protocol}, completed_on: 2025-01-10}}\n"
        f"appropriate_policy_document: {{reference: APD-{protocol}}}\n",
        encoding="utf-8",
    )
    (folder / "forms" / "referral.yaml").write_text(form, encoding="utf-8")
    text = operative_text(Source("p", block.encode()).data, {"referral": Source("f", form.encode()).data})
    fingerprint = fingerprint_of(text)
    indented = "".join(f"  {line}\n" if line else "\n" for line in block.splitlines())
    form_block = "  forms:\n    referral:\n" + "".join(f"      {line}\n" for line in form.splitlines())
    (folder / "versions" / "1.0.yaml").write_text(
        f"agreed_on: 2025-02-01\nchange: material\nsummary: First agreed text of number {protocol}\n"
        f'effective_from: 2025-03-01\nfingerprint: "{fingerprint}"\ntext:\n{indented}{form_block}',
        encoding="utf-8",
    )
    (folder / "reviews" / "2026-02-20.yaml").write_text(
        f'due_on: 2026-03-01\nversion: "1.0"\nfingerprint: "{fingerprint}"\nscope: whole\noutcome: no-change\n'
        f"reviewed_by: [{{organisation: {organisation_id(parties[0])}, post: Partnerships Officer}}]\n"
        "checked: [contacts, law]\n"
        f"note: We read the text and the contacts of protocol {protocol} and found {sentence(random_).lower()}\n",
        encoding="utf-8",
    )
    for number in parties:
        (root / "signatories" / organisation_id(number) / f"{id_}.yaml").write_text(
            f"nominated_officer: {{post: Housing Options Manager, mailbox: housing-{number}@example.org, "
            f"deputy_post: Team Leader, confirmed_on: 2026-09-01}}\nsignatures:\n"
            f'  - version: "1.0"\n    fingerprint: "{fingerprint}"\n    sent_on: 2025-02-02\n    approved_on: 2025-02-{3 + number % 9:02d}\n'
            f"    signed_on: 2025-02-{14 + number % 9:02d}\n"
            f"    signed_by: {{post: Chief Executive, authority: office, reference: Scheme {number % 90}.{protocol % 90}}}\n"
            f"    method: wet-ink\n    returned_on: 2025-03-0{1 + number % 8}\n    counterpart_on: 2025-03-1{number % 8}\n",
            encoding="utf-8",
        )


def write_register(root: Path, *, scale: float = 1.0, size: Size = FULL) -> None:
    """The whole register under `root`; `scale` 2 is twice as large."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "mkdocs.yml").write_text("site_name: National example register\n", encoding="utf-8")
    organisations = max(60, round(size.organisations * scale) // 60 * 60)
    for number in range(organisations):
        write_organisation(root, number)
    for protocol in range(round(PROTOCOLS * scale)):
        write_protocol(root, protocol, organisations, size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--brief", action="store_true", help="fewer organisations and shorter texts")
    options = parser.parse_args()
    write_register(options.folder, scale=options.scale, size=BRIEF if options.brief else FULL)


if __name__ == "__main__":
    main()
