"""What residents are told of a fee: how much, why less, where to pay, before and after they file."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from madoguchi.applications import actions
from madoguchi.applications.actions.fee_following import follow_answers
from madoguchi.applications.models import Application
from madoguchi.applications.secrets import receipt_secret
from madoguchi.applications.tests.charging import charged, charging_desk, recorded
from madoguchi.applications.tests.conftest import SetClock
from madoguchi.applications.tests.desks import Desk
from madoguchi.applications.tests.factories import ApplicationFactory, CaseFeeFactory, offered
from madoguchi.applications.tests.offers import offer, sample, section
from madoguchi.applications.tests.visitor import Page, Visitor
from madoguchi.common import clock, kernel
from madoguchi.procedures.tests.building import asked

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


# --- what is told of paying -------------------------------------------------------------------------------------


def told(desk: Desk, application: Application, language: str = "ja") -> str:
    """The words of the status page."""
    visitor = Visitor()
    visitor.client.cookies["madoguchi_language"] = language
    number, secret = application.receipt_number, receipt_secret(application.id)
    return visitor.send(visitor.open("/status/"), {"number": number, "secret": secret}).text


def test_who_owes_a_fee_reads_that_it_is_to_be_paid_and_how_much_is_left(set_clock: SetClock) -> None:
    desk = charging_desk()
    application = charged(desk)

    before = told(desk, application)
    recorded(desk, application, amount_yen=200)
    after = told(desk, application)

    assert "お支払いが必要です" in before
    assert COUNTER in before
    assert "残りの額" not in before
    assert "残りの額：400円" in after
    assert "窓口でのお支払いを確認しました（2026年11月23日（令和8年））。" in after


def test_who_has_paid_reads_when_and_is_not_sent_to_the_counter(set_clock: SetClock) -> None:
    desk = charging_desk()
    application = charged(desk)
    recorded(desk, application)

    words = told(desk, application)

    assert "窓口でのお支払いを確認しました（2026年11月23日（令和8年））。" in words
    assert "手数料の支払いを確認しました" in words
    assert "お支払いが必要です" not in words
    assert COUNTER not in words


def test_who_need_not_pay_reads_why_and_never_the_reason_of_the_office(set_clock: SetClock) -> None:
    desk = charging_desk()
    waived, withdrawn, too_much = (charged(desk) for _n in range(3))
    recorded(desk, waived, kind="waived", reason="被災のため")
    recorded(desk, too_much)
    for one in (withdrawn, too_much):
        actions.withdraw(application=one, reason="引っ越すため", now=clock.now())

    assert "手数料は減免されました（600円）。" in told(desk, waived)
    assert "被災のため" not in told(desk, waived)
    assert "この申請では、手数料を払う必要はありません。" in told(desk, withdrawn)
    assert "返すお金があるかどうかを、担当の部署が確かめています。" in told(desk, too_much)


@pytest.mark.parametrize(
    ("answers", "said", "other"),
    [
        ({"copies": 0}, "手数料はかかりません。", "手数料：300円"),
        ({"other": 1}, "手数料：300円", "手数料はかかりません。"),
    ],
)
def test_only_what_costs_nothing_is_said_to_and_what_cannot_be_told_any_more_stays_as_noted(
    answers: dict[str, int], said: str, other: str
) -> None:
    offer(
        sections=[section("main", asked("copies", "integer"))], fee={"expression": "copies * 300"}, texts={}
    )
    application = ApplicationFactory(
        procedure_version=offered("residence_certificate"), answers={"copies": 1}
    )
    CaseFeeFactory(application=application, full_yen=300, amount_yen=300)
    unit = kernel.Unit()
    follow_answers(unit, application, answers)
    kernel.commit(unit)
    Application.objects.update(answers=answers)

    words = told(charging_desk(), application)

    assert said in words
    assert other not in words
    assert ("お支払いが必要です" in words) is ("copies" not in answers)
    assert "残りの額" not in words


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Payment needed"), ("ja-easy", "お金をはらってください")]
)
def test_it_is_told_in_the_language_of_the_page(set_clock: SetClock, language: str, words: str) -> None:
    desk = charging_desk()

    assert words in told(desk, charged(desk), language)
