"""The office's meetings: agenda, resolutions, results, minutes. Values of indicators are computed, never typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import Max

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.files.configured import configured
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.actions.permission import NotAllowed, require
from madoguchi.organization.rules import Capability
from madoguchi.plan import desk_minutes
from madoguchi.plan.actions.achievements import ChangedMeanwhile, ReasonMissing
from madoguchi.plan.desk_states import MeetingState, ResolutionState
from madoguchi.plan.models import AgendaItem, Meeting, Resolution
from madoguchi.plan.queries import figures, plans
from madoguchi.plan.rules import meetings as rules

TRIES = 5


class Closed(Exception):
    """The minutes are closed, or the meeting was cancelled: nothing of it changes any more."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is decided: who does it until when, and what it should do to which indicator."""

    text: str
    department_code: str
    due_on: date
    indicator_id: str = ""
    expected_change: float | None = None


def plan_meeting(*, plan_id: str, held_on: date, place: str, chair: str, by: Staff, now: datetime) -> Meeting:
    """Call a meeting; its agenda begins with every resolution that is open. Two at once get different numbers."""
    require(by, Capability.MANAGE_PLAN, clock.tokyo_date(now))
    for _try in range(TRIES):
        last = Meeting.objects.filter(plan_id=plan_id).aggregate(last=Max("number"))["last"] or 0
        meeting = Meeting(
            id=new_id(),
            plan_id=plan_id,
            number=last + 1,
            held_on=held_on,
            place=place,
            chair=chair,
            created_by=by,
            created_at=now,
        )
        unit = kernel.Unit()
        unit.insert(meeting)
        for position, one in enumerate(rules.carried_over(open_resolutions(plan_id), ()), 1):
            unit.insert(
                AgendaItem(
                    meeting=meeting,
                    position=position,
                    title=f"継続：{one.text}"[:200],
                    measure_id=one.measure_id,
                    indicator_id=one.indicator_id,
                    carried_from_id=one.id,
                )
            )
        _note(unit, meeting, "meeting.planned", by, now)
        try:
            kernel.commit(unit)
        except IntegrityError:
            continue
        return meeting
    raise ChangedMeanwhile


def open_resolutions(plan_id: str) -> list[rules.Open]:
    """The resolutions of a plan that are not finished."""
    rows = Resolution.objects.filter(state=ResolutionState.OPEN, item__meeting__plan_id=plan_id)
    return [
        rules.Open(r.id, r.text, r.due_on, r.item.measure_id, r.indicator_id)
        for r in rows.select_related("item")
    ]


def change_meeting(
    *, meeting: Meeting, version: int, values: dict[str, Any], by: Staff, now: datetime
) -> None:
    """Change day, place, chair or who was present."""
    wanted = {name: values[name] for name in ("held_on", "place", "chair", "present")}
    _store(meeting, version, wanted, "meeting.changed", by, now)


def move_meeting(*, meeting: Meeting, version: int, to: str, by: Staff, now: datetime) -> None:
    """Hold or cancel a meeting. Raises `NotAllowed` for a move the rules do not know."""
    if not rules.may_move(state=meeting.state, to=to) or to == MeetingState.CLOSED:
        raise NotAllowed
    _store(meeting, version, {"state": to}, f"meeting.{to}", by, now)


def add_item(
    *, meeting: Meeting, title: str, measure_id: str, indicator_id: str, by: Staff, now: datetime
) -> AgendaItem:
    """Put a point on the agenda."""
    _open(meeting, by, now)
    positions = list(meeting.agenda.values_list("position", flat=True))
    item = AgendaItem(
        id=new_id(),
        meeting=meeting,
        position=rules.position_after(positions),
        title=title,
        measure_id=measure_id,
        indicator_id=indicator_id,
    )
    unit = kernel.Unit()
    unit.insert(item)
    _note(unit, meeting, "meeting.item_added", by, now)
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise ChangedMeanwhile from None
    return item


def remove_item(*, item: AgendaItem, by: Staff, now: datetime) -> None:
    """Take a point off the agenda; one with resolutions stays (`NotAllowed`)."""
    _open(item.meeting, by, now)
    if item.resolutions.exists():
        raise NotAllowed
    unit = kernel.Unit()
    unit.delete(AgendaItem, where={"id": item.id}, expect=1, otherwise=ChangedMeanwhile())
    _note(unit, item.meeting, "meeting.item_removed", by, now)
    kernel.commit(unit)


def write_minutes(*, item: AgendaItem, text: str, by: Staff, now: datetime) -> None:
    """Write down what was said on a point."""
    _open(item.meeting, by, now)
    unit = kernel.Unit()
    unit.update(AgendaItem, where={"id": item.id}, set={"minutes": text}, otherwise=ChangedMeanwhile())
    _note(unit, item.meeting, "meeting.minutes", by, now)
    kernel.commit(unit)


def resolve(*, item: AgendaItem, order: Order, by: Staff, now: datetime) -> Resolution:
    """Record what was decided on a point, with the indicator's value on the day of the meeting."""
    meeting = item.meeting
    _open(meeting, by, now)
    row = Resolution(
        id=new_id(),
        item=item,
        text=order.text,
        owner_department_code=order.department_code,
        due_on=order.due_on,
        indicator_id=order.indicator_id,
        value_before=_value(meeting.plan_id, order.indicator_id, meeting.held_on),
        expected_change=order.expected_change,
    )
    unit = kernel.Unit()
    unit.insert(row)
    _note(unit, meeting, "resolution.made", by, now, {"resolution": str(row.id)})
    kernel.commit(unit)
    return row


def finish_resolution(
    *, resolution: Resolution, version: int, done: bool, result: str, by: Staff, now: datetime
) -> None:
    """Say what came of it (done, or dropped and why), with the indicator's value now.

    By the office, or by the department it was given to. Raises `NotAllowed`, `ReasonMissing`, `ChangedMeanwhile`.
    """
    _may_report(resolution, by, now)
    if not result.strip():
        raise ReasonMissing
    if resolution.state != ResolutionState.OPEN:
        raise ChangedMeanwhile
    today = clock.tokyo_date(now)
    changes = {
        "state": ResolutionState.DONE if done else ResolutionState.DROPPED,
        "result": result.strip(),
        "value_after": _value(resolution.item.meeting.plan_id, resolution.indicator_id, today),
        "finished_at": now,
    }
    _store_resolution(resolution, version, changes, "resolution.finished", by, now)


def postpone_resolution(
    *, resolution: Resolution, version: int, due_on: date, reason: str, by: Staff, now: datetime
) -> None:
    """Give an open resolution another day; the reason stands in the record."""
    require(by, Capability.MANAGE_PLAN, clock.tokyo_date(now))
    if not reason.strip():
        raise ReasonMissing
    if resolution.state != ResolutionState.OPEN:
        raise ChangedMeanwhile
    detail = {"from": resolution.due_on.isoformat(), "to": due_on.isoformat(), "reason": reason.strip()}
    _store_resolution(resolution, version, {"due_on": due_on}, "resolution.postponed", by, now, detail)


def close_minutes(*, meeting: Meeting, version: int, by: Staff, now: datetime) -> None:
    """Make the minutes final: the PDF is kept, and nothing of the meeting changes any more."""
    if not rules.may_move(state=meeting.state, to=MeetingState.CLOSED):
        raise NotAllowed
    require(by, Capability.MANAGE_PLAN, clock.tokyo_date(now))
    store, _scanner = configured()
    kept = store.put(desk_minutes.paper(meeting, issued_at=now).render_apart())
    values = {"state": MeetingState.CLOSED, "minutes_digest": kept.digest}
    _store(meeting, version, values, "meeting.closed", by, now)


def resolutions_to_remind(now: datetime) -> list[tuple[Resolution, str]]:
    """The open resolutions somebody is to be reminded of today, with the key of the reminder."""
    today = clock.tokyo_date(now)
    soon = today + timedelta(days=rules.BEFORE_DAYS)
    rows = Resolution.objects.filter(state=ResolutionState.OPEN, due_on__lte=soon)
    found = []
    for row in rows.select_related("item__meeting"):
        key = rules.reminder_key(due_on=row.due_on, today=today)
        if key:
            found.append((row, f"resolution:{row.id}:{row.due_on.isoformat()}:{key}"))
    return found


def _may_report(resolution: Resolution, by: Staff, now: datetime) -> None:
    today = clock.tokyo_date(now)
    if organization.has_capability(by, Capability.MANAGE_PLAN, today):
        return
    require(by, Capability.RECORD_ACHIEVEMENTS, today)
    if resolution.owner_department_code not in organization.departments_of(by, today):
        raise NotAllowed


def _value(plan_id: str, indicator_id: str, on: date) -> float | None:
    if not indicator_id:
        return None
    plan = plans.plan(plan_id)
    return figures.figure(plan, plan.indicator(indicator_id), on).value


def _open(meeting: Meeting, by: Staff, now: datetime) -> None:
    require(by, Capability.MANAGE_PLAN, clock.tokyo_date(now))
    if meeting.state in (MeetingState.CLOSED, MeetingState.CANCELLED):
        raise Closed


def _store(
    meeting: Meeting, version: int, values: dict[str, Any], act: str, by: Staff, now: datetime
) -> None:
    _open(meeting, by, now)
    unit = kernel.Unit()
    unit.update(
        Meeting,
        where={"id": meeting.id, "version": version, "state": meeting.state},
        set=values | {"version": version + 1},
        otherwise=ChangedMeanwhile(),
    )
    _note(unit, meeting, act, by, now)
    kernel.commit(unit)
    meeting.refresh_from_db()


def _store_resolution(
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


def _note(
    unit: kernel.Unit,
    meeting: Meeting,
    act: str,
    by: Staff,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    audit.record(unit, actor=by.actor, act=act, subject=f"meeting:{meeting.id}", now=now, detail=detail)
