"""The city's own settings: what is taken, and what is refused with a sentence that names the setting."""

from datetime import time

import pytest

from madoguchi.config import environment
from madoguchi.config.environment import BadSetting


def test_without_settings_the_city_is_morioka_with_an_invented_telephone_and_mail_address() -> None:
    assert environment.read("CITY_NAME") == "盛岡市"
    assert environment.city_code() == "032018"
    assert environment.read("CITY_PHONE").startswith("019-000-")
    assert environment.read("CITY_EMAIL").endswith(".example")
    assert environment.city_hours() == (time(8, 30), time(17, 15))


@pytest.mark.parametrize("code", ["032019", "03201", "0320180", "盛岡", "０３２０１８", "03201x"])
def test_a_code_that_no_city_can_have_is_refused(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setenv("CITY_CODE", code)

    with pytest.raises(BadSetting, match="CITY_CODE"):
        environment.city_code()


@pytest.mark.parametrize("hours", ["8:30", "8-17", "25:00-26:00", "17:15-08:30", "09:00-09:00", "午前から"])
def test_opening_hours_that_cannot_be_are_refused(monkeypatch: pytest.MonkeyPatch, hours: str) -> None:
    monkeypatch.setenv("CITY_HOURS", hours)

    with pytest.raises(BadSetting, match="CITY_HOURS"):
        environment.city_hours()


def test_opening_hours_may_have_blanks_around_the_hyphen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITY_HOURS", "09:00 - 16:00")

    assert environment.city_hours() == (time(9), time(16))


def test_weaknesses_are_reported_to_the_general_desk_unless_someone_else_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert environment.security_contact() == "mailto:madoguchi@city.example"

    monkeypatch.setenv("SECURITY_CONTACT", "https://city.example/report")

    assert environment.security_contact() == "https://city.example/report"


@pytest.mark.parametrize(
    "contact", ["security@city.example", "http://city.example/", "mailto: a@b", "mailto:"]
)
def test_a_contact_that_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch, contact: str) -> None:
    monkeypatch.setenv("SECURITY_CONTACT", contact)

    with pytest.raises(BadSetting, match="SECURITY_CONTACT"):
        environment.security_contact()


def test_keys_that_were_replaced_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.secret_key_fallbacks() == []

    monkeypatch.setenv("SECRET_KEY", "new")
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", " newer , new,, old,")

    assert environment.secret_key_fallbacks() == ["newer", "old"]


def test_a_real_city_takes_no_short_key_from_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", f"{'x' * 50},{'y' * 49}")

    with pytest.raises(BadSetting) as refused:
        environment.check_production()

    assert "SECRET_KEY_FALLBACKS holds a key that is shorter than 50" in str(refused.value)
    assert "yyy" not in str(refused.value)


def test_a_real_city_must_name_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in environment.SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)

    with pytest.raises(BadSetting) as refused:
        environment.check_production()

    for name in ("CITY_NAME", "CITY_CODE", "CITY_PHONE", "CITY_EMAIL"):
        assert f"{name} is not set" in str(refused.value)
