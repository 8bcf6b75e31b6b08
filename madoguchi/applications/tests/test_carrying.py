"""A draft whose procedure is published anew while it is being filled in."""

from __future__ import annotations

from typing import Any

import pytest

from madoguchi.applications import actions
from madoguchi.applications.models import Application, Draft
from madoguchi.applications.tests.conftest import NOW
from madoguchi.applications.tests.offers import asked, section, small
from madoguchi.applications.tests.visitor import Page, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

PROCEDURE = "residence-certificate"
RED, BLUE, GREEN = ({"id": c, "label": c} for c in ("red", "blue", "green"))


def colour(*options: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return asked("colour", "choice", options=list(options), **keys)


def at_check(*questions: dict[str, Any], typed: dict[str, str]) -> tuple[Visitor, Page]:
    """A visitor on the check page of a procedure with these questions."""
    small(section("main", *questions))
    visitor = Visitor()
    page = visitor.send(visitor.start(PROCEDURE), typed)
    assert page.path.endswith("/check/"), page.text
    return visitor, page


def test_new_wording_keeps_every_answer_and_asks_nothing_again():
    visitor, page = at_check(asked("name"), typed={"q.name": "太郎"})
    small(section("main", asked("name") | {"label": "お名前"}))

    page = visitor.open(page.path)

    assert "お名前" in page.text
    assert "太郎" in page.text
    assert "もう一度お答えください" not in page.text
    assert visitor.send(page).path.startswith("/filing/r/")


def test_a_version_published_before_sending_is_shown_before_anything_is_filed():
    visitor, page = at_check(asked("name"), typed={"q.name": "太郎"})
    new = small(section("main", asked("name") | {"label": "お名前"}))

    shown = visitor.send(page)
    assert shown.status == 409
    assert "まだ送っていません" in shown.text
    assert not Application.objects.exists()
    receipt = visitor.send(shown)

    assert receipt.path.startswith("/filing/r/")
    assert Application.objects.get().procedure_version.digest == new.digest


def test_a_question_with_other_options_is_asked_again_and_the_person_is_told():
    visitor, page = at_check(asked("name"), colour(RED, BLUE), typed={"q.name": "太郎", "q.colour": "red"})
    small(section("main", asked("name"), colour(RED, BLUE, GREEN)))

    page = visitor.open(page.path)
    assert "手続の内容が新しくなりました" in page.text
    assert not page.has_form
    page = visitor.open(next(link for link in page.links if "/s/main/?return=check" in link))
    assert ("q.colour", "red") in page.form().fields
    check = visitor.send(page)

    assert check.path.endswith("/check/")
    assert "もう一度お答えください" not in check.text
    assert visitor.send(check).path.startswith("/filing/r/")


def test_an_answer_that_is_no_longer_an_option_must_be_given_anew():
    visitor, page = at_check(colour(RED, BLUE), typed={"q.colour": "red"})
    small(section("main", colour(BLUE, GREEN)))
    page = visitor.open(page.path)
    assert not page.has_form

    page = visitor.open(next(link for link in page.links if "/s/main/?return=check" in link))
    page = visitor.send(page)
    assert page.status == 422
    check = visitor.send(page, {"q.colour": "green"})

    assert visitor.send(check).path.startswith("/filing/r/")
    assert Application.objects.get().answers == {"colour": "green"}


def test_nothing_is_filed_while_a_question_waits_to_be_answered_again():
    visitor, page = at_check(asked("name"), colour(RED, BLUE), typed={"q.name": "太郎", "q.colour": "red"})
    small(section("main", asked("name"), colour(RED, BLUE, GREEN)))
    visitor.send(page)

    refused = visitor.send(page)

    assert refused.status == 422
    assert "「colour」に、もう一度お答えください。" in refused.text
    assert any("/s/main/?return=check" in link for link in refused.links)
    assert not Application.objects.exists()


def test_an_optional_question_asked_again_may_be_left_empty():
    visitor, page = at_check(
        asked("name"), colour(RED, BLUE, required=False), typed={"q.name": "太郎", "q.colour": "red"}
    )
    small(section("main", asked("name"), asked("colour", "long_text", required=False)))
    visitor.open(page.path)
    assert Draft.objects.get().asked_again == ["colour"]

    main = visitor.open(page.path.replace("/check/", "/s/main/"))
    visitor.send(main)

    assert Draft.objects.get().asked_again == []
    assert Draft.objects.get().answers == {"name": "太郎"}


def test_a_question_asked_again_that_is_hidden_does_not_hold_the_filing_back():
    hidden = colour(RED, BLUE, GREEN, when={"question": "name", "is": "次郎"})
    visitor, page = at_check(asked("name"), colour(RED, BLUE), typed={"q.name": "太郎", "q.colour": "red"})
    small(section("main", asked("name"), hidden))

    check = visitor.open(page.path)

    assert "もう一度お答えください" not in check.text
    assert visitor.send(check).path.startswith("/filing/r/")
    assert Application.objects.get().answers == {"name": "太郎"}


def test_a_question_that_is_gone_takes_its_answer_along():
    visitor, page = at_check(asked("name"), asked("town"), typed={"q.name": "太郎", "q.town": "盛岡"})
    small(section("main", asked("name")))

    page = visitor.open(page.path)

    assert "盛岡" not in page.text
    assert Draft.objects.get().answers == {"name": "太郎"}


def test_a_new_question_is_missing_and_led_to():
    visitor, page = at_check(asked("name"), typed={"q.name": "太郎"})
    small(section("main", asked("name")), section("second", asked("town")))

    page = visitor.open(page.path)
    assert "まだ入力が終わっていない" in page.text
    check = visitor.send(
        visitor.open(next(link for link in page.links if "/s/second/?return" in link)), {"q.town": "盛岡"}
    )

    assert visitor.send(check).path.startswith("/filing/r/")


def test_a_members_question_is_asked_again_of_each_member():
    def group(*options: dict[str, Any]) -> dict[str, Any]:
        return section(
            "kids", asked("kids", "group", min=1, max=5, questions=[asked("child"), colour(*options)])
        )

    small(group(RED, BLUE))
    visitor = Visitor()
    page = visitor.send(visitor.start(PROCEDURE), {"q.child": "葵", "q.colour": "red"})
    check = visitor.send(page)
    small(group(RED, BLUE, GREEN))

    page = visitor.open(check.path)
    assert "手続の内容が新しくなりました" in page.text
    assert Draft.objects.get().asked_again == ["kids[m1].colour"]
    listing = visitor.open(next(link for link in page.links if "/s/kids/?return" in link))
    refused = visitor.send(listing)
    assert refused.status == 422
    check = visitor.send(visitor.open(next(x for x in listing.links if "/m/m1/" in x)), {"q.colour": "green"})

    assert Draft.objects.get().asked_again == []
    assert Draft.objects.get().answers["kids"] == [{"_id": "m1", "child": "葵", "colour": "green"}]


def test_what_waits_stays_waiting_through_another_version():
    visitor, page = at_check(colour(RED, BLUE), asked("town"), typed={"q.colour": "red", "q.town": "盛岡"})
    small(section("main", colour(RED, BLUE, GREEN), asked("town")))
    visitor.open(page.path)
    small(section("main", colour(RED, BLUE, GREEN), asked("town") | {"label": "町"}))

    visitor.open(page.path)

    assert Draft.objects.get().asked_again == ["colour"]


def test_a_draft_of_the_current_version_is_left_alone():
    at_check(asked("name"), typed={"q.name": "太郎"})
    draft = Draft.objects.get()

    assert actions.carry_to_current(draft=draft, now=NOW).version == draft.version
    assert Draft.objects.get().version == draft.version


def test_a_filed_application_stays_with_its_version():
    visitor, page = at_check(asked("name"), typed={"q.name": "太郎"})
    visitor.send(page)
    application = Application.objects.get()
    small(section("main", asked("name"), asked("town")))

    page = visitor.open(f"/status/{application.id}/")

    assert page.status == 200
    assert Application.objects.get().procedure_version_id == application.procedure_version_id
