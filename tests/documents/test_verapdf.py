"""veraPDF on every kind of file that the project makes, and on what signatories do to them. All in one Java.

Where it cannot run, the other tests have asked the fast validator, and the skip says so; the project's own checks fail instead.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from document_sample import DRAFT, TODAY, sample_agreement, sample_register, sample_text
from signing_kit import block, filled, form_pdf, master_pdf, rewritten, signed, signer

from support import register_from
from undersigned.documents import render_form_pdf, render_pdf
from undersigned.documents.write import Copies, write_documents
from undersigned.editing.standard_texts import standard_form_record
from undersigned.facts.agreement import agreement_of
from verapdf.judge import PROFILES, Verdict, judged, missing

pytestmark = pytest.mark.slow
PROBATION, COUNCIL = "county-probation", "town-council"
BOTH = tuple(PROFILES)
#: The party whose copies are tried.
WELSH = "ty-cymru"
PACK = ("county-housing-v1.0-copy-1-keep", "county-housing-v1.0-copy-2-return", "signing-letter", "officer-nomination")


def superseded() -> bytes:
    text = sample_text(("title: County Framework\n", "title: County Framework\nsupersedes: [county-housing]\n"))
    folder = (register := register_from(text.replace("status: in-force", "status: superseded", 1))).protocol(
        "county-housing"
    )
    assert folder is not None
    agreement = agreement_of(folder, register, as_of=TODAY)
    assert not agreement.signable
    return render_pdf(agreement)


def earlier() -> bytes:
    """A version that stands until the one that was agreed after it takes effect."""
    folder = (register := sample_register(versions=(("1.0", "2026-03-15"), ("2.0", "2026-08-01")))).protocol(
        "county-housing"
    )
    assert folder is not None
    return render_pdf(agreement_of(folder, register, as_of=TODAY, version="1.0"))


def withdrawn() -> bytes:
    return render_pdf(
        sample_agreement(
            (
                "status: in-force\npublication: public\njurisdictions: [england, wales]",
                "status: withdrawn\neffective_to: 2026-06-30\npublication: public\njurisdictions: [england, wales]",
            ),
            as_of=date(2026, 11, 22),
        )
    )


def letter() -> bytes:
    agreement = sample_agreement()
    return render_form_pdf("letter", agreement.forms["letter"], agreement)


def signed_once(pdf: bytes) -> bytes:
    return signed(filled(pdf, block(PROBATION, "A. Post Holder")), f"{PROBATION}__signature", signer("Probation"))


def signed_twice(pdf: bytes) -> bytes:
    return signed(filled(signed_once(pdf), block(COUNCIL, "B. Ŵyn")), f"{COUNCIL}__signature", signer("Council"))


def pack(folder: Path) -> dict[str, bytes]:
    """What the Welsh party is sent, by file name without its ending."""
    written = write_documents(
        sample_register(),
        ["county-housing"],
        folder,
        as_of=TODAY,
        public_only=True,
        forms=False,
        copies=Copies(standard_form_record("officer-nomination"), frozenset({WELSH})),
    )
    assert written.failures == ()
    return {
        path.stem: path.read_bytes() for path in written.files if path.suffix == ".pdf" and WELSH in path.parent.name
    }


# -- files that must fail ---------------------------------------------------------------------------------------


def _untagged(file: pikepdf.Pdf) -> None:
    del file.Root.StructTreeRoot
    del file.Root.MarkInfo


def _without_font(file: pikepdf.Pdf) -> None:
    for thing in file.objects:
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor":
            for key in ("/FontFile", "/FontFile2", "/FontFile3"):
                if key in thing:
                    del thing[key]


def _without_labels(file: pikepdf.Pdf) -> None:
    for field in file.Root.AcroForm.Fields:
        field.TU = pikepdf.String("")
        del field.TU


def _without_language(file: pikepdf.Pdf) -> None:
    del file.Root.Lang


def _with_script(file: pikepdf.Pdf) -> None:
    file.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="1")


#: Each with the rules that it must break, by profile: the beginning of a clause (ISO 14289-1, ISO 19005-2).
FAULTY: Mapping[str, tuple[Callable[[pikepdf.Pdf], None], Mapping[str, str]]] = {
    "untagged": (_untagged, {"ua1": "7.1 ", "2a": "6.7."}),
    "font not embedded": (_without_font, {"ua1": "7.21.4.1 ", "2a": "6.2.11.4.1 "}),
    "fields without labels": (_without_labels, {"ua1": "7.18.1 "}),
    "no language": (_without_language, {"ua1": "7.2 "}),
    "a script": (_with_script, {"2a": "6.5.1 "}),
}

SOUND: Mapping[str, Callable[[], bytes]] = {
    "master": master_pdf,
    "draft": lambda: render_pdf(sample_agreement(DRAFT)),
    "superseded": superseded,
    "earlier version": earlier,
    "withdrawn": withdrawn,
    "form": form_pdf,
    "letter": letter,
}
#: After a signatory's program had them: PDF/UA-1. What such a program adds is its own, so PDF/A is not asked for.
RETURNED: Mapping[str, Callable[[Mapping[str, bytes]], bytes]] = {
    "filled": lambda files: filled(files["master"], block(PROBATION, "A. Post Holder")),
    "filled form": lambda files: filled(files["form"], {"answer__full_name": "Example Person", "answer__told": True}),
    "one signature": lambda files: signed_once(files["master"]),
    "two signatures": lambda files: signed_twice(files["master"]),
    "filled copy": lambda files: filled(
        files[PACK[1]], block(WELSH, "B. Ŵyn")
    ),  # a copy has its own body's block alone
    "copy with a signature": lambda files: signed(
        filled(files[PACK[1]], block(WELSH, "B. Ŵyn")), f"{WELSH}__signature", signer("Council")
    ),
}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Verdict]:
    """What veraPDF says of each file by name and profile."""
    if needs := missing():
        said = "veraPDF did not run, only the fast validator of the other tests; it needs " + " and ".join(needs)
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    place = tmp_path_factory.mktemp("verapdf")
    files = {**{name: make() for name, make in SOUND.items()}, **pack(place / "documents")}
    files |= {name: make(files) for name, make in RETURNED.items()}
    files |= {name: rewritten(files["master"], spoil) for name, (spoil, _) in FAULTY.items()}
    files["rewritten"] = rewritten(files["master"])
    paths = {name: place / f"{number}.pdf" for number, name in enumerate(files)}
    for name, content in files.items():
        paths[name].write_bytes(content)
    names = {path: name for name, path in paths.items()}
    return {(names[verdict.path], verdict.profile): verdict for verdict in judged(list(paths.values()))}


@pytest.mark.parametrize("profile", BOTH)
@pytest.mark.parametrize("name", [*SOUND, *PACK, "rewritten"])
def test_what_is_sent_out_meets_both_standards(
    name: str, profile: str, verdicts: Mapping[tuple[str, str], Verdict]
) -> None:
    verdict = verdicts[name, profile]
    assert (verdict.passed, verdict.faults) == (True, ())
    assert verdict.checks > 1000


@pytest.mark.parametrize("name", RETURNED)
def test_what_was_filled_in_or_signed_still_meets_pdf_ua(
    name: str, verdicts: Mapping[tuple[str, str], Verdict]
) -> None:
    assert (verdicts[name, "ua1"].passed, verdicts[name, "ua1"].faults) == (True, ())


@pytest.mark.parametrize(
    ("name", "profile"), [(name, profile) for name, (_, rules) in FAULTY.items() for profile in rules]
)
def test_a_faulty_file_fails(name: str, profile: str, verdicts: Mapping[tuple[str, str], Verdict]) -> None:
    verdict, rule = verdicts[name, profile], FAULTY[name][1][profile]
    assert not verdict.passed
    assert any(fault.startswith(rule) for fault in verdict.faults), verdict.faults


def test_two_signatures_are_two() -> None:
    with pikepdf.open(io.BytesIO(signed_twice(master_pdf()))) as file:
        assert sum(1 for field in file.Root.AcroForm.Fields if field.FT == "/Sig" and "/V" in field) == 2
