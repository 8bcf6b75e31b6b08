"""Sample filings made from a definition: valid, different, true to what is given."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from madoguchi.procedures import sampling
from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.logic import evaluate
from madoguchi.procedures.sampling import NoSample, filing_like_a_sample, sample_answers
from madoguchi.procedures.tests.building import TODAY, asked, definition, definition_of, section
from madoguchi.procedures.tests.factories import source_of

NAME = {"family": "髙橋", "given": "花子", "family_kana": "タカハシ", "given_kana": "ハナコ"}
FACTS = {"applicant.name": NAME, "applicant.birth_date": "1990-02-28", "applicant.email": "hanako@example.jp"}


@pytest.fixture(scope="module")
def claim() -> Definition:
    return compile_source(source_of("child_allowance_claim"))


@pytest.mark.parametrize("name", ["residence_certificate", "all_kinds"])
@pytest.mark.parametrize("number", range(4))
def test_a_sample_is_a_complete_filing(name, number):
    made = compile_source(source_of(name))

    evaluation = evaluate(made, sample_answers(made, number, today=TODAY), today=TODAY)

    assert evaluation.complete
    assert evaluation.dropped == ()


@pytest.mark.slow
def test_samples_of_the_child_allowance_are_complete_and_different(claim):
    filings = [sample_answers(claim, number, today=TODAY) for number in range(6)]

    assert all(evaluate(claim, answers, today=TODAY).complete for answers in filings)
    assert len({str(answers) for answers in filings}) > 1


def test_the_same_number_gives_the_same_sample():
    made = compile_source(source_of("residence_certificate"))

    assert sample_answers(made, 3, today=TODAY) == sample_answers(made, 3, today=TODAY)


def test_facts_and_given_answers_are_kept(claim):
    answers = sample_answers(claim, 0, today=TODAY, facts=FACTS, given={"account_choice": "registered"})

    assert answers["applicant_name"] == NAME
    assert answers["applicant_birth_date"] == "1990-02-28"
    assert answers["account_choice"] == "registered"
    assert "account" not in answers


def test_conditions_are_followed_and_a_group_gets_as_many_members_as_it_needs():
    made = definition_of(
        section("main", asked("moved", "yes_no"), asked("town", when={"question": "moved", "is": "yes"})),
        section(
            "kids", asked("kids", "group", min=2, max=4, questions=[asked("child"), asked("age", "integer")])
        ),
    )

    for number in range(4):
        answers = sample_answers(made, number, today=TODAY)
        assert ("town" in answers) == (answers["moved"] == "yes")
        assert [child["_id"] for child in answers["kids"]] == ["m1", "m2"]


def test_what_stops_a_filing_is_avoided():
    stop = {
        "id": "no",
        "when": {"question": "moved", "is": "no"},
        "effect": "stop",
        "message": "できません。",
    }
    made = definition(asked("moved", "yes_no"), eligibility=[stop])

    for number in range(4):
        assert sample_answers(made, number, today=TODAY)["moved"] == "yes"


def test_a_definition_that_stops_everybody_has_no_sample():
    stop = {
        "id": "no",
        "when": {"question": "name", "answered": True},
        "effect": "stop",
        "message": "できません。",
    }
    made = definition(asked("name"), eligibility=[stop])

    with pytest.raises(NoSample):
        sample_answers(made, 0, today=TODAY)


def test_given_answers_that_stop_the_filing_have_no_sample():
    stop = {
        "id": "no",
        "when": {"question": "moved", "is": "no"},
        "effect": "stop",
        "message": "できません。",
    }
    made = definition(asked("moved", "yes_no"), eligibility=[stop])

    with pytest.raises(NoSample):
        sample_answers(made, 0, today=TODAY, given={"moved": "no"})


# --- in the manner of a written sample ---------------------------------------------------------------------------


def people(answers: Any) -> set[str]:
    """The family names that stand in a filing."""
    if isinstance(answers, dict):
        own = {answers["family"]} if "family" in answers else set()
        return own.union(*(people(value) for value in answers.values()))
    return set().union(*(people(value) for value in answers)) if isinstance(answers, list) else set()


@pytest.mark.slow
@pytest.mark.parametrize("today", [date(2026, 5, 15), date(2026, 11, 23), date(2028, 2, 29)])
def test_a_filing_like_a_sample_is_complete_on_any_day_and_bears_the_applicants_name(claim, today):
    for number in range(4):
        answers = filing_like_a_sample(claim, number, today=today, facts=FACTS)
        evaluation = evaluate(claim, answers, today=today)
        assert evaluation.complete
        assert answers["applicant_name"] == NAME
        assert people(answers) == {"髙橋"}


def test_recent_dates_move_with_the_day_and_old_ones_stay(claim):
    answers = filing_like_a_sample(claim, 0, today=date(2026, 11, 23), facts=FACTS)

    assert answers["applicant_birth_date"] == "1990-02-28"
    assert date.fromisoformat(answers["cause_date"]) <= date(2026, 11, 23)
    assert (date(2026, 11, 23) - date.fromisoformat(answers["cause_date"])).days < 60


def test_without_a_written_sample_answers_are_made_up():
    made = compile_source(source_of("residence_certificate"))

    answers = filing_like_a_sample(made, 0, today=TODAY, facts=FACTS)

    assert sampling.sample_filings(made.id) == ()
    assert answers["email"] == "hanako@example.jp"
    assert evaluate(made, answers, today=TODAY).complete
