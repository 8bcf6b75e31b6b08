"""Who watches the processes asks by an inner address, and is told what is missing."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from madoguchi.common import clock, jobs

pytestmark = pytest.mark.django_db

INNER = {"host": "10.0.0.7:8000"}


@pytest.fixture(autouse=True)
def strict(settings: Settings) -> None:
    """As in production: one host name, everything else sent to HTTPS."""
    settings.ALLOWED_HOSTS = ["madoguchi.city.example"]
    settings.SECURE_SSL_REDIRECT = True


def test_a_process_that_lives_says_so_whatever_it_is_called():
    response = Client().get("/healthz", headers=INNER)

    assert (response.status_code, response.content) == (200, b"ok")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert Client().head("/healthz", headers=INNER).status_code == 200


def test_other_pages_are_not_shown_under_a_foreign_name(settings):
    settings.SECURE_SSL_REDIRECT = False

    assert Client(raise_request_exception=False).get("/contact/", headers=INNER).status_code == 400


def test_a_city_is_ready_when_database_files_and_worker_are(settings, tmp_path):
    settings.FILES_URL = f"file://{tmp_path}/files"
    response = Client().get("/readyz", headers=INNER)
    assert (response.status_code, response.json()) == (
        503,
        {"database": True, "files": True, "worker": False},
    )

    jobs.pulse("worker-1", clock.now())
    response = Client().get("/readyz", headers=INNER)

    assert (response.status_code, all(response.json().values())) == (200, True)


def test_a_city_whose_files_cannot_be_written_is_not_ready(settings, tmp_path):
    (tmp_path / "no-folder").write_text("")
    settings.FILES_URL = f"file://{tmp_path}/no-folder"
    jobs.pulse("worker-1", clock.now())

    response = Client().get("/readyz", headers=INNER)

    assert (response.status_code, response.json()["files"]) == (503, False)


def test_health_is_only_read():
    assert Client().post("/healthz", headers=INNER).status_code == 405
