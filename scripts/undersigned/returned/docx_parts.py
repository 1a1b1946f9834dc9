"""The parts of a returned DOCX, opened safely: how they hang together, and what in them is neither text nor layout."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from urllib.parse import unquote

from lxml import etree

from undersigned.documents.docx.word_xml import Element, w
from undersigned.documents.model import plain
from undersigned.returned.verdict import Difference, UnreadableError

_MOST_UNPACKED: Final = 150 << 20
_MOST_IN_A_PART: Final = 30 << 20
_MOST_PARTS: Final = 1_000
_DAMAGED = "The Word document is damaged and cannot be read safely. Ask for it once more."
_TOO_LARGE = "The file is larger than any copy of an agreement, or unpacks to more."
_LOCKED = "The Word document is locked with a password. Ask for it without one."
_STRICT_FORM = "The Word document is in its strict form. Ask for it as an ordinary DOCX."
_NOT_WORD = "The file is not a Word document."
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_MAIN = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"
_TYPES = "{http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes}"
_CUSTOM = "docProps/custom.xml"
#: Parts that hold no words of the document.
_PLAIN_PARTS = re.compile(
    r"(?i)\[content_types\]\.xml|(?:.*/)?_rels/.*|docprops/.*|customxml/.*|word/theme/.*"
    r"|word/(?:styles|styleswitheffects|settings|websettings|fonttable|numbering|comments\w*|people|document\w*|footnotes|endnotes"
    r"|header[0-9]*|footer[0-9]*|glossary/.*|media/.*|printersettings/.*)(?:\.\w+)?"
)


@dataclass(frozen=True, slots=True)
class Relation:
    """A link from one part to another, or to something outside the file."""

    id: str
    kind: str
    target: str
    is_external: bool


@dataclass
class Package:
    """The parts of a DOCX by name. `main` is the name of the part that holds the text (ISO 29500-1, 11.3.10)."""

    archive: zipfile.ZipFile
    names: frozenset[str]
    main: str = ""
    _trees: dict[str, Element] = field(default_factory=dict)

    def tree(self, name: str) -> Element:
        """The root of a part. UnreadableError if it is too large, not XML, or declares a document type."""
        if name not in self._trees:
            self._trees[name] = tree_of(self.content(name))
        return self._trees[name]

    def content(self, name: str) -> bytes:
        try:
            with self.archive.open(name) as file:
                content = file.read(_MOST_IN_A_PART + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            LookupError,
            RuntimeError,
            ValueError,
        ) as error:
            raise UnreadableError(_DAMAGED) from error
        if len(content) > _MOST_IN_A_PART:
            raise UnreadableError(_TOO_LARGE)
        return content

    def relations(self, part: str) -> list[Relation]:
        folder, _, name = part.rpartition("/")
        path = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        if path not in self.names:
            return []
        found = []
        for one in self.tree(path).iter(_RELATION):
            target, is_external = str(one.get("Target", "")), one.get("TargetMode") == "External"
            if not is_external:
                target = target.lstrip("/") if target.startswith("/") else "/".join(filter(None, (folder, target)))
            found.append(
                Relation(str(one.get("Id", "")), str(one.get("Type", "")).rpartition("/")[2], target, is_external)
            )
        return found

    def related(self, kind: str) -> list[str]:
        """The parts of a kind that the text leads to and that are there."""
        return [one.target for one in self.relations(self.main) if one.kind == kind and one.target in self.names]

    @cached_property
    def properties(self) -> dict[str, str]:
        """Custom properties that are text (ISO 29500-1, 22.3)."""
        if _CUSTOM not in self.names:
            return {}
        return {
            plain(str(entry.get("name", ""))): plain(
                "".join(value.text or "" for value in entry.iter(f"{_TYPES}lpwstr"))
            )
            for entry in self.tree(_CUSTOM)
            if isinstance(entry.tag, str)
        }


def package_of(content: bytes) -> Package:
    """UnreadableError if the file is not a Word document that can be read safely."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, LookupError, EOFError) as error:
        raise UnreadableError(_DAMAGED) from error
    names = frozenset(entry.filename for entry in entries)
    if len(entries) > _MOST_PARTS or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise UnreadableError(_TOO_LARGE)
    if len({name.lower() for name in names}) != len(entries):
        raise UnreadableError(_DAMAGED)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise UnreadableError(_LOCKED)
    package = Package(archive, names)
    if "_rels/.rels" not in names:
        raise UnreadableError(_NOT_WORD, "not-ours")
    targets = {
        str(one.get("Type")): str(one.get("Target", "")).lstrip("/")
        for one in package.tree("_rels/.rels").iter(_RELATION)
    }
    if _STRICT in targets:
        raise UnreadableError(_STRICT_FORM)
    package.main = targets.get(_MAIN, "")
    if package.main not in names or package.tree(package.main).tag != w("document"):
        raise UnreadableError(_NOT_WORD, "not-ours")
    return package


def tree_of(content: bytes) -> Element:
    """XML that a stranger wrote: no entity is replaced, nothing is fetched, no document type is allowed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError(_DAMAGED) from error
    # No entity is replaced and no document type is allowed (OPC, ISO 29500-2, 8.2.3).
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableError(_DAMAGED)
    return root


# -- what is neither text nor layout ----------------------------------------------------------------------------


def attachments_of(package: Package) -> list[Difference]:
    """Macros, objects, fonts, other documents and whatever is loaded from elsewhere."""
    found: list[Difference] = []
    for name in sorted(package.names):
        lower = name.lower()
        if lower.endswith("/"):
            continue
        if "vbaproject" in lower or "vbadata" in lower:
            found.append(Difference("macro"))
        elif "/embeddings/" in lower or "/activex/" in lower:
            found.append(Difference("object inside the file", name))
        elif lower.startswith("_xmlsignatures/"):
            continue
        elif "/fonts/" in lower or lower.endswith((".odttf", ".ttf", ".otf")):
            found.append(Difference("font inside the file: its letters may look like others", name))
        elif not _PLAIN_PARTS.fullmatch(name):
            found.append(Difference("file inside the file", name))
        if lower.startswith(("word/_rels/", "word/glossary/_rels/")) and lower.endswith(".rels"):
            part = name.replace("_rels/", "").removesuffix(".rels")
            found += _outside(package, part)
    return found


def _outside(package: Package, part: str) -> list[Difference]:
    found = []
    for relation in package.relations(part):
        if relation.is_external:
            what = "link" if relation.kind == "hyperlink" else f"part that is loaded from elsewhere ({relation.kind})"
            found.append(Difference(what, unquote(relation.target).rstrip("/")))
        elif relation.kind in ("aFChunk", "subDocument", "mailMergeSource"):
            found.append(Difference("another document put in whole", relation.target))
    return found
