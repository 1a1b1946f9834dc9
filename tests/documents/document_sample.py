"""A small register whose every word may be replaced, and its version stamped, for the tests of documents."""

from __future__ import annotations

import json
from datetime import date

from support import register_from
from undersigned.facts.agreement import Agreement, agreement_of
from undersigned.register import Register

TODAY = date(2026, 11, 22)
ADDRESS = "https://register.example.org"

PROTOCOL = """\
=== protocols/county-housing/protocol.yaml
title: County Housing Protocol
summary: |
  First paragraph of the summary.

  Second paragraph of the summary.
kind: joint-working-protocol
status: in-force
publication: public
jurisdictions: [england, wales]
areas: [county]
lead: county-probation
effective_from: 2026-04-01
groups:
  - {id: landlords, title: Landlords in the county}
parties:
  - {organisation: town-council, role: controller, capacity: Houses people}
  - {organisation: county-probation, role: controller, capacity: Refers people, mappa_role: responsible}
  - {organisation: ty-cymru, role: recipient, capacity: Lets homes, group: landlords}
  - {organisation: watcher, role: recipient, signs: no}
purpose:
  aims: [House people sooner]
  benefits: [Fewer nights without a home]
  necessity: |
    Because a *name* alone is not enough.
  if_not_shared: People stay homeless.
people: [people on probation]
considerations:
  proportionality: Only a summary is sent.
  consent: It is asked for as a courtesy.
  transparency: |
    ### A heading that skips two levels

    See the [notice](https://example.org/notice).
  vital_interests: Not relied on.
data_items:
  - {id: risk-level, name: Level of risk of serious harm, sensitivity: criminal-offence, why: To keep people safe}
flows:
  - id: referral
    title: Referral for housing
    from: [county-probation]
    to: [town-council, landlords]
    when: routine
    regime: crossing
    lawful_bases: [a6e-public-task]
    special_category_conditions: [a9g-substantial-public-interest]
    schedule_1_conditions: [s1p06]
    gateways: [oma07-s14]
    law_differs:
      - {for: [landlords], lawful_bases: [a6f-legitimate-interests]}
    consent: [courtesy]
    statutory_consents: [refer]
    items:
      - risk-level
      - {name: Support needs, sensitivity: [special-category, personal], about: household, why: To plan support}
    not_shared: [The whole assessment]
    forms: [pro-forma]
    stage: [release, community]
    method: Secure e-mail
    timing: Within 5 working days
    retention: 2 years
clauses:
  - id: accuracy
    title: Keeping information accurate
    text: |
      1. First step.
      2. Second step.
  - id: common-terms
    title: From the framework
    adopts: {protocol: framework, version: "1.0", clauses: [security]}
review: {interval_months: 12, triggers: [a change in the law]}
=== protocols/county-housing/forms/pro-forma.yaml
title: Housing pro forma
purpose: Asks for a home
from: [probation]
to: [local-authority]
sections:
  - title: The person
    fields:
      - {name: full_name, label: Full name, type: text, required: yes, hint: As on the licence}
      - {name: needs, label: Needs, type: multiline}
      - {name: born_on, label: Date of birth, type: date}
      - {name: people, label: How many people, type: number}
      - {name: area, label: Area, type: choice, options: [North, South]}
      - {name: told, label: The person was told, type: checkbox, required: yes}
      - {name: signed, label: Signature of the person, type: signature}
=== protocols/county-housing/forms/letter.yaml
title: Covering letter
kind: letter
purpose: Goes on top
from: [any]
to: [any]
body: |
  Dear colleague,

  please find *enclosed*.
=== signatories/county-probation/organisation.yaml
name: Probation Service, County
kind: probation
jurisdiction: england
=== signatories/county-probation/county-housing.yaml
nominated_officer: {post: Partnerships Officer, deputy_post: Team Leader, mailbox: partnerships@example.org, confirmed_on: 2026-09-01}
other_officers: [{post: Duty officer, mailbox: duty@example.org, hours: out-of-hours, flows: [referral]}]
=== signatories/town-council/organisation.yaml
name: Town Council
kind: local-authority
jurisdiction: england
=== signatories/ty-cymru/organisation.yaml
name: Cymdeithas Dai Tŷ Ŵyn
kind: housing-provider
jurisdiction: wales
=== signatories/watcher/organisation.yaml
name: Watching Body
kind: voluntary
jurisdiction: england
=== protocols/framework/protocol.yaml
title: County Framework
kind: framework
status: in-force
publication: public
jurisdictions: [england]
effective_from: 2026-01-01
clauses:
  - id: security
    title: Keeping information secure
    text: |
      Lock it up.

      # A heading of the framework

      Twice.
"""


def stamped(text: str, protocol: str, *versions: tuple[str, str]) -> str:
    """The same register with its working text stamped as each version (number, day agreed)."""
    folder = register_from(text).protocol(protocol)
    assert folder is not None
    for number, agreed_on in versions:
        content = {
            "agreed_on": agreed_on,
            "change": "material",
            "summary": f"Summary of {number}",
            "fingerprint": folder.working_fingerprint,
            "text": folder.working_text,
        }
        text += f"=== protocols/{protocol}/versions/{number}.yaml\n{json.dumps(content, ensure_ascii=False)}\n"
    return text


def sample_text(*changes: tuple[str, str], versions: tuple[tuple[str, str], ...] = (("1.0", "2026-03-15"),)) -> str:
    """The register's text with words replaced, then stamped. Each of the words must be there."""
    text = PROTOCOL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return stamped(stamped(text, "framework", ("1.0", "2026-01-01")), "county-housing", *versions)


def sample_register(
    *changes: tuple[str, str], versions: tuple[tuple[str, str], ...] = (("1.0", "2026-03-15"),)
) -> Register:
    return register_from(sample_text(*changes, versions=versions))


def sample_agreement(
    *changes: tuple[str, str], versions: tuple[tuple[str, str], ...] = (("1.0", "2026-03-15"),), as_of: date = TODAY
) -> Agreement:
    register = sample_register(*changes, versions=versions)
    folder = register.protocol("county-housing")
    assert folder is not None
    return agreement_of(folder, register, as_of=as_of, register_address=ADDRESS)


DRAFT = (
    "status: in-force\npublication: public\njurisdictions: [england, wales]",
    "status: draft\npublication: public\njurisdictions: [england, wales]",
)

#: Each must come out as letters: the attack, and the words that must be readable where it stood.
ATTACKS: tuple[tuple[str, str], ...] = (
    ('`#read("/etc/passwd")`{=typst}', '#read("/etc/passwd")'),
    ('#read("/etc/passwd") plain', "/etc/passwd"),
    ('#import "@preview/cetz:0.3.0"', "@preview/cetz:0.3.0"),
    ('"] #panic("x") $sys.inputs$ [', "sys.inputs"),
    (r"\input{/etc/passwd}", "/etc/passwd"),
    ("{{ 7*7 }} {% include 'x' %}", "{{ 7*7 }}"),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("<w:p><w:r><w:t>RAWXML</w:t></w:r></w:p>", "RAWXML"),
    ("{title} {0} {organisation!r}", "{title}"),
)
