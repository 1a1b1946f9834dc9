"""The verbs `receive` and `verify`: what they say of a file, what they propose, and what they write."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from document_sample import TODAY, sample_text
from returned_kit import COUNCIL, PROBATION, TY_CYMRU, rewritten
from signing_kit import block, filled, filled_docx, signed, signer

from github.server import PretendGitHub
from support import register_from, write_register
from undersigned.cache import DocumentCache
from undersigned.cli.main import main
from undersigned.documents.bases import agreement_sheet, base_of, nomination_sheet
from undersigned.documents.content.letter import stamp_of_copy, stamp_of_nomination
from undersigned.editing.standard_texts import standard_form_record
from undersigned.facts.agreement import agreement_of, recipients_of, sender_of
from undersigned.returned import issued_digest
from undersigned.returned.proposal import authority_of

PATH = f"signatories/{COUNCIL}/county-housing.yaml"
OFFICER = {
    "answer__post": "Housing Options Manager",
    "answer__mailbox": "housing@example.org",
    "answer__deputy_post": "Team Leader",
    "answer__signed_on": "22/11/2026",
}


@pytest.fixture(scope="module")
def pack() -> dict[str, bytes]:
    """What the council was sent."""
    register = register_from(sample_text())
    folder = register.protocol("county-housing")
    assert folder is not None
    agreement = agreement_of(folder, register, as_of=TODAY)
    [to] = recipients_of(agreement, folder, register, as_of=TODAY, wanted=[COUNCIL])
    sender, cache = sender_of(folder, register, as_of=TODAY), DocumentCache(None)
    master = base_of(agreement_sheet(agreement, COUNCIL), cache)
    form = base_of(nomination_sheet(agreement, standard_form_record("officer-nomination")), cache)
    made = {
        "copy-1-keep": master.copy(stamp_of_copy(1, to, sender)),
        "copy-2-return": master.copy(stamp_of_copy(2, to, sender)),
        "officer-nomination": form.copy(stamp_of_nomination(to, sender)),
        # As an earlier release made it: with the blocks of all.
        "all-blocks": base_of(agreement_sheet(agreement), cache).copy(stamp_of_copy(2, to, sender)),
    }
    return {name + ending: content for name, both in made.items() for ending, content in both.items()}


class Desk:
    """An officer's register and folder."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.capsys = write_register(root / "register", sample_text()), capsys
        self.files = root

    def run(self, verb: str, files: dict[str, bytes], *options: str, as_of: date = TODAY) -> tuple[int, str]:
        for name, content in files.items():
            (self.files / name).write_bytes(content)
        names = [str(self.files / name) for name in files]
        status = main(
            [verb, "--root", str(self.root), "--as-of", as_of.isoformat(), "--cache", CACHE, *names, *options]
        )
        return status, self.capsys.readouterr().out

    def json(
        self, verb: str, files: dict[str, bytes], *options: str, as_of: date = TODAY
    ) -> tuple[int, list[dict[str, Any]]]:
        status, out = self.run(verb, files, "--format", "json", *options, as_of=as_of)
        return status, json.loads(out)["files"]

    def record(self) -> str:
        path = self.root / PATH
        return path.read_text(encoding="utf-8") if path.exists() else ""


CACHE = ""


@pytest.fixture(scope="module", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One cache for the module, so that the document is set once."""
    global CACHE
    CACHE = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def typed(pack: dict[str, bytes], **more: str | bool) -> bytes:
    values = {**block(COUNCIL, "A. Example"), **{f"{COUNCIL}__{name}": value for name, value in more.items()}}
    return filled(pack["copy-2-return.pdf"], values)


@pytest.mark.parametrize("ending", [".pdf", ".docx"])
def test_a_signed_copy_becomes_a_record_that_the_check_accepts(desk: Desk, pack: dict[str, bytes], ending: str) -> None:
    copy = pack[f"copy-2-return{ending}"]
    values = block(COUNCIL, "A. Example")
    came = filled(copy, values) if ending == ".pdf" else filled_docx(copy, {**values, f"{COUNCIL}__signature": "A. E."})
    status, [entry] = desk.json("receive", {f"copy{ending}": came})
    assert (status, entry["verdict"], entry["standing"], entry["copy"], entry["for"]) == (
        0,
        "ours",
        "current",
        2,
        COUNCIL,
    )
    assert desk.record() == ""
    status, out = desk.run("receive", {f"copy{ending}": came}, "--write")
    assert status == 0
    assert "name A. Example" in out
    record = desk.record()
    assert "signed_on: 2026-11-22" in record
    assert "signed_by: {post: Head of Housing}" in record
    assert f"held_by: {PROBATION}" in record
    assert "A. Example" not in record
    main(["check", PATH, "--root", str(desk.root), "--as-of", "2026-11-22", "--no-cache", "--format", "json"])
    assert not [one for one in json.loads(desk.capsys.readouterr().out)["findings"] if one["severity"] == "error"]


@pytest.mark.parametrize("ending", [".pdf", ".docx"])
def test_the_authority_and_a_reservation_on_the_block_are_recorded(
    desk: Desk, pack: dict[str, bytes], ending: str
) -> None:
    values = {
        **block(COUNCIL, "A. Example"),
        f"{COUNCIL}__basis": "Delegation: scheme 4.2",
        f"{COUNCIL}__reservation": "No flow by post",
    }
    copy = pack[f"copy-2-return{ending}"]
    came = filled(copy, values) if ending == ".pdf" else filled_docx(copy, {**values, f"{COUNCIL}__signature": "A. E."})
    _status, [entry] = desk.json("receive", {f"copy{ending}": came})
    signature = entry["proposal"]["signature"]
    assert signature["signed_by"] == {"post": "Head of Housing", "authority": "delegation", "reference": "scheme 4.2"}
    assert signature["reservations"] == [{"text": "No flow by post"}]
    assert any("counts once the others have accepted it" in note for note in entry["proposal"]["notes"])


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        (None, {}),
        ("Office", {"authority": "office"}),
        (
            "By resolution of the board, minute 2026/41",
            {"authority": "resolution", "reference": "of the board, minute 2026/41"},
        ),
        ("Scheme of delegation 4.2", {"authority": "delegation", "reference": "Scheme of delegation 4.2"}),
        ("Standing orders 6", {"reference": "Standing orders 6"}),
        ("resolution or deed", {"reference": "resolution or deed"}),
    ],
)
def test_an_authority_is_taken_only_if_one_is_named(basis: str | None, expected: dict[str, str]) -> None:
    assert authority_of(basis) == expected


def test_a_basis_of_no_known_kind_is_a_reference_and_not_called_missing(desk: Desk, pack: dict[str, bytes]) -> None:
    values = {**block(COUNCIL, "A. Example"), f"{COUNCIL}__basis": "Standing orders 4.2"}
    _status, [entry] = desk.json("receive", {"copy.pdf": filled(pack["copy-2-return.pdf"], values)})
    notes = " ".join(entry["proposal"]["notes"])
    assert "says 'Standing orders 4.2', which is taken as a reference" in notes
    assert "does not say by what authority" not in notes


def test_a_certificate_gives_the_method_and_the_day_if_the_block_is_not_dated(
    desk: Desk, pack: dict[str, bytes]
) -> None:
    came = signed(typed(pack, date=""), f"{COUNCIL}__signature", signer("Council"))
    later = date(2100, 1, 1)
    _, out = desk.run("receive", {"copy.pdf": came}, "--on", later.isoformat(), as_of=later)
    assert "method: digital-certificate" in out
    assert "signed_on: 20" in out


def test_what_came_in_an_e_mail_is_read_and_a_nomination_proposes_the_officer(
    desk: Desk, pack: dict[str, bytes]
) -> None:
    message = EmailMessage()
    message["From"] = "housing@example.org"
    message.set_content("Here they are.")
    form = filled(pack["officer-nomination.pdf"], OFFICER)
    for name, content in (("../../signed.pdf", typed(pack)), ("form.pdf", form)):
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    status, entries = desk.json("receive", {"reply.eml": message.as_bytes()}, "--write")
    assert status == 0
    assert [str(entry["path"]).rpartition("reply.eml")[2] for entry in entries] == ["/signed.pdf", "/form.pdf"]
    assert "post: Housing Options Manager, mailbox: housing@example.org" in desk.record()
    assert "signed_on: 2026-11-22" in desk.record()


def test_a_zip_is_opened_without_its_paths_and_a_bomb_is_not_unpacked(desk: Desk, pack: dict[str, bytes]) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../etc/copy.pdf", typed(pack))
        archive.writestr("bomb", bytes(40 << 20))
    status, [copy, bomb] = desk.json("receive", {"pack.zip": out.getvalue()})
    assert str(copy["path"]).endswith("pack.zip/copy.pdf")
    assert copy["proposal"] is not None
    assert (status, bomb["verdict"], bomb["proposal"]) == (2, "cannot-tell", None)
    assert not (desk.files.parent / "etc").exists()


WRONG = {
    "copy 1": lambda pack: filled(pack["copy-1-keep.pdf"], block(COUNCIL, "A. Example")),
    "has not come yet": lambda pack: typed(pack, date="23/11/2026"),
    "before the version was agreed": lambda pack: typed(pack, date="14/03/2026"),
    "not a day": lambda pack: typed(pack, date="31/11/2026"),
    "does not say when": lambda pack: typed(pack, date=""),
    "reads like a person's name": lambda pack: typed(pack, post="Jane Smith"),
    "same as the name": lambda pack: typed(pack, post="A. Example"),
    "is empty": lambda pack: pack["copy-2-return.pdf"],
    "not signed": lambda pack: filled(pack["copy-2-return.pdf"], {f"{COUNCIL}__post": "Head of Housing"}),
    "no copy of an agreement": lambda pack: b"%PDF-1.4 nothing",
    "A picture is not read": lambda pack: b"\x89PNG\r\n\x1a\n" + bytes(40),
}


@pytest.mark.parametrize("sentence", WRONG)
def test_what_cannot_be_right_is_a_sentence_and_no_proposal(desk: Desk, pack: dict[str, bytes], sentence: str) -> None:
    status, [entry] = desk.json("receive", {"came.pdf": WRONG[sentence](pack)}, "--write")
    told = " ".join([*entry["reasons"], *entry["notes"]])
    assert (status, entry["proposal"]) == (2, None)
    assert sentence in told or sentence == "no copy of an agreement"
    assert desk.record() == ""


def test_a_copy_of_an_earlier_release_is_judged_by_the_digest_that_was_recorded(
    desk: Desk, pack: dict[str, bytes]
) -> None:
    old = pack["all-blocks.pdf"]
    issued = f"{{pdf: 'sha256:{issued_digest(old)}', docx: '{issued_digest(pack['all-blocks.docx'])}'}}"
    record = f"signatures: [{{version: '1.0', sent_on: 2026-11-02, issued: {issued}}}]\n"
    (desk.root / "signatories" / COUNCIL / "county-housing.yaml").write_text(record, encoding="utf-8")
    status, [own] = desk.json("receive", {"own.pdf": filled(old, block(COUNCIL, "A. Example"))})
    assert (status, own["verdict"], own["compared_with"]) == (0, "ours", "issued")
    assert own["proposal"] is not None
    status, [other] = desk.json("receive", {"other.pdf": filled(old, block(TY_CYMRU, "A. Example"))})
    assert (status, other["proposal"]) == (2, None)
    assert "Cymdeithas" in " ".join([*other["reasons"], *other["notes"]])


def test_the_same_file_is_recorded_once(desk: Desk, pack: dict[str, bytes]) -> None:
    status, [first, again] = desk.json("receive", dict.fromkeys(("a.pdf", "b.pdf"), typed(pack)), "--write")
    assert (status, first["proposal"] is not None, again["proposal"]) == (2, True, None)
    assert "This very file is recorded already" in " ".join(again["reasons"])


def test_an_older_version_is_told_what_took_its_place(desk: Desk, pack: dict[str, bytes]) -> None:
    text = sample_text(versions=(("1.0", "2026-03-15"), ("2.0", "2026-11-23")))
    write_register(desk.root, text)
    later = date(2026, 11, 24)
    status, [entry] = desk.json("verify", {"copy.pdf": pack["copy-2-return.pdf"]}, as_of=later)
    assert (status, entry["standing"], entry["by"], entry["change"]) == (1, "superseded", "2.0", "material")
    status, [entry] = desk.json("receive", {"copy.pdf": typed(pack)}, as_of=later)
    assert (status, entry["proposal"]) == (2, None)
    assert "not the current text" in " ".join(entry["reasons"])


def test_a_day_before_the_copy_was_sent_is_refused_and_an_open_entry_is_completed(
    desk: Desk, pack: dict[str, bytes]
) -> None:
    given = '# Kept as it is\nsignatures:\n  - {version: "1.0", sent_on: 2026-11-22}   # by post\n'
    (desk.root / PATH).write_text(given, encoding="utf-8")
    status, [entry] = desk.json("receive", {"copy.pdf": typed(pack, date="21/11/2026")}, "--write")
    assert (status, desk.record()) == (2, given)
    assert "before the copy was sent" in " ".join(entry["reasons"])
    status, [entry] = desk.json("receive", {"copy.pdf": typed(pack)}, "--write")
    assert (status, entry["reasons"]) == (0, [])
    assert desk.record().startswith("# Kept as it is\nsignatures:\n")
    assert desk.record().count("sent_on") == 1
    assert "signed_on: 2026-11-22" in desk.record()


def test_verify_tells_current_from_altered_and_from_none_of_ours(desk: Desk, pack: dict[str, bytes]) -> None:
    def strike(file: object) -> None:
        page = file.pages[1]  # type: ignore[attr-defined]
        page.contents_add(b"q 1 0 0 RG 90 500 400 3 re f Q")

    assert desk.run("verify", {"a.pdf": pack["copy-2-return.pdf"]})[0] == 0
    assert desk.run("verify", {"a.pdf": rewritten(pack["copy-2-return.pdf"], strike)})[0] == 1
    assert desk.run("verify", {"a.txt": b"hello"})[0] == 2
    assert desk.run("verify", {"a.pdf": b""})[0] == 2


def test_a_file_that_is_not_there_is_a_message(desk: Desk) -> None:
    assert main(["verify", "--root", str(desk.root), str(desk.files / "none.pdf")]) == 2
    assert "there is no file" in desk.capsys.readouterr().err


@pytest.mark.slow
def test_a_file_of_another_text_of_that_number_is_none_of_ours(desk: Desk, pack: dict[str, bytes]) -> None:
    write_register(desk.root, sample_text(("2. Second step.", "2. Other step.")))
    for name in ("copy-2-return.pdf", "copy-2-return.docx"):
        status, [entry] = desk.json("verify", {name: pack[name]})
        assert (status, entry["verdict"], entry["standing"], entry["differences"]) == (2, "not-ours", "unknown", [])
        assert "another fingerprint" in " ".join(entry["notes"])


@pytest.mark.slow
def test_facts_that_changed_since_are_told_as_uncertain(desk: Desk, pack: dict[str, bytes]) -> None:
    """The file says with which words it was made; these are others than those of today."""
    write_register(desk.root, sample_text(("name: Town Council\n", "name: Town and Village Council\n")))
    for name in ("copy-2-return.pdf", "copy-2-return.docx"):
        _, [entry] = desk.json("verify", {name: pack[name]})
        assert (entry["verdict"], entry["compared_with"]) == ("cannot-tell", "master")
        assert entry["differences"]


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs poppler")
def test_the_page_of_the_signature_is_drawn_and_never_into_the_register(desk: Desk, pack: dict[str, bytes]) -> None:
    folder = desk.files / "pictures"
    status, out = desk.run("receive", {"copy.pdf": typed(pack)}, "--pictures", str(folder))
    [picture] = folder.iterdir()
    assert (status, picture.read_bytes()[:4]) == (0, b"\x89PNG")
    assert str(picture) in out
    status, _ = desk.run("receive", {"copy.pdf": typed(pack)}, "--pictures", str(desk.root / "signatories"))
    assert status == 2


def test_an_open_document_is_told_what_to_be_saved_as(desk: Desk) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<x/>")
    status, [entry] = desk.json("verify", {"copy.odt": out.getvalue()})
    assert (status, entry["verdict"]) == (2, "cannot-tell")
    assert "OpenDocument" in " ".join(entry["notes"])


@pytest.mark.parametrize("ending", [".pdf", ".docx"])
def test_what_was_recorded_when_it_was_sent_is_what_a_copy_is_compared_with(
    desk: Desk, pack: dict[str, bytes], ending: str
) -> None:
    """The sender's post has changed since, so the same copy cannot be made again."""
    digests = {
        "pdf": f"sha256:{issued_digest(pack['copy-2-return.pdf'])}",
        "docx": issued_digest(pack["copy-2-return.docx"]),
    }
    write_register(desk.root, sample_text(("post: Partnerships Officer", "post: Head of Service")))
    sent = f"{{version: '1.0', sent_on: 2026-11-22, issued: {json.dumps(digests)}}}"
    (desk.root / PATH).write_text(f"signatures:\n  - {sent}\n", encoding="utf-8")
    _, [entry] = desk.json("verify", {f"copy{ending}": pack[f"copy-2-return{ending}"]})
    assert entry["compared_with"] == "issued"
    assert entry["verdict"] in ("ours",) if ending == ".pdf" else ("ours", "same-words")
    (desk.root / PATH).unlink()
    _, [entry] = desk.json("verify", {f"copy{ending}": pack[f"copy-2-return{ending}"]})
    assert (entry["compared_with"], entry["verdict"]) == ("master", "cannot-tell")


SEEN = ("--seen", "county-housing", COUNCIL, "--signed-on", "2026-11-21", "--post", "Head of Housing")


def test_what_a_person_saw_in_a_scan_or_an_e_mail_is_recorded_as_theirs(desk: Desk, pack: dict[str, bytes]) -> None:
    mail = b"From: housing@example.org\r\nSubject: Approved\r\nMIME-Version: 1.0\r\n\r\nWe approve version 1.0.\r\n"
    status, [entry] = desk.json("receive", {"reply.eml": mail}, *SEEN)
    assert (status, entry["proposal"]["signature"]["method"]) == (0, "electronic")
    picture = b"\x89PNG\r\n\x1a\n" + bytes(40)
    status, [entry] = desk.json("receive", {"scan.png": picture}, *SEEN, "--authority", "Office", "--write")
    signature = entry["proposal"]["signature"]
    assert (status, signature["method"], signature["signed_on"]) == (0, "wet-ink", "2026-11-21")
    assert signature["signed_by"] == {"post": "Head of Housing", "authority": "office"}
    assert "did not compare" in " ".join(entry["proposal"]["notes"])
    assert signature["evidence"]["sha256"] in desk.record()
    status, [again] = desk.json("receive", {"scan.png": picture}, *SEEN)
    assert status == 2
    assert "recorded already" in " ".join(again["reasons"])


@pytest.mark.slow
def test_what_a_person_saw_never_stands_over_what_the_file_says(desk: Desk, pack: dict[str, bytes]) -> None:
    def strike(file: object) -> None:
        file.pages[1].contents_add(b"q 1 0 0 RG 90 500 400 3 re f Q")  # type: ignore[attr-defined]

    status, [entry] = desk.json("receive", {"copy.pdf": rewritten(typed(pack), strike)}, *SEEN, "--write")
    assert entry["verdict"] in ("altered", "ours-with-additions")
    assert (status, entry["proposal"]) == (2, None)
    other = ("--seen", "county-housing", TY_CYMRU, *SEEN[3:])
    status, [entry] = desk.json("receive", {"copy.pdf": typed(pack)}, *other, "--write")
    assert (status, entry["proposal"]) == (2, None)
    assert "the file says that it is town-council" in " ".join(entry["reasons"])
    assert desk.run("receive", {"copy.pdf": typed(pack)}, "--post", "Head")[0] == 2
    assert desk.run("receive", {"a.pdf": typed(pack), "b.pdf": b"x"}, *SEEN)[0] == 2
    assert desk.record() == ""


@pytest.mark.slow
def test_a_record_goes_onto_a_branch_and_nothing_else_changes(desk: Desk, pack: dict[str, bytes]) -> None:
    def git(*arguments: str) -> str:
        settings = ("-c", "user.name=Registrar", "-c", "user.email=registrar@example.org")
        return subprocess.run(
            ["git", *settings, *arguments], cwd=desk.root, check=True, capture_output=True, text=True
        ).stdout

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "The register")
    status, _ = desk.run("receive", {"copy.pdf": typed(pack)}, "--branch")
    assert (status, desk.record(), git("status", "--porcelain")) == (0, "", "")
    branch = f"receive/{COUNCIL}-county-housing-2026-11-22"
    assert git("diff", "--name-only", "main", branch).split() == [PATH]
    assert "signed_on: 2026-11-22" in git("show", f"{branch}:{PATH}")
    assert desk.run("receive", {"copy.pdf": typed(pack)}, "--branch")[0] == 2
    (desk.root / PATH).write_text("signatures: []\n", encoding="utf-8")
    assert desk.run("receive", {"copy.pdf": typed(pack)}, "--branch")[0] == 2


def test_a_record_goes_into_a_pull_request(
    desk: Desk, pack: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "The register")):
        settings = ("-c", "user.name=Registrar", "-c", "user.email=registrar@example.org")
        subprocess.run(["git", *settings, *words], cwd=desk.root, check=True, capture_output=True)
    with PretendGitHub(git=desk.root) as hub:
        monkeypatch.setenv("GITHUB_API_URL", hub.address)
        monkeypatch.setenv("GITHUB_TOKEN", hub.token)
        monkeypatch.setattr("undersigned.github.client.WRITE_SECONDS", 0.0)
        arguments = ("--pull", "--repository", hub.repository)
        assert desk.run("receive", {"copy.pdf": typed(pack)}, *arguments)[0] == 0
        assert desk.record() == ""
        [pull] = hub.issues.values()
        assert pull.head == f"receive/{COUNCIL}-county-housing-2026-11-22"
        assert "must never be" in pull.body
        assert "A. Example" not in pull.body
        assert hub.violations == []
        monkeypatch.delenv("GITHUB_TOKEN")
        assert desk.run("receive", {"copy.pdf": typed(pack)}, *arguments)[0] == 2
