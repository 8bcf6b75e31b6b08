"""Jobs: taken from the database under a lease, tried again with back-off, laid aside when hopeless."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import close_old_connections, connections

from madoguchi.common import clock, kernel
from madoguchi.common.ids import new_token
from madoguchi.common.models import Job, JobState, WorkerPulse

LEASE = timedelta(seconds=120)
LONGEST = timedelta(
    hours=1
)  # what runs longer hangs: its lease is no longer renewed, another worker takes it
BATCH = 20
MAX_ATTEMPTS = 8
KEEP_DONE = timedelta(days=7)
POLL_SECONDS = 0.5
PULSE_SECONDS = 10.0

log = logging.getLogger("madoguchi.jobs")

Handler = Callable[[Mapping[str, Any]], None]


class Dead(Exception):
    """Raised by a handler for a job that no further attempt can mend; its text is shown to administrators."""


@dataclass(frozen=True, slots=True)
class Periodic:
    kind: str
    every: timedelta


_handlers: dict[str, Handler] = {}
_periodic: list[Periodic] = []


def handler(kind: str, *, every: timedelta | None = None) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of `kind`, once or again without harm; `every` also plans them."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        if every is not None:
            _periodic.append(Periodic(kind, every))
        return function

    return register


def kinds() -> list[str]:
    """All kinds of jobs that have a handler."""
    return sorted(_handlers)


def back_off(attempts: int) -> timedelta:
    """How long to wait after the given number of failed attempts: 10 s, 40 s, 160 s … at most 6 hours."""
    return min(timedelta(seconds=10 * 4 ** (attempts - 1)), timedelta(hours=6))


def plan_periodic(now: datetime) -> None:
    """Add the periodic jobs whose time has come; the key makes one row per span of time, from any process."""
    unit = kernel.Unit()
    for periodic in _periodic:
        slot = int(now.timestamp() // periodic.every.total_seconds())
        unit.job(periodic.kind, {}, key=f"{periodic.kind}:{slot}")
    if unit.statements:
        kernel.commit(unit)


def work_once(*, now: datetime, batch: int = BATCH) -> int:
    """Take up to `batch` due jobs and do them. Returns how many were taken."""
    lease = new_token()
    taken = _take(lease, now=now, batch=batch)
    if taken:
        with _kept(lease):
            for job in taken:
                if _is_ours(job, lease):
                    _do(job, lease)
    return len(taken)


def _take(lease: str, *, now: datetime, batch: int) -> list[Job]:
    due = Job.objects.filter(state=JobState.WAITING, run_at__lte=now).order_by("run_at", "id")
    lost = Job.objects.filter(state=JobState.RUNNING, lease_until__lt=now).order_by("run_at", "id")
    waiting_ids = list(due.values_list("id", flat=True)[:batch])
    lost_ids = list(lost.values_list("id", flat=True)[: batch - len(waiting_ids)])
    if not waiting_ids and not lost_ids:
        return []
    unit = kernel.Unit()
    claim = {
        "state": JobState.RUNNING,
        "leased_by": lease,
        "lease_until": now + LEASE,
        "attempts": kernel.Increment(),
    }
    if waiting_ids:
        unit.update(Job, where={"id__in": waiting_ids, "state": JobState.WAITING}, set=claim, expect=None)
    if lost_ids:
        lost_now = {"id__in": lost_ids, "state": JobState.RUNNING, "lease_until__lt": now}
        unit.update(Job, where=lost_now, set=claim, expect=None)
    kernel.commit(unit)
    return list(Job.objects.filter(leased_by=lease, state=JobState.RUNNING).order_by("run_at", "id"))


def _is_ours(job: Job, lease: str) -> bool:
    """Whether nobody has taken over the job, and nobody will for half a lease."""
    ours = Job.objects.filter(id=job.id, leased_by=lease, state=JobState.RUNNING)
    until = ours.values_list("lease_until", flat=True).first()
    if (
        until is not None and until < clock.now() + LEASE / 2
    ):  # this process was held up: suspended, or starved
        _renew(lease)
        return ours.exists()
    return until is not None


def _renew(lease: str) -> None:
    unit = kernel.Unit()
    mine = {"leased_by": lease, "state": JobState.RUNNING}
    unit.update(Job, where=mine, set={"lease_until": clock.now() + LEASE}, expect=None)
    kernel.commit(unit)


@contextmanager
def _kept(lease: str) -> Iterator[None]:
    """Renew the lease from a thread while a slow job runs: it ends with this process, and not before the job."""
    done = threading.Event()
    keeper = threading.Thread(target=_keep, args=(lease, done), name="madoguchi-lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _keep(lease: str, done: threading.Event) -> None:
    give_up = clock.monotonic() + LONGEST.total_seconds()
    try:
        while not done.wait(LEASE.total_seconds() / 3) and clock.monotonic() < give_up:
            try:
                _renew(lease)
            except Exception as error:  # the database is away: perhaps it is back before the lease ends
                log.warning("lease not renewed: %s", type(error).__name__)
    finally:
        connections.close_all()


def _do(job: Job, lease: str) -> None:
    try:
        found = _handlers.get(job.kind)
        if found is None:
            raise Dead(f"no handler for {job.kind}")
        found(job.payload)
        changes: dict[str, Any] = {"state": JobState.DONE, "last_error": ""}
    except Dead as error:
        log.error("job %s %s is dead: %s", job.kind, job.id, error)
        changes = {"state": JobState.DEAD, "last_error": str(error)[:500]}
    except Exception as error:
        # Only the kind of error: its text may hold personal data.
        log.warning("job %s %s failed (%s), attempt %d", job.kind, job.id, type(error).__name__, job.attempts)
        dead = job.attempts >= MAX_ATTEMPTS
        changes = {
            "state": JobState.DEAD if dead else JobState.WAITING,
            "run_at": clock.now() + back_off(job.attempts),
            "last_error": type(error).__name__,
        }
    changes |= {"leased_by": "", "lease_until": None}
    if changes["state"] != JobState.WAITING:
        changes["finished_at"] = clock.now()
    unit = kernel.Unit()
    unit.update(Job, where={"id": job.id, "leased_by": lease}, set=changes, expect=None)
    kernel.commit(unit)


def try_again(*, job: Job, now: datetime, unit: kernel.Unit | None = None) -> None:
    """Put a dead or waiting job at the head of the queue (an administrator's manual re-send).

    `unit`: what else is written with it, for example who did it. Raises `kernel.GuardFailed` when it runs or is done.
    """
    unit = unit or kernel.Unit()
    unit.update(
        Job,
        where={"id": job.id, "state__in": [JobState.DEAD, JobState.WAITING]},
        set={"state": JobState.WAITING, "run_at": now, "attempts": 0, "finished_at": None},
    )
    kernel.commit(unit)


@handler("common.forget_done_jobs", every=timedelta(hours=1))
def forget_done_jobs(payload: Mapping[str, Any]) -> None:
    """Remove jobs that were done a week ago; dead ones stay until a person has looked."""
    unit = kernel.Unit()
    unit.delete(Job, where={"state": JobState.DONE, "finished_at__lt": clock.now() - KEEP_DONE})
    kernel.commit(unit)


def pulse(name: str, now: datetime) -> None:
    """Say that this worker lives."""
    unit = kernel.Unit()
    unit.insert(WorkerPulse(name=name, at=now), unless_exists=True)
    unit.delete(WorkerPulse, where={"at__lt": now - timedelta(days=1)})
    kernel.commit(unit)
    unit = kernel.Unit()
    unit.update(WorkerPulse, where={"name": name}, set={"at": now}, expect=None)
    kernel.commit(unit)


def work_forever(stop: threading.Event | None = None) -> None:
    """Do jobs until told to stop (SIGTERM, SIGINT); the batch in hand is finished first."""
    stop = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    name = clock.process_name()
    last_pulse = -PULSE_SECONDS
    while not stop.is_set():
        try:
            if clock.monotonic() - last_pulse >= PULSE_SECONDS:
                pulse(name, clock.now())
                plan_periodic(clock.now())
                last_pulse = clock.monotonic()
            if not work_once(now=clock.now()):
                stop.wait(POLL_SECONDS)
        except Exception as error:  # the database is away: wait and try again, a worker never gives up
            log.error("worker waits: %s", type(error).__name__)
            close_old_connections()
            stop.wait(5)
