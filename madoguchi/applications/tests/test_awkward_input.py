"""Input as people and attackers send it: rare characters, odd dates, enormous fields; and where none of it may appear."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

import pytest

from madoguchi.applications import handlers, letters
from madoguchi.applications.models import Application, Draft
from madoguchi.applications.tests.offers import asked, section, small
from madoguchi.applications.tests.returned import looking_at, send_back_to_resident
from madoguchi.applications.tests.visitor import Page, Visitor
from madoguchi.common.models import Job
from madoguchi.common.pdf.tests.reading import text_of
from madoguchi.notices.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

PROCEDURE = "residence-certificate"
NAME = asked("name", "person_name", prefill={"from": "applicant.name"})
MAIL = asked("mail", "email", required=False, prefill={"from": "applicant.email"})
RARE = {"family": "𠮷髙﨑", "given": "辻\U000e0100子", "family_kana": "ヨシタカサキ", "given_kana": "ツジコ"}


def named(page: Page, name: dict[str, str]) -> dict[str, str]:
    """The fields of a name."""
    return {f"q.name.{part}": text for part, text in name.items()}


def begun(*questions: dict[str, Any]) -> tuple[Visitor, Page]:
    """A visitor on a page with these questions."""
    small(section("main", *questions))
    visitor = Visitor()
    return visitor, visitor.start(PROCEDURE)


@pytest.mark.slow
def test_rare_characters_arrive_everywhere_as_they_were_typed():
    visitor, page = begun(NAME, MAIL)
    check = visitor.send(page, named(page, RARE) | {"q.mail": "taro@example.jp"})
    assert "𠮷髙﨑 辻\U000e0100子" in check.text
    visitor.send(check)

    application = Application.objects.get()
    handlers.after_filing({"application": str(application.id)})
    copy = letters.filing_copy(application).render()

    assert application.answers["name"] == RARE
    assert application.applicant_name == "𠮷髙﨑 辻\U000e0100子"
    printed = text_of(copy)
    for character in "𠮷髙﨑辻":
        assert character in printed
    assert "辻" not in Message.objects.get().body  # mails hold no answers


def test_readings_in_half_width_kana_and_hiragana_become_katakana():
    visitor, page = begun(NAME)

    visitor.send(page, named(page, RARE | {"family_kana": "ﾖｼﾀﾞ", "given_kana": "つじこ"}))

    stored = Draft.objects.get().answers["name"]
    assert (stored["family_kana"], stored["given_kana"]) == ("ヨシダ", "ツジコ")


def test_an_emoji_in_a_name_is_refused_and_shown_again():
    visitor, page = begun(NAME)

    page = visitor.send(page, named(page, RARE | {"given": "花子😀"}))

    assert page.status == 422
    assert page.form().value("q.name.given") == "花子😀"
    assert "q-name-given-error" in page.ids


def test_a_name_of_ten_thousand_characters_is_refused_with_its_length_and_stores_little():
    visitor, page = begun(NAME)

    page = visitor.send(page, named(page, RARE | {"family": "森" * 10_000}))

    assert page.status == 422
    assert "q-name-family-error" in page.ids
    assert "name" not in Draft.objects.get().answers
    assert len(str(Draft.objects.get().typed)) < 2000


def test_a_null_byte_is_refused_and_nothing_is_stored():
    visitor, page = begun(asked("name"))

    page = visitor.send(page, {"q.name": "太\x00郎"})

    assert page.status == 400
    assert Draft.objects.get().answers == {}


def test_markup_is_shown_as_text_everywhere():
    visitor, page = begun(asked("name"), asked("mail", "email"))
    script = "<script>alert('1')</script>\"'&"

    page = visitor.send(page, {"q.name": script, "q.mail": "x"})
    assert "<script>alert" not in page.html
    assert page.form().value("q.name") == script
    check = visitor.send(page, {"q.mail": "taro@example.jp"})

    assert "<script>alert" not in check.html
    assert script in check.text


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ({"year": "2024", "month": "2", "day": "29"}, "2024-02-29"),
        ({"era": "showa", "year": "64", "month": "1", "day": "7"}, "1989-01-07"),
        ({"era": "heisei", "year": "元", "month": "1", "day": "8"}, "1989-01-08"),
        ({"year": "昭和64年1月7日", "month": "", "day": ""}, "1989-01-07"),
        ({"era": "reiwa", "year": "８", "month": "１１", "day": "２３"}, "2026-11-23"),
    ],
)
def test_days_of_every_calendar_are_understood(typed, stored):
    visitor, page = begun(asked("day", "date"))

    page = visitor.send(page, {f"q.day.{part}": text for part, text in typed.items()})

    assert page.path.endswith("/check/"), page.text
    assert Draft.objects.get().answers == {"day": stored}


@pytest.mark.parametrize(
    "typed",
    [
        {"year": "2023", "month": "2", "day": "29"},
        {"era": "showa", "year": "64", "month": "1", "day": "8"},
        {"era": "showa", "year": "65", "month": "1", "day": "1"},
        {"year": "2024", "month": "13", "day": "1"},
        {"year": "二千", "month": "x", "day": "-1"},
    ],
)
def test_days_that_never_were_are_asked_again_as_typed(typed):
    visitor, page = begun(asked("day", "date"))

    page = visitor.send(page, {f"q.day.{part}": text for part, text in typed.items()})

    assert page.status == 422
    assert page.form().value("q.day.year") == typed["year"]
    assert page.form().value("q.day.day") == typed["day"]
    assert Draft.objects.get().answers == {}


def test_odd_fields_do_no_harm():
    visitor, page = begun(
        asked("colour", "choice", options=[{"id": "red", "label": "赤"}]), asked("days", "date")
    )
    fields = page.form().fields

    for extra in (
        [("q.colour", "red"), ("q.colour", "blue")],
        [("q.colour.x.y", "red"), ("q..", ""), ("q.", "x"), ("lookup.", "1"), ("lookup.colour", "1")],
        [("q.days", "2026-01-01"), ("q.days.year", "9" * 4000)],
        [("shown", " ".join(["x"] * 500)), ("seen", "x" * 5000), ("return", "nowhere")],
    ):
        assert visitor.post(page.path, [*fields, *extra]).status in (200, 409, 422)


def test_more_fields_than_a_page_can_have_are_refused():
    visitor, page = begun(asked("name"))

    page = visitor.post(page.path, [*page.form().fields, *((f"q.{n}", "x") for n in range(2100))])

    assert page.status == 413


# --- where personal data may not appear ----------------------------------------------------------------------


MARKER = "秘密野"


@pytest.mark.slow
def test_names_stand_in_no_address_no_log_and_no_job(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    visitor, page = begun(NAME, MAIL, asked("copies", "integer", max=9))
    name = RARE | {"family": MARKER}
    page = visitor.send(page, named(page, name) | {"q.mail": "taro@example.jp", "q.copies": "x"})
    assert page.status == 422
    check = visitor.send(page, {"q.copies": "1"})
    visitor.send(visitor.open(check.path.replace("check/", "keep/")), {"email": "taro@example.jp"})
    visitor.send(visitor.open(check.path))
    application = Application.objects.get()
    send_back_to_resident(application, "name")
    visitor, page = looking_at(application, visitor)
    page = visitor.open(f"/status/{application.id}/correction/")
    visitor.send(page, {"q.1.name.family": MARKER + "1"})
    visitor.send(page, {"q.1.name.family": MARKER})
    visitor.send(visitor.open(f"/status/{application.id}/withdraw/"), {"reason": f"{MARKER}です"})
    for job in Job.objects.filter(kind__startswith="applications."):
        handlers_of(job)

    assert not any(MARKER in urlsplit(path).geturl() for path in visitor.paths)
    assert all(MARKER not in record.getMessage() for record in caplog.records)
    assert all(MARKER not in str(job.payload) for job in Job.objects.all())
    assert all(MARKER not in message.subject + message.body for message in Message.objects.all())
    assert MARKER not in str(application)
    assert MARKER not in visitor.client.cookies.output()


def handlers_of(job: Job) -> None:
    """Do a job as a worker does."""
    getattr(handlers, job.kind.removeprefix("applications."))(job.payload)


def test_a_page_that_is_not_there_repeats_nothing_that_was_sent():
    visitor, page = begun(asked("name"))

    page = visitor.post("/filing/nothing/here/", [*page.form().fields[:1], ("q.name", MARKER)])

    assert page.status == 404
    assert MARKER not in page.html
