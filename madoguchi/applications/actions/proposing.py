"""Drafting a decision (起案): its texts, who decides it, and who is consulted before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from madoguchi.applications import chains, external_queries, fee_queries, letters, rules
from madoguchi.applications.actions.consulting import ask
from madoguchi.applications.actions.review import change_case, commit_case
from madoguchi.applications.chain_permissions import post_of
from madoguchi.applications.chain_queries import consultations_of
from madoguchi.applications.errors import FeeNotPaid, ReasonMissing, SlotNotHeld, StepsMissing, UnknownChoice
from madoguchi.applications.models import Application, Attachment, Consultation, Decision, Status
from madoguchi.applications.permissions import may_act_on, require
from madoguchi.applications.slot_queries import lacks_slot
from madoguchi.common import clock, kernel
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Approval, DecisionKind
from madoguchi.procedures.logic import evaluate


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposal as it would be made now, with those who would be consulted; nothing of it is written."""

    decision: Decision
    consultations: list[Consultation]


def approval_for(application: Application, kind: str) -> Approval | None:
    """The chain of the definition for this decision of this case, by its amount and answers."""
    definition = procedures.definition_of(application.procedure_version_id)
    evaluation = evaluate(definition, application.answers, today=application.received_on)
    amount = evaluation.entitlement
    return chains.approval_for(
        definition.workflow,
        kind,
        amount=amount if isinstance(amount, int) and not isinstance(amount, bool) else None,
        answers=evaluation.answers,
        on=application.received_on,
    )


def drafted(
    *,
    application: Application,
    kind: DecisionKind,
    reason: str,
    draft_text: str = "",
    addition: str | None = None,
    by: Staff,
    now: datetime,
) -> Draft:
    """The proposal, in the words of the definition where the drafter wrote none of their own.

    `addition` None stands for the words that are proposed, an empty one for none.
    """
    approval = approval_for(application, kind.id)
    chain = chains.chain_of(approval)
    decision = Decision(
        application=application,
        kind=kind.id,
        outcome=kind.outcome,
        reason=reason.strip(),
        chain=chain.stored(),
        deciding_department=chain.department,
        deciding_role=chain.approver,
        substitute_role=chain.substitute,
        proposed_by=by,
        proposed_by_name=by.display_name,
        proposed_by_post=post_of(by, application.department_code, today=clock.tokyo_date(now)),
        proposed_at=now,
    )
    template = approval.draft if approval else ""
    decision.draft_text = draft_text.strip() or letters.draft_text(application, decision, template)
    decision.addition = letters.addition_text(application, decision) if addition is None else addition.strip()
    decision.content_digest = _digest(application, decision)
    return Draft(decision, _consultations(decision, approval, now=now))


def _digest(application: Application, decision: Decision) -> str:
    """What those consulted see: another answer or paper is another proposal."""
    papers = Attachment.objects.filter(owner_id=application.id, replaced_at=None)
    return chains.content_digest(
        {
            "kind": decision.kind,
            "reason": decision.reason,
            "draft_text": decision.draft_text,
            "addition": decision.addition,
            "answers": application.answers,
            "papers": sorted(papers.values_list("digest", flat=True)),
        }
    )


def _consultations(decision: Decision, approval: Approval | None, *, now: datetime) -> list[Consultation]:
    """Those to be consulted; who consented to the very same proposal before is not asked again."""
    consulted = approval.consult if approval else ()
    departments = organization.departments(one.department for one in consulted)
    rows = [
        Consultation(
            decision=decision,
            position=position,
            department_code=one.department,
            department_name=departments[one.department].name
            if one.department in departments
            else one.department,
            role=one.role,
            post=one.post,
            days=one.days,
        )
        for position, one in enumerate(consulted)
    ]
    _carry_consents(decision, rows)
    for place in chains.next_asked(rows, in_turn=bool(approval and approval.in_turn)):
        ask(rows[place], now=now)
    return rows


CARRIED = (
    "asked_at",
    "answer_by_on",
    "opinion",
    "words",
    "answered_by",
    "answered_by_name",
    "answered_by_post",
    "answered_at",
)


def _carry_consents(decision: Decision, rows: list[Consultation]) -> None:
    before = (
        decision.application.decisions.filter(sent_back_at__isnull=False).order_by("-proposed_at").first()
    )
    if not rows or before is None or before.content_digest != decision.content_digest:
        return
    given = {
        (one.department_code, one.role): one
        for one in consultations_of(before)
        if one.opinion in chains.CONSENTS and one.answered_by_id != decision.proposed_by_id
    }
    for row in rows:
        consent = given.get((row.department_code, row.role))
        if consent is not None:
            for name in CARRIED:
                setattr(row, name, getattr(consent, name))


def propose(
    *,
    application: Application,
    kind: str,
    reason: str,
    draft_text: str = "",
    addition: str | None = None,
    by: Staff,
    now: datetime,
) -> Decision:
    """Draft the decision of a case (起案) and ask those to be consulted (合議).

    Raises `UnknownChoice` (also for words where the letter leaves no room), `ReasonMissing`, `StepsMissing`,
    `SlotNotHeld`, `FeeNotPaid`, `NotAllowed`.
    """
    require(may_act_on(by, application, today=clock.tokyo_date(now)))
    definition = procedures.definition_of(application.procedure_version_id)
    chosen = next((k for k in rules.decision_kinds(definition) if k.id == kind), None)
    if chosen is None:
        raise UnknownChoice
    if rules.needs_reason(chosen) and not reason.strip():
        raise ReasonMissing
    if missing := external_queries.missing_before(application, definition, kind):
        raise StepsMissing(tuple(step.title for step in missing))
    if lacks_slot(application, definition, kind):
        raise SlotNotHeld
    if owed := fee_queries.owed_before(application, definition.fee, chosen.outcome):
        raise FeeNotPaid(owed)
    notice = definition.outputs.notice(chosen.notice)
    if (addition or "").strip() and (notice is None or notice.addition is None):
        raise UnknownChoice
    draft = drafted(
        application=application,
        kind=chosen,
        reason=reason,
        draft_text=draft_text,
        addition=addition,
        by=by,
        now=now,
    )
    unit = kernel.Unit()
    change_case(
        unit,
        application,
        act="propose",
        by=by,
        now=now,
        to=Status.PROPOSED,
        detail={"decision": str(draft.decision.id)},
    )
    unit.insert(draft.decision)
    for consultation in draft.consultations:
        unit.insert(consultation)
        if consultation.is_asked and not consultation.opinion:
            unit.job("applications.tell_consultation", {"consultation": str(consultation.id)})
    commit_case(unit, application)
    return draft.decision
