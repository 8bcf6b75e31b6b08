"""Days on which the city hall is closed: Saturdays, Sundays, national holidays and the turn of the year."""

from collections.abc import Collection
from datetime import date, timedelta
from functools import cache

from madoguchi.japan.errors import JapanError
from madoguchi.japan.packaged import packaged_rows

_ONE_DAY = timedelta(days=1)


class HolidaysUnknown(JapanError):
    """The packaged list of holidays does not reach this year (code holidays_unknown)."""

    def __init__(self, year: int) -> None:
        super().__init__("holidays_unknown")
        self.year = year


def holiday_name(day: date) -> str | None:
    """The name of a national holiday (国民の祝日に関する法律), with 振替休日 and 国民の休日; None on other days."""
    names = _holidays()
    if day.year not in _known_years():
        raise HolidaysUnknown(day.year)
    return names.get(day)


def is_holiday(day: date) -> bool:
    """Whether a day is a national holiday."""
    return holiday_name(day) is not None


def is_year_end(day: date) -> bool:
    """Whether a day lies in 年末年始, 29 December to 3 January."""
    return (day.month == 12 and day.day >= 29) or (day.month == 1 and day.day <= 3)


def is_closed(day: date, extra: Collection[date] = ()) -> bool:
    """Whether the city hall is closed; `extra` holds further closed days of the city."""
    return day.weekday() >= 5 or is_year_end(day) or day in extra or is_holiday(day)


def next_open_day(day: date, extra: Collection[date] = ()) -> date:
    """The day itself when open, else the first open day after it."""
    while is_closed(day, extra):
        day += _ONE_DAY
    return day


def previous_open_day(day: date, extra: Collection[date] = ()) -> date:
    """The day itself when open, else the last open day before it."""
    while is_closed(day, extra):
        day -= _ONE_DAY
    return day


def add_business_days(day: date, days: int, extra: Collection[date] = ()) -> date:
    """The open day so many open days after a day (before it when negative); the day itself is not counted."""
    step = _ONE_DAY if days >= 0 else -_ONE_DAY
    for _ in range(abs(days)):
        day += step
        while is_closed(day, extra):
            day += step
    return day


@cache
def _holidays() -> dict[date, str]:
    return {date.fromisoformat(day): name for day, name in packaged_rows("holidays.tsv")}


@cache
def _known_years() -> range:
    return range(min(_holidays()).year, max(_holidays()).year + 1)
