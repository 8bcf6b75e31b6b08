"""Fixtures for journeys: a served demo city, pages of a telephone, without scripts, and axe."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from conftest import Mailbox, free_port
from tests.settings import ROOT
from tests.site import Site, database_for

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 640}
PATIENCE_MS = 15_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of the served city run in one worker, so that one city is enough."""
    for item in items:
        if "live_site" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("site"))
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Tell the fixtures whether the test failed, so that they can keep a picture."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def live_site(tmp_path_factory: pytest.TempPathFactory, worker_id: str, site_mail: Mailbox) -> Iterator[Site]:
    """A demo city served by the real processes; its mails arrive in `site_mail`."""
    site = Site(
        folder=tmp_path_factory.mktemp("site"),
        port=free_port(),
        email_url=site_mail.url,
        database_url=database_for(f"site_{worker_id}"),
    )
    try:
        site.start()
        yield site
    finally:
        site.stop()


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser, live_site: Site, request: pytest.FixtureRequest) -> Iterator[NewPage]:
    """Makes pages with visitors of their own: `new_page(viewport=PHONE, java_script_enabled=False)`.

    A fault of a script, or anything the content security policy stopped, fails the test.
    """
    faults: list[str] = []
    with ExitStack() as contexts:
        pages: list[Page] = []

        def make(**options: Any) -> Page:
            context: BrowserContext = browser.new_context(
                **{
                    "base_url": live_site.url,
                    "viewport": DESKTOP,
                    "locale": "ja-JP",
                    "timezone_id": "Asia/Tokyo",
                    **options,
                }
            )
            contexts.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda said: _note(said.text, faults))
            pages.append(page)
            return page

        yield make
        if request.node.stash.get(FAILED, False):
            for number, page in enumerate(pages):
                _keep_picture(page, f"{request.node.name}-{number}")
    assert faults == []


def _note(text: str, faults: list[str]) -> None:
    if "Content Security Policy" in text or "Refused to" in text:
        faults.append(text)


def _keep_picture(page: Page, name: str) -> None:
    folder = ROOT / "var" / "failed"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (re.sub(r"[^\w.-]+", "-", name)[:120] + ".png")
    try:
        page.screenshot(path=path, full_page=True)
        print(f"picture of {page.url}: {path.relative_to(ROOT)}")
    except Exception as error:  # the page may be gone; the test's own failure is what counts
        print(f"no picture: {type(error).__name__}")


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A visitor at a desk."""
    return new_page()


@pytest.fixture
def phone_page(new_page: NewPage) -> Page:
    """A visitor with a small telephone, 320 pixels wide."""
    return new_page(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)


@pytest.fixture
def plain_page(new_page: NewPage) -> Page:
    """A visitor without JavaScript, on a small telephone."""
    return new_page(viewport=PHONE, java_script_enabled=False)


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails when axe-core finds a violation in the page as it stands."""
    runner = Axe()

    def look(page: Page) -> None:
        violations = runner.run(page).response["violations"]
        lines = [
            f"{v['id']} ({v['impact']}): {v['help']}\n    "
            + "\n    ".join(str(n["target"]) for n in v["nodes"])
            for v in violations
        ]
        assert not lines, f"{page.url}\n" + "\n".join(lines)

    return look


@pytest.fixture(scope="session")
def fits() -> Callable[[Page], None]:
    """`fits(page)` fails when the page must be pushed sideways to be read (WCAG 2.2, 1.4.10)."""

    def look(page: Page) -> None:
        inner, outer = page.evaluate(
            "() => [document.scrollingElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert inner <= outer, f"{page.url} is {inner} px wide in a window of {outer} px"

    return look


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Page, str], Path]:
    """`picture(page, name)` keeps a picture of the whole page in PICTURES, when that folder is given."""
    folder = os.environ.get("PICTURES", "")

    def take(page: Page, name: str) -> Path:
        path = Path(folder or "/nowhere") / f"{name}.png"
        if folder:
            path.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=path, full_page=True)
        return path

    return take
