"""Where an application stands, for the person who filed it: by receipt number and secret, in sentences."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.applications import actions
from madoguchi.applications.models import Attachment, CaseEvent, InternalNote
from madoguchi.applications.secrets import receipt_secret
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.factories import ApplicationFactory, InternalNoteFactory
from madoguchi.applications.tests.offers import asked, section
from madoguchi.applications.tests.returned import filed, looking_at, officer_of
from madoguchi.applications.tests.visitor import Page, Visitor
from madoguchi.common.ids import grouped

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]


def looked_up(visitor: Visitor, number: str, secret: str) -> Page:
    return visitor.send(visitor.open("/status/"), {"number": number, "secret": secret})


# --- looking up ----------------------------------------------------------------------------------------------


def test_number_and_secret_open_the_application_however_they_are_typed():
    application = ApplicationFactory()
    number, secret = application.receipt_number, receipt_secret(application.id)
    wide = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})

    for typed_number, typed_secret in (
        (number, secret),
        (grouped(number).lower(), f" {grouped(secret).lower()} "),
        (grouped(number).translate(wide), grouped(secret).replace("-", "ー")),
        (number.replace("0", "o").replace("1", "l"), secret),
    ):
        page = looked_up(Visitor(), typed_number, typed_secret)
        assert page.path == f"/status/{application.id}/", typed_number


def test_a_wrong_secret_and_an_unknown_number_get_the_same_answer():
    application, other = ApplicationFactory(), ApplicationFactory()
    visitor = Visitor()
    unknown = ApplicationFactory()
    unknown_number = unknown.receipt_number
    CaseEvent.objects.filter(application=unknown).delete()
    unknown.delete()

    answers = {
        looked_up(visitor, number, secret).text
        for number, secret in (
            (application.receipt_number, "AAAAAAAA"),
            (application.receipt_number, ""),
            (application.receipt_number, receipt_secret(other.id)),
            (unknown_number, receipt_secret(application.id)),
        )
    }

    assert len(answers) == 1
    assert "受付番号か合言葉が違います" in answers.pop()


@pytest.mark.parametrize(
    "typed", ["", "123", "7KQF-2MXD-93PA", "あいうえおかきくけこさし", "9" * 3000, "😀" * 12]
)
def test_what_is_no_receipt_number_is_asked_again_with_what_was_typed(typed):
    page = looked_up(Visitor(), typed, "AAAAAAAA")

    assert page.status == 422
    assert page.form().value("number") == typed
    assert "q" not in page.ids
    assert "number-error" in page.ids


def test_guessing_is_stopped(settings):
    settings.ATTEMPT_LIMITS = True
    application = ApplicationFactory()
    guesser = Visitor(REMOTE_ADDR="192.0.2.7")
    for _ in range(10):
        assert looked_up(guesser, application.receipt_number, "AAAAAAAA").status == 422

    assert looked_up(guesser, application.receipt_number, receipt_secret(application.id)).status == 429


def test_nothing_opens_without_the_secret_and_nothing_is_said():
    application = ApplicationFactory(closed=True)
    stranger = Visitor()

    for path in ("", "correction/", "withdraw/", "letter.pdf"):
        page = stranger.open(f"/status/{application.id}/{path}")
        assert page.path == "/status/?expired=1"
        assert "髙橋" not in page.html
    for path in ("", "copy.pdf"):
        assert stranger.open(f"/filing/r/{application.id}/{path}").path == "/status/?expired=1"


def test_the_holder_of_one_application_sees_no_other():
    mine, other = ApplicationFactory(), ApplicationFactory(closed=True)
    visitor, _page = looking_at(mine)

    for path in (f"/status/{other.id}/", f"/status/{other.id}/letter.pdf", f"/filing/r/{other.id}/"):
        assert visitor.open(path).path == "/status/?expired=1"


def test_the_page_closes_after_two_hours(set_clock: SetClock):
    application = ApplicationFactory()
    visitor, page = looking_at(application)
    set_clock(NOW + timedelta(hours=2, seconds=1))

    assert visitor.open(page.path).path == "/status/?expired=1"


# --- what is said --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trait", "sentence"),
    [
        ({}, "受け付けました。"),
        ({"in_review": True}, "内容を確認しています"),
        ({"returned": True}, "あなたの返事を待っています。"),
        ({"proposed": True}, "決定の手続をしています"),
        ({"closed": True}, "手続が終わりました。"),
        ({"withdrawn": True}, "取り下げました。"),
    ],
)
def test_every_state_is_a_sentence_with_who_since_when_and_what_next(trait, sentence):
    application = ApplicationFactory(**trait)

    _visitor, page = looking_at(application)

    assert page.status == 200
    assert sentence in page.text
    assert "令和8年" in page.text
    assert grouped(application.receipt_number) in page.text
    assert "019-000-1000" in page.text


def test_an_open_case_says_by_when_and_a_late_one_says_sorry(set_clock: SetClock):
    application = ApplicationFactory(in_review=True)
    visitor, page = looking_at(application)
    assert "お知らせの予定：2026年12月23日" in page.text
    set_clock(NOW + timedelta(days=40))

    _visitor, page = looking_at(application, visitor)

    assert "予定より時間がかかっています" in page.text


def test_a_closed_case_offers_its_letter_and_no_withdrawal():
    application = ApplicationFactory(closed=True)

    visitor, page = looking_at(application)

    assert f"/status/{application.id}/letter.pdf" in page.links
    assert f"/status/{application.id}/withdraw/" not in page.links
    assert visitor.open(f"/status/{application.id}/withdraw/").path == page.path


def test_a_case_without_a_decision_has_no_letter():
    visitor, _page = looking_at(application := ApplicationFactory(proposed=True))

    assert visitor.open(f"/status/{application.id}/letter.pdf").status == 404


def test_the_history_names_no_staff_and_no_internal_note():
    application = ApplicationFactory(closed=True)
    InternalNoteFactory(application=application, text="電話で怒っていた。")
    officer = officer_of(application)

    _visitor, page = looking_at(application)

    assert officer.display_name not in page.text
    assert "怒って" not in page.html
    assert InternalNote.objects.exists()
    assert page.text.index("決定しました") < page.text.index("受け付けました")


def test_a_case_that_was_sent_back_inside_the_house_tells_the_resident_once():
    application = ApplicationFactory(in_review=True)
    officer = officer_of(application)
    for _ in range(2):
        actions.hand_over(application=application, to=officer, by=officer, now=NOW)
        actions.take(application=application, by=officer, now=NOW)

    _visitor, page = looking_at(application)

    assert page.text.count("担当者が確認を始めました") == 1


@pytest.mark.slow
def test_copy_and_letter_are_pdfs_whose_names_hold_no_personal_data():
    application = ApplicationFactory(closed=True)
    visitor, _page = looking_at(application)

    for path in (f"/filing/r/{application.id}/copy.pdf", f"/status/{application.id}/letter.pdf"):
        page = visitor.open(path)
        assert page.response.headers["Content-Type"] == "application/pdf"
        assert page.response.headers["Content-Disposition"].startswith("attachment; filename=")
        assert application.receipt_number in page.response.headers["Content-Disposition"]
        assert page.response.content.startswith(b"%PDF")


def test_documents_that_may_follow_are_named_until_they_are_there():
    documents = [{"id": "card", "label": "カードの写し", "required": True, "may_follow": True}]
    application = filed({"name": "太郎"}, section("main", asked("name")), documents=documents)
    visitor, page = looking_at(application)
    assert "カードの写し まだ届いていません" in page.text
    Attachment.objects.create(
        owner_id=application.id,
        document_id="card",
        digest="0" * 64,
        name="a.jpg",
        media_type="image/jpeg",
        size=1,
        added_at=NOW,
    )

    _visitor, page = looking_at(application, visitor)

    assert "カードの写し 1件を受け取りました" in page.text


def test_the_status_page_asks_as_often_for_many_events_as_for_few():
    few, many = ApplicationFactory(in_review=True), ApplicationFactory(in_review=True)
    for number in range(20):
        CaseEvent.objects.create(
            application=many, at=NOW + timedelta(minutes=number), kind="answer_correction"
        )
    counts = []
    for application in (few, many):
        visitor, page = looking_at(application)
        visitor.open(page.path)
        with CaptureQueriesContext(
            connection,
        ) as asked_for:
            visitor.open(page.path)
        counts.append(len(asked_for))

    assert counts[0] == counts[1] <= 10
