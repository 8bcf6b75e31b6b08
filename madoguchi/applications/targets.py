"""Places of answers, `question` or `group/member/question`: what they are called, what is wrong with them."""

from __future__ import annotations

from typing import Any

from madoguchi.applications.models import Application
from madoguchi.procedures.definition import Definition


def is_about(problem: Any, target: str) -> bool:
    """Whether a problem of the filing is one of this target (`question` or `group/member/question`)."""
    member_id, _slash, question_id = target.partition("/")[2].rpartition("/")
    wanted = (question_id, member_id) if member_id else (target, "")
    return (getattr(problem, "question_id", ""), getattr(problem, "member_id", "")) == wanted


def target_title(definition: Definition, application: Application, target_id: str, language: str) -> str:
    """The name of what is to be put right; of a member with its number (お子さん 2：生年月日)."""
    parts = target_id.split("/")
    question = definition.question(parts[-1])
    label = question.label.of(language)
    if len(parts) == 1:
        return label
    group = definition.question(parts[0])
    ids = [m.get("_id") for m in application.answers.get(parts[0]) or []]
    number = ids.index(parts[1]) + 1 if parts[1] in ids else 0
    return f"{group.item_label.of(language) or group.label.of(language)} {number}：{label}"
