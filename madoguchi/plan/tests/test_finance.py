"""The plan's three rules of finance, and the pages of the investment view."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.common.registers import Happening
from madoguchi.common.tests.lists import both_files
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with
from madoguchi.plan import reading
from madoguchi.plan.actions import facts, publishing
from madoguchi.plan.models import SystemAsset
from madoguchi.plan.rules import finance
from madoguchi.plan.tests.factories import SystemAssetFactory

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DAY = date(2026, 4, 1)
PLAN = "morioka-2021-2025"

GOOD = finance.System(
    id=UUID(int=1),
    name="住民記録",
    purpose="住民記録",
    renewal_on=date(2028, 3, 31),
    planned_on=date(2028, 1, 1),
    renewal_cost_yen=10_000_000,
    yearly_cost_yen=1_000_000,
    national_deadline_on=None,
    national_support="",
    uses_national_trial=False,
    ended_on=None,
)


def codes(*systems: finance.System) -> list[str]:
    return [f.code for f in finance.findings(systems, day=DAY)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"planned_on": date(2027, 3, 1)}, ["renewed_too_early"]),
        ({"planned_on": date(2028, 4, 1)}, ["renewed_too_late"]),
        ({"planned_on": None}, []),
        ({"planned_on": None, "renewal_on": date(2027, 3, 31)}, ["renewal_not_planned"]),
        ({"national_deadline_on": date(2027, 12, 31)}, ["deadline_ahead_of_plan"]),
        ({"planned_on": None, "national_deadline_on": date(2026, 3, 31)}, ["deadline_missed"]),
        ({"national_support": "補助金"}, ["trial_not_used"]),
        ({"national_support": "補助金", "uses_national_trial": True}, []),
        ({"planned_on": None, "national_deadline_on": date(2027, 3, 31)}, ["deadline_not_planned"]),
        ({"planned_on": None, "national_deadline_on": date(2028, 3, 31)}, []),
        ({"planned_on": date(2026, 3, 31)}, ["plan_overdue"]),
        ({"planned_on": DAY, "renewal_on": date(2027, 3, 31)}, []),
        (
            {"planned_on": date(2026, 3, 31), "national_deadline_on": date(2026, 12, 31)},
            ["plan_overdue", "deadline_not_planned"],
        ),
        (
            {
                "planned_on": None,
                "national_deadline_on": date(2026, 3, 31),
                "deadline_met_on": date(2026, 3, 1),
            },
            [],
        ),
        ({"planned_on": None, "renewal_on": None}, []),
        ({"planned_on": None, "renewal_on": DAY, "introduced_on": date(2026, 4, 2)}, []),
        ({"planned_on": date(2020, 1, 1), "ended_on": date(2026, 3, 31)}, []),
        ({"planned_on": None, "renewal_on": date(2027, 3, 31), "ended_on": date(2027, 3, 30)}, []),
        ({"planned_on": None, "renewal_on": date(2027, 3, 31), "ended_on": DAY}, []),
        ({"planned_on": None, "national_deadline_on": date(2027, 3, 31), "ended_on": DAY}, []),
    ],
)
def test_each_rule_finds_what_speaks_against_it(changes, expected):
    assert codes(replace(GOOD, **changes)) == expected


@pytest.mark.parametrize(("one", "same"), [("住民記録", "住民 記録"), ("RPA", "ＲＰＡ"), ("rpa", "RPA")])
def test_two_systems_for_one_purpose_are_found_at_both_however_it_is_written(one, same):
    first = replace(GOOD, purpose=one)
    other = replace(GOOD, id=UUID(int=2), name="もう1つ", purpose=same)

    found = finance.findings([first, other], day=DAY)

    assert [(f.system_id.int, f.other) for f in found] == [(1, "もう1つ"), (2, "住民記録")]


@pytest.mark.parametrize(("introduced_on", "found"), [(date(2026, 4, 1), 0), (date(2026, 3, 31), 2)])
def test_a_successor_that_begins_when_the_old_one_ends_is_none_too_many(introduced_on, found):
    old = replace(GOOD, introduced_on=date(2020, 4, 1), ended_on=date(2026, 3, 31))
    new = replace(GOOD, id=UUID(int=2), introduced_on=introduced_on)

    assert sum(f.rule == "duplicate" for f in finance.findings([old, new], day=date(2026, 3, 31))) == found


@pytest.mark.parametrize(
    ("ended_on", "expected"),
    [(None, [(2027, 1, 10_000_000)]), (date(2028, 3, 31), [(2027, 1, 10_000_000)]), (date(2028, 3, 30), [])],
)
def test_the_calendar_and_the_findings_look_at_the_same_systems(ended_on, expected):
    assert finance.calendar([replace(GOOD, ended_on=ended_on)], day=DAY) == expected


@given(
    days=st.lists(st.dates(date(2022, 1, 1), date(2032, 1, 1)), max_size=20),
    cost=st.integers(0, 10**9),
)
def test_the_calendar_loses_no_renewal_and_no_yen(days, cost):
    systems = [
        replace(GOOD, id=UUID(int=n), renewal_on=day, renewal_cost_yen=cost) for n, day in enumerate(days)
    ]

    found = finance.calendar(systems, day=DAY)

    assert sum(count for _year, count, _cost in found) == len(days)
    assert sum(total for _year, _count, total in found) == cost * len(days)
    assert [year for year, _count, _total in found] == sorted({year for year, _count, _total in found})


def test_effect_per_yen_is_given_only_where_it_can_be():
    assert finance.effect_per_million_yen(change=30.0, cost_yen=2_000_000) == 15
    assert finance.effect_per_million_yen(change=None, cost_yen=2_000_000) is None
    assert finance.effect_per_million_yen(change=30.0, cost_yen=0) is None


# --- pages ---------------------------------------------------------------------------------------------------


@pytest.fixture
def client(db):
    path = Path(reading.__file__).parent / "catalog" / f"{PLAN}.yaml"
    publishing.publish(source=path.read_text(encoding="utf-8"), by="test", now=NOW)
    DepartmentFactory(code="digital")
    return signed_in_client(staff_with("office"))


def form(**fields: str) -> dict[str, Any]:
    return {
        "name": "文書管理",
        "purpose": "文書管理",
        "department_code": "digital",
        "introduced_on": "2022-04-01",
        "renewal_on": "2029-03-31",
        "planned_on": "2027-12-01",
        "yearly_cost_yen": "１，０００，０００",
        "indicator_id": "workshops",
        **fields,
    }


def test_a_system_is_registered_and_its_findings_are_shown(client):
    page = client.post("/plan/investment/new/", form(), follow=True).content.decode()

    assert "更新の時期より1年以上早く更新する予定です。" in page
    assert "令和10年度" in page
    assert "1,000,000円" in page
    assert "デジタル活用講座の開催数 0回／100万円" in page


def test_no_effect_is_given_for_what_begins_anew_each_fiscal_year(client):
    page = client.post("/plan/investment/new/", form(indicator_id="hours-saved-year"), follow=True)

    assert "算出できません（年度ごとに数え直す指標は、前後の差を取れません）" in page.content.decode()


def test_a_small_effect_is_not_cut_to_nothing(client):
    facts.bring_up("workshops", [Happening("w", date(2023, 1, 1))])
    page = client.post(
        "/plan/investment/new/", form(yearly_cost_yen="50000000"), follow=True
    ).content.decode()

    assert "デジタル活用講座の開催数 0.005回／100万円" in page
    assert "2022-04-01から2026-03-31までに1回変わり、199,863,107円かかりました" in page


def test_the_effect_is_that_of_the_day_asked_for(client):
    client.post("/plan/investment/new/", form(introduced_on="2023-04-01"))

    before = client.get(f"/plan/investment/?plan={PLAN}&as_of=2023-03-31").content.decode()
    after = client.get(f"/plan/investment/?plan={PLAN}&as_of=2024-04-01").content.decode()

    assert "算出できません（計画の期間の外に入れたもの）" in before
    assert "デジタル活用講座の開催数 0回／100万円" in after


def test_a_faulty_form_says_what_to_do(client):
    page = client.post("/plan/investment/new/", form(name="", introduced_on="昔", yearly_cost_yen="百万"))

    text = page.content.decode()
    assert page.status_code == 422
    for sentence in ("名称を入力してください。", "日付を2025-04-01の形で", "金額は、円の単位の整数で"):
        assert sentence in text
    assert not SystemAsset.objects.exists()


def test_two_people_at_once_do_not_overwrite_each_other(client):
    row = SystemAssetFactory()
    path = f"/plan/investment/{row.id}/"
    client.post(path, form(version="1", name="甲"))

    page = client.post(path, form(version="1", name="乙"))

    assert page.status_code == 409
    assert SystemAsset.objects.get().name == "甲"


@pytest.mark.django_db
def test_all_systems_leave_as_a_file():
    one = SystemAssetFactory()

    header, line = both_files(signed_in_client(staff_with("office")), "/plan/investment/systems.csv")

    assert dict(zip(header, line, strict=True))["id"] == str(one.id)


@pytest.mark.parametrize(("role", "status"), [("office", 200), ("officer", 403), ("head", 403)])
@pytest.mark.parametrize(
    "path", ["/plan/investment/", "/plan/investment/new/", "/plan/investment/systems.csv"]
)
def test_only_the_office_sees_the_investment_view(client, path, role, status):
    assert signed_in_client(staff_with(role)).get(path).status_code == status
