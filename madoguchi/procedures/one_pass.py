"""One pass over the questions of a filing: which are asked, which must be answered, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from madoguchi.procedures.conditions import Condition, Scope
from madoguchi.procedures.definition import Definition, Question
from madoguchi.procedures.expressions import Expression, ExpressionFailed
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import CleanContext, FieldError, Kind, Value
from madoguchi.procedures.kinds.group import MOST
from madoguchi.procedures.kinds.sentences import not_an_option, whole

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a filing from being complete; `path` is `question` or `group[member].question`."""

    path: str
    section_id: str
    question_id: str
    member_id: str
    subfield: str
    code: str
    message: str


class Step:
    """A question prepared for the pass: what would otherwise be looked up every time."""

    __slots__ = (
        "computed",
        "has_value",
        "id",
        "inner",
        "is_group",
        "kind",
        "offers",
        "question",
        "read_only",
        "required",
        "when",
    )

    def __init__(self, question: Question) -> None:
        self.question = question
        self.id = question.id
        self.kind: Kind = registry.of(question)
        self.has_value = self.kind.has_value
        self.is_group = question.kind == "group"
        self.when: Condition | None = question.when
        self.required: bool | Condition = question.required
        self.computed: Expression | None = question.computed
        self.read_only = question.read_only
        self.offers = {option.id: option.when for option in question.options if option.when is not None}
        self.inner = tuple(Step(inner) for inner in question.questions)


class Plan:
    """All steps of a definition by section, and the ids an answer outside groups may have."""

    __slots__ = ("known", "sections")

    def __init__(self, definition: Definition) -> None:
        self.sections = tuple(
            (section, tuple(map(Step, section.questions))) for section in definition.sections
        )
        self.known = frozenset(step.id for _, steps in self.sections for step in steps)


_plans: WeakKeyDictionary[Definition, Plan] = WeakKeyDictionary()


def plan_of(definition: Definition) -> Plan:
    """The plan of a definition, made once."""
    plan = _plans.get(definition)
    if plan is None:
        plan = _plans[definition] = Plan(definition)
    return plan


class _Place:
    """Where answers are taken from and put: the filing itself, or one member of a group."""

    __slots__ = ("given", "invalid", "kept", "member_id", "prefix", "scope")

    def __init__(
        self, given: Answers, kept: dict[str, Any], scope: Scope, prefix: str, member_id: str
    ) -> None:
        self.given = given
        self.kept = kept
        self.invalid: dict[str, Any] = {}
        self.scope = scope
        self.prefix = prefix
        self.member_id = member_id


class Pass:
    """Takes the steps in the order of asking; `kept` is what conditions see, wrong answers stand beside it."""

    __slots__ = (
        "context",
        "dropped",
        "given",
        "invalid_members",
        "kept",
        "problems",
        "required",
        "scope",
        "top",
        "visible",
    )

    def __init__(self, answers: Answers, context: CleanContext) -> None:
        self.given = answers
        self.context = context
        self.kept: dict[str, Any] = {}
        self.scope = Scope(self.kept, context.today)
        self.top = _Place(answers, self.kept, self.scope, "", "")
        self.invalid_members: dict[str, dict[str, dict[str, Any]]] = {}
        self.visible: set[str] = set()
        self.required: set[str] = set()
        self.dropped: list[str] = []
        self.problems: list[Problem] = []

    def result(self) -> dict[str, Any]:
        """The answers that count, and the wrong ones beside them: nothing that was asked and answered is lost."""
        answers = self.kept
        for group_id, wrong in self.invalid_members.items():
            members = [{**member, **wrong.get(member["_id"], {})} for member in answers[group_id]]
            answers = {**answers, group_id: members}
        return {**answers, **self.top.invalid} if self.top.invalid else answers

    def drop_all(self, steps: tuple[Step, ...]) -> None:
        """The section is not asked."""
        self.dropped += [step.id for step in steps if self.given.get(step.id) is not None]

    def take(self, step: Step) -> None:
        """Decide about one question of a section."""
        if step.is_group:
            self._take_group(step)
        else:
            self._decide(step, self.top)

    def _decide(self, step: Step, place: _Place) -> None:
        value = place.given.get(step.id)
        path = place.prefix + step.id
        asked = step.when is None or step.when.holds(place.scope)
        if asked:
            self.visible.add(path)
        if not asked or not step.has_value:
            if value is not None:
                self.dropped.append(path)
        elif step.computed is not None:
            computed = _computed(step, step.computed, place.scope, self.context)
            if computed is not None:
                place.kept[step.id] = computed
            if value is not None and value != computed:
                self.dropped.append(path)
        else:
            self._judge(step, place, path, value)

    def _judge(self, step: Step, place: _Place, path: str, value: Value) -> None:
        # What only the city can fill in (read-only) is never missing: an empty prefill must not block.
        if not step.read_only and holds(step.required, place.scope):
            self.required.add(path)
            if value is None:
                self._report(path, step, place.member_id, step.kind.missing(step.question, self.context.lang))
        if value is None:
            return
        errors = step.kind.check(step.question, value, self.context)
        if not errors and step.offers:
            errors = self._not_offered(step, value, place.scope)
        if not errors:
            place.kept[step.id] = value
            return
        place.invalid[step.id] = value
        for error in errors:
            self._report(path, step, place.member_id, error)

    def _not_offered(self, step: Step, value: Value, scope: Scope) -> tuple[FieldError, ...]:
        for chosen in value if isinstance(value, list) else [value]:
            when = step.offers.get(chosen)
            if when is not None and not when.holds(scope):
                return (not_an_option(whole(step.question, self.context)),)
        return ()

    def _take_group(self, step: Step) -> None:
        question, value = step.question, self.given.get(step.id)
        if step.when is not None and not step.when.holds(self.scope):
            if value is not None:
                self.dropped.append(step.id)
            return
        self.visible.add(step.id)
        required = holds(step.required, self.scope)
        if required:
            self.required.add(step.id)
        if not value:
            if required:
                self._report(step.id, step, "", step.kind.missing(question, self.context.lang))
            return
        errors = step.kind.check(question, value, self.context)
        for error in errors:
            self._report(step.id, step, "", error)
        if any(error.code == "wrong_shape" for error in errors):
            self.dropped.append(step.id)
        else:
            self.kept[step.id] = [self._member(step, member) for member in value[:MOST]]

    def _member(self, group: Step, member: Answers) -> dict[str, Any]:
        member_id: str = member["_id"]
        kept: dict[str, Any] = {"_id": member_id}
        scope = Scope(self.kept, self.context.today, kept)
        place = _Place(member, kept, scope, f"{group.id}[{member_id}].", member_id)
        for step in group.inner:
            self._decide(step, place)
        known = {"_id", *(step.id for step in group.inner)}
        self.dropped += [place.prefix + key for key in member if key not in known]
        if place.invalid:
            self.invalid_members.setdefault(group.id, {})[member_id] = place.invalid
        return kept

    def _report(self, path: str, step: Step, member_id: str, error: FieldError) -> None:
        question = step.question
        self.problems.append(
            Problem(
                path, question.section_id, question.id, member_id, error.subfield, error.code, error.message
            )
        )


def holds(condition: bool | Condition, scope: Scope) -> bool:
    """true, false, or whether the condition holds."""
    return condition if isinstance(condition, bool) else condition.holds(scope)


def _computed(step: Step, expression: Expression, scope: Scope, context: CleanContext) -> Value:
    """The computed answer in the form of its kind, None when there is none."""
    answers = scope.answers if scope.member is None else {**scope.answers, **scope.member}
    try:
        result: Value = expression.evaluate(answers, scope.today)
    except ExpressionFailed:
        return None
    if isinstance(result, bool):
        result = "yes" if result else "no"
    elif step.kind.name == "decimal" and isinstance(result, int | float):
        plain = f"{result:.10f}".rstrip("0").rstrip(".")
        result = step.kind.clean(step.question, {"": plain}, context).value
    return None if result is None or step.kind.check(step.question, result, context) else result
