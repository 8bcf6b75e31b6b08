"""要介護認定・要支援認定: who may file, which papers, which grades, which appeal."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.logic import Evaluation, evaluate
from madoguchi.procedures.tests.factories import source_of

TODAY = date(2026, 5, 15)
GRADES = ["要支援1", "要支援2", "要介護1", "要介護2", "要介護3", "要介護4", "要介護5"]


CERTIFIED = {"current_state": "support", "request_kind": "upgrade", "present_level": "support_2"}


@pytest.fixture(scope="module")
def care() -> Definition:
    return compile_source(source_of("care_certification"))


def filed(definition: Definition, **answers: Any) -> Evaluation:
    return evaluate(definition, answers, today=TODAY)


def stops(result: Evaluation) -> list[str]:
    return [rule.id for rule in result.stops]


@pytest.mark.parametrize(
    ("born", "answers", "stopped_by"),
    [
        ("1986-05-17", {}, ["under_40"]),
        ("1986-05-16", {}, []),  # reaches 40 at the end of today
        ("1986-05-16", {"has_medical_insurance": "no"}, ["no_medical_insurance"]),
        ("1961-05-17", {"has_medical_insurance": "no"}, ["no_medical_insurance"]),
        ("1961-05-16", {"has_medical_insurance": "no"}, []),  # reaches 65 at the end of today
        ("1970-01-01", {"specified_disease": "none"}, ["no_specified_disease"]),
        ("1970-01-01", {"specified_disease": "als"}, []),
        ("1950-01-01", {"specified_disease": "none"}, []),  # nobody asks
        ("1950-01-01", {"current_state": "care"}, []),
        ("1950-01-01", CERTIFIED | {"present_until": "2026-05-14"}, ["certification_ended"]),
        ("1950-01-01", CERTIFIED | {"present_until": "2026-05-15"}, []),
        ("1950-01-01", {"current_state": "care", "request_kind": "renewal"}, ["renewal_elsewhere"]),
        ("1950-01-01", {"current_state": "support", "request_kind": "change"}, ["change_elsewhere"]),
        ("1950-01-01", {"current_state": "moved"}, ["certified_elsewhere"]),
        ("1950-01-01", {"current_state": "support"}, []),
    ],
)
def test_who_may_not_file_is_told_why(
    care: Definition, born: str, answers: dict[str, Any], stopped_by: list[str]
) -> None:
    assert stops(filed(care, applicant_birth_date=born, **answers)) == stopped_by


def test_who_needs_support_and_asks_for_care_says_level_and_period(care: Definition) -> None:
    asked = filed(care, current_state="support", request_kind="upgrade").required
    first = filed(care, current_state="none").visible

    assert {"present_level", "present_until"} <= asked
    assert not {"request_kind", "present_level", "present_until"} & first
    offered = filed(care, current_state="care", request_kind="upgrade")
    assert "request_kind" in [problem.question_id for problem in offered.problems]


def test_who_is_led_to_another_procedure_is_told_its_name_as_it_stands_there(care: Definition) -> None:
    for rule in ("renewal", "change"):
        there = compile_source(source_of(f"care_certification_{rule}"))
        message = next(one.message for one in care.eligibility if one.id == f"{rule}_elsewhere")
        for language in ("ja", "en", "ja-easy"):
            assert there.current_name.of(language) in message.of(language)


def test_every_stop_names_where_to_turn(care: Definition) -> None:
    for rule in care.eligibility:
        if rule.effect == "stop":
            assert "ご相談ください" in rule.message or "ご連絡ください" in rule.message


def test_a_word_of_the_disease_never_blocks_who_is_unsure(care: Definition) -> None:
    result = filed(care, applicant_birth_date="1970-01-01", specified_disease="unsure")

    assert stops(result) == []
    assert [rule.id for rule in result.warnings] == ["disease_unsure"]


def test_the_sixteen_specified_diseases_are_asked_of_the_middle_aged_only(care: Definition) -> None:
    options = {option.id for option in care.question("specified_disease").options} - {"unsure", "none"}

    assert len(options) == 16
    for born, asked in (("1986-05-16", True), ("1961-05-17", True), ("1961-05-16", False)):
        assert ("specified_disease" in filed(care, applicant_birth_date=born).visible) is asked


def test_an_office_that_files_says_which_it_is_and_needs_no_letter_of_attorney(care: Definition) -> None:
    result = filed(care, filer="business")

    assert {"business_kind", "business_name", "person_agrees"} <= result.required
    assert "mandate" not in [state.document.id for state in result.documents]


@pytest.mark.parametrize(
    ("filer", "paper"), [("agent", "mandate"), ("guardian", "guardian_certificate"), ("family", "")]
)
def test_each_representative_brings_their_own_paper(care: Definition, filer: str, paper: str) -> None:
    required = {state.document.id for state in filed(care, filer=filer).documents if state.required}

    assert required - {"identity"} == ({paper} if paper else set())


def test_the_day_of_the_survey_is_fixed_only_with_somebody_who_is_there(care: Definition) -> None:
    alone = filed(care, filer="self", has_attendant="no", survey_contact="attendant")

    assert "survey_contact" in [problem.question_id for problem in alone.problems]


def test_the_thirty_days_are_the_laws_and_never_rest(care: Definition) -> None:
    clock = care.clock

    assert (clock.kind, clock.days, clock.unit) == ("statutory", 30, "calendar_days")
    assert not clock.pauses_when_returned
    assert clock.law == "介護保険法 第27条第11項"


def test_every_grade_is_granted_with_a_reason_and_can_be_appealed(care: Definition) -> None:
    granted = [kind for kind in care.workflow.decisions if kind.outcome == "granted"]

    assert [kind.label for kind in granted] == GRADES
    for kind in care.workflow.decisions:
        assert kind.reason_required
        assert kind.appeal == "appeal_council"
    assert all("有効期間" in kind.reason_hint for kind in granted)


def test_the_appeal_goes_to_the_council_of_the_prefecture_and_not_to_the_mayor(care: Definition) -> None:
    appeal = care.outputs.appeal("appeal_council")

    assert appeal is not None
    assert appeal.to == "岩手県介護保険審査会"
    assert "3か月以内に、岩手県介護保険審査会に対して審査請求" in appeal.text
    assert "盛岡市長に対して" not in appeal.text
    assert ("第183条", "seen") in [(law.article, law.mark) for law in appeal.law]
