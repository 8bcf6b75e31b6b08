"""Many cases at once: set down what was judged, begin it, do one line after the other, each as its own act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from madoguchi.applications import batches, external_queries
from madoguchi.applications.actions import external
from madoguchi.applications.actions.decision import open_proposal
from madoguchi.applications.actions.proposing import propose
from madoguchi.applications.actions.review import begin_review, commit_case
from madoguchi.applications.batches import Judged, Verdict
from madoguchi.applications.desk_queries import protections
from madoguchi.applications.errors import (
    ChangedMeanwhile,
    FeeNotPaid,
    NotAllowed,
    NotComplete,
    ReasonMissing,
    StepsMissing,
    UnknownChoice,
)
from madoguchi.applications.external_rules import due_on
from madoguchi.applications.models import (
    Application,
    BoardMeeting,
    Disaster,
    Status,
    StepBatch,
    StepBatchItem,
    StepRequest,
)
from madoguchi.applications.permissions import handles_department, require
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff

ROWS_AT_ONCE = 500
REFUSALS = (FeeNotPaid, NotAllowed, NotComplete, ReasonMissing, StepsMissing, UnknownChoice)
ItemState = StepBatchItem.State


def set_down(
    *,
    kind: str,
    procedure_id: str,
    department_code: str,
    judged: Sequence[Judged],
    by: Staff,
    now: datetime,
    step_id: str = "",
    meeting: BoardMeeting | None = None,
    disaster: Disaster | None = None,
    reason: str = "",
) -> StepBatch:
    """Keep a list as it was judged, to be looked at: nothing happens to any case. Raises `NotAllowed`."""
    require(handles_department(by, department_code, today=clock.tokyo_date(now), procedure_id=procedure_id))
    batch = StepBatch(
        kind=kind,
        procedure_id=procedure_id,
        step_id=step_id,
        department_code=department_code,
        meeting=meeting,
        disaster=disaster,
        reason=reason,
        by=by,
        at=now,
    )
    unit = kernel.Unit()
    unit.insert(batch)
    audit.record(
        unit,
        actor=by.actor,
        act="set_down_list",
        subject=f"batch:{batch.id}",
        now=now,
        detail={"lines": len(judged), "kind": kind},
    )
    kernel.commit(unit)
    for start in range(0, len(judged), ROWS_AT_ONCE):
        unit = kernel.Unit()
        for one in judged[start : start + ROWS_AT_ONCE]:
            unit.insert(
                StepBatchItem(
                    batch=batch,
                    position=one.line.position,
                    given=one.line.given[:80],
                    application=one.application,
                    values=dict(one.values),
                    decision_kind=one.kind,
                    verdict=one.verdict,
                    detail=one.detail[:300],
                )
            )
        kernel.commit(unit)
    return batch


def start(*, batch: StepBatch, by: Staff, now: datetime) -> None:
    """Begin what was looked at: a job does it line by line. Raises `NotAllowed`, `ChangedMeanwhile`."""
    _close_preview(batch, StepBatch.State.RUNNING, by=by, now=now)


def discard(*, batch: StepBatch, by: Staff, now: datetime) -> None:
    """Leave a list aside; nothing of it was done. Raises `NotAllowed`, `ChangedMeanwhile`."""
    _close_preview(batch, StepBatch.State.DISCARDED, by=by, now=now)


def _close_preview(batch: StepBatch, state: str, *, by: Staff, now: datetime) -> None:
    # What a list does is done in the name of who set it down: nobody else begins it.
    today, procedure_id = clock.tokyo_date(now), batch.procedure_id
    require(batch.by_id == by.id)
    require(handles_department(by, batch.department_code, today=today, procedure_id=procedure_id))
    unit = kernel.Unit()
    unit.update(
        StepBatch,
        where={"id": batch.id, "version": batch.version, "state": StepBatch.State.PREVIEW},
        set={"state": state, "version": batch.version + 1, "started_at": now},
        otherwise=ChangedMeanwhile(),
    )
    act = "start_list" if state == StepBatch.State.RUNNING else "discard_list"
    audit.record(unit, actor=by.actor, act=act, subject=f"batch:{batch.id}", now=now)
    if state == StepBatch.State.RUNNING:
        unit.job("applications.run_step_batch", {"batch": str(batch.id)})
    kernel.commit(unit)
    batch.refresh_from_db()


def do_line(*, item: StepBatchItem, now: datetime) -> None:
    """Do one line, in the name of who began the list; what the rules refuse now is noted on the line, with its case as it was."""
    application = item.application
    if application is None:
        return
    try:
        if item.batch.kind == StepBatch.Kind.RESULTS:
            _do_result(item, application, now=now)
        else:
            _do_proposal(item, application, now=now)
    except ChangedMeanwhile:
        raise
    except REFUSALS:
        unit = kernel.Unit()
        _settle(unit, item, ItemState.REFUSED)
        kernel.commit(unit)


def _settle(unit: kernel.Unit, item: StepBatchItem, state: str) -> None:
    guard = {"id": item.id, "state": ItemState.WAITING}
    unit.update(StepBatchItem, where=guard, set={"state": state}, otherwise=ChangedMeanwhile())


def _do_result(item: StepBatchItem, application: Application, *, now: datetime) -> None:
    batch, by = item.batch, item.batch.by
    step = external_queries.step_of(application, batch.step_id)
    if step is None:
        raise NotAllowed
    counting = external_queries.current(application, external_queries.requests_of(application))
    request = counting.get(step.id)
    if request is not None and request.state == StepRequest.State.DONE and request.result == item.values:
        unit = kernel.Unit()  # done before, by a worker that was stopped: nothing is entered twice
        _settle(unit, item, ItemState.DONE)
        kernel.commit(unit)
        return
    if protections([application], today=clock.tokyo_date(now)):  # since the list was looked at
        raise NotAllowed
    if request is None and batch.disaster_id is not None:
        if application.status == Status.FILED:
            begin_review(application=application, by=by, now=now)
        request = external.new_request(
            application,
            step,
            addressee=str(item.values.get("inspector") or step.by[0]),
            due_on=due_on(step=step, asked_on=clock.tokyo_date(now)),
            message="",
            by=by,
            now=now,
        )
        unit = kernel.Unit()
        external.add_request(unit, application, request, by=by, now=now)
        commit_case(unit, application)
    if request is None or (batch.meeting_id is not None and not _is_on_agenda(request, batch)):
        raise NotAllowed
    request.application = application
    unit = kernel.Unit()
    _settle(unit, item, ItemState.DONE)
    external.receive(request=request, values=item.values, by=by, now=now, unit=unit)


def _is_on_agenda(request: StepRequest, batch: StepBatch) -> bool:
    item = getattr(request, "agenda_item", None)
    return item is not None and item.meeting_id == batch.meeting_id


def _do_proposal(item: StepBatchItem, application: Application, *, now: datetime) -> None:
    batch = item.batch
    there = open_proposal(application)
    ours = there is not None and (there.proposed_by_id, there.kind) == (batch.by_id, item.decision_kind)
    if not ours:
        today = clock.tokyo_date(now)
        judged = batches.judge_proposals([application], reason=batch.reason, staff=batch.by, today=today)
        if (judged[0].verdict, judged[0].kind) != (Verdict.READY, item.decision_kind):
            raise NotAllowed
        propose(application=application, kind=item.decision_kind, reason=batch.reason, by=batch.by, now=now)
    unit = kernel.Unit()
    _settle(unit, item, ItemState.DONE)
    kernel.commit(unit)
