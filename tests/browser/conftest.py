"""What all journeys share: looking closely at each page on the way, and staff who have signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from conftest import Mailbox, free_port
from tests.browser.pages import Look, sign_in
from tests.conftest import PATIENCE_MS, PHONE, NewPage
from tests.site import Site

expect.set_options(timeout=PATIENCE_MS)

NO_SCRIPTS = "matchMedia('(scripting: none)').matches"


@pytest.fixture
def look(
    new_page: NewPage,
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
    picture: Callable[[Page, str], Path],
    request: pytest.FixtureRequest,
) -> Look:
    """`look(page, "check")`: axe finds nothing, a narrow page needs no pushing sideways, a picture is kept.

    axe needs scripts. A page that has none is shown a second time as it stands, in a window that has them.
    """
    folder = request.node.name.removeprefix("test_")[:60]
    seen: list[str] = []
    twins: list[Page] = []

    def closer(page: Page, name: str) -> None:
        seen.append(name)
        viewport = page.viewport_size
        if viewport is not None and viewport["width"] <= PHONE["width"]:
            fits(page)
        picture(page, f"{folder}/{len(seen):02d}-{name}")
        if not page.evaluate(NO_SCRIPTS):
            axe(page)
            return
        if not twins:
            twins.append(new_page(viewport=viewport))
        axe(_same(twins[0], page))

    return closer


def _same(twin: Page, page: Page) -> Page:
    """The same page in another window, with its own scripts left out."""
    content = page.content()

    def answer(route: Route) -> None:
        if route.request.is_navigation_request():
            route.fulfill(body=content, content_type="text/html; charset=utf-8")
        elif route.request.resource_type == "script":
            route.fulfill(body="", content_type="text/javascript")
        else:
            route.continue_()

    twin.unroute_all()
    twin.route("**/*", answer)
    twin.goto(page.url)
    return twin


@pytest.fixture(scope="session")
def sessions_of_staff() -> dict[str, Any]:
    """What the browsers of staff hold, by log-in: a one-time code works once in half a minute."""
    return {}


@pytest.fixture
def staff_page(new_page: NewPage, look: Look, sessions_of_staff: dict[str, Any]) -> Callable[..., Page]:
    """`staff_page("officer")`: a page of somebody who has signed in; signs in the first time only."""

    def page_of(login: str, **options: Any) -> Page:
        if login in sessions_of_staff:
            return new_page(storage_state=sessions_of_staff[login], **options)
        page = new_page(**options)
        sign_in(page, login, look=look)
        sessions_of_staff[login] = page.context.storage_state()
        return page

    return page_of


@pytest.fixture
def mail(site_mail: Mailbox) -> Callable[[str, str], str]:
    """`mail(address, words)`: the text of the mail to an address whose subject has these words, once it came."""

    def wait(address: str, words: str) -> str:
        for count in range(1, 1000):
            site_mail.wait_for(count, seconds=20)
            message = site_mail.messages[count - 1]
            if address in site_mail.recipients[count - 1] and words in message["Subject"]:
                body = message.get_body(("plain",))
                assert body is not None
                return str(body.get_content())
        raise AssertionError("a thousand mails and not the one")

    return wait


@pytest.fixture
def strict_site(live_site: Site) -> Iterator[str]:
    """The same city once more, with its limits on guessing; gives its address."""
    port = free_port()
    site = Site(folder=live_site.folder / "strict", port=port, email_url="", database_url="")
    site.folder.mkdir(exist_ok=True)
    site.environment = {
        **live_site.environment,
        "PORT": str(port),
        "BASE_URL": site.url,
        "ATTEMPT_LIMITS": "on",
        "WEB_WORKERS": "1",
    }
    try:
        site.start_process("serve")
        site.wait_until_ready()
        yield site.url
    finally:
        site.stop()
