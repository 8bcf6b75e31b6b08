"""The pages of slots at the desk: calendar and its files, closing and opening, who is affected, places and timetables."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from madoguchi.applications.desk_slot_forms import blank_place
from madoguchi.applications.models import Slot, SlotPlace
from madoguchi.applications.tests.factories import (
    TODAY,
    SlotBookingFactory,
    SlotFactory,
    SlotPlaceFactory,
    offered,
    somebody,
)
from madoguchi.audit.models import AuditEntry
from madoguchi.common.ids import grouped
from madoguchi.common.tests.lists import both_files
from madoguchi.organization.models import Department
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

DAY = TODAY + timedelta(days=9)  # a Wednesday


def department() -> Department:
    found = Department.objects.filter(code="lifelong-learning").first()
    return found or DepartmentFactory(code="lifelong-learning", name="生涯学習課")


def desk(role: str = "officer") -> Client:
    return signed_in_client(somebody(role, department()))


def text_of(response: Any) -> str:
    """The page."""
    return str(response.content.decode())


# --- the calendar --------------------------------------------------------------------------------------------


def test_a_day_shows_every_place_with_what_is_booked_and_by_which_case() -> None:
    held = SlotBookingFactory(slot=SlotFactory(capacity=2))
    free = SlotFactory()

    page = text_of(desk().get(f"/desk/slots/?day={DAY}"))

    assert grouped(held.application.receipt_number) in page
    assert f"/desk/case/{held.application_id}/" in page
    assert free.place.name in page
    assert "予約1件" in page
    assert held.application.applicant_name not in page.partition("<main")[2]
    assert AuditEntry.objects.filter(subject="list:slots").count() == 1


def test_a_week_of_one_place_can_be_turned() -> None:
    place = SlotPlaceFactory()
    SlotFactory(place=place, day=DAY - timedelta(days=2))
    SlotFactory(place=place, day=DAY + timedelta(days=2), closed_at="2026-11-01T00:00Z", closed_reason="修繕")
    SlotFactory(place=place, day=DAY + timedelta(days=7))

    page = text_of(desk("approver").get(f"/desk/slots/?place={place.code}&span=week&day={DAY}"))

    assert "11月30日" in page
    assert "閉鎖：修繕" in page
    assert "12月9日（" not in page
    assert f"?place={place.code}&amp;span=week&amp;day=2026-12-09" in page


def test_an_address_that_makes_no_sense_shows_today() -> None:
    page = text_of(desk().get("/desk/slots/?day=never&span=year&place=none"))

    assert "この間に枠はありません" in page


def test_places_of_other_departments_are_not_shown() -> None:
    SlotFactory(place=SlotPlaceFactory(department_code="waste", name="粗大ごみの収集"))

    assert "粗大ごみの収集" not in text_of(desk().get(f"/desk/slots/?day={DAY}"))


def test_many_bookings_of_one_slot_stand_in_one_line_and_in_a_line_each_of_the_file() -> None:
    slot = SlotFactory(capacity=3)
    numbers = [grouped(SlotBookingFactory(slot=slot).application.receipt_number) for _n in range(2)]
    client = desk()

    page = text_of(client.get(f"/desk/slots/?day={DAY}"))
    lines = both_files(client, f"/desk/slots/list.csv?day={DAY}")

    assert all(number in page for number in numbers)
    assert sorted(line[-1] for line in lines[1:]) == sorted(numbers)


@pytest.mark.parametrize("page", ["", "affected/"])
def test_a_calendar_asks_as_many_questions_for_ten_slots_as_for_one(page: str) -> None:
    client = desk()
    place = SlotPlaceFactory()
    counts = []
    for number in (1, 9):
        for n in range(number):
            closed = {"closed_at": "2026-11-01T00:00Z", "closed_reason": "修繕"}
            slot = SlotFactory(
                place=place, starts_at=time(number + n), ends_at=time(number + n, 30), **closed
            )
            SlotBookingFactory(slot=slot)
        client.get(f"/desk/slots/{page}?day={DAY}")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/desk/slots/{page}?day={DAY}")
        counts.append(len(queries))

    assert counts[0] == counts[1]


# --- closing and opening -------------------------------------------------------------------------------------


def closing(at: SlotPlace, **fields: str) -> dict[str, str]:
    return {"place": at.code, "first": DAY.isoformat(), "reason": "空調の修繕", "act": "close", **fields}


def test_closing_leads_to_the_bookings_that_are_affected() -> None:
    held = SlotBookingFactory()
    client = desk()

    page = text_of(client.post("/desk/slots/close/", closing(held.slot.place), follow=True))

    assert "1件の枠を閉じました" in page
    assert grouped(held.application.receipt_number) in page
    assert f"/desk/case/{held.application_id}/slot/" in page


def test_closed_slots_are_opened_again() -> None:
    slot = SlotFactory(closed_at="2026-11-01T00:00Z", closed_reason="修繕")
    sent = closing(slot.place, act="open", reason="", last=DAY.isoformat(), start="9:00")

    page = text_of(desk().post("/desk/slots/close/", sent))

    assert "1件の枠を開けました" in page
    slot.refresh_from_db()
    assert slot.closed_at is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"place": "none"}, "場所を選んでください"),
        ({"first": "いつか"}, "日付を「2026年11月23日」のように"),
        ({"last": "2026-01-01"}, "始まりの日より後に"),
        ({"last": "2029-01-01"}, "一度に閉じられるのは1年まで"),
        ({"start": "朝"}, "時間を「9:00」のように"),
        ({"reason": ""}, "閉じる理由を入力してください"),
        ({"reason": "あ" * 201}, "理由は200文字まで"),
        ({"last": "2027-03-01"}, "枠は、2027年2月23日（令和9年）まで作られています"),
        ({"first": "2027-03-01", "last": ""}, "枠は、2027年2月23日（令和9年）まで作られています"),
        ({"first": "2026-12-25"}, "閉じる枠（開ける枠）がありません"),
    ],
)
def test_what_is_wrong_with_a_closure_is_said_at_its_place(wrong: dict[str, str], said: str) -> None:
    place = SlotFactory().place

    answer = desk().post("/desk/slots/close/", closing(place, **wrong))

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Slot.objects.exclude(closed_at=None).exists()


def test_approvers_look_at_the_calendar_and_close_nothing() -> None:
    client = desk("approver")

    assert client.get("/desk/slots/").status_code == 200
    assert client.get("/desk/slots/close/").status_code == 403


# --- places --------------------------------------------------------------------------------------------------

PLACE = {
    "stock": "facilities",
    "department": "lifelong-learning",
    "code": "hall-1",
    "name": "中央公民館 会議室1",
    "note": "定員20人",
    "window_days": "60",
    "hours.1.weekdays": ["0", "2"],
    "hours.1.start": "9:00",
    "hours.1.end": "12：00",
    "hours.1.capacity": "",
    "hours.1.price_yen": "900",
    "hours.2.weekdays": [],
    "hours.2.start": "",
    "hours.9.x": "",
}


def test_a_place_is_added_with_its_timetable_and_changed_and_ended() -> None:
    offered("facility_reservation")
    client = desk()

    added = client.post("/desk/slots/resources/", PLACE, follow=True)
    place = SlotPlace.objects.get()
    changed = client.post(
        f"/desk/slots/resources/{place.id}/",
        {**PLACE, "version": 1, "code": "other", "name": "会議室一", "ended": "1"},
        follow=True,
    )

    assert "保存しました" in text_of(added)
    assert place.hours == [
        {"weekdays": [0, 2], "start": "09:00", "end": "12:00", "capacity": 1, "price_yen": 900}
    ]
    place.refresh_from_db()
    assert (place.code, place.name, place.ended, place.window_days) == ("hall-1", "会議室一", True, 60)
    assert "保存しました" in text_of(changed)
    assert "会議室一" in text_of(client.get("/desk/slots/resources/"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"stock": "none"}, "どの手続で使うかを選んでください"),
        ({"department": "waste"}, "部署を選んでください"),
        ({"code": "Hall 1"}, "コードは、英小文字"),
        ({"name": "会議|室"}, "名前を120文字まで"),
        ({"note": "あ" * 1001}, "案内は1000文字まで"),
        ({"window_days": "0"}, "日数は1から365まで"),
        ({"hours.1.weekdays": []}, "曜日を選んでください"),
        ({"hours.1.end": "8:00"}, "早い順に入力してください"),
        ({"hours.1.capacity": "501"}, "定員は1から500まで"),
        ({"hours.1.price_yen": "-1"}, "料金は0から1,000,000まで"),
        (
            {"hours.2.weekdays": ["2"], "hours.2.start": "11:00", "hours.2.end": "13:00"},
            "09:00からの枠と11:00からの枠が重なっています",
        ),
    ],
)
def test_what_is_wrong_with_a_place_is_said_at_its_place(wrong: dict[str, Any], said: str) -> None:
    offered("facility_reservation")

    answer = desk().post("/desk/slots/resources/", {**PLACE, **wrong})

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not SlotPlace.objects.exists()


def test_no_department_is_guessed_for_a_place_by_who_handles_several() -> None:
    stocks = ["facilities"]

    assert blank_place(stocks, ["care-insurance", "lifelong-learning"]).department == ""
    assert blank_place(stocks, ["lifelong-learning"]).department == "lifelong-learning"


def test_a_code_that_is_used_is_refused() -> None:
    offered("facility_reservation")
    SlotPlaceFactory(code="hall-1", department_code="waste")

    assert "このコードは使われています" in text_of(desk().post("/desk/slots/resources/", PLACE))


def test_who_was_slower_with_a_place_is_told() -> None:
    place = SlotPlaceFactory(code="hall-1", version=2)

    answer = desk().post(f"/desk/slots/resources/{place.id}/", {**PLACE, "version": "1"})

    assert answer.status_code == 409
    assert "ほかの人が先に変えました" in text_of(answer)


def test_a_place_of_another_department_is_not_there() -> None:
    place = SlotPlaceFactory(department_code="waste")

    assert desk().get(f"/desk/slots/resources/{place.id}/").status_code == 404


def test_a_department_without_such_procedures_is_told_so() -> None:
    page = text_of(desk().get("/desk/slots/resources/"))

    assert "日時の予約を使うものはありません" in page


def test_the_form_of_a_place_shows_its_timetable() -> None:
    place = SlotPlaceFactory()

    page = text_of(desk().get(f"/desk/slots/resources/{place.id}/"))

    assert 'value="09:00"' in page
    assert "時間割：1行" in page
