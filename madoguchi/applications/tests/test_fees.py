"""What residents are told of a fee: how much, why less, where to pay, before and after they file."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from madoguchi.applications.models import Application
from madoguchi.applications.tests.conftest import SetClock
from madoguchi.applications.tests.offers import offer, sample
from madoguchi.applications.tests.visitor import Page, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]
COUNTER = "担当の窓口で、受付番号を伝えて払ってください"


def shown(name: str, definition: str, set_clock: SetClock) -> list[Page]:
    """The check page, the receipt and the status page of a sample."""
    filing = sample(name)
    set_clock(datetime.combine(date.fromisoformat(filing["today"]), time(1), tzinfo=UTC))
    offered, visitor = offer(definition), Visitor()
    check = visitor.fill(visitor.start(filing["procedure"]), offered, filing["answers"])
    receipt = visitor.send(check)
    return [check, receipt, visitor.open(f"/status/{Application.objects.get().id}/")]


def test_the_amount_and_the_counter_stand_on_every_page(set_clock: SetClock) -> None:
    for page in shown("resident_record_copy_with_number", "resident_record_copy", set_clock):
        assert page.status == 200
        assert "手数料：300円" in page.text
        assert COUNTER in page.text
        assert "定額小為替" in page.text


def test_who_is_exempt_reads_why_and_of_which_amount(set_clock: SetClock) -> None:
    for page in shown("income_tax_certificate_pension", "income_tax_certificate", set_clock):
        assert "手数料はかかりません。" in page.text
        assert "公的な手続に使う方は無料です" in page.text
        assert "もとの額：" in page.text
        assert COUNTER not in page.text


def test_a_procedure_that_is_free_says_nothing_of_fees(set_clock: SetClock) -> None:
    for page in shown("child_allowance_donation_part", "child_allowance_donation", set_clock):
        assert "手数料" not in page.text
