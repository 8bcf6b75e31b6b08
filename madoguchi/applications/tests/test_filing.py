"""A filing from the first page to the receipt, as a browser without JavaScript does it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from madoguchi.applications.models import Application, CaseEvent, Draft, Status
from madoguchi.applications.tests.conftest import SetClock
from madoguchi.applications.tests.offers import offer, sample
from madoguchi.applications.tests.visitor import Visitor
from madoguchi.common.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

ANSWERS: dict[str, Any] = {
    "full_name": "盛岡 太郎",
    "kana": "モリオカ タロウ",
    "birth_date": "1990-02-28",
    "email": "taro@example.jp",
    "phone": "0196514111",
    "postcode": "0208530",
    "address": "盛岡市内丸12番2号",
    "purpose": "bank",
    "copies": 2,
    "delivery": "window",
    "agree": True,
}
PROCEDURE = "residence-certificate"


def test_the_reference_procedure_is_filed_page_by_page_and_answered_by_a_receipt():
    definition = offer()
    visitor = Visitor()
    page = visitor.start(PROCEDURE)
    assert page.path.endswith("/s/applicant/")

    page = visitor.answer(page, definition, ANSWERS)
    assert page.path.endswith("/s/request/")
    page = visitor.answer(page, definition, ANSWERS)
    assert page.path.endswith("/check/")
    assert "盛岡市内丸12番2号" in page.text
    assert "600円" in page.text
    page = visitor.send(page)

    application = Application.objects.get()
    assert page.path == f"/filing/r/{application.id}/"
    number = application.receipt_number
    assert f"{number[:4]}-{number[4:8]}-{number[8:]}" in page.text
    assert application.answers == ANSWERS
    assert application.filed_answers == ANSWERS
    assert application.status == Status.FILED
    assert application.email == "taro@example.jp"
    assert not Draft.objects.exists()
    assert Job.objects.filter(kind="applications.after_filing").count() == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["newborn", "third_child", "living_apart"])
def test_the_child_allowance_claim_is_filed_page_by_page(set_clock: SetClock, name):
    set_clock(datetime(2026, 5, 15, 1, 0, tzinfo=UTC))
    filing = sample(f"child_allowance_claim_{name}")
    definition = offer("child_allowance_claim")
    visitor = Visitor()
    page = visitor.fill(visitor.start("child-allowance-claim"), definition, filing["answers"])
    assert page.status == 200

    page = visitor.send(page)

    assert page.path.startswith("/filing/r/"), page.text
    application = Application.objects.get()
    expected = filing["answers"] | filing["expect"]["computed"]
    assert application.answers == expected
    assert CaseEvent.objects.filter(application=application).count() == 1
