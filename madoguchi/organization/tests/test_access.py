"""Who gets past the door: the resolver of staff rules, route by route."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from madoguchi.common import access, clock, kernel
from madoguchi.identity import queries as identity
from madoguchi.identity.actions import sign_in
from madoguchi.identity.models import StaffSession
from madoguchi.identity.tests.factories import StaffFactory, StaffSessionFactory
from madoguchi.organization import queries, resolver
from madoguchi.organization.models import Posting
from madoguchi.organization.rules import Role
from madoguchi.organization.tests.factories import (
    DepartmentFactory,
    PostingFactory,
    signed_in_client,
    staff_with,
)
from madoguchi.organization.urls import urlpatterns

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]

LISTS = ["/desk/staff/", "/desk/departments/", "/desk/closed-days/", "/desk/staff/list.csv"]


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda p: p.name)
def test_every_page_of_this_room_is_for_administrators(pattern):
    rule = access.rule_of(pattern.callback)

    assert rule is not None
    assert (rule.kind, rule.roles, rule.during_sign_in) == ("staff", ("administrator",), False)


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.OFFICER, 403), (Role.APPROVER, 403), (Role.HEAD, 403), (Role.ADMINISTRATOR, 200)],
)
def test_each_role_gets_its_answer(address, role, status):
    assert signed_in_client(staff_with(role)).get(address).status_code == status


def test_who_lacks_the_role_is_told_which_one_is_needed():
    text = signed_in_client(StaffFactory()).get("/desk/staff/").content.decode()

    assert "システム管理者" in text
    assert "この画面を使う役割がありません" in text


def test_who_is_not_signed_in_is_sent_to_the_sign_in():
    response = Client().get("/desk/staff/?q=a")

    assert response.headers["Location"] == "/desk/sign-in/?next=%2Fdesk%2Fstaff%2F%3Fq%3Da"


def test_a_request_of_staff_asks_one_question_before_its_view(django_assert_num_queries):
    client = signed_in_client(staff_with(Role.OFFICER, Role.HEAD))

    with django_assert_num_queries(1):
        client.get("/desk/staff/")  # refused, so nothing but the door has asked


def test_a_posting_that_ends_takes_effect_with_the_next_request():
    staff = staff_with(Role.ADMINISTRATOR)
    client = signed_in_client(staff)
    assert client.get("/desk/staff/").status_code == 200

    Posting.objects.update(valid_until=clock.today() - timedelta(days=1))

    assert client.get("/desk/staff/").status_code == 403


def test_an_ended_account_is_out_with_the_next_request():
    admin = staff_with(Role.ADMINISTRATOR)
    officer = staff_with(Role.ADMINISTRATOR)
    theirs = signed_in_client(officer)
    assert theirs.get("/desk/staff/").status_code == 200

    signed_in_client(admin).post(f"/desk/staff/{officer.pk}/account/", {"act": "deactivate", "version": "1"})

    assert theirs.get("/desk/staff/").status_code == 302


def test_use_keeps_a_session_alive_with_one_write_a_minute(time):
    client = signed_in_client(staff_with(Role.ADMINISTRATOR))
    begun = StaffSession.objects.get().last_seen_at
    time.forward(seconds=50)
    client.get("/desk/staff/")
    assert StaffSession.objects.get().last_seen_at == begun

    for _ in range(3):
        time.forward(minutes=25)
        assert client.get("/desk/staff/").status_code == 200

    assert StaffSession.objects.get().last_seen_at == time.now


@pytest.mark.parametrize("fault", [kernel.NotWritten, kernel.OutcomeUnknown])
def test_pages_can_be_read_while_nothing_can_be_written(time, monkeypatch, fault):
    client = signed_in_client(staff_with(Role.ADMINISTRATOR))
    time.forward(minutes=5)

    def away(**_):
        raise fault

    monkeypatch.setattr(sign_in, "touch", away)

    assert client.get("/desk/staff/").status_code == 200


def test_a_session_that_still_needs_the_code_opens_no_page():
    staff = staff_with(Role.ADMINISTRATOR)
    client = signed_in_client(staff)
    StaffSession.objects.update(second_factor="")

    assert client.get("/desk/staff/").headers["Location"].startswith("/desk/sign-in/code/")
    kept = client.post("/desk/closed-days/", {"day": "2027-05-06", "name": "臨時"})

    assert "確認コードの入力" in kept.content.decode()
    assert "臨時" in kept.content.decode()


def test_a_cookie_of_another_installation_is_worth_nothing(settings):
    client = signed_in_client(staff_with(Role.ADMINISTRATOR))
    settings.SECRET_KEY = "another key " * 6

    assert client.get("/desk/staff/").status_code == 302


def test_a_token_that_stands_in_no_row_is_worth_nothing():
    client = signed_in_client(staff_with(Role.ADMINISTRATOR))
    StaffSession.objects.all().delete()
    StaffSessionFactory()

    assert client.get("/desk/staff/").status_code == 302


def test_the_departments_of_a_request_need_no_further_question(rf, django_assert_num_queries):
    department = DepartmentFactory()
    staff = staff_with(Role.OFFICER, department=department)
    PostingFactory(staff=staff, department=department, role=Role.HEAD)
    request = rf.get("/")
    request.session = signed_in_client(staff).session
    rule = access.Rule("staff", ("officer",))

    with django_assert_num_queries(1):
        assert resolver.answer(request, rule) is None
        found = queries.departments_of(request.staff, clock.today(), (Role.HEAD,))

    assert found == {department.code}
    assert identity.staff_of(request) == staff
    assert identity.staff_roles_of(request) == {"officer", "head"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "home"), [("administrator", "/desk/staff/"), ("office", "/plan/achievements/")]
)
def test_who_has_no_inbox_arrives_where_their_own_roles_begin(role, home):
    client = signed_in_client(staff_with(role))

    arrived = client.get("/desk/")

    assert arrived.headers["Location"] == home
    assert client.get(home).status_code == 200


@pytest.mark.django_db
def test_who_has_no_role_at_all_is_told_whom_to_ask():
    refused = signed_in_client(staff_with()).get("/desk/")

    assert refused.status_code == 403
    assert "所属長を通じて" in refused.content.decode()
