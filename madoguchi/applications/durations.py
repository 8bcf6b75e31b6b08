"""How long cases really take: counted by a job into a small table, read by pages with one question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from madoguchi.applications import rules
from madoguchi.applications.models import Application, Duration, Status
from madoguchi.common import clock, kernel, reading
from madoguchi.common.registers import UsualDays

COUNTED_DAYS = 365
FEWEST_CASES = 10  # of fewer nothing is said: a handful tells nothing, and might tell of one person
HALF, MOST = 50, 90
AT_ONCE = 5000


def usual_days(procedure_id: str) -> UsualDays | None:
    """How long a procedure takes, None where too few cases were decided of late."""
    row = reading.one(Duration, procedure_id=procedure_id)
    return None if row is None else UsualDays(row.half_days, row.most_days, row.cases)


def forecast_of(application: Application, *, today: date) -> date | None:
    """When an open case is likely decided, if the city knows; not while it waits for the resident."""
    if application.status not in (Status.FILED, Status.IN_REVIEW, Status.PROPOSED):
        return None
    usual = usual_days(application.procedure_id)
    if usual is None:
        return None
    return rules.forecast_on(
        received_on=application.received_on, half_days=usual.half, most_days=usual.most, today=today
    )


def count(*, now: datetime) -> None:
    """Count the days from receipt to decision of the cases decided within the last year, by procedure."""
    since = now - timedelta(days=COUNTED_DAYS)
    found = {
        procedure_id: days
        for procedure_id, days in _days_taken(since, now).items()
        if days.total() >= FEWEST_CASES
    }
    known = set(Duration.objects.values_list("procedure_id", flat=True))
    unit = kernel.Unit()
    for procedure_id, days in found.items():
        values = {
            "half_days": rules.reached_by(days, HALF),
            "most_days": rules.reached_by(days, MOST),
            "cases": days.total(),
            "since_on": clock.tokyo_date(since),
            "counted_at": now,
        }
        if procedure_id in known:
            unit.update(Duration, where={"procedure_id": procedure_id}, set=values, expect=None)
        else:
            unit.insert(Duration(procedure_id=procedure_id, **values), unless_exists=True)
    if gone := known - set(found):
        unit.delete(Duration, where={"procedure_id__in": sorted(gone)})
    if unit.statements:
        kernel.commit(unit)


def _days_taken(since: datetime, now: datetime) -> Mapping[str, Counter[int]]:
    """For each procedure, how many cases took how many days.

    One that was looked at again (再調査) was decided long before it was closed for the last time: it tells nothing.
    """
    found: dict[str, Counter[int]] = {}
    rows = Application.objects.filter(status=Status.CLOSED, closed_at__gte=since, closed_at__lte=now)
    rows = rows.filter(second_looks=None)
    columns = rows.order_by("closed_at").values_list("procedure_id", "received_on", "closed_at")
    for procedure_id, received_on, closed_at in columns.iterator(AT_ONCE):
        assert closed_at is not None  # the database keeps that a closed case says when
        days = max((clock.tokyo_date(closed_at) - received_on).days, 0)
        found.setdefault(procedure_id, Counter())[days] += 1
    return found
