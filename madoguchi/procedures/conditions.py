"""Conditions as data: each is one dataclass that holds or does not hold over the answers; nothing is ever evaluated.

A condition on an unanswered or hidden question is false, and `not` of it is true: there is no third value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from madoguchi.japan import fiscal

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


class Scope:
    """What a condition looks at: the answers that count so far, the member in turn, the day."""

    __slots__ = ("answers", "member", "today")

    def __init__(
        self, answers: Mapping[str, Any], today: date, member: Mapping[str, Any] | None = None
    ) -> None:
        self.answers = answers
        self.today = today
        self.member = member

    def value(self, question_id: str) -> Any:
        """The member's own answer first, else the answer of the filing, else None."""
        member = self.member
        if member is not None and question_id in member:
            return member[question_id]
        return self.answers.get(question_id)


class Condition(Protocol):
    """Anything that holds or not in a scope."""

    def holds(self, scope: Scope) -> bool: ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """One or more comparisons that must all be met."""

    pairs: tuple[tuple[str, int | Decimal | str], ...]

    def met(self, low: Any, high: Any) -> bool:
        """Whether every value from low to high meets every bound: an uncertain value meets it only surely."""
        for operator, bound in self.pairs:
            if operator == "at_least":
                ok = low >= bound
            elif operator == "at_most":
                ok = high <= bound
            elif operator == "less_than":
                ok = high < bound
            elif operator == "more_than":
                ok = low > bound
            else:
                ok = low == bound == high
            if not ok:
                return False
        return True

    def on(self, today: date) -> Bounds:
        """The same bounds with "today" replaced by the day."""
        return Bounds(tuple((op, today.isoformat() if b == "today" else b) for op, b in self.pairs))


@dataclass(frozen=True, slots=True)
class Is:
    question: str
    value: str | int | float | bool

    def holds(self, scope: Scope) -> bool:
        return _same(scope.value(self.question), self.value)


@dataclass(frozen=True, slots=True)
class IsNot:
    question: str
    value: str | int | float | bool

    def holds(self, scope: Scope) -> bool:
        answer = scope.value(self.question)
        return answer is not None and not _same(answer, self.value)


@dataclass(frozen=True, slots=True)
class In:
    question: str
    values: tuple[str | int | float | bool, ...]

    def holds(self, scope: Scope) -> bool:
        answer = scope.value(self.question)
        return answer is not None and any(_same(answer, value) for value in self.values)


@dataclass(frozen=True, slots=True)
class Includes:
    question: str
    value: str

    def holds(self, scope: Scope) -> bool:
        answer = scope.value(self.question)
        return isinstance(answer, list) and self.value in answer


@dataclass(frozen=True, slots=True)
class Answered:
    question: str
    answered: bool

    def holds(self, scope: Scope) -> bool:
        return (scope.value(self.question) not in (None, "", [], {})) is self.answered


@dataclass(frozen=True, slots=True)
class Compare:
    """A number or a date against fixed bounds; dates compare as ISO text."""

    question: str
    bounds: Bounds
    dated: bool  # the bounds are days

    def holds(self, scope: Scope) -> bool:
        answer = scope.value(self.question)
        if self.dated:
            days = _days(answer)
            return days is not None and self.bounds.on(scope.today).met(*days)
        number = _number(answer)
        return number is not None and self.bounds.met(number, number)


# Days of an age that are no question: `end_of_today` counts as 年齢計算ニ関スル法律 does, for laws that name the day
# on which an age is reached (達する日): the day before the birthday.
DAYS_OF_AGE = ("today", "end_of_today", "fiscal_year_end")


@dataclass(frozen=True, slots=True)
class AgeOf:
    """An age on a day: whole years reached, or (school_year) the age counted to the coming 31 March."""

    question: str
    on: str  # one of DAYS_OF_AGE | ISO date | id of a date question
    bounds: Bounds
    school_year: bool = False

    def holds(self, scope: Scope) -> bool:
        born, on = _days(scope.value(self.question)), self._on(scope)
        if born is None or on is None:
            return False
        age = fiscal.fiscal_year_age if self.school_year else fiscal.age_on
        try:
            youngest, oldest = age(_day(born[1]), _day(on[0])), age(_day(born[0]), _day(on[1]))
        except ValueError:  # not born on that day, or not a day at all
            return False
        return self.bounds.met(youngest, oldest)

    def _on(self, scope: Scope) -> tuple[str, str] | None:
        if self.on == "today":
            day = scope.today.isoformat()
        elif self.on == "end_of_today":
            day = (scope.today + timedelta(days=1)).isoformat()
        elif self.on == "fiscal_year_end":
            day = fiscal.fiscal_year_end(fiscal.fiscal_year(scope.today)).isoformat()
        elif _ISO.match(self.on):
            day = self.on
        else:
            return _days(scope.value(self.on))
        return day, day


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Condition, ...]

    def holds(self, scope: Scope) -> bool:
        return all(part.holds(scope) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]

    def holds(self, scope: Scope) -> bool:
        return any(part.holds(scope) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition

    def holds(self, scope: Scope) -> bool:
        return not self.part.holds(scope)


@dataclass(frozen=True, slots=True)
class AnyMember:
    group: str
    where: Condition

    def holds(self, scope: Scope) -> bool:
        return any(self.where.holds(inner) for inner in _members(scope, self.group))


@dataclass(frozen=True, slots=True)
class AllMembers:
    """True only when there is a member: nobody at all satisfies nothing."""

    group: str
    where: Condition

    def holds(self, scope: Scope) -> bool:
        members = _members(scope, self.group)
        return bool(members) and all(self.where.holds(inner) for inner in members)


@dataclass(frozen=True, slots=True)
class Count:
    """How many members (that meet `where`); a group without an answer counts none."""

    group: str
    where: Condition | None
    bounds: Bounds

    def holds(self, scope: Scope) -> bool:
        members = _members(scope, self.group)
        number = len(members)
        if self.where is not None:
            number = sum(1 for inner in members if self.where.holds(inner))
        return self.bounds.met(number, number)


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly inside this one."""
    if isinstance(condition, AllOf | AnyOf):
        return condition.parts
    if isinstance(condition, Not):
        return (condition.part,)
    if isinstance(condition, AnyMember | AllMembers):
        return (condition.where,)
    if isinstance(condition, Count) and condition.where is not None:
        return (condition.where,)
    return ()


def walk(condition: Condition) -> Iterator[Condition]:
    """The condition and everything inside it."""
    yield condition
    for part in parts_of(condition):
        yield from walk(part)


def questions_used(condition: Condition) -> frozenset[str]:
    """Ids of the questions (not groups) whose answers decide this condition."""
    used: set[str] = set()
    for part in walk(condition):
        if isinstance(part, Is | IsNot | In | Includes | Answered | Compare | AgeOf):
            used.add(part.question)
        if isinstance(part, AgeOf) and part.on not in DAYS_OF_AGE and not _ISO.match(part.on):
            used.add(part.on)
    return frozenset(used)


def groups_used(condition: Condition) -> frozenset[str]:
    """Ids of the groups this condition looks into."""
    return frozenset(p.group for p in walk(condition) if isinstance(p, AnyMember | AllMembers | Count))


def constants_used(condition: Condition) -> dict[str, frozenset[Any]]:
    """For each question or group the constants it is compared with; an age is ("age" | "school_year_age", on, years)."""
    used: dict[str, set[Any]] = {}
    for part in walk(condition):
        match part:
            case Is() | IsNot() | Includes():
                used.setdefault(part.question, set()).add(part.value)
            case In():
                used.setdefault(part.question, set()).update(part.values)
            case Answered():
                used.setdefault(part.question, set())
            case Compare():
                used.setdefault(part.question, set()).update(bound for _, bound in part.bounds.pairs)
            case AgeOf():
                kind = "school_year_age" if part.school_year else "age"
                used.setdefault(part.question, set()).update((kind, part.on, n) for _, n in part.bounds.pairs)
            case Count():
                used.setdefault(part.group, set()).update(bound for _, bound in part.bounds.pairs)
            case AnyMember() | AllMembers():
                used.setdefault(part.group, set()).add(1)
            case _:
                pass
    return {question_id: frozenset(constants) for question_id, constants in used.items()}


def _same(answer: Any, value: Any) -> bool:
    """Equal and of one type: true is not 1."""
    return bool(answer == value) and isinstance(answer, bool) is isinstance(value, bool)


def _number(answer: Any) -> int | Decimal | None:
    if isinstance(answer, int) and not isinstance(answer, bool):
        return answer
    if isinstance(answer, str):
        try:
            number = Decimal(answer)
        except InvalidOperation:
            return None
        return number if number.is_finite() else None
    return None


def _days(answer: Any) -> tuple[str, str] | None:
    """The first and last day an answer can mean."""
    if isinstance(answer, str):
        return (answer, answer) if _ISO.match(answer) else None
    if isinstance(answer, dict):
        low, high = answer.get("from"), answer.get("to")
        if isinstance(low, str) and isinstance(high, str) and _ISO.match(low) and _ISO.match(high):
            return low, high
    return None


def _day(iso: str) -> date:
    return date.fromisoformat(iso)


def _members(scope: Scope, group: str) -> list[Scope]:
    members = scope.answers.get(group)
    if not isinstance(members, list):
        return []
    return [Scope(scope.answers, scope.today, member) for member in members if isinstance(member, dict)]
