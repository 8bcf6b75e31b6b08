"""What administrators do with departments and closed days."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity.actions.accounts import Outdated
from madoguchi.identity.models import Staff
from madoguchi.organization import queries
from madoguchi.organization.actions.permission import OwnAccount, keep_an_administrator, require
from madoguchi.organization.models import ClosedDay, Department, Posting
from madoguchi.organization.rules import Capability

EDITABLE = ("name", "name_kana", "phone", "extension", "hours", "place", "email")


class CodeTaken(Exception):
    """A department has, or had, this code."""


class AlreadyClosed(Exception):
    """The day is in the list already."""


def open_department(*, department: Department, by: Staff, now: datetime) -> None:
    """Add a department. Raises `CodeTaken`."""
    require(by, Capability.MANAGE_DEPARTMENTS, clock.tokyo_date(now))
    unit = kernel.Unit()
    unit.insert(department)
    audit.record(unit, actor=by.actor, act="department.opened", subject=_subject(department), now=now)
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise CodeTaken from None


def change_department(
    *, department: Department, version: int, values: dict[str, str], by: Staff, now: datetime
) -> None:
    """Change name, telephone, hours or place. Raises `Outdated`."""
    require(by, Capability.MANAGE_DEPARTMENTS, clock.tokyo_date(now))
    changes = {name: values[name] for name in EDITABLE}
    changed = sorted(name for name in EDITABLE if getattr(department, name) != values[name])
    unit = kernel.Unit()
    unit.update(
        Department,
        where={"code": department.code, "version": version},
        set={**changes, "version": version + 1},
        otherwise=Outdated(),
    )
    detail = {"changed": changed}
    audit.record(
        unit, actor=by.actor, act="department.changed", subject=_subject(department), now=now, detail=detail
    )
    kernel.commit(unit)


def end_department(*, department: Department, version: int, last_day: date, by: Staff, now: datetime) -> None:
    """Let a department and its postings end with `last_day`.

    Raises `Outdated`, `LastAdministrator`, or `OwnAccount` when that ended one's own right to administer.
    """
    today = clock.tokyo_date(now)
    require(by, Capability.MANAGE_DEPARTMENTS, today)
    administrators = queries.lasting_administrators(today).filter(department=department)
    unit = kernel.Unit()
    if administrators.filter(staff=by).exists():
        raise OwnAccount
    if administrators.exists():
        keep_an_administrator(unit, today, department=department)
    unit.update(
        Department,
        where={"code": department.code, "version": version},
        set={"valid_until": last_day, "version": version + 1},
        otherwise=Outdated(),
    )
    end = {"valid_until": last_day}
    unit.update(Posting, where={"department": department.code, "valid_until": None}, set=end, expect=None)
    later = {"department": department.code, "valid_until__gt": last_day}
    unit.update(Posting, where=later, set=end, expect=None)
    detail = {"until": last_day.isoformat()}
    audit.record(
        unit, actor=by.actor, act="department.ended", subject=_subject(department), now=now, detail=detail
    )
    kernel.commit(unit)


def add_closed_day(*, day: date, name: str, by: Staff, now: datetime) -> None:
    """Close the city hall on a day. Raises `AlreadyClosed`."""
    require(by, Capability.MANAGE_DEPARTMENTS, clock.tokyo_date(now))
    unit = kernel.Unit()
    unit.insert(ClosedDay(day=day, name=name))
    audit.record(unit, actor=by.actor, act="closed_day.added", subject=f"day:{day.isoformat()}", now=now)
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise AlreadyClosed from None


def remove_closed_day(*, closed: ClosedDay, by: Staff, now: datetime) -> None:
    """Open the city hall again on a day that was closed."""
    require(by, Capability.MANAGE_DEPARTMENTS, clock.tokyo_date(now))
    unit = kernel.Unit()
    unit.delete(ClosedDay, where={"id": closed.pk})
    subject = f"day:{closed.day.isoformat()}"
    audit.record(unit, actor=by.actor, act="closed_day.removed", subject=subject, now=now)
    kernel.commit(unit)


def _subject(department: Department) -> str:
    return f"department:{department.code}"
