"""Values that somebody types for an indicator: only with the reason, marked wherever they stand, logged."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff
from madoguchi.organization.actions.permission import require
from madoguchi.organization.rules import Capability
from madoguchi.plan.actions.achievements import ChangedMeanwhile, NotYet, ReasonMissing
from madoguchi.plan.definition import Plan
from madoguchi.plan.models import TypedValue


class OutsidePlan(Exception):
    """A plan has values from its first day to its last."""


def type_value(
    *, plan: Plan, indicator_id: str, on: date, value: float, reason: str, by: Staff, now: datetime
) -> TypedValue:
    """Store a typed value.

    Raises `NotYet`, `OutsidePlan`, `ReasonMissing`, `ChangedMeanwhile` (there is one for that day).
    """
    today = clock.tokyo_date(now)
    require(by, Capability.MANAGE_PLAN, today)
    if on > today:
        raise NotYet
    if not plan.starts_on <= on <= plan.ends_on:
        raise OutsidePlan
    if not reason.strip():
        raise ReasonMissing
    row = TypedValue(
        id=new_id(),
        plan_id=plan.id,
        indicator_id=indicator_id,
        on=on,
        value=value,
        reason=reason.strip(),
        typed_by=by,
        typed_at=now,
    )
    unit = kernel.Unit()
    unit.insert(row)
    detail = {"on": on.isoformat(), "value": value, "reason": row.reason}
    _note(unit, row, "value.typed", by, now, detail)
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise ChangedMeanwhile from None
    return row


def withdraw_value(*, typed: TypedValue, by: Staff, now: datetime) -> None:
    """Let the computed value stand again. Raises `ChangedMeanwhile` when somebody was faster."""
    require(by, Capability.MANAGE_PLAN, clock.tokyo_date(now))
    unit = kernel.Unit()
    unit.update(
        TypedValue,
        where={"id": typed.id, "withdrawn_at": None},
        set={"withdrawn_at": now},
        otherwise=ChangedMeanwhile(),
    )
    _note(unit, typed, "value.withdrawn", by, now, {"on": typed.on.isoformat()})
    kernel.commit(unit)


def _note(
    unit: kernel.Unit, row: TypedValue, act: str, by: Staff, now: datetime, detail: dict[str, object]
) -> None:
    subject = f"indicator:{row.plan_id}:{row.indicator_id}"
    audit.record(unit, actor=by.actor, act=act, subject=subject, now=now, detail=detail)
