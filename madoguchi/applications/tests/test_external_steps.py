"""Asking others and entering what came back: permissions, guards, what is kept, what waits for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from madoguchi.applications import actions as case_actions
from madoguchi.applications import external_papers, external_queries, letters
from madoguchi.applications.actions import external as actions
from madoguchi.applications.actions.decision import NUMBER_ATTEMPTS, NumberTaken
from madoguchi.applications.desk_earlier import earlier
from madoguchi.applications.errors import (
    ChangedMeanwhile,
    DayOutOfRange,
    NotAllowed,
    NotComplete,
    ReasonMissing,
    StepsMissing,
    UnknownChoice,
)
from madoguchi.applications.models import Application, CaseEvent, StepRequest, StepResult
from madoguchi.applications.tests.desks import text_of, url_of
from madoguchi.applications.tests.factories import StepRequestFactory, department_of, somebody
from madoguchi.applications.tests.stepping import (
    RENEWAL,
    all_done,
    asked,
    care_case,
    case_of,
    damage_case,
    holder_of,
    received,
    step_of,
    values_of,
)
from madoguchi.common import clock, kernel
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.organization.tests.factories import signed_in_client
from madoguchi.procedures import queries as procedures

pytestmark = pytest.mark.django_db


def propose(case: Application, kind: str) -> None:
    case_actions.propose(
        application=case, kind=kind, reason="審査会の判定による。", by=holder_of(case), now=clock.now()
    )


def test_a_grade_waits_for_its_steps_and_a_dismissal_does_not() -> None:
    case = care_case()

    with pytest.raises(StepsMissing) as refused:
        propose(case, "care_3")

    assert refused.value.titles == (
        "認定調査（訪問調査）",
        "主治医意見書",
        "一次判定",
        "介護認定審査会（二次判定）",
    )
    propose(case, "dismissed")


def test_after_its_steps_the_grade_is_proposed_and_the_letter_says_how_long_it_is_valid() -> None:
    case = all_done(care_case(), "care_3")
    propose(case, "care_3")

    decision = case_actions.decide(
        application=case, by=somebody("approver", department_of(case.procedure_version)), now=clock.now()
    )

    said = external_queries.spoken_for(case, procedures.definition_of(case.procedure_version_id))
    assert said is not None
    assert (said.kind, said.months) == ("care_3", 3)
    body = "\n".join(letters.restored(decision.notice).body)
    assert "認定の有効期間　令和" in body
    assert "日から令和" in body


def test_a_renewal_is_valid_from_the_day_after_the_earlier_period_and_a_first_one_from_its_filing() -> None:
    renewal, first = case_of(RENEWAL, in_review=True), care_case()
    until = date.fromisoformat(renewal.answers["present_until"])

    for case in (renewal, first):
        all_done(case, "care_3")
    found = external_queries.validity_of(
        renewal, procedures.definition_of(renewal.procedure_version_id), "care_3"
    )
    assert found is not None
    assert found[0] == until + timedelta(days=1)
    definition = procedures.definition_of(first.procedure_version_id)
    found = external_queries.validity_of(first, definition, "care_3")
    assert found is not None
    assert found[0] == first.received_on
    assert external_queries.validity_of(first, definition, "care_1") is None


def test_the_earlier_certification_of_the_same_person_is_shown_to_who_may_see_it() -> None:
    before = all_done(care_case(filed_at=clock.now() - timedelta(days=400)), "care_2")
    propose(before, "care_2")
    approver = somebody("approver", department_of(before.procedure_version))
    case_actions.decide(application=before, by=approver, now=clock.now() - timedelta(days=380))
    case = care_case()
    definition = procedures.definition_of(case.procedure_version_id)

    found = earlier(case, definition, holder_of(case), today=clock.today())

    assert found is not None
    assert found.level == "要介護2"
    assert found.begins == before.received_on
    assert "前の認定（市の記録）：要介護2" in text_of(
        signed_in_client(holder_of(case)).get(url_of("case", case))
    )
    RestrictionFactory(
        subject=f"application:{before.id}", responsible_department="rights", today=clock.today()
    )
    assert earlier(case, definition, holder_of(case), today=clock.today()) is None


def test_the_opinion_is_asked_for_by_a_letter_under_a_number_that_is_kept_word_for_word() -> None:
    case = care_case()

    request = asked(
        case, "opinion", addressee="見本医院　見本 太郎", message="入院の前の様子も書いてください。"
    )

    assert request.document_number
    letter = external_papers.restored(StepRequest.objects.get().letter)
    assert letter.number == request.document_number
    assert letter.title == "主治医意見書の作成について（依頼）"
    assert letter.addressee == "見本医院　見本 太郎"
    assert letter.paragraphs[-1] == "入院の前の様子も書いてください。"
    assert not any("{" in line for line in letter.paragraphs)
    assert external_papers.restored(external_papers.stored(letter)) == letter


def test_a_step_is_not_asked_for_before_its_turn_nor_twice_nor_for_yesterday_nor_to_nobody() -> None:
    case = care_case()
    with pytest.raises(NotAllowed):
        asked(case, "first_judgement")
    with pytest.raises(UnknownChoice):
        asked_unknown(case)
    with pytest.raises(DayOutOfRange):
        asked(case, "survey", due=clock.today() - timedelta(days=1))
    with pytest.raises(UnknownChoice):
        asked(case, "survey", addressee=" ")
    asked(case, "survey")

    with pytest.raises(NotAllowed):
        asked(case, "survey")


def asked_unknown(case: Application) -> None:
    actions.ask(
        application=case,
        step_id="nothing",
        addressee="市",
        due_on=clock.today(),
        by=holder_of(case),
        now=clock.now(),
    )


def test_what_comes_back_is_checked_and_hidden_answers_fall_away() -> None:
    case = care_case()
    for step_id in ("survey", "opinion", "first_judgement"):
        received(case, step_id)
    request = asked(case, "council")
    by = holder_of(case)

    with pytest.raises(NotComplete) as refused:
        actions.receive(request=request, values={"level": "care_9"}, by=by, now=clock.now())
    assert refused.value.problems == ("level",)
    actions.receive(request=request, values={"level": "not_certified", "months": 6}, by=by, now=clock.now())

    request.refresh_from_db()
    assert request.result == {"level": "not_certified"}
    assert (request.state, request.decision_kind, request.months) == ("done", "not_certified", None)


def test_a_number_that_others_took_is_tried_again_and_given_up_with_a_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = care_case()
    taken: list[int] = []

    def number(unit: kernel.Unit, department: str, today: date) -> str:
        taken.append(1)
        raise NumberTaken

    monkeypatch.setattr(actions, "next_document_number", number)

    with pytest.raises(NumberTaken):
        asked(case, "opinion")

    assert len(taken) == NUMBER_ATTEMPTS
    assert not StepRequest.objects.exists()


def test_a_result_for_a_step_the_definition_does_not_know_is_refused() -> None:
    case = damage_case()
    request = StepRequestFactory(application=case, step_id="abolished")

    with pytest.raises(NotAllowed):
        actions.receive(request=request, values={}, by=holder_of(case), now=clock.now())


def test_a_correction_states_its_reason_and_keeps_the_old_result() -> None:
    case = damage_case()
    request = received(case, "survey", grade="half_destruction")
    values = values_of(step_of(case, "survey"), grade="medium_half_destruction")
    by = holder_of(case)

    with pytest.raises(ReasonMissing):
        actions.correct(request=request, values=values, reason=" ", by=by, now=clock.now())
    actions.correct(request=request, values=values, reason="書き写しの誤り。", by=by, now=clock.now())

    request.refresh_from_db()
    assert request.decision_kind == "medium_half_destruction"
    kept = list(StepResult.objects.order_by("number").values_list("number", "values__grade", "reason"))
    assert kept == [(1, "half_destruction", ""), (2, "medium_half_destruction", "書き写しの誤り。")]


def test_a_cancelled_request_states_its_reason_and_can_be_asked_for_anew() -> None:
    case = damage_case()
    request = asked(case, "survey")
    with pytest.raises(ReasonMissing):
        actions.cancel(request=request, reason="", by=holder_of(case), now=clock.now())

    actions.cancel(request=request, reason="道路が通れないため。", by=holder_of(case), now=clock.now())

    request.refresh_from_db()
    assert (request.state, request.cancel_reason) == ("cancelled", "道路が通れないため。")
    assert asked(case, "survey").number == 2
    with pytest.raises(NotAllowed):
        actions.receive(
            request=request, values=values_of(step_of(case, "survey")), by=holder_of(case), now=clock.now()
        )


def test_a_result_that_comes_after_the_proposal_is_refused_and_the_case_stays_as_it_is() -> None:
    case = all_done(damage_case(), "half_destruction")
    late = asked(case, "survey")
    propose(case, "refused")

    with pytest.raises(NotAllowed):
        actions.receive(
            request=late, values=values_of(step_of(case, "survey")), by=holder_of(case), now=clock.now()
        )

    late.refresh_from_db()
    assert late.state == "asked"


def test_two_people_who_enter_a_result_at_once_do_not_overwrite_each_other() -> None:
    case = damage_case()
    mine = asked(case, "survey")
    theirs = StepRequest.objects.select_related("application").get(id=mine.id)
    values = values_of(step_of(case, "survey"), grade="half_destruction")
    actions.receive(request=mine, values=values, by=holder_of(case), now=clock.now())

    with pytest.raises(ChangedMeanwhile):
        actions.receive(
            request=theirs,
            values=values | {"grade": "total_destruction"},
            by=holder_of(case),
            now=clock.now(),
        )

    assert StepRequest.objects.get().decision_kind == "half_destruction"


def ask_anew(request: StepRequest, by: Any) -> None:
    application = request.application
    request.delete()
    actions.ask(
        application=application,
        step_id="survey",
        addressee="市",
        due_on=clock.today(),
        by=by,
        now=clock.now(),
    )


ACTS: dict[str, Callable[[StepRequest, Any], None]] = {
    "ask": ask_anew,
    "receive": lambda request, by: actions.receive(
        request=request, values=values_of(step_of(request.application, "survey")), by=by, now=clock.now()
    ),
    "remind": lambda request, by: actions.remind(request=request, by=by, now=clock.now()),
    "cancel": lambda request, by: actions.cancel(request=request, reason="中止", by=by, now=clock.now()),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("holder", {"ask", "receive", "remind", "cancel"}),
        ("officer", {"receive", "remind"}),
        ("head", {"ask", "receive", "remind", "cancel"}),
        ("approver", set()),
        ("office", set()),
    ],
)
def test_who_may_do_what(role: str, allowed: set[str], act: str) -> None:
    case = damage_case()
    department = department_of(case.procedure_version)
    by = holder_of(case) if role == "holder" else somebody(role, department, display_name="別の 職員")
    request = StepRequestFactory(application=case)

    if act in allowed:
        ACTS[act](request, by)
    else:
        with pytest.raises(NotAllowed):
            ACTS[act](request, by)


def test_everything_stands_in_the_history_of_the_case() -> None:
    case = damage_case()
    request = asked(case, "survey")
    actions.remind(request=request, by=holder_of(case), now=clock.now())
    request.refresh_from_db()
    step = step_of(case, "survey")
    actions.receive(request=request, values=values_of(step), by=holder_of(case), now=clock.now())

    kinds = [event.kind for event in CaseEvent.objects.filter(application=case).order_by("at", "id")]

    assert kinds[-3:] == ["ask_step", "remind_step", "receive_step"]


def test_the_sheet_to_take_along_says_where_to_go_and_leaves_room_to_write() -> None:
    case = damage_case()

    sheet = external_papers.sheet(
        case, step_of(case, "survey"), addressee="市の調査班", due="", now=clock.now()
    )

    rows = {row.label: row.answer for part in sheet.lists for row in part.rows}
    assert "盛岡市内丸" in rows["被害を受けた家の場所"]
    assert rows["調べる人"] == "市の調査班"
    assert rows["住家の被害の程度"].startswith("□全壊\n□大規模半壊")


def test_papers_of_a_protected_case_say_neither_where_somebody_lives_nor_what_was_written() -> None:
    case = care_case()
    RestrictionFactory(
        subject=f"application:{case.id}", responsible_department=case.department_code, today=clock.today()
    )

    sheet = external_papers.sheet(case, step_of(case, "survey"), addressee="", due="", now=clock.now())
    letter = external_papers.restored(asked(case, "opinion").letter)

    said = "\n".join(row.answer for part in sheet.lists for row in part.rows) + "\n".join(letter.paragraphs)
    for question in ("applicant_address", "applicant_phone", "needs", "clinic_name"):
        answer = case.answers.get(question)
        told = answer["rest"] if isinstance(answer, dict) else answer
        assert not told or told not in said
    assert external_papers.HIDDEN in said
    assert case.applicant_name in said
