"""The demo city's applications: the same by seed and day, in every state, with histories that hold together."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from madoguchi.applications import demo as applications_demo
from madoguchi.applications import disaster_queries, external_queries, external_results, rules
from madoguchi.applications.actions.protection import CARRIED
from madoguchi.applications.fee_queries import with_answers
from madoguchi.applications.models import (
    AgendaItem,
    Application,
    BoardMeeting,
    CaseEvent,
    CaseFee,
    Channel,
    Consultation,
    Contact,
    Correction,
    CorrectionItem,
    Decision,
    Disaster,
    DisasterFiling,
    DocumentCounter,
    FeeRecord,
    InternalNote,
    Message,
    OpinionRequest,
    Slot,
    SlotBooking,
    SlotPlace,
    Status,
    StepRequest,
    StepResult,
)
from madoguchi.applications.permissions import may_approve, may_handle
from madoguchi.applications.tests.conftest import NOW
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock, demo
from madoguchi.common.registers import DemoSize
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Resident, Restriction, Staff
from madoguchi.japan.kana import search_key
from madoguchi.organization.models import Department
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.logic import evaluate

pytestmark = pytest.mark.slow
SIZE = 150


def loaded(now: datetime, seed: int = 1, applications: int = SIZE) -> None:
    """This room's part of the demo city as it is at a moment."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "now", lambda: now)
        applications_demo.load(DemoSize(residents=200, applications=applications, seed=seed))


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Application]]:
    """A city that all tests of this file look at."""
    with django_db_blocker.unblock(), transaction.atomic():
        demo.load(residents=200, applications=0)
        loaded(NOW)
        yield list(Application.objects.order_by("id"))
        transaction.set_rollback(True)


def pictured() -> list[tuple[Any, ...]]:
    """Everything that may not differ between two cities of the same seed and day."""
    people = Application.objects.order_by("id").values_list(
        "id", "receipt_number", "status", "status_since", "filed_at", "due_on", "answers", "version"
    )
    events = CaseEvent.objects.order_by("id").values_list("id", "application_id", "kind", "at", "detail")
    decisions = Decision.objects.order_by("id").values_list("id", "kind", "document_number", "notice")
    protections = Restriction.objects.order_by("subject").values_list("subject", "reason", "valid_until")
    steps = StepRequest.objects.order_by("id").values_list("id", "step_id", "asked_at", "due_on", "result")
    agenda = AgendaItem.objects.order_by("id").values_list("id", "meeting_id", "request_id", "number")
    bound = DisasterFiling.objects.order_by("application_id").values_list(
        "application_id", "disaster_id", "grade"
    )
    booked = SlotBooking.objects.order_by("id").values_list(
        "id", "application_id", "slot__day", "slot__price_yen"
    )
    said = Message.objects.order_by("id").values_list("id", "text", "at", "asks")
    paid = FeeRecord.objects.order_by("id").values_list("id", "kind", "amount_yen", "recorded_at")
    return [
        tuple(paid),
        tuple(people),
        tuple(events),
        tuple(decisions),
        tuple(protections),
        tuple(said),
        tuple(steps),
        tuple(agenda),
        tuple(bound),
        tuple(booked),
    ]


def built(now: datetime, seed: int) -> list[tuple[Any, ...]]:
    """The picture of another city's applications, which are gone afterwards."""
    with transaction.atomic():
        for model in (
            AgendaItem,
            BoardMeeting,
            StepResult,
            StepRequest,
            DisasterFiling,
            Disaster,
            FeeRecord,
            CaseFee,
            CaseEvent,
            InternalNote,
            Message,
            Contact,
            OpinionRequest,
            CorrectionItem,
            Correction,
            Consultation,
            Decision,
            DocumentCounter,
            SlotBooking,
            Slot,
            SlotPlace,
            Application,
            Restriction,
        ):
            model.objects.all().delete()
        loaded(now, seed, applications=40)
        picture = pictured()
        transaction.set_rollback(True)
    return picture


def test_the_same_seed_on_the_same_day_gives_the_same_applications(city: list[Application]):
    morning = built(NOW, seed=7)

    assert built(NOW + timedelta(hours=9), seed=7) == morning
    assert built(NOW, seed=8) != morning
    assert Application.objects.count() == SIZE


def test_there_are_as_many_as_asked_for_in_every_state_and_from_every_way_in(city: list[Application]):
    assert len(city) == SIZE
    assert {application.status for application in city} == set(Status.values)
    assert {application.channel for application in city} >= {Channel.WEB, Channel.PAPER, Channel.COUNTER}
    assert Counter(application.status for application in city)[Status.CLOSED] > SIZE / 5


def test_every_filing_is_one_that_the_definition_takes(city: list[Application]):
    for application in city:
        definition = procedures.definition_of(application.procedure_version_id)
        evaluation = evaluate(definition, application.filed_answers, today=application.received_on)
        assert evaluation.complete
        assert evaluation.answers == application.filed_answers
        assert Department.objects.filter(code=application.department_code).exists()
        name = definition.fact_question("applicant.name")
        assert name is not None
        # who reports damage of a road need not say who they are
        assert bool(application.applicant_name) == (name.id in application.filed_answers)


def test_nothing_has_happened_in_the_future_or_out_of_order(city: list[Application]):
    for application in city:
        events = list(application.events.order_by("at", "id"))
        moments = [event.at for event in events]
        assert events[0].kind == "filed"
        assert moments == sorted(set(moments))
        assert application.filed_at == moments[0]
        assert moments[-1] <= NOW
        assert application.status_since in moments
        assert application.version == len(events)


def test_every_history_ends_in_the_state_the_case_has(city: list[Application]):
    leads_to = {
        "filed": Status.FILED,
        "take": Status.IN_REVIEW,
        "return_for_correction": Status.RETURNED,
        "answer_correction": Status.IN_REVIEW,
        "propose": Status.PROPOSED,
        "decide": Status.CLOSED,
        "withdraw": Status.WITHDRAWN,
    }
    stays = ("ask_step", "receive_step", "ask_opinion", "pay_fee", "waive_fee")
    for application in city:
        events = application.events.order_by("at", "id")
        states = [leads_to[event.kind] for event in events if event.kind not in stays]
        moves = itertools.pairwise(states)
        assert states[-1] == application.status
        assert all(rules.may_move(status=before, to=after) for before, after in moves)


def test_every_event_has_its_record_by_the_same_person(city: list[Application]):
    for application in city:
        subject = f"application:{application.id}"
        of_the_case = AuditEntry.objects.filter(subject=subject).exclude(act="restriction.set")
        records = of_the_case.values_list("at", "act", "actor")
        events = [
            (
                e.at,
                "file" if e.kind == "filed" else e.kind,
                f"staff:{e.actor_id}" if e.actor_id else "resident",
            )
            for e in application.events.all()
        ]
        assert sorted(records) == sorted(events)


def test_everything_a_protected_resident_filed_is_protected_and_nothing_else(city: list[Application]):
    today = clock.tokyo_date(NOW)
    in_force = identity.restrictions_in_force(today)
    keys = {
        (search_key(resident.family_name + resident.given_name), resident.birth_on)
        for resident in Resident.objects.all()
        if in_force.filter(subject=resident.subject).exists()
    }
    names = {name for name, _born in keys}
    of_them = {
        a.id
        for a in city
        if (search_key(a.applicant_name), a.birth_on) in keys
        or (a.birth_on is None and search_key(a.applicant_name) in names)  # not every procedure asks for it
    }
    protected = {a.id for a in city if in_force.filter(subject=f"application:{a.id}").exists()}

    assert protected == of_them
    assert protected
    told = AuditEntry.objects.filter(act=CARRIED)
    assert {entry.detail["application"] for entry in told} == {str(number) for number in protected}


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.django_db
def test_a_protected_case_is_shown_at_every_seed(seed: int):
    demo.load(residents=60, applications=12, seed=seed)

    subjects = [f"application:{case.id}" for case in Application.objects.all()]
    assert identity.restricted_subjects(subjects, clock.today())


def test_what_came_on_paper_was_entered_by_an_officer_who_filed_it(city: list[Application]):
    for application in city:
        filed = application.events.get(kind="filed")
        assert filed.actor_id == application.entered_by_id
        assert (application.entered_by_id is None) == (application.channel == Channel.WEB)


def test_every_closed_case_was_decided_by_another_person_who_may(city: list[Application]):
    closed = [application for application in city if application.status == Status.CLOSED]
    for application in closed:
        decision = application.decisions.get()
        today = clock.tokyo_date(NOW)
        assert decision.decided_by is not None
        assert decision.decided_by_id != decision.proposed_by_id
        assert may_handle(decision.proposed_by, application, today=today)
        assert may_approve(decision.decided_by, application, today=today)
        assert decision.decided_at == application.closed_at
        assert decision.notice["number"] == decision.document_number
        definition = procedures.definition_of(application.procedure_version_id)
        kind = definition.workflow.decision(decision.kind)
        assert kind is not None
        assert bool(decision.reason) == rules.needs_reason(kind)


def test_only_open_proposals_and_closed_cases_have_decisions(city: list[Application]):
    for application in city:
        decisions = application.decisions.all()
        open_ones = [d for d in decisions if d.decided_at is None]
        assert len(open_ones) == (application.status == Status.PROPOSED)
        assert bool(decisions) == (application.status in (Status.PROPOSED, Status.CLOSED))


def test_document_numbers_are_counted_without_gaps_and_go_on_from_there(city: list[Application]):
    used = sum(counter.last for counter in DocumentCounter.objects.all())
    numbers = {
        number
        for model in (Decision, StepRequest)
        for number in model._default_manager.values_list("document_number", flat=True)
        if number
    }

    assert len(numbers) == used
    letters = StepRequest.objects.exclude(document_number=None).count()
    assert Decision.objects.exclude(decided_at=None).count() + letters == used


def test_every_returned_case_waits_for_an_answer_that_can_be_given(city: list[Application]):
    for application in city:
        waiting = Correction.objects.filter(application=application, answered_at=None)
        assert waiting.count() == (application.status == Status.RETURNED)
        for correction in waiting:
            definition = procedures.definition_of(application.procedure_version_id)
            item = correction.items.get()
            assert item.position == 1
            assert definition.has_question(item.target_id)
            assert item.before == application.answers[item.target_id]
            assert item.reason_code in {r.id for r in definition.workflow.correction_reasons}
            assert correction.answer_by_on >= clock.tokyo_date(NOW)


def test_something_is_said_about_open_cases_and_never_in_the_future(city: list[Application]):
    said = [*Message.objects.values_list("application__status", "at")]
    said += Contact.objects.values_list("application__status", "recorded_at")
    said += OpinionRequest.objects.values_list("application__status", "asked_at")

    assert Message.objects.filter(author=None).exists()
    assert Message.objects.filter(asks=True).exists()
    assert all(status in rules.OPEN and at <= NOW for status, at in said)


def test_open_cases_have_a_holder_once_they_are_taken(city: list[Application]):
    for application in city:
        taken = application.events.filter(kind="take").exists()
        assert (application.holder_id is not None) == taken


@pytest.mark.django_db
def test_a_city_without_applications_or_residents_is_loaded_all_the_same():
    applications_demo.load(DemoSize(residents=0, applications=10, seed=1))
    applications_demo.load(DemoSize(residents=10, applications=0, seed=1))

    assert not Application.objects.exists()


# --- what others do --------------------------------------------------------------------------------------------


def test_steps_are_asked_for_done_and_late_and_wait_for_those_before_them(city: list[Application]):
    today = clock.tokyo_date(NOW)
    open_ones = StepRequest.objects.filter(application__status__in=rules.OPEN)
    asked = [one for one in open_ones if one.state == StepRequest.State.ASKED]

    assert any(one.due_on < today for one in asked)
    assert any(one.due_on >= today for one in asked)
    assert {one.step_id for one in open_ones if one.state == StepRequest.State.DONE} >= {"survey", "opinion"}
    for application in city:
        definition = procedures.definition_of(application.procedure_version_id)
        requests = {one.step_id: one for one in application.step_requests.all()}
        for step in definition.workflow.external_steps:
            if step.id in requests and step.after:
                assert all(requests[one].state == StepRequest.State.DONE for one in step.after)


def test_nothing_comes_back_before_it_is_asked_for_and_every_result_is_one_the_step_takes(
    city: list[Application],
):
    for result in StepResult.objects.select_related("request__application"):
        request = result.request
        step = external_queries.step_of(request.application, request.step_id)
        assert step is not None
        assert request.asked_at < result.at == request.done_at
        assert request.due_on >= clock.tokyo_date(request.asked_at)
        found = external_results.checked(step, result.values, today=clock.tokyo_date(result.at))
        assert (found.values, found.errors) == (request.result, {})


def test_what_is_proposed_or_decided_is_what_others_found(city: list[Application]):
    certified = [a for a in city if a.procedure_id == "care-certification" and a.decisions.exists()]
    assert certified
    for application in certified:
        definition = procedures.definition_of(application.procedure_version_id)
        decision = application.decisions.get()
        council = application.step_requests.filter(step_id="council").first()
        must = [s.id for s in definition.workflow.external_steps if decision.kind in s.before]
        assert set(application.step_requests.values_list("step_id", flat=True)) == set(must)
        assert council is None or council.decision_kind == decision.kind


def test_a_sitting_of_the_board_has_its_agenda_in_order(city: list[Application]):
    meeting = BoardMeeting.objects.get(procedure_id="care-certification")
    items = list(meeting.items.order_by("number").select_related("request__application"))

    assert [item.number for item in items] == list(range(1, len(items) + 1))
    assert items
    assert meeting.held_on > clock.tokyo_date(NOW)
    assert {item.request.due_on for item in items} == {meeting.held_on}
    assert {item.request.application.procedure_id for item in items} == {meeting.procedure_id}


def test_filings_since_the_disaster_are_bound_to_it_with_the_grades_found(city: list[Application]):
    disaster = Disaster.objects.get()
    bound = list(DisasterFiling.objects.select_related("application"))

    assert len(bound) > 10
    assert all(disaster_queries.belongs(one.application, disaster) for one in bound)
    assert {bool(one.grade) for one in bound} == {True, False}
    assert [one.grade for one in bound] == [disaster_queries.grade_of(one.application) for one in bound]


def test_the_demo_log_ins_may_decide_every_procedure_from_filing_to_decision(city: list[Application]):
    today = clock.tokyo_date(NOW)
    people = {one.login: one for one in Staff.objects.filter(login__in=("officer", "approver", "head"))}
    for application in {one.procedure_id: one for one in city}.values():
        assert may_handle(people["officer"], application, today=today)
        assert may_approve(people["approver"], application, today=today)
        assert may_approve(people["head"], application, today=today)


def test_places_are_marked_as_made_up_and_hold_as_many_bookings_as_they_have_lost_places(
    city: list[Application],
) -> None:
    slots = list(Slot.objects.prefetch_related("bookings__application").select_related("place"))

    assert all("見本" in place.name for place in SlotPlace.objects.all())
    assert all(slot.free == slot.capacity - len(slot.bookings.all()) for slot in slots)
    held = [one.application for slot in slots for one in slot.bookings.all()]
    assert held
    assert Status.WITHDRAWN not in {case.status for case in held}
    assert all(case.answers["booking"]["resource"].startswith("sample-") for case in held)


def test_fees_are_open_and_paid_and_what_is_recorded_adds_up_to_their_sums(city: list[Application]) -> None:
    fees = list(CaseFee.objects.select_related("application"))

    assert {"open", "paid"} <= {fee.state for fee in fees}
    for fee in fees:
        fresh = with_answers(fee.application, fee.application.answers)
        records = FeeRecord.objects.filter(application=fee.application)
        assert fresh is not None
        assert (fee.state, fee.amount_yen) == (fee.standing.state, fresh.amount_yen)
        assert sum(one.amount_yen for one in records) == fee.paid_yen + fee.waived_yen
        assert all(fee.filed_at < one.recorded_at <= NOW for one in records)
    charging = [a for a in city if not procedures.definition_of(a.procedure_version_id).fee.is_free]
    assert len(fees) == len(charging)
