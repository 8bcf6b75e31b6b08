"""What people do with their own account."""

from __future__ import annotations

import pytest

from madoguchi.audit.models import AuditEntry
from madoguchi.identity import one_time_codes, queries
from madoguchi.identity.models import StaffSession
from madoguchi.identity.tests.browsing import (
    ACCOUNT,
    ENROL,
    hidden_fields,
    sign_in,
)
from madoguchi.identity.tests.factories import NOW, PASSWORD, StaffFactory, StaffSessionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


def test_the_account_page_lists_the_devices_and_ends_the_others(client):
    staff = StaffFactory()
    sign_in(client, staff)
    StaffSessionFactory(staff=staff, device="Firefox / Windows")
    StaffSessionFactory(staff=staff, pending=True, device="Edge / Windows")
    page = client.get(ACCOUNT).content.decode()
    assert "Firefox / Windows" in page
    assert "Edge / Windows" not in page

    response = client.post("/desk/account/sessions/end/")

    assert response.headers["Location"] == f"{ACCOUNT}?done=sessions"
    assert "Firefox / Windows" not in client.get(response.headers["Location"]).content.decode()


def test_a_password_is_changed_only_with_the_present_one(client):
    sign_in(client, StaffFactory())
    fields = {"new_password": "tanuki no kintsuba 12", "new_password_again": "tanuki no kintsuba 12"}
    address = "/desk/account/password/"
    assert client.get(address).status_code == 200

    assert client.post(address, fields | {"password": "wrong"}).status_code == 422
    changed = client.post(address, fields | {"password": PASSWORD})

    assert changed.headers["Location"] == f"{ACCOUNT}?done=password"
    assert AuditEntry.objects.filter(act="staff.password_chosen").count() == 1


def test_new_recovery_codes_are_shown_once_after_the_password(client):
    sign_in(client, StaffFactory())
    address = "/desk/account/recovery-codes/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"password": "wrong"}).status_code == 422

    shown = client.post(address, {"password": PASSWORD})

    assert shown.content.decode().count("<li><code>") == 10
    assert client.post("/desk/sign-in/on/", hidden_fields(shown)).headers["Location"] == ACCOUNT


def test_another_app_is_enrolled_after_the_password(client):
    staff = StaffFactory()
    sign_in(client, staff)
    address = "/desk/account/authenticator/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"password": "wrong"}).status_code == 422

    begun = client.post(address, {"password": PASSWORD})
    assert begun.headers["Location"].startswith(ENROL)
    assert client.get(begun.headers["Location"]).status_code == 200
    seed = queries.seed_to_enrol(StaffSession.objects.get(ended_at=None))
    code = one_time_codes.code_of(seed, one_time_codes.step_at(NOW))
    shown = client.post(ENROL, {"code": code, "next": ACCOUNT})

    assert shown.content.decode().count("<li><code>") == 10
    assert client.get(ACCOUNT).status_code == 200


def test_a_log_in_closes_while_the_present_password_is_guessed(client):
    sign_in(client, StaffFactory())
    for _ in range(5):
        client.post("/desk/account/recovery-codes/", {"password": "wrong"})

    response = client.post("/desk/account/recovery-codes/", {"password": PASSWORD})

    assert "約1分" in response.content.decode()
