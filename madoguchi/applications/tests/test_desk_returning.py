"""Asking for corrections, entering their answers, and withdrawals that came another way than the web."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from madoguchi.applications.models import (
    Application,
    Attachment,
    CaseEvent,
    Correction,
    CorrectionItem,
    Status,
)
from madoguchi.applications.tests.desks import Desk, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import ApplicationFactory
from madoguchi.common import clock
from madoguchi.common.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return open_desk()


@pytest.fixture
def case(desk: Desk) -> Application:
    return ApplicationFactory(in_review=True, officer=desk["officer"])


def form(**changes: Any) -> dict[str, Any]:
    """A request to put the telephone number, a child's name and a paper right."""
    day: date = clock.today() + timedelta(days=14)
    return {
        "version": "2",
        "item": ["question:applicant_phone", "question:children/m1/child_name", "document:identity"],
        "code.question:applicant_phone": "document_missing",
        "code.question:children/m1/child_name": "name_differs",
        "say.question:children/m1/child_name": "戸籍の字と違います。",
        "code.document:identity": "document_unreadable",
        "answer_by": day.isoformat(),
        "message": "お手数をおかけします。",
    } | changes


def test_a_correction_is_asked_item_by_item_with_reason_words_and_day(desk: Desk, case: Application) -> None:
    response = desk.browser("officer").post(url_of("case_return", case), form())

    assert response.status_code == 302
    correction = Correction.objects.get()
    assert (correction.message, correction.asked_by) == ("お手数をおかけします。", desk["officer"])
    assert correction.answer_by_on == clock.today() + timedelta(days=14)
    items = CorrectionItem.objects.order_by("position")
    assert [(i.target, i.target_id, i.reason_code) for i in items] == [
        ("question", "applicant_phone", "document_missing"),
        ("question", "children/m1/child_name", "name_differs"),
        ("document", "identity", "document_unreadable"),
    ]
    assert items[1].text == "戸籍の字と違います。"
    assert items[1].before is not None
    assert items[1].before["family"]
    case.refresh_from_db()
    assert case.status == Status.RETURNED
    assert Job.objects.filter(kind="applications.tell_correction").count() == 1


def test_the_form_offers_every_question_of_every_member_and_the_papers_but_nothing_computed(
    desk: Desk, case: Application
) -> None:
    text = text_of(desk.browser("officer").get(url_of("case_return", case)))

    for name in ("question:applicant_name", "question:children/m1/child_birth_date", "document:identity"):
        assert f'value="{name}"' in text
    assert "counted_children" not in text
    assert (clock.today() + timedelta(days=14)).isoformat() in text


def test_whoever_picks_a_reason_means_the_item_without_ticking_it(desk: Desk, case: Application) -> None:
    sent = form() | {"item": []}

    desk.browser("officer").post(url_of("case_return", case), sent)

    assert CorrectionItem.objects.count() == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {
                "item": [],
                "code.question:applicant_phone": "",
                "code.question:children/m1/child_name": "",
                "say.question:children/m1/child_name": "",
                "code.document:identity": "",
            },
            "直してもらう項目を1つ以上選んでください。",
        ),
        ({"code.question:applicant_phone": ""}, "直してもらう理由を選んでください。"),
        ({"code.question:applicant_phone": "no such reason"}, "直してもらう理由を選んでください。"),
        ({"say.question:applicant_phone": "あ" * 501}, "説明は500文字までにしてください。"),
        ({"answer_by": ""}, "回答の期限を"),
        ({"answer_by": "2026-02-30"}, "回答の期限を"),
        ({"answer_by": "2020-01-01"}, "回答の期限は、"),
        ({"answer_by": "2099-01-01"}, "回答の期限は、"),
        ({"message": "あ" * 2001}, "2000文字までにしてください。"),
    ],
)
def test_a_request_that_says_too_little_is_shown_again_with_everything_typed(
    desk: Desk, case: Application, changes: dict[str, Any], message: str
) -> None:
    response = desk.browser("officer").post(url_of("case_return", case), form(**changes))

    assert response.status_code == 422
    assert message in text_of(response)
    assert form(**changes)["message"] in text_of(response)
    assert Correction.objects.count() == 0


def test_a_question_that_is_not_asked_in_this_case_cannot_be_asked_again(
    desk: Desk, case: Application
) -> None:
    sent = form() | {
        "item": ["question:children/m9/child_name", "question:no_such", "document:passport"],
        "code.question:applicant_phone": "",
        "code.question:children/m1/child_name": "",
        "say.question:children/m1/child_name": "",
        "code.document:identity": "",
    }

    response = desk.browser("officer").post(url_of("case_return", case), sent)

    assert response.status_code == 422
    assert Correction.objects.count() == 0


def test_a_day_may_be_typed_in_japanese_years(desk: Desk, case: Application) -> None:
    day = clock.today() + timedelta(days=20)

    desk.browser("officer").post(
        url_of("case_return", case), form(answer_by=f"令和{day.year - 2018}年{day.month}月{day.day}日")
    )

    assert Correction.objects.get().answer_by_on == day


def test_an_answer_by_telephone_is_entered_with_who_and_how(desk: Desk) -> None:
    case = ApplicationFactory(returned=True, officer=desk["officer"])
    sent = {"version": "3", "channel": "telephone", "q.1.applicant_phone": "０１９-６５１-４１１１"}

    response = desk.browser("second").post(url_of("case_answer", case), sent)

    assert response.status_code == 302
    case.refresh_from_db()
    assert (case.answers["applicant_phone"], case.status) == ("0196514111", Status.IN_REVIEW)
    event = CaseEvent.objects.get(kind="answer_correction")
    assert (event.actor, event.detail["channel"]) == (desk["second"], "telephone")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"channel": ""}, "どのように回答があったかを選んでください。"),
        ({"channel": "web"}, "どのように回答があったかを選んでください。"),
        ({"q.1.applicant_phone": ""}, "「日中に連絡がとれる電話番号」"),
        ({"q.1.applicant_phone": "12"}, "「日中に連絡がとれる電話番号」"),
    ],
)
def test_an_answer_that_cannot_be_taken_is_shown_again(
    desk: Desk, changes: dict[str, str], message: str
) -> None:
    case = ApplicationFactory(returned=True, officer=desk["officer"])
    sent = {"version": "3", "channel": "counter", "q.1.applicant_phone": "0196514111"} | changes

    response = desk.browser("officer").post(url_of("case_answer", case), sent)

    assert response.status_code == 422
    assert message in text_of(response)
    case.refresh_from_db()
    assert case.status == Status.RETURNED


def test_answers_to_what_was_not_asked_are_ignored(desk: Desk) -> None:
    case = ApplicationFactory(returned=True, officer=desk["officer"])
    before = dict(case.answers)
    sent = {
        "version": "3",
        "channel": "counter",
        "q.1.applicant_phone": "0196514111",
        "q.applicant_name.family": "別人",
        "q.2.applicant_name.family": "別人",
    }

    desk.browser("officer").post(url_of("case_answer", case), sent)

    case.refresh_from_db()
    assert case.answers == before | {"applicant_phone": "0196514111"}


def test_a_withdrawal_by_telephone_is_entered_with_reason_and_way(desk: Desk, case: Application) -> None:
    sent = {"version": "2", "channel": "telephone", "reason": "引っ越すことになったため"}

    desk.browser("officer").post(url_of("case_withdraw", case), sent)

    case.refresh_from_db()
    assert case.status == Status.WITHDRAWN
    event = CaseEvent.objects.get(kind="withdraw")
    assert event.actor == desk["officer"]
    assert event.detail == {"reason": "引っ越すことになったため", "channel": "telephone"}


@pytest.mark.parametrize(
    ("reason", "channel"), [("", "telephone"), ("  ", "paper"), ("理由", ""), ("理由", "web")]
)
def test_a_withdrawal_needs_reason_and_way(desk: Desk, case: Application, reason: str, channel: str) -> None:
    sent = {"version": "2", "channel": channel, "reason": reason}

    response = desk.browser("officer").post(url_of("case_withdraw", case), sent)

    assert response.status_code == 422
    assert Application.objects.get(id=case.id).status == Status.IN_REVIEW


def test_a_proposed_case_is_not_withdrawn_and_the_page_says_why(desk: Desk) -> None:
    case = ApplicationFactory(proposed=True, officer=desk["officer"])
    browser = desk.browser("officer")

    assert "決裁待ちのあいだは取り下げられません" in text_of(browser.get(url_of("case_withdraw", case)))

    sent = {"version": "3", "channel": "telephone", "reason": "理由"}
    assert browser.post(url_of("case_withdraw", case), sent).status_code == 403
    assert Attachment.objects.count() == 0
