"""Who may consult, decide, stand in and look at a proposal, by its chain and today's postings."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils import translation

from madoguchi.applications.chains import LEVELS, Capacity, answers_for, capacity_of, restored
from madoguchi.applications.models import Application, Consultation, Decision
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Role

ABOVE = ("head", "approver", "officer")  # the highest role of a person is the one that stands on the record


def roles_in(staff: Staff, department_code: str, *, today: date) -> set[str]:
    """The roles of a person in a department today."""
    duties = organization.duties_of(staff, today)
    return {duty.role for duty in duties if duty.department == department_code}


def deciding_department(application: Application, proposal: Decision) -> str:
    """The department that decides a proposal; where none was named it goes with the case.

    One that was named and reorganised since is followed by who is in charge by now: nobody else could decide.
    """
    if not proposal.deciding_department:
        return application.department_code
    return organization.in_charge(proposal.deciding_department, application.procedure_id)


def consulted_department(consultation: Consultation) -> str:
    """The department that answers a consultation: the one that was asked, or who is in charge of it by now."""
    procedure_id = consultation.decision.application.procedure_id
    return organization.in_charge(consultation.department_code, procedure_id)


def in_departments(column: str, departments: set[str], procedure: str) -> Q:
    """Rows that name one of these departments, or one they took over; `procedure`: the column of the case's."""
    whole, parts = organization.inherited(departments)
    wanted = Q(**{f"{column}__in": sorted(departments | whole)})
    for part in parts:
        named = Q(**{f"{procedure}__in": sorted(part.procedures)})
        wanted |= Q(**{column: part.code}) & (~named if part.is_rest else named)
    return wanted


def has_post(staff: Staff, application: Application, proposal: Decision, *, today: date) -> Capacity | None:
    """As whom this person decides such proposals, by post alone; None where they do not."""
    roles = roles_in(staff, deciding_department(application, proposal), today=today)
    return capacity_of(restored(proposal.chain), roles)


def decides_as(staff: Staff, application: Application, proposal: Decision, *, today: date) -> Capacity | None:
    """As whom this person may decide this proposal; never one of their own, whatever they have become since."""
    if proposal.proposed_by_id == staff.id:
        return None
    return has_post(staff, application, proposal, today=today)


def may_answer(staff: Staff, consultation: Consultation, *, today: date) -> bool:
    """Whether this person answers for the consulted department; never who drafted the proposal."""
    if consultation.decision.proposed_by_id == staff.id:
        return False
    return answers_for(consultation.role, roles_in(staff, consulted_department(consultation), today=today))


def can_be_answered(consultation: Consultation, *, today: date) -> bool:
    """Whether anybody is left who may answer: the department stands, and somebody but the drafter has the post."""
    code = consulted_department(consultation)
    department = organization.department(code)
    if department.valid_until is not None and department.valid_until < today:
        return False
    people = {
        person.id
        for role in LEVELS[consultation.role]
        for person in organization.staff_with_role(code, Role(role), today)
    }
    return bool(people - {consultation.decision.proposed_by_id})


def consulted_by(staff: Staff, *, today: date) -> Q:
    """Consultations this person may answer, as a condition on them."""
    wanted = Q(pk__in=[])
    for role, acting in LEVELS.items():
        departments = organization.departments_of(staff, today, acting)
        if departments:
            procedure = "decision__application__procedure_id"
            wanted |= Q(role=role) & in_departments("department_code", departments, procedure)
    return wanted & ~Q(decision__proposed_by=staff)


def is_to_decide(staff: Staff, application: Application, *, today: date) -> bool:
    """Whether a proposal about this case waits for this person to decide it."""
    waiting = application.decisions.filter(decided_at=None, sent_back_at=None)
    return any(decides_as(staff, application, one, today=today) for one in waiting)


def is_in_chain(staff: Staff, application: Application, *, today: date, afterwards: bool = False) -> bool:
    """Whether a person of another department decides this case or is asked about it; `afterwards`: or was."""
    asked = Consultation.objects.filter(
        consulted_by(staff, today=today), asked_at__isnull=False, decision__application=application
    )
    if not afterwards:
        asked = asked.filter(decision__decided_at=None, decision__sent_back_at=None)
    if asked.exists():
        return True
    # What was sent back or taken back is no longer theirs to decide.
    elsewhere = application.decisions.filter(sent_back_at=None).exclude(deciding_department="")
    return any(decides_as(staff, application, one, today=today) for one in elsewhere)


def post_of(staff: Staff, department_code: str, *, today: date, role: str = "", title: str = "") -> str:
    """Department and post as they are today, for the record: 子ども青少年課 課長."""
    roles = roles_in(staff, department_code, today=today)
    highest = next((one for one in ABOVE if one in roles), "")
    with translation.override("ja"):
        said = title if title and role in roles else str(Role(highest).label) if highest else ""
    return f"{organization.department(department_code).name} {said}".strip()
