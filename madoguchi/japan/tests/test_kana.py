import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.japan import kana
from madoguchi.japan.kana import KanaError

HIRAGANA = st.text(st.characters(min_codepoint=0x3041, max_codepoint=0x3096))
HALF_KANA = st.text(st.characters(min_codepoint=0xFF61, max_codepoint=0xFF9F))


def test_hiragana_becomes_katakana_and_the_rest_stays():
    assert kana.to_katakana("もりおか ゔゞ 盛岡A") == "モリオカ ヴヾ 盛岡A"
    assert kana.to_hiragana("モリオカー ヴヾ 盛岡A") == "もりおかー ゔゞ 盛岡A"


def test_half_width_kana_are_widened_with_their_marks():
    assert kana.widen_kana("ｶﾞｷﾞﾊﾟｳﾞｧｰ･｢｣ ABC") == "ガギパヴァー・「」 ABC"
    assert kana.widen_kana("ｱﾞﾟ") == "ア゛゜"


def test_full_width_letters_and_digits_are_narrowed():
    assert kana.narrow_alphanumerics("Ａｂ１２（３）ア") == "Ab12（3）ア"
    assert kana.narrow_ascii("Ａｂ１２（３）　ア") == "Ab12(3) ア"


@pytest.mark.parametrize(
    "text", ["モリオカ タロウ", "ヴァイオレット・アン", "ヨーコ", "サヽキ", "タナカ　ハナ"]
)
def test_a_reading_in_katakana_is_accepted(text):
    assert kana.is_katakana_name(text)


@pytest.mark.parametrize(
    "text", ["", " ", "もりおか", "ﾓﾘｵｶ", "モリオカ1", "盛岡", " モリオカ", "モリオカ\n", "ﾞ"]
)
def test_a_reading_in_anything_else_is_not(text):
    assert not kana.is_katakana_name(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ヂ", "ジ"), ("ズ", "ヅ"), ("ワ", "ハ"), ("ヴァ", "バ"), ("ヴィ", "ビ"), ("ヴ", "ブ"), ("オ", "ヲ"),
        ("ヒ", "ピ"), ("ッ", "ツ"), ("ャ", "ヤ"), ("ュ", "ユ"), ("ョ", "ヨ"), ("ナカツカ", "ナカヅカ"),
        ("テヅカ", "テズカ"), ("キクチ", "キクヂ"), ("コウノ", "コオノ"), ("ﾖｳｺ", "ようこ"), ("マリー", "マリ"),
        ("アン―リ", "アン－リ"), ("アン‐リ", "ｱﾝｰﾘ"), ("アン-リ", "アンリ"), ("ヤマダ　タロウ", "ヤマダタロウ"),
        ("ヤマダ タロウ", "ヤマダ　タロウ"), ("SMITH", "ｓｍｉｔｈ"), ("渡邉", "渡辺"), ("渡邊", "渡辺"), ("濱田", "浜田"),
        ("濵田", "浜田"), ("佐籐", "佐藤"), ("髙橋", "高橋"), ("山﨑", "山崎"), ("嵜", "崎"), ("𠮷田", "吉田"),
        ("齋藤", "斉藤"), ("齊藤", "斎藤"), ("辻󠄀", "辻"), ("\ufa19", "神"), ("大ヶ生", "大ケ生"),
    ],
)  # fmt: skip
def test_spellings_a_clerk_takes_for_one_another_share_a_search_key(one, other):
    assert kana.search_key(one) == kana.search_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("オノ", "オオノ"), ("カトウ", "サトウ"), ("高橋", "高梁"), ("アベ", "アメ")]
)
def test_different_names_keep_different_search_keys(one, other):
    assert kana.search_key(one) != kana.search_key(other)


@given(st.text(max_size=20))
def test_a_search_key_is_its_own_search_key(text):
    key = kana.search_key(text)

    assert kana.search_key(key) == key


@given(HIRAGANA)
def test_hiragana_comes_back_from_katakana(text):
    assert kana.to_hiragana(kana.to_katakana(text)) == text


@given(HALF_KANA)
def test_widening_leaves_no_half_width_kana(text):
    assert not any("\uff61" <= character <= "\uff9f" for character in kana.widen_kana(text))


@pytest.mark.parametrize(
    ("typed", "exchanged"),
    [
        ("ヤマダ　タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ"),
        ("やまだ たろう", "ﾔﾏﾀﾞ ﾀﾛｳ"),
        ("ｷｮｳｺ ﾊﾟｰｸ", "ｷﾖｳｺ ﾊﾟ-ｸ"),
        ("カ）モリオカ・ショウテン", "ｶ)ﾓﾘｵｶ.ｼﾖｳﾃﾝ"),
        ("ヲノ ヴィー", "ｵﾉ ｳﾞｲ-"),
        ("ｓｍｉｔｈ／１２－Ａ．", "SMITH/12-A."),
    ],
)
def test_an_account_holder_is_written_as_banks_exchange_it(typed, exchanged):
    assert kana.to_bank_kana(typed) == exchanged
    assert kana.is_bank_kana(exchanged)


def test_what_banks_cannot_take_is_named():
    with pytest.raises(KanaError) as refused:
        kana.to_bank_kana("山田 タロウ&山田")
    assert refused.value.code == "characters_not_allowed"
    assert refused.value.characters == ("山", "田", "&")


def test_bank_kana_are_shown_full_width():
    assert kana.from_bank_kana("ﾔﾏﾀﾞ ﾀﾛｳ") == "ヤマダ タロウ"


@given(st.text(st.sampled_from("あいうがぱっゃアイヴヵーＡ1（）・／ 　"), max_size=30))
def test_bank_kana_stays_as_it_is_when_converted_again(text):
    exchanged = kana.to_bank_kana(text)

    assert kana.to_bank_kana(exchanged) == exchanged
    assert kana.is_bank_kana(exchanged)


@given(st.text("アイカガパヴァッャーンワヲ・、。「」", max_size=20))
def test_narrow_kana_widened_again_are_the_same(text: str) -> None:
    narrow = kana.narrow_kana(text)

    assert kana.widen_kana(narrow) == text
    assert not any("\u30a1" <= character <= "\u30fc" for character in narrow)


def test_what_has_no_narrow_form_stays() -> None:
    assert kana.narrow_kana("ガッキ　ヰヶ髙A") == "ｶﾞｯｷ ヰヶ髙A"
