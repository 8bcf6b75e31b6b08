"""The one engine that decides about a filing: what is asked, what is required, what is wrong, what follows.

Conditions look at earlier questions only, so one pass in the order of asking is the fixed point. An answer to a
question that is not asked is dropped; a computed answer is computed here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language

from madoguchi.procedures.conditions import Scope
from madoguchi.procedures.definition import (
    Definition,
    Document,
    EligibilityRule,
    FeeExemption,
    Question,
    Section,
)
from madoguchi.procedures.expressions import ExpressionFailed
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import CleanContext
from madoguchi.procedures.kinds.group import MEMBER_ID, MOST
from madoguchi.procedures.one_pass import Pass, Problem, holds, plan_of

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SectionState:
    """A section as this filing has it; one that is not asked is complete."""

    section: Section
    visible: bool
    complete: bool
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class DocumentState:
    """A document that this filing calls for."""

    document: Document
    required: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything the engine decided about one state of a filing."""

    definition: Definition
    today: date
    answers: dict[str, Any]  # without dropped ones, with computed ones
    dropped: tuple[str, ...]  # paths of answers nobody asked for
    visible: frozenset[str]  # paths
    required: frozenset[str]  # paths
    problems: tuple[Problem, ...]
    sections: tuple[SectionState, ...]
    documents: tuple[DocumentState, ...]
    stops: tuple[EligibilityRule, ...]
    warnings: tuple[EligibilityRule, ...]
    fee_exemption: FeeExemption | None = None  # why less is paid

    @property
    def complete(self) -> bool:
        """Whether every question that must be answered is, and nothing stops the filing."""
        return not self.problems and not self.stops

    @property
    def entitlement(self) -> int | float | str | bool | None:
        """What the person gets by the rule of the law; None when it cannot be said (yet)."""
        rule = self.definition.entitlement
        if rule is None:
            return None
        try:
            if rule.unit == "yen":
                return rule.expression.yen(self.answers, self.today)
            return rule.expression.evaluate(self.answers, self.today)
        except ExpressionFailed:
            return None

    @property
    def fee_yen(self) -> int | None:
        """The fee to pay; None when its rule cannot be computed (yet)."""
        full, exemption = self.full_fee_yen, self.fee_exemption
        if full is None or exemption is None:
            return full
        return full * (100 - exemption.percent) // 100

    @property
    def full_fee_yen(self) -> int | None:
        """The fee before any exemption; None when its rule cannot be computed (yet)."""
        fee = self.definition.fee
        if fee.expression is None:
            return fee.yen
        try:
            return fee.expression.yen(self.answers, self.today)
        except ExpressionFailed:
            return None


def evaluate(definition: Definition, answers: Answers, *, today: date, lang: str = "") -> Evaluation:
    """Decide everything about these answers on this day; sentences are in `lang` (else the page's language)."""
    work = Pass(answers, CleanContext(today, lang or get_language() or "ja"))
    scope, plan = work.scope, plan_of(definition)
    states = []
    for section, steps in plan.sections:
        if section.when is not None and not section.when.holds(scope):
            work.drop_all(steps)
            states.append(SectionState(section, False, True, ()))
            continue
        first = len(work.problems)
        for step in steps:
            work.take(step)
        problems = tuple(work.problems[first:])
        states.append(SectionState(section, True, not problems, problems))
    met = [rule for rule in definition.eligibility if rule.when.holds(scope)]
    return Evaluation(
        definition=definition,
        today=today,
        answers=work.result(),
        dropped=(*work.dropped, *(key for key in answers if key not in plan.known)),
        visible=frozenset(work.visible),
        required=frozenset(work.required),
        problems=tuple(work.problems),
        sections=tuple(states),
        documents=tuple(
            DocumentState(document, holds(document.required, scope))
            for document in definition.documents
            if document.when is None or document.when.holds(scope)
        ),
        stops=tuple(rule for rule in met if rule.effect == "stop"),
        warnings=tuple(rule for rule in met if rule.effect == "warn"),
        fee_exemption=next((one for one in definition.fee.exemptions if one.when.holds(scope)), None),
    )


def options_offered(
    question: Question, answers: Answers, *, today: date, member: Answers | None = None
) -> frozenset[str]:
    """The ids of the options a person may choose from now (those without a condition, and those whose holds)."""
    scope = Scope(answers, today, member)
    offered = (option.id for option in question.options if option.when is None or option.when.holds(scope))
    return frozenset(offered)


# --- taking the answers of one page ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that was not taken: somebody changed the page, or it is an old one.

    Codes: unknown_question, not_on_page, read_only, computed, no_value, hidden, unknown_member, too_many.
    """

    question_id: str
    code: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answers with those of the page, and what was refused."""

    answers: dict[str, Any]
    refused: tuple[Refused, ...]


def accept_answers(
    definition: Definition,
    answers: Answers,
    section_id: str,
    values: Answers,
    member_id: str = "",
    *,
    today: date | None = None,
) -> dict[str, Any]:
    """The answers of `accept`, for a page that need not know what was refused."""
    return accept(definition, answers, section_id, values, member_id, today=today).answers


def accept(
    definition: Definition,
    answers: Answers,
    section_id: str,
    values: Answers,
    member_id: str = "",
    *,
    today: date | None = None,
) -> Accepted:
    """The answers with the values of one page (of one member) written over them; None takes an answer away.

    Only what the page asks is written. With `today` answers to questions that are not asked now are refused too;
    without it they are dropped when the filing is evaluated. A member that does not exist yet is added.
    """
    group = definition.section(section_id).group
    questions = group.questions if group is not None else definition.section(section_id).questions
    if group is not None and (code := _member_refusal(answers, group, member_id)):
        return Accepted(dict(answers), tuple(Refused(key, code) for key in values))
    codes = {key: _refusal(definition, questions, key) for key in values}
    taken = {key: value for key, value in values.items() if not codes[key]}
    merged = _written(answers, group, member_id, taken)
    if today is not None:
        prefix = f"{group.id}[{member_id}]." if group is not None else ""
        visible = evaluate(definition, merged, today=today).visible
        hidden = {key for key, value in taken.items() if value is not None and prefix + key not in visible}
        if hidden:
            codes |= dict.fromkeys(hidden, "hidden")
            shown = {key: value for key, value in taken.items() if key not in hidden}
            merged = _written(answers, group, member_id, shown)
    return Accepted(merged, tuple(Refused(key, code) for key, code in codes.items() if code))


def _member_refusal(answers: Answers, group: Question, member_id: str) -> str:
    members = answers.get(group.id) or []
    if not MEMBER_ID.fullmatch(member_id):
        return "unknown_member"
    known = any(member.get("_id") == member_id for member in members)
    return "" if known or len(members) < MOST else "too_many"


def _refusal(definition: Definition, questions: tuple[Question, ...], question_id: str) -> str:
    question = next((question for question in questions if question.id == question_id), None)
    if question is None:
        return "not_on_page" if definition.has_question(question_id) else "unknown_question"
    if question.computed is not None:
        return "computed"
    if question.read_only:
        return "read_only"
    return "" if registry.of(question).has_value else "no_value"


def _written(answers: Answers, group: Question | None, member_id: str, values: Answers) -> dict[str, Any]:
    if group is None:
        return {key: value for key, value in {**answers, **values}.items() if value is not None}
    members = list(answers.get(group.id) or [])
    place = next((n for n, member in enumerate(members) if member.get("_id") == member_id), len(members))
    before = members[place] if place < len(members) else {"_id": member_id}
    changed = {key: value for key, value in {**before, **values}.items() if value is not None}
    return {**answers, group.id: [*members[:place], changed, *members[place + 1 :]]}
