"""Changes of single entries by hand: added, changed, abolished, and that taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.procedures.inventory.importing import ChangedMeanwhile
from madoguchi.procedures.inventory.scope import Scope, scope_of
from madoguchi.procedures.models import InventoryEntry


class KnownAlready(Exception):
    """Another entry has this survey id, or without one this name, law and department."""


class StillToCome(Exception):
    """A procedure is abolished from a day on that has come."""


def add(*, values: Mapping[str, Any], by: Staff, now: datetime) -> InventoryEntry:
    """Put a procedure into the inventory. Raises `NotAllowed`, `KnownAlready`."""
    scope = scope_of(by, clock.tokyo_date(now))
    entry = InventoryEntry(**values)
    _require(scope, entry)
    _refuse_twin(scope, entry)
    unit = kernel.Unit()
    unit.insert(entry, otherwise=KnownAlready())
    _record(unit, "added", entry, by, now, {})
    kernel.commit(unit)
    return entry


def change(
    *, entry: InventoryEntry, version: int, values: Mapping[str, Any], by: Staff, now: datetime
) -> None:
    """Change what is told of a procedure; `version` is the one that was looked at.

    A department that took the entry over leaves it recorded as it was, so that a reorganisation can be undone.
    Raises `NotAllowed`, `KnownAlready`, `ChangedMeanwhile`.
    """
    scope = scope_of(by, clock.tokyo_date(now))
    _require(scope, entry)
    after = {**values}
    if scope.charge(entry.department_code, after["procedure_id"]) == after["department_code"]:
        after["department_code"] = entry.department_code
    changed = InventoryEntry(id=entry.id, **after)
    _require(scope, changed)
    fields = {
        name: (getattr(entry, name), value) for name, value in after.items() if getattr(entry, name) != value
    }
    if fields:
        _refuse_twin(scope, changed)
        _write(entry, version, fields, act="changed", by=by, now=now)


def abolish(*, entry: InventoryEntry, version: int, day: date, by: Staff, now: datetime) -> None:
    """Say from which day on the city does without a procedure.

    Raises `NotAllowed`, `StillToCome`, `ChangedMeanwhile` (also for one that is abolished).
    """
    today = clock.tokyo_date(now)
    _require(scope_of(by, today), entry)
    if day > today:
        raise StillToCome
    if entry.abolished_on is not None:
        raise ChangedMeanwhile
    _write(entry, version, {"abolished_on": (None, day)}, act="abolished", by=by, now=now)


def restore(*, entry: InventoryEntry, version: int, by: Staff, now: datetime) -> None:
    """Take back that a procedure was abolished. Raises `NotAllowed`, `ChangedMeanwhile`."""
    _require(scope_of(by, clock.tokyo_date(now)), entry)
    if entry.abolished_on is None:
        raise ChangedMeanwhile
    _write(entry, version, {"abolished_on": (entry.abolished_on, None)}, act="restored", by=by, now=now)


def _require(scope: Scope, entry: InventoryEntry) -> None:
    if not scope.holds(entry.department_code, entry.procedure_id):
        raise NotAllowed


def _refuse_twin(scope: Scope, entry: InventoryEntry) -> None:
    """Without a survey id an entry is known by name, law and the department in charge, whoever recorded it."""
    if entry.survey_id:
        return
    alike = InventoryEntry.objects.filter(name=entry.name, law=entry.law, survey_id="").exclude(id=entry.id)
    charge = scope.charge(entry.department_code, entry.procedure_id)
    if any(scope.charge(one.department_code, one.procedure_id) == charge for one in alike):
        raise KnownAlready


def _write(
    entry: InventoryEntry,
    version: int,
    fields: Mapping[str, tuple[Any, Any]],
    *,
    act: str,
    by: Staff,
    now: datetime,
) -> None:
    unit = kernel.Unit()
    unit.update(
        InventoryEntry,
        where={"id": entry.id, "version": version},
        set={name: after for name, (_before, after) in fields.items()} | {"version": version + 1},
        otherwise=ChangedMeanwhile(),
    )
    _record(unit, act, entry, by, now, fields)
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise KnownAlready from None


def _record(
    unit: kernel.Unit,
    act: str,
    entry: InventoryEntry,
    by: Staff,
    now: datetime,
    fields: Mapping[str, tuple[Any, Any]],
) -> None:
    """Before and after of each field, days as texts."""
    detail = {
        name: [str(one) if isinstance(one, date) else one for one in values]
        for name, values in fields.items()
    }
    audit.record(
        unit, actor=by.actor, act=f"inventory.{act}", subject=f"inventory:{entry.id}", now=now, detail=detail
    )
