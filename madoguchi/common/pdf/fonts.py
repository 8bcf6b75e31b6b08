"""The Japanese font that papers carry inside, and which characters it has."""

import struct
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from noto_cjk_sans_jp_bold import FONT_PATH as BOLD
from noto_cjk_sans_jp_regular import FONT_PATH as REGULAR

FAMILY = "Noto Sans CJK JP"
FOLDERS = [Path(str(REGULAR)).parent, Path(str(BOLD)).parent]
UNICODE_FULL = (3, 10)
VARIATION_SEQUENCES = (0, 5)


class UnreadableFont(Exception):
    """The font has no table of characters that we can read."""


@dataclass(frozen=True)
class Coverage:
    """The characters of a font, as ranges in order."""

    starts: "array[int]"
    ends: "array[int]"

    def has(self, character: str) -> bool:
        """Whether the font can show this character."""
        code = ord(character)
        at = bisect_right(self.starts, code) - 1
        return at >= 0 and code <= self.ends[at]


@lru_cache(maxsize=2)
def coverage(path: str = str(REGULAR)) -> Coverage:
    """The characters that the font at this path can show (`cmap` format 12 of OpenType)."""
    table, at = _subtable(path, UNICODE_FULL)
    count = struct.unpack_from(">I", table, at + 12)[0]
    starts, ends = array("L"), array("L")
    for start, end, _glyph in struct.iter_unpack(">III", table[at + 16 : at + 16 + 12 * count]):
        starts.append(start)
        ends.append(end)
    return Coverage(starts, ends)


@lru_cache(maxsize=2)
def variants(path: str = str(REGULAR)) -> frozenset[str]:
    """Characters with a variation selector whose very form the font can show (`cmap` format 14 of OpenType)."""
    table, start = _subtable(path, VARIATION_SEQUENCES)
    found: set[str] = set()
    for record in _entries(table, start + 6, 11):
        selector = chr(int.from_bytes(record[:3], "big"))
        usual, other = struct.unpack(">II", record[3:])
        if usual:  # the form the character has anyway, in ranges
            for entry in _entries(table, start + usual, 4):
                first = int.from_bytes(entry[:3], "big")
                found.update(chr(code) + selector for code in range(first, first + entry[3] + 1))
        if other:  # a form of its own
            for entry in _entries(table, start + other, 5):
                found.add(chr(int.from_bytes(entry[:3], "big")) + selector)
    return frozenset(found)


def _subtable(path: str, wanted: tuple[int, int]) -> tuple[bytes, int]:
    """The `cmap` table and where in it the part for this platform and encoding begins."""
    table = _table(Path(path), b"cmap")
    for record in _entries(table, 2, 8, count_bytes=2):
        platform, encoding, offset = struct.unpack(">HHI", record)
        if (platform, encoding) == wanted:
            return table, offset
    raise UnreadableFont


def _table(path: Path, wanted: bytes) -> bytes:
    with path.open("rb") as font:
        count = struct.unpack(">H", font.read(12)[4:6])[0]
        for _ in range(count):
            tag, _checksum, offset, length = struct.unpack(">4sIII", font.read(16))
            if tag == wanted:
                font.seek(offset)
                return font.read(length)
    raise UnreadableFont


def _entries(table: bytes, at: int, size: int, *, count_bytes: int = 4) -> Iterator[bytes]:
    """The entries of a list that begins with their number."""
    count = int.from_bytes(table[at : at + count_bytes], "big")
    first = at + count_bytes
    for offset in range(first, first + size * count, size):
        yield table[offset : offset + size]
