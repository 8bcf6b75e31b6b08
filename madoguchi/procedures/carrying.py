"""Carrying a draft to a new version of its procedure, by the stable ids of the questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.procedures.definition import Definition, Question
from madoguchi.procedures.kinds import registry


@dataclass(frozen=True, slots=True)
class Carried:
    """The answers for the new version.

    `asked_again`: ids of questions outside groups that changed; where the kind stayed, the old answer stands in
    the field until it is confirmed. `members_asked_again`: paths of members' answers that were taken away because
    their question changed. `dropped`: ids (or paths) of answers whose question is gone.
    """

    answers: dict[str, Any]
    asked_again: tuple[str, ...]
    members_asked_again: tuple[str, ...]
    dropped: tuple[str, ...]


def carry_over(old: Definition, new: Definition, answers: Mapping[str, Any]) -> Carried:
    """Answers to unchanged questions stay; changed ones are asked again; those nobody asks any more go.

    A question is unchanged when its kind, options and limits are: new wording does not ask again, except for a
    declaration, which is its wording.
    """
    kept: dict[str, Any] = {}
    again: list[str] = []
    members_again: list[str] = []
    dropped: list[str] = []
    for question_id, value in answers.items():
        before, after = _question(old, question_id), _question(new, question_id)
        if before is None or after is None or after.group_id is not None or before.group_id is not None:
            dropped.append(question_id)
        elif after.kind == "group" and before.kind == "group":
            kept[question_id] = _members(before, after, value, members_again, dropped)
        elif same_question(before, after):
            kept[question_id] = value
        else:
            again.append(question_id)
            if before.kind == after.kind:
                kept[question_id] = value
    return Carried(kept, tuple(again), tuple(members_again), tuple(dropped))


def same_question(before: Question, after: Question) -> bool:
    """Whether an answer to the one is an answer to the other."""
    if before.kind != after.kind:
        return False
    kind = registry.of(after)
    return kind.fingerprint(before) == kind.fingerprint(after)


def _question(definition: Definition, question_id: str) -> Question | None:
    return definition.question(question_id) if definition.has_question(question_id) else None


def _members(
    before: Question, after: Question, value: Any, again: list[str], dropped: list[str]
) -> list[Any]:
    old = {question.id: question for question in before.questions}
    new = {question.id: question for question in after.questions}
    members = []
    for member in value if isinstance(value, list) else []:
        kept = {"_id": member.get("_id")}
        for question_id, answer in member.items():
            path = f"{after.id}[{kept['_id']}].{question_id}"
            if question_id == "_id":
                continue
            if question_id not in new or question_id not in old:
                dropped.append(path)
            elif same_question(old[question_id], new[question_id]):
                kept[question_id] = answer
            else:
                again.append(path)
        members.append(kept)
    return members
