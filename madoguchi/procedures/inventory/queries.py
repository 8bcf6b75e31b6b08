"""Reading the inventory: whether an entry is online comes from the procedures that are open today."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from django.db.models import Case, CharField, Count, Q, QuerySet, Sum, Value, When

from madoguchi.procedures.models import InventoryEntry, Procedure

State = Literal["online", "paper", "forbidden", "abolished"]
# Of entries with their `state`: those in force that no law keeps on paper, and of them those with known cases.
POSSIBLE = Q(state__in=("online", "paper"))
COUNTED = POSSIBLE & Q(cases__isnull=False, online_cases__isnull=False)


@dataclass(frozen=True, slots=True)
class Share:
    """How much is online: of the procedures in force that the law does not keep on paper, and of their cases."""

    online: int
    possible: int
    online_cases: int
    cases: int


def entries(
    departments: Collection[str] | None, *, text: str = "", state: str = ""
) -> QuerySet[InventoryEntry]:
    """The entries of these departments (None: of all), each with its `state`, by name."""
    open_ids = Procedure.objects.filter(is_open=True).values("id")
    found = InventoryEntry.objects.annotate(
        state=Case(
            When(~Q(abolished_on=None), then=Value("abolished")),
            When(procedure_id__in=open_ids, then=Value("online")),
            When(forbidden=True, then=Value("forbidden")),
            default=Value("paper"),
            output_field=CharField(),
        )
    )
    if departments is not None:
        found = found.filter(department_code__in=departments)
    if text:
        found = found.filter(Q(name__contains=text) | Q(law__contains=text) | Q(survey_id=text))
    if state:
        found = found.filter(state=state)
    return found.order_by("name", "id")


def share(found: QuerySet[InventoryEntry]) -> Share:
    """The share of what was found; cases nobody counted are left out on both sides."""
    sums = found.order_by().aggregate(
        online=Count("id", filter=Q(state="online")),
        possible=Count("id", filter=POSSIBLE),
        online_sum=Sum("online_cases", filter=COUNTED, default=0),
        cases_sum=Sum("cases", filter=COUNTED, default=0),
    )
    return Share(sums["online"], sums["possible"], sums["online_sum"], sums["cases_sum"])
