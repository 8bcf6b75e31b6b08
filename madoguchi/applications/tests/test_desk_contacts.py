"""The conversation at the desk: messages and calls in one list, what waits for whom, and the list of cases."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.applications import actions
from madoguchi.applications.desk_contacts import rows
from madoguchi.applications.errors import DayOutOfRange, NotAllowed
from madoguchi.applications.models import Application, Contact, Message
from madoguchi.applications.rules import MESSAGES_AFTER_CLOSING
from madoguchi.applications.tests.desks import Desk, audited, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import (
    NOW,
    ApplicationFactory,
    AttachmentFactory,
    ContactFactory,
    MessageFactory,
    SavedFilterFactory,
)
from madoguchi.common import clock
from madoguchi.common.ids import grouped, new_id
from madoguchi.common.tests.lists import both_files

pytestmark = pytest.mark.django_db

CALL = {
    "act": "record",
    "way": "telephone",
    "who": "申請者の母",
    "gist": "来週に書類を持ってくるとのこと。",
}


@pytest.fixture
def desk() -> Desk:
    return open_desk()


@pytest.fixture
def case(desk: Desk) -> Application:
    return ApplicationFactory(in_review=True, officer=desk["officer"])


def call(**changes: str) -> dict[str, str]:
    return CALL | {"happened_on": clock.today().isoformat()} | changes


def page(desk: Desk, case: Application, who: str = "officer") -> str:
    return text_of(desk.browser(who).get(url_of("case_contacts", case)))


def send(desk: Desk, case: Application, data: dict[str, Any], who: str = "officer") -> Any:
    return desk.browser(who).post(url_of("case_contacts", case), data)


def test_an_officer_writes_and_sees_whether_it_was_read(desk: Desk, case: Application) -> None:
    response = send(
        desk, case, {"act": "message", "message": str(new_id()), "text": "いつ届きますか。", "asks": "1"}
    )

    assert response.status_code == 302
    shown = text_of(desk.browser("officer").get(response["Location"]))
    assert "メッセージを送りました。" in shown
    assert "いつ届きますか。" in shown
    assert "返事待ち" in shown
    assert "申請者は、まだ読んでいません。" in shown
    Message.objects.update(seen_at=NOW)
    assert "申請者が読んだ日時" in page(desk, case)


def test_a_message_sent_twice_is_there_once(desk: Desk, case: Application) -> None:
    data = {"act": "message", "message": str(new_id()), "text": "一度だけ"}

    for _click in range(2):
        send(desk, case, data)
    send(desk, case, data | {"message": "x", "text": "もう一つ"})

    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "sentence"), [(" ", "メッセージを書いてください。"), ("あ" * 2001, "2000文字まで")]
)
def test_a_message_that_cannot_be_sent_is_shown_again(
    desk: Desk, case: Application, text: str, sentence: str
) -> None:
    response = send(desk, case, {"act": "message", "text": text, "asks": "1"})

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert text.strip() in text_of(response)
    assert Message.objects.count() == 0


def test_a_message_long_after_the_end_is_refused_and_kept_in_the_page(desk: Desk) -> None:
    case = ApplicationFactory(closed=True, officer=desk["officer"], approver=desk["approver"])
    long_ago = clock.now() - MESSAGES_AFTER_CLOSING - timedelta(days=2)
    Application.objects.filter(id=case.id).update(closed_at=long_ago)

    response = send(desk, case, {"act": "message", "text": "遅い知らせ"})

    assert response.status_code == 422
    assert "電話か書面で知らせてください。" in text_of(response)
    assert "遅い知らせ" in text_of(response)
    assert Message.objects.count() == 0


def test_unread_messages_are_read_by_opening_them_but_not_by_who_only_decides(
    desk: Desk, case: Application
) -> None:
    message = MessageFactory(application=case)
    AttachmentFactory(owner_id=case.id, document_id=f"message/{message.id}", name="家.jpg")
    front = text_of(desk.browser("approver").get(url_of("case", case)))
    assert "未読1件" in front

    assert "未読" in page(desk, case, "approver")
    assert Message.objects.get().seen_at is None
    shown = page(desk, case)

    assert "未読" in shown
    assert "家.jpg" in shown
    assert Message.objects.get().seen_at is not None
    assert "未読1件" not in text_of(desk.browser("officer").get(url_of("case", case)))


def test_a_call_is_written_down_and_ends_the_waiting(desk: Desk, case: Application) -> None:
    waiting = MessageFactory(application=case, from_office=True, asks=True)
    assert "返事待ちを終える" in page(desk, case)

    assert send(desk, case, call(ends="1")).status_code == 302

    shown = page(desk, case)
    assert "来週に書類を持ってくるとのこと。" in shown
    assert "記録：立花 和也" in shown
    waiting.refresh_from_db()
    assert waiting.answered_at is not None
    assert "contact" in audited(case)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"way": "pigeon"}, "応対の方法を選んでください。"),
        ({"happened_on": "2026-02-30"}, "応対した日を「2026年11月23日」のように"),
        ({"happened_on": "2099-01-01"}, "応対した日は、今日までの日にしてください。"),
        ({"who": " "}, "だれと話したかを入力してください。"),
        ({"who": "あ" * 101}, "相手は100文字までにしてください。"),
        ({"gist": ""}, "話した内容を入力してください。"),
        ({"gist": "あ" * 2001}, "内容は2000文字までにしてください。"),
    ],
)
def test_a_record_that_says_too_little_is_shown_again_with_what_was_typed(
    desk: Desk, case: Application, changes: dict[str, str], sentence: str
) -> None:
    sent = call(**changes)

    response = send(desk, case, sent)

    text = text_of(response)
    assert response.status_code == 422
    assert sentence in text
    assert sent["gist"] in text
    assert sent["who"].strip() in text
    assert Contact.objects.count() == 0


def test_a_record_in_error_is_struck_by_its_author_or_a_head_and_stays(desk: Desk, case: Application) -> None:
    contact = ContactFactory(application=case, recorded_by=desk["officer"])
    address = url_of("case_contact_strike", case, contact.id)
    assert address not in page(desk, case, "second")
    assert desk.browser("second").post(address).status_code == 403

    assert desk.browser("head").post(address).status_code == 302

    assert "取消し（中村 拓也）" in page(desk, case)
    assert address not in page(desk, case)
    assert desk.browser("officer").post(address).status_code == 403
    other = ApplicationFactory()
    assert desk.browser("head").post(url_of("case_contact_strike", other, contact.id)).status_code == 404


def test_a_record_that_is_sent_twice_is_kept_once(desk: Desk, case: Application) -> None:
    browser, address = desk.browser("officer"), url_of("case_contacts", case)
    found = re.search(r'name="message" value="([^"]+)"', text_of(browser.get(address)))
    assert found is not None
    sent = CALL | {"happened_on": clock.today().isoformat()} | {"message": found[1]}

    for _press in range(2):
        assert browser.post(address, sent).status_code == 302

    assert Contact.objects.filter(application=case).count() == 1
    assert browser.post(address, sent | {"message": str(new_id())}).status_code == 302
    assert Contact.objects.filter(application=case).count() == 2


def test_other_words_under_an_id_that_is_taken_are_kept_too(desk: Desk, case: Application) -> None:
    other = ApplicationFactory(in_review=True, officer=desk["officer"])
    sent = call(message=str(new_id()))
    for data in (
        sent,
        sent | {"gist": "もどって書き直した。"},
        sent | {"who": "申請者の父"},
        sent | {"way": "visit"},
    ):
        assert send(desk, case, data).status_code == 302

    assert Contact.objects.filter(application=case).count() == 4
    assert send(desk, other, sent).status_code == 302
    assert Contact.objects.filter(application=other).count() == 1


def test_the_actions_refuse_who_may_not_and_days_to_come(desk: Desk, case: Application) -> None:
    told: dict[str, Any] = {
        "application": case,
        "contact_id": new_id(),
        "way": "telephone",
        "who": "本人",
        "gist": "x",
        "ends_waiting": False,
        "now": clock.now(),
    }

    with pytest.raises(NotAllowed):
        actions.record_contact(**told, happened_on=clock.today(), by=desk["approver"])
    with pytest.raises(DayOutOfRange):
        actions.record_contact(**told, happened_on=clock.today() + timedelta(days=1), by=desk["officer"])


def test_the_newest_stands_on_top_a_page_at_a_time(desk: Desk, case: Application) -> None:
    for number in range(60):
        at = NOW + timedelta(minutes=number)
        if number % 2:
            MessageFactory(application=case, at=at, text=f"第{number:02}")
        else:
            ContactFactory(application=case, recorded_at=at, gist=f"第{number:02}")

    first, second = rows(case), rows(case, first=50)

    assert [row.text for row in first[:2]] == ["第59", "第58"]
    assert (len(first), len(second), second[-1].text) == (50, 10, "第00")
    shown = text_of(desk.browser("officer").get(url_of("case_contacts", case) + "?page=2"))
    assert "第00" in shown
    assert "第59" not in shown


def test_much_talk_asks_as_often_as_little(desk: Desk) -> None:
    few, many = ApplicationFactory(), ApplicationFactory()
    for case, count in ((few, 1), (many, 30)):
        for _ in range(count):
            MessageFactory(application=case, from_office=True)
            MessageFactory(application=case)
            ContactFactory(application=case)
    counts = []
    for name in ("case", "case_contacts"):
        for case in (few, many):
            desk.browser("officer").get(url_of(name, case))
            with CaptureQueriesContext(connection) as asked_for:
                desk.browser("officer").get(url_of(name, case))
            counts.append(len(asked_for))

    assert counts[0] == counts[1]
    assert counts[2] == counts[3]


def test_everything_that_was_said_is_saved_as_a_file(desk: Desk, case: Application) -> None:
    ContactFactory(application=case, gist="=1+1", struck_at=NOW, struck_by=desk["head"])
    MessageFactory(application=case, text="来週です。")

    lines = both_files(desk.browser("officer"), url_of("case_contacts_csv", case))

    assert lines[0][:2] == ["日", "方法"]
    assert [line[1] for line in lines[1:]] == ["メッセージ", "電話"]
    assert not any(cell.startswith("=") for line in lines for cell in line)
    assert "取消し（中村 拓也）" in str(lines)


# --- in the list of cases ------------------------------------------------------------------------------------


def listed(desk: Desk, news: str, who: str = "officer") -> str:
    return text_of(desk.browser(who).get("/desk/", {"news": news, "tab": "open"}))


def test_the_list_shows_and_filters_unread_messages_and_questions_that_wait(desk: Desk) -> None:
    quiet, unread, waiting = (ApplicationFactory() for _ in range(3))
    MessageFactory(application=unread)
    MessageFactory(application=waiting, from_office=True, asks=True)
    number = {case: grouped(case.receipt_number) for case in (quiet, unread, waiting)}

    every, only_unread, only_waiting = (listed(desk, news) for news in ("", "unread", "waiting"))

    assert all(one in every for one in number.values())
    assert "未読メッセージ" in every.partition("<table")[2]
    assert [one in only_unread for one in number.values()] == [False, True, False]
    assert [one in only_waiting for one in number.values()] == [False, False, True]


def test_the_list_filters_what_changed_since_ones_own_last_look(desk: Desk, case: Application) -> None:
    other = ApplicationFactory()
    number, others = grouped(case.receipt_number), grouped(other.receipt_number)
    assert number in listed(desk, "changed")  # held and never opened
    assert "未開封" in listed(desk, "changed")
    assert others not in listed(desk, "changed")
    for one in (case, other):
        desk.browser("officer").get(url_of("case", one))
    assert number not in listed(desk, "changed")

    actions.add_note(application=other, text="新しいメモ", by=desk["second"], now=clock.now())
    actions.add_note(application=case, text="自分のメモ", by=desk["officer"], now=clock.now())

    shown = listed(desk, "changed")
    assert others in shown
    assert "動きあり" in shown
    assert number not in shown
    assert others not in listed(desk, "changed", "approver")


def test_a_saved_view_of_what_changed_counts_for_who_looks(desk: Desk, case: Application) -> None:
    SavedFilterFactory(owner=desk["officer"], name="わたしの動き", query="news=changed")

    def count() -> str:
        page_ = listed(desk, "")
        return page_.partition("わたしの動き")[2].partition('class="count">')[2].partition("<")[0]

    assert count() == "1"
    desk.browser("officer").get(url_of("case", case))
    assert count() == "0"
