"""Who among the staff may see, handle and decide a case."""

from __future__ import annotations

from datetime import date

from madoguchi.applications.errors import NotAllowed
from madoguchi.applications.models import Application
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Role

SEES = (Role.OFFICER, Role.APPROVER, Role.HEAD)
HANDLES = (Role.OFFICER, Role.HEAD)
APPROVES = (Role.APPROVER, Role.HEAD)


def departments_seen(staff: Staff, *, today: date) -> set[str]:
    """The departments whose cases this person sees. An administrator sees none by that role."""
    return organization.departments_of(staff, today, SEES)


def departments_headed(staff: Staff, *, today: date) -> set[str]:
    """The departments this person heads."""
    return organization.departments_of(staff, today, (Role.HEAD,))


def may_see(staff: Staff, application: Application, *, today: date) -> bool:
    """Whether this person works for the department of the case."""
    return application.department_code in departments_seen(staff, today=today)


def may_handle(staff: Staff, application: Application, *, today: date) -> bool:
    """Whether this person may take, hand over, note and enter answers."""
    return application.department_code in organization.departments_of(staff, today, HANDLES)


def handles_department(staff: Staff, department_code: str, *, today: date) -> bool:
    """Whether this person handles cases of a department, and with them its sittings, disasters and lists of results."""
    return department_code in organization.departments_of(staff, today, HANDLES)


def may_act_on(staff: Staff, application: Application, *, today: date) -> bool:
    """Whether this person may return, propose and withdraw: who holds the case, or a head of its department.

    Others take it first or have it handed to them, so that one person at a time answers for a case.
    """
    if application.department_code in departments_headed(staff, today=today):
        return True
    return application.holder_id == staff.id and may_handle(staff, application, today=today)


def may_approve(staff: Staff, application: Application, *, today: date) -> bool:
    """Whether this person may decide; that it is not their own proposal is checked by the action."""
    return application.department_code in organization.departments_of(staff, today, APPROVES)


def require(allowed: bool) -> None:
    """Raises `NotAllowed` unless allowed."""
    if not allowed:
        raise NotAllowed


def may_see_protected(staff: Staff, responsible_department: str, *, today: date) -> bool:
    """Whether this person may see who a protected case is about (支援措置): the responsible department's only."""
    return responsible_department in departments_seen(staff, today=today)


def may_protect(staff: Staff, application: Application, *, today: date) -> bool:
    """Whether this person may set and end the protection of a case: the heads of its department."""
    return application.department_code in departments_headed(staff, today=today)
