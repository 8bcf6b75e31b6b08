"""What the actions refuse, whoever asks: screens, commands and imports all go through them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from madoguchi.applications import actions
from madoguchi.applications.actions.review import Item, answer_at, with_answer_at
from madoguchi.applications.errors import (
    AlreadyFiled,
    ChangedMeanwhile,
    MayNotFile,
    NoLongerTaken,
    NotAllowed,
    NotComplete,
    NothingChosen,
    ReasonMissing,
    UnknownChoice,
)
from madoguchi.applications.models import Application, Attachment, Correction, Draft
from madoguchi.applications.tests.conftest import NOW
from madoguchi.applications.tests.factories import ApplicationFactory, DraftFactory, answers_of, somebody
from madoguchi.applications.tests.offers import asked, section, small
from madoguchi.applications.tests.returned import REASON, filed, officer_of
from madoguchi.common import clock
from madoguchi.procedures.models import Procedure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

KIDS = asked("kids", "group", min=1, max=5, questions=[asked("age", "integer")])
DOUBLE = asked("double", "integer", computed={"expression": "copies * 2"})
NOTE = asked("note", "statement")


def case() -> Application:
    """A case in review, of a filing with a child and a computed answer."""
    application = filed(
        {"copies": 1, "kids": [{"_id": "m1", "age": 3}]},
        section("main", asked("copies", "integer"), DOUBLE, NOTE),
        section("kids", KIDS),
    )
    actions.take(application=application, by=officer_of(application), now=NOW)
    return application


def returned(application: Application, *items: Item, days: int = 14) -> Correction:
    return actions.return_for_correction(
        application=application,
        items=items,
        answer_by_on=clock.today() + timedelta(days=days),
        by=officer_of(application),
        now=NOW,
    )


# --- asking for a correction ---------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["copies", "kids/m1/age"])
def test_what_a_person_can_answer_can_be_asked_for(target):
    correction = returned(case(), Item("question", target, REASON))

    assert correction.items.get().target_id == target


@pytest.mark.parametrize(
    "item",
    [
        Item("question", "nothing", REASON),
        Item("question", "copies", "no_such_reason"),
        Item("question", "double", REASON),
        Item("question", "note", REASON),
        Item("question", "kids", REASON),
        Item("question", "age", REASON),
        Item("question", "kids/m2/age", REASON),
        Item("question", "kids/m1/copies", REASON),
        Item("question", "copies/m1/age", REASON),
        Item("question", "kids/m1", REASON),
        Item("document", "nothing", REASON),
        Item("person", "copies", REASON),
    ],
)
def test_what_nobody_can_answer_is_not_asked_for(item):
    with pytest.raises(UnknownChoice):
        returned(case(), item)

    assert not Correction.objects.exists()


def test_a_request_names_something_and_nothing_twice():
    application = case()

    with pytest.raises(NothingChosen):
        returned(application)
    with pytest.raises(UnknownChoice):
        returned(application, Item("question", "copies", REASON), Item("question", "copies", REASON, "again"))


@pytest.mark.parametrize("days", [2, 61, -1])
def test_the_day_to_answer_by_is_neither_too_near_nor_too_far(days):
    with pytest.raises(UnknownChoice):
        returned(case(), Item("question", "copies", REASON), days=days)


def test_an_answer_is_found_and_put_at_its_place():
    answers: dict[str, Any] = {"name": "a", "kids": [{"_id": "m1", "age": 1}, {"_id": "m2"}]}

    assert answer_at(answers, "kids/m1/age") == 1
    assert answer_at(answers, "kids/m9/age") is None
    assert with_answer_at(answers, "kids/m2/age", 2)["kids"] == [
        {"_id": "m1", "age": 1},
        {"_id": "m2", "age": 2},
    ]
    assert with_answer_at(answers, "kids/m1/age", None)["kids"] == [{"_id": "m1"}, {"_id": "m2"}]
    assert with_answer_at(answers, "name", None) == {"kids": answers["kids"]}
    assert answers["kids"][0] == {"_id": "m1", "age": 1}


# --- proposing and deciding ----------------------------------------------------------------------------------


def test_a_decision_the_definition_does_not_know_is_not_proposed():
    application = ApplicationFactory(in_review=True)

    with pytest.raises(UnknownChoice):
        actions.propose(
            application=application, kind="praised", reason="", by=officer_of(application), now=NOW
        )


def test_a_refusal_needs_its_reason_and_so_does_sending_back():
    application = ApplicationFactory(in_review=True)
    officer = officer_of(application)
    with pytest.raises(ReasonMissing):
        actions.propose(application=application, kind="refused", reason=" ", by=officer, now=NOW)
    actions.propose(application=application, kind="certified", reason="", by=officer, now=NOW)
    approver = somebody("approver", officer.postings.get().department)

    with pytest.raises(ReasonMissing):
        actions.send_back(application=application, reason=" ", by=approver, now=NOW)


def test_what_is_not_proposed_cannot_be_decided():
    application = ApplicationFactory(in_review=True)
    approver = somebody("approver", officer_of(application).postings.get().department)

    with pytest.raises(NotAllowed):
        actions.decide(application=application, by=approver, now=NOW)
    with pytest.raises(NotAllowed):
        actions.send_back(application=application, reason="もう一度", by=approver, now=NOW)


# --- filing --------------------------------------------------------------------------------------------------


def draft_of(answers: dict[str, Any], *sections: dict[str, Any], **keys: Any) -> Draft:
    small(*sections, **keys)
    return DraftFactory(procedure_version=Procedure.objects.get().current, answers=answers)


def test_an_incomplete_filing_by_the_web_is_refused_and_by_staff_received():
    draft = draft_of({}, section("main", asked("name")))

    with pytest.raises(NotComplete):
        actions.file_draft(draft=draft, now=NOW)
    application = actions.file_draft(draft=draft, now=NOW, accept_incomplete=True)

    assert application.events.get().detail["incomplete"] is True


def test_who_may_not_file_is_told_why():
    stop = {
        "id": "no",
        "when": {"question": "name", "answered": True},
        "effect": "stop",
        "message": "できません。",
    }
    draft = draft_of({"name": "太郎"}, section("main", asked("name")), eligibility=[stop])

    with pytest.raises(MayNotFile) as refused:
        actions.file_draft(draft=draft, now=NOW)

    assert refused.value.reasons == ("できません。",)


def test_a_draft_that_is_gone_cannot_be_filed():
    draft = DraftFactory(answers=answers_of())
    Draft.objects.all().delete()

    with pytest.raises(ChangedMeanwhile):
        actions.file_draft(draft=draft, now=NOW)


def test_files_of_members_and_questions_are_filed_with_the_answers_that_name_them():
    photo = asked("photo", "photo", required=False)
    kids = asked(
        "kids", "group", min=0, max=5, questions=[asked("age", "integer"), photo | {"id": "picture"}]
    )
    file = {"digest": "a" * 64, "name": "a.jpg", "media_type": "image/jpeg", "size": 1}
    answers = {"photo": [file], "kids": [{"_id": "m1", "age": 1, "picture": [file]}, {"_id": "m2", "age": 2}]}
    draft = draft_of(answers, section("main", photo), section("kids", kids))
    for place in ("photo", "kids/m1/picture", "kids/m2/picture", "kids/m7/picture", "gone"):
        Attachment.objects.create(owner_id=draft.id, document_id=place, added_at=NOW, **file)

    actions.file_draft(draft=draft, now=NOW)

    places = Attachment.objects.filter(owner_id=draft.id).order_by("document_id")
    assert [attachment.document_id for attachment in places] == ["kids/m1/picture", "photo"]


def test_members_belong_to_groups():
    draft = draft_of({}, section("main", asked("name")))

    with pytest.raises(NotAllowed):
        actions.save_member(draft=draft, section_id="main", member_id="m1", values={"name": "x"}, now=NOW)
    assert Draft.objects.get().answers == {}


def test_a_draft_of_a_procedure_that_was_closed_stays_and_is_filed_once_it_is_open_again():
    draft = draft_of({"name": "太郎"}, section("main", asked("name")))
    Procedure.objects.update(is_open=False)

    with pytest.raises(NoLongerTaken):
        actions.file_draft(draft=draft, now=NOW)
    assert Draft.objects.get().answers == {"name": "太郎"}
    Procedure.objects.update(is_open=True)

    assert actions.file_draft(draft=draft, now=NOW).id == draft.id
    Procedure.objects.update(is_open=False)
    with pytest.raises(AlreadyFiled):  # sent twice, and closed in between: the receipt is the answer
        actions.file_draft(draft=draft, now=NOW)


def test_what_staff_enter_is_received_after_closing_too():
    draft = draft_of({"name": "太郎"}, section("main", asked("name")))
    Procedure.objects.update(is_open=False)

    actions.file_draft(draft=draft, now=NOW, accept_incomplete=True)

    assert Application.objects.get().answers == {"name": "太郎"}


def test_a_procedure_that_is_closed_or_unknown_cannot_be_begun():
    small(section("main", asked("name")))
    Procedure.objects.update(is_open=False)

    for procedure_id in ("residence-certificate", "nothing"):
        with pytest.raises(NotAllowed):
            actions.start(procedure_id=procedure_id, now=NOW)
