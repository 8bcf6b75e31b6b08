"""Handling a case: take, hand over, note, ask for correction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from madoguchi.applications import rules
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed, NothingChosen, UnknownChoice
from madoguchi.applications.models import (
    Application,
    CaseEvent,
    Correction,
    CorrectionItem,
    InternalNote,
    Status,
)
from madoguchi.applications.permissions import may_act_on, may_handle, require, stands_in
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.kinds import registry


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to put right: a question (a member's as `children/m1/name`) or a document."""

    target: str  # "question" or "document"
    target_id: str
    reason_code: str
    text: str = ""


def change_case(
    unit: kernel.Unit,
    application: Application,
    *,
    act: str,
    by: Staff | None,
    now: datetime,
    to: str | None = None,
    detail: Mapping[str, Any] | None = None,
    actor: str = "",
    **changes: Any,
) -> None:
    """Add to `unit` one guarded change of a case with its event and its audit record.

    Without `by`, `actor` says what did it: the resident, unless told. What a substitute does says for whom (`for`).
    Raises `NotAllowed` when the rules do not know the move; the commit raises `ChangedMeanwhile`.
    """
    if to is not None:
        if not rules.may_move(status=application.status, to=to):
            raise NotAllowed
        changes |= {"status": to, "status_since": now}
    changes["version"] = application.version + 1
    guard = {"id": application.id, "version": application.version}
    unit.update(Application, where=guard, set=changes, otherwise=ChangedMeanwhile())
    for_whom = {}
    if by is not None and stands_in(by, application, today=clock.tokyo_date(now)):
        for_whom = {"for": str(application.holder_id)}
    unit.insert(
        CaseEvent(
            application=application,
            at=now,
            kind=act,
            actor_id=by.id if by else None,
            detail={**(detail or {}), **for_whom},
        )
    )
    audit.record(
        unit,
        actor=f"staff:{by.id}" if by else actor or "resident",
        act=act,
        subject=f"application:{application.id}",
        now=now,
        detail=({"to": to} if to else {}) | for_whom,
    )


def commit_case(unit: kernel.Unit, application: Application) -> None:
    """Write the unit and bring the object in hand up to date."""
    kernel.commit(unit)
    application.refresh_from_db()


def take(*, application: Application, by: Staff, now: datetime) -> None:
    """Become the holder of a case; a fresh one is in review from here on.

    A substitute begins the review of a fresh one for its holder, who keeps it. Raises `NotAllowed` when somebody else
    holds it (they hand it over), `ChangedMeanwhile`.
    """
    today = clock.tokyo_date(now)
    require(may_handle(by, application, today=today))
    require(application.status in rules.OPEN)
    if application.holder_id is not None and application.holder_id != by.id:
        require(application.status == Status.FILED and stands_in(by, application, today=today))
    unit = kernel.Unit()
    to = Status.IN_REVIEW if application.status == Status.FILED else None
    holder = application.holder_id or by.id
    change_case(unit, application, act="take", by=by, now=now, to=to, holder=holder)
    commit_case(unit, application)


def begin_review(*, application: Application, by: Staff, now: datetime) -> None:
    """Let the review of a fresh case begin for a list: who holds it keeps it, one that nobody holds is `by`'s.

    For who holds it, or a head. Raises `NotAllowed`, `ChangedMeanwhile`.
    """
    if application.holder_id is None:
        take(application=application, by=by, now=now)
        return
    require(may_act_on(by, application, today=clock.tokyo_date(now)))
    unit = kernel.Unit()
    change_case(unit, application, act="take", by=by, now=now, to=Status.IN_REVIEW)
    commit_case(unit, application)


def hand_over(*, application: Application, to: Staff | None, by: Staff, now: datetime) -> None:
    """Give a case to a colleague, or back to the department (`to` None)."""
    today = clock.tokyo_date(now)
    require(may_handle(by, application, today=today))
    require(to is None or may_handle(to, application, today=today))
    require(application.status in rules.OPEN)
    unit = kernel.Unit()
    detail = {"to": str(to.id) if to else ""}
    change_case(
        unit, application, act="hand_over", by=by, now=now, detail=detail, holder=to.id if to else None
    )
    commit_case(unit, application)


def add_note(*, application: Application, text: str, by: Staff, now: datetime) -> InternalNote:
    """Write a note that only staff see."""
    require(may_handle(by, application, today=clock.tokyo_date(now)))
    note = InternalNote(application=application, at=now, author=by, text=text)
    unit = kernel.Unit()
    unit.insert(note)
    audit.record(unit, actor=f"staff:{by.id}", act="note", subject=f"application:{application.id}", now=now)
    kernel.commit(unit)
    return note


def return_for_correction(
    *,
    application: Application,
    items: Sequence[Item],
    answer_by_on: date,
    message: str = "",
    by: Staff,
    now: datetime,
) -> Correction:
    """Ask the resident to put named questions or documents right (補正, 行政手続法 第7条).

    Raises `NothingChosen`, `UnknownChoice`, `NotAllowed`, `ChangedMeanwhile`.
    """
    require(may_act_on(by, application, today=clock.tokyo_date(now)))
    if not items:
        raise NothingChosen
    low, high = rules.CORRECTION_DAYS_RANGE
    if not low <= (answer_by_on - clock.tokyo_date(now)).days <= high:
        raise UnknownChoice
    definition = procedures.definition_of(application.procedure_version_id)
    for item in items:
        _check_item(definition, application.answers, item)
    if len({(item.target, item.target_id) for item in items}) < len(items):
        raise UnknownChoice
    correction = Correction(
        application=application, asked_at=now, asked_by=by, answer_by_on=answer_by_on, message=message
    )
    unit = kernel.Unit()
    change_case(
        unit,
        application,
        act="return_for_correction",
        by=by,
        now=now,
        to=Status.RETURNED,
        detail={"correction": str(correction.id)},
    )
    unit.insert(correction)
    for position, item in enumerate(items, start=1):
        unit.insert(
            CorrectionItem(
                correction=correction,
                position=position,
                target=item.target,
                target_id=item.target_id,
                reason_code=item.reason_code,
                text=item.text,
                before=answer_at(application.answers, item.target_id) if item.target == "question" else None,
            )
        )
    unit.job("applications.tell_correction", {"correction": str(correction.id)})
    commit_case(unit, application)
    return correction


def _check_item(definition: Definition, answers: Mapping[str, Any], item: Item) -> None:
    if item.reason_code not in {reason.id for reason in definition.workflow.correction_reasons}:
        raise UnknownChoice
    if item.target == "document":
        if item.target_id not in {document.id for document in definition.documents}:
            raise UnknownChoice
    elif item.target != "question" or not can_be_asked_again(definition, answers, item.target_id):
        raise UnknownChoice


def can_be_answered(definition: Definition, answers: Mapping[str, Any], target_id: str) -> bool:
    """Whether a person can put this right: a question that takes an answer, of the filing or of a member it has."""
    group_id, _, rest = target_id.partition("/")
    member_id, _, question_id = rest.partition("/")
    if not definition.has_question(question_id or target_id):
        return False
    question = definition.question(question_id or target_id)
    if question.kind == "group" or question.computed is not None or not registry.of(question).has_value:
        return False
    if question.group_id is None:
        return not rest
    members = answers.get(group_id) or []
    return group_id == question.group_id and any(m.get("_id") == member_id for m in members)


def can_be_asked_again(definition: Definition, answers: Mapping[str, Any], target_id: str) -> bool:
    """Whether a correction may ask for this: a booked slot has a page of its own."""
    return (
        can_be_answered(definition, answers, target_id)
        and definition.question(target_id.rpartition("/")[2]).kind != "slot"
    )


def answer_at(answers: Mapping[str, Any], target_id: str) -> Any:
    """The answer at `question` or `group/member/question`, None when there is none."""
    group_id, _, rest = target_id.partition("/")
    if not rest:
        return answers.get(target_id)
    member_id, _, question_id = rest.partition("/")
    for member in answers.get(group_id) or []:
        if member.get("_id") == member_id:
            return member.get(question_id)
    return None


def with_answer_at(answers: Mapping[str, Any], target_id: str, value: Any) -> dict[str, Any]:
    """A copy of the answers with the value put at `question` or `group/member/question` (None takes it out)."""
    group_id, _, rest = target_id.partition("/")
    changed = dict(answers)
    if not rest:
        changed[target_id] = value
        if value is None:
            del changed[target_id]
        return changed
    member_id, _, question_id = rest.partition("/")
    members = []
    for member in answers.get(group_id) or []:
        kept = dict(member)
        if member.get("_id") == member_id:
            kept[question_id] = value
            if value is None:
                del kept[question_id]
        members.append(kept)
    changed[group_id] = members
    return changed
