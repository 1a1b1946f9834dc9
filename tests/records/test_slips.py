"""The mistakes of somebody who pastes from Word and types as she speaks: each message says what to write instead."""

from __future__ import annotations

from typing import Any

import pytest

from undersigned.records.outcome import Outcome
from undersigned.records.protocol import Protocol
from undersigned.records.reading import read_record
from undersigned.records.review import Review
from undersigned.records.signature import SigningRecord

HEAD = "title: T\nkind: framework\nstatus: draft\npublication: public\n"
RETURN = "period: {from: 2025-04-01, to: 2026-03-31}\nresults:\n"
REVIEW = 'version: "1.0"\noutcome: no-change\nnote: Looked at it.\nreviewed_by: [{organisation: a, post: Manager}]\n'
MODELS: dict[str, type[Any]] = {"protocol": Protocol, "signing": SigningRecord, "review": Review, "return": Outcome}


def said(text: str, kind: str = "protocol") -> list[str]:
    """Each finding: line, column, code, message and hint."""
    record = read_record("x.yaml", text.encode(), MODELS[kind])
    return [f"{f.line}:{f.column} {f.code}: {f.message}. {f.hint}".rstrip() for f in record.findings]


#: Nobody has to invent a day.
OR_MONTH = "Write it as year-month-day, for example 2026-05-01. If the day is not known, write year-month, for example 2026-05."


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "18 November 2026",
            "'18 November 2026' is not written as year-month-day. If 18 November 2026 is meant, write 2026-11-18.",
        ),
        (
            "Friday 20th November 2026",
            "'Friday 20th November 2026' is not written as year-month-day. If 20 November 2026 is meant, write 2026-11-20.",
        ),
        ("18 Nov 26", "'18 Nov 26' is not written as year-month-day. If 18 November 2026 is meant, write 2026-11-18."),
        (
            "18/11/2026",
            "'18/11/2026' is not written as year-month-day. If 18 November 2026 is meant, write 2026-11-18.",
        ),
        ("18.11.26", "'18.11.26' is not written as year-month-day. If 18 November 2026 is meant, write 2026-11-18."),
        (
            "11/18/2026",
            "'11/18/2026' is not written as year-month-day. If 18 November 2026 is meant, write 2026-11-18.",
        ),
        ("2026-5-1", "'2026-5-1' is not written as year-month-day. If 1 May 2026 is meant, write 2026-05-01."),
        ("2026/05/01", "'2026/05/01' is not written as year-month-day. If 1 May 2026 is meant, write 2026-05-01."),
        ("20260501", "'20260501' is not written as year-month-day. If 1 May 2026 is meant, write 2026-05-01."),
        (
            "2026-05-01T09:30",
            "'2026-05-01T09:30' is not written as year-month-day. If 1 May 2026 is meant, write 2026-05-01.",
        ),
        (
            "November 2026",
            "'November 2026' is not written as year-month-day. If November 2026 is meant, write 2026-11.",
        ),
        ("2026–05–01", "this date contains an en dash (U+2013). Type it with plain digits and hyphens: 2026-05-01."),
        (
            "“2026-05-01”",
            "this date contains a left double quotation mark (U+201C). Type it with plain digits and hyphens: 2026-05-01.",
        ),
        (
            "2026-05\u00a0-01",
            "'2026-05\u00a0-01' is not written as year-month-day. If 1 May 2026 is meant, write 2026-05-01.",
        ),
        (
            "2026 - 05 - 01",
            "'2026 - 05 - 01' is not written as year-month-day. If 1 May 2026 is meant, write 2026-05-01.",
        ),
        ("2026-O5-O1", "'2026-O5-O1' is not written as year-month-day. If 1 May 2026 is meant, write 2026-05-01."),
        (
            "2026-05-01 (agreed)",
            "'2026-05-01 (agreed)' is not written as year-month-day. If 1 May 2026 is meant, write 2026-05-01.",
        ),
        (
            "26-05-01",
            "'26-05-01' can be read as more than one day. Write the year with four figures: 2026-05-01 for 1 May 2026,"
            " or 2001-05-26 for 26 May 2001.",
        ),
        ("2026-5", "'2026-5' is not written as year-month-day. If May 2026 is meant, write 2026-05."),
        ("05/2026", "'05/2026' is not written as year-month-day. If May 2026 is meant, write 2026-05."),
        ("c. 2006", f"'c. 2006' is not a date. {OR_MONTH}"),
        ("Spring 2026", f"'Spring 2026' is not a date. {OR_MONTH}"),
        (
            "20\u00a0November\u00a02026",
            "'20\u00a0November\u00a02026' is not written as year-month-day. If 20 November 2026 is meant, write 2026-11-20.",
        ),
        ("TBC", "'TBC' is not a date. Leave the line out until the day is known."),
        ("n/a", "'n/a' is not a date. Leave the line out until the day is known."),
        ("on signing", f"'on signing' is not a date. {OR_MONTH}"),
        ("٢٠٢٦-٠٥-٠١", "'٢٠٢٦-٠٥-٠١' is not written as year-month-day. If 1 May 2026 is meant, write 2026-05-01."),
    ],
)
def test_a_date_that_is_typed_as_it_is_spoken(written: str, expected: str) -> None:
    assert said(HEAD + f"effective_from: {written}\n") == [f"5:17 bad-date: {expected}"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "31/06/2026",
            "'31/06/2026' is not a day in the calendar: June 2026 has 30 days. Look the day up. Write it as year-month-day.",
        ),
        (
            "2027-02-29",
            "'2027-02-29' is not a day in the calendar: February 2027 has 28 days. Look the day up. Write it as year-month-day.",
        ),
        (
            "2026-13-01",
            "'2026-13-01' is not a day in the calendar. Write it as year-month-day. Months go from 01 to 12, days from 01 to 31.",
        ),
    ],
)
def test_a_day_that_never_comes(written: str, expected: str) -> None:
    assert said(HEAD + f"effective_from: {written}\n") == [f"5:17 no-such-day: {expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "“title”: T\n" + HEAD[9:],
            [
                "1:1 unknown-key: the name of this field contains a left double quotation mark (U+201C). Write 'title:' with plain characters. Text copied from Word or a web page often brings others."
            ],
        ),
        (
            HEAD.replace("draft", "in–force"),
            [
                "3:9 unknown-value: this value contains an en dash (U+2013). Write 'in-force' with plain characters. Text copied from Word or a web page often brings others."
            ],
        ),
        (
            HEAD.replace("framework", "“framework”"),
            [
                "2:7 unknown-value: this value contains a left double quotation mark (U+201C). Write 'framework' with plain characters. Text copied from Word or a web page often brings others."
            ],
        ),
        (
            HEAD.replace("kind: ", "kind:\u00a0"),
            [
                "2:6 yaml-syntax: this line contains a non-breaking space (U+00A0), which looks like a plain space and is not one. Delete it and type a space. Text copied from Word or a web page often brings such spaces."
            ],
        ),
        (
            HEAD.replace("kind: ", "kind:"),
            ["2:5 yaml-syntax: there is no space after the colon. Write 'kind: framework'."],
        ),
        (
            HEAD.replace("kind: ", "kind = "),
            [
                "2:6 yaml-syntax: there is '=' between the name of this field and its value, and a colon and a space belong"
                " there. Write 'kind: framework'."
            ],
        ),
        (
            HEAD.replace("kind: ", "kind\uff1a"),
            [
                "2:5 yaml-syntax: there is '\uff1a' between the name of this field and its value, and a colon and a space"
                " belong there. Write 'kind: framework'."
            ],
        ),
        (
            HEAD.replace("kind: ", "k\u0456nd: "),
            [
                "2:1 unknown-key: the name of this field contains a cyrillic small letter byelorussian-ukrainian i (U+0456)."
                " Write 'kind:' with plain characters. Text copied from Word or a web page often brings others."
            ],
        ),
        (
            HEAD.replace("draft", "dr\u0430ft"),
            [
                "3:9 unknown-value: this value contains a cyrillic small letter a (U+0430). Write 'draft' with plain"
                " characters. Text copied from Word or a web page often brings others."
            ],
        ),
        (
            HEAD + "effective_from: ?\n",
            [
                "5:17 yaml-syntax: a value cannot be or begin with a question mark. Leave the line out until its value is"
                " known. Put text that begins with a question mark in quotes."
            ],
        ),
        (
            HEAD.replace("T\n", "> 18 only\n", 1),
            [
                "1:10 yaml-syntax: a value that begins with > or | is read as the beginning of a text of several lines. Begin"
                " the text on the next line, indented by two more spaces, or put it in quotes."
            ],
        ),
        (
            HEAD + ">>>>>>> main\n",
            [
                "5:1 merge-conflict: this line is left of a conflict: two people had changed the lines around it. Make sure"
                " that each line around it is there once and is right. Then delete this line."
            ],
        ),
        (
            "=======\n" + HEAD,
            [
                "1:1 merge-conflict: this line is left of a conflict: two people had changed the lines around it. Make sure"
                " that each line around it is there once and is right. Then delete this line."
            ],
        ),
        (
            HEAD
            + "purpose:\n  aims:\n    - one\n  benefits:\n    <<<<<<< HEAD\n    - two\n    =======\n    >>>>>>> x\n",
            [
                "9:1 merge-conflict: two people changed the lines from here to line 12, and nobody has decided which words"
                " count. Keep the lines that are right. Then delete the lines that begin with <<<<<<<, |||||||, ======= and"
                " >>>>>>>."
            ],
        ),
        (
            HEAD + "parties:\n  - organisation:\n    role: controller\n",
            [
                "6:5 missing-key: 'organisation' of this party is empty. Write what belongs there, on this line or below it."
            ],
        ),
        (
            HEAD.replace("kind: ", "\u00a0kind: "),
            [
                "2:1 unknown-key: the name of this field contains a non-breaking space (U+00A0). Write 'kind:' with plain characters. Text copied from Word or a web page often brings others."
            ],
        ),
        (
            HEAD.replace("kind: ", "kind\u00a0: "),
            [
                "2:1 unknown-key: the name of this field contains a non-breaking space (U+00A0). Write 'kind:' with plain characters. Text copied from Word or a web page often brings others."
            ],
        ),
        (
            "```yaml\n" + HEAD + "```\n",
            [
                "1:1 yaml-syntax: this line, ```yaml, is not part of a record. Delete it, and the one that ends the block. Both often come with text copied from a web page or a chat."
            ],
        ),
        (
            HEAD + "people:\n  • victims\n  • children\n",
            [
                "6:3 wrong-type: a list belongs here, and its items begin with '•' instead of a hyphen. Begin each item with a hyphen and a space: '- victims'."
            ],
        ),
        (
            HEAD + "people:\n  -victims\n  -children\n",
            [
                "6:3 wrong-type: a list belongs here, and there is no space after the hyphen of its items. Begin each item with a hyphen and a space: '- victims'."
            ],
        ),
        (
            HEAD + "people:\n  – victims\n  – children\n",
            [
                "6:3 wrong-type: a list belongs here, and its items begin with '–' instead of a hyphen. Begin each item with a hyphen and a space: '- victims'."
            ],
        ),
        (
            HEAD + "people: victims, perpetrators and children\n",
            [
                "5:9 wrong-type: a list belongs here, and 'victims, perpetrators and children' is a single value. Put it in square brackets: [victims, perpetrators, children]."
            ],
        ),
        (
            HEAD + "people:\n  - victims\n  • children\n",
            [
                "7:3 yaml-syntax: this line begins with '•', which is not how a list item begins. Begin it with a hyphen and a space: '- children'."
            ],
        ),
        (
            HEAD + "purpose: To keep victims safe\n",
            [
                "5:10 wrong-type: a group of fields belongs here, and this is text. Write each field on a line of its own below, indented by two more spaces. The fields are aims, benefits, necessity and if_not_shared."
            ],
        ),
        (
            HEAD + "parties: nacro, arch\n",
            [
                "5:10 wrong-type: a list belongs here, and this is text. Begin each item with a hyphen, for example '- {organisation: …, role: …}'."
            ],
        ),
        (
            HEAD + "lead:\n  organisation: a-council\n",
            [
                "6:3 wrong-type: text belongs here, and this is a group with the field 'organisation'. Write the value on the same line: 'lead: a-council'."
            ],
        ),
        (
            HEAD.replace("T\n", "[insert title]\n", 1),
            [
                "1:8 wrong-type: text belongs here, and square brackets have turned '[insert title]' into a list. If it is a blank, fill it in. If the brackets belong to the text, put the whole text in quotes."
            ],
        ),
        (
            HEAD.replace("T\n", "{{title}}\n", 1),
            [
                "1:9 wrong-type: text belongs here, and curly brackets have turned '{{title}}' into a group of fields. Write the text that belongs in its place.",
                "1:1 missing-key: 'title' of this protocol is empty. Write what belongs there, on this line or below it.",
            ],
        ),
        (
            HEAD.replace("T\n", "Housing: the protocol\n", 1),
            [
                '1:15 yaml-syntax: the text of this value contains a colon followed by a space. Put the whole value in quotes ("like: this"), or write it on new lines below a |.'
            ],
        ),
        (
            HEAD.replace("T\n", "'Children's services'\n", 1),
            [
                "1:18 yaml-syntax: the text goes on after the quotation mark that ends it. Put the whole value in quotes. If it contains quotation marks, use the other kind around it."
            ],
        ),
        (
            HEAD.replace("T\n", "“Housing” protocol\n", 1).replace("title: “", 'title: "'),
            [
                "1:16 yaml-syntax: this line contains the curly quotation mark ”, which YAML does not take for one. Type straight quotation marks, at both ends of the text. Word makes them curly as you type."
            ],
        ),
        (
            HEAD.replace("kind: ", "\tkind: "),
            ["2:1 tab-indentation: this line is indented with a tab. Use spaces: two for each level."],
        ),
        (
            HEAD.replace("kind: ", "  kind: "),
            [
                "2:7 yaml-syntax: a value ends on the line above, and this line is indented as if it belonged to it. Line it up with the other fields of the same group, or put the whole text of the value in quotes."
            ],
        ),
        (
            HEAD.replace("T\n", "@home scheme\n", 1),
            ["1:8 yaml-syntax: a value cannot begin with this character. Put the whole value in quotes."],
        ),
        (
            HEAD + "people: - victims\n",
            [
                "5:9 yaml-syntax: a list cannot begin on the same line as the name of its field. Begin the list on the next line."
            ],
        ),
        (
            HEAD + "people: [victims, children\nlead: a\n",
            ["5:9 yaml-syntax: a list in square brackets lacks a comma or its closing bracket. Write [one, two]."],
        ),
        (
            HEAD.replace("publication: public", "publication"),
            [
                "4:1 yaml-syntax: this line has no colon and space after the name of a field. Write 'name: value'. Text of several lines goes below a |, each line indented by two more spaces."
            ],
        ),
        (
            HEAD.replace("status: draft\n", ""),
            [
                "1:1 missing-key: this protocol has no 'status'. Add a line 'status: …' with one of: draft, consultation, signing, in-force, superseded, withdrawn, expired."
            ],
        ),
        (
            HEAD + "parties: [{organisation: a, signs: Y}]\n",
            ["5:36 wrong-type: 'Y' is neither yes nor no. Did you mean yes? Write yes or no, in small letters."],
        ),
        (
            HEAD + "parties: [{rol: controller, organisation: a}]\n",
            ["5:12 unknown-key: 'rol' is not a field of a party. Did you mean 'role'?"],
        ),
        (
            HEAD + "review: {interval_months: one year}\n",
            [
                "5:27 wrong-type: 'one year' is not a whole number. Write digits only, for example 12. A figure that must not be shown is \"[c]\"."
            ],
        ),
    ],
)
def test_text_pasted_or_typed_into_a_protocol(text: str, expected: list[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        (
            RETURN + "  - {measure: referrals, count: 1,650}\n",
            "return",
            [
                "3:33 unknown-key: '1,650' was read as 1, followed by a field called '650'. Write the number without a comma: 1650."
            ],
        ),
        (
            RETURN + "  - measure: referrals\n    count: 1,650\n",
            "return",
            ["4:12 wrong-type: '1,650' is not a whole number. Write it without a comma or a space: 1650."],
        ),
        (
            RETURN + "  - measure: referrals\n    share_of_caseload: 27%\n",
            "return",
            ["4:24 wrong-type: '27%' is not a number. Write it without the % sign: 27."],
        ),
        (
            REVIEW.replace("[{organisation: a, post: Manager}]", "Jane Smith"),
            "review",
            [
                "4:14 wrong-type: a list belongs here, and this is text. Begin each item with a hyphen, for example '- {organisation: …, post: …}'."
            ],
        ),
        (
            REVIEW.replace('"1.0"', "v1.0"),
            "review",
            [
                '1:10 bad-version: \'v1.0\' is not a version number. Did you mean "1.0"? A version is two whole numbers with a full stop between them, for example "1.0" or "2.1".'
            ],
        ),
        (
            REVIEW.replace('"1.0"', "“1.0”"),
            "review",
            [
                '1:10 bad-version: \'“1.0”\' is not a version number. Did you mean "1.0"? A version is two whole numbers with a full stop between them, for example "1.0" or "2.1".'
            ],
        ),
        (
            REVIEW + "due_on: May 2026\n",
            "review",
            [
                "5:9 bad-date: 'May 2026' is a month, and a day belongs here. Write the day too, for example 2026-05-01 if it"
                " was the first."
            ],
        ),
        (
            REVIEW + "due_on: 2026-05\n",
            "review",
            [
                "5:9 bad-date: '2026-05' is a month, and a day belongs here. Write the day too, for example 2026-05-01 if it was the first."
            ],
        ),
        (
            "nominated_officer: Jane Smith\n",
            "signing",
            [
                "1:20 wrong-type: a group of fields belongs here, and this is text. Write each field on a line of its own below, indented by two more spaces. The fields are post, mailbox, phone, deputy_post and confirmed_on."
            ],
        ),
        (
            'signatures:\n  version: "1.0"\n',
            "signing",
            [
                "2:3 wrong-type: a list belongs here, and this is a group of fields. Begin each item with a hyphen, for example '- {version: …, fingerprint: …}'."
            ],
        ),
    ],
)
def test_text_typed_into_other_records(text: str, kind: str, expected: list[str]) -> None:
    assert said(text, kind) == expected


def test_a_lost_hyphen_is_not_answered_by_deleting_a_signature() -> None:
    text = 'signatures:\n  - version: "1.0"\n    signed_on: 2025-05-20\n    version: "2.0"\n    signed_on: 2026-05-20\n'
    assert said(text, "signing") == [
        "4:5 duplicate-key: 'version' is written a second time in this entry, which begins on line 2. If a new entry begins"
        " here, write '- version: …', with a hyphen in front. Delete the line only if it repeats the same thing."
    ]
    record = read_record("x.yaml", text.encode(), SigningRecord)
    assert record.value is not None
    assert [str(entry.signed_on) for entry in record.value.signatures] == ["2025-05-20"]


def test_a_figure_with_a_comma_is_no_small_figure() -> None:
    record = read_record("x.yaml", (RETURN + "  - {measure: referrals, count: 1,650}\n").encode(), Outcome)
    assert record.was_dropped("results", 0, "count")


def test_a_hash_that_hides_a_bracket() -> None:
    assert said(HEAD + "people: [people at risk #1, children]\n") == [
        "5:25 yaml-syntax: YAML takes what follows ' #' for a comment, so the bracket or quotation mark after it is not seen."
        " Put the text that contains the # in quotes."
    ]
