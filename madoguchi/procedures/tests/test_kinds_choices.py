import pytest

from madoguchi.procedures.findings import BrokenDefinition
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.tests.building import CONTEXT, Posted, answer, codes, messages, question

OPTIONS = [{"id": "red", "label": "赤"}, {"id": "blue", "label": "青"}, {"id": "green", "label": "緑"}]
FILE = {"digest": "a" * 64, "name": "通帳.pdf", "media_type": "application/pdf", "size": 1000}


def test_a_choice_is_one_of_its_options():
    assert answer(question("choice", options=OPTIONS), "blue").value == "blue"


def test_a_choice_that_was_never_offered_is_refused():
    cleaned = answer(question("choice", options=OPTIONS), "purple")

    assert codes(cleaned.errors) == [("", "not_an_option")]


def test_a_missing_choice_is_to_be_chosen():
    asked = question("choice", options=OPTIONS)

    assert registry.of(asked).missing(asked, "ja").message == "「質問」を選んでください。"


def test_choices_are_kept_in_the_order_of_the_definition():
    assert answer(question("choices", options=OPTIONS), "green", "red").value == ["red", "green"]


@pytest.mark.parametrize(
    ("ticked", "code"),
    [(["red"], "too_few"), (["red", "blue", "green"], "too_many"), (["red", "pink"], "not_an_option")],
)
def test_choices_outside_the_bounds_are_refused(ticked, code):
    cleaned = answer(question("choices", options=OPTIONS, min=2, max=2), *ticked)

    assert codes(cleaned.errors) == [("", code)]


@pytest.mark.parametrize("value", ["red", [], ["red", "red"], [1], {"red": True}])
def test_stored_choices_of_another_shape_are_refused(value):
    asked = question("choices", options=OPTIONS)

    assert registry.of(asked).check(asked, value, CONTEXT) != ()


def test_choices_are_shown_by_their_labels():
    asked = question("choices", options=OPTIONS)

    assert registry.of(asked).display(asked, ["red", "green"], "ja") == "赤、緑"


def test_yes_and_no_have_words_of_their_own_where_the_definition_gives_them():
    asked = question("yes_no", options=[{"id": "yes", "label": "います"}])

    assert registry.of(asked).display(asked, "yes", "ja") == "います"
    assert registry.of(asked).display(asked, "no", "ja") == "いいえ"


@pytest.mark.parametrize("value", [True, "はい", "maybe", None])
def test_yes_and_no_are_stored_as_words(value):
    asked = question("yes_no")

    assert registry.of(asked).check(asked, value, CONTEXT) != ()


@pytest.mark.parametrize(
    ("kind", "keys", "code"),
    [
        ("choice", {}, "no_options"),
        ("choice", {"options": [*OPTIONS, OPTIONS[0]]}, "duplicate_id"),
        ("yes_no", {"options": OPTIONS}, "unknown_value"),
        ("integer", {"min": 3, "max": 1}, "no_value_possible"),
        ("integer", {"min": "3"}, "wrong_type"),
        ("decimal", {"min": "x"}, "wrong_type"),
        ("decimal", {"min": 2, "max": 1}, "no_value_possible"),
        ("date", {"min": "2026-13-01"}, "wrong_type"),
        ("date", {"min": "2026-02-01", "max": "2026-01-01"}, "no_value_possible"),
        ("file", {"accept": ["word"]}, "unknown_value"),
        ("file", {"max_files": 100}, "out_of_bounds"),
        ("group", {"questions": []}, "empty_group"),
        ("bank_account", {"account_types": ["gold"]}, "unknown_value"),
    ],
)
def test_a_question_that_does_not_suit_its_kind_is_no_definition(kind, keys, code):
    with pytest.raises(BrokenDefinition) as broken:
        question(kind, **keys)

    assert code in {finding.code for finding in broken.value.findings}


def test_a_declaration_is_true_or_nothing():
    asked = question("declaration")

    assert answer(asked, "1").value is True
    assert answer(asked, "").value is None
    assert [registry.of(asked).check(asked, value, CONTEXT) != () for value in (True, False, "1", 1)] == [
        False,
        True,
        True,
        True,
    ]


def test_a_statement_takes_no_value():
    asked = question("statement")

    assert registry.of(asked).read(asked, Posted("x")) == {}
    assert registry.of(asked).check(asked, "x", CONTEXT) != ()


# --- files and members -------------------------------------------------------------------------------------------


def test_stored_files_are_taken():
    asked = question("file")

    assert registry.of(asked).check(asked, [FILE], CONTEXT) == ()
    assert registry.of(asked).display(asked, [FILE, FILE], "ja") == "通帳.pdf、通帳.pdf"


@pytest.mark.parametrize(
    ("keys", "value", "code"),
    [
        ({"max_files": 1}, [FILE, FILE], "too_many"),
        ({"accept": ["image"]}, [FILE], "wrong_type"),
        ({}, [{**FILE, "media_type": "text/html"}], "wrong_type"),
        ({}, [{**FILE, "digest": "../../etc/passwd"}], "wrong_shape"),
        ({}, [{**FILE, "size": 0}], "wrong_shape"),
        ({}, [{**FILE, "path": "/etc"}], "wrong_shape"),
        ({}, "file.pdf", "wrong_shape"),
        ({}, [], "wrong_shape"),
    ],
)
def test_files_that_may_not_be_there_are_refused(keys, value, code):
    asked = question("file", **keys)

    assert codes(registry.of(asked).check(asked, value, CONTEXT)) == [("", code)]


def test_a_photo_is_one_picture():
    asked = question("photo")

    assert "写真" in registry.of(asked).check(asked, [FILE], CONTEXT)[0].message
    assert registry.of(asked).check(asked, [{**FILE, "media_type": "image/jpeg"}], CONTEXT) == ()


def group(**keys):
    return question("group", questions=[{"id": "name", "kind": "text", "label": "名前"}], **keys)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ([{"_id": "m1"}], "too_few"),
        ([{"_id": f"m{n}"} for n in range(4)], "too_many"),
        ([{"_id": "m1"}, {"_id": "m1"}], "wrong_shape"),
        ([{"name": "x"}, {"_id": "m1"}], "wrong_shape"),
        ([{"_id": "M 1"}, {"_id": "m1"}], "wrong_shape"),
        ({"_id": "m1"}, "wrong_shape"),
        (["m1", "m2"], "wrong_shape"),
    ],
)
def test_members_have_ids_of_their_own_and_are_as_many_as_allowed(value, code):
    asked = group(min=2, max=3)

    assert codes(registry.of(asked).check(asked, value, CONTEXT)) == [("", code)]


def test_a_member_is_called_by_its_first_name():
    asked = group()

    assert registry.KINDS["group"].member_name(asked, {"_id": "m1", "name": "花子"}, "ja") == "花子"  # type: ignore[attr-defined]


def test_the_overlong_count_of_members_is_told():
    asked = group(max=1)

    assert "1件まで" in registry.of(asked).check(asked, [{"_id": "m1"}, {"_id": "m2"}], CONTEXT)[0].message


def test_nothing_ticked_is_no_answer():
    cleaned = answer(question("choices", options=OPTIONS))

    assert (cleaned.value, messages(cleaned)) == (None, "")
