"""A form whose safety token is too old may be sent again; a form of another site may not."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return Client(enforce_csrf_checks=True)


def test_what_was_typed_is_offered_again_with_a_fresh_token(client):
    answer = client.post(
        "/status/", {"number": "盛岡", "secret": "x"}, headers={"origin": "http://testserver"}
    )

    assert answer.status_code == 403
    assert 'name="number" value="盛岡"' in answer.content.decode()
    assert "csrfmiddlewaretoken" in answer.content.decode()


def test_a_form_of_another_site_is_refused_and_not_echoed(client):
    for headers in ({"origin": "https://evil.example"}, {"referer": "http://testserver.evil.example/"}, {}):
        answer = client.post("/status/", {"number": "盛岡"}, headers=headers)

        assert answer.status_code == 403
        assert 'name="number"' not in answer.content.decode()


def test_a_password_is_never_echoed(client):
    fields = {"login": "officer", "password": "とても長い合言葉"}

    answer = client.post("/desk/sign-in/", fields, headers={"origin": "http://testserver"})

    assert "とても長い合言葉" not in answer.content.decode()
