"""Who can hold cases today, how much they have, and which open cases need somebody (else)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from madoguchi.applications import rules
from madoguchi.applications.models import Absence, Application
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Role


@dataclass(slots=True)
class AtWork:
    """Of some departments on a day: who handles their cases, who of them is away, and who stands in for whom."""

    handlers: dict[str, set[UUID]]
    officers: dict[str, set[UUID]]
    away: dict[UUID, set[UUID]] = field(default_factory=dict)  # with the substitutes who are there

    def present(self, department: str) -> set[UUID]:
        """Who can be given a new case."""
        return self.handlers.get(department, set()) - self.away.keys()

    def responsible(self, department: str) -> set[UUID]:
        """Whose cases somebody looks after: those present, and those away with a substitute of the department."""
        present = self.present(department)
        covered = {person for person, substitutes in self.away.items() if substitutes & present}
        return present | (covered & self.handlers.get(department, set()))


def at_work(departments: Collection[str], *, today: date) -> AtWork:
    """Three questions, however many people there are."""
    handlers = organization.handlers_by_department(departments, today)
    officers = organization.handlers_by_department(departments, today, (Role.OFFICER,))
    found = AtWork(handlers, officers)
    for staff_id, substitute_id in absences_on(today).values_list("staff_id", "substitute_id"):
        found.away.setdefault(staff_id, set()).update({substitute_id} - {None})
    return found


def absences_on(day: date) -> QuerySet[Absence]:
    """Absences that hold on a day."""
    return Absence.objects.filter(from_on__lte=day, until_on__gte=day)


def loads_of(people: Collection[UUID]) -> dict[UUID, int]:
    """How many open cases each of these people has: one question."""
    cases = Application.objects.filter(holder__in=list(people), status__in=rules.OPEN)
    return dict(cases.order_by().values_list("holder").annotate(n=Count("id")))


def needing_a_holder(departments: Collection[str], at: AtWork) -> Q:
    """Open cases that nobody holds, or whose holder can no longer handle them: moved on, left, away without help."""
    wanted = Q(pk=None)
    for code in departments:
        wanted |= Q(department_code=code) & ~Q(holder__in=at.responsible(code))
    return Q(status__in=rules.OPEN) & wanted


def count_needing_a_holder(departments: Collection[str], *, today: date) -> int:
    """How many there are: four questions."""
    if not departments:
        return 0
    wanted = needing_a_holder(departments, at_work(departments, today=today))
    return Application.objects.filter(wanted, department_code__in=sorted(departments)).count()
