"""Reading what could be put online next: procedures in force that are on paper only and that no law keeps there.

What ends at the counter (`visit`) is no candidate: it was made so, by law or by its nature, and not for want of a form.
"""

from __future__ import annotations

from django.db.models import Count, F, Q, QuerySet, Sum

from madoguchi.procedures.inventory.queries import POSSIBLE
from madoguchi.procedures.inventory.rules import Candidate, Reach, Step, ranked
from madoguchi.procedures.models import InventoryEntry

ON_PAPER = Q(state="paper")
_UNKNOWN = Q(cases=None) | Q(effort="")


def steps(found: QuerySet[InventoryEntry]) -> list[Step]:
    """The candidates of these entries (with their `state`) that have cases and effort, in order."""
    rows = found.filter(ON_PAPER).exclude(_UNKNOWN).values_list("id", "name", "cases", "effort")
    return ranked(
        [Candidate(str(key), name, cases or 0, effort) for key, name, cases, effort in rows],
        reach(found),
    )


def without_place(found: QuerySet[InventoryEntry]) -> QuerySet[InventoryEntry]:
    """The candidates whose cases or effort nobody has filled in: they get no place."""
    return found.filter(ON_PAPER, _UNKNOWN)


def departments(found: QuerySet[InventoryEntry]) -> set[str]:
    """The codes of the departments in charge of candidates among these entries."""
    rows = found.filter(ON_PAPER).order_by().annotate(code=F("charge"))
    return set(rows.values_list("code", flat=True).distinct())


def reach(found: QuerySet[InventoryEntry]) -> Reach:
    """What can be done online today; a procedure whose cases nobody counted adds none on both sides."""
    sums = found.order_by().aggregate(
        online=Count("id", filter=Q(state="online")),
        possible=Count("id", filter=POSSIBLE),
        online_sum=Sum("cases", filter=Q(state="online"), default=0),
        cases_sum=Sum("cases", filter=POSSIBLE, default=0),
    )
    return Reach(sums["online"], sums["possible"], sums["online_sum"], sums["cases_sum"])
