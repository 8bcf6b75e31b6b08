"""Disasters: opened, put right, filings bound to them; a decided case looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError

from madoguchi.applications import disaster_queries, external_queries, external_rules, rules
from madoguchi.applications.actions.fee_following import ask_again
from madoguchi.applications.actions.review import change_case, commit_case
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed, ReasonMissing, UnknownChoice
from madoguchi.applications.models import (
    AgendaItem,
    Application,
    Channel,
    Disaster,
    DisasterFiling,
    SecondLookRequest,
    Status,
    StepRequest,
)
from madoguchi.applications.permissions import handles_department, may_handle, require
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures


class DisasterThere(Exception):
    """There is a disaster of this name."""


def open_disaster(
    *,
    procedure_id: str,
    department_code: str,
    name: str,
    cause: str,
    from_on: date,
    until_on: date,
    towns: Sequence[str],
    by: Staff,
    now: datetime,
) -> Disaster:
    """Open the record of a disaster; filings of its days and towns are bound to it by a job.

    Raises `NotAllowed`, `DisasterThere`.
    """
    require(handles_department(by, department_code, today=clock.tokyo_date(now), procedure_id=procedure_id))
    disaster = Disaster(
        procedure_id=procedure_id,
        department_code=department_code,
        name=name,
        cause=cause,
        from_on=from_on,
        until_on=until_on,
        towns=list(towns),
        opened_by=by,
        opened_at=now,
    )
    unit = kernel.Unit()
    unit.insert(disaster)
    audit.record(unit, actor=by.actor, act="open_disaster", subject=f"disaster:{disaster.id}", now=now)
    unit.job("applications.bind_filings", {"disaster": str(disaster.id)})
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise DisasterThere from None
    return disaster


def change_disaster(
    *,
    disaster: Disaster,
    name: str,
    cause: str,
    from_on: date,
    until_on: date,
    towns: Sequence[str],
    by: Staff,
    now: datetime,
) -> None:
    """Put the record right; what belongs to it now is bound by a job, what was bound stays.

    Raises `NotAllowed`, `DisasterThere`, `ChangedMeanwhile`.
    """
    today, procedure_id = clock.tokyo_date(now), disaster.procedure_id
    require(handles_department(by, disaster.department_code, today=today, procedure_id=procedure_id))
    unit = kernel.Unit()
    unit.update(
        Disaster,
        where={"id": disaster.id, "version": disaster.version},
        set={
            "name": name,
            "cause": cause,
            "from_on": from_on,
            "until_on": until_on,
            "towns": list(towns),
            "version": disaster.version + 1,
        },
        otherwise=ChangedMeanwhile(),
    )
    audit.record(unit, actor=by.actor, act="change_disaster", subject=f"disaster:{disaster.id}", now=now)
    unit.job("applications.bind_filings", {"disaster": str(disaster.id)})
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise DisasterThere from None
    disaster.refresh_from_db()


def bind_by_day(*, disaster: Disaster, cases: Iterable[Application], now: datetime) -> int:
    """Bind the cases that belong to the disaster by day and town and to no other; how many. For the job."""
    unit = kernel.Unit()
    belonging = [case for case in cases if disaster_queries.belongs(case, disaster)]
    grades = disaster_queries.standing_grades(belonging) if belonging else {}
    for case in belonging:
        row = DisasterFiling(
            application=case,
            disaster=disaster,
            town=disaster_queries.town_of(case),
            grade=grades[case.id],
            bound_at=now,
        )
        unit.insert(row, unless_exists=True)
    if unit.statements:
        kernel.commit(unit)
    return len(belonging)


def bind(*, application: Application, disaster: Disaster | None, by: Staff, now: datetime) -> None:
    """Bind a case to a disaster by choice, or to none. Raises `NotAllowed`, `UnknownChoice`, `ChangedMeanwhile`."""
    require(may_handle(by, application, today=clock.tokyo_date(now)))
    if disaster is not None and disaster not in disaster_queries.disasters_for(application):
        raise UnknownChoice
    unit = kernel.Unit()
    detail = {"disaster": str(disaster.id) if disaster else ""}
    change_case(unit, application, act="bind_disaster", by=by, now=now, detail=detail)
    bound = DisasterFiling.objects.filter(application=application).first()
    if bound is None and disaster is not None:
        row = DisasterFiling(
            application=application,
            disaster=disaster,
            town=disaster_queries.town_of(application),
            grade=disaster_queries.grade_of(application),
            bound_by=by,
            bound_at=now,
        )
        unit.insert(row, otherwise=ChangedMeanwhile())
    elif bound is not None:
        guard = {"application": application.id, "version": bound.version}
        if disaster is None:
            unit.delete(DisasterFiling, where=guard, expect=1, otherwise=ChangedMeanwhile())
        else:
            changes = {
                "disaster": disaster.id,
                "bound_by": by.id,
                "bound_at": now,
                "version": bound.version + 1,
            }
            unit.update(DisasterFiling, where=guard, set=changes, otherwise=ChangedMeanwhile())
    commit_case(unit, application)


def follow_place(unit: kernel.Unit, application: Application, answers: Mapping[str, Any]) -> None:
    """Add to `unit` the town of a bound filing when its answers are put right; to which disaster it belongs stays."""
    town = disaster_queries.town_in(application, answers)
    if town != disaster_queries.town_of(application):
        changes = {"town": town, "version": kernel.Increment()}
        unit.update(DisasterFiling, where={"application": application.id}, set=changes, expect=None)


def look_again(
    *,
    application: Application,
    asked_on: date,
    reason: str,
    channel: str,
    by: Staff | None,
    now: datetime,
) -> SecondLookRequest:
    """Take the request to look again at a decided case (再調査の依頼): it is in review anew, its steps are to be done anew.

    The decision stands until another takes its place. `by` None: who filed asks online. Raises `NotAllowed` (no such rule, too late, not decided),
    `ReasonMissing`, `UnknownChoice`, `ChangedMeanwhile`.
    """
    today = clock.tokyo_date(now)
    require(channel == Channel.WEB if by is None else may_handle(by, application, today=today))
    definition = procedures.definition_of(application.procedure_version_id)
    decision = external_queries.last_decision(application)
    if decision is None or asked_on > today:
        raise NotAllowed
    require(
        external_rules.may_be_looked_at_again(
            definition.workflow.second_look,
            status=application.status,
            decided_on=external_queries.decided_on(decision),
            asked_on=asked_on,
        )
    )
    if not reason.strip():
        raise ReasonMissing
    if by is not None and channel not in (Channel.PAPER, Channel.TELEPHONE, Channel.COUNTER):
        raise UnknownChoice
    asked = SecondLookRequest(
        application=application,
        decision=decision,
        asked_on=asked_on,
        reason=reason.strip(),
        channel=channel,
        entered_by=by,
        entered_at=now,
    )
    unit = kernel.Unit()
    change_case(
        unit,
        application,
        act="look_again",
        by=by,
        now=now,
        to=Status.IN_REVIEW,
        detail={"request": str(asked.id), "channel": channel, "reason": asked.reason},
        closed_at=None,
        holder=by.id if by is not None else application.holder_id,
        due_on=rules.due_on(
            clock=definition.clock, received_on=asked_on, closed_days=organization.closed_days()
        ),
    )
    unit.insert(asked, otherwise=ChangedMeanwhile())
    _cancel_open_steps(unit, application, now)
    ask_again(unit, application)
    commit_case(unit, application)
    return asked


def _cancel_open_steps(unit: kernel.Unit, application: Application, now: datetime) -> None:
    """What was asked for before the first decision and never came counts no more: it is asked for anew."""
    for one in StepRequest.objects.filter(application=application, state=StepRequest.State.ASKED):
        unit.delete(AgendaItem, where={"request": one.id})
        changes = {
            "state": StepRequest.State.CANCELLED,
            "cancelled_at": now,
            "cancel_reason": "再調査の依頼があったため",
            "version": one.version + 1,
        }
        guard = {"id": one.id, "version": one.version}
        unit.update(StepRequest, where=guard, set=changes, otherwise=ChangedMeanwhile())
