"""The office's meetings: called, held, written down, closed. What is closed does not change, whoever is faster."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError
from django.db.models import Max

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.files.configured import configured
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff
from madoguchi.organization.actions.permission import NotAllowed, require
from madoguchi.organization.rules import Capability
from madoguchi.plan import desk_minutes
from madoguchi.plan.actions.achievements import ChangedMeanwhile
from madoguchi.plan.desk_states import MeetingState
from madoguchi.plan.models import AgendaItem, Meeting, Resolution
from madoguchi.plan.queries import figures, plans
from madoguchi.plan.queries import meetings as queries
from madoguchi.plan.rules import meetings as rules

TRIES = 5


class Closed(Exception):
    """The minutes are closed, or the meeting was cancelled: nothing of it changes any more."""


class AlreadyDecided(Exception):
    """What was decided at a meeting binds: it cannot be called off."""


class NotYet(Exception):
    """The day of the meeting lies ahead: nothing was held or decided on it."""


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
        _insert_carried(unit, meeting, queries.left_open(plan_id, held_on), ())
        note(unit, meeting, "meeting.planned", by, now)
        try:
            kernel.commit(unit)
        except IntegrityError:
            continue
        return meeting
    raise ChangedMeanwhile


def change_meeting(
    *, meeting: Meeting, version: int, values: dict[str, Any], by: Staff, now: datetime
) -> None:
    """Change day, place, chair or who was present; on another day indicators had other values before."""
    refuse_closed(meeting, by, now)
    wanted = {name: values[name] for name in ("held_on", "place", "chair", "present")}
    decided = list(Resolution.objects.filter(item__meeting=meeting).exclude(indicator_id=""))
    if meeting.state == MeetingState.HELD or decided:
        _refuse_future(wanted["held_on"], now)
    unit = kernel.Unit()
    if wanted["held_on"] != meeting.held_on:
        for row in decided:
            before = value(meeting.plan_id, row.indicator_id, wanted["held_on"])
            unit.update(Resolution, where={"id": row.id}, set={"value_before": before})
    _store(unit, meeting, version, wanted, "meeting.changed", by, now)


def hold_meeting(*, meeting: Meeting, version: int, by: Staff, now: datetime) -> None:
    """Record that it took place; what has been decided since it was called is on its agenda too."""
    refuse_closed(meeting, by, now)
    _refuse_move(meeting, MeetingState.HELD)
    _refuse_future(meeting.held_on, now)
    unit = kernel.Unit()
    _carry(unit, meeting)
    _store(unit, meeting, version, {"state": MeetingState.HELD}, "meeting.held", by, now)


def cancel_meeting(*, meeting: Meeting, version: int, by: Staff, now: datetime) -> None:
    """Call a meeting off; its number is not given again. Raises `AlreadyDecided` where something was decided at it."""
    refuse_closed(meeting, by, now)
    if Resolution.objects.filter(item__meeting=meeting).exists():
        raise AlreadyDecided
    _refuse_move(meeting, MeetingState.CANCELLED)
    _store(kernel.Unit(), meeting, version, {"state": MeetingState.CANCELLED}, "meeting.cancelled", by, now)


def close_minutes(*, meeting: Meeting, version: int, by: Staff, now: datetime) -> None:
    """Make the minutes final: the PDF is kept, and nothing of the meeting changes any more.

    Every change of the meeting raises its version, so what is written while the PDF is made refuses the closing.
    """
    refuse_closed(meeting, by, now)
    _refuse_move(meeting, MeetingState.CLOSED)
    if meeting.version != version:
        raise ChangedMeanwhile
    store, _scanner = configured()
    kept = store.put(desk_minutes.paper(meeting, issued_at=now).render_apart())
    values = {"state": MeetingState.CLOSED, "minutes_digest": kept.digest}
    _store(kernel.Unit(), meeting, version, values, "meeting.closed", by, now)


# --- agenda ----------------------------------------------------------------------------------------------


def carry_over(*, meeting: Meeting, by: Staff, now: datetime) -> None:
    """Put what is open since earlier meetings on the agenda, each once."""
    refuse_closed(meeting, by, now)
    unit = kernel.Unit()
    if _carry(unit, meeting):
        _write(unit, meeting, "meeting.carried_over", by, now)


def add_item(
    *, meeting: Meeting, title: str, measure_id: str, indicator_id: str, by: Staff, now: datetime
) -> AgendaItem:
    """Put a point on the agenda."""
    refuse_closed(meeting, by, now)
    item = AgendaItem(
        id=new_id(),
        meeting=meeting,
        position=rules.position_after(_positions(meeting)),
        title=title,
        measure_id=measure_id,
        indicator_id=indicator_id,
    )
    unit = kernel.Unit()
    unit.insert(item)
    _write(unit, meeting, "meeting.item_added", by, now)
    return item


def move_item(*, item: AgendaItem, up: bool, by: Staff, now: datetime) -> None:
    """Move a point of the agenda one place up or down."""
    meeting = item.meeting
    refuse_closed(meeting, by, now)
    positions = _positions(meeting)
    if item.position not in positions:
        raise ChangedMeanwhile
    order = rules.swapped(positions, item.position, up=up)
    unit = kernel.Unit()
    for old, new in zip(order, rules.fresh_positions(positions), strict=True):
        place = {"meeting": meeting.id, "position": old}
        unit.update(AgendaItem, where=place, set={"position": new}, otherwise=ChangedMeanwhile())
    _write(unit, meeting, "meeting.item_moved", by, now)
    item.refresh_from_db(fields=["position"])


def remove_item(*, item: AgendaItem, by: Staff, now: datetime) -> None:
    """Take a point off the agenda; one with resolutions stays (`NotAllowed`)."""
    refuse_closed(item.meeting, by, now)
    if item.resolutions.exists():
        raise NotAllowed
    unit = kernel.Unit()
    unit.delete(AgendaItem, where={"id": item.id}, expect=1, otherwise=ChangedMeanwhile())
    _write(unit, item.meeting, "meeting.item_removed", by, now)


def write_minutes(*, item: AgendaItem, seen: str, text: str, by: Staff, now: datetime) -> None:
    """Write down what was said on a point; `seen` is the mark of the text that is replaced (`mark_of`)."""
    refuse_closed(item.meeting, by, now)
    if mark_of(item.minutes) != seen:
        raise ChangedMeanwhile
    unit = kernel.Unit()
    there = {"id": item.id, "minutes": item.minutes}
    unit.update(AgendaItem, where=there, set={"minutes": text}, otherwise=ChangedMeanwhile())
    _write(unit, item.meeting, "meeting.minutes", by, now)


def mark_of(text: str) -> str:
    """A short mark of a text, by which a form says which one it was filled in over."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# --- what meetings and resolutions share ----------------------------------------------------------------


def value(plan_id: str, indicator_id: str, on: date) -> float | None:
    """The indicator of a plan on a day, computed; None without an indicator."""
    if not indicator_id:
        return None
    plan = plans.plan(plan_id)
    return figures.figure(plan, plan.indicator(indicator_id), on).value


def refuse_closed(meeting: Meeting, by: Staff, now: datetime) -> None:
    """Raises `NotAllowed` for anybody but the office, `Closed` for a meeting that does not change any more."""
    require(by, Capability.MANAGE_PLAN, clock.tokyo_date(now))
    if meeting.state in (MeetingState.CLOSED, MeetingState.CANCELLED):
        raise Closed


def touch(unit: kernel.Unit, meeting: Meeting) -> None:
    """Raise the version with what is written of a meeting, unless it was closed meanwhile."""
    there = {"id": meeting.id, "state": meeting.state}
    unit.update(Meeting, where=there, set={"version": kernel.Increment()}, otherwise=ChangedMeanwhile())


def note(
    unit: kernel.Unit,
    meeting: Meeting,
    act: str,
    by: Staff,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """Record who did what with a meeting."""
    audit.record(unit, actor=by.actor, act=act, subject=f"meeting:{meeting.id}", now=now, detail=detail)


def _refuse_move(meeting: Meeting, to: MeetingState) -> None:
    if not rules.may_move(state=meeting.state, to=to):
        raise NotAllowed


def _refuse_future(held_on: date, now: datetime) -> None:
    if held_on > clock.tokyo_date(now):
        raise NotYet


def _positions(meeting: Meeting) -> list[int]:
    return list(meeting.agenda.order_by("position").values_list("position", flat=True))


def _carry(unit: kernel.Unit, meeting: Meeting) -> bool:
    there: list[Any] = list(meeting.agenda.values_list("position", "carried_from_id"))
    left = queries.left_open(meeting.plan_id, meeting.held_on, apart_from=meeting)
    carried = rules.carried_over(left, [one for _position, one in there if one is not None])
    return _insert_carried(unit, meeting, carried, [position for position, _one in there])


def _insert_carried(
    unit: kernel.Unit, meeting: Meeting, left: Sequence[rules.Open], positions: Sequence[int]
) -> bool:
    carried = rules.carried_over(left, ())
    for position, one in enumerate(carried, rules.position_after(positions)):
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
    return bool(carried)


def _write(unit: kernel.Unit, meeting: Meeting, act: str, by: Staff, now: datetime) -> None:
    """Write a change of the agenda; two that want the same place are not both written."""
    touch(unit, meeting)
    note(unit, meeting, act, by, now)
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise ChangedMeanwhile from None
    meeting.version += 1


def _store(
    unit: kernel.Unit,
    meeting: Meeting,
    version: int,
    values: dict[str, Any],
    act: str,
    by: Staff,
    now: datetime,
) -> None:
    unit.update(
        Meeting,
        where={"id": meeting.id, "version": version, "state": meeting.state},
        set=values | {"version": version + 1},
        otherwise=ChangedMeanwhile(),
    )
    note(unit, meeting, act, by, now)
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise ChangedMeanwhile from None
    meeting.refresh_from_db()
