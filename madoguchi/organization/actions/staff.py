"""What administrators do with accounts and postings of staff."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError

from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity.actions import accounts
from madoguchi.identity.models import Staff
from madoguchi.organization import queries
from madoguchi.organization.actions.permission import (
    OwnAccount,
    keep_an_administrator,
    require,
)
from madoguchi.organization.models import Department, Posting
from madoguchi.organization.rules import Capability, Role


class LoginTaken(Exception):
    """Another account has this log-in."""


class AlreadyPosted(Exception):
    """The person has this role in this department already, without end."""


class NotOpen(Exception):
    """The posting has ended already, or ends on another day than the page said."""


class NoAdministratorNeeded(Exception):
    """There is an administrator already; accounts are opened on the pages."""


def open_staff(
    *,
    login: str,
    display_name: str,
    name_kana: str,
    department: Department,
    role: Role,
    by: Staff,
    now: datetime,
) -> tuple[Staff, str]:
    """A new account with its first posting; returns it with the initial password. Raises `LoginTaken`."""
    today = clock.tokyo_date(now)
    require(by, Capability.MANAGE_STAFF, today)
    names = {"login": login, "display_name": display_name, "name_kana": name_kana}
    return _open(kernel.Unit(), department=department, role=role, by=by.actor, now=now, names=names)


def open_first_administrator(
    *, login: str, display_name: str, department: Department, now: datetime
) -> tuple[Staff, str]:
    """The first account of an installation, from its console; its department is made when it is missing.

    Raises `NoAdministratorNeeded` ever after, or `LoginTaken`.
    """
    today = clock.tokyo_date(now)
    if queries.lasting_administrators(today).exists():
        raise NoAdministratorNeeded
    unit = kernel.Unit()
    if not queries.departments([department.code]):
        department.valid_from = today
        unit.insert(department)
    names = {"login": login, "display_name": display_name, "name_kana": ""}
    return _open(
        unit, department=department, role=Role.ADMINISTRATOR, by="system:console", now=now, names=names
    )


def _open(
    unit: kernel.Unit, *, department: Department, role: Role, by: str, now: datetime, names: dict[str, str]
) -> tuple[Staff, str]:
    staff, password = accounts.open_account(unit, **names, by=by, now=now)
    _add_posting(unit, staff, department, role, clock.tokyo_date(now), by, now)
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise LoginTaken from None
    return staff, password


def rename(
    *, staff: Staff, version: int, display_name: str, name_kana: str, by: Staff, now: datetime
) -> None:
    """Change a person's name. Raises `accounts.Outdated`."""
    require(by, Capability.MANAGE_STAFF, clock.tokyo_date(now))
    unit = kernel.Unit()
    accounts.rename(
        unit,
        staff=staff,
        version=version,
        display_name=display_name,
        name_kana=name_kana,
        by=by.actor,
        now=now,
    )
    kernel.commit(unit)


def reset_password(*, staff: Staff, version: int, by: Staff, now: datetime) -> str:
    """A new initial password, returned once; ends all sessions. Raises `OwnAccount`, `accounts.Outdated`."""
    _require_other(staff, by, now)
    unit = kernel.Unit()
    password = accounts.reset_password(unit, staff=staff, version=version, by=by.actor, now=now)
    kernel.commit(unit)
    return password


def reset_authenticator(*, staff: Staff, version: int, by: Staff, now: datetime) -> None:
    """The next sign-in enrols another app; ends all sessions. Raises `OwnAccount`, `accounts.Outdated`."""
    _require_other(staff, by, now)
    unit = kernel.Unit()
    accounts.reset_authenticator(unit, staff=staff, version=version, by=by.actor, now=now)
    kernel.commit(unit)


def deactivate(*, staff: Staff, version: int, by: Staff, now: datetime) -> None:
    """End an account and its sessions at once. Raises `OwnAccount`, `LastAdministrator`, `accounts.Outdated`."""
    _require_other(staff, by, now)
    today = clock.tokyo_date(now)
    unit = kernel.Unit()
    accounts.deactivate(unit, staff=staff, version=version, by=by.actor, now=now)
    if queries.lasting_administrators(today).filter(staff=staff).exists():
        keep_an_administrator(unit, today, staff=staff)
    kernel.commit(unit)


def reactivate(*, staff: Staff, version: int, by: Staff, now: datetime) -> None:
    """Bring an account back. Raises `accounts.Outdated`."""
    _require_other(staff, by, now)
    unit = kernel.Unit()
    accounts.reactivate(unit, staff=staff, version=version, by=by.actor, now=now)
    kernel.commit(unit)


def unlock(*, staff: Staff, by: Staff, now: datetime) -> None:
    """Open a log-in that was closed after wrong attempts. Raises `OwnAccount`."""
    _require_other(staff, by, now)
    unit = kernel.Unit()
    accounts.unlock(unit, staff=staff, by=by.actor, now=now)
    kernel.commit(unit)


def post(
    *, staff: Staff, department: Department, role: Role, valid_from: date, by: Staff, now: datetime
) -> None:
    """Give a person a role in a department from a day on. Raises `AlreadyPosted`."""
    require(by, Capability.MANAGE_STAFF, clock.tokyo_date(now))
    unit = kernel.Unit()
    _add_posting(unit, staff, department, role, valid_from, by.actor, now)
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise AlreadyPosted from None


def end_posting(*, posting: Posting, last_day: date, by: Staff, now: datetime) -> None:
    """Let a posting end with `last_day`; yesterday takes the role away at once.

    Raises `OwnAccount`, `LastAdministrator` or `NotOpen`.
    """
    today = clock.tokyo_date(now)
    require(by, Capability.MANAGE_STAFF, today)
    unit = kernel.Unit()
    if posting.role == Role.ADMINISTRATOR:
        if posting.staff_id == by.pk:
            raise OwnAccount
        if posting.valid_until is None and posting.staff.active:
            keep_an_administrator(unit, today, id=posting.pk)
    unit.update(
        Posting,
        where={"id": posting.pk, "valid_until": posting.valid_until},
        set={"valid_until": last_day},
        otherwise=NotOpen(),
    )
    _record(unit, posting, "posting.ended", by.actor, now, until=last_day.isoformat())
    kernel.commit(unit)


def day_before(today: date) -> date:
    """The last day of what is to end at once."""
    return today - timedelta(days=1)


def _require_other(staff: Staff, by: Staff, now: datetime) -> None:
    require(by, Capability.MANAGE_STAFF, clock.tokyo_date(now))
    if staff.pk == by.pk:
        raise OwnAccount


def _add_posting(
    unit: kernel.Unit,
    staff: Staff,
    department: Department,
    role: Role,
    valid_from: date,
    by: str,
    now: datetime,
) -> None:
    posting = Posting(staff=staff, department=department, role=role, valid_from=valid_from)
    unit.insert(posting)
    _record(unit, posting, "posting.begun", by, now, since=valid_from.isoformat())


def _record(unit: kernel.Unit, posting: Posting, act: str, by: str, now: datetime, **detail: Any) -> None:
    facts = {"department": posting.department_id, "role": str(posting.role), **detail}
    audit.record(unit, actor=by, act=act, subject=f"staff:{posting.staff_id}", now=now, detail=facts)
