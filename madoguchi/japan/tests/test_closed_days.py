from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.japan import closed_days
from madoguchi.japan.closed_days import HolidaysUnknown

DAYS = st.dates(min_value=date(1971, 1, 1), max_value=date(2049, 6, 30))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 11, 23), "勤労感謝の日"),
        (date(2026, 9, 22), "休日"),  # between two holidays
        (date(2026, 5, 6), "こどもの日 振替休日"),
        (date(2019, 5, 1), "休日（祝日扱い）"),
        (date(2021, 7, 22), "海の日"),
        (date(2026, 11, 24), None),
    ],
)
def test_national_holidays_are_known_by_name(day, name):
    assert closed_days.holiday_name(day) == name
    assert closed_days.is_holiday(day) is (name is not None)


@given(st.dates(min_value=date(1973, 4, 12), max_value=date(2050, 12, 24)))
def test_a_holiday_on_a_sunday_also_closes_the_monday(day):
    sunday = day - timedelta(days=(day.weekday() + 1) % 7)

    assert not closed_days.is_holiday(sunday) or closed_days.is_holiday(sunday + timedelta(days=1))


@pytest.mark.parametrize(
    ("day", "closed"),
    [
        (date(2026, 11, 21), True),  # Saturday
        (date(2026, 11, 23), True),  # holiday
        (date(2026, 11, 24), False),
        (date(2026, 12, 28), False),
        (date(2026, 12, 29), True),
        (date(2027, 1, 1), True),
        (date(2028, 1, 3), True),
        (date(2028, 1, 4), False),
    ],
)
def test_the_hall_is_closed_on_weekends_holidays_and_at_the_turn_of_the_year(day, closed):
    assert closed_days.is_closed(day) is closed


def test_the_city_may_close_on_further_days():
    founding_day = date(2026, 11, 24)

    assert closed_days.is_closed(founding_day, extra={founding_day})
    assert closed_days.next_open_day(date(2026, 11, 21), extra={founding_day}) == date(2026, 11, 25)


def test_years_beyond_the_list_are_refused_instead_of_taken_for_workdays():
    with pytest.raises(HolidaysUnknown) as refused:
        closed_days.is_holiday(date(2051, 1, 1))
    assert (refused.value.code, refused.value.year) == ("holidays_unknown", 2051)


def test_business_days_skip_the_turn_of_the_year():
    assert closed_days.add_business_days(date(2026, 12, 28), 1) == date(2027, 1, 4)
    assert closed_days.add_business_days(date(2027, 1, 4), -1) == date(2026, 12, 28)
    assert closed_days.previous_open_day(date(2027, 1, 3)) == date(2026, 12, 28)


@given(DAYS, st.integers(1, 60))
def test_so_many_business_days_later_there_are_so_many_open_days_between(day, days):
    last = closed_days.add_business_days(day, days)
    between = (day + timedelta(days=offset) for offset in range(1, (last - day).days + 1))

    assert sum(not closed_days.is_closed(one) for one in between) == days
    assert not closed_days.is_closed(last)


@given(DAYS)
def test_the_next_open_day_is_the_first_that_is_not_closed(day):
    following = closed_days.next_open_day(day)
    skipped = [day + timedelta(days=offset) for offset in range((following - day).days)]

    assert not closed_days.is_closed(following)
    assert all(closed_days.is_closed(one) for one in skipped)
