"""QR codes (ISO/IEC 18004) for the feet of pages: bytes, error correction level M, versions 2 to 8.

Written here because a foot needs one small part of the standard, and documents must have the same bytes everywhere. The tests
read the codes of every version with another program where it is installed.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

#: By version: codewords of error correction in each block, and the data codewords of each block (table 9, level M).
_BLOCKS: Final[dict[int, tuple[int, tuple[int, ...]]]] = {
    2: (16, (28,)), 3: (26, (44,)), 4: (18, (32, 32)), 5: (24, (43, 43)), 6: (16, (27,) * 4), 7: (18, (31,) * 4),
    8: (22, (38, 38, 39, 39)),
}  # fmt: skip
#: The middles of alignment patterns (annex E).
_ALIGNED: Final[dict[int, tuple[int, ...]]] = {
    2: (6, 18), 3: (6, 22), 4: (6, 26), 5: (6, 30), 6: (6, 34), 7: (6, 22, 38), 8: (6, 24, 42),
}  # fmt: skip
#: The white border that a reader needs, in modules.
_QUIET: Final = 4
_PIXELS: Final = 4
#: The same mask for every code, so that the codes of a document differ only where their words do. Readers find the mask in
#: the code; choosing one for each would only even out light and dark.
_MASK: Final = 0


def pictures_of(words: Sequence[str]) -> list[bytes]:
    """The codes of some words as PNG files, all of one size; none if the longest needs a code that is too fine to print."""
    contents = [one.encode() for one in words]
    longest = max(map(len, contents), default=0)
    version = next((one for one, (_, blocks) in _BLOCKS.items() if longest + 2 <= sum(blocks)), None)
    return [] if version is None else [_png(_modules(content, version)) for content in contents]


# -- codewords --------------------------------------------------------------------------------------------------------


@cache
def _powers() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Powers of 2 in the field of 256 elements with the polynomial x^8+x^4+x^3+x^2+1, and their logarithms."""
    powers, logs, value = [0] * 512, [0] * 256, 1
    for exponent in range(255):
        powers[exponent] = powers[exponent + 255] = value
        logs[value] = exponent
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    return tuple(powers), tuple(logs)


@cache
def _generator(degree: int) -> tuple[int, ...]:
    powers, logs = _powers()
    found = [1]
    for exponent in range(degree):
        longer = [*found, 0]
        for place, factor in enumerate(found):
            longer[place + 1] ^= powers[logs[factor] + exponent] if factor else 0
        found = longer
    return tuple(found[1:])


def _correction(data: bytes, degree: int) -> bytes:
    """The remainder of the data divided by the generator polynomial (Reed-Solomon)."""
    powers, logs = _powers()
    generator = [logs[factor] for factor in _generator(degree)]
    rest = bytearray(degree)
    for byte in data:
        lead = byte ^ rest[0]
        rest = rest[1:] + b"\0"
        if lead:
            shift = logs[lead]
            for place, factor in enumerate(generator):
                rest[place] ^= powers[factor + shift]
    return bytes(rest)


def _codewords(content: bytes, version: int) -> bytes:
    degree, sizes = _BLOCKS[version]
    room = sum(sizes)
    number = 0b0100 << 8 | len(content)  # bytes, and how many
    data = ((number << 8 * len(content) | int.from_bytes(content, "big")) << 4).to_bytes(len(content) + 2, "big")
    data += (b"\xec\x11" * room)[: room - len(data)]
    blocks, at = [], 0
    for size in sizes:
        blocks.append(data[at : at + size])
        at += size
    checks = [_correction(block, degree) for block in blocks]
    mixed = [block[place] for place in range(max(sizes)) for block in blocks if place < len(block)]
    return bytes([*mixed, *(check[place] for place in range(degree) for check in checks)])


# -- modules ----------------------------------------------------------------------------------------------------------


@cache
def _frame(version: int) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    """The modules that every code of a version has, row by row (1 dark), and the places of the others in the order of bits."""
    side = 17 + 4 * version
    fixed: dict[tuple[int, int], int] = {}
    for top, left in ((0, 0), (0, side - 7), (side - 7, 0)):
        for row in range(-1, 8):
            for column in range(-1, 8):
                if 0 <= top + row < side and 0 <= left + column < side:
                    ring = max(abs(row - 3), abs(column - 3))
                    fixed[top + row, left + column] = int(ring not in (2, 4))
    for place in range(8, side - 8):
        fixed[6, place] = fixed[place, 6] = 1 - place % 2
    middles = _ALIGNED[version]
    for row in middles:
        for column in middles:
            if (row, column) not in ((6, 6), (6, middles[-1]), (middles[-1], 6)):
                for down in range(-2, 3):
                    for right in range(-2, 3):
                        fixed[row + down, column + right] = int(max(abs(down), abs(right)) != 1)
    fixed.update(_format(side))
    if version >= 7:
        bits = version << 12 | _remainder(version << 12, 0x1F25)
        for place in range(18):
            dark = bits >> place & 1
            fixed[place // 3, side - 11 + place % 3] = fixed[side - 11 + place % 3, place // 3] = dark
    order = tuple(place for place in _zigzag(side) if place not in fixed)
    return tuple(fixed.get((row, column), 0) for row in range(side) for column in range(side)), order


def _format(side: int) -> Iterator[tuple[tuple[int, int], int]]:
    """The level of correction (M is 0) and the mask, twice, and the module that is always dark."""
    bits = (_MASK << 10 | _remainder(_MASK << 10, 0x537)) ^ 0x5412
    first = [*((row, 8) for row in range(6)), (7, 8), (8, 8), (8, 7), *((8, column) for column in range(5, -1, -1))]
    second = [*((8, side - 1 - place) for place in range(8)), *((side - 7 + place, 8) for place in range(7))]
    for place in range(15):
        yield first[place], bits >> place & 1
        yield second[place], bits >> place & 1
    yield (side - 8, 8), 1


def _remainder(value: int, polynomial: int) -> int:
    while value.bit_length() >= polynomial.bit_length():
        value ^= polynomial << value.bit_length() - polynomial.bit_length()
    return value


def _zigzag(side: int) -> Iterator[tuple[int, int]]:
    """Pairs of columns from the right, upwards and downwards in turn, without the column of the timing pattern."""
    up = True
    for right in (*range(side - 1, 6, -2), *range(5, 0, -2)):
        for row in range(side - 1, -1, -1) if up else range(side):
            yield row, right
            yield row, right - 1
        up = not up


def _modules(content: bytes, version: int) -> list[bytearray]:
    side = 17 + 4 * version
    fixed, order = _frame(version)
    rows = [bytearray(fixed[row * side : (row + 1) * side]) for row in range(side)]
    words = _codewords(content, version)
    for number, (row, column) in enumerate(order):
        byte = number >> 3
        bit = words[byte] >> 7 - (number & 7) & 1 if byte < len(words) else 0
        rows[row][column] = bit ^ ((row + column) % 2 == 0)  # mask 0
    return rows


def _png(rows: list[bytearray]) -> bytes:
    """A picture in black and white, with its white border, each module of some pixels so that no viewer blurs it."""
    side = (len(rows) + 2 * _QUIET) * _PIXELS
    white, wide = "1" * (_QUIET * _PIXELS), ("1" * _PIXELS, "0" * _PIXELS)
    lines = []
    for row in rows:
        bits = f"{white}{''.join([wide[dark] for dark in row])}{white}"
        lines += [b"\0" + _bytes_of(bits)] * _PIXELS
    blank = b"\0" + _bytes_of("1" * side)
    around = [blank] * (_QUIET * _PIXELS)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    data = zlib.compress(b"".join([*around, *lines, *around]), 6)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))
        for kind, part in ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    )


def _bytes_of(bits: str) -> bytes:
    padded = bits + "0" * (-len(bits) % 8)
    return int(padded, 2).to_bytes(len(padded) // 8, "big")
