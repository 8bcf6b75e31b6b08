"""What follows from filings and decisions: papers, mails, reminders, forgetting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Model, Q, QuerySet

from madoguchi.applications import actions, durations, letters, mails, produced, queries
from madoguchi.applications.actions import bulk, hand_over_many, routing
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.models import (
    AnswerEdit,
    Application,
    Correction,
    Decision,
    Draft,
    Extension,
    HandOverOrder,
    Message,
    ProducedFile,
    Status,
)
from madoguchi.common import clock, jobs, kernel
from madoguchi.common.files.configured import configured
from madoguchi.common.files.folder import FolderStore
from madoguchi.identity.models import Staff
from madoguchi.notices.actions import AlreadyTold
from madoguchi.procedures import queries as procedures

REMIND_BEFORE = timedelta(days=5)
REMIND_CORRECTION_BEFORE = timedelta(days=3)
AT_ONCE = 200
SECONDS_FOR_ALL = 60.0
# What was stored within a day may belong to a page that is being filled in, or to a row that is being written.
FILE_GRACE = timedelta(days=1)
DIGESTS_AT_ONCE = 500

T = TypeVar("T")
R = TypeVar("R", bound=Model)

log = logging.getLogger("madoguchi.applications")


@jobs.handler(bulk.JOB)
def go_on_in_bulk(payload: Mapping[str, Any]) -> None:
    """Look at, do or undo the cases of a bulk run, for a minute at a time."""
    bulk.work_on(UUID(payload["run"]), until=clock.now() + timedelta(seconds=SECONDS_FOR_ALL))


@jobs.handler("applications.after_filing")
def after_filing(payload: Mapping[str, Any]) -> None:
    """Make the copy and mail the receipt. Done once: the row of the copy tells."""
    application = Application.objects.get(id=payload["application"])
    if _is_made(application, produced.COPY):
        return
    now = clock.now()
    unit = kernel.Unit()
    content = letters.filing_copy(application).render()
    produced.keep(unit, application, produced.COPY, "", content, now=now)
    mails.received(unit, application, now=now)
    _commit_once(unit, application, produced.COPY)


@jobs.handler("applications.route")
def route(payload: Mapping[str, Any]) -> None:
    """Give what was filed to whom the rules of its department name; what somebody holds by now stays theirs."""
    application = Application.objects.get(id=payload["application"])
    if application.status == Status.FILED:
        routing.route(application=application, now=clock.now())


@jobs.handler("applications.route_waiting")
def route_waiting(payload: Mapping[str, Any]) -> None:
    """The same for everything of a department that nobody holds, for the head who asked for it."""
    by = Staff.objects.get(id=payload["by"])
    waiting = hand_over_many.cases_to_give(payload["department"], None)
    for application_id in list(waiting.values_list("id", flat=True)):
        routing.route(application=Application.objects.get(id=application_id), now=clock.now(), by=by)


@jobs.handler("applications.hand_over_many")
def hand_over_many_cases(payload: Mapping[str, Any]) -> None:
    """Hand over the cases of an order; done once, or gone on with."""
    ordered = HandOverOrder.objects.select_related("ordered_by", "undoes").get(id=payload["hand_over"])
    hand_over_many.carry_out(hand_over=ordered, now=clock.now())


@jobs.handler("applications.after_decision")
def after_decision(payload: Mapping[str, Any]) -> None:
    """Make the letter, keep it, and tell the resident. Done once: the row of the letter tells."""
    decision = Decision.objects.select_related("application").get(id=payload["decision"])
    application = decision.application
    if _is_made(application, produced.NOTICE, str(decision.id)):
        return
    now = clock.now()
    unit = kernel.Unit()
    content = letters.restored(decision.notice).render()
    digest = produced.keep(unit, application, produced.NOTICE, str(decision.id), content, now=now)
    unit.update(Decision, where={"id": decision.id}, set={"notice_digest": digest})
    mails.decided(unit, decision, now=now)
    _commit_once(unit, application, produced.NOTICE, str(decision.id))


@jobs.handler("applications.after_extension")
def after_extension(payload: Mapping[str, Any]) -> None:
    """Make the letter of an extension, keep it, and tell the resident. Done once: the row of the letter tells."""
    extension = Extension.objects.select_related("application").get(id=payload["extension"])
    application, subject_id = extension.application, str(extension.id)
    if _is_made(application, produced.EXTENSION, subject_id):
        return
    now = clock.now()
    unit = kernel.Unit()
    content = letters.restored(extension.notice).render()
    produced.keep(unit, application, produced.EXTENSION, subject_id, content, now=now)
    mails.extended(unit, extension, now=now)
    _commit_once(unit, application, produced.EXTENSION, subject_id)


def _is_made(application: Application, kind: str, subject_id: str = "") -> bool:
    """Whether the paper is there; of a case that was erased none is made any more."""
    if application.erased_at is not None:
        return True
    return ProducedFile.objects.filter(application=application, kind=kind, subject_id=subject_id).exists()


def _commit_once(unit: kernel.Unit, application: Application, kind: str, subject_id: str = "") -> None:
    """Write the paper with its mail, unless another worker did so at the same moment."""
    try:
        kernel.commit(unit)
    except (IntegrityError, AlreadyTold):
        if not _is_made(application, kind, subject_id):
            raise


@jobs.handler("applications.tell_correction")
def tell_correction(payload: Mapping[str, Any]) -> None:
    """Mail that something is to be put right; once for each request."""
    correction = Correction.objects.select_related("application").get(id=payload["correction"])
    unit = kernel.Unit()
    mails.correction_asked(unit, correction, now=clock.now())
    _tell_once(unit)


@jobs.handler("applications.tell_edit")
def tell_edit(payload: Mapping[str, Any]) -> None:
    """Mail that the office put an answer right; once for each edit."""
    edit = AnswerEdit.objects.select_related("application").get(id=payload["edit"])
    unit = kernel.Unit()
    mails.edited(unit, edit, now=clock.now())
    _tell_once(unit)


@jobs.handler("applications.tell_message")
def tell_message(payload: Mapping[str, Any]) -> None:
    """Mail that the office wrote a message; once for each."""
    message = Message.objects.select_related("application").get(id=payload["message"])
    unit = kernel.Unit()
    mails.message_written(unit, message, now=clock.now())
    _tell_once(unit)


@jobs.handler("applications.tell_withdrawal")
def tell_withdrawal(payload: Mapping[str, Any]) -> None:
    """Mail that the application was taken back; once."""
    application = Application.objects.get(id=payload["application"])
    unit = kernel.Unit()
    mails.withdrawn(unit, application, now=clock.now())
    _tell_once(unit)


def _tell_once(unit: kernel.Unit) -> None:
    """Write the mail, unless there is no address for it or it was written before."""
    if unit.statements:
        with suppress(AlreadyTold):
            kernel.commit(unit)


@jobs.handler("applications.look_again_for_protected")
def look_again_for_protected(payload: Mapping[str, Any]) -> None:
    """Protect what was filed at the very moment in which its person was protected (支援措置)."""
    application = Application.objects.get(id=payload["application"])
    restriction_id = UUID(payload["restriction"])
    actions.look_again(application=application, restriction_id=restriction_id, now=clock.now())


@jobs.handler("applications.look_after_drafts", every=timedelta(hours=1))
def look_after_drafts(payload: Mapping[str, Any]) -> None:
    """Forget drafts whose time is over, remind once of those that end soon; what is saved meanwhile stays."""
    now = clock.now()
    _each(Draft.objects.filter(expires_at__lte=now), "expires_at", lambda draft: actions.discard(draft=draft))
    soon = Draft.objects.filter(
        expires_at__gt=now, expires_at__lte=now + REMIND_BEFORE, reminded_at=None
    ).exclude(email="")

    def remind(draft: Draft) -> None:
        unit = kernel.Unit()
        guard = {"id": draft.id, "version": draft.version, "reminded_at": None}
        unit.update(Draft, where=guard, set={"reminded_at": now}, otherwise=ChangedMeanwhile())
        if procedures.is_open(draft.procedure_id):  # nobody is sent to go on with what is taken no longer
            mails.expiry_near(unit, draft, now=now)
        kernel.commit(unit)

    _each(soon, "expires_at", remind)


@jobs.handler("applications.look_after_corrections", every=timedelta(hours=6))
def look_after_corrections(payload: Mapping[str, Any]) -> None:
    """Remind of corrections whose day is near; once each."""
    now = clock.now()
    last_day = clock.tokyo_date(now + REMIND_CORRECTION_BEFORE)
    waiting = Correction.objects.select_related("application").filter(
        answered_at=None, reminded_at=None, answer_by_on__lte=last_day, application__status=Status.RETURNED
    )

    def remind(correction: Correction) -> None:
        unit = kernel.Unit()
        guard = {"id": correction.id, "reminded_at": None, "answered_at": None}
        unit.update(Correction, where=guard, set={"reminded_at": now}, otherwise=ChangedMeanwhile())
        mails.answer_awaited(unit, correction, now=now)
        kernel.commit(unit)

    _each(waiting, "answer_by_on", remind)


def _each(rows: QuerySet[R], order: str, do: Callable[[R], None]) -> None:
    """Do something to every row, the earliest first, for a minute at most: the next run goes on.

    A row that cannot be done is left for the next run and keeps no other waiting.
    """
    until = clock.monotonic() + SECONDS_FOR_ALL
    rest = rows
    while batch := list(rest.order_by(order, "id")[:AT_ONCE]):
        for row in batch:
            if clock.monotonic() > until:
                return
            try:
                do(row)
            except ChangedMeanwhile:
                continue  # another worker, or the resident, was faster: there is nothing to do any more
            except Exception as error:
                if kernel.is_store_away(error):
                    raise
                log.error("%s is left for the next run: %s", row, type(error).__name__)
        last, place = batch[-1], getattr(batch[-1], order)
        rest = rows.filter(Q(**{f"{order}__gt": place}) | Q(**{order: place, "id__gt": last.pk}))


@jobs.handler("applications.count_durations", every=timedelta(days=1))
def count_durations(payload: Mapping[str, Any]) -> None:
    """Count how long cases took, for the pages that say how long a procedure takes."""
    durations.count(now=clock.now())


@jobs.handler("applications.sweep_files", every=timedelta(days=1))
def sweep_files(payload: Mapping[str, Any]) -> None:
    """Remove stored content that nothing refers to any more, a day after it was last put in.

    What is found without an owner is looked up again, one by one, right before it is removed; the store itself keeps
    what somebody puts in meanwhile, whose row is still to be written.
    """
    store, _scanner = configured()
    last = clock.now() - FILE_GRACE
    old = (entry.digest for entry in store.entries() if entry.stored_at < last)
    orphans: set[str] = set()
    for digests in _batches(old, DIGESTS_AT_ONCE):
        orphans.update(set(digests) - queries.referenced(digests))
    for digest in sorted(orphans):
        if not queries.referenced([digest]):
            store.delete_unless_put_since(digest, last)
    if isinstance(store, FolderStore):
        store.remove_abandoned(clock.now())


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
