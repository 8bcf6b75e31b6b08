"""Published national tables, imported with their date and denominator; the same file twice is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff
from madoguchi.organization.actions.permission import require
from madoguchi.organization.rules import Capability
from madoguchi.plan.models import NationalTable, NationalValue


class ImportedAlready(Exception):
    """This file, or a table of the same figure and day, was imported before."""


def import_table(
    *, head: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], by: Staff, now: datetime
) -> NationalTable:
    """Store a table with its values. Raises `ImportedAlready`."""
    require(by, Capability.MANAGE_PLAN, clock.tokyo_date(now))
    table = NationalTable(id=new_id(), imported_at=now, imported_by=by, **head)
    unit = kernel.Unit()
    unit.insert(table)
    for row in rows:
        unit.insert(NationalValue(id=new_id(), table=table, **row))
    detail = {"figure": table.figure, "rows": len(rows)}
    audit.record(
        unit, actor=by.actor, act="national.imported", subject=f"table:{table.id}", now=now, detail=detail
    )
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise ImportedAlready from None
    return table
