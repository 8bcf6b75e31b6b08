"""Who among the staff may see, handle and decide a case."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from madoguchi.applications.errors import NotAllowed
from madoguchi.applications.models import Absence, Application
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Role
from madoguchi.organization.rules import Part

SEES = (Role.OFFICER, Role.APPROVER, Role.HEAD)
HANDLES = (Role.OFFICER, Role.HEAD)
APPROVES = (Role.APPROVER, Role.HEAD)

Reach = tuple[set[str], list[Part]]


def departments_seen(staff: Staff, *, today: date) -> set[str]:
    """The departments whose cases this person sees, with those their own took over as a whole.

    An administrator sees none by that role.
    """
    return reach_of(staff, today=today)[0]


def reach_of(staff: Staff, *, today: date) -> Reach:
    """The same, and the parts of former departments whose cases they see besides, after one was divided."""
    own = organization.departments_of(staff, today, SEES)
    whole, parts = organization.inherited(own) if own else (set(), [])
    return own | whole, parts


def _with_predecessors(own: set[str]) -> set[str]:
    return own | organization.inherited(own)[0] if own else own


def _works_on(staff: Staff, application: Application, roles: Collection[Role], today: date) -> bool:
    """Whether this person has one of these roles where the case is, or in what is in charge of it by now."""
    own = organization.departments_of(staff, today, roles)
    code = application.department_code
    return code in own or (bool(own) and organization.in_charge(code, application.procedure_id) in own)


def departments_headed(staff: Staff, *, today: date) -> set[str]:
    """The departments this person heads, with those they took over as a whole."""
    return _with_predecessors(organization.departments_of(staff, today, (Role.HEAD,)))


def may_see(staff: Staff, application: Application, *, today: date) -> bool:
    """Whether this person works for the department of the case."""
    return _works_on(staff, application, SEES, today)


def may_handle(staff: Staff, application: Application, *, today: date) -> bool:
    """Whether this person may take, hand over, note and enter answers."""
    return _works_on(staff, application, HANDLES, today)


def departments_handled(staff: Staff, *, today: date) -> set[str]:
    """The departments whose cases this person handles, with those they took over as a whole."""
    return _with_predecessors(organization.departments_of(staff, today, HANDLES))


def handles_department(staff: Staff, department_code: str, *, today: date, procedure_id: str = "") -> bool:
    """Whether this person handles cases of a department, and with them its sittings, disasters and lists of results.

    After a reorganisation who is in charge by now goes on with them; of a divided one by the procedure.
    """
    own = organization.departments_of(staff, today, HANDLES)
    if department_code in own or not own:
        return department_code in own
    if procedure_id:
        return organization.in_charge(department_code, procedure_id) in own
    return department_code in _with_predecessors(own)


def may_act_on(staff: Staff, application: Application, *, today: date) -> bool:
    """Whether this person may return, propose and withdraw: who holds the case, or a head of its department.

    While the holder is away, their substitute may. Others take it first or have it handed to them, so that one person
    at a time answers for a case.
    """
    if _works_on(staff, application, (Role.HEAD,), today):
        return True
    if not may_handle(staff, application, today=today):
        return False
    return application.holder_id == staff.id or stands_in(staff, application, today=today)


def stands_in(staff: Staff, application: Application, *, today: date) -> bool:
    """Whether the holder is away today and this person is their substitute (不在の代理)."""
    if application.holder_id is None or application.holder_id == staff.id:
        return False
    away = Absence.objects.filter(from_on__lte=today, until_on__gte=today)
    return away.filter(staff=application.holder_id, substitute=staff).exists()


def may_approve(staff: Staff, application: Application, *, today: date) -> bool:
    """Whether this person may decide; that it is not their own proposal is checked by the action."""
    return _works_on(staff, application, APPROVES, today)


def require(allowed: bool) -> None:
    """Raises `NotAllowed` unless allowed."""
    if not allowed:
        raise NotAllowed


def may_see_protected(staff: Staff, responsible_department: str, *, today: date) -> bool:
    """Whether this person may see who a protected case is about (支援措置): the responsible department's only.

    After a reorganisation another is responsible: a job writes it to the protection.
    """
    return responsible_department in organization.departments_of(staff, today, SEES)


def may_protect(staff: Staff, application: Application, *, today: date) -> bool:
    """Whether this person may set and end the protection of a case: the heads of its department."""
    return _works_on(staff, application, (Role.HEAD,), today)
