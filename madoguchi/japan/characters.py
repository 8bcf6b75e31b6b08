"""Characters of people's names: which are accepted, and what stands in where a rarer one cannot go.

A name keeps its own shape: 﨑, 髙, 𠮷 and 辻 with a variation selector are stored as typed. Never NFKC: it would
turn 神 (U+FA19) into 神 and destroy what the family register says.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from madoguchi.japan.kana import widen_kana
from madoguchi.japan.packaged import packaged_text
from madoguchi.japan.variants import is_variation_selector

_COMPATIBILITY_IDEOGRAPHS = re.compile(r"([\uf900-\ufaff\U0002f800-\U0002fa1f])")
_RADICALS = re.compile(r"[\u2e80-\u2fd5]+")  # look-alikes of kanji that PDFs and some keyboards give
_BLANKS = re.compile(r"[\s\u00a0\u3000]+")
_JAPANESE = "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HENTAIGANA", "CJK"
_SIGNS_IN_NAMES = frozenset("々〆〇〻ゝゞヽヾー・ \u3000-'’.,ʼ‐·")
# CJK blocks by range, because an older Python knows fewer of their characters than the register may hold.
_KANJI_RANGES = (
    (0x3400, 0x4DBF),  # extension A
    (0x4E00, 0x9FFF),
    (0xF900, 0xFA6D),  # compatibility
    (0xFA70, 0xFAD9),
    (0x20000, 0x2A6DF),  # extension B
    (0x2A700, 0x2B73F),  # C
    (0x2B740, 0x2B81D),  # D
    (0x2B820, 0x2CEAD),  # E
    (0x2CEB0, 0x2EBE0),  # F
    (0x2EBF0, 0x2EE5D),  # I
    (0x2F800, 0x2FA1D),  # compatibility
    (0x30000, 0x3134A),  # G
    (0x31350, 0x33479),  # H and J
)
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_EMOJI = re.compile(
    "[\u2600-\u27bf\u2b00-\u2bff\u20e3\ufe0e\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f\u200d©®™‼⁉ℹ〰〽㊗㊙]"
)
_PLACEHOLDER = "〓"


@dataclass(frozen=True, slots=True)
class NameProblem:
    """Why a character cannot stand in a name, and where.

    Codes: emoji, bidi, control, invisible, private_use, surrogate, unassigned, stray_variation_selector,
    stray_mark, digit, other_script, symbol.
    """

    code: str
    position: int
    character: str


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A text for a system with fewer characters, and what was replaced by what."""

    text: str
    replaced: tuple[tuple[str, str], ...]


def normalise_name(text: str) -> str:
    """One stored form of a name: composed (NFC) but with compatibility kanji kept, full-width kana, single blanks."""
    kanji = _RADICALS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), widen_kana(text))
    pieces = _COMPATIBILITY_IDEOGRAPHS.split(kanji)
    composed = "".join(
        piece if place % 2 else unicodedata.normalize("NFC", piece) for place, piece in enumerate(pieces)
    )
    return _BLANKS.sub(_one_blank, composed).strip()


def check_name(text: str) -> tuple[NameProblem, ...]:
    """Every character of a (normalised) name that is refused; empty when the name may be stored."""
    problems = []
    for position, character in enumerate(text):
        before = text[position - 1] if position else ""
        if code := _refusal(character, before):
            problems.append(NameProblem(code, position, character))
    return tuple(problems)


def is_kanji(character: str) -> bool:
    """Whether a single character is a CJK ideograph of Unicode (extensions and compatibility included)."""
    return len(character) == 1 and any(first <= ord(character) <= last for first, last in _KANJI_RANGES)


def is_mj(character: str) -> bool:
    """Whether a kanji (with or without variation selector) is one of the MJ文字情報一覧表 known here."""
    return is_kanji(character[:1]) and _lines_of(character) != ()


def graphemes(text: str) -> list[str]:
    """The characters a reader counts: a base with its variation selector or combining marks is one."""
    found: list[str] = []
    for character in text:
        joins = is_variation_selector(character) or unicodedata.combining(character) > 0
        if joins and found:
            found[-1] += character
        else:
            found.append(character)
    return found


def grapheme_length(text: str) -> int:
    """How many characters a reader counts."""
    return len(graphemes(text))


def fits_cp932(text: str) -> list[str]:
    """The characters (graphemes, in order, each once) that a Windows Shift_JIS system cannot hold; empty if all fit."""
    return list(dict.fromkeys(character for character in graphemes(text) if not _is_cp932(character)))


def fallback(character: str) -> tuple[str, ...]:
    """The characters one may be shrunk to, best first (縮退候補 of the MJ table); empty when none is known."""
    base = character[0]
    found = [base] if len(character) > 1 else []
    lines = _lines_of(character) or _lines_of(base)
    found += [candidate for _, candidates in lines for candidate in candidates]
    if len(character) > 1:
        found += [candidate for _, candidates in _lines_of(base) for candidate in candidates]
    return tuple(candidate for candidate in dict.fromkeys(found) if candidate != character)


def shrink_to_cp932(text: str) -> Shrunk:
    """A text for a Shift_JIS system: each character that does not fit gives way to its best candidate, or to 〓."""
    shrunk = {
        character: next(filter(_is_cp932, fallback(character)), _PLACEHOLDER)
        for character in fits_cp932(text)
    }
    result = "".join(shrunk.get(character, character) for character in graphemes(text))
    return Shrunk(result, tuple(shrunk.items()))


def _one_blank(found: re.Match[str]) -> str:
    before = found.string[: found.start()][-1:]
    return " " if before.isascii() or unicodedata.name(before, "").startswith("LATIN") else "\u3000"


def _refusal(character: str, before: str) -> str | None:
    if character in _SIGNS_IN_NAMES or is_kanji(character):
        return None
    if _EMOJI.match(character):
        return "emoji"
    if is_variation_selector(character):
        return None if before and is_kanji(before) else "stray_variation_selector"
    if character in _BIDI:
        return "bidi"
    category = unicodedata.category(character)
    by_category = {
        "Cc": "control",
        "Cf": "invisible",
        "Co": "private_use",
        "Cs": "surrogate",
        "Cn": "unassigned",
        "Zl": "control",
        "Zp": "control",
        "Zs": "invisible",
        "Mn": "stray_mark",
        "Mc": "stray_mark",
        "Me": "stray_mark",
        "Nd": "digit",
    }
    if category in by_category:
        return by_category[category]
    if not category.startswith("L"):
        return "symbol"
    script = unicodedata.name(character, "").split(" ")
    return None if script[0] in (*_JAPANESE, "LATIN") or "LATIN" in script[:2] else "other_script"


def _is_cp932(character: str) -> bool:
    try:
        character.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _table() -> bytes:
    """The MJ table as bytes: searched in place, since a dictionary of 58,843 entries would cost 12 MB a process."""
    return packaged_text("mj_characters.tsv").encode()


def _lines_of(character: str) -> tuple[tuple[str, str], ...]:
    """The table's lines of a character; of a bare kanji all lines, with and without variation selector."""
    table = _table()
    start = table.find(b"\n" + character.encode(errors="surrogatepass"))
    lines = []
    while start >= 0 and start + 1 < len(table):
        end = table.find(b"\n", start + 1)
        kanji, _, candidates = table[start + 1 : end].decode().partition("\t")
        if not kanji.startswith(character):
            break
        lines.append((kanji, candidates))
        start = end
    return tuple(lines)
