"""Lights and forecasts: fixed rules over plain values."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.plan.definition import Indicator, Point, Words
from madoguchi.plan.rules import achievements
from madoguchi.plan.rules.forecast import forecast
from madoguchi.plan.rules.light import light

START, END = date(2021, 4, 1), date(2026, 3, 31)


def indicator(
    baseline: float | None = 0, target: float | None = 100, direction: str = "at_least"
) -> Indicator:
    return Indicator(
        id="i",
        measure_id="1-1",
        title=Words("指標"),
        unit=Words("件"),
        kind="count",
        span="plan",
        source="s",
        direction=direction,  # type: ignore[arg-type]
        baseline=Point(baseline, START) if baseline is not None else None,
        target=Point(target, END) if target is not None else None,
    )


@pytest.mark.parametrize(
    ("value", "day", "expected"),
    [
        (100, START, "reached"),
        (50, date(2023, 9, 30), "on_course"),
        (40, date(2023, 9, 30), "behind"),
        (20, date(2023, 9, 30), "late"),
        (99, END, "missed"),
        (None, date(2023, 9, 30), "no_data"),
        (0, START, "on_course"),
    ],
)
def test_the_light_compares_with_the_straight_way(value, day, expected):
    assert light(indicator(), value, day) == expected


def test_what_is_to_be_kept_is_late_as_soon_as_it_falls():
    assert light(indicator(100, 100), 99.9, date(2023, 1, 1)) == "late"
    assert light(indicator(100, 100), 100, date(2023, 1, 1)) == "reached"


def test_what_is_to_shrink_is_reached_from_above():
    assert light(indicator(100, 50, "at_most"), 50, date(2023, 1, 1)) == "reached"
    assert light(indicator(100, 50, "at_most"), 99, date(2025, 1, 1)) == "late"


def test_without_a_target_there_is_no_light():
    assert light(indicator(target=None), 5, START) == "no_target"


@given(low=st.floats(0, 99), more=st.floats(0, 50), day=st.dates(START, date(2026, 3, 30)))
def test_more_is_never_a_worse_light(low, more, day):
    order = ["late", "behind", "on_course", "reached"]

    assert order.index(light(indicator(), low + more, day)) >= order.index(light(indicator(), low, day))


# --- forecast ------------------------------------------------------------------------------------------------


def months(values: list[float | None]) -> list[tuple[date, float | None]]:
    return [(date(2022 + n // 12, n % 12 + 1, 28), value) for n, value in enumerate(values)]


def test_too_little_gives_no_forecast():
    assert forecast(months([1, 2, 3]), END) is None
    assert forecast(months([None] * 20), END) is None


def test_a_day_that_has_come_gives_no_forecast():
    assert forecast(months([float(n) for n in range(12)]), date(2022, 1, 1)) is None


@given(value=st.floats(-1000, 1000), count=st.integers(8, 40))
def test_what_stands_still_is_forecast_to_stand_still(value, count):
    found = forecast(months([value] * count), END)

    assert found is not None
    assert found.low == found.value == found.high == value


@given(
    values=st.lists(st.floats(0, 1000), min_size=8, max_size=40),
    shift=st.floats(-500, 500),
)
def test_a_forecast_moves_with_its_values_and_lies_in_its_interval(values, shift):
    one = forecast(months(list(values)), END)
    moved = forecast(months([v + shift for v in values]), END)

    assert one is not None
    assert moved is not None
    assert one.low <= one.value <= one.high
    assert moved.value == pytest.approx(one.value + shift, abs=1e-6)


def test_a_share_is_not_forecast_below_nought():
    found = forecast(months([80.0 - 5 * n for n in range(12)]), END, least=0, most=100)

    assert found is not None
    assert (found.low, found.value, found.high) == (0, 0, 0)


def test_a_share_is_not_forecast_beyond_its_bound():
    found = forecast(months([80 + n for n in range(12)]), END, most=100)

    assert found is not None
    assert (found.value, found.high) == (100, 100)


# --- records -------------------------------------------------------------------------------------------------


@given(before=st.integers(0, 1000), after=st.integers(0, 1000), cases=st.integers(1, 1000))
def test_minutes_saved_change_their_sign_with_the_order(before, after, cases):
    saved = achievements.minutes_saved(before=before, after=after, cases=cases)

    assert saved == -achievements.minutes_saved(before=after, after=before, cases=cases)
    assert (saved < 0) == (after > before)


@pytest.mark.parametrize("kind", [k for k in achievements.KINDS if k not in ("procedure", "system")])
def test_every_kind_tells_its_record_under_keys_of_its_own(kind):
    detail = {
        "people": ["a", "b"],
        "taken": 3,
        "passed": 2,
        "minutes_before": 3,
        "minutes_after": 1,
        "cases": 4,
        "days": 5,
        "bar": "first",
        "event": "started",
    }
    record = achievements.Record("r:1", kind, START, None, "digital", "件名", detail)

    told = achievements.happenings(record, systems={})

    assert told
    assert {source for source, _h in told} == set(achievements.SOURCES[kind])
    assert len({(source, h.key) for source, h in told}) == len(told)
    assert all(h.key.startswith("r:1:") and h.on == START for _source, h in told)
