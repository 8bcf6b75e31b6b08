"""What a reorganisation does to cases: open ones go to the successor, closed ones stay where they were decided.

Closed cases, saved views and rules keep the department that made them; the successor's people reach them all the same
(`permissions`, `organization.queries.inherited`), so that undoing gives back what was without guessing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from madoguchi.applications import rules
from madoguchi.applications.actions.review import change_case
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.models import Application, MovedCase, RoutingRule, SavedFilter
from madoguchi.common import clock, jobs, kernel, registers
from madoguchi.common.registers import Holding
from madoguchi.identity import queries as identity
from madoguchi.identity.actions.restrictions import change_responsible
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Reorganisation, Stage, Succession

ACTOR = "system:reorganisation"
AT_ONCE = 200
TRIES = 3


@jobs.handler("organization.reorganised")
def move_cases(payload: Mapping[str, Any]) -> None:
    """Give the open cases of former departments to those in charge now; begun again, it goes on."""
    reorganisation = Reorganisation.objects.get(id=payload["reorganisation"])
    lines = organization.lines_of(reorganisation)
    for line in sorted(lines, key=lambda one: not one.procedure_id):  # one with a procedure before the rest
        for case in _each(_open_cases(line.old_id, line.procedure_id, _named(lines, line.old_id))):
            if _is_undone(reorganisation):
                break
            _move(case, line.new_id, reorganisation, "reorganise")
    _follow_protection({line.old_id for line in lines})
    if _is_undone(
        reorganisation
    ):  # while this went on: what was moved after the other job looked goes back too
        give_back(payload)


@jobs.handler("organization.reorganisation_undone")
def give_back(payload: Mapping[str, Any]) -> None:
    """Give back the open cases that were moved, and those filed since for what the former departments did."""
    reorganisation = Reorganisation.objects.get(id=payload["reorganisation"])
    lines = organization.lines_of(reorganisation)
    for moved in list(MovedCase.objects.filter(reorganisation=reorganisation, returned_at=None)):
        held = Application.objects.filter(
            id=moved.application_id, department_code=moved.to_code, status__in=rules.OPEN
        )
        for case in _each(held):
            _move(case, moved.from_code, reorganisation, "reorganisation_undone", moved=moved)
    for line in lines:
        filed = _open_cases(line.new_id, line.procedure_id, _named(lines, line.old_id)).filter(
            procedure_version__department_code=line.old_id, filed_at__gte=reorganisation.carried_out_at
        )
        for case in _each(filed):
            _move(case, line.old_id, reorganisation, "reorganisation_undone")
    _follow_protection({line.new_id for line in lines})


def _is_undone(reorganisation: Reorganisation) -> bool:
    return Reorganisation.objects.filter(id=reorganisation.id, stage=Stage.UNDONE).exists()


def _named(lines: Sequence[Succession], old: str) -> list[str]:
    return [line.procedure_id for line in lines if line.old_id == old and line.procedure_id]


def _open_cases(code: str, procedure_id: str, besides: Collection[str]) -> QuerySet[Application]:
    """Of a department: those of one procedure, or all besides some."""
    cases = Application.objects.filter(department_code=code, status__in=rules.OPEN)
    return (
        cases.filter(procedure_id=procedure_id) if procedure_id else cases.exclude(procedure_id__in=besides)
    )


def _each(cases: QuerySet[Application]) -> Iterator[Application]:
    """All of them, some hundred in memory at a time; each is expected to leave the set, or is passed over."""
    seen: set[UUID] = set()
    rest = cases.order_by("id").defer("answers", "filed_answers")
    while batch := [case for case in rest[: AT_ONCE + len(seen)] if case.id not in seen]:
        for case in batch:
            yield case
            seen.add(case.id)
        seen &= set(cases.filter(id__in=seen).values_list("id", flat=True))


def _move(
    case: Application,
    to: str,
    reorganisation: Reorganisation,
    act: str,
    *,
    moved: MovedCase | None = None,
) -> None:
    """Move one case; one that changes at this moment is read again, one that is closed or moved is left."""
    now, came_from = clock.now(), case.department_code
    for _attempt in range(TRIES):
        unit = kernel.Unit()
        change_case(
            unit,
            case,
            act=act,
            by=None,
            actor=ACTOR,
            now=now,
            detail=_detail(came_from, to),
            department_code=to,
        )
        _remember(unit, case, to, reorganisation, act, moved, now)
        try:
            kernel.commit(unit)
        except ChangedMeanwhile:
            case.refresh_from_db()
            if case.department_code != came_from or case.status not in rules.OPEN:
                return
        else:
            return


def _detail(old: str, new: str) -> dict[str, str]:
    """With the names of the day: a department may be called otherwise later."""
    names = organization.departments([old, new])
    return {"from": old, "to": new, "from_name": names[old].name, "to_name": names[new].name}


def _remember(
    unit: kernel.Unit,
    case: Application,
    to: str,
    reorganisation: Reorganisation,
    act: str,
    moved: MovedCase | None,
    now: datetime,
) -> None:
    if moved is not None:
        unit.update(MovedCase, where={"id": moved.id}, set={"returned_at": now}, expect=None)
    elif act == "reorganise":
        row = MovedCase(
            reorganisation=reorganisation,
            application=case,
            from_code=case.department_code,
            to_code=to,
            moved_at=now,
        )
        unit.insert(row, unless_exists=True)


def _follow_protection(codes: Collection[str]) -> None:
    """Let who has a protected case by now be responsible for its protection (支援措置): nobody else could open it."""
    now = clock.now()
    held = identity.restrictions_in_force(clock.tokyo_date(now)).filter(
        responsible_department__in=sorted(codes), subject__startswith="application:"
    )
    for restriction in held.order_by("id"):
        case = (
            Application.objects.filter(id=UUID(restriction.subject.partition(":")[2]))
            .only("department_code", "procedure_id")
            .first()
        )
        if case is None:
            continue
        code = organization.in_charge(case.department_code, case.procedure_id)
        if code != restriction.responsible_department:
            unit = kernel.Unit()
            change_responsible(unit, restriction=restriction, department=code, by=ACTOR, now=now)
            kernel.commit(unit)


# --- what the administrators are shown before and afterwards -----------------------------------------------


def _count_open(code: str, procedure_id: str, besides: Collection[str]) -> int:
    return _open_cases(code, procedure_id, besides).count()


def _count_closed(code: str, procedure_id: str, besides: Collection[str]) -> int:
    cases = Application.objects.filter(department_code=code, closed_at__isnull=False)
    cases = (
        cases.filter(procedure_id=procedure_id) if procedure_id else cases.exclude(procedure_id__in=besides)
    )
    return cases.count()


def _count_filters(code: str, procedure_id: str, besides: Collection[str]) -> int:
    if procedure_id:
        return 0  # a view is shared with a department, whatever procedure it shows
    shown = Q(department_code=code) | Q(query__contains=f"department={code}")
    return SavedFilter.objects.filter(shown).count()


def _count_rules(code: str, procedure_id: str, besides: Collection[str]) -> int:
    known = RoutingRule.objects.filter(department_code=code)
    known = (
        known.filter(procedure_id=procedure_id) if procedure_id else known.exclude(procedure_id__in=besides)
    )
    return known.count()


def _results(reorganisation_id: str) -> list[tuple[str, int]]:
    moved = MovedCase.objects.filter(reorganisation=UUID(reorganisation_id))
    back = moved.exclude(returned_at=None).count()
    return [
        (_("新しい部署に移した申請"), moved.count()),
        (_("元の部署に戻した申請"), back),
    ]


_HOLDINGS = {
    "cases": Holding(gettext_lazy("手続中の申請"), _count_open, gettext_lazy("新しい部署に移ります")),
    "closed-cases": Holding(
        gettext_lazy("終わった申請"), _count_closed, gettext_lazy("部署は変わらず、新しい部署も見られます")
    ),
    "filters": Holding(
        gettext_lazy("保存した絞り込み"), _count_filters, gettext_lazy("新しい部署でも使えます")
    ),
    "routing": Holding(
        gettext_lazy("割り振りの決まり"), _count_rules, gettext_lazy("新しい部署でも使われます")
    ),
}
for _order, (_name, _holding) in enumerate(_HOLDINGS.items()):
    registers.department_holdings.add(_name, _holding, order=_order)
registers.reorganisation_results.add("cases", _results)
