"""What was told in one filing is offered to the next: in numbers first, by name on demand, each person by choice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madoguchi.applications import actions, capabilities
from madoguchi.applications.errors import NotAllowed, NotTaken
from madoguchi.applications.household import NOBODY, known
from madoguchi.applications.models import AnswerEdit, Application, Channel, Draft, EditedAnswer
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.factories import DraftFactory
from madoguchi.applications.tests.families import (
    AID,
    AOI,
    CLAIM,
    FAMILY,
    HANAKO,
    MINATO,
    choices,
    family_filed,
    group,
    offer_aid,
    offer_claim,
)
from madoguchi.applications.tests.offers import asked, section, small
from madoguchi.applications.tests.visitor import Page, Visitor
from madoguchi.identity.tests.factories import RestrictionFactory, StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

NAMES = ("葵", "湊", "花子", "アオイ", "2016", "0196514111", "長女", "ひみつ", "将棋")


def draft() -> Draft:
    return Draft.objects.get(procedure_id=AID)


def taken(visitor: Visitor, page: Page, **changes: str) -> Page:
    """The page after all people were taken as proposed, or as `changes` (by given name) says."""
    chosen = visitor.send(page, button=("choose", "1"))
    fields = choices(chosen)
    for given, place in changes.items():
        key = next(name for name in fields if f"{given}-" in f"{name}-")
        fields[key] = place
    return visitor.send(chosen, fields, button=("take", "1"))


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


# --- on the pages of the filing ----------------------------------------------------------------------------------


def test_a_page_that_opens_later_offers_it_there():
    visitor, filed = family_filed()
    offer_aid(when={"question": "wants", "is": "yes"})
    page = visitor.start(AID)
    assert "お子さん" not in page.text
    page = taken(visitor, page)
    assert "pupils" not in draft().answers

    page = visitor.send(page, {"q.wants": "yes"})

    assert page.path.endswith("/s/pupils/")
    assert "先ほど入力した内容を、ここで使えます" in page.text
    page = visitor.open(next(link for link in page.links if "/household/" in link))
    assert "お子さん 2人（氏名、生年月日、続柄）" in page.text
    page = taken(visitor, page)
    assert page.path == f"/filing/d/{draft().id}/s/pupils/?list=1"
    assert "盛岡 葵" in page.text
    assert "ここで使えます" not in page.text
    assert filed.receipt_number == draft().origins["pupils/m2/pupil_born"]["number"]


def test_a_taken_answer_says_where_it_is_from_until_it_is_changed():
    visitor, _filed = family_filed()
    offer_aid()
    page = taken(visitor, visitor.start(AID))
    origin = "2026年11月23日（令和8年）の「家族の手当」から入れました。違うときは直してください。"
    assert page.text.count(origin) == 3

    visitor.send(page, {"q.phone": "019-613-8347", "q.wants": "no"})

    page = visitor.open(page.path)
    assert page.text.count(origin) == 2
    assert sorted(draft().origins)[:2] == ["born", "name"]
    member = visitor.open(page.path.replace("/s/person/", "/s/pupils/m/m1/"))
    assert member.text.count(origin) == 3
    visitor.send(member, {"q.pupil.given": "蒼", "q.school": "内丸小"})
    assert "pupils/m1/pupil" not in draft().origins
    assert "pupils/m1/pupil_born" in draft().origins


def test_the_origin_goes_with_a_member_that_is_removed():
    visitor, _filed = family_filed()
    offer_aid()
    page = taken(visitor, visitor.start(AID))

    visitor.send(visitor.open(page.path.replace("person", "pupils") + "?list=1"), button=("remove", "m1"))

    assert not [target for target in draft().origins if target.startswith("pupils/m1/")]
    assert [target for target in draft().origins if target.startswith("pupils/m2/")]


def test_more_people_than_a_group_takes_are_told_and_none_is_put_in():
    visitor, filed = family_filed()
    offer_aid(max=1)

    page = taken(visitor, visitor.start(AID))

    assert page.status == 422
    assert "1件まで" in page.text
    assert f"who-{filed.id.hex}-children-m2" in page.ids
    assert draft().answers == {}


def test_two_people_for_one_place_are_told():
    visitor, filed = family_filed()
    offer_aid(section("one", asked("pick", "person_name", means="child.name")))
    page = visitor.send(visitor.start(AID), button=("choose", "1"))
    both = {f"who.{filed.id.hex}-children-m{n}": "pick" for n in (1, 2)}
    assert set(choices(page).values()) == {"name", "pupils"}

    page = visitor.send(page, choices(page) | both, button=("take", "1"))

    assert page.status == 422
    assert "「pick」には、1人だけ選んでください。" in page.text
    assert draft().answers == {}


def test_what_the_next_procedure_does_not_take_is_told_before_choosing():
    visitor, _filed = family_filed(
        {**FAMILY, "children": [{**FAMILY["children"][0], "child_born": "2016-05-01"}]}
    )
    born = asked("pupil_born", "date", means="birth_date", min="2020-01-01")
    people = group(
        "more",
        "child",
        asked("pupil_two", "person_name", means="name"),
        born | {"id": "born_two", "label": "born_two"},
    )
    offer_aid(section("more", people), max=1)

    page = visitor.send(visitor.start(AID), button=("choose", "1"))

    assert "「born_two」には使えません。" in page.text


def test_a_person_who_fits_nowhere_any_more_is_told():
    visitor, filed = family_filed()
    offer_aid()
    visitor.start(AID)
    key = f"{filed.id.hex}-name"
    told = known(filed=[filed.id], begun=[], begun_since=NOW, today=NOW.date())
    Draft.objects.filter(procedure_id=AID).update(answers={"name": AOI})

    with pytest.raises(NotTaken) as refused:
        actions.take_household(draft=draft(), household=told, choices={key: "name"}, language="ja", now=NOW)

    assert "手で入力してください" in refused.value.sentences[key]


def test_staff_take_nothing_over():
    offer_aid()
    entry = DraftFactory(entered=True)

    with pytest.raises(NotAllowed):
        actions.take_household(draft=entry, household=NOBODY, choices={}, language="ja", now=NOW)


def test_a_filing_that_has_nothing_to_take_leads_on():
    visitor, _filed = family_filed()
    offer_aid()
    page = taken(visitor, visitor.start(AID))

    assert visitor.open(f"/filing/d/{draft().id}/household/").path == page.path


# --- after the filing ---------------------------------------------------------------------------------------------


def test_what_was_filed_keeps_its_origins():
    visitor, filed = family_filed()
    definition = offer_aid()
    page = taken(visitor, visitor.start(AID))
    rest = {"name": HANAKO, "born": "1990-04-12", "phone": "0196514111", "wants": "yes"}
    page = visitor.answer(page, definition, rest)
    for member_id in ("m1", "m2"):
        visitor.send(visitor.open(f"{page.path.split('?')[0]}m/{member_id}/"), {"q.school": "内丸小"})
    page = visitor.send(visitor.open(f"/filing/d/{draft().id}/check/"))

    case = Application.objects.get(procedure_id=AID)
    assert page.path == f"/filing/r/{case.id}/"
    assert sorted(case.origins) == [
        "born",
        "name",
        "phone",
        *(f"pupils/m{n}/{q}" for n in (1, 2) for q in ("pupil", "pupil_born", "pupil_relation")),
    ]
    assert {note["number"] for note in case.origins.values()} == {filed.receipt_number}
