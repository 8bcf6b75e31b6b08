"""Putting an answer right at the desk: with a reason that is told to who filed, re-evaluated as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from madoguchi.applications import rules
from madoguchi.applications.actions.disasters import follow_place
from madoguchi.applications.actions.fee_following import follow_answers
from madoguchi.applications.actions.filing import applicant_facts
from madoguchi.applications.actions.protection import follow_name
from madoguchi.applications.actions.resident import open_correction
from madoguchi.applications.actions.review import (
    answer_at,
    can_be_answered,
    change_case,
    commit_case,
    with_answer_at,
)
from madoguchi.applications.actions.slots import follow_slot
from madoguchi.applications.errors import NotComplete, NothingChanged, ReasonMissing, UnknownChoice
from madoguchi.applications.models import AnswerEdit, Application, EditedAnswer
from madoguchi.applications.permissions import may_act_on, require
from madoguchi.applications.queries import UPLOADS
from madoguchi.applications.targets import is_about, target_title
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.logic import evaluate
from madoguchi.procedures.one_pass import Problem

Origin = EditedAnswer.Origin


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer that is another after the edit."""

    target: str
    label: str
    origin: EditedAnswer.Origin
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit would make of a case: all answers, what differs, what is missing that was not missing before."""

    answers: dict[str, Any]
    differences: tuple[Difference, ...]
    wrong: tuple[Problem, ...]  # with the answer itself
    missing: tuple[Problem, ...]

    @property
    def follows(self) -> tuple[Difference, ...]:
        """The answers that are dropped because they are asked no more."""
        return tuple(one for one in self.differences if one.origin == Origin.DROPPED)


def asked_for(application: Application) -> set[str]:
    """The answers that an open correction (補正) asks for: they are answered there."""
    asked = open_correction(application)
    if asked is None:
        return set()
    return set(asked.items.filter(target="question").values_list("target_id", flat=True))


def editable(application: Application, definition: Definition, target: str) -> bool:
    """Whether this is an answer that staff may put right: one that is there to be typed by people, no file."""
    if not can_be_answered(definition, application.answers, target):
        return False
    question = definition.question(target.rpartition("/")[2])
    return question.kind not in UPLOADS and not question.read_only


def edited(application: Application, target: str, value: Any) -> Edited:
    """The case with this answer, as the rules see it on the day it was received; nothing is written."""
    definition = procedures.definition_of(application.procedure_version_id)
    before = application.answers
    then = evaluate(definition, before, today=application.received_on)
    now = evaluate(definition, with_answer_at(before, target, value), today=application.received_on)
    known = {_place(problem) for problem in then.problems}
    return Edited(
        answers=now.answers,
        differences=tuple(_differences(application, definition, now.answers, target)),
        wrong=tuple(p for p in now.problems if is_about(p, target)),
        missing=tuple(p for p in now.problems if not is_about(p, target) and _place(p) not in known),
    )


def edit_answer(
    *,
    application: Application,
    target: str,
    value: Any,
    reason: str,
    channel: str,
    by: Staff,
    now: datetime,
) -> AnswerEdit:
    """Put one answer right. Answers that are asked no more are dropped, computed ones computed anew.

    What was filed stays in `filed_answers`; search keys and protection follow. Raises `NotAllowed` (proposed, closed,
    somebody else's case), `ReasonMissing`, `UnknownChoice`, `NothingChanged`, `NotComplete`, `SlotNotFree`,
    `ChangedMeanwhile`.
    """
    require(may_act_on(by, application, today=clock.tokyo_date(now)))
    require(rules.may_edit_answers(application.status))
    if not reason.strip():
        raise ReasonMissing
    definition = procedures.definition_of(application.procedure_version_id)
    if not editable(application, definition, target) or target in asked_for(application):
        raise UnknownChoice
    if answer_at(application.answers, target) == value:
        raise NothingChanged
    outcome = edited(application, target, value)
    if outcome.wrong:
        raise NotComplete(outcome.wrong)
    facts = applicant_facts(definition, outcome.answers)
    email = definition.fact_question("applicant.email")
    changed = {one.target for one in outcome.differences}
    edit = AnswerEdit(application=application, at=now, edited_by=by, channel=channel, reason=reason.strip())
    unit = kernel.Unit()
    change_case(
        unit,
        application,
        act="edit_answer",
        by=by,
        now=now,
        detail={"edit": str(edit.id)},
        answers=outcome.answers,
        **facts.columns,
        email=facts.email if email is not None and email.id in changed else application.email,
    )
    unit.insert(edit)
    for position, one in enumerate(outcome.differences, start=1):
        unit.insert(
            EditedAnswer(
                edit=edit,
                position=position,
                target_id=one.target,
                label=one.label[:300],
                origin=one.origin,
                before=one.before,
                after=one.after,
            )
        )
    holds = follow_slot(unit, application, outcome.answers, now=now)
    follow_answers(unit, application, outcome.answers, is_asked=holds)
    follow_place(unit, application, outcome.answers)
    follow_name(unit, application, keys=facts.keys, birth_on=facts.birth_on, by=by.actor, now=now)
    unit.job("applications.tell_edit", {"edit": str(edit.id)})
    commit_case(unit, application)
    return edit


def _place(problem: Problem) -> tuple[str, str]:
    return problem.question_id, problem.member_id or ""


def _differences(
    application: Application, definition: Definition, after: Mapping[str, Any], target: str
) -> Iterator[Difference]:
    """Every answer that is not what it was, what was typed first."""
    before = application.answers
    targets = [target, *(one for one in _targets(definition, before, after) if one != target)]
    for one in targets:
        old, new = answer_at(before, one), answer_at(after, one)
        if old == new:
            continue
        computed = definition.question(one.rpartition("/")[2]).computed is not None
        origin = Origin.STAFF if one == target else Origin.COMPUTED if computed else Origin.DROPPED
        label = target_title(definition, application, one, "ja")
        yield Difference(one, label, origin, old, new)


def _targets(definition: Definition, *answers: Mapping[str, Any]) -> Iterator[str]:
    """All places of answers, in the order of asking."""
    for section in definition.sections:
        group = section.group
        if group is None:
            yield from (question.id for question in section.questions)
            continue
        members = {str(m.get("_id", "")): m for one in answers for m in one.get(group.id) or ()}
        for member_id in members:
            yield from (f"{group.id}/{member_id}/{question.id}" for question in group.questions)
