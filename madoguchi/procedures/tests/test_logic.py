import pytest

from madoguchi.procedures.logic import Refused, accept, accept_answers, evaluate, options_offered
from madoguchi.procedures.tests.building import TODAY, asked, definition, definition_of, section

YES = {"question": "spouse", "is": "yes"}
SPOUSE = definition_of(
    section(
        "person", asked("spouse", "yes_no"), asked("spouse_job", when=YES), asked("note", required=False)
    ),
    section("work", asked("employer", when={"question": "spouse_job", "is": "公務員"}), when=YES),
)
CHILDREN = definition_of(
    section("about", asked("kind", "choice", options=[{"id": "a", "label": "A"}, {"id": "b", "label": "B"}])),
    section(
        "family",
        asked(
            "children",
            "group",
            min=1,
            max=3,
            questions=[
                asked("name"),
                asked("apart", "yes_no"),
                asked("place", when={"question": "apart", "is": "yes"}),
                asked(
                    "reason",
                    when={"all": [{"question": "kind", "is": "a"}, {"question": "apart", "is": "yes"}]},
                ),
            ],
        ),
    ),
    section(
        "last", asked("why", when={"any_member": "children", "where": {"question": "apart", "is": "yes"}})
    ),
)


def found(definition, answers):
    return [(problem.path, problem.code) for problem in evaluate(definition, answers, today=TODAY).problems]


def test_an_empty_filing_misses_what_is_required_and_asked():
    assert found(SPOUSE, {}) == [("spouse", "missing")]


def test_a_question_is_asked_when_its_condition_holds():
    evaluation = evaluate(SPOUSE, {"spouse": "yes"}, today=TODAY)

    assert evaluation.visible == {"spouse", "spouse_job", "note"}
    assert evaluation.required == {"spouse", "spouse_job"}
    assert [problem.path for problem in evaluation.problems] == ["spouse_job"]


def test_a_hidden_answer_is_dropped_and_what_hangs_on_it_too():
    answers = {"spouse": "no", "spouse_job": "公務員", "employer": "盛岡市"}

    evaluation = evaluate(SPOUSE, answers, today=TODAY)

    assert evaluation.answers == {"spouse": "no"}
    assert set(evaluation.dropped) == {"spouse_job", "employer"}
    assert evaluation.complete


def test_a_section_that_is_not_asked_is_complete_and_invisible():
    states = {state.section.id: state for state in evaluate(SPOUSE, {"spouse": "no"}, today=TODAY).sections}

    assert (states["work"].visible, states["work"].complete) == (False, True)
    assert (states["person"].visible, states["person"].complete) == (True, True)


def test_a_section_knows_its_own_problems():
    states = {state.section.id: state for state in evaluate(SPOUSE, {}, today=TODAY).sections}

    assert [problem.question_id for problem in states["person"].problems] == ["spouse"]
    assert not states["person"].complete


def test_a_problem_names_its_place_and_what_to_do():
    problem = evaluate(SPOUSE, {}, today=TODAY).problems[0]

    assert (problem.section_id, problem.question_id, problem.member_id) == ("person", "spouse", "")
    assert problem.message == "「spouse」を選んでください。"


def test_a_wrong_answer_is_a_problem_is_kept_and_decides_nothing():
    evaluation = evaluate(SPOUSE, {"spouse": "maybe"}, today=TODAY)

    assert [(p.path, p.code) for p in evaluation.problems] == [("spouse", "not_an_option")]
    assert evaluation.answers == {"spouse": "maybe"}
    assert "spouse_job" not in evaluation.visible


@pytest.mark.parametrize("rubbish", [None, 3, [], {"a": 1}, "x" * 10_000, ["yes"], True])
def test_answers_of_any_shape_never_break_the_engine(rubbish):
    everything = {"spouse": rubbish, "spouse_job": rubbish, "children": rubbish, "unknown": rubbish}

    assert not evaluate(SPOUSE, everything, today=TODAY).complete
    assert not evaluate(CHILDREN, everything, today=TODAY).complete


def test_unknown_answers_are_dropped():
    evaluation = evaluate(SPOUSE, {"spouse": "no", "is_admin": True, "name": "x"}, today=TODAY)

    assert set(evaluation.dropped) == {"is_admin", "name"}


def test_required_may_be_a_condition():
    with_phone = definition(
        asked("mail", required=False),
        asked("phone", required={"not": {"question": "mail", "answered": True}}),
    )

    assert found(with_phone, {}) == [("phone", "missing")]
    assert found(with_phone, {"mail": "a@example.jp"}) == []


def test_an_option_offered_under_a_condition_is_refused_without_it():
    options = [
        {"id": "window", "label": "窓口"},
        {"id": "post", "label": "郵送", "when": {"question": "far", "is": "yes"}},
    ]
    delivery = definition(
        asked("far", "yes_no"),
        asked("way", "choice", options=options),
        asked("ways", "choices", options=options),
    )
    near = {"far": "no", "way": "post", "ways": ["window", "post"]}

    assert found(delivery, near) == [("way", "not_an_option"), ("ways", "not_an_option")]
    assert found(delivery, near | {"far": "yes"}) == []
    assert options_offered(delivery.question("way"), {"far": "no"}, today=TODAY) == {"window"}


def test_a_computed_answer_is_computed_and_never_taken_from_outside():
    fees = definition(
        asked("copies", "integer"), asked("total", "yen", computed={"expression": "300 * copies"})
    )

    evaluation = evaluate(fees, {"copies": 2, "total": 1}, today=TODAY)

    assert evaluation.answers == {"copies": 2, "total": 600}
    assert evaluation.dropped == ("total",)


def test_conditions_see_computed_answers():
    fees = definition(
        asked("copies", "integer"),
        asked("total", "yen", computed={"expression": "300 * copies"}),
        asked("why", when={"question": "total", "at_least": 900}),
    )

    assert found(fees, {"copies": 2}) == []
    assert found(fees, {"copies": 3}) == [("why", "missing")]


@pytest.mark.parametrize(
    ("kind", "expression", "value"),
    [
        ("yes_no", "copies > 1", "yes"),
        ("decimal", "double(copies) / 4.0", "0.5"),
        ("date", "add_days(today, copies)", "2026-11-25"),
        ("text", "string(copies)", "2"),
        ("integer", "copies / 0", None),
        ("integer", "'two'", None),
        ("date", "'2023-02-29'", None),
    ],
)
def test_a_computed_answer_has_the_form_of_its_kind_or_is_none(kind, expression, value):
    computed = definition(asked("copies", "integer"), asked("c", kind, computed={"expression": expression}))

    evaluation = evaluate(computed, {"copies": 2}, today=TODAY)

    assert evaluation.answers.get("c") == value
    assert evaluation.complete


def test_what_only_the_city_fills_in_is_never_missing():
    prefilled = definition(asked("number", read_only=True))

    assert found(prefilled, {}) == []
    assert evaluate(prefilled, {"number": "1"}, today=TODAY).answers == {"number": "1"}


def test_a_statement_is_shown_and_holds_no_answer():
    told = definition(
        asked("told", "statement"), asked("hidden", "statement", when={"question": "told", "answered": True})
    )

    evaluation = evaluate(told, {"told": "x"}, today=TODAY)

    assert evaluation.visible == {"told"}
    assert (evaluation.answers, evaluation.dropped) == ({}, ("told",))


# --- groups ------------------------------------------------------------------------------------------------------


def member(number: int, **answers):
    return {"_id": f"m{number}", "name": f"子{number}", **answers}


def test_a_required_group_without_members_is_missing():
    assert found(CHILDREN, {"kind": "a"}) == [("children", "missing")]


def test_members_are_asked_one_by_one():
    answers = {"kind": "a", "children": [member(1, apart="no"), member(2, apart="yes")], "why": "x"}

    evaluation = evaluate(CHILDREN, answers, today=TODAY)

    assert [problem.path for problem in evaluation.problems] == ["children[m2].place", "children[m2].reason"]
    assert evaluation.problems[0].member_id == "m2"
    assert "children[m1].place" not in evaluation.visible
    assert {"children", "children[m2].place"} <= evaluation.visible


def test_a_members_hidden_and_unknown_answers_are_dropped():
    answers = {"kind": "b", "children": [member(1, apart="no", place="仙台", admin=True)]}

    evaluation = evaluate(CHILDREN, answers, today=TODAY)

    assert evaluation.answers["children"] == [{"_id": "m1", "name": "子1", "apart": "no"}]
    assert set(evaluation.dropped) == {"children[m1].place", "children[m1].admin"}


def test_a_members_wrong_answer_is_kept_with_the_member():
    answers = {"kind": "b", "children": [{"_id": "m1", "name": "長" * 300, "apart": "no"}]}

    evaluation = evaluate(CHILDREN, answers, today=TODAY)

    assert [(p.path, p.code) for p in evaluation.problems] == [("children[m1].name", "too_long")]
    assert evaluation.answers["children"] == answers["children"]


def test_too_many_members_are_told_and_still_judged():
    answers = {"kind": "b", "children": [member(n, apart="no") for n in range(4)]}

    assert found(CHILDREN, answers) == [("children", "too_many")]


def test_later_questions_see_the_members():
    answers = {"kind": "b", "children": [member(1, apart="yes", place="仙台")]}

    assert found(CHILDREN, answers) == [("why", "missing")]


def test_members_of_another_shape_are_dropped_with_a_problem():
    evaluation = evaluate(CHILDREN, {"kind": "a", "children": [{"name": "x"}]}, today=TODAY)

    assert evaluation.problems[0].code == "wrong_shape"
    assert "children" not in evaluation.answers


def test_a_group_nobody_must_fill_in_may_stay_empty():
    optional = definition(asked("helpers", "group", required=False, questions=[asked("name")]))

    assert found(optional, {}) == []
    assert found(optional, {"helpers": []}) == []


def test_a_hidden_group_falls_away_with_its_members():
    hidden = definition_of(
        section("one", asked("spouse", "yes_no")),
        section("two", asked("helpers", "group", questions=[asked("name")], when=YES)),
        section("three", asked("more", "group", questions=[asked("word")]), when=YES),
    )
    answers = {"spouse": "no", "helpers": [member(1)], "more": [{"_id": "m1", "word": "x"}]}

    evaluation = evaluate(hidden, answers, today=TODAY)

    assert evaluation.answers == {"spouse": "no"}
    assert set(evaluation.dropped) == {"helpers", "more"}


# --- what follows ------------------------------------------------------------------------------------------------


def test_eligibility_stops_and_warns():
    rules = [
        {"id": "no", "when": YES, "effect": "stop", "message": "勤め先へ申請してください。"},
        {"id": "careful", "when": YES, "effect": "warn", "message": "もう一度確かめてください。"},
    ]
    ruled = definition(asked("spouse", "yes_no"), eligibility=rules)

    stopped = evaluate(ruled, {"spouse": "yes"}, today=TODAY)
    free = evaluate(ruled, {"spouse": "no"}, today=TODAY)

    assert [rule.id for rule in stopped.stops + stopped.warnings] == ["no", "careful"]
    assert not stopped.complete
    assert (free.stops, free.warnings, free.complete) == ((), (), True)


def test_documents_are_called_for_by_their_conditions():
    papers = [
        {"id": "always", "label": "本人確認書類", "proves": "本人"},
        {
            "id": "spouse_paper",
            "label": "配偶者の書類",
            "proves": "配偶者",
            "when": YES,
            "required": {"question": "spouse", "is": "yes"},
        },
        {"id": "extra", "label": "その他", "proves": "その他", "required": False},
    ]
    called = definition(asked("spouse", "yes_no"), documents=papers)

    def of(answers):
        return {s.document.id: s.required for s in evaluate(called, answers, today=TODAY).documents}

    assert of({"spouse": "no"}) == {"always": True, "extra": False}
    assert of({"spouse": "yes"}) == {"always": True, "spouse_paper": True, "extra": False}


def test_entitlement_and_fee_follow_from_the_answers():
    paid = definition(
        asked("copies", "integer"),
        fee={"expression": "300 * copies"},
        entitlement={"label": "見込み", "expression": "10000 * copies", "unit": "yen"},
    )

    assert (
        evaluate(paid, {"copies": 2}, today=TODAY).fee_yen,
        evaluate(paid, {"copies": 2}, today=TODAY).entitlement,
    ) == (600, 20000)
    assert (evaluate(paid, {}, today=TODAY).fee_yen, evaluate(paid, {}, today=TODAY).entitlement) == (
        None,
        None,
    )
    assert evaluate(SPOUSE, {}, today=TODAY).fee_yen == 0


def test_a_fee_is_due_at_handing_over_unless_the_definition_says_before_the_decision():
    def fee(**keys):
        return definition(asked("copies", "integer"), fee=keys).fee

    assert fee(yen=300).due == "at_handing_over"
    assert fee(yen=300, due="before_decision").due == "before_decision"
    assert [fee(**keys).is_free for keys in ({"yen": 0}, {"yen": 1}, {"expression": "copies"})] == [
        True,
        False,
        False,
    ]


def test_the_first_exemption_that_holds_is_taken_off_the_fee():
    half = {
        "id": "half",
        "when": {"question": "copies", "at_least": 2},
        "percent": 50,
        "label": "半額",
        "mark": "seen",
    }
    free = {
        "id": "free",
        "when": {"question": "spouse", "is": "yes"},
        "percent": 100,
        "label": "無料",
        "mark": "seen",
    }
    paid = definition(
        asked("copies", "integer"),
        asked("spouse", "yes_no"),
        fee={"expression": "301 * copies", "exemptions": [half, free]},
    )

    def of(answers):
        found = evaluate(paid, answers, today=TODAY)
        return found.full_fee_yen, found.fee_yen, found.fee_exemption and found.fee_exemption.id

    assert of({"copies": 1, "spouse": "no"}) == (301, 301, None)
    assert of({"copies": 3, "spouse": "yes"}) == (903, 451, "half")
    assert of({"copies": 1, "spouse": "yes"}) == (301, 0, "free")
    assert of({"spouse": "yes"}) == (None, None, "free")


# --- one page's answers ------------------------------------------------------------------------------------------


def test_a_page_writes_only_its_own_questions():
    accepted = accept(
        SPOUSE, {"spouse": "yes"}, "person", {"spouse_job": "会社員", "employer": "x", "admin": "1"}
    )

    assert accepted.answers == {"spouse": "yes", "spouse_job": "会社員"}
    assert set(accepted.refused) == {Refused("employer", "not_on_page"), Refused("admin", "unknown_question")}


def test_an_emptied_field_takes_the_answer_away():
    assert accept_answers(SPOUSE, {"spouse": "yes", "note": "x"}, "person", {"note": None}) == {
        "spouse": "yes"
    }


def test_answers_to_questions_that_are_not_asked_are_refused_when_the_day_is_known():
    accepted = accept(
        SPOUSE, {"spouse": "yes"}, "person", {"spouse": "no", "spouse_job": "公務員"}, today=TODAY
    )

    assert accepted.answers == {"spouse": "no"}
    assert accepted.refused == (Refused("spouse_job", "hidden"),)


def test_computed_read_only_and_statement_values_are_refused():
    guarded = definition(
        asked("copies", "integer"),
        asked("total", "yen", computed={"expression": "300 * copies"}),
        asked("number", read_only=True),
        asked("told", "statement"),
    )

    accepted = accept(guarded, {"number": "1"}, "main", {"copies": 1, "total": 1, "number": "9", "told": "x"})

    assert accepted.answers == {"number": "1", "copies": 1}
    assert {(r.question_id, r.code) for r in accepted.refused} == {
        ("total", "computed"),
        ("number", "read_only"),
        ("told", "no_value"),
    }


def test_a_member_is_added_and_changed_in_its_place():
    one = accept_answers(CHILDREN, {}, "family", {"name": "花子"}, "m1")
    two = accept_answers(CHILDREN, one, "family", {"name": "次郎"}, "m2")
    three = accept_answers(CHILDREN, two, "family", {"name": "華子", "apart": "no"}, member_id="m1")

    assert three["children"] == [{"_id": "m1", "name": "華子", "apart": "no"}, {"_id": "m2", "name": "次郎"}]
    assert one["children"] == [{"_id": "m1", "name": "花子"}]


@pytest.mark.parametrize("member_id", ["", "M1", "../x", "m" * 50])
def test_a_member_without_a_proper_id_is_refused(member_id):
    accepted = accept(CHILDREN, {}, "family", {"name": "花子"}, member_id)

    assert (accepted.answers, accepted.refused) == ({}, (Refused("name", "unknown_member"),))


def test_no_more_members_than_any_group_may_have_are_taken():
    many = {"children": [{"_id": f"m{n}"} for n in range(50)]}

    accepted = accept(CHILDREN, many, "family", {"name": "花子"}, "m99")

    assert accepted.refused == (Refused("name", "too_many"),)
    assert accepted.answers == many
