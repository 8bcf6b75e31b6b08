"""Plans as they are published: the one in force on a day, all of them, how an indicator was defined before."""

from __future__ import annotations

import functools
import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from madoguchi.plan import reading
from madoguchi.plan.definition import Indicator, Plan
from madoguchi.plan.models import PlanVersion


class NoSuchPlan(Exception):
    """No plan of that id is published."""


@dataclass(frozen=True, slots=True)
class Published:
    """A plan with the version it stands in."""

    plan: Plan
    number: int
    published_at: datetime


@functools.lru_cache(maxsize=256)
def plan_of(version_id: uuid.UUID) -> Plan:
    """The plan of a version; it never changes, so every process may keep it."""
    return reading.read_published(PlanVersion.objects.values_list("source", flat=True).get(id=version_id))


def plan(plan_id: str) -> Plan:
    """The newest version of a plan. Raises `NoSuchPlan`."""
    return published(plan_id).plan


def published(plan_id: str) -> Published:
    """The newest version of a plan with its number. Raises `NoSuchPlan`."""
    newest = _versions().filter(plan_id=plan_id).first()
    if newest is None:
        raise NoSuchPlan
    return Published(plan_of(newest[0]), newest[2], newest[3])


def all_plans() -> list[Plan]:
    """The newest version of every plan, the earliest plan first."""
    newest: dict[str, uuid.UUID] = {}
    for version_id, plan_id, _number, _at in _versions():
        newest.setdefault(plan_id, version_id)
    return sorted((plan_of(version_id) for version_id in newest.values()), key=lambda p: p.starts_on)


def plan_for(day: date) -> Plan:
    """The plan whose figures a day is about: the one in force, else the last that ended, else the first.

    A draft is never it. Raises `NoSuchPlan` while none is published.
    """
    decided = [p for p in all_plans() if p.state != "draft"]
    begun = [p for p in decided if p.starts_on <= day]
    if not decided:
        raise NoSuchPlan
    return begun[-1] if begun else decided[0]


def definitions_of(plan_id: str, indicator_id: str) -> list[tuple[Published, Indicator]]:
    """Every way in which an indicator was counted, the newest first, in its last words, since its first version."""
    found: list[tuple[Published, Indicator]] = []
    for version_id, _plan_id, number, at in _versions().filter(plan_id=plan_id):
        old = plan_of(version_id)
        try:
            indicator = old.indicator(indicator_id)
        except KeyError:
            continue
        if found and found[-1][1].version == indicator.version:
            latest, indicator = found.pop()
            old = latest.plan
        found.append((Published(old, number, at), indicator))
    return found


def _versions() -> QuerySet[PlanVersion, tuple[uuid.UUID, str, int, datetime]]:
    return PlanVersion.objects.order_by("plan_id", "-number").values_list(
        "id", "plan_id", "number", "published_at"
    )
