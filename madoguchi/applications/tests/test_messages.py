"""Who filed and the office write to each other: on the status page, once for each, until a month after the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.applications import actions, handlers
from madoguchi.applications.actions import messages as sending
from madoguchi.applications.errors import NotAllowed, TooLate
from madoguchi.applications.models import Application, Attachment, Message
from madoguchi.applications.rules import MESSAGES_AFTER_CLOSING, may_write
from madoguchi.applications.tests.beginning import accepted
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.factories import ApplicationFactory, MessageFactory, somebody
from madoguchi.applications.tests.returned import looking_at, officer_of
from madoguchi.applications.tests.visitor import Page, Visitor
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.common.files.tests.making import jpeg
from madoguchi.common.ids import new_id
from madoguchi.common.models import Job
from madoguchi.notices.models import Message as Mail
from madoguchi.organization.models import Department

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

OVER = MESSAGES_AFTER_CLOSING + timedelta(days=1)


def page_of(application: Application, visitor: Visitor | None = None) -> tuple[Visitor, Page]:
    """The conversation in the browser of who filed."""
    visitor, _status = looking_at(application, visitor)
    return visitor, visitor.open(f"/status/{application.id}/messages/")


def write(application: Application, text: str = "書類はいつ届きますか。", *, asks: bool = False) -> Message:
    """A message of the office."""
    return actions.write_message(
        application=application,
        message_id=new_id(),
        text=text,
        asks=asks,
        by=officer_of(application),
        now=clock.now(),
    )


# --- writing to the office -----------------------------------------------------------------------------------


def test_a_message_is_sent_and_shown_to_who_wrote_it() -> None:
    application = ApplicationFactory()
    visitor, page = page_of(application)
    assert "メッセージは、まだありません。" in page.text

    page = visitor.send(page, {"text": "書類は来週に届きます。"}, form=page.form("."))

    assert "メッセージを送りました" in page.text
    assert "書類は来週に届きます。" in page.text
    assert Message.objects.get().author is None
    assert AuditEntry.objects.filter(act="message", actor="resident").count() == 1


def test_files_come_with_a_message() -> None:
    application = ApplicationFactory()
    visitor, page = page_of(application)

    page = visitor.send(page, {"text": "写真です。"}, files=[("file", "家.jpg", jpeg())])

    attachment = Attachment.objects.get(owner_id=application.id)
    assert attachment.document_id == f"message/{Message.objects.get().id}"
    assert "送ったファイル：家.jpg" in page.text


def test_what_is_missing_is_said_and_nothing_typed_or_sent_is_lost() -> None:
    application = ApplicationFactory()
    visitor, page = page_of(application)

    page = visitor.send(page, {"text": " "}, files=[("file", "家.jpg", jpeg())])
    assert page.status == 422
    assert "送りたいことを書いてください。" in page.text
    assert "家.jpg" in page.text
    page = visitor.send(page, {"text": "写真です。"})

    assert Attachment.objects.filter(owner_id=application.id).count() == 1


def test_a_file_is_taken_back_before_sending() -> None:
    application = ApplicationFactory()
    visitor, page = page_of(application)
    page = visitor.send(page, {"text": ""}, files=[("file", "家.jpg", jpeg())])

    page = visitor.send(page, {"text": "やめます"}, button=page.form().buttons[0])

    assert page.status == 200
    assert "家.jpg" not in page.text
    assert page.form().value("text") == "やめます"
    assert Message.objects.count() == 0


def test_a_file_that_is_refused_is_told_at_its_field_and_the_words_stay() -> None:
    application = ApplicationFactory()
    visitor, page = page_of(application)

    page = visitor.send(page, {"text": "写真です。"}, files=[("file", "a.exe", b"MZ")])

    assert page.status == 422
    assert "a.exe" in page.text
    assert page.form().value("text") == "写真です。"
    assert Message.objects.count() == 0


def test_a_message_that_is_too_long_is_shown_again() -> None:
    application = ApplicationFactory()
    visitor, page = page_of(application)

    page = visitor.send(page, {"text": "あ" * 2001})

    assert page.status == 422
    assert "2000文字まで" in page.text
    assert page.form().value("text") == "あ" * 2001


def test_a_double_click_sends_once_and_other_words_under_the_same_id_are_kept_too() -> None:
    application = ApplicationFactory()
    visitor, page = page_of(application)

    for _click in range(2):
        visitor.send(page, {"text": "一度だけ"})
    visitor.send(page, {"text": "戻って書き直した"})

    assert sorted(Message.objects.values_list("text", flat=True)) == ["一度だけ", "戻って書き直した"]


def test_a_message_sent_twice_at_the_same_moment_is_kept_once_with_its_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    application = ApplicationFactory()
    sent: dict[str, Any] = {
        "application": application,
        "message_id": new_id(),
        "text": "一度だけ",
        "now": clock.now(),
    }
    actions.send_message(**sent, files=[accepted(), accepted()])

    monkeypatch.setattr(sending, "_is_new", lambda _said, _words: True)
    actions.send_message(**sent, files=[accepted()])

    assert Message.objects.count() == 1
    assert Attachment.objects.filter(owner_id=application.id).count() == 1


def test_an_id_of_another_case_or_of_no_kind_changes_nothing_there() -> None:
    other = MessageFactory(text="よその話")
    application = ApplicationFactory()
    visitor, page = page_of(application)

    for forged in (str(other.id), "x", ""):
        visitor.send(page, {"text": f"本文{forged}", "message": forged})

    assert Message.objects.filter(application=application).count() == 3
    assert Message.objects.get(id=other.id).text == "よその話"


def test_too_many_messages_are_stopped_with_what_was_typed(settings: pytest.FixtureRequest) -> None:
    settings.ATTEMPT_LIMITS = True  # type: ignore[attr-defined]
    application = ApplicationFactory()
    visitor, page = page_of(application)
    for number in range(20):
        page = visitor.send(visitor.open(page.path), {"text": f"{number}通目"})

    page = visitor.send(visitor.open(page.path), {"text": "まだ言いたい"})

    assert page.status == 422
    assert page.form().value("text") == "まだ言いたい"
    assert Message.objects.count() == 20


def test_only_the_holder_of_the_receipt_reads_and_writes() -> None:
    message = MessageFactory(text="ないしょ")
    stranger = Visitor()

    page = stranger.open(f"/status/{message.application_id}/messages/")

    assert page.path == "/status/?expired=1"
    assert "ないしょ" not in page.html


# --- reading what the office wrote ---------------------------------------------------------------------------


def test_a_message_of_the_office_is_announced_until_it_is_read() -> None:
    application = ApplicationFactory(in_review=True)
    message = write(application)
    visitor, status = looking_at(application)
    assert "担当の部署からメッセージがあります" in status.text

    page = visitor.open(f"/status/{application.id}/messages/")

    assert "書類はいつ届きますか。" in page.text
    assert officer_of(application).display_name not in page.html
    message.refresh_from_db()
    assert message.seen_at == NOW
    assert "担当の部署からメッセージがあります" not in looking_at(application, visitor)[1].text


def test_a_question_waits_until_it_is_answered() -> None:
    application = ApplicationFactory(in_review=True)
    message = write(application, asks=True)
    visitor, page = page_of(application)
    assert "返事をお願いします" in page.text
    assert "担当の部署が、あなたの返事を待っています" in looking_at(application, visitor)[1].text

    visitor.send(page, {"text": "来週です。"})

    message.refresh_from_db()
    assert message.answered_at == NOW
    assert "返事を待っています" not in looking_at(application, visitor)[1].text


def test_the_mail_says_that_there_is_something_to_read_and_not_what() -> None:
    application = ApplicationFactory(in_review=True, email="hanako@example.jp")
    message = write(application, "所得の証明を出してください。")
    assert Job.objects.filter(kind="applications.tell_message").count() == 1

    for _again in range(2):
        handlers.tell_message({"message": str(message.id)})

    mail = Mail.objects.get(purpose="message")
    assert "担当の部署からメッセージがあります" in mail.body
    assert "所得" not in mail.body + mail.subject


def test_many_messages_ask_as_often_as_one_and_the_earlier_ones_are_a_press_away() -> None:
    few, many = ApplicationFactory(), ApplicationFactory()
    MessageFactory(application=few)
    for number in range(30):
        MessageFactory(application=many, text=f"第{number:02}通", at=NOW + timedelta(seconds=number))
    counts = []
    for application in (few, many):
        browser, shown = page_of(application)
        with CaptureQueriesContext(connection) as asked_for:
            browser.open(shown.path)
        counts.append(len(asked_for))

    visitor, page = page_of(many)

    assert counts[0] == counts[1] <= 8
    assert "第00通" not in page.text
    assert page.text.index("第28通") < page.text.index("第29通")
    assert "第00通" in visitor.open(page.path + "?all=1").text


# --- when the case is over -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "allowed"), [(0, True), (30, True), (31, False), (400, False)])
def test_messages_are_taken_for_a_month_after_the_end(days: int, allowed: bool) -> None:
    today = clock.today()

    assert may_write(closed_on=today - timedelta(days=days), today=today) == allowed
    assert may_write(closed_on=None, today=today)


def test_a_closed_case_says_until_when_one_can_write() -> None:
    _visitor, page = page_of(ApplicationFactory(closed=True))

    assert "メッセージは、2026年12月23日（令和8年）まで送れます。" in page.text


def test_long_after_the_end_everything_can_be_read_and_the_page_says_whom_to_call(
    set_clock: SetClock,
) -> None:
    application = ApplicationFactory(closed=True)
    MessageFactory(application=application, text="前に書いたこと")
    visitor, page = page_of(application)
    set_clock(NOW + OVER)
    visitor, late = page_of(application, visitor)
    assert "前に書いたこと" in late.text
    assert "メッセージを送れる期間は、2026年12月23日（令和8年）に終わりました。" in late.text
    assert "019-000-1000" in late.text

    sent = visitor.send(page, {"text": "間に合わなかった話"}, form=page.form("."))

    assert sent.status == 409
    assert "いま送ったメッセージは、受け取っていません" in sent.text
    assert "間に合わなかった話" in sent.text
    assert Message.objects.count() == 1


def test_the_actions_refuse_what_comes_too_late(set_clock: SetClock) -> None:
    application = ApplicationFactory(closed=True)
    set_clock(NOW + OVER)

    with pytest.raises(TooLate):
        write(application)
    with pytest.raises(TooLate):
        actions.send_message(
            application=application, message_id=new_id(), text="x", files=[], now=clock.now()
        )


def test_whose_last_day_ends_while_they_write_keep_their_words(monkeypatch: pytest.MonkeyPatch) -> None:
    application = ApplicationFactory()
    visitor, page = page_of(application)

    def too_late(**_given: object) -> None:
        raise TooLate

    monkeypatch.setattr(actions, "send_message", too_late)
    sent = visitor.send(page, {"text": "ぎりぎりの話"})

    assert sent.status == 409
    assert "いま送ったメッセージは、受け取っていません" in sent.text
    assert "ぎりぎりの話" in sent.html


def test_who_may_not_handle_the_case_writes_nothing() -> None:
    application = ApplicationFactory(in_review=True)
    approver = somebody("approver", Department.objects.get(code=application.department_code))

    with pytest.raises(NotAllowed):
        actions.write_message(
            application=application,
            message_id=UUID(int=1),
            text="x",
            asks=False,
            by=approver,
            now=clock.now(),
        )
