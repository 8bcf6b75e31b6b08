"""External steps of a definition: compiled apart from the filing, and checked with line and mend."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from madoguchi.procedures.checking import check_source
from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.tests.factories import source_of

TODAY = date(2026, 11, 23)
BASE = (Path(__file__).parent / "broken" / "base.yaml").read_text(encoding="utf-8")
APPROVAL = "  approval:\n"
STEPS = """  external_steps:
    - id: visit
      title: 現地の確認
      kind: visit
      by: [担当課]
      due_days: 10
      mark: general_knowledge
      when: {question: reason, is: work}
      before: [allowed]
      result:
        - {id: seen_on, kind: date, label: 見た日, max: today}
        - {id: fits, kind: yes_no, label: 置ける}
        - {id: why_not, kind: text, label: 置けない理由, when: {question: fits, is: no}, max_length: 100}
      sheet: {title: 確認票, answers: [applicant_name, reason]}
      letter: {title: 依頼, body: "{applicant_name}について{due_on}までにお願いします。"}
    - id: council
      title: 審査会
      kind: board
      by: [審査会]
      due_days: 20
      mark: general_knowledge
      after: [visit]
      before: [allowed, refused]
      result:
        - {id: outcome, kind: choice, label: 判定, options: [{id: allowed, label: 許可}, {id: refused, label: 不許可}]}
        - {id: months, kind: integer, label: 期間, min: 1, max: 12}
      decision_from: outcome
      months_from: months
      agenda: [reason]
"""
SOURCE = BASE.replace(APPROVAL, STEPS + APPROVAL, 1)


def test_steps_are_compiled_with_who_does_them_and_what_comes_back() -> None:
    workflow = compile_source(SOURCE).workflow

    visit, council = workflow.external_steps
    assert (visit.kind, visit.by, visit.due_days, visit.before) == ("visit", ("担当課",), 10, ("allowed",))
    assert [question.id for question in visit.result] == ["seen_on", "fits", "why_not"]
    assert visit.sheet is not None
    assert visit.sheet.answers == ("applicant_name", "reason")
    assert visit.letter is not None
    assert visit.letter.title == "依頼"
    assert (council.after, council.decision_from, council.agenda) == (("visit",), "outcome", ("reason",))
    assert workflow.external_step("visit") is visit
    assert workflow.external_step("nothing") is None
    assert visit.question("fits") is not None
    assert visit.question("nothing") is None


def test_what_only_staff_read_asks_for_no_translation() -> None:
    assert check_source(SOURCE, "base.yaml", today=TODAY) == []
    assert not any("seen_on" in key for key in compile_source(SOURCE).texts)


def test_a_definition_without_steps_stays_valid() -> None:
    workflow = compile_source(BASE).workflow

    assert (workflow.external_steps, workflow.disaster, workflow.second_look) == ((), None, None)


@pytest.mark.parametrize(
    ("was", "becomes", "code", "at"),
    [
        ("before: [allowed]\n", "before: [alowed]\n", "unknown_decision", "before: [alowed]"),
        ("after: [visit]", "after: [visits]", "unknown_step", "after: [visits]"),
        ("after: [visit]", "after: [council]", "cycle", "after: [council]"),
        ("kind: yes_no, label: 置ける", "kind: file, label: 置ける", "kind_of_result", "id: fits"),
        ("{id: fits,", "{id: seen_on,", "duplicate_id", "label: 置ける"),
        ("decision_from: outcome", "decision_from: outcom", "unknown_question", "decision_from"),
        ("decision_from: outcome", "decision_from: months", "wrong_kind", "decision_from"),
        ("months_from: months", "months_from: outcome", "wrong_kind", "months_from"),
        ("options: [{id: allowed,", "options: [{id: denied,", "unknown_decision", "id: outcome"),
        ("answers: [applicant_name, reason]", "answers: [reasons]", "unknown_question", "確認票"),
        ("answers: [applicant_name, reason]", "answers: [bicycles]", "unknown_question", "確認票"),
        ("agenda: [reason]", "agenda: [reasons]", "unknown_question", "agenda:"),
        ("について{due_on}", "について{due}", "unknown_placeholder", "title: 依頼"),
        ("kind: board", "kind: visit", "agenda_without_board", "agenda:"),
        (
            "when: {question: reason, is: work}",
            "when: {question: reasons, is: work}",
            "unknown_question",
            "when:",
        ),
        ("id: council\n", "id: visit\n", "duplicate_id", "id: visit"),
        ("due_days: 10", "due_days: 0", "out_of_range", "due_days: 0"),
        ("kind: visit", "kind: walk", "unknown_value", "kind: walk"),
    ],
)
def test_what_leads_nowhere_is_said_at_its_line(was: str, becomes: str, code: str, at: str) -> None:
    assert SOURCE.count(was) == 1
    broken = SOURCE.replace(was, becomes)

    found = [one for one in check_source(broken, "base.yaml", today=TODAY) if one.severity == "error"]

    assert code in {finding.code for finding in found}
    line = next(finding.line for finding in found if finding.code == code)
    assert at in broken.splitlines()[line - 1]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("  disaster: {day: months, place: applicant_name}\n", "unknown_question"),
        ("  second_look: {label: 再調査}\n", "missing_key"),
        ("  second_look: {label: 再調査, within_days: 0, mark: seen}\n", "out_of_range"),
    ],
)
def test_a_disaster_and_a_second_look_are_checked(line: str, code: str) -> None:
    broken = BASE.replace(APPROVAL, line + APPROVAL, 1)

    assert code in {finding.code for finding in check_source(broken, "base.yaml", today=TODAY)}


def test_the_catalogue_names_its_steps() -> None:
    care = compile_source(source_of("care_certification")).workflow
    damage = compile_source(source_of("disaster_certificate")).workflow

    assert [step.id for step in care.external_steps] == ["survey", "opinion", "first_judgement", "council"]
    assert "dismissed" not in {kind for step in care.external_steps for kind in step.before}
    assert [step.kind for step in damage.external_steps] == ["inspection", "inspection"]
    assert damage.disaster is not None
    assert damage.disaster.place == "house_address"
    assert damage.second_look is not None
    assert damage.second_look.within_days is None
