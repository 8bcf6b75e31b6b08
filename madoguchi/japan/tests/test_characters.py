import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.japan import characters
from madoguchi.japan.packaged import packaged_text

KAMI = "\ufa19"  # 神 as a compatibility ideograph, which NFC would replace
TSUJI = "辻\U000e0100"


@pytest.mark.parametrize(
    "name",
    ["山田太郎", "髙橋", "山﨑", "𠮷田", TSUJI, "佐々木", "サヽキ", "いすゞ", "ヴァン・デル・ベルク", "SMITH JOHN", "O’NEIL",
     "MÜLLER", "Ｓｍｉｔｈ", KAMI, "〆谷", "一ノ瀬", "ヨーコ", "\U0001b002ん", "\U00020089", "\U00031350"],
)  # fmt: skip
def test_characters_of_real_names_are_accepted(name):
    assert characters.check_name(name) == ()


@pytest.mark.parametrize(
    ("character", "code"),
    [
        ("😀", "emoji"),
        ("❤", "emoji"),
        ("\ufe0f", "emoji"),
        ("\u202e", "bidi"),
        ("\u2067", "bidi"),
        ("\n", "control"),
        ("\x00", "control"),
        ("\u200b", "invisible"),
        ("\ufeff", "invisible"),
        ("\u2003", "invisible"),
        ("\ue000", "private_use"),
        ("\U000f0000", "private_use"),
        ("\ud800", "surrogate"),
        ("\u0378", "unassigned"),
        ("\U0002fa20", "unassigned"),
        ("\u0301", "stray_mark"),
        ("7", "digit"),
        ("７", "digit"),
        ("Ж", "other_script"),
        ("김", "other_script"),
        ("㈱", "symbol"),
        ("@", "symbol"),
        ("<", "symbol"),
    ],
)
def test_what_is_no_character_of_a_name_is_refused_with_its_reason(character, code):
    (problem,) = characters.check_name("山" + character)

    assert (problem.code, problem.position, problem.character) == (code, 1, character)


def test_a_variation_selector_needs_a_kanji_before_it():
    assert characters.check_name("あ\U000e0100")[0].code == "stray_variation_selector"
    assert characters.check_name("\U000e0100")[0].code == "stray_variation_selector"


def test_every_character_of_the_mj_list_is_accepted_and_kept():
    kanji = "".join(line.split("\t")[0] for line in packaged_text("mj_characters.tsv").split("\n"))

    assert len(characters.graphemes(kanji)) == 58_843
    assert characters.check_name(kanji) == ()
    assert characters.normalise_name(kanji) == kanji


def test_normalising_keeps_compatibility_kanji_and_variation_selectors():
    assert characters.normalise_name(KAMI + "﨑" + TSUJI) == KAMI + "﨑" + TSUJI
    assert unicodedata.normalize("NFC", KAMI) != KAMI  # what we protect it from


def test_normalising_composes_and_widens_kana_and_tidies_blanks():
    assert characters.normalise_name("か\u3099") == "が"
    assert characters.normalise_name("ﾊﾟﾄﾞ") == "パド"
    assert characters.normalise_name("　山田 \u00a0 太郎 ") == "山田　太郎"
    assert characters.normalise_name("SMITH　\u3000JOHN") == "SMITH JOHN"
    assert characters.normalise_name("\u2f2d田") == "山田"  # a radical, as copied from a PDF


@given(st.text(max_size=20))
def test_a_normalised_name_stays_as_it_is(text):
    name = characters.normalise_name(text)

    assert characters.normalise_name(name) == name


def test_a_reader_counts_a_kanji_with_its_selector_as_one():
    assert characters.grapheme_length(TSUJI + "𠮷") == 2
    assert characters.graphemes("が\u3099" + TSUJI) == ["が\u3099", TSUJI]


def test_characters_outside_shift_jis_are_named():
    assert characters.fits_cp932("山﨑髙橋") == []
    assert characters.fits_cp932(f"𠮷{TSUJI}𠮷") == ["𠮷", TSUJI]


@pytest.mark.parametrize(
    ("character", "first"),
    [("𠮷", "吉"), ("﨑", "崎"), ("髙", "高"), (TSUJI, "辻"), ("邉", "辺"), ("邉\U000e010f", "邉")],
)
def test_a_rare_character_has_a_fallback(character, first):
    assert characters.fallback(character)[0] == first
    assert character not in characters.fallback(character)


def test_a_character_without_candidates_has_no_fallback():
    assert characters.fallback("山") == ()
    assert characters.fallback("A") == ()


def test_membership_in_the_mj_list():
    assert all(map(characters.is_mj, ["山", "𠮷", "﨑", "邉", "邉\U000e010f"]))
    assert not any(map(characters.is_mj, ["A", "あ", "", "\n", "邉\U000e01ef"]))


def test_a_name_for_an_old_system_tells_what_was_replaced():
    shrunk = characters.shrink_to_cp932(f"{TSUJI}𠮷 \U00031350")

    assert shrunk.text == "辻吉 〓"
    assert shrunk.replaced == ((TSUJI, "辻"), ("𠮷", "吉"), ("\U00031350", "〓"))


@given(st.text(max_size=20))
def test_a_shrunk_text_fits_the_old_system(text):
    assert characters.fits_cp932(characters.shrink_to_cp932(text).text) == []
