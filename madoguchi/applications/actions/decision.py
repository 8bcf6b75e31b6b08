"""Proposing a decision, and deciding it: always two people."""

from __future__ import annotations

from datetime import date, datetime

from madoguchi.applications import external_queries, letters, rules
from madoguchi.applications.actions.review import change_case, commit_case
from madoguchi.applications.errors import (
    ChangedMeanwhile,
    NotAllowed,
    ReasonMissing,
    StepsMissing,
    UnknownChoice,
)
from madoguchi.applications.models import Application, Decision, DocumentCounter, Status
from madoguchi.applications.permissions import may_act_on, may_approve, require
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff
from madoguchi.japan.eras import to_wareki
from madoguchi.japan.fiscal import fiscal_year
from madoguchi.procedures import queries as procedures

NUMBER_ATTEMPTS = 5


class NumberTaken(Exception):
    """Somebody took this document number for another case; the next one is free."""


def propose(*, application: Application, kind: str, reason: str, by: Staff, now: datetime) -> Decision:
    """Draft the decision of a case (起案). Raises `UnknownChoice`, `ReasonMissing`, `StepsMissing`, `NotAllowed`."""
    require(may_act_on(by, application, today=clock.tokyo_date(now)))
    definition = procedures.definition_of(application.procedure_version_id)
    chosen = next((k for k in rules.decision_kinds(definition) if k.id == kind), None)
    if chosen is None:
        raise UnknownChoice
    reason = reason.strip()
    if rules.needs_reason(chosen) and not reason:
        raise ReasonMissing
    if missing := external_queries.missing_before(application, definition, kind):
        raise StepsMissing(tuple(step.title for step in missing))
    decision = Decision(
        application=application,
        kind=kind,
        outcome=chosen.outcome,
        reason=reason,
        proposed_by=by,
        proposed_by_name=by.display_name,
        proposed_at=now,
    )
    unit = kernel.Unit()
    change_case(
        unit,
        application,
        act="propose",
        by=by,
        now=now,
        to=Status.PROPOSED,
        detail={"decision": str(decision.id)},
    )
    unit.insert(decision)
    commit_case(unit, application)
    return decision


def open_proposal(application: Application) -> Decision | None:
    """The proposal that waits for a decision, if there is one."""
    return application.decisions.filter(decided_at=None, sent_back_at=None).first()


def send_back(*, application: Application, reason: str, by: Staff, now: datetime) -> None:
    """Give a proposal back to its drafter with a reason (差戻し). Raises `ReasonMissing`, `NotAllowed`."""
    require(may_approve(by, application, today=clock.tokyo_date(now)))
    proposal = open_proposal(application)
    if proposal is None or not rules.may_decide(proposer=proposal.proposed_by_id, decider=by.id):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    unit = kernel.Unit()
    change_case(unit, application, act="send_back", by=by, now=now, to=Status.IN_REVIEW)
    unit.update(
        Decision,
        where={"id": proposal.id, "decided_at": None, "sent_back_at": None},
        set={"sent_back_at": now, "sent_back_reason": reason.strip()},
        otherwise=ChangedMeanwhile(),
    )
    commit_case(unit, application)


def decide(*, application: Application, by: Staff, now: datetime) -> Decision:
    """Decide as proposed (決裁): the letter gets its number and is kept word for word.

    Raises `NotAllowed` (nobody approves their own work), `ChangedMeanwhile`; `NumberTaken` only when others took
    each of the next numbers first.
    """
    today = clock.tokyo_date(now)
    require(may_approve(by, application, today=today))
    proposal = open_proposal(application)
    if proposal is None or not rules.may_decide(proposer=proposal.proposed_by_id, decider=by.id):
        raise NotAllowed
    for attempts_left in reversed(range(NUMBER_ATTEMPTS)):
        try:
            commit_case(_decided(application, proposal, by=by, now=now), application)
            break
        except NumberTaken:
            if not attempts_left:
                raise
    proposal.refresh_from_db()
    return proposal


def _decided(application: Application, proposal: Decision, *, by: Staff, now: datetime) -> kernel.Unit:
    """What deciding a proposal writes, with the next document number of the moment."""
    today = clock.tokyo_date(now)
    unit = kernel.Unit()
    number = next_document_number(unit, application.department_code, today)
    letter = letters.decision_notice(application, proposal, document_number=number, decided_on=today)
    change_case(
        unit,
        application,
        act="decide",
        by=by,
        now=now,
        to=Status.CLOSED,
        detail={"decision": str(proposal.id), "kind": proposal.kind},
        closed_at=now,
    )
    unit.update(
        Decision,
        where={"id": proposal.id, "decided_at": None, "sent_back_at": None},
        set={
            "decided_by": by.id,
            "decided_by_name": by.display_name,
            "decided_at": now,
            "document_number": number,
            "notice": letters.stored(letter),
        },
        otherwise=ChangedMeanwhile(),
    )
    unit.job("applications.after_decision", {"decision": str(proposal.id)})
    return unit


def next_document_number(unit: kernel.Unit, department_code: str, today: date) -> str:
    """The next number of the department's letters this fiscal year, taken in the same unit."""
    year = fiscal_year(today)
    key = f"{department_code}:{year}"
    last = DocumentCounter.objects.filter(id=key).values_list("last", flat=True).first()
    if last is None:
        first = kernel.Unit()
        first.insert(DocumentCounter(id=key), unless_exists=True)
        kernel.commit(first)
        last = 0
    unit.update(
        DocumentCounter, where={"id": key, "last": last}, set={"last": last + 1}, otherwise=NumberTaken()
    )
    prefix = letters.document_prefix(department_code)
    era_year = to_wareki(date(year, 4, 1)).year
    return rules.fiscal_document_number(prefix=prefix, era_year=era_year, number=last + 1)
