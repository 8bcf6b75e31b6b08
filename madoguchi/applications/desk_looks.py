"""Who looks at a case: when each person last did, and who has it open now."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from madoguchi.applications.models import CaseLook
from madoguchi.common import kernel
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff

# Without a script nobody tells that a page was closed: what was opened counts as open for so long.
OPEN_FOR = timedelta(minutes=5)
EDITING_FOR = timedelta(minutes=15)
# Loading a case again within this time is the same look: what was new stays marked.
SAME_LOOK = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Other:
    """A colleague who has the case open, and perhaps a form of it."""

    name: str
    is_editing: bool


@dataclass(frozen=True, slots=True)
class Looks:
    """The last look of one person, and who else is in the case."""

    mine: CaseLook | None
    others: tuple[Other, ...]

    def since(self, now: datetime) -> datetime | None:
        """From when on things are new to this person; None at the first look, to which everything is new."""
        if self.mine is None:
            return None
        return self.mine.seen_at if now - self.mine.seen_at > SAME_LOOK else self.mine.since_at


def looks_at(application_id: uuid.UUID, *, staff: Staff, now: datetime) -> Looks:
    """One question: the own look, and those of others that are open, by name; who signed out looks no more."""
    at_work = Exists(identity.signed_in(now=now).filter(staff=OuterRef("staff")))
    rows = CaseLook.objects.filter(application=application_id).select_related("staff")
    mine, others = None, []
    for row in rows.annotate(at_work=at_work):
        if row.staff_id == staff.id:
            mine = row
        elif row.open_until > now and row.at_work:
            is_editing = row.editing_until is not None and row.editing_until > now
            others.append(Other(row.staff.display_name, is_editing))
    return Looks(mine, tuple(sorted(others, key=lambda other: (not other.is_editing, other.name))))


def note_look(
    unit: kernel.Unit,
    application_id: uuid.UUID,
    looks: Looks,
    *,
    staff: Staff,
    now: datetime,
    sees_news: bool,
    is_editing: bool,
) -> None:
    """Add to `unit` that this person has the case open; `sees_news`: the page tells what is new."""
    until = {"open_until": now + OPEN_FOR, "editing_until": now + EDITING_FOR if is_editing else None}
    if looks.mine is None:
        row = CaseLook(application_id=application_id, staff=staff, seen_at=now, **until)
        unit.insert(row, unless_exists=True)  # two windows at once: either look will do
        return
    seen = {"since_at": looks.since(now), "seen_at": now} if sees_news else {}
    unit.update(CaseLook, where={"id": looks.mine.id}, set={**until, **seen}, expect=None)
