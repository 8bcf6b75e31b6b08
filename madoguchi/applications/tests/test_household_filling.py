"""People are put only where a definition asks about them: declared meanings travel, hidden questions stay empty."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.applications.household import Fact, Household, Member, Origin
from madoguchi.applications.household_filling import Filled, fill, offers
from madoguchi.applications.tests.families import AOI, HANAKO, MINATO, PERSON, group
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.kinds.base import CleanContext
from madoguchi.procedures.logic import evaluate
from madoguchi.procedures.meanings import places_of
from madoguchi.procedures.tests.building import TODAY, asked, definition_of, section

CONTEXT = CleanContext(TODAY)
ORIGIN = Origin(uuid.UUID(int=1), uuid.UUID(int=2), date(2026, 11, 20), "ABC")
CHILD = {"name": AOI, "birth_date": "2016-05-01", "relationship": "長女"}
WANTS = {"question": "wants", "is": "yes"}
KIDS = section(
    "kids",
    group(
        "kids",
        "child",
        asked("kid", "person_name", means="name"),
        asked("kid_born", "date", means="birth_date", max="today"),
        asked("kid_relation", means="relationship", max_length=3, when=WANTS),
        asked("school"),
        max=2,
    ),
)


def member(role: str = "child", applicant: Any = HANAKO, **facts: Any) -> Member:
    known = {fact: Fact(value, ORIGIN, applicant) for fact, value in (facts or CHILD).items()}
    return Member(f"{role}-key", role, known)


def filled(definition: Definition, answers: dict[str, Any], place_id: str, who: Member) -> Filled:
    place = next(place for place in places_of(definition) if place.id == place_id)
    return fill(definition, answers, place, who, CONTEXT)


def aid(**keys: Any) -> Definition:
    person = section("person", *PERSON, asked("wants", "yes_no"))
    return definition_of(person, {**KIDS, **keys})


def test_a_child_becomes_a_member_with_what_is_asked_of_it():
    found = filled(aid(), {"name": HANAKO, "wants": "yes"}, "kids", member())

    assert found.answers["kids"] == [
        {"_id": "m1", "kid": AOI, "kid_born": "2016-05-01", "kid_relation": "長女"}
    ]
    assert found.targets == {
        "name": "kids/m1/kid",
        "birth_date": "kids/m1/kid_born",
        "relationship": "kids/m1/kid_relation",
    }


def test_a_question_that_is_not_asked_of_the_member_stays_empty():
    found = filled(aid(), {"name": HANAKO, "wants": "no"}, "kids", member())

    assert found.answers["kids"] == [{"_id": "m1", "kid": AOI, "kid_born": "2016-05-01"}]


@pytest.mark.parametrize("answers", [{"wants": "yes"}, {"wants": "yes", "name": MINATO}])
def test_a_relationship_to_somebody_else_is_left_out(answers: dict[str, Any]):
    found = filled(aid(), answers, "kids", member())

    assert "relationship" not in found.targets


def test_a_definition_without_an_applicant_takes_no_relationship():
    definition = definition_of(section("person", asked("wants", "yes_no")), KIDS)

    found = filled(definition, {"wants": "yes"}, "kids", member())

    assert found.targets.keys() == {"name", "birth_date"}


def test_a_page_that_is_not_asked_takes_nobody():
    found = filled(aid(when=WANTS), {"name": HANAKO}, "kids", member())

    assert found == Filled({"name": HANAKO}, {})


def test_nobody_is_put_in_twice():
    answers = {"kids": [{"_id": "m4", "kid": AOI}]}

    assert filled(aid(), answers, "kids", member()) == Filled(answers, {})


def test_a_full_group_says_so():
    answers = {"kids": [{"_id": "m1", "kid": MINATO}, {"_id": "m2", "kid": HANAKO}]}

    found = filled(aid(), answers, "kids", member())

    assert (found.answers, found.targets) == (answers, {})
    assert "2件まで" in found.refused[0][1]


def test_a_fact_that_the_question_does_not_take_is_told_and_left_out():
    who = member(name=AOI, birth_date="2030-01-01", relationship="妹の夫の母")

    found = filled(aid(), {"name": HANAKO, "wants": "yes"}, "kids", who)

    assert found.answers["kids"] == [{"_id": "m1", "kid": AOI}]
    assert [label for label, _why in found.refused] == ["kid_born", "kid_relation"]


def test_the_applicant_is_filled_where_nothing_stands_yet():
    who = member("applicant", name=HANAKO, birth_date="1990-04-12", phone="0196514111")

    found = filled(aid(), {"phone": "0196138347"}, "name", who)

    assert found.answers == {"phone": "0196138347", "name": HANAKO, "born": "1990-04-12"}
    assert found.targets == {"name": "name", "birth_date": "born"}


def test_what_is_missing_of_the_same_applicant_is_added():
    who = member("applicant", name=HANAKO, birth_date="1990-04-12")

    assert filled(aid(), {"name": HANAKO}, "name", who).targets == {"birth_date": "born"}


def test_another_applicant_is_never_mixed_with_the_one_who_stands_there():
    who = member("applicant", name=HANAKO, birth_date="1990-04-12")

    assert filled(aid(), {"name": MINATO}, "name", who) == Filled({"name": MINATO}, {})


def test_facts_of_somebody_who_is_not_asked_about_stay_out():
    hidden = section("spouse", asked("partner", "person_name", means="spouse.name", when=WANTS))
    definition = definition_of(section("person", *PERSON, asked("wants", "yes_no")), hidden)

    assert filled(definition, {}, "partner", member("spouse", name=AOI)) == Filled({}, {})


def test_what_the_city_fills_in_itself_is_not_touched():
    fixed = [
        asked("name", "person_name", prefill={"from": "applicant.name"}),
        asked("born", "date", prefill={"from": "applicant.birth_date"}, read_only=True),
    ]
    who = member("applicant", name=HANAKO, birth_date="1990-04-12")

    assert filled(definition_of(section("person", *fixed)), {}, "name", who).answers == {"name": HANAKO}


def test_each_person_is_offered_where_somebody_like_them_is_asked_about():
    household = Household((member("applicant", name=HANAKO), member(), member("spouse", name=MINATO)))
    family = section("family", group("family", "family", asked("relative", "person_name", means="name")))
    definition = definition_of(section("person", *PERSON, asked("wants", "yes_no")), KIDS, family)

    found = offers(definition, {}, household, CONTEXT)

    assert [(one.member.role, [choice.place.id for choice in one.choices], one.usual) for one in found] == [
        ("applicant", ["name", "family"], "name"),
        ("child", ["kids", "family"], "kids"),
        ("spouse", ["name", "family"], ""),
    ]


def test_of_two_children_neither_is_proposed_for_the_only_place():
    household = Household((member(name=AOI), member(name=MINATO)))
    definition = definition_of(section("main", asked("pick", "person_name", means="child.name")))

    assert [one.usual for one in offers(definition, {}, household, CONTEXT)] == ["", ""]


def test_who_fits_nowhere_is_not_offered():
    assert offers(aid(when=WANTS), {}, Household((member(),)), CONTEXT) == []


# --- for any definition and any people ----------------------------------------------------------------------------

MEANINGS = [
    {"means": "spouse.name", "kind": "person_name"},
    {"means": "child.name", "kind": "person_name"},
    {"means": "child.birth_date", "kind": "date"},
    {"kind": "person_name"},
    {"kind": "date"},
    {"kind": "text"},
]


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """A first page with a switch, then pages of questions some of which mean something and some of which are hidden."""
    pages = [section("first", *PERSON, asked("wants", "yes_no"))]
    used: set[str] = set()
    for number, keys in enumerate(draw(st.lists(st.sampled_from(MEANINGS), max_size=5))):
        if keys.get("means", str(number)) in used:
            continue
        used.add(keys.get("means", str(number)))
        when: dict[str, Any] = {"when": WANTS} if draw(st.booleans()) else {}
        pages.append(section(f"page{number}", asked(f"q{number}", **keys, **when)))
    if draw(st.booleans()):
        pages.append(KIDS | ({"when": WANTS} if draw(st.booleans()) else {}))
    return definition_of(*pages)


people = st.builds(
    lambda role, name, born: member(role, name=name, birth_date=born, relationship="長女"),
    st.sampled_from(["applicant", "spouse", "child", "family"]),
    st.sampled_from([HANAKO, AOI, MINATO]),
    st.sampled_from(["1990-04-12", "2016-05-01", "2999-01-01", "nonsense", 7]),
)


@given(definitions(), st.lists(people, max_size=4), st.sampled_from([{}, {"wants": "yes"}, {"name": AOI}]))
def test_only_declared_meanings_travel_and_no_hidden_question_is_filled(
    definition: Definition, members: list[Member], answers: dict[str, Any]
):
    for one in offers(definition, answers, Household(tuple(members)), CONTEXT):
        for choice in one.choices:
            evaluation = evaluate(definition, choice.filled.answers, today=TODAY)
            assert evaluation.dropped == ()
            assert {key: choice.filled.answers[key] for key in answers} == answers
            for fact, target in choice.filled.targets.items():
                question = definition.question(target.rpartition("/")[2])
                assert question.means.rpartition(".")[2] == fact or question.prefill == f"applicant.{fact}"
                where = {problem.question_id for problem in evaluation.problems if problem.code != "missing"}
                assert question.id not in where
