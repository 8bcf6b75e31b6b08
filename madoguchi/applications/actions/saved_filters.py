"""Saving a view of the list of cases under a name, for oneself or for a department."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError

from madoguchi.applications.errors import NotAllowed
from madoguchi.applications.models import SavedFilter
from madoguchi.applications.permissions import departments_headed, departments_seen, require
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff

MOST = 30  # of one person, or of one department: more is no help and each is counted


class NameTaken(Exception):
    """There is a view of that name, in the same place."""


class TooMany(Exception):
    """A person or a department has `MOST` already."""


def save_filter(*, name: str, query: str, department_code: str, by: Staff, now: datetime) -> SavedFilter:
    """Save a view. Raises `NotAllowed` for a department of others, `NameTaken`, `TooMany`."""
    today = clock.tokyo_date(now)
    seen = departments_seen(by, today=today)
    require(bool(seen) and (not department_code or department_code in seen))
    row = SavedFilter(owner=by, department_code=department_code, name=name, query=query, saved_at=now)
    beside = SavedFilter.objects.filter(department_code=department_code)
    if (beside if department_code else beside.filter(owner=by)).count() >= MOST:
        raise TooMany
    unit = kernel.Unit()
    unit.insert(row)
    _note(unit, row, "filter.saved", by, now)
    _commit(unit)
    return row


def rename_filter(*, saved: SavedFilter, name: str, by: Staff, now: datetime) -> None:
    """Give a view another name. Raises `NotAllowed`, `NameTaken`."""
    require(may_change(saved, by, now))
    unit = kernel.Unit()
    unit.update(SavedFilter, where={"id": saved.id}, set={"name": name}, otherwise=NotAllowed())
    _note(unit, saved, "filter.renamed", by, now)
    _commit(unit)


def delete_filter(*, saved: SavedFilter, by: Staff, now: datetime) -> None:
    """Take a view away. Raises `NotAllowed`, also when it is gone already."""
    require(may_change(saved, by, now))
    unit = kernel.Unit()
    unit.delete(SavedFilter, where={"id": saved.id}, expect=1, otherwise=NotAllowed())
    _note(unit, saved, "filter.deleted", by, now)
    kernel.commit(unit)


def may_change(saved: SavedFilter, by: Staff, now: datetime) -> bool:
    """Whose it is, or a head of the department it is shared with."""
    headed = departments_headed(by, today=clock.tokyo_date(now))
    return saved.owner_id == by.id or (bool(saved.department_code) and saved.department_code in headed)


def _note(unit: kernel.Unit, saved: SavedFilter, act: str, by: Staff, now: datetime) -> None:
    detail = {"name": saved.name, "department": saved.department_code}
    audit.record(unit, actor=by.actor, act=act, subject=f"filter:{saved.id}", now=now, detail=detail)


def _commit(unit: kernel.Unit) -> None:
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise NameTaken from None
