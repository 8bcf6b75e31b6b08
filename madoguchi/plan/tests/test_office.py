"""The office's own board: what waits to be cleared, each number as long as the list behind it."""

from __future__ import annotations

from datetime import date

import pytest

from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with
from madoguchi.plan.tests.factories import (
    AchievementFactory,
    ResolutionFactory,
    SurveyFactory,
    TypedValueFactory,
)
from madoguchi.plan.tests.test_scoreboard import plan, text_of

__all__ = ["plan"]

pytestmark = pytest.mark.django_db


def test_the_office_sees_what_it_has_to_clear(plan):
    DepartmentFactory(code="elderly", name="長寿社会課")
    AchievementFactory(state="no_proof", proof_reference="")
    AchievementFactory(state="doubtful", state_reason="同じ証拠の実績がある")
    TypedValueFactory(indicator_id="policies", on=date(2025, 3, 31))
    ResolutionFactory(due_on=date(2021, 5, 1))
    SurveyFactory(fiscal_year=2024, department_code="elderly", answer_by_on=date(2025, 3, 31))

    page = text_of("/plan/office/", signed_in_client(staff_with("office")))

    assert page.count("：1件") == 4
    assert "/plan/resolutions/?state=overdue" in page
    assert "年度末調査に回答していない部署" in page
    assert "長寿社会課" in page


def test_nothing_waiting_is_not_listed(plan):
    page = text_of("/plan/office/", signed_in_client(staff_with("office")))

    assert "事務局が片づけるもの" not in page
    assert "年度末調査に回答していない部署" not in page
