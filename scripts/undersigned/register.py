"""Joins all records of a register, with look-ups. Reads the folder once and parses a record when it is first needed.

Collects faults of files and names and judges nothing else. Never prints, writes or reads the clock.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar, cast

from undersigned.records.areas import Areas, Landscape
from undersigned.records.fields import KEBAB, RESERVED, VERSION_NUMBER, Authored, When, in_time, version_key, when_of
from undersigned.records.files import Files, load_files, printable, read_bytes
from undersigned.records.findings import Finding, file_finding, shape_finding
from undersigned.records.fingerprint import fingerprint_of, operative_text
from undersigned.records.for_people import ForPeople
from undersigned.records.form import Form
from undersigned.records.law import LawState
from undersigned.records.names import FOR_PEOPLE, Names, names_of
from undersigned.records.organisation import Organisation
from undersigned.records.outcome import SMALLEST_SHOWN, Outcome
from undersigned.records.protocol import Protocol, ProtocolLine, StampedText
from undersigned.records.provision import AreaProvision, Provision
from undersigned.records.reading import Record, read_record
from undersigned.records.review import Review
from undersigned.records.signature import NominatedOfficer, SigningRecord
from undersigned.records.source import PlainData, Source, list_of
from undersigned.records.version import Version
from undersigned.words.form_links import FormLinks, form_links

NO_FORMS = FormLinks()
M = TypeVar("M", bound=Authored)


@dataclass
class ProtocolFolder:
    """A protocol, everything in its folder, and its signing records. Keys of `signing` are present ids."""

    id: str
    record: Record[Protocol]
    versions: dict[str, Record[Version]]
    forms: dict[str, Record[Form]]
    reviews: dict[When, Record[Review]]
    outcomes: dict[str, Record[Outcome]]
    signing: dict[str, Record[SigningRecord]]
    findings: list[Finding] = field(default_factory=list)
    for_people: Record[ForPeople] | None = None

    @property
    def value(self) -> Protocol:
        """The working text. Use it only if the record is readable."""
        if self.record.value is None:
            raise ValueError(f"{self.id} does not read")
        return self.record.value

    @property
    def readable(self) -> bool:
        return self.record.value is not None

    @property
    def clean(self) -> bool:
        """Whether every record of the protocol and every signing record was read without faults."""
        return all(part.clean for part in self.records())

    @property
    def text_is_clean(self) -> bool:
        """Whether the working text, its forms and the newest stamp have no faults, so that texts can be compared."""
        newest = next(reversed(self.versions.values()), None)
        return (
            self.record.clean and (newest is None or newest.clean) and all(form.clean for form in self.forms.values())
        )

    def clean_part(self) -> ProtocolFolder:
        """Returns the same folder without the forms, reviews, returns and signing records that have faults."""
        parts = (self.forms, self.reviews, self.outcomes, self.signing)
        if all(record.clean for part in parts for record in part.values()):
            return self  # with what it has worked out
        return replace(
            self,
            forms={id_: record for id_, record in self.forms.items() if record.clean},
            reviews={day: record for day, record in self.reviews.items() if record.clean},
            outcomes={id_: record for id_, record in self.outcomes.items() if record.clean},
            signing={id_: record for id_, record in self.signing.items() if record.clean},
        )

    def records(self) -> Iterator[Record[Authored]]:
        yield from [  # type: ignore[misc]
            self.record,
            *self.versions.values(),
            *self.forms.values(),
            *self.reviews.values(),
            *self.outcomes.values(),
            *self.signing.values(),
            *([self.for_people] if self.for_people is not None else []),
        ]

    @cached_property
    def working_text(self) -> dict[str, PlainData]:
        """The canonical operative text of `protocol.yaml` with its forms."""
        return operative_text(self.record.source.data, {id_: form.source.data for id_, form in self.forms.items()})

    @cached_property
    def working_fingerprint(self) -> str:
        newest = next(reversed(self.versions), "")
        if self.working_text == self.stamped_text(newest):  # the usual case, and cheaper to detect
            return self._stamp_fingerprints[newest]
        return fingerprint_of(self.working_text)

    def stamped_text(self, version: str) -> dict[str, PlainData] | None:
        """Returns the canonical operative text of a version; None if it has faults or no text."""
        return self._stamped_texts.get(version)

    @cached_property
    def _stamped_texts(self) -> dict[str, dict[str, PlainData]]:
        found: dict[str, dict[str, PlainData]] = {}
        for version, record in self.versions.items():
            text = record.source.data.get("text") if record.value is not None else None
            if isinstance(text, dict):
                forms = text.get("forms")
                found[version] = operative_text(text, forms if isinstance(forms, dict) else {})
        return found

    def fingerprint_of_text(self, version: str) -> str | None:
        """Returns the fingerprint computed from a version's own text; None if it has none."""
        return self._stamp_fingerprints.get(version)

    @cached_property
    def _stamp_fingerprints(self) -> dict[str, str]:
        return {version: fingerprint_of(text) for version, text in self._stamped_texts.items()}

    def read_versions(self) -> list[tuple[str, Version]]:
        """Returns the versions without faults, oldest first."""
        return [(number, record.value) for number, record in self.versions.items() if record.value is not None]

    def text_of(self, version: str) -> StampedText | None:
        record = self.versions.get(version)
        return None if record is None or record.value is None else record.value.text


@dataclass
class Known:
    """What registers of mostly the same files share, so that only a file with other bytes is parsed again."""

    lines: dict[str, tuple[bytes, ProtocolLine | None]] = field(default_factory=dict)
    organisations: dict[str, tuple[bytes, Record[Organisation]]] = field(default_factory=dict)
    officers: dict[str, tuple[bytes, NominatedOfficer | None]] = field(default_factory=dict)
    names: Names | None = None
    #: How many records of protocols are kept, those used last. A check of a whole register reads each of them once.
    most: int = 0
    _records: dict[tuple[str, bytes], Record[Authored]] = field(default_factory=dict)

    def read(self, path: str, raw: bytes, model: type[M]) -> Record[M]:
        """The record that a file with these bytes is, as `read_record` makes it."""
        if not self.most:
            return read_record(path, raw, model)
        # A path holds one kind of record only, so what is kept for it is of this model.
        record = cast("Record[M] | None", self._records.pop((path, raw), None)) or read_record(path, raw, model)
        self._records[path, raw] = cast("Record[Authored]", record)
        if len(self._records) > self.most:
            for oldest in list(self._records)[: -self.most]:  # a copy: another thread may add one meanwhile
                self._records.pop(oldest, None)
        return record

    def kept(self) -> Iterator[tuple[str, bytes, Record[Authored]]]:
        """Yields path, bytes and record of each that is kept. Nobody may change these records."""
        for (path, raw), record in self._records.items():
            yield path, raw, record


class Register:
    """The whole register. Look-ups take present ids; `present_organisation` and `present_protocol` follow renames.

    `address`: where the site is published, or "". `hide_up_to`: the largest count of people that is hidden.
    `commit`: the full id of the commit of the files, or "" if unknown. `tag`: what the ids in its feeds begin with, or "".
    `example`: its records are worked examples. `forms`: where forms can be opened.
    """

    def __init__(
        self,
        root: Path,
        files: Files,
        *,
        repository_private: bool = False,
        address: str = "",
        commit: str = "",
        hide_up_to: int = SMALLEST_SHOWN - 1,
        tag: str = "",
        example: bool = False,
        forms: FormLinks = NO_FORMS,
        known: Known | None = None,
    ) -> None:
        self.root = root
        self.forms = forms
        self.address = address
        self.commit = commit
        self.files = files
        self.repository_private = repository_private
        self.hide_up_to = hide_up_to
        self.tag = tag
        self.example = example
        self._protocols: dict[str, ProtocolFolder] = {}
        self._protocol_records: dict[str, Record[Protocol]] = {}
        self._organisations: dict[str, Record[Organisation]] = {}
        self.known = known if known is not None else Known()
        names = self.known.names
        self.names = names if names is not None and names.are_of(files) else names_of(files)
        self.protocol_ids, self.organisation_ids = self.names.protocol_ids, self.names.organisation_ids

    def aside(self, root: Path) -> Register:
        """The same register for a program that writes into another folder."""
        register = self.with_files({})
        register.root = root
        return register

    def with_files(self, contents: Mapping[str, bytes]) -> Register:
        """The register as it would be with these files, path to content, added or replaced. Nothing is written."""
        # A ChainMap's types ask for maps that can be written; it writes into the first one only, and nobody does.
        files = replace(self.files, contents=ChainMap(dict(contents), self.files.contents))  # type: ignore[arg-type]
        if any(path not in self.files.contents for path in contents):
            folders = {*self.files.folders, *("/".join(path.split("/")[:2]) for path in contents)}
            files = replace(files, folders=tuple(sorted(folders)))
        return Register(
            self.root,
            files,
            repository_private=self.repository_private,
            address=self.address,
            hide_up_to=self.hide_up_to,
            tag=self.tag,
            example=self.example,
            forms=self.forms,
            known=replace(self.known, names=self.names),
        )

    def __reduce__(self) -> tuple[Callable[..., Register], tuple[object, ...]]:
        """Another process gets the files and parses them itself."""
        settings = (self.repository_private, self.address, self.commit, self.hide_up_to, self.tag, self.example)
        files = replace(self.files, contents=dict(self.files.contents))
        return _register_again, (self.root, files, *settings, self.forms)

    # -- what there is ------------------------------------------------------------------------------------------

    @cached_property
    def findings(self) -> list[Finding]:
        """What is wrong with names and kinds of file, in the order in which it was met."""
        return [*self.files.findings, *(_finding(fault) for fault in self.names.faults)]

    def findings_in(self, folders: Collection[str]) -> Iterator[Finding]:
        """Those of `findings` that lie in some folders, such as `protocols/county-housing`, or are one of them."""
        for finding in self.files.findings:
            if _folder_of(finding.path) in folders:
                yield finding
        for fault in self.names.faults:
            if _folder_of(fault[0]) in folders:
                yield _finding(fault)

    @cached_property
    def former_protocols(self) -> dict[str, str]:
        """Former protocol id to present id."""
        found: dict[str, str] = {}
        for id_ in self.protocol_ids:
            # Only files that contain the word are parsed.
            if b"formerly" in self.files.contents.get(f"protocols/{id_}/protocol.yaml", b""):
                value = self._protocol_record(id_).value
                for former in value.formerly if value else ():
                    found.setdefault(former, id_)
        return found

    @cached_property
    def former_organisations(self) -> dict[str, str]:
        """Former organisation id to present id."""
        found: dict[str, str] = {}
        for id_ in self.organisation_ids:
            if b"formerly" in self.files.contents.get(f"signatories/{id_}/organisation.yaml", b""):
                record = self.organisation(id_)
                for former in record.value.formerly if record and record.value else ():
                    found.setdefault(former, id_)
        return found

    @cached_property
    def superseding(self) -> dict[str, tuple[str, ...]]:
        """By present id: the protocols that say they supersede it."""
        found: dict[str, tuple[str, ...]] = {}
        for id_ in self.protocol_ids:
            if b"supersedes" in self.files.contents.get(f"protocols/{id_}/protocol.yaml", b""):
                value = self._protocol_record(id_).value
                for old in value.supersedes if value else ():
                    older = self.present_protocol(old)
                    if older != id_:
                        found[older] = (*found.get(older, ()), id_)
        return found

    def present_organisation(self, id_: str) -> str:
        """Returns the present id of an organisation."""
        return id_ if id_ in self._organisation_set else self.former_organisations.get(id_, id_)

    def present_protocol(self, id_: str) -> str:
        return id_ if id_ in self._protocol_set else self.former_protocols.get(id_, id_)

    @cached_property
    def _organisation_set(self) -> frozenset[str]:
        return frozenset(self.organisation_ids)

    @cached_property
    def _protocol_set(self) -> frozenset[str]:
        return frozenset(self.protocol_ids)

    def has_organisation(self, id_: str) -> bool:
        """Returns whether it exists, readable or not, under this id or a former one."""
        return self.present_organisation(id_) in self._organisation_set

    def has_protocol(self, id_: str) -> bool:
        return self.present_protocol(id_) in self._protocol_set

    # -- records ------------------------------------------------------------------------------------------------

    @cached_property
    def areas_record(self) -> Record[Areas] | None:
        """`areas.yaml`; None without one."""
        raw = self.files.contents.get("areas.yaml")
        return None if raw is None else read_record("areas.yaml", raw, Areas)

    @property
    def parts_of_areas(self) -> Mapping[str, tuple[str, ...]]:
        """For each area that consists of others, these."""
        record = self.areas_record
        return {} if record is None or record.value is None else record.value.parts

    @cached_property
    def landscape_record(self) -> Record[Landscape] | None:
        """`landscape.yaml`; None without one."""
        raw = self.files.contents.get("landscape.yaml")
        return None if raw is None else read_record("landscape.yaml", raw, Landscape)

    @cached_property
    def law_records(self) -> tuple[Record[LawState], ...]:
        """What the law watch last confirmed of each Act, in the order of the file names."""
        return tuple(self._read(path, LawState) for path in self.names.law_paths)

    @cached_property
    def law_states(self) -> Mapping[str, LawState]:
        """The same by item, without those that have faults."""
        return {record.value.item: record.value for record in self.law_records if record.value is not None}

    @cached_property
    def provisions(self) -> Mapping[tuple[str, str], Record[Provision]]:
        """What is provided where, by area and id, in the order of the file names."""
        found = {}
        for path in self.names.provision_paths:
            _top, area, name = path.split("/")
            if name != "area.yaml":
                found[area, name.removesuffix(".yaml")] = self._read(path, Provision)
        return found

    @cached_property
    def provision_areas(self) -> Mapping[str, Record[AreaProvision]]:
        """What nobody provides in an area, by its id, for the areas that say so."""
        paths = (path for path in self.names.provision_paths if path.endswith("/area.yaml"))
        return {path.split("/")[1]: self._read(path, AreaProvision) for path in paths}

    def root_records(self) -> Iterator[Record[Authored]]:
        """Yields the records that belong to no protocol and no organisation, as far as the register has them."""
        provided = (*self.provision_areas.values(), *self.provisions.values())
        for record in (self.areas_record, self.landscape_record, *self.law_records, *provided):
            if record is not None:
                yield record  # type: ignore[misc]

    def returns(self) -> Iterator[tuple[str, Record[Outcome]]]:
        """Yields the id of its protocol and each return, without reading anything else."""
        for id_ in self.protocol_ids:
            for path in self.names.in_protocol.get(id_, {}).get("outcomes", ()):
                yield id_, self._read(path, Outcome)

    def organisation(self, id_: str) -> Record[Organisation] | None:
        """Looks up by present or former id; None without a folder or an organisation.yaml."""
        if id_ not in self._organisation_set:
            id_ = self.former_organisations.get(id_, id_)
        if id_ not in self._organisations:
            path = f"signatories/{id_}/organisation.yaml"
            raw = self.files.contents.get(path)
            if raw is None:
                return None
            kept = self.known.organisations.get(path)
            if kept is None or kept[0] != raw:
                kept = self.known.organisations[path] = raw, read_record(path, raw, Organisation)
            self._organisations[id_] = kept[1]
        return self._organisations[id_]

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """The kind of each organisation that reads, by id."""
        records = ((id_, self.organisation(id_)) for id_ in self.organisation_ids)
        return {id_: record.value.kind for id_, record in records if record is not None and record.value is not None}

    def organisation_name(self, id_: str) -> str:
        record = self.organisation(id_)
        return record.value.name if record is not None and record.value is not None else id_

    def protocol_record(self, id_: str) -> Record[Protocol] | None:
        """Looks up a protocol's own record by present or former id; None without a folder."""
        id_ = self.present_protocol(id_)
        return self._protocol_record(id_) if id_ in self._protocol_set else None

    def _protocol_record(self, id_: str) -> Record[Protocol]:
        if id_ not in self._protocol_records:
            path = f"protocols/{id_}/protocol.yaml"
            raw = self.files.contents.get(path)
            self._protocol_records[id_] = (
                self.known.read(path, raw, Protocol) if raw is not None else Record(Source(path, b""))
            )
        return self._protocol_records[id_]

    def protocol_lines(self) -> Iterator[tuple[str, ProtocolLine | None]]:
        """Yields the id of each protocol and what a list shows of it; None for one that cannot be read."""
        for id_ in self.protocol_ids:
            path = f"protocols/{id_}/protocol.yaml"
            raw = self.files.contents.get(path, b"")
            kept = self.known.lines.get(path)
            if kept is None or kept[0] != raw:
                value = read_record(path, raw, Protocol).value  # all of them at once would take much memory
                kept = self.known.lines[path] = raw, value.line if value is not None else None
            yield id_, kept[1]

    def protocol(self, id_: str) -> ProtocolFolder | None:
        """Looks up by present or former id; None without a folder."""
        id_ = self.present_protocol(id_)
        if id_ not in self._protocol_set:
            return None
        if id_ not in self._protocols:
            self._protocols[id_] = self._load_protocol(id_)
        return self._protocols[id_]

    def protocols(self) -> Iterator[ProtocolFolder]:
        """Yields every protocol by id, parsing each when it is reached."""
        for id_ in self.protocol_ids:
            folder = self.protocol(id_)
            if folder is not None:
                yield folder

    def forget(self, id_: str) -> None:
        """Frees the memory of a protocol's records. They are parsed again when needed."""
        self._protocols.pop(id_, None)
        self._protocol_records.pop(id_, None)

    def _load_protocol(self, id_: str) -> ProtocolFolder:
        findings: list[Finding] = []
        inside = self.names.in_protocol.get(id_, {})

        def each(folder: str) -> Iterator[tuple[str, str]]:
            for path in inside.get(folder, ()):
                yield path.rsplit("/", 1)[1][: -len(".yaml")], path

        def bad_name(path: str, kind: str, name: str) -> None:
            findings.append(file_finding(printable(path), "bad-file-name", kind, name=name))

        versions: dict[str, Record[Version]] = {}
        for name, path in each("versions"):
            if VERSION_NUMBER.match(name):
                versions[name] = self._read(path, Version)
            else:
                bad_name(path, "version", name)
        reviews: dict[When, Record[Review]] = {}
        for name, path in each("reviews"):
            try:
                reviews[when_of(name)] = self._read(path, Review)
            except ValueError:
                bad_name(path, "review", name)
        forms: dict[str, Record[Form]] = {}
        for name, path in each("forms"):
            if not KEBAB.match(name) or RESERVED.match(name):
                bad_name(path, "form" if not KEBAB.match(name) else "reserved", name)
            forms[name] = self._read(path, Form)
        outcomes = {name: self._read(path, Outcome) for name, path in each("outcomes")}
        signing: dict[str, Record[SigningRecord]] = {}
        names = [id_, *(former for former, present in self.former_protocols.items() if present == id_)]
        for name in names:
            for organisation, path in self.names.signing_paths.get(name, ()):
                record = self._read(path, SigningRecord)
                if organisation in signing:
                    first, second = (one.path.rsplit("/", 1)[1] for one in (signing[organisation], record))
                    at, facts = record.source.place(), {"organisation": organisation, "first": first, "second": second}
                    findings.append(shape_finding(record.path, at, "two-signing-records", id=id_, **facts))
                    continue
                signing[organisation] = record
        return ProtocolFolder(
            id=id_,
            record=self._protocol_record(id_),
            versions=dict(sorted(versions.items(), key=lambda pair: version_key(pair[0]))),
            forms=forms,
            reviews=dict(sorted(reviews.items(), key=lambda pair: in_time(pair[0]))),
            outcomes=outcomes,
            signing=dict(sorted(signing.items())),
            findings=findings,
            for_people=self._for_people(id_),
        )

    def _for_people(self, id_: str) -> Record[ForPeople] | None:
        path = f"protocols/{id_}/{FOR_PEOPLE}"
        return self._read(path, ForPeople) if path in self.files.contents else None

    def _read(self, path: str, model: type[M]) -> Record[M]:
        return self.known.read(path, self.files.contents[path], model)

    def may_tell_of_succession(self, id_: str) -> bool:
        """Whether a signing record of a protocol, by its present id, has the word `inherits`. Parses none of them."""
        former = (old for old, present in self.former_protocols.items() if present == id_)
        return any(
            b"inherits" in self.files.contents[path]
            for name in (id_, *former)
            for _organisation, path in self.names.signing_paths.get(name, ())
        )

    def signing_records_of(self, organisation: str) -> Iterator[tuple[str, Record[SigningRecord]]]:
        """Yields the present id of each protocol for which an organisation has a signing record, and that record."""
        for name, places in sorted(self.names.signing_paths.items()):
            for of, path in places:
                if of == organisation and self.has_protocol(name):
                    yield self.present_protocol(name), self._read(path, SigningRecord)

    def nominated_officers(self) -> Iterator[tuple[str, NominatedOfficer]]:
        """Yields the present id of an organisation and each officer whom its signing records name."""
        for name, places in sorted(self.names.signing_paths.items()):
            for organisation, path in places if self.has_protocol(name) else ():
                raw = self.files.contents[path]
                if b"nominated_officer" not in raw:  # only files that contain the word are parsed
                    continue
                kept = self.known.officers.get(path)
                if kept is None or kept[0] != raw:
                    value = read_record(path, raw, SigningRecord).value
                    kept = self.known.officers[path] = raw, value.nominated_officer if value is not None else None
                if kept[1] is not None:
                    yield self.present_organisation(organisation), kept[1]

    def orphan_signing_records(self) -> Iterator[tuple[str, str, str]]:
        """Yields (organisation, protocol id as written, path) of signing records for protocols that do not exist."""
        for name, places in sorted(self.names.signing_paths.items()):
            if not self.has_protocol(name):
                for organisation, path in places:
                    yield organisation, name, path

    def count_signatures(self, folder: ProtocolFolder) -> int:
        return sum(len(list_of(record.source.data.get("signatures"))) for record in folder.signing.values())


def _finding(fault: tuple[str, str, str, Mapping[str, object]]) -> Finding:
    path, code, words, facts = fault
    return file_finding(path, code, words, **facts)


def _folder_of(path: str) -> str:
    return "/".join(path.split("/")[:2])


def _register_again(
    root: Path,
    files: Files,
    repository_private: bool,
    address: str,
    commit: str,
    hide_up_to: int,
    tag: str,
    example: bool,
    forms: FormLinks,
) -> Register:
    return Register(
        root,
        files,
        repository_private=repository_private,
        address=address,
        commit=commit,
        hide_up_to=hide_up_to,
        tag=tag,
        example=example,
        forms=forms,
    )


def load_register(root: Path) -> Register:
    """Reads the register in `root`. Records are parsed when they are first needed."""
    return register_of(root, load_files(root))


def register_of(
    root: Path,
    files: Files,
    *,
    commit: str = "",
    address: str = "",
    settings: bytes | None = None,
    known: Known | None = None,
) -> Register:
    """Returns the register made of these files, with what `mkdocs.yml` in `root` says of the repository and the address.

    `address`: the site's address, used if that file names none. `settings`: the text to take for that file.
    `known`: of an earlier register of the same place.
    """
    raw = (read_bytes(root / "mkdocs.yml") or b"") if settings is None else settings
    written_settings = Source("mkdocs.yml", raw).data
    written = written_settings.get("site_url")
    address = written if written and isinstance(written, str) else address
    private = _setting(written_settings, "repository") == "private"
    return Register(
        root,
        files,
        repository_private=private,
        address=address,
        commit=commit,
        hide_up_to=_hide_up_to(written_settings),
        tag=tag if isinstance(tag := _setting(written_settings, "tag"), str) else "",
        example=_setting(written_settings, "example") in ("yes", "true"),
        forms=form_links("" if private else written_settings.get("repo_url"), _setting(written_settings, "edit_url")),
        known=known,
    )


def _setting(settings: Mapping[str, PlainData], name: str) -> PlainData:
    """A value under `extra: {register: …}` in mkdocs.yml; None without one."""
    extra = settings.get("extra")
    register = extra.get("register") if isinstance(extra, dict) else None
    return register.get(name) if isinstance(register, dict) else None


def _hide_up_to(settings: Mapping[str, PlainData]) -> int:
    """The largest count of people that is hidden: 4, or more where `hide_up_to` in mkdocs.yml says so (NHS England: 7)."""
    written = _setting(settings, "hide_up_to")
    number = int(written) if isinstance(written, str) and written.isascii() and written.isdigit() else 0
    return min(max(number, SMALLEST_SHOWN - 1), 99)
