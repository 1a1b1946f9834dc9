"""What the names of a register's files say: which protocols and organisations there are, and where each one's files lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from undersigned.records.fields import KEBAB, RESERVED
from undersigned.records.files import LAW_FOLDER, PROVISION_FOLDER, ROOT_RECORDS, Files, printable
from undersigned.records.findings import Finding

#: The folders of a protocol's records.
PROTOCOL_FOLDERS = ("versions", "forms", "reviews", "outcomes")
#: The page for the people whom the sharing is about, beside `protocol.yaml`.
FOR_PEOPLE = "for-people.yaml"
#: What `file_finding` takes: path, code, words and facts.
Fault = tuple[str, str, str, Mapping[str, object]]


@dataclass(frozen=True)
class Names:
    """The ids, sorted; each protocol's files by folder; its signing records as (organisation, path); and what is amiss.

    `folders`, `findings`: of the files that were read.
    """

    folders: tuple[str, ...]
    findings: tuple[Finding, ...]
    protocol_ids: tuple[str, ...]
    organisation_ids: tuple[str, ...]
    in_protocol: Mapping[str, Mapping[str, list[str]]]
    signing_paths: Mapping[str, list[tuple[str, str]]]
    provision_paths: tuple[str, ...]
    law_paths: tuple[str, ...]
    faults: tuple[Fault, ...]

    def are_of(self, files: Files) -> bool:
        """Whether these files are known to have the same names: they then come from the same walk."""
        return bool(self.folders) and files.folders is self.folders and files.findings is self.findings


def names_of(files: Files) -> Names:
    """What the names of these files say."""
    return _Index(files).names()


class _Index:
    def __init__(self, files: Files) -> None:
        self.files = files
        self._faults: list[Fault] = []
        self._in_protocol: dict[str, dict[str, list[str]]] = {}
        self._signing_paths: dict[str, list[tuple[str, str]]] = {}
        self._provision_paths: list[str] = []
        self._law_paths: list[str] = []

    def names(self) -> Names:
        protocols: set[str] = set()
        organisations: set[str] = set()
        for folder in self.files.folders:
            if folder in ROOT_RECORDS:
                continue
            top, name, *more = folder.split("/")
            if top == LAW_FOLDER:
                if folder not in self.files.contents:
                    self._fault(folder, "stray-file", "folder")
                continue
            if top == PROVISION_FOLDER:
                if more:
                    self._fault(folder, "stray-file", "provision")
                continue
            (protocols if top == "protocols" else organisations).add(name)
            if more and top == "signatories":
                self._fault(folder, "stray-file", "folder")
        for path in self.files.contents:
            top, *parts = path.split("/")
            if path in ROOT_RECORDS:
                continue
            if top == LAW_FOLDER:
                if len(parts) == 1:
                    self._law_paths.append(path)
                continue
            if top == PROVISION_FOLDER:
                self._index_provision(path, parts)
                continue
            if len(parts) < 2:
                self._fault(path, "stray-file", "outside", kind="protocol" if top == "protocols" else "organisation")
                continue
            name, rest = parts[0], parts[1:]
            if top == "protocols":
                protocols.add(name)
                if rest in (["protocol.yaml"], [FOR_PEOPLE]):
                    continue
                if len(rest) == 2 and rest[0] in PROTOCOL_FOLDERS:
                    self._in_protocol.setdefault(name, {}).setdefault(rest[0], []).append(path)
                else:
                    self._fault(path, "stray-file", "protocol")
            else:
                organisations.add(name)
                if len(rest) == 1:
                    if rest[0] != "organisation.yaml":
                        self._signing_paths.setdefault(rest[0][: -len(".yaml")], []).append((name, path))
                else:
                    self._fault(path, "stray-file", "signatory")
        protocol_ids, organisation_ids = tuple(sorted(protocols)), tuple(sorted(organisations))
        faulty = {finding.path for finding in self.files.findings}
        for kind, ids in (("protocols", protocol_ids), ("signatories", organisation_ids)):
            for id_ in ids:
                main = f"{kind}/{id_}/{'protocol' if kind == 'protocols' else 'organisation'}.yaml"
                if not KEBAB.match(id_) or id_ == "organisation":
                    what, example = (
                        ("protocol", "county-housing") if kind == "protocols" else ("signatory", "a-council")
                    )
                    self._fault(main, "bad-id", id=id_, what=what, example=example)
                elif RESERVED.match(id_):
                    what = "protocol" if kind == "protocols" else "signatory"
                    self._fault(main, "bad-id", "reserved", id=id_, what=what)
                if main not in self.files.contents and main not in faulty:
                    self._fault(main, "missing-file", folder=f"{kind}/{id_}", file=main.rsplit("/", 1)[1])
        return Names(
            self.files.folders,
            self.files.findings,
            protocol_ids,
            organisation_ids,
            self._in_protocol,
            self._signing_paths,
            tuple(sorted(self._provision_paths)),
            tuple(sorted(self._law_paths)),
            tuple(self._faults),
        )

    def _index_provision(self, path: str, parts: list[str]) -> None:
        if len(parts) != 2:
            if len(parts) < 2:
                self._fault(path, "stray-file", "outside", kind="area")
            return
        self._provision_paths.append(path)
        area, name = parts[0], parts[1].removesuffix(".yaml")
        for id_, what in ((area, "area"), (name, "provision")):
            if not KEBAB.match(id_) or RESERVED.match(id_):
                self._fault(path, "bad-file-name", what, name=id_)

    def _fault(self, path: str, code: str, words: str = "default", **facts: object) -> None:
        self._faults.append((printable(path), code, words, facts))
