"""The log says what broke and where, and never whose data it was."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from madoguchi.common import access, clock, jobs, kernel, logs
from madoguchi.common.models import Job

NAME = "髙橋 花子"
log = logging.getLogger("madoguchi.test")


@access.public
def breaks_a_constraint(request: HttpRequest) -> HttpResponse:
    for _ in range(2):
        unit = kernel.Unit()
        unit.insert(Job(kind="x", payload={}, key=NAME, run_at=clock.now(), created_at=clock.now()))
        kernel.commit(unit)
    return HttpResponse()


urlpatterns = [path("breaks/", breaks_a_constraint)]
handler500 = "madoguchi.common.views.server_error"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the handler of the settings writes."""
    (handler,) = (h for h in logging.getLogger().handlers if isinstance(h.formatter, logs.Formatter))
    assert isinstance(handler, logging.StreamHandler)
    stream = io.StringIO()
    real = handler.setStream(stream)
    yield stream
    handler.setStream(real)


def fail() -> None:
    try:
        raise KeyError(NAME)
    except KeyError as error:
        raise ValueError(f"no such person: {NAME}") from error


def test_an_error_is_shown_by_type_and_place_and_our_message_stays(written):
    try:
        fail()
    except ValueError:
        log.exception("the paper %s was not made", "notice")

    text = written.getvalue()
    assert "ERROR madoguchi.test the paper notice was not made" in text
    assert "builtins.ValueError" in text
    assert "from builtins.KeyError" in text
    assert f"{__file__}:{fail.__code__.co_firstlineno + 4}:fail" in text
    assert NAME not in text


def test_what_was_being_handled_and_the_members_of_a_group_are_shown_by_type_alone(written):
    try:
        try:
            raise KeyError(NAME)
        except KeyError:
            raise ExceptionGroup(NAME, [OSError(NAME), TypeError(NAME)])  # noqa: B904
    except ExceptionGroup:
        log.exception("several")

    text = written.getvalue()
    assert [t for t in ("KeyError", "OSError", "TypeError", "ExceptionGroup") if t not in text] == []
    assert NAME not in text


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_row_that_breaks_a_constraint_is_not_quoted(written):
    response = Client(raise_request_exception=False).get("/breaks/")

    text = written.getvalue()
    assert response.status_code == 500
    assert "IntegrityError" in text
    assert ":breaks_a_constraint" in text
    assert NAME not in text


def test_an_error_in_a_message_is_shown_by_type_unless_we_worded_it(written):
    log.error("failed: %s", ValueError(NAME))
    log.error(ValueError(NAME))
    log.error("dead: %s", jobs.Dead("the address does not exist"))
    try:
        raise ValueError(NAME)
    except ValueError as error:
        log.error(str(error), exc_info=error)  # as Django words suspicious requests

    text = written.getvalue()
    assert NAME not in text
    assert "failed: ValueError" in text
    assert "dead: the address does not exist" in text


def test_what_another_formatter_left_in_the_record_is_not_repeated():
    with pytest.raises(ValueError) as caught:
        fail()
    error = caught.value
    record = logging.LogRecord("x", logging.ERROR, "", 1, "said", None, (type(error), error, None))
    logging.Formatter().format(record)
    assert NAME in (record.exc_text or "")

    assert NAME not in logs.Formatter().format(record)


def test_named_arguments_and_errors_that_go_round_in_a_circle_are_shown(written):
    first, second = ValueError(NAME), KeyError(NAME)
    first.__cause__, second.__cause__ = second, first
    log.error("%(what)s broke", {"what": "it"}, exc_info=first)

    assert "it broke\n  builtins.ValueError\n  from builtins.KeyError\n" in written.getvalue()


def test_endless_recursion_does_not_fill_the_log(written):
    def deeper(level: int) -> None:
        deeper(level + 1)

    try:
        deeper(0)
    except RecursionError:
        log.exception("too deep")

    assert len(written.getvalue().splitlines()) < logs.MOST_FRAMES + 5
    assert "more" in written.getvalue()
