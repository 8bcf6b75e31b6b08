"""The demo city's places to be booked: made up, called 見本, with free and booked times around today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any

from madoguchi.applications import rules, slot_rules
from madoguchi.applications import slot_queries as stock
from madoguchi.applications.models import Decision, Slot, SlotBooking, SlotPlace, Status
from madoguchi.applications.slot_rules import Hours
from madoguchi.common import kernel
from madoguchi.procedures.definition import Definition

if TYPE_CHECKING:
    from madoguchi.applications.demo import History, Maker

STOCK = "facilities"
PAST_DAYS, WINDOW_DAYS = 40, 92
EVERY_DAY_BUT_MONDAY = (1, 2, 3, 4, 5, 6)


def _day(*prices: int) -> list[Hours]:
    """Morning, afternoon and evening at these prices."""
    spans = ((time(9), time(12)), (time(13), time(17)), (time(18), time(21)))
    return [
        Hours(EVERY_DAY_BUT_MONDAY, start, end, 1, price)
        for (start, end), price in zip(spans, prices, strict=True)
    ]


PLACES = (
    (
        "sample-hall-meeting",
        "見本公民館 会議室（見本）",
        "見本の施設です。定員は20人です。",
        _day(900, 1200, 1200),
    ),
    (
        "sample-hall-music",
        "見本公民館 音楽室（見本）",
        "見本の施設です。定員は40人です。",
        _day(1500, 2000, 2000),
    ),
    (
        "sample-gym",
        "見本体育館 体育室（見本）",
        "見本の施設です。上ばきを持ってきてください。",
        _day(1500, 2000, 2500),
    ),
)


def prepare(unit: kernel.Unit, maker: Maker, definitions: Iterable[Definition]) -> None:
    """Add the places and their times, when a procedure offers them and they are not there yet."""
    asking = [d for d in definitions if (q := stock.slot_question(d)) is not None and q.stock == STOCK]
    if not asking or SlotPlace.objects.filter(stock=STOCK).exists():
        return
    days = {
        "first": maker.today - timedelta(days=PAST_DAYS),
        "last": maker.today + timedelta(days=WINDOW_DAYS),
    }
    for code, name, note, hours in PLACES:
        place = SlotPlace(
            id=maker.new_id(maker.now),
            stock=STOCK,
            code=code,
            name=name,
            note=note,
            department_code=asking[0].department,
            hours=[one.stored for one in hours],
            window_days=WINDOW_DAYS,
            changed_at=maker.now,
        )
        unit.insert(place)
        for day, one in slot_rules.planned(hours, **days, closed_days=maker.closed_days):
            slot = _slot(maker, place, day, one)
            maker.slots.append(slot)
            unit.insert(slot)


def _slot(maker: Maker, place: SlotPlace, day: date, hours: Hours) -> Slot:
    return Slot(
        id=maker.new_id(maker.now),
        place=place,
        day=day,
        starts_at=hours.start,
        ends_at=hours.end,
        capacity=hours.capacity,
        free=hours.capacity,
        price_yen=hours.price_yen,
    )


def with_slot(
    maker: Maker, definition: Definition, answers: Mapping[str, Any], *, filed_on: date
) -> dict[str, Any]:
    """The answers with a time that is free in the demo city, as far ahead as people book."""
    question = stock.slot_question(definition)
    if question is None or question.id not in answers or not maker.slots:
        return dict(answers)
    first = filed_on + timedelta(days=max(question.first_days, 7))
    last = first + timedelta(days=30)
    free = [slot for slot in maker.slots if slot.free and first <= slot.day <= last]
    return {**answers, question.id: stock.canonical(maker.chance.choice(free))} if free else dict(answers)


def hold(history: History) -> None:
    """Let the case hold its time, unless it was given back by now."""
    question = stock.slot_question(history.definition)
    application, maker = history.application, history.maker
    if question is None or application.status == Status.WITHDRAWN or not maker.tells_all:
        return
    made = [row for row in history.rows if isinstance(row, Decision) and row.decided_at is not None]
    if any(rules.frees_slot(history.definition, row.kind) for row in made):
        return
    wanted = application.answers.get(question.id)
    slot = next((one for one in maker.slots if one.free and stock.canonical(one) == wanted), None)
    if slot is not None:
        slot.free -= 1
        held = SlotBooking(
            id=maker.new_id(application.filed_at),
            slot=slot,
            application=application,
            taken_at=application.filed_at,
        )
        history.rows.append(held)


def finish(maker: Maker) -> None:
    """Write how many are left of what was booked."""
    unit = kernel.Unit()
    for slot in maker.slots:
        if slot.free < slot.capacity:
            unit.update(Slot, where={"id": slot.id}, set={"free": slot.free})
    kernel.commit(unit)
