"""The yearly review sheet of a measure (行政事業レビューの形): every number with where it comes from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from madoguchi.japan.fiscal import fiscal_year_end, fiscal_year_start
from madoguchi.plan.definition import Indicator, Measure, Plan
from madoguchi.plan.desk_kinds import KINDS
from madoguchi.plan.models import Achievement, Resolution, ReviewNote
from madoguchi.plan.queries import figures, plans, roadmap
from madoguchi.plan.rules import light
from madoguchi.plan.rules.achievements import kinds_of
from madoguchi.plan.rules.light import Light
from madoguchi.plan.rules.roadmap import Expected


@dataclass(frozen=True, slots=True)
class ReviewedIndicator:
    """An indicator in a fiscal year; the trace says what a recount needs."""

    indicator: Indicator
    baseline: float | None
    last_year: float | None
    this_year: float | None
    is_typed: bool
    is_last_typed: bool
    last_rows: int | None  # rows behind the year before; None where the plan had not begun
    target: float | None
    light: Light
    as_of: date
    rows: int
    numerator: int
    denominator: int | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The review of one measure in one fiscal year."""

    plan: Plan
    plan_version: int
    measure: Measure
    fiscal_year: int
    as_of: date
    indicators: tuple[ReviewedIndicator, ...]
    achievements: tuple[tuple[str, int], ...]  # kind and how many are counted
    bars: tuple[Expected, ...]
    resolutions: tuple[Resolution, ...]
    note: ReviewNote | None  # what the department says


def years_of(plan: Plan, today: date) -> list[int]:
    """The fiscal years of a plan that have begun, the newest first."""
    first, last = plan.starts_on.year, min(plan.ends_on, today)
    years = [y for y in range(first, last.year + 1) if fiscal_year_start(y) <= last]
    return years[::-1]


def sheets(plan: Plan, year: int, today: date) -> list[Sheet]:
    """The review of every measure."""
    return [sheet(plan, measure, year, today) for measure in plan.measures]


def sheet(plan: Plan, measure: Measure, year: int, today: date) -> Sheet:
    """The review of one measure, as of the end of the fiscal year or today."""
    as_of = plan.day_within(min(fiscal_year_end(year), today))
    number = plans.published(plan.id).number
    begin = max(fiscal_year_start(year), plan.starts_on)
    return Sheet(
        plan=plan,
        plan_version=number,
        measure=measure,
        fiscal_year=year,
        as_of=as_of,
        indicators=tuple(_indicator(plan, i, year, as_of) for i in plan.indicators_of(measure.id)),
        achievements=_achievements(kinds_of(plan, measure), begin, as_of),
        bars=tuple(b for b in roadmap.standing(plan, as_of) if b.bar.measure_id == measure.id),
        resolutions=_resolutions(plan, measure.id, begin, as_of),
        note=ReviewNote.objects.filter(plan_id=plan.id, measure_id=measure.id, fiscal_year=year).first(),
    )


def _indicator(plan: Plan, indicator: Indicator, year: int, as_of: date) -> ReviewedIndicator:
    now = figures.figure(plan, indicator, as_of)
    before = fiscal_year_end(year - 1)
    last = figures.figure(plan, indicator, before) if before >= plan.starts_on else None
    return ReviewedIndicator(
        indicator=indicator,
        baseline=indicator.baseline.value if indicator.baseline else None,
        last_year=last.value if last else None,
        is_last_typed=last is not None and last.typed is not None,
        last_rows=last.rows if last else None,
        this_year=now.value,
        is_typed=now.typed is not None,
        target=indicator.target.value if indicator.target else None,
        light=light.light(indicator, light.held(indicator, now.value, last.value if last else None), as_of),
        as_of=as_of,
        rows=now.rows,
        numerator=now.numerator,
        denominator=now.denominator,
    )


def _achievements(kinds: Collection[str], begin: date, end: date) -> tuple[tuple[str, int], ...]:
    found = []
    for kind in KINDS:
        if kind.id in kinds:
            rows = Achievement.objects.filter(kind=kind.id, state="counted", happened_on__range=(begin, end))
            found.append((str(kind.name), rows.count()))
    return tuple(found)


def _resolutions(plan: Plan, measure_id: str, begin: date, end: date) -> tuple[Resolution, ...]:
    own = [indicator.id for indicator in plan.indicators_of(measure_id)]
    rows = Resolution.objects.filter(
        Q(item__measure_id=measure_id) | Q(indicator_id__in=own),
        item__meeting__plan_id=plan.id,
        item__meeting__held_on__range=(begin, end),
    )
    return tuple(rows.select_related("item__meeting").order_by("item__meeting__held_on", "due_on", "id"))
