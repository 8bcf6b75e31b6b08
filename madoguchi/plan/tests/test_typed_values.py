"""Typed values: only with a reason, marked, logged, and taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from madoguchi.audit.models import AuditEntry
from madoguchi.common.registers import Happening
from madoguchi.organization.tests.factories import signed_in_client, staff_with
from madoguchi.plan import reading
from madoguchi.plan.actions import facts, publishing
from madoguchi.plan.models import TypedValue
from madoguchi.plan.queries import figures, plans

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
PLAN = "morioka-2021-2025"
FORM = {"indicator_id": "policies", "on": "2022-03-31", "value": "２", "reason": "台帳を作る前の年度のため"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    path = Path(reading.__file__).parent / "catalog" / f"{PLAN}.yaml"
    publishing.publish(source=path.read_text(encoding="utf-8"), by="test", now=NOW)
    return signed_in_client(staff_with("office"))


def value() -> float | None:
    plan = plans.plan(PLAN)
    return figures.figure(plan, plan.indicator("policies"), date(2022, 3, 31)).value


def test_a_value_is_typed_with_its_reason_and_logged(client):
    page = client.post("/plan/typed-values/", FORM, follow=True).content.decode()

    assert value() == 2
    assert "台帳を作る前の年度のため" in page
    assert "計算した値" in page
    entry = AuditEntry.objects.get(act="value.typed")
    assert entry.detail == {"on": "2022-03-31", "value": 2.0, "reason": "台帳を作る前の年度のため"}


def test_taken_back_the_computed_value_stands_again(client):
    client.post("/plan/typed-values/", FORM)
    row = TypedValue.objects.get()

    for _click in range(2):
        client.post(f"/plan/typed-values/{row.id}/withdraw/")

    assert value() == 0
    assert AuditEntry.objects.filter(act="value.withdrawn").count() == 1


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("reason", " ", "計算した値を使わない理由を入力してください。"),
        ("value", "二", "値を数で入力してください。"),
        ("on", "2999-01-01", "先の日付の値は登録できません。"),
        ("on", "", "いつの値かを選んでください。"),
        ("on", "2020-03-31", "計画の期間（2021-04-01から2026-03-31まで）の日を選んでください。"),
        ("on", "2026-04-01", "計画の期間（2021-04-01から2026-03-31まで）の日を選んでください。"),
        ("indicator_id", "nothing", "指標を選んでください。"),
    ],
)
def test_each_fault_is_told_and_what_was_typed_stays(client, field, typed, sentence):
    page = client.post("/plan/typed-values/", FORM | {field: typed})

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not TypedValue.objects.exists()


def test_a_second_value_of_a_day_is_refused(client):
    client.post("/plan/typed-values/", FORM)

    page = client.post("/plan/typed-values/", FORM)

    assert "もう登録されています" in page.content.decode()
    assert TypedValue.objects.count() == 1


@pytest.mark.parametrize("role", ["officer", "head", "administrator"])
def test_only_the_office_types_values(role):
    assert signed_in_client(staff_with(role)).get("/plan/typed-values/").status_code == 403


def test_a_typed_value_stands_only_until_something_newer_is_told(client):
    client.post("/plan/typed-values/", FORM)

    facts.bring_up("policies", [Happening(key="1", on=date(2022, 4, 2))])

    plan = plans.plan(PLAN)
    policies = plan.indicator("policies")
    days = (date(2022, 3, 31), date(2022, 4, 1), date(2022, 4, 2))
    assert [figures.figure(plan, policies, day).value for day in days] == [2, 2, 1]


@pytest.mark.parametrize(("indicator", "value"), [("policies", "-1"), ("security-comprehension", "150")])
def test_a_value_that_cannot_be_is_refused(client, indicator, value):
    page = client.post("/plan/typed-values/", FORM | {"indicator_id": indicator, "value": value})

    assert page.status_code == 422
    assert "この指標ではとれない値です。" in page.content.decode()
    assert not TypedValue.objects.exists()


def test_ten_typed_values_are_shown_with_as_many_questions_as_one(client, django_assert_max_num_queries):
    for day in range(1, 11):
        client.post("/plan/typed-values/", FORM | {"on": f"2022-03-{day:02}"})
    with django_assert_max_num_queries(20):
        client.get("/plan/typed-values/")


def test_where_a_typed_value_stands_nothing_else_is_explained_by_it(client):
    told = [Happening(key=str(n), on=date(2021, 5, 1 + n), department_code="xy"[n % 2]) for n in range(3)]
    facts.bring_up("policies", told)
    before = client.get("/plan/indicators/policies/?as_of=2022-03-31").text
    client.post("/plan/typed-values/", FORM | {"value": "9"})

    page = client.get("/plan/indicators/policies/?as_of=2022-03-31").text
    definitions = client.get("/plan/indicators/policies/definitions/?as_of=2022-03-31").text
    facts.bring_up("policies", [*told, Happening(key="new", on=date(2022, 5, 1))])
    later = client.get("/plan/indicators/policies/?as_of=2023-03-31").text

    assert "いちばん多い部署は" in before
    assert "いちばん多い部署は" not in page
    assert "増えました" not in page
    assert "「EBPMによる計画・施策」は9件" in page
    assert "図と表の値は、記録から計算したものです。" in page
    assert "3件" in definitions
    assert "9件" not in definitions
    assert "1年前より1件増えました。" in later
