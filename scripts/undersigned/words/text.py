"""Plain text: lists in words, ids as names, and lines that cannot steer a terminal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from undersigned.records.fields import KEBAB

#: Letters that Unicode does not take apart into a letter and an accent.
_LETTERS = str.maketrans({"æ": "ae", "ð": "d", "đ": "d", "ħ": "h", "ł": "l", "ø": "o", "œ": "oe", "þ": "th"})
_SMALL_WORDS = frozenset({"and", "by", "for", "in", "le", "of", "on", "the", "under", "upon", "with"})


def in_a_list(items: Sequence[str], *, most: int | None = None, rest: str = "others") -> str:
    """`a, b and c`; if there are more than `most`, the first `most` and a count: `a, b and 3 others`.

    Semicolons separate items that contain a comma. Empty for no items.
    """
    shown = list(items if most is None else items[:most])
    comma = ";" if any("," in item for item in shown) else ","
    if len(shown) < len(items):
        shown.append(f"{len(items) - len(shown):,} {rest}")
    return "".join(
        item + after_item(left, comma) for left, item in zip(reversed(range(len(shown))), shown, strict=True)
    )


def after_item(left: int, comma: str = ",") -> str:
    """What follows an item of a list in words when `left` more items follow it: a comma, "and", or nothing."""
    if left > 1:
        return f"{comma} "
    return "" if not left else " and " if comma == "," else f"{comma} and "


def in_reading_order(name: str) -> tuple[str, str]:
    """A key to sort names by: capitals and accents count only between names that are otherwise the same.

    `Ŷ` comes with `y`, not after `z`. Source: Unicode Technical Standard 10, without its tailoring for a language.
    """
    letters = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)), name


def first_letter(name: str) -> str:
    """The letter of A to Z under which a name is listed: `W` for `Ŵyn`; empty for a name that begins with none."""
    first = in_reading_order(name)[0][:1].upper()
    return first if first.isascii() and first.isalpha() else ""


def a_few(names: Iterable[str], most: int = 4) -> str:
    """Names in order, the first few and how many more there are: `a, b, c, d and 3 others`."""
    return in_a_list(sorted(names, key=in_reading_order), most=most)


def with_capital(text: str) -> str:
    """`in force` as `In force`; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def plain(text: str) -> str:
    """Text without control or invisible characters: a line break or tab becomes a space, others become U+FFFD."""
    return "".join(c if c.isprintable() else " " if c in "\t\r\n" else "\ufffd" for c in text)


def one_line(text: str, longest: int | None = None) -> str:
    """Plain text with single spaces, cut to `longest` characters with an ellipsis."""
    line = plain(" ".join(text.split()))
    return line if longest is None or len(line) <= longest else line[: longest - 1].rstrip() + "…"


def name_of_id(id_: str) -> str:
    """`stoke-on-trent` as `Stoke on Trent`. Text that is not an id stays as it is."""
    if not KEBAB.match(id_):
        return id_
    words = id_.split("-")
    return " ".join(word if at and word in _SMALL_WORDS else word.capitalize() for at, word in enumerate(words))


def id_from(name: str, *, longest: int = 60) -> str:
    """A name as an id: small letters without accents, digits and single hyphens; "" if the name has none of them."""
    letters = unicodedata.normalize("NFKD", re.sub("['’]", "", name)).encode("ascii", "ignore").decode().casefold()
    return "-".join(re.findall("[a-z0-9]+", letters))[:longest].strip("-")
