"""A head distributes work, an administrator plans a reorganisation: looked at on a desk and on a telephone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Form, Look

pytestmark = pytest.mark.browser


def test_a_head_looks_at_holders_keeps_a_rule_and_records_an_absence(
    staff_page: Callable[[str], Page], look: Look, fits: Callable[[Page], None]
) -> None:
    page = staff_page("head")
    form = Form(page)
    page.goto("/desk/holders/")
    look(page, "holders")
    expect(form.main.get_by_role("row", name="担当者なし")).to_be_visible()

    page.goto("/desk/hand-over/")
    form.press("引継ぎの予定を見る")
    expect(form.main).to_contain_text("だれの申請を引き継ぐかを選んでください。")
    look(page, "hand-over-missing")
    page.locator("#from").select_option(index=1)
    form.group("引き継ぐ相手").get_by_role("checkbox").last.check()
    form.press("引継ぎの予定を見る")
    expect(form.main).to_contain_text("次のように引き継ぎます。")
    look(page, "hand-over-plan")

    page.goto("/desk/routing/")
    form.write("町名", "本町通\n中央通")
    form.press("追加する")
    look(page, "routing")
    page.get_by_role("link", name="すべての手続").click()
    page.locator("summary", has_text="この決まりを削除する").click()
    look(page, "routing-rule")
    form.press("削除する")
    expect(form.main).to_contain_text("決まりを削除しました。")

    page.goto("/desk/absences/")
    page.locator("#substitute").select_option(index=1)
    form.press("登録する")
    expect(form.main).to_contain_text("不在を登録しました。")
    look(page, "absences")
    form.main.locator("table a").first.click()
    page.locator("summary", has_text="この登録を取り消す").click()
    look(page, "absence")
    form.press("取り消す")
    expect(form.main).to_contain_text("不在の登録を取り消しました。")

    page.set_viewport_size({"width": 320, "height": 800})
    for address in ("holders", "hand-over", "routing", "absences"):
        page.goto(f"/desk/{address}/")
        fits(page)


def test_an_administrator_plans_a_reorganisation_and_sees_what_it_touches(
    staff_page: Callable[[str], Page], look: Look, fits: Callable[[Page], None]
) -> None:
    page = staff_page("admin")
    form = Form(page)
    page.goto("/desk/reorganisations/")
    look(page, "reorganisations")
    form.write("名称", "令和9年4月1日 組織改正")
    form.write("実施日", "2127-04-01")
    form.press("計画を作る")
    expect(form.main).to_contain_text("実施日を正しく入力してください。")
    form.write("実施日", "2030-04-01")
    form.press("計画を作る")
    page.locator("#old").select_option("child-welfare")
    page.locator("#new").select_option("childcare")
    form.press("追加する")
    expect(form.main).to_contain_text("「子ども青少年課」は、実施日の前の日で終わります。")
    look(page, "reorganisation")
    form.press("確定する")
    look(page, "reorganisation-decided")
    page.set_viewport_size({"width": 320, "height": 800})
    fits(page)
    form.press("確定を取り消す")
    page.locator("summary", has_text="この計画を削除する").click()
    page.locator("button[value=remove]").click()
    expect(form.main).to_contain_text("計画を削除しました。")
