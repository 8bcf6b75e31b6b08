"""Fees in the demo city: most of them paid at the counter, some open, a few waived or to be given back."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from madoguchi.applications import fee_rules
from madoguchi.applications.fee_queries import assessed
from madoguchi.applications.fee_rules import FeeKind, FeeMethod
from madoguchi.applications.models import CaseEvent, CaseFee, Decision, FeeRecord, Status
from madoguchi.common import clock
from madoguchi.common.ids import id_at
from madoguchi.identity.models import Staff
from madoguchi.procedures.logic import evaluate

if TYPE_CHECKING:
    from madoguchi.applications.demo import History

METHODS = (FeeMethod.CASH,) * 7 + (FeeMethod.CASHLESS,) * 3 + (FeeMethod.MONEY_ORDER,)
PAID_SHARE = {Status.IN_REVIEW: 0.3, Status.PROPOSED: 0.5, Status.CLOSED: 0.85, Status.WITHDRAWN: 0.4}
WAIVED_SHARE = 0.08


def charge(history: History, officer: Staff | None) -> None:
    """Add the fee of a case as its filing noted it, and what was recorded of it since.

    By chance of its own, so that the rest of the city is the same with and without fees.
    """
    application, definition = history.application, history.definition
    if definition.fee.is_free:
        return
    evaluation = evaluate(definition, application.answers, today=application.received_on)
    fee = assessed(application, evaluation)
    if fee is None or not fee.full_yen:
        return
    chance = random.Random(f"fee:{application.id}")  # noqa: S311  # the same seed gives the same city
    fee.id = _id(chance, application.filed_at)
    history.rows.append(fee)
    if (
        officer is not None
        and fee.amount_yen
        and chance.random() < PAID_SHARE.get(Status(application.status), 0)
    ):
        _record(history, fee, officer, chance)
    made = [row for row in history.rows if isinstance(row, Decision) and row.decided_at is not None]
    fee.is_asked = application.status != Status.WITHDRAWN and not any(
        fee_rules.is_no_longer_asked(due=definition.fee.due, outcome=row.outcome) for row in made
    )
    fee.state = fee.standing.state


def _record(history: History, fee: CaseFee, officer: Staff, chance: random.Random) -> None:
    """One payment, or now and then a waiver, by who handles the case."""
    application = history.application
    is_waived = chance.random() < WAIVED_SHARE
    at = _moment(history, chance)
    record = FeeRecord(
        id=_id(chance, at),
        application=application,
        kind=FeeKind.WAIVED if is_waived else FeeKind.PAID,
        amount_yen=fee.amount_yen,
        method="" if is_waived else chance.choice(METHODS),
        voucher_number="" if is_waived else f"見本-{chance.randrange(10_000):04d}",
        reason="市長が特に必要と認めたため（見本）" if is_waived else "",
        counted_on=clock.tokyo_date(at),
        recorded_at=at,
        recorded_by=officer,
    )
    standing = fee_rules.after(fee.standing, record.kind, record.amount_yen)
    fee.paid_yen, fee.waived_yen = standing.paid, standing.waived
    event = CaseEvent(
        id=_id(chance, at),
        application=application,
        at=at,
        kind="waive_fee" if is_waived else "pay_fee",
        actor=officer,
        detail={"fee": str(record.id), "yen": record.amount_yen},
    )
    application.version += 1
    history.rows.append(record)
    history.events.append((event, officer.actor))


def _moment(history: History, chance: random.Random) -> datetime:
    """When it was paid: between the filing of a case and its withdrawal, else soon after what happened last."""
    application = history.application
    if application.status == Status.WITHDRAWN:
        return application.filed_at + (history.at - application.filed_at) * chance.uniform(0.1, 0.9)
    left = history.maker.now - history.at
    return history.at + min(left, timedelta(days=2)) * chance.uniform(0.1, 0.9)


def _id(chance: random.Random, at: datetime) -> UUID:
    return id_at(int(at.timestamp() * 1000), chance.getrandbits(80))
