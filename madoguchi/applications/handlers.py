"""What follows from filings and decisions: papers, mails, reminders, forgetting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from madoguchi.applications import actions, letters, mails, produced
from madoguchi.applications.models import Application, Correction, Decision, Draft, ProducedFile, Status
from madoguchi.common import clock, jobs, kernel

REMIND_BEFORE = timedelta(days=5)
REMIND_CORRECTION_BEFORE = timedelta(days=3)
AT_ONCE = 200


@jobs.handler("applications.after_filing")
def after_filing(payload: Mapping[str, Any]) -> None:
    """Make the copy and mail the receipt. Done once: the row of the copy tells."""
    application = Application.objects.get(id=payload["application"])
    if ProducedFile.objects.filter(application=application, kind=produced.COPY).exists():
        return
    now = clock.now()
    unit = kernel.Unit()
    content = letters.filing_copy(application).render()
    produced.keep(unit, application, produced.COPY, "", content, now=now)
    mails.received(unit, application, now=now)
    kernel.commit(unit)


@jobs.handler("applications.after_decision")
def after_decision(payload: Mapping[str, Any]) -> None:
    """Make the letter, keep it, and tell the resident."""
    decision = Decision.objects.select_related("application").get(id=payload["decision"])
    application = decision.application
    if ProducedFile.objects.filter(
        application=application, kind=produced.NOTICE, subject_id=str(decision.id)
    ).exists():
        return
    now = clock.now()
    unit = kernel.Unit()
    content = letters.restored(decision.notice).render()
    digest = produced.keep(unit, application, produced.NOTICE, str(decision.id), content, now=now)
    unit.update(Decision, where={"id": decision.id}, set={"notice_digest": digest})
    mails.decided(unit, application, now=now)
    kernel.commit(unit)


@jobs.handler("applications.tell_correction")
def tell_correction(payload: Mapping[str, Any]) -> None:
    """Mail that something is to be put right."""
    correction = Correction.objects.select_related("application").get(id=payload["correction"])
    unit = kernel.Unit()
    mails.correction_asked(unit, correction, now=clock.now())
    if unit.statements:
        kernel.commit(unit)


@jobs.handler("applications.tell_withdrawal")
def tell_withdrawal(payload: Mapping[str, Any]) -> None:
    """Mail that the application was taken back."""
    application = Application.objects.get(id=payload["application"])
    unit = kernel.Unit()
    mails.withdrawn(unit, application, now=clock.now())
    if unit.statements:
        kernel.commit(unit)


@jobs.handler("applications.look_after_drafts", every=timedelta(hours=1))
def look_after_drafts(payload: Mapping[str, Any]) -> None:
    """Remind of drafts that end soon, forget those whose time is over."""
    now = clock.now()
    soon = Draft.objects.filter(
        expires_at__gt=now, expires_at__lte=now + REMIND_BEFORE, reminded_at=None
    ).exclude(email="")
    for draft in soon.order_by("expires_at")[:AT_ONCE]:
        unit = kernel.Unit()
        mails.expiry_near(unit, draft, now=now)
        guard = {"id": draft.id, "reminded_at": None}
        unit.update(Draft, where=guard, set={"reminded_at": now}, expect=None)
        kernel.commit(unit)
    for draft in Draft.objects.filter(expires_at__lte=now).order_by("expires_at")[:AT_ONCE]:
        actions.discard(draft=draft)


@jobs.handler("applications.look_after_corrections", every=timedelta(hours=6))
def look_after_corrections(payload: Mapping[str, Any]) -> None:
    """Remind of corrections whose day is near; once each."""
    now = clock.now()
    last_day = clock.tokyo_date(now + REMIND_CORRECTION_BEFORE)
    waiting = Correction.objects.select_related("application").filter(
        answered_at=None, reminded_at=None, answer_by_on__lte=last_day, application__status=Status.RETURNED
    )
    for correction in waiting.order_by("answer_by_on")[:AT_ONCE]:
        unit = kernel.Unit()
        mails.answer_awaited(unit, correction, now=now)
        guard = {"id": correction.id, "reminded_at": None}
        unit.update(Correction, where=guard, set={"reminded_at": now}, expect=None)
        kernel.commit(unit)
