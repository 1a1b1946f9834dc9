"""The comment on a pull request: hostile records are inert in it, it is never too long, and every point has its words."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from repositories import REVIEW, Repository, render_markdown, render_text, report_data

import undersigned.changes
from attacks import ATTACKS, shown_by_github
from undersigned.changes.render_markdown import MOST

PROTOCOL = "protocols/housing/protocol.yaml"
#: What the renderer itself may write.
TAGS = {f"<{end}{tag}>" for tag in ("details", "summary", "del", "ins", "sub", "span") for end in ("", "/")} | {"<br>"}


def assert_inert(markdown: str, *commits: str) -> None:
    """Nothing of it is alive; the ids of the compared commits are the program's own."""
    for commit in commits:
        markdown = markdown.replace(commit[:10], "commit")
    shown = shown_by_github(markdown)
    assert set(shown.tags) <= TAGS
    assert shown.links == []
    assert set(shown.active) <= {"Strong"}
    assert shown.live_words() == []
    assert all(character.isprintable() or character in "\n\u200b" for character in markdown)


def hostile_register(tmp_path: Path) -> Repository:
    """Hostile text in every field that a change tells, each on one side at least."""
    repository = Repository(tmp_path / "r")
    repository.write("CODEOWNERS", "* @nobody\n")
    repository.commit("owners")
    repository.git("checkout", "-q", "-b", "hostile")
    ids = {f"h{number}": json.dumps(text[:400]) for number, text in enumerate(ATTACKS)}
    for name, said in ids.items():
        repository.write(f"protocols/{name}/protocol.yaml", repository.read(PROTOCOL))
        repository.write(f"protocols/{name}/versions/1.0.yaml", repository.read("protocols/housing/versions/1.0.yaml"))
        repository.write(
            f"signatories/{name}/organisation.yaml",
            f"name: {said}\nkind: police\ncontact: {{post: {said}, mailbox: {said}}}\n",
        )
        repository.write(
            f"signatories/{name}/{name}.yaml",
            f"nominated_officer: {{post: {said}, mailbox: {said}}}\nsignatures:\n"
            f'  - {{version: "1.0", declined: {{on: 2026-11-01, reason: {said}}}}}\n',
        )
        repository.write(f"protocols/{name}/reviews/2026-11-10.yaml", REVIEW.format(due="2026-03-01", note=said))
    repository.commit("before")
    for name, said in ids.items():
        content = repository.read(PROTOCOL)
        for old, new in (
            ("title: Housing Protocol", f"title: {said}"),
            ("title: Risk summary", f"title: {said}"),
            ("retention: 6 years", f"retention: {said}"),
            ("name: Support needs", f"name: {said}"),
            ("[Victim details]", f"[{said}]"),
            ("[people on probation]", f"[{said}]"),
            ("Staff ask the person first.", said),
            ("[a6e-public-task]", f"[{said}]"),
            ("capacity: Finds homes", f"capacity: {said}"),
            ("title: Extending", f"title: {said}"),
            ("[Find a home]", f"[{said}]"),
            ("[county]", f"[{said}]"),
            ("lead: probation", f"lead: {said}"),
        ):
            assert old in content
            content = content.replace(old, new, 1)
        repository.write(f"protocols/{name}/protocol.yaml", content)
        repository.write(
            f"protocols/{name}/versions/2.0.yaml",
            f"agreed_on: 2026-10-01\nchange: editorial\nsummary: {said}\nfingerprint: {said}\n",
        )
    repository.commit("hostile")
    return repository


def test_a_hostile_register_makes_an_inert_comment(tmp_path: Path) -> None:
    repository = hostile_register(tmp_path)
    for base, head in (("main", "hostile"), ("HEAD~1", "HEAD"), ("HEAD", "main")):
        report = repository.report(base, head)
        markdown = render_markdown(report)
        assert len(markdown) < MOST
        assert_inert(markdown, report.base, report.head)
        assert_inert(render_markdown(report, most=10**7), report.base, report.head)
        text = render_text(report)
        assert all(character.isprintable() or character == "\n" for character in text)
        json.loads(json.dumps(report_data(report)))


def test_a_long_comment_says_what_it_left_out(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "r")
    clauses = "".join(
        f"  - {{id: c{n}, title: A clause whose title takes some room and has the number {n}, text: Text}}\n"
        for n in range(900)
    )
    repository.write(PROTOCOL, repository.read(PROTOCOL) + clauses)
    repository.commit("many clauses")
    report = repository.report()
    whole, cut, tiny = (
        render_markdown(report, most=10**7),
        render_markdown(report),
        render_markdown(report, most=3000),
    )
    assert whole.count("\n- ") > 900
    assert "left out" not in whole
    assert len(cut) < MOST
    assert len(tiny) < 3000
    for comment in (cut, tiny):
        shown = comment.count("\n- ")
        assert f"{whole.count(chr(10) + '- ') - shown} more points are left out here" in comment
        assert f"undersigned changes {report.base[:10]} {report.head[:10]}" in comment
        assert comment.count("<details>") == comment.count("</details>")
        assert_inert(comment, report.base, report.head)


def test_the_comment_as_a_whole(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "r")
    repository.edit(PROTOCOL, ("retention: 6 years", "retention: 2 years"), ("within five", "within ten"))
    repository.stamp("material", "Less is kept")
    repository.commit("2.0")
    report = repository.report()
    assert (
        render_markdown(report)
        == f"""**1 protocol, 2 terms changed, 1 version stamped, 3 must sign again.**

### What it does to people's information

- Retention for “Risk summary” (flow risk-summary): 6 years becomes 2 years

### Who must sign, and what is in force

- Version 2.0 is stamped, a change of kind material, agreed on 1 October 2026, in effect from 1 October 2026: Less is kept
- 3 of 3 must sign again: Example Council, Example Police and Example Probation

### What needs care

- Nothing looks odd.

### Housing Protocol (housing)

**Versions**

- The kind is right: what version 2.0 changes from version 1.0 is material

**Terms**

- Text of “Keeping information right” (clause accuracy): the wording changes
  <br>… must correct what is wrong within <del>five</del> <ins>ten</ins> working days of being told. It …


<sub>Changes from {report.base[:10]} to {report.head[:10]}, as of 22 November 2026</sub>
"""
    )


# -- words ----------------------------------------------------------------------------------------------------------------


def words() -> dict[str, dict[str, object]]:
    folder = Path(undersigned.changes.__file__).parent
    return {
        name: table
        for name, table in tomllib.loads((folder / "phrases.toml").read_text(encoding="utf-8")).items()
        if isinstance(table, dict)
    }


def test_every_code_has_a_phrase_and_every_phrase_a_code() -> None:
    folder = Path(undersigned.changes.__file__).parent
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    named: set[str] = set(re.findall(r'Point\(\s*"([a-z-]+)"', source)) | set(
        re.findall(r'Oddity\(\s*"([a-z-]+)"', source)
    )
    known = {*words()["points"], *words()["odd"], *words()["not_judged"]}
    assert not {code for code in named if code not in known and f"{code}-in" not in known}


def test_every_oddity_has_a_reason() -> None:
    for code, entry in words()["odd"].items():
        assert isinstance(entry, dict), code
        assert entry["says"], code
        assert entry["why"], code
