"""Reading one row gives what Django's own query gives."""

import pytest

from madoguchi.common import reading
from madoguchi.common.models import Job
from madoguchi.common.tests.factories import JobFactory


@pytest.mark.django_db
def test_a_row_read_by_key_equals_the_one_of_a_query():
    made = JobFactory(payload={"名": ["𠮷", 1, None]}, key="k", lease_until=None)

    found = reading.one(Job, id=made.id)
    asked = Job.objects.get(id=made.id)

    assert found == asked
    assert all(getattr(found, f.attname) == getattr(asked, f.attname) for f in Job._meta.concrete_fields)
    assert not found._state.adding


@pytest.mark.django_db
def test_a_row_can_be_named_by_several_columns():
    made = JobFactory(kind="test.a", key="k")

    assert reading.one(Job, kind="test.a", key="k") == made
    assert reading.one(Job, kind="test.b", key="k") is None


@pytest.mark.django_db
def test_one_read_is_one_statement(django_assert_num_queries):
    made = JobFactory()

    with django_assert_num_queries(1):
        reading.one(Job, id=made.id)


@pytest.mark.django_db
def test_a_column_gives_the_value_of_each_row():
    made = [JobFactory(kind=kind) for kind in ("test.a", "test.b")]

    assert sorted(reading.column(Job, "kind")) == ["test.a", "test.b"]
    assert set(reading.column(Job, "id")) == {job.id for job in made}
    assert set(reading.column(Job, "created_at")) == {job.created_at for job in made}
