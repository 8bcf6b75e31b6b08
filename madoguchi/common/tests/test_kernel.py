"""The write kernel's promises, on whichever database the suite runs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import IntegrityError, connection

from madoguchi.common import kernel
from madoguchi.common.ids import new_id
from madoguchi.common.models import AttemptCount, Job, JobState

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def job(**changes):
    values = {"kind": "test.nothing", "payload": {"n": 1}, "run_at": NOW, "created_at": NOW}
    return Job(**(values | changes))


def written(row):
    unit = kernel.Unit()
    unit.insert(row)
    kernel.commit(unit)
    return row


def of_nobody():
    """A row that points at one that does not exist; no table of this room points at another."""
    paper = apps.get_model("applications", "ProducedFile")
    return paper(application_id=new_id(), kind="x", digest="d", size=1, made_at=NOW)


class Refused(Exception):
    pass


@pytest.mark.django_db(transaction=True)
def test_a_row_is_read_back_as_it_was_written():
    row = written(job(payload={"名": "𠮷田 髙"}, leased_by="x"))

    stored = Job.objects.get(id=row.id)

    assert (stored.payload, stored.leased_by, stored.run_at) == ({"名": "𠮷田 髙"}, "x", NOW)


@pytest.mark.django_db(transaction=True)
def test_a_guard_that_fails_raises_its_own_error_and_nothing_of_the_unit_is_written():
    row = written(job())
    unit = kernel.Unit()
    unit.insert(job(kind="test.other"))
    unit.update(Job, where={"id": row.id, "attempts": 9}, set={"attempts": 10}, otherwise=Refused())

    with pytest.raises(Refused):
        kernel.commit(unit)

    assert list(Job.objects.values_list("kind", "attempts")) == [("test.nothing", 0)]


@pytest.mark.django_db(transaction=True)
def test_a_later_guard_that_fails_is_told_apart_from_an_earlier_one_that_holds():
    row = written(job())
    unit = kernel.Unit()
    unit.update(Job, where={"id": row.id}, set={"attempts": 1}, otherwise=AssertionError())
    unit.delete(Job, where={"kind": "no such kind"}, expect=1, otherwise=Refused())

    with pytest.raises(Refused):
        kernel.commit(unit)

    assert Job.objects.get().attempts == 0


@pytest.mark.django_db(transaction=True)
def test_a_broken_constraint_refuses_its_unit_alone():
    row = written(job(key="once"))

    with pytest.raises(IntegrityError):
        written(job(key="once"))
    other = written(job(key="twice"))

    assert set(Job.objects.values_list("id", flat=True)) == {row.id, other.id}


@pytest.mark.django_db(transaction=True)
def test_a_job_with_a_known_key_is_left_out_silently():
    for _ in range(2):
        unit = kernel.Unit()
        unit.job("test.nothing", {}, key="daily:1")
        kernel.commit(unit)

    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_lose_nothing_and_count_exactly():
    written(AttemptCount(key="k", count=0, expires_at=NOW))

    def add(number: int) -> bool:
        unit = kernel.Unit()
        unit.update(AttemptCount, where={"key": "k"}, set={"count": kernel.Increment()})
        unit.insert(job(kind=f"test.{number % 7}", key=str(number % 90)))
        try:
            kernel.commit(unit)
        except IntegrityError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(add, range(120)))

    assert sum(done) == 90  # 30 of the keys came a second time, and their increments were undone with them
    assert AttemptCount.objects.get().count == 90
    assert Job.objects.count() == 90


@pytest.mark.django_db(transaction=True)
def test_two_who_saw_the_same_version_cannot_both_change_it():
    row = written(job())

    def take(number: int) -> bool:
        unit = kernel.Unit()
        guard = {"id": row.id, "state": JobState.WAITING}
        unit.update(Job, where=guard, set={"state": JobState.RUNNING, "leased_by": str(number)})
        try:
            kernel.commit(unit)
        except kernel.GuardFailed:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(take, range(8)))

    assert sum(done) == 1


@pytest.mark.django_db(transaction=True)
def test_a_change_of_more_rows_than_expected_is_undone():
    written(job())
    written(job())
    unit = kernel.Unit()
    unit.update(Job, where={"kind": "test.nothing"}, set={"attempts": 5})

    with pytest.raises(kernel.GuardFailed):
        kernel.commit(unit)

    assert set(Job.objects.values_list("attempts", flat=True)) == {0}


@pytest.mark.django_db
def test_inside_a_transaction_the_unit_joins_it():
    written(job())

    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_unwritable_database_acknowledges_nothing(monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's page limit stands in for a full disk")
    writer = kernel._writer("default")

    class Full:
        def __enter__(self):
            raise OSError(28, "No space left on device")

        def __exit__(self, *args):
            return None

    monkeypatch.setattr(kernel, "_turn", lambda name: Full())
    assert writer is kernel._writer("default")
    with pytest.raises(kernel.NotWritten):
        written(job())
    monkeypatch.undo()

    assert Job.objects.count() == 0
    written(job())
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_full_refuses_the_write_and_recovers():
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's page limit stands in for a full disk")

    def limit_pages(pages: int) -> None:
        # The writer's own connection must carry the limit, so the pragma goes through its queue.
        unit = kernel.Unit()
        unit.statements.append(kernel.Statement(f"PRAGMA max_page_count = {pages}", ()))
        kernel.commit(unit)

    limit_pages(1)  # never below what is in use: the file may not grow any more
    refused = 0
    for _ in range(40):
        try:
            written(job(payload={"text": "あ" * 20_000}))
        except kernel.NotWritten:
            refused += 1
    limit_pages(1_000_000)
    stored = Job.objects.count()
    written(job())

    assert refused > 0
    assert stored == 40 - refused
    assert Job.objects.count() == stored + 1


@pytest.mark.django_db(transaction=True)
def test_units_of_one_batch_are_refused_each_for_itself():
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite writes many units in one transaction")
    row = written(job())
    good, bad, also_good = kernel.Unit(), kernel.Unit(), kernel.Unit()
    good.insert(job(kind="test.good"))
    bad.insert(job(kind="test.bad"))
    bad.update(Job, where={"id": row.id, "attempts": 9}, set={"attempts": 10}, otherwise=Refused())
    also_good.insert(job(kind="test.also"))
    batch = [kernel._Waiting(unit) for unit in (good, bad, also_good)]

    kernel._writer("default")._write_batch(batch)

    assert [type(w.error) for w in batch] == [type(None), Refused, type(None)]
    assert set(Job.objects.values_list("kind", flat=True)) == {"test.nothing", "test.good", "test.also"}


def test_a_row_that_points_at_nothing_is_refused(transactional_db):
    unit = kernel.Unit()
    unit.insert(of_nobody())
    unit.insert(job())

    with pytest.raises(IntegrityError):
        kernel.commit(unit)

    assert not Job.objects.exists()


def test_a_unit_that_breaks_a_foreign_key_takes_no_other_of_its_batch_with_it(transactional_db):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite writes many units in one transaction")
    good, bad, also_good, refused = (kernel.Unit() for _ in range(4))
    good.insert(job(kind="test.good"))
    bad.insert(of_nobody())
    bad.insert(job(kind="test.bad"))
    also_good.insert(job(kind="test.also"))
    refused.update(Job, where={"kind": "nobody"}, set={"attempts": 10}, otherwise=Refused())
    batch = [kernel._Waiting(unit) for unit in (good, bad, also_good, refused)]

    kernel._writer("default")._write_batch(batch)

    assert [type(w.error) for w in batch] == [type(None), IntegrityError, type(None), Refused]
    assert all(w.done.is_set() for w in batch)
    assert set(Job.objects.values_list("kind", flat=True)) == {"test.good", "test.also"}


def test_a_unit_that_changes_too_many_rows_takes_no_other_of_its_batch_with_it(transactional_db):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite writes many units in one transaction")
    written(job())
    written(job())
    good, bad = kernel.Unit(), kernel.Unit()
    good.insert(job(kind="test.good"))
    bad.update(Job, where={"kind": "test.nothing"}, set={"attempts": 5}, otherwise=Refused())
    batch = [kernel._Waiting(unit) for unit in (good, bad)]

    kernel._writer("default")._write_batch(batch)

    assert [type(w.error) for w in batch] == [type(None), Refused]
    assert set(Job.objects.values_list("kind", "attempts")) == {("test.nothing", 0), ("test.good", 0)}


def test_a_disk_that_fills_while_units_are_written_one_by_one_refuses_only_what_was_not_written(
    transactional_db, monkeypatch
):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite writes many units in one transaction")
    good, bad, late = (kernel.Unit() for _ in range(3))
    good.insert(job(kind="test.good"))
    bad.insert(of_nobody())
    late.insert(job(kind="test.late"))
    batch = [kernel._Waiting(unit) for unit in (good, bad, late)]
    alone = kernel._write_alone

    def full_at_last(waiting, cursor):
        if waiting is batch[-1]:
            raise OSError(28, "No space left on device")
        alone(waiting, cursor)

    monkeypatch.setattr(kernel, "_write_alone", full_at_last)
    kernel._writer("default")._write_batch(batch)

    assert [type(w.error) for w in batch] == [type(None), IntegrityError, kernel.NotWritten]
    assert set(Job.objects.values_list("kind", flat=True)) == {"test.good"}
