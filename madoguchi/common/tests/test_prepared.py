"""On PostgreSQL what every filing does is parsed and planned once per connection."""

from __future__ import annotations

import pytest
from django.db import connection

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
