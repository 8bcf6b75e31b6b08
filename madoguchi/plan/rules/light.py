"""The traffic light of an indicator: one fixed rule, published as it stands here (`/plan/rule/`)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from madoguchi.plan.definition import Indicator

Light = Literal["reached", "on_course", "behind", "late", "missed", "no_data", "no_target"]

# Share of the way that should be covered by now: from here on it is on course, or only behind.
ON_COURSE = 0.9
BEHIND = 0.6


def light(indicator: Indicator, value: float | None, day: date) -> Light:
    """Where an indicator stands on a day.

    Expected is the straight way from the baseline to the target by days. An indicator whose baseline is its target
    is to be kept: below it is late.
    """
    if indicator.target is None:
        return "no_target"
    if value is None:
        return "no_data"
    if is_reached(indicator, value):
        return "reached"
    if day >= indicator.target.on:
        return "missed"
    covered = covered_of_expected(indicator, value, day)
    if covered is None or covered < BEHIND:
        return "late"
    return "on_course" if covered >= ON_COURSE else "behind"


def held(indicator: Indicator, value: float | None, last_year: float | None) -> float | None:
    """The value a light goes by: of what is told anew each year the better of this year's and last year's end."""
    known = [one for one in (value, last_year) if one is not None]
    if not indicator.begins_anew or not known:
        return value
    return min(known) if indicator.direction == "at_most" else max(known)


def is_reached(indicator: Indicator, value: float) -> bool:
    """Whether the value meets the target."""
    assert indicator.target is not None
    if indicator.direction == "at_most":
        return value <= indicator.target.value
    return value >= indicator.target.value


def covered_of_expected(indicator: Indicator, value: float, day: date) -> float | None:
    """The way covered as a share of the way that should be covered by the day; None where there is no way."""
    baseline, target = indicator.baseline, indicator.target
    if baseline is None or target is None or baseline.value == target.value or target.on <= baseline.on:
        return None
    elapsed = (day - baseline.on).days / (target.on - baseline.on).days
    expected = (target.value - baseline.value) * min(max(elapsed, 0.0), 1.0)
    if expected == 0:
        return 1.0
    return (value - baseline.value) / expected
