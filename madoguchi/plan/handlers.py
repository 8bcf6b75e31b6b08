"""What the plan does by itself: collect what other rooms tell, and issue the year-end survey."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from madoguchi.common import clock, jobs, registers
from madoguchi.plan.actions import facts, services


@jobs.handler("plan.collect", every=timedelta(hours=1))
def collect(payload: Mapping[str, Any]) -> None:
    """Make the facts of every source equal to what its room tells now."""
    for entry in registers.indicators:
        if entry.value.collect is not None:
            facts.bring_up(entry.name, entry.value.collect())


@jobs.handler("plan.issue_surveys", every=timedelta(days=1))
def issue_surveys(payload: Mapping[str, Any]) -> None:
    """From 1 March on, ask each department with digital services for this year's evidence."""
    services.issue_surveys(now=clock.now())
