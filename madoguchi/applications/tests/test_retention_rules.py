"""How long records are kept: from the 1 April after the case was closed."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.applications import retention_rules as rules

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
years = st.integers(*rules.YEARS)


@pytest.mark.parametrize(
    ("closed_on", "kept_years", "expected"),
    [
        (date(2026, 4, 1), 1, date(2028, 3, 31)),
        (date(2027, 3, 31), 1, date(2028, 3, 31)),
        (date(2027, 4, 1), 1, date(2029, 3, 31)),
        (date(2026, 6, 1), 5, date(2032, 3, 31)),
        (date(2024, 2, 29), 30, date(2054, 3, 31)),
    ],
)
def test_the_period_begins_on_the_1_april_after_closing(
    closed_on: date, kept_years: int, expected: date
) -> None:
    assert rules.ends_on(closed_on=closed_on, years=kept_years) == expected
    assert not rules.is_over(closed_on=closed_on, years=kept_years, today=expected)
    assert rules.is_over(closed_on=closed_on, years=kept_years, today=expected + timedelta(days=1))


@given(closed_on=days, kept_years=years, today=days)
def test_the_day_the_database_is_asked_for_says_the_same(
    closed_on: date, kept_years: int, today: date
) -> None:
    asked = closed_on < rules.closed_before(years=kept_years, today=today)

    assert asked == rules.is_over(closed_on=closed_on, years=kept_years, today=today)


@given(closed_on=days, kept_years=years)
def test_nothing_is_kept_shorter_than_its_years_nor_two_years_longer(
    closed_on: date, kept_years: int
) -> None:
    end = rules.ends_on(closed_on=closed_on, years=kept_years)

    assert kept_years * 365 < (end - closed_on).days < (kept_years + 1) * 366


@pytest.mark.parametrize("facts", list(product([True, False], repeat=6)))
def test_a_case_is_erased_only_when_nothing_speaks_against_it(facts: tuple[bool, ...]) -> None:
    names = ("is_erased", "same_class", "is_over", "is_held", "is_protected", "is_handed_over")
    given_facts = dict(zip(names, facts, strict=True))

    why = rules.why_kept(**given_facts)

    may = facts == (False, True, True, False, False, True)
    assert (why == "") == may
    if given_facts["is_held"] and given_facts["is_over"] and given_facts["same_class"] and not facts[0]:
        assert why == rules.HELD


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("five-years", True),
        ("5", True),
        ("", False),
        ("五年", False),
        ("A", False),
        ("a b", False),
        ("-", False),
    ],
)
def test_ids_of_classes(text: str, expected: bool) -> None:
    assert rules.is_class_id(text) is expected
