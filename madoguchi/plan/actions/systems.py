"""Systems and devices the city pays for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff
from madoguchi.organization.actions.permission import require
from madoguchi.organization.rules import Capability
from madoguchi.plan.actions.achievements import ChangedMeanwhile
from madoguchi.plan.models import SystemAsset

EDITABLE = (
    "name",
    "purpose",
    "department_code",
    "measure_id",
    "introduced_on",
    "renewal_on",
    "planned_on",
    "yearly_cost_yen",
    "renewal_cost_yen",
    "national_deadline_on",
    "deadline_met_on",
    "national_support",
    "uses_national_trial",
    "indicator_id",
    "cloud",
    "ended_on",
)


def add_system(*, values: Mapping[str, Any], by: Staff, now: datetime) -> SystemAsset:
    """Add a system."""
    require(by, Capability.MANAGE_PLAN, clock.tokyo_date(now))
    row = SystemAsset(id=new_id(), changed_at=now, changed_by=by, **{name: values[name] for name in EDITABLE})
    unit = kernel.Unit()
    unit.insert(row)
    audit.record(unit, actor=by.actor, act="system.added", subject=f"system:{row.id}", now=now)
    kernel.commit(unit)
    return row


def change_system(
    *, system: SystemAsset, version: int, values: Mapping[str, Any], by: Staff, now: datetime
) -> None:
    """Change a system. Raises `ChangedMeanwhile`."""
    require(by, Capability.MANAGE_PLAN, clock.tokyo_date(now))
    changes = {name: values[name] for name in EDITABLE}
    unit = kernel.Unit()
    unit.update(
        SystemAsset,
        where={"id": system.id, "version": version},
        set=changes | {"version": version + 1, "changed_at": now, "changed_by": by.id},
        otherwise=ChangedMeanwhile(),
    )
    audit.record(unit, actor=by.actor, act="system.changed", subject=f"system:{system.id}", now=now)
    kernel.commit(unit)
