"""Warning a department before the due day and when it is past: each case once, again when its day was moved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from madoguchi.applications import desk_due_warnings as warnings
from madoguchi.applications.models import Application, DueWarning, Status
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    ExtensionFactory,
    answers_of,
    many_applications,
    offered,
)
from madoguchi.common import clock, kernel
from madoguchi.common.ids import grouped
from madoguchi.notices.models import Message
from madoguchi.organization.models import Department

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]


@pytest.fixture(autouse=True)
def department() -> Department:
    ApplicationFactory()  # of today: due in a month
    Department.objects.update(email="kodomo@city.example.jp")
    return Department.objects.get()


def due_in(days: int, **fields: Any) -> Application:
    return ApplicationFactory(due_on=clock.today() + timedelta(days=days), **fields)


def warn() -> list[Message]:
    """The mails of one run."""
    before = set(Message.objects.values_list("id", flat=True))
    warnings.warn_of_due_days({})
    return list(
        Message.objects.exclude(id__in=before).filter(purpose="due-warning").order_by("created_at", "id")
    )


def test_cases_within_a_week_are_told_once_with_holder_and_day() -> None:
    held, free = due_in(7, in_review=True), due_in(0)
    due_in(8)

    (mail,) = warn()

    assert mail.to_address == "kodomo@city.example.jp"
    assert "期限が近い申請が2件あります" in mail.subject
    assert held.holder is not None
    assert grouped(held.receipt_number) in mail.body
    assert f"担当：{held.holder.display_name}" in mail.body
    assert grouped(free.receipt_number) in mail.body
    assert "担当：なし" in mail.body
    assert held.applicant_name not in mail.body
    assert warn() == []


def test_a_case_that_passes_its_day_is_told_of_once_more(set_clock: SetClock) -> None:
    due_in(1)
    warn()
    set_clock(NOW + timedelta(days=2))

    (mail,) = warn()

    assert "期限を過ぎた申請が1件あります" in mail.subject
    assert "?tab=open&due=overdue" in mail.body
    assert warn() == []
    assert list(DueWarning.objects.order_by("warned_at").values_list("kind", flat=True)) == [
        "soon",
        "overdue",
    ]


def test_a_day_that_was_moved_is_warned_of_anew(set_clock: SetClock) -> None:
    case = due_in(5, in_review=True)
    warn()
    ExtensionFactory(application=case)
    assert warn() == []
    set_clock(NOW + timedelta(days=30))

    warn()

    assert DueWarning.objects.filter(application=case).count() == 2


@pytest.mark.parametrize("trait", ["returned", "closed", "withdrawn"])
def test_what_rests_or_has_ended_is_not_warned_of(trait: str) -> None:
    traits: dict[str, Any] = {trait: True}
    due_in(-1, **traits)

    assert warn() == []


def test_a_statutory_period_is_warned_of_while_the_resident_answers() -> None:
    case = due_in(-1, in_review=True, procedure_version=offered("all_kinds"), answers=answers_of("all_kinds"))
    Application.objects.filter(id=case.id).update(status=Status.RETURNED)
    Department.objects.update(email="office@city.example.jp")

    assert len(warn()) == 1


def test_a_department_without_an_address_is_told_when_it_has_one(department: Department) -> None:
    due_in(1)
    Department.objects.update(email="")
    assert warn() == []
    assert DueWarning.objects.count() == 0

    Department.objects.update(email="kodomo@city.example.jp")

    assert len(warn()) == 1


def test_many_cases_go_in_few_mails_and_the_rest_in_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warnings, "AT_ONCE", 3)
    monkeypatch.setattr(warnings, "MOST_MAILS", 2)
    many_applications(8, due_on=clock.today())

    assert len(warn()) == 2
    assert len(warn()) == 1
    assert DueWarning.objects.count() == 8


def test_another_worker_that_was_faster_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    due_in(1)

    def faster(_unit: kernel.Unit) -> None:
        raise IntegrityError

    monkeypatch.setattr(kernel, "commit", faster)

    assert warn() == []
