"""罹災証明書: which building, until when, which way to examine, which grades."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.logic import Evaluation, evaluate
from madoguchi.procedures.tests.factories import source_of

TODAY = date(2026, 5, 15)
GRADES = ["全壊", "大規模半壊", "中規模半壊", "半壊", "準半壊", "準半壊に至らない（一部損壊）"]


@pytest.fixture(scope="module")
def disaster() -> Definition:
    return compile_source(source_of("disaster_certificate"))


def filed(definition: Definition, today: date = TODAY, **answers: Any) -> Evaluation:
    return evaluate(definition, answers, today=today)


def required_papers(result: Evaluation) -> set[str]:
    return {state.document.id for state in result.documents if state.required}


@pytest.mark.parametrize(
    ("answers", "stopped_by"),
    [
        ({"cause": "fire"}, ["fire"]),
        ({"cause": "earthquake"}, []),
        ({"house_use": "home"}, []),
        ({"house_use": "shop_home"}, []),
        ({"house_use": "vacant"}, ["not_a_home"]),
        ({"house_use": "office"}, ["not_a_home"]),
        ({"house_use": "storage"}, ["not_a_home"]),
    ],
)
def test_only_a_home_damaged_by_a_disaster_other_than_fire_is_certified(
    disaster: Definition, answers: dict[str, Any], stopped_by: list[str]
) -> None:
    assert [rule.id for rule in filed(disaster, **answers).stops] == stopped_by


@pytest.mark.parametrize(
    ("happened", "until", "late"),
    [("2026-04-14", "2026-05-14", True), ("2026-04-15", "2026-05-15", False)],
)
def test_after_a_month_only_photographs_help(
    disaster: Definition, happened: str, until: str, late: bool
) -> None:
    result = filed(disaster, disaster_date=happened)

    assert result.answers["apply_until"] == until
    assert [rule.id for rule in result.warnings] == (["late"] if late else [])
    assert ("photos_outside" in required_papers(result)) is late


def test_who_chooses_photographs_agrees_to_the_slightest_grade_and_sends_them(disaster: Definition) -> None:
    result = filed(disaster, method="self")

    assert {"agree_partial", "agree_photos"} <= result.required
    assert {"photos_outside", "photos_damage"} <= required_papers(result)
    assert "attends" not in result.visible


def test_water_above_the_floor_is_better_looked_at(disaster: Definition) -> None:
    flooded: dict[str, Any] = {"damage_parts": ["flood"], "flood_level": "above"}

    by_photo, on_site = (filed(disaster, method=method, **flooded) for method in ("self", "survey"))

    assert [rule.id for rule in by_photo.warnings] == ["flood_needs_survey"]
    assert [rule.id for rule in on_site.warnings] == []
    assert "flood_depth" in on_site.visible


@pytest.mark.parametrize(
    ("answers", "paper"),
    [
        ({"tenure": "rented"}, "lease"),
        ({"registered_here": "no"}, "living_proof"),
        ({"tidied": "yes"}, "repair_papers"),
        ({"filer": "tax_agent"}, "tax_notice"),
        ({"filer": "agent"}, "mandate"),
    ],
)
def test_each_situation_calls_for_its_paper(disaster: Definition, answers: Any, paper: str) -> None:
    assert required_papers(filed(disaster, **answers)) == {"identity", paper}


def test_who_lives_alone_lists_nobody(disaster: Definition) -> None:
    result = filed(disaster, householder_name=None)

    assert "members" not in [problem.question_id for problem in result.problems]


def test_the_six_grades_are_one_certificate_without_an_appeal(disaster: Definition) -> None:
    granted = [kind for kind in disaster.workflow.decisions if kind.outcome == "granted"]

    assert [kind.label for kind in granted] == GRADES
    assert {(kind.notice, kind.appeal) for kind in granted} == {("certificate", "")}


def test_a_refusal_states_its_reason_and_where_to_appeal(disaster: Definition) -> None:
    refused = disaster.workflow.decision("refused")

    assert refused is not None
    assert (refused.reason_required, refused.appeal) == (True, "appeal_mayor")
