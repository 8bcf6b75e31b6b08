"""The inventory of procedures in a browser: a faulty file is mended, imported and updated; two tabs meet at one entry."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.pages import Form, Look, press
from tests.conftest import PHONE

pytestmark = pytest.mark.browser
HEADER = "手続ID,手続名,法令名,手続類型,担当部署,総手続件数,オンライン手続件数"


def choose(page: Page, *lines: str) -> None:
    data = "\r\n".join([HEADER, *lines]).encode()
    file: FilePayload = {"name": "台帳.csv", "mimeType": "text/csv", "buffer": data}
    page.get_by_label("CSVまたはExcelのファイル").set_input_files(file)
    press(page.get_by_role("button", name="確かめる"))


@pytest.mark.parametrize(
    "options", [{"viewport": PHONE, "java_script_enabled": False}, {}], ids=["narrow", "wide"]
)
def test_a_faulty_file_is_mended_imported_and_updated_and_two_tabs_meet(
    staff_page: Callable[..., Page], look: Look, options: dict[str, object]
) -> None:
    size = "狭い" if options else "広い"
    page = staff_page("office", **options)
    main = page.locator("main")
    page.goto("/studio/inventory/?state=abolished")
    look(page, "empty")
    page.goto("/studio/inventory/import/")
    look(page, "import")
    department = "市民登録課"
    choose(
        page, f"S{size}1,{size}届の一,試験の条例,1,{department},10,20", f"S{size}2,{size}届の二,,8,ない課,,"
    )

    look(page, "findings")
    expect(main.get_by_role("table", name="直すところ")).to_contain_text("総手続件数より多い数です。")
    choose(
        page,
        f"S{size}1,{size}届の一,試験の条例,1,{department},20,10",
        f"S{size}2,{size}届の二,,3,{department},,",
    )
    look(page, "comparison-new")
    press(page.get_by_role("button", name="取り込む", exact=True))
    look(page, "imported")
    expect(main).to_contain_text("新しく登録 2件")

    choose(page, f"S{size}1,{size}届の一（改）,試験の条例,1,{department},30,10")
    look(page, "comparison-changed")
    expect(main.get_by_role("table", name="変更")).to_contain_text("30")
    press(page.get_by_role("button", name="取り込む", exact=True))
    expect(main).to_contain_text("変更 1件")

    page.goto(f"/studio/inventory/?q={size}届")
    look(page, "list")
    press(main.get_by_role("link", name=f"{size}届の一（改）"))
    look(page, "entry")
    expect(main).to_contain_text(f"手続名：{size}届の一 → {size}届の一（改）")
    _edit_in_two_tabs(page, look)
    page.get_by_label("廃止日").fill("2026-04-01")
    press(page.get_by_role("button", name="廃止する"))
    look(page, "abolished")
    expect(main).to_contain_text("2026-04-01に廃止した手続です。")
    press(page.get_by_role("button", name="廃止を取り消す"))
    expect(main).to_contain_text("廃止を取り消しました。")


def _edit_in_two_tabs(page: Page, look: Look) -> None:
    press(page.get_by_role("link", name="変更する"))
    look(page, "form")
    second = page.context.new_page()
    second.goto(page.url)
    other = Form(second)
    other.write("根拠条項号", "第3条")
    other.press("保存する")
    second.close()

    page.get_by_text("国の棚卸調査のその他の項目").click()
    page.get_by_label("所管府省庁").fill("試験の省")
    look(page, "form-with-survey-columns")
    page.get_by_label("法令でオンラインにできない").check()
    form = Form(page)
    form.write("法令名", "試験の条例の改正")
    form.press("保存する")
    look(page, "two-tabs")
    expect(page.get_by_role("table", name="ほかの人が変更した項目")).to_contain_text("第3条")
    form.press("保存する")
    look(page, "form-with-errors")
    form.write("オンライン不可の理由", "試験の理由")
    form.write("オンライン不可の根拠法令", "試験の条例 第4条")
    form.press("保存する")
    expect(page.locator("main")).to_contain_text("試験の条例の改正")
    expect(page.locator("main")).to_contain_text("第3条")
    expect(page.locator("main")).to_contain_text("試験の省")
    expect(page.locator("main")).to_contain_text("法令でオンラインにできません：試験の理由")
