"""Answers that staff put right, as the desk reads them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from madoguchi.applications.models import AnswerEdit, Application, Channel, EditedAnswer
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.kinds import registry

LANGUAGE = "ja"


@dataclass(frozen=True, slots=True)
class EditLine:
    """One answer of an edit, before and after."""

    target: str
    label: str
    origin: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EditRow:
    """One edit: who, when, how it became known, why, and what it changed."""

    at: datetime
    who: str
    staff_id: uuid.UUID
    channel: str
    reason: str
    lines: tuple[EditLine, ...]


def edit_rows(application: Application, definition: Definition) -> list[EditRow]:
    """All edits of a case, newest first: two questions."""
    rows = (
        AnswerEdit.objects.filter(application=application)
        .select_related("edited_by")
        .prefetch_related("items")
        .order_by("-at", "-id")
    )
    return [
        EditRow(
            row.at,
            row.edited_by.display_name,
            row.edited_by_id,
            str(Channel(row.channel).label),
            row.reason,
            tuple(
                EditLine(
                    item.target_id,
                    item.label,
                    item.origin,
                    shown(definition, item.target_id, item.before),
                    shown(definition, item.target_id, item.after),
                )
                for item in sorted(row.items.all(), key=lambda item: (item.position, item.id))
            ),
        )
        for row in rows
    ]


def shown(definition: Definition, target: str, value: Any) -> str:
    """An answer as it is read; empty where there is none."""
    question_id = target.rpartition("/")[2]
    if value is None or not definition.has_question(question_id):
        return ""
    question = definition.question(question_id)
    if question.kind == "group":
        return ""
    return registry.of(question).display(question, value, LANGUAGE)


def edited_texts(edits: Iterable[EditRow]) -> dict[str, str]:
    """What each answer that staff typed read afterwards, by target; the newest edit tells."""
    found: dict[str, str] = {}
    for edit in edits:
        for line in edit.lines:
            if line.origin == EditedAnswer.Origin.STAFF:
                found.setdefault(line.target, line.after)
    return found
