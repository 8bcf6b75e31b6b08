"""A procedure that costs something, for tests of fees: the claim of the catalogue with a fee put in."""

from __future__ import annotations

import json
from typing import Any

from madoguchi.applications.actions import fees
from madoguchi.applications.models import Application, CaseFee, FeeRecord
from madoguchi.applications.tests.desks import Desk, open_desk
from madoguchi.applications.tests.factories import CLAIM, ApplicationFactory
from madoguchi.applications.tests.offers import offer_source
from madoguchi.common import clock
from madoguchi.procedures.tests.factories import source_of

YEN = 600


def charging_desk(**fee: Any) -> Desk:
    """The desk of a department whose procedure costs 600 yen, or what `fee` says."""
    source = source_of(CLAIM).replace("\nfee: {yen: 0}\n", f"\nfee: {json.dumps({'yen': YEN} | fee)}\n")
    offer_source(source)
    return open_desk()


def half_for_employees() -> dict[str, Any]:
    """The keys of a fee that is halved for who is employed."""
    half = {
        "id": "half",
        "when": {"question": "occupation", "is": "employee"},
        "percent": 50,
        "label": "会社員などの方は半額です",
        "mark": "general_knowledge",
    }
    return {"exemptions": [half]}


def charged(desk: Desk, **traits: Any) -> Application:
    """A case of that procedure."""
    return ApplicationFactory(officer=desk["officer"], **traits)


def recorded(desk: Desk, application: Application, **fields: Any) -> FeeRecord:
    """A record by the officer: 600 yen in cash, unless told."""
    values: dict[str, Any] = {"kind": "paid", "amount_yen": YEN, "by": desk["officer"], "now": clock.now()}
    if fields.get("kind", "paid") in ("paid", "refunded"):
        values["method"] = "cash"
    if fields.get("kind", "paid") != "paid":
        values["reason"] = "市長が認めたため"
    return fees.record_fee(application=application, **(values | fields))


def sums(application: Application) -> tuple[Any, ...]:
    """State, amount, paid, waived and kept yen of a case, as stored."""
    fee = CaseFee.objects.get(application=application)
    return fee.state, fee.amount_yen, fee.paid_yen, fee.waived_yen, fee.kept_yen
