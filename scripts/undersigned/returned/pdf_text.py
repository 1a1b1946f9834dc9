"""What a page of a PDF shows and where: letters with their boxes, and the boxes of pictures and lines.

Fonts are not looked into: a letter is what the font's own table says (ISO 32000-1, 9.10), whatever shape it draws.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]

IDENTITY: Final[Matrix] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_DEEPEST = 12
#: A shading fills all that is not clipped away.
_EVERYWHERE = 100_000.0
#: Of one page's contents and forms. The largest page of an agreement has less than 50,000.
_MOST_BYTES = 6 << 20
_MOST_OPERATORS = 400_000
#: Operators that neither move nor show anything.
_QUIET = frozenset(
    {
        "BDC",
        "BMC",
        "EMC",
        "ET",
        "gs",
        "scn",
        "SCN",
        "sc",
        "SC",
        "cs",
        "CS",
        "g",
        "G",
        "rg",
        "RG",
        "k",
        "K",
        "w",
        "W",
        "W*",
        "J",
        "j",
        "M",
        "d",
        "ri",
        "i",
        "MP",
        "DP",
        "h",
        "Tr",
    }
)
_FILLS = frozenset({"f", "F", "f*", "B", "B*", "b", "b*", "S", "s"})
_MARKS = {
    "space": " ", "period": ".", "comma": ",", "colon": ":", "semicolon": ";", "hyphen": "-", "minus": "\u2212",
    "quoteright": "\u2019", "quoteleft": "\u2018", "quotedblleft": "\u201c", "quotedblright": "\u201d",
    "quotesingle": "'", "quotedbl": '"', "endash": "\u2013", "emdash": "\u2014", "bullet": "\u2022",
    "ellipsis": "\u2026", "parenleft": "(", "parenright": ")", "slash": "/", "ampersand": "&", "at": "@",
    "plus": "+", "equal": "=", "numbersign": "#", "percent": "%", "sterling": "\u00a3", "section": "\u00a7",
    "underscore": "_", "exclam": "!", "question": "?", "fi": "fi", "fl": "fl", "ff": "ff", "ffi": "ffi", "ffl": "ffl",
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "germandbls": "\u00df", "asterisk": "*", "bracketleft": "[", "bracketright": "]",
}  # fmt: skip


class TooMuchError(Exception):
    """A page draws more than any page of an agreement would."""


class Letter(NamedTuple):
    """One shown character with its box, in points from the page's lower left corner.

    `font`: the name that the page itself has for its font; "" inside form objects.
    """

    text: str
    box: Box
    size: float
    font: str = ""

    @property
    def middle(self) -> tuple[float, float]:
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


@dataclass
class Shown:
    """What a content stream shows. `pictures` and `shapes` are boxes, `unread` those of letters that no table names.

    `whole` is False if something could not be read.
    """

    letters: list[Letter] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    shapes: list[Box] = field(default_factory=list)
    unread: list[Box] = field(default_factory=list)
    whole: bool = True

    def boxes(self) -> Iterator[Box]:
        yield from self.pictures
        yield from self.shapes
        yield from self.unread
        yield from (letter.box for letter in self.letters)


def shown_by_page(page: pikepdf.Object, fonts: Fonts | None = None) -> Shown:
    """What the contents of a page show, without its annotations and fields.

    `fonts`: those that were read for other pages of the same file; what is read here is added.
    """
    reader = _Reader(fonts)
    reader.read(page, _inherited(page, "/Resources") or Dictionary(), IDENTITY, 0)
    return reader.shown


def shown_by_content(content: bytes, resources: pikepdf.Object, file: pikepdf.Pdf) -> Shown:
    """What a piece of a page's contents shows."""
    reader = _Reader()
    reader.read(file.make_stream(content), resources, IDENTITY, 0)
    return reader.shown


def shown_by_form(form: pikepdf.Object, place: Box | None = None) -> Shown:
    """What a form object shows: in its own coordinates, or drawn into a box as the appearance of an annotation is."""
    matrix = _matrix(form.get("/Matrix"))
    box = box_of(form.get("/BBox")) or (0.0, 0.0, 0.0, 0.0)
    if place is not None:
        # ISO 32000-1, 12.5.5, algorithm 8.1.
        left, bottom, right, top = _around(_corners(box, matrix))
        x = (place[2] - place[0]) / (right - left) if right > left else 1.0
        y = (place[3] - place[1]) / (top - bottom) if top > bottom else 1.0
        matrix = _times(matrix, (x, 0.0, 0.0, y, place[0] - left * x, place[1] - bottom * y))
    reader = _Reader()
    reader.read(form, form.get("/Resources", Dictionary()), matrix, 0)
    return reader.shown


# -- geometry ---------------------------------------------------------------------------------------------------


def box_of(value: pikepdf.Object | None) -> Box | None:
    """A rectangle with its lower left corner first; None if it is none."""
    try:
        if not isinstance(value, Array) or len(value) != 4:
            return None
        a, b, c, d = (float(edge) for edge in value)
    except (TypeError, ValueError, OverflowError, ArithmeticError):
        return None
    return min(a, c), min(b, d), max(a, c), max(b, d)


def touches(one: Box, other: Box, room: float = 0.0) -> bool:
    """Whether two boxes overlap by more than `room` points in both directions."""
    return min(one[2], other[2]) - max(one[0], other[0]) > room and min(one[3], other[3]) - max(one[1], other[1]) > room


def is_within(one: Box, other: Box, room: float = 0.0) -> bool:
    return (
        one[0] >= other[0] - room
        and one[1] >= other[1] - room
        and one[2] <= other[2] + room
        and one[3] <= other[3] + room
    )


def holds(box: Box, point: tuple[float, float], room: float = 0.0) -> bool:
    return box[0] - room <= point[0] <= box[2] + room and box[1] - room <= point[1] <= box[3] + room


def _times(a: Matrix, b: Matrix) -> Matrix:
    return (
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    )


def _matrix(value: pikepdf.Object | None) -> Matrix:
    try:
        if isinstance(value, Array) and len(value) == 6:
            a, b, c, d, e, f = (float(part) for part in value)
            return a, b, c, d, e, f
    except (TypeError, ValueError, OverflowError, ArithmeticError):
        pass
    return IDENTITY


def _corners(box: Box, matrix: Matrix) -> list[tuple[float, float]]:
    a, b, c, d, e, f = matrix
    return [
        (x * a + y * c + e, x * b + y * d + f)
        for x, y in ((box[0], box[1]), (box[2], box[1]), (box[0], box[3]), (box[2], box[3]))
    ]


def _around(points: Iterable[tuple[float, float]]) -> Box:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _inherited(page: pikepdf.Object, key: str) -> pikepdf.Object | None:
    """An attribute of a page, or of the nodes above it (ISO 32000-1, 7.7.3.4)."""
    node: pikepdf.Object | None = page
    for _ in range(_DEEPEST):
        if not isinstance(node, Dictionary):
            return None
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


# -- reading a content stream -----------------------------------------------------------------------------------


@dataclass
class _State:
    matrix: Matrix
    font: _Font | None = None
    font_name: str = ""
    size: float = 0.0
    spacing: float = 0.0
    word_spacing: float = 0.0
    scale: float = 1.0
    leading: float = 0.0
    rise: float = 0.0

    def copy(self) -> _State:
        return replace(self)


class _Reader:
    """Follows the operators of a content stream (ISO 32000-1, annex A) as far as places and letters go."""

    def __init__(self, fonts: Fonts | None = None) -> None:
        self.shown = Shown()
        self._left_operators, self._left_bytes = _MOST_OPERATORS, _MOST_BYTES
        self._fonts: Fonts = {} if fonts is None else fonts

    def read(self, stream: pikepdf.Object, resources: pikepdf.Object, matrix: Matrix, depth: int) -> None:
        self._spend(stream)
        try:
            operators = pikepdf.parse_content_stream(stream)
        except (pikepdf.PdfError, ValueError, TypeError, NotImplementedError):
            self.shown.whole = False
            return
        self._left_operators -= len(operators)
        if self._left_operators < 0:
            raise TooMuchError
        run = _Run(self, resources, matrix, depth)
        for instruction in operators:
            try:
                operator = str(instruction.operator)
                if operator not in _QUIET:
                    run.step(operator, instruction.operands)
            except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, pikepdf.PdfError):
                self.shown.whole = False

    def _spend(self, stream: pikepdf.Object) -> None:
        parts = stream.get("/Contents", Array()) if not isinstance(stream, pikepdf.Stream) else stream
        for part in parts if isinstance(parts, Array) else [parts]:
            if isinstance(part, pikepdf.Stream):
                try:
                    self._left_bytes -= len(part.read_bytes())
                except (pikepdf.PdfError, NotImplementedError):
                    self.shown.whole = False
        if self._left_bytes < 0:
            raise TooMuchError

    def font(self, value: pikepdf.Object) -> _Font:
        if value.objgen == (0, 0):
            return _Font(value)
        if value.objgen not in self._fonts:
            self._fonts[value.objgen] = _Font(value)
        return self._fonts[value.objgen]


class _Run:
    """One content stream being followed."""

    def __init__(self, reader: _Reader, resources: pikepdf.Object, matrix: Matrix, depth: int) -> None:
        self._reader, self._resources, self._depth = reader, resources, depth
        self._shown = reader.shown
        self._state = _State(matrix)
        self._kept: list[_State] = []
        self._text = self._line = IDENTITY
        self._path: list[tuple[float, float]] = []

    def step(self, operator: str, operands: Iterable[pikepdf.Object]) -> None:
        action = _ACTIONS.get(operator)
        if action is not None:
            action(self, list(operands))
        elif operator in _FILLS:
            if self._path:
                self._shown.shapes.append(_around(self._path))
            self._path = []
        elif operator == "n":
            self._path = []
        elif operator == "INLINE IMAGE":
            self._picture(_corners((0, 0, 1, 1), self._state.matrix))
        elif operator == "sh":
            self._picture([(-_EVERYWHERE, -_EVERYWHERE), (_EVERYWHERE, _EVERYWHERE)])

    # graphics

    def save(self, operands: list[pikepdf.Object]) -> None:
        if len(self._kept) < 500:
            self._kept.append(self._state.copy())

    def restore(self, operands: list[pikepdf.Object]) -> None:
        if self._kept:
            self._state = self._kept.pop()

    def concatenate(self, operands: list[pikepdf.Object]) -> None:
        self._state.matrix = _times(_six(operands), self._state.matrix)

    def points(self, operands: list[pikepdf.Object]) -> None:
        numbers = [float(part) for part in operands]
        for x, y in zip(numbers[0::2], numbers[1::2], strict=False):
            self._path.append(self._placed(x, y))

    def rectangle(self, operands: list[pikepdf.Object]) -> None:
        x, y, width, height = (float(part) for part in operands)
        self._path += _corners((x, y, x + width, y + height), self._state.matrix)

    def draw(self, operands: list[pikepdf.Object]) -> None:
        drawn = self._resources.get("/XObject", Dictionary()).get(str(operands[0]))
        if not isinstance(drawn, pikepdf.Stream):
            return
        if drawn.get("/Subtype") == Name.Form:
            if self._depth >= _DEEPEST:
                raise TooMuchError
            matrix = _times(_matrix(drawn.get("/Matrix")), self._state.matrix)
            resources = drawn.get("/Resources", self._resources)
            self._reader.read(drawn, resources, matrix, self._depth + 1)
        else:
            self._picture(_corners((0, 0, 1, 1), self._state.matrix))

    def _picture(self, corners: list[tuple[float, float]]) -> None:
        self._shown.pictures.append(_around(corners))

    def _placed(self, x: float, y: float) -> tuple[float, float]:
        a, b, c, d, e, f = self._state.matrix
        return x * a + y * c + e, x * b + y * d + f

    # text

    def begin_text(self, operands: list[pikepdf.Object]) -> None:
        self._text = self._line = IDENTITY

    def choose_font(self, operands: list[pikepdf.Object]) -> None:
        found = self._resources.get("/Font", Dictionary()).get(str(operands[0]))
        self._state.font = self._reader.font(found) if isinstance(found, Dictionary) else None
        self._state.font_name = str(operands[0]) if not self._depth else ""
        self._state.size = float(operands[1])

    def set_spacing(self, operands: list[pikepdf.Object]) -> None:
        self._state.spacing = float(operands[0])

    def set_word_spacing(self, operands: list[pikepdf.Object]) -> None:
        self._state.word_spacing = float(operands[0])

    def set_scale(self, operands: list[pikepdf.Object]) -> None:
        self._state.scale = float(operands[0]) / 100

    def set_leading(self, operands: list[pikepdf.Object]) -> None:
        self._state.leading = float(operands[0])

    def set_rise(self, operands: list[pikepdf.Object]) -> None:
        self._state.rise = float(operands[0])

    def set_matrix(self, operands: list[pikepdf.Object]) -> None:
        self._text = self._line = _six(operands)

    def move(self, operands: list[pikepdf.Object]) -> None:
        self._text = self._line = _times((1, 0, 0, 1, float(operands[0]), float(operands[1])), self._line)

    def move_and_lead(self, operands: list[pikepdf.Object]) -> None:
        self._state.leading = -float(operands[1])
        self.move(operands)

    def next_line(self, operands: list[pikepdf.Object]) -> None:
        self._text = self._line = _times((1, 0, 0, 1, 0, -self._state.leading), self._line)

    def show(self, operands: list[pikepdf.Object]) -> None:
        self._show(bytes(operands[-1]))

    def show_next(self, operands: list[pikepdf.Object]) -> None:
        if len(operands) == 3:
            self._state.word_spacing, self._state.spacing = float(operands[0]), float(operands[1])
        self.next_line([])
        self._show(bytes(operands[-1]))

    def show_spaced(self, operands: list[pikepdf.Object]) -> None:
        for part in operands[0]:
            if isinstance(part, pikepdf.String):
                self._show(bytes(part))
            else:
                self._advance(-float(part) / 1000 * self._state.size * self._state.scale)

    def _advance(self, distance: float) -> None:
        a, b, c, d, e, f = self._text
        self._text = (a, b, c, d, distance * a + e, distance * b + f)

    def _show(self, codes: bytes) -> None:
        state = self._state
        if state.font is None:
            self._shown.whole = False
            return
        a, b, c, d, e, f = whole = _times(self._text, state.matrix)
        low, high = state.rise - 0.2 * state.size, state.rise + 0.8 * state.size
        height = abs(d * state.size) or abs(b * state.size)
        letters, gone = self._shown.letters, 0.0
        for text, width, is_space in state.font.read(codes):
            across = width * state.size * state.scale
            if b or c:
                box = _around(_corners((gone, low, gone + across, high), whole))
            else:
                left, right, bottom, top = gone * a + e, (gone + across) * a + e, low * d + f, high * d + f
                box = (
                    left if left < right else right,
                    bottom if bottom < top else top,
                    right if left < right else left,
                    top if bottom < top else bottom,
                )
            if not text:
                self._shown.whole = False
                self._shown.unread.append(box)
            elif len(text) == 1:
                letters.append(Letter(text, box, height, state.font_name))
            else:
                letters += _split(text, box, height, state.font_name)
            gone += across + (state.spacing + (state.word_spacing if is_space else 0)) * state.scale
        self._advance(gone)


def _split(text: str, box: Box, size: float, font: str) -> list[Letter]:
    """A ligature is several letters, as other programs print it."""
    parts = text
    left, bottom, right, top = box
    step = (right - left) / len(parts) if parts else 0.0
    return [
        Letter(part, (left + place * step, bottom, left + (place + 1) * step, top), size, font)
        for place, part in enumerate(parts)
    ]


def _six(operands: list[pikepdf.Object]) -> Matrix:
    a, b, c, d, e, f = (float(part) for part in operands)
    return a, b, c, d, e, f


_ACTIONS: Final[dict[str, Callable[[_Run, list[pikepdf.Object]], None]]] = {
    "q": _Run.save,
    "Q": _Run.restore,
    "cm": _Run.concatenate,
    "m": _Run.points,
    "l": _Run.points,
    "c": _Run.points,
    "v": _Run.points,
    "y": _Run.points,
    "re": _Run.rectangle,
    "Do": _Run.draw,
    "BT": _Run.begin_text,
    "Tf": _Run.choose_font,
    "Tc": _Run.set_spacing,
    "Tw": _Run.set_word_spacing,
    "Tz": _Run.set_scale,
    "TL": _Run.set_leading,
    "Ts": _Run.set_rise,
    "Tm": _Run.set_matrix,
    "Td": _Run.move,
    "TD": _Run.move_and_lead,
    "T*": _Run.next_line,
    "Tj": _Run.show,
    "'": _Run.show_next,
    '"': _Run.show_next,
    "TJ": _Run.show_spaced,
}


# -- fonts ------------------------------------------------------------------------------------------------------

_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>")
_BLOCK = re.compile(rb"begin(codespacerange|bfchar|bfrange)(.*?)end\1", re.S)
_RANGE = re.compile(rb"<([0-9A-Fa-f\s]*)>\s*<([0-9A-Fa-f\s]*)>\s*(?:<([0-9A-Fa-f\s]*)>|\[(.*?)\])", re.S)
_MOST_CODES = 70_000


class _Font:
    """The letters and widths behind the codes of a font (ISO 32000-1, 9.6 to 9.10)."""

    def __init__(self, font: pikepdf.Object) -> None:
        self._font = font
        self._composite = font.get("/Subtype") == Name.Type0
        self._size = 2 if self._composite else 1
        self._texts: dict[int, str] = {}
        #: What `read` answers for each code that it has met.
        self._known: dict[int, tuple[str, float, bool]] = {}
        table = font.get("/ToUnicode")
        if isinstance(table, pikepdf.Stream):
            self._read_table(table.read_bytes()[: 1 << 20])
        if not self._composite and not self._texts and not self._has_own_codes():
            self._texts = _simple_texts(font.get("/Encoding"))
        # A hyphen that may break a word is drawn as any other.
        self._texts = {
            code: unicodedata.normalize("NFKC", text.replace("\u00ad", "-")) for code, text in self._texts.items()
        }

    def read(self, codes: bytes) -> Iterator[tuple[str, float, bool]]:
        """Each code's text ("" if unknown), its width in ems, and whether it is the one-byte space."""
        size, known = self._size, self._known
        for code in (
            codes if size == 1 else [int.from_bytes(codes[at : at + size], "big") for at in range(0, len(codes), size)]
        ):
            if code not in known:
                if len(known) > _MOST_CODES:
                    known.clear()
                width = self._widths.get(code, self._default) / 1000
                known[code] = self._texts.get(code, ""), width, size == 1 and code == 32
            yield known[code]

    def _has_own_codes(self) -> bool:
        """Whether only the program of an embedded font knows what its codes mean."""
        descriptor = self._font.get("/FontDescriptor")
        embedded = isinstance(descriptor, Dictionary) and {"/FontFile", "/FontFile2", "/FontFile3"} & set(
            descriptor.keys()
        )
        return "/Encoding" not in self._font and (bool(embedded) or self._font.get("/Subtype") == Name.Type3)

    def _read_table(self, table: bytes) -> None:
        for kind, body in _BLOCK.findall(table):
            if kind == b"codespacerange":
                ends = _HEX.findall(body)
                if ends:
                    self._size = max(1, min(4, len(b"".join(ends[0].split())) // 2))
            elif kind == b"bfchar":
                pairs = _HEX.findall(body)
                for code, text in zip(pairs[0::2], pairs[1::2], strict=False):
                    self._texts[_number(code)] = _decoded(text)
            else:
                self._read_ranges(body)
            if len(self._texts) > _MOST_CODES:
                raise TooMuchError

    def _read_ranges(self, body: bytes) -> None:
        for first, last, start, each in _RANGE.findall(body):
            low, high = _number(first), min(_number(last), _number(first) + _MOST_CODES)
            if each:
                for offset, text in enumerate(_HEX.findall(each)[: high - low + 1]):
                    self._texts[low + offset] = _decoded(text)
            else:
                begin = _decoded(start)
                for offset in range(high - low + 1) if begin else ():
                    self._texts[low + offset] = begin[:-1] + chr(min(ord(begin[-1]) + offset, 0x10FFFF))

    @cached_property
    def _descendant(self) -> pikepdf.Object:
        below = self._font.get("/DescendantFonts", Array())
        return below[0] if isinstance(below, Array) and len(below) else Dictionary()

    @cached_property
    def _default(self) -> float:
        return float(self._descendant.get("/DW", 1000)) if self._composite else 500.0

    @cached_property
    def _widths(self) -> dict[int, float]:
        if not self._composite:
            first = int(self._font.get("/FirstChar", 0))
            return {
                first + place: float(width)
                for place, width in enumerate(list(self._font.get("/Widths", Array()))[:256])
            }
        widths: dict[int, float] = {}
        parts = list(self._descendant.get("/W", Array()))
        at = 0
        while at + 1 < len(parts):
            first = int(parts[at])
            if isinstance(parts[at + 1], Array):
                widths.update({first + place: float(width) for place, width in enumerate(parts[at + 1])})
                at += 2
            elif at + 2 < len(parts):
                last = min(int(parts[at + 1]), first + _MOST_CODES)
                widths.update(dict.fromkeys(range(first, last + 1), float(parts[at + 2])))
                at += 3
            else:
                break
        return widths


#: The fonts of a file by the number and generation of their object.
Fonts = dict[tuple[int, int], _Font]


def _number(digits: bytes) -> int:
    return int(b"".join(digits.split()) or b"0", 16)


def _decoded(digits: bytes) -> str:
    clean = b"".join(digits.split())
    return bytes.fromhex(clean[: len(clean) // 4 * 4].decode()).decode("utf-16-be", "replace")


def _simple_texts(encoding: pikepdf.Object | None) -> dict[int, str]:
    """Codes of a simple font that has no table of its own."""
    base = encoding.get("/BaseEncoding") if isinstance(encoding, Dictionary) else encoding
    codec = "mac_roman" if base == Name.MacRomanEncoding else "cp1252"
    texts = {code: bytes([code]).decode(codec, "replace") for code in range(32, 256)}
    if isinstance(encoding, Dictionary):
        code = 0
        for part in encoding.get("/Differences", Array()):
            if isinstance(part, Name):
                texts[code] = glyph_text(str(part)[1:])
                code += 1
            else:
                code = int(part)
    return texts


def glyph_text(name: str) -> str:
    """The text of a glyph by its name (Adobe Glyph List), as far as British agreements need; "" if unknown."""
    if name in _MARKS:
        return _MARKS[name]
    if len(name) == 1:
        return name
    for start in ("uni", "u"):
        digits = name.removeprefix(start)
        if digits != name and 4 <= len(digits) <= 6 and all(digit in "0123456789ABCDEF" for digit in digits):
            return chr(int(digits, 16)) if int(digits, 16) < 0x110000 else ""
    kind = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"LATIN {kind} LETTER {name[0]} WITH {name[1:]}")
    except KeyError:
        return ""


# -- words ------------------------------------------------------------------------------------------------------


def text_of(letters: Iterable[Letter]) -> str:
    """Letters as words, in the order in which they were drawn, with spaces where lines end or letters are far apart."""
    pieces: list[str] = []
    last: Letter | None = None
    for letter in letters:
        if last is not None and _is_apart(last, letter):
            pieces.append(" ")
        pieces.append(letter.text)
        last = letter
    return " ".join("".join(pieces).split())


def _is_apart(one: Letter, other: Letter) -> bool:
    size = max(one.size, other.size, 1.0)
    return abs(one.box[1] - other.box[1]) > size / 2 or not -size < other.box[0] - one.box[2] < size * 0.2


def by_place(letters: Iterable[Letter]) -> list[Letter]:
    """Letters in lines from the top, each line from the left, however they were drawn."""
    lines: list[tuple[float, list[Letter]]] = []
    for letter in sorted(letters, key=lambda one: -one.box[1]):
        if lines and abs(lines[-1][0] - letter.box[1]) <= max(1.5, letter.size * 0.3):
            lines[-1][1].append(letter)
        else:
            lines.append((letter.box[1], [letter]))
    return [letter for _, line in lines for letter in sorted(line, key=lambda one: one.box[0])]


def words_in(letters: Iterable[Letter], boxes: Iterable[Box]) -> str:
    """The words whose letters have their middle in one of the boxes."""
    areas = list(boxes)
    return text_of(letter for letter in letters if any(holds(area, letter.middle) for area in areas))
