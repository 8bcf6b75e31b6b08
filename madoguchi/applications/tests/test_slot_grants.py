"""A permission stands for a slot that is held: what came on paper is booked first, or refused."""

from __future__ import annotations

from typing import Any

import pytest

from madoguchi.applications import actions
from madoguchi.applications.actions import approving, booking
from madoguchi.applications.actions.proposing import drafted
from madoguchi.applications.errors import SlotNotHeld
from madoguchi.applications.models import Application, Status
from madoguchi.applications.tests.factories import (
    NOW,
    SlotBookingFactory,
    SlotFactory,
    booked_case,
    department_of,
    somebody,
)
from madoguchi.identity.models import Staff
from madoguchi.organization.tests.factories import signed_in_client
from madoguchi.procedures.queries import definition_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

SAID = "予約が取れていません。先に「予約」のページで"


def who(role: str, case: Application) -> Staff:
    return somebody(role, department_of(case.procedure_version))


def held_case() -> Application:
    slot = SlotFactory()
    case = booked_case(slot, in_review=True)
    SlotBookingFactory(slot=slot, application=case)
    return case


def proposed_and_given_back() -> Application:
    """A permission was proposed; then the office gave the slot back."""
    case = held_case()
    officer = who("officer", case)
    actions.propose(application=case, kind="permitted", reason="", by=officer, now=NOW)
    booking.cancel_slot(application=case, by=officer, reason="修繕のため", now=NOW)
    return case


def test_a_case_that_does_not_hold_its_slot_is_not_permitted_but_may_be_refused() -> None:
    case = booked_case(SlotFactory(free=0), in_review=True)
    by = who("officer", case)

    with pytest.raises(SlotNotHeld):
        actions.propose(application=case, kind="permitted", reason="", by=by, now=NOW)

    assert actions.propose(application=case, kind="refused", reason="満員", by=by, now=NOW).kind == "refused"


def test_a_permission_is_not_decided_when_its_slot_was_given_back_after_the_proposal() -> None:
    case = proposed_and_given_back()

    with pytest.raises(SlotNotHeld):
        actions.decide(application=case, by=who("approver", case), now=NOW)

    case.refresh_from_db()
    assert case.status == Status.PROPOSED


def test_the_page_that_proposes_says_to_book_first() -> None:
    case = booked_case(SlotFactory(free=0), in_review=True)
    client = signed_in_client(who("officer", case))

    page = client.post(f"/desk/case/{case.id}/propose/", {"kind": "permitted", "version": case.version})

    assert page.status_code == 422
    assert SAID in page.content.decode()


def test_the_pages_that_decide_say_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approving, "must_be_opened", lambda *_of, **_rule: False)
    case = proposed_and_given_back()
    client = signed_in_client(who("approver", case))
    address, item = f"/desk/case/{case.id}/decide/", f"{case.decisions.get().id}:{case.version}"

    alone = client.post(address, {"act": "decide", "version": case.version})
    together = client.post("/desk/approvals/decide/", {"item": item})

    assert alone.status_code == 422
    assert SAID in alone.content.decode()
    assert SAID in together.content.decode()


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "使用料　900円"),
        ({"reduction": "city"}, "使用料　かかりません"),
        ({"booking": None}, "使用料　別にお知らせします"),
    ],
)
def test_the_permission_names_the_fee_that_its_drafter_may_put_right(
    answers: dict[str, Any], said: str
) -> None:
    case = held_case()
    case.answers = {key: value for key, value in (case.answers | answers).items() if value is not None}
    by = who("officer", case)

    kind = definition_of(case.procedure_version_id).workflow.decision("permitted")
    assert kind is not None
    draft = drafted(application=case, kind=kind, reason="", by=by, now=NOW)

    assert draft.decision.addition == said
