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
    days_behind: int = 0  # how long its state has been a late one: days since it should have begun, or ended
    moved_by: tuple[str, ...] = ()


def state(bar: RoadmapBar, actual: Actual, day: date) -> State:
    """Where a bar stands on a day."""
    if actual.finished_on is not None and actual.finished_on <= day:
        return "done_late" if actual.finished_on > bar.ends_on else "done"
    if actual.started_on is not None and actual.started_on <= day:
        return "late_to_finish" if day > bar.ends_on else "running"
    return "late_to_begin" if day > bar.starts_on else "planned"


def days_behind(bar: RoadmapBar, actual: Actual, day: date) -> int:
    """By how many days it is late to begin, late to finish, or was finished late; 0 where it is not late."""
    match state(bar, actual, day):
        case "late_to_begin":
            return (day - bar.starts_on).days
        case "late_to_finish":
            return (day - bar.ends_on).days
        case "done_late":
            assert actual.finished_on is not None
            return (actual.finished_on - bar.ends_on).days
        case _:
            return 0


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
    waits = [one for one in before if one.ends_on >= bar.starts_on]
    has_begun = actual.started_on is not None or actual.finished_on is not None
    starts_on = _begins(bar, actual, before, day)
    if actual.finished_on is not None:
        ends_on = actual.finished_on
    elif has_begun:
        whole_length = starts_on + (bar.ends_on - bar.starts_on)
        ends_on = max(bar.ends_on, whole_length, day) + timedelta(days=delay)
    else:
        starts_on += timedelta(days=delay)
        ends_on = starts_on + (bar.ends_on - bar.starts_on)
    return Expected(
        bar=bar,
        actual=actual,
        state=state(bar, actual, day),
        starts_on=starts_on,
        ends_on=ends_on,
        days_late=max((ends_on - bar.ends_on).days, 0),
        days_behind=days_behind(bar, actual, day),
        moved_by=() if has_begun else tuple(one.bar.id for one in waits),
    )


def _begins(bar: RoadmapBar, actual: Actual, before: Sequence[Expected], day: date) -> date:
    """The first day of a bar; one that was finished without a word of its beginning began by then at the latest."""
    if actual.started_on is not None:
        return actual.started_on
    if actual.finished_on is not None:
        return min(bar.starts_on, actual.finished_on)
    return max(bar.starts_on, day, *(one.ends_on + timedelta(days=1) for one in before))


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


def overrun_days(found: Iterable[Expected], last: date) -> int:
    """How many days after the plan's last day the last bar is expected to end; 0 when all end within the plan."""
    return max([0, *((one.ends_on - last).days for one in found)])


@dataclass(frozen=True, slots=True)
class Span:
    """What concerns a bar in a stretch of time: it was planned, it was really done, it is expected to be done."""

    is_planned: bool
    is_actual: bool
    is_expected: bool


def within(one: Expected, first: date, last: date, day: date) -> Span:
    """A bar between two days, seen from `day`: what has been cannot be expected, what is to come not be done."""
    has_begun = one.actual.started_on is not None or one.actual.finished_on is not None
    until = one.actual.finished_on or day
    return Span(
        is_planned=one.bar.starts_on <= last and one.bar.ends_on >= first,
        is_actual=has_begun and one.starts_on <= last and until >= first,
        is_expected=one.actual.finished_on is None
        and max(one.starts_on, day) <= last
        and one.ends_on >= max(first, day),
    )
