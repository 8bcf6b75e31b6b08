"""Yearly review sheets: every number traceable, the same bytes from the same data."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from madoguchi.common.registers import Happening
from madoguchi.organization.tests.factories import signed_in_client, staff_with
from madoguchi.plan import desk_review, reading
from madoguchi.plan.actions import facts, publishing
from madoguchi.plan.queries import plans, review

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PLAN = "morioka-2021-2025"

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    path = Path(reading.__file__).parent / "catalog" / f"{PLAN}.yaml"
    publishing.publish(source=path.read_text(encoding="utf-8"), by="test", now=NOW)
    told = [Happening(key=str(n), on=date(2021 + n % 3, 5, 1 + n)) for n in range(20)]
    facts.bring_up("workshops", told)
    return plans.plan(PLAN)


@pytest.fixture
def client(plan):
    return signed_in_client(staff_with("office"))


def test_a_sheet_holds_the_year_and_the_year_before(plan):
    sheet = review.sheet(plan, plan.measure("3-3"), 2022, TODAY)

    (workshops,) = sheet.indicators
    assert (workshops.last_year, workshops.this_year, workshops.rows) == (7, 14, 14)
    assert sheet.as_of == date(2023, 3, 31)


def test_the_same_data_give_the_same_bytes(plan):
    one, two = (
        desk_review.paper(review.sheet(plan, plan.measure("3-3"), 2022, TODAY)).render_apart()
        for _n in range(2)
    )

    assert one == two


def test_the_paper_names_figures_and_where_they_come_from(client):
    content = client.get("/plan/reports/2022/3-3.pdf").content

    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    assert "施策レビュー" in text
    assert "今年度 14回" in text
    assert "出所 workshops" in text
    assert "評価" in text


def test_page_and_data_say_the_same(client):
    page = client.get("/plan/reports/2022/3-3/").content.decode()
    data = json.loads(client.get("/plan/reports/2022.json").content)

    measure = next(m for m in data["measures"] if m["measure"] == "3-3")
    assert measure["indicators"][0]["this_year"] == 14
    assert "今年度 14回" in page
    assert len(data["measures"]) == 9


def test_years_that_are_not_the_plans_are_not_found(client):
    for path in ("/plan/reports/2019/3-3/", "/plan/reports/2022/9-9/", "/plan/reports/2030.json"):
        assert client.get(path).status_code == 404


def test_all_years_of_the_plan_are_listed(client):
    page = client.get("/plan/reports/").content.decode()

    assert all(f"令和{year}年度" in page for year in range(3, 8))


@pytest.mark.parametrize(("role", "status"), [("officer", 200), ("office", 200), ("administrator", 403)])
def test_who_sees_the_reviews(plan, role, status):
    assert signed_in_client(staff_with(role)).get("/plan/reports/").status_code == status
