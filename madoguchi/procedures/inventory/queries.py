"""Reading the inventory: whether an entry is online comes from the procedures that are open today, who is in charge of it
from the reorganisations until now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from django.db.models import (
    Case,
    CharField,
    Count,
    Expression,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)

from madoguchi.organization import queries as organization
from madoguchi.organization.models import Department
from madoguchi.organization.rules import in_charge
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.models import InventoryEntry, Procedure

State = Literal["online", "visit", "paper", "forbidden", "abolished"]
# Of entries with their `state`: those in force that no law keeps on paper, of them those with known cases, and of these
# those whose online cases count (an announced visit, `visit`, is no case done online).
POSSIBLE = Q(state__in=("online", "visit", "paper"))
COUNTED = POSSIBLE & Q(cases__isnull=False, online_cases__isnull=False)
COUNTED_ONLINE = COUNTED & ~Q(state="visit")
_IN_FORCE = Q(abolished_on=None)
ORDERS = ("name", "-name", "cases", "-cases", "department", "-department")


@dataclass(frozen=True, slots=True)
class Share:
    """How much is online: of the procedures in force that the law does not keep on paper, and of their cases."""

    online: int
    possible: int
    online_cases: int
    cases: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed by; an empty one narrows nothing."""

    text: str = ""
    state: str = ""
    department: str = ""  # the one in charge by now
    kind: str = ""
    forbidden: str = ""  # yes, no
    effort: str = ""  # a code, or none
    linked: str = ""  # to a definition: yes, no, several (to one that other entries in force name, too)


def entries(
    departments: Collection[str] | None, *, text: str = "", state: str = ""
) -> QuerySet[InventoryEntry]:
    """The entries of these departments (None: of all), each with its `state` and the department in `charge`, by name."""
    return found(departments, Filters(text=text, state=state))


def found(
    departments: Collection[str] | None, filters: Filters, order: str = "name"
) -> QuerySet[InventoryEntry]:
    """The same, narrowed and in an order of `ORDERS`."""
    open_ids = Procedure.objects.filter(is_open=True).values("id")
    visits = procedures.completed_at_counter()
    rows = InventoryEntry.objects.annotate(
        charge=_charge(),
        state=Case(
            When(~Q(abolished_on=None), then=Value("abolished")),
            When(Q(procedure_id__in=open_ids) & ~Q(procedure_id__in=visits), then=Value("online")),
            When(forbidden=True, then=Value("forbidden")),
            When(procedure_id__in=visits, then=Value("visit")),
            default=Value("paper"),
            output_field=CharField(),
        ),
    )
    if departments is not None:
        rows = rows.filter(charge__in=departments)
    return _ordered(_narrowed(rows, filters), order)


def _charge() -> Expression:
    """The code of the department in charge by now, as `in_charge` says for one entry."""
    changes = organization.changes_done()
    lines = [line for change in changes for line in change]
    named = sorted({line.procedure_id for line in lines} - {""})
    cases = []
    for old in sorted({line.old for line in lines}):
        cases += [
            When(department_code=old, procedure_id=one, then=Value(in_charge(changes, old, one)))
            for one in named
        ]
        cases.append(When(department_code=old, then=Value(in_charge(changes, old, ""))))
    return Case(*cases, default=F("department_code"), output_field=CharField())


def _narrowed(rows: QuerySet[InventoryEntry], filters: Filters) -> QuerySet[InventoryEntry]:
    if text := filters.text:
        rows = rows.filter(Q(name__contains=text) | Q(law__contains=text) | Q(survey_id=text))
    equal = {"state": filters.state, "charge": filters.department, "kind": filters.kind}
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    if filters.effort:
        rows = rows.filter(effort="" if filters.effort == "none" else filters.effort)
    if filters.forbidden:
        rows = rows.filter(forbidden=filters.forbidden == "yes")
    if filters.linked == "several":
        rows = rows.filter(_IN_FORCE, procedure_id__in=_named_by_several())
    elif filters.linked:
        linked = ~Q(procedure_id="")
        rows = rows.filter(linked if filters.linked == "yes" else ~linked)
    return rows


def _named_by_several() -> QuerySet[InventoryEntry, str]:
    """The definitions that more than one entry in force names, of whatever department."""
    named = InventoryEntry.objects.filter(_IN_FORCE).exclude(procedure_id="").values("procedure_id")
    return named.annotate(count=Count("id")).filter(count__gt=1).values_list("procedure_id", flat=True)


def named_definitions() -> set[str]:
    """The ids of the definitions that some entry names, in force or not."""
    rows = InventoryEntry.objects.exclude(procedure_id="").values_list("procedure_id", flat=True)
    return set(rows.distinct())


def _ordered(rows: QuerySet[InventoryEntry], order: str) -> QuerySet[InventoryEntry]:
    """By name last, so that the order is always the same; what nobody counted stands behind either way round."""
    key, turned = order.removeprefix("-"), order.startswith("-")
    if key == "name":
        return rows.order_by(order, "id")
    if key == "department":
        names = Department.objects.filter(code=OuterRef("charge")).values("name_kana")[:1]
        rows = rows.annotate(charge_kana=Subquery(names))
    by = F("charge_kana" if key == "department" else "cases")
    first = by.desc(nulls_last=True) if turned else by.asc(nulls_last=True)
    return (
        rows.order_by(first, "charge", "name", "id")
        if key == "department"
        else rows.order_by(first, "name", "id")
    )


def share(found: QuerySet[InventoryEntry]) -> Share:
    """The share of what was found; cases nobody counted are left out on both sides."""
    sums = found.order_by().aggregate(
        online=Count("id", filter=Q(state="online")),
        possible=Count("id", filter=POSSIBLE),
        online_sum=Sum("online_cases", filter=COUNTED_ONLINE, default=0),
        cases_sum=Sum("cases", filter=COUNTED, default=0),
    )
    return Share(sums["online"], sums["possible"], sums["online_sum"], sums["cases_sum"])
