"""What a department left behind when it was reorganised: its successor hands over, erases, holds sittings and decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from madoguchi.applications import actions as case_actions
from madoguchi.applications import (
    batches,
    desk_approvals,
    desk_boards,
    desk_bulk,
    desk_handover,
    desk_reorganising,
    disaster_queries,
)
from madoguchi.applications.actions import batches as batch_actions
from madoguchi.applications.actions import boards, disasters
from madoguchi.applications.actions import disposal as disposals
from madoguchi.applications.actions import handover as handing
from madoguchi.applications.alarms import tell_protection_carried
from madoguchi.applications.batch_handlers import bind_new_filings
from madoguchi.applications.chain_permissions import can_be_answered, decides_as
from madoguchi.applications.chains import Capacity
from madoguchi.applications.desk_opinion_mails import tell_opinion_asked
from madoguchi.applications.errors import NotAllowed
from madoguchi.applications.models import Application, Disaster, DisasterFiling, Handover
from madoguchi.applications.tests.chained import (
    TAX,
    WELFARE,
    asked_of,
    chained_desk,
    consult,
    proposal_of,
    proposed,
)
from madoguchi.applications.tests.desks import text_of
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    BoardMeetingFactory,
    DisasterFactory,
    OpinionRequestFactory,
    RetentionAssignmentFactory,
    RetentionClassFactory,
    department_of,
    offered,
    somebody,
)
from madoguchi.applications.tests.stepping import care_case, damage_case, holder_of, received
from madoguchi.common import clock
from madoguchi.common.models import Job
from madoguchi.identity.models import Staff
from madoguchi.notices.models import Message
from madoguchi.organization.actions import reorganising
from madoguchi.organization.models import Department, Reorganisation
from madoguchi.organization.tests.factories import (
    DepartmentFactory,
    ReorganisationFactory,
    SuccessionFactory,
    signed_in_client,
    staff_with,
)
from madoguchi.procedures import queries as procedures

pytestmark = pytest.mark.django_db


@pytest.fixture
def new() -> Department:
    return DepartmentFactory(code="successor", name="新しい課")


def reorganise(old: Department, new: Department) -> None:
    """Carry out that a department becomes another, and do its jobs."""
    row = ReorganisationFactory(on_day=clock.today())
    SuccessionFactory(reorganisation=row, old=old, new=new)
    reorganising.decide(reorganisation=row, version=1, by=staff_with("administrator"), now=clock.now())
    row = Reorganisation.objects.get(id=row.id)
    reorganising.carry_out(reorganisation=row, version=row.version, now=clock.now())
    for job in Job.objects.filter(kind="organization.reorganised"):
        desk_reorganising.move_cases(job.payload)


def fresh(staff: Staff) -> Staff:
    """Without what is remembered of their duties."""
    return Staff.objects.get(id=staff.id)


def test_what_was_decided_before_is_handed_over_by_the_successor(new: Department) -> None:
    old = department_of(offered())
    officer, stranger = somebody("officer", old), staff_with("officer", department=DepartmentFactory())
    case = ApplicationFactory(closed=True, officer=officer)
    handing.queue(application=case, now=clock.now())
    reorganise(old, new)
    given: dict[str, Any] = {
        "procedure_id": case.procedure_id,
        "department_code": old.code,
        "now": clock.now(),
    }

    with pytest.raises(NotAllowed):
        handing.make_batches(by=stranger, **given)
    page = text_of(signed_in_client(fresh(officer)).get("/desk/handover/"))
    handing.make_batches(by=fresh(officer), **given)

    assert Handover.objects.get().state == Handover.State.MAKING
    assert f'value="{old.code}"' in page
    (target,) = [one for one in desk_handover.targets({new.code}) if one.procedure_id == case.procedure_id]
    assert target.department_code == new.code  # what is decided from now on


def test_what_was_closed_before_is_proposed_for_erasing_by_the_successor(new: Department) -> None:
    old = department_of(offered())
    officer = somebody("officer", old)
    case = ApplicationFactory(closed=True, officer=officer)
    Application.objects.filter(id=case.id).update(closed_at=clock.now() - timedelta(days=3000))
    RetentionAssignmentFactory(
        procedure_id=case.procedure_id, retention_class=RetentionClassFactory(id="one-year", years=1)
    )
    reorganise(old, new)

    disposal = disposals.propose_disposal(department_code=old.code, by=fresh(officer), now=clock.now())

    assert disposal.items.get().application_id == case.id


def test_a_sitting_goes_on_with_the_cases_that_moved(new: Department) -> None:
    case = care_case()
    old = department_of(case.procedure_version)
    step = next(one for _procedure, _code, one in desk_boards.board_steps({old.code}) if one.kind == "board")
    for before in procedures.definition_of(case.procedure_version_id).workflow.external_steps:
        if before.id != step.id:
            received(case, before.id)
    meeting = BoardMeetingFactory(procedure_id=case.procedure_id, step_id=step.id, department_code=old.code)
    officer = holder_of(case)
    reorganise(old, new)
    case.refresh_from_db()

    assert desk_boards.candidates(meeting) == [case]
    put, left = boards.put_on_agenda(meeting=meeting, applications=[case], by=fresh(officer), now=clock.now())

    assert (put, left) == (1, [])
    assert [code for _procedure, code, _step in desk_boards.board_steps({new.code})] == [new.code]


def test_a_disaster_keeps_its_filings_and_takes_in_new_ones_of_the_successor(new: Department) -> None:
    case = damage_case()
    old, officer = department_of(case.procedure_version), holder_of(case)
    day = disaster_queries.day_of(case)
    assert day is not None
    disaster = DisasterFactory(
        department_code=old.code, from_on=day - timedelta(days=1), until_on=day, opened_by=officer
    )
    reorganise(old, new)
    case.refresh_from_db()
    bind_new_filings({})
    assert DisasterFiling.objects.get().application_id == case.id

    officer = fresh(officer)
    batch_actions.set_down(
        kind="proposals",
        procedure_id=disaster.procedure_id,
        department_code=old.code,
        disaster=disaster,
        judged=[],
        by=officer,
        now=clock.now(),
    )
    (judged,) = batches.judge_proposals([case], reason="", staff=officer, today=clock.today())
    assert judged.verdict == batches.Verdict.NO_GRADE
    disasters.bind(application=case, disaster=None, by=officer, now=clock.now())
    disasters.bind(application=case, disaster=disaster, by=officer, now=clock.now())
    with pytest.raises(NotAllowed):
        disasters.change_disaster(
            disaster=disaster,
            name="別",
            cause="豪雨",
            from_on=day,
            until_on=day,
            towns=[],
            by=staff_with("officer", department=DepartmentFactory()),
            now=clock.now(),
        )
    assert Disaster.objects.get().name == disaster.name


def test_the_successor_chooses_among_the_decisions_of_what_it_took_over(new: Department) -> None:
    old = department_of(offered())
    before = desk_bulk.decision_choices({old.code})
    assert before

    reorganise(old, new)

    assert desk_bulk.decision_choices({new.code}) == before


def test_a_proposal_is_decided_and_consulted_by_the_successors_of_who_was_named(new: Department) -> None:
    desk = chained_desk(
        {"approver": "head", "department": WELFARE, "post": "部長", "consult": [consult()]},
    )
    before = proposed(desk)
    for old in (WELFARE, TAX):
        reorganise(Department.objects.get(code=old), new)
    after = proposed(desk)
    tax, welfare = fresh(desk["tax"]), fresh(desk["welfare"])
    today = clock.today()

    assert set(desk_approvals.to_answer(tax, today=today)) == {*asked_of(before), *asked_of(after)}
    assert set(desk_approvals.waiting(welfare, today=today)) == {proposal_of(before), proposal_of(after)}
    assert not desk_approvals.waiting(fresh(desk["stranger"]), today=today).exists()
    for case in (before, after):
        (asked,) = asked_of(case)
        assert can_be_answered(asked, today=today)
        case_actions.answer_consultation(consultation_id=asked.id, opinion="agreed", by=tax, now=clock.now())
        case.refresh_from_db()
        made = case_actions.decide(application=case, by=welfare, now=clock.now())
        assert made.decided_by_post == "新しい課 部長"
        assert asked_of(case)[0].answered_by_post == "新しい課 課長"
        assert (
            asked_of(case)[0].department_name == "資産税課"
        )  # as it was called when the definition named it


def test_of_a_divided_department_each_successor_decides_its_own_procedures(new: Department) -> None:
    desk = chained_desk({"approver": "head", "department": WELFARE})
    case = proposed(desk)
    other = DepartmentFactory(code="other")
    row = ReorganisationFactory(on_day=clock.today())
    old = Department.objects.get(code=WELFARE)
    SuccessionFactory(reorganisation=row, old=old, new=new, procedure_id=case.procedure_id)
    SuccessionFactory(reorganisation=row, old=old, new=other)
    reorganising.decide(reorganisation=row, version=1, by=staff_with("administrator"), now=clock.now())
    row.refresh_from_db()
    reorganising.carry_out(reorganisation=row, version=row.version, now=clock.now())
    mine, theirs = staff_with("head", department=new), staff_with("head", department=other)

    assert list(desk_approvals.waiting(mine, today=clock.today())) == [proposal_of(case)]
    assert not desk_approvals.waiting(theirs, today=clock.today()).exists()
    assert decides_as(theirs, case, proposal_of(case), today=clock.today()) is None
    assert decides_as(mine, case, proposal_of(case), today=clock.today()) == Capacity.APPROVER


def test_mail_for_a_former_department_goes_to_who_is_in_charge_by_now(new: Department) -> None:
    old = department_of(offered())
    Department.objects.filter(code=old.code).update(email="old@example.jp")
    Department.objects.filter(code=new.code).update(email="new@example.jp")
    closed, open_case = ApplicationFactory(closed=True), ApplicationFactory(in_review=True)
    opinion = OpinionRequestFactory(application=open_case, department_code=old.code)
    reorganise(old, new)

    tell_opinion_asked({"opinion": str(opinion.id)})
    tell_protection_carried({"application": str(closed.id)})

    sent = Message.objects.filter(purpose__in=("opinion", "protected-alarm"))
    assert list(sent.values_list("to_address", flat=True)) == ["new@example.jp", "new@example.jp"]
