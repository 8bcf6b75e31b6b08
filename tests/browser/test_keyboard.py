"""A resident at a desk with scripts and no mouse; and a hand that clicks twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from conftest import Mailbox
from tests.browser.pages import Claim, Look, Name, tab_to, text_of_pdf

pytestmark = pytest.mark.browser

PARENT = Name("工藤", "葉月", "クドウ", "ハヅキ")


def test_a_resident_files_at_a_desk_without_touching_the_mouse(page: Page, look: Look) -> None:
    claim = Claim(page, parent=PARENT)
    page.goto("/procedures/child-allowance-claim/")
    _skip_to_the_main_part(page, look)
    _press(claim, "オンラインで手続を始める")
    look(page, "filer")
    _go_on_without_an_answer(claim, look)
    _choose_with_the_arrows(claim)
    claim.reason()
    claim.claimant()
    claim.contact()
    _type_a_postal_code(claim, look)
    claim.work()
    claim.spouse()
    claim.children()
    claim.pension()
    claim.older_children()
    claim.estimate()
    _type_the_name_of_a_bank(claim, look)
    claim.consent()
    claim.documents()
    look(page, "check")
    _press(claim, "この内容で送る")

    claim.ticket()
    look(page, "receipt")
    tab_to(page, page.get_by_role("link", name="申請の状況を見る"))
    page.keyboard.press("Enter")
    expect(page.locator(".lead")).to_contain_text("受け付けました")
    look(page, "status")


def test_an_address_that_comes_late_leaves_the_field_alone_in_which_somebody_types(page: Page) -> None:
    claim = Claim(page, parent=PARENT)
    claim.start()
    claim.up_to("contact")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/japan/postal/*.json", hold)
    group = claim.group("請求する方の住所")
    with page.expect_request("**/japan/postal/*.json"):
        group.get_by_label("郵便番号").press_sequentially("0200023")
    group.get_by_label("市区町村").focus()

    for route in held:
        route.continue_()

    expect(group.get_by_label("町名", exact=True)).to_have_value("内丸")
    expect(group.get_by_label("市区町村")).to_have_value("")
    page.keyboard.type("盛岡市")
    expect(group.get_by_label("市区町村")).to_have_value("盛岡市")


def _press(claim: Claim, button: str) -> None:
    """The button is reached and pressed by keys."""
    tab_to(claim.page, claim.main.get_by_role("button", name=button, exact=True))
    with claim.page.expect_navigation():
        claim.page.keyboard.press("Enter")


def _skip_to_the_main_part(page: Page, look: Look) -> None:
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="本文へ進む")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    look(page, "skip-link")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    # What follows is in the main part, not in the head of the page.
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def _go_on_without_an_answer(claim: Claim, look: Look) -> None:
    page = claim.page
    _press(claim, "次へ")
    expect(page.locator("#error-summary")).to_be_focused()
    look(page, "filer-unanswered")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(claim.main.get_by_role("radio").first).to_be_focused()


def _choose_with_the_arrows(claim: Claim) -> None:
    page = claim.page
    page.keyboard.press("Space")
    expect(claim.main.get_by_role("radio", name="本人", exact=True)).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(claim.main.get_by_role("radio", name="配偶者", exact=True)).to_be_checked()
    page.keyboard.press("ArrowUp")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _type_a_postal_code(claim: Claim, look: Look) -> None:
    page = claim.page
    group = claim.group("請求する方の住所")
    tab_to(page, group.get_by_label("郵便番号"))
    page.keyboard.type("0200023")
    expect(group.get_by_label("町名", exact=True)).to_have_value("内丸")
    expect(group.get_by_label("市区町村")).to_have_value("盛岡市")
    tab_to(page, group.get_by_label("番地"))
    page.keyboard.type("12-2")
    tab_to(page, claim.main.get_by_role("radio", name="今と同じ市"))
    page.keyboard.press("Space")
    look(page, "home-address")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _type_the_name_of_a_bank(claim: Claim, look: Look) -> None:
    page = claim.page
    claim.choose("どの口座で受け取りますか", "口座を指定する")
    claim.go_on()
    claim.choose("金融機関の種類", "銀行・信用金庫・農協など")
    bank = claim.main.get_by_label("金融機関", exact=True)
    tab_to(page, bank)
    page.keyboard.type("いわて")
    suggested = page.locator("datalist option[value='岩手銀行']")
    expect(suggested).to_be_attached()
    bank.fill("岩手銀行")
    claim.write("支店", "本店")
    claim.write("口座番号", "1234567")
    claim.write("口座名義（カナ）", "クドウ ハヅキ")
    look(page, "account")
    claim.go_on()


def test_two_clicks_on_send_are_one_filing(
    page: Page, site_mail: Mailbox, mail: Callable[[str, str], str]
) -> None:
    email = "two.clicks@example.jp"
    claim = Claim(page, parent=PARENT, email=email)
    claim.start()
    claim.up_to("documents")

    claim.main.get_by_role("button", name="この内容で送る").dblclick()

    first = claim.ticket()
    page.go_back()
    page.goto(page.url)
    assert claim.ticket() == first  # the page that was sent leads to its receipt
    assert first.number in mail(email, "受け付け")
    assert len(site_mail.to(email)) == 1
    assert "工藤葉月" in text_of_pdf(page, "控え（PDF）を保存する")
