"""External steps, boards and second looks: plain values in, an answer out."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from madoguchi.applications.rules import Status
from madoguchi.procedures.conditions import Scope
from madoguchi.procedures.definition import ExternalStep, SecondLook

NEAR = timedelta(days=3)  # so long before its day a step counts as near

# Results come in while somebody reviews the case, or waits for a correction; never once a decision is proposed.
TAKES_RESULTS = (Status.IN_REVIEW, Status.RETURNED)


class Stand(StrEnum):
    """Where a step stands in a case."""

    NOT_NEEDED = "not_needed"
    WAITS = "waits"  # for a step that comes before it
    READY = "ready"
    ASKED = "asked"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Standing:
    """A step of a case: where it stands, and which steps it waits for."""

    step: ExternalStep
    stand: Stand
    waits_for: tuple[ExternalStep, ...] = ()


def standings(
    steps: Iterable[ExternalStep], *, answers: Mapping[str, Any], today: date, asked: Mapping[str, str]
) -> list[Standing]:
    """Every step in the definition's order; `asked`: the state of the last request by step ("asked", "done").

    A step this filing does not need keeps nobody waiting.
    """
    listed = list(steps)
    needed = {
        step.id: step.when is None or step.when.holds(Scope(answers, today)) or step.id in asked
        for step in listed
    }
    found = []
    for step in listed:
        open_before = tuple(
            one
            for one in listed
            if one.id in step.after and needed[one.id] and asked.get(one.id) != Stand.DONE
        )
        state = asked.get(step.id)
        if state in (Stand.ASKED, Stand.DONE):
            found.append(Standing(step, Stand(state)))
        elif not needed[step.id]:
            found.append(Standing(step, Stand.NOT_NEEDED))
        elif open_before:
            found.append(Standing(step, Stand.WAITS, open_before))
        else:
            found.append(Standing(step, Stand.READY))
    return found


def missing_before(standings: Iterable[Standing], kind: str) -> tuple[ExternalStep, ...]:
    """The steps that must be done before this decision is proposed, and are not."""
    return tuple(
        one.step
        for one in standings
        if kind in one.step.before and one.stand not in (Stand.DONE, Stand.NOT_NEEDED)
    )


def due_on(*, step: ExternalStep, asked_on: date) -> date:
    """The day by which a step is to be done, counted from the day after it was asked for."""
    return asked_on + timedelta(days=step.due_days)


def is_near(*, due_on: date, today: date) -> bool:
    """Whether the day of a step is near and not past."""
    return today <= due_on <= today + NEAR


def validity(*, begins: date, months: int) -> tuple[date, date]:
    """The period a certification is valid: the rest of the first month in front of the months, to the end of a month.

    One that begins on the first of a month has no rest of it in front.
    """
    ahead = months - 1 if begins.day == 1 else months
    year, month = divmod(begins.year * 12 + begins.month - 1 + ahead, 12)
    return begins, date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def validity_begins(step: ExternalStep, *, answers: Mapping[str, Any], received_on: date) -> date:
    """The first day of a period: when it was filed, or the day after the earlier period where that is renewed."""
    after = step.months_after
    if after is None or (after.when is not None and not after.when.holds(Scope(answers, received_on))):
        return received_on
    try:
        return date.fromisoformat(str(answers.get(after.question))) + timedelta(days=1)
    except (ValueError, OverflowError):
        return received_on


def may_be_looked_at_again(
    rule: SecondLook | None, *, status: str, decided_on: date | None, asked_on: date
) -> bool:
    """Whether a decided case may be looked at again: where the definition knows it, and within its days."""
    if rule is None or status != Status.CLOSED or decided_on is None or asked_on < decided_on:
        return False
    return rule.within_days is None or asked_on <= decided_on + timedelta(days=rule.within_days)


def is_of_disaster(
    *, day: date | None, town: str, from_on: date, until_on: date, towns: Collection[str]
) -> bool:
    """Whether damage of this day in this town belongs to a disaster; without towns it was the whole city."""
    if day is None or not from_on <= day <= until_on:
        return False
    return not towns or any(town.startswith(one) for one in towns)
