"""The pages about the site itself, as visitors meet them: small and large, by keyboard, without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.conftest import DESKTOP, PHONE, NewPage

PAGES = ["/contact/", "/accessibility/", "/privacy/", "/nothing-here/", "/display/", "/procedures/priority/"]
REACHABLE = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter((e) => e.checkVisibility() && !e.disabled && e.type !== "hidden" && !e.visited
    && !(e.type === "radio" && document.getElementsByName(e.name).values().some((other) => other.visited)))
  .map((e) => e.outerHTML.slice(0, 120))"""
STEP = """() => {
  const element = document.activeElement;
  element.visited = true;
  const style = getComputedStyle(element);
  const is_seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return element === document.body || is_seen ? "" : element.outerHTML.slice(0, 120);
}"""


@pytest.mark.parametrize(
    ("language", "display", "viewport"),
    [
        ("ja", "normal", DESKTOP),
        ("ja", "normal", PHONE),
        ("ja", "large-contrast", PHONE),
        ("ja-easy", "normal", PHONE),
        ("en", "large", PHONE),
    ],
)
def test_axe_finds_nothing_and_nothing_needs_pushing_sideways(
    new_page: NewPage,
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
    picture: Callable[[Page, str], object],
    language: str,
    display: str,
    viewport: ViewportSize,
) -> None:
    page = new_page(viewport=viewport)
    page.goto(f"/language/{language}/")
    page.context.add_cookies([{"name": "madoguchi_display", "value": display, "url": page.url}])
    for address in PAGES:
        page.goto(address)
        axe(page)
        fits(page)
        picture(page, f"public/{viewport['width']}-{language}-{display}-{address.strip('/')}")


@pytest.mark.parametrize("address", ["/contact/", "/design/", "/design/desk/"])
def test_the_tab_key_reaches_everything_and_shows_where_it_is(page: Page, address: str) -> None:
    page.goto(address)

    unseen = []
    for _ in range(len(page.evaluate(REACHABLE)) + 10):
        page.keyboard.press("Tab")
        unseen.append(page.evaluate(STEP))

    assert [element for element in unseen if element] == []
    assert page.evaluate(REACHABLE) == []


def test_large_letters_are_chosen_by_keyboard_and_stay(page: Page) -> None:
    page.goto("/contact/")
    page.focus(".display summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert page.url.endswith("/contact/")
    page.goto("/privacy/")
    assert page.evaluate("document.documentElement.dataset.size") == "large"


def test_the_language_is_chosen_without_scripts(plain_page: Page) -> None:
    plain_page.goto("/contact/")

    plain_page.click("button[value=en]")

    assert plain_page.url.endswith("/contact/")
    assert plain_page.locator("html").get_attribute("lang") == "en"


def test_a_postal_code_and_a_bank_are_found_while_typing(page: Page) -> None:
    page.goto("/design/")

    found = page.evaluate(
        """async () => {
          const places = await (await fetch("/japan/postal/0200023.json")).json();
          const banks = await (await fetch("/japan/banks.json?q=" + encodeURIComponent("いわて"))).json();
          return [places.places[0].town, banks.choices[0].value];
        }"""
    )

    assert found == ["内丸", "岩手銀行"]
