"""Pages of questions: what was typed comes back, what is asked follows the answers; what the actions guard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from madoguchi.applications import actions
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed
from madoguchi.applications.models import Attachment, Draft
from madoguchi.applications.tests.beginning import PROCEDURE, YES, accepted, begun
from madoguchi.applications.tests.conftest import NOW
from madoguchi.applications.tests.offers import asked, section, small

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]


# --- nothing typed is lost ----------------------------------------------------------------------------------


def test_an_error_shows_again_what_was_typed_and_says_so_on_top_and_at_the_field():
    visitor, page = begun(
        section("main", asked("name"), asked("mail", "email"), asked("copies", "integer", max=9))
    )

    page = visitor.send(page, {"q.name": "盛岡 太郎", "q.mail": "taro@@example", "q.copies": "１００通"})

    assert page.status == 422
    assert page.form().value("q.mail") == "taro@@example"
    assert page.form().value("q.copies") == "１００通"
    assert page.form().value("q.name") == "盛岡 太郎"
    assert {"error-summary", "q-mail-error", "q-copies-error"} <= page.ids
    assert "#q-mail" in page.links
    draft = Draft.objects.get()
    assert draft.answers == {"name": "盛岡 太郎"}


def test_coming_back_to_a_page_with_errors_shows_what_was_typed_and_what_is_wrong():
    visitor, page = begun(section("main", asked("name"), asked("mail", "email")))
    visitor.send(page, {"q.name": "", "q.mail": "taro@@example"})

    page = visitor.open(page.path)

    assert page.status == 200
    assert page.form().value("q.mail") == "taro@@example"
    assert {"q-mail-error", "q-name-error"} <= page.ids


def test_coming_back_to_a_page_shows_what_is_stored():
    visitor, page = begun(section("main", asked("name")), section("second", asked("town")))
    visitor.send(page, {"q.name": "太郎"})

    assert visitor.open(page.path).form().value("q.name") == "太郎"


def test_a_page_put_right_forgets_the_wrong_entry():
    visitor, page = begun(section("main", asked("mail", "email")))
    page = visitor.send(page, {"q.mail": "taro@@example"})

    page = visitor.send(page, {"q.mail": "taro@example.jp"})

    assert page.path.endswith("/check/")
    assert Draft.objects.get().typed == {}


def test_an_emptied_field_takes_the_answer_away():
    visitor, page = begun(section("main", asked("note", required=False)))
    visitor.send(page, {"q.note": "急ぎます"})

    visitor.send(visitor.open(page.path), {"q.note": ""})

    assert Draft.objects.get().answers == {}


def test_looking_up_a_postal_code_keeps_everything_else_that_was_typed():
    visitor, page = begun(section("main", asked("name"), asked("home", "address")))

    page = visitor.send(
        page, {"q.name": "太郎", "q.home.postal_code": "020-8530"}, button=("lookup.home", "1")
    )

    assert page.status == 200
    assert page.form().value("q.name") == "太郎"
    assert page.form().value("q.home.city") == "盛岡市"
    assert page.form().value("q.home.postal_code") == "020-8530"


# --- questions that open and close --------------------------------------------------------------------------


def test_an_answer_that_opens_a_question_shows_it_on_the_same_page():
    visitor, page = begun(section("main", asked("moved", "yes_no"), asked("town", when=YES)))

    page = visitor.send(page, {"q.moved": "yes"})
    assert page.status == 200
    assert "質問を追加しました" in page.text
    assert "q.town" in page.form().names
    page = visitor.send(page)

    assert page.status == 422
    assert "q-town-error" in page.ids
    assert visitor.send(page, {"q.town": "滝沢"}).path.endswith("/check/")


def test_a_question_that_the_page_itself_closes_is_not_missing():
    visitor, page = begun(section("main", asked("moved", "yes_no"), asked("town", when=YES), asked("name")))
    page = visitor.send(page, {"q.moved": "yes", "q.name": "太郎"})

    page = visitor.send(page, {"q.moved": "no", "q.town": ""})

    assert page.path.endswith("/check/")
    assert "town" not in page.text


def test_a_question_that_the_page_itself_makes_needed_is_missing():
    town = asked("town", required=YES)
    visitor, page = begun(section("main", asked("moved", "yes_no"), town))

    page = visitor.send(page, {"q.moved": "yes", "q.town": ""})

    assert page.status == 422
    assert "q-town-error" in page.ids


def test_what_was_typed_below_a_wrong_answer_stays_until_that_is_right():
    town = asked("town", when={"question": "copies", "at_least": 2})
    visitor, page = begun(section("main", asked("copies", "integer", max=9), town))
    page = visitor.send(page, {"q.copies": "2"})

    page = visitor.send(page, {"q.copies": "2.5", "q.town": "滝沢"})

    assert page.status == 422
    assert page.form().value("q.town") == "滝沢"
    assert visitor.send(page, {"q.copies": "2"}).path.endswith("/check/")
    assert Draft.objects.get().answers == {"copies": 2, "town": "滝沢"}


def test_an_answer_that_was_closed_comes_back_when_its_question_is_asked_again():
    visitor, page = begun(
        section("main", asked("moved", "yes_no")), section("where", asked("town"), when=YES)
    )
    first = page.path
    page = visitor.send(page, {"q.moved": "yes"})
    visitor.send(page, {"q.town": "滝沢"})

    check = visitor.send(visitor.open(first), {"q.moved": "no"})
    assert "滝沢" not in check.text
    page = visitor.send(visitor.open(first), {"q.moved": "yes"})

    assert page.form().value("q.town") == "滝沢"


def test_an_option_that_is_not_offered_is_not_shown():
    gold = {"id": "gold", "label": "金色", "when": {"question": "copies", "at_least": 5}}
    colour = asked("colour", "choice", options=[{"id": "red", "label": "赤色"}, gold])
    visitor, page = begun(section("main", asked("copies", "integer", max=9)), section("second", colour))

    first = page.path
    page = visitor.send(page, {"q.copies": "4"})
    assert "金色" not in page.text
    page = visitor.send(visitor.open(first), {"q.copies": "5"})

    assert "金色" in page.text


def test_a_computed_answer_stands_on_its_page():
    rent = asked("rent", "yen", max=100000)
    yearly = asked("yearly", "yen", computed={"expression": "rent * 12"})
    visitor, page = begun(section("main", rent), section("sum", yearly))

    page = visitor.send(page, {"q.rent": "5000"})

    assert "60000" in page.text.replace(",", "")
    assert "q.yearly" not in page.form().names


def test_a_stop_keeps_the_answers_and_leads_back():
    visitor, page = begun(
        section("main", asked("moved", "yes_no")),
        section("second", asked("name")),
        eligibility=[{"id": "no", "when": YES, "effect": "stop", "message": "できません。"}],
    )

    stopped = visitor.send(page, {"q.moved": "yes"})
    assert "できません。" in stopped.text
    page = visitor.open(next(link for link in stopped.links if link.endswith("/s/main/")))
    assert ("q.moved", "yes") in page.form().fields

    assert visitor.send(page, {"q.moved": "no"}).path.endswith("/s/second/")


# --- the actions themselves ---------------------------------------------------------------------------------


def a_draft(*sections: dict[str, Any], **keys: Any) -> Draft:
    small(*sections, **keys)
    return actions.start(procedure_id=PROCEDURE, now=NOW)


def test_a_draft_lasts_longer_with_every_change(settings):
    draft = a_draft(section("main", asked("name")))
    later = NOW + timedelta(days=3)

    actions.save_section(draft=draft, section_id="main", values={"name": "太郎"}, now=later)

    assert Draft.objects.get().expires_at == later + timedelta(days=settings.DRAFT_DAYS)


def test_a_save_that_met_another_save_is_refused_whole():
    draft = a_draft(section("main", asked("name")), section("papers", asked("photo", "photo")))
    old = Draft.objects.get()
    actions.save_section(draft=draft, section_id="main", values={"name": "太郎"}, now=NOW)
    file = {"digest": "a" * 64, "name": "a.jpg", "media_type": "image/jpeg", "size": 1}

    with pytest.raises(ChangedMeanwhile):
        actions.save_section(draft=old, section_id="papers", values={"photo": [file]}, now=NOW)

    assert Draft.objects.get().answers == {"name": "太郎"}
    assert not Attachment.objects.exists()


def test_a_filed_draft_takes_and_loses_no_more_files():
    draft = a_draft(
        section("main", asked("name", required=False)),
        documents=[{"id": "card", "label": "カード", "required": False}],
    )
    attachment = actions.add_file(draft=draft, document_id="card", accepted=accepted(), now=NOW)
    stale = Draft.objects.get()
    actions.file_draft(draft=draft, now=NOW)

    with pytest.raises(ChangedMeanwhile):
        actions.remove_file(draft=stale, attachment_id=attachment.id)
    with pytest.raises(ChangedMeanwhile):
        actions.add_file(draft=stale, document_id="card", accepted=accepted("b" * 64), now=NOW)
    with pytest.raises(ChangedMeanwhile):
        actions.discard(draft=stale)

    assert [a.digest for a in Attachment.objects.filter(owner_id=draft.id)] == ["a" * 64]


def test_a_draft_has_at_most_thirty_files():
    draft = a_draft(section("main", asked("name")), documents=[{"id": "card", "label": "カード"}])
    for number in range(30):
        actions.add_file(draft=draft, document_id="card", accepted=accepted(f"{number:064x}"), now=NOW)

    with pytest.raises(NotAllowed):
        actions.add_file(draft=draft, document_id="card", accepted=accepted(), now=NOW)


def test_a_member_takes_its_files_along():
    photo = asked("photo", "photo", required=False)
    draft = a_draft(section("kids", asked("children", "group", min=0, max=3, questions=[asked("a"), photo])))
    for member_id in ("m1", "m2"):
        file = {"digest": member_id[1] * 64, "name": "a.jpg", "media_type": "image/jpeg", "size": 1}
        actions.save_member(
            draft=draft, section_id="kids", member_id=member_id, values={"a": "x", "photo": [file]}, now=NOW
        )
    assert Attachment.objects.count() == 2

    actions.remove_member(draft=draft, group_id="children", member_id="m1", now=NOW)

    assert [a.document_id for a in Attachment.objects.all()] == ["children/m2/photo"]


def test_a_discarded_draft_leaves_nothing():
    draft = a_draft(section("main", asked("name")), documents=[{"id": "card", "label": "カード"}])
    actions.add_file(draft=draft, document_id="card", accepted=accepted(), now=NOW)

    actions.discard(draft=draft)

    assert not Draft.objects.exists()
    assert not Attachment.objects.exists()
