"""The plan's three rules of finance as checks (計画 第4章): renew when due, know deadlines, use the nation's trials."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from madoguchi.japan.fiscal import fiscal_year
from madoguchi.plan.rules.names import plain

Rule = Literal["renewal", "deadline", "trial", "duplicate"]
Code = Literal[
    "renewed_too_early",
    "renewed_too_late",
    "renewal_not_planned",
    "plan_overdue",
    "deadline_missed",
    "deadline_not_planned",
    "deadline_ahead_of_plan",
    "trial_not_used",
    "same_purpose",
]

EARLY = timedelta(days=365)  # renewing more than a year before it is due throws away what was paid for
AHEAD = timedelta(days=540)  # what is due within a year and a half needs a plan for the yearly budget


@dataclass(frozen=True, slots=True)
class System:
    """What the checks look at."""

    id: UUID
    name: str
    purpose: str
    renewal_on: date | None
    planned_on: date | None
    renewal_cost_yen: int | None
    yearly_cost_yen: int
    national_deadline_on: date | None
    national_support: str
    uses_national_trial: bool
    ended_on: date | None
    introduced_on: date = date.min
    deadline_met_on: date | None = None  # when what the nation asks for was done


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about a system, under the rule it belongs to."""

    system_id: UUID
    rule: Rule
    code: Code
    other: str = ""  # the other system of a duplicate


def findings(systems: Sequence[System], *, day: date) -> list[Finding]:
    """What speaks against the three rules, and systems for one purpose; nothing of systems that have ended."""
    present = _present(systems, day)
    found: list[Finding] = []
    for one in present:
        found += [Finding(one.id, "renewal", code) for code in _renewal(one, day)]
        found += [Finding(one.id, "deadline", code) for code in _deadline(one, day)]
        if one.national_support and not one.uses_national_trial:
            found.append(Finding(one.id, "trial", "trial_not_used"))
    return found + _duplicates(present)


def _present(systems: Iterable[System], day: date) -> list[System]:
    """In use on a day."""
    return [
        one for one in systems if one.introduced_on <= day and (one.ended_on is None or one.ended_on >= day)
    ]


def _renewed(one: System) -> date | None:
    """When it is due to be renewed; None where it ends before."""
    ends_first = one.renewal_on and one.ended_on and one.ended_on < one.renewal_on
    return None if ends_first else one.renewal_on


def _planned(one: System, day: date) -> date | None:
    """The planned day as long as it lies ahead: what has passed plans nothing any more."""
    return one.planned_on if one.planned_on is not None and one.planned_on >= day else None


def _renewal(one: System, day: date) -> list[Code]:
    if one.planned_on is not None and one.planned_on < day:
        return ["plan_overdue"]
    due = _renewed(one)
    if due is None:
        return []
    if one.planned_on is None:
        return ["renewal_not_planned"] if due <= day + AHEAD else []
    if one.planned_on < due - EARLY:
        return ["renewed_too_early"]
    return ["renewed_too_late"] if one.planned_on > due else []


def _deadline(one: System, day: date) -> list[Code]:
    deadline = one.national_deadline_on
    is_met = one.deadline_met_on is not None and one.deadline_met_on <= day
    if deadline is None or is_met or (one.ended_on is not None and one.ended_on <= deadline):
        return []
    planned = _planned(one, day)
    if planned is not None:
        return ["deadline_ahead_of_plan"] if planned > deadline else []
    if deadline < day:
        return ["deadline_missed"]
    return ["deadline_not_planned"] if deadline <= day + AHEAD else []


def _duplicates(systems: Sequence[System]) -> list[Finding]:
    by_purpose: dict[str, list[System]] = defaultdict(list)
    for one in systems:
        by_purpose[plain(one.purpose)].append(one)
    return [
        Finding(one.id, "duplicate", "same_purpose", other=other.name)
        for same in by_purpose.values()
        for one in same
        for other in same
        if one.id != other.id and _meet(one, other)
    ]


def _meet(one: System, other: System) -> bool:
    """Whether both are used on one day: a successor that begins when the old one ends is none too many."""
    return one.introduced_on <= (other.ended_on or date.max) and other.introduced_on <= (
        one.ended_on or date.max
    )


def calendar(systems: Iterable[System], *, day: date) -> list[tuple[int, int, int]]:
    """Renewals by fiscal year of their due day: year, how many, and the sum of their cost in yen.

    Like the findings: nothing of systems that have ended, or that end before they fall due.
    """
    years: dict[int, tuple[int, int]] = {}
    for one in _present(systems, day):
        if (due := _renewed(one)) is not None:
            count, cost = years.get(fiscal_year(due), (0, 0))
            years[fiscal_year(due)] = (count + 1, cost + (one.renewal_cost_yen or 0))
    return [(year, *years[year]) for year in sorted(years)]


def effect_per_million_yen(*, change: float | None, cost_yen: int) -> float | None:
    """How much an indicator moved for a million yen; None where there is no change known or nothing was paid."""
    return change * 1_000_000 / cost_yen if change is not None and cost_yen > 0 else None
