"""Why a condition does not have the shape of one, said at the place where it goes wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from madoguchi.common.yaml_source import Path
from madoguchi.procedures.checks.sheet import either, suggestion

COMPARISONS = ("less_than", "at_most", "at_least", "more_than")
EQUALITIES = ("is", "is_not", "in", "includes", "answered")
GROUP_HEADS = ("any_member", "all_members", "count")
ALLOWED: dict[str, tuple[str, ...]] = {
    "question": ("question", *EQUALITIES, *COMPARISONS),
    "age_of": ("age_of", "on", *COMPARISONS),
    "school_year_age_of": ("school_year_age_of", *COMPARISONS),
    "all": ("all",),
    "any": ("any",),
    "not": ("not",),
    "any_member": ("any_member", "where"),
    "all_members": ("all_members", "where"),
    "count": ("count", "where", "is", *COMPARISONS),
}
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z", re.ASCII)
_DAY = re.compile(r"(today|\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong inside a condition, and where."""

    path: Path
    code: str
    message: str
    mend: str


def fault_of(node: Any, path: Path, *, in_group: bool = False) -> Fault | None:
    """The first thing in this condition that the language does not know; None when it is well formed."""
    if not isinstance(node, dict):
        return Fault(
            path,
            "not_a_condition",
            "条件の形になっていません。",
            "「{question: 質問の識別子, is: 値}」のように書いてください。",
        )
    heads = [key for key in ALLOWED if key in node and not (key == "question" and "count" in node)]
    if not heads:
        word = next(iter(node), "")
        mend = suggestion(word, ALLOWED) or either(ALLOWED)
        return Fault((*path, word), "unknown_condition", f"条件「{word}」はありません。", mend)
    if len(heads) > 1:
        return Fault(
            (*path, heads[1]),
            "two_conditions",
            f"1つの条件に「{heads[0]}」と「{heads[1]}」があります。",
            "「all: [{…}, {…}]」か「any: [{…}, {…}]」で組み合わせてください。",
        )
    head = heads[0]
    if in_group and head in GROUP_HEADS:
        return Fault(
            (*path, head),
            "group_in_group",
            "くりかえしの条件の中に、くりかえしの条件があります。",
            "whereの中には、1人ずつの質問の条件だけを書いてください。",
        )
    for key in node:
        if key not in ALLOWED[head]:
            mend = suggestion(key, ALLOWED[head]) or either(ALLOWED[head])
            return Fault((*path, key), "unknown_key", f"条件の中に「{key}」は書けません。", mend)
    return _inside(head, node, path, in_group) or _comparison(head, node, path)


def _inside(head: str, node: dict[str, Any], path: Path, in_group: bool) -> Fault | None:
    if head in ("all", "any"):
        parts = node[head]
        if not isinstance(parts, list) or not parts:
            return Fault(
                (*path, head),
                "empty",
                f"「{head}」に条件が並んでいません。",
                f"「{head}: [{{…}}, {{…}}]」のように書いてください。",
            )
        faults = (fault_of(part, (*path, head, n), in_group=in_group) for n, part in enumerate(parts))
        return next((fault for fault in faults if fault), None)
    if head == "not":
        return fault_of(node["not"], (*path, "not"), in_group=in_group)
    name = node[head]
    if not isinstance(name, str) or not _NAME.match(name):
        return Fault(
            (*path, head),
            "bad_id",
            f"「{head}」に質問の識別子が書かれていません。",
            "質問の id と同じ文字を書いてください。",
        )
    if head in ("any_member", "all_members") and "where" not in node:
        return Fault(
            path,
            "no_where",
            f"「{head}」に「where」がありません。",
            "「where: {question: …, is: …}」を書いてください。",
        )
    if "where" in node:
        return fault_of(node["where"], (*path, "where"), in_group=True)
    return None


def _comparison(head: str, node: dict[str, Any], path: Path) -> Fault | None:
    if head in ("all", "any", "not", "any_member", "all_members"):
        return None
    if head == "age_of" and "on" not in node:
        return Fault(
            path,
            "no_day",
            "いつの年齢かが書かれていません。",
            "「on: today」「on: fiscal_year_end」「on: 日付の質問」のどれかを書いてください。",
        )
    equal = [key for key in EQUALITIES if key in node]
    compare = [key for key in COMPARISONS if key in node]
    if not equal and not compare:
        words = [key for key in ALLOWED[head] if key in (*EQUALITIES, *COMPARISONS)]
        return Fault(path, "no_comparison", "何と比べるかが書かれていません。", either(words))
    if len(equal) > 1 or (equal and compare):
        second = [*equal, *compare][1]
        return Fault(
            (*path, second),
            "two_comparisons",
            "1つの条件で2つのことを比べています。",
            "「all: [{…}, {…}]」を使って分けてください。",
        )
    return _value(head, node, path, [*equal, *compare])


def _value(head: str, node: dict[str, Any], path: Path, keys: list[str]) -> Fault | None:
    for key in keys:
        value, place = node[key], (*path, key)
        if key in COMPARISONS or head == "count":
            is_whole = isinstance(value, int) and not isinstance(value, bool)
            is_bound = (
                is_whole or isinstance(value, float) or (isinstance(value, str) and bool(_DAY.match(value)))
            )
            if head != "question" and not (is_whole and 0 <= value <= 1000):
                return Fault(
                    place, "bad_bound", f"「{key}」は0以上の整数で書いてください。", "例: at_least: 3"
                )
            if not is_bound:
                return Fault(
                    place,
                    "bad_bound",
                    f"「{key}」に「{value}」は書けません。",
                    "数か、2026-04-01 のような日か、today を書いてください。",
                )
        elif key == "answered":
            if not isinstance(value, bool):
                return Fault(place, "bad_value", "「answered」は true か false です。", "answered: true")
        elif key == "in":
            if not isinstance(value, list) or not value:
                return Fault(
                    place,
                    "bad_value",
                    "「in」に値が並んでいません。",
                    "「in: [a, b]」のように書いてください。",
                )
        elif isinstance(value, list | dict) or value is None:
            return Fault(
                place,
                "bad_value",
                f"「{key}」には1つの値を書いてください。",
                "いくつかの値と比べるときは「in: [a, b]」と書いてください。",
            )
    return None
