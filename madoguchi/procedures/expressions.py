"""Rules for amounts and days in CEL (celpy): compiled once, bounded, and never able to fail a page.

Dates are ISO texts. An unanswered question is null, a group is a list of maps with the answered keys only.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from madoguchi.japan import closed_days, day_count, fiscal
from madoguchi.japan.eras import DateError

if TYPE_CHECKING:
    import lark
    from celpy import Environment, Runner

MAX_LENGTH = 500
MAX_DEPTH = 12  # brackets, calls and conditionals inside one another
MAX_MACRO_DEPTH = 2  # map inside filter, no further: the work grows with members to this power
MAX_YEN = 10**12
REMEMBERED = 256  # results of each expression

MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})
METHODS = MACROS | {"size", "contains", "startsWith", "endsWith"}
OWN_FUNCTIONS = ("age", "school_year_age", "add_days", "add_open_days", "months_after")
FUNCTIONS = frozenset({"size", "has", "int", "double", "string", *OWN_FUNCTIONS})

_lock = threading.Lock()  # the parser of celpy is shared by all threads


class BadExpression(ValueError):
    """An expression that is not allowed: too_long, too_deep, syntax, unknown_name, unknown_function."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


class ExpressionFailed(ArithmeticError):
    """No value: missing (an answer is not there yet), division_by_zero, overflow, type, not_whole_yen, too_large.

    Neither the answers nor celpy's own message are kept: both may hold personal data.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Expression:
    """One compiled rule; `names` are the questions it reads."""

    source: str
    names: frozenset[str]
    decimals: frozenset[str] = frozenset()  # names whose text is a decimal number
    groups: frozenset[str] = frozenset()  # names that are an empty list when nobody is listed
    _runner: Any = field(default=None, repr=False, compare=False)
    _results: dict[bytes, int | float | str | bool | ExpressionFailed] = field(
        default_factory=dict, repr=False, compare=False
    )

    def evaluate(self, answers: Mapping[str, Any], today: date) -> int | float | str | bool:
        """The value over these answers; ExpressionFailed says why there is none.

        A page asks several times about the same answers and celpy takes milliseconds, so results are remembered
        under a digest of what went in.
        """
        given = {name: answers.get(name) for name in self.names}
        digest = _digest(given, today)
        result = self._results.get(digest)
        if result is None:
            try:
                result = self._run(given, today)
            except ExpressionFailed as failed:
                result = failed
            if len(self._results) >= REMEMBERED:
                self._results.clear()
            self._results[digest] = result
        if isinstance(result, ExpressionFailed):
            raise ExpressionFailed(result.code)
        return result

    def _run(self, given: Mapping[str, Any], today: date) -> int | float | str | bool:
        from celpy import celtypes
        from celpy.evaluation import CELEvalError

        context = {name: self._bound(name, value) for name, value in given.items()}
        context["today"] = celtypes.StringType(today.isoformat())
        try:
            result = self._runner.evaluate(context)
        except CELEvalError as error:
            raise ExpressionFailed(self._reason(error, given)) from None
        except (ArithmeticError, TypeError, ValueError, LookupError, AttributeError, RecursionError):
            raise ExpressionFailed(self._reason(None, given)) from None
        return self._plain(result)

    def yen(self, answers: Mapping[str, Any], today: date) -> int:
        """The value as whole yen, not negative; ExpressionFailed otherwise."""
        value = self.evaluate(answers, today)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ExpressionFailed("not_whole_yen")
        if not 0 <= value <= MAX_YEN:
            raise ExpressionFailed("too_large")
        return value

    def _bound(self, name: str, value: Any) -> Any:
        if name in self.decimals and isinstance(value, str):
            from celpy import celtypes

            return celtypes.DoubleType(float(value))
        return _to_cel([] if value is None and name in self.groups else value, self.decimals)

    def _reason(self, error: Exception | None, answers: Mapping[str, Any]) -> str:
        kind = error.args[1] if error is not None and len(error.args) > 1 else None
        if kind is ZeroDivisionError:
            return "division_by_zero"
        if kind is ValueError:
            return "overflow"
        missing = any(answers.get(name) is None for name in self.names - self.groups)
        return "missing" if missing or kind is KeyError else "type"

    def _plain(self, result: Any) -> int | float | str | bool:
        from celpy import celtypes

        if result is None:
            raise ExpressionFailed("missing")
        if isinstance(result, bool | celtypes.BoolType):
            return bool(result)
        if isinstance(result, int):  # celpy's own numbers and texts are kinds of Python's
            return int(result)
        if isinstance(result, float):
            return float(result)
        if isinstance(result, str):
            return str(result)
        raise ExpressionFailed("type")


def compile_expression(
    source: str,
    names: frozenset[str],
    *,
    decimals: frozenset[str] = frozenset(),
    groups: frozenset[str] = frozenset(),
) -> Expression:
    """Compile a rule that may use `names` and `groups` (question ids); BadExpression says what is not allowed."""
    from celpy.celparser import CELParseError

    if len(source) > MAX_LENGTH:
        raise BadExpression("too_long", f"式は{MAX_LENGTH}文字までです。")
    _refuse_deep_brackets(source)
    with _lock:
        environment = _environment()
        try:
            tree = environment.compile(source)
        except CELParseError as error:
            raise BadExpression(
                "syntax", f"式として読めません（{error.line or 1}行{error.column or 1}文字目）。"
            ) from None
        except RecursionError:
            raise BadExpression("too_deep", "式の入れ子が深すぎます。") from None
        used = _check(tree, names | groups)
        runner: Runner = environment.program(tree, functions=_functions())
    return Expression(source, frozenset(used), decimals & used, groups & used, runner)


def _digest(given: Mapping[str, Any], today: date) -> bytes:
    """What went in, so that it can be recognised but not read."""
    text = json.dumps([today.isoformat(), given], sort_keys=True, default=repr)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _refuse_deep_brackets(source: str) -> None:
    depth = 0
    for character in source:
        depth += (character in "([{") - (character in ")]}")
        if depth > MAX_DEPTH:
            raise BadExpression("too_deep", "式のかっこの入れ子が深すぎます。")


@cache
def _environment() -> Environment:
    from celpy import Environment

    return Environment()


def _check(tree: lark.Tree[Any], names: frozenset[str]) -> set[str]:
    """The question ids a tree reads; BadExpression on anything outside the language."""
    used: set[str] = set()
    for node, variables, macros in _nodes(tree, frozenset(), 0):
        if macros > MAX_MACRO_DEPTH:
            raise BadExpression("too_deep", "繰り返し（map、filterなど）の入れ子は2段までです。")
        if node.data in ("dot_ident", "dot_ident_arg", "member_object"):
            raise BadExpression("syntax", "この書き方は使えません。")
        if node.data == "ident":
            name = str(node.children[0])
            if name in variables or name == "today":
                continue
            if name not in names:
                raise BadExpression("unknown_name", f"「{name}」という質問はありません。")
            used.add(name)
        if node.data == "ident_arg" and str(node.children[0]) not in FUNCTIONS:
            raise BadExpression("unknown_function", f"関数「{node.children[0]}」は使えません。")
        if node.data == "member_dot_arg" and str(node.children[1]) not in METHODS:
            raise BadExpression("unknown_function", f"関数「{node.children[1]}」は使えません。")
    return used


def _nodes(
    tree: lark.Tree[Any], variables: frozenset[str], macros: int
) -> Iterator[tuple[lark.Tree[Any], frozenset[str], int]]:
    """Every node with the macro variables in sight and the depth of macros around it."""
    yield tree, variables, macros
    children = [child for child in tree.children if hasattr(child, "data")]
    if tree.data == "member_dot_arg" and str(tree.children[1]) in MACROS:
        variable = _macro_variable(tree)
        yield from _nodes(children[0], variables, macros)
        yield from _nodes(children[-1], variables | {variable}, macros + 1)
        return
    for child in children:
        yield from _nodes(child, variables, macros)


def _macro_variable(tree: lark.Tree[Any]) -> str:
    arguments = tree.children[-1]
    names = list(arguments.children[0].scan_values(bool)) if hasattr(arguments, "data") else []
    if len(names) != 1 or len(arguments.children) != 2 or names[0].type != "IDENT":
        raise BadExpression(
            "syntax", f"「{tree.children[1]}」は「並び.{tree.children[1]}(x, 式)」のように書いてください。"
        )
    return str(names[0])


def _to_cel(value: Any, decimals: frozenset[str] = frozenset()) -> Any:
    from celpy import celtypes

    if isinstance(value, bool):
        return celtypes.BoolType(value)
    if isinstance(value, int):
        return celtypes.IntType(value)
    if isinstance(value, str):
        return celtypes.StringType(value)
    if isinstance(value, list):
        return celtypes.ListType([_to_cel(item, decimals) for item in value])
    if isinstance(value, dict):
        if value.keys() == {"text", "from", "to"}:  # a date of which a part is unknown
            return None
        return celtypes.MapType(
            {
                celtypes.StringType(key): celtypes.DoubleType(float(item))
                if key in decimals
                else _to_cel(item)
                for key, item in value.items()
                if item is not None
            }
        )
    return None


@cache
def _functions() -> dict[str, Any]:
    from celpy import celtypes

    def day(text: Any) -> date:
        return date.fromisoformat(str(text))

    def age(born: Any, on: Any) -> Any:
        return celtypes.IntType(fiscal.age_on(day(born), day(on)))

    def school_year_age(born: Any, on: Any) -> Any:
        return celtypes.IntType(fiscal.fiscal_year_age(day(born), day(on)))

    def add_days(start: Any, count: Any) -> Any:
        return celtypes.StringType((day(start) + timedelta(days=int(count))).isoformat())

    def add_open_days(start: Any, count: Any) -> Any:
        return celtypes.StringType(closed_days.add_business_days(day(start), int(count)).isoformat())

    def months_after(start: Any, count: Any) -> Any:
        return celtypes.StringType(day_count.months_after(day(start), int(count)).isoformat())

    def null_in_null_out(compute: Any) -> Any:
        def call(*arguments: Any) -> Any:
            try:
                return None if any(given is None for given in arguments) else compute(*arguments)
            except (DateError, closed_days.HolidaysUnknown):  # an age before birth, a period of no month
                return None

        return call

    functions = (age, school_year_age, add_days, add_open_days, months_after)
    return {function.__name__: null_in_null_out(function) for function in functions}
