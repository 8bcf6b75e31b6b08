"""Pages about the site itself, and what robots read: they say what the settings say, to everybody."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.conf import settings as product
from django.test import Client
from pytest_django import Settings

from madoguchi.common import clock, views_public
from madoguchi.common.registers import PersonalData, Register

PAGES = ("/contact/", "/accessibility/", "/privacy/")


def text_of(address: str) -> str:
    response = Client().get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("address", PAGES)
def test_every_page_names_the_general_desk_of_this_city(address: str, settings: Settings) -> None:
    settings.CITY_NAME = "みどり市"
    settings.CITY_PHONE = "0120-000-000"
    settings.CITY_EMAIL = "desk@midori.example"
    settings.CITY_HOURS = (time(9), time(16, 5))

    text = text_of(address)

    assert "みどり市 総合案内" in text
    assert 'href="tel:0120-000-000"' in text
    assert 'href="mailto:desk@midori.example"' in text
    assert "9:00から16:05まで" in text


@pytest.mark.parametrize("demo", [True, False])
def test_only_the_demo_says_that_its_telephone_is_invented(demo: bool, settings: Settings) -> None:
    settings.DEMO = demo

    assert ("架空のものです" in text_of("/contact/")) is demo


@pytest.mark.parametrize("address", PAGES)
def test_the_pages_know_the_language_that_was_chosen(address: str) -> None:
    client = Client()
    client.cookies["madoguchi_language"] = "en"

    assert '<html lang="en"' in client.get(address).content.decode()


def test_the_city_claims_no_more_than_was_tested() -> None:
    text = text_of("/accessibility/")

    assert "JIS X 8341-3:2016の適合レベルAAに配慮" in text
    assert "「準拠」とは表記しません" in text
    assert "WCAG 2.2のレベルAA" in text


def test_drafts_are_kept_as_long_as_the_setting_says(settings: Settings) -> None:
    settings.DRAFT_DAYS = 14

    assert "最後に保存した日から14日" in text_of("/privacy/")


def test_every_cookie_is_named_with_the_days_it_lasts() -> None:
    text = text_of("/privacy/")

    for name, days in [
        ("madoguchi_session", 31),
        ("madoguchi_csrf", 364),
        ("madoguchi_language", 365),
        ("madoguchi_display", 365),
    ]:
        row = text[text.index(name) :].partition("</tr>")[0]
        assert f"{days}日" in row


def test_no_cookie_is_set_that_the_page_does_not_name() -> None:
    client = Client()
    client.get("/contact/")
    client.post("/language/", {"language": "en"})
    client.post("/display/", {"display": "large"})

    assert set(client.cookies) == {"madoguchi_csrf", "madoguchi_language", "madoguchi_display"}
    assert all(name in text_of("/privacy/") for name in client.cookies)


def test_mails_are_named_with_the_days_their_room_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    register: Register[PersonalData] = Register("personal_data")
    monkeypatch.setattr(views_public, "personal_data", register)
    assert "送ったメールの文面" not in text_of("/privacy/")

    register.add("notices.Message", PersonalData(("body",), "mail", 45))

    assert "送ってから45日" in text_of("/privacy/")


def test_the_display_that_was_chosen_is_kept() -> None:
    client = Client()

    client.post("/display/", {"display": "large-contrast", "next": "/contact/"})

    text = client.get("/contact/").content.decode()
    assert 'data-size="large" data-colors="contrast"' in text


@pytest.mark.parametrize("address", ["/design/", "/design/desk/"])
def test_the_galleries_are_for_the_demo_only(address: str, settings: Settings) -> None:
    settings.DEMO = True
    assert Client().get(address).status_code == 200

    settings.DEMO = False
    assert Client().get(address).status_code == 404


# --- robots and finders of weaknesses --------------------------------------------------------------------------


def test_robots_may_look_at_procedures_of_a_real_city_but_not_at_cases(settings: Settings) -> None:
    settings.DEMO = False

    lines = text_of("/robots.txt").splitlines()

    assert lines[0] == "User-agent: *"
    assert {"Disallow: /desk/", "Disallow: /filing/", "Disallow: /status/"} <= set(lines)
    assert "Disallow: /" not in lines


def test_robots_may_not_look_at_a_demo(settings: Settings) -> None:
    settings.DEMO = True

    assert text_of("/robots.txt") == "User-agent: *\nDisallow: /\n"


def security_text() -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text_of("/.well-known/security.txt").splitlines())


def test_a_finder_of_a_weakness_learns_whom_to_tell_and_until_when_that_holds(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SECURITY_CONTACT = "mailto:security@city.example"
    monkeypatch.setattr(clock, "today", lambda: date(2027, 9, 1))

    text = security_text()

    assert text["Contact"] == "mailto:security@city.example"
    expires = datetime.fromisoformat(text["Expires"])
    asked = datetime(2027, 9, 1, tzinfo=UTC)
    assert timedelta(days=30) < expires - asked < timedelta(days=365)
    assert "Canonical" not in text


def test_a_city_behind_https_names_the_only_true_address_of_the_file(settings: Settings) -> None:
    settings.SECURE, settings.BASE_URL = True, "https://madoguchi.city.example"

    assert security_text()["Canonical"] == "https://madoguchi.city.example/.well-known/security.txt"


def test_programs_that_ask_for_an_icon_get_the_mark() -> None:
    response = Client().get("/favicon.ico")

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/static/common/mark")


@pytest.mark.parametrize("address", ["/robots.txt", "/.well-known/security.txt", "/favicon.ico"])
def test_what_programs_ask_for_may_be_kept_a_day_and_carries_no_cookie(address: str) -> None:
    response = Client().get(address)

    assert response.headers["Cache-Control"] == "public, max-age=86400"
    assert not response.cookies


# --- a link into a language ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", [code for code, _ in product.LANGUAGES])
def test_a_link_from_elsewhere_opens_the_site_in_its_language(language: str) -> None:
    client = Client()

    response: Any = client.get(f"/language/{language}/")

    assert response.headers["Location"] == "/"
    assert response.cookies["madoguchi_language"].value == language


def test_a_language_that_is_not_offered_has_no_address() -> None:
    assert Client().get("/language/fr/").status_code == 404
