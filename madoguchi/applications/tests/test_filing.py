"""A filing from the first page to the receipt, as a browser without JavaScript does it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from madoguchi.applications.models import Application, Attachment, CaseEvent, Draft, Status
from madoguchi.applications.secrets import receipt_secret
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.offers import asked, offer, sample, section, small
from madoguchi.applications.tests.visitor import Page, Visitor, same_browser
from madoguchi.audit.models import AuditEntry
from madoguchi.common.ids import grouped, secret_digest
from madoguchi.common.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

PROCEDURE = "residence-certificate"
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


def one_page(**keys: Any) -> tuple[Visitor, Page]:
    """The check page of the smallest filing there is."""
    small(section("main", asked("name")), **keys)
    visitor = Visitor()
    return visitor, visitor.send(visitor.start(PROCEDURE), {"q.name": "太郎"})


# --- the whole way ------------------------------------------------------------------------------------------


@pytest.mark.slow
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
    assert grouped(application.receipt_number) in page.text
    assert application.answers == ANSWERS
    assert application.filed_answers == ANSWERS
    assert application.status == Status.FILED
    assert application.email == "taro@example.jp"
    assert application.due_on is not None
    assert not Draft.objects.exists()
    assert Job.objects.filter(kind="applications.after_filing").count() == 1
    assert CaseEvent.objects.get().kind == "filed"
    assert AuditEntry.objects.get(act="file").subject == f"application:{application.id}"


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
    assert application.answers == filing["answers"] | filing["expect"]["computed"]
    follow = [definition.document(d).label for d in filing["expect"]["documents"]]
    assert all(label in page.text for label in follow if definition.document("identity").label == label)


@pytest.mark.slow
def test_who_may_not_file_is_told_and_cannot_send(set_clock: SetClock):
    set_clock(datetime(2026, 5, 15, 1, 0, tzinfo=UTC))
    filing = sample("child_allowance_claim_public_servant")
    definition = offer("child_allowance_claim")
    visitor = Visitor()
    page = visitor.start("child-allowance-claim")
    while "このまま申請できません" not in page.text:
        page = visitor.answer(page, definition, filing["answers"])
    assert "勤務先" in page.text
    draft = Draft.objects.get()
    assert draft.answers["occupation"] == "public_servant"

    check = visitor.open(f"/filing/d/{draft.id}/check/")
    assert not check.has_form
    refused = visitor.post(f"/filing/d/{draft.id}/check/", _token(visitor, draft))

    assert refused.status == 422
    assert "このまま申請できません" in refused.text
    assert not Application.objects.exists()


def _token(visitor: Visitor, draft: Draft) -> list[tuple[str, str]]:
    page = visitor.open(f"/filing/d/{draft.id}/discard/")
    return [("csrfmiddlewaretoken", page.form().value("csrfmiddlewaretoken"))]


# --- the receipt ---------------------------------------------------------------------------------------------


def test_a_receipt_shows_its_secret_again_but_only_its_digest_is_stored():
    visitor, check = one_page()
    receipt = visitor.send(check)
    application = Application.objects.get()
    secret = receipt_secret(application.id)

    again = visitor.open(receipt.path)

    assert grouped(secret) in receipt.text
    assert grouped(secret) in again.text
    assert application.secret_digest == secret_digest(secret)
    assert Application.objects.count() == 1


def test_a_receipt_closes_after_two_hours(set_clock: SetClock):
    visitor, check = one_page()
    receipt = visitor.send(check)
    set_clock(NOW + timedelta(hours=2, seconds=1))

    page = visitor.open(receipt.path)

    assert page.path == "/status/?expired=1"
    assert Application.objects.get().receipt_number not in page.html


def test_sending_twice_gives_one_application_and_the_same_receipt():
    visitor, check = one_page()
    second_click = same_browser(visitor)

    first = visitor.send(check)
    second = second_click.send(check)

    assert Application.objects.count() == 1
    assert first.path == second.path == f"/filing/r/{Application.objects.get().id}/"
    assert Job.objects.filter(kind="applications.after_filing").count() == 1


def test_a_page_that_was_left_open_does_not_open_the_receipt_later(set_clock: SetClock):
    visitor, check = one_page()
    left_open = same_browser(visitor)
    visitor.send(check)
    set_clock(NOW + timedelta(minutes=11))

    page = left_open.send(check)

    assert page.path == "/status/?filed=1"
    assert "すでに受け付けています" in page.text


def test_going_back_after_filing_leads_to_the_receipt():
    visitor, check = one_page()
    receipt = visitor.send(check)

    page = visitor.open(check.path)

    assert page.path == receipt.path


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_make_one_application():
    visitor, check = one_page()
    clicks = [same_browser(visitor) for _ in range(4)]
    ready = threading.Barrier(len(clicks))
    pages: list[Page] = []

    def click(one: Visitor) -> None:
        ready.wait()
        pages.append(one.send(check))
        connection.close()

    threads = [threading.Thread(target=click, args=(one,)) for one in clicks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    application = Application.objects.get()
    assert {page.path for page in pages} == {f"/filing/r/{application.id}/"}
    assert CaseEvent.objects.count() == 1
    assert Job.objects.filter(kind="applications.after_filing").count() == 1


# --- the check page ------------------------------------------------------------------------------------------


def test_the_change_link_of_an_answer_leads_back_to_the_check_page():
    small(section("first", asked("name")), section("second", asked("town"), asked("note", required=False)))
    visitor = Visitor()
    page = visitor.send(visitor.start(PROCEDURE), {"q.name": "太郎"})
    check = visitor.send(page, {"q.town": "盛岡"})
    link = next(link for link in check.links if "/s/first/" in link)

    page = visitor.open(link.partition("#")[0])
    assert page.form().value("q.name") == "太郎"
    page = visitor.send(page, {"q.name": "次郎"})

    assert page.path.endswith("/check/")
    assert "次郎" in page.text


def test_a_changed_answer_that_calls_for_more_leads_there_before_the_check_page():
    small(
        section("first", asked("moved", "yes_no")),
        section("second", asked("name")),
        section("third", asked("from_where"), when={"question": "moved", "is": "yes"}),
    )
    visitor = Visitor()
    page = visitor.send(visitor.start(PROCEDURE), {"q.moved": "no"})
    check = visitor.send(page, {"q.name": "太郎"})
    assert check.path.endswith("/check/")

    page = visitor.open(next(link for link in check.links if "/s/first/" in link).partition("#")[0])
    page = visitor.send(page, {"q.moved": "yes"})

    assert page.path.endswith("/s/third/")


def test_a_declaration_that_is_not_ticked_keeps_the_page_and_the_filing():
    small(section("last", asked("name"), asked("agree", "declaration")))
    visitor = Visitor()

    page = visitor.send(visitor.start(PROCEDURE), {"q.name": "太郎"})
    assert page.status == 422
    assert page.form().value("q.name") == "太郎"
    check = visitor.open(f"/filing/d/{Draft.objects.get().id}/check/")

    assert "まだ入力が終わっていないところがあります" in check.text
    assert not check.has_form


def test_an_incomplete_filing_that_is_sent_all_the_same_says_what_is_missing_and_where():
    small(section("first", asked("name")), section("second", asked("town")))
    visitor = Visitor()
    page = visitor.send(visitor.start(PROCEDURE), {"q.name": "太郎"})
    draft = Draft.objects.get()

    page = visitor.post(f"/filing/d/{draft.id}/check/", page.form().fields[:1])

    assert page.status == 422
    assert f"/filing/d/{draft.id}/s/second/?return=check" in page.links
    assert not Application.objects.exists()


def test_an_optional_answer_typed_wrongly_is_not_left_out_silently():
    small(section("first", asked("name"), asked("mail", "email", required=False)))
    visitor = Visitor()
    page = visitor.send(visitor.start(PROCEDURE), {"q.name": "太郎", "q.mail": "taro@"})
    assert page.status == 422
    draft = Draft.objects.get()

    check = visitor.open(f"/filing/d/{draft.id}/check/")
    refused = visitor.post(f"/filing/d/{draft.id}/check/", page.form().fields[:1])

    assert "まだ入力が終わっていないところがあります" in check.text
    assert refused.status == 422
    assert "「first」に、直すところがあります。" in refused.text
    assert not Application.objects.exists()


# --- what is not there -----------------------------------------------------------------------------------------


def test_an_unknown_procedure_cannot_be_begun():
    visitor = Visitor()
    offer()
    token = visitor.open(f"/procedures/{PROCEDURE}/").form("/start/").value("csrfmiddlewaretoken")

    page = visitor.post("/filing/no-such-thing/start/", [("csrfmiddlewaretoken", token)])

    assert page.status == 404
    assert not Draft.objects.exists()


def test_unknown_pages_of_a_filing_are_not_found():
    small(section("main", asked("name")))
    visitor = Visitor()
    visitor.start(PROCEDURE)
    draft = Draft.objects.get()

    for path in ("s/nothing/", "s/main/m/m1/", "doc/nothing/"):
        assert visitor.open(f"/filing/d/{draft.id}/{path}").status == 404


def test_a_page_that_is_no_longer_asked_leads_to_the_list_of_pages():
    small(
        section("first", asked("moved", "yes_no")),
        section("second", asked("from_where"), when={"question": "moved", "is": "yes"}),
    )
    visitor = Visitor()
    visitor.send(visitor.start(PROCEDURE), {"q.moved": "no"})
    draft = Draft.objects.get()

    page = visitor.open(f"/filing/d/{draft.id}/s/second/")

    assert page.path == f"/filing/d/{draft.id}/"


def test_what_changes_something_is_not_done_by_opening_an_address():
    small(section("main", asked("name")))
    visitor = Visitor()
    visitor.start(PROCEDURE)
    draft = Draft.objects.get()

    for path in (f"/filing/{PROCEDURE}/start/", f"/filing/d/{draft.id}/keep/sheet/", "/filing/leave/"):
        assert visitor.open(path).status == 405


def test_a_file_for_something_the_filing_no_longer_calls_for_is_not_filed():
    small(
        section("main", asked("moved", "yes_no")),
        documents=[
            {"id": "proof", "label": "証明", "when": {"question": "moved", "is": "yes"}, "required": False},
            {"id": "card", "label": "カード", "required": False},
        ],
    )
    visitor = Visitor()
    visitor.send(visitor.start(PROCEDURE), {"q.moved": "no"})
    draft = Draft.objects.get()
    for document_id in ("proof", "card"):
        Attachment.objects.create(
            owner_id=draft.id,
            document_id=document_id,
            digest="0" * 64,
            name="a.jpg",
            media_type="image/jpeg",
            size=1,
            added_at=NOW,
        )

    visitor.send(visitor.open(f"/filing/d/{draft.id}/check/"))

    assert [a.document_id for a in Attachment.objects.filter(owner_id=Application.objects.get().id)] == [
        "card"
    ]
