"""What Markdown cannot say of a table: its caption, the headings of its rows, and that it may be scrolled on a small screen."""

from __future__ import annotations

from lxml import html

_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})


def with_accessible_tables(body: str) -> str:
    """The same page with each table captioned by the heading above it, its first column as row headings, in a box that scrolls."""
    if "<table>" not in body:
        return body
    root = html.fragment_fromstring(body, create_parent="div")
    heading = ""
    seen: dict[str, int] = {}
    for element in list(root.iter()):
        if element.tag in _HEADINGS:
            heading = " ".join(element.text_content().split())
        elif element.tag == "table" and not element.get("class"):
            seen[heading] = seen.get(heading, 0) + 1
            _dress(element, heading if seen[heading] == 1 else f"{heading} ({seen[heading]})")
    return "".join(html.tostring(child, encoding="unicode") for child in root)


def _dress(table: html.HtmlElement, title: str) -> None:
    caption = html.Element("caption")
    caption.set("class", "govuk-visually-hidden")
    caption.text = title
    table.insert(0, caption)
    for cell in table.iterfind("thead/tr/th"):
        cell.set("scope", "col")
    for row in table.iterfind("tbody/tr"):
        first = row.find("td")
        if first is not None:
            first.tag = "th"
            first.set("scope", "row")
    box = html.Element("div")
    for name, value in (("class", "app-scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", title)):
        box.set(name, value)
    parent = table.getparent()
    if parent is not None:
        tail, table.tail = table.tail, None
        parent.replace(table, box)
        box.append(table)
        box.tail = tail
