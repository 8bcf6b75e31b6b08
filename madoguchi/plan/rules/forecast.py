"""Where an indicator is heading: the mean change of the last months, carried on, with an interval.

The interval is the one that holds four times out of five if months go on to differ as they did (normal approximation,
changes taken as independent). With six months or fewer, or for a figure that begins anew each year, nothing is said.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import fmean, pstdev
from typing import Literal

from madoguchi.plan.definition import Indicator

MONTHS = 24  # at most so many months back are looked at
LEAST = 6
FOUR_OF_FIVE = 1.2816  # the 90th percentile of the normal distribution


# Why nothing is said: no target; counted anew each year; the target's day has come; too few months with data.
Silence = Literal["no_target", "year", "come", "few"]


@dataclass(frozen=True, slots=True)
class Forecast:
    """The value expected on a day, and the interval it lies in four times out of five."""

    on: date
    value: float
    low: float
    high: float
    months: int  # changes it rests on


def forecast(
    points: Sequence[tuple[date, float | None]],
    on: date,
    *,
    least: float | None = None,
    most: float | None = None,
    counts: bool = False,
) -> Forecast | None:
    """The value at `on` from values at the ends of months; None where there is too little, or nothing ahead.

    `least` and `most` bound what cannot be (a share lies between 0 and 100); what `counts` comes in ones.
    """
    known = [(day, value) for day, value in points if value is not None][-(MONTHS + 1) :]
    if len(known) <= LEAST or on <= known[-1][0]:
        return None
    values = [value for _day, value in known]
    changes = [later - earlier for earlier, later in pairwise(values)]
    ahead = (on - known[-1][0]).days * 12 / 365.25
    middle = values[-1] + fmean(changes) * ahead
    spread = FOUR_OF_FIVE * pstdev(changes) * math.sqrt(ahead)
    low, high = middle - spread, middle + spread
    if most is not None:
        middle, low, high = min(middle, most), min(low, most), min(high, most)
    if counts:
        middle, low, high = round(middle), math.floor(low), math.ceil(high)
    if least is not None:
        middle, low, high = (float(max(least, one)) for one in (middle, low, high))
    return Forecast(on, middle, low, high, len(changes))


def silence(indicator: Indicator, day: date) -> Silence | None:
    """Why no forecast is tried on a day, whatever the data say; None where one is."""
    if indicator.target is None:
        return "no_target"
    if indicator.is_yearly:
        return "year"
    return "come" if day >= indicator.target.on else None
