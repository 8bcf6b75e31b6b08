"""What administrators do with departments and closed days on their pages."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from madoguchi.common import clock
from madoguchi.common.tests.lists import both_files
from madoguchi.identity.tests.factories import TODAY, StaffFactory
from madoguchi.organization.models import ClosedDay, Department, Posting
from madoguchi.organization.rules import Role
from madoguchi.organization.tests.factories import (
    ClosedDayFactory,
    DepartmentFactory,
    PostingFactory,
    signed_in_client,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


def department_fields(**fields):
    return {
        "name": "子ども青少年課",
        "name_kana": "こどもせいしょうねんか",
        "phone": "０１９-000-1234",
        "extension": "2010",
        "hours": "平日 8時30分〜17時15分",
        "place": "本館2階",
        "email": "",
    } | fields


def test_departments_are_found_and_narrowed(client):
    DepartmentFactory(code="child", name="子ども課", name_kana="コドモカ")
    DepartmentFactory(code="old", name="旧課", valid_until=TODAY - timedelta(days=1))

    def codes(**query):
        text = client.get("/desk/departments/", query).content.decode()
        return re.findall(r'href="/desk/departments/([a-z0-9-]+)/"', text)

    assert set(codes(q="こども")) == {"new", "child"}
    assert "old" not in codes()
    assert set(codes(state="ended")) - {"new"} == {"old"}
    assert {"child", "old"} <= set(codes(state="all"))
    assert "条件に合う部署はありません" in client.get("/desk/departments/", {"q": "?"}).content.decode()


def test_the_list_of_departments_asks_as_much_for_thirty_rows_as_for_one(client, django_assert_num_queries):
    with django_assert_num_queries(3):
        client.get("/desk/departments/")
    for _ in range(30):
        DepartmentFactory()

    with django_assert_num_queries(3):
        client.get("/desk/departments/")


def test_the_file_of_departments_can_be_taken(client):
    DepartmentFactory(code="child", name="子ども課")

    rows = both_files(client, "/desk/departments/list.csv")

    assert ["child", "子ども課"] in [row[:2] for row in rows]


def test_a_department_is_added_with_its_first_day(client):
    fields = department_fields(code="child-welfare", valid_from="2027-04-01")
    assert client.get("/desk/departments/new/").status_code == 200

    response = client.post("/desk/departments/new/", fields)

    assert response.headers["Location"] == "/desk/departments/?done=opened"
    added = Department.objects.get(code="child-welfare")
    assert (added.phone, added.name_kana, added.valid_from) == (
        "019-000-1234",
        "コドモセイショウネンカ",
        date(2027, 4, 1),
    )
    assert (
        "いまの部署か過去の部署で使われています"
        in client.post("/desk/departments/new/", fields).content.decode()
    )


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"code": "子ども"}, "code"),
        ({"valid_from": "きょう"}, "valid_from"),
        ({"name": ""}, "name"),
        ({"name_kana": "子ども"}, "name_kana"),
        ({"phone": "電話番号"}, "phone"),
        ({"extension": "x" * 30}, "extension"),
        ({"hours": "あ" * 121}, "hours"),
        ({"place": "あ" * 10_000}, "place"),
        ({"email": "a@b"}, "email"),
    ],
)
def test_a_department_that_cannot_be_is_told_at_its_field(client, fields, wrong):
    typed = department_fields(code="new", valid_from="2027-04-01") | fields

    response = client.post("/desk/departments/new/", typed)

    assert response.status_code == 422
    assert f'id="{wrong}-error"' in response.content.decode()
    assert not Department.objects.filter(name="子ども青少年課").exists()


def test_a_department_is_changed_and_the_second_of_two_sees_both_texts(client):
    department = DepartmentFactory(place="本館1階")
    address = f"/desk/departments/{department.code}/"
    assert "本館1階" in client.get(address).content.decode()
    fields = department_fields(version="1")

    assert client.post(address, fields | {"name": ""}).status_code == 422
    assert client.post(address, fields).headers["Location"].endswith("?done=changed")
    late = client.post(address, fields | {"place": "別館9階"}).content.decode()

    assert "ほかの人が先に変更しました" in late
    assert "本館2階" in late
    assert 'value="別館9階"' in late
    assert 'name="version" value="2"' in late


def test_a_department_ends_with_a_day(client, admin):
    department = DepartmentFactory()
    address = f"/desk/departments/{department.code}/end/"

    for wrong in ("", "2019-01-01", "3026-01-01"):
        assert client.post(address, {"last_day": wrong, "version": "1"}).status_code == 422
    assert client.post(address, {"last_day": "2027-03-31", "version": "9"}).status_code == 422
    done = client.post(address, {"last_day": "2027-03-31", "version": "1"})

    assert done.headers["Location"] == "/desk/departments/?done=ended"
    assert Department.objects.get(code=department.code).valid_until == date(2027, 3, 31)
    own = Posting.objects.get(staff=admin).department_id
    mine = client.post(f"/desk/departments/{own}/end/", {"last_day": "2027-03-31", "version": "1"})
    assert "自分では外せません" in mine.content.decode()


def test_a_department_with_the_last_administrator_is_told(admin):
    leaving = StaffFactory()
    PostingFactory(staff=leaving, role=Role.ADMINISTRATOR, valid_until=TODAY)
    own = Posting.objects.get(staff=admin).department_id

    response = signed_in_client(leaving).post(
        f"/desk/departments/{own}/end/", {"last_day": "2027-03-31", "version": "1"}
    )

    assert "いなくなるため" in response.content.decode()


def test_closed_days_are_added_once_and_removed(client):
    kept = ClosedDayFactory(name="創立記念")
    address = "/desk/closed-days/"
    for wrong in ("", "13月1日", "2026-02-29"):
        assert client.post(address, {"day": wrong, "name": "臨時"}).status_code == 422

    client.post(address, {"day": "2027-05-06", "name": "臨時休業"})
    again = client.post(address, {"day": "2027-05-06", "name": "臨時休業"})
    assert "すでに登録されています" in again.content.decode()
    page = client.get(address).content.decode()
    assert "2027年5月6日（令和9年）" in page
    added = ClosedDay.objects.get(day=date(2027, 5, 6))
    for _ in range(2):
        assert client.post(f"{address}{added.pk}/remove/").status_code == 302

    assert list(ClosedDay.objects.all()) == [kept]
    assert clock.today() == TODAY
