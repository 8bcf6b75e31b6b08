"""All questions of a filing on one page, for staff who enter what came on paper, by telephone or at the counter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from madoguchi.applications import queries
from madoguchi.applications.models import Draft
from madoguchi.applications.page_reading import Shown, askable, clean_context, raw_for
from madoguchi.applications.slot_tables import table_for
from madoguchi.common import clock
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition, Question, Section
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import FieldError, Raw
from madoguchi.procedures.logic import Evaluation, evaluate, options_offered

LANGUAGE = "ja"
Typed = Mapping[str, Mapping[str, Raw]]  # what is in the fields, by page: "section" or "group section/member"


@dataclass(frozen=True, slots=True)
class Part:
    """The fields of one section, or of one member of a group, with the prefix of their names."""

    section: Section
    member_id: str
    title: str
    prefix: str
    questions: tuple[Question, ...]  # those that are asked now
    answers: Mapping[str, Any]

    @property
    def page(self) -> str:
        """The name under which a draft keeps what was typed here."""
        return f"{self.section.id}/{self.member_id}" if self.member_id else self.section.id

    @property
    def id(self) -> str:
        """The id of this part in the page."""
        return "part-" + self.page.replace("/", "-")


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part with what stands in its fields and what is wrong there."""

    part: Part
    shown: tuple[Shown, ...]
    offered: Mapping[str, frozenset[str]]  # choices that depend on other answers

    @property
    def wrong(self) -> set[tuple[str, str]]:
        """(page, question id) of each entry that cannot be read."""
        return {(self.part.page, item.question.id) for item in self.shown if item.errors}

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(href, sentence) for each error."""
        prefix = self.part.prefix.replace(".", "-")
        return [
            (f"#{prefix}{item.question.id}{'-' + error.subfield if error.subfield else ''}", error.message)
            for item in self.shown
            for error in item.errors
        ]


@dataclass(frozen=True, slots=True)
class Missing:
    """A required question without a usable answer; `place` is (page, question id)."""

    place: tuple[str, str]
    href: str
    message: str


class Entry:
    """A draft as the page of all questions needs it."""

    def __init__(self, draft: Draft, today: date) -> None:
        self.draft = draft
        self.today = draft.received_on or today
        self.definition: Definition = procedures.definition_of(draft.procedure_version_id)
        self.evaluation: Evaluation = evaluate(
            self.definition, draft.answers, today=self.today, lang=LANGUAGE
        )
        self.context = clean_context(self.definition, draft.answers, today=self.today, language=LANGUAGE)

    def parts(self) -> list[Part]:
        """Every section that is asked now, a group as one part per member."""
        found: list[Part] = []
        for state in self.evaluation.sections:
            section = state.section
            if not state.visible:
                continue
            if section.group is None:
                found.append(
                    self._part(section, section.questions, "", self.draft.answers, str(section.title))
                )
                continue
            label = section.group.item_label or section.group.label
            for number, member in enumerate(self.draft.answers.get(section.group.id) or [], start=1):
                member_id, title = str(member.get("_id", "")), f"{label} {number}"
                found.append(self._part(section, section.group.questions, member_id, member, title))
        return found

    def _part(
        self,
        section: Section,
        questions: Sequence[Question],
        member_id: str,
        answers: Mapping[str, Any],
        title: str,
    ) -> Part:
        group = section.group
        path = f"{group.id}[{member_id}]." if group is not None else ""
        prefix = f"q.{group.id}.{member_id}." if group is not None else "q."
        # Statements explain things to residents; staff know them.
        asked = tuple(
            q for q in questions if q.kind != "statement" and f"{path}{q.id}" in self.evaluation.visible
        )
        return Part(section, member_id, title, prefix, asked, answers)

    def shown(
        self, part: Part, typed: Typed, sent: Mapping[str, Any], promises: Mapping[str, str]
    ) -> ShownPart:
        """What stands in the fields of a part; what was typed is judged again, so that nothing wrong hides."""
        group = part.section.group
        path = f"{group.id}[{part.member_id}]." if group is not None else ""
        kept = typed.get(part.page, {})
        items = []
        for question in part.questions:
            raw = raw_for(question, part.answers, kept)
            errors, notes = self._judged(question, raw) if question.id in kept else ((), ())
            items.append(
                Shown(
                    question=question,
                    raw=raw,
                    required=f"{path}{question.id}" in self.evaluation.required,
                    errors=errors,
                    notes=notes,
                    sent=sent.get(f"{part.page}:{question.id}", ()),
                    promise=promises.get(question.id, ""),
                    table=table_for(question, raw, language=LANGUAGE, now=clock.now(), for_staff=True),
                )
            )
        return ShownPart(part, tuple(items), self._offered(part))

    def _judged(self, question: Question, raw: Raw) -> tuple[tuple[FieldError, ...], tuple[FieldError, ...]]:
        kind = registry.of(question)
        if not askable([question]) or not kind.set_by_form or kind.is_empty(question, raw):
            return (), ()
        cleaned = kind.clean(question, raw, self.context)
        return cleaned.errors, cleaned.notes

    def _offered(self, part: Part) -> dict[str, frozenset[str]]:
        member = part.answers if part.section.group is not None else None
        return {
            question.id: options_offered(question, self.draft.answers, today=self.today, member=member)
            for question in part.questions
            if any(option.when is not None for option in question.options)
        }

    def missing(self) -> list[Missing]:
        """What keeps the filing from being complete, with the place of its field."""
        return [
            Missing(
                (f"{p.section_id}/{p.member_id}" if p.member_id else p.section_id, p.question_id),
                self._href(p.section_id, p.question_id, p.member_id, p.subfield),
                p.message,
            )
            for p in self.evaluation.problems
        ]

    def _href(self, section_id: str, question_id: str, member_id: str, subfield: str) -> str:
        group = self.definition.section(section_id).group
        tail = f"-{subfield}" if subfield else ""
        if group is None:
            return f"#q-{question_id}{tail}"
        if not member_id:
            return f"#part-{section_id}"
        return f"#q-{group.id}-{member_id}-{question_id}{tail}"

    def groups(self) -> list[Section]:
        """The sections that are asked and hold a group."""
        return [s.section for s in self.evaluation.sections if s.visible and s.section.group is not None]

    def new_member_id(self, section: Section) -> str:
        """The id of one more member."""
        assert section.group is not None
        return queries.next_member_id(self.draft.answers.get(section.group.id) or [])
