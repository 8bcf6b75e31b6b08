from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.japan.closed_days import is_closed
from madoguchi.japan.day_count import deadline, deadline_in_months, months_after, years_after
from madoguchi.japan.eras import DateError

DAYS = st.dates(min_value=date(1971, 1, 1), max_value=date(2040, 12, 31))


def test_the_15_day_rule_counts_from_the_day_after_birth():
    assert deadline(date(2025, 12, 11), 15) == date(2025, 12, 26)


def test_a_last_day_at_the_turn_of_the_year_moves_to_the_first_open_day():
    assert deadline(date(2025, 12, 15), 15) == date(2026, 1, 5)
    assert deadline(date(2025, 12, 15), 15, rolls_over=False) == date(2025, 12, 30)


def test_a_birth_is_registered_within_14_days_counting_the_day_itself():
    assert deadline(date(2026, 11, 2), 14, counts_first_day=True) == date(2026, 11, 16)
    assert deadline(date(2026, 11, 3), 14, counts_first_day=True) == date(2026, 11, 16)


def test_business_days_do_not_count_closed_days():
    assert deadline(date(2026, 11, 20), 3, unit="business_days") == date(2026, 11, 26)
    city_day = {date(2026, 11, 24)}
    assert deadline(date(2026, 11, 20), 3, unit="business_days", extra_closed=city_day) == date(2026, 11, 27)


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 1, 15), 1, date(2026, 2, 15)),
        (date(2026, 1, 30), 1, date(2026, 2, 28)),  # counted from the 31st; February has none
        (date(2026, 1, 31), 1, date(2026, 2, 28)),  # counted from 1 February
        (date(2026, 2, 28), 1, date(2026, 3, 31)),  # counted from 1 March
        (date(2028, 1, 30), 1, date(2028, 2, 29)),
        (date(2026, 11, 23), 3, date(2027, 2, 23)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_months_are_counted_by_the_calendar(day, months, last):
    assert months_after(day, months) == last


def test_a_period_of_months_may_roll_over():
    assert deadline_in_months(date(2026, 11, 21), 1) == date(2026, 12, 21)
    assert deadline_in_months(date(2026, 10, 21), 1) == date(2026, 11, 24)
    assert deadline_in_months(date(2026, 10, 21), 1, rolls_over=False) == date(2026, 11, 21)


def test_years_end_on_the_same_day():
    assert years_after(date(2024, 2, 28), 1) == date(2025, 2, 28)
    assert years_after(date(2024, 2, 29), 1) == date(2025, 2, 28)


def test_a_period_has_at_least_one_day_or_month():
    with pytest.raises(DateError) as negative:
        deadline(date(2026, 1, 1), -1)
    with pytest.raises(DateError) as no_day:
        deadline(date(2026, 1, 1), 0, counts_first_day=True)
    with pytest.raises(DateError) as no_month:
        months_after(date(2026, 1, 1), 0)
    assert {negative.value.code, no_day.value.code, no_month.value.code} == {"no_such_period"}


def test_a_period_beyond_the_calendar_is_refused():
    with pytest.raises(DateError) as refused:
        months_after(date(2026, 1, 1), 12 * 9000)
    assert refused.value.code == "no_such_year"


@given(DAYS, st.integers(0, 400))
def test_a_deadline_is_open_and_never_earlier_than_the_days_allowed(day, days):
    last = deadline(day, days)

    assert not is_closed(last)
    assert last >= day + timedelta(days=days)
    assert deadline(day, days, rolls_over=False) == day + timedelta(days=days)


@given(DAYS, st.integers(1, 36))
def test_later_events_and_longer_periods_never_end_earlier(day, months):
    assert months_after(day, months) <= months_after(day + timedelta(days=1), months)
    assert months_after(day, months) < months_after(day, months + 1)
