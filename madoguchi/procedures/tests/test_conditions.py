from datetime import date

import pytest

from madoguchi.procedures.condition_reading import BadCondition, compile_condition
from madoguchi.procedures.condition_sentences import sentence
from madoguchi.procedures.conditions import Scope, constants_used, groups_used, questions_used
from madoguchi.procedures.tests.building import TODAY, asked, definition

UNKNOWN_1960 = {"text": "昭和35年頃", "from": "1960-01-01", "to": "1960-12-31"}
CHILDREN = [
    {"_id": "m1", "born": "2008-04-01", "apart": "yes"},
    {"_id": "m2", "born": "2008-04-02", "apart": "no"},
    {"_id": "m3", "born": "2024-11-23"},
]


def holds(condition, answers=None, *, member=None, today=TODAY):
    return compile_condition(condition).holds(Scope(answers or {}, today, member))


@pytest.mark.parametrize(
    ("condition", "answers", "expected"),
    [
        ({"question": "q", "is": "a"}, {"q": "a"}, True),
        ({"question": "q", "is": "a"}, {"q": "b"}, False),
        ({"question": "q", "is": 1}, {"q": 1}, True),
        ({"question": "q", "is": 1}, {"q": True}, False),
        ({"question": "q", "is": True}, {"q": True}, True),
        ({"question": "q", "is_not": "a"}, {"q": "b"}, True),
        ({"question": "q", "in": ["a", "b"]}, {"q": "b"}, True),
        ({"question": "q", "in": ["a", "b"]}, {"q": "c"}, False),
        ({"question": "q", "includes": "a"}, {"q": ["b", "a"]}, True),
        ({"question": "q", "includes": "a"}, {"q": "a"}, False),
        ({"question": "q", "answered": True}, {"q": 0}, True),
        ({"question": "q", "answered": True}, {"q": []}, False),
        ({"question": "q", "answered": False}, {}, True),
        ({"question": "q", "at_least": 3}, {"q": 3}, True),
        ({"question": "q", "more_than": 3}, {"q": 3}, False),
        ({"question": "q", "at_least": 1, "at_most": 3}, {"q": 4}, False),
        ({"question": "q", "less_than": 1.5}, {"q": "1.49"}, True),
        ({"question": "q", "less_than": 1.5}, {"q": "x"}, False),
        ({"question": "q", "at_most": "today"}, {"q": "2026-11-23"}, True),
        ({"question": "q", "less_than": "today"}, {"q": "2026-11-23"}, False),
        ({"question": "q", "more_than": "2026-01-01"}, {"q": "2026-01-02"}, True),
    ],
)
def test_a_condition_on_one_question(condition, answers, expected):
    assert holds(condition, answers) is expected


@pytest.mark.parametrize(
    "condition",
    [
        {"question": "q", "is": "a"},
        {"question": "q", "is_not": "a"},
        {"question": "q", "in": ["a"]},
        {"question": "q", "includes": "a"},
        {"question": "q", "answered": True},
        {"question": "q", "less_than": 100},
        {"question": "q", "at_most": "today"},
        {"age_of": "q", "at_least": 0},
        {"school_year_age_of": "q", "at_most": 18},
        {"any_member": "q", "where": {"question": "x", "answered": False}},
        {"all_members": "q", "where": {"question": "x", "answered": False}},
    ],
)
def test_an_unanswered_question_meets_nothing_and_not_of_it_holds(condition):
    assert not holds(condition)
    assert holds({"not": condition})


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [("2008-11-23", "2026-11-23", 18), ("2008-11-24", "2026-11-23", 17), ("2008-02-29", "2026-02-28", 17)],
)
def test_an_age_is_counted_in_birthdays(born, on, age):
    assert holds({"age_of": "q", "on": on, "is": age}, {"q": born})


def test_an_age_on_the_day_of_another_question():
    answers = {"born": "2000-01-01", "moved": "2018-06-01"}

    assert holds({"age_of": "born", "on": "moved", "is": 18}, answers)
    assert not holds({"age_of": "born", "on": "moved", "is": 18}, {"born": "2000-01-01"})


@pytest.mark.parametrize(("born", "reached"), [("1986-11-24", True), ("1986-11-25", False)])
def test_an_age_is_legally_reached_on_the_day_before_the_birthday(born, reached):
    assert holds({"age_of": "q", "on": "end_of_today", "at_least": 40}, {"q": born}) is reached
    assert not holds({"age_of": "q", "on": "today", "at_least": 40}, {"q": born})


def test_the_end_of_the_fiscal_year_is_the_coming_31_march():
    assert holds({"age_of": "q", "on": "fiscal_year_end", "is": 0}, {"q": "2027-03-31"})
    assert not holds({"age_of": "q", "on": "fiscal_year_end", "at_least": 0}, {"q": "2027-04-01"})


@pytest.mark.parametrize(
    ("born", "today", "counts"),
    [
        ("2008-04-01", date(2026, 3, 31), True),
        ("2008-04-01", date(2026, 4, 1), False),
        ("2008-04-02", date(2026, 4, 1), True),
        ("2008-04-02", date(2027, 3, 31), True),
        ("2008-04-02", date(2027, 4, 1), False),
    ],
)
def test_a_child_counts_as_18_until_the_31_march_after_reaching_18(born, today, counts):
    assert holds({"school_year_age_of": "q", "at_most": 18}, {"q": born}, today=today) is counts


def test_nobody_has_an_age_before_birth():
    assert not holds({"age_of": "q", "less_than": 3}, {"q": "2027-01-01"})


@pytest.mark.parametrize(
    ("bound", "surely"), [("1959-12-31", True), ("1960-06-30", False), ("1961-01-01", False)]
)
def test_a_day_that_is_partly_unknown_meets_a_comparison_only_surely(bound, surely):
    assert holds({"question": "q", "more_than": bound}, {"q": UNKNOWN_1960}) is surely


def test_the_age_of_someone_born_on_an_unknown_day_is_met_only_surely():
    assert holds({"age_of": "q", "at_least": 65}, {"q": UNKNOWN_1960})
    assert not holds({"age_of": "q", "is": 66}, {"q": UNKNOWN_1960})


def test_a_day_that_is_none_meets_nothing():
    assert not holds({"age_of": "q", "at_least": 0}, {"q": "2023-02-29"})


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"any_member": "children", "where": {"question": "apart", "is": "yes"}}, True),
        ({"all_members": "children", "where": {"question": "apart", "is": "yes"}}, False),
        ({"all_members": "children", "where": {"question": "born", "answered": True}}, True),
        ({"count": "children", "is": 3}, True),
        ({"count": "children", "where": {"question": "apart", "is": "no"}, "is": 1}, True),
        ({"count": "children", "where": {"school_year_age_of": "born", "at_most": 18}, "at_least": 3}, False),
        ({"count": "children", "where": {"school_year_age_of": "born", "at_most": 18}, "is": 2}, True),
        ({"count": "nobody", "less_than": 1}, True),
    ],
)
def test_conditions_over_the_members_of_a_group(condition, expected):
    assert holds(condition, {"children": CHILDREN}) is expected


def test_inside_where_the_answers_of_the_filing_are_seen_too():
    condition = {
        "any_member": "children",
        "where": {"all": [{"question": "apart", "is": "yes"}, {"question": "q", "is": "a"}]},
    }

    assert holds(condition, {"children": CHILDREN, "q": "a"})
    assert not holds(condition, {"children": CHILDREN, "q": "b"})


def test_all_any_and_not_combine():
    yes, no = {"question": "q", "is": "a"}, {"question": "q", "is": "b"}

    assert holds({"all": [yes, {"any": [no, yes]}, {"not": no}]}, {"q": "a"})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("q = a", "not_a_condition"),
        ({}, "not_a_condition"),
        ({"when": "q"}, "unknown_condition"),
        ({"question": "q"}, "no_comparison"),
        ({"question": "q", "is": "a", "in": ["a"]}, "no_comparison"),
        ({"question": "q", "is": ["a"]}, "bad_constant"),
        ({"question": "q", "in": "a"}, "bad_constant"),
        ({"question": "q", "answered": "yes"}, "bad_constant"),
        ({"question": "Q!", "is": "a"}, "bad_id"),
        ({"question": "q", "is": "a", "or": "b"}, "unknown_key"),
        ({"question": "q", "at_least": "soon"}, "bad_bound"),
        ({"question": "q", "at_least": "2026-02-30"}, "bad_bound"),
        ({"question": "q", "at_least": 1, "at_most": "today"}, "mixed_bounds"),
        ({"age_of": "q"}, "no_bound"),
        ({"age_of": "q", "at_least": 1.5}, "bad_bound"),
        ({"age_of": "q", "on": 3, "at_least": 1}, "bad_day"),
        ({"all": []}, "empty"),
        ({"any_member": "g"}, "no_where"),
        ({"count": "g"}, "no_bound"),
    ],
)
def test_what_is_no_condition_is_told(data, code):
    with pytest.raises(BadCondition) as bad:
        compile_condition(data)

    assert bad.value.code == code


def test_the_place_of_a_fault_inside_a_condition_is_told():
    with pytest.raises(BadCondition) as bad:
        compile_condition({"all": [{"question": "q", "is": "a"}, {"not": {"question": "q", "is": []}}]})

    assert bad.value.path == ("all", 1, "not", "is")


def test_an_endless_nest_of_conditions_is_refused():
    data: dict[str, object] = {"question": "q", "is": "a"}
    for _ in range(50):
        data = {"not": data}

    with pytest.raises(BadCondition) as bad:
        compile_condition(data)

    assert bad.value.code == "too_deep"


def test_what_a_condition_uses_is_known():
    condition = compile_condition(
        {
            "any": [
                {"question": "a", "in": ["x", "y"]},
                {"age_of": "born", "on": "moved", "at_least": 18},
                {"count": "children", "where": {"question": "apart", "is": "yes"}, "at_least": 3},
            ]
        }
    )

    assert questions_used(condition) == {"a", "born", "moved", "apart"}
    assert groups_used(condition) == {"children"}
    assert constants_used(condition) == {
        "a": {"x", "y"},
        "born": {("age", "moved", 18)},
        "apart": {"yes"},
        "children": {3},
    }


# --- sentences ---------------------------------------------------------------------------------------------------

FAMILY = definition(
    asked("cause", "choice", options=[{"id": "birth", "label": "出生"}, {"id": "move", "label": "転入"}]),
    asked("ways", "choices", options=[{"id": "mail", "label": "郵便"}]),
    asked("married", "yes_no"),
    asked("born", "date"),
    asked("moved", "date"),
    asked("copies", "integer"),
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"question": "cause", "is": "birth"}, "「cause」が「出生」である"),
        ({"question": "cause", "is_not": "birth"}, "「cause」が「出生」ではない"),
        ({"question": "cause", "in": ["birth", "move"]}, "「cause」が「出生」か「転入」である"),
        ({"question": "ways", "includes": "mail"}, "「ways」に「郵便」が含まれる"),
        ({"question": "married", "is": "yes"}, "「married」が「はい」である"),
        ({"question": "copies", "at_least": 1, "at_most": 3}, "「copies」が1以上、3以下である"),
        ({"question": "moved", "at_most": "today"}, "「moved」が今日か、それより前である"),
        ({"question": "moved", "answered": False}, "「moved」に答えていない"),
        (
            {"age_of": "born", "on": "moved", "at_least": 18},
            "「born」から数えた「moved」の年齢が18歳以上である",
        ),
        ({"not": {"question": "married", "is": "yes"}}, "「「married」が「はい」である」ではない"),
        (
            {"all": [{"question": "married", "is": "no"}, {"any": [{"question": "copies", "at_least": 2}]}]},
            "「married」が「いいえ」である、かつ、（「copies」が2以上である）",
        ),
    ],
)
def test_a_clerk_reads_a_condition_as_a_sentence(condition, expected):
    assert sentence(compile_condition(condition), FAMILY) == expected


def test_conditions_over_members_are_sentences_too():
    group = asked("children", "group", questions=[asked("apart", "yes_no"), asked("birth", "date")])
    family = definition(group)
    where = {"question": "apart", "is": "yes"}

    said = [
        sentence(compile_condition(condition), family)
        for condition in (
            {"any_member": "children", "where": where},
            {"all_members": "children", "where": where},
            {"count": "children", "where": where, "at_least": 3},
            {"count": "children", "is": 2},
        )
    ]

    assert said == [
        "「children」のうち1件以上が（「apart」が「はい」である）",
        "「children」のすべてが（「apart」が「はい」である）",
        "「children」のうち（「apart」が「はい」である）ものが3件以上である",
        "「children」が2件ちょうどである",
    ]
