"""The roadmap of a plan as it stands on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from madoguchi.plan.definition import Plan
from madoguchi.plan.models import Fact
from madoguchi.plan.rules import roadmap
from madoguchi.plan.rules.roadmap import Actual, Expected

SOURCE = "milestones"
STARTED, FINISHED = 1, 2


def actuals(plan: Plan) -> dict[str, Actual]:
    """When each bar began and was finished, from what was recorded; the first day of each counts."""
    ids = [bar.id for bar in plan.roadmap]
    found: dict[str, dict[int, date]] = {}
    rows = Fact.objects.filter(source=SOURCE, subject__in=ids, on__gte=plan.starts_on)
    for subject, step, on in rows.values_list("subject", "quantity", "on").order_by("on"):
        found.setdefault(subject, {}).setdefault(step, on)
    return {bar: Actual(steps.get(STARTED), steps.get(FINISHED)) for bar, steps in found.items()}


def standing(plan: Plan, day: date, *, delays: Mapping[str, int] | None = None) -> list[Expected]:
    """Every bar on a day; a closed plan is seen from its last day."""
    return roadmap.expected(plan.roadmap, actuals(plan), plan.day_within(day), delays=delays)
