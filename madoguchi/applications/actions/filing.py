"""Filing: the moment from which the city has received the application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from madoguchi.applications import queries, rules
from madoguchi.applications.actions.drafts import new_number
from madoguchi.applications.actions.fee_following import begin_fee
from madoguchi.applications.actions.protection import carry_over
from madoguchi.applications.actions.review import answer_at
from madoguchi.applications.actions.slots import take_slot
from madoguchi.applications.errors import (
    AlreadyFiled,
    ChangedMeanwhile,
    MayNotFile,
    NoLongerTaken,
    NotComplete,
    SlotNotFree,
)
from madoguchi.applications.models import (
    LONGEST_KEY,
    Application,
    Attachment,
    CaseEvent,
    Channel,
    Draft,
    Status,
)
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
    then put right by a correction or refused with its reason. So is what reached the office before its procedure
    was closed.

    Raises `NoLongerTaken`, `MayNotFile`, `NotComplete`, `SlotNotFree`, `ChangedMeanwhile` (saved in another tab),
    `AlreadyFiled`.
    """
    if not accept_incomplete and not procedures.is_open(draft.procedure_id):
        raise AlreadyFiled if Application.objects.filter(id=draft.id).exists() else NoLongerTaken
    definition = procedures.definition_of(draft.procedure_version_id)
    evaluation = evaluate(definition, draft.answers, today=draft.received_on or clock.tokyo_date(now))
    if evaluation.stops and not accept_incomplete:
        raise MayNotFile(tuple(rule.message.of(draft.language) for rule in evaluation.stops))
    application = _application(draft, definition, evaluation, now=now)
    unit = kernel.Unit()
    guard = {"id": draft.id, "version": draft.version}
    unit.delete(Draft, where=guard, expect=1, otherwise=ChangedMeanwhile())
    unit.insert(application)
    if not accept_incomplete:
        attached = _attached(draft, definition)
        problems = _problems(draft, definition, evaluation, attached)
        if problems:
            raise NotComplete(problems)
        if uncalled := sorted(attached - _places_of_files(definition, evaluation)):
            unit.delete(Attachment, where={"owner_id": draft.id, "document_id__in": uncalled})
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
    begin_fee(unit, application, evaluation)
    carry_over(
        unit,
        application,
        keys=application.own_keys,
        birth_on=application.birth_on,
        by=actor,
        now=now,
    )
    unit.job("applications.after_filing", {"application": str(application.id)})
    unit.job("applications.route", {"application": str(application.id)})
    try:
        take_slot(unit, application, definition, now=now, anyway=accept_incomplete)
        kernel.commit(unit)
    except (ChangedMeanwhile, SlotNotFree):
        if Application.objects.filter(id=draft.id).exists():
            raise AlreadyFiled from None
        raise
    return application


def _problems(
    draft: Draft, definition: Definition, evaluation: Evaluation, attached: set[str]
) -> tuple[object, ...]:
    """What must be put right before filing: answers, documents, and pages that wait for the person."""
    wrong = {(problem.section_id, problem.member_id) for problem in evaluation.problems}
    unfinished = [
        page
        for page in queries.unfinished_pages(definition, draft, evaluation)
        if (page.section_id, page.member_id) not in wrong
    ]
    missing = [
        MissingDocument(state.document.id, state.document.label.of(draft.language))
        for state in evaluation.documents
        if state.required and not state.document.may_follow and state.document.id not in attached
    ]
    return (*evaluation.problems, *unfinished, *missing)


def _attached(draft: Draft, definition: Definition) -> set[str]:
    """What files were sent for, asked only where the definition takes files."""
    if definition.documents or any(q.kind in queries.UPLOADS for q in definition.all_questions()):
        return queries.attached_documents(draft)
    return set()


def _places_of_files(definition: Definition, evaluation: Evaluation) -> set[str]:
    """What this filing calls for files for: a file for anything else is not part of what is filed."""
    places = {state.document.id for state in evaluation.documents}
    for question in definition.all_questions():
        if question.kind not in queries.UPLOADS:
            continue
        if question.group_id is None:
            places |= {question.id} & evaluation.answers.keys()
        else:
            members = evaluation.answers.get(question.group_id) or ()
            places |= {queries.file_place(question, m["_id"]) for m in members if question.id in m}
    return places


def _application(
    draft: Draft, definition: Definition, evaluation: Evaluation, *, now: datetime
) -> Application:
    received_on = draft.received_on or clock.tokyo_date(now)
    answers = evaluation.answers
    facts = applicant_facts(definition, answers)
    due = rules.due_on(
        clock=definition.clock, received_on=received_on, closed_days=organization.closed_days()
    )
    return Application(
        id=draft.id,
        receipt_number=new_number(),
        secret_digest=secret_digest(receipt_secret(draft.id)),
        procedure_id=draft.procedure_id,
        procedure_version_id=draft.procedure_version_id,
        department_code=procedures.department_of(definition),
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
        origins={
            target: note for target, note in draft.origins.items() if answer_at(answers, target) is not None
        },
        **facts.columns,
        # What stands in the form was read again before sending; an address to resume by may be somebody else's.
        email=facts.email or (draft.email if draft.channel == Channel.WEB else ""),
    )


@dataclass(frozen=True, slots=True)
class ApplicantFacts:
    """What the inbox finds a case by; `columns` as the case keeps it."""

    name: str
    birth_on: date | None
    email: str
    keys: Mapping[str, str]  # the columns of search keys

    @property
    def columns(self) -> dict[str, Any]:
        """Name, birth date and search keys as columns of `Application`."""
        return {"applicant_name": self.name, "birth_on": self.birth_on, **self.keys}


def applicant_facts(definition: Definition, answers: Mapping[str, Any]) -> ApplicantFacts:
    """Name, birth date and mail address of the applicant, where the definition asks for them."""

    def answer(source: str) -> Any:
        question = definition.fact_question(source)
        return answers.get(question.id) if question is not None else None

    name, birth, email = answer("applicant.name"), answer("applicant.birth_date"), answer("applicant.email")
    parts = name if isinstance(name, dict) else {"family": str(name or "")}
    given, given_kana = parts.get("given", ""), parts.get("given_kana", "")
    shown = f"{parts.get('family', '')} {given}".strip()
    address = answer("applicant.address") or {}
    texts = {
        "name_key": shown,
        "given_key": given,
        "kana_key": f"{parts.get('family_kana', '')}{given_kana}",
        "given_kana_key": given_kana,
        "address_key": f"{address.get('town', '')}{address.get('rest', '')}",
    }
    return ApplicantFacts(
        name=shown[:200],
        keys={column: search_key(text)[:LONGEST_KEY] for column, text in texts.items()},
        birth_on=date.fromisoformat(birth) if isinstance(birth, str) else None,
        email=email if isinstance(email, str) else "",
    )
