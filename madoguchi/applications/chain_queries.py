"""What actions and pages ask about chains: consultations as they stand, and what an approver has opened."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from madoguchi.applications.models import Consultation, Decision
from madoguchi.audit.models import AuditEntry
from madoguchi.identity.models import Staff

LOOKED = "case_decide"  # the page on which a proposal is read
READS = ("read", "read_protected")


def consultations_of(decision: Decision) -> list[Consultation]:
    """The consultations of a proposal as they stand, in the order of the chain."""
    rows = decision.consultations.filter(replaced_at=None).select_related("answered_by")
    return list(rows.order_by("position"))


def all_consultations_of(decision: Decision) -> list[Consultation]:
    """Every time somebody was asked, for the record."""
    return list(decision.consultations.order_by("position", "round"))


def versions_looked_at(
    staff: Staff, applications: Collection[UUID], *, since: datetime
) -> dict[UUID, set[int]]:
    """Which versions of these cases this person has read on the page of the decision: one question."""
    subjects = {f"application:{one}": one for one in applications}
    entries = AuditEntry.objects.filter(
        actor=staff.actor, subject__in=sorted(subjects), act__in=READS, at__gte=since
    )
    found: dict[UUID, set[int]] = {}
    for subject, detail in entries.values_list("subject", "detail"):
        if detail.get("page") == LOOKED and isinstance(detail.get("version"), int):
            found.setdefault(subjects[subject], set()).add(detail["version"])
    return found
