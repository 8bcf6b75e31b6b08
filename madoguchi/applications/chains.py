"""Who is consulted and who decides (合議・決裁・専決・代決): plain values in, an answer out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from django.db.models import TextChoices

from madoguchi.procedures.conditions import Scope
from madoguchi.procedures.definition import Approval, Workflow


class Opinion(TextChoices):
    """What a consulted department said (合議)."""

    AGREED = "agreed"  # 同意
    REMARKED = "remarked"  # 意見を付けて同意
    DISAGREED = "disagreed"  # 不同意


class Capacity(TextChoices):
    """As whom somebody decided."""

    APPROVER = "approver"  # 決裁
    DELEGATE = "delegate"  # 専決
    SUBSTITUTE = "substitute"  # 代決


CONSENTS = (Opinion.AGREED, Opinion.REMARKED)

# Who acts for a role: a head also does what an approver may, and either what an officer may.
LEVELS: dict[str, tuple[str, ...]] = {
    "officer": ("officer", "approver", "head"),
    "approver": ("approver", "head"),
    "head": ("head",),
}


@dataclass(frozen=True, slots=True)
class Chain:
    """Who decides a proposal, as the definition said when it was proposed; kept with it, so that it never changes."""

    approver: str = "approver"
    department: str = ""  # "": the department of the case
    post: str = ""
    delegation: str = ""  # the basis of 専決; "" where the approver decides in their own right
    substitute: str = ""
    substitute_post: str = ""
    in_turn: bool = False
    sample: int = 100

    def stored(self) -> dict[str, Any]:
        """As it is kept with a proposal."""
        return asdict(self)


def restored(data: Mapping[str, Any]) -> Chain:
    """The chain again; one that was proposed before there were chains has the plain one."""
    return Chain(**data)


def chain_of(approval: Approval | None) -> Chain:
    """The part of a definition's chain that is kept with a proposal."""
    if approval is None:
        return Chain()
    substitute = approval.substitute
    return Chain(
        approver="head" if approval.approver == "head" else "approver",
        department=approval.department,
        post=approval.post,
        delegation=approval.delegation.basis if approval.delegation else "",
        substitute=substitute.role if substitute else "",
        substitute_post=substitute.post if substitute else "",
        in_turn=approval.in_turn,
        sample=approval.sample,
    )


def approval_for(
    workflow: Workflow, decision_id: str, *, amount: int | None, answers: Mapping[str, Any], on: date
) -> Approval | None:
    """The chain for a decision: the first whose amount and condition hold.

    An amount that is not known counts as a high one, so that it never comes to a lower approver.
    """
    scope = Scope(answers, on)
    for approval in workflow.approvals_of(decision_id):
        if approval.at_least is not None and amount is not None and amount < approval.at_least:
            continue
        if approval.below is not None and (amount is None or amount >= approval.below):
            continue
        if approval.provided is None or approval.provided.holds(scope):
            return approval
    return None


def capacity_of(chain: Chain, roles: Collection[str]) -> Capacity | None:
    """As whom somebody with these roles in the deciding department decides; None where they do not."""
    if any(role in roles for role in LEVELS[chain.approver]):
        return Capacity.DELEGATE if chain.delegation else Capacity.APPROVER
    if chain.substitute and any(role in roles for role in LEVELS.get(chain.substitute, ())):
        return Capacity.SUBSTITUTE
    return None


def answers_for(role: str, roles: Collection[str]) -> bool:
    """Whether somebody with these roles in the consulted department answers for it."""
    return any(one in roles for one in LEVELS.get(role, ()))


class Asked(Protocol):
    """A consultation, as far as the rules look at it."""

    @property
    def is_asked(self) -> bool: ...
    @property
    def is_settled(self) -> bool: ...


def is_settled(consultations: Sequence[Asked]) -> bool:
    """Whether nothing more is to be waited for before the decision."""
    return all(one.is_settled for one in consultations)


def next_asked(consultations: Sequence[Asked], *, in_turn: bool) -> list[int]:
    """The places of those that are to be asked now: all, or the first behind those that have agreed."""
    if not in_turn:
        return [n for n, one in enumerate(consultations) if not one.is_asked]
    for n, one in enumerate(consultations):
        if not one.is_asked:
            return [n]
        if not one.is_settled:
            return []
    return []


class WhyPassOver(TextChoices):
    """What lets an approver go on without the consent of a consulted department."""

    LATE = "late"
    NOBODY = "nobody"
    DISAGREED = "disagreed"
    HIDDEN = "hidden"


def why_pass_over(
    *, opinion: str, is_asked: bool, answer_by: date | None, today: date, can_answer: bool, is_hidden: bool
) -> WhyPassOver | None:
    """Why an approver may go on without this consent, stating the reason; None where they wait for it, or have it.

    `is_hidden`: the person is protected (支援措置) and the consulted department may not see the case.
    """
    if opinion:
        return WhyPassOver.DISAGREED if opinion == Opinion.DISAGREED else None
    if not is_asked:
        return None
    if not can_answer:
        return WhyPassOver.NOBODY
    if is_hidden:
        return WhyPassOver.HIDDEN
    return WhyPassOver.LATE if answer_by is not None and today > answer_by else None


def must_be_opened(decision_id: UUID, *, sample: int, is_protected: bool) -> bool:
    """Whether an approver opens this one before deciding it in a batch.

    Which of a hundred are in the sample follows from the id alone: it is the same for everybody and cannot be drawn
    again. Whoever is protected (支援措置) is always looked at.
    """
    if is_protected:
        return True
    drawn = int.from_bytes(hashlib.sha256(decision_id.bytes).digest()[:4]) % 100
    return drawn < sample


def content_digest(content: Mapping[str, Any]) -> str:
    """What a consulted department agreed to, in short: the same digest, the same proposal."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
