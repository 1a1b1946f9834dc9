"""The register that the officers' guide speaks of: a county's housing protocol, made with the program's own verbs.

In force since December 2025 between probation and two councils; a landlord has its copies and has not signed.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from undersigned.editing.new import new_record
from undersigned.editing.release import release
from undersigned.records.files import load_files
from undersigned.register import Register, register_of

_MADE_ON = date(2025, 10, 6)
_AGREED_ON = date(2025, 11, 3)
_ORGANISATIONS = {
    "county-probation": "probation",
    "riverside-council": "local-authority",
    "oak-housing": "housing-provider",
    "elm-homes": "housing-provider",
    "hills-council": "local-authority",
}
_CONTACT = "# contact: {post: Partnerships Manager, mailbox: partnerships@example.org, phone: 01632 960000, confirmed_on: 2025-10-06}"
_SETTLED = {
    "status: draft": "status: signing",
    "# effective_from: 2027-04-01": "effective_from: 2025-12-01",
    "# dpia: {status: in-progress, reference: DPIA-1}": "dpia: {status: completed, reference: DPIA-1, completed_on: 2025-10-01}",
    "# appropriate_policy_document: {reference: APD-1}": "appropriate_policy_document: {reference: APD-1}",
}
_SIGNED = """
    approved_on: 2025-11-17
    signed_on: 2025-11-20
    signed_by: {post: Chief Officer, authority: office, reference: Scheme of delegation 4.2}
    method: electronic
"""


def make_register(root: Path) -> Path:
    """Writes it into the empty folder `root`."""
    (root / "mkdocs.yml").write_text("site_name: County register\n", encoding="utf-8")
    for id_, kind in _ORGANISATIONS.items():
        path = new_record(
            "organisation", _loaded(root), [id_], answers={"kind": kind, "jurisdiction": "england"}, as_of=_MADE_ON
        )
        if kind == "housing-provider":
            _replace(path, {"# legal: {duty_to_refer: yes}": "legal: {section_115_recipient: yes}"})
        _replace(
            path,
            {
                _CONTACT: f"contact: {{post: Partnerships Manager, mailbox: {id_}@example.org, confirmed_on: 2026-10-01}}"
            },
        )
    protocol = new_record(
        "protocol",
        _loaded(root),
        ["county-housing"],
        standard="housing-referral",
        as_of=_MADE_ON,
        answers={
            "title": "County Housing Protocol",
            "lead": "county-probation",
            "supervisors": "county-probation",
            "councils": "riverside-council, hills-council",
            "registered-landlords": "oak-housing",
        },
    )
    _replace(protocol, _SETTLED)
    release(_loaded(root), "county-housing", change="material", summary="First agreed text", agreed_on=_AGREED_ON)
    for id_ in ("county-probation", "riverside-council", "hills-council", "oak-housing"):
        answers = {
            "post": "Housing Partnerships Manager",
            "mailbox": f"{id_}@example.org",
            "deputy_post": "Team Leader",
            "sent_on": "2025-11-10",
        }
        path = new_record(
            "signature", _loaded(root), [id_, "county-housing"], answers=answers, as_of=date(2025, 11, 12)
        )
        text, _, _ = path.read_text(encoding="utf-8").partition("    # approved_on")
        text = text.replace("deputy_post: Team Leader\n", "deputy_post: Team Leader\n  confirmed_on: 2026-10-01\n")
        path.write_text(text if id_ == "oak-housing" else text.rstrip() + _SIGNED, encoding="utf-8")
    _replace(protocol, {"status: signing": "status: in-force"})
    return root


def _loaded(root: Path) -> Register:
    return register_of(root, load_files(root))


def _replace(path: Path, changes: dict[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after, 1)
    path.write_text(text, encoding="utf-8")
