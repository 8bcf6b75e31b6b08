"""Recording what is paid at the counter (手数料の収納): each record stays, and is undone only by another one."""

from __future__ import annotations

from datetime import date, datetime

from madoguchi.applications import fee_rules
from madoguchi.applications.actions.fee_following import put
from madoguchi.applications.actions.review import change_case, commit_case
from madoguchi.applications.errors import (
    AmountOutOfRange,
    DayOutOfRange,
    FeeInUse,
    NotAllowed,
    ReasonMissing,
    UnknownChoice,
)
from madoguchi.applications.fee_queries import fee_of
from madoguchi.applications.fee_rules import FeeKind, FeeMethod
from madoguchi.applications.models import Application, FeeRecord
from madoguchi.applications.permissions import may_handle, require
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff

ACTS = {
    FeeKind.PAID: "pay_fee",
    FeeKind.WAIVED: "waive_fee",
    FeeKind.REFUNDED: "refund_fee",
    FeeKind.KEPT: "keep_fee",
}


def record_fee(
    *,
    application: Application,
    kind: str,
    amount_yen: int,
    method: str = "",
    voucher_number: str = "",
    reason: str = "",
    counted_on: date | None = None,
    by: Staff,
    now: datetime,
) -> FeeRecord:
    """Record that a fee was paid (納付), waived (減免), given back (還付) or kept although too much was paid.

    Money came or went on `counted_on`, the rest is of today. Raises `NotAllowed`, `UnknownChoice`, `ReasonMissing`,
    `DayOutOfRange`, `AmountOutOfRange`, `ChangedMeanwhile`.
    """
    today = clock.tokyo_date(now)
    require(may_handle(by, application, today=today))
    fee = fee_of(application)
    if fee is None:
        raise NotAllowed
    is_money = kind in fee_rules.BY_METHOD
    if kind not in ACTS or (method not in FeeMethod.values if is_money else bool(method)):
        raise UnknownChoice
    if kind != FeeKind.PAID and not reason.strip():
        raise ReasonMissing
    day = counted_on if is_money and counted_on is not None else today
    if not fee_rules.may_be_paid_on(day=day, received_on=application.received_on, today=today):
        raise DayOutOfRange
    most = fee_rules.most_of(fee.standing, kind)
    if not 0 < amount_yen <= most:
        raise AmountOutOfRange(most)
    record = FeeRecord(
        application=application,
        kind=kind,
        amount_yen=amount_yen,
        method=method,
        voucher_number=voucher_number.strip(),
        reason=reason.strip(),
        counted_on=day,
        recorded_at=now,
        recorded_by=by,
    )
    unit = kernel.Unit()
    detail = {"fee": str(record.id), "yen": amount_yen}
    change_case(unit, application, act=ACTS[FeeKind(kind)], by=by, now=now, detail=detail)
    put(unit, fee, fee_rules.after(fee.standing, kind, amount_yen))
    unit.insert(record)
    commit_case(unit, application)
    return record


def undo_fee_record(*, record: FeeRecord, reason: str, by: Staff, now: datetime) -> FeeRecord:
    """Undo a record made in error (取消し) by one of today, so that the sums of a day that is over stay as they were.

    Raises `NotAllowed` (undone before, or a cancellation itself), `ReasonMissing`, `FeeInUse`, `ChangedMeanwhile`.
    """
    application, today = record.application, clock.tokyo_date(now)
    require(may_handle(by, application, today=today))
    fee = fee_of(application)
    if fee is None or record.kind == FeeKind.CANCELLED or FeeRecord.objects.filter(undoes=record).exists():
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    standing = fee_rules.after(fee.standing, record.kind, -record.amount_yen)
    if not standing.is_sound:
        raise FeeInUse
    undone = FeeRecord(
        application=application,
        kind=FeeKind.CANCELLED,
        amount_yen=record.amount_yen,
        method=record.method,
        voucher_number=record.voucher_number,
        reason=reason.strip(),
        counted_on=today,
        recorded_at=now,
        recorded_by=by,
        undoes=record,
    )
    unit = kernel.Unit()
    detail = {"fee": str(record.id), "yen": record.amount_yen, "reason": undone.reason}
    change_case(unit, application, act="undo_fee", by=by, now=now, detail=detail)
    put(unit, fee, standing)
    unit.insert(undone)
    commit_case(unit, application)
    return undone
