import pytest

from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import CleanContext
from madoguchi.procedures.tests.building import CONTEXT, TODAY, Posted, answer, codes, messages, question

HALL = {
    "postal_code": "0208530",
    "prefecture": "岩手県",
    "city": "盛岡市",
    "city_code": "032018",
    "town": "内丸",
    "rest": "12-2",
    "building": "",
}
TYPED = {"postal_code": "020-8530", "prefecture": "岩手県", "city": "盛岡市", "town": "内丸", "rest": "12-2"}


def address(**parts: str):
    return answer(question("address"), **({**TYPED, **parts}))


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"postal_code": "〒０２０ー８５３０"},
        {"rest": "１２－２"},
        {"city": "岩手県盛岡市", "prefecture": ""},
        {"city": "盛岡市", "prefecture": ""},
    ],
)
def test_an_address_is_put_right_and_gets_the_code_of_its_city(parts):
    cleaned = address(**parts)

    assert (cleaned.value, cleaned.errors) == (HALL, ())


def test_a_postal_code_alone_brings_its_address_along():
    cleaned = answer(question("address"), postal_code="0208530")

    assert cleaned.value == HALL


def test_a_look_up_fills_the_fields_and_keeps_what_was_typed():
    asked = question("address")
    raw = registry.of(asked).read(asked, Posted(postal_code="020-0133", building="青山荘"))

    found = registry.of(asked).lookup(asked, raw)

    assert (found["prefecture"], found["city"], found["town"]) == ("岩手県", "盛岡市", "青山")
    assert found["building"] == "青山荘"


def test_a_postal_code_of_several_places_offers_them():
    asked = question("address")
    kind = registry.of(asked)
    raw = kind.read(asked, Posted(postal_code="4980000", rest="1"))

    cleaned = kind.clean(asked, raw, CONTEXT)

    assert [label for _, label in raw["#places"]] == ["弥富市", "桑名郡木曽岬町"]
    assert ("town", "missing") in codes(cleaned.errors)


def test_a_chosen_place_is_taken():
    cleaned = answer(question("address"), postal_code="4980000", place="三重県|桑名郡木曽岬町|", rest="1")

    assert cleaned.errors == ()
    assert cleaned.value["city_code"] == "243035"


def test_none_of_the_offered_places_lets_the_town_be_typed():
    asked = question("address")
    raw = registry.of(asked).read(asked, Posted(postal_code="4980000", prefecture="愛知県", place="other"))

    assert "#places" not in raw


def test_the_towns_of_the_city_are_offered_by_a_button():
    asked = question("address")
    posted = Posted(prefecture="岩手県", city="盛岡市")
    posted.fields["lookup.q.towns"] = ["1"]

    raw = registry.of(asked).read(asked, posted)

    towns = [name for _, names in raw["#towns"] for name in names]
    assert {"内丸", "青山", "みたけ"} <= set(towns)
    assert len(towns) == len(set(towns))


def test_a_whole_address_in_the_town_is_divided():
    cleaned = address(postal_code="020-0133", town="青山三丁目12-3", rest="")

    assert (cleaned.value["town"], cleaned.value["rest"]) == ("青山三丁目", "12-3")


@pytest.mark.parametrize(
    ("parts", "field", "said"),
    [
        ({"postal_code": "020-853"}, "postal_code", "7桁の数字"),
        ({"postal_code": ""}, "postal_code", "「郵便番号」を入力"),
        ({"city": "青森市"}, "city", "岩手県にその市区町村は見つかりません"),
        ({"city": "盛岡市青山"}, "city", "見つかりません"),
        ({"rest": ""}, "rest", "番地なし"),
        ({"building": "ハイツ😀"}, "building", "絵文字"),
        ({"building": "長" * 10_000}, "building", "10,000文字"),
        ({"town": "長" * 101}, "town", "100文字以内"),
        ({"rest": "12\ue000"}, "rest", "表示できない文字"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(parts, field, said):
    cleaned = address(**parts)

    assert cleaned.value is None
    assert [error.subfield for error in cleaned.errors] == [field]
    assert said in messages(cleaned)


def test_a_missing_prefecture_is_asked_for_when_the_city_does_not_tell_it():
    cleaned = address(prefecture="", city="府中市")

    assert [error.subfield for error in cleaned.errors] == ["prefecture"]


@pytest.mark.parametrize("city", ["雫石町", "岩手郡雫石町"])
def test_a_county_before_the_town_is_no_obstacle(city):
    assert address(postal_code="020-0521", city=city, town="", rest="1").value["city_code"] == "033014"


def test_a_ward_belongs_to_its_city():
    cleaned = address(
        postal_code="060-0042", prefecture="北海道", city="札幌市中央区", town="大通西", rest="1"
    )

    assert cleaned.errors == ()
    assert cleaned.value["city"] == "札幌市中央区"


def test_a_postal_code_of_another_town_is_only_pointed_out():
    cleaned = address(postal_code="020-0133")

    assert cleaned.errors == ()
    assert "「盛岡市青山」のものです" in cleaned.notes[0].message


def test_an_unknown_postal_code_is_only_pointed_out():
    cleaned = address(postal_code="999-9999")

    assert cleaned.errors == ()
    assert cleaned.notes[0].code == "unknown_postal_code"


@pytest.mark.parametrize(
    "value",
    [
        "盛岡市内丸12-2",
        {**HALL, "city_code": "032026"},
        {**HALL, "prefecture": "青森県"},
        {**HALL, "postal_code": "020-8530"},
        {**HALL, "rest": ""},
        {**HALL, "rest": 12},
        {**HALL, "extra": ""},
        {key: text for key, text in HALL.items() if key != "building"},
    ],
)
def test_a_stored_address_that_cannot_be_is_refused(value):
    asked = question("address")

    assert registry.of(asked).check(asked, value, CleanContext(TODAY)) != ()


def test_an_address_is_shown_in_one_line():
    asked = question("address")

    assert (
        registry.of(asked).display(asked, {**HALL, "building": "本庁舎"}, "ja")
        == "〒020-8530 岩手県盛岡市内丸12-2 本庁舎"
    )
