import pytest

from madoguchi.procedures.kinds import registry
from madoguchi.procedures.tests.building import CONTEXT, Posted, answer, codes, messages, question


def test_text_is_kept_as_typed_without_blanks_around():
    assert answer(question("text"), "  岩手 太郎　").value == "岩手 太郎"


def test_nothing_typed_is_no_answer_and_no_error():
    cleaned = answer(question("text"), " 　")

    assert (cleaned.value, cleaned.errors) == (None, ())


@pytest.mark.parametrize("name", ["𠮷田", "髙橋", "﨑山", "辻\U000e0100本", "神田"])
def test_characters_of_the_register_stay_what_they_are(name):
    assert answer(question("text"), name).value == name


def test_half_width_kana_become_full_width():
    assert answer(question("text"), "ﾓﾘｵｶ ｶﾞﾂｺｳ").value == "モリオカ ガツコウ"


@pytest.mark.parametrize("typed", ["太郎😀", "👨‍👩‍👧", "1️⃣", "🇯🇵"])
def test_emoji_are_refused_with_what_to_do(typed):
    cleaned = answer(question("text"), typed)

    assert codes(cleaned.errors) == [("", "emoji")]
    assert "絵文字を消してください" in messages(cleaned)


@pytest.mark.parametrize("typed", ["外字\ue000", "a\u202eb", "a\x07b"])
def test_characters_no_paper_can_show_are_refused(typed):
    assert codes(answer(question("text"), typed).errors) == [("", "not_printable")]


def test_invisible_blanks_that_copying_brings_are_dropped():
    assert answer(question("text"), "岩手\u200b太郎\ufeff").value == "岩手太郎"


def test_ten_thousand_characters_are_refused_gracefully_and_shown_in_part():
    asked = question("text", max_length=60)
    raw = registry.of(asked).read(asked, Posted("長" * 10_000))

    cleaned = registry.of(asked).clean(asked, raw, CONTEXT)

    assert codes(cleaned.errors) == [("", "too_long")]
    assert "60文字以内" in messages(cleaned)
    assert "10,000文字" in messages(cleaned)
    assert len(raw[""]) == 600
    assert "はじめの600文字" in messages(cleaned)


def test_a_character_with_its_variation_selector_counts_as_one():
    assert answer(question("text", max_length=2), "辻\U000e0100辻\U000e0100").errors == ()


def test_line_breaks_in_one_line_become_blanks():
    assert answer(question("text"), "一行目\r\n二行目").value == "一行目 二行目"


def test_long_text_keeps_its_line_breaks():
    assert answer(question("long_text"), "一行目\r\n二行目").value == "一行目\n二行目"


def test_long_text_longer_than_allowed_is_refused():
    assert codes(answer(question("long_text", max_length=10), "あ" * 11).errors) == [("", "too_long")]


def test_full_width_digits_with_hyphens_become_digits():
    assert answer(question("text", characters="digits"), "１２３-４５ー６").value == "123456"


def test_hiragana_becomes_katakana_where_katakana_is_asked():
    assert answer(question("text", characters="katakana"), "もりおか ﾀﾛｳ").value == "モリオカ タロウ"


def test_kanji_are_refused_where_katakana_is_asked():
    cleaned = answer(question("text", characters="katakana"), "盛岡")

    assert "カタカナで入力してください" in messages(cleaned)


def test_full_width_letters_become_ascii_where_ascii_is_asked():
    assert answer(question("text", characters="ascii"), "ＡＢＣ　１２").value == "ABC 12"


def test_a_pattern_speaks_with_its_own_sentence():
    asked = question("text", pattern="[A-Z]{2}[0-9]{4}", pattern_message="英字2つと数字4つです。")

    assert messages(answer(asked, "A1")) == "英字2つと数字4つです。"
    assert answer(asked, "AB1234").value == "AB1234"


def test_a_pattern_holds_for_the_whole_answer():
    assert codes(answer(question("text", pattern="[0-9]{3}"), "1234").errors) == [("", "pattern")]


@pytest.mark.parametrize(
    "pattern", ["[A-Z]{2}[0-9]{4}", "(a|b)c?\\d+", "^0[0-9]{9,10}$", "[ァ-ヶー]+", "盛岡.{3}"]
)
def test_a_sample_fits_the_pattern(pattern):
    asked = question("text", pattern=pattern)

    assert registry.of(asked).check(asked, registry.of(asked).sample(asked), CONTEXT) == ()


@pytest.mark.parametrize("value", [3, None, ["a"], {"a": 1}, "", "  ", True])
def test_a_value_of_another_shape_is_refused(value):
    asked = question("text")

    assert codes(registry.of(asked).check(asked, value, CONTEXT)) == [("", "wrong_shape")]


def test_a_stored_line_break_is_refused_in_one_line():
    asked = question("text")

    assert codes(registry.of(asked).check(asked, "一\n二", CONTEXT)) == [("", "not_printable")]


def test_missing_says_the_definitions_own_sentence():
    asked = question("text", error="通称があれば入力してください。")

    assert registry.of(asked).missing(asked, "ja").message == "通称があれば入力してください。"


# --- mail and telephone ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("taro@example.jp", "taro@example.jp"),
        ("Ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "Taro@example.jp"),
        (" taro @ Example.JP ", "taro@example.jp"),
        ("da..re.@docomo.ne.jp", "da..re.@docomo.ne.jp"),
        ("mailto:a+b@example.co.jp", "a+b@example.co.jp"),
    ],
)
def test_mail_addresses_are_put_right(typed, value):
    assert answer(question("email"), typed).value == value


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("taro.example.jp", "「@」を1つ"),
        ("a@b@example.jp", "「@」を1つ"),
        ("太郎@example.jp", "半角の英数字"),
        ("taro@example", "「@」の後ろ"),
        ("taro@.", "「@」の後ろ"),
        ("ta(ro@example.jp", "書き方を確かめて"),
    ],
)
def test_what_is_no_mail_address_is_refused_with_what_to_do(typed, said):
    cleaned = answer(question("email"), typed)

    assert cleaned.value is None
    assert said in messages(cleaned)


def test_a_probable_slip_in_the_domain_is_only_pointed_out():
    cleaned = answer(question("email"), "taro@gmai.com")

    assert (cleaned.value, cleaned.errors) == ("taro@gmai.com", ())
    assert "gmail.com" in cleaned.notes[0].message


def test_an_endless_mail_address_is_refused():
    assert codes(answer(question("email"), f"{'a' * 10_000}@example.jp").errors) == [("", "too_long")]


@pytest.mark.parametrize(
    "typed", ["090-1234-5678", "０９０１２３４５６７８", "+81 90 1234 5678", "(090)1234-5678"]
)
def test_telephone_numbers_are_taken_in_any_usual_way(typed):
    assert answer(question("phone"), typed).value == "09012345678"


@pytest.mark.parametrize(
    ("typed", "said"),
    [("651-4111", "市外局番から"), ("090-1234-567x", "数字で"), ("090-1234-56789", "10桁か11桁")],
)
def test_what_is_no_telephone_number_is_refused_with_what_to_do(typed, said):
    assert said in messages(answer(question("phone"), typed))


@pytest.mark.parametrize("value", ["090-1234-5678", 9012345678, "0", None])
def test_a_stored_telephone_number_is_digits(value):
    asked = question("phone")

    assert registry.of(asked).check(asked, value, CONTEXT) != ()


def test_a_telephone_number_is_shown_in_groups():
    asked = question("phone")

    assert registry.of(asked).display(asked, "0196514111", "ja") == "019-651-4111"


def test_a_long_text_far_beyond_its_limit_is_not_cut():
    asked = question("long_text", max_length=2000)

    raw = registry.of(asked).read(asked, Posted("長" * 15_000))

    assert len(raw[""]) == 15_000


def test_a_mail_address_somewhat_too_long_is_refused():
    assert codes(answer(question("email"), f"{'a' * 260}@example.jp").errors) == [("", "too_long")]


@pytest.mark.parametrize("value", [None, 3, ["a@example.jp"]])
def test_a_stored_mail_address_is_text(value):
    asked = question("email")

    assert codes(registry.of(asked).check(asked, value, CONTEXT)) == [("", "wrong_shape")]


def test_blanks_of_every_kind_around_a_text_are_dropped():
    assert answer(question("text"), "\u00a0盛岡\u00a0\u2003").value == "盛岡"
