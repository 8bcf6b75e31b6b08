"""One thing done to many cases (一括処理): looked at first, then done case by case, undone while nothing followed.

No case is changed past a guard: each is judged by the same rules as a single one, and again when it is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from madoguchi.applications import external_queries, fee_queries, rules
from madoguchi.applications.actions.decision import open_proposal, take_back
from madoguchi.applications.actions.proposing import propose
from madoguchi.applications.actions.review import change_case
from madoguchi.applications.errors import (
    ChangedMeanwhile,
    FeeNotPaid,
    NotAllowed,
    ReasonMissing,
    StepsMissing,
    UnknownChoice,
)
from madoguchi.applications.models import Application, BulkItem, BulkRun, CaseEvent, Status
from madoguchi.applications.permissions import HANDLES, departments_headed, departments_seen, require
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.ids import new_id
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures

MOST = 10_000  # cases of one run
UNDO_TIME = timedelta(minutes=30)
JOB = "applications.bulk"
CHUNK = 200
IN_A_UNIT = 50
State, ItemState, Act = BulkRun.State, BulkItem.State, BulkRun.Act


class TooManyCases(Exception):
    """More cases than one run takes, or none."""


class TooLate(Exception):
    """The time for undoing is over, or there is nothing to undo."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done: `to` for handing over (None: back to the department), `kind` and `reason` for proposing."""

    act: str
    to: Staff | None = None
    kind: str = ""
    reason: str = ""


def prepare(*, cases: Sequence[tuple[UUID, int]], wanted: Wanted, by: Staff, now: datetime) -> BulkRun:
    """Note which cases (id and version) are meant, and let it be looked at what would become of each.

    Nothing is changed. Raises `TooManyCases`, `UnknownChoice`, `NotAllowed` (to somebody who handles none of them).
    """
    if not 0 < len(cases) <= MOST:
        raise TooManyCases
    if wanted.act not in Act.values:
        raise UnknownChoice
    today = clock.tokyo_date(now)
    require(bool(organization.departments_of(by, today, HANDLES)))
    run = BulkRun(
        id=new_id(),
        by=by,
        act=wanted.act,
        to=wanted.to if wanted.act == Act.HAND_OVER else None,
        kind=wanted.kind if wanted.act == Act.PROPOSE else "",
        reason=wanted.reason.strip() if wanted.act == Act.PROPOSE else "",
        created_at=now,
    )
    unit = kernel.Unit()
    unit.insert(run)
    for position, (application_id, version) in enumerate(cases):
        unit.insert(BulkItem(run=run, application_id=application_id, position=position, version=version))
    detail = {"act": run.act, "cases": len(cases)}
    audit.record(unit, actor=by.actor, act="bulk.prepare", subject=f"bulk:{run.id}", now=now, detail=detail)
    _go_on(unit, run)
    kernel.commit(unit)
    return run


def start(*, run: BulkRun, by: Staff, now: datetime) -> None:
    """Do what was looked at. Raises `NotAllowed`, `ChangedMeanwhile`."""
    require(run.by_id == by.id and run.state == State.CHECKED)
    _move(run, State.RUNNING, "bulk.start", by=by, now=now, started_at=now)


def drop(*, run: BulkRun, by: Staff, now: datetime) -> None:
    """Leave it at having looked. Raises `NotAllowed`, `ChangedMeanwhile`."""
    require(run.by_id == by.id and run.state in (State.CHECKING, State.CHECKED))
    _move(run, State.DROPPED, "bulk.drop", by=by, now=now, ended_at=now)


def undo(*, run: BulkRun, by: Staff, now: datetime) -> None:
    """Take back what was done, case by case, where nothing followed. Raises `NotAllowed`, `TooLate`, `ChangedMeanwhile`."""
    require(run.by_id == by.id)
    if not may_be_undone(run, now):
        raise TooLate
    _move(run, State.UNDOING, "bulk.undo", by=by, now=now)


def may_be_undone(run: BulkRun, now: datetime) -> bool:
    """Whether it is done, and not for too long."""
    return run.state == State.DONE and run.ended_at is not None and now <= run.ended_at + UNDO_TIME


def work_on(run_id: UUID, *, until: datetime) -> None:
    """Go on with a run until it is at its end or the time is over; then a job of its own goes on. Done again without harm."""
    run = BulkRun.objects.select_related("by", "to").get(id=run_id)
    steps = {
        State.CHECKING: (ItemState.WAITING, _look, State.CHECKED),
        State.RUNNING: (ItemState.ALLOWED, _do, State.DONE),
        State.UNDOING: (ItemState.DONE, _undo, State.UNDONE),
    }
    if run.state not in steps:
        return
    item_state, step, end = steps[State(run.state)]
    while items := list(_items(run, item_state)):
        now = clock.now()
        step(run, items, now)
        if now >= until:
            unit = kernel.Unit()
            _go_on(unit, run, part=items[-1].position + 1)
            kernel.commit(unit)
            return
    now = clock.now()
    _move(run, end, f"bulk.{end}", by=run.by, now=now, **({} if end == State.CHECKED else {"ended_at": now}))


def _items(run: BulkRun, state: str) -> Iterable[BulkItem]:
    found = BulkItem.objects.filter(run=run, state=state).order_by("position")
    return found.select_related("application", "application__holder")[:CHUNK]


def _move(run: BulkRun, to: str, act: str, *, by: Staff, now: datetime, **changes: Any) -> None:
    unit = kernel.Unit()
    unit.update(
        BulkRun,
        where={"id": run.id, "version": run.version},
        set={"state": to, "version": run.version + 1, **changes},
        otherwise=ChangedMeanwhile(),
    )
    run.version += 1
    audit.record(unit, actor=by.actor, act=act, subject=f"bulk:{run.id}", now=now)
    if to in (State.RUNNING, State.UNDOING):
        _go_on(unit, run)
    kernel.commit(unit)
    run.refresh_from_db()


def _go_on(unit: kernel.Unit, run: BulkRun, part: int = 0) -> None:
    unit.job(JOB, {"run": str(run.id)}, key=f"{JOB}:{run.id}:{run.version}:{part}")


# --- looking -----------------------------------------------------------------------------------------------------


class _Judge:
    """Why a case may not be treated so by this person now: a code, "" where it may. Asks the same for many cases."""

    def __init__(self, run: BulkRun, today: date) -> None:
        self.run = run
        self.seen = departments_seen(run.by, today=today)
        self.handled = organization.departments_of(run.by, today, HANDLES)
        self.headed = departments_headed(run.by, today=today)
        self.theirs = organization.departments_of(run.to, today, HANDLES) if run.to else set()
        subjects = identity.restrictions_in_force(today).filter(subject__startswith="application:")
        self.protected = set(subjects.values_list("subject", flat=True))

    def why_not(self, case: Application) -> str:
        if f"application:{case.id}" in self.protected:
            return "protected"
        if case.department_code not in self.handled:
            return "not_yours" if case.department_code in self.seen else "not_seen"
        if case.status not in rules.OPEN:
            return "ended"
        return {Act.TAKE: self._take, Act.HAND_OVER: self._hand_over, Act.PROPOSE: self._propose}[
            Act(self.run.act)
        ](case)

    def _take(self, case: Application) -> str:
        if case.holder_id == self.run.by_id:
            return "" if case.status == Status.FILED else "already"
        return "held" if case.holder_id is not None else ""

    def _hand_over(self, case: Application) -> str:
        if case.holder_id == self.run.to_id:
            return "already"
        return "not_theirs" if self.run.to and case.department_code not in self.theirs else ""

    def _propose(self, case: Application) -> str:
        if case.holder_id != self.run.by_id and case.department_code not in self.headed:
            return "not_held"
        if case.status != Status.IN_REVIEW:
            return "not_in_review"
        definition = procedures.definition_of(case.procedure_version_id)
        chosen = next((k for k in rules.decision_kinds(definition) if k.id == self.run.kind), None)
        if chosen is None:
            return "no_such_decision"
        if rules.needs_reason(chosen) and not self.run.reason:
            return "no_reason"
        if external_queries.missing_before(case, definition, self.run.kind):
            return "waits"
        return "unpaid" if fee_queries.owed_before(case, definition.fee, chosen.outcome) else ""


def _look(run: BulkRun, items: Sequence[BulkItem], now: datetime) -> None:
    judge = _Judge(run, clock.tokyo_date(now))
    unit = kernel.Unit()
    for item in items:
        changed = item.application.version != item.version
        why = "changed" if changed else judge.why_not(item.application)
        _settle(unit, item, ItemState.REFUSED if why else ItemState.ALLOWED, why=why)
    kernel.commit(unit)


def _settle(unit: kernel.Unit, item: BulkItem, to: str, *, why: str = "", **changes: Any) -> None:
    unit.update(
        BulkItem,
        where={"id": item.id, "state": item.state},
        set={"state": to, "why": why, **changes},
        otherwise=ChangedMeanwhile(),
    )


# --- doing -------------------------------------------------------------------------------------------------------


def _do(run: BulkRun, items: Sequence[BulkItem], now: datetime) -> None:
    judge = _Judge(run, clock.tokyo_date(now))
    allowed: list[BulkItem] = []
    settled = kernel.Unit()
    for item in items:
        changed = item.application.version != item.version
        if run.act == Act.PROPOSE and changed and _is_proposed(run, item):
            before = _before(item.application) | {"status": Status.IN_REVIEW}
            _settle(settled, item, ItemState.DONE, version=item.application.version, before=before)
        elif why := "changed" if changed else judge.why_not(item.application):
            _settle(settled, item, ItemState.REFUSED, why=why)
        else:
            allowed.append(item)
    if settled.statements:
        kernel.commit(settled)
    if run.act == Act.PROPOSE:
        for item in allowed:
            _propose_one(run, item, now)
        return
    for together in _together(allowed):
        try:
            _change(run, together, now)
        except ChangedMeanwhile:
            for item in together:
                _alone(run, item, now)


def _together(items: Sequence[BulkItem]) -> Iterator[Sequence[BulkItem]]:
    for first in range(0, len(items), IN_A_UNIT):
        yield items[first : first + IN_A_UNIT]


def _alone(run: BulkRun, item: BulkItem, now: datetime) -> None:
    """One case by itself, where somebody was faster with one of those it should have been changed with."""
    try:
        _change(run, [item], now)
    except ChangedMeanwhile:
        _refuse(item, "changed")


def _is_proposed(run: BulkRun, item: BulkItem) -> bool:
    """Whether this very run proposed it, and was cut short before it could note so."""
    proposal = open_proposal(item.application)
    return (
        proposal is not None
        and run.started_at is not None
        and item.application.version == item.version + 1
        and proposal.proposed_by_id == run.by_id
        and proposal.proposed_at >= run.started_at
    )


def _refuse(item: BulkItem, why: str) -> None:
    unit = kernel.Unit()
    _settle(unit, item, ItemState.REFUSED, why=why)
    kernel.commit(unit)


def _change(run: BulkRun, items: Iterable[BulkItem], now: datetime) -> None:
    unit = kernel.Unit()
    for item in items:
        case = item.application
        detail: dict[str, Any] = {"bulk": str(run.id)}
        holder: UUID | None
        if run.act == Act.TAKE:
            to, holder = Status.IN_REVIEW if case.status == Status.FILED else None, run.by_id
        else:
            to, holder = None, run.to_id
            detail["to"] = str(run.to_id or "")
        change_case(unit, case, act=run.act, by=run.by, now=now, to=to, detail=detail, holder=holder)
        _settle(unit, item, ItemState.DONE, version=case.version + 1, before=_before(case))
    kernel.commit(unit)


def _propose_one(run: BulkRun, item: BulkItem, now: datetime) -> None:
    case, before = item.application, _before(item.application)
    try:
        propose(application=case, kind=run.kind, reason=run.reason, by=run.by, now=now)
    except (NotAllowed, UnknownChoice, ReasonMissing):
        _refuse(item, "not_allowed")
        return
    except StepsMissing:
        _refuse(item, "waits")
        return
    except FeeNotPaid:
        _refuse(item, "unpaid")
        return
    except ChangedMeanwhile:
        _refuse(item, "changed")
        return
    unit = kernel.Unit()
    _settle(unit, item, ItemState.DONE, version=case.version, before=before)
    kernel.commit(unit)


def _before(case: Application) -> dict[str, Any]:
    return {
        "holder": str(case.holder_id or ""),
        "status": case.status,
        "status_since": case.status_since.isoformat(),
    }


# --- undoing -----------------------------------------------------------------------------------------------------


def _undo(run: BulkRun, items: Sequence[BulkItem], now: datetime) -> None:
    for together in _together(items):
        ready = list(_undoable(together))
        if run.act == Act.PROPOSE:
            for item in ready:
                _take_back_one(run, item, now)
            continue
        try:
            _take_back(run, ready, now)
        except ChangedMeanwhile:
            for item in ready:
                try:
                    _take_back(run, [item], now)
                except ChangedMeanwhile:
                    _keep(item, "followed")


def _take_back_one(run: BulkRun, item: BulkItem, now: datetime) -> None:
    try:
        take_back(application=item.application, by=run.by, now=now)
    except (NotAllowed, ChangedMeanwhile):
        _keep(item, "followed")
        return
    unit = kernel.Unit()
    _settle(unit, item, ItemState.UNDONE, version=item.application.version)
    kernel.commit(unit)


def _was_taken_back(item: BulkItem) -> bool:
    """Whether the proposal was taken back by this very run, which was cut short before it could note so."""
    case, last = item.application, item.application.events.order_by("-at", "-id").first()
    return (
        case.version == item.version + 1
        and item.run.act == Act.PROPOSE
        and last is not None
        and last.kind == "take_back"
        and last.actor_id == item.run.by_id
    )


def _undoable(items: Iterable[BulkItem]) -> Iterator[BulkItem]:
    for item in items:
        case = item.application
        if case.status in (Status.CLOSED, Status.WITHDRAWN):
            _keep(item, "decided" if case.status == Status.CLOSED else "withdrawn")
        elif _was_taken_back(item):
            unit = kernel.Unit()
            _settle(unit, item, ItemState.UNDONE, version=case.version)
            kernel.commit(unit)
        elif case.version != item.version or not rules.may_undo(status=case.status, to=item.before["status"]):
            _keep(item, "followed")
        else:
            yield item


def _keep(item: BulkItem, why: str) -> None:
    unit = kernel.Unit()
    _settle(unit, item, ItemState.KEPT, why=why)
    kernel.commit(unit)


def _take_back(run: BulkRun, items: Sequence[BulkItem], now: datetime) -> None:
    unit = kernel.Unit()
    for item in items:
        case, before = item.application, item.before
        unit.update(
            Application,
            where={"id": case.id, "version": item.version},
            set={
                "version": item.version + 1,
                "holder": UUID(before["holder"]) if before["holder"] else None,
                "status": before["status"],
                "status_since": datetime.fromisoformat(before["status_since"]),
            },
            otherwise=ChangedMeanwhile(),
        )
        detail = {"bulk": str(run.id), "act": run.act}
        unit.insert(
            CaseEvent(application=case, at=now, kind="bulk_undone", actor_id=run.by_id, detail=detail)
        )
        subject = f"application:{case.id}"
        audit.record(unit, actor=run.by.actor, act="bulk_undone", subject=subject, now=now, detail=detail)
        _settle(unit, item, ItemState.UNDONE, version=item.version + 1)
    if unit.statements:
        kernel.commit(unit)
