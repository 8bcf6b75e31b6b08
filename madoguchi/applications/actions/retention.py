"""Classes of records (保存期間), which procedure has which, and holds (保留) on single cases."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError

from madoguchi.applications import retention_rules as rules
from madoguchi.applications.actions.review import change_case
from madoguchi.applications.errors import (
    ChangedMeanwhile,
    DayOutOfRange,
    NotAllowed,
    ReasonMissing,
    UnknownChoice,
)
from madoguchi.applications.models import Application, LegalHold, RetentionAssignment, RetentionClass
from madoguchi.applications.permissions import departments_headed, may_handle, require
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.rules import Role

LONGEST_REVIEW = timedelta(days=5 * 366)


class IdTaken(Exception):
    """There is a class of this id."""


class HoldExists(Exception):
    """The case is held already."""


class StillUsed(Exception):
    """A class that procedures belong to is not deleted."""


def may_edit(staff: Staff, *, today: date) -> bool:
    """Whether this person keeps the city's table of classes: the Digital Promotion Office."""
    return bool(organization.departments_of(staff, today, (Role.OFFICE,)))


# --- classes ---------------------------------------------------------------------------------------------


def add_class(*, class_id: str, title: str, years: int, basis: str, by: Staff, now: datetime) -> None:
    """Add a class. Raises `UnknownChoice` for an id or years that cannot be, `IdTaken`, `NotAllowed`."""
    require(may_edit(by, today=clock.tokyo_date(now)))
    _check(title, years, basis)
    if not rules.is_class_id(class_id):
        raise UnknownChoice
    row = RetentionClass(
        id=class_id, title=title, years=years, basis=basis, changed_by=by, changed_at=now, version=1
    )
    unit = kernel.Unit()
    unit.insert(row, otherwise=IdTaken())
    _note(unit, "retention.class_added", f"retention:{class_id}", by, now, years=years)
    kernel.commit(unit)


def change_class(
    *, row: RetentionClass, title: str, years: int, basis: str, version: int, by: Staff, now: datetime
) -> None:
    """Change a class; cases proposed under other years are kept when their disposal runs.

    Raises `UnknownChoice`, `ChangedMeanwhile`, `NotAllowed`.
    """
    require(may_edit(by, today=clock.tokyo_date(now)))
    _check(title, years, basis)
    unit = kernel.Unit()
    unit.update(
        RetentionClass,
        where={"id": row.id, "version": version},
        set={
            "title": title,
            "years": years,
            "basis": basis,
            "version": version + 1,
            "changed_by": by.id,
            "changed_at": now,
        },
        otherwise=ChangedMeanwhile(),
    )
    _note(unit, "retention.class_changed", f"retention:{row.id}", by, now, years=years, before=row.years)
    kernel.commit(unit)


def delete_class(*, row: RetentionClass, by: Staff, now: datetime) -> None:
    """Take a class away that no procedure belongs to. Raises `StillUsed`, `NotAllowed`."""
    require(may_edit(by, today=clock.tokyo_date(now)))
    if row.assignments.exists():
        raise StillUsed
    unit = kernel.Unit()
    unit.delete(RetentionClass, where={"id": row.id})
    _note(unit, "retention.class_deleted", f"retention:{row.id}", by, now)
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise StillUsed from None


def assign(*, procedure_id: str, class_id: str, version: int, by: Staff, now: datetime) -> None:
    """Say which class the cases of a procedure belong to ("": none). `version` 0: it had none.

    Raises `UnknownChoice`, `ChangedMeanwhile`, `NotAllowed`.
    """
    require(may_edit(by, today=clock.tokyo_date(now)))
    if class_id and not RetentionClass.objects.filter(id=class_id).exists():
        raise UnknownChoice
    unit = kernel.Unit()
    guard = {"procedure_id": procedure_id, "version": version}
    if not class_id:
        unit.delete(RetentionAssignment, where=guard, expect=1, otherwise=ChangedMeanwhile())
    elif version:
        changes = {
            "retention_class": class_id,
            "version": version + 1,
            "changed_by": by.id,
            "changed_at": now,
        }
        unit.update(RetentionAssignment, where=guard, set=changes, otherwise=ChangedMeanwhile())
    else:
        row = RetentionAssignment(
            procedure_id=procedure_id, retention_class_id=class_id, changed_by=by, changed_at=now
        )
        unit.insert(row, otherwise=ChangedMeanwhile())
    _note(unit, "retention.assigned", f"retention:{class_id or 'none'}", by, now, procedure=procedure_id)
    kernel.commit(unit)


def _check(title: str, years: int, basis: str) -> None:
    low, high = rules.YEARS
    if not title or len(title) > 80 or not basis or len(basis) > 200 or not low <= years <= high:
        raise UnknownChoice


# --- holds -----------------------------------------------------------------------------------------------


def hold(
    *,
    application: Application,
    kind: str,
    reason: str,
    review_on: date,
    version: int,
    by: Staff,
    now: datetime,
) -> None:
    """Keep a closed case from being erased (保留), for example while an appeal runs.

    Raises `ReasonMissing`, `DayOutOfRange`, `UnknownChoice`, `HoldExists`, `NotAllowed`, `ChangedMeanwhile`.
    """
    today = clock.tokyo_date(now)
    require(may_handle(by, application, today=today))
    require(application.closed_at is not None and application.erased_at is None)
    if kind not in LegalHold.Kind.values:
        raise UnknownChoice
    if not reason.strip():
        raise ReasonMissing
    if not today < review_on <= today + LONGEST_REVIEW:
        raise DayOutOfRange
    if LegalHold.objects.filter(application=application, ended_at=None).exists():
        raise HoldExists
    _expect(application, version)
    row = LegalHold(
        application=application,
        kind=kind,
        reason=reason.strip(),
        review_on=review_on,
        set_by=by,
        set_at=now,
    )
    unit = kernel.Unit()
    change_case(unit, application, act="hold", by=by, now=now, detail={"kind": kind})
    unit.insert(row)
    kernel.commit(unit)
    application.refresh_from_db()


def extend_hold(*, held: LegalHold, review_on: date, by: Staff, now: datetime) -> None:
    """Set another day to look at a hold again. Raises `DayOutOfRange`, `NotAllowed`, `ChangedMeanwhile`."""
    today = clock.tokyo_date(now)
    require(may_handle(by, held.application, today=today))
    if not today < review_on <= today + LONGEST_REVIEW:
        raise DayOutOfRange
    unit = kernel.Unit()
    unit.update(
        LegalHold,
        where={"id": held.id, "ended_at": None, "review_on": held.review_on},
        set={"review_on": review_on},
        otherwise=ChangedMeanwhile(),
    )
    change_case(unit, held.application, act="hold_reviewed", by=by, now=now)
    kernel.commit(unit)


def end_hold(*, held: LegalHold, reason: str, by: Staff, now: datetime) -> None:
    """Let a case be erased again when its time comes: a head's word, with the reason.

    Raises `ReasonMissing`, `NotAllowed`, `ChangedMeanwhile`.
    """
    today = clock.tokyo_date(now)
    if held.application.department_code not in departments_headed(by, today=today):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    unit = kernel.Unit()
    unit.update(
        LegalHold,
        where={"id": held.id, "ended_at": None},
        set={"ended_by": by.id, "ended_at": now, "end_reason": reason.strip()},
        otherwise=ChangedMeanwhile(),
    )
    change_case(unit, held.application, act="hold_ended", by=by, now=now)
    kernel.commit(unit)


def _expect(application: Application, version: int) -> None:
    if version != application.version:
        raise ChangedMeanwhile


def _note(unit: kernel.Unit, act: str, subject: str, by: Staff, now: datetime, **detail: object) -> None:
    audit.record(unit, actor=by.actor, act=act, subject=subject, now=now, detail=detail)
