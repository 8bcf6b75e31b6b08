"""The earlier certification of the person of a case: its level and its period, from what was decided then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from madoguchi.applications import external_queries
from madoguchi.applications.desk_queries import protections
from madoguchi.applications.models import Application, Status
from madoguchi.applications.permissions import departments_seen, may_see_protected
from madoguchi.common.ids import grouped
from madoguchi.identity.models import Staff
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition

LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was decided before for the same person, and until when it is valid."""

    number: str
    address: str
    level: str
    begins: date
    ends: date


def earlier(application: Application, definition: Definition, staff: Staff, *, today: date) -> Earlier | None:
    """The last certification with a period of the same name and birth date; None where there is none to be seen.

    A protected case (支援措置) is shown only to the responsible department.
    """
    if application.birth_on is None or not any(s.months_from for s in definition.workflow.external_steps):
        return None
    closed = Application.objects.filter(
        birth_on=application.birth_on,
        procedure_id=application.procedure_id,
        status=Status.CLOSED,
        closed_at__lt=application.filed_at,
        department_code__in=sorted(departments_seen(staff, today=today)),
    ).exclude(id=application.id)
    same = [
        one for one in closed.order_by("-closed_at", "-id")[:LOOKED_AT] if one.own_keys & application.own_keys
    ]
    protected = protections(same, today=today)
    for one in same:
        if one.id in protected and not may_see_protected(staff, protected[one.id], today=today):
            continue
        found = _earlier(one)
        if found is not None:
            return found
    return None


def _earlier(one: Application) -> Earlier | None:
    definition = procedures.definition_of(one.procedure_version_id)
    decision = external_queries.last_decision(one)
    kind = definition.workflow.decision(decision.kind) if decision is not None else None
    period = external_queries.validity_of(one, definition, kind.id) if kind is not None else None
    if kind is None or period is None:
        return None
    return Earlier(
        number=grouped(one.receipt_number),
        address=reverse("desk:case", args=[one.id]),
        level=str(kind.label),
        begins=period[0],
        ends=period[1],
    )
