"""External steps in plain values: order, what waits for what, periods, second looks, disasters."""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.applications import external_rules as rules
from madoguchi.applications.external_rules import Stand
from madoguchi.applications.rules import Status
from madoguchi.procedures.condition_reading import compile_condition
from madoguchi.procedures.definition import ExternalStep, MonthsAfter, SecondLook

TODAY = date(2026, 11, 23)


def step(step_id: str, **fields: Any) -> ExternalStep:
    made = ExternalStep(step_id, step_id, "visit", ("市",), 10, "seen")
    return replace(made, **fields)


SURVEY = step("survey", before=("granted",), when=compile_condition({"question": "method", "is": "survey"}))
OPINION = step("opinion", before=("granted",))
BOARD = step("board", after=("survey", "opinion"), before=("granted", "refused"))
ALL = (SURVEY, OPINION, BOARD)


def stands(answers: dict[str, Any], **asked: str) -> list[Stand]:
    return [one.stand for one in rules.standings(ALL, answers=answers, today=TODAY, asked=asked)]


def test_a_step_waits_for_those_before_it_that_this_filing_needs() -> None:
    assert stands({"method": "survey"}) == [Stand.READY, Stand.READY, Stand.WAITS]
    assert stands({"method": "survey"}, survey="asked", opinion="done") == [
        Stand.ASKED,
        Stand.DONE,
        Stand.WAITS,
    ]
    assert stands({"method": "survey"}, survey="done", opinion="done") == [
        Stand.DONE,
        Stand.DONE,
        Stand.READY,
    ]
    assert stands({"method": "self"}, opinion="done") == [Stand.NOT_NEEDED, Stand.DONE, Stand.READY]


def test_what_was_asked_for_all_the_same_counts() -> None:
    assert stands({"method": "self"}, survey="asked", opinion="done")[0] == Stand.ASKED
    assert stands({"method": "self"}, survey="asked", opinion="done")[2] == Stand.WAITS


def test_a_decision_waits_only_for_the_steps_that_name_it() -> None:
    found = rules.standings(ALL, answers={"method": "self"}, today=TODAY, asked={"opinion": "done"})

    assert rules.missing_before(found, "granted") == (BOARD,)
    assert rules.missing_before(found, "dismissed") == ()


@given(st.dates(date(2020, 1, 1), date(2060, 12, 31)), st.integers(1, 48))
def test_a_period_of_validity_ends_at_a_month_end_after_its_whole_months(filed: date, months: int) -> None:
    begins, ends = rules.validity(begins=filed, months=months)

    assert begins == filed
    assert (ends + timedelta(days=1)).day == 1
    whole = (ends.year - filed.year) * 12 + ends.month - filed.month
    assert whole == (months - 1 if filed.day == 1 else months)


@pytest.mark.parametrize(
    ("filed", "months", "ends"),
    [
        (date(2026, 5, 15), 6, date(2026, 11, 30)),  # the rest of May in front of six months
        (date(2026, 5, 1), 6, date(2026, 10, 31)),  # no rest of a month
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
    ],
)
def test_a_period_of_validity_by_the_calendar(filed: date, months: int, ends: date) -> None:
    assert rules.validity(begins=filed, months=months) == (filed, ends)
    assert calendar.monthrange(ends.year, ends.month)[1] == ends.day


@pytest.mark.parametrize(
    ("within", "asked_on", "may"),
    [
        (None, TODAY + timedelta(days=2000), True),
        (90, TODAY, True),
        (90, TODAY + timedelta(days=90), True),
        (90, TODAY + timedelta(days=91), False),
        (None, TODAY - timedelta(days=1), False),
    ],
)
def test_a_second_look_keeps_to_the_days_of_the_definition(
    within: int | None, asked_on: date, may: bool
) -> None:
    rule = SecondLook("再調査", within, "seen")

    found = rules.may_be_looked_at_again(rule, status=Status.CLOSED, decided_on=TODAY, asked_on=asked_on)

    assert found == may


@pytest.mark.parametrize("status", [one for one in Status if one != Status.CLOSED])
def test_only_a_decided_case_is_looked_at_again(status: str) -> None:
    rule = SecondLook("再調査", None, "seen")

    assert not rules.may_be_looked_at_again(rule, status=status, decided_on=TODAY, asked_on=TODAY)
    assert not rules.may_be_looked_at_again(None, status=Status.CLOSED, decided_on=TODAY, asked_on=TODAY)
    assert not rules.may_be_looked_at_again(rule, status=Status.CLOSED, decided_on=None, asked_on=TODAY)


@given(
    st.dates(),
    st.sampled_from(["内丸", "内丸一丁目", "中央通"]),
    st.lists(st.sampled_from(["内丸", "紺屋町"])),
)
def test_a_filing_belongs_to_a_disaster_by_its_day_and_its_town(
    day: date, town: str, towns: list[str]
) -> None:
    first, last = date(2026, 8, 1), date(2026, 8, 5)

    found = rules.is_of_disaster(day=day, town=town, from_on=first, until_on=last, towns=towns)

    inside = first <= day <= last
    assert found == (inside and (not towns or ("内丸" in towns and town.startswith("内丸"))))
    assert not rules.is_of_disaster(day=None, town=town, from_on=first, until_on=last, towns=[])


def test_a_day_is_near_for_three_days_and_not_when_it_is_past() -> None:
    near = [rules.is_near(due_on=TODAY + timedelta(days=days), today=TODAY) for days in (-1, 0, 3, 4)]

    assert near == [False, True, True, False]
    assert rules.due_on(step=OPINION, asked_on=TODAY) == TODAY + timedelta(days=10)


@pytest.mark.parametrize("until", [None, "あした", "9999-12-31"])
def test_a_renewal_without_a_usable_day_is_valid_from_its_filing(until: str | None) -> None:
    after = MonthsAfter("until", None)

    begins = rules.validity_begins(
        step("board", months_after=after), answers={"until": until}, received_on=TODAY
    )

    assert begins == TODAY
