"""Two small registers for tests of the site: one with every kind of page, one whose every text is hostile."""

from __future__ import annotations

from pathlib import Path

from support import TODAY, write_register
from undersigned.register import load_register
from undersigned.site.build import build_site

FINGERPRINT = "v1:sha256:" + "ab" * 32
#: Stands in every field of the restricted protocol that must not be published.
WITHHELD = "sesame"

SOUND = f"""
=== mkdocs.yml
site_name: Test register
site_url: https://register.example.org/base/
extra:
  register: {{repository: public, example: yes}}
=== signatories/county-council/organisation.yaml
name: County Council
kind: local-authority
jurisdiction: england
areas: [stoke-on-trent]
website: https://council.example.org/about
contact: {{post: Housing Manager, mailbox: housing@example.org, confirmed_on: 2026-09-01}}
=== signatories/county-council/housing.yaml
nominated_officer: {{post: Housing Manager, mailbox: housing@example.org, deputy_post: Team Leader}}
other_officers: [{{post: Duty officer, mailbox: duty@example.org, hours: out-of-hours, flows: [referral]}}]
signatures:
  - version: "1.0"
    fingerprint: "{FINGERPRINT}"
    signed_on: 2025-02-01
    signed_by: {{post: Chief Executive, authority: office}}
    method: wet-ink
    reservations: [{{flows: [referral], text: Not at weekends, accepted_on: 2025-02-03}}]
=== signatories/probation/organisation.yaml
name: Probation
kind: probation
formerly: [probation-area]
=== signatories/probation/housing.yaml
nominated_officer: {{post: Partnerships Officer, mailbox: probation@example.org}}
signatures:
  - {{version: "1.0", fingerprint: "{FINGERPRINT}", signed_on: 2025-01-20, method: electronic}}
=== signatories/landlord/organisation.yaml
name: Landlord
kind: housing-provider
=== signatories/landlord/housing.yaml
signatures:
  - {{version: "1.0", fingerprint: "{FINGERPRINT}", sent_on: 2026-10-01}}
=== signatories/old-trust/organisation.yaml
name: Old Trust
kind: probation
dissolved_on: 2014-05
successors: [probation]
=== protocols/housing/protocol.yaml
title: Housing protocol
summary: |
  How we share what is needed to find somebody a home.
kind: joint-working-protocol
status: in-force
publication: public
areas: [stoke-on-trent]
lead: probation
owner: {{organisation: county-council, post: Chair}}
effective_from: 2025-02-01
formerly: [homes]
supersedes: [old-housing]
groups:
  - {{id: homes, title: Those who let homes}}
parties:
  - {{organisation: probation, role: controller, capacity: Refers}}
  - {{organisation: county-council, role: controller, group: homes}}
  - {{organisation: landlord, role: controller, group: homes}}
purpose:
  aims: [Find homes]
  necessity: |
    ### Why so much
    Because | less | fails
clauses:
  - id: accuracy
    title: Accuracy
    text: |
      The prepared wording of accuracy.

      | a | b |
      |---|---|
      | 1 | 2 |
flows:
  - id: referral
    title: Referral for housing
    from: [probation]
    to: [homes]
    when: routine
    regime: crossing
    gateways: [oma07-s14]
    lawful_bases: [a6e-public-task]
    items:
      - {{name: Risk level, sensitivity: criminal-offence, why: Safety}}
      - {{name: Support needs, sensitivity: [special-category], about: household, why: Support}}
    not_shared: [Victim details]
    forms: [referral-form]
    method: Secure e-mail
    timing: Within 5 working days
    retention: 2 years
review: {{interval_months: 12}}
=== protocols/housing/forms/referral-form.yaml
title: Referral form
from: [probation]
to: [local-authority]
sections:
  - title: The person
    fields:
      - {{name: full_name, label: Full name, type: text, required: yes}}
=== protocols/housing/versions/1.0.yaml
agreed_on: 2025-01-10
change: material
summary: First agreed text
fingerprint: "{FINGERPRINT}"
text:
  title: Housing protocol
  kind: joint-working-protocol
  groups:
    - {{id: homes, title: Those who let homes}}
  parties:
    - {{organisation: probation, role: controller, capacity: Refers}}
    - {{organisation: county-council, role: controller, group: homes}}
    - {{organisation: landlord, role: controller, group: homes}}
  clauses:
    - {{id: accuracy, title: Accuracy, text: The agreed wording of accuracy.}}
  flows:
    - id: referral
      title: Referral for housing
      from: [probation]
      to: [homes]
      when: routine
      regime: crossing
      gateways: [oma07-s14]
      items: [{{name: Risk level, sensitivity: criminal-offence, why: Safety}}]
      forms: [referral-form]
      timing: Within 5 working days
  forms:
    referral-form:
      title: Referral form
      from: [probation]
      to: [local-authority]
      sections:
        - fields: [{{name: full_name, label: Full name, type: text}}]
=== protocols/housing/reviews/2026-01-25.yaml
due_on: 2026-02-01
version: "1.0"
fingerprint: "{FINGERPRINT}"
outcome: no-change
reviewed_by: [{{organisation: probation, post: Partnerships Officer}}]
note: |
  Read with the council; two mailboxes mended.
=== protocols/old-housing/protocol.yaml
title: Old housing protocol
kind: joint-working-protocol
status: superseded
publication: public
effective_from: 2004-05
parties: [{{organisation: old-trust}}]
=== protocols/alcohol/protocol.yaml
title: Alcohol protocol
kind: information-sharing-protocol
status: draft
publication: public
parties: [{{organisation: probation}}, {{organisation: county-council}}]
flows:
  - {{id: attendance, from: [probation], to: [county-council], items: [{{name: Attendance}}]}}
  - {{id: outcome, from: [county-council], to: [probation]}}
  - {{id: alarm, from: [county-council], to: [probation], when: emergency}}
=== protocols/danger/protocol.yaml
title: Danger protocol
summary: {WITHHELD} summary
kind: memorandum-of-understanding
status: in-force
publication: restricted
areas: [{WITHHELD}-area]
lead: probation
effective_from: 2025-03-01
parties:
  - {{organisation: probation, capacity: {WITHHELD} capacity}}
  - {{organisation: county-council, capacity: {WITHHELD} capacity}}
purpose: {{necessity: {WITHHELD} necessity}}
clauses: [{{id: c, title: {WITHHELD} title, text: {WITHHELD} text}}]
flows: [{{id: f, title: {WITHHELD} flow, from: [probation], to: [county-council]}}]
monitoring: [{{point: {WITHHELD} point, measures: [referrals], by: county-council, every: month}}]
=== protocols/danger/versions/1.0.yaml
agreed_on: 2025-02-20
change: material
summary: {WITHHELD} change
fingerprint: "v1:sha256:{"5e" * 32}"
=== protocols/danger/reviews/2026-02-20.yaml
due_on: 2026-03-01
version: "1.0"
outcome: no-change
reviewed_by: [{{organisation: probation, post: {WITHHELD} post}}]
note: {WITHHELD} note
=== protocols/danger/outcomes/2025-26.yaml
period: {{from: 2025-04-01, to: 2026-03-31}}
area: {WITHHELD}-area
source: {WITHHELD} source
results: [{{measure: referrals, count: 640, group: {WITHHELD}}}]
notes: {WITHHELD} notes
=== signatories/probation/danger.yaml
nominated_officer: {{post: {WITHHELD} officer, mailbox: {WITHHELD}@example.org}}
signatures:
  - {{version: "1.0", signed_on: 2025-02-27, signed_by: {{post: {WITHHELD} signer}}}}
"""

#: Enters every text of the hostile register.
EVIL = (
    '</title></script><script>evil()</script><img src=x onerror=evil()>{{ 7*7 }}{% raise %}${{x}}" onclick="evil()\' 😈'
)
_EVIL = "'" + EVIL.replace("'", "''") + "'"

HOSTILE = f"""
=== mkdocs.yml
site_name: Hostile
=== signatories/a/organisation.yaml
name: {_EVIL}
kind: other
areas: [{_EVIL}]
also_known_as: [{_EVIL}]
website: javascript:evil()
ico_registration: {_EVIL}
contact: {{post: {_EVIL}, mailbox: {_EVIL}}}
=== signatories/a/p.yaml
nominated_officer: {{post: {_EVIL}, mailbox: 'x@example.org"onclick="evil()', deputy_post: {_EVIL}}}
other_officers: [{{post: {_EVIL}, mailbox: {_EVIL}, hours: {_EVIL}, flows: [{_EVIL}]}}]
signatures:
  - {{version: "1.0", fingerprint: "{FINGERPRINT}", signed_on: 2026-01-01, signed_by: {{post: {_EVIL}}},
     reservations: [{{flows: [f], text: {_EVIL}, accepted_on: 2026-01-02}}]}}
=== signatories/b/organisation.yaml
name: B
kind: other
website: 'https://b.example.org/" onclick="evil()'
=== protocols/p/protocol.yaml
title: {_EVIL}
summary: {_EVIL}
kind: framework
status: in-force
publication: public
areas: [{_EVIL}]
lead: a
owner: {{organisation: a, post: {_EVIL}}}
effective_from: 2026-01-01
parties:
  - {{organisation: a, capacity: {_EVIL}, group: g}}
  - {{organisation: {_EVIL}}}
groups: [{{id: g, title: {_EVIL}}}]
purpose: {{aims: [{_EVIL}], benefits: [{_EVIL}], necessity: {_EVIL}, if_not_shared: {_EVIL}}}
people: [{_EVIL}]
considerations: {{consent: {_EVIL}}}
flows:
  - {{id: {_EVIL}, title: {_EVIL}, from: [g, {_EVIL}], to: [a], items: [{_EVIL}, {{name: {_EVIL}, why: {_EVIL}}}],
     not_shared: [{_EVIL}], forms: [x], method: {_EVIL}, timing: {_EVIL}, retention: {_EVIL}, gateways: [{_EVIL}],
     official_authority: {_EVIL}}}
clauses:
  - id: {_EVIL}
    title: {_EVIL}
    text: |
      [click](javascript:evil()) [data](data:text/html,evil) [plain](http://plain.example.org) ![](https://img.example.org/x.png)
      <svg onload=evil()> [rel](//evil.example.org) <https://good.example.org> {{{{ config }}}} {{: onclick=evil() }}
  - {{id: two, adopts: {{protocol: {_EVIL}, version: "1.0", clauses: [{_EVIL}]}}}}
dpia: {{status: not-needed, reason: {_EVIL}, reference: {_EVIL}}}
appropriate_policy_document: {{reference: {_EVIL}}}
funding: [{{source: {_EVIL}, pays_for: {_EVIL}}}]
monitoring: [{{point: {_EVIL}, measures: [{_EVIL}], by: {_EVIL}, every: month}}, {{point: {_EVIL}, by: a, every: {_EVIL}}}]
=== protocols/p/forms/x.yaml
title: {_EVIL}
purpose: {_EVIL}
from: [any]
to: [any]
sections: [{{title: {_EVIL}, fields: [{{name: n, label: {_EVIL}, type: choice, hint: {_EVIL}, options: [{_EVIL}]}}]}}]
=== protocols/p/outcomes/2026.yaml
period: {{from: 2026-01-01, to: 2026-03-31}}
area: {_EVIL}
source: {_EVIL}
results:
  - {{measure: {_EVIL}, series: {_EVIL}, point: {_EVIL}, group: {_EVIL}, count: 10, offered: [{_EVIL}], list: {_EVIL}}}
  - {{measure: alcohol-provision, offered: [{_EVIL}]}}
notes: {_EVIL}
=== protocols/p/reviews/2026-06-01.yaml
version: "1.0"
outcome: no-change
reviewed_by: [{{organisation: {_EVIL}, post: {_EVIL}}}]
note: {_EVIL}
=== protocols/p/versions/1.0.yaml
agreed_on: 2026-01-01
change: material
summary: {_EVIL}
fingerprint: "{FINGERPRINT}"
"""


def build(root: Path, text: str, sizes: dict[str, int] | None = None) -> Path:
    """Builds the register in `text` and returns the site's folder."""
    write_register(root, text)
    build_site(load_register(root), root / "site", as_of=TODAY, downloads=sizes or {})
    return root / "site"
