"""Every figure of the demo city, opened down to its rows and counted again from the file a person can download."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from django.conf import settings
from django.test import Client

from madoguchi.common.registers import DemoSize
from madoguchi.organization import demo as organization_demo
from madoguchi.organization.tests.factories import signed_in_client, staff_with
from madoguchi.plan import demo
from madoguchi.plan.actions import facts
from madoguchi.plan.definition import Indicator
from madoguchi.plan.models import MonthTotal
from madoguchi.plan.queries import plans

PLAN = "morioka-2021-2025"
DAYS = ("2021-04-30", "2023-08-17", "2026-03-31")


@pytest.fixture
def city(db, monkeypatch):
    monkeypatch.setattr(settings, "DEMO", True)
    size = DemoSize(residents=10, applications=0, seed=1)
    organization_demo.load(size)
    demo.load(size)


def recounted(indicator: Indicator, client: Client, day: str) -> float | None:
    """The value from the downloaded rows, by the words of the definition."""

    def rows(more: str = "") -> list[dict[str, str]]:
        answer = client.get(f"/plan/indicators/{indicator.id}/rows.csv?plan={PLAN}&as_of={day}{more}")
        return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))

    found = rows()
    if indicator.kind == "count":
        return len(found)
    if indicator.kind == "distinct":
        return len({row["subject"] for row in found})
    if indicator.kind == "stock":
        return (
            len({row["subject"] for row in found}) or None
        )  # in the demo nothing ends before anything began
    if indicator.span == "day":
        below = {row["subject"] for row in rows("&denominator=1")}
        return len({row["subject"] for row in found}) * 100 / len(below) if below else None
    total = sum(int(row["quantity"].lstrip("'")) for row in found)
    if indicator.kind == "sum":
        return total / indicator.divisor
    whole = sum(int(row["quantity"]) for row in rows("&denominator=1"))
    return total * 100 / whole if whole else None


@pytest.mark.slow
@pytest.mark.parametrize("day", DAYS)
def test_every_figure_of_the_page_equals_its_rows_counted_again(city, day):
    client = signed_in_client(staff_with("office"))
    data = json.loads(Client().get(f"/plan/scoreboard.json?plan={PLAN}&as_of={day}").content)
    shown = {one["id"]: one["value"] for one in data["indicators"]}

    again = {i.id: recounted(i, client, day) for i in plans.plan(PLAN).indicators}

    assert shown == pytest.approx(again)
    assert any(value for value in shown.values())


@pytest.mark.slow
def test_the_demos_totals_are_right_and_its_year_is_told(city):
    wrong = {source: facts.recount(source) for source in MonthTotal.objects.values_list("source", flat=True)}

    assert not any(wrong.values())
    page = Client(headers={"accept-language": "ja"}).get("/plan/").content.decode()
    assert "× 未達成" in page
    assert "◎ 達成" in page
    assert date.fromisoformat(DAYS[-1]) == plans.plan(PLAN).ends_on
