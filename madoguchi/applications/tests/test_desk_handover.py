"""The pages of hand-over: who sees what, what leaves, what is recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from madoguchi.applications import handover_jobs
from madoguchi.applications.actions import handover as actions
from madoguchi.applications.models import Application, Handover, HandoverAnswer, HandoverBatch
from madoguchi.applications.tests.desks import Desk, open_desk, text_of
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    HandoverBatchFactory,
    HandoverFactory,
    answers_of,
    offered,
)
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.common.files.configured import configured
from madoguchi.common.ids import grouped
from madoguchi.common.tests.lists import both_files
from madoguchi.identity.actions.restrictions import restrict
from madoguchi.identity.rules import RestrictionReason

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]
State = Handover.State


@pytest.fixture
def desk(settings: Any, tmp_path: Path) -> Desk:
    settings.FILES_URL = f"file://{tmp_path / 'files'}"
    return open_desk()


def queued(desk: Desk, **fields: Any) -> Handover:
    application = ApplicationFactory(closed=True, officer=desk["officer"], **fields)
    actions.queue(application=application, now=clock.now())
    return Handover.objects.get(application=application)


def odd() -> dict[str, Any]:
    answers = answers_of()
    return answers | {"applicant_name": answers["applicant_name"] | {"family": "𠮷田"}}


def made(desk: Desk) -> HandoverBatch:
    """Pressed on the page, written by the worker."""
    data = {"procedure": offered().procedure_id, "department": desk.department.code}
    response = desk.browser("officer").post(reverse("desk:handover_make"), data)
    assert response.status_code == 302
    batch = HandoverBatch.objects.latest("asked_at", "id")
    handover_jobs.make_handover({"batch": str(batch.id)})
    batch.refresh_from_db()
    return batch


def protect(desk: Desk, application: Application) -> None:
    restrict(
        subject=f"application:{application.id}",
        reason=next(iter(RestrictionReason)),
        responsible_department=desk.department.code,
        by=desk["head"],
        now=clock.now(),
    )


def case_page(handover: Handover) -> str:
    return reverse("desk:handover_case", args=[handover.application_id])


def test_the_overview_counts_and_names_nobody(desk: Desk) -> None:
    queued(desk)
    queued(desk, answers=odd())

    page = text_of(desk.browser("approver").get(reverse("desk:handover")))

    assert "児童手当システム" in page
    assert "項目名は例" in page
    assert "state=needs_person" in page
    assert "髙橋" not in page
    assert "件のファイルを作る" not in page  # an approver only looks
    assert "1件のファイルを作る" in text_of(desk.browser("officer").get(reverse("desk:handover")))


def test_a_batch_is_made_downloaded_and_every_download_recorded(desk: Desk) -> None:
    handover = queued(desk)
    batch = made(desk)
    file = batch.files.get()

    response = desk.browser("officer").get(reverse("desk:handover_file", args=[batch.id, file.id]))

    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert handover.application.receipt_number.encode() in content
    assert response["Content-Disposition"] == f'attachment; filename="{file.name}"'
    entry = AuditEntry.objects.get(act="read", subject=f"handover:{batch.id}")
    assert (entry.detail["digest"], entry.detail["count"]) == (file.digest, 1)
    assert text_of(desk.browser("officer").get(reverse("desk:handover_batch", args=[batch.id])))


def test_all_files_of_a_batch_come_in_one_archive(desk: Desk) -> None:
    queued(desk)
    batch = made(desk)

    response = desk.browser("head").get(reverse("desk:handover_zip", args=[batch.id]))

    assert b"".join(response.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    assert AuditEntry.objects.filter(act="read", subject=f"handover:{batch.id}").count() == 1


@pytest.mark.parametrize("who", ["approver", "stranger", "administrator"])
def test_files_are_only_for_who_handles_cases_of_the_department(desk: Desk, who: str) -> None:
    queued(desk)
    batch = made(desk)
    file = batch.files.get()
    browser = desk.browser(who)

    for address in (
        reverse("desk:handover_file", args=[batch.id, file.id]),
        reverse("desk:handover_zip", args=[batch.id]),
    ):
        assert browser.get(address).status_code in (403, 404)
    assert not AuditEntry.objects.filter(act="read", subject=f"handover:{batch.id}").exists()


def test_a_file_that_is_away_is_said_and_not_recorded_as_taken(desk: Desk) -> None:
    queued(desk)
    batch = made(desk)
    file = batch.files.get()
    store, _scanner = configured()
    store.delete(file.digest)

    response = desk.browser("officer").get(reverse("desk:handover_file", args=[batch.id, file.id]))

    assert response.status_code == 503
    assert not AuditEntry.objects.filter(subject=f"handover:{batch.id}", act="read").exists()


def test_somebody_protected_after_the_file_was_made_closes_it(desk: Desk) -> None:
    handover = queued(desk)
    batch = made(desk)
    protect(desk, handover.application)
    file = batch.files.get()

    page = desk.browser("officer").get(reverse("desk:handover_batch", args=[batch.id]))
    response = desk.browser("officer").get(reverse("desk:handover_file", args=[batch.id, file.id]))

    assert "支援措置の対象になった申請が含まれています" in text_of(page)
    assert response.status_code == 404


def test_a_protected_case_is_reached_with_a_purpose_and_released_by_a_button(desk: Desk) -> None:
    application = ApplicationFactory(closed=True, officer=desk["officer"])
    protect(desk, application)
    actions.queue(application=application, now=clock.now())
    handover = Handover.objects.get()
    browser = desk.browser("officer")

    assert browser.get(case_page(handover)).status_code == 403
    browser.post(
        reverse("desk:case_purpose", args=[application.id]),
        {"purpose": "受け渡しのため", "then": case_page(handover)},
    )
    page = text_of(browser.get(case_page(handover)))
    assert "この申請を受け渡す" in page
    response = browser.post(case_page(handover), {"act": "release", "version": handover.version})
    assert response.status_code == 302
    batch = HandoverBatch.objects.get()
    handover_jobs.make_handover({"batch": str(batch.id)})
    file = batch.files.get()

    listed = browser.get(reverse("desk:handover_file", args=[batch.id, file.id]))
    own = browser.get(reverse("desk:handover_case_file", args=[application.id, file.id]))
    assert listed.status_code == 404
    assert own.status_code == 200
    assert application.receipt_number.encode() in b"".join(own.streaming_content)  # type: ignore[attr-defined]
    stranger = desk.browser("stranger").get(
        reverse("desk:handover_case_file", args=[application.id, file.id])
    )
    assert stranger.status_code == 404


def test_reasons_of_protected_cases_are_not_in_the_list_nor_in_its_file(desk: Desk) -> None:
    handover = HandoverFactory(state=State.REFUSED, reason="髙橋花子の宛名なし")
    protect(desk, handover.application)

    page = text_of(desk.browser("officer").get(reverse("desk:handover_cases")))
    file = str(both_files(desk.browser("officer"), reverse("desk:handover_cases_csv")))

    assert grouped(handover.application.receipt_number) in page
    assert handover.application.receipt_number in file
    assert "宛名なし" not in page + file


def test_the_list_is_narrowed_by_state_and_number_and_asks_as_often_for_many_as_for_one(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    handovers = [HandoverFactory() for _n in range(8)]
    number = handovers[3].application.receipt_number
    browser = desk.browser("officer")
    browser.get(reverse("desk:handover_cases"))

    with django_assert_max_num_queries(12):
        page = text_of(browser.get(reverse("desk:handover_cases"), {"state": "waiting"}))
    found = text_of(browser.get(reverse("desk:handover_cases"), {"q": grouped(number)}))

    assert all(grouped(one.application.receipt_number) in page for one in handovers)
    assert grouped(number) in found
    assert grouped(handovers[0].application.receipt_number) not in found
    assert "あてはまる申請はありません" in text_of(
        browser.get(reverse("desk:handover_cases"), {"state": "refused"})
    )


def test_a_replacement_that_does_not_fit_keeps_what_was_typed(desk: Desk) -> None:
    handover = queued(desk, answers=odd())
    browser = desk.browser("officer")
    data = {"act": "replace", "column": "0", "replacement": "𠮶田", "version": handover.version}

    refused = browser.post(case_page(handover), data)
    taken = browser.post(case_page(handover), data | {"replacement": "吉田"})

    assert refused.status_code == 422
    assert 'value="𠮶田"' in text_of(refused)
    assert taken.status_code == 302
    page = text_of(browser.get(case_page(handover)))
    assert "「𠮷田」を「吉田」に" in page


def test_a_late_act_is_told_with_what_was_typed(desk: Desk) -> None:
    handover = queued(desk)
    data = {"act": "hand", "reason": "外字のため手入力", "version": handover.version}
    desk.browser("second").post(case_page(handover), data)

    response = desk.browser("officer").post(case_page(handover), data)

    assert response.status_code == 409
    assert "状態を確かめてください" in text_of(response)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"act": "hand", "reason": " "}, 422),
        ({"act": "hand", "reason": "あ" * 501}, 422),
        ({"act": "nonsense"}, 422),
        ({"act": "replace", "column": "99", "replacement": "x"}, 422),
        ({"act": "replace", "column": "-1", "replacement": "x"}, 422),
        ({"act": "accept"}, 409),
        ({"act": "hand", "reason": "手入力", "version": "x"}, 409),
    ],
)
def test_acts_that_make_no_sense_change_nothing(desk: Desk, data: dict[str, str], status: int) -> None:
    handover = queued(desk)

    response = desk.browser("officer").post(case_page(handover), {"version": "1"} | data)

    assert response.status_code == status
    assert Handover.objects.get().state == State.WAITING


def test_an_approver_may_look_and_nothing_else(desk: Desk) -> None:
    handover = queued(desk)
    browser = desk.browser("approver")

    assert browser.get(case_page(handover)).status_code == 200
    data = {"act": "hand", "reason": "x", "version": 1}
    assert browser.post(case_page(handover), data).status_code == 409


def test_a_case_without_hand_over_has_no_such_page(desk: Desk) -> None:
    application = ApplicationFactory(in_review=True, officer=desk["officer"])

    address = reverse("desk:handover_case", args=[application.id])

    assert desk.browser("officer").get(address).status_code == 404


def upload(desk: Desk, content: bytes, **data: str) -> Any:
    chosen = f"{desk.department.code}/{offered().procedure_id}"
    file = SimpleUploadedFile("kekka.csv", content)
    return desk.browser("officer").post(
        reverse("desk:handover_answers"), {"target": chosen, "answer": file} | data
    )


def test_an_answer_is_read_and_every_line_that_made_no_sense_is_shown(desk: Desk) -> None:
    handover = queued(desk)
    made(desk)
    number = handover.application.receipt_number

    response = upload(desk, f"{number},受理\nZZZZ,受理\n".encode("cp932"))

    assert response.status_code == 302
    page = text_of(desk.browser("officer").get(response["Location"]))
    assert "ZZZZ" in page
    assert "この番号の申請を渡していません" in page
    assert "1件" in page


@pytest.mark.parametrize("content", [b"\xff\xff\xff", b"", b"PK\x03\x04broken"])
def test_a_file_that_is_no_answer_is_refused_at_its_field(desk: Desk, content: bytes) -> None:
    response = upload(desk, content)

    assert response.status_code == 422
    assert 'href="#answer"' in text_of(response)
    assert not HandoverAnswer.objects.exists()


def test_an_answer_without_a_target_or_for_that_of_others_is_refused(desk: Desk) -> None:
    response = upload(desk, b"x,ok\n", target="elsewhere/child-allowance-claim")

    assert response.status_code == 422
    assert 'href="#target"' in text_of(response)


def test_nothing_waiting_and_a_second_taking_back_are_told(desk: Desk) -> None:
    data = {"procedure": offered().procedure_id, "department": desk.department.code}
    nothing = desk.browser("officer").post(reverse("desk:handover_make"), data)
    batch = HandoverBatchFactory()
    address = reverse("desk:handover_back", args=[batch.id])

    first = desk.browser("officer").post(address, {"version": 1})
    second = desk.browser("officer").post(address, {"version": 1})

    assert nothing.status_code == 409
    assert (first.status_code, second.status_code) == (302, 409)
    assert desk.browser("stranger").post(address, {"version": 1}).status_code == 404
