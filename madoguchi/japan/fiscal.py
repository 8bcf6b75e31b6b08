"""Fiscal years (年度) and the ages that laws count.

年齢計算ニ関スル法律: an age is reached at the end (24:00) of the day *before* the birthday. So a child born on
1 April reaches an age on 31 March and belongs to the earlier school year.
"""

from calendar import isleap
from datetime import date, timedelta

from madoguchi.japan.eras import DateError, to_wareki

_ONE_DAY = timedelta(days=1)


def fiscal_year(day: date) -> int:
    """The western number of the fiscal year (1 April to 31 March) that a day belongs to."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_year_start(year: int) -> date:
    """1 April of a fiscal year."""
    return date(year, 4, 1)


def fiscal_year_end(year: int) -> date:
    """31 March that ends a fiscal year."""
    return _day(year + 1, 3, 31)


def format_fiscal_year(year: int) -> str:
    """令和8年度; the year that began in 平成31 is 令和元年度, as the government named it."""
    return f"{to_wareki(date(year, 5, 1))}度"


def legal_age_reached_on(birth: date, years: int) -> date:
    """The day at whose end an age is legally reached: the day before the birthday.

    Someone born on 29 February reaches every age on 28 February (年齢計算ニ関スル法律, 民法 第143条第2項).
    """
    year = birth.year + years
    if (birth.month, birth.day) == (2, 29) and not isleap(year):
        return _day(year, 2, 28)
    return _day(year, birth.month, birth.day) - _ONE_DAY


def age_on(birth: date, on: date) -> int:
    """The age as people say it: it changes on the birthday (29 February: on 1 March in a common year)."""
    _refuse_before_birth(birth, on)
    had_birthday = (on.month, on.day) >= (birth.month, birth.day)
    return on.year - birth.year - (0 if had_birthday else 1)


def legal_age_on(birth: date, on: date) -> int:
    """The age reached by the end of a day: for laws that speak of the day on which an age is reached (達する日)."""
    return age_on(birth, on + _ONE_DAY)


def fiscal_year_age(birth: date, on: date) -> int:
    """The age reached by the end of the fiscal year of a day.

    It stays 18 until "18歳に達する日以後の最初の3月31日" and is 19 from the next day on.
    """
    _refuse_before_birth(birth, on)
    return legal_age_on(birth, fiscal_year_end(fiscal_year(on)))


def until_end_of_fiscal_year_of_age(birth: date, years: int) -> date:
    """The first 31 March on or after the day an age is reached (〇歳に達する日以後の最初の3月31日)."""
    return fiscal_year_end(fiscal_year(legal_age_reached_on(birth, years)))


def _day(year: int, month: int, day: int) -> date:
    if not 2 <= year <= date.max.year:
        raise DateError("no_such_year", part="year")
    return date(year, month, day)


def _refuse_before_birth(birth: date, on: date) -> None:
    if on < birth:
        raise DateError("before_birth")
