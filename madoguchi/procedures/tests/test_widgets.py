"""The controls of every kind as a browser gets them."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.template import engines

from madoguchi.procedures.kinds import registry
from madoguchi.procedures.kinds.base import FieldError
from madoguchi.procedures.tests.building import CONTEXT, Posted, question

OPTIONS = [{"id": name, "label": f"選択肢{name}"} for name in "abc"]
QUESTIONS = {
    "text": question("text", hint="名前を入力してください。"),
    "long_text": question("long_text"),
    "person_name": question("person_name", autocomplete=True),
    "date": question("date", unknown_allowed=True, autocomplete=True),
    "address": question("address", autocomplete=True),
    "phone": question("phone", autocomplete=True),
    "email": question("email", autocomplete=True),
    "integer": question("integer", unit="通"),
    "decimal": question("decimal", unit="kg"),
    "yen": question("yen"),
    "choice": question("choice", options=OPTIONS),
    "long choice": question("choice", options=[{"id": f"o{n}", "label": f"{n}番"} for n in range(9)]),
    "choices": question("choices", options=OPTIONS),
    "yes_no": question("yes_no"),
    "bank_account": question("bank_account"),
    "insured_number": question("insured_number"),
    "corporate_number": question("corporate_number"),
    "vehicle_number": question("vehicle_number"),
    "file": question("file"),
    "photo": question("photo"),
    "map_point": question("map_point"),
    "declaration": question("declaration"),
}


class Page(HTMLParser):
    """The controls, labels and ids of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.controls: list[dict[str, Any]] = []
        self.labels: set[str] = set()
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found: dict[str, Any] = dict(attrs)
        if "id" in found:
            self.ids.append(found["id"])
        if tag in ("input", "select", "textarea") and found.get("type") != "hidden":
            self.controls.append(found)
        if tag == "label":
            self.labels.add(found.get("for", ""))

    def control(self, name: str) -> dict[str, Any]:
        return next(control for control in self.controls if control["name"] == name)


def shown(asked, raw=None, **keys) -> Page:
    return Page(html_of(asked, raw, **keys))


def html_of(asked, raw=None, **keys) -> str:
    module = engines["jinja2"].env.get_template("procedures/widgets.html").module  # type: ignore[attr-defined]
    return str(module.widget(asked, raw or {}, **keys))


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_every_control_has_a_name_an_id_of_its_own_and_a_label(name):
    page = shown(QUESTIONS[name])

    assert page.controls
    for control in page.controls:
        assert re.match(r"q\.q(\.[a-z_]+)?$", control["name"])
        assert control["id"].startswith("q-q")
        assert control["id"] in page.labels
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_whatever_part_is_wrong_the_error_leads_to_an_element_and_is_said_there(name):
    asked = QUESTIONS[name]
    kind = registry.of(asked)
    parts = {*kind.subfields(asked), ""} - {"account_type", "bank_code", "branch_code", "single"}

    for part in parts:
        html = html_of(
            asked, kind.raw_of(asked, kind.sample(asked)), errors=(FieldError(part, "直してください。"),)
        )
        page = Page(html)
        whole_choice = part == "" and kind.composite is False
        assert f"q-q-{part}" in page.ids if part else "q-q" in page.ids or whole_choice
        assert "直してください。" in html


@pytest.mark.parametrize("name", sorted(set(QUESTIONS) - {"file", "photo"}))
def test_what_is_shown_can_be_sent_back_unchanged(name):
    asked = QUESTIONS[name]
    kind = registry.of(asked)
    value = kind.sample(asked)

    posted = Posted()
    posted.fields = sent(html_of(asked, kind.raw_of(asked, value)))

    assert kind.clean(asked, kind.read(asked, posted), CONTEXT).value == value


def sent(html: str) -> dict[str, list[str]]:
    """What a browser without scripts sends for this piece of a form."""
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", html):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if attributes["type"] not in ("radio", "checkbox") or re.search(r"\schecked\b", tag):
            fields.setdefault(attributes["name"], []).append(attributes["value"])
    for name, inside in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', html, re.S):
        fields[name] = [inside]
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, re.S):
        chosen = re.findall(r'<option value="([^"]*)" selected', inside)
        fields[name] = chosen or re.findall(r'<option value="([^"]*)"', inside)[:1]
    return fields


@pytest.mark.parametrize(
    ("name", "field", "token"),
    [
        ("person_name", "q.q.family", "family-name"),
        ("person_name", "q.q.given", "given-name"),
        ("date", "q.q.year", "bday-year"),
        ("address", "q.q.postal_code", "postal-code"),
        ("phone", "q.q", "tel"),
        ("email", "q.q", "email"),
    ],
)
def test_a_question_about_the_applicant_lets_the_browser_fill_it_in(name, field, token):
    about_another = question(registry.of(QUESTIONS[name]).name)

    assert shown(QUESTIONS[name]).control(field)["autocomplete"] == token
    assert "autocomplete" not in shown(about_another).control(field)


def test_hint_and_error_are_tied_to_the_control():
    control = shown(QUESTIONS["text"], errors=(FieldError("", "入力してください。"),)).control("q.q")

    assert control["aria-describedby"] == "q-q-hint q-q-error"
    assert control["aria-invalid"] == "true"


def test_what_was_typed_is_escaped():
    html = html_of(QUESTIONS["text"], {"": '"><script>alert(1)</script>'})

    assert "<script>" not in html


def test_postal_code_and_towns_are_looked_up_by_buttons():
    html = html_of(QUESTIONS["address"])

    assert 'name="lookup.q"' in html
    assert 'name="lookup.q.towns"' in html
    assert "lookup." not in html_of(QUESTIONS["address"], prefix="q.3.")


def test_the_places_of_a_postal_code_are_radio_buttons():
    asked = QUESTIONS["address"]
    raw = registry.of(asked).read(asked, Posted(postal_code="4980000"))

    places = [control for control in shown(asked, raw).controls if control["name"] == "q.q.place"]

    assert [place["value"] for place in places] == ["愛知県|弥富市|", "三重県|桑名郡木曽岬町|", "other"]


def test_the_towns_of_the_city_are_a_list():
    asked = QUESTIONS["address"]
    posted = Posted()
    posted.fields["lookup.q.towns"] = ["1"]

    html = html_of(asked, registry.of(asked).read(asked, posted))

    assert '<option value="内丸">' in html
    assert Page(html).control("q.q.town")


def test_banks_that_fit_are_radio_buttons():
    asked = QUESTIONS["bank_account"]
    raw = registry.of(asked).read(asked, Posted(kind="bank", bank="岩"))

    page = shown(asked, raw, errors=(FieldError("bank_code", "選んでください。"),))

    assert "q-q-bank_code" in page.ids
    assert "0123" in [control["value"] for control in page.controls if control["name"] == "q.q.bank_code"]


def test_only_the_options_offered_now_are_shown():
    page = shown(QUESTIONS["choice"], offered={"a", "c"})

    assert [control["value"] for control in page.controls] == ["a", "c"]


def test_files_that_were_sent_can_be_taken_back():
    html = html_of(
        QUESTIONS["file"], sent=({"value": "q:abc", "name": "通帳.pdf", "size": 1000},), promise="PDFか写真"
    )

    assert 'value="q:abc"' in html
    assert "PDFか写真" in html


def test_what_the_city_computes_is_shown_and_not_sent():
    computed = question("yen", computed={"expression": "300"})

    page, html = shown(computed, {"": "300"}), html_of(computed, {"": "300"})

    assert page.controls == []
    assert "300円" in html


def test_a_statement_is_text_only():
    html = html_of(question("statement", hint="一行目\n二行目"))

    assert Page(html).controls == []
    assert "一行目<br>" in html


def test_notes_stand_under_the_control():
    assert "gmail.com" in html_of(QUESTIONS["email"], notes=(FieldError("", "gmail.comではありませんか。"),))


def test_two_prefixes_do_not_collide():
    page = shown(QUESTIONS["person_name"], prefix="q.3.")

    assert page.control("q.3.q.family")["id"] == "q-3-q-family"
