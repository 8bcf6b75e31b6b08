"""Recording that somebody is away (不在) from a day until another, and who stands in for them."""

from __future__ import annotations

from datetime import date, datetime

from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.models import Absence
from madoguchi.applications.permissions import HANDLES, departments_headed, require
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization


class Overlaps(Exception):
    """The person is recorded as away on some of these days already."""


class NoSubstitute(Exception):
    """Whoever stands in handles cases of a department of the person, and is somebody else."""


def record_absence(
    *, staff: Staff, substitute: Staff | None, from_on: date, until_on: date, by: Staff, now: datetime
) -> Absence:
    """Record it, for oneself or for somebody of a department one heads.

    Raises `NotAllowed`, `NoSubstitute`, `Overlaps`.
    """
    _check(staff, substitute, by, now)
    _refuse_overlap(staff, from_on, until_on)
    absence = Absence(
        staff=staff,
        substitute=substitute,
        from_on=from_on,
        until_on=until_on,
        recorded_by=by,
        recorded_at=now,
    )
    unit = kernel.Unit()
    unit.insert(absence)
    _note(unit, absence, "absence.recorded", by, now)
    kernel.commit(unit)
    return absence


def change_absence(
    *,
    absence: Absence,
    version: int,
    substitute: Staff | None,
    from_on: date,
    until_on: date,
    by: Staff,
    now: datetime,
) -> None:
    """Change its days or who stands in. Raises as `record_absence`, and `ChangedMeanwhile`."""
    _check(absence.staff, substitute, by, now)
    _refuse_overlap(absence.staff, from_on, until_on, besides=absence)
    changes = {"substitute": substitute.id if substitute else None, "from_on": from_on, "until_on": until_on}
    unit = kernel.Unit()
    unit.update(
        Absence,
        where={"id": absence.id, "version": version},
        set={**changes, "version": version + 1},
        otherwise=ChangedMeanwhile(),
    )
    _note(unit, absence, "absence.changed", by, now)
    kernel.commit(unit)


def remove_absence(*, absence: Absence, version: int, by: Staff, now: datetime) -> None:
    """Take it back: from now on nobody stands in. Raises `NotAllowed`, `ChangedMeanwhile`."""
    _check(absence.staff, None, by, now)
    unit = kernel.Unit()
    guard = {"id": absence.id, "version": version}
    unit.delete(Absence, where=guard, expect=1, otherwise=ChangedMeanwhile())
    _note(unit, absence, "absence.removed", by, now)
    kernel.commit(unit)


def check_may_record(staff: Staff, *, by: Staff, today: date) -> set[str]:
    """Raises `NotAllowed` unless it is oneself, or somebody of a department one heads; the person's departments."""
    own = organization.departments_of(staff, today, HANDLES)
    require(bool(own if staff.id == by.id else own & departments_headed(by, today=today)))
    return own


def _check(staff: Staff, substitute: Staff | None, by: Staff, now: datetime) -> None:
    today = clock.tokyo_date(now)
    own = check_may_record(staff, by=by, today=today)
    if substitute is None:
        return
    if substitute.id == staff.id or not own & organization.departments_of(substitute, today, HANDLES):
        raise NoSubstitute


def _refuse_overlap(staff: Staff, from_on: date, until_on: date, besides: Absence | None = None) -> None:
    others = Absence.objects.filter(staff=staff, from_on__lte=until_on, until_on__gte=from_on)
    if besides is not None:
        others = others.exclude(id=besides.id)
    if others.exists():
        raise Overlaps


def _note(unit: kernel.Unit, absence: Absence, act: str, by: Staff, now: datetime) -> None:
    subject = f"staff:{absence.staff_id}"
    audit.record(unit, actor=by.actor, act=act, subject=subject, now=now, detail={"absence": str(absence.id)})
