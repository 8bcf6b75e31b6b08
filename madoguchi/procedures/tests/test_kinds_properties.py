"""What every kind promises: a value can be typed again, showing never fails, checking never fails."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from madoguchi.procedures.kinds import registry
from madoguchi.procedures.tests.building import CONTEXT, Posted, question

pytestmark = pytest.mark.slow

OPTIONS = [{"id": name, "label": f"選択肢{name}"} for name in ("a", "b", "c")]
QUESTIONS = {
    "text": question("text"),
    "katakana": question("text", characters="katakana"),
    "digits": question("text", characters="digits"),
    "long_text": question("long_text"),
    "person_name": question("person_name"),
    "date": question("date"),
    "unknown date": question("date", unknown_allowed=True),
    "address": question("address"),
    "phone": question("phone"),
    "email": question("email"),
    "integer": question("integer", min=-1000),
    "decimal": question("decimal", min=-1000, places=4),
    "yen": question("yen"),
    "choice": question("choice", options=OPTIONS),
    "choices": question("choices", options=OPTIONS),
    "yes_no": question("yes_no"),
    "bank_account": question("bank_account", account_types=["ordinary", "current", "savings"]),
    "insured_number": question("insured_number"),
    "corporate_number": question("corporate_number"),
    "vehicle_number": question("vehicle_number"),
    "file": question("file"),
    "photo": question("photo"),
    "map_point": question("map_point"),
    "slot": question("slot", stock="rooms"),
    "group": question("group", questions=[{"id": "inner", "kind": "text", "label": "中"}]),
    "declaration": question("declaration"),
    "statement": question("statement"),
}
FORMS = sorted(name for name, asked in QUESTIONS.items() if registry.of(asked).set_by_form)
EVERYTHING = sorted(QUESTIONS)

scraps = st.text(max_size=30) | st.sampled_from(
    [
        "",
        "盛岡",
        "もりおか",
        "ﾓﾘｵｶ",
        "０２０-８５３０",
        "12",
        "昭和",
        "令和8年11月23日",
        "taro@example.jp",
        "あ" * 600,
        "\ud800",
        "😀",
    ]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("2023-02-29"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


class Typed:
    """A page on which anything at all was typed."""

    def __init__(self, values: dict[str, str]) -> None:
        self.values = values

    def getlist(self, key: str) -> list[str]:
        return [self.values[key]] if key in self.values else []


@pytest.mark.parametrize("name", FORMS)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_whatever_is_typed_gives_a_sound_value_or_says_what_is_wrong(name, data):
    asked = QUESTIONS[name]
    kind = registry.of(asked)
    parts = kind.subfields(asked)
    typed = {f"q.q.{part}" if part else "q.q": data.draw(scraps) for part in parts}

    raw = kind.read(asked, Typed(typed))
    cleaned = kind.clean(asked, raw, CONTEXT)

    json.dumps(raw)
    assert {error.subfield for error in cleaned.errors} <= {*parts, "", "bank_code", "branch_code"}
    assert all("。" in error.message for error in cleaned.errors)
    if cleaned.value is not None and not cleaned.errors:
        assert kind.check(asked, cleaned.value, CONTEXT) == ()
        again = kind.clean(asked, kind.raw_of(asked, cleaned.value), CONTEXT)
        assert (again.value, again.errors) == (cleaned.value, ())


@pytest.mark.parametrize("name", EVERYTHING)
@given(number=st.integers(0, 500))
@settings(max_examples=25, deadline=None)
def test_a_sample_is_valid_can_be_typed_again_and_fits_the_schema(name, number):
    asked = QUESTIONS[name]
    kind = registry.of(asked)
    value = kind.sample(asked, number)
    if not kind.has_value:
        return

    assert kind.check(asked, value, CONTEXT) == ()
    assert kind.clean(asked, kind.raw_of(asked, value), CONTEXT).value == value
    assert kind.display(asked, value, "ja")
    Draft202012Validator(kind.json_schema(asked)).validate(value)


@pytest.mark.parametrize("name", EVERYTHING)
@given(value=anything)
@settings(max_examples=60, deadline=None)
def test_nothing_that_could_be_stored_makes_checking_or_showing_fail(name, value):
    asked = QUESTIONS[name]
    kind = registry.of(asked)

    for lang in ("ja", "en", "ja-easy"):
        assert isinstance(kind.display(asked, value, lang), str)
    kind.raw_of(asked, value)
    kind.notes(asked, value, CONTEXT)
    if not kind.check(asked, value, CONTEXT) and kind.has_value:
        Draft202012Validator(kind.json_schema(asked)).validate(value)


@given(day=st.dates(date(1873, 1, 1), date(9999, 12, 31)))
def test_every_day_of_the_calendar_can_be_typed_again(day):
    asked = QUESTIONS["date"]
    kind = registry.of(asked)

    assert kind.clean(asked, kind.raw_of(asked, day.isoformat()), CONTEXT).value == day.isoformat()


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_kind_has_its_schema_its_paper_and_a_word_for_missing(name):
    asked = QUESTIONS[name]
    kind = registry.of(asked)

    Draft202012Validator.check_schema(kind.json_schema(asked))
    assert all(box.label for box in kind.paper(asked))
    assert kind.missing(asked, "ja").message.endswith("。")
    assert kind.fingerprint(asked) == kind.fingerprint(asked)
    hash(kind.fingerprint(asked))


@pytest.mark.parametrize("name", FORMS)
def test_an_empty_page_is_empty(name):
    asked = QUESTIONS[name]
    kind = registry.of(asked)
    raw = kind.read(asked, Posted())

    assert kind.is_empty(asked, raw)
    assert kind.clean(asked, raw, CONTEXT).value is None
