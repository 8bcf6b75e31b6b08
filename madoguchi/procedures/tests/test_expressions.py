import pytest

from madoguchi.procedures.expressions import BadExpression, ExpressionFailed, compile_expression
from madoguchi.procedures.tests.building import TODAY

NAMES = frozenset({"copies", "weight", "born", "spouse", "name"})
CHILDREN = [{"_id": "m1", "birth": "2024-11-23", "pay": 3}, {"_id": "m2", "birth": "2015-01-01"}]


def rule(source: str):
    return compile_expression(source, NAMES, decimals=frozenset({"weight"}), groups=frozenset({"children"}))


def value(source: str, **answers):
    return rule(source).evaluate(answers, TODAY)


@pytest.mark.parametrize(
    ("source", "answers", "expected"),
    [
        ("300 * copies", {"copies": 3}, 900),
        ("spouse == 'yes' ? 1 : 2", {"spouse": "yes"}, 1),
        ("weight * 2.0", {"weight": "1.5"}, 3.0),
        ("born < today", {"born": "2026-11-22"}, True),
        ("today", {}, "2026-11-23"),
        ("age(born, today)", {"born": "2000-11-23"}, 26),
        ("school_year_age(born, today)", {"born": "2008-04-01"}, 19),
        ("add_days(born, 15)", {"born": "2026-02-20"}, "2026-03-07"),
        ("months_after(born, 1)", {"born": "2026-02-28"}, "2026-03-31"),
        ("add_open_days(born, -3)", {"born": "2026-05-08"}, "2026-04-30"),  # over the holidays of May
        ("add_open_days(born, -3)", {"born": "2026-05-29"}, "2026-05-26"),
        ("add_open_days(born, 1)", {"born": "2026-12-28"}, "2027-01-04"),
        ("months_after(born, 1)", {"born": "2027-01-30"}, "2027-02-28"),
        ("size(children)", {"children": CHILDREN}, 2),
        ("size(children)", {}, 0),
        ("size(children.filter(c, age(c.birth, today) < 3))", {"children": CHILDREN}, 1),
        ("size(children.filter(c, has(c.pay) && c.pay > 2))", {"children": CHILDREN}, 1),
        ("copies == null ? 1 : 2", {}, 1),
        ("name.family == '盛岡'", {"name": {"family": "盛岡"}}, True),
    ],
)
def test_a_rule_gives_its_value(source, answers, expected):
    assert value(source, **answers) == expected


@pytest.mark.parametrize(
    ("source", "answers", "code"),
    [
        ("copies / 0", {"copies": 1}, "division_by_zero"),
        ("copies % 0", {"copies": 1}, "division_by_zero"),
        ("copies + 9223372036854775807", {"copies": 1}, "overflow"),
        ("copies + 1", {}, "missing"),
        ("age(born, today) + 1", {}, "missing"),
        ("add_days(born, 1)", {}, "missing"),
        ("months_after(born, 1)", {}, "missing"),
        ("months_after(born, 0)", {"born": "2026-02-28"}, "missing"),
        ("add_open_days(born, 1)", {"born": "2199-05-08"}, "missing"),  # whose holidays are not known
        ("age(born, today)", {"born": "2027-01-01"}, "missing"),
        ("age(born, today)", {"born": {"text": "x", "from": "1960-01-01", "to": "1960-12-31"}}, "missing"),
        ("copies + spouse", {"copies": 1, "spouse": "yes"}, "type"),
        ("children", {"children": CHILDREN}, "type"),
    ],
)
def test_a_rule_without_a_value_says_why_and_no_more(source, answers, code):
    with pytest.raises(ExpressionFailed) as failed:
        value(source, **answers)

    assert failed.value.code == code
    assert str(failed.value) == code
    assert failed.value.__cause__ is None


@pytest.mark.parametrize(
    ("source", "code"), [("1.5 * 2.0", "not_whole_yen"), ("0 - 1", "too_large"), ("'a'", "not_whole_yen")]
)
def test_yen_are_whole_and_not_negative(source, code):
    with pytest.raises(ExpressionFailed) as failed:
        rule(source).yen({}, TODAY)

    assert failed.value.code == code


def test_the_same_question_gets_the_same_answer_again():
    expression = rule("300 * copies")

    assert [expression.yen({"copies": copies}, TODAY) for copies in (1, 2, 1, 2)] == [300, 600, 300, 600]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("copies +", "syntax"),
        ("1 1", "syntax"),
        ("wages * 2", "unknown_name"),
        ("children.map(c, wages)", "unknown_name"),
        ("__import__('os')", "unknown_function"),
        ("timestamp('2026-01-01T00:00:00Z')", "unknown_function"),
        ("name.matches('(a+)+')", "unknown_function"),
        ("children.map(c, exec(c))", "unknown_function"),
        ("children.map(c + 1, 1)", "syntax"),
        (".copies", "syntax"),
        ("(" * 20 + "1" + ")" * 20, "too_deep"),
        ("[1].map(a, [1].map(b, [1].map(c, 1)))", "too_deep"),
        ("1 + " * 200 + "1", "too_long"),
    ],
)
def test_what_the_language_does_not_know_is_refused(source, code):
    with pytest.raises(BadExpression) as bad:
        rule(source)

    assert bad.value.code == code


def test_a_rule_knows_the_questions_it_reads():
    assert rule("size(children.filter(c, c.pay > copies))").names == {"children", "copies"}


def test_the_variable_of_a_macro_is_known_inside_it_only():
    with pytest.raises(BadExpression) as bad:
        rule("size(children.filter(c, c.pay > 1)) + c")

    assert bad.value.code == "unknown_name"
