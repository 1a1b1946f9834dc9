"""The pictures of the pages for people: line drawings of our own, each beside words that say the same.

They are drawn in a square of 56 units with a line of 2 units, and mean nothing on their own.
"""

from __future__ import annotations

from collections.abc import Mapping

SIZE = 56
_PERSON = '<circle cx="28" cy="16" r="8"/><path d="M11 49c0-12 7-19 17-19s17 7 17 19"/>'
_PEOPLE = (
    '<circle cx="19" cy="17" r="7"/><path d="M6 46c0-10 5-16 13-16s13 6 13 16"/>'
    '<circle cx="39" cy="20" r="6"/><path d="M37 31c8 0 13 5 13 15"/>'
)
_PAPER = '<path d="M14 6h20l10 10v34H14z"/><path d="M34 6v10h10M20 26h18M20 33h18M20 40h11"/>'
#: By name, the shapes in an SVG.
PICTURES: Mapping[str, str] = {
    "person": _PERSON,
    "people": _PEOPLE,
    "home": '<path d="M6 28L28 9l22 19"/><path d="M12 24v24h32V24"/><path d="M23 48V34h10v14"/>',
    "paper": _PAPER,
    "papers": _PAPER,
    "talk": '<path d="M7 11h30v20H21l-8 8v-8H7z"/><path d="M41 22h8v18h-5v8l-8-8H26"/><path d="M15 21h14"/>',
    "clock": '<circle cx="28" cy="28" r="21"/><path d="M28 15v13l9 6"/>',
    "lock": '<path d="M12 26h32v23H12z"/><path d="M19 26v-8a9 9 0 0 1 18 0v8"/><path d="M28 34v7"/>',
    "question": '<circle cx="28" cy="28" r="21"/><path d="M21 22c0-9 14-9 14 0 0 6-7 6-7 12"/><path d="M28 40v1"/>',
    "stop": '<path d="M20 7h16l13 13v16L36 49H20L7 36V20z"/><path d="M19 28h18"/>',
    "letter": '<path d="M6 14h44v29H6z"/><path d="M6 16l22 17 22-17"/>',
    "danger": '<path d="M28 8l22 40H6z"/><path d="M28 23v12M28 41v1"/>',
    "health": '<path d="M21 8h14v13h13v14H35v13H21V35H8V21h13z"/>',
    "council": '<path d="M6 21L28 8l22 13z"/><path d="M12 26v16M22 26v16M34 26v16M44 26v16M7 47h42"/>',
}


def svg(name: str) -> str:
    """Returns a whole SVG file in black. KeyError for an unknown name."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" fill="none" stroke="#000000" '
        f'stroke-width="2" stroke-linejoin="round" stroke-linecap="round">{PICTURES[name]}</svg>'
    )
