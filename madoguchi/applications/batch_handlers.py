"""What follows from lists and disasters: lines done one by one, filings bound to their disaster, reminders of steps."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from madoguchi.applications import desk_step_warnings, disaster_queries
from madoguchi.applications.actions.batches import do_line
from madoguchi.applications.actions.disasters import bind_by_day
from madoguchi.applications.batches import Verdict
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.models import Disaster, StepBatch, StepBatchItem
from madoguchi.common import clock, jobs, kernel
from madoguchi.notices.rules import is_usable_address
from madoguchi.organization import queries as organization

LINES_AT_ONCE = 100
SECONDS_FOR_ALL = 240.0
GO_ON_AFTER = timedelta(seconds=5)

log = logging.getLogger("madoguchi.applications")


@jobs.handler("applications.run_step_batch")
def run_step_batch(payload: Mapping[str, Any]) -> None:
    """Do what is left of a list, in its order; after some minutes another job goes on."""
    batch = StepBatch.objects.select_related("by").get(id=payload["batch"])
    if batch.state != StepBatch.State.RUNNING:
        return
    until = clock.monotonic() + SECONDS_FOR_ALL
    waiting = StepBatchItem.objects.filter(
        batch=batch, state=StepBatchItem.State.WAITING, verdict=Verdict.READY
    ).select_related("application")
    last, failed = 0, 0
    while lines := list(waiting.filter(position__gt=last).order_by("position")[:LINES_AT_ONCE]):
        for item in lines:
            last = item.position
            item.batch = batch
            try:
                do_line(item=item, now=clock.now())
            except ChangedMeanwhile:
                log.info("line %s of %s meets another change", item.position, batch)
            except Exception:  # one line must not stop those behind it
                failed += 1
                log.exception("line %s of %s failed", item.position, batch)
        if clock.monotonic() > until:
            break
    if failed and waiting.count() == failed:
        raise RuntimeError(f"{failed} lines of {batch} failed")  # tried again with back-off, then laid aside
    if waiting.exists():
        unit = kernel.Unit()
        later = clock.now() + GO_ON_AFTER
        unit.job("applications.run_step_batch", {"batch": str(batch.id)}, run_at=later)
        kernel.commit(unit)


@jobs.handler("applications.bind_filings")
def bind_filings(payload: Mapping[str, Any]) -> None:
    """Bind to a disaster what was filed before it was opened; what is bound already stays as it is."""
    disaster = Disaster.objects.get(id=payload["disaster"])
    for cases in disaster_queries.unbound(disaster):
        bind_by_day(disaster=disaster, cases=cases, now=clock.now())


@jobs.handler("applications.bind_new_filings", every=timedelta(minutes=10))
def bind_new_filings(payload: Mapping[str, Any]) -> None:
    """Bind what was filed since to the disasters of the last year; of two that fit, the newer one."""
    since = clock.today() - timedelta(days=365)
    for disaster in Disaster.objects.filter(until_on__gte=since).order_by("-from_on", "-id"):
        for cases in disaster_queries.unbound(disaster):
            bind_by_day(disaster=disaster, cases=cases, now=clock.now())


@jobs.handler("applications.warn_of_steps", every=timedelta(days=1))
def warn_of_steps(payload: Mapping[str, Any]) -> None:
    """Tell each department which requests come due, and which are past their day: each once for a day."""
    now = clock.now()
    for department in organization.departments(organization.department_codes()).values():
        if is_usable_address(department.email):
            for late in (True, False):
                desk_step_warnings.warn(department, late=late, now=now)
