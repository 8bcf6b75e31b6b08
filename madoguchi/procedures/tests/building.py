"""Small definitions and questions for the tests of this room."""

from __future__ import annotations

from datetime import date
from typing import Any

from madoguchi.common.yaml_source import Source
from madoguchi.procedures.compiling import compile_data
from madoguchi.procedures.definition import Definition, Question
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import CleanContext, Cleaned, FieldError

TODAY = date(2026, 11, 23)
CONTEXT = CleanContext(TODAY)


def source(*sections: dict[str, Any], **keys: Any) -> Source:
    """A definition as it is after reading, with these sections."""
    data = {
        "language": 1,
        "id": "test-procedure",
        "title": "見本の手続",
        "summary": "試すための手続です。",
        "kind_of_act": "application",
        "department": "residents",
        "sections": list(sections),
        "clock": {"kind": "standard", "days": 14},
        **keys,
    }
    return Source(data, {})


def definition(*questions: dict[str, Any], **keys: Any) -> Definition:
    """A definition with one section of these questions."""
    return compile_data(source(section("main", *questions), **keys))


def definition_of(*sections: dict[str, Any], **keys: Any) -> Definition:
    """A definition with these sections."""
    return compile_data(source(*sections, **keys))


def section(section_id: str, *questions: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """One section."""
    return {"id": section_id, "title": section_id, "questions": list(questions), **keys}


def asked(question_id: str, kind: str = "text", **keys: Any) -> dict[str, Any]:
    """One question, labelled by its id."""
    return {"id": question_id, "kind": kind, "label": question_id, **keys}


def question(kind: str, **keys: Any) -> Question:
    """One compiled question of this kind, labelled 質問."""
    return definition({"id": "q", "kind": kind, "label": "質問", **keys}).question("q")


class Posted:
    """What a page sends for the question `q`: `text` for itself, keywords for its parts."""

    def __init__(self, *values: str, **parts: str) -> None:
        self.fields: dict[str, list[str]] = {"q.q": list(values)} if values else {}
        self.fields |= {f"q.q.{part}": [value] for part, value in parts.items()}

    def getlist(self, key: str) -> list[str]:
        return self.fields.get(key, [])


def answer(asked_question: Question, *values: str, context: Any = CONTEXT, **parts: Any) -> Cleaned:
    """What becomes of the question when this is typed."""
    kind = registry.of(asked_question)
    raw = kind.read(asked_question, Posted(*values, **parts))
    return kind.clean(asked_question, raw, context)


def codes(errors: tuple[FieldError, ...]) -> list[tuple[str, str]]:
    """Where and what is wrong."""
    return [(error.subfield, error.code) for error in errors]


def messages(cleaned: Cleaned) -> str:
    """All sentences in one."""
    return "".join(error.message for error in cleaned.errors)
