"""Staff at the door: what is wrong is told, what is right opens, and signing out closes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Form, Look, give_code, press

pytestmark = pytest.mark.browser


def test_the_desk_opens_with_password_and_code_only(page: Page, look: Look) -> None:
    form = Form(page)
    page.goto("/desk/")
    form.write("ログイン名", "head")
    form.write("パスワード", "not-the-password")
    form.press("次へ")
    look(page, "wrong-password")
    assert page.title().startswith("エラー")
    expect(form.main.get_by_label("ログイン名", exact=True)).to_have_value("head")
    form.write("パスワード", page.locator("main code").first.inner_text())
    form.press("次へ")
    form.write("確認コード", "12")
    form.press("サインイン")
    look(page, "wrong-code")
    assert page.title().startswith("エラー")

    give_code(page)
    look(page, "inbox-of-head")
    press(page.get_by_role("button", name="サインアウト"))
    look(page, "signed-out")
    page.goto("/desk/")
    expect(page).to_have_url(re.compile("/desk/sign-in/"))


def test_an_administrator_sees_staff_but_no_cases(staff_page: Callable[[str], Page], look: Look) -> None:
    page = staff_page("admin")
    for name in ["desk", "jobs", "staff", "departments"]:
        page.goto("/desk/" if name == "desk" else f"/desk/{name}/")
        look(page, name)
    expect(page.locator("main")).not_to_contain_text("児童手当の認定請求")
