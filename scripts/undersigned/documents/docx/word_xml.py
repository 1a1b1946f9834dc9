"""Elements of word-processing XML, and the properties of a DOCX as XML. Knows nothing about the text of documents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from lxml import etree

from undersigned.documents.model import Document

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
XML = "http://www.w3.org/XML/1998/namespace"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)

Element = etree._Element


@lru_cache(maxsize=1024)
def w(name: str) -> str:
    return f"{{{W}}}{name}"


def make(name: str, *children: Element, **attributes: str) -> Element:
    """Returns an element of the word-processing namespace, with attributes of that namespace."""
    element = etree.Element(w(name))
    for key, value in attributes.items():
        element.set(w(key), value)
    element.extend(children)
    return element


def run(text: str) -> Element:
    words = make("t")
    words.text = text
    words.set(f"{{{XML}}}space", "preserve")
    return make("r", words)


def serial(root: Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def first_child(parent: Element, name: str) -> Element:
    """Returns the child of that name; adds it first if there is none."""
    found = parent.find(w(name))
    if found is None:
        found = make(name)
        parent.insert(0, found)
    return found


def core_properties(document: Document, epoch: int) -> bytes:
    cp = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
    dc, terms = "http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"
    xsi = "http://www.w3.org/2001/XMLSchema-instance"
    root = etree.Element(f"{{{cp}}}coreProperties", nsmap={"cp": cp, "dc": dc, "dcterms": terms, "xsi": xsi})
    keywords = ", ".join(value for _, value in document.properties if value)
    for name, value in (
        (f"{{{dc}}}title", document.title),
        (f"{{{dc}}}subject", document.subject),
        (f"{{{dc}}}creator", document.author),
        (f"{{{cp}}}keywords", keywords),
        (f"{{{dc}}}language", "en-GB"),
    ):
        etree.SubElement(root, name).text = value
    day = datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for name in ("created", "modified"):
        element = etree.SubElement(root, f"{{{terms}}}{name}")
        element.text = day
        element.set(f"{{{xsi}}}type", "dcterms:W3CDTF")
    return serial(root)


_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"


def custom_properties(given: Iterable[tuple[str, str]]) -> bytes:
    """Returns the part that holds a document's own properties (ISO 29500-1, 22.3)."""
    root = etree.Element(f"{{{_PROPERTIES}}}Properties", nsmap={"op": _PROPERTIES, "vt": _TYPES})
    return with_custom_properties(serial(root), given)


def with_custom_properties(part: bytes, more: Iterable[tuple[str, str]]) -> bytes:
    """Returns the same part with more properties."""
    root = etree.fromstring(part, PARSER)
    for number, (name, value) in enumerate(more, 2 + len(root)):
        element = etree.SubElement(root, f"{{{_PROPERTIES}}}property")
        element.set("fmtid", "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}")
        element.set("pid", str(number))
        element.set("name", name)
        etree.SubElement(element, f"{{{_TYPES}}}lpwstr").text = value
    return serial(root)
