"""Stamps a working text: writes `versions/<version>.yaml` and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from undersigned.changes import excess
from undersigned.changes.versions import WordingToJudge, wordings_to_judge
from undersigned.checks.people import name_in
from undersigned.editing import EditingError
from undersigned.editing.atomic import write_text
from undersigned.editing.yaml_write import render_version
from undersigned.records.fields import VERSION_NUMBER, surely_before, version_key
from undersigned.records.fingerprint import fingerprint_of, operative_text, with_reading_aids
from undersigned.records.reading import did_you_mean, read_record
from undersigned.records.source import PlainData, mapping_of, mappings, text_of
from undersigned.records.version import Change, Version
from undersigned.register import ProtocolFolder, Register
from undersigned.status import Identities, has_unreleased_changes
from undersigned.words.text import in_a_list

_MOST_SHOWN = 8


def release(
    register: Register,
    protocol_id: str,
    *,
    change: Change,
    summary: str,
    version: str | None = None,
    agreed_on: date,
    effective_from: date | None = None,
    replaces_earlier_on: date | None = None,
    judged_by: str | None = None,
) -> Path:
    """Stamps the working text as the next version (or as `version`) and returns the new file's path.

    `judged_by`: the post that compared the two wordings of an editorial change and judged that nobody owes more or less.

    Raises EditingError, and writes nothing, if a record has faults, the text has not changed, the change touches more
    than its kind may, or a number or a day goes back. Other findings do not stop it: `refuse_unjudged` is for callers
    that want a person's judgement first.
    """
    folder = register.protocol(protocol_id)
    if folder is None:
        raise EditingError(f"there is no protocol '{protocol_id}'", did_you_mean(protocol_id, register.protocol_ids))
    if not summary.strip():
        raise EditingError("a version needs a summary", "Say in one sentence what the change means to the parties.")
    _refuse_unreadable(register, folder)
    _refuse_without_text(folder)
    number = _next_number(folder, change, version)
    _refuse_days_going_back(folder, agreed_on)
    _refuse_change(register, folder, change, summary, agreed_on)
    _refuse_wrong_judge(change, (judged_by or "").strip())

    facts: dict[str, str | date] = {"agreed_on": agreed_on, "change": change, "summary": summary.strip()}
    if judged_by and judged_by.strip():
        facts["judged_by"] = " ".join(judged_by.split())
    if effective_from is not None:
        facts["effective_from"] = effective_from
    if replaces_earlier_on is not None:
        facts["replaces_earlier_on"] = replaces_earlier_on
    facts["fingerprint"] = folder.working_fingerprint
    path = f"protocols/{folder.id}/versions/{number}.yaml"
    return write_text(register.root, path, _proven(path, facts, folder), new=True)


def _proven(path: str, facts: dict[str, str | date], folder: ProtocolFolder) -> str:
    """Returns the file's text after reading it back and comparing it with what it stamps."""
    for quoted in (False, True):
        text = render_version(facts, with_reading_aids(folder.working_text, folder.record.source.data), quoted=quoted)
        record = read_record(path, text.encode("utf-8", "surrogatepass"), Version)
        stamped = mapping_of(record.source.data.get("text"))
        if (
            record.clean
            and fingerprint_of(operative_text(stamped, mapping_of(stamped.get("forms")))) == folder.working_fingerprint
        ):
            return text
    faults = "; ".join(dict.fromkeys(finding.message for finding in record.findings)) or "its fingerprint would differ"
    raise EditingError(
        f"the text of {folder.id} cannot be written as a version: {faults}",
        "Look in the text for characters that cannot be seen or written, and take them out.",
    )


def _refuse_unreadable(register: Register, folder: ProtocolFolder) -> None:
    findings = [
        *folder.record.findings,
        *(finding for form in folder.forms.values() for finding in form.findings),
        *(finding for version in folder.versions.values() for finding in version.findings),
    ]
    stamped = (
        f"protocols/{folder.id}/protocol.yaml",
        f"protocols/{folder.id}/versions/",
        f"protocols/{folder.id}/forms/",
    )
    # Without this, a version or form with a wrong name or kind would silently be missing from the stamp.
    findings += [
        f
        for f in (*register.findings, *folder.findings)
        if f.path.startswith(stamped) and f.code not in ("bad-id", "two-signing-records")
    ]
    if findings or folder.record.value is None:
        first = f" ({findings[0].path}:{findings[0].line}: {findings[0].message})" if findings else ""
        raise EditingError(
            f"{folder.id} has faults, so it cannot be stamped{first}", "Correct what 'undersigned check' reports first."
        )


def _refuse_without_text(folder: ProtocolFolder) -> None:
    protocol = folder.value
    if protocol.publication == "restricted" and not (protocol.flows or protocol.clauses or protocol.purpose):
        raise EditingError(
            f"{folder.id} is restricted and its text is not in this register",
            "Stamp it in the private register, and copy the version's file from there without its text.",
        )


def _next_number(folder: ProtocolFolder, change: Change, given: str | None) -> str:
    last = max(folder.versions, key=version_key, default=None)
    if last is None and change != "material":
        raise EditingError(
            f"the first version of {folder.id} must be material, not '{change}'", "Use --change material."
        )
    if given is not None:
        if not VERSION_NUMBER.match(given):
            raise EditingError(
                f"'{given}' is not a version number",
                "Versions are two whole numbers with a full stop, for example 1.0 or 2.1.",
            )
        if last is not None and version_key(given) <= version_key(last):
            raise EditingError(
                f"version {given} is not above the last one, {last}", f"Leave --version out, or give one above {last}."
            )
        return given
    if last is None:
        return "1.0"
    major, minor = version_key(last)
    return f"{major + 1}.0" if change == "material" else f"{major}.{minor + 1}"


def _refuse_days_going_back(folder: ProtocolFolder, agreed_on: date) -> None:
    for number, version in reversed(folder.read_versions()):
        if surely_before(agreed_on, version.agreed_on):
            raise EditingError(
                f"{agreed_on} is before version {number} was agreed ({version.agreed_on})",
                "Give the day it was agreed with --as-of.",
            )


def _refuse_change(register: Register, folder: ProtocolFolder, change: Change, summary: str, agreed_on: date) -> None:
    versions = folder.read_versions()
    if not versions:
        return
    newest, version = versions[-1]
    before = folder.stamped_text(newest)
    same = folder.working_fingerprint in (version.fingerprint, folder.fingerprint_of_text(newest))
    if same or (before is not None and not has_unreleased_changes(folder, register, as_of=agreed_on)):
        raise EditingError(
            f"the text of {folder.id} has not changed since version {newest}",
            "A version stamps a changed text. A body that is renamed or succeeded needs none.",
        )
    if change == "material":
        return
    if before is None:
        raise EditingError(
            f"version {newest} has no text here, so nothing shows that this change is only '{change}'",
            "Use --change material, or put the text of the last version back.",
        )
    identities = Identities(folder, register, as_of=agreed_on)
    after = folder.working_text
    succeeded = _succeeded(register, identities, before) | _succeeded(register, identities, after)
    beyond = excess(
        change,
        identities.rename(before),
        identities.rename(after),
        summary=summary,
        agreed_on=agreed_on,
        succeeded=succeeded,
    )
    if beyond:
        named = [str(getattr(difference, "label", difference)) for difference in beyond]
        more = f" and {len(named) - _MOST_SHOWN} more" if len(named) > _MOST_SHOWN else ""
        raise EditingError(
            f"this is more than a change of kind '{change}' may touch: {'; '.join(named[:_MOST_SHOWN])}{more}",
            "Use --change material, or take these changes out of the working text.",
        )


def wordings_of_stamp(register: Register, protocol_id: str, *, agreed_on: date) -> list[WordingToJudge]:
    """The texts whose wording a stamp of the working text would change; empty if there is no earlier text to compare.

    Show them to the person who judges whether the change is editorial.
    """
    folder = register.protocol(protocol_id)
    newest = next(reversed(folder.versions), None) if folder is not None else None
    before = folder.stamped_text(newest) if folder is not None and newest is not None else None
    if folder is None or before is None or not folder.readable or not folder.text_is_clean:
        return []
    identities = Identities(folder, register, as_of=agreed_on)
    return wordings_to_judge(identities.rename(before), identities.rename(folder.working_text), register)


def refuse_unjudged(register: Register, protocol_id: str, *, agreed_on: date) -> None:
    """Raises EditingError if an editorial stamp would change words that may say what is owed: a person must judge them."""
    in_doubt = [one.wording for one in wordings_of_stamp(register, protocol_id, agreed_on=agreed_on) if one.points]
    if in_doubt:
        texts = in_a_list([wording.label for wording in in_doubt], most=_MOST_SHOWN, rest="more")
        raise EditingError(
            f"a person must judge whether anybody now owes more or less: words that may say so have changed in {texts}",
            "If nobody does, name the post that compared the two wordings with --judged-by POST. "
            "If anybody does, use --change material.",
        )


def _refuse_wrong_judge(change: Change, judged_by: str) -> None:
    if judged_by and change != "editorial":
        raise EditingError(
            f"nobody judges the wording of a change of kind '{change}'",
            "Leave --judged-by out. Only an editorial change needs it.",
        )
    if judged_by and name_in(judged_by) is not None:
        raise EditingError(
            f"'{judged_by}' looks like the name of a person", "Give the post, such as 'Information Governance Manager'."
        )


def _succeeded(register: Register, identities: Identities, text: Mapping[str, PlainData]) -> frozenset[str]:
    """Returns the present ids of parties that took another body's place."""
    named = {text_of(party.get("organisation")) for party in mappings(text.get("parties"))} - {""}
    return frozenset(
        id_ for name in named for id_ in identities.present(name) if id_ != register.present_organisation(name)
    )
