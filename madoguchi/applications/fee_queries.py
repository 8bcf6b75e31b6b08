"""Fees, read: what a case costs by its definition, and what is owed of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from madoguchi.applications import fee_rules
from madoguchi.applications.fee_rules import FeeKind, Standing
from madoguchi.applications.models import Application, CaseFee, FeeRecord
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Fee
from madoguchi.procedures.logic import Evaluation, evaluate


def assessed(application: Application, evaluation: Evaluation) -> CaseFee | None:
    """The fee of a case as its answers make it, not stored, of 0 yen too; None where it cannot be told yet."""
    full, amount = evaluation.full_fee_yen, evaluation.fee_yen
    if full is None or amount is None:
        return None
    return CaseFee(
        application=application,
        procedure_id=application.procedure_id,
        filed_at=application.filed_at,
        full_yen=full,
        amount_yen=amount,
        state=Standing(amount).state,
    )


def with_answers(application: Application, answers: Mapping[str, Any]) -> CaseFee | None:
    """The fee as other answers make it; nothing is evaluated where nobody ever pays."""
    definition = procedures.definition_of(application.procedure_version_id)
    if definition.fee.is_free:
        return None
    return assessed(application, evaluate(definition, answers, today=application.received_on))


def fee_of(application: Application) -> CaseFee | None:
    """The fee of a case; of one filed before fees were recorded, as it would be. At most one question.

    None where nothing is noted, and it costs nothing.
    """
    if procedures.definition_of(application.procedure_version_id).fee.is_free:
        return None
    if noted := CaseFee.objects.filter(application=application).first():
        return noted
    fresh = with_answers(application, application.answers)
    return fresh if fresh is not None and fresh.full_yen else None


def owed_before(application: Application, fee: Fee, outcome: str) -> int:
    """How much must be recorded as paid or waived before a decision with this outcome is proposed."""
    if fee.due != "before_decision":
        return 0
    found = fee_of(application)
    owed = found.standing.owed if found is not None else 0
    return owed if fee_rules.holds_back(due=fee.due, outcome=outcome, owed=owed) else 0


def last_paid_on(application: Application) -> date | None:
    """The day of the last payment that still counts."""
    paid = FeeRecord.objects.filter(application=application, kind=FeeKind.PAID, undone_by=None)
    return paid.order_by("-counted_on").values_list("counted_on", flat=True).first()


@dataclass(frozen=True, slots=True)
class FeeTold:
    """Where the fee of a case stands, as who filed is told."""

    state: str
    amount_yen: int
    owed_yen: int
    waived_yen: int
    paid_on: date | None


def told(application: Application) -> FeeTold | None:
    """The same, or None where the case costs nothing. Two questions at most."""
    fee = fee_of(application)
    if fee is None:
        return None
    paid_on = last_paid_on(application) if fee.paid_yen else None
    return FeeTold(fee.state, fee.amount_yen, fee.standing.owed, fee.waived_yen, paid_on)
