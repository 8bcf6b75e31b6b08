"""What meetings decided: given to a department and a person, followed up, reminded of. Values are computed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.actions.permission import NotAllowed, require
from madoguchi.organization.rules import Capability
from madoguchi.plan.actions import meetings
from madoguchi.plan.actions.achievements import ChangedMeanwhile, ReasonMissing
from madoguchi.plan.desk_states import ResolutionState
from madoguchi.plan.models import AgendaItem, Resolution
from madoguchi.plan.rules import meetings as rules


class DueTooEarly(Exception):
    """A day that cannot be kept: not after the meeting, or not after the day that is put off."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is decided: who does it until when, and what it should do to which indicator."""

    text: str
    department_code: str
    due_on: date
    indicator_id: str = ""
    expected_change: float | None = None


def resolve(*, item: AgendaItem, order: Order, by: Staff, now: datetime) -> Resolution:
    """Record what was decided on a point, with the indicator's value on the day of the meeting.

    Raises `NotYet` before that day, `DueTooEarly`, `Closed`, `ChangedMeanwhile`.
    """
    meeting = item.meeting
    meetings.refuse_closed(meeting, by, now)
    if meeting.held_on > clock.tokyo_date(now):
        raise meetings.NotYet
    if not rules.may_be_due(order.due_on, after=meeting.held_on):
        raise DueTooEarly
    row = Resolution(
        id=new_id(),
        item=item,
        text=order.text,
        owner_department_code=order.department_code,
        due_on=order.due_on,
        indicator_id=order.indicator_id,
        value_before=meetings.value(meeting.plan_id, order.indicator_id, meeting.held_on),
        expected_change=order.expected_change,
    )
    unit = kernel.Unit()
    unit.insert(row)
    meetings.touch(unit, meeting)
    meetings.note(unit, meeting, "resolution.made", by, now, {"resolution": str(row.id)})
    kernel.commit(unit)
    meeting.version += 1
    return row


def give_to(*, resolution: Resolution, version: int, owner: Staff | None, by: Staff, now: datetime) -> None:
    """Name the person of the department who does it, or nobody. By the office or the department itself."""
    _may_report(resolution, by, now)
    today = clock.tokyo_date(now)
    if owner is not None and resolution.owner_department_code not in organization.departments_of(
        owner, today
    ):
        raise NotAllowed
    detail = {"owner": owner.actor if owner else ""}
    changes = {"owner": owner.id if owner else None}
    _store(resolution, version, changes, "resolution.given", by, now, detail)


def finish_resolution(*, resolution: Resolution, version: int, result: str, by: Staff, now: datetime) -> None:
    """Say what came of it, with the indicator's value now. By the office, or by the department it was given to.

    Raises `NotAllowed`, `ReasonMissing`, `ChangedMeanwhile`.
    """
    _may_report(resolution, by, now)
    meeting = resolution.item.meeting
    after = meetings.value(meeting.plan_id, resolution.indicator_id, clock.tokyo_date(now))
    changes = {"state": ResolutionState.DONE, "value_after": after, **_end(result, now)}
    _store(resolution, version, changes, "resolution.finished", by, now)


def drop_resolution(*, resolution: Resolution, version: int, reason: str, by: Staff, now: datetime) -> None:
    """Say that it will not be done, and why. Raises as `finish_resolution` does."""
    _may_report(resolution, by, now)
    changes = {"state": ResolutionState.DROPPED, **_end(reason, now)}
    _store(resolution, version, changes, "resolution.dropped", by, now)


def postpone_resolution(
    *, resolution: Resolution, version: int, due_on: date, reason: str, by: Staff, now: datetime
) -> None:
    """Give an open resolution a later day; the reason stands in the record."""
    require(by, Capability.MANAGE_PLAN, clock.tokyo_date(now))
    if not reason.strip():
        raise ReasonMissing
    if not rules.may_be_due(due_on, after=resolution.due_on):
        raise DueTooEarly
    detail = {"from": resolution.due_on.isoformat(), "to": due_on.isoformat(), "reason": reason.strip()}
    _store(resolution, version, {"due_on": due_on}, "resolution.postponed", by, now, detail)


def may_report(resolution: Resolution, by: Staff, today: date) -> bool:
    """Whether a person may say what came of it: the office, and heads and officers of the department itself."""
    if organization.has_capability(by, Capability.MANAGE_PLAN, today):
        return True
    return organization.has_capability(
        by, Capability.RECORD_ACHIEVEMENTS, today, department=resolution.owner_department_code
    )


def resolutions_to_remind(now: datetime) -> list[tuple[Resolution, str]]:
    """The open resolutions somebody is to be reminded of today, with the key of the reminder."""
    today = clock.tokyo_date(now)
    soon = today + timedelta(days=rules.BEFORE_DAYS)
    rows = Resolution.objects.filter(state=ResolutionState.OPEN, due_on__lte=soon).order_by("due_on", "id")
    found = []
    for row in rows.select_related("item__meeting", "owner"):
        key = rules.reminder_key(due_on=row.due_on, today=today)
        if key:
            found.append((row, f"resolution:{row.id}:{row.due_on.isoformat()}:{key}"))
    return found


def note_reminder(unit: kernel.Unit, resolution: Resolution, now: datetime) -> None:
    """Keep in the unit of a reminder when it was sent."""
    unit.update(Resolution, where={"id": resolution.id}, set={"reminded_at": now})


def _may_report(resolution: Resolution, by: Staff, now: datetime) -> None:
    if not may_report(resolution, by, clock.tokyo_date(now)):
        raise NotAllowed


def _end(words: str, now: datetime) -> dict[str, Any]:
    if not words.strip():
        raise ReasonMissing
    return {"result": words.strip(), "finished_at": now}


def _store(
    resolution: Resolution,
    version: int,
    changes: dict[str, Any],
    act: str,
    by: Staff,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    unit = kernel.Unit()
    unit.update(
        Resolution,
        where={"id": resolution.id, "version": version, "state": ResolutionState.OPEN},
        set=changes | {"version": version + 1},
        otherwise=ChangedMeanwhile(),
    )
    subject = f"resolution:{resolution.id}"
    audit.record(unit, actor=by.actor, act=act, subject=subject, now=now, detail=detail)
    kernel.commit(unit)
    resolution.refresh_from_db()
