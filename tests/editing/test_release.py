"""`release` stamps exactly what the working text says, in YAML that reads back to the same fingerprint."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from undersigned.editing import EditingError
from undersigned.editing.release import refuse_unjudged, release, wordings_of_stamp
from undersigned.editing.yaml_write import render_version
from undersigned.records.fingerprint import fingerprint_of, operative_text
from undersigned.records.source import PlainData, Source, mapping_of
from undersigned.register import load_register

DAY = date(2026, 5, 1)
PROTOCOL = """\
title: A protocol
kind: framework
status: draft
publication: public
parties:
  - {organisation: b, role: recipient, signs: no}
  - {organisation: a, role: controller}
data_items:
  - {id: risk, name: "1.10", sensitivity: criminal-offence}
flows:
  - {id: f, from: [a], to: [b], items: [risk], timing: 2026-05-01, method: "yes"}
clauses:
  - id: accuracy
    text: |
      First line.

        - indented
      # no comment
"""


def register(root: Path, protocol: str = PROTOCOL) -> Path:
    folder = root / "protocols" / "p"
    (folder / "forms").mkdir(parents=True)
    (folder / "protocol.yaml").write_text(protocol, encoding="utf-8")
    (folder / "forms" / "x.yaml").write_text("title: X\nfrom: [any]\nto: [any]\nsections: [{title: S}]\n")
    for id_ in ("a", "b", "c"):
        (root / "signatories" / id_).mkdir(parents=True)
        (root / "signatories" / id_ / "organisation.yaml").write_text(f"name: {id_.upper()}\nkind: probation\n")
    return root


def stamp(root: Path, change: Any = "material", summary: str = "A text", agreed_on: date = DAY, **more: Any) -> Path:
    return release(load_register(root), "p", change=change, summary=summary, agreed_on=agreed_on, **more)


def edit(root: Path, old: str, new: str) -> None:
    path = root / "protocols/p/protocol.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_writes_one_file_that_reads_as_it_was(tmp_path: Path) -> None:
    root = register(tmp_path)
    before = {path: path.read_bytes() for path in root.rglob("*.yaml")}
    path = stamp(root, effective_from=date(2026, 6, 1))
    assert path == root / "protocols/p/versions/1.0.yaml"
    assert {p: p.read_bytes() for p in root.rglob("*.yaml") if p != path} == before
    folder = load_register(root).protocol("p")
    assert folder is not None
    assert folder.versions["1.0"].clean
    assert folder.fingerprint_of_text("1.0") == folder.working_fingerprint == folder.read_versions()[0][1].fingerprint
    assert (
        path.read_text()
        == f"""\
agreed_on: 2026-05-01
change: material
summary: A text
effective_from: 2026-06-01
fingerprint: "{folder.working_fingerprint}"
text:
  title: A protocol
  kind: framework
  parties:
    - {{organisation: a, role: controller}}
    - {{organisation: b, role: recipient, signs: no}}
  flows:
    - id: f
      from: [a]
      to: [b]
      items:
        - {{name: "1.10", sensitivity: criminal-offence}}
      method: "yes"
      timing: "2026-05-01"
  clauses:
    - id: accuracy
      text: |
        First line.

          - indented
        # no comment
  forms:
    x:
      title: X
      from: [any]
      to: [any]
      sections:
        - {{title: S}}
"""
    )


def test_numbers_follow_the_kind_of_change(tmp_path: Path) -> None:
    root = register(tmp_path)
    assert stamp(root).name == "1.0.yaml"
    edit(root, "First line", "Second line")
    assert stamp(root, "editorial").name == "1.1.yaml"
    edit(root, "role: controller}", "role: controller}\n  - {organisation: c, role: controller}")
    assert stamp(root, "membership").name == "1.2.yaml"
    edit(root, "kind: framework", "kind: joint-working-protocol")
    assert stamp(root).name == "2.0.yaml"
    edit(root, "Second line", "Third line")
    assert stamp(root, "editorial", version="2.10").name == "2.10.yaml"
    edit(root, "Third line", "Fourth line")
    with pytest.raises(EditingError, match=r"2\.9 is not above the last one, 2\.10"):
        stamp(root, "editorial", version="2.9")


def test_refuses_what_it_must(tmp_path: Path) -> None:
    root = register(tmp_path)
    with pytest.raises(EditingError, match="must be material"):
        stamp(root, "editorial")
    with pytest.raises(EditingError, match="needs a summary"):
        stamp(root, summary=" ")
    with pytest.raises(EditingError, match="not a version number"):
        stamp(root, version="1")
    with pytest.raises(EditingError, match="no protocol 'q'"):
        release(load_register(root), "q", change="material", summary="s", agreed_on=DAY)
    stamp(root)
    with pytest.raises(EditingError, match=r"has not changed since version 1\.0"):
        stamp(root)
    edit(root, "status: draft", "status: signing")
    with pytest.raises(EditingError, match="has not changed"):
        stamp(root)
    edit(root, "signs: no", "signs: yes")
    with pytest.raises(EditingError, match="more than a change of kind 'editorial'"):
        stamp(root, "editorial")
    with pytest.raises(EditingError, match=r"2026-04-30 is before version 1\.0 was agreed"):
        stamp(root, agreed_on=date(2026, 4, 30))
    assert [path.name for path in (root / "protocols/p/versions").iterdir()] == ["1.0.yaml"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("protocol.yaml", PROTOCOL + "colour: red\n"),
        ("protocol.yaml", PROTOCOL.replace("status: draft", "status: drafty")),
        ("forms/x.yaml", "title: X\n"),
        ("forms/y.yml", "title: Y\n"),
        ("versions/1.0.yaml", "summary: broken\n"),
        ("versions/first.yaml", "summary: badly named\n"),
    ],
)
def test_refuses_what_does_not_read(tmp_path: Path, path: str, text: str) -> None:
    root = register(tmp_path)
    target = root / "protocols/p" / path
    target.parent.mkdir(exist_ok=True)
    target.write_text(text)
    with pytest.raises(EditingError, match="has faults"):
        stamp(root)


def test_other_faults_do_not_stop_it(tmp_path: Path) -> None:
    root = register(tmp_path, PROTOCOL.replace("from: [a]", "from: [nobody]"))
    (root / "protocols/p/reviews").mkdir()
    (root / "protocols/p/reviews/2026-01-01.yaml").write_text("broken: yes\n")
    assert stamp(root).exists()


def test_refuses_a_restricted_record_without_text(tmp_path: Path) -> None:
    root = register(
        tmp_path, "title: R\nkind: framework\nstatus: draft\npublication: restricted\nparties: [{organisation: a}]\n"
    )
    with pytest.raises(EditingError, match="restricted"):
        stamp(root)
    edit(root, "parties:", "people: [x]\npurpose: {aims: [y]}\nparties:")
    assert stamp(root).exists()


def test_a_succession_alone_needs_no_version(tmp_path: Path) -> None:
    root = register(tmp_path)
    stamp(root)
    (root / "signatories/b/organisation.yaml").write_text(
        "name: B\nkind: probation\ndissolved_on: 2026-06-01\nsuccessors: [c]\n"
    )
    (root / "signatories/c/p.yaml").write_text("inherits: {from: [b], on: 2026-06-01, by: statute}\n")
    edit(root, "organisation: b", "organisation: c")
    edit(root, "to: [b]", "to: [c]")
    with pytest.raises(EditingError, match="has not changed"):
        stamp(root, agreed_on=date(2026, 6, 1))


def test_a_rename_alone_needs_no_version(tmp_path: Path) -> None:
    root = register(tmp_path)
    stamp(root)
    (root / "signatories/c/organisation.yaml").write_text("name: C\nkind: probation\nformerly: [old-b]\n")
    edit(root, "organisation: b", "organisation: c")
    edit(root, "to: [b]", "to: [c]")
    stamped = root / "protocols/p/versions/1.0.yaml"
    stamped.write_text(stamped.read_text().replace("organisation: b", "organisation: old-b").replace("[b]", "[old-b]"))
    with pytest.raises(EditingError, match="has not changed"):
        stamp(root)


def test_a_version_without_text_cannot_show_that_a_change_is_small(tmp_path: Path) -> None:
    root = register(tmp_path)
    (root / "protocols/p/versions").mkdir()
    (root / "protocols/p/versions/1.0.yaml").write_text(
        f'agreed_on: 2026-01-01\nchange: material\nsummary: lost\nfingerprint: "v1:sha256:{"0" * 64}"\n'
    )
    with pytest.raises(EditingError, match="has no text here"):
        stamp(root, "editorial")
    assert stamp(root).name == "2.0.yaml"


# Text as hostile as the reader lets in: it refuses control characters, also those written as codes in double quotes.
_REFUSED = [chr(code) for code in (0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF)]
_texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n", exclude_characters=_REFUSED),
    min_size=1,
    max_size=40,
) | st.sampled_from(
    [
        "1.10",
        "NO",
        "yes",
        "~",
        "null",
        "0755",
        "12:30",
        "2026-05-01",
        "[c]",
        "- a",
        "a: b",
        "a #b",
        "#",
        "|",
        "'",
        '"',
        "\\",
        "%x",
        "@",
        "`",
        "!t",
        "&a",
        "*a",
        "?",
        "-",
        "---",
        "...",
        "=",
        "<<",
        "a\n b",
        "a\n\n\nb",
        "a\n\tb",
        "x\n# y",
        "a\n...\nb",
        "a\n---\nb",
        "😀",
        "x" * 300,
        "a  b",
        "key: |\n  z",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    title=_texts,
    aims=st.lists(_texts, max_size=3),
    text=_texts,
    name=_texts,
    label=_texts,
    required=st.sampled_from(["yes", "no", "true"]),
)
def test_any_text_reads_back_to_the_same_fingerprint(
    title: str, aims: list[str], text: str, name: str, label: str, required: str
) -> None:
    written: dict[str, PlainData] = {
        "title": title,
        "purpose": {"aims": [*aims]},
        "clauses": [{"id": "c", "text": text}],
        "flows": [{"id": "f", "items": [{"name": name}]}],
        "review": {"interval_months": "12"},
    }
    forms: dict[str, PlainData] = {
        "x": {
            "title": "X",
            "sections": [{"fields": [{"name": "n", "label": label, "type": "text", "required": required}]}],
        }
    }
    stamped = operative_text(written, forms)
    for quoted in (False, True):
        rendered = render_version({"agreed_on": DAY, "fingerprint": fingerprint_of(stamped)}, stamped, quoted=quoted)
        source = Source("v.yaml", rendered.encode())
        assert not source.faults, source.faults[0].message
        back = mapping_of(source.data["text"])
        assert operative_text(back, mapping_of(back["forms"])) == stamped
        # Other readers see text as text too, and yes or no as such.
        assert yaml.safe_load(rendered)["text"]["flows"][0]["id"] == "f"


def test_every_version_of_the_register_has_its_own_fingerprint_and_survives_writing() -> None:
    root = Path(__file__).parents[2]
    seen = 0
    for folder in load_register(root).protocols():
        for number, record in folder.versions.items():
            text = folder.stamped_text(number)
            if text is None or record.value is None:
                continue
            seen += 1
            assert folder.fingerprint_of_text(number) == record.value.fingerprint
            back = mapping_of(Source("v.yaml", render_version({}, text).encode()).data["text"])
            assert operative_text(back, mapping_of(back.get("forms"))) == text
    assert seen or not list(root.glob("protocols/*/versions/*.yaml"))


# -- editorial means editorial -------------------------------------------------------------------------------------------

DUTY = PROTOCOL.replace("First line.", "The receiver does not pass it on.")


def reworded(root: Path, old: str, new: str) -> Path:
    """A register whose stamped clause has other words now."""
    root = register(root, DUTY)
    stamp(root)
    edit(root, old, new)
    return root


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("does not pass", "may pass"),
        ("The receiver does not pass it on.", "The receiver should not pass it on."),
        ("on.", "on unless it has to."),
        ("The receiver", "The sender"),
        ("on.", "on for 5 years."),
        ("on.", "on before May 2027."),
    ],
)
def test_words_that_may_change_what_is_owed_need_a_person_who_judged_them(tmp_path: Path, old: str, new: str) -> None:
    root = reworded(tmp_path, old, new)
    with pytest.raises(EditingError, match=r"a person must judge .* clause accuracy: text") as refused:
        refuse_unjudged(load_register(root), "p", agreed_on=date(2026, 5, 2))
    assert "--judged-by POST" in refused.value.hint
    assert [path.name for path in (root / "protocols/p/versions").iterdir()] == ["1.0.yaml"]
    path = stamp(root, "editorial", agreed_on=date(2026, 5, 2), judged_by=" Information  Governance Manager ")
    assert "judged_by: Information Governance Manager\n" in path.read_text(encoding="utf-8")
    assert load_register(root).protocol("p").versions["1.1"].clean  # type: ignore[union-attr]


def test_other_words_are_stamped_and_judged_where_a_pull_request_is_read(tmp_path: Path) -> None:
    root = reworded(tmp_path, "it on.", "it along.")
    (one,) = wordings_of_stamp(load_register(root), "p", agreed_on=date(2026, 5, 2))
    assert (one.wording.label, one.points) == ("clause accuracy: text", ())
    assert "judged_by" not in stamp(root, "editorial", agreed_on=date(2026, 5, 2)).read_text(encoding="utf-8")


def test_a_post_judges_and_not_a_name_and_only_wording(tmp_path: Path) -> None:
    root = reworded(tmp_path, "does not pass", "may pass")
    with pytest.raises(EditingError, match="looks like the name of a person"):
        stamp(root, "editorial", agreed_on=date(2026, 5, 2), judged_by="Jane Smith")
    with pytest.raises(EditingError, match="nobody judges the wording of a change of kind 'material'"):
        stamp(root, "material", agreed_on=date(2026, 5, 2), judged_by="Information Governance Manager")


def test_without_an_earlier_text_there_is_nothing_to_judge(tmp_path: Path) -> None:
    assert wordings_of_stamp(load_register(register(tmp_path)), "p", agreed_on=DAY) == []
    assert wordings_of_stamp(load_register(tmp_path), "nosuch", agreed_on=DAY) == []
