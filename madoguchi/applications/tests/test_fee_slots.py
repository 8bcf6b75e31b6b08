"""The fee of a booked slot: no longer asked for once the slot is given back, asked for anew once one is taken."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from madoguchi.applications import actions
from madoguchi.applications.actions import booking, fees
from madoguchi.applications.actions.fee_following import follow_answers
from madoguchi.applications.models import Application, CaseFee
from madoguchi.applications.slot_queries import canonical
from madoguchi.applications.tests.charging import sums
from madoguchi.applications.tests.factories import (
    NOW,
    CaseFeeFactory,
    SlotBookingFactory,
    SlotFactory,
    department_of,
    somebody,
)
from madoguchi.applications.tests.test_slot_booking import closed, officer_of
from madoguchi.common import clock, kernel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]
YEN = 600


def charged(case: Application, *, is_paid: bool = False) -> Application:
    """A case with its fee noted."""
    CaseFeeFactory(application=case)
    if is_paid:
        fields: dict[str, Any] = {"kind": "paid", "amount_yen": YEN, "method": "cash", "now": clock.now()}
        fees.record_fee(application=case, by=officer_of(case), **fields)
    return case


def test_who_gives_up_what_was_granted_owes_nothing_more() -> None:
    case = charged(closed(SlotBookingFactory()))

    booking.cancel_slot(application=case, now=NOW)

    assert sums(case) == ("ended", YEN, 0, 0, 0)


def test_who_has_paid_for_what_is_given_up_leaves_the_question_of_a_refund() -> None:
    case = charged(closed(SlotBookingFactory()), is_paid=True)

    booking.cancel_slot(application=case, now=NOW)

    assert sums(case) == ("excess", YEN, YEN, 0, 0)


def test_nobody_pays_for_what_the_office_gave_back_until_it_is_booked_again() -> None:
    case = charged(SlotBookingFactory().application)
    by = officer_of(case)

    booking.cancel_slot(application=case, by=by, reason="修繕のため", now=NOW)
    cancelled = sums(case)
    case.refresh_from_db()
    booking.book_slot(application=case, by=by, now=NOW)

    assert cancelled == ("ended", YEN, 0, 0, 0)
    assert sums(case) == ("open", YEN, 0, 0, 0)


def test_an_answer_that_takes_another_slot_after_the_office_gave_one_back_is_paid_for() -> None:
    held = SlotBookingFactory()
    case, by = charged(held.application), officer_of(held.application)
    other = SlotFactory(place=held.slot.place, day=held.slot.day + timedelta(days=1))
    booking.cancel_slot(application=case, by=by, reason="修繕のため", now=NOW)
    case.refresh_from_db()

    edit(case, "booking", canonical(other))

    fee = CaseFee.objects.get(application=case)
    assert (fee.state, fee.is_asked) == ("open", True)


def test_another_answer_does_not_ask_for_what_was_given_back() -> None:
    case = charged(SlotBookingFactory().application)
    booking.cancel_slot(application=case, by=officer_of(case), reason="修繕のため", now=NOW)
    case.refresh_from_db()

    edit(case, "people", 7)

    assert sums(case)[0] == "ended"


def test_answers_that_give_the_slot_back_end_its_fee_although_it_cannot_be_told() -> None:
    case = charged(SlotBookingFactory().application)
    unit = kernel.Unit()

    follow_answers(unit, case, {}, is_asked=False)
    kernel.commit(unit)

    assert sums(case) == ("ended", YEN, 0, 0, 0)


def edit(case: Application, target: str, value: Any) -> None:
    actions.edit_answer(
        application=case,
        target=target,
        value=value,
        reason="申出のため",
        channel="counter",
        by=somebody("head", department_of(case.procedure_version)),
        now=clock.now(),
    )
