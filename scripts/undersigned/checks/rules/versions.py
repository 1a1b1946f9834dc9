"""Versions: what a stamp must be, what a kind of change may touch, and what has not been stamped yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from undersigned.changes import Difference, Unmet, changed_obligation, differences, excess, is_wording, key_of
from undersigned.checks.engine import ProtocolSubject, RecordLike, RuleSet
from undersigned.checks.rules.references import unknown_organisation
from undersigned.records.fields import FINGERPRINT, has_happened, surely_before
from undersigned.records.findings import Finding, Place
from undersigned.records.fingerprint import fingerprint_of_document, is_made_up
from undersigned.records.protocol import ENDED, OPERATIVE_FIELDS, StampedText
from undersigned.records.reading import did_you_mean
from undersigned.records.source import KeyPath, PlainData, value_at
from undersigned.records.version import Version
from undersigned.status import takes_effect


def check_version_named(subject: ProtocolSubject, record: RecordLike, path: KeyPath, number: str) -> Iterator[Finding]:
    """A signature or review names a version that there is. `path`: the mapping with `version`."""
    if number not in subject.folder.versions:
        yield from subject.find(
            "no-such-version",
            record,
            (*path, "version"),
            words="some" if subject.folder.versions else "none" if subject.has_text else "none-restricted",
            protocol=subject.folder.id,
            version=number,
            near=did_you_mean(number, subject.folder.versions),
        )


def check_fingerprint(
    subject: ProtocolSubject, record: RecordLike, path: KeyPath, number: str, given: str | None, *, required: bool
) -> Iterator[Finding]:
    """The fingerprint beside a version number is there, well formed, and that version's."""
    version = stamp_of(subject, number)
    if given is None:
        if required and version is not None and version.fingerprint is not None:
            yield from subject.find(
                "fingerprint-missing",
                record,
                path,
                missing="fingerprint",
                words="default" if record.clean else "by-hand",
                version=number,
                fingerprint=version.fingerprint,
            )
        return
    if not FINGERPRINT.match(given):
        yield from subject.find("bad-fingerprint", record, (*path, "fingerprint"), fingerprint=given)
        return
    if version is None or fits(subject, number, given):
        return
    other = next((n for n in subject.folder.versions if n != number and fits(subject, n, given)), None)
    yield from subject.find(
        "wrong-fingerprint",
        record,
        (*path, "fingerprint"),
        words="of-other" if other else "none" if version.fingerprint is None else "default",
        version=number,
        other=other,
        fingerprint=version.fingerprint,
    )


def stamp_of(subject: ProtocolSubject, number: str) -> Version | None:
    """The version if there is one and it reads."""
    record = subject.folder.versions.get(number)
    return None if record is None else record.value


def fits(subject: ProtocolSubject, number: str, fingerprint: str) -> bool:
    """Whether the fingerprint is the version's, as stamped or as worked out from its text."""
    version = stamp_of(subject, number)
    return version is not None and fingerprint in (version.fingerprint, subject.folder.fingerprint_of_text(number))


#: A SHA-256 digest. Programs write it in small letters or in capitals.
SHA256 = re.compile(r"[0-9a-fA-F]{64}\Z")
_MOST_TERMS = 6
#: What a restricted protocol does not show; title, parties and dates are public.
_RESTRICTED_FIELDS = ("purpose", "people", "considerations", "data_items", "flows", "clauses")


# -- terms ----------------------------------------------------------------------------------------------------------


def written_path(data: PlainData, path: Iterable[str]) -> KeyPath:
    """A path by ids, as the path in the file, as far as it is there."""
    out: KeyPath = ()
    for name in path:
        if isinstance(data, dict) and name in data:
            data, out = data[name], (*out, name)
        elif isinstance(data, list):
            index = next((i for i, entry in enumerate(data) if key_of(entry, str(out[-1]), i) == name), None)
            if index is None:
                break
            data, out = data[index], (*out, index)
        else:
            break
    return out


def named_terms(found: Iterable[Difference | Unmet]) -> list[str]:
    """The terms by name, not too many of them."""
    labels = list(dict.fromkeys(term.label for term in found if isinstance(term, Difference)))
    more = len(labels) - _MOST_TERMS
    return labels if more < 2 else [*labels[:_MOST_TERMS], f"{more} more"]


# -- rules ----------------------------------------------------------------------------------------------------------


def check_stamps(subject: ProtocolSubject) -> Iterator[Finding]:
    """A stamp carries the fingerprint of its own text, or of the document that it represents."""
    for number, record in subject.folder.versions.items():
        version = record.value
        if version is None:
            continue
        yield from _check_document(subject, number, version)
        own = subject.folder.fingerprint_of_text(number)
        given = version.fingerprint
        if given is None:
            if own is not None and not record.was_dropped("text"):
                yield from subject.find(
                    "stamp-mismatch", record, words="missing", missing="fingerprint", version=number, own=own
                )
            continue
        if not FINGERPRINT.match(given):
            yield from subject.find("bad-fingerprint", record, ("fingerprint",), words="version", fingerprint=given)
        elif version.text is None and is_made_up(given.rpartition(":")[2]):
            yield from subject.find("bad-fingerprint", record, ("fingerprint",), words="made-up")
        elif version.text is None and given.startswith("d1:") and version.document is None:
            yield from subject.find("document-unclear", record, ("fingerprint",), words="no-document")
        elif own is not None and own != given and not record.was_dropped("text"):
            yield from subject.find("stamp-mismatch", record, ("fingerprint",), version=number, own=own)


def _check_document(subject: ProtocolSubject, number: str, version: Version) -> Iterator[Finding]:
    """A document that replaces the text says who holds it, and is known by the SHA-256 of its file if there is a scan."""
    document, record = version.document, subject.folder.versions[number]
    if document is None:
        return
    if version.text is not None:
        yield from subject.find("document-unclear", record, ("document",), words="and-text", version=number)
        return
    if document.held_by is None:
        yield from subject.find("document-unclear", record, ("document",), words="held-by", missing="held_by")
    else:
        yield from unknown_organisation(subject, record, ("document", "held_by"), document.held_by)
    digest, given = document.sha256, version.fingerprint
    if digest is None:
        if given is not None and FINGERPRINT.match(given):
            yield from subject.find("document-unclear", record, ("fingerprint",), words="no-digest")
        return
    if not SHA256.match(digest) or is_made_up(digest.lower()):
        words = "made-up" if SHA256.match(digest) else "digest"
        yield from subject.find("document-unclear", record, ("document", "sha256"), words=words, digest=digest)
        return
    own = fingerprint_of_document(digest.lower())
    if given is None:
        yield from subject.find("document-unclear", record, words="no-fingerprint", missing="fingerprint", own=own)
    elif FINGERPRINT.match(given) and given != own:
        yield from subject.find("document-unclear", record, ("fingerprint",), words="mismatch", own=own)


def check_version_days(subject: ProtocolSubject) -> Iterator[Finding]:
    """Versions are agreed one after the other, in the past, and take effect neither before the protocol nor after their end."""
    last: tuple[str, Version] | None = None
    start = subject.protocol.effective_from
    for number, version in subject.folder.read_versions():
        record = subject.folder.versions[number]
        if surely_before(subject.as_of, version.agreed_on):
            yield from subject.find("version-in-future", record, ("agreed_on",), version=number, day=version.agreed_on)
        if last is not None and surely_before(version.agreed_on, last[1].agreed_on):
            yield from subject.find(
                "version-order",
                record,
                ("agreed_on",),
                version=number,
                day=version.agreed_on,
                other=last[0],
                other_day=last[1].agreed_on,
            )
        else:
            last = (number, version)
        own = version.effective_from
        if own is not None and start is not None and surely_before(own, start):
            yield from subject.find(
                "effect-too-early", record, ("effective_from",), words="protocol", version=number, day=own, start=start
            )
        elif own is not None and surely_before(own, version.agreed_on):
            yield from subject.find(
                "effect-too-early",
                record,
                ("effective_from",),
                words="agreed",
                severity="warning",
                version=number,
                day=own,
                agreed=version.agreed_on,
            )
        yield from _days_of_end(subject, number, version)


def _days_of_end(subject: ProtocolSubject, number: str, version: Version) -> Iterator[Finding]:
    record = subject.folder.versions[number]
    effect = takes_effect(subject.folder, version)
    replaces = version.replaces_earlier_on
    if replaces is not None and surely_before(replaces, effect):
        yield from subject.find(
            "replaces-too-early", record, ("replaces_earlier_on",), version=number, day=replaces, effect=effect
        )
    end = version.text.effective_to if version.text is not None else None
    # The working text with the same end is asked by the rules on dates.
    if end is not None and surely_before(end, effect) and end != subject.protocol.effective_to:
        yield from subject.find(
            "ends-before-effect", record, ("text", "effective_to"), version=number, day=end, effect=effect
        )


def check_first_version(subject: ProtocolSubject) -> Iterator[Finding]:
    """The first version is material, and the protocol does not begin before it."""
    number, record = next(iter(subject.folder.versions.items()), ("", None))
    if record is None or record.value is None:
        return
    version = record.value
    if version.change != "material":
        yield from subject.find("first-version-material", record, ("change",), version=number, change=version.change)
    start = subject.protocol.effective_from
    # In force although no text is in effect yet: that is said of its status.
    yet_to_come = subject.protocol.status == "in-force" and not has_happened(
        takes_effect(subject.folder, version), subject.as_of
    )
    if start is not None and not yet_to_come and surely_before(start, version.takes_effect):
        yield from subject.find(
            "start-without-text",
            subject.record,
            ("effective_from",),
            version=number,
            day=start,
            effect=version.takes_effect,
        )


def check_kind_of_change(subject: ProtocolSubject) -> Iterator[Finding]:
    """A stamp touches no more than its kind of change may; an editorial one changes nothing that is owed."""
    versions = list(subject.folder.versions)
    for earlier, number in pairwise(versions):
        record, before_record = subject.folder.versions[number], subject.folder.versions[earlier]
        version, before_version = record.value, before_record.value
        if version is None or before_version is None:
            continue
        if version.fingerprint is not None and version.fingerprint == before_version.fingerprint:
            yield from subject.find("unchanged-stamp", record, ("fingerprint",), version=number, other=earlier)
            continue
        if version.change == "material" or record.was_dropped("text") or before_record.was_dropped("text"):
            continue
        before, after = subject.folder.stamped_text(earlier), subject.folder.stamped_text(number)
        if before is None or after is None:
            continue
        identities = subject.signing.identities
        before, after = identities.rename(before), identities.rename(after)
        succeeded = _succeeded(subject, before_version.text) | _succeeded(subject, version.text)
        found = excess(
            version.change, before, after, summary=version.summary, agreed_on=version.agreed_on, succeeded=succeeded
        )
        terms = named_terms(found)
        if terms:
            yield from subject.find(
                "change-exceeds-kind",
                record,
                ("change",),
                words=version.change,
                version=number,
                other=earlier,
                terms=terms,
            )
        for lacking in found:
            if isinstance(lacking, Unmet):
                yield from _extension(subject, number, version, lacking)
        if version.change == "editorial":
            yield from _obligations(subject, number, before, after)


def _extension(subject: ProtocolSubject, number: str, version: Version, lacking: Unmet) -> Iterator[Finding]:
    path: tuple[str, ...] = {Unmet.PASSED: ("agreed_on",), Unmet.NO_CLAUSE: ("summary",)}.get(
        lacking, ("text", "effective_to")
    )
    record = subject.folder.versions[number]
    words = lacking.name.lower().replace("_", "-")
    yield from subject.find("extension-not-allowed", record, path, words=words, version=number)


def _obligations(
    subject: ProtocolSubject, number: str, before: Mapping[str, PlainData], after: Mapping[str, PlainData]
) -> Iterator[Finding]:
    record = subject.folder.versions[number]
    for difference in differences(before, after):
        before_words = difference.before
        if not is_wording(difference) or not isinstance(before_words, str) or difference.after is None:
            continue
        path = written_path(record.source.data, ("text", *difference.path))
        changed = changed_obligation(before_words, _text_at(record.source.data, path))
        if changed is None:
            continue
        was, is_, offset = changed
        words = "default" if was and is_ else "brought" if is_ else "taken"
        yield from subject.find(
            "editorial-changes-obligation",
            record,
            at=record.source.place_in(path, offset),
            words=words,
            version=number,
            term=difference.label,
            was=was,
            now=is_,
        )


def _text_at(data: PlainData, path: KeyPath) -> str:
    at = value_at(data, path)
    return at if isinstance(at, str) else ""


def _succeeded(subject: ProtocolSubject, text: StampedText | None) -> frozenset[str]:
    """The parties, under present ids, that are there by having taken another's place."""
    own = subject.register.present_organisation
    return frozenset(
        id_
        for party in (text.parties if text else ())
        for id_ in subject.signing.identities.present(party.organisation)
        if id_ != own(party.organisation)
    )


def check_working_text(subject: ProtocolSubject) -> Iterator[Finding]:
    """A text in force, or out for signature, is the stamped one: what differs in the working text is named."""
    status = subject.protocol.status
    if not subject.is_live or not _text_reads(subject):
        return
    number = next(reversed(subject.folder.versions), None)
    own = None if number is None else subject.folder.fingerprint_of_text(number)
    if number is None or own is None or own == subject.folder.working_fingerprint:
        return
    stamped = subject.folder.stamped_text(number)
    if stamped is None:
        return
    identities = subject.signing.identities
    found = differences(identities.rename(stamped), identities.rename(subject.folder.working_text))
    if not found:
        return
    places = [place for difference in found if (place := _place_in_working_text(subject, difference)) is not None]
    yield from subject.find(
        "amendment-in-preparation",
        subject.record,
        at=min(places, default=subject.record.place()),
        words=status,
        severity="warning" if status == "in-force" else "advice",
        version=number,
        terms=named_terms(found),
    )


def _text_reads(subject: ProtocolSubject) -> bool:
    if any(subject.record.was_dropped(field) for field in OPERATIVE_FIELDS):
        return False
    return all(form.clean for form in subject.folder.forms.values())


def _place_in_working_text(subject: ProtocolSubject, difference: Difference) -> Place | None:
    path = written_path(subject.record.source.data, difference.path)
    return subject.record.source.place(*path) if path else None


def check_texts_held(subject: ProtocolSubject) -> Iterator[Finding]:
    """A restricted text is not in a public repository; a public protocol's versions have their texts."""
    restricted = subject.protocol.publication == "restricted"
    if not restricted:
        if subject.protocol.status in ENDED:
            return
        for number, record in subject.folder.versions.items():
            version = record.value
            if version is not None and version.text is None and version.document is None and record.lacks("text"):
                yield from subject.find("text-not-held", record, missing="text", version=number)
        return
    if subject.register.repository_private:
        return
    data = subject.record.source.data
    held = [field for field in _RESTRICTED_FIELDS if field in data]
    if held:
        yield from subject.find("restricted-text", subject.record, (held[0],), words="working", fields=held)
    for number, record in subject.folder.versions.items():
        if "text" in record.source.data:
            yield from subject.find("restricted-text", record, ("text",), words="version", version=number)
    for id_, form in subject.folder.forms.items():
        yield from subject.find("restricted-text", form, words="form", form=id_)


RULES = RuleSet(
    protocol=(
        check_stamps,
        check_version_days,
        check_first_version,
        check_kind_of_change,
        check_working_text,
        check_texts_held,
    )
)
