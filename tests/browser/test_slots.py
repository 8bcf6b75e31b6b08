"""A room is booked on a small telephone without scripts; who is too late loses nothing; the desk closes a time."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Form, Look, Name, Ticket, nothing, open_status, ticket_in
from tests.conftest import NewPage

pytestmark = pytest.mark.browser

HANAKO = Name("岩手", "花子", "イワテ", "ハナコ")
PLACE = "見本公民館 音楽室（見本）"
FREE = re.compile("○ 空きあり")


class Reservation(Form):
    """公共施設の予約, topic by topic."""

    def __init__(self, page: Page, look: Look = nothing) -> None:
        super().__init__(page)
        self.look = look

    def start(self) -> None:
        """To the table of free times."""
        self.page.goto("/procedures/facility-reservation/")
        self.press("オンラインで手続を始める")
        self.choose("手続をする方", "本人")
        self.go_on()

    def find_a_time(self) -> str:
        """Look at another place and at the week after; the name of the time that was chosen."""
        self.look(self.page, "table")
        self.main.get_by_label("場所", exact=True).select_option(label=PLACE)
        self.press("空きを見る ：使う場所と日時")
        self.press("次の週 ：使う場所と日時")
        self.look(self.page, "next-week")
        free = self.main.get_by_role("radio", name=FREE).first
        name = free.evaluate("one => one.labels[0].innerText")
        free.check()
        return str(name)

    def choose_time(self, key: str) -> None:
        """The time with this value, found by turning the weeks as often as needed."""
        self.main.get_by_label("場所", exact=True).select_option(label=PLACE)
        self.press("空きを見る ：使う場所と日時")
        for _week in range(8):
            wanted = self.main.locator(f'input[value="{key}"]')
            if wanted.count():
                wanted.check()
                self.go_on()
                return
            self.press("次の週 ：使う場所と日時")
        raise AssertionError(f"no {key}")

    def rest(self) -> None:
        """Everything behind the table, up to the check page."""
        self.choose("だれが使いますか", "個人")
        self.name("申請する方の氏名", HANAKO)
        self.day("申請する方の生年月日", "昭和", 63, 4, 10)
        group = self.group("申請する方の住所")
        group.get_by_label("郵便番号").fill("020-0023")
        group.get_by_label("都道府県").select_option("岩手県")
        group.get_by_label("市区町村").fill("盛岡市")
        group.get_by_label("町名", exact=True).fill("内丸")
        group.get_by_label("番地").fill("12-2")
        self.write("日中に連絡がとれる電話番号", "090-1234-5678")
        self.go_on()
        self.choose("何に使いますか", "音楽・文化の活動")
        self.write("行うことの名前や内容", "合唱の練習")
        self.write("使う人数", "12")
        for legend in (
            "入場料や参加費をとりますか",
            "商売や宣伝のために使いますか",
            "冷房や暖房を使いますか",
        ):
            self.choose(legend, "いいえ")
        self.choose("使用料を安くする理由がありますか（減免）", "ない")
        self.go_on()
        self.name("当日の責任者の氏名", HANAKO)
        self.write("当日に連絡がとれる電話番号", "090-1234-5678")
        self.go_on()
        for box in self.main.get_by_role("checkbox").all():
            box.check()
        self.go_on()


def test_a_room_is_booked_without_scripts_and_who_is_too_late_is_told_what_else_is_free(
    plain_page: Page, new_page: NewPage, look: Look, staff_page: Callable[..., Page]
) -> None:
    first = Reservation(plain_page, look)
    first.start()
    first.find_a_time()
    key = first.main.locator('input[name="q.booking"]:checked').get_attribute("value") or ""
    first.go_on()
    first.rest()
    late = Reservation(new_page(java_script_enabled=False))
    late.start()
    late.choose_time(key)
    late.rest()
    look(late.page, "check")

    first.press("この内容で送る")
    ticket = ticket_in(first.main.inner_text())
    late.press("この内容で送る")

    look(late.page, "too-late")
    assert any("ほかの方が先に予約しました" in error for error in late.errors())
    expect(late.main).to_contain_text("いま空いている近い日時")
    late.main.get_by_role("radio", name=FREE).first.check()
    late.go_on()
    expect(late.main).to_contain_text("合唱の練習")
    late.press("この内容で送る")
    expect(late.page.get_by_role("heading", level=1)).to_have_text("受け付けました")

    _change_the_time(plain_page, ticket, look)
    _close_it_at_the_desk(staff_page("officer"), key, look)


def _change_the_time(page: Page, ticket: Ticket, look: Look) -> None:
    form = Form(page)
    open_status(page, ticket)
    look(page, "status")
    form.follow("予約の日時を変える")
    look(page, "change")
    form.main.get_by_role("radio", name=FREE).last.check()
    form.press("この日時に変える")
    expect(form.main).to_contain_text("予約の日時を変えました")


def _close_it_at_the_desk(page: Page, key: str, look: Look) -> None:
    form = Form(page)
    day = key.split("|")[2]
    page.goto(f"/desk/slots/?day={day}")
    look(page, "calendar")
    form.follow("枠を閉じる・開ける")
    look(page, "close")
    form.main.get_by_label("場所").select_option(label=PLACE)
    form.write("始まりの日", day)
    form.write("閉じる理由", "空調の修繕のため")
    form.press("閉じる")
    look(page, "affected")
    expect(form.main).to_contain_text("枠を閉じました")
    form.follow("場所と時間割")
    look(page, "places")
    form.follow(PLACE)
    look(page, "place")
