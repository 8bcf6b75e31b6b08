"""Money at the counter: found by number, recorded, told to who filed, undone, summed for the day; wide and narrow."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.pages import Form, Look, Ticket, open_status, ticket_in
from tests.browser.test_slots import Reservation

pytestmark = pytest.mark.browser

WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=320, height=640)
VOUCHER = "試-0001"


def test_a_fee_is_recorded_at_the_counter_told_to_who_filed_summed_for_the_day_and_undone(
    plain_page: Page, staff_page: Callable[..., Page], look: Look
) -> None:
    ticket = _booked(plain_page)
    open_status(plain_page, ticket)
    expect(plain_page.locator("main")).to_contain_text("お支払いが必要です")
    look(plain_page, "to-pay")
    page = staff_page("officer")
    form = Form(page)

    def seen(name: str) -> None:
        for size in (NARROW, WIDE):
            page.set_viewport_size(size)
            look(page, name)

    page.goto("/desk/fees/")
    _find(form, ticket.number)
    seen("list")
    form.follow(f"{ticket.number}の納付などを記録する")
    seen("case")
    form.main.get_by_label("納付額").fill("1円")
    form.main.get_by_label("領収書番号").fill(VOUCHER)
    form.press("納付を記録する")
    expect(form.main).to_contain_text("手数料の納付を記録しました。")
    plain_page.reload()
    expect(plain_page.locator("main")).to_contain_text("窓口でのお支払いを確認しました")
    look(plain_page, "paid")

    _find(form, VOUCHER)
    expect(form.main.get_by_role("rowheader")).to_have_text([ticket.number])
    form.follow("日計表")
    seen("day")
    row = form.main.get_by_role("row").filter(has_text=VOUCHER)
    expect(row).to_contain_text("1円")
    row.get_by_role("link").click()
    form.main.get_by_text("この記録を取り消す").click()
    form.press("取り消す 納付 1円")
    expect(form.main).to_contain_text("理由を書いてください。")
    seen("undo")
    form.main.get_by_label("取り消す理由").fill("試しに記録したため")
    form.press("取り消す 納付 1円")
    expect(form.main).to_contain_text("記録を取り消しました。")
    expect(form.main).to_contain_text("納付の取消し")
    seen("undone")


def _booked(page: Page) -> Ticket:
    """A room is booked, which costs something."""
    filing = Reservation(page)
    filing.start()
    filing.find_a_time()
    filing.go_on()
    filing.rest()
    filing.press("この内容で送る")
    return ticket_in(filing.main.inner_text())


def _find(form: Form, number: str) -> None:
    box = form.main.get_by_label("受付番号か領収書番号で探す")
    box.fill(number)
    box.press("Enter")
