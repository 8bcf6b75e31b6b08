"""The screen of a case: two people see each other, office and resident write, another department is asked."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Claim, Form, Look, Ticket, open_status, press
from tests.conftest import PHONE, NewPage

pytestmark = pytest.mark.browser


def opened(page: Page, ticket: Ticket) -> Form:
    """The case on the desk of somebody who has signed in."""
    page.goto("/desk/?tab=all&sort=-filed")
    press(page.get_by_role("link", name=ticket.number))
    return Form(page)


def test_two_people_in_a_case_see_each_other_without_loading_it_again(
    staff_page: Callable[[str], Page], new_page: NewPage, look: Look
) -> None:
    ticket = Claim(new_page()).file()
    first = opened(staff_page("officer"), ticket)
    first.page.clock.install()
    first.page.reload()
    expect(first.page.locator("[data-presence]")).to_have_text("")

    second = opened(staff_page("officer2"), ticket)
    expect(second.page.locator("[data-presence]")).to_contain_text("この申請を開いています。")
    first.page.mouse.move(10, 10)
    first.page.clock.run_for(31_000)

    expect(first.page.locator("[data-presence]")).to_contain_text("この申請を開いています。")
    look(first.page, "somebody-else-is-here")


def test_office_and_resident_write_to_each_other(
    staff_page: Callable[[str], Page], new_page: NewPage, look: Look
) -> None:
    ticket = Claim(new_page()).file()
    officer = opened(staff_page("officer"), ticket)
    officer.press("担当する")
    officer.follow("メッセージを送る・応対を記録する")
    look(officer.page, "nothing-said-yet")
    officer.write("メッセージ", "書類は、いつごろ届きますか。")
    officer.main.get_by_label("返事を待つ（一覧に「返事待ち」と表示）").check()
    officer.press("送る")
    look(officer.page, "question-sent")

    page = new_page(viewport=PHONE, java_script_enabled=False)
    open_status(page, ticket)
    resident = Form(page)
    look(page, "status-with-question")
    resident.follow("メッセージを読む")
    look(page, "question-read")
    resident.press("送る")
    assert resident.errors() == ["送りたいことを書いてください。"]
    resident.write("メッセージを書く", "来週の月曜日に届きます。")
    resident.press("送る")
    look(page, "answered")
    expect(resident.main).to_contain_text("来週の月曜日に届きます。")

    officer.page.goto("/desk/?news=unread")
    expect(officer.main).to_contain_text(ticket.number)
    look(officer.page, "unread-in-the-list")
    press(officer.page.get_by_role("link", name=ticket.number))
    expect(officer.main).to_contain_text("未読1件")


def test_an_answer_is_put_right_and_the_resident_reads_why(
    staff_page: Callable[[str], Page], new_page: NewPage, look: Look
) -> None:
    ticket = Claim(new_page()).file()
    officer = opened(staff_page("officer"), ticket)
    officer.press("担当する")
    officer.follow("回答を訂正する")
    look(officer.page, "choose-the-answer")
    press(officer.main.get_by_role("link", name=re.compile("日中に連絡がとれる電話番号")))
    officer.write("日中に連絡がとれる電話番号", "019-651-4112")
    officer.choose("確かめた方法", "電話")
    officer.write("訂正する理由", "電話で、番号の書き間違いを確かめました。")
    look(officer.page, "put-right")
    officer.press("訂正する")
    expect(officer.main).to_contain_text("職員が訂正")
    look(officer.page, "case-with-edit")

    page = new_page(viewport=PHONE)
    open_status(page, ticket)
    expect(Form(page).main).to_contain_text("電話で、番号の書き間違いを確かめました。")
    look(page, "status-with-edit")


def test_another_department_is_asked_and_answers(
    staff_page: Callable[[str], Page], new_page: NewPage, look: Look
) -> None:
    ticket = Claim(new_page()).file()
    officer = opened(staff_page("officer"), ticket)
    officer.press("担当する")
    officer.follow("他課に意見を聞く")
    officer.main.get_by_label("納税課", exact=True).check()
    officer.main.get_by_label("請求する方", exact=True).check()
    officer.write("聞きたいこと", "所得の更正がないか、教えてください。")
    look(officer.page, "ask")
    officer.press("照会する")
    expect(officer.main).to_contain_text("意見照会中（1件）")
    look(officer.page, "asked")
    officer.page.goto("/desk/opinions/")
    look(officer.page, "list-of-the-asking-department")
    expect(officer.main).to_contain_text("回答を待っている照会はありません")
