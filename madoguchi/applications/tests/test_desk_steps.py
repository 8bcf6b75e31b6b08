"""External steps at the desk: asked for, entered, corrected and printed from the case, each look on the record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from madoguchi.applications.models import Application, Attachment, StepRequest, StepResult
from madoguchi.applications.tests.desks import audited, text_of, url_of
from madoguchi.applications.tests.factories import ApplicationFactory, department_of, somebody
from madoguchi.applications.tests.stepping import all_done, asked, care_case, damage_case, holder_of, received
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.organization.tests.factories import signed_in_client

pytestmark = pytest.mark.django_db

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU"
    b"\x00\x00\x00\nIDATx\x9cc\xf8\x0f\x00\x01\x01\x01\x00\x1b\xb6\xeeV\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def case() -> Application:
    return damage_case()


@pytest.fixture
def browser(case: Application) -> Client:
    return signed_in_client(holder_of(case))


def ask_form(case: Application, **changes: str) -> dict[str, str]:
    day = (clock.today() + timedelta(days=7)).isoformat()
    return {"version": str(case.version), "by": "市の調査班", "due_on": day, "act": "ask"} | changes


def result_form(case: Application, **changes: Any) -> dict[str, Any]:
    today = clock.today()
    given = {
        "version": str(case.version),
        "q.inspected_on.year": str(today.year),
        "q.inspected_on.month": str(today.month),
        "q.inspected_on.day": str(today.day),
        "q.inspector": "調査 太郎",
        "q.grade": "half_destruction",
    }
    return given | changes


def test_the_case_shows_its_steps_and_what_waits_for_them(case: Application, browser: Client) -> None:
    text = text_of(browser.get(url_of("case", case)))

    assert "調査・意見・審査会" in text
    assert "まだ頼んでいません" in text
    assert "「現地調査」が済むまで、「全壊」「大規模半壊」など6種類の決定は起案できません。" in text
    assert "この申請では要りません" in text  # the check of photographs


def test_a_case_of_a_procedure_without_steps_shows_none() -> None:
    other = ApplicationFactory(in_review=True)
    browser = signed_in_client(holder_of(other))

    assert "調査・意見・審査会" not in text_of(browser.get(url_of("case", other)))
    assert browser.get(url_of("case_step_ask", other, "survey")).status_code == 404


def test_a_step_is_asked_for_and_stands_on_the_case(case: Application, browser: Client) -> None:
    response = browser.post(url_of("case_step_ask", case, "survey"), ask_form(case))

    assert response.status_code == 302
    text = text_of(browser.get(response["Location"]))
    assert "頼んだことを記録しました" in text
    assert "市の調査班に" in text
    assert "調査などの依頼" in text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"by": ""}, "頼む相手を選んでください。"),
        ({"by": "other", "other": " "}, "頼む相手の名前を入力してください。"),
        ({"by": "other", "other": "あ" * 201}, "200文字までにしてください。"),
        ({"due_on": "あした"}, "いつまでかを「2026年11月23日」のように"),
        ({"due_on": "2020-01-01"}, "までの日にしてください。"),
        ({"message": "あ" * 2001}, "2000文字までにしてください。"),
    ],
)
def test_a_request_that_says_too_little_comes_back_with_what_was_typed(
    case: Application, browser: Client, changes: dict[str, str], message: str
) -> None:
    sent = ask_form(case, message="鍵は隣の家にあります。") | changes

    response = browser.post(url_of("case_step_ask", case, "survey"), sent)

    assert response.status_code == 422
    assert message in text_of(response)
    assert sent["message"] in text_of(response)
    assert not StepRequest.objects.exists()


def test_the_letter_to_the_doctor_is_read_before_it_is_numbered() -> None:
    care = care_case()
    browser = signed_in_client(holder_of(care))
    sent = ask_form(care, by="other", other="見本医院　見本 太郎", act="look")

    response = browser.post(url_of("case_step_ask", care, "opinion"), sent)

    assert response.status_code == 200
    assert "主治医意見書の作成について（依頼）" in text_of(response)
    assert "（頼むときに付きます）" in text_of(response)
    assert not StepRequest.objects.exists()


@pytest.mark.slow
def test_letter_and_sheet_are_pdfs_under_no_other_case_and_their_look_is_recorded() -> None:
    care, other = care_case(), care_case()
    browser = signed_in_client(holder_of(care))
    request = asked(care, "opinion")

    letter = browser.get(url_of("case_step_letter", care, request.id))
    sheet = browser.get(url_of("case_step_sheet", care, "survey"))

    assert letter["Content-Type"] == sheet["Content-Type"] == "application/pdf"
    assert browser.get(url_of("case_step_letter", other, request.id)).status_code == 404
    assert browser.get(url_of("case_step_sheet", care, "opinion")).status_code == 404
    shown = AuditEntry.objects.filter(act="read", subject=f"application:{care.id}").values_list(
        "detail", flat=True
    )
    assert {detail["shown"] for detail in shown} >= {"letter", "sheet"}


def test_a_result_is_entered_with_its_file(case: Application, browser: Client) -> None:
    request = asked(case, "survey")
    sent = result_form(case, file=SimpleUploadedFile("調査票.png", PNG, "image/png"))

    response = browser.post(url_of("case_step_result", case, request.id), sent)

    assert response.status_code == 302, text_of(response)
    request.refresh_from_db()
    assert request.decision_kind == "half_destruction"
    assert Attachment.objects.get(owner_id=case.id).document_id == "step/survey/1"
    page = text_of(browser.get(response["Location"]))
    assert "結果を登録しました。" in page
    assert "調査票.png" in page
    text = text_of(browser.get(url_of("case", case)))
    assert "<dd>半壊</dd>" in text
    assert "結果の受領" in text


def test_a_result_that_is_wrong_comes_back_with_what_was_typed_and_its_file(
    case: Application, browser: Client
) -> None:
    request = asked(case, "survey")
    sent = result_form(case, file=SimpleUploadedFile("調査票.png", PNG, "image/png"))
    sent |= {"q.grade": "", "q.percent": "200", "q.inspected_on.month": "13"}

    response = browser.post(url_of("case_step_result", case, request.id), sent)

    text = text_of(response)
    assert response.status_code == 422
    assert "「住家の被害の程度」を選んでください。" in text
    assert "損害割合" in text
    assert 'value="調査 太郎"' in text
    assert "受け取ってあるファイル：調査票.png" in text
    assert not StepResult.objects.exists()


def test_who_was_slower_is_told_and_keeps_what_was_typed(case: Application, browser: Client) -> None:
    request = asked(case, "survey")
    sent = result_form(case, version=str(case.version - 1))

    response = browser.post(url_of("case_step_result", case, request.id), sent)

    assert response.status_code == 409
    assert "調査 太郎" in text_of(response)
    assert not StepResult.objects.exists()
    again = browser.post(url_of("case_step_result", case, request.id), sent | {"again": "1"})
    assert again.status_code == 200
    assert 'value="調査 太郎"' in text_of(again)


def test_a_result_is_corrected_with_a_reason_and_both_are_shown(case: Application, browser: Client) -> None:
    request = received(case, "survey", grade="half_destruction")
    address = url_of("case_step_result", case, request.id)
    sent = result_form(case) | {"q.grade": "total_destruction"}

    missing = browser.post(address, sent)
    done = browser.post(address, sent | {"reason": "書き写しの誤り。"})

    assert missing.status_code == 422
    assert "直す理由を書いてください。" in text_of(missing)
    page = text_of(browser.get(done["Location"]))
    assert "直した理由：書き写しの誤り。" in page
    now, before = page[page.index("いまの内容") :].split("前の内容", 1)
    assert "<dd>全壊</dd>" in now
    assert "<dd>半壊</dd>" in before


def test_a_reminder_and_a_cancellation_are_kept(case: Application, browser: Client) -> None:
    request = asked(case, "survey")
    browser.post(url_of("case_step_remind", case, request.id), {"version": str(case.version)})
    case.refresh_from_db()
    address = url_of("case_step_cancel", case, request.id)

    empty = browser.post(address, {"version": str(case.version), "reason": " "})
    done = browser.post(address, {"version": str(case.version), "reason": "道路が通れないため。"})

    assert empty.status_code == 422
    page = text_of(browser.get(done["Location"]))
    assert "1回（最後は" in page
    assert "道路が通れないため。" in page
    assert "取消し" in page


def test_a_late_step_is_marked(case: Application, browser: Client) -> None:
    request = asked(case, "survey")
    StepRequest.objects.filter(id=request.id).update(due_on=clock.today() - timedelta(days=2))

    assert "2日遅れ" in text_of(browser.get(url_of("case", case)))


def test_the_proposal_is_filled_in_from_the_result_and_blocked_kinds_say_why() -> None:
    care = all_done(care_case(), "care_3")
    browser = signed_in_client(holder_of(care))
    waiting = care_case()

    text = text_of(browser.get(url_of("case_propose", care)))
    refused = browser.post(
        url_of("case_propose", waiting),
        {"version": str(waiting.version), "kind": "care_3", "reason": "理由", "act": "propose"},
    )

    assert "の結果から、決定の内容を選んであります" in text
    assert "介護認定審査会（二次判定）の判定による。" in text
    assert "有効期間は、" in text
    assert 'value="care_3" checked' in text
    assert refused.status_code == 422
    assert "先に「認定調査（訪問調査）」「主治医意見書」" in text_of(refused)


@pytest.mark.parametrize(("who", "sees"), [("officer", True), ("approver", True), ("head", True)])
def test_everybody_of_the_department_may_look(case: Application, who: str, sees: bool) -> None:
    request = asked(case, "survey")
    browser = signed_in_client(somebody(who, department_of(case.procedure_version)))

    assert (browser.get(url_of("case_step", case, request.id)).status_code == 200) == sees
    assert "read" in audited(case)


def test_nobody_else_reaches_a_step(case: Application) -> None:
    request = asked(case, "survey")
    stranger = ApplicationFactory(in_review=True)
    browser = signed_in_client(holder_of(stranger))

    for name in ("case_step", "case_step_result", "case_step_cancel"):
        assert browser.get(url_of(name, case, request.id)).status_code == 404
        assert browser.get(url_of(name, stranger, request.id)).status_code == 404


def test_a_protected_case_asks_for_the_purpose_before_its_steps(case: Application, browser: Client) -> None:
    request = asked(case, "survey")
    RestrictionFactory(
        subject=f"application:{case.id}", responsible_department=case.department_code, today=clock.today()
    )

    response = browser.get(url_of("case_step", case, request.id))

    assert response.status_code == 403
    assert "市の調査班" not in text_of(response)


def test_the_case_asks_the_database_as_often_for_many_requests_as_for_one(
    case: Application, browser: Client
) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get(url_of("case", case))
        return len(captured)

    received(case, "survey")
    questions()
    few = questions()
    for _ in range(5):
        received(case, "survey")

    assert questions() == few
