"""Reading what was typed on one page of questions, and laying out the page again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import QueryDict

from madoguchi.applications.slot_tables import SlotTable, wrong_slot
from madoguchi.common import clock
from madoguchi.procedures.definition import Definition, Question
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import CleanContext, Cleaned, FieldError, Raw

UPLOADS = ("file", "photo")


@dataclass(frozen=True, slots=True)
class Shown:
    """One question as it is shown: what is in its fields and what is wrong with it."""

    question: Question
    raw: Raw
    required: bool
    errors: tuple[FieldError, ...] = ()
    notes: tuple[FieldError, ...] = ()
    sent: tuple[dict[str, Any], ...] = ()  # file, photo: what was sent before
    promise: str = ""  # file, photo: kinds, size and number, said beforehand
    offered: frozenset[str] | None = None  # the options to choose from now, None for all
    table: SlotTable | None = None  # slot: the free times of a week


@dataclass(slots=True)
class PageInput:
    """What one page sent: canonical values, what was typed, errors and hints by question id."""

    values: dict[str, Any] = field(default_factory=dict)
    raws: dict[str, Raw] = field(default_factory=dict)
    errors: dict[str, tuple[FieldError, ...]] = field(default_factory=dict)
    notes: dict[str, tuple[FieldError, ...]] = field(default_factory=dict)


def askable(questions: Iterable[Question]) -> list[Question]:
    """The questions a person answers on a page: not statements, computed or read-only ones."""
    return [
        q
        for q in questions
        if q.kind not in ("statement", "group") and q.computed is None and not q.read_only
    ]


def read_page(
    questions: Iterable[Question],
    data: QueryDict,
    context: CleanContext,
    *,
    stored: Mapping[str, Any],
    prefix: str = "q.",
    for_staff: bool = False,
) -> PageInput:
    """Read and clean every question of a page that was sent; an emptied field takes the answer away.

    Files come by their own way (`stored` keeps what was sent before). A slot must be one that can be had now.
    """
    page = PageInput()
    for question in askable(questions):
        if question.kind in UPLOADS:
            if stored.get(question.id):
                page.values[question.id] = stored[question.id]
            continue
        kind = registry.of(question)
        raw = kind.read(question, data, prefix)
        page.raws[question.id] = raw
        if kind.is_empty(question, raw):
            page.values[question.id] = None
            continue
        cleaned = kind.clean(question, raw, context)
        if question.kind == "slot" and not cleaned.errors:
            cleaned = _free(question, cleaned, context.lang, for_staff=for_staff)
        if cleaned.errors:
            page.errors[question.id] = cleaned.errors
            page.values[question.id] = None
        else:
            page.values[question.id] = cleaned.value
        if cleaned.notes:
            page.notes[question.id] = cleaned.notes
    return page


def _free(question: Question, cleaned: Cleaned, language: str, *, for_staff: bool) -> Cleaned:
    wrong = wrong_slot(question, cleaned.value, language=language, now=clock.now(), for_staff=for_staff)
    return Cleaned(None, wrong) if wrong else cleaned


def looked_up(questions: Iterable[Question], data: QueryDict, page: PageInput) -> bool:
    """Do the look-up a button asked for (postal code, bank name): fills what was typed. True when one did."""
    for question in askable(questions):
        asked = any(
            key == f"lookup.{question.id}" or key.startswith(f"lookup.{question.id}.") for key in data
        )
        if asked:
            page.raws[question.id] = registry.of(question).lookup(question, page.raws[question.id])
            page.errors.clear()
            return True
    return False


def judged(
    questions: Iterable[Question], typed: Mapping[str, Any], context: CleanContext
) -> dict[str, tuple[FieldError, ...]]:
    """What is wrong with what was typed on a page earlier."""
    errors = {}
    for question in askable(questions):
        raw, kind = typed.get(question.id), registry.of(question)
        if raw and question.kind not in UPLOADS and not kind.is_empty(question, raw):
            errors[question.id] = kind.clean(question, raw, context).errors
    return {question_id: found for question_id, found in errors.items() if found}


def raw_for(question: Question, answers: Mapping[str, Any], typed: Mapping[str, Any]) -> Raw:
    """What stands in the fields of a question: what was typed last, else the stored answer."""
    if question.id in typed:
        return dict(typed[question.id])
    value = answers.get(question.id)
    return registry.of(question).raw_of(question, value) if value is not None else {}


def element_id(question_id: str, subfield: str = "") -> str:
    """The id of the field in the page."""
    return f"q-{question_id}-{subfield}" if subfield else f"q-{question_id}"


def summary_of(errors: Mapping[str, tuple[FieldError, ...]]) -> list[tuple[str, str]]:
    """The errors for the top of the page: (href, sentence)."""
    return [
        (f"#{element_id(question_id, error.subfield)}", error.message)
        for question_id, found in errors.items()
        for error in found
    ]


def seen_mark(answers: Mapping[str, Any], questions: Iterable[Question]) -> str:
    """A short mark of what is stored for a page: tells whether another tab changed it since it was shown."""
    stored = {q.id: answers.get(q.id) for q in questions}
    text = json.dumps(stored, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def clean_context(
    definition: Definition, answers: Mapping[str, Any], *, today: date, language: str
) -> CleanContext:
    """What cleaning needs to know: the day, the language, the applicant's reading for comparisons."""
    question = definition.fact_question("applicant.name")
    name = answers.get(question.id) if question is not None else None
    kana = f"{name.get('family_kana', '')}{name.get('given_kana', '')}" if isinstance(name, dict) else ""
    return CleanContext(today=today, lang=language, applicant_kana=kana)
