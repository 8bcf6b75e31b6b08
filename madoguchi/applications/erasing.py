"""Erasing what is personal of a case: one unit with its proof, so that all of it is gone or nothing.

The row of the case stays, and of its history what figures need: which, when, how long. What the store holds is
removed by a job of the same unit, unless something else refers to it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from madoguchi.applications import retention_rules as rules
from madoguchi.applications.actions.slots import release_slot
from madoguchi.applications.desk_queries import subject_of
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.models import (
    AnswerEdit,
    Application,
    Attachment,
    BulkItem,
    BulkRun,
    CaseEvent,
    CaseFee,
    CaseLook,
    Consultation,
    Contact,
    Correction,
    CorrectionItem,
    Decision,
    Disposal,
    DisposalItem,
    EditedAnswer,
    ErasureRecord,
    Extension,
    FeeRecord,
    Handover,
    HandoverAnswer,
    HandoverBatch,
    HandoverFile,
    HandoverReplacement,
    InternalNote,
    LegalHold,
    Message,
    OpinionRequest,
    ProducedFile,
    RetentionAssignment,
    SecondLookRequest,
    StepBatch,
    StepBatchItem,
    StepRequest,
    StepResult,
)
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity import queries as identity
from madoguchi.notices import actions as notices
from madoguchi.notices import queries as messages

FINISH = "applications.finish_erasure"
# What was said and asked about a case, and who looked at it.
TALKED: tuple[type[Model], ...] = (InternalNote, Message, Contact, OpinionRequest, AnswerEdit, CaseLook)
GONE = "―"  # a refusal and a substitute (代決) state their reason, also when that is no longer known
State = Handover.State
DONE_HANDOVERS = (State.SENT, State.ACKNOWLEDGED, State.REFUSED)


def stub_number(case_id: UUID) -> str:
    """What stands in place of a receipt number: nobody was ever given one like it."""
    return "~" + base64.b32encode(case_id.bytes[-7:]).decode()[:11]


def why_kept(item: DisposalItem, application: Application, *, now: datetime) -> str:
    """Why a case of a disposal must not be erased now, looked at afresh."""
    today = clock.tokyo_date(now)
    assigned = RetentionAssignment.objects.select_related("retention_class").filter(
        procedure_id=application.procedure_id
    )
    kept_as = next((one.retention_class for one in assigned), None)
    closed_on = clock.tokyo_date(application.closed_at) if application.closed_at else None
    return rules.why_kept(
        is_erased=application.erased_at is not None,
        same_class=kept_as is not None and (kept_as.id, kept_as.years) == (item.class_id, item.years),
        is_over=closed_on is not None and rules.is_over(closed_on=closed_on, years=item.years, today=today),
        is_held=LegalHold.objects.filter(application=application, ended_at=None).exists(),
        is_protected=identity.is_restricted(subject_of(application.id), today),
        is_handed_over=_is_handed_over(application),
    )


def _is_handed_over(application: Application) -> bool:
    """Whether no file for a core system holds the case any more, and none is to be made."""
    handover = Handover.objects.filter(application=application).first()
    if handover is None:
        return True
    if handover.state not in DONE_HANDOVERS:
        return False
    # It may have been in any file made before its state changed for the last time.
    kept = HandoverBatch.objects.filter(
        procedure_id=handover.procedure_id,
        department_code=handover.department_code,
        asked_at__lte=handover.since,
        files_erased_at=None,
        files__isnull=False,
    )
    return not kept.exists()


@dataclass(slots=True)
class Found:
    """What belongs to a case when it is erased."""

    corrections: list[UUID]
    decisions: list[Decision]
    digests: list[str]
    counts: dict[str, int]


def erase(item: DisposalItem, application: Application, disposal: Disposal, *, now: datetime) -> None:
    """Erase one case. Raises `ChangedMeanwhile` when anything of it changed since it was looked at."""
    found = _find(application)
    unit = kernel.Unit()
    _erase_case(unit, application, now)
    _erase_course(unit, application, found, now)
    _erase_handover(unit, application)
    notices.forget_about(unit, about=subject_of(application.id))
    unit.update(
        DisposalItem,
        where={"id": item.id, "state": DisposalItem.State.WAITING},
        set={"state": DisposalItem.State.ERASED, "done_at": now},
        otherwise=ChangedMeanwhile(),
    )
    _prove(unit, item, application, disposal, found, now)
    unit.job(FINISH, {"case": str(application.id), "digests": found.digests, "since": now.isoformat()})
    kernel.commit(unit)


def _find(application: Application) -> Found:
    files = Attachment.objects.filter(owner_id=application.id)
    papers = ProducedFile.objects.filter(application=application)
    decisions = list(Decision.objects.filter(application=application))
    corrections = list(Correction.objects.filter(application=application).values_list("id", flat=True))
    digests = {*files.values_list("digest", flat=True), *papers.values_list("digest", flat=True)}
    counts = {
        "answers": len(application.answers) + len(application.filed_answers),
        "attachments": files.count(),
        "produced_files": papers.count(),
        "notes": InternalNote.objects.filter(application=application).count(),
        "events": CaseEvent.objects.filter(application=application).count(),
        "corrections": len(corrections),
        "decisions": len(decisions),
        "extensions": Extension.objects.filter(application=application).count(),
        "messages": messages.about(subject_of(application.id)).count(),
        **{
            model._meta.model_name or "": model._default_manager.filter(application=application).count()
            for model in TALKED
        },
        "fee_records": FeeRecord.objects.filter(application=application).count(),
        "holds": LegalHold.objects.filter(application=application).count(),
    }
    return Found(corrections, decisions, sorted(digests), counts)


def _erase_case(unit: kernel.Unit, application: Application, now: datetime) -> None:
    """Guarded by the version: a hold set meanwhile raises it, and this unit is refused as a whole."""
    unit.update(
        Application,
        where={"id": application.id, "version": application.version, "erased_at": None},
        set={
            "receipt_number": stub_number(application.id),
            "secret_digest": "",
            "entered_by": None,
            "filed_answers": {},
            "answers": {},
            "origins": {},
            "applicant_name": "",
            "name_key": "",
            "given_key": "",
            "kana_key": "",
            "given_kana_key": "",
            "address_key": "",
            "birth_on": None,
            "email": "",
            "erased_at": now,
            "version": application.version + 1,
        },
        otherwise=ChangedMeanwhile(),
    )


def _erase_course(unit: kernel.Unit, application: Application, found: Found, now: datetime) -> None:
    of_case = {"application": application.id}
    unit.update(CaseEvent, where=of_case, set={"detail": {}}, expect=None)
    edits = list(AnswerEdit.objects.filter(application=application).values_list("id", flat=True))
    if edits:
        unit.delete(EditedAnswer, where={"edit__in": edits})
    for model in TALKED:
        unit.delete(model, where=of_case)
    if found.corrections:
        emptied: dict[str, Any] = {"text": "", "before": None, "after": None}
        unit.update(CorrectionItem, where={"correction__in": found.corrections}, set=emptied, expect=None)
        unit.update(Correction, where=of_case, set={"message": ""}, expect=None)
    _erase_steps(unit, application)
    _erase_shared_words(unit, application)
    if found.decisions:
        unit.delete(Consultation, where={"decision__in": [decision.id for decision in found.decisions]})
    for decision in found.decisions:
        unit.update(
            Decision,
            where={"id": decision.id},
            set={
                "reason": GONE if decision.reason else "",
                "draft_text": "",
                "addition": "",
                "absence": GONE if decision.absence else "",
                "proposed_by_name": "",
                "decided_by_name": "",
                "read_later_by_name": "",
                "sent_back_by_name": "",
                "sent_back_reason": "",
                "document_number": None,
                "notice": {},
                "notice_digest": "",
            },
            otherwise=ChangedMeanwhile(),
        )
    unit.erase(Extension, where=of_case)
    unit.delete(Attachment, where={"owner_id": application.id})
    unit.delete(ProducedFile, where=of_case)
    release_slot(unit, application, now=now)
    unit.erase(FeeRecord, where=of_case)
    unit.delete(CaseFee, where=of_case)
    unit.delete(LegalHold, where=of_case)


def _erase_shared_words(unit: kernel.Unit, application: Application) -> None:
    """A reason that was written once for many cases goes with the last of them."""
    lists: tuple[tuple[type[Model], type[Model], str], ...] = (
        (BulkItem, BulkRun, "run"),
        (StepBatchItem, StepBatch, "batch"),
    )
    for items, whole, key in lists:
        rows = items._default_manager
        for found in set(rows.filter(application=application).values_list(key, flat=True)):
            others = rows.filter(**{key: found}, application__erased_at=None).exclude(application=application)
            if not others.exists():
                unit.update(whole, where={"id": found}, set={"reason": ""}, expect=None)


def _erase_steps(unit: kernel.Unit, application: Application) -> None:
    """What others were asked and found; that they were, and when, stays."""
    requests = list(StepRequest.objects.filter(application=application))
    if requests:
        unit.erase(StepResult, where={"request__in": [one.id for one in requests]})
    for one in requests:
        unit.update(
            StepRequest,
            where={"id": one.id, "version": one.version},
            set={
                "addressee": "",
                "message": "",
                "letter": {},
                "document_number": None,
                "result": {},
                "cancel_reason": GONE if one.cancel_reason else "",
                "version": one.version + 1,
            },
            otherwise=ChangedMeanwhile(),
        )
    of_case = {"application": application.id}
    emptied: dict[str, Any] = {"given": "", "values": {}, "detail": ""}
    unit.update(StepBatchItem, where=of_case, set=emptied, expect=None)
    unit.erase(SecondLookRequest, where=of_case)


def _erase_handover(unit: kernel.Unit, application: Application) -> None:
    handover = Handover.objects.filter(application=application).first()
    if handover is None:
        return
    unit.delete(HandoverReplacement, where={"handover": handover.id})
    unit.update(
        Handover,
        where={"id": handover.id, "version": handover.version},
        set={"reason": "", "version": handover.version + 1},
        otherwise=ChangedMeanwhile(),
    )
    for file_id in HandoverFile.objects.filter(application=application).values_list("id", flat=True):
        unit.update(HandoverFile, where={"id": file_id}, set={"name": f"erased-{file_id}"}, expect=None)
    answers = HandoverAnswer.objects.filter(
        procedure_id=handover.procedure_id, department_code=handover.department_code
    )
    for answer in answers:
        findings = [
            [line, "" if number == application.receipt_number else number, code]
            for line, number, code in answer.findings
        ]
        if findings != answer.findings:
            unit.update(HandoverAnswer, where={"id": answer.id}, set={"findings": findings}, expect=None)


def _prove(
    unit: kernel.Unit,
    item: DisposalItem,
    application: Application,
    disposal: Disposal,
    found: Found,
    now: datetime,
) -> None:
    """What was erased, by its kinds and digests, and whose word it was: in the same unit."""
    assert disposal.decided_by_id is not None
    assert application.closed_at is not None
    unit.insert(
        ErasureRecord(
            case_id=application.id,
            disposal=disposal,
            procedure_id=application.procedure_id,
            class_id=item.class_id,
            years=item.years,
            closed_on=clock.tokyo_date(application.closed_at),
            ends_on=item.ends_on,
            proposed_by_id=disposal.proposed_by_id,
            approved_by_id=disposal.decided_by_id,
            counts=found.counts,
            digests=found.digests,
            erased_at=now,
        )
    )
    audit.record(
        unit,
        actor="system",
        act="erase",
        subject=subject_of(application.id),
        now=now,
        purpose="retention",
        detail={"disposal": str(disposal.id), "class": item.class_id, "years": item.years},
    )


def erase_what_came_late(case_id: UUID) -> None:
    """Remove what somebody added in the very moment of erasing, before the page told them."""
    unit = kernel.Unit()
    for model in (
        InternalNote,
        Message,
        Contact,
        CaseLook,
    ):  # those that are written without the case's version
        unit.delete(model, where={"application": case_id})
    unit.delete(Attachment, where={"owner_id": case_id})
    unit.delete(ProducedFile, where={"application": case_id})
    unit.update(CaseEvent, where={"application": case_id}, set={"detail": {}}, expect=None)
    notices.forget_about(unit, about=subject_of(case_id))
    kernel.commit(unit)
