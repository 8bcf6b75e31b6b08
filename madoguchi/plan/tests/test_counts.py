"""What stands behind a figure for everybody: counts that add up to it, and definitions side by side."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings

from madoguchi.common.registers import Happening
from madoguchi.organization.tests.factories import DepartmentFactory
from madoguchi.plan.actions import facts, publishing
from madoguchi.plan.queries import counts, figures
from madoguchi.plan.tests.factories import NOW
from madoguchi.plan.tests.test_facts import DAYS, TOLD, plan_of
from madoguchi.plan.tests.test_loading import EVERY_KIND
from madoguchi.plan.tests.test_scoreboard import CATALOG, PLAN, data_of, hold_workshops, plan, text_of

__all__ = ["plan"]

pytestmark = pytest.mark.django_db


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=TOLD, second=TOLD, day=DAYS)
def test_counts_by_month_and_department_add_up_to_the_figure(first, second, day):
    facts.bring_up("s", first)
    facts.bring_up("t", second)
    plan = plan_of()

    for one in EVERY_KIND:
        found = counts.counts(plan, one, day)
        figure = figures.figure(plan, one, day)

        assert sum(c.rows for c in found) == figure.rows
        if one.kind in ("sum", "share", "stock"):
            assert sum(c.quantity for c in found) == figure.numerator
        if one.kind == "share":
            below = counts.counts(plan, one, day, denominator=True)
            assert sum(c.quantity for c in below) == figure.denominator
        assert sum(p.rows for p in counts.by_department(found)) == figure.rows
        assert sum(p.rows for p in counts.by_month(found)) == figure.rows


def test_everybody_sees_counts_and_nobody_outside_sees_rows(plan):
    hold_workshops(40)
    DepartmentFactory(code="digital", name="情報企画課")

    page = text_of("/plan/indicators/workshops/counts/")
    data = data_of("/plan/indicators/workshops/counts.json")
    lines = b"".join(Client().get("/plan/indicators/workshops/counts.csv")).decode().splitlines()

    assert "情報企画課" in page
    assert "令和3年度（2021年度）" in page
    assert "講座1" not in page + json.dumps(data, ensure_ascii=False) + "".join(lines)
    assert data["rows"] == sum(int(line.split(",")[3]) for line in lines[1:]) == 40
    assert data["rows"] == data_of("/plan/indicators/workshops.json")["value"]


def test_counts_of_another_year_are_asked_for_in_the_address(plan):
    told = [Happening(key=str(n), on=date(2021 + n, 5, 1)) for n in range(3)]
    facts.bring_up("workshops", told)

    newest = text_of("/plan/indicators/workshops/counts/?year=1999")
    asked = text_of("/plan/indicators/workshops/counts/?year=2021")

    assert "2023年5月" in newest
    assert "2021年5月" not in newest
    assert "2021年5月" in asked


def test_what_is_in_force_twice_counts_once_where_it_began_first(plan):
    DepartmentFactory(code="x", name="情報企画課")
    told = [("1", date(2024, 6, 1), "y"), ("2", date(2024, 5, 1), "x"), ("3", date(2024, 6, 1), "x")]
    facts.bring_up(
        "datasets",
        [Happening(key=key, on=on, subject="避難所", department_code=code) for key, on, code in told],
    )

    found = [
        (f"{c.month:%m}", c.department_code, c.rows, c.quantity)
        for c in counts.counts(plan, plan.indicator("datasets"), date(2024, 7, 1))
    ]
    page = text_of("/plan/indicators/datasets/counts/?as_of=2024-07-01")

    assert found == [("06", "x", 1, 0), ("06", "y", 1, 0), ("05", "x", 1, 1)]
    assert "いちばん早い行のところで1回だけ数えます。" in page
    assert "いちばん多い部署は情報企画課（1種類）です。" in text_of(
        "/plan/indicators/datasets/?as_of=2024-07-01"
    )


def test_attendances_are_never_called_people(plan):
    facts.bring_up(
        "training",
        [
            Happening(key=str(n), on=date(2023, 5, 1 + n), subject="a", department_code="xy"[n % 2])
            for n in range(5)
        ],
    )

    page = text_of("/plan/indicators/training-people/counts/")
    indicator = text_of("/plan/indicators/training-people/")

    assert "延べの数" in page
    assert "合計は指標の値より大きくなります" in page
    assert "「研修の受講者（実人数）」は1人です" in indicator
    assert "5人" not in indicator
    assert "延べの数" in indicator


def test_a_share_opens_into_numerator_and_denominator(plan):
    facts.bring_up("online-procedures", [Happening(key="a", on=date(2023, 5, 1), subject="a")])
    facts.bring_up(
        "procedures", [Happening(key=str(n), on=date(2023, 5, 1), subject=str(n)) for n in range(4)]
    )

    data = data_of("/plan/indicators/online-share/counts.json")
    below = data_of("/plan/indicators/online-share/counts.json?denominator=1")

    assert "分母の数を見る" in text_of("/plan/indicators/online-share/counts/")
    assert "分子の数を見る" in text_of("/plan/indicators/online-share/counts/?denominator=1")
    assert (data["quantity"], below["quantity"]) == (1, 4)
    assert data_of("/plan/indicators/online-share.json")["value"] == 25


@pytest.mark.parametrize("name", ["counts/", "counts.csv", "counts.json", "definitions/"])
def test_pages_of_an_indicator_that_is_none_are_not_found(plan, name):
    assert Client().get(f"/plan/indicators/nothing/{name}").status_code == 404
    assert Client().get(f"/plan/indicators/workshops/{name}?as_of=1900-01-01").status_code == 200


def test_definitions_stand_side_by_side_with_what_changed_and_both_values(plan):
    facts.bring_up("workshops", [Happening(key=str(n), on=date(2021 + n % 2, 5, 1)) for n in range(7)])
    source = (CATALOG / f"{PLAN}.yaml").read_text(encoding="utf-8")
    head, tail = source.split("  - id: workshops\n", 1)
    changed = tail.replace("span: plan", "span: year\n    version: 2", 1)
    publishing.publish(source=f"{head}  - id: workshops\n{changed}", by="test", now=NOW)

    page = text_of("/plan/indicators/workshops/definitions/?as_of=2022-12-31")

    assert "第2版（いまの数え方）" in page
    assert "3回" in page
    assert "7回" in page
    assert page.count("変わりました") == 1


def test_a_definition_by_another_list_of_core_systems_is_not_given_the_new_value(plan):
    source = (CATALOG / f"{PLAN}.yaml").read_text(encoding="utf-8")
    head, tail = source.split("  - id: core-systems-17\n", 1)
    tail = tail.replace("    span: day\n", "    span: day\n    version: 2\n", 1)
    tail = tail.replace('"17": [long-term-care, ', '"17": [', 1)
    publishing.publish(source=f"{head}  - id: core-systems-17\n{tail}", by="test", now=NOW)

    page = text_of("/plan/indicators/core-systems-17/definitions/")

    assert "第2版（いまの数え方）" in page
    assert page.count("数え直せません（数える業務の一覧が変わりました）") == 1


def test_a_definition_that_never_changed_says_so(plan):
    assert "変わったことがありません" in text_of("/plan/indicators/workshops/definitions/")


def test_the_why_names_the_department_and_the_month_that_gave_most(plan):
    facts.bring_up(
        "workshops",
        [Happening(key=f"a{n}", on=date(2023, 6, 1 + n), department_code="x") for n in range(3)]
        + [Happening(key="b", on=date(2024, 6, 1), department_code="y")],
    )

    page = text_of("/plan/indicators/workshops/?as_of=2024-07-01")

    assert (
        "1年前より1回増えました。いちばん多い部署はx（3回）です。いちばん多い月は2023年6月（3回）です。"
        in page
    )


def test_a_plan_in_its_first_year_compares_with_its_beginning(plan):
    hold_workshops(10)

    assert "計画のはじめより9回増えました。" in text_of("/plan/indicators/workshops/?as_of=2021-12-31")


@pytest.mark.parametrize(
    ("indicator", "day", "sentence"),
    [
        ("card-procedures", "2024-05-05", "目標が決まっていないので、見込みは出しません。"),
        ("security-comprehension", "2024-05-05", "年度ごとに数え直す指標なので、見込みは出しません。"),
        ("workshops", "2026-03-31", "目標の日が来たので、見込みは出しません。"),
        (
            "workshops",
            "2021-06-05",
            "データがまだ少ないので、見込みは出しません（6か月分より多く必要です）。",
        ),
    ],
)
def test_where_there_is_no_forecast_the_page_says_why(plan, indicator, day, sentence):
    assert sentence in text_of(f"/plan/indicators/{indicator}/?as_of={day}")


def test_a_forecast_stands_in_words_and_in_the_picture(plan):
    hold_workshops(90)

    page = text_of("/plan/indicators/workshops/?as_of=2022-03-31")

    assert "このまま進むと、2026年3月31日（令和8年）に" in page
    assert 'class="chart-ahead"' in page
    assert "chart-ahead" not in text_of("/plan/indicators/workshops/")
