"""Jobs: done at least once, tried again with back-off, laid aside when hopeless, never lost with a worker."""

import threading
import time
from datetime import timedelta

import pytest

from madoguchi.common import clock, jobs, kernel
from madoguchi.common.models import Job, JobState

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kinds(monkeypatch):
    """A registry of handlers for one test."""
    monkeypatch.setattr(jobs, "_handlers", {})
    monkeypatch.setattr(jobs, "_periodic", [])
    return jobs.handler


def plan(kind: str, **payload):
    unit = kernel.Unit()
    unit.job(kind, payload)
    kernel.commit(unit)
    return Job.objects.latest("created_at")


def test_a_job_is_done_once_and_kept_as_done(kinds):
    seen = []
    kinds("test.note")(lambda payload: seen.append(payload["n"]))
    plan("test.note", n=7)

    assert jobs.work_once(now=clock.now()) == 1
    assert jobs.work_once(now=clock.now()) == 0

    assert seen == [7]
    assert Job.objects.get().state == JobState.DONE


def test_a_failing_job_waits_longer_each_time_and_says_only_the_kind_of_error(kinds):
    def fail(payload):
        raise ValueError("山田 花子")

    kinds("test.fail")(fail)
    plan("test.fail")

    now = clock.now()
    waits = []
    job = Job.objects.get()
    for _ in range(3):
        jobs.work_once(now=now)
        job = Job.objects.get()
        waits.append(job.run_at - clock.now())
        now = job.run_at + timedelta(seconds=1)

    assert [round(w.total_seconds(), -1) for w in waits] == [10, 40, 160]
    assert (job.state, job.last_error) == (JobState.WAITING, "ValueError")


def test_after_the_last_attempt_a_job_is_dead_and_a_person_can_start_it_again(kinds):
    outcome = {"fail": True}

    def sometimes(payload):
        if outcome["fail"]:
            raise OSError

    kinds("test.sometimes")(sometimes)
    plan("test.sometimes")
    now = clock.now()
    for _ in range(jobs.MAX_ATTEMPTS):
        jobs.work_once(now=now)
        now = Job.objects.get().run_at + timedelta(seconds=1)
    dead = Job.objects.get()
    assert dead.state == JobState.DEAD

    outcome["fail"] = False
    jobs.try_again(job=dead, now=clock.now())
    jobs.work_once(now=clock.now())

    assert Job.objects.get().state == JobState.DONE


def test_a_job_declared_hopeless_is_dead_at_once(kinds):
    def hopeless(payload):
        raise jobs.Dead("the address does not exist")

    kinds("test.hopeless")(hopeless)
    plan("test.hopeless")

    jobs.work_once(now=clock.now())

    assert (Job.objects.get().state, Job.objects.get().last_error) == (
        JobState.DEAD,
        "the address does not exist",
    )


def test_a_job_without_a_handler_is_dead_and_says_so(kinds):
    plan("test.unknown")

    jobs.work_once(now=clock.now())

    assert Job.objects.get().last_error == "no handler for test.unknown"


def test_the_job_of_a_killed_worker_is_taken_over_when_its_lease_ends(kinds):
    seen = []
    kinds("test.note")(lambda payload: seen.append(1))
    plan("test.note")
    now = clock.now()
    assert len(jobs._take("the lease of a worker that is killed now", now=now, batch=5)) == 1

    assert jobs.work_once(now=now + jobs.LEASE / 2) == 0
    assert jobs.work_once(now=now + jobs.LEASE + timedelta(seconds=1)) == 1

    assert seen == [1]
    assert Job.objects.get().attempts == 2


def test_two_workers_never_take_the_same_job(kinds):
    for _ in range(6):
        plan("test.note")
    now = clock.now()

    first = jobs._take("first", now=now, batch=4)
    second = jobs._take("second", now=now, batch=4)

    assert len(first) == 4
    assert len(second) == 2
    assert not {j.id for j in first} & {j.id for j in second}


def test_a_worker_that_was_held_up_leaves_alone_what_another_has_taken_over(kinds):
    done = []

    def slow(payload):
        done.append("slow")
        if done == ["slow"]:  # this worker sleeps longer than its lease, and another one comes by
            jobs.work_once(now=clock.now() + jobs.LEASE + timedelta(seconds=1))

    kinds("test.slow")(slow)
    kinds("test.quick")(lambda payload: done.append("quick"))
    plan("test.slow")
    plan("test.quick")

    jobs.work_once(now=clock.now())

    assert done == ["slow", "slow", "quick"]  # only the job that was being done is done a second time
    assert set(Job.objects.values_list("state", "attempts")) == {(JobState.DONE, 2)}


def test_a_lease_that_ran_out_unnoticed_is_renewed_before_a_job_is_done(kinds):
    plan("test.note")
    now = clock.now()
    (job,) = jobs._take("mine", now=now, batch=1)
    Job.objects.update(lease_until=now - timedelta(seconds=1))

    assert jobs._is_ours(job, "mine")

    assert Job.objects.filter(lease_until__gt=now + jobs.LEASE / 2).exists()
    assert not jobs._take("another", now=now, batch=1)


@pytest.mark.slow
def test_a_job_that_runs_longer_than_a_lease_is_not_taken_by_another_worker(kinds, monkeypatch):
    monkeypatch.setattr(jobs, "LEASE", timedelta(seconds=1.5))
    taken = []

    def long(payload):
        until = clock.monotonic() + 2.5
        while clock.monotonic() < until:
            taken.extend(jobs._take("another worker", now=clock.now(), batch=5))
            time.sleep(0.1)

    kinds("test.long")(long)
    plan("test.long")

    jobs.work_once(now=clock.now())

    assert not taken
    assert (Job.objects.get().state, Job.objects.get().attempts) == (JobState.DONE, 1)


def test_the_lease_of_a_job_that_hangs_is_not_renewed_for_ever(monkeypatch):
    monkeypatch.setattr(jobs, "LEASE", timedelta(seconds=0.03))
    monkeypatch.setattr(jobs, "LONGEST", timedelta())
    plan("test.hangs")
    jobs._take("mine", now=clock.now(), batch=1)

    jobs._keep("mine", threading.Event())  # comes back by itself

    assert jobs._take("another", now=clock.now() + timedelta(seconds=1), batch=1)


def test_a_database_that_is_away_does_not_end_the_keeping_of_a_lease(monkeypatch):
    monkeypatch.setattr(jobs, "LEASE", timedelta(seconds=0.03))
    done = threading.Event()
    tries = []

    def away(lease):
        tries.append(lease)
        if len(tries) == 2:
            done.set()
        raise kernel.NotWritten("OperationalError")

    monkeypatch.setattr(jobs, "_renew", away)

    jobs._keep("mine", done)

    assert tries == ["mine", "mine"]


def test_a_periodic_job_is_planned_once_for_each_span_of_time(kinds):
    kinds("test.hourly", every=timedelta(hours=1))(lambda payload: None)
    now = clock.now().replace(minute=10)

    jobs.plan_periodic(now)
    jobs.plan_periodic(now + timedelta(minutes=5))
    jobs.plan_periodic(now + timedelta(hours=1))

    assert Job.objects.count() == 2


def test_done_jobs_are_forgotten_after_a_week_and_dead_ones_are_kept():
    long_ago = clock.now() - timedelta(days=8)
    for state in (JobState.DONE, JobState.DEAD):
        unit = kernel.Unit()
        unit.insert(Job(kind="x", state=state, run_at=long_ago, created_at=long_ago, finished_at=long_ago))
        kernel.commit(unit)

    jobs.forget_done_jobs({})

    assert list(Job.objects.values_list("state", flat=True)) == [JobState.DEAD]
