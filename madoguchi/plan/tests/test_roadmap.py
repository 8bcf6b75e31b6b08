"""The roadmap: what slips if one bar slips."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.plan.definition import RoadmapBar, Words
from madoguchi.plan.rules import roadmap
from madoguchi.plan.rules.roadmap import Actual

DAY = date(2021, 4, 1)


def bar(name: str, start: int, length: int, *after: str) -> RoadmapBar:
    begins = DAY + timedelta(days=start)
    return RoadmapBar(name, "1-1", Words(name), begins, begins + timedelta(days=length), after)


CHAIN = (bar("a", 0, 10), bar("b", 11, 10, "a"), bar("c", 22, 10, "b"), bar("d", 11, 5))


def ends(found: list[roadmap.Expected]) -> dict[str, date]:
    return {one.bar.id: one.ends_on for one in found}


@pytest.mark.parametrize(
    ("actual", "day", "expected"),
    [
        (Actual(), 0, "planned"),
        (Actual(), 1, "late_to_begin"),
        (Actual(DAY), 5, "running"),
        (Actual(DAY), 11, "late_to_finish"),
        (Actual(DAY, DAY + timedelta(days=9)), 20, "done"),
        (Actual(DAY, DAY + timedelta(days=12)), 20, "done_late"),
        (Actual(DAY, DAY + timedelta(days=12)), 11, "late_to_finish"),
    ],
)
def test_the_state_of_a_bar(actual, day, expected):
    assert roadmap.state(CHAIN[0], actual, DAY + timedelta(days=day)) == expected


def test_what_waits_slips_with_what_it_waits_for_and_says_so():
    late = {"a": Actual(DAY, DAY + timedelta(days=30))}

    found = roadmap.expected(CHAIN, late, DAY + timedelta(days=31))

    assert ends(found)["b"] == DAY + timedelta(days=41)
    assert ends(found)["c"] == DAY + timedelta(days=52)
    assert {one.bar.id: one.moved_by for one in found}["b"] == ("a",)


def test_what_if_moves_what_waits_and_nothing_else():
    before = roadmap.expected(CHAIN, {}, DAY)
    after = roadmap.expected(CHAIN, {}, DAY, delays={"a": 7})

    assert [(one.bar.id, days) for one, days in roadmap.consequences(before, after)] == [
        ("a", 7),
        ("b", 7),
        ("c", 7),
    ]


def test_a_finished_bar_does_not_slip():
    done = {"a": Actual(DAY, DAY + timedelta(days=10))}
    day = DAY + timedelta(days=10)

    moved = roadmap.consequences(
        roadmap.expected(CHAIN, done, day), roadmap.expected(CHAIN, done, day, delays={"a": 7})
    )

    assert moved == []


@pytest.mark.parametrize(
    ("actual", "day", "days"),
    [
        (Actual(), 0, 0),
        (Actual(), 4, 4),
        (Actual(DAY), 10, 0),
        (Actual(DAY), 13, 3),
        (Actual(DAY, DAY + timedelta(days=9)), 20, 0),
        (Actual(DAY, DAY + timedelta(days=12)), 20, 2),
    ],
)
def test_a_late_bar_says_by_how_many_days(actual, day, days):
    assert roadmap.days_behind(CHAIN[0], actual, DAY + timedelta(days=day)) == days


def test_a_bar_of_which_only_the_end_is_known_began_by_then():
    done = {"a": Actual(None, DAY + timedelta(days=4))}

    (found, *_rest) = roadmap.expected(CHAIN, done, DAY + timedelta(days=300))

    assert (found.starts_on, found.ends_on, found.state) == (DAY, DAY + timedelta(days=4), "done")


def test_days_past_the_end_of_the_plan_are_counted_for_the_last_bar():
    found = roadmap.expected(CHAIN, {}, DAY)

    assert roadmap.overrun_days(found, DAY + timedelta(days=30)) == 2
    assert roadmap.overrun_days(found, DAY + timedelta(days=32)) == 0


def test_a_stretch_of_time_tells_what_was_planned_done_and_is_expected():
    begun = {"a": Actual(DAY + timedelta(days=12))}
    (one, *_rest) = roadmap.expected(CHAIN, begun, DAY + timedelta(days=15))

    def within(first: int, last: int) -> roadmap.Span:
        days = (DAY + timedelta(days=n) for n in (first, last, 15))
        return roadmap.within(one, *days)

    assert within(0, 9) == roadmap.Span(is_planned=True, is_actual=False, is_expected=False)
    assert within(10, 14) == roadmap.Span(is_planned=True, is_actual=True, is_expected=False)
    assert within(15, 19) == roadmap.Span(is_planned=False, is_actual=True, is_expected=True)
    assert within(20, 29) == roadmap.Span(is_planned=False, is_actual=False, is_expected=True)


def test_bars_that_wait_for_each_other_are_refused():
    with pytest.raises(roadmap.Cycle):
        roadmap.expected((bar("a", 0, 1, "b"), bar("b", 2, 1, "a")), {}, DAY)


PLANS = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 100), st.sets(st.integers(0, 6))), min_size=1, max_size=7
)


def made(rows) -> list[RoadmapBar]:
    """Bars that wait only for bars before them."""
    return [bar(str(n), s, d, *(str(k) for k in sorted(w) if k < n)) for n, (s, d, w) in enumerate(rows)]


@given(rows=PLANS, day=st.integers(0, 500))
def test_no_bar_begins_before_what_it_waits_for_is_finished(rows, day):
    bars = made(rows)
    found = {one.bar.id: one for one in roadmap.expected(bars, {}, DAY + timedelta(days=day))}

    for one in found.values():
        assert one.starts_on >= one.bar.starts_on
        assert all(one.starts_on > found[name].ends_on for name in one.bar.after)


@given(
    rows=PLANS,
    day=st.integers(0, 500),
    which=st.integers(0, 6),
    late=st.integers(0, 200),
    more=st.integers(0, 200),
)
def test_a_longer_delay_never_ends_anything_earlier(rows, day, which, late, more):
    bars = made(rows)
    on = DAY + timedelta(days=day)
    name = str(which % len(bars))
    none = ends(roadmap.expected(bars, {}, on, delays={name: 0}))
    some = ends(roadmap.expected(bars, {}, on, delays={name: late}))
    long = ends(roadmap.expected(bars, {}, on, delays={name: late + more}))

    assert none == ends(roadmap.expected(bars, {}, on))
    assert all(none[k] <= some[k] <= long[k] for k in none)
    assert some[name] == none[name] + timedelta(days=late)


@given(
    rows=PLANS,
    began=st.dictionaries(st.integers(0, 6), st.tuples(st.integers(0, 400), st.none() | st.integers(0, 100))),
    day=st.integers(0, 500),
    which=st.integers(0, 6),
    late=st.integers(0, 200),
)
def test_what_really_happened_stays_and_what_is_to_come_waits(rows, began, day, which, late):
    bars = made(rows)
    on = DAY + timedelta(days=day)
    actuals = {
        str(n): Actual(DAY + timedelta(days=s), None if d is None else DAY + timedelta(days=s + d))
        for n, (s, d) in began.items()
    }
    found = {
        one.bar.id: one for one in roadmap.expected(bars, actuals, on, delays={str(which % len(bars)): late})
    }

    for one in found.values():
        if one.actual.finished_on is not None:
            assert one.ends_on == one.actual.finished_on <= on
        else:
            assert one.ends_on >= on
            assert one.ends_on - one.starts_on >= one.bar.ends_on - one.bar.starts_on or one.actual.started_on
        if one.actual.started_on is None:
            assert all(one.starts_on > found[name].ends_on for name in one.bar.after)
    turned = roadmap.expected(bars[::-1], actuals, on, delays={str(which % len(bars)): late})
    assert {one.bar.id: one for one in turned} == found
