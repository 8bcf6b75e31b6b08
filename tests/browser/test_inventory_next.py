"""The office decides what to put online next: by the rule, by department, with what nobody has counted apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Form, Look, press
from tests.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "options", [{"viewport": DESKTOP}, {"viewport": PHONE, "java_script_enabled": False}]
)
def test_the_office_finds_what_to_put_online_next(
    staff_page: Callable[..., Page], look: Look, options: dict[str, object]
) -> None:
    page = staff_page("office", **options)
    form = Form(page)
    page.goto("/studio/inventory/")
    press(page.get_by_role("link", name="次にオンライン化する手続"))
    look(page, "ranked")
    expect(form.main).to_contain_text("合成データを含みます。")
    expect(form.main).to_contain_text("順位は「年間件数 × しやすさ")
    expect(page.get_by_role("row").nth(1)).to_contain_text("・手間は")

    page.locator("#department").select_option(label="道路管理課")
    form.press("絞り込む")
    look(page, "of-a-department")
    expect(page.get_by_role("row").nth(1)).to_contain_text("道路管理課")

    press(page.get_by_role("link", name="件数か手間が未記入"))
    look(page, "without-a-place")
    expect(page.get_by_role("row").nth(1)).to_contain_text("未記入")
    expect(page.locator("#department")).to_have_value("roads")
    with page.expect_download() as download:
        page.get_by_role("link", name="Excelで保存する").click()
    assert download.value.suggested_filename == "inventory-unknown.xlsx"
