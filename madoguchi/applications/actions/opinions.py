"""Asking other departments for their opinion (意見照会), and giving it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError
from django.db.models import QuerySet

from madoguchi.applications import rules
from madoguchi.applications.actions.drafts import attachment_of
from madoguchi.applications.actions.review import change_case, commit_case
from madoguchi.applications.errors import (
    ChangedMeanwhile,
    DayOutOfRange,
    NotAllowed,
    NothingChosen,
    ReasonMissing,
    UnknownChoice,
)
from madoguchi.applications.models import Application, OpinionRequest
from madoguchi.applications.permissions import departments_seen, may_act_on, require
from madoguchi.common import clock, kernel
from madoguchi.common.files.intake import Accepted
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures

LONGEST_WAIT = timedelta(days=90)


class AskedAlready(Exception):
    """A department has not answered an earlier request about this case; `codes` name them."""

    def __init__(self, codes: Collection[str]) -> None:
        super().__init__(f"{len(codes)} departments")
        self.codes = frozenset(codes)


class NoLongerAsked(Exception):
    """The request was withdrawn, or answered by a colleague."""


def ask_opinions(
    *,
    application: Application,
    departments: Collection[str],
    question: str,
    sections: Collection[str],
    due_on: date,
    by: Staff,
    now: datetime,
) -> list[OpinionRequest]:
    """Ask departments for their opinion, and open to them the answers of `sections` until they gave it.

    Of a protected case (支援措置) nothing is opened. Raises `NotAllowed`, `NothingChosen` (no department, no question),
    `UnknownChoice`, `DayOutOfRange`, `AskedAlready`, `ChangedMeanwhile`.
    """
    today = clock.tokyo_date(now)
    require(may_act_on(by, application, today=today))
    require(rules.may_ask_opinions(application.status))
    if not departments or not question.strip():
        raise NothingChosen
    known = {one.code for one in organization.all_departments(today)} - {application.department_code}
    there = {one.id for one in procedures.definition_of(application.procedure_version_id).sections}
    is_protected = identity.is_restricted(f"application:{application.id}", today)
    if not set(departments) <= known or not set(sections) <= there or (sections and is_protected):
        raise UnknownChoice
    if not today < due_on <= today + LONGEST_WAIT:
        raise DayOutOfRange
    asked = set(waiting_for(application).values_list("department_code", flat=True)) & set(departments)
    if asked:
        raise AskedAlready(asked)
    requests = [
        OpinionRequest(
            application=application,
            department_code=code,
            asked_at=now,
            asked_by=by,
            asked_by_name=by.display_name,
            question=question.strip(),
            sections=sorted(sections),
            due_on=due_on,
        )
        for code in sorted(departments)
    ]
    unit = kernel.Unit()
    detail = {"departments": [one.department_code for one in requests], "sections": sorted(sections)}
    change_case(unit, application, act="ask_opinion", by=by, now=now, detail=detail)
    for one in requests:
        unit.insert(one)
        unit.job("applications.tell_opinion_asked", {"opinion": str(one.id)})
    try:
        commit_case(unit, application)
    except IntegrityError:
        raise AskedAlready(departments) from None
    return requests


def give_opinion(
    *,
    opinion: OpinionRequest,
    answer: str,
    text: str,
    files: Sequence[Accepted],
    by: Staff,
    now: datetime,
) -> None:
    """Answer for the department that was asked.

    What comes when the case is decided is kept and marked: it changes nothing of the decision, but may be a reason to
    look at it again, which nobody could do who was never told. Raises `NotAllowed`, `NoLongerAsked`, `UnknownChoice`,
    `ReasonMissing` for an opinion without words, `ChangedMeanwhile`.
    """
    require(opinion.department_code in departments_seen(by, today=clock.tokyo_date(now)))
    if opinion.answered_at is not None or opinion.withdrawn_at is not None:
        raise NoLongerAsked
    if answer not in OpinionRequest.Answer.values:
        raise UnknownChoice
    if answer == OpinionRequest.Answer.SOME and not text.strip():
        raise ReasonMissing
    application = opinion.application
    unit = kernel.Unit()
    detail = {"opinion": str(opinion.id), "department": opinion.department_code}
    change_case(unit, application, act="give_opinion", by=by, now=now, detail=detail)
    unit.update(
        OpinionRequest,
        where={"id": opinion.id, "answered_at": None, "withdrawn_at": None},
        set={
            "answered_at": now,
            "answered_by": by.id,
            "answered_by_name": by.display_name,
            "answer": answer,
            "text": text.strip(),
            "after_decision": application.status not in rules.OPEN,
        },
        otherwise=ChangedMeanwhile(),
    )
    for file in {file.digest: file for file in files}.values():
        unit.insert(attachment_of(application.id, f"opinion/{opinion.id}", file, now=now, by=by.actor))
    unit.job("applications.tell_opinion_given", {"opinion": str(opinion.id)})
    commit_case(unit, application)


def withdraw_opinion(*, opinion: OpinionRequest, by: Staff, now: datetime) -> None:
    """Take a request back: nothing is open to the department any more. Raises `NotAllowed`, `ChangedMeanwhile`."""
    application = opinion.application
    require(may_act_on(by, application, today=clock.tokyo_date(now)))
    if opinion.answered_at is not None or opinion.withdrawn_at is not None:
        raise NotAllowed
    unit = kernel.Unit()
    detail = {"opinion": str(opinion.id), "department": opinion.department_code}
    change_case(unit, application, act="withdraw_opinion", by=by, now=now, detail=detail)
    unit.update(
        OpinionRequest,
        where={"id": opinion.id, "answered_at": None, "withdrawn_at": None},
        set={"withdrawn_at": now, "withdrawn_by": by.id},
        otherwise=ChangedMeanwhile(),
    )
    commit_case(unit, application)


def waiting_for(application: Application) -> QuerySet[OpinionRequest]:
    """The requests of a case that wait for an answer."""
    return OpinionRequest.objects.filter(application=application, answered_at=None, withdrawn_at=None)
