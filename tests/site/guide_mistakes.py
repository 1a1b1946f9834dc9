"""What a reader of a guide's page may get wrong: made in the page's own example, it brings the message that the page quotes."""

from __future__ import annotations

#: What is said; then, for each edit, the file, what stands there and what is written instead. Where nothing stands there, a new
#: file is written; where ALL stands there, the file is taken away.
Mistake = tuple[str, *tuple[str, ...]]

ALL = "*"

_OAK = "signatories/oak-housing/county-housing.yaml"
_ELM = "signatories/elm-homes/county-housing.yaml"
_HILLS = "signatories/hills-council/county-housing.yaml"
_NEW = "signatories/river-and-hills-council"
_TEXT = "protocols/county-housing/protocol.yaml"
_REVIEW = "protocols/county-housing/reviews/2026-11-20.yaml"
_RETURN = "protocols/county-housing/outcomes/2026-27-q2.yaml"
_DRAFT = "protocols/county-employment/protocol.yaml"
_STAMP = "protocols/county-housing/versions/1.1.yaml"
_KEPT = "retention: A landlord keeps it for 1 month; a council for 6 months; then only the date and the action taken"
_TWO = 'due_on: 2026-12-01\nversion: "1.0"\noutcome: no-change\nreviewed_by:\n  - {organisation: county-probation, post: Officer}\nnote: We read it.\n'
MISTAKES: dict[str, list[Mistake]] = {
    "record-a-signature": [
        ("'20/11/2026' is not written as year-month-day", _OAK, "2026-11-18", "20/11/2026"),
        ("signed_on is 2026-12-20, which has not come yet", _OAK, "2026-11-18", "2026-12-20"),
        ("signed_on (2025-11-02) is before sent_on (2025-11-10)", _OAK, "2026-11-18", "2025-11-02"),
        ("version 1.1 was never stamped", _OAK, '"1.0"', '"1.1"'),
        (
            "this is not the fingerprint of version 1.0",
            _OAK,
            "fingerprint: v1:sha256:",
            "fingerprint: v1:sha256:" + 64 * "0" + " #",
        ),
        ("this looks like a person's name, and a post belongs here", _OAK, "Chief Executive", "Jane Smith"),
        ("'pen' is not one of the values of 'method'", _OAK, "wet-ink", "pen"),
        (
            "this line is indented like the items of a list, and does not begin with a hyphen",
            _OAK,
            "    method",
            "   method",
        ),
        (
            "the copy of version 1.0 signed on 2026-10-01 has not come back after 52 days",
            _OAK,
            "2026-11-18",
            "2026-10-01",
        ),
        ("this signature does not say which post gave it", _OAK, "    signed_by:", "    # signed_by:"),
    ],
    "nominate-an-officer": [
        ("this looks like a person's own e-mail address", _OAK, "supported-housing@", "jane.smith@"),
        ("this is a mobile telephone number", _OAK, "Lettings Team Leader", "Lettings Team Leader 07700 900123"),
        (
            "the confirmation of this contact is dated 2027-10-01, which has not come yet",
            _OAK,
            "2026-11-20",
            "2027-10-01",
        ),
        (
            "the nominated officer was last confirmed on 2026-03-01, more than six months ago",
            _OAK,
            "2026-11-20",
            "2026-03-01",
        ),
        ("'deputy' is not a field of 'nominated_officer'", _OAK, "deputy_post", "deputy"),
        (
            "elm-homes has a signing record, but no text of county-housing ever named it as a party",
            _ELM,
            "",
            "nominated_officer: {post: Lettings Manager, mailbox: elm-homes@example.org, confirmed_on: 2026-11-20}\n",
        ),
    ],
    "annual-review": [
        ("the fingerprint of version 1.0 is missing", _REVIEW, "due_on", "due_on"),
        (
            "this review changes nothing, but its note does not say what was looked at and found",
            _REVIEW,
            "note: |",
            "note: No change\nunused: |",
        ),
        ("due_on is 2026-11-30, but no review was ever due on that day", _REVIEW, "2026-12-01", "2026-11-30"),
        (
            "this review is dated 2026-12-20, which has not come yet",
            "protocols/county-housing/reviews/2026-12-20.yaml",
            "",
            _TWO,
        ),
        (
            "'20-11-2026' is not a date, and a review is named by the day it was completed",
            "protocols/county-housing/reviews/20-11-2026.yaml",
            "",
            _TWO,
        ),
        (
            "this file is not read, because its name does not end in '.yaml'",
            "protocols/county-housing/reviews/2026-11-20.yml",
            "",
            _TWO,
        ),
        ("version 1.1 was never stamped", _REVIEW, '"1.0"', '"1.1"'),
        ("'contact' is not one of the values of 'checked'", _REVIEW, "[contacts", "[contact"),
        ("there is no organisation 'riverside' in this register", _REVIEW, "riverside-council", "riverside"),
    ],
    "change-a-term": [
        (
            "an amendment is being prepared: the working text differs from version 1.0 in flow emergency-warning: retention",
            _TEXT,
            _KEPT,
            _KEPT,
        ),
        (
            "the text of this value contains a colon followed by a space",
            _TEXT,
            "keeps it for 1 month;",
            "keeps it: 1 month;",
        ),
        ("this line is indented with a tab", _TEXT, f"    {_KEPT}", f"\t{_KEPT}"),
        ("'retentions' is not a field of a flow", _TEXT, _KEPT, _KEPT.replace("retention", "retentions")),
        (
            "the flow 'emergency-warning' does not say how long information is kept (UK GDPR Article 5(1)(e); Data Protection Act 2018 section 39)",
            _TEXT,
            f"    {_KEPT}\n",
            "",
        ),
        (
            "flow 'registered-provider-referral': 'cda98-s116' is not an id that belongs under 'gateways'",
            _TEXT,
            "gateways: [cda98-s115]",
            "gateways: [cda98-s116]",
        ),
        (
            "the text of version 1.0 is not the text that was stamped: its fingerprint would be …",
            "protocols/county-housing/versions/1.0.yaml",
            "A landlord keeps it for 3 months",
            "A landlord keeps it for 4 months",
        ),
    ],
    "editorial-fix": [
        (
            "an amendment is being prepared: the working text differs from version 1.0 in clause joining-and-leaving: text",
            _TEXT,
            "first checks",
            "first checks",
        ),
        (
            "the clause 'joining-and-leaving' has changed against version 1.0, and this line has not",
            _TEXT,
            "first checks",
            "first checks",
        ),
        (
            "this line is indented with a tab",
            _TEXT,
            "    text: |\n      A council, a non-profit",
            "\ttext: |\n      A council, a non-profit",
        ),
    ],
    "new-protocol": [
        (
            "'County Employment' cannot be the id of a protocol",
            "protocols/County Employment/protocol.yaml",
            "",
            "title: A\nkind: framework\nstatus: draft\npublication: public\n",
        ),
        ("there is no organisation 'probation' in this register", _DRAFT, "county-probation", "probation"),
        ("'protocol' is not one of the values of 'kind'", _DRAFT, "information-sharing-protocol", "protocol"),
        (
            "this protocol has no lead, although its status is signing",
            _DRAFT,
            "status: draft\npublication: public\njurisdictions: [england]\nlead: county-probation",
            "status: signing\npublication: public\njurisdictions: [england]",
        ),
        (
            "this protocol is restricted, but everybody can read its text here: clauses",
            _DRAFT,
            "publication: public",
            "publication: restricted\nclauses: [{id: security, text: Not for everybody to read.}]",
        ),
    ],
    "add-a-party": [
        (
            "the party 'elm-home' has no folder in this register",
            _TEXT,
            "organisation: elm-homes",
            "organisation: elm-home",
        ),
        (
            "this protocol has no group 'landlords'",
            _TEXT,
            "non-profit registered provider\n    group: registered-landlords",
            "non-profit registered provider\n    group: landlords",
        ),
        (
            "'member' is not one of the values of 'role'",
            _TEXT,
            "elm-homes\n    role: controller",
            "elm-homes\n    role: member",
        ),
        (
            "'oak-housing' is listed as a party a second time",
            _TEXT,
            "organisation: elm-homes",
            "organisation: oak-housing",
        ),
        ("version 1.1 was never stamped", _STAMP, ALL, ""),
        (
            "an amendment is being prepared: the working text differs from version 1.0 in party elm-homes",
            _STAMP,
            ALL,
            "",
        ),
        (
            "elm-homes has a signing record, but no text of county-housing ever named it as a party",
            _STAMP,
            ALL,
            "",
            _TEXT,
            "organisation: elm-homes",
            "organisation: elm-home",
        ),
    ],
    "leave-or-end": [
        ("the withdrawal is dated 2026-12-31, which has not come yet", _HILLS, "on: 2026-11-20", "on: 2026-12-31"),
        ("withdrawn (2025-11-01) is before signed_on (2025-11-20)", _HILLS, "on: 2026-11-20", "on: 2025-11-01"),
        ("this entry is withdrawn, but it was never signed", _HILLS, "    signed_on", "    # signed_on"),
        (
            "the status says in-force, but this protocol binds only county-probation",
            _TEXT,
            "status: withdrawn",
            "status: in-force",
            "signatories/riverside-council/county-housing.yaml",
            "    method: electronic",
            "    withdrawn: {on: 2026-11-20, reason: We have moved}",
        ),
        ("'ended' is not one of the values of 'status'", _TEXT, "status: withdrawn", "status: ended"),
        (
            "the status says superseded, but no protocol lists this one under 'supersedes'",
            _TEXT,
            "status: withdrawn",
            "status: superseded",
        ),
    ],
    "successor-body": [
        (
            "the folder signatories/river-and-hills-council has no organisation.yaml",
            f"{_NEW}/organisation.yaml",
            ALL,
            "",
        ),
        (
            "hills-council was dissolved on 2026-10-31, and its successor has not taken its place in this protocol",
            f"{_NEW}/county-housing.yaml",
            ALL,
            "",
        ),
        (
            "hills-council was dissolved on 2026-10-31, and nobody has taken its place in this protocol",
            f"{_NEW}/county-housing.yaml",
            ALL,
            "",
            f"{_NEW}/organisation.yaml",
            ALL,
            "",
            "signatories/hills-council/organisation.yaml",
            "successors:",
            "# successors:",
        ),
        ("'law' is not one of the values of 'by'", f"{_NEW}/county-housing.yaml", "by: statute", "by: law"),
        (
            "river-and-hills-council has taken the place of hills-council, but this record does not list it under 'successors'",
            "signatories/hills-council/organisation.yaml",
            "successors:",
            "# successors:",
        ),
    ],
    "report-outcomes": [
        ("'count' is 3, and a count of people from 1 to 4 must not be published", _RETURN, "count: 165", "count: 3"),
        (
            "the hidden numerator can be worked out …",
            _RETURN,
            '{measure: mi014, point: release, numerator: "[c]", denominator: 20, rounded_to: 5}',
            "{measure: mi014, point: release, numerator: 9, denominator: 21}\n"
            '  - {measure: mi014, point: release, group_set: sex, group: women, numerator: "[c]", denominator: 8}\n'
            "  - {measure: mi014, point: release, group_set: sex, group: men, numerator: 7, denominator: 13}",
        ),
        ("the numerator (205) is greater than the denominator (160)", _RETURN, "numerator: 105", "numerator: 205"),
        (
            "homeless-at-referral is a rate, but this result has no denominator",
            _RETURN,
            "numerator: 105, denominator: 160",
            "numerator: 105",
        ),
        ("'refusals' is not an outcome measure", _RETURN, "measure: referrals", "measure: refusals"),
        (
            "the last day of the period (2026-06-30) is before its first day (2026-07-01)",
            _RETURN,
            "2026-09-30",
            "2026-06-30",
        ),
        ("a list is not a whole number", _RETURN, '"[c]"', "[c]"),
        ("'count' (163) is not rounded to the nearest 5", _RETURN, "count: 165", "count: 163"),
        ("'people' is not a field of a return", _RETURN, "notes: |", "people: [AB]\nnotes: |"),
    ],
}

#: What `release` says, what is asked of it, and the edits before.
REFUSALS: dict[str, tuple[str, str, str, *tuple[str, ...]]] = {
    "the text of county-housing has not changed since version 1.0": ("county-housing", "material", "2026-11-22"),
    "this is more than a change of kind 'editorial' may touch: flow emergency-warning: retention": (
        "county-housing",
        "editorial",
        "2026-11-22",
        _TEXT,
        "keeps it for 3 months; a council",
        "keeps it for 1 month; a council",
    ),
    "a person must judge whether anybody now owes more or less: words that may say so have changed in "
    "clause joining-and-leaving: text": (
        "county-housing",
        "editorial",
        "2026-11-22",
        _TEXT,
        "what it holds within 90",
        "what it holds within 60",
    ),
    "there is no protocol 'county-houses'": ("county-houses", "material", "2026-11-22"),
    "the first version of county-housing must be material, not 'editorial'": (
        "county-housing",
        "editorial",
        "2026-11-22",
        "protocols/county-housing/versions/1.0.yaml",
        ALL,
        "",
    ),
    "2025-10-01 is before version 1.0 was agreed (2025-11-03)": (
        "county-housing",
        "material",
        "2025-10-01",
        _TEXT,
        "keeps it for 3 months; a council",
        "keeps it for 1 month; a council",
    ),
}
#: What the checks say of a stamp whose kind is doubtful.
DOUBTFUL = {
    "version 1.1 is editorial, but in clause joining-and-leaving: text '90' has become '60'": (
        "county-housing",
        "editorial",
        "2026-11-22",
        _TEXT,
        "what it holds within 90",
        "what it holds within 60",
    )
}
