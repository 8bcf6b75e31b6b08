"""Extending the due day of an open case: by its holder, with a reason, told in a letter, within what the law leaves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from madoguchi.applications import actions, handlers, letters, mails, produced, queries
from madoguchi.applications.actions import extension as extending
from madoguchi.applications.actions.decision import NUMBER_ATTEMPTS, NumberTaken, next_document_number
from madoguchi.applications.errors import ChangedMeanwhile, DayOutOfRange, NotAllowed, ReasonMissing
from madoguchi.applications.letters import document_prefix
from madoguchi.applications.models import Application, CaseEvent, Extension, ProducedFile, Status
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.factories import (
    ApplicationFactory,
    DecisionFactory,
    DocumentCounterFactory,
    ExtensionFactory,
    SecondLookRequestFactory,
    answers_of,
    department_of,
    offered,
    somebody,
)
from madoguchi.common import clock, kernel
from madoguchi.common.models import Job
from madoguchi.notices.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

REASON = "現地の調査に日時を要するため。"


@pytest.fixture
def case() -> Application:
    return ApplicationFactory(in_review=True, email="hanako@example.jp")


@pytest.fixture
def limited() -> Application:
    """A case whose definition lets its statutory 30 days be extended by 30 days altogether."""
    version = offered("all_kinds")
    return ApplicationFactory(in_review=True, procedure_version=version, answers=answers_of("all_kinds"))


def made(trait: str) -> Application:
    """A case that stands at `trait`."""
    traits: dict[str, Any] = {trait: True}
    return ApplicationFactory(**traits)


def extend(case: Application, days: int = 28, **changes: Any) -> Extension:
    assert case.due_on is not None
    to_on = case.due_on + timedelta(days=days)
    given: dict[str, Any] = {"to_on": to_on, "reason": REASON, "by": case.holder, "now": NOW}
    return actions.extend(application=case, **(given | changes))


def test_the_day_moves_in_one_unit_with_letter_event_and_job(case: Application) -> None:
    before, version = case.due_on, case.version

    extension = extend(case, 28)

    assert before is not None
    assert (case.due_on, case.version) == (before + timedelta(days=28), version + 1)
    assert case.status == Status.IN_REVIEW
    assert (extension.from_on, extension.to_on, extension.days) == (before, case.due_on, 28)
    event = CaseEvent.objects.get(kind="extend")
    assert event.actor == case.holder
    assert event.detail["reason"] == REASON
    assert Job.objects.get(kind="applications.after_extension").payload == {"extension": str(extension.id)}


def test_the_letter_says_why_until_when_by_what_law_and_is_kept_word_for_word(limited: Application) -> None:
    extension = extend(limited, 14)

    stored = Extension.objects.get()
    letter = letters.restored(stored.notice)
    assert letter == letters.extension_notice(limited, extension)
    assert letter.number == extension.document_number
    assert letter.reason == (REASON,)
    facts = {row.label: row.answer for row in letter.facts}
    assert facts["延長の根拠"] == "見本の規則 第2条"
    assert facts["処理の見込みの日"] in "".join(letter.body)


@pytest.mark.parametrize("trait", ["returned", "proposed"])
def test_a_case_that_waits_for_an_answer_or_a_decision_is_still_extended(trait: str) -> None:
    case = made(trait)

    extend(case)

    assert Extension.objects.count() == 1


@pytest.mark.parametrize("trait", ["closed", "withdrawn"])
def test_nothing_is_extended_after_the_end(trait: str) -> None:
    case = made(trait)

    with pytest.raises(NotAllowed):
        extend(case)


def test_only_the_holder_or_a_head_extends(case: Application) -> None:
    department = department_of(case.procedure_version)
    second = somebody("officer", department, display_name="山本 実")

    with pytest.raises(NotAllowed):
        extend(case, by=second)
    extend(case, by=somebody("head", department))

    assert Extension.objects.count() == 1


def test_a_case_without_a_due_day_has_nothing_to_extend() -> None:
    case = ApplicationFactory(in_review=True, due_on=None)

    assert case.holder is not None

    with pytest.raises(NotAllowed):
        actions.extend(application=case, to_on=date(2027, 1, 29), reason=REASON, by=case.holder, now=NOW)


def test_a_reason_is_stated(case: Application) -> None:
    with pytest.raises(ReasonMissing):
        extend(case, reason=" \n")


@pytest.mark.parametrize("days", [-5, 0, 500])
def test_the_new_day_lies_behind_the_present_one(case: Application, days: int) -> None:
    with pytest.raises(DayOutOfRange):
        extend(case, days)


def test_extensions_together_keep_to_the_most_of_the_definition(limited: Application) -> None:
    with pytest.raises(DayOutOfRange):
        extend(limited, 40)
    extend(limited, 20)
    with pytest.raises(DayOutOfRange):
        extend(limited, 20)
    extend(limited, 10)

    with pytest.raises(NotAllowed):
        extend(limited, 1)
    assert sum(row.days for row in queries.extensions_of(limited)) == 30


def test_a_second_look_has_the_whole_extension_of_the_law_again_and_shows_none_of_before(
    limited: Application,
) -> None:
    extend(limited, 30)
    assert queries.extension_days(limited, today=clock.today()) is None
    decision = DecisionFactory(application=limited, kind="granted")
    SecondLookRequestFactory(
        application=limited, decision=decision, entered_at=clock.now() + timedelta(minutes=1)
    )

    assert queries.extensions_now(limited) == []
    assert len(queries.extensions_of(limited)) == 1
    days = queries.extension_days(limited, today=clock.today())
    assert days is not None
    assert limited.due_on is not None
    assert days[1] >= limited.due_on + timedelta(days=30)


def test_of_two_at_once_one_is_refused(case: Application) -> None:
    other = Application.objects.get(id=case.id)
    extend(case)

    with pytest.raises(ChangedMeanwhile):
        extend(other)
    assert Extension.objects.count() == 1


def test_a_number_that_another_case_took_is_followed_by_the_next(
    case: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    DocumentCounterFactory(id=f"{document_prefix(case.department_code)}:2026", last=7)
    real = next_document_number
    taken: list[str] = []

    def overtaken(unit: kernel.Unit, code: str, today: date) -> str:
        number = real(unit, code, today)
        if not taken:
            taken.append(number)
            other = kernel.Unit()
            real(other, code, today)
            kernel.commit(other)
        return number

    monkeypatch.setattr(extending, "next_document_number", overtaken)

    assert extend(case).document_number.endswith("-9号")


def test_when_every_number_is_taken_nothing_is_written(
    case: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def refused(*_args: object) -> None:
        tried.append(1)
        raise NumberTaken

    monkeypatch.setattr(extending, "commit_case", refused)

    with pytest.raises(NumberTaken):
        extend(case)
    assert (len(tried), Extension.objects.count()) == (NUMBER_ATTEMPTS, 0)


def test_the_database_keeps_that_an_extension_states_its_reason(case: Application) -> None:
    assert case.holder is not None
    extension = extending.drafted(
        case, to_on=date(2027, 1, 29), reason="", number="盛子ど第8-1号", by=case.holder, now=NOW
    )

    with pytest.raises(IntegrityError):
        extension.save()


def test_an_extension_is_never_changed(case: Application) -> None:
    extend(case)
    unit = kernel.Unit()

    with pytest.raises(kernel.AppendOnly):
        unit.update(Extension, where={}, set={"reason": "別の理由"})


def test_the_letter_is_made_and_the_resident_told_once(
    case: Application, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> None:
    settings.FILES_URL = f"file://{tmp_path}"
    monkeypatch.setattr("madoguchi.common.pdf.documents.Paper.render", lambda self: b"%PDF-1.7 a paper")
    extension = extend(case)

    for _ in range(2):
        handlers.after_extension({"extension": str(extension.id)})

    assert ProducedFile.objects.get().kind == produced.EXTENSION
    assert produced.extension_pdf(extension) == b"%PDF-1.7 a paper"
    message = Message.objects.get()
    assert message.purpose == "extension"
    assert REASON not in message.body
    assert "までに終わる見込みです" in message.body


def test_the_mail_is_in_the_language_of_the_filing(set_clock: SetClock) -> None:
    extension = ExtensionFactory(
        application=ApplicationFactory(in_review=True, email="hanako@example.jp", language="en")
    )
    unit = kernel.Unit()

    mails.extended(unit, extension, now=NOW)
    kernel.commit(unit)

    assert "We expect to finish by" in Message.objects.get().body


@pytest.mark.slow
def test_the_letter_can_be_printed(case: Application) -> None:
    assert produced.extension_pdf(extend(case)).startswith(b"%PDF")
