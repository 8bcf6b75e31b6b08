"""External steps, disasters and second looks of a workflow, from the source to their compiled form.

Only staff read them: their texts have no translations, and the questions of a result are apart from those of the filing.
"""

from __future__ import annotations

from typing import cast

from madoguchi.procedures import compiling_questions
from madoguchi.procedures.definition import (
    DisasterFacts,
    ExternalStep,
    Mark,
    MonthsAfter,
    Question,
    SecondLook,
    StepKind,
    StepLetter,
    StepSheet,
)
from madoguchi.procedures.source_nodes import Node, Workshop

MARKS = ("seen", "verified", "general_knowledge", "third_party")
STEP_KINDS = ("visit", "opinion", "board", "inspection")
MOST_DAYS = 365


def external_step(node: Node) -> ExternalStep:
    """One external step as it is written."""
    step_id = node.identifier()
    letter, sheet = node.child("letter"), node.child("sheet")
    return ExternalStep(
        id=step_id,
        title=node.string("title", needed=True),
        kind=cast("StepKind", node.one_of("kind", STEP_KINDS)),
        by=node.strings("by"),
        due_days=node.integer("due_days") or MOST_DAYS,
        mark=cast("Mark", node.one_of("mark", MARKS, MARKS[2])),
        when=node.condition("when"),
        after=node.strings("after"),
        before=node.strings("before"),
        result=_result(node, step_id),
        decision_from=node.string("decision_from"),
        months_from=node.string("months_from"),
        months_after=_months_after(node.child("months_after")),
        letter=_letter(letter) if letter else None,
        sheet=_sheet(sheet) if sheet else None,
        agenda=node.strings("agenda"),
    )


def _result(node: Node, step_id: str) -> tuple[Question, ...]:
    """The questions of a result: their conditions name one another, never the filing's questions."""
    shop = Workshop(node.shop.source, {}, findings=node.shop.findings)
    apart = Node(shop, node.data, node.path)
    ids = (child.data.get("id") for child in apart.children("result"))
    shop.questions.update(one for one in ids if isinstance(one, str))
    return tuple(compiling_questions.question(child, f"step.{step_id}") for child in apart.children("result"))


def _months_after(node: Node | None) -> MonthsAfter | None:
    if node is None:
        return None
    return MonthsAfter(node.string("question", needed=True), node.condition("when"))


def _letter(node: Node) -> StepLetter:
    return StepLetter(node.string("title", needed=True), node.string("body", needed=True))


def _sheet(node: Node) -> StepSheet:
    return StepSheet(node.string("title", needed=True), node.string("note"), node.strings("answers"))


def disaster(node: Node | None) -> DisasterFacts | None:
    """Which answers bind a filing to a disaster."""
    if node is None:
        return None
    return DisasterFacts(node.string("day", needed=True), node.string("place", needed=True))


def second_look(node: Node | None) -> SecondLook | None:
    """Whether a decided case is looked at again on request."""
    if node is None:
        return None
    return SecondLook(
        node.string("label", needed=True),
        node.integer("within_days"),
        cast("Mark", node.one_of("mark", MARKS, MARKS[2])),
    )
