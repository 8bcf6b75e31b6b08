"""What the worker does for fees: note what open cases cost that were filed before fees were recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.fee_queries import fee_of
from madoguchi.applications.models import Application
from madoguchi.applications.rules import OPEN
from madoguchi.common import jobs, kernel
from madoguchi.procedures import queries as procedures

PER_UNIT = 200


@jobs.handler("applications.note_fees", every=timedelta(days=1))
def note_fees(payload: Mapping[str, Any]) -> None:
    """Note the fees of open cases that have none, so that the list of the cash desk shows them."""
    ids = list(_without_fee())
    for first in range(0, len(ids), PER_UNIT):
        cases = list(Application.objects.filter(id__in=ids[first : first + PER_UNIT]))
        try:
            _note(cases)
        except ChangedMeanwhile:
            for case in cases:
                with suppress(
                    ChangedMeanwhile
                ):  # somebody is at work on it: its turn comes with the next round
                    _note([case])


def _note(cases: Iterable[Application]) -> None:
    """Note what these cost as they were read. Raises `ChangedMeanwhile` when one of them is another by now."""
    unit = kernel.Unit()
    for case in cases:
        fee = fee_of(case)
        if fee is not None:
            same = {"id": case.id, "version": case.version}
            unit.update(Application, where=same, set={"version": case.version}, otherwise=ChangedMeanwhile())
            unit.insert(fee, unless_exists=True)
    if unit.statements:
        kernel.commit(unit)


def _without_fee() -> QuerySet[Application, UUID]:
    """The ids of open cases without a fee, of versions that cost anything."""
    open_ = Application.objects.filter(status__in=OPEN, fee=None).order_by()
    versions = open_.values_list("procedure_version_id", flat=True).distinct()
    charging = [one for one in versions if not procedures.definition_of(one).fee.is_free]
    return open_.filter(procedure_version_id__in=charging).values_list("id", flat=True)
