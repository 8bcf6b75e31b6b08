import struct

import pytest
from noto_cjk_sans_jp_bold import FONT_PATH as BOLD
from noto_cjk_sans_jp_regular import FONT_PATH as REGULAR

from madoguchi.common.pdf.fonts import UnreadableFont, coverage, variants


@pytest.mark.parametrize("character", "山𠮷髙﨑神がガｶ〓①㈱〒Aé")
def test_characters_of_the_font_are_known(character):
    assert coverage().has(character)


@pytest.mark.parametrize("character", ["\0", "😀", "\ue000", "\U0002fffd", "\U0010ffff"])
def test_characters_beyond_the_font_are_known_too(character):
    assert not coverage().has(character)


def test_variants_are_told_apart():
    assert {"辻\U000e0100", "辻\U000e0101", "葛\U000e0100", "\u795e\ufe00"} <= variants()
    assert "辻\U000e01ef" not in variants()


def test_regular_and_bold_hold_the_same_characters():
    assert coverage(str(REGULAR)) == coverage(str(BOLD))
    assert variants(str(REGULAR)) == variants(str(BOLD))


@pytest.mark.parametrize(
    "content",
    [
        b"OTTO" + struct.pack(">HHHH", 0, 0, 0, 0),
        b"OTTO" + struct.pack(">HHHH", 1, 0, 0, 0) + struct.pack(">4sIII", b"cmap", 0, 28, 4) + bytes(4),
    ],
)
def test_a_font_without_a_table_of_characters_is_an_error(tmp_path, content):
    font = tmp_path / "font.otf"
    font.write_bytes(content)

    with pytest.raises(UnreadableFont):
        coverage(str(font))
