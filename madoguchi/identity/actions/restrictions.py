"""Protection of people whose address must not be told (支援措置)."""

from __future__ import annotations

from datetime import date, datetime

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity import queries, rules
from madoguchi.identity.models import Restriction, Staff
from madoguchi.identity.rules import RestrictionReason


class NotYet(Exception):
    """An extension is asked for before the last month or after the end."""


class NotRestricted(Exception):
    """There is no protection to release."""


def restrict(
    *,
    subject: str,
    until: date | None = None,
    reason: RestrictionReason,
    responsible_department: str,
    by: Staff,
    now: datetime,
) -> Restriction:
    """Protect `application:<uuid>` or `resident:<uuid>` from today, for a year unless `until` says less or more."""
    unit = kernel.Unit()
    restriction = add_restriction(
        unit,
        subject=subject,
        until=until,
        reason=reason,
        responsible_department=responsible_department,
        by=by.actor,
        now=now,
    )
    kernel.commit(unit)
    return restriction


def add_restriction(
    unit: kernel.Unit,
    *,
    subject: str,
    until: date | None,
    reason: RestrictionReason,
    responsible_department: str,
    by: str,
    now: datetime,
) -> Restriction:
    """Add a protection to the unit of another act, for example of filing with a request for protection."""
    today = clock.tokyo_date(now)
    restriction = Restriction(
        subject=subject,
        reason=reason,
        responsible_department=responsible_department,
        valid_from=today,
        valid_until=until or rules.protected_until(today),
        created_at=now,
    )
    unit.insert(restriction)
    detail = {"until": restriction.valid_until.isoformat(), "department": responsible_department}
    audit.record(unit, actor=by, act="restriction.set", subject=subject, now=now, detail=detail)
    return restriction


def change_responsible(
    unit: kernel.Unit, *, restriction: Restriction, department: str, by: str, now: datetime
) -> None:
    """Add to a unit that another department is responsible from now on: the one that has the case."""
    where = {"id": restriction.pk, "responsible_department": restriction.responsible_department}
    unit.update(Restriction, where=where, set={"responsible_department": department}, expect=None)
    detail = {"from": restriction.responsible_department, "to": department}
    subject = restriction.subject
    audit.record(unit, actor=by, act="restriction.moved", subject=subject, now=now, detail=detail)


def extend(*, subject: str, by: Staff, now: datetime) -> date:
    """Another year from the day after the present end; returns the new last day. Raises `NotYet`."""
    today = clock.tokyo_date(now)
    present = queries.restriction_of(subject, today)
    if present is None or not rules.may_be_extended(valid_until=present.valid_until, today=today):
        raise NotYet
    until = rules.protected_until(rules.day_after(present.valid_until))
    unit = kernel.Unit()
    where = {"id": present.pk, "valid_until": present.valid_until, "ended_at": None}
    unit.update(Restriction, where=where, set={"valid_until": until}, otherwise=NotYet())
    detail = {"until": until.isoformat()}
    audit.record(unit, actor=by.actor, act="restriction.extended", subject=subject, now=now, detail=detail)
    kernel.commit(unit)
    return until


def release(*, subject: str, by: Staff, now: datetime) -> None:
    """End the protection of a subject now. Raises `NotRestricted`."""
    today = clock.tokyo_date(now)
    ids = list(queries.restrictions_in_force(today).filter(subject=subject).values_list("id", flat=True))
    if not ids:
        raise NotRestricted
    unit = kernel.Unit()
    where = {"id__in": ids, "ended_at": None}
    unit.update(Restriction, where=where, set={"ended_at": now}, expect=len(ids), otherwise=NotRestricted())
    audit.record(unit, actor=by.actor, act="restriction.released", subject=subject, now=now)
    kernel.commit(unit)
