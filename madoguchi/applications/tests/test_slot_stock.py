"""The stock: slots made after the timetable, closed and opened by staff, what is booked never touched."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from madoguchi.applications import slot_jobs
from madoguchi.applications.actions import slot_stock as actions
from madoguchi.applications.actions import slots
from madoguchi.applications.actions.slot_stock import PlaceFacts, Span
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed, NothingChanged, ReasonMissing
from madoguchi.applications.models import Slot, SlotBooking, SlotPlace
from madoguchi.applications.slot_rules import Hours
from madoguchi.applications.tests.factories import (
    NOW,
    TODAY,
    SlotBookingFactory,
    SlotFactory,
    SlotPlaceFactory,
    department_of,
    somebody,
)
from madoguchi.audit.models import AuditEntry
from madoguchi.common import kernel
from madoguchi.common.models import Job
from madoguchi.identity.models import Staff
from madoguchi.organization.tests.factories import ClosedDayFactory, DepartmentFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

MORNINGS = Hours((0, 1, 2, 3, 4), time(9), time(12), 1, 900)


def officer(code: str = "lifelong-learning") -> Staff:
    return somebody("officer", DepartmentFactory(code=code, name="課"))


def facts(*hours: Hours, **fields: Any) -> PlaceFacts:
    standard = {"name": "会議室1", "note": "定員20人", "hours": list(hours), "window_days": 14}
    return PlaceFacts(**{**standard, **fields})


def made(place: SlotPlace) -> list[Slot]:
    place.refresh_from_db()
    actions.make_slots(place, now=NOW)
    return list(Slot.objects.filter(place=place).order_by("day", "starts_at"))


# --- places --------------------------------------------------------------------------------------------------


def test_a_new_place_gets_its_slots_by_job() -> None:
    by = officer()

    place = actions.add_place(
        stock="facilities",
        code="hall-1",
        department_code="lifelong-learning",
        facts=facts(MORNINGS),
        by=by,
        now=NOW,
    )
    slot_jobs.make_slots(Job.objects.get(kind=actions.MAKE).payload)

    days = [slot.day for slot in Slot.objects.filter(place=place).order_by("day")]
    assert days[0] == date(2026, 11, 24)  # 23 November is a holiday
    assert len(days) == 10
    assert AuditEntry.objects.filter(act="slots.place_added").count() == 1


def test_a_code_is_used_once_and_only_by_who_handles_the_department() -> None:
    SlotPlaceFactory(code="hall-1")
    given = {"stock": "facilities", "code": "hall-1", "department_code": "lifelong-learning"}

    with pytest.raises(actions.CodeTaken):
        actions.add_place(**given, facts=facts(), by=officer(), now=NOW)
    with pytest.raises(NotAllowed):
        actions.add_place(**{**given, "code": "hall-2"}, facts=facts(), by=officer("waste"), now=NOW)


def test_two_who_change_a_place_do_not_overwrite_each_other() -> None:
    place, by = SlotPlaceFactory(), officer()
    actions.change_place(place=place, version=1, facts=facts(MORNINGS), by=by, now=NOW)

    with pytest.raises(ChangedMeanwhile):
        actions.change_place(place=place, version=1, facts=facts(), by=by, now=NOW)

    place.refresh_from_db()
    assert (place.name, place.version) == ("会議室1", 2)


# --- making slots --------------------------------------------------------------------------------------------


def test_made_again_nothing_changes() -> None:
    place = SlotPlaceFactory(window_days=14)
    first = [(slot.id, slot.free) for slot in made(place)]

    assert [(slot.id, slot.free) for slot in made(place)] == first


def test_a_closed_day_of_the_city_takes_the_free_slots_out_and_marks_the_booked_one() -> None:
    place = SlotPlaceFactory(window_days=3, hours=[MORNINGS.stored, Hours((2,), time(13), time(15)).stored])
    slots = made(place)
    wednesday = [slot for slot in slots if slot.day == date(2026, 11, 25)]
    held = SlotBookingFactory(slot=wednesday[0])
    ClosedDayFactory(day=date(2026, 11, 25))

    after = [slot for slot in made(place) if slot.day == date(2026, 11, 25)]
    made(place)

    assert [slot.id for slot in after] == [held.slot_id]
    assert after[0].closed_reason == actions.NOT_PLANNED
    assert SlotBooking.objects.get() == held


def test_a_new_timetable_changes_what_is_free_and_leaves_what_is_booked() -> None:
    place = SlotPlaceFactory(window_days=2)
    tuesday, wednesday = made(place)
    SlotBookingFactory(slot=tuesday)
    new = Hours((0, 1, 2, 3, 4), time(9), time(13), 3, 1200)
    SlotPlace.objects.filter(id=place.id).update(hours=[new.stored])

    booked, free = made(place)

    assert (booked.ends_at, booked.price_yen, booked.capacity, booked.free) == (time(12), 900, 3, 2)
    assert (free.id, free.ends_at, free.price_yen, free.capacity, free.free) == (
        wednesday.id,
        time(13),
        1200,
        3,
        3,
    )


def test_fewer_places_than_are_booked_are_not_made() -> None:
    place = SlotPlaceFactory(window_days=1, hours=[Hours((1,), time(9), time(12), 3, 900).stored])
    (slot,) = made(place)
    held = SlotBookingFactory(slot=slot)
    SlotBookingFactory(slot=slot)
    SlotPlace.objects.filter(id=place.id).update(hours=[Hours((1,), time(9), time(12), 1, 900).stored])

    (after,) = made(place)
    assert (after.capacity, after.free) == (2, 0)
    slots.release_slot(unit := kernel.Unit(), held.application, now=NOW)
    kernel.commit(unit)

    (after,) = made(place)

    assert (after.capacity, after.free) == (1, 0)


def test_no_slot_is_made_beside_a_booked_one_that_covers_its_time() -> None:
    place = SlotPlaceFactory(window_days=1)
    (slot,) = made(place)
    held = SlotBookingFactory(slot=slot)
    later, evening = Hours((1,), time(11), time(14)), Hours((1,), time(18), time(20))
    SlotPlace.objects.filter(id=place.id).update(hours=[later.stored, evening.stored])

    assert [one.starts_at for one in made(place)] == [time(9), time(18)]

    slots.release_slot(unit := kernel.Unit(), held.application, now=NOW)
    kernel.commit(unit)
    assert [one.starts_at for one in made(place)] == [time(11), time(18)]


def test_a_free_slot_does_not_grow_into_a_booked_one() -> None:
    hours = [Hours((1,), time(9), time(11)).stored, Hours((1,), time(11), time(13)).stored]
    place = SlotPlaceFactory(window_days=1, hours=hours)
    _first, second = made(place)
    SlotBookingFactory(slot=second)
    SlotPlace.objects.filter(id=place.id).update(hours=[Hours((1,), time(9), time(12)).stored])

    assert [(one.starts_at, one.ends_at) for one in made(place)] == [
        (time(9), time(11)),
        (time(11), time(13)),
    ]


def test_a_slot_booked_while_the_stock_is_made_is_closed_and_gets_no_second_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = SlotPlaceFactory(window_days=1)
    (slot,) = made(place)
    SlotPlace.objects.filter(id=place.id).update(hours=[Hours((1,), time(10), time(13)).stored])
    commit = kernel.commit

    def first_another(unit: kernel.Unit) -> None:
        if not SlotBooking.objects.exists():
            SlotBookingFactory(slot=slot)
        commit(unit)

    monkeypatch.setattr(kernel, "commit", first_another)

    assert [(one.starts_at, one.closed_reason) for one in made(place)] == [(time(9), actions.NOT_PLANNED)]


def test_an_old_timetable_makes_no_slots_beside_those_of_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    place, by = SlotPlaceFactory(window_days=1), officer()
    commit, change = kernel.commit, facts(Hours((1,), time(10), time(13)), window_days=1)

    def first_another(unit: kernel.Unit) -> None:
        monkeypatch.setattr(kernel, "commit", commit)
        actions.change_place(place=place, version=1, facts=change, by=by, now=NOW)
        commit(unit)

    monkeypatch.setattr(kernel, "commit", first_another)

    slot_jobs.make_slots({"place": str(place.id)})

    assert not Slot.objects.exists()
    slot_jobs.make_slots(Job.objects.get(kind=actions.MAKE).payload)
    assert [one.starts_at for one in Slot.objects.all()] == [time(10)]


def test_a_slot_that_is_planned_again_is_offered_again_but_not_what_staff_closed() -> None:
    place = SlotPlaceFactory(window_days=2)
    tuesday, wednesday = made(place)
    held = SlotBookingFactory(slot=tuesday)
    by = somebody("officer", department_of(held.application.procedure_version))
    actions.close_slots(place=place, span=Span(wednesday.day, wednesday.day), reason="修繕", by=by, now=NOW)
    SlotPlace.objects.filter(id=place.id).update(hours=[])
    assert [one.closed_reason for one in made(place)] == [actions.NOT_PLANNED, "修繕"]
    SlotPlace.objects.filter(id=place.id).update(hours=[MORNINGS.stored])

    assert [one.closed_reason for one in made(place)] == ["", "修繕"]


def test_what_is_given_back_is_offered_on_the_terms_of_the_timetable_at_once() -> None:
    held = SlotBookingFactory()

    slots.release_slot(unit := kernel.Unit(), held.application, now=NOW)
    kernel.commit(unit)

    assert [job.payload for job in Job.objects.filter(kind=actions.MAKE)] == [
        {"place": str(held.slot.place_id)}
    ]


def test_booked_terms_stay_when_only_the_price_changes() -> None:
    place = SlotPlaceFactory(window_days=1)
    (slot,) = made(place)
    SlotBookingFactory(slot=slot)
    SlotPlace.objects.filter(id=place.id).update(hours=[Hours((1,), time(9), time(12), 1, 500).stored])

    assert [one.price_yen for one in made(place)] == [900]


def test_a_place_that_ends_loses_its_free_slots_and_past_days_stay() -> None:
    place = SlotPlaceFactory(window_days=2)
    past = SlotFactory(place=place, day=TODAY - timedelta(days=3))
    made(place)
    SlotPlace.objects.filter(id=place.id).update(ended=True)

    assert made(place) == [past]


def test_many_slots_are_written_in_units_of_a_bearable_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 3)

    assert len(made(SlotPlaceFactory(window_days=14))) == 10


def test_every_day_the_stock_of_every_place_is_made() -> None:
    SlotPlaceFactory(window_days=1)
    SlotPlaceFactory(window_days=1)

    slot_jobs.make_slots({})

    assert Slot.objects.count() == 2


# --- closing and opening -------------------------------------------------------------------------------------


def test_closing_takes_days_or_one_time_of_a_day_and_keeps_the_bookings() -> None:
    place, by = SlotPlaceFactory(), officer()
    morning = SlotFactory(place=place)
    evening = SlotFactory(place=place, starts_at=time(18), ends_at=time(21))
    held = SlotBookingFactory(slot=evening)
    day = Span(morning.day, morning.day, time(18))

    count = actions.close_slots(place=place, span=day, reason=" 修繕 ", by=by, now=NOW)

    morning.refresh_from_db()
    evening.refresh_from_db()
    assert count == 1
    assert (morning.closed_at, evening.closed_at, evening.closed_reason) == (None, NOW, "修繕")
    assert SlotBooking.objects.get() == held
    assert actions.open_slots(place=place, span=Span(day.first, day.last), by=by, now=NOW) == 1
    evening.refresh_from_db()
    assert (evening.closed_at, evening.closed_reason) == (None, "")


def test_closing_says_why_and_only_for_one_s_own_department() -> None:
    slot = SlotFactory()
    span = Span(slot.day, slot.day)

    with pytest.raises(ReasonMissing):
        actions.close_slots(place=slot.place, span=span, reason=" ", by=officer(), now=NOW)
    with pytest.raises(NotAllowed):
        actions.close_slots(place=slot.place, span=span, reason="修繕", by=officer("waste"), now=NOW)
    with pytest.raises(NotAllowed):
        actions.open_slots(place=slot.place, span=span, by=officer("roads"), now=NOW)


def test_where_there_is_nothing_to_close_or_open_that_is_said() -> None:
    place, by = SlotPlaceFactory(), officer()

    with pytest.raises(NothingChanged):
        actions.close_slots(place=place, span=Span(TODAY, TODAY), reason="修繕", by=by, now=NOW)
    with pytest.raises(NothingChanged):
        actions.open_slots(place=place, span=Span(TODAY, TODAY), by=by, now=NOW)
