"""A claim that came on paper: entered by the officer although parts are missing, and handed over with its number."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Form, Look, Name, open_status, photo, press, text_of_pdf, ticket_in
from tests.conftest import NewPage

pytestmark = pytest.mark.browser

PARENT = Name("藤原", "美穂", "フジワラ", "ミホ")


def test_an_officer_enters_an_incomplete_claim_that_came_on_paper(
    staff_page: Callable[[str], Page], new_page: NewPage, look: Look
) -> None:
    page = staff_page("officer2")
    form = Form(page)
    _begin(page, look)
    _type_what_the_paper_says(page, look)
    form.press("内容を確かめて受け付ける")
    look(page, "check-incomplete")
    expect(form.main).to_contain_text("足りないところがあります")
    expect(form.main).to_contain_text("請求する方の仕事は何ですか")
    # Each thing that is missing leads to its field.
    form.follow(re.compile("請求する方の仕事は何ですか"))
    expect(page).to_have_url(re.compile("#"))
    form.press("内容を確かめて受け付ける")
    form.press("足りないまま受け付ける")

    look(page, "receipt-before-handing-over")
    form.press("合言葉を表示する")
    look(page, "receipt-nobody-chosen")
    assert page.title().startswith("エラー")
    form.choose("控えを渡す相手", "窓口で本人に渡す")
    form.press("合言葉を表示する")
    look(page, "receipt")
    ticket = ticket_in(form.main.inner_text())
    assert "藤原美穂" in text_of_pdf(page, re.compile("控え（PDF）を印刷する"))
    form.follow("申請を開く")
    look(page, "case")
    expect(page.locator(".case-head")).to_contain_text("書面")
    expect(form.main).to_contain_text("menkyo.jpg")
    resident = new_page()
    open_status(resident, ticket)
    expect(resident.locator(".lead")).to_contain_text("受け付けました")


def _begin(page: Page, look: Look) -> None:
    form = Form(page)
    page.goto("/desk/")
    press(page.get_by_role("link", name="新規入力"))
    look(page, "entries")
    form.press("入力を始める")
    look(page, "entries-nothing-chosen")
    assert page.title().startswith("エラー")
    page.get_by_label("手続").and_(page.locator("select")).select_option(label="児童手当の認定請求")
    form.choose("受け付けた方法", "書面")
    form.press("入力を始める")
    look(page, "entry")


def _type_what_the_paper_says(page: Page, look: Look) -> None:
    form = Form(page)
    form.choose("手続をする方", "本人")
    form.choose("請求する理由は何ですか", "出生（第1子）")
    form.day("その理由が起きた日はいつですか", "令和", 8, 13, 12)
    form.name("請求する方の氏名", PARENT)
    page.locator("#doc-identity").set_input_files(photo())
    form.press("保存して更新")
    look(page, "entry-wrong")
    assert page.title().startswith("エラー")
    expect(form.group("その理由が起きた日はいつですか").get_by_label("月", exact=True)).to_have_value("13")
    form.day("その理由が起きた日はいつですか", "令和", 8, 11, 12)
    form.press("お子さんを追加する")
    form.name("お子さんの氏名", Name("藤原", "蓮", "フジワラ", "レン"))
    form.press("保存して更新")
    look(page, "entry-saved")
    expect(form.main).to_contain_text("menkyo.jpg")
