"""On the way through a page by keyboard, each control shows that it has the focus, and nothing lies on top of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.pages import Claim, Form, press
from tests.conftest import PHONE, NewPage

pytestmark = pytest.mark.browser

# What the focus is on now, and what is wrong with how it shows (WCAG 2.2: 2.4.7, 2.4.11, 2.5.8).
FOCUSED = """() => {
  const element = document.activeElement;
  if (element === document.body || element === document.documentElement) return null;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const faults = [];
  // The button inside a field for a date has a ring of its own, which the browser draws.
  const own = element.matches(":focus-visible");
  if (own && (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2)) faults.push("no outline");
  const points = [0.1, 0.5, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => [box.x + box.width * x, box.y + box.height * y]));
  const seen = points.filter(([x, y]) => {
    const top = document.elementFromPoint(x, y);
    return top && (element.contains(top) || top.contains(element) || top.control === element);
  });
  if (seen.length === 0) faults.push("covered or out of sight");
  const label = element.labels?.[0]?.getBoundingClientRect();
  const tall = Math.max(box.height, label?.height ?? 0);
  const inline = style.display === "inline";
  if (!inline && Math.min(box.width, tall) < 24) faults.push(`${box.width} by ${tall} px`);
  return [element.outerHTML.slice(0, 100), faults.join(", ")];
}"""


def _faults_of_focus(page: Page, key: str) -> list[str]:
    """All that is wrong on one way through the page; ends when the focus leaves it."""
    found, steps = [], 0
    while steps < 400:
        page.keyboard.press(key)
        steps += 1
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        if focused[1]:
            found.append(f"{page.url} {key}: {focused[0]}: {focused[1]}")
    assert 5 < steps < 400
    return found


def test_the_focus_is_seen_on_the_pages_of_a_filing(new_page: NewPage) -> None:
    page = new_page(viewport=PHONE)
    claim = Claim(page)
    claim.start()
    claim.up_to("contact")
    address_page = page.url
    claim.up_to("estimate", first="home")
    claim.choose("どの口座で受け取りますか", "口座を指定する")
    claim.go_on()
    account_page = page.url

    found = []
    for address, key in [
        ("/procedures/child-allowance-claim/", "Tab"),
        (address_page, "Tab"),
        (account_page, "Shift+Tab"),
    ]:
        page.goto(address)
        found += _faults_of_focus(page, key)
    assert not found, "\n".join(found)


def test_the_focus_is_seen_beside_heads_and_bars_that_stay_in_sight(
    staff_page: Callable[[str], Page],
) -> None:
    page = staff_page("officer2")
    page.goto("/desk/")
    found = _faults_of_focus(page, "Shift+Tab")
    press(page.locator("tbody a").first)
    found += _faults_of_focus(page, "Tab")
    page.goto("/desk/new/")
    form = Form(page)
    form.choose("受け付けた方法", "書面")
    form.press("入力を始める")
    found += _faults_of_focus(page, "Tab")

    assert not found, "\n".join(found)
