"""On PostgreSQL what every filing does is parsed and planned once per connection."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import DataError, ProgrammingError, connection, transaction
from django.db.transaction import TransactionManagementError

from madoguchi.common import kernel, prepared, reading
from madoguchi.common.models import Job
from madoguchi.common.tests.factories import JobFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL prepares statements"),
]


def test_what_is_asked_again_is_prepared():
    made = JobFactory()
    for _time in range(6):
        reading.one(Job, id=made.id)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        assert cursor.fetchone()[0] > 0


def test_a_unit_of_more_values_than_the_protocol_carries_is_written():
    unit = kernel.Unit()
    count = 65_535 // len(Job._meta.local_concrete_fields) + 1
    for number in range(count):
        unit.job("test.a", {"number": number})

    kernel.commit(unit)

    assert Job.objects.count() == count
    assert prepared.MOST_VALUES < 65_535


def test_nothing_is_asked_in_a_transaction_that_is_broken():
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            reading.one(Job, id=uuid4())


def test_whoever_watches_the_connection_sees_what_is_asked_and_how_it_fails():
    divided = "SELECT 6 / CAST(%s AS integer)"
    seen: list[tuple[str, list[int], str]] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        try:
            found = execute(sql, params, many, context)
        except DataError:
            seen.append((sql, params, "failed"))
            raise
        seen.append((sql, params, "answered"))
        return found

    with connection.execute_wrapper(watch):
        with prepared.execute(connection, divided, [2]) as cursor:
            assert cursor.fetchone() == (3,)
        with pytest.raises(DataError), prepared.execute(connection, divided, [0]):
            pass

    assert seen == [(divided, [2], "answered"), (divided, [0], "failed")]


def test_an_error_while_rows_are_fetched_is_one_of_djangos():
    statement = "SET statement_timeout TO DEFAULT"

    with prepared.execute(connection, statement, ()) as cursor, pytest.raises(ProgrammingError):
        cursor.fetchone()


def test_an_error_of_whoever_reads_stays_as_it_is():
    psycopg = pytest.importorskip("psycopg")
    error = psycopg.OperationalError("of another connection")

    with pytest.raises(type(error)) as raised, prepared.execute(connection, "SELECT 1", ()):
        raise error

    assert raised.value is error
    assert not connection.errors_occurred
