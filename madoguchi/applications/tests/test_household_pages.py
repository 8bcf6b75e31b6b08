"""What was taken over stands on the pages of the filing with its origin, and what does not fit is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from madoguchi.applications import actions
from madoguchi.applications.errors import NotAllowed, NotTaken
from madoguchi.applications.household import NOBODY, known
from madoguchi.applications.models import Application, Draft
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.factories import DraftFactory
from madoguchi.applications.tests.families import (
    AID,
    AOI,
    FAMILY,
    HANAKO,
    choices,
    draft,
    family_filed,
    group,
    offer_aid,
    taken,
)
from madoguchi.applications.tests.offers import asked, section

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]


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


def test_what_was_typed_wrongly_gives_way_to_what_is_taken():
    visitor, _filed = family_filed()
    offer_aid()
    offer = visitor.start(AID)
    page = visitor.open(f"/filing/d/{draft().id}/s/person/")
    page = visitor.send(page, {"q.name.family": "盛岡", "q.phone": "1", "q.note": "のこる", "q.wants": "no"})
    assert page.status == 422
    assert "name" in draft().typed["person"]

    page = taken(visitor, offer)

    assert page.form().value("q.name.given") == "花子"
    assert page.form().value("q.phone") == "019-651-4111"
    assert page.form().value("q.note") == "のこる"


def test_ages_count_on_the_day_of_the_new_filing(set_clock: SetClock):
    set_clock(datetime(2026, 4, 30, 14, 30, tzinfo=UTC))
    visitor, _filed = family_filed()
    grown = {"any_member": "pupils", "where": {"age_of": "pupil_born", "on": "today", "at_least": 10}}
    offer_aid(section("grown", asked("grown"), when=grown))
    set_clock(datetime(2026, 4, 30, 15, 30, tzinfo=UTC))

    page = taken(visitor, visitor.start(AID))

    assert visitor.open(page.path.replace("person", "grown")).path.endswith("/s/grown/")
    assert draft().origins["name"]["on"] == "2026-04-30"


@pytest.mark.parametrize(
    ("language", "question", "choose"),
    [
        ("en", "Use what you entered before?", "Enter what I have chosen"),
        ("ja-easy", "前に書いたことを使いますか", "えらんだことを入れる"),
    ],
)
def test_the_offer_speaks_the_language_of_the_page(language: str, question: str, choose: str):
    visitor, _filed = family_filed()
    offer_aid()
    visitor.client.cookies["madoguchi_language"] = language

    page = visitor.start(AID)

    assert question in page.text
    assert choose in visitor.send(page, button=("choose", "1")).text


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
