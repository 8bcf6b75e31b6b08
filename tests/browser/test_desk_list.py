"""An officer's list of cases: narrowed, its columns chosen, saved under a name, opened again, taken as a workbook."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Form, Look, press

pytestmark = pytest.mark.browser


def test_an_officer_saves_a_view_and_takes_it_as_a_workbook(
    staff_page: Callable[[str], Page], look: Look
) -> None:
    page = staff_page("officer")
    form = Form(page)
    page.goto("/desk/")
    page.locator("#due").select_option(label="7日以内に期限が来るもの")
    page.locator("summary", has_text="表示する列").click()
    form.group("表示する列").get_by_label("経路").uncheck()
    look(page, "list-columns")
    form.press("絞り込む")
    expect(page.get_by_role("columnheader", name="経路")).to_have_count(0)

    press(page.get_by_role("link", name="いまの絞り込みを保存する・整理する"))
    form.press("保存する")
    look(page, "list-no-name")
    expect(form.main).to_contain_text("名前を入力してください。")
    page.get_by_label("名前", exact=True).first.fill("期限が近いもの")
    form.press("保存する")

    view = page.get_by_role("navigation", name="保存した絞り込み").get_by_role("link", name="期限が近いもの")
    expect(view).to_have_attribute("aria-current", "page")
    look(page, "list-saved")
    page.goto("/desk/")
    press(view)
    expect(page.get_by_role("columnheader", name="経路")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="Excelで保存する").click()
    assert download.value.suggested_filename.endswith(".xlsx")

    press(page.get_by_role("link", name="いまの絞り込みを保存する・整理する"))
    page.locator("summary", has_text="名前を変える・削除する").first.click()
    look(page, "list-views")
    form.press("削除する")
    expect(form.main).to_contain_text("削除しました。")


def test_on_a_narrow_screen_the_filters_are_folded_and_opened_by_keyboard(
    staff_page: Callable[[str], Page], look: Look, fits: Callable[[Page], None]
) -> None:
    page = staff_page("officer")
    page.goto("/desk/")
    expect(page.locator("#due")).to_be_visible()  # there is room

    page.set_viewport_size({"width": 320, "height": 640})
    expect(page.locator("#due")).not_to_be_visible()
    look(page, "list-filters-folded")
    fits(page)
    page.locator("summary", has_text="絞り込みと列").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#due")).to_be_visible()
    look(page, "list-filters-open")
    fits(page)
    page.locator("#due").focus()
    page.locator("#due").select_option(label="期限を過ぎたもの")
    Form(page).press("絞り込む")

    expect(page.locator("#due")).to_be_visible()
    expect(page.locator("#due")).to_have_value("overdue")
