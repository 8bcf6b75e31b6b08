"""A draft as the pages of its filing need it: definition, evaluation, the pages in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from madoguchi.applications import queries, steps
from madoguchi.applications.models import Draft
from madoguchi.common import clock
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition, Question, Section
from madoguchi.procedures.logic import Evaluation, evaluate


def page_language() -> str:
    """The language of the page, as definitions name it."""
    return get_language() or "ja"


def to_check(request: HttpRequest) -> bool:
    """Whether a page was opened by a 変更 link of the check page and leads back there."""
    return request.GET.get("return") == "check" or request.POST.get("return") == "check"


class Look:
    """A draft as it stands now, decided about once."""

    def __init__(self, draft: Draft, evaluation: Evaluation | None = None) -> None:
        self.draft = draft
        self.language = page_language()
        self.definition: Definition = procedures.definition_of(draft.procedure_version_id)
        self.evaluation = evaluation or evaluate(self.definition, draft.answers, today=clock.today())

    @cached_property
    def steps(self) -> list[steps.Step]:
        """The pages this filing needs, with what is done."""
        attached = queries.attached_documents(self.draft) if self.definition.documents else set()
        return steps.steps_of(
            self.definition,
            self.evaluation,
            attached=attached,
            language=self.language,
            unfinished={page.section_id for page in self.unfinished},
        )

    @cached_property
    def unfinished(self) -> list[queries.Unfinished]:
        """Pages on which something waits for the person: typed wrongly, or asked again by a new version."""
        return queries.unfinished_pages(self.definition, self.draft, self.evaluation)

    @property
    def context(self) -> dict[str, Any]:
        """What every page of a filing shows."""
        return {
            "draft": self.draft,
            "definition": self.definition,
            "lang": self.language,
            "steps": self.steps,
            "evaluation": self.evaluation,
            "asked_again": any(page.question_id for page in self.unfinished),
            "problems": [],
        }

    def section(self, section_id: str) -> Section | None:
        """A section that is asked now. Raises `KeyError` for one that the definition does not have."""
        section = self.definition.section(section_id)
        states = (state for state in self.evaluation.sections if state.section is section)
        return section if any(state.visible for state in states) else None

    def visible(self, questions: Iterable[Question], member_id: str = "") -> list[Question]:
        """The questions of a page that are asked now, with statements between them."""
        return [q for q in questions if path_of(q, member_id) in self.evaluation.visible]

    def answers(self, group: Question | None, member_id: str) -> Mapping[str, Any]:
        """The answers of a page: of the filing, or of one member of a group."""
        answers: Mapping[str, Any] = self.draft.answers
        return answers if group is None else member_of(answers, group, member_id)

    def shown_answers(self, group: Question | None, member_id: str) -> Mapping[str, Any]:
        """The answers of a page with what the city computes."""
        answers = self.answers(group, member_id)
        decided = self.evaluation.answers
        computed = decided if group is None else member_of(decided, group, member_id)
        questions = self.definition.all_questions() if group is None else group.questions
        ids = {q.id for q in questions if q.computed is not None and q.id in computed}
        return {**answers, **{key: computed[key] for key in ids}} if ids else answers

    def after(self, section_id: str, *, to_check: bool) -> str:
        """The address of the page that follows a section."""
        following = steps.following(self.steps, "section", section_id, to_check=to_check)
        return following.url(self.draft.id) if following else self.check_url

    def before(self, section_id: str, *, to_check: bool) -> str:
        """Where 戻る of a section leads."""
        if to_check:
            return self.check_url
        back = steps.step_before(self.steps, "section", section_id)
        return back.url(self.draft.id) if back else reverse("procedures:page", args=[self.draft.procedure_id])

    @property
    def check_url(self) -> str:
        """The address of the check page."""
        return reverse("applications:check", args=[self.draft.id])


def path_of(question: Question, member_id: str = "") -> str:
    """The path of a question in an evaluation: `question` or `group[member].question`."""
    return f"{question.group_id}[{member_id}].{question.id}" if member_id else question.id


def member_of(answers: Mapping[str, Any], group: Question, member_id: str) -> Mapping[str, Any]:
    """The answers of one member of a group, none for an unknown one."""
    members: list[Mapping[str, Any]] = answers.get(group.id) or []
    return next((member for member in members if member.get("_id") == member_id), {})
