"""Giving new cases to people by the rules of their department, and keeping these rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from madoguchi.applications import distribution_rules, holders, rules
from madoguchi.applications.actions.review import change_case, commit_case
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.models import Application, RoutingRule
from madoguchi.applications.permissions import require
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.japan.kana import search_key
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Role
from madoguchi.procedures import queries as procedures

ROUTING = "system:routing"
MOST = 100  # rules of one department: more is no plan any more
TRIES = 3


class TooMany(Exception):
    """The department has `MOST` rules already."""


class UnknownPerson(Exception):
    """Somebody who does not handle cases of the department."""


def add_rule(
    *,
    department_code: str,
    procedure_id: str,
    towns: Sequence[str],
    people: Sequence[UUID],
    by: Staff,
    now: datetime,
) -> RoutingRule:
    """Add a rule to one's department. Raises `NotAllowed`, `UnknownPerson`, `TooMany`."""
    _require_head(department_code, people, by, now)
    if RoutingRule.objects.filter(department_code=department_code).count() >= MOST:
        raise TooMany
    rule = RoutingRule(
        department_code=department_code,
        procedure_id=procedure_id,
        towns=list(towns),
        people=[str(person) for person in people],
        changed_at=now,
    )
    unit = kernel.Unit()
    unit.insert(rule)
    _note(unit, rule, "routing.added", by, now)
    kernel.commit(unit)
    return rule


def change_rule(
    *,
    rule: RoutingRule,
    version: int,
    procedure_id: str,
    towns: Sequence[str],
    people: Sequence[UUID],
    by: Staff,
    now: datetime,
) -> None:
    """Change a rule. Raises `NotAllowed`, `UnknownPerson`, `ChangedMeanwhile`."""
    _require_head(rule.department_code, people, by, now)
    unit = kernel.Unit()
    unit.update(
        RoutingRule,
        where={"id": rule.id, "version": version},
        set={
            "procedure_id": procedure_id,
            "towns": list(towns),
            "people": [str(person) for person in people],
            "version": version + 1,
            "changed_at": now,
        },
        otherwise=ChangedMeanwhile(),
    )
    _note(unit, rule, "routing.changed", by, now)
    kernel.commit(unit)


def remove_rule(*, rule: RoutingRule, version: int, by: Staff, now: datetime) -> None:
    """Take a rule away; what it gave to whom stays. Raises `NotAllowed`, `ChangedMeanwhile`."""
    _require_head(rule.department_code, (), by, now)
    unit = kernel.Unit()
    guard = {"id": rule.id, "version": version}
    unit.delete(RoutingRule, where=guard, expect=1, otherwise=ChangedMeanwhile())
    _note(unit, rule, "routing.removed", by, now)
    kernel.commit(unit)


def route_waiting(*, department_code: str, by: Staff, now: datetime) -> None:
    """Let a job apply the rules to every open case of the department that nobody holds. Raises `NotAllowed`."""
    _require_head(department_code, (), by, now)
    unit = kernel.Unit()
    unit.job("applications.route_waiting", {"department": department_code, "by": str(by.id)})
    subject = f"department:{department_code}"
    audit.record(unit, actor=by.actor, act="routing.applied", subject=subject, now=now)
    kernel.commit(unit)


def route(*, application: Application, now: datetime, by: Staff | None = None) -> bool:
    """Give an open case that nobody holds to whom the rules name; whether it was given. Done again, it does nothing.

    The closest rule counts of which somebody is at work; of several people it is who has the fewest open cases. The
    address of a protected person (支援措置) chooses nobody: who holds a case would tell where they live.
    """
    for _attempt in range(TRIES):
        if application.holder_id is not None or application.status not in rules.OPEN:
            return False
        chosen = _chosen(application, now)
        if chosen is None:
            return False
        to, rule, among = chosen
        detail = {
            "to": str(to),
            "rule": str(rule.id),
            "procedure": bool(rule.procedure_id),
            "town": bool(rule.town_keys),
            "by_load": among > 1,
        }
        unit = kernel.Unit()
        change_case(unit, application, act="route", by=by, actor=ROUTING, now=now, detail=detail, holder=to)
        try:
            commit_case(unit, application)
        except ChangedMeanwhile:
            application.refresh_from_db()
        else:
            return True
    return False


def _chosen(application: Application, now: datetime) -> tuple[UUID, distribution_rules.Rule, int] | None:
    """Who gets it, by which rule, out of how many; None when no rule fits of which somebody is at work."""
    today, code = clock.tokyo_date(now), application.department_code
    known = rules_of(code, application.procedure_id)
    if not known:
        return None
    protected = identity.is_restricted(f"application:{application.id}", today)
    facts = distribution_rules.Facts(application.procedure_id, "" if protected else place_key(application))
    at = holders.at_work([code], today=today)
    present = at.present(code)
    for rule in distribution_rules.rules_that_fit(known, facts):
        among = present & set(rule.people or at.officers[code])
        if among:
            person = distribution_rules.least_loaded(holders.loads_of(among), among)
            return person, rule, len(among)
    return None


def place_key(application: Application) -> str:
    """Where a case is, from the town on, as search keys write it: the place its definition names, or the applicant's."""
    definition = procedures.definition_of(application.procedure_version_id)
    place = application.answers.get(definition.workflow.place) or {}
    return search_key(f"{place.get('town', '')}{place.get('rest', '')}") or application.address_key


def rules_of(department_code: str, procedure_id: str = "") -> list[distribution_rules.Rule]:
    """The rules of a department, and those of departments it took the procedure over from, in the order they were made."""
    codes = {department_code} | organization.predecessors(department_code, procedure_id)
    return [
        plain(row) for row in RoutingRule.objects.filter(department_code__in=sorted(codes)).order_by("id")
    ]


def formers_of(departments: Collection[str]) -> set[str]:
    """Departments whose rules still count for these, which took them over, as a whole or in part."""
    whole, parts = organization.inherited(departments) if departments else (set(), [])
    return whole | {part.code for part in parts}


def plain(row: RoutingRule) -> distribution_rules.Rule:
    """A rule as the choice reads it."""
    return distribution_rules.Rule(
        row.id,
        row.procedure_id,
        tuple(search_key(town) for town in row.towns),
        tuple(UUID(person) for person in row.people),
    )


def _require_head(department_code: str, people: Sequence[UUID], by: Staff, now: datetime) -> None:
    today = clock.tokyo_date(now)
    headed = organization.departments_of(by, today, (Role.HEAD,))
    require(department_code in headed or department_code in formers_of(headed))
    there = organization.handlers_by_department({department_code, *headed} if people else (), today)
    if not set(people) <= set().union(*there.values()):
        raise UnknownPerson


def _note(unit: kernel.Unit, rule: RoutingRule, act: str, by: Staff, now: datetime) -> None:
    detail = {"department": rule.department_code}
    audit.record(unit, actor=by.actor, act=act, subject=f"routing:{rule.id}", now=now, detail=detail)
