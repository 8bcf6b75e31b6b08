"""Jobs: done at least once, tried again with back-off, laid aside when hopeless, never lost with a worker."""

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
