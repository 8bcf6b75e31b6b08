"""Document numbers (文書番号): each given once, also by departments whose numbers begin alike."""

from __future__ import annotations

import pytest

from madoguchi.applications import actions
from madoguchi.applications.models import Application, Decision, DocumentCounter
from madoguchi.applications.tests.desks import Desk, open_desk
from madoguchi.applications.tests.factories import ApplicationFactory, DocumentCounterFactory
from madoguchi.common import clock
from madoguchi.japan.fiscal import fiscal_year
from madoguchi.organization.models import Department
from madoguchi.organization.tests.factories import DepartmentFactory, staff_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return open_desk()


@pytest.fixture
def alike(desk: Desk) -> Department:
    """Another department whose name begins like the desk's."""
    return DepartmentFactory(code="family", name=f"{desk.department.name[:2]}家庭課")


def decided(desk: Desk) -> Decision:
    case = ApplicationFactory(proposed=True, officer=desk["officer"])
    return actions.decide(application=case, by=desk["approver"], now=clock.now())


def decided_in(department: Department, desk: Desk) -> Decision:
    case = ApplicationFactory(proposed=True, officer=desk["officer"])
    Application.objects.filter(id=case.id).update(department_code=department.code)
    case.refresh_from_db()
    head = staff_with("head", department=department)
    return actions.decide(application=case, by=head, now=clock.now())


def test_departments_whose_numbers_begin_alike_count_together(desk: Desk, alike: Department) -> None:
    made = [decided(desk), decided_in(alike, desk), decided(desk)]

    ends = [str(decision.document_number).rpartition("-")[2] for decision in made]
    assert ends == ["1号", "2号", "3号"]
    assert DocumentCounter.objects.get().last == 3


def test_what_departments_counted_each_for_itself_goes_on_from_the_highest(
    desk: Desk, alike: Department
) -> None:
    year = fiscal_year(clock.today())
    DocumentCounterFactory(id=f"{desk.department.code}:{year}", last=4)
    DocumentCounterFactory(id=f"{alike.code}:{year}", last=9)

    assert str(decided(desk).document_number).endswith("-10号")
    assert str(decided_in(alike, desk).document_number).endswith("-11号")
