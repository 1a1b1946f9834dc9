"""Two revisions of a register, each limited to what the change touches and what is needed to read that.

A protocol is touched with its whole folder and all signing records for it; organisations are those that these name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from undersigned.changes.git import Comparison, FileChange, History, TreeEntry, is_record, record_contents
from undersigned.changes.report import UnreadRecord
from undersigned.records.fields import When
from undersigned.records.files import Files, printable, stray_words
from undersigned.records.findings import Finding
from undersigned.records.protocol import Operative
from undersigned.records.review import Review
from undersigned.records.source import Source
from undersigned.register import ProtocolFolder, Register, register_of

#: Fields of an organisation's record that change how its signing records are read.
_STATE_FIELDS = ("dissolved_on", "successors", "formerly")
#: Two versions of a file up to this size, in bytes, are compared before they are read as records.
_SMALL = 8192


class Tree:
    """The names of a register's files at one commit, and their contents on request."""

    def __init__(self, history: History, names: Mapping[str, TreeEntry]) -> None:
        self.history = history
        self.names = names
        self.protocols: dict[str, list[str]] = {}
        self.organisations: dict[str, list[str]] = {}
        self._signing: dict[str, list[str]] = {}
        for path in names:
            parts = path.split("/", 2)
            if len(parts) < 3:
                continue
            (self.protocols if parts[0] == "protocols" else self.organisations).setdefault(parts[1], []).append(path)
            if parts[0] == "signatories":
                self._signing.setdefault(parts[2], []).append(path)

    def raw(self, path: str) -> bytes | None:
        return next((raw for _path, raw in record_contents(self.history, self.names, (path,))), None)

    def signing_records(self, protocol: str) -> list[str]:
        """The paths of all signing records with this protocol's id as their file name."""
        return self._signing.get(f"{protocol}.yaml", []) if protocol != "organisation" else []

    def protocols_of(self, organisation: str) -> list[str]:
        """The protocol ids for which an organisation has signing records."""
        return [
            _stem(path)
            for path in self.organisations.get(organisation, ())
            if path.endswith(".yaml") and path.count("/") == 2 and not path.endswith("/organisation.yaml")
        ]


@dataclass(frozen=True)
class Revision:
    """One revision: its register, limited to what the change touches, and the names of all its files."""

    register: Register
    tree: Tree

    def folder(self, id_: str) -> ProtocolFolder | None:
        return self.register.protocol(id_)


@dataclass(frozen=True)
class ProtocolPair:
    """A protocol in both revisions, by its present id. `moved`: its id changed, and its record does not say so."""

    id: str
    before: ProtocolFolder | None
    after: ProtocolFolder | None
    moved: bool = False


@dataclass(frozen=True)
class Revisions:
    """Both revisions, the protocols that the change touches, and the organisations whose own records differ (present ids)."""

    before: Revision
    after: Revision
    pairs: tuple[ProtocolPair, ...]
    organisations: tuple[str, ...]


def read_revisions(history: History, comparison: Comparison, root: Path) -> Revisions:
    """Reads what the change touches in both revisions. HistoryError if this clone does not have it."""
    old_names = history.names(comparison.compared_from)
    new_names = {name: entry for name, entry in old_names.items() if "/" in name}
    new_names |= history.top_folders(comparison.head)
    before, after = Tree(history, old_names), Tree(history, _applied(new_names, comparison.files))
    protocols, organisations = _touched(file for file in comparison.files if not _same_data(history, file))
    for id_ in organisations:
        if _state_changed(before.raw(_main(id_)), after.raw(_main(id_))):
            protocols.update(*(tree.protocols_of(id_) for tree in (before, after)))
    protocols = _with_present(protocols, before, after)
    old, new = _revision(before, protocols, organisations, root), _revision(after, protocols, organisations, root)
    pairs = tuple(_pairs(protocols, old, new, comparison.files))
    present = sorted({new.register.present_organisation(id_) for id_ in organisations})
    return Revisions(old, new, pairs, tuple(present))


def _same_data(history: History, file: FileChange) -> bool:
    """Whether a small record differs only in how it is written. A large one costs as much to read twice as to report."""
    if file.old is None or file.new is None or file.old_path != file.new_path or file.old_path is None:
        return False
    if not (is_record(file.old_path, file.old) and is_record(file.old_path, file.new)):
        return False
    contents = history.read(file.old.id), history.read(file.new.id)
    if max(map(len, contents)) > _SMALL:
        return False
    old, new = (Source(file.old_path, raw) for raw in contents)
    return old.parsed and new.parsed and not (old.faults or new.faults) and old.data == new.data


def _applied(names: Mapping[str, TreeEntry], files: Iterable[FileChange]) -> dict[str, TreeEntry]:
    """The names in the later revision: those in the earlier one with the changes applied."""
    out = dict(names)
    for file in files:
        if file.old_path is not None and file.old_path != file.new_path:
            out.pop(file.old_path, None)
    for file in files:
        if file.new_path is not None and file.new is not None:
            out[file.new_path] = file.new
    return out


def _touched(files: Iterable[FileChange]) -> tuple[set[str], set[str]]:
    """The protocols and organisations whose folders or records differ, by the ids in the paths."""
    protocols: set[str] = set()
    organisations: set[str] = set()
    for path in (path for file in files for path in (file.old_path, file.new_path) if path is not None):
        top, name, *rest = path.split("/")
        if not rest:
            continue
        if top == "protocols":
            protocols.add(name)
        elif rest == ["organisation.yaml"]:
            organisations.add(name)
        elif len(rest) == 1 and rest[0].endswith(".yaml"):
            protocols.add(_stem(path))
    return protocols, organisations


def _stem(path: str) -> str:
    return path.rsplit("/", 1)[1].removesuffix(".yaml")


def _main(organisation: str) -> str:
    return f"signatories/{organisation}/organisation.yaml"


def _state_changed(old: bytes | None, new: bytes | None) -> bool:
    if old is None or new is None:
        return True
    before, after = Source("", old).data, Source("", new).data
    return any(before.get(name) != after.get(name) for name in _STATE_FIELDS)


def _with_present(touched: set[str], before: Tree, after: Tree) -> set[str]:
    """These ids, with those that the same protocols had before or have now.

    Every protocol's record is read only if one of the ids is not the name of a folder.
    """
    ids = set(touched)
    for tree in (before, after):
        for id_ in touched:
            ids.update(_formerly(tree, id_))
    unknown = ids - before.protocols.keys() - after.protocols.keys()
    if unknown:
        for tree in (before, after):
            ids.update(id_ for id_ in tree.protocols if not unknown.isdisjoint(_formerly(tree, id_)))
    return ids


def _formerly(tree: Tree, id_: str) -> list[str]:
    raw = tree.raw(f"protocols/{id_}/protocol.yaml")
    if raw is None or b"formerly" not in raw:
        return []
    former = Source("", raw).data.get("formerly")
    return [name for name in former if isinstance(name, str)] if isinstance(former, list) else []


def _revision(tree: Tree, protocols: set[str], organisations: set[str], root: Path, *, whole: bool = False) -> Revision:
    """The register of one revision. `whole`: with the record of every protocol, in case a text names a former id."""
    present = [id_ for id_ in sorted(protocols) if id_ in tree.protocols]
    paths = [path for id_ in present for path in tree.protocols[id_]]
    for name in sorted(protocols.union(*(_formerly(tree, id_) for id_ in present))):
        paths += tree.signing_records(name)
    if whole:
        paths += [f"protocols/{id_}/protocol.yaml" for id_ in tree.protocols if id_ not in protocols]
    contents = dict(record_contents(tree.history, tree.names, paths))
    folders = [*(f"protocols/{id_}" for id_ in tree.protocols), *(f"signatories/{id_}" for id_ in tree.organisations)]
    settings = tree.history.settings_at("HEAD")
    register = register_of(root, Files(contents, (), tuple(sorted(folders))), settings=settings)
    read = [folder for id_ in present if (folder := register.protocol(id_)) is not None]
    if not whole and any(id_ not in tree.protocols for folder in read for id_ in _named_protocols(folder)):
        return _revision(tree, protocols, organisations, root, whole=True)
    # The register has not looked up any organisation yet, so it finds those that are added to its files now.
    named = {id_ for folder in read for id_ in _named_organisations(folder)} | organisations
    named.update(path.split("/")[1] for path in paths if path.startswith("signatories/"))
    if not named <= tree.organisations.keys():
        named = set(tree.organisations)
    contents.update(record_contents(tree.history, tree.names, (_main(id_) for id_ in sorted(named))))
    return Revision(register, tree)


def _named_protocols(folder: ProtocolFolder) -> Iterator[str]:
    """The protocols that the texts of one name: those they sit under or adopt clauses from."""
    for text in _texts(folder):
        if text.part_of:
            yield text.part_of
        for clause in text.clauses:
            if clause.adopts:
                yield clause.adopts.protocol


def _texts(folder: ProtocolFolder) -> list[Operative]:
    stamped: list[Operative | None] = [version.text for _number, version in folder.read_versions()]
    return [text for text in (folder.record.value, *stamped) if text is not None]


def _named_organisations(folder: ProtocolFolder) -> Iterator[str]:
    """The organisations that a protocol's records name. Ids of groups are left out."""
    value = folder.record.value
    texts = _texts(folder)
    groups = {group.id for text in texts for group in text.groups} | {
        party.group for text in texts for party in text.parties if party.group
    }
    for text in texts:
        yield from (party.organisation for party in text.parties)
        for flow in text.flows:
            yield from (end for end in (*flow.from_, *flow.to) if end not in groups)
    if value is not None:
        yield from (id_ for id_ in (value.lead, *(owner.organisation for owner in value.owner)) if id_)
    for record in folder.reviews.values():
        if record.value is not None:
            yield from (by.organisation for by in record.value.reviewed_by)
            if record.value.board:
                yield record.value.board.organisation
    for organisation, signing in folder.signing.items():
        yield organisation
        if signing.value is not None:
            yield from (other for signature in signing.value.signatures for other in signature.signs_for)
            if signing.value.inherits:
                yield from signing.value.inherits.from_


def _former(folder: ProtocolFolder | None) -> tuple[str, ...]:
    return folder.record.value.formerly if folder is not None and folder.record.value is not None else ()


def _pairs(
    protocols: Iterable[str], before: Revision, after: Revision, files: Iterable[FileChange]
) -> Iterator[ProtocolPair]:
    """Each touched protocol once, paired by its id, by its former id, or by the rename that Git saw."""
    old = {id_ for id_ in protocols if id_ in before.register.protocol_ids}
    new = {id_ for id_ in protocols if id_ in after.register.protocol_ids}
    renamed = {
        file.new_path.split("/")[1]: file.old_path.split("/")[1]
        for file in files
        if file.old_path is not None
        and file.new_path is not None
        and file.new_path.startswith("protocols/")
        and file.old_path.startswith("protocols/")
        and file.new_path.endswith("/protocol.yaml")
    }
    used: set[str] = set()
    for id_ in sorted(new):
        folder = after.folder(id_)
        if id_ in old:
            used.add(id_)
            yield ProtocolPair(id_, before.folder(id_), folder)
            continue
        named = next((name for name in _former(folder) if name in old and name not in new), None)
        taken_back = next((name for name in sorted(old - new) if id_ in _former(before.folder(name))), None)
        named = named or taken_back
        moved = renamed.get(id_)
        was = named or (moved if moved in old and moved not in new else None)
        if was is not None:
            used.add(was)
        yield ProtocolPair(id_, before.folder(was) if was else None, folder, moved=was is not None and named is None)
    for id_ in sorted(old - used):
        yield ProtocolPair(id_, before.folder(id_), None)


def added_reviews(before: ProtocolFolder | None, after: ProtocolFolder | None) -> dict[When, Review]:
    """The readable reviews that only the later folder has."""
    old = before.reviews if before is not None else {}
    new = after.reviews if after is not None else {}
    return {day: record.value for day, record in new.items() if day not in old and record.value is not None}


# -- what could not be read ---------------------------------------------------------------------------------------------


def unread_records(revisions: Revisions, files: Iterable[FileChange]) -> list[UnreadRecord]:
    """The faulty records of the protocols and organisations touched, the later side first; a fault on both sides once."""
    changed = list(files)
    unread: dict[tuple[str, str], UnreadRecord] = {}
    sides: tuple[tuple[Literal["before", "after"], Revision], ...] = (
        ("after", revisions.after),
        ("before", revisions.before),
    )
    for side, revision in sides:
        faults = {finding.path: finding for finding in reversed(list(_faults(revisions, revision)))}
        for path in sorted(path for path, entry in revision.tree.names.items() if entry.is_submodule):
            unread.setdefault((path, "submodule"), UnreadRecord(side, printable(path), code="submodule"))
        for path, fault in sorted(faults.items()):
            unread.setdefault((path, fault.message), UnreadRecord(side, path, fault.line, fault.message))
        for file in changed:
            changed_path, entry = (file.new_path, file.new) if side == "after" else (file.old_path, file.old)
            code = _why_unread(side, changed_path, entry)
            if changed_path is not None and code is not None:
                shown = printable(changed_path)
                unread.setdefault((shown, code), UnreadRecord(side, shown, code=code))
    return list(unread.values())


def records_beside(files: Iterable[FileChange]) -> Iterator[UnreadRecord]:
    """What changes where the other kinds of record belong. A report names it and does not compare it."""
    for file in sorted(files, key=lambda file: file.new_path or file.old_path or ""):
        if file.new_path is None:
            assert file.old_path is not None  # noqa: S101 - a file that changes has a path on one side
            if not stray_words(file.old_path):
                yield UnreadRecord("before", printable(file.old_path), code="uncompared")
        elif file.new is not None and file.new.is_submodule:
            yield UnreadRecord("after", printable(file.new_path), code="submodule")
        elif file.new is not None and file.new.is_plain and stray_words(file.new_path):
            yield UnreadRecord("after", printable(file.new_path), code="stray")
        elif file.new is not None and not is_record(file.new_path, file.new):
            yield UnreadRecord("after", printable(file.new_path), code="kind")
        else:
            yield UnreadRecord("after", printable(file.new_path), code="uncompared")


def submodules_of_records(history: History, comparison: Comparison) -> list[UnreadRecord]:
    """The folders of records that another repository holds: of their changes nothing can be said here."""
    found: dict[str, UnreadRecord] = {}
    sides: tuple[tuple[Literal["before", "after"], str], ...] = (
        ("after", comparison.head),
        ("before", comparison.compared_from),
    )
    for side, commit in sides:
        for path, entry in sorted(history.top_folders(commit).items()):
            if entry.is_submodule:
                found.setdefault(path, UnreadRecord(side, printable(path), code="submodule"))
    return list(found.values())


def _why_unread(side: str, path: str | None, entry: TreeEntry | None) -> Literal["kind", "place", "stray"] | None:
    """Why a changed file was not read at all; None if it was read, or if its removal loses nothing."""
    if path is None or entry is None:
        return None
    if entry.is_plain and stray_words(path):
        return "stray" if side == "after" else None
    if entry.is_plain and not path.endswith(".yaml"):
        return None
    if entry.is_submodule:  # reported each time, whether it changes or not
        return None
    if not is_record(path, entry):
        return "kind"
    return "place" if path.count("/") == 1 else None


def _faults(revisions: Revisions, revision: Revision) -> Iterator[Finding]:
    """The faults of what was read, in the order of reading; faults of names only for what was read."""
    touched = set()
    for pair in revisions.pairs:
        folder = pair.after if revision is revisions.after else pair.before
        if folder is None:
            continue
        touched.add(folder.id)
        yield from folder.findings
        for record in folder.records():
            yield from record.findings
    for id_ in revisions.organisations:
        organisation = revision.register.organisation(id_)
        yield from organisation.findings if organisation is not None else ()
    folders = {f"protocols/{id_}" for id_ in touched} | {f"signatories/{id_}" for id_ in revisions.organisations}
    for finding in revision.register.findings_in(folders):
        # Organisations' records are added after the register is made, so it reports some as missing that are not.
        name = finding.path.split("/")[1]
        if finding.code != "missing-file" or revision.register.organisation(name) is None:
            yield finding
