import pytest

from madoguchi.procedures.findings import BrokenDefinition
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.numbers import IndividualNumber
from madoguchi.procedures.tests.building import CONTEXT, answer, codes, messages, question


@pytest.mark.parametrize(
    ("kind", "keys", "typed", "value"),
    [
        ("integer", {}, "３", 3),
        ("integer", {}, "１，０００", 1000),
        ("integer", {"unit": "通"}, "3通", 3),
        ("integer", {"min": -5}, "−3", -3),
        ("yen", {}, "￥12,000", 12000),
        ("yen", {}, "12,000円", 12000),
        ("yen", {}, "１２０００円也", 12000),
        ("decimal", {}, "１．５０", "1.5"),
        ("decimal", {}, ".5", "0.5"),
        ("decimal", {"unit": "kg"}, "3kg", "3"),
        ("decimal", {"min": -1}, "-0", "0"),
    ],
)
def test_numbers_are_put_right(kind, keys, typed, value):
    assert answer(question(kind, **keys), typed).value == value


@pytest.mark.parametrize(
    ("kind", "keys", "typed", "said"),
    [
        ("integer", {}, "三", "数字だけで"),
        ("integer", {}, "1.5", "数字だけで"),
        ("integer", {}, "1e5", "数字だけで"),
        ("integer", {}, "9" * 10_000, "数字だけで"),
        ("integer", {}, "-1", "0以上の数字"),
        ("integer", {"min": 1, "max": 10, "unit": "通"}, "11", "1から10通まで"),
        ("yen", {}, "3万", "数字だけで"),
        ("yen", {"min": 0, "max": 100000}, "100001", "0円から100,000円まで"),
        ("decimal", {}, "1.234", "小数点以下2桁まで"),
        ("decimal", {"places": 0}, "1.5", "小数点以下0桁まで"),
        ("decimal", {"min": 0, "max": 1}, "1.5", "0から1まで"),
        ("decimal", {}, "NaN", "数字で入力"),
    ],
)
def test_what_is_no_such_number_is_refused_with_what_to_do(kind, keys, typed, said):
    assert said in messages(answer(question(kind, **keys), typed))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", "3"),
        ("integer", True),
        ("integer", 1.5),
        ("yen", -1),
        ("decimal", 1.5),
        ("decimal", "1e5"),
        ("decimal", "Infinity"),
    ],
)
def test_a_stored_number_of_another_kind_is_refused(kind, value):
    asked = question(kind)

    assert registry.of(asked).check(asked, value, CONTEXT) != ()


def test_numbers_are_shown_with_their_unit():
    shown = [
        registry.of(asked).display(asked, value, lang)
        for asked, value, lang in [
            (question("integer", unit="通"), 1200, "ja"),
            (question("yen"), 12000, "ja"),
            (question("yen"), 12000, "en"),
            (question("decimal", unit="kg"), "1234.5", "ja"),
        ]
    ]

    assert shown == ["1,200通", "12,000円", "¥12,000", "1,234.5 kg"]


@pytest.mark.parametrize("typed", ["０１２３４５６７８９", "01234-56789", "0123456789"])
def test_an_insured_number_is_ten_half_width_digits(typed):
    assert answer(question("insured_number"), typed).value == "0123456789"


@pytest.mark.parametrize("typed", ["012345678", "01234567890", "012345678a"])
def test_an_insured_number_of_another_length_is_refused(typed):
    assert "10桁の数字" in messages(answer(question("insured_number"), typed))


@pytest.mark.parametrize("typed", ["7000012050002", "T7000012050002", "７００００-１２０５０００２"])
def test_a_corporate_number_proves_itself(typed):
    assert answer(question("corporate_number"), typed).value == "7000012050002"


def test_a_corporate_number_with_a_wrong_digit_is_found_out():
    cleaned = answer(question("corporate_number"), "7000012050003")

    assert codes(cleaned.errors) == [("", "wrong_check_digit")]


def test_no_definition_may_ask_for_the_individual_number():
    with pytest.raises(BrokenDefinition) as broken:
        question("individual_number")

    assert [finding.code for finding in broken.value.findings] == ["sealed_kind"]


def test_the_individual_number_is_neither_read_nor_shown_nor_taken():
    kind, asked = IndividualNumber(), question("text")

    assert kind.read(asked, object()) == {}
    assert kind.display(asked, "123456789018", "ja") == ""
    assert codes(kind.check(asked, "123456789018", CONTEXT)) == [("", "not_accepted")]


@pytest.mark.parametrize(
    "parts",
    [
        {"region": "盛岡", "class": "５００", "kana": "サ", "number": "12-34"},
        {"region": "盛 岡", "class": "500", "kana": "さ", "number": "1234"},
    ],
)
def test_a_number_plate_is_put_right(parts):
    value = answer(question("vehicle_number"), **parts).value

    assert value == {"region": "盛岡", "class": "500", "kana": "さ", "number": "1234"}


def test_dots_before_a_short_plate_number_are_dropped():
    parts = {"region": "平泉", "class": "3A1", "kana": "あ", "number": "・・12"}

    assert answer(question("vehicle_number"), **parts).value["number"] == "12"


def test_a_small_motorcycle_has_no_class():
    assert answer(question("vehicle_number"), region="盛岡市", kana="あ", number="1").value["class"] == ""


@pytest.mark.parametrize(
    ("part", "typed"),
    [("region", "MORIOKA!"), ("class", "5000"), ("kana", "お"), ("kana", "ああ"), ("number", "12345")],
)
def test_what_stands_on_no_plate_is_refused_at_its_field(part, typed):
    parts = {"region": "盛岡", "class": "500", "kana": "さ", "number": "1234", part: typed}

    assert [error.subfield for error in answer(question("vehicle_number"), **parts).errors] == [part]


@pytest.mark.parametrize(
    "parts",
    [
        {"lat": "39.702060", "lng": "141.154480"},
        {"lat": "３９．７０２０６", "lng": "１４１．１５４４８"},
        {"lat": "39.70206, 141.15448"},
        {"lat": "北緯39.70206度", "lng": "東経141.15448度"},
    ],
)
def test_a_point_is_typed_or_pasted(parts):
    assert answer(question("map_point"), **parts).value == {"lat": 39.70206, "lng": 141.15448}


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"lat": "141.15448", "lng": "39.70206"}, "lat"),
        ({"lat": "39.70206"}, "lng"),
        ({"lat": "x", "lng": "141"}, "lat"),
    ],
)
def test_a_point_outside_japan_is_refused_at_its_field(parts, field):
    assert answer(question("map_point"), **parts).errors[0].subfield == field


@pytest.mark.parametrize(
    "value", [None, {"lat": 39.7}, {"lat": True, "lng": 141.1}, {"lat": "39", "lng": "141"}, [39, 141]]
)
def test_a_stored_point_of_another_shape_is_refused(value):
    asked = question("map_point")

    assert registry.of(asked).check(asked, value, CONTEXT) != ()
