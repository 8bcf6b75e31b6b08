"""Giving many cases of one person, or of nobody, to colleagues at once: planned, ordered, carried out by a job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError
from django.db.models import QuerySet

from madoguchi.applications import distribution_rules, holders, rules
from madoguchi.applications.actions.review import change_case
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.models import Application, CaseEvent, HandOverOrder
from madoguchi.applications.permissions import HANDLES, departments_headed, require
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization

AT_ONCE = 200
TRIES = 3


class NobodyThere(Exception):
    """None of those who were chosen handles cases of the department today."""


class AlreadyUndone(Exception):
    """Somebody undid this hand-over before."""


class OtherCount(Exception):
    """There are more or fewer cases than the preview showed; `now` says how many."""

    def __init__(self, now: int) -> None:
        super().__init__(f"{now} cases")
        self.now = now


def cases_to_give(department_code: str, from_staff: UUID | None) -> QuerySet[Application]:
    """The open cases of a department that one person holds, or nobody, those due first in front."""
    cases = Application.objects.filter(
        department_code=department_code, status__in=rules.OPEN, holder=from_staff
    )
    return cases.order_by("due_on", "id")


def may_give(staff: Staff, department_code: str, from_staff: UUID | None, *, today: date) -> bool:
    """Whether this person may give these away: a head of the department, or whoever holds them."""
    if department_code in departments_headed(staff, today=today):
        return True
    own = organization.departments_of(staff, today, HANDLES)
    return from_staff == staff.id and department_code in own


def order(
    *,
    department_code: str,
    from_staff: UUID | None,
    to: Sequence[UUID],
    expected: int,
    by: Staff,
    now: datetime,
) -> HandOverOrder:
    """Let a job hand these cases over. Raises `NotAllowed`, `NobodyThere`, `OtherCount`."""
    today = clock.tokyo_date(now)
    require(may_give(by, department_code, from_staff, today=today))
    there = organization.handlers_by_department([department_code], today)[department_code]
    if not to or not set(to) <= there - {from_staff}:
        raise NobodyThere
    count = cases_to_give(department_code, from_staff).count()
    if count != expected:
        raise OtherCount(count)
    row = HandOverOrder(
        department_code=department_code,
        from_staff_id=from_staff,
        to=[str(person) for person in to],
        ordered_by=by,
        ordered_at=now,
        planned=count,
    )
    unit = kernel.Unit()
    unit.insert(row)
    _start(unit, row, "hand_over.ordered", by, now)
    kernel.commit(unit)
    return row


def undo(*, hand_over: HandOverOrder, by: Staff, now: datetime) -> HandOverOrder:
    """Let a job give back what an order moved and those who got it still hold.

    Raises `NotAllowed`, also where the order is not finished; `NobodyThere` where the person before is gone;
    `AlreadyUndone`.
    """
    today, code = clock.tokyo_date(now), hand_over.department_code
    require(code in departments_headed(by, today=today) or by.id == hand_over.ordered_by_id)
    require(hand_over.finished_at is not None and hand_over.undoes_id is None)
    back_to = hand_over.from_staff_id
    if back_to and back_to not in organization.handlers_by_department([code], today)[code]:
        raise NobodyThere
    row = HandOverOrder(
        department_code=code,
        to=[str(back_to)] if back_to else [],
        ordered_by=by,
        ordered_at=now,
        planned=_moved_by(hand_over).count(),
        undoes=hand_over,
    )
    unit = kernel.Unit()
    unit.insert(row)
    _start(unit, row, "hand_over.undone", by, now)
    try:
        kernel.commit(unit)
    except IntegrityError:
        raise AlreadyUndone from None
    return row


def _start(unit: kernel.Unit, row: HandOverOrder, act: str, by: Staff, now: datetime) -> None:
    unit.job("applications.hand_over_many", {"hand_over": str(row.id)})
    detail = {"department": row.department_code, "count": row.planned}
    audit.record(unit, actor=by.actor, act=act, subject=f"hand_over:{row.id}", now=now, detail=detail)


def _moved_by(hand_over: HandOverOrder) -> QuerySet[Application]:
    """Open cases that an order moved and that one of those who got them still holds."""
    held = Application.objects.filter(
        department_code=hand_over.department_code, status__in=rules.OPEN, holder__in=hand_over.to
    )
    moves = CaseEvent.objects.filter(application__in=held, kind="hand_over", detail__many=str(hand_over.id))
    return held.filter(id__in=moves.values("application")).order_by("due_on", "id")


def _cases_of(hand_over: HandOverOrder) -> QuerySet[Application]:
    if hand_over.undoes is not None:
        return _moved_by(hand_over.undoes)
    return cases_to_give(hand_over.department_code, hand_over.from_staff_id)


def carry_out(*, hand_over: HandOverOrder, now: datetime) -> None:
    """Hand over what is still there, each case in a unit of its own; begun again, it goes on.

    A case that somebody else moved meanwhile stays where it is now: each goes to one person only.
    """
    if hand_over.finished_at is not None:
        return
    code = hand_over.department_code
    present = holders.at_work([code], today=clock.tokyo_date(now)).handlers[code]
    # Who left since the order gets nothing; back to nobody goes only what an order is undone of.
    among: list[UUID | None] = [*sorted({UUID(person) for person in hand_over.to} & present)]
    if hand_over.undoes is not None and not hand_over.to:
        among = [None]
    loads = holders.loads_of([person for person in among if person])
    tried: set[UUID] = set()
    waiting = _cases_of(hand_over).defer("answers", "filed_answers")
    while among and (batch := [case for case in waiting[: AT_ONCE + len(tried)] if case.id not in tried]):
        for case in batch:
            person = among[0] if len(among) == 1 else distribution_rules.least_loaded(loads, _people(among))
            if not _give(hand_over, case, person, now):
                tried.add(case.id)
            elif person is not None:
                loads[person] = loads.get(person, 0) + 1
    unit = kernel.Unit()
    unit.update(
        HandOverOrder, where={"id": hand_over.id, "finished_at": None}, set={"finished_at": now}, expect=None
    )
    kernel.commit(unit)


def _people(among: Sequence[UUID | None]) -> list[UUID]:
    return [person for person in among if person is not None]


def _give(hand_over: HandOverOrder, case: Application, to: UUID | None, now: datetime) -> bool:
    """Give one case, unless it is no longer there to be given."""
    for _attempt in range(TRIES):
        unit = kernel.Unit()
        change_case(
            unit,
            case,
            act="hand_over",
            by=hand_over.ordered_by,
            now=now,
            detail={"to": str(to) if to else "", "many": str(hand_over.id)},
            holder=to,
        )
        unit.update(HandOverOrder, where={"id": hand_over.id}, set={"moved": kernel.Increment()})
        try:
            kernel.commit(unit)
        except ChangedMeanwhile:  # the resident answered, or somebody else moved it
            fresh = _cases_of(hand_over).filter(id=case.id).first()
            if fresh is None:
                return False
            case = fresh
        else:
            return True
    return False
