"""What the worker does for slots: keep those of the days ahead in stock, tell who filed that one was given back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from madoguchi.applications import mails
from madoguchi.applications.actions import slot_stock
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.models import Application, CaseEvent, SlotPlace
from madoguchi.common import clock, jobs, kernel
from madoguchi.notices.actions import AlreadyTold


@jobs.handler(slot_stock.MAKE, every=timedelta(days=1))
def make_slots(payload: Mapping[str, Any]) -> None:
    """Make the slots of the days ahead, of one place or of all."""
    places = SlotPlace.objects.order_by("id")
    if "place" in payload:
        places = places.filter(id=payload["place"])
    for place in places:
        with suppress(ChangedMeanwhile):  # the change has a job of its own
            slot_stock.make_slots(place, now=clock.now())


@jobs.handler("applications.tell_cancelled_slot")
def tell_cancelled_slot(payload: Mapping[str, Any]) -> None:
    """Mail that the office gave a booked slot back; once for each time."""
    application = Application.objects.get(id=payload["application"])
    events = CaseEvent.objects.filter(application=application, kind="cancel_slot").order_by("-at", "-id")
    event = events.first()
    if event is None:  # erased meanwhile
        return
    unit = kernel.Unit()
    mails.slot_cancelled(unit, application, event_id=event.id, now=clock.now())
    if unit.statements:
        with suppress(AlreadyTold):
            kernel.commit(unit)
