"""The tools of the browser tests see the faults they are there for."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

Look = Callable[[Page], None]


def test_axe_works_under_the_content_security_policy_and_finds_a_planted_fault(page: Page, axe: Look) -> None:
    page.goto("/")
    page.evaluate("() => { const i = document.createElement('input'); document.body.append(i) }")

    with pytest.raises(AssertionError, match="label"):
        axe(page)


def test_a_page_that_is_too_wide_is_noticed(phone_page: Page, fits: Look) -> None:
    phone_page.goto("/")
    phone_page.evaluate(
        "() => { const p = document.createElement('p'); p.textContent = 'x'; p.style.minWidth = '400px'; document.body.append(p) }"
    )

    with pytest.raises(AssertionError, match="px wide"):
        fits(phone_page)


def test_a_visitor_without_scripts_gets_the_page(plain_page: Page) -> None:
    response = plain_page.goto("/")

    assert response is not None
    assert response.status == 200
    assert plain_page.title()
