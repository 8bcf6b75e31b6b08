"""The plan in a browser: residents read it small and without scripts; the office records and sees its figure move."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
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


def _workshops(page: Page) -> int:
    page.goto("/language/ja/")
    page.goto("/plan/indicators/workshops/")
    found = re.search(r"」は([0-9,]+)回", page.locator(".lead").inner_text())
    assert found is not None
    return int(found.group(1).replace(",", ""))
