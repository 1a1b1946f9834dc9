"""Git history in real repositories of every kind: what differs between two revisions, and what must not change the answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "proposals"))

from repositories import TODAY, Repository

from undersigned.changes.compare import report_between
from undersigned.changes.git import Comparison, History, HistoryError, files_at
from undersigned.changes.owners import PLACES
from undersigned.changes.render_text import render_text

CONTACT = ("probation@example.org", "box@example.org")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "r", signed=False)


def between(root: Path, base: str, head: str) -> Comparison:
    with History(root) as history:
        return history.compare(base, head)


def paths(found: Comparison) -> list[tuple[str | None, str | None]]:
    return [(file.old_path, file.new_path) for file in found.files]


def change_contact(repository: Repository, number: int = 1, **more: str) -> str:
    repository.edit("signatories/probation/organisation.yaml", ("mailbox: ", f"mailbox: n{number}"))
    return repository.commit("contact", **more)


def test_a_branch_is_compared_from_where_it_left(repository: Repository) -> None:
    start = repository.git("rev-parse", "HEAD")
    repository.git("checkout", "-q", "-b", "side")
    head = change_contact(repository, email="a@example.org", day="2026-10-01")
    repository.git("checkout", "-q", "main")
    repository.write("protocols/other/protocol.yaml", "title: Other\n")
    base = repository.commit("on main")
    found = between(repository.root, "main", "side")
    assert (found.base, found.head, found.compared_from, found.relation) == (base, head, start, "diverged")
    assert paths(found) == [("signatories/probation/organisation.yaml",) * 2]
    assert [(commit.id, commit.author_email, str(commit.made_on)) for commit in found.commits] == [
        (head, "a@example.org", "2026-10-01")
    ]
    assert found.commits[0].paths == ("signatories/probation/organisation.yaml",)


def test_ahead_behind_same_and_unrelated(repository: Repository) -> None:
    old = repository.git("rev-parse", "HEAD")
    new = change_contact(repository)
    assert between(repository.root, old, new).relation == "ahead"
    back = between(repository.root, new, old)
    assert (back.relation, back.compared_from, back.commits) == ("behind", new, ())
    assert between(repository.root, new, "HEAD").relation == "same"
    repository.git("checkout", "-q", "--orphan", "fresh")
    repository.git("rm", "-q", "-rf", ".")
    repository.write("protocols/p/protocol.yaml", "title: P\n")
    repository.commit("unrelated")
    apart = between(repository.root, "main", "fresh")
    assert (apart.relation, apart.compared_from) == ("unrelated", new)
    assert (None, "protocols/p/protocol.yaml") in paths(apart)


def test_every_way_to_name_a_revision(repository: Repository) -> None:
    old = repository.git("rev-parse", "HEAD")
    repository.git("tag", "light")
    repository.git("tag", "-a", "heavy", "-m", "annotated")
    new = change_contact(repository)
    repository.git("pack-refs", "--all")
    repository.git("checkout", "-q", "--detach")
    for name in ("light", "heavy", "refs/tags/heavy", old, old[:9], "HEAD~1", "main^", "main@{0}~1"):
        assert between(repository.root, name, "HEAD").base == old, name
    assert between(repository.root, "HEAD~1", "main").head == new


@pytest.mark.parametrize(
    "name",
    ["nosuch", "", "  ", "--all", "-h", "HEAD\nHEAD", "HEAD\0", "main:protocols", "a b", "\udcff", "HEAD^{tree}"],
)
def test_a_name_without_a_commit_is_an_error(repository: Repository, name: str) -> None:
    with pytest.raises(HistoryError, match="is not a revision") as told:
        between(repository.root, name, "HEAD")
    assert "branch" in told.value.hint


def test_a_merge_counts_only_what_it_changed_itself(repository: Repository) -> None:
    start = repository.git("rev-parse", "HEAD")
    repository.git("checkout", "-q", "-b", "side")
    change_contact(repository, email="side@example.org")
    repository.git("checkout", "-q", "main")
    repository.edit("signatories/council/organisation.yaml", ("council@", "c@"))
    repository.commit("main", email="main@example.org")
    repository.git("merge", "-q", "--no-ff", "--no-commit", "side")
    repository.edit("signatories/police/organisation.yaml", ("Police", "Constabulary"))
    repository.edit("signatories/probation/organisation.yaml", ("mailbox: n1", "mailbox: evil"))
    repository.commit("merge", email="merger@example.org")
    found = between(repository.root, start, "HEAD")
    touched = {commit.author_email: commit.paths for commit in found.commits}
    assert touched["side@example.org"] == ("signatories/probation/organisation.yaml",)
    assert touched["main@example.org"] == ("signatories/council/organisation.yaml",)
    assert "signatories/probation/organisation.yaml" in touched["merger@example.org"]
    assert "signatories/council/organisation.yaml" not in touched["merger@example.org"]
    assert len(found.files) == 3


def test_every_author_of_the_same_change_counts(repository: Repository) -> None:
    start = repository.git("rev-parse", "HEAD")
    repository.git("checkout", "-q", "-b", "side")
    change_contact(repository, email="side@example.org")
    repository.git("checkout", "-q", "main")
    change_contact(repository, email="main@example.org")
    repository.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    told = {commit.author_email for commit in between(repository.root, start, "HEAD").commits if commit.paths}
    assert told == {"side@example.org", "main@example.org"}


def test_renames_are_followed(repository: Repository) -> None:
    repository.git("mv", "protocols/housing", "protocols/homes")
    repository.git("mv", "signatories/police", "signatories/constabulary")
    repository.commit("moved")
    assert sorted(paths(between(repository.root, "HEAD~1", "HEAD"))) == [
        ("protocols/housing/forms/pro-forma.yaml", "protocols/homes/forms/pro-forma.yaml"),
        ("protocols/housing/protocol.yaml", "protocols/homes/protocol.yaml"),
        ("signatories/police/organisation.yaml", "signatories/constabulary/organisation.yaml"),
    ]


def test_a_record_moved_out_of_the_register_is_gone_and_one_moved_in_is_new(repository: Repository) -> None:
    repository.git("mv", "signatories/police/organisation.yaml", "kept.yaml")
    repository.commit("out")
    assert paths(between(repository.root, "HEAD~1", "HEAD")) == [("signatories/police/organisation.yaml", None)]
    assert paths(between(repository.root, "HEAD", "HEAD~1")) == [(None, "signatories/police/organisation.yaml")]


@pytest.mark.parametrize("name", ['quo"ted', "tab\tand\nline", "ünï", " space ", "-dash", "back\\slash", ":(glob)*"])
def test_any_name_of_a_file(repository: Repository, name: str) -> None:
    path = f"protocols/{name}/protocol.yaml"
    repository.write(path, "title: T\n")
    repository.commit("odd name")
    found = between(repository.root, "HEAD~1", "HEAD")
    assert paths(found) == [(None, path)]
    assert found.commits[0].paths == (path,)
    with History(repository.root) as history:
        assert path in history.names("HEAD")


def test_a_file_name_that_is_not_utf8_stops_nothing(repository: Repository) -> None:
    folder = os.fsencode(repository.root) + b"/protocols/\xff"
    os.mkdir(folder)  # noqa: PTH102 - the name is bytes
    Path(os.fsdecode(folder + b"/protocol.yaml")).write_text("title: T\n", encoding="utf-8")
    repository.commit("bytes")
    (only,) = between(repository.root, "HEAD~1", "HEAD").files
    assert only.new_path == "protocols/\udcff/protocol.yaml"
    assert only.new_path not in files_at(repository.root, "HEAD").contents


def test_links_and_submodules_are_listed_and_not_read(repository: Repository, tmp_path: Path) -> None:
    (repository.root / "protocols/linked").mkdir()
    (repository.root / "protocols/linked/protocol.yaml").symlink_to("../housing/protocol.yaml")
    repository.git(
        "update-index", "--add", "--cacheinfo", f"160000,{repository.git('rev-parse', 'HEAD')},protocols/sub.yaml"
    )
    repository.git("add", "protocols/linked")
    repository.git("commit", "-q", "-m", "links")
    found = between(repository.root, "HEAD~1", "HEAD")
    assert {file.new_path: file.new.mode for file in found.files if file.new} == {
        "protocols/linked/protocol.yaml": "120000",
        "protocols/sub.yaml": "160000",
    }
    assert not [file for file in found.files if file.new and file.new.is_plain]
    assert "protocols/linked/protocol.yaml" not in files_at(repository.root, "HEAD").contents


@pytest.mark.parametrize("inside", ["", "register"])
def test_records_in_a_submodule_are_named_as_unread(tmp_path: Path, inside: str) -> None:
    repository = Repository(tmp_path / "r", inside=inside)
    commit = repository.git("rev-parse", "HEAD").strip()
    folder = f"{inside}/signatories" if inside else "signatories"
    repository.git("rm", "-r", "-q", "--cached", folder)
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},{folder}")
    repository.git("commit", "-q", "-m", "a submodule")
    (repository.root / "other.md").write_text("words", encoding="utf-8")
    repository.git("add", "--", f"{inside or '.'}/other.md")
    repository.git("commit", "-q", "-m", "beside it")
    for base in ("HEAD~1", "HEAD~2"):
        report = report_between(repository.root, base, "HEAD", as_of=TODAY)
        assert [(one.side, one.path, one.code) for one in report.unread][:1] == [("after", "signatories", "submodule")]
        text = render_text(report)
        assert "signatories is a submodule. Its records are kept in another repository" in text
        assert "Nobody has to sign again" not in text
        assert "No record of the register changes" not in text


@pytest.mark.parametrize("inside", ["", "register"])
def test_what_changes_beside_protocols_and_organisations_is_named(tmp_path: Path, inside: str) -> None:
    repository = Repository(tmp_path / "r", inside=inside)
    for path in ("provision/shire/advice.yaml", "provision/shire/people.csv", "imports/list.xlsx", "areas.yaml"):
        (repository.root / path).parent.mkdir(parents=True, exist_ok=True)
        (repository.root / path).write_text("title: T\n", encoding="utf-8")
    repository.commit("beside")
    commit = repository.git("rev-parse", "HEAD")
    path = f"{inside}/provision/other" if inside else "provision/other"
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},{path}")
    repository.git("commit", "-q", "--amend", "--no-edit")
    report = report_between(repository.root, "HEAD~1", "HEAD", as_of=TODAY)
    assert [(one.side, one.path, one.code) for one in report.unread] == [
        ("after", "areas.yaml", "uncompared"),
        ("after", "imports/list.xlsx", "stray"),
        ("after", "provision/other", "submodule"),
        ("after", "provision/shire/advice.yaml", "uncompared"),
        ("after", "provision/shire/people.csv", "stray"),
    ]
    assert "No record of the register changes" not in render_text(report)
    assert not report.other_files
    (repository.root / "provision/shire/people.csv").unlink()
    (repository.root / "provision/shire/advice.yaml").unlink()
    repository.commit("taken away")
    (gone,) = report_between(repository.root, "HEAD~1", "HEAD", as_of=TODAY).unread
    assert (gone.side, gone.path, gone.code) == ("before", "provision/shire/advice.yaml", "uncompared")


@pytest.mark.parametrize(("inside", "beside"), [(":!in ner/[reg]ister", ":!in ner/register22"), (".hidden", "xhidden")])
def test_a_register_in_a_folder_of_its_repository(tmp_path: Path, inside: str, beside: str) -> None:
    repository = Repository(tmp_path / "r", inside=inside, signed=False)
    for name in ("protocols", f"{beside}/protocols"):
        (repository.top / name).mkdir(parents=True)
        (repository.top / name / "not-ours.yaml").write_text("title: T\n", encoding="utf-8")
    repository.edit("protocols/housing/protocol.yaml", ("6 years", "2 years"))
    repository.commit("both")
    found = between(repository.root, "HEAD~1", "HEAD")
    assert paths(found) == [("protocols/housing/protocol.yaml",) * 2]
    assert set(found.other_files) == {f"{beside}/protocols/not-ours.yaml", "protocols/not-ours.yaml"}
    assert found.commits[0].paths == ("protocols/housing/protocol.yaml",)
    assert set(files_at(repository.root, "HEAD").contents) == {
        path.relative_to(repository.root).as_posix() for path in repository.root.rglob("*.yaml")
    }


def test_a_linked_worktree_and_a_submodule(repository: Repository, tmp_path: Path) -> None:
    change_contact(repository)
    repository.git("worktree", "add", "-q", "--detach", str(tmp_path / "tree"), "HEAD~1")
    assert between(tmp_path / "tree", "HEAD", "main").relation == "ahead"
    with History(tmp_path / "tree") as history:
        assert history.count_uncommitted() == 0
    outer = Repository(tmp_path / "outer", register="", signed=False)
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repository.top), "register")
    outer.commit("with a submodule")
    assert len(between(outer.top / "register", "HEAD~1", "HEAD").files) == 1


def test_a_shallow_clone_gets_a_hint_how_to_complete_it(repository: Repository, tmp_path: Path) -> None:
    start = repository.git("rev-parse", "HEAD")
    for number in range(4):
        change_contact(repository, number)
    subprocess.run(["git", "clone", "-q", "--depth", "2", f"file://{repository.top}", str(tmp_path / "s")], check=True)
    assert len(between(tmp_path / "s", "HEAD~1", "HEAD").files) == 1
    for name in (start, "HEAD~3"):
        with pytest.raises(HistoryError) as told:
            between(tmp_path / "s", name, "HEAD")
        assert told.value.hint.endswith("git fetch --unshallow")


def test_a_shallow_clone_whose_commits_in_between_are_missing(repository: Repository, tmp_path: Path) -> None:
    repository.git("branch", "base")
    for number in range(4):
        change_contact(repository, number)
    subprocess.run(
        ["git", "clone", "-q", "--depth", "1", "--no-single-branch", f"file://{repository.top}", str(tmp_path / "s")],
        check=True,
    )
    with pytest.raises(HistoryError, match="in common is not in this clone") as told:
        between(tmp_path / "s", "origin/base", "HEAD")
    assert told.value.hint.endswith("git fetch --unshallow")


def test_the_edge_of_a_shallow_clone_is_not_the_author_of_everything(repository: Repository, tmp_path: Path) -> None:
    repository.git("checkout", "-q", "-b", "side")
    change_contact(repository)
    repository.git("checkout", "-q", "main")
    repository.write("README.md", "Read me\n")
    repository.commit("on main")
    repository.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    subprocess.run(["git", "clone", "-q", "--depth", "2", f"file://{repository.top}", str(tmp_path / "s")], check=True)
    with pytest.raises(HistoryError, match="not all in this clone"):
        between(tmp_path / "s", "HEAD^1", "HEAD")
    subprocess.run(["git", "fetch", "-q", "--unshallow"], cwd=tmp_path / "s", check=True)
    assert between(tmp_path / "s", "HEAD^1", "HEAD").relation == "ahead"


def test_a_clone_without_contents_is_an_error_and_fetches_nothing(repository: Repository, tmp_path: Path) -> None:
    change_contact(repository)
    repository.git("config", "uploadpack.allowFilter", "true")
    subprocess.run(
        ["git", "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repository.top}", str(tmp_path / "s")],
        check=True,
    )
    with pytest.raises(HistoryError, match="filter"):
        files_at(tmp_path / "s", "HEAD")


def test_no_repository_and_no_git(tmp_path: Path, repository: Repository) -> None:
    with pytest.raises(HistoryError, match="not in a Git repository"):
        between(tmp_path, "HEAD", "HEAD")
    (repository.top / "inner").mkdir()
    (repository.top / "inner/.git").write_text("gitdir: nowhere\n", encoding="utf-8")
    with pytest.raises(HistoryError, match="cannot be read"):
        between(repository.top / "inner", "HEAD", "HEAD")
    code = "from undersigned.cli import main; raise SystemExit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "--root", str(repository.root), "changes", "HEAD"],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": "/nowhere"},
    )
    assert done.returncode == 2
    assert "Git is not on this machine" in done.stderr
    assert "Traceback" not in done.stderr


# -- what must not change the answer ------------------------------------------------------------------------------------


def test_settings_of_the_repository_change_nothing_and_run_nothing(repository: Repository, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho ran >> '{mark}'\ncat\n", encoding="utf-8")
    program.chmod(0o755)
    repository.git("mv", "signatories/police", "signatories/constabulary")
    repository.edit("protocols/housing/protocol.yaml", ("6 years", "2 years"))
    repository.commit("change")
    (repository.root / "signatories/council/organisation.yaml").touch()
    plain = between(repository.root, "HEAD~1", "HEAD")
    (repository.top / ".gitattributes").write_text("*.yaml diff=evil filter=evil\n", encoding="utf-8")
    (repository.top / ".git/hooks").mkdir(exist_ok=True)
    for hook in ("post-index-change", "reference-transaction", "post-checkout"):
        (repository.top / ".git/hooks" / hook).symlink_to(program)
    for name, value in {
        "diff.renames": "false",
        "diff.renameLimit": "1",
        "diff.external": str(program),
        "diff.evil.textconv": str(program),
        "diff.evil.command": str(program),
        "filter.evil.clean": str(program),
        "filter.evil.process": str(program),
        "filter.evil.required": "true",
        "filter.a=b.clean": str(program),
        "core.fsmonitor": str(program),
        "core.pager": str(program),
        "core.quotePath": "true",
        "color.ui": "always",
        "core.abbrev": "4",
        "log.showSignature": "true",
        "gpg.program": str(program),
        "log.diffMerges": "off",
        "log.showRoot": "false",
        "diff.orderFile": "/nowhere",
        "diff.noprefix": "true",
        "core.sshCommand": str(program),
        "core.worktree": str(tmp_path),
        "format.pretty": "oneline",
        "diff.ignoreSubmodules": "all",
        "diff.relative": "true",
        "log.follow": "true",
        "core.alternateRefsCommand": str(program),
    }.items():
        repository.git("config", name, value)
    mark.unlink(missing_ok=True)
    os.utime(repository.root / "signatories/council/organisation.yaml", (1, 1))
    assert between(repository.root, "HEAD~1", "HEAD") == plain
    with History(repository.root) as history:
        assert history.count_uncommitted() == 0
    assert not mark.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GIT_DIR", "/nowhere"),
        ("GIT_WORK_TREE", "/"),
        ("GIT_INDEX_FILE", "/nowhere"),
        ("GIT_OBJECT_DIRECTORY", "/nowhere"),
        ("GIT_COMMON_DIR", "/nowhere"),
        ("GIT_NAMESPACE", "other"),
        ("GIT_CONFIG_COUNT", "nonsense"),
        ("GIT_CONFIG_PARAMETERS", "nonsense"),
        ("GIT_EXTERNAL_DIFF", "false"),
        ("GIT_GLOB_PATHSPECS", "1"),
        ("GIT_LITERAL_PATHSPECS", "0"),
        ("GIT_CEILING_DIRECTORIES", "/"),
        ("GIT_TRACE", "1"),
        ("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1"),
    ],
)
def test_variables_change_nothing(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    repository.git("mv", "signatories/police", "signatories/constabulary")
    repository.commit("moved")
    plain = between(repository.root, "HEAD~1", "HEAD")
    monkeypatch.setenv(name, value)
    assert between(repository.root, "HEAD~1", "HEAD") == plain
    with History(repository.root) as history:
        assert history.count_uncommitted() == 0


def test_replaced_commits_change_nothing(repository: Repository) -> None:
    start = repository.git("rev-parse", "HEAD")
    head = change_contact(repository)
    plain = between(repository.root, start, head)
    repository.git("replace", head, start)
    assert between(repository.root, start, head) == plain


def test_uncommitted_records_are_counted_and_nothing_else(repository: Repository) -> None:
    with History(repository.root) as history:
        assert history.count_uncommitted() == 0
        repository.edit("signatories/police/organisation.yaml", ("Police", "Constabulary"))
        repository.write("protocols/new/protocol.yaml", "title: New\n")
        repository.write("notes.yaml", "a: b\n")
        repository.write("protocols/housing/notes.txt", "No record\n")
        repository.git("add", "protocols")
        assert history.count_uncommitted() == 2


def test_the_first_of_three_files_counts(repository: Repository) -> None:
    with History(repository.root) as history:
        assert history.text_at("HEAD", PLACES, most=100) is None
        for path in ("docs/CODEOWNERS", "CODEOWNERS", ".github/CODEOWNERS"):
            repository.write(path, f"* @{path}\n")
            repository.commit(path)
            assert history.text_at(history.resolve("HEAD"), PLACES, most=100) == f"* @{path}\n"
