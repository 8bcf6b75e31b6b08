"""Answering a request for correction: only what it names, nothing typed or sent is lost, the clock rests rightly."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from madoguchi.applications import actions
from madoguchi.applications.errors import NotAllowed, NotComplete, UnknownChoice
from madoguchi.applications.models import (
    Application,
    Attachment,
    CaseEvent,
    Correction,
    CorrectionItem,
    Status,
)
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.offers import asked, section
from madoguchi.applications.tests.returned import filed, looking_at, officer_of, send_back_to_resident
from madoguchi.applications.tests.visitor import Page, Visitor, same_browser
from madoguchi.common.files.tests.making import pdf, png

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

CARD = {"id": "card", "label": "カードの写し", "required": True, "may_follow": True, "max_files": 2}
MAIN = section(
    "main",
    asked("name", max_length=20),
    asked("town"),
    asked("mail", "email", required=False, prefill={"from": "applicant.email"}),
)
ANSWERS = {"name": "盛岡 太郎", "town": "盛岡", "mail": "old@example.jp"}


def opened(application: Application) -> tuple[Visitor, Page]:
    """The page of the correction, reached from the status page."""
    visitor, page = looking_at(application)
    return visitor, visitor.open(next(link for link in page.links if link.endswith("/correction/")))


def case(*targets: str, **keys: Any) -> Application:
    """A small filing that was returned."""
    return send_back_to_resident(filed(ANSWERS, MAIN, **keys), *targets)


# --- the page ------------------------------------------------------------------------------------------------


def test_only_what_is_to_be_put_right_is_shown_with_its_reason_and_what_stood_there():
    application = send_back_to_resident(filed(ANSWERS, MAIN), "name", message="お手数をおかけします。")

    _visitor, page = opened(application)

    assert "氏名と住所を確かめてください。 よく見てください。" in page.text
    assert "前の内容：盛岡 太郎" in page.text
    assert "お手数をおかけします。" in page.text
    assert "2026年12月7日" in page.text
    assert page.form().names == {"q.1.name"}
    assert page.form().value("q.1.name") == "盛岡 太郎"


def test_an_answer_goes_to_the_officer_and_nothing_else_changes():
    application = case("name")
    visitor, page = opened(application)

    page = visitor.send(page, {"q.1.name": "森岡 太郎"})

    assert page.path == f"/status/{application.id}/"
    application.refresh_from_db()
    assert application.status == Status.IN_REVIEW
    assert application.answers == ANSWERS | {"name": "森岡 太郎"}
    assert application.filed_answers == ANSWERS
    item = CorrectionItem.objects.get()
    assert (item.before, item.after) == ("盛岡 太郎", "森岡 太郎")
    assert Correction.objects.get().answered_at == NOW
    assert "直した内容を受け取りました" in page.text


def test_a_corrected_name_and_mail_address_are_those_the_case_is_found_and_told_by():
    name = asked("name", "person_name", prefill={"from": "applicant.name"})
    mail = asked("mail", "email", prefill={"from": "applicant.email"})
    old = {"family": "盛岡", "given": "太郎", "family_kana": "モリオカ", "given_kana": "タロウ"}
    application = filed({"name": old, "mail": "old@example.jp"}, section("main", name, mail))
    visitor, page = opened(send_back_to_resident(application, "name", "mail"))

    visitor.send(
        page, {"q.1.name.family": "髙橋", "q.1.name.family_kana": "ﾀｶﾊｼ", "q.2.mail": "new@example.jp"}
    )

    application.refresh_from_db()
    assert application.applicant_name == "髙橋 太郎"
    assert application.email == "new@example.jp"
    assert application.answers["name"]["family_kana"] == "タカハシ"


def test_an_error_keeps_everything_typed_and_says_where():
    application = case("name", "town", "mail")
    visitor, page = opened(application)

    page = visitor.send(page, {"q.1.name": "森岡 太郎", "q.2.town": "", "q.3.mail": "taro@@"})

    assert page.status == 422
    assert page.form().value("q.1.name") == "森岡 太郎"
    assert page.form().value("q.3.mail") == "taro@@"
    assert {"#q-2-town", "#q-3-mail"} <= set(page.links)
    assert {"error-summary", "q-2-town-error", "q-3-mail-error"} <= page.ids
    application.refresh_from_db()
    assert application.status == Status.RETURNED
    assert application.answers == ANSWERS


def test_items_that_were_not_asked_are_ignored():
    application = case("name")
    visitor, page = opened(application)

    visitor.send(page, {"q.1.name": "森岡", "q.1.town": "滝沢", "q.2.town": "滝沢", "q.town": "滝沢"})

    application.refresh_from_db()
    assert application.answers == ANSWERS | {"name": "森岡"}


def test_an_answer_that_the_whole_filing_refuses_is_said_at_its_field():
    gold = {"id": "gold", "label": "金色", "when": {"question": "copies", "at_least": 5}}
    colour = asked("colour", "choice", options=[{"id": "red", "label": "赤色"}, gold])
    application = filed({"copies": 1, "colour": "red"}, section("main", asked("copies", "integer"), colour))
    visitor, page = opened(send_back_to_resident(application, "colour"))
    assert "金色" not in page.text

    page = visitor.send(page, {"q.1.colour": "gold"})

    assert page.status == 422
    assert "q-1-colour-error" in page.ids


def test_what_the_city_computes_follows_a_corrected_answer():
    yearly = asked("yearly", "yen", computed={"expression": "rent * 12"})
    application = filed({"rent": 100}, section("main", asked("rent", "yen"), yearly))
    assert application.answers == {"rent": 100, "yearly": 1200}
    visitor, page = opened(send_back_to_resident(application, "rent"))

    visitor.send(page, {"q.1.rent": "200"})

    application.refresh_from_db()
    assert application.answers == {"rent": 200, "yearly": 2400}
    assert application.filed_answers == {"rent": 100, "yearly": 1200}


# --- members -------------------------------------------------------------------------------------------------


def children() -> Application:
    """Two children, of whom both are asked about."""
    age = asked("double", "integer", computed={"expression": "age * 2"})
    group = asked(
        "kids", "group", item_label="お子さん", min=1, max=5, questions=[asked("age", "integer", max=20), age]
    )
    answers = {"kids": [{"_id": "m1", "age": 1}, {"_id": "m2", "age": 2}]}
    return filed(answers, section("kids", group))


def test_one_members_question_changes_that_member_alone():
    application = send_back_to_resident(children(), "kids/m2/age")
    visitor, page = opened(application)
    assert "お子さん 2：age" in page.text

    visitor.send(page, {"q.1.age": "3"})

    application.refresh_from_db()
    assert application.answers["kids"] == [
        {"_id": "m1", "age": 1, "double": 2},
        {"_id": "m2", "age": 3, "double": 6},
    ]


def test_the_same_question_of_two_members_has_two_fields_and_errors_at_the_right_one():
    application = send_back_to_resident(children(), "kids/m1/age", "kids/m2/age")
    visitor, page = opened(application)

    page = visitor.send(page, {"q.1.age": "5", "q.2.age": "21"})

    assert page.status == 422
    assert "q-2-age-error" in page.ids
    assert "q-1-age-error" not in page.ids
    assert page.form().value("q.1.age") == "5"


# --- files ---------------------------------------------------------------------------------------------------


def with_card() -> Application:
    """A filing with a document that is to be sent again."""
    application = filed(ANSWERS, MAIN, documents=[CARD])
    Attachment.objects.create(
        owner_id=application.id,
        document_id="card",
        digest="0" * 64,
        name="blurred.jpg",
        media_type="image/jpeg",
        size=1,
        added_at=NOW - timedelta(days=1),
    )
    return send_back_to_resident(application, "doc:card", "name")


@pytest.mark.slow
def test_a_document_sent_again_replaces_the_old_one_which_stays_on_record():
    application = with_card()
    visitor, page = opened(application)

    page = visitor.send(page, files=[("q.1.card", "sharp.png", png())])

    assert page.path == f"/status/{application.id}/"
    old, new = Attachment.objects.order_by("added_at")
    assert (old.name, old.replaced_at) == ("blurred.jpg", NOW)
    assert (new.name, new.replaced_at) == ("sharp.png", None)


@pytest.mark.slow
def test_a_file_that_was_taken_in_stays_while_another_field_is_put_right():
    application = with_card()
    visitor, page = opened(application)

    page = visitor.send(page, {"q.2.name": ""}, files=[("q.1.card", "sharp.png", png())])
    assert page.status == 422
    assert "sharp.png" in page.text
    page = visitor.send(page, {"q.2.name": "森岡 太郎"})

    assert page.path == f"/status/{application.id}/"
    assert Attachment.objects.get(replaced_at=None).name == "sharp.png"


@pytest.mark.slow
def test_a_file_that_was_taken_in_can_be_taken_out_again():
    visitor, page = opened(with_card())
    page = visitor.send(page, {"q.2.name": ""}, files=[("q.1.card", "wrong.png", png())])
    button = next(button for button in page.form().buttons if button[0] == "remove")

    page = visitor.send(page, {"q.2.name": "森岡 太郎"}, button=button)
    assert page.status == 200
    assert "wrong.png" not in page.text
    assert page.form().value("q.2.name") == "森岡 太郎"
    visitor.send(page, files=[("q.1.card", "right.pdf", pdf())])

    assert Attachment.objects.get(replaced_at=None).name == "right.pdf"


def test_a_document_that_is_asked_again_must_be_sent():
    visitor, page = opened(with_card())

    page = visitor.send(page, {"q.2.name": "森岡 太郎"})

    assert page.status == 422
    assert "「カードの写し」のファイルを選んでください。" in page.text
    assert page.form().value("q.2.name") == "森岡 太郎"


@pytest.mark.slow
def test_a_page_cannot_name_a_file_that_was_not_sent_to_it():
    mine, other = with_card(), with_card()
    visitor, page = opened(other)
    page = visitor.send(page, {"q.2.name": ""}, files=[("q.1.card", "theirs.png", png())])
    word = next(value for name, value in page.form().fields if name.startswith("kept."))
    visitor, page = opened(mine)
    item = CorrectionItem.objects.get(correction__application=mine, target="document")

    for forged in (word, "a" * 64, word[:-2] + "xx"):
        page = visitor.send(page, {f"kept.{item.id}": forged})
        assert page.status == 422
        assert "theirs.png" not in page.text
    assert not Attachment.objects.filter(owner_id=mine.id, replaced_at=None).exclude(digest="0" * 64).exists()


@pytest.mark.slow
def test_a_photo_that_is_an_answer_is_replaced_in_the_answers_too():
    old = {"digest": "0" * 64, "name": "old.jpg", "media_type": "image/jpeg", "size": 1}
    application = filed({"picture": [old]}, section("main", asked("picture", "photo")))
    Attachment.objects.create(owner_id=application.id, document_id="picture", added_at=NOW, **old)
    visitor, page = opened(send_back_to_resident(application, "picture"))

    visitor.send(page, files=[("q.1.picture", "new.png", png())])

    application.refresh_from_db()
    assert [file["name"] for file in application.answers["picture"]] == ["new.png"]
    assert Attachment.objects.get(replaced_at=None).digest == application.answers["picture"][0]["digest"]
    assert Attachment.objects.get(name="old.jpg").replaced_at == NOW


# --- twice, at once, too late ------------------------------------------------------------------------------------


def test_answering_twice_counts_once():
    application = case("name")
    visitor, page = opened(application)
    visitor.send(page, {"q.1.name": "森岡"})

    again = visitor.send(page, {"q.1.name": "守岡"})

    assert again.path == f"/status/{application.id}/"
    application.refresh_from_db()
    assert application.answers["name"] == "森岡"
    assert application.events.filter(kind="answer_correction").count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_answers_at_the_same_moment_count_once():
    application = case("name")
    visitor, page = opened(application)
    ready = threading.Barrier(2)
    ends: list[Page] = []

    def answer(one: Visitor, name: str) -> None:
        ready.wait()
        ends.append(one.send(page, {"q.1.name": name}))
        connection.close()

    threads = [
        threading.Thread(target=answer, args=(same_browser(visitor), name)) for name in ("森岡", "守岡")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {end.path for end in ends} == {f"/status/{application.id}/"}
    assert CaseEvent.objects.filter(kind="answer_correction").count() == 1
    application.refresh_from_db()
    assert application.answers["name"] == CorrectionItem.objects.get().after


def test_an_answer_met_by_the_desk_is_not_lost(monkeypatch: pytest.MonkeyPatch):
    application = case("name")
    officer = officer_of(application)
    visitor, page = opened(application)
    original = actions.answer_correction
    met: list[bool] = []

    def met_by_the_desk(**arguments: Any) -> None:
        if not met:
            met.append(True)
            actions.hand_over(application=Application.objects.get(), to=None, by=officer, now=NOW)
        original(**arguments)

    monkeypatch.setattr(actions, "answer_correction", met_by_the_desk)
    visitor.send(page, {"q.1.name": "森岡"})

    application.refresh_from_db()
    assert application.answers["name"] == "森岡"


def test_without_a_request_there_is_nothing_to_answer():
    application = filed(ANSWERS, MAIN)
    visitor, page = looking_at(application)

    assert visitor.open(f"/status/{application.id}/correction/").path == page.path


def test_an_answer_after_the_day_is_still_taken(set_clock: SetClock):
    application = case("name")
    set_clock(NOW + timedelta(days=20))
    visitor, page = opened(application)

    assert visitor.send(page, {"q.1.name": "森岡"}).path == f"/status/{application.id}/"


# --- the clock -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock_of", "moved"),
    [
        ({"kind": "standard", "days": 30, "pauses_when_returned": True}, 5),
        ({"kind": "standard", "days": 30, "pauses_when_returned": False}, 0),
        ({"kind": "statutory", "days": 30, "pauses_when_returned": False}, 0),
    ],
)
def test_a_standard_period_rests_while_the_resident_is_asked_a_statutory_one_never(
    set_clock: SetClock, clock_of, moved
):
    application = case("name", clock=clock_of)
    due = application.due_on
    assert isinstance(due, date)
    set_clock(NOW + timedelta(days=5))
    visitor, page = opened(application)

    visitor.send(page, {"q.1.name": "森岡"})

    application.refresh_from_db()
    assert application.due_on == due + timedelta(days=moved)
    assert application.paused_days == moved


# --- the action ----------------------------------------------------------------------------------------------


def test_the_action_refuses_what_was_not_asked_and_what_is_missing():
    application = case("name", "doc:card", documents=[CARD])

    for values, files in (({"town": "滝沢"}, {}), ({"card": "x"}, {}), ({}, {"name": []})):
        with pytest.raises(UnknownChoice):
            actions.answer_correction(application=application, values=values, files=files, now=NOW)
    with pytest.raises(NotComplete):
        actions.answer_correction(application=application, values={"name": "森岡"}, files={}, now=NOW)
    with pytest.raises(NotComplete):
        actions.answer_correction(application=case("name"), values={"name": "あ" * 21}, files={}, now=NOW)


def test_a_case_that_is_not_returned_takes_no_answer():
    with pytest.raises(NotAllowed):
        actions.answer_correction(
            application=filed(ANSWERS, MAIN), values={"name": "森岡"}, files={}, now=NOW
        )
