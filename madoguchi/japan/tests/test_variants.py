import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.japan import variants


@pytest.mark.parametrize(
    "family",
    ["辺邊邉边", "浜濱濵滨", "藤籐籘䕨", "高髙", "崎﨑嵜碕", "吉𠮷", "斎齋斉齊", "沢澤", "広廣", "桜櫻", "国國", "竜龍",
     "島嶋嶌", "富冨", "館舘", "真眞", "恵惠", "桑桒", "滝瀧", "峰峯", "与與", "曽曾", "渕淵", "桧檜"],
)  # fmt: skip
def test_variants_of_one_character_fold_together(family):
    assert len({variants.fold_variants(character) for character in family}) == 1


def test_different_characters_of_names_stay_apart():
    names = "佐山田川本村林木加小中伊鈴高橋渡斎吉井上森池石前岡長近坂遠青福西太三"

    assert len(set(variants.fold_variants(names))) == len(set(names))


def test_a_variation_selector_does_not_matter_for_searching():
    assert variants.same_but_for_variants("辻\U000e0100", "辻")
    assert not variants.same_but_for_variants("辻", "込")


def test_folding_changes_nothing_when_done_again():
    sources, targets = variants._table()
    everything = sources + targets + variants._OWN_PAIRS

    folded = variants.fold_variants(everything)
    assert variants.fold_variants(folded) == folded
    assert sources == "".join(sorted(set(sources)))
    assert len(sources) == len(targets)


@given(st.text(max_size=20))
def test_text_without_kanji_stays_as_it_is(text):
    plain = "".join(character for character in text if character < "\u3400")

    assert variants.fold_variants(plain) == plain
