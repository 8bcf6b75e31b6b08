"""Expressions (CEL): they compile, look only at what was asked before, and give a value for every answer."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from madoguchi.common.yaml_source import Path
from madoguchi.procedures import expressions
from madoguchi.procedures.checks.references import LAST, Known
from madoguchi.procedures.checks.sheet import Sheet, either, suggestion
from madoguchi.procedures.definition import Definition, Question
from madoguchi.procedures.expressions import BadExpression, Expression, ExpressionFailed
from madoguchi.procedures.kinds import registry

TRIALS = 120
_MACRO = re.compile(
    r"\b([a-z][a-z0-9_]*)\s*\.\s*(?:filter|map|all|exists|exists_one)\s*\(\s*([a-zA-Z_]\w*)\s*,"
)
_STRING = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_MENDS = {
    "syntax": "かっこ、引用符、「?」と「:」の組を確かめてください。",
    "too_long": "計算を computed の質問に分けてください。",
    "too_deep": "計算を computed の質問に分けてください。",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One expression of the source and where it stands."""

    source: str
    path: Path
    position: int
    owner: str = ""
    group: str = ""


def rules(sheet: Sheet, known: Known) -> Iterator[Rule]:
    """Every expression of the definition."""
    for question in known.questions.values():
        if "computed" in question.data:
            path = (*question.path, "computed", "expression")
            source = question.data["computed"]["expression"]
            yield Rule(source, path, question.position, question.id, question.group)
    for part in ("entitlement", "fee"):
        if "expression" in sheet.data.get(part, {}):
            yield Rule(sheet.data[part]["expression"], (part, "expression"), LAST)


def check(sheet: Sheet) -> None:
    """Note expressions that do not compile or that name what is not there (yet)."""
    known = Known.of(sheet.data)
    for rule in rules(sheet, known):
        reach = {one.id for one in known.questions.values() if one.group in ("", rule.group)}
        try:
            expression = expressions.compile_expression(rule.source, frozenset(reach))
        except BadExpression as error:
            _not_compiled(sheet, rule, error, known, reach)
            continue
        _members_exist(sheet, rule, known)
        for name in sorted(expression.names):
            _asked_before(sheet, rule, known, name)


def _not_compiled(sheet: Sheet, rule: Rule, error: BadExpression, known: Known, reach: set[str]) -> None:
    word = (re.search(r"「([^」]*)」", error.message) or [None, ""])[1] or ""
    mend = _MENDS.get(error.code, "式を直してください。")
    if error.code == "unknown_name":
        mend = suggestion(word, reach) or "質問の id を確かめてください。"
        if word in known.questions:
            mend = f"「{known.questions[word].group}.filter(x, x.{word} …)」のように書いてください。"
    elif error.code == "unknown_function":
        usable = sorted(expressions.FUNCTIONS | expressions.MACROS)
        mend = suggestion(word, usable) or either(usable, most=20)
    sheet.note(rule.path, f"expression_{error.code}", error.message, mend)


def _members_exist(sheet: Sheet, rule: Rule, known: Known) -> None:
    bare = _STRING.sub('""', rule.source)
    groups = {one.id: one.data["questions"] for one in known.questions.values() if one.kind == "group"}
    for name, variable in _MACRO.findall(bare):
        if name not in groups:
            continue
        members = [str(member["id"]) for member in groups[name]]
        for used in re.findall(rf"\b{re.escape(variable)}\s*\.\s*([a-z_]\w*)", bare):
            if used not in (*members, "_id"):
                mend = suggestion(used, members) or either(members)
                sheet.note(
                    rule.path, "unknown_member", f"くりかえし「{name}」に質問「{used}」はありません。", mend
                )


def _asked_before(sheet: Sheet, rule: Rule, known: Known, name: str) -> None:
    if name == rule.owner:
        message, mend = (
            f"「{name}」の式が、「{name}」自身を使っています。",
            "ほかの質問の答えから計算してください。",
        )
        sheet.note(rule.path, "expression_on_itself", message, mend)
    elif known.questions[name].position >= rule.position:
        line = sheet.source.line_of(known.questions[name].path)
        message = f"式の質問「{name}」は、この後（{line}行目）で聞かれます。"
        sheet.note(rule.path, "later_question", message, f"この質問を「{name}」より後に移してください。")


def check_values(sheet: Sheet, definition: Definition, today: date) -> None:
    """Note expressions that fail or give a value of the wrong kind for answers that a person may give."""
    trials = list(_trials(definition, today))
    known = Known.of(sheet.data)
    for question in definition.all_questions():
        if question.computed is not None and question.group_id is None:
            path = (*known.questions[question.id].path, "computed", "expression")
            _try(sheet, path, question.computed, trials, today, question.kind)
    if definition.entitlement is not None:
        _try(sheet, ("entitlement", "expression"), definition.entitlement.expression, trials, today, "yen")
    if definition.fee.expression is not None:
        _try(sheet, ("fee", "expression"), definition.fee.expression, trials, today, "fee")


def _try(
    sheet: Sheet, path: Path, expression: Expression, trials: list[dict[str, Any]], today: date, kind: str
) -> None:
    for answers in trials:
        try:
            value = expression.evaluate(answers, today)
        except ExpressionFailed as failed:
            if failed.code != "missing" or kind == "fee" or _all_given(expression, answers):
                _failed(sheet, path, failed.code, _example(expression, answers))
                return
            continue
        if not _fits(value, kind):
            message = f"式の答え「{value}」は、ここに入れられません（{_example(expression, answers)}）。"
            sheet.note(path, "wrong_result", message, _WANTED.get(kind, "質問の種類に合う値にしてください。"))
            return


_WANTED = {
    "yen": "0円以上の整数になる式にしてください。",
    "fee": "0円以上の整数になる式にしてください。",
    "integer": "整数になる式にしてください。割り算は小数になることがあります。",
    "decimal": "数になる式にしてください。",
    "date": "「add_days(日付の質問, 日数)」のように、日付になる式にしてください。",
    "text": "文字になる式にしてください。",
}


def _failed(sheet: Sheet, path: Path, code: str, example: str) -> None:
    said = {
        "division_by_zero": (
            "式が0で割ることがあります",
            "「x == 0 ? 0 : …」のように、0のときを分けてください。",
        ),
        "overflow": ("式の値が大きくなりすぎます", "質問の max を小さくするか、式を直してください。"),
        "missing": (
            "答えのない質問があると、式の値が決まりません",
            "「has(x.質問)」や「質問 == null ? 0 : …」で分けてください。",
        ),
        "type": (
            "式の中で、種類の違う値を計算しています",
            "数は数、文字は文字と計算してください。小数は double(…) にします。",
        ),
    }
    message, mend = said.get(code, ("式の値が決まりません", "式を直してください。"))
    sheet.note(
        path, code if code == "division_by_zero" else f"expression_{code}", f"{message}（{example}）。", mend
    )


def _all_given(expression: Expression, answers: Mapping[str, Any]) -> bool:
    return all(answers.get(name) is not None for name in expression.names)


def _example(expression: Expression, answers: Mapping[str, Any]) -> str:
    parts = []
    for name in sorted(expression.names)[:3]:
        value = answers.get(name)
        shown = "答えなし" if value is None else f"{len(value)}人" if isinstance(value, list) else value
        parts.append(f"{name} が {shown if not isinstance(value, dict) else '答えあり'}")
    return "、".join(parts) + "のとき" if parts else "いつも"


def _fits(value: object, kind: str) -> bool:
    if isinstance(value, bool):
        return False
    if kind in ("yen", "fee"):
        return isinstance(value, int) and 0 <= value <= expressions.MAX_YEN
    if kind == "integer":
        return isinstance(value, int)
    if kind == "decimal":
        return isinstance(value, int | float)
    if kind == "date":
        try:
            return bool(date.fromisoformat(str(value)))
        except ValueError:
            return False
    return isinstance(value, str)


def _trials(definition: Definition, today: date) -> Iterator[dict[str, Any]]:
    """Sets of answers at the edges of what may be answered; computed answers are computed from them."""
    names = _names_used(definition)
    asked = [q for q in definition.all_questions() if q.id in names and q.group_id is None]
    edges = {q.id: _edges(q, today) for q in asked if q.computed is None}
    for chosen in itertools.islice(_combined(edges), TRIALS):
        answers = dict(chosen)
        for question in asked:
            if question.computed is not None:
                answers[question.id] = _computed(question.computed, answers, today)
        yield answers


def _combined(edges: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """All combinations when they are few; else one question after the other moved away from the usual answer."""
    size = 1
    for values in edges.values():
        size *= len(values)
    if size <= TRIALS:
        for combination in itertools.product(*edges.values()):
            yield dict(zip(edges, combination, strict=True))
        return
    usual = {name: values[0] for name, values in edges.items()}
    yield usual
    for name, values in edges.items():
        for value in values[1:]:
            yield {**usual, name: value}
    for pick in range(1, max(map(len, edges.values()))):
        yield {name: values[min(pick, len(values) - 1)] for name, values in edges.items()}


def _computed(expression: Expression, answers: Mapping[str, Any], today: date) -> Any:
    try:
        return expression.evaluate(answers, today)
    except ExpressionFailed:
        return None


def _names_used(definition: Definition) -> set[str]:
    expressions_used = [q.computed for q in definition.all_questions() if q.computed is not None]
    if definition.entitlement is not None:
        expressions_used.append(definition.entitlement.expression)
    if definition.fee.expression is not None:
        expressions_used.append(definition.fee.expression)
    return {name for expression in expressions_used for name in expression.names}


def _edges(question: Question, today: date) -> list[Any]:
    """The usual answer first, then answers at the edge, then none where none is allowed."""
    kind = registry.of(question)
    if question.kind in ("integer", "yen", "decimal"):
        values = _numbers(question)
    elif question.kind == "group":
        values = _groups(question, today)
    elif question.options:
        values = [[one.id] if question.kind == "choices" else one.id for one in question.options]
    elif question.kind == "yes_no":
        values = ["yes", "no"]
    else:
        values = [kind.sample(question, number) for number in range(3)]
    free = question.required is not True or question.when is not None
    return [*values, None] if free and question.kind != "group" else values


def _numbers(question: Question) -> list[Any]:
    low = question.min if isinstance(question.min, int) else None
    high = question.max if isinstance(question.max, int) else None
    values = {1, 2, 0 if low is None else low, 10 if high is None else high}
    inside = [v for v in sorted(values) if (low is None or v >= low) and (high is None or v <= high)]
    return [str(value) for value in inside] if question.kind == "decimal" else list(inside)


def _groups(question: Question, today: date) -> list[Any]:
    low, high = int(question.min or 0), int(question.max or 3)
    sizes = sorted({size for size in (low, 1, 2, 3) if low <= size <= high})
    groups: list[Any] = []
    for size in sizes:
        for shift in range(2):
            groups.append([_member(question, number + shift, today) for number in range(size)])
    groups += [[{"_id": "m1"}]] if low <= 1 <= high else []
    return groups


def _member(question: Question, number: int, today: date) -> dict[str, Any]:
    member: dict[str, Any] = {"_id": f"m{number + 1}"}
    for inner in question.questions:
        if inner.kind in ("statement", "file", "photo") or inner.computed is not None:
            continue
        choices = _edges(inner, today)
        value = choices[number % len(choices)]
        if value is not None:
            member[inner.id] = value
    return member
