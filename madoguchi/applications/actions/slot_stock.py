"""The stock of slots as staff keep it: places and their timetables, slots made ahead, days on which some are closed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
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
_Wanted = Mapping[tuple[date, time], Hours]


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

    Free ones that are no longer planned go, missing ones are made; a booked one stays as it was booked, closed where
    it is no longer planned, so that staff see it. As long as it is there, no other slot covers its time. Each step
    looks anew, because others book meanwhile. Raises `ChangedMeanwhile` for a place that was changed: its change has a
    job of its own, and slots of the old timetable beside the new ones would give a room twice.
    """
    today = clock.tokyo_date(now)
    days = rules.planned(
        [] if place.ended else rules.hours_of(place.hours),
        first=today,
        last=today + timedelta(days=place.window_days),
        closed_days=organization.closed_days(),
    )
    wanted = {(day, hours.start): hours for day, hours in days}
    _take_out(place, wanted, today)
    _bring_into_line(place, wanted, now)
    _add_missing(place, wanted, today)


def _there(place: SlotPlace, today: date) -> Mapping[date, list[Slot]]:
    found = defaultdict[date, list[Slot]](list)
    for slot in Slot.objects.filter(place=place, day__gte=today).order_by("id"):
        found[slot.day].append(slot)
    return found


def _take_out(place: SlotPlace, wanted: _Wanted, today: date) -> None:
    """Remove what nobody holds and the timetable no longer plans; what staff closed stays closed."""
    units = _Units()
    for slot in chain.from_iterable(_there(place, today).values()):
        is_kept = slot.closed_at is not None and slot.closed_reason != NOT_PLANNED
        if (slot.day, slot.starts_at) not in wanted and slot.free == slot.capacity and not is_kept:
            units.next().delete(Slot, where={"id": slot.id, "free": slot.capacity})
    units.commit()


def _bring_into_line(place: SlotPlace, wanted: _Wanted, now: datetime) -> None:
    there, units = _there(place, clock.tokyo_date(now)), _Units()
    for slot in chain.from_iterable(there.values()):
        hours = wanted.get((slot.day, slot.starts_at))
        if hours is None:
            if slot.closed_at is None:
                closed = {"closed_at": now, "closed_reason": NOT_PLANNED}
                units.next().update(Slot, where={"id": slot.id, "closed_at": None}, set=closed, expect=None)
            continue
        if slot.closed_reason == NOT_PLANNED:
            guard = {"id": slot.id, "closed_reason": NOT_PLANNED}
            opened = {"closed_at": None, "closed_reason": ""}
            units.next().update(Slot, where=guard, set=opened, expect=None)
            units.commit()  # a row is changed once in a unit
        others = (one for one in there[slot.day] if one.id != slot.id)
        _adjust(units, slot, hours, may_grow=not _is_covered(hours, others))
    units.commit()


def _add_missing(place: SlotPlace, wanted: _Wanted, today: date) -> None:
    there, units = _there(place, today), _Units(place)
    for (day, _start), hours in wanted.items():
        if not _is_covered(hours, there[day]):
            units.next().insert(_new(place, day, hours), unless_exists=True)
    units.commit()


def _is_covered(hours: Hours, slots: Iterable[Slot]) -> bool:
    """Whether one of these, of the same day, takes up a part of this time: the same room would be given twice."""
    return any(one.starts_at < hours.end and hours.start < one.ends_at for one in slots)


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


def _adjust(units: _Units, slot: Slot, hours: Hours, *, may_grow: bool) -> None:
    """Give a free slot the terms of the timetable; what is booked keeps its own, and its number falls as far as it can."""
    taken = slot.capacity - slot.free
    capacity = max(hours.capacity, taken)
    changed: dict[str, object] = {"capacity": capacity, "free": capacity - taken}
    if not taken and may_grow:
        changed |= {"ends_at": hours.end, "price_yen": hours.price_yen}
    if any(getattr(slot, name) != value for name, value in changed.items()):
        guard = {"id": slot.id, "free": slot.free, "capacity": slot.capacity}
        units.next().update(Slot, where=guard, set=changed, expect=None)


class _Units:
    """Units of a bearable size, one after the other; none is written for a place that was changed meanwhile."""

    def __init__(self, place: SlotPlace | None = None) -> None:
        self.unit, self.place = kernel.Unit(), place

    def next(self) -> kernel.Unit:
        """The unit that takes one more statement."""
        if len(self.unit.statements) >= AT_ONCE:
            self.commit()
        if self.place is not None and not self.unit.statements:
            same = {"id": self.place.id, "version": self.place.version}
            self.unit.update(
                SlotPlace, where=same, set={"version": self.place.version}, otherwise=ChangedMeanwhile()
            )
        return self.unit

    def commit(self) -> None:
        """Write what is gathered."""
        if self.unit.statements:
            kernel.commit(self.unit)
        self.unit = kernel.Unit()
