"""Rows for tests of the room common."""

from datetime import timedelta
from typing import Any

from madoguchi.common import clock
from madoguchi.common.ids import new_token
from madoguchi.common.models import AttemptCount, InstallationFact, Job, WorkerPulse


def JobFactory(**changes: Any) -> Job:
    """A waiting job that nobody handles."""
    values = {"kind": "test.nothing", "run_at": clock.now(), "created_at": clock.now()}
    return Job.objects.create(**(values | changes))


def AttemptCountFactory(**changes: Any) -> AttemptCount:
    """One attempt in this quarter of an hour."""
    values = {"key": new_token(), "count": 1, "expires_at": clock.now() + timedelta(minutes=15)}
    return AttemptCount.objects.create(**(values | changes))


def WorkerPulseFactory(**changes: Any) -> WorkerPulse:
    """A worker that lives."""
    return WorkerPulse.objects.create(**({"name": new_token(), "at": clock.now()} | changes))


def InstallationFactFactory(**changes: Any) -> InstallationFact:
    """A fact about this installation."""
    return InstallationFact.objects.create(**({"name": new_token(), "value": {}} | changes))
