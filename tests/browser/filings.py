"""A filing of the catalogue, filled in page by page in a real browser from a written sample."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from playwright.sync_api import Locator, Page

from madoguchi.applications.tests.visitor import typed_fields
from madoguchi.procedures.definition import UNSAID, Definition, Question
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.logic import evaluate
from tests.browser.pages import Form, Look, press

ANSWERED = "お答えに合わせて"
STOPPED = "このまま申請できません"
UNSHOWN = (*UNSAID[:2], "statement", "declaration", "slot")
FREE = re.compile("○ 空きあり")


class Filing(Form):
    """A filing of a procedure with these answers, filled in without scripts."""

    def __init__(self, page: Page, definition: Definition, answers: Mapping[str, Any], look: Look) -> None:
        super().__init__(page)
        self.definition = definition
        self.answers = answers
        self.look = look

    def start(self) -> None:
        """From the page of the procedure to its first question."""
        self.page.goto(f"/procedures/{self.definition.id}/")
        self.look(self.page, "procedure")
        for one in self.definition.to_complete:
            assert bare(one.text) in bare(self.main.text_content() or ""), one.text
        self.press("オンラインで手続を始める")

    def fill_in(self) -> None:
        """One page after another, documents later, until the check page or a reason why not."""
        members = {
            group.id: [dict(member) for member in self.answers.get(group.id) or ()]
            for section in self.definition.sections
            if (group := section.group) is not None
        }
        for _ in range(60):
            parts = self.page.url.rstrip("/").split("/")
            self.look(self.page, parts[-1][:20])
            if parts[-1] == "check" or STOPPED in self.main.inner_text():
                return
            section, on_member = _place(parts)
            group = self.definition.section(section).group if section else None
            if group is not None and on_member:
                self._answer(members[group.id].pop(0))
            elif group is not None and members[group.id]:
                self.press_add()
            else:
                self._answer(self.answers)

    def shown(self) -> str:
        """What the page says, without its blanks."""
        return bare(self.main.inner_text())

    def unsaid(self, today: date) -> list[str]:
        """The questions whose answers should stand on this page, and do not; files and times are not of the sample."""
        evaluation = evaluate(self.definition, self.answers, today=today)
        text = self.shown()
        return [
            question.id
            for question, value in _answered(self.definition, evaluation.answers)
            if bare(registry.of(question).display(question, value, "ja")) not in text
        ]

    def press_add(self) -> None:
        """Add another member of a group."""
        press(self.main.locator("button[name=add]"))

    def _answer(self, answers: Mapping[str, Any]) -> None:
        for _ in range(6):
            for question_id in self._asked():
                if not self.definition.has_question(question_id) or answers.get(question_id) is None:
                    continue
                question = self.definition.question(question_id)
                if question.kind == "slot":  # what is free stands in the city's stock, not in the sample
                    self.main.get_by_role("radio", name=FREE).first.check()
                    continue
                for name, value in typed_fields(question, answers[question_id]).items():
                    _type(self.main.locator(f'[name="{name}"]'), value)
            self.go_on()
            if ANSWERED not in self.main.inner_text():
                return

    def _asked(self) -> list[str]:
        names = self.main.locator("[name^='q.']").evaluate_all("(fields) => fields.map((f) => f.name)")
        return sorted({name.split(".")[1] for name in names})


def bare(text: str) -> str:
    """A text without its blanks and line ends."""
    return re.sub(r"\s", "", text)


def _answered(definition: Definition, answers: Mapping[str, Any]) -> Iterator[tuple[Question, Any]]:
    for question in definition.all_questions():
        if question.group_id is not None or question.kind in UNSHOWN:
            continue
        if question.kind != "group":
            if question.id in answers:
                yield question, answers[question.id]
            continue
        for member in answers.get(question.id, ()):
            for inner in question.questions:
                if inner.id in member and inner.kind not in UNSHOWN:
                    yield inner, member[inner.id]


def _type(field: Locator, value: Any) -> None:
    if not field.count():
        return
    kind = field.first.evaluate("(f) => f.tagName === 'SELECT' ? 'select' : f.type")
    if kind == "hidden":  # a script fills it; without one the name next to it counts
        return
    if kind in ("radio", "checkbox"):
        for one in [value] if isinstance(value, str) else value:
            option = field.and_(field.page.locator(f'[value="{one}"]'))
            if option.count():  # an option may come with the answers of the same page
                option.check()
    elif kind == "select":
        field.first.select_option(value)
    else:
        field.first.fill(value)


def _place(parts: list[str]) -> tuple[str, bool]:
    """Which section the address shows, and whether one member of it."""
    if "s" not in parts:
        return "", False
    at = parts.index("s")
    return parts[at + 1], len(parts) > at + 2
