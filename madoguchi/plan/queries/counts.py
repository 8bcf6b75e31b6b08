"""The rows behind a figure as everybody may see them: how many in which month, of which department."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet, Sum

from madoguchi.japan.fiscal import fiscal_year
from madoguchi.plan.definition import Indicator, Plan
from madoguchi.plan.models import Fact, MonthTotal
from madoguchi.plan.queries import figures, loading


@dataclass(frozen=True, slots=True)
class MonthCount:
    """Rows and quantity of a department in a month.

    Of what is in force: rows that began in it, and what is in force since then, the same subject counted once.
    """

    month: date  # its first day
    department_code: str
    rows: int
    quantity: int

    @property
    def fiscal_year(self) -> int:
        """The fiscal year the month lies in."""
        return fiscal_year(self.month)


def counts(plan: Plan, indicator: Indicator, as_of: date, *, denominator: bool = False) -> list[MonthCount]:
    """All months and departments behind a figure, the newest first: their sum is its numerator (or denominator).

    Whole months are read from their totals, so that a million rows are as quick as a hundred.
    """
    day = plan.day_within(as_of)
    source = indicator.denominator if denominator else indicator.source
    since = loading.since(plan, indicator, day)
    if loading.is_stock(indicator):
        facts = figures.facts_of(indicator, source, since, day)
        found = _of_subjects(facts) if loading.counts_subjects(indicator) else _of_facts(facts)
    else:
        broken = day.replace(day=1)
        whole = MonthTotal.objects.filter(source=source, month__gte=since, month__lt=broken, rows__gt=0)
        found = [
            MonthCount(*line) for line in whole.values_list("month", "department_code", "rows", "quantity")
        ]
        facts = Fact.objects.filter(source=source, on__gte=max(broken, since), on__lte=day)
        found += _of_facts(facts)
    found.sort(key=lambda c: c.department_code)
    return sorted(found, key=lambda c: c.month, reverse=True)


def _of_facts(facts: QuerySet[Fact]) -> list[MonthCount]:
    months: dict[tuple[date, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    days = facts.order_by().values_list("on", "department_code")
    for on, department, rows, quantity in days.annotate(n=Count("*"), sum=Sum("quantity")):
        before = months[on.replace(day=1), department]
        months[on.replace(day=1), department] = (before[0] + rows, before[1] + quantity)
    return [MonthCount(month, department, *sums) for (month, department), sums in months.items()]


def _of_subjects(facts: QuerySet[Fact]) -> list[MonthCount]:
    """Each subject counts where its earliest row is, so that the parts add up to the figure."""
    months: dict[tuple[date, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    seen: set[str] = set()
    lines = facts.order_by("on", "department_code", "key").values_list("on", "department_code", "subject")
    for on, department, subject in lines.iterator(chunk_size=5000):
        rows, subjects = months[on.replace(day=1), department]
        months[on.replace(day=1), department] = (rows + 1, subjects + (subject not in seen))
        seen.add(subject)
    return [MonthCount(month, department, *sums) for (month, department), sums in months.items()]


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a figure: rows and quantity of a department or a month."""

    name: str
    rows: int
    quantity: int


def by_department(found: list[MonthCount]) -> list[Part]:
    """What belongs to each department, the largest first."""
    return _parts([(c.department_code, c) for c in found])


def by_month(found: list[MonthCount]) -> list[Part]:
    """What belongs to each month (YYYY-MM), the largest first."""
    return _parts([(f"{c.month:%Y-%m}", c) for c in found])


def _parts(named: list[tuple[str, MonthCount]]) -> list[Part]:
    sums: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for name, one in named:
        rows, quantity = sums[name]
        sums[name] = (rows + one.rows, quantity + one.quantity)
    parts = [Part(name, *both) for name, both in sums.items()]
    return sorted(parts, key=lambda p: (-p.quantity, p.name))
