"""Handing approved cases over to core systems: who lets what go, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from madoguchi.applications import handover_reading as reading
from madoguchi.applications.desk_queries import subject_of
from madoguchi.applications.errors import ChangedMeanwhile, ReasonMissing, UnknownChoice
from madoguchi.applications.external_queries import last_decision
from madoguchi.applications.handover_lines import FOR_PEOPLE
from madoguchi.applications.models import (
    Application,
    Decision,
    Handover,
    HandoverBatch,
    HandoverReplacement,
)
from madoguchi.applications.permissions import (
    handles_department,
    may_act_on,
    may_handle,
    may_see_protected,
    require,
)
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.procedures import queries as procedures

MAKE, DROP = "applications.make_handover", "applications.drop_handover"
NUMBER_ATTEMPTS = 5
LONGEST = 2000
LONGEST_REASON = 500
State = Handover.State

# What a person may do with a case in each state. A case under way (making) is left alone until its file is there.
RELEASED_FROM = (State.PROTECTED,)
MENDED_FROM = (State.NEEDS_PERSON, State.REFUSED, State.PROTECTED)
ANSWERED_FROM = (State.SENT, State.REFUSED)
SENT_AGAIN_FROM = (State.SENT, State.REFUSED)
SETTLED_FROM = (State.WAITING, State.NEEDS_PERSON, State.PROTECTED, State.SENT, State.REFUSED)


class NothingWaiting(Exception):
    """No case of this procedure waits to be handed over."""


class DoesNotFit(Exception):
    """The replacement cannot be written either; `characters` says what not."""

    def __init__(self, characters: str) -> None:
        super().__init__("does not fit")
        self.characters = characters


class FilesErased(Exception):
    """The files of a batch are no longer kept: send its cases again instead."""


class SinceProtected(Exception):
    """Somebody in the files was protected (支援措置) after they were made: they go nowhere any more."""


# --- queueing --------------------------------------------------------------------------------------------


def queue(*, application: Application, now: datetime) -> None:
    """Line up an approved case for its core system; once for each decision, whoever asks again.

    A decision that took the place of another (再調査) lets the case go once more, under the id it had; one that does not
    go to the core system keeps the case for a person, who takes back there what went before. Raises `ChangedMeanwhile`
    while a file is being written with it: the job looks again.
    """
    decision = last_decision(application)
    if decision is None or application.erased_at is not None:
        return
    there = Handover.objects.filter(application=application).first()
    if there is not None:
        _queue_again(there, application, decision, now)
        return
    if not reading.to_be_handed_over(application, decision):
        return
    handover = Handover(
        application=application,
        procedure_id=application.procedure_id,
        procedure_version_id=application.procedure_version_id,
        department_code=application.department_code,
        since=now,
        queued_at=now,
    )
    handover.state = _state_of(handover, application, decision, now)
    unit = kernel.Unit()
    unit.insert(handover, unless_exists=True)
    kernel.commit(unit)


def _queue_again(handover: Handover, application: Application, decision: Decision, now: datetime) -> None:
    """Line up a case that went, or was to go, with an earlier decision."""
    if decision.decided_at is None or decision.decided_at <= handover.queued_at:
        return
    if handover.state == State.MAKING:
        raise ChangedMeanwhile
    unit = kernel.Unit()
    changes = {"batch": None, "sent_at": None, "answered_at": None, "reason": "", "queued_at": now}
    changes["state"] = _state_of(handover, application, decision, now)
    _change(unit, handover, handover.version, now, **changes)
    kernel.commit(unit)


def _state_of(handover: Handover, application: Application, decision: Decision, now: datetime) -> str:
    if identity.is_restricted(subject_of(handover.application_id), clock.tokyo_date(now)):
        return State.PROTECTED
    return (
        State.NEEDS_PERSON
        if reading.line_for(handover, application, decision, {}).problems
        else State.WAITING
    )


# --- batches ---------------------------------------------------------------------------------------------


def make_batches(*, procedure_id: str, department_code: str, by: Staff, now: datetime) -> list[HandoverBatch]:
    """Take every case that waits, by version and encoding, and let the worker write their files.

    Raises `NotAllowed`, `NothingWaiting`.
    """
    _require_handles(department_code, procedure_id, by, now)
    waiting = Handover.objects.filter(
        procedure_id=procedure_id, department_code=department_code, state=State.WAITING
    )
    lots = waiting.values_list("procedure_version_id", "encoding").distinct().order_by()
    batches = []
    for version_id, encoding in sorted(lots, key=str):
        batch = _batch(by, now, department_code, procedure_id, version_id, encoding)
        where = {
            "procedure_id": procedure_id,
            "department_code": department_code,
            "procedure_version": version_id,
            "encoding": encoding,
            "state": State.WAITING,
        }
        _start(batch, where, by=by, now=now, expect=None)
        batches.append(batch)
    if not batches:
        raise NothingWaiting
    return batches


def release_protected(
    *, handover: Handover, by: Staff, purpose: str, version: int, now: datetime
) -> HandoverBatch:
    """Let the case of a protected person (支援措置) go, alone in its file: an act of who is responsible.

    Raises `NotAllowed`, also while something in it does not fit, `ChangedMeanwhile`.
    """
    today = clock.tokyo_date(now)
    application = handover.application
    require(may_act_on(by, application, today=today) and handover.state in RELEASED_FROM)
    restriction = identity.restriction_of(subject_of(application.id), today)
    if restriction is not None:
        require(may_see_protected(by, restriction.responsible_department, today=today))
    require(not reading.read_one(handover).problems)
    batch = _batch(
        by,
        now,
        handover.department_code,
        handover.procedure_id,
        handover.procedure_version_id,
        handover.encoding,
    )
    batch.protected_case = application
    where = {"id": handover.id, "version": version, "state": State.PROTECTED}
    _start(batch, where, by=by, now=now, expect=1, purpose=purpose, subject=subject_of(application.id))
    return batch


def _batch(
    by: Staff, now: datetime, department_code: str, procedure_id: str, version_id: Any, encoding: str
) -> HandoverBatch:
    export = procedures.definition_of(version_id).export
    assert export is not None  # a case without one was never queued
    return HandoverBatch(
        procedure_id=procedure_id,
        procedure_version_id=version_id,
        department_code=department_code,
        target=export.target,
        encoding=encoding or export.encoding,
        asked_by=by,
        asked_at=now,
    )


def _start(
    batch: HandoverBatch,
    where: Mapping[str, Any],
    *,
    by: Staff,
    now: datetime,
    expect: int | None,
    purpose: str = "",
    subject: str = "",
) -> None:
    """Write a batch under the next number of the day, and claim its cases."""
    for attempts_left in reversed(range(NUMBER_ATTEMPTS)):
        batch.number = _next_number(batch.procedure_id, now)
        unit = kernel.Unit()
        unit.insert(batch)
        changes = {
            "state": State.MAKING,
            "batch": batch.id,
            "since": now,
            "reason": "",
            "version": kernel.Increment(),
        }
        unit.update(Handover, where=where, set=changes, expect=expect, otherwise=ChangedMeanwhile())
        audit.record(
            unit,
            actor=by.actor,
            act="handover.batch",
            subject=subject or f"handover:{batch.id}",
            now=now,
            purpose=purpose,
            detail={"procedure": batch.procedure_id, "number": batch.number},
        )
        unit.job(MAKE, {"batch": str(batch.id)})
        try:
            kernel.commit(unit)
            return
        except IntegrityError:
            if not attempts_left:
                raise


def _next_number(procedure_id: str, now: datetime) -> str:
    day = f"{clock.tokyo_date(now):%Y%m%d}"
    last = HandoverBatch.objects.filter(procedure_id=procedure_id, number__startswith=f"{day}-")
    numbers = [int(number.rpartition("-")[2]) for number in last.values_list("number", flat=True)]
    return f"{day}-{max(numbers, default=0) + 1:02}"


def take_back(*, batch: HandoverBatch, version: int, by: Staff, now: datetime) -> None:
    """Take back what was not acknowledged: its cases wait again, their ids stay the same. Undo of a batch.

    Raises `NotAllowed`, `ChangedMeanwhile`.
    """
    _require_handles(batch.department_code, batch.procedure_id, by, now)
    require(batch.state == HandoverBatch.State.READY)
    unit = kernel.Unit()
    unit.update(
        HandoverBatch,
        where={"id": batch.id, "version": version, "state": HandoverBatch.State.READY},
        set={"state": HandoverBatch.State.TAKEN_BACK, "version": version + 1},
        otherwise=ChangedMeanwhile(),
    )
    back = State.WAITING if batch.protected_case_id is None else State.PROTECTED
    unit.update(
        Handover,
        where={"batch": batch.id, "state": State.SENT},
        set={
            "state": back,
            "batch": None,
            "since": now,
            "sent_at": None,
            "reason": "",
            "version": kernel.Increment(),
        },
        expect=None,
    )
    _note(unit, batch, "handover.taken_back", by, now)
    kernel.commit(unit)


def drop_again(*, batch: HandoverBatch, by: Staff, now: datetime) -> None:
    """Put the same files into the drop folder once more (再送): same names, same ids.

    Raises `FilesErased`, `SinceProtected`, `NotAllowed`.
    """
    _require_handles(batch.department_code, batch.procedure_id, by, now)
    require(batch.state == HandoverBatch.State.READY)
    if batch.files_erased_at is not None:
        raise FilesErased
    if reading.newly_protected(batch, clock.tokyo_date(now)):
        raise SinceProtected
    unit = kernel.Unit()
    _note(unit, batch, "handover.sent_again", by, now)
    unit.job(DROP, {"batch": str(batch.id)})
    kernel.commit(unit)


# --- single cases ----------------------------------------------------------------------------------------


def replace_value(
    *, handover: Handover, column: str, replacement: str, version: int, by: Staff, now: datetime
) -> None:
    """Put a text in place of a value the core system cannot take; the answer itself stays.

    Raises `UnknownChoice` for a column without a problem, `DoesNotFit`, `NotAllowed`, `ChangedMeanwhile`.
    """
    _require_case(handover, by, now, MENDED_FROM)
    replacement = replacement.strip()
    line = reading.read_one(handover)
    problem = next(
        (one for one in line.problems if one.column == column and one.code not in FOR_PEOPLE), None
    )
    if problem is None or len(replacement) > LONGEST:
        raise UnknownChoice
    row = HandoverReplacement(
        handover=handover,
        column=column,
        original=problem.original,
        replacement=replacement,
        by=by,
        at=now,
    )
    after = _with(handover, {column: (row.original, replacement)})
    still = next((one for one in after.problems if one.column == column), None)
    if still is not None:
        raise DoesNotFit(still.what)
    unit = kernel.Unit()
    _change(unit, handover, version, now, state=_next_state(handover, bool(after.problems)))
    unit.insert(row)
    _note_case(unit, handover, "handover.replaced", by, now, {"column": column})
    _commit(unit, handover)


def send_as_utf8(*, handover: Handover, version: int, by: Staff, now: datetime) -> None:
    """Send this case as UTF-8, in a file of its own kind. Raises `NotAllowed`, `ChangedMeanwhile`."""
    _require_case(handover, by, now, MENDED_FROM)
    handover.encoding = "utf-8"
    left = bool(_with(handover, {}).problems)
    unit = kernel.Unit()
    _change(unit, handover, version, now, state=_next_state(handover, left), encoding="utf-8")
    _note_case(unit, handover, "handover.utf8", by, now, {})
    _commit(unit, handover)


def settle_by_hand(*, handover: Handover, reason: str, version: int, by: Staff, now: datetime) -> None:
    """Say that somebody entered the case in the core system by hand. Raises `ReasonMissing`, `NotAllowed`."""
    _require_case(handover, by, now, SETTLED_FROM)
    if not reason.strip():
        raise ReasonMissing
    unit = kernel.Unit()
    _change(
        unit,
        handover,
        version,
        now,
        state=State.ACKNOWLEDGED,
        reason=reason.strip()[:LONGEST_REASON],
        answered_at=now,
    )
    _note_case(unit, handover, "handover.by_hand", by, now, {})
    _commit(unit, handover)


def answer_by_hand(
    *, handover: Handover, accepted: bool, reason: str, version: int, by: Staff, now: datetime
) -> None:
    """Note what the core system said of a case. Raises `ReasonMissing` for a refusal without one, `NotAllowed`."""
    _require_case(handover, by, now, ANSWERED_FROM)
    if not accepted and not reason.strip():
        raise ReasonMissing
    unit = kernel.Unit()
    state = State.ACKNOWLEDGED if accepted else State.REFUSED
    text = "" if accepted else reason.strip()[:LONGEST_REASON]
    _change(unit, handover, version, now, state=state, reason=text, answered_at=now)
    _note_case(unit, handover, "handover.answered", by, now, {"accepted": accepted})
    _commit(unit, handover)


def send_again(*, handover: Handover, version: int, by: Staff, now: datetime) -> None:
    """Let a case go once more with the next file, under the id it had. Raises `NotAllowed`, `ChangedMeanwhile`."""
    _require_case(handover, by, now, SENT_AGAIN_FROM)
    unit = kernel.Unit()
    left = bool(reading.read_one(handover).problems)
    is_protected = identity.is_restricted(subject_of(handover.application_id), clock.tokyo_date(now))
    state = State.PROTECTED if is_protected else State.NEEDS_PERSON if left else State.WAITING
    changes = {"state": state, "batch": None, "sent_at": None, "reason": ""}
    _change(unit, handover, version, now, **changes)
    _note_case(unit, handover, "handover.again", by, now, {})
    _commit(unit, handover)


def _next_state(handover: Handover, left: bool) -> str:
    """Where a mended case goes: a protected one still waits for the responsible person."""
    if handover.state == State.PROTECTED:
        return State.PROTECTED
    return State.NEEDS_PERSON if left else State.WAITING


def _with(handover: Handover, more: reading.Replacements) -> Any:
    chosen = _replacements(handover) | more
    return reading.line_for(handover, handover.application, _decision(handover), chosen)


def _replacements(handover: Handover) -> reading.Replacements:
    return reading.replacements_of([handover.id]).get(handover.id, {})


def _decision(handover: Handover) -> Decision:
    decision = last_decision(handover.application)
    assert decision is not None  # a case without one was never queued
    return decision


def _change(unit: kernel.Unit, handover: Handover, version: int, now: datetime, **changes: Any) -> None:
    unit.update(
        Handover,
        where={"id": handover.id, "version": version, "state": handover.state},
        set={"since": now, "version": version + 1, **changes},
        otherwise=ChangedMeanwhile(),
    )


def _commit(unit: kernel.Unit, handover: Handover) -> None:
    try:
        kernel.commit(unit)
    finally:
        handover.refresh_from_db()


def _require_case(handover: Handover, by: Staff, now: datetime, states: Collection[str]) -> None:
    today = clock.tokyo_date(now)
    require(may_handle(by, handover.application, today=today) and handover.state in states)
    restriction = identity.restriction_of(subject_of(handover.application_id), today)
    if restriction is not None:
        require(may_see_protected(by, restriction.responsible_department, today=today))


def _require_handles(department_code: str, procedure_id: str, by: Staff, now: datetime) -> None:
    today = clock.tokyo_date(now)
    require(handles_department(by, department_code, today=today, procedure_id=procedure_id))


def _note(unit: kernel.Unit, batch: HandoverBatch, act: str, by: Staff, now: datetime) -> None:
    detail = {"number": batch.number, "procedure": batch.procedure_id}
    audit.record(unit, actor=by.actor, act=act, subject=f"handover:{batch.id}", now=now, detail=detail)


def _note_case(
    unit: kernel.Unit, handover: Handover, act: str, by: Staff, now: datetime, detail: Mapping[str, Any]
) -> None:
    subject = subject_of(handover.application_id)
    audit.record(unit, actor=by.actor, act=act, subject=subject, now=now, detail=detail)
