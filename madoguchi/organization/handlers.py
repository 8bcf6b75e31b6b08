"""What this room does by job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from madoguchi.common import clock, jobs
from madoguchi.organization.actions import reorganising
from madoguchi.organization.models import Reorganisation


@jobs.handler("organization.reorganise")
def reorganise(payload: Mapping[str, Any]) -> None:
    """Carry out a reorganisation whose day has begun, unless it was taken back since."""
    row = Reorganisation.objects.filter(id=payload["reorganisation"]).first()
    if row is not None:
        reorganising.carry_out(reorganisation=row, version=payload["version"], now=clock.now())
