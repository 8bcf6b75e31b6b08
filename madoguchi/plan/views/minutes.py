"""Published minutes: what the office decided, for everybody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from madoguchi.common import access
from madoguchi.common.pages import render
from madoguchi.organization import queries as organization
from madoguchi.plan.desk_states import MeetingState
from madoguchi.plan.models import AgendaItem, Meeting, Resolution
from madoguchi.plan.views.desk_meetings import minutes_response

MOST = 60


@access.public
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Meetings whose minutes are closed, with what was decided."""
    rows = Meeting.objects.filter(state=MeetingState.CLOSED).order_by("-held_on", "-number")
    meetings = list(rows.prefetch_related("agenda__resolutions")[:MOST])
    decided = {m.id: [r for item in _in_order(m) for r in item.resolutions.all()] for m in meetings}
    codes = {r.owner_department_code for rows in decided.values() for r in rows}
    names = {code: one.name for code, one in organization.departments(codes).items()}
    found = [
        {
            "id": m.id,
            "number": m.number,
            "held_on": m.held_on,
            "decisions": [_decision(r, names) for r in decided[m.id]],
        }
        for m in meetings
    ]
    return render(request, "plan/minutes.html", {"here": "plan", "meetings": found})


def _in_order(meeting: Meeting) -> list[AgendaItem]:
    return sorted(meeting.agenda.all(), key=lambda item: item.position)


def _decision(one: Resolution, names: dict[str, str]) -> dict[str, Any]:
    """What was decided and which department does it until when: no person."""
    department = names.get(one.owner_department_code, one.owner_department_code)
    return {"text": one.text, "department": department, "due_on": one.due_on}


@access.public
@require_GET
def pdf(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """The closed minutes of a meeting."""
    meeting = Meeting.objects.filter(id=meeting_id, state=MeetingState.CLOSED).first()
    if meeting is None:
        raise Http404
    return minutes_response(meeting)
