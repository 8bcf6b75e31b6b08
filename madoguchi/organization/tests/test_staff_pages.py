"""What administrators do with staff on their pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from madoguchi.audit.models import AuditEntry
from madoguchi.common.tests.lists import both_files
from madoguchi.identity.actions.guarding import guard_key
from madoguchi.identity.models import Staff
from madoguchi.identity.tests.factories import NOW, TODAY, SignInGuardFactory, StaffFactory
from madoguchi.organization import queries
from madoguchi.organization.models import Posting
from madoguchi.organization.rules import Role
from madoguchi.organization.tests.factories import (
    DepartmentFactory,
    PostingFactory,
    signed_in_client,
    staff_with,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


def names(response):
    """The log-ins in the list, in order."""
    return re.findall(r'data-label="ログイン名">([^<]+)<', response.content.decode())


def new_staff(**fields):
    return {
        "login": "hanako",
        "display_name": "岩手　花子",
        "name_kana": "いわて はなこ",
        "department": "",
        "role": "officer",
    } | fields


def test_staff_are_found_by_pieces_of_log_in_name_and_reading(client):
    StaffFactory(login="hanako", display_name="岩手　花子", name_kana="イワテ ハナコ")
    StaffFactory(login="taro", display_name="盛岡 太郎", name_kana="モリオカ タロウ")

    for text in ("HANA", "岩手花子", "手 花", "ハナコ", "はなこ", "ｲﾜﾃ", "いわてはな"):
        assert names(client.get("/desk/staff/", {"q": text})) == ["hanako"], text
    assert "条件に合う職員はいません" in client.get("/desk/staff/", {"q": "いない"}).content.decode()


def test_staff_are_narrowed_by_department_role_and_state(client):
    department = DepartmentFactory()
    staff_with(Role.HEAD, department=department, login="head")
    staff_with(Role.OFFICER, department=department, login="officer")
    StaffFactory(login="gone", active=False)
    here = {"department": department.code}

    assert set(names(client.get("/desk/staff/", here))) == {"head", "officer"}
    assert names(client.get("/desk/staff/", here | {"role": "head"})) == ["head"]
    assert names(client.get("/desk/staff/", {"state": "inactive"})) == ["gone"]
    assert len(names(client.get("/desk/staff/", {"state": "all"}))) == 4
    odd = {"department": "' --", "role": "king", "state": "?", "sort": "password", "page": "x"}
    assert client.get("/desk/staff/", odd).status_code == 200


def test_the_list_is_sorted_both_ways(client):
    StaffFactory(login="zebra", name_kana="アア")
    StaffFactory(login="aardvark", name_kana="ワワ")

    assert names(client.get("/desk/staff/")) == ["zebra", "admin", "aardvark"]
    assert names(client.get("/desk/staff/", {"sort": "-name"})) == ["aardvark", "admin", "zebra"]
    assert names(client.get("/desk/staff/", {"sort": "login"})) == ["aardvark", "admin", "zebra"]


def test_the_list_asks_as_much_for_sixty_rows_as_for_one(client, django_assert_num_queries):
    with django_assert_num_queries(6):
        client.get("/desk/staff/")
    department = DepartmentFactory()
    for _ in range(60):
        staff_with(Role.OFFICER, Role.HEAD, department=department)

    with django_assert_num_queries(6):
        response = client.get("/desk/staff/")

    assert len(names(response)) == 50
    assert "61件中 1〜50件" in response.content.decode()
    assert len(names(client.get("/desk/staff/", {"page": "2"}))) == 11


def test_the_list_shows_who_is_locked_out_or_not_enrolled(client):
    locked = StaffFactory(login="locked")
    SignInGuardFactory(login_digest=guard_key(locked.login), locked_until=NOW + timedelta(minutes=5))
    StaffFactory(login="fresh", enrolled=False)

    text = client.get("/desk/staff/").content.decode()

    assert "一時ロック中" in text
    assert "認証アプリ未登録" in text


def test_the_file_holds_the_same_list_and_taking_it_is_recorded(client, admin):
    StaffFactory(login="hanako", display_name="=1+1", name_kana="＝１＋１")

    rows = both_files(client, "/desk/staff/list.csv?q=hanako")

    assert rows[0][0] == "ログイン名"
    assert rows[1][:3] == ["hanako", "'=1+1", "'＝１＋１"]
    assert len(rows) == 2
    looks = AuditEntry.objects.filter(act="read").values_list("actor", "purpose")
    assert sorted(looks) == [(admin.actor, "csv"), (admin.actor, "excel")]


@pytest.mark.slow
def test_a_new_account_shows_its_initial_password_once(client):
    department = DepartmentFactory()
    assert department.name in client.get("/desk/staff/new/").content.decode()

    response = client.post("/desk/staff/new/", new_staff(department=department.code, login="HANAKO"))

    opened = Staff.objects.get(login="hanako")
    assert (opened.display_name, opened.name_kana) == ("岩手　花子", "イワテ ハナコ")
    assert re.search(r'id="initial-password">[0-9A-Z]{4}(-[0-9A-Z]{4}){3}<', response.content.decode())
    assert "initial-password" not in client.get(f"/desk/staff/{opened.pk}/").content.decode()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"login": "花子"}, "login"),
        ({"login": "admin"}, "login"),
        ({"display_name": ""}, "display_name"),
        ({"display_name": "花子😀"}, "display_name"),
        ({"display_name": "あ" * 61}, "display_name"),
        ({"name_kana": ""}, "name_kana"),
        ({"name_kana": "花子"}, "name_kana"),
        ({"department": "no-such"}, "department"),
        ({"role": "king"}, "role"),
    ],
)
def test_an_account_that_cannot_be_is_told_at_its_field_and_keeps_what_was_typed(client, fields, wrong):
    department = DepartmentFactory()

    response = client.post("/desk/staff/new/", new_staff(department=department.code) | fields)

    text = response.content.decode()
    assert response.status_code == 422
    assert f'href="#{wrong}"' in text
    assert f'id="{wrong}-error"' in text
    assert not Staff.objects.filter(login="hanako").exists()
    if wrong != "login":
        assert 'value="hanako"' in text


def test_a_page_of_nobody_is_not_found(client, admin):
    nobody = "0192f3a4-0000-7000-8000-000000000001"

    assert client.get(f"/desk/staff/{nobody}/").status_code == 404
    assert client.post(f"/desk/staff/{nobody}/name/").status_code == 404
    assert client.post(f"/desk/staff/{admin.pk}/postings/{nobody}/end/").status_code == 404
    assert client.post(f"/desk/staff/{admin.pk}/account/", {"act": "rename"}).status_code == 404
    assert client.get("/desk/departments/no-such/").status_code == 404


def test_a_name_is_changed_and_the_second_of_two_is_told(client):
    person = StaffFactory()
    address = f"/desk/staff/{person.pk}/name/"
    fields = {"display_name": "盛岡 花子", "name_kana": "モリオカ ハナコ", "version": "1"}

    assert client.post(address, fields | {"name_kana": "盛岡"}).status_code == 422
    assert client.post(address, fields).headers["Location"].endswith("?done=renamed")
    late = client.post(address, fields | {"display_name": "八幡 花子"})

    assert late.status_code == 422
    assert "ほかの人が先に変更しました" in late.content.decode()
    assert 'value="八幡　花子"' in late.content.decode()
    assert Staff.objects.get(pk=person.pk).display_name == "盛岡　花子"


@pytest.mark.slow
def test_an_account_is_reset_unlocked_ended_and_brought_back(client):
    person = StaffFactory()
    SignInGuardFactory(login_digest=guard_key(person.login), locked_until=NOW + timedelta(minutes=5))
    page, address = f"/desk/staff/{person.pk}/", f"/desk/staff/{person.pk}/account/"
    assert "一時ロックを解除する" in client.get(page).content.decode()

    def act(name):
        version = Staff.objects.get(pk=person.pk).version
        response = client.post(address, {"act": name, "version": str(version)})
        return response, client.get(response.headers.get("Location", page)).content.decode()

    assert "一時ロックを解除しました" in act("unlock")[1]
    assert "initial-password" in act("reset_password")[0].content.decode()
    assert "認証アプリの登録を取り消しました" in act("reset_authenticator")[1]
    assert "利用を停止しています" in act("deactivate")[1]
    assert "利用を再開しました" in act("reactivate")[1]
    stale = client.post(address, {"act": "deactivate", "version": "1"})
    assert "ほかの人が先に変更しました" in stale.content.decode()


def test_one_s_own_account_is_not_changed_here(client, admin):
    assert "自分のアカウントです" in client.get(f"/desk/staff/{admin.pk}/").content.decode()

    response = client.post(f"/desk/staff/{admin.pk}/account/", {"act": "deactivate", "version": "1"})

    assert response.status_code == 422
    assert Staff.objects.get(pk=admin.pk).active


def test_one_s_own_administration_is_not_ended_here(client, admin):
    posting = Posting.objects.get(staff=admin)

    response = client.post(f"/desk/staff/{admin.pk}/postings/{posting.pk}/end/", {"when": "now"})

    assert "自分のシステム管理者の役割は、自分では外せません" in response.content.decode()


def test_the_last_administrator_without_end_is_told(admin):
    leaving = StaffFactory()
    PostingFactory(staff=leaving, role=Role.ADMINISTRATOR, valid_until=TODAY)
    client, posting = signed_in_client(leaving), Posting.objects.get(staff=admin)

    ended = client.post(f"/desk/staff/{admin.pk}/postings/{posting.pk}/end/", {"when": "now"})
    stopped = client.post(f"/desk/staff/{admin.pk}/account/", {"act": "deactivate", "version": "1"})

    assert "いなくなるため" in ended.content.decode()
    assert "いなくなるため" in stopped.content.decode()


def test_a_role_is_given_and_taken_at_once_or_with_a_day(client):
    person, department = StaffFactory(), DepartmentFactory()
    address = f"/desk/staff/{person.pk}/postings/"
    fields = {"department": department.code, "role": "head", "valid_from": "2026-11-23"}

    assert client.post(address, fields | {"valid_from": "99999-01-01"}).status_code == 422
    assert client.post(address, fields).headers["Location"].endswith("?done=posted")
    assert "すでにこの役割についています" in client.post(address, fields).content.decode()
    end = f"{address}{Posting.objects.get(staff=person).pk}/end/"
    for wrong in ("", "2026-02-30", "0001-01-01"):
        assert client.post(end, {"when": "day", "last_day": wrong}).status_code == 422
    client.post(end, {"when": "day", "last_day": "2027-03-31"})
    assert queries.departments_of(person, TODAY) == {department.code}
    client.post(end, {"when": "now"})

    assert queries.departments_of(person, TODAY) == set()


def test_a_role_that_somebody_else_ended_is_told(client, monkeypatch):
    posting = PostingFactory()

    def overtaken(**_):
        raise queries_actions.NotOpen

    from madoguchi.organization.actions import staff as queries_actions

    monkeypatch.setattr(queries_actions, "end_posting", overtaken)
    response = client.post(f"/desk/staff/{posting.staff_id}/postings/{posting.pk}/end/", {"when": "now"})

    assert "ほかの人が先に変更しました" in response.content.decode()
