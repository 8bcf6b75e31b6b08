"""Bringing a file into the inventory: what is known is updated, what is missing in the file stays as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.organization.rules import in_charge
from madoguchi.procedures.inventory.scope import Scope, scope_of
from madoguchi.procedures.models import InventoryEntry

BATCH = 400  # rows of a unit


class ChangedMeanwhile(Exception):
    """Somebody else changed the inventory since it was compared; a further import goes on where this one stopped."""


@dataclass(frozen=True, slots=True)
class Change:
    """An entry as it is, and the fields a file would change: before and after."""

    entry: InventoryEntry
    fields: dict[str, tuple[Any, Any]]


@dataclass(slots=True)
class Comparison:
    """What an import would do."""

    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: int = 0
    missing: list[InventoryEntry] = field(default_factory=list)  # in force, and not in the file
    meant: list[InventoryEntry | None] = field(default_factory=list)  # for each row the entry it means

    @property
    def mark(self) -> str:
        """The same for the same writes: tells whether what was looked at is what would be written now."""
        updates = [(str(one.entry.id), one.entry.version, sorted(one.fields.items())) for one in self.changed]
        return hashlib.sha256(repr((updates, self.new)).encode()).hexdigest()


def compare(rows: Sequence[dict[str, Any]]) -> Comparison:
    """Hold the rows of a file against the inventory; fields without a column in the file are left alone."""
    changes = organization.changes_done()
    entries = list(InventoryEntry.objects.order_by("id"))
    by_id = {entry.survey_id: entry for entry in entries if entry.survey_id}
    by_name: dict[tuple[str, str, str], list[InventoryEntry]] = {}
    for entry in entries:
        charge = in_charge(changes, entry.department_code, entry.procedure_id)
        by_name.setdefault((entry.name, entry.law, charge), []).append(entry)
    taken = {by_id[row["survey_id"]].id for row in rows if row.get("survey_id") in by_id}
    found = Comparison()
    for row in rows:
        survey_id = row.get("survey_id", "")
        known = by_id.get(survey_id)
        if known is None:
            alike = by_name.get((row["name"], row.get("law", ""), row["department_code"]), [])
            known = _meant([one for one in alike if one.id not in taken], survey_id)
        found.meant.append(known)
        if known is None:
            found.new.append(row)
            continue
        taken.add(known.id)
        fields = _differences(known, row)
        if "department_code" in fields:
            procedure_id = row.get("procedure_id", known.procedure_id)
            if in_charge(changes, known.department_code, procedure_id) == row["department_code"]:
                del fields["department_code"]  # its successor: who recorded the entry stays as it was
        if fields:
            found.changed.append(Change(known, fields))
        else:
            found.same += 1
    found.missing = [entry for entry in entries if entry.id not in taken and entry.abolished_on is None]
    return found


def _meant(alike: Sequence[InventoryEntry], survey_id: str) -> InventoryEntry | None:
    """Which entry of the same name, law and department a row means: never one that the survey knows by another id."""
    without = [entry for entry in alike if not entry.survey_id]
    if without:
        return without[0]
    return alike[0] if len(alike) == 1 and not survey_id else None


def _differences(entry: InventoryEntry, row: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        name: (getattr(entry, name), value)
        for name, value in row.items()
        if getattr(entry, name) != value and not (name == "survey_id" and not value)
    }


def foreign(rows: Sequence[dict[str, Any]], found: Comparison, scope: Scope) -> list[int]:
    """The places of rows that somebody may not bring in: of another department before the import or after it."""
    return [
        place
        for place, (row, entry) in enumerate(zip(rows, found.meant, strict=True))
        if not (
            scope.holds(row["department_code"], _procedure_of(row, entry))
            and (entry is None or scope.holds(entry.department_code, entry.procedure_id))
        )
    ]


def _procedure_of(row: dict[str, Any], entry: InventoryEntry | None) -> str:
    return str(row.get("procedure_id", entry.procedure_id if entry else ""))


def import_rows(
    *, rows: Sequence[dict[str, Any]], by: Staff | str, now: datetime, mark: str = ""
) -> Comparison:
    """Write what `compare` says, once or again without harm; `by` is a person, or the command (its actor).

    Raises `NotAllowed` for rows of departments a person does not write for, and `ChangedMeanwhile`, also where the
    writes are no longer those that had this `mark`.
    """
    found = compare(rows)
    if isinstance(by, Staff) and foreign(rows, found, scope_of(by, clock.tokyo_date(now))):
        raise NotAllowed
    if mark and found.mark != mark:
        raise ChangedMeanwhile
    actor = by.actor if isinstance(by, Staff) else by
    writes: list[Change | dict[str, Any]] = [*found.changed, *found.new]
    for first in range(0, len(writes), BATCH):
        batch = writes[first : first + BATCH]
        unit = kernel.Unit()
        for one in batch:
            if isinstance(one, Change):
                _update(unit, one, by=actor, now=now)
            else:
                _insert(unit, one, by=actor, now=now)
        changed = sum(isinstance(one, Change) for one in batch)
        detail = {"new": len(batch) - changed, "changed": changed}
        audit.record(unit, actor=actor, act="inventory.imported", subject="inventory", now=now, detail=detail)
        try:
            kernel.commit(unit)
        except IntegrityError:
            raise ChangedMeanwhile from None
    return found


def _insert(unit: kernel.Unit, row: dict[str, Any], *, by: str, now: datetime) -> None:
    entry = InventoryEntry(**row)
    unit.insert(entry)
    audit.record(unit, actor=by, act="inventory.added", subject=f"inventory:{entry.id}", now=now)


def _update(unit: kernel.Unit, change: Change, *, by: str, now: datetime) -> None:
    entry = change.entry
    unit.update(
        InventoryEntry,
        where={"id": entry.id, "version": entry.version},
        set={name: after for name, (_before, after) in change.fields.items()}
        | {"version": entry.version + 1},
        otherwise=ChangedMeanwhile(),
    )
    audit.record(
        unit,
        actor=by,
        act="inventory.changed",
        subject=f"inventory:{entry.id}",
        now=now,
        detail={name: list(values) for name, values in change.fields.items()},
    )
