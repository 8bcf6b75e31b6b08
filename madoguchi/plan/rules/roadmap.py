"""The roadmap: what was planned, what happened, what slips if one bar slips. Plain values in, an answer out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from madoguchi.plan.definition import RoadmapBar

State = Literal["planned", "late_to_begin", "running", "late_to_finish", "done", "done_late"]


class Cycle(ValueError):
    """Bars wait for each other."""


@dataclass(frozen=True, slots=True)
class Actual:
    """When a bar really began and was finished; None where it has not."""

    started_on: date | None = None
    finished_on: date | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """When a bar is expected to begin and end, seen from a day, and why it moved: the bars it waits for."""

    bar: RoadmapBar
    actual: Actual
    state: State
    starts_on: date
    ends_on: date
    days_late: int  # how much later than planned it ends, never below 0
    moved_by: tuple[str, ...] = ()


def state(bar: RoadmapBar, actual: Actual, day: date) -> State:
    """Where a bar stands on a day."""
    if actual.finished_on is not None and actual.finished_on <= day:
        return "done_late" if actual.finished_on > bar.ends_on else "done"
    if actual.started_on is not None and actual.started_on <= day:
        return "late_to_finish" if day > bar.ends_on else "running"
    return "late_to_begin" if day > bar.starts_on else "planned"


def expected(
    bars: Sequence[RoadmapBar],
    actuals: Mapping[str, Actual],
    day: date,
    *,
    delays: Mapping[str, int] | None = None,
) -> list[Expected]:
    """What is expected of every bar on a day, in the order of `bars`.

    A bar keeps its planned length. It begins no earlier than planned, than today while it has not begun, or than the
    day after everything it waits for. One that has begun ends no earlier than today while it is not finished.
    `delays` (days, by id) put off bars that have not been finished: what if. Raises `Cycle`.
    """
    delays = delays or {}
    found: dict[str, Expected] = {}
    for bar in in_order(bars):
        actual = _seen_on(actuals.get(bar.id, Actual()), day)
        before = [found[name] for name in bar.after if name in found]
        found[bar.id] = _expected(bar, actual, before, day, delays.get(bar.id, 0))
    return [found[bar.id] for bar in bars]


def _expected(bar: RoadmapBar, actual: Actual, before: Sequence[Expected], day: date, delay: int) -> Expected:
    length = bar.ends_on - bar.starts_on
    moved_by: tuple[str, ...] = ()
    if actual.started_on is not None:
        starts_on = actual.started_on
    else:
        free_on = max((one.ends_on + timedelta(days=1) for one in before), default=bar.starts_on)
        starts_on = max(bar.starts_on, free_on, day if bar.starts_on < day else bar.starts_on)
        if free_on > bar.starts_on:
            moved_by = tuple(one.bar.id for one in before if one.ends_on + timedelta(days=1) > bar.starts_on)
    if actual.finished_on is not None:
        ends_on = actual.finished_on
    elif actual.started_on is None:
        starts_on += timedelta(days=delay)
        ends_on = starts_on + length
    else:
        ends_on = max(bar.ends_on, starts_on + length if starts_on > bar.starts_on else bar.ends_on, day)
        ends_on += timedelta(days=delay)
    late = max((ends_on - bar.ends_on).days, 0)
    return Expected(bar, actual, state(bar, actual, day), starts_on, ends_on, late, moved_by)


def _seen_on(actual: Actual, day: date) -> Actual:
    """What was known on a day."""

    def known(on: date | None) -> date | None:
        return on if on is not None and on <= day else None

    return Actual(known(actual.started_on), known(actual.finished_on))


def in_order(bars: Iterable[RoadmapBar]) -> list[RoadmapBar]:
    """Bars so that each stands after those it waits for. Raises `Cycle`."""
    waiting = list(bars)
    ids = {bar.id for bar in waiting}
    ordered: list[RoadmapBar] = []
    placed: set[str] = set()
    while waiting:
        ready = [bar for bar in waiting if all(name in placed or name not in ids for name in bar.after)]
        if not ready:
            raise Cycle
        ordered += ready
        placed |= {bar.id for bar in ready}
        waiting = [bar for bar in waiting if bar.id not in placed]
    return ordered


def consequences(before: Sequence[Expected], after: Sequence[Expected]) -> list[tuple[Expected, int]]:
    """The bars that end later afterwards, and by how many days, in order."""
    moved = []
    for old, new in zip(before, after, strict=True):
        days = (new.ends_on - old.ends_on).days
        if days:
            moved.append((new, days))
    return moved
