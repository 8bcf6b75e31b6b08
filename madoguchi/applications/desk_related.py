"""What else the person of a case filed: shown beside it, and told where it may be the same filing twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from madoguchi.applications import rules
from madoguchi.applications.desk_queries import STATUS_KINDS, protections
from madoguchi.applications.models import Application, Status
from madoguchi.applications.permissions import departments_seen, may_see_protected
from madoguchi.common.ids import grouped
from madoguchi.common.lookups import Unindexed
from madoguchi.identity.models import Staff
from madoguchi.procedures import queries as procedures

SHOWN = 20
SAME_PERIOD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Related:
    """Another filing of the same person; `is_double` where it is of the same procedure and period."""

    number: str
    address: str
    procedure: str
    received_on: date
    status: str
    status_kind: str
    is_double: bool


def related(application: Application, staff: Staff, *, today: date) -> list[Related]:
    """Filings of the same name and birth date in this person's departments, newest first: two questions.

    Without a birth date nothing is shown: a name alone is not a person. Protected ones (支援措置) are shown only to
    the responsible department, and no others are hinted at.
    """
    if application.birth_on is None:
        return []
    seen = sorted(departments_seen(staff, today=today))
    born = (
        Application.objects.annotate(department=Unindexed("department_code"))  # few were born on a day
        .filter(birth_on=application.birth_on, department__in=seen)
        .exclude(id=application.id)
        .order_by("-filed_at", "-id")
        .defer("answers", "filed_answers")
    )
    same = [one for one in born if one.own_keys & application.own_keys]
    protected = protections(same, today=today)
    known = [
        one
        for one in same
        if one.id not in protected or may_see_protected(staff, protected[one.id], today=today)
    ]
    return [as_related(one, application) for one in known[:SHOWN]]


def as_related(one: Application, application: Application) -> Related:
    """A filing as it is shown beside another."""
    return Related(
        number=grouped(one.receipt_number),
        address=reverse("desk:case", args=[one.id]),
        procedure=str(procedures.definition_of(one.procedure_version_id).current_name),
        received_on=one.received_on,
        status=str(Status(one.status).label),
        status_kind=STATUS_KINDS[one.status],
        is_double=_is_double(one, application),
    )


def _is_double(one: Application, other: Application) -> bool:
    """Of the same procedure, neither taken back, both open or filed within the same month."""
    if one.procedure_id != other.procedure_id or Status.WITHDRAWN in (one.status, other.status):
        return False
    both_open = one.status in rules.OPEN and other.status in rules.OPEN
    return both_open or abs(one.filed_at - other.filed_at) <= SAME_PERIOD
