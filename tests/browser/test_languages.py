"""Every page of a filing in the other languages, with large letters and white on black; chosen without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Claim, Look, photo, press
from tests.conftest import PHONE, NewPage

pytestmark = pytest.mark.browser

PUBLIC = [
    "/",
    "/procedures/?q=こども手当",
    "/procedures/?q=zzzz",
    "/procedures/child-allowance-claim/",
    "/status/",
]


@pytest.mark.parametrize(("language", "display"), [("en", "large"), ("ja-easy", "large-contrast")])
def test_every_page_of_a_filing_reads_well(
    new_page: NewPage, look: Look, language: str, display: str
) -> None:
    page = new_page(viewport=PHONE)
    claim = Claim(page, email="languages@example.jp")
    claim.start()
    claim.up_to("consent")
    page.locator("input[type=file]").set_input_files(photo())
    claim.documents()
    draft = page.url.removesuffix("check/")
    page.goto(draft)
    pages = page.locator(".tasks a").evaluate_all("(links) => links.map((link) => link.pathname)")
    assert len(pages) > 12

    _choose(page, language, display)
    for address in [*PUBLIC, *pages]:
        page.goto(address)
        look(page, address.rstrip("/").rpartition("/")[2][:20] or "home")
    for name in ["s/children/m/m1/", "", "keep/", "discard/", "check/"]:
        page.goto(draft + name)
        look(page, name.replace("/", "-") or "overview")
    press(page.locator("main form .button-primary"))
    look(page, "receipt")
    press(page.locator("main .buttons a.button-secondary"))
    look(page, "status")
    page.goto(page.url + "withdraw/")
    press(page.locator("main .button-danger"))
    look(page, "withdraw-without-reason")
    _answer_nothing(page, look)


def _choose(page: Page, language: str, display: str) -> None:
    """Language and display as they are chosen in the head of every page."""
    for part, button in [("large", "大きく"), ("contrast", "黒地に白")]:
        if part in display:
            page.locator(".display summary").click()
            press(page.get_by_role("button", name=button))
    press(page.locator(f"button[name=language][value={language}]"))
    expect(page.locator("html")).to_have_attribute("lang", language.removesuffix("-easy"))


def _answer_nothing(page: Page, look: Look) -> None:
    """What was filed before left alone; the first page, and the one about a child, with every question left open."""
    page.goto("/procedures/child-allowance-claim/")
    press(page.locator("main form .button-primary"))
    look(page, "offer")
    press(page.locator("main button[name=choose]"))
    look(page, "offer-people")
    page.go_back()
    press(page.locator("main button[name=decline]"))
    press(page.locator("main form .button-primary"))
    look(page, "unanswered")
    expect(page.locator("#error-summary")).to_be_visible()
    page.goto(page.url.replace("/s/filer/", "/s/children/m/m1/"))
    press(page.locator("main form .button-primary"))
    look(page, "child-unanswered")
    expect(page.locator("#error-summary li").nth(2)).to_be_visible()


def test_language_and_display_are_chosen_without_scripts_and_stay(plain_page: Page, look: Look) -> None:
    page = plain_page
    claim = Claim(page)
    claim.start()
    claim.filer()
    where = page.url
    page.locator(".display summary").click()
    press(page.get_by_role("button", name="黒地に白"))
    page.locator(".display summary").click()
    press(page.get_by_role("button", name="大きく"))
    press(page.get_by_role("button", name="やさしい日本語"))
    look(page, "easy-large-contrast")
    press(page.get_by_role("button", name="English"))
    look(page, "english-large-contrast")

    assert page.url == where
    html = page.locator("html")
    expect(html).to_have_attribute("lang", "en")
    expect(html).to_have_attribute("data-size", "large")
    expect(html).to_have_attribute("data-colors", "contrast")
    expect(page.locator("h1")).not_to_contain_text("理由")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(0, 0, 0)"
    page.goto("/status/")
    expect(html).to_have_attribute("data-size", "large")
    press(page.get_by_role("button", name="日本語", exact=True))
    page.locator(".display summary").click()
    press(page.get_by_role("list", name="文字の大きさ").get_by_role("button", name="標準"))
    expect(html).to_have_attribute("lang", "ja")
    expect(html).not_to_have_attribute("data-size", "large")


def test_the_desk_reads_well_with_large_letters_and_white_on_black(
    staff_page: Callable[..., Page], look: Look
) -> None:
    page = staff_page("officer2")
    page.goto("/desk/")
    page.context.add_cookies([{"name": "madoguchi_display", "value": "large-contrast", "url": page.url}])
    page.reload()
    look(page, "inbox")
    press(page.locator("tbody a").first)
    look(page, "case")
    case = page.url
    for name in ["return/", "propose/", "decide/", "receipt/"]:
        page.goto(case + name)
        look(page, name.strip("/"))
    page.goto("/desk/new/")
    look(page, "entries")
