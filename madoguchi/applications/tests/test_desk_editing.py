"""Putting an answer right at the desk: choose, type, say why; what follows is read before it is written."""

from __future__ import annotations

from typing import Any

import pytest

from madoguchi.applications import actions
from madoguchi.applications.models import AnswerEdit, Application
from madoguchi.applications.tests.beginning import YES
from madoguchi.applications.tests.desks import Desk, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import ApplicationFactory
from madoguchi.applications.tests.offers import asked, section
from madoguchi.applications.tests.returned import filed, officer_of
from madoguchi.common import clock
from madoguchi.organization.tests.factories import signed_in_client

pytestmark = pytest.mark.django_db

REASON = "電話で、番号の書き間違いを確かめました。"
PHONE = "applicant_phone"


@pytest.fixture
def desk() -> Desk:
    return open_desk()


@pytest.fixture
def case(desk: Desk) -> Application:
    return ApplicationFactory(in_review=True, officer=desk["officer"])


def form(case: Application, **changes: Any) -> dict[str, Any]:
    given = {
        "version": str(case.version),
        "item": PHONE,
        f"q.{PHONE}": "019-651-4111",
        "reason": REASON,
        "channel": "telephone",
        "agreed": "",
    }
    return given | changes


def test_every_answer_that_may_be_put_right_is_offered(desk: Desk, case: Application) -> None:
    page = text_of(desk.browser("officer").get(url_of("case_edit", case)))

    assert f"?item={PHONE}" in page
    assert "いまは訂正できません" not in page


def test_an_answer_is_put_right_and_the_case_tells(desk: Desk, case: Application) -> None:
    browser = desk.browser("officer")
    opened = text_of(browser.get(url_of("case_edit", case) + f"?item={PHONE}"))
    assert f'name="q.{PHONE}"' in opened

    response = browser.post(url_of("case_edit", case), form(case))

    assert response.status_code == 302
    page = text_of(browser.get(response["Location"]))
    assert "回答を訂正しました。" in page
    assert "職員が訂正" in page
    assert "019-651-4111" in page
    assert REASON in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": " "}, "訂正する理由を書いてください。"),
        ({"reason": "あ" * 501}, "理由は500文字までにしてください。"),
        ({"channel": "pigeon"}, "どのように確かめたかを選んでください。"),
        ({f"q.{PHONE}": "12"}, "電話番号"),
        ({f"q.{PHONE}": ""}, "入力"),
    ],
)
def test_a_form_that_says_too_little_is_shown_again_with_what_was_typed(
    desk: Desk, case: Application, changes: dict[str, str], message: str
) -> None:
    sent = form(case) | changes

    response = desk.browser("officer").post(url_of("case_edit", case), sent)

    text = text_of(response)
    assert response.status_code == 422
    assert message in text
    assert sent["reason"].strip() in text
    assert sent[f"q.{PHONE}"] in text
    assert AnswerEdit.objects.count() == 0


def test_an_edit_that_changes_nothing_says_so(desk: Desk, case: Application) -> None:
    same = form(case) | {f"q.{PHONE}": case.answers[PHONE]}

    response = desk.browser("officer").post(url_of("case_edit", case), same)

    assert response.status_code == 422
    assert "いまの回答と同じです。" in text_of(response)


def test_what_is_dropped_is_read_before_it_is_written() -> None:
    moved, came_from = asked("moved", "yes_no"), asked("came_from", when=YES)
    case = filed({"moved": "yes", "came_from": "青森市"}, section("main", moved, came_from))
    officer = officer_of(case)
    actions.take(application=case, by=officer, now=clock.now())
    browser = signed_in_client(officer)
    sent = form(case, item="moved") | {"q.moved": "no"}

    told = browser.post(url_of("case_edit", case), sent)

    assert told.status_code == 200
    assert "次の回答は、聞かれなくなるため削除されます。" in text_of(told)
    assert AnswerEdit.objects.count() == 0
    assert browser.post(url_of("case_edit", case), sent | {"agreed": "came_from"}).status_code == 302
    page = text_of(browser.get(url_of("case", case)))
    assert "聞かれなくなったため削除" in page


def test_who_was_slower_is_told_and_goes_on_with_what_was_typed(desk: Desk, case: Application) -> None:
    sent = form(case)
    actions.edit_answer(
        application=case,
        target=PHONE,
        value="0196514222",
        reason=REASON,
        channel="counter",
        by=desk["head"],
        now=clock.now(),
    )
    browser = desk.browser("officer")

    response = browser.post(url_of("case_edit", case), sent)

    assert response.status_code == 409
    assert "回答の訂正" in text_of(response)
    assert REASON in text_of(response)
    again = text_of(browser.post(url_of("case_edit", case), sent | {"again": "1", "version": "3"}))
    assert "019-651-4111" in again
    assert Application.objects.get(id=case.id).answers[PHONE] == "0196514222"


@pytest.mark.parametrize("item", ["", "nothing", "children", "<script>"])
def test_an_unknown_item_leads_to_the_list(desk: Desk, case: Application, item: str) -> None:
    browser = desk.browser("officer")

    for response in (
        browser.get(url_of("case_edit", case), {"item": item}),
        browser.post(url_of("case_edit", case), form(case, item=item)),
    ):
        assert "申請したときの内容は残ります。" in text_of(response)


def test_who_may_not_edit_is_told_why_and_refused(desk: Desk, case: Application) -> None:
    browser = desk.browser("second")

    assert "いまは訂正できません" in text_of(browser.get(url_of("case_edit", case) + f"?item={PHONE}"))
    assert browser.post(url_of("case_edit", case), form(case)).status_code == 403


def test_a_postal_code_is_looked_up_without_writing(desk: Desk, case: Application) -> None:
    address = "applicant_address"
    sent = form(case, item=address) | {f"q.{address}.postal_code": "0208530", f"lookup.{address}": "1"}

    response = desk.browser("officer").post(url_of("case_edit", case), sent)

    assert response.status_code == 200
    assert AnswerEdit.objects.count() == 0
