"""Fees, read: what a case costs by its definition, and what is owed of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from madoguchi.applications import fee_rules, rules
from madoguchi.applications.fee_rules import FeeKind, Standing
from madoguchi.applications.models import Application, CaseFee, FeeRecord, Status
from madoguchi.applications.queries import made_decision
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
    """The fee of a case; of one filed before fees were recorded, as it would be. None where it costs nothing.

    One question; of a case that was decided before that another one.
    """
    if procedures.definition_of(application.procedure_version_id).fee.is_free:
        return None
    if noted := CaseFee.objects.filter(application=application).first():
        return noted
    fresh = with_answers(application, application.answers)
    if fresh is None or not fresh.full_yen:
        return None
    fresh.is_asked = _is_asked(application)
    fresh.state = fresh.standing.state
    return fresh


def _is_asked(application: Application) -> bool:
    """Whether the fee of a case is still asked for, of which nothing is noted."""
    if application.status != Status.CLOSED:
        return application.status != Status.WITHDRAWN
    due = procedures.definition_of(application.procedure_version_id).fee.due
    made = made_decision(application)
    return made is None or not fee_rules.is_no_longer_asked(due=due, outcome=made.outcome)


def is_from_before(application: Application, fee: CaseFee) -> bool:
    """Whether a case was over before fees were recorded: nobody wrote down what was paid of it."""
    return fee._state.adding and application.status not in rules.OPEN


def owed_before(application: Application, fee: Fee, outcome: str) -> int:
    """How much must be recorded as paid or waived before a decision with this outcome is proposed or made."""
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
    """The same, or None where the case costs nothing, or was over before fees were recorded. Two questions."""
    fee = fee_of(application)
    if fee is None or is_from_before(application, fee):
        return None
    paid_on = last_paid_on(application) if fee.paid_yen else None
    return FeeTold(fee.state, fee.amount_yen, fee.standing.owed, fee.waived_yen, paid_on)
