"""Reading conditions as they are written in a definition."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from madoguchi.procedures.conditions import (
    AgeOf,
    AllMembers,
    AllOf,
    Answered,
    AnyMember,
    AnyOf,
    Bounds,
    Compare,
    Condition,
    Count,
    In,
    Includes,
    Is,
    IsNot,
    Not,
)

OPERATORS = ("at_least", "more_than", "at_most", "less_than")
DEEPEST = 12
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_ID = re.compile(r"[a-z][a-z0-9_]*\Z", re.ASCII)


class BadCondition(ValueError):
    """A condition that does not follow the language; `path` leads to the place inside it."""

    def __init__(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        self.path = path
        self.code = code
        self.message = message
        super().__init__(message)


def compile_condition(data: Any, path: tuple[str | int, ...] = ()) -> Condition:
    """The condition written in `data`; BadCondition says where it leaves the language."""
    if len([step for step in path if isinstance(step, str)]) > DEEPEST:
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
