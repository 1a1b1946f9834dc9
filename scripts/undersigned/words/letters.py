"""Which letters the fonts of the documents have, so that a check can name those that a PDF cannot show.

The ranges are those of the font files in `documents/template` with the fonts that Typst brings along; a test compares
them. They hold for text in NFC, above the plain letters of a keyboard (U+007F).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

#: `text`: the pages of a PDF. `box`: a box that the program fills in, such as whose copy it is.
Place = Literal["text", "box"]

_RANGES: dict[Place, str] = {
    "text": (
        "a1-4ff 510-513 51a-51d 52f-61b 61e-6ff 750-77f 900-aff e3f e81-e84 e87-e88 e8a e8d e94-e97 e99-e9f ea1-ea7 "
        "eaa-eab ead-eb9 ebb-ebc ec8-ecd 10d0-10ff 115f-1160 13a0-13fd 17b4-17b5 17c1-17c3 180b-180f 1ab0-1ace "
        "1d00-2122 2124 2126-2186 2189 2190-23ff 2422-2423 2460-2606 2609-262f 2638-268b 2690-269c 26a0-26a7 "
        "26aa-26af 26b2 2701-2704 2706-2709 270c-2714 2717-2727 272a-274b 274d 274f-2752 2756 2758-275e 2761-2788 "
        "2794 2798-27af 27b1-2bff 2c60-2cff 2dff 2e02-2e05 2e08-2e0a 2e17-2e18 2e1f 2e22-2e25 2e2e 3012 3016-3017 "
        "301a-301b 302e-3030 3036 306e 3164 a640-a641 a648-a649 a656-a657 a69f a708-a716 a71b-a727 a72d a730 a735 "
        "a765 a789-a78e a790-a791 a793 a7aa a7f8-a7f9 a7ff a92e ab52 ab66 ab70-abbf fb00-fb4f fb52-fb81 fb8a-fb95 "
        "fb9e-fb9f fbaa-fbad fbe8-fbe9 fbfc-fbff fe00-fe0f fe20-fe2f fe66 fe70-fefc ffa0 fffc-fffd 10140-1018e "
        "102e0-102fb 1d400-1d7ff 1ee00-1eef1 1f12f-1f149 1f16a-1f16b 1f6d1 1f780-1f7eb 1f800-1f8b1 "
    ),
    "box": (
        "a0-148 14a-1c3 1c5-24f 300-304 306-30a 30c 30f 313 315 31b 323 326-328 32c 337-338 342-343 346-36f 374-376 "
        "37a-3d7 3dc-3dd 3f0-3f6 3f9-3fa 3fc-479 480-49d 4a0-4ff 52f 1e00-1e9b 1e9d-2055 2057 20a0-20af 20b1-20b5 "
        "20b8-20ba 20bc-20bf 2116 2122 "
    ),
}


def _lacking(ranges: str) -> re.Pattern[str]:
    parts = (part.partition("-") for part in ranges.split())
    members = "".join(f"{chr(int(first, 16))}-{chr(int(last or first, 16))}" for first, _, last in parts)
    return re.compile(f"[^\x00-\x7f{members}]")


_LACKING = {place: _lacking(ranges) for place, ranges in _RANGES.items()}


def letters_lacking(text: str, place: Place) -> Iterator[tuple[int, str]]:
    """Yields the letters and signs of a text that cannot be shown in a place, each with its offset in the text.

    Not those that nobody sees, which other rules find. An accent that is typed apart counts as the letter that it makes.
    """
    if text.isascii():
        return
    for match in _LACKING[place].finditer(text):
        composed = unicodedata.normalize("NFC", text[max(0, match.start() - 1) : match.end()])
        if unicodedata.category(match[0])[0] in "LMNPS" and not (
            unicodedata.combining(match[0]) and not _LACKING[place].search(composed)
        ):
            yield match.start(), match[0]
    for offset, character in enumerate(text):
        if character > "\u0377" and unicodedata.category(character) == "Cn" and not 0xFDD0 <= ord(character) <= 0xFDEF:
            yield offset, character  # means nothing in any script, also where a font has its neighbours
