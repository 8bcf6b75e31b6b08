"""What need no longer be kept is erased: all of it, once, with two people's word and a proof; nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection

from madoguchi.applications import (
    actions,
    desk_figures,
    durations,
    erasing,
    handlers,
    handover_jobs,
    metrics,
    retention_jobs,
)
from madoguchi.applications import retention_rules as rules
from madoguchi.applications.actions import disposal as disposals
from madoguchi.applications.actions import handover as handing
from madoguchi.applications.actions import retention
from madoguchi.applications.errors import (
    ChangedMeanwhile,
    DayOutOfRange,
    NotAllowed,
    ReasonMissing,
    UnknownChoice,
)
from madoguchi.applications.models import (
    Application,
    Attachment,
    CorrectionItem,
    Decision,
    Disposal,
    DisposalItem,
    Draft,
    Duration,
    ErasureRecord,
    Extension,
    Handover,
    HandoverBatch,
    InternalNote,
    LegalHold,
    ProducedFile,
    RetentionClass,
    SlotBooking,
    StepBatch,
)
from madoguchi.applications.produced import keep
from madoguchi.applications.tests.conftest import SetClock
from madoguchi.applications.tests.desks import Desk, open_desk
from madoguchi.applications.tests.factories import (
    AnswerEditFactory,
    ApplicationFactory,
    AttachmentFactory,
    BulkItemFactory,
    BulkRunFactory,
    CaseFeeFactory,
    CaseLookFactory,
    ConsultationFactory,
    ContactFactory,
    DisposalFactory,
    DraftFactory,
    EditedAnswerFactory,
    FeeRecordFactory,
    HandoverAnswerFactory,
    HandoverBatchFactory,
    InternalNoteFactory,
    LegalHoldFactory,
    MessageFactory,
    OpinionRequestFactory,
    ProducedFileFactory,
    RetentionAssignmentFactory,
    RetentionClassFactory,
    SlotBookingFactory,
    StepBatchFactory,
    StepBatchItemFactory,
    StepRequestFactory,
    StepResultFactory,
    answers_of,
    offered,
)
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock, jobs, kernel
from madoguchi.common.files.configured import configured
from madoguchi.common.files.folder import FolderStore
from madoguchi.common.models import Job
from madoguchi.identity.actions.restrictions import restrict
from madoguchi.identity.rules import RestrictionReason
from madoguchi.notices import actions as notices
from madoguchi.organization.tests.factories import staff_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

CLOSED = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LATER = datetime(2032, 4, 1, 1, 0, tzinfo=UTC)  # the day after the five years of fiscal 2026 are over
SECRET = "廃棄太郎"
KANA = "ハイキタロウ"


@pytest.fixture
def store(settings: Any, tmp_path: Path) -> FolderStore:
    """A store of this test's own."""
    settings.FILES_URL = f"file://{tmp_path / 'files'}"
    found, _scanner = configured()
    assert isinstance(found, FolderStore)
    return found


@pytest.fixture
def desk(store: FolderStore) -> Desk:
    """The department, with a class of five years for its procedure."""
    found = open_desk()
    assign_years(5)
    return found


def assign_years(years: int) -> RetentionClass:
    row = RetentionClassFactory(id="five-years", years=years)
    RetentionAssignmentFactory(procedure_id=offered().procedure_id, retention_class=row)
    return row


def keep_file(store: FolderStore, content: bytes, *, at: datetime = CLOSED) -> str:
    """Content in the store since a moment."""
    digest = store.put(content).digest
    path = store.objects / digest[:2] / digest
    os.utime(path, (at.timestamp(), at.timestamp()))
    return digest


def closed(**fields: Any) -> Application:
    return ApplicationFactory(**({"closed": True} | fields))


def proposed(desk: Desk) -> Disposal:
    return disposals.propose_disposal(
        department_code=desk.department.code, by=desk["officer"], now=clock.now()
    )


def approve(desk: Desk, disposal: Disposal) -> None:
    disposals.approve_disposal(disposal=disposal, version=disposal.version, by=desk["head"], now=clock.now())


def work(now: datetime | None = None) -> None:
    while jobs.work_once(now=now or clock.now()):
        pass


def erased(desk: Desk) -> Disposal:
    """Proposed, approved and done."""
    disposal = proposed(desk)
    approve(desk, disposal)
    disposals.run_disposal(disposal.id)
    disposal.refresh_from_db()
    return disposal


def everywhere() -> Iterator[tuple[str, str]]:
    """Every cell of every table as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    yield table, text
                    if "\\u" in text:  # JSON is kept with its letters written as numbers
                        yield table, text.encode().decode("unicode_escape", "replace")


def found_in(*words: str) -> set[tuple[str, str]]:
    """Where any of the words stands."""
    return {(table, word) for table, text in everywhere() for word in words if word in text}


def contents_of(store: FolderStore) -> Iterator[bytes]:
    """Everything the store holds."""
    for entry in store.entries():
        with store.open(entry.digest) as stream:
            yield stream.read()


def full_case(desk: Desk, store: FolderStore) -> Application:
    """A case with everything a case can have, and a sentinel in every word of it."""
    name = {"family": "廃棄", "given": "太郎", "family_kana": "ハイキ", "given_kana": "タロウ"}
    answers = answers_of() | {"applicant_name": name, "applicant_phone": "09099998888"}
    application = ApplicationFactory(
        returned=True,
        answers=answers,
        applicant_name=SECRET,
        email="haiki@example.jp",
        officer=desk["officer"],
    )
    CorrectionItem.objects.update(text=f"{SECRET}の番号", before=SECRET, after=f"{SECRET}後")
    application.corrections.update(answered_at=clock.now(), message=f"{SECRET}様")
    Application.objects.filter(id=application.id).update(status="in_review", version=10)
    application.refresh_from_db()
    assert application.due_on is not None
    actions.extend(
        application=application,
        to_on=application.due_on + timedelta(days=20),
        reason=f"{SECRET}の調査",
        by=desk["officer"],
        now=clock.now(),
    )
    InternalNoteFactory(application=application, text=f"{SECRET}に電話した")
    MessageFactory(application=application, text=f"{SECRET}です")
    ContactFactory(application=application, who=SECRET, gist=f"{SECRET}から電話")
    OpinionRequestFactory(application=application, answered=True, question=SECRET, text=SECRET)
    EditedAnswerFactory(
        edit=AnswerEditFactory(application=application, reason=SECRET), before=SECRET, after=f"{SECRET}後"
    )
    CaseLookFactory(application=application)
    CaseFeeFactory(application=application, paid_yen=600)
    FeeRecordFactory(application=application, voucher_number=SECRET, reason=f"{SECRET}のため")
    step = StepRequestFactory(
        application=application, addressee=SECRET, message=SECRET, result={"a": SECRET}, letter={"a": SECRET}
    )
    StepResultFactory(request=step, values={"a": SECRET}, reason=SECRET, by_name=SECRET)
    StepBatchItemFactory(application=application, given=application.receipt_number, values={"a": SECRET})
    StepBatch.objects.update(reason=f"{SECRET}のため")
    BulkItemFactory(application=application, run=BulkRunFactory(reason=f"{SECRET}のため"))
    paper = keep_file(store, f"scan of {SECRET}".encode())
    AttachmentFactory(owner_id=application.id, name=f"{SECRET}.jpg", digest=paper)
    actions.propose(
        application=application,
        kind="certified",
        reason=f"{SECRET}のため",
        by=desk["officer"],
        now=clock.now(),
    )
    proposal = Decision.objects.get(application=application)
    Decision.objects.filter(id=proposal.id).update(draft_text=f"{SECRET}の伺い", addition=f"{SECRET}へ")
    ConsultationFactory(
        decision=proposal,
        position=7,
        opinion="remarked",
        words=f"{SECRET}の件",
        answered_at=clock.now(),
        answered_by=desk["head"],
        answered_by_name=SECRET,
    )
    actions.decide(application=application, by=desk["approver"], now=clock.now())
    unit = kernel.Unit()
    keep(unit, application, "copy", "", f"letter to {SECRET}".encode(), now=clock.now())
    notices.send(
        unit,
        to="haiki@example.jp",
        subject=f"{SECRET}様",
        body=f"{SECRET}様へ",
        purpose="decided",
        about=f"application:{application.id}",
        now=clock.now(),
    )
    kernel.commit(unit)
    held = LegalHoldFactory(application=application, reason=f"{SECRET}の審査請求")
    LegalHold.objects.filter(id=held.id).update(
        ended_at=clock.now(), ended_by=desk["head"], end_reason=SECRET
    )
    handing.queue(application=application, now=clock.now())
    handover = Handover.objects.get(application=application)
    (batch,) = handing.make_batches(
        procedure_id=application.procedure_id,
        department_code=application.department_code,
        by=desk["officer"],
        now=clock.now(),
    )
    handover_jobs.make_handover({"batch": str(batch.id)})
    handover.refresh_from_db()
    handing.answer_by_hand(
        handover=handover,
        accepted=False,
        reason=f"{SECRET}の宛名なし",
        version=handover.version,
        by=desk["officer"],
        now=clock.now(),
    )
    handover.replacements.create(
        column="請求者姓", original=SECRET, replacement=KANA, by=desk["officer"], at=clock.now()
    )
    application.refresh_from_db()
    for entry in store.entries():
        path = store.objects / entry.digest[:2] / entry.digest
        os.utime(path, (CLOSED.timestamp(), CLOSED.timestamp()))
    return application


# --- all of it is gone, and only it ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)  # as in a city: a unit is one statement on PostgreSQL
def test_nothing_personal_is_left_in_any_table_nor_in_any_file(
    desk: Desk, store: FolderStore, set_clock: SetClock
) -> None:
    application = full_case(desk, store)
    number, letter = application.receipt_number, Decision.objects.get().document_number
    assert letter
    words = (SECRET, "廃棄", "ハイキ", "09099998888", "haiki@example.jp", number, letter, "1990-02-28")
    assert {word for _table, word in found_in(*words)} == set(words)
    set_clock(LATER)
    handover_jobs.forget_handover_files({})
    HandoverAnswerFactory(findings=[[2, number, "already"]])

    disposal = erased(desk)
    retention_jobs.finish_erasure(_finishing())
    work()  # whatever else is still to be done finds nothing to bring back

    assert DisposalItem.objects.get(disposal=disposal).reason == ""
    left = {(table, word) for table, word in found_in(*words) if table != "procedures_procedureversion"}
    assert left == set()
    assert [
        content for content in contents_of(store) if SECRET.encode() in content or number.encode() in content
    ] == []


def _finishing() -> dict[str, Any]:
    return dict(Job.objects.filter(kind=erasing.FINISH).latest("created_at").payload)


def test_the_row_of_the_case_stays_and_no_figure_changes(
    desk: Desk, store: FolderStore, set_clock: SetClock
) -> None:
    full_case(desk, store)
    for _n in range(durations.FEWEST_CASES):
        closed(officer=desk["officer"])
    codes = [desk.department.code]
    RetentionClass.objects.update(years=1)
    soon = datetime(2026, 12, 1, tzinfo=UTC)
    later = datetime(2028, 4, 1, 1, 0, tzinfo=UTC)
    before = (
        desk_figures.taken(codes, now=soon),
        desk_figures.corrections(codes, now=soon),
        _durations(soon),
        _indicators(),
    )
    set_clock(later)
    handover_jobs.forget_handover_files({})

    erased(desk)

    assert Application.objects.filter(erased_at__isnull=False).count() == durations.FEWEST_CASES + 1
    after = (
        desk_figures.taken(codes, now=soon),
        desk_figures.corrections(codes, now=soon),
        _durations(soon),
        _indicators(),
    )
    assert after == before


def _indicators() -> list[Any]:
    told = (metrics.filed, metrics.corrections, metrics.decided, metrics.decided_in_time)
    found = [list(source(None)) for source in told]
    assert all(found)  # each has something that erasing could change
    return found


def _durations(now: datetime) -> list[Any]:
    durations.count(now=now)
    return list(Duration.objects.values_list("procedure_id", "half_days", "most_days", "cases"))


def test_another_case_is_not_touched_and_a_file_both_have_stays(
    desk: Desk, store: FolderStore, set_clock: SetClock
) -> None:
    shared, own = keep_file(store, b"the same lease contract"), keep_file(store, b"a paper of one case")
    old = closed(officer=desk["officer"])
    young = closed(officer=desk["officer"])
    for case, digest in ((old, shared), (old, own), (young, shared)):
        AttachmentFactory(owner_id=case.id, digest=digest)
    Application.objects.filter(id=young.id).update(closed_at=LATER - timedelta(days=10))
    set_clock(LATER)

    erased(desk)
    retention_jobs.finish_erasure(_finishing())

    assert (store.exists(shared), store.exists(own)) == (True, False)
    young.refresh_from_db()
    assert (young.erased_at, young.applicant_name) == (None, "髙橋 花子")
    assert set(Attachment.objects.values_list("owner_id", flat=True)) == {young.id}


def test_a_reason_written_for_many_cases_goes_with_the_last_of_them_and_not_before(
    desk: Desk, set_clock: SetClock
) -> None:
    run, batch = BulkRunFactory(reason=SECRET), StepBatchFactory(reason=SECRET)
    first, last = closed(), closed()
    for place, case in enumerate((first, last)):
        BulkItemFactory(run=run, application=case, position=place)
        StepBatchItemFactory(batch=batch, application=case, position=place)
    LegalHoldFactory(application=last)
    set_clock(LATER)

    erased(desk)

    assert {table for table, _word in found_in(SECRET)} == {"applications_bulkrun", "applications_stepbatch"}
    LegalHold.objects.update(ended_at=clock.now(), ended_by=desk["head"], end_reason="終わった")
    erased(desk)
    assert not Application.objects.filter(erased_at=None).exists()
    assert found_in(SECRET) == set()


def test_content_put_in_at_the_same_moment_is_left_for_the_next_day(
    desk: Desk, store: FolderStore, set_clock: SetClock
) -> None:
    digest = keep_file(store, b"put in again by somebody else", at=LATER)
    AttachmentFactory(owner_id=closed(officer=desk["officer"]).id, digest=digest)
    set_clock(LATER)
    erased(desk)

    retention_jobs.finish_erasure(_finishing())
    assert store.exists(digest)
    set_clock(LATER + timedelta(days=3))
    work()

    assert not store.exists(digest)


def test_what_came_in_the_very_moment_is_removed_by_the_second_look(desk: Desk, set_clock: SetClock) -> None:
    application = closed(officer=desk["officer"])
    set_clock(LATER)
    erased(desk)
    InternalNoteFactory(application=application, text=SECRET)
    MessageFactory(application=application, text=SECRET)
    ContactFactory(application=application, who=SECRET, gist=SECRET)
    CaseLookFactory(application=application)
    ProducedFileFactory(application=application)

    retention_jobs.finish_erasure(_finishing())

    assert not InternalNote.objects.exists()
    assert found_in(SECRET) == set()


def test_a_decision_of_a_substitute_is_erased_like_any_other(desk: Desk, set_clock: SetClock) -> None:
    application = closed(officer=desk["officer"])
    Decision.objects.filter(application=application).update(
        decided_as="substitute", absence=f"{SECRET}の件で出張"
    )
    set_clock(LATER)

    disposal = erased(desk)

    item = DisposalItem.objects.get(disposal=disposal)
    assert (item.state, item.reason) == (DisposalItem.State.ERASED, "")
    assert Decision.objects.get(application=application).absence == erasing.GONE


# --- the proof -------------------------------------------------------------------------------------------------


def test_the_proof_says_what_when_by_whose_word_and_is_never_changed(
    desk: Desk, store: FolderStore, set_clock: SetClock
) -> None:
    digest = keep_file(store, b"a paper")
    application = closed(officer=desk["officer"])
    AttachmentFactory(owner_id=application.id, digest=digest)
    set_clock(LATER)

    disposal = erased(desk)

    record = ErasureRecord.objects.get()
    assert (record.case_id, record.class_id, record.years) == (application.id, "five-years", 5)
    assert (record.proposed_by, record.approved_by) == (desk["officer"], desk["head"])
    assert record.digests == [digest]
    assert record.counts["attachments"] == 1
    assert record.erased_at == LATER
    assert AuditEntry.objects.filter(act="erase", subject=f"application:{application.id}").count() == 1
    assert disposal.state == Disposal.State.DONE
    for change in (
        lambda unit: unit.update(ErasureRecord, where={"id": record.id}, set={"years": 1}),
        lambda unit: unit.delete(ErasureRecord, where={"id": record.id}),
        lambda unit: unit.erase(ErasureRecord, where={"id": record.id}),
    ):
        with pytest.raises(kernel.AppendOnly):
            change(kernel.Unit())


def test_an_extension_is_erased_with_its_case_and_otherwise_never_changed(desk: Desk) -> None:
    with pytest.raises(kernel.AppendOnly):
        kernel.Unit().update(Extension, where={}, set={"reason": ""})
    unit = kernel.Unit()
    unit.erase(Extension, where={"reason": "x"})

    assert len(unit.statements) == 1


def test_a_booking_goes_with_its_case_and_the_stock_still_adds_up(desk: Desk, set_clock: SetClock) -> None:
    held = SlotBookingFactory(application=closed())
    set_clock(LATER)

    erased(desk)

    held.slot.refresh_from_db()
    assert not SlotBooking.objects.exists()
    assert held.slot.free == held.slot.capacity


# --- what is due, and who decides ------------------------------------------------------------------------------


def test_a_case_is_due_on_the_1_april_after_its_last_year_and_not_a_day_before(
    desk: Desk, set_clock: SetClock
) -> None:
    closed(officer=desk["officer"])
    set_clock(LATER - timedelta(days=1))
    with pytest.raises(disposals.NothingDue):
        proposed(desk)

    set_clock(LATER)

    assert proposed(desk).cases == 1


def test_a_withdrawn_case_is_due_too_and_an_open_one_never(desk: Desk, set_clock: SetClock) -> None:
    ApplicationFactory(withdrawn=True, officer=desk["officer"])
    ApplicationFactory(in_review=True, officer=desk["officer"])
    set_clock(LATER)

    disposal = erased(desk)

    assert disposal.cases == 1
    assert Application.objects.filter(erased_at=None).get().status == "in_review"
    assert found_in("引っ越すことになったため") == set()


def test_a_procedure_without_a_class_is_never_due(desk: Desk, set_clock: SetClock) -> None:
    closed(officer=desk["officer"])
    retention.assign(
        procedure_id=offered().procedure_id,
        class_id="",
        version=1,
        by=staff_with("office"),
        now=clock.now(),
    )
    set_clock(LATER)

    with pytest.raises(disposals.NothingDue):
        proposed(desk)


def test_a_case_stands_in_one_proposal_at_a_time(desk: Desk, set_clock: SetClock) -> None:
    closed(officer=desk["officer"])
    set_clock(LATER)
    first = proposed(desk)
    with pytest.raises(disposals.NothingDue):
        proposed(desk)

    disposals.withdraw_disposal(disposal=first, version=1, by=desk["officer"], now=clock.now())

    assert proposed(desk).cases == 1


@pytest.mark.parametrize("who", ["officer", "approver", "stranger", "administrator"])
def test_only_a_head_of_the_department_approves(desk: Desk, set_clock: SetClock, who: str) -> None:
    closed(officer=desk["officer"])
    set_clock(LATER)
    disposal = proposed(desk)

    with pytest.raises(NotAllowed):
        disposals.approve_disposal(disposal=disposal, version=1, by=desk[who], now=clock.now())


def test_nobody_approves_their_own_proposal(desk: Desk, set_clock: SetClock) -> None:
    closed(officer=desk["officer"])
    set_clock(LATER)
    disposal = disposals.propose_disposal(
        department_code=desk.department.code, by=desk["head"], now=clock.now()
    )

    with pytest.raises(NotAllowed):
        approve(desk, disposal)


def test_nothing_is_erased_before_it_was_approved(desk: Desk, set_clock: SetClock) -> None:
    application = closed(officer=desk["officer"])
    set_clock(LATER)
    disposal = proposed(desk)

    disposals.run_disposal(disposal.id)

    application.refresh_from_db()
    assert application.erased_at is None


def test_two_heads_at_one_proposal_and_a_rejection_with_its_reason(desk: Desk, set_clock: SetClock) -> None:
    closed(officer=desk["officer"])
    set_clock(LATER)
    disposal, stale = proposed(desk), Disposal.objects.get()
    with pytest.raises(ReasonMissing):
        disposals.reject_disposal(disposal=disposal, reason=" ", version=1, by=desk["head"], now=clock.now())
    disposals.reject_disposal(disposal=disposal, reason="調査中", version=1, by=desk["head"], now=clock.now())

    with pytest.raises(ChangedMeanwhile):
        approve(desk, stale)

    assert DisposalItem.objects.get().reason == rules.REJECTED


# --- what keeps a case longer ----------------------------------------------------------------------------------


def hold(desk: Desk, application: Application, **fields: Any) -> None:
    values: dict[str, Any] = {
        "kind": "appeal",
        "reason": "審査請求が続いているため",
        "review_on": clock.today() + timedelta(days=100),
        "version": application.version,
        "by": desk["officer"],
        "now": clock.now(),
    }
    retention.hold(application=application, **(values | fields))


def test_a_held_case_is_not_proposed_until_a_head_ends_the_hold(desk: Desk, set_clock: SetClock) -> None:
    application = closed(officer=desk["officer"])
    set_clock(LATER)
    hold(desk, application)
    with pytest.raises(disposals.NothingDue):
        proposed(desk)
    held = LegalHold.objects.select_related("application").get()
    with pytest.raises(NotAllowed):
        retention.end_hold(held=held, reason="終わった", by=desk["officer"], now=clock.now())
    with pytest.raises(ReasonMissing):
        retention.end_hold(held=held, reason="", by=desk["head"], now=clock.now())

    retention.end_hold(held=held, reason="裁決が確定した", by=desk["head"], now=clock.now())

    assert proposed(desk).cases == 1


def test_a_hold_set_after_the_approval_keeps_its_case(desk: Desk, set_clock: SetClock) -> None:
    kept, gone = closed(officer=desk["officer"]), closed(officer=desk["officer"])
    set_clock(LATER)
    disposal = proposed(desk)
    approve(desk, disposal)
    hold(desk, kept)

    disposals.run_disposal(disposal.id)

    assert DisposalItem.objects.get(application=kept).reason == rules.HELD
    assert DisposalItem.objects.get(application=gone).state == "erased"


def test_a_hold_set_in_the_very_moment_of_erasing_wins(
    desk: Desk, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = closed(officer=desk["officer"])
    set_clock(LATER)
    disposal = proposed(desk)
    approve(desk, disposal)
    look = erasing.why_kept

    def looked_then_held(item: DisposalItem, case: Application, *, now: datetime) -> str:
        why = look(item, case, now=now)
        if not LegalHold.objects.exists():
            hold(desk, Application.objects.get(id=case.id))
        return why

    monkeypatch.setattr(erasing, "why_kept", looked_then_held)
    disposals.run_disposal(disposal.id)
    application.refresh_from_db()
    assert application.erased_at is None
    disposals.run_disposal(disposal.id)

    assert DisposalItem.objects.get().reason == rules.HELD
    disposal.refresh_from_db()
    assert disposal.state == Disposal.State.DONE


def test_an_erased_case_cannot_be_held_nor_noted_any_more(desk: Desk, set_clock: SetClock) -> None:
    application = closed(officer=desk["officer"])
    set_clock(LATER)
    erased(desk)
    application.refresh_from_db()

    with pytest.raises(NotAllowed):
        hold(desk, application)


def test_a_hold_says_why_until_when_it_is_looked_at_and_only_once(desk: Desk) -> None:
    application = closed(officer=desk["officer"])
    for fields, refusal in (
        ({"reason": " "}, ReasonMissing),
        ({"review_on": clock.today()}, DayOutOfRange),
        ({"review_on": clock.today() + timedelta(days=9999)}, DayOutOfRange),
        ({"kind": "whatever"}, UnknownChoice),
        ({"version": 99}, ChangedMeanwhile),
        ({"by": desk["stranger"]}, NotAllowed),
    ):
        with pytest.raises(refusal):
            hold(desk, application, **fields)
    hold(desk, application)

    with pytest.raises(retention.HoldExists):
        hold(desk, application)
    held = LegalHold.objects.select_related("application").get()
    retention.extend_hold(
        held=held, review_on=clock.today() + timedelta(days=300), by=desk["officer"], now=clock.now()
    )
    assert LegalHold.objects.get().review_on == clock.today() + timedelta(days=300)


def test_a_protected_case_is_kept_while_its_protection_runs(desk: Desk, set_clock: SetClock) -> None:
    application = closed(officer=desk["officer"])
    set_clock(LATER)
    restrict(
        subject=f"application:{application.id}",
        reason=next(iter(RestrictionReason)),
        responsible_department=desk.department.code,
        by=desk["head"],
        now=clock.now(),
    )

    erased(desk)

    assert DisposalItem.objects.get().reason == rules.PROTECTED


@pytest.mark.parametrize("state", ["waiting", "needs_person", "protected", "making"])
def test_a_case_on_its_way_to_a_core_system_is_kept(desk: Desk, set_clock: SetClock, state: str) -> None:
    application = closed(officer=desk["officer"])
    handing.queue(application=application, now=clock.now())
    batch = None
    if state == "making":
        batch = HandoverBatchFactory(state="making")
    Handover.objects.update(state=state, batch=batch)
    set_clock(LATER)

    erased(desk)

    assert DisposalItem.objects.get().reason == rules.HANDOVER


def test_a_case_whose_file_is_still_kept_is_kept(desk: Desk, set_clock: SetClock) -> None:
    application = closed(officer=desk["officer"])
    set_clock(LATER - timedelta(days=5))
    handing.queue(application=application, now=clock.now())
    (batch,) = handing.make_batches(
        procedure_id=application.procedure_id,
        department_code=desk.department.code,
        by=desk["officer"],
        now=clock.now(),
    )
    handover_jobs.make_handover({"batch": str(batch.id)})
    set_clock(LATER)

    erased(desk)

    assert DisposalItem.objects.get().reason == rules.HANDOVER
    assert HandoverBatch.objects.get().files_erased_at is None


def test_a_class_made_longer_after_the_proposal_keeps_its_cases(desk: Desk, set_clock: SetClock) -> None:
    closed(officer=desk["officer"])
    set_clock(LATER)
    disposal = proposed(desk)
    row = RetentionClass.objects.get()
    retention.change_class(
        row=row,
        title=row.title,
        years=10,
        basis=row.basis,
        version=1,
        by=staff_with("office"),
        now=clock.now(),
    )
    approve(desk, disposal)

    disposals.run_disposal(disposal.id)

    assert DisposalItem.objects.get().reason == rules.REASSIGNED


# --- faults ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_stopped_in_the_middle_the_next_run_goes_on_and_nothing_is_erased_twice(
    desk: Desk, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _n in range(3):
        closed(officer=desk["officer"])
    set_clock(LATER)
    disposal = proposed(desk)
    approve(desk, disposal)
    commit, written = kernel.commit, list[kernel.Unit]()

    def power_cut(unit: kernel.Unit) -> None:
        if len(written) == 1:
            raise kernel.NotWritten("power")
        written.append(unit)
        commit(unit)

    with monkeypatch.context() as cut:
        cut.setattr(kernel, "commit", power_cut)
        with pytest.raises(kernel.NotWritten):
            disposals.run_disposal(disposal.id)
    assert Application.objects.filter(erased_at__isnull=False).count() == 1

    disposals.run_disposal(disposal.id)
    disposals.run_disposal(disposal.id)

    assert Application.objects.filter(erased_at__isnull=False).count() == 3
    assert ErasureRecord.objects.count() == 3


def test_a_run_that_takes_too_long_leaves_the_rest_to_the_next(
    desk: Desk, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(officer=desk["officer"])
    closed(officer=desk["officer"])
    set_clock(LATER)
    disposal = proposed(desk)
    approve(desk, disposal)
    ticks = iter([0.0, 1.0, 1e9, 1e9])
    monkeypatch.setattr(clock, "monotonic", lambda: next(ticks, 1e9))

    disposals.run_disposal(disposal.id)

    disposal.refresh_from_db()
    assert (disposal.state, Application.objects.filter(erased_at=None).count()) == ("running", 1)


def test_a_case_that_cannot_be_erased_keeps_no_other_waiting(
    desk: Desk, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, plain = closed(officer=desk["officer"]), closed(officer=desk["officer"])
    set_clock(LATER)
    disposal = proposed(desk)
    approve(desk, disposal)
    erase = erasing.erase

    def broken(item: DisposalItem, case: Application, *rest: Any, **more: Any) -> None:
        if case.id == odd.id:
            raise ValueError
        erase(item, case, *rest, **more)

    monkeypatch.setattr(erasing, "erase", broken)
    disposals.run_disposal(disposal.id)

    assert DisposalItem.objects.get(application=odd).reason == rules.FAULT
    assert DisposalItem.objects.get(application=plain).state == "erased"


def test_the_database_keeps_that_two_people_decide(desk: Desk) -> None:
    own = DisposalFactory()
    with pytest.raises(IntegrityError):
        Disposal.objects.filter(id=own.id).update(decided_by=own.proposed_by, state="running")


# --- the city's classes ----------------------------------------------------------------------------------------


def test_the_office_keeps_the_table_and_nobody_else(desk: Desk) -> None:
    values: dict[str, Any] = {
        "class_id": "ten-years",
        "title": "10年保存",
        "years": 10,
        "basis": "文書管理規程",
        "now": clock.now(),
    }
    with pytest.raises(NotAllowed):
        retention.add_class(by=desk["head"], **values)
    office = staff_with("office")
    for wrong in ({"years": 0}, {"years": 101}, {"class_id": "あ"}, {"title": ""}, {"basis": ""}):
        with pytest.raises(UnknownChoice):
            retention.add_class(by=office, **(values | wrong))
    retention.add_class(by=office, **values)
    with pytest.raises(retention.IdTaken):
        retention.add_class(by=office, **values)

    retention.assign(
        procedure_id=offered().procedure_id, class_id="ten-years", version=1, by=office, now=clock.now()
    )

    with pytest.raises(ChangedMeanwhile):
        retention.assign(
            procedure_id=offered().procedure_id, class_id="five-years", version=1, by=office, now=clock.now()
        )
    with pytest.raises(retention.StillUsed):
        retention.delete_class(row=RetentionClass.objects.get(id="ten-years"), by=office, now=clock.now())
    retention.delete_class(row=RetentionClass.objects.get(id="five-years"), by=office, now=clock.now())
    assert RetentionClass.objects.count() == 1
    entries = AuditEntry.objects.filter(act__startswith="retention.")
    assert {entry.act for entry in entries} >= {"retention.class_added", "retention.assigned"}
    assert json.dumps([entry.detail for entry in entries])


def test_a_paper_that_was_still_to_be_made_is_not_made_of_an_erased_case(
    desk: Desk, set_clock: SetClock
) -> None:
    application = closed(officer=desk["officer"])
    set_clock(LATER)
    erased(desk)

    handlers.after_filing({"application": str(application.id)})

    assert not ProducedFile.objects.exists()


def test_drafts_have_their_own_period_and_are_not_touched(desk: Desk, set_clock: SetClock) -> None:
    closed(officer=desk["officer"])
    set_clock(LATER)
    draft = DraftFactory()

    erased(desk)

    assert Draft.objects.filter(id=draft.id).exists()
