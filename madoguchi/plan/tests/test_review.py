"""Yearly review sheets: every number traceable, the same bytes from the same data."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from madoguchi.audit.models import AuditEntry
from madoguchi.common.registers import Happening
from madoguchi.organization.tests.factories import signed_in_client, staff_with
from madoguchi.plan import desk_review, reading
from madoguchi.plan.actions import facts, publishing
from madoguchi.plan.models import ReviewNote
from madoguchi.plan.queries import plans, review
from madoguchi.plan.tests.factories import AgendaItemFactory, MeetingFactory, ResolutionFactory

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


def test_a_sheet_names_what_was_decided_for_the_measure_or_one_of_its_indicators(plan):
    meeting = MeetingFactory(held_on=date(2022, 6, 3))
    by_item = ResolutionFactory(item=AgendaItemFactory(meeting=meeting, measure_id="3-3"))
    other = AgendaItemFactory(meeting=meeting, measure_id="")
    by_indicator = ResolutionFactory(item=other, indicator_id="workshops")
    ResolutionFactory(item=other, indicator_id="datasets")

    found = review.sheet(plan, plan.measure("3-3"), 2022, TODAY).resolutions

    assert {one.id for one in found} == {by_item.id, by_indicator.id}


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
    assert "2023-03-31時点 14回" in text
    assert "出所 workshops" in text
    assert "評価" in text


def test_page_and_data_say_the_same(client):
    page = client.get("/plan/reports/2022/3-3/").content.decode()
    data = json.loads(client.get("/plan/reports/2022.json").content)

    measure = next(m for m in data["measures"] if m["measure"] == "3-3")
    assert measure["indicators"][0]["this_year"] == 14
    assert "2023-03-31時点 14回" in page
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


def written(client, **fields):
    return client.post(
        "/plan/reports/2022/3-3/", {"version": 0, "evaluation": "計画どおり。", "direction": ""} | fields
    )


def test_a_department_writes_its_evaluation_and_the_paper_has_it(client):
    assert written(client, direction="地区を広げる。").status_code == 302

    page = client.get("/plan/reports/2022/3-3/").content.decode()
    paper = client.get("/plan/reports/2022/3-3.pdf").content
    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(paper)).pages)
    for sentence in ("計画どおり。", "地区を広げる。"):
        assert sentence in page
        assert sentence in text
    assert AuditEntry.objects.get(act="review.written").detail["direction"] == "地区を広げる。"


@pytest.mark.parametrize("text", ["", "あ" * 2001])
def test_an_evaluation_that_is_missing_or_too_long_is_told_and_kept(client, text):
    answer = written(client, evaluation=text, direction="書いたこと")

    assert answer.status_code == 422
    assert "書いたこと" in answer.content.decode()
    assert not ReviewNote.objects.exists()


def test_of_two_who_write_at_once_the_second_sees_both(client):
    written(client)

    answer = written(client, evaluation="あとから書いた評価。")

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "計画どおり。" in page
    assert "あとから書いた評価。" in page
    assert written(client, evaluation="あとから書いた評価。", version=1).status_code == 302
    assert ReviewNote.objects.get().evaluation == "あとから書いた評価。"


def test_another_department_writes_nothing(plan):
    stranger = signed_in_client(staff_with("officer"))

    assert "評価を書く" not in stranger.get("/plan/reports/2022/3-3/").content.decode()
    assert written(stranger).status_code == 403
    assert not ReviewNote.objects.exists()


def test_the_rows_behind_a_number_are_those_of_the_plan_of_the_sheet(client):
    path = Path(reading.__file__).parent / "catalog" / "morioka-2026-2030.yaml"
    publishing.publish(source=path.read_text(encoding="utf-8"), by="test", now=NOW)

    page = client.get("/plan/reports/2026/3-3/?plan=morioka-2026-2030").content.decode()

    assert "/plan/indicators/workshops/rows/?plan=morioka-2026-2030&amp;as_of=2026" in page
