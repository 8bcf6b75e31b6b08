"""The desk speaks Japanese, whatever the browser of a member of staff is set to."""

from __future__ import annotations

import pytest
from django.test import Client

from madoguchi.applications.tests.desks import open_desk, text_of, url_of
from madoguchi.applications.tests.factories import ApplicationFactory

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


def test_the_desk_is_japanese_in_a_browser_that_asks_for_english() -> None:
    desk = open_desk()
    case = ApplicationFactory(returned=True, officer=desk["officer"], language="en")
    browser = desk.browser("officer")
    browser.cookies["madoguchi_language"] = "en"

    for address in ("/desk/", "/desk/new/", url_of("case", case), url_of("case_receipt", case)):
        response = browser.get(address, headers=ENGLISH)
        assert response.status_code == 200
        assert response["Content-Language"] == "ja"
        assert '<html lang="ja"' in text_of(response)
        for english in (">Filed<", "2026 at", " November", " Nov.", "Case", "Sign out"):
            assert english not in text_of(response)


def test_whoever_is_not_signed_in_at_the_desk_reads_japanese_too() -> None:
    response = Client().get("/desk/sign-in/", headers=ENGLISH)

    assert response["Content-Language"] == "ja"
    assert '<html lang="ja"' in text_of(response)


def test_residents_keep_their_language() -> None:
    response = Client().get("/status/", headers=ENGLISH)

    assert response["Content-Language"] == "en"
