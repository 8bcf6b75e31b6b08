"""The day on which an indicator first met its target: exact, so that news of it keep their date."""

from __future__ import annotations

from datetime import date, timedelta

from madoguchi.plan.definition import Indicator, Plan
from madoguchi.plan.queries import figures, loading
from madoguchi.plan.rules.light import is_reached


def reached_on(plan: Plan, as_of: date) -> dict[str, date]:
    """By id of the indicator; nothing for what is only to be kept, or has not met its target by the end of a month.

    Two readings for all of them: the month from the ends of months, the day from the days of that month.
    """
    day = plan.day_within(as_of)
    wanted = [i for i in plan.indicators if _is_to_be_reached(i)]
    _found, courses = figures.figures_and_courses(plan, wanted, day, wanted)
    ends = {i: end for i in wanted if (end := _first(i, courses[i.id])) is not None}
    fine = [(source, end.replace(day=1)) for i, end in ends.items() for source in loading.sources_of(i)]
    loaded = loading.load(plan, list(ends), day, courses=list(ends), fine=fine)
    return {i.id: _first(i, _daily(loaded, i, end)) or end for i, end in ends.items()}


def _is_to_be_reached(one: Indicator) -> bool:
    return one.target is not None and not (one.baseline and one.baseline.value == one.target.value)


def _first(one: Indicator, course: figures.Course) -> date | None:
    return next((on for on, value in course if value is not None and is_reached(one, value)), None)


def _daily(loaded: loading.Loaded, one: Indicator, end: date) -> figures.Course:
    days = [end.replace(day=1) + timedelta(days=n) for n in range(end.day)]
    return list(zip(days, loaded.values(one, days), strict=True))
