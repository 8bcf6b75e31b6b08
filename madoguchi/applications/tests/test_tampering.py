"""Pages that were changed on their way: only what is asked is stored, only what counts is filed."""

from __future__ import annotations

import pytest

from madoguchi.applications.models import Application, Draft
from madoguchi.applications.tests.beginning import YES, begun
from madoguchi.applications.tests.offers import asked, section

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]


# --- tampering ----------------------------------------------------------------------------------------------


def test_fields_a_page_does_not_ask_are_not_stored():
    yearly = asked("yearly", "yen", computed={"expression": "rent * 12"})
    visitor, page = begun(
        section("main", asked("moved", "yes_no"), asked("town", when=YES), asked("rent", "yen"), yearly),
        section("second", asked("name")),
    )

    visitor.send(
        page,
        {
            "q.moved": "no",
            "q.rent": "100",
            "q.town": "滝沢",
            "q.yearly": "5",
            "q.name": "太郎",
            "q.nothing": "x",
            "shown": "moved town rent yearly name nothing",
        },
    )

    assert Draft.objects.get().answers == {"moved": "no", "rent": 100}


def test_an_answer_to_a_question_that_is_hidden_in_the_end_is_not_filed():
    visitor, page = begun(
        section("main", asked("moved", "yes_no")), section("where", asked("town"), when=YES)
    )
    first = page.path
    page = visitor.send(page, {"q.moved": "yes"})
    visitor.send(page, {"q.town": "滝沢"})

    visitor.send(visitor.send(visitor.open(first), {"q.moved": "no"}))

    assert Application.objects.get().answers == {"moved": "no"}


def test_an_option_nobody_offered_is_an_error():
    gold = {"id": "gold", "label": "金色", "when": {"question": "copies", "at_least": 5}}
    colour = asked("colour", "choice", options=[{"id": "red", "label": "赤色"}, gold])
    visitor, page = begun(section("main", asked("copies", "integer", max=9)), section("second", colour))
    page = visitor.send(page, {"q.copies": "4"})

    unknown = visitor.send(page, {"q.colour": "pink"})
    assert unknown.status == 422
    not_offered = visitor.send(unknown, {"q.colour": "gold"})
    assert not_offered.status == 422
    assert "q-colour-error" in not_offered.ids
    sent = visitor.post(f"/filing/d/{Draft.objects.get().id}/check/", not_offered.form().fields)

    assert sent.status == 422
    assert not Application.objects.exists()


def test_a_page_that_pretends_to_have_shown_less_is_asked_the_rest():
    visitor, page = begun(section("main", asked("name"), asked("town")))

    page = visitor.send(page, {"q.name": "太郎", "shown": "name"})

    assert page.status == 200
    assert "質問を追加しました" in page.text
    assert "q.town" in page.form().names
