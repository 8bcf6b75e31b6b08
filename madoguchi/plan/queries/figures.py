"""Figures: what an indicator says on a day, computed from facts, with the rows behind it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from madoguchi.japan.fiscal import fiscal_year, fiscal_year_start
from madoguchi.plan.definition import Indicator, Plan
from madoguchi.plan.models import Fact, MonthTotal, SubjectYear, TypedValue


@dataclass(frozen=True, slots=True)
class Figure:
    """The value of an indicator on a day.

    `value` is None where there is nothing to divide by or no year has data; `computed` is what the facts say even
    where a typed value stands in its place.
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


@dataclass(frozen=True, slots=True)
class Total:
    rows: int
    quantity: int


def figure(plan: Plan, indicator: Indicator, as_of: date) -> Figure:
    """The figure of an indicator of a plan; a closed plan keeps its last day's."""
    day = plan.day_within(as_of)
    since = _since(plan, indicator, day)
    numerator = _total(indicator, indicator.source, since, day)
    denominator: int | None = None
    value: float | None
    if indicator.kind == "share":
        denominator = _total(indicator, indicator.denominator, since, day).quantity
        value = numerator.quantity * 100 / denominator if denominator else None
    else:
        value = numerator.quantity / indicator.divisor
    typed = (
        TypedValue.objects.filter(
            plan_id=plan.id, indicator_id=indicator.id, on__lte=day, on__gte=since, withdrawn_at=None
        )
        .order_by("-on")
        .first()
    )
    return Figure(
        indicator=indicator,
        as_of=day,
        since=since,
        value=typed.value if typed else value,
        computed=value,
        rows=numerator.rows,
        numerator=numerator.quantity,
        denominator=denominator,
        typed=typed,
    )


def figures(plan: Plan, as_of: date) -> dict[str, Figure]:
    """The figures of all indicators of a plan, by id."""
    return {indicator.id: figure(plan, indicator, as_of) for indicator in plan.indicators}


def series(plan: Plan, indicator: Indicator, as_of: date) -> list[tuple[date, float | None]]:
    """The value at the end of each month since the plan began, computed, up to `as_of`, in one or two questions."""
    until = plan.day_within(as_of)
    ends = _month_ends(plan.starts_on, until)
    numerators = _at_ends(plan, indicator, indicator.source, ends)
    if indicator.kind != "share":
        return [(day, n / indicator.divisor) for day, n in zip(ends, numerators, strict=True)]
    denominators = _at_ends(plan, indicator, indicator.denominator, ends)
    return [
        (day, n * 100 / d if d else None) for day, n, d in zip(ends, numerators, denominators, strict=True)
    ]


def rows(plan: Plan, indicator: Indicator, as_of: date, *, denominator: bool = False) -> QuerySet[Fact]:
    """The facts behind a figure, newest first: recounting them gives its numerator (or denominator)."""
    day = plan.day_within(as_of)
    source = indicator.denominator if denominator else indicator.source
    return facts_of(indicator, source, _since(plan, indicator, day), day).order_by("-on", "key")


def facts_of(indicator: Indicator, source: str, since: date, day: date) -> QuerySet[Fact]:
    """The facts of a source that count for an indicator from one day to another."""
    found = Fact.objects.filter(source=source, on__lte=day)
    if is_stock(indicator):
        return found.filter(Q(until=None) | Q(until__gte=day))
    return found.filter(on__gte=since)


def is_stock(indicator: Indicator) -> bool:
    """Whether it counts what is in force on the day, not what happened since one."""
    return indicator.span == "day"


def _since(plan: Plan, indicator: Indicator, day: date) -> date:
    if indicator.span == "year":
        return max(plan.starts_on, fiscal_year_start(fiscal_year(day)))
    return plan.starts_on


def _total(indicator: Indicator, source: str, since: date, day: date) -> Total:
    """Rows, and the quantity that is the numerator or denominator."""
    if is_stock(indicator):
        found = facts_of(indicator, source, since, day)
        counted = found.aggregate(
            rows=Count("id"), subjects=Count("subject", distinct=True), sum=Sum("quantity")
        )
        if indicator.kind == "stock":
            return Total(counted["rows"], counted["subjects"])
        return Total(counted["rows"], counted["sum"] or 0)
    if indicator.kind == "distinct":
        seen = SubjectYear.objects.filter(
            source=source,
            fiscal_year__gte=fiscal_year(since),
            fiscal_year__lte=fiscal_year(day),
            first_on__lte=day,
        )
        subjects = seen.aggregate(n=Count("subject", distinct=True))["n"]
        return Total(_summed(source, since, day).rows, subjects)
    total = _summed(source, since, day)
    return Total(total.rows, total.rows) if indicator.kind == "count" else total


def _summed(source: str, since: date, day: date) -> Total:
    """Whole months from their totals, the broken month at the end from its facts; `since` begins a month."""
    month = day.replace(day=1)
    whole = MonthTotal.objects.filter(source=source, month__gte=since)
    broken = None
    if (day + timedelta(days=1)).day == 1:
        whole = whole.filter(month__lte=month)
    else:
        whole = whole.filter(month__lt=month)
        broken = Fact.objects.filter(source=source, on__gte=max(month, since), on__lte=day)
    counted = whole.aggregate(rows=Sum("rows"), sum=Sum("quantity"))
    rows, quantity = counted["rows"] or 0, counted["sum"] or 0
    if broken is not None:
        counted = broken.aggregate(rows=Count("id"), sum=Sum("quantity"))
        rows, quantity = rows + counted["rows"], quantity + (counted["sum"] or 0)
    return Total(rows, quantity)


def _at_ends(plan: Plan, indicator: Indicator, source: str, ends: list[date]) -> list[int]:
    """The numerator (or denominator) at the end of each month; the last one may be broken."""
    if not ends:
        return []
    if is_stock(indicator):
        return _stock_at(indicator, source, ends)
    if indicator.kind == "distinct":
        return [_total(indicator, source, _since(plan, indicator, day), day).quantity for day in ends]
    found = (
        MonthTotal.objects.filter(source=source, month__gte=plan.starts_on, month__lte=ends[-1])
        .values("month")
        .annotate(n=Sum("rows"), sum=Sum("quantity"))
    )
    by_month = {row["month"]: row["n" if indicator.kind == "count" else "sum"] for row in found}
    totals: list[int] = []
    total = 0
    for day in ends:
        total = 0 if indicator.span == "year" and day.month == 4 else total
        total += by_month.get(day.replace(day=1), 0)
        totals.append(total)
    totals[-1] = _total(indicator, source, _since(plan, indicator, ends[-1]), ends[-1]).quantity
    return totals


def _stock_at(indicator: Indicator, source: str, ends: list[date]) -> list[int]:
    """What is in force on each day: one walk through beginnings and ends, in order."""
    facts = Fact.objects.filter(source=source, on__lte=ends[-1])
    steps: list[tuple[date, int, str, int]] = []
    for on, until, subject, quantity in facts.values_list("on", "until", "subject", "quantity"):
        steps.append((on, 1, subject, quantity))
        if until is not None:
            steps.append((until + timedelta(days=1), -1, subject, quantity))
    steps.sort(key=lambda step: step[0])
    in_force: Counter[str] = Counter()
    subjects = total = done = 0
    found: list[int] = []
    for day in ends:
        while done < len(steps) and steps[done][0] <= day:
            _on, sign, subject, quantity = steps[done]
            before = in_force[subject]
            in_force[subject] = before + sign
            subjects += (before + sign > 0) - (before > 0)
            total += sign * quantity
            done += 1
        found.append(subjects if indicator.kind == "stock" else total)
    return found


def _month_ends(since: date, until: date) -> list[date]:
    ends: list[date] = []
    month = since.replace(day=1)
    while month <= until:
        following = (month + timedelta(days=32)).replace(day=1)
        ends.append(min(following - timedelta(days=1), until))
        month = following
    return ends
