from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.japan import eras
from madoguchi.japan.eras import DateError

DAYS = st.dates(min_value=date(1873, 1, 1), max_value=date(2200, 12, 31))


@pytest.mark.parametrize(
    ("day", "wareki"),
    [
        (date(1873, 1, 1), "明治6年1月1日"),
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(1912, 7, 30), "大正元年7月30日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2026, 11, 23), "令和8年11月23日"),
    ],
)
def test_an_era_begins_and_ends_on_its_day(day, wareki):
    assert eras.format_wareki(day) == wareki


def test_a_day_is_shown_in_both_calendars():
    assert eras.format_both(date(2026, 11, 23)) == "2026年11月23日（令和8年）"
    assert eras.format_wareki_short(date(2019, 5, 1)) == "R1.5.1"


def test_a_day_before_the_gregorian_calendar_has_no_era():
    with pytest.raises(DateError) as refused:
        eras.format_wareki(date(1872, 12, 31))
    assert (refused.value.code, refused.value.limit) == ("before_gregorian", date(1873, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "R8.11.23", "r8/11/23", "Ｒ８．１１．２３", "R08.11.23", "R081123", "令和8年11月23日", "令和８年１１月２３日",
        "令和 8年 11月 23日", "令8.11.23", "令和八年十一月二十三日", "㋿8年11月23日", "2026/11/23", "2026-11-23",
        "2026.11.23", "２０２６年１１月２３日", "20261123", "西暦2026年11月23日", "2026年11月23日（月）",
        "令和8年11月23日(月曜日)", "令和8年（2026年）11月23日", "2026年（令和8年）11月23日", "2026年11月23日（令和8年）",
        "2026－11－23", "令和8年11月23日生", "2026年11月23日　月曜日",
    ],
)  # fmt: skip
def test_usual_spellings_of_a_day_are_read(text):
    assert eras.parse_date(text) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("S64.1.7", date(1989, 1, 7)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("昭和三〇年四月一日", date(1955, 4, 1)),
        ("明治45年7月30日", date(1912, 7, 30)),
        ("大正15年12月25日", date(1926, 12, 25)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("H310430", date(2019, 4, 30)),
        ("T15.12.25", date(1926, 12, 25)),
    ],
)
def test_days_at_the_borders_of_eras_are_read(text, day):
    assert eras.parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing"),
        ("　", "missing"),
        ("昭和64年1月8日", "era_ended"),
        ("平成31年5月1日", "era_ended"),
        ("平成35年4月1日", "era_ended"),
        ("令和元年4月30日", "era_not_begun"),
        ("明治5年12月2日", "before_gregorian"),
        ("1872/12/31", "before_gregorian"),
        ("R7.2.29", "no_such_day"),
        ("2026/2/29", "no_such_day"),
        ("2026/4/31", "no_such_day"),
        ("2026/13/1", "no_such_month"),
        ("2026/0/1", "no_such_month"),
        ("令和0年1月1日", "no_such_year"),
        ("8.11.23", "year_ambiguous"),
        ("26/11/23", "year_ambiguous"),
        ("令和8年（2025年）11月23日", "eras_disagree"),
        ("2026年11月23日（平成8年）", "eras_disagree"),
        ("あした", "not_understood"),
        ("2026年11月", "not_understood"),
        ("令和8年十十月1日", "not_understood"),
        ("1" * 61, "not_understood"),
    ],
)
def test_what_is_no_day_is_refused_with_its_reason(text, code):
    with pytest.raises(DateError) as refused:
        eras.parse_date(text)
    assert refused.value.code == code


def test_a_day_after_its_era_names_the_last_day_and_the_day_probably_meant():
    with pytest.raises(DateError) as refused:
        eras.parse_date("平成35年4月1日")
    assert refused.value.limit == date(2019, 4, 30)
    assert refused.value.meant == date(2023, 4, 1)
    assert refused.value.era == eras.era_named("平成")


def test_a_refusal_never_repeats_what_was_typed():
    with pytest.raises(DateError) as refused:
        eras.parse_date("山田太郎の誕生日")
    assert str(refused.value) == "not_understood"


def test_the_four_fields_of_a_form_make_a_day():
    assert eras.from_parts("reiwa", "８", "11", "23") == date(2026, 11, 23)
    assert eras.from_parts("令和", "元", "5", "1") == date(2019, 5, 1)
    assert eras.from_parts("S", 64, 1, 7) == date(1989, 1, 7)
    assert eras.from_parts("western", "2026", "11", "23") == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("parts", "code", "part"),
    [
        (("", "8", "11", "23"), "missing", "era"),
        (("reiwa", "", "11", "23"), "missing", "year"),
        (("reiwa", "8", " ", "23"), "missing", "month"),
        (("reiwa", "8", "11", ""), "missing", "day"),
        (("reiwa", "8", "11", "二"), "not_a_number", "day"),
        (("edo", "8", "11", "23"), "unknown_era", "era"),
        (("western", "26", "11", "23"), "year_ambiguous", "year"),
        (("western", "2026", "13", "23"), "no_such_month", "month"),
        (("western", "2026", "11", "31"), "no_such_day", "day"),
        (("western", 10000, 1, 1), "no_such_year", "year"),
        (("reiwa", 9999, 1, 1), "no_such_year", "year"),
    ],
)
def test_a_wrong_field_of_the_form_is_named(parts, code, part):
    with pytest.raises(DateError) as refused:
        eras.from_parts(*parts)
    assert (refused.value.code, refused.value.part) == (code, part)


def test_era_years_become_western_years_only_while_the_era_lasted():
    assert eras.era_year_to_western("昭和", 64) == 1989
    assert eras.era_year_to_western(eras.ERAS[-1], 8) == 2026
    for era, year, code in [
        ("昭和", 65, "era_ended"),
        ("明治", 5, "before_gregorian"),
        ("令和", 0, "no_such_year"),
    ]:
        with pytest.raises(DateError) as refused:
            eras.era_year_to_western(era, year)
        assert refused.value.code == code


@given(DAYS)
def test_every_written_form_of_a_day_reads_back_as_that_day(day):
    assert eras.parse_date(eras.format_wareki(day)) == day
    assert eras.parse_date(eras.format_wareki_short(day)) == day
    assert eras.parse_date(eras.format_both(day)) == day
    assert eras.parse_date(day.isoformat()) == day


@given(DAYS)
def test_the_form_fields_of_a_day_give_that_day(day):
    wareki = eras.to_wareki(day)
    assert eras.from_parts(wareki.era.code, wareki.year, day.month, day.day) == day
    assert eras.era_year_to_western(wareki.era, wareki.year) == day.year


@given(st.text(max_size=30))
def test_reading_any_text_gives_a_day_or_a_date_error(text):
    with suppress(DateError):
        assert isinstance(eras.parse_date(text), date)
