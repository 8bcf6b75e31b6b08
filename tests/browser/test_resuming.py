"""Stopping halfway and going on: with code and secret on another device, and after the browser forgot everything."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.pages import Claim, Form, Look, Ticket, ticket_in
from tests.conftest import PHONE, NewPage

pytestmark = pytest.mark.browser

EMAIL = "later@example.jp"


def _keep(page: Page, email: str = "") -> Ticket:
    """Save for later; the code and the secret."""
    form = Form(page)
    form.follow("保存して、あとで続ける")
    form.write("メールアドレス", email)
    form.press("再開コードと合言葉を受け取る")
    return ticket_in(form.main.inner_text())


def _resume(page: Page, kept: Ticket) -> None:
    form = Form(page)
    form.write("再開コード", kept.number)
    form.write("合言葉", kept.secret)
    form.press("続きを開く")


def test_a_filing_is_saved_and_opened_again_on_another_device(
    plain_page: Page, new_page: NewPage, look: Look, mail: Callable[[str, str], str]
) -> None:
    claim = Claim(plain_page, email=EMAIL)
    claim.start()
    claim.up_to("contact")
    address = plain_page.url

    kept = _save_for_later(plain_page, look, mail)
    claim.press("この端末の記録を消して終わる")
    expect(plain_page).to_have_url(re.compile(r"/$"))
    plain_page.goto(address)
    look(plain_page, "not-mine-any-more")
    expect(plain_page.locator("#q-applicant_address")).to_have_count(0)

    other = new_page(viewport=PHONE)
    other.goto("/filing/resume/")
    look(other, "resume")
    _resume(other, Ticket(kept.number, "AAAA-AAAA"))
    look(other, "resume-wrong-secret")
    assert other.title().startswith("エラー")
    _resume(other, kept)
    look(other, "overview")
    Form(other).follow("請求する方")
    expect(other.get_by_label("氏", exact=True)).to_have_value("盛岡")


def _save_for_later(page: Page, look: Look, mail: Callable[[str, str], str]) -> Ticket:
    form = Form(page)
    form.follow("保存して、あとで続ける")
    look(page, "keep")
    expect(form.main.get_by_label("メールアドレス")).to_have_value(EMAIL)  # typed once is enough
    form.write("メールアドレス", "later.example.jp")
    form.press("再開コードと合言葉を受け取る")
    look(page, "keep-wrong-address")
    assert page.title().startswith("エラー")
    form.write("メールアドレス", EMAIL)
    form.press("再開コードと合言葉を受け取る")
    look(page, "kept")
    kept = ticket_in(form.main.inner_text())
    told = mail(EMAIL, "続きを入力")
    assert kept.number in told
    assert kept.secret in told
    with page.expect_download() as download:
        form.main.get_by_role("button", name="控え（PDF）を保存する").click()
    paper = PdfReader(io.BytesIO(download.value.path().read_bytes())).pages[0].extract_text()
    assert kept.number in paper
    assert kept.secret in paper
    return kept


def test_what_was_typed_survives_the_browser_forgetting_everything(plain_page: Page, look: Look) -> None:
    page = plain_page
    claim = Claim(page)
    claim.start()
    claim.up_to("reason")
    address = page.url
    kept = _keep(page)
    page.goto(address)
    page.context.clear_cookies()
    claim.claimant()

    form = Form(page)
    look(page, "send-again")
    form.press("もう一度送る")
    look(page, "ask-for-code")
    _resume(page, Ticket(kept.number, "AAAA-AAAA"))
    look(page, "ask-for-code-wrong")
    _resume(page, kept)
    look(page, "send-what-was-typed")
    form.press("もう一度送る")
    expect(page).to_have_url(re.compile(r"/s/contact/$"))
    form.follow("前の画面にもどる")
    expect(page.get_by_label("名", exact=True)).to_have_value("花子")
    expect(claim.group("請求する方の生年月日").get_by_label("日", exact=True)).to_have_value("12")
