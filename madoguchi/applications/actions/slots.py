"""Taking and giving back slots, always within the unit of what happens to the case: so none is booked twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from madoguchi.applications import slot_queries as stock
from madoguchi.applications.actions.slot_stock import MAKE
from madoguchi.applications.errors import ChangedMeanwhile, SlotNotFree
from madoguchi.applications.models import Application, Slot, SlotBooking
from madoguchi.common import clock, kernel
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition, Question


def take_slot(
    unit: kernel.Unit, application: Application, definition: Definition, *, now: datetime, anyway: bool
) -> None:
    """Let the filing take the slot it names: one whose last place another takes first refuses the unit.

    `anyway` is for what staff enter: it is received also when its slot cannot be had (行政手続法 第7条), without one.
    Raises `SlotNotFree`.
    """
    question = stock.slot_question(definition)
    value = application.answers.get(question.id) if question is not None else None
    if question is None or value is None:
        return
    if stock.why_not(question, value, now=now, for_staff=anyway):
        if anyway:
            return
        raise SlotNotFree(question.id)
    slot = wanted(question, value)
    _count(unit, question, {slot.id: -1})
    unit.insert(SlotBooking(slot=slot, application=application, taken_at=now))


def release_slot(unit: kernel.Unit, application: Application, *, now: datetime) -> None:
    """Give back what the case holds, if it holds any."""
    held = stock.booking_of(application)
    if held is not None:
        _release(unit, held, now=now)


def follow_slot(
    unit: kernel.Unit, application: Application, answers: Mapping[str, Any], *, now: datetime
) -> bool | None:
    """Let the booking follow an answer that staff put right: another slot is taken, the one before given back.

    Returns whether the case holds one by that, None where nothing changed. Raises `SlotNotFree`.
    """
    question = stock.slot_question(procedures.definition_of(application.procedure_version_id))
    if question is None or answers.get(question.id) == application.answers.get(question.id):
        return None
    value, held = answers.get(question.id), stock.booking_of(application)
    if value is not None:
        if stock.why_not(question, value, now=now, for_staff=True):
            raise SlotNotFree(question.id)
        move(unit, application, question, held, wanted(question, value), now=now)
        return True
    if held is None:
        return None
    _release(unit, held, now=now)
    return False


def wanted(question: Question, value: Mapping[str, Any]) -> Slot:
    """The slot an answer stands for. Raises `SlotNotFree` when it is no longer offered."""
    slot = stock.find(question.stock, value)
    if slot is None:
        raise SlotNotFree(question.id)
    return slot


def move(
    unit: kernel.Unit,
    application: Application,
    question: Question,
    held: SlotBooking | None,
    slot: Slot,
    *,
    now: datetime,
) -> None:
    """Let a case hold this slot in place of the one it holds, or of none."""
    if held is None:
        _count(unit, question, {slot.id: -1})
        unit.insert(SlotBooking(slot=slot, application=application, taken_at=now))
        return
    if held.slot_id == slot.id:
        return
    _count(unit, question, {slot.id: -1, held.slot_id: 1})
    _made_anew(unit, held.slot, now)
    unit.update(
        SlotBooking,
        where={"id": held.id, "slot": held.slot_id},
        set={"slot": slot.id, "taken_at": now},
        otherwise=ChangedMeanwhile(),
    )


def _release(unit: kernel.Unit, held: SlotBooking, *, now: datetime) -> None:
    unit.delete(
        SlotBooking, where={"id": held.id, "slot": held.slot_id}, expect=1, otherwise=ChangedMeanwhile()
    )
    unit.update(Slot, where={"id": held.slot_id}, set={"free": kernel.Increment(1)})
    _made_anew(unit, held.slot, now)


def _made_anew(unit: kernel.Unit, slot: Slot, now: datetime) -> None:
    """What is free again follows the timetable at once: it kept its old terms only for who held it."""
    if slot.day >= clock.tokyo_date(now):
        unit.job(MAKE, {"place": str(slot.place_id)})


def _count(unit: kernel.Unit, question: Question, changes: Mapping[UUID, int]) -> None:
    """The guard that makes double booking impossible; in one order for all, so that two who swap never wait in a ring."""
    for slot_id, by in sorted(changes.items()):
        if by > 0:
            unit.update(Slot, where={"id": slot_id}, set={"free": kernel.Increment(by)})
        else:
            unit.update(
                Slot,
                where={"id": slot_id, "free__gt": 0, "closed_at": None},
                set={"free": kernel.Increment(by)},
                otherwise=SlotNotFree(question.id),
            )
