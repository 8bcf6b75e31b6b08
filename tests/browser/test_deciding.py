"""One case from filing to letter: the officer asks back, the resident answers, another person decides."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import (
    Claim,
    Form,
    Look,
    Name,
    Ticket,
    open_status,
    photo,
    press,
    text_of_pdf,
)
from tests.conftest import PHONE, NewPage

pytestmark = pytest.mark.browser

EMAIL = "mended@example.jp"
PARENT = Name("村上", "小春", "ムラカミ", "コハル")
BIRTHDAY = "請求する方の生年月日"
PAPER = "請求する方の本人確認書類"


def test_a_case_goes_back_and_forth_and_another_person_decides(
    new_page: NewPage,
    staff_page: Callable[[str], Page],
    look: Look,
    mail: Callable[[str, str], str],
) -> None:
    resident = new_page(viewport=PHONE)
    ticket = _file_with_a_photograph(resident)
    officer = staff_page("officer")
    officer.goto("/desk/")
    case = _find_in_the_inbox(officer, ticket, look)
    _take(officer, look)
    _see_the_photograph(officer, look)
    _leave_a_note(officer, look)
    _ask_back(officer, look)

    assert ticket.number in mail(EMAIL, "確認のお願い")
    _answer(resident, ticket, look)

    _propose(officer, case, look)
    _cannot_decide_alone(officer, look)
    approver = staff_page("approver")
    approver.goto("/desk/")
    _decide(approver, ticket, look)

    mail(EMAIL, "通知書")
    _read_the_letter(resident, look)


def _file_with_a_photograph(page: Page) -> Ticket:
    claim = Claim(page, parent=PARENT, email=EMAIL)
    claim.start()
    claim.up_to("consent")
    page.locator("input[type=file]").set_input_files(photo())
    claim.documents()
    return claim.send()


def _find_in_the_inbox(page: Page, ticket: Ticket, look: Look) -> str:
    look(page, "inbox")
    rows = page.locator("tbody tr")
    search = page.get_by_role("searchbox", name="検索")
    search.fill("そんな人はいない")
    press(page.get_by_role("button", name="検索"))
    expect(page.locator("main")).to_contain_text("条件に合う申請はありません")
    look(page, "inbox-nothing-found")
    search.fill("むらかみ こはる")
    press(page.get_by_role("button", name="検索"))
    look(page, "inbox-found")
    expect(rows.filter(has_text=ticket.number)).to_have_count(1)
    expect(rows.first).to_contain_text("村上 小春")
    assert "むらかみ" not in page.url  # names stay out of addresses
    page.locator("#channel").select_option(label="窓口")
    press(page.get_by_role("button", name="絞り込む"))
    expect(rows.filter(has_text=ticket.number)).to_have_count(0)
    page.locator("#channel").select_option(label="オンライン")
    press(page.get_by_role("button", name="絞り込む"))
    press(page.get_by_role("link", name=ticket.number))
    return page.url


def _take(page: Page, look: Look) -> None:
    form = Form(page)
    look(page, "case")
    expect(page.locator(".case-head")).to_contain_text("受付済み")
    form.press("担当する")
    expect(page.locator(".case-head")).to_contain_text("審査中")
    look(page, "case-taken")


def _see_the_photograph(page: Page, look: Look) -> None:
    Form(page).follow("menkyo.jpg")
    picture = page.get_by_role("img", name=PAPER)
    expect(picture).to_be_visible()
    assert picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    look(page, "photograph")
    page.go_back()


def _leave_a_note(page: Page, look: Look) -> None:
    form = Form(page)
    form.press("メモを保存する")
    look(page, "note-empty")
    form.write("メモ", "電話で家族の様子を聞いた。")
    form.press("メモを保存する")
    expect(page.locator(".notes")).to_contain_text("電話で家族の様子を聞いた。")


def _ask_back(page: Page, look: Look) -> None:
    form = Form(page)
    form.follow("補正を依頼する")
    look(page, "ask-back")
    form.press("補正を依頼する")
    look(page, "ask-back-nothing-chosen")
    assert page.title().startswith("エラー")
    for title, reason in [(BIRTHDAY, "生年月日が登録と違う"), (PAPER, "書類が読めない")]:
        form.main.get_by_role("checkbox", name=title).check()
        form.main.get_by_role("combobox", name=re.compile(f"{title}：\\s*理由")).select_option(label=reason)
    form.main.get_by_role("textbox", name=re.compile(f"{BIRTHDAY}：\\s*説明")).fill("年を確かめてください。")
    form.press("補正を依頼する")
    expect(page.locator(".case-head")).to_contain_text("補正待ち")
    look(page, "case-asked-back")


def _answer(page: Page, ticket: Ticket, look: Look) -> None:
    open_status(page, ticket)
    look(page, "status-asked-back")
    form = Form(page)
    form.follow("直してほしいところを見る")
    look(page, "correction")
    # Only what was asked for can be changed.
    expect(form.main.get_by_role("heading", level=2)).to_have_text([BIRTHDAY, PAPER])
    expect(form.main).to_contain_text("年を確かめてください。")
    form.day(BIRTHDAY, "平成", 3, 14, 12)
    form.press("直した内容を送る")
    look(page, "correction-wrong")
    assert page.title().startswith("エラー")
    assert len(form.errors()) == 2
    expect(form.group(BIRTHDAY).get_by_label("月", exact=True)).to_have_value("14")
    form.day(BIRTHDAY, "平成", 3, 4, 12)
    page.locator("input[type=file]").set_input_files(photo("menkyo2.jpg"))
    form.press("直した内容を送る")
    look(page, "status-answered")
    expect(form.main).not_to_contain_text("直してほしいところを見る")


def _propose(page: Page, case: str, look: Look) -> None:
    page.goto(case)
    look(page, "case-answered")
    changed = page.locator(".changed")
    expect(changed).to_have_count(1)
    expect(changed).to_contain_text("1991年4月12日")
    expect(changed).to_contain_text("1990年4月12日")
    expect(page.get_by_role("link", name="menkyo2.jpg")).to_be_visible()
    form = Form(page)
    form.follow("起案する")
    look(page, "propose")
    form.press("起案する")
    look(page, "propose-nothing-chosen")
    assert page.title().startswith("エラー")
    form.choose("決定の内容", "却下")
    form.press("起案する")
    look(page, "propose-without-reason")
    assert len(form.errors()) == 1
    form.choose("決定の内容", "認定")
    form.press("起案文と通知書の案を見る")
    look(page, "letter-drafted")
    expect(page.locator(".letter")).to_contain_text("村上 小春")
    form.press("起案する")
    expect(page.locator(".case-head")).to_contain_text("決裁待ち")


def _cannot_decide_alone(page: Page, look: Look) -> None:
    look(page, "case-proposed")
    expect(page.get_by_role("button", name="決裁する")).to_be_disabled()
    Form(page).follow("起案の内容と通知書の案を見る")
    look(page, "decide-not-mine")
    expect(page.get_by_role("button", name="この内容で決裁する")).to_have_count(0)


def _decide(page: Page, ticket: Ticket, look: Look) -> None:
    press(page.get_by_role("link", name="決裁・合議"))
    look(page, "approvals")
    for tab in ("consulted", "later"):
        page.goto(f"/desk/approvals/{tab}/")
        look(page, f"approvals-{tab}")
    page.goto("/desk/")
    press(page.get_by_role("link", name=re.compile("決裁待ち")))
    look(page, "inbox-of-approver")
    press(page.get_by_role("link", name=ticket.number))
    look(page, "case-of-approver")
    form = Form(page)
    form.follow("決裁する")
    look(page, "decide")
    form.press("差し戻す")
    look(page, "send-back-without-reason")
    assert page.title().startswith("エラー")
    form.press("この内容で決裁する")
    look(page, "case-decided")
    expect(page.locator(".case-head")).to_contain_text("認定")


def _read_the_letter(page: Page, look: Look) -> None:
    page.reload()
    look(page, "status-decided")
    letter = text_of_pdf(page, "通知書（PDF）を保存する")
    assert "村上小春" in letter
    assert "審査請求" in letter
    assert "盛岡市長" in letter
