"""Two windows, two people: whoever comes second is told, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Claim, Form, Look, press
from tests.conftest import PHONE, NewPage

pytestmark = pytest.mark.browser


def test_a_resident_with_two_tabs_is_asked_which_answers_count(new_page: NewPage, look: Look) -> None:
    page = new_page(viewport=PHONE)
    first = Claim(page)
    first.start()
    first.filer()
    second = Claim(page.context.new_page())
    second.page.goto(page.url)
    second.reason()

    first.choose("請求する理由は何ですか", "転入")
    first.day("その理由が起きた日はいつですか", "西暦", 2026, 11, 1)
    first.go_on()

    look(page, "changed-in-another-tab")
    expect(first.main).to_contain_text("別の画面（タブ）")
    expect(first.main.get_by_role("radio", name="転入", exact=True)).to_be_checked()
    first.go_on()
    first.follow("前の画面にもどる")
    expect(first.main.get_by_role("radio", name="転入", exact=True)).to_be_checked()


def test_an_officer_who_comes_second_is_told_who_was_first(
    staff_page: Callable[[str], Page], new_page: NewPage, look: Look
) -> None:
    first, second = _two_officers_at_one_case(staff_page, new_page)
    first.press("担当する")

    second.press("担当する")

    look(second.page, "somebody-was-faster")
    expect(second.page.locator("h1")).to_have_text("ほかの職員が先に変更しました")
    expect(second.main).to_contain_text(re.compile("さんが.*担当の引受け"))
    second.follow("最新の内容を開く")
    expect(second.page.locator(".case-head")).to_contain_text("審査中")


def test_reasons_typed_while_somebody_else_acts_are_kept(
    staff_page: Callable[[str], Page], new_page: NewPage, look: Look
) -> None:
    first, second = _two_officers_at_one_case(staff_page, new_page)
    first.press("担当する")
    first.follow("起案する")
    first.choose("決定の内容", "却下")
    first.write("理由", "対象のお子さんがいないため。")
    second.page.reload()
    myself = second.page.locator(".desk-who").inner_text()
    choice = second.main.get_by_label("担当を変える")
    choice.select_option(
        label=next(name for name in choice.locator("option").all_inner_texts() if name in myself)
    )
    second.press("変える")

    first.press("起案する")

    look(first.page, "somebody-took-over")
    expect(first.main).to_contain_text("対象のお子さんがいないため。")
    first.press("入力した内容で、最新の画面を開く")
    look(first.page, "typed-again")
    expect(first.main.get_by_role("textbox", name="理由")).to_have_value("対象のお子さんがいないため。")
    expect(first.main.get_by_role("button", name="起案する", exact=True)).to_have_count(0)


def _two_officers_at_one_case(staff_page: Callable[[str], Page], new_page: NewPage) -> tuple[Form, Form]:
    """A new case, open on the desks of two officers."""
    ticket = Claim(new_page()).file()
    pages = [staff_page("officer"), staff_page("officer2")]
    for page in pages:
        page.goto("/desk/?tab=unassigned")
        press(page.get_by_role("link", name=ticket.number))
    return Form(pages[0]), Form(pages[1])
