"""Extending at the desk: read the letter, extend, see it in the case; mistakes are said at the field."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from madoguchi.applications import actions
from madoguchi.applications.actions import extension as extending
from madoguchi.applications.actions.decision import NumberTaken
from madoguchi.applications.desk_options import options
from madoguchi.applications.errors import DayOutOfRange
from madoguchi.applications.models import Application, Extension
from madoguchi.applications.tests.desks import Desk, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    DurationFactory,
    ExtensionFactory,
    answers_of,
    offered,
)
from madoguchi.applications.tests.offers import asked, section
from madoguchi.applications.tests.returned import filed, looking_at, officer_of
from madoguchi.common import clock
from madoguchi.organization.tests.factories import signed_in_client

pytestmark = pytest.mark.django_db

REASON = "現地の調査に日時を要するため。"


@pytest.fixture
def desk() -> Desk:
    return open_desk()


@pytest.fixture
def case(desk: Desk) -> Application:
    return ApplicationFactory(in_review=True, officer=desk["officer"])


def form(case: Application, **changes: Any) -> dict[str, Any]:
    assert case.due_on is not None
    day: date = case.due_on + timedelta(days=28)
    given = {"version": str(case.version), "to_on": day.isoformat(), "reason": REASON, "act": "extend"}
    return given | changes


def test_an_officer_extends_and_the_case_tells_of_it(desk: Desk, case: Application) -> None:
    browser = desk.browser("officer")
    sent = form(case)

    response = browser.post(url_of("case_extend", case), sent)

    assert response.status_code == 302
    case.refresh_from_db()
    assert str(case.due_on) == sent["to_on"]
    page = text_of(browser.get(response["Location"]))
    assert "期限を延ばしました。" in page
    assert "期限の延長" in page
    assert page.count(REASON) == 2  # in its own section and in the history


def test_the_letter_is_read_before_anything_is_written(desk: Desk, case: Application) -> None:
    response = desk.browser("officer").post(url_of("case_extend", case), form(case, act="look"))

    text = text_of(response)
    assert response.status_code == 200
    assert "処理期間の延長について（通知）" in text
    assert "（延ばすときに付きます）" in text
    assert Extension.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"to_on": ""}, "見込みの日を「2026年11月23日」のように"),
        ({"to_on": "2026-02-30"}, "見込みの日を「2026年11月23日」のように"),
        ({"to_on": "2020-01-01"}, "までの日にしてください。"),
        ({"to_on": "2099-01-01"}, "までの日にしてください。"),
        ({"reason": " "}, "延ばす理由を書いてください。"),
        ({"reason": "あ" * 2001}, "理由は2000文字までにしてください。"),
    ],
)
@pytest.mark.parametrize("act", ["look", "extend"])
def test_a_form_that_says_too_little_is_shown_again_with_what_was_typed(
    desk: Desk, case: Application, changes: dict[str, str], message: str, act: str
) -> None:
    sent = form(case, act=act) | changes

    response = desk.browser("officer").post(url_of("case_extend", case), sent)

    assert response.status_code == 422
    assert message in text_of(response)
    assert f'value="{sent["to_on"]}"' in text_of(response) or not sent["to_on"]
    assert Extension.objects.count() == 0


def test_who_was_slower_is_told_and_goes_on_with_what_was_typed(desk: Desk, case: Application) -> None:
    sent = form(case)
    actions.hand_over(application=case, to=desk["officer"], by=desk["head"], now=clock.now())
    browser = desk.browser("officer")

    response = browser.post(url_of("case_extend", case), sent)

    assert response.status_code == 409
    assert REASON in text_of(response)
    assert Extension.objects.count() == 0
    again = browser.post(
        url_of("case_extend", case), sent | {"again": "1", "version": str(case.version), "act": ""}
    )
    assert again.status_code == 200
    assert REASON in text_of(again)


def test_a_day_that_the_action_refuses_and_numbers_that_are_gone_are_said(
    desk: Desk, case: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = desk.browser("officer")

    def refusing(error: Exception) -> Any:
        def refuse(*_args: object) -> None:
            raise error

        return refuse

    monkeypatch.setattr(extending, "_written", refusing(NumberTaken()))
    assert "まだ延ばしていません" in text_of(browser.post(url_of("case_extend", case), form(case)))
    monkeypatch.setattr(extending, "_written", refusing(DayOutOfRange()))
    assert browser.post(url_of("case_extend", case), form(case)).status_code == 422


@pytest.mark.parametrize(
    ("who", "trait", "sentence"),
    [
        ("second", "in_review", "立花 和也さんが担当しています。"),
        ("approver", "in_review", "審査担当か所属長が行います。"),
        ("officer", "closed", "この申請は「完了」です。"),
        ("officer", "in_review", ""),
        ("head", "in_review", ""),
    ],
)
def test_the_desk_says_why_not(desk: Desk, who: str, trait: str, sentence: str) -> None:
    traits: dict[str, Any] = {trait: True}
    case = ApplicationFactory(**traits, officer=desk["officer"], approver=desk["approver"])

    option = options(case, desk[who], today=clock.today(), proposal=None)["extend"]

    assert option.why_not.startswith(sentence)
    assert option.allowed == (sentence == "")


def test_a_case_without_a_day_and_one_extended_to_the_most_say_so(desk: Desk) -> None:
    dayless = ApplicationFactory(in_review=True, officer=desk["officer"], due_on=None)
    full = ApplicationFactory(
        in_review=True, procedure_version=offered("all_kinds"), answers=answers_of("all_kinds")
    )
    assert full.due_on is not None
    ExtensionFactory(application=full, to_on=full.due_on + timedelta(days=30))

    assert options(dayless, desk["officer"], today=clock.today(), proposal=None)["extend"].why_not == (
        "期限がありません。"
    )
    assert "いまは延ばせません" in text_of(desk.browser("officer").get(url_of("case_extend", dayless)))
    assert full.holder is not None
    assert options(full, full.holder, today=clock.today(), proposal=None)["extend"].why_not == (
        "定めのある日数まで、延長しきっています。"
    )


def test_a_statutory_period_without_a_law_for_it_is_never_extended(desk: Desk) -> None:
    statutory = {"kind": "statutory", "days": 30, "law": "見本法 第1条", "pauses_when_returned": False}
    case = filed({"note": "本文"}, section("main", asked("note", "text")), clock=statutory)
    officer = officer_of(case)
    actions.take(application=case, by=officer, now=clock.now())

    option = options(case, officer, today=clock.today(), proposal=None)["extend"]

    assert option.why_not == "期間は法令で決まっていて、延長の定めがありません。"


def test_who_may_not_extend_is_refused_and_told_what_the_case_permits(desk: Desk, case: Application) -> None:
    page = desk.browser("second").get(url_of("case_extend", case))
    sent = desk.browser("second").post(url_of("case_extend", case), form(case))

    assert "いまは延ばせません" in text_of(page)
    assert sent.status_code == 403
    assert Extension.objects.count() == 0


def test_a_statutory_day_that_is_past_and_a_resident_without_mail_are_pointed_out(desk: Desk) -> None:
    case = ApplicationFactory(
        in_review=True,
        procedure_version=offered("all_kinds"),
        answers=answers_of("all_kinds"),
        due_on=clock.today() - timedelta(days=1),
    )
    assert case.holder is not None
    browser = signed_in_client(case.holder)

    text = text_of(browser.get(url_of("case_extend", case)))

    assert "法令で決まった期限を過ぎています" in text
    assert "通知書を印刷して郵送してください" in text
    assert "根拠：見本の規則 第2条" in text


@pytest.mark.slow
def test_the_letter_is_opened_at_the_desk_and_by_the_resident_but_under_no_other_case(
    desk: Desk, case: Application
) -> None:
    extension = ExtensionFactory(application=case)
    other = ApplicationFactory()
    browser = desk.browser("approver")
    visitor, _page = looking_at(case)

    assert browser.get(url_of("case_extension_letter", case, extension.id))["Content-Type"] == (
        "application/pdf"
    )
    assert browser.get(url_of("case_extension_letter", other, extension.id)).status_code == 404
    address = reverse("applications:extension_letter", args=[case.id, extension.id])
    assert visitor.client.get(address)["Content-Type"] == "application/pdf"
    unknown = reverse("applications:extension_letter", args=[case.id, other.id])
    assert visitor.client.get(unknown).status_code == 404
    assert Client().get(address).status_code != 200


def test_the_case_says_when_it_will_likely_be_decided(desk: Desk, case: Application) -> None:
    DurationFactory(procedure_id=case.procedure_id)

    assert "このままなら" in text_of(desk.browser("officer").get(url_of("case", case)))
