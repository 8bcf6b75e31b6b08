"""The chains of the demo city's decisions: the definition's, with made-up colleagues who consented or stood in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from madoguchi.applications import chains, letters
from madoguchi.applications.actions.consulting import ask
from madoguchi.applications.chains import Capacity, Opinion
from madoguchi.applications.desk_chain import post_words
from madoguchi.applications.models import Application, Consultation, Decision
from madoguchi.identity.models import Staff
from madoguchi.organization.models import Role
from madoguchi.procedures.definition import Definition

ABSENCE = "決裁者が出張で不在のため。"
SUBSTITUTED = 0.25  # how many of the decisions that have a substitute were made by one

PeopleOf = Callable[[str, Role], list[Staff]]
NameOf = Callable[[str], str]  # of a department; asked for every decision of a large city


def draft(decision: Decision, application: Application, definition: Definition, name_of: NameOf) -> None:
    """Give a proposal the chain of its definition (whatever its amount) and its words."""
    approval = definition.workflow.approval_of(decision.kind)
    chain = chains.chain_of(approval)
    decision.chain = chain.stored()
    decision.deciding_department = chain.department
    decision.deciding_role = chain.approver
    decision.substitute_role = chain.substitute
    decision.draft_text = letters.draft_text(application, decision, approval.draft if approval else "")
    decision.proposed_by_post = f"{name_of(application.department_code)} {post_words(Role.OFFICER, '')}"


def consultations(
    decision: Decision, definition: Definition, people: PeopleOf, name_of: NameOf, *, is_answered: bool
) -> list[Consultation]:
    """Those who are consulted, asked at the proposal; consented where the decision follows."""
    approval = definition.workflow.approval_of(decision.kind)
    rows = []
    for position, one in enumerate(approval.consult if approval else ()):
        row = Consultation(
            decision=decision,
            position=position,
            department_code=one.department,
            department_name=name_of(one.department),
            role=one.role,
            post=one.post,
            days=one.days,
        )
        ask(row, now=decision.proposed_at)
        who = next(iter(people(one.department, Role(one.role))), None)
        if is_answered and who is not None:
            row.opinion = Opinion.AGREED
            row.answered_by = who
            row.answered_by_name = who.display_name
            row.answered_by_post = f"{name_of(one.department)} {post_words(one.role, one.post)}"
            row.answered_at = decision.proposed_at + timedelta(hours=1)
        rows.append(row)
    return rows


def decider(
    decision: Decision, department_code: str, people: PeopleOf, name_of: NameOf, chance: Random
) -> Staff | None:
    """Who decides: somebody with the post, now and then the substitute; never the drafter."""
    chain = chains.restored(decision.chain)
    stands_in = bool(chain.substitute) and chance.random() < SUBSTITUTED
    for role in (chain.substitute, chain.approver) if stands_in else (chain.approver, chain.substitute):
        found = people(department_code, Role(role)) if role else []
        others = [one for one in found if one.id != decision.proposed_by_id]
        if others:
            who = chance.choice(others)
            decided_as = chains.capacity_of(chain, {role})
            assert decided_as is not None
            decision.decided_as = decided_as
            is_substitute = decided_as == Capacity.SUBSTITUTE
            decision.absence = ABSENCE if is_substitute else ""
            post = chain.substitute_post if is_substitute else chain.post
            decision.decided_by_post = f"{name_of(department_code)} {post_words(role, post)}"
            return who
    return None


def read_later(
    decision: Decision, department_code: str, people: PeopleOf, name_of: NameOf, *, now: datetime
) -> None:
    """What a substitute decided a month ago has been read by the approver."""
    assert decision.decided_at is not None
    if decision.decided_as != Capacity.SUBSTITUTE or decision.decided_at > now - timedelta(days=30):
        return
    chain = chains.restored(decision.chain)
    others = [
        one for one in people(department_code, Role(chain.approver)) if one.id != decision.decided_by_id
    ]
    for who in others[:1]:
        decision.read_later_by = who
        decision.read_later_by_name = who.display_name
        decision.read_later_by_post = f"{name_of(department_code)} {post_words(chain.approver, chain.post)}"
        decision.read_later_at = decision.decided_at + timedelta(days=1)
