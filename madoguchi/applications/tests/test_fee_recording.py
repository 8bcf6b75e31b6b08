"""Recording what is paid at the counter: appended, never changed, undone only by a record of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from madoguchi.applications import actions, fee_jobs
from madoguchi.applications.actions import bulk
from madoguchi.applications.actions.booking import change_slot
from madoguchi.applications.actions.fee_following import ask_again, follow_answers
from madoguchi.applications.actions.fees import undo_fee_record
from madoguchi.applications.errors import (
    AmountOutOfRange,
    ChangedMeanwhile,
    DayOutOfRange,
    FeeInUse,
    FeeNotPaid,
    NotAllowed,
    ReasonMissing,
    UnknownChoice,
)
from madoguchi.applications.fee_queries import fee_of, last_paid_on, told
from madoguchi.applications.models import Application, CaseEvent, CaseFee, FeeRecord
from madoguchi.applications.slot_queries import canonical
from madoguchi.applications.tests.charging import (
    charged,
    charging_desk,
    half_for_employees,
    recorded,
    sums,
)
from madoguchi.applications.tests.desks import Desk, audited, open_desk
from madoguchi.applications.tests.factories import (
    TODAY,
    ApplicationFactory,
    FeeRecordFactory,
    SlotBookingFactory,
    SlotFactory,
    answers_of,
    offered,
)
from madoguchi.applications.tests.offers import offer, sample, section
from madoguchi.applications.tests.test_bulk import done, prepared, results, work
from madoguchi.applications.tests.visitor import Visitor
from madoguchi.common import clock, kernel
from madoguchi.procedures.tests.building import asked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]


@pytest.fixture
def desk() -> Desk:
    return charging_desk()


# --- what a case costs ----------------------------------------------------------------------------------------


def test_a_filing_notes_what_it_costs() -> None:
    filing = sample("resident_record_copy_with_number")
    offered, visitor = offer("resident_record_copy"), Visitor()

    visitor.send(visitor.fill(visitor.start(filing["procedure"]), offered, filing["answers"]))

    fee = CaseFee.objects.get()
    assert (fee.full_yen, fee.amount_yen, fee.state) == (300, 300, "open")
    assert fee.filed_at == Application.objects.get().filed_at


def test_a_procedure_that_costs_nothing_notes_nothing() -> None:
    desk = open_desk()
    application = ApplicationFactory(closed=True, officer=desk["officer"])

    assert fee_of(application) is None
    assert not CaseFee.objects.exists()
    with pytest.raises(NotAllowed):
        recorded(desk, application)


def test_an_answer_put_right_changes_what_the_case_costs_and_what_was_paid_may_be_too_much() -> None:
    desk = charging_desk(**half_for_employees())
    answers = answers_of() | {"occupation": "self_employed"}
    application = charged(desk, in_review=True, answers=answers)
    recorded(desk, application)

    edit(desk, application, "employee")

    assert sums(application) == ("excess", 300, 600, 0, 0)
    assert FeeRecord.objects.count() == 1
    edit(desk, application, "self_employed")
    assert sums(application) == ("paid", 600, 600, 0, 0)


def edit(desk: Desk, application: Application, occupation: str) -> None:
    actions.edit_answer(
        application=application,
        target="occupation",
        value=occupation,
        reason="申出のため",
        channel="counter",
        by=desk["officer"],
        now=clock.now(),
    )


def test_a_fee_that_cannot_be_told_stays_as_it_was_and_is_noted_once_it_can() -> None:
    copies = section("main", asked("copies", "integer"))
    offer(sections=[copies], fee={"expression": "copies * 300"}, texts={})
    version = offered("residence_certificate")
    application = ApplicationFactory(procedure_version=version, answers={"other": 1})

    follow(application, {})
    assert not CaseFee.objects.exists()
    follow(application, {"copies": 2})
    assert sums(application)[:2] == ("open", 600)
    follow(application, {})
    assert sums(application)[:2] == ("open", 600)
    follow(application, {"copies": 1})
    assert sums(application)[:2] == ("open", 300)


def test_a_fee_that_becomes_nothing_is_owed_no_longer_and_none_is_noted_where_none_was() -> None:
    copies = section("main", asked("copies", "integer"))
    offer(sections=[copies], fee={"expression": "copies * 300"}, texts={})
    version = offered("residence_certificate")
    open_, paid, new = (
        ApplicationFactory(procedure_version=version, answers={"copies": many}) for many in (1, 1, 0)
    )
    for one in (open_, paid):
        follow(one, {"copies": 1})
    CaseFee.objects.filter(application=paid).update(paid_yen=300, state="paid")

    for one in (open_, paid, new):
        follow(one, {"copies": 0})

    assert sums(open_) == ("free", 0, 0, 0, 0)
    assert sums(paid) == ("excess", 0, 300, 0, 0)
    assert not CaseFee.objects.filter(application=new).exists()
    assert fee_of(new) is None


def follow(application: Application, answers: dict[str, Any]) -> None:
    unit = kernel.Unit()
    follow_answers(unit, application, answers)
    kernel.commit(unit)


def test_another_booked_time_changes_what_the_case_costs() -> None:
    held = SlotBookingFactory()
    other = SlotFactory(place=held.slot.place, day=held.slot.day + timedelta(days=1), price_yen=2000)
    before = fee_of(held.application)

    change_slot(application=held.application, value=canonical(other), now=clock.now())

    after = CaseFee.objects.get(application=held.application)
    assert before is not None
    assert (after.amount_yen > before.amount_yen, after.state) == (True, "open")


def test_open_cases_from_before_are_noted_by_the_worker_once(desk: Desk) -> None:
    open_, paid, closed = charged(desk), charged(desk), charged(desk, closed=True)
    recorded(desk, paid)
    CaseFee.objects.filter(application=closed).delete()

    for _n in range(2):
        fee_jobs.note_fees({})

    assert set(CaseFee.objects.values_list("application", flat=True)) == {open_.id, paid.id}
    assert sums(open_)[:2] == ("open", 600)
    assert closed.status == "closed"


def test_the_worker_leaves_what_changes_under_its_hands_to_the_next_round(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed, other = charged(desk), charged(desk)

    def meanwhile(case: Application) -> CaseFee | None:
        Application.objects.filter(id=changed.id).update(version=changed.version + 1)
        return fee_of(case)

    with monkeypatch.context() as patched:
        patched.setattr(fee_jobs, "fee_of", meanwhile)
        fee_jobs.note_fees({})
    assert CaseFee.objects.get().application == other
    fee_jobs.note_fees({})

    assert CaseFee.objects.count() == 2


def test_of_two_who_note_the_fee_of_a_case_at_once_one_is_told(desk: Desk) -> None:
    application = charged(desk)
    units = [kernel.Unit(), kernel.Unit()]
    for unit in units:
        follow_answers(unit, application, application.answers)
    kernel.commit(units[0])

    with pytest.raises(ChangedMeanwhile):
        kernel.commit(units[1])


def test_the_worker_leaves_out_what_costs_nothing_or_cannot_be_told() -> None:
    offer(
        sections=[section("main", asked("copies", "integer"))], fee={"expression": "copies * 300"}, texts={}
    )
    ApplicationFactory(procedure_version=offered("residence_certificate"), answers={"other": 1})
    ApplicationFactory()

    fee_jobs.note_fees({})

    assert not CaseFee.objects.exists()


# --- recording ------------------------------------------------------------------------------------------------


def test_a_payment_is_kept_with_its_day_and_who_took_it_and_audited(desk: Desk) -> None:
    application = charged(desk)

    record = recorded(desk, application, voucher_number=" A-12 ", counted_on=TODAY)

    assert sums(application) == ("paid", 600, 600, 0, 0)
    assert (record.voucher_number, record.counted_on) == ("A-12", TODAY)
    assert (record.recorded_by, record.recorded_at) == (desk["officer"], clock.now())
    assert CaseEvent.objects.get(kind="pay_fee").detail == {"fee": str(record.id), "yen": 600}
    assert audited(application)[-1] == "pay_fee"
    assert last_paid_on(application) == TODAY


def test_a_fee_is_paid_in_parts_and_the_rest_is_waived(desk: Desk) -> None:
    application = charged(desk)

    recorded(desk, application, amount_yen=200)
    assert sums(application) == ("open", 600, 200, 0, 0)
    recorded(desk, application, kind="waived", amount_yen=400)

    assert sums(application) == ("paid", 600, 200, 400, 0)


def test_who_waives_after_payment_gives_back_or_says_why_not(desk: Desk) -> None:
    application = charged(desk)
    recorded(desk, application)
    recorded(desk, application, kind="waived")
    assert sums(application) == ("excess", 600, 600, 600, 0)

    recorded(desk, application, kind="refunded", amount_yen=400)
    recorded(desk, application, kind="kept", amount_yen=200)

    assert sums(application) == ("paid", 600, 200, 600, 200)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"amount_yen": 0}, AmountOutOfRange),
        ({"amount_yen": 601}, AmountOutOfRange),
        ({"kind": "waived", "amount_yen": 601}, AmountOutOfRange),
        ({"kind": "refunded", "amount_yen": 1}, AmountOutOfRange),
        ({"kind": "waived", "reason": "　"}, ReasonMissing),
        ({"kind": "cancelled"}, UnknownChoice),
        ({"kind": "waived", "method": "cash"}, UnknownChoice),
        ({"method": ""}, UnknownChoice),
        ({"method": "gold"}, UnknownChoice),
        ({"counted_on": TODAY + timedelta(days=1)}, DayOutOfRange),
        ({"counted_on": TODAY - timedelta(days=1)}, DayOutOfRange),
    ],
)
def test_what_cannot_be_is_not_recorded(desk: Desk, fields: dict[str, Any], error: type[Exception]) -> None:
    application = charged(desk)

    with pytest.raises(error):
        recorded(desk, application, **fields)

    assert not FeeRecord.objects.exists()
    assert not CaseFee.objects.exists()


@pytest.mark.parametrize(
    ("who", "allowed"),
    [("officer", True), ("second", True), ("head", True), ("approver", False), ("stranger", False)],
)
def test_who_handles_the_cases_of_the_department_records_and_undoes(
    desk: Desk, who: str, allowed: bool
) -> None:
    application = charged(desk)
    if allowed:
        record = recorded(desk, application, by=desk[who])
        undo_fee_record(record=record, reason="二重に入力したため", by=desk[who], now=clock.now())
        return
    with pytest.raises(NotAllowed):
        recorded(desk, application, by=desk[who])
    record = recorded(desk, application)
    with pytest.raises(NotAllowed):
        undo_fee_record(record=record, reason="二重に入力したため", by=desk[who], now=clock.now())


def test_of_two_who_record_at_once_one_is_told(desk: Desk) -> None:
    application = charged(desk)
    other = Application.objects.get(id=application.id)
    recorded(desk, application, amount_yen=300)

    with pytest.raises(ChangedMeanwhile):
        recorded(desk, other, by=desk["second"], amount_yen=300)

    assert sums(application) == ("open", 600, 300, 0, 0)


# --- undoing --------------------------------------------------------------------------------------------------


def undo(desk: Desk, record: FeeRecord, reason: str = "金額を間違えたため") -> FeeRecord:
    return undo_fee_record(record=record, reason=reason, by=desk["second"], now=clock.now())


@pytest.mark.parametrize("kind", ["paid", "waived"])
def test_a_record_is_undone_by_another_and_both_stay(desk: Desk, kind: str) -> None:
    application = charged(desk)
    record = recorded(desk, application, kind=kind)

    undone = undo(desk, record)

    assert sums(application) == ("open", 600, 0, 0, 0)
    assert (undone.undoes, undone.amount_yen, undone.method) == (record, 600, record.method)
    assert FeeRecord.objects.count() == 2
    assert last_paid_on(application) is None
    assert audited(application)[-1] == "undo_fee"


def test_a_record_is_undone_once_with_a_reason_and_an_undoing_not_at_all(desk: Desk) -> None:
    record = recorded(desk, charged(desk))

    with pytest.raises(ReasonMissing):
        undo(desk, record, " ")
    undone = undo(desk, record)

    for one in (record, undone):
        with pytest.raises(NotAllowed):
            undo(desk, one)


def test_a_payment_is_not_undone_while_it_was_given_back_or_kept(desk: Desk) -> None:
    application = charged(desk)
    payment = recorded(desk, application)
    recorded(desk, application, kind="waived")
    refund = recorded(desk, application, kind="refunded")

    with pytest.raises(FeeInUse):
        undo(desk, payment)
    undo(desk, refund)
    kept = recorded(desk, application, kind="kept")
    with pytest.raises(FeeInUse):
        undo(desk, payment)
    undo(desk, kept)
    undo(desk, payment)

    assert sums(application) == ("waived", 600, 0, 600, 0)


def test_a_record_is_never_changed_nor_deleted(desk: Desk) -> None:
    record = recorded(desk, charged(desk))
    unit = kernel.Unit()

    with pytest.raises(kernel.AppendOnly):
        unit.update(FeeRecord, where={"id": record.id}, set={"amount_yen": 1})
    with pytest.raises(kernel.AppendOnly):
        unit.delete(FeeRecord, where={"id": record.id})


@pytest.mark.parametrize(
    "fields",
    [
        {"amount_yen": 0},
        {"kind": "waived", "method": ""},
        {"method": ""},
        {"kind": "cancelled", "reason": "誤り"},
    ],
)
def test_the_database_keeps_no_record_without_amount_reason_method_or_what_it_undoes(
    fields: dict[str, Any],
) -> None:
    application = ApplicationFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        FeeRecordFactory(application=application, **fields)


# --- decisions and the end ------------------------------------------------------------------------------------


def propose(desk: Desk, application: Application, kind: str = "certified") -> None:
    reason = "公務員のため" if kind == "refused" else ""
    actions.propose(application=application, kind=kind, reason=reason, by=desk["officer"], now=clock.now())


def test_a_decision_in_favour_waits_for_a_fee_that_is_due_before_it() -> None:
    desk = charging_desk(due="before_decision")
    application = charged(desk, in_review=True)

    with pytest.raises(FeeNotPaid) as refused:
        propose(desk, application)
    recorded(desk, application, amount_yen=200)
    recorded(desk, application, kind="waived", amount_yen=400)
    propose(desk, application)

    assert refused.value.owed == 600
    assert application.status == "proposed"


def test_a_decision_is_not_made_when_its_payment_was_undone_after_the_proposal() -> None:
    desk = charging_desk(due="before_decision")
    application = charged(desk, in_review=True)
    payment = recorded(desk, application)
    propose(desk, application)
    undo(desk, payment)
    application.refresh_from_db()

    with pytest.raises(FeeNotPaid) as refused:
        actions.decide(application=application, by=desk["approver"], now=clock.now())

    assert refused.value.owed == 600
    application.refresh_from_db()
    assert application.status == "proposed"


def test_a_refusal_waits_for_no_fee_and_leaves_what_pays_for_the_examination_owed() -> None:
    desk = charging_desk(due="before_decision")
    application = charged(desk, closed=True, decision="refused")

    fee = fee_of(application)
    assert fee is not None
    assert fee.state == "open"


def test_a_bulk_run_says_which_cases_wait_for_a_fee() -> None:
    desk = charging_desk(due="before_decision")
    paid, open_ = charged(desk, in_review=True), charged(desk, in_review=True)
    recorded(desk, paid)

    run = done(desk, paid, open_, act="propose", kind="certified")

    assert results(run) == {paid.receipt_number: "done", open_.receipt_number: "refused unpaid"}


def test_a_bulk_run_that_found_the_fee_paid_looks_again_before_it_proposes() -> None:
    desk = charging_desk(due="before_decision")
    application = charged(desk, in_review=True)
    recorded(desk, application)
    run = prepared(desk, application, act="propose", kind="certified")
    work(run)
    CaseFee.objects.update(paid_yen=0, state="open")

    bulk.start(run=run, by=desk["officer"], now=clock.now())

    assert work(run) == {application.receipt_number: "refused unpaid"}


def test_nothing_is_asked_for_any_more_once_a_case_is_refused_or_withdrawn(desk: Desk) -> None:
    refused = charged(desk, closed=True, decision="refused")
    withdrawn = charged(desk)
    recorded(desk, withdrawn)
    actions.withdraw(application=withdrawn, reason="引っ越すため", now=clock.now())

    assert sums(refused) == ("ended", 600, 0, 0, 0)
    assert sums(withdrawn) == ("excess", 600, 600, 0, 0)
    with pytest.raises(AmountOutOfRange):
        recorded(desk, refused)


def test_a_decision_notes_the_fee_of_a_case_from_before_so_that_the_cash_desk_sees_it(desk: Desk) -> None:
    application = charged(desk, in_review=True)
    propose(desk, application)

    actions.decide(application=application, by=desk["approver"], now=clock.now())

    assert sums(application) == ("open", 600, 0, 0, 0)


@pytest.mark.parametrize(
    ("traits", "due", "state"),
    [
        ({"closed": True}, "at_handing_over", "open"),
        ({"closed": True, "decision": "refused"}, "at_handing_over", "ended"),
        ({"closed": True, "decision": "refused"}, "before_decision", "open"),
        ({"withdrawn": True}, "before_decision", "ended"),
    ],
)
def test_who_was_answered_before_fees_were_recorded_is_not_told_to_pay(
    traits: dict[str, Any], due: str, state: str
) -> None:
    application = charged(charging_desk(due=due), **traits)
    CaseFee.objects.all().delete()

    fee = fee_of(application)

    assert fee is not None
    assert fee.state == state
    assert told(application) is None


def test_a_granted_case_still_owes_what_is_paid_at_handing_over(desk: Desk) -> None:
    application = charged(desk, closed=True)

    recorded(desk, application)

    assert sums(application) == ("paid", 600, 600, 0, 0)


def test_a_second_look_asks_for_the_fee_again(desk: Desk) -> None:
    application = charged(desk, closed=True, decision="refused")
    unit = kernel.Unit()

    ask_again(unit, application)
    kernel.commit(unit)

    assert sums(application) == ("open", 600, 0, 0, 0)
