from madoguchi.procedures.carrying import carry_over
from madoguchi.procedures.tests.building import asked, definition, definition_of, section

RED = {"id": "red", "label": "赤"}
BLUE = {"id": "blue", "label": "青"}


def test_new_wording_does_not_ask_again():
    old = definition(asked("name"), asked("colour", "choice", options=[RED]))
    new = definition(
        asked("name") | {"label": "お名前"}, asked("colour", "choice", options=[RED | {"label": "紅"}])
    )

    carried = carry_over(old, new, {"name": "花子", "colour": "red"})

    assert carried.answers == {"name": "花子", "colour": "red"}
    assert (carried.asked_again, carried.dropped) == ((), ())


def test_a_question_with_other_options_is_asked_again_with_the_old_answer_in_its_field():
    old = definition(asked("colour", "choice", options=[RED]))
    new = definition(asked("colour", "choice", options=[RED, BLUE]))

    carried = carry_over(old, new, {"colour": "red"})

    assert carried.asked_again == ("colour",)
    assert carried.answers == {"colour": "red"}


def test_a_question_of_another_kind_is_asked_again_from_nothing():
    carried = carry_over(definition(asked("copies")), definition(asked("copies", "integer")), {"copies": "3"})

    assert carried.asked_again == ("copies",)
    assert carried.answers == {}


def test_an_answer_nobody_asks_any_more_goes():
    carried = carry_over(
        definition(asked("name"), asked("fax")), definition(asked("name")), {"name": "花子", "fax": "1"}
    )

    assert carried.dropped == ("fax",)
    assert carried.answers == {"name": "花子"}


def test_a_declaration_with_another_wording_is_confirmed_again():
    old = definition({"id": "agree", "kind": "declaration", "label": "間違いありません"})
    new = definition({"id": "agree", "kind": "declaration", "label": "間違いなく、変更も届け出ます"})

    assert carry_over(old, new, {"agree": True}).asked_again == ("agree",)


def test_a_question_moves_freely_between_sections():
    old = definition(asked("name"), asked("job"))
    new = definition_of(section("one", asked("job")), section("two", asked("name")))

    assert carry_over(old, new, {"name": "花子", "job": "会社員"}).answers == {
        "name": "花子",
        "job": "会社員",
    }


def test_members_keep_what_is_unchanged_and_lose_what_changed():
    old = definition(asked("children", "group", questions=[asked("name"), asked("age"), asked("fax")]))
    new = definition(asked("children", "group", questions=[asked("name"), asked("age", "integer")]))

    carried = carry_over(old, new, {"children": [{"_id": "m1", "name": "花子", "age": "3", "fax": "1"}]})

    assert carried.answers == {"children": [{"_id": "m1", "name": "花子"}]}
    assert carried.members_asked_again == ("children[m1].age",)
    assert carried.dropped == ("children[m1].fax",)


def test_a_question_that_moved_into_a_group_begins_anew():
    old = definition(asked("name"))
    new = definition(asked("children", "group", questions=[asked("name")]))

    carried = carry_over(old, new, {"name": "花子"})

    assert (carried.answers, carried.dropped) == ({}, ("name",))
