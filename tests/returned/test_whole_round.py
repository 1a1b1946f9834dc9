"""The whole signing round of twelve organisations and their lead: sent, returned in twelve ways, received, recorded, and the
lead's copies returned. The status, the site's facts, the check and the history are looked at after each step."""

from __future__ import annotations

import email
import email.policy
import io
import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pypdf
import pytest
from docx.oxml.ns import qn
from lxml import etree
from PIL import Image, ImageChops, ImageFilter
from signing_kit import block, edited, filled, filled_docx, signed, signer, through_libreoffice
from test_honest_returns import run as run_program

from support import copy_of_the_example
from undersigned.cli.main import main
from undersigned.facts.protocol import ProtocolFacts
from undersigned.register import load_register
from undersigned.returned.scans import can_lay_over

pytestmark = pytest.mark.slow

LEAD, PROTOCOL, VERSION = "staffordshire-probation", "staffordshire-housing-protocol", "3.0"
#: Who returns its copy how, in the order in which the copies come back.
WAYS = {
    "typed": "brackenford-borough-council",
    "other-program": "caldwick-city-council",
    "word": "elmstow-district-council",
    "libreoffice": "example-county-police",
    "certificate": "example-local-prison",
    "on-top": "example-supported-housing",
    "scan": "hollinmoor-district-council",
    "photograph": "kilnbrook-housing-association",
    "printed": "longstile-resettlement",
    "last-page": "oakwharf-housing-association",
    "e-mail": "tallowgate-foyer",
    "struck-out": "thornbeck-north",
}
EVERYBODY = {*WAYS.values(), LEAD}
RELEASED, SENT = date(2026, 12, 1), date(2026, 12, 2)
#: Words of a term that one organisation strikes out.
TERM = "Secure e-mail"


@dataclass
class Desk:
    """The lead's register in Git, with its folder for what comes in."""

    root: Path
    files: Path
    capsys: pytest.CaptureFixture[str]
    cache: Path

    def run(self, day: date, *arguments: str, status: int = 0) -> str:
        got = main([*arguments, "--root", str(self.root), "--as-of", day.isoformat(), "--cache", str(self.cache)])
        said = self.capsys.readouterr()
        assert got == status, (arguments, said.out, said.err)
        return said.out

    def state(self, day: date) -> dict[str, tuple[str, bool]]:
        """Each party's state and whether its copy came back. `status` and the site's facts agree, and `check` has no error."""
        [protocol] = [
            one for one in json.loads(self.run(day, "status", "--format", "json"))["protocols"] if one["id"] == PROTOCOL
        ]
        findings = json.loads(self.run(day, "check", "--format", "json"))["findings"]
        assert [one for one in findings if one["severity"] == "error"] == []
        register = load_register(self.root)
        folder = register.protocol(PROTOCOL)
        assert folder is not None
        states = {one["organisation"]: (one["state"], one["copy_returned"]) for one in protocol["parties"]}
        facts = ProtocolFacts(folder, register, as_of=day).parties
        assert {one.id: (one.status.state, one.status.copy_returned) for one in facts} == states
        assert protocol["in_force_between"] == sorted(one.id for one in facts if one.status.state == "signed")
        return states

    def commit(self, message: str) -> None:
        git(self.root, "add", "-A")
        git(self.root, "commit", "-qm", message)

    def meaning(self, day: date) -> str:
        """What the last commit means."""
        return self.run(day, "changes", "HEAD~1", "HEAD")

    def receive(self, day: date, name: str, content: bytes, *options: str, status: int = 0) -> dict[str, object]:
        (self.files / name).write_bytes(content)
        entry = json.loads(
            self.run(day, "receive", str(self.files / name), "--write", "--format", "json", *options, status=status)
        )["files"]
        assert len(entry) == 1
        return dict(entry[0])


def git(root: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=Registrar", "-c", "user.email=registrar@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *settings, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


# -- the twelve ways --------------------------------------------------------------------------------------------


def of(organisation: str, day: str) -> dict[str, str | bool]:
    return {**block(organisation, "A. Example", date=day), f"{organisation}__basis": "Delegation: scheme 4.2"}


def typed(copy: dict[str, bytes], folder: Path, day: str) -> bytes:
    return filled(copy[".pdf"], of(WAYS["typed"], day))


def other_program(copy: dict[str, bytes], folder: Path, day: str) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(copy[".pdf"]), incremental=True)
    values = {name: "/Yes" if value is True else str(value) for name, value in of(WAYS["other-program"], day).items()}
    for page in writer.pages:
        if "/Annots" in page:
            writer.update_page_form_field_values(page, values)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def word(copy: dict[str, bytes], folder: Path, day: str) -> bytes:
    return filled_docx(copy[".docx"], {**of(WAYS["word"], day), f"{WAYS['word']}__signature": "A. Example"})


def libreoffice(copy: dict[str, bytes], folder: Path, day: str) -> bytes:
    values = {**of(WAYS["libreoffice"], day), f"{WAYS['libreoffice']}__signature": "A. Example"}
    return through_libreoffice(filled_docx(copy[".docx"], values), folder)


def certificate(copy: dict[str, bytes], folder: Path, day: str) -> bytes:
    return signed(
        filled(copy[".pdf"], of(WAYS["certificate"], day)), f"{WAYS['certificate']}__signature", signer("A body")
    )


def on_top(copy: dict[str, bytes], folder: Path, day: str) -> bytes:
    """On the text with all blocks, which the lead has signed first."""
    body = WAYS["on-top"]
    first = signed(filled(copy["all blocks"], of(LEAD, day)), f"{LEAD}__signature", signer("The lead"))
    return signed(filled(first, of(body, day)), f"{body}__signature", signer("Another body"))


def scan(copy: dict[str, bytes], folder: Path, day: str) -> bytes:
    """The whole copy, signed on paper, as a scanner saves it at 150 dots per inch: no sheet lies quite straight."""
    out = io.BytesIO()
    pages = [
        through_the_scanner(page, 0.7 * (-1) ** number)
        for number, page in enumerate(on_paper(copy, folder, WAYS["scan"], day))
    ]
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return out.getvalue()


def photograph(copy: dict[str, bytes], folder: Path, day: str) -> bytes:
    """Of the second page, which has the block."""
    out = io.BytesIO()
    through_the_scanner(on_paper(copy, folder, WAYS["photograph"], day)[1], 2).save(out, "JPEG")
    return out.getvalue()


def on_paper(copy: dict[str, bytes], folder: Path, organisation: str, day: str) -> list[Image.Image]:
    (folder / "in.pdf").write_bytes(filled(copy[".pdf"], of(organisation, day)))
    run_program(folder, "pdftoppm", "-r", "150", "-gray", "in.pdf", "page", name="in.pdf")
    return [Image.open(path).convert("L") for path in sorted(folder.glob("page-*.pgm"))]


def through_the_scanner(page: Image.Image, turned: float) -> Image.Image:
    page = page.rotate(turned, Image.Resampling.BICUBIC, fillcolor=255).filter(ImageFilter.GaussianBlur(0.5))
    return ImageChops.add(page, Image.effect_noise(page.size, 6), 1, -128)


def printed(copy: dict[str, bytes], folder: Path, day: str) -> bytes:
    (folder / "in.pdf").write_bytes(filled(copy[".pdf"], of(WAYS["printed"], day)))
    return run_program(folder, "pdftocairo", "-pdf", "in.pdf", "out.pdf")


def last_page(copy: dict[str, bytes], folder: Path, day: str) -> bytes:
    """The page with the block alone."""
    content = filled(copy[".pdf"], of(WAYS["last-page"], day))
    reader, writer, out = pypdf.PdfReader(io.BytesIO(content)), pypdf.PdfWriter(), io.BytesIO()
    page = next(
        page
        for page in reader.pages
        for one in page.get("/Annots", ())
        if one.get_object().get("/T") == f"{WAYS['last-page']}__name"
    )
    writer.add_page(page)
    writer.write(out)
    return out.getvalue()


def e_mail(copy: dict[str, bytes], folder: Path, day: str) -> bytes:
    message = EmailMessage()
    message["From"] = "office@example.org"
    message["Subject"] = "Re: Housing Protocol"
    message.set_content("We approve the protocol, version 3.0.")
    return message.as_bytes()


def struck_out(copy: dict[str, bytes], folder: Path, day: str) -> bytes:
    def strike(root: etree._Element) -> None:
        run = next(words.getparent() for words in root.iter(qn("w:t")) if TERM in (words.text or ""))
        properties = run.find(qn("w:rPr"))
        if properties is None:
            properties = etree.Element(qn("w:rPr"))
            run.insert(0, properties)
        etree.SubElement(properties, qn("w:strike"))

    return edited(
        filled_docx(copy[".docx"], {**of(WAYS["struck-out"], day), f"{WAYS['struck-out']}__signature": "A. E."}), strike
    )


RETURNED: dict[str, Callable[[dict[str, bytes], Path, str], bytes]] = {
    "typed": typed, "other-program": other_program, "word": word, "libreoffice": libreoffice, "certificate": certificate,
    "on-top": on_top, "scan": scan, "photograph": photograph, "printed": printed, "last-page": last_page, "e-mail": e_mail,
    "struck-out": struck_out,
}  # fmt: skip
#: What each is: its verdict, and whether a person has to look at it and say what it shows.
EXPECTED = {
    "typed": ("ours", False), "other-program": ("ours", False), "word": ("ours", False), "libreoffice": ("ours", False),
    "certificate": ("ours", False), "on-top": ("ours", False), "scan": ("image", True), "photograph": ("image", True),
    "printed": ("same-words", False), "last-page": ("same-words", False), "e-mail": ("cannot-tell", True),
    "struck-out": ("altered", False),
}  # fmt: skip
ENDINGS = {"word": ".docx", "libreoffice": ".docx", "struck-out": ".docx", "photograph": ".jpg", "e-mail": ".eml"}


def looks_at_the_block_alone(entry: dict[str, Any], *, whole: bool) -> None:
    """The codes are read, the copy is told by its page with the name, and every mark is what was written in its block."""
    notes, name = (
        " ".join(entry["notes"]),
        {True: "Hollinmoor District Council", False: "Kilnbrook Housing Association"}[whole],
    )
    assert (entry["protocol"], entry["version"], entry["standing"]) == (PROTOCOL, VERSION, "current"), entry
    assert f"most like that of the copy of {name}" in notes
    pages = re.search("Laid over the issued pages: 1 to ([0-9]+)[.]", notes)
    assert (int(pages[1]) > 10 if pages else None) == (True if whole else None), notes
    assert "Not laid" not in notes
    assert "No code was read" not in notes
    assert entry["differences"]
    assert {(one["page"], one["words"].partition(",")[0]) for one in entry["differences"]} == {
        (2, f"in the block of {name}")
    }


def packs(desk: Desk) -> dict[str, dict[str, bytes]]:
    """The copy to be returned of each body, by ending, as it lies in its draft's ZIP."""
    place = desk.root / "build/send" / PROTOCOL
    found = {}
    for folder in place.iterdir():
        if folder.is_dir():
            copies = {path.suffix: path.read_bytes() for path in folder.glob("*copy-2-return.*")}
            found[folder.name.removeprefix(f"{PROTOCOL}-v{VERSION}-")] = copies
    return found


def test_a_whole_round(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    # A process that has set pages with Typst, which has threads, must not be forked: other tests may have done so here.
    monkeypatch.setattr("undersigned.cli.documents.processes", lambda: 0)
    desk = Desk(copy_of_the_example(tmp_path / "register"), tmp_path / "inbox", capsys, tmp_path / "cache")
    desk.files.mkdir()
    settings = desk.root / "mkdocs.yml"  # the codes in the feet lead to the register's address
    settings.write_text(f"site_url: https://register.example.org/\n{settings.read_text()}")
    git(desk.root, "init", "-q", "-b", "main")
    (desk.root / ".gitignore").write_text("/build/\n")
    desk.commit("The register")
    record = desk.root / f"protocols/{PROTOCOL}/protocol.yaml"
    record.write_text(
        record.read_text().replace("for 2 years after its last decision", "for 3 years after its last decision")
    )
    desk.run(RELEASED, "release", PROTOCOL, "--change", "material", "--summary", "Referrals are kept longer")
    desk.commit("Release version 3.0")
    assert {desk.state(RELEASED)[id_][0] for id_ in EVERYBODY} <= {"stale", "awaiting", "not-sent"}

    desk.run(SENT, "send", PROTOCOL)
    desk.commit("Send the housing protocol")
    assert "sent" in desk.meaning(SENT)
    waiting = desk.state(SENT)
    pack = packs(desk)
    assert set(pack) >= EVERYBODY
    desk.run(SENT, "documents", PROTOCOL, "--output", str(tmp_path / "documents"))
    [whole] = (tmp_path / "documents").rglob(f"{PROTOCOL}-v{VERSION}.pdf")
    pack[WAYS["on-top"]]["all blocks"] = whole.read_bytes()

    for number, (way, body) in enumerate(WAYS.items()):
        day = date(2026, 12, 4 + number)
        signed_on = date(2026, 12, day.day - 1)
        folder = tmp_path / way
        folder.mkdir()
        came = RETURNED[way](pack[body], folder, f"{signed_on:%d/%m/%Y}")
        name = f"{way}{ENDINGS.get(way, '.pdf')}"
        verdict, by_eye = EXPECTED[way]
        recorded = not by_eye and verdict != "altered"
        entry = desk.receive(day, name, came, status=0 if recorded else 2)
        assert entry["verdict"] == verdict, entry
        assert (entry["proposal"] is not None) is recorded, entry
        if way == "last-page":  # printed, that page has no fields that say whose it is
            (folder / "in.pdf").write_bytes(came)
            (desk.files / "page.pdf").write_bytes(
                run_program(folder, "pdftocairo", "-pdf", "in.pdf", "page.pdf", name="page.pdf")
            )
            assert desk.run(day, "verify", str(desk.files / "page.pdf")).count("same-words") == 1
        if way in ("scan", "photograph") and can_lay_over():
            looks_at_the_block_alone(entry, whole=way == "scan")
        if by_eye:
            options = ("--signed-on", signed_on.isoformat(), "--post", "Chief Executive", "--authority", "Office")
            assert desk.receive(day, name, came, "--seen", PROTOCOL, body, *options)["proposal"] is not None
        if verdict == "altered":
            assert any(one["what"] == "words struck out" for one in entry["differences"]), entry  # type: ignore[attr-defined]
            assert desk.state(day)[body] == waiting[body]
            continue
        text = (desk.root / f"signatories/{body}/{PROTOCOL}.yaml").read_text()
        assert f"signed_on: {signed_on}" in text
        assert "A. Example" not in text
        assert desk.state(day)[body] == ("signed", True)
        desk.commit(f"Record the signature of {body}")
        assert "1 signature recorded" in desk.meaning(day)
        again = desk.receive(day, name, came, status=2)
        assert by_eye or "recorded already" in str(again["reasons"])

    later = date(2026, 12, 20)
    before = desk.state(later)
    assert {way for way, body in WAYS.items() if before[body] != ("signed", True)} == {"struck-out"}
    desk.run(later, "counterpart", PROTOCOL, WAYS["typed"], status=2)  # the lead has not signed yet

    desk.receive(later, "lead.pdf", filled(pack[LEAD][".pdf"], of(LEAD, "20/12/2026")))
    desk.commit("The lead signs")
    assert desk.state(later)[LEAD] == ("signed", True)
    *returned, struck = WAYS.values()
    for body in returned:
        desk.run(later, "counterpart", PROTOCOL, body, "--attach", str(desk.files / "lead.pdf"))
        content = (desk.root / f"build/send/{PROTOCOL}/counterpart-{body}.eml").read_bytes()
        mail = email.message_from_bytes(content, policy=email.policy.default)
        assert mail["X-Unsent"] == "1"
        assert [part.get_filename() for part in mail.iter_attachments()] == ["lead.pdf"]
    desk.commit("Return the lead's copies")
    assert desk.state(later) == {**before, LEAD: ("signed", True)}
    desk.run(later, "counterpart", PROTOCOL, struck, status=2)

    # Whoever struck a term out is sent the text again, and signs it as it is.
    desk.run(later, "send", PROTOCOL, "--for", struck)
    came = filled(packs(desk)[struck][".pdf"], of(struck, "21/12/2026"))
    last = date(2026, 12, 22)
    assert desk.receive(last, "second.pdf", came)["verdict"] == "ours"
    desk.commit(f"Record the signature of {struck}")
    assert {desk.state(last)[id_] for id_ in EVERYBODY} == {("signed", True)}
    assert git(desk.root, "status", "--porcelain") == ""
    assert len(git(desk.root, "log", "--format=%s").splitlines()) == 17
