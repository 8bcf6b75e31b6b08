"""The pages of a filing in their order: one topic a page, then the documents, then the check page."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse

from madoguchi.procedures.definition import Definition
from madoguchi.procedures.logic import Evaluation


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a filing: `kind` is section or document."""

    kind: str
    id: str
    title: str
    complete: bool
    optional: bool = False

    def url(self, draft_id: uuid.UUID) -> str:
        """Where this page is."""
        name = "applications:section" if self.kind == "section" else "applications:document"
        return reverse(name, args=[draft_id, self.id])


def steps_of(
    definition: Definition,
    evaluation: Evaluation,
    *,
    attached: set[str],
    language: str,
    unfinished: Collection[str] = (),
) -> list[Step]:
    """The pages this filing needs as it stands, with what is done.

    `unfinished`: sections on which something typed wrongly, or asked again, still waits.
    """
    steps = [
        Step(
            "section",
            state.section.id,
            state.section.title.of(language),
            state.complete and state.section.id not in unfinished,
        )
        for state in evaluation.sections
        if state.visible
    ]
    for state in evaluation.documents:
        document = state.document
        done = document.id in attached
        optional = not state.required or document.may_follow
        steps.append(Step("document", document.id, document.label.of(language), done, optional))
    return steps


def step_after(steps: list[Step], kind: str, step_id: str) -> Step | None:
    """The page that follows, None when the check page does."""
    for index, step in enumerate(steps):
        if (step.kind, step.id) == (kind, step_id):
            return steps[index + 1] if index + 1 < len(steps) else None
    return first_incomplete(steps)


def following(steps: list[Step], kind: str, step_id: str, *, to_check: bool) -> Step | None:
    """Where a page leads: from the check page's 変更 link back there (None) unless something is missing."""
    return first_incomplete(steps) if to_check else step_after(steps, kind, step_id)


def step_before(steps: list[Step], kind: str, step_id: str) -> Step | None:
    """The page before, None for the first."""
    for index, step in enumerate(steps):
        if (step.kind, step.id) == (kind, step_id):
            return steps[index - 1] if index else None
    return None


def first_incomplete(steps: list[Step]) -> Step | None:
    """The first page on which something that is needed is missing, None when all is there."""
    return next((step for step in steps if not step.complete and not step.optional), None)


def position(steps: list[Step], kind: str, step_id: str) -> int:
    """Which page this is, counted from one."""
    for index, step in enumerate(steps, start=1):
        if (step.kind, step.id) == (kind, step_id):
            return index
    return len(steps)
