"""Whether every question can be reached, every condition can hold and fail, and somebody can file at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from madoguchi.common.yaml_source import Path
from madoguchi.procedures import condition_reading
from madoguchi.procedures.checks.answer_space import cone_of, is_open
from madoguchi.procedures.checks.references import Place, names_in, places
from madoguchi.procedures.checks.sheet import Sheet, asked
from madoguchi.procedures.checks.worlds import TooMany, Walk
from madoguchi.procedures.conditions import Condition, Scope
from madoguchi.procedures.definition import Definition

State = Literal["always", "sometimes", "never", "unknown"]
ENOUGH = 100_000  # filings looked at for one definition
SAID = {
    "always": "いつも聞く",
    "sometimes": "条件により聞く",
    "never": "到達できない",
    "unknown": "判定できない",
}


@dataclass(slots=True)
class Coverage:
    """How far each question was proven to be reachable."""

    states: dict[str, State] = field(default_factory=dict)
    filings: int = 0  # filings looked at

    @property
    def share(self) -> float:
        """The share of questions proven to be reachable."""
        reached = sum(state in ("always", "sometimes") for state in self.states.values())
        return reached / len(self.states) if self.states else 1.0


@dataclass(slots=True)
class Reach:
    """The search over one definition."""

    sheet: Sheet
    definition: Definition
    today: date
    unreachable: set[str] = field(default_factory=set)
    coverage: Coverage = field(default_factory=Coverage)

    def run(self) -> Coverage:
        """Note what can never be reached or never happens otherwise; the coverage of the questions."""
        for question in asked(self.sheet.data):
            self.coverage.states[question.id] = "always"
        for place in sorted(places(self.sheet.data), key=lambda one: one.position):
            self._place(place)
        self._somebody_can_file()
        return self.coverage

    def _place(self, place: Place) -> None:
        if self.unreachable & ({place.owner} | set(names_in(place.condition))):
            self._mark(place, "never")
            return
        condition = condition_reading.compile_condition(place.condition)
        can_hold, can_fail = self._outcomes(place, condition)
        if can_hold is False:
            self._never(place, place.path)
            return
        if can_hold is None:
            self._mark(place, "unknown")
        elif can_fail:
            self._mark(place, "sometimes")
        elif can_fail is False:
            self._always(place)
        self._branches(place)

    def _branches(self, place: Place) -> None:
        """Each way of an `any` must be possible, or it is a slip of the pen."""
        for n, part in enumerate(place.condition.get("any", ())):
            can_hold, _ = self._outcomes(place, condition_reading.compile_condition(part))
            if can_hold is False:
                self._never(place, (*place.path, "any", n), whole=False)

    def _outcomes(self, place: Place, condition: Condition) -> tuple[bool | None, bool | None]:
        """Whether the condition can hold and can fail where it stands; None when nothing can be said."""
        if self.coverage.filings > ENOUGH:
            return None, None
        above = self._above(place)
        walk = Walk(self.definition, cone_of(self.definition, [condition, *above]), self.today)
        outcomes: set[bool] = set()
        try:
            for answers, member in self._scopes(place, walk):
                self.coverage.filings += 1
                if all(is_open(one, answers, self.today, member) for one in above):
                    outcomes.add(condition.holds(Scope(answers, self.today, member)))
                if len(outcomes) == 2:
                    break
        except TooMany:
            return (True if True in outcomes else None), (True if False in outcomes else None)
        finally:
            self._stuck(walk)
        return True in outcomes, False in outcomes

    def _scopes(self, place: Place, walk: Walk) -> Iterator[tuple[dict[str, Any], Any]]:
        if not place.group:
            yield from ((answers, None) for answers in walk.filings())
            return
        group = self.definition.question(place.group)
        for answers in walk.filings():
            for member in walk.members(group, answers, until=place.owner):
                yield answers, member

    def _above(self, place: Place) -> list[Condition]:
        """The conditions that must hold for the place to be looked at."""
        path = place.path
        found: list[Condition | None] = []
        if path[0] == "documents" and path[-1] == "required":
            found.append(self.definition.document(self.sheet.data["documents"][path[1]]["id"]).when)
        if place.owner:
            question = self.definition.question(place.owner)
            found.append(self.definition.section(question.section_id).when)
            if question.group_id is not None:
                found.append(self.definition.question(question.group_id).when)
            if path[-1] == "required" or "options" in path:
                found.append(question.when)
        return [condition for condition in found if condition is not None]

    def _never(self, place: Place, path: Path, *, whole: bool = True) -> None:
        what = "この条件" if whole else "「any」の中のこの条件"
        then = {"options": "この選択肢は選べません", "documents": "この書類は求められません"}
        happens = next((said for step, said in then.items() if step in place.path), "ここには到達できません")
        if place.path[0] == "eligibility":
            happens = "この知らせは出ません"
        elif place.path[-1] == "required":
            happens = "必須になりません"
        message = f"{what}は、どのように答えても成り立ちません" + (f"（{happens}）。" if whole else "。")
        self.sheet.note(path, "never_true", message, "条件の値と、前の質問やページの条件を見直してください。")
        if whole:
            self._mark(place, "never")

    def _always(self, place: Place) -> None:
        if place.path[0] == "eligibility":
            rule = self.sheet.data["eligibility"][place.path[1]]
            if rule["effect"] == "stop":
                self._nobody(place.path)
                return
        message = "この条件は、どのように答えても成り立ちます。"
        self.sheet.warn(place.path, "always_true", message, "条件を消すか、比べる値を見直してください。")

    def _mark(self, place: Place, state: State) -> None:
        """Note the state of the questions this place decides about."""
        is_when = place.path[-1] == "when" and "options" not in place.path and place.path[0] == "sections"
        for question_id in place.itself if is_when else ():
            if self.coverage.states.get(question_id) != "never":
                self.coverage.states[question_id] = state
            if state == "never":
                self.unreachable.add(question_id)

    def _stuck(self, walk: Walk) -> None:
        for question in asked(self.sheet.data):
            if question.id in walk.stuck:
                self.sheet.note(
                    (*question.path, "options"),
                    "no_option_left",
                    "必須なのに、選べる選択肢が1つもないときがあります。",
                    "条件のない選択肢を足すか、質問にも同じ条件を付けてください。",
                )

    def _somebody_can_file(self) -> None:
        stops = [rule.when for rule in self.definition.eligibility if rule.effect == "stop"]
        if not stops or any(code == "nobody_can_file" for _, code in self.sheet.findings):
            return
        walk = Walk(self.definition, cone_of(self.definition, stops), self.today)
        try:
            for answers in walk.filings():
                scope = Scope(answers, self.today)
                if not any(stop.holds(scope) for stop in stops):
                    return
        except TooMany:
            return
        self._nobody(("eligibility",))

    def _nobody(self, path: Path) -> None:
        message = "どのように答えても手続が止まり、だれも申請できません。"
        self.sheet.note(path, "nobody_can_file", message, "stop の条件を見直してください。")


def check(sheet: Sheet, definition: Definition, today: date) -> Coverage:
    """Search the answer space of a definition that has no other fault."""
    return Reach(sheet, definition, today).run()
