import pytest

from madoguchi.procedures.kinds import registry
from madoguchi.procedures.tests.building import CONTEXT, answer, codes, messages, question

TARO = {"family": "盛岡", "given": "太郎", "family_kana": "モリオカ", "given_kana": "タロウ"}


def name(**parts: str):
    return answer(question("person_name"), **({**TARO, **parts}))


@pytest.mark.parametrize("typed", ["もりおか", "ﾓﾘｵｶ", "モリオカ", " モリオカ　"])
def test_readings_become_full_width_katakana(typed):
    assert name(family_kana=typed).value == TARO


def test_a_hyphen_in_a_reading_becomes_a_long_mark():
    assert name(given_kana="ジョ-ジ").value["given_kana"] == "ジョージ"


@pytest.mark.parametrize(
    "family", ["𠮷田", "髙橋", "﨑山", "辻\U000e0100", "渡邉", "神", "Sørensen-Śmith", "O’Brien"]
)
def test_names_of_any_register_are_kept(family):
    assert name(family=family).value["family"] == family


def test_what_stands_in_for_a_rare_character_is_told_but_does_not_block():
    cleaned = name(family="𠮷田")

    assert cleaned.errors == ()
    assert "「𠮷」はそのまま受け付けます" in cleaned.notes[0].message


@pytest.mark.parametrize(
    ("family", "code"),
    [
        ("盛岡😀", "emoji"),
        ("盛岡3", "digit"),
        ("盛岡\ue000", "private_use"),
        ("盛岡☆", "emoji"),
        ("Иванов", "other_script"),
        ("盛岡\u202e", "bidi"),
    ],
)
def test_what_cannot_be_in_a_name_is_refused_at_its_field(family, code):
    cleaned = name(family=family)

    assert cleaned.value is None
    assert codes(cleaned.errors) == [("family", code)]


def test_ten_thousand_characters_are_refused_at_their_field():
    cleaned = name(given="太" * 10_000)

    assert codes(cleaned.errors) == [("given", "too_long")]
    assert "10,000文字" in messages(cleaned)


def test_each_empty_part_is_named():
    cleaned = answer(question("person_name"), family="盛岡")

    assert [error.subfield for error in cleaned.errors] == ["given", "family_kana", "given_kana"]
    assert "「質問」の「名（フリガナ）」を入力してください。" in messages(cleaned)


def test_a_reading_in_kanji_is_refused():
    assert "カタカナで入力してください" in messages(name(family_kana="盛岡"))


def test_a_name_of_one_part_needs_the_tick():
    typed = {"family": "Sukarno", "family_kana": "スカルノ", "given": "", "given_kana": ""}

    assert "氏と名に分かれていない" in messages(name(**typed))
    assert name(**typed, single="1").value == typed


def test_a_full_name_in_the_first_field_is_divided():
    cleaned = answer(question("person_name"), family="盛岡　太郎", family_kana="もりおか たろう")

    assert cleaned.value == TARO


def test_nothing_typed_is_no_answer():
    assert answer(question("person_name"), family=" ", single="1").value is None


@pytest.mark.parametrize(
    "value",
    [
        "盛岡太郎",
        {},
        {**TARO, "extra": "x"},
        {**TARO, "family": 3},
        {**TARO, "family": ""},
        {**TARO, "given": "", "given_kana": "タロウ"},
        {**TARO, "family_kana": "もりおか"},
    ],
)
def test_a_stored_name_of_another_shape_is_refused(value):
    asked = question("person_name")

    assert registry.of(asked).check(asked, value, CONTEXT) != ()


def test_a_name_is_shown_with_its_reading():
    asked = question("person_name")

    assert registry.of(asked).display(asked, TARO, "ja") == "盛岡 太郎（モリオカ タロウ）"
    assert registry.of(asked).display(asked, TARO, "en") == "盛岡 太郎 (モリオカ タロウ)"


def test_a_name_somewhat_too_long_is_refused_and_kept_whole():
    assert codes(name(family="盛" * 101).errors) == [("family", "too_long")]


def test_a_family_name_of_only_a_mark_is_judged_as_a_name():
    assert codes(name(family="※").errors) == [("family", "symbol")]
