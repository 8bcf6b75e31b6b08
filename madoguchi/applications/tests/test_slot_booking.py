"""A booked slot after the filing: who filed changes or cancels it in time, staff give it back or take it after all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from madoguchi.applications import slot_jobs
from madoguchi.applications.actions import booking, slot_stock
from madoguchi.applications.errors import NotAllowed, NothingChanged, ReasonMissing, SlotNotFree
from madoguchi.applications.models import Application, CaseEvent, Slot, SlotBooking, Status
from madoguchi.applications.secrets import receipt_secret
from madoguchi.applications.slot_queries import canonical
from madoguchi.applications.tests.factories import (
    NOW,
    TODAY,
    ApplicationFactory,
    SlotBookingFactory,
    SlotFactory,
    booked_case,
    department_of,
    somebody,
)
from madoguchi.applications.tests.visitor import Page, Visitor
from madoguchi.common.models import Job
from madoguchi.identity.models import Staff
from madoguchi.notices.models import Message
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client
from madoguchi.procedures.kinds.slot import key_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]


def officer_of(case: Application) -> Staff:
    return somebody("officer", department_of(case.procedure_version))


def closed(held: SlotBooking, **fields: Any) -> Application:
    """The case of a booking after its permission."""
    Application.objects.filter(id=held.application_id).update(status=Status.CLOSED, closed_at=NOW, **fields)
    held.refresh_from_db()
    return held.application


def is_sound() -> bool:
    return all(slot.free == slot.capacity - slot.bookings.count() for slot in Slot.objects.all())


# --- who filed -----------------------------------------------------------------------------------------------


def test_who_filed_chooses_another_time_and_the_old_one_is_free_again() -> None:
    held, new = SlotBookingFactory(), SlotFactory(price_yen=1200)

    booking.change_slot(application=held.application, value=canonical(new), now=NOW)

    held.application.refresh_from_db()
    assert held.application.answers["booking"] == canonical(new)
    assert SlotBooking.objects.get().slot == new
    assert CaseEvent.objects.filter(kind="change_slot").count() == 1
    assert is_sound()


@pytest.mark.parametrize("why", ["late", "proposed", "none", "other procedure"])
def test_a_time_is_not_changed_too_late_nor_where_there_is_none(why: str) -> None:
    new = SlotFactory()
    held = SlotBookingFactory(slot=SlotFactory(day=TODAY + timedelta(days=2 if why == "late" else 9)))
    case = held.application
    if why == "proposed":
        Application.objects.filter(id=case.id).update(status=Status.PROPOSED)
        case.refresh_from_db()
    elif why == "none":
        case = booked_case(SlotFactory())
    elif why == "other procedure":
        case = ApplicationFactory()

    with pytest.raises(NotAllowed):
        booking.change_slot(application=case, value=canonical(new), now=NOW)


def test_the_time_one_has_is_no_change() -> None:
    held = SlotBookingFactory()

    with pytest.raises(NothingChanged):
        booking.change_slot(application=held.application, value=canonical(held.slot), now=NOW)


def test_a_taken_time_is_refused_and_the_old_one_kept() -> None:
    held = SlotBookingFactory()

    with pytest.raises(SlotNotFree):
        booking.change_slot(application=held.application, value=canonical(SlotFactory(free=0)), now=NOW)

    assert SlotBooking.objects.get().slot == held.slot


def test_what_was_granted_may_be_cancelled_in_time() -> None:
    held = SlotBookingFactory()
    case = closed(held)

    booking.cancel_slot(application=case, now=NOW)

    assert not SlotBooking.objects.exists()
    assert is_sound()
    assert case.status == Status.CLOSED
    assert not Job.objects.filter(kind="applications.tell_cancelled_slot").exists()


@pytest.mark.parametrize("why", ["late", "open"])
def test_nobody_cancels_too_late_or_what_is_still_to_be_withdrawn(why: str) -> None:
    held = SlotBookingFactory(slot=SlotFactory(day=TODAY + timedelta(days=2 if why == "late" else 9)))
    case = closed(held) if why == "late" else held.application

    with pytest.raises(NotAllowed):
        booking.cancel_slot(application=case, now=NOW)


# --- staff ---------------------------------------------------------------------------------------------------


def test_staff_give_a_slot_back_with_a_reason_that_is_told() -> None:
    case = SlotBookingFactory(slot=SlotFactory(day=TODAY)).application
    Application.objects.filter(id=case.id).update(email="hanako@example.jp")

    booking.cancel_slot(application=case, by=officer_of(case), reason=" 空調の修繕のため ", now=NOW)

    assert CaseEvent.objects.get(kind="cancel_slot").detail["reason"] == "空調の修繕のため"
    assert is_sound()
    job = Job.objects.get(kind="applications.tell_cancelled_slot")
    slot_jobs.tell_cancelled_slot(job.payload)
    slot_jobs.tell_cancelled_slot(job.payload)
    assert Message.objects.filter(purpose="slot").count() == 1


def test_a_mail_about_a_case_that_was_erased_is_not_written() -> None:
    case = booked_case(SlotFactory())

    slot_jobs.tell_cancelled_slot({"application": str(case.id)})

    assert not Message.objects.exists()


def test_staff_say_why_and_only_those_who_handle_the_case() -> None:
    case = SlotBookingFactory().application

    with pytest.raises(ReasonMissing):
        booking.cancel_slot(application=case, by=officer_of(case), reason=" ", now=NOW)
    with pytest.raises(NotAllowed):
        booking.cancel_slot(
            application=case, by=somebody("officer", DepartmentFactory()), reason="x", now=NOW
        )
    unbooked = booked_case(SlotFactory())
    with pytest.raises(NotAllowed):
        booking.cancel_slot(application=unbooked, by=officer_of(unbooked), reason="x", now=NOW)


def test_staff_take_the_slot_of_a_case_that_has_none() -> None:
    slot = SlotFactory()
    case = booked_case(slot)

    booking.book_slot(application=case, by=officer_of(case), now=NOW)

    assert SlotBooking.objects.get().slot == slot
    assert is_sound()


@pytest.mark.parametrize("why", ["held", "no wish", "closed", "other procedure"])
def test_a_slot_is_taken_only_for_an_open_case_that_wishes_one_and_has_none(why: str) -> None:
    case = booked_case(SlotFactory())
    if why == "held":
        case = SlotBookingFactory().application
    elif why == "no wish":
        case.answers.pop("booking")
    elif why == "closed":
        case.status = Status.WITHDRAWN
    else:
        case = ApplicationFactory()

    with pytest.raises(NotAllowed):
        booking.book_slot(application=case, by=officer_of(case), now=NOW)


def test_staff_cannot_take_a_slot_that_is_full() -> None:
    case = booked_case(SlotFactory(free=0))

    with pytest.raises(SlotNotFree):
        booking.book_slot(application=case, by=officer_of(case), now=NOW)


# --- the pages of who filed ----------------------------------------------------------------------------------


def page_of(case: Application) -> tuple[Visitor, Page]:
    """The status page, opened with number and secret."""
    visitor = Visitor()
    look = visitor.open("/status/")
    pair = {"number": case.receipt_number, "secret": receipt_secret(case.id)}
    return visitor, visitor.send(look, pair)


def test_the_status_page_shows_the_time_and_leads_to_changing_it() -> None:
    held, new = SlotBookingFactory(), SlotFactory()
    visitor, status = page_of(held.application)
    page = visitor.open(f"/status/{held.application_id}/booking/")
    assert "11月29日" in page.text

    shown = visitor.send(page, {"q.booking.resource": new.place.code}, button=("lookup.booking", ""))
    changed = visitor.send(shown, {"q.booking": key_of(canonical(new))})

    assert "予約の日時を変える" in status.text
    assert "予約の日時を変えました" in changed.text
    assert new.place.name in changed.text


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("", "空きの表から選んでください"),
        ("same", "いま予約している日時と同じ"),
        ("taken", "先に予約しました"),
    ],
)
def test_what_is_wrong_with_a_change_is_said_at_the_table(choice: str, said: str) -> None:
    held = SlotBookingFactory(slot=SlotFactory(capacity=2))
    keys = {"": "", "same": key_of(canonical(held.slot)), "taken": key_of(canonical(SlotFactory(free=0)))}
    visitor, _status = page_of(held.application)
    page = visitor.open(f"/status/{held.application_id}/booking/")

    answer = visitor.send(page, {"q.booking": keys[choice], "q.booking.resource": ""})

    assert answer.status == 422
    assert said in answer.text


def test_what_was_granted_is_cancelled_on_a_page_of_its_own() -> None:
    held = SlotBookingFactory()
    closed(held)
    visitor, status = page_of(held.application)

    done = visitor.send(visitor.open(f"/status/{held.application_id}/booking/cancel/"))

    assert "予約を取り消す" in status.text
    assert "予約の日時を変える" not in status.text
    assert "予約を取り消しました" in done.text
    assert not SlotBooking.objects.exists()


@pytest.mark.parametrize("page", ["booking", "booking/cancel"])
def test_pages_about_a_time_that_is_not_there_lead_back(page: str) -> None:
    case = booked_case(SlotFactory())
    visitor, status = page_of(case)

    assert visitor.open(f"/status/{case.id}/{page}/").path == status.path


# --- the page of staff ---------------------------------------------------------------------------------------


def desk_of(case: Application) -> Any:
    return signed_in_client(somebody("head", department_of(case.procedure_version)))


def test_the_desk_sees_whether_the_slot_is_held_and_gives_it_back() -> None:
    case = SlotBookingFactory().application
    client = desk_of(case)
    address = f"/desk/case/{case.id}/slot/"
    assert "予約済み" in client.get(f"/desk/case/{case.id}/").content.decode()
    assert "予約が取れています" in client.get(address).content.decode()

    empty = client.post(address, {"version": case.version, "reason": " "})
    long = client.post(address, {"version": case.version, "reason": "あ" * 501})
    done = client.post(address, {"version": case.version, "reason": "修繕のため"})

    assert "取り消す理由を書いてください" in empty.content.decode()
    assert (empty.status_code, long.status_code, done.status_code) == (422, 422, 302)
    assert not SlotBooking.objects.exists()
    assert "予約なし" in client.get(f"/desk/case/{case.id}/").content.decode()


def test_the_desk_takes_a_slot_after_all_or_is_told_that_it_is_full() -> None:
    slot = SlotFactory(free=0)
    case = booked_case(slot)
    client, address = desk_of(case), f"/desk/case/{case.id}/slot/"

    full = client.post(address, {"version": case.version, "act": "book"})
    Slot.objects.filter(id=slot.id).update(free=1)
    done = client.post(address, {"version": case.version, "act": "book"})

    assert full.status_code == 422
    assert "ほかの方が先に予約しました" in full.content.decode()
    assert done.status_code == 302
    assert is_sound()


def test_a_closed_slot_is_warned_about_and_the_time_changed_by_the_page_that_puts_answers_right() -> None:
    held, new = SlotBookingFactory(), SlotFactory()
    case = held.application
    head = somebody("head", department_of(case.procedure_version))
    slot_stock.close_slots(
        place=held.slot.place,
        span=slot_stock.Span(held.slot.day, held.slot.day),
        reason="空調の修繕",
        by=head,
        now=NOW,
    )
    client = signed_in_client(head)
    page = client.get(f"/desk/case/{case.id}/slot/").content.decode()
    sent = {
        "version": case.version,
        "item": "booking",
        "channel": "telephone",
        "reason": "電話で相談した。",
        "q.booking": key_of(canonical(new)),
    }

    taken = client.post(
        f"/desk/case/{case.id}/edit/", {**sent, "q.booking": key_of(canonical(SlotFactory(free=0)))}
    )
    shown = client.post(
        f"/desk/case/{case.id}/edit/", {**sent, "q.booking": "", "lookup.booking": "2026-12-07"}
    )
    done = client.post(f"/desk/case/{case.id}/edit/", sent)

    assert "空調の修繕" in page
    assert "先に予約しました" in taken.content.decode()
    assert "2026年12月7日" in shown.content.decode()
    assert done.status_code == 302
    assert SlotBooking.objects.get().slot == new


def test_a_case_of_another_procedure_has_no_page_for_a_slot() -> None:
    case = ApplicationFactory()

    assert desk_of(case).get(f"/desk/case/{case.id}/slot/").status_code == 404
