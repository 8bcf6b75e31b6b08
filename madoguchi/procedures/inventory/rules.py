"""What to put online next: many cases first, and among equal ones what costs the least. No database, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# A procedure of great effort is worth it with four times the cases of one of small effort.
EASE = {"small": 4, "middle": 2, "large": 1}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A procedure that could be put online: its cases a year, and the effort (`small`, `middle`, `large`)."""

    key: str
    name: str
    cases: int
    effort: str


@dataclass(frozen=True, slots=True)
class Reach:
    """What can be done online: procedures of those possible, and the yearly cases of both where counted."""

    online: int
    possible: int
    online_cases: int
    cases: int

    @property
    def of_procedures(self) -> float:
        """Online procedures in a hundred of those possible."""
        return _percent(self.online, self.possible)

    @property
    def of_cases(self) -> float:
        """Cases that could be filed online in a hundred."""
        return _percent(self.online_cases, self.cases)

    def with_one_more(self, cases: int) -> Reach:
        """The reach once a further procedure with so many cases is online."""
        return Reach(self.online + 1, self.possible, self.online_cases + cases, self.cases)


@dataclass(frozen=True, slots=True)
class Step:
    """A candidate in its place, and the reach when it and all before it are done."""

    place: int
    candidate: Candidate
    weight: int
    reach: Reach


def weight(*, cases: int, effort: str) -> int:
    """By what candidates are ranked: cases a year times how easy it is."""
    return cases * EASE[effort]


def ranked(candidates: Iterable[Candidate], today: Reach) -> list[Step]:
    """The candidates by weight, then by cases, then by name, each with what is reached with it."""
    steps: list[Step] = []
    reach = today
    for one in sorted(candidates, key=_order):
        reach = reach.with_one_more(one.cases)
        steps.append(Step(len(steps) + 1, one, weight(cases=one.cases, effort=one.effort), reach))
    return steps


def _order(one: Candidate) -> tuple[int, int, str, str]:
    return (-weight(cases=one.cases, effort=one.effort), -one.cases, one.name, one.key)


def _percent(part: int, whole: int) -> float:
    return part * 100 / whole if whole else 0.0
