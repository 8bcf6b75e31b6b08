"""Meetings and resolutions as screens and the next agenda look for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Role
from madoguchi.plan.desk_states import ResolutionState
from madoguchi.plan.models import Meeting, Resolution
from madoguchi.plan.queries import plans
from madoguchi.plan.rules import meetings as rules

ORDERS = {
    "due": ("due_on", "id"),
    "-due": ("-due_on", "-id"),
    "meeting": ("item__meeting__held_on", "item__position", "id"),
    "-meeting": ("-item__meeting__held_on", "item__position", "id"),
    "owner": ("owner_department_code", "due_on", "id"),
    "-owner": ("-owner_department_code", "due_on", "id"),
}
MEETING_ORDERS = {"-day": ("-held_on", "-number"), "day": ("held_on", "number")}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list of resolutions is narrowed to; empty strings narrow nothing."""

    state: str = "all"  # a state, overdue or all
    text: str = ""
    department: str = ""
    measure: str = ""
    order: str = "due"


def found(filters: Filters, today: date) -> QuerySet[Resolution]:
    """The resolutions of a list, in its order, with their meetings."""
    rows = Resolution.objects.select_related("item__meeting", "owner")
    if filters.state == "overdue":
        rows = rows.filter(state=ResolutionState.OPEN, due_on__lt=today)
    elif filters.state != "all":
        rows = rows.filter(state=filters.state)
    if filters.text:
        rows = rows.filter(Q(text__contains=filters.text) | Q(result__contains=filters.text))
    if filters.department:
        rows = rows.filter(owner_department_code=filters.department)
    if filters.measure:
        rows = rows.filter(item__measure_id=filters.measure)
    return rows.order_by(*ORDERS[filters.order])


def meetings_found(*, state: str, plan_id: str, order: str) -> QuerySet[Meeting]:
    """The meetings of a list; an empty `state` or `plan_id` narrows nothing."""
    rows = Meeting.objects.all()
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(plan_id=plan_id) if plan_id else rows
    return rows.order_by(*MEETING_ORDERS[order])


def left_open(plan_id: str, until: date, *, apart_from: Meeting | None = None) -> list[rules.Open]:
    """What meetings up to a day decided and nobody has finished, of this plan and of those it succeeds."""
    rows = Resolution.objects.filter(
        state=ResolutionState.OPEN,
        item__meeting__plan_id__in=line_of(plan_id),
        item__meeting__held_on__lte=until,
    )
    if apart_from is not None:
        rows = rows.exclude(item__meeting=apart_from)
    return [
        rules.Open(r.id, r.text, r.due_on, r.item.measure_id, r.indicator_id)
        for r in rows.select_related("item")
    ]


def line_of(plan_id: str) -> list[str]:
    """A plan and the plans before it: what one leaves open the next takes over."""
    before = {plan.id: plan.succeeds for plan in plans.all_plans()}
    line = [plan_id]
    while (earlier := before.get(line[-1], "")) and earlier not in line:
        line.append(earlier)
    return line


def people_of(department: str, today: date) -> list[Staff]:
    """Who works for a department today and may be given one of its resolutions."""
    people = {
        staff.id: staff
        for role in (Role.HEAD, Role.OFFICER, Role.OFFICE)
        for staff in organization.staff_with_role(department, role, today)
    }
    return list(people.values())


def department_names(codes: Iterable[str], known: dict[str, str]) -> dict[str, str]:
    """Names of departments by code; one that has ended keeps the name it had."""
    missing = {code for code in codes if code not in known}
    ended = organization.departments(missing) if missing else {}
    return known | {code: one.name for code, one in ended.items()}
