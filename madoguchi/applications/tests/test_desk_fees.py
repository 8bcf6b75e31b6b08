"""Fees at the desk: on the case, its own page, before a decision, at the cash desk and on the sheet of a day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.applications import actions
from madoguchi.applications.actions import approving
from madoguchi.applications.actions.fees import undo_fee_record
from madoguchi.applications.models import Application, CaseFee, FeeRecord
from madoguchi.applications.tests.charging import (
    charged,
    charging_desk,
    half_for_employees,
    recorded,
    sums,
)
from madoguchi.applications.tests.conftest import SetClock
from madoguchi.applications.tests.desks import Desk, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import (
    TODAY,
    ApplicationFactory,
    CaseFeeFactory,
    FeeRecordFactory,
    answers_of,
)
from madoguchi.applications.tests.test_reorganising_cases import reorganise
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.common.ids import grouped
from madoguchi.common.tests.lists import both_files
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]


@pytest.fixture
def desk() -> Desk:
    return charging_desk()


def shown(desk: Desk, name: str, application: Application, who: str = "officer") -> str:
    """The words of a page of a case."""
    html = text_of(desk.browser(who).get(url_of(name, application)))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def sent(desk: Desk, application: Application, act: str, who: str = "officer", **fields: str) -> Any:
    """What the page of the fee answers."""
    data = {"version": str(application.version), "act": act} | fields
    return desk.browser(who).post(url_of("case_fee", application), data)


PAYMENT = {
    "paid_yen": "600",
    "paid_method": "cash",
    "paid_on": TODAY.isoformat(),
    "paid_voucher": "A-12",
}


# --- the case -------------------------------------------------------------------------------------------------


def test_the_case_says_what_it_costs_why_less_and_what_was_recorded_by_whom() -> None:
    desk = charging_desk(**half_for_employees())
    application = charged(desk, answers=answers_of() | {"occupation": "employee"})
    recorded(desk, application, amount_yen=100)

    words = shown(desk, "case", application)

    for expected in (
        "会社員などの方は半額です（もとの額：600円）",
        "300円",
        "未納 200円",
        "納付 100円（現金）",
        "立花 和也",
        "手数料の納付",
    ):
        assert expected in words


def test_a_case_that_costs_nothing_shows_no_fee_and_has_no_page_for_it() -> None:
    desk = open_desk()
    application = ApplicationFactory()

    assert "手数料の記録" not in shown(desk, "case", application)
    assert desk.browser("officer").get(url_of("case_fee", application)).status_code == 404


@pytest.mark.parametrize(
    ("due", "traits", "warning"),
    [
        ("at_handing_over", {"in_review": True}, ""),
        ("before_decision", {"in_review": True}, "認める決定は起案できません"),
        ("at_handing_over", {"closed": True}, "記録してから、通知書や証明書を渡してください"),
        ("at_handing_over", {"closed": True, "decision": "refused"}, ""),
        ("before_decision", {"withdrawn": True}, ""),
    ],
)
def test_the_case_warns_of_a_fee_before_it_is_too_late(
    due: str, traits: dict[str, Any], warning: str
) -> None:
    desk = charging_desk(due=due)

    words = shown(desk, "case", charged(desk, **traits))

    assert warning in words
    assert ("手数料600円の納付がまだ記録されていません" in words) is bool(warning)


def test_the_desk_warns_of_no_fee_of_a_case_that_was_over_before_fees_were_recorded(desk: Desk) -> None:
    application = charged(desk, closed=True)
    CaseFee.objects.all().delete()

    assert "納付がまだ記録されていません" not in shown(desk, "case", application)


def test_who_withdraws_after_paying_leaves_the_question_of_a_refund(desk: Desk) -> None:
    application = charged(desk)
    recorded(desk, application)
    actions.withdraw(application=application, reason="引っ越すため", now=clock.now())

    words = shown(desk, "case", application)

    assert "納付済み：還付の要否を確認" in words
    assert "600円が、納める額より多く納められています" in words


# --- its page ---------------------------------------------------------------------------------------------------


def test_the_form_offers_the_whole_of_what_is_owed_in_cash_today(desk: Desk) -> None:
    application = charged(desk)
    recorded(desk, application, amount_yen=200)

    html = text_of(desk.browser("officer").get(url_of("case_fee", application)))

    assert re.search(r'name="paid_yen" value="400"', html)
    assert re.search(r'name="paid_on" value="2026-11-23"', html)
    assert re.search(r'value="cash"[^>]*checked', html)


def test_a_payment_is_recorded_and_the_page_says_so(desk: Desk) -> None:
    application = charged(desk)

    response = sent(desk, application, "paid", **PAYMENT | {"paid_yen": "６００円"})

    assert response["Location"] == f"{url_of('case_fee', application)}?done=paid"
    assert "手数料の納付を記録しました。" in text_of(desk.browser("officer").get(response["Location"]))
    record = FeeRecord.objects.get()
    assert (record.amount_yen, record.method, record.voucher_number) == (600, "cash", "A-12")
    assert "領収書番号：A-12" in shown(desk, "case_fee", application)
    assert "未納の額はありません" in shown(desk, "case_fee", application)


def test_who_came_from_the_list_goes_back_to_it(desk: Desk) -> None:
    application = charged(desk)

    response = sent(desk, application, "paid", **PAYMENT, **{"from": "fees"})

    assert response["Location"] == "/desk/fees/?done=paid"
    assert "手数料の納付を記録しました。" in text_of(desk.browser("officer").get(response["Location"]))


def test_a_waiver_a_refund_and_keeping_the_rest_are_recorded_with_their_reasons(desk: Desk) -> None:
    application = charged(desk)
    recorded(desk, application)

    sent(desk, application, "waived", waived_yen="500", waived_reason="被災のため")
    application.refresh_from_db()
    sent(
        desk,
        application,
        "refunded",
        refunded_yen="300",
        refunded_method="cash",
        refunded_on=TODAY.isoformat(),
        refunded_reason="減免のため",
    )
    application.refresh_from_db()
    sent(desk, application, "kept", kept_reason="本人が辞退したため")

    assert sums(application) == ("paid", 600, 300, 500, 200)
    words = shown(desk, "case_fee", application)
    assert all(reason in words for reason in ("被災のため", "減免のため", "本人が辞退したため"))


@pytest.mark.parametrize(
    ("act", "fields", "place", "error"),
    [
        ("paid", {"paid_yen": ""}, "paid_yen", "額を、1以上の数字で"),
        ("paid", {"paid_yen": "0"}, "paid_yen", "額を、1以上の数字で"),
        ("paid", {"paid_yen": "-5"}, "paid_yen", "額を、1以上の数字で"),
        ("paid", {"paid_yen": "999999999"}, "paid_yen", "額を、1以上の数字で"),
        ("paid", {"paid_yen": "1,000"}, "paid_yen", "額は600円以下に"),
        ("paid", {"paid_method": "gold"}, "paid_method", "方法を選んで"),
        ("paid", {"paid_on": "きのう"}, "paid_on", "日を「2026年11月23日」のように"),
        ("paid", {"paid_on": "2026-11-24"}, "paid_on", "今日までの日に"),
        ("paid", {"paid_on": "2026-11-22"}, "paid_on", "受付の日（2026年11月23日（令和8年））から"),
        ("paid", {"paid_voucher": "A" * 41}, "paid_voucher", "領収書番号は40文字まで"),
        ("waived", {"waived_yen": "600", "waived_reason": " "}, "waived_reason", "理由を書いて"),
        ("waived", {"waived_yen": "600", "waived_reason": "あ" * 501}, "waived_reason", "500文字まで"),
    ],
)
def test_a_mistake_is_told_at_its_place_and_nothing_typed_is_lost(
    desk: Desk, act: str, fields: dict[str, str], place: str, error: str
) -> None:
    application = charged(desk)

    response = sent(desk, application, act, **(PAYMENT if act == "paid" else {}) | fields)

    html = text_of(response)
    assert response.status_code == 422
    assert f'href="#{place}"' in html
    assert error in html
    assert all(value.strip() in html for name, value in fields.items() if name != "paid_method")
    assert not FeeRecord.objects.exists()


def test_who_is_second_is_told_who_was_first_and_keeps_what_was_typed(desk: Desk) -> None:
    application = charged(desk)
    stale = Application.objects.get(id=application.id)
    recorded(desk, application, amount_yen=600, by=desk["second"])

    response = sent(desk, stale, "paid", **PAYMENT)

    html = text_of(response)
    assert response.status_code == 409
    assert "山本 実" in html
    assert 'name="paid_voucher" value="A-12"' in html
    again = desk.browser("officer").post(
        url_of("case_fee", application), {"again": "1", "paid_voucher": "A-12", "waived_reason": "被災のため"}
    )
    assert "被災のため" in text_of(again)
    assert FeeRecord.objects.count() == 1


def test_a_record_is_undone_with_a_reason_and_stays_to_be_seen(desk: Desk) -> None:
    application = charged(desk)
    record = recorded(desk, application)

    empty = sent(desk, application, "undo", undo=str(record.id), undo_reason="")
    done = sent(desk, application, "undo", who="second", undo=str(record.id), undo_reason="二重に入力")

    assert (empty.status_code, done.status_code) == (422, 302)
    assert 'href="#undo_reason"' in text_of(empty)
    assert 'id="undo_reason"' in text_of(empty)
    words = shown(desk, "case_fee", application)
    assert "取消し済み（山本 実）" in words
    assert "納付の取消し" in words
    assert "二重に入力" in words
    assert sums(application) == ("open", 600, 0, 0, 0)


def test_a_payment_that_was_given_back_is_not_undone_before_that(desk: Desk) -> None:
    application = charged(desk)
    payment = recorded(desk, application)
    recorded(desk, application, kind="waived")
    recorded(desk, application, kind="refunded")

    response = sent(desk, application, "undo", undo=str(payment.id), undo_reason="誤り")

    assert response.status_code == 422
    assert "先に、その記録を取り消してください" in text_of(response)


def test_what_the_page_does_not_offer_is_not_found(desk: Desk) -> None:
    application, other = charged(desk), recorded(desk, charged(desk))

    for act, fields in (("give", {}), ("undo", {"undo": "x"}), ("undo", {"undo": str(other.id)})):
        assert sent(desk, application, act, **fields).status_code == 404


@pytest.mark.parametrize(
    ("who", "reads", "records"),
    [
        ("officer", 200, 302),
        ("second", 200, 302),
        ("head", 200, 302),
        ("approver", 200, 403),
        ("stranger", 404, 404),
        ("administrator", 403, 403),
    ],
)
def test_who_handles_the_cases_records_and_who_decides_them_reads(
    desk: Desk, who: str, reads: int, records: int
) -> None:
    application = charged(desk)

    assert desk.browser(who).get(url_of("case_fee", application)).status_code == reads
    assert sent(desk, application, "paid", who=who, **PAYMENT).status_code == records
    if (reads, records) == (200, 403):
        assert "審査担当か所属長が行います" in shown(desk, "case_fee", application, who)


def test_the_fee_of_a_protected_case_is_opened_with_a_purpose_only(desk: Desk) -> None:
    application = charged(desk)
    RestrictionFactory(subject=f"application:{application.id}", responsible_department=desk.department.code)

    response = desk.browser("officer").get(url_of("case_fee", application))

    assert response.status_code == 403
    assert "未納" not in text_of(response).partition("<main")[2]


def test_opening_the_fee_of_a_case_is_recorded(desk: Desk) -> None:
    application = charged(desk)

    desk.browser("officer").get(url_of("case_fee", application))

    entry = AuditEntry.objects.get(subject=f"application:{application.id}", act="read")
    assert entry.detail["page"] == "case_fee"


# --- before a decision --------------------------------------------------------------------------------------------


def test_a_decision_that_waits_for_the_fee_says_so_at_its_place() -> None:
    desk = charging_desk(due="before_decision")
    application = charged(desk, in_review=True)
    address = url_of("case_propose", application)
    data = {"version": str(application.version), "kind": "certified", "act": "propose"}

    offered = text_of(desk.browser("officer").get(address))
    refused = desk.browser("officer").post(address, data)
    recorded(desk, application)
    done = desk.browser("officer").post(address, data | {"version": str(application.version)})

    assert "手数料600円の納付がまだ記録されていません。" in offered
    assert refused.status_code == 422
    assert 'href="#kind"' in text_of(refused)
    assert done.status_code == 302


def test_the_pages_that_decide_say_that_the_payment_was_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approving, "must_be_opened", lambda *_of, **_rule: False)
    desk = charging_desk(due="before_decision")
    application = charged(desk, in_review=True)
    payment = recorded(desk, application)
    actions.propose(application=application, kind="certified", reason="", by=desk["officer"], now=clock.now())
    payment.application.refresh_from_db()
    undo_fee_record(record=payment, reason="誤り", by=desk["second"], now=clock.now())
    application.refresh_from_db()
    browser, item = desk.browser("approver"), f"{application.decisions.get().id}:{application.version}"

    alone = browser.post(
        url_of("case_decide", application), {"act": "decide", "version": str(application.version)}
    )
    together = browser.post("/desk/approvals/decide/", {"item": item})

    assert alone.status_code == 422
    for page in (alone, together):
        assert "手数料600円の納付が記録されていません。納付か減免を記録するか" in text_of(page)


# --- the cash desk ------------------------------------------------------------------------------------------------


def fee(desk: Desk, **fields: Any) -> CaseFee:
    return CaseFeeFactory(application=charged(desk), **fields)


def numbers_in(html: str) -> list[str]:
    return re.findall(r'href="/desk/case/[^"/]+/">([^<]+)</a>', html)


def number(fee: CaseFee) -> str:
    return grouped(fee.application.receipt_number)


def test_the_cash_desk_lists_what_is_open_longest_first_without_names(desk: Desk) -> None:
    new, old = fee(desk), fee(desk, filed_at=clock.now() - timedelta(days=3))
    fee(desk, paid_yen=600)
    browser = desk.browser("officer")

    html = text_of(browser.get("/desk/fees/"))

    assert numbers_in(html) == [number(old), number(new)]
    assert "未納（2）" in html
    assert new.application.applicant_name not in html.partition("<main")[2]
    assert f"/desk/case/{new.application_id}/fee/?from=fees" in html
    assert AuditEntry.objects.get(subject="list:fees").detail == {"count": 2}


def test_the_list_is_narrowed_by_state_procedure_and_day_of_a_record(desk: Desk) -> None:
    open_, paid = fee(desk), fee(desk, paid_yen=600)
    excess = fee(desk, paid_yen=600, is_asked=False)
    FeeRecordFactory(application=paid.application)
    browser = desk.browser("approver")

    def listed(query: str) -> set[str]:
        return set(numbers_in(text_of(browser.get(f"/desk/fees/?{query}"))))

    assert listed("state=paid") == {number(paid)}
    assert listed("state=excess") == {number(excess)}
    assert listed("state=all") == {number(one) for one in (open_, paid, excess)}
    assert listed("state=nonsense&day=never") == {number(open_)}
    assert listed(f"state=all&day={TODAY}") == {number(paid)}
    assert listed(f"state=all&day={TODAY - timedelta(days=1)}") == set()
    assert listed("state=all&procedure=child-allowance-claim") == {
        number(one) for one in (open_, paid, excess)
    }
    assert listed("state=all&procedure=other") == set()
    assert "還付の要否を確かめる申請が1件あります" in text_of(browser.get("/desk/fees/"))


def test_a_receipt_number_or_the_number_of_a_paper_receipt_finds_a_fee_in_any_state(desk: Desk) -> None:
    paid, other = fee(desk, paid_yen=600), fee(desk)
    FeeRecordFactory(application=paid.application, voucher_number="A-12")
    browser = desk.browser("officer")

    def found(text: str) -> list[str]:
        return numbers_in(text_of(browser.get("/desk/fees/", {"q": text})))

    assert found("A-12") == [number(paid)]
    assert found(number(paid)) == [number(paid)]
    assert found(number(other).lower()) == [number(other)]
    assert found("A-13") == []


def test_other_departments_see_nothing_of_it(desk: Desk) -> None:
    one = fee(desk)
    FeeRecordFactory(application=one.application)
    browser = desk.browser("stranger")

    for address in ("/desk/fees/?state=all", f"/desk/fees/?q={number(one)}", "/desk/fees/day/"):
        assert numbers_in(text_of(browser.get(address))) == []


def test_of_a_divided_department_each_successor_sees_the_fees_of_its_own_procedures(desk: Desk) -> None:
    new, other = DepartmentFactory(code="family"), DepartmentFactory(code="rest")
    application = charged(desk, closed=True)
    recorded(desk, application)
    reorganise(desk, (application.procedure_id, new), ("", other))
    mine, theirs = (signed_in_client(staff_with("officer", department=one)) for one in (new, other))

    for address in ("list.csv?state=all", "day/records.csv"):
        assert len(both_files(mine, f"/desk/fees/{address}")) == 2
        assert len(both_files(theirs, f"/desk/fees/{address}")) == 1
    for address in ("?state=all", f"?q={grouped(application.receipt_number)}", "day/"):
        assert grouped(application.receipt_number) in text_of(mine.get(f"/desk/fees/{address}"))
    assert both_files(mine, "/desk/fees/day/sums.csv")[-1][3:] == ["1", "600", "0", "0", "600"]
    assert both_files(theirs, "/desk/fees/day/sums.csv")[-1][3:] == ["0", "0", "0", "0", "0"]


@pytest.mark.parametrize("page", ["/desk/fees/?state=all", "/desk/fees/day/"])
def test_a_protected_case_is_marked_in_the_list_and_on_the_sheet(desk: Desk, page: str) -> None:
    one, other = fee(desk), fee(desk)
    for each in (one, other):
        FeeRecordFactory(application=each.application)
    RestrictionFactory(
        subject=f"application:{one.application_id}", responsible_department=desk.department.code
    )

    html = text_of(desk.browser("officer").get(page))

    assert html.count("支援措置") == 1
    assert "支援措置" in html.partition(f">{number(one)}</a>")[2].partition("</th>")[0]


def test_the_list_leaves_as_a_file(desk: Desk) -> None:
    one = fee(desk, waived_yen=100)

    lines = both_files(desk.browser("officer"), "/desk/fees/list.csv?state=open")

    assert lines[0] == ["受付番号", "手続", "受付日", "手数料", "納付", "減免", "未納", "状態"]
    assert lines[1][0] == number(one)
    assert lines[1][3:] == ["600", "0", "100", "500", "未納"]


@pytest.mark.parametrize("page", ["/desk/fees/?state=all", "/desk/fees/day/"])
def test_a_list_asks_as_many_questions_for_ten_rows_as_for_one(desk: Desk, page: str) -> None:
    browser = desk.browser("officer")
    counts = []
    for many in (1, 9):
        for _n in range(many):
            FeeRecordFactory(application=fee(desk, paid_yen=600).application)
        browser.get(page)
        with CaptureQueriesContext(connection) as asked:
            browser.get(page)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_the_fees_of_a_case_ask_as_many_questions_for_ten_records_as_for_one(desk: Desk) -> None:
    application = charged(desk)
    browser = desk.browser("officer")
    counts = []
    for many in (1, 9):
        for _n in range(many):
            recorded(desk, application, amount_yen=10)
        browser.get(url_of("case_fee", application))
        with CaptureQueriesContext(connection) as asked:
            browser.get(url_of("case_fee", application))
        counts.append(len(asked))

    assert counts[0] == counts[1]


# --- the sheet of a day -------------------------------------------------------------------------------------------


def test_the_sheet_sums_a_day_by_method_and_by_person_less_what_was_undone(desk: Desk) -> None:
    first, second, third = (charged(desk) for _n in range(3))
    recorded(desk, first)
    recorded(desk, second, amount_yen=400, method="cashless", by=desk["second"])
    recorded(desk, second, kind="waived", amount_yen=200)
    wrong = recorded(desk, third, amount_yen=100)
    undo_fee_record(record=wrong, reason="金額の誤り", by=desk["second"], now=clock.now())
    browser = desk.browser("head")

    lines = both_files(browser, f"/desk/fees/day/sums.csv?day={TODAY}")
    html = text_of(browser.get(f"/desk/fees/day/?day={TODAY}"))

    found = {line[2]: line[3:] for line in lines[1:]}
    assert found["現金"] == ["2", "700", "0", "-100", "600"]
    assert found["キャッシュレス（窓口の端末）"] == ["1", "400", "0", "0", "400"]
    assert found["立花 和也"] == ["2", "700", "0", "0", "700"]
    assert found["山本 実"] == ["1", "400", "0", "-100", "300"]
    assert found["合計"] == ["3", "1100", "0", "-100", "1000"]
    assert "この日に減免したもの：1件　200円" in html


def test_what_is_undone_later_stands_on_the_sheet_of_that_day_and_the_day_before_stays(
    desk: Desk, set_clock: SetClock
) -> None:
    application = charged(desk)
    payment = recorded(desk, application)
    waiver = recorded(desk, application, kind="waived")
    refund = recorded(desk, application, kind="refunded", amount_yen=500)
    set_clock(datetime(2026, 11, 24, 1, 0, tzinfo=UTC))
    for record in (refund, waiver, payment):
        undo_fee_record(record=record, reason="誤り", by=desk["officer"], now=clock.now())
    browser = desk.browser("officer")

    days = [
        {line[2]: line[3:] for line in both_files(browser, f"/desk/fees/day/sums.csv?day={day}")[1:]}["合計"]
        for day in ("2026-11-23", "2026-11-24")
    ]

    assert days == [["1", "600", "500", "0", "100"], ["0", "0", "0", "-100", "-100"]]
    assert "この日に減免したもの：-1件" in text_of(browser.get("/desk/fees/day/?day=2026-11-24"))


def test_each_record_of_a_day_leaves_as_a_file(desk: Desk) -> None:
    application = charged(desk)
    recorded(desk, application, voucher_number="A-12")
    recorded(desk, charged(desk), kind="waived")

    lines = both_files(desk.browser("officer"), "/desk/fees/day/records.csv")

    assert lines[1][0] == grouped(application.receipt_number)
    assert lines[1][2:8] == ["納付", "現金", "600", "A-12", "―", "立花 和也"]
    assert lines[2][2:8] == ["減免", "―", "600", "―", "市長が認めたため", "立花 和也"]


def test_a_day_that_makes_no_sense_is_today_and_none_follows_today(desk: Desk) -> None:
    browser = desk.browser("officer")

    today = text_of(browser.get("/desk/fees/day/?day=0001-01-01"))
    before = text_of(browser.get("/desk/fees/day/?day=2026-11-20"))

    assert "2026年11月23日" in today
    assert "?day=2026-11-24" not in today
    assert "?day=2026-11-21" in before
