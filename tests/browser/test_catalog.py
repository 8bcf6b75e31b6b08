"""Care certification and disaster certificate as a resident meets them: every page, up to the receipt."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from madoguchi.applications.tests.offers import sample
from madoguchi.applications.tests.visitor import typed_fields
from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.tests.factories import source_of
from tests.browser.pages import Form, Look, open_status, press, ticket_in
from tests.conftest import PHONE, NewPage

pytestmark = pytest.mark.browser
ANSWERED = "お答えに合わせて"


class Filing(Form):
    """A filing of the catalogue, filled in from a written sample without scripts."""

    def __init__(self, page: Page, name: str, look: Look) -> None:
        super().__init__(page)
        self.filing = sample(name)
        self.definition: Definition = compile_source(source_of(self.filing["procedure"].replace("-", "_")))
        self.look = look

    def start(self) -> None:
        """From the page of the procedure to its first question."""
        self.page.goto(f"/procedures/{self.filing['procedure']}/")
        self.look(self.page, "procedure")
        self.press("オンラインで手続を始める")

    def fill_in(self) -> None:
        """One page after another, documents later, until the check page or a reason why not."""
        members = [dict(member) for member in self.filing["answers"].get("members", ())]
        for _ in range(40):
            where = self.page.url.rstrip("/").rpartition("/")[2]
            self.look(self.page, where[:20])
            if where == "check" or "このまま申請できません" in self.main.inner_text():
                return
            if self.page.locator("main button[name=add]").count() and members:
                self.page.locator("main button[name=add]").click()
                self._answer(members.pop(0))
            else:
                self._answer(self.filing["answers"])

    def _answer(self, answers: dict[str, Any]) -> None:
        for _ in range(6):
            for question_id in self._asked():
                if self.definition.has_question(question_id) and answers.get(question_id) is not None:
                    fields = typed_fields(self.definition.question(question_id), answers[question_id])
                    for name, value in fields.items():
                        _type(self.main.locator(f'[name="{name}"]'), value)
            self.go_on()
            if ANSWERED not in self.main.inner_text():
                return

    def _asked(self) -> list[str]:
        names = self.main.locator("[name^='q.']").evaluate_all("(fields) => fields.map((f) => f.name)")
        return sorted({name.split(".")[1] for name in names})


def _type(field: Locator, value: Any) -> None:
    if not field.count():
        return
    kind = field.first.evaluate("(f) => f.tagName === 'SELECT' ? 'select' : f.type")
    if kind in ("radio", "checkbox"):
        for one in [value] if isinstance(value, str) else value:
            option = field.and_(field.page.locator(f'[value="{one}"]'))
            if option.count():  # an option may come with the answers of the same page
                option.check()
    elif kind == "select":
        field.first.select_option(value)
    else:
        field.first.fill(value)


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
    filing = Filing(page, name, look)
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
    filing = Filing(page, name, look)
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
