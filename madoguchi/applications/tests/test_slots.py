"""Taking a slot with a filing, and giving it back: never twice, never lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.applications import actions
from madoguchi.applications.actions import slots
from madoguchi.applications.actions.review import Item
from madoguchi.applications.errors import (
    AlreadyFiled,
    ChangedMeanwhile,
    NotComplete,
    SlotNotFree,
    UnknownChoice,
)
from madoguchi.applications.models import Application, Draft, Slot, SlotBooking, Status
from madoguchi.applications.slot_queries import alternatives, canonical, slot_question, why_not
from madoguchi.applications.tests.factories import (
    NOW,
    TODAY,
    DraftFactory,
    SlotBookingFactory,
    SlotFactory,
    SlotPlaceFactory,
    booked_case,
    department_of,
    offered,
    somebody,
)
from madoguchi.applications.tests.offers import sample
from madoguchi.common import kernel
from madoguchi.procedures import queries as procedures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]


def draft_for(slot: Slot, **fields: Any) -> Draft:
    """A complete filing for this slot."""
    version = offered("facility_reservation")
    answers = {**sample("facility_reservation_meeting")["answers"], "booking": canonical(slot)}
    return DraftFactory(procedure_version=version, answers=answers, **fields)


def filed(slot: Slot, **fields: Any) -> Application:
    return actions.file_draft(draft=draft_for(slot, **fields), now=NOW)


def is_sound(slot: Slot) -> bool:
    """Whether as many are free as are not booked."""
    slot.refresh_from_db()
    return slot.free == slot.capacity - slot.bookings.count() >= 0


# --- filing --------------------------------------------------------------------------------------------------


def test_a_filing_takes_its_slot() -> None:
    slot = SlotFactory()

    case = filed(slot)

    assert SlotBooking.objects.get().application == case
    assert is_sound(slot)
    assert slot.free == 0


def test_a_slot_that_others_took_refuses_the_filing_and_leaves_the_draft() -> None:
    slot = SlotFactory()
    late = draft_for(slot)
    filed(slot)

    with pytest.raises(SlotNotFree) as refused:
        actions.file_draft(draft=late, now=NOW)

    assert refused.value.question_id == "booking"
    assert Draft.objects.get() == late
    assert Application.objects.count() == 1


def test_a_draft_sent_twice_has_its_receipt_and_one_slot() -> None:
    slot = SlotFactory()
    draft = draft_for(slot)
    actions.file_draft(draft=draft, now=NOW)

    with pytest.raises(AlreadyFiled):
        actions.file_draft(draft=draft, now=NOW)

    assert SlotBooking.objects.count() == 1


def test_what_else_is_missing_is_said_before_the_slot_is_looked_for() -> None:
    draft = draft_for(SlotFactory(free=0))
    draft.answers.pop("purpose")

    with pytest.raises(NotComplete):
        actions.file_draft(draft=draft, now=NOW)


@pytest.mark.parametrize(
    "changed",
    [
        {"price_yen": 500},
        {"closed_at": NOW, "closed_reason": "修繕"},
        {"day": TODAY + timedelta(days=1)},
        {"day": TODAY + timedelta(days=120)},
    ],
)
def test_a_slot_that_is_no_longer_what_was_chosen_cannot_be_filed_for(changed: dict[str, Any]) -> None:
    slot = SlotFactory()
    draft = draft_for(slot)
    Slot.objects.filter(id=slot.id).update(**changed)
    if "day" in changed:
        slot.refresh_from_db()
        draft.answers["booking"] = canonical(slot)

    with pytest.raises(SlotNotFree):
        actions.file_draft(draft=draft, now=NOW)


@pytest.mark.parametrize("place", [{"stock": "visits"}, {"ended": True}])
def test_a_slot_of_another_procedure_or_of_a_place_that_ended_is_not_taken(place: dict[str, Any]) -> None:
    draft = draft_for(SlotFactory(place=SlotPlaceFactory(**place)))

    with pytest.raises(SlotNotFree):
        actions.file_draft(draft=draft, now=NOW)


def test_what_came_on_paper_takes_its_slot_also_near_to_the_day() -> None:
    slot = SlotFactory(day=TODAY + timedelta(days=1))

    actions.file_draft(draft=draft_for(slot, entered=True), now=NOW, accept_incomplete=True)

    assert is_sound(slot)
    assert slot.free == 0


@pytest.mark.parametrize("why", [{"free": 0}, {"day": TODAY - timedelta(days=1)}])
def test_what_came_on_paper_is_received_without_a_slot_that_is_full_or_over(why: dict[str, Any]) -> None:
    slot = SlotFactory(**why)
    draft = draft_for(slot, entered=True)

    case = actions.file_draft(draft=draft, now=NOW, accept_incomplete=True)

    assert case.answers["booking"] == canonical(slot)
    assert not SlotBooking.objects.exists()


@pytest.mark.parametrize("meanwhile", [{"free": 0}, {"closed_at": NOW}])
def test_a_slot_taken_or_closed_between_looking_and_writing_refuses_the_unit(
    meanwhile: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = SlotFactory()
    draft = draft_for(slot)
    commit = kernel.commit

    def first_another(unit: kernel.Unit) -> None:
        Slot.objects.filter(id=slot.id).update(**meanwhile)
        commit(unit)

    monkeypatch.setattr(kernel, "commit", first_another)

    with pytest.raises(SlotNotFree):
        actions.file_draft(draft=draft, now=NOW)

    assert not Application.objects.exists()


# --- giving back ---------------------------------------------------------------------------------------------


def test_withdrawing_gives_the_slot_back() -> None:
    slot = SlotFactory()
    case = filed(slot)

    actions.withdraw(application=case, reason="行けなくなった", now=NOW)

    assert is_sound(slot)
    assert slot.free == 1


@pytest.mark.parametrize(("kind", "reason", "free"), [("refused", "正当な理由", 1), ("permitted", "", 0)])
def test_a_refusal_gives_the_slot_back_and_a_permission_keeps_it(kind: str, reason: str, free: int) -> None:
    slot = SlotFactory()
    case = booked_case(slot, in_review=True)
    SlotBookingFactory(slot=slot, application=case)
    department = department_of(case.procedure_version)
    actions.propose(application=case, kind=kind, reason=reason, by=somebody("officer", department), now=NOW)

    actions.decide(application=case, by=somebody("approver", department), now=NOW)

    assert case.status == Status.CLOSED
    assert is_sound(slot)
    assert slot.free == free


def test_giving_back_what_was_given_back_meanwhile_changes_nothing() -> None:
    held = SlotBookingFactory()
    unit = kernel.Unit()
    slots.release_slot(unit, held.application, now=NOW)
    first = kernel.Unit()
    slots.release_slot(first, held.application, now=NOW)
    kernel.commit(first)

    with pytest.raises(ChangedMeanwhile):
        kernel.commit(unit)

    assert is_sound(held.slot)


# --- putting right at the desk -------------------------------------------------------------------------------


def edit(case: Application, value: Any) -> None:
    actions.edit_answer(
        application=case,
        target="booking",
        value=value,
        reason="電話で相談した。",
        channel="telephone",
        by=somebody("head", department_of(case.procedure_version)),
        now=NOW,
    )


def test_another_time_that_staff_enter_is_taken_and_the_old_one_given_back() -> None:
    old, new = SlotFactory(), SlotFactory(day=TODAY + timedelta(days=1))
    case = SlotBookingFactory(slot=old).application

    edit(case, canonical(new))

    case.refresh_from_db()
    assert case.answers["booking"] == canonical(new)
    assert SlotBooking.objects.get().slot == new
    assert is_sound(old)
    assert is_sound(new)
    assert (old.free, new.free) == (1, 0)


def test_a_case_without_a_slot_takes_the_one_that_staff_enter() -> None:
    new = SlotFactory()
    case = booked_case(SlotFactory(free=0))

    edit(case, canonical(new))

    assert SlotBooking.objects.get().slot == new


def test_staff_cannot_enter_a_time_that_is_taken_either() -> None:
    case = SlotBookingFactory().application

    with pytest.raises(SlotNotFree):
        edit(case, canonical(SlotFactory(free=0)))

    assert SlotBooking.objects.count() == 1


def test_putting_another_answer_right_leaves_the_slot_alone() -> None:
    held = SlotBookingFactory()
    actions.edit_answer(
        application=held.application,
        target="people",
        value=7,
        reason="電話で聞いた。",
        channel="telephone",
        by=somebody("head", department_of(held.application.procedure_version)),
        now=NOW,
    )

    assert SlotBooking.objects.get().slot == held.slot


def test_a_slot_that_is_asked_no_more_is_given_back() -> None:
    held = SlotBookingFactory()
    unit = kernel.Unit()

    slots.follow_slot(unit, held.application, {}, now=NOW)
    kernel.commit(unit)

    assert is_sound(held.slot)
    assert held.slot.free == 1


def test_without_a_slot_nothing_is_given_back() -> None:
    case = booked_case(SlotFactory())
    unit = kernel.Unit()

    slots.follow_slot(unit, case, {}, now=NOW)
    slots.release_slot(unit, case, now=NOW)

    assert unit.statements == []


def test_the_same_slot_under_another_name_stays_held() -> None:
    held = SlotBookingFactory()
    question = slot_question(procedures.definition_of(held.application.procedure_version_id))
    assert question is not None
    unit = kernel.Unit()

    slots.move(unit, held.application, question, held, held.slot, now=NOW)

    assert unit.statements == []


def test_a_closed_slot_is_not_offered_to_an_answer_that_names_it() -> None:
    slot = SlotFactory()
    question = slot_question(procedures.definition_of(offered("facility_reservation").id))
    assert question is not None
    value = canonical(slot)
    Slot.objects.filter(id=slot.id).update(closed_at=NOW)

    with pytest.raises(SlotNotFree):
        slots.wanted(question, value)


def test_a_correction_does_not_ask_for_a_slot() -> None:
    case = booked_case(SlotFactory(), in_review=True)
    officer = somebody("head", department_of(case.procedure_version))

    with pytest.raises(UnknownChoice):
        actions.return_for_correction(
            application=case,
            items=[Item("question", "booking", "purpose_unclear")],
            answer_by_on=date(2026, 12, 7),
            by=officer,
            now=NOW,
        )


# --- what else is free ---------------------------------------------------------------------------------------


def test_free_times_near_to_a_taken_one_are_named_the_same_place_first() -> None:
    place = SlotPlaceFactory()
    taken = SlotFactory(place=place, free=0)
    later = SlotFactory(place=place, day=taken.day + timedelta(days=2))
    beside = SlotFactory(day=taken.day)
    SlotFactory(place=place, day=taken.day + timedelta(days=60))
    SlotFactory(place=place, day=TODAY + timedelta(days=1))
    question = slot_question(procedures.definition_of(offered("facility_reservation").id))
    assert question is not None

    assert why_not(question, canonical(taken), now=NOW) == "taken"
    assert alternatives(question, canonical(taken), now=NOW) == [later, beside]


# --- any order of events -------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    capacity=st.integers(1, 4),
    acts=st.lists(st.tuples(st.sampled_from(["file", "withdraw", "cancel"]), st.integers(0, 5)), max_size=14),
)
def test_whatever_happens_in_whatever_order_no_more_hold_a_slot_than_it_takes(
    capacity: int, acts: list[tuple[str, int]]
) -> None:
    slot = SlotFactory(capacity=capacity)
    cases: list[Application] = []
    for act, number in acts:
        if act == "file":
            try:
                cases.append(filed(slot))
            except SlotNotFree:
                assert slot.bookings.count() == capacity
        elif cases:
            case = cases.pop(number % len(cases))
            actions.withdraw(application=case, reason="やめた", now=NOW)
        assert is_sound(slot)
        assert slot.bookings.count() == len(cases)
    for case in cases:
        actions.withdraw(application=case, reason="やめた", now=datetime(2026, 11, 24, tzinfo=UTC))
    assert is_sound(slot)
    assert slot.free == capacity
