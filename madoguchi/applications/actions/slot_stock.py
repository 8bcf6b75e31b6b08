"""The stock of slots as staff keep it: places and their timetables, slots made ahead, days on which some are closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError
from django.db.models import QuerySet

from madoguchi.applications import slot_rules as rules
from madoguchi.applications.errors import ChangedMeanwhile, NothingChanged, ReasonMissing
from madoguchi.applications.models import Slot, SlotPlace
from madoguchi.applications.permissions import handles_department, require
from madoguchi.applications.slot_rules import Hours
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization

MAKE = "applications.make_slots"
NOT_PLANNED = "時間割か休みの日が変わったため"
AT_ONCE = 200


class CodeTaken(Exception):
    """Another place has this code; codes are never used again."""


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What staff say about a place."""

    name: str
    note: str
    hours: Sequence[Hours]
    window_days: int
    ended: bool = False


def add_place(
    *, stock: str, code: str, department_code: str, facts: PlaceFacts, by: Staff, now: datetime
) -> SlotPlace:
    """Add a place to a stock; a job makes its slots. Raises `NotAllowed`, `CodeTaken`."""
    require(handles_department(by, department_code, today=clock.tokyo_date(now)))
    place = SlotPlace(
        stock=stock, code=code, department_code=department_code, changed_at=now, **_columns(facts)
    )
    unit = kernel.Unit()
    unit.insert(place)
    _note(unit, place, "slots.place_added", by, now)
    unit.job(MAKE, {"place": str(place.id)})
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise CodeTaken from None
    return place


def change_place(*, place: SlotPlace, version: int, facts: PlaceFacts, by: Staff, now: datetime) -> None:
    """Change a place; a job makes its slots anew. What is booked stays. Raises `NotAllowed`, `ChangedMeanwhile`."""
    require(handles_department(by, place.department_code, today=clock.tokyo_date(now)))
    unit = kernel.Unit()
    unit.update(
        SlotPlace,
        where={"id": place.id, "version": version},
        set={**_columns(facts), "version": version + 1, "changed_at": now},
        otherwise=ChangedMeanwhile(),
    )
    _note(unit, place, "slots.place_changed", by, now)
    unit.job(MAKE, {"place": str(place.id)})
    kernel.commit(unit)


def _columns(facts: PlaceFacts) -> dict[str, object]:
    return {
        "name": facts.name,
        "note": facts.note,
        "hours": [one.stored for one in facts.hours],
        "window_days": facts.window_days,
        "ended": facts.ended,
    }


def _note(unit: kernel.Unit, place: SlotPlace, act: str, by: Staff, now: datetime) -> None:
    audit.record(unit, actor=by.actor, act=act, subject=f"place:{place.id}", now=now)


@dataclass(frozen=True, slots=True)
class Span:
    """Which slots of a place: from one day to another, those that begin at `start`, or all of a day."""

    first: date
    last: date
    start: time | None = None


def close_slots(*, place: SlotPlace, span: Span, reason: str, by: Staff, now: datetime) -> int:
    """Offer these slots no more (休館, 修繕). Bookings stay until staff have found another time for each.

    Returns how many were closed. Raises `NotAllowed`, `ReasonMissing`, `NothingChanged`.
    """
    require(handles_department(by, place.department_code, today=clock.tokyo_date(now)))
    if not reason.strip():
        raise ReasonMissing
    open_ones = _in(place, span).filter(closed_at=None).values_list("id", flat=True)
    changed = {"closed_at": now, "closed_reason": reason.strip()}
    return _change(list(open_ones), place, "slots.closed", {"closed_at": None}, changed, by, now)


def open_slots(*, place: SlotPlace, span: Span, by: Staff, now: datetime) -> int:
    """Offer closed slots again. Returns how many. Raises `NotAllowed`, `NothingChanged`."""
    require(handles_department(by, place.department_code, today=clock.tokyo_date(now)))
    closed = _in(place, span).exclude(closed_at=None).values_list("id", flat=True)
    changed: dict[str, object] = {"closed_at": None, "closed_reason": ""}
    return _change(list(closed), place, "slots.opened", {}, changed, by, now)


def _in(place: SlotPlace, span: Span) -> QuerySet[Slot]:
    found = Slot.objects.filter(place=place, day__range=(span.first, span.last)).order_by("id")
    return found if span.start is None else found.filter(starts_at=span.start)


def _change(
    ids: list[UUID],
    place: SlotPlace,
    act: str,
    guard: dict[str, object],
    changed: dict[str, object],
    by: Staff,
    now: datetime,
) -> int:
    if not ids:
        raise NothingChanged
    unit = kernel.Unit()
    unit.update(Slot, where={"id__in": ids, **guard}, set=changed, expect=None)
    _note(unit, place, act, by, now)
    kernel.commit(unit)
    return len(ids)


def make_slots(place: SlotPlace, *, now: datetime) -> None:
    """Bring the slots from today on into line with the timetable, once or again without harm.

    Missing ones are made, free ones that are no longer planned go; a booked one stays as it was booked, closed where
    it is no longer planned, so that staff see it.
    """
    today = clock.tokyo_date(now)
    days = rules.planned(
        [] if place.ended else rules.hours_of(place.hours),
        first=today,
        last=today + timedelta(days=place.window_days),
        closed_days=organization.closed_days(),
    )
    wanted = {(day, hours.start): hours for day, hours in days}
    there = {(s.day, s.starts_at): s for s in Slot.objects.filter(place=place, day__gte=today)}
    units = _Units()
    for (day, start), hours in wanted.items():
        if (day, start) not in there:
            units.next().insert(_new(place, day, hours), unless_exists=True)
        else:
            _adjust(units, there[day, start], hours)
    for key, slot in there.items():
        if key not in wanted:
            _take_out(units, slot, now)
    units.commit()


def _new(place: SlotPlace, day: date, hours: Hours) -> Slot:
    return Slot(
        place=place,
        day=day,
        starts_at=hours.start,
        ends_at=hours.end,
        capacity=hours.capacity,
        free=hours.capacity,
        price_yen=hours.price_yen,
    )


def _adjust(units: _Units, slot: Slot, hours: Hours) -> None:
    same_terms = (slot.ends_at, slot.price_yen) == (hours.end, hours.price_yen)
    more = hours.capacity - slot.capacity
    if same_terms and not more:
        return
    if slot.free == slot.capacity:
        terms = {"ends_at": hours.end, "price_yen": hours.price_yen}
        size = {"capacity": hours.capacity, "free": hours.capacity}
        guard = {"id": slot.id, "free": slot.capacity, "capacity": slot.capacity}
        units.next().update(Slot, where=guard, set=terms | size, expect=None)
    elif more:  # what was booked keeps its terms; below what is booked the number does not go
        guard = {"id": slot.id, "capacity": slot.capacity, "free__gte": max(-more, 0)}
        sizes: dict[str, object] = {"capacity": hours.capacity, "free": kernel.Increment(more)}
        units.next().update(Slot, where=guard, set=sizes, expect=None)


def _take_out(units: _Units, slot: Slot, now: datetime) -> None:
    if slot.free == slot.capacity:
        units.next().delete(Slot, where={"id": slot.id, "free": slot.capacity})
    elif slot.closed_at is None:
        closed = {"closed_at": now, "closed_reason": NOT_PLANNED}
        units.next().update(Slot, where={"id": slot.id, "closed_at": None}, set=closed, expect=None)


class _Units:
    """Units of a bearable size, one after the other."""

    def __init__(self) -> None:
        self.unit = kernel.Unit()

    def next(self) -> kernel.Unit:
        """The unit that takes one more statement."""
        if len(self.unit.statements) >= AT_ONCE:
            self.commit()
        return self.unit

    def commit(self) -> None:
        """Write what is gathered."""
        if self.unit.statements:
            kernel.commit(self.unit)
        self.unit = kernel.Unit()
