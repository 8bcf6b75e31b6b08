"""A job that is done again, or by two workers at the same moment, tells nobody twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from madoguchi.applications import handlers
from madoguchi.applications.models import ProducedFile
from madoguchi.applications.tests.factories import NOW, TODAY, ApplicationFactory, DraftFactory
from madoguchi.common import kernel
from madoguchi.notices.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

ADDRESS = "hanako@example.jp"


def filed() -> Any:
    return handlers.after_filing, {"application": str(ApplicationFactory(email=ADDRESS).id)}


def decided() -> Any:
    application = ApplicationFactory(closed=True, email=ADDRESS)
    return handlers.after_decision, {"decision": str(application.decisions.get().id)}


def returned() -> Any:
    application = ApplicationFactory(returned=True, email=ADDRESS)
    return handlers.tell_correction, {"correction": str(application.corrections.get().id)}


def withdrawn() -> Any:
    application = ApplicationFactory(withdrawn=True, email=ADDRESS)
    return handlers.tell_withdrawal, {"application": str(application.id)}


def draft_that_ends_soon() -> Any:
    DraftFactory(email=ADDRESS, expires_at=NOW + timedelta(days=2))
    return handlers.look_after_drafts, {}


def correction_that_is_awaited() -> Any:
    application = ApplicationFactory(returned=True, email=ADDRESS)
    application.corrections.update(answer_by_on=TODAY + timedelta(days=1))
    return handlers.look_after_corrections, {}


OCCASIONS = [filed, decided, returned, withdrawn, draft_that_ends_soon, correction_that_is_awaited]


@pytest.mark.parametrize("occasion", OCCASIONS, ids=lambda occasion: occasion.__name__)
def test_a_job_that_is_done_again_tells_nobody_twice(occasion):
    handler, payload = occasion()

    for _ in range(2):
        handler(payload)

    assert Message.objects.filter(to_address=ADDRESS).count() == 1


@pytest.mark.parametrize("occasion", OCCASIONS, ids=lambda occasion: occasion.__name__)
def test_two_workers_with_the_same_job_tell_nobody_twice(occasion, monkeypatch):
    handler, payload = occasion()
    commit = kernel.commit

    def overtaken(unit: kernel.Unit) -> None:
        monkeypatch.setattr(kernel, "commit", commit)
        handler(payload)  # the other worker does the whole job before this one has written anything
        commit(unit)

    monkeypatch.setattr(kernel, "commit", overtaken)
    handler(payload)

    assert Message.objects.filter(to_address=ADDRESS).count() == 1
    assert ProducedFile.objects.count() == (occasion in (filed, decided))


def test_an_application_returned_twice_is_told_twice():
    application = ApplicationFactory(returned=True, email=ADDRESS)
    application.corrections.update(answered_at=NOW)
    first = application.corrections.get()
    second = type(first).objects.create(
        application=application,
        asked_at=NOW,
        answer_by_on=first.answer_by_on,
        asked_by=first.asked_by,
    )

    for correction in (first, second):
        handlers.tell_correction({"correction": str(correction.id)})

    assert Message.objects.filter(to_address=ADDRESS, purpose="correction").count() == 2
