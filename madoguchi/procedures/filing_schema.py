"""The JSON Schema of a filing, derived from its definition: for programs that file, and for whoever reads the export."""

from __future__ import annotations

from typing import Any

from madoguchi.procedures.definition import Definition, Question
from madoguchi.procedures.kinds import registry

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def filing_schema(definition: Definition) -> dict[str, Any]:
    """The schema of the answers by question id.

    Required is what is asked of everybody; what hangs on other answers is decided by the server alone.
    """
    sections = {section.id: section for section in definition.sections}
    asked = [
        question
        for question in definition.all_questions()
        if question.group_id is None and registry.of(question).has_value
    ]
    return {
        "$schema": DIALECT,
        "title": str(definition.title),
        "type": "object",
        "properties": {question.id: _described(question) for question in asked},
        "required": [q.id for q in asked if _of_everybody(q) and sections[q.section_id].when is None],
        "additionalProperties": False,
    }


def _described(question: Question) -> dict[str, Any]:
    return {"title": str(question.label), **registry.of(question).json_schema(question)}


def _of_everybody(question: Question) -> bool:
    return question.required is True and question.when is None and question.computed is None
