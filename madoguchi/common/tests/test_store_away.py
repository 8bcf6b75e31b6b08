"""A store that goes away in the middle of things: a clear page, nothing typed is lost, the next request works."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from madoguchi.common import access, clock, kernel
from madoguchi.common.models import Job
from madoguchi.common.urls import urlpatterns as ordinary

only_on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite is no process of its own that could go away"
)


def row(kind: str = "test.row") -> Job:
    return Job(kind=kind, payload={}, run_at=clock.now(), created_at=clock.now())


def cut_off() -> None:
    """Another session ends ours, as a restart of the server does."""
    other = connection.copy()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()


@access.public
def read(request: HttpRequest) -> HttpResponse:
    if request.GET.get("cut"):
        cut_off()
    return HttpResponse(str(Job.objects.count()))


@access.public
def write(request: HttpRequest) -> HttpResponse:
    if request.GET.get("cut"):
        cut_off()
    unit = kernel.Unit()
    unit.insert(row())
    kernel.commit(unit)
    return HttpResponse("written")


@access.public
def fails(request: HttpRequest) -> HttpResponse:
    error = OperationalError("山田 花子")
    error.__cause__ = sqlite3.OperationalError("disk I/O error")
    error.__cause__.sqlite_errorcode = int(request.GET["code"])
    raise error


@access.staff("officer")
def for_staff(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    *ordinary,
    path("read/", read),
    path("write/", write),
    path("fails/", fails),
    path("for-staff/", for_staff),
    path("procedures/", read, name="elsewhere"),
]
handler500 = "madoguchi.common.views.server_error"

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db(transaction=True)]


class Visitor(Client):
    """Sees what a browser would see; connections are looked at after each request, as the server does."""

    def generic(self, *args: Any, **kwargs: Any) -> Any:
        response = super().generic(*args, **kwargs)
        close_old_connections()
        return response


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(raise_request_exception=False)


@pytest.fixture(autouse=True)
def fresh_connection(transactional_db: None) -> Iterator[None]:
    """What a test has broken is not left to the next one."""
    yield
    connection.close()


@only_on_postgresql
def test_a_page_that_cannot_be_read_says_so_and_the_next_one_is_shown(visitor):
    assert visitor.get("/read/?cut=1").status_code == 503

    assert visitor.get("/read/").status_code == 200


@only_on_postgresql
def test_what_was_typed_survives_a_store_that_goes_away_while_reading(visitor):
    response = visitor.post("/read/?cut=1", {"q.town": "大通"})

    assert response.status_code == 503
    assert 'value="大通"' in response.content.decode()
    assert visitor.post("/read/", {"q.town": "大通"}).status_code == 200


@only_on_postgresql
def test_a_connection_that_is_lost_in_a_write_leaves_the_outcome_unknown_and_the_next_write_works():
    cut_off()
    unit = kernel.Unit()
    unit.insert(row("test.lost"))

    with pytest.raises(kernel.OutcomeUnknown):
        kernel.commit(unit)

    unit = kernel.Unit()
    unit.insert(row("test.kept"))
    kernel.commit(unit)
    assert list(Job.objects.values_list("kind", flat=True)) == ["test.kept"]


@only_on_postgresql
def test_what_was_typed_survives_a_store_that_goes_away_in_a_write(visitor):
    response = visitor.post("/write/?cut=1", {"q.town": "大通"})

    assert response.status_code == 503
    assert 'value="大通"' in response.content.decode()
    assert visitor.post("/write/", {"q.town": "大通"}).content == b"written"


@only_on_postgresql
def test_a_connection_that_is_known_to_be_lost_is_replaced_before_a_write():
    cut_off()
    with pytest.raises(OperationalError):
        Job.objects.count()
    unit = kernel.Unit()
    unit.insert(row())

    kernel.commit(unit)

    assert Job.objects.count() == 1


def test_a_disk_that_fails_while_reading_is_a_store_away_and_a_wrong_question_is_our_fault(visitor):
    assert visitor.get("/fails/", {"code": sqlite3.SQLITE_IOERR}).status_code == 503
    assert visitor.get("/fails/", {"code": sqlite3.SQLITE_ERROR}).status_code == 500


def test_a_store_that_is_away_before_the_view_runs_is_told_too(visitor, monkeypatch):
    def away(request: HttpRequest, rule: access.Rule) -> None:
        raise InterfaceError("connection already closed")

    monkeypatch.setattr(access, "_resolvers", [away])

    assert visitor.get("/for-staff/").status_code == 503
