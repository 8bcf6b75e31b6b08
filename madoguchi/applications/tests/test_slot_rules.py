"""Which days give slots, and until when one may be chosen or changed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from madoguchi.applications import slot_rules as rules
from madoguchi.applications.slot_rules import Hours
from madoguchi.common.clock import TOKYO
from madoguchi.procedures.tests.building import question

MORNING = Hours((0, 1, 2, 3, 4, 5), time(9), time(12), 2, 900)
EVENING = Hours((2,), time(18), time(21))
NOON = datetime(2026, 6, 1, 12, tzinfo=TOKYO)  # a Monday
ASKED = question("slot", stock="rooms", first_days=2, last_days=30, change_days=3)
FREE = question("slot", stock="rooms", change_days=0)


def planned(first: date, last: date, closed: tuple[date, ...] = ()) -> list[tuple[date, Hours]]:
    return list(rules.planned([MORNING, EVENING], first=first, last=last, closed_days=closed))


def test_a_timetable_gives_the_slots_of_its_weekdays() -> None:
    assert planned(date(2026, 6, 2), date(2026, 6, 3)) == [
        (date(2026, 6, 2), MORNING),
        (date(2026, 6, 3), MORNING),
        (date(2026, 6, 3), EVENING),
    ]


def test_saturdays_are_open_where_the_timetable_says_so_and_sundays_are_not() -> None:
    assert [day for day, _hours in planned(date(2026, 6, 6), date(2026, 6, 7))] == [date(2026, 6, 6)]


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 5, 4),  # みどりの日
        date(2026, 12, 29),
        date(2026, 6, 4),  # a closed day of the city
        date(2090, 6, 1),  # no holidays are known that far
    ],
)
def test_holidays_the_turn_of_the_year_and_closed_days_give_no_slots(day: date) -> None:
    assert planned(day, day, closed=(date(2026, 6, 4),)) == []


def test_a_timetable_can_be_kept_and_read_back() -> None:
    assert rules.hours_of([MORNING.stored, EVENING.stored]) == [MORNING, EVENING]


def test_times_that_would_be_booked_twice_are_found() -> None:
    late = Hours((2, 3), time(11), time(13))

    assert rules.overlapping([MORNING, EVENING, late]) == (MORNING, late)
    assert rules.overlapping([MORNING, EVENING, Hours((6,), time(9), time(12))]) is None
    assert rules.overlapping([MORNING, Hours((0,), time(12), time(13))]) is None


@pytest.mark.parametrize(
    ("day", "start", "may"),
    [
        (date(2026, 6, 2), time(18), False),
        (date(2026, 6, 3), time(9), True),
        (date(2026, 7, 1), time(9), True),
        (date(2026, 7, 2), time(9), False),
    ],
)
def test_residents_choose_within_the_days_of_the_definition(day: date, start: time, may: bool) -> None:
    assert rules.is_within(ASKED, day=day, start=start, now=NOON) is may


@pytest.mark.parametrize(("start", "may"), [(time(12), False), (time(12, 1), True)])
def test_today_only_what_has_not_begun_may_be_chosen(start: time, may: bool) -> None:
    assert rules.is_within(FREE, day=NOON.date(), start=start, now=NOON) is may


def test_without_a_last_day_the_stock_says_how_far() -> None:
    assert rules.last_day(FREE, NOON.date()) is None
    assert rules.is_within(FREE, day=NOON.date() + timedelta(days=700), start=time(9), now=NOON)


@pytest.mark.parametrize(
    ("day", "may"), [(date(2026, 6, 3), False), (date(2026, 6, 4), True), (date(2026, 5, 31), False)]
)
def test_a_slot_may_be_changed_until_its_last_day_to_change(day: date, may: bool) -> None:
    assert rules.may_change(ASKED, day=day, start=time(9), now=NOON) is may


@pytest.mark.parametrize(("start", "may"), [(time(11), False), (time(13), True)])
def test_on_the_day_itself_a_slot_may_be_changed_until_it_begins(start: time, may: bool) -> None:
    assert rules.may_change(FREE, day=NOON.date(), start=start, now=NOON) is may
