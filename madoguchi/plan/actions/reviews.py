"""Writing what a department says about its measure in a fiscal year."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff
from madoguchi.plan.actions.achievements import ChangedMeanwhile, may_record
from madoguchi.plan.definition import Measure, Plan
from madoguchi.plan.models import ReviewNote


def write_review(
    *,
    plan: Plan,
    measure: Measure,
    fiscal_year: int,
    evaluation: str,
    direction: str,
    version: int,
    by: Staff,
    now: datetime,
) -> None:
    """Write, or write anew, the evaluation of a measure; `version` is the one that was shown, 0 for none yet.

    By the office and by the measure's department. Raises `NotAllowed`, `ChangedMeanwhile`.
    """
    may_record(by, measure.department_code, clock.tokyo_date(now))
    words = {"evaluation": evaluation, "direction": direction}
    place = {"plan_id": plan.id, "measure_id": measure.id, "fiscal_year": fiscal_year}
    unit = kernel.Unit()
    if version:
        unit.update(
            ReviewNote,
            where=place | {"version": version},
            set=words | {"version": version + 1, "written_by": by.id, "written_at": now},
            otherwise=ChangedMeanwhile(),
        )
    else:
        unit.insert(ReviewNote(id=new_id(), **place, **words, written_by=by, written_at=now))
    subject = f"review:{plan.id}:{fiscal_year}:{measure.id}"
    audit.record(unit, actor=by.actor, act="review.written", subject=subject, now=now, detail=words)
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise ChangedMeanwhile from None
