"""A new organisation and a new signing record: what to ask, and their files."""

from __future__ import annotations

from undersigned.editing import EditingError
from undersigned.editing.commented import render_commented
from undersigned.editing.request import Question, Request, as_name, check_new_id, find_organisation
from undersigned.records.organisation import Organisation
from undersigned.records.signature import SigningRecord
from undersigned.records.source import Data
from undersigned.records.vocabulary import vocabulary
from undersigned.status import Identities, newest_version, party_text


def ask_organisation(request: Request) -> list[Question]:
    """What to ask; EditingError where the organisation could not be made whatever is answered."""
    id_ = check_new_id(request.ids[0], "an organisation")
    if request.register.has_organisation(id_):
        raise EditingError(
            f"there is or was an organisation '{id_}' already", "An id is never used again; choose another."
        )
    return [
        Question("name", "Its full name", as_name(id_)),
        Question("kind", "What kind of body", "other", tuple(vocabulary().organisation_kinds)),
        Question(
            "jurisdiction",
            "Where it acts",
            None,
            ("england", "wales", "scotland", "northern-ireland", "ireland", "crown-dependency"),
        ),
        Question("website", "Its address on the web, beginning with https"),
    ]


def write_organisation(request: Request) -> dict[str, str]:
    """Path to text, the organisation itself last."""
    data: dict[str, Data] = {name: value for name, value in request.answers.items() if value}
    text = render_commented(
        Organisation,
        data,
        examples={
            "kind": "other",
            "jurisdiction": "england",
            "areas": "[staffordshire]",
            "also_known_as": "[A shorter name]",
            "website": "https://www.example.org",
            "ico_registration": "Z0000000",
            "legal": "{duty_to_refer: yes}",
            "parent": "(the id of the parent)",
            "hosted_by": "(the id of the host)",
            "data_protection_officer": "{post: Data Protection Officer, mailbox: dpo@example.org}",
            "contact": f"{{post: Partnerships Manager, mailbox: partnerships@example.org, confirmed_on: {request.as_of}}}",
            "accounts": '["@example-council/partnerships"]',
            "postal_address": "Partnerships Office, Example Street, Example Town",
        },
        leave_out=frozenset({"formerly", "dissolved_on", "successors"}),
    )
    return {f"signatories/{request.ids[0]}/organisation.yaml": text}


def ask_signature(request: Request) -> list[Question]:
    """What to ask; EditingError where the signing record could not be made whatever is answered."""
    organisation, folder = find_organisation(request.register, request.ids[0]), request.protocol()
    if organisation in folder.signing:
        raise EditingError(f"{folder.signing[organisation].path} exists already", "Add an entry to it.")
    identities = Identities(folder, request.register, as_of=request.as_of)
    named = {
        **identities.present_parties(folder.value.parties),
        **identities.present_parties(party_text(folder, as_of=request.as_of)),
    }
    if organisation not in named:
        raise EditingError(
            f"{organisation} is no party to {folder.id}", f"Add it to the parties of {folder.record.path} first."
        )
    newest = newest_version(folder, as_of=request.as_of)
    default = "Nominated officer (to be confirmed)" if newest is None or not named[organisation].signs else None
    return [
        Question("post", "The post of its nominated officer, never a name", default),
        Question("mailbox", "The shared mailbox of that post"),
        Question("deputy_post", "The post that stands in"),
        Question("sent_on", "The day two copies went out to it, if they have (as 2026-05-01)"),
    ]


def write_signature(request: Request) -> dict[str, str]:
    """Path to text, the signing record itself last."""
    organisation, folder = find_organisation(request.register, request.ids[0]), request.protocol()
    officer = {name: request.answers[name] for name in ("post", "mailbox", "deputy_post") if request.answers[name]}
    data: dict[str, Data] = {"nominated_officer": officer} if officer else {}
    newest = newest_version(folder, as_of=request.as_of)
    if newest is not None:
        number, version = newest
        entry = {"version": number, "fingerprint": version.fingerprint}
        if request.answer("sent_on"):
            entry["sent_on"] = request.answers["sent_on"]
        data["signatures"] = [entry]
    lines = [
        "# sent_on: 2026-05-04",
        "# approved_on: 2026-05-14",
        "# signed_on: 2026-05-20",
        "# signed_by: {post: Chief Executive, authority: office}   # or delegation, resolution, deed, with a reference",
        "# method: wet-ink   # or electronic, digital-certificate, deed, minute",
        "# returned_on: 2026-05-28",
    ]
    text = render_commented(
        SigningRecord,
        data,
        examples={
            "nominated_officer": f"{{post: Housing Options Manager, mailbox: housing@example.org, deputy_post: Team Leader, confirmed_on: {request.as_of}}}",
            "other_officers": "[{post: Duty officer, mailbox: duty@example.org, hours: out-of-hours}]",
            "signatures": '\n  - version: "1.0"\n    sent_on: 2026-05-04\n    signed_on: 2026-05-20',
        },
        leave_out=frozenset({"inherits"}),
    )
    if newest is not None:
        text += "".join(
            f"    {line}\n" for line in lines if not (request.answer("sent_on") and line.startswith("# sent_on"))
        )
    return {f"signatories/{organisation}/{folder.id}.yaml": text}
