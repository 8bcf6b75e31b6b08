"""Last days of periods, counted as the Civil Code counts (民法 第138条 to 第143条)."""

from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta
from typing import Literal

from madoguchi.japan.closed_days import add_business_days, next_open_day
from madoguchi.japan.eras import DateError

Unit = Literal["calendar_days", "business_days"]
_ONE_DAY = timedelta(days=1)


def deadline(
    from_day: date,
    days: int,
    unit: Unit = "calendar_days",
    rolls_over: bool = True,
    extra_closed: Collection[date] = (),
    *,
    counts_first_day: bool = False,
) -> date:
    """The last day of a period of days that begins with an event on `from_day`.

    The first day is not counted (第140条) unless a law says so (戸籍法 第43条: births and deaths);
    a last day on which the hall is closed moves to the next open day (第142条) unless `rolls_over` is false.
    """
    if days < (1 if counts_first_day else 0):
        raise DateError("no_such_period")
    before_first = from_day - _ONE_DAY if counts_first_day else from_day
    if unit == "business_days":
        last = add_business_days(before_first, days, extra_closed)
    else:
        last = before_first + timedelta(days=days)
    return next_open_day(last, extra_closed) if rolls_over else last


def months_after(day: date, months: int) -> date:
    """The last day of a period of months whose event was on `day` (not counted), by the calendar (第143条).

    It is the day before the one that answers to the first counted day; where a month has no such day,
    the last day of that month.
    """
    if months < 1:
        raise DateError("no_such_period")
    first = day + _ONE_DAY
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    if year > date.max.year:
        raise DateError("no_such_year", part="year")
    month_end = monthrange(year, month + 1)[1]
    if first.day > month_end:
        return date(year, month + 1, month_end)
    return date(year, month + 1, first.day) - _ONE_DAY


def years_after(day: date, years: int) -> date:
    """The last day of a period of years whose event was on `day` (第143条)."""
    return months_after(day, years * 12)


def deadline_in_months(
    from_day: date, months: int, rolls_over: bool = True, extra_closed: Collection[date] = ()
) -> date:
    """The last day of a period of months, moved to the next open day where the law says so (第142条)."""
    last = months_after(from_day, months)
    return next_open_day(last, extra_closed) if rolls_over else last
