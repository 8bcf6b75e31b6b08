"""Sample filings derived from a definition: for the demo city, for tests, for trying a definition out."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from madoguchi.japan.kana import KanaError, to_bank_kana
from madoguchi.procedures.definition import Definition, Question
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.logic import Evaluation, evaluate

ROUNDS = 60
SAMPLES = Path(__file__).parent / "samples"
RECENT = timedelta(days=400)


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


@functools.cache
def sample_filings(procedure_id: str) -> tuple[tuple[date, Mapping[str, Any]], ...]:
    """The sample filings that were written for a procedure: the day each was written for, and its answers."""
    found = []
    for path in sorted(SAMPLES.glob("*.json")):
        sample = json.loads(path.read_text(encoding="utf-8"))
        if sample["procedure"] == procedure_id:
            found.append((date.fromisoformat(sample["today"]), sample["answers"]))
    return tuple(found)


def filing_like_a_sample(
    definition: Definition, number: int, *, today: date, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """A valid filing of this day in the manner of a written sample, with the applicant of `facts`.

    Recent dates move with the day; the family bears the applicant's name. Without a usable sample the answers
    are made up from the definition. Raises `NoSample`.
    """
    samples = sample_filings(definition.id)
    for offset in range(len(samples)):
        written_for, answers = samples[(number + offset) % len(samples)]
        moved = _moved(answers, written_for, today)
        for question in definition.all_questions():
            if question.prefill in facts and question.group_id is None and question.id in moved:
                moved[question.id] = facts[question.prefill]
        name = facts.get("applicant.name")
        renamed: dict[str, Any] = _renamed(moved, name) if isinstance(name, Mapping) else moved
        evaluation = evaluate(definition, renamed, today=today)
        if evaluation.complete:
            return dict(evaluation.answers)
    return sample_answers(definition, number, today=today, facts=facts)


def _moved(value: Any, written_for: date, today: date) -> Any:
    if isinstance(value, Mapping):
        return {key: _moved(inner, written_for, today) for key, inner in value.items()}
    if isinstance(value, list):
        return [_moved(inner, written_for, today) for inner in value]
    if isinstance(value, str) and len(value) == 10 and value[4:5] == "-":
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return value
        return (day + (today - written_for)).isoformat() if abs(written_for - day) < RECENT else value
    return value


def _renamed(value: Any, name: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        if {"family", "given"} <= value.keys() and value.get("given") != name.get("given"):
            return {**value, "family": name["family"], "family_kana": name.get("family_kana", "")}
        if "holder_kana" in value:
            return {**value, "holder_kana": holder_kana(name) or value["holder_kana"]}
        return {key: _renamed(inner, name) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, name) for inner in value]
    return value


def holder_kana(name: Mapping[str, Any]) -> str:
    """The name of an account's holder as banks write it; nothing for a name they cannot write."""
    try:
        return to_bank_kana(f"{name.get('family_kana', '')} {name.get('given_kana', '')}".strip())
    except KanaError:
        return ""


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
        answers[question.id] = [
            *(answers.get(question.id) or []),
            {"_id": f"m{len(answers.get(question.id) or []) + 1}"},
        ]
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


def _avoid_stop(
    definition: Definition, answers: dict[str, Any], fixed: Mapping[str, Any], today: date
) -> bool:
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
