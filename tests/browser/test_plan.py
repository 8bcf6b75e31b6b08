"""The plan in a browser: residents read it small and without scripts; the office records and sees its figure move."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from tests.browser.pages import Form, Look, press
from tests.conftest import PHONE, NewPage

pytestmark = pytest.mark.browser

PUBLIC = [
    "/plan/",
    "/plan/?as_of=2023-08-17",
    "/plan/?plan=morioka-2026-2030",
    "/plan/measures/2-2/",
    "/plan/indicators/workshops/",
    "/plan/indicators/online-share/",
    "/plan/indicators/workshops/counts/",
    "/plan/indicators/online-share/counts/",
    "/plan/indicators/workshops/definitions/",
    "/plan/?as_of=2999-01-01",
    "/plan/rule/",
    "/plan/roadmap/",
    "/plan/minutes/",
]
STAFF = [
    "/plan/office/",
    "/plan/achievements/",
    "/plan/achievements/new/",
    "/plan/achievements/new/training/",
    "/plan/achievements/import/workshop/",
    "/plan/reports/",
    "/plan/reports/2024/2-2/",
    "/plan/investment/",
    "/plan/investment/new/",
    "/plan/national/",
    "/plan/national/new/",
    "/plan/national/cards/",
    "/plan/services/",
    "/plan/services/import/",
    "/plan/typed-values/",
    "/plan/services/new/",
    "/plan/meetings/",
    "/plan/meetings/new/",
    "/plan/resolutions/?state=all",
    "/plan/roadmap/what-if/?as_of=2022-01-01&bar=services-survey&days=60",
    "/plan/indicators/workshops/rows/",
]


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_everybody_can_read_the_plan_on_a_small_telephone(
    new_page: NewPage,
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
    picture: Callable[[Page, str], object],
    language: str,
) -> None:
    page = new_page(viewport=PHONE)
    page.goto(f"/language/{language}/")
    for number, address in enumerate(PUBLIC):
        page.goto(address)
        axe(page)
        fits(page)
        picture(page, f"plan/{language}-{number}")


def test_axe_finds_nothing_on_the_pages_of_the_office(
    staff_page: Callable[[str], Page],
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
    picture: Callable[[Page, str], object],
) -> None:
    page = staff_page("office")
    for number, address in enumerate(STAFF):
        page.goto(address)
        axe(page)
        picture(page, f"plan/office-{number}")
    page.set_viewport_size({"width": 320, "height": 800})
    for address in STAFF:
        page.goto(address)
        fits(page)


def test_the_office_records_a_workshop_and_the_public_figure_moves(
    staff_page: Callable[[str], Page], new_page: NewPage, look: Look
) -> None:
    before = _workshops(new_page())
    page = staff_page("office")
    page.goto("/plan/achievements/new/workshop/")
    form = Form(page)
    form.press("登録する")
    look(page, "achievement-with-errors")
    assert page.title().startswith("エラー")
    form.write("講座の名称", "はじめてのスマートフォン（試験）")
    page.get_by_label("開催日").fill("2025-05-20")
    page.get_by_label("部署").select_option("digital")
    form.write("参加者の数", "１２")
    form.press("登録する")
    look(page, "achievement-without-proof")
    expect(page.locator("main")).to_contain_text("まだ集計に入っていません")
    assert _workshops(new_page()) == before

    press(page.get_by_role("link", name="変更する"))
    form.write("文書番号、または書類のある場所", "盛情企第99号（試験）")
    form.press("保存する")

    look(page, "achievement-counted")
    expect(page.locator("main")).to_contain_text("集計対象")
    assert _workshops(new_page()) == before + 1


def test_the_office_imports_a_workbook_as_a_job_and_writes_its_review(
    staff_page: Callable[[str], Page], new_page: NewPage, look: Look, tmp_path: Path
) -> None:
    before = _workshops(new_page())
    page = staff_page("office")
    page.goto("/plan/achievements/import/workshop/")
    with page.expect_download() as template:
        page.get_by_role("link", name="ひな形").click()
    header = template.value.path().read_text("utf-8-sig").strip().split(",")

    page.locator("input[type=file]").set_input_files(_workbook(tmp_path, header, attendees="たくさん"))
    press(page.get_by_role("button", name="確かめる"))
    look(page, "import-with-faults")
    expect(page.locator("main")).to_contain_text("1行も取り込んでいません")

    page.locator("input[type=file]").set_input_files(_workbook(tmp_path, header, attendees=15))
    press(page.get_by_role("button", name="確かめる"))
    look(page, "import-looked-at")
    expect(page.locator("main")).to_contain_text("まだ取り込んでいません")
    press(page.get_by_role("button", name="取り込む", exact=True))
    for _try in range(60):
        if "取り込みました" in page.locator("main").inner_text():
            break
        page.wait_for_timeout(500)
        page.reload()
    look(page, "import-done")
    assert _workshops(new_page()) == before + 2

    page.goto("/plan/reports/2025/3-3/")
    form = Form(page)
    form.write("評価", "講座は目標を下回った。会場が足りなかった。")
    form.write("次年度の方向", "公民館のほか、地区の集会所でも開く。")
    form.press("保存する")
    look(page, "review-written")
    expect(page.locator("main")).to_contain_text("会場が足りなかった。")


def _workbook(folder: Path, header: list[str], *, attendees: object) -> Path:
    """Two workshops as a section would send them, days as days of Excel."""
    path = folder / "workshops.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy/mm/dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, header)
        for number, day in enumerate((date(2025, 9, 3), date(2025, 10, 8)), start=1):
            known = {
                "取込番号": f"試験{number}",
                "開催日": day,
                "部署コード": "digital",
                "場所": "都南分庁舎",
            }
            known |= {
                "講座の名称": f"地図アプリの使い方 {number}",
                "文書番号、または書類のある場所": f"試験第{number}号",
            }
            sheet.write_row(
                number, 0, [known.get(name, attendees if "参加者" in name else "") for name in header]
            )
    return path


def _workshops(page: Page) -> int:
    page.goto("/language/ja/")
    page.goto("/plan/indicators/workshops/")
    found = re.search(r"」は([0-9,]+)回", page.locator(".lead").inner_text())
    assert found is not None
    return int(found.group(1).replace(",", ""))
