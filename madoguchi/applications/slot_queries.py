"""What the stock of slots says: whether a wish can be had, what else is free, what a case holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from madoguchi.applications import slot_rules as rules
from madoguchi.applications.models import Application, Slot, SlotBooking
from madoguchi.applications.rules import frees_slot
from madoguchi.common import clock
from madoguchi.procedures.definition import Definition, Question
from madoguchi.procedures.kinds.slot import value_of

MOST_ALTERNATIVES = 4
BEFORE, AFTER = timedelta(days=14), timedelta(days=31)

# Why a slot cannot be had.
GONE, TAKEN, OUT_OF_TIME = "gone", "taken", "out_of_time"


def slot_question(definition: Definition) -> Question | None:
    """The question of a definition that books a slot; there is at most one."""
    return next((q for q in definition.all_questions() if q.kind == "slot"), None)


def canonical(slot: Slot) -> dict[str, Any]:
    """The answer that stands for a slot; its place is asked with it."""
    value: dict[str, Any] = value_of(
        resource=slot.place.code,
        name=slot.place.name,
        day=slot.day,
        start=slot.starts_at,
        end=slot.ends_at,
        price_yen=slot.price_yen,
    )
    return value


def offered(stock: str) -> QuerySet[Slot]:
    """The slots of a stock that are neither closed nor at a place that ended, free or not."""
    return Slot.objects.filter(place__stock=stock, place__ended=False, closed_at=None)


def find(stock: str, value: Mapping[str, Any]) -> Slot | None:
    """The slot that an answer stands for, as long as it is offered and is still what was chosen."""
    found = offered(stock).filter(
        place__code=value["resource"],
        day=date.fromisoformat(value["day"]),
        starts_at=time.fromisoformat(value["start"]),
    )
    slot = found.select_related("place").first()
    return slot if slot is not None and canonical(slot) == value else None


def wall(now: datetime) -> datetime:
    """The moment as the clock on the wall shows it."""
    return now.astimezone(clock.TOKYO)


def why_not(question: Question, value: Mapping[str, Any], *, now: datetime, for_staff: bool = False) -> str:
    """Why a slot cannot be booked now, "" when it can.

    Staff book outside the days that residents may choose, but none that is over.
    """
    slot = find(question.stock, value)
    if slot is None:
        return GONE
    there = wall(now)
    if slot.day < there.date():
        return OUT_OF_TIME
    if not for_staff and not rules.is_within(question, day=slot.day, start=slot.starts_at, now=there):
        return OUT_OF_TIME
    return "" if slot.free > 0 else TAKEN


def alternatives(question: Question, value: Mapping[str, Any], *, now: datetime) -> list[Slot]:
    """Free slots near to one that cannot be had: the next ones at its place, then other places on its day."""
    there, wanted = wall(now), date.fromisoformat(value["day"])
    first = max(rules.first_day(question, there.date()), wanted - BEFORE)
    last = min(wanted + AFTER, rules.last_day(question, there.date()) or date.max)
    near = offered(question.stock).filter(free__gt=0, day__range=(first, last)).select_related("place")
    same = sorted(
        near.filter(place__code=value["resource"]), key=lambda s: (abs(s.day - wanted), s.day, s.starts_at)
    )
    others = near.filter(day=wanted).exclude(place__code=value["resource"])
    found = [*same[: MOST_ALTERNATIVES - 1], *others.order_by("starts_at", "place__name")[:MOST_ALTERNATIVES]]
    fit = (s for s in found if rules.is_within(question, day=s.day, start=s.starts_at, now=there))
    return list(fit)[:MOST_ALTERNATIVES]


def booking_of(application: Application) -> SlotBooking | None:
    """What a case holds now, with the slot and its place."""
    return SlotBooking.objects.select_related("slot__place").filter(application=application).first()


def lacks_slot(application: Application, definition: Definition, kind_id: str) -> bool:
    """Whether this decision would grant a slot that the case wishes and does not hold: others may have it."""
    question = slot_question(definition)
    if question is None or application.answers.get(question.id) is None or frees_slot(definition, kind_id):
        return False
    return booking_of(application) is None
