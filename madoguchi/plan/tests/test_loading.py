"""Figures read together are those read one by one; days read finely are exact; newest days are right."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.common.registers import Happening
from madoguchi.plan.actions import facts
from madoguchi.plan.models import Fact
from madoguchi.plan.queries import figures, loading, scoreboard
from madoguchi.plan.tests.test_facts import DAYS, START, TOLD, indicator_of, plan_of

pytestmark = pytest.mark.django_db

SHARES = ("share", "share_of_sums")
EVERY_KIND = tuple(
    indicator_of(kind, span, id=f"{kind}-{span}", source="s", denominator="t" if kind in SHARES else "")
    for kind, span in [
        ("count", "plan"),
        ("count", "year"),
        ("sum", "plan"),
        ("sum", "year"),
        ("sum", "day"),
        ("distinct", "plan"),
        ("distinct", "year"),
        ("stock", "day"),
        ("share", "year"),
        ("share", "day"),
        ("share_of_sums", "day"),
    ]
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=TOLD, second=TOLD, day=DAYS | st.dates(date(2000, 1, 1), START))
def test_figures_read_together_are_those_read_one_by_one(first, second, day):
    facts.bring_up("s", first)
    facts.bring_up("t", second)
    plan = plan_of(indicators=EVERY_KIND)

    together = figures.figures(plan, day)
    found, courses = figures.figures_and_courses(plan, EVERY_KIND, day, EVERY_KIND)

    for one in EVERY_KIND:
        assert together[one.id] == found[one.id] == figures.figure(plan, one, day)
        assert courses[one.id] == figures.series(plan, one, day)
        if day >= START:
            assert courses[one.id][-1][1] == found[one.id].value


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=TOLD, day=DAYS)
def test_every_day_of_a_month_that_is_read_finely_is_exact(told, day):
    facts.bring_up("s", told)
    plan = plan_of()
    month = min(day, plan.ends_on).replace(day=1)
    days = [month + timedelta(days=n) for n in range(28)]
    flow = [i for i in EVERY_KIND if i.span != "day" and not i.is_share]

    loaded = loading.load(plan, flow, plan.ends_on, courses=flow, fine=[("s", month)])

    for one in flow:
        assert loaded.values(one, days) == [figures.figure(plan, one, on).value for on in days]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=TOLD, day=DAYS)
def test_the_newest_day_of_a_source_is_that_of_its_newest_beginning_or_end(told, day):
    facts.bring_up("s", told)
    flow, stock = indicator_of("count"), indicator_of("stock", "day")

    begun = [f.on for f in Fact.objects.filter(source="s") if f.on <= day]
    ended = [
        f.until + timedelta(days=1) for f in Fact.objects.filter(source="s") if f.until and f.until < day
    ]

    newest = [scoreboard.newest_days(plan_of(), [one], day) for one in (flow, stock)]
    assert newest == [{"s": max(days)} if days else {} for days in (begun, begun + ended)]


def test_what_happened_before_the_plan_is_no_change_of_it():
    before = START - timedelta(days=1)
    told = [
        Happening(key="a", on=before),
        Happening(key="b", on=date(2020, 5, 1), subject="b", until=date(2021, 3, 30)),
    ]
    facts.bring_up("s", told)
    stock = indicator_of("stock", "day")

    assert scoreboard.standing(plan_of(), stock, date(2022, 1, 1)).changed_on is None
    facts.bring_up("s", [Happening(key="a", on=before, until=before)])
    assert scoreboard.standing(plan_of(), stock, date(2022, 1, 1)).changed_on == START


def test_what_lasts_until_the_last_day_of_the_calendar_has_a_course():
    facts.bring_up("s", [Happening(key="a", on=START, subject="a", until=date.max)])
    one = indicator_of("stock", "day")

    assert figures.series(plan_of(), one, date(2021, 5, 31)) == [
        (date(2021, 4, 30), 1),
        (date(2021, 5, 31), 1),
    ]


def test_a_day_before_every_calendar_of_the_plan_has_no_value_and_no_error():
    facts.bring_up("s", [Happening(key="a", on=START)])
    plan = plan_of(indicators=EVERY_KIND)

    found = figures.figures(plan, date(1, 1, 1))

    assert {f.value for f in found.values()} == {0.0, None}
    assert all(f.since == START for f in found.values())
