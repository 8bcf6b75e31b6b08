"""Signing in over HTTP, as a browser does it."""

from __future__ import annotations

import re

import pytest
from django.middleware.csrf import get_token
from django.test import Client

from madoguchi.identity import demo_accounts, queries
from madoguchi.identity.actions import accounts
from madoguchi.identity.actions import sign_in as actions
from madoguchi.identity.models import Staff, StaffSession
from madoguchi.identity.tests.browsing import (
    ACCOUNT,
    CODE,
    ENROL,
    NEW_PASSWORD,
    SIGN_IN,
    give_password,
    hidden_fields,
    sign_in,
)
from madoguchi.identity.tests.factories import (
    NOW,
    PASSWORD,
    StaffFactory,
    code_at,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


def test_password_and_code_lead_to_the_page_that_was_asked_for(client):
    staff = StaffFactory()

    asked = client.get(ACCOUNT)
    assert asked.headers["Location"] == f"{SIGN_IN}?next=%2Fdesk%2Faccount%2F"
    first = give_password(client, staff, next=ACCOUNT)
    assert first.headers["Location"] == f"{CODE}?next=%2Fdesk%2Faccount%2F"
    second = client.post(CODE, {"code": code_at(NOW), "next": ACCOUNT})

    assert second.headers["Location"] == ACCOUNT
    assert staff.display_name in client.get(ACCOUNT).content.decode()


def test_without_the_code_no_page_opens(client):
    give_password(client, StaffFactory())

    response = client.get(ACCOUNT)

    assert response.status_code == 302
    assert response.headers["Location"].startswith(CODE)


def test_a_wrong_password_keeps_the_log_in_and_says_what_to_do(client):
    staff = StaffFactory()

    response = give_password(client, staff, "wrong")

    text = response.content.decode()
    assert response.status_code == 422
    assert f'value="{staff.login}"' in text
    assert "ログイン名またはパスワードが違います" in text
    assert "wrong" not in text


def test_a_closed_log_in_says_when_to_try_again(client):
    staff = StaffFactory()
    for _ in range(5):
        give_password(client, staff, "wrong")

    assert "約1分" in give_password(client, staff).content.decode()


def test_a_wrong_code_is_asked_for_again(client):
    give_password(client, StaffFactory())

    for code in ("", "000000", "a" * 300, "٣٤٥٦٧٨"):
        response = client.post(CODE, {"code": code})
        assert response.status_code == 422
        assert 'href="#code"' in response.content.decode()


@pytest.mark.parametrize("login", ["x" * 10_000, "👪", "' OR 1=1 --"])
def test_strange_log_ins_are_refused_like_any_other(client, login):
    response = client.post(SIGN_IN, {"login": login, "password": ""})

    assert response.status_code == 422


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/desk/",
        "//evil.example/",
        "/\\evil.example",
        "/desk/no-such-page/",
        "/desk/sign-out/",
        "/desk/account/\r\nX: y",
        "javascript:alert(1)",
    ],
)
def test_after_signing_in_nobody_is_sent_to_a_foreign_place(client, address):
    staff = StaffFactory()

    give_password(client, staff, next=address)
    response = client.post(CODE, {"code": code_at(NOW), "next": address})

    assert response.headers["Location"] == "/desk/"


def test_the_token_changes_with_each_step_and_the_old_one_is_worthless(client):
    staff = StaffFactory()
    give_password(client, staff)
    before = client.cookies["madoguchi_session"].value
    client.post(CODE, {"code": code_at(NOW)})

    stale = Client()
    stale.cookies["madoguchi_session"] = before
    response = stale.get(ACCOUNT)

    assert response.headers["Location"].startswith(SIGN_IN)
    assert client.get(ACCOUNT).status_code == 200


def test_first_sign_in_enrols_the_app_shows_the_codes_and_changes_the_password(client):
    staff = StaffFactory(enrolled=False, initial_password=True)
    assert give_password(client, staff).headers["Location"] == ENROL
    page = client.get(ENROL).content.decode()
    assert "JBSW-Y3DP" in page

    shown = client.post(ENROL, {"code": code_at(NOW)})
    assert len(re.findall(r"<li><code>[0-9A-Z-]{14}</code>", shown.content.decode())) == 10
    onward = client.post("/desk/sign-in/on/", hidden_fields(shown))
    assert onward.headers["Location"] == NEW_PASSWORD
    assert client.get(ACCOUNT).headers["Location"].startswith(NEW_PASSWORD)
    chosen = {"new_password": "tanuki no kintsuba 12", "new_password_again": "tanuki no kintsuba 12"}
    assert client.post(NEW_PASSWORD, chosen).headers["Location"] == "/desk/"

    assert client.get(ACCOUNT).status_code == 200
    assert not Staff.objects.get().must_change_password


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ("tanuki no kintsuba 12", "something else", "new_password_again"),
        ("short", "short", "new_password"),
        (PASSWORD, PASSWORD, "new_password"),
    ],
)
def test_a_password_that_may_not_be_chosen_is_asked_for_again(client, first, second, field):
    sign_in(client, StaffFactory(initial_password=True))

    response = client.post(NEW_PASSWORD, {"new_password": first, "new_password_again": second})

    assert response.status_code == 422
    assert f'href="#{field}"' in response.content.decode()
    assert Staff.objects.get().must_change_password


def test_the_qr_code_is_an_image_for_the_enrolment_alone(client):
    staff = StaffFactory(enrolled=False)
    assert client.get(ENROL + "qr.svg").status_code == 302
    give_password(client, staff)

    picture = client.get(ENROL + "qr.svg")

    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "private, no-store"
    assert b"<svg" in picture.content
    client.post(ENROL, {"code": code_at(NOW)})
    assert client.get(ENROL + "qr.svg").status_code == 404


@pytest.mark.parametrize("address", [CODE, ENROL, NEW_PASSWORD])
def test_a_step_that_is_done_leads_on(client, address):
    sign_in(client, StaffFactory())

    assert client.get(address).headers["Location"] == "/desk/"
    assert client.get(SIGN_IN).headers["Location"] == "/desk/"


def test_signing_out_ends_the_session_for_good(client):
    sign_in(client, StaffFactory())
    cookie = client.cookies["madoguchi_session"].value

    response = client.post("/desk/sign-out/")

    assert "サインアウトしました" in client.get(response.headers["Location"]).content.decode()
    client.cookies["madoguchi_session"] = cookie
    assert client.get(ACCOUNT).status_code == 302
    assert client.post("/desk/sign-out/").headers["Location"] == SIGN_IN


def test_what_was_typed_before_the_session_ended_is_sent_again_after_signing_in(client, time):
    staff = StaffFactory()
    sign_in(client, staff)
    time.forward(minutes=31)

    kept = client.post(
        "/desk/account/sessions/end/",
        {"note": '雪の日の"メモ" <b>', "many": ["1", "2"], "csrfmiddlewaretoken": "x"},
    )
    assert kept.status_code == 403
    asked = client.post(SIGN_IN, {"login": staff.login, "password": PASSWORD} | hidden_fields(kept))
    assert "確認コードの入力" in asked.content.decode()
    wrong = client.post(CODE, {"code": "000000"} | hidden_fields(asked))
    arrived = client.post(CODE, {"code": code_at(time.now)} | hidden_fields(wrong))

    text = arrived.content.decode()
    assert 'action="/desk/account/sessions/end/"' in text
    assert 'name="note" value="雪の日の&#34;メモ&#34; &lt;b&gt;"' in text
    assert text.count('name="many"') == 2
    assert 'name="csrfmiddlewaretoken" value="x"' not in text


def test_passwords_are_never_carried(client):
    kept = client.post("/desk/account/password/", {"password": "secret-1", "new_password": "secret-2"})

    assert "secret-" not in kept.content.decode()


def test_files_that_cannot_be_carried_are_told(client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    kept = client.post("/desk/account/sessions/end/", {"file": SimpleUploadedFile("a.txt", b"a")})

    assert "選んだファイルは残っていません" in kept.content.decode()


@pytest.mark.parametrize(
    "carried",
    [
        '["https://evil.example/", [["a", "b"]], false]',
        '["//evil.example/", [], false]',
        '["/desk/sign-out/", [], false]',
        '["/desk/account/?a=b", [], false]',
        '["/desk/account/", [["a"]], false]',
        '["/desk/account/"]',
        "[[[",
        "1",
    ],
)
def test_a_forged_form_is_not_carried(client, carried):
    give_password(client, StaffFactory(), carried=carried)
    response = client.post(CODE, {"code": code_at(NOW), "carried": carried})

    assert response.status_code == 302
    assert response.headers["Location"] == "/desk/"


def test_who_took_too_long_for_the_code_signs_in_again_and_still_gets_there(client, time):
    give_password(client, StaffFactory(), next=ACCOUNT)
    time.forward(minutes=11)

    response = client.post(CODE, {"code": code_at(time.now), "next": ACCOUNT})

    assert response.headers["Location"] == f"{SIGN_IN}?next=%2Fdesk%2Faccount%2F"


def test_a_form_without_its_safety_token_does_not_sign_in():
    staff = StaffFactory()
    client = Client(enforce_csrf_checks=True)

    response = give_password(client, staff)

    assert response.status_code == 403
    assert not StaffSession.objects.exists()


def test_too_many_sign_ins_from_one_place_are_stopped(client, monkeypatch):
    from madoguchi.identity.views import sign_in as views

    monkeypatch.setattr(views, "ATTEMPTS_FROM_ONE_PLACE", 1)
    staff = StaffFactory()

    answers = [give_password(client, staff).status_code for _ in range(2)]

    assert answers == [302, 429]


def test_the_demo_shows_its_log_ins_and_a_code_that_works_each_time(client, time):
    staff = StaffFactory(login="officer", is_demo=True)
    assert demo_accounts.PASSWORD in client.get(SIGN_IN).content.decode()
    for _ in range(2):
        give_password(client, staff)
        code = re.search(r'id="demo-code".*?(\d{6})', client.get(CODE).content.decode(), re.S)
        assert code is not None
        assert client.post(CODE, {"code": code[1]}).status_code == 302
        client.post("/desk/sign-out/")
    give_password(client, staff)

    assert "30秒ほど待って" in client.get(CODE).content.decode()


def test_real_accounts_never_show_a_code(client):
    give_password(client, StaffFactory())

    assert "demo-code" not in client.get(CODE).content.decode()


def test_outside_the_demo_neither_log_ins_nor_codes_are_told(client, settings):
    StaffFactory(login="officer", is_demo=True)
    settings.DEMO = False

    assert demo_accounts.PASSWORD not in client.get(SIGN_IN).content.decode()
    with pytest.raises(demo_accounts.NoDemo):
        demo_accounts.demo_codes(now=NOW)
    assert queries.one_time_code_now(Staff.objects.get(), now=NOW) is None


def test_every_form_of_signing_in_carries_a_safety_token(client, rf):
    staff = StaffFactory()

    for address in (SIGN_IN, CODE):
        assert 'name="csrfmiddlewaretoken"' in client.get(address).content.decode()
        give_password(client, staff)
    assert get_token(rf.get("/"))


# --- when something happens in between -------------------------------------------------------------------


def end_all_sessions(*_, **__):
    raise actions.SessionOver


@pytest.mark.parametrize(("address", "enrolled", "act"), [(CODE, True, "give_code"), (ENROL, False, "enrol")])
def test_a_session_that_ends_while_its_code_is_typed_begins_again(
    client, monkeypatch, address, enrolled, act
):
    give_password(client, StaffFactory(enrolled=enrolled))
    monkeypatch.setattr(actions, act, end_all_sessions)

    response = client.post(address, {"code": code_at(NOW), "next": ACCOUNT})

    assert response.headers["Location"] == f"{SIGN_IN}?next=%2Fdesk%2Faccount%2F"


@pytest.mark.parametrize(("address", "enrolled"), [(CODE, True), (ENROL, False)])
def test_a_log_in_closes_while_codes_are_guessed(client, address, enrolled):
    give_password(client, StaffFactory(enrolled=enrolled))
    for _ in range(5):
        assert "確認コードが違う" in client.post(address, {"code": "000000"}).content.decode()

    assert "約1分" in client.post(address, {"code": code_at(NOW)}).content.decode()


def test_enrolment_without_a_code_asks_for_it(client):
    give_password(client, StaffFactory(enrolled=False))

    assert "確認コードを入力してください" in client.post(ENROL, {"code": " "}).content.decode()


def test_a_password_that_was_changed_on_another_page_is_told(client, monkeypatch):
    sign_in(client, StaffFactory(initial_password=True))

    def overtaken(**_):
        raise accounts.Outdated

    monkeypatch.setattr(accounts, "choose_password", overtaken)
    fields = {"new_password": "tanuki no kintsuba 12", "new_password_again": "tanuki no kintsuba 12"}

    assert "ほかの画面で変更されました" in client.post(NEW_PASSWORD, fields).content.decode()
