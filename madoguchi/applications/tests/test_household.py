"""What was told in one filing is offered to the next: in numbers first, by name on demand, each person by choice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madoguchi.applications import capabilities
from madoguchi.applications.models import AnswerEdit, Application, Channel, Draft, EditedAnswer
from madoguchi.applications.secrets import receipt_secret
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.families import (
    AID,
    AOI,
    CLAIM,
    FAMILY,
    HANAKO,
    MINATO,
    choices,
    draft,
    family_filed,
    offer_aid,
    offer_claim,
    taken,
)
from madoguchi.applications.tests.offers import asked, section, small
from madoguchi.applications.tests.visitor import Visitor
from madoguchi.identity.tests.factories import RestrictionFactory, StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

NAMES = ("葵", "湊", "花子", "アオイ", "2016", "0196514111", "長女", "ひみつ", "将棋")


# --- the offer ------------------------------------------------------------------------------------------------


def test_the_next_procedure_offers_what_was_told_without_showing_anything_of_it():
    visitor, _filed = family_filed()
    offer_aid()

    page = visitor.start(AID)

    assert page.path.endswith("/household/")
    assert "家族の手当" in page.text
    assert "申請した方 1人（氏名、生年月日、電話番号）" in page.text
    assert not [secret for secret in NAMES if secret in page.html]


def test_names_are_shown_to_who_asks_and_everybody_can_be_taken_at_once():
    visitor, filed = family_filed()
    offer_aid()

    page = taken(visitor, visitor.start(AID))

    assert page.path.endswith("/s/person/")
    answers = draft().answers
    assert (answers["name"], answers["born"], answers["phone"]) == (HANAKO, "1990-04-12", "0196514111")
    assert answers["pupils"] == [
        {"_id": "m1", "pupil": AOI, "pupil_born": "2016-05-01", "pupil_relation": "長女"},
        {"_id": "m2", "pupil": MINATO, "pupil_born": "2019-08-20", "pupil_relation": "長男"},
    ]
    note = draft().origins["pupils/m1/pupil"]
    assert (note["number"], note["on"]) == (filed.receipt_number, "2026-11-23")
    assert "note" not in answers


def test_each_person_is_chosen_alone():
    visitor, filed = family_filed()
    offer_aid()
    page = visitor.send(visitor.start(AID), button=("choose", "1"))
    assert "盛岡 葵" in page.text
    assert "前の申請から入れたことは、この手続を担当する課に伝わります" in page.text
    fields = choices(page)
    prefix = f"who.{filed.id.hex}-"
    assert fields == {
        f"{prefix}name": "name",
        f"{prefix}children-m1": "pupils",
        f"{prefix}children-m2": "pupils",
    }

    visitor.send(page, fields | {f"{prefix}name": "no", f"{prefix}children-m1": "no"}, button=("take", "1"))

    assert "name" not in draft().answers
    assert draft().answers["pupils"] == [{"_id": "m1", "pupil": MINATO, "pupil_born": "2019-08-20"}]


def test_a_relationship_goes_along_only_to_the_same_applicant():
    visitor, filed = family_filed()
    offer_aid()
    page = visitor.send(visitor.start(AID), button=("choose", "1"))

    visitor.send(page, choices(page) | {f"who.{filed.id.hex}-name": "no"}, button=("take", "1"))

    assert "pupil_relation" not in draft().answers["pupils"][0]
    assert "続柄は、申請する方が同じときだけ入ります" in page.text


def test_a_no_is_remembered():
    visitor, _filed = family_filed()
    offer_aid()

    page = visitor.send(visitor.start(AID), button=("decline", "1"))

    assert page.path.endswith("/s/person/")
    assert "先ほど入力した内容" not in page.text
    assert "先ほど入力した内容" not in visitor.open(page.path.replace("person", "pupils")).text
    assert draft().answers == {}


def test_nobody_chosen_is_a_no_too():
    visitor, _filed = family_filed()
    offer_aid()
    page = visitor.send(visitor.start(AID), button=("choose", "1"))

    page = visitor.send(page, dict.fromkeys(choices(page), "no"), button=("take", "1"))

    assert "先ほど入力した内容" not in page.text
    assert draft().origins == {}


def test_what_somebody_else_typed_before_can_be_taken_off_the_machine():
    visitor, filed = family_filed()
    offer_aid()
    page = visitor.start(AID)

    page = visitor.send(page, button=("forget", "1"), form=page.forms[1])

    assert page.path.endswith("/s/person/")
    assert "先ほど入力した内容" not in page.text
    assert visitor.open(f"/filing/r/{filed.id}/").path.startswith("/status/")
    assert Application.objects.filter(id=filed.id).exists()


def test_leaving_a_shared_machine_ends_the_offer():
    visitor, filed = family_filed()
    offer_aid()
    receipt = visitor.open(f"/filing/r/{filed.id}/")

    visitor.send(receipt, form=receipt.form("/leave/"))

    assert visitor.start(AID).path.endswith("/s/person/")


def test_another_browser_is_offered_nothing():
    family_filed()
    offer_aid()

    assert Visitor().start(AID).path.endswith("/s/person/")


def test_a_filing_that_was_looked_up_is_not_offered_as_typed_here():
    _visitor, filed = family_filed()
    offer_aid()
    other = Visitor()

    pair = {"number": filed.receipt_number, "secret": receipt_secret(filed.id)}
    page = other.send(other.open("/status/"), pair)

    assert page.path == f"/status/{filed.id}/"
    assert other.start(AID).path.endswith("/s/person/")


def test_a_filing_that_was_looked_up_where_it_was_typed_is_still_offered():
    visitor, filed = family_filed()
    offer_aid()

    pair = {"number": filed.receipt_number, "secret": receipt_secret(filed.id)}
    visitor.send(visitor.open("/status/"), pair)

    assert visitor.start(AID).path.endswith("/household/")


def test_the_offer_ends_with_the_time_of_the_receipt(set_clock: SetClock):
    visitor, _filed = family_filed()
    offer_aid()

    set_clock(NOW + capabilities.OFFER_TIME)

    assert visitor.start(AID).path.endswith("/s/person/")


def test_an_unfinished_draft_is_offered_as_long_as_a_receipt(set_clock: SetClock):
    definition = offer_claim()
    offer_aid()
    visitor = Visitor()
    visitor.fill(visitor.start(CLAIM), definition, FAMILY)

    page = visitor.start(AID)

    assert "途中まで入力した「家族の手当」" in page.text
    taken(visitor, page)
    assert draft().answers["pupils"][1]["pupil"] == MINATO
    assert draft().origins["name"]["number"] == ""

    set_clock(NOW + capabilities.OFFER_TIME + timedelta(seconds=1))
    assert visitor.start(AID).path.endswith("/s/person/")


def test_nothing_is_offered_from_a_protected_case():
    visitor, filed = family_filed()
    offer_aid()
    RestrictionFactory(subject=f"application:{filed.id}")

    assert visitor.start(AID).path.endswith("/s/person/")


def test_nothing_is_offered_from_what_staff_entered():
    visitor, filed = family_filed()
    offer_aid()
    Application.objects.filter(id=filed.id).update(channel=Channel.PAPER)

    assert visitor.start(AID).path.endswith("/s/person/")


def test_an_answer_that_staff_put_right_is_not_offered():
    visitor, filed = family_filed()
    offer_aid()
    edit = AnswerEdit.objects.create(
        application=filed, at=NOW, edited_by=StaffFactory(), channel=Channel.PAPER, reason="電話で確認"
    )
    EditedAnswer.objects.create(edit=edit, target_id="phone", label="phone")

    assert "申請した方 1人（氏名、生年月日）" in visitor.start(AID).text


def test_one_that_does_not_ask_about_the_same_people_offers_nothing():
    visitor, _filed = family_filed()
    offer_aid()
    Draft.objects.all().delete()
    small(section("only", asked("copies", "integer")), id="copies", documents=[])

    assert visitor.start("copies").path.endswith("/s/only/")


def test_relationships_are_mentioned_only_where_they_are_asked_for():
    visitor, _filed = family_filed()
    name = asked("name", "person_name", prefill={"from": "applicant.name"})
    small(section("only", name), id="copies", documents=[])

    page = visitor.send(visitor.start("copies"), button=("choose", "1"))

    assert "盛岡 花子" in page.text
    assert "続柄" not in page.text


def test_the_same_people_of_two_filings_are_offered_once(set_clock: SetClock):
    visitor, _filed = family_filed()
    set_clock(NOW + timedelta(minutes=5))
    offer_aid()
    visitor.send(visitor.start(CLAIM), button=("decline", "1"))
    again = Draft.objects.get(procedure_id=CLAIM)
    Draft.objects.filter(id=again.id).update(answers={"name": HANAKO, "born": "1990-04-12"})

    page = visitor.send(visitor.start(AID), button=("choose", "1"))

    assert page.text.count("盛岡 花子") == 1
    assert len(choices(page)) == 3
    taken_all = visitor.send(page, button=("take", "1"))
    assert taken_all.path.endswith("/s/person/")
    assert draft().origins["name"]["source"] == again.id.hex
    assert draft().origins["phone"]["number"]
