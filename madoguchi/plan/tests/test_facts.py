"""Facts: told once, counted once; totals equal an independent recount."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.common import kernel
from madoguchi.common.registers import Happening
from madoguchi.japan.fiscal import fiscal_year
from madoguchi.plan.actions import facts
from madoguchi.plan.definition import Indicator, Plan, Words
from madoguchi.plan.models import Fact, MonthTotal, SubjectYear
from madoguchi.plan.queries import figures

START = date(2021, 4, 1)


def plan_of(**fields) -> Plan:
    values: dict[str, Any] = {
        "id": "p",
        "title": Words("計画"),
        "city_code": "032018",
        "vision": Words(""),
        "starts_on": START,
        "ends_on": date(2026, 3, 31),
        "state": "in_force",
        "succeeds": "",
        "office_department_code": "digital",
        "goals": (),
        "national_items": (),
        "measures": (),
        "indicators": (),
        "roadmap": (),
        "budget": (),
        "core_systems": {},
        "core_system_lists": {},
    }
    return Plan(**values | fields)


def indicator_of(kind="count", span="plan", **fields) -> Indicator:
    values: dict[str, Any] = {
        "id": "i",
        "measure_id": "3-3",
        "title": Words("回数"),
        "unit": Words("回"),
        "kind": kind,
        "span": span,
        "source": "s",
        "direction": "at_least",
    }
    return Indicator(**values | fields)


def happening(key: str, on: date, **fields) -> Happening:
    return Happening(key=key, on=on, **fields)


@pytest.mark.django_db
def test_what_is_told_twice_is_counted_once():
    told = [happening("a", date(2024, 5, 1)), happening("b", date(2024, 5, 2))]

    assert facts.bring_up("s", told) == (2, 0)
    assert facts.bring_up("s", told) == (0, 0)

    assert MonthTotal.objects.get(source="s").rows == 2


@pytest.mark.django_db
def test_a_fact_told_by_two_at_once_refuses_the_second_unit():
    one = happening("a", date(2024, 5, 1))
    facts.bring_up("s", [one])
    unit = kernel.Unit()
    facts.tell(unit, "s", [one])

    with pytest.raises(IntegrityError):
        kernel.commit(unit)


@pytest.mark.django_db
def test_what_is_no_longer_told_is_taken_back():
    facts.bring_up("s", [happening("a", date(2024, 5, 1), subject="x"), happening("b", date(2024, 5, 2))])

    assert facts.bring_up("s", [happening("b", date(2024, 5, 2))]) == (0, 1)

    assert MonthTotal.objects.get(source="s").rows == 1
    assert not SubjectYear.objects.exists()


@pytest.mark.django_db
def test_what_is_told_otherwise_is_never_missing_meanwhile(monkeypatch):
    facts.bring_up("s", [happening(str(n), date(2024, 5, 1), subject=f"{n}") for n in range(3)])
    seen: list[float | None] = []
    commit = kernel.commit

    def looking(unit: kernel.Unit) -> None:
        commit(unit)
        seen.append(figures.figure(plan_of(), indicator_of(), date(2024, 6, 30)).value)

    monkeypatch.setattr(kernel, "commit", looking)
    moved = [happening(str(n), date(2024, 6, 1 + n), subject="x", department_code="y") for n in range(1, 4)]
    monkeypatch.setattr(facts, "BATCH", 1)

    assert facts.bring_up("s", moved) == (3, 3)

    assert min(filter(None, seen)) == 3
    assert seen[-1] == 3
    assert facts.recount("s") == 0
    assert {f.subject for f in Fact.objects.filter(source="s")} == {"x"}


@pytest.mark.django_db
def test_a_closed_plan_keeps_its_last_days_figure():
    facts.bring_up("s", [happening("a", date(2026, 3, 31)), happening("b", date(2026, 4, 1))])

    found = figures.figure(plan_of(), indicator_of(), date(2026, 11, 26))

    assert (found.value, found.as_of) == (1, date(2026, 3, 31))


@pytest.mark.django_db
def test_wrong_totals_are_found_and_put_right():
    facts.bring_up("s", [happening("a", date(2024, 5, 1))])
    MonthTotal.objects.update(rows=7)

    assert facts.recount("s") == 1
    assert facts.recount("s") == 0


DAYS = st.integers(0, 5 * 365 + 60).map(lambda n: START + timedelta(days=n))


def lasting(one: Happening, days: int | None) -> Happening:
    return one if days is None else replace(one, until=one.on + timedelta(days=days))


TOLD = st.lists(
    st.builds(
        lasting,
        one=st.builds(
            Happening,
            key=st.integers(0, 60).map(str),
            on=DAYS,
            quantity=st.integers(-50, 500),
            subject=st.sampled_from(["", "a", "b", "c"]),
            department_code=st.sampled_from(["", "x", "y"]),
            until=st.none(),
        ),
        days=st.none() | st.integers(0, 700),
    ),
    max_size=25,
    unique_by=lambda h: h.key,
)


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=TOLD, second=TOLD, day=DAYS)
def test_figures_equal_an_independent_recount(first, second, day):
    facts.bring_up("s", first)
    facts.bring_up("s", second)
    plan = plan_of()
    day = min(day, plan.ends_on)
    counted = [h for h in second if START <= h.on <= day]
    year = [h for h in counted if fiscal_year(h.on) == fiscal_year(day)]

    def value(kind: str, span: str = "plan") -> float | None:
        return figures.figure(plan, indicator_of(kind, span), day).value

    assert value("count") == len(counted)
    assert value("count", "year") == len(year)
    assert value("sum") == sum(h.quantity for h in counted)
    assert value("sum", "year") == sum(h.quantity for h in year)
    assert value("distinct") == len({h.subject for h in counted if h.subject})
    assert value("distinct", "year") == len({h.subject for h in year if h.subject})
    in_force = [h for h in second if h.on <= day and (h.until is None or h.until >= day)]
    is_told = any(h.on <= day for h in second)
    assert value("stock", "day") == (len({h.subject for h in in_force}) if is_told else None)
    assert Fact.objects.filter(source="s").count() == len(second)
    assert facts.recount("s") == 0
    for kind, span in (("sum", "plan"), ("count", "year"), ("stock", "day"), ("distinct", "year")):
        one = indicator_of(kind, span)
        points = figures.series(plan, one, day)
        assert points[-1][0] == day
        for on, said in (points[0], points[len(points) // 2], points[-1]):
            assert said == figures.figure(plan, one, on).value


@pytest.mark.django_db
def test_a_recount_mends_first_days_of_subjects_too():
    facts.bring_up(
        "s",
        [
            Happening(key="1", on=date(2024, 5, 1), subject="a"),
            Happening(key="2", on=date(2025, 5, 1), subject="a"),
        ],
    )
    SubjectYear.objects.filter(fiscal_year=2024).update(first_on=date(2024, 9, 9))
    SubjectYear.objects.filter(fiscal_year=2025).delete()
    SubjectYear.objects.create(
        id="stray", source="s", fiscal_year=2024, subject="b", first_on=date(2024, 6, 1)
    )

    assert facts.recount("s") == 3
    assert facts.recount("s") == 0

    found = SubjectYear.objects.order_by("first_on").values_list("subject", "first_on")
    assert list(found) == [("a", date(2024, 5, 1)), ("a", date(2025, 5, 1))]


@pytest.mark.django_db
def test_a_share_of_sums_of_what_is_in_force_weighs_each_by_its_quantity():
    day = date(2024, 5, 1)
    facts.bring_up("s", [happening("a", day, subject="a", quantity=30)])
    facts.bring_up("all", [happening(key, day, subject=key, quantity=n) for key, n in (("a", 50), ("b", 70))])
    one = {"span": "day", "denominator": "all"}

    found = [
        figures.figure(plan_of(), indicator_of(kind, **one), day).value for kind in ("share_of_sums", "share")
    ]

    assert found == [25, 50]


@pytest.mark.django_db
def test_a_share_of_what_is_in_force_has_no_value_until_somebody_tells_its_numerator():
    facts.bring_up("all", [happening("a", date(2024, 5, 1), subject="a")])
    facts.bring_up("s", [happening("a", date(2024, 5, 10), subject="a", until=date(2024, 5, 20))])
    share = indicator_of(kind="share", span="day", denominator="all")
    days = (date(2024, 5, 9), date(2024, 5, 10), date(2024, 5, 21))

    assert [figures.figure(plan_of(), share, day).value for day in days] == [None, 100, 0]
    assert figures.values(plan_of(), [(share, day) for day in days]) == {
        ("i", days[0]): None,
        ("i", days[1]): 100,
        ("i", days[2]): 0,
    }
