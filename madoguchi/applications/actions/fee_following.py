"""Letting the fee of a case follow what happens to it, always within the unit of that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from madoguchi.applications import fee_rules
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.fee_queries import assessed, fee_of, with_answers
from madoguchi.applications.fee_rules import Standing
from madoguchi.applications.models import Application, CaseFee
from madoguchi.common import kernel
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.logic import Evaluation


def begin_fee(unit: kernel.Unit, application: Application, evaluation: Evaluation) -> None:
    """Note what a case costs that is filed by this unit."""
    fee = assessed(application, evaluation)
    if fee is not None and fee.full_yen:
        unit.insert(fee)


def follow_answers(
    unit: kernel.Unit, application: Application, answers: Mapping[str, Any], *, is_asked: bool | None = None
) -> None:
    """Note what the case costs with other answers; what was recorded stays, and may be too much by then.

    While the rule cannot be computed the amount stays as it was; of what costs nothing none is noted anew. `is_asked` says that the answers took or gave back
    what is paid for.
    """
    new = with_answers(application, answers)
    fee = fee_of(application) or new
    if fee is None:
        return
    if new is not None:
        fee.full_yen, fee.amount_yen = new.full_yen, new.amount_yen
    if is_asked is not None:
        fee.is_asked = is_asked
    if fee.full_yen or not fee._state.adding:
        put(unit, fee, fee.standing)


def follow_decision(unit: kernel.Unit, application: Application, outcome: str) -> None:
    """Ask for the fee no longer where a decision hands nothing out."""
    due = procedures.definition_of(application.procedure_version_id).fee.due
    _ask(unit, application, not fee_rules.is_no_longer_asked(due=due, outcome=outcome))


def end_fee(unit: kernel.Unit, application: Application) -> None:
    """Ask for the fee no longer: the case is withdrawn, or what it is paid for was given back."""
    _ask(unit, application, False)


def ask_again(unit: kernel.Unit, application: Application) -> None:
    """Ask for the fee anew: the case is looked at again, or holds again what it is paid for."""
    _ask(unit, application, True)


def _ask(unit: kernel.Unit, application: Application, is_asked: bool) -> None:
    """The fee of a case from before fees is noted by that: once it is over, nobody could tell whether it was paid."""
    fee = fee_of(application)
    if fee is not None and (fee.is_asked != is_asked or fee._state.adding):
        fee.is_asked = is_asked
        put(unit, fee, fee.standing)


def put(unit: kernel.Unit, fee: CaseFee, standing: Standing) -> None:
    """Write these sums; the version of the case guards them. One of a case from before fees is written anew."""
    fee.paid_yen, fee.waived_yen, fee.kept_yen = standing.paid, standing.waived, standing.kept
    fee.state = standing.state
    if fee._state.adding:
        unit.insert(fee, otherwise=ChangedMeanwhile())
        return
    names = ("full_yen", "amount_yen", "paid_yen", "waived_yen", "kept_yen", "is_asked", "state")
    unit.update(
        CaseFee,
        where={"id": fee.id},
        set={name: getattr(fee, name) for name in names},
        otherwise=ChangedMeanwhile(),
    )
