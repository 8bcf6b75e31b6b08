"""Other filings of the same person beside a case: doubles are told, others' and protected ones are not hinted at."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.applications.desk_related import related
from madoguchi.applications.models import Application
from madoguchi.applications.tests.desks import Desk, open_desk, text_of
from madoguchi.applications.tests.factories import ApplicationFactory
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.common.ids import grouped
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.organization.tests.factories import DepartmentFactory

pytestmark = pytest.mark.django_db

BANNER = "同じ人の同じ手続が、ほかにもあるようです"


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def found(case: Application, desk: Desk, who: str = "officer") -> list[tuple[str, bool]]:
    return [(one.number, one.is_double) for one in related(case, desk[who], today=clock.today())]


def test_a_second_filing_of_the_same_person_is_told_on_both_cases(desk: Desk) -> None:
    first, second = ApplicationFactory(), ApplicationFactory()
    browser = desk.browser("officer")

    for case, other in ((first, second), (second, first)):
        text = text_of(browser.get(f"/desk/case/{case.id}/"))
        assert BANNER in text
        assert f'href="/desk/case/{other.id}/"' in text


def test_the_record_of_the_look_names_what_was_shown_beside_the_case(desk: Desk) -> None:
    first, second = ApplicationFactory(), ApplicationFactory()

    desk.browser("officer").get(f"/desk/case/{first.id}/")

    entry = AuditEntry.objects.get(act="read", subject=f"application:{first.id}")
    assert entry.detail["related"] == [second.receipt_number]


def test_another_person_of_the_name_or_of_the_birth_date_is_not_the_same(desk: Desk) -> None:
    case = ApplicationFactory()
    ApplicationFactory(birth_on=date(1970, 1, 1))
    ApplicationFactory(name_key="佐藤一", kana_key="サトウハシメ")

    assert found(case, desk) == []


def test_without_a_birth_date_nobody_is_taken_for_the_same(desk: Desk) -> None:
    case = ApplicationFactory(birth_on=None)
    ApplicationFactory(birth_on=None)

    assert found(case, desk) == []


@pytest.mark.parametrize(
    ("fields", "is_double"),
    [
        ({"closed": True, "filed_at": timedelta(days=20)}, True),
        ({"closed": True, "filed_at": timedelta(days=40)}, False),
        ({"filed_at": timedelta(days=40)}, True),
        ({"withdrawn": True}, False),
    ],
    ids=["closed this month", "closed long ago", "open long since", "taken back"],
)
def test_what_may_be_a_double(desk: Desk, fields: dict[str, Any], is_double: bool) -> None:
    case = ApplicationFactory()
    before = fields.pop("filed_at", timedelta())
    other = ApplicationFactory(**fields)
    Application.objects.filter(id=other.id).update(filed_at=case.filed_at - before)

    assert found(case, desk) == [(grouped(other.receipt_number), is_double)]


def test_filings_of_other_departments_are_not_hinted_at(desk: Desk) -> None:
    case = ApplicationFactory()
    other = ApplicationFactory()
    Application.objects.filter(id=other.id).update(department_code=DepartmentFactory().code)

    assert found(case, desk) == []


def test_a_protected_filing_is_shown_to_the_responsible_department_only(desk: Desk) -> None:
    case, other = ApplicationFactory(), ApplicationFactory()
    elsewhere = DepartmentFactory()
    RestrictionFactory(
        subject=f"application:{other.id}", responsible_department=elsewhere.code, today=clock.today()
    )

    assert found(case, desk) == []


def test_many_filings_ask_as_often_as_one(desk: Desk) -> None:
    case = ApplicationFactory()
    ApplicationFactory()
    related(case, desk["officer"], today=clock.today())
    with CaptureQueriesContext(connection) as few:
        related(case, desk["officer"], today=clock.today())
    for _ in range(25):
        ApplicationFactory()

    with CaptureQueriesContext(connection) as many:
        assert len(related(case, desk["officer"], today=clock.today())) == 20

    assert len(many) == len(few)
