from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.japan import fiscal
from madoguchi.japan.eras import DateError

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))
YEARS = st.integers(0, 110)


def test_a_fiscal_year_runs_from_april_to_march():
    assert fiscal.fiscal_year(date(2027, 3, 31)) == 2026
    assert fiscal.fiscal_year(date(2027, 4, 1)) == 2027
    assert (fiscal.fiscal_year_start(2026), fiscal.fiscal_year_end(2026)) == (
        date(2026, 4, 1),
        date(2027, 3, 31),
    )


@pytest.mark.parametrize(
    ("year", "name"), [(2026, "令和8年度"), (2019, "令和元年度"), (2018, "平成30年度"), (1989, "平成元年度"), (1988, "昭和63年度")]
)  # fmt: skip
def test_a_fiscal_year_is_named_by_its_era(year, name):
    assert fiscal.format_fiscal_year(year) == name


def test_an_age_is_legally_reached_on_the_day_before_the_birthday():
    assert fiscal.legal_age_reached_on(date(2008, 4, 1), 18) == date(2026, 3, 31)
    assert fiscal.legal_age_reached_on(date(2008, 1, 1), 18) == date(2025, 12, 31)


def test_someone_born_on_29_february_reaches_every_age_on_28_february():
    assert fiscal.legal_age_reached_on(date(2004, 2, 29), 18) == date(2022, 2, 28)
    assert fiscal.legal_age_reached_on(date(2004, 2, 29), 20) == date(2024, 2, 28)
    assert fiscal.age_on(date(2004, 2, 29), date(2022, 2, 28)) == 17
    assert fiscal.age_on(date(2004, 2, 29), date(2022, 3, 1)) == 18


def test_the_age_shown_changes_on_the_birthday():
    assert fiscal.age_on(date(2008, 4, 2), date(2026, 4, 1)) == 17
    assert fiscal.age_on(date(2008, 4, 2), date(2026, 4, 2)) == 18
    assert fiscal.legal_age_on(date(2008, 4, 2), date(2026, 4, 1)) == 18


@pytest.mark.parametrize(
    ("birth", "last_day"),
    [
        (date(2008, 4, 1), date(2026, 3, 31)),  # born on 1 April: the earlier school year
        (date(2008, 4, 2), date(2027, 3, 31)),
        (date(2008, 3, 31), date(2026, 3, 31)),
        (date(2008, 12, 31), date(2027, 3, 31)),
        (date(2008, 2, 29), date(2026, 3, 31)),
    ],
)
def test_child_allowance_ends_on_the_31_march_after_18(birth, last_day):
    assert fiscal.until_end_of_fiscal_year_of_age(birth, 18) == last_day
    assert fiscal.fiscal_year_age(birth, last_day) == 18
    assert fiscal.fiscal_year_age(birth, last_day + timedelta(days=1)) == 19


def test_nobody_has_an_age_before_birth():
    with pytest.raises(DateError) as refused:
        fiscal.age_on(date(2026, 1, 2), date(2026, 1, 1))
    assert refused.value.code == "before_birth"


def test_ages_beyond_the_calendar_are_refused_in_words():
    for compute in (
        lambda: fiscal.legal_age_reached_on(date(2000, 1, 1), 9000),
        lambda: fiscal.fiscal_year_age(date(2000, 1, 1), date(9999, 12, 31)),
    ):
        with pytest.raises(DateError) as refused:
            compute()
        assert refused.value.code == "no_such_year"


@given(DAYS, YEARS)
def test_the_age_shown_is_the_number_of_ages_reached_before_that_day(birth, years):
    reached = fiscal.legal_age_reached_on(birth, years)
    if years:
        assert fiscal.age_on(birth, reached) == years - 1
        assert fiscal.legal_age_on(birth, reached) == years
    assert fiscal.age_on(birth, reached + timedelta(days=1)) == years


@given(DAYS, YEARS)
def test_the_end_of_the_fiscal_year_of_an_age_is_the_first_31_march_from_the_day_it_is_reached(birth, years):
    reached = fiscal.legal_age_reached_on(birth, years)
    end = fiscal.until_end_of_fiscal_year_of_age(birth, years)

    assert (end.month, end.day) == (3, 31)
    assert reached <= end < reached + timedelta(days=366)
    if end >= birth:
        assert fiscal.fiscal_year_age(birth, end) == years
