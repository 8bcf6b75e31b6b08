"""Disasters: filings bound by day and town, results of inspections, proposals for many, second looks."""

from __future__ import annotations

import copy
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from madoguchi.applications import actions as case_actions
from madoguchi.applications import batches, disaster_queries, external_queries, letters
from madoguchi.applications.actions import batches as batch_actions
from madoguchi.applications.actions import disasters as actions
from madoguchi.applications.actions import external
from madoguchi.applications.batch_handlers import bind_filings, bind_new_filings, run_step_batch
from madoguchi.applications.batches import Line, Verdict
from madoguchi.applications.desk_options import options
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed, ReasonMissing, UnknownChoice
from madoguchi.applications.external_rules import Stand
from madoguchi.applications.models import (
    Application,
    CaseEvent,
    Consultation,
    Decision,
    Disaster,
    DisasterFiling,
    SecondLookRequest,
    Status,
    StepBatch,
    StepBatchItem,
    StepRequest,
    StepResult,
)
from madoguchi.applications.queries import made_decision
from madoguchi.applications.tests.desks import text_of, url_of
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    DisasterFactory,
    DisasterFilingFactory,
    department_of,
    somebody,
)
from madoguchi.applications.tests.returned import looking_at
from madoguchi.applications.tests.stepping import (
    DAMAGE,
    all_done,
    asked,
    case_of,
    damage_case,
    holder_of,
    received,
    step_of,
    values_of,
)
from madoguchi.common import clock
from madoguchi.common.ids import grouped, new_id
from madoguchi.common.tests.lists import both_files
from madoguchi.identity.models import Staff
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.japan.check_digits import new_receipt_number
from madoguchi.organization.tests.factories import signed_in_client
from madoguchi.procedures import queries as procedures

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Application:
    return damage_case()


@pytest.fixture
def disaster(case: Application) -> Disaster:
    """The disaster of the samples' day, in the whole city."""
    day = date.fromisoformat(case.answers["disaster_date"])
    return DisasterFactory(from_on=day - timedelta(days=1), until_on=day, opened_by=holder_of(case))


@pytest.fixture
def browser(case: Application) -> Client:
    return signed_in_client(holder_of(case))


def bound(disaster: Disaster, *cases: Application, **fields: Any) -> None:
    for case in cases:
        DisasterFilingFactory(disaster=disaster, application=case, **fields)


def good(case: Application, grade: str = "half_destruction", **more: Any) -> dict[str, Any]:
    return values_of(step_of(case, "survey"), grade=grade, inspector="第3班", **more)


def approver_of(case: Application) -> Staff:
    return somebody("approver", department_of(case.procedure_version))


def decided(case: Application, grade: str = "half_destruction") -> Application:
    """A case of which the certificate was issued."""
    all_done(case, grade)
    case_actions.propose(application=case, kind=grade, reason="", by=holder_of(case), now=clock.now())
    case_actions.decide(application=case, by=approver_of(case), now=clock.now())
    return case


# --- the record and its filings -----------------------------------------------------------------------------


def test_the_grades_of_many_filings_take_three_questions(case: Application) -> None:
    certified, untouched = decided(damage_case(answers=case.answers)), damage_case(answers=case.answers)
    inspected = damage_case(answers=case.answers)
    all_done(inspected, "total_destruction")
    cases = [certified, untouched, inspected]

    with CaptureQueriesContext(connection) as captured:
        grades = disaster_queries.standing_grades(cases)

    assert [grades[one.id] for one in cases] == ["half_destruction", "", "total_destruction"]
    assert len(captured) == 3


def test_filings_are_bound_by_their_day_and_town_and_stay_where_they_are(
    case: Application, disaster: Disaster
) -> None:
    elsewhere = copy.deepcopy(case.answers)
    elsewhere["house_address"]["town"] = "遠い町"
    earlier = case.answers | {"disaster_date": "2026-01-10"}
    others = [damage_case(answers=elsewhere), damage_case(answers=earlier)]
    Disaster.objects.filter(id=disaster.id).update(towns=[case.answers["house_address"]["town"]])

    for _turn in range(2):
        bind_filings({"disaster": str(disaster.id)})
        bind_new_filings({})

    filing = DisasterFiling.objects.get()
    assert (filing.application_id, filing.town, filing.bound_by) == (
        case.id,
        case.answers["house_address"]["town"],
        None,
    )
    assert not DisasterFiling.objects.filter(application__in=others).exists()


def test_a_record_is_opened_by_who_handles_the_cases_and_named_once(case: Application) -> None:
    given: dict[str, Any] = {
        "procedure_id": case.procedure_id,
        "department_code": case.department_code,
        "name": "令和8年8月豪雨",
        "cause": "豪雨",
        "from_on": date(2026, 8, 1),
        "until_on": date(2026, 8, 2),
        "towns": [],
        "now": clock.now(),
    }
    with pytest.raises(NotAllowed):
        actions.open_disaster(**given, by=approver_of(case))
    disaster = actions.open_disaster(**given, by=holder_of(case))
    with pytest.raises(actions.DisasterThere):
        actions.open_disaster(**given, by=holder_of(case))

    stale = Disaster.objects.get(id=disaster.id)
    changes = {key: given[key] for key in ("name", "cause", "from_on", "until_on", "now")}
    actions.change_disaster(disaster=disaster, **changes, towns=["内丸"], by=holder_of(case))
    with pytest.raises(ChangedMeanwhile):
        actions.change_disaster(disaster=stale, **changes, towns=[], by=holder_of(case))
    other = actions.open_disaster(**(given | {"name": "令和8年9月豪雨"}), by=holder_of(case))
    with pytest.raises(actions.DisasterThere):
        actions.change_disaster(disaster=other, **changes, towns=[], by=holder_of(case))


def test_a_case_is_bound_by_choice_and_loosed_again(case: Application, disaster: Disaster) -> None:
    other = DisasterFactory(opened_by=disaster.opened_by)
    by = holder_of(case)
    strange = ApplicationFactory(in_review=True)
    with pytest.raises(UnknownChoice):
        actions.bind(application=strange, disaster=disaster, by=holder_of(strange), now=clock.now())
    for chosen in (disaster, other):
        actions.bind(application=case, disaster=chosen, by=by, now=clock.now())
        assert DisasterFiling.objects.get().disaster_id == chosen.id

    actions.bind(application=case, disaster=None, by=by, now=clock.now())

    assert not DisasterFiling.objects.exists()
    actions.bind(application=case, disaster=None, by=by, now=clock.now())  # once more changes nothing


def test_filings_are_counted_by_town_and_grade(disaster: Disaster) -> None:
    for town, grade in (
        ("内丸", ""),
        ("内丸", "half_destruction"),
        ("内丸", "half_destruction"),
        ("紺屋町", ""),
    ):
        bound(disaster, damage_case(), town=town, grade=grade)
    ended = damage_case()
    bound(disaster, ended, town="紺屋町")
    Application.objects.filter(id=ended.id).update(status=Status.WITHDRAWN)
    hidden = damage_case()
    bound(disaster, hidden, town="隠れた町", grade="half_destruction")
    RestrictionFactory(
        subject=f"application:{hidden.id}", responsible_department=hidden.department_code, today=clock.today()
    )

    counted = disaster_queries.counts(disaster, today=clock.today())

    assert [(one.town, one.total, one.grades, one.ended) for one in counted] == [
        ("内丸", 3, {"": 1, "half_destruction": 2}, 0),
        ("紺屋町", 2, {"": 1}, 1),
        (None, 1, {"half_destruction": 1}, 0),
    ]


def test_the_grade_of_a_filing_follows_its_result_and_its_correction(
    case: Application, disaster: Disaster
) -> None:
    bound(disaster, case)
    request = received(case, "survey", grade="half_destruction")
    assert DisasterFiling.objects.get().grade == "half_destruction"

    external.correct(
        request=request,
        values=good(case, "total_destruction"),
        reason="誤記",
        by=holder_of(case),
        now=clock.now(),
    )

    assert DisasterFiling.objects.get().grade == "total_destruction"


# --- results of inspections ---------------------------------------------------------------------------------


def judged(disaster: Disaster, by: Staff, *given: tuple[str, Any]) -> list[batches.Judged]:
    lines = [Line(place, number, values) for place, (number, values) in enumerate(given, start=2)]
    step = procedures.current(disaster.procedure_id)
    assert step is not None
    survey = step.definition.workflow.external_step("survey")
    assert survey is not None
    return batches.judge_inspections(disaster, survey, lines, staff=by, today=clock.today())


def set_down(disaster: Disaster, found: list[batches.Judged], by: Staff, kind: str = "results") -> StepBatch:
    return batch_actions.set_down(
        kind=kind,
        procedure_id=disaster.procedure_id,
        department_code=disaster.department_code,
        step_id="survey",
        disaster=disaster,
        judged=found,
        by=by,
        now=clock.now(),
    )


def run(batch: StepBatch) -> StepBatch:
    batch_actions.start(batch=batch, by=batch.by, now=clock.now())
    run_step_batch({"batch": str(batch.id)})
    return batch


def test_every_line_of_an_inspection_list_gets_a_clear_answer(case: Application, disaster: Disaster) -> None:
    by = holder_of(case)
    fresh, done, changed, closed, twice, loose = (case_of(DAMAGE), *(damage_case() for _ in range(5)))
    second = somebody("officer", department_of(case.procedure_version), display_name="別の 職員")
    held = damage_case(officer=second)
    bound(disaster, case, fresh, done, changed, closed, twice, held)
    received(done, "survey", **good(done))
    received(changed, "survey", **good(changed, "total_destruction"))
    case_actions.withdraw(application=closed, reason="転出", now=clock.now())
    numbers = [one.receipt_number for one in (case, fresh, done, changed, closed, twice, loose, held)]

    found = judged(
        disaster,
        by,
        (grouped(numbers[0]), good(case)),
        *((number, good(case)) for number in numbers[1:]),
        (numbers[5].lower(), good(case)),
        ("こわれた番号", good(case)),
        (new_receipt_number(b"0" * 16), good(case)),
    )

    assert [one.verdict for one in found] == [
        Verdict.READY, Verdict.READY, Verdict.SAME, Verdict.CHANGED, Verdict.DECIDED, Verdict.DOUBLED,
        Verdict.NOT_THERE, Verdict.NOT_HELD, Verdict.DOUBLED, Verdict.UNKNOWN, Verdict.UNKNOWN,
    ]  # fmt: skip
    assert found[7].detail == "別の 職員"
    assert judged(disaster, by, (numbers[0], {"grade": "ruined"}))[0].verdict == Verdict.WRONG


def test_a_list_takes_fresh_cases_asks_and_receives_in_one_go(case: Application, disaster: Disaster) -> None:
    by, fresh = holder_of(case), case_of(DAMAGE)
    waiting = damage_case()
    request = asked(waiting, "survey")
    bound(disaster, fresh, waiting)

    batch = set_down(
        disaster,
        judged(disaster, by, (fresh.receipt_number, good(case)), (waiting.receipt_number, good(case))),
        by,
    )
    assert not StepResult.objects.exists()
    run(batch)
    run_step_batch({"batch": str(batch.id)})

    fresh.refresh_from_db()
    assert (fresh.status, fresh.holder_id) == (Status.IN_REVIEW, by.id)
    assert StepRequest.objects.get(application=fresh).addressee == "第3班"
    request.refresh_from_db()
    assert request.state == "done"
    assert set(DisasterFiling.objects.values_list("grade", flat=True)) == {"half_destruction"}
    assert StepResult.objects.count() == 2


def test_the_result_of_a_protected_case_comes_by_no_list_and_its_line_keeps_nothing_of_it(
    case: Application, disaster: Disaster
) -> None:
    by, open_case = holder_of(case), damage_case()
    bound(disaster, case, open_case)
    RestrictionFactory(subject=f"application:{case.id}", today=clock.today())

    found = judged(disaster, by, (case.receipt_number, good(case)), (open_case.receipt_number, good(case)))

    assert [one.verdict for one in found] == [Verdict.PROTECTED, Verdict.READY]
    assert (found[0].values, found[0].detail) == ({}, "")
    batch = run(set_down(disaster, found, by))
    assert StepResult.objects.get().request.application_id == open_case.id
    page = text_of(signed_in_client(by).get(reverse("desk:batch", args=[batch.id])))
    assert "支援措置の対象のため、一覧からは進めません。申請を開いて、1件ずつ行ってください。" in page


def test_a_case_that_is_protected_after_its_list_was_looked_at_is_refused_and_not_begun(
    disaster: Disaster,
) -> None:
    fresh, waiting = case_of(DAMAGE), damage_case()
    by = holder_of(waiting)
    bound(disaster, fresh, waiting)
    found = judged(disaster, by, *((one.receipt_number, good(waiting)) for one in (fresh, waiting)))
    batch = set_down(disaster, found, by)
    RestrictionFactory(subject=f"application:{fresh.id}", today=clock.today())

    run(batch)

    assert [item.state for item in batch.items.order_by("position")] == ["refused", "done"]
    fresh.refresh_from_db()
    assert (fresh.status, fresh.holder_id) == (Status.FILED, None)


def test_a_head_enters_the_results_of_fresh_cases_that_were_distributed_to_others(
    case: Application, disaster: Disaster
) -> None:
    officer, head = holder_of(case), somebody("head", department_of(case.procedure_version))
    fresh = case_of(DAMAGE)
    case_actions.hand_over(application=fresh, to=officer, by=head, now=clock.now())
    assert fresh.status == Status.FILED
    bound(disaster, fresh)
    found = judged(disaster, head, (fresh.receipt_number, good(case)))
    assert [one.verdict for one in found] == [Verdict.READY]

    run(set_down(disaster, found, head))

    assert StepBatchItem.objects.get().state == "done"
    fresh.refresh_from_db()
    assert (fresh.status, fresh.holder) == (Status.IN_REVIEW, officer)


# --- proposals for many -------------------------------------------------------------------------------------


def test_proposals_are_made_one_by_one_and_each_that_cannot_be_says_why(
    case: Application, disaster: Disaster
) -> None:
    by = holder_of(case)
    ready, again, plain, fresh = damage_case(), damage_case(), damage_case(), case_of(DAMAGE)
    second = somebody("officer", department_of(case.procedure_version), display_name="別の 職員")
    held = damage_case(officer=second)
    for one in (ready, again, held):
        received(one, "survey", **good(one))
    asked(again, "survey")  # looked at once more
    proposed = all_done(damage_case(), "half_destruction")
    case_actions.propose(application=proposed, kind="half_destruction", reason="", by=by, now=clock.now())
    cases = [ready, again, plain, fresh, held, proposed]
    bound(disaster, *cases)
    for one in cases:
        one.refresh_from_db()

    found = batches.judge_proposals(cases, reason="", staff=by, today=clock.today())

    assert [one.verdict for one in found] == [
        Verdict.READY, Verdict.NO_GRADE, Verdict.NO_GRADE, Verdict.NO_GRADE, Verdict.NOT_HELD, Verdict.DECIDED,
    ]  # fmt: skip
    batch = run(set_down(disaster, found, by, kind=StepBatch.Kind.PROPOSALS))
    run_step_batch({"batch": str(batch.id)})
    made = Decision.objects.get(application=ready)
    assert (made.kind, made.proposed_by_id, made.decided_at) == ("half_destruction", by.id, None)
    with pytest.raises(NotAllowed):  # nobody decides their own proposal, however many it is one of
        case_actions.decide(application=ready, by=by, now=clock.now())


def test_a_protected_case_is_not_proposed_by_the_list(case: Application, disaster: Disaster) -> None:
    by = holder_of(case)
    received(case, "survey", **good(case))
    bound(disaster, case)
    case.refresh_from_db()
    RestrictionFactory(subject=f"application:{case.id}")

    (found,) = batches.judge_proposals([case], reason="", staff=by, today=clock.today())

    assert found.verdict == Verdict.PROTECTED


def test_a_line_that_fails_stops_none_behind_it_and_is_tried_again(
    case: Application, disaster: Disaster, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = holder_of(case)
    cases = [case, damage_case(), damage_case()]
    for one in cases:
        received(one, "survey", **good(one))
    bound(disaster, *cases)
    for one in cases:
        one.refresh_from_db()
    found = batches.judge_proposals(cases, reason="", staff=by, today=clock.today())
    batch = set_down(disaster, found, by, kind=StepBatch.Kind.PROPOSALS)
    done = batch_actions.do_line

    def broken(*, item: StepBatchItem, now: datetime) -> None:
        if item.application_id == cases[0].id:
            raise ValueError
        done(item=item, now=now)

    with monkeypatch.context() as patched:
        patched.setattr("madoguchi.applications.batch_handlers.do_line", broken)
        with pytest.raises(RuntimeError):
            run(batch)
    proposed = set(Decision.objects.values_list("application_id", flat=True))
    assert proposed == {one.id for one in cases[1:]}

    run_step_batch({"batch": str(batch.id)})

    assert Decision.objects.filter(application=cases[0]).exists()


def test_a_worker_that_was_stopped_after_a_proposal_makes_no_other(
    case: Application, disaster: Disaster
) -> None:
    by = holder_of(case)
    received(case, "survey", **good(case))
    bound(disaster, case)
    case.refresh_from_db()
    found = batches.judge_proposals([case], reason="", staff=by, today=clock.today())
    batch = set_down(disaster, found, by, kind=StepBatch.Kind.PROPOSALS)
    case_actions.propose(application=case, kind="half_destruction", reason="", by=by, now=clock.now())

    run(batch)

    assert batch.items.get().state == StepBatchItem.State.DONE
    assert Decision.objects.count() == 1


def test_a_case_in_review_that_nobody_asked_about_is_entered_all_the_same(
    case: Application, disaster: Disaster
) -> None:
    bound(disaster, case)

    run(
        set_down(
            disaster, judged(disaster, holder_of(case), (case.receipt_number, good(case))), holder_of(case)
        )
    )

    assert StepRequest.objects.get().state == "done"


def test_a_proposal_whose_result_changed_in_between_is_not_made(
    case: Application, disaster: Disaster
) -> None:
    by = holder_of(case)
    request = received(case, "survey", **good(case))
    bound(disaster, case)
    case.refresh_from_db()
    batch = set_down(
        disaster, batches.judge_proposals([case], reason="", staff=by, today=clock.today()), by,
        kind=StepBatch.Kind.PROPOSALS,
    )  # fmt: skip
    request.refresh_from_db()
    request.application.refresh_from_db()
    external.correct(
        request=request, values=good(case, "total_destruction"), reason="誤記", by=by, now=clock.now()
    )

    run(batch)

    assert batch.items.get().state == StepBatchItem.State.REFUSED
    assert not Decision.objects.exists()


def thousand(case: Application, disaster: Disaster, count: int) -> list[Application]:
    """Many cases in review with the same answers, bound to the disaster, without events."""
    copies = []
    for _turn in range(count):
        row = copy.copy(case)
        row.id = new_id()
        row.receipt_number = new_receipt_number(row.id.bytes)
        copies.append(row)
    Application.objects.bulk_create(copies)
    town = case.answers["house_address"]["town"]
    DisasterFiling.objects.bulk_create(
        [
            DisasterFiling(application=one, disaster=disaster, town=town, bound_at=clock.now())
            for one in copies
        ]
    )
    return copies


@pytest.mark.slow
def test_a_thousand_inspections_are_judged_entered_and_proposed(
    case: Application, disaster: Disaster
) -> None:
    by = holder_of(case)
    few, many = thousand(case, disaster, 10), thousand(case, disaster, 990)

    def questions(cases: list[Application]) -> int:
        with CaptureQueriesContext(connection) as captured:
            judged(disaster, by, *((one.receipt_number, good(case)) for one in cases))
        return len(captured)

    assert questions(many[:490]) == questions(few)
    found = judged(disaster, by, *((one.receipt_number, good(case)) for one in [*few, *many]))
    run(set_down(disaster, found, by))
    cases = list(disaster_queries.cases_of(disaster))
    proposals = batches.judge_proposals(cases, reason="", staff=by, today=clock.today())
    batch = run(set_down(disaster, proposals, by, kind=StepBatch.Kind.PROPOSALS))

    assert Decision.objects.filter(kind="half_destruction", decided_at=None).count() == 1000
    assert batch.items.filter(state=StepBatchItem.State.DONE).count() == 1000
    assert DisasterFiling.objects.filter(grade="half_destruction").count() == 1000


# --- second looks -------------------------------------------------------------------------------------------


def test_a_second_look_begins_anew_and_its_certificate_replaces_the_old_one_which_is_kept(
    case: Application,
) -> None:
    decided(case)
    first = Decision.objects.get()
    letter = copy.deepcopy(first.notice)
    by = holder_of(case)

    actions.look_again(
        application=case,
        asked_on=clock.today(),
        reason="2階の傾きを見ていない。",
        channel="counter",
        by=by,
        now=clock.now(),
    )

    assert (case.status, case.closed_at) == (Status.IN_REVIEW, None)
    disaster = DisasterFactory()
    bound(disaster, case, grade="half_destruction")
    assert disaster_queries.stages(disaster, "survey") == {
        Status.IN_REVIEW: 1
    }  # what was found before counts no more
    definition = procedures.definition_of(case.procedure_version_id)
    counting = external_queries.current(case, external_queries.requests_of(case))
    standing = external_queries.standings_of(case, definition, counting)
    assert standing[0].stand == Stand.READY  # the survey is to be done anew
    assert made_decision(case) == first  # until then the old one holds
    all_done(case, "medium_half_destruction")
    assert disaster_queries.stages(disaster, "survey") == {"graded": 1}
    case_actions.propose(application=case, kind="medium_half_destruction", reason="", by=by, now=clock.now())
    case_actions.decide(application=case, by=approver_of(case), now=clock.now())
    first.refresh_from_db()
    second = made_decision(case)
    assert second is not None
    assert second.kind == "medium_half_destruction"
    assert first.notice == letter
    facts = {row.label: row.answer for row in letters.restored(second.notice).facts}
    assert str(first.document_number) in facts["前の通知書"]
    assert "前の通知書" not in {row.label for row in letters.restored(first.notice).facts}


def test_a_second_look_is_refused_where_it_cannot_be(case: Application) -> None:
    by = holder_of(case)
    given: dict[str, Any] = {
        "asked_on": clock.today(),
        "reason": "見ていない。",
        "channel": "counter",
        "by": by,
    }
    with pytest.raises(NotAllowed):  # nothing is decided yet
        actions.look_again(application=case, **given, now=clock.now())
    decided(case)
    for changes, error in (
        ({"reason": " "}, ReasonMissing),
        ({"channel": "web"}, UnknownChoice),
        ({"asked_on": clock.today() + timedelta(days=1)}, NotAllowed),
        ({"by": approver_of(case)}, NotAllowed),
    ):
        with pytest.raises(error):
            actions.look_again(application=case, **(given | changes), now=clock.now())
    actions.look_again(application=case, **given, now=clock.now())
    with pytest.raises(NotAllowed):
        actions.look_again(application=case, **given, now=clock.now())

    assert SecondLookRequest.objects.count() == 1


def test_a_procedure_without_second_looks_knows_none() -> None:
    closed = ApplicationFactory(closed=True)
    with pytest.raises(NotAllowed):
        actions.look_again(
            application=closed,
            asked_on=clock.today(),
            reason="x",
            channel="counter",
            by=holder_of(closed),
            now=clock.now(),
        )
    browser = signed_in_client(holder_of(closed))
    assert browser.get(url_of("case_second_look", closed)).status_code == 404
    assert browser.get(url_of("case_disaster", closed)).status_code == 404


# --- pages --------------------------------------------------------------------------------------------------


def url(name: str, disaster: Disaster) -> str:
    return reverse(f"desk:{name}", args=[disaster.id])


def test_a_record_is_made_on_the_page_and_mistakes_are_said(case: Application, browser: Client) -> None:
    form = {
        "procedure": case.procedure_id, "name": "令和8年8月豪雨", "cause": "豪雨",
        "from_on": "2026-08-01", "until_on": "令和8年8月5日", "towns": "内丸\n 紺屋町 \n内丸",
    }  # fmt: skip
    wrong = browser.post(reverse("desk:disasters"), form | {"until_on": "2026-07-01", "cause": ""})
    made = browser.post(reverse("desk:disasters"), form)
    again = browser.post(reverse("desk:disasters"), form)

    assert wrong.status_code == again.status_code == 422
    assert "終わりの日は、始まりの日か、その後にしてください。" in text_of(wrong)
    assert 'value="令和8年8月豪雨"' in text_of(wrong)
    assert "同じ名前の災害があります。" in text_of(again)
    disaster = Disaster.objects.get()
    assert (disaster.until_on, disaster.towns) == (date(2026, 8, 5), ["内丸", "紺屋町"])
    assert "災害の記録を作りました" in text_of(browser.get(made["Location"]))
    edited = browser.post(url("disaster_edit", disaster), form | {"version": "1", "towns": ""})
    assert edited.status_code == 302
    slower = browser.post(url("disaster_edit", disaster), form | {"version": "1", "name": "八月の雨"})
    assert slower.status_code == 409
    assert 'value="八月の雨"' in text_of(slower)


@pytest.mark.parametrize("coding", ["utf-8", "cp932"])
def test_inspections_come_as_a_file_and_are_looked_at_first(
    case: Application, disaster: Disaster, browser: Client, coding: str
) -> None:
    bound(disaster, case)
    text = (
        "受付番号,調査した日,調査した人,住家の被害の程度\r\n"
        f"{grouped(case.receipt_number)},2026/1/10,第3班,準半壊に至らない（一部損壊）\r\n"
        "0000-0000-0000,2026/1/10,第3班,全壊\r\n"
    )
    file = SimpleUploadedFile("調査.csv", text.encode(coding))

    none = browser.post(url("disaster_results", disaster), {"step": "survey"})
    response = browser.post(url("disaster_results", disaster), {"step": "survey", "file": file})

    assert none.status_code == 422
    assert response.status_code == 302, text_of(response)
    preview = text_of(browser.get(response["Location"]))
    assert "この番号の申請がありません。" in preview
    assert "1件を登録する" in preview
    item = StepBatchItem.objects.get(verdict="ready")
    assert item.values == {"inspected_on": "2026-01-10", "inspector": "第3班", "grade": "partial_damage"}


def test_many_certificates_are_proposed_from_the_page(
    case: Application, disaster: Disaster, browser: Client
) -> None:
    received(case, "survey", **good(case))
    bound(disaster, case, grade="half_destruction")

    page = text_of(browser.get(url("disaster_propose", disaster)))
    response = browser.post(url("disaster_propose", disaster), {"reason": ""})

    assert "うち結果が入っているもの" in page
    preview = text_of(browser.get(response["Location"]))
    assert "1件を起案する" in preview
    assert "起案できます" in preview
    assert not Decision.objects.exists()


def test_the_record_shows_counts_and_its_list_names_nobody_and_no_town_of_a_protected_one(
    case: Application, disaster: Disaster, browser: Client
) -> None:
    hidden = damage_case()
    bound(disaster, case, town="内丸", grade="half_destruction")
    bound(disaster, hidden, town="隠れた町")
    RestrictionFactory(
        subject=f"application:{hidden.id}", responsible_department=hidden.department_code, today=clock.today()
    )

    page = text_of(browser.get(url("disaster", disaster)))
    lines = both_files(browser, url("disaster_csv", disaster))
    blank = both_files(browser, url("disaster_template", disaster))

    assert "審査中（結果あり）" in page
    assert "隠れた町" not in page + str(lines)
    assert case.applicant_name not in page + str(lines + blank)
    assert len(lines) == 3
    assert [line[0] for line in blank] == ["受付番号", grouped(hidden.receipt_number)]


def test_no_list_in_the_order_of_towns_puts_a_protected_filing_among_its_neighbours(
    disaster: Disaster, browser: Client
) -> None:
    first, last, *hidden = (damage_case() for _ in range(4))
    for one, town in (
        (first, "あたご町"),
        (hidden[0], "うちまる"),
        (hidden[1], "いま町"),
        (last, "こんや町"),
    ):
        bound(disaster, one, town=town)
    for one in hidden:
        RestrictionFactory(
            subject=f"application:{one.id}", responsible_department=one.department_code, today=clock.today()
        )
    expected = [first, last, *sorted(hidden, key=lambda one: one.receipt_number)]

    blank = both_files(browser, url("disaster_template", disaster))
    browser.post(url("disaster_propose", disaster), {"reason": ""})

    assert [line[0] for line in blank[1:]] == [grouped(one.receipt_number) for one in expected]
    proposed = StepBatchItem.objects.order_by("position").values_list("application_id", flat=True)
    assert list(proposed) == [one.id for one in expected]


def test_a_second_look_is_taken_on_the_page(case: Application, browser: Client) -> None:
    decided(case)
    address = url_of("case_second_look", case)
    assert "再調査の依頼を受け付ける" in text_of(browser.get(url_of("case", case)))
    form = {
        "version": str(case.version),
        "asked_on": clock.today().isoformat(),
        "channel": "counter",
        "reason": "傾き",
    }

    wrong = browser.post(address, form | {"asked_on": "2020-01-01", "channel": "", "reason": ""})
    slow = browser.post(address, form | {"version": "1"})
    taken = browser.post(address, form)

    assert wrong.status_code == 422
    assert "どのように申出があったかを選んでください。" in text_of(wrong)
    assert slow.status_code == 409
    assert "再調査の依頼を受け付けました" in text_of(browser.get(taken["Location"]))
    decided(case, "total_destruction")
    page = text_of(browser.get(url_of("case", case)))
    assert "差替え済み" in page
    assert page.count("?decision=") == 2


@pytest.mark.slow
def test_the_replaced_letter_stays_readable(case: Application, browser: Client) -> None:
    decided(case)
    first = Decision.objects.get()
    actions.look_again(
        application=case,
        asked_on=clock.today(),
        reason="傾き",
        channel="counter",
        by=holder_of(case),
        now=clock.now(),
    )
    decided(case, "total_destruction")
    address = url_of("case_letter", case)

    assert browser.get(f"{address}?decision={first.id}")["Content-Type"] == "application/pdf"
    assert browser.get(f"{address}?decision={new_id()}").status_code == 404
    assert browser.get(f"{address}?decision=x").status_code == 404


def test_a_case_is_bound_on_the_page(case: Application, disaster: Disaster, browser: Client) -> None:
    address = url_of("case_disaster", case)

    wrong = browser.post(address, {"version": str(case.version), "disaster": "x"})
    done = browser.post(address, {"version": str(case.version), "disaster": str(disaster.id)})

    assert wrong.status_code == 422
    page = text_of(browser.get(done["Location"]))
    assert "災害との結び付けを変えました。" in page
    assert disaster.name in page
    assert CaseEvent.objects.filter(kind="bind_disaster").exists()


@pytest.mark.parametrize(
    ("who", "sees", "handles"),
    [("officer", 200, 200), ("head", 200, 200), ("approver", 200, 403), ("stranger", 404, 404)],
)
def test_who_sees_and_who_handles_a_disaster(
    case: Application, disaster: Disaster, who: str, sees: int, handles: int
) -> None:
    person = (
        holder_of(ApplicationFactory(in_review=True))
        if who == "stranger"
        else somebody(who, department_of(case.procedure_version))
    )
    browser = signed_in_client(person)

    assert browser.get(url("disaster", disaster)).status_code == sees
    for name in ("disaster_results", "disaster_propose", "disaster_edit", "disaster_template"):
        assert browser.get(url(name, disaster)).status_code == handles


def test_the_record_asks_the_database_as_often_for_many_filings_as_for_one(
    case: Application, disaster: Disaster, browser: Client
) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get(url("disaster", disaster))
        return len(captured)

    bound(disaster, case)
    questions()  # the definition is compiled once
    few = questions()
    thousand(case, disaster, 20)

    assert questions() == few


# --- who filed ------------------------------------------------------------------------------------------------


def test_who_filed_asks_to_look_again_from_the_status_page(case: Application) -> None:
    decided(case)
    visitor, page = looking_at(case)
    address = reverse("applications:second_look", args=[case.id])
    assert "もう一度調べてほしいと申し出る" in page.text

    empty = visitor.send(visitor.open(address), {"reason": " "})
    long = visitor.send(visitor.open(address), {"reason": "あ" * 1001})
    status_page = visitor.send(visitor.open(address), {"reason": "家の中を見ていない。"})

    assert empty.status == long.status == 422
    assert "もう一度調べてほしい理由を入力してください。" in empty.text
    assert status_page.path == reverse("applications:status_page", args=[case.id])
    assert "もう一度調べてほしいという申出を受け付けました" in status_page.text
    assert "通知書（PDF）を保存する" in status_page.text  # it holds until another takes its place
    assert "この申請を取り下げる" not in status_page.text
    asked = SecondLookRequest.objects.get()
    assert (asked.channel, asked.entered_by, asked.reason) == ("web", None, "家の中を見ていない。")
    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW
    assert visitor.open(address).path == status_page.path  # it is being looked at already


def test_what_was_decided_is_not_taken_back_with_the_request_to_look_again(case: Application) -> None:
    decided(case)
    by = holder_of(case)
    actions.look_again(
        application=case, asked_on=clock.today(), reason="傾き", channel="counter", by=by, now=clock.now()
    )

    with pytest.raises(NotAllowed):
        case_actions.withdraw(application=case, reason="やめる", by=by, now=clock.now())

    option = options(case, by, today=clock.today(), proposal=None)["withdraw"]
    assert option.why_not.startswith("一度決定した申請です。")


def test_nobody_else_asks_to_look_again(case: Application) -> None:
    decided(case)
    address = reverse("applications:second_look", args=[case.id])

    assert Client().post(address, {"reason": "見て"}).status_code != 200
    assert not SecondLookRequest.objects.exists()


def test_a_filing_that_is_looked_at_again_waits_for_an_inspection_until_it_comes(
    case: Application, disaster: Disaster, browser: Client
) -> None:
    bound(disaster, case)
    decided(case)
    number = grouped(case.receipt_number)

    def wanted() -> bool:
        content = b"".join(browser.get(url("disaster_template", disaster)))
        return number in content.decode("utf-8-sig")

    assert not wanted()

    given: dict[str, Any] = {"reason": "2階を見ていない。", "channel": "counter", "by": holder_of(case)}
    actions.look_again(application=case, asked_on=clock.today(), now=clock.now(), **given)

    assert wanted()
    all_done(case, "medium_half_destruction")
    assert not wanted()


def test_the_town_of_a_filing_follows_its_answers_when_they_are_put_right(
    case: Application, disaster: Disaster
) -> None:
    bound(disaster, case, town=case.answers["house_address"]["town"])
    address = case.answers["house_address"] | {"town": "別の町"}

    case_actions.edit_answer(
        application=case,
        target="house_address",
        value=address,
        reason="電話で確かめた。",
        channel="telephone",
        by=holder_of(case),
        now=clock.now(),
    )

    assert DisasterFiling.objects.get().town == "別の町"


def test_what_never_came_before_the_first_decision_is_asked_for_anew(case: Application) -> None:
    never = asked(case, "survey")
    case.refresh_from_db()
    by, head = holder_of(case), somebody("head", department_of(case.procedure_version))
    case_actions.propose(application=case, kind="refused", reason="対象ではない。", by=by, now=clock.now())
    Consultation.objects.update(opinion="agreed")
    case_actions.decide(application=case, by=head, now=clock.now())

    given: dict[str, Any] = {"reason": "現地を見てほしい。", "channel": "counter", "by": by}
    actions.look_again(application=case, asked_on=clock.today(), now=clock.now(), **given)

    again = asked(case, "survey")
    never.refresh_from_db()
    assert (never.state, again.state, again.number) == ("cancelled", "asked", 2)
    assert never.cancel_reason
