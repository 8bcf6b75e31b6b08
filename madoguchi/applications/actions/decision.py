"""Deciding what was proposed, or sending it back: always two people."""

from __future__ import annotations

from datetime import date, datetime

from madoguchi.applications import letters, rules
from madoguchi.applications.actions.fee_following import follow_decision
from madoguchi.applications.actions.review import change_case, commit_case
from madoguchi.applications.actions.slots import release_slot
from madoguchi.applications.chain_permissions import decides_as, deciding_department, post_of
from madoguchi.applications.chain_queries import consultations_of
from madoguchi.applications.chains import Capacity, is_settled, restored
from madoguchi.applications.errors import (
    ChangedMeanwhile,
    ConsultationOpen,
    FeeNotPaid,
    NotAllowed,
    ReasonMissing,
    SlotNotHeld,
)
from madoguchi.applications.fee_queries import owed_before
from madoguchi.applications.models import Application, Decision, DocumentCounter, Status
from madoguchi.applications.permissions import may_handle, require
from madoguchi.applications.slot_queries import lacks_slot
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff
from madoguchi.japan.eras import to_wareki
from madoguchi.japan.fiscal import fiscal_year
from madoguchi.procedures.queries import definition_of

NUMBER_ATTEMPTS = 5


class NumberTaken(Exception):
    """Somebody took this document number for another case; the next one is free."""


def open_proposal(application: Application) -> Decision | None:
    """The proposal that waits for a decision, if there is one."""
    return application.decisions.filter(decided_at=None, sent_back_at=None).first()


def send_back(*, application: Application, reason: str, by: Staff, now: datetime) -> None:
    """Give a proposal back to its drafter with a reason (差戻し). Raises `ReasonMissing`, `NotAllowed`."""
    proposal = open_proposal(application)
    require(proposal is not None)
    assert proposal is not None
    require(decides_as(by, application, proposal, today=clock.tokyo_date(now)) is not None)
    if not reason.strip():
        raise ReasonMissing
    _end(application, proposal, act="send_back", reason=reason.strip(), by=by, now=now)


def take_back(*, application: Application, by: Staff, now: datetime) -> None:
    """Take one's own proposal back before it is decided (引き戻し), to change it. Raises `NotAllowed`."""
    proposal = open_proposal(application)
    require(proposal is not None and proposal.proposed_by_id == by.id)
    assert proposal is not None
    require(may_handle(by, application, today=clock.tokyo_date(now)))
    _end(application, proposal, act="take_back", reason="", by=by, now=now)


def _end(
    application: Application, proposal: Decision, *, act: str, reason: str, by: Staff, now: datetime
) -> None:
    unit = kernel.Unit()
    change_case(unit, application, act=act, by=by, now=now, to=Status.IN_REVIEW)
    unit.update(
        Decision,
        where={"id": proposal.id, "decided_at": None, "sent_back_at": None},
        set={
            "sent_back_at": now,
            "sent_back_reason": reason,
            "sent_back_by": by.id,
            "sent_back_by_name": by.display_name,
        },
        otherwise=ChangedMeanwhile(),
    )
    commit_case(unit, application)


def decide(*, application: Application, by: Staff, now: datetime, absence: str = "") -> Decision:
    """Decide as proposed (決裁・専決・代決): the letter gets its number and is kept word for word.

    `absence` is what a substitute states about the approver. Raises `NotAllowed` (nobody approves their own work),
    `ConsultationOpen`, `SlotNotHeld`, `FeeNotPaid`, `ReasonMissing`, `ChangedMeanwhile`; `NumberTaken` only when others
    took each of the next numbers first.
    """
    proposal = open_proposal(application)
    if proposal is None:
        raise NotAllowed
    capacity = decides_as(by, application, proposal, today=clock.tokyo_date(now))
    if capacity is None or not rules.may_decide(proposer=proposal.proposed_by_id, decider=by.id):
        raise NotAllowed
    if not is_settled(consultations_of(proposal)):
        raise ConsultationOpen
    definition = definition_of(application.procedure_version_id)
    if lacks_slot(application, definition, proposal.kind):
        raise SlotNotHeld
    if owed := owed_before(application, definition.fee, proposal.outcome):  # a payment was undone since
        raise FeeNotPaid(owed)
    if capacity == Capacity.SUBSTITUTE and not absence.strip():
        raise ReasonMissing
    for attempts_left in reversed(range(NUMBER_ATTEMPTS)):
        try:
            unit = _decided(application, proposal, by=by, now=now, as_=capacity, absence=absence.strip())
            commit_case(unit, application)
            break
        except NumberTaken:
            if not attempts_left:
                raise
    proposal.refresh_from_db()
    return proposal


def _decided(
    application: Application,
    proposal: Decision,
    *,
    by: Staff,
    now: datetime,
    as_: Capacity = Capacity.APPROVER,
    absence: str = "",
) -> kernel.Unit:
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
        detail={"decision": str(proposal.id), "kind": proposal.kind, "as": as_},
        closed_at=now,
    )
    unit.update(
        Decision,
        where={"id": proposal.id, "decided_at": None, "sent_back_at": None},
        set={
            "decided_by": by.id,
            "decided_by_name": by.display_name,
            "decided_by_post": decider_post(by, application, proposal, as_=as_, today=today),
            "decided_as": as_,
            "absence": absence if as_ == Capacity.SUBSTITUTE else "",
            "decided_at": now,
            "due_on": application.due_on,
            "document_number": number,
            "notice": letters.stored(letter),
        },
        otherwise=ChangedMeanwhile(),
    )
    if rules.frees_slot(definition_of(application.procedure_version_id), proposal.kind):
        release_slot(unit, application, now=now)
    follow_decision(unit, application, proposal.outcome)
    unit.job("applications.after_decision", {"decision": str(proposal.id)})
    if as_ == Capacity.SUBSTITUTE:
        unit.job("applications.tell_substitution", {"decision": str(proposal.id)})
    unit.job("applications.queue_handover", {"application": str(application.id)})
    return unit


def decider_post(
    staff: Staff, application: Application, proposal: Decision, *, as_: Capacity, today: date
) -> str:
    """Department and post of who decides, as they are called in the chain."""
    chain = restored(proposal.chain)
    role, title = (
        (chain.substitute, chain.substitute_post)
        if as_ == Capacity.SUBSTITUTE
        else (chain.approver, chain.post)
    )
    department = deciding_department(application, proposal)
    return post_of(staff, department, today=today, role=role, title=title)


def read_later(*, application: Application, decision: Decision, by: Staff, now: datetime) -> None:
    """The approver has read what a substitute decided while they were absent (後閲).

    Raises `NotAllowed` (nothing to read, the substitute's or drafter's own work), `ChangedMeanwhile`.
    """
    today = clock.tokyo_date(now)
    capacity = decides_as(by, application, decision, today=today)
    require(decision.decided_as == Capacity.SUBSTITUTE and decision.read_later_at is None)
    require(capacity in (Capacity.APPROVER, Capacity.DELEGATE) and decision.decided_by_id != by.id)
    unit = kernel.Unit()
    change_case(unit, application, act="read_later", by=by, now=now, detail={"decision": str(decision.id)})
    unit.update(
        Decision,
        where={"id": decision.id, "read_later_at": None},
        set={
            "read_later_at": now,
            "read_later_by": by.id,
            "read_later_by_name": by.display_name,
            "read_later_by_post": decider_post(by, application, decision, as_=Capacity.APPROVER, today=today),
        },
        otherwise=ChangedMeanwhile(),
    )
    commit_case(unit, application)


def next_document_number(unit: kernel.Unit, department_code: str, today: date) -> str:
    """The next number of the department's letters this fiscal year, taken in the same unit.

    Departments whose numbers begin alike count together: no two letters of a city have one number.
    """
    year = fiscal_year(today)
    prefix = letters.document_prefix(department_code)
    key = f"{prefix}:{year}"
    last = DocumentCounter.objects.filter(id=key).values_list("last", flat=True).first()
    if last is None:
        first = kernel.Unit()
        first.insert(DocumentCounter(id=key), unless_exists=True)
        kernel.commit(first)
        last = 0
    unit.update(
        DocumentCounter, where={"id": key, "last": last}, set={"last": last + 1}, otherwise=NumberTaken()
    )
    era_year = to_wareki(date(year, 4, 1)).year
    return rules.fiscal_document_number(prefix=prefix, era_year=era_year, number=last + 1)
