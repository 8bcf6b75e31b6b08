"""Variants of one character (異体字) folded together, for searching only: what is stored and shown keeps its own."""

from bisect import bisect_left
from functools import cache

from madoguchi.japan.packaged import packaged_text

# Pairs the packaged table (JIS level 2 and rarer characters to common ones) leaves apart, each folded to its second.
# 籐・籘 to 藤, 斉 to 斎 and 碕 to 崎 are no variants by the dictionary, but clerks look for one and mean the other.
_OWN_PAIRS = """
滨浜 冨富 埜野 峯峰 嶋島 曾曽 栢柏 楳梅 涌湧 瀧滝 燈灯 盃杯 砿鉱 祢禰 穐秋 舘館 舛升 苅刈 薗園 頴穎 駈駆 龍竜 鋪舗
籐藤 籘藤 斉斎 碕崎 桧檜 遙遥 尭堯 凜凛 亙亘 鯵鰺 鴎鷗 篭籠 竈竃 蛎蠣 諌諫 蝋蠟 枡桝 壷壺 蕋蕊 巌巖 瑶瑤 淵渕 籔薮
"""
_OWN = {pair[0]: pair[1] for pair in _OWN_PAIRS.split()}
_FIRST_KANJI = "\u3400"


def fold_variants(text: str) -> str:
    """The text with every 異体字 replaced by its usual character and variation selectors dropped (辺 for 邊 and 邉)."""
    return "".join(_fold(character) for character in text if not is_variation_selector(character))


def same_but_for_variants(one: str, other: str) -> bool:
    """Whether two texts differ only in variants of the same characters."""
    return fold_variants(one) == fold_variants(other)


def is_variation_selector(character: str) -> bool:
    """Whether a character only chooses a shape of the one before it (U+FE00–FE0F, U+E0100–E01EF)."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _fold(character: str) -> str:
    if character < _FIRST_KANJI:
        return character
    sources, targets = _table()
    place = bisect_left(sources, character)
    if place < len(sources) and sources[place] == character:
        character = targets[place]
    return _OWN.get(character, character)


@cache
def _table() -> tuple[str, str]:
    """Sources in code point order and their targets, as two strings: 140 KB instead of 4 MB for a dictionary."""
    sources, targets = packaged_text("kanji_variants.txt").splitlines()
    return sources, targets
