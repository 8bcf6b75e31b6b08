"""What the heads of a department are told about protected people, from the record itself: no mail can lose it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from madoguchi.applications.actions.protection import CARRIED
from madoguchi.applications.alarms import ALARM
from madoguchi.applications.models import Application
from madoguchi.audit.models import AuditEntry
from madoguchi.common.lookups import Unindexed
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff

SUBJECT = "list:alarms"
MOST = 200


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """A protected case that was opened, or a filing that protection was carried to."""

    at: datetime
    application_id: UUID
    receipt_number: str
    is_opening: bool
    who: str
    purpose: str


def unseen(staff: Staff, departments: Collection[str]) -> int:
    """How many alarms others raised since this person last looked at the list."""
    # Somebody does thousands of things and looks here now and then: not by the index of actors.
    looks = AuditEntry.objects.annotate(by=Unindexed("actor")).filter(subject=SUBJECT, by=staff.actor)
    looked = looks.order_by("-at")
    last = looked.values_list("at", flat=True).first()
    found = _of(departments).exclude(actor=staff.actor)
    return (found if last is None else found.filter(at__gt=last)).count()


def rows(departments: Collection[str]) -> list[AlarmRow]:
    """The last alarms of these departments, newest first."""
    entries = list(_of(departments).order_by("-at", "-id")[:MOST])
    names = identity.staff_names(entry.actor for entry in entries)
    ids = {UUID(entry.detail["application"]) for entry in entries}
    numbers = dict(Application.objects.filter(id__in=ids).values_list("id", "receipt_number"))
    return [
        AlarmRow(
            entry.at,
            UUID(entry.detail["application"]),
            numbers[UUID(entry.detail["application"])],
            entry.act == ALARM,
            names.get(entry.actor, ""),
            entry.purpose,
        )
        for entry in entries
    ]


def _of(departments: Collection[str]) -> QuerySet[AuditEntry]:
    subjects = [f"department:{code}" for code in sorted(departments)]
    return AuditEntry.objects.filter(subject__in=subjects, act__in=(ALARM, CARRIED))
