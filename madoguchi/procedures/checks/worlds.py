"""Filings that differ in what matters: a walk through a definition that decides as the engine does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from madoguchi.procedures.checks.answer_space import Cone, is_open, values_of
from madoguchi.procedures.conditions import Scope
from madoguchi.procedures.definition import Definition, Question

MOST = 4_000  # filings looked at for one condition


class TooMany(Exception):
    """More filings would have to be looked at than is sensible: nothing can be said."""


@dataclass(slots=True)
class Walk:
    """A walk over the questions of one cone; `stuck` are required questions without an option left."""

    definition: Definition
    cone: Cone
    today: date
    stuck: set[str] = field(default_factory=set)
    _left: int = MOST
    _values: dict[str, list[Any]] = field(default_factory=dict)

    def filings(self) -> Iterator[dict[str, Any]]:
        """Every filing that differs in the cone; TooMany when there are too many."""
        order = [
            q for q in self.definition.all_questions() if q.group_id is None and q.id in self.cone.questions
        ]
        yield from self._filings(order, {})

    def members(self, group: Question, answers: Mapping[str, Any], until: str = "") -> list[dict[str, Any]]:
        """Members of a group that differ in the cone, asked up to a question (not included)."""
        inner: list[Question] = []
        for question in group.questions:
            if question.id == until:
                break
            if question.id in self.cone.questions:
                inner.append(question)
        found: dict[tuple[Any, ...], dict[str, Any]] = {}
        names = {question.id for question in group.questions}
        leaves = [
            leaf for leaf in self.cone.leaves if leaf.question in names or getattr(leaf, "on", "") in names
        ]
        for member in self._members(inner, answers, {}):
            scope = Scope(answers, self.today, member)
            found.setdefault(tuple(leaf.holds(scope) for leaf in leaves), member)
        return [{"_id": "m1", **member} for member in found.values()]

    def _filings(self, order: list[Question], answers: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if not order:
            self._count()
            yield answers
            return
        question, rest = order[0], order[1:]
        section = self.definition.section(question.section_id)
        if not (is_open(section.when, answers, self.today) and is_open(question.when, answers, self.today)):
            yield from self._filings(rest, answers)
            return
        values = (
            self._groups(question, answers)
            if question.kind == "group"
            else self._answers(question, answers, None)
        )
        for value in values:
            yield from self._filings(rest, answers if value is None else {**answers, question.id: value})

    def _members(
        self, order: list[Question], answers: Mapping[str, Any], member: dict[str, Any]
    ) -> Iterator[dict[str, Any]]:
        if not order:
            self._count()
            yield member
            return
        question, rest = order[0], order[1:]
        if not is_open(question.when, answers, self.today, member):
            yield from self._members(rest, answers, member)
            return
        for value in self._answers(question, answers, member):
            yield from self._members(
                rest, answers, member if value is None else {**member, question.id: value}
            )

    def _answers(self, question: Question, answers: Mapping[str, Any], member: Any) -> list[Any]:
        if question.id not in self._values:
            self._values[question.id] = values_of(question, self.cone, self.today)
        values = list(self._values[question.id])
        if question.options:
            open_ids = {o.id for o in question.options if is_open(o.when, answers, self.today, member)}
            values = [v for v in values if (set(v) <= open_ids if isinstance(v, list) else v in open_ids)]
        required = question.required if isinstance(question.required, bool) else None
        if required is None:
            required = is_open(question.required, answers, self.today, member)  # type: ignore[arg-type]
        if required and not values and question.options:
            self.stuck.add(question.id)
        free = not required or question.computed is not None
        return [*values, None] if free or question.kind == "statement" else values

    def _groups(self, group: Question, answers: Mapping[str, Any]) -> Iterator[list[dict[str, Any]] | None]:
        low, high = int(group.min or 0), int(group.max or 1)
        members = self.members(group, answers)
        wanted = {low, 1, 2, *(n + d for n in self.cone.counts.get(group.id, ()) for d in (-1, 0, 1))}
        sizes = sorted(n for n in wanted if low <= n <= high)
        for size in sizes:
            if size == 0:
                yield None
                continue
            for first in members:
                yield [first] * size
                for second in members:
                    if size > 1 and second is not first:
                        yield [*[first] * (size - 1), second]

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise TooMany
