"""Filing: the moment from which the city has received the application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from madoguchi.applications import rules
from madoguchi.applications.errors import AlreadyFiled, ChangedMeanwhile, MayNotFile, NotComplete
from madoguchi.applications.models import Application, Attachment, CaseEvent, Channel, Draft, Status
from madoguchi.applications.actions.drafts import new_number
from madoguchi.applications.secrets import receipt_secret
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.ids import secret_digest
from madoguchi.japan.kana import search_key
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.logic import Evaluation, evaluate


@dataclass(frozen=True, slots=True)
class MissingDocument:
    """A document that must be attached before filing."""

    document_id: str
    label: str


def file_draft(*, draft: Draft, now: datetime, accept_incomplete: bool = False) -> Application:
    """Turn a draft into an application: durable before this returns, at most once per draft.

    `accept_incomplete` is for filings on paper or by telephone that staff enter as they came: one that is
    incomplete, or by somebody who has no right to it, is received all the same (行政手続法 第7条, 第37条) and
    then put right by a correction or refused with its reason.

    Raises `MayNotFile`, `NotComplete`, `ChangedMeanwhile` (saved in another tab), `AlreadyFiled`.
    """
    definition = procedures.definition_of(draft.procedure_version_id)
    evaluation = evaluate(definition, draft.answers, today=draft.received_on or clock.tokyo_date(now))
    if evaluation.stops and not accept_incomplete:
        raise MayNotFile(tuple(rule.message.of(draft.language) for rule in evaluation.stops))
    if not accept_incomplete:
        problems = (*evaluation.problems, *missing_documents(draft, definition, evaluation))
        if problems or draft.asked_again:
            raise NotComplete(problems)
    application = _application(draft, definition, evaluation, now=now)
    unit = kernel.Unit()
    guard = {"id": draft.id, "version": draft.version}
    unit.delete(Draft, where=guard, expect=1, otherwise=ChangedMeanwhile())
    unit.insert(application)
    actor = f"staff:{draft.entered_by_id}" if draft.entered_by_id else "resident"
    unit.insert(
        CaseEvent(
            application=application,
            at=now,
            kind="filed",
            actor_id=draft.entered_by_id,
            detail={"channel": draft.channel, "incomplete": accept_incomplete and bool(evaluation.problems)},
        )
    )
    audit.record(
        unit,
        actor=actor,
        act="file",
        subject=f"application:{application.id}",
        now=now,
        detail={"procedure": draft.procedure_id, "channel": draft.channel},
    )
    unit.job("applications.after_filing", {"application": str(application.id)})
    try:
        kernel.commit(unit)
    except ChangedMeanwhile:
        if Application.objects.filter(id=draft.id).exists():
            raise AlreadyFiled from None
        raise
    return application


def missing_documents(
    draft: Draft, definition: Definition, evaluation: Evaluation
) -> tuple[MissingDocument, ...]:
    """Documents that must be there at filing and are not; those that may follow are left out."""
    needed = [s.document for s in evaluation.documents if s.required and not s.document.may_follow]
    if not needed:
        return ()
    sent = set(Attachment.objects.filter(owner_id=draft.id, replaced_at=None).values_list("document_id", flat=True))
    return tuple(MissingDocument(d.id, d.label.of(draft.language)) for d in needed if d.id not in sent)


def _application(
    draft: Draft, definition: Definition, evaluation: Evaluation, *, now: datetime
) -> Application:
    received_on = draft.received_on or clock.tokyo_date(now)
    answers = evaluation.answers
    facts = applicant_facts(definition, answers)
    due = rules.due_on(clock=definition.clock, received_on=received_on, closed_days=organization.closed_days())
    return Application(
        id=draft.id,
        receipt_number=new_number(),
        secret_digest=secret_digest(receipt_secret(draft.id)),
        procedure_id=draft.procedure_id,
        procedure_version_id=draft.procedure_version_id,
        department_code=definition.department,
        channel=draft.channel,
        entered_by_id=draft.entered_by_id,
        language=draft.language,
        status=Status.FILED,
        status_since=now,
        filed_at=now,
        received_on=received_on,
        due_on=due,
        filed_answers=answers,
        answers=answers,
        applicant_name=facts.name,
        search_key=facts.search_key,
        birth_on=facts.birth_on,
        email=(draft.email or facts.email) if draft.channel == Channel.WEB else facts.email,
    )


@dataclass(frozen=True, slots=True)
class ApplicantFacts:
    """What the inbox finds a case by."""

    name: str
    search_key: str
    birth_on: date | None
    email: str


def applicant_facts(definition: Definition, answers: Mapping[str, Any]) -> ApplicantFacts:
    """Name, birth date and mail address of the applicant, where the definition asks for them."""

    def answer(source: str) -> Any:
        question = definition.fact_question(source)
        return answers.get(question.id) if question is not None else None

    name, birth, email = answer("applicant.name"), answer("applicant.birth_date"), answer("applicant.email")
    if isinstance(name, dict):
        shown = f"{name.get('family', '')} {name.get('given', '')}".strip()
        kana = f"{name.get('family_kana', '')}{name.get('given_kana', '')}"
    else:
        shown, kana = str(name or ""), ""
    return ApplicantFacts(
        name=shown[:200],
        search_key=f"{search_key(shown)} {search_key(kana)}".strip()[:600],
        birth_on=date.fromisoformat(birth) if isinstance(birth, str) else None,
        email=email if isinstance(email, str) else "",
    )
