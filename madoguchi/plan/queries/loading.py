"""What figures are made of, read for many indicators at once in a fixed number of questions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate

from django.db import connection
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Sum

from madoguchi.japan.fiscal import fiscal_year, fiscal_year_start
from madoguchi.plan.definition import Indicator, Plan
from madoguchi.plan.models import Fact, MonthTotal, SubjectYear, TypedValue


@dataclass(frozen=True, slots=True)
class Total:
    """Rows, and what they add up to."""

    rows: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Flow:
    """What happened, day by day in the months that are read finely, else at the end of its month; summed up to each."""

    days: list[date]
    rows: list[int]  # one longer than `days`: before the first, after each
    quantities: list[int]

    def between(self, since: date, day: date) -> Total:
        """Rows and quantity from one day to another; the days must be ends of months or in a month read finely."""
        low, high = bisect_left(self.days, since), bisect_right(self.days, day)
        if high <= low:
            return Total(0, 0)
        return Total(self.rows[high] - self.rows[low], self.quantities[high] - self.quantities[low])


@dataclass(frozen=True, slots=True)
class Held:
    """What is in force on the day."""

    rows: int
    subjects: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything that the figures of some indicators of a plan need, up to a day."""

    plan: Plan
    day: date
    typed: list[TypedValue]
    newest: dict[str, date]  # of each source with a typed value, its newest day up to `day`
    told: set[str]  # of the sources of stocks, those that told of anything up to `day`
    flows: dict[str, Flow]
    held: dict[str, Held]
    # By source, for indicators whose course is asked for: beginnings (+1) and ends (-1), subject, quantity.
    steps: dict[str, list[tuple[date, int, str, int]]]
    first_in_plan: dict[str, list[date]]  # for each subject its first day, in order
    first_in_year: dict[tuple[str, int], list[date]] = field(default_factory=dict)

    def total(self, indicator: Indicator, source: str) -> Total:
        """Rows on the day, and the quantity that is the numerator or denominator."""
        if is_stock(indicator):
            held = self.held.get(source, Held(0, 0, 0))
            return Total(held.rows, held.subjects if counts_subjects(indicator) else held.quantity)
        found = self._flow(source).between(since(self.plan, indicator, self.day), self.day)
        if indicator.kind == "distinct":
            return Total(found.rows, self._subjects(indicator, source, self.day))
        return Total(found.rows, found.rows) if indicator.kind == "count" else found

    def values(self, indicator: Indicator, days: Sequence[date]) -> list[float | None]:
        """The value on each day, in order; for stocks the course must have been asked for."""
        numerators = self._quantities(indicator, indicator.source, days)
        first = date.min
        if is_stock(indicator):
            first = min((step[0] for step in self.steps.get(indicator.source, [])), default=date.max)
        if indicator.is_share:
            wholes = self._quantities(indicator, indicator.denominator, days)
            found = [n * 100 / d if d else None for n, d in zip(numerators, wholes, strict=True)]
        else:
            found = [n / indicator.divisor for n in numerators]
        return [value if day >= first else None for value, day in zip(found, days, strict=True)]

    def _quantities(self, indicator: Indicator, source: str, days: Sequence[date]) -> list[int]:
        if is_stock(indicator):
            return _in_force(self.steps.get(source, []), days, subjects=counts_subjects(indicator))
        if indicator.kind == "distinct":
            return [self._subjects(indicator, source, day) for day in days]
        flow = self._flow(source)
        totals = [flow.between(since(self.plan, indicator, day), day) for day in days]
        return [t.rows if indicator.kind == "count" else t.quantity for t in totals]

    def _flow(self, source: str) -> Flow:
        return self.flows.get(source) or Flow([], [0], [0])

    def _subjects(self, indicator: Indicator, source: str, day: date) -> int:
        if indicator.span == "year":
            return bisect_right(self.first_in_year.get((source, fiscal_year(day)), []), day)
        return bisect_right(self.first_in_plan.get(source, []), day)


def load(
    plan: Plan,
    indicators: Collection[Indicator],
    day: date,
    *,
    courses: Collection[Indicator] = (),
    fine: Collection[tuple[str, date]] = (),
) -> Loaded:
    """Read what `indicators` need on a day of the plan, and `courses` also on the days before.

    `fine` names sources and first days of months to be read day by day; the month of `day` always is.
    """
    flows = {s for i in indicators if not is_stock(i) for s in sources_of(i)}
    in_plan = {i.source for i in indicators if i.kind == "distinct" and i.span != "year"}
    in_year = {i.source for i in indicators if i.kind == "distinct" and i.span == "year"}
    typed = _typed(plan, indicators, day)
    by_id = {i.id: i for i in indicators}
    return Loaded(
        plan=plan,
        day=day,
        typed=typed,
        newest=_newest({s for t in typed for s in sources_of(by_id[t.indicator_id])}, day),
        told=_told({i.source for i in indicators if is_stock(i)}, day),
        flows=_flows(plan, flows, day, fine),
        held=_held({s for i in indicators if is_stock(i) for s in sources_of(i)}, day),
        steps=_steps({s for i in courses if is_stock(i) for s in sources_of(i)}, day),
        first_in_plan=_first_in_plan(plan, in_plan, day),
        first_in_year=_first_in_year(plan, in_year, day),
    )


def sources_of(indicator: Indicator) -> tuple[str, ...]:
    """The source of the numerator, and of the denominator where there is one."""
    return (indicator.source, indicator.denominator) if indicator.is_share else (indicator.source,)


def is_stock(indicator: Indicator) -> bool:
    """Whether it counts what is in force on the day, not what happened since one."""
    return indicator.span == "day"


def counts_subjects(indicator: Indicator) -> bool:
    """Whether what is in force counts by its subject: the same one twice is one, also in a share."""
    return indicator.kind in ("stock", "share")


def since(plan: Plan, indicator: Indicator, day: date) -> date:
    """The first day that counts for a figure on `day`; never before the plan."""
    if indicator.span != "year" or day < plan.starts_on:
        return plan.starts_on
    return max(plan.starts_on, fiscal_year_start(fiscal_year(day)))


def month_end(day: date) -> date:
    """The last day of the month of a day."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _typed(plan: Plan, indicators: Collection[Indicator], day: date) -> list[TypedValue]:
    ids = [i.id for i in indicators]
    rows = TypedValue.objects.filter(
        plan_id=plan.id, indicator_id__in=ids, on__lte=day, withdrawn_at=None
    ).order_by("-on")
    return list(rows)


def _newest(sources: set[str], day: date) -> dict[str, date]:
    if not sources:
        return {}
    facts = Fact.objects.filter(source__in=sources, on__lte=day).order_by()
    newest: dict[str, date] = dict(facts.values_list("source").annotate(newest=Max("on")))
    ended = facts.filter(until__lt=day).values_list("source").annotate(last=Max("until"))
    for source, last in ended:
        newest[source] = max(newest[source], last + timedelta(days=1))
    return newest


def _told(sources: set[str], day: date) -> set[str]:
    if not sources:
        return set()
    totals = MonthTotal.objects.filter(source__in=sources, month__lte=day, rows__gt=0)
    this_month = Fact.objects.filter(source=OuterRef("source"), on__gte=day.replace(day=1), on__lte=day)
    told = totals.filter(Q(month__lt=day.replace(day=1)) | Exists(this_month))
    return set(told.order_by().values_list("source", flat=True).distinct())


def _flows(plan: Plan, sources: set[str], day: date, fine: Collection[tuple[str, date]]) -> dict[str, Flow]:
    """Whole months from their totals, months that are read finely from their facts."""
    if not sources or day < plan.starts_on:
        return {}
    by_day = set(fine)
    if day != month_end(day):
        by_day |= {(source, day.replace(day=1)) for source in sources}
    entries = [e for e in _months(plan, sources, day) if (e[0], e[1].replace(day=1)) not in by_day]
    if by_day:
        entries += _days(by_day, day)
    found: dict[str, list[tuple[date, int, int]]] = defaultdict(list)
    for source, on, rows, quantity in entries:
        found[source].append((on, rows, quantity))
    return {source: _summed(sorted(lines)) for source, lines in found.items()}


def _summed(lines: list[tuple[date, int, int]]) -> Flow:
    return Flow(
        [on for on, _rows, _quantity in lines],
        list(accumulate((rows for _on, rows, _quantity in lines), initial=0)),
        list(accumulate((quantity for _on, _rows, quantity in lines), initial=0)),
    )


def _months(plan: Plan, sources: set[str], day: date) -> list[tuple[str, date, int, int]]:
    rows = (
        MonthTotal.objects.filter(source__in=sources, month__gte=plan.starts_on, month__lte=day)
        .values_list("source", "month")
        .annotate(n=Sum("rows"), sum=Sum("quantity"))
    )
    return [(source, month_end(month), n, quantity) for source, month, n, quantity in rows]


def _days(months: set[tuple[str, date]], day: date) -> list[tuple[str, date, int, int]]:
    wanted = Q()
    for month in {month for _source, month in months}:
        sources = [source for source, one in months if one == month]
        wanted |= Q(source__in=sources, on__gte=month, on__lte=min(month_end(month), day))
    rows = (
        Fact.objects.filter(wanted)
        .order_by()
        .values_list("source", "on")
        .annotate(n=Count("*"), sum=Sum("quantity"))
    )
    return list(rows)


def _held(sources: set[str], day: date) -> dict[str, Held]:
    if not sources:
        return {}
    facts = Fact.objects.filter(source__in=sources, on__lte=day).filter(Q(until=None) | Q(until__gte=day))
    # By subject first: in the order of an index, ten times as quick as a count of distinct ones.
    inner = facts.order_by().values("source", "subject").annotate(n=Count("*"), total=Sum("quantity"))
    sql, params = inner.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT source, SUM(n), COUNT(*), SUM(total) FROM ({sql}) AS held GROUP BY source",  # noqa: S608  # made by the ORM
            params,
        )
        return {row[0]: Held(*map(int, row[1:])) for row in cursor.fetchall()}


def _steps(sources: set[str], day: date) -> dict[str, list[tuple[date, int, str, int]]]:
    if not sources:
        return {}
    found: dict[str, list[tuple[date, int, str, int]]] = defaultdict(list)
    facts = Fact.objects.filter(source__in=sources, on__lte=day)
    columns = ("source", "on", "until", "subject", "quantity")
    for source, on, until, subject, quantity in facts.values_list(*columns):
        found[source].append((on, 1, subject, quantity))
        if until is not None and until < day:
            found[source].append((until + timedelta(days=1), -1, subject, quantity))
    for steps in found.values():
        steps.sort(key=lambda step: step[0])
    return found


def _in_force(steps: list[tuple[date, int, str, int]], days: Sequence[date], *, subjects: bool) -> list[int]:
    """Subjects or quantity in force on each day: one walk through beginnings and ends, in order."""
    in_force: Counter[str] = Counter()
    different = total = done = 0
    found: list[int] = []
    for day in days:
        while done < len(steps) and steps[done][0] <= day:
            _on, sign, subject, quantity = steps[done]
            total += sign * quantity
            before = in_force[subject]
            in_force[subject] = before + sign
            different += (before + sign > 0) - (before > 0)
            done += 1
        found.append(different if subjects else total)
    return found


def _first_in_plan(plan: Plan, sources: set[str], day: date) -> dict[str, list[date]]:
    if not sources or day < plan.starts_on:
        return {}
    seen = SubjectYear.objects.filter(
        source__in=sources, fiscal_year__gte=fiscal_year(plan.starts_on), first_on__lte=day
    )
    found: dict[str, list[date]] = defaultdict(list)
    for source, _subject, first in seen.values_list("source", "subject").annotate(first=Min("first_on")):
        found[source].append(first)
    return {source: sorted(days) for source, days in found.items()}


def _first_in_year(plan: Plan, sources: set[str], day: date) -> dict[tuple[str, int], list[date]]:
    if not sources or day < plan.starts_on:
        return {}
    seen = SubjectYear.objects.filter(
        source__in=sources, fiscal_year__gte=fiscal_year(plan.starts_on), first_on__lte=day
    )
    found: dict[tuple[str, int], list[date]] = defaultdict(list)
    for source, year, first in seen.order_by("first_on").values_list("source", "fiscal_year", "first_on"):
        found[source, year].append(first)
    return found
