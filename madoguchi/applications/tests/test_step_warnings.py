"""Reminding a department of what it asked others for: once before the day, once after it, again when asked anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from madoguchi.applications import actions
from madoguchi.applications.batch_handlers import warn_of_steps
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.models import Application, StepRequest
from madoguchi.applications.tests.factories import StepRequestFactory
from madoguchi.applications.tests.stepping import damage_case
from madoguchi.common import clock, kernel
from madoguchi.common.ids import grouped
from madoguchi.notices.models import Message
from madoguchi.organization.models import Department

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def case() -> Application:
    found = damage_case()
    Department.objects.filter(code=found.department_code).update(email="bosai@city.example.jp")
    return found


def due_in(days: int, **fields: Any) -> StepRequest:
    return StepRequestFactory(
        application=fields.pop("application", None) or damage_case(),
        due_on=clock.today() + timedelta(days=days),
        **fields,
    )


def warn() -> list[Message]:
    """The mails of one run."""
    before = set(Message.objects.values_list("id", flat=True))
    warn_of_steps({})
    return list(Message.objects.exclude(id__in=before).order_by("created_at", "id"))


def test_what_is_near_and_what_is_late_is_told_once_each_without_names() -> None:
    near, late = due_in(3), due_in(-1)
    due_in(4)

    first, second = warn()

    assert "期限を過ぎた調査などの依頼が1件あります" in first.subject
    assert grouped(late.application.receipt_number) in first.body
    assert "期限が近い調査などの依頼が1件あります" in second.subject
    assert grouped(near.application.receipt_number) in second.body
    assert near.application.applicant_name not in first.body + second.body
    assert warn() == []


def test_one_that_was_near_is_told_of_again_when_it_is_late() -> None:
    request = due_in(1)
    assert len(warn()) == 1
    StepRequest.objects.filter(id=request.id).update(due_on=clock.today() - timedelta(days=1))

    (mail,) = warn()

    assert "期限を過ぎた" in mail.subject


def test_what_came_back_was_cancelled_or_belongs_to_a_closed_case_is_not_told_of() -> None:
    withdrawn = damage_case()
    due_in(0, application=withdrawn)
    withdrawn.refresh_from_db()
    actions.withdraw(application=withdrawn, reason="転出", now=clock.now())
    due_in(0, state=StepRequest.State.DONE, done_at=clock.now())
    due_in(0, state=StepRequest.State.CANCELLED, cancel_reason="中止")
    Message.objects.all().delete()

    assert warn() == []


def test_a_department_without_an_address_is_left_out() -> None:
    due_in(0)
    Department.objects.update(email="")

    assert warn() == []
    assert StepRequest.objects.get().warned_soon_on is None


def test_two_workers_tell_of_the_same_request_once(monkeypatch: pytest.MonkeyPatch) -> None:
    due_in(0)

    def faster(unit: kernel.Unit) -> None:
        raise ChangedMeanwhile

    monkeypatch.setattr("madoguchi.applications.desk_step_warnings.kernel.commit", faster)

    assert warn() == []
