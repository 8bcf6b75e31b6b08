"""What the person who filed may still do: answer a correction, take the application back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from madoguchi.applications import rules
from madoguchi.applications.actions.disasters import follow_place
from madoguchi.applications.actions.drafts import attachment_of, attachment_of_answer
from madoguchi.applications.actions.fee_following import end_fee, follow_answers
from madoguchi.applications.actions.filing import applicant_facts
from madoguchi.applications.actions.protection import follow_name
from madoguchi.applications.actions.review import change_case, commit_case, with_answer_at
from madoguchi.applications.actions.slots import release_slot
from madoguchi.applications.errors import (
    ChangedMeanwhile,
    NoRoom,
    NotAllowed,
    NotComplete,
    ReasonMissing,
    UnknownChoice,
)
from madoguchi.applications.models import (
    Application,
    Attachment,
    Correction,
    CorrectionItem,
    Status,
)
from madoguchi.applications.permissions import may_act_on, may_handle, require
from madoguchi.applications.queries import UPLOADS, late_documents, made_decision
from madoguchi.common import clock, kernel
from madoguchi.common.files.intake import Accepted
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.logic import evaluate
from madoguchi.procedures.one_pass import Problem


def open_correction(application: Application) -> Correction | None:
    """The request for correction that waits for an answer, if there is one."""
    return application.corrections.filter(answered_at=None).first()


def answer_correction(
    *,
    application: Application,
    values: Mapping[str, Any],
    files: Mapping[str, Sequence[Accepted]],
    now: datetime,
    by: Staff | None = None,
    channel: str = "",
) -> None:
    """Answer the open correction: only the questions and documents it names may change.

    `values` are canonical answers by item (`question` or `group/member/question`), `files` taken-in files by
    document id. Every item must be answered. `by` and `channel`: the officer who enters what came another way.
    Raises `NotAllowed`, `UnknownChoice`, `NotComplete`, `ChangedMeanwhile`.
    """
    if by is not None:
        require(may_handle(by, application, today=clock.tokyo_date(now)))
    correction = open_correction(application)
    if correction is None or application.status != Status.RETURNED:
        raise NotAllowed
    items = list(correction.items.order_by("position", "id"))
    questions = {item.target_id for item in items if item.target == "question"}
    documents = {item.target_id for item in items if item.target == "document"}
    if not set(values) <= questions or not set(files) <= documents:
        raise UnknownChoice
    unanswered = tuple(i for i in items if i.target_id not in values and not files.get(i.target_id))
    if unanswered:
        raise NotComplete(unanswered)
    definition = procedures.definition_of(application.procedure_version_id)
    answers = dict(application.answers)
    for target_id, value in values.items():
        answers = with_answer_at(answers, target_id, value)
    evaluation = evaluate(definition, answers, today=clock.tokyo_date(now))
    wrong = tuple(p for p in evaluation.problems if _target_of(definition, p) in values)
    if wrong:
        raise NotComplete(wrong)
    answers = with_computed(definition, answers, application.received_on)
    facts = applicant_facts(definition, answers)
    email = definition.fact_question("applicant.email")
    unit = kernel.Unit()
    change_case(
        unit,
        application,
        act="answer_correction",
        by=by,
        now=now,
        to=Status.IN_REVIEW,
        detail={"correction": str(correction.id), "channel": channel},
        answers=answers,
        **facts.columns,
        email=facts.email if email is not None and email.id in values else application.email,
        **_after_pause(application, correction, now),
    )
    unit.update(
        Correction,
        where={"id": correction.id, "answered_at": None},
        set={"answered_at": now},
        otherwise=ChangedMeanwhile(),
    )
    for item in items:
        if item.target == "question":
            value = values[item.target_id]
            unit.update(CorrectionItem, where={"id": item.id}, set={"after": value})
            if definition.question(item.target_id.split("/")[-1]).kind in UPLOADS:
                rows = [attachment_of_answer(application.id, item.target_id, one, now=now) for one in value]
                _replace_files(unit, application, item, rows, now=now)
        else:
            rows = [
                attachment_of(application.id, item.target_id, one, now=now) for one in files[item.target_id]
            ]
            _replace_files(unit, application, item, rows, now=now)
    actor = by.actor if by else "resident"
    follow_answers(unit, application, answers)
    follow_place(unit, application, answers)
    follow_name(unit, application, keys=facts.keys, birth_on=facts.birth_on, by=actor, now=now)
    commit_case(unit, application)


def send_document(
    *, application: Application, document_id: str, files: Sequence[Accepted], now: datetime
) -> int:
    """Add files to a document that may follow the filing. Returns how many were new.

    Files that are there already are left out, so that a page sent twice adds nothing. Raises `NotAllowed` when a
    decision was proposed or an open correction asks for this document, `NoRoom`, `UnknownChoice` for a document this
    filing does not call for, `ChangedMeanwhile`.
    """
    if not rules.may_send_documents(application.status):
        raise NotAllowed
    definition = procedures.definition_of(application.procedure_version_id)
    late = next((d for d in late_documents(application, definition) if d.document.id == document_id), None)
    if late is None:
        raise UnknownChoice
    there = {row.digest for row in late.files}
    new = list({file.digest: file for file in files if file.digest not in there}.values())
    if not new:
        return 0
    if is_asked_for(application, document_id):
        raise NotAllowed
    if len(new) > late.room:
        raise NoRoom(late.room)
    unit = kernel.Unit()
    detail = {"document": document_id, "files": len(new)}
    change_case(unit, application, act="send_document", by=None, now=now, detail=detail)
    for file in new:
        unit.insert(attachment_of(application.id, document_id, file, now=now))
    commit_case(unit, application)
    return len(new)


def is_asked_for(application: Application, document_id: str) -> bool:
    """Whether an open correction asks for the document: it is answered there."""
    asked = open_correction(application)
    return asked is not None and asked.items.filter(target="document", target_id=document_id).exists()


def _target_of(definition: Definition, problem: Problem) -> str:
    """The item a problem of the filing is about: `question` or `group/member/question`."""
    if not problem.member_id:
        return problem.question_id
    return f"{definition.question(problem.question_id).group_id}/{problem.member_id}/{problem.question_id}"


def with_computed(definition: Definition, answers: Mapping[str, Any], day: date) -> dict[str, Any]:
    """The answers with what the city computes from them, as of the day of receipt; nothing else changes."""
    computed = {q.id for q in definition.all_questions() if q.computed is not None}
    if not computed:
        return dict(answers)
    decided = evaluate(definition, answers, today=day).answers
    changed = _recomputed(answers, decided, computed)
    for group in (q for q in definition.all_questions() if q.kind == "group" and changed.get(q.id)):
        fresh = {member["_id"]: member for member in decided.get(group.id) or ()}
        changed[group.id] = [_recomputed(m, fresh.get(m["_id"], {}), computed) for m in changed[group.id]]
    return changed


def _recomputed(answers: Mapping[str, Any], decided: Mapping[str, Any], computed: set[str]) -> dict[str, Any]:
    kept = {key: value for key, value in answers.items() if key not in computed}
    return kept | {key: decided[key] for key in decided.keys() & computed}


def _after_pause(application: Application, correction: Correction, now: datetime) -> dict[str, Any]:
    if application.due_on is None:
        return {}
    definition = procedures.definition_of(application.procedure_version_id)
    due = rules.due_after_pause(
        clock=definition.clock,
        due=application.due_on,
        returned_on=clock.tokyo_date(correction.asked_at),
        answered_on=clock.tokyo_date(now),
        closed_days=organization.closed_days(),
    )
    paused = (due - application.due_on).days
    return {"due_on": due, "paused_days": application.paused_days + paused}


def _replace_files(
    unit: kernel.Unit,
    application: Application,
    item: CorrectionItem,
    rows: Sequence[Attachment],
    *,
    now: datetime,
) -> None:
    unit.update(
        Attachment,
        where={"owner_id": application.id, "document_id": item.target_id, "replaced_at": None},
        set={"replaced_at": now},
        expect=None,
    )
    for row in rows:
        unit.insert(row)


def withdraw(
    *, application: Application, reason: str, now: datetime, by: Staff | None = None, channel: str = ""
) -> None:
    """Take the application back (取下げ) with a reason; `by` and `channel` when staff enter it for the person.

    Raises `NotAllowed`, `ReasonMissing`.
    """
    if by is not None:
        require(may_act_on(by, application, today=clock.tokyo_date(now)))
    # A case that is looked at again was decided (再調査): the decision cannot be taken back with it.
    require(made_decision(application) is None)
    if not rules.may_withdraw(application.status):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    unit = kernel.Unit()
    change_case(
        unit,
        application,
        act="withdraw",
        by=by,
        now=now,
        to=Status.WITHDRAWN,
        detail={"reason": reason.strip(), "channel": channel},
        closed_at=now,
    )
    unit.update(
        Correction,
        where={"application": application.id, "answered_at": None},
        set={"answered_at": now},
        expect=None,
    )
    release_slot(unit, application, now=now)
    end_fee(unit, application)
    unit.job("applications.tell_withdrawal", {"application": str(application.id)})
    commit_case(unit, application)
