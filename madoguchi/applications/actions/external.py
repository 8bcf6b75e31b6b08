"""What an officer does with work of others: ask, remind, enter what came back, correct it, cancel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from madoguchi.applications import external_papers, external_queries, external_results
from madoguchi.applications.actions.decision import NUMBER_ATTEMPTS, NumberTaken, next_document_number
from madoguchi.applications.actions.drafts import attachment_of
from madoguchi.applications.actions.review import change_case, commit_case
from madoguchi.applications.errors import (
    ChangedMeanwhile,
    DayOutOfRange,
    NotAllowed,
    NotComplete,
    ReasonMissing,
    UnknownChoice,
)
from madoguchi.applications.external_rules import TAKES_RESULTS, Stand
from madoguchi.applications.models import (
    AgendaItem,
    Application,
    DisasterFiling,
    Status,
    StepRequest,
    StepResult,
)
from madoguchi.applications.permissions import may_act_on, may_handle, require
from madoguchi.common import clock, kernel
from madoguchi.common.files.intake import Accepted
from madoguchi.identity.models import Staff
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import ExternalStep

State = StepRequest.State


def file_place(request: StepRequest) -> str:
    """Where files of a result belong among the files of the case."""
    return f"step/{request.step_id}/{request.number}"


def ask(
    *,
    application: Application,
    step_id: str,
    addressee: str,
    due_on: date,
    message: str = "",
    by: Staff,
    now: datetime,
) -> StepRequest:
    """Ask somebody for a step of the case, with a letter under its number where the step has one.

    Raises `UnknownChoice`, `NotAllowed` (not in review, asked for already, or it waits for another step),
    `DayOutOfRange`, `ChangedMeanwhile`; `NumberTaken` only when others took each of the next numbers first.
    """
    today = clock.tokyo_date(now)
    require(may_act_on(by, application, today=today))
    step, standing = _standing(application, step_id)
    require(
        application.status == Status.IN_REVIEW and standing in (Stand.READY, Stand.NOT_NEEDED, Stand.DONE)
    )
    if due_on < today:
        raise DayOutOfRange
    if not addressee.strip():
        raise UnknownChoice
    for _attempt in range(NUMBER_ATTEMPTS - 1):
        with suppress(NumberTaken):
            return _asked(application, step, addressee, due_on, message, by, now)
    return _asked(application, step, addressee, due_on, message, by, now)


def _standing(application: Application, step_id: str) -> tuple[ExternalStep, Stand]:
    definition = procedures.definition_of(application.procedure_version_id)
    counting = external_queries.current(application, external_queries.requests_of(application))
    for standing in external_queries.standings_of(application, definition, counting):
        if standing.step.id == step_id:
            return standing.step, standing.stand
    raise UnknownChoice


def _asked(
    application: Application,
    step: ExternalStep,
    addressee: str,
    due_on: date,
    message: str,
    by: Staff,
    now: datetime,
) -> StepRequest:
    unit = kernel.Unit()
    request = new_request(
        application, step, addressee=addressee, due_on=due_on, message=message, by=by, now=now
    )
    if step.letter is not None:
        number = next_document_number(unit, application.department_code, clock.tokyo_date(now))
        request.document_number = number
        letter = external_papers.request_letter(application, step, request, number=number)
        request.letter = external_papers.stored(letter)
    add_request(unit, application, request, by=by, now=now)
    commit_case(unit, application)
    return request


def new_request(
    application: Application,
    step: ExternalStep,
    *,
    addressee: str,
    due_on: date,
    message: str,
    by: Staff,
    now: datetime,
) -> StepRequest:
    """The row of a request, under the next number of its step in the case."""
    before = StepRequest.objects.filter(application=application, step_id=step.id)
    return StepRequest(
        application=application,
        step_id=step.id,
        number=before.count() + 1,
        addressee=addressee.strip()[:200],
        message=message.strip(),
        asked_by=by,
        asked_at=now,
        due_on=due_on,
    )


def add_request(
    unit: kernel.Unit, application: Application, request: StepRequest, *, by: Staff, now: datetime
) -> None:
    """Add a request with its event to the unit."""
    detail = {
        "step": request.step_id,
        "request": str(request.id),
        "to": request.addressee,
        "due": request.due_on.isoformat(),
    }
    change_case(unit, application, act="ask_step", by=by, now=now, detail=detail)
    unit.insert(request)


def remind(*, request: StepRequest, by: Staff, now: datetime) -> None:
    """Note that who was asked was reminded. Raises `NotAllowed`, `ChangedMeanwhile`."""
    application = request.application
    require(may_handle(by, application, today=clock.tokyo_date(now)))
    require(application.status in TAKES_RESULTS and request.state == State.ASKED)
    unit = kernel.Unit()
    detail = {"step": request.step_id, "request": str(request.id), "to": request.addressee}
    change_case(unit, application, act="remind_step", by=by, now=now, detail=detail)
    _change(unit, request, reminders=request.reminders + 1, reminded_at=now)
    commit_case(unit, application)


def receive(
    *,
    request: StepRequest,
    values: Mapping[str, Any],
    files: Sequence[Accepted] = (),
    by: Staff,
    now: datetime,
    unit: kernel.Unit | None = None,
) -> None:
    """Enter what came back; `unit`: what else is written with it (a line of a list is done).

    Raises `NotAllowed`, `NotComplete` (errors by question), `ChangedMeanwhile`.
    """
    application = request.application
    require(may_handle(by, application, today=clock.tokyo_date(now)))
    require(application.status in TAKES_RESULTS and request.state == State.ASKED)
    _write_result(request, values, files, reason="", by=by, now=now, unit=unit or kernel.Unit())


def correct(
    *,
    request: StepRequest,
    values: Mapping[str, Any],
    files: Sequence[Accepted] = (),
    reason: str,
    by: Staff,
    now: datetime,
) -> None:
    """Enter the result anew with the reason; the old one is kept.

    Raises `NotAllowed`, `ReasonMissing`, `NotComplete`, `ChangedMeanwhile`.
    """
    application = request.application
    require(may_act_on(by, application, today=clock.tokyo_date(now)))
    require(application.status in TAKES_RESULTS and request.state == State.DONE)
    if not reason.strip():
        raise ReasonMissing
    _write_result(request, values, files, reason=reason.strip(), by=by, now=now, unit=kernel.Unit())


def _write_result(
    request: StepRequest,
    values: Mapping[str, Any],
    files: Sequence[Accepted],
    *,
    reason: str,
    by: Staff,
    now: datetime,
    unit: kernel.Unit,
) -> None:
    application = request.application
    step = external_queries.step_of(application, request.step_id)
    if step is None:
        raise NotAllowed
    found = external_results.checked(step, values, today=clock.tokyo_date(now))
    if found.errors:
        raise NotComplete(tuple(found.errors))
    kind = external_results.decision_of(step, found.values)
    number = request.results.count() + 1
    detail = {"step": step.id, "request": str(request.id)} | ({"reason": reason} if reason else {})
    act = "correct_step" if reason else "receive_step"
    change_case(unit, application, act=act, by=by, now=now, detail=detail)
    unit.insert(
        StepResult(
            request=request,
            number=number,
            at=now,
            by=by,
            by_name=by.display_name,
            values=found.values,
            reason=reason,
        )
    )
    _change(
        unit,
        request,
        state=State.DONE,
        done_at=request.done_at or now,
        result=found.values,
        decision_kind=kind,
        months=external_results.months_of(step, found.values),
    )
    if kind:
        unit.update(
            DisasterFiling,
            where={"application": application.id},
            set={"grade": kind, "version": kernel.Increment()},
            expect=None,
        )
    for file in files:
        unit.insert(attachment_of(application.id, file_place(request), file, now=now))
    commit_case(unit, application)


def cancel(*, request: StepRequest, reason: str, by: Staff, now: datetime) -> None:
    """Take a request back; it may be asked for anew. Raises `NotAllowed`, `ReasonMissing`, `ChangedMeanwhile`."""
    application = request.application
    require(may_act_on(by, application, today=clock.tokyo_date(now)))
    require(application.status in TAKES_RESULTS and request.state == State.ASKED)
    if not reason.strip():
        raise ReasonMissing
    unit = kernel.Unit()
    detail = {
        "step": request.step_id,
        "request": str(request.id),
        "to": request.addressee,
        "reason": reason.strip(),
    }
    change_case(unit, application, act="cancel_step", by=by, now=now, detail=detail)
    unit.delete(AgendaItem, where={"request": request.id})
    _change(unit, request, state=State.CANCELLED, cancelled_at=now, cancel_reason=reason.strip())
    commit_case(unit, application)


def _change(unit: kernel.Unit, request: StepRequest, **changes: Any) -> None:
    """One guarded change of a request."""
    guard = {"id": request.id, "version": request.version}
    changes["version"] = request.version + 1
    unit.update(StepRequest, where=guard, set=changes, otherwise=ChangedMeanwhile())
