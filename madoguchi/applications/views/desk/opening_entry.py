"""Opening an unfinished entry at the desk; the only way desk views reach one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from madoguchi.applications.entry_pages import Entry
from madoguchi.applications.models import Application, Channel, Draft
from madoguchi.applications.permissions import HANDLES as HANDLING
from madoguchi.audit import actions as audit
from madoguchi.common import access, clock, kernel
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures

HANDLES = ("officer", "head")
P = ParamSpec("P")


@dataclass(slots=True)
class OpenEntry:
    """An unfinished entry in the hands of one person for one request."""

    draft: Draft
    staff: Staff
    now: datetime

    @property
    def url(self) -> str:
        """The page of all questions."""
        return reverse("desk:entry", args=[self.draft.id])

    @property
    def entry(self) -> Entry:
        """The draft as it stands now."""
        return Entry(self.draft, clock.tokyo_date(self.now))


EntryView = Callable[Concatenate[HttpRequest, OpenEntry, P], HttpResponse]


def with_entry(view: EntryView[P]) -> Callable[..., HttpResponse]:
    """Give the view an unfinished entry of a department this person handles; what is shown is recorded first."""

    @wraps(view)
    def opened(request: HttpRequest, draft_id: uuid.UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        staff, now = identity.staff_of(request), clock.now()
        draft = entries_of(staff, now).filter(id=draft_id).first()
        if draft is None:
            if Application.objects.filter(id=draft_id).exists():
                return redirect("desk:case", draft_id)  # sent twice: the first one was received
            record(staff, f"draft:{draft_id}", "read_denied", now)
            raise Http404
        response = view(request, OpenEntry(draft, staff, now), *args, **kwargs)
        if not 300 <= response.status_code < 400:
            record(staff, f"draft:{draft_id}", "read", now)
        return response

    return access.staff(*HANDLES)(opened)


def record(
    staff: Staff, subject: str, act: str, now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    """Write who looked at, or did away with, what is being entered."""
    unit = kernel.Unit()
    audit.record(unit, actor=staff.actor, act=act, subject=subject, now=now, purpose="entry", detail=detail)
    kernel.commit(unit)


def entries_of(staff: Staff, now: datetime) -> QuerySet[Draft]:
    """Unfinished entries of the departments this person handles cases of, the newest first."""
    departments = organization.departments_of(staff, clock.tokyo_date(now), HANDLING)
    own = [offer.procedure_id for offer in procedures.offers_of(departments)]
    return (
        Draft.objects.exclude(channel=Channel.WEB)
        .filter(procedure_id__in=own)
        .select_related("procedure_version", "entered_by")
        .order_by("-changed_at", "id")
    )
