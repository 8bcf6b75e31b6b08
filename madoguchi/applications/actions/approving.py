"""Deciding many proposals at a sitting (一括決裁): each by itself, and none that was not opened as the rule asks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from madoguchi.applications.actions.decision import decide
from madoguchi.applications.chain_permissions import decides_as
from madoguchi.applications.chain_queries import versions_looked_at
from madoguchi.applications.chains import Capacity, must_be_opened, restored
from madoguchi.applications.errors import ChangedMeanwhile, DecidedAlone, NotAllowed, NotOpened
from madoguchi.applications.models import Decision
from madoguchi.applications.permissions import may_see_protected
from madoguchi.common import clock
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff


def decide_opened(*, decision_id: UUID, version: int, by: Staff, now: datetime) -> Decision:
    """Decide one of several proposals as it was shown in the list.

    Raises `ChangedMeanwhile` (also when it was decided), `NotAllowed`, `DecidedAlone` (also for a protected case of
    another department), `ConsultationOpen`, `NotOpened` when the rule of the definition asks for a look at this state of
    the case and none is on record, `SlotNotHeld`, `FeeNotPaid`, `NumberTaken`.
    """
    proposal = Decision.objects.select_related("application").get(id=decision_id)
    application, today = proposal.application, clock.tokyo_date(now)
    capacity = decides_as(by, application, proposal, today=today)
    if capacity is None:
        raise NotAllowed
    if proposal.decided_at or proposal.sent_back_at or application.version != version:
        raise ChangedMeanwhile
    chain = restored(proposal.chain)
    if not chain.sample or capacity == Capacity.SUBSTITUTE:
        raise DecidedAlone
    restriction = identity.restriction_of(f"application:{application.id}", today)
    if restriction is not None and not may_see_protected(by, restriction.responsible_department, today=today):
        raise DecidedAlone  # with a purpose stated, and told to the responsible department
    if must_be_opened(proposal.id, sample=chain.sample, is_protected=restriction is not None):
        looked = versions_looked_at(by, [application.id], since=proposal.proposed_at)
        if version not in looked.get(application.id, set()):
            raise NotOpened
    return decide(application=application, by=by, now=now)
