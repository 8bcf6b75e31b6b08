"""A text that fits a regular expression, for sample filings of questions with a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from typing import Any

_parser = import_module("re._parser")  # the only reader of the syntax that cannot disagree with `re`
_CATEGORIES = {"CATEGORY_DIGIT": "0", "CATEGORY_WORD": "A", "CATEGORY_SPACE": " "}


def fitting(pattern: re.Pattern[str]) -> str:
    """A text the pattern matches as a whole, or "" where it uses more than classes, repeats and alternatives."""
    try:
        text = _of(_parser.parse(pattern.pattern))
    except (KeyError, ValueError):
        return ""
    return text if pattern.fullmatch(text) else ""


def _of(nodes: Iterable[tuple[Any, Any]]) -> str:
    return "".join(_one(str(operator), argument) for operator, argument in nodes)


def _one(operator: str, argument: Any) -> str:
    match operator:
        case "LITERAL":
            return chr(int(argument))
        case "ANY" | "NOT_LITERAL":
            return "A" if argument != ord("A") else "B"
        case "IN":
            return _member(argument)
        case "MAX_REPEAT" | "MIN_REPEAT":
            low, high, inner = argument
            return _of(inner) * int(max(low, min(1, int(high))))
        case "SUBPATTERN":
            return _of(argument[-1])
        case "BRANCH":
            return _of(argument[1][0])
        case "AT":
            return ""
    raise KeyError(operator)


def _member(choices: list[tuple[Any, Any]]) -> str:
    operator, argument = str(choices[0][0]), choices[0][1]
    if operator == "LITERAL":
        return chr(argument)
    if operator == "RANGE":
        return chr(argument[0])
    return _CATEGORIES[str(argument)]
