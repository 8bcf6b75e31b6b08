"""What the worker does for fees: note what open cases cost that were filed before fees were recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from madoguchi.applications.fee_queries import fee_of
from madoguchi.applications.models import Application
from madoguchi.applications.rules import OPEN
from madoguchi.common import jobs, kernel
from madoguchi.procedures import queries as procedures

PER_UNIT = 200


@jobs.handler("applications.note_fees", every=timedelta(days=1))
def note_fees(payload: Mapping[str, Any]) -> None:
    """Note the fees of open cases that have none, so that the list of the cash desk shows them."""
    cases = list(_without_fee())
    for first in range(0, len(cases), PER_UNIT):
        unit = kernel.Unit()
        for case in Application.objects.filter(id__in=cases[first : first + PER_UNIT]):
            fee = fee_of(case)
            if fee is not None:
                unit.insert(fee, unless_exists=True)
        if unit.statements:
            kernel.commit(unit)


def _without_fee() -> QuerySet[Application, UUID]:
    """The ids of open cases without a fee, of versions that cost anything."""
    open_ = Application.objects.filter(status__in=OPEN, fee=None).order_by()
    versions = open_.values_list("procedure_version_id", flat=True).distinct()
    charging = [one for one in versions if not procedures.definition_of(one).fee.is_free]
    return open_.filter(procedure_version_id__in=charging).values_list("id", flat=True)
