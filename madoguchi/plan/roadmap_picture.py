"""The roadmap as coordinates: planned above, real or expected below; no styles, so that the page's policy holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from madoguchi.japan.fiscal import fiscal_year, fiscal_year_start
from madoguchi.plan.charts import Tick
from madoguchi.plan.definition import Plan
from madoguchi.plan.rules.roadmap import Expected

WIDTH, LEFT, RIGHT, ROW, TOP = 960, 310, 8, 44, 36


@dataclass(frozen=True, slots=True)
class Bar:
    """The two rectangles of a bar; the lower one is solid up to `done_width`, expected from there on."""

    one: Expected
    y: int
    x: float
    width: float
    real_x: float
    real_width: float
    done_width: float


@dataclass(frozen=True, slots=True)
class Picture:
    """All bars on one line of time."""

    bars: tuple[Bar, ...]
    years: tuple[Tick, ...]
    today: float
    height: int
    width: int = WIDTH
    top: int = TOP


def picture(plan: Plan, found: Sequence[Expected], day: date) -> Picture:
    """Where everything stands, from the first of the plan's days to the last of anything's."""
    first = min([plan.starts_on, *(one.starts_on for one in found)])
    last = max([plan.ends_on, *(one.ends_on for one in found)])
    days = max((last - first).days, 1)

    def x(on: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (min(max(on, first), last) - first).days / days, 1)

    def bar(number: int, one: Expected) -> Bar:
        begun = one.actual.started_on is not None or one.actual.finished_on is not None
        until = one.actual.finished_on or day
        real = x(one.starts_on)
        return Bar(
            one=one,
            y=TOP + number * ROW,
            x=x(one.bar.starts_on),
            width=_wide(x(one.bar.ends_on) - x(one.bar.starts_on)),
            real_x=real,
            real_width=_wide(x(one.ends_on) - real),
            done_width=_wide(x(until) - real) if begun else 0,
        )

    years = range(fiscal_year(first), fiscal_year(last) + 1)
    return Picture(
        bars=tuple(bar(number, one) for number, one in enumerate(found)),
        years=tuple(Tick(x(fiscal_year_start(y)), f"{y}/4") for y in years),
        today=x(day),
        height=TOP + len(found) * ROW + 8,
    )


def _wide(width: float) -> float:
    """Never too thin to be seen."""
    return max(round(width, 1), 2)
