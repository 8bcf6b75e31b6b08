"""Meetings and resolutions: what may follow what, what is carried over, when somebody is reminded. Plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from madoguchi.plan.desk_states import MeetingState, ResolutionState

NEXT: dict[str, frozenset[str]] = {
    MeetingState.PLANNED: frozenset({MeetingState.HELD, MeetingState.CANCELLED}),
    MeetingState.HELD: frozenset({MeetingState.CLOSED}),
    MeetingState.CLOSED: frozenset(),
    MeetingState.CANCELLED: frozenset(),
}
BEFORE_DAYS = 7
EVERY_DAYS = 7

Effect = Literal["as_expected", "less", "none", "unknown"]


@dataclass(frozen=True, slots=True)
class Open:
    """A resolution that is not finished."""

    id: UUID
    text: str
    due_on: date
    measure_id: str
    indicator_id: str


def may_move(*, state: str, to: str) -> bool:
    """Whether a meeting may go from one state to another."""
    return to in NEXT[state]


def carried_over(open_ones: Iterable[Open], already: Iterable[UUID]) -> list[Open]:
    """The open resolutions a new agenda begins with: each once, the one due first in front."""
    there = set(already)
    return sorted(
        (one for one in open_ones if one.id not in there), key=lambda one: (one.due_on, str(one.id))
    )


def days_overdue(*, due_on: date, state: str, today: date) -> int:
    """How many days an open resolution is past its day; 0 where it is not."""
    return max((today - due_on).days, 0) if state == ResolutionState.OPEN else 0


def reminder_key(*, due_on: date, today: date) -> str:
    """Which reminder a day asks for: a week before, on the day, and each week after; "" for none.

    A run that comes late still gives the newest one that was due; the key is told once.
    """
    if today < due_on - timedelta(days=BEFORE_DAYS):
        return ""
    if today < due_on:
        return "before"
    return f"after{(today - due_on).days // EVERY_DAYS}"


def effect(*, before: float | None, after: float | None, expected: float | None) -> Effect:
    """What a resolution did to its indicator against what was expected of it."""
    if before is None or after is None or expected is None:
        return "unknown"
    moved = after - before
    if moved == 0 or (moved > 0) != (expected > 0):
        return "none"
    return "as_expected" if abs(moved) >= abs(expected) else "less"


def change(*, before: float | None, after: float | None) -> float | None:
    """By how much an indicator moved; None where one of its days had no value."""
    return None if before is None or after is None else after - before


def may_be_due(due_on: date, *, after: date) -> bool:
    """Whether a day can be kept: it comes after the meeting, or after the day that is put off."""
    return due_on > after


def position_after(positions: Sequence[int]) -> int:
    """The place of a new point of the agenda."""
    return max(positions, default=0) + 1


def swapped(positions: Sequence[int], position: int, *, up: bool) -> list[int]:
    """The places of an agenda in their new order, one point moved by one; at the end it stays where it is."""
    order = sorted(positions)
    at = order.index(position)
    other = at - 1 if up else at + 1
    if 0 <= other < len(order):
        order[at], order[other] = order[other], order[at]
    return order


def fresh_positions(positions: Sequence[int]) -> range:
    """As many places as there are points, none of them taken: all can be moved at once without meeting."""
    first = 1 if min(positions, default=1) > len(positions) else max(positions) + 1
    return range(first, first + len(positions))
