"""`send` and `counterpart`: packs, drafts and records for exactly those who owe, all or nothing, and never an e-mail."""

from __future__ import annotations

import email
import hashlib
import shutil
import zipfile
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import yaml
from sending_sample import stamped_register

from undersigned.cli.main import main
from undersigned.jobs import sending
from undersigned.register import load_register

DAY = "2026-11-23"


def run(root: Path, *arguments: str) -> int:
    return main(["--root", str(root), "--no-cache", "--as-of", DAY, *arguments])


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stamped_register(tmp_path_factory.mktemp("before"))


@pytest.fixture(scope="module")
def after(before: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The register after `send housing` and, a day later, `send housing --for asked`. The only documents set here."""
    root = tmp_path_factory.mktemp("after") / "register"
    shutil.copytree(before, root)
    assert run(root, "send", "housing", "--on", "2026-11-20") == 0
    assert run(root, "send", "housing", "--for", "asked") == 0
    return root


@pytest.fixture
def register(before: Path, tmp_path: Path) -> Path:
    """A register of which nothing has been sent, to be changed."""
    return Path(shutil.copytree(before, tmp_path / "register"))


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def entries(root: Path, body: str) -> list[dict[str, object]]:
    found = yaml.safe_load((root / f"signatories/{body}/housing.yaml").read_text(encoding="utf-8"))["signatures"]
    assert isinstance(found, list)
    return found


def draft(root: Path, body: str) -> EmailMessage:
    content = (root / f"build/send/housing/housing-v2.0-{body}.eml").read_bytes()
    message = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def body_of(message: EmailMessage) -> str:
    plain = message.get_body(("plain",))
    assert plain is not None
    return str(plain.get_content())


# -- who ------------------------------------------------------------------------------------------------------------


def test_a_round_goes_to_those_who_owe_and_were_not_sent_the_newest_text(after: Path) -> None:
    place = after / "build/send/housing"
    assert {path.name for path in place.glob("*.eml")} == {
        f"housing-v2.0-{one}.eml" for one in ("stale", "new", "asked")
    }
    assert not list(place.glob(".*"))


def test_a_dry_run_writes_nothing(register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    was = files(register)
    assert run(register, "send", "housing", "--dry-run") == 0
    assert files(register) == was
    said = capsys.readouterr().err
    assert "stale: version 2.0 for signature, to Housing Manager, stale@example.org" in said
    assert "new: the draft has no address" in said
    assert "asked" not in said


def test_it_is_said_that_pages_without_an_address_have_no_codes(
    register: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "the pages have no codes, because the register has no address"
    assert run(register, "send", "housing", "--dry-run") == 0
    assert said not in capsys.readouterr().err
    (register / "mkdocs.yml").write_text("site_name: A register\n")
    assert run(register, "send", "housing", "--dry-run") == 0
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--for", "signed"], "signed has nothing to sign: The signed body signed version 2.0 on 5 October 2026."),
        (["--for", "stale", "--for", "bound"], "bound has nothing to sign: The bound body is bound otherwise"),
        (["--on", "2026-11-24"], "--on 2026-11-24 has not come yet"),
        (["--on", "2026-09-01"], "version 1.0 was the newest on 2026-09-01, and now it is 2.0"),
        (["--for", "asked", "--on", "2026-10-01"], "asked was sent version 2.0 on 2026-10-02, after 2026-10-01"),
        (["--for", "nobody"], "there is no organisation 'nobody'"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_the_reason(
    register: Path, arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    was = files(register)
    assert run(register, "send", "housing", *arguments) == 2
    assert why in capsys.readouterr().err
    assert files(register) == was


def test_a_second_round_has_nothing_to_send_and_says_how_to_send_again(
    after: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    was = files(after)
    assert run(after, "send", "housing") == 0
    assert (
        "it was sent to stale on 2026-11-20, and stale has not signed; --for stale sends it again"
        in capsys.readouterr().err
    )
    assert files(after) == was


# -- what -----------------------------------------------------------------------------------------------------------


def test_a_draft_opens_unsent_to_the_officer_with_the_pack(after: Path) -> None:
    message = draft(after, "stale")
    assert message["X-Unsent"] == "1"
    assert message["To"] == "stale@example.org"
    assert message["Subject"] == "For signature: Housing, version 2.0"
    [attachment] = message.iter_attachments()
    assert attachment.get_filename() == "housing-v2.0-stale.zip"
    assert attachment.get_content() == (after / "build/send/housing/housing-v2.0-stale.zip").read_bytes()
    assert draft(after, "new")["To"] is None
    text = (after / "build/send/housing/housing-v2.0-stale.txt").read_text(encoding="utf-8")
    assert text.startswith(
        "To: stale@example.org\nSubject: For signature: Housing, version 2.0\n\nTo the Housing Manager"
    )


def test_a_stale_signer_reads_in_three_lines_what_has_changed(after: Path) -> None:
    said = body_of(draft(after, "stale"))
    assert said[said.index("1. ") :].splitlines()[:4] == [
        "1. The stale body signed version 1.0 on 5 March 2026. Version 2.0 is the newest.",
        "2. Since then: version 2.0: Summary of 2.0.",
        "3. 1 change of the text, 1 about who shares what: the letter lists each.",
        "",
    ]
    assert "What has changed" not in body_of(draft(after, "new"))
    assert "return copy 2 to lead@example.org by 18 December 2026." in said
    assert "https://register.example.org/protocols/housing/" in said


def test_sending_again_is_said_and_makes_no_second_entry(after: Path) -> None:
    assert "We sent you copies of this version on 2 October 2026." in body_of(draft(after, "asked"))
    [entry] = entries(after, "asked")
    assert [str(entry[name]) for name in ("version", "sent_on", "sent_again_on")] == ["2.0", "2026-10-02", DAY]


def test_a_record_says_what_was_sent_and_other_lines_keep_every_byte(before: Path, after: Path) -> None:
    was = (before / "signatories/stale/housing.yaml").read_text(encoding="utf-8")
    now = (after / "signatories/stale/housing.yaml").read_text(encoding="utf-8")
    assert now.startswith(was)
    entry = entries(after, "stale")[-1]
    assert [str(entry[name]) for name in ("version", "sent_on")] == ["2.0", "2026-11-20"]
    with zipfile.ZipFile(after / "build/send/housing/housing-v2.0-stale.zip") as archive:
        copy = archive.read("housing-v2.0-copy-2-return.pdf")
    issued = entry["issued"]
    assert isinstance(issued, dict)
    assert issued["pdf"] == f"sha256:{hashlib.sha256(copy).hexdigest()}"
    assert entries(after, "new")[0]["fingerprint"] == entry["fingerprint"]
    assert all(record.clean for record in load_register(after).protocol("housing").records())  # type: ignore[union-attr]


def test_what_was_sent_is_known_when_it_comes_back(after: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = after / "build/send/housing/housing-v2.0-stale"
    for ending in ("pdf", "docx"):
        run(after, "receive", "--format", "json", str(pack / f"housing-v2.0-copy-2-return.{ending}"))
        assert '"compared_with": "issued"' in capsys.readouterr().out


def test_a_path_in_a_pack_has_room_for_the_folder_of_a_user(after: Path) -> None:
    for archive in (after / "build/send/housing").glob("*.zip"):
        with zipfile.ZipFile(archive) as opened:
            assert all("/" not in name for name in opened.namelist())


# -- all or nothing -------------------------------------------------------------------------------------------------


def fails_at(path: Path) -> Callable[..., None]:
    from undersigned.atomic import write_atomically

    def write(target: Path, content: bytes, *, durable: bool) -> None:
        if target == path and content == b"{}\n":
            raise OSError(28, "No space left on device")
        write_atomically(target, content, durable=durable)

    return write


def test_nothing_is_left_half_written(register: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from undersigned.editing import atomic

    place = register / "build/send/housing"
    place.mkdir(parents=True)
    (place / "housing-v2.0-new.eml").write_text("an older draft")
    was = files(register)
    staged = place / ".sending-x"
    for name in ("housing-v2.0-new.eml", "housing-v2.0-stale/letter.pdf"):
        sending._write(staged / name, b"new")
    records = {"signatories/new/housing.yaml": b"signatures: []\n", "signatories/stale/housing.yaml": b"{}\n"}
    monkeypatch.setattr(atomic, "write_atomically", fails_at(register / "signatories/stale/housing.yaml"))
    with pytest.raises(OSError, match="No space left"):
        sending._put_in_place(staged, place, register, records)
    shutil.rmtree(staged)
    assert files(register) == was


# -- the lead's signed copy -----------------------------------------------------------------------------------------


def test_the_leads_copy_goes_back_and_is_recorded(register: Path, tmp_path: Path) -> None:
    was = (register / "signatories/signed/housing.yaml").read_text(encoding="utf-8")
    (tmp_path / "our copy.pdf").write_bytes(b"%PDF-1.7 signed")
    assert run(register, "counterpart", "housing", "signed", "--attach", str(tmp_path / "our copy.pdf")) == 0
    now = (register / "signatories/signed/housing.yaml").read_text(encoding="utf-8")
    assert now == was + f"    counterpart_on: {DAY}\n"
    content = (register / "build/send/housing/counterpart-signed.eml").read_bytes()
    message = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message["Subject"] == "Our signed copy: Housing, version 2.0"
    assert [one.get_content() for one in message.iter_attachments()] == [b"%PDF-1.7 signed"]
    assert "came back to us on 9 October 2026" in body_of(message)
    assert "Attach the signed copy" not in body_of(message)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("lead", "The lead body is the lead, and keeps the copy that it signs itself"),
        ("new", "The new body has signed no version of housing that counts"),
        ("stale", "The lead body has not signed version 1.0"),
    ],
)
def test_a_copy_that_is_not_owed_does_not_go_back(
    register: Path, body: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    was = files(register)
    assert run(register, "counterpart", "housing", body) == 2
    assert why in capsys.readouterr().err
    assert files(register) == was


def test_the_leads_copy_goes_back_once(register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(register, "counterpart", "housing", "signed", "--on", "2026-10-20") == 0
    assert "[Attach the signed copy" in (register / "build/send/housing/counterpart-signed.txt").read_text()
    assert run(register, "counterpart", "housing", "signed") == 2
    assert "went back to The signed body on 2026-10-20" in capsys.readouterr().err
