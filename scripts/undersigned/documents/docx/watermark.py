"""The word across each page of a DOCX, made as Word makes one: a shape in the header."""

from __future__ import annotations

from lxml import etree

from undersigned.documents.docx.word_xml import Element, make

V = "urn:schemas-microsoft-com:vml"
OFFICE = "urn:schemas-microsoft-com:office:office"
#: Word's own kind of shape for words along a line (ECMA-376 part 4, 14.1.2.20; type 136 of 14.1.2.19).
_KIND = "_x0000_t136"
#: Points. The longest word still fits across a page of A4.
_WIDTH, _HIGHEST = 520, 150


def watermark(text: str) -> Element:
    """Returns a run for the header. It is marked as decoration, because the header also says in words that this is a draft."""
    height = min(_HIGHEST, round(_WIDTH / max(1, len(text)) * 1.5))
    style = (
        f"position:absolute;margin-left:0;margin-top:0;width:{_WIDTH}pt;height:{height}pt;rotation:315;z-index:-251658752;"
        "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        "mso-position-vertical:center;mso-position-vertical-relative:margin"
    )
    kind = _shape(
        "shapetype",
        {
            "id": _KIND,
            "coordsize": "21600,21600",
            "adj": "10800",
            "path": "m@7,l@8,m@5,21600l@6,21600e",
            f"{{{OFFICE}}}spt": "136",
        },
    )
    formulas = etree.SubElement(kind, f"{{{V}}}formulas")
    for formula in (
        "sum #0 0 10800",
        "prod #0 2 1",
        "sum 21600 0 @1",
        "sum 0 0 @2",
        "sum 21600 0 @3",
        "if @0 @3 0",
        "if @0 21600 @1",
        "if @0 0 @2",
        "if @0 @4 21600",
        "mid @5 @6",
        "mid @8 @5",
        "mid @7 @8",
        "mid @6 @7",
        "sum @6 0 @5",
    ):
        etree.SubElement(formulas, f"{{{V}}}f").set("eqn", formula)
    kind.append(_shape("path", {"textpathok": "t", f"{{{OFFICE}}}connecttype": "custom"}))
    kind.append(_shape("textpath", {"on": "t", "fitshape": "t"}))
    shape = _shape(
        "shape",
        {
            "id": "PowerPlusWaterMarkObject1",
            f"{{{OFFICE}}}spid": "_x0000_s2049",
            "type": f"#{_KIND}",
            "alt": "",
            "style": style,
            f"{{{OFFICE}}}allowincell": "f",
            "fillcolor": "#e6e6e6",
            "stroked": "f",
        },
    )
    shape.append(_shape("textpath", {"style": 'font-family:"Arial";font-size:1pt;font-weight:bold', "string": text}))
    return make("r", make("rPr", make("noProof")), make("pict", kind, shape))


def _shape(name: str, attributes: dict[str, str]) -> Element:
    element = etree.Element(f"{{{V}}}{name}", nsmap={"v": V, "o": OFFICE})
    for key, value in attributes.items():
        element.set(key, value)
    return element
