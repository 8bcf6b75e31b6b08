"""Mails about a filing: what happened and where to look, in the language of the filing, never an answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from madoguchi.applications import mails
from madoguchi.applications.models import Application, Draft
from madoguchi.applications.secrets import receipt_secret
from madoguchi.applications.tests.conftest import NOW
from madoguchi.applications.tests.factories import ApplicationFactory, DraftFactory, answers_of, department_of
from madoguchi.applications.tests.offers import asked, section, small
from madoguchi.common import kernel
from madoguchi.common.ids import grouped
from madoguchi.notices.compose import WIDTH, columns_of
from madoguchi.notices.models import Message
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.models import Procedure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]


def written(write: Callable[[kernel.Unit], None]) -> Message:
    """The mail that was written."""
    unit = kernel.Unit()
    write(unit)
    kernel.commit(unit)
    return Message.objects.get()


def case(**fields: Any) -> Application:
    return ApplicationFactory(**({"email": "hanako@example.jp"} | fields))


def of_every_kind() -> list[tuple[str, Callable[[], Callable[[kernel.Unit], None]]]]:
    """Every mail of this room, with what it is about."""

    def received() -> Callable[[kernel.Unit], None]:
        return lambda unit: mails.received(unit, case(), now=NOW)

    def correction() -> Callable[[kernel.Unit], None]:
        asked = case(returned=True).corrections.get()
        return lambda unit: mails.correction_asked(unit, asked, now=NOW)

    def awaited() -> Callable[[kernel.Unit], None]:
        asked = case(returned=True).corrections.get()
        return lambda unit: mails.answer_awaited(unit, asked, now=NOW)

    def decided() -> Callable[[kernel.Unit], None]:
        decision = case(closed=True).decisions.get()
        return lambda unit: mails.decided(unit, decision, now=NOW)

    def withdrawn() -> Callable[[kernel.Unit], None]:
        taken_back = case(withdrawn=True)
        return lambda unit: mails.withdrawn(unit, taken_back, now=NOW)

    def expiry() -> Callable[[kernel.Unit], None]:
        draft = DraftFactory(
            email="hanako@example.jp", answers=answers_of(), expires_at=NOW + timedelta(days=3)
        )
        department_of(draft.procedure_version)
        return lambda unit: mails.expiry_near(unit, draft, now=NOW)

    makers = (received, correction, awaited, decided, withdrawn, expiry)
    return [(maker.__name__, maker) for maker in makers]


@pytest.mark.parametrize(("name", "make"), of_every_kind())
def test_a_mail_holds_no_answer_of_the_filing(name, make):
    message = written(make())

    text = message.subject + message.body
    for answer in ("髙橋", "花子", "1990", "勤務先", "お手数", "引っ越すことになった"):
        assert answer not in text, name
    assert message.to_address == "hanako@example.jp"


@pytest.mark.parametrize(("name", "make"), of_every_kind())
def test_a_mail_says_who_writes_where_to_look_and_what_it_is_about(name, make):
    message = written(make())

    assert message.subject.startswith("【盛岡市】")
    assert "児童手当の認定請求" in message.subject
    assert "盛岡市 子ども青少年課" in message.body
    assert "019-000-1000" in message.body
    assert "返信されてもお答えできません" in message.body
    assert ("/filing/resume/" if name == "expiry" else "/status/") in message.body
    assert message.about.split(":")[0] == ("draft" if name == "expiry" else "application")


@pytest.mark.parametrize(("name", "make"), of_every_kind())
def test_lines_fit_on_a_small_screen(name, make):
    body = written(make()).body

    assert [line for line in body.splitlines() if columns_of(line) > WIDTH * 2 and "\x02" not in line] == []


def test_the_receipt_is_mailed_with_number_and_secret():
    application = case()

    body = written(lambda unit: mails.received(unit, application, now=NOW)).body

    assert grouped(application.receipt_number) in body
    definition = procedures.definition_of(application.procedure_version_id)
    assert definition.outputs.next_steps.splitlines()[0][:15] in body
    assert grouped(receipt_secret(application.id)) not in Message.objects.get().subject


def test_later_mails_do_not_repeat_the_secret():
    application = case(closed=True)

    body = written(lambda unit: mails.decided(unit, application.decisions.get(), now=NOW)).body

    assert grouped(application.receipt_number) in body
    assert grouped(receipt_secret(application.id)) not in body


@pytest.mark.parametrize(("language", "word"), [("en", "Receipt number"), ("ja-easy", "受付番号")])
def test_a_mail_is_written_in_the_language_of_the_filing(language, word):
    message = written(lambda unit: mails.received(unit, case(language=language), now=NOW))

    assert message.language == language
    assert word in message.body


@pytest.mark.parametrize("address", ["", "no address", "a@b\nBcc: all@example.jp", "x" * 300 + "@example.jp"])
def test_without_a_usable_address_there_is_no_mail_and_no_fault(address):
    unit = kernel.Unit()
    mails.received(unit, case(email=address[:254]), now=NOW)

    assert unit.statements == []


def test_a_reminder_says_when_the_draft_ends():
    draft: Draft = DraftFactory(email="hanako@example.jp", expires_at=NOW + timedelta(days=3))

    body = written(lambda unit: mails.expiry_near(unit, draft, now=NOW)).body

    assert "2026年11月26日（令和8年）" in body
    assert draft.resume_code not in body


def test_a_very_long_name_of_a_procedure_is_cut_in_the_subject_alone():
    small(section("main", asked("name")), title="と" * 190 + "届", current_name="長" * 200)
    draft = DraftFactory(procedure_version=Procedure.objects.get().current, email="hanako@example.jp")

    message = written(lambda unit: mails.expiry_near(unit, draft, now=NOW))

    assert len(message.subject) == 200
    assert message.body.replace("\n", "").count("長") == 200
