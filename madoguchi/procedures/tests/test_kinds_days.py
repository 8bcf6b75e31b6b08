import re

import pytest
from django.utils import translation

from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import CleanContext
from madoguchi.procedures.tests.building import CONTEXT, TODAY, answer, codes, messages, question


def day(era: str, year: str, month: str, number: str, **keys):
    return answer(question("date", **keys), era=era, year=year, month=month, day=number)


@pytest.mark.parametrize(
    ("era", "year", "month", "number", "value"),
    [
        ("western", "1990", "5", "1", "1990-05-01"),
        ("heisei", "2", "5", "1", "1990-05-01"),
        ("showa", "６４", "１", "７", "1989-01-07"),
        ("heisei", "元", "1", "8", "1989-01-08"),
        ("reiwa", "1", "05", "01", "2019-05-01"),
        ("western", "2024", "2", "29", "2024-02-29"),
        ("western", "平成2", "5月", "1日", "1990-05-01"),
        ("western", "S60年", "5", "1", "1985-05-01"),
    ],
)
def test_western_and_japanese_years_give_the_same_days(era, year, month, number, value):
    assert day(era, year, month, number).value == value


@pytest.mark.parametrize("typed", ["昭和64年1月7日", "S64.1.7", "1989/1/7", "１９８９０１０７"])
def test_a_whole_date_in_the_year_is_understood(typed):
    assert day("western", typed, "", "").value == "1989-01-07"


def test_a_day_after_the_end_of_an_era_is_told_its_right_name():
    cleaned = day("showa", "64", "2", "1")

    assert codes(cleaned.errors) == [("year", "era_ended")]
    assert "昭和は1989年1月7日までです。1989年2月1日は「平成元年2月1日」です。" in messages(cleaned)


def test_a_day_before_the_beginning_of_an_era_is_told_its_right_name():
    assert "平成は1989年1月8日からです。1989年1月3日は「昭和64年1月3日」です。" in messages(
        day("heisei", "1", "1", "3")
    )


@pytest.mark.parametrize(
    ("lang", "era", "year", "sentence"),
    [
        ("en", "showa", "64", "The era Shōwa is used until 7 January 1989. 1 February 1989 is “1 February, Heisei 1”."),
        ("en", "reiwa", "1", "The era Reiwa is used from 1 May 2019. 1 February 2019 is “1 February, Heisei 31”."),
        ("en", "taisho", "80", "The era Taishō is used until 25 December 1926."),
        ("en", "meiji", "1", "Enter 1873 (Meiji 6) or a later year"),
        ("ja-easy", "showa", "64", "昭和（しょうわ）は1989年1月7日までです。1989年2月1日は「平成（へいせい）1年2月1日」です。"),
    ],
)  # fmt: skip
def test_eras_are_named_in_the_language_of_the_sentence(lang, era, year, sentence):
    context = CleanContext(TODAY, lang)
    with translation.override(lang):
        cleaned = answer(question("date"), context=context, era=era, year=year, month="2", day="1")

    assert sentence in messages(cleaned)
    assert lang != "en" or not re.search("明治|大正|昭和|平成|令和", messages(cleaned))


def test_the_29th_of_february_exists_in_leap_years_only():
    cleaned = day("western", "2023", "2", "29")

    assert codes(cleaned.errors) == [("day", "no_such_day")]
    assert "2023年2月は28日までです" in messages(cleaned)


@pytest.mark.parametrize("month", ["13", "0", "x", "五月"])
def test_a_month_that_is_none_is_asked_for_at_its_field(month):
    cleaned = day("western", "1990", month, "1")

    assert [error.subfield for error in cleaned.errors] == ["month"]
    assert "「質問」の「月」を1から12の数字で入力してください。" in messages(cleaned)


@pytest.mark.parametrize("number", ["32", "0", "x"])
def test_a_day_that_is_none_is_asked_for_at_its_field(number):
    assert "「質問」の「日」を1から31の数字で入力してください。" in messages(
        day("western", "1990", "1", number)
    )


def test_a_short_western_year_is_asked_for_with_its_era():
    assert "西暦のときは4桁" in messages(day("western", "64", "1", "7"))


def test_a_year_before_the_calendar_is_refused():
    assert "1873年" in messages(day("western", "1700", "1", "1"))


def test_an_era_year_that_never_came_is_refused():
    assert "昭和は1989年1月7日まで" in messages(day("showa", "70", "1", "1"))


def test_each_empty_number_is_named():
    cleaned = day("reiwa", "5", "", "")

    assert [error.subfield for error in cleaned.errors] == ["month", "day"]


def test_an_era_alone_is_no_answer():
    assert day("showa", "", "", "").value is None


def test_days_to_come_are_refused_where_today_is_the_last():
    cleaned = day("reiwa", "8", "11", "24", max="today")

    assert codes(cleaned.errors) == [("year", "out_of_bounds")]
    assert "今日（2026年11月23日（令和8年））" in messages(cleaned)
    assert day("reiwa", "8", "11", "23", max="today").errors == ()


def test_fixed_bounds_are_told():
    keys = {"min": "2026-04-01", "max": "2027-03-31"}

    assert "2026年4月1日（令和8年）か、それより後" in messages(day("western", "2026", "3", "31", **keys))
    assert "2027年3月31日（令和9年）か、それより前" in messages(day("western", "2027", "4", "1", **keys))


# --- 不詳 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("昭和35年5月 日不詳", "1960-05-01", "1960-05-31"),
        ("昭和35年月日不詳", "1960-01-01", "1960-12-31"),
        ("昭和35年頃", "1960-01-01", "1960-12-31"),
        ("年月日不詳", "1873-01-01", "9999-12-31"),
    ],
)
def test_a_day_of_which_a_part_is_unknown_keeps_what_is_known(typed, first, last):
    value = answer(question("date", unknown_allowed=True), about=typed).value

    assert (value["from"], value["to"]) == (first, last)


def test_a_known_day_typed_as_unknown_is_a_plain_day():
    assert answer(question("date", unknown_allowed=True), about="昭和35年5月1日").value == "1960-05-01"


def test_an_unknown_day_that_cannot_be_understood_is_refused_at_its_field():
    cleaned = answer(question("date", unknown_allowed=True), about="むかし")

    assert [error.subfield for error in cleaned.errors] == ["about"]
    assert "年月日不詳" in messages(cleaned)


def test_unknown_days_are_refused_where_the_law_does_not_know_them():
    asked = question("date")
    unknown = {"text": "昭和35年頃", "from": "1960-01-01", "to": "1960-12-31"}

    assert codes(registry.of(asked).check(asked, unknown, CONTEXT)) == [("year", "wrong_shape")]


@pytest.mark.parametrize(
    "value",
    [
        "2023-02-29",
        "1990-5-1",
        "1872-12-31",
        19900501,
        None,
        {},
        {"text": "昭和35年頃", "from": "1", "to": "2"},
    ],
)
def test_a_stored_day_that_is_none_is_refused(value):
    asked = question("date", unknown_allowed=True)

    assert registry.of(asked).check(asked, value, CONTEXT) != ()


def test_days_are_shown_for_the_reader():
    asked = question("date")
    shown = [registry.of(asked).display(asked, "1990-05-01", lang) for lang in ("ja", "en", "ja-easy")]

    assert shown == ["1990年5月1日（平成2年）", "1 May 1990", "1990年5月1日"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("昭和70年頃", "昭和にその年はありません"),
        ("令和5年13月 日不詳", "年月日不詳"),
        ("令和5年2月30日", "年月日不詳"),
        ("1700年頃", "1873年"),
    ],
)
def test_an_impossible_unknown_day_is_refused_at_its_own_field(typed, said):
    cleaned = answer(question("date", unknown_allowed=True), about=typed)

    assert [error.subfield for error in cleaned.errors] == ["about"]
    assert said in messages(cleaned)


def test_a_day_beyond_any_month_is_asked_for_again():
    assert "31の数字" in messages(day("showa", "64", "2", "99"))


def test_a_stored_unknown_day_is_typed_again_as_it_was():
    asked = question("date", unknown_allowed=True)
    unknown = {"text": "昭和35年頃", "from": "1960-01-01", "to": "1960-12-31"}
    kind = registry.of(asked)

    assert kind.check(asked, unknown, CONTEXT) == ()
    assert kind.clean(asked, kind.raw_of(asked, unknown), CONTEXT).value == unknown
    assert kind.display(asked, unknown, "ja") == "昭和35年頃"


@pytest.mark.parametrize(
    ("keys", "value"), [({"min": "today"}, "2099-01-01"), ({"max": "1950-01-01"}, "1950-01-01")]
)
def test_a_sample_keeps_to_fixed_bounds(keys, value):
    asked = question("date", **keys)

    assert registry.of(asked).sample(asked) == value
