"""A parent tells of two children once: one of them goes along to the next procedure, and the desk sees from where."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Claim, Form, Look, Name, press

pytestmark = pytest.mark.browser

PARENT = Name("千葉", "花子", "チバ", "ハナコ")
ELDER = Name("千葉", "蓮", "チバ", "レン")
YOUNGER = Name("千葉", "凛", "チバ", "リン")


class TwoChildren(Claim):
    """The claim of a parent of two."""

    def children(self) -> None:
        self.child(ELDER, "長男")
        self.press("お子さんを追加する")
        self.child(YOUNGER, "長女")
        self.go_on()


def test_a_child_goes_along_to_the_next_procedure(
    plain_page: Page, staff_page: Callable[[str], Page], look: Look
) -> None:
    page = plain_page
    first = TwoChildren(page, parent=PARENT).file()
    look(page, "receipt")
    form = Form(page)
    form.follow("予防接種の予診票の再交付")
    form.press("オンラインで手続を始める")

    _see_no_name_before_asking(page, look)
    form.press("使う内容を選ぶ")
    look(page, "choose")
    both = page.get_by_role("radio", name="接種を受ける人の氏名", exact=True)
    expect(both).to_have_count(2)
    for one in both.all():
        expect(one).not_to_be_checked()
        one.check()
    form.press("選んだ内容を入れる")
    look(page, "two-for-one-place")
    assert form.errors() == ["「接種を受ける人の氏名」には、1人だけ選んでください。"]
    form.main.get_by_role("radiogroup", name="千葉 蓮").get_by_role("radio", name="使わない").check()
    form.press("選んだ内容を入れる")

    second = _finish(form, look)
    officer = staff_page("officer")
    officer.goto("/desk/?tab=all&sort=-filed")
    press(officer.get_by_role("link", name=second))
    look(officer, "desk")
    born = officer.locator("dl.descriptions div").filter(has_text="接種を受ける人の生年月日")
    expect(born).to_contain_text(f"「児童手当の認定請求」（受付番号 {first.number}）から")
    named = officer.locator("dl.descriptions div").filter(has_text="接種を受ける人の氏名")
    expect(named).to_contain_text("千葉 凜")
    expect(named).not_to_contain_text("児童手当の認定請求")


def _see_no_name_before_asking(page: Page, look: Look) -> None:
    look(page, "offer")
    main = page.locator("main")
    expect(main).to_contain_text("お子さん 2人（氏名、生年月日）")
    expect(main).not_to_contain_text(re.compile("千葉|花子|蓮|凛"))


def _finish(form: Form, look: Look) -> str:
    """From the first page to the receipt; gives its number."""
    page = form.page
    expect(form.group("申し込む方の氏名").get_by_label("氏", exact=True)).to_have_value("千葉")
    look(page, "applicant")
    form.choose("接種を受ける人との関係", "父または母")
    form.go_on()
    child = form.group("接種を受ける人の氏名")
    expect(child.get_by_label("名", exact=True)).to_have_value("凛")
    expect(form.main).to_contain_text("「児童手当の認定請求」から入れました。違うときは直してください。")
    look(page, "child")
    child.get_by_label("名", exact=True).fill("凜")
    form.go_on()
    form.choose("再交付の理由", "紛失")
    form.main.get_by_role("checkbox", name="日本脳炎").check()
    form.go_on()
    form.choose("接種の記録をどのように伝えますか", "記録をなくした")
    form.go_on()
    form.choose("予診票の受け取り方", "窓口")
    form.main.get_by_role("checkbox").check()
    form.go_on()
    while "/doc/" in page.url:
        form.go_on()
    look(page, "check")
    form.press("この内容で送る")
    return Claim(page).ticket().number


def test_who_comes_next_takes_what_others_typed_off_the_machine(plain_page: Page, look: Look) -> None:
    page = plain_page
    Claim(page, parent=PARENT).file()
    page.goto("/procedures/school-expense-aid/")
    form = Form(page)
    form.press("オンラインで手続を始める")
    look(page, "offer")

    form.press("先ほどの入力をこの端末から消す")

    page.wait_for_url("**/s/**")
    expect(page.locator("main")).not_to_contain_text("先ほど")
    page.goto("/filing/resume/")
    expect(page.locator("main")).not_to_contain_text("児童手当")
