"""What happens to a booked slot after the filing: another one is chosen, it is given up, or taken after all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from madoguchi.applications import rules, slot_rules
from madoguchi.applications import slot_queries as stock
from madoguchi.applications.actions.fee_following import ask_again, end_fee, follow_answers
from madoguchi.applications.actions.resident import with_computed
from madoguchi.applications.actions.review import change_case, commit_case
from madoguchi.applications.actions.slots import move, release_slot, wanted
from madoguchi.applications.errors import NotAllowed, NothingChanged, ReasonMissing, SlotNotFree
from madoguchi.applications.models import Application, SlotBooking, Status
from madoguchi.applications.permissions import may_handle, require
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Question


def held_by(application: Application) -> tuple[Question, SlotBooking] | None:
    """The slot that a case holds, with the question it answers."""
    question = stock.slot_question(procedures.definition_of(application.procedure_version_id))
    held = stock.booking_of(application) if question is not None else None
    return (question, held) if question is not None and held is not None else None


def may_change_slot(application: Application, *, now: datetime) -> bool:
    """Whether who filed may choose another slot: until a decision is proposed, and the day the definition says."""
    return rules.may_edit_answers(application.status) and _in_time(application, now)


def may_cancel_slot(application: Application, *, now: datetime) -> bool:
    """Whether who filed may give up what was granted; before the decision the filing itself is withdrawn."""
    return application.status == Status.CLOSED and _in_time(application, now)


def _in_time(application: Application, now: datetime) -> bool:
    found = held_by(application)
    if found is None:
        return False
    question, held = found
    slot = held.slot
    return slot_rules.may_change(question, day=slot.day, start=slot.starts_at, now=stock.wall(now))


def change_slot(*, application: Application, value: Mapping[str, Any], now: datetime) -> None:
    """Let who filed choose another slot. What is computed from it is computed anew.

    Raises `NotAllowed`, `NothingChanged`, `SlotNotFree`, `ChangedMeanwhile`.
    """
    found = held_by(application)
    if found is None or not may_change_slot(application, now=now):
        raise NotAllowed
    question, held = found
    if value == stock.canonical(held.slot):
        raise NothingChanged
    if stock.why_not(question, value, now=now):
        raise SlotNotFree(question.id)
    definition = procedures.definition_of(application.procedure_version_id)
    answers = with_computed(
        definition, {**application.answers, question.id: dict(value)}, application.received_on
    )
    unit = kernel.Unit()
    change_case(unit, application, act="change_slot", by=None, now=now, answers=answers)
    move(unit, application, question, held, wanted(question, value), now=now)
    follow_answers(unit, application, answers)
    commit_case(unit, application)


def cancel_slot(
    *, application: Application, now: datetime, by: Staff | None = None, reason: str = ""
) -> None:
    """Give a slot back while the case stays as it is; staff with a reason, which is told. Its fee is no longer asked for.

    Raises `NotAllowed`, `ReasonMissing`, `ChangedMeanwhile`.
    """
    found = held_by(application)
    if found is None:
        raise NotAllowed
    if by is None:
        require(may_cancel_slot(application, now=now))
    else:
        require(may_handle(by, application, today=clock.tokyo_date(now)))
        if not reason.strip():
            raise ReasonMissing
    unit = kernel.Unit()
    detail = {"reason": reason.strip(), "slot": stock.canonical(found[1].slot)}
    change_case(unit, application, act="cancel_slot", by=by, now=now, detail=detail)
    release_slot(unit, application, now=now)
    end_fee(unit, application)
    if by is not None:
        unit.job("applications.tell_cancelled_slot", {"application": str(application.id)})
    commit_case(unit, application)


def book_slot(*, application: Application, by: Staff, now: datetime) -> None:
    """Take the slot a case wishes but does not hold: one that came on paper, or was refused and looked at again.

    Raises `NotAllowed`, `SlotNotFree`, `ChangedMeanwhile`.
    """
    require(may_handle(by, application, today=clock.tokyo_date(now)))
    question = stock.slot_question(procedures.definition_of(application.procedure_version_id))
    value = application.answers.get(question.id) if question is not None else None
    if question is None or value is None or stock.booking_of(application) is not None:
        raise NotAllowed
    require(application.status in rules.OPEN)
    if stock.why_not(question, value, now=now, for_staff=True):
        raise SlotNotFree(question.id)
    unit = kernel.Unit()
    change_case(unit, application, act="book_slot", by=by, now=now)
    move(unit, application, question, None, wanted(question, value), now=now)
    ask_again(unit, application)
    commit_case(unit, application)
