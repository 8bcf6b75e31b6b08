"""The answers that make a difference: each question's space is parted at the constants that conditions use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

from madoguchi.procedures import conditions
from madoguchi.procedures.conditions import (
    DAYS_OF_AGE,
    AgeOf,
    Answered,
    Compare,
    Condition,
    Count,
    In,
    Includes,
    Is,
    IsNot,
    Scope,
)
from madoguchi.procedures.definition import Definition, Question

LEAVES = (Is, IsNot, In, Includes, Answered, Compare, AgeOf)
Leaf = Is | IsNot | In | Includes | Answered | Compare | AgeOf
ORDINARY_DAY = "1990-05-15"


@dataclass(slots=True)
class Cone:
    """What decides some conditions: the questions they name, what those depend on, and so on."""

    questions: set[str] = field(default_factory=set)  # members' questions and groups included
    leaves: list[Leaf] = field(default_factory=list)
    counts: dict[str, set[int]] = field(default_factory=dict)  # group -> numbers of members that matter


def cone_of(definition: Definition, starts: Iterable[Condition]) -> Cone:
    """The cone of these conditions; every condition of a question in it belongs to it."""
    cone = Cone()
    waiting = list(starts)
    while waiting:
        condition = waiting.pop()
        for part in conditions.walk(condition):
            if isinstance(part, LEAVES):
                cone.leaves.append(part)
            elif isinstance(part, Count):
                numbers = {int(bound) for _, bound in part.bounds.pairs}
                cone.counts.setdefault(part.group, set()).update(numbers)
        for name in conditions.questions_used(condition) | conditions.groups_used(condition):
            waiting += _enter(definition, cone, name)
    return cone


def _enter(definition: Definition, cone: Cone, name: str) -> list[Condition]:
    if name in cone.questions or not definition.has_question(name):
        return []
    cone.questions.add(name)
    question = definition.question(name)
    found = [option.when for option in question.options if option.when is not None]
    found += [c for c in (question.when, definition.section(question.section_id).when) if c is not None]
    if not isinstance(question.required, bool):
        found.append(question.required)
    if question.group_id is not None:
        found += _enter(definition, cone, question.group_id)
    return found


def values_of(question: Question, cone: Cone, today: date) -> list[Any]:
    """One answer for each part of the space, within the limits of the question; never None."""
    leaves = [leaf for leaf in cone.leaves if question.id in (leaf.question, getattr(leaf, "on", ""))]
    found: dict[Any, Any] = {}
    for value in _all_values(question, leaves, today):
        found.setdefault(_part(question, leaves, value, today), value)
    return list(found.values())


def _part(question: Question, leaves: list[Leaf], value: Any, today: date) -> Any:
    """Two answers are in one part when no condition tells them apart."""
    if any(isinstance(leaf, AgeOf) and question.id in (leaf.on,) for leaf in leaves) or any(
        isinstance(leaf, AgeOf) and _is_question(leaf.on) for leaf in leaves
    ):
        return repr(value)
    scope = Scope({question.id: value}, today)
    answer = tuple(leaf.holds(scope) for leaf in leaves)
    return (answer, value) if question.kind == "choice" and any(o.when for o in question.options) else answer


def _all_values(question: Question, leaves: list[Leaf], today: date) -> Iterator[Any]:
    constants = [constant for leaf in leaves for constant in _constants(leaf)]
    if question.kind == "choice":
        yield from (option.id for option in question.options)
    elif question.kind == "choices":
        yield from _choices(question, constants)
    elif question.kind == "yes_no":
        yield from ("yes", "no")
    elif question.kind == "declaration":
        yield True
    elif question.kind in ("integer", "yen", "decimal"):
        yield from _numbers(question, constants)
    elif question.kind == "date":
        yield from _days(question, leaves, constants, today)
    elif question.kind != "statement":
        yield from (constant for constant in constants if isinstance(constant, str))
        yield "－"


def _constants(leaf: Leaf) -> list[Any]:
    match leaf:
        case Is() | IsNot() | Includes():
            return [leaf.value]
        case In():
            return list(leaf.values)
        case Compare():
            return [bound for _, bound in leaf.bounds.pairs]
        case _:
            return []


def _choices(question: Question, constants: list[Any]) -> Iterator[list[str]]:
    ids = [option.id for option in question.options]
    used = sorted({constant for constant in constants if constant in ids})
    rest = [identifier for identifier in ids if identifier not in used][:1]
    if len(used) <= 4:
        for size in range(len(used) + 1):
            for chosen in combinations(used, size):
                if chosen or rest:
                    yield [*chosen] if chosen else rest
    else:
        yield from ([identifier] for identifier in ids)
        yield ids


def _numbers(question: Question, constants: list[Any]) -> Iterator[int | str]:
    step = Decimal(1).scaleb(-(2 if question.places is None else question.places))
    whole = question.kind != "decimal"
    step = Decimal(1) if whole else step
    low = None if question.min is None else Decimal(str(question.min))
    high = None if question.max is None else Decimal(str(question.max))
    around = [
        Decimal(str(c)) for c in constants if isinstance(c, int | float | Decimal) and not isinstance(c, bool)
    ]
    values = {Decimal(0), Decimal(1), *(c + d for c in around for d in (-step, Decimal(0), step))}
    values |= {bound for bound in (low, high) if bound is not None}
    for value in sorted(values):
        if (
            (low is None or value >= low)
            and (high is None or value <= high)
            and (not whole or value == int(value))
        ):
            yield int(value) if whole else str(value)


def _days(question: Question, leaves: list[Leaf], constants: list[Any], today: date) -> Iterator[str]:
    low, high = _limit(question.min, today), _limit(question.max, today)
    days = {date.fromisoformat(ORDINARY_DAY), today, *(day for day in (low, high) if day is not None)}
    days |= {day for constant in constants if (day := _limit(constant, today)) is not None}
    for leaf in leaves:
        if isinstance(leaf, AgeOf):
            days |= set(_birthdays(leaf, today))
    around = {day + timedelta(days=shift) for day in days for shift in (-1, 0, 1)}
    for day in sorted(around):
        if (low is None or day >= low) and (high is None or day <= high):
            yield day.isoformat()


def _birthdays(leaf: AgeOf, today: date) -> Iterator[date]:
    """Days of birth at which the compared age is just reached, and the years beside it."""
    named = _is_question(leaf.on) or leaf.on in DAYS_OF_AGE
    on = today if named else date.fromisoformat(leaf.on)
    on += timedelta(days=leaf.on == "end_of_today")
    for _, years in leaf.bounds.pairs:
        for age in (int(years) - 1, int(years), int(years) + 1):
            if age < 0:
                continue
            yield _years_before(on, age)
            for year in (on.year - age - 1, on.year - age, on.year - age + 1):
                yield date(max(year, 1), 4, 1)


def _years_before(day: date, years: int) -> date:
    year = max(day.year - years, 1)
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 3, 1)


def _limit(bound: Any, today: date) -> date | None:
    if bound == "today":
        return today
    try:
        return date.fromisoformat(bound) if isinstance(bound, str) else None
    except ValueError:
        return None


def _is_question(on: str) -> bool:
    return on not in DAYS_OF_AGE and not on[:1].isdigit()


def is_open(condition: Condition | None, answers: Mapping[str, Any], today: date, member: Any = None) -> bool:
    """Whether what stands under this condition is asked."""
    return condition is None or condition.holds(Scope(answers, today, member))
