"""Sample filings derived from a definition: for the demo city, for tests, for trying a definition out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from madoguchi.procedures.definition import Definition, Question
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.logic import Evaluation, evaluate

ROUNDS = 60


class NoSample(Exception):
    """No valid filing was found: the definition stops everybody, or its questions contradict each other."""


def sample_answers(
    definition: Definition,
    number: int,
    *,
    today: date,
    facts: Mapping[str, Any] | None = None,
    given: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Answers of a complete, valid filing; another `number` gives another one.

    `facts` are canonical answers by prefill source (`applicant.name` …), `given` by question id; both are kept.
    Raises `NoSample`.
    """
    fixed: dict[str, Any] = dict(given or {})
    for question in definition.all_questions():
        if question.prefill and question.group_id is None and question.prefill in (facts or {}):
            fixed.setdefault(question.id, (facts or {})[question.prefill])
    for attempt in range(4):
        answers = _filled(definition, number + attempt * 7, today=today, fixed=fixed)
        if answers is not None:
            return answers
    raise NoSample


def _filled(
    definition: Definition, number: int, *, today: date, fixed: Mapping[str, Any]
) -> dict[str, Any] | None:
    answers: dict[str, Any] = dict(fixed)
    for _ in range(ROUNDS):
        evaluation = evaluate(definition, answers, today=today)
        if evaluation.stops:
            if not _avoid_stop(definition, answers, fixed, today):
                return None
            continue
        if not evaluation.problems:
            return dict(evaluation.answers)
        if not _answer_next(definition, answers, evaluation, number):
            return None
    return None


def _answer_next(
    definition: Definition, answers: dict[str, Any], evaluation: Evaluation, number: int
) -> bool:
    problem = evaluation.problems[0]
    if problem.question_id is None:
        return False
    question = definition.question(problem.question_id)
    if question.kind == "group":
        answers[question.id] = [*(answers.get(question.id) or []), {"_id": f"m{len(answers.get(question.id) or []) + 1}"}]
        return True
    if problem.member_id and question.group_id:
        members = answers.get(question.group_id) or []
        for index, member in enumerate(members):
            if member.get("_id") == problem.member_id and question.id not in member:
                changed = {**member, question.id: _sample(question, number + index)}
                answers[question.group_id] = [*members[:index], changed, *members[index + 1 :]]
                return True
        return False
    if question.id in answers:
        return False
    answers[question.id] = _sample(question, number)
    return True


def _sample(question: Question, number: int) -> Any:
    return registry.of(question).sample(question, number)


def _avoid_stop(definition: Definition, answers: dict[str, Any], fixed: Mapping[str, Any], today: date) -> bool:
    """Change the latest choice that is not fixed until nothing stops the filing."""
    for question_id in reversed([q for q in answers if q not in fixed]):
        question = definition.question(question_id)
        choices: list[Any] = [option.id for option in question.options]
        if question.kind == "yes_no":
            choices = ["yes", "no"]
        for choice in choices:
            tried = {**answers, question_id: choice}
            if not evaluate(definition, tried, today=today).stops:
                answers[question_id] = choice
                return True
    return False
