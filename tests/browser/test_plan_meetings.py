"""The office's meeting in a browser: called, held, written down, closed, followed up; looked at wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from madoguchi.common import clock
from tests.browser.pages import Form, Look, press, text_of_pdf
from tests.conftest import NewPage

pytestmark = pytest.mark.browser


def test_a_meeting_is_called_held_closed_and_followed_up(
    staff_page: Callable[[str], Page],
    new_page: NewPage,
    look: Look,
    fits: Callable[[Page], None],
    picture: Callable[[Page, str], object],
) -> None:
    page, day = staff_page("office"), clock.today()
    page.goto("/plan/meetings/new/")
    form = Form(page)
    page.get_by_label("会議の日").fill(day.isoformat())
    form.press("予定を入れる")
    look(page, "meeting-new-with-errors")
    form.write("議長の職名", "副市長")
    form.press("予定を入れる")

    expect(page.locator("main")).to_contain_text("継続：")
    page.get_by_label("議題", exact=False).last.fill("講座の開催（試験）")
    form.press("議題を加える")
    address = page.url
    point = page.locator("section", has=page.get_by_role("heading", name="講座の開催（試験）"))
    press(point.get_by_role("button", name="上へ"))
    point.locator("summary", has_text="議事を書く").click()
    point.get_by_label("議事").fill("各地区の希望を確認した。")
    press(point.get_by_role("button", name="保存する"))
    point.locator("summary", has_text="決定事項を加える").click()
    point.get_by_label("決定事項", exact=False).first.fill("土曜日の講座を開く（試験）")
    point.get_by_label("担当の部署").select_option("digital")
    point.get_by_label("期限").fill((day + timedelta(days=60)).isoformat())
    point.get_by_label("動かす指標").select_option("workshops")
    point.get_by_label("見込む変化").fill("３")
    press(point.get_by_role("button", name="決定事項を加える"))
    look(page, "meeting-held")
    for width, name in ((320, "meeting-narrow"), (1280, "meeting-wide")):
        page.set_viewport_size({"width": width, "height": 800})
        fits(page)
        picture(page, f"plan/{name}")
    form.press("開催した")
    form.press("議事録を確定して公開する")
    look(page, "meeting-closed")
    assert "土曜日の講座を開く（試験）" in "".join(text_of_pdf(page, "議事録（PDF）を保存する").split())

    visitor = new_page()
    visitor.goto("/language/ja/")
    visitor.goto("/plan/minutes/")
    expect(visitor.locator("main")).to_contain_text("土曜日の講座を開く（試験）")
    picture(visitor, "plan/minutes-public")

    page.goto(address)
    press(page.get_by_role("link", name="土曜日の講座を開く（試験）"))
    look(page, "resolution-open")
    form.write("結果", "3地区で開いた。")
    form.press("終わった")
    look(page, "resolution-done")
    expect(page.locator("main")).to_contain_text("3地区で開いた。")
    for path in ("/plan/resolutions/?state=all", "/plan/meetings/"):
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(path)
            fits(page)
            picture(page, f"plan/{path.split('/')[2]}-{width}")
