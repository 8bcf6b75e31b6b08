"""What to put online next: the rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.procedures.inventory.desk_columns import EFFORTS
from madoguchi.procedures.inventory.rules import EASE, Candidate, Reach, ranked, weight


def candidate(key: str, cases: int, effort: str = "small") -> Candidate:
    return Candidate(key=key, name=key, cases=cases, effort=effort)


def places(*candidates: Candidate) -> list[str]:
    return [step.candidate.key for step in ranked(candidates, Reach(0, len(candidates), 0, 0))]


def test_every_effort_that_can_be_written_down_has_an_ease() -> None:
    assert EASE.keys() == EFFORTS.keys()


@pytest.mark.parametrize(("effort", "expected"), [("small", 400), ("middle", 200), ("large", 100)])
def test_the_same_cases_weigh_less_where_more_is_to_be_done(effort: str, expected: int) -> None:
    assert weight(cases=100, effort=effort) == expected


def test_many_cases_of_great_effort_come_before_few_of_small() -> None:
    assert places(candidate("few", 10), candidate("many", 41, "large")) == ["many", "few"]


def test_among_equals_more_cases_come_first_and_then_the_name() -> None:
    assert places(candidate("c", 10), candidate("b", 40, "large"), candidate("a", 10)) == ["b", "a", "c"]


def test_each_step_says_what_is_reached_with_it_and_all_before() -> None:
    today = Reach(online=1, possible=4, online_cases=100, cases=400)

    steps = ranked([candidate("a", 60), candidate("b", 200)], today)

    assert [(s.place, s.candidate.key, s.reach.of_procedures, s.reach.of_cases) for s in steps] == [
        (1, "b", 50.0, 75.0),
        (2, "a", 75.0, 90.0),
    ]


def test_where_nothing_is_counted_nothing_is_reached() -> None:
    assert (Reach(0, 0, 0, 0).of_procedures, Reach(0, 0, 0, 0).of_cases) == (0.0, 0.0)


@given(st.lists(st.tuples(st.integers(0, 9000), st.sampled_from(sorted(EASE))), max_size=30))
def test_whatever_there_is_weights_fall_and_reach_rises_to_all_of_it(rows: list[tuple[int, str]]) -> None:
    found = [candidate(str(n), cases, effort) for n, (cases, effort) in enumerate(rows)]
    total = sum(cases for cases, _effort in rows)

    steps = ranked(reversed(found), Reach(2, 2 + len(found), 5, 5 + total))

    assert sorted(s.candidate.key for s in steps) == sorted(one.key for one in found)
    assert [s.weight for s in steps] == sorted((s.weight for s in steps), reverse=True)
    if steps:
        assert (steps[-1].reach.of_procedures, steps[-1].reach.of_cases) == (100.0, 100.0)
