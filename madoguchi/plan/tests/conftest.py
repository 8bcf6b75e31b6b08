"""A published plan, and the people who record achievements for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from madoguchi.identity.models import Staff
from madoguchi.organization.models import Department
from madoguchi.organization.tests.factories import DepartmentFactory, staff_with
from madoguchi.plan import reading
from madoguchi.plan.actions import publishing
from madoguchi.plan.definition import Plan
from madoguchi.plan.queries import plans
from madoguchi.plan.tests.factories import NOW, PLAN


@pytest.fixture
def plan(db: None) -> Plan:
    """The city's plan, published."""
    path = Path(reading.__file__).parent / "catalog" / f"{PLAN}.yaml"
    publishing.publish(source=path.read_text(encoding="utf-8"), by="test", now=NOW)
    return plans.plan(PLAN)


@pytest.fixture
def digital(db: None) -> Department:
    """The department that keeps the plan."""
    return DepartmentFactory(code="digital")


@pytest.fixture
def officer(digital: Department) -> Staff:
    """Who records achievements."""
    return staff_with("officer", department=digital)


@pytest.fixture
def office(digital: Department) -> Staff:
    """The office of the plan: settles doubts, imports files."""
    return staff_with("office", department=digital)


@pytest.fixture
def elsewhere(db: None) -> Staff:
    """An officer of another department."""
    return staff_with("officer", department=DepartmentFactory(code="school"))
