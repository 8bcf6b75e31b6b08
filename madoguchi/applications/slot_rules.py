"""Which slots a place has, and until when one may be chosen or changed: plain values in, an answer out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from madoguchi.japan.closed_days import HolidaysUnknown, is_holiday, is_year_end
from madoguchi.procedures.definition import Question

MOST_HOURS = 40
MOST_CAPACITY = 500
MOST_YEN = 1_000_000
WINDOW_DAYS = (1, 365)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """One line of a place's timetable: on these weekdays (0 is Monday), from when to when, for how many, at what price."""

    weekdays: tuple[int, ...]
    start: time
    end: time
    capacity: int = 1
    price_yen: int = 0

    @property
    def stored(self) -> dict[str, Any]:
        """As a place keeps it."""
        return {
            "weekdays": list(self.weekdays),
            "start": f"{self.start:%H:%M}",
            "end": f"{self.end:%H:%M}",
            "capacity": self.capacity,
            "price_yen": self.price_yen,
        }


def hours_of(stored: Sequence[Mapping[str, Any]]) -> list[Hours]:
    """The timetable that a place keeps."""
    return [
        Hours(
            tuple(one["weekdays"]),
            time.fromisoformat(one["start"]),
            time.fromisoformat(one["end"]),
            one["capacity"],
            one["price_yen"],
        )
        for one in stored
    ]


def overlapping(hours: Sequence[Hours]) -> tuple[Hours, Hours] | None:
    """Two lines of a timetable that would book one time twice, if there are any."""
    for number, one in enumerate(hours):
        for other in hours[number + 1 :]:
            same_day = set(one.weekdays) & set(other.weekdays)
            if same_day and one.start < other.end and other.start < one.end:
                return one, other
    return None


def is_bookable_day(day: date, closed_days: Collection[date]) -> bool:
    """Whether a day gives slots: no holiday, not 年末年始, no closed day of the city. The timetable says which weekdays.

    Beyond the years whose holidays are known there are none yet.
    """
    try:
        return not (is_year_end(day) or day in closed_days or is_holiday(day))
    except HolidaysUnknown:
        return False


def planned(
    hours: Sequence[Hours], *, first: date, last: date, closed_days: Collection[date]
) -> Iterator[tuple[date, Hours]]:
    """Every slot of a timetable between two days."""
    day = first
    while day <= last:
        if is_bookable_day(day, closed_days):
            yield from ((day, one) for one in hours if day.weekday() in one.weekdays)
        day += _DAY


def first_day(question: Question, today: date) -> date:
    """The first day that may be chosen."""
    return today + timedelta(days=question.first_days)


def last_day(question: Question, today: date) -> date | None:
    """The last day that may be chosen; None: as far as the stock goes."""
    return None if question.last_days is None else today + timedelta(days=question.last_days)


def is_within(question: Question, *, day: date, start: time, now: datetime) -> bool:
    """Whether residents may choose a slot now (`now` as the clock on the wall): in the window, and not begun."""
    last = last_day(question, now.date())
    if day < first_day(question, now.date()) or (last is not None and day > last):
        return False
    return day > now.date() or start > now.time()


def last_day_to_change(question: Question, day: date) -> date:
    """The last day on which who filed may change or cancel a slot of this day."""
    return day - timedelta(days=question.change_days)


def may_change(question: Question, *, day: date, start: time, now: datetime) -> bool:
    """Whether who filed may still change or cancel a slot (`now` as the clock on the wall)."""
    if now.date() > last_day_to_change(question, day):
        return False
    return day > now.date() or start > now.time()
