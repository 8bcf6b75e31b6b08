"""Roles and what each may do; when a posting or a department is in force."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a person is in a department; one person may have several."""

    OFFICER = "officer", _("審査担当")
    APPROVER = "approver", _("決裁者")
    HEAD = "head", _("所属長")
    ADMINISTRATOR = "administrator", _("システム管理者")
    OFFICE = "office", _("推進事務局")


class Stage(TextChoices):
    """How far a reorganisation (組織改正) has come."""

    PLANNED = "planned", _("準備中")
    DECIDED = "decided", _("確定")
    DONE = "done", _("実施済み")
    UNDONE = "undone", _("元に戻した")


# The one table of what may follow; a decided one may still be taken back to plan it anew.
NEXT_STAGE: dict[str, frozenset[str]] = {
    Stage.PLANNED: frozenset({Stage.DECIDED}),
    Stage.DECIDED: frozenset({Stage.PLANNED, Stage.DONE}),
    Stage.DONE: frozenset({Stage.UNDONE}),
    Stage.UNDONE: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of a department, or of one of its procedures ("": of all that no other line names)."""

    old: str
    procedure_id: str
    new: str


def in_charge(changes: Sequence[Collection[Line]], code: str, procedure_id: str) -> str:
    """Which department is in charge after these changes, the earliest first, of what `code` was in charge of."""
    for lines in changes:
        found = {line.procedure_id: line.new for line in lines if line.old == code}
        code = found.get(procedure_id) or found.get("") or code
    return code


@dataclass(frozen=True, slots=True)
class Part:
    """Of a former department: these procedures only, or all besides these."""

    code: str
    procedures: frozenset[str]
    is_rest: bool


def inherited(changes: Sequence[Collection[Line]], own: Collection[str]) -> tuple[set[str], list[Part]]:
    """What the people of these departments took over: departments as a whole, and parts of others."""
    lines = [line for change in changes for line in change]
    named = sorted({line.procedure_id for line in lines if line.procedure_id})
    whole, parts = set(), []
    for old in sorted({line.old for line in lines}.difference(own)):
        mine = {procedure for procedure in named if in_charge(changes, old, procedure) in own}
        has_rest = in_charge(changes, old, "") in own
        if has_rest and len(mine) == len(named):
            whole.add(old)
        elif has_rest:
            parts.append(Part(old, frozenset(named) - mine, is_rest=True))
        elif mine:
            parts.append(Part(old, frozenset(mine), is_rest=False))
    return whole, parts


class Fault(StrEnum):
    """Why a plan cannot be decided."""

    NO_LINES = "no_lines"
    PAST = "past"
    OLD_NOT_THERE = "old_not_there"
    NEW_NOT_THERE = "new_not_there"
    CHAIN = "chain"


def faults(
    lines: Collection[Line],
    spans: Mapping[str, tuple[date, date | None]],
    *,
    on_day: date,
    today: date,
) -> list[tuple[Fault, str]]:
    """What stands against carrying out a plan, each with the department it speaks of."""
    found: list[tuple[Fault, str]] = []
    if not lines:
        found.append((Fault.NO_LINES, ""))
    if on_day < today:
        found.append((Fault.PAST, ""))
    ending = {line.old for line in lines if not line.procedure_id}
    for code in sorted({line.old for line in lines}):
        begins, ends = spans[code]
        if not is_in_force(valid_from=begins, valid_until=ends, on=on_day - timedelta(days=1)):
            found.append((Fault.OLD_NOT_THERE, code))
    for code in sorted({line.new for line in lines}):
        begins, ends = spans[code]
        if not is_in_force(valid_from=begins, valid_until=ends, on=on_day):
            found.append((Fault.NEW_NOT_THERE, code))
        elif code in ending:
            found.append((Fault.CHAIN, code))
    return found


class Capability(StrEnum):
    """What a page or an action may ask for."""

    SEE_CASES = "see_cases"
    HANDLE_CASES = "handle_cases"
    ENTER_FILINGS = "enter_filings"
    DECIDE_CASES = "decide_cases"
    PROTECT_PEOPLE = "protect_people"
    MANAGE_STAFF = "manage_staff"
    MANAGE_DEPARTMENTS = "manage_departments"
    SEE_JOBS = "see_jobs"
    RECORD_ACHIEVEMENTS = "record_achievements"
    MANAGE_PLAN = "manage_plan"


# One table, read by actions, pages and tests. Who administers accounts sees no case by that role.
CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.OFFICER: frozenset(
        {
            Capability.SEE_CASES,
            Capability.HANDLE_CASES,
            Capability.ENTER_FILINGS,
            Capability.RECORD_ACHIEVEMENTS,
        }
    ),
    Role.APPROVER: frozenset({Capability.SEE_CASES, Capability.DECIDE_CASES}),
    Role.HEAD: frozenset(
        {
            Capability.SEE_CASES,
            Capability.HANDLE_CASES,
            Capability.ENTER_FILINGS,
            Capability.DECIDE_CASES,
            Capability.PROTECT_PEOPLE,
            Capability.RECORD_ACHIEVEMENTS,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {Capability.MANAGE_STAFF, Capability.MANAGE_DEPARTMENTS, Capability.SEE_JOBS}
    ),
    # The Digital Promotion Office (デジタル推進事務局) steers the plan of all departments and sees no case.
    Role.OFFICE: frozenset({Capability.RECORD_ACHIEVEMENTS, Capability.MANAGE_PLAN}),
}

_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def may(roles: Iterable[str], capability: Capability) -> bool:
    """Whether somebody with these roles may do it."""
    return any(capability in CAPABILITIES[Role(role)] for role in roles)


def roles_with(capability: Capability) -> frozenset[Role]:
    """The roles that may do it."""
    return frozenset(role for role, may_do in CAPABILITIES.items() if capability in may_do)


def is_in_force(*, valid_from: date, valid_until: date | None, on: date) -> bool:
    """Whether a span holds on a day; its last day counts."""
    return valid_from <= on and (valid_until is None or on <= valid_until)


def is_department_code(text: str) -> bool:
    """Whether `text` can be the code of a department: small letters and digits with single hyphens."""
    return len(text) <= 40 and _CODE.fullmatch(text) is not None
