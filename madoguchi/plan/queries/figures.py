"""Figures: what an indicator says on a day, computed from facts, with the rows behind it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from madoguchi.plan.definition import Indicator, Plan
from madoguchi.plan.models import Fact, TypedValue
from madoguchi.plan.queries import loading
from madoguchi.plan.queries.loading import Loaded, is_stock, load

Course = list[tuple[date, float | None]]


@dataclass(frozen=True, slots=True)
class Figure:
    """The value of an indicator on a day.

    `value` is None where there is nothing to divide by, or nobody told yet what is in force; `computed` is what
    the facts say even where a typed value stands in its place. A typed value stands until something newer is told.
    """

    indicator: Indicator
    as_of: date
    since: date  # first day that counts
    value: float | None
    computed: float | None
    rows: int  # rows behind the numerator
    numerator: int
    denominator: int | None
    typed: TypedValue | None = None


def figure(plan: Plan, indicator: Indicator, as_of: date) -> Figure:
    """The figure of an indicator of a plan; a closed plan keeps its last day's."""
    return _figure(load(plan, [indicator], plan.day_within(as_of)), indicator)


def figures(plan: Plan, as_of: date) -> dict[str, Figure]:
    """The figures of all indicators of a plan, by id, in as many questions as one."""
    loaded = load(plan, plan.indicators, plan.day_within(as_of))
    return {indicator.id: _figure(loaded, indicator) for indicator in plan.indicators}


def figures_and_courses(
    plan: Plan, indicators: Collection[Indicator], as_of: date, courses: Collection[Indicator]
) -> tuple[dict[str, Figure], dict[str, Course]]:
    """The figures of some indicators, and of some of them the series as well, by id, read together."""
    loaded = load(plan, indicators, plan.day_within(as_of), courses=courses)
    return (
        {indicator.id: _figure(loaded, indicator) for indicator in indicators},
        {indicator.id: _course(loaded, indicator) for indicator in courses},
    )


def values(plan: Plan, wanted: Collection[tuple[Indicator, date]]) -> dict[tuple[str, date], float | None]:
    """Computed values of indicators on days of the plan, read together; by indicator and day."""
    if not wanted:
        return {}
    days = {day for _one, day in wanted}
    indicators = {one.id: one for one, _day in wanted}
    fine = {(s, day.replace(day=1)) for one, day in wanted for s in loading.sources_of(one)}
    loaded = load(plan, indicators.values(), max(days), courses=indicators.values(), fine=fine)
    found: dict[tuple[str, date], float | None] = {}
    for one in indicators.values():
        own = sorted({day for other, day in wanted if other.id == one.id})
        found |= {(one.id, day): value for day, value in zip(own, loaded.values(one, own), strict=True)}
    return found


def series(plan: Plan, indicator: Indicator, as_of: date) -> Course:
    """The value at the end of each month since the plan began, computed, up to `as_of`."""
    loaded = load(plan, [indicator], plan.day_within(as_of), courses=[indicator])
    return _course(loaded, indicator)


def rows(plan: Plan, indicator: Indicator, as_of: date, *, denominator: bool = False) -> QuerySet[Fact]:
    """The facts behind a figure, newest first: recounting them gives its numerator (or denominator)."""
    day = plan.day_within(as_of)
    source = indicator.denominator if denominator else indicator.source
    return facts_of(indicator, source, loading.since(plan, indicator, day), day).order_by("-on", "key")


def facts_of(indicator: Indicator, source: str, since: date, day: date) -> QuerySet[Fact]:
    """The facts of a source that count for an indicator from one day to another."""
    found = Fact.objects.filter(source=source, on__lte=day)
    if is_stock(indicator):
        return found.filter(Q(until=None) | Q(until__gte=day))
    return found.filter(on__gte=since)


def _figure(loaded: Loaded, indicator: Indicator) -> Figure:
    since = loading.since(loaded.plan, indicator, loaded.day)
    numerator = loaded.total(indicator, indicator.source)
    denominator: int | None = None
    value: float | None
    if indicator.is_share:
        denominator = loaded.total(indicator, indicator.denominator).quantity
        value = numerator.quantity * 100 / denominator if denominator else None
    else:
        value = numerator.quantity / indicator.divisor
    if loading.is_stock(indicator) and indicator.source not in loaded.told:
        value = None
    newest = max((loaded.newest.get(s, date.min) for s in loading.sources_of(indicator)), default=date.min)
    holds = max(since, newest)
    typed = next((t for t in loaded.typed if t.indicator_id == indicator.id and t.on >= holds), None)
    return Figure(
        indicator=indicator,
        as_of=loaded.day,
        since=since,
        value=typed.value if typed else value,
        computed=value,
        rows=numerator.rows,
        numerator=numerator.quantity,
        denominator=denominator,
        typed=typed,
    )


def _course(loaded: Loaded, indicator: Indicator) -> Course:
    ends = _month_ends(loaded.plan.starts_on, loaded.day)
    return list(zip(ends, loaded.values(indicator, ends), strict=True))


def _month_ends(since: date, until: date) -> list[date]:
    ends: list[date] = []
    month = since.replace(day=1)
    while month <= until:
        end = loading.month_end(month)
        ends.append(min(end, until))
        month = end + timedelta(days=1)
    return ends
