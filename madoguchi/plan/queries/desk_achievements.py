"""Achievement records as staff look for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.identity import queries as identity
from madoguchi.japan.fiscal import fiscal_year_end, fiscal_year_start
from madoguchi.plan.models import Achievement

ORDERS = {
    "-day": ("-happened_on", "-id"),
    "day": ("happened_on", "id"),
    "title": ("title", "id"),
    "-title": ("-title", "-id"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of records is narrowed to; empty strings and 0 narrow nothing."""

    text: str = ""
    kind: str = ""
    measure: str = ""
    kinds: Collection[str] = ()  # of the measure
    department: str = ""
    state: str = ""
    year: int = 0
    order: str = "-day"


def found(filters: Filters) -> QuerySet[Achievement]:
    """The records of a list, in its order."""
    rows = Achievement.objects.all()
    if filters.text:
        rows = rows.filter(
            Q(title__contains=filters.text)
            | Q(place__contains=filters.text)
            | Q(proof_reference__contains=filters.text)
        )
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.measure:
        rows = rows.filter(kind__in=filters.kinds)
    if filters.department:
        rows = rows.filter(department_code=filters.department)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.year:
        span = (fiscal_year_start(filters.year), fiscal_year_end(filters.year))
        rows = rows.filter(happened_on__range=span)
    return rows.order_by(*ORDERS[filters.order])


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a record."""

    on: date
    act: str
    who: str
    reason: str


def history(achievement: Achievement) -> list[Step]:
    """What happened to a record, newest first."""
    entries = list(AuditEntry.objects.filter(subject=f"achievement:{achievement.id}").order_by("-at"))
    names = identity.staff_names(entry.actor for entry in entries)
    return [
        Step(
            clock.tokyo_date(entry.at),
            entry.act,
            names.get(entry.actor, ""),
            str(entry.detail.get("reason", "")),
        )
        for entry in entries
    ]
