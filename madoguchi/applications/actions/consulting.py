"""Consulting other departments about a proposal (合議): answer, ask again, go on without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from madoguchi.applications.actions.review import change_case, commit_case
from madoguchi.applications.chain_permissions import (
    can_be_answered,
    consulted_department,
    decides_as,
    may_answer,
    post_of,
)
from madoguchi.applications.chain_queries import consultations_of
from madoguchi.applications.chains import Opinion, WhyPassOver, next_asked, restored, why_pass_over
from madoguchi.applications.errors import (
    AlreadySettled,
    ChangedMeanwhile,
    NotAllowed,
    ReasonMissing,
    UnknownChoice,
)
from madoguchi.applications.models import Application, Consultation
from madoguchi.applications.permissions import require
from madoguchi.common import clock, kernel
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.japan.closed_days import add_business_days
from madoguchi.organization import queries as organization

ATTEMPTS = 5


def ask(consultation: Consultation, *, now: datetime) -> None:
    """Set from when and until when a department is asked; the day of asking is not counted (民法 第140条)."""
    consultation.asked_at = now
    consultation.answer_by_on = add_business_days(
        clock.tokyo_date(now), consultation.days, organization.closed_days()
    )


def next_in_turn(unit: kernel.Unit, rows: Sequence[Consultation], *, in_turn: bool, now: datetime) -> None:
    """Ask those whose turn has come by what is written in `rows`."""
    for place in next_asked(rows, in_turn=in_turn):
        row = rows[place]
        ask(row, now=now)
        unit.update(
            Consultation,
            where={"id": row.id, "asked_at": None},
            set={"asked_at": row.asked_at, "answer_by_on": row.answer_by_on},
            otherwise=ChangedMeanwhile(),
        )
        unit.job("applications.tell_consultation", {"consultation": str(row.id)})


def answer_consultation(
    *, consultation_id: UUID, opinion: str, words: str = "", by: Staff, now: datetime
) -> Consultation:
    """Say what the department thinks of a proposal (合議の回答).

    Raises `NotAllowed` (also the drafter), `AlreadySettled` when the proposal was decided or sent back meanwhile,
    `UnknownChoice`, `ReasonMissing` for an opinion or a refusal without words.
    """
    if opinion not in Opinion.values:
        raise UnknownChoice
    if opinion != Opinion.AGREED and not words.strip():
        raise ReasonMissing

    def written() -> Consultation:
        consultation, rows = _open(consultation_id)
        if consultation.is_settled or consultation.opinion:
            raise AlreadySettled
        today = clock.tokyo_date(now)
        require(may_answer(by, consultation, today=today))
        application = consultation.decision.application
        unit = kernel.Unit()
        detail = {"consultation": str(consultation.id), "opinion": opinion}
        change_case(unit, application, act="consult", by=by, now=now, detail=detail)
        changes = {
            "opinion": opinion,
            "words": words.strip(),
            "answered_by_id": by.id,
            "answered_by_name": by.display_name,
            "answered_by_post": post_of(
                by,
                consulted_department(consultation),
                today=today,
                role=consultation.role,
                title=consultation.post,
            ),
            "answered_at": now,
        }
        _change(unit, consultation, changes)
        next_in_turn(unit, rows, in_turn=restored(consultation.decision.chain).in_turn, now=now)
        commit_case(unit, application)
        return consultation

    return _again_when_overtaken(written)


def _again_when_overtaken(written: Callable[[], Consultation]) -> Consultation:
    """Departments that are asked together answer without hindering each other: what was said stays as it was read."""
    for _attempt in range(ATTEMPTS - 1):
        with suppress(ChangedMeanwhile):
            return written()
    return written()


def _open(consultation_id: UUID) -> tuple[Consultation, list[Consultation]]:
    """A consultation among those of its proposal, which waits for a decision. Raises `AlreadySettled`, `NotAllowed`."""
    asked = Consultation.objects.select_related("decision__application")
    found = asked.filter(id=consultation_id).first()
    if found is None:
        raise NotAllowed
    decision = found.decision
    if decision.decided_at or decision.sent_back_at or found.replaced_at or not found.is_asked:
        raise AlreadySettled
    return found, [found if row.id == found.id else row for row in consultations_of(decision)]


def _change(unit: kernel.Unit, consultation: Consultation, changes: dict[str, object]) -> None:
    guard = {
        "id": consultation.id,
        "opinion": consultation.opinion,
        "replaced_at": None,
        "passed_over_at": None,
    }
    for name, value in changes.items():
        setattr(consultation, name, value)
    named = {name.removesuffix("_id"): value for name, value in changes.items()}
    unit.update(Consultation, where=guard, set=named, otherwise=ChangedMeanwhile())


def may_pass_over(
    application: Application, consultation: Consultation, *, now: datetime
) -> WhyPassOver | None:
    """Why the approver may go on without this consent; None where they wait for it, or have it."""
    if consultation.is_settled:
        return None
    today = clock.tokyo_date(now)
    return why_pass_over(
        opinion=consultation.opinion,
        is_asked=consultation.is_asked,
        answer_by=consultation.answer_by_on,
        today=today,
        can_answer=can_be_answered(consultation, today=today),
        is_hidden=is_hidden(application, consultation.department_code, now=now),
    )


def is_hidden(application: Application, department_code: str, *, now: datetime) -> bool:
    """Whether a case is protected (支援措置) in a way that this department may not see it."""
    restriction = identity.restriction_of(f"application:{application.id}", clock.tokyo_date(now))
    if restriction is None:
        return False
    asked = organization.in_charge(department_code, application.procedure_id)
    return restriction.responsible_department not in (department_code, asked)


def pass_over(
    *, application: Application, consultation_id: UUID, reason: str, by: Staff, now: datetime
) -> None:
    """Go on without the consent of a department, for a stated reason; for who decides.

    Raises `NotAllowed` while it has to be waited for, `AlreadySettled`, `ReasonMissing`, `ChangedMeanwhile`.
    """
    consultation, rows = _open(consultation_id)
    decision = consultation.decision
    require(decision.application_id == application.id)
    require(decides_as(by, application, decision, today=clock.tokyo_date(now)) is not None)
    if consultation.is_settled:
        raise AlreadySettled
    require(may_pass_over(application, consultation, now=now) is not None)
    if not reason.strip():
        raise ReasonMissing
    unit = kernel.Unit()
    detail = {"consultation": str(consultation.id)}
    change_case(unit, application, act="consult_pass_over", by=by, now=now, detail=detail)
    changes = {
        "passed_over_because": reason.strip(),
        "passed_over_at": now,
        "passed_over_by_id": by.id,
        "passed_over_by_name": by.display_name,
    }
    _change(unit, consultation, changes)
    next_in_turn(unit, rows, in_turn=restored(decision.chain).in_turn, now=now)
    commit_case(unit, application)


def ask_again(
    *, application: Application, consultation_id: UUID, reason: str, by: Staff, now: datetime
) -> None:
    """Send a proposal back to a consulted department (合議への差戻し), which answers anew; for who decides.

    Where they are asked in turn, those behind it are asked anew as well. What was said stays on the record.
    Raises `NotAllowed`, `AlreadySettled`, `ReasonMissing`, `ChangedMeanwhile`.
    """
    consultation, rows = _open(consultation_id)
    decision = consultation.decision
    require(decision.application_id == application.id)
    require(decides_as(by, application, decision, today=clock.tokyo_date(now)) is not None)
    require(bool(consultation.opinion) or consultation.is_settled)
    if not reason.strip():
        raise ReasonMissing
    in_turn = restored(decision.chain).in_turn
    unit = kernel.Unit()
    detail = {"consultation": str(consultation.id), "reason": reason.strip()}
    change_case(unit, application, act="consult_again", by=by, now=now, detail=detail)
    for row in rows:
        is_behind = in_turn and row.position > consultation.position and row.is_asked
        if row.id != consultation.id and not is_behind:
            continue
        unit.update(
            Consultation,
            where={"id": row.id, "replaced_at": None},
            set={"replaced_at": now},
            otherwise=ChangedMeanwhile(),
        )
        anew = Consultation(
            decision=decision,
            position=row.position,
            round=row.round + 1,
            department_code=row.department_code,
            department_name=row.department_name,
            role=row.role,
            post=row.post,
            days=row.days,
            asked_because=reason.strip(),
        )
        if row.id == consultation.id:
            ask(anew, now=now)
            unit.job("applications.tell_consultation", {"consultation": str(anew.id)})
        unit.insert(anew)
    commit_case(unit, application)
