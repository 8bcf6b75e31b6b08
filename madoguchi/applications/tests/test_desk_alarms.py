"""Alarms of protected cases stand on the heads' desk, whether or not their department has a mail address."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madoguchi.applications import actions
from madoguchi.applications.models import Application
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.desks import Desk, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import ApplicationFactory, DraftFactory, answers_of
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.identity.rules import RestrictionReason
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.notices.models import Message
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]
PURPOSE = "本人から窓口で状況を聞かれたため"
BANNER = "支援措置の対象の申請について、新しい記録が%s件あります"


@pytest.fixture
def desk() -> Desk:
    return open_desk()


@pytest.fixture
def case(set_clock: SetClock, desk: Desk) -> Application:
    case = ApplicationFactory()
    RestrictionFactory(
        subject=f"application:{case.id}", responsible_department=desk.department.code, today=clock.today()
    )
    return case


def open_case(desk: Desk, case: Application, who: str = "officer") -> None:
    desk.browser(who).post(url_of("case_purpose", case), {"purpose": PURPOSE})


def inbox(desk: Desk, who: str = "head") -> str:
    return text_of(desk.browser(who).get("/desk/"))


def test_the_head_of_a_department_without_an_address_reads_of_each_opening_on_the_desk(
    desk: Desk, case: Application
) -> None:
    assert desk.department.email == ""
    open_case(desk, case)
    open_case(desk, case, "second")

    assert BANNER % 2 in inbox(desk)
    listed = text_of(desk.browser("head").get("/desk/alarms/"))

    for expected in ("立花 和也", "山本 実", PURPOSE, url_of("case", case)):
        assert expected in listed
    assert case.applicant_name not in listed
    assert Message.objects.count() == 0


def test_the_banner_stays_until_the_head_has_looked_and_comes_back_with_the_next_opening(
    desk: Desk, case: Application, set_clock: SetClock
) -> None:
    open_case(desk, case)
    inbox(desk)
    assert BANNER % 1 in inbox(desk)

    set_clock(NOW + timedelta(minutes=1))
    desk.browser("head").get("/desk/alarms/")
    assert "新しい記録が" not in inbox(desk)

    set_clock(NOW + timedelta(minutes=2))
    open_case(desk, case, "second")
    assert BANNER % 1 in inbox(desk)
    look = AuditEntry.objects.get(subject="list:alarms")
    assert (look.actor, look.detail) == (desk["head"].actor, {"count": 1})


def test_each_head_looks_for_themselves(desk: Desk, case: Application) -> None:
    other = signed_in_client(staff_with("head", department=desk.department))
    open_case(desk, case)

    desk.browser("head").get("/desk/alarms/")

    assert BANNER % 1 in text_of(other.get("/desk/"))


def test_what_a_head_opened_themselves_is_listed_and_does_not_alarm_them(
    desk: Desk, case: Application
) -> None:
    open_case(desk, case, "head")

    assert "新しい記録が" not in inbox(desk)
    assert PURPOSE in text_of(desk.browser("head").get("/desk/alarms/"))


@pytest.mark.parametrize("who", ["officer", "approver"])
def test_nobody_but_the_head_is_told(desk: Desk, case: Application, who: str) -> None:
    open_case(desk, case, "second")

    assert "新しい記録が" not in inbox(desk, who)
    assert desk.browser(who).get("/desk/alarms/").status_code == 403


def test_the_head_of_another_department_is_not_told(desk: Desk, case: Application) -> None:
    elsewhere = signed_in_client(staff_with("head", department=DepartmentFactory()))
    open_case(desk, case)

    assert "新しい記録が" not in text_of(elsewhere.get("/desk/"))
    assert "記録はまだありません" in text_of(elsewhere.get("/desk/alarms/"))


def test_a_filing_that_protection_was_carried_to_is_an_alarm_too(desk: Desk) -> None:
    actions.protect(
        application=ApplicationFactory(),
        reason=RestrictionReason.STALKING,
        until=clock.today() + timedelta(days=30),
        by=desk["head"],
        now=clock.now(),
    )
    draft = DraftFactory(answers=answers_of(received_on=clock.today()))
    case = actions.file_draft(draft=draft, now=clock.now(), accept_incomplete=True)

    assert BANNER % 1 in inbox(desk)
    listed = text_of(desk.browser("head").get("/desk/alarms/"))
    assert "支援措置の引継ぎ" in listed
    assert url_of("case", case) in listed


def test_the_list_asks_the_same_few_questions_however_long_it_is(
    desk: Desk, case: Application, django_assert_max_num_queries
) -> None:
    for _ in range(10):
        open_case(desk, case)
    desk.browser("head").get("/desk/alarms/")

    with django_assert_max_num_queries(10):
        desk.browser("head").get("/desk/alarms/")
