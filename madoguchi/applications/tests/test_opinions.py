"""Asking other departments (意見照会): what they see, until when, what they answer, and what comes too late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from madoguchi.applications import actions, desk_opinion_mails, desk_opinions
from madoguchi.applications.actions.opinions import AskedAlready, NoLongerAsked
from madoguchi.applications.errors import (
    ChangedMeanwhile,
    DayOutOfRange,
    NotAllowed,
    NothingChosen,
    ReasonMissing,
    UnknownChoice,
)
from madoguchi.applications.models import Application, Attachment, OpinionRequest
from madoguchi.applications.rules import Status, may_ask_opinions
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.desks import Desk, open_desk, text_of, url_of
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    OpinionRequestFactory,
    somebody,
)
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.common.files.tests.making import jpeg
from madoguchi.common.models import Job
from madoguchi.common.tests.lists import both_files
from madoguchi.identity.models import Staff
from madoguchi.identity.tests.factories import RestrictionFactory
from madoguchi.notices.models import Message as Mail
from madoguchi.organization.models import Department
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

QUESTION = "所得の更正がないか、教えてください。"
NAME = "髙橋"
DUE = timedelta(days=14)


@dataclass
class Town:
    """The desk that asks, and a tax office that is asked."""

    desk: Desk
    tax: Department
    clerk: Staff
    case: Application

    @property
    def browser(self) -> Client:
        return signed_in_client(self.clerk)


@pytest.fixture
def town(set_clock: SetClock) -> Town:
    desk = open_desk()
    tax = DepartmentFactory(name="市民税課", email="tax@example.jp")
    clerk = somebody("officer", tax, display_name="税務 太郎")
    return Town(desk, tax, clerk, ApplicationFactory(in_review=True, officer=desk["officer"]))


def ask(town: Town, **changes: Any) -> OpinionRequest:
    given: dict[str, Any] = {
        "application": town.case,
        "departments": [town.tax.code],
        "question": QUESTION,
        "sections": ["claimant"],
        "due_on": clock.today() + DUE,
        "by": town.desk["officer"],
        "now": clock.now(),
    }
    return actions.ask_opinions(**given | changes)[0]


def give(town: Town, opinion: OpinionRequest, **changes: Any) -> None:
    given: dict[str, Any] = {
        "answer": "some",
        "text": "所得の更正があった。",
        "files": [],
        "by": town.clerk,
        "now": clock.now(),
    }
    fresh = OpinionRequest.objects.select_related("application").get(id=opinion.id)
    actions.give_opinion(opinion=fresh, **given | changes)


def address(opinion: OpinionRequest) -> str:
    return reverse("desk:opinion", args=[opinion.id])


def form(town: Town, **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "version": str(town.case.version),
        "department": [town.tax.code],
        "question": QUESTION,
        "section": ["claimant"],
        "due_on": (clock.today() + DUE).isoformat(),
    }
    return given | changes


# --- asking --------------------------------------------------------------------------------------------------


def test_departments_are_asked_from_the_case_and_it_shows_what_waits(town: Town) -> None:
    browser = town.desk.browser("officer")
    assert "市民税課" in text_of(browser.get(url_of("case_opinions", town.case)))
    other = DepartmentFactory(name="納税課")

    response = browser.post(
        url_of("case_opinions", town.case), form(town, department=[town.tax.code, other.code])
    )

    assert response.status_code == 302
    shown = text_of(browser.get(response["Location"]))
    assert "意見照会中（2件）" in shown
    assert QUESTION in shown
    assert "他課への意見照会" in shown
    assert Job.objects.filter(kind="applications.tell_opinion_asked").count() == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"department": []}, "意見を聞く課を選んでください。"),
        ({"department": ["nowhere"]}, "意見を聞く課を選んでください。"),
        ({"question": " "}, "聞きたいことを書いてください。"),
        ({"question": "あ" * 4001}, "4000文字まで"),
        ({"section": ["nothing"]}, "見せる範囲を選び直してください。"),
        ({"due_on": "x"}, "回答の期限を「2026年11月23日」のように"),
        ({"due_on": NOW.date().isoformat()}, "までの日にしてください。"),
        ({"due_on": "2099-01-01"}, "までの日にしてください。"),
    ],
)
def test_a_form_that_says_too_little_is_shown_again_with_what_was_typed(
    town: Town, changes: dict[str, Any], sentence: str
) -> None:
    sent = form(town) | changes

    response = town.desk.browser("officer").post(url_of("case_opinions", town.case), sent)

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert sent["question"].strip() in text_of(response)
    assert OpinionRequest.objects.count() == 0


def test_a_department_is_asked_once_at_a_time(town: Town) -> None:
    ask(town)

    response = town.desk.browser("officer").post(url_of("case_opinions", town.case), form(town))

    assert response.status_code == 422
    assert "市民税課には、すでに照会しています。" in text_of(response)


def test_the_second_of_two_who_ask_at_once_is_refused_by_the_table(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(town)
    monkeypatch.setattr(
        "madoguchi.applications.actions.opinions.waiting_for", lambda _case: OpinionRequest.objects.none()
    )

    with pytest.raises(AskedAlready):
        ask(town)


def test_who_was_slower_is_told_and_goes_on_with_what_was_typed(town: Town) -> None:
    sent = form(town)
    actions.hand_over(application=town.case, to=town.desk["officer"], by=town.desk["head"], now=clock.now())
    browser = town.desk.browser("officer")

    refused = browser.post(url_of("case_opinions", town.case), sent)

    assert refused.status_code == 409
    assert QUESTION in text_of(refused)
    again = browser.post(url_of("case_opinions", town.case), sent | {"again": "1"})
    assert (again.status_code, QUESTION in text_of(again)) == (200, True)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"departments": []}, NothingChosen),
        ({"question": " "}, NothingChosen),
        ({"departments": ["nowhere"]}, UnknownChoice),
        ({"departments": ["child-welfare"]}, UnknownChoice),
        ({"sections": ["nothing"]}, UnknownChoice),
        ({"due_on": NOW.date()}, DayOutOfRange),
        ({"due_on": NOW.date() + timedelta(days=91)}, DayOutOfRange),
    ],
)
def test_the_action_refuses_what_cannot_be_asked(
    town: Town, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        ask(town, **changes)


@pytest.mark.parametrize("status", list(Status))
def test_opinions_are_asked_for_until_a_decision_is_proposed(status: Status) -> None:
    assert may_ask_opinions(status) == (status in (Status.FILED, Status.IN_REVIEW, Status.RETURNED))


def test_who_does_not_hold_the_case_asks_nobody(town: Town) -> None:
    for who in ("second", "approver"):
        with pytest.raises(NotAllowed):
            ask(town, by=town.desk[who])


# --- least privilege -----------------------------------------------------------------------------------------


def test_the_department_sees_what_was_opened_and_nothing_else(town: Town) -> None:
    opinion = ask(town, sections=["claimant"])

    shown = text_of(town.browser.get(address(opinion)))

    assert QUESTION in shown
    assert "請求する方の氏名" in shown
    assert NAME in shown
    assert "お子さんの氏名" not in shown
    assert town.browser.get(url_of("case", town.case)).status_code == 404
    look = AuditEntry.objects.get(purpose="opinion", act="read")
    assert look.actor == town.clerk.actor
    assert look.detail["sections"] == ["claimant"]


def test_where_nothing_was_opened_nobody_is_named(town: Town) -> None:
    opinion = ask(town, sections=[])

    shown = text_of(town.browser.get(address(opinion)))

    assert "この照会のために開示された回答はありません。" in shown
    assert NAME not in shown


def test_a_department_that_was_not_asked_finds_nothing_and_the_try_is_recorded(town: Town) -> None:
    opinion = ask(town)

    response = town.desk.browser("stranger").get(address(opinion))

    assert response.status_code == 404
    assert AuditEntry.objects.filter(act="read_denied", purpose="opinion").count() == 1
    assert town.browser.get(reverse("desk:opinion", args=[town.case.id])).status_code == 404


@pytest.mark.parametrize("end", ["answered", "withdrawn", "closed"])
def test_what_was_opened_is_closed_when_the_opinion_is_no_longer_awaited(town: Town, end: str) -> None:
    opinion = ask(town)
    if end == "answered":
        give(town, opinion)
    elif end == "withdrawn":
        opinion.application = town.case
        actions.withdraw_opinion(opinion=opinion, by=town.desk["officer"], now=clock.now())
    else:
        close(town)

    shown = text_of(town.browser.get(address(opinion)))

    assert NAME not in shown
    assert QUESTION in shown


def test_of_a_protected_case_nothing_is_opened_nor_stays_open(town: Town) -> None:
    opinion = ask(town)
    RestrictionFactory(
        subject=f"application:{town.case.id}",
        responsible_department=town.desk.department.code,
        today=clock.today(),
    )

    shown = text_of(town.browser.get(address(opinion)))

    assert "支援措置の対象のため" in shown
    assert NAME not in shown
    other = DepartmentFactory()
    with pytest.raises(UnknownChoice):
        ask(town, departments=[other.code])
    ask(town, departments=[other.code], sections=[])


def test_the_list_names_nobody_and_is_recorded(town: Town) -> None:
    ask(town)

    shown = text_of(town.browser.get("/desk/opinions/"))

    assert NAME not in shown
    assert QUESTION not in shown
    assert "1件のうち1～1件目" in shown
    assert AuditEntry.objects.filter(subject="list:opinions", actor=town.clerk.actor).count() == 1


# --- answering -----------------------------------------------------------------------------------------------


def test_an_opinion_is_given_with_a_file_and_read_in_the_case(town: Town) -> None:
    opinion = ask(town)
    browser = town.browser

    response = browser.post(
        address(opinion),
        {
            "answer": "some",
            "text": "所得の更正があった。",
            "file": SimpleUploadedFile("更正決定.jpg", jpeg()),
        },
    )

    assert response.status_code == 302
    assert "意見を回答しました。" in text_of(browser.get(response["Location"]))
    shown = text_of(town.desk.browser("officer").get(url_of("case", town.case)))
    assert "所得の更正があった。" in shown
    assert "更正決定.jpg" in shown
    assert "税務 太郎" in shown
    assert "意見照会中" not in shown
    row = Attachment.objects.get(owner_id=town.case.id)
    assert (row.document_id, row.added_by) == (f"opinion/{opinion.id}", town.clerk.actor)


def test_no_opinion_is_an_answer(town: Town) -> None:
    opinion = ask(town)

    assert town.browser.post(address(opinion), {"answer": "none"}).status_code == 302

    opinion.refresh_from_db()
    assert (opinion.answer, opinion.text, opinion.after_decision) == ("none", "", False)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"answer": ""}, "意見があるかどうかを選んでください。"),
        ({"text": " "}, "意見を書いてください。"),
        ({"text": "あ" * 4001}, "意見は4000文字までにしてください。"),
    ],
)
def test_an_answer_that_says_too_little_is_shown_again(
    town: Town, changes: dict[str, str], sentence: str
) -> None:
    opinion = ask(town)
    sent = {"answer": "some", "text": "所得の更正があった。"} | changes

    response = town.browser.post(address(opinion), sent)

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert sent["text"].strip() in text_of(response)


def test_a_refused_file_and_one_taken_back_leave_the_words(town: Town) -> None:
    opinion = ask(town)
    sent = {"answer": "some", "text": "所得の更正があった。"}

    refused = town.browser.post(address(opinion), sent | {"file": SimpleUploadedFile("a.exe", b"MZ")})
    removed = town.browser.post(address(opinion), sent | {"remove": "0" * 64})

    assert (refused.status_code, removed.status_code) == (422, 200)
    assert all(sent["text"] in text_of(response) for response in (refused, removed))


def test_an_opinion_that_comes_while_the_case_changes_is_kept(town: Town) -> None:
    opinion = ask(town)
    stale = OpinionRequest.objects.select_related("application").get(id=opinion.id)
    actions.hand_over(application=town.case, to=town.desk["second"], by=town.desk["head"], now=clock.now())

    with pytest.raises(ChangedMeanwhile):
        actions.give_opinion(opinion=stale, answer="none", text="", files=[], by=town.clerk, now=clock.now())
    assert town.browser.post(address(opinion), {"answer": "none"}).status_code == 302


@pytest.mark.parametrize("end", ["answered", "withdrawn"])
def test_who_answers_what_is_no_longer_asked_is_told_and_keeps_the_words(town: Town, end: str) -> None:
    opinion = ask(town)
    if end == "answered":
        give(town, opinion, answer="none")
    else:
        opinion.application = town.case
        actions.withdraw_opinion(opinion=opinion, by=town.desk["officer"], now=clock.now())

    response = town.browser.post(address(opinion), {"answer": "some", "text": "遅れた意見"})

    assert response.status_code == 409
    assert "いまの回答は、登録していません" in text_of(response)
    assert "遅れた意見" in text_of(response)
    with pytest.raises(NoLongerAsked):
        give(town, opinion)


def test_the_action_refuses_strangers_and_answers_without_sense(town: Town) -> None:
    opinion = ask(town)

    with pytest.raises(NotAllowed):
        give(town, opinion, by=town.desk["stranger"])
    with pytest.raises(UnknownChoice):
        give(town, opinion, answer="maybe")
    with pytest.raises(ReasonMissing):
        give(town, opinion, text=" ")


# --- late, withdrawn -----------------------------------------------------------------------------------------


def close(town: Town) -> None:
    town.case.refresh_from_db()
    officer, approver = town.desk["officer"], town.desk["approver"]
    actions.propose(application=town.case, kind="certified", reason="", by=officer, now=clock.now())
    actions.decide(application=town.case, by=approver, now=clock.now())


def test_an_opinion_after_the_decision_is_kept_and_marked(town: Town) -> None:
    opinion = ask(town)
    close(town)
    browser = town.browser
    assert "この申請の手続は、すでに終わっています" in text_of(browser.get(address(opinion)))

    assert browser.post(address(opinion), {"answer": "some", "text": "実は更正があった。"}).status_code == 302

    opinion.refresh_from_db()
    town.case.refresh_from_db()
    assert opinion.after_decision
    assert town.case.status == Status.CLOSED
    shown = text_of(town.desk.browser("officer").get(url_of("case", town.case)))
    assert "実は更正があった。" in shown
    assert "決裁・取下げのあとに届きました。" in shown


def test_late_requests_and_late_answers_are_called_late(town: Town, set_clock: SetClock) -> None:
    opinion = ask(town)
    set_clock(NOW + DUE + timedelta(days=3))
    town.desk.browsers.clear()
    officer = town.desk.browser("officer")
    assert "うち期限切れ1件" in text_of(officer.get(url_of("case", town.case)))
    assert "3日超過" in text_of(town.browser.get("/desk/opinions/"))

    give(town, opinion)

    assert "期限のあとに届きました" in text_of(officer.get(url_of("case", town.case)))


def test_a_request_is_withdrawn_from_the_case_by_who_holds_it(town: Town) -> None:
    opinion = ask(town)
    where = url_of("case_opinion_withdraw", town.case, opinion.id)
    assert where not in text_of(town.desk.browser("second").get(url_of("case", town.case)))
    assert town.desk.browser("second").post(where, {"version": "3"}).status_code == 403
    assert town.desk.browser("officer").post(where, {"version": "1"}).status_code == 409

    response = town.desk.browser("officer").post(where, {"version": str(town.case.version)})

    assert response.status_code == 302
    assert "意見照会を取りやめました。" in text_of(town.desk.browser("officer").get(response["Location"]))
    assert "照会は取りやめになりました" in text_of(town.browser.get(address(opinion)))
    town.case.refresh_from_db()
    again = town.desk.browser("officer").post(where, {"version": str(town.case.version)})
    assert again.status_code == 403
    other = url_of("case_opinion_withdraw", ApplicationFactory(), opinion.id)
    assert town.desk.browser("head").post(other, {"version": "1"}).status_code == 404
    ask(town)  # and may be asked anew


# --- the list ------------------------------------------------------------------------------------------------


def test_the_list_has_tabs_pages_an_empty_state_and_a_file(town: Town) -> None:
    browser = town.browser
    assert "回答を待っている照会はありません" in text_of(browser.get("/desk/opinions/"))
    for _ in range(60):
        OpinionRequestFactory(department_code=town.tax.code)
    OpinionRequestFactory(department_code=town.tax.code, answered=True)
    OpinionRequestFactory()

    first, second, done, wrong = (
        text_of(browser.get(f"/desk/opinions/{query}"))
        for query in ("", "?page=2", "?tab=done", "?tab=x&page=x")
    )
    lines = both_files(browser, "/desk/opinions/list.csv?tab=all")

    assert "60件のうち1～50件目" in first
    assert "60件のうち51～60件目" in second
    assert "意見あり" in done
    assert "60件のうち1～50件目" in wrong
    assert len(lines) == 62


def test_a_long_list_is_written_a_few_lines_at_a_time(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_opinions, "CHUNK", 2)
    for _ in range(5):
        OpinionRequestFactory(department_code=town.tax.code)

    file = b"".join(town.browser.get("/desk/opinions/list.csv").streaming_content)  # type: ignore[attr-defined]

    assert len(file.decode().strip().splitlines()) == 6


def test_an_answer_that_meets_a_change_each_time_is_shown_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    opinion = ask(town)

    def changing(**_given: object) -> None:
        raise ChangedMeanwhile

    monkeypatch.setattr(actions, "give_opinion", changing)
    response = town.browser.post(address(opinion), {"answer": "some", "text": "まだ届かない意見"})

    assert response.status_code == 409
    assert "まだ届かない意見</textarea>" in text_of(response)
    assert "もう一度「回答する」を押してください。" in text_of(response)


def test_many_requests_ask_as_often_as_one(town: Town) -> None:
    browser = town.browser
    counts = []
    for number in (1, 20):
        for _ in range(number):
            OpinionRequestFactory(department_code=town.tax.code)
        browser.get("/desk/opinions/")
        with CaptureQueriesContext(connection) as asked_for:
            browser.get("/desk/opinions/")
        counts.append(len(asked_for))

    assert counts[0] == counts[1]


# --- mails ---------------------------------------------------------------------------------------------------


def test_a_department_is_told_once_of_a_request_and_the_asking_one_of_the_answer(town: Town) -> None:
    Department.objects.filter(code=town.case.department_code).update(email="child@example.jp")
    opinion = ask(town)
    for _again in range(2):
        desk_opinion_mails.tell_opinion_asked({"opinion": str(opinion.id)})
    give(town, opinion)
    for _again in range(2):
        desk_opinion_mails.tell_opinion_given({"opinion": str(opinion.id)})
    desk_opinion_mails.tell_opinion_asked({"opinion": str(opinion.id)})

    mails = list(Mail.objects.filter(purpose="opinion").order_by("created_at", "id"))

    assert [mail.to_address for mail in mails] == ["tax@example.jp", "child@example.jp"]
    assert all(NAME not in m.body and QUESTION not in m.body and "更正" not in m.body for m in mails)


def test_a_department_is_reminded_before_and_after_the_day_once_each(town: Town, set_clock: SetClock) -> None:
    opinion = ask(town)
    told = []
    for days in (0, 12, 13, 15, 16):
        set_clock(NOW + timedelta(days=days))
        desk_opinion_mails.remind_of_opinions({})
        told.append(Mail.objects.filter(purpose="opinion").count())

    assert told == [0, 1, 1, 2, 2]
    opinion.refresh_from_db()
    assert opinion.reminded_at is not None
    assert opinion.overdue_told_at is not None


def test_nobody_is_reminded_of_what_was_answered_withdrawn_or_decided(
    town: Town, set_clock: SetClock
) -> None:
    give(town, ask(town))
    OpinionRequestFactory(application=town.case, department_code=town.tax.code, withdrawn_at=NOW)
    OpinionRequestFactory(application=town.case, department_code=town.tax.code)
    close(town)
    set_clock(NOW + timedelta(days=40))

    desk_opinion_mails.remind_of_opinions({})

    assert Mail.objects.filter(purpose="opinion").count() == 0


def test_a_department_without_an_address_is_asked_in_its_list(town: Town) -> None:
    Department.objects.filter(code=town.tax.code).update(email="")
    opinion = ask(town)

    desk_opinion_mails.tell_opinion_asked({"opinion": str(opinion.id)})

    assert Mail.objects.count() == 0
    assert "1件のうち" in text_of(town.browser.get("/desk/opinions/"))
