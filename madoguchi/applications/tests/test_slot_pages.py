"""The table of free times on the pages of a filing: looked at and turned over without losing what was typed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madoguchi.applications.models import Draft, Slot
from madoguchi.applications.slot_queries import canonical, slot_question
from madoguchi.applications.slot_tables import booked_text, table_for, wrong_slot
from madoguchi.applications.tests.factories import (
    NOW,
    TODAY,
    ApplicationFactory,
    SlotBookingFactory,
    SlotFactory,
    SlotPlaceFactory,
    offered,
    somebody,
)
from madoguchi.applications.tests.offers import asked, offer, sample, section
from madoguchi.applications.tests.visitor import Page, Visitor
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds.slot import key_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

VISIT = {"stock": "facilities", "first_days": 1, "last_days": 20}


def begun() -> tuple[Visitor, Page]:
    """A small procedure with a name and a slot on its only page."""
    DepartmentFactory(code="residents", name="市民登録課")
    page = section("main", asked("name"), asked("visit", "slot", **VISIT))
    offer(sections=[page], fee={"yen": 0}, texts={})
    visitor = Visitor()
    return visitor, visitor.start("residence-certificate")


def question() -> Question:
    found = slot_question(procedures.definition_of(offered("facility_reservation").id))
    assert found is not None
    return found


# --- the page ------------------------------------------------------------------------------------------------


def test_a_week_is_turned_and_a_place_chosen_without_losing_what_was_typed() -> None:
    SlotFactory(place=SlotPlaceFactory(name="会議室A"))
    other = SlotFactory(place=SlotPlaceFactory(name="会議室B"), day=TODAY + timedelta(days=16))
    visitor, page = begun()
    assert "会議室A" in page.text

    place = visitor.send(
        page, {"q.name": "太郎", "q.visit.resource": other.place.code}, button=("lookup.visit", "")
    )
    week = visitor.send(place, button=("lookup.visit", "2026-12-07"))
    check = visitor.send(week, {"q.visit": key_of(canonical(other))})

    assert week.form().value("q.name") == "太郎"
    assert "2026年12月9日" in week.text
    assert check.path.endswith("/check/")
    assert "会議室B" in check.text
    assert Draft.objects.get().answers["visit"] == canonical(other)


def test_what_was_chosen_stays_chosen_while_its_reader_looks_at_another_week() -> None:
    slot = SlotFactory()
    visitor, page = begun()

    week = visitor.send(page, {"q.visit": key_of(canonical(slot))}, button=("lookup.visit", "2026-12-07"))

    assert "いま選んでいる日時" in week.text
    assert visitor.send(week, {"q.name": "太郎"}).path.endswith("/check/")


def test_what_is_taken_closed_or_out_of_time_cannot_be_chosen_and_is_said_in_words() -> None:
    place = SlotPlaceFactory()
    SlotFactory(place=place, free=0, day=TODAY + timedelta(days=1))
    SlotFactory(place=place, capacity=5, day=TODAY + timedelta(days=2))
    SlotFactory(place=place, day=TODAY)
    SlotFactory(place=place, day=TODAY + timedelta(days=3), closed_at=NOW)
    _visitor, page = begun()

    assert [text for text in ("× 空きなし", "○ あと5件", "× いまは選べません") if text not in page.text] == []
    assert page.text.count("900円") == 1
    assert page.text.count("枠はありません") == 4  # the closed one is not there either


def test_a_slot_that_others_took_while_the_page_was_open_is_refused_at_the_question() -> None:
    slot = SlotFactory()
    near = SlotFactory(place=slot.place, day=slot.day + timedelta(days=1))
    visitor, page = begun()
    Slot.objects.filter(id=slot.id).update(free=0)

    answer = visitor.send(page, {"q.name": "太郎", "q.visit": key_of(canonical(slot))})

    assert answer.status == 422
    assert "先に予約しました" in answer.text
    assert "2026年12月3日" in answer.text
    assert answer.form().value("q.name") == "太郎"
    chosen = visitor.send(answer, {"q.visit": key_of(canonical(near))})
    assert chosen.path.endswith("/check/")


def test_a_price_that_the_page_was_made_to_send_is_not_taken() -> None:
    slot = SlotFactory()
    visitor, page = begun()

    answer = visitor.send(page, {"q.name": "太郎", "q.visit": key_of({**canonical(slot), "price_yen": 0})})

    assert answer.status == 422
    assert "選べなくなりました" in answer.text


def test_a_slot_lost_since_it_was_chosen_is_said_when_the_page_is_opened_again() -> None:
    slot = SlotFactory()
    visitor, page = begun()
    visitor.send(page, {"q.name": "太郎", "q.visit": key_of(canonical(slot))})
    Slot.objects.filter(id=slot.id).update(free=0)

    again = visitor.open(page.path)

    assert "先に予約しました" in again.text
    assert again.form().value("q.visit") == ""


def test_without_any_place_the_page_says_whom_to_ask() -> None:
    _visitor, page = begun()

    assert "担当の部署に電話してください" in page.text


# --- the table -----------------------------------------------------------------------------------------------


def test_the_table_begins_with_the_week_of_the_next_free_time() -> None:
    place = SlotPlaceFactory()
    SlotFactory(place=place, free=0)
    SlotFactory(place=place, day=TODAY + timedelta(days=21))

    table = table_for(question(), {}, language="ja", now=NOW)

    assert table is not None
    assert table.week == "2026-12-14"
    assert (table.previous, table.next) == ("2026-12-07", "2026-12-21")


@pytest.mark.parametrize(
    ("week", "shown", "ways"),
    [("2026-01-01", "2026-11-23", ("", "2026-11-30")), ("2030-01-01", "2027-02-15", ("2027-02-08", ""))],
)
def test_the_table_does_not_leave_the_days_that_may_be_chosen(
    week: str, shown: str, ways: tuple[str, str]
) -> None:
    SlotPlaceFactory()

    table = table_for(question(), {"week": week}, language="ja", now=NOW)

    assert table is not None
    assert table.week == shown
    assert (table.previous, table.next) == ways


def test_staff_see_the_days_that_residents_may_not_choose() -> None:
    slot = SlotFactory(day=TODAY + timedelta(days=1))

    table = table_for(question(), {}, language="ja", now=NOW, for_staff=True)

    assert table is not None
    lines = [line for day in table.days for line in day.lines]
    assert [(line.key, line.is_free) for line in lines] == [(key_of(canonical(slot)), True)]


def test_other_questions_have_no_table() -> None:
    definition = procedures.definition_of(offered("facility_reservation").id)

    assert table_for(definition.question("purpose"), {}, language="ja", now=NOW) is None


def test_the_table_asks_as_many_questions_for_many_times_as_for_one(django_assert_num_queries) -> None:
    place = SlotPlaceFactory()
    asked_for = question()
    for day in range(8, 12):
        SlotFactory(place=place, day=TODAY + timedelta(days=day))
        SlotFactory(
            place=place,
            day=TODAY + timedelta(days=day),
            starts_at=NOW.time(),
            ends_at=NOW.time().replace(hour=9),
        )

    with django_assert_num_queries(2):
        table_for(asked_for, {"week": "2026-12-01"}, language="ja", now=NOW)


def test_a_slot_out_of_the_days_of_the_definition_is_said_to_be_so() -> None:
    slot = SlotFactory(day=TODAY + timedelta(days=1))

    errors = wrong_slot(question(), canonical(slot), language="ja", now=NOW)

    assert [error.code for error in errors] == ["slot_out_of_time"]
    assert wrong_slot(question(), canonical(slot), language="ja", now=NOW, for_staff=True) == ()


def test_what_a_case_holds_is_said_in_words_and_nothing_where_it_holds_nothing() -> None:
    held = SlotBookingFactory()

    assert held.slot.place.name in booked_text(held.application, "ja")
    assert booked_text(ApplicationFactory(), "ja") == ""


# --- entering at the desk ------------------------------------------------------------------------------------


def test_staff_choose_a_slot_for_what_came_on_paper_on_the_page_of_all_questions() -> None:
    slot = SlotFactory(day=TODAY + timedelta(days=1))
    offered("facility_reservation")
    head = somebody("head", DepartmentFactory(code="lifelong-learning", name="生涯学習課"))
    client = signed_in_client(head)
    begun_at = {"procedure": "facility-reservation", "channel": "paper", "received_on": TODAY.isoformat()}
    client.post("/desk/new/", begun_at)
    draft = Draft.objects.get()
    answers = {**sample("facility_reservation_meeting")["answers"], "booking": None}
    Draft.objects.filter(id=draft.id).update(answers={k: v for k, v in answers.items() if v is not None})
    address = f"/desk/new/{draft.id}/"
    page = client.get(address).content.decode()
    assert key_of(canonical(slot)) in page

    turned = client.post(address, {"version": 1, "lookup.booking": "2026-11-30"}, follow=True)
    draft.refresh_from_db()

    assert turned.status_code == 200
    assert "2026年11月30日" in turned.content.decode()
