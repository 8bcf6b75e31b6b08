"""Many people send for the same time at the same moment: as many get it as there is room, the others lose nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from django.db import connection

from madoguchi.applications.actions.booking import change_slot
from madoguchi.applications.errors import ChangedMeanwhile, SlotNotFree
from madoguchi.applications.models import Application, Draft, Slot, SlotBooking
from madoguchi.applications.slot_queries import canonical
from madoguchi.applications.tests.factories import NOW, TODAY, SlotBookingFactory, SlotFactory, offered
from madoguchi.applications.tests.offers import sample
from madoguchi.applications.tests.visitor import Page, Visitor
from madoguchi.organization.tests.factories import DepartmentFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("set_clock"),
    pytest.mark.slow,
]

TAKEN = "ほかの方が先に予約しました"


def visitors_for(slot: Slot, count: int) -> list[tuple[Visitor, Page]]:
    """People who stand before the last button with this slot in their filing."""
    DepartmentFactory(code="lifelong-learning", name="生涯学習課")
    offered("facility_reservation")
    answers = {**sample("facility_reservation_meeting")["answers"], "booking": canonical(slot)}
    visitors = [Visitor(REMOTE_ADDR=f"10.0.{n // 200}.{n % 200 + 1}") for n in range(count)]
    started = [visitor.start("facility-reservation") for visitor in visitors]
    assert all(page.status == 200 for page in started)
    Draft.objects.update(answers=answers)
    return [
        (v, v.open(p.path.partition("/s/")[0] + "/check/")) for v, p in zip(visitors, started, strict=True)
    ]


def all_at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each act gave, begun at the same moment in threads of their own."""
    ready, results = threading.Barrier(len(acts)), list[Any]()

    def run(act: Callable[[], Any]) -> None:
        ready.wait()
        try:
            results.append(act())
        except Exception as error:  # told by the test, with what it is
            results.append(error)
        connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_fifty_who_send_for_one_slot_exactly_one_gets_it_and_the_others_are_told_what_else_is_free() -> (
    None
):
    slot = SlotFactory()
    SlotFactory(place=slot.place, day=TODAY.replace(day=30))
    waiting = visitors_for(slot, 50)

    pages = all_at_once([partial(one.send, page) for one, page in waiting])

    assert [page for page in pages if not isinstance(page, Page)] == []
    assert {page.status for page in pages} == {200}
    received = [page for page in pages if page.path.startswith("/filing/r/")]
    told = [page for page in pages if "/s/time/" in page.path]
    assert (len(received), len(told)) == (1, 49)
    assert all(TAKEN in page.text and "いま空いている近い日時" in page.text for page in told)
    slot.refresh_from_db()
    assert (slot.free, SlotBooking.objects.count(), Application.objects.count()) == (0, 1, 1)
    kept = list(Draft.objects.values_list("answers", flat=True))
    assert len(kept) == 49
    assert all(answers["purpose_text"] == "町内会の打合せ" for answers in kept)


def test_as_many_get_a_slot_as_it_takes() -> None:
    slot = SlotFactory(capacity=3)
    waiting = visitors_for(slot, 12)

    pages = all_at_once([partial(one.send, page) for one, page in waiting])

    assert sum(page.path.startswith("/filing/r/") for page in pages) == 3
    slot.refresh_from_db()
    assert (slot.free, slot.bookings.count()) == (0, 3)


def test_those_who_change_to_one_slot_at_once_keep_what_they_had_when_they_are_too_late() -> None:
    wanted = SlotFactory()
    held = [SlotBookingFactory(slot=SlotFactory(day=TODAY.replace(month=12, day=10 + n))) for n in range(6)]
    value = canonical(wanted)

    results = all_at_once(
        [partial(change_slot, application=one.application, value=value, now=NOW) for one in held]
    )

    refused = [one for one in results if one is not None]
    assert len(refused) == 5
    assert all(isinstance(one, SlotNotFree | ChangedMeanwhile) for one in refused)
    wanted.refresh_from_db()
    assert (wanted.free, wanted.bookings.count()) == (0, 1)
    assert SlotBooking.objects.count() == 6
    for slot in Slot.objects.all():
        assert slot.free == slot.capacity - slot.bookings.count()
