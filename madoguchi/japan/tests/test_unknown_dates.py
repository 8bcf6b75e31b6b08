from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.japan.eras import DateError
from madoguchi.japan.unknown_dates import parse_unknown_date


@pytest.mark.parametrize(
    ("text", "pattern", "earliest", "latest"),
    [
        ("令和5年頃", "year_about", date(2023, 1, 1), date(2023, 12, 31)),
        ("令和5年3月頃", "month_about", date(2023, 3, 1), date(2023, 3, 31)),
        ("令和5年3月4日頃", "day_about", date(2023, 3, 4), date(2023, 3, 4)),
        ("推定令和5年3月4日", "day_estimated", date(2023, 3, 4), date(2023, 3, 4)),
        ("推定令和5年2月", "month_estimated", date(2023, 2, 1), date(2023, 2, 28)),
        ("令和5年春", "season", date(2023, 3, 1), date(2023, 5, 31)),
        ("令和5年冬", "season", date(2023, 1, 1), date(2023, 12, 31)),
        ("令和5年3月上旬", "third_of_month", date(2023, 3, 1), date(2023, 3, 10)),
        ("令和5年3月中旬頃", "third_of_month", date(2023, 3, 11), date(2023, 3, 20)),
        ("令和6年2月下旬", "third_of_month", date(2024, 2, 21), date(2024, 2, 29)),
        ("令和5年 月日不詳", "month_and_day_unknown", date(2023, 1, 1), date(2023, 12, 31)),
        ("令和5年11月 日不詳", "day_unknown", date(2023, 11, 1), date(2023, 11, 30)),
        ("令和5年3月4日から5月6日頃までの間", "between_months", date(2023, 3, 4), date(2023, 5, 6)),
        ("令和5年3月推定4日から6日までの間", "between_estimated", date(2023, 3, 4), date(2023, 3, 6)),
        ("令和5年3月4日頃から6日頃までの間", "between_days", date(2023, 3, 4), date(2023, 3, 6)),
        ("平成5年2月29日", "no_calendar_day", date(1993, 2, 28), date(1993, 3, 1)),
    ],
)
def test_each_spelling_of_the_standard_gives_its_span(text, pattern, earliest, latest):
    found = parse_unknown_date(text)

    assert (found.text, found.pattern, found.earliest, found.latest) == (text, pattern, earliest, latest)


def test_a_wholly_unknown_day_has_no_span():
    found = parse_unknown_date("年月日不詳")

    assert (found.earliest, found.latest) == (None, None)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("令和５年　月日不詳", "令和5年 月日不詳"),
        ("昭和1年月日不詳", "昭和元年 月日不詳"),
        ("令和5年11月日不詳", "令和5年11月 日不詳"),
        ("令和5年ごろ", "令和5年頃"),
        ("2023年春", "2023年春"),
    ],
)
def test_loose_spellings_are_stored_as_the_standard_writes_them(typed, stored):
    assert parse_unknown_date(typed).text == stored


def test_the_span_of_a_year_ends_with_its_era():
    showa_64 = parse_unknown_date("昭和64年頃")
    heisei_1 = parse_unknown_date("平成元年 月日不詳")

    assert (showa_64.earliest, showa_64.latest) == (date(1989, 1, 1), date(1989, 1, 7))
    assert (heisei_1.earliest, heisei_1.latest) == (date(1989, 1, 8), date(1989, 12, 31))
    assert parse_unknown_date("平成元年1月上旬").earliest == date(1989, 1, 8)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing"),
        ("令和5年3月4日", "not_understood"),
        ("令和6年2月29日", "not_understood"),
        ("昭和64年2月頃", "era_ended"),
        ("昭和65年頃", "era_ended"),
        ("令和元年4月 日不詳", "era_not_begun"),
        ("令和5年13月頃", "no_such_month"),
        ("令和5年13月上旬", "no_such_month"),
        ("令和5年2月30日頃", "no_such_day"),
        ("令和5年5月4日から3月6日までの間", "end_before_start"),
        ("令和9999年頃", "no_such_year"),
        ("5年頃", "year_ambiguous"),
    ],
)
def test_what_the_standard_does_not_allow_is_refused(text, code):
    with pytest.raises(DateError) as refused:
        parse_unknown_date(text)
    assert refused.value.code == code


@given(st.integers(1, 31), st.integers(1, 12), st.sampled_from(["頃", "上旬", "中旬頃", " 日不詳"]))
def test_a_stored_spelling_reads_back_unchanged(year, month, ending):
    if year == 31 and month > 4:
        return
    name = "元" if year == 1 else str(year)
    found = parse_unknown_date(f"平成{name}年{month}月{ending}")

    assert parse_unknown_date(found.text) == found
    assert found.earliest is not None
    assert found.latest is not None
    assert found.earliest <= found.latest


@given(st.text(max_size=30))
def test_reading_any_text_gives_a_span_or_a_date_error(text):
    with suppress(DateError):
        assert parse_unknown_date(text).text
