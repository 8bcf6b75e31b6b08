"""What a real city may not start with, and what a demo may not be opened with."""

from __future__ import annotations

import pytest

from madoguchi.config import environment
from madoguchi.config.commands import run, serve, worker
from madoguchi.config.environment import BadSetting

SAFE = {
    "MADOGUCHI_ENV": "production",
    "SECRET_KEY": "k" * 60,
    "BASE_URL": "https://madoguchi.city.example",
    "EMAIL_URL": "smtp://mail.city.example",
    "EMAIL_FROM": "盛岡市 <noreply@city.example>",
    "CITY_NAME": "盛岡市",
    "CITY_CODE": "032018",
    "CITY_PHONE": "019-651-4111",
    "CITY_EMAIL": "info@city.example",
    "TRUSTED_PROXIES": "1",
}


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A city whose settings are all as they should be."""
    for name, value in SAFE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_city_with_safe_settings_may_start(production: pytest.MonkeyPatch) -> None:
    production.setenv("HOST", "0.0.0.0")

    environment.check_start()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("EMAIL_URL", "folder:///var/mail", "reach nobody"),
        ("EMAIL_URL", "FOLDER:/var/mail", "reach nobody"),
        ("EMAIL_URL", "", "EMAIL_URL is not set"),
        ("TRUSTED_PROXIES", "0", "speaks no TLS"),
        ("BASE_URL", "http://madoguchi.city.example", "must begin with https://"),
        ("SECRET_KEY", "short", "shorter than 50"),
        ("ATTEMPT_LIMITS", "off", "ATTEMPT_LIMITS must be on"),
    ],
)
def test_what_only_a_demo_may_use_is_refused(
    production: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    production.setenv(name, value)

    with pytest.raises(BadSetting, match=said):
        environment.check_start()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_a_demo_is_served_to_this_machine(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("HOST", host)

    environment.check_start()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "city.example"])
def test_a_demo_is_opened_to_other_machines_only_when_that_is_said(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("HOST", host)
    with pytest.raises(BadSetting, match=f"HOST={host} would open the demo"):
        environment.check_start()

    monkeypatch.setenv("MADOGUCHI_ENV", "demo")

    environment.check_start()


@pytest.mark.parametrize("command", [serve.main, worker.main, run.main])
def test_no_process_of_an_opened_demo_starts_by_accident(monkeypatch: pytest.MonkeyPatch, command) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")

    with pytest.raises(BadSetting, match="HOST"):
        command([])


def test_there_is_a_connection_for_each_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@host/name")
    monkeypatch.setenv("WEB_THREADS", "40")

    assert environment.database(pooled=True)["OPTIONS"] == {
        "prepare_threshold": 5,
        "pool": {"min_size": 1, "max_size": 40, "timeout": environment.POOL_SECONDS},
    }
