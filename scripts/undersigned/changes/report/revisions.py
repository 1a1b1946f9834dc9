"""The two sides of a change, each a register that holds only what the change touches and what that needs in order to be read.

A protocol is touched with its whole folder and all signing records of it; organisations are those that these name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from undersigned.changes.git import Between, Entry, FileChange, History, contents, is_record
from undersigned.records.files import Files
from undersigned.records.protocol import Operative
from undersigned.records.source import Source
from undersigned.register import ProtocolFolder, Register, register_of

#: What, changed in an organisation's record, changes how its signing records are read.
_STATE_FIELDS = ("dissolved_on", "successors", "formerly")
_SMALL = 8192


class Tree:
    """The names of a register's files at one commit, and their contents as they are asked for."""

    def __init__(self, history: History, names: Mapping[str, Entry]) -> None:
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
        return next((raw for _path, raw in contents(self.history, self.names, (path,))), None)

    def signing_records(self, protocol: str) -> list[str]:
        """The paths of all signing records that bear this protocol's id."""
        return self._signing.get(f"{protocol}.yaml", []) if protocol != "organisation" else []

    def protocols_of(self, organisation: str) -> list[str]:
        """The ids by which the signing records of an organisation are named."""
        return [
            _stem(path)
            for path in self.organisations.get(organisation, ())
            if path.endswith(".yaml") and path.count("/") == 2 and not path.endswith("/organisation.yaml")
        ]


@dataclass(frozen=True)
class Side:
    """One revision: its register, limited to what the change touches, and the names of all its files."""

    register: Register
    tree: Tree

    def folder(self, id_: str) -> ProtocolFolder | None:
        return self.register.protocol(id_)


@dataclass(frozen=True)
class Pair:
    """A protocol on both sides, under its present id. `moved`: it has another id although its record does not say so."""

    id: str
    before: ProtocolFolder | None
    after: ProtocolFolder | None
    moved: bool = False


@dataclass(frozen=True)
class Sides:
    """Both revisions, the protocols that the change touches, and the organisations whose own records differ (present ids)."""

    before: Side
    after: Side
    pairs: tuple[Pair, ...]
    organisations: tuple[str, ...]


def read_sides(history: History, between: Between, root: Path) -> Sides:
    """Reads what the change touches on both sides. HistoryError where this clone does not hold it."""
    old_names = history.names(between.compared_from)
    before, after = Tree(history, old_names), Tree(history, _applied(old_names, between.files))
    protocols, organisations = _touched(file for file in between.files if not _says_the_same(history, file))
    for id_ in organisations:
        if _state_changed(before.raw(_main(id_)), after.raw(_main(id_))):
            protocols.update(*(tree.protocols_of(id_) for tree in (before, after)))
    protocols = _with_present(protocols, before, after)
    one, other = _side(before, protocols, organisations, root), _side(after, protocols, organisations, root)
    pairs = tuple(_pairs(protocols, one, other, between.files))
    present = sorted({other.register.present_organisation(id_) for id_ in organisations})
    return Sides(one, other, pairs, tuple(present))


def _says_the_same(history: History, file: FileChange) -> bool:
    """Whether a small record differs only in how it is written. A large one costs as much to ask as to compare."""
    if file.old is None or file.new is None or file.old_path != file.new_path or file.old_path is None:
        return False
    if not (is_record(file.old_path, file.old) and is_record(file.old_path, file.new)):
        return False
    raws = history.read(file.old.id), history.read(file.new.id)
    if max(map(len, raws)) > _SMALL:
        return False
    one, other = (Source(file.old_path, raw) for raw in raws)
    return one.parsed and other.parsed and not (one.faults or other.faults) and one.data == other.data


def _applied(names: Mapping[str, Entry], files: Iterable[FileChange]) -> dict[str, Entry]:
    """The names on the other side, out of those on this one and what differs."""
    out = dict(names)
    for file in files:
        if file.old_path is not None and file.old_path != file.new_path:
            out.pop(file.old_path, None)
    for file in files:
        if file.new_path is not None and file.new is not None:
            out[file.new_path] = file.new
    return out


def _touched(files: Iterable[FileChange]) -> tuple[set[str], set[str]]:
    """The protocols and organisations whose folders or records differ, by the ids that the paths give them."""
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
    one, other = Source("", old).data, Source("", new).data
    return any(one.get(name) != other.get(name) for name in _STATE_FIELDS)


def _with_present(touched: set[str], before: Tree, after: Tree) -> set[str]:
    """With the protocols that were, or now are, known by these ids: only where an id is no folder is every protocol asked."""
    found = set(touched)
    for tree in (before, after):
        for id_ in touched:
            found.update(_formerly(tree, id_))
    unknown = found - before.protocols.keys() - after.protocols.keys()
    if unknown:
        for tree in (before, after):
            found.update(id_ for id_ in tree.protocols if not unknown.isdisjoint(_formerly(tree, id_)))
    return found


def _formerly(tree: Tree, id_: str) -> list[str]:
    raw = tree.raw(f"protocols/{id_}/protocol.yaml")
    if raw is None or b"formerly" not in raw:
        return []
    former = Source("", raw).data.get("formerly")
    return [name for name in former if isinstance(name, str)] if isinstance(former, list) else []


def _side(tree: Tree, protocols: set[str], organisations: set[str], root: Path, *, whole: bool = False) -> Side:
    """The register of one side. `whole`: with the record of every protocol, where an id named is no folder's."""
    here = [id_ for id_ in sorted(protocols) if id_ in tree.protocols]
    paths = [path for id_ in here for path in tree.protocols[id_]]
    for name in sorted(protocols.union(*(_formerly(tree, id_) for id_ in here))):
        paths += tree.signing_records(name)
    if whole:
        paths += [f"protocols/{id_}/protocol.yaml" for id_ in tree.protocols if id_ not in protocols]
    held = dict(contents(tree.history, tree.names, paths))
    folders = [*(f"protocols/{id_}" for id_ in tree.protocols), *(f"signatories/{id_}" for id_ in tree.organisations)]
    register = register_of(root, Files(held, (), tuple(sorted(folders))))
    read = [folder for id_ in here if (folder := register.protocol(id_)) is not None]
    if not whole and any(id_ not in tree.protocols for folder in read for id_ in _named_protocols(folder)):
        return _side(tree, protocols, organisations, root, whole=True)
    # The register has not been asked for an organisation yet: it finds these when it is.
    named = {id_ for folder in read for id_ in _named_organisations(folder)} | organisations
    named.update(path.split("/")[1] for path in paths if path.startswith("signatories/"))
    if not named <= tree.organisations.keys():
        named = set(tree.organisations)
    held.update(contents(tree.history, tree.names, (_main(id_) for id_ in sorted(named))))
    return Side(register, tree)


def _named_protocols(folder: ProtocolFolder) -> Iterator[str]:
    """The protocols that the texts of one name as those they sit under or adopt from."""
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
    """The organisations that a protocol's records name; groups are none."""
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
        yield from (id_ for id_ in (value.lead, value.owner.organisation if value.owner else None) if id_)
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


def _pairs(protocols: Iterable[str], before: Side, after: Side, files: Iterable[FileChange]) -> Iterator[Pair]:
    """Each touched protocol once: by its id, by the id it had before, or by where Git saw its record go."""
    old = {id_ for id_ in protocols if id_ in before.register.protocol_ids}
    new = {id_ for id_ in protocols if id_ in after.register.protocol_ids}
    went = {
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
            yield Pair(id_, before.folder(id_), folder)
            continue
        named = next((name for name in _former(folder) if name in old and name not in new), None)
        taken_back = next((name for name in sorted(old - new) if id_ in _former(before.folder(name))), None)
        named = named or taken_back
        moved = went.get(id_)
        was = named or (moved if moved in old and moved not in new else None)
        if was is not None:
            used.add(was)
        yield Pair(id_, before.folder(was) if was else None, folder, moved=was is not None and named is None)
    for id_ in sorted(old - used):
        yield Pair(id_, before.folder(id_), None)
