"""The scoreboard: nine measures at a glance, and one indicator opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Max, Sum

from madoguchi.plan.definition import Indicator, Measure, Plan
from madoguchi.plan.models import Fact
from madoguchi.plan.queries import figures
from madoguchi.plan.queries.figures import Figure
from madoguchi.plan.rules import forecast, light
from madoguchi.plan.rules.forecast import Forecast
from madoguchi.plan.rules.light import Light


@dataclass(frozen=True, slots=True)
class Standing:
    """One indicator on a day."""

    indicator: Indicator
    figure: Figure
    light: Light
    forecast: Forecast | None
    changed_on: date | None  # the newest fact that counts


@dataclass(frozen=True, slots=True)
class Line:
    """One measure with its indicators, the one the plan names first."""

    measure: Measure
    standings: tuple[Standing, ...]


def scoreboard(plan: Plan, as_of: date) -> list[Line]:
    """All measures of a plan on a day."""
    newest = _newest(plan, plan.day_within(as_of))
    return [
        Line(measure, tuple(standing(plan, i, as_of, newest) for i in plan.indicators_of(measure.id)))
        for measure in plan.measures
    ]


def standing(
    plan: Plan, indicator: Indicator, as_of: date, newest: dict[str, date] | None = None
) -> Standing:
    """One indicator on a day, with light and forecast."""
    found = figures.figure(plan, indicator, as_of)
    if newest is None:
        newest = _newest(plan, found.as_of)
    return Standing(
        indicator=indicator,
        figure=found,
        light=light.light(indicator, found.value, found.as_of),
        forecast=_forecast(plan, indicator, found.as_of),
        changed_on=newest.get(indicator.source),
    )


def _forecast(plan: Plan, indicator: Indicator, day: date) -> Forecast | None:
    """Nothing for a figure that begins anew each year, or once the target's day has come."""
    if indicator.target is None or indicator.span == "year" or day >= indicator.target.on:
        return None
    whole = [point for point in figures.series(plan, indicator, day) if _ends_a_month(point[0])]
    return forecast.forecast(whole, indicator.target.on, most=100.0 if indicator.kind == "share" else None)


def _ends_a_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def _newest(plan: Plan, day: date) -> dict[str, date]:
    """The newest day of each source up to a day, found by index."""
    sources = {i.source for i in plan.indicators}
    found: dict[str, date] = {}
    for source in sorted(sources):
        newest = Fact.objects.filter(source=source, on__lte=day).aggregate(newest=Max("on"))["newest"]
        if newest is not None:
            found[source] = newest
    return found


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a figure: rows and quantity of a department or a month."""

    name: str
    rows: int
    quantity: int


def by_department(plan: Plan, indicator: Indicator, as_of: date) -> list[Part]:
    """The numerator by department, the largest first."""
    rows = figures.rows(plan, indicator, as_of).order_by()
    counted = rows.values("department_code").annotate(n=Count("id"), sum=Sum("quantity"))
    parts = [Part(row["department_code"], row["n"], row["sum"] or 0) for row in counted]
    return sorted(parts, key=lambda p: (-p.quantity, p.name))


def change_of_a_year(plan: Plan, indicator: Indicator, as_of: date) -> tuple[float | None, date]:
    """How much the value changed within twelve months, and since when; None where one end has no value."""
    day = plan.day_within(as_of)
    before = max(day - timedelta(days=365), plan.starts_on)
    now, then = (figures.figure(plan, indicator, on).value for on in (day, before))
    return (now - then if now is not None and then is not None else None), before
