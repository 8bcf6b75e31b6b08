"""Care certification and disaster certificate as a resident meets them: every page, up to the receipt."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from madoguchi.applications.tests.offers import sample
from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.tests.factories import source_of
from tests.browser.filings import Filing
from tests.browser.pages import Look, open_status, press, ticket_in
from tests.conftest import PHONE, NewPage

pytestmark = pytest.mark.browser


def filing_of(name: str, page: Page, look: Look) -> Filing:
    """A filing with the answers of a sample."""
    written = sample(name)
    definition = compile_source(source_of(written["procedure"].replace("-", "_")))
    return Filing(page, definition, written["answers"], look)


@pytest.mark.parametrize(
    "name",
    [
        "care_certification_in_hospital",
        "care_certification_second_insured",
        "disaster_certificate_flooded",
        "disaster_certificate_slight",
    ],
)
def test_every_page_up_to_the_receipt_and_the_status(new_page: NewPage, look: Look, name: str) -> None:
    page = new_page(viewport=PHONE, java_script_enabled=False)
    filing = filing_of(name, page, look)
    filing.start()
    filing.fill_in()

    filing.press("この内容で送る")

    expect(page).to_have_url(re.compile("/filing/r/"))
    look(page, "receipt")
    open_status(page, ticket_in(filing.main.inner_text()))
    look(page, "status")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("care_certification_no_insurance", "医療保険に入っているとき"),
        ("disaster_certificate_fire", "消防署が出します"),
    ],
)
def test_who_may_not_file_reads_why(new_page: NewPage, look: Look, name: str, said: str) -> None:
    page = new_page(viewport=PHONE, java_script_enabled=False)
    filing = filing_of(name, page, look)
    filing.start()
    filing.fill_in()

    expect(filing.main).to_contain_text(said)
    expect(filing.main.get_by_role("button", name="この内容で送る")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "ja-easy"])
def test_the_pages_of_both_procedures_read_well_in_other_languages(
    new_page: NewPage, look: Look, language: str
) -> None:
    page = new_page(viewport=PHONE)
    page.goto(f"/language/{language}/")
    for procedure in ("care-certification", "disaster-certificate"):
        page.goto(f"/procedures/{procedure}/")
        look(page, procedure)
        press(page.locator("main form[action$='/start/'] button"))
        look(page, f"{procedure}-first")
