"""What a PDF says about itself (XMP and the information dictionary), so that a copy can be traced years later."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final
from xml.sax.saxutils import escape

import pikepdf
from lxml import etree
from pikepdf import String

from undersigned.documents.model import plain
from undersigned.documents.words import word

#: The namespace of our own properties. PDF/A requires them to be declared in the file (ISO 19005-2, 6.6.2.3).
NAMESPACE: Final = "urn:undersigned:document:1"
PREFIX: Final = "us"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


def set_metadata(file: pikepdf.Pdf, properties: tuple[tuple[str, str], ...]) -> None:
    """Adds the properties in both places. They must not be there yet."""
    stream = file.Root.Metadata
    stream.write(with_properties(stream.read_bytes(), dict(properties)))
    for name, value in properties:
        file.docinfo[f"/{name}"] = String(plain(value))


def with_properties(xmp: bytes, properties: Mapping[str, str], *, clean: bool = True) -> bytes:
    """Returns the same XMP packet with our properties, declared and set; properties that it has already are replaced.

    `clean`: show characters that are not text as U+FFFD. Without it the marks of a template stay.
    """
    tree = etree.fromstring(xmp, _PARSER).getroottree()
    root = tree.getroot()
    schemas = root.find(f".//{{{_EXTENSION}}}schemas/{{{_RDF}}}Bag")
    rdf = root.find(f"{{{_RDF}}}RDF")
    if schemas is None or rdf is None:
        raise ValueError("the packet declares no schemas")
    before = rdf.find(f"{{{_RDF}}}Description/{{{NAMESPACE}}}*/..")
    if before is not None:
        properties = {**{etree.QName(one).localname: one.text or "" for one in before}, **properties}
        rdf.remove(before)
        for declared in schemas.findall(f"{{{_RDF}}}li"):
            if declared.findtext(f"{{{_SCHEMA}}}namespaceURI") == NAMESPACE:
                schemas.remove(declared)
    schemas.append(_declared(tuple(properties)))
    given = etree.SubElement(rdf, f"{{{_RDF}}}Description", nsmap={PREFIX: NAMESPACE})
    given.set(f"{{{_RDF}}}about", "")
    for name, value in properties.items():
        etree.SubElement(given, f"{{{NAMESPACE}}}{name}").text = plain(value) if clean else value
    return bytes(etree.tostring(tree, encoding="UTF-8"))


def _declared(names: tuple[str, ...]) -> etree._Element:
    return etree.fromstring(_declaration(names), _PARSER)


@cache
def _declaration(names: tuple[str, ...]) -> str:
    properties = "".join(
        '<rdf:li rdf:parseType="Resource"><pdfaProperty:category>external</pdfaProperty:category>'
        f"<pdfaProperty:description>{escape(word(f'property.{name}'))}</pdfaProperty:description>"
        f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType></rdf:li>"
        for name in names
    )
    return (
        f'<rdf:li rdf:parseType="Resource" xmlns:rdf="{_RDF}" xmlns:pdfaSchema="{_SCHEMA}" xmlns:pdfaProperty="{_PROPERTY}">'
        f"<pdfaSchema:schema>{escape(word('property.schema'))}</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>{PREFIX}</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )
