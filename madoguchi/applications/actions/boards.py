"""Sittings of a board (審査会): when and where, which cases are on the agenda."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError
from django.db.models import Max

from madoguchi.applications import external_queries
from madoguchi.applications.actions.external import add_request, new_request
from madoguchi.applications.actions.review import commit_case
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed
from madoguchi.applications.external_rules import Stand
from madoguchi.applications.models import AgendaItem, Application, BoardMeeting, Status
from madoguchi.applications.permissions import handles_department, may_handle, require
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff


class MeetingThere(Exception):
    """The department has a sitting of this name on this day."""


def hold_meeting(
    *,
    procedure_id: str,
    step_id: str,
    department_code: str,
    name: str,
    held_on: date,
    place: str,
    members: int,
    with_names: bool,
    by: Staff,
    now: datetime,
) -> BoardMeeting:
    """Set down a sitting. Raises `NotAllowed`, `MeetingThere`."""
    require(handles_department(by, department_code, today=clock.tokyo_date(now), procedure_id=procedure_id))
    meeting = BoardMeeting(
        procedure_id=procedure_id,
        step_id=step_id,
        department_code=department_code,
        name=name,
        held_on=held_on,
        place=place,
        members=members,
        with_names=with_names,
        created_by=by,
        created_at=now,
    )
    unit = kernel.Unit()
    unit.insert(meeting)
    audit.record(unit, actor=by.actor, act="hold_meeting", subject=f"meeting:{meeting.id}", now=now)
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise MeetingThere from None
    return meeting


def change_meeting(
    *,
    meeting: BoardMeeting,
    name: str,
    held_on: date,
    place: str,
    members: int,
    with_names: bool,
    by: Staff,
    now: datetime,
) -> None:
    """Put a sitting right. Raises `NotAllowed`, `MeetingThere`, `ChangedMeanwhile`."""
    _require_handles(meeting, by, now)
    unit = kernel.Unit()
    unit.update(
        BoardMeeting,
        where={"id": meeting.id, "version": meeting.version},
        set={
            "name": name,
            "held_on": held_on,
            "place": place,
            "members": members,
            "with_names": with_names,
            "version": meeting.version + 1,
        },
        otherwise=ChangedMeanwhile(),
    )
    audit.record(unit, actor=by.actor, act="change_meeting", subject=f"meeting:{meeting.id}", now=now)
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise MeetingThere from None
    meeting.refresh_from_db()


def put_on_agenda(
    *, meeting: BoardMeeting, applications: Iterable[Application], by: Staff, now: datetime
) -> tuple[int, list[Application]]:
    """Ask the board about these cases, each under the next number. Returns how many, and those it could not take.

    A case whose turn is not come, that is no longer in review, or that somebody changed at this moment is left out.
    Raises `NotAllowed` for a department of others.
    """
    _require_handles(meeting, by, now)
    last = meeting.items.aggregate(last=Max("number"))["last"] or 0
    put, left = 0, []
    for application in applications:
        try:
            _put(meeting, application, last + 1, by=by, now=now)
        except (NotAllowed, ChangedMeanwhile):
            left.append(application)
            last = meeting.items.aggregate(last=Max("number"))["last"] or 0
        else:
            put, last = put + 1, last + 1
    return put, left


def _put(meeting: BoardMeeting, application: Application, number: int, *, by: Staff, now: datetime) -> None:
    require(may_handle(by, application, today=clock.tokyo_date(now)))
    require(
        application.status == Status.IN_REVIEW
        and application.procedure_id == meeting.procedure_id
        and application.department_code
        in external_queries.departments_of(meeting.department_code, meeting.procedure_id)
    )
    standings, _counting = external_queries.standings_of_many([application])[application.id]
    step = next(
        (one.step for one in standings if one.step.id == meeting.step_id and one.stand == Stand.READY), None
    )
    if step is None:
        raise NotAllowed
    request = new_request(
        application, step, addressee=meeting.name, due_on=meeting.held_on, message="", by=by, now=now
    )
    unit = kernel.Unit()
    add_request(unit, application, request, by=by, now=now)
    item = AgendaItem(meeting=meeting, request=request, number=number)
    unit.insert(item, otherwise=ChangedMeanwhile())
    commit_case(unit, application)


def _require_handles(meeting: BoardMeeting, by: Staff, now: datetime) -> None:
    today, procedure_id = clock.tokyo_date(now), meeting.procedure_id
    require(handles_department(by, meeting.department_code, today=today, procedure_id=procedure_id))
