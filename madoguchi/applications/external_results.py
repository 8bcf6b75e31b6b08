"""The result of an external step as canonical answers: what counts, what is wrong, how it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from madoguchi.procedures.conditions import Scope
from madoguchi.procedures.definition import ExternalStep, Question
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import CleanContext, FieldError, Raw

LANGUAGE = "ja"
# What a result may say on a list: nothing in words of somebody's own, which may name people and places.
PLAIN_KINDS = ("choice", "choices", "integer", "decimal", "yen", "date", "yes_no")


@dataclass(frozen=True, slots=True)
class Checked:
    """The answers that count, and what is wrong by question id."""

    values: dict[str, Any]
    errors: dict[str, tuple[FieldError, ...]]


def checked(step: ExternalStep, values: Mapping[str, Any], *, today: date) -> Checked:
    """Answers to questions that are not asked fall away; the others are checked, and none that is needed is missing."""
    counted: dict[str, Any] = {}
    errors: dict[str, tuple[FieldError, ...]] = {}
    context = CleanContext(today, LANGUAGE)
    for question in step.result:
        scope = Scope(counted, today)
        if question.when is not None and not question.when.holds(scope):
            continue
        value, kind = values.get(question.id), registry.of(question)
        if value is None:
            if is_required(question, scope):
                errors[question.id] = (kind.missing(question, LANGUAGE),)
            continue
        wrong = kind.check(question, value, context)
        if wrong:
            errors[question.id] = wrong
        else:
            counted[question.id] = value
    return Checked(counted, errors)


def is_required(question: Question, scope: Scope) -> bool:
    """Whether a result says nothing without this answer."""
    return question.required if isinstance(question.required, bool) else question.required.holds(scope)


def decision_of(step: ExternalStep, values: Mapping[str, Any]) -> str:
    """The decision kind a result speaks for, "" for none."""
    return str(values.get(step.decision_from) or "") if step.decision_from else ""


def months_of(step: ExternalStep, values: Mapping[str, Any]) -> int | None:
    """The months of validity a result names."""
    months = values.get(step.months_from) if step.months_from else None
    return months if isinstance(months, int) else None


def lines(step: ExternalStep, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The result for reading: each answer under its question."""
    return [
        (str(question.label), registry.of(question).display(question, values[question.id], LANGUAGE))
        for question in step.result
        if values.get(question.id) is not None
    ]


def plain_lines(step: ExternalStep, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The result for lists and papers of others: without free words."""
    plain = {q.id: values.get(q.id) for q in step.result if q.kind in PLAIN_KINDS}
    return lines(step, plain)


def raw_from_cell(question: Question, text: str) -> Raw:
    """What a cell of a list holds, as if it had been typed: a choice by its label or its id, a day in any spelling."""
    text = text.strip()
    if question.kind in ("choice", "yes_no"):
        ids = {
            str(label): option_id
            for option_id, label in registry.of(question).labels(question, LANGUAGE).items()  # type: ignore[attr-defined]
        }
        return {"": ids.get(text, text)}
    if question.kind == "date":
        return {"year": text, "month": "", "day": ""} if text else {}
    return {"": text}
