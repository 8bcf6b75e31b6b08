"""Kana and widths: one form for what people type, a key for searching, and what banks accept."""

import re
import unicodedata

from madoguchi.japan.errors import JapanError
from madoguchi.japan.variants import fold_variants

_HIRAGANA = [*range(0x3041, 0x3097), 0x309D, 0x309E]
_TO_KATAKANA = {code: code + 0x60 for code in _HIRAGANA}
_TO_HIRAGANA = {code + 0x60: code for code in _HIRAGANA}
_HALF_KANA = re.compile(r"[\uff61-\uff9f]+")
_LONE_MARKS = {0x3099: 0x309B, 0x309A: 0x309C}  # what NFKC makes of half-width marks that join nothing
_NARROW_ALPHANUMERICS = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()}
_NARROW_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_SMALL_TO_LARGE = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_FULL_KATAKANA = re.compile(r"[\u30a1-\u30fc\u3000-\u3002\u300c\u300d]+")
_TO_NARROW_KANA = {
    ord(unicodedata.normalize("NFKC", chr(half))): chr(half) for half in range(0xFF61, 0xFFA0)
} | {0x3000: " "}
_KATAKANA = re.compile(r"[ァ-ヺー・ヽヾ]+(?:[ \u3000]+[ァ-ヺー・ヽヾ]+)*")


class KanaError(JapanError):
    """Characters a bank cannot take (code characters_not_allowed); `characters` names them."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        super().__init__("characters_not_allowed")
        self.characters = characters


def to_katakana(text: str) -> str:
    """Hiragana as katakana; everything else stays."""
    return text.translate(_TO_KATAKANA)


def to_hiragana(text: str) -> str:
    """Katakana as hiragana; everything else stays, also ー and the four katakana hiragana has no letter for."""
    return text.translate(_TO_HIRAGANA)


def widen_kana(text: str) -> str:
    """Half-width kana and their marks as full-width kana with the marks joined (ｶﾞ to ガ)."""
    return _HALF_KANA.sub(lambda found: unicodedata.normalize("NFKC", found[0]).translate(_LONE_MARKS), text)


def narrow_kana(text: str) -> str:
    """Full-width katakana with its marks and blanks as half-width (ガ to ｶﾞ, ッ to ｯ); everything else stays."""
    return _FULL_KATAKANA.sub(
        lambda found: unicodedata.normalize("NFD", found[0]).translate(_TO_NARROW_KANA), text
    )


def narrow_alphanumerics(text: str) -> str:
    """Full-width letters and digits as ASCII; signs stay."""
    return text.translate(_NARROW_ALPHANUMERICS)


def narrow_ascii(text: str) -> str:
    """Full-width letters, digits, signs and the full-width blank as ASCII."""
    return text.translate(_NARROW_ASCII)


def is_katakana_name(text: str) -> bool:
    """Whether a reading is written in full-width katakana, with ー, ・ and blanks between."""
    return _KATAKANA.fullmatch(text) is not None


# --- searching: 住民記録システム標準仕様書 2.1.2 ----------------------------------------------------------------

_LONG_MARKS_AND_BLANKS = re.compile(r"[\s\u00ad\u30fb\u30fc\-‐‑‒–—―−－ｰ~〜～]+")
_VOWEL_AFTER_V = str.maketrans("アイエオ", "ハヒヘホ")
_SAME_SOUND = str.maketrans("ヲワチツヰヱ", "オハシスイエ")
_ROW_O = "オコソトノホモヨロ"


def search_key(text: str) -> str:
    """What two spellings share when a clerk would take one for the other; compare keys, never show them.

    Ignores width, hiragana or katakana, 清濁 (with ヂ=ジ, ヅ=ズ, ワ=ハ, ヲ=オ, ヴァ=バ), small kana, long marks,
    hyphens, blanks, case and 異体字; ウ after the オ row counts as オ.
    """
    kana = to_katakana(fold_variants(unicodedata.normalize("NFKC", text))).casefold()
    large = kana.translate(_SMALL_TO_LARGE)
    with_b = re.sub("ヴ([アイエオ])", lambda found: found[1].translate(_VOWEL_AFTER_V), large).replace(
        "ヴ", "フ"
    )
    voiceless = re.sub("[\u3099\u309a]", "", unicodedata.normalize("NFD", with_b))
    bare = _LONG_MARKS_AND_BLANKS.sub("", voiceless).translate(_SAME_SOUND)
    return unicodedata.normalize("NFC", re.sub(f"(?<=[{_ROW_O}])ウ", "オ", bare))


# --- banks: 全銀協 character set (general knowledge, agrees with several banks' guides) -------------------------

_BANK_SIGNS = {
    **dict.fromkeys("ー‐‑‒–—―−－ｰ", "-"),
    "・": ".",
    "（": "(",
    "）": ")",
    "．": ".",
    "。": ".",
    "／": "/",
    "\u3000": " ",
    "ヲ": "オ",
    "ヰ": "イ",
    "ヱ": "エ",
}
_BANK_SIGNS_TABLE = str.maketrans(_BANK_SIGNS)
_FULL_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
_HALF_KANA_LETTERS = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ"
_TO_HALF = str.maketrans(_FULL_KANA + "\u3099\u309a\u309b\u309c", _HALF_KANA_LETTERS + "ﾞﾟﾞﾟ")
_BANK_CHARACTERS = frozenset(_HALF_KANA_LETTERS + "ﾞﾟABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789().-/ ")


def to_bank_kana(text: str) -> str:
    """An account holder's name as banks exchange it: half-width katakana, capitals, digits, ( ) . - / and blanks.

    Small kana become large, ー becomes a hyphen, ヲ becomes オ; anything else is refused.
    """
    large = to_katakana(widen_kana(text)).translate(_SMALL_TO_LARGE).translate(_BANK_SIGNS_TABLE)
    narrow = unicodedata.normalize("NFD", narrow_ascii(large)).translate(_TO_HALF).upper()
    result = " ".join(narrow.split())
    if refused := tuple(
        dict.fromkeys(character for character in result if character not in _BANK_CHARACTERS)
    ):
        raise KanaError(refused)
    return result


def is_bank_kana(text: str) -> bool:
    """Whether a text holds only characters that banks exchange."""
    return all(character in _BANK_CHARACTERS for character in text)


def from_bank_kana(text: str) -> str:
    """The full-width form of a bank's kana, for reading on screen (small kana and ー are lost)."""
    return widen_kana(text)
