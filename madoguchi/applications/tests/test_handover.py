"""From the decision to the core system and back: once, whole, and nobody is lost on the way."""

from __future__ import annotations

import csv
import gc
import io
import os
import weakref
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from madoguchi.applications import handover_jobs, handover_lines, handover_reading
from madoguchi.applications.actions import handover as actions
from madoguchi.applications.actions.handover_answer import take_answer
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed, ReasonMissing, UnknownChoice
from madoguchi.applications.models import (
    Application,
    Handover,
    HandoverAnswer,
    HandoverBatch,
    HandoverFile,
)
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.desks import Desk, open_desk, text_of
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    DecisionFactory,
    HandoverAnswerFactory,
    answers_of,
    offered,
)
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock, jobs
from madoguchi.common.files.configured import configured
from madoguchi.common.files.folder import FolderStore
from madoguchi.identity.actions.restrictions import restrict
from madoguchi.identity.rules import RestrictionReason
from madoguchi.procedures import queries as procedures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]
State = Handover.State


@pytest.fixture
def store(settings: Any, tmp_path: Path) -> FolderStore:
    """A store of this test's own."""
    settings.FILES_URL = f"file://{tmp_path / 'files'}"
    found, _scanner = configured()
    assert isinstance(found, FolderStore)
    return found


@pytest.fixture
def desk(store: FolderStore) -> Desk:
    return open_desk()


def odd(family: str = "𠮷田") -> dict[str, Any]:
    """Answers with a name that CP932 does not hold."""
    answers = answers_of()
    return answers | {"applicant_name": answers["applicant_name"] | {"family": family}}


def queued(**fields: Any) -> Handover:
    """A decided case in the line."""
    application = ApplicationFactory(closed=True, **fields)
    actions.queue(application=application, now=clock.now())
    return Handover.objects.get(application=application)


def make(desk: Desk) -> list[HandoverBatch]:
    """Let an officer take what waits, and the worker write it."""
    procedure_id = offered().procedure_id
    batches = actions.make_batches(
        procedure_id=procedure_id, department_code=desk.department.code, by=desk["officer"], now=clock.now()
    )
    for batch in batches:
        handover_jobs.make_handover({"batch": str(batch.id)})
        batch.refresh_from_db()
    return batches


def content_of(batch: HandoverBatch) -> bytes:
    store, _scanner = configured()
    with store.open(batch.files.get().digest) as stream:
        return stream.read()


def rows_of(content: bytes, encoding: str = "cp932") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(encoding), newline="")))


def sent(desk: Desk, **fields: Any) -> Handover:
    handover = queued(**fields)
    make(desk)
    handover.refresh_from_db()
    return handover


def answer(desk: Desk, *lines: str) -> HandoverAnswer:
    return take_answer(
        content="\n".join(lines).encode(),
        procedure_id=offered().procedure_id,
        department_code=desk.department.code,
        by=desk["officer"],
        now=clock.now(),
    )


# --- queueing --------------------------------------------------------------------------------------------------


def test_a_decision_lines_its_case_up_by_a_job_of_the_same_commit(desk: Desk) -> None:
    application = ApplicationFactory(closed=True)

    while jobs.work_once(now=clock.now()):
        pass

    assert Handover.objects.get().application_id == application.id
    assert Handover.objects.get().state == State.WAITING


def test_a_case_stands_in_the_line_once_however_often_it_is_put_there(desk: Desk) -> None:
    handover = queued()

    actions.queue(application=handover.application, now=clock.now())

    assert Handover.objects.count() == 1


def test_a_refusal_and_an_open_case_are_not_handed_over(desk: Desk) -> None:
    for application in (
        ApplicationFactory(closed=True, decision="refused"),
        ApplicationFactory(proposed=True),
    ):
        actions.queue(application=application, now=clock.now())

    assert not Handover.objects.exists()


def test_what_was_decided_before_is_found_by_the_hourly_look(desk: Desk) -> None:
    granted = ApplicationFactory(closed=True)
    ApplicationFactory(closed=True, decision="refused")

    handover_jobs.look_after_handovers({})
    handover_jobs.look_after_handovers({})

    assert Handover.objects.get().application == granted


# --- files -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)  # as in a city: a unit is one statement on PostgreSQL
def test_the_file_of_a_batch_holds_every_case_that_waited_and_they_are_sent(desk: Desk) -> None:
    handovers = [queued(), queued()]

    (batch,) = make(desk)

    assert (batch.state, batch.cases, batch.number) == ("ready", 2, "20261123-01")
    found = rows_of(content_of(batch))
    assert [row["受付番号"] for row in found] == [one.application.receipt_number for one in handovers]
    assert found[0]["請求者姓"] == "髙橋"
    assert set(Handover.objects.values_list("state", "batch")) == {(State.SENT, batch.id)}


def test_a_batch_written_again_after_a_crash_is_the_same_file(desk: Desk, monkeypatch: Any) -> None:
    queued()
    (batch,) = actions.make_batches(
        procedure_id=offered().procedure_id,
        department_code=desk.department.code,
        by=desk["officer"],
        now=clock.now(),
    )
    with monkeypatch.context() as broken:
        broken.setattr(handover_jobs, "_finish", lambda *_: (_ for _ in ()).throw(OSError))
        with pytest.raises(OSError):
            handover_jobs.make_handover({"batch": str(batch.id)})
    handover_jobs.make_handover({"batch": str(batch.id)})
    first = HandoverFile.objects.get().digest

    handover_jobs.make_handover({"batch": str(batch.id)})

    assert HandoverFile.objects.get().digest == first
    assert Handover.objects.get().state == State.SENT


def test_batches_of_a_day_are_numbered_and_nothing_waiting_makes_none(desk: Desk) -> None:
    queued()
    make(desk)
    queued()
    (second,) = make(desk)

    assert second.number == "20261123-02"
    with pytest.raises(actions.NothingWaiting):
        make(desk)


def test_only_who_handles_cases_of_the_department_makes_a_batch(desk: Desk) -> None:
    queued()

    for who in ("approver", "stranger", "administrator"):
        with pytest.raises(NotAllowed):
            actions.make_batches(
                procedure_id=offered().procedure_id,
                department_code=desk.department.code,
                by=desk[who],
                now=clock.now(),
            )


def test_a_batch_is_read_a_few_hundred_at_a_time_with_as_many_questions_for_ten_as_for_one(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    for _n in range(6):
        queued()
    (batch,) = actions.make_batches(
        procedure_id=offered().procedure_id,
        department_code=desk.department.code,
        by=desk["officer"],
        now=clock.now(),
    )

    with django_assert_max_num_queries(16):
        handover_jobs.make_handover({"batch": str(batch.id)})

    assert HandoverBatch.objects.get().cases == 6


def test_cases_that_are_written_are_let_go_of_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for _n in range(6):
        queued()
    monkeypatch.setattr(handover_reading, "AT_ONCE", 2)
    gc.disable()  # nothing but the last reference may keep them
    try:
        read = handover_reading.read_many(Handover.objects.all(), today=clock.today())
        seen = [weakref.ref(ready.application) for ready in read]
        alive = [one for one in seen if one() is not None]
    finally:
        gc.enable()

    assert (len(seen), len(alive)) == (6, 0)


# --- characters that do not fit --------------------------------------------------------------------------------


def test_a_case_with_a_character_the_system_lacks_waits_for_a_person(desk: Desk) -> None:
    handover = queued(answers=odd())

    assert handover.state == State.NEEDS_PERSON
    with pytest.raises(actions.NothingWaiting):
        make(desk)


def test_a_replacement_is_recorded_and_the_answer_stays(desk: Desk) -> None:
    handover = queued(answers=odd())
    before = handover.application.answers

    actions.replace_value(
        handover=handover,
        column="請求者姓",
        replacement="吉田",
        version=1,
        by=desk["officer"],
        now=clock.now(),
    )
    (batch,) = make(desk)

    assert rows_of(content_of(batch))[0]["請求者姓"] == "吉田"
    assert Application.objects.get().answers == before
    row = handover.replacements.get()
    assert (row.original, row.replacement, row.by) == ("𠮷田", "吉田", desk["officer"])
    assert AuditEntry.objects.filter(act="handover.replaced").count() == 1


def test_a_replacement_that_does_not_fit_either_is_refused_by_its_characters(desk: Desk) -> None:
    handover = queued(answers=odd())

    with pytest.raises(actions.DoesNotFit) as refusal:
        actions.replace_value(
            handover=handover,
            column="請求者姓",
            replacement="𠮶田",
            version=1,
            by=desk["officer"],
            now=clock.now(),
        )

    assert refusal.value.characters == "𠮶"
    assert not handover.replacements.exists()


def test_only_a_column_with_a_problem_can_be_replaced(desk: Desk) -> None:
    handover = queued(answers=odd())

    with pytest.raises(UnknownChoice):
        actions.replace_value(
            handover=handover,
            column="請求者名",
            replacement="x",
            version=1,
            by=desk["officer"],
            now=clock.now(),
        )


def test_a_case_sent_as_utf8_gets_a_file_of_its_own_encoding(desk: Desk) -> None:
    plain, handover = queued(), queued(answers=odd())

    actions.send_as_utf8(handover=handover, version=1, by=desk["officer"], now=clock.now())
    batches = make(desk)

    found = {batch.encoding: batch for batch in batches}
    assert set(found) == {"cp932", "utf-8"}
    assert rows_of(content_of(found["utf-8"]), "utf-8")[0]["請求者姓"] == "𠮷田"
    assert len(rows_of(content_of(found["cp932"]))) == 1
    assert found["utf-8"].files.get().name.endswith("-utf8.csv")
    assert plain.id != handover.id


def test_two_people_at_one_case_are_told_who_was_late(desk: Desk) -> None:
    handover = queued(answers=odd())
    stale = Handover.objects.get(id=handover.id)
    actions.send_as_utf8(handover=handover, version=1, by=desk["officer"], now=clock.now())

    with pytest.raises(ChangedMeanwhile):
        actions.settle_by_hand(handover=stale, reason="手入力", version=1, by=desk["second"], now=clock.now())


# --- protected people ------------------------------------------------------------------------------------------


def protect(desk: Desk, application: Application) -> None:
    restrict(
        subject=f"application:{application.id}",
        reason=next(iter(RestrictionReason)),
        responsible_department=desk.department.code,
        by=desk["head"],
        now=clock.now(),
    )


def test_a_protected_case_goes_only_by_an_act_of_the_responsible_person_and_alone(desk: Desk) -> None:
    application = ApplicationFactory(closed=True, officer=desk["officer"])
    protect(desk, application)
    actions.queue(application=application, now=clock.now())
    handover = Handover.objects.get()
    queued()
    (batch,) = make(desk)
    assert (handover.state, batch.cases) == (State.PROTECTED, 1)

    with pytest.raises(NotAllowed):
        actions.release_protected(
            handover=handover, by=desk["second"], purpose="支給", version=1, now=clock.now()
        )
    alone = actions.release_protected(
        handover=handover, by=desk["head"], purpose="支給のため", version=1, now=clock.now()
    )
    handover_jobs.make_handover({"batch": str(alone.id)})

    alone.refresh_from_db()
    assert (alone.cases, alone.protected_case_id) == (1, application.id)
    entry = AuditEntry.objects.get(act="handover.batch", subject=f"application:{application.id}")
    assert entry.purpose == "支給のため"


def test_who_is_protected_after_the_batch_was_asked_for_is_left_out_of_it(desk: Desk) -> None:
    handover = queued()
    (batch,) = actions.make_batches(
        procedure_id=offered().procedure_id,
        department_code=desk.department.code,
        by=desk["officer"],
        now=clock.now(),
    )
    protect(desk, handover.application)

    handover_jobs.make_handover({"batch": str(batch.id)})

    handover.refresh_from_db()
    batch.refresh_from_db()
    assert (handover.state, handover.batch_id, batch.state) == (State.PROTECTED, None, "empty")


# --- answers ---------------------------------------------------------------------------------------------------


def test_an_answer_is_noted_at_its_cases_and_what_makes_no_sense_is_kept(desk: Desk) -> None:
    taken, refused = sent(desk), sent(desk)
    numbers = [one.application.receipt_number for one in (taken, refused)]

    found = answer(
        desk, f"{numbers[0]},受理", f"{numbers[1]},エラー,宛名なし", "ZZZZ,受理", f"{numbers[0]},受理"
    )

    assert (found.acknowledged, found.refused) == (1, 1)
    assert [code for _line, _number, code in found.findings] == ["unknown", "doubled"]
    taken.refresh_from_db()
    refused.refresh_from_db()
    assert taken.state == State.ACKNOWLEDGED
    assert (refused.state, refused.reason) == (State.REFUSED, "宛名なし")


def test_the_same_answer_again_changes_nothing_and_says_so(desk: Desk) -> None:
    handover = sent(desk)
    line = f"{handover.application.receipt_number},受理"
    answer(desk, line)
    version = Handover.objects.get().version

    again = answer(desk, line)

    assert [code for *_rest, code in again.findings] == ["already"]
    assert Handover.objects.get().version == version


def test_an_answer_for_another_department_knows_none_of_its_numbers(desk: Desk) -> None:
    handover = sent(desk)
    Handover.objects.update(department_code="elsewhere")

    found = answer(desk, f"{handover.application.receipt_number},受理")

    assert [code for *_rest, code in found.findings] == ["unknown"]


def test_a_refused_case_goes_again_under_the_id_it_had(desk: Desk) -> None:
    handover = sent(desk)
    first = rows_of(content_of(HandoverBatch.objects.get()))
    with pytest.raises(ReasonMissing):
        actions.answer_by_hand(
            handover=handover,
            accepted=False,
            reason=" ",
            version=handover.version,
            by=desk["officer"],
            now=NOW,
        )
    actions.answer_by_hand(
        handover=handover,
        accepted=False,
        reason="停止中",
        version=handover.version,
        by=desk["officer"],
        now=NOW,
    )

    actions.send_again(handover=handover, version=handover.version, by=desk["officer"], now=clock.now())
    (batch,) = make(desk)

    assert rows_of(content_of(batch)) == first
    assert Handover.objects.get().id == handover.id


def test_an_acknowledged_case_is_never_sent_again(desk: Desk) -> None:
    handover = sent(desk)
    actions.answer_by_hand(
        handover=handover, accepted=True, reason="", version=handover.version, by=desk["officer"], now=NOW
    )

    with pytest.raises(NotAllowed):
        actions.send_again(handover=handover, version=handover.version, by=desk["officer"], now=NOW)


def test_what_was_typed_in_by_hand_is_done_with_its_reason(desk: Desk) -> None:
    handover = queued(answers=odd())

    actions.settle_by_hand(handover=handover, reason="外字のため", version=1, by=desk["officer"], now=NOW)

    assert (handover.state, handover.reason) == (State.ACKNOWLEDGED, "外字のため")


@pytest.mark.django_db(transaction=True)
def test_taking_a_batch_back_lets_what_has_no_answer_wait_again(desk: Desk) -> None:
    open_one, answered = queued(), queued()
    (batch,) = make(desk)
    answer(desk, f"{answered.application.receipt_number},受理")

    actions.take_back(batch=batch, version=batch.version, by=desk["officer"], now=clock.now())

    open_one.refresh_from_db()
    answered.refresh_from_db()
    assert (open_one.state, open_one.batch_id) == (State.WAITING, None)
    assert answered.state == State.ACKNOWLEDGED
    batch.refresh_from_db()
    with pytest.raises(NotAllowed):
        actions.take_back(batch=batch, version=batch.version, by=desk["officer"], now=clock.now())


# --- the drop folder and the end of the files ------------------------------------------------------------------


def test_files_are_put_into_the_drop_folder_whole_and_the_same_again(
    desk: Desk, settings: Any, tmp_path: Path
) -> None:
    settings.HANDOVER_FOLDER = str(tmp_path / "drop")
    queued()
    (batch,) = make(desk)
    while jobs.work_once(now=clock.now()):
        pass
    file = tmp_path / "drop" / batch.procedure_id / batch.files.get().name
    assert file.read_bytes() == content_of(batch)
    file.unlink()

    actions.drop_again(batch=batch, by=desk["officer"], now=clock.now())
    while jobs.work_once(now=clock.now()):
        pass

    assert file.read_bytes() == content_of(batch)
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    assert batch.files.get().dropped_at is not None


def test_a_file_is_dropped_no_more_once_somebody_in_it_is_protected(
    desk: Desk, settings: Any, tmp_path: Path
) -> None:
    settings.HANDOVER_FOLDER = str(tmp_path / "drop")
    handover = queued()
    (batch,) = make(desk)
    protect(desk, handover.application)

    with pytest.raises(jobs.Dead):
        handover_jobs.drop_handover({"batch": str(batch.id)})
    with pytest.raises(actions.SinceProtected):
        actions.drop_again(batch=batch, by=desk["officer"], now=clock.now())
    page = desk.browser("officer").post(reverse("desk:handover_again", args=[batch.id]))

    assert not (tmp_path / "drop").exists()
    assert page.status_code == 409
    assert "あとから支援措置が設定されました" in text_of(page)


def test_a_drop_folder_that_is_away_is_tried_again(desk: Desk, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "drop").write_text("a file where a folder should be")
    settings.HANDOVER_FOLDER = str(tmp_path / "drop")
    queued()
    (batch,) = make(desk)

    with pytest.raises(OSError):
        handover_jobs.drop_handover({"batch": str(batch.id)})

    assert Handover.objects.get().state == State.SENT


def test_files_are_forgotten_after_their_time_and_their_digest_stays(
    desk: Desk, set_clock: SetClock, store: FolderStore, settings: Any, tmp_path: Path
) -> None:
    settings.HANDOVER_FOLDER = str(tmp_path / "drop")
    queued()
    (batch,) = make(desk)
    handover_jobs.drop_handover({"batch": str(batch.id)})
    dropped = tmp_path / "drop" / batch.procedure_id / batch.files.get().name
    assert dropped.exists()
    HandoverAnswerFactory()
    digest = batch.files.get().digest
    assert handover_jobs.referred_to([digest]) == {digest}
    path = store.objects / digest[:2] / digest
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))

    set_clock(NOW + timedelta(days=91))
    handover_jobs.forget_handover_files({})

    batch.refresh_from_db()
    assert batch.files_erased_at is not None
    assert batch.files.get().digest == digest
    assert handover_jobs.referred_to([digest]) == set()
    assert (store.exists(digest), dropped.exists()) == (False, False)
    assert not HandoverAnswer.objects.exists()
    with pytest.raises(actions.FilesErased):
        actions.drop_again(batch=batch, by=desk["officer"], now=clock.now())


def test_one_file_for_each_case_when_the_definition_says_so(desk: Desk, monkeypatch: Any) -> None:
    definition = procedures.definition_of(offered().id)
    assert definition.export is not None
    each = replace(definition, export=replace(definition.export, per="case"))
    monkeypatch.setattr(procedures, "definition_of", lambda _id: each)
    handovers = [queued(), queued()]

    (batch,) = make(desk)

    names = {f"{batch.procedure_id}-{one.application.receipt_number}.csv" for one in handovers}
    assert {file.name for file in batch.files.all()} == names
    assert batch.cases == 2
    assert handover_lines.columns(each)[0] == "受付番号"


def test_a_later_decision_that_goes_to_no_core_system_keeps_the_case_for_a_person(desk: Desk) -> None:
    handover = sent(desk)
    application = handover.application
    DecisionFactory(
        application=application,
        kind="refused",
        outcome="refused",
        reason="対象ではない。",
        decided_at=clock.now() + timedelta(days=1),
    )

    actions.queue(application=application, now=clock.now() + timedelta(days=1))

    handover.refresh_from_db()
    assert (handover.state, handover.batch) == (Handover.State.NEEDS_PERSON, None)
    [problem] = handover_reading.read_one(handover).problems
    assert (problem.column, problem.code) == ("", "revoked")
    page = text_of(desk.browser("officer").get(reverse("desk:handover_case", args=[application.id])))
    assert "に変わりました" in page
    assert "置き換える" not in page
    with pytest.raises(actions.NothingWaiting):
        make(desk)
    actions.send_as_utf8(handover=handover, version=handover.version, by=desk["officer"], now=clock.now())
    handover.refresh_from_db()
    assert handover.state == Handover.State.NEEDS_PERSON
    actions.settle_by_hand(
        handover=handover,
        reason="取消しを入力した。",
        version=handover.version,
        by=desk["officer"],
        now=clock.now(),
    )
