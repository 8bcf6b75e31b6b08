"""A line over months as coordinates: a picture without styles of its own, so that the page's policy holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from madoguchi.plan.rules.forecast import Forecast

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 100, 16, 16, 40  # room for labels that are twice as large on a telephone


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark at an axis: where and what is written."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Polylines as SVG points; `target` is the height of the target's line, or None."""

    line: str
    last: tuple[float, float] | None
    target: float | None
    years: tuple[Tick, ...]
    values: tuple[Tick, ...]
    ahead: tuple[tuple[float, float], tuple[float, float]] | None = (
        None  # from the last value to the forecast
    )
    interval: tuple[float, float, float] | None = None  # x, and the heights of its ends
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def line_chart(
    points: Sequence[tuple[date, float | None]],
    *,
    since: date,
    until: date,
    target: float | None,
    forecast: Forecast | None = None,
) -> Chart:
    """The chart of values at the ends of months between two days, with what is expected after them."""
    known = [(day, value) for day, value in points if value is not None]
    heights = [value for _day, value in known] + ([target] if target is not None else [])
    heights += [forecast.low, forecast.high] if forecast else []
    low, high = min([0.0, *heights]), max([1.0, *heights])
    days = max((until - since).days, 1)

    def x(day: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - since).days / days, 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low), 1)

    years = [
        Tick(x(date(y, 4, 1)), f"{y}/4")
        for y in range(since.year, until.year + 1)
        if since <= date(y, 4, 1) <= until
    ]
    values = [Tick(y(value), _plain(value)) for value in (low, (low + high) / 2, high)]
    last = (x(known[-1][0]), y(known[-1][1])) if known else None
    return Chart(
        line=" ".join(f"{x(day)},{y(value)}" for day, value in known),
        last=last,
        target=y(target) if target is not None else None,
        years=tuple(years),
        values=tuple(values),
        ahead=(last, (x(forecast.on), y(forecast.value))) if forecast and last else None,
        interval=(x(forecast.on), y(forecast.low), y(forecast.high)) if forecast else None,
    )


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.1f}"
