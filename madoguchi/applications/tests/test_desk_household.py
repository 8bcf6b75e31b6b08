"""Cases of the same household beside a case: one's own to open, others' as a number, protected people's never."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.applications.desk_household import Household, household
from madoguchi.applications.models import Application
from madoguchi.applications.tests.desks import Desk, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import ApplicationFactory, answers_of
from madoguchi.applications.tests.offers import asked, section
from madoguchi.applications.tests.returned import filed
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.common.ids import grouped
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.organization.tests.factories import DepartmentFactory
from madoguchi.procedures import queries as procedures

pytestmark = pytest.mark.django_db

SON = {"family": "髙橋", "given": "健太", "family_kana": "タカハシ", "given_kana": "ケンタ"}
HUSBAND: dict[str, Any] = {
    "applicant_name": "髙橋 次郎",
    "name_key": "高橋次郎",
    "given_key": "次郎",
    "kana_key": "タカハシシロウ",
    "given_kana_key": "シロウ",
    "birth_on": date(1988, 5, 5),
}


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def found(case: Application, desk: Desk, *, is_protected: bool = False) -> Household:
    definition = procedures.definition_of(case.procedure_version_id)
    return household(case, definition, desk["officer"], is_protected=is_protected, today=clock.today())


def numbers(case: Application, desk: Desk) -> list[str]:
    return [one.number for one in found(case, desk).shown]


def elsewhere(application: Application, name: str = "税務課") -> None:
    code = DepartmentFactory(name=name).code
    Application.objects.filter(id=application.id).update(department_code=code)


def with_child(name: dict[str, str] = SON, born: str = "2001-04-01") -> Application:
    answers = answers_of()
    answers["children"][0] |= {"child_name": name, "child_birth_date": born}
    return ApplicationFactory(answers=answers, address_key="")


def test_the_same_family_name_at_the_same_address_is_of_the_household(desk: Desk) -> None:
    case, other = ApplicationFactory(), ApplicationFactory(**HUSBAND)
    assert case.address_key

    text = text_of(desk.browser("officer").get(url_of("case", case)))

    assert numbers(case, desk) == [grouped(other.receipt_number)]
    assert "同じ世帯と思われる方の申請" in text
    assert url_of("case", other) in text


@pytest.mark.parametrize(
    "changes",
    [
        {"name_key": "佐藤次郎", "kana_key": "サトウシロウ"},
        {"address_key": "別町1"},
        {"address_key": ""},
        {"given_key": ""},
    ],
)
def test_neighbours_and_namesakes_are_not(desk: Desk, changes: dict[str, str]) -> None:
    case = ApplicationFactory()
    ApplicationFactory(**HUSBAND | changes)

    assert found(case, desk) == Household()


def test_without_an_address_nobody_is_taken_for_family(desk: Desk) -> None:
    case = ApplicationFactory(address_key="")
    ApplicationFactory(**HUSBAND | {"address_key": ""})

    assert found(case, desk) == Household()


def test_whom_the_answers_name_with_the_birth_date_is_of_the_household(desk: Desk) -> None:
    case = with_child()
    named: dict[str, Any] = {"name_key": "高橋健太", "kana_key": "タカハシケンタ", "address_key": "よそ1"}
    other = ApplicationFactory(**named, birth_on=date(2001, 4, 1))
    ApplicationFactory(**named, birth_on=date(1970, 1, 1))
    ApplicationFactory(**named, birth_on=None)

    assert numbers(case, desk) == [grouped(other.receipt_number)]


def test_a_filing_that_names_nobody_finds_who_lives_there(desk: Desk) -> None:
    case = filed({"name": "太郎"}, section("main", asked("name")))
    Application.objects.filter(id=case.id).update(name_key="高橋太郎", given_key="太郎", address_key="内丸12")
    case.refresh_from_db()
    other = ApplicationFactory(**HUSBAND | {"address_key": "内丸12"})

    assert numbers(case, desk) == [grouped(other.receipt_number)]


def test_the_same_person_is_shown_elsewhere_and_not_as_family(desk: Desk) -> None:
    case = ApplicationFactory()
    ApplicationFactory()

    assert found(case, desk) == Household()


def test_cases_of_other_departments_are_told_as_a_number_alone(desk: Desk) -> None:
    case = ApplicationFactory()
    others = [ApplicationFactory(**HUSBAND) for _ in range(2)]
    code = DepartmentFactory(name="税務課").code
    Application.objects.filter(id__in=[one.id for one in others]).update(department_code=code)

    text = text_of(desk.browser("officer").get(url_of("case", case)))

    assert found(case, desk) == Household((), (("税務課", 2),))
    assert "税務課 2件" in text
    assert not any(grouped(one.receipt_number) in text for one in others)
    assert "次郎" not in text


def test_protected_people_are_told_to_nobody(desk: Desk) -> None:
    case = ApplicationFactory()
    own, other = ApplicationFactory(**HUSBAND), ApplicationFactory(**HUSBAND)
    elsewhere(other)
    for one in (own, other):
        RestrictionFactory(
            subject=f"application:{one.id}", responsible_department=desk.department.code, today=clock.today()
        )

    assert found(case, desk) == Household()


def test_from_a_protected_case_nobody_is_led_to_its_household(desk: Desk) -> None:
    case = ApplicationFactory()
    ApplicationFactory(**HUSBAND)

    assert found(case, desk, is_protected=True) == Household()


def test_the_record_of_the_look_names_what_was_shown(desk: Desk) -> None:
    case, own, other = ApplicationFactory(), ApplicationFactory(**HUSBAND), ApplicationFactory(**HUSBAND)
    elsewhere(other)

    desk.browser("officer").get(url_of("case", case))

    entry = AuditEntry.objects.get(act="read", subject=f"application:{case.id}")
    assert entry.detail["household"] == [own.receipt_number]
    assert entry.detail["household_elsewhere"] == 1


def test_a_large_household_asks_as_often_as_a_small_one(desk: Desk) -> None:
    case = ApplicationFactory()
    ApplicationFactory(**HUSBAND)
    elsewhere(ApplicationFactory(**HUSBAND))
    found(case, desk)
    with CaptureQueriesContext(connection) as few:
        found(case, desk)
    for _ in range(25):
        ApplicationFactory(**HUSBAND)

    with CaptureQueriesContext(connection) as many:
        assert len(found(case, desk).shown) == 20

    assert len(many) == len(few)
