"""Document numbers (文書番号): no two letters of a city have one, whatever its departments are called."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from madoguchi.applications import letters
from madoguchi.applications.actions.decision import next_document_number
from madoguchi.applications.models import Decision, DocumentCounter
from madoguchi.applications.tests.factories import TODAY, ApplicationFactory, DocumentCounterFactory
from madoguchi.common import kernel
from madoguchi.organization.models import Department
from madoguchi.organization.tests.factories import DepartmentFactory

pytestmark = pytest.mark.django_db

MIGRATION = import_module("madoguchi.applications.migrations.0012_indicators_and_numbers")


@pytest.fixture
def residents() -> Department:
    return DepartmentFactory(code="residents", name="市民登録課")


@pytest.fixture
def tax() -> Department:
    return DepartmentFactory(code="resident-tax", name="市民税課")


def number_of(department: Department) -> str:
    unit = kernel.Unit()
    number = next_document_number(unit, department.code, TODAY)
    kernel.commit(unit)
    return number


def counters() -> dict[str, int]:
    return dict(DocumentCounter.objects.values_list("id", "last"))


def migrate(name: str) -> None:
    getattr(MIGRATION, name)(apps, connection.schema_editor())


def test_departments_whose_names_begin_alike_count_together(residents: Department, tax: Department) -> None:
    assert letters.document_prefix(residents.code) == letters.document_prefix(tax.code)

    numbers = [number_of(one) for one in (residents, tax, residents)]

    assert numbers == ["盛市民第8-1号", "盛市民第8-2号", "盛市民第8-3号"]


def test_cases_of_departments_whose_names_begin_alike_are_decided_each_under_its_own_number(
    residents: Department,
) -> None:
    first = ApplicationFactory(proposed=True)
    Department.objects.filter(code=first.department_code).update(name="市民税課")
    number_of(residents)

    ApplicationFactory(closed=True)

    assert Decision.objects.exclude(document_number=None).get().document_number == "盛市民第8-2号"


def test_a_department_that_is_renamed_begins_anew_and_comes_back_to_where_it_was(
    residents: Department,
) -> None:
    number_of(residents)
    Department.objects.filter(code=residents.code).update(name="戸籍課")
    renamed = number_of(residents)
    Department.objects.filter(code=residents.code).update(name="市民登録課")

    assert [renamed, number_of(residents)] == ["盛戸籍第8-1号", "盛市民第8-2号"]


def test_counters_of_departments_become_those_of_their_prefix_and_go_on_from_the_highest(
    residents: Department, tax: Department
) -> None:
    DepartmentFactory(code="child-welfare", name="子ども青少年課")
    for key, last in (("residents:2026", 3), ("resident-tax:2026", 5), ("residents:2025", 9)):
        DocumentCounterFactory(id=key, last=last)
    DocumentCounterFactory(id="child-welfare:2026", last=7)
    DocumentCounterFactory(id="unknown:2026", last=1)

    migrate("count_by_prefix")

    assert counters() == {"盛市民:2026": 5, "盛市民:2025": 9, "盛子ど:2026": 7, "unknown:2026": 1}
    assert number_of(tax) == "盛市民第8-6号"


def test_going_back_each_department_goes_on_from_the_highest_number(
    residents: Department, tax: Department
) -> None:
    DocumentCounterFactory(id="盛市民:2026", last=5)

    migrate("count_by_department")

    assert counters() == {"residents:2026": 5, "resident-tax:2026": 5}


def test_what_was_decided_before_is_due_by_the_day_of_its_case(residents: Department) -> None:
    case = ApplicationFactory(closed=True)
    Decision.objects.update(due_on=None)
    waiting = ApplicationFactory(proposed=True)

    migrate("note_due_days")

    assert case.due_on is not None
    assert Decision.objects.get(application=case).due_on == case.due_on
    assert Decision.objects.get(application=waiting).due_on is None
