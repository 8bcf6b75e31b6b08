"""What a person may choose for an achievement record today."""

from __future__ import annotations

from datetime import date

from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.rules import Capability
from madoguchi.plan.forms.desk_achievements import Choices
from madoguchi.plan.queries import plans


def choices_of(staff: Staff, *, today: date, kept: str = "") -> Choices:
    """A department that has ended is chosen by nothing new; an old record keeps its own (`kept`)."""
    own = organization.departments_of(staff, today)
    everything = organization.has_capability(staff, Capability.MANAGE_PLAN, today)
    departments = {d.code: d.name for d in organization.all_departments(today) if everything or d.code in own}
    gone = organization.departments_found(text="", state="ended", today=today)
    ended = {d.code: (d.name, d.valid_until) for d in gone if d.valid_until is not None}
    if kept in ended and (everything or kept in own):
        departments[kept] = ended[kept][0]
    systems: dict[str, str] = {}
    bars: dict[str, str] = {}
    for plan in plans.all_plans():
        systems |= {key: str(name) for key, name in plan.core_systems.items()}
        bars |= {bar.id: f"{bar.measure_id} {bar.title}" for bar in plan.roadmap}
    return Choices(departments, systems, bars, ended)
