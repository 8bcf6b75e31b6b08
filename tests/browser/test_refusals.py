"""The pages nobody wants to see say what to do next."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Form, Look
from tests.conftest import PHONE, NewPage
from tests.site import Site

pytestmark = pytest.mark.browser

CLAIM = "child-allowance-claim"
SOMEBODY_ELSES = "01a00000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("language", ["ja", "en", "ja-easy"])
def test_what_is_not_there_or_not_yours_says_so(new_page: NewPage, look: Look, language: str) -> None:
    page = new_page(viewport=PHONE)
    page.goto(f"/language/{language}/")
    for address, status in [
        ("/nothing-here/", 404),
        (f"/filing/d/{SOMEBODY_ELSES}/", 403),
        (f"/filing/r/{SOMEBODY_ELSES}/", 200),
        ("/filing/child-allowance-claim/start/", 405),
    ]:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == status, address
        look(page, str(status))
        expect(page.locator("main a, main button").first).to_be_visible()


@pytest.mark.parametrize("language", ["ja", "en", "ja-easy"])
def test_a_draft_in_hand_is_still_shown_when_its_procedure_was_closed(
    new_page: NewPage, look: Look, live_site: Site, language: str
) -> None:
    page = new_page(viewport=PHONE)
    page.goto(f"/language/{language}/")
    page.goto(f"/procedures/{CLAIM}/")
    page.locator(f"form[action='/filing/{CLAIM}/start/'] button").click()
    draft = page.url.partition("/s/")[0]
    live_site.command("procedures", "close", CLAIM)
    try:
        for address in (f"{draft}/", f"{draft}/check/"):
            page.goto(address)
            look(page, "closed")
            expect(page.locator(".banner-warning")).to_be_visible()
            expect(page.locator("main form")).to_have_count(0)
    finally:
        live_site.command("procedures", "reopen", CLAIM)


def test_guessing_is_stopped_for_a_while(new_page: NewPage, look: Look, strict_site: str) -> None:
    page = new_page(viewport=PHONE, base_url=strict_site)
    form = Form(page)
    page.goto("/status/")
    for _ in range(20):
        form.write("受付番号", "31TW-AH79-CDC2")
        form.write("合言葉", "AAAA-AAAA")
        form.press("状況を見る")
        if form.main.get_by_role("button", name="状況を見る").count() == 0:
            break

    look(page, "429")
    expect(page.locator("h1")).to_have_text("しばらく待ってからお試しください")


def test_staff_are_told_what_their_roles_do_not_open(staff_page: Callable[[str], Page], look: Look) -> None:
    page = staff_page("approver")
    answer = page.goto("/desk/staff/")

    assert answer is not None
    assert answer.status == 403
    look(page, "403")
