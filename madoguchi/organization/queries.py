"""Answers about departments, postings and closed days."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, F, FilteredRelation, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Replace

from madoguchi.common import reading
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff, StaffSession
from madoguchi.japan.kana import to_katakana, widen_kana
from madoguchi.organization import rules
from madoguchi.organization.models import ClosedDay, Department, Posting, Reorganisation, Stage, Succession
from madoguchi.organization.rules import Capability, Line, Part, Role, may


@dataclass(frozen=True, slots=True)
class Duty:
    """A posting in force, as far as permission asks."""

    department: str
    role: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What one question tells about a request of staff."""

    session: StaffSession
    duties: frozenset[Duty]


def in_force(on: date, prefix: str = "") -> Q:
    """Rows with a span that holds on a day."""
    return Q(**{f"{prefix}valid_from__lte": on}) & (
        Q(**{f"{prefix}valid_until": None}) | Q(**{f"{prefix}valid_until__gte": on})
    )


# --- permission ------------------------------------------------------------------------------------------


def signed_in(token: str, *, now: datetime, today: date) -> SignedIn | None:
    """The live session behind a token with its staff and their duties of today: one question."""
    rows = list(
        identity.sessions_with_token(token, now=now)
        .annotate(
            duty=FilteredRelation("staff__postings", condition=in_force(today, "staff__postings__")),
            duty_department=F("duty__department_id"),
            duty_role=F("duty__role"),
        )
        .order_by()
    )
    if not rows:
        return None
    duties = frozenset(
        Duty(row.duty_department, row.duty_role) for row in rows if row.duty_department is not None
    )
    session: StaffSession = rows[0]
    remember_duties(session.staff, today, duties)
    return SignedIn(session, duties)


def remember_duties(staff: Staff, today: date, duties: frozenset[Duty]) -> None:
    """Keep what is known of a person's duties for the length of a request."""
    staff.__dict__["_duties"] = (today, duties)


def duties_of(staff: Staff, today: date) -> frozenset[Duty]:
    """The duties of a person on a day; asks the database unless the request already did."""
    known: tuple[date, frozenset[Duty]] | None = staff.__dict__.get("_duties")
    if known is not None and known[0] == today:
        return known[1]
    rows = Posting.objects.filter(in_force(today), staff=staff).values_list("department_id", "role")
    return frozenset(Duty(department, role) for department, role in rows)


def departments_of(staff: Staff, today: date, roles: Collection[str] | None = None) -> set[str]:
    """Codes of the departments a person works for today, in one of `roles` when they are named."""
    return {duty.department for duty in duties_of(staff, today) if roles is None or duty.role in roles}


def has_capability(
    staff: Staff, capability: Capability, today: date, *, department: str | None = None
) -> bool:
    """Whether a person may do something today, in `department` when it is named."""
    roles = {
        duty.role for duty in duties_of(staff, today) if department is None or duty.department == department
    }
    return may(roles, capability)


# --- people ----------------------------------------------------------------------------------------------


def staff_with_role(department: str, role: Role, today: date) -> list[Staff]:
    """Active staff with a role in a department today, by name."""
    people = Staff.objects.filter(
        active=True,
        id__in=Posting.objects.filter(in_force(today), department=department, role=role).values("staff"),
    )
    return list(people.order_by("name_kana", "login"))


def staff_handling(departments: Collection[str], today: date) -> list[Staff]:
    """Active officers and heads of any of these departments today, by name: one question."""
    postings = Posting.objects.filter(
        in_force(today), department__in=list(departments), role__in=(Role.OFFICER, Role.HEAD)
    )
    people = Staff.objects.filter(active=True, id__in=postings.values("staff"))
    return list(people.order_by("name_kana", "login"))


def handlers_by_department(
    departments: Collection[str], today: date, roles: Collection[str] = (Role.OFFICER, Role.HEAD)
) -> dict[str, set[UUID]]:
    """Ids of active staff with one of these roles, by department, each department there: one question."""
    found: dict[str, set[UUID]] = {code: set() for code in departments}
    rows = Posting.objects.filter(
        in_force(today), department__in=list(departments), role__in=list(roles), staff__active=True
    )
    for code, staff_id in rows.values_list("department_id", "staff_id"):
        found[code].add(staff_id)
    return found


def lasting_administrators(today: date) -> QuerySet[Posting]:
    """Administrator postings in force and without end, of staff that may sign in."""
    return Posting.objects.filter(
        role=Role.ADMINISTRATOR,
        valid_from__lte=today,
        valid_until=None,
        staff__in=identity.staff_who_may_sign_in(),
    ).order_by("id")


STAFF_ORDERS = {
    "name": ("name_kana", "login"),
    "-name": ("-name_kana", "-login"),
    "login": ("login",),
    "-login": ("-login",),
}


def staff_found(
    *, text: str, department: str, role: str, state: str, order: str, today: date
) -> QuerySet[Staff]:
    """Accounts by a piece of log-in, name or reading, by present posting and by state, with their postings."""
    found = Staff.objects.all()
    if text:
        piece = "".join(text.split())
        found = found.annotate(
            plain_name=_without_blanks("display_name"),
            plain_kana=_without_blanks("name_kana"),
        ).filter(
            Q(login__icontains=piece)
            | Q(plain_name__contains=piece)
            | Q(plain_kana__contains=to_katakana(widen_kana(piece)))
        )
    if department or role:
        posted = Posting.objects.filter(in_force(today))
        posted = posted.filter(department=department) if department else posted
        posted = posted.filter(role=role) if role else posted
        found = found.filter(id__in=posted.values("staff"))
    if state != "all":
        found = found.filter(active=state != "inactive")
    present = (
        Posting.objects.filter(in_force(today)).select_related("department").order_by("department", "role")
    )
    return found.prefetch_related(Prefetch("postings", present, to_attr="present_postings")).order_by(
        *STAFF_ORDERS.get(order, STAFF_ORDERS["name"])
    )


def _without_blanks(column: str) -> Replace:
    return Replace(Replace(column, Value(" "), Value("")), Value("\u3000"), Value(""))


def postings_of(staff: Staff) -> list[Posting]:
    """All postings of a person with their departments, those in force or to come first."""
    rows = Posting.objects.filter(staff=staff).select_related("department")
    return list(rows.order_by(F("valid_until").desc(nulls_first=True), "-valid_from", "id"))


# --- departments and days --------------------------------------------------------------------------------


def department(code: str) -> Department:
    """The department with this code, also when it has ended; of an unknown code nothing but the code is told."""
    found = reading.one(Department, code=code)
    return found or Department(code=code, name=code, valid_from=date.min)


def departments(codes: Iterable[str]) -> dict[str, Department]:
    """Departments by code, with one question."""
    return Department.objects.in_bulk(list(codes))


def department_codes() -> set[str]:
    """Codes of all departments there are or were."""
    return set(Department.objects.values_list("code", flat=True))


def all_departments(today: date) -> list[Department]:
    """The departments of a day, by name."""
    return list(Department.objects.filter(in_force(today)).order_by("name_kana", "code"))


# --- successors ------------------------------------------------------------------------------------------


def changes_done() -> list[list[Line]]:
    """The lines of each reorganisation that was carried out and not undone, the earliest first.

    Where there is none, as on most days, that is one short read.
    """
    if Stage.DONE not in reading.column(Reorganisation, "stage"):
        return []
    rows = Succession.objects.filter(reorganisation__stage=Stage.DONE).order_by(
        "reorganisation__carried_out_at", "reorganisation", "id"
    )
    found: dict[UUID, list[Line]] = {}
    for key, *line in rows.values_list("reorganisation_id", "old_id", "procedure_id", "new_id"):
        found.setdefault(key, []).append(Line(*line))
    return list(found.values())


def in_charge(code: str, procedure_id: str) -> str:
    """The code of the department that is in charge by now of what a case or a definition names."""
    return rules.in_charge(changes_done(), code, procedure_id)


def inherited(own: Collection[str]) -> tuple[set[str], list[Part]]:
    """Departments, and parts of departments, that the people of these ones took over."""
    return rules.inherited(changes_done(), own)


def predecessors(code: str, procedure_id: str) -> set[str]:
    """Former departments of which this one is in charge of a procedure by now."""
    changes = changes_done()
    olds = {line.old for lines in changes for line in lines}
    return {old for old in olds if rules.in_charge(changes, old, procedure_id) == code} - {code}


def reorganisations() -> QuerySet[Reorganisation]:
    """All of them, the latest day first."""
    return Reorganisation.objects.annotate(line_count=Count("lines")).order_by("-on_day", "-id")


def lines_of(reorganisation: Reorganisation) -> list[Succession]:
    """The lines of a plan with their departments."""
    rows = reorganisation.lines.select_related("old", "new")
    return list(rows.order_by("old__name_kana", "old", "procedure_id"))


def people_of(code: str, day: date) -> int:
    """How many people have a role in a department on a day, or get one later."""
    held = Posting.objects.filter(Q(valid_until=None) | Q(valid_until__gte=day), department=code)
    return held.values("staff").distinct().count()


def departments_from(day: date) -> list[Department]:
    """The departments of a day or a later one, by name."""
    rows = Department.objects.filter(Q(valid_until=None) | Q(valid_until__gte=day))
    return list(rows.order_by("name_kana", "code"))


def departments_found(*, text: str, state: str, today: date) -> QuerySet[Department]:
    """Departments by a piece of code, name or reading; `state` is present, ended or all."""
    found = Department.objects.select_related("parent")
    if text:
        found = found.filter(
            Q(code__icontains=text)
            | Q(name__contains=text)
            | Q(name_kana__contains=to_katakana(widen_kana(text)))
        )
    if state == "present":
        found = found.filter(Q(valid_until=None) | Q(valid_until__gte=today))
    elif state == "ended":
        found = found.filter(valid_until__lt=today)
    return found.order_by("name_kana", "code")


def closed_days() -> frozenset[date]:
    """The city's own closed days, besides weekends, holidays and the turn of the year."""
    return frozenset(reading.column(ClosedDay, "day"))


def department_names(staff: Staff, today: date) -> str:
    """The names of a person's departments, for the head of desk pages."""
    return joined_names(departments(departments_of(staff, today)).values(), today)


NAMED = 3


def joined_names(found: Iterable[Department], today: date) -> str:
    """The names of those departments that there are today; of many the first, and how many more there are."""
    present = [one for one in found if one.valid_until is None or one.valid_until >= today]
    names = [one.name for one in sorted(present, key=lambda one: one.code)]
    more = len(names) - NAMED
    return "・".join(names) if more <= 1 else f"{'・'.join(names[:NAMED])}ほか{more}課"
