"""Conditions as data: each is one dataclass that holds or does not hold over the answers; nothing is ever evaluated.

A condition on an unanswered or hidden question is false, and `not` of it is true: there is no third value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from madoguchi.japan import fiscal

OPERATORS = ("less_than", "at_most", "at_least", "more_than")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_ID = re.compile(r"[a-z][a-z0-9_]*\Z", re.ASCII)
_DEPTH = 12


class BadCondition(ValueError):
    """A condition that does not follow the language; `path` leads to the place inside it."""

    def __init__(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        self.path = path
        self.code = code
        self.message = message
        super().__init__(message)


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


@dataclass(frozen=True, slots=True)
class AgeOf:
    """An age on a day: whole years reached, or (school_year) the age counted to the coming 31 March."""

    question: str
    on: str  # today | fiscal_year_end | ISO date | id of a date question
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


def compile_condition(data: Any, path: tuple[str | int, ...] = ()) -> Condition:
    """The condition written in `data`; BadCondition says where it leaves the language."""
    if len([step for step in path if isinstance(step, str)]) > _DEPTH:
        raise BadCondition(path, "too_deep", "条件の入れ子が深すぎます。")
    if not isinstance(data, dict) or not data:
        raise BadCondition(path, "not_a_condition", "条件は「question: …, is: …」のように書いてください。")
    for key, build in _BUILDERS.items():
        if key in data:
            condition: Condition = build(data, path)
            return condition
    raise BadCondition(
        path,
        "unknown_condition",
        f"条件「{next(iter(data))}」は知られていません。使えるのは{'、'.join(_BUILDERS)}です。",
    )


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
        if (
            isinstance(part, AgeOf)
            and part.on not in ("today", "fiscal_year_end")
            and not _ISO.match(part.on)
        ):
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


def _only(data: dict[str, Any], path: tuple[str | int, ...], *allowed: str) -> None:
    for key in data:
        if key not in allowed:
            raise BadCondition((*path, key), "unknown_key", f"条件の中の「{key}」は知られていません。")


def _id(data: dict[str, Any], key: str, path: tuple[str | int, ...]) -> str:
    value = data[key]
    if not isinstance(value, str) or not _ID.match(value):
        raise BadCondition((*path, key), "bad_id", f"「{key}」には質問のidを書いてください。")
    return value


def _bounds(
    data: dict[str, Any], path: tuple[str | int, ...], *, operators: tuple[str, ...] = OPERATORS
) -> Bounds:
    pairs: list[tuple[str, int | Decimal | str]] = []
    for operator in operators:
        if operator not in data:
            continue
        bound = data[operator]
        if isinstance(bound, float):
            bound = Decimal(repr(bound))
        number = isinstance(bound, int | Decimal) and not isinstance(bound, bool)
        if not number and not (isinstance(bound, str) and (bound == "today" or _is_day(bound))):
            raise BadCondition(
                (*path, operator),
                "bad_bound",
                f"「{operator}」には数か日付（YYYY-MM-DD、today）を書いてください。",
            )
        pairs.append((operator, bound))
    if not pairs:
        raise BadCondition(path, "no_bound", f"{'、'.join(operators)}のどれかを書いてください。")
    if len({isinstance(bound, str) for _, bound in pairs}) > 1:
        raise BadCondition(path, "mixed_bounds", "数と日付を一つの条件に混ぜることはできません。")
    return Bounds(tuple(pairs))


def _numbers(data: dict[str, Any], path: tuple[str | int, ...], operators: tuple[str, ...]) -> Bounds:
    bounds = _bounds(data, path, operators=operators)
    if not all(isinstance(bound, int) for _, bound in bounds.pairs):
        raise BadCondition(path, "bad_bound", "年齢や人数は整数で書いてください。")
    return bounds


def _is_day(text: str) -> bool:
    if not _ISO.match(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _constant(data: dict[str, Any], key: str, path: tuple[str | int, ...]) -> str | int | float | bool:
    value = data[key]
    if not isinstance(value, str | int | float | bool):
        raise BadCondition((*path, key), "bad_constant", f"「{key}」には一つの値を書いてください。")
    return value


def _question(data: dict[str, Any], path: tuple[str | int, ...]) -> Condition:
    question = _id(data, "question", path)
    if any(operator in data for operator in OPERATORS):
        _only(data, path, "question", *OPERATORS)
        bounds = _bounds(data, path)
        return Compare(question, bounds, dated=isinstance(bounds.pairs[0][1], str))
    kinds = [key for key in ("is", "is_not", "in", "includes", "answered") if key in data]
    if len(kinds) != 1:
        raise BadCondition(
            path, "no_comparison", "is、is_not、in、includes、answeredか、比較のどれか一つを書いてください。"
        )
    key = kinds[0]
    _only(data, path, "question", key)
    if key == "in":
        values = data["in"]
        if (
            not isinstance(values, list)
            or not values
            or not all(isinstance(v, str | int | float | bool) for v in values)
        ):
            raise BadCondition((*path, "in"), "bad_constant", "「in」には値の並びを書いてください。")
        return In(question, tuple(values))
    if key == "answered":
        if not isinstance(data["answered"], bool):
            raise BadCondition((*path, "answered"), "bad_constant", "「answered」はtrueかfalseです。")
        return Answered(question, data["answered"])
    value = _constant(data, key, path)
    if key == "includes":
        return Includes(question, str(value))
    return Is(question, value) if key == "is" else IsNot(question, value)


def _age(key: str) -> Any:
    def build(data: dict[str, Any], path: tuple[str | int, ...]) -> Condition:
        operators = (*OPERATORS, "is")
        _only(data, path, key, "on", *operators)
        on = data.get("on", "today")
        if not isinstance(on, str) or not (_is_day(on) or _ID.match(on)):
            raise BadCondition(
                (*path, "on"),
                "bad_day",
                "「on」にはtoday、fiscal_year_end、日付、日付の質問のidのどれかを書いてください。",
            )
        bounds = _numbers(data, path, operators)
        return AgeOf(_id(data, key, path), on, bounds, school_year=key == "school_year_age_of")

    return build


def _list(key: str) -> Any:
    def build(data: dict[str, Any], path: tuple[str | int, ...]) -> Condition:
        _only(data, path, key)
        items = data[key]
        if not isinstance(items, list) or not items:
            raise BadCondition((*path, key), "empty", f"「{key}」には条件を一つ以上並べてください。")
        parts = tuple(compile_condition(item, (*path, key, index)) for index, item in enumerate(items))
        return AllOf(parts) if key == "all" else AnyOf(parts)

    return build


def _not(data: dict[str, Any], path: tuple[str | int, ...]) -> Condition:
    _only(data, path, "not")
    return Not(compile_condition(data["not"], (*path, "not")))


def _member(key: str) -> Any:
    def build(data: dict[str, Any], path: tuple[str | int, ...]) -> Condition:
        _only(data, path, key, "where")
        if "where" not in data:
            raise BadCondition(path, "no_where", "「where」に一人ずつの条件を書いてください。")
        group, where = _id(data, key, path), compile_condition(data["where"], (*path, "where"))
        return AnyMember(group, where) if key == "any_member" else AllMembers(group, where)

    return build


def _count(data: dict[str, Any], path: tuple[str | int, ...]) -> Condition:
    operators = (*OPERATORS, "is")
    _only(data, path, "count", "where", *operators)
    where = compile_condition(data["where"], (*path, "where")) if "where" in data else None
    return Count(_id(data, "count", path), where, _numbers(data, path, operators))


_BUILDERS: dict[str, Any] = {
    "question": _question,
    "age_of": _age("age_of"),
    "school_year_age_of": _age("school_year_age_of"),
    "all": _list("all"),
    "any": _list("any"),
    "not": _not,
    "any_member": _member("any_member"),
    "all_members": _member("all_members"),
    "count": _count,
}
