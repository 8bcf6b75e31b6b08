"""The pages of a filing in their order, and which comes next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import pytest

from madoguchi.applications import steps
from madoguchi.applications.steps import Step
from madoguchi.applications.tests.conftest import NOW
from madoguchi.common import clock
from madoguchi.procedures.compiling import compile_data
from madoguchi.procedures.logic import evaluate
from madoguchi.procedures.tests.building import asked, section, source

YES = {"question": "moved", "is": "yes"}


def pages(
    answers: dict[str, Any], *, attached: Iterable[str] = (), unfinished: Iterable[str] = ()
) -> list[Step]:
    """The pages of a filing of three sections and two documents."""
    definition = compile_data(
        source(
            section("first", asked("moved", "yes_no")),
            section("where", asked("town"), when=YES),
            section("last", asked("name")),
            documents=[
                {"id": "card", "label": "カード", "required": True, "may_follow": False},
                {"id": "proof", "label": "証明", "required": True, "may_follow": True, "when": YES},
            ],
        )
    )
    evaluation = evaluate(definition, answers, today=clock.tokyo_date(NOW))
    return steps.steps_of(
        definition, evaluation, attached=set(attached), language="ja", unfinished=set(unfinished)
    )


def test_the_pages_follow_the_answers_documents_last():
    assert [step.id for step in pages({})] == ["first", "last", "card"]
    assert [step.id for step in pages({"moved": "yes"})] == ["first", "where", "last", "card", "proof"]


def test_a_page_is_done_when_nothing_is_missing_and_nothing_waits():
    answers = {"moved": "no", "name": "太郎"}

    assert [step.complete for step in pages(answers)] == [True, True, False]
    assert [step.complete for step in pages(answers, attached={"card"})] == [True, True, True]
    assert [step.complete for step in pages(answers, unfinished={"last"})] == [True, False, False]


def test_a_document_that_may_follow_stands_in_nobodys_way():
    made = pages({"moved": "yes", "town": "滝沢", "name": "太郎"}, attached={"card"})

    assert made[-1].optional
    assert not made[-1].complete
    assert steps.first_incomplete(made) is None


@pytest.mark.parametrize(
    ("kind", "step_id", "after", "before"),
    [
        ("section", "first", "last", None),
        ("section", "last", "card", "first"),
        ("document", "card", None, "last"),
        ("section", "gone", "first", None),
    ],
)
def test_every_page_knows_its_neighbours(kind, step_id, after, before):
    made = pages({})

    following, previous = steps.step_after(made, kind, step_id), steps.step_before(made, kind, step_id)

    assert (following.id if following else None) == after
    assert (previous.id if previous else None) == before


def test_a_page_opened_from_the_check_page_leads_to_what_is_missing_or_back():
    incomplete = pages({"moved": "no"})
    done = pages({"moved": "no", "name": "太郎"}, attached={"card"})

    found = steps.following(incomplete, "section", "first", to_check=True)

    assert found is not None
    assert found.id == "last"
    assert steps.following(done, "section", "first", to_check=True) is None
    assert steps.following(done, "section", "first", to_check=False) is done[1]


def test_pages_are_counted_from_one_and_an_unknown_one_is_the_last():
    made = pages({})

    assert [steps.position(made, step.kind, step.id) for step in made] == [1, 2, 3]
    assert steps.position(made, "section", "gone") == 3


def test_a_page_has_its_address():
    draft_id = uuid4()

    assert pages({})[0].url(draft_id) == f"/filing/d/{draft_id}/s/first/"
    assert pages({})[-1].url(draft_id) == f"/filing/d/{draft_id}/doc/card/"
