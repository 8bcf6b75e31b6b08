"""Erasing what need no longer be kept (廃棄): proposed by one person, approved by a head, done by the worker."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from madoguchi.applications import erasing
from madoguchi.applications import retention_rules as rules
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed, ReasonMissing
from madoguchi.applications.models import (
    Application,
    Disposal,
    DisposalItem,
    LegalHold,
    RetentionAssignment,
)
from madoguchi.applications.permissions import departments_headed, handles_department, require
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff

RUN = "applications.run_disposal"
MOST = 2000  # of one proposal: more than a head can look at is no approval
AT_ONCE = 100
SECONDS = 300.0
State = Disposal.State
Item = DisposalItem.State

log = logging.getLogger("madoguchi.applications")


class NothingDue(Exception):
    """No case of the department is over its period."""


def due(department_code: str, assignment: RetentionAssignment, *, today: date) -> QuerySet[Application]:
    """The cases of a procedure whose period is over, without those that are held or proposed already."""
    before = rules.closed_before(years=assignment.retention_class.years, today=today)
    held = LegalHold.objects.filter(application=OuterRef("id"), ended_at=None)
    proposed = DisposalItem.objects.filter(application=OuterRef("id"), state=Item.WAITING)
    return Application.objects.filter(
        ~Exists(held),
        ~Exists(proposed),
        department_code=department_code,
        procedure_id=assignment.procedure_id,
        closed_at__lt=datetime.combine(before, time(), tzinfo=clock.TOKYO),
        erased_at=None,
    )


def propose_disposal(*, department_code: str, by: Staff, now: datetime) -> Disposal:
    """Propose to erase what is due, the oldest first, `MOST` at once (廃棄の起案). Raises `NothingDue`, `NotAllowed`."""
    today = clock.tokyo_date(now)
    require(handles_department(by, department_code, today=today))
    items = list(_items(department_code, today))
    if not items:
        raise NothingDue
    disposal = Disposal(
        department_code=department_code, due_by=today, cases=len(items), proposed_by=by, proposed_at=now
    )
    unit = kernel.Unit()
    unit.insert(disposal)
    _note(unit, disposal, "disposal.proposed", by, now, cases=len(items))
    kernel.commit(unit)
    for start in range(0, len(items), AT_ONCE):
        unit = kernel.Unit()
        for item in items[start : start + AT_ONCE]:
            item.disposal = disposal
            unit.insert(item, unless_exists=True)  # somebody else proposed it at the same moment
        kernel.commit(unit)
    return disposal


def _items(department_code: str, today: date) -> Iterator[DisposalItem]:
    left = MOST
    assignments = RetentionAssignment.objects.select_related("retention_class").order_by("procedure_id")
    for assignment in assignments:
        kept_as = assignment.retention_class
        rows = due(department_code, assignment, today=today).order_by("closed_at", "id")
        for case_id, closed_at in rows.values_list("id", "closed_at")[:left]:
            assert closed_at is not None
            left -= 1
            yield DisposalItem(
                application_id=case_id,
                class_id=kept_as.id,
                years=kept_as.years,
                ends_on=rules.ends_on(closed_on=clock.tokyo_date(closed_at), years=kept_as.years),
            )


def approve_disposal(*, disposal: Disposal, version: int, by: Staff, now: datetime) -> None:
    """Approve a proposal (廃棄の承認): the worker erases. Raises `NotAllowed` for one's own, `ChangedMeanwhile`."""
    _require_head(disposal, by, now)
    unit = kernel.Unit()
    unit.update(
        Disposal,
        where={"id": disposal.id, "version": version, "state": State.PROPOSED},
        set={"state": State.RUNNING, "decided_by": by.id, "decided_at": now, "version": version + 1},
        otherwise=ChangedMeanwhile(),
    )
    _note(unit, disposal, "disposal.approved", by, now)
    unit.job(RUN, {"disposal": str(disposal.id)})
    kernel.commit(unit)


def reject_disposal(*, disposal: Disposal, reason: str, version: int, by: Staff, now: datetime) -> None:
    """Send a proposal back; everything in it is kept. Raises `ReasonMissing`, `NotAllowed`, `ChangedMeanwhile`."""
    _require_head(disposal, by, now)
    if not reason.strip():
        raise ReasonMissing
    changes = {"decided_by": by.id, "decided_at": now, "reason": reason.strip()}
    _give_up(disposal, version, by, now, "disposal.rejected", changes)


def withdraw_disposal(*, disposal: Disposal, version: int, by: Staff, now: datetime) -> None:
    """Take one's own proposal back before anybody approved it. Raises `NotAllowed`, `ChangedMeanwhile`."""
    require(disposal.proposed_by_id == by.id and disposal.state == State.PROPOSED)
    _give_up(disposal, version, by, now, "disposal.withdrawn", {})


def _give_up(
    disposal: Disposal, version: int, by: Staff, now: datetime, act: str, changes: dict[str, object]
) -> None:
    unit = kernel.Unit()
    unit.update(
        Disposal,
        where={"id": disposal.id, "version": version, "state": State.PROPOSED},
        set={"state": State.REJECTED, "version": version + 1, **changes},
        otherwise=ChangedMeanwhile(),
    )
    unit.update(
        DisposalItem,
        where={"disposal": disposal.id, "state": Item.WAITING},
        set={"state": Item.KEPT, "reason": rules.REJECTED, "done_at": now},
        expect=None,
    )
    _note(unit, disposal, act, by, now)
    kernel.commit(unit)


def _require_head(disposal: Disposal, by: Staff, now: datetime) -> None:
    if disposal.department_code not in departments_headed(by, today=clock.tokyo_date(now)):
        raise NotAllowed
    require(disposal.state == State.PROPOSED and disposal.proposed_by_id != by.id)


# --- by the worker ---------------------------------------------------------------------------------------


def run_disposal(disposal_id: UUID) -> None:
    """Erase what was approved, case by case; stopped in the middle the next run goes on with what waits."""
    disposal = Disposal.objects.get(id=disposal_id)
    if disposal.state != State.RUNNING:
        return
    until = clock.monotonic() + SECONDS
    waiting = DisposalItem.objects.filter(disposal=disposal, state=Item.WAITING).order_by("id")
    last: UUID | None = None
    while batch := list((waiting if last is None else waiting.filter(id__gt=last))[:AT_ONCE]):
        for item in batch:
            if clock.monotonic() > until:
                break
            _dispose(item, disposal)
        last = batch[-1].id
        if clock.monotonic() > until:
            break
    unit, now = kernel.Unit(), clock.now()
    if waiting.exists():  # the time was over, or somebody changed a case meanwhile: it is looked at again
        unit.job(RUN, {"disposal": str(disposal.id)}, run_at=now + timedelta(seconds=10))
    else:
        done = {"state": State.DONE, "finished_at": now, "version": kernel.Increment()}
        unit.update(Disposal, where={"id": disposal.id, "state": State.RUNNING}, set=done, expect=None)
    kernel.commit(unit)


def _dispose(item: DisposalItem, disposal: Disposal) -> None:
    now = clock.now()
    application = Application.objects.get(id=item.application_id)
    reason = erasing.why_kept(item, application, now=now)
    if not reason:
        try:
            erasing.erase(item, application, disposal, now=now)
            return
        except ChangedMeanwhile:
            return  # looked at again by the next run
        except Exception as error:
            if kernel.is_store_away(error):
                raise
            log.error("%s is kept: %s", application, type(error).__name__)
            reason = rules.FAULT
    unit = kernel.Unit()
    kept = {"state": Item.KEPT, "reason": reason, "done_at": now}
    unit.update(DisposalItem, where={"id": item.id, "state": Item.WAITING}, set=kept, expect=None)
    kernel.commit(unit)


def _note(
    unit: kernel.Unit, disposal: Disposal, act: str, by: Staff, now: datetime, **detail: object
) -> None:
    audit.record(
        unit, actor=by.actor, act=act, subject=f"disposal:{disposal.id}", now=now, detail=dict(detail)
    )
